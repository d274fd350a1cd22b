//! What a person sees when the page itself fails.
//!
//! Invariant: it needs nothing of Yew, which may be what failed; it is shown once.

use std::panic::PanicHookInfo;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, window};

use crate::recorder;

/// Says on the console and on the page when something failed. Yew sets a hook of its own unless it is given one.
pub fn install() {
    yew::set_custom_panic_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        let document = window().and_then(|window| window.document());
        if let Some(document) = document {
            // There is nobody left to tell that even this fails.
            show(&document, info);
        }
    }));
}

fn show(document: &Document, info: &PanicHookInfo) -> Option<()> {
    if document.query_selector(".crash").ok()?.is_some() {
        return None;
    }
    let panel = document.create_element("section").ok()?;
    panel.set_attribute("class", "crash").ok()?;
    panel.set_attribute("role", "alert").ok()?;
    let sentence = document.create_element("p").ok()?;
    sentence.set_text_content(Some(
        "Rosterlab has failed: this is a fault of the page, not of the cluster that you built. Nothing \
         that you did is lost: the link below does it all again, up to the step that failed.",
    ));
    let detail = document.create_element("pre").ok()?;
    detail.set_text_content(Some(&info.to_string()));
    let reload = document.create_element("button").ok()?;
    reload.set_attribute("type", "button").ok()?;
    reload.set_attribute("class", "tool").ok()?;
    reload.set_attribute("data-action", "reload").ok()?;
    reload.set_text_content(Some("Start afresh"));
    let pressed = Closure::<dyn FnMut()>::new(|| {
        if let Some(window) = window() {
            // What is in the address may be what fails.
            window.location().set_hash("").ok();
            window.location().reload().ok();
        }
    });
    reload.add_event_listener_with_callback("click", pressed.as_ref().unchecked_ref()).ok()?;
    // The page ends with its last listener.
    pressed.forget();
    panel.append_child(&sentence).ok()?;
    if let Some(link) = recorder::link() {
        let replay = document.create_element("a").ok()?;
        replay.set_attribute("href", &format!("#{link}")).ok()?;
        // In a new tab: this one has failed and would not follow it.
        replay.set_attribute("target", "_blank").ok()?;
        replay.set_attribute("class", "tool").ok()?;
        replay.set_attribute("data-action", "replay").ok()?;
        replay.set_text_content(Some("Do it all again, in a new tab"));
        panel.append_child(&replay).ok()?;
    }
    for child in [&reload, &detail] {
        panel.append_child(child).ok()?;
    }
    document.body()?.append_child(&panel).ok()?;
    Some(())
}
