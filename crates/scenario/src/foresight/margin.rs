//! How many more nodes can be lost before a partition becomes unavailable, and what each set of losses would leave.
//!
//! Both are computed in steps, a few sets at a time, so that a page can do it between two frames.
//!
//! A loss is *at once* when the nodes go at the same instant, as in a power loss. Whether they stop cleanly then makes no
//! difference to the remaining nodes (domain.md §4: the mark matters when a node returns). It is *one after the other*
//! when the nodes are stopped cleanly and the clusters settle after each stop, without waiting for migrations. That can
//! leave more or fewer partitions unavailable, because each settling gives versions new marks (domain.md §4, §6). Both
//! margins are given.
//!
//! Invariant: a margin counts only partitions that are active now. Each number equals what stopping the nodes in a copy of
//! the cluster gives, which tests compare. Not here: how likely a loss is, migrations between two losses.

use std::rc::Rc;

use rosterlab_engine::{
    Cluster, Command, EverySet, Losses, NodeId, PARTITIONS, Shutdown, Until, UpToThree, convert,
};

use super::sets::following;

/// With up to this many running nodes every set of losses is listed; with more, losses of one and two nodes, and of three
/// that include a chosen node.
pub const MOST_LISTED_NODES: usize = 16;

/// How many harmful sets are named.
const MOST_EXAMPLES: usize = 4;

/// The most sets that are tried for a margin: all of up to three of 128 nodes.
const MOST_SETS: usize = 350_000;

/// The most stops in copies of the cluster for a margin.
const MOST_CLUSTERS: usize = 2_000;

/// The cost of stopping a node in a copy of the cluster, in sets.
const CLUSTER_COST: usize = 64;

/// The cost of one step of listing every set, in sets.
const STEP_COST: usize = 8;

/// What each set of losses leaves: a list of all sets for few nodes, computed on demand for many.
#[derive(Clone, Debug)]
enum LossCounts {
    Listed(EverySet),
    LookedUp(Box<UpToThree>),
}

impl LossCounts {
    fn new(losses: &Rc<Losses>) -> Self {
        match losses.every_set() {
            Some(every) => Self::Listed(every),
            None => Self::LookedUp(Box::new(losses.up_to_three())),
        }
    }

    /// Does a part of the preparation; returns whether some is left.
    fn step(&mut self) -> bool {
        match self {
            Self::Listed(every) => every.step(),
            Self::LookedUp(_) => false,
        }
    }

    /// How many partitions are active nowhere without these nodes, given by their indexes in `Losses::running`.
    fn without(&self, lost: &[usize]) -> u32 {
        match self {
            Self::Listed(every) => {
                let set = lost.iter().fold(0, |set, place| set | 1 << place);
                every.not_active().get::<usize>(set).copied().map_or(0, u32::from)
            }
            Self::LookedUp(three) => three.not_active_without(lost),
        }
    }
}

/// The margin for one way of losing nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The largest number of nodes that can be lost, whichever they are, with every active partition staying active.
    pub margin: usize,
    /// Whether the search ended there: the margin may be larger.
    pub at_least: bool,
    /// Some harmful sets of one node more, in the order in which the nodes go.
    pub examples: Vec<Vec<NodeId>>,
    /// How many partitions are active nowhere after the worst of the sets that were tried.
    pub worst: u32,
    /// The same after the mildest harmful set.
    pub mildest: u32,
    /// How many sets of one node more are harmful; only counted for losses at once.
    pub hurting: usize,
    /// How many sets of one node more there are; 0 where they were not counted.
    pub sets: usize,
}

/// Both margins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// For nodes that go at the same instant.
    pub at_once: Reach,
    /// For nodes that are stopped cleanly, each after the clusters have settled.
    pub one_by_one: Reach,
}

/// The current path of the depth-first search over orders of stops.
#[derive(Clone, Debug, Default)]
struct Walk {
    /// The stopped nodes, as indexes, and the cluster after each stop.
    stopped: Vec<(usize, Rc<Cluster>)>,
    /// The index to stop next at each depth.
    next: Vec<usize>,
    /// How many stops were computed.
    made: usize,
}

