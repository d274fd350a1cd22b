//! `Losses` predicts what happens when the nodes really stop.

use std::rc::Rc;

use crate::common::world::{World, deed};
use crate::common::{act, case_study, crash, ids, migrate, roster_set, setup, stop};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rosterlab_engine::{
    Cluster, ClusterSetup, Command, Losses, NodeId, NodeSetup, PlaceSet, Profile, RackId, Rules,
    Shutdown, Until,
};

/// The number of partitions active in no sub-cluster after these nodes stop in a copy of the cluster.
fn tried(cluster: &Cluster, lost: &[NodeId], shutdown: Shutdown) -> u32 {
    let mut copy = cluster.clone();
    copy.apply(&Command::Stop { nodes: lost.to_vec(), shutdown }).unwrap();
    copy.advance(Until::Settled);
    now(&copy)
}

/// The number of partitions active in no sub-cluster.
fn now(cluster: &Cluster) -> u32 {
    let view = cluster.view();
    let active = |pid: usize| {
        view.sub_clusters.iter().any(|one| one.namespaces[0].cells[pid].verdict.is_active())
    };
    u32::try_from((0..4096).filter(|pid| !active(*pid)).count()).unwrap()
}

#[test]
fn the_case_study_says_which_loss_would_hurt() {
    let mut cluster = case_study();
    let without = |cluster: &Cluster, lost: &str| {
        cluster.losses("main").unwrap().not_active_without(&ids(lost))
    };
    assert_eq!((without(&cluster, "A101"), without(&cluster, "B101 B102")), (0, 0));
    act(&mut cluster, &stop("B101 B102"));
    migrate(&mut cluster);
    assert_eq!(without(&cluster, "A102"), 4096);
    act(&mut cluster, &roster_set("A101@1 A102@1 A103@1"));
    // The pending roster comes into force at the next cluster change, which the loss itself causes.
    assert_eq!(without(&cluster, "A102"), tried(&cluster, &ids("A102"), Shutdown::Clean));
    act(&mut cluster, &crate::common::recluster());
    assert_eq!(without(&cluster, "A102"), 149, "the second, small round of migrations is not done");
    migrate(&mut cluster);
    assert_eq!(without(&cluster, "A102"), 0);
    let both = cluster.losses("main").unwrap();
    assert_eq!(both.partitions_not_active_without(&ids("A102 A101")).len(), 4096);
}

#[test]
fn nothing_is_said_while_a_change_is_still_to_come() {
    let mut cluster = case_study();
    cluster.apply(&crash("A101")).unwrap();
    assert!(cluster.losses("main").is_none());
    assert!(cluster.losses("other").is_none());
}

/// What the loss of every set of running nodes would leave. Asks in all three ways and compares them.
fn all_sets(losses: &Rc<Losses>) -> Vec<u32> {
    let nodes = losses.running().len();
    let few = losses.up_to_three();
    let mut every = losses.every_set().unwrap();
    while every.step() {}
    assert_eq!(every.not_active().len(), 1 << nodes);
    let count = |set: usize| {
        let asked = losses.not_active_without_set(PlaceSet::of_bits(set as u64));
        assert_eq!(u32::from(every.not_active()[set]), asked, "every set, at {set:b}");
        if set.count_ones() <= 3 {
            let places: Vec<usize> = (0..nodes).rev().filter(|n| set >> n & 1 == 1).collect();
            assert_eq!(few.not_active_without(&places), asked, "up to three, at {set:b}");
        }
        asked
    };
    (0..1 << nodes).map(count).collect()
}

