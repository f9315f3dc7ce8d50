//! What a play came to, in verdicts and words that can be kept and handed between processes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::plan::{Case, Group};
use crate::ladder::{Level, Rule, Suite};
use crate::play::conclude_rule;
use crate::record::{Event, Failure, Outcome, Report, RuleSight, Verdict};
use crate::report::{self, FailureEntry, JudgedEntry, Mask};

/// What a step or rule came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// How binding it was.
    pub level: Level,
    /// Failures as people read them, or the reason for not having been judged.
    pub text: String,
    /// The known deviation that it was held against.
    pub known: String,
    /// Failures, part by part.
    pub failures: Vec<FailureEntry>,
    /// How long it took.
    pub lasted: Duration,
    /// It was not reached because a step before it failed, other than by a known deviation or with a
    /// mere warning.
    pub blocked: bool,
}

impl Judged {
    /// A verdict with the reason for it.
    pub fn because(verdict: Verdict, level: Level, text: impl Into<String>) -> Self {
        Self {
            verdict,
            level,
            text: text.into(),
            known: String::new(),
            failures: Vec::new(),
            lasted: Duration::ZERO,
            blocked: false,
        }
    }

    /// Whether it counts as failed, given whether a broken SHOULD does.
    pub fn fails(&self, strict: bool) -> bool {
        match self.verdict {
            Verdict::Pass | Verdict::Xfail | Verdict::Skipped => false,
            // Under nextest an ignored trial counts as passed; a step that could not be reached
            // must not.
            Verdict::NotReached => std::env::var_os("NEXTEST").is_some() && self.blocked,
            Verdict::Inconclusive => self.level == Level::Must,
            Verdict::Fail => self.level == Level::Must || (self.level == Level::Should && strict),
            Verdict::Xpass | Verdict::Error => true,
        }
    }

    /// As the record has it.
    pub fn entry(&self, strict: bool) -> JudgedEntry {
        JudgedEntry {
            verdict: self.verdict,
            level: self.level,
            failed: self.fails(strict),
            lasted_us: self.lasted.as_micros() as u64,
            text: self.text.clone(),
            known: self.known.clone(),
            failures: self.failures.clone(),
        }
    }
}

/// What a case came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Result {
    /// By step.
    pub steps: Vec<Judged>,
    /// By the name of a rule, where the case showed anything of it.
    pub rules: BTreeMap<String, Sight>,
}

impl Result {
    /// The rules of the suite of which the case showed something, in their order.
    pub fn of_rules<'r>(&'r self, suite: &'r Suite) -> impl Iterator<Item = (&'r Rule, &'r Sight)> {
        suite.rules.iter().filter_map(|rule| Some((rule, self.rules.get(&rule.name)?)))
    }
}

/// What a case showed of a rule.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Sight {
    /// How many messages it applied to.
    pub exercised: u32,
    /// What broke it, as people read it and part by part.
    pub failures: Vec<(String, FailureEntry)>,
    /// For sets: values by check.
    pub values: Vec<Vec<Vec<u8>>>,
}

/// Every step of a case with the same words: it could not be played.
pub fn all(case: &Case, verdict: Verdict, text: &str) -> Result {
    let steps = case.exchange.steps.iter();
    let steps = steps.map(|step| Judged::because(verdict, step.level, text));
    Result { steps: steps.collect(), rules: BTreeMap::new() }
}

/// Puts a play into words.
///
/// `peer` is what the built-in peer saw: where it is not content although the tester is, the suite
/// contradicts itself, which is nobody's fault but its own.
pub fn judge(case: &Case, report: &Report, peer: Option<&Report>, mask: &Mask) -> Result {
    // With room for a few more: what stays must not lie where plays at once keep what goes with them,
    // or their room is not used again. Of 10,000 cases that made 30 MiB.
    let mut steps: Vec<Judged> = Vec::new();
    for (index, step) in case.exchange.steps.iter().enumerate() {
        let mut outcome = match report.steps.get(index) {
            Some(outcome) => outcome.clone(),
            None => Outcome::because(Verdict::NotReached, step.level, "the play ended before it"),
        };
        let mut events = &report.events;
        if outcome.verdict == Verdict::Pass
            && let Some(peer) = peer
            && let Some(theirs) = peer.steps.get(index)
            && theirs.verdict >= Verdict::Fail
        {
            outcome = theirs.clone();
            outcome.verdict = Verdict::Error;
            for failure in &mut outcome.failures {
                failure.verdict = Verdict::Error;
                failure.title = format!("the built-in peer is not content: {}", failure.title);
            }
            events = &peer.events;
        }
        let told = outcome.failures.iter();
        let told = told.map(|f| told_of(case, f, &step.requirements, events, mask));
        let (words, failures): (Vec<String>, Vec<FailureEntry>) = told.unzip();
        let text = if words.is_empty() { outcome.reason.clone() } else { words.join("\n") };
        // What merely warns or cannot be played here fails nothing, and what it keeps from being
        // reached does not fail either.
        let warned = |step: &Judged| match step.verdict {
            Verdict::Skipped => true,
            Verdict::Fail | Verdict::Inconclusive => step.level != Level::Must,
            _ => false,
        };
        let last = steps.iter().rfind(|step| step.verdict != Verdict::NotReached);
        let judged = Judged {
            verdict: outcome.verdict,
            level: outcome.level,
            text,
            known: String::new(),
            failures,
            lasted: outcome.lasted,
            blocked: outcome.verdict == Verdict::NotReached && !last.is_some_and(warned),
        };
        let mut judged = case.known(&step.name, judged);
        let known = steps.iter().position(|s| s.verdict == Verdict::Xfail);
        if let (true, Some(known)) = (judged.blocked, known) {
            let name = &case.exchange.steps[known].name;
            judged.blocked = false;
            judged.text = format!("a known deviation in step {name} keeps it from being reached");
        }
        steps.push(judged);
    }
    let shown = report.rules.iter().zip(&case.suite.rules);
    let shown = shown.filter(|(sight, _)| sight.exercised > 0 || !sight.failures.is_empty());
    let rules = shown.map(|(sight, rule)| {
        let told = sight.failures.iter();
        let told = told.map(|f| told_of(case, f, &rule.requirements, &report.events, mask));
        let (exercised, values) = (sight.exercised, sight.values.clone());
        (rule.name.clone(), Sight { exercised, failures: told.collect(), values })
    });
    Result { steps, rules: rules.collect() }
}

