//! The cluster that a scenario starts with, and its translation to and from the engine's setup.
//!
//! Invariant: a file's cluster and the engine's setup of it are equivalent. A value beyond its limit is an error with the
//! place of its field. Not here: what steps need.

use rosterlab_engine::{
    ClusterSetup, Mode, NamespaceSettings, NodeId, NodeSetup, PackedVersions, Profile, RackId,
    ServerVersion, Shutdown, StartingRoster,
};
use serde::Serialize;
use serde_json::Value;

use super::clock::Seconds;
use super::error::{Cause, ScenarioError};
use super::fields::{MOST_NODES, is_no};
use super::placed::{Fields, FromFields, FromJson, Wrong, object};
use crate::node_names::NodeName;

/// The cluster that a scenario starts with: whole, every node up, the roster of every SC namespace set to all nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClusterFile {
    /// Its nodes, 1 to 256 (128 with server 4.5.3).
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub nodes: Vec<NodeFile>,
    /// The server whose rules for revived partitions apply.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Server"))]
    pub server: Profile,
    /// Its namespaces, 1 to 32; when left out, one SC namespace `main` with replication factor 2.
    #[serde(default = "one_namespace")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 32)))]
    pub namespaces: Vec<NamespaceFile>,
    /// How many partitions a node sends per second of simulated time.
    #[serde(default = "usual_rate", skip_serializing_if = "is_usual_rate")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
    pub migrations_per_second: u16,
    /// How many seconds fills wait after a rebalance.
    #[serde(default, skip_serializing_if = "is_no_time")]
    pub migrate_fill_delay: Seconds,
    /// How many partitions a node sends at a time; 0 pauses migrations.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub migrate_threads: u8,
    /// Milliseconds between two heartbeats of a node.
    #[serde(default = "usual_interval", skip_serializing_if = "is_usual_interval")]
    #[cfg_attr(feature = "schema", schemars(range(min = 50, max = 600_000)))]
    pub heartbeat_interval_ms: u32,
    /// After how many silent intervals a node counts as gone.
    #[serde(default = "usual_timeout", skip_serializing_if = "is_usual_timeout")]
    #[cfg_attr(feature = "schema", schemars(range(min = 3, max = 10_000)))]
    pub heartbeat_timeout: u32,
    /// The smallest cluster that forms; at most the number of nodes.
    #[serde(default = "smallest", skip_serializing_if = "is_smallest")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 256)))]
    pub min_cluster_size: u16,
}

/// One node of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NodeFile {
    /// Its id.
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Node"))]
    pub id: NodeId,
    /// Its rack; 0 is no rack.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 1_000_000)))]
    pub rack: RackId,
    /// Whether it is quiesced from every start on, as a tie-breaker is.
    #[serde(default, rename = "stay-quiesced", skip_serializing_if = "is_no")]
    pub stay_quiesced: bool,
    /// Whether it is quiesced at the start; a restart ends this.
    #[serde(default, skip_serializing_if = "is_no")]
    pub quiesced: bool,
    /// How it went down just before the start; when left out, it is up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::DownName"))]
    pub down: Option<Shutdown>,
    /// Its server's version; when left out, the cluster's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Version"))]
    pub server: Option<ServerVersion>,
    /// Its mesh seeds; when left out, it finds the others without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<crate::file::schema_types::Node>", length(max = 256))
    )]
    pub seeds: Vec<NodeId>,
    /// What people call it, such as its host; it has no effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::NameOfNode"))]
    pub name: Option<NodeName>,
    /// Its address, which plans may name it by too; it has no effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::NameOfNode"))]
    pub address: Option<NodeName>,
}

/// One namespace of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NamespaceFile {
    /// Its name.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 31)))]
    pub name: String,
    /// How many copies of a partition there should be.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 128)))]
    pub replication_factor: u8,
    /// Strong consistency (SC), or availability (AP).
    #[serde(default = "yes")]
    pub strong_consistency: bool,
    /// Whether every write is flushed before it is acknowledged.
    #[serde(default)]
    pub commit_to_device: bool,
    /// Storage devices on every node.
    #[serde(default = "one_device", skip_serializing_if = "is_one_device")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 16)))]
    pub devices: u8,
    /// Which roster it begins with: all nodes, these, or none, with empty drives.
    #[serde(default, skip_serializing_if = "is_all")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "crate::file::schema_types::StartingRosterName")
    )]
    pub roster: StartingRoster,
    /// Whether every node serves as many partitions as another, within one; when left out, true with server 7.1 and
    /// false with older ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "bool"))]
    pub prefer_uniform_balance: Option<bool>,
    /// Whether a start after an unclean stop sets `r` in place of `e`; needs server 7.1.
    #[serde(default, skip_serializing_if = "is_no")]
    pub auto_revive: bool,
    /// What the nodes begin with when it was read from a real cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::VersionsText"))]
    pub versions: Option<PackedVersions>,
}

impl FromJson for ClusterFile {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        object(value, "a cluster")
    }
}

