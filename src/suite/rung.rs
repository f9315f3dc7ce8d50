//! One thing that happens: a message, a silence, a choice.

use std::sync::Arc;

use super::pattern::{self, Names};
use crate::diag::Pos;
use crate::ladder::{
    Act, Again, Aside, Corrupt, Ends, Link, Observation, Party, PartyId, Repeat, Rung, Say,
    Schedule, Silence, Timing,
};
use crate::wire::MessageType;
use crate::yaml::{Kind, Node, Reader};

/// What rungs may speak of.
pub struct Scene<'s> {
    /// Who.
    pub parties: &'s [Party],
    /// Where.
    pub links: &'s [Link],
    /// Settings.
    pub names: &'s Names<'s>,
    /// Liveness probes by party, as YAML: each use is read anew in its place.
    pub alive: &'s [(PartyId, Node<'s>)],
    /// The types of messages that have a name so far.
    pub kept: std::collections::HashMap<String, &'static MessageType>,
}

/// Words beside the act that may stand in a rung.
const MODIFIERS: &[&str] = &[
    "as",
    "within",
    "after",
    "for",
    "until",
    "containing",
    "corrupt",
    "follows",
    "new-port",
    "count",
    "schedule",
    "on",
    "of",
    "from",
];

/// Words that name an act.
const ACTS: &[&str] = &[
    "silent",
    "connect",
    "close",
    "refuse",
    "trigger",
    "observe",
    "alive",
    "either",
    "any-order",
    "optional",
    "repeat",
    "inconclusive",
];

/// Reads a list of rungs; a single one may stand without its list.
pub fn rungs(reader: &mut Reader<'_>, scene: &mut Scene<'_>, node: &Node) -> Vec<Rung> {
    match &node.kind {
        Kind::List(items) => {
            let mut rungs = Vec::with_capacity(items.len());
            rungs.extend(items.iter().filter_map(|i| rung(reader, scene, i)));
            rungs
        }
        Kind::Map(_) => rung(reader, scene, node).into_iter().collect(),
        Kind::Scalar(..) => {
            reader.error(node.pos, "expected a list of rungs, found text");
            Vec::new()
        }
    }
}

fn rung(reader: &mut Reader<'_>, scene: &mut Scene<'_>, node: &Node) -> Option<Rung> {
    let Kind::Map(entries) = &node.kind else {
        reader.error(node.pos, format!("expected a rung, found {}", node.shape())).help =
            Some("a rung is a mapping such as `nas -> server: {access-request: {}}`".into());
        return None;
    };
    let is_act = |key: &str| key.contains("->") || ACTS.contains(&key);
    let mut acts = entries.iter().filter(|(k, _)| k.text().is_some_and(is_act));
    for (key, _) in entries.iter() {
        let name = key.text().unwrap_or_default();
        if !is_act(name) && !MODIFIERS.contains(&name) {
            let words = ACTS.iter().chain(MODIFIERS).copied();
            reader.unknown(key.pos, format!("unknown word `{name}` in a rung"), name, words);
        }
    }
    let Some((key, value)) = acts.next() else {
        reader.error(node.pos, "this rung says nothing that happens").help =
            Some(format!("write `a -> b: message`, or one of {}", ACTS.join(", ")));
        return None;
    };
    if let Some((second, _)) = acts.next() {
        reader.error(second.pos, "a rung is one thing that happens; this is a second one").help =
            Some("begin it with a dash of its own".into());
    }
    let timing = timing(reader, node);
    let word = key.text().unwrap_or_default();
    let act = match word {
        _ if word.contains("->") => message(reader, scene, key, value, node)?,
        "silent" => silent(reader, scene, value, node)?,
        "connect" => {
            let from = node.get("from").cloned().and_then(|n| aside(reader, &n));
            Act::Connect(ends_on_stream(reader, scene, value, node)?, from)
        }
        "close" => Act::Close(ends_on_stream(reader, scene, value, node)?),
        "refuse" => Act::Refuse(ends_on_stream(reader, scene, value, node)?),
        "trigger" => trigger(reader, scene, value)?,
        "observe" => observe(reader, scene, value, node)?,
        "alive" => alive(reader, scene, value)?,
        "either" => Act::Either(branches(reader, scene, value, false)),
        "any-order" => Act::AnyOrder(branches(reader, scene, value, true)),
        "optional" => Act::Optional(rungs(reader, scene, value)),
        "inconclusive" => inconclusive(reader, value)?,
        _ => repeat(reader, scene, value, node),
    };
    let allowed: &[&str] = match &act {
        Act::Message(_) => &["as", "within", "after", "corrupt", "follows", "new-port", "on"],
        Act::Silent(_) => &["for", "until", "containing", "on"],
        Act::Connect(..) => &["within", "after", "on", "from"],
        Act::Close(_) | Act::Refuse(_) => &["within", "on"],
        Act::Either(_) | Act::AnyOrder(_) | Act::Optional(_) => &["within", "after"],
        Act::Observe(_) => &["within", "of"],
        Act::Repeat(_) => &["within", "count", "until", "schedule"],
        _ => &[],
    };
    for (key, _) in entries.iter() {
        let name = key.text().unwrap_or_default();
        if MODIFIERS.contains(&name) && !allowed.contains(&name) {
            let fits = if allowed.is_empty() { "nothing".into() } else { allowed.join(", ") };
            let word = if word.contains("->") { "a message" } else { word };
            reader.error(key.pos, format!("`{name}` does not go with {word}")).help =
                Some(format!("beside it may stand: {fits}"));
        }
    }
    Some(Rung { pos: key.pos, act, timing })
}

