//! Containers and mesh seeds: a test for each sentence of domain.md §18.

use crate::common::world::key;
use crate::common::{act, crash, cut, ids, migrate, setup, start, stop};
use rosterlab_engine::{
    ClientResult, Cluster, Command, EventKind, Mode, NodeId, RackId, ReadMode, Until,
};

/// Three nodes, each with these seeds: `A1: A2 A3 | A2: A9`.
fn with_seeds(seeds: &str, mode: Mode) -> Cluster {
    let mut setup = setup("A1 A2 A3", 2);
    setup.namespaces[0].mode = mode;
    for one in seeds.split('|') {
        let (node, seeds) = one.split_once(':').unwrap();
        let id = ids(node)[0];
        setup.nodes.iter_mut().find(|node| node.id == id).unwrap().seeds = ids(seeds);
    }
    Cluster::new(setup).unwrap()
}

fn clusters(cluster: &Cluster) -> Vec<Vec<NodeId>> {
    cluster.view().sub_clusters.into_iter().map(|here| here.nodes).collect()
}

fn is_alone(cluster: &Cluster, node: &str) -> bool {
    cluster.view().node(ids(node)[0]).unwrap().alone
}

fn restart(cluster: &mut Cluster, node: &str) -> Vec<EventKind> {
    act(cluster, &stop(node));
    act(cluster, &start(node)).into_iter().map(|event| event.kind).collect()
}

