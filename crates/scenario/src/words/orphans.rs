//! Which nodes run and are in no cluster, and why (docs/domain.md §7).
//!
//! Invariant: a sentence about an orphan also says that it serves nothing.

use std::rc::Rc;

use rosterlab_engine::{
    ClusterView, Event, EventKind, Gate, NodeId, NodeState, NodeView, Orphaned,
};

use super::text::{all_partitions, nodes};

/// That nodes are orphans, and why (docs/domain.md §7); without the reason where it was told before.
#[must_use]
pub fn of_orphan(orphans: &[NodeId], why: Option<Orphaned>) -> String {
    let who = nodes(orphans);
    let is_one = orphans.len() == 1;
    let (are, it, they) = if is_one {
        ("is an orphan", "it", "It serves")
    } else {
        ("are orphans", "them", "They serve")
    };
    let why = why.map(|why| match why {
        Orphaned::Evicted(principal) => format!(
            "the principal {principal} left {it} out, because a link to another member is missing"
        ),
        Orphaned::PrincipalGone(principal) if is_one => {
            format!("it does not hear its principal {principal} any more")
        }
        Orphaned::PrincipalGone(principal) => {
            format!("they do not hear their principal {principal} any more")
        }
        Orphaned::NotTakenIn => format!("no cluster takes {it} in"),
        Orphaned::GivenUp => {
            let its = if is_one { "its" } else { "their" };
            format!("most members of {its} cluster preferred another principal")
        }
        Orphaned::StaysOut(gate) => gate.to_string(),
        Orphaned::TooSmall => "the cluster would be smaller than min-cluster-size".to_owned(),
    });
    let why = why.map_or_else(String::new, |why| format!(": {why}"));
    format!("{who} {are}{why}. {they} nothing; all partitions are unavailable there.")
}

/// The nodes that events made orphans and that are orphans now, together where the reason is the same. Why a node left its
/// cluster is told once, with the cluster.
#[must_use]
pub fn of_orphans(events: &[Rc<Event>], view: &ClusterView) -> Vec<String> {
    let mut latest: Vec<(NodeId, Orphaned)> = Vec::new();
    for event in events {
        if let EventKind::NodeOrphaned { node, why } = event.kind {
            latest.retain(|(other, _)| *other != node);
            latest.push((node, why));
        }
    }
    let is_told = |node: NodeId| {
        events.iter().any(|event| match &event.kind {
            EventKind::MembersLeft { left, .. } => left.iter().any(|(other, _)| *other == node),
            _ => false,
        })
    };
    let mut reasons: Vec<(Option<Orphaned>, Vec<NodeId>)> = Vec::new();
    for (node, why) in latest.into_iter().filter(|(node, _)| view.orphans.contains(node)) {
        let why = Some(why).filter(|_| !is_told(node));
        match reasons.iter_mut().find(|(other, _)| *other == why) {
            Some((_, nodes)) => nodes.push(node),
            None => reasons.push((why, vec![node])),
        }
    }
    for (_, nodes) in &mut reasons {
        nodes.sort_unstable();
        nodes.reverse();
    }
    reasons.iter().map(|(why, nodes)| of_orphan(nodes, *why)).collect()
}

/// Which nodes run and are in no cluster, and why.
#[must_use]
pub fn orphans(view: &ClusterView) -> Option<String> {
    let apart = apart(view);
    let out: Vec<(NodeId, Gate)> = view.nodes.iter().filter_map(staying_out).collect();
    let is_out = |id: &NodeId| out.iter().any(|(other, _)| other == id);
    let is_asking = |id: &&NodeId| !apart.contains(id) && !is_out(id);
    let asking: Vec<NodeId> = view.orphans.iter().filter(is_asking).copied().collect();
    let asking = match asking.as_slice() {
        [] => None,
        [_] => Some(in_no_cluster(&asking, "is an orphan: no cluster takes it in")),
        _ => Some(in_no_cluster(&asking, "are orphans: no cluster takes them in")),
    };
    let apart = match apart.as_slice() {
        [] => None,
        [_] => Some(format!("is an orphan: {}", no_agreement(view, &apart))),
        _ => Some(format!("are orphans and form no cluster: {}", no_agreement(view, &apart))),
    }
    .map(|said| in_no_cluster(&apart, &said));
    let out = out.iter().map(|(node, gate)| of_orphan(&[*node], Some(Orphaned::StaysOut(*gate))));
    let said: Vec<String> = asking.into_iter().chain(apart).chain(out).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// A node that is an orphan because of its version, and what keeps it out.
fn staying_out(node: &NodeView) -> Option<(NodeId, Gate)> {
    let gate = node.stays_out.filter(|_| node.state == NodeState::Orphan)?;
    Some((node.id, gate))
}

fn in_no_cluster(orphans: &[NodeId], said: &str) -> String {
    let (who, all) = (nodes(orphans), all_partitions());
    let they = if orphans.len() == 1 { "It serves" } else { "They serve" };
    format!("{who} {said}. {they} nothing; all {all} partitions are unavailable there.")
}

/// The orphans that hear no node in a cluster and so may form one (docs/domain.md §7).
#[must_use]
pub fn apart(view: &ClusterView) -> Vec<NodeId> {
    let members = || view.nodes.iter().filter(|node| node.sub_cluster.is_some());
    let is_out = |orphan: NodeId| view.node(orphan).is_some_and(|node| node.stays_out.is_some());
    let is_apart = |orphan: &&NodeId| {
        !is_out(**orphan) && members().all(|node| view.is_cut(node.id, **orphan))
    };
    view.orphans.iter().filter(is_apart).copied().collect()
}

/// Why such orphans form no cluster, without the full stop.
#[must_use]
pub fn no_agreement(view: &ClusterView, apart: &[NodeId]) -> String {
    let min = view.min_cluster_size;
    let too_small = format!("the cluster would be smaller than min-cluster-size, which is {min}");
    let is_any_cut = apart
        .iter()
        .enumerate()
        .any(|(place, one)| apart[place + 1..].iter().any(|other| view.is_cut(*one, *other)));
    match (is_any_cut, min) {
        _ if apart.len() < usize::from(min) => too_small,
        (true, _) => {
            let or = if min > 1 { format!(", or {too_small}") } else { String::new() };
            // With one less they would be too few.
            let stop = if apart.len() > usize::from(min) { ", or stop one of the two" } else { "" };
            format!(
                "they do not agree on who is in it{or}. Restore a link between two of them{stop}"
            )
        }
        (false, 1) if apart.len() == 1 => {
            "it hears only orphans, and some of those ask another cluster".to_owned()
        }
        (false, 1) => "they hear only orphans, and some of those ask another cluster".to_owned(),
        (false, _) => too_small,
    }
}
