//! `junit.xml`: a test case a step, a test suite an exchange.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::sheet::{Case, Sheet, Trial};
use crate::diag::cleaned;
use crate::record::Verdict;

/// Writes the file.
///
/// Properties of a case hold its requirements, level, verdict, target and place in the suite. The
/// place stands in attributes as well, where readers that know no properties find it.
pub fn junit(sheet: &Sheet, out: impl Write) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(out, b' ', 4);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut all = Count::default();
    sheet.trials().for_each(|trial| all.add(&trial));
    let [tests, skipped, failures, errors] = all.words();
    let top = BytesStart::new("testsuites").with_attributes([
        ("name", "stepladder"),
        ("tests", &tests),
        ("skipped", &skipped),
        ("failures", &failures),
        ("errors", &errors),
    ]);
    xml.write_event(Event::Start(top))?;
    let cases: HashMap<&str, &Case> =
        sheet.cases.iter().map(|case| (case.plan.case.as_str(), case)).collect();
    let mut trials = sheet.trials().peekable();
    while let Some(first) = trials.next() {
        let mut group = vec![first];
        while let Some(next) = trials.next_if(|next| next.group == group[0].group) {
            group.push(next);
        }
        let of = cases.get(group[0].group.as_str()).copied();
        suite(&mut xml, sheet, &group, of)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
    xml.write_indent()?;
    xml.into_inner().flush()
}

/// How many test cases there are, and of which kind.
#[derive(Default)]
struct Count {
    tests: usize,
    skipped: usize,
    failures: usize,
    errors: usize,
}

impl Count {
    fn add(&mut self, trial: &Trial<'_>) {
        self.tests += 1;
        match Kind::of(trial) {
            Kind::Success => {}
            Kind::Skipped => self.skipped += 1,
            Kind::Failure => self.failures += 1,
            Kind::Error => self.errors += 1,
        }
    }

    fn words(&self) -> [String; 4] {
        [self.tests, self.skipped, self.failures, self.errors].map(|number| number.to_string())
    }
}

/// What a test case came to, as far as readers know.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Success,
    Skipped,
    Failure,
    Error,
}

impl Kind {
    fn of(trial: &Trial<'_>) -> Self {
        match trial.came.verdict {
            Verdict::Error => Self::Error,
            _ if trial.came.failed => Self::Failure,
            Verdict::Skipped | Verdict::NotReached | Verdict::Inconclusive => Self::Skipped,
            _ => Self::Success,
        }
    }
}

