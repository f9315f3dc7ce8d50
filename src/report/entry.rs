//! The lines of a record: each one an object of JSON whose `event` says which of these it is.
//!
//! Times are microseconds since the exchange began, but for those that say otherwise. Octets are
//! written in hexadecimal. What a reader does not know it passes over, so that fields can be added.

use std::borrow::Cow;

use serde::de::value::StrDeserializer;
use serde::de::{IgnoredAny, IntoDeserializer as _};
use serde::{Deserialize, Serialize};

use crate::ladder::Level;
use crate::record::Verdict;

/// One line.
#[derive(Clone, Debug)]
pub enum Entry {
    /// `run`: the first line.
    Run(RunEntry),
    /// `file`: a file that suites and rules were read from.
    File(FileEntry),
    /// `suite`.
    Suite(SuiteEntry),
    /// `requirement`: of the catalogues that stand beside the suites.
    Requirement(RequirementEntry),
    /// `target`: an implementation under test.
    Target(TargetEntry),
    /// `case`: an exchange that is to be played, written before anything is.
    Case(CaseEntry),
    /// `field`: what a field means, before the first message that has it.
    Field(FieldEntry),
    /// `begun`: a play begins.
    Begun(BegunEntry),
    /// Everything that happens in a play.
    Happened(HappenedEntry),
    /// `step`: what a step came to.
    Step(StepEntry),
    /// `rule`: what a rule came to.
    Rule(RuleEntry),
    /// `load`: what an exchange came to that was played as load.
    Load(LoadEntry),
    /// `end`: the last line.
    End(EndEntry),
}

impl Entry {
    /// Reads a line; `None` for a word that this version does not know.
    pub fn read(line: &str) -> Result<Option<Self>, serde_json::Error> {
        fn as_it_is<'l, T: Deserialize<'l>>(line: &'l str) -> Result<T, serde_json::Error> {
            serde_json::from_str(line)
        }
        Ok(Some(match &*word(line)? {
            "run" => Self::Run(as_it_is(line)?),
            "file" => Self::File(as_it_is(line)?),
            "suite" => Self::Suite(as_it_is(line)?),
            "requirement" => Self::Requirement(as_it_is(line)?),
            "target" => Self::Target(as_it_is(line)?),
            "case" => Self::Case(as_it_is(line)?),
            "field" => Self::Field(as_it_is(line)?),
            "begun" => Self::Begun(as_it_is(line)?),
            "step" => Self::Step(as_it_is(line)?),
            "rule" => Self::Rule(as_it_is(line)?),
            "load" => Self::Load(as_it_is(line)?),
            "end" => Self::End(as_it_is(line)?),
            word if What::has(word) => Self::Happened(as_it_is(line)?),
            _ => return as_it_is::<IgnoredAny>(line).map(|_| None),
        }))
    }

    /// The line, without its end.
    pub fn write(&self) -> String {
        #[derive(Serialize)]
        struct Tagged<'t, T> {
            event: &'t str,
            #[serde(flatten)]
            entry: &'t T,
        }
        fn tagged<T: Serialize>(event: &str, entry: &T) -> Result<String, serde_json::Error> {
            serde_json::to_string(&Tagged { event, entry })
        }
        let line = match self {
            Self::Run(entry) => tagged("run", entry),
            Self::File(entry) => tagged("file", entry),
            Self::Suite(entry) => tagged("suite", entry),
            Self::Requirement(entry) => tagged("requirement", entry),
            Self::Target(entry) => tagged("target", entry),
            Self::Case(entry) => tagged("case", entry),
            Self::Field(entry) => tagged("field", entry),
            Self::Begun(entry) => tagged("begun", entry),
            Self::Step(entry) => tagged("step", entry),
            Self::Rule(entry) => tagged("rule", entry),
            Self::Load(entry) => tagged("load", entry),
            Self::End(entry) => tagged("end", entry),
            Self::Happened(entry) => serde_json::to_string(entry),
        };
        // Maps have text for keys and numbers are finite: nothing here can fail to be written.
        line.unwrap_or_default()
    }
}

/// Which entry a line is.
fn word(line: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Tag {
        event: String,
    }
    // Where it stands first, as we write it, nothing is looked through for it.
    match line.strip_prefix(r#"{"event":""#).and_then(|rest| rest.split_once('"')) {
        Some((word, _)) => Ok(word.into()),
        None => Ok(serde_json::from_str::<Tag>(line)?.event.into()),
    }
}

