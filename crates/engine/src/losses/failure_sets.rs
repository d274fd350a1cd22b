//! What all sets of lost nodes have in common. It is computed once, so that very many sets can be counted quickly.
//!
//! Whether a loss leaves a partition inactive depends on little. The few nodes that hold its data or are its
//! roster-replicas are its *core*; it matters which of them are lost. All other nodes have *labels* by their marks; it
//! only matters how many are lost of each label. So for given numbers of lost nodes by label (a *key*) the result is a
//! function of the lost part of the core, and every such function is a sum over the subsets of that part
//! ([`Plan::terms`]). The terms of all partitions add up to numbers for a few small sets of nodes, and the count for a
//! lost set is the sum over its subsets.
//!
//! Nodes with the same marks are interchangeable. So the judge is asked once for each *shape* of a core and each number
//! of nodes lost from it, and never for a single partition.
//!
//! Invariant: the counts are those of [`Losses::not_active_without_set`]. There is no plan where clusters or cores
//! would give too many cases; the callers then ask about sets one by one. Not here: iterating over the sets (see
//! `every_set`, `up_to_three`).

use crate::availability::Facts;
use crate::convert::{self, narrow};
use crate::losses::{Losses, seen};
use crate::node_set::{NodeSet, PlaceSet};
use crate::version::{full, not_subset};

/// The most nodes of a core: a core of `n` has 2ⁿ subsets.
const MOST_CORE: usize = 12;
/// The most families that are tried.
const MOST_FAMILIES: usize = 64;
/// How many nodes of a partition may differ from their labels in its family. They are put into its core.
const MOST_ODD: usize = 2;
/// The most keys that are tried to find out whether a cluster can serve at all.
const MOST_KEYS_TRIED: usize = 256;

/// A node's cluster (a place in [`Plan::homes`], above) and its bits of [`seen`] (below).
type Signature = u16;
const UNKNOWN: Signature = Signature::MAX;
/// Bits of [`seen`] below the cluster's number.
const BITS: u32 = 8;
/// The bits that put a node into the core.
const CORE: Signature = (seen::DATA | seen::REPLICA | seen::MASTER) as Signature;

/// A cluster that can serve, with its roster.
#[derive(Clone, Copy, Debug)]
struct Home {
    roster: usize,
    members: NodeSet,
    /// Whether its roster would be the namespace's first.
    first_roster: bool,
}

/// A running node that counts: its place in [`Losses::running`], and its cluster.
#[derive(Clone, Copy, Debug)]
struct Voter {
    place: u8,
    home: u16,
}

/// Nodes of a family that are alike outside the cores.
#[derive(Clone, Copy, Debug)]
struct Label {
    signature: Signature,
    /// Up to 256.
    nodes: u16,
}

/// Nodes of a core that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Class {
    signature: Signature,
    /// Their label in the family.
    label: u8,
    nodes: u8,
}

/// Partitions whose cores are alike but for the nodes in them.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    classes: Vec<Class>,
    /// For every subset of a core (as a mask over its nodes by class) the place of its term in [`Plan::terms`].
    pub term_of: Vec<u16>,
    pub cores: Vec<Core>,
}

/// The core of some partitions.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    /// By class, as places in [`Losses::running`].
    pub nodes: Vec<u8>,
    pub partitions: i32,
}

/// Partitions that agree on the label of every node outside their cores.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    labels: Vec<Label>,
    /// By place in [`Losses::running`]; `None` for nodes whose loss makes no difference.
    pub label_of: Vec<Option<u8>>,
    pub shapes: Vec<Shape>,
}

impl Family {
    pub fn labels(&self) -> usize {
        self.labels.len()
    }

    /// The number of keys: one for each combination of lost nodes by label.
    pub fn keys(&self) -> usize {
        self.labels.iter().fold(1, |keys, label| keys.saturating_mul(usize::from(label.nodes) + 1))
    }

    /// What one more lost node of each label adds to a key. Saturates, as [`Family::keys`] does: callers give up on so
    /// many keys.
    pub fn strides(&self) -> Vec<usize> {
        let stride = |next: &mut usize, label: &Label| {
            let this = *next;
            *next = this.saturating_mul(usize::from(label.nodes) + 1);
            Some(this)
        };
        self.labels.iter().scan(1, stride).collect()
    }

    /// The numbers of lost nodes that a key stands for.
    pub fn lost_by_label(&self, mut key: usize) -> Vec<u16> {
        let digit = |label: &Label| {
            let radix = usize::from(label.nodes) + 1;
            let digit = key % radix;
            key /= radix;
            narrow(digit, "lost nodes of a label")
        };
        self.labels.iter().map(digit).collect()
    }
}

