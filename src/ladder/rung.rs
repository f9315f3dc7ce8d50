//! Rungs: the things that happen in an exchange.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use super::{FieldSpec, LinkId, PartyId, Pattern, Reference, Term};
use crate::diag::Pos;
use crate::wire::MessageType;

/// One thing that happens.
#[derive(Clone, Debug)]
pub struct Rung {
    /// Its place in the suite.
    pub pos: Pos,
    /// What happens.
    pub act: Act,
    /// When.
    pub timing: Timing,
}

impl Rung {
    /// Whether it is that nothing is said.
    pub fn is_silent(&self) -> bool {
        matches!(self.act, Act::Silent(_))
    }
}

/// When a rung happens, counted from the end of the rung before it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timing {
    /// No sooner than this.
    pub after: Option<Duration>,
    /// No later than this.
    pub within: Option<Duration>,
}

impl Timing {
    /// Whether any time will do.
    pub fn is_any(&self) -> bool {
        self.after.is_none() && self.within.is_none()
    }
}

/// What happens on a rung. What most rungs are not is boxed: there are tens of thousands of them.
#[derive(Clone, Debug)]
pub enum Act {
    /// A message goes from one party to another.
    Message(Arc<Say>),
    /// One party says nothing to another.
    Silent(Arc<Silence>),
    /// One party opens a stream to another, perhaps from a place where it is not expected.
    Connect(Ends, Option<Aside>),
    /// One party closes the stream to another.
    Close(Ends),
    /// The second party does not let the first one connect.
    Refuse(Ends),
    /// A party is made to act without a message.
    Trigger {
        /// Who.
        party: PartyId,
        /// What the target calls it.
        name: String,
    },
    /// Something about a party that no message shows.
    Observe(Box<Observation>),
    /// A party is asked something that it answers when it is well.
    Alive {
        /// Who.
        party: PartyId,
        /// The question and the answer.
        rungs: Vec<Rung>,
    },
    /// One branch happens; who says the first message of the branches chooses.
    Either(Vec<Vec<Rung>>),
    /// All branches happen, in any order.
    AnyOrder(Vec<Vec<Rung>>),
    /// It happens or not; who says the first message chooses.
    Optional(Vec<Rung>),
    /// It happens several times.
    Repeat(Box<Repeat>),
    /// What led here is legal, and not what the exchange needed: why. The exchange ends.
    Inconclusive(Box<str>),
}

/// Two parties and the link between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// Where.
    pub link: LinkId,
    /// Who speaks, opens, closes.
    pub from: PartyId,
    /// To whom.
    pub to: PartyId,
}

/// Nothing is said for a while.
#[derive(Clone, Debug)]
pub struct Silence {
    /// Who is silent, to whom.
    pub ends: Ends,
    /// How long; `None` means until the next rung has happened.
    pub lasting: Option<Duration>,
    /// Only messages in which this holds break the silence.
    pub containing: Option<Pattern>,
}

/// Something about a party that no message shows: what it told its user, what it wrote down.
#[derive(Clone, Debug)]
pub struct Observation {
    /// Who.
    pub party: PartyId,
    /// What the target calls it.
    pub name: String,
    /// What it is about, such as the id of a session.
    pub of: Option<Term>,
}

/// A repetition.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// What is repeated.
    pub rungs: Vec<Rung>,
    /// How often.
    pub count: RangeInclusive<u32>,
    /// When to stop before the count is full: a field of a named message holds this.
    pub until: Option<(Reference, Pattern)>,
    /// The pauses between repetitions.
    pub schedule: Option<Schedule>,
}

impl Repeat {
    /// How often where only what ends it is said: round after round, none of them optional.
    pub const UNTIL: RangeInclusive<u32> = 100_000..=100_000;
}

/// The pauses of a retransmission.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The first pause, from and to.
    pub first: (Duration, Duration),
    /// What each pause is multiplied with to give the next.
    pub factor: f64,
    /// By how much of itself a pause may vary because the sender draws it.
    pub jitter: f64,
    /// By how much of itself a pause may be off because it is measured.
    pub tolerance: f64,
    /// Whether only growth is demanded, not the factor.
    pub growing: bool,
}

