//! `summary.md`: a run on one page, for the summary of a job or a comment.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::entry::{FailureEntry, RequirementEntry};
use super::markdown::{block, cell, code};
use super::sheet::{Sheet, Trial};
use crate::record::Verdict;

/// How many failures are told in full, and how many more by name.
const IN_FULL: usize = 20;
const BY_NAME: usize = 100;

/// The most characters of a name or a remark, of a failure, of differences.
const LINE: usize = 300;
const FAILURE: usize = 4_000;
const DIFFERENCES: usize = 10;

/// The most octets of all of it: GitHub takes 1 MiB from a step.
const ALL: usize = 512 << 10;

/// The columns of the table of counts, and what is counted there.
const COLUMNS: [(&str, Verdict); 8] = [
    ("passed", Verdict::Pass),
    ("known deviations", Verdict::Xfail),
    ("skipped", Verdict::Skipped),
    ("not reached", Verdict::NotReached),
    ("inconclusive", Verdict::Inconclusive),
    ("mended", Verdict::Xpass),
    ("failed", Verdict::Fail),
    ("errors", Verdict::Error),
];

/// The page.
pub fn summary(sheet: &Sheet) -> String {
    let trials: Vec<Trial<'_>> = sheet.trials().collect();
    let mut text = String::new();
    head(&mut text, sheet, &trials);
    counts(&mut text, &trials);
    failures(&mut text, sheet, &trials);
    let warned = |t: &&Trial<'_>| t.came.verdict == Verdict::Fail && !t.came.failed;
    listed(&mut text, "Warnings", trials.iter().filter(warned), |trial| {
        trial.came.judged.and_then(|j| j.failures.first()).map(FailureEntry::in_short)
    });
    let known = |t: &&Trial<'_>| t.came.verdict == Verdict::Xfail;
    listed(&mut text, "Known deviations", trials.iter().filter(known), |trial| {
        trial.came.judged.map(|judged| judged.known.clone())
    });
    requirements(&mut text, sheet, &trials);
    bounded(text)
}

