//! The worst of a line: what is out at each of its moments, and what any further loss at that moment would leave out.
//!
//! Invariant: every moment is looked at: after the command, after each change of the clusters, after each round of migrations.
//! At a moment when a cluster change is to come, each loss is tried on a copy of the cluster; where a limit of such trials
//! is reached, it is told. Not here: whether that is too much (see `check`).

use std::rc::Rc;

use rosterlab_engine::{Cluster, ClusterView, Command, Losses, NodeId, Shutdown, Until, convert};

use super::held::Held;
use super::out::Out;
use super::sets::{MOST_SETS, TooMany, sets};
use super::settled::Settled;
use super::steady::{are_held, steady};

/// The most losses that are tried on copies of the cluster in one check.
const MOST_TRIALS: usize = 20_000;

/// A further loss, and what it would leave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// The nodes, highest id first; none when no loss leaves anything out.
    pub nodes: Vec<NodeId>,
    /// How many partitions are out after it.
    pub out: u32,
    /// When it would happen, in simulated milliseconds since the cluster was made.
    pub at_ms: u64,
    /// What is out once the lost nodes are back, if they crashed.
    /// Worked out for the worst loss of a line that is worse than at the beginning.
    pub back: Option<Back>,
}

/// What is out once nodes that crashed are back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Back {
    /// What is out.
    pub out: Out,
    /// Whether fewer partitions would be out had the same nodes stopped cleanly: then the missing mark of a clean stop is to blame
    /// (domain.md §4), and otherwise it is not.
    pub for_want_of_mark: bool,
}

/// What a line comes to in one namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// What is out after it.
    pub after: Out,
    /// What is out at its worst moment.
    pub worst: Out,
    /// By how many further nodes are lost, from one: the worst loss at any of its moments.
    pub losses: Vec<Loss>,
    /// By how many further nodes are lost, from one: how many partitions the worst loss after it leaves out.
    pub losses_after: Vec<u32>,
}

impl Counts {
    /// How many partitions are out at the worst moment when so many further nodes are lost.
    #[must_use]
    pub fn without(&self, nodes: usize) -> u32 {
        match nodes.checked_sub(1) {
            None => self.worst.all(),
            Some(place) => self.losses.get(place).map_or(0, |loss| loss.out),
        }
    }

    /// Whether so many partitions may be out with so many further nodes lost, when these are the counts of the beginning. Where a
    /// loss would have left some out then, there was no margin to keep.
    #[must_use]
    pub fn allows(&self, nodes: usize, out: u32) -> bool {
        out <= self.without(nodes) || nodes > 0 && self.without(nodes) > 0
    }

    /// How many further nodes can be lost at any moment, whichever they are, with no more out than in these counts; `None`
    /// when more is out without any loss.
    #[must_use]
    pub fn margin_left(&self, before: &Self) -> Option<usize> {
        let is_harmed = |nodes: &usize| !before.allows(*nodes, self.without(*nodes));
        let most = self.losses.len();
        (0..=most).find(is_harmed).map_or(Some(most), |nodes| nodes.checked_sub(1))
    }

    /// How many further nodes can be lost at any moment, whichever they are, with no more out than in these counts without a
    /// loss; `None` as in [`Self::margin_left`], which it is never more than. Fewer where a loss did harm before already.
    #[must_use]
    pub fn margin_held(&self, before: &Self) -> Option<usize> {
        let is_held = |nodes: &usize| self.without(*nodes) <= before.worst.all();
        let held = (1..=self.losses.len()).take_while(is_held).count();
        self.margin_left(before).map(|left| left.min(held))
    }

    /// Whether after it any loss leaves no more out than there was in these counts without one.
    #[must_use]
    pub fn is_held_after(&self, before: &Self) -> bool {
        self.losses_after.iter().all(|out| *out <= before.worst.all())
    }

    /// Whether after it no more is out than in these counts, and no loss leaves more out than there.
    #[must_use]
    pub fn is_restored(&self, before: &Self) -> bool {
        let losses = self.losses_after.iter().zip(&before.losses_after);
        self.after.all() <= before.after.all()
            && losses.into_iter().all(|(now, then)| now <= then || *then > 0)
    }

    fn none(margin: usize) -> Self {
        let losses = vec![Loss::default(); margin];
        Self { losses, losses_after: vec![0; margin], ..Self::default() }
    }
}

/// What was counted, for whoever bounds or measures it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Moments that were looked at.
    pub moments: usize,
    /// Moments at which losses were counted for all partitions of a namespace.
    pub counted: usize,
    /// Partitions that were counted again after rounds of migrations.
    pub recounted: usize,
    /// Losses that were tried on copies of the cluster.
    pub trials: usize,
}

/// What is known of a namespace at a settled moment.
#[derive(Clone, Debug)]
enum Known {
    /// No loss does harm while more of these nodes hold each partition than are lost.
    Steady(Vec<NodeId>),
    Counted(Box<Settled>),
    /// It is in AP, so what is left after a loss follows from who is in a cluster then and from [`Held`].
    Available,
}

