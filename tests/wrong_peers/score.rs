//! What the score says of a mutant is what a real peer meets that does the same over sockets.
//!
//! A row that is `like` a mutant fails, against the real peer, the very trial that the score says
//! notices the mutant; and one that nothing fails is like a mutant that the score says nobody
//! notices. That the rows tell the truth of the real peers is what the other tests show.

use std::collections::HashMap;
use std::sync::Arc;

use stepladder::mutate::{Baseline, Fate, score, sides};
use stepladder::play::{Cast, seed_for};
use stepladder::suite;

use crate::harness::Wrong;
use crate::targets::here;

/// The trials that notice mutants, by the mutants' full names; none where nobody notices.
type Fates = HashMap<String, Vec<Option<String>>>;

/// Scores a suite as `stepladder score` does.
fn fates(name: &str) -> Fates {
    let (loaded, problems) = suite::load(&here("suites").join(format!("{name}.yaml")));
    let loaded =
        Arc::new(loaded.unwrap_or_else(|| panic!("{name} has {} problems", problems.len())));
    let mut sheets = Vec::new();
    let mut baselines = Vec::new();
    for exchange in &loaded.exchanges {
        for (party, projection) in sides(&loaded, exchange) {
            let seed = seed_for(0, &exchange.name);
            let cast = Cast { seed, ..Cast::new(&loaded, exchange, projection) };
            baselines.push(Baseline::play(cast));
            sheets.push((exchange.name.clone(), party));
        }
    }
    let mut fates = Fates::new();
    for ((exchange, party), scored) in sheets.iter().zip(score(&baselines, 2)) {
        for one in scored {
            let full = format!("{name}::{exchange}::{party}::{}", one.mutant.id);
            let trial = match one.fate {
                Fate::Caught(caught) => Some(match caught.by.strip_prefix("rules::") {
                    Some(rule) => format!("{name}::rules::{party}::{rule}"),
                    None => format!("{name}::{exchange}::{party}::{}", caught.by),
                }),
                Fate::Missed | Fate::Unviable(_) => None,
                Fate::TimedOut | Fate::Undone => Some(format!("nobody: {:?}", one.fate)),
            };
            fates.entry(full).or_default().push(trial);
        }
    }
    fates
}

/// Holds rows against the score, and tells of all that do not agree with it.
pub fn agree(tables: &[&[Wrong]]) {
    let mut suites: HashMap<&str, Fates> = HashMap::new();
    let mut wrong = Vec::new();
    for row in tables.iter().copied().flatten().filter(|row| !row.like.is_empty()) {
        let fates = suites.entry(row.suite).or_insert_with(|| fates(row.suite));
        let Some(fates) = fates.get(row.like) else {
            wrong.push(format!("{}: there is no mutant {}", row.name, row.like));
            continue;
        };
        // Items of one name have mutants of one name.
        for fate in fates {
            let agrees = match fate {
                Some(trial) => row.fails.contains(&trial.as_str()),
                None => row.fails.is_empty(),
            };
            if !agrees {
                wrong.push(format!(
                    "{}: the score says {fate:?} of {}, the real peer fails {:?}",
                    row.name, row.like, row.fails
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
