//! The simulator for JavaScript: the npm package `rosterlab`. It simulates Aerospike's documented behaviour and is not
//! affiliated with Aerospike.
//!
//! **Invariant.** Every export decodes its arguments, delegates to the scenario crate and encodes the result, nothing
//! else. It never panics: an error is thrown as an `Error` with `code` and `place`, and nothing has changed then.
//!
//! In reading order: `playground` (the class), `run` (functions), their results (`view`, `event`, `explanation`, `figure`,
//! `as_test`), `decode`, `encode`, `fault`. The types for TypeScript are in `rosterlab.d.ts`.
//!
//! **What this crate does not do**: the page, custom elements, rules, sentences.

mod as_test;
mod decode;
mod encode;
mod explanation;
mod fault;
mod figure;
mod playground;
mod run;
mod view;

pub use playground::Playground;
pub use run::{run_scenario, succession, verdict_of, version};
pub use view::{AvailabilityCode, RuleCode};

use wasm_bindgen::prelude::wasm_bindgen;

/// Written by hand; a test compiles an example of every method against it.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("rosterlab.d.ts");

/// Reports a panic (a bug of this crate or of the engine) on the console, with its place.
#[wasm_bindgen(start, js_name = "__start", skip_typescript)]
fn start() {
    console_error_panic_hook::set_once();
}
