//! The exports in a real browser.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

mod shared;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
