//! What a log leaves open, guessed: racks, RF, and whether a stop was clean. The guess with the fewest counts that differ is kept, and
//! racks only if the counts prove them.
//!
//! Invariant: guesses stand in a fixed order, the plainest first, and a later one wins only if fewer counts differ with it. What was
//! guessed is said. A cluster that is given leaves only stops open. Not here: trying a guess (see `replay`).

use std::collections::BTreeSet;

use rosterlab_engine::{ClusterSetup, Mode, NamespaceSettings, NodeId, NodeSetup, RackId};

use super::facts::LogError;
use super::moment::{Happened, NamespaceStory, Story, list};
use super::replay::{Guess, Replay, replay};

/// The most guesses that are tried.
const MOST_GUESSES: usize = 32;
/// The most work of all guesses, in nodes times namespaces times changes; the first guess is tried whatever it is.
const MOST_WORK: usize = 200_000;
/// Racks are believed if no more than one count in so many still differs with them.
const RACKS_PROVEN: usize = 4;
/// Of so many stops of unknown kind every combination is tried.
const MOST_STOPS: usize = 3;

/// The best replay of a story, and what was guessed for it. A cluster that is given is taken as it is.
///
/// # Errors
/// When the story is of no cluster that can be.
pub(super) fn best(
    story: &Story,
    given: Option<&ClusterSetup>,
) -> Result<(Replay, Vec<String>), LogError> {
    let setups = given.map_or_else(|| setups(story), |setup| vec![(setup.clone(), Vec::new())]);
    let stops = unknown_stops(story);
    let masks = masks(stops.len());
    let work = story.nodes.len() * story.namespaces.len().max(1) * story.moments.len().max(1);
    let most = (MOST_WORK / work.max(1)).clamp(1, MOST_GUESSES);
    let mut best: Option<(usize, Replay, Vec<String>)> = None;
    // The fewest counts that differ without racks.
    let mut plain = usize::MAX;
    let happened = || story.moments.iter().flat_map(|moment| &moment.happened);
    let is_open = happened().any(|one| *one == Happened::MayHaveMigrated);
    let still: &[bool] = if is_open { &[false, true] } else { &[false] };
    let open: Vec<(&Vec<bool>, bool)> =
        still.iter().flat_map(|still| masks.iter().map(|mask| (mask, *still))).collect();
    let all = setups.iter().flat_map(|setup| open.iter().map(move |open| (setup, *open)));
    for ((setup, said), (unclean, stood_still)) in all.take(most) {
        let (setup, unclean) = (setup.clone(), unclean.clone());
        let guess = Guess { setup, given: given.is_some(), unclean, stood_still };
        let Ok(replay) = replay(story, &guess) else { continue };
        let differing = replay.differing();
        let is_racked =
            given.is_none() && guess.setup.nodes.iter().any(|node| node.rack != RackId::NONE);
        if !is_racked {
            plain = plain.min(differing);
        }
        // Racks are taken only if the lines prove them: with them, next to no count differs of those that do without.
        let is_proven = !is_racked || RACKS_PROVEN * differing <= plain;
        if best.as_ref().is_none_or(|(fewest, ..)| differing < *fewest && is_proven) {
            let racks = is_racked
                .then(|| format!("Without racks, {plain} counts differ; with these, {differing}."));
            let stops = stops.iter().zip(&guess.unclean).map(|(nodes, unclean)| {
                let how = if *unclean { "not clean" } else { "clean" };
                format!("How {} stopped is not told: taken as {how}.", list(nodes))
            });
            let how = if stood_still { "standing still" } else { "complete" };
            let still = is_open
                .then(|| format!("How far some migrations came is not told: taken as {how}."));
            let said = said.iter().cloned().chain(racks).chain(stops).chain(still).collect();
            best = Some((differing, replay, said));
        }
        if differing == 0 {
            break;
        }
    }
    best.map(|(_, replay, said)| (replay, said)).ok_or(LogError::NoClusters)
}

/// The nodes of each stop of unknown kind.
fn unknown_stops(story: &Story) -> Vec<Vec<NodeId>> {
    let happened = story.moments.iter().flat_map(|moment| &moment.happened);
    let stops = happened.filter_map(|one| match one {
        Happened::Stopped(nodes, None) => Some(nodes.clone()),
        _ => None,
    });
    stops.collect()
}

