//! Helpers for several tests: clusters and commands from short texts.

use rosterlab_engine::{
    Cluster, ClusterSetup, Command, Counts, Event, NodeId, NodeSetup, RosterEntry, RosterNodes,
    Shutdown, SubClusterView, Until,
};

/// Node ids from a text such as `"A1 A2"`.
pub fn ids(text: &str) -> Vec<NodeId> {
    text.split_whitespace().map(|id| id.parse().unwrap()).collect()
}

/// A setup with nodes from a text such as `"A1@1 A2@2"` and one SC namespace `main`.
pub fn setup(nodes: &str, replication_factor: u8) -> ClusterSetup {
    let node = |text: &str| {
        let RosterEntry { node, rack } = text.parse().unwrap();
        NodeSetup::new(node, rack)
    };
    ClusterSetup::of(nodes.split_whitespace().map(node).collect(), replication_factor)
}

/// The cluster of such a setup.
pub fn cluster(nodes: &str, replication_factor: u8) -> Cluster {
    Cluster::new(setup(nodes, replication_factor)).unwrap()
}

/// The case study's cluster.
pub fn case_study() -> Cluster {
    cluster("A101@1 A102@1 A103@1 B101@2 B102@2", 2)
}

pub fn stop(nodes: &str) -> Command {
    Command::Stop { nodes: ids(nodes), shutdown: Shutdown::Clean }
}

pub fn crash(nodes: &str) -> Command {
    Command::Stop { nodes: ids(nodes), shutdown: Shutdown::Unclean }
}

pub fn start(nodes: &str) -> Command {
    Command::Start { nodes: ids(nodes) }
}

/// A cut between sides separated by `|`.
pub fn cut(sides: &str) -> Command {
    Command::Cut { between: sides.split('|').map(ids).collect() }
}

pub fn roster_set(nodes: &str) -> Command {
    let entries = nodes.split_whitespace().map(|entry| entry.parse().unwrap()).collect();
    Command::RosterSet { namespace: "main".into(), nodes: RosterNodes::List(entries), on: None }
}

pub fn recluster() -> Command {
    Command::Recluster { on: None }
}

pub fn revive() -> Command {
    Command::Revive { namespace: "main".into(), nodes: None }
}

/// Does a command and lets the clusters settle. Returns the events.
pub fn act(cluster: &mut Cluster, command: &Command) -> Vec<Event> {
    let mut events = cluster.apply(command).unwrap_or_else(|why| panic!("{command:?}: {why}"));
    events.extend(cluster.advance(Until::Settled));
    events
}

/// Lets all migrations finish.
pub fn migrate(cluster: &mut Cluster) -> Vec<Event> {
    cluster.advance(Until::Migrated { partitions: None })
}

/// The sub-cluster with this principal.
pub fn sub_cluster(cluster: &Cluster, principal: &str) -> SubClusterView {
    let id: NodeId = principal.parse().unwrap();
    let view = cluster.view();
    let found = view.sub_clusters.iter().find(|one| one.principal == id);
    found.unwrap_or_else(|| panic!("no sub-cluster {principal}")).clone()
}

/// The counts of the first namespace in the sub-cluster with the highest principal.
pub fn counts(cluster: &Cluster) -> Counts {
    cluster.view().sub_clusters[0].namespaces[0].counts
}

/// `(unavailable, dead)` there.
pub fn not_active(cluster: &Cluster) -> (u32, u32) {
    let counts = counts(cluster);
    (counts.unavailable, counts.dead)
}

pub mod free;
pub mod naive;
pub mod sites;
pub mod world;