/// The run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RunEntry {
    /// Always `stepladder`.
    pub tool: String,
    /// Its version.
    pub version: String,
    /// When it began, in milliseconds since 1970.
    pub began_ms: u64,
    /// Names of targets; none where the built-in peer was played against.
    pub targets: Vec<String>,
    /// The profile.
    pub profile: Option<String>,
    /// What everything that is drawn was drawn from.
    pub seed: u64,
    /// Whether a broken SHOULD counts as failed.
    pub strict: bool,
    /// How much longer than the suite says peers were given.
    pub timeout_scale: f64,
    /// Whether it was played in memory.
    pub sim: bool,
    /// Whether secrets are shown.
    pub shows_secrets: bool,
    /// Which part it is, of how many; none where it is the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<(usize, usize)>,
    /// Names of suites.
    pub suites: Vec<String>,
}

/// A file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FileEntry {
    /// The path as it was given.
    pub path: String,
    /// The whole text, secrets masked.
    pub text: String,
}

/// A suite.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SuiteEntry {
    /// Name, such as `tacacs/telnet-login`.
    pub name: String,
    /// Its file.
    pub file: String,
    /// What it is about.
    pub about: String,
    /// Governing documents.
    pub sources: Vec<String>,
    /// Who takes part, in the suite's order.
    pub parties: Vec<PartyEntry>,
    /// Where they talk.
    pub links: Vec<LinkEntry>,
}

/// A party.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PartyEntry {
    /// Name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Whether it opens links or is asked on them: `client`, `server`.
    pub sides: Vec<String>,
}

impl PartyEntry {
    /// Whether a requirement binds it.
    pub fn is_bound(&self, requirement: &RequirementEntry) -> bool {
        let one_side = matches!(requirement.iut.as_str(), "client" | "server");
        !one_side || self.sides.is_empty() || self.sides.contains(&requirement.iut)
    }
}

/// A link.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkEntry {
    /// Name.
    pub name: String,
    /// Who opens.
    pub from: String,
    /// Who is asked.
    pub to: String,
    /// What they speak.
    pub protocol: String,
    /// What carries it.
    pub transport: Carrier,
    /// The port that is asked for by custom, 0 where there is none.
    pub port: u16,
}

/// What carries a protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// Datagrams.
    #[default]
    Udp,
    /// A stream.
    Tcp,
    /// Frames.
    Ethernet,
}

/// A requirement, and who looks at it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RequirementEntry {
    /// Id.
    pub id: String,
    /// `MUST`, `MUST NOT`, `SHOULD`, `MAY`, or `model` for a step of a flow.
    pub level: String,
    /// Which side it binds.
    pub iut: String,
    /// What must hold.
    pub statement: String,
    /// Governing document and section.
    pub standard: String,
    /// Where it is stated first.
    pub source: String,
    /// Why no step can cover it; empty where one can.
    pub excused: String,
    /// `covered`, `excused` or `missing`: what the suites of its folder do about it.
    pub status: String,
}

/// A target.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetEntry {
    /// Name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// The party whose place it takes.
    pub takes: String,
    /// The version that it says it has.
    pub version: Option<String>,
}

/// An exchange against an implementation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseEntry {
    /// The trial's name without its step: `suite::exchange::party`.
    pub case: String,
    /// Its suite.
    pub suite: String,
    /// Its exchange.
    pub exchange: String,
    /// What it shows.
    pub about: String,
    /// Its line in the suite's file.
    pub line: u32,
    /// Who is under test.
    pub tested: Vec<String>,
    /// The implementation; none for the built-in peer.
    pub target: Option<String>,
    /// Why it cannot be played here; empty where it can.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub skip: String,
    /// Its steps.
    pub steps: Vec<PlannedStep>,
}

/// A step that is to be judged.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlannedStep {
    /// Name.
    pub step: String,
    /// What it shows.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Its line.
    pub line: u32,
    /// How binding it is.
    pub level: Level,
    /// Ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<String>,
    /// Whether it was selected; others are only played because something selected comes after them.
    pub selected: bool,
}

/// What a field means.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FieldEntry {
    /// The protocol.
    pub protocol: String,
    /// The type of message.
    pub r#type: String,
    /// The path, places in lists written as `*`.
    pub path: String,
    /// What it holds.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Where it is defined.
    pub source: String,
}

