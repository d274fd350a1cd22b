//! Where no further loss can do harm, and why that is known without trying: the super-majority (domain.md §5, rule 2).
//!
//! Invariant: what is called steady here loses nothing by any loss of up to that many nodes, which the tests compare with
//! trying. The other way round nothing is said. Not here: losses that do harm (see `settled`).

use rosterlab_engine::{Cluster, ClusterView, Mode, NodeId, NodeState, PARTITIONS, RosterEntry};

/// The nodes whose copies make a namespace steady: after any further loss of up to `margin` nodes, fewer than RF roster nodes are
/// missing or untrusted, and one of these is there for every partition. `None` where that is not so, or not known.
pub(super) fn steady(
    cluster: &Cluster,
    view: &ClusterView,
    index: usize,
    margin: usize,
) -> Option<Vec<NodeId>> {
    let settings = &view.namespaces[index];
    // With links missing, who is in a cluster after a loss depends on more than who is there.
    let is_simple = settings.mode == Mode::StrongConsistency
        && view.cuts.is_empty()
        && view.sub_clusters.len() == 1
        && view.orphans.is_empty();
    let roster = roster(view, index).filter(|_| is_simple)?;
    let running: Vec<NodeId> =
        view.nodes.iter().filter(|node| node.state.is_up()).map(|node| node.id).collect();
    let is_marked = |id: &NodeId| {
        let copies = view.node(*id).map(|node| node.namespaces[index].copies);
        copies.is_none_or(|copies| copies.evade > 0 || copies.revived > 0)
    };
    let present = roster.iter().map(|entry| entry.node).filter(|id| running.contains(id));
    let (marked, trusted): (Vec<NodeId>, Vec<NodeId>) = present.partition(is_marked);
    let replication_factor = usize::from(settings.replication_factor);
    let left = |nodes: usize| nodes.saturating_sub(margin);
    let is_enough = roster.len() - trusted.len() + margin < replication_factor
        && left(marked.len() + trusted.len()) >= replication_factor
        && left(running.len()) >= usize::from(view.min_cluster_size).max(1);
    (is_enough && are_held(cluster, &settings.name, &trusted, margin)).then_some(trusted)
}

/// The roster that is in force and pending with everybody who runs; nodes that know none yet aside.
fn roster(view: &ClusterView, index: usize) -> Option<&[RosterEntry]> {
    let running = view.nodes.iter().filter(|node| node.state != NodeState::Orphan);
    let mut known = running
        .filter(|node| node.state.is_up())
        .map(|node| &node.belief.namespaces[index])
        .filter(|belief| !belief.roster.is_empty() || !belief.pending.is_empty());
    let first = known.next()?;
    let same = |roster: &[RosterEntry]| *roster == *first.roster;
    let all =
        same(&first.pending) && known.all(|belief| same(&belief.roster) && same(&belief.pending));
    all.then_some(&*first.roster)
}

/// Whether more of these nodes than may be lost have data of every partition.
pub(super) fn are_held(
    cluster: &Cluster,
    namespace: &str,
    nodes: &[NodeId],
    margin: usize,
) -> bool {
    let mut holders = vec![0_u16; PARTITIONS];
    for node in nodes {
        let versions = cluster.versions(namespace, *node).unwrap_or_default();
        for (version, holders) in versions.iter().zip(&mut holders) {
            *holders += u16::from(version.has_data());
        }
    }
    holders.iter().all(|holders| usize::from(*holders) > margin)
}
