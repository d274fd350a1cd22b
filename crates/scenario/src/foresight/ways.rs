//! The nearest ways out: the smallest sets of actions that would make a partition active again.
//!
//! Invariant: each way was tried on a copy of the cluster, command by command, settled after each, and made the partition
//! active; no part of it does at no more risk, but for this: with every node down, a way starts them all. A way that sets
//! the roster or revives does so for every namespace that it helps and whose risk is no worse. Smaller sets are tried before
//! larger ones. When no set of [`MOST_ACTIONS`] helps without risk, all actions are tried together and needless ones are
//! taken out; such a way is checked by leaving out one action at a time.
//! A search advances one command at a time, so that the caller can do other work in between. Not here: whether a node can
//! be started in reality, and sentences.

use std::cmp::Reverse;
use std::rc::Rc;

use rosterlab_engine::{
    Cluster, ClusterView, Command, Mode, NodeId, NodeState, PartitionId, RevivedBy, Role,
    RosterEntry, RosterNodes, Served, Until, convert,
};

use super::sets::following;
use crate::timeline::{Entry, Purpose, Settle};

/// The most actions of a set in the search by size.
pub const MOST_ACTIONS: usize = 4;
/// The most ways in the result.
pub const MOST_WAYS: usize = 4;
/// The limits of the number of sets that are tried by size, and of those while needless actions are taken out. A try
/// takes longer the more nodes there are.
const TRIES: (u32, u32) = (400, 50);
/// The budget: sets times nodes.
const TRIED_NODES: u32 = 6400;
/// The most nodes whose start is tried by itself; of more nodes, the most different ones.
const MOST_STARTS: usize = 10;
/// The most sub-clusters whose nodes are tried as the roster.
const MOST_ROSTERS: usize = 3;

/// An action of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remedy {
    /// Stage the roster in force again wherever another one is staged, so that no cluster change brings that into force.
    Unstage,
    /// Restore every link.
    Heal,
    /// Start a node that is down; all starts of a way happen at once.
    Start(NodeId),
    /// Force a cluster change, which brings a staged roster into force.
    Recluster,
    /// Set the roster to the observed nodes and recluster; in every namespace that the way is for.
    RosterSet {
        /// In the sub-cluster of this node; else in the one with the highest principal.
        on: Option<NodeId>,
    },
    /// Revive on all nodes that are up and recluster; in every namespace that the way is for.
    Revive,
}

impl Remedy {
    /// Whether it is for some namespaces and not for the whole cluster.
    fn is_of_namespaces(&self) -> bool {
        matches!(self, Self::RosterSet { .. } | Self::Revive)
    }
}

/// The most parts of entries whose risk is worked out: each takes about as long as a fault.
pub const MOST_JUDGED: usize = 100;

/// What a way may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Nothing: with an unchanged roster the rules never miss an acknowledged write (domain.md §5).
    None,
    /// Fewer than RF roster nodes are dropped or untrusted, so every acknowledged write is on a node that stays. The copies
    /// on dropped nodes are not used until they are in a roster again.
    LeavesCopiesBehind,
    /// RF or more roster nodes are dropped or untrusted, or their `e` is overruled: acknowledged writes that only they have
    /// may be missed (domain.md §4, §8).
    MayLoseWrites,
}

/// A way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The actions.
    pub remedies: Vec<Remedy>,
    /// The actions as commands, in order; clusters settle after each.
    pub commands: Vec<Command>,
    /// The worst risk of any of them, in any namespace.
    pub risk: Risk,
    /// What a client of the whole network can reach now, by namespace.
    pub before: Vec<Served>,
    /// What it can reach afterwards, by namespace.
    pub after: Vec<Served>,
}

impl Way {
    /// The way as one step of a timeline.
    #[must_use]
    pub fn entry(&self) -> Entry {
        let act =
            |command: &Command| Entry::Act { command: command.clone(), settle: Settle::Fully };
        Entry::Several {
            purpose: Purpose::WayOut,
            entries: self.commands.iter().map(act).collect(),
        }
    }
}

/// A set of actions that is being tried.
#[derive(Clone, Debug)]
struct Trial {
    remedies: Vec<Remedy>,
    /// The namespaces that its actions are for.
    namespaces: Vec<usize>,
    commands: Vec<Command>,
    done: usize,
    copy: Cluster,
    view: Rc<ClusterView>,
    risk: Risk,
    /// The same way for the searched namespace only, if this is for more.
    narrow: Option<Way>,
}

