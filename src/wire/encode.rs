//! Chosen values into octets. Whatever was not chosen is computed: lengths and counts first, then
//! seals, then digests in the order of their phase. What was chosen always wins, and a corruption
//! may damage the result afterwards, with or without the digests computed anew.

mod items;

use std::borrow::Cow;
use std::ops::Range;

use super::damage::put;
use super::decode::SEPARATOR;
use super::layout::{Auto, Choice, FEW, Field, Kind, Len, List, PAIR, has_field};
use super::message::{Label, Message, Node, find, inside, name_of};
use super::name;
use super::octets::Octets;
use super::protocol::{Context, MessageType};
use super::value::Value;
use crate::diag::counted;

/// What the author chose for a message.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Fields in any order; items in the order in which they are to stand.
    pub fields: Vec<Entry>,
    /// Damage done after encoding.
    pub corruption: Option<Corruption>,
    /// Whether the items are all that there are to be: neither the one that marks the message type nor
    /// the one that ends the list is added.
    pub whole: bool,
}

/// A chosen field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The field's name.
    pub name: Cow<'static, str>,
    /// Its description, where the author of the draft knows it: then nobody has to look it up.
    pub field: Option<&'static Field>,
    /// What it gets.
    pub assignment: Assignment,
}

impl Entry {
    /// A field of this name gets something.
    pub fn new(name: impl Into<Cow<'static, str>>, assignment: Assignment) -> Self {
        Self { name: name.into(), field: None, assignment }
    }
}

/// What a field gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// A value.
    Value(Value),
    /// Fields of a group, items of a list.
    Fields(Vec<Entry>),
}

/// Damage done to an encoded message, in this order: `octets`, `set` and `truncate` and `append`
/// before seals and digests are computed anew; what touches a digest, after.
#[derive(Clone, Debug, Default)]
pub struct Corruption {
    /// Octets in place of the whole message.
    pub octets: Option<Vec<u8>>,
    /// Other values for fields; their number of octets stays.
    pub set: Vec<(Place, u64)>,
    /// Fields whose last bit is turned.
    pub flip: Vec<Place>,
    /// The octets that are left.
    pub truncate: Option<usize>,
    /// Octets at the end.
    pub append: Vec<u8>,
    /// Computed fields that stay as they were before the damage.
    pub keep: Vec<Place>,
}

/// The path of a field.
pub type Place = String;

/// Why a message cannot be encoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("field `{path}`: {what}")]
pub struct EncodeError {
    /// The field's path.
    pub path: String,
    /// What is wrong.
    pub what: String,
}

