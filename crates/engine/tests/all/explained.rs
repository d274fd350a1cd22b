//! What an explanation says of the past and of the order of the nodes, against a ground truth that the test records
//! itself just before each change is committed; and what is said of the nodes that left a cluster.

use std::collections::BTreeMap;

use crate::common::free::{Free, FreeWorld, free};
use crate::common::world::Deed;
use crate::common::{act, cluster, crash, cut, ids, migrate, recluster, stop};
use crate::properties::{any_free_setup, runner};
use proptest::collection::vec;
use proptest::prelude::*;
use rosterlab_engine::{
    Cluster, ClusterKey, Command, CopyState, Event, EventKind, Explanation, Facts, Left, Link,
    NodeId, PartitionId, RevivedBy, Rules, Until, Version,
};

/// A sample of the partitions.
fn sample() -> impl Iterator<Item = PartitionId> {
    PartitionId::all().step_by(83)
}

/// The versions of the sample, by node.
type Recorded = BTreeMap<NodeId, Vec<Version>>;

fn record(cluster: &Cluster) -> Recorded {
    let of = |id: NodeId| {
        let versions = cluster.versions("main", id).unwrap();
        (id, sample().map(|pid| versions[pid.index()]).collect())
    };
    cluster.view().nodes.iter().map(|node| of(node.id)).collect()
}

/// What the rules must have seen in the clusters that were committed first among these events. Roster-set protection comes
/// before the rules look (domain.md §4).
fn seen_then(events: &[Event], recorded: &Recorded) -> BTreeMap<ClusterKey, Recorded> {
    let formed = |event: &&Event| matches!(event.kind, EventKind::ClusterFormed { .. });
    let Some(first) = events.iter().find(formed).map(|event| event.at_ms) else {
        return BTreeMap::new();
    };
    let protected = |id: NodeId| {
        events.iter().any(|event| {
            matches!(event.kind, EventKind::RosterProtected { node, .. } if node == id)
                && event.at_ms == first
        })
    };
    let mut seen = BTreeMap::new();
    for event in events.iter().filter(|event| event.at_ms == first) {
        let EventKind::ClusterFormed { key, nodes, .. } = &event.kind else { continue };
        let of = |id: &NodeId| {
            let marked = |version: &Version| match version {
                empty if !empty.has_data() && !empty.is_evade() && protected(*id) => {
                    empty.with_revived(RevivedBy::RosterProtection)
                }
                version => *version,
            };
            (*id, recorded[id].iter().map(marked).collect())
        };
        seen.insert(*key, nodes.iter().map(of).collect());
    }
    seen
}

/// The facts that follow from what the rules saw.
fn counted(seen: &[CopyState], facts: &Facts) -> Facts {
    let count = |holds: fn(&CopyState) -> bool| {
        u32::try_from(seen.iter().filter(|state| holds(state)).count()).unwrap()
    };
    Facts {
        present: count(|_| true),
        evading: count(|state| state.evade),
        revived: count(|state| state.revived),
        with_data: count(|state| state.data),
        full: count(|state| state.full),
        not_subset: count(|state| state.data && !state.subset),
        ..*facts
    }
}

fn check_seen(why: &Explanation, truth: Option<(&Recorded, usize)>) -> Result<(), TestCaseError> {
    let Some(facts) = &why.facts else {
        prop_assert!(why.row.iter().all(|seat| seat.seen.is_none()), "{why:?}");
        return Ok(());
    };
    let seen: Vec<CopyState> = why.row.iter().filter_map(|seat| seat.seen).collect();
    prop_assert_eq!(counted(&seen, facts), *facts, "the seats say what the rules counted");
    for seat in why.row.iter().filter(|seat| seat.seen.is_some()) {
        prop_assert!(seat.present, "{:?}", seat);
        if let Some((versions, place)) = truth {
            let then = versions[&seat.node][place].state(facts.whole());
            prop_assert_eq!(seat.seen, Some(then), "{} in partition {}", seat.node, why.partition);
        }
    }
    Ok(())
}