/// What the search does next.
#[derive(Clone, Debug)]
enum Phase {
    /// Every set of one size, in lexicographic order: the next one, as indexes into the remedies.
    Sets(Vec<usize>),
    /// All actions together, without or with a new roster (bit 0) and revive (bit 1).
    Everything(u8),
    /// A way that helps, with `chunk` actions left out from index `from` on.
    Fewer { way: Way, chunk: usize, from: usize, left_out: bool },
    /// Nothing is left to try.
    Done,
}

/// The partition that is to be active.
#[derive(Clone, Debug)]
struct Target {
    namespace: String,
    /// The namespace's index.
    index: usize,
    partition: PartitionId,
}

impl Target {
    fn is_served(&self, cluster: &Cluster) -> bool {
        cluster.serves(&self.namespace, self.partition)
    }
}

/// A search for the ways to make one partition active.
#[derive(Clone, Debug)]
pub struct Search {
    cluster: Cluster,
    view: Rc<ClusterView>,
    before: Vec<Served>,
    target: Target,
    remedies: Vec<Remedy>,
    /// Every node that is down.
    down: Vec<NodeId>,
    phase: Phase,
    trial: Option<Trial>,
    most_tries: u32,
    tries: u32,
    reductions: u32,
    found: Vec<Way>,
    complete: bool,
}

impl Search {
    /// A search that has not begun. It is done at once when the partition is active in some sub-cluster or there is no such
    /// namespace. In AP only links, starts and a recluster are tried: there is no roster and nothing to revive.
    #[must_use]
    pub fn new(cluster: &Cluster, namespace: &str, partition: PartitionId) -> Self {
        let mut cluster = cluster.clone();
        cluster.advance(Until::Settled);
        let view = cluster.view();
        let index = view.namespace_index(namespace);
        let strong = index.is_some_and(|index| is_strong(&view, index));
        let needed = index.is_some() && !cluster.serves(namespace, partition);
        let target =
            Target { namespace: namespace.to_owned(), index: index.unwrap_or(0), partition };
        let nodes = convert::count(view.nodes.len().max(1));
        let down = down_by_likelihood(&cluster, &view, namespace, partition);
        Self {
            remedies: remedies(&view, &down, strong),
            complete: down.len() <= MOST_STARTS,
            down,
            before: cluster.served(),
            cluster,
            view: Rc::new(view),
            target,
            phase: if needed { Phase::Sets(vec![0]) } else { Phase::Done },
            trial: None,
            most_tries: (TRIED_NODES / nodes).clamp(TRIES.1, TRIES.0),
            tries: 0,
            reductions: 0,
            found: Vec::new(),
        }
    }

    /// Performs that many commands on copies; returns whether the search is done.
    pub fn advance(&mut self, commands: u32) -> bool {
        for _ in 0..commands {
            if self.is_done() {
                break;
            }
            self.step();
        }
        if self.is_done() {
            self.show_a_safe_one();
        }
        self.is_done()
    }

