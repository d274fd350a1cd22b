//! What a front end needs to know of a world beside its clusters, as inert data with public fields.
//!
//! Invariant: a view is a copy. Counts are of records: one that stands for many counts as many. Not here: the view of a
//! cluster ([`crate::Cluster::view`]), and words for a person.

use crate::id::Digest;
use crate::world::command::{FleetSetup, Place, Way, XdrMode};
use crate::world::event::Value;

/// The most generated records that a view has as samples of what has diverged.
pub const SAMPLES: usize = 24;

/// A whole world at one moment, without its clusters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldView {
    /// Simulated milliseconds since the world was made.
    pub time_ms: u64,
    /// The sites, in the order of the setup.
    pub sites: Vec<SiteView>,
    /// The ships, in the order in which they were set up.
    pub ships: Vec<ShipView>,
    /// The fleets, in the order in which they were started.
    pub fleets: Vec<FleetView>,
    /// What each endpoint's name means: a site, as an index into `sites`. By name.
    pub endpoints: Vec<(String, usize)>,
    /// The backups, by name.
    pub backups: Vec<BackupView>,
    /// Keys whose values differ between sites that have them, with nothing on its way (domain.md §15).
    pub diverged: u64,
    /// The sum over all ships.
    pub waiting: u64,
    /// The longest of all ships.
    pub lag_ms: u64,
    /// The records that a person wrote or read by themselves, in the order of first use.
    pub bench: Vec<KeyView>,
    /// Some generated records that have diverged, at most [`SAMPLES`].
    pub samples: Vec<KeyView>,
}

/// How clients' operations at a site were refused (domain.md §15).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// No node of the site was in a cluster, so nobody answered.
    pub no_answer: u64,
    /// Error 11.
    pub unavailable: u64,
    /// Timeouts: a write may last or not.
    pub in_doubt: u64,
    /// Answers of an older regime, which the client rejected (domain.md §9).
    pub stale_regime: u64,
    /// Error 10: only writes of XDR are taken (domain.md §13.8).
    pub forbidden: u64,
}

impl Refused {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.no_answer + self.unavailable + self.in_doubt + self.stale_regime + self.forbidden
    }
}

/// What happened at a site so far, and what it has now (domain.md §15).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SiteCounts {
    /// Writes of clients that were acknowledged.
    pub acknowledged: u64,
    /// Reads of clients that were answered.
    pub reads: u64,
    /// Reads that did not see a write acknowledged before, anywhere.
    pub stale: u64,
    /// Values that were replaced by one acknowledged before them.
    pub overwritten: u64,
    /// Acknowledged writes that are lost here (domain.md §9).
    pub lost: u64,
    /// Operations that were refused.
    pub refused: Refused,
    /// Records that are here.
    pub records: u64,
    /// Records that another site has and this one has not, with nothing on its way.
    pub missing: u64,
}

/// One site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteView {
    /// Its name.
    pub name: String,
    /// What happened at it.
    pub counts: SiteCounts,
    /// The namespaces that do not take every write: `allow-xdr-writes` and `allow-nonxdr-writes` of each.
    pub allows: Vec<(String, bool, bool)>,
}

/// One ship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShipView {
    /// From where to where.
    pub way: Way,
    /// Whose rules it follows.
    pub mode: XdrMode,
    /// How long a record takes.
    pub delay_ms: u32,
    /// Records a second, or unlimited.
    pub records_per_s: Option<u32>,
    /// Whether its link holds.
    pub connected: bool,
    /// Records in the queue that can be sent.
    pub ready: u64,
    /// Records in the queue that the source cannot send now: their partition is not active, or no node that has them queued
    /// runs.
    pub held: u64,
    /// Records that the target could not commit. They are sent again when its partition is active.
    pub blocked: u64,
    /// Records on the link.
    pub on_link: u64,
    /// Acknowledged at the source and not yet at the target: all of these together.
    pub waiting: u64,
    /// The age of the oldest write among them (domain.md §13.6).
    pub lag_ms: u64,
    /// Records that arrived and were written, or lost against a later one.
    pub shipped: u64,
    /// Records that the target refused with error 10.
    pub abandoned: u64,
    /// Records that went with the queue of crashed nodes.
    pub queue_lost: u64,
    /// Partitions that are still to be scanned.
    pub to_scan: u32,
}

/// Where an instance of a fleet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceView {
    /// The site that it uses, as an index into [`WorldView::sites`].
    pub site: usize,
    /// Whether it runs.
    pub up: bool,
}

/// What a fleet did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FleetCounts {
    /// Reads that were answered.
    pub reads: u64,
    /// Of these, stale ones.
    pub stale: u64,
    /// Writes that were acknowledged.
    pub writes: u64,
    /// Operations that were refused.
    pub refused: Refused,
    /// Operations that were not sent, because the instance was being restarted.
    pub not_sent: u64,
}

/// One fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetView {
    /// What it does.
    pub setup: FleetSetup,
    /// Its instances, in order.
    pub instances: Vec<InstanceView>,
    /// Whether it is paused.
    pub paused: bool,
    /// How long it has been paused in all.
    pub paused_ms: u64,
    /// How many instances of a rolling restart are still to come back, if one is under way.
    pub to_restart: Option<u32>,
    /// What it did.
    pub counts: FleetCounts,
}

/// One backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupView {
    /// Its name.
    pub name: String,
    /// Of what.
    pub place: Place,
    /// When it was taken.
    pub taken_ms: u64,
    /// The records in it.
    pub records: u64,
    /// The records that are missing in it, because their partitions were unavailable.
    pub missing: u64,
}

/// One record at one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyView {
    /// The site, as an index into [`WorldView::sites`].
    pub site: usize,
    /// The value that it has there.
    pub value: Option<Value>,
    /// Its last-update time there.
    pub updated_ms: Option<u64>,
    /// How many writes it has had there; `None` while nobody can read it.
    pub generation: Option<u32>,
}

/// One record at every site that has its namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyView {
    /// The namespace.
    pub namespace: String,
    /// The record.
    pub key: Digest,
    /// How many records it stands for.
    pub records: u32,
    /// What each site has.
    pub copies: Vec<CopyView>,
    /// How many ships have it in their queue or on their link.
    pub on_its_way: u32,
    /// Whether it has diverged.
    pub diverged: bool,
}
