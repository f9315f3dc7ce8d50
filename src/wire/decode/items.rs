//! Reading lists of items: each behind its type and length; those of which one ends the list, with what
//! travels in several parts or in other fields.

use std::ops::Range;

use super::{MOST_NODES, Reader, UNREADABLE};
use crate::diag::counted;
use crate::wire::layout::{Ended, Field, Items, Kind, Layout, Len, UNKNOWN_ITEM, layout};
use crate::wire::message::{Fault, Head, Node};
use crate::wire::octets::Octets;
use crate::wire::value::{Value, show_octets};

impl Reader<'_> {
    pub(super) fn items(&mut self, items: &'static Items) {
        if let Some(ended) = items.ended {
            return self.ended_items(items, ended);
        }
        while self.at < self.end && !self.stuck && self.nodes.len() < MOST_NODES {
            match self.extent(items) {
                Some((number, bits)) => self.item(items, number, bits),
                None => return self.rest(),
            }
        }
    }

    /// Type and bits of the item that begins here; `None` with a fault where it cannot be one.
    fn extent(&mut self, items: &'static Items) -> Option<(u64, Range<usize>)> {
        let (from, left) = (self.at, (self.end - self.at) / 8);
        let number = u64::from(self.clear[from / 8]);
        if items.is_bare(number) {
            return Some((number, from..from + 8));
        }
        if left < 2 {
            let (name, what) =
                (item_name(items, number), format!("2 octets or more in an {}", items.noun));
            self.fault(&name, from..self.end, &what, "1 octet".into(), items.source);
            return None;
        }
        let length = usize::from(self.clear[from / 8 + 1]);
        let (least, whole) = if items.length_counts_header { (2, length) } else { (0, length + 2) };
        if length < least || whole > left {
            let what = match length < least {
                true => format!("a length of {least} or more"),
                false => format!("a length of {} or less", left + length - whole),
            };
            let name = format!("{}.length", item_name(items, number));
            self.fault(&name, from + 8..from + 16, &what, length.to_string(), items.source);
            return None;
        }
        Some((number, from..from + whole * 8))
    }

    /// Reads the item in these bits.
    fn item(&mut self, items: &'static Items, number: u64, bits: Range<usize>) {
        let (mut node, bounds) = self.described(items, number, bits.clone());
        let outer = self.end;
        (self.at, self.end) = (bits.start, bits.end);
        if items.is_bare(number) {
            node.value = Value::Octets(Octets::default());
            self.nodes.push(node);
        } else {
            node.head = Some(self.head(bits.start));
            self.at += 16;
            self.item_value(node, bounds, items);
        }
        (self.at, self.end, self.stuck) = (self.end, outer, false);
    }

    /// The node of an item, which goes by its number where no table knows it, and the bounds of its
    /// value.
    fn described(
        &self,
        items: &'static Items,
        number: u64,
        bits: Range<usize>,
    ) -> (Node, Option<(usize, usize)>) {
        let known = items.by_number(number);
        let (field, label) = match known {
            Some(known) => (&known.field, None),
            None => (&UNKNOWN_ITEM, Some(item_name(items, number).into())),
        };
        let node = Node::new(field, label, self.depth, bits, Value::Group);
        (node, known.map(|known| known.octets))
    }

    /// Type and length of the item that begins here.
    fn head(&self, from: usize) -> Head {
        let octets = &self.clear[from / 8..from / 8 + 2];
        Head { number: octets[0], length: octets[1] }
    }

    /// Reads a list that one of its items ends, wherever it goes on.
    fn ended_items(&mut self, items: &'static Items, ended: &'static Ended) {
        let mut found = Vec::new();
        let outer = self.end;
        let mut broken = self.gather(items, ended, &mut found);
        let behind = self.at;
        let one = |clear: &[u8], wanted| {
            let mut ones = found.iter().filter(|(n, bits)| *n == wanted && bits.len() == 24);
            ones.next().and_then(|(_, bits)| clear.get(bits.start / 8 + 2)).copied()
        };
        let more = ended.more.and_then(|m| Some((m, u64::from(one(&self.clear, m.item)?))));
        let places = more.iter().flat_map(|(more, number)| {
            more.fields.iter().filter(move |(bit, _)| number & bit != 0).map(|(_, name)| *name)
        });
        let mut astray = Vec::new();
        for name in places {
            let depth = self.depth.saturating_sub(1);
            let Some(at) = self.nodes.iter().position(|n| n.depth == depth && n.name() == name)
            else {
                continue;
            };
            // What stands there is no text: it is items.
            self.nodes[at].value = Value::Octets(Octets::default());
            let bits = self.nodes[at].bits();
            self.faults.retain(|fault| fault.bits != bits);
            (self.at, self.end) = (bits.start, bits.end);
            astray.extend(self.gather(items, ended, &mut found));
            let rest = self.at..self.end;
            if self.clear[rest.start / 8..rest.end / 8].iter().any(|octet| *octet != 0) {
                let got = show_octets(&self.clear[rest.start / 8..rest.end / 8]);
                let source = more.map_or("", |(more, _)| more.source);
                self.fault("", rest, "nothing but zero octets behind the end", got, source);
            }
        }
        let mut counts = [0usize; 256];
        let index = |number: u64| usize::try_from(number).unwrap_or(0) % 256;
        for (number, _) in &found {
            counts[index(*number)] += 1;
        }
        for at in 0..found.len() {
            let (number, bits) = found[at].clone();
            let joined = !ended.joined.is_empty() && !items.is_bare(number);
            match counts[index(number)] {
                // The parts were put together where the first of them stands.
                0 => {}
                2.. if joined => {
                    let parts = found[at..].iter().filter(|(n, _)| *n == number);
                    let parts: Vec<Range<usize>> = parts.map(|(_, bits)| bits.clone()).collect();
                    self.joined(items, number, &parts);
                    counts[index(number)] = 0;
                }
                _ => self.item(items, number, bits),
            }
        }
        for bits in broken.take().into_iter().chain(astray) {
            self.stuck |= bits.end == outer;
            (self.at, self.end) = (bits.start, bits.end);
            self.left(&UNREADABLE);
        }
        (self.at, self.end) = (if self.stuck { outer } else { behind }, outer);
    }

    /// The items up to the end of their list, and behind them the bits that cannot be items.
    fn gather(
        &mut self,
        items: &'static Items,
        ended: &'static Ended,
        found: &mut Vec<(u64, Range<usize>)>,
    ) -> Option<Range<usize>> {
        while self.at < self.end && found.len() < MOST_NODES {
            let Some((number, bits)) = self.extent(items) else {
                let broken = self.at..self.end;
                self.at = self.end;
                return Some(broken);
            };
            self.at = bits.end;
            found.push((number, bits));
            if number == ended.end {
                return None;
            }
        }
        let name = item_name(items, ended.end);
        let (bits, what) = (self.at..self.at, format!("an {} that ends the list", items.noun));
        self.fault(&name, bits, &what, "nothing".into(), ended.source);
        None
    }

    /// Reads the parts of one value. What is inside it stands at no place of its own.
    fn joined(&mut self, items: &'static Items, number: u64, parts: &[Range<usize>]) {
        let value = |bits: &Range<usize>| self.clear[bits.start / 8 + 2..bits.end / 8].to_vec();
        let whole: Vec<u8> = parts.iter().flat_map(value).collect();
        let Some(first) = parts.first().cloned() else { return };
        // Parts that stand one behind the other are one stretch.
        let end = parts.iter().fold(first.end, |end, bits| match bits.start == end {
            true => bits.end,
            false => end,
        });
        let place = first.start..end;
        let (mut node, bounds) = self.described(items, number, place.clone());
        node.head = Some(self.head(first.start));
        let mut inner = Reader::new(&whole, self.context, &APART, 8);
        (inner.source, inner.within) = (self.source, self.path());
        (inner.depth, inner.base) = (self.depth, self.depth);
        inner.item_value(node, bounds, items);
        let Reader { nodes, faults, .. } = inner;
        self.nodes.extend(nodes.into_iter().map(|mut node| {
            node.place(place.clone());
            node
        }));
        self.faults.extend(faults.into_iter().map(|fault| Fault { bits: place.clone(), ..fault }));
    }

    /// Reads the value of an item into the item's own node; what a group holds stands behind that.
    fn item_value(
        &mut self,
        mut node: Node,
        bounds: Option<(usize, usize)>,
        items: &'static Items,
    ) {
        let field = node.field;
        let (from, octets) = (self.at, (self.end - self.at) / 8);
        let all = |r: &Self| Value::Octets(r.clear[from / 8..r.end / 8].into());
        if let Some((least, most)) = bounds
            && !(least..=most).contains(&octets)
        {
            let what = match (least, most) {
                (a, b) if a == b => format!("a value of {}", counted(a, "octet")),
                (a, b) => format!("a value of {a} to {b} octets"),
            };
            let source = if field.source.is_empty() { items.source } else { field.source };
            self.fault(node.name(), from..self.end, &what, counted(octets, "octet"), source);
            node.value = all(self);
            return self.nodes.push(node);
        }
        match &field.kind {
            // What its bounds let be shorter than its parts is a value of its own: an empty one, or
            // the end of something that goes on from the item before.
            Kind::Group(fields) if octets * 8 < fixed_bits(fields) && bounds.is_some() => {
                node.value = all(self);
                self.nodes.push(node);
            }
            Kind::Group(fields) => self.parts(node, |r| {
                r.fields(fields);
                r.left_over();
            }),
            Kind::List(list) => {
                let count = self.count_of(list);
                self.parts(node, |r| {
                    // The names in a value count from its beginning.
                    let outer = std::mem::replace(&mut r.origin, from / 8);
                    r.list(list, count);
                    r.left_over();
                    r.origin = outer;
                });
            }
            Kind::Items(inner) => self.parts(node, |r| r.items(inner)),
            _ => {
                if let Some(value) = self.value(field, node.label()) {
                    node.value = value;
                }
                self.nodes.push(node);
            }
        }
    }

    /// Reads an item that holds others.
    fn parts(&mut self, node: Node, read: impl FnOnce(&mut Self)) {
        self.nodes.push(node);
        self.inside(read);
    }
}

/// The name of an item.
fn item_name(items: &'static Items, number: u64) -> String {
    match items.by_number(number) {
        Some(known) => known.field.name.to_owned(),
        None => format!("{}{number}", items.unknown_prefix),
    }
}

/// What a value stands in whose parts were put together.
static APART: Layout = layout("value", "", &[]);

/// The bits that the parts of a group have at least.
fn fixed_bits(fields: &[Field]) -> usize {
    fields
        .iter()
        .map(|field| match &field.kind {
            Kind::Uint { bits, .. } => usize::from(*bits),
            Kind::Flag => 1,
            Kind::Ipv4 => 32,
            Kind::Ipv6 => 128,
            Kind::Mac => 48,
            Kind::Octets(Len::Fixed(n) | Len::Padded(n))
            | Kind::Text(Len::Fixed(n) | Len::Padded(n)) => n * 8,
            Kind::Group(fields) | Kind::Sealed { fields, .. } => fixed_bits(fields),
            _ => 0,
        })
        .sum()
}
