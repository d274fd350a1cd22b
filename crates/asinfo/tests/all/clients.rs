//! What client libraries ask: who a node is, its peers, who owns what.

use rosterlab_asinfo::info::Reply;
use rosterlab_engine::Profile;

use crate::common::{Net, bitmaps, id, is_set};

#[test]
fn what_is_asked_at_connect_and_each_second_is_answered() {
    let mut net = Net::with_profile(Profile::V7_1);
    let here = net.site.nodes.iter_mut().find(|node| node.id == id("A101")).unwrap();
    (here.partition_generation, here.peers_generation, here.rebalance_generation) = (19, 5, 7);
    assert_eq!(net.ask("A101", "node"), "A101");
    assert_eq!(net.ask("A101", "build"), "7.1.0.0");
    assert_eq!(net.ask("A101", "partition-generation"), "19");
    assert_eq!(net.ask("A101", "peers-generation"), "5");
    assert_eq!(net.ask("A101", "rebalance-generation"), "7");
    assert_eq!(net.ask("A101", "cluster-name"), "null");
    assert_eq!(net.ask("A101", "service-clear-std"), "127.0.0.1:3100");
    assert_eq!(net.ask("A101", "rack-ids"), "main:1;cache:1");
    assert_eq!(
        net.ask("A101", "peers-clear-std"),
        "5,3100,[[B102,,[127.0.0.1:3104]],[B101,,[127.0.0.1:3103]],[A103,,[127.0.0.1:3102]],\
         [A102,,[127.0.0.1:3101]]]"
    );
    assert_eq!(net.ask("A101", "peers-clear-alt"), "5,3100,[]");
}

#[test]
fn peers_are_those_of_the_nodes_own_side() {
    let mut net = Net::case_study();
    net.cut("A101 A102 A103 | B101 B102");
    assert_eq!(net.ask("B101", "peers-clear-std"), "1,3103,[[B102,,[127.0.0.1:3104]]]");
    assert!(!net.ask("A101", "peers-clear-std").contains('B'));
    net.stop("B102");
    net.crash("A101 A102");
    assert_eq!(net.ask("B101", "peers-clear-std"), "1,3103,[]", "it is alone");
    assert_eq!(net.reply("B102", "node"), Reply::LeftOut, "a node that is down answers nothing");
}

/// With all copies whole, the two columns of all nodes have each partition once.
#[test]
fn every_partition_is_owned_once_in_each_column() {
    let net = Net::case_study();
    for namespace in ["main", "cache"] {
        let of = |node| bitmaps(&net.ask(node, "replicas"), namespace).1;
        let nodes = ["A101", "A102", "A103", "B101", "B102"].map(of);
        for column in 0..2 {
            for partition in 0..4096 {
                let owners = nodes.iter().filter(|one| is_set(&one[column], partition)).count();
                assert_eq!(owners, 1, "{namespace}, column {column}, partition {partition}");
            }
        }
    }
}

#[test]
fn only_strong_consistency_has_a_regime() {
    let mut net = Net::case_study();
    assert_eq!(bitmaps(&net.ask("A101", "replicas"), "main").0, 1);
    net.tell("B102", "recluster:");
    assert_eq!(bitmaps(&net.ask("A101", "replicas"), "main").0, 3);
    assert_eq!(bitmaps(&net.ask("A101", "replicas"), "cache").0, 0);
}

/// While copies are being filled, the working master owns the columns of those who wait for them.
#[test]
fn who_is_still_filled_owns_nothing() {
    let mut net = Net::case_study();
    net.stop("B101 B102");
    let of = |net: &Net, node| bitmaps(&net.ask(node, "replicas"), "main").1;
    let columns = ["A101", "A102", "A103"].map(|node| of(&net, node));
    for partition in 0..4096 {
        let owners = |column: usize| -> Vec<usize> {
            (0..3).filter(|node| is_set(&columns[*node][column], partition)).collect()
        };
        assert_eq!(owners(0), owners(1), "one full copy of {partition} is left, and serves");
        assert_eq!(owners(0).len(), 1);
    }
    net.migrate();
    let columns = ["A101", "A102", "A103"].map(|node| of(&net, node));
    for partition in 0..4096 {
        let owner = |column: usize| (0..3).find(|node| is_set(&columns[*node][column], partition));
        assert!(owner(0).is_some() && owner(1).is_some() && owner(0) != owner(1));
    }
}

#[test]
fn what_is_unavailable_is_owned_by_nobody() {
    let mut net = Net::case_study();
    net.stop("B101 B102");
    net.migrate();
    net.crash("A102");
    for node in ["A101", "A103"] {
        let (_, columns) = bitmaps(&net.ask(node, "replicas"), "main");
        assert_eq!(columns.len(), 2);
        assert!(columns.iter().flatten().all(|byte| *byte == 0));
    }
}
