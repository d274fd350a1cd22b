//! What any further loss of nodes would leave: verdicts for sets of nodes that stop at the same instant, without
//! stopping them.
//!
//! Invariant: [`Losses::not_active_without`] gives what a copy of the cluster would give after those nodes stop and the
//! rest settles. Whether they stop cleanly makes no difference to the nodes that are left (domain.md §4: the mark
//! matters when a node returns). It asks the same `form` and the same judge; only the counting is done on bit sets, and
//! once for all partitions that are in the same position. Not here: losses one after the other with migrations between.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::availability::{Facts, Judge};
use crate::cluster::Cluster;
use crate::clustering::form;
use crate::id::{NodeId, PartitionId};
use crate::link::{Cuts, NodeSet, Slot};
use crate::namespace::{Mode, Profile};
use crate::roster::Roster;
use crate::version::{RevivedBy, Version};

/// What the running nodes hold of a partition, each mark as a set of nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Marks {
    evading: NodeSet,
    revived: NodeSet,
    by_operator: NodeSet,
    with_data: NodeSet,
    subset: NodeSet,
}

impl Marks {
    fn add(&mut self, slot: Slot, version: Version) {
        let mut put = |on: bool, set: fn(&mut Self) -> &mut NodeSet| {
            if on {
                set(self).insert(slot);
            }
        };
        put(version.is_evade(), |marks| &mut marks.evading);
        put(version.revived().is_some(), |marks| &mut marks.revived);
        put(version.revived() == Some(RevivedBy::Operator), |marks| &mut marks.by_operator);
        put(version.has_data(), |marks| &mut marks.with_data);
        put(version.is_subset(), |marks| &mut marks.subset);
    }
}

/// A partition as one roster sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    marks: Marks,
    roster_replicas: NodeSet,
    roster_master: Option<Slot>,
}

/// Partitions that are in the same position under every roster that is pending somewhere.
#[derive(Clone, Debug)]
struct Group {
    /// By the roster's place in `rosters`.
    positions: Vec<Position>,
    partitions: Vec<PartitionId>,
}

/// An SC namespace of a settled cluster, ready to be asked about losses.
#[derive(Clone, Debug)]
pub struct Losses {
    ids: Vec<NodeId>,
    running: NodeSet,
    cuts: Cuts,
    rosters: Vec<Rc<Roster>>,
    /// By slot: the roster that the node holds, as a place in `rosters`.
    held: Vec<Option<usize>>,
    groups: Vec<Group>,
    replication_factor: u8,
    profile: Profile,
    judge: Judge,
}

impl Cluster {
    /// What any further loss would leave of an SC namespace.
    ///
    /// `None` while a cluster change is still to come, for an unknown namespace and for one without a roster (in AP
    /// nothing is ever unavailable).
    #[must_use]
    pub fn losses(&self, namespace: &str) -> Option<Losses> {
        let index = self.namespace_index(namespace)?;
        let settings = &self.setup.namespaces[index];
        if self.is_changing() || settings.mode == Mode::Available {
            return None;
        }
        let running = self.running();
        let mut rosters: Vec<Rc<Roster>> = Vec::new();
        let mut held = vec![None; self.nodes.len()];
        for slot in running.iter() {
            let pending = self.nodes[slot.index()].namespaces[index].pending.as_ref();
            held[slot.index()] = pending.map(|pending| {
                rosters.iter().position(|roster| Rc::ptr_eq(roster, pending)).unwrap_or_else(|| {
                    rosters.push(pending.clone());
                    rosters.len() - 1
                })
            });
        }
        let groups = self.groups(index, running, &rosters);
        Some(Losses {
            ids: self.nodes.iter().map(|node| node.id).collect(),
            running,
            cuts: self.cuts.clone(),
            rosters,
            held,
            groups,
            replication_factor: settings.replication_factor,
            profile: self.setup.profile,
            judge: self.rules.0,
        })
    }

    fn groups(&self, index: usize, running: NodeSet, rosters: &[Rc<Roster>]) -> Vec<Group> {
        let mut by_positions: BTreeMap<Vec<Position>, Vec<PartitionId>> = BTreeMap::new();
        for pid in PartitionId::all() {
            let positions = rosters.iter().map(|roster| self.position(index, running, roster, pid));
            by_positions.entry(positions.collect()).or_default().push(pid);
        }
        let group = |(positions, partitions)| Group { positions, partitions };
        by_positions.into_iter().map(group).collect()
    }

