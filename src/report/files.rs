//! Everything that is made of a record, into the folder that it stands in.

use std::io;
use std::path::Path;

use super::capture;
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
    std::fs::write(folder.join("index.html"), html(sheet))?;
    std::fs::write(folder.join("junit.xml"), junit(sheet)?)?;
    std::fs::write(folder.join("summary.md"), summary(sheet))?;
    capture::write(folder, sheet)
}