/// Encodes one message.
///
/// `draw` gives the octets of a field that is chosen at random: it is told the field and how many.
/// Fails where the draft names a field that is not there or gives a value that does not fit.
pub fn encode(
    kind: &'static MessageType,
    context: &Context<'_>,
    draft: &Draft,
    draw: &mut dyn FnMut(&'static Field, usize) -> Vec<u8>,
) -> Result<Message, EncodeError> {
    let choices = chosen_fields(&draft.fields);
    let mut writer = Writer {
        context,
        draw,
        kind,
        // Some dozen octets for each of them.
        bytes: Vec::with_capacity(32 + 12 * choices),
        at: 0,
        nodes: Vec::with_capacity(kind.layout.own + choices),
        depth: 0,
        draft: &draft.fields,
        whole: draft.whole,
        names: name::Written::default(),
        origin: kind.layout.origin,
    };
    writer.fields(kind.layout.fields, &draft.fields)?;
    writer.lengths()?;
    let Writer { bytes, nodes, .. } = writer;
    let mut message = Message { kind, bytes, opened: None, nodes, faults: Vec::new() };
    finish(&mut message, context);
    if let Some(corruption) = &draft.corruption {
        super::damage::corrupt(&mut message, context, corruption)?;
    }
    Ok(message)
}

/// How many fields an author chose, and those that come with them.
fn chosen_fields(entries: &[Entry]) -> usize {
    let all = entries.iter().map(|entry| match &entry.assignment {
        Assignment::Value(_) => 1,
        Assignment::Fields(entries) => {
            let structures =
                entries.iter().filter(|e| matches!(e.assignment, Assignment::Fields(_)));
            chosen_fields(entries) + structures.count() * FEW
        }
    });
    all.sum()
}

/// Seals what is to be sealed and computes digests, but for those that were chosen. All octets of the
/// message are in the clear before.
pub(super) fn finish(message: &mut Message, context: &Context<'_>) {
    let whole = message.bytes.len();
    let cut = |r: Range<usize>| r.start.min(whole)..r.end.min(whole);
    let mut phases: Option<(u8, u8)> = None;
    for at in 0..message.nodes.len() {
        let field = message.nodes[at].field;
        if !field.is_finished_last {
            continue;
        }
        if let Auto::Digest(digest) = &field.auto {
            let (first, last) = phases.unwrap_or((digest.phase, digest.phase));
            phases = Some((first.min(digest.phase), last.max(digest.phase)));
        }
        let (seal, range) = match &field.kind {
            Kind::Sealed { seal, .. }
                if !seal.unless.is_some_and(|unless| unless(&message.nodes)) =>
            {
                (seal, cut(message.nodes[at].octets().start..usize::MAX))
            }
            Kind::Hidden { seal, .. } => {
                let bits = message.nodes[at].value_bits();
                (seal, cut(bits.start / 8..bits.end / 8))
            }
            _ => continue,
        };
        message.opened.get_or_insert_with(|| message.bytes.clone());
        (seal.close)(context, &mut message.bytes, range);
    }
    for phase in phases.map_or(0..0, |(first, last)| first..last + 1) {
        for at in 0..message.nodes.len() {
            let node = &message.nodes[at];
            if !node.field.is_finished_last {
                continue;
            }
            let Auto::Digest(digest) = &node.field.auto else { continue };
            if digest.phase != phase || node.chosen {
                continue;
            }
            let bits = node.value_bits();
            let range = cut(bits.start / 8..bits.end.div_ceil(8));
            let Some(octets) = (digest.compute)(context, &message.bytes, range.clone()) else {
                continue;
            };
            if octets.len() == range.len() {
                message.bytes[range.clone()].copy_from_slice(&octets);
                if let Some(opened) = &mut message.opened {
                    opened[range].copy_from_slice(&octets);
                }
                message.nodes[at].value = Value::Octets(octets);
            }
        }
    }
}

struct Writer<'a> {
    context: &'a Context<'a>,
    draw: &'a mut dyn FnMut(&'static Field, usize) -> Vec<u8>,
    kind: &'static MessageType,
    bytes: Vec<u8>,
    /// The next bit.
    at: usize,
    nodes: Vec<Node>,
    depth: u8,
    draft: &'a [Entry],
    whole: bool,
    /// Names that later ones may point to.
    names: name::Written,
    /// Where the pointers of names count from.
    origin: usize,
}

/// The parameter of a link that says whether names are written with pointers: not where it is this.
const COMPRESSION: (&str, &[u8]) = ("compression", b"none");

