//! Stepladder: a network conformance test harness.
pub mod diag;
pub mod ladder;
pub mod proto;
pub mod record;
pub mod suite;
pub mod wire;
pub mod yaml;
