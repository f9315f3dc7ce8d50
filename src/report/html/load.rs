//! What an exchange came to that was played as load: numbers, and how times are spread.

use std::fmt::Write as _;

use super::text::{Text, esc};
use crate::diag::counted;
use crate::report::entry::{Distribution, LoadEntry};
use crate::report::sheet::Sheet;

/// Every load of the run.
pub fn write(page: &mut String, sheet: &Sheet) {
    for load in &sheet.loads {
        one(page, load);
    }
}

/// A load in a sentence.
pub fn headline(load: &LoadEntry) -> String {
    let who = load.target.as_deref().unwrap_or("the built-in peer");
    let (played, failed, rate) = (load.played, load.failed, load.per_second());
    let what = match failed {
        0 => format!("{}, none failed", counted(played, "play")),
        failed => format!("{failed} of {played} plays failed"),
    };
    format!("{who}: {} as load: {what}, {rate:.0} a second", load.case)
}

fn one(page: &mut String, load: &LoadEntry) {
    let _ = write!(page, "<section class=\"load\"><h2>{}</h2><dl>", esc(&load.case));
    let mut fact = |name: &str, value: String| {
        let _ = write!(page, "<div><dt>{name}</dt><dd>{}</dd></div>", esc(&value));
    };
    fact(
        "asked for",
        match load.rate {
            Some(rate) => format!("{rate} a second, at most {} at once", load.concurrency),
            None => format!("{} at once, a new one for each that ends", load.concurrency),
        },
    );
    if let Some(step) = &load.until {
        fact("up to step", step.clone());
    }
    fact("played", format!("{} in {:.2} s", load.played, load.lasted_ms as f64 / 1e3));
    fact("a second", format!("{:.0}", load.per_second()));
    fact("at once", load.at_once.to_string());
    for (verdict, plays) in &load.verdicts {
        fact(verdict, plays.to_string());
    }
    page.put("</dl>");
    if !load.host.is_empty() {
        let _ = write!(page, "<p class=\"known\">{}</p>", esc(&load.host));
    }
    page.put("<table class=\"times\"><thead><tr><th>ms<th>mean<th>least<th>p50<th>p90<th>p99<th>p99.9<th>most</thead>");
    let rows =
        [("replies", &load.replies), ("exchanges", &load.exchanges), ("begun late by", &load.late)];
    let shown = if load.rate.is_some() { 3 } else { 2 };
    for (name, times) in rows.iter().take(shown).filter(|(_, times)| times.count > 0) {
        let _ = write!(page, "<tr><th scope=\"row\">{name}");
        for us in [
            times.mean_us,
            times.min_us,
            times.p50_us,
            times.p90_us,
            times.p99_us,
            times.p999_us,
            times.max_us,
        ] {
            let _ = write!(page, "<td>{:.3}", us / 1e3);
        }
    }
    page.put("</table>");
    spread(page, "How long replies took", &load.replies);
    spread(page, "How long exchanges took", &load.exchanges);
    page.put("</section>\n");
}

/// Times as bars, from the least to the most.
fn spread(page: &mut String, title: &str, times: &Distribution) {
    let most = times.buckets.iter().map(|bucket| bucket.count).max().unwrap_or_default();
    if most == 0 {
        return;
    }
    let _ = write!(page, "<figure class=\"spread\"><figcaption>{title}</figcaption><div>");
    for bucket in &times.buckets {
        let words = format!(
            "{:.3} to {:.3} ms: {}",
            bucket.from_us / 1e3,
            bucket.to_us / 1e3,
            bucket.count
        );
        let height = bucket.count as f64 * 100.0 / most as f64;
        let _ = write!(
            page,
            "<span title=\"{words}\"><i style=\"height:{height:.1}%\"></i><small>{:.3}</small></span>",
            bucket.to_us / 1e3
        );
    }
    page.put("</div></figure>");
}
