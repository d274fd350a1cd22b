//! What follows from a state: the sub-cluster that is shown, its cells and groups, the explained partition.
//!
//! Invariant: whatever is here can be worked out again from the timeline and from what a person chose. What is costly
//! (cells, groups, the explanation) is kept in the state and recomputed when the view or the choice changes.

use std::rc::Rc;

use rosterlab_engine::{
    Availability, Cell, NodeId, PARTITIONS, PartitionId, Rule, SubClusterNamespaceView,
    SubClusterView, Verdict,
};
use rosterlab_scenario::foresight::ways::Way;

use super::State;
use crate::look::Look;
use crate::map::state::Shown;
use crate::news;
use crate::verdict::words::worst_first;
use crate::why::groups::Group;
use crate::why::ways::{Answer, Quest, WaysStatus};

/// What a partition is when no node is up (docs/domain.md §5).
const IN_NO_CLUSTER: Cell = Cell {
    verdict: Verdict { availability: Availability::Unavailable, rule: Rule::NoCluster },
    working_master: None,
    migrating: false,
    fresh: false,
};

impl State {
    /// The sub-cluster from which the map, the reasons and the roster are seen: the one that was chosen, else the one
    /// with the most active partitions.
    #[must_use]
    pub fn shown(&self) -> Option<usize> {
        if self.shown_orphan().is_some() {
            return None;
        }
        let chosen = self.on.and_then(|node| self.view.sub_cluster_of(node));
        let active = |sub_cluster: &SubClusterView| {
            sub_cluster
                .namespaces
                .get(self.namespace)
                .map_or(0, |namespace| namespace.counts.active)
        };
        chosen.or_else(|| {
            let places = 0..self.view.sub_clusters.len();
            // Of equals the last is the greatest: the first sub-cluster wins.
            places.rev().max_by_key(|place| active(&self.view.sub_clusters[*place]))
        })
    }

    /// The orphan from which all that is seen, when one was chosen: nothing is served there.
    #[must_use]
    pub fn shown_orphan(&self) -> Option<NodeId> {
        self.orphan.filter(|node| self.view.orphans.contains(node))
    }

    /// A node that stands for the place from which all is seen: the sub-cluster's principal, or the orphan.
    pub(super) fn shown_from(&self) -> Option<NodeId> {
        let principal = || self.shown_sub_cluster().map(|sub_cluster| sub_cluster.principal);
        self.shown_orphan().or_else(principal)
    }

    /// The shown sub-cluster.
    #[must_use]
    pub fn shown_sub_cluster(&self) -> Option<&SubClusterView> {
        self.view.sub_clusters.get(self.shown()?)
    }

    /// The shown namespace in the shown sub-cluster.
    #[must_use]
    pub fn shown_namespace(&self) -> Option<&SubClusterNamespaceView> {
        self.shown_sub_cluster()?.namespaces.get(self.namespace)
    }

    /// The shown namespace's name.
    #[must_use]
    pub fn namespace_name(&self) -> &str {
        self.view.namespaces.get(self.namespace).map_or("", |namespace| &namespace.name)
    }

    /// The partition that is explained: the one that was chosen, else an example of what matters most.
    #[must_use]
    pub fn partition(&self) -> PartitionId {
        let example = || self.groups().first().map(|group| group.example);
        self.chosen_partition.or_else(example).or_else(|| PartitionId::all().next()).unwrap_or(
            // There are 4096.
            PartitionId::of_digest(&rosterlab_engine::Digest([0; 20])),
        )
    }

    /// How many of them look so.
    #[must_use]
    pub fn count(&self, look: Look) -> u32 {
        self.groups().iter().filter(|group| group.look == look).map(|group| group.size).sum()
    }

