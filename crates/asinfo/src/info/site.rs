//! What an operator's network knows of the nodes and the simulation does not: addresses, counters that clients poll, the
//! build that is reported.
//!
//! Invariant: inert data with public fields; any values are valid. Not here: what is made of them.

use std::fmt;
use std::str::FromStr;

use rosterlab_engine::{Cluster, ClusterView, NamespaceSettings, NodeId, Profile};

/// A server's build: four numbers such as `7.1.0.0`.
///
/// It is what a node reports and may differ from the profile whose rules apply: client libraries refuse builds older than
/// 4.9.0.3, so the case study's 4.5.3.2 cannot be shown to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Build(pub [u16; 4]);

impl Build {
    /// The build that a profile is named after.
    #[must_use]
    pub fn of(profile: Profile) -> Self {
        match profile {
            Profile::V4_5_3 => Self([4, 5, 3, 2]),
            Profile::V6_0 => Self([6, 0, 0, 0]),
            Profile::V7_1 => Self([7, 1, 0, 0]),
        }
    }

    /// Whether it is this version or a later one.
    #[must_use]
    pub fn since(self, major: u16, minor: u16) -> bool {
        self >= Self([major, minor, 0, 0])
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch, fix] = self.0;
        write!(f, "{major}.{minor}.{patch}.{fix}")
    }
}

/// A text that is no build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildError;

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a build is one to four numbers from 0 to 65535 with dots between them")
    }
}

impl std::error::Error for BuildError {}

impl FromStr for Build {
    type Err = BuildError;

    /// Reads `7.1.0.0`; numbers that are left out are 0.
    fn from_str(text: &str) -> Result<Self, BuildError> {
        let mut build = Self([0; 4]);
        let mut parts = text.split('.');
        for number in &mut build.0 {
            let Some(part) = parts.next() else { break };
            let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            *number = is_number.then(|| part.parse().ok()).flatten().ok_or(BuildError)?;
        }
        if parts.next().is_none() { Ok(build) } else { Err(BuildError) }
    }
}

/// What the nodes' network knows of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The build that every node reports.
    pub build: Build,
    /// The cluster's name; `None` is reported as `null`.
    pub cluster_name: Option<String>,
    /// The nodes, in any order. A node that is not listed has no address and is nobody's peer.
    pub nodes: Vec<NodeSite>,
}

impl Site {
    /// A site of loopback addresses, from this port on, for each node of a list.
    #[must_use]
    pub fn loopback(build: Build, nodes: &[NodeId], first_port: u16) -> Self {
        let site = |(node, place): (&NodeId, u16)| {
            NodeSite::new(*node, "127.0.0.1", first_port.saturating_add(place))
        };
        Self { build, cluster_name: None, nodes: nodes.iter().zip(0..).map(site).collect() }
    }

    /// A node by its id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&NodeSite> {
        self.nodes.iter().find(|node| node.id == id)
    }
}

/// What the network knows of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSite {
    /// The node.
    pub id: NodeId,
    /// The name or the address at which clients reach it.
    pub host: String,
    /// The port there.
    pub port: u16,
    /// `partition-generation`: changes whenever who owns what changes; -1 while the node is not ready for clients.
    pub partition_generation: i64,
    /// `peers-generation`: changes whenever the list of peers does.
    pub peers_generation: u64,
    /// `rebalance-generation`: changes at every rebalance.
    pub rebalance_generation: u64,
    /// Connections from clients that are open.
    pub client_connections: u32,
    /// Seconds since its process started.
    pub uptime_s: u64,
    /// The records that it has, by namespace in the cluster's order; a namespace that is missing has none.
    pub records: Vec<Records>,
    /// The sets that it has records of.
    pub sets: Vec<SetRecords>,
}

impl NodeSite {
    /// A node at an address, with counters that have not moved yet.
    #[must_use]
    pub fn new(id: NodeId, host: &str, port: u16) -> Self {
        Self {
            id,
            host: host.to_owned(),
            port,
            partition_generation: 1,
            peers_generation: 1,
            rebalance_generation: 1,
            client_connections: 1,
            uptime_s: 0,
            records: Vec::new(),
            sets: Vec::new(),
        }
    }
}

/// The records of a set on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetRecords {
    /// The namespace's name.
    pub namespace: String,
    /// The set's name.
    pub set: String,
    /// How many records.
    pub objects: u64,
    /// Bytes that they take.
    pub bytes: u64,
}

/// The records of a namespace on a node, counted by what the node is to their partitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// In partitions that it serves.
    pub master: u64,
    /// In partitions of which it is a replica.
    pub prole: u64,
    /// In other partitions.
    pub non_replica: u64,
    /// Bytes that they take.
    pub bytes: u64,
}

impl Records {
    /// Whether a node needs to know its records to answer a request.
    #[must_use]
    pub fn are_asked_for(request: &str) -> bool {
        request.starts_with("namespace/") || request.starts_with("statistics")
    }

    /// A node's records in the simulation, by namespace in the cluster's order. `view` is `cluster.view()`. What they take in
    /// bytes the simulation does not know.
    #[must_use]
    pub fn of(cluster: &Cluster, view: &ClusterView, node: NodeId) -> Vec<Self> {
        let here = view.sub_cluster_of(node).map(|place| &view.sub_clusters[place]);
        let of = |(index, settings): (usize, &NamespaceSettings)| {
            let mut records = Self::default();
            let replicas = cluster.replicas(&settings.name, node);
            for (pid, count) in cluster.record_counts(&settings.name, node) {
                let cell = here.map(|here| here.namespaces[index].cells[pid.index()]);
                let is_replica = replicas
                    .as_ref()
                    .is_some_and(|all| all.of(pid).iter().any(|replica| replica.node == node));
                let count = count as u64;
                if cell.is_some_and(|cell| cell.working_master == Some(node)) {
                    records.master += count;
                } else if is_replica {
                    records.prole += count;
                } else {
                    records.non_replica += count;
                }
            }
            records
        };
        view.namespaces.iter().enumerate().map(of).collect()
    }

    /// All of them.
    #[must_use]
    pub fn all(self) -> u64 {
        self.master + self.prole + self.non_replica
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_read_as_it_is_written() {
        for text in ["4.5.3.2", "6.0.0.0", "7.1.0.0", "65535.0.0.1"] {
            assert_eq!(text.parse::<Build>().unwrap().to_string(), text);
        }
        assert_eq!("5.7".parse(), Ok(Build([5, 7, 0, 0])));
        for bad in ["", "7.", "7.1.0.0.1", "7.x", "-1", "+7", "70000"] {
            assert_eq!(bad.parse::<Build>(), Err(BuildError), "{bad:?}");
        }
        assert!(Build([7, 1, 0, 0]).since(7, 1) && !Build([7, 0, 9, 9]).since(7, 1));
    }
}