/// Which stops were not clean: none first, then few.
fn masks(stops: usize) -> Vec<Vec<bool>> {
    if stops <= MOST_STOPS {
        let mut masks: Vec<u32> = (0..1 << stops).collect();
        masks.sort_by_key(|mask| mask.count_ones());
        let bits = |mask: u32| (0..stops).map(|stop| mask >> stop & 1 == 1).collect();
        return masks.into_iter().map(bits).collect();
    }
    vec![vec![false; stops], vec![true; stops]]
}

/// The setups that may be meant, the plainest first, each with what it takes for granted.
fn setups(story: &Story) -> Vec<(ClusterSetup, Vec<String>)> {
    let open = story.namespaces.values().any(|one| one.replication_factor.is_none());
    let factors: &[u8] = if open { &[2, 3, 1] } else { &[2] };
    let mut all = Vec::new();
    for factor in factors {
        for rack in racks(story) {
            let mut said = Vec::new();
            if open {
                said.push(format!("RF is not told: taken as {factor}."));
            }
            said.push(match &rack {
                Some(rack) => {
                    let other: Vec<NodeId> =
                        story.nodes.iter().copied().filter(|id| !rack.contains(id)).collect();
                    let rack: Vec<NodeId> = rack.iter().rev().copied().collect();
                    format!(
                        "Racks are guessed, since no line tells them: {} on one, {} on another.",
                        list(&other),
                        list(&rack)
                    )
                }
                None => "Racks are not told, and no line proves any: the nodes are taken to be on none. If they are on racks, counts are \
                         only about right; --cluster gives the racks."
                    .to_owned(),
            });
            all.push((setup_of(story, *factor, rack.as_ref()), said, rack.is_some()));
        }
    }
    // Without racks first, whatever RF.
    all.sort_by_key(|(.., is_racked)| *is_racked);
    all.into_iter().map(|(setup, said, _)| (setup, said)).collect()
}

fn setup_of(story: &Story, factor: u8, rack: Option<&BTreeSet<NodeId>>) -> ClusterSetup {
    let node = |id: &NodeId| {
        let number = rack.map_or(0, |rack| 1 + u32::from(rack.contains(id)));
        NodeSetup::new(*id, RackId::new(number).unwrap_or(RackId::NONE))
    };
    let namespace = |(name, told): (&String, &NamespaceStory)| NamespaceSettings {
        mode: if told.strong { Mode::StrongConsistency } else { Mode::Available },
        prefer_uniform_balance: story.profile.prefers_uniform_balance(),
        ..NamespaceSettings::strong(name, told.replication_factor.unwrap_or(factor))
    };
    ClusterSetup {
        namespaces: story.namespaces.iter().map(namespace).collect(),
        profile: story.profile,
        ..ClusterSetup::of(story.nodes.iter().map(node).collect(), 2)
    }
}

/// Which nodes may be on a rack of their own: none; those whose ids begin alike; those that went or came together.
fn racks(story: &Story) -> Vec<Option<BTreeSet<NodeId>>> {
    let all: BTreeSet<NodeId> = story.nodes.iter().copied().collect();
    let begins = |id: &NodeId| id.to_string().chars().next();
    let first = story.nodes.first().and_then(begins);
    let alike = all.iter().copied().filter(|id| begins(id) == first).collect();
    let together = story.moments.iter().flat_map(|moment| &moment.happened);
    let together = together.filter_map(|one| match one {
        Happened::Stopped(nodes, _) | Happened::Started(nodes) => Some(nodes.clone()),
        Happened::Cut(groups) => groups.last().cloned(),
        _ => None,
    });
    let missing = story.moments.iter().map(|moment| {
        all.iter().copied().filter(|id| !moment.nodes.contains(id)).collect::<BTreeSet<_>>()
    });
    let sets = std::iter::once(alike)
        .chain(together.map(|nodes| nodes.into_iter().collect()))
        .chain(missing);
    let mut racks = vec![None];
    for set in sets {
        let is_some = !set.is_empty() && set.len() < all.len();
        if is_some && racks.len() < 6 && !racks.contains(&Some(set.clone())) {
            racks.push(Some(set));
        }
    }
    racks
}
