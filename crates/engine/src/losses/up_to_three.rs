//! Sets of up to three lost nodes of a cluster of any size: 128 nodes have 349,632 such sets, and each takes a few
//! look-ups.
//!
//! Invariant: [`UpToThree::not_active_without`] is [`Losses::not_active_without_set`] of the same nodes. Not here: how
//! counts are computed (see `failure_sets`).
//!
//! Places are sorted by a loop of our own ([`ascending`]), which the compiler inlines. With std's sort, all 349,632 sets
//! (the bench of that name, RF 2) take 197 million instructions instead of 174, by callgrind.

use std::rc::Rc;

use crate::convert::narrow;
use crate::losses::Losses;
use crate::losses::failure_sets::{Family, Plan, Shape};
use crate::node_set::PlaceSet;

/// The most lost nodes.
const MOST: usize = 3;
/// The most numbers that the tables of pairs may hold.
const MOST_NUMBERS: usize = 1 << 21;

/// The terms of one key: what each set of up to three lost nodes adds to the count.
#[derive(Clone, Debug, Default)]
struct Terms {
    none: i32,
    one: Vec<i32>,
    /// By the lower place and then the higher; empty where fewer than two nodes are lost.
    two: Vec<i32>,
    /// Three places, ascending, packed into one number; sorted. Empty where fewer than three nodes are lost.
    three: Vec<(u32, i32)>,
}

/// A family's terms by its keys.
#[derive(Clone, Debug)]
struct Table {
    /// By a node's place: its label, or the number of labels if its loss makes no difference.
    label_of: Vec<usize>,
    labels: usize,
    /// By three labels: the place in `terms`.
    keys: Vec<usize>,
    terms: Vec<Terms>,
}

/// Prepared to tell what the loss of any one, two or three nodes leaves.
#[derive(Clone, Debug)]
pub struct UpToThree {
    losses: Rc<Losses>,
    plan: Option<Plan>,
    tables: Vec<Table>,
}

impl Losses {
    /// Prepares asking about sets of up to three nodes.
    #[must_use]
    pub fn up_to_three(self: &Rc<Self>) -> UpToThree {
        let nodes = self.order.len();
        let numbers = |plan: &Plan| {
            let of = |family: &Family| (family.labels() + 1).pow(3) * nodes * nodes / 2;
            plan.families.iter().map(of).sum::<usize>()
        };
        let known_keys =
            |plan: &Plan| plan.families.iter().all(|family| family.keys() < usize::MAX);
        let plan = Plan::new(self).filter(|plan| numbers(plan) <= MOST_NUMBERS && known_keys(plan));
        let tables = plan.iter().flat_map(|plan| {
            plan.families.iter().map(|family| Table::new(self, plan, family, nodes))
        });
        UpToThree { losses: self.clone(), tables: tables.collect(), plan }
    }
}

impl UpToThree {
    /// How many partitions are active in no sub-cluster without these nodes: up to three different places in
    /// [`Losses::running`].
    #[must_use]
    pub fn not_active_without(&self, lost: &[usize]) -> u32 {
        let set: PlaceSet = lost.iter().copied().collect();
        let planned = self.plan.as_ref().is_some_and(|plan| plan.holds_without(&self.losses, set));
        if !planned || lost.is_empty() || lost.len() > MOST {
            return self.losses.not_active_without_set(set);
        }
        let mut places = [usize::MAX; MOST];
        places[..lost.len()].copy_from_slice(lost);
        ascending(&mut places);
        let sum = self.tables.iter().map(|table| table.sum(&places[..lost.len()])).sum::<i32>();
        narrow(sum, "a count of partitions")
    }
}

