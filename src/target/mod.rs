//! Targets: implementations under test, as data, and the processes that they run as.
//!
//! | file | what |
//! |---|---|
//! | `file` | a target's folder: party, addresses, settings, how it is started, known deviations |
//! | `names` | names that mean something in suites only, and those that mean nothing in any |
//! | `network` | a wire with nothing but an implementation at its other end |
//! | `observe` | looking at what no message shows |
//! | `ports` | free ports for processes that must be told where to listen |
//! | `version` | asking an implementation which version it is |
//! | `process` | starting, awaiting, stopping; no child outlives the harness |
//!
//! What runs on the operator's machine stands in the target's file alone, never in a suite.

mod file;
mod names;
mod network;
mod observe;
mod ports;
mod process;
mod version;

pub use file::{Deviation, Observation, Target, all, find, load};
pub use network::{Absent, Network, Wiring};
pub use observe::observe;
pub use ports::{Port, take as take_port};
pub use process::{Ended, Folder, Gone, Hide, Links, Places, Running, addresses, run, start};
pub use version::version;
