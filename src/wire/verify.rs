//! What holds for the values of a message that was read: constants, echoes and copies, digests, how
//! often items may stand in it.

use std::collections::HashSet;

use super::encode::value_bits;
use super::layout::{Auto, Field, ITEM_TYPE, Kind, Occurrence, Occurs};
use super::message::{Fault, Message, Node, inside, path_of};
use super::protocol::Context;
use super::value::Value;

/// Holds every field against what it must be: constants, echoes, digests.
pub(super) fn verify(message: &Message, context: &Context<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (at, node) in message.nodes.iter().enumerate() {
        if let Some(check) = node.field.must.filter(|check| !(check.holds)(&node.value)) {
            faults.push(Fault {
                path: path_of(&message.nodes, at),
                bits: node.bits.clone(),
                expected: check.about.into(),
                got: node.show(),
                source: check.source,
                chosen: true,
            });
        }
        let (expected, source) = match &node.field.auto {
            Auto::Always(number) => (Some(Value::Uint(*number)), node.field.source),
            Auto::SameAs(of) => (message.find(of).map(|n| n.value.clone()), node.field.source),
            Auto::Follows(follows) if follows.source.is_empty() => continue,
            Auto::Follows(follows) => ((follows.value)(context), follows.source),
            // It is only what we say, and anything may be heard.
            Auto::Digest(digest) if digest.source.is_empty() => continue,
            Auto::Digest(digest) if !digest.absent.is_empty() && is_zero(&node.value) => continue,
            Auto::Digest(digest) | Auto::Proof(digest) => {
                let bits = value_bits(&message.nodes, at);
                let range = bits.start / 8..bits.end.div_ceil(8);
                let proves = matches!(node.field.auto, Auto::Proof(_));
                let octets = if proves { &message.clear } else { &message.bytes };
                let expected = (digest.compute)(context, octets, range);
                (expected.map(Value::Octets), digest.source)
            }
            _ => {
                faults.extend(unassigned(message, at));
                continue;
            }
        };
        let Some(expected) = expected else { continue };
        if node.field.kind.same(&expected, &node.value) || node.value == Value::Group {
            continue;
        }
        let about = match &node.field.auto {
            Auto::Follows(follows) => format!(", {}", follows.about),
            Auto::Digest(digest) | Auto::Proof(digest) => format!(", {}", digest.about),
            _ => String::new(),
        };
        let source = if source.is_empty() { message.kind.layout.source } else { source };
        faults.push(Fault {
            path: path_of(&message.nodes, at),
            bits: node.bits.clone(),
            expected: format!("{}{about}", node.field.kind.show(&expected)),
            got: node.show(),
            source,
            chosen: false,
        });
    }
    occurrences(message, &mut faults);
    lists(message, context, &mut faults);
    for (path, number) in message.kind.when {
        // A type that was taken although its marks do not fit, because it was waited for.
        if let Some(node) = message.find(path)
            && node.value != Value::Uint(*number)
        {
            faults.push(Fault {
                path: (*path).into(),
                bits: node.bits.clone(),
                expected: node.field.kind.show(&Value::Uint(*number)),
                got: node.show(),
                source: message.kind.layout.source,
                chosen: false,
            });
        }
    }
    faults
}

/// A number without a name, where the standard says that there are no others.
fn unassigned(message: &Message, at: usize) -> Option<Fault> {
    let node = &message.nodes[at];
    let (Kind::Uint { names: Some(codes), .. }, Value::Uint(number)) =
        (&node.field.kind, &node.value)
    else {
        return None;
    };
    if codes.closed.is_empty() || codes.name(*number).is_some() {
        return None;
    }
    let names: Vec<&str> = codes.list.iter().map(|(_, name)| *name).collect();
    Some(Fault {
        path: path_of(&message.nodes, at),
        bits: node.bits.clone(),
        expected: format!("one of {}", names.join(", ")),
        got: node.show(),
        source: codes.closed,
        chosen: true,
    })
}

