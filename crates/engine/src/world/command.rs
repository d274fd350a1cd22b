//! What a person can do to a world, what a world starts from, and why it may refuse.
//!
//! Invariant: a command is data, and the list of commands with the time between them is all that is ever saved. A command
//! for one cluster is a [`Command`] with the name of its site. Not here: what a command does (see the other files of
//! `world`).

use std::fmt;

use crate::cluster::Until;
use crate::command::{Command, Rejection};
use crate::namespace::{ClusterSetup, SetupError};

/// The most sites that a world may hold.
pub const MAX_SITES: usize = 4;
/// The most records of a `load`, and the highest number of a generated record plus one.
pub const MAX_GENERATED: u32 = 100_000_000;
/// The most ranges of generated records that a world tells apart.
pub const MAX_RANGES: usize = 64;
/// The most fleets.
pub const MAX_FLEETS: usize = 8;
/// The most instances of a fleet.
pub const MAX_INSTANCES: u32 = 1_000;
/// The most keys of a fleet.
pub const MAX_FLEET_KEYS: u32 = 100_000;
/// The most operations of one instance in a second.
pub const MAX_RATE_PER_S: u32 = 1_000;
/// The most backups that a world keeps.
pub const MAX_BACKUPS: usize = 16;
/// The longest one-way delay of a ship: a day, in milliseconds.
pub const MAX_DELAY_MS: u32 = 86_400_000;

/// One site: a cluster with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteSetup {
    /// Its name: not empty, and no other site's.
    pub name: String,
    /// Its cluster.
    pub cluster: ClusterSetup,
}

/// Everything that a world starts from: one to four sites, on one clock, without ships and fleets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldSetup {
    /// The sites, 1 to 4. The first is meant where a command names none.
    pub sites: Vec<SiteSetup>,
}

/// Why a setup cannot become a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorldSetupError {
    /// A world has one to four sites, not this many.
    SiteCount(usize),
    /// `sites[index]` has no name, or the name of an earlier one.
    SiteName {
        /// Position in `sites`.
        index: usize,
    },
    /// The cluster of `sites[index]` breaks a limit.
    Site {
        /// Position in `sites`.
        index: usize,
        /// Which one.
        why: SetupError,
    },
}

impl fmt::Display for WorldSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SiteCount(count) => {
                write!(f, "a world has 1 to {MAX_SITES} sites, not {count}")
            }
            Self::SiteName { index } => {
                write!(f, "sites[{index}] needs a name that no earlier site has")
            }
            Self::Site { index, why } => write!(f, "sites[{index}]: {why}"),
        }
    }
}

impl std::error::Error for WorldSetupError {}

/// A site's namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The site's name.
    pub site: String,
    /// The namespace's name.
    pub namespace: String,
}

/// The way of a ship. There is at most one ship for each (domain.md §13.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// The site that sends.
    pub from: String,
    /// The site that receives, another one.
    pub to: String,
    /// The namespace, which has the same name at both.
    pub namespace: String,
}

/// Which server's XDR a ship follows (domain.md §13.5, §13.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum XdrMode {
    /// Before 5.0: what arrives last stays. Queues are on drives.
    #[default]
    V4,
    /// From 5.4, with conflict resolution: the later last-update time stays. Queues are in memory.
    V5_4,
}

/// How far back a new ship sends what was there before (domain.md §13.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewind {
    /// What was last updated this many milliseconds ago or later.
    Back(u64),
    /// Everything.
    All,
}

/// A ship: what is written in one site's namespace is sent to another site's (domain.md §13.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShipSetup {
    /// From where to where.
    pub way: Way,
    /// How long a record takes, in milliseconds, up to a day.
    pub delay_ms: u32,
    /// The throughput in records a second, at least 1; unlimited when `None`.
    pub records_per_s: Option<u32>,
    /// Whose rules it follows.
    pub mode: XdrMode,
    /// What it sends of what was there before; only with [`XdrMode::V5_4`].
    pub rewind: Option<Rewind>,
}

/// What a restore does with a record that is there (domain.md §14).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RestorePolicy {
    /// It stays if its generation is at least as high as the backup's: the tool's default.
    #[default]
    UnlessNewerGeneration,
    /// It stays.
    Unique,
    /// It is replaced.
    Replace,
}

/// An application: a number of instances that read and write by a fixed sequence (domain.md §15).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetSetup {
    /// Its name, which no other fleet has.
    pub name: String,
    /// How many instances, 1 to 1000.
    pub instances: u32,
    /// The name that they reach a site by; [`WorldCommand::Repoint`] gives it its meaning.
    pub endpoint: String,
    /// The namespace that they use.
    pub namespace: String,
    /// The number of their first generated record.
    pub first_key: u32,
    /// How many records from there on, 1 to 100,000.
    pub keys: u32,
    /// Of `reads + writes` operations in a row, this many are reads.
    pub reads: u32,
    /// Of `reads + writes` operations in a row, this many are writes.
    pub writes: u32,
    /// Operations of each instance in a second, 1 to 1000.
    pub rate_per_s: u32,
}

