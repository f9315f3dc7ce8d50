//! Requirements: which this run covered, which failed, which nobody looked at, and why.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::text::{Text, esc, mark};
use crate::record::Verdict;
use crate::report::entry::RequirementEntry;
use crate::report::sheet::Sheet;

/// Steps and rules that are named for one requirement.
const NAMED: usize = 12;

/// Where a requirement stands in a run, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Failed,
    Missing,
    Known,
    Unjudged,
    Unplayed,
    Excused,
    Covered,
}

impl Standing {
    const ALL: [Self; 7] = [
        Self::Failed,
        Self::Missing,
        Self::Known,
        Self::Unjudged,
        Self::Unplayed,
        Self::Excused,
        Self::Covered,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Missing => "missing",
            Self::Known => "known deviation",
            Self::Unjudged => "not judged",
            Self::Unplayed => "not played",
            Self::Excused => "excused",
            Self::Covered => "covered",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Failed => "a step or rule that cites it failed",
            Self::Missing => "no step and no rule of these suites looks at it",
            Self::Known => "the target is known to break it",
            Self::Unjudged => "what cites it was skipped or not reached",
            Self::Unplayed => "what cites it was not part of this run",
            Self::Excused => "nothing can look at it, for the reason given",
            Self::Covered => "what cites it passed",
        }
    }

    fn verdict(self) -> Verdict {
        match self {
            Self::Failed => Verdict::Fail,
            Self::Missing => Verdict::Error,
            Self::Known => Verdict::Xfail,
            Self::Unjudged => Verdict::NotReached,
            Self::Unplayed | Self::Excused => Verdict::Skipped,
            Self::Covered => Verdict::Pass,
        }
    }
}

/// The steps and rules that cite a requirement: name, place on the page, verdict, whether it failed.
type Citing = Vec<(String, String, Verdict, bool)>;

/// The ledger of the run.
pub fn write(page: &mut String, sheet: &Sheet) {
    page.put("<section id=\"requirements\"><h2>Requirements</h2>\n");
    if sheet.requirements.is_empty() {
        page.put("<p>No catalogue of requirements stands beside these suites.</p></section>\n");
        return;
    }
    let cited = cited(sheet);
    let none = Citing::new();
    let mut all: Vec<(Standing, &RequirementEntry, &Citing)> = Vec::new();
    for requirement in &sheet.requirements {
        let citing = cited.get(requirement.id.as_str()).unwrap_or(&none);
        all.push((standing(requirement, citing), requirement, citing));
    }
    table(page, &all);
    for standing in Standing::ALL {
        let of_it: Vec<_> = all.iter().filter(|(s, ..)| *s == standing).collect();
        if of_it.is_empty() {
            continue;
        }
        let open = matches!(standing, Standing::Failed | Standing::Missing);
        let _ = write!(page, "<details{}><summary>", if open { " open" } else { "" });
        mark(page, standing.verdict());
        let (word, about) = (standing.word(), standing.about());
        let _ = write!(page, " {} {word} <small>{about}</small></summary>\n<ul>", of_it.len());
        for (_, requirement, citing) in of_it {
            one(page, requirement, citing);
        }
        page.put("</ul></details>\n");
    }
    page.put("</section>\n");
}

fn cited(sheet: &Sheet) -> BTreeMap<&str, Citing> {
    let mut cited: BTreeMap<&str, Citing> = BTreeMap::new();
    for (at, case) in sheet.cases.iter().enumerate() {
        for (step, planned) in case.plan.steps.iter().enumerate().filter(|(_, s)| s.selected) {
            let came = case.came(step);
            // What binds the other side alone is not looked at here.
            let binds = |id: &&String| sheet.binds(id, &case.plan.suite, &case.plan.tested);
            for id in planned.requirements.iter().filter(binds) {
                let name = format!("{}::{}", case.plan.case, planned.step);
                let place = format!("#c{at}s{step}");
                cited.entry(id).or_default().push((name, place, came.verdict, came.failed));
            }
        }
    }
    for (at, rule) in sheet.rules.iter().enumerate() {
        for id in &rule.requirements {
            let place =
                (rule.name.clone(), format!("#u{at}"), rule.judged.verdict, rule.judged.failed);
            cited.entry(id).or_default().push(place);
        }
    }
    cited
}

