//! The result of a rebalance of a namespace in a sub-cluster: verdicts, replicas, and what is to be migrated.
//!
//! Invariant: places, tallies and replicas are in partition order, and the list of migrations only has partitions with
//! something to migrate. Not here: how a rebalance decides (see `rebalance`) and how migrations proceed (see
//! `migration`).

use std::rc::Rc;

use crate::availability::{Availability, Rule, Verdict};
use crate::convert;
use crate::event::{Counts, Migrations};
use crate::id::{MAX_NODES, PARTITIONS, PartitionId};
use crate::node_set::{NodeSet, Slot};
use crate::roster::Roster;
use crate::succession::RosterRows;
use crate::tally::{SameFacts, Tally};
use crate::version::{ClusterKey, CopyState, Marks, Version};

/// A partition's verdict, and the node that serves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub verdict: Verdict,
    pub working_master: Option<Slot>,
    /// Whether it came up empty: active, although no node here had data (domain.md §5.1, §6).
    pub fresh: bool,
}

/// One partition's migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartitionMigration {
    pub pid: PartitionId,
    /// The first node of the sub-cluster's row; it receives all the partition's data.
    pub final_master: Slot,
    /// Nodes that still have to send to the final master: the working master and the other duplicates.
    pub incoming: NodeSet,
    /// Replicas that the final master still has to fill.
    pub fills: NodeSet,
    /// Nodes that it still has to send the all-done signal to.
    pub signals: NodeSet,
}

impl PartitionMigration {
    pub fn is_done(&self) -> bool {
        self.incoming.is_empty() && self.fills.is_empty() && self.signals.is_empty()
    }

    /// Whether a node still has something to send, now or later.
    pub fn is_sender(&self, node: Slot) -> bool {
        self.incoming.contains(node) || node == self.final_master && !self.fills.is_empty()
    }

    /// Whether a node's copy is not complete yet.
    pub fn fills_or_awaits(&self, node: Slot) -> bool {
        self.fills.contains(node) || node == self.final_master && !self.incoming.is_empty()
    }
}

/// The latest rebalance of a namespace in a sub-cluster, and the progress of its migrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Balance {
    /// The roster in force; none in AP, or when none was ever set.
    pub roster: Option<Rc<Roster>>,
    /// The roster nodes here; in AP, all nodes here.
    pub present: NodeSet,
    /// The quiesced nodes, which are last in every row.
    pub quiesced: NodeSet,
    /// RF here: in AP it shrinks to the number of nodes here (domain.md §3).
    pub replication_factor: u8,
    /// 0 in AP.
    pub regime: u32,
    /// In AP the rows over the nodes here; in SC the roster has the rows.
    pub own_rows: Option<Rc<RosterRows>>,
    /// In partition order.
    pub places: Rc<Vec<Place>>,
    /// In partition order; empty in AP and without a roster.
    pub tallies: Rc<Vec<Tally>>,
    /// What the rules saw that is the same for all partitions.
    pub same: SameFacts,
    /// For each node of `present`, in partition order: what the rules read of its versions before the rebalance changed
    /// them. Empty in AP and without a roster.
    pub seen: Rc<Vec<Vec<Marks>>>,
    /// The replicas of each active partition: RF slots each, or as many as nodes are present, in partition order.
    pub replicas: Rc<Vec<Slot>>,
    /// In AP, whether each replica began without data and has a migration; empty in SC.
    pub began_empty: Rc<Vec<bool>>,
    /// By partition, lowest first; without the partitions that have nothing to migrate.
    pub migrations: Rc<Vec<PartitionMigration>>,
    /// Their progress.
    pub progress: Progress,
    /// What each node was due to migrate at the rebalance, in the order of the sub-cluster's nodes.
    pub expected: Vec<Migrations>,
}

/// The progress of a list of migrations. It spares a round from looking at all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The number of migrations that are not done.
    pub open: usize,
    /// Whether some may only have signals left that were not given yet.
    pub signals_wait: bool,
    /// By slot: how many entries at the start of the list leave the node nothing to send, now or later.
    pub nothing_before: Vec<usize>,
}

