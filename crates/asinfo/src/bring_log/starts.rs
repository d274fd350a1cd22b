//! Lines of starts: whose they are, and what they tell of the stop before.
//!
//! Invariant: a line of a file whose node is not known belongs to the node that came at the nearest change, and to none when several came.
//! Not here: which nodes came (see `story`).

use rosterlab_engine::NodeId;

use super::changes::Change;
use super::facts::Facts;
use super::found::Voice;
use super::line::{Fact, NamespaceFact};
use super::moment::{Happened, Moment, list};

/// What tells of a node's own end or start is no further from the change than this, in milliseconds.
pub(super) const NEAR_MS: u64 = 15 * 60 * 1000;

/// Whether a node wrote the lines of a start before a change, and after the one before that it told of.
pub(super) fn restarted(change: &Change, node: NodeId) -> bool {
    let is_own = |voice: Voice| voice == Voice::Node(node);
    change.said.iter().any(|(voice, fact)| is_own(*voice) && is_start(fact))
}

/// Whether a line is one of a start.
pub(super) fn is_start(fact: &Fact) -> bool {
    use NamespaceFact as N;
    matches!(
        fact,
        Fact::Banner(_)
            | Fact::Of(_, N::NotClean | N::EvadeSet | N::EmptyDevice { .. } | N::AutoRevived)
    )
}

/// Gives lines of starts to the nodes that came: their stop was not clean, or their drives are empty. A line of a file whose node
/// is not known belongs to the node that came at the nearest change.
pub(super) fn attribute(facts: &Facts, moments: &mut [Moment]) {
    for found in facts.found.iter().filter(|found| is_start(&found.fact)) {
        let came = |moment: &Moment| -> Vec<NodeId> {
            let started = moment.happened.iter().filter_map(|one| match one {
                Happened::Started(nodes) => Some(nodes.clone()),
                _ => None,
            });
            started.flatten().collect()
        };
        let fits = |moment: &Moment| match found.voice {
            Voice::Node(node) => came(moment).contains(&node),
            Voice::File(_) => came(moment).len() == 1,
        };
        let near = moments.iter().enumerate().filter(|(_, moment)| fits(moment));
        let nearest = near
            .map(|(place, moment)| (moment.change.at.apart_ms(found.at), place))
            .min()
            .filter(|(apart, _)| *apart <= NEAR_MS);
        let Some((_, place)) = nearest else { continue };
        let node = match found.voice {
            Voice::Node(node) => node,
            Voice::File(_) => came(&moments[place])[0],
        };
        match &found.fact {
            // One empty drive of several distrusts the others as an unclean stop does (domain.md §4).
            Fact::Of(
                _,
                NamespaceFact::NotClean
                | NamespaceFact::AutoRevived
                | NamespaceFact::EmptyDevice { all: false },
            ) => {
                unclean(&mut moments[..=place], node);
            }
            Fact::Of(_, NamespaceFact::EmptyDevice { all: true }) => {
                let happened = &mut moments[place].happened;
                let wiped = Happened::Wiped(vec![node]);
                if !happened.contains(&wiped) {
                    let at = happened.iter().position(|one| matches!(one, Happened::Started(_)));
                    happened.insert(at.unwrap_or(0), wiped);
                }
            }
            Fact::Of(namespace, NamespaceFact::EvadeSet) => {
                let evading = (node, namespace.clone());
                if !moments[place].evading.contains(&evading) {
                    moments[place].evading.push(evading);
                }
                if !moments[place].happened.contains(&Happened::Wiped(vec![node])) {
                    unclean(&mut moments[..=place], node);
                }
            }
            _ => {}
        }
    }
}

/// Makes the latest stop of a node one that was not clean, unless the node says that it was.
fn unclean(moments: &mut [Moment], node: NodeId) {
    for happened in moments.iter_mut().rev().map(|moment| &mut moment.happened) {
        let stop = happened
            .iter()
            .position(|one| matches!(one, Happened::Stopped(nodes, _) if nodes.contains(&node)));
        let Some(place) = stop else { continue };
        if let Happened::Stopped(nodes, None) = &mut happened[place] {
            nodes.retain(|other| *other != node);
            if nodes.is_empty() {
                happened.remove(place);
            }
            let known = happened.iter_mut().find_map(|one| match one {
                Happened::Stopped(nodes, Some(false)) => Some(nodes),
                _ => None,
            });
            match known {
                Some(nodes) => nodes.push(node),
                None => happened.insert(place, Happened::Stopped(vec![node], Some(false))),
            }
        }
        return;
    }
}

/// Takes nodes that left at the same moment to have stopped alike, where only some of them tell how: they left at once.
pub(super) fn of_one_kind(moment: &mut Moment) {
    let kind = |one: &Happened| match one {
        Happened::Stopped(_, kind) => *kind,
        _ => None,
    };
    let unknown = |one: &Happened| matches!(one, Happened::Stopped(_, None));
    let Some(place) = moment.happened.iter().position(unknown) else { return };
    let known: Vec<bool> = moment.happened.iter().filter_map(kind).collect();
    let [clean] = known[..] else { return };
    let Happened::Stopped(others, _) = moment.happened.remove(place) else { return };
    let how = if clean { "cleanly" } else { "as a crash" };
    moment.notes.push(format!(
        "How {} stopped is not told: taken {how}, as of those that left with it.",
        list(&others)
    ));
    for one in &mut moment.happened {
        if let Happened::Stopped(nodes, Some(_)) = one {
            nodes.extend(&others);
        }
    }
}