/// What came of it, against whom, and how to play it again.
fn head(text: &mut String, sheet: &Sheet, trials: &[Trial<'_>]) {
    let errors = trials.iter().filter(|t| t.came.verdict == Verdict::Error).count();
    let failed = |t: &&Trial<'_>| t.came.failed && t.came.verdict != Verdict::Error;
    let failed = trials.iter().filter(failed).count();
    let passed = trials.iter().filter(|t| t.came.verdict == Verdict::Pass).count();
    let judged = match (errors, failed) {
        (0, 0) if passed == 0 => "nothing was judged".to_owned(),
        (0, 0) => "passed".to_owned(),
        (0, failed) => format!("{failed} failed"),
        (errors, 0) => format!("{errors} could not be judged"),
        (errors, failed) => format!("{failed} failed, {errors} could not be judged"),
    };
    let _ = writeln!(text, "## Stepladder: {judged}\n");
    if sheet.end.is_none() {
        text.push_str("**The record is cut: the run did not come to its end.**\n\n");
    }
    let _ = writeln!(text, "{passed} of {} steps and rules passed.\n", trials.len());
    if sheet.run.targets.is_empty() {
        text.push_str("- against the built-in peer\n");
    }
    for name in sheet.run.targets.iter().take(BY_NAME) {
        let target = sheet.targets.get(name);
        let version = target.and_then(|target| target.version.as_deref()).unwrap_or_default();
        let about = target.map(|target| target.about.as_str()).unwrap_or_default();
        let parts = [name.as_str(), version, about].map(|part| code(part, LINE));
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let _ = writeln!(text, "- against {}", parts.join(", "));
    }
    let suites: Vec<_> = sheet.run.suites.iter().take(BY_NAME).map(|s| code(s, LINE)).collect();
    let _ = writeln!(text, "- suites {}", suites.join(", "));
    if let Some(profile) = &sheet.run.profile {
        let _ = writeln!(text, "- profile {}", code(profile, LINE));
    }
    let version = code(&sheet.run.version, LINE);
    let _ = writeln!(text, "- stepladder {version}, `--seed {}`\n", sheet.run.seed);
}

/// How many steps and rules came to what, by target.
fn counts(text: &mut String, trials: &[Trial<'_>]) {
    let mut rows: BTreeMap<&str, BTreeMap<Verdict, usize>> = BTreeMap::new();
    for trial in trials {
        let row = rows.entry(trial.target.unwrap_or("the built-in peer")).or_default();
        *row.entry(trial.came.verdict).or_default() += 1;
    }
    let is_used = |verdict: &Verdict| rows.values().any(|row| row.contains_key(verdict));
    let columns: Vec<_> = COLUMNS.iter().filter(|(_, verdict)| is_used(verdict)).collect();
    if columns.is_empty() {
        return;
    }
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let _ = writeln!(text, "| against | {} |", names.join(" | "));
    let _ = writeln!(text, "|---{}|", "|--:".repeat(columns.len()));
    for (target, row) in rows.iter().take(BY_NAME) {
        let count = |verdict| row.get(verdict).copied().unwrap_or_default().to_string();
        let cells: Vec<_> = columns.iter().map(|(_, verdict)| count(verdict)).collect();
        let _ = writeln!(text, "| {} | {} |", cell(target, LINE), cells.join(" | "));
    }
    text.push('\n');
}

/// What failed: the worst first, and then in the order of the suites.
fn failures(text: &mut String, sheet: &Sheet, trials: &[Trial<'_>]) {
    let mut failed: Vec<&Trial<'_>> = trials.iter().filter(|t| t.came.failed).collect();
    if failed.is_empty() {
        return;
    }
    failed.sort_by_key(|trial| std::cmp::Reverse(trial.came.verdict));
    text.push_str("### What failed\n\n");
    for trial in failed.iter().take(IN_FULL) {
        in_full(text, sheet, trial);
    }
    if failed.len() > IN_FULL {
        let _ = writeln!(text, "And {} more:\n", failed.len() - IN_FULL);
        for trial in failed.iter().skip(IN_FULL).take(BY_NAME) {
            let _ = writeln!(text, "- {}", code(&trial.to_string(), LINE));
        }
        beyond(text, failed.len() - IN_FULL);
    }
}

fn in_full(text: &mut String, sheet: &Sheet, trial: &Trial<'_>) {
    let what = match trial.came.verdict {
        Verdict::Error => "not the fault of what was tested",
        Verdict::Xpass => "a known deviation does not show any more",
        _ => "failed",
    };
    let _ = writeln!(text, "#### {}: {what}\n", code(&trial.to_string(), LINE));
    let failures = trial.came.judged.map(|judged| judged.failures.as_slice()).unwrap_or_default();
    let told: Vec<String> = failures.iter().map(told).collect();
    let told = if told.is_empty() { trial.came.text.to_owned() } else { told.join("\n") };
    text.push_str(&block(&told, FAILURE));
    let (file, line) = match failures.first() {
        Some(failure) if failure.line > 0 => (failure.file.as_str(), failure.line),
        _ => (trial.file, trial.line),
    };
    let _ = writeln!(text, "\n- {}", code(&format!("{file}:{line}"), LINE));
    let binds = |id: &&String| sheet.binds(id, trial.suite, trial.tested);
    for id in trial.requirements.iter().filter(binds) {
        let _ = match sheet.requirement(id) {
            Some(RequirementEntry { level, standard, statement, .. }) => writeln!(
                text,
                "- {} {} ({}): {}",
                code(level, LINE),
                code(id, LINE),
                code(standard, LINE),
                code(statement, LINE)
            ),
            None => writeln!(text, "- {}", code(id, LINE)),
        };
    }
    text.push('\n');
}

/// A failure in lines: title, and expected and got of each difference.
fn told(failure: &FailureEntry) -> String {
    let mut lines = vec![failure.title.clone()];
    if !failure.remark.is_empty() {
        lines.push(format!("  {}", failure.remark));
    }
    for difference in failure.differences.iter().take(DIFFERENCES) {
        let path = if difference.path.is_empty() { "message" } else { &difference.path };
        lines.push(format!("  {path}"));
        lines.push(format!("    expected  {}", difference.expected));
        lines.push(format!("    got       {}", difference.got));
        if !difference.source.is_empty() {
            lines.push(format!("    see       {}", difference.source));
        }
    }
    lines.join("\n")
}

/// Trials, and what there is to say of each.
fn listed<'t>(
    text: &mut String,
    title: &str,
    trials: impl Iterator<Item = &'t Trial<'t>>,
    say: impl Fn(&Trial<'t>) -> Option<String>,
) {
    let trials: Vec<_> = trials.collect();
    if trials.is_empty() {
        return;
    }
    let _ = writeln!(text, "### {title}\n");
    for trial in trials.iter().take(BY_NAME) {
        let said = code(&say(trial).unwrap_or_default(), LINE);
        let colon = if said.is_empty() { "" } else { ": " };
        let _ = writeln!(text, "- {}{colon}{said}", code(&trial.to_string(), LINE));
    }
    beyond(text, trials.len());
}

/// Ends a list that may be longer than what is shown of it.
fn beyond(text: &mut String, length: usize) {
    if length > BY_NAME {
        let _ = writeln!(text, "- and {} more", length - BY_NAME);
    }
    text.push('\n');
}

/// What became of the requirements of the catalogues, by level.
fn requirements(text: &mut String, sheet: &Sheet, trials: &[Trial<'_>]) {
    let mut came: BTreeMap<&str, Vec<Verdict>> = BTreeMap::new();
    for trial in trials {
        let binds = |id: &&String| sheet.binds(id, trial.suite, trial.tested);
        for id in trial.requirements.iter().filter(binds) {
            came.entry(id).or_default().push(trial.came.verdict);
        }
    }
    let mut rows: BTreeMap<(usize, &str), [usize; 5]> = BTreeMap::new();
    for requirement in &sheet.requirements {
        let verdicts = came.get(requirement.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let any = |verdict| verdicts.contains(&verdict);
        let column = match verdicts {
            [] => 4,
            _ if any(Verdict::Fail) => 1,
            _ if any(Verdict::Xfail) => 2,
            _ if any(Verdict::Pass) || any(Verdict::Xpass) => 0,
            _ => 3,
        };
        let level = requirement.level.as_str();
        let place = LEVELS.iter().position(|known| *known == level).unwrap_or(LEVELS.len());
        rows.entry((place, level)).or_default()[column] += 1;
    }
    if rows.is_empty() {
        return;
    }
    text.push_str("### Requirements\n\n");
    text.push_str("| level | kept | broken | known deviation | not judged | not looked at |\n");
    text.push_str("|---|--:|--:|--:|--:|--:|\n");
    for ((_, level), counts) in rows {
        let level = if level == "model" { "step of a flow".into() } else { cell(level, LINE) };
        let cells = counts.map(|count| count.to_string()).join(" | ");
        let _ = writeln!(text, "| {level} | {cells} |");
    }
    text.push('\n');
}

/// Levels, the most binding first.
const LEVELS: [&str; 6] = ["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", "model"];

/// Not more than readers take.
fn bounded(mut text: String) -> String {
    if text.len() > ALL {
        let end = (0..=ALL).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        text.truncate(end);
        let line = text.rfind('\n').unwrap_or_default();
        text.truncate(line);
        text.push_str("\n\nThe rest is left out.\n");
    }
    text
}
