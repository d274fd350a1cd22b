//! `partition-info`: every partition of every namespace as one node has it.
//!
//! Invariant: columns as the reported build has them \[open\]; numbers that the simulation does not have (records of a
//! partition, tree ids, proxies) are 0. Not here: what clients own (see `replicas`).

use std::fmt::Write as _;

use rosterlab_engine::{
    Cell, ClusterKey, MigrationView, Mode, NodeId, PartitionId, Replica, Version,
};

use super::Asked;
use super::site::Build;

/// The columns that not all builds have.
#[derive(Clone, Copy)]
struct Columns {
    proxy: bool,
    succession: bool,
    tree: bool,
}

impl Columns {
    fn of(build: Build) -> Self {
        let tree = build >= Build([8, 1, 1, 0]);
        Self { proxy: build.since(8, 0), succession: build.since(8, 1), tree }
    }

    fn header(self) -> String {
        let some = |on: bool, text: &'static str| if on { text } else { "" };
        format!(
            "namespace:partition:state:n_replicas:replica:{}n_dupl:working_master:{}emigrates:lead_emigrates:immigrates:\
             records:tombstones:regime:{}version:final_version",
            some(self.succession, "succession:"),
            some(self.proxy, "proxy_dst:"),
            some(self.tree, "tree_id:")
        )
    }
}

/// The letter of a partition's state on a node \[open\]: `S` a replica that is whole, `D` one that waits for data; of other
/// nodes `A` nothing, `Z` data, `X` a mark without data.
fn state(is_replica: bool, immigrates: usize, version: Version) -> char {
    match (is_replica, immigrates, version) {
        (true, 0, _) => 'S',
        (true, ..) => 'D',
        (false, _, version) if version.is_null() => 'A',
        (false, _, version) if version.has_data() => 'Z',
        _ => 'X',
    }
}

/// What a node still has to send and receive of a partition.
#[derive(Clone, Copy, Debug, Default)]
struct Due {
    duplicates: usize,
    emigrates: usize,
    lead: usize,
    immigrates: usize,
}

impl Due {
    fn of(
        node: NodeId,
        master: Option<NodeId>,
        row: &[Replica],
        migration: Option<&MigrationView>,
    ) -> Self {
        let Some(migration) = migration else { return Self::default() };
        let is_lead = |to: NodeId| row.iter().any(|replica| replica.node == to && !replica.fill);
        let is_final = migration.final_master == node;
        let targets: Vec<NodeId> = if is_final {
            migration.fills.clone()
        } else if migration.incoming.contains(&node) {
            vec![migration.final_master]
        } else {
            Vec::new()
        };
        // Those that take part in merging know of the others.
        let knows = is_final || master == Some(node);
        let others = migration.incoming.iter().filter(|other| Some(**other) != master);
        Self {
            duplicates: if knows { others.count() } else { 0 },
            emigrates: targets.len(),
            lead: targets.iter().filter(|to| is_lead(**to)).count(),
            immigrates: if is_final {
                migration.incoming.len()
            } else {
                usize::from(migration.fills.contains(&node))
            },
        }
    }
}

/// The node that a node takes for the working master: the working master and the final one know it \[open\].
fn known_master(node: NodeId, row: &[Replica], cell: Option<&Cell>) -> Option<NodeId> {
    let master = cell.and_then(|cell| cell.working_master)?;
    let is_final = row.first().is_some_and(|replica| replica.node == node);
    (master == node || is_final).then_some(master)
}

/// The version that a partition will have when its migrations are done; null where it is not active.
fn final_version(row: &[Replica], node: NodeId, key: Option<ClusterKey>) -> Version {
    match (row.first(), key) {
        (Some(first), Some(key)) => Version::full(key, first.node == node),
        _ => Version::NULL,
    }
}

/// `partition-info`.
pub(super) fn partition_info(asked: &Asked<'_>) -> String {
    let columns = Columns::of(asked.build());
    let mut text = columns.header();
    for namespace in 0..asked.view.namespaces.len() {
        add_namespace(&mut text, asked, namespace, columns);
    }
    text
}

fn add_namespace(text: &mut String, asked: &Asked<'_>, namespace: usize, columns: Columns) {
    let settings = &asked.view.namespaces[namespace];
    let (name, node) = (settings.name.as_str(), asked.node.id);
    let home = asked.home();
    let cells = home.map(|home| &home.namespaces[namespace].cells);
    let replicas = asked.cluster.replicas(name, node);
    let migrations = asked.cluster.migrations(name, node).unwrap_or_default();
    let mut migrations = migrations.iter().peekable();
    let versions = asked.cluster.versions(name, node).unwrap_or_default();
    let places =
        if columns.succession { asked.cluster.places_in_order(name, node) } else { Vec::new() };
    let regime = match settings.mode {
        Mode::StrongConsistency => asked.belief(namespace).regime.unwrap_or(0),
        Mode::Available => 0,
    };
    for (pid, version) in PartitionId::all().zip(versions) {
        let cell = cells.map(|cells| &cells[pid]);
        let row = replicas.as_ref().map_or(&[][..], |replicas| replicas.of(pid));
        let migration = migrations.next_if(|migration| migration.partition == pid);
        let due = Due::of(node, cell.and_then(|cell| cell.working_master), row, migration);
        let replica = row.iter().position(|replica| replica.node == node);
        let Due { duplicates, emigrates, lead, immigrates } = due;
        let letter = state(replica.is_some(), immigrates, *version);
        let _ = write!(text, ";{name}:{pid}:{letter}:{}:{}:", row.len(), or_minus_one(replica));
        if columns.succession {
            let _ = write!(text, "{}:", or_minus_one(places.get(pid.index()).copied().flatten()));
        }
        let master = known_master(node, row, cell).map_or(0, NodeId::get);
        let _ = write!(text, "{duplicates}:{master:X}:");
        if columns.proxy {
            text.push_str("0:");
        }
        // The regime is the one of the rebalance that made the partition active; one that is not active has none here.
        let regime = if row.is_empty() { 0 } else { regime };
        let _ = write!(text, "{emigrates}:{lead}:{immigrates}:0:0:{regime}:");
        if columns.tree {
            text.push_str("0:");
        }
        let key = home.map(|home| home.key);
        let _ = write!(text, "{version}:{}", final_version(row, node, key));
    }
}

/// A place as the server prints it: -1 for none.
fn or_minus_one(place: Option<usize>) -> String {
    place.map_or_else(|| "-1".to_owned(), |place| place.to_string())
}