    /// Whether the search is done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.trial.is_none() && matches!(self.phase, Phase::Done)
    }

    /// The ways found so far, at most [`MOST_WAYS`]: fewest actions first, then least risk, then most active partitions. If
    /// there is a way without risk, one is always among them.
    #[must_use]
    pub fn found(&self) -> &[Way] {
        &self.found[..self.found.len().min(MOST_WAYS)]
    }

    /// Whether every smaller set was tried (up to the largest way found, or [`MOST_ACTIONS`]), so that no smaller way is
    /// missing. It is false only with many nodes down.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// How many sets were tried.
    #[must_use]
    pub fn tries(&self) -> u32 {
        self.tries + self.reductions
    }

    /// The next command of the current trial, or the start of the next trial.
    fn step(&mut self) {
        match self.trial.take() {
            None => self.trial = self.next_trial(),
            Some(mut trial) => match trial.step(&self.target) {
                Err(()) => self.tried(trial.narrow),
                Ok(true) => self.trial = Some(trial),
                Ok(false) if !self.target.is_served(&trial.copy) => self.tried(trial.narrow),
                Ok(false) => self.helped(trial),
            },
        }
    }

    /// Takes in a trial that helped, once it is known for which namespaces it is.
    fn helped(&mut self, trial: Trial) {
        let Trial { remedies, commands, namespaces, risk, copy, narrow, .. } = trial;
        let (before, after) = (self.before.clone(), copy.served());
        // A partition that two sides serve takes writes on both, and only one of two rivals is kept (domain.md §9).
        let strong = || (0..after.len()).filter(|index| is_strong(&self.view, *index));
        let is_split = strong().any(|index| after[index].twice > before[index].twice);
        let risk = if is_split { Risk::MayLoseWrites } else { risk };
        let way = Way { remedies, commands, risk, before, after };
        let wanted: Vec<usize> = match &narrow {
            // The other namespaces that may need the same.
            None if way.remedies.iter().any(Remedy::is_of_namespaces) => {
                let unserved = way.after.iter().enumerate().filter(|(_, one)| one.inactive() > 0);
                let others = unserved.map(|(index, _)| index);
                let others = others.filter(|index| is_strong(&self.view, *index));
                [self.target.index].into_iter().chain(others).collect()
            }
            None => namespaces.clone(),
            Some(narrow) if way.risk > narrow.risk => vec![self.target.index],
            Some(narrow) => {
                let gains = |one: &usize| {
                    *one == self.target.index
                        || way.after[*one].active() > narrow.after[*one].active()
                };
                namespaces.iter().copied().filter(gains).collect()
            }
        };
        match (wanted == namespaces, wanted.len(), narrow) {
            (true, ..) => self.tried(Some(way)),
            (_, 1, Some(narrow)) => self.tried(Some(narrow)),
            (.., narrow) => {
                let narrow = narrow.unwrap_or_else(|| way.clone());
                let trial = self.trial_of(way.remedies, wanted);
                self.trial = Some(Trial { narrow: Some(narrow), ..trial });
            }
        }
    }

    /// Takes in the result of a trial: `None` when it did not help.
    fn tried(&mut self, way: Option<Way>) {
        match (&mut self.phase, way) {
            (Phase::Sets(_), Some(way)) => {
                let is_better = |other: &Way| other.risk <= way.risk && holds(&way.remedies, other);
                if !self.found.iter().any(is_better) {
                    self.add(way);
                }
            }
            // A smaller way with a risk was found before.
            (Phase::Everything(_), Some(way))
                if way.risk > Risk::None && !self.found.is_empty() =>
            {
                self.phase = Phase::Done;
            }
            (Phase::Everything(_), Some(way)) => {
                let chunk = way.remedies.len().div_ceil(2);
                self.phase = Phase::Fewer { way, chunk, from: 0, left_out: false };
            }
            (Phase::Everything(with), None) => *with += 1,
            (Phase::Fewer { way, left_out, .. }, Some(smaller)) if smaller.risk <= way.risk => {
                *way = smaller;
                *left_out = true;
            }
            (Phase::Fewer { chunk, from, .. }, _) => *from += *chunk,
            _ => {}
        }
    }

    /// Inserts a way in order.
    fn add(&mut self, way: Way) {
        let index = self.target.index;
        let order = |way: &Way| (way.remedies.len(), way.risk, Reverse(way.after[index].active()));
        let place = self.found.iter().take_while(|other| order(other) <= order(&way)).count();
        self.found.insert(place, way);
    }

    fn next_trial(&mut self) -> Option<Trial> {
        loop {
            let remedies = match &self.phase {
                Phase::Sets(_) => self.next_set(),
                Phase::Everything(_) => self.everything(),
                Phase::Fewer { .. } => self.fewer(),
                Phase::Done => return None,
            };
            if let Some(remedies) = remedies {
                return Some(self.trial_of(remedies, vec![self.target.index]));
            }
        }
    }

    fn trial_of(&self, remedies: Vec<Remedy>, namespaces: Vec<usize>) -> Trial {
        let commands = commands(&remedies, &namespaces, &self.view);
        let (copy, view, risk) = (self.cluster.clone(), self.view.clone(), Risk::None);
        Trial { remedies, namespaces, commands, done: 0, copy, view, risk, narrow: None }
    }

    /// The next set by size, unless a trial would be needless; moves on.
    fn next_set(&mut self) -> Option<Vec<Remedy>> {
        let Phase::Sets(places) = &mut self.phase else { return None };
        let mut set: Vec<Remedy> = places.iter().map(|place| self.remedies[*place]).collect();
        let size = places.len();
        if let Some(place) = set.iter().position(|remedy| matches!(remedy, Remedy::Start(_)))
            && self.down.len() == self.view.nodes.len()
        {
            set.splice(place..=place, self.down.iter().map(|node| Remedy::Start(*node)));
        }
        if let Some(next) = following(places, self.remedies.len()) {
            *places = next;
        } else {
            // Ways with a risk are not enough.
            let enough = self.found.len() >= MOST_WAYS && self.has_safe();
            if enough || size == MOST_ACTIONS.min(self.remedies.len()) {
                self.phase = self.after_sets();
            } else {
                self.phase = Phase::Sets((0..=size).collect());
            }
        }
        // With the staged roster taken back, the same way may have less risk.
        let unstages = set.contains(&Remedy::Unstage);
        let is_known =
            |way: &Way| holds(&set, way) && (way.risk == Risk::None || !unstages || way.unstages());
        if is_redundant(&set) || self.found.iter().any(is_known) {
            return None;
        }
        self.tries += 1;
        if self.tries > self.most_tries {
            self.tries = self.most_tries;
            self.complete = false;
            self.phase = self.after_sets();
            return None;
        }
        Some(set)
    }

    /// After all small sets: a way without risk is worth many actions.
    fn after_sets(&self) -> Phase {
        if self.has_safe() { Phase::Done } else { Phase::Everything(0) }
    }

    fn has_safe(&self) -> bool {
        self.found.iter().any(|way| way.risk == Risk::None)
    }

    /// Moves the first way without risk into the result.
    fn show_a_safe_one(&mut self) {
        let safe = self.found.iter().position(|way| way.risk == Risk::None);
        if let Some(place) = safe.filter(|place| *place >= MOST_WAYS) {
            let way = self.found.remove(place);
            self.found.insert(MOST_WAYS - 1, way);
        }
    }

    /// All actions that could help, together.
    fn everything(&mut self) -> Option<Vec<Remedy>> {
        let Phase::Everything(with) = self.phase else { return None };
        let starts = self.down.iter().map(|node| Remedy::Start(*node));
        let of_kind = |wanted: fn(&Remedy) -> bool| self.remedies.iter().copied().find(wanted);
        let heal = of_kind(|remedy| *remedy == Remedy::Heal);
        let roster = of_kind(|remedy| matches!(remedy, Remedy::RosterSet { .. }));
        let unstage = of_kind(|remedy| *remedy == Remedy::Unstage);
        let mut set: Vec<Remedy> = unstage.into_iter().chain(heal).chain(starts).collect();
        set.extend(roster.filter(|_| with & 1 != 0));
        set.extend((with & 2 != 0).then_some(Remedy::Revive));
        // Ways with a risk were found among the small sets already.
        if with > 3 || with > 0 && !self.found.is_empty() {
            self.phase = Phase::Done;
            return None;
        }
        let was_tried = set.len() <= MOST_ACTIONS && self.tries < self.most_tries;
        if set.is_empty() || was_tried && self.down.len() <= MOST_STARTS {
            self.phase = Phase::Everything(with + 1);
            return None;
        }
        self.reductions += 1;
        Some(set)
    }

    /// The way without some of its actions.
    fn fewer(&mut self) -> Option<Vec<Remedy>> {
        let Phase::Fewer { way, chunk, from, left_out } = &mut self.phase else { return None };
        if *from >= way.remedies.len() {
            let is_last = *chunk == 1 && !*left_out || self.reductions >= self.most_tries;
            if is_last {
                let way = way.clone();
                // Every smaller set was tried.
                self.complete &= way.remedies.len() <= MOST_ACTIONS + 1;
                self.phase = Phase::Done;
                self.add(way);
            } else {
                (*chunk, *from, *left_out) = (chunk.div_ceil(2).max(1), 0, false);
            }
            return None;
        }
        let to = (*from + *chunk).min(way.remedies.len());
        if to - *from == way.remedies.len() {
            // Doing nothing does not help; that was checked first.
            *from = to;
            return None;
        }
        self.reductions += 1;
        let mut set = way.remedies.clone();
        set.drain(*from..to);
        Some(set)
    }
}

