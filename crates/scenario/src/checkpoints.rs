//! Clusters as they were at some positions of a timeline, so that a seek has little to do again.
//!
//! Invariant: positions ascend, the first is 0, and there are never more checkpoints than [`most`] allows. Those that
//! stay stand evenly, so that any seek is short; a few recent ones stand close together behind the position, so that
//! undoing step by step is. Not here: what is done again (see `timeline`).

use std::rc::Rc;

use rosterlab_engine::Cluster;

/// What all checkpoints together may hold, in columns of 32 KiB. A column is one node's versions of one namespace; a
/// rebalance writes nearly all of them anew, so that checkpoints share little.
const MOST_COLUMNS: usize = 768;
/// What a checkpoint holds of each namespace besides its nodes' columns, in columns.
const OTHER_COLUMNS: usize = 5;
/// Most of the recent ones.
const MOST_RECENT: usize = 8;

/// How many checkpoints there may be: fewer the more a cluster holds.
pub(crate) fn most(nodes: usize, namespaces: usize) -> usize {
    (MOST_COLUMNS / ((nodes + OTHER_COLUMNS) * namespaces)).max(4)
}

/// The cluster at a position.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoint {
    pub position: usize,
    /// What all entries before it cost to do again.
    pub cost: u64,
    pub cluster: Rc<Cluster>,
}

/// All that are kept.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoints {
    lasting: Vec<Checkpoint>,
    recent: Vec<Checkpoint>,
}

impl Checkpoints {
    /// The one at the start, which is never dropped.
    pub fn new(start: &Cluster) -> Self {
        let cluster = Rc::new(start.clone());
        Self { lasting: vec![Checkpoint { position: 0, cost: 0, cluster }], recent: Vec::new() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lasting.len() + self.recent.len()
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

    /// Forgets those after a position.
    pub fn truncate(&mut self, position: usize) {
        self.lasting.retain(|kept| kept.position <= position);
        self.recent.retain(|kept| kept.position <= position);
    }

    /// Keeps the cluster at a position that a seek passes.
    pub fn pass(&mut self, passed: Checkpoint, most: usize) {
        let most = (most / 4).clamp(2, MOST_RECENT);
        let here = passed.cost;
        let place = self.recent.partition_point(|kept| kept.position < passed.position);
        if self.recent.get(place).is_some_and(|kept| kept.position == passed.position) {
            return;
        }
        self.recent.insert(place, passed);
        while self.recent.len() > most {
            let index = least_missed(&self.recent, |cost| cost.abs_diff(here) + 1);
            self.recent.remove(index);
        }
    }

    /// Keeps the cluster at the end of what was done.
    pub fn extend(&mut self, end: Checkpoint, most: usize) {
        self.pass(end.clone(), most);
        let most = most - (most / 4).clamp(2, MOST_RECENT);
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

/// The one without which the gap around it is the smallest, for how near it has to be.
fn least_missed(list: &[Checkpoint], nearness: impl Fn(u64) -> u64) -> usize {
    let gap = |index: &usize| {
        let before = index.checked_sub(1).map_or(0, |before| list[before].cost);
        let after = list.get(index + 1).map_or(list[*index].cost, |after| after.cost);
        ((after - before) << 20) / nearness(list[*index].cost)
    };
    (0..list.len()).min_by_key(gap).unwrap_or_default()
}
