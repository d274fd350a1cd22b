//! A cluster that begins with what was read from a real one: packing it, and giving it to the nodes.
//!
//! Invariant: [`StartingVersions::pack`] writes what the nodes of the cluster begin with, exactly. The first nodes of a row
//! that was read stay first whenever the starting roster is set. Not here: the form of the text (see `starting`), and what
//! the first rebalance makes of the versions (see `rebalance`).

use std::rc::Rc;

use crate::cluster::Cluster;
use crate::convert::{self, narrow};
use crate::id::{MAX_NODES, PARTITIONS, PartitionId};
use crate::namespace::{ClusterSetup, SetupError};
use crate::node_set::{NodeSet, Slot};
use crate::order::by_key;
use crate::roster::RosterEntry;
use crate::starting::{BY_RULE, DIGITS, FORM, LISTED, PackedVersions, Unpacked, bits_of};
use crate::succession::RosterRows;
use crate::version::Version;

impl Cluster {
    /// Gives every node the versions that the setup has for it.
    pub(crate) fn fill_as_read(&mut self, index: usize, unpacked: &Unpacked) {
        let mut columns = vec![vec![Version::NULL; PARTITIONS]; self.nodes.len()];
        self.each_pattern_order(index, &mut |pid, order| {
            for (slot, version) in order.iter().zip(unpacked.pattern(pid)) {
                columns[*slot][pid] = *version;
            }
        });
        for (node, column) in self.nodes.iter_mut().zip(columns) {
            let part = &mut node.namespaces[index];
            part.versions = Rc::new(column);
            part.regime = unpacked.regime;
            part.prepared_regime = unpacked.regime;
        }
    }

    /// Puts the first nodes of each row as they were read, if the roster is the one that the namespace begins with: the same
    /// nodes on the same racks have the same rows whenever they are set.
    pub(crate) fn put_first_as_read(
        &self,
        entries: &[RosterEntry],
        index: usize,
        rows: &mut RosterRows,
    ) {
        let Ok(Some(unpacked)) = self.setup.unpack(index) else { return };
        let starting = self.starting_entries(self.settings(index)).unwrap_or_default();
        let starting = by_key(&starting, |entry| entry.node.highest_first());
        if starting != entries || unpacked.rows.is_empty() {
            return;
        }
        let slot = |place: &u8| self.any_slot(self.setup.nodes[usize::from(*place)].id);
        for (pid, row) in PartitionId::all().zip(unpacked.rows.chunks(unpacked.width)) {
            rows.put_first(pid, row.iter().filter_map(slot));
        }
    }

    /// Calls with the setup's nodes in the order in which each partition's pattern has them.
    fn each_pattern_order(&self, index: usize, of: &mut dyn FnMut(PartitionId, &[Slot])) {
        let settings = self.settings(index);
        let nodes: Vec<Slot> =
            self.setup.nodes.iter().filter_map(|node| self.slot(node.id)).collect();
        let all: NodeSet = nodes.iter().copied().collect();
        let roster = self.part(nodes[0], index).in_force.as_ref().map(|roster| &roster.rows);
        let rows = roster
            .cloned()
            .unwrap_or_else(|| Rc::new(self.available_rows(settings, all, NodeSet::EMPTY)));
        let first = usize::from(settings.replication_factor);
        let mut order = Vec::with_capacity(nodes.len());
        for pid in PartitionId::all() {
            let row = rows.row(pid).iter().copied().filter(|slot| all.contains(*slot));
            order.clear();
            order.extend(row.take(first));
            let rest = all.minus(order.iter().copied().collect());
            order.extend(nodes.iter().filter(|slot| rest.contains(**slot)));
            of(pid, &order);
        }
    }
}

/// What a namespace begins with. Nodes are named by their places in [`ClusterSetup::nodes`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartingVersions {
    /// The regime of the latest rebalance.
    pub regime: u32,
    /// For each partition the first nodes of its roster's row, the roster-master first: as many as RF, or as the roster has.
    /// Empty where domain.md §2 gives them, and in AP.
    pub rows: Vec<Vec<usize>>,
    /// For each partition the version of each node, in the order of the nodes.
    pub versions: Vec<Vec<Version>>,
}

/// Writes numbers of so many bits.
#[derive(Clone, Default)]
struct Packer {
    out: String,
    held: u64,
    count: u32,
}

impl Packer {
    fn put(&mut self, number: u64, bits: u32) {
        self.held |= number << self.count;
        self.count += bits;
        while self.count >= 6 {
            self.put_digit();
        }
    }

    fn put_digit(&mut self) {
        let digit: usize = narrow(self.held & 63, "a digit");
        self.out.push(char::from(DIGITS[digit]));
        self.held >>= 6;
        self.count = self.count.saturating_sub(6);
    }

    fn end(mut self) -> PackedVersions {
        if self.count > 0 {
            self.put_digit();
        }
        self.out.as_str().into()
    }
}

/// A place in a list as a number to write.
fn wide(place: usize) -> u64 {
    convert::count(place).into()
}

