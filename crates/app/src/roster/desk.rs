//! What the roster panel remembers: the action that is considered and what it would do, the question before a documented
//! mistake, and the roster that is being written.
//!
//! Invariant: whatever changes the cluster makes a preview stale. Not here: what is a mistake (the scenario crate's
//! `preview`).

use rosterlab_engine::{NodeId, RosterEntry};
use rosterlab_scenario::foresight::preview::{Preview, Warning};

use crate::page::verbs::Verb;
use crate::roster::draft::Draft;

/// What a person did in the roster panel, beside pressing its buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RosterAction {
    /// Came to an action's button, with the pointer or the focus.
    Consider(Verb),
    /// The page was drawn: there is time to work out what the considered action would do.
    Weigh,
    /// Wants the mistake.
    Confirm,
    /// Does not.
    Cancel,
    /// Typed a roster.
    Type(String),
    /// Takes a node into the written roster, or out.
    Toggle(NodeId),
    /// Puts a node of it on another rack.
    PutOnRack(NodeId, String),
}

/// A question before a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// What was pressed.
    pub verb: Verb,
    /// What is wrong with it.
    pub warnings: Vec<Warning>,
}

/// What the roster panel remembers.
#[derive(Clone, Debug, Default)]
pub struct RosterDesk {
    /// The action whose button has the pointer or the focus.
    pub considered: Option<Verb>,
    /// What the considered action would do, once it is worked out.
    pub weighed: Option<(Verb, Result<Preview, String>)>,
    /// Grows whenever it has to be worked out anew.
    pub stale: u32,
    /// The question that is open.
    pub asking: Option<Asking>,
    /// The roster that was set in spite of warnings, with them.
    pub accepted: Option<(Vec<RosterEntry>, Vec<Warning>)>,
    /// The roster that is being written.
    pub draft: Option<Draft>,
}

impl RosterDesk {
    /// Something changed: what was worked out no longer holds.
    pub fn renew(&mut self) {
        self.weighed = None;
        self.stale = self.stale.wrapping_add(1);
    }

    /// Something was done, or another roster is looked at: a question no longer stands.
    pub fn forget(&mut self) {
        self.considered = None;
        self.asking = None;
        self.renew();
    }

    /// Another namespace is looked at.
    pub fn close(&mut self) {
        self.draft = None;
        self.forget();
    }
}
