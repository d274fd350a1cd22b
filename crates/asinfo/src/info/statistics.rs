//! `statistics`: a node's view of its cluster, and what it says of itself.
//!
//! Invariant: an orphan and a node that starts have a cluster of size 0 with key 0 \[open\]. Not here: namespaces.

use rosterlab_engine::{Membership, Migrations};

use super::Asked;
use super::fields::Fields;
use super::figures::About;

/// From which clock skew on writes are stopped, in seconds: 20 with the default heartbeat, and in proportion to the time
/// after which a silent node counts as gone. \[doc for the default, model for others\]
fn stop_writes_skew_s(asked: &Asked<'_>) -> u64 {
    let silence_ms = asked.cluster.setup().silence_ms();
    (20_000 * silence_ms / 1_500) / 1_000
}

/// What a node still has to send, receive and signal of a namespace.
pub(super) fn remaining(asked: &Asked<'_>, namespace: usize) -> Migrations {
    asked.node.namespaces[namespace].remaining
}

/// What all namespaces still have to send and receive on a node.
pub(super) fn partitions_remaining(asked: &Asked<'_>) -> u64 {
    let parts = asked.node.namespaces.iter().map(|part| part.remaining);
    parts.map(|left| u64::from(left.tx) + u64::from(left.rx)).sum()
}

/// Whether migrations may run on the node: it is in a cluster, and no change of it is under way.
pub(super) fn are_migrations_allowed(asked: &Asked<'_>) -> bool {
    asked.home().is_some() && !asked.view.changing
}

/// `statistics`.
pub(super) fn statistics(asked: &Asked<'_>) -> String {
    let mut fields = Fields::new(';');
    let home = asked.home();
    let key = home.map_or(0, |home| home.key.get());
    let principal = home.map_or_else(|| "0".to_owned(), |home| home.principal.to_string());
    fields.add("cluster_size", home.map_or(0, |home| home.nodes.len()));
    fields.add("cluster_key", format_args!("{key:X}"));
    fields.add("cluster_generation", asked.here.map_or(0, |here| here.rebalance_generation));
    fields.add("cluster_principal", &principal);
    fields.add("cluster_integrity", home.is_some());
    let is_member = matches!(asked.node.belief.membership, Membership::SubCluster(_));
    fields.add("cluster_is_member", is_member);
    fields.add("cluster_clock_skew_stop_writes_sec", stop_writes_skew_s(asked));
    fields.add("uptime", asked.here.map_or(0, |here| here.uptime_s));
    fields.add("client_connections", asked.here.map_or(0, |here| here.client_connections));
    let others = home.map_or(0, |home| home.nodes.len().saturating_sub(1));
    fields.add("heartbeat_connections", others);
    // Bulk, control, meta and record channels: 2, 1, 1 and 8 connections to each other node.
    fields.add("fabric_connections", others * 12);
    let objects: u64 = asked.here.map_or(0, |here| here.records.iter().map(|one| one.all()).sum());
    fields.add("objects", objects);
    fields.add("tombstones", 0);
    fields.add("paxos_principal", &principal);
    fields.add("migrate_allowed", are_migrations_allowed(asked));
    fields.add("migrate_partitions_remaining", partitions_remaining(asked));
    fields.add_all(About::Service.figures(asked.build()));
    fields.text()
}