/// The test suite of some trials: of a case, or of rules.
fn suite<W: Write>(
    xml: &mut Writer<W>,
    sheet: &Sheet,
    trials: &[Trial<'_>],
    of: Option<&Case>,
) -> io::Result<()> {
    let first = &trials[0];
    let mut count = Count::default();
    trials.iter().for_each(|trial| count.add(trial));
    let [tests, skipped, failures, errors] = count.words();
    let mut tag = BytesStart::new("testsuite").with_attributes([
        ("name", plain(&first.group).as_ref()),
        ("tests", &tests),
        ("skipped", &skipped),
        ("errors", &errors),
        ("failures", &failures),
    ]);
    let of = of.filter(|case| case.began_ms > 0);
    if let Some(case) = of {
        // A step may have waited on after the last thing that happened.
        let steps = case.steps.iter().flatten().map(|judged| judged.lasted_us);
        let steps = steps.fold(0, u64::saturating_add);
        tag.push_attribute(("time", seconds(case.lasted_us.max(steps)).as_str()));
    }
    tag.push_attribute(("file", plain(first.file).as_ref()));
    if let Some(case) = of {
        tag.push_attribute(("timestamp", moment(case.began_ms).as_str()));
    }
    xml.write_event(Event::Start(tag))?;
    let target = first.target.and_then(|name| sheet.targets.get(name));
    let version = target.and_then(|target| target.version.as_deref());
    let seed = sheet.run.seed.to_string();
    properties(
        xml,
        &[
            ("stepladder", &sheet.run.version),
            ("seed", &seed),
            ("profile", sheet.run.profile.as_deref().unwrap_or_default()),
            ("target", target_of(first)),
            ("target-version", version.unwrap_or_default()),
        ],
    )?;
    trials.iter().try_for_each(|trial| case(xml, trial))?;
    xml.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn case<W: Write>(xml: &mut Writer<W>, trial: &Trial<'_>) -> io::Result<()> {
    let came = &trial.came;
    let failure = came.judged.filter(|_| came.failed).and_then(|judged| judged.failures.first());
    let (file, line) = match failure {
        Some(failure) if failure.line > 0 => (failure.file.as_str(), failure.line),
        _ => (trial.file, trial.line),
    };
    let tag = BytesStart::new("testcase").with_attributes([
        ("name", plain(trial.name).as_ref()),
        ("classname", &class(&trial.group)),
        ("time", &seconds(came.lasted_us())),
        ("file", &plain(file)),
        ("line", &line.to_string()),
    ]);
    xml.write_event(Event::Start(tag))?;
    let (level, line) = (format!("{:?}", trial.level).to_uppercase(), trial.line.to_string());
    let mut told = vec![
        ("level", level.as_str()),
        ("verdict", came.verdict.word()),
        ("target", target_of(trial)),
        ("file", trial.file),
        ("line", &line),
        ("known", came.judged.map_or("", |judged| &judged.known)),
    ];
    told.extend(trial.requirements.iter().map(|id| ("requirement", id.as_str())));
    properties(xml, &told)?;
    let kind = Kind::of(trial);
    let word = match kind {
        Kind::Success => "",
        Kind::Skipped => "skipped",
        Kind::Failure => "failure",
        Kind::Error => "error",
    };
    if kind != Kind::Success {
        let message = match failure {
            Some(failure) => failure.in_short(),
            None => came.text.lines().next().unwrap_or_default().to_owned(),
        };
        let tag = BytesStart::new(word).with_attributes([
            ("message", plain(&message).as_ref()),
            ("type", came.verdict.word()),
        ]);
        if kind == Kind::Skipped {
            xml.write_event(Event::Empty(tag))?;
        } else {
            xml.write_event(Event::Start(tag))?;
            xml.write_event(Event::Text(BytesText::new(&plain(came.text))))?;
            xml.write_event(Event::End(BytesEnd::new(word)))?;
        }
    }
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

/// What is known beside, but for what is empty.
fn properties<W: Write>(xml: &mut Writer<W>, all: &[(&str, &str)]) -> io::Result<()> {
    xml.write_event(Event::Start(BytesStart::new("properties")))?;
    for (name, value) in all.iter().filter(|(_, value)| !value.is_empty()) {
        let value = plain(value);
        let tag = BytesStart::new("property");
        let tag = tag.with_attributes([("name", *name), ("value", value.as_ref())]);
        xml.write_event(Event::Empty(tag))?;
    }
    xml.write_event(Event::End(BytesEnd::new("properties")))
}

/// A time in seconds.
fn seconds(us: u64) -> String {
    format!("{:.3}", us as f64 / 1e6)
}

fn target_of<'t>(trial: &'t Trial<'_>) -> &'t str {
    trial.target.unwrap_or("the built-in peer")
}

/// The class of a case: readers take what stands before the last dot for a package, so that is the
/// suite, and no other dot may be there.
fn class(group: &str) -> String {
    let plain = |part: &str| plain(part).replace('.', "_");
    match group.split_once("::") {
        Some((suite, rest)) => format!("{}.{}", plain(suite), plain(rest)),
        None => plain(group),
    }
}

/// A text of characters that XML has and no terminal obeys.
fn plain(text: &str) -> Cow<'_, str> {
    let text = cleaned(text);
    match text.contains(['\t', '\u{fffe}', '\u{ffff}']) {
        true => text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}").replace('\t', "    ").into(),
        false => text,
    }
}

/// A time of day, from milliseconds since 1970, in UTC.
fn moment(since: u64) -> String {
    let seconds = since / 1000;
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Years begin in March here, so that the odd day comes last, and eras are 400 of them.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + later;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{of_month:02}T{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_calendar() {
        assert_eq!(moment(0), "1970-01-01T00:00:00");
        assert_eq!(moment(951_782_399_999), "2000-02-28T23:59:59");
        assert_eq!(moment(951_782_400_000), "2000-02-29T00:00:00");
        assert_eq!(moment(1_735_689_599_000), "2024-12-31T23:59:59");
        assert_eq!(moment(4_107_542_400_000), "2100-03-01T00:00:00");
        assert!(moment(u64::MAX).ends_with(":51"), "no number is too large");
    }

    #[test]
    fn the_package_of_a_class_is_the_suite() {
        assert_eq!(class("lab/v1.2::accept::server@x-3.1"), "lab/v1_2.accept::server@x-3_1");
    }
}
