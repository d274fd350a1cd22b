//! What a node is and holds, in words: its state, its devices' marks, its part in a partition.
//!
//! Invariant: cards, tables, figures, explanations and events call the same thing by the same name. A **copy** is a version
//! with data: a full copy, a subset, or one that is filling. An **empty version** has no data, but a mark `e` or `r`. Not
//! here: what each word means (see `terms`).

use rosterlab_engine::{CopyState, DeviceMark, Explanation, NodeId, NodeState, Role, Seat};

use super::text::{self, capitalized};

/// A node's state.
#[must_use]
pub fn state(state: NodeState) -> &'static str {
    match state {
        NodeState::Up => "up",
        NodeState::Starting => "starting",
        NodeState::Orphan => "orphan",
        NodeState::DownClean => "stopped cleanly",
        NodeState::DownUnclean => "crashed",
    }
}

/// A device's clean-shutdown mark.
#[must_use]
pub fn device_mark(mark: DeviceMark) -> &'static str {
    match mark {
        DeviceMark::InUse => "in use",
        DeviceMark::Flushed => "flushed",
        DeviceMark::NotFlushed => "not flushed",
        DeviceMark::Empty => "empty",
    }
}

/// A device's clean-shutdown mark as one sign, for places without room for the words.
#[must_use]
pub fn device_sign(mark: DeviceMark) -> &'static str {
    match mark {
        DeviceMark::InUse => "▣",
        DeviceMark::Flushed => "☑",
        DeviceMark::NotFlushed => "☒",
        DeviceMark::Empty => "☐",
    }
}

/// A node's role for a partition; empty for a node without one.
#[must_use]
pub fn role(role: Role) -> &'static str {
    match role {
        Role::RosterMaster => "roster-master",
        Role::RosterReplica => "roster-replica",
        Role::StandIn => "stand-in",
        Role::Other => "",
        Role::NotInRoster => "not in the roster",
    }
}

/// What a node holds of a partition now, or that the node is absent.
#[must_use]
pub fn copy(seat: &Seat) -> &'static str {
    match (seat.present, seat.full, seat.filling) {
        (false, ..) => "absent",
        (_, false, true) => "filling",
        _ => held(seat.holds()),
    }
}

/// The words for a copy: every place that tells of one uses these. `e` and `r` are marks of a version, with data or without.
#[must_use]
pub fn held(held: CopyState) -> &'static str {
    match held {
        CopyState { full: true, .. } => "full copy",
        CopyState { data: true, subset: true, .. } => "subset",
        CopyState { data: true, .. } => "untrusted copy",
        CopyState { evade: true, .. } | CopyState { revived: true, .. } => "empty version",
        _ => "no copy",
    }
}

/// A copy with its mark: `subset with e`.
fn held_with_mark(state: CopyState) -> String {
    let mark = match state {
        CopyState { evade: true, .. } => " with e",
        CopyState { revived: true, .. } => " with r",
        _ => "",
    };
    [held(state), mark].concat()
}

/// What the rules saw of a copy at the latest rebalance, where that is no longer so.
#[must_use]
pub fn seen_before(seat: &Seat) -> Option<String> {
    let seen = seat.seen.filter(|seen| *seen != seat.holds())?;
    Some(held_with_mark(seen))
}

/// What has changed since the rules looked, a sentence for each change: `Full copy on A103 before this rebalance; subset since
/// it became unavailable.`
#[must_use]
pub fn changed(explanation: &Explanation) -> String {
    let mut changes: Vec<(String, String, Vec<NodeId>)> = Vec::new();
    for seat in &explanation.row {
        let Some(seen) = seen_before(seat) else { continue };
        let now = if seat.filling { copy(seat).to_owned() } else { held_with_mark(seat.holds()) };
        match changes.iter_mut().find(|(before, after, _)| (before, after) == (&seen, &now)) {
            Some((.., nodes)) => nodes.push(seat.node),
            None => changes.push((seen, now, vec![seat.node])),
        }
    }
    let availability = explanation.verdict.availability;
    let sentence = |(seen, now, nodes): &(String, String, Vec<NodeId>)| {
        let why = if !explanation.verdict.is_active() && now.starts_with("subset") {
            format!(" it became {availability}")
        } else {
            String::new()
        };
        let (seen, nodes) = (capitalized(seen), text::nodes(nodes));
        format!("{seen} on {nodes} before this rebalance; {now} since{why}.")
    };
    changes.iter().map(sentence).collect::<Vec<_>>().join(" ")
}