    /// The shown partitions by reason.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        self.map.groups()
    }

    /// Whether the shown partition needs a way out, and how far the search for one is.
    #[must_use]
    pub fn ways_status(&self) -> WaysStatus {
        let partition = self.partition();
        let is_active = |sub_cluster: &&SubClusterView| {
            let namespace = sub_cluster.namespaces.get(self.namespace);
            namespace.is_some_and(|one| one.cells[partition.index()].verdict.is_active())
        };
        let cell = self.cells.get(partition.index());
        if let Some(cell) = cell.filter(|cell| cell.verdict.is_active()) {
            return if cell.fresh { WaysStatus::ActiveEmpty } else { WaysStatus::Active };
        }
        if let Some(elsewhere) = self.view.sub_clusters.iter().find(is_active) {
            return WaysStatus::ActiveElsewhere(elsewhere.principal);
        }
        if self.is_running() {
            return WaysStatus::Running;
        }
        let answer = self.ways.answer(self.explained_quest());
        answer.map_or(WaysStatus::Searching, |answer| WaysStatus::Found(answer.clone()))
    }

    /// The quest for the ways out of the explained partition.
    #[must_use]
    pub fn explained_quest(&self) -> Quest {
        self.ways.quest(self.namespace, self.partition())
    }

    /// The quest for the ways out of the whole: of the explained partition if nobody serves it, else of the first that
    /// nobody serves in the namespace that fares worst; `None` while everything is served, and while time runs.
    #[must_use]
    pub fn whole_quest(&self) -> Option<Quest> {
        let all = self.served_now();
        let worst = *worst_first(all).first()?;
        if all[worst].inactive() == 0 || self.is_running() {
            return None;
        }
        let explained = self.explained_quest();
        let is_waiting = |namespace: usize, partition: PartitionId| {
            let name = &self.view.namespaces[namespace].name;
            !self.timeline.cluster().serves(name, partition)
        };
        if is_waiting(explained.namespace, explained.partition) {
            return Some(explained);
        }
        let first = PartitionId::all().find(|partition| is_waiting(worst, *partition))?;
        Some(self.ways.quest(worst, first))
    }

    /// The ways out of the whole, once they are found.
    #[must_use]
    pub fn whole_answer(&self) -> Option<&Rc<Answer>> {
        self.ways.answer(self.whole_quest()?)
    }

    /// A way out by its place in the answer to a quest.
    pub(super) fn way(&self, quest: Quest, place: usize) -> Option<&Way> {
        self.ways.answer(quest)?.ways.get(place)
    }

    /// What has to be searched for: the ways out of the whole first.
    #[must_use]
    pub fn quest(&self) -> Option<Quest> {
        let is_open = |quest: &Quest| self.ways.answer(*quest).is_none();
        self.whole_quest().filter(is_open).or_else(|| {
            let wanted = self.ways_status() == WaysStatus::Searching;
            wanted.then(|| self.explained_quest())
        })
    }

    /// Whether simulated time runs: it may, and something moves; or a rolling restart plays.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.is_restarting() || self.is_playing && (self.view.migrating || self.view.changing)
    }

    /// Whether the page is dark: as was chosen, else as the system is.
    #[must_use]
    pub fn is_dark(&self) -> bool {
        self.is_dark_chosen.unwrap_or(self.is_system_dark)
    }

    /// Recomputes the sub-cluster's cells and groups and the partition's explanation from the view.
    pub(super) fn derive(&mut self) {
        let cells = self.shown_namespace().map(|namespace| namespace.cells.clone());
        self.cells = cells.unwrap_or_else(|| Rc::new(vec![IN_NO_CLUSTER; PARTITIONS]));
        let mut map = self.map.clone();
        map.update(self.on_the_map());
        self.map = map;
        self.explain();
    }

    /// What the map is of.
    pub(super) fn on_the_map(&self) -> Shown<'_> {
        Shown {
            cluster: self.timeline.cluster(),
            view: &self.view,
            namespace: self.namespace_name(),
            on: self.shown_from(),
            cells: &self.cells,
            node: self.selected,
        }
    }

    /// The map in other colours.
    pub(super) fn draw(&mut self) {
        let mut map = self.map.clone();
        map.draw(self.on_the_map());
        self.map = map;
    }

    pub(super) fn explain(&mut self) {
        let cluster = self.timeline.cluster();
        let from = self.shown_from();
        let explained = cluster.explain(self.namespace_name(), self.partition(), from);
        self.explanation = explained.ok().map(Rc::new);
    }

    pub(super) fn show(&mut self, partition: PartitionId) {
        self.chosen_partition = Some(partition);
        self.explain();
        if let Some(explanation) = &self.explanation {
            self.announcement.renew(news::of_explanation(explanation).into());
        }
    }
}