impl StartingVersions {
    /// Packs them for a namespace of a setup. Of `versions` in the setup only those of earlier namespaces are read: rows that
    /// one of them has are not written again.
    ///
    /// # Errors
    /// The first limit that the setup breaks, or what is wrong with these versions.
    pub fn pack(&self, setup: &ClusterSetup, index: usize) -> Result<PackedVersions, SetupError> {
        let wrong = |why| SetupError::Versions { index, at: 0, why };
        let mut setup = setup.clone();
        setup.namespaces.iter_mut().skip(index).for_each(|settings| settings.versions = None);
        setup.check()?;
        let count = setup.nodes.len();
        if self.versions.len() != PARTITIONS || self.versions.iter().any(|of| of.len() != count) {
            return Err(wrong("each partition has a version for each node"));
        }
        let head = self.head(&setup, index).map_err(wrong)?;
        // A cluster with these rows says in which order each partition's pattern has the nodes.
        let empty = Self::packed(head.clone(), count, &[], &[Vec::new()], &[]);
        setup.namespaces[index].versions = Some(empty);
        let cluster = Cluster::new(setup.clone())?;
        let mut place_of = [0; MAX_NODES];
        for (place, node) in setup.nodes.iter().enumerate() {
            cluster.slot(node.id).into_iter().for_each(|slot| place_of[slot] = place);
        }
        let (mut patterns, mut lineages, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
        cluster.each_pattern_order(index, &mut |pid, order| {
            let versions = &self.versions[pid.index()];
            let of = |slot: &Slot| versions[place_of[*slot]];
            let mut pattern: Vec<Version> = order.iter().map(of).collect();
            while pattern.pop_if(|last| last.is_null()).is_some() {}
            kinds.push(number_of(pattern, &mut patterns));
        });
        for version in patterns.iter().flatten().filter(|version| version.has_data()) {
            number_of(version.lineage(), &mut lineages);
        }
        if lineages.len() >= PARTITIONS {
            return Err(wrong("at most 4095 lineages"));
        }
        let packed = Self::packed(head, count, &lineages, &patterns, &kinds);
        setup.namespaces[index].versions = Some(packed.clone());
        setup.unpack(index).map(|_| packed)
    }

    /// The form, the regime and the rows.
    fn head(&self, setup: &ClusterSetup, index: usize) -> Result<Packer, &'static str> {
        let mut head = Packer::default();
        head.put(FORM, 6);
        if self.regime >> 31 != 0 {
            return Err("a regime is below 2147483648");
        }
        head.put(self.regime.into(), 31);
        let Some(first) = self.rows.first() else {
            head.put(BY_RULE, 6);
            return Ok(head);
        };
        let (width, count) = (first.len(), setup.nodes.len());
        let fits = |row: &Vec<usize>| row.len() == width && row.iter().all(|at| *at < count);
        let settings = setup.namespaces.get(index).ok_or("there is no such namespace")?;
        if self.rows.len() != PARTITIONS || !self.rows.iter().all(fits) {
            return Err("each partition has a row of nodes");
        }
        if width != setup.shape(index, &|_| None).width {
            return Err("a row has as many nodes as RF, or as the roster has");
        }
        let rows: Vec<u8> = self.rows.iter().flatten().map(|at| narrow(*at, "a place")).collect();
        let is_same = |of: &usize| {
            let other = setup.unpack(*of).ok().flatten();
            let is_alike = setup.namespaces[*of].roster == settings.roster;
            is_alike && other.is_some_and(|other| other.rows == rows)
        };
        if let Some(same) = (0..index).find(is_same) {
            head.put(LISTED + 1 + wide(same), 6);
            return Ok(head);
        }
        head.put(LISTED, 6);
        for place in rows {
            head.put(place.into(), bits_of(count));
        }
        Ok(head)
    }

    /// The whole after its head, for a setup of so many nodes.
    fn packed(
        mut out: Packer,
        nodes: usize,
        lineages: &[u64],
        patterns: &[Vec<Version>],
        kinds: &[usize],
    ) -> PackedVersions {
        out.put(wide(lineages.len()), 12);
        for lineage in lineages {
            out.put(lineage & ((1 << 48) - 1), 48);
            out.put(lineage >> 48, 4);
        }
        out.put(wide(patterns.len() - 1), 12);
        for pattern in patterns {
            out.put(wide(pattern.len()), bits_of(nodes + 1));
            for version in pattern {
                out.put(version.flags(), 6);
                let known = lineages.iter().position(|lineage| *lineage == version.lineage());
                if let Some(place) = known.filter(|_| version.has_data()) {
                    out.put(wide(place), bits_of(lineages.len()));
                }
            }
        }
        for kind in kinds {
            out.put(wide(*kind), bits_of(patterns.len()));
        }
        out.end()
    }
}

/// The number of a value in a list, to which it is added if it is new.
fn number_of<T: PartialEq>(value: T, list: &mut Vec<T>) -> usize {
    list.iter().position(|known| *known == value).unwrap_or_else(|| {
        list.push(value);
        list.len() - 1
    })
}
