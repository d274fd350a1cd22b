//! The way out when two sides serve the same partitions: one of them goes on.
//!
//! Invariant: an entry is given only if, tried on a copy, the side that is kept has its roster in force afterwards. In SC
//! two sides serve only when each has a roster of its own; the newest of them wins when they become one (docs/domain.md
//! §1), so that of the kept side is set once more. In AP healing is enough. Not here: how it is told (see `verdict::bar`).

use rosterlab_engine::{Command, Mode, NodeId, RosterNodes, Shutdown, SubClusterView, Until};
use rosterlab_scenario::{Entry, Purpose};

use super::State;
use super::command::act;

/// How often a roster may be set before its generation is above that of any other side.
const MOST_SETS: usize = 8;

/// The side that goes on, and the nodes that have to stop meanwhile.
pub struct OneSide<'a> {
    /// The side with the most nodes of those that serve.
    pub kept: &'a SubClusterView,
    /// The nodes of the other sides that serve, lowest id first.
    pub others: Vec<NodeId>,
}

impl State {
    /// Which side would go on; `None` where no SC namespace is served by two sides.
    #[must_use]
    pub fn sides_at_odds(&self) -> Option<OneSide<'_>> {
        self.served_twice().next()?;
        let serves =
            |side: &&SubClusterView| side.namespaces.iter().any(|one| one.counts.active > 0);
        let sides = || self.view.sub_clusters.iter().filter(serves);
        // Of equals the last is the greatest: the first sub-cluster is kept.
        let kept = sides().rev().max_by_key(|side| side.nodes.len())?;
        let others = sides().filter(|side| side.principal != kept.principal);
        let mut others: Vec<NodeId> = others.flat_map(|side| side.nodes.iter().copied()).collect();
        others.sort_unstable();
        Some(OneSide { kept, others })
    }

    /// The SC namespaces that two sides serve, by index.
    fn served_twice(&self) -> impl Iterator<Item = usize> + '_ {
        let served = self.served_now();
        let namespaces = self.view.namespaces.iter().zip(served).enumerate();
        namespaces
            .filter(|(_, (one, served))| one.mode == Mode::StrongConsistency && served.twice > 0)
            .map(|(index, _)| index)
    }

    /// The entry that leaves one side serving.
    #[must_use]
    pub fn one_side(&self) -> Option<Entry> {
        let Some(OneSide { kept, others }) = self.sides_at_odds() else {
            return Some(act(Command::Heal { between: None }));
        };
        let roster_set = |index: usize| Command::RosterSet {
            namespace: self.view.namespaces[index].name.clone(),
            nodes: RosterNodes::List(kept.namespaces[index].roster.clone()),
            on: Some(kept.principal),
        };
        (1..=MOST_SETS).find_map(|sets| {
            let mut commands: Vec<Command> = Vec::new();
            for _ in 0..sets {
                commands.extend(self.served_twice().map(roster_set));
            }
            commands.push(Command::Stop { nodes: others.clone(), shutdown: Shutdown::Clean });
            commands.push(Command::Heal { between: None });
            commands.push(Command::Start { nodes: others.clone() });
            let mut copy = self.timeline.cluster().clone();
            for command in &commands {
                copy.apply(command).ok()?;
                copy.advance(Until::Settled);
            }
            let after = copy.view();
            let here = &after.sub_clusters[after.sub_cluster_of(kept.principal)?];
            let is_kept =
                |index: usize| here.namespaces[index].roster == kept.namespaces[index].roster;
            let entries = commands.into_iter().map(act).collect();
            if self.served_twice().all(is_kept) {
                Entry::together(Purpose::Commands, entries)
            } else {
                None
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use rosterlab_scenario::words::commands::of_entry;
    use yew::Reducible;

    use super::*;
    use crate::state::Action;
    use crate::testing::{id, run};
    use crate::why::ways::WaysAction;

    fn set_on(node: &str) -> [Action; 2] {
        let (namespace, nodes) = ("main".to_owned(), RosterNodes::Observed);
        let on = Some(id(node));
        [
            Action::Do(Command::RosterSet { namespace, nodes, on }),
            Action::Do(Command::Recluster { on }),
        ]
    }

    #[test]
    fn the_larger_side_goes_on_even_if_the_other_s_roster_is_newer() {
        let mut actions = vec![Action::Press(crate::page::verbs::Verb::Split)];
        actions.extend([set_on("A101"), set_on("B101"), set_on("B101")].concat());
        let state = run(actions);
        let entry = state.one_side().unwrap();
        let sets = "Stage the roster A103@1, A102@1 and A101@1 on A103, then ";
        assert_eq!(
            of_entry(&entry, 5),
            format!(
                "{sets}{}stop B101 and B102, then heal all links, then start B101 and B102",
                sets.replace("Stage", "stage")
            )
        );
        let steps = state.timeline.entries().len();
        let done = state.reduce(Action::Ways(WaysAction::OneSide));
        assert_eq!(done.timeline.entries().len(), steps + 1, "one undo takes it back");
        let served = done.timeline.served(done.timeline.position())[0];
        assert_eq!((served.twice, served.inactive()), (0, 0));
        assert_eq!(done.view.sub_clusters.len(), 1);
        assert_eq!(done.view.sub_clusters[0].namespaces[0].roster.len(), 3);
    }

    #[test]
    fn while_every_partition_is_served_once_no_side_has_to_stop() {
        assert!(run([]).sides_at_odds().is_none());
    }
}
