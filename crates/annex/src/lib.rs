//! The page's annex: what a first visit does not need, in a module of its own that is fetched when it is first wanted.
//!
//! `console` is the console at the lower edge of the window; `open` reads the files that a person opens; `own` reads what they have of
//! their own cluster.
//!
//! The page and this module have nothing in common but share links: the page gives the link of its timeline, and gets one when
//! something here comes to an experiment. So there is one timeline that counts, the page's.
//!
//! **What this crate does not do**: the rules, the formats, and the page around it.

pub mod console;
mod give;
pub mod open;
pub mod own;

use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// The share link that an opened file comes to. `text` is missing if the browser could not read it.
///
/// # Errors
/// Why it comes to none, in sentences for the page.
#[wasm_bindgen(js_name = linkIn)]
#[expect(
    clippy::needless_pass_by_value,
    reason = "JavaScript gives a text that may be missing by value alone"
)]
pub fn link_in(text: Option<String>, bytes: f64) -> Result<String, JsError> {
    open::link_in(text.as_deref(), bytes).map_err(|fault| JsError::new(&fault.sentences()))
}
