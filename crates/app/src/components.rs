//! What is on the page, one component a file.
//!
//! Invariant: each component has one root element, and whatever comes and goes is in a wrapper that stays (Yew 0.23
//! panics otherwise). Components show a state and dispatch actions; they decide nothing.
//!
//! Only what has hooks, or is worth not drawing again, is a component of Yew's, and all of that is one (see `part`); the
//! rest are functions.

pub mod app;
pub mod bottom;
pub mod button;
pub mod class_list;
pub mod clients;
pub mod compare_tab;
pub mod counts;
pub mod ear;
pub mod fence;
pub mod finder;
pub mod floor;
mod h;
pub mod header;
pub mod history;
pub mod icons;
pub mod links;
pub mod log_tab;
pub mod map;
pub mod margin;
pub mod node_card;
pub mod panel;
pub mod part;
pub mod placed;
pub mod roster;
pub mod settings;
pub mod share;
pub mod timeline_tab;
pub mod toolbar;
pub mod ways;
pub mod why;

use std::rc::Rc;

use yew::Callback;

use crate::state::{Action, State};

/// How components send actions. It is made once and stays the same for as long as the page is there.
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
}

/// What a panel of the page needs.
#[derive(Clone, PartialEq)]
pub struct PanelProps {
    /// What is shown.
    pub state: Rc<State>,
    /// Where actions go.
    pub dispatch: Dispatch,
}

impl PanelProps {
    /// Of what is shown, and where actions go.
    #[must_use]
    pub fn new(state: &Rc<State>, dispatch: &Dispatch) -> Self {
        Self { state: state.clone(), dispatch: dispatch.clone() }
    }
}
