//! `requirements`: the ledger of what standards demand, and which step or rule looks at it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;

use super::words::RequirementsWords;
use crate::suite::{self, Entry, Status};

/// Shows the ledger.
pub fn requirements(words: &RequirementsWords) -> ExitCode {
    let files = match suite::find(&words.paths) {
        Ok(files) => files,
        Err(problem) => {
            super::print(&problem.render(false));
            return ExitCode::from(super::BROKEN);
        }
    };
    let (mut suites, mut broken) = (Vec::new(), false);
    for file in suite::with_siblings(&files) {
        let (loaded, problems) = suite::load(&file);
        if loaded.is_none() {
            broken = true;
            problems.iter().for_each(|p| super::print(&format!("{}\n", p.render(false))));
        }
        suites.extend(loaded.map(Arc::new));
    }
    let mut entries = suite::ledger(&suites);
    if entries.is_empty() && !broken {
        return super::refuse("nothing was selected: no catalogue stands beside these suites");
    }
    if entries.is_empty() {
        return ExitCode::from(super::BROKEN);
    }
    if let Some(status) = &words.status {
        entries.retain(|e| e.status.word() == status);
    }
    super::print(&match words.format.as_str() {
        "json" => as_json(&entries),
        _ => as_text(&entries),
    });
    if broken { ExitCode::from(super::BROKEN) } else { ExitCode::SUCCESS }
}

fn as_json(entries: &[Entry]) -> String {
    let all: Vec<_> = entries
        .iter()
        .map(|entry| {
            let r = &entry.requirement;
            let reason = match entry.unseen {
                "" => r.excused.clone(),
                side => format!("no case hears a {side}"),
            };
            json!({
                "id": r.id, "level": r.level, "iut": r.iut, "status": entry.status,
                "cases": entry.cases, "reason": reason, "statement": r.statement,
                "standard": r.standard, "source": r.source, "profile": r.profile,
            })
        })
        .collect();
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}

fn as_text(entries: &[Entry]) -> String {
    let mut out = String::new();
    for entry in entries {
        let r = &entry.requirement;
        let _ = writeln!(out, "{:8} {:10} {:6} {}", entry.status.word(), r.level, r.iut, r.id);
        let _ = writeln!(out, "    {} ({})", r.statement, r.standard);
        for case in &entry.cases {
            let _ = writeln!(out, "    by {case}");
        }
        if !entry.unseen.is_empty() {
            let _ =
                writeln!(out, "    none of which hears a {}, which it binds as well", entry.unseen);
        }
        if entry.status == Status::Excused {
            let _ = writeln!(out, "    because {}", r.excused);
        }
    }
    // By protocol, side and level: how many of each status.
    let mut totals: BTreeMap<(&str, &str, &str), [usize; 3]> = BTreeMap::new();
    let mut whole = [0; 3];
    for entry in entries {
        let r = &entry.requirement;
        let protocol = r.id.split('.').next().unwrap_or_default();
        let place = entry.status as usize;
        totals.entry((protocol, &r.iut, &r.level)).or_default()[place] += 1;
        whole[place] += 1;
    }
    let _ = writeln!(
        out,
        "\n{:12}  {:6}  {:10}  covered  excused  missing",
        "protocol", "side", "level"
    );
    let mut row = |(protocol, side, level): (&str, &str, &str), n: [usize; 3]| {
        let _ = writeln!(
            out,
            "{protocol:12}  {side:6}  {level:10}  {:7}  {:7}  {:7}",
            n[0], n[1], n[2]
        );
    };
    for (key, counts) in totals {
        row(key, counts);
    }
    row(("all", "", ""), whole);
    out
}
