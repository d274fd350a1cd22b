//! Clients: writes and reads of single records, and what clients were told.
//!
//! Invariant (domain.md §9): an SC write is acknowledged only when every replica of its sub-cluster has it. The ground
//! truth remembers every acknowledged write, so that losses are counted exactly. Not here: records' contents; the
//! number of the write stands for the value.

use std::rc::Rc;

use crate::cluster::Cluster;
use crate::command::ReadMode;
use crate::event::{ClientResult, EventKind};
use crate::id::{Digest, NodeId, PartitionId};
use crate::namespace::Mode;
use crate::node_set::{NodeSet, Slot};
use crate::record::{ByPartition, Record, Stamp, new_number, place_of};
use crate::rules::Clause;

/// One node's copy of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CopyOfRecord {
    /// The node, up or not.
    pub node: NodeId,
    /// The write that its copy has.
    pub write: u64,
    /// The writes that this one builds on, oldest first, as far as a loss is told by them: in SC up to the record's last
    /// acknowledged write, and none if it is acknowledged itself.
    pub builds_on: Vec<u64>,
}

/// How a write ended, for a caller that counts values.
pub(crate) struct Written {
    /// Its number among all writes to the cluster.
    pub write: u64,
    pub master: Option<Slot>,
    pub result: ClientResult,
    /// The write that it replaced at the master.
    pub before: Option<u64>,
    /// The nodes that have it.
    pub took: NodeSet,
}

impl Written {
    fn refused(write: u64, master: Option<Slot>, result: ClientResult) -> Self {
        Self { write, master, result, before: None, took: NodeSet::EMPTY }
    }
}

/// How a read ended.
pub(crate) struct Found {
    pub node: Option<Slot>,
    pub write: Option<u64>,
    pub result: ClientResult,
}

/// The place where a client's request arrives.
struct Arrival {
    namespace: usize,
    pid: PartitionId,
    from: Slot,
    number: u32,
}

impl Cluster {
    /// Which nodes hold which write of a record, highest id first. The drives of nodes that are down count too.
    ///
    /// The list is empty for an unknown namespace.
    #[must_use]
    pub fn copies_of_record(&self, namespace: &str, key: Digest) -> Vec<CopyOfRecord> {
        let Some(index) = self.namespace_index(namespace) else {
            return Vec::new();
        };
        let pid = PartitionId::of_digest(&key);
        let copy = |slot: &Slot| {
            let node = &self.nodes[*slot];
            let record = node.namespaces[index].record(pid, key)?;
            let Stamp { write, history, .. } = &record.latest;
            Some(CopyOfRecord { node: node.id, write: *write, builds_on: history.clone() })
        };
        self.by_id().iter().filter_map(copy).collect()
    }

    /// The last write of a record that was acknowledged to a client; `None` if there is none.
    #[must_use]
    pub fn last_acknowledged(&self, namespace: &str, key: Digest) -> Option<u64> {
        let index = self.namespace_index(namespace)?;
        self.latest_write(index, key)
    }

    /// What a client's write that reaches a node now would build on: the write that the partition's working master has of the
    /// record, duplicates resolved; `None` if there is none. Nothing changes.
    ///
    /// # Errors
    /// What the client would be told: the partition is not active, or its master cannot be reached. An unknown namespace
    /// and a node that is in no cluster have no active partition.
    pub fn builds_on(
        &self,
        namespace: &str,
        key: Digest,
        on: NodeId,
    ) -> Result<Option<u64>, ClientResult> {
        let unavailable = ClientResult::Unavailable;
        let index = self.namespace_index(namespace).ok_or(unavailable)?;
        let slot = self.slot(on).ok_or(unavailable)?;
        let at = self.arrival(index, &key, Some(slot)).ok_or(unavailable)?;
        let master = self.master_for(&at)?;
        Ok(self.resolve(&at, master, key)?.map(|record| record.latest.write))
    }

