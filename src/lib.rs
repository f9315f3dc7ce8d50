//! Stepladder: a network conformance test harness.
pub mod diag;
pub mod proto;
pub mod wire;
pub mod yaml;