/// Nodes of one cluster, counted by what the rules can see.
#[derive(Clone, Copy, Debug, Default)]
struct Census {
    present: u32,
    evading: u32,
    revived: u32,
    by_operator: u32,
    with_data: u32,
    not_subset: u32,
    /// Full when the whole roster is present.
    full_if_whole: u32,
    /// Full when it is not.
    full: u32,
    replicas: u32,
    master: bool,
}

impl Census {
    fn add(&mut self, signature: Signature, nodes: u32) {
        let has = |bit: u8| signature & Signature::from(bit) != 0;
        let count = |on: bool| if on { nodes } else { 0 };
        let bit = |bit: u8| u64::from(has(bit));
        let (data, subset) = (bit(seen::DATA), bit(seen::SUBSET));
        let full = |whole| full(data, subset, bit(seen::EVADE), bit(seen::REVIVED), whole) != 0;
        self.present += nodes;
        self.evading += count(has(seen::EVADE));
        self.revived += count(has(seen::REVIVED));
        self.by_operator += count(has(seen::BY_OPERATOR));
        self.with_data += count(has(seen::DATA));
        self.not_subset += count(not_subset(data, subset) != 0);
        self.full_if_whole += count(full(true));
        self.full += count(full(false));
        self.replicas += count(has(seen::REPLICA));
        self.master |= has(seen::MASTER) && nodes > 0;
    }
}

/// What is known about all failure sets of a namespace.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    homes: Vec<Home>,
    pub families: Vec<Family>,
    /// The clusters as they are.
    clusters: Vec<NodeSet>,
    /// Whether any loss leaves these clusters as they are, but for the lost nodes.
    splits_cleanly: bool,
}

impl Plan {
    /// `None` where there would be too many cases.
    pub fn new(losses: &Losses) -> Option<Self> {
        // A plan forms every cluster anew. A cluster of all running nodes does form anew after any loss. Of several
        // clusters, and of one beside orphans, some may lose no node.
        let is_one = matches!(&losses.formed[..], [(members, _)] if *members == losses.running);
        if !is_one && !losses.would_form_alike() {
            return None;
        }
        let clusters = losses.clusters(losses.running);
        let mut homes = Vec::new();
        for members in &clusters {
            let mut held = members.iter().map(|slot| losses.held[slot]);
            let first = held.next().flatten();
            let never = members.and(losses.never_in_force);
            if !held.all(|roster| roster == first) || !(never.is_empty() || never == *members) {
                return None;
            }
            let home = |roster| Home {
                roster,
                members: *members,
                first_roster: losses.is_first_roster(*members),
            };
            homes.extend(first.map(home));
        }
        // Clusters that can never serve would only multiply the keys.
        let several = homes.len() > 1;
        homes.retain(|home| {
            if !several {
                return true;
            }
            let alone = Self::of(losses, vec![*home]);
            alone.is_none_or(|plan| plan.can_serve(losses))
        });
        let mut plan = Self::of(losses, homes)?;
        plan.splits_cleanly = clusters.iter().all(|members| {
            let others = losses.running.minus(*members);
            members.iter().all(|slot| losses.cuts.of(slot).and(losses.running) == others)
        }) && !losses.has_minimum();
        plan.clusters = clusters;
        Some(plan)
    }

    /// Whether the plan holds for every loss.
    pub fn always_holds(&self) -> bool {
        self.splits_cleanly
    }

    /// Whether a loss leaves the clusters as they are, but for the lost nodes. The plan holds for no other loss.
    pub fn holds_without(&self, losses: &Losses, lost: PlaceSet) -> bool {
        if self.splits_cleanly {
            return true;
        }
        let lost = losses.set_of(lost);
        let left = losses.clusters(losses.running.minus(lost));
        let same = |members: &NodeSet| {
            let members = members.minus(lost);
            members.is_empty() || left.contains(&members)
        };
        self.clusters.iter().all(same)
    }

    fn of(losses: &Losses, homes: Vec<Home>) -> Option<Self> {
        let voters = voters(losses, &homes);
        let mut builders: Vec<FamilyBuilder> = Vec::new();
        for group in &losses.groups {
            let signature = |voter: &Voter| {
                let position = &group.positions[homes[usize::from(voter.home)].roster];
                let seen = position.seen(losses.order[usize::from(voter.place)]);
                voter.home << BITS | Signature::from(seen)
            };
            let signatures: Vec<Signature> = voters.iter().map(signature).collect();
            let partitions = narrow(group.partitions.len(), "a group's partitions");
            let fits = |builder: &FamilyBuilder| builder.odd(&signatures).count();
            let best = builders.iter_mut().map(|builder| (fits(builder), builder));
            let best = best.min_by_key(|(odd, _)| *odd).filter(|(odd, _)| *odd <= MOST_ODD);
            if let Some((_, builder)) = best {
                builder.take_in(&signatures, partitions)?;
            } else {
                let mut builder = FamilyBuilder::new(voters.len());
                builder.take_in(&signatures, partitions)?;
                builders.push(builder);
            }
            if builders.len() > MOST_FAMILIES {
                return None;
            }
        }
        let families = builders
            .into_iter()
            .map(|builder| builder.finish(&voters, losses.order.len()))
            .collect();
        Some(Self { homes, families, clusters: Vec::new(), splits_cleanly: false })
    }

