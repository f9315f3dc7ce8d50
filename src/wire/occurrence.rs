//! How often items may stand in messages, as the standards' tables say it.

use super::layout::{ItemType, Items};
use super::message::{Fault, Message, Node, inside};

/// A table of the standard: how often items may stand in messages.
#[derive(Debug)]
pub struct Occurrence {
    /// Where it is.
    pub source: &'static str,
    /// The names of the message types of its columns.
    messages: &'static [&'static str],
    /// Type numbers in ascending order, and a word for each column.
    rows: &'static [(u64, &'static [Occurs])],
    /// A word for each column, for all types without a row; empty where nothing is said of them.
    others: &'static [Occurs],
    /// For each type the place of its row, counted from 1.
    row_of: [u8; TYPES],
    /// What each column comes to, over all types.
    columns: [Demands; MOST_COLUMNS],
}

/// The types that one octet tells apart.
const TYPES: usize = 256;
/// The most message types that one table speaks of.
const MOST_COLUMNS: usize = 8;

/// How often an item may stand in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurs {
    /// Never: `0`.
    Never,
    /// `0-1`.
    AtMostOnce,
    /// `0+`.
    AnyNumber,
    /// `1`.
    Once,
    /// The table does not say, or another standard says something else.
    Open,
}

impl Occurs {
    /// Whether a message may go without.
    pub fn may_be_absent(self) -> bool {
        self != Self::Once
    }

    /// Whether a message may have one.
    pub fn may_be_present(self) -> bool {
        self != Self::Never
    }

    /// Whether a message may have several.
    pub fn may_be_many(self) -> bool {
        matches!(self, Self::AnyNumber | Self::Open)
    }
}

/// A set of types.
#[derive(Clone, Copy, Debug)]
struct Types([u64; TYPES / 64]);

impl Types {
    const NONE: Self = Self([0; TYPES / 64]);

    const fn with(mut self, number: u8) -> Self {
        self.0[number as usize / 64] |= 1 << (number % 64);
        self
    }

    /// Adds a type; those that are there already are added to the others.
    fn add(&mut self, number: u8, others: &mut Self) {
        let (word, bit) = (usize::from(number) / 64, 1 << (number % 64));
        others.0[word] |= self.0[word] & bit;
        self.0[word] |= bit;
    }

    fn has(&self, number: u8) -> bool {
        self.0[usize::from(number) / 64] >> (number % 64) & 1 == 1
    }

    fn meets(&self, others: Self) -> bool {
        self.0.iter().zip(others.0).any(|(these, others)| these & others != 0)
    }

    fn includes(&self, others: Self) -> bool {
        self.0.iter().zip(others.0).all(|(these, others)| !these & others == 0)
    }

    fn iter(&self) -> impl Iterator<Item = u8> {
        (0u8..).zip(self.0).flat_map(|(word, mut bits)| {
            std::iter::from_fn(move || {
                let bit = u8::try_from(bits.trailing_zeros()).ok().filter(|_| bits != 0)?;
                bits &= bits - 1;
                Some(word * 64 + bit)
            })
        })
    }
}

/// What a column demands, as sets of types: a list that meets it need not be looked at item by item.
#[derive(Clone, Copy, Debug)]
struct Demands {
    /// What must not be there.
    never: Types,
    /// What must not be there twice.
    single: Types,
    /// What must be there.
    once: Types,
}

impl Demands {
    const NONE: Self = Self { never: Types::NONE, single: Types::NONE, once: Types::NONE };

    const fn with(mut self, number: u8, word: Occurs) -> Self {
        match word {
            Occurs::Never => self.never = self.never.with(number),
            Occurs::AtMostOnce => self.single = self.single.with(number),
            Occurs::Once => {
                self.single = self.single.with(number);
                self.once = self.once.with(number);
            }
            Occurs::AnyNumber | Occurs::Open => {}
        }
        self
    }

    /// Whether a list meets them that has these types, some of them more than once.
    fn are_met(&self, there: Types, twice: Types) -> bool {
        !there.meets(self.never) && !twice.meets(self.single) && there.includes(self.once)
    }
}