fn check_order(why: &Explanation) -> Result<(), TestCaseError> {
    let order = &why.working_order;
    let of = |id: &NodeId| why.row.iter().find(|seat| seat.node == *id).unwrap();
    prop_assert!(order.iter().all(|id| of(id).present));
    let in_order = |seat: &&rosterlab_engine::Seat| order.contains(&seat.node);
    prop_assert_eq!(why.row.iter().filter(in_order).count(), order.len(), "nobody twice");
    prop_assert!(order.is_sorted_by_key(|id| of(id).quiesced), "quiesced nodes are last");
    let replicas = why.row.iter().filter(|seat| seat.replica_here).count();
    let first = order.iter().take(replicas);
    prop_assert!(first.clone().all(|id| of(id).replica_here), "the first ones are replicas");
    if why.facts.is_some_and(|facts| facts.present as usize != order.len()) {
        return Err(TestCaseError::fail(format!("not every roster node here: {why:?}")));
    }
    Ok(())
}

#[test]
fn what_the_rules_saw_is_told_until_the_next_rebalance() {
    let histories = (any_free_setup(), vec(free(), 30));
    let compared = std::cell::Cell::new(0);
    let test = |(setup, deeds): (rosterlab_engine::ClusterSetup, Vec<Free>)| {
        let mut world = FreeWorld::new(setup, Rules::default());
        let mut truth: BTreeMap<ClusterKey, Recorded> = BTreeMap::new();
        for free in &deeds {
            let deed = match free {
                Free::Deed(Deed::Unsettled(deed)) => deed.clone(),
                Free::Deed(deed) => Box::new(deed.clone()),
                // Rosters, revives and racks change no cluster by themselves.
                other => {
                    world.act(other);
                    continue;
                }
            };
            world.world.events_of(&Deed::Unsettled(deed));
            let cluster = &mut world.world.cluster;
            let recorded = record(cluster);
            let events = cluster.advance(Until::Settled);
            truth.extend(seen_then(&events, &recorded));
            for here in &cluster.view().sub_clusters {
                for (place, pid) in sample().enumerate() {
                    let why = cluster.explain("main", pid, Some(here.principal)).unwrap();
                    let then = truth.get(&here.key).map(|versions| (versions, place));
                    compared.set(compared.get() + usize::from(then.is_some()));
                    check_seen(&why, then)?;
                    check_order(&why)?;
                }
            }
        }
        Ok(())
    };
    runner(60, 500).run(&histories, test).unwrap();
    assert!(compared.get() > 10_000, "only {} partitions were compared", compared.get());
}

/// Rack 2 stops and A102 crashes: A101 and A103 have a full copy each of some partitions when the rules look, and rule 7
/// makes subsets of them.
#[test]
fn a_copy_that_was_full_and_became_a_subset_says_both() {
    let mut cluster = cluster("A101@1 A102@1 A103@1 B101@2 B102@2", 2);
    for command in [stop("B101 B102"), crash("A102")] {
        act(&mut cluster, &command);
        migrate(&mut cluster);
    }
    let full_then = |pid: &PartitionId| {
        let why = cluster.explain("main", *pid, None).unwrap();
        let full = why.facts.unwrap().full;
        (full > 0).then_some((why, full))
    };
    let (why, full) = PartitionId::all().find_map(|pid| full_then(&pid)).unwrap();
    let was_full = |seat: &&rosterlab_engine::Seat| seat.seen.is_some_and(|seen| seen.full);
    let then: Vec<_> = why.row.iter().filter(was_full).collect();
    assert_eq!(u32::try_from(then.len()).unwrap(), full);
    assert!(then.iter().all(|seat| !seat.full && seat.holds().subset), "{then:?}");
    let absent = why.row.iter().find(|seat| seat.node == ids("A102")[0]).unwrap();
    assert_eq!(absent.seen, None, "the rules do not look at who is not there");
}

#[test]
fn a_quiesced_node_keeps_its_place_in_the_roster_and_is_last_in_the_working_order() {
    let mut cluster = cluster("A101@1 A102@1 A103@1 B101@2 B102@2", 2);
    let of = |cluster: &Cluster| {
        let why = cluster.explain("main", PartitionId::new(0).unwrap(), None).unwrap();
        let roster: Vec<NodeId> = why.row.iter().map(|seat| seat.node).collect();
        (roster, why.working_order)
    };
    let (roster, working) = of(&cluster);
    assert_eq!(roster, working, "all are here");
    let nodes = vec![roster[0]];
    act(&mut cluster, &Command::Quiesce { nodes });
    act(&mut cluster, &recluster());
    let (same, working) = of(&cluster);
    assert_eq!(same, roster);
    assert_eq!(working.last(), roster.first());
    assert_eq!(working[0], roster[1]);
}

