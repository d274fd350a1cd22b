//! Losses: which partitions stay active if a set of nodes stopped at the same instant, without stopping them.
//!
//! Invariant: [`Losses::not_active_without`] returns what a copy of the cluster would show after those nodes stop and
//! the rest settles. A clean or an unclean stop makes no difference to the nodes that are left (domain.md §4: the mark
//! matters when a node returns). Clusters settle by the same [`settle`], and the same judge decides; only the counting
//! is on bit sets, and is done once for all partitions in the same position. Not here: losses one after the other with
//! migrations in between.

pub(crate) mod every_set;
mod failure_sets;
pub(crate) mod up_to_three;

use std::rc::Rc;

use crate::availability::{Availability, Facts, Judge, Rule, Verdict};
use crate::cluster::Cluster;
use crate::clustering::{Network, SubCluster, settle};
use crate::convert::{self, narrow};
use crate::cuts::Cuts;
use crate::id::{NodeId, PARTITIONS, PartitionId};
use crate::namespace::{Mode, Profile};
use crate::node_set::{NodeSet, PlaceSet, Slot};
use crate::roster::Roster;
use crate::rules::{Clause, Rules};
use crate::succession::RosterRows;
use crate::version::{self, RevivedBy, Version};

/// What the running nodes hold of a partition: a set of nodes for each mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Marks {
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

    /// The nodes with a full copy.
    fn full(&self, whole: bool) -> NodeSet {
        let Self { evading, revived, with_data, subset, .. } = self;
        let [evading, revived, with_data, subset] =
            [evading, revived, with_data, subset].map(|set| set.words());
        NodeSet::of_words(std::array::from_fn(|at| {
            version::full(with_data[at], subset[at], evading[at], revived[at], whole)
        }))
    }

    /// The nodes with data and without `s`, trusted or not.
    fn not_subset(&self) -> NodeSet {
        let [with_data, subset] = [self.with_data, self.subset].map(NodeSet::words);
        NodeSet::of_words(std::array::from_fn(|at| version::not_subset(with_data[at], subset[at])))
    }
}

/// A partition as one roster sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    marks: Marks,
    roster_replicas: NodeSet,
    roster_master: Option<Slot>,
}

/// Bits for what the rules can see of one node of a partition.
pub(crate) mod seen {
    pub const EVADE: u8 = 1;
    pub const REVIVED: u8 = 1 << 1;
    pub const BY_OPERATOR: u8 = 1 << 2;
    pub const DATA: u8 = 1 << 3;
    pub const SUBSET: u8 = 1 << 4;
    pub const REPLICA: u8 = 1 << 5;
    pub const MASTER: u8 = 1 << 6;
}

impl Position {
    /// What the rules can see of a node: bits of [`seen`].
    pub fn seen(&self, slot: Slot) -> u8 {
        let Marks { evading, revived, by_operator, with_data, subset } = self.marks;
        let sets = [evading, revived, by_operator, with_data, subset, self.roster_replicas];
        let bits = sets.iter().enumerate().map(|(n, set)| u8::from(set.contains(slot)) << n);
        let bits = bits.fold(0, |all, bit| all | bit);
        if self.roster_master == Some(slot) { bits | seen::MASTER } else { bits }
    }
}

/// Partitions in the same position under every roster that is pending somewhere, and served by the same sub-clusters
/// now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    /// Their position under each roster, by the roster's place in `rosters`.
    pub positions: Vec<Position>,
    /// The principals of the sub-clusters where they are active now.
    pub served_by: NodeSet,
    pub partitions: Vec<PartitionId>,
}

/// A namespace of a settled cluster, ready to be asked about losses.
#[derive(Clone, Debug)]
pub struct Losses {
    ids: Vec<NodeId>,
    pub(crate) running: NodeSet,
    /// The running nodes, highest id first. Callers' masks and places refer to this list.
    pub(crate) order: Vec<Slot>,
    pub(crate) cuts: Cuts,
    /// The clusters that the nodes agreed on.
    agreed: Vec<NodeSet>,
    min_cluster_size: usize,
    rules: Rules,
    /// Nodes that have never had a roster in force.
    pub(crate) never_in_force: NodeSet,
    /// The sub-clusters as they are now: members and principal.
    pub(crate) formed: Vec<(NodeSet, Slot)>,
    pub(crate) rosters: Vec<Rc<Roster>>,
    /// By slot: the roster that the node holds, as a place in `rosters`.
    pub(crate) held: Vec<Option<usize>>,
    pub(crate) groups: Vec<Group>,
    pub(crate) replication_factor: u8,
    pub(crate) profile: Profile,
    pub(crate) judge: Judge,
}

