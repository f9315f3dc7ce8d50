//! The words in which protocol files describe their messages: plain data in constant tables.
//!
//! A table reads in wire order:
//!
//! ```
//! use stepladder::wire::*;
//!
//! const OPCODES: Codes = Codes { name: "opcodes", closed: "", list: &[(1, "read"), (2, "write")] };
//! const REQUEST: Layout = layout("request", "RFC 0 section 0", &[
//!     code("opcode", 8, &OPCODES),
//!     uint("name_len", 8).auto(Auto::LengthOf("name")),
//!     text("name", Len::Field("name_len")),
//! ]);
//! ```

use std::ops::Range;

use super::message::{Message, Node};
use super::occurrence::Occurrence;
use super::octets::Octets;
use super::protocol::Context;
use super::text::{Maybe, Spelling};
use super::value::Value;

/// A list of numbers with names, such as RADIUS codes or TACACS+ statuses.
#[derive(Debug)]
pub struct Codes {
    /// What the numbers are.
    pub name: &'static str,
    /// Numbers and names as the standard spells them, in ascending order of number where it can be.
    pub list: &'static [(u64, &'static str)],
    /// Where the standard says that there are no others; empty where more may be assigned. A heard
    /// number without a name is a fault then.
    pub closed: &'static str,
}

impl Codes {
    /// The name of a number.
    pub fn name(&self, number: u64) -> Option<&'static str> {
        self.list.iter().find(|(n, _)| *n == number).map(|(_, name)| *name)
    }

    /// The number of a name; case does not matter.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.list.iter().find(|(_, n)| n.eq_ignore_ascii_case(name)).map(|(n, _)| *n)
    }
}

/// A sequence of fields.
#[derive(Debug)]
pub struct Layout {
    /// Name in snake case.
    pub name: &'static str,
    /// Where it is defined, such as `RFC 2865 section 3`.
    pub source: &'static str,
    /// Fields in wire order.
    pub fields: &'static [Field],
    /// The octets in front that the pointers of names do not count.
    pub origin: usize,
    /// The fields that most messages have, but for items.
    pub(super) own: usize,
}

/// One field.
#[derive(Debug)]
pub struct Field {
    /// The standard's name in snake case.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// How it is filled in where the author gave no value, and what a received one must be.
    pub auto: Auto,
    /// Where it is defined, if elsewhere than its layout.
    pub source: &'static str,
    /// One line for `explain`.
    pub about: &'static str,
    /// The section that leaves the value to whoever says it: no suite can find any of them wrong. Of
    /// a length of the whole message, the section that allows octets behind it.
    pub free: &'static str,
    /// What every value must be.
    pub must: Option<&'static Check>,
    /// Whether a value that was read is held against anything: most are not.
    pub(super) is_verified: bool,
    /// Whether it is sealed, or a digest: what is done last to a message that is said.
    pub(super) is_finished_last: bool,
}

/// A field is the same where it is the same entry of the same table.
impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Field {}

/// What every value of a field must be, whatever a suite says of it.
#[derive(Debug)]
pub struct Check {
    /// What is expected, for reports: `printable US-ASCII`.
    pub about: &'static str,
    /// Where it is demanded.
    pub source: &'static str,
    /// Whether it holds.
    pub holds: fn(&Value) -> bool,
}

