//! The name of the scenario format, and the limits of a file.
//!
//! Invariant: this file depends on no other, so readers and errors can both use it. Not here: limits of single fields,
//! which are at the fields (see `cluster` and `action`).

/// The value of `format`.
pub const FORMAT: &str = "rosterlab-scenario/1";
/// The most steps of a scenario.
pub const MAX_STEPS: usize = 10_000;
/// The most bytes of a scenario file.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
