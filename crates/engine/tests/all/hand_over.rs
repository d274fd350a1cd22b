//! Hand-over: what a rebalance leaves to be migrated, and what a stop or a recluster finds before that is done
//! (domain.md §6).

use crate::common::{act, cluster, counts, ids, migrate, recluster, stop, sub_cluster};
use rosterlab_engine::{
    Clause, Cluster, ClusterSetup, Command, Mode, NamespaceSettings, NodeId, Rules, Until,
};

fn quiesce(nodes: &str) -> Command {
    Command::Quiesce { nodes: ids(nodes) }
}

/// The number of partitions that no sub-cluster serves.
fn served_by_nobody(cluster: &Cluster) -> usize {
    rosterlab_engine::PartitionId::all().filter(|pid| !cluster.serves("main", *pid)).count()
}

#[test]
fn a_quiesced_master_stays_full_until_it_has_handed_over() {
    // With RF 1 no other node has a full copy that could serve at once.
    let mut cluster = cluster("A101@1 A102@1 A103@1 B101@2 B102@2", 1);
    act(&mut cluster, &quiesce("A101"));
    act(&mut cluster, &recluster());
    let node =
        |cluster: &Cluster| cluster.view().node(ids("A101")[0]).unwrap().namespaces[0].copies;
    let first = node(&cluster);
    assert!(first.master > 500, "{first:?}");
    assert_eq!(first.full, first.master, "what it serves is full, the rest of its data subsets");
    // A second recluster during the hand-over changes nothing.
    act(&mut cluster, &recluster());
    assert_eq!(node(&cluster), first);
    assert_eq!(counts(&cluster).active, 4096);
    migrate(&mut cluster);
    assert_eq!((node(&cluster).master, node(&cluster).full), (0, 0));
}

/// RF 1 and five nodes on three racks, split 3|2 with the quiesced node on the side of two. There 2421 partitions are
/// unavailable; it would be 3275 if the quiesced master became a subset at once.
#[test]
fn a_split_before_the_hand_over_is_done_finds_the_quiesced_masters_copies() {
    let unavailable = |rules: Rules| {
        let setup = crate::common::setup("A1@1 A2@2 A3@3 A4@1 A5@2", 1);
        let mut cluster = Cluster::with_rules(setup, rules).unwrap();
        act(&mut cluster, &quiesce("A1"));
        act(&mut cluster, &recluster());
        act(&mut cluster, &crate::common::cut("A1 A2|A3 A4 A5"));
        let counts = |one: &str| sub_cluster(&cluster, one).namespaces[0].counts.unavailable;
        (counts("A2"), counts("A5"), served_by_nobody(&cluster))
    };
    let right = unavailable(Rules::default());
    let wrong = unavailable(Rules::default().without(Clause::WorkingMasterStaysFull));
    assert_eq!(right.2, 0, "RF 1: every partition's one copy is on one of the sides: {right:?}");
    assert!(wrong.2 > 500, "{wrong:?}");
    assert!(wrong.0 > right.0 + 500, "{right:?}, {wrong:?}");
}

fn with_delay(mode: Mode) -> Cluster {
    let setup = crate::common::setup("A1 A2 A3", 2);
    let namespaces = vec![NamespaceSettings { mode, ..NamespaceSettings::strong("main", 2) }];
    Cluster::new(ClusterSetup { fill_delay_ms: 60_000, namespaces, ..setup }).unwrap()
}

#[test]
fn fills_wait_for_the_delay_in_both_modes_and_the_rest_does_not() {
    for mode in [Mode::StrongConsistency, Mode::Available] {
        let mut cluster = with_delay(mode);
        act(&mut cluster, &stop("A3"));
        let left = |cluster: &Cluster| {
            let here = &cluster.view().sub_clusters[0].namespaces[0];
            let sum = |list: &[(NodeId, rosterlab_engine::Migrations)]| {
                list.iter().map(|(_, due)| due.tx).sum::<u32>()
            };
            (sum(&here.remaining), sum(&here.under_way))
        };
        let (all, moving) = left(&cluster);
        assert!(all > 2000, "{mode:?}: {all}");
        assert_eq!(moving, 0, "{mode:?}: all of it are fills, and they wait");
        let begun = cluster.now_ms();
        cluster.advance(Until::Time(begun + 59_000));
        assert_eq!(left(&cluster), (all, 0), "{mode:?}");
        cluster.advance(Until::Time(begun + 62_000));
        let (later, moving) = left(&cluster);
        assert!(later < all && moving > 0, "{mode:?}: {later}, {moving}");
        // A migration to a node that comes back with its data is not a fill, so it does not wait.
        let mut back = with_delay(mode);
        act(&mut back, &stop("A3"));
        act(&mut back, &crate::common::start("A3"));
        assert!(left(&back).1 > 0, "{mode:?}: {:?}", left(&back));
    }
}

