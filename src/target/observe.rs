//! Looking at what no message shows: how a client ended, what a server wrote down.

use std::cell::RefCell;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use super::file::{Observation, Place};
use super::process::{Ended, Places, end_of, run};
use crate::diag::counted;
use crate::ladder::Blob;

/// How often is looked.
const PAUSE: Duration = Duration::from_millis(20);
/// The most that is read of a file.
const MOST: u64 = 64 << 20;
/// How much of what is seen instead is told.
const TOLD: usize = 2000;

/// Looks until something shows or `within` is over; fails with what is seen instead.
///
/// `of` is what `{of}` stands for, `ended` the program of the last trigger once it has ended.
pub async fn observe(
    what: &Observation,
    folder: &Path,
    places: &Places,
    of: &str,
    ended: &RefCell<Option<Ended>>,
    within: Duration,
) -> Result<(), String> {
    let mut places = places.clone();
    places.settings.insert("of".into(), of.to_owned());
    let contains = what.contains.as_deref().map(|text| places.fill(text)).transpose()?;
    let seen = RefCell::new(String::new());
    let look = async {
        loop {
            let found = match &what.place {
                Place::Printed => match ended.borrow().as_ref() {
                    Some(ended) => holds(what, contains.as_deref(), Some(ended), &ended.text),
                    None => Err("its program has not ended".to_owned()),
                },
                Place::File(path) => {
                    let path = places.fill(path)?;
                    match read(Path::new(&path)) {
                        Ok(octets) if what.same => same(&octets, of),
                        Ok(octets) => {
                            let text = String::from_utf8_lossy(&octets);
                            holds(what, contains.as_deref(), None, &text)
                        }
                        Err(error) => Err(format!("{path} cannot be read: {error}")),
                    }
                }
                Place::Command(command) => {
                    let ended = run(command, folder, places.clone()).await?;
                    holds(what, contains.as_deref(), None, &ended.text)
                }
            };
            if found.is_ok() {
                return found;
            }
            *seen.borrow_mut() = found.err().unwrap_or_default();
            tokio::time::sleep(PAUSE).await;
        }
    };
    match tokio::time::timeout(within, look).await {
        Ok(found) => found,
        Err(_) => Err(seen.take()),
    }
}

/// Whether octets are those of a file that a suite makes, or of a text of a suite.
fn same(octets: &[u8], of: &str) -> Result<(), String> {
    let wanted = match Blob::parse(of) {
        Some(blob) => blob.part(0, blob.octets),
        None => of.as_bytes().to_vec(),
    };
    if octets == wanted {
        return Ok(());
    }
    let at = octets.iter().zip(&wanted).position(|(a, b)| a != b);
    let at = at.unwrap_or(octets.len().min(wanted.len()));
    let (came, due) = (octets.len(), wanted.len());
    Err(format!("{} where {due} are due; they differ from octet {at} on", counted(came, "octet")))
}

/// Whether what was seen is what is asked for; else what it is.
fn holds(
    what: &Observation,
    contains: Option<&str>,
    ended: Option<&Ended>,
    text: &str,
) -> Result<(), String> {
    if let (Some(wanted), Some(ended)) = (what.status, ended)
        && ended.status != Some(wanted)
    {
        return Err(format!("exit status {wanted} was to come; it ended with {}", short(text)));
    }
    let Some(contains) = contains else { return Ok(()) };
    let lines = text.lines().filter(|line| line.contains(contains)).count() as u64;
    if what.times.contains(&lines) {
        return Ok(());
    }
    let times = match (*what.times.start(), *what.times.end()) {
        (from, u64::MAX) => format!("{from} or more"),
        (from, to) if from == to => from.to_string(),
        (from, to) => format!("{from} to {to}"),
    };
    let shown = if lines == 0 { format!(": {}", short(text)) } else { String::new() };
    Err(format!("`{contains}` stands in {}, not in {times}{shown}", counted(lines, "line")))
}

/// The end of a long text.
fn short(text: &str) -> &str {
    end_of(text.trim_end(), TOLD)
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    std::fs::File::open(path)?.take(MOST).read_to_end(&mut octets)?;
    Ok(octets)
}
