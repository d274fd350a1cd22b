//! The number of active, unavailable and dead partitions after each step of a timeline, without seeking there.
//!
//! Invariant: derived from the setup and the events alone, step by step; unchanged steps are not recomputed. A partition
//! counts once: as active if any sub-cluster serves it (in SC at most one does), else as dead if one has it dead, else as
//! unavailable. Not here: the graph (see `strip`).

use std::rc::Rc;

use rosterlab_engine::{ClusterView, Counts, EventKind, NodeId, PARTITIONS, convert};
use rosterlab_scenario::{SharedEvents, Timeline};

/// A sub-cluster as tracked through the events.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TrackedSubCluster {
    principal: NodeId,
    nodes: Vec<NodeId>,
    /// By namespace.
    counts: Vec<Counts>,
}

/// The sub-clusters at one position.
#[derive(Clone, Debug)]
struct Point {
    at_ms: u64,
    sub_clusters: Vec<Rc<TrackedSubCluster>>,
}

/// The counts at every position of a timeline, including undone steps.
#[derive(Clone, Debug)]
pub struct Trend {
    namespaces: Vec<String>,
    /// One more than there are entries.
    points: Vec<Rc<Point>>,
    /// The events that the points were derived from.
    outcomes: Vec<SharedEvents>,
}

impl Trend {
    /// The trend of a timeline.
    #[must_use]
    pub fn new(timeline: &Timeline) -> Self {
        let mut trend = Self::beginning(&timeline.start().view());
        trend.follow(timeline);
        trend
    }

    fn beginning(view: &ClusterView) -> Self {
        let sub_cluster = |sub: &rosterlab_engine::SubClusterView| {
            let counts = sub.namespaces.iter().map(|namespace| namespace.counts).collect();
            Rc::new(TrackedSubCluster {
                principal: sub.principal,
                nodes: sub.nodes.clone(),
                counts,
            })
        };
        let sub_clusters = view.sub_clusters.iter().map(sub_cluster).collect();
        Self {
            namespaces: view.namespaces.iter().map(|settings| settings.name.clone()).collect(),
            points: vec![Rc::new(Point { at_ms: view.time_ms, sub_clusters })],
            outcomes: Vec::new(),
        }
    }

    /// Updates the counts to a timeline of the same setup.
    pub fn follow(&mut self, timeline: &Timeline) {
        let outcomes = timeline.outcomes();
        let same = self.outcomes.iter().zip(outcomes).take_while(|(a, b)| Rc::ptr_eq(a, b)).count();
        self.outcomes.truncate(same);
        self.points.truncate(same + 1);
        for (at_ms, outcome) in timeline.ends_ms().iter().copied().zip(outcomes).skip(same) {
            let Some(before) = self.points.last() else { return };
            let mut sub_clusters = before.sub_clusters.clone();
            for event in outcome.iter() {
                self.learn(&mut sub_clusters, &event.kind);
            }
            self.points.push(Rc::new(Point { at_ms, sub_clusters }));
            self.outcomes.push(outcome.clone());
        }
    }

    /// Applies an event to the sub-clusters.
    fn learn(&self, sub_clusters: &mut Vec<Rc<TrackedSubCluster>>, kind: &EventKind) {
        match kind {
            EventKind::NodeStopped { node, .. } | EventKind::NodeOrphaned { node, .. } => {
                leave(sub_clusters, std::slice::from_ref(node));
            }
            EventKind::ClusterFormed { principal, nodes, .. } => {
                leave(sub_clusters, nodes);
                let counts = vec![nothing(); self.namespaces.len()];
                let nodes = nodes.clone();
                sub_clusters.push(Rc::new(TrackedSubCluster {
                    principal: *principal,
                    nodes,
                    counts,
                }));
            }
            EventKind::Rebalanced { namespace, principal, counts, .. } => {
                let index = self.namespaces.iter().position(|name| name == namespace);
                // Not nodes that have left this principal and have not formed a cluster yet.
                let is_its = |sub_cluster: &&mut Rc<TrackedSubCluster>| {
                    sub_cluster.principal == *principal && sub_cluster.nodes.contains(principal)
                };
                let sub_cluster = sub_clusters.iter_mut().find(is_its);
                if let (Some(index), Some(sub_cluster)) = (index, sub_cluster) {
                    Rc::make_mut(sub_cluster).counts[index] = *counts;
                }
            }
            _ => {}
        }
    }

    /// The number of positions: one more than entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Never true: a timeline has a beginning.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The simulated time at a position.
    #[must_use]
    pub fn at_ms(&self, position: usize) -> u64 {
        self.points.get(position).map_or(0, |point| point.at_ms)
    }

    /// The counts of a namespace at a position.
    #[must_use]
    pub fn counts(&self, position: usize, namespace: usize) -> Counts {
        let sub_clusters = self.points.get(position).map_or(&[][..], |point| &point.sub_clusters);
        let all = nothing().unavailable;
        let (mut active, mut dead) = (0, 0);
        for counts in
            sub_clusters.iter().filter_map(|sub_cluster| sub_cluster.counts.get(namespace))
        {
            active = all.min(active + counts.active);
            dead = all.min(dead + counts.dead);
        }
        let dead = dead.min(all - active);
        Counts { active, unavailable: all - active - dead, dead }
    }

