//! The links that are cut.
//!
//! Invariant: a cut is symmetric, and is never between a node and itself. Not here: what follows from a cut (see
//! `clustering`).

use crate::node_set::{NodeSet, Slot};

/// The links that are cut: for each node, the set of nodes at the other ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cuts(Vec<NodeSet>);

impl Cuts {
    /// Adds a node whose links all hold.
    pub fn add_node(&mut self) {
        self.0.push(NodeSet::EMPTY);
    }

    pub fn is_cut(&self, a: Slot, b: Slot) -> bool {
        self.0[a].contains(b)
    }

    pub fn any(&self) -> bool {
        self.0.iter().any(|set| !set.is_empty())
    }

    /// Removes a node's cuts.
    pub fn remove_node(&mut self, slot: Slot) {
        self.0[slot] = NodeSet::EMPTY;
        self.0.iter_mut().for_each(|set| set.remove(slot));
    }

    /// The nodes whose link with this one is cut.
    pub fn of(&self, slot: Slot) -> NodeSet {
        self.0[slot]
    }

    pub fn set(&mut self, a: Slot, b: Slot, cut: bool) {
        debug_assert!(a != b);
        for (from, to) in [(a, b), (b, a)] {
            let set = &mut self.0[from];
            *set = if cut { set.with(to) } else { set.without(to) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_is_symmetric() {
        let mut cuts = Cuts::default();
        (0..3).for_each(|_| cuts.add_node());
        cuts.set(Slot::new(0), Slot::new(2), true);
        assert!(cuts.is_cut(Slot::new(2), Slot::new(0)) && cuts.any());
        cuts.set(Slot::new(2), Slot::new(0), false);
        assert!(!cuts.any());
        cuts.set(Slot::new(0), Slot::new(1), true);
        cuts.remove_node(Slot::new(1));
        assert!(!cuts.any());
    }
}
