//! The scenario file: its types, and reading one so that whatever is wrong is named with its place.
//!
//! Invariant: a [`Scenario`] that was read keeps every limit that can be known without running it; an unknown field, an
//! unknown action, a key that is there twice is an error, never ignored. Not here: whether an action can be done at its
//! step (see `plan` and `runner`).

use rosterlab_engine::{
    Availability, ClusterSetup, Digest, MAX_NODES, Mode, NamespaceSettings, NodeId, NodeSetup,
    PartitionId, Profile, RackId, RosterEntry, StartingRoster,
};
use serde::de::{DeserializeOwned, Deserializer, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::{ClockTime, Seconds};
use crate::error::{Cause, ScenarioError};
use crate::fields::{ALL, maybe_partition, maybe_whole, rack, whole};
use crate::json;
use crate::key::{DigestText, Key};
use crate::names::{Outcome, ReadModeName, RuleName};
use crate::placed::Placed;
use crate::seems::Seems;
use crate::timeline::Settle;

/// What `format` says.
pub const FORMAT: &str = "rosterlab-scenario/1";
/// Most nodes, as a bound of numbers.
const MOST_NODES: u64 = MAX_NODES as u64;
/// Most steps that a scenario may have.
pub const MAX_STEPS: usize = 10_000;

/// A scenario file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scenario {
    /// Always [`FORMAT`].
    pub format: FormatName,
    /// What it is called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it is about, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What it starts from.
    pub cluster: ClusterFile,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// The one format that this crate reads and writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum FormatName {
    /// [`FORMAT`].
    #[default]
    #[serde(rename = "rosterlab-scenario/1")]
    V1,
}

/// The cluster that a scenario starts with: whole, every node up, the roster of every SC namespace set to all nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClusterFile {
    /// Its nodes, 1 to 256 (128 with server 4.5.3).
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub nodes: Vec<NodeFile>,
    /// Whose rules for revived partitions hold.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Server"))]
    pub server: Profile,
    /// Its namespaces, 1 to 32; when left out, one SC namespace `main` with replication factor 2.
    #[serde(default = "one_namespace")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 32)))]
    pub namespaces: Vec<NamespaceFile>,
    /// How many partitions a node sends in a second of simulated time.
    #[serde(
        default = "usual_rate",
        deserialize_with = "whole::<1, 1000, _, _>",
        skip_serializing_if = "is_usual_rate"
    )]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
    pub migrations_per_second: u16,
    /// How many seconds after a rebalance fills wait.
    #[serde(default, skip_serializing_if = "is_no_time")]
    pub migrate_fill_delay: Seconds,
    /// How many partitions a node sends at a time; 0 pauses migrations.
    #[serde(
        default = "one",
        deserialize_with = "whole::<0, 100, _, _>",
        skip_serializing_if = "is_one"
    )]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub migrate_threads: u8,
    /// Milliseconds between two heartbeats of a node.
    #[serde(
        default = "usual_interval",
        deserialize_with = "whole::<50, 600_000, _, _>",
        skip_serializing_if = "is_usual_interval"
    )]
    #[cfg_attr(feature = "schema", schemars(range(min = 50, max = 600_000)))]
    pub heartbeat_interval_ms: u32,
    /// After how many silent intervals a node is gone.
    #[serde(
        default = "usual_timeout",
        deserialize_with = "whole::<3, 10_000, _, _>",
        skip_serializing_if = "is_usual_timeout"
    )]
    #[cfg_attr(feature = "schema", schemars(range(min = 3, max = 10_000)))]
    pub heartbeat_timeout: u32,
    /// A smaller cluster is not formed; at most the number of nodes.
    #[serde(
        default = "smallest",
        deserialize_with = "whole::<1, MOST_NODES, _, _>",
        skip_serializing_if = "is_smallest"
    )]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 256)))]
    pub min_cluster_size: u16,
}

