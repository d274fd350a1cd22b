//! What a person sees when the page itself fails.
//!
//! Invariant: it needs nothing of Yew, which may be what failed; it is shown once.

use std::panic::PanicHookInfo;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, window};

use crate::page::recorder;

/// What a person reads then.
const FAILED: &str = "Rosterlab has failed: this is a fault of the page, not of the cluster that you built. Nothing \
                      that you did is lost: the link below does it all again, up to the step that failed.";

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
    let element = |name: &str, attributes: &[(&str, &str)], text: &str| {
        let element = document.create_element(name).ok()?;
        for (name, value) in attributes {
            element.set_attribute(name, value).ok()?;
        }
        element.set_text_content(Some(text));
        Some(element)
    };
    let panel = element("section", &[("class", "crash"), ("role", "alert")], "")?;
    let sentence = element("p", &[], FAILED)?;
    let detail = element("pre", &[], &info.to_string())?;
    let attributes = [("type", "button"), ("class", "tool"), ("data-action", "reload")];
    let reload = element("button", &attributes, "Start afresh")?;
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
        let attributes = [
            ("href", &*format!("#{link}")),
            // In a new tab: this one has failed and would not follow it.
            ("target", "_blank"),
            ("class", "tool"),
            ("data-action", "replay"),
        ];
        let replay = element("a", &attributes, "Do it all again, in a new tab")?;
        panel.append_child(&replay).ok()?;
    }
    for child in [&reload, &detail] {
        panel.append_child(child).ok()?;
    }
    document.body()?.append_child(&panel).ok()?;
    Some(())
}
