//! A run as it stands in its record: what every page and file is made from.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::entry::{
    CaseEntry, EndEntry, Entry, FileEntry, Glimpse, HappenedEntry, JudgedEntry, LoadEntry,
    PartyEntry, RequirementEntry, RuleEntry, RunEntry, SuiteEntry, TargetEntry,
};
use crate::ladder::Level;
use crate::record::Verdict;
use crate::threads::map;

/// The longest line that is taken; a message of 64 MiB comes to less.
const MOST: u64 = 512 << 20;

/// Octets of lines that are read at once, and lines that one thread takes of them.
const BATCH: usize = 1 << 20;
const PIECE: usize = 64;

/// Events of an exchange that keep everything, from its beginning.
const LONG: usize = 2_000;
/// Events that keep everything, up to its end.
const NEAR: usize = 500;

/// Where a line stands in a record: its first octet, and how many it has.
pub(super) type Place = (u64, u32);

/// A run.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// What it was asked for.
    pub run: RunEntry,
    /// Files that suites and rules were read from, by path.
    pub files: BTreeMap<String, FileEntry>,
    /// Suites by name.
    pub suites: BTreeMap<String, SuiteEntry>,
    /// Requirements, in the order of their catalogues.
    pub requirements: Vec<RequirementEntry>,
    /// Their places, by id.
    pub(super) ids: HashMap<String, usize>,
    /// Targets by name.
    pub targets: BTreeMap<String, TargetEntry>,
    /// What fields mean: text and section, by protocol, type of message and path.
    pub fields: HashMap<(String, String, String), (String, String)>,
    /// Exchanges, in the order of the suites.
    pub cases: Vec<Case>,
    /// Rules, in the order of the suites.
    pub rules: Vec<RuleEntry>,
    /// What was played as load.
    pub loads: Vec<LoadEntry>,
    /// The end; none where the run was killed.
    pub end: Option<EndEntry>,
    /// How many lines could not be read.
    pub unread: usize,
    /// The record, in which events are read when they are asked for: there are more of them than
    /// anybody wants in memory.
    pub(super) record: Option<Arc<File>>,
}

/// An exchange against an implementation, and what became of it.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// What was planned.
    pub plan: CaseEntry,
    /// When it began, in milliseconds since 1970; 0 where it was not played.
    pub began_ms: u64,
    /// What its links were told, where secrets are shown: link, parameter, value.
    pub parameters: Vec<(String, String, String)>,
    /// Where the record tells what happened, line by line.
    pub(super) events: Vec<Place>,
    /// How long it took, in microseconds: until the last thing that happened.
    pub lasted_us: u64,
    /// What each step came to; none where it was not judged.
    pub steps: Vec<Option<JudgedEntry>>,
}

/// Why a record cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The file cannot be read.
    #[error("{0} cannot be read: {1}")]
    File(String, io::Error),
    /// The whole of parts cannot be written.
    #[error("{0} cannot be written: {1}")]
    Whole(String, io::Error),
    /// It does not begin as a record does.
    #[error("{0} is no record of a run: its first line is no `run`")]
    NoRecord(String),
}

impl Sheet {
    /// Reads `record.jsonl` of a folder, or the file itself.
    ///
    /// The record of a run that was killed ends where it ends; lines that are no entries are counted.
    pub fn read(path: &Path) -> Result<Self, Unreadable> {
        let (file, name) = open(path)?;
        let fails = |error| Unreadable::File(name.clone(), error);
        let mut record = BufReader::with_capacity(BATCH, file.try_clone().map_err(fails)?);
        let mut sheet = Self { record: Some(Arc::new(file)), ..Self::default() };
        let mut cases = HashMap::new();
        let (mut at, mut first) = (0, true);
        loop {
            let lines = lines(&mut record, &mut at).map_err(fails)?;
            if lines.is_empty() {
                break;
            }
            for read in map(lines.chunks(PIECE).collect(), |piece| {
                piece.iter().map(|(place, line)| Line::read(*place, line)).collect::<Vec<_>>()
            })
            .into_iter()
            .flatten()
            {
                if std::mem::take(&mut first)
                    && !matches!(&read, Line::Entry(entry) if matches!(**entry, Entry::Run(_)))
                {
                    return Err(Unreadable::NoRecord(name));
                }
                sheet.take(read, &mut cases);
            }
        }
        match first {
            true => Err(Unreadable::NoRecord(name)),
            false => Ok(sheet),
        }
    }