    /// The writes that some node still has of some record, on the drives of nodes that are down too. A write that several
    /// nodes have comes several times.
    pub fn stored_writes(&self) -> impl Iterator<Item = u64> + '_ {
        let parts = self.nodes.iter().flat_map(|node| &node.namespaces);
        let records = parts.flat_map(|part| part.records.iter());
        records.flat_map(Record::stamps).map(|stamp| stamp.write)
    }

    /// The number of records that a node has, by partition, without partitions of which it has none. Empty for an unknown
    /// namespace or node.
    pub fn record_counts(
        &self,
        namespace: &str,
        node: NodeId,
    ) -> impl Iterator<Item = (PartitionId, usize)> + '_ {
        let part = self.namespace_index(namespace).zip(self.slot(node));
        let part = part.map(|(index, slot)| self.part(slot, index));
        part.into_iter().flat_map(|part| part.records.counts())
    }

    /// What a client that reaches the highest principal would find now: the number of the write, and its generation. Nothing
    /// changes.
    ///
    /// # Errors
    /// What the client would be told.
    pub(crate) fn current(
        &self,
        namespace: usize,
        key: Digest,
    ) -> Result<Option<(u64, u32)>, ClientResult> {
        let at = self.arrival(namespace, &key, None).ok_or(ClientResult::Unavailable)?;
        let master = self.master_for(&at)?;
        let record = self.resolve(&at, master, key)?;
        Ok(record.map(|record| (record.latest.write, record.latest.generation)))
    }

    /// The latest write that any node has of a record, drives of nodes that are down included.
    pub(crate) fn latest_copy(&self, namespace: usize, key: Digest) -> Option<u64> {
        let pid = PartitionId::of_digest(&key);
        let records =
            self.nodes.iter().filter_map(|node| node.namespaces[namespace].record(pid, key));
        records.map(|record| record.latest.write).max()
    }

    /// The writes of a record that some node has, or that may come back to one after a crash. Some come several times.
    pub(crate) fn kept_writes(&self, namespace: usize, key: Digest) -> Vec<u64> {
        let pid = PartitionId::of_digest(&key);
        let records =
            self.nodes.iter().filter_map(|node| node.namespaces[namespace].record(pid, key));
        records.flat_map(Record::stamps).map(|stamp| stamp.write).collect()
    }

    /// Whether a record's partition has nothing to migrate in the highest principal's sub-cluster.
    pub(crate) fn is_migrated(&self, namespace: usize, key: &Digest) -> bool {
        self.arrival(namespace, key, None).is_some_and(|at| {
            self.sub_cluster(at.number).balance(namespace).migration(at.pid).is_none()
        })
    }

    /// The replicas of a record's partition and its master, as far as they can be reached; none if it is not active.
    pub(crate) fn copies_go_to(&self, namespace: usize, key: &Digest) -> NodeSet {
        let at = self.arrival(namespace, key, None);
        let of = |at: Arrival| {
            let master = self.master_for(&at).ok()?;
            let (replicas, _) = self.replicas_of(&at, master);
            Some(replicas.with(master))
        };
        at.and_then(of).unwrap_or(NodeSet::EMPTY)
    }

    /// One of the records that a record stands for becomes a record of its own: every node that has the one has the other, as
    /// if it had been there all along. Its writes get numbers of their own, in the same order. Returns the old numbers, each
    /// with its new one.
    ///
    /// # Panics
    /// When the two are of different partitions, or the new one is there already.
    pub(crate) fn copy_record(
        &mut self,
        namespace: usize,
        key: Digest,
        to: Digest,
    ) -> Vec<(u64, u64)> {
        let pid = PartitionId::of_digest(&key);
        assert_eq!(
            pid,
            PartitionId::of_digest(&to),
            "records that stand for each other are of one partition"
        );
        let parts = || self.nodes.iter().map(|node| &node.namespaces[namespace]);
        assert!(parts().all(|part| part.record(pid, to).is_none()), "the copy is new");
        let stamps = parts().filter_map(|part| part.record(pid, key)).flat_map(Record::stamps);
        let mut old: Vec<u64> =
            stamps.flat_map(|stamp| stamp.history.iter().copied().chain([stamp.write])).collect();
        old.extend(self.latest_write(namespace, key));
        old.sort_unstable();
        old.dedup();
        let first = self.ground.writes + 1;
        let renamed: Vec<(u64, u64)> = old.into_iter().zip(first..).collect();
        for (old, new) in &renamed {
            self.ground.writes = *new;
            if self.ground.acknowledged.binary_search(old).is_ok() {
                self.ground.acknowledged.push(*new);
            }
            if self.ground.lost.binary_search(old).is_ok() {
                self.ground.lose(*new);
            }
        }
        for node in &mut self.nodes {
            let part = &mut node.namespaces[namespace];
            let Some(record) = part.record(pid, key) else { continue };
            let mut copy = record.clone();
            copy.rename(&renamed);
            let records = Rc::make_mut(&mut part.records);
            records.change_or_put(pid, to, copy, |_, _| {});
        }
        if let Some(write) = self.latest_write(namespace, key) {
            let latest = &mut self.ground.latest[namespace];
            latest.change_or_put(pid, to, new_number(&renamed, write), |_, _| {});
        }
        renamed
    }

    fn latest_write(&self, namespace: usize, key: Digest) -> Option<u64> {
        self.ground.latest.get(namespace)?.get(PartitionId::of_digest(&key), &key).copied()
    }

    /// Whether two nodes that believe they are in the same sub-cluster can talk now.
    fn reaches(&self, a: Slot, b: Slot) -> bool {
        a == b || (self.nodes[b].is_up() && !self.cuts.is_cut(a, b))
    }

    fn arrival(&self, namespace: usize, key: &Digest, from: Option<Slot>) -> Option<Arrival> {
        let from = from.or_else(|| self.highest_principal())?;
        let number = self.nodes[from].cluster()?;
        Some(Arrival { namespace, pid: PartitionId::of_digest(key), from, number })
    }

    /// The working master that serves a request. An error if the partition is not active, or the master cannot be
    /// reached.
    fn master_for(&self, at: &Arrival) -> Result<Slot, ClientResult> {
        let balance = self.sub_cluster(at.number).balance(at.namespace);
        let place = balance.places[at.pid];
        let master = place.working_master.ok_or(ClientResult::Unavailable)?;
        let there = self.nodes[master].cluster() == Some(at.number);
        if there && self.reaches(at.from, master) { Ok(master) } else { Err(ClientResult::InDoubt) }
    }

    /// The replicas, without the master, that the master can reach with a write, and whether these are all of them.
    fn replicas_of(&self, at: &Arrival, master: Slot) -> (NodeSet, bool) {
        let balance = self.sub_cluster(at.number).balance(at.namespace);
        let others = balance.replicas(at.pid).iter().copied().filter(|slot| *slot != master);
        // A replica that is in another cluster by now rejects the older regime.
        let takes = |slot: Slot| {
            self.nodes[slot].cluster() == Some(at.number) && self.reaches(master, slot)
        };
        let (mut reached, mut complete) = (NodeSet::EMPTY, true);
        for slot in others {
            let takes = takes(slot);
            complete &= takes;
            if takes {
                reached.insert(slot);
            }
        }
        (reached, complete)
    }

    /// The version of a record that a master serves: its own, or a later one that a duplicate still has to send
    /// (duplicate resolution, domain.md §9).
    ///
    /// In strong consistency it is in doubt while a duplicate cannot be asked, because that one may have a later version: the
    /// master waits until the cluster has noticed, and decides anew.
    fn resolve(
        &self,
        at: &Arrival,
        master: Slot,
        key: Digest,
    ) -> Result<Option<&Record>, ClientResult> {
        let balance = self.sub_cluster(at.number).balance(at.namespace);
        let mode = self.settings(at.namespace).mode;
        let mut holders = NodeSet::EMPTY.with(master);
        if let Some(migration) = balance.migration(at.pid) {
            // The final master may be a duplicate too. It sends to no node, so it is not among the incoming.
            holders = holders.or(migration.incoming).with(migration.final_master);
            // One that is only to be filled has nothing to say.
            let is_asked = |slot: &Slot| {
                migration.incoming.contains(*slot)
                    || self.record(*slot, at.namespace, at.pid, key).is_some()
            };
            let mut silent = holders.iter().filter(|slot| !self.reaches(master, *slot));
            if mode == Mode::StrongConsistency && silent.any(|slot| is_asked(&slot)) {
                return Err(ClientResult::InDoubt);
            }
        }
        let holders = holders.iter().filter(|slot| self.reaches(master, *slot));
        let records = holders.filter_map(|slot| self.record(slot, at.namespace, at.pid, key));
        Ok(records.max_by_key(|record| record.latest.rank(mode)))
    }

    fn record(
        &self,
        slot: Slot,
        namespace: usize,
        pid: PartitionId,
        key: Digest,
    ) -> Option<&Record> {
        self.part(slot, namespace).record(pid, key)
    }

    /// Puts a version of a record on a node.
    fn put(&mut self, slot: Slot, at: &Arrival, key: Digest, stamp: Stamp, replicated: bool) {
        let stamp = Stamp { stored_at_ms: self.now_ms, ..stamp };
        self.store(slot, at.namespace, (at.pid, key), stamp, replicated);
    }

    /// A client writes (domain.md §9).
    pub(crate) fn write(&mut self, namespace: usize, key: Digest, from: Option<Slot>) -> EventKind {
        let written = self.put_record(namespace, key, from);
        self.wrote(namespace, key, &written)
    }

    /// The event of a client's write.
    pub(crate) fn wrote(&self, namespace: usize, key: Digest, written: &Written) -> EventKind {
        EventKind::Wrote {
            namespace: self.settings(namespace).name.clone(),
            key,
            partition: PartitionId::of_digest(&key),
            master: written.master.map(|slot| self.nodes[slot].id),
            write: written.write,
            result: written.result,
        }
    }

    /// As [`Self::write`], and says what was replaced and which nodes have it.
    pub(crate) fn put_record(
        &mut self,
        namespace: usize,
        key: Digest,
        from: Option<Slot>,
    ) -> Written {
        self.ground.writes += 1;
        let write = self.ground.writes;
        let Some(at) = self.arrival(namespace, &key, from) else {
            return Written::refused(write, None, ClientResult::Unavailable);
        };
        match self.master_for(&at) {
            Err(result) => Written::refused(write, None, result),
            Ok(master) => self.write_at(&at, master, key, write),
        }
    }

    fn write_at(&mut self, at: &Arrival, master: Slot, key: Digest, write: u64) -> Written {
        let before = match self.resolve(at, master, key) {
            Ok(record) => record.map(|record| &record.latest),
            Err(result) => return Written::refused(write, Some(master), result),
        };
        let (replicas, complete) = self.replicas_of(at, master);
        let (history, shed) = self.history_on(at, key, before, complete);
        let generation = before.map_or(0, |before| before.generation) + 1;
        let before = before.map(|before| before.write);
        let regime = self.sub_cluster(at.number).balance(at.namespace).regime;
        let now_ms = self.now_ms;
        let (written_at_ms, stored_at_ms) = (now_ms, now_ms);
        let stamp = Stamp { write, regime, generation, written_at_ms, stored_at_ms, history, shed };
        let took = replicas.with(master);
        for slot in replicas.iter() {
            self.put(slot, at, key, stamp.clone(), complete);
        }
        self.put(master, at, key, stamp, complete);
        let mut written =
            Written { write, master: Some(master), before, took, result: ClientResult::Ok };
        if !complete {
            written.result = ClientResult::InDoubt;
            return written;
        }
        self.ground.acknowledged.push(write);
        let latest = &mut self.ground.latest;
        latest.resize_with(self.setup.namespaces.len(), ByPartition::default);
        latest[at.namespace].change_or_put(at.pid, key, write, |latest, write| *latest = write);
        self.see_regime(at, regime);
        written
    }

    /// What a write builds on, as far as somebody will ask for it, and up to where the rest was shed. In SC losses are counted
    /// by the record's last acknowledged write, and that is the new one itself if it can be completed. In AP rivals are compared,
    /// so only what every copy builds on is shed, now and then.
    fn history_on(
        &self,
        at: &Arrival,
        key: Digest,
        before: Option<&Stamp>,
        complete: bool,
    ) -> (Vec<u64>, u64) {
        let mode = self.settings(at.namespace).mode;
        if mode == Mode::StrongConsistency && complete {
            return (Vec::new(), 0);
        }
        let (mut history, mut shed) = before.map(Stamp::successor_history).unwrap_or_default();
        if !Stamp::is_worth_shedding(&history) {
            return (history, shed);
        }
        if mode == Mode::StrongConsistency {
            let acknowledged = self.latest_write(at.namespace, key);
            history.retain(|write| Some(*write) == acknowledged);
            return (history, shed);
        }
        let records =
            self.nodes.iter().filter_map(|node| node.namespaces[at.namespace].record(at.pid, key));
        let common = records
            .flat_map(Record::stamps)
            .try_fold(u64::MAX, |common, stamp| Some(stamp.latest_common(&history)?.min(common)));
        if let Some(common) = common {
            history.retain(|write| *write > common);
            shed = common.max(shed);
        }
        (history, shed)
    }

    fn see_regime(&mut self, at: &Arrival, regime: u32) {
        let (session, of) = (&mut self.ground.session, (at.namespace, at.pid));
        match place_of(session, &of) {
            Ok(place) => session[place].1 = regime.max(session[place].1),
            Err(place) => session.insert(place, (of, regime)),
        }
    }

    /// A client reads (domain.md §9).
    pub(crate) fn read(
        &mut self,
        namespace: usize,
        key: Digest,
        from: Option<Slot>,
        mode: ReadMode,
    ) -> EventKind {
        let found = self.find_record(namespace, key, from, mode);
        self.has_read(namespace, key, mode, &found)
    }

    /// The event of a client's read.
    pub(crate) fn has_read(
        &self,
        namespace: usize,
        key: Digest,
        mode: ReadMode,
        found: &Found,
    ) -> EventKind {
        let Found { node, write, result } = *found;
        let latest = self.latest_write(namespace, key).unwrap_or(0);
        let answered = matches!(result, ClientResult::Ok | ClientResult::NotFound);
        EventKind::Read {
            namespace: self.settings(namespace).name.clone(),
            key,
            partition: PartitionId::of_digest(&key),
            mode,
            node: node.map(|slot| self.nodes[slot].id),
            write,
            stale: answered && latest > write.unwrap_or(0),
            result,
        }
    }

    /// As [`Self::read`], without an event.
    pub(crate) fn find_record(
        &mut self,
        namespace: usize,
        key: Digest,
        from: Option<Slot>,
        mode: ReadMode,
    ) -> Found {
        let (node, write, result) = match self.arrival(namespace, &key, from) {
            None => (None, None, ClientResult::Unavailable),
            Some(at) => self.read_at(&at, key, mode),
        };
        Found { node, write, result }
    }

    fn read_at(
        &mut self,
        at: &Arrival,
        key: Digest,
        mode: ReadMode,
    ) -> (Option<Slot>, Option<u64>, ClientResult) {
        let found = |record: Option<&Record>| match record {
            Some(record) => (Some(record.latest.write), ClientResult::Ok),
            None => (None, ClientResult::NotFound),
        };
        let master = match self.master_for(at) {
            Ok(master) => master,
            Err(ClientResult::Unavailable) if mode == ReadMode::AllowUnavailable => {
                let holder = self.any_holder(at, key);
                let (write, result) =
                    found(holder.and_then(|slot| self.record(slot, at.namespace, at.pid, key)));
                return (holder, write, result);
            }
            Err(result) => return (None, None, result),
        };
        if mode == ReadMode::AllowReplica {
            let balance = self.sub_cluster(at.number).balance(at.namespace);
            let near = balance.replicas(at.pid).contains(&at.from);
            let filling = balance.migration(at.pid).is_some_and(|m| m.fills_or_awaits(at.from));
            if near && !filling && at.from != master {
                let (write, result) = found(self.record(at.from, at.namespace, at.pid, key));
                return (Some(at.from), write, result);
            }
        }
        let regime = self.sub_cluster(at.number).balance(at.namespace).regime;
        let session = &self.ground.session;
        let seen = place_of(session, &(at.namespace, at.pid)).map_or(0, |place| session[place].1);
        if mode == ReadMode::Session && regime < seen {
            return (Some(master), None, ClientResult::StaleRegime);
        }
        let record = match self.resolve(at, master, key) {
            Ok(record) => record,
            Err(result) => return (Some(master), None, result),
        };
        let (write, result) = found(record);
        // A write that was never confirmed is replicated before a client reads it.
        let unreplicated = record.filter(|record| !record.replicated).map(|one| one.latest.clone());
        if unreplicated.is_some() || mode == ReadMode::Linearize {
            let (replicas, complete) = self.replicas_of(at, master);
            if !complete {
                return (Some(master), None, ClientResult::InDoubt);
            }
            if let Some(stamp) = unreplicated {
                for slot in replicas.with(master).iter() {
                    self.put(slot, at, key, stamp.clone(), true);
                }
            }
        }
        self.see_regime(at, regime);
        (Some(master), write, result)
    }

    /// A node of the client's sub-cluster that has the record, the client's own first, then by id.
    fn any_holder(&self, at: &Arrival, key: Digest) -> Option<Slot> {
        let nodes = &self.sub_cluster(at.number).nodes;
        let candidates = std::iter::once(at.from).chain(nodes.iter().copied());
        let has = |slot: &Slot| self.record(*slot, at.namespace, at.pid, key).is_some();
        let mut reachable = candidates.filter(|slot| self.reaches(at.from, *slot));
        reachable.find(has)
    }

    /// A migration brings a partition's records from one node to another. If both have a record, one version is kept.
    /// In AP that can drop acknowledged writes; each is counted once (domain.md §9).
    pub(crate) fn merge_records(
        &mut self,
        namespace: usize,
        pid: PartitionId,
        from: Slot,
        to: Slot,
    ) -> Vec<EventKind> {
        let mode = self.settings(namespace).mode;
        let source = self.part(from, namespace).records_of(pid);
        let arriving: Vec<(Digest, Record)> = source.to_vec();
        let mut dropped_writes = Vec::new();
        for (key, record) in arriving {
            let here = self.record(to, namespace, pid, key);
            let Some(here) = here else {
                self.take_in(to, namespace, pid, key, record);
                continue;
            };
            if here.latest.write == record.latest.write {
                continue;
            }
            let arrives = record.latest.rank(mode) > here.latest.rank(mode);
            let (kept, dropped) = if arrives {
                (&record.latest, &here.latest)
            } else {
                (&here.latest, &record.latest)
            };
            if mode == Mode::Available {
                let rivals = std::iter::once(dropped.write).chain(dropped.history.iter().copied());
                let missing = rivals
                    .filter(|write| !kept.holds(*write))
                    .filter(|write| self.ground.acknowledged.binary_search(write).is_ok());
                dropped_writes.extend(missing.map(|write| (key, write, kept.write)));
            }
            if arrives {
                self.take_in(to, namespace, pid, key, record);
                self.ground.mark_possible_losses(namespace, [pid]);
            }
        }
        dropped_writes.retain(|(_, write, _)| self.ground.lose(*write));
        let name = &self.settings(namespace).name;
        let event = |(key, write, kept)| {
            let (namespace, kept) = (name.clone(), Some(kept));
            EventKind::WriteLost { namespace, key, write, kept }
        };
        dropped_writes.into_iter().map(event).collect()
    }

    /// Counts the records whose last acknowledged write is on no node any more, for whatever reason: wiped drives, a
    /// crash before the flush, a removed node, or an older value in its place (domain.md §9).
    pub(crate) fn count_lost_writes(&mut self) -> Vec<EventKind> {
        let mut partitions = std::mem::take(&mut self.ground.may_have_lost);
        if partitions.is_empty() || !self.rules.follow(Clause::EveryLossCounts) {
            return Vec::new();
        }
        partitions.sort_unstable();
        partitions.dedup();
        let latest_of = |(index, pid): (usize, PartitionId)| {
            self.ground.latest[index]
                .of(pid)
                .iter()
                .map(move |(key, write)| (index, pid, *key, *write))
        };
        let mut latest: Vec<_> = partitions.into_iter().flat_map(latest_of).collect();
        latest.sort_unstable_by_key(|(index, _, key, _)| (*index, *key));
        let mut lost = Vec::new();
        for (index, pid, key, write) in latest {
            if self.ground.lost.binary_search(&write).is_ok() {
                continue;
            }
            let copies = self.nodes.iter().filter_map(|node| {
                node.namespaces[index].record(pid, key).map(|record| &record.latest)
            });
            if !copies.clone().any(|stamp| stamp.holds(write)) {
                let mode = self.settings(index).mode;
                let kept = copies.max_by_key(|stamp| stamp.rank(mode)).map(|stamp| stamp.write);
                let namespace = self.settings(index).name.clone();
                lost.push(EventKind::WriteLost { namespace, key, write, kept });
            }
        }
        for event in &lost {
            if let EventKind::WriteLost { write, .. } = event {
                self.ground.lose(*write);
            }
        }
        lost
    }

    fn take_in(
        &mut self,
        to: Slot,
        namespace: usize,
        pid: PartitionId,
        key: Digest,
        record: Record,
    ) {
        let stamp = Stamp { stored_at_ms: self.now_ms, ..record.latest };
        self.store(to, namespace, (pid, key), stamp, record.replicated);
    }

    /// Puts a stamp in place of a record's older one on a node.
    fn store(
        &mut self,
        on: Slot,
        namespace: usize,
        key: (PartitionId, Digest),
        stamp: Stamp,
        replicated: bool,
    ) {
        let records = Rc::make_mut(&mut self.part_mut(on, namespace).records);
        let new = Record::new(stamp, replicated);
        let replace = |old: &mut Record, new: Record| old.replace(new.latest, new.replicated);
        records.change_or_put(key.0, key.1, new, replace);
    }
}
