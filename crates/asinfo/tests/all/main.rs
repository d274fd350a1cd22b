//! The promises of the crate, checked from outside: one binary, one module for each promise.
#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]
#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod admin;
mod admin_cluster;
mod admin_fake;
mod any_bytes;
mod any_input;
mod bring_conflicts;
mod bring_damage;
mod bring_fuzzed;
mod bring_hosts;
#[cfg(feature = "log-reader")]
mod bring_log;
mod bring_questions;
mod bring_round_trip;
mod bring_samples;
mod case_study;
mod clients;
mod collect;
mod common;
mod histories;
mod log_lines;
mod operators;
mod partition_info;
mod plan;
mod properties;
mod runbook;
mod sides;
mod terminal;
mod wire_fuzzed;
mod wire_golden;
mod wire_properties;
mod wire_refusals;