/// One node of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NodeFile {
    /// Its id.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Node"))]
    pub id: NodeId,
    /// Its rack; 0 is no rack.
    #[serde(default, deserialize_with = "rack")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 1_000_000)))]
    pub rack: RackId,
    /// Whether it is quiesced from every start on, as a tie-breaker is.
    #[serde(default, rename = "stay-quiesced", skip_serializing_if = "is_no")]
    pub stay_quiesced: bool,
}

/// One namespace of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NamespaceFile {
    /// Its name.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 31)))]
    pub name: String,
    /// How many copies of a partition there should be.
    #[serde(deserialize_with = "whole::<1, 128, _, _>")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 128)))]
    pub replication_factor: u8,
    /// Strong consistency (SC), or availability (AP).
    #[serde(default = "yes")]
    pub strong_consistency: bool,
    /// Whether every write is flushed before it is acknowledged.
    #[serde(default)]
    pub commit_to_device: bool,
    /// Storage devices on every node.
    #[serde(
        default = "one_device",
        deserialize_with = "whole::<1, 16, _, _>",
        skip_serializing_if = "is_one_device"
    )]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 16)))]
    pub devices: u8,
    /// Which roster it begins with: all nodes, or none, with empty drives.
    #[serde(default, skip_serializing_if = "is_all")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::StartingRosterName"))]
    pub roster: StartingRoster,
    /// Whether every node serves as many partitions as another, within one; when left out, true with server 7.1 and
    /// false with older ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "bool"))]
    pub prefer_uniform_balance: Option<bool>,
    /// Whether a start after an unclean stop sets `r` in place of `e`; needs server 7.1.
    #[serde(default, skip_serializing_if = "is_no")]
    pub auto_revive: bool,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// What is done.
    #[serde(flatten)]
    pub action: Action,
    /// What the clock shows then; it moves nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<ClockTime>,
    /// How far the clusters react before the next step; `false` is [`Settle::Prepared`].
    #[serde(skip_serializing_if = "is_fully", serialize_with = "as_false")]
    pub settle: Settle,
    /// What there is to say about it, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub say: Option<String>,
}

impl From<Action> for Step {
    fn from(action: Action) -> Self {
        Self { action, at: None, settle: Settle::Fully, say: None }
    }
}

/// What a step does, by the name that `do` has.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Action {
    /// Clean shutdown.
    Stop(Nodes),
    /// Unclean stop, all at the same instant.
    Crash(Nodes),
    /// Start after either.
    Start(Nodes),
    /// Empties drives.
    Wipe(Wipe),
    /// A new node joins.
    Add(Add),
    /// Nodes are taken away.
    Remove(Nodes),
    /// Changes the configured rack.
    Move(Move),
    /// Cuts links.
    Cut(Cut),
    /// Restores links.
    Heal(Heal),
    /// Sets the pending roster.
    RosterSet(RosterSet),
    /// Forces a cluster change.
    Recluster(Recluster),
    /// Turns `e` into `r`.
    Revive(Revive),
    /// Last in every row, from the next cluster change.
    Quiesce(Nodes),
    /// Not any more, from the next cluster change.
    QuiesceUndo(Nodes),
    /// Lets migrations run.
    Migrate(Migrate),
    /// Lets time pass.
    Advance(Advance),
    /// A client writes.
    Write(Write),
    /// A client reads.
    Read(Read),
    /// Fails the run when it does not hold.
    Expect(Box<Expect>),
}

impl Action {
    /// Every name that `do` may have, in the order of the documentation.
    pub const NAMES: [&str; 19] = [
        "stop",
        "crash",
        "start",
        "wipe",
        "add",
        "remove",
        "move",
        "cut",
        "heal",
        "roster-set",
        "recluster",
        "revive",
        "quiesce",
        "quiesce-undo",
        "migrate",
        "advance",
        "write",
        "read",
        "expect",
    ];

