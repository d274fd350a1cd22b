//! What a rebalance knows, and the roles that it gives out in a partition.
//!
//! Invariant: plain facts. Not here: how roles are found (see `rebalance` for SC and `available` for AP).

use std::rc::Rc;

use crate::namespace::Profile;
use crate::node_set::{NodeSet, Slot};
use crate::roster::Roster;
use crate::rules::Rules;
use crate::version::ClusterKey;

/// What a rebalance knows beside the versions.
pub(crate) struct Scene<'a> {
    /// The sub-cluster's nodes, highest id first.
    pub nodes: &'a [Slot],
    /// RF of the namespace.
    pub replication_factor: u8,
    /// The new cluster key.
    pub key: ClusterKey,
    /// Told to quiesce, and not all there are.
    pub quiesced: NodeSet,
    pub rules: Rules,
}

/// What an SC rebalance knows beside that.
pub(crate) struct StrongScene<'a> {
    pub roster: &'a Rc<Roster>,
    /// Whether no member had a roster in force before (domain.md §5.1).
    pub first_roster: bool,
    pub regime: u32,
    pub profile: Profile,
}

/// Who serves an active partition, who holds data that differs, and which replicas need filling.
pub(crate) struct Roles {
    pub working_master: Slot,
    pub duplicates: NodeSet,
    pub immigrants: NodeSet,
}