impl Trial {
    /// Performs the next command; returns whether there is another one. An error when it is refused.
    fn step(&mut self, target: &Target) -> Result<bool, ()> {
        if let Some(command) = self.commands.get(self.done) {
            self.risk = self.risk.max(risk_of(command, Some(target), &self.copy, &self.view));
            self.copy.apply(command).map_err(|_| ())?;
            self.copy.advance(Until::Settled);
            let before = std::mem::replace(&mut self.view, Rc::new(self.copy.view()));
            self.risk = self.risk.max(risk_of_change(&before, &self.view));
            self.done += 1;
        }
        Ok(self.done < self.commands.len())
    }
}

impl Way {
    fn unstages(&self) -> bool {
        self.remedies.contains(&Remedy::Unstage)
    }
}

/// Whether a set of actions has all those of a way.
fn holds(set: &[Remedy], way: &Way) -> bool {
    way.remedies.iter().all(|remedy| set.contains(remedy))
}

fn is_strong(view: &ClusterView, namespace: usize) -> bool {
    view.namespaces[namespace].mode == Mode::StrongConsistency
}

/// The commands of remedies, in the order in which an operator would give them: what is staged, links, nodes, the roster,
/// then revive. The last two are for the namespaces with these indexes.
#[must_use]
pub fn commands(remedies: &[Remedy], namespaces: &[usize], view: &ClusterView) -> Vec<Command> {
    let mut nodes = Vec::new();
    let mut commands = Vec::new();
    let names = || namespaces.iter().map(|index| view.namespaces[*index].name.clone());
    if remedies.contains(&Remedy::Unstage) {
        commands.extend(unstage(view));
    }
    if remedies.contains(&Remedy::Heal) {
        commands.push(Command::Heal { between: None });
    }
    for remedy in remedies {
        if let Remedy::Start(node) = remedy {
            nodes.push(*node);
        }
    }
    if !nodes.is_empty() {
        nodes.sort_unstable();
        commands.push(Command::Start { nodes });
    }
    if remedies.contains(&Remedy::Recluster) {
        commands.push(Command::Recluster { on: None });
    }
    for remedy in remedies {
        if let Remedy::RosterSet { on } = remedy {
            let nodes = RosterNodes::Observed;
            let set = |namespace| Command::RosterSet { namespace, nodes: nodes.clone(), on: *on };
            commands.extend(names().map(set));
            commands.push(Command::Recluster { on: *on });
        }
    }
    if remedies.contains(&Remedy::Revive) {
        commands.extend(names().map(|namespace| Command::Revive { namespace, nodes: None }));
        commands.push(Command::Recluster { on: None });
    }
    commands
}

