//! Plays every mutant in memory, and counts what was caught, missed and could not be told.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::{Baseline, Mutant};
use crate::play::conclude_rule;
use crate::record::{Report, Verdict};
use crate::sim;

/// Who noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// The step, or `rules::NAME`.
    pub by: String,
    /// The requirements that hang on it.
    pub requirements: Vec<String>,
    /// What it said.
    pub title: String,
}

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Somebody noticed.
    Caught(Caught),
    /// Nobody noticed, and nothing says that nobody has to.
    Missed,
    /// Nobody noticed, since the standard leaves it free: where it says so.
    Unviable(String),
    /// The play did not end.
    TimedOut,
    /// It never came to the occasion, or the deed was none.
    Undone,
}

/// A mutant and what became of it.
#[derive(Clone, Debug)]
pub struct Scored {
    /// The mutant.
    pub mutant: Mutant,
    /// Its fate.
    pub fate: Fate,
}

/// How many there were of each fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All that were done.
    pub mutants: usize,
    /// Noticed.
    pub caught: usize,
    /// Not noticed.
    pub missed: usize,
    /// Left free by the standard.
    pub unviable: usize,
    /// Without an end.
    pub timed_out: usize,
}

impl Tally {
    /// Counts one more.
    pub fn count(&mut self, fate: &Fate) {
        let place = match fate {
            Fate::Caught(_) => &mut self.caught,
            Fate::Missed => &mut self.missed,
            Fate::Unviable(_) => &mut self.unviable,
            Fate::TimedOut => &mut self.timed_out,
            Fate::Undone => return,
        };
        *place += 1;
        self.mutants += 1;
    }

    /// Adds another tally.
    pub fn add(&mut self, other: &Self) {
        self.mutants += other.mutants;
        self.caught += other.caught;
        self.missed += other.missed;
        self.unviable += other.unviable;
        self.timed_out += other.timed_out;
    }

    /// Caught over viable; 1 where nothing was viable.
    pub fn score(&self) -> f64 {
        let viable = self.mutants - self.unviable;
        if viable == 0 { 1.0 } else { self.caught as f64 / viable as f64 }
    }
}

/// Plays every mutant of every baseline of one suite; the fates in the order of the baselines.
///
/// The baselines are those of one run: what must differ between exchanges is held against all of
/// them.
pub fn score(baselines: &[Baseline], threads: usize) -> Vec<Vec<Scored>> {
    let tasks: Vec<(usize, Mutant)> = baselines
        .iter()
        .enumerate()
        .flat_map(|(at, baseline)| {
            let before: Vec<&Baseline> = baselines[..at]
                .iter()
                .filter(|b| b.cast.projection == baseline.cast.projection)
                .collect();
            baseline.mutants(&before).into_iter().map(move |m| (at, m))
        })
        .collect();
    let seen = seen_elsewhere(baselines);
    let next = AtomicUsize::new(0);
    let fates: Mutex<Vec<Option<Fate>>> = Mutex::new(vec![None; tasks.len()]);
    let work = || {
        const AT_ONCE: usize = 64;
        loop {
            let from = next.fetch_add(AT_ONCE, Ordering::Relaxed);
            let Some(some) = tasks.get(from..) else { return };
            if some.is_empty() {
                return;
            }
            let some = &some[..some.len().min(AT_ONCE)];
            let found: Vec<Fate> =
                some.iter().map(|(at, mutant)| fate(baselines, &seen, *at, mutant)).collect();
            let mut fates = match fates.lock() {
                Ok(fates) => fates,
                Err(poisoned) => poisoned.into_inner(),
            };
            for (place, fate) in fates[from..].iter_mut().zip(found) {
                *place = Some(fate);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.max(1) {
            scope.spawn(work);
        }
        work();
    });
    let fates = match fates.into_inner() {
        Ok(fates) => fates,
        Err(poisoned) => poisoned.into_inner(),
    };
    let mut scored: Vec<Vec<Scored>> = baselines.iter().map(|_| Vec::new()).collect();
    for ((at, mutant), fate) in tasks.into_iter().zip(fates) {
        scored[at].push(Scored { mutant, fate: fate.unwrap_or(Fate::Undone) });
    }
    scored
}

/// Values that must not come twice in a run, by path.
type Values = HashSet<(String, Vec<u8>)>;

/// For each baseline what `fresh` has seen in the other ones of its run.
fn seen_elsewhere(baselines: &[Baseline]) -> Vec<Values> {
    let own: Vec<Values> = baselines
        .iter()
        .map(|b| b.cast.seen.lock().map(|seen| seen.clone()).unwrap_or_default())
        .collect();
    let others = |at: usize| {
        let same = |other: &usize| {
            *other != at && baselines[*other].cast.projection == baselines[at].cast.projection
        };
        (0..baselines.len()).filter(same).flat_map(|other| own[other].iter().cloned()).collect()
    };
    (0..baselines.len()).map(others).collect()
}

/// Plays one mutant.
fn fate(baselines: &[Baseline], seen: &[Values], at: usize, mutant: &Mutant) -> Fate {
    let baseline = &baselines[at];
    let mut tester = baseline.cast.clone();
    tester.seen = Arc::new(Mutex::new(seen[at].clone()));
    let mut peer = sim::peer(&tester);
    peer.wrong = Some(Arc::new(mutant.wrong.clone()));
    let mut reports = sim::run(vec![tester, peer]);
    let (Some(peer), Some(tester)) = (reports.pop(), reports.pop()) else { return Fate::Undone };
    if !peer.deviated {
        return Fate::Undone;
    }
    if let Some(caught) = noticed(baselines, at, &tester) {
        return Fate::Caught(caught);
    }
    let mut inconclusive = tester.steps.iter().filter(|o| o.verdict == Verdict::Inconclusive);
    if inconclusive.next().is_some() {
        return Fate::Unviable("the suite calls it legal, and not what it needs".into());
    }
    if tester.steps.len() < baseline.tester.steps.len() {
        return Fate::TimedOut;
    }
    match &mutant.free {
        Some(section) => Fate::Unviable(section.clone()),
        None => Fate::Missed,
    }
}

/// The first step that failed, or the first rule.
fn noticed(baselines: &[Baseline], at: usize, tester: &Report) -> Option<Caught> {
    let baseline = &baselines[at];
    let (suite, exchange) = (&baseline.cast.suite, &baseline.cast.exchange);
    for (step, outcome) in exchange.steps.iter().zip(&tester.steps) {
        if outcome.verdict >= Verdict::Fail {
            return Some(Caught {
                by: step.name.clone(),
                requirements: step.requirements.clone(),
                title: outcome.failures.first().map(|f| f.title.clone()).unwrap_or_default(),
            });
        }
    }
    for (index, rule) in suite.rules.iter().enumerate() {
        let (now, then) = (&tester.rules[index], &baseline.tester.rules[index]);
        if now.failures.is_empty() && now.values == then.values {
            continue;
        }
        let others = baselines
            .iter()
            .enumerate()
            .filter(|(other, b)| *other != at && b.cast.projection == baseline.cast.projection);
        let sights = others.map(|(_, b)| &b.tester.rules[index]).chain([now]);
        let outcome = conclude_rule(rule, rule.level, sights);
        if outcome.verdict >= Verdict::Fail {
            return Some(Caught {
                by: format!("rules::{}", rule.name),
                requirements: rule.requirements.clone(),
                title: outcome.failures.first().map(|f| f.title.clone()).unwrap_or_default(),
            });
        }
    }
    None
}