/// A play begins.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BegunEntry {
    /// The case.
    pub case: String,
    /// Milliseconds since 1970.
    pub began_ms: u64,
    /// What links were told, such as shared secrets: link, parameter, value. Only where the run was
    /// to show secrets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<(String, String, String)>,
}

/// Something that happens in a play. Which fields are there is a matter of `event`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HappenedEntry {
    /// What.
    pub event: What,
    /// The case.
    pub case: String,
    /// When.
    pub at_us: u64,
    /// During which step.
    pub step: Option<String>,
    /// The line of the suite, 0 where there is none.
    pub line: u32,
    /// The stream or pair of datagram addresses, counted in each play.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<usize>,
    /// The link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Who speaks, opens, closes, is silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The party of `triggered` and `observed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// The message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageEntry>,
    /// Of a message: why it is no part of the ladder proper. Else the name of a trigger or of what
    /// was observed, why something was refused, or what there is to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// How long a silence was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lasting_us: Option<u64>,
}

/// Something that happened, as far as it takes to know where it belongs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Glimpse<'l> {
    /// The case.
    #[serde(borrow)]
    pub case: Cow<'l, str>,
    /// When.
    pub at_us: u64,
}

impl<'l> Glimpse<'l> {
    /// Reads a line that way; `None` where it is another entry.
    pub fn read(line: &'l str) -> Result<Option<Self>, serde_json::Error> {
        match What::has(&word(line)?) {
            true => serde_json::from_str(line).map(Some),
            false => Ok(None),
        }
    }
}

/// The kinds of what happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// We said a message to the party under test.
    Said,
    /// The party under test said a message.
    Heard,
    /// A message between two parties of ours.
    Carried,
    /// A message between two parties that are both under test.
    Unseen,
    /// A stream was opened.
    Opened,
    /// A stream was closed.
    Closed,
    /// A stream could not be opened, or a datagram not be delivered.
    Refused,
    /// A silence that was kept.
    Silence,
    /// A party was made to act.
    Triggered,
    /// Something was seen that no message shows.
    Observed,
    /// Something to know.
    #[default]
    Note,
}

impl What {
    /// Whether a word is one of them.
    fn has(word: &str) -> bool {
        let word: StrDeserializer<'_, serde::de::value::Error> = word.into_deserializer();
        Self::deserialize(word).is_ok()
    }
}

/// A message.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageEntry {
    /// Its type.
    pub r#type: String,
    /// The octets as they travelled, secrets in the clear masked; the first of them where there are
    /// very many.
    pub octets: String,
    /// How many octets more there were.
    #[serde(skip_serializing_if = "is_none")]
    pub left_out: usize,
    /// The octets with what was sealed laid open, where there was anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear: Option<String>,
    /// The fields in wire order; the first of them where there are very many.
    pub fields: Vec<ShownField>,
    /// How many fields more there were.
    #[serde(skip_serializing_if = "is_none")]
    pub fields_left_out: usize,
    /// Names and values of the fields that tell the message apart, on one line.
    pub gist: String,
    /// What is wrong with it in itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<DifferenceEntry>,
}

impl MessageEntry {
    /// How many octets it had.
    pub fn length(&self) -> usize {
        self.octets.len() / 2 + self.left_out
    }
}

/// A field of a message.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ShownField {
    /// Its path.
    pub path: String,
    /// Its value, with its name where it has one.
    pub value: String,
    /// The bits, from and to.
    pub bits: [usize; 2],
}

/// A field that is not as it must be.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DifferenceEntry {
    /// Its path; empty for the whole message.
    pub path: String,
    /// What was accepted.
    pub expected: String,
    /// What came.
    pub got: String,
    /// The bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits: Option<[usize; 2]>,
    /// The line of the suite that speaks of it, 0 where none does.
    #[serde(skip_serializing_if = "is_zero")]
    pub line: u32,
    /// Where the field is defined.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

