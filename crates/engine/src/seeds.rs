//! What a cluster's nodes find by their seeds (domain.md §18).
//!
//! Invariant: nodes find each other over links that hold, and only nodes that may be in one cluster. Not here: who has found whom
//! so far (see `mesh`).

use std::borrow::Cow;

use crate::cluster::Cluster;
use crate::cuts::Cuts;
use crate::event::EventKind;
use crate::id::NodeId;
use crate::node_set::Slot;

impl Cluster {
    /// Nodes find each other by the seeds that can be reached now.
    pub(crate) fn meet_seeds(&mut self) {
        if self.mesh.is_empty() {
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
        for group in self.mesh.groups() {
            let others = self.running().minus(group);
            for (one, other) in group.iter().flat_map(|one| others.iter().map(move |b| (one, b))) {
                cuts.to_mut().set(one, other, true);
            }
        }
        cuts
    }
}