    /// The name that `do` has.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Stop(_) => "stop",
            Self::Crash(_) => "crash",
            Self::Start(_) => "start",
            Self::Wipe(_) => "wipe",
            Self::Add(_) => "add",
            Self::Remove(_) => "remove",
            Self::Move(_) => "move",
            Self::Cut(_) => "cut",
            Self::Heal(_) => "heal",
            Self::RosterSet(_) => "roster-set",
            Self::Recluster(_) => "recluster",
            Self::Revive(_) => "revive",
            Self::Quiesce(_) => "quiesce",
            Self::QuiesceUndo(_) => "quiesce-undo",
            Self::Migrate(_) => "migrate",
            Self::Advance(_) => "advance",
            Self::Write(_) => "write",
            Self::Read(_) => "read",
            Self::Expect(_) => "expect",
        }
    }

    /// Whether clusters react to it, so that `"settle": false` has a meaning.
    fn settles(&self) -> bool {
        !matches!(self, Self::Migrate(_) | Self::Advance(_) | Self::Expect(_))
    }

    fn parse(name: &str, place: &str, rest: Value) -> Result<Self, ScenarioError> {
        fn of<T: DeserializeOwned>(place: &str, rest: Value) -> Result<T, ScenarioError> {
            json::fields(place, rest)
        }
        Ok(match name {
            "stop" => Self::Stop(of(place, rest)?),
            "crash" => Self::Crash(of(place, rest)?),
            "start" => Self::Start(of(place, rest)?),
            "wipe" => Self::Wipe(of(place, rest)?),
            "add" => Self::Add(of(place, rest)?),
            "remove" => Self::Remove(of(place, rest)?),
            "move" => Self::Move(of(place, rest)?),
            "cut" => Self::Cut(of(place, rest)?),
            "heal" => Self::Heal(of(place, rest)?),
            "roster-set" => Self::RosterSet(of(place, rest)?),
            "recluster" => Self::Recluster(of(place, rest)?),
            "revive" => Self::Revive(of(place, rest)?),
            "quiesce" => Self::Quiesce(of(place, rest)?),
            "quiesce-undo" => Self::QuiesceUndo(of(place, rest)?),
            "migrate" => Self::Migrate(of(place, rest)?),
            "advance" => Self::Advance(of(place, rest)?),
            "write" => Self::Write(of(place, rest)?),
            "read" => Self::Read(of(place, rest)?),
            "expect" => Self::Expect(of(place, rest)?),
            _ => {
                let cause = Cause::UnknownAction(name.to_owned());
                return Err(ScenarioError::new(format!("{place}.do"), cause));
            }
        })
    }
}

/// The nodes that it happens to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Nodes {
    /// The nodes.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<crate::schema::Node>", length(min = 1)))]
    pub nodes: Vec<NodeId>,
}

/// `wipe`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Wipe {
    /// The nodes, each down.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<crate::schema::Node>", length(min = 1)))]
    pub nodes: Vec<NodeId>,
    /// Only this device of each namespace, counted from 0; else all.
    #[serde(
        default,
        deserialize_with = "maybe_whole::<0, 15, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u8", range(min = 0, max = 15)))]
    pub device: Option<u8>,
}

/// `add`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Add {
    /// The new node's id.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Node"))]
    pub id: NodeId,
    /// Its rack; 0 is no rack.
    #[serde(default, deserialize_with = "rack")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 1_000_000)))]
    pub rack: RackId,
    /// Whether it is quiesced from every start on.
    #[serde(default, rename = "stay-quiesced", skip_serializing_if = "is_no")]
    pub stay_quiesced: bool,
}

/// `move`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The nodes.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<crate::schema::Node>", length(min = 1)))]
    pub nodes: Vec<NodeId>,
    /// Their new rack.
    #[serde(deserialize_with = "rack")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 1_000_000)))]
    pub rack: RackId,
}

/// `cut`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// Every link between nodes of different lists.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<Vec<crate::schema::Node>>", length(min = 2))
    )]
    pub between: Vec<Vec<NodeId>>,
}

