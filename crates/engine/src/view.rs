//! Views: what a front end needs to know of a cluster, as inert data with public fields.
//!
//! Invariant: a view is a copy, so changing it changes no cluster. It has counts, verdicts and marks, never positions,
//! colours or words. Not here: how a view is made (see `observe`) and drawn.

use std::rc::Rc;

use serde::Serialize;

use crate::availability::{Facts, Rule, Verdict};
use crate::event::{Counts, Migrations};
use crate::id::{Link, NodeId, PartitionId, RackId};
use crate::namespace::{NamespaceSettings, Profile};
use crate::node_set::PlaceSet;
use crate::roster::RosterEntry;
use crate::server::{Gate, ServerVersion};
use crate::storage::{DeviceMark, Distrust, StartMark};
use crate::version::{ClusterKey, CopyState, Version};

/// A whole cluster at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterView {
    /// Simulated milliseconds since the cluster was made.
    pub time_ms: u64,
    /// The setup's profile. A sub-cluster has the rules of its oldest server (see [`Explanation::profile`]).
    pub profile: Profile,
    /// Whether the cluster has the new protocols (heartbeat v3, paxos v5), else the old ones (domain.md §17).
    pub switched: bool,
    /// `min-cluster-size`: a smaller cluster is not formed (domain.md §7).
    pub min_cluster_size: u16,
    /// The namespaces' settings. Every list of namespaces in a view is in this order.
    pub namespaces: Vec<NamespaceSettings>,
    /// Every node, up or down, highest id first, without removed nodes.
    pub nodes: Vec<NodeView>,
    /// The links that are cut, in order.
    pub cuts: Vec<Link>,
    /// The sub-clusters, by their principals, highest first.
    pub sub_clusters: Vec<SubClusterView>,
    /// Running nodes that are in no cluster and serve nothing, highest id first, without nodes that are still starting
    /// (domain.md §7).
    pub orphans: Vec<NodeId>,
    /// Whether a cluster change is still to come because of what has happened so far.
    pub changing: bool,
    /// Whether a migration is under way or waiting for its fill delay.
    pub migrating: bool,
    /// The number of acknowledged writes lost so far (domain.md §9).
    pub lost_writes: u64,
}

impl ClusterView {
    /// The node with this id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&NodeView> {
        self.nodes.iter().find(|node| node.id == id)
    }

    /// The sub-cluster that a node is in, as an index into `sub_clusters`.
    #[must_use]
    pub fn sub_cluster_of(&self, id: NodeId) -> Option<usize> {
        self.node(id).and_then(|node| node.sub_cluster)
    }

    /// The place of a namespace in every list of namespaces.
    #[must_use]
    pub fn namespace_index(&self, name: &str) -> Option<usize> {
        self.namespaces.iter().position(|namespace| namespace.name == name)
    }

    /// Whether the link between two nodes is cut.
    #[must_use]
    pub fn is_cut(&self, a: NodeId, b: NodeId) -> bool {
        Link::new(a, b).is_some_and(|link| self.cuts.binary_search(&link).is_ok())
    }
}

/// Whether a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeState {
    /// Runs and is in a cluster.
    Up,
    /// Runs and is in no cluster yet. A stop now leaves the clean-shutdown mark cleared (domain.md §4).
    Starting,
    /// Runs and is in no cluster: an orphan, which serves nothing (domain.md §7).
    Orphan,
    /// Is down, and its storage is marked clean.
    DownClean,
    /// Is down, and its storage is not marked clean.
    DownUnclean,
}

impl NodeState {
    /// Whether its process runs.
    #[must_use]
    pub fn is_up(self) -> bool {
        matches!(self, Self::Up | Self::Starting | Self::Orphan)
    }
}

/// The state of a node's `quiesce` (domain.md §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuiesceState {
    /// Not told to quiesce.
    No,
    /// Told to quiesce; takes effect at the next cluster change.
    Pending,
    /// Quiesced.
    Effective,
    /// Quiesced until the next cluster change, and told to stop quiescing.
    UndoPending,
}

/// One node.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own; none excludes another"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    /// Its id.
    pub id: NodeId,
    /// Its configured rack.
    pub rack: RackId,
    /// Whether it runs.
    pub state: NodeState,
    /// Whether it is its sub-cluster's principal.
    pub principal: bool,
    /// Its sub-cluster, as an index into [`ClusterView::sub_clusters`].
    pub sub_cluster: Option<usize>,
    /// The state of its `quiesce`.
    pub quiesce: QuiesceState,
    /// Whether it is permanently quiesced (domain.md §8).
    pub stay_quiesced: bool,
    /// Its server's version; that of the last start while it is down.
    pub server: ServerVersion,
    /// Why it stays out of the cluster, if it runs and does (domain.md §17).
    pub stays_out: Option<Gate>,
    /// Whether it runs and has found no other node by its seeds (domain.md §18).
    pub alone: bool,
    /// Whether it was added and has been in no roster since.
    pub brand_new: bool,
    /// Its part in each namespace.
    pub namespaces: Vec<NodeNamespaceView>,
    /// What the node itself believes.
    pub belief: Belief,
}

