//! The focus: where it is, how it is moved, and how it stays near when its element goes away.
//!
//! Invariant: the page moves the focus only when an action asks for it or its element is gone. Not here: which action wants
//! it where (see `state::Focus`).

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget, FocusOptions, HtmlElement, window};
use yew::prelude::*;

use crate::browser::hooks::use_after;
use crate::browser::listener::Listener;

/// Elements that can take the focus.
const FOCUSABLE: &str = "button, input, select, textarea, a[href], [tabindex='0']";

/// An element that has, or had, the focus.
#[derive(Clone, Debug)]
pub struct FocusedElement(HtmlElement);

impl FocusedElement {
    /// Whether a selector matches it.
    #[must_use]
    pub fn matches(&self, selector: &str) -> bool {
        self.0.matches(selector).unwrap_or(false)
    }

    /// Gives the focus back to it.
    pub fn focus(&self) {
        give_focus(&self.0);
    }
}

fn give_focus(element: &HtmlElement) {
    // Fails only for elements that cannot have the focus.
    element.focus().ok();
}

/// The element that has the focus.
#[must_use]
pub fn focused() -> Option<FocusedElement> {
    let active = window()?.document()?.active_element()?;
    Some(FocusedElement(active.unchecked_into()))
}

/// Moves the focus to the first element that a selector finds.
pub fn focus(selector: &str) {
    if let Some(element) = first(selector) {
        give_focus(&element);
    }
}

/// Moves the focus to an element that is in view, such as one of a bar that stays there: a browser would scroll to where the
/// bar stood without that.
pub fn focus_in_view(selector: &str) {
    if let Some(element) = first(selector) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        element.focus_with_options(&options).ok();
    }
}

/// The first element that a selector finds.
fn first(selector: &str) -> Option<HtmlElement> {
    let found = window()?.document()?.query_selector(selector).ok()??;
    Some(found.unchecked_into())
}

/// Keeps the focus near its place when a change takes its element away. Otherwise the browser would move the focus to the
/// page, and Tab would begin at the top.
#[hook]
pub fn use_kept_focus<T: PartialEq + 'static>(changes: T) {
    // The focused element and all that contain it, innermost first; empty after a pointer was pressed.
    let path = use_mut_ref(Vec::<Element>::new);
    let heard_path = path.clone();
    use_after((), move |()| follow_focus(&heard_path));
    use_after(changes, move |_| {
        // Cloned, because moving the focus calls the listener above, which borrows it.
        let path = path.borrow().clone();
        let is_lost = path.first().is_some_and(|element| !element.is_connected());
        if !is_lost || focused().is_some_and(|now| !now.matches("body")) {
            return;
        }
        let mut remaining = path.iter().filter(|element| element.is_connected());
        let found = remaining.find_map(|element| element.query_selector(FOCUSABLE).ok()?);
        if let Some(element) = found {
            give_focus(element.unchecked_ref());
        }
    });
}

/// Keeps `path` up to date.
fn follow_focus(path: &Rc<RefCell<Vec<Element>>>) -> Option<[Listener; 2]> {
    let document: EventTarget = window()?.document()?.into();
    let (focus_path, press_path) = (path.clone(), path.clone());
    let focused = Listener::new(document.clone(), "focusin", move |event| {
        let element = event.target().and_then(|target| target.dyn_into().ok());
        let path = std::iter::successors(element, |element: &Element| element.parent_element());
        *focus_path.borrow_mut() = path.collect();
    });
    let pressed = Listener::new(document, "pointerdown", move |_| press_path.borrow_mut().clear());
    Some([focused, pressed])
}
