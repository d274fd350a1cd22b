//! What happened between cluster changes, inferred: which nodes stopped, crashed, were cut off, started, came new; which rosters
//! were set, what was revived and quiesced, and how far migrations went.
//!
//! Invariant: whatever is inferred has the lines that it follows from, or a note says what was taken for granted. What a log cannot tell
//! (racks, RF, whether a stop was clean) stays open here. Not here: trying it (see `replay`).

use std::collections::{BTreeMap, BTreeSet};

use rosterlab_engine::{ClusterSetup, MAX_NODES, NodeId, Profile, StartingRoster};

use super::changes::{Change, Told};
use rosterlab_engine::order::by_key;

use super::facts::{Facts, LogError};
use super::found::{Found, Voice};
use super::line::{Fact, NamespaceFact, Stamp};
use super::moment::{Happened, Moment, NamespaceStory, Story, list};
use super::starts::{NEAR_MS, attribute, is_start, of_one_kind, restarted};

/// Changes of both sides of a split are no further apart than this, in milliseconds.
const SPLIT_MS: u64 = 15_000;

/// The most cluster changes that are followed.
pub const MOST_CHANGES: usize = 500;

/// The story of a log.
///
/// # Errors
/// When no change has a succession list.
pub fn story(
    facts: &Facts,
    mut changes: Vec<Change>,
    given: Option<&ClusterSetup>,
) -> Result<Story, LogError> {
    let mut notes = Vec::new();
    if changes.len() > MOST_CHANGES {
        let beyond = changes.len() - MOST_CHANGES;
        notes.push(format!("The last {beyond} cluster changes are left out."));
        changes.truncate(MOST_CHANGES);
    }
    let listed = changes.iter().filter_map(|change| change.listed.as_ref()).flatten().copied();
    let voices = facts.found.iter().filter_map(|found| match found.voice {
        Voice::Node(node) => Some(node),
        Voice::File(_) => None,
    });
    let mut ids: Vec<NodeId> = Vec::new();
    for id in listed.chain(voices) {
        if ids.last() != Some(&id) && !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.is_empty() || ids.len() > MAX_NODES {
        return Err(LogError::NoClusters);
    }
    let first_size = changes.iter().find_map(|change| {
        change.namespaces.values().find_map(|told| told.participating).map(|(_, all)| all as usize)
    });
    let mut initial: BTreeSet<NodeId> = ids.iter().copied().collect();
    let mut made_up = Vec::new();
    if let Some(setup) = given {
        initial = setup.nodes.iter().map(|node| node.id).collect();
    } else if let Some(size) = first_size.map(|size| size.min(MAX_NODES)) {
        initial = ids.iter().copied().take(size).collect();
        for number in 1.. {
            if initial.len() >= size {
                break;
            }
            let id = NodeId::new(number).filter(|id| !ids.contains(id));
            if let Some(id) = id.filter(|id| initial.insert(*id)) {
                made_up.push(id);
            }
        }
    }
    if !made_up.is_empty() {
        notes.push(format!(
            "The roster has {} nodes that no line names; they are called {} here.",
            made_up.len(),
            list(&made_up)
        ));
    }
    let mut own: BTreeMap<NodeId, Vec<&Found>> = BTreeMap::new();
    for found in &facts.found {
        if let Voice::Node(node) = found.voice {
            own.entry(node).or_default().push(found);
        }
    }
    let mut telling = Telling {
        own,
        roster: starting_roster(given).unwrap_or_else(|| initial.clone()),
        there: initial.clone(),
        groups: vec![up(&initial, given)],
        cuts: false,
        since: Stamp::default(),
        moments: Vec::new(),
    };
    let members = members_of(&changes, &mut notes);
    for (place, change) in changes.iter().enumerate() {
        let Some((nodes, said)) = &members[place] else { continue };
        let mut sides = Sides { nodes: BTreeSet::new(), said: Vec::new(), is_later: false };
        for (other, one) in changes.iter().enumerate() {
            let is_near = other != place && one.at.apart_ms(change.at) <= SPLIT_MS;
            let side = members[other].as_ref().filter(|_| is_near).map(|(nodes, _)| nodes);
            if let Some(side) = side.filter(|side| side.is_disjoint(nodes)) {
                sides.nodes.extend(side);
                sides.said.extend(said_before(one));
                sides.is_later |= other < place;
            }
        }
        telling.moment(change, nodes, &sides, said.clone());
    }
    let mut moments = telling.moments;
    attribute(facts, &mut moments);
    moments.iter_mut().for_each(of_one_kind);
    let nodes = initial.into_iter().rev().collect();
    let namespaces = namespaces_of(facts, &changes);
    Ok(Story { nodes, made_up, namespaces, profile: profile_of(facts), moments, notes })
}

/// The roster that a given cluster begins with, if it is not all nodes.
fn starting_roster(given: Option<&ClusterSetup>) -> Option<BTreeSet<NodeId>> {
    let lists = given?.namespaces.iter().filter_map(|settings| match &settings.roster {
        StartingRoster::List(entries) => Some(entries.iter().map(|entry| entry.node).collect()),
        _ => None,
    });
    lists.into_iter().next()
}

/// The nodes that are up at the start.
fn up(initial: &BTreeSet<NodeId>, given: Option<&ClusterSetup>) -> BTreeSet<NodeId> {
    let down = given.iter().flat_map(|setup| &setup.nodes).filter(|node| node.down.is_some());
    let down: BTreeSet<NodeId> = down.map(|node| node.id).collect();
    initial.difference(&down).copied().collect()
}

type Members = Option<(BTreeSet<NodeId>, Option<String>)>;

/// The nodes of each change, and what is to be said about them; `None` before the first succession list.
fn members_of(changes: &[Change], notes: &mut Vec<String>) -> Vec<Members> {
    let mut before: Option<BTreeSet<NodeId>> = None;
    let mut left_out = 0;
    let each = changes.iter().map(|change| {
        let Some(listed) = &change.listed else {
            if before.is_none() {
                left_out += 1;
            }
            let said = "The nodes are not told and taken to be those before.".to_owned();
            return before.clone().map(|nodes| (nodes, Some(said)));
        };
        let mut nodes: BTreeSet<NodeId> = listed.iter().copied().collect();
        let size = change.size.map_or(listed.len(), |size| size as usize);
        let mut said = None;
        if nodes.len() != size || nodes.len() != listed.len() {
            let with: BTreeSet<NodeId> = before.iter().flatten().chain(&nodes).copied().collect();
            let taken = with.len() == size;
            said = Some(format!(
                "The succession list {} is not one of {size} nodes{}.",
                list(listed),
                if taken { ": it is taken with the nodes before" } else { "" }
            ));
            nodes = if taken { with } else { nodes };
        }
        before = Some(nodes.clone());
        Some((nodes, said))
    });
    let members = each.collect();
    if left_out > 0 {
        notes.push(format!("{left_out} changes before the first succession list are left out."));
    }
    members
}

/// The other sides of a split, as changes of the same moment tell of them.
struct Sides {
    /// Their nodes.
    nodes: BTreeSet<NodeId>,
    /// What their nodes said before.
    said: Vec<Happened>,
    /// Whether one of them came before: what happened before the split is told there.
    is_later: bool,
}

struct Telling<'a> {
    /// What each node tells, in the order of time.
    own: BTreeMap<NodeId, Vec<&'a Found>>,
    roster: BTreeSet<NodeId>,
    /// Every node that was there so far.
    there: BTreeSet<NodeId>,
    /// Nodes that are up, by the cluster that they are in, or alone.
    groups: Vec<BTreeSet<NodeId>>,
    cuts: bool,
    /// When the change before was.
    since: Stamp,
    moments: Vec<Moment>,
}

