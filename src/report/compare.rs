//! Two records of the same suites: what got worse, what got better, what is otherwise.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::entry::FailureEntry;
use super::markdown::{cell, code};
use super::sheet::{Sheet, Trial};
use crate::record::Verdict;

/// The most trials of a kind that a page lists, and characters of a cell.
const LISTED: usize = 100;
const CELL: usize = 300;

/// What became of the trials of an old run in a new one.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The old run.
    pub old: Side,
    /// The new one.
    pub new: Side,
    /// How many trials came to the same.
    pub same: usize,
    /// The others: by kind, and then in the order of the new run.
    pub changes: Vec<Change>,
}

/// One of the two runs.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    /// Targets with their versions; none for the built-in peer.
    pub targets: Vec<String>,
    /// Our own version.
    pub version: String,
    /// Whether the run did not come to its end.
    pub is_cut: bool,
    /// How many lines could not be read.
    pub unread: usize,
}

/// A trial that is not what it was.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// How it changed.
    pub kind: Kind,
    /// The trial.
    pub name: String,
    /// Whether this is worse than before.
    pub is_worse: bool,
    /// What it came to before; none where it was not there.
    pub old: Option<State>,
    /// What it comes to now; none where it is not there any more.
    pub new: Option<State>,
}

/// How a trial changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The run counts it as failed, and did not before.
    NewlyFailing,
    /// It is not there any more.
    Gone,
    /// It came to another verdict, in any other way.
    Changed,
    /// It came to the same verdict for another reason.
    FailingOtherwise,
    /// It was not there before.
    New,
    /// It failed before, and passes.
    NewlyPassing,
}

/// What a trial came to.
#[derive(Clone, Debug, Serialize)]
pub struct State {
    /// The verdict.
    pub verdict: Verdict,
    /// Whether the run counted it as failed.
    pub failed: bool,
    /// Why, in short; empty for what passed.
    pub why: String,
    /// The file of the suite.
    pub file: String,
    /// Its line.
    pub line: u32,
    /// What is held against another state of the same verdict.
    #[serde(skip)]
    marks: Vec<String>,
}

/// Compares two runs, trial by trial.
pub fn compare(old: &Sheet, new: &Sheet) -> Comparison {
    // What was drawn is only drawn again from the same seed: values differ between others.
    let exactly = old.run.seed == new.run.seed;
    let states = |sheet: &Sheet| -> Vec<(String, State)> {
        let state = |trial: Trial<'_>| (line(&trial.to_string()), State::of(&trial, exactly));
        sheet.trials().map(state).collect()
    };
    let mut before: BTreeMap<String, State> = states(old).into_iter().collect();
    let mut changes = Vec::new();
    let mut same = 0;
    for (name, new) in states(new) {
        match before.remove(&name) {
            None => changes.push(Change::of(Kind::New, name, None, Some(new))),
            Some(old) => match old.kind(&new) {
                None => same += 1,
                Some(kind) => changes.push(Change::of(kind, name, Some(old), Some(new))),
            },
        }
    }
    let gone = before.into_iter();
    changes.extend(gone.map(|(name, old)| Change::of(Kind::Gone, name, Some(old), None)));
    changes.sort_by_key(|change| change.kind);
    Comparison { old: Side::of(old), new: Side::of(new), same, changes }
}

impl Side {
    fn of(sheet: &Sheet) -> Self {
        let target = |name: &String| {
            let version = sheet.targets.get(name).and_then(|target| target.version.as_deref());
            line(format!("{name} {}", version.unwrap_or_default()).trim())
        };
        Self {
            targets: sheet.run.targets.iter().map(target).collect(),
            version: line(&sheet.run.version),
            is_cut: sheet.end.is_none(),
            unread: sheet.unread,
        }
    }
}

impl State {
    fn of(trial: &Trial<'_>, exactly: bool) -> Self {
        let came = &trial.came;
        let failures = came.judged.map(|judged| judged.failures.as_slice()).unwrap_or_default();
        let place = failures.first().filter(|failure| failure.line > 0);
        let why = match (failures.first(), came.verdict) {
            (Some(failure), _) => failure.in_short(),
            (None, Verdict::Pass) => String::new(),
            (None, _) => came.text.lines().next().unwrap_or_default().to_owned(),
        };
        Self {
            verdict: came.verdict,
            failed: came.failed,
            why: line(&why),
            file: line(place.map_or(trial.file, |failure| &failure.file)),
            line: place.map_or(trial.line, |failure| failure.line),
            marks: failures.iter().flat_map(|failure| marks(failure, exactly)).collect(),
        }
    }

    /// How it became another state; `None` where it is as it was.
    fn kind(&self, new: &Self) -> Option<Kind> {
        let has_failed = |state: &Self| state.failed || state.verdict == Verdict::Fail;
        match () {
            () if new.failed && !self.failed => Some(Kind::NewlyFailing),
            () if new.verdict == Verdict::Pass && has_failed(self) => Some(Kind::NewlyPassing),
            () if new.verdict != self.verdict || new.failed != self.failed => Some(Kind::Changed),
            () if new.marks != self.marks => Some(Kind::FailingOtherwise),
            () => None,
        }
    }
}

/// A text on one line, without anything that a terminal would obey.
fn line(text: &str) -> String {
    crate::diag::clean(text).replace(['\n', '\t'], " ")
}

