//! The exports in Node.js.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

mod shared;