/// A table: the names of the message types of its columns, type numbers in ascending order with a word
/// for each column, and the words for all other types, which are empty where nothing is said of them.
pub const fn occurrence(
    source: &'static str,
    messages: &'static [&'static str],
    rows: &'static [(u64, &'static [Occurs])],
    others: &'static [Occurs],
) -> Occurrence {
    assert!(messages.len() <= MOST_COLUMNS);
    let mut row_of = [0; TYPES];
    let mut at = 0;
    while at < rows.len() {
        let (number, row) = rows[at];
        assert!(number < TYPES as u64 && (at == 0 || rows[at - 1].0 < number) && at < 255);
        assert!(row.len() == messages.len());
        row_of[number as usize] = at as u8 + 1;
        at += 1;
    }
    let mut columns = [Demands::NONE; MOST_COLUMNS];
    let mut number = 0;
    while number < TYPES {
        let row = match row_of[number] {
            0 => others,
            row => rows[row as usize - 1].1,
        };
        let mut column = 0;
        while column < row.len() {
            columns[column] = columns[column].with(number as u8, row[column]);
            column += 1;
        }
        number += 1;
    }
    Occurrence { source, messages, rows, others, row_of, columns }
}

/// A column of a table: what it says of one message type.
#[derive(Clone, Copy)]
struct Column {
    table: &'static Occurrence,
    at: usize,
}

impl Column {
    /// The word for a type.
    fn word(self, items: &Items, number: u64) -> Option<(Occurs, &'static str)> {
        let table = self.table;
        let row = usize::try_from(number).ok().and_then(|number| table.row_of.get(number));
        let row = match row.and_then(|row| usize::from(*row).checked_sub(1)) {
            Some(row) => table.rows[row].1,
            None if items.is_bare(number) => return None,
            None => table.others,
        };
        let occurs = row.get(self.at).filter(|occurs| **occurs != Occurs::Open)?;
        Some((*occurs, table.source))
    }
}

impl Items {
    /// What the tables say of a message type.
    fn columns(&self, message: &str) -> impl Iterator<Item = Column> {
        self.occurrence.iter().filter_map(move |table| {
            let at = table.messages.iter().position(|m| *m == message)?;
            Some(Column { table, at })
        })
    }

    /// How often a type may stand in a message type, and where that is said.
    pub fn occurs(&self, message: &str, number: u64) -> Option<(Occurs, &'static str)> {
        self.columns(message).find_map(|column| column.word(self, number))
    }
}

/// Holds the number of items of each type against the tables of the standard.
pub(super) fn verify(
    message: &Message,
    list: usize,
    items: &'static Items,
    faults: &mut Vec<Fault>,
) {
    let node = &message.nodes[list];
    let (depth, within) = (node.depth + 1, inside(&message.nodes, list));
    let all = || within.iter().filter(move |n| n.depth == depth);
    let number = |item: &Node| match item.head {
        Some(head) => Some(head.number),
        // Only a bare one has no type in front.
        None => items.number(item.name()).and_then(|number| u8::try_from(number).ok()),
    };
    let (mut there, mut twice) = (Types::NONE, Types::NONE);
    all().filter_map(number).for_each(|number| there.add(number, &mut twice));
    let demands = |column: Column| &column.table.columns[column.at];
    if items.columns(message.kind.name).all(|column| demands(column).are_met(there, twice)) {
        return;
    }
    // Something may be wrong: of two tables the first one counts.
    let columns: Vec<Column> = items.columns(message.kind.name).collect();
    let occurs = |number| columns.iter().find_map(|column| column.word(items, number));
    let mut counts = [0u32; TYPES];
    for number in all().filter_map(number) {
        counts[usize::from(number)] += 1;
    }
    let mut fault = |name: &str, bits, expected: &str, count: u32, source| {
        faults.push(Fault {
            path: format!("{}.{name}", node.name()),
            bits,
            expected: expected.into(),
            got: format!("{count} of it"),
            source,
            chosen: true,
        });
    };
    for item in all() {
        // Each type is told of once.
        let Some(wanted) = number(item) else { continue };
        let count = std::mem::take(&mut counts[usize::from(wanted)]);
        let Some((occurs, source)) = occurs(wanted.into()).filter(|_| count > 0) else { continue };
        let expected = match occurs {
            Occurs::Never => "none of it in this message",
            _ if count > 1 && !occurs.may_be_many() => "one of it at most",
            _ => continue,
        };
        let last = all().rfind(|item| number(item) == Some(wanted)).unwrap_or(item);
        fault(last.name(), last.bits(), expected, count, source);
    }
    for column in &columns {
        for number in demands(*column).once.iter().filter(|number| !there.has(*number)) {
            let number = u64::from(number);
            if let (Some((Occurs::Once, source)), Some(ItemType { field, .. })) =
                (occurs(number), items.by_number(number))
            {
                fault(field.name, node.bits(), "one of it", 0, source);
            }
        }
    }
}
