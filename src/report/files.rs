//! Everything that is made of a record, into the folder that it stands in.

use std::fs::File;
use std::io::{self, BufWriter};
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use super::capture::Captures;
use super::entry::HappenedEntry;
use super::html::html;
use super::junit::junit;
use super::sheet::Sheet;
use super::summary::summary;

/// Makes every page and file of the record in a folder anew. Returns the run that it tells of.
pub fn make(folder: &Path) -> io::Result<Sheet> {
    let sheet = Sheet::read(folder).map_err(io::Error::other)?;
    write(folder, &sheet)?;
    Ok(sheet)
}

/// Writes every page and file of a run into a folder.
pub fn write(folder: &Path, sheet: &Sheet) -> io::Result<()> {
    std::fs::write(folder.join("summary.md"), summary(sheet))?;
    // What keeps captures from being written does not keep the rest.
    let captures = Captures::begin(folder, sheet);
    let failed = Mutex::new(None);
    let capture = |at, events: &[HappenedEntry]| {
        if let Ok(captures) = &captures
            && let Err(error) = captures.write(at, events)
            && let Ok(mut failed) = failed.lock()
        {
            failed.get_or_insert(error);
        }
    };
    let file = |name| io::Result::Ok(BufWriter::new(File::create(folder.join(name))?));
    let (mut page, trials) = (file("index.html")?, file("junit.xml")?);
    thread::scope(|scope| {
        let junit = scope.spawn(|| junit(sheet, trials));
        let written = html(sheet, &mut page, capture);
        written.and(junit.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })?;
    captures?;
    failed.into_inner().unwrap_or_default().map_or(Ok(()), Err)
}
