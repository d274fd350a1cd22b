//! What a client of the whole network can reach, in a few words.
//!
//! Invariant: the numbers are the engine's [`Served`]; what nobody serves comes first. Not here: one side's numbers (see
//! `summary`).

use std::fmt::Write as _;
use std::rc::Rc;

use rosterlab_engine::{ClusterView, Event, EventKind, NodeId, Served, convert};

use super::text::{count, nodes, thousands};
use crate::look::Look;

/// How a whole cluster fares: what the verdict bar and a figure say first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headline {
    /// Its class in a style sheet: a look's, or `twice`.
    pub class: &'static str,
    /// The sign that stands for it without colour.
    pub glyph: &'static str,
    /// It in a few words.
    pub words: &'static str,
}

/// The headline over what is served of each namespace: the worst decides, and what nobody serves is worse than what two
/// sides serve.
#[must_use]
pub fn headline(all: &[Served]) -> Headline {
    let sum = |of: fn(&Served) -> u32| all.iter().map(of).sum::<u32>();
    let of = |look: Look, words| Headline { class: look.class(), glyph: look.glyph(), words };
    let is_none_served = sum(|served| served.active()) == 0;
    let stopped = if is_none_served { "Not serving" } else { "Partly serving" };
    if sum(|served| served.unavailable) > 0 {
        of(Look::Unavailable, stopped)
    } else if sum(|served| served.dead) > 0 {
        of(Look::Dead, stopped)
    } else if sum(|served| served.twice) > 0 {
        Headline { class: "twice", glyph: "⚠", words: "Served by two sides" }
    } else if sum(|served| served.fresh) > 0 {
        of(Look::Fresh, "Serving, partly empty")
    } else if sum(|served| served.filling) > 0 {
        of(Look::Filling, "Serving, still filling")
    } else {
        of(Look::Settled, "Serving")
    }
}

/// The counts in short, and what is amiss in place of what is as it should be: `all active`, `1,381 unavailable`, `12 unavailable, 3 dead`, `all active, 9 still filling`.
#[must_use]
pub fn outcome(served: Served) -> String {
    let is_whole = served.inactive() == 0;
    let [first, second] = if is_whole {
        [(served.fresh, "came up empty"), (served.filling, "still filling")]
    } else {
        [(served.unavailable, "unavailable"), (served.dead, "dead")]
    };
    let is_once = is_whole && served.twice == 0;
    let mut parts = if is_once { vec!["all active".to_owned()] } else { Vec::new() };
    for (number, what) in [(served.twice, "served by two sides"), first, second] {
        if number > 0 {
            parts.push(format!("{} {what}", thousands(number)));
        }
    }
    parts.join(", ")
}

/// What is served of each namespace, and what is lost, in one line: `main: 4,096 unavailable; cache: all active. 2
/// acknowledged writes are lost.`
#[must_use]
pub fn of_all(view: &ClusterView) -> String {
    let of = view.namespaces.iter().enumerate();
    let each = of.map(|(place, one)| format!("{}: {}", one.name, outcome(view.served(place))));
    let mut line = format!("{}.", each.collect::<Vec<_>>().join("; "));
    if view.lost_writes > 0 {
        let lost = convert::narrow(view.lost_writes, "the number of lost writes");
        let verb = if lost == 1 { "is" } else { "are" };
        let _ = write!(line, " {} {verb} lost.", count(lost, "acknowledged write"));
    }
    line
}

/// Of so many sub-clusters and namespaces a sentence each is told; of more, one sentence for all.
const TOLD: usize = 4;

/// A cluster in many parts, in one sentence for all of them; `None` where a sentence for each part is short enough.
#[must_use]
pub fn of_many_sides(view: &ClusterView) -> Option<String> {
    let sides = view.sub_clusters.len();
    if sides < 2 || sides * view.namespaces.len() <= TOLD {
        return None;
    }
    let each = view
        .namespaces
        .iter()
        .enumerate()
        .map(|(place, settings)| format!("{} {}", settings.name, outcome(view.served(place))));
    let each: Vec<String> = each.collect();
    Some(format!("There are {sides} sub-clusters. Taken together: {}.", each.join("; ")))
}

/// Who came to be apart by a step, from its events: `A101 alone`, `3 sub-clusters`, `A101 alone, 2 orphans`; empty when
/// nobody did. A node that is alone counts as alone whether it formed a cluster or is an orphan (domain.md §7).
#[must_use]
pub fn apart(events: &[Rc<Event>]) -> String {
    let mut clusters: Vec<&[NodeId]> = Vec::new();
    let mut orphans = Vec::new();
    for event in events {
        match &event.kind {
            EventKind::ClusterFormed { nodes, .. } => {
                clusters.retain(|other| !other.iter().any(|node| nodes.contains(node)));
                orphans.retain(|orphan| !nodes.contains(orphan));
                clusters.push(nodes);
            }
            EventKind::NodeOrphaned { node, .. } => orphans.push(*node),
            _ => {}
        }
    }
    let mut parts = Vec::new();
    match clusters.as_slice() {
        [] | [_] => {}
        [one, two] if one.len().min(two.len()) == 1 => {
            let alone = if one.len() < two.len() { one } else { two };
            parts.push(format!("{} alone", nodes(alone)));
        }
        many => parts.push(format!("{} sub-clusters", many.len())),
    }
    match orphans.as_slice() {
        [] => {}
        [one] => parts.push(format!("{one} alone")),
        many => parts.push(count(convert::count(many.len()), "orphan")),
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_makes_the_headline() {
        let of = |all: &[Served]| headline(all).words;
        let settled = Served { settled: 4096, ..Served::default() };
        let filling = Served { settled: 1, filling: 4095, ..Served::default() };
        let fresh = Served { fresh: 4096, ..Served::default() };
        let twice = Served { twice: 4096, ..settled };
        let unavailable = Served { unavailable: 4096, ..Served::default() };
        let dead = Served { dead: 4096, ..Served::default() };
        assert_eq!(of(&[settled]), "Serving");
        assert_eq!(of(&[settled, filling]), "Serving, still filling");
        assert_eq!(of(&[filling, fresh]), "Serving, partly empty");
        assert_eq!(of(&[fresh, twice]), "Served by two sides");
        assert_eq!(of(&[twice, unavailable]), "Partly serving");
        assert_eq!(of(&[dead, unavailable]), "Not serving");
        assert_eq!(headline(&[dead]).class, "dead");
    }

    #[test]
    fn an_outcome_says_what_matters() {
        let of = |filling, fresh, unavailable, dead| {
            let settled = 4096 - filling - fresh - unavailable - dead;
            outcome(Served { settled, filling, fresh, unavailable, dead, twice: 0 })
        };
        assert_eq!(of(0, 0, 0, 0), "all active");
        assert_eq!(of(4096, 0, 0, 0), "all active, 4,096 still filling");
        assert_eq!(of(7, 376, 0, 0), "all active, 376 came up empty, 7 still filling");
        assert_eq!(of(2715, 0, 1381, 0), "1,381 unavailable");
        assert_eq!(of(0, 0, 1, 2), "1 unavailable, 2 dead");
        let twice = Served { settled: 4096, twice: 12, ..Served::default() };
        assert_eq!(outcome(twice), "12 served by two sides");
    }
}
