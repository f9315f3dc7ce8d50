//! The steps as test cases: plan, select, run, conclude; libtest's face.
//!
//! | file | what |
//! |---|---|
//! | `plan` | suites and targets into cases, each with its steps and what keeps it from being played |
//! | `run` | plays cases at once, on one thread; a board that trials wait on |
//! | `against` | a play against a real implementation |
//! | `apart` | a play in a network of its own |
//! | `peer` | an exchange against the built-in peer |
//! | `judge` | what a play came to, in words and verdicts that can be kept |
//! | `paper` | the record of a run, from its first line to the reports made of it |
//! | `progress` | what a person at a terminal sees while a run lasts |
//! | `soak` | self-plays by the thousand, on a jittering network and a busy machine |
//! | `load` | an exchange as load, many at once, every reply judged |
//! | `shared` | one play per exchange, though every step is a process of its own |
//! | `ending` | what is said when a run is over: warnings, why trials were ignored |
//! | `face` | names, filters, `--list`, formats, exit codes: what cargo, nextest and CI expect |

mod against;
mod apart;
mod ending;
mod face;
mod judge;
mod load;
mod paper;
mod peer;
mod plan;
mod progress;
mod run;
mod shared;
mod soak;

pub use face::{LibtestArguments, complain, main_libtest, main_libtest_all, present};
pub use load::{Demand, Load, load};
pub use plan::{Case, Options, Plan};
pub use soak::{Soak, soak};
