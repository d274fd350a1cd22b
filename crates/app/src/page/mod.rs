//! The frame of the page: header, toolbar, side panel, buttons and keys, and what all components share.
//!
//! Invariant: each component has one root element, and whatever comes and goes is in a wrapper that stays; otherwise Yew 0.23
//! panics. Components show a state and dispatch actions; they decide nothing.
//!
//! A panel with hooks is a function component. Without hooks, panels and their pieces are plain functions that return `Html`:
//! they are drawn with every state anyway.

pub mod app;
pub mod button;
pub mod choice;
#[cfg(test)]
mod contrast;
pub mod element;
pub mod failure;
pub mod header;
pub mod icons;
pub mod keys;
pub mod recorder;
pub mod side_panel;
pub mod svg;
pub mod term;
pub mod toolbar;
pub mod verbs;

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::{Callback, Event, KeyboardEvent, Properties, SubmitEvent, TargetCast};

use crate::state::{Action, State};

/// How components send actions. The page makes one and keeps it, so it never makes a component draw again.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispatch(Callback<Action>);

impl Dispatch {
    /// Sends actions to `reduce`.
    #[must_use]
    pub fn new(reduce: Callback<Action>) -> Self {
        Self(reduce)
    }

    /// Sends an action.
    pub fn dispatch(&self, action: Action) {
        self.0.emit(action);
    }

    /// A callback that sends an action, whatever the event is: a click, a choice, the focus.
    #[must_use]
    pub fn on<E: 'static>(&self, action: Action) -> Callback<E> {
        self.on_event(move |_| Some(action.clone()))
    }

    /// A callback for a form: sends an action, and the browser does nothing.
    #[must_use]
    pub fn on_submit(&self, action: Action) -> Callback<SubmitEvent> {
        self.on_event(move |event: SubmitEvent| {
            event.prevent_default();
            Some(action.clone())
        })
    }

    /// A callback for what closes at Escape while the focus is within: sends an action. The page does nothing else then, so
    /// that one press does one thing.
    #[must_use]
    pub fn on_escape(&self, action: Action) -> Callback<KeyboardEvent> {
        self.on_event(move |event: KeyboardEvent| {
            let is_escape = event.key() == "Escape";
            if is_escape {
                event.prevent_default();
            }
            is_escape.then(|| action.clone())
        })
    }

    /// A callback for a field: sends the action that its value means, if it means one.
    #[must_use]
    pub fn on_value<E: AsRef<Event> + 'static>(
        &self,
        meaning: impl Fn(String) -> Option<Action> + 'static,
    ) -> Callback<E> {
        self.on_event(move |event: E| meaning(value_of(event.as_ref())))
    }

    /// A callback that sends the action that an event means, if it means one.
    #[must_use]
    pub fn on_event<E: 'static>(
        &self,
        meaning: impl Fn(E) -> Option<Action> + 'static,
    ) -> Callback<E> {
        let reduce = self.0.clone();
        Callback::from(move |event| {
            if let Some(action) = meaning(event) {
                reduce.emit(action);
            }
        })
    }
}

/// What is in the field that an event comes from. Lists and text areas have a value as inputs have.
#[must_use]
pub fn value_of(event: &Event) -> String {
    event.target_unchecked_into::<HtmlInputElement>().value()
}

/// What a panel that is a component needs.
#[derive(Clone, PartialEq, Properties)]
pub struct PanelProps {
    /// What is shown.
    pub state: Rc<State>,
    /// Where actions go.
    pub dispatch: Dispatch,
}
