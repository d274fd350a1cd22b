//! What a rebalance leaves behind for a namespace in a sub-cluster, and the migrations that follow it.
//!
//! Invariant (domain.md §6, \[open\]): a final master waits for everything that is to come in, then fills the other
//! replicas that need it, then signals all-done; a cluster change abandons the whole and starts from the versions
//! reached. Lowest partition ids go first (\[model\]). Not here: what is to be migrated (see `rebalance`), when (see
//! `cluster`).

use std::rc::Rc;

use crate::availability::{Availability, Facts, Rule, Verdict};
use crate::cluster::Cluster;
use crate::event::{Counts, EventKind, Migrations};
use crate::id::{PARTITIONS, PartitionId};
use crate::link::{NodeSet, Slot};
use crate::namespace::Mode;
use crate::ordered::Ordered;
use crate::rebalance::settled;
use crate::roster::Roster;
use crate::rules::Clause;
use crate::succession::RosterRows;
use crate::version::{COUNT_BITS, Version};

/// A partition's verdict and who serves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub verdict: Verdict,
    pub working_master: Option<Slot>,
    /// Whether it came up empty: active, and nobody here had data (domain.md §5.1, §6).
    pub fresh: bool,
}

/// The part of [`Facts`] that differs from partition to partition, as one word: seven counts of [`COUNT_BITS`] each and
/// whether the roster-master is present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally(u64);

/// Where the bit of the roster-master's presence is.
const MASTER_PRESENT: u32 = COUNT_BITS * 7;

impl Tally {
    /// Of the sum of [`Version::counts`] and of the roster-replicas that are present, and whether the first of them is.
    pub fn new(counts: u64, roster_replicas_present: usize, roster_master_present: bool) -> Self {
        debug_assert!(roster_replicas_present < 1 << COUNT_BITS);
        let replicas = (roster_replicas_present as u64) << (COUNT_BITS * 6);
        Self(counts | replicas | u64::from(roster_master_present) << MASTER_PRESENT)
    }

    pub fn word(self) -> u64 {
        self.0
    }

    /// The tally that was that word.
    pub fn of_word(word: u64) -> Self {
        Self(word)
    }

