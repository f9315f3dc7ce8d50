//! The record of a run, from its first line to the reports that are made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::face::{Pick, Shelf, What, absent};
use super::judge::{Judged, Result as Found};
use super::plan::{Case, Options, Plan};
use crate::ladder::Suite;
use crate::record::{Report, Verdict};
use crate::report::{
    self, BegunEntry, CaseEntry, EndEntry, Entry, Journal, LoadEntry, Mask, PlannedStep,
    RequirementEntry, RuleEntry, RunEntry, Sheet, StepEntry, TargetEntry,
};
use crate::suite;
use crate::target::Target;

/// The time of day, in milliseconds since 1970; 0 before that.
pub(super) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis() as u64
}

/// Begins the record, where one is asked for: everything that is known before the first play.
pub(super) fn begin(
    options: &Options,
    plan: &Plan,
    picked: &[Pick],
    seed: u64,
) -> io::Result<Option<Arc<Journal>>> {
    let Some(folder) = &options.report else { return Ok(None) };
    let journal = Journal::create(&folder.join("record.jsonl"))?;
    let suites = head(&journal, options, plan, seed);
    requirements(&journal, suites);
    cases(&journal, options, plan, picked);
    Ok(Some(Arc::new(journal)))
}

/// The first lines of a record, and the suites that it is about.
fn head(journal: &Journal, options: &Options, plan: &Plan, seed: u64) -> Vec<Arc<Suite>> {
    let targets: BTreeSet<&str> =
        plan.cases.iter().filter_map(|c| c.target.as_ref()).map(|t| t.name.as_str()).collect();
    let suites: BTreeMap<&str, &Arc<Suite>> =
        plan.groups.iter().map(|g| (g.suite.name.as_str(), &g.suite)).collect();
    journal.write(&Entry::Run(RunEntry {
        tool: "stepladder".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        began_ms: now_ms(),
        targets: targets.into_iter().map(str::to_owned).collect(),
        profile: options.profile.clone(),
        seed,
        strict: options.strict,
        timeout_scale: options.timeout_scale,
        sim: options.sim,
        shows_secrets: options.show_secrets,
        shard: options.shard,
        suites: suites.keys().map(|name| (*name).to_owned()).collect(),
    }));
    let mut files = BTreeSet::new();
    for suite in suites.values() {
        let mask = mask(options, plan, suite);
        for source in [&suite.source].into_iter().chain(suite.rules.iter().map(|r| &r.source)) {
            if files.insert(source.path.clone()) {
                journal.write(&Entry::File(report::file_entry(source, &mask)));
            }
        }
        journal.write(&Entry::Suite(report::suite_entry(suite, &mask)));
    }
    suites.into_values().cloned().collect()
}

/// The whole record of a load, with the plays that are kept of it, and the reports made from it.
pub(super) fn of_load(
    options: &Options,
    plan: &Plan,
    case: &Case,
    seed: u64,
    entry: &LoadEntry,
    kept: Vec<(u64, Report, Found)>,
) -> io::Result<()> {
    let Some(folder) = &options.report else { return Ok(()) };
    let journal = Journal::create(&folder.join("record.jsonl"))?;
    head(&journal, options, plan, seed);
    if let Some(target) = &case.target {
        let version = crate::live::block_on(crate::target::version(target)).ok().flatten();
        journal.write(&Entry::Target(target_entry(target, version)));
    }
    let mask = options.mask(case.secrets(options));
    let every: BTreeSet<usize> = (0..case.exchange.steps.len()).collect();
    for (number, report, found) in kept {
        let one = Case { name: format!("{} #{number}", case.name), ..case.clone() };
        journal.write(&Entry::Case(case_entry(&one, String::new(), &every)));
        let case = one.name.clone();
        let begun = BegunEntry { case, began_ms: now_ms(), parameters: Vec::new() };
        journal.write(&Entry::Begun(begun));
        for event in &report.events {
            journal.event(&one.name, &one.suite, &one.exchange, event, &mask);
        }
        steps(&journal, &one, &found, options.strict);
    }
    journal.write(&Entry::Load(entry.clone()));
    journal.write(&Entry::End(EndEntry { verdicts: BTreeMap::new(), ended_ms: now_ms() }));
    report::make(folder).map(drop)
}

/// Writes what the steps of a case came to.
pub(super) fn steps(journal: &Journal, case: &Case, found: &Found, strict: bool) {
    for (step, judged) in case.exchange.steps.iter().zip(&found.steps) {
        journal.write(&Entry::Step(StepEntry {
            case: case.name.clone(),
            step: step.name.clone(),
            judged: judged.entry(strict),
        }));
    }
}

/// A target, as a record has it.
pub(super) fn target_entry(target: &Target, version: Option<String>) -> TargetEntry {
    TargetEntry {
        name: target.name.clone(),
        about: target.about.clone(),
        takes: target.takes.clone(),
        version,
    }
}

/// What hides the secrets of a suite, whatever is played of it and against whom.
fn mask(options: &Options, plan: &Plan, suite: &Suite) -> Mask {
    let groups = plan.groups.iter().filter(|group| group.suite.name == suite.name);
    let secrets: BTreeSet<String> = groups.flat_map(|group| group.secrets(options)).collect();
    options.mask(secrets)
}

