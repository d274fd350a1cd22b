//! The simulator for JavaScript: the npm package `rosterlab`. A simulator of Aerospike's documented behaviour, not
//! affiliated with Aerospike.
//!
//! **Invariant.** Every export decodes what it is given, delegates to the scenario crate and encodes what comes back, and
//! nothing else; whatever it is given, it never panics: what is wrong is thrown as an `Error` with `code` and `place`, and
//! nothing has changed then. In reading order: `playground` (the class), `run` (functions), what they give (`view`, `event`,
//! `explanation`, `figure`, `as_test`), `decode`, `encode`, `fault`. The types that TypeScript sees are in `rosterlab.d.ts`.
//!
//! **What this crate does not do**: the page, custom elements, rules, words.

mod as_test;
mod decode;
mod encode;
mod event;
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

/// Checked by hand against what is encoded; a test compiles an example of every method against it.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("rosterlab.d.ts");

/// A bug of this crate or of the engine shows itself on the console, with its place.
#[wasm_bindgen(start, js_name = "__start", skip_typescript)]
fn start() {
    console_error_panic_hook::set_once();
}
