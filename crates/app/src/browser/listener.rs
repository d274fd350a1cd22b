//! Listeners on things that Yew does not draw: the window, the document, media queries.
//!
//! Invariant: a listener is removed when its owner is dropped. Not here: events of elements that a component draws; those
//! are Yew's `on…` attributes.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventTarget, KeyboardEvent, window};

/// A listener that is removed when it is dropped.
pub struct Listener {
    target: EventTarget,
    kind: &'static str,
    closure: Closure<dyn FnMut(web_sys::Event)>,
}

impl Listener {
    /// Calls `heard` with each event of that kind on that target.
    pub(super) fn new(
        target: EventTarget,
        kind: &'static str,
        heard: impl FnMut(web_sys::Event) + 'static,
    ) -> Self {
        let closure = Closure::new(heard);
        // Fails only if the callback is not a function.
        target.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref()).ok();
        Self { target, kind, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.closure.as_ref().unchecked_ref();
        self.target.remove_event_listener_with_callback(self.kind, callback).ok();
    }
}

/// Calls `heard` with every key press on the page, wherever the focus is, until the listener is dropped.
pub fn page_keys(heard: impl Fn(&KeyboardEvent) + 'static) -> Option<Listener> {
    let page = window()?.into();
    Some(Listener::new(page, "keydown", move |event| heard(event.unchecked_ref())))
}

/// Whether an event comes from a field in which text is typed; the keys of such a field are its own.
#[must_use]
pub fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}
