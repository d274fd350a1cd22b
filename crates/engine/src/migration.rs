//! Migrations: what each node sends in a round, and what each arrival does to versions.
//!
//! Invariant (domain.md §6, \[open\]): a final master first receives all incoming migrations, then fills the other
//! replicas that need it, then signals all-done. A cluster change abandons what is left and starts from the versions
//! reached. Lowest partition ids go first (\[model\]). Not here: what is to be migrated (see `rebalance`), when (see
//! `cluster`).

use std::rc::Rc;

use crate::balance::{Balance, PartitionMigration, settled};
use crate::cluster::Cluster;
use crate::event::EventKind;
use crate::id::PartitionId;
use crate::namespace::Mode;
use crate::node_set::{NodeSet, Slot};
use crate::rules::Clause;
use crate::version::Version;

/// Limits to how far migrations go: by sub-cluster and namespace, the first partition that has to wait.
/// There are few, so they are a list.
pub(crate) type Limits = Vec<((u32, usize), PartitionId)>;

/// The limit of a namespace in a sub-cluster, if it has one.
pub(crate) fn limit_of(limits: Option<&Limits>, number: u32, index: usize) -> Option<PartitionId> {
    let limit = limits?.iter().find(|(of, _)| *of == (number, index));
    limit.map(|(_, pid)| *pid)
}

/// One migration that is about to be carried out.
#[derive(Clone, Copy)]
struct Job {
    index: usize,
    /// Its place in the balance's list.
    place: usize,
    from: Slot,
    to: Slot,
}

impl Cluster {
    /// One round of migrations in a sub-cluster: each node sends one partition if it can, the lowest id first. Signals
    /// take no time.
    pub(crate) fn round(
        &mut self,
        number: u32,
        limits: Option<&Limits>,
        kinds: &mut Vec<EventKind>,
    ) {
        let Some(sub_cluster) = self.sub_cluster_mut(number) else {
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
            let sub_cluster = self.sub_cluster(number);
            if was_migrating && !sub_cluster.balance(index).is_migrating() {
                let namespace = self.settings(index).name.clone();
                let principal = self.id(sub_cluster.principal());
                kinds.push(EventKind::MigrationsDone { namespace, principal });
            }
        }
    }

    /// What a node sends next: the lowest partition of the first namespace that has something to send.
    fn next_job(&mut self, number: u32, sender: Slot, limits: Option<&Limits>) -> Option<Job> {
        if self.nodes[sender].cluster() != Some(number) {
            return None;
        }
        (0..self.setup.namespaces.len()).find_map(|index| {
            let balance = self.sub_cluster_mut(number)?.balance_mut(index);
            let start = balance.progress.nothing_before.get_mut(sender.index())?;
            let rest = balance.migrations[*start..].iter();
            *start += rest.take_while(|migration| !migration.is_sender(sender)).count();
            let start = *start;
            let limit = limit_of(limits, number, index);
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
        let balance = self.sub_cluster(number).balance(index);
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

    /// Whether two members of a sub-cluster are both still in it, and linked.
    fn meets(&self, number: u32, a: Slot, b: Slot) -> bool {
        let member = |slot: Slot| self.nodes[slot].cluster() == Some(number);
        member(a) && member(b) && !self.cuts.is_cut(a, b)
    }

    /// Whether fills still wait in a sub-cluster.
    pub(crate) fn fills_wait(&self, number: u32) -> bool {
        self.migration_clock_ms() < self.fills_begin_ms(number)
    }

    /// When `migrate-fill-delay` ends, on the clock of migrations (domain.md §6, \[doc\]).
    fn fills_begin_ms(&self, number: u32) -> u64 {
        self.sub_cluster(number).formed_at_ms + u64::from(self.setup.fill_delay_ms)
    }

    /// Nothing could move. If fills are delayed, skips to the round in which they may begin.
    fn wait_for_fills(&mut self, number: u32) {
        let begin_ms = self.fills_begin_ms(number);
        if self.migration_clock_ms() >= begin_ms {
            return;
        }
        let rate = self.migration_rate_per_s();
        if let Some(sub_cluster) = self.sub_cluster_mut(number) {
            let rounds = ((begin_ms - sub_cluster.formed_at_ms) * rate).div_ceil(1_000);
            sub_cluster.rounds = sub_cluster.rounds.max(rounds.saturating_sub(1));
        }
    }

    /// A partition arrives (domain.md §6). At the final master, which takes over when the working master's copy
    /// arrives, and is complete with the last arrival; or at a replica, which is then complete.
    fn transfer(&mut self, number: u32, job: Job, kinds: &mut Vec<EventKind>) {
        let Job { index, place, from, to } = job;
        let mode = self.settings(index).mode;
        let at_once = mode == Mode::Available && self.rules.follow(Clause::ApTakeOver);
        let Some(sub_cluster) = self.sub_cluster_mut(number) else {
            return;
        };
        let key = sub_cluster.key;
        let balance = sub_cluster.balance_mut(index);
        let migration = &mut Rc::make_mut(&mut balance.migrations)[place];
        let pid = migration.pid;
        let fills = migration.fills.contains(to) && migration.incoming.is_empty();
        if fills {
            migration.fills.remove(to);
            *self.version_mut(to, index, pid) = Version::full(key, false);
        } else {
            migration.incoming.remove(from);
            let complete = migration.incoming.is_empty();
            let awaits_fill = migration.fills.contains(from);
            let stays = balance.replicas(pid).contains(&from) && !awaits_fill;
            let served = &mut Rc::make_mut(&mut balance.places)[pid].working_master;
            let hands_over = *served == Some(from);
            if hands_over {
                *served = Some(to);
            }
            let takes_over = *served == Some(to);
            // In AP the working master's copy completes the final master, even with other duplicates still to come
            // (domain.md §6.1.8).
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
        let versions = &mut self.part_mut(slot, index).versions;
        &mut Rc::make_mut(versions)[pid]
    }

    /// Gives the signals of partitions that have nothing else left, from the start or because a node could not be told.
    fn signal_those_waiting(&mut self, number: u32, index: usize) {
        let Some(sub_cluster) = self.sub_cluster_mut(number) else {
            return;
        };
        let balance = sub_cluster.balance_mut(index);
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

    /// A final master that has nothing left to receive or send signals the others: replicas lose their marks, and other
    /// nodes drop data and marks (domain.md §4, §6).
    fn signal_all_done_of(&mut self, number: u32, index: usize, place: usize) {
        let sub_cluster = self.sub_cluster(number);
        let key = sub_cluster.key;
        let balance = sub_cluster.balance(index);
        let migration = balance.migrations[place];
        if !migration.incoming.is_empty() || !migration.fills.is_empty() {
            return;
        }
        let (pid, quiesced) = (migration.pid, balance.quiesced);
        let replicas: NodeSet = balance.replicas(pid).iter().copied().collect();
        let told = migration.signals.iter();
        let told: NodeSet =
            told.filter(|slot| self.meets(number, migration.final_master, *slot)).collect();
        // A final master that had nothing to receive has kept its marks until now.
        *self.version_mut(migration.final_master, index, pid) = Version::full(key, true);
        for slot in told.iter() {
            let is_replica = replicas.contains(slot);
            let version = self.version_mut(slot, index, pid);
            *version = settled(*version, is_replica, false, quiesced.contains(slot), key);
            if !version.has_data() && self.part_mut(slot, index).drop_records(pid) {
                self.ground.mark_possible_losses(index, [pid]);
            }
        }
        if let Some(sub_cluster) = self.sub_cluster_mut(number) {
            let balance = sub_cluster.balance_mut(index);
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
