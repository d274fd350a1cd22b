//! The theme: what the system prefers, and what the document shows.
//!
//! Invariant: the style sheet reads the theme from one attribute of the document. Not here: which theme is chosen (see
//! `state`).

use web_sys::window;
use yew::prelude::*;

use crate::browser::hooks::use_after;
use crate::browser::listener::Listener;

/// Calls back with whether the system prefers a dark theme: at first, and whenever that changes.
#[hook]
pub fn use_system_dark(heard: Callback<bool>) {
    use_after((), move |()| {
        let query = window()
            .and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok().flatten());
        query.map(|query| {
            heard.emit(query.matches());
            let target = query.clone().into();
            Listener::new(target, "change", move |_| heard.emit(query.matches()))
        })
    });
}

/// Shows the document in the dark or the light theme.
pub fn show_theme(is_dark: bool) {
    let root = window().and_then(|window| window.document()?.document_element());
    if let Some(root) = root {
        let theme = if is_dark { "dark" } else { "light" };
        // Fails only for invalid names.
        root.set_attribute("data-theme", theme).ok();
    }
}
