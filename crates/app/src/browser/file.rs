//! A file that a person chooses.
//!
//! Invariant: a chosen file is read only once, and the field is empty afterwards, so that the same file can be chosen again.
//! Not here: what the file holds, which the annex reads (the crate `rosterlab-annex`).

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Event, File, HtmlInputElement};
use yew::TargetCast;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = openFile, catch)]
    fn open_file(file: &File, opened: &JsValue, refused: &JsValue) -> Result<(), JsValue>;
}

/// Takes the file out of the field that an event comes from, and opens it. `done` hears the share link that it comes to, or why
/// it comes to none, in sentences.
pub fn open_chosen_file(event: &Event, done: impl Fn(Result<Rc<str>, Rc<str>>) + 'static) {
    let field: HtmlInputElement = event.target_unchecked_into();
    let file = field.files().and_then(|files| files.get(0));
    field.set_value("");
    let Some(file) = file else { return };
    let done = Rc::new(done);
    let opened = done.clone();
    let opened = Closure::once_into_js(move |link: String| opened(Ok(link.into())));
    let refused = Closure::once_into_js(move |why: String| done(Err(why.into())));
    // Without boot.js, as in the tests of components, there is nobody to read it.
    open_file(&file, &opened, &refused).ok();
}
