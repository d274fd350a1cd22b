//! Records: a node's copy, the stamp of the write in it, and the ground truth of what clients were told.
//!
//! Invariant (domain.md §9): the ground truth remembers every acknowledged write, so that losses are counted exactly.
//! Not here: records' contents (the number of the write stands for the value), and how clients write and read (see
//! `client`).

use crate::id::{Digest, PARTITIONS, PartitionId};
use crate::namespace::Mode;

/// How long a write stays in a buffer before it is flushed (domain.md §9, \[doc\]: 1 s).
const FLUSH_MS: u64 = 1_000;

/// The write that a copy of a record has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Number of the write among all writes, from 1.
    pub write: u64,
    /// Regime of the partition when it was written; 0 in AP.
    pub regime: u32,
    /// How many writes the record had had, as far as its master knew.
    pub generation: u32,
    /// When it was written, by the clock of the simulation.
    pub written_at_ms: u64,
    /// When it arrived at this node.
    pub stored_at_ms: u64,
    /// The writes that it builds on, oldest first, but for those that were shed. They tell a successor from a rival.
    pub history: Vec<u64>,
    /// Every copy of the record builds on the same writes up to this one, which were shed from the history; 0 for none.
    pub shed: u64,
}

/// How long a history may be before what nobody will ask for is shed from it.
const LONG_HISTORY: usize = 64;

impl Stamp {
    /// Whether it includes a write: it is that write, or builds on it.
    pub fn holds(&self, write: u64) -> bool {
        self.write == write || write <= self.shed || self.history.binary_search(&write).is_ok()
    }

    /// What a write that replaces this one builds on: its history, and up to where that was shed.
    pub fn successor_history(&self) -> (Vec<u64>, u64) {
        let mut history = Vec::with_capacity(self.history.len() + 1);
        history.extend_from_slice(&self.history);
        history.push(self.write);
        (history, self.shed)
    }

    /// The latest of these writes, oldest first, that it includes.
    pub fn latest_common(&self, writes: &[u64]) -> Option<u64> {
        writes.iter().rev().copied().find(|write| self.holds(*write))
    }

    /// Whether a history is so long that it is worth the work to shed some of it. Lengths of which this is so are so
    /// far apart that a write's share of that work stays small.
    pub fn is_worth_shedding(history: &[u64]) -> bool {
        history.len() >= LONG_HISTORY && history.len().is_power_of_two()
    }

    /// Which of two versions of a record is kept: in SC the later regime, then the later write; in AP the higher
    /// generation, then the last update time (domain.md §9, \[doc\]).
    pub fn rank(&self, mode: Mode) -> (u64, u64, u64) {
        match mode {
            Mode::StrongConsistency => (u64::from(self.regime), self.write, 0),
            Mode::Available => (u64::from(self.generation), self.written_at_ms, self.write),
        }
    }
}

/// A copy of a record on one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub latest: Stamp,
    /// The version before the first that is not flushed yet, if the buffer has not been flushed since.
    pub flushed: Option<Stamp>,
    /// When the first version that may not be flushed arrived. The buffer is flushed [`FLUSH_MS`] later, with all versions
    /// that arrived until then.
    pub buffered_at_ms: u64,
    /// Whether all replicas were known to have it.
    pub replicated: bool,
}

impl Record {
    /// A record that a node did not have.
    pub fn new(latest: Stamp, replicated: bool) -> Self {
        let buffered_at_ms = latest.stored_at_ms;
        Self { latest, flushed: None, buffered_at_ms, replicated }
    }

    /// Stores a newer version in place of the one that a node has.
    pub fn replace(&mut self, latest: Stamp, replicated: bool) {
        if self.is_flushed(latest.stored_at_ms) {
            self.buffered_at_ms = latest.stored_at_ms;
            self.flushed = Some(std::mem::replace(&mut self.latest, latest));
        } else {
            self.latest = latest;
        }
        self.replicated = replicated;
    }

    /// Whether the latest version is flushed by now.
    fn is_flushed(&self, now_ms: u64) -> bool {
        self.buffered_at_ms + FLUSH_MS <= now_ms
    }

    /// Reduces the record to what an unclean stop leaves. Returns `false` when none of it was flushed.
    pub fn survive_crash(&mut self, now_ms: u64) -> bool {
        if self.is_flushed(now_ms) {
            return true;
        }
        match self.flushed.take() {
            Some(flushed) => {
                self.buffered_at_ms = flushed.stored_at_ms;
                self.latest = flushed;
                true
            }
            None => false,
        }
    }

    /// Gives its writes other numbers: old ones in order, each with its new one, all in the same order.
    pub fn rename(&mut self, renamed: &[(u64, u64)]) {
        for stamp in std::iter::once(&mut self.latest).chain(&mut self.flushed) {
            stamp.write = new_number(renamed, stamp.write);
            stamp.history.iter_mut().for_each(|write| *write = new_number(renamed, *write));
            stamp.shed = new_number(renamed, stamp.shed);
        }
    }

    /// The stamps that the node may come back with after a crash, or has now.
    pub fn stamps(&self) -> impl Iterator<Item = &Stamp> {
        std::iter::once(&self.latest).chain(&self.flushed)
    }
}

