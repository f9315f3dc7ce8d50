//! An exchange by its name: that of its suite, or the suite's file, and its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diag::Diagnostic;
use crate::ladder::{Exchange, Suite};
use crate::suite;

/// Something, or everything that is wrong with the words and the suite.
pub type Found<T> = Result<T, Vec<Diagnostic>>;

/// Nothing but one problem.
pub fn wrong<T>(problem: Diagnostic) -> Found<T> {
    Err(vec![problem])
}

/// The suite and the exchange that are asked for.
pub fn named(words: &str, suites: &PathBuf) -> Found<(Arc<Suite>, Arc<Exchange>)> {
    let Some((of, name)) = words.rsplit_once("::") else {
        let title = format!("`{words}` is no SUITE::EXCHANGE");
        let help = "give a suite's name or file, two colons, and an exchange of it";
        return wrong(Diagnostic::plain(title).help(help));
    };
    // A folder may have the name of a suite, and no suite has the name of a file.
    let path = Path::new(of);
    let is_file = path.exists() && !path.is_dir();
    let has_its_name = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
    let suite = match is_file || has_its_name {
        true => load(path)?,
        false => below(suites, of)?,
    };
    match suite.exchange(name) {
        Some(exchange) => Ok((suite.clone(), exchange.clone())),
        None => {
            let known = suite.exchanges.iter().map(|e| e.name.as_str());
            let title = format!("`{}` has no exchange `{name}`", suite.name);
            wrong(Diagnostic::plain(title).suggest(name, known))
        }
    }
}

fn load(path: &Path) -> Found<Arc<Suite>> {
    let (suite, problems) = suite::load(path);
    suite.map(Arc::new).ok_or(problems)
}

/// The suite of a name, among those below a folder.
fn below(folder: &PathBuf, name: &str) -> Found<Arc<Suite>> {
    let mut known = Vec::new();
    let mut broken = Vec::new();
    for path in suite::find(std::slice::from_ref(folder)).map_err(|problem| vec![problem])? {
        match load(&path) {
            Ok(suite) if suite.name == name => return Ok(suite),
            Ok(suite) => known.push(suite.name.clone()),
            Err(problems) => broken.extend(problems),
        }
    }
    // It may be one of those that cannot be read.
    if !broken.is_empty() {
        return Err(broken);
    }
    let title = format!("no suite below {} is called `{name}`", folder.display());
    wrong(Diagnostic::plain(title).suggest(name, known.iter().map(String::as_str)))
}
