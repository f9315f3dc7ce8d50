//! One exchange: what it came to, its ladder, its failures; and the rules of its suite.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use super::ladder::Ladder;
use super::message;
use super::text::{Text, esc, mark, time};
use crate::diag::counted;
use crate::record::Verdict;
use crate::report::capture;
use crate::report::entry::{
    FailureEntry, HappenedEntry, JudgedEntry, PartyEntry, RequirementEntry, RuleEntry, SuiteEntry,
};
use crate::report::sheet::{Case, Sheet};
use crate::threads::map;

/// Exchanges with a failure that are open from the start.
const OPEN: usize = 25;
/// The size of a page, in octets, from which on messages of what passed are not laid open: a browser
/// would be slow with it.
const WHOLE: usize = 10 << 20;
/// Exchanges that are laid out before any of them is written, and those that one thread takes of them.
const BATCH: usize = 256;
const PIECE: usize = 16;

/// Writes what has been laid out so far, and every exchange, by suite.
///
/// What happened in an exchange is told to `also` when it has been read.
pub fn write(
    page: &mut String,
    sheet: &Sheet,
    out: &mut impl io::Write,
    also: impl Fn(usize, &[HappenedEntry]) + Sync,
) -> io::Result<()> {
    page.put("<section id=\"exchanges\"><h2>Exchanges</h2>\n");
    page.put("<form class=\"tools\" hidden><label>Only those that contain <input type=\"search\" ");
    page.put(
        "id=\"filter\" size=\"30\"></label> <label><input type=\"checkbox\" id=\"bad\"> only ",
    );
    page.put("what did not pass</label> <output></output></form>\n");
    let mut suites: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, case) in sheet.cases.iter().enumerate() {
        suites.entry(&case.plan.suite).or_default().push(at);
    }
    for rule in &sheet.rules {
        suites.entry(&rule.suite).or_default();
    }
    let captures = capture::names(sheet);
    let mut open = OPEN;
    let mut written = 0;
    let nothing = SuiteEntry::default();
    for (name, cases) in suites {
        let suite = sheet.suites.get(name).unwrap_or(&nothing);
        let _ = write!(page, "<section class=\"suite\"><h3>{}", esc(name));
        let _ = writeln!(page, " <small>{}</small></h3>", esc(&suite.about));
        let drawn = cases.into_iter().map(|at| {
            let is_open = sheet.cases[at].failed() && open > 0;
            open -= usize::from(is_open);
            (at, is_open)
        });
        let drawn: Vec<(usize, bool)> = drawn.collect();
        for batch in drawn.chunks(BATCH) {
            out.write_all(page.as_bytes())?;
            written += page.len();
            page.clear();
            let pieces = map(batch.chunks(PIECE).collect(), |piece| -> io::Result<String> {
                let mut page = String::new();
                for (at, is_open) in piece {
                    let case = &sheet.cases[*at];
                    let events = sheet.events(case)?;
                    also(*at, &events);
                    let drawn = Drawn {
                        sheet,
                        suite,
                        case,
                        events: &events,
                        at: *at,
                        capture: captures[*at].as_deref(),
                        is_open: *is_open,
                        whole: written + page.len() < WHOLE || case.failed(),
                    };
                    exchange(&mut page, &drawn);
                }
                Ok(page)
            });
            for piece in pieces {
                page.push_str(&piece?);
            }
        }
        let rules: Vec<(usize, &RuleEntry)> =
            sheet.rules.iter().enumerate().filter(|(_, rule)| rule.suite == name).collect();
        if !rules.is_empty() {
            page.put("<h4 class=\"rules\">Rules over all of its messages</h4>\n");
        }
        for (at, entry) in rules {
            rule(page, sheet, suite, at, entry);
        }
        page.put("</section>\n");
    }
    page.put("</section>\n");
    Ok(())
}

/// An exchange, and how it is to be drawn.
struct Drawn<'s> {
    sheet: &'s Sheet,
    suite: &'s SuiteEntry,
    case: &'s Case,
    events: &'s [HappenedEntry],
    /// Its place among all exchanges.
    at: usize,
    /// The file of its packets.
    capture: Option<&'s str>,
    /// Whether it is open from the start.
    is_open: bool,
    /// Whether its messages are laid open.
    whole: bool,
}