/// `heal`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Heal {
    /// Every link between nodes of different lists; else all that are cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<Vec<crate::schema::Node>>", length(min = 2))
    )]
    pub between: Option<Vec<Vec<NodeId>>>,
}

/// `roster-set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RosterSet {
    /// The namespace; may be left out when there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub namespace: Option<String>,
    /// The nodes with their racks, or `observed`.
    pub nodes: RosterField,
    /// A node of the sub-cluster; else the one with the highest principal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Node"))]
    pub on: Option<NodeId>,
}

/// What `roster-set` is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged, rename_all = "kebab-case")]
pub enum RosterField {
    /// `"observed"`.
    #[serde(serialize_with = "as_observed")]
    Observed,
    /// `["A101@1", "A102"]`.
    List(Vec<RosterEntry>),
}

/// `recluster`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Recluster {
    /// A node of the sub-cluster; else every sub-cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Node"))]
    pub on: Option<NodeId>,
}

/// `revive`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Revive {
    /// The namespace; may be left out when there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub namespace: Option<String>,
    /// The nodes, each up; else all that are up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<crate::schema::Node>", length(min = 1)))]
    pub nodes: Option<Vec<NodeId>>,
}

/// `migrate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Migrate {
    /// How many more, lowest ids first; else all.
    #[serde(
        default,
        deserialize_with = "maybe_whole::<1, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 1, max = 4096)))]
    pub partitions: Option<u32>,
}

/// `advance`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// Seconds of simulated time.
    pub seconds: Seconds,
}

/// `write`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Write {
    /// The namespace; may be left out when there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub namespace: Option<String>,
    /// The record's set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub set: Option<String>,
    /// The record's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Key"))]
    pub key: Option<Key>,
    /// The record's digest, where set and key are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "DigestText"))]
    pub digest: Option<DigestText>,
    /// The client reaches the sub-cluster of this node; else the one with the highest principal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Node"))]
    pub from: Option<NodeId>,
    /// How it has to end; the run fails when it ends otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Outcome"))]
    pub result: Option<Outcome>,
}

/// `read`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// The namespace; may be left out when there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub namespace: Option<String>,
    /// The record's set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub set: Option<String>,
    /// The record's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Key"))]
    pub key: Option<Key>,
    /// The record's digest, where set and key are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "DigestText"))]
    pub digest: Option<DigestText>,
    /// The client reaches the sub-cluster of this node; else the one with the highest principal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Node"))]
    pub from: Option<NodeId>,
    /// How consistent the answer has to be.
    #[serde(default, skip_serializing_if = "ReadModeName::is_usual")]
    pub mode: ReadModeName,
    /// How it has to end; the run fails when it ends otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Outcome"))]
    pub result: Option<Outcome>,
    /// Whether the answer has to be stale, or has to be fresh; the run fails when it is otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "bool"))]
    pub stale: Option<bool>,
}

