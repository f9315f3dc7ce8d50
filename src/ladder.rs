//! The concept: suites of exchanges, an exchange being a ladder of messages between named parties;
//! and projections, which say who of them is played.
//!
//! Plain data, checked when it was built. Knows layouts; knows neither YAML nor sockets nor time.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use regex::bytes::Regex;

use crate::diag::{Pos, Source};
use crate::wire::{Field, MessageType, Protocol};

/// Index of a party in its suite.
pub type PartyId = usize;
/// Index of a link in its suite.
pub type LinkId = usize;

/// A suite: one YAML file.
#[derive(Debug)]
pub struct Suite {
    /// Name, such as `tacacs/telnet-login`.
    pub name: String,
    /// The file.
    pub source: Arc<Source>,
    /// What it is about.
    pub about: String,
    /// Governing documents.
    pub sources: Vec<String>,
    /// Who takes part.
    pub parties: Vec<Party>,
    /// Where they talk.
    pub links: Vec<Link>,
    /// What a lab fills in.
    pub settings: BTreeMap<String, Setting>,
    /// Test cases, parameter tables unfolded.
    pub exchanges: Vec<Arc<Exchange>>,
    /// Requirements about every message of a kind or about sets of them.
    pub rules: Vec<Rule>,
    /// What standards leave to the party under test, beyond what the layouts say.
    pub free: Vec<Free>,
    /// How long after its last step an exchange listens for what nothing asked for.
    pub quiet: Duration,
    /// The requirements that the suite cites, by id.
    pub requirements: Arc<Catalogue>,
}

/// Something that a standard leaves to whoever says it: no suite can find it wrong.
#[derive(Clone, Debug)]
pub struct Free {
    /// Name in the author's words.
    pub name: String,
    /// Who speaks to whom.
    pub from: PartyId,
    /// To whom.
    pub to: PartyId,
    /// Message types; empty for all.
    pub kinds: Vec<&'static MessageType>,
    /// Paths of fields; empty where the conduct is meant.
    pub fields: Vec<String>,
    /// What is free about them, as mutants are named: `dropped`, `late`. Empty for everything.
    pub deeds: Vec<String>,
    /// The section that says so.
    pub because: String,
}

impl Suite {
    /// The party of a name.
    pub fn party(&self, name: &str) -> Option<PartyId> {
        self.parties.iter().position(|p| p.name == name)
    }

    /// The exchange of a name.
    pub fn exchange(&self, name: &str) -> Option<&Arc<Exchange>> {
        self.exchanges.iter().find(|e| e.name == name)
    }
}

/// One who takes part.
#[derive(Debug)]
pub struct Party {
    /// Name in the suite.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Whether an implementation may stand in its place; a person at a terminal is always played.
    pub testable: bool,
}

/// Where two parties talk.
#[derive(Debug)]
pub struct Link {
    /// Name in the suite.
    pub name: String,
    /// The party that opens.
    pub initiator: PartyId,
    /// The party that is asked.
    pub responder: PartyId,
    /// What they speak.
    pub protocol: &'static Protocol,
    /// Values of the protocol's parameters.
    pub parameters: Vec<(&'static str, Term)>,
}

impl Link {
    /// Whether the link joins two parties, whichever of them opens it.
    pub fn joins(&self, a: PartyId, b: PartyId) -> bool {
        (self.initiator, self.responder) == (a, b) || (self.initiator, self.responder) == (b, a)
    }
}

/// Something that a lab fills in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value as text.
    pub value: String,
    /// Whether reports mask it.
    pub secret: bool,
}

/// One test case.
#[derive(Debug)]
pub struct Exchange {
    /// Name; a row of a parameter table stands in brackets behind it.
    pub name: String,
    /// What it shows.
    pub about: String,
    /// Its place in the suite.
    pub pos: Pos,
    /// Profile under which alone it is played.
    pub profile: Option<String>,
    /// Features that a target may lack.
    pub needs: Vec<String>,
    /// Settings of this exchange alone.
    pub with: BTreeMap<String, Setting>,
    /// The only parties that it tests; empty where any may be under test.
    pub tests: Vec<PartyId>,
    /// What happens before the first step.
    pub preamble: Vec<Rung>,
    /// Steps, each one trial.
    pub steps: Vec<Step>,
    /// What happens after the last step, even after a failure.
    pub postamble: Vec<Rung>,
    /// Standing answers.
    pub responders: Vec<Responder>,
}