fn exchange(page: &mut String, drawn: &Drawn<'_>) {
    let Drawn { case, at, is_open: shown, .. } = *drawn;
    let worst = case.worst();
    let _ = write!(
        page,
        "<details class=\"case\" id=\"c{at}\" data-v=\"{}\"{}><summary>",
        worst.word(),
        if shown { " open" } else { "" }
    );
    mark(page, worst);
    let tested = case.plan.tested.join("+");
    let _ = write!(page, " <span class=\"n\">{}</span> ", esc(&case.plan.exchange));
    let who = case.plan.target.as_deref().unwrap_or("built-in peer");
    let _ = write!(page, "<span class=\"who\">{} of {}</span>", esc(&tested), esc(who));
    page.put("<span class=\"steps\">");
    for step in 0..case.plan.steps.len() {
        let verdict = case.came(step).verdict;
        let _ = write!(page, "<i class=\"{}\">{}</i>", verdict.word(), super::text::sign(verdict));
    }
    let lasted = if drawn.events.is_empty() { String::new() } else { time(case.lasted_us) };
    let _ = write!(page, "</span><span class=\"t\">{lasted}</span></summary>");
    // What is folded up is text to a browser that runs the script, until it is opened.
    page.put(if shown { "<div class=\"body\">" } else { "<noscript>" });
    body(page, drawn);
    page.put(if shown { "</div></details>\n" } else { "</noscript></details>\n" });
}

fn body(page: &mut String, drawn: &Drawn<'_>) {
    let Drawn { sheet, suite, case, events, at, capture, whole, .. } = *drawn;
    let plan = &case.plan;
    if !plan.about.is_empty() {
        let _ = write!(page, "<p class=\"about\">{}</p>", esc(&plan.about));
    }
    let _ = write!(page, "<p class=\"meta\">{}:{}", esc(&suite.file), plan.line);
    if !plan.skip.is_empty() {
        let _ = write!(page, " · not played: {}", esc(&plan.skip));
    }
    if let Some(name) = capture {
        let _ = write!(page, " · <a href=\"{}/{name}\">as packets</a>", capture::FOLDER);
    }
    page.put("</p>");
    let parties: Vec<&PartyEntry> = suite.parties.iter().collect();
    let gaps = parties.len().saturating_sub(1).max(1);
    let _ = write!(page, "<div class=\"lad\" style=\"--g:{gaps}\"><div class=\"heads\">");
    for (i, party) in parties.iter().enumerate() {
        let tested = plan.tested.contains(&party.name);
        let _ = write!(
            page,
            "<span style=\"--i:{i}\"{} title=\"{}\">{}<small>{}</small></span>",
            if tested { " class=\"iut\"" } else { "" },
            esc(&party.about),
            esc(&party.name),
            if tested { "under test" } else { "played" }
        );
    }
    page.put("</div>");
    for i in 0..parties.len() {
        let _ = write!(page, "<i class=\"v\" style=\"--i:{i}\"></i>");
    }
    Ladder::new(sheet, suite, (case, events), at, whole).draw(page);
    page.put("</div>");
    if case.failed() {
        let target = plan.target.as_ref().map(|t| format!(" --target {t}")).unwrap_or_default();
        let _ = write!(
            page,
            "<p class=\"again\">To play it again: <code>stepladder run {}{} --seed {} -- {}</code></p>",
            esc(&suite.file),
            esc(&target),
            sheet.run.seed,
            esc(&plan.case)
        );
    }
}

