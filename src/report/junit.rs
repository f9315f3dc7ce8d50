//! `junit.xml`: a test case a step, a test suite an exchange.

use std::path::Path;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::record::Verdict;

/// An exchange.
#[derive(Debug)]
pub struct Suite {
    /// Its name, with suite and party under test.
    pub name: String,
    /// Its steps.
    pub cases: Vec<Case>,
}

/// A step or rule.
#[derive(Debug)]
pub struct Case {
    /// Name.
    pub name: String,
    /// What it came to.
    pub verdict: Verdict,
    /// Whether the run counts it as failed.
    pub failed: bool,
    /// The failure as text, or the reason for not having been judged.
    pub text: String,
    /// How long it took.
    pub lasted: Duration,
    /// Requirements, level, file and line, target.
    pub properties: Vec<(String, String)>,
}

/// Writes the file.
pub fn write(path: &Path, run: &str, suites: &[Suite]) -> std::io::Result<()> {
    let mut report = Report::new(run);
    for suite in suites {
        let mut out = TestSuite::new(suite.name.as_str());
        for case in &suite.cases {
            let first = case.text.lines().next().unwrap_or_default().to_owned();
            let mut status = match case.verdict {
                Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
                _ if case.failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
                Verdict::Skipped | Verdict::NotReached | Verdict::Inconclusive => {
                    TestCaseStatus::skipped()
                }
                _ => TestCaseStatus::success(),
            };
            if case.failed || matches!(status, TestCaseStatus::Skipped { .. }) {
                status.set_message(first);
            }
            if case.failed {
                status.set_type(case.verdict.word()).set_description(case.text.as_str());
            }
            let mut one = TestCase::new(case.name.as_str(), status);
            one.set_classname(suite.name.as_str()).set_time(case.lasted);
            for (name, value) in &case.properties {
                one.add_property(Property::new(name.as_str(), value.as_str()));
            }
            out.add_test_case(one);
        }
        report.add_test_suite(out);
    }
    let mut text = Vec::new();
    report.serialize(&mut text).map_err(std::io::Error::other)?;
    std::fs::write(path, text)
}
