//! The records of the parts of a run as one.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::entry::{EndEntry, Entry, RuleEntry, RunEntry};
use super::sheet::{Unreadable, open};
use crate::record::Verdict;

/// The most missing parts that are named.
const MISSING: usize = 20;

/// Writes the records of the parts of a run into one record.
///
/// What several parts say alike is written once. A rule was judged by each part over its own
/// exchanges: what it came to is the worst of that, but a part without anything to judge says
/// nothing. Where a part did not come to its end, nor has the whole.
///
/// Returns what is amiss with the parts, where one is missing or there twice.
pub fn merge(into: &Path, parts: &[PathBuf]) -> Result<Option<String>, Unreadable> {
    let fails = |error| Unreadable::Whole(into.display().to_string(), error);
    let mut merged = Merged { ends: Some(EndEntry::default()), ..Merged::default() };
    // The first line speaks of all parts, so it has to be known first.
    for part in parts {
        merged.first(part)?;
    }
    let amiss = amiss(&merged.shards);
    // It may be one of the parts: nothing is overwritten before all is read.
    let draft = into.with_extension("jsonl.new");
    std::fs::create_dir_all(into.parent().unwrap_or(Path::new("."))).map_err(fails)?;
    let written = merged.write(parts, &draft, &fails);
    if written.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    written?;
    std::fs::rename(&draft, into).map_err(fails)?;
    Ok(amiss)
}

/// What is amiss with the parts of a run, given which part each of them is, of how many. Nothing can
/// be said where one of them is none.
fn amiss(shards: &[Option<(usize, usize)>]) -> Option<String> {
    let shards: Vec<(usize, usize)> = shards.iter().copied().collect::<Option<_>>()?;
    let (_, of) = *shards.first()?;
    if let Some((_, other)) = shards.iter().find(|(_, parts)| *parts != of) {
        return Some(format!("some are parts of {of}, others of {other}"));
    }
    let count = |part| shards.iter().filter(|(one, _)| *one == part).count();
    let named = |parts: Vec<usize>| match parts.as_slice() {
        [] => None,
        [part] => Some(format!("part {part} of {of} is")),
        parts => {
            let parts: Vec<String> = parts.iter().map(usize::to_string).collect();
            Some(format!("parts {} of {of} are", parts.join(", ")))
        }
    };
    // Of how many there are is what a record says: not all of them are looked for.
    let missing = (1..=of).filter(|part| count(*part) == 0).take(MISSING).collect();
    let mut twice: Vec<usize> = shards.iter().map(|(part, _)| *part).collect();
    twice.sort_unstable();
    twice.dedup();
    twice.retain(|part| count(*part) > 1);
    let missing = named(missing).map(|parts| format!("{parts} missing"));
    let twice = named(twice).map(|parts| format!("{parts} there more than once"));
    let all: Vec<String> = missing.into_iter().chain(twice).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

#[derive(Default)]
struct Merged {
    run: RunEntry,
    /// Which part each of them is.
    shards: Vec<Option<(usize, usize)>>,
    /// Lines that several parts may say alike.
    said: HashSet<String>,
    rules: BTreeMap<String, RuleEntry>,
    /// Names of rules as they came.
    order: Vec<String>,
    /// Verdicts of rules that several parts came to.
    twice: BTreeMap<String, u32>,
    /// None where a part did not come to its end.
    ends: Option<EndEntry>,
}

impl Merged {
    /// Writes the whole of some parts.
    fn write(
        &mut self,
        parts: &[PathBuf],
        draft: &Path,
        fails: &dyn Fn(std::io::Error) -> Unreadable,
    ) -> Result<(), Unreadable> {
        let mut out = BufWriter::new(File::create(draft).map_err(fails)?);
        writeln!(out, "{}", Entry::Run(self.run.clone()).write()).map_err(fails)?;
        for part in parts {
            self.rest(part, &mut |line| writeln!(out, "{line}").map_err(fails))?;
        }
        for name in &self.order {
            let rule = self.rules[name].clone();
            writeln!(out, "{}", Entry::Rule(rule).write()).map_err(fails)?;
        }
        if let Some(mut end) = self.ends.take() {
            for (verdict, twice) in std::mem::take(&mut self.twice) {
                let count = end.verdicts.entry(verdict).or_default();
                *count = count.saturating_sub(twice);
            }
            end.verdicts.retain(|_, count| *count > 0);
            writeln!(out, "{}", Entry::End(end).write()).map_err(fails)?;
        }
        out.flush().map_err(fails)?;
        Ok(())
    }

    fn first(&mut self, part: &Path) -> Result<(), Unreadable> {
        let mut line = String::new();
        let (record, name) = open(part)?;
        let mut record = BufReader::new(record);
        record.read_line(&mut line).map_err(|e| Unreadable::File(name.clone(), e))?;
        let Ok(Some(Entry::Run(mut run))) = Entry::read(&line) else {
            return Err(Unreadable::NoRecord(name));
        };
        self.shards.push(run.shard.take());
        if self.run.tool.is_empty() {
            self.run = run;
            return Ok(());
        }
        self.run.began_ms = self.run.began_ms.min(run.began_ms);
        union(&mut self.run.targets, run.targets);
        union(&mut self.run.suites, run.suites);
        Ok(())
    }

    fn rest(
        &mut self,
        part: &Path,
        write: &mut dyn FnMut(&str) -> Result<(), Unreadable>,
    ) -> Result<(), Unreadable> {
        let (record, name) = open(part)?;
        let record = BufReader::new(record);
        let mut ended = false;
        for line in record.split(b'\n').skip(1) {
            let line = line.map_err(|e| Unreadable::File(name.clone(), e))?;
            let line = String::from_utf8_lossy(&line).into_owned();
            match Entry::read(&line) {
                Ok(Some(Entry::Rule(rule))) => self.rule(rule),
                Ok(Some(Entry::End(end))) => {
                    ended = true;
                    self.end(end);
                }
                Ok(Some(
                    Entry::File(_)
                    | Entry::Suite(_)
                    | Entry::Requirement(_)
                    | Entry::Target(_)
                    | Entry::Field(_),
                )) => {
                    if self.said.insert(line.clone()) {
                        write(&line)?;
                    }
                }
                Ok(Some(Entry::Run(_))) => {}
                // What cannot be read stays what it is.
                _ => write(&line)?,
            }
        }
        if !ended {
            self.ends = None;
        }
        Ok(())
    }

    fn rule(&mut self, rule: RuleEntry) {
        let Some(known) = self.rules.get_mut(&rule.name) else {
            self.order.push(rule.name.clone());
            self.rules.insert(rule.name.clone(), rule);
            return;
        };
        let says = |rule: &RuleEntry| match rule.judged.verdict {
            Verdict::Skipped | Verdict::NotReached => None,
            verdict => Some(verdict),
        };
        // It counts once, as what it came to.
        let other = match says(&rule) > says(known) {
            true => std::mem::replace(known, rule).judged.verdict,
            false => rule.judged.verdict,
        };
        *self.twice.entry(other.word().to_owned()).or_default() += 1;
    }

    fn end(&mut self, end: EndEntry) {
        if let Some(all) = &mut self.ends {
            all.ended_ms = all.ended_ms.max(end.ended_ms);
            for (verdict, count) in end.verdicts {
                *all.verdicts.entry(verdict).or_default() += count;
            }
        }
    }
}

fn union(all: &mut Vec<String>, more: Vec<String>) {
    all.extend(more);
    all.sort();
    all.dedup();
}