    fn can_serve(&self, losses: &Losses) -> bool {
        self.families.iter().any(|family| {
            let keys = family.keys();
            keys > MOST_KEYS_TRIED
                || (0..keys).any(|key| {
                    let lost = family.lost_by_label(key);
                    let served = |shape| self.verdicts(losses, family, shape, &lost).contains(&0);
                    family.shapes.iter().any(served)
                })
        })
    }

    /// The terms of a shape's partitions for a key. For a lost part of the core, the terms of its subsets add up to 1
    /// (inactive) or 0.
    pub fn terms(
        &self,
        losses: &Losses,
        family: &Family,
        shape: &Shape,
        lost_by_label: &[u16],
    ) -> Vec<i32> {
        let verdicts = self.verdicts(losses, family, shape, lost_by_label);
        // Impossible cases (-1) are never asked for.
        let mut terms: Vec<i32> = verdicts.into_iter().map(|verdict| verdict.max(0)).collect();
        let mut stride = 1;
        for class in &shape.classes {
            let nodes = usize::from(class.nodes);
            for low in (0..terms.len()).filter(|place| place / stride % (nodes + 1) == 0) {
                for round in 1..=nodes {
                    for place in (round..=nodes).rev() {
                        terms[low + place * stride] -= terms[low + (place - 1) * stride];
                    }
                }
            }
            stride *= nodes + 1;
        }
        terms
    }

    /// For a key and every number of nodes lost of each class: 1 if no cluster serves, 0 if one does, -1 if there are
    /// not that many nodes.
    fn verdicts(
        &self,
        losses: &Losses,
        family: &Family,
        shape: &Shape,
        lost_by_label: &[u16],
    ) -> Vec<i32> {
        let radix = |class: &Class| usize::from(class.nodes) + 1;
        let cases: usize = shape.classes.iter().map(radix).product();
        let mut censuses = vec![Census::default(); self.homes.len()];
        // The nodes of each label outside the core: all of them, and those that are not lost.
        let mut outside: Vec<i32> = family.labels.iter().map(|label| label.nodes.into()).collect();
        for class in &shape.classes {
            outside[usize::from(class.label)] -= i32::from(class.nodes);
        }
        let mut there = Vec::new();
        let verdict = |case: usize| {
            censuses.fill(Census::default());
            there.clear();
            let labels = family.labels.iter().zip(lost_by_label);
            there.extend(labels.map(|(label, lost)| i32::from(label.nodes) - i32::from(*lost)));
            let mut rest = case;
            let mut left = [0_i32; MOST_CORE];
            for (class, left) in shape.classes.iter().zip(&mut left) {
                let lost: i32 = narrow(rest % radix(class), "lost nodes of a class");
                rest /= radix(class);
                *left = i32::from(class.nodes) - lost;
                there[usize::from(class.label)] -= *left;
            }
            if there.iter().zip(&outside).any(|(there, most)| !(0..=*most).contains(there)) {
                return -1;
            }
            let labels = family.labels.iter().map(|label| label.signature);
            let outside = labels.zip(there.iter().copied());
            let core = shape.classes.iter().map(|class| class.signature).zip(left);
            for (signature, nodes) in outside.chain(core) {
                censuses[usize::from(signature >> BITS)].add(signature, nodes.unsigned_abs());
            }
            let mut homes = self.homes.iter().zip(&censuses);
            i32::from(!homes.any(|(home, census)| serves(losses, *home, census)))
        };
        (0..cases).map(verdict).collect()
    }
}

/// The running nodes that are in one of these clusters and in its roster.
fn voters(losses: &Losses, homes: &[Home]) -> Vec<Voter> {
    let voter = |(place, slot): (usize, &crate::node_set::Slot)| {
        let of = |home: &Home| losses.rosters[home.roster].set.and(home.members).contains(*slot);
        let home = homes.iter().position(of)?;
        Some(Voter {
            place: narrow(place, "a node's place"),
            home: narrow(home, "a cluster's place"),
        })
    };
    losses.order.iter().enumerate().filter_map(voter).collect()
}

