//! What is made of a run's record: captures, JUnit, summaries, comparisons.
#![cfg(feature = "live")]

mod captures;
mod compare;
mod folder;
mod github;
mod junit;