#[derive(Clone, Debug)]
enum Phase {
    /// Counting what every set of losses at once leaves.
    Count,
    /// Trying sets at once: the next one.
    AtOnce(Vec<usize>),
    /// Trying the sets that are harmful at once, one after the other: the index of the example.
    Examples(usize),
    /// Trying every order of that many nodes.
    OneByOne(usize, Walk),
    Done,
}

/// The computation of the margins of one SC namespace of a settled cluster.
#[derive(Clone, Debug)]
pub struct Margin {
    cluster: Rc<Cluster>,
    namespace: Rc<str>,
    nodes: Vec<NodeId>,
    losses: Rc<Losses>,
    counts: LossCounts,
    /// By partition: whether it is active nowhere now.
    out: Rc<Vec<bool>>,
    is_any_out: bool,
    phase: Phase,
    at_once: Reach,
    one_by_one: Reach,
    tried: usize,
}

impl Margin {
    /// A computation that has not begun. `None` where there is no margin: while a cluster change is pending, for an unknown
    /// namespace, and where no partition is active.
    #[must_use]
    pub fn new(cluster: &Cluster, namespace: &str) -> Option<Self> {
        let losses = Rc::new(cluster.losses(namespace)?);
        let out = not_active(&losses);
        let nodes = losses.running();
        if out.iter().all(|is_out| *is_out) {
            return None;
        }
        let is_any_out = out.iter().any(|is_out| *is_out);
        Some(Self {
            cluster: Rc::new(cluster.clone()),
            namespace: namespace.into(),
            phase: Phase::Count,
            nodes,
            counts: LossCounts::new(&losses),
            losses,
            out: Rc::new(out),
            is_any_out,
            at_once: Reach::default(),
            one_by_one: Reach::default(),
            tried: 0,
        })
    }

    /// Tries about that many more sets; returns whether the computation is done.
    pub fn advance(&mut self, sets: usize) -> bool {
        let mut budget = sets;
        while budget > 0 {
            let cost = match std::mem::replace(&mut self.phase, Phase::Done) {
                Phase::Count => {
                    let is_left = self.counts.step();
                    self.phase = if is_left { Phase::Count } else { Phase::AtOnce(vec![0]) };
                    STEP_COST
                }
                Phase::AtOnce(set) => self.try_at_once(&set),
                Phase::Examples(index) => self.try_example(index),
                Phase::OneByOne(size, walk) => self.walk_on(size, walk),
                Phase::Done => return true,
            };
            budget = budget.saturating_sub(cost);
        }
        matches!(self.phase, Phase::Done)
    }

    /// The result; `None` until the computation is done.
    #[must_use]
    pub fn found(&self) -> Option<Found> {
        let is_done = matches!(self.phase, Phase::Done);
        is_done
            .then(|| Found { at_once: self.at_once.clone(), one_by_one: self.one_by_one.clone() })
    }

    /// How many of the `all` partitions that are active nowhere after a loss are active now.
    fn further(&self, losses: &Losses, nodes: &[NodeId], all: u32) -> u32 {
        if !self.is_any_out || all == 0 {
            return all;
        }
        let lost = losses.partitions_not_active_without(nodes);
        let further = lost.iter().filter(|pid| !self.out[**pid]).count();
        convert::count(further)
    }

    /// How many partitions that are active now a loss takes away, and how many are active nowhere after it.
    fn lost(&self, losses: &Losses, nodes: &[NodeId]) -> (u32, u32) {
        let all = losses.not_active_without(nodes);
        (self.further(losses, nodes, all), all)
    }

    fn named(&self, set: &[usize]) -> Vec<NodeId> {
        set.iter().map(|place| self.nodes[*place]).collect()
    }