impl FromFields for ClusterFile {
    const NAMES: &'static [&'static str] = &[
        "nodes",
        "server",
        "namespaces",
        "migrations-per-second",
        "migrate-fill-delay",
        "migrate-threads",
        "heartbeat-interval-ms",
        "heartbeat-timeout",
        "min-cluster-size",
    ];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self {
            nodes: fields.required("nodes")?,
            server: fields.maybe("server")?.unwrap_or_default(),
            namespaces: fields.maybe("namespaces")?.unwrap_or_else(one_namespace),
            migrations_per_second: fields
                .whole("migrations-per-second", 1, 1000)?
                .unwrap_or_else(usual_rate),
            migrate_fill_delay: fields.maybe("migrate-fill-delay")?.unwrap_or_default(),
            migrate_threads: fields.whole("migrate-threads", 0, 100)?.unwrap_or_else(one),
            heartbeat_interval_ms: fields
                .whole("heartbeat-interval-ms", 50, 600_000)?
                .unwrap_or_else(usual_interval),
            heartbeat_timeout: fields
                .whole("heartbeat-timeout", 3, 10_000)?
                .unwrap_or_else(usual_timeout),
            min_cluster_size: fields
                .whole("min-cluster-size", 1, MOST_NODES)?
                .unwrap_or_else(smallest),
        })
    }
}

impl FromJson for NodeFile {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        object(value, "a node")
    }
}

impl FromFields for NodeFile {
    const NAMES: &'static [&'static str] =
        &["id", "rack", "stay-quiesced", "quiesced", "down", "server", "seeds", "name", "address"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self {
            id: fields.required("id")?,
            rack: fields.maybe("rack")?.unwrap_or_default(),
            stay_quiesced: fields.is("stay-quiesced")?,
            quiesced: fields.is("quiesced")?,
            down: fields.maybe("down")?,
            server: fields.maybe("server")?,
            seeds: fields.maybe("seeds")?.unwrap_or_default(),
            name: fields.maybe("name")?,
            address: fields.maybe("address")?,
        })
    }
}

impl FromJson for NamespaceFile {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        object(value, "a namespace")
    }
}

impl FromFields for NamespaceFile {
    const NAMES: &'static [&'static str] = &[
        "name",
        "replication-factor",
        "strong-consistency",
        "commit-to-device",
        "devices",
        "roster",
        "prefer-uniform-balance",
        "auto-revive",
        "versions",
    ];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        let factor = "replication-factor";
        Ok(Self {
            name: fields.required("name")?,
            replication_factor: fields
                .whole(factor, 1, 128)?
                .ok_or_else(|| Wrong::missing(factor))?,
            strong_consistency: fields.maybe("strong-consistency")?.unwrap_or_else(yes),
            commit_to_device: fields.is("commit-to-device")?,
            devices: fields.whole("devices", 1, 16)?.unwrap_or_else(one_device),
            roster: fields.maybe("roster")?.unwrap_or_default(),
            prefer_uniform_balance: fields.maybe("prefer-uniform-balance")?,
            auto_revive: fields.is("auto-revive")?,
            versions: fields.maybe("versions")?,
        })
    }
}

fn one_namespace() -> Vec<NamespaceFile> {
    vec![NamespaceFile {
        name: "main".to_owned(),
        replication_factor: 2,
        strong_consistency: true,
        commit_to_device: false,
        devices: 1,
        roster: StartingRoster::All,
        prefer_uniform_balance: None,
        auto_revive: false,
        versions: None,
    }]
}

/// The default settings.
fn usual() -> ClusterSetup {
    ClusterSetup::of(Vec::new(), 1)
}

fn usual_rate() -> u16 {
    usual().migration_rate_per_s
}

fn usual_interval() -> u32 {
    usual().heartbeat_interval_ms
}

fn usual_timeout() -> u32 {
    usual().heartbeat_timeout
}

fn smallest() -> u16 {
    usual().min_cluster_size
}

fn one() -> u8 {
    usual().migrate_threads
}

fn one_device() -> u8 {
    1
}

fn yes() -> bool {
    true
}

// serde's `skip_serializing_if` passes references.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_usual_rate(rate: &u16) -> bool {
    *rate == usual_rate()
}

#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_usual_interval(interval: &u32) -> bool {
    *interval == usual_interval()
}

#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_usual_timeout(timeout: &u32) -> bool {
    *timeout == usual_timeout()
}

#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_smallest(size: &u16) -> bool {
    *size == smallest()
}

#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_one(threads: &u8) -> bool {
    *threads == one()
}

fn is_all(roster: &StartingRoster) -> bool {
    *roster == StartingRoster::All
}

#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_one_device(devices: &u8) -> bool {
    *devices == 1
}

#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_no_time(time: &Seconds) -> bool {
    time.ms() == 0
}

