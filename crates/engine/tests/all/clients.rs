//! Clients in SC and AP: what is acknowledged, what is in doubt, what is lost (domain.md §9).

use crate::common::world::key;
use crate::common::{act, case_study, cluster, crash, cut, ids, migrate, start, stop};
use rosterlab_engine::{
    ClientResult, Cluster, Command, Digest, EventKind, Mode, PartitionId, ReadMode, Until,
};

fn write(cluster: &mut Cluster, key: Digest, from: &str) -> ClientResult {
    let from = Some(ids(from)[0]);
    let events = cluster.apply(&Command::Write { namespace: "main".into(), key, from }).unwrap();
    match &events[0].kind {
        EventKind::Wrote { result, .. } => *result,
        other => panic!("{other:?}"),
    }
}

fn read(
    cluster: &mut Cluster,
    key: Digest,
    from: &str,
    mode: ReadMode,
) -> (ClientResult, Option<u64>, bool) {
    let from = Some(ids(from)[0]);
    let command = Command::Read { namespace: "main".into(), key, from, mode };
    match &cluster.apply(&command).unwrap()[0].kind {
        EventKind::Read { result, write, stale, .. } => (*result, *write, *stale),
        other => panic!("{other:?}"),
    }
}

/// A record whose roster-master is the node, in a cluster of these nodes.
fn key_of(cluster: &Cluster, master: &str) -> Digest {
    let id = ids(master)[0];
    let mastered = |key: &Digest| {
        let row = cluster.explain("main", PartitionId::of_digest(key), None).unwrap().row;
        row[0].node == id
    };
    (0..100).map(key).find(mastered).unwrap()
}

#[test]
fn a_write_is_acknowledged_only_when_every_replica_has_it() {
    let mut cluster = cluster("A1 A2 A3", 3);
    let key = key_of(&cluster, "A1");
    assert_eq!(write(&mut cluster, key, "A2"), ClientResult::Ok);
    // A3 is gone and no node has noticed yet, so its copy cannot be confirmed.
    cluster.apply(&crash("A3")).unwrap();
    assert_eq!(write(&mut cluster, key, "A2"), ClientResult::InDoubt);
    assert_eq!(cluster.last_acknowledged("main", key), Some(1));
    // With RF 3 and three nodes nothing is active now.
    cluster.advance(Until::Settled);
    assert_eq!(write(&mut cluster, key, "A2"), ClientResult::Unavailable);
    assert_eq!(read(&mut cluster, key, "A2", ReadMode::Session).0, ClientResult::Unavailable);
    let dirty = read(&mut cluster, key, "A2", ReadMode::AllowUnavailable);
    assert_eq!(dirty, (ClientResult::Ok, Some(2), false));
}

#[test]
fn a_master_that_was_cut_off_cannot_commit_and_a_client_that_knows_better_rejects_it() {
    let mut cluster = cluster("A1 A2 A3 A4 A5", 2);
    let key = key_of(&cluster, "A1");
    assert_eq!(write(&mut cluster, key, "A1"), ClientResult::Ok);
    cluster.apply(&cut("A1|A2 A3 A4 A5")).unwrap();
    assert_eq!(write(&mut cluster, key, "A1"), ClientResult::InDoubt, "it still believes");
    assert_eq!(read(&mut cluster, key, "A1", ReadMode::Linearize).0, ClientResult::InDoubt);
    cluster.advance(Until::Settled);
    assert_eq!(write(&mut cluster, key, "A1"), ClientResult::Unavailable);
    assert_eq!(write(&mut cluster, key, "A5"), ClientResult::Ok);
    let stale = read(&mut cluster, key, "A1", ReadMode::AllowUnavailable);
    assert_eq!((stale.0, stale.2), (ClientResult::Ok, true), "{stale:?}");
    act(&mut cluster, &Command::Heal { between: None });
    migrate(&mut cluster);
    // The write in doubt was of an older regime, so it is dropped.
    assert_eq!(
        read(&mut cluster, key, "A1", ReadMode::Session),
        (ClientResult::Ok, Some(4), false)
    );
}

