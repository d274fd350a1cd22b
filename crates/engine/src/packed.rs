//! A cluster put away: the same state in a small part of the memory, for checkpoints.
//!
//! A column of versions is 32 KiB for every node and namespace, and nearly all of it repeats: most nodes hold nothing of
//! most partitions. So a column is kept as runs of equal versions, and a migration as the few nodes that it names.
//! Everything else is kept as it is, and what a cluster shares with others (the order of succession, rosters, records)
//! stays shared.
//!
//! Invariant: [`PackedCluster::unpack`] gives a cluster equal to the one that was packed. Not here: which are kept.

use std::rc::Rc;

use crate::cluster::Cluster;
use crate::id::{PARTITIONS, PartitionId};
use crate::link::Slot;
use crate::migration::{Balance, PartitionMigration, Place, Tally};
use crate::version::Version;

/// A cluster that takes little memory and can do nothing but be unpacked.
#[derive(Clone, Debug)]
pub struct PackedCluster {
    /// All but the versions, the tallies and the migrations.
    rest: Cluster,
    /// By namespace: every node's versions, one after the other.
    versions: Vec<Runs<Version>>,
    /// By sub-cluster and namespace.
    tallies: Vec<Runs<Tally>>,
    /// By sub-cluster and namespace.
    migrations: Vec<Vec<u8>>,
}

/// Writes a number, seven bits a byte, the lowest first.
fn put(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap_or(0) | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap_or(0));
}

/// Numbers as [`put`] wrote them.
struct Numbers<'a>(std::slice::Iter<'a, u8>);

impl Iterator for Numbers<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.0.next()?;
            number |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
    }
}

fn put_migration(bytes: &mut Vec<u8>, migration: &PartitionMigration) {
    put(bytes, migration.pid.index());
    put(bytes, migration.final_master.index());
    for set in [migration.incoming, migration.fills, migration.signals] {
        put(bytes, set.len());
        set.iter().for_each(|slot| put(bytes, slot.index()));
    }
}

fn read_migration(numbers: &mut Numbers<'_>) -> Option<PartitionMigration> {
    let pid = PartitionId::new(u16::try_from(numbers.next()?).ok()?).ok()?;
    let final_master = Slot::new(numbers.next()?);
    let mut set = || {
        let nodes = numbers.next()?;
        Some(numbers.by_ref().take(nodes).map(Slot::new).collect())
    };
    let (incoming, fills, signals) = (set()?, set()?, set()?);
    Some(PartitionMigration { pid, final_master, incoming, fills, signals })
}

/// A list as runs of equal values.
#[derive(Clone, Debug)]
struct Runs<T> {
    /// The values that there are.
    values: Vec<T>,
    /// For every run its length and the place of its value (see [`put`]).
    runs: Vec<u8>,
}

impl<T: Copy + PartialEq> Runs<T> {
    fn new() -> Self {
        Self { values: Vec::new(), runs: Vec::new() }
    }

    fn extend(&mut self, list: &[T]) {
        for run in list.chunk_by(PartialEq::eq) {
            let known = self.values.iter().position(|value| *value == run[0]);
            let place = known.unwrap_or_else(|| {
                self.values.push(run[0]);
                self.values.len() - 1
            });
            put(&mut self.runs, run.len());
            put(&mut self.runs, place);
        }
    }

    fn read(&self) -> impl Iterator<Item = (usize, T)> {
        let mut numbers = Numbers(self.runs.iter());
        std::iter::from_fn(move || Some((numbers.next()?, *self.values.get(numbers.next()?)?)))
    }

    fn bytes(&self) -> usize {
        self.values.len() * size_of::<T>() + self.runs.len()
    }
}

impl Cluster {
    /// Puts the cluster away as it is.
    #[must_use]
    pub fn pack(&self) -> PackedCluster {
        let mut rest = self.clone();
        let mut versions = vec![Runs::new(); self.setup.namespaces.len()];
        for node in &mut rest.nodes {
            for (namespace, versions) in node.namespaces.iter_mut().zip(&mut versions) {
                versions.extend(&namespace.versions);
                namespace.versions = Rc::default();
            }
        }
        let (mut tallies, mut migrations) = (Vec::new(), Vec::new());
        for balance in rest.sub_clusters.values_mut().flat_map(|one| &mut one.balances) {
            let mut runs = Runs::new();
            runs.extend(&balance.tallies);
            balance.tallies = Rc::default();
            runs.runs.shrink_to_fit();
            tallies.push(runs);
            let mut bytes = Vec::new();
            balance.migrations.iter().for_each(|migration| put_migration(&mut bytes, migration));
            balance.migrations = Rc::default();
            bytes.shrink_to_fit();
            migrations.push(bytes);
        }
        for versions in &mut versions {
            versions.runs.shrink_to_fit();
        }
        PackedCluster { rest, versions, tallies, migrations }
    }
}

impl PackedCluster {
    /// The cluster that was packed.
    #[must_use]
    pub fn unpack(&self) -> Cluster {
        let mut cluster = self.rest.clone();
        for (index, versions) in self.versions.iter().enumerate() {
            let mut runs = versions.read();
            for node in &mut cluster.nodes {
                // A run never goes on from one node to the next.
                let mut column = Vec::with_capacity(PARTITIONS);
                while column.len() < PARTITIONS
                    && let Some((length, version)) = runs.next()
                {
                    column.resize(column.len() + length, version);
                }
                node.namespaces[index].versions = Rc::new(column);
            }
        }
        let balances = cluster.sub_clusters.values_mut().flat_map(|one| &mut one.balances);
        for ((balance, runs), migrations) in balances.zip(&self.tallies).zip(&self.migrations) {
            let mut numbers = Numbers(migrations.iter());
            let all = std::iter::from_fn(|| read_migration(&mut numbers));
            balance.migrations = Rc::new(all.collect());
            let mut tallies = Vec::new();
            for (length, tally) in runs.read() {
                tallies.resize(tallies.len() + length, tally);
            }
            balance.tallies = Rc::new(tallies);
        }
        cluster
    }

    /// Roughly how many bytes it alone holds: without what clusters share.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let balance = |balance: &Balance| {
            balance.places.len() * size_of::<Place>()
                + balance.replicas.len()
                + balance.own_rows.as_ref().map_or(0, |rows| rows.bytes())
                + (balance.expected.len() + 128) * size_of::<crate::event::Migrations>()
        };
        let balances = self.rest.sub_clusters.values().flat_map(|one| &one.balances);
        // A node and its part of a namespace, with what is allocated for each.
        let node = size_of::<crate::node::Node>() + 32;
        let part = size_of::<crate::node::NodeNamespace>() + 32;
        self.versions.iter().map(Runs::bytes).sum::<usize>()
            + self.tallies.iter().map(Runs::bytes).sum::<usize>()
            + self.migrations.iter().map(Vec::len).sum::<usize>()
            + balances.map(balance).sum::<usize>()
            + self.rest.nodes.len() * (node + part * self.versions.len())
            + size_of::<Self>()
    }
}