/// `expect`: numbers by the names that the runner's `ndjson` prints them with, of a namespace in one sub-cluster, of a
/// node's versions, of one partition; each that is there has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// The namespace; may be left out when there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub namespace: Option<String>,
    /// A node of the sub-cluster; else the one with the highest principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Node"))]
    pub on: Option<NodeId>,
    /// Partitions that do not serve while a roster node is missing.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub unavailable: Option<u32>,
    /// Partitions that do not serve although the whole roster is present.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub dead: Option<u32>,
    /// Partitions that serve.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub active: Option<u32>,
    /// Active partitions whose copies are being filled; with `node`, copies there that are still to be filled.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub filling: Option<u32>,
    /// Active partitions that came up empty.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub fresh: Option<u32>,
    /// How many sub-clusters there are.
    #[serde(
        deserialize_with = "maybe_whole::<0, MOST_NODES, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 256)))]
    pub sub_clusters: Option<u32>,
    /// How many nodes run and are in no cluster.
    #[serde(
        deserialize_with = "maybe_whole::<0, MOST_NODES, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 256)))]
    pub orphans: Option<u32>,
    /// The regime of the latest rebalance.
    #[serde(
        deserialize_with = "maybe_whole::<0, { u32::MAX as u64 }, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub regime: Option<u32>,
    /// How many roster nodes are present.
    #[serde(
        deserialize_with = "maybe_whole::<0, MOST_NODES, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 256)))]
    pub roster_nodes_present: Option<u32>,
    /// How many migrations all nodes together are still to send.
    #[serde(
        deserialize_with = "maybe_whole::<0, { u32::MAX as u64 }, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub migrations: Option<u32>,
    /// Acknowledged writes lost so far, in all namespaces.
    #[serde(
        deserialize_with = "maybe_whole::<0, { u32::MAX as u64 }, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub lost_writes: Option<u32>,
    /// The node whose versions the next fields count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Node"))]
    pub node: Option<NodeId>,
    /// Full copies of `node`.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub full: Option<u32>,
    /// Subsets of `node` without `e`.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub subset: Option<u32>,
    /// Versions of `node` with `e`.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub evade: Option<u32>,
    /// Versions of `node` with `r`.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub revived: Option<u32>,
    /// Versions of `node` with data.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub data: Option<u32>,
    /// How many partitions `node` serves (a number), or the node that serves `partition` (an id).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "MasterField"))]
    pub master: Option<MasterField>,
    /// The partition that the next fields are about.
    #[serde(deserialize_with = "maybe_partition", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u16", range(min = 0, max = 4095)))]
    pub partition: Option<PartitionId>,
    /// What `partition` is.
    #[serde(deserialize_with = "availability", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::AvailabilityName"))]
    pub availability: Option<Availability>,
    /// The rule that decided `partition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "RuleName"))]
    pub rule: Option<RuleName>,
}

/// The field `master` of `expect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum MasterField {
    /// How many partitions a node serves.
    Count(u32),
    /// Who serves a partition.
    Node(NodeId),
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
    }]
}

/// What settings are when they are left out.
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

// serde's `skip_serializing_if` and `serialize_with` hand over references.
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

#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_no(on: &bool) -> bool {
    !*on
}

#[expect(clippy::trivially_copy_pass_by_ref)]
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

#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_fully(settle: &Settle) -> bool {
    *settle == Settle::Fully
}

#[expect(clippy::trivially_copy_pass_by_ref)]
fn as_false<S: Serializer>(_: &Settle, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(false)
}

fn as_observed<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("observed")
}

fn availability<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Availability>, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Name {
        Active,
        Unavailable,
        Dead,
    }
    Ok(Some(match Name::deserialize(deserializer)? {
        Name::Active => Availability::Active,
        Name::Unavailable => Availability::Unavailable,
        Name::Dead => Availability::Dead,
    }))
}

impl<'de> Deserialize<'de> for RosterField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RosterVisitor;
        impl<'de> Visitor<'de> for RosterVisitor {
            type Value = RosterField;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of nodes as \"A101@1\", or \"observed\"")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<RosterField, E> {
                if text == "observed" {
                    Ok(RosterField::Observed)
                } else {
                    Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
                }
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<RosterField, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = seq.next_element()? {
                    entries.push(entry);
                }
                Ok(RosterField::List(entries))
            }
        }
        deserializer.deserialize_any(RosterVisitor)
    }
}

impl<'de> Deserialize<'de> for MasterField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = if value.is_string() {
            NodeId::deserialize(Placed(value)).map(Self::Node)
        } else {
            whole::<0, ALL, u32, _>(Placed(value)).map(Self::Count)
        };
        read.map_err(serde::de::Error::custom)
    }
}

impl NamespaceFile {
    /// What a file of that server says of a namespace.
    fn of(settings: &NamespaceSettings, server: Profile) -> Self {
        let uniform = settings.prefer_uniform_balance;
        let usual = server.prefers_uniform_balance();
        Self {
            roster: settings.roster,
            prefer_uniform_balance: (uniform != usual).then_some(uniform),
            auto_revive: settings.auto_revive,
            name: settings.name.clone(),
            replication_factor: settings.replication_factor,
            strong_consistency: settings.mode == Mode::StrongConsistency,
            commit_to_device: settings.commit_to_device,
            devices: settings.devices,
        }
    }