fn timing(reader: &mut Reader<'_>, node: &Node) -> Timing {
    let mut timing = Timing::default();
    if let Some(after) = node.get("after").cloned()
        && let Some((from, to)) = reader.window(&after)
    {
        timing.after = Some(from);
        timing.within = to;
    }
    if let Some(within) = node.get("within").cloned() {
        timing.within = reader.time(&within);
    }
    timing
}

/// Reads `a -> b` and finds the link between them; `on` chooses where there are several.
pub fn ends(
    reader: &mut Reader<'_>,
    scene: &Scene<'_>,
    text: &str,
    pos: Pos,
    kind: Option<&str>,
    rung: &Node,
) -> Option<Ends> {
    let Some((a, b)) = text.split_once("->") else {
        reader.error(pos, format!("`{text}` names no two parties")).help =
            Some("write `a -> b`".into());
        return None;
    };
    let mut party = |name: &str| {
        let found = scene.parties.iter().position(|p| p.name == name);
        if found.is_none() {
            let known = scene.parties.iter().map(|p| p.name.as_str());
            reader.unknown(pos, format!("unknown party `{name}`"), name, known);
        }
        found
    };
    let (from, to) = (party(a.trim()), party(b.trim()));
    let (from, to) = (from?, to?);
    let named = rung.get("on").and_then(|n| n.text());
    let links: Vec<usize> = (0..scene.links.len())
        .filter(|i| scene.links[*i].joins(from, to))
        .filter(|i| named.is_none_or(|n| scene.links[*i].name == n))
        .collect();
    // Of several links, the one whose protocol knows the message is meant, by its marks if more than
    // one has such a name; else the one that stands by itself, without another that tells of it.
    let named_so = |i: &usize, marked: bool| {
        kind.is_some_and(|k| {
            let mut messages = scene.links[*i].protocol.messages.iter();
            messages.any(|m| m.name == k && !(marked && m.when.is_empty()))
        })
    };
    let only = |fits: &dyn Fn(&usize) -> bool| {
        let mut fitting = links.iter().copied().filter(fits);
        fitting.next().filter(|_| fitting.next().is_none())
    };
    let by_itself = |i: &usize| !scene.links[*i].is_told() && kind.is_none();
    let meant = only(&|i| named_so(i, true)).or_else(|| only(&|i| named_so(i, false)));
    let meant = meant.or_else(|| only(&by_itself));
    let link = match links.as_slice() {
        [] => {
            let title = format!("no link joins `{}` and `{}`", a.trim(), b.trim());
            let known: Vec<String> = scene
                .links
                .iter()
                .map(|l| {
                    let name = |p: PartyId| &scene.parties[p].name;
                    format!("{}: {} -> {}", l.name, name(l.initiator), name(l.responder))
                })
                .collect();
            reader.error(pos, title).help = Some(format!("the links are {}", known.join(", ")));
            return None;
        }
        [only] => *only,
        several => match meant {
            Some(only) => only,
            None => {
                let names: Vec<&str> =
                    several.iter().map(|i| scene.links[*i].name.as_str()).collect();
                reader.error(pos, "several links join these parties").help =
                    Some(format!("say which with `on:`, one of {}", names.join(", ")));
                return None;
            }
        },
    };
    Some(Ends { link, from, to })
}

