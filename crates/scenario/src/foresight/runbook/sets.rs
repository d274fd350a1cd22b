//! The further losses that are tried: every set of up to as many running nodes as are asked for.
//!
//! Invariant: smaller sets come first, each once, in a fixed order. Not here: what a loss leaves.

use std::fmt;

use rosterlab_engine::NodeId;

use crate::foresight::sets::following;

/// The most sets of nodes that are tried at one moment.
pub const MOST_SETS: usize = 10_000;

/// There are more sets of nodes than are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// How many nodes there are.
    pub nodes: usize,
    /// How many were to be lost.
    pub margin: usize,
}

impl fmt::Display for TooMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { nodes, margin } = self;
        write!(f, "of {nodes} nodes there are more than {MOST_SETS} sets of up to {margin}")
    }
}

impl std::error::Error for TooMany {}

/// Every set of one to `most` of these nodes.
pub(super) fn sets(nodes: &[NodeId], most: usize) -> Vec<Vec<NodeId>> {
    let mut all = Vec::new();
    for size in 1..=most.min(nodes.len()) {
        let mut next: Option<Vec<usize>> = Some((0..size).collect());
        while let Some(set) = next {
            all.push(set.iter().map(|place| nodes[*place]).collect());
            if all.len() > MOST_SETS {
                return all;
            }
            next = following(&set, nodes.len());
        }
    }
    all
}