impl Writer<'_> {
    fn fields(&mut self, fields: &'static [Field], entries: &[Entry]) -> Result<(), EncodeError> {
        // What was found in the layout is in it.
        let mut unsure = entries.iter().filter(|e| e.field.is_none());
        if let Some(stray) = unsure.find(|e| !has_field(fields, &e.name)) {
            return Err(self.error(&stray.name, "there is no such field"));
        }
        self.known_fields(fields, entries)
    }

    fn known_fields(
        &mut self,
        fields: &'static [Field],
        entries: &[Entry],
    ) -> Result<(), EncodeError> {
        for field in fields {
            let from = self.at;
            if let Kind::Sealed { fields, .. } = &field.kind {
                let at = self.push(field, None, from, Value::Group);
                self.known_fields(fields, entries)?;
                self.nodes[at].end(self.at);
                continue;
            }
            if let Kind::Choice(choice) = &field.kind {
                self.choice(field, choice, entries)?;
                continue;
            }
            if let Kind::Maybe(maybe) = &field.kind {
                if entries.iter().any(|e| has_field(maybe.fields, &e.name)) {
                    let value = Value::Octets(maybe.lead.into());
                    let at = self.push(field, None, from, value);
                    self.octets(maybe.lead);
                    self.nodes[at].end(self.at);
                    self.known_fields(maybe.fields, entries)?;
                }
                continue;
            }
            let made;
            let mut chosen = None;
            if let Auto::Chooses(usual) = field.auto
                && !entries.iter().any(|e| e.name == field.name)
            {
                made = Assignment::Value(Value::Uint(chooser(fields, field.name, entries, usual)));
                chosen = Some(&made);
            }
            let chosen =
                chosen.or(entries.iter().find(|e| e.name == field.name).map(|e| &e.assignment));
            self.field(field, None, chosen)?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        field: &'static Field,
        label: Label,
        chosen: Option<&Assignment>,
    ) -> Result<(), EncodeError> {
        let entries = match chosen {
            Some(Assignment::Fields(entries)) => entries.as_slice(),
            _ => &[],
        };
        match &field.kind {
            Kind::Group(fields) => self.group(field, label, |w| w.fields(fields, entries)),
            Kind::Items(items) => self.group(field, label, |w| w.items(items, entries)),
            Kind::List(list) => {
                let copied = match (&field.auto, chosen, self.context.previous) {
                    (Auto::Copy(_), None, Some(previous)) if previous.faults.is_empty() => {
                        previous.group(name_of(field, &label))
                    }
                    _ => Vec::new(),
                };
                let entries = if chosen.is_none() { &copied } else { entries };
                self.group(field, label, |w| w.list(list, entries))
            }
            Kind::ZeroPairs => {
                self.group(field, label, |w| entries.iter().try_for_each(|e| w.zero_pair(e)))
            }
            Kind::Pairs { separators, .. } => {
                let mut pairs = entries.iter();
                self.group(field, label, |w| pairs.try_for_each(|e| w.pair(separators, e)))
            }
            _ => {
                let from = self.at;
                let value = match chosen {
                    Some(Assignment::Value(value)) => value.clone(),
                    Some(Assignment::Fields(_)) => {
                        let name = name_of(field, &label);
                        return Err(self.error(name, "this field holds one value, not fields"));
                    }
                    None => self.made_up(field, name_of(field, &label)),
                };
                self.write(field, name_of(field, &label), &value)?;
                let at = self.push(field, label, from, value);
                self.nodes[at].chosen = chosen.is_some();
                Ok(())
            }
        }
    }

    /// Writes a field that holds others.
    fn group(
        &mut self,
        field: &'static Field,
        label: Label,
        write: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let at = self.push(field, label, self.at, Value::Group);
        self.inside(write)?;
        self.nodes[at].end(self.at);
        Ok(())
    }

    fn list(&mut self, list: &'static List, entries: &[Entry]) -> Result<(), EncodeError> {
        for (place, entry) in entries.iter().enumerate() {
            let label = Some(place.to_string().into());
            self.field(&list.item, label, Some(&entry.assignment))?;
        }
        Ok(())
    }

    /// Writes the fields that the number before chooses, or those that the author chose in its place.
    fn choice(
        &mut self,
        field: &'static Field,
        choice: &'static Choice,
        entries: &[Entry],
    ) -> Result<(), EncodeError> {
        let mut group = self.nodes.iter().rev().take_while(|n| n.depth >= self.depth);
        let by = group.find(|n| n.depth == self.depth && n.name() == choice.by);
        let number = by.and_then(|n| n.value.uint()).unwrap_or(0);
        let mut fields = choice.fields(number);
        let is_stray = |name: &str| {
            !has_field(fields, name) && choice.every().any(|fields| has_field(fields, name))
        };
        let strays = entries.iter().map(|e| e.name.as_ref()).filter(|name| is_stray(name));
        if strays.clone().next().is_some() {
            // The first in the order of the layout.
            let mut names = choice.every().flat_map(super::layout::field_names);
            let stray = names.find(|name| strays.clone().any(|stray| stray == *name));
            if let Some(stray) = stray.filter(|stray| !has_field(choice.other, stray)) {
                let what = format!("this is not there where `{}` is {number}", choice.by);
                return Err(self.error(stray, &what));
            }
            fields = choice.other;
        }
        let at = self.push(field, None, self.at, Value::Group);
        self.known_fields(fields, entries)?;
        self.nodes[at].end(self.at);
        Ok(())
    }

    /// The value of a field that nobody chose. Lengths and digests are placeholders here.
    fn made_up(&mut self, field: &'static Field, name: &str) -> Value {
        let marked = self.kind.when.iter().find(|(path, _)| match self.depth {
            0 => *path == name,
            _ => {
                let head = path.strip_suffix(name).and_then(|head| head.strip_suffix('.'));
                head.is_some_and(|head| self.is_in(head))
            }
        });
        if let Some((_, number)) = marked {
            return Value::Uint(*number);
        }
        let at = self.at / 8;
        let width = || match field.kind.plain() {
            Kind::Uint { bits, .. } => usize::from(*bits).div_ceil(8),
            Kind::Flag => 1,
            Kind::Octets(Len::Fixed(n)) | Kind::Text(Len::Fixed(n)) => *n,
            Kind::Octets(_) if matches!(field.auto, Auto::FillTo(_)) => match field.auto {
                Auto::FillTo(octets) => octets.saturating_sub(at),
                _ => 0,
            },
            Kind::Ipv4 => 4,
            Kind::Ipv6 => 16,
            Kind::Mac => 6,
            Kind::Name { .. } => 1,
            _ => 0,
        };
        let drawn = |draw: &mut dyn FnMut(&'static Field, usize) -> Vec<u8>| {
            let octets = draw(field, width());
            match field.kind.plain() {
                Kind::Uint { bits, .. } => {
                    let number = octets.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
                    Value::Uint(if *bits < 64 { number & ((1 << bits) - 1) } else { number })
                }
                Kind::Flag => Value::Uint(octets.first().map_or(0, |octet| u64::from(octet & 1))),
                // Of one station, and of no maker.
                Kind::Mac => Value::Octets(super::value::local(octets).into()),
                _ => Value::Octets(octets.into()),
            }
        };
        match &field.auto {
            Auto::Default(number) | Auto::Always(number) => return Value::Uint(*number),
            Auto::DefaultText(text) => return Value::Octets((*text).into()),
            Auto::Fresh => return drawn(self.draw),
            Auto::SameAs(of) => {
                let depth = self.depth;
                let mut group = self.nodes.iter().rev().take_while(|n| n.depth >= depth);
                let same = group.find(|n| n.depth == depth && n.name() == *of);
                if let Some(same) = same.or_else(|| find(&self.nodes, of)) {
                    return same.value.clone();
                }
            }
            Auto::Follows(follows) => {
                return (follows.value)(self.context).unwrap_or_else(|| drawn(self.draw));
            }
            _ => {}
        }
        match field.kind.plain() {
            Kind::Uint { .. } | Kind::Flag => Value::Uint(0),
            Kind::Mark(octets) => Value::Octets((*octets).into()),
            Kind::Lengths { of, .. } => {
                let separators = match self.kind.field(of).map(|f| &f.kind) {
                    Some(Kind::Pairs { separators, .. }) => separators,
                    _ => "",
                };
                let entries = self.draft.iter().find(|e| e.name == *of).map(|e| &e.assignment);
                let lengths = match entries {
                    Some(Assignment::Fields(entries)) => {
                        entries.iter().map(|e| pair_octets(e, separators).min(255) as u8).collect()
                    }
                    _ => Octets::default(),
                };
                Value::Octets(lengths)
            }
            _ => Value::Octets(Octets::zeros(width())),
        }
    }

    fn write(&mut self, field: &Field, name: &str, value: &Value) -> Result<(), EncodeError> {
        match (&field.kind, value) {
            (Kind::Spelled(spelling), value) => self.octets(&spelling.octets(value)),
            (Kind::Uint { bits, .. }, Value::Uint(number)) => {
                if *bits < 64 && number >> bits != 0 {
                    return Err(self.error(
                        name,
                        &format!("{number} does not fit into {}", counted(*bits, "bit")),
                    ));
                }
                self.bits(usize::from(*bits), *number);
            }
            (Kind::Flag, Value::Uint(number)) => self.bits(1, u64::from(*number != 0)),
            (Kind::Uint { .. } | Kind::Flag, _) => {
                return Err(self.error(name, "this field is a number"));
            }
            (Kind::Custom(codec), Value::Octets(octets)) => self.octets(&(codec.write)(octets)),
            (Kind::Name { pointers }, Value::Octets(octets)) => {
                let (parameter, none) = COMPRESSION;
                let may = *pointers && self.context.parameters.octets(parameter) != Some(none);
                let at = (self.at / 8).saturating_sub(self.origin);
                match may {
                    true => {
                        let (whole, pointer) = self.names.write(octets, at);
                        self.octets(&octets[..whole]);
                        self.octets(pointer.as_slice().as_flattened());
                    }
                    false => self.octets(octets),
                }
            }
            (Kind::Hidden { block, .. }, Value::Octets(octets)) => {
                let padded = octets.len().max(1).next_multiple_of(*block);
                self.octets(octets);
                self.zeros(padded - octets.len());
            }
            (kind, Value::Octets(octets)) => {
                let fixed = match kind {
                    Kind::Octets(Len::Fixed(n)) | Kind::Text(Len::Fixed(n)) => Some(*n),
                    Kind::Ipv4 => Some(4),
                    Kind::Ipv6 => Some(16),
                    Kind::Mac => Some(6),
                    _ => None,
                };
                if let Some(fixed) = fixed.filter(|n| *n != octets.len()) {
                    let what =
                        format!("{}, and the field has {fixed}", counted(octets.len(), "octet"));
                    return Err(self.error(name, &what));
                }
                self.octets(octets);
                match kind {
                    Kind::Octets(Len::Zero) | Kind::Text(Len::Zero) => self.octets(&[0]),
                    Kind::Octets(Len::Padded(n)) | Kind::Text(Len::Padded(n)) => {
                        let Some(rest) = n.checked_sub(octets.len()) else {
                            let what = format!(
                                "{}, and the field has {n}",
                                counted(octets.len(), "octet")
                            );
                            return Err(self.error(name, &what));
                        };
                        self.zeros(rest);
                    }
                    _ => {}
                }
            }
            (_, _) => return Err(self.error(name, "this field holds octets")),
        }
        Ok(())
    }

    fn pair(&mut self, separators: &str, entry: &Entry) -> Result<(), EncodeError> {
        let (from, at) = (self.at, self.nodes.len());
        let (name, separator) = pair_name(&entry.name, separators);
        let Assignment::Value(Value::Octets(value)) = &entry.assignment else {
            return Err(self.error(&entry.name, "this is a text"));
        };
        if pair_octets(entry, separators) > 255 {
            return Err(self.error(&entry.name, "name and value have more than 255 octets"));
        }
        self.push(&PAIR, Some(name.into()), from, Value::Octets(value.clone()));
        self.octets(name.as_bytes());
        let start = self.at;
        self.octets(separator.as_bytes());
        self.inside(|w| {
            w.push(&SEPARATOR, None, start, Value::Octets(separator.into()));
            Ok(())
        })?;
        self.octets(value);
        self.nodes[at].end(self.at);
        Ok(())
    }

    fn zero_pair(&mut self, entry: &Entry) -> Result<(), EncodeError> {
        let (from, at) = (self.at, self.nodes.len());
        let Assignment::Value(Value::Octets(value)) = &entry.assignment else {
            return Err(self.error(&entry.name, "this is a text"));
        };
        let label = Some(entry.name.as_ref().into());
        self.push(&PAIR, label, from, Value::Octets(value.clone()));
        for octets in [entry.name.as_bytes(), value] {
            self.octets(octets);
            self.octets(&[0]);
        }
        self.nodes[at].end(self.at);
        Ok(())
    }

    /// Fills in lengths and counts that nobody chose.
    fn lengths(&mut self) -> Result<(), EncodeError> {
        for at in 0..self.nodes.len() {
            let node = &self.nodes[at];
            let number = match &node.field.auto {
                Auto::LengthOfMessage => self.bytes.len(),
                Auto::LengthOf(of) => {
                    self.beside(at, of).map_or(0, |of| self.nodes[of].octets().len())
                }
                Auto::LengthOfRest(before) => self.bytes.len() - node.octets().end + before,
                Auto::CountOf(of) => self.beside(at, of).map_or(0, |of| {
                    let one = self.nodes[of].depth + 1;
                    inside(&self.nodes, of).iter().filter(|n| n.depth == one).count()
                }),
                _ => continue,
            };
            if node.chosen {
                continue;
            }
            let bits = node.bits();
            if bits.len() < 64 && number >> bits.len() != 0 {
                let what = format!("{number} does not fit into {}", counted(bits.len(), "bit"));
                return Err(self.error(node.name(), &what));
            }
            put(&mut self.bytes, bits, number as u64);
            self.nodes[at].value = Value::Uint(number as u64);
        }
        Ok(())
    }

    /// The place of the field of a name behind the one at `at` in its group, or at the top.
    fn beside(&self, at: usize, name: &str) -> Option<usize> {
        let depth = self.nodes[at].depth;
        let mut group = self.nodes[at..].iter().take_while(|n| n.depth >= depth);
        let behind = group.position(|n| n.depth == depth && n.name() == name);
        let top = || self.nodes.iter().position(|n| n.depth == 0 && n.name() == name);
        behind.map(|behind| at + behind).or_else(top)
    }

    fn bits(&mut self, bits: usize, number: u64) {
        let end = self.at + bits;
        // Whole octets behind all others.
        if self.bytes.len() * 8 == self.at && bits.is_multiple_of(8) && bits <= 64 {
            self.bytes.extend_from_slice(&number.to_be_bytes()[8 - bits / 8..]);
            self.at = end;
            return;
        }
        if self.bytes.len() * 8 < end {
            self.bytes.resize(end.div_ceil(8), 0);
        }
        put(&mut self.bytes, self.at..end, number);
        self.at = end;
    }

    fn octets(&mut self, octets: &[u8]) {
        self.bytes.extend_from_slice(octets);
        self.at += octets.len() * 8;
    }

    fn zeros(&mut self, octets: usize) {
        self.bytes.resize(self.bytes.len() + octets, 0);
        self.at += octets * 8;
    }

    fn inside(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.depth += 1;
        let written = write(self);
        self.depth -= 1;
        written
    }

    /// What is being written into, the innermost first: the last node at each depth above is open.
    fn open(&self) -> impl Iterator<Item = &str> {
        let mut depth = self.depth;
        self.nodes.iter().rev().take_while(move |_| depth > 0).filter_map(move |node| {
            let open = depth > 0 && node.depth == depth - 1;
            open.then(|| {
                depth = node.depth;
                node.name()
            })
        })
    }

    /// Whether the path of what is being written is this one.
    fn is_in(&self, path: &str) -> bool {
        if self.depth == 0 || path.is_empty() {
            return self.depth == 0 && path.is_empty();
        }
        let (mut left, mut behind) = (Some(path), "");
        for name in self.open() {
            left = left.and_then(|left| left.strip_suffix(behind)?.strip_suffix(name));
            behind = ".";
        }
        left.is_some_and(str::is_empty)
    }

    fn push(&mut self, field: &'static Field, label: Label, from: usize, value: Value) -> usize {
        self.nodes.push(Node::new(field, label, self.depth, from..self.at, value));
        self.nodes.len() - 1
    }

    fn error(&self, name: &str, what: &str) -> EncodeError {
        let mut path: Vec<&str> = self.open().collect();
        path.reverse();
        path.push(name);
        EncodeError { path: path.join("."), what: what.into() }
    }
}

