//! The published case study and its counterfactuals, number by number (domain.md §10).

use crate::common::{
    act, case_study, crash, ids, migrate, not_active, recluster, revive, roster_set, start, stop,
    sub_cluster,
};
use rosterlab_engine::{Cluster, EventKind, Migrations, PartitionId, Rule, Until};

const RACK_A: &str = "A101@1 A102@1 A103@1";

/// `(tx, rx, signals)` of a node at the latest rebalance of the only sub-cluster.
fn expected(cluster: &Cluster, node: &str) -> (u32, u32, u32) {
    let view = cluster.view();
    let id = ids(node)[0];
    let found = view.sub_clusters[0].namespaces[0].expected.iter().find(|(other, _)| *other == id);
    let Migrations { tx, rx, signals } = found.unwrap().1;
    (tx, rx, signals)
}

fn rack_b_is_down_and_filled() -> Cluster {
    let mut cluster = case_study();
    act(&mut cluster, &stop("B101 B102"));
    assert_eq!(not_active(&cluster), (0, 0));
    migrate(&mut cluster);
    cluster
}

#[test]
fn the_incident() {
    let mut cluster = case_study();
    act(&mut cluster, &stop("B101 B102"));
    assert_eq!(not_active(&cluster), (0, 0));
    assert_eq!(sub_cluster(&cluster, "A103").namespaces[0].by_rule, [(Rule::Majority, 4096)]);
    assert_eq!(expected(&cluster, "A101"), (1346, 1368, 1346));
    assert_eq!(expected(&cluster, "A102"), (1381, 1379, 1381));
    assert_eq!(expected(&cluster, "A103"), (1369, 1349, 1369));
    migrate(&mut cluster);
    for (command, outcome) in [
        (crash("A102"), (4096, 0)),
        (start("A102"), (4096, 0)),
        (start("B102"), (4096, 0)),
        (start("B101"), (0, 0)),
    ] {
        act(&mut cluster, &command);
        assert_eq!(not_active(&cluster), outcome, "{command:?}");
    }
    assert_eq!(expected(&cluster, "A101"), (2714, 2139, 1981));
    assert_eq!(expected(&cluster, "A102"), (2760, 2206, 1650));
    assert_eq!(expected(&cluster, "A103"), (2718, 2168, 1987));
    let rules = &sub_cluster(&cluster, "B102").namespaces[0].by_rule;
    assert_eq!(*rules, [(Rule::SuperMajority, 4096)]);
}

/// For a node of rack A let X be the partitions whose roster-replica in rack A it is, Y those where it is the stand-in,
/// and XM those where it is the roster-master. The figures are (X, Y, X) after B stops; when all are back, tx = X + Y
/// and rx = X + XM.
#[test]
fn the_identities_that_the_published_log_obeys() {
    let healthy = case_study();
    let mut cluster = rack_b_is_down_and_filled();
    for command in [crash("A102"), start("A102"), start("B102"), start("B101")] {
        act(&mut cluster, &command);
    }
    for node in ["A101", "A102", "A103"] {
        let (mut x, mut y, mut xm) = (0, 0, 0);
        for pid in PartitionId::all() {
            let row = healthy.explain("main", pid, None).unwrap().row;
            let place = row.iter().position(|seat| seat.node == ids(node)[0]).unwrap();
            let first_of_a = |n: usize| row[n].node.to_string().starts_with('A');
            let place_in_a = (0..place).filter(|n| first_of_a(*n)).count();
            x += u32::from(place < 2);
            y += u32::from(place >= 2 && place_in_a == 1);
            xm += u32::from(place == 0);
        }
        let (tx, rx, _) = expected(&cluster, node);
        assert_eq!((tx, rx), (x + y, x + xm), "{node}: all back");
        let mut after = case_study();
        act(&mut after, &stop("B101 B102"));
        assert_eq!(expected(&after, node), (x, y, x), "{node}: rack B down");
    }
}

