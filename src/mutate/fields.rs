//! What can be wrong with the fields of one message, from its layout alone.

use std::sync::Arc;

use super::{Baseline, Mutant};
use crate::ladder::{Ends, Role};
use crate::play::{Cue, Deed, Wrong};
use crate::record::{Event, Happening};
use crate::wire::{Auto, Edit, Field, Items, Kind, Len, List, Message, Node, Value, structures};

/// The most mutants of one field's value.
const MOST_OCTETS: usize = 253;

/// The messages that the peer said to the tester, numbered as the play numbers them.
pub(super) fn said(baseline: &Baseline) -> impl Iterator<Item = (usize, &Event, &Arc<Message>)> {
    let events = baseline.peer.events.iter().filter_map(|event| match &event.what {
        Happening::Message { role: Role::Say, message, .. } => Some((event, message)),
        _ => None,
    });
    events.enumerate().map(|(number, (event, message))| (number, event, message))
}

/// Every mutant of every field of every message.
pub(super) fn mutants(baseline: &Baseline, before: &[&Baseline]) -> Vec<Mutant> {
    let mut found = Vec::new();
    for (number, event, message) in said(baseline) {
        let Happening::Message { ends, .. } = event.what else { continue };
        let mut maker = Maker { number, event, ends, message, found: &mut found };
        maker.fields();
        maker.octets();
        maker.parameters(baseline);
        maker.carried_over(before);
    }
    found
}

struct Maker<'m> {
    number: usize,
    event: &'m Event,
    ends: Ends,
    message: &'m Arc<Message>,
    found: &'m mut Vec<Mutant>,
}

/// An item: its list, its place in it.
#[derive(Clone, Copy)]
struct Place<'m> {
    list: &'m str,
    at: usize,
}

