//! The servers' log lines: those of the case study, and of what it does not have.

use expect_test::{Expect, expect};
use rosterlab_asinfo::log::{self, Level, Log, LogLine, of_timeline};
use rosterlab_engine::{ClusterSetup, Command, NodeSetup, RackId, Shutdown};
use rosterlab_scenario::{Entry, Purpose, Runner, Scenario, Settle, Timeline};

use crate::common::{id, ids};

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

/// The log of one node, dated, with the ticker.
fn log_of(scenario: &Scenario, node: &str) -> String {
    let mut runner = Runner::new(scenario).unwrap();
    let mut log = Log::new(&runner.cluster().view());
    let mut text = String::new();
    loop {
        let (before, entry) = (runner.cluster().clone(), runner.next_entry().cloned());
        let Some(report) = runner.next() else { return text };
        let report = report.unwrap();
        let mut lines: Vec<LogLine> = report.events.iter().flat_map(|e| log.lines(e)).collect();
        if let Some(entry) = entry {
            lines.extend(log::ticker(&before, &entry, report.view.time_ms));
        }
        lines.sort_by_key(|line| line.time_ms);
        for line in lines.iter().filter(|line| line.node.to_string() == node) {
            text += &line.dated(report.clock);
            text += "\n";
        }
    }
}