impl NodeView {
    /// What its next start would put on versions: `e` if it would in any namespace, or else `r` if it would in any;
    /// `None` if it would mark nothing (domain.md §4).
    #[must_use]
    pub fn start_mark(&self) -> Option<StartMark> {
        let distrust =
            self.namespaces.iter().filter_map(|part| part.would_start_untrusted.as_ref());
        distrust.map(|distrust| distrust.mark).max().filter(|mark| *mark != StartMark::Nothing)
    }
}

/// What a node itself believes, right or wrong. It acts on this until it learns otherwise.
///
/// Each side of a split believes in its own sub-cluster and its own roster. A node that was just cut off believes in its
/// old sub-cluster until it notices (domain.md §7, §9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belief {
    /// The cluster that it believes it is in.
    pub membership: Membership,
    /// What it holds of each namespace.
    pub namespaces: Vec<NamespaceBelief>,
}

/// The cluster that a node believes it is in (domain.md §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// None, because it does not run. The rest of its belief is what its drives hold.
    Down,
    /// None yet, because it has just started.
    Starting,
    /// None, because it is an orphan.
    Orphan,
    /// This one, as an index into [`ClusterView::sub_clusters`].
    SubCluster(usize),
}

/// What a node believes about one namespace. Its drives keep this while it is down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceBelief {
    /// The roster that it last had in force, highest id first; empty if it had none, and in AP.
    pub roster: Rc<[RosterEntry]>,
    /// The pending roster that it holds, highest id first; the same as `roster` when nothing is staged.
    pub pending: Rc<[RosterEntry]>,
    /// The regime of the last rebalance that it completed; `None` in AP.
    pub regime: Option<u32>,
}

/// A node's versions of a namespace, counted in partitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CopyCounts {
    /// Working master of an active partition.
    pub master: u32,
    /// Full: data without `s` or `e` (or `r`, while a roster node is missing).
    pub full: u32,
    /// Data with `s`, and without `e`.
    pub subset: u32,
    /// With `e`, data or not.
    pub evade: u32,
    /// Data with `e`; the rest of `evade` are empty versions.
    pub untrusted: u32,
    /// With `r`, data or not.
    pub revived: u32,
    /// Data, with any marks.
    pub with_data: u32,
    /// Copies here that a migration is still to fill.
    pub filling: u32,
}

/// A node's part in one namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeNamespaceView {
    /// Each device's mark.
    pub devices: Vec<DeviceMark>,
    /// Why its next start would not trust the storage, and what it would put on every version; `None` for a node that
    /// runs, and where the start would trust it.
    pub would_start_untrusted: Option<Distrust>,
    /// Its versions, counted.
    pub copies: CopyCounts,
    /// Whether it is in the roster that its sub-cluster (or, when down, itself) last had in force; `None` in AP.
    pub in_roster: Option<bool>,
    /// Regime that it last completed; 0 in AP.
    pub regime: u32,
    /// What it still has to migrate.
    pub remaining: Migrations,
}

/// One sub-cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubClusterView {
    /// Its principal: its first node.
    pub principal: NodeId,
    /// Its key.
    pub key: ClusterKey,
    /// Its nodes, highest id first: the succession list.
    pub nodes: Vec<NodeId>,
    /// Each namespace here.
    pub namespaces: Vec<SubClusterNamespaceView>,
}

/// One namespace in one sub-cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubClusterNamespaceView {
    /// The roster in force, highest id first; empty when there is none, and in AP.
    pub roster: Vec<RosterEntry>,
    /// The roster that `roster-set` has staged; the same as `roster` when none is.
    pub pending: Vec<RosterEntry>,
    /// The nodes of the namespace here with their configured racks, highest id first.
    pub observed: Vec<RosterEntry>,
    /// Roster nodes present.
    pub roster_nodes_present: u32,
    /// The regime of the latest rebalance; 0 in AP.
    pub regime: u32,
    /// The verdicts of the latest rebalance.
    pub counts: Counts,
    /// Active partitions that came up empty because no node here had data (domain.md §5.1, §6). They serve, but not
    /// what they held before.
    pub fresh: u32,
    /// Active partitions with a migration under way: copies are being filled.
    pub filling: u32,
    /// How many partitions each rule decided, in the order of the rules, without zeros.
    pub by_rule: Vec<(Rule, u32)>,
    /// What each member was due at the latest rebalance, highest id first (the log's `expected-migrations`).
    pub expected: Vec<(NodeId, Migrations)>,
    /// What each member still has to do, highest id first.
    pub remaining: Vec<(NodeId, Migrations)>,
    /// The part of `remaining` that can move now, highest id first (the ticker's `active`). What waits for
    /// `migrate-fill-delay` cannot, and nothing can while `migrate-threads` is 0.
    pub under_way: Vec<(NodeId, Migrations)>,
    /// Every partition, in order: always 4096.
    pub cells: Rc<Vec<Cell>>,
}

