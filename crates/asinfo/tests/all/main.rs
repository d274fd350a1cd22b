//! The promises of the crate, checked from outside: one binary, one module for each promise.
#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

mod any_bytes;
mod clients;
mod common;
mod wire_fuzzed;
mod wire_golden;
mod wire_properties;
mod wire_refusals;
