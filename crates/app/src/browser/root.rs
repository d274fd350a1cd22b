//! What the document's root says: the theme, and whether a server's cluster is shown.
//!
//! Invariant: the style sheet reads the theme from one attribute of the document. Not here: which theme is chosen (see
//! `state`).

use web_sys::{Element, window};
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

fn root() -> Option<Element> {
    window()?.document()?.document_element()
}

/// Whether the document comes from a server whose cluster it is to show.
#[must_use]
pub fn is_attached() -> bool {
    root().is_some_and(|root| root.has_attribute("data-attached"))
}

/// Shows the document in the dark or the light theme.
pub fn show_theme(is_dark: bool) {
    if let Some(root) = root() {
        let theme = if is_dark { "dark" } else { "light" };
        // Fails only for invalid names.
        root.set_attribute("data-theme", theme).ok();
    }
}