/// The commands that stage the roster in force, wherever another one is staged. Without a roster in force there is
/// nothing to go back to.
fn unstage(view: &ClusterView) -> impl Iterator<Item = Command> {
    let is_split = view.sub_clusters.len() > 1;
    view.sub_clusters.iter().flat_map(move |here| {
        let staged = here.namespaces.iter().zip(&view.namespaces);
        let staged = staged.filter(|(one, _)| one.pending != one.roster && !one.roster.is_empty());
        staged.map(move |(one, settings)| Command::RosterSet {
            namespace: settings.name.clone(),
            nodes: RosterNodes::List(one.roster.clone()),
            on: is_split.then_some(here.principal),
        })
    })
}

/// The actions to try, least risk first; of the nodes that are down only the most likely ones.
fn remedies(view: &ClusterView, down: &[NodeId], strong: bool) -> Vec<Remedy> {
    let mut remedies = Vec::new();
    if unstage(view).next().is_some() {
        remedies.push(Remedy::Unstage);
    }
    if !view.cuts.is_empty() {
        remedies.push(Remedy::Heal);
    }
    // Before the starts: where a cluster change is enough, a start is no more than that.
    remedies.push(Remedy::Recluster);
    // With every node down, all of them are started: one of them stands for all.
    let starts = if down.len() == view.nodes.len() { 1 } else { MOST_STARTS };
    remedies.extend(down.iter().take(starts).map(|node| Remedy::Start(*node)));
    if !strong {
        return remedies;
    }
    let mut largest: Vec<(usize, NodeId)> = Vec::new();
    for sub_cluster in &view.sub_clusters {
        let size = sub_cluster.nodes.len();
        let place = largest.iter().take_while(|(other, _)| *other >= size).count();
        largest.insert(place, (size, sub_cluster.principal));
    }
    if largest.len() < 2 {
        remedies.push(Remedy::RosterSet { on: None });
    } else {
        let largest = largest.iter().take(MOST_ROSTERS);
        remedies.extend(largest.map(|(_, on)| Remedy::RosterSet { on: Some(*on) }));
    }
    remedies.push(Remedy::Revive);
    remedies
}