fn ends_on_stream(
    reader: &mut Reader<'_>,
    scene: &Scene<'_>,
    node: &Node,
    rung: &Node,
) -> Option<Ends> {
    let text = reader.text(node)?;
    let ends = ends(reader, scene, &text, node.pos, None, rung)?;
    let protocol = scene.links[ends.link].protocol;
    if !protocol.transport.has_streams() {
        reader.error(node.pos, format!("{} has no connections", protocol.name));
        return None;
    }
    Some(ends)
}

fn message(
    reader: &mut Reader<'_>,
    scene: &mut Scene<'_>,
    key: &Node,
    value: &Node,
    rung: &Node,
) -> Option<Act> {
    let (kind_node, fields_node) = match &value.kind {
        Kind::Scalar(..) => (value, None),
        Kind::Map(entries) if value.get("again").is_none() => match entries.as_ref() {
            [(kind, fields)] => (kind, Some(fields)),
            _ => {
                reader.error(value.pos, "expected one message, such as {access-request: {}}");
                return None;
            }
        },
        Kind::Map(_) => (value, None),
        Kind::List(_) => {
            reader.error(value.pos, "expected one message, found a list").help =
                Some("several messages are several rungs".into());
            return None;
        }
    };
    let again = value.get("again");
    let name = match again {
        Some(again) => reader.text(again)?,
        None => kind_node.text().unwrap_or_default().to_owned(),
    };
    let text = key.text().unwrap_or_default();
    let kept = again.and_then(|_| scene.kept.get(&name).copied());
    let ends = ends(reader, scene, text, key.pos, kept.map(|k| k.name).or(Some(&name)), rung)?;
    let protocol = scene.links[ends.link].protocol;
    let kind = match again {
        Some(node) => {
            let Some(kind) = kept else {
                let known: Vec<String> = scene.kept.keys().cloned().collect();
                let known = known.iter().map(String::as_str);
                reader.unknown(node.pos, format!("no message is kept as `{name}`"), &name, known);
                return None;
            };
            kind
        }
        None => {
            let Some(kind) = protocol.message(&name) else {
                let known = protocol.messages.iter().map(|m| m.name);
                let title = format!("{} has no message `{name}`", protocol.name);
                reader.unknown(kind_node.pos, title, &name, known);
                return None;
            };
            kind
        }
    };
    let from_initiator = scene.links[ends.link].initiator == ends.from;
    if !kind.from.fits(from_initiator) && rung.get("corrupt").is_none() {
        let who = if from_initiator { "opens the link" } else { "is asked on the link" };
        let title = format!("{name} is not said by the party that {who}");
        reader.error(kind_node.pos, title);
    }
    let fields_node = match again {
        Some(_) => {
            reader.keys(value, &["again", "except", "with"]);
            value.get("with")
        }
        None => fields_node,
    };
    let fields = fields_node.map(|n| message_fields(reader, scene, kind, n)).unwrap_or_default();
    let again = again.map(|_| Again {
        name: name.clone(),
        except: reader
            .texts_of(value, "except")
            .into_iter()
            .filter(|(path, pos)| {
                path == "source" || pattern::path(reader, kind.layout.fields, path, *pos).is_some()
            })
            .map(|(path, _)| path)
            .collect(),
    });
    let again = again.map(Box::new);
    let corrupt = rung.get("corrupt").cloned();
    let corrupt = corrupt.and_then(|n| corruption(reader, scene, ends, kind, &n)).map(Box::new);
    let bind = rung.get("as").cloned().and_then(|n| reader.text(&n));
    if let Some(bind) = &bind {
        scene.kept.insert(bind.clone(), kind);
    }
    Some(Act::Message(Arc::new(Say {
        ends,
        kind,
        fields,
        again,
        bind,
        follows: rung
            .get("follows")
            .cloned()
            .and_then(|n| reader.text(&n))
            .map(|n| n.trim_start_matches('$').to_owned()),
        new_port: rung.get("new-port").cloned().map(|n| reader.truth(&n)),
        no_help: false,
        corrupt,
    })))
}

