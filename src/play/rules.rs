//! Requirements over all messages: each is looked at when it arrives, sets when all have.

use std::collections::HashSet;
use std::sync::Arc;

use super::compare::Comparison;
use super::stage::Stage;
use crate::ladder::{Ends, Level, Rule, SetCheck, Term};
use crate::record::{Difference, Failure, Outcome, RuleSight, Verdict};
use crate::wire::{Message, Value};

/// Looks at a message that the implementation under test said.
pub fn observe(stage: &mut Stage, ends: Ends, message: &Arc<Message>) {
    if !stage.cast.judges() {
        return;
    }
    let suite = stage.cast.suite.clone();
    for (index, rule) in suite.rules.iter().enumerate() {
        let concerned = rule.from == ends.from
            && rule.to == ends.to
            && (rule.kinds.is_empty() || rule.kinds.iter().any(|k| std::ptr::eq(*k, message.kind)))
            && in_force(rule, stage.cast.profile.as_deref());
        if !concerned {
            continue;
        }
        if !stage.fits(&rule.when, message) {
            continue;
        }
        let nowhere = rule.nowhere.as_ref().map(|term| sought(stage, term));
        // What is too short to be told from chance is not looked for.
        let looked_for = nowhere.as_ref().is_none_or(Option::is_some);
        stage.report.rules[index].exercised += u32::from(looked_for);
        if let Some(Some(sought)) = nowhere
            && let Some(at) = message.bytes.windows(sought.len()).position(|w| w == sought)
        {
            let party = stage.party(ends.from);
            let title = format!("`{party}` said {} that breaks this rule", message.kind.name);
            let failure = Failure {
                party: Some(ends.from),
                source: Some(rule.source.clone()),
                differences: vec![Difference {
                    path: String::new(),
                    expected: "octets among which this does not stand".into(),
                    got: format!("it stands at octet {at}"),
                    bits: Some(at * 8..(at + sought.len()) * 8),
                    pos: None,
                    source: "",
                }],
                message: Some(message.clone()),
                ..stage.failure(Verdict::Fail, title, rule.pos)
            };
            stage.report.rules[index].failures.push(failure);
        }
        // What a rule asks for it does not keep: it must hold for the next message as well.
        let fits = rule.hear.is_empty() || rule.hear.iter().any(|specs| stage.fits(specs, message));
        if !fits {
            let mut found = Comparison::in_words();
            rule.hear.iter().for_each(|specs| stage.compare_fields(specs, message, &mut found));
            let differences = found.differences;
            let party = stage.party(ends.from);
            let title = format!("`{party}` said {} that breaks this rule", message.kind.name);
            let failure = Failure {
                party: Some(ends.from),
                source: Some(rule.source.clone()),
                differences,
                message: Some(message.clone()),
                ..stage.failure(Verdict::Fail, title, rule.pos)
            };
            stage.report.rules[index].failures.push(failure);
        }
        // Where nothing may be said again, the same octets are another message.
        let link = &stage.cast.suite.links[ends.link];
        let may_repeat = !link.protocol.conversation.repeats.is_empty();
        let seen = &mut stage.report.rules[index].seen;
        if rule.set.is_empty() || (may_repeat && !seen.insert(message.bytes.clone())) {
            continue;
        }
        for (at, check) in rule.set.iter().enumerate() {
            let value = match check {
                SetCheck::Unique(paths) => {
                    let mut all = Vec::new();
                    for path in paths {
                        all.extend(octets(message, path));
                        all.push(0);
                    }
                    all
                }
                SetCheck::Increasing(path) | SetCheck::Unpredictable(path) => octets(message, path),
                SetCheck::Count(_) => Vec::new(),
            };
            stage.report.rules[index].values[at].push(value);
        }
    }
}

/// The octets that must stand nowhere, where finding them would mean something: drawn octets hold
/// any two or three of them by chance, and a value that is no secret may hold them too.
fn sought(stage: &Stage, term: &Term) -> Option<Vec<u8>> {
    const LEAST: usize = 6;
    let sought = stage.octets_of(term).filter(|octets| octets.len() >= LEAST)?;
    let holds = |value: &str| value.as_bytes().windows(sought.len()).any(|w| w == sought);
    let open = stage.settings().values().any(|setting| !setting.secret && holds(&setting.value));
    (!open).then_some(sought)
}

/// Whether a rule holds under a profile.
pub fn in_force(rule: &Rule, profile: Option<&str>) -> bool {
    rule.profile.as_deref().is_none_or(|p| profile == Some(p))
        && rule.unless_profile.as_deref().is_none_or(|p| profile != Some(p))
}

/// The octets of a field, numbers in network order so that they compare as numbers do.
fn octets(message: &Message, path: &str) -> Vec<u8> {
    let Some(node) = message.field(path) else { return Vec::new() };
    match &node.value {
        Value::Octets(octets) => octets.to_vec(),
        Value::Uint(number) => {
            let octets = number.to_be_bytes();
            octets[octets.len() - node.octets().len().min(octets.len())..].to_vec()
        }
        Value::Group => Vec::new(),
    }
}