impl Cluster {
    /// Prepares asking what any further loss would leave of a namespace. In AP a partition counts as active where it is
    /// served with its data; one that would come up empty, or that no cluster would serve, counts as lost (domain.md
    /// §6).
    ///
    /// `None` while a cluster change is still to come, and for an unknown namespace.
    #[must_use]
    pub fn losses(&self, namespace: &str) -> Option<Losses> {
        self.losses_of(namespace, &PartitionId::all().collect::<Vec<_>>())
    }

    /// As [`Cluster::losses`], for these partitions alone: all that it counts and lists are among them. What a round of
    /// migrations changed can so be asked about again without the rest.
    #[must_use]
    pub fn losses_of(&self, namespace: &str, partitions: &[PartitionId]) -> Option<Losses> {
        let index = self.namespace_index(namespace)?;
        let settings = self.settings(index);
        if self.is_changing() {
            return None;
        }
        let strong = settings.mode == Mode::StrongConsistency;
        let running = self.running().minus(self.staying_out());
        let mut rosters: Vec<Rc<Roster>> = Vec::new();
        let mut held = vec![None; self.nodes.len()];
        if !strong {
            rosters.push(Rc::new(everybody(running)));
            held.fill(Some(0));
        }
        for slot in running.iter().filter(|_| strong) {
            let pending = self.part(slot, index).pending.as_ref();
            held[slot] = pending.map(|pending| {
                rosters.iter().position(|roster| Rc::ptr_eq(roster, pending)).unwrap_or_else(|| {
                    rosters.push(pending.clone());
                    rosters.len() - 1
                })
            });
        }
        let groups = self.groups(index, running, &rosters, partitions);
        Some(Losses {
            ids: self.nodes.iter().map(|node| node.id).collect(),
            running,
            order: self.highest_first(running),
            cuts: self.unheard().into_owned(),
            formed: self.formed_clusters(),
            rosters,
            held,
            groups,
            replication_factor: settings.replication_factor,
            profile: self.profile_of(&self.highest_first(running)),
            judge: if strong { self.rules.judge } else { with_data },
            agreed: self.agreed.clone(),
            min_cluster_size: usize::from(self.setup.min_cluster_size),
            rules: self.rules,
            never_in_force: self.never_in_force(index),
        })
    }

    /// The sub-clusters as they are now: members and principal.
    fn formed_clusters(&self) -> Vec<(NodeSet, Slot)> {
        let of = |sub_cluster: &SubCluster| (sub_cluster.members, sub_cluster.principal());
        self.sub_clusters.iter().map(of).collect()
    }

    /// The principals of the sub-clusters where a partition is active.
    fn served_by(&self, index: usize, pid: PartitionId) -> NodeSet {
        let available = self.settings(index).mode == Mode::Available;
        let serves = |one: &&SubCluster| {
            let place = one.balance(index).places[pid];
            place.verdict.is_active() && !(available && place.fresh)
        };
        self.sub_clusters.iter().filter(serves).map(SubCluster::principal).collect()
    }

    fn never_in_force(&self, index: usize) -> NodeSet {
        let nodes = self.nodes.iter().enumerate();
        let never = nodes.filter(|(_, node)| node.namespaces[index].in_force.is_none());
        never.map(|(slot, _)| Slot::new(slot)).collect()
    }