/// The nodes that are down: those of the partition's row first, in its order. With many, nodes that differ in what the
/// rules depend on (role, marks, how they went down) come before nodes like an earlier one.
fn down_by_likelihood(
    cluster: &Cluster,
    view: &ClusterView,
    namespace: &str,
    partition: PartitionId,
) -> Vec<NodeId> {
    let row = cluster.explain(namespace, partition, None).map(|explanation| explanation.row);
    let row = row.unwrap_or_default();
    let state = |id: NodeId| view.node(id).map_or(NodeState::Up, |node| node.state);
    let mut down: Vec<(NodeId, (u64, bool, Role))> = Vec::new();
    for seat in row.iter().filter(|seat| !state(seat.node).is_up()) {
        let version = seat.version;
        let marks = u64::from(version.has_data())
            | u64::from(version.is_subset()) << 1
            | u64::from(version.is_evade()) << 2
            | u64::from(version.revived().is_some()) << 3;
        down.push((seat.node, (marks, state(seat.node) == NodeState::DownClean, seat.role)));
    }
    for node in view.nodes.iter().filter(|node| !node.state.is_up()) {
        if !down.iter().any(|(other, _)| *other == node.id) {
            down.push((node.id, (0, node.state == NodeState::DownClean, Role::NotInRoster)));
        }
    }
    if down.len() <= MOST_STARTS {
        return down.iter().map(|(node, _)| *node).collect();
    }
    let likes = |place: usize| {
        let (_, kind) = down[place];
        down[..place].iter().filter(|(_, other)| *other == kind).count()
    };
    let likes: Vec<usize> = (0..down.len()).map(likes).collect();
    let mut ordered = Vec::with_capacity(down.len());
    for round in 0..down.len() {
        let of_round = down.iter().zip(&likes).filter(|(_, like)| **like == round);
        ordered.extend(of_round.map(|((node, _), _)| *node));
    }
    ordered
}

/// Whether a smaller set does the same: a recluster beside another remedy that brings a cluster change, a second roster
/// where the first makes its side active or both sides are one, or no cluster change at all.
fn is_redundant(set: &[Remedy]) -> bool {
    let rosters = set.iter().filter(|remedy| matches!(remedy, Remedy::RosterSet { .. })).count();
    let changing = set.iter().filter(|remedy| **remedy != Remedy::Unstage).count();
    rosters > 1 || changing == 0 || changing > 1 && set.contains(&Remedy::Recluster)
}

/// The worst risk of entries that are done one after the other; `None` where one cannot be done, and of more than
/// [`MOST_JUDGED`] parts.
#[must_use]
pub fn risk_of_steps(from: &Cluster, entries: &[Entry]) -> Option<Risk> {
    let each = || entries.iter().flat_map(Entry::each);
    if each().count() > MOST_JUDGED {
        return None;
    }
    let mut cluster = from.clone();
    let mut view = cluster.view();
    let mut risk = Risk::None;
    for entry in each() {
        if let Entry::Act { command, .. } = entry {
            risk = risk.max(risk_of(command, None, &cluster, &view));
        }
        entry.run(&mut cluster).ok()?;
        let after = cluster.view();
        risk = risk.max(risk_of_change(&view, &after));
        view = after;
    }
    Some(risk)
}

