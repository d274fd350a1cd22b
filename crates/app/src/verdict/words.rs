//! What the verdict bar says of a view: who is there, and why partitions are what they are.
//!
//! Invariant: pure; the numbers are what a client of the whole network finds ([`rosterlab_engine::Served`]). Not here: the
//! headline and the counts in words (`rosterlab_scenario::words::served`).

use rosterlab_engine::order::by_key;
use rosterlab_engine::{
    Cell, ClusterView, Mode, NamespaceSettings, QuiesceState, Served, SubClusterNamespaceView,
    SubClusterView, convert,
};
use rosterlab_scenario::foresight::margin::Found;
use rosterlab_scenario::words::rules;

use crate::text::count;

/// The most namespaces that the bar names one by one.
pub const NAMED: usize = 3;

/// The most reasons that the bar gives; the rest are counted, and the map's list has all of them.
pub const REASONS: usize = 4;

/// Who is there: `2 of 5 roster nodes`, `3 sub-clusters, 1 orphan`, `no node is up`.
#[must_use]
pub fn who(view: &ClusterView) -> String {
    let number = |number: usize, noun: &str| count(convert::count(number), noun);
    let mut who = match view.sub_clusters.as_slice() {
        [] => nobody(view).to_owned(),
        [one] => {
            let namespaces = view.namespaces.iter().zip(&one.namespaces);
            let in_roster_of = |here: &SubClusterNamespaceView| {
                (here.roster_nodes_present as usize, here.roster.len())
            };
            let mut each = one.namespaces.iter().map(in_roster_of);
            match each.next() {
                // All of them are in every roster, and the rosters are equally long.
                Some((present, all))
                    if all > 0
                        && present == one.nodes.len()
                        && each.all(|other| other == (present, all)) =>
                {
                    format!("{present} of {all} roster nodes")
                }
                _ => {
                    let nodes = number(one.nodes.len(), "node");
                    let rosters =
                        namespaces.take(NAMED).map(|(settings, here)| in_roster(settings, here));
                    [nodes].into_iter().chain(rosters).collect::<Vec<_>>().join(", ")
                }
            }
        }
        many => number(many.len(), "sub-cluster"),
    };
    if !view.orphans.is_empty() {
        who = format!("{who}, {}", number(view.orphans.len(), "orphan"));
    }
    match view.nodes.iter().filter(|node| node.quiesce == QuiesceState::Effective).count() {
        0 => who,
        quiesced => format!("{who}, {quiesced} quiesced"),
    }
}

/// Why there is no sub-cluster.
#[must_use]
pub fn nobody(view: &ClusterView) -> &'static str {
    let is_any_up = view.nodes.iter().any(|node| node.state.is_up());
    if is_any_up { "no node is in a cluster" } else { "no node is up" }
}

/// How many of a side's nodes are in a namespace's roster: `2 of 3 in main’s roster`.
#[must_use]
pub fn in_roster(settings: &NamespaceSettings, here: &SubClusterNamespaceView) -> String {
    let name = &settings.name;
    match (settings.mode, here.roster.len()) {
        (Mode::Available, _) => format!("{name} is AP"),
        (Mode::StrongConsistency, 0) => format!("no roster in {name} yet"),
        (Mode::StrongConsistency, all) => {
            format!("{} of {all} in {name}’s roster", here.roster_nodes_present)
        }
    }
}

/// A side in numbers: `12 nodes, 4 of 5 in main’s roster`; without the nodes where all of them are in it.
#[must_use]
pub fn of_side(view: &ClusterView, side: &SubClusterView, namespace: usize) -> String {
    let (Some(settings), Some(here)) =
        (view.namespaces.get(namespace), side.namespaces.get(namespace))
    else {
        return String::new();
    };
    let in_roster = in_roster(settings, here);
    let nodes = convert::count(side.nodes.len());
    if nodes == here.roster_nodes_present {
        in_roster
    } else {
        format!("{}, {in_roster}", count(nodes, "node"))
    }
}

