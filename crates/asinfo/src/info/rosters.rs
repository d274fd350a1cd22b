//! Rosters and racks: what a node's own sub-cluster has in force, pending and observed.
//!
//! Invariant: lists are highest id first; rack 0 is written without `@0`; an empty list is `null`. Not here: what a roster
//! brings about (see the engine).

use rosterlab_engine::{Mode, RackId};

use super::Asked;

/// The rack of the node that counts in a namespace: the roster's in strong consistency, the configured one in AP.
fn effective_rack(asked: &Asked<'_>, namespace: usize) -> RackId {
    if asked.view.namespaces[namespace].mode == Mode::Available {
        return asked.node.rack;
    }
    let mut entries = asked.belief(namespace).roster.iter();
    entries.find(|entry| entry.node == asked.node.id).map_or(RackId::NONE, |entry| entry.rack)
}

/// `rack-ids`: `ns:rack;…`.
pub(super) fn rack_ids(asked: &Asked<'_>) -> String {
    let namespaces = asked.view.namespaces.iter().enumerate();
    let rack = |(place, settings): (usize, &rosterlab_engine::NamespaceSettings)| {
        format!("{}:{}", settings.name, effective_rack(asked, place))
    };
    namespaces.map(rack).collect::<Vec<_>>().join(";")
}
