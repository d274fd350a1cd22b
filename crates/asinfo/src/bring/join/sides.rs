//! Who sees whom: the sides of a network that is split.
//!
//! Invariant: no node is on two sides; with one side there is none. Not here: which links are cut (see `scenario`).

use std::collections::{BTreeMap, BTreeSet};

use rosterlab_engine::NodeId;

use super::super::fact::{Count, Fact, List, What};
use super::who::Who;

type Side = BTreeSet<NodeId>;

/// The sides: lists of observed nodes that have no node in common, each told by a node of its own; or, without such lists,
/// clusters with keys of their own.
pub(super) fn of(now: &[&Fact], who: &Who) -> Vec<Vec<NodeId>> {
    let observed = distinct(now.iter().filter_map(|fact| match (&fact.what, &fact.node) {
        (What::Nodes(List::Observed, entries), Some(node)) => {
            let side: Side = entries.iter().map(|entry| entry.node).collect();
            let own = who.id(node)?;
            side.contains(&own).then_some(side)
        }
        _ => None,
    }));
    let sides = if observed.is_empty() { by_key(now, who) } else { observed };
    if sides.len() < 2 || !are_apart(&sides) {
        return Vec::new();
    }
    let mut sides: Vec<Vec<NodeId>> =
        sides.into_iter().map(|side| side.into_iter().rev().collect()).collect();
    sides.sort_by(|a, b| b.cmp(a));
    sides
}

fn distinct(sides: impl Iterator<Item = Side>) -> Vec<Side> {
    let mut all: Vec<Side> = Vec::new();
    for side in sides {
        if !all.contains(&side) {
            all.push(side);
        }
    }
    all
}

fn are_apart(sides: &[Side]) -> bool {
    let all: usize = sides.iter().map(BTreeSet::len).sum();
    all == sides.iter().flatten().collect::<BTreeSet<_>>().len()
}

/// Nodes by the key of their cluster, where each says that its cluster has just as many nodes.
fn by_key(now: &[&Fact], who: &Who) -> Vec<Side> {
    let mut keys: BTreeMap<&str, Side> = BTreeMap::new();
    let mut sizes: BTreeMap<NodeId, u64> = BTreeMap::new();
    for fact in now {
        let Some(node) = fact.node.as_ref().and_then(|node| who.id(node)) else { continue };
        match &fact.what {
            What::ClusterKey(key) => {
                keys.entry(key).or_default().insert(node);
            }
            What::Count(Count::ClusterSize, size) => {
                sizes.insert(node, *size);
            }
            _ => {}
        }
    }
    let fits = |side: &Side| {
        let size = u64::try_from(side.len()).unwrap_or(u64::MAX);
        side.iter().all(|node| sizes.get(node) == Some(&size))
    };
    let sides: Vec<Side> = keys.into_values().collect();
    if sides.iter().all(fits) { sides } else { Vec::new() }
}