    fn try_at_once(&mut self, set: &[usize]) -> usize {
        let lost = self.named(set);
        let all = self.counts.without(set);
        let further = self.further(&self.losses, &lost, all);
        let reach = &mut self.at_once;
        reach.sets += 1;
        self.tried += 1;
        if further > 0 {
            reach.hurting += 1;
            reach.mildest = if reach.hurting == 1 { all } else { reach.mildest.min(all) };
            if all > reach.worst {
                // The worst is named first.
                reach.worst = all;
                reach.examples.insert(0, lost);
            } else {
                reach.examples.push(lost);
            }
            reach.examples.truncate(MOST_EXAMPLES);
        }
        let hurts = reach.hurting > 0;
        self.phase = match following(set, self.nodes.len()) {
            Some(next) if self.tried < MOST_SETS => Phase::AtOnce(next),
            Some(_) => {
                reach.at_least = !hurts;
                reach.sets = 0;
                self.begin_one_by_one()
            }
            None if hurts => self.begin_one_by_one(),
            // The loss of all nodes is harmful, because something is active.
            None => {
                *reach = Reach { margin: set.len(), ..Reach::default() };
                Phase::AtOnce((0..=set.len()).collect())
            }
        };
        1
    }

    fn begin_one_by_one(&mut self) -> Phase {
        if self.at_once.margin == 0 && !self.at_once.at_least {
            // The loss of one node is the same in both ways.
            self.one_by_one = self.at_once.clone();
            return Phase::Done;
        }
        self.one_by_one.margin = 1;
        self.next_size(2)
    }

    /// How to try sets of that size, when all smaller ones are harmless.
    fn next_size(&self, size: usize) -> Phase {
        if size == self.at_once.margin + 1 && !self.at_once.examples.is_empty() {
            Phase::Examples(0)
        } else {
            Phase::OneByOne(size, Walk { next: vec![0], ..Walk::default() })
        }
    }

    /// The cluster after a node has stopped cleanly.
    fn stopped(cluster: &Cluster, node: NodeId) -> Option<Cluster> {
        let mut after = cluster.clone();
        after.apply(&Command::Stop { nodes: vec![node], shutdown: Shutdown::Clean }).ok()?;
        after.advance(Until::Settled);
        Some(after)
    }

    fn try_example(&mut self, index: usize) -> usize {
        let size = self.at_once.margin + 1;
        let Some(example) = self.at_once.examples.get(index).cloned() else {
            self.phase = Phase::OneByOne(size, Walk { next: vec![0], ..Walk::default() });
            return 1;
        };
        let mut cluster = Some(Cluster::clone(&self.cluster));
        for node in &example[..example.len() - 1] {
            cluster = cluster.and_then(|cluster| Self::stopped(&cluster, *node));
        }
        let losses = cluster.and_then(|cluster| cluster.losses(&self.namespace));
        let lost = losses.map(|losses| self.lost(&losses, &example[example.len() - 1..]));
        self.phase = match lost {
            Some((further, all)) if further > 0 => {
                self.hurts_one_by_one(example, all);
                Phase::Done
            }
            _ => Phase::Examples(index + 1),
        };
        CLUSTER_COST * size
    }

    fn hurts_one_by_one(&mut self, example: Vec<NodeId>, all: u32) {
        self.one_by_one = Reach {
            margin: example.len() - 1,
            examples: vec![example],
            worst: all,
            mildest: all,
            ..Reach::default()
        };
    }

    /// One step through the orders of `size` nodes: stops one more node, tries each as the last one, or goes back.
    fn walk_on(&mut self, size: usize, mut walk: Walk) -> usize {
        let depth = walk.stopped.len();
        if depth + 1 == size {
            return self.try_last(size, walk);
        }
        let is_stopped = |place: usize| walk.stopped.iter().any(|(other, _)| *other == place);
        let from = walk.next[depth];
        let Some(place) = (from..self.nodes.len()).find(|place| !is_stopped(*place)) else {
            walk.next.pop();
            self.phase = if walk.stopped.pop().is_some() {
                Phase::OneByOne(size, walk)
            } else if size == self.nodes.len() {
                // Only reached where nothing was active.
                Phase::Done
            } else {
                self.one_by_one.margin = size;
                self.next_size(size + 1)
            };
            return 1;
        };
        if walk.made == MOST_CLUSTERS {
            self.one_by_one.at_least = true;
            self.phase = Phase::Done;
            return 1;
        }
        walk.next[depth] = place + 1;
        walk.made += 1;
        let before = walk.stopped.last().map_or(&self.cluster, |(_, cluster)| cluster);
        if let Some(after) = Self::stopped(before, self.nodes[place]) {
            walk.stopped.push((place, Rc::new(after)));
            walk.next.push(0);
        }
        self.phase = Phase::OneByOne(size, walk);
        CLUSTER_COST
    }