    fn position(
        &self,
        index: usize,
        running: NodeSet,
        roster: &Roster,
        pid: PartitionId,
    ) -> Position {
        let mut marks = Marks::default();
        for slot in running.and(roster.set).iter() {
            let namespace = &self.nodes[slot.index()].namespaces[index];
            let version = namespace.versions[pid.index()];
            // What roster-set protection would do when this roster comes into force (domain.md §4).
            let differs = namespace.in_force.as_ref().is_some_and(|old| !old.same_nodes(roster));
            let protected = differs && version.is_null();
            marks.add(
                slot,
                if protected { version.with_revived(RevivedBy::RosterProtection) } else { version },
            );
        }
        let replicas = roster.replicas(pid, self.setup.namespaces[index].replication_factor);
        Position {
            marks,
            roster_replicas: replicas.iter().copied().collect(),
            roster_master: replicas.first().copied(),
        }
    }
}

impl Losses {
    /// The nodes that could be lost, highest id first.
    #[must_use]
    pub fn running(&self) -> Vec<NodeId> {
        let mut ids: Vec<NodeId> = self.running.iter().map(|slot| self.ids[slot.index()]).collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids
    }

    /// How many partitions would be active in no sub-cluster if these nodes stopped at the same instant. Nodes that do
    /// not run make no difference.
    #[must_use]
    pub fn not_active_without(&self, lost: &[NodeId]) -> u32 {
        let partitions = self.groups_not_active_without(lost).map(|group| group.partitions.len());
        u32::try_from(partitions.sum::<usize>()).unwrap_or(u32::MAX)
    }

    /// Which partitions those are, in order.
    #[must_use]
    pub fn partitions_not_active_without(&self, lost: &[NodeId]) -> Vec<PartitionId> {
        let groups = self.groups_not_active_without(lost);
        let mut partitions: Vec<PartitionId> =
            groups.flat_map(|group| group.partitions.iter().copied()).collect();
        partitions.sort_unstable();
        partitions
    }

    fn groups_not_active_without(&self, lost: &[NodeId]) -> impl Iterator<Item = &Group> {
        let slots = lost.iter().filter_map(|id| self.ids.iter().position(|other| other == id));
        let left = self.running.minus(slots.map(Slot::new).collect());
        let clusters: Vec<(usize, NodeSet)> = form(left, &self.cuts, |slot| self.ids[slot.index()])
            .into_iter()
            .filter_map(|members| Some((self.roster_of(members)?, members)))
            .collect();
        self.groups.iter().filter(move |group| {
            !clusters.iter().any(|(roster, members)| self.is_active(group, *roster, *members))
        })
    }

    /// The roster that would come into force in a cluster of these nodes: the highest generation, the principal's on ties
    /// (domain.md §1).
    fn roster_of(&self, members: NodeSet) -> Option<usize> {
        let holders = members.iter().filter_map(|slot| Some((slot, self.held[slot.index()]?)));
        let best = holders.max_by_key(|(slot, roster)| {
            (self.rosters[*roster].generation, self.ids[slot.index()])
        });
        best.map(|(_, roster)| roster)
    }

    fn is_active(&self, group: &Group, roster: usize, members: NodeSet) -> bool {
        let Position { marks, roster_replicas, roster_master } = group.positions[roster];
        let set = self.rosters[roster].set;
        let present = set.and(members);
        let count = |set: NodeSet| u32::try_from(set.and(present).len()).unwrap_or(u32::MAX);
        let unsubset = marks.with_data.minus(marks.subset);
        let trusted = unsubset.minus(marks.evading);
        let full = if present == set { trusted } else { trusted.minus(marks.revived) };
        let facts = Facts {
            replication_factor: u32::from(self.replication_factor),
            roster: u32::try_from(set.len()).unwrap_or(u32::MAX),
            present: count(present),
            evading: count(marks.evading),
            revived: count(marks.revived),
            revived_by_operator: count(marks.by_operator),
            with_data: count(marks.with_data),
            full: count(full),
            unsubset: count(unsubset),
            roster_replicas_present: count(roster_replicas),
            roster_master_present: roster_master.is_some_and(|slot| present.contains(slot)),
        };
        (self.judge)(&facts, self.profile).is_active()
    }
}