fn client(cluster: &mut Cluster, command: &Command) -> (ClientResult, bool) {
    match cluster.apply(command).unwrap()[0].kind {
        EventKind::Wrote { result, .. } => (result, false),
        EventKind::Read { result, stale, .. } => (result, stale),
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn a_container_off_its_network_still_has_its_clients_and_serves_nothing() {
    let mut cluster = with_seeds("A1: A2 A3 | A2: A1 A3 | A3: A1 A2", Mode::StrongConsistency);
    let (key, namespace) = (key(1), || "main".to_owned());
    let write =
        |from: &str| Command::Write { namespace: namespace(), key, from: Some(ids(from)[0]) };
    let read = |from: &str, mode| {
        let from = Some(ids(from)[0]);
        Command::Read { namespace: namespace(), key, from, mode }
    };
    assert_eq!(client(&mut cluster, &write("A1")).0, ClientResult::Ok);
    // One that holds a copy of the record is taken off the network.
    let copies = cluster.copies_of_record("main", key);
    let off = copies[0].node.to_string();
    let others: Vec<String> =
        ids("A1 A2 A3").iter().map(NodeId::to_string).filter(|node| *node != off).collect();
    act(&mut cluster, &cut(&format!("{off} | {}", others.join(" "))));
    let view = cluster.view();
    let counts = |node: &str| {
        let place = view.node(ids(node)[0]).unwrap().sub_cluster.unwrap();
        view.sub_clusters[place].namespaces[0].counts
    };
    assert_eq!(counts(&off).unavailable, 4096, "1 of 3");
    assert_eq!(counts(&others[0]).active, 4096, "2 of 3 are a majority");
    assert_eq!(client(&mut cluster, &write(&others[0])).0, ClientResult::Ok);
    assert_eq!(client(&mut cluster, &write(&off)).0, ClientResult::Unavailable);
    let strict = client(&mut cluster, &read(&off, ReadMode::Session));
    assert_eq!(strict.0, ClientResult::Unavailable);
    let old = client(&mut cluster, &read(&off, ReadMode::AllowUnavailable));
    assert_eq!(old, (ClientResult::Ok, true), "an old value");
    // What was found stays found: no seed is needed when the network is back.
    act(&mut cluster, &Command::Heal { between: None });
    assert_eq!(clusters(&cluster), [ids("A3 A2 A1")]);
}

#[test]
fn one_live_seed_is_enough_to_find_all_others() {
    let mut cluster = with_seeds("A1: A9 A3", Mode::Available);
    let events = restart(&mut cluster, "A1");
    assert!(!events.iter().any(|event| matches!(event, EventKind::SeedsNotFound { .. })));
    assert_eq!(clusters(&cluster), [ids("A3 A2 A1")]);
    // A seed that stops later makes no difference to those it brought together.
    act(&mut cluster, &stop("A3"));
    assert_eq!(clusters(&cluster), [ids("A2 A1")]);
}

#[test]
fn a_node_whose_seeds_are_all_dead_stays_alone_and_in_ap_is_a_cluster_of_its_own() {
    let mut cluster = with_seeds("A1: A9 A3", Mode::Available);
    act(&mut cluster, &crash("A3"));
    let events = restart(&mut cluster, "A1");
    let (node, seeds) = (ids("A1")[0], ids("A9 A3"));
    assert!(events.contains(&EventKind::SeedsNotFound { node, seeds }));
    assert!(is_alone(&cluster, "A1") && !is_alone(&cluster, "A2"));
    assert_eq!(clusters(&cluster), [ids("A2"), ids("A1")]);
    let view = cluster.view();
    assert!(view.cuts.is_empty(), "no link failure made this split");
    for here in &view.sub_clusters {
        assert_eq!(here.namespaces[0].counts.active, 4096, "both sides take writes");
    }
    let write = |from: &str| {
        let from = Some(ids(from)[0]);
        Command::Write { namespace: "main".into(), key: key(3), from }
    };
    assert_eq!(client(&mut cluster, &write("A1")).0, ClientResult::Ok);
    assert_eq!(client(&mut cluster, &write("A2")).0, ClientResult::Ok);
    // When a seed is back, they find each other, and one of the two writes is lost.
    act(&mut cluster, &start("A3"));
    migrate(&mut cluster);
    assert!(!is_alone(&cluster, "A1"));
    assert_eq!(clusters(&cluster), [ids("A3 A2 A1")]);
    assert_eq!(cluster.view().lost_writes, 1);
}

#[test]
fn in_sc_a_node_that_stays_alone_serves_nothing() {
    let mut cluster = with_seeds("A1: A9", Mode::StrongConsistency);
    restart(&mut cluster, "A1");
    assert_eq!(clusters(&cluster), [ids("A3 A2"), ids("A1")]);
    let view = cluster.view();
    let counts = |place: usize| view.sub_clusters[place].namespaces[0].counts;
    assert_eq!((counts(0).active, counts(1).unavailable), (4096, 4096));
}

#[test]
fn whoever_is_named_as_a_seed_is_found_by_those_who_name_it() {
    let mut cluster = with_seeds("A1: A9 | A2: A1", Mode::Available);
    restart(&mut cluster, "A1");
    assert_eq!(clusters(&cluster), [ids("A3 A2 A1")], "A2 names A1");
    act(&mut cluster, &stop("A2"));
    restart(&mut cluster, "A1");
    assert!(is_alone(&cluster, "A1"));
    // A2 finds A1 and not A3, which nobody names.
    act(&mut cluster, &start("A2"));
    assert_eq!(clusters(&cluster), [ids("A3"), ids("A2 A1")]);
    assert!(!is_alone(&cluster, "A1"));
}

#[test]
fn a_seed_behind_a_cut_link_is_dead_until_the_link_is_back() {
    let mut cluster = with_seeds("A1: A3", Mode::Available);
    act(&mut cluster, &stop("A1"));
    act(&mut cluster, &cut("A1 | A3"));
    act(&mut cluster, &start("A1"));
    assert_eq!(clusters(&cluster), [ids("A3 A2"), ids("A1")], "the link to A2 does not help");
    act(&mut cluster, &Command::Heal { between: None });
    assert_eq!(clusters(&cluster), [ids("A3 A2 A1")]);
}

#[test]
fn nodes_that_all_start_anew_find_each_other_by_their_seeds() {
    let mut cluster = with_seeds("A1: A2 | A2: A3 | A3: A1", Mode::Available);
    act(&mut cluster, &stop("A1 A2 A3"));
    act(&mut cluster, &start("A1"));
    act(&mut cluster, &start("A3"));
    assert_eq!(clusters(&cluster), [ids("A3 A1")]);
    act(&mut cluster, &start("A2"));
    assert_eq!(clusters(&cluster), [ids("A3 A2 A1")]);
    // A node that names no seeds finds them.
    act(&mut cluster, &Command::add_node(ids("A4")[0], RackId::NONE, false));
    assert_eq!(clusters(&cluster), [ids("A4 A3 A2 A1")]);
}

#[test]
fn a_node_is_added_by_a_seed() {
    let mut cluster = with_seeds("A1: A2", Mode::Available);
    let add = |id: &str, seeds: &str| {
        let (id, seeds) = (ids(id)[0], ids(seeds));
        Command::AddNode { id, rack: RackId::NONE, stay_quiesced: false, server: None, seeds }
    };
    act(&mut cluster, &add("A4", "A2"));
    assert_eq!(clusters(&cluster), [ids("A4 A3 A2 A1")]);
    act(&mut cluster, &add("A5", "A9"));
    assert_eq!(clusters(&cluster), [ids("A5"), ids("A4 A3 A2 A1")]);
    // Its seed comes to be.
    act(&mut cluster, &add("A9", "A4"));
    assert_eq!(clusters(&cluster), [ids("A9 A5 A4 A3 A2 A1")]);
}

#[test]
fn losses_know_who_has_not_found_the_others() {
    let mut cluster = with_seeds("A1: A9", Mode::StrongConsistency);
    restart(&mut cluster, "A1");
    let losses = cluster.losses("main").unwrap();
    for lost in ["A1", "A2", "A3", "A1 A2"] {
        let lost = ids(lost);
        let mut tried = cluster.clone();
        let shutdown = rosterlab_engine::Shutdown::Unclean;
        tried.apply(&Command::Stop { nodes: lost.clone(), shutdown }).unwrap();
        tried.advance(Until::Settled);
        let served = (0..4096)
            .map(|pid| rosterlab_engine::PartitionId::new(pid).unwrap())
            .filter(|pid| tried.serves("main", *pid))
            .count();
        assert_eq!(losses.not_active_without(&lost) as usize, 4096 - served, "{lost:?}");
    }
}
