//! Pages and files, made from the record alone.
//!
//! | file | what |
//! |---|---|
//! | `mask` | secrets and hostile characters |
//! | `console` | a failure as a person reads it: caret, expected and got, octets, ladder, requirement |
//! | `journal` | `record.jsonl`, written event by event |
//! | `junit` | `junit.xml`: a test case a step, a test suite an exchange |

mod console;
mod journal;
#[cfg(feature = "live")]
mod junit;
mod mask;

pub use console::{failure, ladder};
pub use journal::{Journal, failure as failure_json};
#[cfg(feature = "live")]
pub use junit::{Case, Suite, write as write_junit};
pub use mask::Mask;
