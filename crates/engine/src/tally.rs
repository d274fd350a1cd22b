//! The counts that the rules of availability ask about a partition, in one word.
//!
//! Invariant: the [`Facts`] of a partition are made from its tally and from [`SameFacts`], and from nothing else. Not
//! here: the rules (see `availability`) and the counting (see `rebalance`).

use crate::availability::Facts;
use crate::convert::narrow;
use crate::version::COUNT_BITS;

/// The part of [`Facts`] that differs from partition to partition, in one word: seven counts of [`COUNT_BITS`] each,
/// and whether the roster-master is present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally(u64);

/// The bit that says whether the roster-master is present.
const MASTER_PRESENT: u32 = COUNT_BITS * 7;

impl Tally {
    /// Makes a tally of the sum of [`Version::counts`], the number of roster-replicas present, and whether the
    /// roster-master is.
    pub fn new(counts: u64, roster_replicas_present: usize, roster_master_present: bool) -> Self {
        debug_assert!(roster_replicas_present < 1 << COUNT_BITS);
        let replicas = (roster_replicas_present as u64) << (COUNT_BITS * 6);
        Self(counts | replicas | u64::from(roster_master_present) << MASTER_PRESENT)
    }

    pub fn word(self) -> u64 {
        self.0
    }

    /// The tally that this word stands for.
    pub fn of_word(word: u64) -> Self {
        Self(word)
    }

    fn count(self, place: u32) -> u32 {
        let count = self.0 >> (COUNT_BITS * place) & ((1 << COUNT_BITS) - 1);
        narrow(count, "a count")
    }

    /// The number of nodes present with a full copy.
    pub fn full(self) -> usize {
        self.count(4) as usize
    }

    /// The facts of the partition, given those that are the same for all partitions.
    pub fn facts(self, all: &SameFacts) -> Facts {
        let [evading, revived, revived_by_operator, with_data, full, not_subset, replicas] =
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
            not_subset,
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
