//! A failure as a person reads it on a terminal.

use std::fmt::Write as _;
use std::time::Duration;

use super::mask::Mask;
use crate::diag::{Diagnostic, clean, cleaned, counted};
use crate::ladder::{Exchange, Requirement, Suite};
use crate::record::{Difference, Event, Failure, Happening, Verdict};
use crate::wire::{Message, hex_dump};

/// Rungs of the ladder that a failure shows.
const RUNGS: usize = 24;

/// A failure, whole: where in the suite, what was expected and what came, field by field, the
/// octets, the ladder before it, and the requirements that hang on it.
pub fn failure(
    suite: &Suite,
    exchange: Option<&Exchange>,
    failure: &Failure,
    requirements: &[String],
    events: &[Event],
    mask: &Mask,
) -> String {
    let mut text = String::new();
    let place = failure.differences.iter().find_map(|d| d.pos).unwrap_or(failure.pos);
    let remark = match (failure.differences.as_slice(), failure.remark.as_str()) {
        ([only], "") => format!("expected {}, got {}", only.expected, only.got),
        (_, remark) => remark.to_owned(),
    };
    let title = match failure.verdict {
        Verdict::Error => format!("{} (not the fault of what is tested)", failure.title),
        _ => failure.title.clone(),
    };
    let diagnostic = Diagnostic::error(
        failure.source.as_ref().unwrap_or(&suite.source),
        place,
        mask.text(&title),
    )
    .remark(mask.text(&remark));
    text.push_str(&diagnostic.render(false));
    for difference in &failure.differences {
        let path = if difference.path.is_empty() { "message" } else { &difference.path };
        let _ = writeln!(text, "  {}", clean(path));
        let _ = writeln!(text, "    expected  {}", mask.text(&difference.expected));
        let _ = writeln!(text, "    got       {}", mask.text(&difference.got));
        let source = defined_in(difference, failure.message.as_deref());
        if !source.is_empty() {
            let _ = writeln!(text, "    see       {source}");
        }
    }
    for id in binding(suite, failure, requirements) {
        match suite.requirements.by_id.get(id) {
            Some(Requirement { level, standard, statement, .. }) => {
                let level = if level == "model" { "step of the flow" } else { level };
                let _ = writeln!(text, "  requirement {id} ({level}, {standard})");
                let _ = writeln!(text, "    {statement}");
            }
            None => {
                let _ = writeln!(text, "  requirement {id}");
            }
        }
    }
    if let Some((time, what)) = &failure.after {
        let _ = writeln!(text, "  {} after {}", shown(*time), mask.text(what));
    }
    if let Some(message) = &failure.message {
        octets(&mut text, failure, message, mask);
    }
    let before = &events[..failure.events.min(events.len())];
    if exchange.is_some() && !before.is_empty() {
        text.push_str("  what went before:\n");
        text.push_str(&ladder(suite, &before[before.len().saturating_sub(RUNGS)..], mask));
    }
    if let Some(printed) = &failure.printed {
        text.push_str("  what the implementation printed:\n");
        for line in printed.lines().take(20) {
            let _ = writeln!(text, "    {}", mask.text(line));
        }
    }
    text
}

/// The requirements that bind whoever failed; all of them where that is nobody in particular, or none
/// of them does.
fn binding<'r>(suite: &Suite, failure: &Failure, requirements: &'r [String]) -> Vec<&'r String> {
    let sides = failure.party.map(|party| suite.sides(party)).unwrap_or_default();
    let known = |id: &String| suite.requirements.by_id.get(id);
    let binds = |id: &&String| known(id).is_none_or(|r| sides.is_empty() || r.binds(&sides));
    let some: Vec<&String> = requirements.iter().filter(binds).collect();
    if some.is_empty() { requirements.iter().collect() } else { some }
}

/// Where a field that differs is defined; empty where that is the message as a whole.
pub(super) fn defined_in(difference: &Difference, message: Option<&Message>) -> &'static str {
    let Some(message) = message.filter(|_| difference.source.is_empty()) else {
        return difference.source;
    };
    let own = message.find(&difference.path).map_or("", |node| node.field.source);
    match own {
        "" if !difference.path.is_empty() => message.kind.layout.source,
        own => own,
    }
}

