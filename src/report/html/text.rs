//! Text for a page: harmless, whoever said it.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::diag::cleaned;
use crate::record::Verdict;

/// Text that grows.
pub trait Text {
    /// Adds markup as it is.
    fn put(&mut self, markup: &str);
    /// Adds what somebody said.
    fn say(&mut self, text: &str);
}

impl Text for String {
    fn put(&mut self, markup: &str) {
        self.push_str(markup);
    }

    fn say(&mut self, text: &str) {
        self.push_str(&esc(text));
    }
}

/// A text for elements and quoted attributes. Control characters and those that turn the direction
/// of writing are spelled out.
pub fn esc(text: &str) -> Cow<'_, str> {
    const MARKUP: [char; 5] = ['<', '>', '&', '"', '\''];
    let text = cleaned(text);
    if !text.contains(MARKUP) {
        return text;
    }
    let mut rest = &*text;
    let mut out = String::with_capacity(rest.len() + 16);
    while let Some(at) = rest.find(MARKUP) {
        let (plain, from) = rest.split_at(at);
        out.push_str(plain);
        out.push_str(match from.as_bytes()[0] {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' => "&amp;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        rest = &from[1..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A time in the unit that fits it, given in microseconds.
pub fn time(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => format!("{:.1} ms", us as f64 / 1e3),
        1_000_000..60_000_000 => format!("{:.2} s", us as f64 / 1e6),
        _ => format!("{} min {:.0} s", us / 60_000_000, (us % 60_000_000) as f64 / 1e6),
    }
}

/// Milliseconds since 1970 as a date and time in UTC.
pub fn date(ms: u64) -> String {
    let (days, of_day) = (ms / 86_400_000, ms / 1000 % 86_400);
    // Days since 1 March of year 0, in eras of 400 years: leap days stand at the end of a year.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (month, day) =
        (if month < 10 { month + 3 } else { month - 9 }, day - (153 * month + 2) / 5 + 1);
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// The sign of a verdict: it stands beside every colour.
pub fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Xfail => "≈",
        Verdict::Skipped => "–",
        Verdict::NotReached => "·",
        Verdict::Inconclusive => "?",
        Verdict::Xpass => "!",
        Verdict::Fail => "✗",
        Verdict::Error => "⚠",
    }
}

/// What a verdict means, for whoever never saw one.
pub fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "as demanded",
        Verdict::Xfail => "a known deviation showed again",
        Verdict::Skipped => "could not be played here",
        Verdict::NotReached => "an earlier step failed, or nothing showed it",
        Verdict::Inconclusive => "legal, but not what was needed",
        Verdict::Xpass => "a known deviation did not show",
        Verdict::Fail => "a requirement was broken",
        Verdict::Error => "ours or the environment's, not the fault of what is tested",
    }
}

/// The sign of a verdict with its word for those who do not see it.
pub fn mark(page: &mut String, verdict: Verdict) {
    let word = verdict.word();
    let _ = write!(
        page,
        "<b class=\"m {word}\" title=\"{word}: {}\" role=\"img\" aria-label=\"{word}\">{}</b>",
        meaning(verdict),
        sign(verdict)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_said_becomes_markup() {
        assert_eq!(
            esc("a<b>&\"'\u{1b}[2J\u{202e}x"),
            "a&lt;b&gt;&amp;&quot;&#39;\\x1b[2J\\u{202e}x"
        );
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(date(951_782_400_000), "2000-02-29 00:00:00 UTC");
        assert_eq!(date(1_795_295_917_933), "2026-11-21 21:18:37 UTC");
    }
}
