//! Cluster changes: what they cost, when they happen, and what interrupts them (domain.md §1, §7).

use crate::common::{
    act, case_study, cluster, counts, crash, cut, ids, migrate, not_active, recluster, setup,
    start, stop, sub_cluster,
};
use rosterlab_engine::{
    Cluster, ClusterSetup, Command, Event, EventKind, MAX_NODES, NamespaceSettings, NodeId,
    NodeState, Orphaned, Profile, RackId, Until,
};

fn regime(cluster: &Cluster) -> u32 {
    cluster.view().sub_clusters[0].namespaces[0].regime
}

#[test]
fn a_cluster_change_takes_1_8_seconds_and_moves_the_regime_by_2() {
    let mut cluster = case_study();
    assert_eq!(regime(&cluster), 1);
    let key = cluster.view().sub_clusters[0].key;
    act(&mut cluster, &stop("B101"));
    assert_eq!(cluster.now_ms(), 1_800);
    assert_eq!(regime(&cluster), 3);
    assert_ne!(cluster.view().sub_clusters[0].key, key);
}

#[test]
fn what_happens_within_the_reaction_time_is_one_change() {
    let mut cluster = case_study();
    cluster.apply(&stop("B101")).unwrap();
    cluster.advance(Until::Time(1_000));
    cluster.apply(&stop("B102")).unwrap();
    let events = cluster.advance(Until::Settled);
    let formed = |event: &&Event| matches!(event.kind, EventKind::ClusterFormed { .. });
    assert_eq!(events.iter().filter(formed).count(), 1);
    assert_eq!(regime(&cluster), 3);
    assert_eq!(sub_cluster(&cluster, "A103").nodes, ids("A103 A102 A101"));
}

#[test]
fn an_orphan_knows_whether_its_cluster_was_given_up_or_too_small() {
    let why = |cluster: &mut Cluster, command: &Command, node: &str| {
        let events = act(cluster, command);
        events.into_iter().find_map(|event| match event.kind {
            EventKind::NodeOrphaned { node: id, why } if ids(node) == [id] => Some(why),
            _ => None,
        })
    };
    let mut cluster = case_study();
    for sides in ["A101|A102", "A101|A103", "A102|B102"] {
        act(&mut cluster, &cut(sides));
    }
    let given_up = why(&mut cluster, &cut("B101|B102"), "B102");
    assert_eq!(given_up, Some(Orphaned::GivenUp), "its members preferred B101 (domain.md §7.3)");
    let setup = ClusterSetup { min_cluster_size: 3, ..setup("A101 A102 A103 B101 B102", 2) };
    let mut cluster = Cluster::new(setup).unwrap();
    let small = why(&mut cluster, &cut("A101 A102 A103|B101 B102"), "B101");
    assert_eq!(small, Some(Orphaned::TooSmall));
}

#[test]
fn a_change_in_the_middle_of_another_interrupts_it() {
    let mut cluster = case_study();
    cluster.apply(&stop("B101")).unwrap();
    cluster.advance(Until::Prepared);
    assert!(cluster.view().changing);
    let interrupted = cluster.apply(&stop("B102")).unwrap();
    let prepared = interrupted.iter().find_map(|event| match &event.kind {
        EventKind::ChangeInterrupted { prepared } => Some(prepared.clone()),
        _ => None,
    });
    assert_eq!(prepared, Some(ids("A103 A102 A101")));
    cluster.advance(Until::Settled);
    assert_eq!(regime(&cluster), 5, "the regime went up by four");
    // Every node had prepared and not committed, so no copy is full and a majority is not enough.
    assert_eq!(not_active(&cluster), (4096, 0));
    act(&mut cluster, &start("B101"));
    assert_eq!(not_active(&cluster), (0, 0), "a super-majority is");
}

#[test]
fn a_recluster_in_the_middle_of_a_change_interrupts_it_too() {
    let mut cluster = case_study();
    cluster.apply(&recluster()).unwrap();
    cluster.advance(Until::Prepared);
    cluster.apply(&recluster()).unwrap();
    cluster.advance(Until::Settled);
    assert_eq!(regime(&cluster), 5);
    assert_eq!(not_active(&cluster), (0, 0));
}

#[test]
fn a_cut_that_is_healed_in_the_middle_of_the_change_still_ends_in_a_new_cluster() {
    let mut cluster = case_study();
    let key = cluster.view().sub_clusters[0].key;
    cluster.apply(&cut("A101 A102 A103|B101 B102")).unwrap();
    cluster.advance(Until::Prepared);
    act(&mut cluster, &Command::Heal { between: None });
    let view = cluster.view();
    assert_eq!((view.sub_clusters.len(), regime(&cluster)), (1, 5));
    assert_ne!(view.sub_clusters[0].key, key);
    assert_eq!(not_active(&cluster), (0, 0));
}