/// The order of the nodes that count, where it is another than the roster's because a node is quiesced (docs/domain.md §3).
#[must_use]
pub fn working_order(explanation: &Explanation) -> Option<&[NodeId]> {
    let is_any_quiesced = explanation.row.iter().any(|seat| seat.quiesced);
    (explanation.facts.is_some() && is_any_quiesced).then_some(&explanation.working_order)
}

/// What the roster's row is called where the working order stands beside it.
pub const ROSTER_ORDER: &str = "Roster order";
/// What the working order is called.
pub const WORKING_ORDER: &str = "Working order, quiesced nodes last";

#[cfg(test)]
mod tests {
    use rosterlab_engine::{
        Cluster, ClusterSetup, Command, NodeSetup, PartitionId, RackId, Shutdown, Until, Version,
    };

    use super::*;
    use crate::testing::ids;

    /// The case study's cluster after these commands, each with all its migrations.
    fn after(commands: &[Command]) -> Cluster {
        let rack = |id: NodeId| RackId::new(if id < ids("B101")[0] { 1 } else { 2 }).unwrap();
        let nodes = ids("A101 A102 A103 B101 B102").into_iter();
        let nodes = nodes.map(|id| NodeSetup::new(id, rack(id))).collect();
        let mut cluster = Cluster::new(ClusterSetup::of(nodes, 2)).unwrap();
        for command in commands {
            cluster.apply(command).unwrap();
            cluster.advance(Until::Migrated { partitions: None });
        }
        cluster
    }

    fn explained(cluster: &Cluster) -> impl Iterator<Item = Explanation> {
        PartitionId::all().map(|pid| cluster.explain("main", pid, None).unwrap())
    }

    fn stop(nodes: &str, shutdown: Shutdown) -> Command {
        Command::Stop { nodes: ids(nodes), shutdown }
    }

    #[test]
    fn a_copy_that_became_a_subset_is_told_with_what_the_rules_saw() {
        let crash = stop("A102", Shutdown::Unclean);
        let cluster = after(&[stop("B101 B102", Shutdown::Clean), crash]);
        let told: Vec<String> =
            explained(&cluster).map(|why| changed(&why)).filter(|told| !told.is_empty()).collect();
        let full = |node: &str| {
            format!(
                "Full copy on {node} before this rebalance; subset since it became unavailable."
            )
        };
        assert!(told.contains(&full("A101")) && told.contains(&full("A103")), "{:?}", &told[..3]);
        let full = explained(&cluster).filter(|why| why.facts.unwrap().full > 0).count();
        assert_eq!(told.len(), full, "told where a copy was full, and nowhere else");
    }

    #[test]
    fn what_was_filled_since_is_told_and_nothing_where_all_is_as_it_was() {
        assert!(explained(&after(&[])).all(|why| changed(&why).is_empty()));
        let filled = after(&[stop("B101 B102", Shutdown::Clean)]);
        assert!(explained(&filled).any(|why| {
            changed(&why) == "No copy on A101 before this rebalance; full copy since."
        }));
    }

    #[test]
    fn the_working_order_is_told_only_with_a_quiesced_node() {
        let quiesce = [Command::Quiesce { nodes: ids("A103") }, Command::Recluster { on: None }];
        let of = |cluster: &Cluster| {
            let why = cluster.explain("main", PartitionId::new(0).unwrap(), None).unwrap();
            working_order(&why).map(<[NodeId]>::to_vec)
        };
        assert_eq!(of(&after(&[])), None);
        assert_eq!(of(&after(&quiesce)), Some(ids("B102 A102 A101 B101 A103")));
    }

    #[test]
    fn a_copy_and_an_empty_version_have_words_of_their_own() {
        let key = rosterlab_engine::ClusterKey::of_change(1);
        let full = Version::full(key, false);
        for (version, words) in [
            (full, "full copy"),
            (full.isolated(), "subset"),
            (full.isolated().with_evade(), "subset with e"),
            (full.with_evade(), "untrusted copy with e"),
            (Version::NULL.with_evade(), "empty version with e"),
            (Version::NULL, "no copy"),
        ] {
            assert_eq!(held_with_mark(version.state(true)), words);
        }
    }
}
