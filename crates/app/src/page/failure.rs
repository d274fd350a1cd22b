//! The panel that a person sees when the page itself fails.
//!
//! Invariant: it uses nothing of Yew, because Yew may be what failed, and it is shown once. Not here: the share link that it
//! offers (see `recorder`).

use std::panic::PanicHookInfo;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, window};

use crate::page::recorder;

/// The sentence at its top.
const FAILED: &str = "Rosterlab has failed: this is a fault of the page, not of the cluster that you built. Nothing \
                      that you did is lost: the link below does it all again, up to the step that failed.";

/// Reports every panic on the console and on the page. Yew would set a panic hook of its own, so it is given this one.
pub fn install() {
    yew::set_custom_panic_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        let document = window().and_then(|window| window.document());
        if let Some(document) = document {
            // If even this fails, there is no other way to tell a person.
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
    // A released page knows no places of panics, and the console has them in any other.
    let detail = element("pre", &[], info.payload_as_str().unwrap_or_default())?;
    let attributes = [("type", "button"), ("class", "tool"), ("data-action", "reload")];
    let reload = element("button", &attributes, "Start afresh")?;
    let pressed = Closure::<dyn FnMut()>::new(|| {
        if let Some(window) = window() {
            // The share link in the address may be what makes the page fail.
            window.location().set_hash("").ok();
            window.location().reload().ok();
        }
    });
    reload.add_event_listener_with_callback("click", pressed.as_ref().unchecked_ref()).ok()?;
    // Never dropped: after a failure nothing is left that could own it.
    pressed.forget();
    panel.append_child(&sentence).ok()?;
    if let Some(link) = recorder::share_link() {
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