fn standing(requirement: &RequirementEntry, citing: &Citing) -> Standing {
    let has = |verdict: Verdict| citing.iter().any(|(_, _, v, _)| *v == verdict);
    match citing.is_empty() {
        true if !requirement.excused.is_empty() => Standing::Excused,
        true if requirement.status == "missing" => Standing::Missing,
        true => Standing::Unplayed,
        false if citing.iter().any(|(.., failed)| *failed) || has(Verdict::Fail) => {
            Standing::Failed
        }
        false if has(Verdict::Xfail) => Standing::Known,
        false if has(Verdict::Pass) => Standing::Covered,
        false => Standing::Unjudged,
    }
}

/// Numbers by governing document and level.
fn table(page: &mut String, all: &[(Standing, &RequirementEntry, &Citing)]) {
    let mut rows: BTreeMap<(&str, &str), BTreeMap<Standing, usize>> = BTreeMap::new();
    for (standing, requirement, _) in all {
        let document = document(&requirement.standard);
        let level = if requirement.level == "model" { "flow" } else { &requirement.level };
        *rows.entry((document, level)).or_default().entry(*standing).or_default() += 1;
    }
    let used: Vec<Standing> = Standing::ALL
        .into_iter()
        .filter(|s| all.iter().any(|(standing, ..)| standing == s))
        .collect();
    page.put("<table class=\"ledger\"><thead><tr><th>source<th>level");
    for standing in &used {
        let _ = write!(page, "<th title=\"{}\">{}", standing.about(), standing.word());
    }
    page.put("</thead>");
    for ((document, level), counts) in rows {
        let _ = write!(page, "\n<tr><th scope=\"row\">{}<td>{}", esc(document), esc(level));
        for standing in &used {
            let class = standing.verdict().word();
            match counts.get(standing) {
                Some(count) => {
                    let _ = write!(page, "<td class=\"{class}\">{count}");
                }
                None => page.put("<td>"),
            }
        }
    }
    page.put("</table>\n");
}

/// The document of `RFC 2865 section 3`: its first two words, or all where it is no RFC.
fn document(standard: &str) -> &str {
    match standard.match_indices(' ').nth(1) {
        Some((at, _)) if standard.starts_with("RFC ") => standard[..at].trim_end_matches(','),
        _ => standard,
    }
}

fn one(page: &mut String, requirement: &RequirementEntry, citing: &Citing) {
    let level = if requirement.level == "model" { "flow" } else { &requirement.level };
    let _ = write!(
        page,
        "<li id=\"r-{0}\"><code>{0}</code> <b>{1}</b> {2} <cite>{3}</cite>",
        esc(&requirement.id),
        esc(level),
        esc(&requirement.statement),
        esc(&requirement.standard)
    );
    if !requirement.excused.is_empty() && citing.is_empty() {
        let _ = write!(page, "<br>Excused: {}", esc(&requirement.excused));
    }
    if !citing.is_empty() {
        page.put("<br>");
    }
    let mut sorted: Vec<_> = citing.iter().collect();
    sorted.sort_by_key(|(_, _, verdict, failed)| std::cmp::Reverse((*failed, *verdict)));
    for (name, place, verdict, _) in sorted.iter().take(NAMED) {
        mark(page, *verdict);
        let _ = write!(page, "<a href=\"{place}\">{}</a> ", esc(name));
    }
    if citing.len() > NAMED {
        let _ = write!(page, "and {} more", citing.len() - NAMED);
    }
    page.put("\n");
}
