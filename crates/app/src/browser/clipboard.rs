//! The clipboard.
//!
//! Invariant: a copy that the browser forbids still leaves a person one key away from it: the text is selected. Not here:
//! what is copied, and how the page reports it.

use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::window;
use yew::Callback;

/// Copies a text, then tells `done` whether it is in the clipboard. If the browser does not let the page write there, the
/// contents of what `shown_in` finds are selected, so that a person's own key copies them.
pub fn copy(text: &str, shown_in: Option<&'static str>, done: Callback<bool>) {
    let clipboard = window().map(|window| window.navigator().clipboard());
    // A page that came over an insecure connection has no clipboard.
    let clipboard = clipboard.filter(|clipboard| !clipboard.is_undefined());
    let copied = clipboard.map(|clipboard| clipboard.write_text(text));
    spawn_local(async move {
        let is_done = match copied {
            Some(copied) => JsFuture::from(copied).await.is_ok(),
            None => false,
        };
        if let Some(shown_in) = shown_in.filter(|_| !is_done) {
            select(shown_in);
        }
        done.emit(is_done);
    });
}

/// Selects the contents of the first element that a selector finds.
fn select(selector: &str) -> Option<()> {
    let shown = window()?.document()?.query_selector(selector).ok()??;
    let selection = window()?.get_selection().ok()??;
    // Fails only for elements that are gone.
    selection.select_all_children(&shown).ok()
}