/// A further loss at a settled moment, and who is in a cluster after it.
#[derive(Clone, Debug)]
struct Further {
    lost: Vec<NodeId>,
    members: Vec<NodeId>,
}

/// A moment, to try losses on.
#[derive(Clone, Debug)]
struct Moment {
    cluster: Cluster,
    /// Who has the data of AP namespaces then.
    held: Held,
}

/// Who looks at every moment of a plan.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    margin: usize,
    /// Of the line that is looked at, by namespace.
    seen: Vec<Counts>,
    /// The moment of the worst loss, by namespace and number of nodes.
    moments: Vec<Vec<Option<Rc<Moment>>>>,
    known: Vec<Known>,
    /// Every loss at the settled moment; none without a namespace in AP.
    further: Vec<Further>,
    held: Held,
    /// Whether the next moment may be another than one after a round of migrations.
    is_new: bool,
    /// Whether too many losses would have been tried, so that some were not.
    pub is_cut_short: bool,
    pub work: Work,
}

impl Watch {
    pub(super) fn new(cluster: &Cluster, margin: usize) -> Result<Self, TooMany> {
        let nodes = cluster.setup().nodes.iter().map(|node| node.id).collect::<Vec<_>>();
        if sets(&nodes, margin).len() > MOST_SETS {
            return Err(TooMany { nodes: nodes.len(), margin });
        }
        Ok(Self {
            margin,
            seen: Vec::new(),
            moments: Vec::new(),
            known: Vec::new(),
            further: Vec::new(),
            held: Held::new(cluster),
            is_new: true,
            is_cut_short: false,
            work: Work::default(),
        })
    }

    /// Begins a line.
    pub(super) fn begin(&mut self, cluster: &Cluster) {
        let namespaces = cluster.setup().namespaces.len();
        self.seen = vec![Counts::none(self.margin); namespaces];
        self.moments = vec![vec![None; self.margin]; namespaces];
        self.is_new = true;
    }

    /// What comes next is not a round of migrations, or may not be.
    pub(super) fn expect_anything(&mut self) {
        self.is_new = true;
    }

    /// Looks at a moment.
    pub(super) fn look(&mut self, cluster: &Cluster) {
        self.work.moments += 1;
        self.seen.iter_mut().for_each(|seen| seen.losses_after.fill(0));
        self.held.look(cluster, self.is_new);
        for (seen, out) in self.seen.iter_mut().zip(self.held.out_now(cluster)) {
            seen.after = out;
            if out.all() > seen.worst.all()
                || (out.all() == seen.worst.all() && out.dead > seen.worst.dead)
            {
                seen.worst = out;
            }
        }
        if self.margin == 0 {
            return;
        }
        if cluster.is_changing() {
            self.known.clear();
            self.is_new = true;
            self.try_each(cluster);
            return;
        }
        if self.is_new || !self.go_on(cluster) {
            self.count(cluster);
        }
        self.is_new = false;
        for index in 0..self.known.len() {
            let lost = match &self.known[index] {
                Known::Steady(_) => continue,
                Known::Counted(counted) => {
                    let sets = counted.sets().iter().zip(counted.counts().iter().copied());
                    worst_of_each_size(sets, self.margin)
                }
                Known::Available => {
                    let out = |one: &Further| self.held.out_when_left(index, &one.members);
                    let sets = self.further.iter().map(|one| (&one.lost, out(one)));
                    worst_of_each_size(sets, self.margin)
                }
            };
            for (nodes, out) in lost {
                self.note(cluster, index, &nodes, out);
            }
        }
    }

    /// Who has the data of AP namespaces at the moment that was looked at last.
    pub(super) fn held(&self) -> &Held {
        &self.held
    }

    /// The counts of the line, with what crashed nodes bring back where a loss is worse than in these counts.
    pub(super) fn end(&mut self, before: Option<&[Counts]>) -> Vec<Counts> {
        let mut seen = std::mem::take(&mut self.seen);
        for (index, counts) in seen.iter_mut().enumerate() {
            let Some(before) = before.map(|before| &before[index]) else { continue };
            for place in 0..counts.losses.len() {
                let is_worse = counts.without(place + 1) > before.without(place + 1);
                let moment = self.moments[index][place].as_ref().filter(|_| is_worse);
                let loss = &mut counts.losses[place];
                loss.back = moment.map(|moment| after_a_crash(moment, index, &loss.nodes));
            }
        }
        seen
    }

    fn note(&mut self, cluster: &Cluster, index: usize, nodes: &[NodeId], out: u32) {
        let Some(place) = nodes.len().checked_sub(1) else { return };
        let after = &mut self.seen[index].losses_after[place];
        *after = (*after).max(out);
        let loss = &mut self.seen[index].losses[place];
        if out > loss.out {
            *loss = Loss { nodes: nodes.to_vec(), out, at_ms: cluster.now_ms(), back: None };
            let moment = Moment { cluster: cluster.clone(), held: self.held.clone() };
            self.moments[index][place] = Some(Rc::new(moment));
        }
    }