/// One thing that a person does to a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorldCommand {
    /// Does something to one cluster.
    Site {
        /// The site, or else the first.
        site: Option<String>,
        /// What is done.
        command: Command,
    },
    /// Sets up a ship and turns it on (domain.md §13.1).
    Ship(ShipSetup),
    /// Turns a ship off and removes it, with what it has not brought yet.
    Unship(Way),
    /// Cuts a ship's link (domain.md §13.7).
    Disconnect(Way),
    /// Restores a ship's link.
    Reconnect(Way),
    /// Says whose writes a namespace takes (domain.md §13.8).
    Allow {
        /// The namespace.
        place: Place,
        /// `allow-xdr-writes`.
        xdr_writes: bool,
        /// `allow-nonxdr-writes`.
        nonxdr_writes: bool,
    },
    /// A client writes generated records, each once, all at this instant.
    Load {
        /// Where.
        place: Place,
        /// The number of the first.
        first: u32,
        /// How many.
        records: u32,
    },
    /// Takes a backup (domain.md §14).
    Backup {
        /// Of what.
        place: Place,
        /// Its name; a backup with that name is replaced.
        name: String,
    },
    /// Restores a backup (domain.md §14).
    Restore {
        /// To where.
        place: Place,
        /// Which backup.
        name: String,
        /// What becomes of records that are there.
        policy: RestorePolicy,
    },
    /// Says which site an endpoint's name means from now on (domain.md §15).
    Repoint {
        /// The endpoint.
        endpoint: String,
        /// The site.
        site: String,
    },
    /// Starts a new fleet. Its endpoint's name must mean a site.
    Fleet(FleetSetup),
    /// Restarts the instances of a fleet one after the other (domain.md §15).
    Restart {
        /// Which fleet.
        fleet: String,
        /// How long each instance is down, in milliseconds, at least 1.
        each_ms: u64,
    },
    /// Stops all instances of a fleet (domain.md §15).
    Pause {
        /// Which fleet.
        fleet: String,
    },
    /// Starts all instances of a paused fleet (domain.md §15).
    Resume {
        /// Which fleet.
        fleet: String,
    },
}

/// How far [`crate::world::World::advance`] lets simulated time pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorldUntil {
    /// Until all sites have come as far as this. Ships and fleets go on meanwhile. With [`Until::Prepared`], until the first
    /// site has prepared a change.
    Sites(Until),
    /// Until nothing is queued and nothing is on its way, or at most for this long, in milliseconds.
    Shipped {
        /// How long at most.
        within_ms: u64,
    },
}

/// Why a world cannot do a command now. A rejected command has changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorldRejection {
    /// No site has this name.
    NoSite(String),
    /// The site's cluster cannot do it.
    Site {
        /// The site.
        site: String,
        /// Why.
        why: Rejection,
    },
    /// A ship needs two sites.
    SameSite(String),
    /// There is such a ship already.
    ShipExists(Way),
    /// There is no such ship.
    NoShip(Way),
    /// The ship's link is cut already.
    Disconnected(Way),
    /// The ship's link is not cut.
    Connected(Way),
    /// Servers before 5.0 cannot rewind.
    CannotRewind(Way),
    /// A number is out of its range.
    OutOfRange {
        /// What it says.
        what: &'static str,
        /// The lowest that is allowed.
        least: u64,
        /// The highest that is allowed.
        most: u64,
    },
    /// There are as many of these as there may be.
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// A client's key is one that stands for a range of generated records.
    ReservedKey,
    /// No backup has this name.
    NoBackup(String),
    /// The endpoint's name means no site yet.
    NoEndpoint(String),
    /// No fleet has this name.
    NoFleet(String),
    /// A fleet has this name already.
    FleetExists(String),
    /// The fleet is paused.
    Paused(String),
    /// The fleet is not paused.
    NotPaused(String),
    /// A rolling restart of the fleet is under way.
    Restarting(String),
}

impl fmt::Display for WorldRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSite(name) => write!(f, "no site {name:?}"),
            Self::Site { site, why } => write!(f, "site {site:?}: {why}"),
            Self::SameSite(name) => {
                write!(f, "a ship needs two sites, and both are {name:?}")
            }
            Self::ShipExists(way) => write!(f, "a ship {way} is there already"),
            Self::NoShip(way) => write!(f, "no ship {way}"),
            Self::Disconnected(way) => write!(f, "the ship {way} is disconnected already"),
            Self::Connected(way) => write!(f, "the ship {way} is not disconnected"),
            Self::CannotRewind(way) => {
                write!(f, "the ship {way} cannot rewind: servers before 5.0 have no rewind")
            }
            Self::OutOfRange { what, least, most } => {
                write!(f, "{what} must be from {least} to {most}")
            }
            Self::TooMany { what, most } => write!(f, "a world has at most {most} {what}"),
            Self::ReservedKey => f.write_str("this key stands for a range of generated records"),
            Self::NoBackup(name) => write!(f, "no backup {name:?}"),
            Self::NoEndpoint(name) => write!(f, "{name:?} means no site yet"),
            Self::NoFleet(name) => write!(f, "no fleet {name:?}"),
            Self::FleetExists(name) => write!(f, "a fleet {name:?} is there already"),
            Self::Paused(name) => write!(f, "fleet {name:?} is paused"),
            Self::NotPaused(name) => write!(f, "fleet {name:?} is not paused"),
            Self::Restarting(name) => write!(f, "fleet {name:?} is being restarted"),
        }
    }
}

impl std::error::Error for WorldRejection {}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {:?} to {:?} of namespace {:?}", self.from, self.to, self.namespace)
    }
}

/// An error if the condition holds.
pub(crate) fn refuse(
    when: bool,
    why: impl FnOnce() -> WorldRejection,
) -> Result<(), WorldRejection> {
    if when { Err(why()) } else { Ok(()) }
}

/// An error if a number is not in a range.
pub(crate) fn in_range(
    what: &'static str,
    number: u64,
    least: u64,
    most: u64,
) -> Result<(), WorldRejection> {
    let is_in = (least..=most).contains(&number);
    refuse(!is_in, || WorldRejection::OutOfRange { what, least, most })
}
