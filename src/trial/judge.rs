//! What a play came to, in verdicts and words that can be kept and handed between processes.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::plan::{Case, Group};
use crate::ladder::{Level, Rule};
use crate::play::conclude_rule;
use crate::record::{Outcome, Report, RuleSight, Verdict};
use crate::report::{self, Mask};

/// What a step or rule came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// How binding it was.
    pub level: Level,
    /// Failures as people read them, or the reason for not having been judged.
    pub text: String,
    /// How long it took.
    pub lasted: Duration,
    /// It was not reached because a step before it failed, other than by a known deviation or with a
    /// mere warning.
    pub blocked: bool,
}

/// What a case came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Result {
    /// By step.
    pub steps: Vec<Judged>,
    /// By rule of the suite.
    pub rules: Vec<Sight>,
}

/// What a case showed of a rule.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Sight {
    /// How many messages it applied to.
    pub exercised: u32,
    /// What broke it, as people read it.
    pub failures: Vec<String>,
    /// For sets: values by check.
    pub values: Vec<Vec<Vec<u8>>>,
}

/// Every step of a case with the same words: it could not be played.
pub fn all(case: &Case, verdict: Verdict, text: &str) -> Result {
    let steps = case.exchange.steps.iter().map(|step| Judged {
        verdict,
        level: step.level,
        text: text.to_owned(),
        lasted: Duration::ZERO,
        blocked: false,
    });
    Result { steps: steps.collect(), rules: Vec::new() }
}

/// Puts a play into words.
///
/// `peer` is what the built-in peer saw: where it is not content although the tester is, the suite
/// contradicts itself, which is nobody's fault but its own.
pub fn judge(case: &Case, report: &Report, peer: Option<&Report>, mask: &Mask) -> Result {
    let mut steps = Vec::new();
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
        let words: Vec<String> = outcome
            .failures
            .iter()
            .map(|f| {
                let exchange = Some(case.exchange.as_ref());
                report::failure(&case.suite, exchange, f, &step.requirements, events, mask)
            })
            .collect();
        let text = if words.is_empty() { outcome.reason.clone() } else { words.join("\n") };
        // What merely warns fails nothing, and what it keeps from being reached does not fail either.
        let warned =
            |(_, step): &(&str, Judged)| step.verdict == Verdict::Fail && step.level != Level::Must;
        let judged = Judged {
            verdict: outcome.verdict,
            level: outcome.level,
            text,
            lasted: outcome.lasted,
            blocked: outcome.verdict == Verdict::NotReached && !steps.iter().any(warned),
        };
        let mut judged = case.known(&step.name, judged);
        let known = steps.iter().find(|(_, s): &&(&str, Judged)| s.verdict == Verdict::Xfail);
        if let (true, Some((name, _))) = (judged.blocked, known) {
            judged.blocked = false;
            judged.text = format!("a known deviation in step {name} keeps it from being reached");
        }
        steps.push((step.name.as_str(), judged));
    }
    let rules = report.rules.iter().zip(&case.suite.rules).map(|(sight, rule)| Sight {
        exercised: sight.exercised,
        failures: sight
            .failures
            .iter()
            .map(|f| {
                let exchange = Some(case.exchange.as_ref());
                report::failure(&case.suite, exchange, f, &rule.requirements, &report.events, mask)
            })
            .collect(),
        values: sight.values.clone(),
    });
    let steps = steps.into_iter().map(|(_, judged)| judged).collect();
    Result { steps, rules: rules.collect() }
}

impl Case {
    /// Holds a verdict against the known deviations of the target.
    fn known(&self, step: &str, judged: Judged) -> Judged {
        let exchange = format!("{}::{}", self.suite.name, self.exchange.name);
        expected(self.target.as_deref(), &exchange, step, judged)
    }
}

/// A fail that is known becomes an xfail; a pass where one is known, an xpass.
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
        Verdict::Fail => {
            judged.verdict = Verdict::Xfail;
            judged.text = format!("a known deviation: {what}\n{}", judged.text);
        }
        // One that is known for a whole exchange does not say in which step it shows.
        Verdict::Pass if !deviation.step.is_empty() && !deviation.sometimes => {
            judged.verdict = Verdict::Xpass;
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
pub fn rule(group: &Group, index: usize, rule: &Rule, results: &[Result], mask: &Mask) -> Judged {
    let sights: Vec<&Sight> = results.iter().filter_map(|r| r.rules.get(index)).collect();
    let told: Vec<&String> = sights.iter().flat_map(|s| &s.failures).collect();
    let plain: Vec<RuleSight> = sights
        .iter()
        .map(|s| RuleSight {
            exercised: s.exercised,
            values: s.values.clone(),
            ..RuleSight::default()
        })
        .collect();
    let outcome = conclude_rule(rule, rule.level, &plain);
    let mut words: Vec<String> = told.into_iter().take(3).cloned().collect();
    words.extend(
        outcome
            .failures
            .iter()
            .map(|f| report::failure(&group.suite, None, f, &rule.requirements, &[], mask)),
    );
    let verdict = match words.is_empty() {
        true => outcome.verdict,
        false => Verdict::Fail,
    };
    let text = if words.is_empty() { outcome.reason } else { words.join("\n") };
    let judged =
        Judged { verdict, level: rule.level, text, lasted: Duration::ZERO, blocked: false };
    let exchange = format!("{}::rules", group.suite.name);
    expected(group.target.as_deref(), &exchange, &rule.name, judged)
}