/// Holds the number of items of each type against the tables of the standard.
fn occurrences(message: &Message, faults: &mut Vec<Fault>) {
    for (list, node) in message.nodes.iter().enumerate() {
        let Kind::Items(items) = &node.field.kind else { continue };
        let here = |t: &&Occurrence| t.messages.contains(&message.kind.name);
        if !items.occurrence.iter().any(|table| here(&table)) {
            continue;
        }
        let mut counts: Vec<(u64, u32, &Node)> = Vec::new();
        let inside = inside(&message.nodes, list);
        for (at, item) in inside.iter().enumerate().filter(|(_, n)| n.depth == node.depth + 1) {
            // Behind an item stands its type, unless it is a bare one.
            let head = inside.get(at + 1).filter(|n| std::ptr::eq(n.field, &ITEM_TYPE));
            let number = head.and_then(|n| n.value.uint()).or_else(|| items.number(&item.name));
            let Some(number) = number else { continue };
            match counts.iter_mut().find(|(n, ..)| *n == number) {
                Some((_, count, last)) => (*count, *last) = (*count + 1, item),
                None => counts.push((number, 1, item)),
            }
        }
        let mut fault = |name: &str, bits, expected: &str, count: u32, source| {
            faults.push(Fault {
                path: format!("{}.{name}", node.name),
                bits,
                expected: expected.into(),
                got: format!("{count} of it"),
                source,
                chosen: true,
            });
        };
        for (number, count, item) in &counts {
            let Some((occurs, source)) = items.occurs(message.kind.name, *number) else { continue };
            let expected = match occurs {
                Occurs::Never => "none of it in this message",
                _ if *count > 1 && !occurs.may_be_many() => "one of it at most",
                _ => continue,
            };
            fault(&item.name, item.bits.clone(), expected, *count, source);
        }
        for table in items.occurrence.iter().filter(here) {
            let Some(column) = table.messages.iter().position(|m| *m == message.kind.name) else {
                continue;
            };
            let needed =
                table.rows.iter().filter(|(_, row)| row.get(column) == Some(&Occurs::Once));
            for (number, _) in needed {
                let known = items.occurs(message.kind.name, *number);
                let there = counts.iter().any(|(n, ..)| n == number);
                if let (Some((Occurs::Once, source)), false, Some(item)) =
                    (known, there, items.by_number(*number))
                {
                    fault(item.field.name, node.bits.clone(), "one of it", 0, source);
                }
            }
        }
    }
}

/// Values of fields with their names, which are alike where these are.
type Values = Vec<(String, Value)>;

/// Holds every list against what it must be: a copy, or one without two alike.
fn lists(message: &Message, context: &Context<'_>, faults: &mut Vec<Fault>) {
    for (at, node) in message.nodes.iter().enumerate() {
        if node.depth == 0
            && let Auto::Copy(copied) = &node.field.auto
            && let Some(previous) = context.previous.filter(|p| p.faults.is_empty())
            && let Some(old) =
                previous.nodes.iter().position(|n| n.depth == 0 && n.name == node.name)
        {
            let (old, new) = (inside(&previous.nodes, old), inside(&message.nodes, at));
            let lacking = new.is_empty() && (copied.may_lack)(&message.nodes);
            if !lacking && values(old, "") != values(new, "") {
                faults.push(Fault {
                    path: node.name.to_string(),
                    bits: node.bits.clone(),
                    expected: format!("{}, {}", show(old), copied.about),
                    got: show(new),
                    source: copied.source,
                    chosen: false,
                });
            }
        }
        if let Kind::List(list) = &node.field.kind
            && let Some((source, except)) = list.distinct
        {
            let nodes = inside(&message.nodes, at);
            let mut seen = HashSet::new();
            for (place, one) in nodes.iter().enumerate().filter(|(_, n)| n.depth == node.depth + 1)
            {
                if !seen.insert(values(inside(nodes, place), except)) {
                    faults.push(Fault {
                        path: format!("{}.{}", node.name, one.name),
                        bits: one.bits.clone(),
                        expected: format!("each {} once", list.noun),
                        got: "one of these a second time".into(),
                        source,
                        chosen: true,
                    });
                }
            }
        }
    }
}

/// What tells structures apart: their values but for what is computed and one field, names without
/// regard to case.
fn values(nodes: &[Node], except: &str) -> Values {
    let told = nodes.iter().filter(|n| {
        n.value != Value::Group && !n.field.is_computed() && (except.is_empty() || n.name != except)
    });
    told.map(|n| (n.name.to_string(), plain(n.field, &n.value))).collect()
}

/// A value as others of the same meaning are written.
fn plain(field: &Field, value: &Value) -> Value {
    match (&field.kind, value) {
        (Kind::Name { .. }, Value::Octets(octets)) => Value::Octets(octets.to_ascii_lowercase()),
        _ => value.clone(),
    }
}

/// Whether octets say nothing.
fn is_zero(value: &Value) -> bool {
    value.octets().is_some_and(|octets| octets.iter().all(|octet| *octet == 0))
}

/// Values in a line.
fn show(nodes: &[Node]) -> String {
    let shown: Vec<String> = nodes
        .iter()
        .filter(|n| n.value != Value::Group && !n.field.is_computed())
        .take(12)
        .map(Node::show)
        .collect();
    if shown.is_empty() { "nothing".into() } else { shown.join(" ") }
}
