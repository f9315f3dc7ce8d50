//! The picture of an exchange: parties are lifelines, what passes between them are rungs, steps are
//! headings, and a failure stands where it happened.

use std::fmt::Write as _;

use super::message;
use super::text::{Text, esc, mark, meaning, time};
use crate::diag::counted;
use crate::record::Verdict;
use crate::report::entry::{FailureEntry, HappenedEntry, SuiteEntry, What};
use crate::report::sheet::{Case, Sheet};

/// Rungs at the beginning of a ladder, at its end and around a failure that are drawn.
const FIRST: usize = 150;
const LAST: usize = 60;
const AROUND: usize = 25;

/// A ladder while it is drawn.
pub struct Ladder<'s> {
    sheet: &'s Sheet,
    suite: &'s SuiteEntry,
    case: &'s Case,
    events: &'s [HappenedEntry],
    /// Its place among all exchanges.
    at: usize,
    /// Steps whose headings are drawn.
    shown: usize,
    /// Failures that are drawn, by step and place.
    told: Vec<(usize, usize)>,
    /// Whether messages are laid open.
    whole: bool,
}

impl<'s> Ladder<'s> {
    /// The ladder of an exchange, the `at`-th of the run, with its messages laid open or not.
    pub fn new(
        sheet: &'s Sheet,
        suite: &'s SuiteEntry,
        (case, events): (&'s Case, &'s [HappenedEntry]),
        at: usize,
        whole: bool,
    ) -> Self {
        Self { sheet, suite, case, events, at, shown: 0, told: Vec::new(), whole }
    }

    /// Draws it.
    pub fn draw(mut self, page: &mut String) {
        let case = self.case;
        let index = |name: &str| case.plan.steps.iter().position(|step| step.step == name);
        let keep = self.keep();
        let (mut left_out, mut before) = (0, 0);
        for (number, event) in self.events.iter().enumerate() {
            match event.step.as_deref().and_then(index) {
                Some(step) => {
                    if step >= self.shown {
                        self.gap(page, &mut left_out);
                    }
                    while self.shown <= step {
                        self.heading(page);
                    }
                }
                // The closing part: every step has had its turn.
                None if self.shown > 0 => {
                    self.gap(page, &mut left_out);
                    while self.shown < case.plan.steps.len() {
                        self.heading(page);
                    }
                }
                None => {}
            }
            if keep(number) {
                self.gap(page, &mut left_out);
                self.rung(page, event, number, event.at_us.saturating_sub(before));
            } else {
                left_out += 1;
            }
            before = event.at_us;
            self.failures(page, number + 1);
        }
        self.gap(page, &mut left_out);
        while self.shown < case.plan.steps.len() {
            self.heading(page);
        }
        self.failures(page, usize::MAX);
        if !self.whole {
            page.put(
                "<p class=\"gap\">Fields and octets would make the page too large: a page of this ",
            );
            page.put("exchange alone has them.</p>");
        }
    }

    /// Which events are drawn: all of them where they are few, else the first, the last and those
    /// around failures.
    fn keep(&self) -> impl Fn(usize) -> bool + use<> {
        let events = self.events.len();
        let failures = self.case.steps.iter().flatten().flat_map(|judged| &judged.failures);
        let around: Vec<usize> = failures.map(|failure| failure.events).collect();
        move |at| {
            at < FIRST || at + LAST >= events || around.iter().any(|f| at.abs_diff(*f) <= AROUND)
        }
    }

    fn gap(&self, page: &mut String, left_out: &mut usize) {
        if *left_out > 0 {
            let _ = write!(page, "<p class=\"gap\">not drawn: {}</p>", counted(*left_out, "rung"));
            *left_out = 0;
        }
    }

    /// The heading of the next step.
    fn heading(&mut self, page: &mut String) {
        // What went wrong in the steps before belongs above it.
        self.failures(page, usize::MAX);
        let step = &self.case.plan.steps[self.shown];
        let came = self.case.came(self.shown);
        let _ = write!(
            page,
            "<h4 class=\"step {}{}\" id=\"c{}s{}\">",
            came.verdict.word(),
            if step.selected { "" } else { " aside" },
            self.at,
            self.shown
        );
        mark(page, came.verdict);
        let level = format!("{:?}", step.level).to_uppercase();
        let _ = write!(page, " {} <small>{level}", esc(&step.step));
        if came.judged.is_some() && !matches!(came.verdict, Verdict::Pass | Verdict::NotReached) {
            let _ = write!(page, " · {}: {}", came.verdict.word(), meaning(came.verdict));
        }
        page.put("</small>");
        for id in &step.requirements {
            let _ = write!(page, " <a class=\"req\" href=\"#r-{0}\">{0}</a>", esc(id));
        }
        page.put("</h4>");
        if !step.about.is_empty() {
            let _ = write!(page, "<p class=\"about\">{}</p>", esc(&step.about));
        }
        if let Some(judged) = came.judged {
            if !judged.known.is_empty() {
                let _ =
                    write!(page, "<p class=\"known\">Known deviation: {}</p>", esc(&judged.known));
            }
            let plain = judged.failures.is_empty() && came.verdict != Verdict::Pass;
            if plain && !judged.text.is_empty() {
                let class = if judged.failed { "failbox" } else { "reason" };
                let _ = write!(page, "<p class=\"{class}\">{}</p>", esc(&judged.text));
            }
        }
        self.shown += 1;
    }