/// What tells a failure from another one of the same trial. Numbers in a title may be times, which
/// are never the same.
fn marks(failure: &FailureEntry, exactly: bool) -> Vec<String> {
    let mut marks = vec![failure.title.replace(|c: char| c.is_ascii_digit(), "")];
    for difference in &failure.differences {
        marks.push(difference.path.clone());
        if exactly {
            marks.extend([difference.expected.clone(), difference.got.clone()]);
        }
    }
    marks
}

impl Change {
    fn of(kind: Kind, name: String, old: Option<State>, new: Option<State>) -> Self {
        let passed = old.as_ref().is_some_and(|old| old.verdict == Verdict::Pass);
        // What passed, and fails, is not judged any more or not there: nobody vouches for it now.
        // A deviation that somebody has written down is known, and not worse.
        let keeps = |new: &State| matches!(new.verdict, Verdict::Pass | Verdict::Xfail);
        let lost = passed && !new.as_ref().is_some_and(keeps);
        Self { kind, name, is_worse: lost || kind == Kind::NewlyFailing, old, new }
    }

    /// The verdicts, one after the other.
    fn verdicts(&self) -> String {
        let word = |state: &Option<State>| match state {
            None => "-",
            Some(state) if state.verdict == Verdict::Fail && !state.failed => "warning",
            Some(state) => state.verdict.word(),
        };
        format!("{} -> {}", word(&self.old), word(&self.new))
    }

    /// Why it is what it is now, or what it was where it is gone or passes.
    fn why(&self) -> &str {
        let states = [&self.new, &self.old];
        let told = states.into_iter().flatten().find(|state| !state.why.is_empty());
        told.map_or("", |state| &state.why)
    }

    /// Where in the suites.
    fn place(&self) -> String {
        let state = self.new.as_ref().or(self.old.as_ref());
        state.map(|state| format!("{}:{}", state.file, state.line)).unwrap_or_default()
    }
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::NewlyFailing,
        Self::Gone,
        Self::Changed,
        Self::FailingOtherwise,
        Self::New,
        Self::NewlyPassing,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::NewlyFailing => "newly failing",
            Self::Gone => "gone",
            Self::Changed => "changed",
            Self::FailingOtherwise => "failing otherwise",
            Self::New => "new",
            Self::NewlyPassing => "newly passing",
        }
    }
}

impl Comparison {
    /// Whether something got worse.
    pub fn is_worse(&self) -> bool {
        self.changes.iter().any(|change| change.is_worse)
    }

    /// For a terminal.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (word, side) in [("old", &self.old), ("new", &self.new)] {
            let _ = writeln!(text, "{word}  {}", side.in_words());
        }
        for (kind, changes) in self.kinds() {
            let _ = writeln!(text, "\n{} ({})", kind.title(), changes.len());
            for change in changes {
                let worse = if change.is_worse { "worse: " } else { "" };
                let _ = writeln!(text, "  {}", change.name);
                let _ = writeln!(text, "    {worse}{}  {}", change.verdicts(), change.place());
                if !change.why().is_empty() {
                    let _ = writeln!(text, "    {}", change.why());
                }
            }
        }
        let _ = writeln!(text, "\n{}", self.result());
        text
    }

    /// For programs.
    pub fn json(&self) -> String {
        // Neither maps with odd keys nor odd numbers are in it: this cannot fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// For a comment or the summary of a job.
    pub fn markdown(&self) -> String {
        let mut text = format!("## Stepladder: {}\n\n", self.result());
        for (word, side) in [("old", &self.old), ("new", &self.new)] {
            let _ = writeln!(text, "- {word}: {}", code(&side.in_words(), CELL));
        }
        for (kind, changes) in self.kinds() {
            let _ = writeln!(text, "\n### {} ({})\n", kind.title(), changes.len());
            text.push_str("| | verdict | place | why |\n|---|---|---|---|\n");
            for change in changes.iter().take(LISTED) {
                let cells = [&change.name, &change.verdicts(), &change.place(), change.why()];
                let cells = cells.map(|text| cell(text, CELL)).join(" | ");
                let _ = writeln!(text, "| {cells} |");
            }
            if changes.len() > LISTED {
                let _ = writeln!(text, "\nAnd {} more.", changes.len() - LISTED);
            }
        }
        text
    }

    fn kinds(&self) -> impl Iterator<Item = (Kind, Vec<&Change>)> {
        let of = |kind| self.changes.iter().filter(move |change| change.kind == kind).collect();
        let kinds = Kind::ALL.into_iter().map(move |kind| (kind, of(kind)));
        kinds.filter(|(_, changes): &(Kind, Vec<&Change>)| !changes.is_empty())
    }

    fn result(&self) -> String {
        let worse = self.changes.iter().filter(|change| change.is_worse).count();
        let other = self.changes.len() - worse;
        format!("{worse} got worse, {other} otherwise, {} as before", self.same)
    }
}

impl Side {
    fn in_words(&self) -> String {
        let against = match self.targets.is_empty() {
            true => "the built-in peer".to_owned(),
            false => self.targets.join(", "),
        };
        let mut text = format!("against {against}, by stepladder {}", self.version);
        if self.is_cut {
            text += "; the record is cut: the run did not come to its end";
        }
        if self.unread > 0 {
            let _ = write!(text, "; lines that could not be read: {}", self.unread);
        }
        text
    }
}
