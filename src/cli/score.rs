//! `score`: how much of what can be wrong with the party under test a suite notices.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use super::words::ScoreWords;
use crate::diag::counted;
use crate::ladder::{Projection, Requirement, Suite};
use crate::mutate::{Baseline, Fate, Mutant, Scored, Tally, score as score_all, sides};
use crate::play::{Cast, seed_for};
use crate::record::Verdict;
use crate::suite;
use crate::trial::{self, Options};

/// A suite with everything that was scored of it.
struct Sheet {
    suite: Arc<Suite>,
    file: String,
    sides: Vec<Side>,
}

/// One exchange from one side.
struct Side {
    exchange: String,
    party: String,
    scored: Vec<Scored>,
}

impl Side {
    /// The full name of a mutant.
    fn name(&self, suite: &Suite, mutant: &Mutant) -> String {
        format!("{}::{}::{}::{}", suite.name, self.exchange, self.party, mutant.id)
    }

    fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.scored.iter().for_each(|s| tally.count(&s.fate));
        tally
    }
}

impl Sheet {
    fn tally(&self, party: Option<&str>) -> Tally {
        let mut tally = Tally::default();
        for side in self.sides.iter().filter(|s| party.is_none_or(|p| s.party == p)) {
            tally.add(&side.tally());
        }
        tally
    }

    fn parties(&self) -> Vec<&str> {
        let mut parties: Vec<&str> = Vec::new();
        for side in &self.sides {
            if !parties.contains(&side.party.as_str()) {
                parties.push(&side.party);
            }
        }
        parties
    }
}

/// Scores suites.
pub fn score(words: &ScoreWords) -> ExitCode {
    if let Some(plays) = words.soak {
        return soak(words, plays as usize);
    }
    let suites = match load(words) {
        Ok(suites) => suites,
        Err(text) => {
            super::print(&text);
            return ExitCode::from(super::BROKEN);
        }
    };
    let began = Instant::now();
    let mut sheets = Vec::new();
    for (suite, file) in suites {
        match sheet(words, &suite, file) {
            Ok(sheet) => sheets.push(sheet),
            Err(text) => {
                super::print(&text);
                return ExitCode::from(super::BROKEN);
            }
        }
    }
    if sheets.iter().all(|s| s.sides.is_empty()) {
        return super::refuse(
            "nothing was selected: no exchange of these suites can test another party",
        );
    }
    if let Some(only) = &words.only
        && sheets.iter().all(|s| s.tally(None).mutants == 0)
    {
        return super::refuse(&format!("nothing was selected: no mutant's name contains `{only}`"));
    }
    super::print(&match words.format.as_str() {
        "json" => as_json(&sheets),
        "markdown" => as_markdown(&sheets),
        _ => as_text(&sheets, words.all),
    });
    if words.format == "text" {
        tell_pace(&sheets, began.elapsed());
    }
    let least = words.least.unwrap_or(0.0);
    match sheets.iter().any(|s| s.tally(None).score() < least) {
        true => ExitCode::from(1),
        false => ExitCode::SUCCESS,
    }
}

/// How fast it went: beside the result, which is the same each time.
fn tell_pace(sheets: &[Sheet], lasted: Duration) {
    let mutants: usize = sheets.iter().map(|s| s.tally(None).mutants).sum();
    let pace = mutants as f64 / lasted.as_secs_f64().max(1e-6);
    let (mutants, lasted) = (counted(mutants, "mutant"), lasted.as_secs_f64());
    trial::complain(&format!("{mutants} in {lasted:.2} s, {pace:.0} a second"));
}

