//! What sharing remembers: what was copied last, and whether branches go along.
//!
//! Invariant: what was copied is forgotten with the next thing that a person does, since the text may be another then. Not
//! here: what a link holds (see `view` and the scenario crate's `share`).

use std::rc::Rc;

/// What a person does to share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareAction {
    /// The text of the button with this name is in the clipboard, or could not be copied.
    Copied(Rc<str>, bool),
    /// Wants branches in the link, or not.
    WithBranches(bool),
    /// Wants to see the scenarios.
    Scenarios,
    /// Opens a scenario by its place in the list.
    Scenario(usize),
}

/// What sharing remembers.
#[derive(Clone, Debug, Default)]
pub struct SharingState {
    /// The name of the button whose text was copied last.
    pub copied: Option<Rc<str>>,
    /// Whether branches are in the link.
    pub with_branches: bool,
}