impl NamespaceFile {
    /// A namespace as a file of that server has it.
    fn of(settings: &NamespaceSettings, server: Profile) -> Self {
        let uniform = settings.prefer_uniform_balance;
        let usual = server.prefers_uniform_balance();
        Self {
            roster: settings.roster.clone(),
            prefer_uniform_balance: (uniform != usual).then_some(uniform),
            auto_revive: settings.auto_revive,
            name: settings.name.clone(),
            replication_factor: settings.replication_factor,
            strong_consistency: settings.mode == Mode::StrongConsistency,
            commit_to_device: settings.commit_to_device,
            devices: settings.devices,
            versions: settings.versions.clone(),
        }
    }

    /// The namespace as the engine takes it.
    fn settings(&self, server: Profile) -> NamespaceSettings {
        let uniform = self.prefer_uniform_balance;
        NamespaceSettings {
            name: self.name.clone(),
            replication_factor: self.replication_factor,
            mode: if self.strong_consistency { Mode::StrongConsistency } else { Mode::Available },
            commit_to_device: self.commit_to_device,
            devices: self.devices,
            roster: self.roster.clone(),
            prefer_uniform_balance: uniform.unwrap_or(server.prefers_uniform_balance()),
            auto_revive: self.auto_revive,
            versions: self.versions.clone(),
        }
    }
}

impl From<&ClusterSetup> for ClusterFile {
    fn from(setup: &ClusterSetup) -> Self {
        let node = |node: &NodeSetup| {
            let NodeSetup { id, rack, stay_quiesced, quiesced, down, server, seeds } = node.clone();
            let (name, address) = (None, None);
            NodeFile { id, rack, stay_quiesced, quiesced, down, server, seeds, name, address }
        };
        let namespaces = setup.namespaces.iter();
        Self {
            nodes: setup.nodes.iter().map(node).collect(),
            server: setup.profile,
            namespaces: namespaces.map(|n| NamespaceFile::of(n, setup.profile)).collect(),
            migrations_per_second: setup.migration_rate_per_s,
            migrate_fill_delay: Seconds::of_ms(u64::from(setup.fill_delay_ms)),
            migrate_threads: setup.migrate_threads,
            heartbeat_interval_ms: setup.heartbeat_interval_ms,
            heartbeat_timeout: setup.heartbeat_timeout,
            min_cluster_size: setup.min_cluster_size,
        }
    }
}

impl NodeFile {
    fn setup(&self) -> NodeSetup {
        let Self { id, rack, stay_quiesced, quiesced, down, server, seeds, .. } = self.clone();
        NodeSetup { id, rack, stay_quiesced, quiesced, down, server, seeds }
    }
}

impl ClusterFile {
    /// The cluster as the engine takes it.
    ///
    /// # Errors
    /// The first value beyond its limit, with its place.
    pub fn setup(&self) -> Result<ClusterSetup, ScenarioError> {
        let delay = u32::try_from(self.migrate_fill_delay.ms()).map_err(|_| {
            let message = format!("at most {} seconds", u32::MAX / 1000);
            ScenarioError::new("cluster.migrate-fill-delay", Cause::Unreadable(message))
        })?;
        let setup = ClusterSetup {
            nodes: self.nodes.iter().map(NodeFile::setup).collect(),
            namespaces: self.namespaces.iter().map(|n| n.settings(self.server)).collect(),
            profile: self.server,
            migration_rate_per_s: self.migrations_per_second,
            fill_delay_ms: delay,
            migrate_threads: self.migrate_threads,
            heartbeat_interval_ms: self.heartbeat_interval_ms,
            heartbeat_timeout: self.heartbeat_timeout,
            min_cluster_size: self.min_cluster_size,
        };
        match setup.check() {
            Ok(()) => Ok(setup),
            Err(error) => Err(ScenarioError::new(place_of(&error), Cause::Setup(error))),
        }
    }
}

/// The place in a file of a setup's error.
fn place_of(error: &rosterlab_engine::SetupError) -> String {
    use rosterlab_engine::SetupError as E;
    let of = |index: &usize, field: &str| format!("cluster.namespaces[{index}].{field}");
    match error {
        E::NodeCount { .. } | E::AllDown => "cluster.nodes".to_owned(),
        E::NodeTwice { index, .. } => format!("cluster.nodes[{index}].id"),
        E::Seeds { index } => format!("cluster.nodes[{index}].seeds"),
        E::ServerMix { index } => format!("cluster.nodes[{index}].server"),
        E::NamespaceCount(_) => "cluster.namespaces".to_owned(),
        E::NamespaceName { index } | E::NamespaceTwice { index } => of(index, "name"),
        E::ReplicationFactor { index } => of(index, "replication-factor"),
        E::Devices { index } => of(index, "devices"),
        E::AutoRevive { index } => of(index, "auto-revive"),
        E::Roster { index } => of(index, "roster"),
        E::Versions { index, .. } => of(index, "versions"),
        E::MigrationRate => "cluster.migrations-per-second".to_owned(),
        E::MigrateThreads => "cluster.migrate-threads".to_owned(),
        E::HeartbeatInterval => "cluster.heartbeat-interval-ms".to_owned(),
        E::HeartbeatTimeout => "cluster.heartbeat-timeout".to_owned(),
        E::MinClusterSize => "cluster.min-cluster-size".to_owned(),
    }
}
