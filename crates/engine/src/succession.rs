//! The order of succession: the place of each node in each partition's row.
//!
//! Invariant: bit-exact with the real server (domain.md §2, \[open\]; the two hashes are those of `as_hash`'s public
//! functions, checked by golden values). Hashing and sorting happen once for each node, when it first appears:
//! [`Succession`] keeps the order over all nodes that were ever there, and a roster or a sub-cluster is a filter of it.
//! The filter is exact because rule 3 of §2 breaks a tie by the place in the list of ids sorted highest first, and two
//! nodes stand in the same order in every such list. Not here: which nodes of a row are present (see `rebalance`).

use std::rc::Rc;

use crate::id::{NodeId, PARTITIONS, PartitionId, RackId};
use crate::node_set::{NodeSet, Slot};
use crate::uniform::balance;

/// FNV-1a, 64 bits (domain.md §2.1).
#[must_use]
pub fn fnv1a_64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// One step of Jenkins' one-at-a-time for each byte, continuing from the state after earlier bytes.
fn jenkins_mix(state: u64, bytes: [u8; 8]) -> u64 {
    bytes.iter().fold(state, |hash, byte| {
        let hash = hash.wrapping_add(u64::from(*byte));
        let hash = hash.wrapping_add(hash << 10);
        hash ^ (hash >> 6)
    })
}

/// Jenkins' one-at-a-time widened to 64 bits, over a hashed node and a hashed partition (domain.md §2.2).
#[must_use]
pub fn jenkins_64(hashed_node: u64, hashed_partition: u64) -> u64 {
    let state = jenkins_mix(0, hashed_node.to_le_bytes());
    jenkins_end(jenkins_mix(state, hashed_partition.to_le_bytes()))
}

fn jenkins_end(state: u64) -> u64 {
    let hash = state.wrapping_add(state << 3);
    let hash = hash ^ (hash >> 11);
    hash.wrapping_add(hash << 15)
}

/// A node's hash with every partition, in partition order.
fn hashes_of(node: NodeId, hashed_partitions: &[u64]) -> Vec<u64> {
    // The first eight bytes are the same for all partitions.
    let state = jenkins_mix(0, fnv1a_64(&node.get().to_le_bytes()).to_le_bytes());
    let hash = |hashed: &u64| jenkins_end(jenkins_mix(state, hashed.to_le_bytes()));
    hashed_partitions.iter().map(hash).collect()
}

/// Puts racks apart in a row (domain.md §2.5): for each position from `start` to `distinct` − 1 whose rack already
/// stands before it, swaps it with the first later candidate whose rack does not. Candidates are scanned from position
/// `scan_from` onwards and the scan never goes back.
///
/// `distinct` is min(distinct racks, RF).
pub fn put_racks_apart<T: Copy>(
    row: &mut [T],
    rack_of: impl Fn(T) -> RackId,
    distinct: usize,
    start: usize,
    scan_from: usize,
) {
    let mut candidate = scan_from;
    for position in start..distinct.min(row.len()) {
        let (before, _) = row.split_at(position);
        let taken = |rack: RackId| before.iter().any(|node| rack_of(*node) == rack);
        if !taken(rack_of(row[position])) {
            continue;
        }
        while candidate < row.len() && taken(rack_of(row[candidate])) {
            candidate += 1;
        }
        if candidate < row.len() {
            row.swap(position, candidate);
            candidate += 1;
        }
    }
}

/// The number of different racks.
pub(crate) fn distinct_racks(racks: impl Iterator<Item = RackId>) -> usize {
    let mut seen: Vec<RackId> = Vec::new();
    for rack in racks {
        if !seen.contains(&rack) {
            seen.push(rack);
        }
    }
    seen.len()
}

/// The order of succession of a list of nodes for every partition, adjusted for racks (domain.md §2, §3), as a table of
/// its own for callers that have no cluster.
///
/// Rows come in partition order; each holds every node once.
#[must_use]
pub fn succession(nodes: &[(NodeId, RackId)], replication_factor: usize) -> Vec<Vec<NodeId>> {
    let mut order = Succession::default();
    order.add(&nodes.iter().map(|(node, _)| *node).collect::<Vec<_>>());
    let all = (0..nodes.len()).map(Slot::new).collect();
    let rows = order.rows(all, &|slot| nodes[slot].1, replication_factor);
    let ids = |row: &[Slot]| row.iter().map(|slot| nodes[*slot].0).collect();
    PartitionId::all().map(|pid| ids(rows.row(pid))).collect()
}

/// Counts of hashing and sorting. A test holds them, so that no fault hashes or sorts (ARCHITECTURE.md).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Hashes of one node with one partition.
    pub hashes: u64,
    /// Insertions of one node into one partition's order.
    pub insertions: u64,
    /// Rows filtered and adjusted for a new roster or a new AP sub-cluster.
    pub rows_filtered: u64,
}

