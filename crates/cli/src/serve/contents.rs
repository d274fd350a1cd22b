//! What records hold: the engine knows the number of each write, and this knows what was written.
//!
//! Invariant: the contents of every write that some node still has are here; those of other writes are dropped after a
//! while. The memory that they take is bounded. Not here: which write a read sees (the engine decides).

use std::collections::{BTreeMap, BTreeSet};

use rosterlab_asinfo::bins::Record;
use rosterlab_engine::Cluster;

/// What a write left.
#[derive(Debug)]
pub struct Content {
    /// The record; `None` for a deletion.
    pub record: Option<Record>,
}

impl Content {
    /// The bytes that it takes, with what it is stored in.
    fn bytes(&self) -> usize {
        const BESIDE: usize = 128;
        BESIDE + self.record.as_ref().map_or(0, Record::bytes)
    }
}

/// The contents of writes, by number.
#[derive(Debug)]
pub struct Contents {
    by_write: BTreeMap<u64, Content>,
    bytes: usize,
    most_bytes: usize,
    /// How many there may be before those that nobody has are looked for.
    sweep_at: usize,
}

/// How many writes come, at least, between two sweeps.
const SWEEP_EVERY: usize = 50_000;

impl Contents {
    /// Nothing yet; they may take so many bytes.
    pub fn new(most_bytes: usize) -> Self {
        Self { by_write: BTreeMap::new(), bytes: 0, most_bytes, sweep_at: SWEEP_EVERY }
    }

    /// What a write left.
    pub fn of(&self, write: u64) -> Option<&Content> {
        self.by_write.get(&write)
    }

    /// The record that a write left; `None` if it was a deletion.
    pub fn record(&self, write: u64) -> Option<&Record> {
        self.of(write)?.record.as_ref()
    }

    /// Whether there is no room for one more record of the largest size.
    pub fn is_full(&self) -> bool {
        self.bytes >= self.most_bytes
    }

    /// Keeps what a write left.
    pub fn put(&mut self, write: u64, content: Content) {
        self.bytes += content.bytes();
        if let Some(before) = self.by_write.insert(write, content) {
            self.bytes -= before.bytes();
        }
    }

    /// Whether a sweep is worth its work now.
    pub fn is_sweep_due(&self) -> bool {
        self.by_write.len() >= self.sweep_at || self.is_full()
    }

    /// Drops what no node has any more.
    pub fn sweep(&mut self, cluster: &Cluster) {
        let stored: BTreeSet<u64> = cluster.stored_writes().collect();
        self.by_write.retain(|write, _| stored.contains(write));
        self.bytes = self.by_write.values().map(Content::bytes).sum();
        self.sweep_at = self.by_write.len() * 2 + SWEEP_EVERY;
    }
}
