//! Stepladder: a network conformance test harness.
pub mod diag;
pub mod ladder;
pub mod play;
pub mod proto;
pub mod record;
pub mod sim;
pub mod suite;
pub mod wire;
pub mod yaml;