    /// The namespace as the engine is given it.
    fn settings(&self, server: Profile) -> NamespaceSettings {
        let uniform = self.prefer_uniform_balance;
        NamespaceSettings {
            name: self.name.clone(),
            replication_factor: self.replication_factor,
            mode: if self.strong_consistency { Mode::StrongConsistency } else { Mode::Available },
            commit_to_device: self.commit_to_device,
            devices: self.devices,
            roster: self.roster,
            prefer_uniform_balance: uniform.unwrap_or(server.prefers_uniform_balance()),
            auto_revive: self.auto_revive,
        }
    }
}

impl From<&ClusterSetup> for ClusterFile {
    fn from(setup: &ClusterSetup) -> Self {
        let node = |node: &NodeSetup| {
            let NodeSetup { id, rack, stay_quiesced } = *node;
            NodeFile { id, rack, stay_quiesced }
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

/// What every scenario file has, with its steps still to be read one by one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[expect(dead_code, reason = "looked at before")]
    format: String,
    #[serde(default)]
    title: String,
    about: Option<String>,
    cluster: ClusterFile,
    steps: Vec<Value>,
}

/// What every step has beside its action's own fields.
#[derive(Deserialize)]
struct Common {
    r#do: String,
    at: Option<ClockTime>,
    settle: Option<bool>,
    say: Option<String>,
}

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong first, with its place.
    pub fn parse(bytes: &[u8]) -> Result<Self, ScenarioError> {
        let value = json::value(bytes).map_err(|error| or_what_it_seems(error, bytes))?;
        if let Some(seems) = Seems::of_json(&value, bytes) {
            return Err(ScenarioError::new("", Cause::Seems(seems)));
        }
        only_objects(&value)?;
        if let Some(format) = value.get("format").and_then(Value::as_str)
            && format != FORMAT
        {
            return Err(ScenarioError::new("format", Cause::Format(format.to_owned())));
        }
        let head: Head = json::fields("", value)?;
        if head.steps.len() > MAX_STEPS {
            return Err(ScenarioError::new("steps", Cause::TooManySteps(head.steps.len())));
        }
        let mut steps: Vec<Step> = Vec::with_capacity(head.steps.len());
        let mut clock: Option<ClockTime> = None;
        for (index, value) in head.steps.into_iter().enumerate() {
            let place = format!("steps[{index}]");
            let step = Step::parse(&place, value)?;
            if let (Some(before), Some(at)) = (clock, step.at)
                && at < before
            {
                let cause = Cause::Backwards(at.to_string(), before.to_string());
                return Err(ScenarioError::new(format!("{place}.at"), cause));
            }
            clock = step.at.or(clock);
            steps.push(step);
        }
        let Head { title, about, cluster, .. } = head;
        Ok(Self { format: FormatName::V1, title, about, cluster, steps })
    }

    /// The file as text, indented, with a line's end at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        debug_assert!(text.is_ok(), "a scenario has nothing that JSON cannot hold");
        text.unwrap_or_default() + "\n"
    }
}

/// Why bytes cannot be read: by what they seem to be, or else as the JSON reader has it. No bytes at all stay with the
/// reader, whose place callers know.
fn or_what_it_seems(error: ScenarioError, bytes: &[u8]) -> ScenarioError {
    let seems = Seems::of(bytes).or_else(|| Seems::of_json_with(&error.place, bytes));
    match seems {
        Some(seems) if !bytes.is_empty() => ScenarioError::new("", Cause::Seems(seems)),
        _ => error,
    }
}

