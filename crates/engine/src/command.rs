//! What a person can do to a cluster, and why the cluster may refuse.
//!
//! Invariant: a command is neither a gesture nor a result. The list of commands, with the time that passed between
//! them, is all that is ever saved. Not here: what a command does (see `cluster`).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{Digest, MAX_NODES, NodeId, RackId};
use crate::roster::RosterNodes;
use crate::server::{Gate, ServerVersion};

/// How a node goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shutdown {
    /// Buffers are flushed and the clean-shutdown mark is written.
    Clean,
    /// A crash or a power loss: buffers are not flushed and no mark is written.
    Unclean,
}

/// How an SC read is answered (domain.md §9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadMode {
    /// From the master; the client rejects a regime older than the highest it has seen.
    #[default]
    Session,
    /// From the master, after all replicas have confirmed its regime.
    Linearize,
    /// From any replica.
    AllowReplica,
    /// Also from a partition that is not active; the answer may be stale.
    AllowUnavailable,
}

/// One thing that a person does. It reaches all its nodes at the same instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Takes running nodes down.
    Stop {
        /// At least one, each up.
        nodes: Vec<NodeId>,
        /// Cleanly or not.
        shutdown: Shutdown,
    },
    /// Starts nodes that are down.
    Start {
        /// At least one, each down.
        nodes: Vec<NodeId>,
    },
    /// Starts nodes that are down with another version of the server (domain.md §17).
    StartAs {
        /// At least one, each down.
        nodes: Vec<NodeId>,
        /// The version that they run from now on; it may be the one that they ran.
        server: ServerVersion,
        /// Whether the metadata folder is put back from its copy first, which a way back to before 4.5.1 needs.
        metadata_from_copy: bool,
    },
    /// Switches the protocols of the whole cluster (heartbeat v3, paxos v5) while it runs (domain.md §17.2).
    ProtocolSwitch,
    /// Empties the drives of nodes that are down.
    Wipe {
        /// At least one, each down.
        nodes: Vec<NodeId>,
        /// Only this device (from 0) of each namespace, or all.
        device: Option<u8>,
    },
    /// A new node joins: brand-new, in no roster.
    AddNode {
        /// An id that no node has. The id of a removed node may come back.
        id: NodeId,
        /// Its configured rack.
        rack: RackId,
        /// Whether it is permanently quiesced (domain.md §8).
        stay_quiesced: bool,
        /// Its server's version, or the oldest one in the cluster (domain.md §17).
        server: Option<ServerVersion>,
        /// Its mesh seeds; empty when it finds the others without (domain.md §18).
        seeds: Vec<NodeId>,
    },
    /// Decommissions nodes, with their drives and their links. Rosters keep naming them until a `roster-set` leaves
    /// them out (domain.md §1); [`Command::AddNode`] with such an id brings a brand-new node. At least one node must
    /// stay.
    RemoveNode {
        /// At least one, each down.
        nodes: Vec<NodeId>,
    },
    /// Changes the configured rack id; a node's rack in a roster changes only with `roster-set` (domain.md §2).
    MoveToRack {
        /// At least one.
        nodes: Vec<NodeId>,
        /// The new rack.
        rack: RackId,
    },
    /// Cuts every link between nodes of different lists. A link that is cut already stays cut.
    Cut {
        /// Two or more lists without a common node.
        between: Vec<Vec<NodeId>>,
    },
    /// Restores links.
    Heal {
        /// Those between nodes of different lists, or all that are cut.
        between: Option<Vec<Vec<NodeId>>>,
    },
    /// Sets the pending roster of one sub-cluster (domain.md §1, §8).
    RosterSet {
        /// An SC namespace.
        namespace: String,
        /// The nodes with their racks, or those observed.
        nodes: RosterNodes,
        /// A node of the sub-cluster, or else the sub-cluster with the highest principal is meant.
        on: Option<NodeId>,
    },
    /// Forces a cluster change (domain.md §7).
    Recluster {
        /// In the sub-cluster of this node, or else in every sub-cluster.
        on: Option<NodeId>,
    },
    /// Turns `e` into `r` (domain.md §4, §8); takes effect at the next cluster change.
    Revive {
        /// An SC namespace.
        namespace: String,
        /// On these nodes, each up, or else on all that are up.
        nodes: Option<Vec<NodeId>>,
    },
    /// Puts these nodes last in every row, from the next cluster change (domain.md §8).
    Quiesce {
        /// At least one, each up and not told to quiesce already.
        nodes: Vec<NodeId>,
    },
    /// Undoes [`Command::Quiesce`], from the next cluster change.
    QuiesceUndo {
        /// At least one, each up and told to quiesce.
        nodes: Vec<NodeId>,
    },
    /// A client writes a record (domain.md §9).
    Write {
        /// The namespace.
        namespace: String,
        /// The record.
        key: Digest,
        /// The client reaches the sub-cluster of this node, or else the one with the highest principal.
        from: Option<NodeId>,
    },
    /// A client reads a record (domain.md §9).
    Read {
        /// The namespace.
        namespace: String,
        /// The record.
        key: Digest,
        /// The client reaches the sub-cluster of this node, or else the one with the highest principal.
        from: Option<NodeId>,
        /// How consistent the answer has to be.
        mode: ReadMode,
    },
}