/// Plays what nobody does wrong, many times over sockets, and tells what failed all the same.
fn soak(words: &ScoreWords, plays: usize) -> ExitCode {
    let options = Options {
        paths: words.paths.clone(),
        play_as: words.play_as.clone(),
        seed: Some(words.seed),
        ..Options::default()
    };
    let soak = match trial::soak(&options, plays) {
        Ok(soak) => soak,
        Err(problems) => {
            problems.iter().for_each(|p| super::print(&p.render(false)));
            return ExitCode::from(super::BROKEN);
        }
    };
    for text in &soak.told {
        super::print(&format!("{text}\n"));
    }
    let stopped = if soak.stopped { format!(", stopped of {plays}") } else { String::new() };
    super::print(&format!(
        "{}{stopped} of {} exchanges and sides in {:.1} s, seed {}: {} failed\n",
        counted(soak.plays, "play"),
        soak.cases,
        soak.took.as_secs_f64(),
        words.seed,
        soak.failed
    ));
    match (soak.failed, soak.stopped) {
        (0, false) => ExitCode::SUCCESS,
        (0, true) => ExitCode::from(super::BROKEN),
        _ => ExitCode::from(1),
    }
}

/// The suites, or what is wrong with them.
fn load(words: &ScoreWords) -> Result<Vec<(Arc<Suite>, String)>, String> {
    let files = suite::find(&words.paths).map_err(|p| p.render(false))?;
    let mut suites = Vec::new();
    for file in &files {
        let (loaded, problems) = suite::load(file);
        let Some(loaded) = loaded else {
            return Err(problems.iter().map(|p| p.render(false) + "\n").collect());
        };
        let known = |name: &String| loaded.parties.iter().any(|p| p.name == *name);
        if words.play_as.is_empty() || words.play_as.iter().all(known) {
            suites.push((Arc::new(loaded), file.display().to_string()));
        }
    }
    Ok(suites)
}

/// Plays the baselines of a suite and every mutant of them.
fn sheet(words: &ScoreWords, suite: &Arc<Suite>, file: String) -> Result<Sheet, String> {
    let mut names = Vec::new();
    let mut baselines = Vec::new();
    for exchange in &suite.exchanges {
        let sides: Vec<(String, Projection)> = match words.play_as.is_empty() {
            true => sides(suite, exchange).collect(),
            false => {
                let tested = |p: &usize| !words.play_as.contains(&suite.parties[*p].name);
                let tested: Vec<usize> = (0..suite.parties.len()).filter(tested).collect();
                let name: Vec<&str> =
                    tested.iter().map(|p| suite.parties[*p].name.as_str()).collect();
                let projection = Projection::testing(suite, &tested);
                match exchange.cannot_test(suite, &projection) {
                    Some(_) => Vec::new(),
                    None if exchange.is_long() => Vec::new(),
                    None => vec![(name.join("+"), projection)],
                }
            }
        };
        for (party, projection) in sides {
            let seed = seed_for(words.seed, &exchange.name);
            let cast = Cast { seed, ..Cast::new(suite, exchange, projection) };
            let baseline = Baseline::play(cast);
            for (step, outcome) in exchange.steps.iter().zip(&baseline.tester.steps) {
                if outcome.verdict > Verdict::NotReached {
                    return Err(format!(
                        "error: {}::{}::{party}::{} does not pass with nobody wrong; `stepladder check` says why\n",
                        suite.name, exchange.name, step.name
                    ));
                }
            }
            names.push((exchange.name.clone(), party));
            baselines.push(baseline);
        }
    }
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let scored = score_all(&baselines, words.threads.unwrap_or_else(cores));
    let sides = names
        .into_iter()
        .zip(scored)
        .map(|((exchange, party), scored)| Side { exchange, party, scored })
        .collect();
    let mut sheet = Sheet { suite: suite.clone(), file, sides };
    if let Some(only) = &words.only {
        for side in &mut sheet.sides {
            let (exchange, party) = (side.exchange.clone(), side.party.clone());
            side.scored.retain(|s| {
                format!("{}::{exchange}::{party}::{}", suite.name, s.mutant.id).contains(only)
            });
        }
    }
    Ok(sheet)
}

