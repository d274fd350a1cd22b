//! What a client of the whole network can reach, in a few words.
//!
//! Invariant: the numbers are the engine's [`Served`]; what nobody serves comes first. Not here: one side's numbers (see
//! `summary`).

use std::rc::Rc;

use rosterlab_engine::{Event, EventKind, NodeId, Served, convert};

use super::text::{count, nodes, thousands};

/// The counts in short: `all active`, `1,381 unavailable`, `12 unavailable, 3 dead`, `all active, 9 filling`.
#[must_use]
pub fn outcome(served: Served) -> String {
    let is_whole = served.inactive() == 0;
    let [first, second] = if is_whole {
        [(served.fresh, "came up empty"), (served.filling, "filling")]
    } else {
        [(served.unavailable, "unavailable"), (served.dead, "dead")]
    };
    let mut parts = if is_whole { vec!["all active".to_owned()] } else { Vec::new() };
    for (number, what) in [first, second, (served.twice, "served by two sides")] {
        if number > 0 {
            parts.push(format!("{} {what}", thousands(number)));
        }
    }
    parts.join(", ")
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
    fn an_outcome_says_what_matters() {
        let of = |filling, fresh, unavailable, dead| {
            let settled = 4096 - filling - fresh - unavailable - dead;
            outcome(Served { settled, filling, fresh, unavailable, dead, twice: 0 })
        };
        assert_eq!(of(0, 0, 0, 0), "all active");
        assert_eq!(of(4096, 0, 0, 0), "all active, 4,096 filling");
        assert_eq!(of(7, 376, 0, 0), "all active, 376 came up empty, 7 filling");
        assert_eq!(of(2715, 0, 1381, 0), "1,381 unavailable");
        assert_eq!(of(0, 0, 1, 2), "1 unavailable, 2 dead");
        let twice = Served { settled: 4096, twice: 12, ..Served::default() };
        assert_eq!(outcome(twice), "all active, 12 served by two sides");
    }
}