    fn groups(
        &self,
        index: usize,
        running: NodeSet,
        rosters: &[Rc<Roster>],
        partitions: &[PartitionId],
    ) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        // The groups' places, sorted by position. There can be thousands of groups, and places are cheap to move.
        let mut order: Vec<u16> = Vec::new();
        let marks = rosters.iter().map(|roster| self.marks(index, running, roster, partitions));
        let marks: Vec<Vec<Marks>> = marks.collect();
        for (place, pid) in partitions.iter().copied().enumerate() {
            let rf = self.settings(index).replication_factor;
            let position = |(roster, marks): (&Rc<Roster>, &Vec<Marks>)| {
                let replicas = roster.replicas(pid, rf);
                Position {
                    marks: marks[place],
                    roster_replicas: replicas.iter().copied().collect(),
                    roster_master: replicas.first().copied(),
                }
            };
            let positions: Vec<Position> = rosters.iter().zip(&marks).map(position).collect();
            let served_by = self.served_by(index, pid);
            let known = |place: &u16| {
                let group = &groups[usize::from(*place)];
                group.positions.cmp(&positions).then(group.served_by.cmp(&served_by))
            };
            match order.binary_search_by(known) {
                Ok(found) => groups[usize::from(order[found])].partitions.push(pid),
                Err(there) => {
                    order.insert(there, narrow(groups.len(), "a group's place"));
                    groups.push(Group { positions, served_by, partitions: vec![pid] });
                }
            }
        }
        order.into_iter().map(|place| std::mem::take(&mut groups[usize::from(place)])).collect()
    }

    /// What the running nodes of a roster hold of each of these partitions.
    fn marks(
        &self,
        index: usize,
        running: NodeSet,
        roster: &Roster,
        partitions: &[PartitionId],
    ) -> Vec<Marks> {
        let mut marks = vec![Marks::default(); partitions.len()];
        for slot in running.and(roster.set).iter() {
            let namespace = self.part(slot, index);
            // Roster-set protection would mark the node when this roster comes into force (domain.md §4).
            let protects = namespace.in_force.as_ref().is_some_and(|old| !old.same_nodes(roster));
            for (pid, marks) in partitions.iter().zip(&mut marks) {
                let version = namespace.versions[*pid];
                if !version.is_null() {
                    marks.add(slot, version);
                } else if protects {
                    marks.add(slot, version.with_revived(RevivedBy::RosterProtection));
                }
            }
        }
        marks
    }
}

impl Losses {
    /// The nodes that could be lost, highest id first.
    #[must_use]
    pub fn running(&self) -> Vec<NodeId> {
        self.order.iter().map(|slot| self.ids[*slot]).collect()
    }

    /// The node at a place of [`Losses::running`].
    #[must_use]
    pub fn member(&self, index: usize) -> Option<NodeId> {
        self.order.get(index).map(|slot| self.ids[*slot])
    }

    /// As [`Losses::not_active_without`], for a set of places in [`Losses::running`]. For very many sets,
    /// [`Losses::every_set`] and [`Losses::up_to_three`] are far quicker.
    #[must_use]
    pub fn not_active_without_set(&self, lost: PlaceSet) -> u32 {
        partitions_of(self.groups_inactive(self.running.minus(self.set_of(lost))))
    }

    /// The nodes at some places of [`Losses::running`].
    pub(crate) fn set_of(&self, lost: PlaceSet) -> NodeSet {
        lost.iter().filter_map(|place| self.order.get(place).copied()).collect()
    }

    /// The clusters once only these nodes are left (domain.md §7).
    pub(crate) fn clusters(&self, left: NodeSet) -> Vec<NodeSet> {
        let network = Network {
            running: left,
            departed: self.running.minus(left),
            cuts: &self.cuts,
            ids: &self.ids,
            min_cluster_size: self.min_cluster_size,
            rules: self.rules,
        };
        settle(&self.agreed, &network).clusters
    }

    /// Whether a loss could leave too few nodes to form a cluster.
    pub(crate) fn has_minimum(&self) -> bool {
        self.min_cluster_size > 1
    }

    /// How many partitions would be active in no sub-cluster if these nodes stopped at the same instant. Nodes that do
    /// not run make no difference.
    #[must_use]
    pub fn not_active_without(&self, lost: &[NodeId]) -> u32 {
        partitions_of(self.groups_not_active_without(lost))
    }

    /// The nodes that would be in some cluster if these stopped at the same instant, highest id first (domain.md §7).
    #[must_use]
    pub fn members_without(&self, lost: &[NodeId]) -> Vec<NodeId> {
        let clusters = self.clusters(self.left_without(lost));
        let is_member = |slot: &&Slot| clusters.iter().any(|members| members.contains(**slot));
        self.order.iter().filter(is_member).map(|slot| self.ids[*slot]).collect()
    }

    /// Whether any cluster would be left if these nodes stopped at the same instant (domain.md §7).
    #[must_use]
    pub fn leaves_a_cluster(&self, lost: &[NodeId]) -> bool {
        !self.clusters(self.left_without(lost)).is_empty()
    }

    /// Which partitions those are, in order.
    #[must_use]
    pub fn partitions_not_active_without(&self, lost: &[NodeId]) -> Vec<PartitionId> {
        let mut among = [false; PARTITIONS];
        for group in self.groups_not_active_without(lost) {
            group.partitions.iter().for_each(|pid| among[*pid] = true);
        }
        PartitionId::all().filter(|pid| among[*pid]).collect()
    }

    fn groups_not_active_without(&self, lost: &[NodeId]) -> impl Iterator<Item = &Group> {
        self.groups_inactive(self.left_without(lost))
    }