/// A message of a rung: what is said, and what is accepted when heard.
#[derive(Debug)]
pub struct Say {
    /// Who, to whom, where.
    pub ends: Ends,
    /// Its type.
    pub kind: &'static MessageType,
    /// Fields that the author speaks of.
    pub fields: Vec<FieldSpec>,
    /// The octets of an earlier message, but for some fields.
    pub again: Option<Box<Again>>,
    /// The name it is kept under.
    pub bind: Option<String>,
    /// The earlier message that it follows; the latest one where the author says nothing.
    pub follows: Option<String>,
    /// Whether it comes from a port or on a stream that was not used before; `false` where it must
    /// come on the one that was used last, `None` where either will do.
    pub new_port: Option<bool>,
    /// Whether it is taken and not asked for: what begins with it comes to no verdict.
    pub no_help: bool,
    /// Damage done to it.
    pub corrupt: Option<Box<Corrupt>>,
}

/// The octets of an earlier message.
#[derive(Clone, Debug)]
pub struct Again {
    /// The message.
    pub name: String,
    /// Fields that may differ. `source` stands for address and port.
    pub except: Vec<String>,
}

/// A place from which nothing is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aside {
    /// Another port of the same host.
    Port,
    /// Another address, and another port.
    Address,
}

/// Damage that a suite asks for.
#[derive(Clone, Debug, Default)]
pub struct Corrupt {
    /// Octets in place of the whole message.
    pub octets: Option<Vec<u8>>,
    /// Other numbers in fields.
    pub set: Vec<(String, u64)>,
    /// Fields whose last bit is turned.
    pub flip: Vec<String>,
    /// The octets that are left.
    pub truncate: Option<usize>,
    /// Octets at the end.
    pub append: Vec<u8>,
    /// Computed fields that are not computed anew.
    pub keep: Vec<String>,
    /// Where it comes from in place of where it should come from; datagrams alone.
    pub from: Option<Aside>,
    /// How many pieces it is sent in, one behind the other; streams alone. 0 and 1 are a whole.
    pub pieces: usize,
    /// Values of link parameters for this message alone, such as a wrong secret.
    pub parameters: Vec<(&'static str, Term)>,
}

/// Calls `visit` for every rung, nested ones included, in the order of the suite.
pub fn walk<'r>(rungs: &'r [Rung], visit: &mut dyn FnMut(&'r Rung)) {
    for rung in rungs {
        visit(rung);
        match &rung.act {
            Act::Either(branches) | Act::AnyOrder(branches) => {
                branches.iter().for_each(|branch| walk(branch, visit));
            }
            Act::Optional(rungs) | Act::Alive { rungs, .. } => walk(rungs, visit),
            Act::Repeat(repeat) => walk(&repeat.rungs, visit),
            _ => {}
        }
    }
}

/// How many messages rungs come to in repetitions whose number of rounds is given; `rounds` is how
/// often these rungs are repeated themselves.
pub(super) fn counted(rungs: &[Rung], rounds: usize) -> usize {
    let each = rungs.iter().map(|rung| match &rung.act {
        Act::Message(_) => rounds,
        Act::Either(branches) => branches.iter().map(|b| counted(b, rounds)).max().unwrap_or(0),
        Act::AnyOrder(branches) => branches.iter().map(|b| counted(b, rounds)).sum(),
        Act::Optional(rungs) | Act::Alive { rungs, .. } => counted(rungs, rounds),
        Act::Repeat(repeat) if repeat.count == Repeat::UNTIL => counted(&repeat.rungs, rounds),
        Act::Repeat(repeat) => {
            let more = usize::try_from(*repeat.count.end()).unwrap_or(usize::MAX);
            counted(&repeat.rungs, rounds.max(1).saturating_mul(more))
        }
        _ => 0,
    });
    each.fold(0, usize::saturating_add)
}
