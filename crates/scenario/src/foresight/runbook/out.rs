//! What is out: which of a namespace's partitions a client does not reach.
//!
//! Invariant: inert. Not here: who has the data of an AP namespace (see `held`).

use rosterlab_engine::{Mode, Served};

/// The partitions of a namespace that a client of the whole network does not reach with their data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Out {
    /// Active nowhere, and dead nowhere.
    pub unavailable: u32,
    /// Active nowhere, and dead somewhere.
    pub dead: u32,
    /// In AP: active, and no running node in a cluster has their data in full (domain.md §6). Always 0 in SC.
    pub fresh: u32,
}

impl Out {
    /// Those of a namespace in this mode, as one moment alone shows them: in AP only those that came up empty are without their
    /// data then.
    #[must_use]
    pub fn of(served: Served, mode: Mode) -> Self {
        let fresh = if mode == Mode::Available { served.fresh } else { 0 };
        Self { unavailable: served.unavailable, dead: served.dead, fresh }
    }

    /// All of them.
    #[must_use]
    pub fn all(self) -> u32 {
        self.unavailable + self.dead + self.fresh
    }
}
