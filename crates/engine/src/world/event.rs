//! What followed in a world from a command or from time passing.
//!
//! Invariant: the same commands give the same events. Traffic of fleets gives none, only counts. Not here: words for a
//! person.

use crate::event::EventKind;
use crate::id::Digest;
use crate::world::command::{Place, Way};

/// An event and its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldEvent {
    /// Simulated milliseconds since the world was made.
    pub at_ms: u64,
    /// What happened.
    pub kind: WorldEventKind,
}

/// A value that a client wrote: it stays the same wherever ships, backups and restores bring it (domain.md §15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// The number of the write among all that clients sent to any site, from 1.
    pub write: u64,
    /// The site that it was sent to, as an index into [`crate::world::WorldView::sites`].
    pub site: usize,
    /// When.
    pub at_ms: u64,
    /// Whether it was acknowledged.
    pub acknowledged: bool,
}

/// What became of a record that a ship brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landed {
    /// It was written.
    Written,
    /// It was written in place of a value that had been acknowledged later (domain.md §15).
    OverNewer,
    /// The value that was there is later and stayed (domain.md §13.5).
    Kept,
    /// The namespace takes no writes of XDR: error 10 (domain.md §13.8). It is not sent again.
    Refused,
    /// The target could not commit it: error 11, or in doubt. It will be sent again (domain.md §13.7).
    TriedAgain,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorldEventKind {
    /// Something happened in a site's cluster.
    Site {
        /// The site.
        site: String,
        /// What.
        kind: EventKind,
    },
    /// A client's write was refused with error 10, because the namespace takes only writes of XDR (domain.md §13.8).
    Forbidden {
        /// Where.
        place: Place,
        /// The record.
        key: Digest,
    },
    /// A ship was set up.
    ShipSet {
        /// Which.
        way: Way,
        /// Records that it sends of what was there before (domain.md §13.2).
        rewound: u64,
    },
    /// A ship was removed.
    ShipEnded {
        /// Which.
        way: Way,
        /// Records that it had not brought yet.
        dropped: u64,
    },
    /// A ship's link was cut.
    Disconnected {
        /// Which.
        way: Way,
        /// Records that were on the link and will be sent again.
        returned: u64,
    },
    /// A ship's link was restored.
    Reconnected {
        /// Which.
        way: Way,
        /// Records that wait to be sent.
        waiting: u64,
    },
    /// A ship brought a record that a person wrote or read by itself.
    Arrived {
        /// Which ship.
        way: Way,
        /// The record.
        key: Digest,
        /// The value that it brought.
        value: Value,
        /// The value that was there.
        before: Option<Value>,
        /// What became of it.
        landed: Landed,
    },
    /// Every node that had records in a ship's queue lost its part of it (domain.md §13.7).
    QueueLost {
        /// Which ship.
        way: Way,
        /// How many records.
        records: u64,
        /// Whether the partitions will be scanned for them.
        scanned: bool,
    },
    /// Partitions whose queue was lost were scanned (domain.md §13.7).
    Scanned {
        /// Which ship.
        way: Way,
        /// How many partitions.
        partitions: u32,
        /// How many records are sent because of it.
        records: u64,
    },
    /// A namespace was told whose writes to take (domain.md §13.8).
    Allowed {
        /// The namespace.
        place: Place,
        /// `allow-xdr-writes`.
        xdr_writes: bool,
        /// `allow-nonxdr-writes`.
        nonxdr_writes: bool,
    },
    /// Generated records were written.
    Loaded {
        /// Where.
        place: Place,
        /// How many were acknowledged.
        records: u64,
        /// How many were not.
        refused: u64,
    },
    /// A backup was taken (domain.md §14).
    BackedUp {
        /// Of what.
        place: Place,
        /// Its name.
        name: String,
        /// The number of records in it.
        records: u64,
        /// Records that are missing in it because their partitions are unavailable.
        missing: u64,
    },
    /// A backup was restored (domain.md §14).
    Restored {
        /// To where.
        place: Place,
        /// Its name.
        name: String,
        /// Records that were written.
        written: u64,
        /// Records that stayed as they were.
        kept: u64,
        /// Of `kept`: the backup's value was written later than the one that stayed. Its generation was too low.
        kept_older: u64,
        /// Records that could not be written.
        refused: u64,
    },
    /// An endpoint's name has a new meaning.
    Repointed {
        /// The endpoint.
        endpoint: String,
        /// The site.
        site: String,
    },
    /// A fleet runs.
    FleetStarted {
        /// Which.
        fleet: String,
    },
    /// A rolling restart has begun.
    RestartBegan {
        /// Which fleet.
        fleet: String,
    },
    /// The last instance of a rolling restart is back.
    RestartDone {
        /// Which fleet.
        fleet: String,
    },
    /// A fleet was paused.
    Paused {
        /// Which.
        fleet: String,
    },
    /// A fleet was resumed.
    Resumed {
        /// Which.
        fleet: String,
        /// How long it was paused.
        paused_ms: u64,
    },
}
