//! The setup of a cluster: its nodes, its namespaces with their settings, and the server's profile.
//!
//! Invariant: a [`ClusterSetup`] may hold anything; only [`crate::Cluster::new`] turns one into a cluster, after
//! [`ClusterSetup::check`] has found it within the limits. Not here: anything that changes once a cluster runs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::command::Shutdown;
use crate::convert::narrow;
use crate::id::{MAX_NAMESPACES, MAX_NODES, NodeId, RackId};
use crate::roster::RosterEntry;
use crate::server::{ServerVersion, are_neighbours};
use crate::starting::{BY_RULE, LISTED, PackedVersions, Shape, Unpacked};

/// Whether a namespace keeps consistency or availability when it cannot have both (domain.md §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Strong consistency (SC): a roster, and partitions that are unavailable or dead rather than wrong.
    StrongConsistency,
    /// Availability (AP): no roster, every partition available in every sub-cluster.
    Available,
}

/// Which server's rules apply to revived partitions (domain.md §5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Profile {
    /// The case study's server: `r` is trusted as soon as the whole roster is present.
    #[default]
    #[serde(rename = "4.5.3")]
    V4_5_3,
    /// From 6.0: `r` is trusted only if the whole roster is present and no present version has `e`.
    #[serde(rename = "6.0")]
    V6_0,
    /// From 7.1: as 6.0, with `auto-revive` and `fresh-partitions` in the log.
    #[serde(rename = "7.1")]
    V7_1,
}

impl Profile {
    /// Every profile, oldest first.
    pub const ALL: [Self; 3] = [Self::V4_5_3, Self::V6_0, Self::V7_1];

    /// The rules that a server of this version has: those of the latest profile that is no later, or else of the earliest
    /// one (domain.md §17, \[model\]).
    #[must_use]
    pub fn of(server: ServerVersion) -> Self {
        let is_no_later = |profile: &Self| profile.server() <= server;
        Self::ALL.into_iter().rev().find(is_no_later).unwrap_or_default()
    }

    /// The version that nodes have unless they name another.
    #[must_use]
    pub fn server(self) -> ServerVersion {
        ServerVersion::of(match self {
            Self::V4_5_3 => [4, 5, 3, 0],
            Self::V6_0 => [6, 0, 0, 0],
            Self::V7_1 => [7, 1, 0, 0],
        })
    }

    /// The most nodes that a cluster may have: 256 since 5.0, 128 before (the server's own limits).
    #[must_use]
    pub fn most_nodes(self) -> usize {
        match self {
            Self::V4_5_3 => 128,
            Self::V6_0 | Self::V7_1 => MAX_NODES,
        }
    }

    /// The default of `prefer-uniform-balance`. Servers have it on since 4.7 \[doc\]. Profile `6.0` leaves it off here,
    /// because the golden values for that profile follow the hash alone.
    #[must_use]
    pub fn prefers_uniform_balance(self) -> bool {
        self >= Self::V7_1
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V4_5_3 => "4.5.3",
            Self::V6_0 => "6.0",
            Self::V7_1 => "7.1",
        })
    }
}

/// Which roster an SC namespace begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartingRoster {
    /// All nodes, with every copy in its place.
    #[default]
    All,
    /// None, with empty drives: 4096 partitions are unavailable until the first `roster-set` and `recluster`.
    None,
    /// These nodes with these racks, of the cluster or not; nodes outside it begin empty.
    #[serde(untagged)]
    List(Vec<RosterEntry>),
}