/// The principal, the number of nodes, the missing links and who left.
type Parting = (NodeId, u32, Vec<Link>, Vec<(NodeId, Left)>);

/// What is said of each cluster that members left.
fn who_left(events: &[Event]) -> Vec<Parting> {
    let told = |event: &Event| match &event.kind {
        EventKind::MembersLeft { principal, nodes, missing, left } => {
            Some((*principal, *nodes, missing.clone(), left.clone()))
        }
        _ => None,
    };
    events.iter().filter_map(told).collect()
}

/// What is said of the case study's cluster after a cut: the principal, the number of missing links, and who left.
fn left_after(sides: &str) -> (NodeId, usize, Vec<(NodeId, Left)>) {
    let mut cluster = cluster("A101@1 A102@1 A103@1 B101@2 B102@2", 2);
    let told = who_left(&act(&mut cluster, &cut(sides)));
    let [(principal, 5, missing, left)] = told.as_slice() else { panic!("{told:?}") };
    (*principal, missing.len(), left.clone())
}

#[test]
fn a_cut_tells_who_left_and_by_which_rule() {
    let id = |text| ids(text)[0];
    let most = |links, tied| Left::MissedMost { links, tied: ids(tied) };
    assert_eq!(
        left_after("A101|A102"),
        (id("B102"), 1, vec![(id("A101"), most(1, "A102"))]),
        "both miss one link: the lower id goes"
    );
    assert_eq!(
        left_after("A103|A102 B101"),
        (id("B102"), 2, vec![(id("A103"), most(2, ""))]),
        "it misses more than the others"
    );
    let unheard = |nodes| ids(nodes).into_iter().map(|node| (node, Left::Unheard)).collect();
    assert_eq!(
        left_after("A101 A102 A103|B101 B102"),
        (id("B102"), 6, unheard("A103 A102 A101")),
        "a split by rack: nobody of rack 1 hears the principal"
    );
    assert_eq!(
        left_after("B102|A101 A102 A103 B101"),
        (id("B102"), 4, unheard("B101 A103 A102 A101")),
        "the principal is cut off: the others left it"
    );
    assert_eq!(
        left_after("B102|A101 A102 A103"),
        (
            id("B102"),
            3,
            vec![
                (id("B101"), Left::Preferred(id("B101"))),
                (id("A103"), Left::Unheard),
                (id("A102"), Left::Unheard),
                (id("A101"), Left::Unheard)
            ]
        ),
        "B101 hears more nodes without the principal"
    );
}

#[test]
fn who_left_really_lost_links_and_is_apart() {
    let histories = (any_free_setup(), vec(free(), 40));
    let told = std::cell::Cell::new(0);
    let test = |(setup, deeds): (rosterlab_engine::ClusterSetup, Vec<Free>)| {
        let mut world = FreeWorld::new(setup, Rules::default());
        for free in &deeds {
            let Free::Deed(deed) = free else { continue };
            let settled = !matches!(deed, Deed::Unsettled(_));
            let events = world.world.events_of(deed);
            let view = world.world.cluster.view();
            for (principal, nodes, missing, left) in who_left(&events) {
                told.set(told.get() + 1);
                prop_assert!(!missing.is_empty() && left.len() < nodes as usize);
                for (node, why) in &left {
                    let heard = !missing.contains(&Link::new(*node, principal).unwrap());
                    match why {
                        Left::Unheard => prop_assert!(!heard, "{node} of {principal}"),
                        Left::Preferred(other) => prop_assert!(*other != principal),
                        Left::MissedMost { links, tied } => {
                            prop_assert!(heard && *links > 0, "{} of {}", node, principal);
                            prop_assert!(tied.iter().all(|other| other > node), "{tied:?}");
                        }
                    }
                    let home = view.sub_cluster_of(*node);
                    let apart = home.is_none() || home != view.sub_cluster_of(principal);
                    prop_assert!(!settled || apart, "{node}, {principal}");
                }
            }
        }
        Ok(())
    };
    runner(150, 500).run(&histories, test).unwrap();
    assert!(told.get() > 100, "only {} cuts made somebody leave", told.get());
}