/// Refuses a list where an object belongs: serde would take one as the fields in order.
fn only_objects(value: &Value) -> Result<(), ScenarioError> {
    let is = |place: &str, value: &Value, what: &str| {
        let message = format!("{what} is an object");
        let error = || ScenarioError::new(place, Cause::Unreadable(message));
        value.is_object().then_some(()).ok_or_else(error)
    };
    is("", value, "a scenario")?;
    let Some(cluster) = value.get("cluster") else { return Ok(()) };
    is("cluster", cluster, "a cluster")?;
    for (key, what) in [("nodes", "a node"), ("namespaces", "a namespace")] {
        let list = cluster.get(key).and_then(Value::as_array);
        for (index, value) in list.into_iter().flatten().enumerate() {
            is(&format!("cluster.{key}[{index}]"), value, what)?;
        }
    }
    Ok(())
}

impl Step {
    /// Reads one step that stands by itself: JSON text, as it would stand in a file's `steps`.
    ///
    /// # Errors
    /// What is wrong first, with its place within the step.
    pub fn read(bytes: &[u8]) -> Result<Self, ScenarioError> {
        Self::parse("", json::value(bytes)?)
    }

    fn parse(place: &str, value: Value) -> Result<Self, ScenarioError> {
        let Value::Object(object) = value else {
            let message = "a step is an object that has \"do\"".to_owned();
            return Err(ScenarioError::new(place, Cause::Unreadable(message)));
        };
        let (mut common, mut own) = (Map::new(), Map::new());
        for (key, value) in object {
            let is_common = ["do", "at", "settle", "say"].contains(&key.as_str());
            let list = if is_common { &mut common } else { &mut own };
            list.insert(key, value);
        }
        let common: Common = json::fields(place, Value::Object(common))?;
        let action = Action::parse(&common.r#do, place, Value::Object(own))?;
        let settle = if common.settle == Some(false) { Settle::Prepared } else { Settle::Fully };
        if settle == Settle::Prepared && !action.settles() {
            return Err(ScenarioError::new(format!("{place}.settle"), Cause::NothingSettles));
        }
        Ok(Self { action, at: common.at, settle, say: common.say })
    }
}

impl NodeFile {
    fn setup(&self) -> NodeSetup {
        let Self { id, rack, stay_quiesced } = *self;
        NodeSetup { id, rack, stay_quiesced }
    }
}

impl ClusterFile {
    /// The cluster as the engine is given it, within its limits.
    ///
    /// # Errors
    /// The first limit that it does not keep, with its place.
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

/// Where in a file a setup's limit is not kept.
fn place_of(error: &rosterlab_engine::SetupError) -> String {
    use rosterlab_engine::SetupError as E;
    let of = |index: &usize, field: &str| format!("cluster.namespaces[{index}].{field}");
    match error {
        E::NodeCount { .. } => "cluster.nodes".to_owned(),
        E::NodeTwice { index, .. } => format!("cluster.nodes[{index}].id"),
        E::NamespaceCount(_) => "cluster.namespaces".to_owned(),
        E::NamespaceName { index } | E::NamespaceTwice { index } => of(index, "name"),
        E::ReplicationFactor { index } => of(index, "replication-factor"),
        E::Devices { index } => of(index, "devices"),
        E::AutoRevive { index } => of(index, "auto-revive"),
        E::MigrationRate => "cluster.migrations-per-second".to_owned(),
        E::MigrateThreads => "cluster.migrate-threads".to_owned(),
        E::HeartbeatInterval => "cluster.heartbeat-interval-ms".to_owned(),
        E::HeartbeatTimeout => "cluster.heartbeat-timeout".to_owned(),
        E::MinClusterSize => "cluster.min-cluster-size".to_owned(),
    }
}

/// The record that a step is about.
pub(crate) fn record(
    set: Option<&str>,
    key: Option<&Key>,
    digest: Option<DigestText>,
) -> Option<Digest> {
    match (set, key, digest) {
        (set, Some(key), None) => Some(key.digest(set.unwrap_or_default())),
        (None, None, Some(DigestText(digest))) => Some(digest),
        _ => None,
    }
}
