//! A start as it was read: the versions of every partition, from the `partition-info` of every node that is up.
//!
//! Invariant: either all versions of all namespaces are used or none, and why not is said. A node that is down replied nothing, so
//! it is taken to hold nothing, and that is said. Rows are listed only where they were read at a healthy moment; elsewhere
//! they are the simulator's. Not here: what a cluster makes of the versions (the engine's), how exact it is (see `exact`).

use rosterlab_engine::{PARTITIONS, Shutdown, StartingRoster, StartingVersions, Version};
use rosterlab_scenario::file::{ClusterFile, NodeFile};

use super::exact::{How, exactness};
use super::join::{Joined, JoinedNamespace, Quiesce};
use super::sink::Facts;

/// The cluster as it was read, if versions were; `None` if there are none.
///
/// # Errors
/// Why the versions that were read cannot be used, as a sentence.
pub(super) fn as_read(
    cluster: &ClusterFile,
    joined: &Joined,
    facts: &Facts,
) -> Result<Option<ClusterFile>, String> {
    let has_versions = |one: &JoinedNamespace| joined.versions.nodes(&one.name).next().is_some();
    if !joined.namespaces.iter().any(has_versions) {
        return Ok(None);
    }
    let mut start = cluster.clone();
    as_they_are(&mut start, joined);
    let exactness = exactness(joined, facts);
    for (index, (namespace, exact)) in joined.namespaces.iter().zip(exactness).enumerate() {
        let not_used =
            |why: String| format!("the versions of {} are not used: {why}", namespace.name);
        // Where the published algorithm gives the rows, they are not listed.
        let has_rows = exact.how == How::AsRead && start.namespaces[index].strong_consistency;
        let versions =
            versions(&start, joined, facts, &namespace.name, has_rows).map_err(not_used)?;
        let setup = start.setup().map_err(|error| not_used(error.to_string()))?;
        let packed = versions.pack(&setup, index).map_err(|error| not_used(error.to_string()))?;
        start.namespaces[index].versions = Some(packed);
    }
    Ok(Some(start))
}

/// What a start as it was read assumes: what nodes that are down have.
pub(super) fn assumed_of_down(joined: &Joined) -> Option<String> {
    let down: Vec<String> = joined
        .nodes
        .iter()
        .filter(|node| node.up == Some(false))
        .map(|node| node.id.to_string())
        .collect();
    (!down.is_empty())
        .then(|| format!("no input tells what is on the drives of {}: nothing", down.join(", ")))
}

/// Every node that was read, in the state that was read, and the rosters in force.
fn as_they_are(cluster: &mut ClusterFile, joined: &Joined) {
    cluster.nodes = joined
        .nodes
        .iter()
        .map(|node| NodeFile {
            id: node.id,
            rack: node.rack.unwrap_or_default(),
            stay_quiesced: node.stay_quiesced,
            quiesced: node.quiesced == Some(Quiesce::Effective) && !node.stay_quiesced,
            down: (node.up == Some(false)).then_some(node.went.unwrap_or(Shutdown::Unclean)),
            server: None,
            seeds: Vec::new(),
            name: None,
            address: None,
        })
        .collect();
    for (file, read) in cluster.namespaces.iter_mut().zip(&joined.namespaces) {
        if let Some(roster) = read.roster.as_ref().filter(|roster| !roster.is_empty())
            && file.strong_consistency
        {
            file.roster = StartingRoster::List(roster.clone());
        }
    }
}

/// What a namespace begins with, with its rows if they are to be listed; or why that is not known.
fn versions(
    cluster: &ClusterFile,
    joined: &Joined,
    facts: &Facts,
    name: &str,
    has_rows: bool,
) -> Result<StartingVersions, String> {
    let count = cluster.nodes.len();
    let mut versions = vec![vec![Version::NULL; count]; PARTITIONS];
    let mut replicas: Vec<Vec<(u16, usize)>> = vec![Vec::new(); PARTITIONS];
    let mut regime = 0;
    for (place, node) in cluster.nodes.iter().enumerate() {
        let Some(rows) = joined.versions.rows(facts, name, node.id) else {
            if node.down.is_some() {
                continue;
            }
            return Err(format!("no partition-info of {} was read", node.id));
        };
        if rows.len() != PARTITIONS {
            return Err(format!(
                "partition-info of {} has {} partitions of it, not {PARTITIONS}",
                node.id,
                rows.len()
            ));
        }
        for row in rows {
            let at = row.partition.index();
            versions[at][place] = row.version;
            if let Some(replica) = row.replica {
                replicas[at].push((replica, place));
            }
            regime = regime.max(row.regime);
        }
    }
    let rows = if has_rows { rows(&mut replicas) } else { Vec::new() };
    Ok(StartingVersions { regime, rows, versions })
}

/// The first nodes of each partition's row, by the places that they named.
fn rows(replicas: &mut [Vec<(u16, usize)>]) -> Vec<Vec<usize>> {
    let row = |nodes: &mut Vec<(u16, usize)>| {
        nodes.sort_unstable();
        nodes.iter().map(|(_, place)| *place).collect()
    };
    replicas.iter_mut().map(row).collect()
}