/// Reads the fields of a message; where it has one field only, what is said of it may stand alone.
fn message_fields(
    reader: &mut Reader<'_>,
    scene: &Scene<'_>,
    kind: &'static MessageType,
    node: &Node,
) -> Vec<crate::ladder::FieldSpec> {
    let layout = kind.layout.fields;
    if let [field] = layout
        && node.get(field.name).is_none()
    {
        let name = field.name;
        return vec![pattern::field_spec(reader, scene.names, field, name, name, node.pos, node)];
    }
    if node.text().is_some_and(str::is_empty) {
        return Vec::new();
    }
    if !matches!(node.kind, Kind::Map(_)) {
        reader.error(node.pos, format!("expected fields, found {}", node.shape()));
        return Vec::new();
    }
    pattern::fields(reader, scene.names, layout, "", node)
}

fn corruption(
    reader: &mut Reader<'_>,
    scene: &Scene<'_>,
    ends: Ends,
    kind: &'static MessageType,
    node: &Node,
) -> Option<Corrupt> {
    let protocol = scene.links[ends.link].protocol;
    let mut known = vec!["octets", "set", "flip", "truncate", "append", "keep"];
    let datagrams = protocol.transport == crate::wire::Transport::Udp;
    known.push(if datagrams { "from" } else { "pieces" });
    known.extend(protocol.parameters.iter().map(|p| p.name));
    reader.keys(node, &known);
    let fields = kind.layout.fields;
    let octets = |reader: &mut Reader<'_>, key: &str| -> Option<Vec<u8>> {
        let node = node.get(key)?.clone();
        let text = reader.text(&node)?;
        match crate::wire::parse_octets(text.trim_start_matches("0x")) {
            Ok(octets) => Some(octets),
            Err(what) => {
                reader.error(node.pos, what);
                None
            }
        }
    };
    let paths = |reader: &mut Reader<'_>, key: &str| -> Vec<String> {
        let texts = reader.texts_of(node, key);
        texts
            .into_iter()
            .filter(|(path, pos)| pattern::path(reader, fields, path, *pos).is_some())
            .map(|(path, _)| path)
            .collect()
    };
    let mut set = Vec::new();
    for (key, value) in reader.entries_of(node, "set") {
        let path = key.text().unwrap_or_default();
        if let Some(field) = pattern::path(reader, fields, path, key.pos)
            && let Some(number) = pattern::number(reader, field, value)
        {
            set.push((path.to_owned(), number));
        }
    }
    let from = node.get("from").cloned().and_then(|node| aside(reader, &node));
    let truncate = node.get("truncate").cloned().and_then(|n| reader.number(&n));
    let pieces = node.get("pieces").cloned().and_then(|n| reader.number(&n));
    let parameters = protocol
        .parameters
        .iter()
        .filter_map(|p| {
            let node = node.get(p.name)?;
            Some((p.name, pattern::free_term(reader, node)?))
        })
        .collect();
    Some(Corrupt {
        octets: octets(reader, "octets"),
        append: octets(reader, "append").unwrap_or_default(),
        flip: paths(reader, "flip"),
        keep: paths(reader, "keep"),
        truncate: truncate.and_then(|n| usize::try_from(n).ok()),
        set,
        from,
        pieces: pieces.and_then(|n| usize::try_from(n).ok()).unwrap_or_default(),
        parameters,
    })
}

