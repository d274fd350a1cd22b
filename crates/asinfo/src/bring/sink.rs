//! Where readers put what they read.
//!
//! Invariant: no more facts than [`MAX_FACTS`], and no more of what is left than [`MAX_LEFT`] of one input; the rest is
//! counted. Not here: what is made of it (see `join`).

use super::fact::{Fact, Left, NodeRef, Place, Spot, Understood, What};
use super::limits::{MAX_ENTRIES, MAX_FACTS, MAX_LEFT};
use super::partition_info::NodePartitions;
use super::replicas::NodeReplicas;

/// The most characters of a line that are repeated.
const QUOTED: usize = 60;

/// What was read of all inputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The facts, in the order in which they were read.
    pub facts: Vec<Fact>,
    /// What was understood, in the same order.
    pub understood: Vec<Understood>,
    /// What could not be used.
    pub left: Vec<Left>,
    /// Each node's own `partition-info`.
    pub partitions: Vec<NodePartitions>,
    /// Each node's own `replicas`.
    pub replicas: Vec<NodeReplicas>,
    /// How many lines are left beside those that are listed.
    pub left_unlisted: usize,
    /// Whether there was more than is read.
    pub is_cut: bool,
    /// The entries of all lists of nodes.
    entries: usize,
}

/// The readers' way to [`Facts`], for one input.
pub(super) struct Sink<'a> {
    pub(super) out: &'a mut Facts,
    /// What the input is called.
    pub(super) source: String,
    /// The snapshot that everything belongs to.
    pub(super) moment: Option<String>,
    listed: usize,
}

impl<'a> Sink<'a> {
    pub(super) fn new(out: &'a mut Facts, source: &str) -> Self {
        Self { out, source: source.to_owned(), moment: None, listed: 0 }
    }

    pub(super) fn place(&self, at: Spot) -> Place {
        Place { source: self.source.clone(), at }
    }

    /// Adds a fact.
    pub(super) fn fact(
        &mut self,
        at: Spot,
        node: Option<&NodeRef>,
        namespace: Option<&str>,
        text: &str,
        what: What,
    ) {
        if let What::Nodes(_, entries) = &what {
            self.out.entries += entries.len();
        }
        if self.out.facts.len() >= MAX_FACTS || self.out.entries > MAX_ENTRIES {
            self.out.is_cut = true;
            return;
        }
        self.out.facts.push(Fact {
            place: self.place(at),
            node: node.cloned(),
            namespace: namespace.map(str::to_owned),
            moment: self.moment.clone(),
            text: text.to_owned(),
            what,
        });
    }

    /// How many facts there are.
    pub(super) fn count(&self) -> usize {
        self.out.facts.len()
    }

    /// Tells what was understood.
    pub(super) fn understood(&mut self, at: Spot, what: impl Into<String>) {
        let place = self.place(at);
        self.out.understood.push(Understood { place, what: what.into() });
    }

    /// Lists what could not be used.
    pub(super) fn left(&mut self, at: Spot, text: &str, why: &str) {
        if self.listed >= MAX_LEFT {
            self.out.left_unlisted += 1;
            return;
        }
        self.listed += 1;
        let mut short: String = text.trim().chars().take(QUOTED).collect();
        if text.trim().chars().count() > QUOTED {
            short.push('…');
        }
        let place = self.place(at);
        self.out.left.push(Left { place, text: short, why: why.to_owned() });
    }
}