    /// The failures that had been noticed when so much had happened.
    fn failures(&mut self, page: &mut String, events: usize) {
        for step in 0..self.shown {
            let Some(judged) = &self.case.steps[step] else { continue };
            for (place, failure) in judged.failures.iter().enumerate() {
                if failure.events <= events && !self.told.contains(&(step, place)) {
                    self.told.push((step, place));
                    let requirements = &self.case.plan.steps[step].requirements;
                    super::exchange::failure(
                        page,
                        self.sheet,
                        self.suite,
                        judged,
                        failure,
                        requirements,
                    );
                }
            }
        }
    }

    /// The failure that is about a message, if one is.
    fn about(&self, event: &HappenedEntry, number: usize) -> Option<&FailureEntry> {
        let octets = &event.message.as_ref()?.octets;
        let all = self.case.steps.iter().flatten().flat_map(|judged| &judged.failures);
        let mut all = all.filter(|f| f.message.as_ref().is_some_and(|m| m.octets == *octets));
        all.find(|f| number < f.events && event.event == What::Heard)
    }

    fn rung(&self, page: &mut String, event: &HappenedEntry, number: usize, since: u64) {
        let wrong = self.about(event, number);
        let index = |name: &Option<String>| {
            let name = name.as_deref()?;
            self.suite.parties.iter().position(|party| party.name == name)
        };
        let (from, to) = (index(&event.from), index(&event.to));
        let (from, to) = match (from, to, index(&event.party)) {
            (Some(from), Some(to), _) => (from, to),
            (_, _, Some(party)) => (party, party),
            _ => (0, self.suite.parties.len().saturating_sub(1)),
        };
        let word = match event.event {
            What::Said => "said",
            What::Heard => "heard",
            What::Carried | What::Unseen => "carried",
            What::Opened => "opened",
            What::Closed => "closed",
            What::Refused => "refused",
            What::Silence => "silence",
            What::Triggered => "triggered",
            What::Observed => "observed",
            What::Note => "note",
        };
        let style = format!(
            "class=\"r {word} {}{}{}\" style=\"--l:{};--s:{}\"",
            if to >= from { "rt" } else { "lt" },
            if wrong.is_some() { " bad" } else { "" },
            if event.text.is_some() && event.message.is_some() { " passed" } else { "" },
            from.min(to),
            from.abs_diff(to)
        );
        let at = format!("<time>{}</time>", time(event.at_us));
        let text = esc(event.text.as_deref().unwrap_or_default());
        let Some(message) = &event.message else {
            let text = &text;
            let what = match event.event {
                What::Opened => "connects".to_owned(),
                What::Closed => "closes ✕".to_owned(),
                What::Refused => format!("refused ✕ {text}"),
                What::Silence => {
                    format!("silent for {}", time(event.lasting_us.unwrap_or_default()))
                }
                What::Triggered => format!("is made to {text}"),
                What::Observed => format!("shows {text}"),
                _ => text.to_string(),
            };
            let _ =
                write!(page, "<div {style}>{at}<span class=\"a\"><span>{what}</span></span></div>");
            return;
        };
        let note = if text.is_empty() { String::new() } else { format!(" <em>({text})</em>") };
        let name = format!("<b>{}</b> {}{note}", esc(&message.r#type), esc(&message.gist));
        if !self.whole {
            let _ =
                write!(page, "<div {style}>{at}<span class=\"a\"><span>{name}</span></span></div>");
            return;
        }
        let _ = write!(
            page,
            "<details {style}><summary>{at}<span class=\"a\"><span>{name}</span></span></summary><div class=\"in\">"
        );
        let link = event.link.as_deref().unwrap_or_default();
        let place = match event.line {
            0 => String::new(),
            line => {
                format!(", <span data-l=\"{line}\">line {line} of {}</span>", esc(&self.suite.file))
            }
        };
        let _ = write!(
            page,
            "<p class=\"meta\">{} → {} on {}, {}, {} after the rung before{place}</p>",
            esc(event.from.as_deref().unwrap_or_default()),
            esc(event.to.as_deref().unwrap_or_default()),
            esc(link),
            counted(message.length(), "octet"),
            time(since)
        );
        let differences = wrong.map_or(&[][..], |failure| &failure.differences);
        let of_it = self.suite.links.iter().find(|l| l.name == link);
        let protocol = of_it.map_or("", |l| l.protocol.as_str());
        message::write(page, protocol, message, differences);
        page.put("</div></details>");
    }
}