/// One namespace's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamespaceSettings {
    /// Its name: 1 to 31 bytes, none of `:;,= ` and no control characters.
    pub name: String,
    /// RF: how many copies of a partition there should be, 1 to 128.
    pub replication_factor: u8,
    /// SC or AP.
    pub mode: Mode,
    /// Whether every write is flushed before it is acknowledged; then an unclean stop sets no `e` (domain.md §4).
    pub commit_to_device: bool,
    /// Storage devices of the namespace on every node, 1 to 16; each carries a clean-shutdown mark of its own.
    pub devices: u8,
    /// Which roster it begins with; ignored in AP.
    pub roster: StartingRoster,
    /// `prefer-uniform-balance`: the numbers of partitions that nodes serve differ by at most one (domain.md §2,
    /// \[doc\]; which node serves which partition is \[model\]).
    pub prefer_uniform_balance: bool,
    /// `auto-revive`: a start after an unclean stop sets `r` in place of `e`, unless a device is empty; servers from 7.1
    /// have it (domain.md §4, \[doc\]).
    pub auto_revive: bool,
    /// What the nodes begin with when it was read from a real cluster; otherwise every copy is in its place.
    pub versions: Option<PackedVersions>,
}

impl NamespaceSettings {
    /// An SC namespace with one device and without commit-to-device.
    #[must_use]
    pub fn strong(name: &str, replication_factor: u8) -> Self {
        Self {
            name: name.to_owned(),
            replication_factor,
            mode: Mode::StrongConsistency,
            commit_to_device: false,
            devices: 1,
            roster: StartingRoster::All,
            prefer_uniform_balance: false,
            auto_revive: false,
            versions: None,
        }
    }
}

/// A node that the cluster starts with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeSetup {
    /// Its id.
    pub id: NodeId,
    /// Its configured rack.
    pub rack: RackId,
    /// `stay-quiesced`: permanently quiesced, as a tie-breaker is (domain.md §8, \[doc\]).
    pub stay_quiesced: bool,
    /// Whether it is quiesced at the start; a restart ends this (domain.md §8).
    pub quiesced: bool,
    /// How it went down, just now, if it is down at the start.
    pub down: Option<Shutdown>,
    /// Its server's version, if it is not the profile's (domain.md §17).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<ServerVersion>,
    /// Its mesh seeds; empty when it finds the others without (domain.md §18). Any ids can be seeds, those of nodes that
    /// never were too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seeds: Vec<NodeId>,
}

impl NodeSetup {
    /// A node with this id, on this rack, that is up.
    #[must_use]
    pub fn new(id: NodeId, rack: RackId) -> Self {
        let (server, seeds) = (None, Vec::new());
        Self { id, rack, stay_quiesced: false, quiesced: false, down: None, server, seeds }
    }
}

/// Everything that a cluster starts from. Unless it says otherwise it starts whole: every node is up, each SC namespace's
/// roster is set to all nodes, and no migration is left (scenario-format.md).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterSetup {
    /// The nodes, 1 to as many as the profile allows, in any order.
    pub nodes: Vec<NodeSetup>,
    /// The namespaces, 1 to 32.
    pub namespaces: Vec<NamespaceSettings>,
    /// Whose rules apply.
    pub profile: Profile,
    /// How many partitions a node sends in a second of simulated time, 1 to 1000 (40 by default, \[model\]).
    pub migration_rate_per_s: u16,
    /// `migrate-fill-delay`: how long fills wait after a rebalance, in milliseconds (domain.md §6, \[doc\]).
    pub fill_delay_ms: u32,
    /// `migrate-threads`, 0 to 100: how many partitions a node sends at a time. 0 pauses migrations.
    pub migrate_threads: u8,
    /// `heartbeat.interval` in milliseconds, 50 to 600,000 (domain.md §7).
    pub heartbeat_interval_ms: u32,
    /// `heartbeat.timeout`: a node counts as gone after this many silent intervals, 3 to 10,000 (domain.md §7).
    pub heartbeat_timeout: u32,
    /// `min-cluster-size`, 1 to the number of nodes at the start: a smaller cluster is not formed (domain.md §7, \[doc\]).
    pub min_cluster_size: u16,
}

impl ClusterSetup {
    /// A cluster of these nodes with one SC namespace `main` and default settings.
    #[must_use]
    pub fn of(nodes: Vec<NodeSetup>, replication_factor: u8) -> Self {
        Self {
            nodes,
            namespaces: vec![NamespaceSettings::strong("main", replication_factor)],
            profile: Profile::default(),
            migration_rate_per_s: 40,
            fill_delay_ms: 0,
            migrate_threads: 1,
            heartbeat_interval_ms: 150,
            heartbeat_timeout: 10,
            min_cluster_size: 1,
        }
    }