#[test]
fn all_failure_sets_of_the_case_study_are_those_that_happen() {
    let mut cluster = case_study();
    let check = |cluster: &Cluster| {
        let losses = Rc::new(cluster.losses("main").unwrap());
        let running = losses.running();
        assert_eq!(losses.member(1), Some(running[1]));
        let all = all_sets(&losses);
        for (set, thought) in all.iter().enumerate().skip(1) {
            let picked = (0..running.len()).filter(|n| set >> n & 1 == 1);
            let lost: Vec<NodeId> = picked.map(|n| losses.member(n).unwrap()).collect();
            assert_eq!(*thought, tried(cluster, &lost, Shutdown::Clean), "{lost:?}");
        }
        all
    };
    let healthy = check(&cluster);
    let hurt = |sets: usize| {
        healthy
            .iter()
            .enumerate()
            .filter(move |(set, lost)| set.count_ones() as usize == sets && **lost > 0)
    };
    // No single loss hurts. Of two losses, only one in each rack does.
    assert_eq!((hurt(1).count(), hurt(2).count()), (0, 6));
    act(&mut cluster, &stop("B101 B102"));
    check(&cluster);
    migrate(&mut cluster);
    act(&mut cluster, &roster_set("A101@1 A102@1 A103@1"));
    check(&cluster);
    act(&mut cluster, &crate::common::recluster());
    check(&cluster);
    cluster.advance(Until::Migrated { partitions: Some(40) });
    act(&mut cluster, &crash("A102"));
    act(&mut cluster, &crate::common::start("A102 B101"));
    check(&cluster);
    act(&mut cluster, &crate::common::cut("A101|A102 A103 B101"));
    check(&cluster);
    act(&mut cluster, &Command::Heal { between: None });
    act(&mut cluster, &crate::common::cut("A101|A102"));
    check(&cluster);
}

/// A sub-cluster that loses no node does not form anew. Its verdicts stay, even after copies were marked or a roster
/// was staged.
#[test]
fn what_loses_nobody_stays_as_it_is() {
    let mut cluster = crate::common::cluster("A1 A2 A3 B1 B2 B3", 1);
    act(&mut cluster, &Command::Quiesce { nodes: ids("B1") });
    act(&mut cluster, &crate::common::cut("A2 B1|B3"));
    let check = |cluster: &Cluster| {
        let losses = Rc::new(cluster.losses("main").unwrap());
        for (set, thought) in all_sets(&losses).iter().enumerate() {
            let picked = (0..losses.running().len()).filter(|n| set >> n & 1 == 1);
            let lost: Vec<NodeId> = picked.map(|n| losses.member(n).unwrap()).collect();
            let happens =
                if lost.is_empty() { now(cluster) } else { tried(cluster, &lost, Shutdown::Clean) };
            assert_eq!(*thought, happens, "{lost:?}");
        }
    };
    check(&cluster);
    migrate(&mut cluster);
    check(&cluster);
    act(&mut cluster, &roster_set("A1 A3 B2 B3"));
    check(&cluster);
}

#[test]
fn sixteen_nodes_in_any_state_are_asked_about_at_once() {
    let names: Vec<String> = (0..16).map(|n| format!("{:X}@{}", 0xa1 + n, n % 4 + 1)).collect();
    let mut cluster = crate::common::cluster(&names.join(" "), 3);
    let mut check = |commands: &[Command]| {
        for command in commands {
            act(&mut cluster, command);
        }
        let losses = Rc::new(cluster.losses("main").unwrap());
        let mut every = losses.every_set().unwrap();
        while every.step() {}
        let few = losses.up_to_three();
        // A sample of all sets, each compared with the slow way.
        for set in (0..every.not_active().len()).step_by(397) {
            let asked = losses.not_active_without_set(PlaceSet::of_bits(set as u64));
            assert_eq!(u32::from(every.not_active()[set]), asked, "{set:b}");
        }
        for (a, b) in (0..every.not_active().len().ilog2() as usize).map(|a| (a, (a + 5) % 11)) {
            let set = 1 << a | 1 << b | 2;
            let places: Vec<usize> = (0..16).filter(|n| set >> n & 1 == 1).collect();
            assert_eq!(few.not_active_without(&places), u32::from(every.not_active()[set]));
        }
        every.not_active().iter().map(|count| u32::from(*count)).sum::<u32>()
    };
    let sums = [
        check(&[]),
        check(&[crash("A1 A2 A3 B0"), crate::common::start("A1 A2 A3")]),
        check(&[crate::common::revive(), crate::common::recluster()]),
        check(&[crate::common::cut("A1 A2 A3 A4 A5|A6 A7 A8 A9 AA AB AC AD AE AF")]),
        check(&[crate::common::cut("A6|A7")]),
        check(&[Command::Heal { between: None }, roster_set("A1 A2 A3 A4 A5@1 A6@2 A7@3 A8")]),
        check(&[crate::common::recluster()]),
    ];
    let different: std::collections::BTreeSet<u32> = sums.into_iter().collect();
    assert_eq!(different.len(), sums.len(), "{sums:?}");
}