impl Table {
    fn new(losses: &Losses, plan: &Plan, family: &Family, nodes: usize) -> Self {
        let labels = family.labels();
        let label_of = |label: &Option<u8>| label.map_or(labels, usize::from);
        let mut table = Self {
            label_of: family.label_of.iter().map(label_of).collect(),
            labels,
            keys: vec![usize::MAX; (labels + 1).pow(3)],
            terms: Vec::new(),
        };
        let strides = family.strides();
        let mut known: Vec<usize> = Vec::new();
        for place in 0..table.keys.len() {
            let three = table.labels_at(place);
            let lost = three.into_iter().filter(|label| *label < labels);
            let key = lost.clone().map(|label| strides[label]).fold(0, usize::saturating_add);
            let by_label = family.lost_by_label(key);
            let exact = |label: usize| {
                usize::from(by_label[label]) == lost.clone().filter(|other| *other == label).count()
            };
            // More nodes of a label would be lost than it has, so there is no such set.
            if !(0..labels).all(exact) {
                continue;
            }
            table.keys[place] = known.iter().position(|other| *other == key).unwrap_or_else(|| {
                known.push(key);
                let mut terms = Terms::new(lost.clone().count(), nodes);
                for shape in &family.shapes {
                    let of_shape = plan.terms(losses, family, shape, &by_label);
                    terms.add(shape, &of_shape, nodes);
                }
                terms.three = gathered(&terms.three);
                table.terms.push(terms);
                known.len() - 1
            });
        }
        table
    }

    fn labels_at(&self, place: usize) -> [usize; MOST] {
        let radix = self.labels + 1;
        [place / radix / radix, place / radix % radix, place % radix]
    }

    fn sum(&self, places: &[usize]) -> i32 {
        let mut key = 0;
        for index in 0..MOST {
            let label = places.get(index).map_or(self.labels, |place| self.label_of[*place]);
            key = key * (self.labels + 1) + label;
        }
        let terms = &self.terms[self.keys[key]];
        let nodes = self.label_of.len();
        let mut sum = terms.none;
        for (index, high) in places.iter().enumerate() {
            sum += terms.one.get(*high).copied().unwrap_or(0);
            for low in &places[..index] {
                sum += terms.two.get(low * nodes + high).copied().unwrap_or(0);
            }
        }
        if let [a, b, c] = places
            && let Ok(found) = terms.three.binary_search_by_key(&packed(*a, *b, *c), |pair| pair.0)
        {
            sum += terms.three[found].1;
        }
        sum
    }
}

impl Terms {
    fn new(lost: usize, nodes: usize) -> Self {
        let table = |least: usize, size: usize| vec![0; if lost >= least { size } else { 0 }];
        Self { none: 0, one: table(1, nodes), two: table(2, nodes * nodes), three: Vec::new() }
    }

    fn add(&mut self, shape: &Shape, terms: &[i32], nodes: usize) {
        let term = |subset: usize| terms[usize::from(shape.term_of[subset])];
        for core in &shape.cores {
            self.none += term(0) * core.partitions;
            for subset in 1..shape.term_of.len() {
                let term = term(subset) * core.partitions;
                if term == 0 || subset.count_ones() > 3 {
                    continue;
                }
                let mut places = [0; MOST];
                let mut rest = subset;
                let count = subset.count_ones() as usize;
                for place in &mut places[..count] {
                    *place = usize::from(core.nodes[rest.trailing_zeros() as usize]);
                    rest &= rest - 1;
                }
                ascending(&mut places[..count]);
                let [a, b, c] = places;
                let all = [self.one.get_mut(a), self.two.get_mut(a * nodes + b)];
                match (count, all) {
                    (1, [Some(one), _]) => *one += term,
                    (2, [_, Some(two)]) => *two += term,
                    (3, [_, Some(_)]) => self.three.push((packed(a, b, c), term)),
                    _ => {}
                }
            }
        }
    }
}

fn packed(a: usize, b: usize, c: usize) -> u32 {
    narrow(a << 16 | b << 8 | c, "a set of three places")
}

/// Sorts the terms and adds up those of the same set.
fn gathered(terms: &[(u32, i32)]) -> Vec<(u32, i32)> {
    let mut terms = terms.to_vec();
    terms.sort_unstable_by_key(|(set, _)| *set);
    let mut sums: Vec<(u32, i32)> = Vec::new();
    for (set, term) in terms {
        match sums.last_mut() {
            Some(last) if last.0 == set => last.1 += term,
            _ => sums.push((set, term)),
        }
    }
    sums
}

/// Sorts up to three places. Inlined, unlike std's sort.
fn ascending(places: &mut [usize]) {
    for end in 1..places.len() {
        for place in (1..=end).rev() {
            if places[place] < places[place - 1] {
                places.swap(place, place - 1);
            }
        }
    }
}