    /// Checks that the setup can become a cluster.
    ///
    /// # Errors
    /// The first limit that it breaks.
    pub fn check(&self) -> Result<(), SetupError> {
        let most = self.profile.most_nodes();
        if self.nodes.is_empty() || self.nodes.len() > most {
            return Err(SetupError::NodeCount { count: self.nodes.len(), most });
        }
        for (index, node) in self.nodes.iter().enumerate() {
            if self.nodes[..index].iter().any(|earlier| earlier.id == node.id) {
                return Err(SetupError::NodeTwice { index, id: node.id });
            }
        }
        if let Some(index) = self.nodes.iter().position(|node| node.seeds.len() > MAX_NODES) {
            return Err(SetupError::Seeds { index });
        }
        if let Some(index) = self.misfit() {
            return Err(SetupError::ServerMix { index });
        }
        if self.nodes.iter().all(|node| node.down.is_some()) {
            return Err(SetupError::AllDown);
        }
        if self.namespaces.is_empty() || self.namespaces.len() > MAX_NAMESPACES {
            return Err(SetupError::NamespaceCount(self.namespaces.len()));
        }
        for (index, namespace) in self.namespaces.iter().enumerate() {
            let name = &namespace.name;
            let bad = |c: char| c.is_control() || matches!(c, ':' | ';' | ',' | '=' | ' ');
            if name.is_empty() || name.len() > 31 || name.contains(bad) {
                return Err(SetupError::NamespaceName { index });
            }
            if self.namespaces[..index].iter().any(|earlier| earlier.name == *name) {
                return Err(SetupError::NamespaceTwice { index });
            }
            if !(1..=128).contains(&namespace.replication_factor) {
                return Err(SetupError::ReplicationFactor { index });
            }
            if !(1..=16).contains(&namespace.devices) {
                return Err(SetupError::Devices { index });
            }
        }
        if let Some(index) = self.needs_7_1() {
            return Err(SetupError::AutoRevive { index });
        }
        if !(1..=1000).contains(&self.migration_rate_per_s) {
            return Err(SetupError::MigrationRate);
        }
        if self.migrate_threads > 100 {
            return Err(SetupError::MigrateThreads);
        }
        if !(50..=600_000).contains(&self.heartbeat_interval_ms) {
            return Err(SetupError::HeartbeatInterval);
        }
        if !(3..=10_000).contains(&self.heartbeat_timeout) {
            return Err(SetupError::HeartbeatTimeout);
        }
        if !(1..=self.nodes.len()).contains(&usize::from(self.min_cluster_size)) {
            return Err(SetupError::MinClusterSize);
        }
        self.check_rosters()?;
        (0..self.namespaces.len()).try_for_each(|index| self.unpack(index).map(|_| ()))
    }

    /// The version of a node that the cluster starts with.
    #[must_use]
    pub fn server_of(&self, node: &NodeSetup) -> ServerVersion {
        node.server.unwrap_or(self.profile.server())
    }

    /// Whether the cluster begins with the new protocols: some node knows no others (domain.md §17).
    pub(crate) fn begins_switched(&self) -> bool {
        self.nodes.iter().any(|node| self.server_of(node).needs_new_protocols())
    }

    /// The first node whose version cannot be in one cluster with those of the nodes before it (domain.md §17.1, §17.3,
    /// §17.7).
    fn misfit(&self) -> Option<usize> {
        let switched = self.begins_switched();
        let strong = self.has_strong();
        (0..self.nodes.len()).find(|index| {
            let server = self.server_of(&self.nodes[*index]);
            let is_far = |other: &NodeSetup| !are_neighbours(server, self.server_of(other));
            (switched && server < ServerVersion::V3_13)
                || (strong && self.nodes[..*index].iter().any(is_far))
        })
    }

    /// Whether any namespace is strongly consistent.
    pub(crate) fn has_strong(&self) -> bool {
        self.namespaces.iter().any(|settings| settings.mode == Mode::StrongConsistency)
    }

