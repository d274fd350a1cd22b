//! Where a playground stands, as a test.
//!
//! Invariant: the text is the scenario crate's, the same that the page copies and the command line prints.

use rosterlab_scenario::as_test::{TestLanguage, as_test};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::decode;
use crate::fault::{BAD_INPUT, Fault};
use crate::playground::{Playground, share_link_too_long};

#[wasm_bindgen]
impl Playground {
    /// Where this stands as a test that asserts the counts: a function for cargo's runner (`"rust"`), a test for the runner
    /// of Node.js (`"javascript"`), or a scenario that ends in expectations (`"scenario"`).
    ///
    /// # Errors
    /// When `kind` is unknown, or the test's share link would be too long.
    #[wasm_bindgen(js_name = asTest)]
    pub fn as_test(
        &self,
        #[wasm_bindgen(unchecked_param_type = "\"rust\" | \"javascript\" | \"scenario\"")]
        kind: &JsValue,
    ) -> Result<String, JsValue> {
        let kind = decode::text(kind, "kind")?.parse::<TestLanguage>();
        let kind = kind.map_err(|error| Fault::new(BAD_INPUT, "kind", &error.to_string()))?;
        Ok(as_test(&*self.timeline()?, kind).ok_or_else(share_link_too_long)?)
    }
}
