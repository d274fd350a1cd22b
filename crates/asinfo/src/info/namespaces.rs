//! `namespace/…`, `sets` and the configuration of namespaces.
//!
//! Invariant: what the simulation knows comes from it; the rest is in `figures`. Counts of unavailable and dead partitions
//! are those of the whole namespace on the node's side, as every node of the side reports them \[doc\]. Not here:
//! partitions one by one (see `partitions`).

use rosterlab_engine::{
    Migrations, Mode, NamespaceSettings, NodeId, PARTITIONS, QuiesceState, SubClusterNamespaceView,
};

use crate::log::device_name;

use super::fields::Fields;
use super::figures::About;
use super::request::Request;
use super::site::Records;
use super::statistics::remaining;
use super::{Asked, SetRecords};

/// Bytes of a record's entry in the primary index \[doc\].
const INDEX_ENTRY: u64 = 64;

/// A namespace as one node sees it.
struct Seen<'a> {
    settings: &'a NamespaceSettings,
    here: Option<&'a SubClusterNamespaceView>,
    /// Whether the node counts in it: a node outside the roster owns nothing.
    counts: bool,
    records: Records,
}

impl<'a> Seen<'a> {
    fn new(asked: &'a Asked<'_>, namespace: usize) -> Self {
        let records = asked.here.and_then(|here| here.records.get(namespace));
        Self {
            settings: &asked.view.namespaces[namespace],
            here: asked.home().map(|home| &home.namespaces[namespace]),
            counts: asked.node.namespaces[namespace].in_roster != Some(false),
            records: records.copied().unwrap_or_default(),
        }
    }

    /// `ns_cluster_size`: the nodes that count, and 0 on a node that does not \[doc\].
    fn size(&self, asked: &Asked<'_>) -> u32 {
        match (self.here, self.settings.mode) {
            (Some(here), Mode::StrongConsistency) if self.counts => here.roster_nodes_present,
            (Some(_), Mode::Available) => {
                let nodes = asked.home().map_or(0, |home| home.nodes.len());
                u32::try_from(nodes).unwrap_or(u32::MAX)
            }
            _ => 0,
        }
    }

    /// Unavailable and dead partitions; without a cluster all are unavailable \[open\].
    fn inactive(&self) -> (u32, u32) {
        let all = u32::try_from(PARTITIONS).unwrap_or(u32::MAX);
        self.here.map_or((all, 0), |here| (here.counts.unavailable, here.counts.dead))
    }
}

fn figures_of(list: &[(NodeId, Migrations)], node: NodeId) -> Migrations {
    let found = list.iter().find(|(other, _)| *other == node);
    found.map(|(_, figures)| *figures).unwrap_or_default()
}

/// What the node still has to send that `migrate-fill-delay` does not delay.
fn lead_remaining(asked: &Asked<'_>, name: &str, left: Migrations) -> u32 {
    if left.tx == 0 {
        return 0;
    }
    let node = asked.node.id;
    let migrations = asked.cluster.migrations(name, node).unwrap_or_default();
    let Some(replicas) = asked.cluster.replicas(name, node) else { return 0 };
    let mut lead = 0;
    for migration in migrations {
        let row = replicas.of(migration.partition);
        let is_lead = |to: NodeId| row.iter().any(|replica| replica.node == to && !replica.fill);
        if migration.incoming.contains(&node) {
            lead += u32::from(is_lead(migration.final_master));
        } else if migration.final_master == node {
            let fills = migration.fills.iter().filter(|to| is_lead(**to)).count();
            lead += u32::try_from(fills).unwrap_or(0);
        }
    }
    lead
}

fn add_statistics(fields: &mut Fields, asked: &Asked<'_>, namespace: usize) {
    let seen = Seen::new(asked, namespace);
    let build = asked.build();
    let size = seen.size(asked);
    fields.add("ns_cluster_size", size);
    let rf = u32::from(seen.settings.replication_factor);
    fields.add("effective_replication_factor", rf.min(size));
    let Records { master, prole, non_replica, bytes } = seen.records;
    fields.add("objects", seen.records.all());
    fields.add("tombstones", 0);
    fields.add("master_objects", master);
    fields.add("master_tombstones", 0);
    fields.add("prole_objects", prole);
    fields.add("prole_tombstones", 0);
    fields.add("non_replica_objects", non_replica);
    fields.add("non_replica_tombstones", 0);
    let (unavailable, dead) = seen.inactive();
    fields.add("dead_partitions", dead);
    fields.add("unavailable_partitions", unavailable);
    fields.add("non_expirable_objects", seen.records.all());
    let index = seen.records.all() * INDEX_ENTRY;
    if build.since(7, 0) {
        fields.add("index_used_bytes", index);
        fields.add("sindex_used_bytes", 0);
        fields.add("data_used_bytes", bytes);
    } else {
        fields.add("memory_used_bytes", index);
        fields.add("memory_used_data_bytes", 0);
        fields.add("memory_used_index_bytes", index);
        fields.add("memory_used_sindex_bytes", 0);
        fields.add("device_used_bytes", bytes);
    }
    add_quiesce(fields, asked, namespace);
    fields.add("effective_prefer_uniform_balance", seen.settings.prefer_uniform_balance);
    add_migrations(fields, asked, namespace, &seen);
    fields.add_all(About::Namespace.figures(build));
}

