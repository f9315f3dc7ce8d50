//! YAML into ladders, and the linter that says why not.
//!
//! | file | what |
//! |---|---|
//! | `file` | a suite file: parties, links, settings, exchanges, rules |
//! | `judgement` | what all messages are held against: rules, freedoms, the quiet end |
//! | `rung` | one thing that happens |
//! | `pattern` | fields: what is said, what is accepted |
//! | `requirements` | the catalogue beside the suites |
//! | `ledger` | for each requirement the steps and rules that cover it, or why none does |
//! | `lint` | what is wrong with a suite although every part of it can be read |
//!
//! Everything is checked before anything is sent. A suite is data from a stranger: it can run
//! nothing, read nothing and reach nothing beyond its links.

mod file;
mod judgement;
mod ledger;
mod lint;
mod pattern;
mod requirements;
mod rung;
mod schema;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diag::{Diagnostic, Source};
use crate::ladder::Suite;

pub use crate::yaml::duration;
pub use file::{Common, suite_from_source};
pub use ledger::{Entry, Status, ledger};
pub use lint::lint;
pub use requirements::catalogue_from_source;
pub use schema::schema;

/// The name of the catalogue beside the suites of a folder.
pub const REQUIREMENTS: &str = "requirements.yaml";
/// The name of the file of rules that the suites of a folder share.
pub const RULES: &str = "rules.yaml";

/// The suite files at or below some paths, sorted; catalogues are not suites.
///
/// Fails for a path that does not exist.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut files = Vec::new();
    for path in paths {
        if std::fs::metadata(path).is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound) {
            return Err(Diagnostic::plain(format!("there is no {}", path.display()))
                .help("give the path of a suite file or of a folder of them"));
        }
        collect(path, 0, &mut files)?;
    }
    files.sort();
    files.dedup();
    if files.is_empty() {
        let all: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
        return Err(Diagnostic::plain(format!("there is no suite in {}", all.join(", "))));
    }
    Ok(files)
}

fn collect(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Diagnostic> {
    let unreadable =
        |e: std::io::Error| Diagnostic::plain(format!("{} cannot be read: {e}", path.display()));
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if metadata.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    if !metadata.is_dir() {
        return Err(no_file(path));
    }
    if depth > 16 {
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?.path();
        let is_suite = entry.extension().is_some_and(|e| e == "yaml" || e == "yml")
            && entry.file_name().is_some_and(|n| n != REQUIREMENTS && n != RULES);
        if entry.is_dir() || is_suite {
            collect(&entry, depth + 1, files)?;
        }
    }
    Ok(())
}

/// What is said of a pipe or a device: it could be waited for without end.
fn no_file(path: &Path) -> Diagnostic {
    Diagnostic::plain(format!("{} is neither a file nor a folder", path.display()))
        .help("what comes through a pipe has to be written into a file first")
}

/// Some suite files and all that stand beside them where there is a catalogue: what a catalogue asks
/// for may be in any of them.
pub fn with_siblings(files: &[PathBuf]) -> Vec<PathBuf> {
    let mut all = files.to_vec();
    let folders: std::collections::BTreeSet<&Path> =
        files.iter().filter_map(|file| file.parent()).collect();
    for folder in folders.into_iter().filter(|folder| folder.join(REQUIREMENTS).is_file()) {
        // A folder that cannot be read has been complained of already.
        let _ = collect(folder, 16, &mut all);
    }
    all.sort();
    all.dedup();
    all
}

/// Reads a file into memory, for messages and parsing alike.
pub fn source(path: &Path) -> Result<Arc<Source>, Diagnostic> {
    let shown = path.display().to_string();
    let unreadable =
        |e: &dyn std::fmt::Display| Diagnostic::plain(format!("{shown} cannot be read: {e}"));
    let metadata = std::fs::metadata(path).map_err(|e| unreadable(&e))?;
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(no_file(path));
    }
    let octets = metadata.len();
    if octets > crate::yaml::MAX_OCTETS as u64 {
        let most = crate::yaml::MAX_OCTETS;
        return Err(Diagnostic::plain(format!(
            "{shown} is {octets} octets long; the most is {most}"
        )));
    }
    let octets = std::fs::read(path).map_err(|e| unreadable(&e))?;
    match String::from_utf8(octets) {
        Ok(text) => Ok(Arc::new(Source { path: shown, text })),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..at].iter().filter(|octet| **octet == b'\n').count() + 1;
            let title = format!("{shown}:{line}: this is no text in UTF-8, from octet {at} on");
            Err(Diagnostic::plain(title).help("save the file as UTF-8"))
        }
    }
}

/// Loads one suite file, and the catalogue and the rules beside it.
///
/// Gives the suite where no error stands in its way, and everything there is to say about it.
pub fn load(path: &Path) -> (Option<Suite>, Vec<Diagnostic>) {
    load_only(path, None)
}

/// Like [`load`], for the exchange of a name and the rules that may speak of it: what else is in the
/// file must be YAML, and is not looked at.
pub fn load_only(path: &Path, exchange: Option<&str>) -> (Option<Suite>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let beside = |name: &str, problems: &mut Vec<Diagnostic>| {
        let path = path.parent().map(|p| p.join(name)).filter(|p| p.is_file())?;
        source(&path).map_err(|problem| problems.push(problem)).ok()
    };
    let catalogue = beside(REQUIREMENTS, &mut problems)
        .map(|source| catalogue_from_source(&source, &mut problems))
        .unwrap_or_default();
    let rules = beside(RULES, &mut problems);
    let common = Common { requirements: Arc::new(catalogue), rules };
    match source(path) {
        Ok(source) => {
            let suite = file::read(&source, common, exchange, &mut problems);
            (suite, problems)
        }
        Err(problem) => {
            problems.push(problem);
            (None, problems)
        }
    }
}