impl Progress {
    /// The progress of a new list.
    pub fn new(migrations: &[PartitionMigration]) -> Self {
        let nothing_before = vec![0; MAX_NODES];
        Self { open: migrations.len(), signals_wait: true, nothing_before }
    }
}

impl Balance {
    /// A namespace in which no partition is active, for a reason outside the rules of domain.md §5.
    pub fn none_active(rule: Rule, members: usize) -> Self {
        let verdict = Verdict { availability: Availability::Unavailable, rule };
        Self {
            roster: None,
            present: NodeSet::EMPTY,
            quiesced: NodeSet::EMPTY,
            replication_factor: 0,
            regime: 0,
            own_rows: None,
            places: Rc::new(vec![
                Place { verdict, working_master: None, fresh: false };
                PARTITIONS
            ]),
            same: SameFacts::default(),
            tallies: Rc::default(),
            seen: Rc::default(),
            replicas: Rc::default(),
            began_empty: Rc::default(),
            migrations: Rc::default(),
            progress: Progress::default(),
            expected: vec![Migrations::default(); members],
        }
    }

    /// Asserts what the module promises, in a pass over all partitions; for debug builds.
    pub fn assert_invariants(&self) {
        assert_eq!(self.places.len(), PARTITIONS, "a place for every partition");
        let served = |place: &Place| place.working_master.is_some() == place.verdict.is_active();
        assert!(self.places.iter().all(served), "who is active is served, and nobody else");
        assert!(self.migrations.is_sorted_by_key(|migration| migration.pid));
        let open = self.migrations.iter().filter(|migration| !migration.is_done()).count();
        assert_eq!(open, self.progress.open, "migrations that are not done");
    }

    /// The number of replicas that an active partition has here.
    pub fn width(&self) -> usize {
        usize::from(self.replication_factor).min(self.present.len())
    }

    /// The replicas of an active partition here, the final master first; empty when it is not active.
    pub fn replicas(&self, pid: PartitionId) -> &[Slot] {
        let width = self.width();
        if self.places[pid].verdict.is_active() {
            &self.replicas[pid.index() * width..][..width]
        } else {
            &[]
        }
    }

    /// Whether the whole roster is present; in AP always.
    pub fn is_whole(&self) -> bool {
        self.roster.as_ref().is_none_or(|roster| roster.set == self.present)
    }

    /// What the rules saw of a node's copy; `None` when they did not read it.
    pub fn seen_of(&self, slot: Slot, pid: PartitionId) -> Option<CopyState> {
        let place = self.present.iter().position(|present| present == slot)?;
        let marks = self.seen.get(place)?.get(pid.index())?;
        Some(marks.state(self.is_whole()))
    }

    /// The migrations of a partition that are not done, if there are any.
    pub fn migration(&self, pid: PartitionId) -> Option<&PartitionMigration> {
        let place = self.migrations.binary_search_by_key(&pid, |m| m.pid).ok()?;
        Some(&self.migrations[place]).filter(|m| !m.is_done())
    }

    /// Whether every migration to a replica is a fill and waits for `migrate-fill-delay`: in SC to a replica that is
    /// not a roster-replica, in AP to one that began without data (domain.md §6, \[doc, logs\]).
    pub fn is_only_filled(&self, pid: PartitionId, replica: Slot) -> bool {
        if let Some(roster) = &self.roster {
            return !roster.replicas(pid, self.replication_factor).contains(&replica);
        }
        let began = self.began_empty.iter().skip(pid.index() * self.width());
        self.replicas(pid).iter().zip(began).any(|(slot, empty)| *slot == replica && *empty)
    }

    /// The node that a sender may send a partition to next: the final master, or, from a final master that has
    /// everything, a replica. While fills wait, a node that is only filled gets nothing.
    pub fn next_target(
        &self,
        migration: &PartitionMigration,
        sender: Slot,
        fills_wait: bool,
    ) -> Option<Slot> {
        let may_go = |to: &Slot| !fills_wait || !self.is_only_filled(migration.pid, *to);
        if migration.incoming.contains(sender) {
            Some(migration.final_master).filter(may_go)
        } else if sender == migration.final_master && migration.incoming.is_empty() {
            migration.fills.iter().find(may_go)
        } else {
            None
        }
    }

