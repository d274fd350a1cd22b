//! What further losses would leave of a namespace at a settled moment, and again after each round of migrations.
//!
//! Invariant: the counts equal what the engine's losses give for the moment. After a round only partitions are asked about of
//! which some running node's version has changed: a round changes nothing else (domain.md §6). Not here: moments while a cluster change is
//! to come (see `watch`).

use rosterlab_engine::{Cluster, NodeId, PartitionId, Version, convert};

/// The counts of one namespace.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    namespace: String,
    sets: Vec<Vec<NodeId>>,
    /// How many words of bits a partition has.
    words: usize,
    /// Which sets leave a partition active nowhere: a bit for each set, `words` a partition.
    lost: Vec<u64>,
    /// By set: how many partitions it leaves active nowhere.
    counts: Vec<u32>,
    /// The versions that the counts are of, by running node.
    columns: Vec<(NodeId, Vec<Version>)>,
}

impl Settled {
    /// Counts from scratch. `None` while a cluster change is to come.
    pub(super) fn of(cluster: &Cluster, namespace: &str, sets: Vec<Vec<NodeId>>) -> Option<Self> {
        let all: Vec<PartitionId> = PartitionId::all().collect();
        let losses = cluster.losses_of(namespace, &all)?;
        let words = sets.len().div_ceil(64);
        let column = |node: NodeId| {
            let versions = cluster.versions(namespace, node).unwrap_or_default();
            (node, versions.to_vec())
        };
        let mut counted = Self {
            namespace: namespace.to_owned(),
            words,
            lost: vec![0; words * all.len()],
            counts: vec![0; sets.len()],
            columns: losses.running().into_iter().map(column).collect(),
            sets,
        };
        counted.count(cluster, &all);
        Some(counted)
    }

    /// By set, in their order: how many partitions are active nowhere after that loss.
    pub(super) fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// The sets.
    pub(super) fn sets(&self) -> &[Vec<NodeId>] {
        &self.sets
    }

    /// Counts again after a round of migrations; returns how many partitions it was about.
    pub(super) fn after_a_round(&mut self, cluster: &Cluster) -> usize {
        let mut is_changed = vec![false; self.lost.len().checked_div(self.words).unwrap_or(0)];
        for (node, known) in &mut self.columns {
            let versions = cluster.versions(&self.namespace, *node).unwrap_or_default();
            for ((known, version), is_changed) in
                known.iter_mut().zip(versions).zip(&mut is_changed)
            {
                if known != version {
                    *known = *version;
                    *is_changed = true;
                }
            }
        }
        let changed: Vec<PartitionId> =
            PartitionId::all().zip(is_changed).filter(|(_, is)| *is).map(|(pid, _)| pid).collect();
        if !changed.is_empty() {
            self.count(cluster, &changed);
        }
        changed.len()
    }

    /// Counts these partitions anew.
    fn count(&mut self, cluster: &Cluster, partitions: &[PartitionId]) {
        let Some(losses) = cluster.losses_of(&self.namespace, partitions) else { return };
        for pid in partitions {
            let bits = &mut self.lost[pid.index() * self.words..][..self.words];
            for (word, bits) in bits.iter_mut().enumerate() {
                while *bits != 0 {
                    let set =
                        word * 64 + convert::narrow::<usize, u32>(bits.trailing_zeros(), "a bit");
                    self.counts[set] -= 1;
                    *bits &= *bits - 1;
                }
            }
        }
        for (place, set) in self.sets.iter().enumerate() {
            for pid in losses.partitions_not_active_without(set) {
                self.lost[pid.index() * self.words + place / 64] |= 1 << (place % 64);
                self.counts[place] += 1;
            }
        }
    }
}