/// How many octets an octet string has.
#[derive(Clone, Copy, Debug)]
pub enum Len {
    /// Always this many.
    Fixed(usize),
    /// As many as an earlier field of the same message says.
    Field(&'static str),
    /// As many as stand before the next zero octet, which belongs to the field.
    Zero,
    /// Always this many: a value, a zero octet, and whatever fills the rest.
    Padded(usize),
    /// As many as stand before the first of these octets, which does not belong to the field, or to
    /// the end.
    Before(&'static [u8]),
    /// As many as stand before the value of an earlier field of the same message, or to the end.
    BeforeSame(&'static str),
    /// All that is left.
    Rest,
}

/// What a field holds.
#[derive(Debug)]
pub enum Kind {
    /// An unsigned integer in network order. Several in a row may share octets.
    Uint {
        /// 1 to 64.
        bits: u8,
        /// Names of its values.
        names: Option<&'static Codes>,
    },
    /// One bit, true or false.
    Flag,
    /// Opaque octets.
    Octets(Len),
    /// Octets that are text.
    Text(Len),
    /// An IPv4 address, 4 octets.
    Ipv4,
    /// An IPv6 address, 16 octets.
    Ipv6,
    /// A MAC address, 6 octets.
    Mac,
    /// Items that each carry their type and length: attributes, options.
    Items(&'static Items),
    /// As many one-octet lengths as `count` says, one for each item of the field `of`.
    Lengths {
        /// The field that holds the number of lengths.
        count: &'static str,
        /// The field whose items are measured.
        of: &'static str,
    },
    /// Texts of the form name, separator, value; their lengths stand in the field `lengths`. One whose length
    /// is zero is not there.
    Pairs {
        /// The [`Kind::Lengths`] field.
        lengths: &'static str,
        /// Characters that may part name and value; the first is used where none is asked for.
        separators: &'static str,
    },
    /// Names and values in turn, each ended by a zero octet, to the end of the message. The case of a
    /// name does not matter.
    ZeroPairs,
    /// Fields one after another.
    Group(&'static [Field]),
    /// Fields whose octets travel transformed, keeping their number: hidden, obfuscated.
    Sealed {
        /// How.
        seal: &'static Seal,
        /// What is inside.
        fields: &'static [Field],
    },
    /// One value that travels transformed, filled up with zero octets to a multiple of `block`.
    Hidden {
        /// How.
        seal: &'static Seal,
        /// The octets that the length is a multiple of.
        block: usize,
    },
    /// Octets that a pair of functions reads and writes.
    Custom(&'static Codec),
    /// A name made of labels, each behind its length, that may end in a pointer to an earlier one. Its
    /// value is the name written in full. Case does not matter. Without `pointers` it must not have
    /// one.
    Name {
        /// Whether it may be written with a pointer.
        pointers: bool,
    },
    /// Structures of the same fields, one behind the other.
    List(&'static List),
    /// Fields that an earlier field beside them chooses. They belong to what they stand in: the
    /// choice's own name is part of no path.
    Choice(&'static Choice),
    /// A value that is written in text.
    Spelled(&'static Spelling),
    /// Octets that always stand there.
    Mark(&'static [u8]),
    /// Fields that are there where their lead is. They belong to what they stand in; the field itself
    /// is the lead.
    Maybe(&'static Maybe),
}

impl Kind {
    /// What the value is, however it is written.
    pub fn plain(&self) -> &Self {
        match self {
            Self::Spelled(spelling) => &spelling.of,
            kind => kind,
        }
    }
}

/// Structures one behind the other, such as records.
#[derive(Debug)]
pub struct List {
    /// What one of them is called, such as `record`.
    pub noun: &'static str,
    /// The field that counts them; empty where they go on to the end.
    pub count: &'static str,
    /// Whether what is left is no more of them, where neither a count nor the end says so.
    pub until: Option<fn(&[u8]) -> bool>,
    /// One of them: a [`Kind::Group`]. In paths it goes by its place, from 0.
    pub item: Field,
    /// The section that leaves their order to whoever says them; empty where the order matters.
    pub order: &'static str,
    /// The section that forbids two alike, and the field in which two that are alike may differ.
    pub distinct: Option<(&'static str, &'static str)>,
}

impl List {
    /// The fields of one of them.
    pub fn fields(&self) -> &'static [Field] {
        match self.item.kind {
            Kind::Group(fields) => fields,
            _ => &[],
        }
    }

    /// The only field of one of them that is not computed, if there is one alone.
    pub fn only_field(&self) -> Option<&'static Field> {
        let mut chosen = self.fields().iter().filter(|f| !f.is_computed());
        chosen.next().filter(|_| chosen.next().is_none())
    }
}

/// Fields that depend on a number, such as the data of a record on its type.
#[derive(Debug)]
pub struct Choice {
    /// The field before it, beside it, whose number chooses.
    pub by: &'static str,
    /// Numbers and fields.
    pub cases: &'static [(u64, &'static [Field])],
    /// The fields for every other number. Where an author chooses one of them, they are written
    /// whatever the number is.
    pub other: &'static [Field],
    /// The field before it, beside it, that says how many octets there are; empty where none does.
    pub length: &'static str,
}

impl Choice {
    /// The fields for a number.
    pub fn fields(&self, number: u64) -> &'static [Field] {
        self.cases.iter().find(|(n, _)| *n == number).map_or(self.other, |(_, fields)| fields)
    }

    /// All sets of fields, that of no number last.
    pub fn every(&self) -> impl Iterator<Item = &'static [Field]> {
        self.cases.iter().map(|(_, fields)| *fields).chain([self.other])
    }
}

/// A list of items, each with a type and a length in front: RADIUS attributes, DHCP options.
#[derive(Debug)]
pub struct Items {
    /// What one item is called, such as `attribute`.
    pub noun: &'static str,
    /// Where the form is defined.
    pub source: &'static str,
    /// Whether the length octet counts type and length too.
    pub length_counts_header: bool,
    /// The known types in ascending order of number.
    pub types: &'static [ItemType],
    /// What the name of an unknown type begins with; its number follows.
    pub unknown_prefix: &'static str,
    /// The section that leaves the order of items of different types to whoever says them.
    pub order: &'static str,
    /// How often each type may stand in each message type, where the standard says.
    pub occurrence: &'static [Occurrence],
    /// Whether one of the items ends the list; `None` where it goes on to the end of what it is in.
    pub ended: Option<&'static Ended>,
}

/// A list that one of its items ends: the options of DHCP.
#[derive(Debug)]
pub struct Ended {
    /// Where it is demanded that the list ends with it.
    pub source: &'static str,
    /// The type that ends it: a single octet, without length and value.
    pub end: u64,
    /// The type that fills the space between others: a single octet too.
    pub pad: u64,
    /// The section by which items of one type are the parts of one value.
    pub joined: &'static str,
    /// Where it may go on.
    pub more: Option<&'static More>,
}

/// Fields of another use in which a list goes on where one of its items says so. Each part of the list
/// has an end of its own.
#[derive(Debug)]
pub struct More {
    /// Where that is defined.
    pub source: &'static str,
    /// The type of the item, one octet of bits.
    pub item: u64,
    /// For each bit the field, which stands before the list, in the order in which they are read.
    pub fields: &'static [(u64, &'static str)],
}

impl Items {
    /// The table entry of a type number.
    pub fn by_number(&self, number: u64) -> Option<&'static ItemType> {
        // Most numbers follow each other: it stands where it would if all of them did, or some
        // places before.
        let first = self.types.first()?.number;
        let at = usize::try_from(number.checked_sub(first)?).ok()?;
        let before = &self.types[..self.types.len().min(at + 1)];
        before.iter().rev().find(|t| t.number <= number).filter(|t| t.number == number)
    }

    /// The table entry that a field is part of.
    pub fn of(&self, field: &'static Field) -> Option<&'static ItemType> {
        let types = self.types;
        // It stands in the table at the place that its address tells, or it is none of them.
        let address = std::ptr::from_ref(field).addr();
        let at = address.wrapping_sub(types.as_ptr().addr()) / size_of::<ItemType>();
        types.get(at).filter(|known| std::ptr::eq(&known.field, field))
    }

    /// Whether a type is a single octet, without length and value.
    pub fn is_bare(&self, number: u64) -> bool {
        self.ended.is_some_and(|ended| number == ended.end || number == ended.pad)
    }

    /// The table entry of a name; case does not matter.
    pub fn by_name(&self, name: &str) -> Option<&'static ItemType> {
        let mut types = self.types.iter();
        let mut others = types.clone();
        let found = types.find(|t| t.field.name == name);
        found.or_else(|| others.find(|t| t.field.name.eq_ignore_ascii_case(name)))
    }

    /// The type number that a name stands for, unknown types by their numbered name.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.named(name).map(|(number, _)| number)
    }

    /// The field of a name; unknown types are opaque octets.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.named(name).map(|(_, field)| field)
    }

