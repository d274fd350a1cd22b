//! Scenario files and tests, to and from the links that the page lives on.
//!
//! Invariant: whatever goes wrong is a [`FileFault`], and nothing has changed then. Reading and writing the format takes a third
//! as much code as the whole page, so the JavaScript API does it, whose module `www/scenarios.js` fetches when the first such file
//! is opened or made. Not here: what the format means (the scenario crate's `scenario`).

use std::rc::Rc;

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::state::FileFault;

/// The longest file that is read, in bytes: as everywhere ([`rosterlab_scenario::MAX_BYTES`]).
pub const MOST_BYTES: f64 = 4_194_304.0;

/// Shorter than any link: a file that is so short is followed as one, which says what is wrong with it.
const SHORTEST: usize = 8;
/// The code of the API's error that says in sentences what a text looks like.
const NO_SCENARIO: &str = "not-a-scenario";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = rosterlabScenarios, js_name = linkOf)]
    async fn link_of_file(text: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = rosterlabScenarios, js_name = testOf)]
    async fn test_of_link(link: &str, kind: &str) -> Result<JsValue, JsValue>;

    /// Gives the browser a file to keep.
    #[wasm_bindgen(js_namespace = rosterlabScenarios)]
    pub fn save(name: &str, text: &str);
}

/// Whether a file goes to the reader of scenarios, which also says what else it looks like. Links are followed without it.
#[must_use]
pub fn is_for_the_reader(text: &str) -> bool {
    let text = text.trim();
    let link = text.rsplit_once('#').map_or(text, |(_, link)| link);
    // Links of a later form too: the link's reader says so.
    let is_link = link.starts_with('s') && link.get(2..3) == Some("=");
    text.starts_with('{') || (text.len() >= SHORTEST && !is_link)
}

/// Whether what the browser has read as text was none: it has a zero, or begins with what no text begins with.
#[must_use]
pub fn is_no_text(text: &str) -> bool {
    text.contains('\0') || text.starts_with('\u{FFFD}')
}

/// The link of the cluster and the steps that a scenario file has.
///
/// # Errors
/// When the file is wrong, its place and cause; when there is no reader.
pub async fn link_of(text: &str) -> Result<Rc<str>, FileFault> {
    given(link_of_file(text).await)
}

/// What a link leads to as a test of the kind of that name (the scenario crate's `as_test::Kind`).
///
/// # Errors
/// When there is no writer.
pub async fn test_of(link: &str, kind: &str) -> Result<Rc<str>, FileFault> {
    given(test_of_link(link, kind).await)
}

fn given(answer: Result<JsValue, JsValue>) -> Result<Rc<str>, FileFault> {
    match answer.map(|text| text.as_string()) {
        Ok(text) => text.map(Rc::from).ok_or(FileFault::NoReader),
        Err(error) => Err(fault(&error)),
    }
}

/// The API's errors have a code; whatever else is thrown is the browser's, which could not fetch or start it.
fn fault(error: &JsValue) -> FileFault {
    let text = |name: &str| Reflect::get(error, &name.into()).ok()?.as_string();
    match (text("code"), text("message")) {
        (Some(code), Some(message)) if code == NO_SCENARIO => FileFault::NoScenario(message.into()),
        (Some(_), Some(message)) => FileFault::Scenario(message.into()),
        _ => FileFault::NoReader,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn links_are_followed_and_the_rest_is_read() {
        let link = "s1=0.1.0-0_a.n2S-main_1-A101~1_c1";
        for link in
            [link, "s2=0.9", &format!("https://host/page#{link}\n"), "s1=", "", "\u{fffd}\0"]
        {
            assert!(!super::is_for_the_reader(link), "{link}");
        }
        for file in
            ["{", "{}", "A101@1,A102@1", "ns=test:roster=A101", "# a\nservice {", "a: 1\nb: 2"]
        {
            assert!(super::is_for_the_reader(file), "{file}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_told_from_text() {
        assert!(super::is_no_text("\u{FFFD}PNG") && super::is_no_text("a\0"));
        assert!(!super::is_no_text("{\"name\": \"\u{FFFD}\"}"));
    }

    #[test]
    fn the_page_reads_as_much_as_the_reader_does() {
        let most = u32::try_from(rosterlab_scenario::MAX_BYTES).unwrap();
        assert!((super::MOST_BYTES - f64::from(most)).abs() < 0.5);
    }
}