#[test]
fn recluster_is_taken_by_the_principal_alone() {
    let mut cluster = case_study();
    let events = cluster.apply(&recluster()).unwrap();
    let EventKind::ReclusterAnswered { principal, ignored_by } = &events[0].kind else {
        panic!("{events:?}");
    };
    assert_eq!((vec![*principal], ignored_by), (ids("B102"), &ids("B101 A103 A102 A101")));
}

#[test]
fn nodes_that_see_the_same_others_stay_in_their_cluster() {
    let mut cluster = cluster("A1 A2 A3 A4", 2);
    act(&mut cluster, &cut("A1 A2|A3 A4"));
    let key = sub_cluster(&cluster, "A4").key;
    act(&mut cluster, &crash("A1"));
    assert_eq!(sub_cluster(&cluster, "A4").key, key, "the other side has nothing to change");
    assert_eq!(sub_cluster(&cluster, "A2").nodes, ids("A2"));
}

#[test]
fn one_cut_link_evicts_one_node() {
    let mut cluster = cluster("A1 A2 A3 A4 A5", 2);
    act(&mut cluster, &cut("A2|A3"));
    assert_eq!(sub_cluster(&cluster, "A5").nodes, ids("A5 A4 A3 A1"));
    let view = cluster.view();
    assert_eq!((view.sub_clusters.len(), view.orphans), (1, ids("A2")), "never a cluster of one");
    assert_eq!(view.nodes[3].state, NodeState::Orphan);
    let copies = view.nodes[3].namespaces[0].copies;
    assert_eq!((copies.full, copies.subset, copies.master), (0, copies.with_data, 0), "isolated");
    act(&mut cluster, &Command::Heal { between: Some(vec![ids("A3"), ids("A2")]) });
    assert_eq!(sub_cluster(&cluster, "A5").nodes.len(), 5);
}

#[test]
fn a_stop_before_the_node_has_joined_leaves_its_storage_unmarked() {
    let mut cluster = case_study();
    act(&mut cluster, &stop("A102"));
    assert_eq!(cluster.view().node(ids("A102")[0]).unwrap().state, NodeState::DownClean);
    cluster.apply(&start("A102")).unwrap();
    assert_eq!(cluster.view().node(ids("A102")[0]).unwrap().state, NodeState::Starting);
    act(&mut cluster, &stop("A102"));
    assert_eq!(cluster.view().node(ids("A102")[0]).unwrap().state, NodeState::DownUnclean);
    act(&mut cluster, &start("A102"));
    // `e` was on all 4096 at first. It is gone at once where A102 is not a replica and nothing is to be migrated.
    assert_eq!(cluster.view().node(ids("A102")[0]).unwrap().namespaces[0].copies.evade, 1381);
}

#[test]
fn when_everything_is_down_there_is_no_cluster() {
    let mut cluster = case_study();
    act(&mut cluster, &crash("A101 A102 A103 B101 B102"));
    assert!(cluster.view().sub_clusters.is_empty());
    let pid = rosterlab_engine::PartitionId::new(0).unwrap();
    assert_eq!(cluster.explain("main", pid, None).unwrap().principal, None);
    act(&mut cluster, &start("A101"));
    assert_eq!(not_active(&cluster), (4096, 0));
}

/// A fault must not recompute what it cannot have changed, so it hashes and sorts nothing.
#[test]
fn a_fault_hashes_and_sorts_nothing() {
    let mut cluster = case_study();
    let work = cluster.work();
    assert_eq!((work.hashes, work.insertions, work.rows_filtered), (5 * 4096, 5 * 4096, 4096));
    for command in [
        crash("A102"),
        start("A102"),
        cut("A101 A102|A103 B101 B102"),
        Command::Heal { between: None },
        recluster(),
        stop("B101 B102"),
    ] {
        act(&mut cluster, &command);
        migrate(&mut cluster);
    }
    assert_eq!(cluster.work(), work);
    act(&mut cluster, &crate::common::roster_set("A101@1 A102@1 A103@1"));
    let after = cluster.work();
    assert_eq!((after.hashes, after.insertions), (work.hashes, work.insertions));
    assert_eq!(after.rows_filtered, work.rows_filtered + 4096, "a new roster filters once");
}