/// A failure: what was expected beside what came, who says so, and where.
pub fn failure(
    page: &mut String,
    sheet: &Sheet,
    suite: &SuiteEntry,
    judged: &JudgedEntry,
    failure: &FailureEntry,
    requirements: &[String],
) {
    let _ = write!(page, "<div class=\"failbox {}\"><p class=\"title\">", judged.verdict.word());
    mark(page, judged.verdict);
    let _ = write!(page, " {}", esc(&failure.title));
    if judged.verdict == Verdict::Error {
        page.put(" <small>(not the fault of what is tested)</small>");
    }
    page.put("</p>");
    if let Some((us, what)) = &failure.after {
        let _ = write!(page, "<p class=\"meta\">{} after {}</p>", time(*us), esc(what));
    }
    if !failure.differences.is_empty() {
        page.put(
            "<table class=\"diff\"><thead><tr><th>field<th>expected<th>got<th>defined in</thead>",
        );
        for difference in &failure.differences {
            let path = if difference.path.is_empty() { "message" } else { &difference.path };
            let _ = write!(
                page,
                "<tr><td>{}<td class=\"want\">{}<td class=\"got\">{}<td>{}",
                esc(path),
                esc(&difference.expected),
                esc(&difference.got),
                esc(&difference.source)
            );
        }
        page.put("</table>");
    } else if !failure.remark.is_empty() {
        let _ = write!(page, "<p>{}</p>", esc(&failure.remark));
    }
    if !requirements.is_empty() {
        page.put("<p class=\"meta\">What the step is there for:</p>");
    }
    let known = requirements.iter();
    let known = known.filter_map(|id| sheet.requirement(id));
    let known: Vec<&RequirementEntry> = known.collect();
    let culprit = failure.party.as_deref();
    let culprit = suite.parties.iter().find(|party| Some(party.name.as_str()) == culprit);
    let binds = |r: &RequirementEntry| culprit.is_none_or(|party| party.is_bound(r));
    let some = known.iter().any(|r| binds(r));
    for requirement in known.into_iter().filter(|r| !some || binds(r)) {
        let level =
            if requirement.level == "model" { "step of the flow" } else { &requirement.level };
        let _ = write!(
            page,
            "<blockquote><b>{level}</b> {} <cite>{}, <a href=\"#r-{id}\">{id}</a></cite></blockquote>",
            esc(&requirement.statement),
            esc(&requirement.standard),
            level = esc(level),
            id = esc(&requirement.id),
        );
    }
    page.put("<div class=\"two\">");
    message::lines(page, sheet, &failure.file, failure.line);
    if let Some(message) = &failure.message {
        let link = suite.links.iter().map(|l| l.protocol.as_str()).find(|protocol| {
            let first = message.fields.first().map_or("", |field| field.path.as_str());
            sheet.meaning(protocol, &message.r#type, first).is_some()
        });
        let _ = write!(
            page,
            "<details class=\"came\" open><summary>What came: <b>{}</b> of {}</summary>",
            esc(&message.r#type),
            counted(message.length(), "octet")
        );
        message::write(page, link.unwrap_or_default(), message, &failure.differences);
        page.put("</details>");
    }
    page.put("</div>");
    if let Some(printed) = &failure.printed {
        let _ = write!(
            page,
            "<details><summary>What the implementation printed</summary><pre>{}</pre></details>",
            esc(printed)
        );
    }
    page.put("</div>");
}

fn rule(page: &mut String, sheet: &Sheet, suite: &SuiteEntry, at: usize, rule: &RuleEntry) {
    let judged = &rule.judged;
    let _ = write!(
        page,
        "<details class=\"case rule\" id=\"u{at}\" data-v=\"{}\"{}><summary>",
        judged.verdict.word(),
        if judged.failed { " open" } else { "" }
    );
    mark(page, judged.verdict);
    let name = rule.name.rsplit("::").next().unwrap_or_default();
    let who = rule.target.as_deref().unwrap_or("built-in peer");
    let _ = write!(page, " <span class=\"n\">{}</span> ", esc(name));
    let _ = write!(page, "<span class=\"who\">{}</span></summary>", esc(who));
    page.put(if judged.failed { "<div class=\"body\">" } else { "<noscript>" });
    let _ = write!(page, "<p class=\"about\">{}</p>", esc(&rule.about));
    let _ = write!(page, "<p class=\"meta\">{}:{}", esc(&rule.file), rule.line);
    for id in &rule.requirements {
        let _ = write!(page, " <a class=\"req\" href=\"#r-{0}\">{0}</a>", esc(id));
    }
    page.put("</p>");
    if !judged.known.is_empty() {
        let _ = write!(page, "<p class=\"known\">Known deviation: {}</p>", esc(&judged.known));
    }
    for one in &judged.failures {
        failure(page, sheet, suite, judged, one, &rule.requirements);
    }
    if judged.failures.is_empty() && !judged.text.is_empty() {
        let _ = write!(page, "<p class=\"reason\">{}</p>", esc(&judged.text));
    }
    page.put(if judged.failed { "</div></details>\n" } else { "</noscript></details>\n" });
}
