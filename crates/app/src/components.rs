//! What is on the page, one component a file.
//!
//! Invariant: each component has one root element, and whatever comes and goes is in a wrapper that stays (Yew 0.23
//! panics otherwise). Components show a state and dispatch actions; they decide nothing.

pub mod app;
pub mod button;
pub mod counts;
pub mod floor;
pub mod header;
pub mod history;
pub mod icons;
pub mod links;
pub mod map;
pub mod node_card;
pub mod roster;
pub mod toolbar;
pub mod why;

use yew::UseReducerDispatcher;

use crate::state::State;

/// How components send actions.
pub type Dispatch = UseReducerDispatcher<State>;