/// What a rule came to, over everything that the plays of a suite saw of it.
pub fn conclude<'s>(
    rule: &Rule,
    level: Level,
    sights: impl IntoIterator<Item = &'s RuleSight>,
) -> Outcome {
    let mut outcome = Outcome::pass(level);
    let mut exercised = 0;
    let mut values: Vec<Vec<&Vec<u8>>> = vec![Vec::new(); rule.set.len()];
    for sight in sights {
        exercised += sight.exercised;
        for failure in &sight.failures {
            outcome.add(failure.clone());
        }
        for (all, these) in values.iter_mut().zip(&sight.values) {
            all.extend(these);
        }
    }
    if exercised == 0 {
        return Outcome::because(Verdict::NotReached, level, "no message came that it speaks of");
    }
    for (check, values) in rule.set.iter().zip(&values) {
        let broken = match check {
            SetCheck::Unique(paths) => {
                let mut seen = HashSet::new();
                values.iter().any(|v| !seen.insert(*v)).then(|| {
                    (
                        paths.join(", "),
                        "a different value in each message".into(),
                        "the same value twice".into(),
                    )
                })
            }
            SetCheck::Increasing(path) => values.windows(2).any(|w| w[0] >= w[1]).then(|| {
                (path.clone(), "each value above the one before".into(), "one that is not".into())
            }),
            SetCheck::Unpredictable(path) => predictable(values)
                .map(|what| (path.clone(), "values that cannot be foretold".into(), what)),
            SetCheck::Count(range) => (!range.contains(&exercised)).then(|| {
                (
                    String::new(),
                    format!("{} to {} messages", range.start(), range.end()),
                    format!("{exercised}"),
                )
            }),
        };
        if let Some((path, expected, got)) = broken {
            outcome.add(Failure {
                verdict: Verdict::Fail,
                title: "the messages of this run, taken together, break this rule".into(),
                party: Some(rule.from),
                source: Some(rule.source.clone()),
                pos: rule.pos,
                remark: String::new(),
                differences: vec![Difference {
                    path,
                    expected,
                    got,
                    bits: None,
                    pos: None,
                    source: "",
                }],
                message: None,
                at: std::time::Duration::ZERO,
                after: None,
                events: 0,
                printed: None,
            });
        }
    }
    outcome
}

/// What is foreseeable in values that should not be.
fn predictable(values: &[&Vec<u8>]) -> Option<String> {
    let mut seen = HashSet::new();
    let twice = values.iter().filter(|v| !seen.insert(**v)).count();
    // Of two octets there are so few values that one comes again by chance, and equal ones come too.
    let narrow = values.iter().all(|v| v.len() <= 2);
    let by_chance = if narrow { 1 + values.len() * values.len() / 16_384 } else { 0 };
    if twice > by_chance {
        return Some("the same value twice".into());
    }
    if !narrow && values.iter().any(|v| v.iter().all(|b| *b == v.first().copied().unwrap_or(0))) {
        return Some("a value of equal octets".into());
    }
    let mut numbers: Vec<u128> = values
        .iter()
        .map(|v| v.iter().rev().take(16).rev().fold(0u128, |n, b| n << 8 | u128::from(*b)))
        .collect();
    // They are of plays that went on at once, so that nobody knows which of them came first.
    numbers.sort_unstable();
    let step = |w: &[u128]| w[1] - w[0];
    let steps: Vec<u128> = numbers.windows(2).map(step).collect();
    // Three of so few values stand evenly by chance, unless they stand close together.
    let close = steps.first().is_some_and(|step| *step <= 256);
    let enough = if narrow && !close { 3 } else { 2 };
    (steps.len() >= enough && steps.windows(2).all(|w| w[0] == w[1]))
        .then(|| "values that count up evenly".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_count_are_foreseen_in_any_order() {
        let foreseen = |numbers: &[u32]| {
            let octets: Vec<Vec<u8>> = numbers.iter().map(|n| n.to_be_bytes().to_vec()).collect();
            predictable(&octets.iter().collect::<Vec<_>>())
        };
        let evenly = Some("values that count up evenly".to_owned());
        assert_eq!(foreseen(&[0x0102_0304, 0x0102_0305, 0x0102_0306]), evenly);
        assert_eq!(foreseen(&[0x0102_0308, 0x0102_0304, 0x0102_030c, 0x0102_0310]), evenly);
        assert_eq!(foreseen(&[0x0102_0304, 0x9988_7766, 0x5040_3020]), None);
        assert_eq!(foreseen(&[7, 0x0102_0304, 7]), Some("the same value twice".to_owned()));
    }

    #[test]
    fn three_values_of_two_octets_stand_evenly_by_chance() {
        let foreseen = |numbers: &[u16]| {
            let octets: Vec<Vec<u8>> = numbers.iter().map(|n| n.to_be_bytes().to_vec()).collect();
            predictable(&octets.iter().collect::<Vec<_>>()).is_some()
        };
        assert!(foreseen(&[0x4001, 0x4002, 0x4003]));
        // Who counts in the order of his own octets.
        assert!(foreseen(&[0x0140, 0x0240, 0x0340]));
        assert!(!foreseen(&[0x1000, 0x2000, 0x3000]));
        assert!(foreseen(&[0x1000, 0x2000, 0x3000, 0x4000]));
    }
}