fn octets(text: &mut String, failure: &Failure, message: &Message, mask: &Mask) {
    let (octets, opened) = mask.octets(message);
    let marked = failure.differences.iter().find_map(|d| {
        let bits = d.bits.clone()?;
        Some((bits.start / 8..bits.end.div_ceil(8), d.path.clone()))
    });
    let what = if opened { ", with what was sealed laid open" } else { "" };
    let which = match &marked {
        Some((range, _)) if !range.is_empty() => {
            format!(", octets {} to {}", range.start, range.end - 1)
        }
        _ => String::new(),
    };
    let _ = writeln!(
        text,
        "  the {} of {}{what}{which}:",
        message.kind.name,
        counted(message.bytes.len(), "octet")
    );
    let label = marked.as_ref().map(|(range, path)| (range.clone(), path.as_str()));
    for line in hex_dump(&octets, label).lines() {
        let _ = writeln!(text, "    {line}");
    }
}

/// The ladder of some events as text, one line a rung.
pub fn ladder(suite: &Suite, events: &[Event], mask: &Mask) -> String {
    let mut text = String::new();
    let name = |party: usize| suite.parties[party].name.as_str();
    for event in events {
        let what = match &event.what {
            Happening::Message { ends, message, note, .. } => {
                let note = note.map(|n| format!("  ({n})")).unwrap_or_default();
                format!(
                    "{} -> {}  {}{note}",
                    name(ends.from),
                    name(ends.to),
                    summary(message, mask)
                )
            }
            Happening::Opened(ends) => {
                format!("{} -> {}  connects", name(ends.from), name(ends.to))
            }
            Happening::Closed(ends) => format!("{} -> {}  closes", name(ends.from), name(ends.to)),
            Happening::Refused(ends, why) => {
                format!("{} -> {}  refused: {}", name(ends.from), name(ends.to), mask.text(why))
            }
            Happening::Silence(ends, lasting) => {
                format!("{} -> {}  silent for {}", name(ends.from), name(ends.to), shown(*lasting))
            }
            Happening::Observed(party, what) => format!("{}  shows {what}", name(*party)),
            Happening::Triggered(party, trigger) => {
                format!("{}  is made to {trigger}", name(*party))
            }
            Happening::Note(note) => mask.text(note),
        };
        let _ = writeln!(text, "    {:>9}  {what}", shown(event.at));
    }
    text
}

/// A message on one line: its type and the fields that tell it apart.
fn summary(message: &Message, mask: &Mask) -> String {
    let line = format!("{} {}", message.kind.name, gist(message, mask));
    line.trim_end().to_owned()
}

/// The most characters of what tells a message apart.
const GIST: usize = 140;

/// The fields that tell a message apart, on one line.
pub(super) fn gist(message: &Message, mask: &Mask) -> String {
    use crate::wire::{Auto, Kind};
    let mut gist = String::new();
    for (path, node) in message.fields() {
        if gist.char_indices().nth(GIST).is_some() {
            break;
        }
        let last = path.rsplit('.').next().unwrap_or_default();
        // What the type of the message says already.
        let marks = message.kind.when.iter().any(|(mark, _)| *mark == path);
        let dull = node.field.is_computed()
            || matches!(node.field.auto, Auto::Always(_))
            || marks
            || node.value == crate::wire::Value::Group
            || matches!(last, "separator" | "padding")
            || last.starts_with("reserved");
        let empty = match &node.value {
            crate::wire::Value::Octets(octets) => octets.is_empty(),
            crate::wire::Value::Uint(number) => {
                matches!(node.field.kind, Kind::Flag) && *number == 0
            }
            crate::wire::Value::Group => true,
        };
        if !dull && !empty {
            if !gist.is_empty() {
                gist.push(' ');
            }
            let _ = write!(gist, "{}={}", cleaned(last), mask.text(node.show()));
        }
    }
    cut(gist.replace('\n', " "), GIST)
}

/// A text of at most so many characters.
pub(super) fn cut(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => text.chars().take(most - 3).collect::<String>() + "...",
        None => text,
    }
}

/// A time in the unit that fits it.
pub(super) fn shown(time: Duration) -> String {
    match time.as_secs_f64() {
        s if s < 1.0 => format!("{:.1} ms", s * 1000.0),
        s => format!("{s:.3} s"),
    }
}