fn serves(losses: &Losses, home: Home, census: &Census) -> bool {
    let roster = convert::count(losses.rosters[home.roster].len());
    let facts = Facts {
        replication_factor: u32::from(losses.replication_factor),
        roster,
        present: census.present,
        evading: census.evading,
        revived: census.revived,
        revived_by_operator: census.by_operator,
        with_data: census.with_data,
        full: if census.present == roster { census.full_if_whole } else { census.full },
        not_subset: census.not_subset,
        roster_replicas_present: census.replicas,
        roster_master_present: census.master,
        first_roster: home.first_roster,
    };
    (losses.judge)(&facts, losses.profile).is_active()
}

/// Builds a family.
struct FamilyBuilder {
    /// By voter: its label outside the cores.
    labels: Vec<Signature>,
    /// Cores as pairs of a signature and a voter, with their partitions.
    cores: Vec<(Vec<(Signature, u8)>, i32)>,
}

impl FamilyBuilder {
    fn new(voters: usize) -> Self {
        Self { labels: vec![UNKNOWN; voters], cores: Vec::new() }
    }

    /// The voters outside the core that differ from their labels in the family.
    fn odd(&self, signatures: &[Signature]) -> impl Iterator<Item = usize> {
        let pairs = self.labels.iter().zip(signatures).enumerate();
        let odd = pairs.filter(|(_, (label, signature))| {
            **signature & CORE == 0 && **label != UNKNOWN && label != signature
        });
        odd.map(|(voter, _)| voter)
    }

    /// Adds partitions; `None` when their core is too large.
    fn take_in(&mut self, signatures: &[Signature], partitions: i32) -> Option<()> {
        let mut core: Vec<usize> = self.odd(signatures).collect();
        for (voter, signature) in signatures.iter().enumerate() {
            if signature & CORE != 0 {
                core.push(voter);
            } else if self.labels[voter] == UNKNOWN {
                self.labels[voter] = *signature;
            }
        }
        if core.len() > MOST_CORE {
            return None;
        }
        let node = |voter: usize| (signatures[voter], narrow(voter, "a voter's place"));
        self.cores.push((core.into_iter().map(node).collect(), partitions));
        Some(())
    }

    fn finish(mut self, voters: &[Voter], running: usize) -> Family {
        for (label, voter) in self.labels.iter_mut().zip(voters) {
            if *label == UNKNOWN {
                *label = voter.home << BITS;
            }
        }
        let mut labels: Vec<Label> = Vec::new();
        let mut label_of = vec![None; running];
        let mut label_of_voter = vec![0; voters.len()];
        for (index, signature) in self.labels.iter().enumerate() {
            let known = labels.iter().position(|label| label.signature == *signature);
            let place = known.unwrap_or_else(|| {
                labels.push(Label { signature: *signature, nodes: 0 });
                labels.len() - 1
            });
            labels[place].nodes += 1;
            let place = narrow(place, "a label's place");
            label_of_voter[index] = place;
            label_of[usize::from(voters[index].place)] = Some(place);
        }
        let mut cores: Vec<(Vec<Class>, Core)> = Vec::with_capacity(self.cores.len());
        for (nodes, partitions) in self.cores {
            let of = |(signature, voter): (Signature, u8)| {
                let voter = usize::from(voter);
                (signature, label_of_voter[voter], voters[voter].place)
            };
            let mut keys: Vec<(Signature, u8, u8)> = nodes.into_iter().map(of).collect();
            keys.sort_unstable();
            let mut classes: Vec<Class> = Vec::new();
            let mut nodes = Vec::with_capacity(keys.len());
            for (signature, label, place) in keys {
                nodes.push(place);
                match classes.last_mut() {
                    Some(last) if (last.signature, last.label) == (signature, label) => {
                        last.nodes += 1;
                    }
                    _ => classes.push(Class { signature, label, nodes: 1 }),
                }
            }
            cores.push((classes, Core { nodes, partitions }));
        }
        // Stable, so that the cores of a shape stay in order.
        cores.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut shapes: Vec<Shape> = Vec::new();
        for (classes, core) in cores {
            match shapes.last_mut() {
                Some(last) if last.classes == classes => last.cores.push(core),
                _ => {
                    let term_of = term_of(&classes);
                    shapes.push(Shape { classes, term_of, cores: vec![core] });
                }
            }
        }
        Family { labels, label_of, shapes }
    }
}

/// For every subset of a core, the number of its nodes in each class as one number.
fn term_of(classes: &[Class]) -> Vec<u16> {
    let mut steps = Vec::new();
    let mut stride = 1;
    for class in classes {
        steps.extend(std::iter::repeat_n(stride, usize::from(class.nodes)));
        stride *= u16::from(class.nodes) + 1;
    }
    let mut terms = vec![0; 1 << steps.len()];
    for subset in 1..terms.len() {
        terms[subset] = terms[subset & (subset - 1)] + steps[subset.trailing_zeros() as usize];
    }
    terms
}
