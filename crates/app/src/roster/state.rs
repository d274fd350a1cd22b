//! What the roster panel remembers: the considered action and its preview, the question that is asked before a known
//! mistake, and the roster being edited.
//!
//! Invariant: every change of the cluster makes a preview stale. Not here: what counts as a mistake (the scenario crate's
//! `preview`).

use rosterlab_engine::{NodeId, RosterEntry};
use rosterlab_scenario::foresight::preview::{Preview, Warning};

use crate::page::verbs::Verb;
use crate::roster::draft::RosterDraft;

/// What a person does in the roster panel, besides pressing its verbs' buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RosterAction {
    /// Moves the pointer or the focus to an action's button.
    Consider(Verb),
    /// The page was drawn, so there is time to preview the considered action.
    Weigh,
    /// Does it in spite of the warnings.
    Confirm,
    /// Closes the question.
    Cancel,
    /// Types a roster.
    Type(String),
    /// Adds a node to the edited roster, or removes it.
    Toggle(NodeId),
    /// Puts a node of the edited roster on another rack.
    PutOnRack(NodeId, String),
}

/// The question before a known mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The verb that was pressed.
    pub verb: Verb,
    /// Its warnings.
    pub warnings: Vec<Warning>,
}

/// What the roster panel remembers.
#[derive(Clone, Debug, Default)]
pub struct RosterState {
    /// The action whose button has the pointer or the focus.
    pub considered: Option<Verb>,
    /// The preview of the considered action, or why it cannot be done, once computed.
    pub weighed: Option<(Verb, Result<Preview, String>)>,
    /// Goes up whenever the preview has to be computed again.
    pub stale: u32,
    /// The open question.
    pub asking: Option<Asking>,
    /// The roster that was set in spite of warnings, with these warnings.
    pub accepted: Option<(Vec<RosterEntry>, Vec<Warning>)>,
    /// The roster being edited.
    pub draft: Option<RosterDraft>,
}

impl RosterState {
    /// Drops the preview, because something changed.
    pub fn renew(&mut self) {
        self.weighed = None;
        self.stale = self.stale.wrapping_add(1);
    }

    /// Drops the preview and the question, because something was done or another roster is shown.
    pub fn forget(&mut self) {
        self.considered = None;
        self.asking = None;
        self.renew();
    }

    /// Drops everything but the accepted warnings, because another namespace is shown.
    pub fn close(&mut self) {
        self.draft = None;
        self.forget();
    }
}