/// Rungs that are judged together.
#[derive(Debug)]
pub struct Step {
    /// Name in the author's words.
    pub name: String,
    /// What it shows.
    pub about: String,
    /// Its place in the suite.
    pub pos: Pos,
    /// Ids of the requirements that hang on it.
    pub requirements: Vec<String>,
    /// What a failure means.
    pub level: Level,
    /// What happens, in order.
    pub rungs: Vec<Rung>,
}

/// How binding a requirement is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// A failure is no failure.
    May,
    /// A failure is a warning, and counts under `--strict`.
    Should,
    /// A failure fails the step. Steps of a flow without a keyword count as this.
    Must,
}

/// A requirement of a standard or source document.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Requirement {
    /// Id, such as `radius.reply-copies-identifier`.
    pub id: String,
    /// `MUST`, `MUST NOT`, `SHOULD`, `MAY`, or `model` for a step of a flow.
    pub level: String,
    /// Which side it binds: client, server or both.
    pub iut: String,
    /// What must hold.
    pub statement: String,
    /// Governing document and section.
    pub standard: String,
    /// Where it is stated first.
    pub source: String,
    /// The profile under which alone it holds.
    pub profile: Option<String>,
    /// Why no step or rule can cover it; empty where one can.
    pub excused: String,
    /// Its place in its file.
    #[serde(skip)]
    pub pos: Pos,
}

impl Requirement {
    /// What a failure means.
    pub fn binding(&self) -> Level {
        match self.level.as_str() {
            "SHOULD" | "SHOULD NOT" => Level::Should,
            "MAY" => Level::May,
            _ => Level::Must,
        }
    }
}

/// The requirements of a folder of suites.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// The file they stand in.
    pub source: Option<Arc<Source>>,
    /// Requirements by id.
    pub by_id: BTreeMap<String, Requirement>,
}

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

/// When a rung happens, counted from the end of the rung before it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timing {
    /// No sooner than this.
    pub after: Option<Duration>,
    /// No later than this.
    pub within: Option<Duration>,
}

/// What happens on a rung.
#[derive(Clone, Debug)]
pub enum Act {
    /// A message goes from one party to another.
    Message(Arc<Say>),
    /// One party says nothing to another.
    Silent(Silence),
    /// One party opens a stream to another.
    Connect(Ends),
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
    Repeat(Repeat),
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
    pub again: Option<Again>,
    /// The name it is kept under.
    pub bind: Option<String>,
    /// The earlier message that it follows; the latest one where the author says nothing.
    pub follows: Option<String>,
    /// Whether it comes from a port that was not used before.
    pub new_port: bool,
    /// Damage done to it.
    pub corrupt: Option<Corrupt>,
}

/// The octets of an earlier message.
#[derive(Clone, Debug)]
pub struct Again {
    /// The message.
    pub name: String,
    /// Fields that may differ. `source` stands for address and port.
    pub except: Vec<String>,
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
    /// Values of link parameters for this message alone, such as a wrong secret.
    pub parameters: Vec<(&'static str, Term)>,
}

/// What the author says of one field.
#[derive(Clone, Debug)]
pub struct FieldSpec {
    /// Name in its group or list.
    pub name: String,
    /// Path in the message.
    pub path: String,
    /// Its description.
    pub field: &'static Field,
    /// Its place in the suite.
    pub pos: Pos,
    /// What is said; `None` leaves it to the protocol.
    pub say: Option<Saying>,
    /// What is accepted.
    pub hear: Pattern,
    /// Fields inside it.
    pub fields: Vec<FieldSpec>,
    /// Whether no other items are accepted beside those in `fields`.
    pub only: bool,
}

impl FieldSpec {
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
    /// A computed value, where the field is one that may be left out.
    Computed,
}

/// A value in a suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// As it stands there; the field's kind reads it.
    Text(String),
    /// Octets.
    Octets(Vec<u8>),
    /// A setting, or something kept from an earlier message.
    Ref(Reference),
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

/// A standing answer.
#[derive(Clone, Debug)]
pub struct Responder {
    /// Its place in the suite.
    pub pos: Pos,
    /// What is answered.
    pub hear: Arc<Say>,
    /// The answers.
    pub say: Vec<Arc<Say>>,
    /// How often it may and must be used.
    pub count: RangeInclusive<u32>,
}

/// A requirement about every message of a kind, or about all of them together.
#[derive(Debug)]
pub struct Rule {
    /// Name in the author's words.
    pub name: String,
    /// What it shows.
    pub about: String,
    /// The file it stands in: the suite, or what its folder shares.
    pub source: Arc<Source>,
    /// Its place in that file.
    pub pos: Pos,
    /// Ids of the requirements.
    pub requirements: Vec<String>,
    /// What a failure means.
    pub level: Level,
    /// The profile under which alone it holds.
    pub profile: Option<String>,
    /// The profile under which it does not hold.
    pub unless_profile: Option<String>,
    /// Who speaks to whom.
    pub from: PartyId,
    /// To whom.
    pub to: PartyId,
    /// Message types; empty for all.
    pub kinds: Vec<&'static MessageType>,
    /// Only messages in which this holds.
    pub when: Vec<FieldSpec>,
    /// What must hold in each of them: one of these. Empty where only the set is judged.
    pub hear: Vec<Vec<FieldSpec>>,
    /// What must hold for all of them together.
    pub set: Vec<SetCheck>,
}

/// Something about a set of messages. Octets that came twice count once.
#[derive(Clone, Debug)]
pub enum SetCheck {
    /// No two messages have the same values in these fields.
    Unique(Vec<String>),
    /// Each value is above the one before.
    Increasing(String),
    /// Values do not repeat, are not zero and do not count up.
    Unpredictable(String),
    /// So many messages.
    Count(RangeInclusive<u32>),
}

/// Who is played. Everybody else is under test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projection {
    /// By party.
    pub played: Vec<bool>,
}