/// Why the partitions of a namespace that nobody serves are not served, or, when all are, why they are: each reason with
/// its number, the greatest first.
#[must_use]
pub fn reasons(view: &ClusterView, namespace: usize) -> Vec<(&'static str, u32)> {
    let cells = view.reached(namespace);
    let is_all_served = cells.iter().all(|cell| cell.verdict.is_active());
    let sides = || view.sub_clusters.iter().filter_map(|side| side.namespaces.get(namespace));
    let mut reasons: Vec<(&'static str, u32)> = Vec::new();
    let told = cells.iter().zip(0..).filter(|(cell, _)| cell.verdict.is_active() == is_all_served);
    for (cell, partition) in told {
        // Of what nobody serves, the reason of one side says nothing about the others.
        let rule = cell.verdict.rule;
        let is_shared = |side: &SubClusterNamespaceView| {
            let other: &Cell = &side.cells[partition];
            other.verdict.rule == rule
        };
        let why = if is_all_served || sides().all(is_shared) {
            rules::reason(rule, is_all_served)
        } else {
            "each side for a reason of its own"
        };
        match reasons.iter_mut().find(|(other, _)| *other == why) {
            Some((_, number)) => *number += 1,
            None => reasons.push((why, 1)),
        }
    }
    by_key(&reasons, |(_, number)| u64::from(u32::MAX - number))
}

/// What one more loss would do to a namespace that is served, with its class in the style sheet.
#[must_use]
pub fn outlook(found: &Found, mode: Mode) -> (&'static str, String) {
    let harm = match mode {
        Mode::StrongConsistency => "stop service",
        Mode::Available => "leave partitions empty or unserved",
    };
    let (at_once, in_turn) = (found.at_once.margin, found.one_by_one.margin);
    match at_once.min(in_turn) {
        0 if at_once == 0 => ("bad", format!("One more crash can {harm}")),
        0 => ("bad", format!("One more clean stop can {harm}")),
        1 => ("good", "One more node can be lost".to_owned()),
        lost => ("good", format!("{lost} more nodes can be lost")),
    }
}

/// The places of the namespaces from the one that fares worst to the one that fares best.
#[must_use]
pub fn worst_first(all: &[Served]) -> Vec<usize> {
    let places: Vec<usize> = (0..all.len()).collect();
    by_key(&places, |place| {
        let served = &all[*place];
        let grave = [served.inactive(), served.twice, served.fresh, served.filling];
        // Each is at most 4096, so 13 bits hold it.
        u64::MAX - grave.iter().fold(0, |key, number| key << 13 | u64::from(*number))
    })
}

/// The namespace that fares worst, by its place, and how it fares.
#[must_use]
pub fn worst(all: &[Served]) -> (usize, Served) {
    let place = worst_first(all).first().copied().unwrap_or_default();
    (place, all.get(place).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{Cluster, Command, Shutdown, Until};

    use super::*;
    use crate::state::case_study;
    use crate::testing::ids;

    fn after(setup: rosterlab_engine::ClusterSetup, commands: &[Command]) -> ClusterView {
        let mut cluster = Cluster::new(setup).unwrap();
        for command in commands {
            cluster.apply(command).unwrap();
            cluster.advance(Until::Settled);
        }
        cluster.view()
    }

    fn stop(nodes: &str) -> Command {
        Command::Stop { nodes: ids(nodes), shutdown: Shutdown::Clean }
    }

    #[test]
    fn who_is_there_is_told_in_the_fewest_words() {
        let who = |commands: &[Command]| who(&after(case_study(), commands));
        assert_eq!(who(&[]), "5 of 5 roster nodes");
        assert_eq!(who(&[stop("B101 B102 A102")]), "2 of 5 roster nodes");
        assert_eq!(who(&[stop("A101 A102 A103 B101 B102")]), "no node is up");
        let split = Command::Cut { between: vec![ids("A101 A102 A103"), ids("B101 B102")] };
        assert_eq!(who(&[split]), "2 sub-clusters");
        let one = Command::Cut { between: vec![ids("A101"), ids("A102")] };
        assert_eq!(who(&[one]), "4 of 5 roster nodes, 1 orphan");
    }

    #[test]
    fn the_reasons_are_those_of_what_nobody_serves() {
        let bad = after(case_study(), &[stop("B101 B102"), stop("A102")]);
        let reasons_then = reasons(&bad, 0);
        assert_eq!(reasons_then.iter().map(|(_, number)| number).sum::<u32>(), 4096);
        assert_eq!(
            reasons_then,
            [("no majority, not all replicas", 2715), ("no full copy here", 1381)]
        );
        let good = reasons(&after(case_study(), &[]), 0);
        assert_eq!(good, [("by super-majority", 4096)]);
        // Only one link is cut, and the node that is left out serves nothing: that is no reason for anything.
        let cut = Command::Cut { between: vec![ids("A101"), ids("A102")] };
        let cut = reasons(&after(case_study(), &[cut]), 0);
        assert_eq!(cut.iter().map(|(_, number)| number).sum::<u32>(), 4096);
        assert!(cut.iter().all(|(why, _)| why.starts_with("by ")), "{cut:?}");
    }

    #[test]
    fn the_namespace_that_fares_worst_comes_first() {
        let of = |unavailable, filling| Served { unavailable, filling, ..Served::default() };
        assert_eq!(worst_first(&[of(0, 0), of(0, 9), of(7, 0), of(4096, 0)]), [3, 2, 1, 0]);
    }
}
