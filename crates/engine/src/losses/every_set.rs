//! Every set of lost nodes of a cluster of at most sixteen: 65,536 counts in a few milliseconds.
//!
//! Invariant: once [`EverySet::step`] has returned that no work is left, [`EverySet::not_active`] has the result of
//! [`Losses::not_active_without_set`] for every set. A step is short, so that a caller can draw a frame after any of
//! them. Not here: how counts are computed (see `failure_sets`).

use std::rc::Rc;

use crate::convert::narrow;
use crate::losses::Losses;
use crate::losses::failure_sets::{Family, Plan};
use crate::node_set::PlaceSet;

/// The most running nodes.
const MOST_NODES: usize = 16;
/// With more keys than this, asking set by set is not slower.
const MOST_KEYS: usize = 1024;
/// How many sets a step asks about one by one.
const SETS_A_STEP: usize = 64;

/// The next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// Find out which keys of a family are alike.
    Family(usize),
    /// Add up one kind of keys of a family.
    Kind { family: usize, kind: usize },
    /// Ask about the sets from this one on, one by one: all of them, or those for which the plan does not hold.
    Sets { from: usize },
}

/// For every set of running nodes, how many partitions are active in no sub-cluster without it.
#[derive(Clone, Debug)]
pub struct EverySet {
    losses: Rc<Losses>,
    plan: Option<Plan>,
    next: Option<Next>,
    /// By set: the kind of its key in the current family.
    kinds: Vec<u16>,
    /// By kind: the terms of each shape.
    terms: Vec<Vec<Vec<i32>>>,
    /// By set: the terms, and then their sums.
    sums: Vec<i32>,
    not_active: Vec<u16>,
}

impl Losses {
    /// Prepares the counts for every set of running nodes; `None` when more than sixteen run.
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
        let next = if plan.is_some() { Next::Family(0) } else { Next::Sets { from: 0 } };
        Some(EverySet {
            losses: self.clone(),
            plan,
            next: Some(next),
            kinds: vec![0; sets],
            terms: Vec::new(),
            sums: vec![0; sets],
            not_active: vec![0; sets],
        })
    }
}

impl EverySet {
    /// Does a part of the work. Returns whether some is left.
    pub fn step(&mut self) -> bool {
        self.next = match self.next {
            None => None,
            Some(Next::Family(family)) => self.family(family),
            Some(Next::Kind { family, kind }) => self.kind(family, kind),
            Some(Next::Sets { from }) => self.one_by_one(from),
        };
        self.next.is_some()
    }

    /// By set, as a mask over [`Losses::running`] (bit 0 is the highest id): how many partitions would be active in no
    /// sub-cluster if the set were lost.
    #[must_use]
    pub fn not_active(&self) -> &[u16] {
        &self.not_active
    }

    /// Groups the keys of a family by their terms. Most keys have the terms of another key, because one lost node more
    /// or less matters only around a majority.
    fn family(&mut self, number: usize) -> Option<Next> {
        let plan = self.plan.as_ref()?;
        let Some(family) = plan.families.get(number) else {
            // If no node is lost, no cluster forms anew.
            let none = self.losses.not_active_without_set(PlaceSet::EMPTY);
            self.not_active[0] = narrow(none, "a count of partitions");
            return Some(Next::Sets { from: 0 });
        };
        // In the order of the terms.
        let mut known: Vec<(Vec<Vec<i32>>, u16)> = Vec::new();
        let kind_of = |key: usize| {
            let lost = family.lost_by_label(key);
            let terms = |shape| plan.terms(&self.losses, family, shape, &lost);
            let terms: Vec<Vec<i32>> = family.shapes.iter().map(terms).collect();
            let found = known.binary_search_by(|(other, _)| other.cmp(&terms));
            let place = found.unwrap_or_else(|place| {
                let next = narrow(known.len(), "a kind of key");
                known.insert(place, (terms, next));
                place
            });
            known[place].1
        };
        let kind_of: Vec<u16> = (0..family.keys()).map(kind_of).collect();
        let strides = family.strides();
        self.kinds[0] = 0;
        for set in 1..self.kinds.len() {
            let label = family.label_of[set.trailing_zeros() as usize];
            let step = label.map_or(0, |label| strides[usize::from(label)]);
            // The key at first, computed from that of a smaller set; the kind replaces it below.
            self.kinds[set] = self.kinds[set & (set - 1)] + narrow::<u16, usize>(step, "a key");
        }
        for kind in &mut self.kinds {
            *kind = kind_of[usize::from(*kind)];
        }
        self.terms = vec![Vec::new(); known.len()];
        for (terms, kind) in known {
            self.terms[usize::from(kind)] = terms;
        }
        Some(Next::Kind { family: number, kind: 0 })
    }

    fn kind(&mut self, number: usize, kind: usize) -> Option<Next> {
        let family = self.plan.as_ref()?.families.get(number)?;
        self.sums.fill(0);
        let mut differs = false;
        let mut sets = Vec::new();
        for (shape, terms) in family.shapes.iter().zip(&self.terms[kind]) {
            let all: i32 = shape.cores.iter().map(|core| core.partitions).sum();
            self.sums[0] += terms[0] * all;
            if terms[1..].iter().all(|term| *term == 0) {
                continue;
            }
            differs = true;
            sets.clear();
            sets.resize(shape.term_of.len(), 0_usize);
            for core in &shape.cores {
                for (subset, term) in shape.term_of.iter().enumerate().skip(1) {
                    let node = core.nodes[subset.trailing_zeros() as usize];
                    let set = sets[subset & (subset - 1)] | 1 << node;
                    sets[subset] = set;
                    let term = terms[usize::from(*term)];
                    if term != 0 {
                        self.sums[set] += term * core.partitions;
                    }
                }
            }
        }
        if differs {
            add_up(&mut self.sums);
        } else {
            let all = self.sums[0];
            self.sums.fill(all);
        }
        let this: u16 = narrow(kind, "a kind of key");
        for ((count, sum), kind) in self.not_active.iter_mut().zip(&self.sums).zip(&self.kinds) {
            if *kind == this {
                *count += narrow::<u16, i32>(*sum, "a count of partitions");
            }
        }
        Some(if kind + 1 < self.terms.len() {
            Next::Kind { family: number, kind: kind + 1 }
        } else {
            Next::Family(number + 1)
        })
    }

    fn one_by_one(&mut self, from: usize) -> Option<Next> {
        let to = (from + SETS_A_STEP).min(self.not_active.len());
        if self.plan.as_ref().is_some_and(Plan::always_holds) {
            return None;
        }
        for set in from..to {
            let lost = PlaceSet::of_bits(set as u64);
            if !self.plan.as_ref().is_some_and(|plan| plan.holds_without(&self.losses, lost)) {
                let count = self.losses.not_active_without_set(lost);
                self.not_active[set] = narrow(count, "a count of partitions");
            }
        }
        (to < self.not_active.len()).then_some(Next::Sets { from: to })
    }
}

/// Replaces each set's number by the sum over its subsets.
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