    /// Tries each running node as the last stop.
    fn try_last(&mut self, size: usize, mut walk: Walk) -> usize {
        walk.next.pop();
        let Some((_, cluster)) = walk.stopped.last() else {
            self.phase = Phase::Done;
            return 1;
        };
        if let Some(losses) = cluster.losses(&self.namespace) {
            for last in losses.running() {
                let (further, all) = self.lost(&losses, &[last]);
                if further > 0 {
                    let places: Vec<usize> = walk.stopped.iter().map(|(place, _)| *place).collect();
                    let mut example = self.named(&places);
                    example.push(last);
                    self.hurts_one_by_one(example, all);
                    return CLUSTER_COST;
                }
            }
        }
        walk.stopped.pop();
        self.phase = Phase::OneByOne(size, walk);
        CLUSTER_COST + self.nodes.len()
    }
}

/// For each partition: whether it is active nowhere now (in AP: with its data).
fn not_active(losses: &Losses) -> Vec<bool> {
    let mut out = vec![false; PARTITIONS];
    for pid in losses.partitions_not_active_without(&[]) {
        out[pid] = true;
    }
    out
}

/// What losses of a number of nodes leave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfSize {
    /// How many nodes are lost.
    pub size: usize,
    /// How many such sets there are.
    pub sets: usize,
    /// How many of them take an active partition away.
    pub hurting: usize,
    /// The most partitions that are active nowhere after one of them.
    pub worst: u16,
    /// The first of the worst sets.
    pub example: Vec<NodeId>,
}

/// How many partitions would be active nowhere after each set of losses at once, as a table.
///
/// With up to [`MOST_LISTED_NODES`] running nodes, a column is a set of the first half of the nodes and a row is a set of
/// the second half, each ordered by size. With more nodes, a column is a node, a row is a node, and a cell is the loss of
/// both (on the diagonal: of that one), together with a chosen node.
#[derive(Clone, Debug)]
pub struct LossTable {
    sets: LossCounts,
    is_counted: bool,
    nodes: Vec<NodeId>,
    also: Option<NodeId>,
    now: u16,
    /// Sets of indexes into `nodes`, as bits.
    columns: Vec<u16>,
    rows: Vec<u16>,
    /// Row by row.
    counts: Vec<u16>,
}

impl LossTable {
    /// An empty table. `None` where there is none: while a cluster change is pending, for an unknown namespace, and where no
    /// node runs. `also` is lost with every set where not all sets are listed.
    #[must_use]
    pub fn new(cluster: &Cluster, namespace: &str, also: Option<NodeId>) -> Option<Self> {
        let losses = Rc::new(cluster.losses(namespace)?);
        let nodes: Vec<NodeId> = losses.running().into_iter().rev().collect();
        let now = not_active(&losses).into_iter().filter(|is_out| *is_out).count();
        if nodes.is_empty() {
            return None;
        }
        let (mut columns, mut rows) = (Vec::new(), Vec::new());
        if nodes.len() <= MOST_LISTED_NODES {
            let first = nodes.len().div_ceil(2);
            columns = by_number(first);
            rows = by_number(nodes.len() - first);
        }
        Some(Self {
            also: also.filter(|also| columns.is_empty() && nodes.contains(also)),
            sets: LossCounts::new(&losses),
            is_counted: false,
            now: u16::try_from(now).unwrap_or(u16::MAX),
            nodes,
            columns,
            rows,
            counts: Vec::new(),
        })
    }

    /// Tries that many more sets; returns whether all are done.
    pub fn advance(&mut self, sets: usize) -> bool {
        let mut steps = sets.div_ceil(STEP_COST);
        while !self.is_counted {
            if steps == 0 {
                return false;
            }
            self.is_counted = !self.sets.step();
            steps -= 1;
        }
        let (columns, rows) = self.size();
        let end = (self.counts.len() + sets).min(columns * rows);
        while self.counts.len() < end {
            let place = self.counts.len();
            let (column, row) = (place % columns, place / columns);
            let count = if column < row && !self.is_complete() {
                self.counts[column * columns + row]
            } else {
                // The engine numbers the nodes from the highest id down.
                let last = self.nodes.len() - 1;
                let lost: Vec<usize> = self.places(column, row).map(|place| last - place).collect();
                let count = self.sets.without(&lost);
                // Without a loss it is as now: what is pending is not yet in force.
                if lost.is_empty() { self.now } else { u16::try_from(count).unwrap_or(u16::MAX) }
            };
            self.counts.push(count);
        }
        end == columns * rows
    }

