//! What a rebalance is given, and the roles that it assigns in a partition.
//!
//! Invariant: plain facts. Not here: how roles are found (see `rebalance` for SC and `available` for AP).

use std::rc::Rc;

use crate::namespace::Profile;
use crate::node_set::{NodeSet, Slot};
use crate::roster::Roster;
use crate::rules::Rules;
use crate::version::ClusterKey;

/// What a rebalance is given beside the versions.
pub(crate) struct Scene<'a> {
    /// The sub-cluster's nodes, highest id first.
    pub nodes: &'a [Slot],
    /// RF of the namespace.
    pub replication_factor: u8,
    /// The new cluster key.
    pub key: ClusterKey,
    /// The quiesced nodes; never all nodes.
    pub quiesced: NodeSet,
    pub rules: Rules,
}

/// What an SC rebalance is given in addition.
pub(crate) struct StrongScene<'a> {
    pub roster: &'a Rc<Roster>,
    /// Whether no member had a roster in force before (domain.md §5.1).
    pub first_roster: bool,
    pub regime: u32,
    pub profile: Profile,
}

/// Which node serves an active partition, which hold data that differs, and which replicas need filling.
pub(crate) struct Roles {
    pub working_master: Slot,
    pub duplicates: NodeSet,
    pub immigrants: NodeSet,
}