#[test]
fn while_a_duplicate_cannot_be_asked_nothing_older_is_read_or_built_on() {
    let mut cluster = case_study();
    let keys: Vec<Digest> = (0..20).map(key).collect();
    for key in &keys {
        assert_eq!(write(&mut cluster, *key, "A101"), ClientResult::Ok);
    }
    act(&mut cluster, &stop("B101 B102"));
    migrate(&mut cluster);
    for key in &keys {
        assert_eq!(write(&mut cluster, *key, "A101"), ClientResult::Ok);
    }
    // After the outage all subsets together are served; rack B's masters have the older writes, rack A the later ones.
    for command in [crash("A102"), start("A102"), start("B102"), start("B101")] {
        act(&mut cluster, &command);
    }
    let before: Vec<_> =
        keys.iter().map(|key| read(&mut cluster, *key, "B101", ReadMode::Session)).collect();
    assert!(before.iter().all(|seen| seen.0 == ClientResult::Ok && !seen.2), "{before:?}");
    // Nobody has noticed the cut yet, so the nodes go on as one cluster.
    cluster.apply(&cut("A101 A102 A103|B101 B102")).unwrap();
    for key in &keys {
        for from in ["A101", "B101", "B102"] {
            let seen = read(&mut cluster, *key, from, ReadMode::Session);
            assert_eq!(seen, (ClientResult::InDoubt, None, false), "{from}");
            assert_eq!(write(&mut cluster, *key, from), ClientResult::InDoubt);
        }
    }
    act(&mut cluster, &Command::Heal { between: None });
    migrate(&mut cluster);
    let after: Vec<_> =
        keys.iter().map(|key| read(&mut cluster, *key, "B101", ReadMode::Session)).collect();
    assert_eq!(after, before, "nothing that was in doubt had happened");
}

#[test]
fn an_unclean_stop_loses_the_last_second_and_nothing_older() {
    let mut cluster = cluster("A1 A2 A3", 2);
    let key = key_of(&cluster, "A1");
    assert_eq!(write(&mut cluster, key, "A1"), ClientResult::Ok);
    cluster.advance(Until::Time(5_000));
    assert_eq!(write(&mut cluster, key, "A1"), ClientResult::Ok);
    cluster.advance(Until::Time(5_500));
    cluster.apply(&crash("A1")).unwrap();
    let held = |cluster: &Cluster| -> Vec<(String, u64)> {
        let copies = cluster.copies_of_record("main", key);
        copies.iter().map(|copy| (copy.node.to_string(), copy.write)).collect()
    };
    let of_a1 = |cluster: &Cluster| held(cluster).into_iter().find(|(node, _)| node == "A1");
    assert_eq!(of_a1(&cluster), Some(("A1".into(), 1)));
    cluster.advance(Until::Settled);
    act(&mut cluster, &start("A1"));
    migrate(&mut cluster);
    assert_eq!(of_a1(&cluster), Some(("A1".into(), 2)), "the other replica had it");
}

#[test]
fn a_buffer_is_flushed_a_second_after_its_first_write() {
    let writes_survived = |count: u64, apart_ms: u64, crash_at_ms: u64| {
        let mut cluster = cluster("A1 A2 A3", 2);
        let key = key_of(&cluster, "A1");
        for write_number in 0..count {
            cluster.advance(Until::Time(write_number * apart_ms));
            assert_eq!(write(&mut cluster, key, "A1"), ClientResult::Ok);
        }
        cluster.advance(Until::Time(crash_at_ms));
        cluster.apply(&crash("A1")).unwrap();
        let copies = cluster.copies_of_record("main", key);
        copies.iter().find(|copy| copy.node == ids("A1")[0]).map_or(0, |copy| copy.write)
    };
    assert_eq!(writes_survived(2, 500, 999), 0, "the buffer was not flushed yet");
    assert_eq!(writes_survived(2, 500, 1_000), 2, "both were in the buffer");
    assert_eq!(writes_survived(51, 100, 5_050), 50, "the last opened a new buffer");
}

#[test]
fn a_record_that_is_written_often_stays_small_and_its_losses_exact() {
    // In AP, what may be shed depends on what a node has flushed, which lies up to two seconds back.
    for (mode, most) in [(Mode::StrongConsistency, 64), (Mode::Available, 256)] {
        let mut setup = crate::common::setup("A1 A2 A3 A4", 2);
        setup.namespaces[0].mode = mode;
        let mut cluster = Cluster::new(setup).unwrap();
        let key = key_of(&cluster, "A1");
        for number in 0..3_000 {
            cluster.advance(Until::Time(number * 10));
            assert_eq!(write(&mut cluster, key, "A1"), ClientResult::Ok);
        }
        for copy in cluster.copies_of_record("main", key) {
            assert!(copy.builds_on.len() <= most, "{mode:?}: {}", copy.builds_on.len());
        }
        // A1 goes with an old copy; the others write on, so nothing that came later can be shed.
        act(&mut cluster, &stop("A1"));
        for _ in 0..200 {
            assert_eq!(write(&mut cluster, key, "A4"), ClientResult::Ok);
        }
        act(&mut cluster, &start("A1"));
        migrate(&mut cluster);
        assert_eq!(cluster.view().lost_writes, 0, "{mode:?}");
        assert_eq!(read(&mut cluster, key, "A1", ReadMode::Session).1, Some(3_200), "{mode:?}");
        // The only nodes that have it lose it all.
        let holders = cluster.copies_of_record("main", key);
        for copy in holders {
            act(&mut cluster, &crash(&copy.node.to_string()));
            let nodes = vec![copy.node];
            cluster.apply(&Command::Wipe { nodes, device: None }).unwrap();
        }
        assert_eq!(cluster.view().lost_writes, 1, "{mode:?}: the last acknowledged write");
    }
}