#[test]
fn a_brand_new_node_is_in_no_roster_and_holds_nothing() {
    let mut cluster = case_study();
    let id = ids("C101")[0];
    act(&mut cluster, &Command::add_node(id, RackId::new(3).unwrap(), false));
    let view = cluster.view();
    let node = view.node(id).unwrap();
    assert!(node.brand_new && node.principal);
    assert_eq!(node.namespaces[0].in_roster, Some(false));
    assert_eq!((node.namespaces[0].copies.evade, node.namespaces[0].copies.with_data), (4096, 0));
    let namespace = &view.sub_clusters[0].namespaces[0];
    assert_eq!((namespace.roster.len(), namespace.observed.len()), (5, 6));
    let observed = rosterlab_engine::RosterNodes::Observed;
    act(&mut cluster, &Command::RosterSet { namespace: "main".into(), nodes: observed, on: None });
    act(&mut cluster, &recluster());
    migrate(&mut cluster);
    let view = cluster.view();
    let node = view.node(id).unwrap();
    assert!(!node.brand_new);
    assert_eq!(node.namespaces[0].copies.evade, 0);
    assert_eq!(node.namespaces[0].copies.full, node.namespaces[0].copies.with_data);
    assert!(node.namespaces[0].copies.full > 1000);
}

#[test]
fn the_largest_cluster_is_256_nodes_and_32_namespaces() {
    let names: Vec<String> =
        (0..MAX_NODES).map(|n| format!("{:X}@{}", 0xa000 + n, n % 4 + 1)).collect();
    let mut setup = crate::common::setup(&names.join(" "), 2);
    setup.namespaces = (0..32).map(|n| NamespaceSettings::strong(&format!("ns{n}"), 2)).collect();
    let error = Cluster::new(setup.clone()).map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "a cluster has 1 to 128 nodes, not 256", "before server 5.0");
    setup.profile = Profile::V7_1;
    let mut cluster = Cluster::new(setup).unwrap();
    act(&mut cluster, &crash("A000"));
    let view = cluster.view();
    assert_eq!(view.sub_clusters[0].nodes.len(), 255);
    assert!(view.sub_clusters[0].namespaces.iter().all(|one| one.counts.active == 4096));
    let one_more = Command::add_node(NodeId::new(1).unwrap(), RackId::NONE, false);
    assert_eq!(cluster.check(&one_more), Err(rosterlab_engine::Rejection::TooManyNodes));
}

#[test]
fn a_packed_cluster_is_small_and_the_same() {
    for (nodes, most) in [(5, 64 << 10), (16, 32 << 10), (128, 16 << 10)] {
        let names: Vec<String> =
            (0..nodes).map(|n| format!("{:X}@{}", 0xa000 + n, n % 4 + 1)).collect();
        let mut setup = crate::common::setup(&names.join(" "), 2);
        setup.namespaces.push(NamespaceSettings::strong("safe", 2));
        setup.namespaces[1].commit_to_device = true;
        let mut cluster = Cluster::new(setup).unwrap();
        act(&mut cluster, &crash("A000 A001"));
        act(&mut cluster, &start("A001"));
        cluster.apply(&stop("A002")).unwrap();
        cluster.advance(Until::Prepared);
        let packed = cluster.pack();
        let bytes = packed.bytes() / 2;
        assert!(bytes <= most, "{bytes} bytes a namespace with {nodes} nodes");
        assert!(packed.unpack() == cluster);
    }
}

#[test]
fn each_namespace_has_settings_of_its_own() {
    let mut setup = crate::common::setup("A1 A2 A3", 2);
    setup.namespaces.push(NamespaceSettings::strong("single", 1));
    let mut safe = NamespaceSettings::strong("safe", 2);
    safe.commit_to_device = true;
    setup.namespaces.push(safe);
    let mut cluster = Cluster::new(setup).unwrap();
    let held: Vec<u32> = {
        let view = cluster.view();
        let namespaces = &view.node(ids("A1")[0]).unwrap().namespaces;
        namespaces.iter().map(|one| one.copies.full).collect()
    };
    act(&mut cluster, &crash("A1"));
    let not_active = |cluster: &Cluster| -> Vec<u32> {
        let view = cluster.view();
        let namespaces = &view.sub_clusters[0].namespaces;
        namespaces.iter().map(|one| one.counts.unavailable + one.counts.dead).collect()
    };
    assert_eq!(not_active(&cluster), [0, 1316, 0]);
    act(&mut cluster, &start("A1"));
    let view = cluster.view();
    let evade: Vec<u32> =
        view.node(ids("A1")[0]).unwrap().namespaces.iter().map(|one| one.copies.evade).collect();
    assert_eq!(evade, [held[0], held[1], 0], "commit-to-device needs no e");
    assert_eq!(not_active(&cluster), [0, 1316, 0]);
    assert_eq!(counts(&cluster).active, 4096);
}