    /// The running nodes without these. Ids that no node has make no difference.
    fn left_without(&self, lost: &[NodeId]) -> NodeSet {
        let slots = lost.iter().filter_map(|id| self.ids.iter().position(|other| other == id));
        self.running.minus(slots.map(Slot::new).collect())
    }

    fn groups_inactive(&self, left: NodeSet) -> impl Iterator<Item = &Group> {
        let clusters = self.clusters(left);
        let serving: Vec<Serving> =
            clusters.into_iter().filter_map(|members| self.serving(members)).collect();
        self.groups
            .iter()
            .filter(move |group| !serving.iter().any(|serving| self.serves(group, *serving)))
    }

    fn serving(&self, members: NodeSet) -> Option<Serving> {
        let unchanged = self.formed.iter().find(|(formed, _)| *formed == members);
        match unchanged {
            Some((_, principal)) => Some(Serving::Unchanged(*principal)),
            None => Some(Serving::Anew(self.roster_of(members)?, members)),
        }
    }

    fn serves(&self, group: &Group, serving: Serving) -> bool {
        match serving {
            Serving::Unchanged(principal) => group.served_by.contains(principal),
            Serving::Anew(roster, members) => self.is_active(group, roster, members),
        }
    }

    /// Whether every sub-cluster would serve what it serves now if the same nodes formed it anew. It may not after a
    /// roster was staged, or after copies were marked or migrated.
    pub(crate) fn would_form_alike(&self) -> bool {
        self.formed.iter().all(|(members, principal)| {
            let roster = self.roster_of(*members);
            self.groups.iter().all(|group| {
                let anew = roster.is_some_and(|roster| self.is_active(group, roster, *members));
                anew == group.served_by.contains(*principal)
            })
        })
    }

    /// The roster that would come into force in a cluster of these nodes: the highest generation, the principal's on ties
    /// (domain.md §1).
    fn roster_of(&self, members: NodeSet) -> Option<usize> {
        let holders = members.iter().filter_map(|slot| Some((slot, self.held[slot]?)));
        let best = holders
            .max_by_key(|(slot, roster)| (self.rosters[*roster].generation, self.ids[*slot]));
        best.map(|(_, roster)| roster)
    }

    /// Whether a roster that came into force among these nodes would be the namespace's first (domain.md §5.1).
    pub(crate) fn is_first_roster(&self, members: NodeSet) -> bool {
        members.minus(self.never_in_force).is_empty() || !self.rules.follow(Clause::FirstRosterOnly)
    }

    fn is_active(&self, group: &Group, roster: usize, members: NodeSet) -> bool {
        let Position { marks, roster_replicas, roster_master } = group.positions[roster];
        let set = self.rosters[roster].set;
        let present = set.and(members);
        let count = |set: NodeSet| convert::count(set.and(present).len());
        let facts = Facts {
            replication_factor: u32::from(self.replication_factor),
            roster: convert::count(set.len()),
            present: count(present),
            evading: count(marks.evading),
            revived: count(marks.revived),
            revived_by_operator: count(marks.by_operator),
            with_data: count(marks.with_data),
            full: count(marks.full(present == set)),
            not_subset: count(marks.not_subset()),
            roster_replicas_present: count(roster_replicas),
            roster_master_present: roster_master.is_some_and(|slot| present.contains(slot)),
            first_roster: self.is_first_roster(members),
        };
        (self.judge)(&facts, self.profile).is_active()
    }
}

/// The judge for AP: a partition is lost where no node has its data (domain.md §6).
fn with_data(facts: &Facts, _: Profile) -> Verdict {
    let availability =
        if facts.with_data > 0 { Availability::Active } else { Availability::Unavailable };
    Verdict { availability, rule: Rule::Ap }
}

/// Stands for the roster in AP, which has none: every node may hold data, and no node is a roster-replica.
fn everybody(running: NodeSet) -> Roster {
    let slots: Vec<Slot> = running.iter().collect();
    let rows = Rc::new(RosterRows::none());
    Roster { generation: 1, entries: Rc::default(), slots, set: running, rows }
}

/// A sub-cluster after a loss.
#[derive(Clone, Copy, Debug)]
enum Serving {
    /// It lost no member, so its verdicts stay. Its principal.
    Unchanged(Slot),
    /// It forms anew: the roster that comes into force, and the members.
    Anew(usize, NodeSet),
}

fn partitions_of<'a>(groups: impl Iterator<Item = &'a Group>) -> u32 {
    let partitions = groups.map(|group| group.partitions.len());
    convert::count(partitions.sum())
}
