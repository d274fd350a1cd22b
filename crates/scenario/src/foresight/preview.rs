//! What commands would do to a namespace, and which documented mistakes they would be.
//!
//! Invariant: everything is tried on a copy of the cluster, settled after each command and seen from the sub-cluster that
//! the commands go to. A warning is not a refusal: [`Cluster::check`] decides what can be done. Not here: words for a person (see `words::warnings`).
//!
//! A preview of 128 nodes takes tens of milliseconds: compute it on demand, not at every drawing.

use rosterlab_engine::{
    Availability, Cell, Cluster, ClusterView, Command, Counts, NodeId, Rejection, RosterEntry,
    RosterNodes, SubClusterNamespaceView, SubClusterView, Until, convert,
};

use crate::words::rules::Source;

/// What commands would do to a namespace in the sub-cluster that they go to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// The counts now.
    pub before: Counts,
    /// The counts afterwards.
    pub after: Counts,
    /// Partitions that change, by what they become.
    pub changes: Counts,
    /// Nodes that leave the roster in force, highest id first.
    pub leave: Vec<NodeId>,
    /// Nodes that join it.
    pub join: Vec<NodeId>,
    /// New entries of nodes that the roster moves to another rack.
    pub change_rack: Vec<RosterEntry>,
    /// Copies on the sub-cluster's nodes that are to be filled now.
    pub filling_before: u32,
    /// The same afterwards.
    pub filling_after: u32,
    /// The regime now and afterwards; both 0 in AP.
    pub regime: (u32, u32),
}

/// A documented mistake. Nodes and numbers are as the sub-cluster sees them now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// RF or more nodes leave the roster at once (documented: remove fewer than RF, let migrations finish, then the
    /// next).
    RemovesRfOrMore {
        /// Those that leave.
        nodes: Vec<NodeId>,
        /// RF.
        replication_factor: u8,
    },
    /// The new roster has fewer nodes than RF: nothing can be active (docs/domain.md §5, rule 0).
    FewerThanRf {
        /// How many it has.
        nodes: usize,
        /// RF.
        replication_factor: u8,
    },
    /// The roster is set on one side of a split while nodes with data are up on another: each side can then be active
    /// by itself (docs/domain.md §1: a roster is what its sub-cluster has been told).
    LiveSplit {
        /// Nodes with data that are up in other sub-clusters.
        others: Vec<NodeId>,
    },
    /// The roster changes before migrations are done: copies that it then counts on are not filled yet. The case study
    /// (docs/domain.md §10: 1381 partitions are unavailable at the next stop).
    MigrationsUnfinished {
        /// Partitions with migrations under way.
        partitions: u32,
    },
    /// Nodes leave the roster while partitions are not active: writes that only they hold are given up.
    NotActive {
        /// Partitions that are not active.
        partitions: u32,
    },
    /// The new roster names nodes that are not observed here, or on racks that they are not configured for (asadm warns
    /// of the same).
    NotObserved {
        /// Entries that are new and do not fit.
        entries: Vec<RosterEntry>,
        /// As these nodes are configured, in the same order.
        configured: Vec<RosterEntry>,
    },
    /// The new roster names ids that no node has. The server takes them, and such a roster is never whole: what is not
    /// active is unavailable and never dead, and `revive` helps nothing (docs/domain.md §5, §8).
    NoSuchNodes {
        /// Those ids, highest first.
        nodes: Vec<NodeId>,
    },
    /// `revive` while roster nodes are missing helps nothing (docs/domain.md §5: `r` counts when all are there).
    ReviveWhileMissing {
        /// Roster nodes that are not here.
        missing: Vec<NodeId>,
    },
    /// `revive` without a dead partition helps nothing (docs/domain.md §8).
    NothingDead,
    /// A cluster change is under way already: another one interrupts it (docs/domain.md §7).
    ChangeUnderWay,
    /// What was staged or revived takes effect only at the next cluster change, and none is forced: no `recluster`
    /// follows.
    ReclusterForgotten,
}

impl Warning {
    /// How it is known to be a mistake.
    #[must_use]
    pub fn source(&self) -> Source {
        match self {
            Self::MigrationsUnfinished { .. } | Self::ReviveWhileMissing { .. } => {
                Source::DocumentedAndSeen
            }
            Self::LiveSplit { .. } => Source::Inferred,
            _ => Source::Documented,
        }
    }

    /// Whether it is only a reminder of what is still to do.
    #[must_use]
    pub fn is_reminder(&self) -> bool {
        *self == Self::ReclusterForgotten
    }

