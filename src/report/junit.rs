//! `junit.xml`: a test case a step, a test suite an exchange.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::sheet::{Sheet, Trial};
use crate::record::Verdict;

/// The file.
///
/// Properties of a case hold its level, verdict, target, file, line and requirements; the place in
/// the suite stands in attributes as well, where readers that know no properties find it.
pub fn junit(sheet: &Sheet) -> std::io::Result<Vec<u8>> {
    let mut report = Report::new("stepladder");
    let mut suite: Option<TestSuite> = None;
    for trial in sheet.trials() {
        if suite.as_ref().is_none_or(|suite| suite.name.as_str() != trial.group) {
            report.add_test_suites(suite.replace(TestSuite::new(trial.group.as_str())));
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

fn case(trial: &Trial<'_>) -> TestCase {
    let came = &trial.came;
    let first = came.text.lines().next().unwrap_or_default();
    let mut status = match came.verdict {
        Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        _ if came.failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Skipped | Verdict::NotReached | Verdict::Inconclusive => TestCaseStatus::skipped(),
        _ => TestCaseStatus::success(),
    };
    if came.failed || matches!(status, TestCaseStatus::Skipped { .. }) {
        status.set_message(first);
    }
    if came.failed {
        status.set_type(came.verdict.word()).set_description(came.text);
    }
    let mut case = TestCase::new(trial.name, status);
    case.set_classname(trial.group.as_str()).set_time(Duration::from_micros(came.lasted_us()));
    case.extra.insert("file".into(), trial.file.into());
    case.extra.insert("line".into(), trial.line.to_string().into());
    let level = came.judged.map(|judged| format!("{:?}", judged.level).to_uppercase());
    let mut properties = vec![
        ("level", level.unwrap_or_default()),
        ("verdict", came.verdict.word().to_owned()),
        ("target", trial.target.unwrap_or("the built-in peer").to_owned()),
        ("file", trial.file.to_owned()),
        ("line", trial.line.to_string()),
    ];
    properties.extend(trial.requirements.iter().map(|id| ("requirement", id.clone())));
    for (name, value) in properties.into_iter().filter(|(_, value)| !value.is_empty()) {
        case.add_property(Property::new(name, value));
    }
    case
}