impl Command {
    /// [`Command::AddNode`] with the usual version and without seeds.
    #[must_use]
    pub fn add_node(id: NodeId, rack: RackId, stay_quiesced: bool) -> Self {
        Self::AddNode { id, rack, stay_quiesced, server: None, seeds: Vec::new() }
    }
}

/// Why a command cannot be done now. A rejected command has changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// No node has this id.
    NoNode(NodeId),
    /// No namespace has this name.
    NoNamespace(String),
    /// The namespace is available (AP): it has no roster and nothing to revive.
    NotStrong(String),
    /// The command names no node, or a list in it is empty.
    NoNodes,
    /// The same node is named twice.
    Twice(NodeId),
    /// The node is up, and has to be down for this.
    IsUp(NodeId),
    /// The node is down, and has to be up for this.
    IsDown(NodeId),
    /// A node with this id exists already.
    Exists(NodeId),
    /// The cluster already has as many nodes as the profile allows, or 256 with removed nodes and those that only a
    /// roster names.
    TooManyNodes,
    /// The node stays quiesced; that is one of its settings.
    StaysQuiesced(NodeId),
    /// The node runs and is in no cluster: it is an orphan, or still starting.
    InNoCluster(NodeId),
    /// Nodes run, and none of them is in a cluster.
    NoCluster,
    /// No node would be left.
    LastNode,
    /// No namespace has a device with this number.
    NoDevice(u8),
    /// The node is on this rack already.
    SameRack(NodeId, RackId),
    /// A cut needs two lists or more.
    OneSide,
    /// None of those links is cut.
    NothingCut,
    /// The node was told to quiesce before.
    AlreadyQuiesced(NodeId),
    /// The node was not told to quiesce.
    NotQuiesced(NodeId),
    /// No node is up that could take the command.
    NothingRuns,
    /// The node does not start with that version (domain.md §17).
    DoesNotStart(NodeId, Gate),
    /// The protocols are the new ones already.
    AlreadySwitched,
    /// The protocols cannot be switched: this node's server is no 3.13 (domain.md §17.2).
    NotAt3_13(NodeId),
    /// The protocols cannot be switched: the nodes that run are not one settled cluster (domain.md §17.2).
    NotOneCluster,
    /// The protocols cannot be switched: a migration is under way (domain.md §17.2).
    Migrating,
}

impl Rejection {
    /// The node that it is about. A caller finds the place in its input by it.
    #[must_use]
    pub fn node(&self) -> Option<NodeId> {
        match *self {
            Self::NoNode(id)
            | Self::Twice(id)
            | Self::IsUp(id)
            | Self::IsDown(id)
            | Self::Exists(id)
            | Self::SameRack(id, _)
            | Self::AlreadyQuiesced(id)
            | Self::NotQuiesced(id)
            | Self::StaysQuiesced(id)
            | Self::DoesNotStart(id, _)
            | Self::NotAt3_13(id)
            | Self::InNoCluster(id) => Some(id),
            _ => None,
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNode(id) => write!(f, "no node {:?}", id.to_string()),
            Self::NoNamespace(name) => write!(f, "no namespace {name:?}"),
            Self::NotStrong(name) => {
                write!(f, "namespace {name:?} is not strongly consistent: it has no roster")
            }
            Self::NoNodes => f.write_str("no node is named"),
            Self::Twice(id) => write!(f, "node {id} is named twice"),
            Self::IsUp(id) => write!(f, "node {id} is up"),
            Self::IsDown(id) => write!(f, "node {id} is down"),
            Self::Exists(id) => write!(f, "a node {id} is there already"),
            Self::TooManyNodes => write!(
                f,
                "a cluster has at most {MAX_NODES} nodes (128 before server 5.0), with those that were removed and \
                 those that only a roster names"
            ),
            Self::StaysQuiesced(id) => {
                write!(f, "node {id} stays quiesced: that is a setting of the node")
            }
            Self::InNoCluster(id) => write!(f, "node {id} is in no cluster"),
            Self::NoCluster => f.write_str("no node is in a cluster"),
            Self::LastNode => f.write_str("a cluster keeps at least one node"),
            Self::NoDevice(device) => write!(f, "no namespace has a device {device}"),
            Self::SameRack(id, rack) => write!(f, "node {id} is on rack {rack} already"),
            Self::OneSide => f.write_str("a cut needs two sides or more"),
            Self::NothingCut => f.write_str("no link is cut there"),
            Self::AlreadyQuiesced(id) => write!(f, "node {id} is told to quiesce already"),
            Self::NotQuiesced(id) => write!(f, "node {id} is not told to quiesce"),
            Self::NothingRuns => f.write_str("no node is up"),
            Self::DoesNotStart(id, gate) => write!(f, "node {id} does not start: {gate}"),
            Self::AlreadySwitched => f.write_str("the cluster has the new protocols already"),
            Self::NotAt3_13(id) => {
                write!(f, "the switch needs every node at 3.13, and node {id} is not")
            }
            Self::NotOneCluster => {
                f.write_str("the switch needs one settled cluster of all nodes that run")
            }
            Self::Migrating => f.write_str("the switch needs all migrations to be done"),
        }
    }
}

impl std::error::Error for Rejection {}