    /// The counts at the end.
    #[must_use]
    pub fn end(&self, namespace: usize) -> Counts {
        self.counts(self.points.len().saturating_sub(1), namespace)
    }
}

/// The counts when no node is up: every partition is unavailable (docs/domain.md §5).
fn nothing() -> Counts {
    let unavailable = convert::count(PARTITIONS);
    Counts { active: 0, unavailable, dead: 0 }
}

/// Removes nodes from their sub-clusters, and sub-clusters that are empty.
fn leave(sub_clusters: &mut Vec<Rc<TrackedSubCluster>>, nodes: &[NodeId]) {
    for sub_cluster in sub_clusters.iter_mut() {
        if sub_cluster.nodes.iter().any(|node| nodes.contains(node)) {
            Rc::make_mut(sub_cluster).nodes.retain(|node| !nodes.contains(node));
        }
    }
    sub_clusters.retain(|sub_cluster| !sub_cluster.nodes.is_empty());
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{Command, NodeId, RosterNodes, Shutdown};

    use super::*;
    use crate::state::case_study;

    fn ids(text: &str) -> Vec<NodeId> {
        text.split_whitespace().map(|id| id.parse().unwrap()).collect()
    }

    fn stop(nodes: &str, shutdown: Shutdown) -> Command {
        Command::Stop { nodes: ids(nodes), shutdown }
    }

    fn acted(commands: impl IntoIterator<Item = Command>) -> Timeline {
        let mut timeline = Timeline::new(case_study()).unwrap();
        for command in commands {
            timeline.act(command).unwrap();
            timeline.migrate(None);
        }
        timeline
    }

    /// Unavailable and dead at each position, by going there.
    fn by_going(timeline: &Timeline) -> Vec<(u32, u32)> {
        let mut timeline = timeline.clone();
        (0..=timeline.entries().len())
            .map(|position| {
                timeline.seek(position);
                let view = timeline.cluster().view();
                let counts = view.sub_clusters.iter().map(|sub| sub.namespaces[0].counts);
                let (active, dead) = counts.fold((0, 0), |(active, dead), counts| {
                    (active + counts.active, dead + counts.dead)
                });
                (4096 - active - dead.min(4096 - active), dead.min(4096 - active))
            })
            .collect()
    }

    fn by_events(trend: &Trend) -> Vec<(u32, u32)> {
        let counts = (0..trend.len()).map(|position| trend.counts(position, 0));
        counts.map(|counts| (counts.unavailable, counts.dead)).collect()
    }

    fn story() -> Timeline {
        let racks = vec![ids("A101 A102 A103"), ids("B101 B102")];
        acted([
            stop("B101 B102", Shutdown::Clean),
            stop("A102", Shutdown::Unclean),
            Command::Start { nodes: ids("A102 B101 B102") },
            Command::Cut { between: racks },
            Command::RosterSet {
                namespace: "main".to_owned(),
                nodes: RosterNodes::Observed,
                on: Some("A103".parse().unwrap()),
            },
            Command::Recluster { on: Some("A103".parse().unwrap()) },
            Command::Heal { between: None },
            stop("A101 A102 A103 B101 B102", Shutdown::Clean),
        ])
    }

    #[test]
    fn the_counts_are_those_of_going_there() {
        let timeline = story();
        let trend = Trend::new(&timeline);
        assert_eq!(by_events(&trend), by_going(&timeline));
        assert_eq!(by_events(&trend)[3], (4096, 0));
        assert_eq!(trend.end(0).unavailable, 4096, "no node is up");
        assert_eq!(trend.at_ms(trend.len() - 1), timeline.cluster().now_ms());
    }

    #[test]
    fn a_node_that_is_cut_off_takes_nothing_from_what_the_others_serve() {
        let cut = |one: &str, rest: &str| {
            let mut timeline = Timeline::new(case_study()).unwrap();
            timeline.act(Command::Cut { between: vec![ids(one), ids(rest)] }).unwrap();
            let trend = Trend::new(&timeline);
            assert_eq!(by_events(&trend), by_going(&timeline), "{one} from {rest}");
            trend.end(0).unavailable
        };
        assert_eq!(cut("A101", "A102 A103 B101 B102"), 0);
        assert_eq!(cut("B102", "A101 A102 A103 B101"), 0);
        assert_eq!(cut("A101", "A102"), 0);
        cut("A102 A103", "A101 B101 B102");
        assert_eq!(cut("B101 B102", "A101 A102 A103"), 0);
    }

    #[test]
    fn following_a_change_is_the_same_as_beginning_anew() {
        let mut timeline = story();
        let mut trend = Trend::new(&timeline);
        for position in [5, 2, 3] {
            timeline.seek(position);
            timeline.act(Command::Recluster { on: None }).unwrap();
            timeline.pass(2_000);
            trend.follow(&timeline);
            timeline.pass(2_000);
            trend.follow(&timeline);
            assert_eq!(by_events(&trend), by_events(&Trend::new(&timeline)));
            assert_eq!(trend.len(), timeline.entries().len() + 1);
            assert_eq!(trend.at_ms(trend.len() - 1), timeline.cluster().now_ms());
        }
    }
}