    /// Goes on after a round of migrations; returns whether that was enough.
    fn go_on(&mut self, cluster: &Cluster) -> bool {
        for (known, settings) in self.known.iter_mut().zip(&cluster.setup().namespaces) {
            match known {
                Known::Steady(nodes) => {
                    if !are_held(cluster, &settings.name, nodes, self.margin) {
                        return false;
                    }
                }
                Known::Counted(counted) => self.work.recounted += counted.after_a_round(cluster),
                Known::Available => {}
            }
        }
        !self.known.is_empty()
    }

    /// Counts at a settled moment.
    fn count(&mut self, cluster: &Cluster) {
        let view = cluster.view();
        let sets = sets(&running(&view), self.margin);
        self.further = self.further(cluster, &sets);
        self.known = (0..view.namespaces.len())
            .filter_map(|index| {
                if self.held.has(index) {
                    return Some(Known::Available);
                }
                if let Some(nodes) = steady(cluster, &view, index, self.margin) {
                    return Some(Known::Steady(nodes));
                }
                self.work.counted += 1;
                let name = &view.namespaces[index].name;
                let counted = Settled::of(cluster, name, sets.clone())?;
                Some(Known::Counted(Box::new(counted)))
            })
            .collect();
    }

    /// Who is in a cluster after each of these losses at a settled moment; nothing without a namespace in AP.
    fn further(&self, cluster: &Cluster, sets: &[Vec<NodeId>]) -> Vec<Further> {
        let mut settings = cluster.setup().namespaces.iter().enumerate();
        let available = settings.find(|(index, _)| self.held.has(*index));
        let losses = available.and_then(|(_, settings)| cluster.losses_of(&settings.name, &[]));
        let of = |losses: Losses| {
            let further = sets
                .iter()
                .map(|lost| Further { lost: lost.clone(), members: losses.members_without(lost) });
            further.collect()
        };
        losses.map_or_else(Vec::new, of)
    }

    /// Tries each loss while a cluster change is to come.
    fn try_each(&mut self, cluster: &Cluster) {
        let view = cluster.view();
        let namespaces = 0..view.namespaces.len();
        let open: Vec<usize> = namespaces
            .filter(|index| steady(cluster, &view, *index, self.margin).is_none())
            .collect();
        if open.is_empty() {
            return;
        }
        for nodes in sets(&running(&view), self.margin) {
            if self.work.trials >= MOST_TRIALS {
                self.is_cut_short = true;
                return;
            }
            self.work.trials += 1;
            let out = self.held.out_then(&after_a_loss(cluster, &nodes, Shutdown::Unclean));
            for index in &open {
                self.note(cluster, *index, &nodes, out[*index].all());
            }
        }
    }
}

/// The first of the worst sets of each size.
fn worst_of_each_size<'a>(
    sets: impl Iterator<Item = (&'a Vec<NodeId>, u32)>,
    margin: usize,
) -> Vec<(Vec<NodeId>, u32)> {
    let mut worst: Vec<(Vec<NodeId>, u32)> = vec![(Vec::new(), 0); margin];
    for (set, count) in sets {
        let of_size = &mut worst[set.len() - 1];
        if count > of_size.1 {
            *of_size = (set.clone(), count);
        }
    }
    worst
}

fn running(view: &ClusterView) -> Vec<NodeId> {
    view.nodes.iter().filter(|node| node.state.is_up()).map(|node| node.id).collect()
}

/// The cluster after these nodes are gone and the rest has settled.
fn after_a_loss(cluster: &Cluster, nodes: &[NodeId], shutdown: Shutdown) -> Cluster {
    let mut tried = cluster.clone();
    let stopped = tried.apply(&Command::Stop { nodes: nodes.to_vec(), shutdown });
    debug_assert!(stopped.is_ok(), "nodes that run can stop");
    tried.advance(Until::Settled);
    tried
}

/// What is out of a namespace once nodes that were lost are back.
fn after_it(moment: &Moment, index: usize, nodes: &[NodeId], shutdown: Shutdown) -> Out {
    let mut tried = after_a_loss(&moment.cluster, nodes, shutdown);
    let started = tried.apply(&Command::Start { nodes: nodes.to_vec() });
    debug_assert!(started.is_ok(), "nodes that were lost can start");
    tried.advance(Until::Settled);
    moment.held.out_then(&tried)[index]
}

/// What is out of a namespace once nodes that crashed are back, and whether a clean stop would have left fewer.
fn after_a_crash(moment: &Moment, index: usize, nodes: &[NodeId]) -> Back {
    let out = after_it(moment, index, nodes, Shutdown::Unclean);
    let is_fewer = || after_it(moment, index, nodes, Shutdown::Clean).all() < out.all();
    Back { out, for_want_of_mark: out.all() > 0 && is_fewer() }
}

impl Work {
    /// About how much of a processor's time it took, in moments of a small cluster: what a search bounds itself by.
    pub(super) fn cost(self) -> u64 {
        let all = self.moments + 20 * self.counted + 10 * self.trials + self.recounted / 16;
        u64::from(convert::count(all))
    }
}