    fn take(&mut self, line: Line, cases: &mut HashMap<String, usize>) {
        let entry = match line {
            Line::Entry(entry) => *entry,
            Line::Happened { case, place, at_us } => {
                if let Some(case) = cases.get(&case).map(|at| &mut self.cases[*at]) {
                    case.events.push(place);
                    case.lasted_us = case.lasted_us.max(at_us);
                }
                return;
            }
            Line::Unknown => return,
            Line::Unread => {
                self.unread += 1;
                return;
            }
        };
        match entry {
            Entry::Run(run) => self.run = run,
            Entry::File(file) => drop(self.files.insert(file.path.clone(), file)),
            Entry::Suite(suite) => drop(self.suites.insert(suite.name.clone(), suite)),
            Entry::Requirement(requirement) => {
                self.ids.insert(requirement.id.clone(), self.requirements.len());
                self.requirements.push(requirement);
            }
            Entry::Target(target) => drop(self.targets.insert(target.name.clone(), target)),
            Entry::Field(field) => {
                let key = (field.protocol, field.r#type, field.path);
                self.fields.insert(key, (field.about, field.source));
            }
            Entry::Case(plan) => {
                cases.insert(plan.case.clone(), self.cases.len());
                let steps = vec![None; plan.steps.len()];
                self.cases.push(Case { plan, steps, ..Case::default() });
            }
            Entry::Begun(begun) => {
                if let Some(case) = cases.get(&begun.case) {
                    self.cases[*case].began_ms = begun.began_ms;
                    self.cases[*case].parameters = begun.parameters;
                }
            }
            // It is taken as a line.
            Entry::Happened(_) => {}
            Entry::Step(step) => {
                let Some(case) = cases.get(&step.case).map(|at| &mut self.cases[*at]) else {
                    return;
                };
                let at = case.plan.steps.iter().position(|planned| planned.step == step.step);
                if let Some(place) = at.and_then(|at| case.steps.get_mut(at)) {
                    *place = Some(step.judged);
                }
            }
            Entry::Rule(rule) => self.rules.push(rule),
            Entry::Load(load) => self.loads.push(load),
            Entry::End(end) => self.end = Some(end),
        }
    }

    /// What happened in an exchange. Of a very long one nobody lays the messages in the middle open,
    /// so that they take no room for it.
    pub fn events(&self, case: &Case) -> io::Result<Vec<HappenedEntry>> {
        let Some(record) = &self.record else { return Ok(Vec::new()) };
        let mut line = Vec::new();
        let middle = LONG..case.events.len().saturating_sub(NEAR);
        let event = |(number, (at, octets)): (usize, &Place)| {
            line.resize(*octets as usize, 0);
            record.read_exact_at(&mut line, *at)?;
            let read = serde_json::from_slice(&line);
            let mut event: HappenedEntry = read.unwrap_or_else(|_| HappenedEntry {
                text: Some("the record has something here that cannot be read".into()),
                ..HappenedEntry::default()
            });
            if middle.contains(&number)
                && let Some(message) = &mut event.message
            {
                message.fields = Vec::new();
            }
            Ok(event)
        };
        case.events.iter().enumerate().map(event).collect()
    }

    /// Every step that was selected and every rule, in the order of the suites.
    pub fn trials(&self) -> impl Iterator<Item = Trial<'_>> {
        let steps = self.cases.iter().flat_map(|case| case.trials(&self.suites));
        steps.chain(self.rules.iter().map(|rule| Trial {
            group: rule.name.rsplit_once("::").map_or("", |(group, _)| group).to_owned(),
            name: rule.name.rsplit("::").next().unwrap_or_default(),
            about: &rule.about,
            target: rule.target.as_deref(),
            suite: &rule.suite,
            tested: &[],
            file: &rule.file,
            line: rule.line,
            level: rule.judged.level,
            requirements: &rule.requirements,
            came: Came::of(Some(&rule.judged), ""),
        }))
    }