/// The risk of a command in the present cluster: from a roster that it stages or brings into force, and from an overruled
/// `e` that is trusted after the next cluster change.
fn risk_of(
    command: &Command,
    target: Option<&Target>,
    cluster: &Cluster,
    view: &ClusterView,
) -> Risk {
    match command {
        Command::Revive { .. } => Risk::MayLoseWrites,
        Command::RosterSet { namespace, nodes, on } => {
            let place = on.map_or(Some(0), |node| view.sub_cluster_of(node));
            let here = place.and_then(|place| view.sub_clusters.get(place));
            let (Some(here), Some(index)) = (here, view.namespace_index(namespace)) else {
                return Risk::MayLoseWrites;
            };
            let one = &here.namespaces[index];
            let next = match nodes {
                RosterNodes::Observed => &one.observed,
                RosterNodes::List(entries) => entries,
            };
            risk_of_roster(view, index, (&one.roster, next), &here.nodes)
        }
        _ => {
            let strong = (0..view.namespaces.len()).filter(|index| is_strong(view, *index));
            let risks = strong.map(|index| risk_of_cluster_change(index, target, cluster, view));
            risks.max().unwrap_or(Risk::None)
        }
    }
}

/// What a cluster change may cost a namespace.
fn risk_of_cluster_change(
    index: usize,
    target: Option<&Target>,
    cluster: &Cluster,
    view: &ClusterView,
) -> Risk {
    let name = &view.namespaces[index].name;
    // Of a searched namespace one partition counts, of another all that nobody serves.
    let is_waiting = |partition: PartitionId| match target {
        Some(target) if target.index == index => partition == target.partition,
        _ => !cluster.serves(name, partition),
    };
    let overruled = view.nodes.iter().any(|node| {
        let may_be = node.state.is_up() && node.namespaces[index].copies.revived > 0;
        may_be
            && PartitionId::all().zip(cluster.versions(name, node.id).unwrap_or_default()).any(
                |(partition, version)| {
                    version.revived() == Some(RevivedBy::Operator) && is_waiting(partition)
                },
            )
    });
    let staged = view.sub_clusters.iter().map(|here| {
        let one = &here.namespaces[index];
        risk_of_roster(view, index, (&one.roster, &one.pending), &here.nodes)
    });
    let least = if overruled { Risk::MayLoseWrites } else { Risk::None };
    staged.fold(least, Risk::max)
}

/// The risk of rosters that came into force where they were not staged: another side had them, or a node that started
/// brought them.
fn risk_of_change(before: &ClusterView, after: &ClusterView) -> Risk {
    let mut risk = Risk::None;
    for here in &after.sub_clusters {
        for (index, one) in here.namespaces.iter().enumerate() {
            let next = &one.roster;
            // A side that served has writes that the other roster's nodes need not have.
            for side in &before.sub_clusters {
                let held = &side.namespaces[index];
                let is_here = side.nodes.iter().any(|node| here.nodes.contains(node));
                if is_here && held.counts.active > 0 && held.pending != *next {
                    risk =
                        risk.max(risk_of_roster(after, index, (&held.roster, next), &here.nodes));
                }
            }
            let was_there = before.sub_clusters.iter().any(|side| {
                let side = &side.namespaces[index];
                side.roster == *next || side.pending == *next
            });
            let held = |id: &NodeId| Some(&*before.node(*id)?.belief.namespaces[index].roster);
            if was_there || before.nodes.iter().any(|node| held(&node.id) == Some(next)) {
                continue;
            }
            for roster in here.nodes.iter().filter_map(held) {
                risk = risk.max(risk_of_roster(after, index, (roster, next), &here.nodes));
            }
        }
    }
    risk
}

/// The risk of one roster in the place of another for a namespace, where these nodes are together. Every acknowledged
/// write is on RF roster nodes (domain.md §9); one of them that is here, trusted and in the next roster is enough. Trust
/// is judged for the whole namespace, because the roster is set for all of it.
fn risk_of_roster(
    view: &ClusterView,
    index: usize,
    (roster, next): (&[RosterEntry], &[RosterEntry]),
    here: &[NodeId],
) -> Risk {
    if roster == next {
        return Risk::None;
    }
    let rf = usize::from(view.namespaces[index].replication_factor);
    let (mut dropped, mut unsure) = (0, 0);
    for entry in roster {
        let held = view.node(entry.node).map(|node| node.namespaces[index].copies);
        let is_untrusted = held.is_none_or(|held| held.evade + held.revived > 0);
        let is_dropped = next.iter().all(|other| other.node != entry.node);
        dropped += u32::from(is_dropped);
        unsure += usize::from(is_dropped || is_untrusted || !here.contains(&entry.node));
    }
    match dropped {
        _ if unsure >= rf => Risk::MayLoseWrites,
        0 => Risk::None,
        _ => Risk::LeavesCopiesBehind,
    }
}
