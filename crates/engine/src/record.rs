//! Records: a node's copy, the stamp of the write in it, and the ground truth of what clients were told.
//!
//! Invariant (domain.md §9): the ground truth remembers every acknowledged write, so that losses are counted exactly.
//! Not here: records' contents (the number of the write stands for the value), and how clients write and read (see
//! `client`).

use crate::id::{Digest, PartitionId};
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
    /// The writes that it builds on, oldest first. They tell a successor from a rival.
    pub history: Vec<u64>,
}

impl Stamp {
    /// Whether it includes a write: it is that write, or builds on it.
    pub fn holds(&self, write: u64) -> bool {
        self.write == write || self.history.contains(&write)
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
    /// The version before, kept while `latest` may not be flushed yet.
    pub flushed: Option<Stamp>,
    /// Whether all replicas were known to have it.
    pub replicated: bool,
}

impl Record {
    /// Stores a newer version in place of the one that a node has.
    pub fn replace(&mut self, latest: Stamp, replicated: bool) {
        let was_flushed = self.latest.stored_at_ms + FLUSH_MS <= latest.stored_at_ms;
        let before = std::mem::replace(&mut self.latest, latest);
        if was_flushed {
            self.flushed = Some(before);
        }
        self.replicated = replicated;
    }

    /// Reduces the record to what an unclean stop leaves. Returns `false` when none of it was flushed.
    pub fn survive_crash(&mut self, now_ms: u64) -> bool {
        if self.latest.stored_at_ms + FLUSH_MS <= now_ms {
            return true;
        }
        match self.flushed.take() {
            Some(flushed) => {
                self.latest = flushed;
                true
            }
            None => false,
        }
    }
}

/// What clients were told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct GroundTruth {
    pub writes: u64,
    /// The acknowledged writes, in order: writes are numbered as they come.
    pub acknowledged: Vec<u64>,
    /// The last acknowledged write of each record.
    pub latest: Sorted<(usize, Digest), u64>,
    /// The highest regime that the session has seen of each partition that it used, in the order of their first use.
    pub session: Vec<((usize, PartitionId), u32)>,
    /// Acknowledged writes whose value is gone, or was replaced by a rival's (domain.md §9), in the order of their numbers.
    pub lost: Vec<u64>,
    /// Whether copies were removed or replaced since losses were last counted.
    pub may_have_lost: bool,
}

impl GroundTruth {
    /// Copies of records were removed or replaced, so the next count checks what was lost.
    pub fn mark_possible_losses(&mut self) {
        self.may_have_lost = !self.latest.is_empty();
    }

    /// Counts an acknowledged write as lost. Returns whether it was not yet.
    pub fn lose(&mut self, write: u64) -> bool {
        let place = self.lost.binary_search(&write);
        if let Err(place) = place {
            self.lost.insert(place, write);
        }
        place.is_err()
    }

    /// Its size in bytes.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.acknowledged)
            + size_of_val(&*self.lost)
            + size_of_val(&*self.latest)
            + size_of_val(&*self.session)
    }
}

/// Values in the order of their keys, each key once. A cluster has few records, and a list is less code than a tree.
pub(crate) type Sorted<K, V> = Vec<(K, V)>;

/// The place of a key in a sorted list, or the place where it belongs.
pub(crate) fn place_of<K: Ord, V>(list: &[(K, V)], key: &K) -> Result<usize, usize> {
    list.binary_search_by(|(known, _)| known.cmp(key))
}