/// Reads a place from which nothing is expected.
fn aside(reader: &mut Reader<'_>, node: &Node) -> Option<Aside> {
    match node.text() {
        Some("other-port") => Some(Aside::Port),
        Some("other-address") => Some(Aside::Address),
        _ => {
            reader.error(node.pos, "it comes `from: other-port` or `from: other-address`");
            None
        }
    }
}

fn silent(reader: &mut Reader<'_>, scene: &Scene<'_>, value: &Node, rung: &Node) -> Option<Act> {
    let text = reader.text(value)?;
    let ends = ends(reader, scene, &text, value.pos, None, rung)?;
    let lasting = match (rung.get("for").cloned(), rung.get("until").cloned()) {
        (Some(time), None) => Some(reader.time(&time)?),
        (None, Some(until)) if until.text() == Some("next") => None,
        (_, Some(until)) => {
            reader.error(until.pos, "a silence lasts `for: 2s` or `until: next`");
            return None;
        }
        (None, None) => {
            reader.error(value.pos, "how long is this silence?").help =
                Some("add `for: 2s`, or `until: next`".into());
            return None;
        }
    };
    let containing = rung.get("containing").cloned().map(|node| {
        // It may be held against any field, so no field's kind decides how it is read.
        static ANY: crate::wire::Field = crate::wire::octets("any field", crate::wire::Len::Rest);
        pattern::pattern(reader, scene.names, &ANY, &node)
    });
    Some(Act::Silent(Arc::new(Silence { ends, lasting, containing })))
}

fn trigger(reader: &mut Reader<'_>, scene: &Scene<'_>, value: &Node) -> Option<Act> {
    let (party, name) = party_and_name(reader, scene, value, "what is it made to do?", "log-in")?;
    Some(Act::Trigger { party, name })
}

fn observe(reader: &mut Reader<'_>, scene: &Scene<'_>, value: &Node, rung: &Node) -> Option<Act> {
    let (party, name) = party_and_name(reader, scene, value, "what does it show?", "refused")?;
    let of = rung.get("of").cloned().and_then(|node| pattern::free_term(reader, &node));
    Some(Act::Observe(Box::new(Observation { party, name, of })))
}

/// Reads `party name`, the name being one that targets know.
fn party_and_name(
    reader: &mut Reader<'_>,
    scene: &Scene<'_>,
    value: &Node,
    question: &str,
    example: &str,
) -> Option<(PartyId, String)> {
    let text = reader.text(value)?;
    let (who, name) = match text.split_once(' ') {
        Some((who, name)) => (who, name.trim()),
        None => (text.as_str(), ""),
    };
    let Some(party) = scene.parties.iter().position(|p| p.name == who) else {
        let known = scene.parties.iter().map(|p| p.name.as_str());
        reader.unknown(value.pos, format!("unknown party `{who}`"), who, known);
        return None;
    };
    if name.is_empty() {
        reader.error(value.pos, question).help =
            Some(format!("write `{who} {example}`, a name that targets know"));
        return None;
    }
    Some((party, name.to_owned()))
}

fn alive(reader: &mut Reader<'_>, scene: &mut Scene<'_>, value: &Node) -> Option<Act> {
    let who = reader.text(value)?;
    let Some(party) = scene.parties.iter().position(|p| p.name == who) else {
        let known = scene.parties.iter().map(|p| p.name.as_str());
        reader.unknown(value.pos, format!("unknown party `{who}`"), &who, known);
        return None;
    };
    let Some((_, probe)) = scene.alive.iter().find(|(p, _)| *p == party) else {
        reader
            .error(value.pos, format!("the suite does not say how `{who}` shows that it is alive"))
            .help = Some(format!("add a part `alive: {{{who}: [..]}}` at the top of the suite"));
        return None;
    };
    let probe = probe.clone();
    let rungs = rungs(reader, scene, &probe);
    Some(Act::Alive { party, rungs })
}