#[test]
fn had_a102_stopped_cleanly() {
    let mut cluster = rack_b_is_down_and_filled();
    for (command, outcome) in
        [(stop("A102"), (4096, 0)), (start("A102"), (4096, 0)), (start("B102"), (0, 0))]
    {
        act(&mut cluster, &command);
        assert_eq!(not_active(&cluster), outcome, "{command:?}");
    }
}

#[test]
fn revive_does_not_help_while_rack_b_is_down() {
    let mut cluster = rack_b_is_down_and_filled();
    for command in [crash("A102"), start("A102"), revive(), recluster()] {
        act(&mut cluster, &command);
    }
    assert_eq!(not_active(&cluster), (4096, 0));
}

#[test]
fn the_roster_reset_when_a102_is_back_makes_all_active_at_once() {
    let mut cluster = rack_b_is_down_and_filled();
    act(&mut cluster, &crash("A102"));
    act(&mut cluster, &start("A102"));
    act(&mut cluster, &roster_set(RACK_A));
    assert_eq!(not_active(&cluster), (4096, 0), "pending only");
    act(&mut cluster, &recluster());
    assert_eq!(not_active(&cluster), (0, 0));
}

#[test]
fn the_roster_reset_after_migrations_guards_against_a_crash() {
    let mut cluster = rack_b_is_down_and_filled();
    act(&mut cluster, &roster_set(RACK_A));
    act(&mut cluster, &recluster());
    migrate(&mut cluster);
    act(&mut cluster, &crash("A102"));
    assert_eq!(not_active(&cluster), (0, 0));
}

#[test]
fn the_roster_reset_too_early_loses_a_third_until_the_node_is_back() {
    let mut cluster = case_study();
    act(&mut cluster, &stop("B101 B102"));
    act(&mut cluster, &roster_set(RACK_A));
    act(&mut cluster, &recluster());
    act(&mut cluster, &stop("A102"));
    assert_eq!(not_active(&cluster), (1381, 0));
    act(&mut cluster, &start("A102"));
    assert_eq!(not_active(&cluster), (0, 0));
}

/// The ticker lines of the published log, in hundredths of a percent: initial (1316,1439,1316), remaining
/// (680,1439,680) is 23.09, and so on. Then the same for the model's own node ids.
#[test]
fn the_complete_pct_counts_what_is_sent_and_received() {
    let of = |tx, rx, signals| Migrations { tx, rx, signals };
    let initial = of(1316, 1439, 1316);
    assert_eq!(of(680, 1439, 680).complete_hundredths(initial), 2_309);
    assert_eq!(of(260, 1223, 261).complete_hundredths(initial), 4_617);
    assert_eq!(of(0, 168, 0).complete_hundredths(initial), 9_390);
    // Ten seconds at 40 partitions a second: every node has sent 400 of its own.
    let mut cluster = case_study();
    act(&mut cluster, &stop("B101 B102"));
    let start_ms = cluster.now_ms();
    cluster.advance(Until::Time(start_ms + 10_000));
    let namespace = &sub_cluster(&cluster, "A103").namespaces[0];
    for ((node, due), (_, left)) in namespace.expected.iter().zip(&namespace.remaining) {
        assert_eq!(due.tx - left.tx, 400, "{node}");
    }
    let lists = namespace.expected.iter().zip(&namespace.remaining);
    let complete = lists.map(|((_, due), (_, left))| left.complete_hundredths(*due));
    assert_eq!(complete.collect::<Vec<_>>(), [2_940, 2_920, 2_929], "A103, A102, A101");
    let sums = |all: &[(_, Migrations)]| all.iter().map(|(_, due)| due.tx).sum::<u32>();
    assert_eq!(namespace.filling, sums(&namespace.remaining));
    let done = cluster.advance(Until::Time(start_ms + 60_000));
    let ended = done.iter().find(|event| matches!(event.kind, EventKind::MigrationsDone { .. }));
    // The slowest node sends 1381, 25 ms each.
    assert_eq!(ended.unwrap().at_ms - start_ms, 1381 * 25);
}
