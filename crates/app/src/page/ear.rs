//! What hears an event and sends the action that it means.
//!
//! An ear is a value, and there is one listener for all of them: a closure for each place would be some 300 bytes of the
//! module. What an event means is a function that captures nothing; what it has to know is in an action.

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement, KeyboardEvent};

use crate::page::Dispatch;
use crate::state::Action;

/// What an event means, given the action that the ear was made with.
pub type Meaning = fn(&Event, Action) -> Option<Action>;

/// Hears events and sends actions.
#[derive(Clone)]
pub struct Ear {
    dispatch: Dispatch,
    action: Action,
    meaning: Meaning,
}

impl Ear {
    /// Sends what `meaning` makes of an event and an action.
    #[inline(never)]
    #[must_use]
    pub fn new(dispatch: &Dispatch, action: Action, meaning: Meaning) -> Self {
        Self { dispatch: dispatch.clone(), action, meaning }
    }

    /// Hears an event.
    pub fn hear(&self, event: &Event) {
        if let Some(action) = (self.meaning)(event, self.action.clone()) {
            self.dispatch.dispatch(action);
        }
    }
}

/// Sends an action, whatever the event is: a click, a choice, the focus.
#[inline(never)]
#[must_use]
pub fn on_press(dispatch: &Dispatch, action: Action) -> Ear {
    Ear::new(dispatch, action, |_, action| Some(action))
}

/// Sends an action in place of what the browser does: of a form.
#[must_use]
pub fn on_submit(dispatch: &Dispatch, action: Action) -> Ear {
    Ear::new(dispatch, action, |event, action| {
        event.prevent_default();
        Some(action)
    })
}

/// Sends an action when Escape is pressed, in place of what the browser does.
#[must_use]
pub fn on_escape(dispatch: &Dispatch, action: Action) -> Ear {
    Ear::new(dispatch, action, |event, action| {
        let is_escape = key_of(event) == "Escape";
        if is_escape {
            event.prevent_default();
        }
        is_escape.then_some(action)
    })
}

/// The key of a keyboard's event.
#[must_use]
pub fn key_of(event: &Event) -> String {
    event.unchecked_ref::<KeyboardEvent>().key()
}

/// The field that an event is of. A list to choose from has a value as a field has.
#[must_use]
pub fn field_of(event: &Event) -> Option<HtmlInputElement> {
    event.target().map(JsCast::unchecked_into)
}

/// What stands in the field that an event is of.
#[must_use]
pub fn value_of(event: &Event) -> Option<String> {
    Some(field_of(event)?.value())
}
