//! Writing lists of items: each behind its type and length; those of which one ends the list, with what
//! travels in several parts or in other fields.

use super::{Assignment, EncodeError, Entry, Writer};
use crate::diag::counted;
use crate::wire::layout::{Auto, Items, Kind, Len, UNKNOWN_ITEM};
use crate::wire::message::{Head, Label, Node};
use crate::wire::octets::Octets;
use crate::wire::value::Value;

impl Writer<'_> {
    /// Writes the items of a list, and in a list that one of them ends that one, wherever it is
    /// lacking. What stands behind an end goes to the next field in which the list goes on.
    pub(super) fn items(
        &mut self,
        items: &'static Items,
        entries: &[Entry],
    ) -> Result<(), EncodeError> {
        let marks = self.kind.when.iter().filter_map(|(path, number)| {
            let (within, name) = path.rsplit_once('.')?;
            let lacking = self.is_in(within) && !entries.iter().any(|e| e.name == name);
            let assignment = Assignment::Value(Value::Uint(*number));
            (lacking && !self.whole).then(|| Entry::new(name, assignment))
        });
        let marks: Vec<Entry> = marks.collect();
        let mut all = marks.iter().chain(entries);
        let Some(ended) = items.ended else {
            return all.try_for_each(|e| self.item(items, e));
        };
        let mut all: Vec<&Entry> = all.collect();
        let is = |entry: &Entry, number| match entry.field.and_then(|field| items.of(field)) {
            Some(known) => known.number == number,
            None => items.number(&entry.name) == Some(number),
        };
        let end = items.by_number(ended.end).filter(|_| !self.whole).map(|end| {
            Entry::new(end.field.name, Assignment::Value(Value::Octets(Octets::default())))
        });
        if !all.last().is_some_and(|last| is(last, ended.end)) {
            all.extend(&end);
        }
        let more = ended.more.and_then(|more| {
            let said = all.iter().find(|e| is(e, more.item)).map(|e| &e.assignment);
            match said {
                Some(Assignment::Value(Value::Uint(number))) => Some((more, *number)),
                _ => None,
            }
        });
        let mut places = more.iter().flat_map(|(more, number)| {
            more.fields.iter().filter(move |(bit, _)| number & bit != 0).map(|(_, name)| *name)
        });
        let mut left = all.as_slice();
        let here = |left: &[&Entry]| match left.iter().position(|e| is(e, ended.end)) {
            Some(end) => end + 1,
            None => left.len(),
        };
        let (first, rest) = left.split_at(here(left));
        left = rest;
        first.iter().try_for_each(|e| self.item(items, e))?;
        for name in places.by_ref() {
            let (part, rest) = left.split_at(here(left));
            left = rest;
            // Where nothing is left for it, it holds an end alone.
            let end = end.as_ref().filter(|_| part.is_empty());
            let mut part = part.iter().copied().chain(end);
            self.elsewhere(name, |w| part.try_for_each(|e| w.item(items, e)))?;
        }
        // Behind the last end, on purpose.
        left.iter().try_for_each(|e| self.item(items, e))
    }

    /// Writes into a field that stands before, in place of its value.
    fn elsewhere(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let depth = self.depth.saturating_sub(1);
        let field = self.nodes.iter().position(|n| n.depth == depth && n.name() == name);
        let (from, nodes) = (self.at, self.nodes.len());
        write(self)?;
        let Some(at) = field else { return Ok(()) };
        let range = self.nodes[at].octets();
        let written = self.bytes.split_off(from / 8);
        if written.len() > range.len() {
            let what =
                format!("{}, and the field has {}", counted(written.len(), "octet"), range.len());
            return Err(self.error(name, &what));
        }
        self.bytes[range.clone()].fill(0);
        self.bytes[range.start..range.start + written.len()].copy_from_slice(&written);
        self.nodes[at].value = Value::Octets(Octets::default());
        for node in &mut self.nodes[nodes..] {
            let moved = |bit: usize| (bit + range.start * 8).saturating_sub(from);
            let bits = node.bits();
            node.place(moved(bits.start)..moved(bits.end));
        }
        self.at = from;
        Ok(())
    }

    fn item(&mut self, items: &'static Items, entry: &Entry) -> Result<(), EncodeError> {
        let known = entry.field.and_then(|field| items.of(field));
        let known = known.map(|known| (known.number, &known.field));
        let Some((number, field)) = known.or_else(|| items.named(&entry.name)) else {
            return Err(self.error(&entry.name, &format!("there is no such {}", items.noun)));
        };
        let (from, at) = (self.at, self.nodes.len());
        let label: Label = std::ptr::eq(field, &UNKNOWN_ITEM).then(|| {
            // The number of a known type is as good as its name.
            let known = items.by_number(number).map(|known| known.field.name);
            known.unwrap_or(&entry.name).into()
        });
        let mut node = Node::new(field, label, self.depth, from..from, Value::Group);
        if items.is_bare(number) {
            self.bits(8, number);
            node.end(self.at);
            node.value = Value::Octets(Octets::default());
            self.nodes.push(node);
            return Ok(());
        }
        let number = u8::try_from(number)
            .map_err(|_| self.error(&entry.name, "its type does not fit into an octet"))?;
        self.octets(&[number, 0]);
        match (&field.kind, &entry.assignment) {
            (Kind::Group(fields), Assignment::Fields(entries)) => {
                self.parts(node, |w| w.fields(fields, entries))?;
            }
            (Kind::List(list), Assignment::Fields(entries)) => {
                // The names in a value count from its beginning.
                let names = std::mem::take(&mut self.names);
                let outer = std::mem::replace(&mut self.origin, self.at / 8);
                self.parts(node, |w| w.list(list, entries))?;
                (self.names, self.origin) = (names, outer);
            }
            (Kind::Items(inner), Assignment::Fields(entries)) => {
                self.parts(node, |w| w.items(inner, entries))?;
            }
            (_, Assignment::Value(value)) => {
                self.item_value(&mut node, &entry.name, value)?;
                self.nodes.push(node);
            }
            (_, Assignment::Fields(_)) => {
                return Err(self.error(&entry.name, "this holds one value, not fields"));
            }
        }
        let whole = (self.at - from) / 8;
        let length = if items.length_counts_header { whole } else { whole - 2 };
        if length > 255 && items.ended.is_some_and(|ended| !ended.joined.is_empty()) {
            self.split(from, at);
            return Ok(());
        }
        let Ok(length) = u8::try_from(length) else {
            let what = format!("a length of {length} does not fit into an octet");
            return Err(self.error(&entry.name, &what));
        };
        self.bytes[from / 8 + 1] = length;
        self.nodes[at].head = Some(Head { number, length });
        self.nodes[at].end(self.at);
        Ok(())
    }

    /// Writes the parts of an item.
    fn parts(
        &mut self,
        node: Node,
        write: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.nodes.push(node);
        self.inside(write)
    }

    /// Writes an item that has one value.
    fn item_value(
        &mut self,
        node: &mut Node,
        name: &str,
        value: &Value,
    ) -> Result<(), EncodeError> {
        match (&node.field.kind, value) {
            // Octets in place of the parts of a group.
            (Kind::Group(_) | Kind::List(_) | Kind::Items(_), Value::Octets(octets)) => {
                self.octets(octets);
                return Ok(());
            }
            // An empty value of a digest asks for the computed one: zeros keep its place.
            (Kind::Octets(Len::Fixed(n)), Value::Octets(octets))
                if octets.is_empty() && matches!(node.field.auto, Auto::Digest(_)) =>
            {
                self.zeros(*n);
                node.value = Value::Octets(Octets::zeros(*n));
                return Ok(());
            }
            // Octets in place of a number: a value of the wrong width, on purpose. So are octets of
            // another number than the field has.
            (
                Kind::Uint { .. }
                | Kind::Ipv4
                | Kind::Ipv6
                | Kind::Mac
                | Kind::Octets(Len::Fixed(_))
                | Kind::Text(Len::Fixed(_)),
                Value::Octets(octets),
            ) => self.octets(octets),
            _ => self.write(node.field, name, value)?,
        }
        node.value = value.clone();
        node.chosen = true;
        Ok(())
    }

    /// Writes the item at a node as several of its type, of 255 octets at most. What was inside is
    /// one value then.
    fn split(&mut self, from: usize, at: usize) {
        let item = self.bytes.split_off(from / 8);
        self.at = from;
        let (number, value) = (item.first().copied().unwrap_or(0), item.get(2..).unwrap_or(&[]));
        for part in value.chunks(255) {
            self.octets(&[number, u8::try_from(part.len()).unwrap_or(u8::MAX)]);
            self.octets(part);
        }
        self.nodes.truncate(at + 1);
        self.nodes[at].end(self.at);
        self.nodes[at].value = Value::Octets(value.into());
        self.nodes[at].head = Some(Head { number, length: u8::MAX });
    }
}
