//! Every set of nodes that could be lost, of a cluster of at most sixteen: 65,536 counts in a few milliseconds.
//!
//! Invariant: [`EverySet::not_active`] at a set is [`Losses::not_active_without_set`] of it, once [`EverySet::step`] has said
//! that nothing is left to do. A step is short, so that a caller can stop after any to draw a frame. Not here: how counts
//! come about (see `failure_sets`).

use std::rc::Rc;

use crate::failure_sets::{Family, Plan};
use crate::losses::Losses;

/// Most running nodes.
const MOST_NODES: usize = 16;
/// With more keys than this, asking set by set is not slower.
const MOST_KEYS: usize = 1024;
/// How many sets a step asks about one by one.
const SETS_A_STEP: usize = 64;

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// A key of a family.
    Key { family: usize, key: usize },
    /// The sets from there on, one by one: all, or those for which the plan does not hold.
    Sets { from: usize },
}

/// For every set of running nodes, how many partitions are active in no sub-cluster without it.
#[derive(Clone, Debug)]
pub struct EverySet {
    losses: Rc<Losses>,
    plan: Option<Plan>,
    next: Option<Next>,
    /// By set: its key in the family that is being worked on.
    keys: Vec<u16>,
    /// By set: terms, and then their sums.
    sums: Vec<i32>,
    not_active: Vec<u16>,
}

impl Losses {
    /// Prepares going through every set of running nodes; `None` when more than sixteen run.
    #[must_use]
    pub fn every_set(self: &Rc<Self>) -> Option<EverySet> {
        let nodes = self.order.len();
        if nodes > MOST_NODES {
            return None;
        }
        let few_keys = |plan: &Plan| {
            plan.families.iter().map(Family::keys).fold(0, usize::saturating_add) <= MOST_KEYS
        };
        let plan = Plan::new(self).filter(few_keys);
        let sets = 1 << nodes;
        let next =
            if plan.is_some() { Next::Key { family: 0, key: 0 } } else { Next::Sets { from: 0 } };
        Some(EverySet {
            losses: self.clone(),
            plan,
            next: Some(next),
            keys: vec![0; sets],
            sums: vec![0; sets],
            not_active: vec![0; sets],
        })
    }
}

impl EverySet {
    /// Does a part of the work; says whether some is left.
    pub fn step(&mut self) -> bool {
        self.next = match self.next {
            None => None,
            Some(Next::Key { family, key }) => self.key(family, key),
            Some(Next::Sets { from }) => self.one_by_one(from),
        };
        self.next.is_some()
    }

    /// By set, as a mask over [`Losses::running`] (bit 0 is the highest id): how many partitions are active in no
    /// sub-cluster without it.
    #[must_use]
    pub fn not_active(&self) -> &[u16] {
        &self.not_active
    }

    fn key(&mut self, number: usize, key: usize) -> Option<Next> {
        let plan = self.plan.as_ref()?;
        let Some(family) = plan.families.get(number) else {
            return Some(Next::Sets { from: 0 });
        };
        if key == 0 {
            let strides = family.strides();
            for set in 1..self.keys.len() {
                let label = family.label_of[set.trailing_zeros() as usize];
                let step = label.map_or(0, |label| strides[usize::from(label)]);
                let step = u16::try_from(step).unwrap_or(u16::MAX);
                self.keys[set] = self.keys[set & (set - 1)] + step;
            }
        }
        let lost = family.lost_by_label(key);
        self.sums.fill(0);
        for shape in &family.shapes {
            let terms = plan.terms(&self.losses, family, shape, &lost);
            let mut sets = vec![0_usize; shape.term_of.len()];
            for core in &shape.cores {
                for (subset, term) in shape.term_of.iter().enumerate() {
                    if subset > 0 {
                        let node = core.nodes[subset.trailing_zeros() as usize];
                        sets[subset] = sets[subset & (subset - 1)] | 1 << node;
                    }
                    self.sums[sets[subset]] += terms[usize::from(*term)] * core.partitions;
                }
            }
        }
        add_up(&mut self.sums);
        let this = u16::try_from(key).unwrap_or(u16::MAX);
        for ((not_active, sum), key) in self.not_active.iter_mut().zip(&self.sums).zip(&self.keys) {
            if *key == this {
                *not_active += u16::try_from(*sum).unwrap_or(0);
            }
        }
        let more = key + 1 < family.keys();
        Some(if more {
            Next::Key { family: number, key: key + 1 }
        } else {
            Next::Key { family: number + 1, key: 0 }
        })
    }

    fn one_by_one(&mut self, from: usize) -> Option<Next> {
        let to = (from + SETS_A_STEP).min(self.not_active.len());
        if self.plan.as_ref().is_some_and(Plan::always_holds) {
            return None;
        }
        for set in from..to {
            let lost = set as u128;
            if !self.plan.as_ref().is_some_and(|plan| plan.holds_without(&self.losses, lost)) {
                let count = self.losses.not_active_without_set(lost);
                self.not_active[set] = u16::try_from(count).unwrap_or(u16::MAX);
            }
        }
        (to < self.not_active.len()).then_some(Next::Sets { from: to })
    }
}

/// Turns a number for each set into the sum over its subsets.
fn add_up(sums: &mut [i32]) {
    let mut half = 1;
    while half < sums.len() {
        for block in sums.chunks_exact_mut(2 * half) {
            let (without, with) = block.split_at_mut(half);
            for (without, with) in without.iter().zip(with) {
                *with += without;
            }
        }
        half *= 2;
    }
}
