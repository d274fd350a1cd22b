//! The mesh: which running nodes have found each other by their seeds.
//!
//! Invariant: nodes of different groups do not hear each other, and one group is never written down: that of all nodes
//! that are in no other. So a cluster whose nodes name no seeds has nothing here. Not here: which nodes then form clusters
//! (see `clustering`).
//!
//! A node that names seeds has found nobody when it starts. It finds a seed that runs and whose link holds, and through
//! it whoever that one has found; whoever names it as a seed finds it in the same way. What was found stays found until a
//! restart (domain.md §18, \[doc\]; that this is tried again whenever something happens is \[model\]).

use std::borrow::Cow;

use crate::cluster::Cluster;
use crate::cuts::Cuts;
use crate::event::EventKind;
use crate::id::NodeId;
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

    /// Whether the groups are parts of these nodes.
    pub fn is_within(&self, running: NodeSet) -> bool {
        let all = self.0.iter().fold(NodeSet::EMPTY, |all, group| all.or(*group));
        all.minus(running).is_empty() && all.len() == self.0.iter().map(|group| group.len()).sum()
    }

    /// Whether a node is in a group of its own.
    fn is_alone(&self, slot: Slot) -> bool {
        self.0.contains(&NodeSet::EMPTY.with(slot))
    }

    /// Two nodes have found each other, and so have their groups.
    fn meet(&mut self, one: Slot, other: Slot) {
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

impl Cluster {
    /// Nodes find each other by the seeds that can be reached now.
    pub(crate) fn meet_seeds(&mut self) {
        if self.mesh.0.is_empty() {
            return;
        }
        let (running, out) = (self.running(), self.staying_out());
        for slot in running.iter() {
            for seed in self.nodes[slot].seeds.clone().iter() {
                if let Some(seed) = self.slot(*seed)
                    && running.contains(seed)
                    && !self.cuts.is_cut(slot, seed)
                    && out.contains(slot) == out.contains(seed)
                {
                    self.mesh.meet(slot, seed);
                }
            }
        }
    }

    /// Of nodes that have just started, those that have found none of their seeds.
    pub(crate) fn seeds_not_found(&self, ids: &[NodeId]) -> Vec<EventKind> {
        let slots = self.slots(ids);
        let alone = slots.into_iter().filter(|slot| self.is_alone(*slot));
        let event = |slot: Slot| {
            let node = &self.nodes[slot];
            EventKind::SeedsNotFound { node: node.id, seeds: node.seeds.to_vec() }
        };
        alone.map(event).collect()
    }

    /// Whether a node runs and has found no other, though its version would not keep it out.
    pub(crate) fn is_alone(&self, slot: Slot) -> bool {
        self.mesh.is_alone(slot) && self.stays_out(&self.nodes[slot]).is_none()
    }

    /// The links over which nodes do not hear each other: those that are cut, and those between nodes that have not found
    /// each other.
    pub(crate) fn unheard(&self) -> Cow<'_, Cuts> {
        let mut cuts = Cow::Borrowed(&self.cuts);
        for group in &self.mesh.0 {
            let others = self.running().minus(*group);
            for (one, other) in group.iter().flat_map(|one| others.iter().map(move |b| (one, b))) {
                cuts.to_mut().set(one, other, true);
            }
        }
        cuts
    }
}
