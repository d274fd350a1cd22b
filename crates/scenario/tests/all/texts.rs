//! What people read: the table, explanations, what-if.

use expect_test::{Expect, expect};
use rosterlab_engine::{Cluster, Command, NodeId, PartitionId, Shutdown, Until};
use rosterlab_scenario::foresight::what_if::{Loss, WhatIfError, what_if};
use rosterlab_scenario::{Runner, Scenario, explain, report};

const CASE_STUDY: &str = include_str!("../../../../www/scenarios/case-study.json");

/// A file on six nodes of two racks, an SC namespace with two devices and an AP one.
fn six(steps: &str) -> Scenario {
    let text = format!(
        r#"{{"format":"rosterlab-scenario/1","cluster":{{
            "nodes":[{{"id":"A1","rack":1}},{{"id":"A2","rack":1}},{{"id":"A3","rack":1}},
                     {{"id":"B1","rack":2}},{{"id":"B2","rack":2}},{{"id":"B3","rack":2}}],
            "namespaces":[{{"name":"main","replication-factor":2,"devices":2}},
                          {{"name":"cache","replication-factor":2,"strong-consistency":false}}]}},
            "steps":[{steps}]}}"#
    );
    Scenario::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn case_study() -> Scenario {
    Scenario::parse(CASE_STUDY.as_bytes()).unwrap()
}

fn last(scenario: &Scenario) -> Cluster {
    Runner::new(scenario).unwrap().into_last().unwrap()
}

