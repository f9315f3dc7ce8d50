//! `junit.xml`: a test case a step, a test suite an exchange.

use std::collections::HashMap;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::sheet::{Case, Sheet, Trial};
use crate::diag::cleaned;
use crate::record::Verdict;

/// The file.
///
/// Properties of a case hold its requirements, level, verdict, target and place in the suite. The
/// place stands in attributes as well, where readers that know no properties find it.
pub fn junit(sheet: &Sheet) -> std::io::Result<Vec<u8>> {
    let mut report = Report::new("stepladder");
    let mut suite: Option<TestSuite> = None;
    let cases: HashMap<&str, &Case> =
        sheet.cases.iter().map(|case| (case.plan.case.as_str(), case)).collect();
    for trial in sheet.trials() {
        if suite.as_ref().is_none_or(|suite| suite.name.as_str() != plain(&trial.group)) {
            let case = cases.get(trial.group.as_str()).copied();
            report.add_test_suites(suite.replace(group(sheet, &trial, case)));
        }
        if let Some(suite) = &mut suite {
            suite.add_test_case(case(&trial));
        }
    }
    report.add_test_suites(suite);
    let mut text = Vec::new();
    report.serialize(&mut text).map_err(std::io::Error::other)?;
    Ok(text)
}

/// The test suite of a trial: of a case, or of rules.
fn group(sheet: &Sheet, trial: &Trial<'_>, case: Option<&Case>) -> TestSuite {
    let mut suite = TestSuite::new(plain(&trial.group));
    suite.extra.insert("file".into(), plain(trial.file).into());
    if let Some(case) = case.filter(|case| case.began_ms > 0) {
        suite.extra.insert("timestamp".into(), moment(case.began_ms).into());
        // A step may have waited on after the last thing that happened.
        let steps = case.steps.iter().flatten().map(|judged| judged.lasted_us);
        let steps = steps.fold(0, u64::saturating_add);
        suite.set_time(Duration::from_micros(case.lasted_us.max(steps)));
    }
    let target = trial.target.and_then(|name| sheet.targets.get(name));
    let version = target.and_then(|target| target.version.clone());
    let properties = [
        ("stepladder", sheet.run.version.clone()),
        ("seed", sheet.run.seed.to_string()),
        ("profile", sheet.run.profile.clone().unwrap_or_default()),
        ("target", target_of(trial).to_owned()),
        ("target-version", version.unwrap_or_default()),
    ];
    for (name, value) in properties.into_iter().filter(|(_, value)| !value.is_empty()) {
        suite.add_property(Property::new(name, plain(&value)));
    }
    suite
}

fn case(trial: &Trial<'_>) -> TestCase {
    let came = &trial.came;
    let failure = came.judged.filter(|_| came.failed).and_then(|judged| judged.failures.first());
    let first = match failure {
        Some(failure) => failure.in_short(),
        None => came.text.lines().next().unwrap_or_default().to_owned(),
    };
    let mut status = match came.verdict {
        Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        _ if came.failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Skipped | Verdict::NotReached | Verdict::Inconclusive => TestCaseStatus::skipped(),
        _ => TestCaseStatus::success(),
    };
    let is_bad = matches!(status, TestCaseStatus::NonSuccess { .. });
    if is_bad || matches!(status, TestCaseStatus::Skipped { .. }) {
        status.set_message(plain(&first));
        status.set_type(came.verdict.word());
    }
    if is_bad {
        status.set_description(plain(came.text));
    }
    let mut case = TestCase::new(plain(trial.name), status);
    case.set_classname(class(&trial.group)).set_time(Duration::from_micros(came.lasted_us()));
    let (file, line) = match failure {
        Some(failure) if failure.line > 0 => (failure.file.as_str(), failure.line),
        _ => (trial.file, trial.line),
    };
    case.extra.insert("file".into(), plain(file).into());
    case.extra.insert("line".into(), line.to_string().into());
    let known = came.judged.map(|judged| judged.known.clone()).unwrap_or_default();
    let mut properties = vec![
        ("level", format!("{:?}", trial.level).to_uppercase()),
        ("verdict", came.verdict.word().to_owned()),
        ("target", target_of(trial).to_owned()),
        ("file", trial.file.to_owned()),
        ("line", trial.line.to_string()),
        ("known", known),
    ];
    properties.extend(trial.requirements.iter().map(|id| ("requirement", id.clone())));
    for (name, value) in properties.into_iter().filter(|(_, value)| !value.is_empty()) {
        case.add_property(Property::new(name, plain(&value)));
    }
    case
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
fn plain(text: &str) -> String {
    let text = cleaned(text);
    match text.contains(['\t', '\u{fffe}', '\u{ffff}']) {
        true => text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}").replace('\t', "    "),
        false => text.into_owned(),
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
