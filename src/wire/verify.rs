//! What holds for the values of a message that was read: constants, echoes and copies, digests, how
//! often items may stand in it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::layout::{Auto, Copied, Field, Kind, List};
use super::message::{Fault, Message, Node, inside, path_of};
use super::occurrence;
use super::protocol::Context;
use super::value::Value;

/// Holds every field against what it must be: constants, echoes, digests.
pub(super) fn verify(message: &Message, context: &Context<'_>, faults: &mut Vec<Fault>) {
    let verified = || message.nodes.iter().enumerate().filter(|(_, n)| n.field.is_verified);
    let mut lists = false;
    for (at, node) in verified() {
        lists |= matches!(node.field.kind, Kind::Items(_) | Kind::List(_))
            || matches!(node.field.auto, Auto::Copy(_));
        if let Some(check) = node.field.must.filter(|check| !(check.holds)(&node.value)) {
            faults.push(Fault {
                path: path_of(&message.nodes, at),
                bits: node.bits(),
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
                let bits = node.value_bits();
                let range = bits.start / 8..bits.end.div_ceil(8);
                let proves = matches!(node.field.auto, Auto::Proof(_));
                let octets = if proves { message.clear() } else { &message.bytes };
                let expected = (digest.compute)(context, octets, range);
                (expected.map(Value::Octets), digest.source)
            }
            _ => {
                if is_unassigned(node) {
                    faults.push(unassigned(message, at));
                }
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
            bits: node.bits(),
            expected: format!("{}{about}", node.field.kind.show(&expected)),
            got: node.show(),
            source,
            chosen: false,
        });
    }
    for (at, node) in verified().filter(|_| lists) {
        match &node.field.kind {
            Kind::Items(items) => occurrence::verify(message, at, items, faults),
            Kind::List(list) => distinct(message, at, list, faults),
            _ => {}
        }
        if let Auto::Copy(copied) = &node.field.auto
            && node.depth == 0
        {
            copies(message, at, copied, context, faults);
        }
    }
    for (path, number) in message.kind.when {
        // A type that was taken although its marks do not fit, because it was waited for.
        if let Some(node) = message.find(path)
            && node.value != Value::Uint(*number)
        {
            faults.push(Fault {
                path: (*path).into(),
                bits: node.bits(),
                expected: node.field.kind.show(&Value::Uint(*number)),
                got: node.show(),
                source: message.kind.layout.source,
                chosen: false,
            });
        }
    }
}

/// Whether a number has no name, where the standard says that there are no others.
fn is_unassigned(node: &Node) -> bool {
    match (&node.field.kind, &node.value) {
        (Kind::Uint { names: Some(codes), .. }, Value::Uint(number)) => {
            !codes.closed.is_empty() && codes.name(*number).is_none()
        }
        _ => false,
    }
}

fn unassigned(message: &Message, at: usize) -> Fault {
    let node = &message.nodes[at];
    let (list, source): (&[_], _) = match node.field.kind {
        Kind::Uint { names: Some(codes), .. } => (codes.list, codes.closed),
        _ => (&[], ""),
    };
    let names: Vec<&str> = list.iter().map(|(_, name)| *name).collect();
    Fault {
        path: path_of(&message.nodes, at),
        bits: node.bits(),
        expected: format!("one of {}", names.join(", ")),
        got: node.show(),
        source,
        chosen: true,
    }
}

/// Holds a list against the one that it must repeat.
fn copies(
    message: &Message,
    at: usize,
    copied: &'static Copied,
    context: &Context<'_>,
    faults: &mut Vec<Fault>,
) {
    let node = &message.nodes[at];
    let Some(previous) = context.previous.filter(|p| p.faults.is_empty()) else { return };
    let mut nodes = previous.nodes.iter();
    let Some(old) = nodes.position(|n| n.depth == 0 && n.name() == node.name()) else { return };
    let (old, new) = (inside(&previous.nodes, old), inside(&message.nodes, at));
    let lacking = new.is_empty() && (copied.may_lack)(&message.nodes);
    if !lacking && !values(old, "").eq(values(new, "")) {
        faults.push(Fault {
            path: node.name().to_owned(),
            bits: node.bits(),
            expected: format!("{}, {}", show(old), copied.about),
            got: show(new),
            source: copied.source,
            chosen: false,
        });
    }
}

/// Looks for two structures of a list that are alike, where there must not be any.
fn distinct(message: &Message, at: usize, list: &'static List, faults: &mut Vec<Fault>) {
    let Some((source, except)) = list.distinct else { return };
    let (node, nodes) = (&message.nodes[at], inside(&message.nodes, at));
    let ones = || nodes.iter().enumerate().filter(|(_, n)| n.depth == node.depth + 1);
    if ones().nth(1).is_none() {
        return;
    }
    let mut seen = HashSet::new();
    for (place, one) in ones() {
        let values: Vec<(&str, Cow<'_, Value>)> = values(inside(nodes, place), except).collect();
        if !seen.insert(values) {
            faults.push(Fault {
                path: format!("{}.{}", node.name(), one.name()),
                bits: one.bits(),
                expected: format!("each {} once", list.noun),
                got: "one of these a second time".into(),
                source,
                chosen: true,
            });
        }
    }
}

/// What tells structures apart: their values but for what is computed and one field, names without
/// regard to case.
fn values<'n>(
    nodes: &'n [Node],
    except: &'n str,
) -> impl Iterator<Item = (&'n str, Cow<'n, Value>)> {
    let told = nodes.iter().filter(move |n| {
        n.value != Value::Group
            && !n.field.is_computed()
            && (except.is_empty() || n.name() != except)
    });
    told.map(|n| (n.name(), plain(n.field, &n.value)))
}

/// A value as others of the same meaning are written.
fn plain<'v>(field: &Field, value: &'v Value) -> Cow<'v, Value> {
    match (&field.kind, value) {
        (Kind::Name { .. }, Value::Octets(octets)) if octets.iter().any(u8::is_ascii_uppercase) => {
            Cow::Owned(Value::Octets(octets.to_ascii_lowercase().into()))
        }
        _ => Cow::Borrowed(value),
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
