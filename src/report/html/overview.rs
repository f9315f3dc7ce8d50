//! What the run came to: the headline, the numbers, what failed, and the matrix of exchanges by
//! implementation.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::load;
use super::text::{Text, date, esc, mark, meaning, sign, time};
use crate::record::Verdict;
use crate::report::entry::JudgedEntry;
use crate::report::sheet::{Case, Sheet};

/// Failures that are listed at the top.
const LISTED: usize = 200;
/// Differences that are named for each of them.
const DIFFERENCES: usize = 3;

/// The run in a sentence.
pub struct Headline {
    /// For the title of the window.
    pub short: String,
    /// The sentence.
    pub long: String,
    /// Whether all is well.
    pub good: bool,
    /// How many came to each verdict.
    pub counts: BTreeMap<Verdict, usize>,
}

/// Puts the run into a sentence.
pub fn headline(sheet: &Sheet) -> Headline {
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    let (mut failed, mut broken, mut warned) = (0, 0, 0);
    for trial in sheet.trials() {
        *counts.entry(trial.came.verdict).or_default() += 1;
        match (trial.came.failed, trial.came.verdict) {
            (true, Verdict::Error) => broken += 1,
            (true, _) => failed += 1,
            (false, Verdict::Fail) => warned += 1,
            _ => {}
        }
    }
    let all: usize = counts.values().sum();
    let passed = counts.get(&Verdict::Pass).copied().unwrap_or_default();
    let who = match sheet.run.targets.as_slice() {
        [] => "the built-in peer".to_owned(),
        names => names.join(", "),
    };
    let mut long = match (failed, broken) {
        (0, 0) => format!("{passed} of {all} steps and rules passed, none failed"),
        (failed, 0) => format!("{failed} of {all} steps and rules failed"),
        (0, broken) => format!("{broken} of {all} steps and rules could not be judged"),
        (failed, broken) => {
            format!("{failed} of {all} steps and rules failed, {broken} could not be judged")
        }
    };
    if warned > 0 {
        let _ = write!(long, ", {warned} broke a SHOULD");
    }
    if sheet.end.is_none() {
        long.push_str("; the run was cut short");
    }
    let good = failed + broken == 0 && sheet.end.is_some();
    let loads: Vec<String> = sheet.loads.iter().map(load::headline).collect();
    let good = good && sheet.loads.iter().all(|load| load.failed + load.panics == 0);
    let long = match loads.is_empty() {
        true => format!("{who}: {long}"),
        false => loads.join("; "),
    };
    Headline { short: format!("{} {long}", if good { "✓" } else { "✗" }), long, good, counts }
}

/// Headline, numbers, failures, matrix.
pub fn write(page: &mut String, sheet: &Sheet, headline: &Headline) {
    let class = if headline.good { "good" } else { "ill" };
    let _ = writeln!(page, "<header class=\"{class}\"><h1>{}</h1>", esc(&headline.long));
    facts(page, sheet);
    if sheet.loads.is_empty() {
        numbers(page, headline);
    }
    page.put("<nav>");
    let failing = sheet.trials().any(|trial| trial.came.failed);
    if failing {
        page.put("<a href=\"#failures\">Failures</a> ");
    }
    page.put("<a href=\"#matrix\">Matrix</a> <a href=\"#requirements\">Requirements</a> ");
    page.put("<a href=\"#exchanges\">Exchanges</a></nav></header>\n");
    load::write(page, sheet);
    if failing {
        failures(page, sheet);
    }
    if !sheet.cases.is_empty() || sheet.loads.is_empty() {
        matrix(page, sheet);
    }
}

fn facts(page: &mut String, sheet: &Sheet) {
    let run = &sheet.run;
    page.put("<dl>");
    let mut fact = |name: &str, value: &str| {
        let _ = write!(page, "<div><dt>{name}</dt><dd>{}</dd></div>", esc(value));
    };
    for target in sheet.targets.values() {
        let version = target.version.as_deref().unwrap_or("version unknown");
        fact("target", &format!("{} {version} — {}", target.name, target.about));
    }
    if sheet.targets.is_empty() {
        fact("target", "the built-in peer, which plays the same suites from the other side");
    }
    fact("profile", run.profile.as_deref().unwrap_or("none"));
    fact("seed", &run.seed.to_string());
    fact("tool", &format!("{} {}", run.tool, run.version));
    fact("begun", &date(run.began_ms));
    if let Some(end) = &sheet.end {
        fact("took", &time(end.ended_ms.saturating_sub(run.began_ms) * 1000));
    }
    if run.strict {
        fact("strict", "a broken SHOULD counts as failed");
    }
    if run.sim {
        fact("network", "in memory, under a clock that jumps over waiting");
    }
    if run.timeout_scale != 1.0 {
        fact("patience", &format!("{} times that of the suites", run.timeout_scale));
    }
    if sheet.unread > 0 {
        fact("unreadable", &format!("{} lines of the record", sheet.unread));
    }
    page.put("</dl>");
}