    /// The requirement of an id.
    pub fn requirement(&self, id: &str) -> Option<&RequirementEntry> {
        self.ids.get(id).map(|at| &self.requirements[*at])
    }

    /// Whether a requirement binds one of these parties of a suite, as far as that is known: a step
    /// may cite what binds the other side, which is not under test there.
    pub fn binds(&self, id: &str, suite: &str, tested: &[String]) -> bool {
        let (Some(requirement), Some(suite)) = (self.requirement(id), self.suites.get(suite))
        else {
            return true;
        };
        let known = |name: &&String| suite.parties.iter().any(|party| party.name == **name);
        let bound =
            |party: &PartyEntry| tested.contains(&party.name) && party.is_bound(requirement);
        !tested.iter().any(|name| known(&name)) || suite.parties.iter().any(bound)
    }

    /// What a field means: what it holds, and where it is defined.
    pub fn meaning(&self, protocol: &str, kind: &str, path: &str) -> Option<(&str, &str)> {
        let key = (protocol.to_owned(), kind.to_owned(), general(path).into_owned());
        self.fields.get(&key).map(|(about, source)| (about.as_str(), source.as_str()))
    }
}

/// The path of a field with the places in lists written as `*`.
pub(super) fn general(path: &str) -> Cow<'_, str> {
    let is_place = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !path.split('.').any(|part| is_place(&part)) {
        return Cow::Borrowed(path);
    }
    let word = |part| if is_place(&part) { "*" } else { part };
    Cow::Owned(path.split('.').map(word).collect::<Vec<_>>().join("."))
}

/// What a line says.
enum Line {
    Entry(Box<Entry>),
    /// Something happened; the line is read again by whoever wants to know what.
    Happened {
        case: String,
        place: Place,
        at_us: u64,
    },
    /// A later version may know it.
    Unknown,
    Unread,
}

impl Line {
    fn read(place: Place, line: &[u8]) -> Self {
        let Ok(line) = std::str::from_utf8(line) else { return Self::Unread };
        match Glimpse::read(line) {
            Ok(None) => {}
            Ok(Some(Glimpse { case, at_us })) => {
                return Self::Happened { case: case.into_owned(), place, at_us };
            }
            Err(_) => return Self::Unread,
        }
        match Entry::read(line) {
            Ok(Some(entry)) => Self::Entry(entry.into()),
            Ok(None) => Self::Unknown,
            Err(_) => Self::Unread,
        }
    }
}

/// Opens `record.jsonl` of a folder, or the file itself; says what it is called.
pub(super) fn open(path: &Path) -> Result<(File, String), Unreadable> {
    let path = if path.is_dir() { path.join("record.jsonl") } else { path.to_owned() };
    let name = path.display().to_string();
    match no_pipe(&path).and_then(|()| File::open(&path)) {
        Ok(file) => Ok((file, name)),
        Err(error) => Err(Unreadable::File(name, error)),
    }
}

/// Refuses what is there and is no file: a pipe would be waited for, perhaps without end, and cannot
/// be read a second time.
pub(super) fn no_pipe(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(io::Error::other("this is no file")),
        _ => Ok(()),
    }
}

