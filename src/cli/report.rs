//! `report`: the files of a record made again, and two records held against each other.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::words::ReportWords;
use super::{BROKEN, print, refuse, warn};
use crate::report::{Sheet, compare, merge, write};

/// The exit code where something got worse.
const WORSE: u8 = 1;

pub fn report(words: &ReportWords) -> ExitCode {
    match &words.against {
        Some(old) => against(old, &words.record, &words.format),
        None if words.merge.is_empty() => again(&words.record),
        None => match merge(&words.record.join("record.jsonl"), &words.merge) {
            Ok(None) => again(&words.record),
            // What there is may be of use all the same.
            Ok(Some(amiss)) => {
                again(&words.record);
                refuse(&format!("this is not the whole run: {amiss}"))
            }
            Err(error) => refuse(&error.to_string()),
        },
    }
}

/// Makes every file again.
fn again(record: &Path) -> ExitCode {
    let sheet = match Sheet::read(record) {
        Ok(sheet) => sheet,
        Err(error) => return refuse(&error.to_string()),
    };
    let folder = folder(record);
    if let Err(error) = write(&folder, &sheet) {
        return refuse(&format!("{}: {error}", folder.display()));
    }
    tell(record, &sheet);
    print(&format!("made again from its record: {}\n", folder.display()));
    ExitCode::SUCCESS
}

/// Holds two records against each other.
fn against(old: &Path, new: &Path, format: &str) -> ExitCode {
    let read = |path: &Path| Sheet::read(path).map_err(|error| refuse(&error.to_string()));
    let (old, new) = match (read(old), read(new)) {
        (Ok(old), Ok(new)) => (old, new),
        // Where neither can be read, both have said so.
        _ => return ExitCode::from(BROKEN),
    };
    let comparison = compare(&old, &new);
    print(&match format {
        "json" => comparison.json(),
        "markdown" => comparison.markdown(),
        _ => comparison.text(),
    });
    match comparison.is_worse() {
        true => ExitCode::from(WORSE),
        false => ExitCode::SUCCESS,
    }
}

/// Says of a record that it is not whole.
fn tell(record: &Path, sheet: &Sheet) {
    let name = record.display();
    if sheet.end.is_none() {
        warn(&format!("{name}: the record is cut: the run did not come to its end"));
    }
    if sheet.unread > 0 {
        warn(&format!("{name}: lines that could not be read: {}", sheet.unread));
    }
}

/// The folder of a record, which may be named itself.
fn folder(record: &Path) -> PathBuf {
    match record.is_dir() {
        true => record.to_owned(),
        false => match record.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        },
    }
}