/// Writes the ledger of the catalogues beside these suites. What the other suites of their folders
/// look at is not missing, so they are read too.
fn requirements(journal: &Journal, mut suites: Vec<Arc<Suite>>) {
    let own: Vec<_> = suites.iter().map(|s| std::path::PathBuf::from(&s.source.path)).collect();
    for file in suite::with_siblings(&own) {
        if !own.contains(&file) {
            suites.extend(suite::load(&file).0.map(Arc::new));
        }
    }
    for entry in suite::ledger(&suites) {
        let requirement = entry.requirement;
        journal.write(&Entry::Requirement(RequirementEntry {
            id: requirement.id,
            level: requirement.level,
            iut: requirement.iut,
            statement: requirement.statement,
            standard: requirement.standard,
            source: requirement.source,
            excused: requirement.excused,
            status: entry.status.word().into(),
        }));
    }
}

fn cases(journal: &Journal, options: &Options, plan: &Plan, picked: &[Pick]) {
    let mut selected: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut touched: BTreeSet<usize> = BTreeSet::new();
    for pick in picked {
        match &pick.what {
            What::Step(case, step) => {
                selected.insert((*case, *step));
                touched.insert(*case);
            }
            What::Rule(group, _) => touched.extend(&plan.groups[*group].cases),
        }
    }
    for group in &plan.groups {
        let absent = absent(group, options);
        for index in group.cases.iter().filter(|index| touched.contains(*index)) {
            let case = &plan.cases[*index];
            let of_it = selected.range((*index, 0)..=(*index, usize::MAX));
            let of_it: BTreeSet<usize> = of_it.map(|(_, step)| *step).collect();
            // Why it is not played, where it is not.
            let skip = case.skip.as_ref().or(absent.as_ref()).cloned().unwrap_or_default();
            journal.write(&Entry::Case(case_entry(case, skip, &of_it)));
        }
    }
}

fn case_entry(case: &Case, skip: String, selected: &BTreeSet<usize>) -> CaseEntry {
    let steps = case.exchange.steps.iter().enumerate().map(|(at, step)| PlannedStep {
        step: step.name.clone(),
        about: step.about.clone(),
        line: step.pos.line,
        level: step.level,
        requirements: step.requirements.clone(),
        selected: selected.contains(&at),
    });
    let tested = case.projection.tested().map(|party| case.suite.parties[party].name.clone());
    CaseEntry {
        case: case.name.clone(),
        suite: case.suite.name.clone(),
        exchange: case.exchange.name.clone(),
        about: case.exchange.about.clone(),
        line: case.exchange.pos.line,
        tested: tested.collect(),
        target: case.target.as_ref().map(|target| target.name.clone()),
        skip,
        steps: steps.collect(),
    }
}

/// Ends the record, and makes the reports from it. Returns the run as its record tells it.
pub(super) fn conclude(
    shelf: &Shelf,
    options: &Options,
    picked: &[Pick],
    journal: &Journal,
) -> io::Result<Option<Sheet>> {
    let Some(folder) = &options.report else { return Ok(None) };
    let mut verdicts: BTreeMap<String, u32> = BTreeMap::new();
    for pick in picked {
        let judged = match (pick.played, pick.what) {
            (true, what) => shelf.judged(what),
            (false, What::Step(case, step)) => {
                let level = shelf.plan.cases[case].exchange.steps[step].level;
                Judged::because(Verdict::Skipped, level, "")
            }
            (false, What::Rule(group, rule)) => {
                let group = &shelf.plan.groups[group];
                let missing = group.target.as_ref().and_then(|target| target.missing());
                let level = group.suite.rules[rule].level;
                Judged::because(Verdict::Skipped, level, missing.unwrap_or_default())
            }
        };
        *verdicts.entry(judged.verdict.word().into()).or_default() += 1;
        if let What::Rule(group, rule) = pick.what {
            let group = &shelf.plan.groups[group];
            let rule = &group.suite.rules[rule];
            journal.write(&Entry::Rule(RuleEntry {
                name: pick.what.name(&shelf.plan),
                suite: group.suite.name.clone(),
                target: group.target.as_ref().map(|target| target.name.clone()),
                about: rule.about.clone(),
                file: rule.source.path.clone(),
                line: rule.pos.line,
                requirements: rule.requirements.clone(),
                judged: judged.entry(options.strict),
            }));
        }
    }
    journal.write(&Entry::End(EndEntry { verdicts, ended_ms: now_ms() }));
    report::make(folder).map(Some)
}

/// Whether this is part of a job of GitHub's.
pub(super) fn is_github_job() -> bool {
    std::env::var("GITHUB_ACTIONS").as_deref() == Ok("true")
}

/// Tells GitHub of a run, where one of its jobs is what runs: annotations to print, and a page of
/// the job's summary, which is appended to the file that it wants it in.
pub(super) fn tell_github(sheet: &Sheet) -> io::Result<String> {
    if !is_github_job() {
        return Ok(String::new());
    }
    if let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(report::summary(sheet).as_bytes())?;
    }
    Ok(report::annotations(sheet))
}