/// The new number of a write, or of the last one before it that has one; 0 if none has.
pub(crate) fn new_number(renamed: &[(u64, u64)], write: u64) -> u64 {
    let before = renamed.partition_point(|(old, _)| *old <= write);
    before.checked_sub(1).map_or(0, |last| renamed[last].1)
}

/// What clients were told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct GroundTruth {
    pub writes: u64,
    /// The acknowledged writes, in order: writes are numbered as they come.
    pub acknowledged: Vec<u64>,
    /// The last acknowledged write of each record, by namespace; empty before the first write.
    pub latest: Vec<ByPartition<u64>>,
    /// The highest regime that the session has seen of each partition that it used, by namespace and partition.
    pub session: Sorted<(usize, PartitionId), u32>,
    /// Acknowledged writes whose value is gone, or was replaced by a rival's (domain.md §9), in the order of their numbers.
    pub lost: Vec<u64>,
    /// The partitions, each with its namespace, of which copies of records were removed or replaced since losses were
    /// last counted. In any order, and some several times.
    pub may_have_lost: Vec<(usize, PartitionId)>,
}

impl GroundTruth {
    /// Copies of records of these partitions were removed or replaced, so the next count checks what was lost.
    pub fn mark_possible_losses(
        &mut self,
        namespace: usize,
        partitions: impl IntoIterator<Item = PartitionId>,
    ) {
        if !self.latest.is_empty() {
            self.may_have_lost.extend(partitions.into_iter().map(|pid| (namespace, pid)));
        }
    }

    /// Counts an acknowledged write as lost. Returns whether it was not yet.
    pub fn lose(&mut self, write: u64) -> bool {
        let place = self.lost.binary_search(&write);
        if let Err(place) = place {
            self.lost.insert(place, write);
        }
        place.is_err()
    }

    /// Its approximate size in bytes.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.acknowledged)
            + size_of_val(&*self.lost)
            + self.latest.iter().map(ByPartition::bytes).sum::<usize>()
            + size_of_val(&*self.session)
    }
}

/// Values in the order of their keys, each key once. Lists are short, and a list is less code than a tree.
pub(crate) type Sorted<K, V> = Vec<(K, V)>;

/// The place of a key in a sorted list, or the place where it belongs.
pub(crate) fn place_of<K: Ord, V>(list: &[(K, V)], key: &K) -> Result<usize, usize> {
    list.binary_search_by(|(known, _)| known.cmp(key))
}

/// Something for each of a namespace's records, by partition and then by digest.
///
/// There are at most 4096 parts, and each is a short list: with a million records it has some 250.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ByPartition<T>(Sorted<PartitionId, Sorted<Digest, T>>);

impl<T> Default for ByPartition<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> ByPartition<T> {
    /// The place of a partition in the list, or the place where it belongs.
    fn place(&self, pid: PartitionId) -> Result<usize, usize> {
        // Many records are in all partitions.
        if self.0.len() == PARTITIONS { Ok(pid.index()) } else { place_of(&self.0, &pid) }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everything, by partition and then by digest.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flat_map(|(_, list)| list).map(|(_, one)| one)
    }

    /// How many records each partition has something for.
    pub fn counts(&self) -> impl Iterator<Item = (PartitionId, usize)> + '_ {
        self.0.iter().map(|(pid, list)| (*pid, list.len()))
    }

    /// The partitions of which there is something, in order.
    pub fn partitions(&self) -> impl Iterator<Item = PartitionId> + '_ {
        self.0.iter().map(|(pid, _)| *pid)
    }

    /// What there is of a partition, in the order of digests.
    pub fn of(&self, pid: PartitionId) -> &[(Digest, T)] {
        self.place(pid).map_or(&[], |place| &self.0[place].1)
    }

    /// What there is for a record.
    pub fn get(&self, pid: PartitionId, key: &Digest) -> Option<&T> {
        let list = self.of(pid);
        let place = place_of(list, key).ok()?;
        Some(&list[place].1)
    }

    /// Changes what there is for a record, or puts `new` there if there is nothing.
    pub fn change_or_put(
        &mut self,
        pid: PartitionId,
        key: Digest,
        new: T,
        change: impl FnOnce(&mut T, T),
    ) {
        let part = self.place(pid).unwrap_or_else(|place| {
            self.0.insert(place, (pid, Vec::new()));
            place
        });
        let list = &mut self.0[part].1;
        match place_of(list, &key) {
            Ok(place) => change(&mut list[place].1, new),
            Err(place) => list.insert(place, (key, new)),
        }
    }

    /// Keeps what `keep` says, which may change it.
    pub fn retain(&mut self, mut keep: impl FnMut(&Digest, &mut T) -> bool) {
        self.0.retain_mut(|(_, list)| {
            list.retain_mut(|(key, one)| keep(key, one));
            !list.is_empty()
        });
    }

    /// Drops a partition's part. Returns whether there was one.
    pub fn remove(&mut self, pid: PartitionId) -> bool {
        let place = self.place(pid);
        place.map(|place| self.0.remove(place)).is_ok()
    }

    /// Its approximate size in bytes.
    pub fn bytes(&self) -> usize {
        let lists = self.0.iter().map(|(_, list)| size_of_val(&**list));
        size_of_val(&*self.0) + lists.sum::<usize>()
    }
}
