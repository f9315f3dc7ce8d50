//! The concept: suites of exchanges, an exchange being a ladder of messages between named parties;
//! and projections, which say who of them is played.
//!
//! Plain data, checked when it was built. Knows layouts; knows neither YAML nor sockets nor time.

mod blob;
mod pattern;
mod rung;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use crate::diag::{Pos, Source};
use crate::wire::{Framing, MessageType, Protocol, Transport};

pub use blob::Blob;
pub use pattern::{FieldSpec, Pattern, Reference, Saying, Spoken, Term};
use rung::counted;
pub use rung::{
    Act, Again, Aside, Corrupt, Ends, Observation, Repeat, Rung, Say, Schedule, Silence, Timing,
    walk,
};

/// The most messages of one exchange that count as asked for, however many rounds a suite writes.
const MOST_COUNTED: usize = 200_000;

/// How many messages make an exchange long.
const LONG: usize = 20_000;

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

    /// The link of the segment that a frame belongs to: that of the first protocol that takes it.
    pub fn link_of_frame(&self, frame: &[u8]) -> Option<LinkId> {
        self.links
            .iter()
            .position(|link| matches!(link.protocol.framing, Framing::Frame(takes) if takes(frame)))
    }

    /// Whether a party opens links or is asked on them, but for those to the port of another link:
    /// `client`, `server` or both.
    pub fn sides(&self, party: PartyId) -> BTreeSet<&'static str> {
        let links = self.links.iter().filter(|link| link.at.is_none());
        links
            .filter_map(|link| match party {
                _ if party == link.initiator => Some("client"),
                _ if party == link.responder => Some("server"),
                _ => None,
            })
            .collect()
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
    /// The link that tells where the responder of this one is. Of datagrams it is the port that it has
    /// in the latest conversation there; of a stream it is what the messages there say.
    pub at: Option<LinkId>,
}

impl Link {
    /// Whether it is on the segment, where frames go.
    pub fn is_segment(&self) -> bool {
        self.protocol.transport == Transport::Ethernet
    }

    /// Whether messages of another link say where the responder is: `$name.host` and `$name.port`.
    pub fn is_told(&self) -> bool {
        self.at.is_some() && self.protocol.transport == Transport::Tcp
    }

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
    /// Profile under which it is not played.
    pub unless_profile: Option<String>,
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
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// A failure is no failure.
    May,
    /// A failure is a warning, and counts under `--strict`.
    Should,
    /// A failure fails the step. Steps of a flow without a keyword count as this.
    #[default]
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
    /// Whether it binds somebody who is on these sides.
    pub fn binds(&self, sides: &BTreeSet<&'static str>) -> bool {
        let other = match self.iut.as_str() {
            "client" => "server",
            "server" => "client",
            _ => return true,
        };
        sides.iter().any(|side| *side != other)
    }

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
    /// What must not stand among the octets of any of them.
    pub nowhere: Option<Term>,
    /// What must hold for all of them together.
    pub set: Vec<SetCheck>,
}

/// Something about a set of messages. Octets that came twice count once, where they may be repeated.
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
    pub played: Arc<[bool]>,
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

impl Exchange {
    /// Every rung: opening part, steps, closing part.
    pub fn rungs<'r>(&'r self, visit: &mut dyn FnMut(&'r Rung)) {
        walk(&self.preamble, visit);
        self.steps.iter().for_each(|step| walk(&step.rungs, visit));
        walk(&self.postamble, visit);
    }

    /// How many messages its repetitions come to whose number of rounds is given, up to
    /// `MOST_COUNTED`: so many are no flood.
    pub fn counted(&self) -> usize {
        let ladders = [&self.preamble, &self.postamble].into_iter();
        let ladders = ladders.chain(self.steps.iter().map(|step| &step.rungs));
        ladders.map(|rungs| counted(rungs, 0)).fold(0, usize::saturating_add).min(MOST_COUNTED)
    }

    /// Whether it takes so many messages that it is played once and not by the thousand: it is left
    /// out where mutants are played, and where plays are.
    pub fn is_long(&self) -> bool {
        self.counted() > LONG
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