impl Maker<'_> {
    fn add(
        &mut self,
        field: &str,
        operator: &'static str,
        about: String,
        edit: Edit,
        free: Option<String>,
    ) {
        let shown = if field.is_empty() { "message" } else { field };
        self.found.push(Mutant {
            id: format!("{}:{shown}:{operator}", self.number),
            operator,
            about,
            message: self.message.kind.name,
            field: field.to_owned(),
            step: self.event.step,
            line: self.event.line,
            ends: self.ends,
            wrong: Wrong { cue: Cue::Said(self.number), deed: Deed::Edit(edit) },
            free,
        });
    }

    fn fields(&mut self) {
        let message = self.message.clone();
        // The list that is open now, its depth, and how many of its items have gone by.
        let mut list: Option<(String, u8, usize)> = None;
        for (path, node) in message.shown() {
            let (path, node) = (path.as_str(), &*node);
            if list.as_ref().is_some_and(|(_, depth, _)| node.depth <= *depth) {
                list = None;
            }
            if let Some((name, depth, passed)) = &mut list {
                if node.depth == *depth + 1 {
                    let place = Place { list: &name.clone(), at: *passed };
                    *passed += 1;
                    self.item(&message, path, node, place);
                } else {
                    self.part(path, node);
                }
                continue;
            }
            match &node.field.kind {
                Kind::Items(items) => {
                    self.forbidden(path, items);
                    list = Some((path.to_owned(), node.depth, 0));
                }
                Kind::Pairs { .. } | Kind::ZeroPairs => {
                    list = Some((path.to_owned(), node.depth, 0))
                }
                Kind::Group(_) | Kind::Sealed { .. } | Kind::Choice(_) => {}
                Kind::List(list) => self.structures(path, list),
                // Another number alone: what it chooses stays as it is.
                _ if matches!(node.field.auto, Auto::Chooses(_)) => {
                    for (operator, value) in others(node.field, &node.value) {
                        let number = value.uint().unwrap_or_default();
                        let about = self.becomes(path, node, &value);
                        self.add(
                            path,
                            operator,
                            about,
                            Edit::Number(path.to_owned(), number),
                            None,
                        );
                    }
                }
                _ if node.field.is_computed() => self.computed(path, node),
                _ => {
                    for (operator, value) in others(node.field, &node.value) {
                        let about = self.becomes(path, node, &value);
                        let free = free(node.field, operator, &value);
                        self.add(path, operator, about, Edit::Value(path.to_owned(), value), free);
                    }
                }
            }
        }
    }

    fn becomes(&self, path: &str, node: &Node, value: &Value) -> String {
        let (kind, shown) = (self.message.kind.name, node.field.kind.show(value));
        format!("`{path}` of {kind} is {shown}, not {}", node.show())
    }

    /// A list of structures: one less, one twice, and their order.
    fn structures(&mut self, list: &str, kind: &'static List) {
        let message = self.message.clone();
        let ones: Vec<&Node> = structures(message.children(list)).map(|(node, _)| node).collect();
        for (at, node) in ones.iter().enumerate() {
            let (path, name) = (format!("{list}.{}", node.name()), message.kind.name);
            let about = format!("`{path}` is missing from {name}");
            self.add(&path, "dropped", about, Edit::Drop(list.to_owned(), at), None);
            let about = format!("`{path}` stands twice in {name}");
            self.add(&path, "doubled", about, Edit::Double(list.to_owned(), at), None);
            if ones
                .get(at + 1)
                .is_some_and(|n| message.clear()[n.octets()] != message.clear()[node.octets()])
            {
                let about = format!("`{path}` stands behind the next one in {name}");
                let free = Some(kind.order.to_owned()).filter(|section| !section.is_empty());
                self.add(&path, "moved", about, Edit::Swap(list.to_owned(), at), free);
            }
        }
    }

    /// One item of a list: another value, and its place in the list.
    fn item(&mut self, message: &Message, path: &str, node: &Node, place: Place<'_>) {
        let (list, nth) = (place.list.to_owned(), place.at);
        let kind = message.kind.name;
        if node.value != Value::Group && !node.field.is_computed() {
            for (operator, value) in others(node.field, &node.value) {
                let about = self.becomes(path, node, &value);
                let free = free(node.field, operator, &value);
                self.add(path, operator, about, Edit::Item(list.clone(), nth, value), free);
            }
        } else if node.field.is_computed() {
            self.computed(path, node);
        }
        let occurs = message.kind.occurs(list.as_str(), node.name());
        let twice = message.children(&list).iter().filter(|n| n.name() == node.name()).count() > 1;
        let fewer = occurs.filter(|o| twice || o.0.may_be_absent());
        let free = fewer.map(|o| o.1.to_owned());
        self.add(
            path,
            "dropped",
            format!("`{path}` is missing from {kind}"),
            Edit::Drop(list.clone(), nth),
            free,
        );
        let free = occurs.filter(|o| o.0.may_be_many()).map(|o| o.1.to_owned());
        // Behind the end of a list nothing is an item, and a second end neither.
        let bare = message.find(&list).is_some_and(|n| match n.field.kind {
            Kind::Items(items) => items.number(node.name()).is_some_and(|n| items.is_bare(n)),
            _ => false,
        });
        if !bare {
            self.add(
                path,
                "doubled",
                format!("`{path}` stands twice in {kind}"),
                Edit::Double(list.clone(), nth),
                free,
            );
        }
        let mut beside = message.children(&list).iter().filter(|n| n.depth == node.depth);
        let next = beside.nth(nth + 1);
        if let Some(next) =
            next.filter(|n| message.clear()[n.octets()] != message.clear()[node.octets()])
        {
            let order = message.kind.order(&list).filter(|_| next.name() != node.name());
            let about = format!("`{path}` stands behind `{}` in {kind}", next.name());
            self.add(path, "moved", about, Edit::Swap(list, nth), order.map(str::to_owned));
        }
    }

    /// A part of an item: type and length octets, and what a group holds.
    fn part(&mut self, path: &str, node: &Node) {
        if node.name() == "separator" {
            return;
        }
        let bits = node.bits().len();
        match (&node.value, node.name()) {
            (Value::Uint(number), "type" | "length") if bits == 8 => {
                for (operator, other) in [
                    ("one-more", number + 1),
                    ("one-less", number.wrapping_sub(1)),
                    ("zero", 0),
                    ("max", 255),
                ] {
                    self.number_of(path, node, operator, *number, other);
                }
            }
            (Value::Uint(_), _) => {
                for (operator, value) in others(node.field, &node.value) {
                    let about = self.becomes(path, node, &value);
                    let free = free(node.field, operator, &value);
                    let number = value.uint().unwrap_or_default();
                    self.add(path, operator, about, Edit::Number(path.to_owned(), number), free);
                }
            }
            (Value::Octets(octets), _) if !octets.is_empty() => {
                let about = format!("the last bit of `{path}` is turned");
                let free = (!node.field.free.is_empty()).then(|| node.field.free.to_owned());
                self.add(path, "other", about, Edit::Flip(path.to_owned()), free);
            }
            _ => {}
        }
    }

    fn number_of(
        &mut self,
        path: &str,
        node: &Node,
        operator: &'static str,
        number: u64,
        other: u64,
    ) {
        let bits = node.bits().len();
        if other == number || (bits < 64 && other >> bits != 0) {
            return;
        }
        let about = format!(
            "`{path}` of {} is {other}, not {number}, and nothing else follows it",
            self.message.kind.name
        );
        // Octets may stand behind what a length counts.
        let free = match node.field.auto {
            Auto::LengthOfRest(_) if other < number => Some(node.field.free),
            _ => None,
        };
        let free = free.filter(|section| !section.is_empty()).map(str::to_owned);
        self.add(path, operator, about, Edit::Number(path.to_owned(), other), free);
    }

    /// A computed field: lengths one off, digests wrong or over the wrong octets.
    fn computed(&mut self, path: &str, node: &Node) {
        let bits = node.bits().len();
        match &node.value {
            Value::Uint(number) => {
                let most = if bits >= 64 { u64::MAX } else { (1 << bits) - 1 };
                for (operator, other) in [
                    ("one-more", number.wrapping_add(1)),
                    ("one-less", number.wrapping_sub(1)),
                    ("zero", 0),
                    ("max", most),
                ] {
                    self.number_of(path, node, operator, *number, other);
                }
            }
            Value::Octets(octets) if !octets.is_empty() => {
                let kind = self.message.kind.name;
                let about = format!("the last bit of `{path}` of {kind} is turned");
                self.add(path, "wrong", about, Edit::Flip(path.to_owned()), None);
                if octets.iter().any(|b| *b != 0) {
                    let about = format!("`{path}` of {kind} is all zeros");
                    let free = match node.field.auto {
                        Auto::Digest(digest) => Some(digest.absent).filter(|s| !s.is_empty()),
                        _ => None,
                    };
                    let edit = Edit::Number(path.to_owned(), 0);
                    self.add(path, "zero", about, edit, free.map(str::to_owned));
                }
                if let (Auto::Digest(digest), Some(other)) = (&node.field.auto, self.covered(path))
                {
                    let about = format!(
                        "`{path}` of {kind} was computed before `{other}` was changed: {}",
                        digest.about
                    );
                    let edit = Edit::Stale(path.to_owned(), other);
                    self.add(path, "stale", about, edit, None);
                }
            }
            _ => {}
        }
    }

    /// A field that a digest covers: the last one within the message's own length that holds
    /// something and is not computed.
    fn covered(&self, digest: &str) -> Option<String> {
        let bounded = self.message.fields().find_map(|(_, node)| match node.field.auto {
            Auto::LengthOfMessage => node.value.uint(),
            _ => None,
        });
        let end = bounded.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
        let plain = self.message.fields().filter(|(path, node)| {
            !matches!(node.value, Value::Group)
                && !node.bits().is_empty()
                && node.octets().end <= end
                && !node.field.is_computed()
                && !path.starts_with(digest)
                && !matches!(node.field.kind, Kind::Hidden { .. })
        });
        plain.map(|(path, _)| path).last()
    }

    /// Items that must not be in this message.
    fn forbidden(&mut self, list: &str, items: &'static Items) {
        let kind = self.message.kind;
        for item in items.types {
            let name = item.field.name;
            let forbidden = kind.occurs(list, name).is_some_and(|o| !o.0.may_be_present());
            if !forbidden || self.message.find(&format!("{list}.{name}")).is_some() {
                continue;
            }
            let value = Value::from(vec![b'x'; item.octets.0.max(1)]);
            let about = format!("`{name}` is in {}, where it must not be", kind.name);
            let edit = Edit::Add(list.to_owned(), name.to_owned(), value);
            self.add(&format!("{list}.{name}"), "added", about, edit, None);
        }
    }

    /// The message as octets: cut, and with more behind it.
    fn octets(&mut self) {
        let octets = self.message.bytes.len();
        let kind = self.message.kind.name;
        // What only fills the message may be less.
        let filler =
            self.message.nodes.iter().find(|n| matches!(n.field.auto, Auto::FillTo(_))).cloned();
        let unfilled = |left: usize| {
            let filler = filler.as_ref().filter(|n| n.octets().start <= left);
            filler.map(|n| n.field.free.to_owned()).filter(|section| !section.is_empty())
        };
        for (operator, left) in
            [("cut-by-one", octets.saturating_sub(1)), ("cut-in-half", octets / 2)]
        {
            if left > 0 && left < octets {
                let about = format!("{kind} ends after {left} of its {octets} octets");
                self.add("", operator, about, Edit::Truncate(left), unfilled(left));
            }
        }
        let free = self.message.kind.trailing();
        let about = format!("{kind} has 4 octets more behind it");
        self.add("", "trailing", about, Edit::Append(vec![0, 1, 2, 3]), free.map(str::to_owned));
    }

    /// Sealed and digested with another value of each parameter, where that makes a difference.
    fn parameters(&mut self, baseline: &Baseline) {
        for (name, _) in &baseline.cast.suite.links[self.ends.link].parameters {
            let kind = self.message.kind.name;
            let about = format!("{kind} is made with another {name}");
            self.add("", name, about, Edit::Parameter(name), None);
        }
    }

    /// State of another exchange is carried over into this one: what was drawn or named there comes
    /// again here.
    fn carried_over(&mut self, before: &[&Baseline]) {
        let message = self.message.clone();
        for (path, node) in message.fields() {
            let drawn = matches!(node.field.auto, Auto::Fresh | Auto::Follows(_));
            let opened = drawn && !node.field.free.is_empty() && node.depth == 0;
            let item = path.rsplit_once('.').and_then(|(list, name)| {
                let here = node.depth == 1 && node.value != Value::Group;
                let first = message.find(&path).is_some_and(|n| std::ptr::eq(n, node));
                let list = list.to_owned();
                let place = message.children(&list).iter().filter(|n| n.depth == 1);
                let at = place.clone().position(|n| n.name() == name)?;
                (here && first && !node.field.is_computed()).then_some((list, at))
            });
            if !opened && item.is_none() {
                continue;
            }
            let old = before.iter().rev().find_map(|b| {
                said(b).find_map(|(_, _, m)| {
                    let same = std::ptr::eq(m.kind, message.kind);
                    let there = m.find(&path).filter(|n| same && n.value != node.value);
                    there.map(|n| n.value.clone())
                })
            });
            let Some(old) = old else { continue };
            let about = self.becomes(&path, node, &old) + ", which another exchange had";
            let free = free(node.field, "carried-over", &old);
            let edit = match item {
                Some((list, at)) => Edit::Item(list, at, old),
                None => Edit::Value(path.clone(), old),
            };
            self.add(&path, "carried-over", about, edit, free);
        }
    }
}

