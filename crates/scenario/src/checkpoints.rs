//! Copies of the cluster at some positions of a timeline, so that a seek replays few entries.
//!
//! Invariant: positions ascend, the first is 0, and there are never more checkpoints than [`Checkpoints::most`]. Lasting
//! checkpoints are spread evenly, which keeps every seek short; a few recent ones are close together just before the
//! position, which keeps undo short. Clusters are kept packed. Not here: replaying (see `timeline`).

use std::rc::Rc;

use rosterlab_engine::{Cluster, PackedCluster};

/// The most bytes that all checkpoints together may take.
const MOST_BYTES: usize = 8 << 20;
/// The most and the fewest checkpoints, whatever their size.
const MOST: usize = 512;
const LEAST: usize = 4;
/// The most recent checkpoints that are kept.
pub(crate) const MOST_RECENT: usize = 8;

/// The cluster at a position.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoint {
    pub position: usize,
    /// What replaying all entries before it costs.
    pub cost: u64,
    pub cluster: Rc<PackedCluster>,
    /// Its size without rosters.
    bytes: usize,
}

impl Checkpoint {
    pub fn new(position: usize, cost: u64, cluster: &Cluster) -> Self {
        let cluster = Rc::new(cluster.pack());
        Self { position, cost, bytes: cluster.bytes(), cluster }
    }
}

/// All checkpoints of a timeline.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoints {
    lasting: Vec<Checkpoint>,
    recent: Vec<Checkpoint>,
}

impl Checkpoints {
    /// Only the checkpoint at position 0, which is never dropped.
    pub fn new(start: &Cluster) -> Self {
        Self { lasting: vec![Checkpoint::new(0, 0, start)], recent: Vec::new() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lasting.len() + self.recent.len()
    }

    /// Their size in bytes; one that is both lasting and recent counts once.
    pub fn bytes(&self) -> usize {
        let twice = |kept: &&Checkpoint| {
            self.lasting.binary_search_by_key(&kept.position, |other| other.position).is_ok()
        };
        held(self.lasting.iter()) + held(self.recent.iter().filter(|kept| !twice(kept)))
    }

    /// How many there may be: the larger they are, the fewer.
    pub fn most(&self) -> usize {
        let mean = (held(self.lasting.iter()) + held(self.recent.iter())) / self.len();
        (MOST_BYTES / mean.max(1)).clamp(LEAST, MOST)
    }

    /// The last one at or before a position.
    pub fn nearest(&self, position: usize) -> &Checkpoint {
        let last_of =
            |list: &'_ [Checkpoint]| list.partition_point(|kept| kept.position <= position);
        let lasting = &self.lasting[last_of(&self.lasting).saturating_sub(1)];
        match last_of(&self.recent).checked_sub(1).map(|index| &self.recent[index]) {
            Some(recent) if recent.position > lasting.position => recent,
            _ => lasting,
        }
    }

    /// Drops the checkpoints after a position.
    pub fn truncate(&mut self, position: usize) {
        self.lasting.retain(|kept| kept.position <= position);
        self.recent.retain(|kept| kept.position <= position);
    }

    /// Keeps the cluster at a position that a seek passes.
    pub fn pass(&mut self, passed: Checkpoint) {
        let here = passed.cost;
        let place = self.recent.partition_point(|kept| kept.position < passed.position);
        if self.recent.get(place).is_some_and(|kept| kept.position == passed.position) {
            return;
        }
        self.recent.insert(place, passed);
        while self.recent.len() > most_recent(self.most()) {
            let index = least_missed(&self.recent, |cost| cost.abs_diff(here) + 1);
            self.recent.remove(index);
        }
    }

    /// Keeps the cluster at the end of what was done.
    pub fn extend(&mut self, end: Checkpoint) {
        self.pass(end.clone());
        self.extend_lasting(end);
        // A large checkpoint lowers the limit.
        while self.len() > self.most() && self.lasting.len() > 1 {
            let index = least_missed(&self.lasting[1..], |_| 1);
            self.lasting.remove(1 + index);
        }
    }

    fn extend_lasting(&mut self, end: Checkpoint) {
        let most = self.most() - most_recent(self.most());
        let far_enough = end.cost / u64::try_from(most).unwrap_or(u64::MAX);
        let last = &self.lasting[self.lasting.len() - 1];
        if end.position <= last.position || end.cost - last.cost < far_enough {
            return;
        }
        self.lasting.push(end);
        while self.lasting.len() > most {
            let index = least_missed(&self.lasting[1..], |_| 1);
            self.lasting.remove(1 + index);
        }
    }
}

/// The size of a list of checkpoints; a roster that is the same as in the checkpoint before is not counted again.
fn held<'a>(list: impl Iterator<Item = &'a Checkpoint>) -> usize {
    let mut before = None;
    list.map(|kept| {
        let rosters = kept.cluster.roster_bytes_beside(before.replace(&*kept.cluster));
        kept.bytes + rosters
    })
    .sum()
}

fn most_recent(most: usize) -> usize {
    (most / 4).clamp(2, MOST_RECENT)
}

/// The checkpoint whose removal leaves the smallest gap, weighted by how near it is.
fn least_missed(list: &[Checkpoint], nearness: impl Fn(u64) -> u64) -> usize {
    let gap = |index: &usize| {
        let before = index.checked_sub(1).map_or(0, |before| list[before].cost);
        let after = list.get(index + 1).map_or(list[*index].cost, |after| after.cost);
        ((after - before) << 20) / nearness(list[*index].cost)
    };
    (0..list.len()).min_by_key(gap).unwrap_or_default()
}