/// The number that chooses the fields which the author chose.
fn chooser(fields: &'static [Field], by: &str, entries: &[Entry], usual: u64) -> u64 {
    let choices = fields.iter().filter_map(|field| match &field.kind {
        Kind::Choice(choice) if choice.by == by => Some(*choice),
        _ => None,
    });
    let mut cases = choices.flat_map(|choice| choice.cases);
    let is_meant = |fields: &'static [Field]| entries.iter().any(|e| has_field(fields, &e.name));
    cases.find(|(_, fields)| is_meant(fields)).map_or(usual, |(number, _)| *number)
}

/// `cmd*` asks for the separator `*`; without one it is the first.
fn pair_name<'n>(name: &'n str, separators: &'n str) -> (&'n str, &'n str) {
    match name.char_indices().next_back() {
        Some((at, c)) if separators.contains(c) => (&name[..at], &name[at..]),
        _ => (name, &separators[..separators.len().min(1)]),
    }
}

/// The octets of a pair: name, separator, value.
fn pair_octets(entry: &Entry, separators: &str) -> usize {
    let (name, separator) = pair_name(&entry.name, separators);
    let value = match &entry.assignment {
        Assignment::Value(Value::Octets(octets)) => octets.len(),
        _ => 0,
    };
    name.len() + separator.len() + value
}