    /// Whether the numbers of a namespace are only about right: `prefer-uniform-balance` is on, whose algorithm is not
    /// published, and the roster's rows were not read from a real cluster. No such namespace: `false`.
    #[must_use]
    pub fn is_about(&self, index: usize) -> bool {
        let is_uniform =
            self.namespaces.get(index).is_some_and(|settings| settings.prefer_uniform_balance);
        is_uniform && !self.has_rows(index)
    }

    /// Whether a namespace begins with rows that were read. Of the text that has them only the beginning is looked at.
    fn has_rows(&self, index: usize) -> bool {
        let versions = self.namespaces[index].versions.as_ref();
        match versions.and_then(PackedVersions::origin_of_rows) {
            None | Some(BY_RULE) => false,
            Some(LISTED) => true,
            Some(other) => {
                let earlier = narrow(other - LISTED - 1, "a namespace");
                earlier < index && self.has_rows(earlier)
            }
        }
    }

    /// What a namespace begins with, if that was read from a real cluster.
    pub(crate) fn unpack(&self, index: usize) -> Result<Option<Unpacked>, SetupError> {
        let settings = &self.namespaces[index];
        let Some(packed) = &settings.versions else { return Ok(None) };
        let earlier = |other: usize| {
            let is_alike = other < index && self.namespaces[other].roster == settings.roster;
            if is_alike { self.unpack(other).ok().flatten() } else { None }
        };
        let unpacked = self.shape(index, &earlier).unpack(packed);
        unpacked.map(Some).map_err(|(at, why)| SetupError::Versions { index, at, why })
    }

    /// What the versions of a namespace are read with.
    pub(crate) fn shape<'a>(
        &self,
        index: usize,
        earlier: &'a dyn Fn(usize) -> Option<Unpacked>,
    ) -> Shape<'a> {
        let settings = &self.namespaces[index];
        let is_in = |id| match &settings.roster {
            _ if settings.mode == Mode::Available => false,
            StartingRoster::All => true,
            StartingRoster::None => false,
            StartingRoster::List(entries) => entries.iter().any(|entry| entry.node == id),
        };
        let in_roster: Vec<bool> = self.nodes.iter().map(|node| is_in(node.id)).collect();
        let known = in_roster.iter().filter(|is_in| **is_in).count();
        let width = known.min(usize::from(settings.replication_factor));
        Shape { in_roster, width, earlier }
    }

    /// Checks that each list can be a roster, and that all ids together are not too many.
    fn check_rosters(&self) -> Result<(), SetupError> {
        let mut ids: Vec<NodeId> = self.nodes.iter().map(|node| node.id).collect();
        for (index, namespace) in self.namespaces.iter().enumerate() {
            let StartingRoster::List(entries) = &namespace.roster else { continue };
            for (place, entry) in entries.iter().enumerate() {
                if entries[..place].iter().any(|earlier| earlier.node == entry.node) {
                    return Err(SetupError::Roster { index });
                }
                if !ids.contains(&entry.node) {
                    ids.push(entry.node);
                }
            }
            if entries.is_empty() || ids.len() > MAX_NODES {
                return Err(SetupError::Roster { index });
            }
        }
        Ok(())
    }

    /// The first namespace with a setting that only newer servers have.
    fn needs_7_1(&self) -> Option<usize> {
        let older = self.profile < Profile::V7_1;
        self.namespaces.iter().position(|namespace| older && namespace.auto_revive)
    }

    /// How long a node is silent before it counts as gone, in milliseconds (domain.md §7).
    #[must_use]
    pub fn silence_ms(&self) -> u64 {
        u64::from(self.heartbeat_interval_ms) * u64::from(self.heartbeat_timeout)
    }
}

