//! What is said in a field, and what is accepted in it.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use regex::bytes::Regex;

use crate::diag::Pos;
use crate::wire::{Field, PAIR, Value};

/// What the author says of one field, at one place.
#[derive(Clone, Debug)]
pub struct FieldSpec {
    /// What he says. Where he says the same in many places it is kept once: most fields of a large
    /// suite are such.
    pub what: Arc<Spoken>,
    /// How many of the same path stand before it: several items of one name are taken in order.
    pub nth: usize,
    /// Its place in the suite.
    pub pos: Pos,
    /// Fields inside it.
    pub fields: Vec<FieldSpec>,
    /// Whether no other items are accepted beside those in `fields`.
    pub only: bool,
}

/// What the author says of a field, wherever it stands.
#[derive(Clone, Debug)]
pub struct Spoken {
    /// Name in its group or list.
    pub name: Cow<'static, str>,
    /// Path in the message.
    pub path: String,
    /// Its description.
    pub field: &'static Field,
    /// What is said; `None` leaves it to the protocol.
    pub say: Option<Saying>,
    /// What is accepted.
    pub hear: Pattern,
}

impl Spoken {
    /// The name that it has in a message that is heard: `cmd*` is said with that separator, and heard
    /// under the name alone.
    pub fn heard_name(&self) -> &str {
        match std::ptr::eq(self.field, &PAIR) {
            true => Self::heard_pair(&self.name),
            false => &self.name,
        }
    }

    /// The same for the name of a pair.
    pub fn heard_pair(name: &str) -> &str {
        name.trim_end_matches(['=', '*'])
    }
}

impl Deref for FieldSpec {
    type Target = Spoken;

    fn deref(&self) -> &Spoken {
        &self.what
    }
}

impl FieldSpec {
    /// What is said of a field that holds no others, or of one before those are read.
    pub fn new(what: impl Into<Arc<Spoken>>, pos: Pos) -> Self {
        Self { what: what.into(), nth: 0, pos, fields: Vec::new(), only: false }
    }

    /// Says of each of the specs of one group how many of its path stand before it.
    pub fn number(specs: &mut [Self]) {
        for at in 0..specs.len() {
            let (before, rest) = specs.split_at_mut(at);
            if let Some(spec) = rest.first_mut() {
                spec.nth = before.iter().filter(|other| other.path == spec.path).count();
            }
        }
    }

    /// Whether the author asks if the field at this path is right, rather than for a value.
    pub fn asks_whether_right(&self, path: &str) -> bool {
        let inside = path.strip_prefix(&self.path);
        let own = inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            && self.hear.asks_whether_right();
        own || self.fields.iter().any(|field| field.asks_whether_right(path))
    }
}

/// What is said in a field.
#[derive(Clone, Debug)]
pub enum Saying {
    /// A value.
    Term(Term),
    /// A value never used before.
    Fresh,
    /// So many octets, whatever they are.
    Filler(usize),
    /// The next octets of a file, at most so many.
    NextOf(Box<Reference>, usize),
    /// A computed value, where the field is one that may be left out.
    Computed,
}

/// A value in a suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// As it stands there, where no field says what it means.
    Text(String),
    /// A value of the field that it stands at.
    Value(Value),
    /// Octets.
    Octets(Vec<u8>),
    /// A setting, or something kept from an earlier message.
    Ref(Box<Reference>),
}

/// `$name` or `$name.path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The setting, value or message.
    pub name: String,
    /// The field of a message; empty for the message or value itself.
    pub path: String,
    /// Its place in the suite.
    pub pos: Pos,
}

impl Reference {
    /// As it is written, without the dollar.
    pub fn text(&self) -> String {
        if self.path.is_empty() {
            self.name.clone()
        } else {
            format!("{}.{}", self.name, self.path)
        }
    }
}

/// What is accepted in a field.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// Anything, or nothing.
    Any,
    /// This value.
    Equals(Term),
    /// One of these.
    OneOf(Vec<Pattern>),
    /// All of these.
    All(Vec<Pattern>),
    /// Not this.
    Not(Box<Pattern>),
    /// A number from, to.
    Range(u64, u64),
    /// An address from, to.
    Between(Value, Value),
    /// Text or octets in which this expression is found.
    Matches(Regex),
    /// Text or octets in which these stand.
    Contains(Term),
    /// Octets in this number.
    Length(usize, usize),
    /// So many items of this name, from, to.
    Times(u64, u64),
    /// The item stands before the item of this name in its list, where both are there.
    Before(String),
    /// The next octets of a file, so many of them unless it ends before.
    NextOf(Box<Reference>, usize),
    /// The field is there.
    Present,
    /// The field is not there.
    Absent,
    /// A value not seen before in this run.
    Fresh,
    /// What the protocol computes or checks of it is right.
    Valid,
    /// A number above this.
    MoreThan(Term),
    /// A number below this.
    LessThan(Term),
    /// The seconds that have gone by since a message, give or take.
    SecondsSince {
        /// The message.
        name: String,
        /// Give or take.
        tolerance: Duration,
    },
}

impl Pattern {
    /// Whether it asks if a value is right.
    fn asks_whether_right(&self) -> bool {
        match self {
            Self::Valid => true,
            Self::All(parts) | Self::OneOf(parts) => parts.iter().any(Self::asks_whether_right),
            Self::Not(inner) => inner.asks_whether_right(),
            _ => false,
        }
    }

    /// Whether nothing is asked for.
    pub fn is_any(&self) -> bool {
        match self {
            Self::Any => true,
            Self::All(parts) => parts.iter().all(Self::is_any),
            _ => false,
        }
    }
}