/// Branches. Each begins with the message by which it is known, or with a choice of such messages.
fn branches(
    reader: &mut Reader<'_>,
    scene: &mut Scene<'_>,
    node: &Node,
    choice: bool,
) -> Vec<Vec<Rung>> {
    if !matches!(node.kind, Kind::List(_)) {
        reader.error(node.pos, format!("expected a list of branches, found {}", node.shape()));
        return Vec::new();
    }
    node.items()
        .iter()
        .map(|branch| {
            let mut branch_rungs = rungs(reader, scene, branch);
            let ends = matches!(branch_rungs.last().map(|r| &r.act), Some(Act::Inconclusive(_)));
            if let (true, Some(Act::Message(say))) =
                (ends, branch_rungs.first_mut().map(|r| &mut r.act))
                && let Some(say) = Arc::get_mut(say)
            {
                say.no_help = true;
            }
            let known = |rung: &Rung| match rung.act {
                Act::Message(_) => true,
                Act::Either(_) => choice,
                _ => false,
            };
            if let Some(first) = branch_rungs.first()
                && !known(first)
            {
                let pos = first.pos;
                reader.error(pos, "a branch begins with the message by which it is known");
            }
            branch_rungs
        })
        .collect()
}

fn inconclusive(reader: &mut Reader<'_>, value: &Node) -> Option<Act> {
    let why = reader.text(value)?;
    if why.trim().is_empty() {
        reader.error(value.pos, "why is it not what was needed?").help =
            Some("write it behind `inconclusive:`, for whoever reads the report".into());
        return None;
    }
    Some(Act::Inconclusive(why.trim().into()))
}

fn repeat(reader: &mut Reader<'_>, scene: &mut Scene<'_>, value: &Node, rung: &Node) -> Act {
    let rungs = rungs(reader, scene, value);
    let mut count = rung.get("count").cloned().map(|n| reader.count(&n));
    let mut until = None;
    if let Some(node) = rung.get("until").cloned() {
        for (key, wanted) in node.entries() {
            let text = key.text().unwrap_or_default();
            if text == "count" {
                count = Some(reader.count(wanted));
                continue;
            }
            let Some(reference) = pattern::reference(text.trim_start_matches('$'), key.pos) else {
                reader.error(key.pos, "expected the field of a kept message, such as last.block");
                continue;
            };
            let field = scene.kept.get(&reference.name).and_then(|k| k.field(&reference.path));
            match field {
                Some(field) => {
                    until = Some((reference, pattern::pattern(reader, scene.names, field, wanted)));
                }
                None => {
                    reader.error(key.pos, format!("nothing is kept as `{text}`"));
                }
            }
        }
    }
    if count.is_none() && until.is_none() {
        reader.error(value.pos, "how often is this repeated?").help =
            Some("add `count: 3`, or `until: {message.field: value}`".into());
    }
    let schedule = rung.get("schedule").cloned().map(|node| schedule(reader, &node));
    let count = count.unwrap_or(Repeat::UNTIL);
    Act::Repeat(Box::new(Repeat { rungs, count, until, schedule }))
}

fn schedule(reader: &mut Reader<'_>, node: &Node) -> Schedule {
    reader.keys(node, &["first", "factor", "jitter", "tolerance", "growing"]);
    let first = node.get("first").cloned().and_then(|n| reader.window(&n));
    let first = match first {
        Some((from, to)) => (from, to.unwrap_or(from)),
        None => {
            reader.error(node.pos, "a schedule needs its `first` pause");
            (std::time::Duration::ZERO, std::time::Duration::ZERO)
        }
    };
    let factor = match node.get("factor").cloned() {
        Some(factor) => {
            let text = reader.text(&factor).unwrap_or_default();
            match text.parse::<f64>() {
                Ok(number) if (0.0..=1000.0).contains(&number) => number,
                _ => {
                    reader.error(factor.pos, format!("`{text}` is not a factor"));
                    1.0
                }
            }
        }
        None => 1.0,
    };
    let mut share = |key: &str| node.get(key).cloned().map_or(0.0, |n| reader.share(&n));
    let (jitter, tolerance) = (share("jitter"), share("tolerance"));
    let growing = node.get("growing").cloned().is_some_and(|n| reader.truth(&n));
    Schedule { first, factor, jitter, tolerance, growing }
}
