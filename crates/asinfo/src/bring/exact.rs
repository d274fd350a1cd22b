//! How exact the map of a cluster is that was read.
//!
//! Invariant: exact is said only where every input of the published algorithm was read, or the map itself. Not here: words
//! (see `summary`).

use rosterlab_engine::{NodeId, PARTITIONS};

use super::join::{Joined, JoinedNamespace, JoinedNode};
use super::sink::Facts;

/// How exact the partition map of a namespace is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exactness {
    /// The namespace.
    pub namespace: String,
    /// How exact.
    pub how: How,
    /// Why, as the end of a sentence; several reasons where several things are missing.
    pub why: Vec<&'static str>,
}

/// How exact a partition map is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Which node masters and holds which partition is as on the real cluster: ids and racks are known, and
    /// `prefer-uniform-balance` is false \[open\].
    Exact,
    /// Roster-masters and roster-replicas were read at a healthy moment; stand-ins are inferred.
    AsRead,
    /// The counts of each node are about right; which partition is where is ours.
    About,
}

/// How exact each namespace's map is.
#[must_use]
pub fn exactness(joined: &Joined, facts: &Facts) -> Vec<Exactness> {
    joined.namespaces.iter().map(|namespace| of(joined, facts, namespace)).collect()
}

fn of(joined: &Joined, facts: &Facts, namespace: &JoinedNamespace) -> Exactness {
    let name = namespace.name.clone();
    let mut why = Vec::new();
    if joined.nodes.iter().any(|node| node.made_up) {
        why.push("the ids are made up");
    }
    match namespace.uniform_balance {
        Some(false) => {}
        Some(true) => {
            why.push("prefer-uniform-balance is true, and its algorithm is not published");
        }
        None => why.push(
            "no input tells prefer-uniform-balance, which is true by default since 4.7, and its algorithm is not published",
        ),
    }
    why.extend(of_racks(joined, namespace));
    if namespace.replication_factor.is_none() {
        why.push("no input tells the replication factor");
    }
    if namespace.active_rack.is_some_and(|rack| rack.get() > 0) {
        why.push("masters are forced to one rack (active-rack), which is not simulated");
    }
    if why.is_empty() {
        let why = vec![
            "ids, racks and replication factor were read, and prefer-uniform-balance is false",
        ];
        return Exactness { namespace: name, how: How::Exact, why };
    }
    if is_healthy(joined, facts, namespace) {
        let why = vec![
            "partition-info was read of a moment at which every partition was whole; stand-ins are inferred",
        ];
        return Exactness { namespace: name, how: How::AsRead, why };
    }
    Exactness { namespace: name, how: How::About, why }
}

/// What is missing of the racks. In SC with a roster the roster's count (domain.md §2), and steps give them to the simulator. Otherwise
/// they are those of the nodes, which in the simulator are the same in all namespaces.
fn of_racks(joined: &Joined, namespace: &JoinedNamespace) -> Option<&'static str> {
    const UNKNOWN: &str = "no input tells the racks of all nodes";
    if let Some(roster) =
        namespace.roster.as_ref().filter(|_| namespace.strong_consistency != Some(false))
    {
        return roster.is_empty().then_some(UNKNOWN);
    }
    let racks = |node: &JoinedNode| namespace.racks.get(&node.id);
    let differs = |node: &JoinedNode| {
        racks(node).is_some_and(|told| told.iter().any(|rack| Some(*rack) != node.rack))
    };
    if joined.nodes.iter().any(differs) {
        return Some(
            "nodes have other racks in this namespace than in another, and in the simulator one rack each",
        );
    }
    if joined.nodes.iter().all(|node| node.rack.is_some() && racks(node).is_some()) {
        return None;
    }
    let is_elsewhere = joined.nodes.iter().all(|node| node.rack.is_some());
    Some(if is_elsewhere {
        "no input tells the racks of all nodes in this namespace: they are taken from another"
    } else {
        UNKNOWN
    })
}

/// Whether the `partition-info` that was read tells every partition's replicas, none of them on the way: all roster nodes
/// replied, each partition has RF replicas that each name their own place, and nothing migrates.
fn is_healthy(joined: &Joined, facts: &Facts, namespace: &JoinedNamespace) -> bool {
    let asked: Vec<NodeId> = joined.versions.nodes(&namespace.name).collect();
    let expected: Vec<NodeId> = match &namespace.roster {
        Some(roster) => roster.iter().map(|entry| entry.node).collect(),
        None => joined.nodes.iter().map(|node| node.id).collect(),
    };
    if expected.is_empty() || expected.iter().any(|node| !asked.contains(node)) {
        return false;
    }
    let mut places = vec![0_u64; PARTITIONS];
    let mut replicas = vec![None; PARTITIONS];
    for node in &asked {
        let Some(rows) = joined.versions.rows(facts, &namespace.name, *node) else { return false };
        if rows.len() != PARTITIONS {
            return false;
        }
        for row in rows {
            let at = row.partition.index();
            let is_still = row.emigrates == 0 && row.immigrates == 0 && row.replicas > 0;
            let agrees = replicas[at].is_none_or(|known| known == row.replicas);
            if !is_still || !agrees || row.replicas > 64 {
                return false;
            }
            replicas[at] = Some(row.replicas);
            if let Some(place) = row.replica.filter(|place| *place < 64) {
                places[at] |= 1 << place;
            }
        }
    }
    let factor = namespace.replication_factor.map(u16::from);
    places.iter().zip(&replicas).all(|(places, replicas)| {
        let Some(count) = *replicas else { return false };
        let all = u64::MAX >> (64 - u32::from(count));
        *places == all && factor.is_none_or(|factor| factor == count)
    })
}