fn numbers(page: &mut String, headline: &Headline) {
    page.put("<ul class=\"counts\">");
    for (verdict, count) in headline.counts.iter().rev() {
        page.put("<li>");
        mark(page, *verdict);
        let _ =
            write!(page, " {count} {}<small>{}</small></li>", verdict.word(), meaning(*verdict));
    }
    page.put("</ul><div class=\"bar\" aria-hidden=\"true\">");
    for (verdict, count) in headline.counts.iter().rev() {
        let _ = write!(page, "<i class=\"{}\" style=\"flex:{count}\"></i>", verdict.word());
    }
    page.put("</div>");
}

fn failures(page: &mut String, sheet: &Sheet) {
    page.put("<section id=\"failures\"><h2>Failures</h2><ol>\n");
    let mut listed = 0;
    let mut one = |page: &mut String, href: String, name: &str, judged: &JudgedEntry| {
        listed += 1;
        if listed > LISTED {
            return;
        }
        let _ = write!(page, "<li>");
        mark(page, judged.verdict);
        let _ = write!(page, " <a href=\"{href}\">{}</a><br>", esc(name));
        match judged.failures.first() {
            Some(failure) => page.say(&failure.title),
            None => page.say(judged.text.lines().next().unwrap_or_default()),
        }
        let differences = judged.failures.first().map_or(&[][..], |f| &f.differences);
        for difference in differences.iter().take(DIFFERENCES) {
            let path = if difference.path.is_empty() { "message" } else { &difference.path };
            let (expected, got) = (esc(&difference.expected), esc(&difference.got));
            let _ = write!(page, "<br><code>{}</code> expected {expected}, got {got}", esc(path));
        }
        page.put("</li>\n");
    };
    for (at, case) in sheet.cases.iter().enumerate() {
        for (step, judged) in case.steps.iter().enumerate() {
            let Some(judged) = judged.as_ref().filter(|judged| judged.failed) else { continue };
            let name = format!("{}::{}", case.plan.case, case.plan.steps[step].step);
            one(page, format!("#c{at}s{step}"), &name, judged);
        }
    }
    for (at, rule) in sheet.rules.iter().enumerate().filter(|(_, rule)| rule.judged.failed) {
        one(page, format!("#u{at}"), &rule.name, &rule.judged);
    }
    page.put("</ol>");
    if listed > LISTED {
        let _ = write!(page, "<p>{} more below</p>", listed - LISTED);
    }
    page.put("</section>\n");
}

/// The exchanges of a suite with their places in the run, by column.
type Columns<'s> = BTreeMap<usize, Vec<(usize, &'s Case)>>;

/// Exchanges by implementation. With one implementation, exchanges stand side by side.
fn matrix(page: &mut String, sheet: &Sheet) {
    let mut columns: Vec<String> = Vec::new();
    let mut suites: BTreeMap<&str, Columns> = BTreeMap::new();
    for (at, case) in sheet.cases.iter().enumerate() {
        let column = column(case);
        let column = columns.iter().position(|c| *c == column).unwrap_or_else(|| {
            columns.push(column);
            columns.len() - 1
        });
        let suite = suites.entry(&case.plan.suite).or_default();
        suite.entry(column).or_default().push((at, case));
    }
    page.put("<section id=\"matrix\"><h2>Exchanges by implementation</h2>\n");
    let several = sheet.run.targets.len() > 1;
    page.put(if several { "<table class=\"matrix\">" } else { "<table class=\"matrix one\">" });
    if several {
        page.put("<thead><tr><th>exchange");
        for column in &columns {
            let _ = write!(page, "<th>{}", esc(column));
        }
        page.put("</thead>");
    }
    for (name, by_column) in &suites {
        if several {
            rows(page, name, by_column, columns.len());
        } else {
            for (column, cases) in by_column {
                let (name, column) = (esc(name), esc(&columns[*column]));
                let _ = write!(page, "<tr><th scope=\"row\">{name} <small>{column}</small><td>");
                for (at, case) in cases {
                    cell(page, *at, case);
                }
                page.put("\n");
            }
        }
    }
    page.put("</table></section>\n");
}

/// Who is under test, as a column's name.
fn column(case: &Case) -> String {
    let tested = case.plan.tested.join("+");
    match &case.plan.target {
        Some(target) => format!("{tested} of {target}"),
        None => tested,
    }
}

fn rows(page: &mut String, suite: &str, by_column: &Columns<'_>, columns: usize) {
    let mut rows: Vec<&str> = Vec::new();
    for (_, case) in by_column.values().flatten() {
        if !rows.contains(&case.plan.exchange.as_str()) {
            rows.push(&case.plan.exchange);
        }
    }
    let _ = write!(page, "<tr class=\"of\"><th colspan=\"{}\">{}", columns + 1, esc(suite));
    for row in rows {
        let _ = write!(page, "\n<tr><th scope=\"row\">{}", esc(row));
        for column in 0..columns {
            page.put("<td>");
            let mut cases = by_column.get(&column).into_iter().flatten();
            if let Some((at, case)) = cases.find(|(_, case)| case.plan.exchange == row) {
                cell(page, *at, case);
            }
        }
    }
}

fn cell(page: &mut String, at: usize, case: &Case) {
    let verdict = case.worst();
    let word = verdict.word();
    let _ = write!(
        page,
        "<a class=\"x {word}\" href=\"#c{at}\" title=\"{0}: {word}\" aria-label=\"{0}: {word}\">{1}</a>",
        esc(&case.plan.exchange),
        sign(verdict)
    );
}