/// The order of all nodes that were ever added, for every partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Succession {
    ids: Vec<NodeId>,
    /// By slot, then by partition.
    hashes: Vec<Rc<Vec<u64>>>,
    /// By partition, then by place: `ids.len()` slots each.
    order: Rc<Vec<Slot>>,
}

impl Succession {
    /// The ids by slot.
    pub fn ids(&self) -> &[NodeId] {
        &self.ids
    }

    /// Adds nodes in the next slots: hashes each of them with every partition and inserts it into each row.
    pub fn add(&mut self, nodes: &[NodeId]) {
        let hashed = |pid: PartitionId| fnv1a_64(&u32::from(pid.get()).to_le_bytes());
        let hashed_partitions: Vec<u64> = PartitionId::all().map(hashed).collect();
        let old_width = self.ids.len();
        for node in nodes {
            self.ids.push(*node);
            self.hashes.push(Rc::new(hashes_of(*node, &hashed_partitions)));
        }
        let width = self.ids.len();
        let mut order = Vec::with_capacity(PARTITIONS * width);
        let mut keys = Vec::with_capacity(width);
        for pid in PartitionId::all() {
            let known = &self.order[pid.index() * old_width..][..old_width];
            let new = (old_width..width).map(Slot::new);
            keys.clear();
            keys.extend(known.iter().copied().chain(new).map(|slot| self.key(slot, pid)));
            keys.sort_unstable();
            order.extend(keys.iter().map(|key| Slot::new(usize::from(key.to_be_bytes()[15]))));
        }
        self.order = Rc::new(order);
    }

    /// The sort key of a row: the hash without its low 8 bits, highest first, then the id, lowest first (domain.md
    /// §2.3, §2.4: the lower id has the higher index among ids sorted highest first, and the higher index sorts first).
    /// The hash takes 56 bits and the id 64, which leaves eight for the slot.
    fn key(&self, slot: Slot, pid: PartitionId) -> u128 {
        let hash = self.hashes[slot][pid];
        let id = self.ids[slot].get();
        u128::from(!hash >> 8) << 72 | u128::from(id) << 8 | slot.index() as u128
    }

    /// The rows over some of the nodes, adjusted for racks (domain.md §2.5 over the whole row).
    pub fn rows(
        &self,
        of: NodeSet,
        rack_of: &dyn Fn(Slot) -> RackId,
        replication_factor: usize,
    ) -> RosterRows {
        let width = of.len();
        let racks = distinct_racks(of.iter().map(rack_of));
        let distinct = racks.min(replication_factor);
        let mut rows = Vec::with_capacity(PARTITIONS * width);
        // A chunk's size must be at least 1; without nodes there is no chunk.
        for row in self.order.chunks_exact(self.ids.len().max(1)) {
            let start = rows.len();
            rows.extend(row.iter().copied().filter(|slot| of.contains(*slot)));
            if racks > 1 {
                put_racks_apart(&mut rows[start..], rack_of, distinct, 1, distinct);
            }
        }
        RosterRows { width, rows }
    }

    /// The rows over some of the nodes with `prefer-uniform-balance`: masters and replicas in even shares, racks apart as
    /// in [`Self::rows`] (see `uniform`).
    pub fn uniform_rows(
        &self,
        of: NodeSet,
        rack_of: &dyn Fn(Slot) -> RackId,
        replication_factor: usize,
    ) -> RosterRows {
        let mut rows = self.rows(of, &|_| RackId::NONE, replication_factor);
        balance(&mut rows.rows, rows.width, rack_of, replication_factor);
        rows
    }
}

/// The rows of a roster (or, in AP, of a sub-cluster): for every partition, each of its nodes once.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RosterRows {
    width: usize,
    rows: Vec<Slot>,
}

impl RosterRows {
    /// The same rows, each followed by a row of other nodes.
    pub fn then(mut self, other: &Self) -> Self {
        if other.width > 0 {
            let rows = PartitionId::all().flat_map(|pid| [self.row(pid), other.row(pid)]);
            self =
                Self { width: self.width + other.width, rows: rows.flatten().copied().collect() };
        }
        self
    }

    /// Puts nodes of a row first, in this order; the others stay in theirs.
    pub fn put_first(&mut self, pid: PartitionId, first: impl Iterator<Item = Slot>) {
        let row = &mut self.rows[pid.index() * self.width..][..self.width];
        for (place, slot) in first.enumerate() {
            if let Some(from) = row.iter().position(|other| *other == slot) {
                row[place..=from].rotate_right(1);
            }
        }
    }

    /// Rows without a node.
    pub fn none() -> Self {
        Self { width: 0, rows: Vec::new() }
    }

    /// Their size in bytes.
    pub fn bytes(&self) -> usize {
        self.rows.len()
    }

    pub fn row(&self, pid: PartitionId) -> &[Slot] {
        &self.rows[pid.index() * self.width..][..self.width]
    }
}