impl Telling<'_> {
    fn moment(
        &mut self,
        change: &Change,
        nodes: &BTreeSet<NodeId>,
        sides: &Sides,
        said: Option<String>,
    ) {
        let mut notes: Vec<String> = said.into_iter().collect();
        let mut happened = Vec::new();
        if !sides.is_later {
            happened.extend(self.migrated(change));
            happened.extend(said_before(change));
            happened.extend_from_slice(&sides.said);
        }
        let quiet = happened.len();
        let (touched, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.groups).into_iter().partition(|one| !one.is_disjoint(nodes));
        let left: BTreeSet<NodeId> = touched.iter().flatten().copied().collect();
        // A node that was there and is there again may have restarted in between.
        let again: Vec<NodeId> =
            left.intersection(nodes).copied().filter(|node| restarted(change, *node)).collect();
        let left = left.difference(nodes).copied();
        let (apart, mut down): (Vec<NodeId>, Vec<NodeId>) =
            left.partition(|node| sides.nodes.contains(node) || self.lives(*node, change.at));
        down.extend(&again);
        let by_end = |end: Option<bool>| -> Vec<NodeId> {
            let of_end = down.iter().copied().filter(|node| self.end_of(*node, change.at) == end);
            let of_end: Vec<NodeId> = of_end.collect();
            // In the order in which they went, if they tell.
            by_key(&of_end, |node| self.exit_of(*node, change.at).map_or(0, Stamp::ms))
        };
        let ends = [Some(true), Some(false), None].map(|end| Happened::Stopped(by_end(end), end));
        let is_some =
            |one: &Happened| !matches!(one, Happened::Stopped(nodes, _) if nodes.is_empty());
        happened.extend(ends.into_iter().filter(is_some));
        if !apart.is_empty() {
            let here =
                nodes.iter().copied().filter(|node| touched.iter().flatten().any(|n| n == node));
            happened.push(Happened::Cut(vec![here.collect(), apart.clone()]));
            self.cuts = true;
        }
        let joined: Vec<Vec<NodeId>> = touched
            .iter()
            .map(|group| group.intersection(nodes).copied().collect::<Vec<_>>())
            .filter(|group| !group.is_empty())
            .collect();
        if joined.len() > 1 && self.cuts {
            happened.push(Happened::Healed(joined));
        }
        let is_new = |node: &NodeId| !touched.iter().any(|group| group.contains(node));
        let came = nodes.iter().copied().filter(|node| is_new(node) || again.contains(node));
        let (back, new): (Vec<NodeId>, Vec<NodeId>) =
            came.partition(|node| self.there.contains(node));
        if !back.is_empty() {
            // Who starts on one side of a split does not hear the other.
            let beyond: Vec<NodeId> = others.iter().flatten().chain(&apart).copied().collect();
            let beyond: Vec<NodeId> =
                beyond.into_iter().filter(|node| !nodes.contains(node)).collect();
            if !beyond.is_empty() {
                happened.push(Happened::Cut(vec![back.clone(), beyond]));
                self.cuts = true;
            }
            happened.push(Happened::Started(back));
        }
        happened.extend(new.iter().map(|node| Happened::Added(*node)));
        self.there.extend(new);
        let all = change.namespaces.values().find_map(|told| told.participating);
        if let Some((present, all)) = all.filter(|(_, all)| *all as usize != self.roster.len()) {
            if all as usize == nodes.len() && present == all {
                self.roster.clone_from(nodes);
                happened.push(Happened::RosterSet(nodes.iter().rev().copied().collect()));
            } else {
                notes.push(format!(
                    "The roster has {all} nodes now and had {}: which, the log does not tell.",
                    self.roster.len()
                ));
            }
        }
        let moves = happened[quiet..].iter().any(|one| !matches!(one, Happened::RosterSet(_)));
        if !moves {
            happened.push(Happened::Reclustered);
        }
        self.groups = others;
        self.groups.extend(apart.iter().map(|node| BTreeSet::from([*node])));
        self.groups.iter_mut().for_each(|group| group.retain(|node| !nodes.contains(node)));
        self.groups.retain(|group| !group.is_empty());
        self.groups.push(nodes.clone());
        self.since = change.at;
        let nodes = nodes.iter().rev().copied().collect();
        let interrupted = change.namespaces.values().any(|told| {
            let regimes = told.before.zip(told.regime);
            regimes.is_some_and(|(before, now)| now > before.saturating_add(2))
        });
        let (change, evading) = (change.clone(), Vec::new());
        self.moments.push(Moment { change, nodes, happened, interrupted, evading, notes });
    }

    /// How far the migrations of the change before came.
    fn migrated(&self, change: &Change) -> Option<Happened> {
        let last = self.moments.last()?;
        let is_of_last = |moment: &&Moment| {
            let is_side = moment.nodes.iter().all(|node| !last.nodes.contains(node));
            let is_near = moment.change.at.apart_ms(last.change.at) <= SPLIT_MS;
            moment.change.place == last.change.place || is_near && is_side
        };
        let told =
            self.moments.iter().filter(is_of_last).flat_map(|one| one.change.namespaces.values());
        let is_due = |told: &Told| told.expected.iter().any(|(_, due)| due.tx + due.rx > 0);
        let (done, open): (Vec<&Told>, Vec<&Told>) = told.partition(|told| told.migrated);
        let open: Vec<&Told> = open.into_iter().filter(|told| is_due(told)).collect();
        let ticks = open.iter().flat_map(|told| &told.ticks).map(|tick| tick.hundredths).max();
        match ticks {
            Some(0) => None,
            Some(hundredths) => Some(Happened::Migrated(Some(hundredths))),
            None if !done.is_empty() => Some(Happened::Migrated(None)),
            // A log without lines of the ticker: a minute moves thousands of partitions.
            None if !open.is_empty() && last.change.at.apart_ms(change.at) > 60_000 => {
                Some(Happened::MayHaveMigrated)
            }
            None => None,
        }
    }

    fn own(&self, node: NodeId) -> impl Iterator<Item = &Found> {
        self.own.get(&node).into_iter().flatten().copied()
    }

    /// Whether a node that left a cluster goes on writing its log: it was cut off.
    fn lives(&self, node: NodeId, at: Stamp) -> bool {
        let after = self.own(node).find(|found| found.at >= at && found.fact != Fact::CleanExit);
        let stopped = self.end_of(node, at) == Some(true);
        !stopped && after.is_some_and(|found| !is_start(&found.fact))
    }

    /// Whether a node's stop was clean, if it says so itself.
    fn end_of(&self, node: NodeId, at: Stamp) -> Option<bool> {
        self.exit_of(node, at).map(|_| true)
    }

    /// When a node wrote that its clean stop was done.
    fn exit_of(&self, node: NodeId, at: Stamp) -> Option<Stamp> {
        let near = |found: &&Found| found.at.apart_ms(at) <= NEAR_MS;
        let of_interest = |found: &&Found| match found.fact {
            Fact::CleanExit => found.at >= self.since,
            // A later start is of another life.
            _ => found.at > self.since && is_start(&found.fact),
        };
        let first = self.own(node).filter(near).find(of_interest)?;
        (first.fact == Fact::CleanExit).then_some(first.at)
    }
}

