//! Pages and files, made from the record alone.
//!
//! | file | what |
//! |---|---|
//! | `mask` | secrets and hostile characters |
//! | `console` | a failure as a person reads it: caret, expected and got, octets, ladder, requirement |
//! | `entry` | the lines of a record |
//! | `journal` | `record.jsonl`, written event by event |
//! | `merge` | the records of the parts of a run as one |
//! | `picture` | a ladder drawn with characters, while it runs |
//! | `sheet` | a record, read again: what all below are made from |
//! | `files` | all that is made of a record, into its folder |
//! | `html` | `index.html`: the run on one page that needs nothing else |
//! | `junit` | `junit.xml`: a test case a step, a test suite an exchange |
//! | `capture` | `captures/`: each exchange as a packet capture |
//! | `summary` | `summary.md`: a run on one page |
//! | `annotations` | failures beside the lines of the suites, as GitHub takes them |
//! | `compare` | two records held against each other |
//! | `markdown` | texts that nobody can break out of |

#[cfg(feature = "live")]
mod annotations;
#[cfg(feature = "live")]
mod capture;
#[cfg(feature = "live")]
mod compare;
mod console;
mod entry;
#[cfg(feature = "live")]
mod files;
#[cfg(feature = "live")]
mod html;
mod journal;
#[cfg(feature = "live")]
mod junit;
#[cfg(feature = "live")]
mod markdown;
mod mask;
mod merge;
mod picture;
mod sheet;
#[cfg(feature = "live")]
mod summary;

#[cfg(feature = "live")]
pub use annotations::annotations;
#[cfg(feature = "live")]
pub use compare::{Change, Comparison, Kind, Side, State, compare};
pub use console::{failure, ladder};
pub use entry::*;
#[cfg(feature = "live")]
pub use files::{make, write};
pub use journal::{Journal, failure as failure_entry, file_entry, suite_entry};
pub use mask::Mask;
pub use merge::merge;
pub use picture::{lifelines, rung};
pub use sheet::{Came, Case, Sheet, Trial, Unreadable};
#[cfg(feature = "live")]
pub use summary::summary;