/// Why a value may be chosen: the section that leaves the field free, where it does.
///
/// A number that the standard closes out is never free, nor is an address that is nobody's. Of what
/// is drawn at random only that it is another value is free: all zeros are not drawn, and what came
/// before is not either, unless there are so few values that they must come again.
fn free(field: &Field, operator: &str, value: &Value) -> Option<String> {
    let free = match (field.kind.plain(), value) {
        (Kind::Uint { names: Some(codes), .. }, Value::Uint(number)) => {
            codes.closed.is_empty() || codes.name(*number).is_some()
        }
        (Kind::Ipv4 | Kind::Ipv6 | Kind::Mac, _) => operator == "other",
        _ => true,
    };
    let few = matches!(field.kind.plain(), Kind::Uint { bits: ..=16, .. });
    let drawn = matches!(field.auto, Auto::Fresh | Auto::Follows(_)) && !few;
    let another = matches!(operator, "other" | "neighbour" | "longer");
    (free && (!drawn || another) && !field.free.is_empty()).then(|| field.free.to_owned())
}

/// Other values for a field, by what is other about them.
fn others(field: &Field, value: &Value) -> Vec<(&'static str, Value)> {
    let mut found: Vec<(&'static str, Value)> = Vec::new();
    let mut add = |operator, other: Value| {
        if other != *value && !found.iter().any(|(_, v)| *v == other) {
            found.push((operator, other));
        }
    };
    match (field.kind.plain(), value) {
        (Kind::Uint { bits, names }, Value::Uint(number)) => {
            let most = if *bits >= 64 { u64::MAX } else { (1 << bits) - 1 };
            if let Some(codes) = names {
                let at = codes.list.iter().position(|(n, _)| n == number);
                let other = at.map_or(0, |at| (at + 1) % codes.list.len());
                if let Some((other, _)) = codes.list.get(other).filter(|(n, _)| *n <= most) {
                    add("other", Value::Uint(*other));
                }
                if let Some(illegal) =
                    (0..=most.min(1 << 16)).find(|n| codes.name(*n).is_none() && *n > 0)
                {
                    add("illegal", Value::Uint(illegal));
                }
            }
            if *number < most {
                add("neighbour", Value::Uint(number + 1));
            } else {
                add("neighbour", Value::Uint(number - 1));
            }
            add("zero", Value::Uint(0));
            add("max", Value::Uint(most));
        }
        (Kind::Flag, Value::Uint(number)) => add("turned", Value::Uint(1 - (number & 1))),
        // Names stay names: another last letter of the first label, none at all, one label more or less.
        (Kind::Name { .. }, Value::Octets(octets)) => {
            if let Some(first @ 1..) = octets.first().map(|length| usize::from(*length))
                && let Some(last) = octets.get(first)
            {
                let mut other = octets.clone();
                other[first] = if matches!(last, b'z' | b'Z' | b'9') { b'a' } else { last + 1 };
                add("other", Value::Octets(other));
                add("shorter", Value::from(octets[first + 1..].to_vec()));
                add("zero", Value::from(vec![0]));
            }
            if octets.len() + 2 < MOST_OCTETS {
                add("longer", Value::from([&b"\x01x"[..], octets].concat()));
            }
        }
        (kind, Value::Octets(octets)) => {
            if let Some(last) = octets.last() {
                let mut other = octets.clone();
                // Text stays text.
                let changed = match last {
                    b'a'..=b'y' | b'A'..=b'Y' | b'0'..=b'8' => last + 1,
                    _ => last ^ 1,
                };
                if let Some(octet) = other.last_mut() {
                    *octet = changed;
                }
                add("other", Value::Octets(other));
                add("zero", Value::from(vec![0; octets.len()]));
                add("max", Value::from(vec![255; octets.len()]));
            }
            let fixed = matches!(
                kind,
                Kind::Ipv4
                    | Kind::Ipv6
                    | Kind::Mac
                    | Kind::Octets(Len::Fixed(_))
                    | Kind::Text(Len::Fixed(_))
            );
            if !fixed {
                if !octets.is_empty() {
                    add("empty", Value::from(Vec::new()));
                }
                if octets.len() < MOST_OCTETS {
                    add("longer", Value::from([octets, &b"x"[..]].concat()));
                }
            }
        }
        _ => {}
    }
    found
}
