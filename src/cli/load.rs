//! `load`: an exchange again and again, every reply judged.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::exchange::{Found, named};
use super::words::LoadWords;
use crate::diag::counted;
use crate::report::{Distribution, LoadEntry};
use crate::trial::{self, Demand, Load, Options};

/// Plays that failed and are shown.
const SHOWN: usize = 3;

/// Plays an exchange as load, and shows what it came to.
pub fn load(words: &LoadWords) -> ExitCode {
    let load = match perform(words) {
        Ok(load) => load,
        Err(problems) => {
            problems.iter().for_each(super::refuse_with);
            return ExitCode::from(super::BROKEN);
        }
    };
    super::print(&match words.format.as_str() {
        "json" => match serde_json::to_string_pretty(&load.entry) {
            Ok(text) => text + "\n",
            Err(error) => return super::refuse(&error.to_string()),
        },
        _ => as_text(&load, words.report.is_some()),
    });
    load.remarks.iter().for_each(|remark| super::warn(remark));
    match load.failed {
        _ if load.entry.played == 0 => super::refuse("nothing was played"),
        (0, 0) if load.entry.panics == 0 => ExitCode::SUCCESS,
        (_, 0) if load.entry.panics == 0 => ExitCode::from(super::FAILED),
        _ => ExitCode::from(super::BROKEN),
    }
}

fn perform(words: &LoadWords) -> Found<Load> {
    let (suite, exchange) = named(&words.exchange, &words.suites)?;
    let set = super::pairs("--set", &words.set).map_err(|problem| vec![problem])?;
    let options = Options {
        paths: vec![suite.source.path.clone().into()],
        targets: words.target.clone().into_iter().collect(),
        target_root: words.targets.clone(),
        set,
        profile: words.profile.clone(),
        strict: words.strict,
        seed: words.seed,
        timeout_scale: 1.0,
        report: words.report.clone(),
        ..Options::default()
    };
    let unbounded = words.duration.is_none() && words.count.is_none();
    let demand = Demand {
        exchange: (suite.name.clone(), exchange.name.clone()),
        until: words.until.clone(),
        rate: words.rate,
        concurrency: words.concurrency,
        duration: words.duration.or(unbounded.then_some(super::words::LOAD)),
        count: words.count,
    };
    trial::load(&options, &demand)
}

fn as_text(load: &Load, has_report: bool) -> String {
    let entry = &load.entry;
    let mut text = String::new();
    for told in load.told.iter().take(SHOWN) {
        let _ = writeln!(text, "{told}");
    }
    if load.told.len() > SHOWN {
        let _ = writeln!(
            text,
            "({} of {} plays that failed are shown{})\n",
            SHOWN,
            load.failed.0,
            if has_report { "; the report has more of them" } else { "" }
        );
    }
    let who = entry.target.as_deref().unwrap_or("the built-in peer");
    let until = entry.until.as_ref().map(|step| format!(", up to {step}")).unwrap_or_default();
    let _ = writeln!(text, "{} against {who}{until}", entry.case);
    let _ = writeln!(text, "  {:<10} {}", "asked for", asked(entry));
    let _ = writeln!(
        text,
        "  {:<10} {} in {:.2} s: {:.0} a second, at most {} at once",
        "played",
        entry.played,
        entry.lasted_ms as f64 / 1e3,
        entry.per_second(),
        entry.at_once
    );
    let verdicts: Vec<String> =
        entry.verdicts.iter().map(|(verdict, plays)| format!("{plays} {verdict}")).collect();
    let _ = writeln!(text, "  {:<10} {}", "verdicts", verdicts.join(", "));
    let _ = writeln!(
        text,
        "  {:<10} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "ms", "mean", "p50", "p90", "p99", "p99.9", "max"
    );
    row(&mut text, "replies", &entry.replies);
    row(&mut text, "exchanges", &entry.exchanges);
    if entry.rate.is_some() {
        row(&mut text, "late", &entry.late);
    }
    if !entry.host.is_empty() {
        let _ = writeln!(text, "warning: {}", entry.host);
    }
    if entry.panics > 0 {
        let _ = writeln!(
            text,
            "error: {} panicked; this is a fault of the harness",
            counted(entry.panics, "play")
        );
    }
    text
}

fn asked(entry: &LoadEntry) -> String {
    match entry.rate {
        Some(rate) => format!("{rate} a second, {} at once at most", entry.concurrency),
        None => format!("{} at once, a new one for each that ends", entry.concurrency),
    }
}

fn row(text: &mut String, name: &str, times: &Distribution) {
    if times.count == 0 {
        return;
    }
    let _ = write!(text, "  {name:<10}");
    for us in [times.mean_us, times.p50_us, times.p90_us, times.p99_us, times.p999_us, times.max_us]
    {
        let _ = write!(text, " {:>9.3}", us / 1e3);
    }
    text.push('\n');
}
