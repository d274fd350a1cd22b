//! The rosters that nodes hold by themselves, which is all there is to see where no cluster has one in force.
//!
//! Invariant: every node of the view is in one group, and nodes of a group hold the same two lists. A node's drives keep
//! both while it is down (docs/domain.md §1: each `roster-set` is held by the members of its sub-cluster). Not here: the
//! rosters of a sub-cluster, which the engine's view has.

use std::cmp::Reverse;
use std::rc::Rc;

use rosterlab_engine::{ClusterView, NodeId, RosterEntry};

/// Nodes that hold the same rosters of a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The nodes, highest id first.
    pub nodes: Vec<NodeId>,
    /// The roster that they last had in force; empty if none ever was.
    pub roster: Rc<[RosterEntry]>,
    /// The pending one; the same as `roster` where nothing is staged.
    pub pending: Rc<[RosterEntry]>,
}

/// What nodes hold of a namespace, or what one node holds: the largest group first, of equal ones the one with the highest
/// id.
#[must_use]
pub fn held(view: &ClusterView, namespace: usize, only: Option<NodeId>) -> Vec<Held> {
    let mut groups: Vec<Held> = Vec::new();
    for node in view.nodes.iter().filter(|node| only.is_none_or(|only| node.id == only)) {
        let Some(belief) = node.belief.namespaces.get(namespace) else { continue };
        let (roster, pending) = (&belief.roster, &belief.pending);
        match groups.iter_mut().find(|held| held.roster == *roster && held.pending == *pending) {
            Some(held) => held.nodes.push(node.id),
            None => groups.push(Held {
                nodes: vec![node.id],
                roster: roster.clone(),
                pending: pending.clone(),
            }),
        }
    }
    groups.sort_by_key(|held| Reverse(held.nodes.len()));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::verbs::Verb;
    use crate::roster::state::RosterAction;
    use crate::state::{Action, State};
    use crate::testing::{id, run};

    fn told(state: &State, only: Option<NodeId>) -> Vec<(usize, usize, usize)> {
        let groups = held(&state.view, 0, only);
        groups
            .iter()
            .map(|held| (held.nodes.len(), held.roster.len(), held.pending.len()))
            .collect()
    }

    fn on(node: &str, verb: Verb) -> [Action; 2] {
        [Action::Select(id(node)), Action::Press(verb)]
    }

    #[test]
    fn nodes_that_are_down_keep_what_was_in_force_and_what_was_staged() {
        // B101 and B102 are down when the others stage a roster without them, and reach no cluster change after it.
        let mut actions = Vec::new();
        actions.extend(["B101", "B102"].into_iter().flat_map(|node| on(node, Verb::Stop)));
        actions.push(Action::Press(Verb::StageObserved));
        actions.push(Action::Roster(RosterAction::Confirm));
        let staged = run(actions);
        assert_eq!(told(&staged, None), [(3, 5, 3), (2, 5, 5)]);
        let split = held(&staged.view, 0, None);
        assert_eq!(split[1].nodes, [id("B102"), id("B101")]);
        assert_eq!(told(&staged, Some(id("A101"))), [(1, 5, 3)]);
    }

    #[test]
    fn in_ap_and_before_the_first_roster_the_lists_are_empty() {
        let mut setup = crate::state::case_study();
        setup.namespaces[0].roster = rosterlab_engine::StartingRoster::None;
        let timeline = rosterlab_scenario::Timeline::new(setup).unwrap();
        assert_eq!(told(&State::on(timeline), None), [(5, 0, 0)]);
    }
}
