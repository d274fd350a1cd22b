//! The case study step by step, as its nodes tell it (www/scenarios/case-study.json), and what an operator could have done.

use std::fmt::Write as _;

use expect_test::expect;
use rosterlab_engine::Profile;
use rosterlab_scenario::{Runner, Scenario};

use crate::common::{Net, fields};

const CASE_STUDY: &str = include_str!("../../../../www/scenarios/case-study.json");

const TOLD: [&str; 9] = [
    "ns_cluster_size",
    "effective_replication_factor",
    "dead_partitions",
    "unavailable_partitions",
    "migrate_tx_partitions_initial",
    "migrate_tx_partitions_remaining",
    "migrate_rx_partitions_initial",
    "migrate_rx_partitions_remaining",
    "migrate_signals_remaining",
];

fn inactive(unavailable: u32, dead: u32) -> (String, String) {
    (unavailable.to_string(), dead.to_string())
}

/// What each running node says after each step of the scenario: its cluster, and the partitions that are not active.
#[test]
fn every_step_of_the_scenario() {
    let scenario = Scenario::parse(CASE_STUDY.as_bytes()).unwrap();
    let mut runner = Runner::new(&scenario).unwrap();
    let mut net = Net::case_study();
    let mut text = String::new();
    while let Some(report) = runner.next() {
        let report = report.unwrap();
        if report.action == "expect" {
            continue;
        }
        net.cluster = runner.cluster().clone();
        writeln!(text, "{}", report.action).unwrap();
        for node in report.view.nodes.iter().filter(|node| node.state.is_up()) {
            let node = node.id.to_string();
            let of = |request, key| net.field(&node, request, key);
            writeln!(
                text,
                "  {node} size {} principal {} present {} unavailable {} dead {} left {}",
                of("statistics", "cluster_size"),
                of("statistics", "paxos_principal"),
                of("namespace/main", "ns_cluster_size"),
                of("namespace/main", "unavailable_partitions"),
                of("namespace/main", "dead_partitions"),
                of("statistics", "migrate_partitions_remaining"),
            )
            .unwrap();
        }
    }
    expect![[r#"
        stop
          A103 size 3 principal A103 present 3 unavailable 0 dead 0 left 2718
          A102 size 3 principal A103 present 3 unavailable 0 dead 0 left 2760
          A101 size 3 principal A103 present 3 unavailable 0 dead 0 left 2714
        migrate
          A103 size 3 principal A103 present 3 unavailable 0 dead 0 left 0
          A102 size 3 principal A103 present 3 unavailable 0 dead 0 left 0
          A101 size 3 principal A103 present 3 unavailable 0 dead 0 left 0
        crash
          A103 size 2 principal A103 present 2 unavailable 4096 dead 0 left 0
          A101 size 2 principal A103 present 2 unavailable 4096 dead 0 left 0
        start
          A103 size 3 principal A103 present 3 unavailable 4096 dead 0 left 0
          A102 size 3 principal A103 present 3 unavailable 4096 dead 0 left 0
          A101 size 3 principal A103 present 3 unavailable 4096 dead 0 left 0
        start
          B102 size 4 principal B102 present 4 unavailable 4096 dead 0 left 0
          A103 size 4 principal B102 present 4 unavailable 4096 dead 0 left 0
          A102 size 4 principal B102 present 4 unavailable 4096 dead 0 left 0
          A101 size 4 principal B102 present 4 unavailable 4096 dead 0 left 0
        start
          B102 size 5 principal B102 present 5 unavailable 0 dead 0 left 4949
          B101 size 5 principal B102 present 5 unavailable 0 dead 0 left 4922
          A103 size 5 principal B102 present 5 unavailable 0 dead 0 left 4886
          A102 size 5 principal B102 present 5 unavailable 0 dead 0 left 4966
          A101 size 5 principal B102 present 5 unavailable 0 dead 0 left 4853
        migrate
          B102 size 5 principal B102 present 5 unavailable 0 dead 0 left 0
          B101 size 5 principal B102 present 5 unavailable 0 dead 0 left 0
          A103 size 5 principal B102 present 5 unavailable 0 dead 0 left 0
          A102 size 5 principal B102 present 5 unavailable 0 dead 0 left 0
          A101 size 5 principal B102 present 5 unavailable 0 dead 0 left 0
    "#]]
    .assert_eq(&text);
}

/// Rack B is down: what a node of rack A says before and after it has filled its copies (domain.md §10).
#[test]
fn migrations_are_counted_as_the_servers_count_them() {
    let mut net = Net::case_study();
    net.stop("B101 B102");
    expect![[r#"
        ns_cluster_size=3
        effective_replication_factor=2
        dead_partitions=0
        unavailable_partitions=0
        migrate_tx_partitions_initial=1346
        migrate_tx_partitions_remaining=1346
        migrate_rx_partitions_initial=1368
        migrate_rx_partitions_remaining=1368
        migrate_signals_remaining=1346
    "#]]
    .assert_eq(&fields(&net.ask("A101", "namespace/main"), &TOLD));
    assert_eq!(net.field("A101", "namespace/main", "migrate_tx_partitions_lead_remaining"), "0");
    net.migrate();
    net.crash("A102");
    net.start("A102");
    net.start("B102");
    net.start("B101");
    expect![[r#"
        ns_cluster_size=5
        effective_replication_factor=2
        dead_partitions=0
        unavailable_partitions=0
        migrate_tx_partitions_initial=2714
        migrate_tx_partitions_remaining=2714
        migrate_rx_partitions_initial=2139
        migrate_rx_partitions_remaining=2139
        migrate_signals_remaining=1981
    "#]]
    .assert_eq(&fields(&net.ask("A101", "namespace/main"), &TOLD));
}

/// Rack B is down and A102 is back after its crash: `revive` does not help, the roster of rack A does (domain.md §5).
#[test]
fn the_roster_of_what_is_there_brings_everything_back() {
    let mut net = Net::case_study();
    net.stop("B101 B102");
    net.migrate();
    net.crash("A102");
    net.start("A102");
    assert_eq!(net.inactive("A101"), inactive(4096, 0));
    for node in ["A101", "A102", "A103"] {
        assert_eq!(net.tell(node, "revive:namespace=main"), "ok");
    }
    assert_eq!(net.tell("A101", "recluster:"), "ignored-by-non-principal");
    assert_eq!(net.tell("A103", "recluster:"), "ok");
    assert_eq!(net.inactive("A102"), inactive(4096, 0), "revive helps dead partitions only");

    expect!["roster=B102@2,B101@2,A103@1,A102@1,A101@1:pending_roster=B102@2,B101@2,A103@1,A102@1,A101@1:observed_nodes=A103@1,A102@1,A101@1"]
        .assert_eq(&net.ask("A101", "roster:namespace=main"));
    let set = "roster-set:namespace=main;nodes=A103@1,A102@1,A101@1";
    assert_eq!(net.tell("A101", set), "ok", "any node takes a roster");
    expect!["roster=B102@2,B101@2,A103@1,A102@1,A101@1:pending_roster=A103@1,A102@1,A101@1:observed_nodes=A103@1,A102@1,A101@1"]
        .assert_eq(&net.ask("A102", "roster:namespace=main"));
    assert_eq!(net.inactive("A101"), inactive(4096, 0), "it is only pending");
    assert_eq!(net.tell("A103", "recluster:"), "ok");
    assert_eq!(net.inactive("A101"), inactive(0, 0));
    expect!["ns=main:roster=A103@1,A102@1,A101@1:pending_roster=A103@1,A102@1,A101@1:observed_nodes=A103@1,A102@1,A101@1;ns=cache:roster=null:pending_roster=null:observed_nodes=null"]
        .assert_eq(&net.ask("A103", "roster:"));
    // The other rack comes back: its nodes are in the cluster and not in the roster.
    net.start("B101 B102");
    assert_eq!(net.field("A101", "statistics", "cluster_size"), "5");
    assert_eq!(net.field("A101", "namespace/main", "ns_cluster_size"), "3");
    let of = |key| net.field("B101", "namespace/main", key);
    assert_eq!(
        (of("ns_cluster_size"), of("effective_replication_factor")),
        ("0".into(), "0".into())
    );
}

/// The unclean return with the roster of rack A, in each profile (domain.md §5): from 6.0 on, a revived copy is not trusted
/// while another has an `e`.
#[test]
fn each_profile_has_its_own_outcome() {
    for (profile, expected) in [
        (Profile::V4_5_3, inactive(0, 0)),
        (Profile::V6_0, inactive(0, 2760)),
        (Profile::V7_1, inactive(0, 2760)),
    ] {
        let mut net = Net::with_profile(profile);
        net.stop("B101 B102");
        net.migrate();
        net.crash("A102");
        net.start("A102");
        net.tell("A101", "roster-set:namespace=main;nodes=A103@1,A102@1,A101@1");
        net.tell("A103", "recluster:");
        assert_eq!(net.inactive("A101"), expected, "{profile}");
        for node in ["A101", "A102", "A103"] {
            net.tell(node, "revive:");
        }
        net.tell("A103", "recluster:");
        assert_eq!(net.inactive("A101"), inactive(0, 0), "{profile}, revived");
    }
}
