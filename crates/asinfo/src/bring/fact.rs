//! What is read: facts with the place that each was read at.
//!
//! Invariant: a fact repeats what stands at its place ([`Fact::text`]), and its value is that text and nothing more. Not
//! here: which of several facts holds (see `join`).

use std::fmt;

use rosterlab_engine::{NodeId, RackId, RosterEntry};

use crate::info::Build;

/// Where something was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The input, or the file of an archive, as a person knows it.
    pub source: String,
    /// Where in it.
    pub at: Spot,
}

/// Where in an input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// The lines from the first to the last, counted from 1; several when a line was wrapped.
    Lines(usize, usize),
    /// In JSON: the names on the way to the value.
    Path(String),
    /// All of it.
    Whole,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Spot::Lines(first, _) => write!(f, "{}:{first}", self.source),
            Spot::Path(path) => write!(f, "{} {path}", self.source),
            Spot::Whole => f.write_str(&self.source),
        }
    }
}

/// A node as an input names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeRef {
    /// By its id.
    Id(NodeId),
    /// By a host name, an address, a pod's name.
    Name(String),
}

impl fmt::Display for NodeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// One thing that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Where.
    pub place: Place,
    /// The node that it is about, or that said it; `None` when the input does not tell.
    pub node: Option<NodeRef>,
    /// The namespace that it is about; `None` when it is about none, or the input does not tell.
    pub namespace: Option<String>,
    /// The snapshot of a collectinfo that it belongs to: a time.
    pub moment: Option<String>,
    /// What stands at the place.
    pub text: String,
    /// What it says.
    pub what: What,
}

/// Which list of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// `roster`: in force.
    Current,
    /// `pending_roster`: set, not yet in force.
    Pending,
    /// `observed_nodes`: there now, with the racks that they are configured with.
    Observed,
}

impl List {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "roster",
            Self::Pending => "pending roster",
            Self::Observed => "observed nodes",
        }
    }
}

/// What a fact says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The node has this id.
    Id(NodeId),
    /// There is a namespace of this name.
    Namespace,
    /// The node has this name, too.
    Name(String),
    /// A roster, or the observed nodes, as the node sees them; empty for `null`.
    Nodes(List, Vec<RosterEntry>),
    /// The rack that masters are forced to (`M1|` before a roster).
    ActiveRack(RackId),
    /// The rack that the node is configured with.
    Rack(RackId),
    /// The rack of the node that counts: the roster's in strong consistency, the configured one in AP.
    EffectiveRack(RackId),
    /// A setting.
    Setting(Setting),
    /// A number that the simulation can be compared with.
    Count(Count, u64),
    /// The server's build.
    Build(Build),
    /// The cluster's name.
    ClusterName(String),
    /// The principal of the node's cluster.
    Principal(NodeId),
    /// The key of the node's cluster.
    ClusterKey(String),
    /// The node is quiesced, or is going to be at the next cluster change.
    Quiesced {
        /// Whether it is already.
        effective: bool,
        /// Whether it is so.
        is: bool,
    },
    /// A seed of the heartbeat's mesh.
    Seed(String),
    /// The Kubernetes operator is to keep this node out of rosters; it runs all the same.
    Blocked,
    /// The deployment is to have this pod, and its status has none of that name.
    Absent,
}

/// A setting of a namespace, of a node or of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// `replication-factor`, 1 to 128.
    ReplicationFactor(u8),
    /// `effective_replication_factor`: less in a small cluster, and 0 on a node outside the roster.
    EffectiveReplicationFactor(u8),
    /// `strong-consistency`.
    StrongConsistency(bool),
    /// `commit-to-device`.
    CommitToDevice(bool),
    /// `prefer-uniform-balance`.
    UniformBalance(bool),
    /// `effective_prefer_uniform_balance`: what the cluster makes of it.
    EffectiveUniformBalance(bool),
    /// `auto-revive`.
    AutoRevive(bool),
    /// How many storage devices, 1 to 16.
    Devices(u8),
    /// `storage-engine memory`.
    InMemory(bool),
    /// `stay-quiesced`.
    StayQuiesced(bool),
    /// `heartbeat.interval`, in milliseconds.
    HeartbeatInterval(u32),
    /// `heartbeat.timeout`, in intervals.
    HeartbeatTimeout(u32),
    /// `min-cluster-size`.
    MinClusterSize(u16),
    /// `migrate-threads`.
    MigrateThreads(u8),
    /// `migrate-fill-delay`, in seconds.
    FillDelay(u32),
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// `unavailable_partitions`.
    Unavailable,
    /// `dead_partitions`.
    Dead,
    /// `cluster_size`.
    ClusterSize,
    /// `ns_cluster_size`.
    NamespaceSize,
    /// Partitions that the node masters.
    Primary,
    /// Partitions that it is another replica of.
    Secondary,
    /// `migrate_partitions_remaining`.
    Migrating,
    /// Nodes that a deployment is to have.
    DeploymentSize,
}

/// Something that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Where.
    pub place: Place,
    /// Its beginning.
    pub text: String,
    /// Why; empty when it simply is not known.
    pub why: String,
}

/// A file or a part of it that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Understood {
    /// Where.
    pub place: Place,
    /// What it is, such as `asadm's show roster`.
    pub what: String,
}