/// The requirements that speak of what a mutant did and bind its side: those whose statement names
/// the field, the ones of its step first; where none does, all of its step.
fn forbidding<'s>(suite: &'s Suite, side: &Side, mutant: &Mutant) -> Vec<&'s Requirement> {
    let exchange = suite.exchanges.iter().find(|e| e.name == side.exchange);
    let step = mutant.step.and_then(|at| exchange?.steps.get(at));
    // Type and length are parts of the item that is meant.
    let mut parts = mutant.field.rsplit('.').filter(|part| !matches!(*part, "type" | "length"));
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let spoken = name.replace('_', " ");
    let link = &suite.links[mutant.ends.link];
    let other = if link.initiator == mutant.ends.from { "server" } else { "client" };
    let mut found: Vec<&Requirement> = Vec::new();
    for requirement in suite.requirements.by_id.values() {
        let statement = requirement.statement.to_ascii_lowercase();
        let named = !name.is_empty() && (statement.contains(&name) || statement.contains(&spoken));
        if named && requirement.iut != other {
            found.push(requirement);
        }
    }
    let own = step.map(|s| s.requirements.as_slice()).unwrap_or_default();
    found.sort_by_key(|r| (!own.contains(&r.id), std::cmp::Reverse(r.binding())));
    if found.is_empty() {
        found.extend(own.iter().filter_map(|id| suite.requirements.by_id.get(id)));
    }
    found.truncate(3);
    found
}

/// The table: a row for each party of each suite, and one for all of them.
fn rows(sheets: &[Sheet]) -> Vec<(&str, &str, Tally)> {
    let mut rows = Vec::new();
    let mut whole = Tally::default();
    for sheet in sheets {
        for party in sheet.parties() {
            rows.push((sheet.suite.name.as_str(), party, sheet.tally(Some(party))));
        }
        whole.add(&sheet.tally(None));
    }
    rows.push(("all", "", whole));
    rows
}

/// The columns of a row.
fn cells(t: &Tally) -> [String; 6] {
    let numbers = [t.mutants, t.caught, t.missed, t.unviable, t.timed_out];
    let [a, b, c, d, e] = numbers.map(|number| number.to_string());
    [a, b, c, d, e, format!("{:.3}", t.score())]
}