    /// Whether both are the same mistake, with any nodes and numbers.
    #[must_use]
    pub fn is_same_kind(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// Tries the commands in order and compares.
///
/// # Errors
/// When there is no such namespace, or the cluster would refuse one of the commands.
pub fn preview(
    cluster: &Cluster,
    namespace: &str,
    commands: &[Command],
) -> Result<Preview, Rejection> {
    let before = cluster.view();
    let index = before
        .namespace_index(namespace)
        .ok_or_else(|| Rejection::NoNamespace(namespace.to_owned()))?;
    let home = home(&before, commands);
    let mut tried = cluster.clone();
    for command in commands {
        tried.apply(command)?;
        tried.advance(Until::Settled);
    }
    let after = tried.view();
    // Afterwards the same side is the one with the first of its nodes that is in a cluster.
    let nodes = home.map_or(&[][..], |home| &home.nodes);
    let there = nodes.iter().find_map(|node| after.sub_cluster_of(*node));
    let there = there.map(|place| &after.sub_clusters[place]);
    Ok(compare((&before, home), (&after, there), index))
}

/// The documented mistakes that the commands would be now, the worst first.
#[must_use]
pub fn warnings(cluster: &Cluster, namespace: &str, commands: &[Command]) -> Vec<Warning> {
    let view = cluster.view();
    let Some(index) = view.namespace_index(namespace) else { return Vec::new() };
    let Some(home) = home(&view, commands) else { return Vec::new() };
    let here = &home.namespaces[index];
    let mut found = Vec::new();
    if let Some(roster) = new_roster(here, namespace, commands) {
        let settings = &view.namespaces[index];
        found.extend(of_sizes(&here.roster, roster, settings.replication_factor));
        found.extend(of_others(&view, home, index));
        found.extend(of_moment(here, roster));
        found.extend(of_unknown(&view, roster));
        found.extend(of_entries(&view, here, roster));
    }
    if commands.iter().any(|command| revives(command, namespace)) {
        let missing = here.roster.iter().map(|entry| entry.node);
        let missing: Vec<NodeId> = missing.filter(|node| !home.nodes.contains(node)).collect();
        if !missing.is_empty() {
            found.push(Warning::ReviveWhileMissing { missing });
        } else if here.counts.dead == 0 {
            found.push(Warning::NothingDead);
        }
    }
    let reclusters = |command: &Command| matches!(command, Command::Recluster { .. });
    if view.changing && commands.iter().any(reclusters) {
        found.push(Warning::ChangeUnderWay);
    }
    let takes_effect_later =
        |command: &Command| staged(command, namespace).is_some() || revives(command, namespace);
    let last = commands.iter().rposition(takes_effect_later);
    if last.is_some_and(|last| !commands[last..].iter().any(reclusters)) {
        found.push(Warning::ReclusterForgotten);
    }
    found
}

/// The sub-cluster that commands go to: that of the first node that they name, else the one with the highest principal.
fn home<'a>(view: &'a ClusterView, commands: &[Command]) -> Option<&'a SubClusterView> {
    let named = commands.iter().find_map(|command| match command {
        Command::RosterSet { on, .. } | Command::Recluster { on } => *on,
        Command::Revive { nodes, .. } => nodes.as_ref()?.first().copied(),
        _ => None,
    });
    match named {
        Some(node) => view.sub_clusters.get(view.sub_cluster_of(node)?),
        None => view.sub_clusters.first(),
    }
}

fn compare(
    (before, home): (&ClusterView, Option<&SubClusterView>),
    (after, there): (&ClusterView, Option<&SubClusterView>),
    index: usize,
) -> Preview {
    let mut preview = Preview::default();
    let old = home.map(|home| &home.namespaces[index]);
    let new = there.map(|there| &there.namespaces[index]);
    let all = convert::count(rosterlab_engine::PARTITIONS);
    let nothing_runs = Counts { unavailable: all, ..Counts::default() };
    preview.before = old.map_or(nothing_runs, |old| old.counts);
    preview.after = new.map_or(nothing_runs, |new| new.counts);
    for place in 0..rosterlab_engine::PARTITIONS {
        let verdict = |seen: Option<&SubClusterNamespaceView>| {
            let cell: Option<&Cell> = seen.and_then(|seen| seen.cells.get(place));
            cell.map_or(Availability::Unavailable, |cell| cell.verdict.availability)
        };
        let is = verdict(new);
        if is != verdict(old) {
            match is {
                Availability::Active => preview.changes.active += 1,
                Availability::Unavailable => preview.changes.unavailable += 1,
                Availability::Dead => preview.changes.dead += 1,
            }
        }
    }
    let roster = |seen: Option<&SubClusterNamespaceView>| {
        seen.map(|seen| seen.roster.clone()).unwrap_or_default()
    };
    let (old_roster, new_roster) = (roster(old), roster(new));
    preview.leave = without(&old_roster, &new_roster);
    preview.join = without(&new_roster, &old_roster);
    let moved = |entry: &&RosterEntry| {
        old_roster.iter().any(|old| old.node == entry.node && old.rack != entry.rack)
    };
    preview.change_rack = new_roster.iter().filter(moved).copied().collect();
    preview.filling_before = filling(before, home, index);
    preview.filling_after = filling(after, there, index);
    preview.regime = (old.map_or(0, |old| old.regime), new.map_or(0, |new| new.regime));
    preview
}

