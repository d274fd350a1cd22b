//! How a scenario file names its format, and how large it may be.
//!
//! Invariant: the file depends on no other, so that readers and errors can both name the limits. It does not hold the
//! limits of single fields: each stands at its field (see `cluster` and `action`).

/// What `format` says.
pub const FORMAT: &str = "rosterlab-scenario/1";
/// Most steps that a scenario may have.
pub const MAX_STEPS: usize = 10_000;
/// Most bytes that a scenario file may have.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
