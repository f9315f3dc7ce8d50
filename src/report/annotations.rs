//! Failures as commands of GitHub's workflows, which show them beside the lines of the suites.

use super::entry::FailureEntry;
use super::sheet::{Sheet, Trial};
use crate::record::Verdict;

/// How many errors, and how many warnings, GitHub shows of one step.
const MOST: usize = 10;

/// The most characters of a message.
const MESSAGE: usize = 2_000;

/// A line for each failure that counts, and for each that is only a warning, as many as are shown.
pub fn annotations(sheet: &Sheet) -> String {
    let mut text = String::new();
    let failed: Vec<_> = sheet.trials().filter(|trial| trial.came.failed).collect();
    let warned = |trial: &Trial<'_>| trial.came.verdict == Verdict::Fail && !trial.came.failed;
    let warned: Vec<_> = sheet.trials().filter(warned).collect();
    for (word, trials) in [("error", failed), ("warning", warned)] {
        for trial in trials.iter().take(MOST) {
            text += &annotation(word, trial);
        }
        if trials.len() > MOST {
            text += &format!("and {} more: {word}s without an annotation\n", trials.len() - MOST);
        }
    }
    text
}

fn annotation(word: &str, trial: &Trial<'_>) -> String {
    let failures = trial.came.judged.map(|judged| judged.failures.as_slice()).unwrap_or_default();
    let (file, line) = match failures.first() {
        Some(failure) if failure.line > 0 => (failure.file.as_str(), failure.line),
        _ => (trial.file, trial.line),
    };
    let mut lines: Vec<String> = failures.iter().map(FailureEntry::in_short).collect();
    if lines.is_empty() {
        lines.extend(trial.came.text.lines().next().map(str::to_owned));
    }
    if !trial.requirements.is_empty() {
        lines.push(format!("requirement {}", trial.requirements.join(", ")));
    }
    let message = super::console::cut(lines.join("\n"), MESSAGE);
    format!(
        "::{word} file={},line={line},title={}::{}\n",
        property(file),
        property(&trial.to_string()),
        data(&message)
    )
}

/// What stands behind the command. Nothing in it ends the line, so nothing in it is a command.
fn data(text: &str) -> String {
    crate::diag::clean(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands behind the name of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_line_or_a_property() {
        assert_eq!(data("100%\r\n::error::x"), "100%25\\x0d%0A::error::x");
        assert_eq!(property("a,line=1::b"), "a%2Cline=1%3A%3Ab");
    }
}
