//! A file that a person chooses.
//!
//! Invariant: a chosen file is read only once, and the field is empty afterwards, so that the same file can be chosen again.
//! Not here: what the file holds (see `share::file`).

use std::future::Future;

use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, File, HtmlInputElement};
use yew::TargetCast;

/// A file that a person has chosen.
#[derive(Debug)]
pub struct ChosenFile(File);

impl ChosenFile {
    /// Takes the file out of the field that an event comes from.
    #[must_use]
    pub fn take(event: &Event) -> Option<Self> {
        let field: HtmlInputElement = event.target_unchecked_into();
        let file = field.files().and_then(|files| files.get(0));
        field.set_value("");
        file.map(Self)
    }

    /// Its size in bytes.
    #[must_use]
    pub fn bytes(&self) -> f64 {
        self.0.size()
    }

    /// Its text; `None` if the browser cannot read it. Some browsers turn bytes that are not text into an empty string.
    pub fn text(&self) -> impl Future<Output = Option<String>> + use<> {
        let text = self.0.text();
        async move { JsFuture::from(text).await.ok()?.as_string() }
    }
}