#[test]
fn no_migration_moves_while_migrate_threads_is_0() {
    let setup = ClusterSetup { migrate_threads: 0, ..crate::common::setup("A1 A2 A3", 2) };
    let mut cluster = Cluster::new(setup).unwrap();
    act(&mut cluster, &stop("A3"));
    let before = cluster.view().sub_clusters[0].namespaces[0].clone();
    assert!(before.remaining.iter().any(|(_, due)| due.tx > 0));
    assert!(before.under_way.iter().all(|(_, due)| due.tx == 0 && due.rx == 0));
    migrate(&mut cluster);
    cluster.advance(Until::Time(10_000_000));
    assert_eq!(cluster.view().sub_clusters[0].namespaces[0].remaining, before.remaining);
}

#[test]
fn more_migrate_threads_move_more_at_a_time() {
    let took = |threads: u8| {
        let setup =
            ClusterSetup { migrate_threads: threads, ..crate::common::setup("A1 A2 A3", 2) };
        let mut cluster = Cluster::new(setup).unwrap();
        act(&mut cluster, &stop("A3"));
        let begun = cluster.now_ms();
        migrate(&mut cluster);
        cluster.now_ms() - begun
    };
    let (one, four) = (took(1), took(4));
    assert!(four * 39 / 10 <= one && one <= four * 41 / 10, "{one} ms and {four} ms");
}

#[test]
fn a_tie_breaker_that_stays_quiesced_is_one_after_a_restart_too() {
    let mut setup = crate::common::setup("A1@1 A2@1 B1@2 B2@2 C1@3", 2);
    setup.nodes[4].stay_quiesced = true;
    let mut cluster = Cluster::new(setup).unwrap();
    let data = |cluster: &Cluster| {
        let view = cluster.view();
        let node = view.node(ids("C1")[0]).unwrap();
        assert!(node.stay_quiesced);
        node.namespaces[0].copies.with_data
    };
    assert_eq!(data(&cluster), 0, "quiesced from the start");
    act(&mut cluster, &stop("C1"));
    act(&mut cluster, &crate::common::start("C1"));
    migrate(&mut cluster);
    act(&mut cluster, &recluster());
    migrate(&mut cluster);
    assert_eq!(data(&cluster), 0, "and after a restart");
    let undo = Command::QuiesceUndo { nodes: ids("C1") };
    let refused = rosterlab_engine::Rejection::StaysQuiesced(ids("C1")[0]);
    assert_eq!(cluster.check(&undo), Err(refused));
    act(&mut cluster, &crate::common::crash("B1 B2"));
    assert_eq!(counts(&cluster).active, 4096, "it still breaks the tie");
    // A node that was only told to quiesce is an ordinary node after a restart.
    let mut told = cluster_with_quiesced();
    act(&mut told, &stop("C1"));
    act(&mut told, &crate::common::start("C1"));
    migrate(&mut told);
    let view = told.view();
    assert!(view.node(ids("C1")[0]).unwrap().namespaces[0].copies.full > 1000);
}

fn cluster_with_quiesced() -> Cluster {
    let mut cluster = cluster("A1@1 A2@1 B1@2 B2@2 C1@3", 2);
    act(&mut cluster, &quiesce("C1"));
    act(&mut cluster, &recluster());
    migrate(&mut cluster);
    cluster
}

#[test]
fn uniform_balance_gives_every_node_as_many_masters_within_one() {
    let mut setup = crate::common::setup("A1@1 B1@2 B2@2", 2);
    setup.namespaces[0].prefer_uniform_balance = true;
    let mut cluster = Cluster::new(setup).unwrap();
    let copies = |cluster: &Cluster, mark: fn(&rosterlab_engine::CopyCounts) -> u32| {
        let view = cluster.view();
        let nodes = view.nodes.iter().rev();
        nodes.map(|node| mark(&node.namespaces[0].copies)).collect::<Vec<_>>()
    };
    let mut masters = copies(&cluster, |copies| copies.master);
    let full = copies(&cluster, |copies| copies.full);
    let mut replicas: Vec<u32> = full.iter().zip(&masters).map(|(all, own)| all - own).collect();
    assert_eq!((masters[0], replicas[0]), (1365, 2731), "the node in a rack of its own");
    masters.sort_unstable();
    replicas.sort_unstable();
    assert_eq!((masters, replicas), (vec![1365, 1365, 1366], vec![682, 683, 2731]));
    // The roster decides, present or not.
    act(&mut cluster, &stop("B1"));
    assert_eq!(counts(&cluster).active, 4096);
}