/// The next lines of a record, each with its place in it; `at` is where the record goes on.
fn lines(record: &mut impl BufRead, at: &mut u64) -> io::Result<Vec<(Place, Vec<u8>)>> {
    let (mut lines, mut octets) = (Vec::new(), 0);
    while octets < BATCH {
        let mut line = Vec::new();
        let got = record.by_ref().take(MOST).read_until(b'\n', &mut line)?;
        if got == 0 {
            break;
        }
        // The longest line has no more octets than that.
        lines.push(((*at, got as u32), line));
        *at += got as u64;
        octets += got;
    }
    Ok(lines)
}

impl Case {
    /// Its selected steps.
    pub fn trials<'c>(
        &'c self,
        suites: &'c BTreeMap<String, SuiteEntry>,
    ) -> impl Iterator<Item = Trial<'c>> {
        let file = suites.get(&self.plan.suite).map_or("", |suite| suite.file.as_str());
        let steps = self.plan.steps.iter().enumerate().filter(|(_, step)| step.selected);
        steps.map(move |(at, step)| Trial {
            group: self.plan.case.clone(),
            name: &step.step,
            about: &step.about,
            target: self.plan.target.as_deref(),
            suite: &self.plan.suite,
            tested: &self.plan.tested,
            file,
            line: step.line,
            level: step.level,
            requirements: &step.requirements,
            came: self.came(at),
        })
    }

    /// What a step came to, by its place.
    pub fn came(&self, step: usize) -> Came<'_> {
        Came::of(self.steps.get(step).and_then(Option::as_ref), &self.plan.skip)
    }

    /// The worst that a step came to.
    pub fn worst(&self) -> Verdict {
        let steps = 0..self.plan.steps.len();
        steps.map(|step| self.came(step).verdict).max().unwrap_or(Verdict::Skipped)
    }

    /// Whether a step of it counts as failed.
    pub fn failed(&self) -> bool {
        self.steps.iter().flatten().any(|judged| judged.failed)
    }
}

/// A test case: a step or a rule.
#[derive(Clone, Debug)]
pub struct Trial<'s> {
    /// Its name but for the last word.
    pub group: String,
    /// The last word of its name.
    pub name: &'s str,
    /// What it shows.
    pub about: &'s str,
    /// The implementation; none for the built-in peer.
    pub target: Option<&'s str>,
    /// Its suite.
    pub suite: &'s str,
    /// Who is under test; nobody in particular for a rule.
    pub tested: &'s [String],
    /// The file that it stands in.
    pub file: &'s str,
    /// Its line there.
    pub line: u32,
    /// How binding it is.
    pub level: Level,
    /// Ids.
    pub requirements: &'s [String],
    /// What it came to.
    pub came: Came<'s>,
}

impl fmt::Display for Trial<'_> {
    /// The whole name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.group, self.name)
    }
}

/// What a test case came to.
#[derive(Clone, Copy, Debug)]
pub struct Came<'s> {
    /// The verdict; skipped where nothing was judged.
    pub verdict: Verdict,
    /// Whether the run counts it as failed.
    pub failed: bool,
    /// Failures as the console shows them, or why it was not judged.
    pub text: &'s str,
    /// Everything else there is to say of it.
    pub judged: Option<&'s JudgedEntry>,
}

impl<'s> Came<'s> {
    fn of(judged: Option<&'s JudgedEntry>, skip: &'s str) -> Self {
        match judged {
            Some(judged) => Self {
                verdict: judged.verdict,
                failed: judged.failed,
                text: &judged.text,
                judged: Some(judged),
            },
            None => Self {
                verdict: if skip.is_empty() { Verdict::NotReached } else { Verdict::Skipped },
                failed: false,
                text: if skip.is_empty() { "the run ended before it was judged" } else { skip },
                judged: None,
            },
        }
    }

    /// How long it took, in microseconds.
    pub fn lasted_us(&self) -> u64 {
        self.judged.map_or(0, |judged| judged.lasted_us)
    }
}
