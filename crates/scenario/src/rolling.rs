//! A rolling restart: what comes next, given what was done so far and the cluster as it is.
//!
//! Invariant: pure. Each node in turn is quiesced, and stopped once it has handed over and a copy of the cluster shows
//! that a client of the whole network would still reach all that it reached at the beginning. When it would not, or does
//! not, the plan ends. Not here: letting time pass, and sentences (see `words::rolling`).

use rosterlab_engine::{
    Cluster, ClusterSetup, ClusterView, Command, NodeId, NodeView, QuiesceState, Served, Shutdown,
    Until,
};

use crate::timeline::Entry;

/// Nodes that are restarted one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rolling {
    nodes: Vec<NodeId>,
    /// How many partitions a client could reach at the beginning, by namespace.
    reached: Vec<u32>,
}

/// Why nodes cannot be restarted one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// A node is down or an orphan.
    InNoCluster(NodeId),
    /// In this namespace a roster is staged, which the first recluster would bring into force.
    Staged(String),
    /// `migrate-threads` is 0, so nothing is ever handed over.
    Paused,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A command.
    Do(Command),
    /// Migrations have to go on.
    Wait,
    /// Nothing more, because of what is lost.
    Halt(Halt),
    /// Nothing more: all nodes were restarted.
    Done,
}

/// Why a rolling restart does not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Halt {
    /// The node whose turn it is.
    pub node: NodeId,
    /// The namespace.
    pub namespace: String,
    /// How many of its partitions nobody serves any more.
    pub lost: u32,
    /// Whether they would be lost if the node was stopped; else they are lost already.
    pub is_foreseen: bool,
}

impl Rolling {
    /// The plan for these nodes, in the order of their ids, where so much is served.
    ///
    /// # Errors
    /// Why it cannot be begun.
    pub fn new(
        setup: &ClusterSetup,
        view: &ClusterView,
        served: &[Served],
        nodes: &[NodeId],
    ) -> Result<Self, Unfit> {
        if let Some(node) = nodes.iter().find(|node| view.sub_cluster_of(**node).is_none()) {
            return Err(Unfit::InNoCluster(*node));
        }
        if let Some(name) = staged(view).first() {
            return Err(Unfit::Staged((*name).to_owned()));
        }
        if setup.migrate_threads == 0 {
            return Err(Unfit::Paused);
        }
        let mut nodes = nodes.to_vec();
        nodes.sort_unstable();
        Ok(Self { nodes, reached: served.iter().map(reached).collect() })
    }

    /// The nodes that were restarted by these entries.
    #[must_use]
    pub fn restarted(&self, done: &[Entry]) -> &[NodeId] {
        let is_start =
            |entry: &&Entry| matches!(entry, Entry::Act { command: Command::Start { .. }, .. });
        &self.nodes[..done.iter().filter(is_start).count().min(self.nodes.len())]
    }

    /// What comes after these entries in the cluster as it is now.
    #[must_use]
    pub fn next(&self, done: &[Entry], cluster: &Cluster) -> Next {
        let restarted = self.restarted(done);
        let before = restarted.last();
        let turn = self.nodes.get(restarted.len());
        let Some(node) = turn.or(before).copied() else { return Next::Done };
        if let Some(halt) = self.lost(cluster, node, false) {
            return Next::Halt(halt);
        }
        let last = done.iter().rev().find_map(|entry| match entry {
            Entry::Act { command, .. } => Some(command),
            _ => None,
        });
        let view = cluster.view();
        let nodes = || vec![node];
        match last {
            Some(Command::Stop { .. }) => Next::Do(Command::Start { nodes: nodes() }),
            Some(Command::Quiesce { .. }) => Next::Do(Command::Recluster { on: Some(node) }),
            Some(Command::Recluster { .. }) => self.stop(cluster, &view, node),
            _ if before.is_some_and(|before| is_filling(&view, *before)) => Next::Wait,
            _ if turn.is_none() => Next::Done,
            _ if is_quiesced(&view, node) => self.stop(cluster, &view, node),
            _ => Next::Do(Command::Quiesce { nodes: nodes() }),
        }
    }

    /// Stops a quiesced node, once it has sent what it has to and nothing would be lost.
    fn stop(&self, cluster: &Cluster, view: &ClusterView, node: NodeId) -> Next {
        let is_sending = |node: &NodeView| node.namespaces.iter().any(|one| one.remaining.tx > 0);
        // With the old protocols a restart waits for all migrations (domain.md §17, \[doc\]).
        if view.node(node).is_some_and(is_sending) || (!view.switched && view.migrating) {
            return Next::Wait;
        }
        let stop = Command::Stop { nodes: vec![node], shutdown: Shutdown::Clean };
        let mut tried = cluster.clone();
        if tried.apply(&stop).is_ok() {
            tried.advance(Until::Settled);
        }
        match self.lost(&tried, node, true) {
            None => Next::Do(stop),
            // The copies that are still being filled may be what is missing.
            Some(_) if view.migrating => Next::Wait,
            Some(halt) => Next::Halt(halt),
        }
    }

    /// The first namespace of which a client reaches less than at the beginning.
    fn lost(&self, cluster: &Cluster, node: NodeId, is_foreseen: bool) -> Option<Halt> {
        let served = cluster.served();
        let place = (0..served.len()).find(|place| reached(&served[*place]) < self.reached[*place]);
        place.map(|place| Halt {
            node,
            namespace: cluster.setup().namespaces[place].name.clone(),
            lost: self.reached[place] - reached(&served[place]),
            is_foreseen,
        })
    }
}

/// The partitions that a client reaches with their data: what came up empty serves, but not what it held.
fn reached(served: &Served) -> u32 {
    served.active() - served.fresh
}

/// Whether copies on a node are still to be filled.
fn is_filling(view: &ClusterView, node: NodeId) -> bool {
    let node = view.node(node);
    node.is_some_and(|node| node.namespaces.iter().any(|one| one.remaining.rx > 0))
}

fn is_quiesced(view: &ClusterView, node: NodeId) -> bool {
    view.node(node).is_some_and(|node| node.quiesce == QuiesceState::Effective)
}

/// The namespaces in which some sub-cluster has a roster staged that is not in force.
#[must_use]
pub fn staged(view: &ClusterView) -> Vec<&str> {
    let is_staged = |index: &usize| {
        let mut sides = view.sub_clusters.iter().map(|side| &side.namespaces[*index]);
        sides.any(|side| side.pending != side.roster)
    };
    let indexes = (0..view.namespaces.len()).filter(is_staged);
    indexes.map(|index| &*view.namespaces[index].name).collect()
}
