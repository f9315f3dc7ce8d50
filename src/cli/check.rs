//! `check`: suites looked over, and every exchange played against itself under a virtual clock.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use super::words::CheckWords;
use crate::diag::{Diagnostic, Severity, counted};
use crate::ladder::{Projection, Suite};
use crate::play::{Cast, conclude_rule};
use crate::record::{RuleSight, Verdict};
use crate::report::{self, Mask};
use crate::{sim, suite};

/// How many uncovered requirements are told one by one.
const SHOWN: usize = 3;

/// Looks suites over.
pub fn check(words: &CheckWords) -> ExitCode {
    let files = match suite::find(&words.paths) {
        Ok(files) => files,
        Err(problem) => {
            super::print(&problem.render(false));
            return ExitCode::from(super::BROKEN);
        }
    };
    let (mut problems, mut suites, mut played) = (Vec::new(), Vec::new(), 0);
    for file in &files {
        let (loaded, found) = suite::load(file);
        problems.extend(found);
        let Some(loaded) = loaded else { continue };
        problems.extend(suite::lint(&loaded));
        let loaded = Arc::new(loaded);
        let mut told = Vec::new();
        played += play(&loaded, &mut told);
        for text in told {
            super::print(&format!("{text}\n"));
            problems.push(Diagnostic::plain(""));
        }
        suites.push(loaded);
    }
    let holes = holes(&files, &suites);
    let (mut errors, mut warnings) = (holes.len(), 0);
    let shown = if words.strict { holes.len() } else { SHOWN };
    for problem in &problems {
        let bad = problem.severity == Severity::Error;
        errors += usize::from(bad);
        warnings += usize::from(!bad);
        if !problem.title.is_empty() {
            super::print(&format!("{}\n", problem.render(false)));
        }
    }
    for hole in holes.iter().take(shown) {
        super::print(&format!("{}\n", hole.render(false)));
    }
    if holes.len() > shown {
        let more = holes.len() - shown;
        super::print(&format!(
            "error: no step or rule covers {} (--strict shows all)\n\n",
            counted(more, "more binding requirement")
        ));
    }
    super::print(&format!(
        "{}, {} against themselves, {}, {}\n",
        counted(suites.len(), "suite"),
        counted(played, "play"),
        counted(errors, "error"),
        counted(warnings, "warning")
    ));
    match errors > 0 || (words.strict && warnings > 0) {
        true => ExitCode::from(super::BROKEN),
        false => ExitCode::SUCCESS,
    }
}

/// What a catalogue demands and no step or rule of its folder covers.
fn holes(files: &[PathBuf], suites: &[Arc<Suite>]) -> Vec<Diagnostic> {
    let mut suites = suites.to_vec();
    // What is wrong with a suite that was not asked for is not told; it just covers nothing.
    let more = suite::with_siblings(files).into_iter().filter(|file| !files.contains(file));
    suites.extend(more.filter_map(|file| suite::load(&file).0.map(Arc::new)));
    suite::ledger(&suites).iter().filter(|e| e.is_hole()).map(suite::Entry::problem).collect()
}

/// Plays every exchange from every side it can test; what goes wrong is wrong with the suite.
fn play(suite: &Arc<Suite>, told: &mut Vec<String>) -> usize {
    let mut played = 0;
    let mask = Mask::new(suite.settings.values().filter(|s| s.secret).map(|s| s.value.clone()));
    let mut seen: Vec<Vec<Vec<RuleSight>>> = vec![Vec::new(); suite.parties.len()];
    for exchange in &suite.exchanges {
        let mut possible = false;
        for (party, seen) in seen.iter_mut().enumerate() {
            let projection = Projection::testing(suite, &[party]);
            if exchange.cannot_test(suite, &projection).is_some() {
                continue;
            }
            possible = true;
            played += 1;
            let cast = Cast::new(suite, exchange, projection);
            let (tester, peer) = sim::self_play(&cast);
            let side = &suite.parties[party].name;
            for (who, report) in [("testing", &tester), ("being", &peer)] {
                let wrong = exchange.steps.iter().zip(&report.steps).find_map(|(step, outcome)| {
                    (outcome.verdict > Verdict::NotReached).then_some((step, outcome))
                });
                let Some((step, outcome)) = wrong else { continue };
                for failure in &outcome.failures {
                    let text = report::failure(
                        suite,
                        Some(exchange),
                        failure,
                        &step.requirements,
                        &report.events,
                        &mask,
                    );
                    told.push(format!(
                        "{}::{}::{} does not play against itself, {who} `{side}`:\n{text}",
                        suite.name, exchange.name, step.name
                    ));
                }
            }
            seen.push(tester.rules);
        }
        if !possible {
            let title = format!("exchange `{}` can test no party", exchange.name);
            told.push(Diagnostic::error(&suite.source, exchange.pos, title).render(false));
        }
    }
    for (party, plays) in seen.iter().enumerate() {
        for (index, rule) in suite.rules.iter().enumerate() {
            let sights: Vec<RuleSight> = plays.iter().map(|p| p[index].clone()).collect();
            let outcome = conclude_rule(rule, rule.level, &sights);
            for failure in outcome.failures.iter().take(1) {
                let text = report::failure(suite, None, failure, &rule.requirements, &[], &mask);
                let (name, side) = (&rule.name, &suite.parties[party].name);
                told.push(format!(
                    "{}::rules::{name} is broken by the suite itself, being `{side}`:\n{text}",
                    suite.name
                ));
            }
        }
    }
    played
}