/// What nodes said of themselves before a change.
fn said_before(change: &Change) -> Vec<Happened> {
    let each = change.said.iter().filter_map(|(voice, fact)| {
        let node = match voice {
            Voice::Node(node) => Some(*node),
            Voice::File(_) => None,
        };
        match fact {
            Fact::Revived => Some(Happened::Revived(node)),
            Fact::Quiesced(on) => Some(Happened::Quiesced(node?, *on)),
            _ => None,
        }
    });
    each.collect()
}

fn namespaces_of(facts: &Facts, changes: &[Change]) -> BTreeMap<String, NamespaceStory> {
    let mut all: BTreeMap<String, NamespaceStory> = BTreeMap::new();
    for (name, told) in changes.iter().flat_map(|change| &change.namespaces) {
        let strong = told.regime.is_some() || told.unavailable.is_some() || told.dead.is_some();
        all.entry(name.clone()).or_default().strong |= strong;
    }
    for found in &facts.found {
        if let Fact::Of(name, NamespaceFact::ReplicationFactor(factor)) = &found.fact
            && let Some(namespace) = all.get_mut(name)
        {
            namespace.replication_factor.get_or_insert(*factor);
        }
    }
    all
}

fn profile_of(facts: &Facts) -> Profile {
    let builds = facts.found.iter().filter_map(|found| match &found.fact {
        Fact::Banner(build) => Some(build),
        _ => None,
    });
    let number = |build: &String| {
        let mut parts = build.split('.').map(|part| part.parse::<u32>().ok());
        Some((parts.next()??, parts.next()??))
    };
    match builds.filter_map(number).max() {
        Some(build) if build >= (7, 1) => Profile::V7_1,
        Some(build) if build >= (6, 0) => Profile::V6_0,
        _ => Profile::V4_5_3,
    }
}