    /// The type number and the field of a name.
    pub fn named(&self, name: &str) -> Option<(u64, &'static Field)> {
        let numbered = || name.strip_prefix(self.unknown_prefix)?.parse().ok().filter(|n| *n < 256);
        match self.by_name(name) {
            Some(known) => Some((known.number, &known.field)),
            None => numbered().map(|number| (number, &UNKNOWN_ITEM)),
        }
    }
}

/// The field of an item whose type no table knows.
pub static UNKNOWN_ITEM: Field = octets("unknown", Len::Rest);

/// One type of item.
#[derive(Debug)]
pub struct ItemType {
    /// The number in the type octet.
    pub number: u64,
    /// Name, value and source. Its length is what the item's length octet leaves.
    pub field: Field,
    /// The least and most octets a value may have.
    pub octets: (usize, usize),
}

impl ItemType {
    /// Says that the section which defines the item leaves its value to whoever says it.
    pub const fn free(mut self) -> Self {
        self.field.free = self.field.source;
        self
    }
}

/// How the octets of sealed fields travel.
#[derive(Debug)]
pub struct Seal {
    /// What it is, for reports: `hidden with the shared secret`.
    pub about: &'static str,
    /// Where it is defined.
    pub source: &'static str,
    /// Whether it is in force for this message, whose head has been decoded; `None` means always.
    pub unless: Option<fn(&[Node]) -> bool>,
    /// Clear octets into sealed ones, in place: context, whole message, range of the octets.
    pub close: fn(&Context<'_>, &mut [u8], Range<usize>),
    /// Sealed octets into clear ones, in place.
    pub open: fn(&Context<'_>, &mut [u8], Range<usize>),
}

/// A pair of functions for octets that no table describes.
#[derive(Debug)]
pub struct Codec {
    /// What it is, for `explain`.
    pub about: &'static str,
    /// Value to octets.
    pub write: fn(&[u8]) -> Vec<u8>,
    /// Octets to value, or what is wrong with them.
    pub read: fn(&[u8]) -> Result<Vec<u8>, &'static str>,
}

/// How a field gets its value where the author gave none, and what a received one is held against.
#[derive(Debug)]
pub enum Auto {
    /// Zero or empty when said; anything when heard.
    None,
    /// This when said; anything when heard.
    Default(u64),
    /// This when said; anything when heard.
    DefaultText(&'static str),
    /// This, always.
    Always(u64),
    /// The octets of the whole message. What a received message has beyond it is padding.
    LengthOfMessage,
    /// The octets of another field.
    LengthOf(&'static str),
    /// The octets of the message behind this field, and so many before them, the field's own
    /// included. What a received message has beyond them is padding.
    LengthOfRest(usize),
    /// The number of items of another field.
    CountOf(&'static str),
    /// The number for which the fields are those that the author chose, or this one: see
    /// [`Kind::Choice`].
    Chooses(u64),
    /// The same as in the message that this one follows; a list or a group.
    Copy(&'static Copied),
    /// Octets that fill the message up to this many of them; anything when heard.
    FillTo(usize),
    /// Drawn when said, unlike any value drawn before; anything when heard.
    Fresh,
    /// The value of an earlier field of the same message, always.
    SameAs(&'static str),
    /// Equal to a function of the message that this one follows: an echo, the next number.
    Follows(&'static Follows),
    /// A digest or checksum over the message as it travels.
    Digest(&'static Digest),
    /// Chosen by whoever says it, zero or empty without; when heard, what this is computed to be over
    /// the octets in the clear.
    Proof(&'static Digest),
}

/// A value that follows from the message before.
#[derive(Debug)]
pub struct Follows {
    /// What is expected, for reports: `the identifier of the request`.
    pub about: &'static str,
    /// Where it is demanded; empty where it is only what we say, and anything may be heard.
    pub source: &'static str,
    /// The value, or `None` where this message may choose: it is then drawn.
    pub value: fn(&Context<'_>) -> Option<Value>,
}

/// Fields that are repeated from the message before.
#[derive(Debug)]
pub struct Copied {
    /// What is expected, for reports: `the question that was asked`.
    pub about: &'static str,
    /// Where it is demanded.
    pub source: &'static str,
    /// Whether a message of this head may have none of it.
    pub may_lack: fn(&[Node]) -> bool,
}

/// Computes the octets of the field at a range of a message, or `None` where they cannot be known.
pub type Compute = fn(&Context<'_>, &[u8], Range<usize>) -> Option<Octets>;

/// A digest or checksum.
#[derive(Debug)]
pub struct Digest {
    /// What is expected, for reports: `MD5 over the packet and the secret`.
    pub about: &'static str,
    /// Where it is demanded; empty where it is only what we say, and anything may be heard.
    pub source: &'static str,
    /// The section that lets zero octets say that there is none; empty where they cannot.
    pub absent: &'static str,
    /// Digests of a lower phase are computed first, since later ones cover them.
    pub phase: u8,
    /// The octets of the field at `range`, or `None` where they cannot be known.
    pub compute: Compute,
}

/// A layout.
pub const fn layout(name: &'static str, source: &'static str, fields: &'static [Field]) -> Layout {
    Layout { name, source, fields, origin: 0, own: number_of(fields) }
}

/// Fields, with those in groups, and with one structure of a few in one of the lists.
const fn number_of(fields: &[Field]) -> usize {
    let (mut number, mut at, mut few) = (fields.len(), 0, 0);
    while at < fields.len() {
        match &fields[at].kind {
            Kind::Group(inner) | Kind::Sealed { fields: inner, .. } => number += number_of(inner),
            Kind::List(_) => few = FEW,
            _ => {}
        }
        at += 1;
    }
    number + few
}

/// The fields of a small structure, and the one that holds them.
pub(super) const FEW: usize = 4;

impl Layout {
    /// Says how many octets in front the pointers of names do not count.
    pub const fn origin(mut self, octets: usize) -> Self {
        self.origin = octets;
        self
    }
}

/// A field of any kind.
pub const fn field(name: &'static str, kind: Kind) -> Field {
    let is_verified = match &kind {
        Kind::Items(_) | Kind::List(_) => true,
        Kind::Uint { names: Some(codes), .. } => !codes.closed.is_empty(),
        _ => false,
    };
    let is_finished_last = matches!(kind, Kind::Sealed { .. } | Kind::Hidden { .. });
    Field {
        name,
        kind,
        auto: Auto::None,
        source: "",
        about: "",
        free: "",
        must: None,
        is_verified,
        is_finished_last,
    }
}

/// An unsigned integer of `bits` bits.
pub const fn uint(name: &'static str, bits: u8) -> Field {
    field(name, Kind::Uint { bits, names: None })
}

/// An unsigned integer whose values have names.
pub const fn code(name: &'static str, bits: u8, names: &'static Codes) -> Field {
    field(name, Kind::Uint { bits, names: Some(names) })
}

/// One bit.
pub const fn flag(name: &'static str) -> Field {
    field(name, Kind::Flag)
}

/// Opaque octets.
pub const fn octets(name: &'static str, len: Len) -> Field {
    field(name, Kind::Octets(len))
}

/// Text.
pub const fn text(name: &'static str, len: Len) -> Field {
    field(name, Kind::Text(len))
}

impl Field {
    /// Whether the protocol computes the value from the rest of the message: lengths, counts,
    /// digests.
    pub fn is_computed(&self) -> bool {
        matches!(
            self.auto,
            Auto::LengthOfMessage
                | Auto::LengthOf(_)
                | Auto::LengthOfRest(_)
                | Auto::CountOf(_)
                | Auto::SameAs(_)
                | Auto::Digest(_)
        ) || matches!(self.kind, Kind::Lengths { .. } | Kind::Mark(_) | Kind::Maybe(_))
    }

    /// Says how the value comes about.
    pub const fn auto(mut self, auto: Auto) -> Self {
        match &auto {
            Auto::Always(_) | Auto::SameAs(_) | Auto::Copy(_) | Auto::Proof(_) => {
                self.is_verified = true;
            }
            Auto::Follows(follows) => self.is_verified |= !follows.source.is_empty(),
            Auto::Digest(digest) => {
                self.is_verified |= !digest.source.is_empty();
                self.is_finished_last = true;
            }
            _ => {}
        }
        self.auto = auto;
        self
    }

    /// Says where the field is defined.
    pub const fn source(mut self, source: &'static str) -> Self {
        self.source = source;
        self
    }

    /// Says which section leaves the value to whoever says it.
    pub const fn free(mut self, section: &'static str) -> Self {
        self.free = section;
        self
    }

    /// Says what every value must be.
    pub const fn must(mut self, check: &'static Check) -> Self {
        self.must = Some(check);
        self.is_verified = true;
        self
    }

    /// Says what the field means.
    pub const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }
}

/// Finds the field that a path such as `attributes.User-Name` leads to.
pub fn find_field<'f>(fields: &'f [Field], path: &str) -> Option<&'f Field> {
    let (head, rest) = match path.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (path, None),
    };
    for field in fields {
        // What a seal wraps belongs to the message itself: its name is not part of any path.
        if let Kind::Sealed { fields: inner, .. } = &field.kind
            && let Some(found) = find_field(inner, path)
        {
            return Some(found);
        }
        if let Kind::Maybe(maybe) = &field.kind
            && let Some(found) = find_field(maybe.fields, path)
        {
            return Some(found);
        }
        if let Kind::Choice(choice) = &field.kind {
            match choice.every().find_map(|fields| find_field(fields, path)) {
                Some(found) => return Some(found),
                None => continue,
            }
        }
        if field.name != head {
            continue;
        }
        return match rest {
            None => Some(field),
            Some(rest) => find_inside(field, rest),
        };
    }
    None
}

/// Finds the field that a path leads to inside a field.
fn find_inside<'f>(field: &'f Field, path: &str) -> Option<&'f Field> {
    let (head, rest) = match path.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (path, None),
    };
    match &field.kind {
        Kind::Group(fields) => find_field(fields, path),
        Kind::List(list) if is_place(head) => match rest {
            Some(rest) => find_inside(&list.item, rest),
            None => Some(&list.item),
        },
        Kind::Items(items) => {
            let item = items.field(head)?;
            match rest {
                None => Some(item),
                Some("type") => Some(&ITEM_TYPE),
                Some("length") => Some(&ITEM_LENGTH),
                Some(rest) => find_inside(item, rest),
            }
        }
        Kind::Pairs { .. } | Kind::ZeroPairs if rest.is_none() => Some(&PAIR),
        _ => None,
    }
}

/// Whether a part of a path is the place of a structure in its list.
fn is_place(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
}

/// The type octet of an item.
pub static ITEM_TYPE: Field = uint("type", 8);
/// The length octet of an item.
pub static ITEM_LENGTH: Field = uint("length", 8);
/// One text of [`Kind::Pairs`].
pub static PAIR: Field = text("value", Len::Rest);

/// Whether a name is among those of the fields at one level: see [`field_names`].
pub fn has_field(fields: &'static [Field], name: &str) -> bool {
    fields.iter().any(|field| match &field.kind {
        Kind::Sealed { fields, .. } => has_field(fields, name),
        Kind::Maybe(maybe) => has_field(maybe.fields, name),
        Kind::Choice(choice) => choice.every().any(|fields| has_field(fields, name)),
        _ => field.name == name,
    })
}

/// The names of the fields at one level, what a seal wraps included: for suggestions.
pub fn field_names(fields: &'static [Field]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for field in fields {
        match &field.kind {
            Kind::Sealed { fields, .. } => names.extend(field_names(fields)),
            Kind::Maybe(maybe) => names.extend(field_names(maybe.fields)),
            Kind::Choice(choice) => {
                for name in choice.every().flat_map(field_names) {
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
            _ => names.push(field.name),
        }
    }
    names
}

/// The echo of a field of the message that this one follows, for [`Follows::value`].
pub fn echo(previous: Option<&Message>, path: &str) -> Option<Value> {
    previous.and_then(|m| m.find(path)).map(|node| node.value.clone())
}