/// What a rung is to a play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// We play both ends.
    Internal,
    /// We speak to the implementation under test.
    Say,
    /// The implementation under test speaks to us.
    Hear,
    /// It happens where we are not.
    Unseen,
}

impl Role {
    /// The word for a message of it, as records spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Internal => "carried",
            Self::Say => "said",
            Self::Hear => "heard",
            Self::Unseen => "unseen",
        }
    }
}

impl Projection {
    /// Everybody is played but the ones in `tested`.
    pub fn testing(suite: &Suite, tested: &[PartyId]) -> Self {
        Self { played: (0..suite.parties.len()).map(|p| !tested.contains(&p)).collect() }
    }

    /// Who is under test.
    pub fn tested(&self) -> impl Iterator<Item = PartyId> {
        self.played.iter().enumerate().filter(|(_, played)| !**played).map(|(p, _)| p)
    }

    /// What a message between two parties is to us.
    pub fn role(&self, from: PartyId, to: PartyId) -> Role {
        match (self.played[from], self.played[to]) {
            (true, true) => Role::Internal,
            (true, false) => Role::Say,
            (false, true) => Role::Hear,
            (false, false) => Role::Unseen,
        }
    }
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

impl Exchange {
    /// Every rung: opening part, steps, closing part.
    pub fn rungs<'r>(&'r self, visit: &mut dyn FnMut(&'r Rung)) {
        walk(&self.preamble, visit);
        self.steps.iter().for_each(|step| walk(&step.rungs, visit));
        walk(&self.postamble, visit);
    }

    /// Why the exchange cannot test these parties, where it cannot.
    ///
    /// A wrong message can only be played; and a party that neither speaks to us nor is silent on
    /// purpose shows nothing.
    pub fn cannot_test(&self, suite: &Suite, projection: &Projection) -> Option<String> {
        for party in projection.tested() {
            let name = &suite.parties[party].name;
            if !suite.parties[party].testable {
                return Some(format!("`{name}` is always played"));
            }
            if !self.tests.is_empty() && !self.tests.contains(&party) {
                return Some(format!("it does not test `{name}`"));
            }
        }
        let (mut wrong, mut heard) = (None, false);
        self.rungs(&mut |rung| match &rung.act {
            Act::Message(say) => {
                let role = projection.role(say.ends.from, say.ends.to);
                if say.corrupt.is_some() && !projection.played[say.ends.from] {
                    wrong = Some(format!(
                        "`{}` says something wrong on purpose in line {}, which only we can do",
                        suite.parties[say.ends.from].name, rung.pos.line
                    ));
                }
                heard |= role == Role::Hear;
            }
            Act::Silent(silence) => {
                heard |= projection.role(silence.ends.from, silence.ends.to) == Role::Hear;
            }
            _ => {}
        });
        wrong.or_else(|| (!heard).then(|| "nothing is heard of the party under test".to_owned()))
    }
}
