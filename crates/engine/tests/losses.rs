//! Losses that are only thought of give what losses give that happen.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::world::{World, deed};
use common::{act, case_study, crash, ids, migrate, roster_set, setup, stop};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rosterlab_engine::{Cluster, Command, NodeId, Shutdown, Until, judge};

/// Partitions active in no sub-cluster, once these nodes have stopped in a copy of the cluster.
fn tried(cluster: &Cluster, lost: &[NodeId], shutdown: Shutdown) -> u32 {
    let mut copy = cluster.clone();
    copy.apply(&Command::Stop { nodes: lost.to_vec(), shutdown }).unwrap();
    copy.advance(Until::Settled);
    let view = copy.view();
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
    // What is pending comes into force with the next change: the loss itself.
    assert_eq!(without(&cluster, "A102"), tried(&cluster, &ids("A102"), Shutdown::Clean));
    act(&mut cluster, &common::recluster());
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

#[test]
fn thought_of_and_tried_are_the_same_after_any_history() {
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let histories = (2_usize..=7, 1_u8..=3, vec(deed(), 1..25), any::<u16>());
    let mut runner = TestRunner::new_with_rng(config, rng);
    let same = |(nodes, rf, deeds, mask): (usize, u8, Vec<common::world::Deed>, u16)| {
        let names: Vec<String> =
            (0..nodes).map(|n| format!("{:X}@{}", 0xa1 + n, n % 2 + 1)).collect();
        let rf = rf.min(u8::try_from(nodes).unwrap());
        let mut world = World::new(setup(&names.join(" "), rf), judge);
        for deed in &deeds {
            world.act(deed);
        }
        world.cluster.advance(Until::Settled);
        let losses = world.cluster.losses("main").unwrap();
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
