//! What a rebalance leaves behind for a namespace in a sub-cluster: verdicts, replicas, and what is to be migrated.
//!
//! Invariant: places, tallies and replicas stand in partition order; a partition that has nothing to migrate is in no list
//! of migrations. Not here: how it comes about (see `rebalance`) and how migrations go on (see `migration`).

use std::rc::Rc;

use crate::availability::{Availability, Rule, Verdict};
use crate::convert;
use crate::event::{Counts, Migrations};
use crate::id::{MAX_NODES, PARTITIONS, PartitionId};
use crate::node_set::{NodeSet, Slot};
use crate::roster::Roster;
use crate::succession::RosterRows;
use crate::tally::{SameFacts, Tally};
use crate::version::{ClusterKey, Version};

/// A partition's verdict and who serves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub verdict: Verdict,
    pub working_master: Option<Slot>,
    /// Whether it came up empty: active, and nobody here had data (domain.md §5.1, §6).
    pub fresh: bool,
}

/// One partition's migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartitionMigration {
    pub pid: PartitionId,
    /// First of the sub-cluster's row: everything comes together there.
    pub final_master: Slot,
    /// Who is still to send to the final master: the working master and the other duplicates.
    pub incoming: NodeSet,
    /// Replicas that the final master is still to fill.
    pub fills: NodeSet,
    /// Nodes that it is still to tell that all is done.
    pub signals: NodeSet,
}

impl PartitionMigration {
    pub fn is_done(&self) -> bool {
        self.incoming.is_empty() && self.fills.is_empty() && self.signals.is_empty()
    }

    /// Whether a node has something to send, now or later.
    pub fn is_sender(&self, node: Slot) -> bool {
        self.incoming.contains(node) || node == self.final_master && !self.fills.is_empty()
    }

    /// Whether a node's copy is not complete yet.
    pub fn fills_or_awaits(&self, node: Slot) -> bool {
        self.fills.contains(node) || node == self.final_master && !self.incoming.is_empty()
    }
}

/// The latest rebalance of a namespace in a sub-cluster, and how far its migrations are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Balance {
    /// The roster in force; none in AP, or when none was ever set.
    pub roster: Option<Rc<Roster>>,
    /// Roster nodes here; in AP, all nodes here.
    pub present: NodeSet,
    /// Those that stand last in every row.
    pub quiesced: NodeSet,
    /// RF here: in AP it shrinks to the nodes there are (domain.md §3).
    pub replication_factor: u8,
    /// 0 in AP.
    pub regime: u32,
    /// In AP: the rows over the nodes here. In SC the roster has them.
    pub own_rows: Option<Rc<RosterRows>>,
    /// In partition order.
    pub places: Rc<Vec<Place>>,
    /// In partition order; empty in AP and without a roster.
    pub tallies: Rc<Vec<Tally>>,
    /// What the rules saw of the sub-cluster as a whole.
    pub same: SameFacts,
    /// The replicas of each active partition: RF slots each, or as many as nodes are present, in partition order.
    pub replicas: Rc<Vec<Slot>>,
    /// In AP, for each of them whether it began without data and has a migration; empty in SC.
    pub began_empty: Rc<Vec<bool>>,
    /// By partition, lowest first; those with nothing to do are not in it.
    pub migrations: Rc<Vec<PartitionMigration>>,
    /// How far they are.
    pub progress: Progress,
    /// What each node was due at the rebalance, in the order of the sub-cluster's nodes.
    pub expected: Vec<Migrations>,
}

/// How far a list of migrations is, so that a round need not look at all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// How many are not done.
    pub open: usize,
    /// Whether some may have nothing left but signals that were not given yet.
    pub signals_wait: bool,
    /// By slot: in this many places from the start the node has nothing to send, now or later.
    pub nothing_before: Vec<usize>,
}

impl Progress {
    /// Of a list that nothing has happened to.
    pub fn new(migrations: &[PartitionMigration]) -> Self {
        let nothing_before = vec![0; MAX_NODES];
        Self { open: migrations.len(), signals_wait: true, nothing_before }
    }
}

