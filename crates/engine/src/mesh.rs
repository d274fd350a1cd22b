//! The mesh: which running nodes have found each other by their seeds.
//!
//! Invariant: nodes of different groups do not hear each other, and one group is never written down: that of all nodes
//! that are in no other. So a cluster whose nodes name no seeds has nothing here. Not here: which seeds can be reached
//! (see `seeds`), which nodes then form clusters (see `clustering`).
//!
//! A node that names seeds has found nobody when it starts. It finds a seed that runs and whose link holds, and through
//! it whoever that one has found; whoever names it as a seed finds it in the same way. What was found stays found until a
//! restart (domain.md §18, \[doc\]; that this is tried again whenever something happens is \[model\]).

use crate::node_set::{NodeSet, Slot};

/// Groups of running nodes that the others have not found, and that have not found the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mesh(Vec<NodeSet>);

impl Mesh {
    /// The node stops: it has to find the others anew.
    pub fn leave(&mut self, slot: Slot) {
        self.0.iter_mut().for_each(|group| group.remove(slot));
        self.0.retain(|group| !group.is_empty());
    }

    /// The node starts and has found nobody yet.
    pub fn begin(&mut self, slot: Slot) {
        self.leave(slot);
        self.0.push(NodeSet::EMPTY.with(slot));
    }

    /// A node that needs no seeds starts, and these others run: where no node is in the unwritten group, the group that
    /// is there longest becomes it, so that the node finds others (\[model\]).
    pub fn begin_without_seeds(&mut self, running: NodeSet) {
        let others = self.0.iter().fold(running, |others, group| others.minus(*group));
        if others.is_empty() && !self.0.is_empty() {
            self.0.remove(0);
        }
    }

    /// Whether every node has found every other.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The groups of those that have not found the others.
    pub fn groups(&self) -> impl Iterator<Item = NodeSet> + '_ {
        self.0.iter().copied()
    }

    /// Whether the groups are parts of these nodes.
    pub fn is_within(&self, running: NodeSet) -> bool {
        let all = self.0.iter().fold(NodeSet::EMPTY, |all, group| all.or(*group));
        all.minus(running).is_empty() && all.len() == self.0.iter().map(|group| group.len()).sum()
    }

    /// Whether a node is in a group of its own.
    pub fn is_alone(&self, slot: Slot) -> bool {
        self.0.contains(&NodeSet::EMPTY.with(slot))
    }

    /// Two nodes have found each other, and so have their groups.
    pub fn meet(&mut self, one: Slot, other: Slot) {
        let of = |slot: Slot| self.0.iter().position(|group| group.contains(slot));
        match (of(one), of(other)) {
            (Some(here), Some(there)) if here != there => {
                let group = self.0[there];
                self.0[here] = self.0[here].or(group);
                self.0.remove(there);
            }
            (Some(here), None) | (None, Some(here)) => {
                self.0.remove(here);
            }
            _ => {}
        }
    }
}