/// A failure as people read it, and part by part.
fn told_of(
    case: &Case,
    failure: &Failure,
    requirements: &[String],
    events: &[Event],
    mask: &Mask,
) -> (String, FailureEntry) {
    let exchange = Some(case.exchange.as_ref());
    (
        report::failure(&case.suite, exchange, failure, requirements, events, mask),
        report::failure_entry(failure, &case.suite, mask),
    )
}

impl Case {
    /// Holds a verdict against the known deviations of the target.
    fn known(&self, step: &str, judged: Judged) -> Judged {
        let exchange = format!("{}::{}", self.suite.name, self.exchange.name);
        expected(self.target.as_deref(), &exchange, step, judged)
    }
}

/// A fail that is known becomes an xfail, and so does what came to no verdict; a pass where one is known, an xpass.
fn expected(
    target: Option<&crate::target::Target>,
    exchange: &str,
    step: &str,
    mut judged: Judged,
) -> Judged {
    let Some(deviation) = target.and_then(|t| t.deviation(exchange, step)) else { return judged };
    let since = match deviation.since.as_str() {
        "" => String::new(),
        since => format!(", since {since}"),
    };
    let what = format!("{} ({}{since})", deviation.because, deviation.source);
    match judged.verdict {
        Verdict::Fail | Verdict::Inconclusive => {
            judged.verdict = Verdict::Xfail;
            judged.known = what.clone();
            judged.text = format!("a known deviation: {what}\n{}", judged.text);
        }
        // One that is known for a whole exchange does not say in which step it shows.
        Verdict::Pass if !deviation.step.is_empty() && !deviation.sometimes => {
            judged.verdict = Verdict::Xpass;
            judged.known = what.clone();
            judged.text = format!(
                "a known deviation does not show any more: {what}\nIf it is mended, take it out of {}:{}",
                target.map_or_else(String::new, |t| t.source.path.clone()),
                deviation.pos.line
            );
        }
        _ => {}
    }
    judged
}

/// What a rule came to over all cases of a group.
pub fn rule(group: &Group, rule: &Rule, results: &[Arc<Result>], mask: &Mask) -> Judged {
    let sights: Vec<&Sight> = results.iter().filter_map(|r| r.rules.get(&rule.name)).collect();
    let told: Vec<&(String, FailureEntry)> = sights.iter().flat_map(|s| &s.failures).collect();
    let plain: Vec<RuleSight> = sights
        .iter()
        .map(|s| RuleSight {
            exercised: s.exercised,
            values: s.values.clone(),
            ..RuleSight::default()
        })
        .collect();
    let outcome = conclude_rule(rule, rule.level, &plain);
    let (mut words, mut failures): (Vec<String>, Vec<FailureEntry>) =
        told.into_iter().take(3).cloned().unzip();
    for failure in &outcome.failures {
        words.push(report::failure(&group.suite, None, failure, &rule.requirements, &[], mask));
        failures.push(report::failure_entry(failure, &group.suite, mask));
    }
    let verdict = match words.is_empty() {
        true => outcome.verdict,
        false => Verdict::Fail,
    };
    let text = if words.is_empty() { outcome.reason } else { words.join("\n") };
    let judged = Judged { failures, ..Judged::because(verdict, rule.level, text) };
    let exchange = format!("{}::rules", group.suite.name);
    expected(group.target.as_deref(), &exchange, &rule.name, judged)
}
