//! A world: one to four sites on one clock, what is shipped between them, and the applications that use them.
//!
//! Invariant: a world uses clusters and no cluster knows of a world, so what is true of one cluster stays true of
//! each site. At one instant, cluster changes and migrations come first, then arrivals, then fleets, then what ships send;
//! sites, ships and fleets come in their order. \[model\]
//!
//! Not here: what happens in a cluster (see `cluster`), and words for a person.

mod backup;
mod client;
mod command;
mod course;
mod event;
mod fleet;
mod instances;
mod keys;
mod load;
mod observe;
mod place;
mod restore;
mod ship;
mod shipping;
mod site;
mod state;
#[cfg(test)]
mod tests;
mod truth;
mod view;

pub use command::{
    FleetSetup, MAX_BACKUPS, MAX_DELAY_MS, MAX_FLEET_KEYS, MAX_FLEETS, MAX_GENERATED,
    MAX_INSTANCES, MAX_RANGES, MAX_RATE_PER_S, MAX_SITES, Place, RestorePolicy, Rewind, ShipSetup,
    SiteSetup, Way, WorldCommand, WorldRejection, WorldSetup, WorldSetupError, WorldUntil, XdrMode,
};
pub use event::{Landed, Value, WorldEvent, WorldEventKind};
pub use keys::{generated_key, generated_number};
pub use state::World;
pub use view::{
    BackupView, CopyView, FleetCounts, FleetView, InstanceView, KeyView, Refused, SAMPLES,
    ShipView, SiteCounts, SiteView, WorldView,
};
