//! Everything that is made of a record, into the folder that it stands in.

use std::io;
use std::path::Path;

use super::capture;
use super::html::html;
use super::junit::junit;
use super::sheet::Sheet;

/// Makes every page and file of the record in a folder anew.
pub fn make(folder: &Path) -> io::Result<()> {
    let sheet = Sheet::read(folder).map_err(io::Error::other)?;
    write(folder, &sheet)
}

/// Writes every page and file of a run into a folder.
pub fn write(folder: &Path, sheet: &Sheet) -> io::Result<()> {
    std::fs::write(folder.join("index.html"), html(sheet))?;
    std::fs::write(folder.join("junit.xml"), junit(sheet)?)?;
    capture::write(folder, sheet)
}
