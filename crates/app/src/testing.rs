//! What tests of several modules do alike: ids from text, and the page after some actions.

use std::rc::Rc;

use rosterlab_engine::NodeId;
use yew::Reducible;

use crate::state::{Action, State};

/// The node of that id.
pub fn id(text: &str) -> NodeId {
    text.parse().unwrap()
}

/// The nodes of these ids, with spaces between them.
pub fn ids(text: &str) -> Vec<NodeId> {
    text.split_whitespace().map(id).collect()
}

/// The page as it opens, after these actions.
pub fn run(actions: impl IntoIterator<Item = Action>) -> Rc<State> {
    actions.into_iter().fold(Rc::new(State::open()), State::reduce)
}
