//! The promises of the scenario crate, checked from outside: one binary, one module for each promise.
#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]
#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod as_test;
mod available;
mod bad_input;
mod clustering;
mod expectations;
mod fuzzed;
mod golden;
mod margin;
mod preview;
mod reports;
mod rolling;
mod round_trip;
mod runbook;
mod seems;
mod shipped;
mod sites;
mod strategies;
mod texts;
mod timeline;
mod versions;
mod ways;
mod wrong_rules;