impl Balance {
    /// A namespace in which no partition is active, for a reason that is none of the rules.
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
            replicas: Rc::default(),
            began_empty: Rc::default(),
            migrations: Rc::default(),
            progress: Progress::default(),
            expected: vec![Migrations::default(); members],
        }
    }

    /// A pass over all partitions, for debug builds.
    pub fn assert_invariants(&self) {
        assert_eq!(self.places.len(), PARTITIONS, "a place for every partition");
        let served = |place: &Place| place.working_master.is_some() == place.verdict.is_active();
        assert!(self.places.iter().all(served), "who is active is served, and nobody else");
        assert!(self.migrations.is_sorted_by_key(|migration| migration.pid));
        let open = self.migrations.iter().filter(|migration| !migration.is_done()).count();
        assert_eq!(open, self.progress.open, "migrations that are not done");
    }

    /// How many replicas an active partition has here.
    pub fn width(&self) -> usize {
        usize::from(self.replication_factor).min(self.present.len())
    }

    /// The replicas of an active partition here, the final master first; empty when it is not active.
    pub fn replicas(&self, pid: PartitionId) -> &[Slot] {
        let width = self.width();
        if self.places[pid.index()].verdict.is_active() {
            &self.replicas[pid.index() * width..][..width]
        } else {
            &[]
        }
    }

    /// The migrations of a partition, unless there are none or they are done.
    pub fn migration(&self, pid: PartitionId) -> Option<&PartitionMigration> {
        let place = self.migrations.binary_search_by_key(&pid, |m| m.pid).ok()?;
        Some(&self.migrations[place]).filter(|m| !m.is_done())
    }

    /// Whether everything to a replica is a fill, and so waits for `migrate-fill-delay`: in SC to one that is not a
    /// roster-replica, in AP to one that began without data (domain.md §6, \[doc, logs\]).
    pub fn is_only_filled(&self, pid: PartitionId, replica: Slot) -> bool {
        if let Some(roster) = &self.roster {
            return !roster.replicas(pid, self.replication_factor).contains(&replica);
        }
        let began = self.began_empty.iter().skip(pid.index() * self.width());
        self.replicas(pid).iter().zip(began).any(|(slot, empty)| *slot == replica && *empty)
    }

    /// Where a node may send a partition next: to the final master, or, as a final master that has everything, to a
    /// replica. While fills wait, not to a node to which everything is a fill.
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

    /// What each of these nodes can send and receive now: what is left without what waits for `migrate-fill-delay` or
    /// for what is to come in first (domain.md §6, \[doc, logs\]). Signals take no time and are not counted.
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

    /// Whether anything is left to migrate, of the partitions before the limit if there is one.
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

    /// The verdicts, added up.
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

    /// How many partitions came up empty.
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

/// What each of these nodes is still due to send, receive and signal; right after a rebalance that is
/// `expected-migrations (tx,rx,signals)` (domain.md §6).
pub(crate) fn due(migrations: &[PartitionMigration], nodes: &[Slot]) -> Vec<Migrations> {
    due_of(migrations.iter().copied(), nodes)
}

pub(crate) fn due_of(
    migrations: impl Iterator<Item = PartitionMigration>,
    nodes: &[Slot],
) -> Vec<Migrations> {
    // By slot first: a migration touches a few nodes, a cluster may have 256.
    let mut by_slot = [Migrations::default(); MAX_NODES];
    let count = |set: NodeSet| convert::count(set.len());
    for migration in migrations {
        let final_master = &mut by_slot[migration.final_master.index()];
        final_master.tx += count(migration.fills);
        final_master.rx += count(migration.incoming);
        final_master.signals += count(migration.signals);
        migration.incoming.iter().for_each(|slot| by_slot[slot.index()].tx += 1);
        migration.fills.iter().for_each(|slot| by_slot[slot.index()].rx += 1);
    }
    nodes.iter().map(|slot| by_slot[slot.index()]).collect()
}

/// A version once its partition's migrations are complete (domain.md §6): replicas have the final version, the first one
/// with the master flag; others drop data and marks, but a quiesced node keeps data as a subset.
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