#[test]
fn the_table_of_the_case_study() {
    let scenario = case_study();
    let mut text = report::table_head() + "\n";
    for report in Runner::new(&scenario).unwrap() {
        text += &report::table_rows(&report.unwrap());
    }
    expect![[r#"
        step  do            time      sub-cluster            namespace        roster   regime  active  unavail  dead  migrations left
           0  stop          09:05:19  A103 +2                main             3 of 5        3    4096        0     0             4096
           1  expect        09:05:19  A103 +2                main             3 of 5        3    4096        0     0             4096
           2  migrate       09:05:54  A103 +2                main             3 of 5        3    4096        0     0                0
           3  expect        09:05:54  A103 +2                main             3 of 5        3    4096        0     0                0
           4  crash         10:31:01  A103 +1                main             2 of 5        5       0     4096     0                0
           5  expect        10:31:01  A103 +1                main             2 of 5        5       0     4096     0                0
           6  start         10:35:42  A103 +2                main             3 of 5        7       0     4096     0                0
           7  expect        10:35:42  A103 +2                main             3 of 5        7       0     4096     0                0
           8  expect        10:35:42  A103 +2                main             3 of 5        7       0     4096     0                0
           9  start         10:50:01  B102 +3                main             4 of 5        9       0     4096     0                0
          10  expect        10:50:01  B102 +3                main             4 of 5        9       0     4096     0                0
          11  start         11:05:01  B102 +4                main             5 of 5       11    4096        0     0            12288
          12  expect        11:05:01  B102 +4                main             5 of 5       11    4096        0     0            12288
          13  expect        11:05:01  B102 +4                main             5 of 5       11    4096        0     0            12288
          14  migrate       11:06:10  B102 +4                main             5 of 5       11    4096        0     0                0
          15  expect        11:06:10  B102 +4                main             5 of 5       11    4096        0     0                0
    "#]].assert_eq(&text);
}

#[test]
fn the_table_of_a_cut_with_two_namespaces() {
    let scenario = six(r#"{"do":"cut","between":[["A1"],["A2","A3","B1","B2","B3"]]},
           {"do":"write","namespace":"main","key":1,"from":"A1"},
           {"do":"expect","namespace":"main","dead":1},
           {"do":"crash","nodes":["A1","A2","A3","B1","B2","B3"]}"#);
    let mut text = report::table_head() + "\n";
    for report in Runner::new(&scenario).unwrap() {
        text += &report::table_rows(&report.unwrap());
    }
    expect![[r#"
        step  do            time      sub-cluster            namespace        roster   regime  active  unavail  dead  migrations left
           0  cut           00:00:01  B3 +4                  main             5 of 6        3    4096        0     0             1316
                                                             cache            AP            -    4096        0     0             1316
                                      A1 alone               main             1 of 6        3       0     4096     0                0
                                                             cache            AP            -    4096        0     0                0  2780 came up empty
           1  write         00:00:01  B3 +4                  main             5 of 6        3    4096        0     0             1316
                                                             cache            AP            -    4096        0     0             1316
                                      A1 alone               main             1 of 6        3       0     4096     0                0
                                                             cache            AP            -    4096        0     0                0  2780 came up empty
                                      the client is told: unavailable
           2  expect        00:00:01  B3 +4                  main             5 of 6        3    4096        0     0             1316
                                                             cache            AP            -    4096        0     0             1316
                                      A1 alone               main             1 of 6        3       0     4096     0                0
                                                             cache            AP            -    4096        0     0                0  2780 came up empty
                                      FAILED steps[2].dead: expected 1, found 0
           3  crash         00:00:03  no node is in a cluster
    "#]].assert_eq(&text);
}

#[test]
fn explanations() {
    let check = |scenario: &Scenario, namespace: &str, on: Option<&str>, expected: &Expect| {
        let cluster = last(scenario);
        let on = on.map(|on| on.parse().unwrap());
        let explanation = cluster.explain(namespace, PartitionId::new(0).unwrap(), on).unwrap();
        expected.assert_eq(&explain::text(&explanation, cluster.setup().profile));
    };
    let mut incident = case_study();
    let returned = incident.steps.iter().position(|step| step.action.name() == "start").unwrap();
    incident.steps.truncate(returned + 1);
    check(
        &incident,
        "main",
        None,
        &expect![[r#"
            namespace main, partition 0, the sub-cluster of A103, server 4.5.3: unavailable
            because: no full copy is there (documented)

            rules, in the order in which they are asked (* decided):
              0  fewer than RF roster nodes are present: not active                  3 present, RF 2                           passed       documented
              1  no node present has data: active only if it is known to be new      2 with data                               passed       inferred
              2  fewer than RF roster nodes are missing or untrusted: active         2 absent + 1 untrusted = 3, RF 2          passed       documented
            * 3  no voter has a full copy: not active                                0 full                                    decided      documented
              4  every roster-replica is present: active                             1 of 2 present                            not reached  documented, seen in logs
              5  more than half of the roster votes, with a roster-replica: active   2 of 5 vote, 1 roster-replica(s) present  not reached  documented, seen in logs
              6  exactly half of the roster votes, with the roster-master: active    2 of 5 vote, roster-master present        not reached  documented, seen in logs
              7  none of these: not active                                                                                     not reached  documented

            row:
              A103              roster-master      35de1c9756ce.0.-s-  subset
              B102              roster-replica     2dec89025cc1.0.-p-  absent
              A102                                 35de1c9756ce.0.-se  subset
              A101                                 000000000000.0.-p-  no copy
              B101                                 000000000000.0.-p-  absent
        "#]],
    );
    let cut = six(r#"{"do":"cut","between":[["A1","A2","A3"],["B1","B2","B3"]]}"#);
    check(
        &cut,
        "main",
        Some("A1"),
        &expect![[r#"
            namespace main, partition 0, the sub-cluster of A3, server 4.5.3: unavailable
            because: neither all roster-replicas nor enough votes are there (documented)

            rules, in the order in which they are asked (* decided):
              0  fewer than RF roster nodes are present: not active                  3 present, RF 2                           passed       documented
              1  no node present has data: active only if it is known to be new      1 with data                               passed       inferred
              2  fewer than RF roster nodes are missing or untrusted: active         3 absent + 0 untrusted = 3, RF 2          passed       documented
              3  no voter has a full copy: not active                                1 full                                    passed       documented
              4  every roster-replica is present: active                             1 of 2 present                            passed       documented, seen in logs
              5  more than half of the roster votes, with a roster-replica: active   3 of 6 vote, 1 roster-replica(s) present  passed       documented, seen in logs
              6  exactly half of the roster votes, with the roster-master: active    3 of 6 vote, roster-master absent         passed       documented, seen in logs
            * 7  none of these: not active                                                                                     decided      documented

            row:
              B3                roster-master      2dec89025cc1.0.mp-  absent
              A3                roster-replica     2dec89025cc1.0.-s-  subset, before this rebalance: full copy
              A1                                   000000000000.0.-p-  no copy
              A2                                   000000000000.0.-p-  no copy
              B1                                   35de1c9756ce.0.-s-  absent
              B2                                   000000000000.0.-p-  absent
        "#]],
    );
    check(
        &cut,
        "cache",
        Some("A1"),
        &expect![[r#"
            namespace cache, partition 0, the sub-cluster of A3, server 4.5.3: active
            because: the namespace keeps availability (documented)

            row:
              A3                                   14e4db018fed.0.mp-  full copy, working master, replica here
              A1                                   14e4db018fed.0.-se  filling, replica here
              A2                                   000000000000.0.-p-  no copy
        "#]],
    );
    let all = six(r#"{"do":"crash","nodes":["A1","A2","A3","B1","B2","B3"]}"#);
    check(
        &all,
        "main",
        None,
        &expect![[r#"
            namespace main, partition 0, in no cluster, server 4.5.3: unavailable
            because: the node is in no cluster (documented)
        "#]],
    );
}

#[test]
fn what_is_lost_with_one_or_two_more() {
    let mut scenario = case_study();
    scenario.steps.truncate(3); // rack B is down, rack A is filled
    let cluster = last(&scenario);
    let before = cluster.clone();
    let lines = |lose| {
        let losses = what_if(&cluster, lose).unwrap();
        let namespaces = &cluster.setup().namespaces;
        losses.map(|loss| report::loss_line(&loss, namespaces) + "\n").collect::<String>()
    };
    expect![[r#"
        {"nodes":["A103"],"unavailable":{"main":4096}}
        {"nodes":["A102"],"unavailable":{"main":4096}}
        {"nodes":["A101"],"unavailable":{"main":4096}}
    "#]]
    .assert_eq(&lines(1));
    expect![[r#"
        {"nodes":["A103","A102","A101"],"unavailable":{"main":4096}}
    "#]]
    .assert_eq(&lines(3));
    assert!(cluster == before, "the cluster itself is not touched");
    let refused = |lose| what_if(&cluster, lose).err();
    assert_eq!(refused(0), Some(WhatIfError::Lose { lose: 0, up: 3 }));
    assert_eq!(refused(4), Some(WhatIfError::Lose { lose: 4, up: 3 }));
}

/// Two nodes of one rack can be lost, two of different racks cannot; the prediction equals what happens.
#[test]
fn every_set_is_tried_once() {
    let cluster = last(&six(""));
    let losses: Vec<Loss> = what_if(&cluster, 2).unwrap().collect();
    assert_eq!(losses.len(), 15);
    let mut sets: Vec<_> = losses.iter().map(|loss| loss.nodes.clone()).collect();
    sets.sort();
    sets.dedup();
    assert_eq!(sets.len(), 15);
    for loss in &losses {
        assert_eq!(loss.inactive[1], 0, "an AP namespace loses nothing");
        let one_rack = loss.nodes.iter().all(|node| node.to_string().starts_with('A'))
            || loss.nodes.iter().all(|node| node.to_string().starts_with('B'));
        assert_eq!(loss.inactive[0] == 0, one_rack, "{loss:?}");
        for shutdown in [Shutdown::Clean, Shutdown::Unclean] {
            assert_eq!(loss.inactive, tried(&cluster, &loss.nodes, shutdown), "{loss:?}");
        }
    }
    assert_eq!(what_if(&cluster, 6).unwrap().next().unwrap().inactive, [4096, 4096]);
}

/// How many partitions are active in no sub-cluster after the nodes were stopped.
fn tried(cluster: &Cluster, nodes: &[NodeId], shutdown: Shutdown) -> Vec<u32> {
    let mut copy = cluster.clone();
    copy.apply(&Command::Stop { nodes: nodes.to_vec(), shutdown }).unwrap();
    copy.advance(Until::Settled);
    let view = copy.view();
    let active = |namespace: usize, partition: usize| {
        let mut here = view.sub_clusters.iter().map(|here| &here.namespaces[namespace].cells);
        here.any(|cells| cells[partition].verdict.is_active())
    };
    let inactive = |namespace| (0..4096).filter(|p| !active(namespace, *p)).count();
    (0..2).map(|namespace| u32::try_from(inactive(namespace)).unwrap()).collect()
}