fn as_text(sheets: &[Sheet], all: bool) -> String {
    let mut out = String::new();
    for sheet in sheets {
        for exchange in sheet.suite.exchanges.iter().filter(|e| e.is_long()) {
            let (suite, messages) = (&sheet.suite.name, exchange.counted());
            let name = &exchange.name;
            let _ = writeln!(out, "left out {suite}::{name}, of {messages} messages and more");
        }
        for side in &sheet.sides {
            for Scored { mutant, fate } in &side.scored {
                let word = match fate {
                    Fate::Missed => "missed",
                    Fate::TimedOut => "timed out",
                    Fate::Caught(_) if all => "caught",
                    Fate::Unviable(_) if all => "unviable",
                    _ => continue,
                };
                let exchange = sheet.suite.exchanges.iter().find(|e| e.name == side.exchange);
                let step = mutant.step.and_then(|at| Some(&exchange?.steps.get(at)?.name));
                let _ = writeln!(out, "{word} {}", side.name(&sheet.suite, mutant));
                let _ = writeln!(out, "    {}", crate::diag::clean(&mutant.about));
                let step = step.map_or(String::new(), |s| format!(", step {s}"));
                let _ = writeln!(out, "    {}:{}{step}", sheet.file, mutant.line);
                match fate {
                    Fate::Caught(caught) => {
                        let by = &caught.by;
                        let ids = caught.requirements.join(", ");
                        let _ = writeln!(
                            out,
                            "    by {by}: {}\n    {ids}",
                            crate::diag::clean(&caught.title)
                        );
                        if let Some(section) = &mutant.free {
                            let _ = writeln!(out, "    stricter than {section}");
                        }
                    }
                    Fate::Unviable(section) => {
                        let _ = writeln!(out, "    free by {section}");
                    }
                    _ => {
                        for r in forbidding(&sheet.suite, side, mutant) {
                            let _ = writeln!(out, "    {} {}: {}", r.level, r.id, r.statement);
                        }
                    }
                }
            }
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let width = sheets.iter().map(|s| s.suite.name.len()).max().unwrap_or(0).max(5);
    let side =
        sheets.iter().flat_map(|s| &s.sides).map(|s| s.party.len()).max().unwrap_or(0).max(5);
    let _ = writeln!(
        out,
        "{:width$}  {:side$}  mutants  caught  missed  unviable  timed out  score",
        "suite", "party"
    );
    for (name, party, t) in rows(sheets) {
        let [mutants, caught, missed, unviable, timed_out, score] = cells(&t);
        let _ = writeln!(
            out,
            "{name:width$}  {party:side$}  {mutants:>7}  {caught:>6}  {missed:>6}  {unviable:>8}  {timed_out:>9}  {score}"
        );
    }
    out
}

fn as_json(sheets: &[Sheet]) -> String {
    let suites: Vec<_> = sheets
        .iter()
        .map(|sheet| {
            let t = sheet.tally(None);
            let parties: Vec<_> = sheet
                .parties()
                .into_iter()
                .map(|party| {
                    let t = sheet.tally(Some(party));
                    json!({"party": party, "mutants": t.mutants, "caught": t.caught,
                        "missed": t.missed, "unviable": t.unviable, "timed_out": t.timed_out,
                        "score": t.score()})
                })
                .collect();
            let mut missed = Vec::new();
            for side in &sheet.sides {
                let exchange = sheet.suite.exchanges.iter().find(|e| e.name == side.exchange);
                for Scored { mutant, fate } in &side.scored {
                    if !matches!(fate, Fate::Missed | Fate::TimedOut) {
                        continue;
                    }
                    let step =
                        mutant.step.and_then(|at| Some(exchange?.steps.get(at)?.name.clone()));
                    let requirements: Vec<&str> = forbidding(&sheet.suite, side, mutant)
                        .iter()
                        .map(|r| r.id.as_str())
                        .collect();
                    missed.push(json!({
                        "id": side.name(&sheet.suite, mutant), "operator": mutant.operator,
                        "about": mutant.about, "message": mutant.message, "field": mutant.field,
                        "step": step, "line": mutant.line, "requirements": requirements,
                        "timed_out": *fate == Fate::TimedOut,
                    }));
                }
            }
            json!({"suite": sheet.suite.name, "file": sheet.file, "mutants": t.mutants,
                "caught": t.caught, "missed": t.missed, "unviable": t.unviable,
                "timed_out": t.timed_out, "score": t.score(), "parties": parties,
                "missed_mutants": missed})
        })
        .collect();
    serde_json::to_string_pretty(&suites).unwrap_or_default() + "\n"
}

/// The page of scores: docs/scores.md.
fn as_markdown(sheets: &[Sheet]) -> String {
    let mut out = String::from(
        "# How good the suites are\n\n\
         The party under test is made wrong in every way that layouts and ladders tell of, one way at a\n\
         time; a mutant is caught when a step or rule of the suite fails. The score is the share that is\n\
         caught of those that are viable. A mutant that nobody notices is unviable only where a section\n\
         of the standard leaves to an implementation what it does; all others that nobody notices are\n\
         missed. `stepladder score --all` tells of each of them.\n\n\
         This page is made by `cargo run --release -- score --format markdown > docs/scores.md`, and the\n\
         tests compare it with the suites.\n\n\
         | suite | party under test | mutants | caught | missed | unviable | timed out | score |\n\
         |---|---|--:|--:|--:|--:|--:|--:|\n",
    );
    for (name, party, t) in rows(sheets) {
        let _ = writeln!(out, "| {name} | {party} | {} |", cells(&t).join(" | "));
    }
    out.push_str("\n## What is missed\n\n| suite | party under test | what is wrong | where | times |\n|---|---|---|---|--:|\n");
    for sheet in sheets {
        let mut missed: BTreeMap<(&str, &str, String), usize> = BTreeMap::new();
        for side in &sheet.sides {
            for Scored { mutant, fate } in &side.scored {
                if matches!(fate, Fate::Missed | Fate::TimedOut) {
                    let place = match (mutant.message, mutant.field.as_str()) {
                        ("", _) => format!("line {}", mutant.line),
                        (message, "") => message.to_owned(),
                        (message, field) => format!("`{field}` of {message}"),
                    };
                    *missed.entry((&side.party, mutant.operator, place)).or_default() += 1;
                }
            }
        }
        for ((party, operator, place), times) in missed {
            let name = &sheet.suite.name;
            let _ = writeln!(out, "| {name} | {party} | {operator} | {place} | {times} |");
        }
    }
    out
}