    /// What each of these nodes can send and receive now: what is left, without what waits for `migrate-fill-delay` or
    /// for an incoming migration (domain.md §6, \[doc, logs\]). Signals take no time and are not counted.
    pub fn under_way(&self, nodes: &[Slot], fills_wait: bool) -> Vec<Migrations> {
        let of = |migration: &PartitionMigration| {
            let waits = |slot| fills_wait && self.is_only_filled(migration.pid, slot);
            let PartitionMigration { final_master, incoming, fills, .. } = *migration;
            let fills = if incoming.is_empty() {
                fills.iter().filter(|slot| !waits(*slot)).collect()
            } else {
                NodeSet::EMPTY
            };
            let incoming = if waits(final_master) { NodeSet::EMPTY } else { incoming };
            PartitionMigration { incoming, fills, signals: NodeSet::EMPTY, ..*migration }
        };
        due_of(self.migrations.iter().map(of), nodes)
    }

    /// Whether anything is left to migrate; with a limit, in the partitions before it.
    pub fn is_migrating_below(&self, limit: Option<PartitionId>) -> bool {
        let Some(limit) = limit else {
            return self.is_migrating();
        };
        let below = self.migrations.partition_point(|migration| migration.pid < limit);
        self.migrations[..below].iter().any(|migration| !migration.is_done())
    }

    /// Whether anything is left to migrate.
    pub fn is_migrating(&self) -> bool {
        self.progress.open > 0
    }

    /// The verdicts, counted.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for place in self.places.iter() {
            match place.verdict.availability {
                Availability::Active => counts.active += 1,
                Availability::Unavailable => counts.unavailable += 1,
                Availability::Dead => counts.dead += 1,
            }
        }
        counts
    }

    /// The number of partitions that came up empty.
    pub fn fresh(&self) -> u32 {
        convert::count(self.places.iter().filter(|place| place.fresh).count())
    }

    /// How many partitions each rule decided, in the order of the rules, without zeros.
    pub fn by_rule(&self) -> Vec<(Rule, u32)> {
        let mut counts = Rule::ALL.map(|rule| (rule, 0));
        for place in self.places.iter() {
            counts[place.verdict.rule as usize].1 += 1;
        }
        counts.into_iter().filter(|(_, count)| *count > 0).collect()
    }
}

/// What each of these nodes still has to send, receive and signal. Right after a rebalance this is `expected-migrations
/// (tx,rx,signals)` (domain.md §6).
pub(crate) fn due(migrations: &[PartitionMigration], nodes: &[Slot]) -> Vec<Migrations> {
    due_of(migrations.iter().copied(), nodes)
}

pub(crate) fn due_of(
    migrations: impl Iterator<Item = PartitionMigration>,
    nodes: &[Slot],
) -> Vec<Migrations> {
    // Summed by slot, because a migration involves a few nodes and a cluster may have 256.
    let mut by_slot = [Migrations::default(); MAX_NODES];
    let count = |set: NodeSet| convert::count(set.len());
    for migration in migrations {
        let final_master = &mut by_slot[migration.final_master];
        final_master.tx += count(migration.fills);
        final_master.rx += count(migration.incoming);
        final_master.signals += count(migration.signals);
        migration.incoming.iter().for_each(|slot| by_slot[slot].tx += 1);
        migration.fills.iter().for_each(|slot| by_slot[slot].rx += 1);
    }
    nodes.iter().map(|slot| by_slot[*slot]).collect()
}

/// A version after its partition's migrations are complete (domain.md §6). A replica has the final version, the first
/// one with the master flag. Other nodes drop data and marks, but a quiesced node keeps its data as a subset.
pub(crate) fn settled(
    version: Version,
    is_replica: bool,
    is_final_master: bool,
    quiesced: bool,
    key: ClusterKey,
) -> Version {
    if is_replica {
        Version::full(key, is_final_master)
    } else if quiesced && version.has_data() {
        Version::full(key, false).with_subset(true)
    } else {
        Version::NULL
    }
}
