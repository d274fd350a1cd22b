//! Which nodes have the data of an AP namespace's partitions. Versions alone do not tell it: a copy that was still being filled
//! becomes the working master when the node that filled it goes, and is called full then (domain.md §6.1, rule 1).
//!
//! Invariant: a node has a partition's data in full if it had it at the beginning, or if a migration brought it from a node that
//! had it, and it has not dropped it since. Every moment has to be looked at. At the beginning versions are all that is known:
//! whoever has data and no `e` has it in full, but for partitions that came up empty. Not here: SC, where the rules of domain.md
//! §5 never serve a partition without its data; single records.

use std::collections::BTreeMap;

use rosterlab_engine::{
    Cluster, ClusterView, MigrationView, Mode, NodeId, PARTITIONS, PartitionId, SubClusterView,
    Untrusted, Version,
};

use super::out::Out;

/// A set of partitions: a bit for each, 64 a word.
type Partitions = [u64; PARTITIONS / 64];

/// What is known of all AP namespaces.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// By namespace; `None` for one in SC.
    namespaces: Vec<Option<OfNamespace>>,
    /// The running nodes that are in a cluster.
    members: Vec<NodeId>,
    /// Whether a cluster change was to come when it was looked at last.
    was_changing: bool,
}

/// What is known of an AP namespace.
#[derive(Clone, Debug)]
struct OfNamespace {
    index: usize,
    name: String,
    /// By node, up or down: the partitions whose data it has in full.
    nodes: BTreeMap<NodeId, Partitions>,
    /// Migrations that have not arrived yet.
    due: Vec<Due>,
}

/// What is still to be migrated of a partition (domain.md §6).
#[derive(Clone, Debug)]
struct Due {
    pid: PartitionId,
    final_master: NodeId,
    /// Who still sends to the final master, each with its version, which changes when that has arrived.
    incoming: Vec<(NodeId, Version)>,
    /// Whom the final master still fills. They have `filled` when that has arrived.
    fills: Vec<NodeId>,
    filled: Version,
}

impl Held {
    /// What is known at the beginning.
    pub(super) fn new(cluster: &Cluster) -> Self {
        let view = cluster.view();
        let of = |index: usize| {
            let settings = &view.namespaces[index];
            (settings.mode == Mode::Available).then(|| OfNamespace::new(cluster, &view, index))
        };
        let namespaces = (0..view.namespaces.len()).map(of).collect();
        Self { namespaces, members: members(&view), was_changing: cluster.is_changing() }
    }

    /// Whether a namespace is in AP.
    pub(super) fn has(&self, index: usize) -> bool {
        self.namespaces[index].is_some()
    }

    /// Looks at a moment, which may be another than one after a round of migrations.
    pub(super) fn look(&mut self, cluster: &Cluster, is_new: bool) {
        if self.namespaces.iter().all(Option::is_none) {
            return;
        }
        // Migrations stand still while a cluster change is to come, and begin anew after it (domain.md §6).
        let is_settled = !cluster.is_changing() && !self.was_changing;
        self.was_changing = cluster.is_changing();
        for namespace in self.namespaces.iter_mut().flatten() {
            if is_settled {
                namespace.arrive(cluster);
            }
            namespace.drop_what_is_gone(cluster);
        }
        if is_settled && !is_new {
            return;
        }
        let view = cluster.view();
        self.members = members(&view);
        for namespace in self.namespaces.iter_mut().flatten() {
            namespace.drop_what_was_wiped(&view);
            if !is_settled {
                namespace.due = due(cluster, &view, &namespace.name);
            }
        }
    }

    /// By namespace: what is out at the moment that was looked at last.
    pub(super) fn out_now(&self, cluster: &Cluster) -> Vec<Out> {
        self.out_with(cluster, &self.members)
    }

    /// By namespace: what is out in a cluster that has become of the one that was looked at last, without migrations.
    pub(super) fn out_then(&self, cluster: &Cluster) -> Vec<Out> {
        let has_any = self.namespaces.iter().any(Option::is_some);
        let members = if has_any { members(&cluster.view()) } else { Vec::new() };
        self.out_with(cluster, &members)
    }

    fn out_with(&self, cluster: &Cluster, members: &[NodeId]) -> Vec<Out> {
        let of_each = cluster.served().into_iter().zip(&self.namespaces);
        let out = of_each.map(|(served, namespace)| {
            let Some(namespace) = namespace else {
                return Out::of(served, Mode::StrongConsistency);
            };
            // In AP a cluster serves every partition (domain.md §3), so without any none is served.
            let is_served = served.active() > 0;
            let fresh = if is_served { namespace.without(members, Some(cluster)) } else { 0 };
            Out { fresh, ..Out::of(served, Mode::Available) }
        });
        out.collect()
    }

    /// How many partitions are out when these nodes alone are left in clusters, at the moment that was looked at last.
    pub(super) fn out_when_left(&self, index: usize, members: &[NodeId]) -> u32 {
        self.namespaces[index].as_ref().map_or(0, |namespace| namespace.without(members, None))
    }
}