    /// Whether every set of the running nodes has a cell.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.columns.is_empty()
    }

    /// The running nodes, lowest id first.
    #[must_use]
    pub fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// The nodes of the columns and those of the rows.
    #[must_use]
    pub fn halves(&self) -> (&[NodeId], &[NodeId]) {
        if self.is_complete() {
            self.nodes.split_at(self.nodes.len().div_ceil(2))
        } else {
            (&self.nodes, &self.nodes)
        }
    }

    /// The node that is lost with every set.
    #[must_use]
    pub fn also(&self) -> Option<NodeId> {
        self.also
    }

    /// How many columns and rows there are.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        if self.is_complete() {
            (self.columns.len(), self.rows.len())
        } else {
            (self.nodes.len(), self.nodes.len())
        }
    }

    /// How many partitions are active nowhere now.
    #[must_use]
    pub fn now(&self) -> u16 {
        self.now
    }

    /// The nodes that are lost in a cell, lowest id first; none outside the table.
    #[must_use]
    pub fn set(&self, column: usize, row: usize) -> Vec<NodeId> {
        self.places(column, row).map(|place| self.nodes[place]).collect()
    }

    fn places(&self, column: usize, row: usize) -> impl Iterator<Item = usize> {
        let first = self.nodes.len().div_ceil(2);
        let is_lost = move |place: &usize| match (self.columns.get(column), self.rows.get(row)) {
            (Some(column), Some(row)) => (column | row << first) >> place & 1 == 1,
            _ => *place == column || *place == row || Some(self.nodes[*place]) == self.also,
        };
        (0..self.nodes.len()).filter(is_lost)
    }

    /// How many partitions are active nowhere after the loss of a cell; `None` until it was tried.
    #[must_use]
    pub fn count(&self, column: usize, row: usize) -> Option<u16> {
        let (columns, rows) = self.size();
        if column >= columns || row >= rows {
            return None;
        }
        self.counts.get(row * columns + column).copied()
    }

    /// The same by number of lost nodes, from one up; numbers without a cell are left out.
    #[must_use]
    pub fn by_size(&self) -> Vec<OfSize> {
        let (columns, rows) = self.size();
        let most = if self.is_complete() { self.nodes.len() } else { 3 };
        let mut sizes: Vec<OfSize> =
            (1..=most).map(|size| OfSize { size, ..OfSize::default() }).collect();
        for row in 0..rows {
            // A pair has two cells; one counts.
            for column in (if self.is_complete() { 0 } else { row })..columns {
                let Some(count) = self.count(column, row) else { continue };
                let Some(index) = self.lost_in(column, row).checked_sub(1) else { continue };
                let of_size = &mut sizes[index];
                of_size.sets += 1;
                of_size.hurting += usize::from(count > self.now);
                if of_size.example.is_empty() || count > of_size.worst {
                    of_size.worst = count;
                    of_size.example = self.set(column, row);
                }
            }
        }
        sizes.retain(|of_size| of_size.sets > 0);
        sizes
    }

    /// How many are lost in a cell.
    fn lost_in(&self, column: usize, row: usize) -> usize {
        match (self.columns.get(column), self.rows.get(row)) {
            (Some(column), Some(row)) => {
                usize::try_from(column.count_ones() + row.count_ones()).unwrap_or(0)
            }
            _ => self.set(column, row).len(),
        }
    }
}

/// Every set of `places` indexes, smaller ones first.
fn by_number(places: usize) -> Vec<u16> {
    let mut sets = Vec::new();
    for number in 0..=places {
        let size = |set: u16| usize::try_from(set.count_ones()).unwrap_or(0);
        sets.extend((0..1_u16 << places).filter(|set| size(*set) == number));
    }
    sets
}
