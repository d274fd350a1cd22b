//! The page's address: the share link behind its `#`.
//!
//! Invariant: writing the address adds no step to the browser's history; undo is the page's own. Not here: what a share link
//! means (the scenario crate's `share`).

use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::window;
use yew::prelude::*;

use crate::browser::hooks::use_after;
use crate::browser::listener::Listener;

/// The page's address without the part from the `#` on.
#[must_use]
pub fn page_address() -> String {
    let href = window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// The part of the address from the `#` on.
#[must_use]
pub fn hash() -> String {
    window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Replaces the part behind the `#` by a share link, without a step of the browser's own history. Says whether that was
/// done: browsers refuse it when it is done very often.
#[must_use]
pub fn put_hash(link: &str) -> bool {
    let history = window().and_then(|window| window.history().ok());
    history.is_some_and(|history| {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{link}"))).is_ok()
    })
}

/// Calls back with the part of the address from the `#` on, whenever a person changes it.
#[hook]
pub fn use_followed_addresses(followed: Callback<Rc<str>>) {
    use_after((), move |()| {
        window().map(|window| {
            Listener::new(window.into(), "hashchange", move |_| followed.emit(hash().into()))
        })
    });
}