fn is_none(number: &usize) -> bool {
    *number == 0
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Why a step or rule is not passed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FailureEntry {
    /// One sentence.
    pub title: String,
    /// What stands under the caret.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remark: String,
    /// Who broke it.
    pub party: Option<String>,
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
    /// When it was noticed.
    pub at_us: u64,
    /// How long after what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<(u64, String)>,
    /// How many things had happened in the play.
    pub events: usize,
    /// Field by field.
    pub differences: Vec<DifferenceEntry>,
    /// The message it is about.
    pub message: Option<MessageEntry>,
    /// What the implementation printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub printed: Option<String>,
}

impl FailureEntry {
    /// The title, and what came instead of what, where it is about one thing.
    pub fn in_short(&self) -> String {
        match (self.differences.as_slice(), self.remark.as_str()) {
            ([only], "") => format!("{}: expected {}, got {}", self.title, only.expected, only.got),
            (_, "") => self.title.clone(),
            (_, remark) => format!("{}: {remark}", self.title),
        }
    }
}

/// What a step came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StepEntry {
    /// The case.
    pub case: String,
    /// The step.
    pub step: String,
    /// What it came to.
    #[serde(flatten)]
    pub judged: JudgedEntry,
}

/// What a rule came to, over all exchanges of a suite.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RuleEntry {
    /// The trial's name.
    pub name: String,
    /// Its suite.
    #[serde(default)]
    pub suite: String,
    /// The implementation; none for the built-in peer.
    #[serde(default)]
    pub target: Option<String>,
    /// What it shows.
    #[serde(default)]
    pub about: String,
    /// Its file.
    #[serde(default)]
    pub file: String,
    /// Its line there.
    #[serde(default)]
    pub line: u32,
    /// Ids.
    #[serde(default)]
    pub requirements: Vec<String>,
    /// What it came to.
    #[serde(flatten)]
    pub judged: JudgedEntry,
}

/// What something came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JudgedEntry {
    /// The verdict.
    pub verdict: Verdict,
    /// How binding it was.
    pub level: Level,
    /// Whether the run counts it as failed.
    #[serde(default)]
    pub failed: bool,
    /// How long it took.
    #[serde(default)]
    pub lasted_us: u64,
    /// What the console shows: failures, or why it was not judged.
    #[serde(default)]
    pub text: String,
    /// The known deviation that it was held against: why, and where that stands.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub known: String,
    /// Failures, part by part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<FailureEntry>,
}

/// An exchange that was played as load.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadEntry {
    /// The trial's name without its step.
    pub case: String,
    /// The implementation; none for the built-in peer.
    pub target: Option<String>,
    /// The last step that was played, where not all were.
    pub until: Option<String>,
    /// Plays that were due in a second; none where a new one began when one had ended.
    pub rate: Option<f64>,
    /// Plays at once at most.
    pub concurrency: usize,
    /// Plays that ended.
    pub played: u64,
    /// Plays that failed.
    pub failed: u64,
    /// Plays that ended without a verdict, which is a fault of ours.
    pub panics: u64,
    /// How long it took, in milliseconds.
    pub lasted_ms: u64,
    /// The most that were played at once.
    pub at_once: usize,
    /// How many plays came to each verdict.
    pub verdicts: std::collections::BTreeMap<String, u64>,
    /// What replies took; the first of a play from when it was due.
    pub replies: Distribution,
    /// What whole exchanges took, from when they were due.
    pub exchanges: Distribution,
    /// How much later than due plays began.
    pub late: Distribution,
    /// Why the rate was not kept; empty where it was.
    pub host: String,
}

impl LoadEntry {
    /// Plays that ended in a second.
    pub fn per_second(&self) -> f64 {
        self.played as f64 * 1e3 / (self.lasted_ms.max(1)) as f64
    }
}

/// How times are spread, in microseconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Distribution {
    /// How many.
    pub count: u64,
    /// Their mean.
    pub mean_us: f64,
    /// The least.
    pub min_us: f64,
    /// Half of them took no longer.
    pub p50_us: f64,
    /// Nine in ten took no longer.
    pub p90_us: f64,
    /// 99 in a hundred took no longer.
    pub p99_us: f64,
    /// 999 in a thousand took no longer.
    pub p999_us: f64,
    /// The most.
    pub max_us: f64,
    /// How many lie where, ten ranges to each power of ten; empty ranges are left out.
    pub buckets: Vec<Bucket>,
}

/// A range of times.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Bucket {
    /// From, in microseconds.
    pub from_us: f64,
    /// To.
    pub to_us: f64,
    /// How many.
    pub count: u64,
}

/// The end of the run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EndEntry {
    /// How many steps and rules came to each verdict.
    pub verdicts: std::collections::BTreeMap<String, u32>,
    /// When it ended, in milliseconds since 1970.
    pub ended_ms: u64,
}