#[test]
fn the_crashed_nodes_log_in_the_case_study() {
    expect![[r#"
        Jan 01 2019 09:05:19 GMT: INFO (clustering): (clustering.c:5795) applied new cluster key 35de1c9756ce
        Jan 01 2019 09:05:19 GMT: INFO (clustering): (clustering.c:5797) applied new succession list a103 a102 a101
        Jan 01 2019 09:05:19 GMT: INFO (clustering): (clustering.c:5799) applied cluster size 3
        Jan 01 2019 09:05:19 GMT: INFO (partition): (partition_balance_ee.c:1000) {main} 3 of 5 nodes participating - regime 1 -> 3
        Jan 01 2019 09:05:19 GMT: INFO (partition): (partition_balance_ee.c:1244) {main} rebalanced: regime 3 expected-migrations (1381,1379,1381) expected-appeals 0 unavailable-partitions 0
        Jan 01 2019 09:05:28 GMT: INFO (info): (ticker.c:454) {main} migrations: remaining (1053,1041,1053) active (1,1,0) complete-pct 24.13
        Jan 01 2019 09:05:38 GMT: INFO (info): (ticker.c:454) {main} migrations: remaining (653,638,653) active (1,1,0) complete-pct 53.22
        Jan 01 2019 09:05:48 GMT: INFO (info): (ticker.c:454) {main} migrations: remaining (253,227,253) active (1,1,0) complete-pct 82.61
        Jan 01 2019 09:05:54 GMT: INFO (info): (ticker.c:457) {main} migrations: complete
        Jan 01 2019 10:35:41 GMT: INFO (as): (as.c:317) <><><><><><><><><><>  Aerospike Enterprise Edition build 4.5.3.2  <><><><><><><><><><>
        Jan 01 2019 10:35:41 GMT: INFO (drv_ssd): (drv_ssd.c:3002) {main} device /dev/sda prior shutdown not clean
        Jan 01 2019 10:35:41 GMT: INFO (drv_ssd): (drv_ssd_ee.c:1457) {main} setting partition version 'e' flags
        Jan 01 2019 10:35:42 GMT: INFO (clustering): (clustering.c:5795) applied new cluster key e372e2338aca
        Jan 01 2019 10:35:42 GMT: INFO (clustering): (clustering.c:5797) applied new succession list a103 a102 a101
        Jan 01 2019 10:35:42 GMT: INFO (clustering): (clustering.c:5799) applied cluster size 3
        Jan 01 2019 10:35:42 GMT: INFO (partition): (partition_balance_ee.c:1000) {main} 3 of 5 nodes participating - regime 5 -> 7
        Jan 01 2019 10:35:42 GMT: INFO (partition): (partition_balance_ee.c:1244) {main} rebalanced: regime 7 expected-migrations (0,0,0) expected-appeals 0 unavailable-partitions 4096
        Jan 01 2019 10:50:01 GMT: INFO (clustering): (clustering.c:5795) applied new cluster key 3b0ca389c35a
        Jan 01 2019 10:50:01 GMT: INFO (clustering): (clustering.c:5797) applied new succession list b102 a103 a102 a101
        Jan 01 2019 10:50:01 GMT: INFO (clustering): (clustering.c:5799) applied cluster size 4
        Jan 01 2019 10:50:01 GMT: INFO (partition): (partition_balance_ee.c:1000) {main} 4 of 5 nodes participating - regime 7 -> 9
        Jan 01 2019 10:50:01 GMT: INFO (partition): (partition_balance_ee.c:1244) {main} rebalanced: regime 9 expected-migrations (0,0,0) expected-appeals 0 unavailable-partitions 4096
        Jan 01 2019 11:05:01 GMT: INFO (clustering): (clustering.c:5795) applied new cluster key a5d9adefe000
        Jan 01 2019 11:05:01 GMT: INFO (clustering): (clustering.c:5797) applied new succession list b102 b101 a103 a102 a101
        Jan 01 2019 11:05:01 GMT: INFO (clustering): (clustering.c:5799) applied cluster size 5
        Jan 01 2019 11:05:01 GMT: INFO (partition): (partition_balance_ee.c:1000) {main} 5 of 5 nodes participating - regime 9 -> 11
        Jan 01 2019 11:05:01 GMT: INFO (partition): (partition_balance_ee.c:1244) {main} rebalanced: regime 11 expected-migrations (2760,2206,1650) expected-appeals 0 unavailable-partitions 0
        Jan 01 2019 11:05:08 GMT: INFO (info): (ticker.c:454) {main} migrations: remaining (2501,1963,1512) active (1,1,0) complete-pct 10.11
        Jan 01 2019 11:05:18 GMT: INFO (info): (ticker.c:454) {main} migrations: remaining (2101,1530,1236) active (1,1,0) complete-pct 26.88
        Jan 01 2019 11:05:28 GMT: INFO (info): (ticker.c:454) {main} migrations: remaining (1701,1125,990) active (1,1,0) complete-pct 43.09
        Jan 01 2019 11:05:38 GMT: INFO (info): (ticker.c:454) {main} migrations: remaining (1301,756,758) active (1,1,0) complete-pct 58.58
        Jan 01 2019 11:05:48 GMT: INFO (info): (ticker.c:454) {main} migrations: remaining (901,412,516) active (1,1,0) complete-pct 73.56
        Jan 01 2019 11:05:58 GMT: INFO (info): (ticker.c:454) {main} migrations: remaining (501,230,300) active (1,1,0) complete-pct 85.28
        Jan 01 2019 11:06:08 GMT: INFO (info): (ticker.c:454) {main} migrations: remaining (101,36,60) active (1,1,0) complete-pct 97.24
        Jan 01 2019 11:06:10 GMT: INFO (info): (ticker.c:457) {main} migrations: complete
    "#]].assert_eq(&log_of(&case_study(), "A102"));
}

#[test]
fn logs_of_what_the_case_study_does_not_have() {
    let check = |steps: &str, node: &str, expected: &Expect| {
        expected.assert_eq(&log_of(&six(steps), node));
    };
    let stop_and = |wipe: &str| {
        format!(r#"{{"do":"stop","nodes":["A1"]}},{wipe},{{"do":"start","nodes":["A1"]}}"#)
    };
    check(
        &stop_and(r#"{"do":"wipe","nodes":["A1"]}"#),
        "A1",
        &expect![[r#"
            Jan 01 2019 00:00:00 GMT: INFO (as): finished clean shutdown - exiting
            Jan 01 2019 00:00:01 GMT: INFO (as): (as.c:317) <><><><><><><><><><>  Aerospike Enterprise Edition build 4.5.3.2  <><><><><><><><><><>
            Jan 01 2019 00:00:01 GMT: INFO (drv_ssd): {main} found all 2 devices fresh, initializing to random 2870996990448548868
            Jan 01 2019 00:00:01 GMT: INFO (drv_ssd): (drv_ssd_ee.c:1457) {main} setting partition version 'e' flags
            Jan 01 2019 00:00:01 GMT: INFO (drv_ssd): {cache} found all 1 devices fresh, initializing to random 2870996990448548868
            Jan 01 2019 00:00:03 GMT: INFO (clustering): (clustering.c:5795) applied new cluster key 14e4db018fed
            Jan 01 2019 00:00:03 GMT: INFO (clustering): (clustering.c:5797) applied new succession list b3 b2 b1 a3 a2 a1
            Jan 01 2019 00:00:03 GMT: INFO (clustering): (clustering.c:5799) applied cluster size 6
            Jan 01 2019 00:00:03 GMT: INFO (partition): (partition_balance_ee.c:1000) {main} 6 of 6 nodes participating - regime 3 -> 5
            Jan 01 2019 00:00:03 GMT: INFO (partition): (partition_balance_ee.c:1244) {main} rebalanced: regime 5 expected-migrations (0,1316,1306) expected-appeals 0 unavailable-partitions 0
            Jan 01 2019 00:00:03 GMT: INFO (partition): {cache} rebalanced: expected-migrations (0,1316,1306) fresh-partitions 0
        "#]],
    );
    check(
        &stop_and(r#"{"do":"wipe","nodes":["A1"],"device":1}"#),
        "A1",
        &expect![[r#"
        Jan 01 2019 00:00:00 GMT: INFO (as): finished clean shutdown - exiting
        Jan 01 2019 00:00:01 GMT: INFO (as): (as.c:317) <><><><><><><><><><>  Aerospike Enterprise Edition build 4.5.3.2  <><><><><><><><><><>
        Jan 01 2019 00:00:01 GMT: INFO (drv_ssd): {main} device /dev/sdb is empty
        Jan 01 2019 00:00:01 GMT: INFO (drv_ssd): (drv_ssd_ee.c:1457) {main} setting partition version 'e' flags
        Jan 01 2019 00:00:03 GMT: INFO (clustering): (clustering.c:5795) applied new cluster key 14e4db018fed
        Jan 01 2019 00:00:03 GMT: INFO (clustering): (clustering.c:5797) applied new succession list b3 b2 b1 a3 a2 a1
        Jan 01 2019 00:00:03 GMT: INFO (clustering): (clustering.c:5799) applied cluster size 6
        Jan 01 2019 00:00:03 GMT: INFO (partition): (partition_balance_ee.c:1000) {main} 6 of 6 nodes participating - regime 3 -> 5
        Jan 01 2019 00:00:03 GMT: INFO (partition): (partition_balance_ee.c:1244) {main} rebalanced: regime 5 expected-migrations (0,1316,1306) expected-appeals 0 unavailable-partitions 0
        Jan 01 2019 00:00:03 GMT: INFO (partition): {cache} rebalanced: expected-migrations (1316,1316,1306) fresh-partitions 0
    "#]],
    );
    check(
        r#"{"do":"quiesce","nodes":["A1"]},{"do":"quiesce-undo","nodes":["A1"]},
           {"do":"quiesce","nodes":["A1","A2","A3","B1","B2","B3"]},{"do":"recluster"}"#,
        "B3",
        &expect![[r#"
            Jan 01 2019 00:00:00 GMT: INFO (info): quiesced this node
            Jan 01 2019 00:00:00 GMT: INFO (clustering): recluster: triggered...
            Jan 01 2019 00:00:01 GMT: INFO (clustering): (clustering.c:5795) applied new cluster key 35de1c9756ce
            Jan 01 2019 00:00:01 GMT: INFO (clustering): (clustering.c:5797) applied new succession list b3 b2 b1 a3 a2 a1
            Jan 01 2019 00:00:01 GMT: INFO (clustering): (clustering.c:5799) applied cluster size 6
            Jan 01 2019 00:00:01 GMT: WARNING (partition): {main} can't quiesce all nodes - ignoring
            Jan 01 2019 00:00:01 GMT: INFO (partition): (partition_balance_ee.c:1000) {main} 6 of 6 nodes participating - regime 1 -> 3
            Jan 01 2019 00:00:01 GMT: INFO (partition): (partition_balance_ee.c:1244) {main} rebalanced: regime 3 expected-migrations (0,0,0) expected-appeals 0 unavailable-partitions 0
            Jan 01 2019 00:00:01 GMT: WARNING (partition): {cache} can't quiesce all nodes - ignoring
            Jan 01 2019 00:00:01 GMT: INFO (partition): {cache} rebalanced: expected-migrations (0,0,0) fresh-partitions 0
        "#]],
    );
    check(
        r#"{"do":"crash","nodes":["A1","B1"]},{"do":"start","nodes":["A1","B1"]},
           {"do":"revive","namespace":"main"}"#,
        "A1",
        &expect![[r#"
            Jan 01 2019 00:00:01 GMT: INFO (as): (as.c:317) <><><><><><><><><><>  Aerospike Enterprise Edition build 4.5.3.2  <><><><><><><><><><>
            Jan 01 2019 00:00:01 GMT: INFO (drv_ssd): (drv_ssd.c:3002) {main} device /dev/sda prior shutdown not clean
            Jan 01 2019 00:00:01 GMT: INFO (drv_ssd): (drv_ssd.c:3002) {main} device /dev/sdb prior shutdown not clean
            Jan 01 2019 00:00:01 GMT: INFO (drv_ssd): (drv_ssd_ee.c:1457) {main} setting partition version 'e' flags
            Jan 01 2019 00:00:01 GMT: INFO (drv_ssd): (drv_ssd.c:3002) {cache} device /dev/sda prior shutdown not clean
            Jan 01 2019 00:00:03 GMT: INFO (clustering): (clustering.c:5795) applied new cluster key 14e4db018fed
            Jan 01 2019 00:00:03 GMT: INFO (clustering): (clustering.c:5797) applied new succession list b3 b2 b1 a3 a2 a1
            Jan 01 2019 00:00:03 GMT: INFO (clustering): (clustering.c:5799) applied cluster size 6
            Jan 01 2019 00:00:03 GMT: INFO (partition): (partition_balance_ee.c:1000) {main} 6 of 6 nodes participating - regime 3 -> 5
            Jan 01 2019 00:00:03 GMT: WARNING (partition): (partition_balance_ee.c:1244) {main} rebalanced: regime 5 expected-migrations (0,879,1263) expected-appeals 0 dead-partitions 437
            Jan 01 2019 00:00:03 GMT: INFO (partition): {cache} rebalanced: expected-migrations (1316,1548,1538) fresh-partitions 0
            Jan 01 2019 00:00:03 GMT: INFO (info): revive: complete - issue 'recluster:' command
        "#]],
    );
    check(
        r#"{"do":"add","id":"C1"}"#,
        "C1",
        &expect![[r#"
            Jan 01 2019 00:00:00 GMT: INFO (as): (as.c:317) <><><><><><><><><><>  Aerospike Enterprise Edition build 4.5.3.2  <><><><><><><><><><>
            Jan 01 2019 00:00:00 GMT: INFO (drv_ssd): {main} found all 2 devices fresh, initializing to random 14259091248532064356
            Jan 01 2019 00:00:00 GMT: INFO (drv_ssd): (drv_ssd_ee.c:1457) {main} setting partition version 'e' flags
            Jan 01 2019 00:00:00 GMT: INFO (drv_ssd): {cache} found all 1 devices fresh, initializing to random 14259091248532064356
            Jan 01 2019 00:00:01 GMT: INFO (clustering): (clustering.c:5795) applied new cluster key 35de1c9756ce
            Jan 01 2019 00:00:01 GMT: INFO (clustering): (clustering.c:5797) applied new succession list c1 b3 b2 b1 a3 a2 a1
            Jan 01 2019 00:00:01 GMT: INFO (clustering): (clustering.c:5799) applied cluster size 7
            Jan 01 2019 00:00:01 GMT: INFO (partition): (partition_balance_ee.c:1000) {main} 6 of 6 nodes participating - regime 1 -> 3
            Jan 01 2019 00:00:01 GMT: INFO (partition): (partition_balance_ee.c:1244) {main} rebalanced: regime 3 expected-migrations (0,0,0) expected-appeals 0 unavailable-partitions 0
            Jan 01 2019 00:00:01 GMT: INFO (partition): {cache} rebalanced: expected-migrations (0,1458,1126) fresh-partitions 0
        "#]],
    );
}

#[test]
fn dead_partitions_are_a_warning() {
    let scenario = six(r#"{"do":"crash","nodes":["A1","B1"]},{"do":"start","nodes":["A1","B1"]}"#);
    let mut runner = Runner::new(&scenario).unwrap();
    let mut log = Log::new(&runner.cluster().view());
    let events: Vec<_> = runner.by_ref().flat_map(|report| report.unwrap().events).collect();
    let lines: Vec<LogLine> = events.iter().flat_map(|event| log.lines(event)).collect();
    let warned = lines.iter().filter(|line| line.level == Level::Warning).count();
    let dead = lines.iter().filter(|line| line.text.contains("dead-partitions")).count();
    assert_eq!((warned, dead), (6, 6), "one on each node");
}

/// The numbers of the ticker only fall.
#[test]
fn the_ticker_counts_down_until_all_is_done() {
    let text = log_of(&case_study(), "A101");
    let percentages: Vec<f64> = text
        .lines()
        .filter_map(|line| line.split_once("complete-pct "))
        .map(|(_, number)| number.parse().unwrap())
        .collect();
    assert!(percentages.len() > 5, "{text}");
    assert!(percentages.iter().all(|p| (0.0..=100.0).contains(p)));
    assert_eq!(text.lines().filter(|line| line.ends_with("migrations: complete")).count(), 2);
}

fn three_nodes() -> ClusterSetup {
    let of = |id| NodeSetup::new(id, RackId::NONE);
    ClusterSetup::of(ids("A1 A2 A3").into_iter().map(of).collect(), 2)
}

fn stop(node: &str) -> Command {
    Command::Stop { nodes: vec![id(node)], shutdown: Shutdown::Clean }
}

#[test]
fn the_log_of_several_things_is_that_of_each() {
    let act = |command| Entry::Act { command, settle: Settle::Fully };
    let start = Command::Start { nodes: vec![id("A1")] };
    let all = Entry::Migrate { partitions: None };
    let entries = vec![act(stop("A1")), Entry::Pass { ms: 35_000 }, act(start), all];
    let mut one_by_one = Timeline::new(three_nodes()).unwrap();
    for entry in entries.clone() {
        one_by_one.perform(entry).unwrap();
    }
    let mut at_once = Timeline::new(three_nodes()).unwrap();
    at_once.perform(Entry::Several { purpose: Purpose::Commands, entries }).unwrap();
    let lines = of_timeline(&at_once, 0);
    assert_eq!(lines, of_timeline(&one_by_one, 0));
    assert!(lines.iter().any(|line| line.text.contains("migrations: remaining")), "{lines:?}");
}
