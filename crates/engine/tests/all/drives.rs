//! Empty drives: a namespace without a roster, the first roster, drives that are all lost, AP partitions that come up
//! empty, and what a start marks (domain.md §4, §5.1, §6, §9).

use crate::common::world::key;
use crate::common::{
    act, counts, crash, ids, migrate, not_active, recluster, revive, roster_set, start, stop,
};
use rosterlab_engine::{
    Cluster, ClusterSetup, Command, EventKind, Mode, NamespaceSettings, Profile, RosterNodes,
    StartingRoster, Until,
};

fn without_roster(nodes: &str) -> Cluster {
    let mut setup = crate::common::setup(nodes, 2);
    setup.namespaces[0].roster = StartingRoster::None;
    Cluster::new(setup).unwrap()
}

fn wipe(nodes: &str) -> Command {
    Command::Wipe { nodes: ids(nodes), device: None }
}

fn observed() -> Command {
    Command::RosterSet { namespace: "main".into(), nodes: RosterNodes::Observed, on: None }
}

#[test]
fn a_namespace_without_a_roster_is_unavailable_until_the_first_one_makes_it_fresh() {
    let mut cluster = without_roster("A1 A2 A3");
    assert_eq!(not_active(&cluster), (4096, 0));
    act(&mut cluster, &recluster());
    assert_eq!(not_active(&cluster), (4096, 0), "a recluster sets no roster");
    act(&mut cluster, &observed());
    assert_eq!(not_active(&cluster), (4096, 0), "staged, not in force");
    act(&mut cluster, &recluster());
    let here = &cluster.view().sub_clusters[0].namespaces[0];
    assert_eq!((here.counts.active, here.fresh, here.filling), (4096, 4096, 0));
    // After that it is an ordinary namespace.
    act(&mut cluster, &stop("A1"));
    let here = &cluster.view().sub_clusters[0].namespaces[0];
    assert_eq!((here.counts.active, here.fresh), (4096, 0));
}

#[test]
fn a_first_roster_that_is_not_whole_makes_nothing_fresh() {
    let mut cluster = without_roster("A1 A2 A3");
    act(&mut cluster, &stop("A3"));
    act(&mut cluster, &roster_set("A1 A2 A3"));
    act(&mut cluster, &recluster());
    assert_eq!(not_active(&cluster), (4096, 0));
}

#[test]
fn drives_that_are_all_lost_at_once_leave_everything_dead_until_every_node_is_revived() {
    let mut cluster = crate::common::cluster("A1 A2", 2);
    let write = Command::Write { namespace: "main".into(), key: key(1), from: None };
    cluster.apply(&write).unwrap();
    act(&mut cluster, &stop("A1 A2"));
    act(&mut cluster, &wipe("A1 A2"));
    assert_eq!(cluster.view().lost_writes, 1);
    act(&mut cluster, &start("A1 A2"));
    assert_eq!(not_active(&cluster), (0, 4096));
    let one = Command::Revive { namespace: "main".into(), nodes: Some(ids("A1")) };
    act(&mut cluster, &one);
    act(&mut cluster, &recluster());
    assert_eq!(not_active(&cluster), (0, 4096), "one of two");
    act(&mut cluster, &revive());
    act(&mut cluster, &recluster());
    let here = &cluster.view().sub_clusters[0].namespaces[0];
    assert_eq!((here.counts.active, here.fresh), (4096, 4096));
}

fn available(nodes: &str, replication_factor: u8) -> Cluster {
    let mut setup = crate::common::setup(nodes, replication_factor);
    setup.namespaces[0].mode = Mode::Available;
    Cluster::new(setup).unwrap()
}

#[test]
fn ap_partitions_that_nobody_here_has_come_up_empty_and_are_counted() {
    let mut cluster = available("A1 A2 A3 A4 A5", 2);
    let copies = |cluster: &Cluster, id: &str| {
        let versions = cluster.versions("main", ids(id)[0]).unwrap().to_vec();
        versions.iter().map(|version| version.has_data()).collect::<Vec<bool>>()
    };
    let (one, two) = (copies(&cluster, "A4"), copies(&cluster, "A5"));
    let empty = one.iter().zip(&two).filter(|(one, two)| !**one && !**two).count();
    let losses = cluster.losses("main").unwrap();
    let three = ids("A1 A2 A3");
    assert_eq!(losses.not_active_without(&three) as usize, empty, "what-if says it before");
    assert_eq!(losses.not_active_without(&three[..1]), 0, "RF 2 has two copies of each");
    let events = act(&mut cluster, &crash("A1 A2 A3"));
    let here = &cluster.view().sub_clusters[0].namespaces[0];
    assert_eq!((here.counts.active, here.fresh as usize), (4096, empty));
    let said = events.iter().find_map(|event| match event.kind {
        EventKind::Rebalanced { fresh, .. } => Some(fresh as usize),
        _ => None,
    });
    assert_eq!(said, Some(empty));
    let cells = here.cells.iter().zip(one.iter().zip(&two));
    cells.for_each(|(cell, (one, two))| assert_eq!(cell.fresh, !*one && !*two));
    // After another cluster change they have data: an empty copy.
    act(&mut cluster, &recluster());
    assert_eq!(cluster.view().sub_clusters[0].namespaces[0].fresh, 0);
}