    fn count(self, place: u32) -> u32 {
        let count = self.0 >> (COUNT_BITS * place) & ((1 << COUNT_BITS) - 1);
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// How many nodes present have a full copy.
    pub fn full(self) -> usize {
        self.count(4) as usize
    }

    /// The facts of a partition, with what is the same for all of them.
    pub fn facts(self, all: &SameFacts) -> Facts {
        let [evading, revived, revived_by_operator, with_data, full, unsubset, replicas] =
            [0, 1, 2, 3, 4, 5, 6].map(|place| self.count(place));
        Facts {
            replication_factor: all.replication_factor,
            roster: all.roster,
            present: all.present,
            evading,
            revived,
            revived_by_operator,
            with_data,
            full,
            unsubset,
            roster_replicas_present: replicas,
            roster_master_present: self.0 >> MASTER_PRESENT & 1 == 1,
            first_roster: all.first_roster,
        }
    }
}

/// The part of [`Facts`] that is the same for every partition of a namespace in a sub-cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SameFacts {
    pub replication_factor: u32,
    pub roster: u32,
    pub present: u32,
    pub first_roster: bool,
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
    fn is_sender(&self, node: Slot) -> bool {
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
    open: usize,
    /// Whether some may have nothing left but signals that were not given yet.
    signals_wait: bool,
    /// By slot: in this many places from the start the node has nothing to send, now or later.
    nothing_before: Vec<usize>,
}

impl Progress {
    /// Of a list that nothing has happened to.
    pub fn new(migrations: &[PartitionMigration]) -> Self {
        let nothing_before = vec![0; crate::id::MAX_NODES];
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
    fn next_target(
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
        u32::try_from(self.places.iter().filter(|place| place.fresh).count()).unwrap_or(u32::MAX)
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

fn due_of(migrations: impl Iterator<Item = PartitionMigration>, nodes: &[Slot]) -> Vec<Migrations> {
    // By slot first: a migration touches a few nodes, a cluster may have 256.
    let mut by_slot = [Migrations::default(); crate::id::MAX_NODES];
    let count = |set: NodeSet| u32::try_from(set.len()).unwrap_or(u32::MAX);
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

/// How far migrations may go: by sub-cluster and namespace, the first partition that has to wait.
pub(crate) type Limits = Ordered<(u32, usize), PartitionId>;

/// One migration that is about to happen.
#[derive(Clone, Copy)]
struct Job {
    index: usize,
    /// Place in the balance's list.
    place: usize,
    from: Slot,
    to: Slot,
}

impl Cluster {
    /// One round of migrations in a sub-cluster: every node that can sends one partition, the lowest id first; signals
    /// take no time.
    pub(crate) fn round(
        &mut self,
        number: u32,
        limits: Option<&Limits>,
        kinds: &mut Vec<EventKind>,
    ) {
        let Some(sub_cluster) = self.sub_clusters.get_mut(&number) else {
            return;
        };
        sub_cluster.rounds += 1;
        let nodes = sub_cluster.nodes.clone();
        let before: Vec<bool> = sub_cluster.balances.iter().map(Balance::is_migrating).collect();
        for index in 0..before.len() {
            self.signal_those_waiting(number, index);
        }
        let mut moved = false;
        for sender in nodes {
            let Some(job) = self.next_job(number, sender, limits) else {
                continue;
            };
            moved = true;
            self.transfer(number, job, kinds);
        }
        if !moved {
            self.wait_for_fills(number);
        }
        for (index, was_migrating) in before.into_iter().enumerate() {
            let sub_cluster = &self.sub_clusters[&number];
            if was_migrating && !sub_cluster.balances[index].is_migrating() {
                let namespace = self.setup.namespaces[index].name.clone();
                let principal = self.id(sub_cluster.principal());
                kinds.push(EventKind::MigrationsDone { namespace, principal });
            }
        }
    }

    /// What a node sends next: of its first namespace that has something, the lowest partition.
    fn next_job(&mut self, number: u32, sender: Slot, limits: Option<&Limits>) -> Option<Job> {
        if self.nodes[sender.index()].cluster() != Some(number) {
            return None;
        }
        (0..self.setup.namespaces.len()).find_map(|index| {
            let balance = &mut self.sub_clusters.get_mut(&number)?.balances[index];
            let start = balance.progress.nothing_before.get_mut(sender.index())?;
            let rest = balance.migrations[*start..].iter();
            *start += rest.take_while(|migration| !migration.is_sender(sender)).count();
            let start = *start;
            let limit = limits.and_then(|limits| limits.get(&(number, index))).copied();
            self.job_from(number, index, sender, start, limit)
        })
    }

    fn job_from(
        &self,
        number: u32,
        index: usize,
        sender: Slot,
        start: usize,
        limit: Option<PartitionId>,
    ) -> Option<Job> {
        let balance = &self.sub_clusters[&number].balances[index];
        let fills_wait = self.fills_wait(number);
        let within = |(_, migration): &(usize, &PartitionMigration)| {
            limit.is_none_or(|limit| migration.pid < limit)
        };
        let places = balance.migrations.iter().enumerate().skip(start).take_while(within);
        places.into_iter().find_map(|(place, migration)| {
            let to = balance.next_target(migration, sender, fills_wait)?;
            self.meets(number, sender, to).then_some(Job { index, place, from: sender, to })
        })
    }

    /// Whether two members of a sub-cluster are still both in it and linked.
    fn meets(&self, number: u32, a: Slot, b: Slot) -> bool {
        let member = |slot: Slot| self.nodes[slot.index()].cluster() == Some(number);
        member(a) && member(b) && !self.cuts.is_cut(a, b)
    }

    /// Whether fills still wait in a sub-cluster.
    pub(crate) fn fills_wait(&self, number: u32) -> bool {
        self.migration_clock_ms() < self.fills_begin_ms(number)
    }

    /// When `migrate-fill-delay` ends, on the clock of migrations (domain.md §6, \[doc\]).
    fn fills_begin_ms(&self, number: u32) -> u64 {
        self.sub_clusters[&number].formed_at_ms + u64::from(self.setup.fill_delay_ms)
    }

    /// Nothing could move: when fills are delayed, the next round is when they may begin.
    fn wait_for_fills(&mut self, number: u32) {
        let begin_ms = self.fills_begin_ms(number);
        if self.migration_clock_ms() >= begin_ms {
            return;
        }
        let rate = self.migration_rate_per_s();
        if let Some(sub_cluster) = self.sub_clusters.get_mut(&number) {
            let rounds = ((begin_ms - sub_cluster.formed_at_ms) * rate).div_ceil(1_000);
            sub_cluster.rounds = sub_cluster.rounds.max(rounds.saturating_sub(1));
        }
    }

    /// A partition arrives (domain.md §6): at the final master, which takes over from the working master and is complete
    /// with the last arrival; or at a replica, which is complete.
    fn transfer(&mut self, number: u32, job: Job, kinds: &mut Vec<EventKind>) {
        let Job { index, place, from, to } = job;
        let Some(sub_cluster) = self.sub_clusters.get_mut(&number) else {
            return;
        };
        let key = sub_cluster.key;
        let balance = &mut sub_cluster.balances[index];
        let migration = &mut Rc::make_mut(&mut balance.migrations)[place];
        let pid = migration.pid;
        let fills = migration.fills.contains(to) && migration.incoming.is_empty();
        if fills {
            migration.fills.remove(to);
            *self.version_mut(to, index, pid) = Version::full(key, false);
        } else {
            migration.incoming.remove(from);
            let complete = migration.incoming.is_empty();
            let mode = self.setup.namespaces[index].mode;
            let at_once = mode == Mode::Available && self.rules.follow(Clause::ApTakeOver);
            let awaits_fill = migration.fills.contains(from);
            let stays = balance.replicas(pid).contains(&from) && !awaits_fill;
            let served = &mut Rc::make_mut(&mut balance.places)[pid.index()].working_master;
            let hands_over = *served == Some(from);
            if hands_over {
                *served = Some(to);
            }
            let takes_over = *served == Some(to);
            // In AP the working master's copy makes the final master whole, whatever is still to come (domain.md §6.1.8).
            let complete = complete || (at_once && hands_over);
            let sent = self.version_mut(from, index, pid);
            let subset = sent.is_subset() || !stays;
            *sent = sent.with_lineage(key, 0).with_master(false).with_subset(subset);
            let arrived = self.version_mut(to, index, pid);
            *arrived =
                if complete { Version::full(key, true) } else { arrived.with_master(takes_over) };
        }
        kinds.extend(self.merge_records(index, pid, from, to));
        self.signal_all_done_of(number, index, place);
    }

    fn version_mut(&mut self, slot: Slot, index: usize, pid: PartitionId) -> &mut Version {
        let versions = &mut self.nodes[slot.index()].namespaces[index].versions;
        &mut Rc::make_mut(versions)[pid.index()]
    }

    /// Gives the signals of those that have nothing else left: from the start, or because a node could not be told.
    fn signal_those_waiting(&mut self, number: u32, index: usize) {
        let Some(sub_cluster) = self.sub_clusters.get_mut(&number) else {
            return;
        };
        let balance = &mut sub_cluster.balances[index];
        if !std::mem::take(&mut balance.progress.signals_wait) {
            return;
        }
        let waits = |(_, migration): &(usize, &PartitionMigration)| {
            migration.incoming.is_empty() && migration.fills.is_empty() && !migration.is_done()
        };
        let places: Vec<usize> =
            balance.migrations.iter().enumerate().filter(waits).map(|(place, _)| place).collect();
        for place in places {
            self.signal_all_done_of(number, index, place);
        }
    }

    /// A final master that has nothing left to receive or send tells the others: replicas lose their marks, the rest
    /// drops data and marks (domain.md §4, §6).
    fn signal_all_done_of(&mut self, number: u32, index: usize, place: usize) {
        let sub_cluster = &self.sub_clusters[&number];
        let key = sub_cluster.key;
        let balance = &sub_cluster.balances[index];
        let migration = balance.migrations[place];
        if !migration.incoming.is_empty() || !migration.fills.is_empty() {
            return;
        }
        let (pid, quiesced) = (migration.pid, balance.quiesced);
        let replicas: NodeSet = balance.replicas(pid).iter().copied().collect();
        let told = migration.signals.iter();
        let told: NodeSet =
            told.filter(|slot| self.meets(number, migration.final_master, *slot)).collect();
        // One that waited for none has kept its marks until now.
        *self.version_mut(migration.final_master, index, pid) = Version::full(key, true);
        for slot in told.iter() {
            let is_replica = replicas.contains(slot);
            let version = self.version_mut(slot, index, pid);
            *version = settled(*version, is_replica, false, quiesced.contains(slot), key);
            if !version.has_data() && self.nodes[slot.index()].namespaces[index].drop_records(pid) {
                self.ground.look_for_losses();
            }
        }
        if let Some(sub_cluster) = self.sub_clusters.get_mut(&number) {
            let balance = &mut sub_cluster.balances[index];
            let left = migration.signals.minus(told);
            Rc::make_mut(&mut balance.migrations)[place].signals = left;
            if left.is_empty() {
                balance.progress.open -= 1;
            } else {
                balance.progress.signals_wait = true;
            }
        }
    }
}