#[test]
fn sets_of_three_of_a_hundred_and_twenty_eight_nodes() {
    let names: Vec<String> = (0..128).map(|n| format!("{:X}@{}", 0xa1 + n, n % 4 + 1)).collect();
    let mut cluster = crate::common::cluster(&names.join(" "), 2);
    act(&mut cluster, &crash("A1 A2 120"));
    act(&mut cluster, &crate::common::start("A1 A2"));
    let losses = Rc::new(cluster.losses("main").unwrap());
    assert!(losses.every_set().is_none(), "only up to sixteen nodes");
    let few = losses.up_to_three();
    let mut hurt = 0;
    for a in 0..127 {
        let (b, c) = ((a + 31) % 127, (a * 7 + 50) % 127);
        for places in [vec![a], vec![a, b], vec![c, b, a]] {
            let set: PlaceSet = places.iter().copied().collect();
            let asked = losses.not_active_without_set(set);
            let distinct = set.len() == places.len();
            if distinct {
                assert_eq!(few.not_active_without(&places), asked, "{places:?}");
                hurt += u32::from(asked > 0);
            }
        }
    }
    assert!(hurt > 0);
    assert_eq!(
        few.not_active_without(&[0, 1, 2, 3]),
        losses.not_active_without_set(PlaceSet::of_bits(0b1111))
    );
}

#[test]
fn sets_of_three_of_all_256_nodes() {
    let node = |n: u64| NodeSetup::new(NodeId::new(0xa00 + n).unwrap(), RackId::new(1).unwrap());
    let setup = ClusterSetup {
        profile: Profile::V7_1,
        ..ClusterSetup::of((0..256).map(node).collect(), 2)
    };
    let cluster = Cluster::new(setup).unwrap();
    let losses = Rc::new(cluster.losses("main").unwrap());
    let few = losses.up_to_three();
    for a in 0..253 {
        for places in [vec![a], vec![a, a + 2], vec![a, a + 1, a + 3]] {
            let set: PlaceSet = places.iter().copied().collect();
            assert_eq!(
                few.not_active_without(&places),
                losses.not_active_without_set(set),
                "{places:?}"
            );
        }
    }
}

#[test]
fn thought_of_and_tried_are_the_same_after_any_history() {
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let histories = (2_usize..=7, 1_u8..=3, vec(deed(), 1..25), any::<u16>());
    let mut runner = TestRunner::new_with_rng(config, rng);
    let same = |(nodes, rf, deeds, mask): (usize, u8, Vec<crate::common::world::Deed>, u16)| {
        let names: Vec<String> =
            (0..nodes).map(|n| format!("{:X}@{}", 0xa1 + n, n % 2 + 1)).collect();
        let rf = rf.min(u8::try_from(nodes).unwrap());
        let mut world = World::new(setup(&names.join(" "), rf), Rules::default());
        for deed in &deeds {
            world.act(deed);
        }
        world.cluster.advance(Until::Settled);
        let losses = Rc::new(world.cluster.losses("main").unwrap());
        all_sets(&losses);
        let picked = |(n, _): &(usize, &NodeId)| mask >> n & 1 == 1;
        let lost: Vec<NodeId> =
            losses.running().iter().enumerate().filter(picked).map(|(_, id)| *id).collect();
        if !lost.is_empty() {
            let thought = losses.not_active_without(&lost);
            for shutdown in [Shutdown::Clean, Shutdown::Unclean] {
                prop_assert_eq!(thought, tried(&world.cluster, &lost, shutdown), "{:?}", lost);
            }
        }
        Ok(())
    };
    runner.run(&histories, same).unwrap();
}
