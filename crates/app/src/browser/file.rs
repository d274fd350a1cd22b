//! Files that a person opens.
//!
//! Invariant: a chosen file is read only once, and the field is empty afterwards, so that the same file can be chosen again.
//! Not here: what files hold, which the annex reads (the crate `rosterlab-annex`, by `www/boot.js`).

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Event, FileList, HtmlInputElement};
use yew::TargetCast;
use yew::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = takeFiles, catch)]
    fn take_files(
        opened: &Closure<dyn Fn(String)>,
        refused: &Closure<dyn Fn(String)>,
        floor: &Closure<dyn Fn() -> String>,
    ) -> Result<(), JsValue>;

    #[wasm_bindgen(js_name = openFiles, catch)]
    fn open_files(files: Option<&js_sys::Array>) -> Result<(), JsValue>;
}

/// Hears the share link of whatever a person opens, drops or pastes, or why there is none, in sentences. `floor` gives the share
/// link of what is on the floor, against which plans are checked.
#[hook]
pub fn use_files(
    floor: impl Fn() -> String + 'static,
    done: impl Fn(Result<Rc<str>, Rc<str>>) + Clone + 'static,
) {
    use_memo((), move |()| {
        let opened = done.clone();
        let opened = Closure::new(move |link: String| opened(Ok(link.into())));
        let refused = Closure::new(move |why: String| done(Err(why.into())));
        // Without boot.js, as in the tests of components, there is nobody to read files.
        let floor = Closure::new(floor);
        take_files(&opened, &refused, &floor).ok();
        (opened, refused, floor)
    });
}

/// Opens the files that were chosen in the field that an event comes from.
pub fn open_chosen_files(event: &Event) {
    let field: HtmlInputElement = event.target_unchecked_into();
    if let Some(files) = field.files().filter(|files: &FileList| files.length() > 0) {
        open_files(Some(&js_sys::Array::from(&files))).ok();
    }
    field.set_value("");
}

/// Opens the dialog in which a person brings their own cluster.
pub fn open_own() {
    open_files(None).ok();
}
