//! A fact of a log, with its place and who told it.
//!
//! Not here: how lines are read (see `line`), what facts say together (see `changes`).

use rosterlab_engine::NodeId;

use super::line::{Fact, Stamp};

/// A place in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, from 0.
    pub file: usize,
    /// The line, from 1.
    pub line: usize,
}

/// Who tells a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Voice {
    /// This node.
    Node(NodeId),
    /// A node whose log is this file; which node it is, is not known.
    File(usize),
}

/// A fact with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// When it was written.
    pub at: Stamp,
    /// Where.
    pub place: Place,
    /// By whom.
    pub voice: Voice,
    /// What.
    pub fact: Fact,
}
