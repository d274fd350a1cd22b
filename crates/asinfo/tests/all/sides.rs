//! Two sides of a split, nodes in no cluster, and nodes that quiesce.

use expect_test::expect;
use rosterlab_engine::Until;

use crate::common::{Net, bitmaps, fields, ids};

/// Each side sets its own roster, and neither hears of the other's.
#[test]
fn each_side_answers_from_its_own_view() {
    let mut net = Net::case_study();
    net.cut("A101 A102 A103 | B101 B102");
    assert_eq!(net.inactive("A101"), ("0".into(), "0".into()));
    assert_eq!(net.inactive("B101"), ("4096".into(), "0".into()));
    assert_eq!(net.tell("B102", "roster-set:namespace=main;nodes=B102@2,B101@2"), "ok");
    assert_eq!(net.tell("A103", "roster-set:namespace=main;nodes=A103@1,A102@1"), "ok");
    expect!["roster=B102@2,B101@2,A103@1,A102@1,A101@1:pending_roster=B102@2,B101@2:observed_nodes=B102@2,B101@2"]
        .assert_eq(&net.ask("B101", "roster:namespace=main"));
    expect!["roster=B102@2,B101@2,A103@1,A102@1,A101@1:pending_roster=A103@1,A102@1:observed_nodes=A103@1,A102@1,A101@1"]
        .assert_eq(&net.ask("A101", "roster:namespace=main"));
    assert_eq!(net.tell("B101", "recluster:"), "ignored-by-non-principal");
    assert_eq!(net.tell("B102", "recluster:"), "ok");
    assert_eq!(
        net.ask("A101", "racks:namespace=main"),
        "rack_1=A103,A102,A101:roster_rack_1=A103,A102,A101:roster_rack_2=B102,B101"
    );
    assert_eq!(net.ask("B101", "racks:namespace=main"), "rack_2=B102,B101:roster_rack_2=B102,B101");
    let keys = ["cluster_size", "cluster_principal", "cluster_is_member"];
    expect![[r#"
        cluster_size=3
        cluster_principal=A103
        cluster_is_member=true
    "#]]
    .assert_eq(&fields(&net.ask("A101", "statistics"), &keys));
    expect![[r#"
        cluster_size=2
        cluster_principal=B102
        cluster_is_member=true
    "#]]
    .assert_eq(&fields(&net.ask("B101", "statistics"), &keys));
    let key = |net: &Net, node| net.field(node, "statistics", "cluster_key");
    assert_eq!(key(&net, "A101"), key(&net, "A103"));
    assert_ne!(key(&net, "A101"), key(&net, "B101"));
}

/// A node that lost one link is an orphan: a cluster of nobody, nothing available, nobody's principal.
#[test]
fn an_orphan_answers_as_an_orphan() {
    let mut net = Net::case_study();
    net.cut("A101 | A102");
    let keys = [
        "cluster_size",
        "cluster_key",
        "cluster_principal",
        "cluster_integrity",
        "migrate_allowed",
    ];
    expect![[r#"
        cluster_size=0
        cluster_key=0
        cluster_principal=0
        cluster_integrity=false
        migrate_allowed=false
    "#]]
    .assert_eq(&fields(&net.ask("A101", "statistics"), &keys));
    assert_eq!(net.inactive("A101"), ("4096".into(), "0".into()));
    assert_eq!(net.field("A101", "namespace/cache", "unavailable_partitions"), "4096");
    assert_eq!(net.ask("A101", "peers-clear-std"), "1,3100,[]");
    assert_eq!(net.ask("A101", "cluster-stable:"), "ERROR::unstable-cluster");
    assert_eq!(net.tell("A101", "recluster:"), "ignored-by-non-principal");
    assert_eq!(
        net.ask("A101", "roster-set:namespace=main;nodes=A101@1"),
        "ERROR::roster-set",
        "nobody would hear of it"
    );
    assert!(net.ask("A101", "roster:namespace=main").ends_with("observed_nodes=null"));
    let (regime, columns) = bitmaps(&net.ask("A101", "replicas"), "main");
    assert_eq!((regime, columns), (1, vec![vec![0; 512]]));
    let rows = net.ask("A101", "partition-info");
    assert!(rows.split(';').skip(1).all(|row| row.split(':').nth(3) == Some("0")));
    assert_eq!(net.inactive("A102"), ("0".into(), "0".into()), "the others do without it");
}

/// Until the others notice, a node that was cut off believes what it believed.
#[test]
fn a_node_that_has_just_been_cut_off_has_not_noticed() {
    let mut net = Net::case_study();
    let sides = ["A101 A102 A103", "B101 B102"].map(ids).to_vec();
    net.cluster.apply(&rosterlab_engine::Command::Cut { between: sides }).unwrap();
    assert_eq!(net.field("B101", "statistics", "cluster_size"), "5");
    assert_eq!(net.inactive("B101"), ("0".into(), "0".into()));
    assert_eq!(net.ask("B101", "revive:"), "ERROR::failed-revive", "its cluster is changing");
    net.cluster.advance(Until::Settled);
    assert_eq!(net.field("B101", "statistics", "cluster_size"), "2");
}

#[test]
fn a_node_that_starts_is_in_no_cluster_yet() {
    let mut net = Net::case_study();
    net.stop("A102");
    let start = rosterlab_engine::Command::Start { nodes: ids("A102") };
    net.cluster.apply(&start).unwrap();
    assert_eq!(net.field("A102", "statistics", "cluster_size"), "0");
    assert_eq!(net.inactive("A102"), ("4096".into(), "0".into()));
    assert_eq!(net.field("A101", "statistics", "cluster_size"), "4");
}

#[test]
fn a_node_is_quiesced_from_the_next_recluster_on() {
    let mut net = Net::case_study();
    let told = |net: &Net| {
        let of = |node, key| net.field(node, "namespace/main", key);
        [
            of("A101", "pending_quiesce"),
            of("A101", "effective_is_quiesced"),
            of("B102", "nodes_quiesced"),
        ]
        .join(" ")
    };
    assert_eq!(told(&net), "false false 0");
    assert_eq!(net.tell("A101", "quiesce:"), "ok");
    assert_eq!(net.tell("A101", "quiesce:"), "ok", "to say it twice is no error");
    assert_eq!(told(&net), "true false 0");
    assert_eq!(net.tell("B102", "recluster:"), "ok");
    assert_eq!(told(&net), "true true 1");
    let (_, columns) = bitmaps(&net.ask("A101", "replicas"), "main");
    assert!(columns.iter().flatten().all(|byte| *byte == 0), "its partitions were whole elsewhere");
    assert_eq!(net.tell("A101", "quiesce-undo:"), "ok");
    assert_eq!(told(&net), "false true 1");
    net.tell("B102", "recluster:");
    assert_eq!(told(&net), "false false 0");
}