#[test]
fn a_clean_stop_loses_nothing() {
    let mut cluster = cluster("A1 A2 A3", 2);
    let key = key_of(&cluster, "A1");
    assert_eq!(write(&mut cluster, key, "A1"), ClientResult::Ok);
    cluster.apply(&stop("A1")).unwrap();
    assert_eq!(cluster.copies_of_record("main", key).len(), 2);
}

fn available(nodes: &str) -> Cluster {
    let mut setup = crate::common::setup(nodes, 2);
    setup.namespaces[0].mode = Mode::Available;
    Cluster::new(setup).unwrap()
}

#[test]
fn in_ap_both_sides_accept_and_healing_loses_what_it_does_not_keep() {
    let mut cluster = available("A1 A2 A3 A4");
    let key = key_of(&cluster, "A1");
    assert_eq!(write(&mut cluster, key, "A1"), ClientResult::Ok);
    act(&mut cluster, &cut("A1 A2|A3 A4"));
    let view = cluster.view();
    assert!(view.sub_clusters.iter().all(|one| one.namespaces[0].counts.active == 4096));
    migrate(&mut cluster);
    for side in ["A1", "A4"] {
        assert_eq!(write(&mut cluster, key, side), ClientResult::Ok, "{side}");
    }
    act(&mut cluster, &Command::Heal { between: None });
    let events = migrate(&mut cluster);
    let lost: Vec<(u64, u64)> = events
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::WriteLost { write, kept, .. } => Some((write, kept.unwrap())),
            _ => None,
        })
        .collect();
    assert_eq!((lost.len(), cluster.view().lost_writes), (1, 1), "{lost:?}");
    let (_, kept, _) = read(&mut cluster, key, "A1", ReadMode::Session);
    assert_eq!(kept, Some(lost[0].1));
}

#[test]
fn in_ap_rivals_are_counted_behind_a_history_that_was_shed() {
    let mut cluster = available("A1 A2 A3 A4");
    let key = key_of(&cluster, "A1");
    for _ in 0..500 {
        assert_eq!(write(&mut cluster, key, "A1"), ClientResult::Ok);
    }
    act(&mut cluster, &cut("A1 A2|A3 A4"));
    migrate(&mut cluster);
    for (side, writes) in [("A1", 150), ("A4", 130)] {
        for _ in 0..writes {
            assert_eq!(write(&mut cluster, key, side), ClientResult::Ok, "{side}");
        }
    }
    act(&mut cluster, &Command::Heal { between: None });
    migrate(&mut cluster);
    // A1's side wins by its higher generation; all of the other side's writes are gone.
    assert_eq!(cluster.view().lost_writes, 130);
    assert_eq!(read(&mut cluster, key, "A1", ReadMode::Session).1, Some(650));
}

#[test]
fn in_ap_a_write_that_builds_on_another_loses_nothing() {
    let mut cluster = available("A1 A2 A3 A4");
    let key = key_of(&cluster, "A1");
    assert_eq!(write(&mut cluster, key, "A1"), ClientResult::Ok);
    act(&mut cluster, &stop("A1"));
    migrate(&mut cluster);
    assert_eq!(write(&mut cluster, key, "A4"), ClientResult::Ok);
    act(&mut cluster, &start("A1"));
    migrate(&mut cluster);
    assert_eq!(
        read(&mut cluster, key, "A1", ReadMode::Session),
        (ClientResult::Ok, Some(2), false)
    );
    assert_eq!(cluster.view().lost_writes, 0);
}

#[test]
fn in_ap_every_partition_is_served_by_whoever_is_left() {
    let mut cluster = available("A1 A2 A3 A4");
    act(&mut cluster, &crash("A1 A2 A3"));
    let view = cluster.view();
    let namespace = &view.sub_clusters[0].namespaces[0];
    assert_eq!((namespace.counts.active, namespace.regime), (4096, 0));
    assert_eq!(view.nodes[0].namespaces[0].copies.master, 4096);
    act(&mut cluster, &start("A1 A2 A3"));
    migrate(&mut cluster);
    let view = cluster.view();
    let full: u32 = view.nodes.iter().map(|node| node.namespaces[0].copies.full).sum();
    assert_eq!(full, 2 * 4096, "two full copies of everything again");
    let marks: u32 = view.nodes.iter().map(|node| node.namespaces[0].copies.evade).sum();
    assert_eq!(marks, 0);
}
