//! What a person sees when the page itself fails.
//!
//! Invariant: it needs nothing of Yew, which may be what failed; it is shown once.

use std::panic::PanicHookInfo;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, window};

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
    panel.set_class_name("crash");
    panel.set_attribute("role", "alert").ok()?;
    let sentence = document.create_element("p").ok()?;
    sentence.set_text_content(Some(
        "Rosterlab has failed: this is a fault of the page, not of the cluster that you built. What \
         you did so far cannot be continued; reloading starts afresh.",
    ));
    let detail = document.create_element("pre").ok()?;
    detail.set_text_content(Some(&info.to_string()));
    let reload = document.create_element("button").ok()?;
    reload.set_attribute("type", "button").ok()?;
    reload.set_attribute("class", "tool").ok()?;
    reload.set_attribute("data-action", "reload").ok()?;
    reload.set_text_content(Some("Reload"));
    let pressed = Closure::<dyn FnMut()>::new(|| {
        if let Some(window) = window() {
            window.location().reload().ok();
        }
    });
    reload.add_event_listener_with_callback("click", pressed.as_ref().unchecked_ref()).ok()?;
    // The page ends with its last listener.
    pressed.forget();
    for child in [&sentence, &detail, &reload] {
        panel.append_child(child).ok()?;
    }
    document.body()?.append_child(&panel).ok()?;
    Some(())
}
