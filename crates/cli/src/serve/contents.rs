//! What records hold: the engine knows the number of each write, and this knows what was written.
//!
//! Invariant: the contents of every write that some node still has are here; those of other writes are dropped after a
//! while. The memory that they take is bounded. Not here: which write a read sees (the engine decides).

use std::collections::{BTreeMap, BTreeSet};

use rosterlab_asinfo::bins::Record;
use rosterlab_engine::Cluster;

/// The bytes that what a write left takes, with what it is stored in.
fn bytes_of(left: Option<&Record>) -> usize {
    const BESIDE: usize = 128;
    BESIDE + left.map_or(0, Record::bytes)
}

/// The contents of writes, by number.
#[derive(Debug)]
pub struct Contents {
    /// What each write left; `None` for a deletion.
    by_write: BTreeMap<u64, Option<Record>>,
    bytes: usize,
    most_bytes: usize,
    /// How many there may be before those that nobody has are looked for.
    sweep_at: usize,
    /// Whether nothing has happened since a sweep that left no room, so that another one would find nothing.
    swept_in_vain: bool,
}

/// How many writes come, at least, between two sweeps.
const SWEEP_EVERY: usize = 50_000;

impl Contents {
    /// Nothing yet; they may take so many bytes.
    pub fn new(most_bytes: usize) -> Self {
        Self {
            by_write: BTreeMap::new(),
            bytes: 0,
            most_bytes,
            sweep_at: SWEEP_EVERY,
            swept_in_vain: false,
        }
    }

    /// The record that a write left; `None` if it was a deletion.
    pub fn record(&self, write: u64) -> Option<&Record> {
        self.by_write.get(&write)?.as_ref()
    }

    /// Whether they take all the bytes that they may.
    pub fn is_full(&self) -> bool {
        self.bytes >= self.most_bytes
    }

    /// Keeps what a write left. Every write has a number of its own.
    pub fn put(&mut self, write: u64, left: Option<Record>) {
        self.bytes += bytes_of(left.as_ref());
        self.by_write.insert(write, left);
        self.copies_may_be_gone();
    }

    /// Nodes may have dropped copies since the last sweep.
    pub fn copies_may_be_gone(&mut self) {
        self.swept_in_vain = false;
    }

    /// Whether a sweep is worth its work now.
    pub fn is_sweep_due(&self) -> bool {
        self.by_write.len() >= self.sweep_at || (self.is_full() && !self.swept_in_vain)
    }

    /// Drops what no node has any more.
    pub fn sweep(&mut self, cluster: &Cluster) {
        let stored: BTreeSet<u64> = cluster.stored_writes().collect();
        self.by_write.retain(|write, _| stored.contains(write));
        self.bytes = self.by_write.values().map(|left| bytes_of(left.as_ref())).sum();
        self.swept_in_vain = self.is_full();
        self.sweep_at = self.by_write.len() * 2 + SWEEP_EVERY;
    }
}