#[test]
fn no_start_marks_an_ap_version() {
    let mut cluster = available("A1 A2 A3", 2);
    let events = act(&mut cluster, &crash("A1"));
    assert!(!events.is_empty());
    act(&mut cluster, &wipe("A1"));
    let events = act(&mut cluster, &start("A1"));
    assert!(events.iter().any(|event| matches!(event.kind, EventKind::StorageUntrusted { .. })));
    assert!(!events.iter().any(|event| matches!(event.kind, EventKind::EvadeSet { .. })));
    migrate(&mut cluster);
    let evade: u32 = cluster.view().nodes.iter().map(|n| n.namespaces[0].copies.evade).sum();
    assert_eq!(evade, 0);
}

fn reviving(nodes: &str) -> Cluster {
    let namespace =
        NamespaceSettings { auto_revive: true, devices: 2, ..NamespaceSettings::strong("main", 2) };
    let setup = ClusterSetup {
        profile: Profile::V7_1,
        namespaces: vec![namespace],
        ..crate::common::setup(nodes, 2)
    };
    Cluster::new(setup).unwrap()
}

#[test]
fn auto_revive_sets_r_in_place_of_e_unless_a_device_is_empty() {
    let all = "A1 A2 A3";
    let mut cluster = reviving(all);
    act(&mut cluster, &crash(all));
    let events = act(&mut cluster, &start(all));
    let revived =
        events.iter().filter(|event| matches!(event.kind, EventKind::AutoRevived { .. })).count();
    assert_eq!(revived, 3);
    assert_eq!(not_active(&cluster), (0, 0), "a power loss of all is forgiven");
    let mut wiped = reviving(all);
    act(&mut wiped, &crash(all));
    act(&mut wiped, &Command::Wipe { nodes: ids("A1"), device: Some(1) });
    act(&mut wiped, &start(all));
    let dead = counts(&wiped).dead;
    assert!(dead > 0, "with an e present, r is not trusted: {dead}");
    let mut older = crate::common::setup(all, 2);
    older.namespaces[0].auto_revive = true;
    assert_eq!(Cluster::new(older).unwrap_err().to_string(), "auto-revive needs server 7.1");
}

#[test]
fn what_wiped_drives_and_removed_nodes_held_is_counted_as_lost() {
    let mut cluster = crate::common::cluster("A1 A2 A3", 1);
    let all: Vec<_> = (0..30).map(key).collect();
    for key in &all {
        cluster.apply(&Command::Write { namespace: "main".into(), key: *key, from: None }).unwrap();
    }
    cluster.advance(Until::Time(5_000));
    let held = |cluster: &Cluster, id: &str| {
        let id = ids(id)[0];
        let copies = all.iter().flat_map(|key| cluster.copies_of_record("main", *key));
        copies.filter(|copy| copy.node == id).count() as u64
    };
    let (one, two) = (held(&cluster, "A1"), held(&cluster, "A2"));
    assert!(one > 0 && two > 0);
    act(&mut cluster, &stop("A1 A2"));
    assert_eq!(cluster.view().lost_writes, 0, "their drives have them");
    let events = act(&mut cluster, &wipe("A1"));
    let lost = events.iter().filter(|event| matches!(event.kind, EventKind::WriteLost { .. }));
    assert_eq!(lost.count() as u64, one);
    act(&mut cluster, &Command::RemoveNode { nodes: ids("A2") });
    assert_eq!(cluster.view().lost_writes, one + two);
}

#[test]
fn a_crash_before_the_flush_loses_what_no_other_node_has() {
    let mut cluster = crate::common::cluster("A1 A2 A3", 2);
    for n in 0..30 {
        cluster
            .apply(&Command::Write { namespace: "main".into(), key: key(n), from: None })
            .unwrap();
    }
    act(&mut cluster, &crash("A1"));
    assert_eq!(cluster.view().lost_writes, 0, "the other replica has each");
    let mut both = crate::common::cluster("A1 A2 A3", 2);
    for n in 0..30 {
        both.apply(&Command::Write { namespace: "main".into(), key: key(n), from: None }).unwrap();
    }
    act(&mut both, &crash("A1 A2"));
    assert!(both.view().lost_writes > 0);
}