fn add_quiesce(fields: &mut Fields, asked: &Asked<'_>, namespace: usize) {
    let is_quiesced =
        |state: QuiesceState| matches!(state, QuiesceState::Effective | QuiesceState::UndoPending);
    let state = asked.node.quiesce;
    let told = matches!(state, QuiesceState::Pending | QuiesceState::Effective);
    fields.add("pending_quiesce", told);
    fields.add("effective_is_quiesced", asked.home().is_some() && is_quiesced(state));
    let nodes = asked.home().map_or(&[][..], |home| &home.nodes);
    let counted = nodes.iter().filter_map(|id| asked.view.node(*id)).filter(|node| {
        is_quiesced(node.quiesce) && node.namespaces[namespace].in_roster != Some(false)
    });
    fields.add("nodes_quiesced", counted.count());
}

fn add_migrations(fields: &mut Fields, asked: &Asked<'_>, namespace: usize, seen: &Seen<'_>) {
    let node = asked.node.id;
    let left = remaining(asked, namespace);
    let of = |list: fn(&SubClusterNamespaceView) -> &Vec<(NodeId, Migrations)>| {
        seen.here.map(|here| figures_of(list(here), node)).unwrap_or_default()
    };
    let (initial, active) = (of(|here| &here.expected), of(|here| &here.under_way));
    // A node sends one partition and receives one at a time (domain.md §6).
    fields.add("migrate_tx_partitions_active", active.tx.min(1));
    fields.add("migrate_rx_partitions_active", active.rx.min(1));
    fields.add("migrate_tx_partitions_initial", initial.tx);
    fields.add("migrate_tx_partitions_remaining", left.tx);
    let lead = lead_remaining(asked, &seen.settings.name, left);
    fields.add("migrate_tx_partitions_lead_remaining", lead);
    fields.add("migrate_rx_partitions_initial", initial.rx);
    fields.add("migrate_rx_partitions_remaining", left.rx);
    fields.add("migrate_signals_active", 0);
    fields.add("migrate_signals_remaining", left.signals);
    if asked.build().since(7, 1) {
        fields.add("migrate_fresh_partitions", seen.here.map_or(0, |here| here.fresh));
    }
}

fn add_config(fields: &mut Fields, asked: &Asked<'_>, namespace: usize) {
    let settings = &asked.view.namespaces[namespace];
    let build = asked.build();
    fields.add("replication-factor", settings.replication_factor);
    fields.add("strong-consistency", settings.mode == Mode::StrongConsistency);
    fields.add("rack-id", asked.node.rack);
    fields.add("prefer-uniform-balance", settings.prefer_uniform_balance);
    if build.since(7, 1) {
        fields.add("auto-revive", settings.auto_revive);
    }
    fields.add("storage-engine.commit-to-device", settings.commit_to_device);
    for device in 0..settings.devices.min(16) {
        fields.add(&format!("storage-engine.device[{device}]"), device_name(device));
    }
    fields.add_all(About::NamespaceConfig.figures(build));
}

/// `namespace/name`: statistics, then the configuration. A name that the node does not have is no error, because clients
/// do not expect one \[open\].
pub(super) fn namespace(asked: &Asked<'_>, name: Option<&str>) -> String {
    let Some(namespace) = name.and_then(|name| asked.view.namespace_index(name)) else {
        return "type=unknown".to_owned();
    };
    let mut fields = Fields::new(';');
    add_statistics(&mut fields, asked, namespace);
    add_config(&mut fields, asked, namespace);
    fields.text()
}

/// The configuration of a namespace.
pub(super) fn config(asked: &Asked<'_>, namespace: usize) -> String {
    let mut fields = Fields::new(';');
    add_config(&mut fields, asked, namespace);
    fields.text()
}

/// `sets`, of all namespaces, of one, or one set.
pub(super) fn sets(asked: &Asked<'_>, request: &Request<'_>) -> String {
    let mut path = request.branch.into_iter().flat_map(|branch| branch.splitn(2, '/'));
    let (namespace, set) = (path.next().or(request.namespace()), path.next());
    let wanted = |one: &&SetRecords| {
        namespace.is_none_or(|name| one.namespace == name) && set.is_none_or(|set| one.set == set)
    };
    if namespace.is_some_and(|name| asked.view.namespace_index(name).is_none()) {
        return "ns_type=unknown".to_owned();
    }
    let is_new = asked.build().since(7, 0);
    let text = |one: &SetRecords| {
        let mut fields = Fields::new(':');
        fields.add("ns", &one.namespace);
        fields.add("set", &one.set);
        fields.add("objects", one.objects);
        fields.add("tombstones", 0);
        if is_new {
            fields.add("data_used_bytes", one.bytes);
        } else {
            fields.add("memory_data_bytes", 0);
            fields.add("device_data_bytes", one.bytes);
        }
        fields.add("truncate_lut", 0);
        fields.add("disable-eviction", false);
        fields.add("stop-writes-count", 0);
        fields.text() + ";"
    };
    let all = asked.here.map_or(&[][..], |here| &here.sets);
    all.iter().filter(wanted).map(text).collect()
}

/// `objects`: the records of all namespaces.
pub(super) fn objects(asked: &Asked<'_>) -> u64 {
    asked.here.map_or(0, |here| here.records.iter().map(|records| records.all()).sum())
}

/// `namespaces`: their names.
pub(super) fn names(asked: &Asked<'_>) -> String {
    let names = asked.view.namespaces.iter().map(|settings| settings.name.as_str());
    names.collect::<Vec<_>>().join(";")
}