impl OfNamespace {
    fn new(cluster: &Cluster, view: &ClusterView, index: usize) -> Self {
        let name = view.namespaces[index].name.clone();
        let of_node = |id: NodeId| {
            let cells =
                view.sub_cluster_of(id).map(|at| &view.sub_clusters[at].namespaces[index].cells);
            let is_fresh = |pid: PartitionId| cells.is_some_and(|cells| cells[pid].fresh);
            let mut has = [0; PARTITIONS / 64];
            let versions = cluster.versions(&name, id).unwrap_or_default();
            for (pid, version) in PartitionId::all().zip(versions) {
                // In AP only an empty copy that is to be filled has `e` (domain.md §6.1, rules 2, 3 and 9).
                if version.has_data() && !version.is_evade() && !is_fresh(pid) {
                    put(&mut has, pid);
                }
            }
            (id, has)
        };
        let nodes = view.nodes.iter().map(|node| of_node(node.id)).collect();
        let due = due(cluster, view, &name);
        let mut namespace = Self { index, name, nodes, due };
        namespace.drop_what_was_wiped(view);
        namespace
    }

    /// Takes in what has arrived in a round of migrations, if there was one.
    fn arrive(&mut self, cluster: &Cluster) {
        let Self { name, nodes, due, .. } = self;
        let version = |node: NodeId, pid: PartitionId| {
            cluster.versions(name, node).map_or(Version::NULL, |versions| versions[pid])
        };
        let mut bring = |pid: PartitionId, from: NodeId, to: NodeId| {
            if nodes.get(&from).is_some_and(|has| is_in(has, pid)) {
                put(nodes.entry(to).or_insert([0; PARTITIONS / 64]), pid);
            }
        };
        due.retain_mut(|due| {
            let (pid, final_master) = (due.pid, due.final_master);
            due.incoming.retain(|(from, before)| {
                let is_due = version(*from, pid) == *before;
                if !is_due {
                    bring(pid, *from, final_master);
                }
                is_due
            });
            if due.incoming.is_empty() {
                due.fills.retain(|to| {
                    let is_due = version(*to, pid) != due.filled;
                    if !is_due {
                        bring(pid, final_master, *to);
                    }
                    is_due
                });
            }
            !due.incoming.is_empty() || !due.fills.is_empty()
        });
    }

    /// Nodes that have dropped data, or are there no more.
    fn drop_what_is_gone(&mut self, cluster: &Cluster) {
        let name = &self.name;
        self.nodes.retain(|node, has| {
            let versions = cluster.versions(name, *node);
            for (versions, word) in versions.unwrap_or_default().chunks(64).zip(has) {
                *word &= with_data(versions);
            }
            versions.is_some()
        });
    }

    /// Nodes of which a device is empty have nothing in full.
    fn drop_what_was_wiped(&mut self, view: &ClusterView) {
        for node in &view.nodes {
            let distrust = &node.namespaces[self.index].would_start_untrusted;
            if distrust.as_ref().is_some_and(|distrust| distrust.why == Untrusted::EmptyDevice) {
                self.nodes.remove(&node.id);
            }
        }
    }

    /// How many partitions none of these nodes has in full; with a cluster: and has not dropped there.
    fn without(&self, members: &[NodeId], cluster: Option<&Cluster>) -> u32 {
        let mut all = [0; PARTITIONS / 64];
        for node in members {
            let Some(has) = self.nodes.get(node) else { continue };
            let versions = cluster.and_then(|cluster| cluster.versions(&self.name, *node));
            for (place, (all, has)) in all.iter_mut().zip(has).enumerate() {
                let there = versions.map_or(u64::MAX, |all| with_data(&all[place * 64..][..64]));
                *all |= has & there;
            }
        }
        all.iter().map(|word| word.count_zeros()).sum()
    }
}

/// What is still to be migrated; nothing while a cluster change is to come, which would abandon it.
fn due(cluster: &Cluster, view: &ClusterView, namespace: &str) -> Vec<Due> {
    if view.changing {
        return Vec::new();
    }
    let of_cluster = |home: &SubClusterView| -> Vec<Due> {
        let open = cluster.migrations(namespace, home.principal).unwrap_or_default().into_iter();
        let version = |node: NodeId, pid: PartitionId| {
            cluster.versions(namespace, node).map_or(Version::NULL, |versions| versions[pid])
        };
        let of = |migration: MigrationView| {
            let MigrationView { partition: pid, final_master, incoming, fills, .. } = migration;
            let incoming = incoming.into_iter().map(|node| (node, version(node, pid))).collect();
            Due { pid, final_master, incoming, fills, filled: Version::full(home.key, false) }
        };
        open.map(of).collect()
    };
    view.sub_clusters.iter().flat_map(of_cluster).collect()
}

/// The running nodes that are in a cluster.
fn members(view: &ClusterView) -> Vec<NodeId> {
    let nodes = view.nodes.iter();
    let members = nodes.filter(|node| node.state.is_up() && node.sub_cluster.is_some());
    members.map(|node| node.id).collect()
}

fn is_in(set: &Partitions, pid: PartitionId) -> bool {
    set[pid.index() / 64] >> (pid.index() % 64) & 1 == 1
}

fn put(set: &mut Partitions, pid: PartitionId) {
    set[pid.index() / 64] |= 1 << (pid.index() % 64);
}

/// Which of up to 64 versions have data.
fn with_data(versions: &[Version]) -> u64 {
    let bits = versions.iter().enumerate();
    bits.fold(0, |word, (place, version)| word | u64::from(version.has_data()) << place)
}