/// Why a setup cannot become a cluster. Each index is a position in the list that the variant names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetupError {
    /// A cluster has at least one node, and no more than its profile allows.
    NodeCount {
        /// How many the setup has.
        count: usize,
        /// The most that the profile allows.
        most: usize,
    },
    /// `nodes[index]` has the id of an earlier node.
    NodeTwice {
        /// Position in `nodes`.
        index: usize,
        /// The id.
        id: NodeId,
    },
    /// A cluster has 1 to 32 namespaces, not this many.
    NamespaceCount(usize),
    /// `namespaces[index]` has an invalid name.
    NamespaceName {
        /// Position in `namespaces`.
        index: usize,
    },
    /// `namespaces[index]` has the name of an earlier one.
    NamespaceTwice {
        /// Position in `namespaces`.
        index: usize,
    },
    /// `namespaces[index]` has a replication factor that is not 1 to 128.
    ReplicationFactor {
        /// Position in `namespaces`.
        index: usize,
    },
    /// `namespaces[index]` has a number of devices that is not 1 to 16.
    Devices {
        /// Position in `namespaces`.
        index: usize,
    },
    /// `namespaces[index]` has `auto-revive`, and the profile is older than 7.1.
    AutoRevive {
        /// Position in `namespaces`.
        index: usize,
    },
    /// `namespaces[index]` has a list as its roster that is empty, names a node twice, or names too many nodes.
    Roster {
        /// Position in `namespaces`.
        index: usize,
    },
    /// `namespaces[index]` has starting versions that mean nothing.
    Versions {
        /// Position in `namespaces`.
        index: usize,
        /// How many characters were read.
        at: usize,
        /// What is wrong.
        why: &'static str,
    },
    /// `nodes[index]` has more than 256 seeds.
    Seeds {
        /// Position in `nodes`.
        index: usize,
    },
    /// `nodes[index]` has a version that cannot be in one cluster with those of other nodes (domain.md §17).
    ServerMix {
        /// Position in `nodes`.
        index: usize,
    },
    /// Every node is down at the start.
    AllDown,
    /// The migration rate is not 1 to 1000 partitions a second.
    MigrationRate,
    /// `migrate-threads` is not 0 to 100.
    MigrateThreads,
    /// The heartbeat interval is not 50 to 600,000 ms.
    HeartbeatInterval,
    /// The heartbeat timeout is not 3 to 10,000 intervals.
    HeartbeatTimeout,
    /// `min-cluster-size` is 0, or larger than the cluster's number of nodes at the start.
    MinClusterSize,
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NodeCount { count, most } => {
                write!(f, "a cluster has 1 to {most} nodes, not {count}")
            }
            Self::NodeTwice { id, .. } => write!(f, "node {id} is there twice"),
            Self::NamespaceCount(n) => {
                write!(f, "a cluster has 1 to {MAX_NAMESPACES} namespaces, not {n}")
            }
            Self::NamespaceName { .. } => {
                f.write_str("a namespace's name is 1 to 31 bytes without any of \":;,= \"")
            }
            Self::NamespaceTwice { .. } => f.write_str("a namespace of that name is there already"),
            Self::ReplicationFactor { .. } => f.write_str("a replication factor is 1 to 128"),
            Self::Devices { .. } => f.write_str("a namespace has 1 to 16 devices"),
            Self::AutoRevive { .. } => f.write_str("auto-revive needs server 7.1"),
            Self::Roster { .. } => {
                write!(f, "a roster has 1 to {MAX_NODES} nodes, each once")
            }
            Self::Versions { at, why, .. } => write!(f, "character {at} of the versions: {why}"),
            Self::Seeds { .. } => write!(f, "a node has at most {MAX_NODES} seeds"),
            Self::ServerMix { .. } => {
                f.write_str("servers of these versions cannot be in one cluster")
            }
            Self::AllDown => f.write_str("at least one node is up at the start"),
            Self::MigrationRate => f.write_str("a migration rate is 1 to 1000 partitions a second"),
            Self::MigrateThreads => f.write_str("migrate-threads is 0 to 100"),
            Self::HeartbeatInterval => f.write_str("a heartbeat interval is 50 to 600000 ms"),
            Self::HeartbeatTimeout => f.write_str("a heartbeat timeout is 3 to 10000 intervals"),
            Self::MinClusterSize => {
                f.write_str("min-cluster-size is 1 to the number of nodes at the start")
            }
        }
    }
}

impl std::error::Error for SetupError {}
