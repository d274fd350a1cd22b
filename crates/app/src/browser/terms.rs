//! The bubble that explains a term: it comes with the pointer, the focus or a tap, and goes with them, with Escape and when
//! the page scrolls.
//!
//! Invariant: the bubble has the words of the term's description, so that all readers get the same. It is placed through the
//! style object, inside the window. Not here: terms (see `page::term`).

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, Event, HtmlElement, KeyboardEvent, window};
use yew::prelude::*;

use super::hooks::use_after;
use super::listener::Listener;

/// The least distance from the window's edges, in CSS pixels.
const EDGE_PX: f64 = 8.0;

/// Explains terms for as long as the component is there.
#[hook]
pub fn use_terms() {
    use_after((), |()| {
        let document = window().and_then(|window| window.document());
        document.map(|document| {
            // A tap is a click; some browsers give no focus with it.
            ["pointerover", "focusin", "click", "keydown", "scroll"].map(|kind| {
                let page = document.clone();
                Listener::new(document.clone().into(), kind, move |event| hear(&page, &event))
            })
        })
    });
}

fn hear(document: &Document, event: &Event) {
    let bubble = document.query_selector(".term-bubble").ok().flatten();
    let Some(bubble) = bubble.and_then(|bubble| bubble.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let at = |selector| target.as_ref().and_then(|target| target.closest(selector).ok().flatten());
    match &*event.type_() {
        "keydown" => {
            let is_escape =
                event.dyn_ref().is_some_and(|key: &KeyboardEvent| key.key() == "Escape");
            if is_escape && !bubble.hidden() {
                bubble.set_hidden(true);
                // One press closes one thing. But a hint comes by itself where the pointer lies, and is no such thing; nor is what
                // stayed when an action took the hint away.
                if matches!(document.query_selector(".term:hover,.term:focus"), Ok(Some(_))) {
                    event.prevent_default();
                }
            }
        }
        "scroll" => bubble.set_hidden(true),
        kind => match at(".term, .hint") {
            Some(term) => show(&bubble, &term),
            // It stays while the pointer is on it, and while its term has the focus.
            None if at(".term-bubble").is_none() => {
                let focused = document.active_element();
                let is_focused =
                    focused.is_some_and(|focused| focused.matches(".term").unwrap_or(false));
                bubble.set_hidden(kind != "pointerover" || !is_focused);
            }
            None => {}
        },
    }
}

/// Shows what a term means below it, or above it where there is no room below.
fn show(bubble: &HtmlElement, term: &Element) {
    bubble.set_text_content(term.get_attribute("aria-description").as_deref());
    bubble.set_hidden(false);
    let (term, size) = (term.get_bounding_client_rect(), bubble.get_bounding_client_rect());
    let room = |length: Option<wasm_bindgen::JsValue>| {
        length.and_then(|length| length.as_f64()).unwrap_or_default()
    };
    let width = room(window().and_then(|window| window.inner_width().ok()));
    let height = room(window().and_then(|window| window.inner_height().ok()));
    let left = term.left().min(width - size.width() - EDGE_PX).max(EDGE_PX);
    let fits = term.bottom() + size.height() <= height;
    // Rounded up, so that it never lies under a pointer that is on the term's last line, and takes its press.
    let top = if fits { term.bottom().ceil() } else { (term.top() - size.height()).max(0.0) };
    for (side, px) in [("left", left), ("top", top)] {
        // Whole pixels: Rust's formatting of floats takes 6 kB.
        #[expect(clippy::cast_possible_truncation, reason = "a place on a screen is small")]
        let px = px as i32;
        // Fails only for invalid names.
        bubble.style().set_property(side, &format!("{px}px")).ok();
    }
}
