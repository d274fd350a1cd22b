//! What a client of the whole network can reach: each partition as the sub-cluster that serves it best has it.
//!
//! Invariant: this is the one definition of "served" for everything that tells of a whole cluster and not of one side.
//! The counts of [`Served`] sum to 4096. Not here: the verdicts (see `availability`) and which sub-clusters there are.

use std::rc::Rc;

use serde::Serialize;

use crate::availability::{Availability, Rule, Verdict};
use crate::id::PARTITIONS;
use crate::view::{Cell, ClusterView};

/// How many partitions of a namespace a client of the whole network can reach, and how many it cannot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Served {
    /// Served, with nothing left to migrate.
    pub settled: u32,
    /// Served while copies are being filled.
    pub filling: u32,
    /// Served and came up empty: no node there had the data (domain.md §5.1, §6).
    pub fresh: u32,
    /// Served by nobody, and dead nowhere.
    pub unavailable: u32,
    /// Served by nobody, and dead in some sub-cluster.
    pub dead: u32,
    /// Of those that are served: by more than one sub-cluster. In SC that must never be (domain.md §5); in AP each side of
    /// a split serves (domain.md §5.1).
    pub twice: u32,
}

impl Served {
    /// The counts of a namespace, given its partitions in each sub-cluster, 4096 each.
    #[must_use]
    pub fn of(sides: &[Rc<Vec<Cell>>]) -> Self {
        let mut served = Self::default();
        for cell in reached(sides).iter() {
            let count = match cell.verdict.availability {
                Availability::Unavailable => &mut served.unavailable,
                Availability::Dead => &mut served.dead,
                Availability::Active if cell.fresh => &mut served.fresh,
                Availability::Active if cell.migrating => &mut served.filling,
                Availability::Active => &mut served.settled,
            };
            *count += 1;
        }
        if sides.len() > 1 {
            for partition in 0..PARTITIONS {
                let serves = |side: &&Rc<Vec<Cell>>| side[partition].verdict.is_active();
                served.twice += u32::from(sides.iter().filter(serves).nth(1).is_some());
            }
        }
        served
    }

    /// How many partitions are served.
    #[must_use]
    pub fn active(self) -> u32 {
        self.settled + self.filling + self.fresh
    }

    /// How many partitions are served by nobody.
    #[must_use]
    pub fn inactive(self) -> u32 {
        self.unavailable + self.dead
    }
}

impl ClusterView {
    /// A namespace's partitions as a client of the whole network finds them: always 4096.
    #[must_use]
    pub fn reached(&self, namespace: usize) -> Rc<Vec<Cell>> {
        reached(&self.sides(namespace))
    }

    /// The counts of what a client of the whole network can reach in a namespace.
    #[must_use]
    pub fn served(&self, namespace: usize) -> Served {
        Served::of(&self.sides(namespace))
    }

    fn sides(&self, namespace: usize) -> Vec<Rc<Vec<Cell>>> {
        let sides = self.sub_clusters.iter().filter_map(|side| side.namespaces.get(namespace));
        sides.map(|side| side.cells.clone()).collect()
    }
}

/// Each partition as the best of several sub-clusters has it; of equals the first.
fn reached(sides: &[Rc<Vec<Cell>>]) -> Rc<Vec<Cell>> {
    let Some((first, others)) = sides.split_first() else {
        let verdict = Verdict { availability: Availability::Unavailable, rule: Rule::NoCluster };
        let cell = Cell { verdict, working_master: None, migrating: false, fresh: false };
        return Rc::new(vec![cell; PARTITIONS]);
    };
    let mut reached = first.clone();
    for side in others {
        for (cell, other) in Rc::make_mut(&mut reached).iter_mut().zip(side.iter()) {
            if rank(other) > rank(cell) {
                *cell = *other;
            }
        }
    }
    reached
}

/// Higher is better for a client.
fn rank(cell: &Cell) -> u8 {
    match cell.verdict.availability {
        Availability::Unavailable => 0,
        // Dead is the graver word, and says what has to be done.
        Availability::Dead => 1,
        Availability::Active if cell.fresh => 2,
        Availability::Active if cell.migrating => 3,
        Availability::Active => 4,
    }
}
