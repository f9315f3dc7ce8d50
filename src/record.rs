//! What happened: verdicts, events, failures. Everything a report shows is made from this.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::diag::{Pos, Source};
use crate::ladder::{Ends, Level, PartyId, Role};
use crate::wire::Message;

/// What a step or rule came to. The order is that of getting worse; a verdict never gets better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As demanded.
    Pass,
    /// A known deviation showed again.
    Xfail,
    /// Declined by the profile, or a right or program is missing.
    Skipped,
    /// An earlier step failed, or a rule met no message.
    NotReached,
    /// Legal, but not what the case needed.
    Inconclusive,
    /// A known deviation did not show: it may be mended.
    Xpass,
    /// The party under test broke a requirement.
    Fail,
    /// We or the environment are at fault; nothing can be said about the party under test.
    Error,
}

impl Verdict {
    /// The word for it, as reports spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Xfail => "xfail",
            Self::Skipped => "skipped",
            Self::NotReached => "not-reached",
            Self::Inconclusive => "inconclusive",
            Self::Xpass => "xpass",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// When, since the play began.
    pub at: Duration,
    /// During which step; `None` before the first and after the last.
    pub step: Option<usize>,
    /// The line of the suite that it belongs to, 0 where none does.
    pub line: u32,
    /// The stream or pair of datagram addresses, as the play counts them, where it was on one.
    pub flow: Option<usize>,
    /// What.
    pub what: Happening,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Happening {
    /// A message went over a link.
    Message {
        /// Who, to whom, where.
        ends: Ends,
        /// Whether we said it, heard it or did both.
        role: Role,
        /// The message.
        message: Arc<Message>,
        /// Why it is no part of the ladder proper, where it is none.
        note: Option<&'static str>,
    },
    /// A stream was opened.
    Opened(Ends),
    /// A stream was closed by `from`.
    Closed(Ends),
    /// A stream could not be opened, or a datagram not be delivered.
    Refused(Ends, String),
    /// Nothing was said for so long.
    Silence(Ends, Duration),
    /// A party was made to act.
    Triggered(PartyId, String),
    /// Something about a party was seen that no message shows.
    Observed(PartyId, String),
    /// Something to know.
    Note(String),
}

/// Why a step or rule is not passed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// How bad it is.
    pub verdict: Verdict,
    /// One sentence.
    pub title: String,
    /// Who broke it, where somebody did.
    pub party: Option<PartyId>,
    /// The file, where it is not the suite's own.
    pub source: Option<Arc<Source>>,
    /// The place in it.
    pub pos: Pos,
    /// What stands under the caret.
    pub remark: String,
    /// Field by field.
    pub differences: Vec<Difference>,
    /// The message it is about.
    pub message: Option<Arc<Message>>,
    /// When it was noticed, since the play began.
    pub at: Duration,
    /// How long after what.
    pub after: Option<(Duration, String)>,
    /// The number of events that had happened.
    pub events: usize,
    /// What the implementation under test printed, where it did.
    pub printed: Option<String>,
}

/// A field that is not as it must be.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The field's path; empty for the whole message.
    pub path: String,
    /// What was accepted.
    pub expected: String,
    /// What came.
    pub got: String,
    /// The bits, where there are any.
    pub bits: Option<Range<usize>>,
    /// The place in the suite, where the author spoke of the field.
    pub pos: Option<Pos>,
    /// The standard's section, where the protocol speaks of it.
    pub source: &'static str,
}

/// What a step or rule came to, and why.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// How binding it was.
    pub level: Level,
    /// What is wrong, worst first.
    pub failures: Vec<Failure>,
    /// Why it was skipped or not reached.
    pub reason: String,
    /// How long it took.
    pub lasted: Duration,
}

impl Outcome {
    /// Passed so far.
    pub fn pass(level: Level) -> Self {
        Self {
            verdict: Verdict::Pass,
            level,
            failures: Vec::new(),
            reason: String::new(),
            lasted: Duration::ZERO,
        }
    }

    /// Skipped or not reached, with the reason.
    pub fn because(verdict: Verdict, level: Level, reason: impl Into<String>) -> Self {
        Self { verdict, reason: reason.into(), ..Self::pass(level) }
    }

    /// Takes a failure in; the verdict only gets worse.
    pub fn add(&mut self, failure: Failure) {
        self.verdict = self.verdict.max(failure.verdict);
        self.failures.push(failure);
    }
}

/// What one play saw of one rule.
#[derive(Clone, Debug, Default)]
pub struct RuleSight {
    /// How many messages it applied to.
    pub exercised: u32,
    /// What broke it.
    pub failures: Vec<Failure>,
    /// For sets: the values of the fields, one list per check, one entry per message.
    pub values: Vec<Vec<Vec<u8>>>,
    /// The octets of the messages that are counted already.
    pub seen: HashSet<Vec<u8>>,
}

/// What one play came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// By step.
    pub steps: Vec<Outcome>,
    /// By rule of the suite; none where a stand-in of the party under test played.
    pub rules: Vec<RuleSight>,
    /// In order.
    pub events: Vec<Event>,
    /// How long the play took.
    pub lasted: Duration,
    /// Whether something was done wrong on purpose.
    pub deviated: bool,
}
