//! What the scenario crate promises, checked from outside: one binary, one module a promise.

mod bad_input;
mod golden;
mod round_trip;
mod shipped;
mod strategies;
mod texts;
mod timeline;
