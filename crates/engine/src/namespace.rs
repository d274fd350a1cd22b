//! What a cluster is set up with: namespaces with settings of their own, and the server's profile.
//!
//! Invariant: a [`ClusterSetup`] may hold anything; only [`crate::Cluster::new`] turns one into a cluster, after
//! [`ClusterSetup::check`] has found it within the limits. Not here: anything that changes once a cluster runs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{MAX_NAMESPACES, MAX_NODES, NodeId, RackId};

/// Whether a namespace keeps consistency or availability when it cannot have both (domain.md §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Strong consistency (SC): a roster, and partitions that are unavailable or dead rather than wrong.
    StrongConsistency,
    /// Availability (AP): no roster, every partition available in every sub-cluster.
    Available,
}

/// Which server's rules for revived partitions hold (domain.md §5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Profile {
    /// The case study's server: `r` is trusted as soon as the whole roster is present.
    #[default]
    #[serde(rename = "4.5.3")]
    V4_5_3,
    /// From 6.0: `r` is trusted only if the whole roster is present and no present version has `e`.
    #[serde(rename = "6.0")]
    V6_0,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V4_5_3 => "4.5.3",
            Self::V6_0 => "6.0",
        })
    }
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
        }
    }
}

/// A node as the cluster starts with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeSetup {
    /// Its id.
    pub id: NodeId,
    /// Its configured rack.
    pub rack: RackId,
}

/// Everything that a cluster starts from: whole, every node up, each SC namespace's roster set to all nodes, no
/// migration left (scenario-format.md).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterSetup {
    /// The nodes, 1 to 128, in any order.
    pub nodes: Vec<NodeSetup>,
    /// The namespaces, 1 to 32.
    pub namespaces: Vec<NamespaceSettings>,
    /// Whose rules hold.
    pub profile: Profile,
    /// How many partitions a node sends in a second of simulated time, 1 to 1000 (40 by default, \[model\]).
    pub migration_rate_per_s: u16,
    /// `migrate-fill-delay`: how long after a rebalance fills wait, in milliseconds (domain.md §6, \[doc\]).
    pub fill_delay_ms: u32,
}

impl ClusterSetup {
    /// A cluster of these nodes with one SC namespace `main` and everything else as it is by default.
    #[must_use]
    pub fn of(nodes: Vec<NodeSetup>, replication_factor: u8) -> Self {
        Self {
            nodes,
            namespaces: vec![NamespaceSettings::strong("main", replication_factor)],
            profile: Profile::default(),
            migration_rate_per_s: 40,
            fill_delay_ms: 0,
        }
    }

    /// Whether a cluster can be made of it.
    ///
    /// # Errors
    /// The first limit that it does not keep.
    pub fn check(&self) -> Result<(), SetupError> {
        if self.nodes.is_empty() || self.nodes.len() > MAX_NODES {
            return Err(SetupError::NodeCount(self.nodes.len()));
        }
        for (index, node) in self.nodes.iter().enumerate() {
            if self.nodes[..index].iter().any(|earlier| earlier.id == node.id) {
                return Err(SetupError::NodeTwice { index, id: node.id });
            }
        }
        if self.namespaces.is_empty() || self.namespaces.len() > MAX_NAMESPACES {
            return Err(SetupError::NamespaceCount(self.namespaces.len()));
        }
        for (index, namespace) in self.namespaces.iter().enumerate() {
            let name = &namespace.name;
            let bad = |c: char| c.is_control() || matches!(c, ':' | ';' | ',' | '=' | ' ');
            if name.is_empty() || name.len() > 31 || name.chars().any(bad) {
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
        if !(1..=1000).contains(&self.migration_rate_per_s) {
            return Err(SetupError::MigrationRate);
        }
        Ok(())
    }
}

/// Why no cluster can be made of a setup. Each index is a position in the list that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetupError {
    /// A cluster has 1 to 128 nodes; how many these were.
    NodeCount(usize),
    /// `nodes[index]` has an id that an earlier one has.
    NodeTwice {
        /// Position in `nodes`.
        index: usize,
        /// The id.
        id: NodeId,
    },
    /// A cluster has 1 to 32 namespaces; how many these were.
    NamespaceCount(usize),
    /// `namespaces[index]` has no usable name.
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
    /// The migration rate is not 1 to 1000 partitions a second.
    MigrationRate,
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NodeCount(n) => write!(f, "a cluster has 1 to {MAX_NODES} nodes, not {n}"),
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
            Self::MigrationRate => f.write_str("a migration rate is 1 to 1000 partitions a second"),
        }
    }
}

impl std::error::Error for SetupError {}
