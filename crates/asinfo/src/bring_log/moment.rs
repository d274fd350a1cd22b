//! What a story is made of: cluster changes, and what happened before each.
//!
//! Invariant: nodes stand highest id first where they are a cluster's. Not here: inferring any of it (see `story`).

use std::collections::BTreeMap;

use rosterlab_engine::{NodeId, Profile};

use super::changes::Change;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Nodes went down; `None`: how is not told.
    Stopped(Vec<NodeId>, Option<bool>),
    /// Nodes found their drives empty when they started.
    Wiped(Vec<NodeId>),
    /// Nodes started.
    Started(Vec<NodeId>),
    /// A node that was never there before joined.
    Added(NodeId),
    /// These groups lost each other.
    Cut(Vec<Vec<NodeId>>),
    /// These groups found each other again.
    Healed(Vec<Vec<NodeId>>),
    /// The roster became these nodes.
    RosterSet(Vec<NodeId>),
    /// A node revived, or an unknown one.
    Revived(Option<NodeId>),
    /// A node was quiesced, or no longer.
    Quiesced(NodeId, bool),
    /// The cluster changed although its nodes stayed.
    Reclustered,
    /// Migrations ended, or came this far in hundredths of a percent.
    Migrated(Option<u64>),
    /// How far migrations came is not told.
    MayHaveMigrated,
}

/// A cluster change, and what had happened before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What its lines tell.
    pub change: Change,
    /// Its nodes, highest id first.
    pub nodes: Vec<NodeId>,
    /// What happened since the change before.
    pub happened: Vec<Happened>,
    /// Whether another change interrupted it: the regime went up by more than one step (domain.md §7).
    pub interrupted: bool,
    /// Nodes that set `e` when they started for this change, by namespace.
    pub evading: Vec<(NodeId, String)>,
    /// What was taken for granted.
    pub notes: Vec<String>,
}

/// A namespace that a log names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamespaceStory {
    /// Whether it is in strong consistency.
    pub strong: bool,
    /// Its RF, if the log has it.
    pub replication_factor: Option<u8>,
}

/// All that logs tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The nodes at the start, highest id first.
    pub nodes: Vec<NodeId>,
    /// Those of them whose ids no line has.
    pub made_up: Vec<NodeId>,
    /// The namespaces.
    pub namespaces: BTreeMap<String, NamespaceStory>,
    /// The rules of the build that a line names; the oldest if none does.
    pub profile: Profile,
    /// In the order of time.
    pub moments: Vec<Moment>,
    /// What was left out.
    pub notes: Vec<String>,
}

/// Node ids in a sentence.
pub(super) fn list(nodes: &[NodeId]) -> String {
    nodes.iter().map(NodeId::to_string).collect::<Vec<_>>().join(" ")
}