/// Copies on a sub-cluster's nodes that are to be filled.
fn filling(view: &ClusterView, home: Option<&SubClusterView>, index: usize) -> u32 {
    let nodes = home.map_or(&[][..], |home| &home.nodes).iter();
    nodes.filter_map(|node| view.node(*node)).map(|n| n.namespaces[index].copies.filling).sum()
}

/// The nodes of one roster that are not in another.
fn without(roster: &[RosterEntry], other: &[RosterEntry]) -> Vec<NodeId> {
    let lacks = |entry: &&RosterEntry| other.iter().all(|there| there.node != entry.node);
    roster.iter().filter(lacks).map(|entry| entry.node).collect()
}

/// The roster that the commands bring into force, if it differs from the present one.
fn new_roster<'a>(
    here: &'a SubClusterNamespaceView,
    namespace: &str,
    commands: &'a [Command],
) -> Option<&'a [RosterEntry]> {
    let mut roster: &[RosterEntry] = &here.pending;
    let mut concerns_roster = false;
    for command in commands {
        if let Some(nodes) = staged(command, namespace) {
            roster = match nodes {
                RosterNodes::Observed => &here.observed,
                RosterNodes::List(entries) => entries,
            };
        }
        concerns_roster |=
            staged(command, namespace).is_some() || matches!(command, Command::Recluster { .. });
    }
    let same =
        roster.len() == here.roster.len() && roster.iter().all(|entry| here.roster.contains(entry));
    (concerns_roster && !same).then_some(roster)
}

fn staged<'a>(command: &'a Command, of: &str) -> Option<&'a RosterNodes> {
    match command {
        Command::RosterSet { namespace, nodes, .. } if namespace == of => Some(nodes),
        _ => None,
    }
}

fn revives(command: &Command, of: &str) -> bool {
    matches!(command, Command::Revive { namespace, .. } if namespace == of)
}

fn of_sizes(old: &[RosterEntry], new: &[RosterEntry], rf: u8) -> Vec<Warning> {
    let nodes = without(old, new);
    let mut found = Vec::new();
    if new.len() < usize::from(rf) {
        found.push(Warning::FewerThanRf { nodes: new.len(), replication_factor: rf });
    }
    if nodes.len() >= usize::from(rf) {
        found.push(Warning::RemovesRfOrMore { nodes, replication_factor: rf });
    }
    found
}

/// Nodes that are up elsewhere and hold data of the namespace.
fn of_others(view: &ClusterView, home: &SubClusterView, index: usize) -> Option<Warning> {
    // An orphan is on no side and accepts no writes.
    let elsewhere = view.nodes.iter().filter(|node| {
        node.sub_cluster.is_some()
            && node.state.is_up()
            && !home.nodes.contains(&node.id)
            && node.namespaces[index].copies.with_data > 0
    });
    let others: Vec<NodeId> = elsewhere.map(|node| node.id).collect();
    (!others.is_empty()).then_some(Warning::LiveSplit { others })
}

/// What is wrong with the moment: an operator should ask for cluster-stable before changing a roster.
fn of_moment(here: &SubClusterNamespaceView, new: &[RosterEntry]) -> Vec<Warning> {
    let mut found = Vec::new();
    if here.filling > 0 {
        found.push(Warning::MigrationsUnfinished { partitions: here.filling });
    }
    let partitions = here.counts.unavailable + here.counts.dead;
    if partitions > 0 && !without(&here.roster, new).is_empty() {
        found.push(Warning::NotActive { partitions });
    }
    found
}

/// Ids of a roster that no node has.
fn of_unknown(view: &ClusterView, new: &[RosterEntry]) -> Option<Warning> {
    let unknown = new.iter().map(|entry| entry.node).filter(|id| view.node(*id).is_none());
    let mut nodes: Vec<NodeId> = unknown.collect();
    nodes.sort_unstable();
    nodes.reverse();
    (!nodes.is_empty()).then_some(Warning::NoSuchNodes { nodes })
}

fn of_entries(
    view: &ClusterView,
    here: &SubClusterNamespaceView,
    new: &[RosterEntry],
) -> Option<Warning> {
    let odd = |entry: &&RosterEntry| {
        let is_there = view.node(entry.node).is_some();
        is_there && !here.roster.contains(entry) && !here.observed.contains(entry)
    };
    let entries: Vec<RosterEntry> = new.iter().filter(odd).copied().collect();
    let configured = entries.iter().filter_map(|entry| {
        view.node(entry.node).map(|node| RosterEntry { node: node.id, rack: node.rack })
    });
    let configured = configured.collect();
    (!entries.is_empty()).then_some(Warning::NotObserved { entries, configured })
}
