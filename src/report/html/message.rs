//! A message laid open: its fields, its octets, the lines of the suite that speak of it.
//!
//! What fields mean, and the text of the suites, stand on the page once (`sources`); the page's
//! script puts them beside the messages that are opened.

use std::fmt::Write as _;
use std::ops::Range;

use super::text::{Text, esc};
use crate::diag::counted;
use crate::report::entry::{DifferenceEntry, MessageEntry};
use crate::report::sheet::Sheet;
use crate::wire::hex_dump;

/// The most fields of a message that are listed.
const FIELDS: usize = 200;
/// What stands for the value of a field that only holds others.
const NO_VALUE: &str = "(fields)";
/// Lines of the suite behind the one that is spoken of.
const BEHIND: usize = 5;
/// Lines before it.
const BEFORE: usize = 4;

/// Fields and octets of a message, with what differs marked.
pub fn write(
    page: &mut String,
    protocol: &str,
    message: &MessageEntry,
    differences: &[DifferenceEntry],
) {
    let wrong: Vec<&DifferenceEntry> = differences.iter().chain(&message.faults).collect();
    let _ = write!(
        page,
        "<div class=\"msg\"><table class=\"fields\" data-k=\"{} {}\"><thead><tr><th>field<th>value<th>octets</thead><tbody>",
        esc(protocol),
        esc(&message.r#type)
    );
    for field in message.fields.iter().take(FIELDS) {
        let bad = wrong.iter().any(|d| d.path == field.path);
        page.put(if bad { "<tr class=\"bad\"><td>" } else { "<tr><td>" });
        page.say(&field.path);
        page.put("<td>");
        if field.value != NO_VALUE {
            page.say(&field.value);
        }
        page.put("<td>");
        page.put(&place(field.bits));
        page.put("\n");
    }
    page.put("</tbody></table>");
    let more = message.fields.len().saturating_sub(FIELDS) + message.fields_left_out;
    if more > 0 {
        let _ = write!(page, "<p>{} more</p>", counted(more, "field"));
    }
    for fault in &message.faults {
        let path = if fault.path.is_empty() { "the message" } else { &fault.path };
        let _ = write!(
            page,
            "<p class=\"fault\"><b>{}</b>: expected {}, got {}",
            esc(path),
            esc(&fault.expected),
            esc(&fault.got)
        );
        if !fault.source.is_empty() {
            let _ = write!(page, " <small>{}</small>", esc(&fault.source));
        }
        page.put("</p>");
    }
    let marked = wrong.iter().find_map(|d| d.bits).map(|[a, b]| a / 8..b.div_ceil(8));
    let shown = message.clear.as_ref().unwrap_or(&message.octets);
    dump(page, shown, marked);
    if message.clear.is_some() {
        page.put("<p class=\"aside\">What travelled sealed is laid open here. On the wire:</p>");
        dump(page, &message.octets, None);
    }
    if message.left_out > 0 {
        let _ = write!(
            page,
            "<p class=\"aside\">not in the record: {}</p>",
            counted(message.left_out, "octet")
        );
    }
    page.put("</div>");
}

/// Which octets, or bits of one, a field takes.
fn place([from, to]: [usize; 2]) -> String {
    match (from / 8, to.div_ceil(8)) {
        _ if from == to => String::new(),
        (octet, _) if to == from + 1 => format!("{octet}, bit {}", from % 8),
        (first, _) if from % 8 != 0 || to % 8 != 0 => {
            format!("{first}, bits {}–{}", from % 8, (to - 1) % 8)
        }
        (first, end) if end == first + 1 => first.to_string(),
        (first, end) => format!("{first}–{}", end - 1),
    }
}

/// Octets as hexadecimal text, with some of them marked.
fn dump(page: &mut String, octets: &str, marked: Option<Range<usize>>) {
    let Ok(octets) = hex::decode(octets) else { return };
    let label = marked.clone().map(|range| (range, ""));
    let text = hex_dump(&octets, label);
    page.put("<pre class=\"hex\" tabindex=\"0\" aria-label=\"octets\">");
    for line in text.lines() {
        let address = line.get(..4).and_then(|a| usize::from_str_radix(a, 16).ok());
        match (address, &marked) {
            // The line that underlines is for terminals.
            (None, _) if line.trim_start().starts_with('^') => continue,
            (Some(at), Some(range)) => marked_line(page, line, at, range),
            _ => page.say(line),
        }
        page.put("\n");
    }
    page.put("</pre>");
}

/// A line of a dump; an octet `i` of it stands in column `6 + 3 * i`, one more from the eighth on.
fn marked_line(page: &mut String, line: &str, at: usize, range: &Range<usize>) {
    let (from, to) = (range.start.max(at), range.end.min(at + 16));
    if from >= to {
        return page.say(line);
    }
    let column = |i: usize| 6 + (i - at) * 3 + usize::from(i - at >= 8);
    let (a, b) = (column(from), (column(to - 1) + 2).min(line.len()));
    let (Some(before), Some(inside), Some(behind)) = (line.get(..a), line.get(a..b), line.get(b..))
    else {
        return page.say(line);
    };
    page.say(before);
    let _ = write!(page, "<mark>{}</mark>", esc(inside));
    page.say(behind);
}

/// The lines of a file around one that is spoken of.
pub fn lines(page: &mut String, sheet: &Sheet, file: &str, line: u32) {
    let Some(text) = sheet.files.get(file).filter(|_| line > 0) else { return };
    let at = line as usize - 1;
    let first = at.saturating_sub(BEFORE);
    let shown: Vec<&str> = text.text.lines().skip(first).take(at - first + 1 + BEHIND).collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let indent = shown.iter().filter(|l| !l.trim().is_empty()).map(indent).min().unwrap_or(0);
    let _ =
        write!(page, "<figure class=\"src\"><figcaption>{}:{line}</figcaption><pre>", esc(file));
    for (number, line) in shown.iter().enumerate() {
        let line = line.get(indent..).unwrap_or_default();
        let number = first + number + 1;
        if number == at + 1 {
            let _ = writeln!(page, "<mark>{number:>4}  {}</mark>", esc(line));
        } else {
            let _ = writeln!(page, "{number:>4}  {}", esc(line));
        }
    }
    page.put("</pre></figure>");
}