/// One partition in one sub-cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its availability, and why.
    pub verdict: Verdict,
    /// The node that serves it; `None` when it is not active.
    pub working_master: Option<NodeId>,
    /// Whether a migration of it is under way.
    pub migrating: bool,
    /// Whether it came up empty: active, although no node here had data.
    pub fresh: bool,
}

/// Which nodes hold what of one partition, each as a set of places in [`ClusterView::nodes`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holders {
    /// Here with a full copy.
    pub full: PlaceSet,
    /// Here with a copy that a migration is still to fill.
    pub filling: PlaceSet,
    /// Here with data and `e`.
    pub untrusted: PlaceSet,
    /// In the roster and not here, with a copy on the drives that was full when the node was last here.
    pub away: PlaceSet,
}

/// One replica of a partition in a sub-cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replica {
    /// The node.
    pub node: NodeId,
    /// Whether a migration is still to fill it, or, of the first one, to bring it the data.
    pub filling: bool,
    /// Whether that migration is a fill, which `migrate-fill-delay` delays (domain.md §6).
    pub fill: bool,
}

/// The replicas of all partitions of a namespace in a sub-cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replicas {
    width: usize,
    active: Vec<bool>,
    /// In partition order, `width` each.
    all: Vec<Replica>,
}

impl Replicas {
    pub(crate) fn new(width: usize, active: Vec<bool>, all: Vec<Replica>) -> Self {
        Self { width, active, all }
    }

    /// How many replicas an active partition has here.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The replicas of a partition, the final master first; none when it is not active.
    #[must_use]
    pub fn of(&self, partition: PartitionId) -> &[Replica] {
        if self.active[partition] {
            &self.all[partition.index() * self.width..][..self.width]
        } else {
            &[]
        }
    }
}

/// What is still to be migrated of one partition (domain.md §6). Nodes come highest id first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationView {
    /// The partition.
    pub partition: PartitionId,
    /// The node that receives all the partition's data.
    pub final_master: NodeId,
    /// Nodes that still have to send to it: the working master and the other duplicates.
    pub incoming: Vec<NodeId>,
    /// Replicas that it still has to fill.
    pub fills: Vec<NodeId>,
    /// Nodes that it still has to send the all-done signal to.
    pub signals: Vec<NodeId>,
}

/// The role of a node in a partition (domain.md §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// First in the roster's row.
    RosterMaster,
    /// Next RF − 1 in the roster's row.
    RosterReplica,
    /// Among the first RF here, and not among the roster's first RF.
    StandIn,
    /// None of these.
    Other,
    /// Here, and not in the roster.
    NotInRoster,
}

/// One node of a partition's row.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own; none excludes another"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Seat {
    /// The node.
    pub node: NodeId,
    /// Its role in the partition.
    pub role: Role,
    /// Whether it is in the sub-cluster that is asked about.
    pub present: bool,
    /// Whether it is quiesced here.
    pub quiesced: bool,
    /// Whether it is among the first RF of the sub-cluster's own order.
    pub replica_here: bool,
    /// Whether it serves the partition.
    pub working_master: bool,
    /// Its version; for an absent node, the one on its drives.
    pub version: Version,
    /// Whether that counts as a full copy here.
    pub full: bool,
    /// Whether a migration is still to fill it.
    pub filling: bool,
    /// What the rules saw of its copy at the latest rebalance, before that changed it; `None` where they did not look: an
    /// absent node, a node outside the roster, AP.
    pub seen: Option<CopyState>,
}

impl Seat {
    /// What it holds now.
    #[must_use]
    pub fn holds(&self) -> CopyState {
        // Of what `state` tells, only `full` depends on who is present.
        CopyState { full: self.full, ..self.version.state(true) }
    }
}

/// The answer of one rule of domain.md §5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It did not apply; the next one was asked.
    Passed,
    /// It decided.
    Decided,
    /// An earlier one had decided.
    NotReached,
}

/// Why a partition has its availability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The namespace.
    pub namespace: String,
    /// The partition.
    pub partition: PartitionId,
    /// The principal of the sub-cluster that is asked about; `None` when no node is in a cluster.
    pub principal: Option<NodeId>,
    /// The verdict of the latest rebalance.
    pub verdict: Verdict,
    /// The counts that the rules saw at the latest rebalance; `None` in AP and without a roster.
    pub facts: Option<Facts>,
    /// The rules that applied: those of the oldest server that was in the cluster then (domain.md §17).
    pub profile: Profile,
    /// Every rule in order with its answer; empty in AP and without a roster.
    pub answers: Vec<(Rule, Answer)>,
    /// The roster's row in order, then nodes here that are not in the roster; in AP the sub-cluster's row.
    pub row: Vec<Seat>,
    /// The working order: the nodes of the row that are here, in the order in which they would serve. Absent nodes are
    /// left out, quiesced ones come last and stand-ins are on racks of their own (domain.md §3).
    pub working_order: Vec<NodeId>,
}
