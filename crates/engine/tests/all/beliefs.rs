//! What each node itself believes, and what a start would find (domain.md §1, §4, §7).

use crate::common::{
    act, case_study, crash, cut, ids, migrate, recluster, roster_set, start, stop,
};
use rosterlab_engine::{
    Belief, Cluster, ClusterSetup, Command, Membership, Mode, NamespaceSettings, NodeView, Profile,
    RosterNodes, StartMark, StartingRoster, Until, Untrusted,
};

fn node(cluster: &Cluster, id: &str) -> NodeView {
    cluster.view().node(ids(id)[0]).unwrap().clone()
}

fn belief(cluster: &Cluster, id: &str) -> Belief {
    node(cluster, id).belief
}

/// A node's roster in force and its pending one, as the commands write them.
fn rosters(cluster: &Cluster, id: &str) -> [String; 2] {
    let belief = belief(cluster, id);
    let here = &belief.namespaces[0];
    [&here.roster, &here.pending]
        .map(|roster| roster.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
}

fn roster_on(node: &str, entries: &str) -> Command {
    let entries = entries.split_whitespace().map(|entry| entry.parse().unwrap()).collect();
    let (namespace, nodes) = ("main".to_owned(), RosterNodes::List(entries));
    Command::RosterSet { namespace, nodes, on: Some(ids(node)[0]) }
}

const ALL: &str = "B102@2 B101@2 A103@1 A102@1 A101@1";

#[test]
fn in_a_whole_cluster_all_believe_the_same() {
    let cluster = case_study();
    for id in ["A101", "A102", "A103", "B101", "B102"] {
        assert_eq!(belief(&cluster, id).membership, Membership::SubCluster(0), "{id}");
        assert_eq!(rosters(&cluster, id), [ALL, ALL], "{id}");
        assert_eq!(belief(&cluster, id).namespaces[0].regime, Some(1), "{id}");
    }
}

#[test]
fn each_side_of_a_split_believes_in_its_own_cluster_and_roster() {
    let mut cluster = case_study();
    cluster.apply(&cut("A101 A102 A103|B101 B102")).unwrap();
    assert_eq!(belief(&cluster, "A101").membership, Membership::SubCluster(0), "not noticed yet");
    cluster.advance(Until::Settled);
    let rack_a = "A103@1 A102@1 A101@1";
    act(&mut cluster, &roster_on("A101", rack_a));
    assert_eq!(rosters(&cluster, "A102"), [ALL, rack_a], "staged on this side");
    assert_eq!(rosters(&cluster, "B102"), [ALL, ALL], "and not on the other");
    act(&mut cluster, &Command::Recluster { on: Some(ids("A103")[0]) });
    assert_eq!(rosters(&cluster, "A102"), [rack_a, rack_a]);
    assert_eq!(rosters(&cluster, "B102"), [ALL, ALL]);
    let view = cluster.view();
    for (id, principal, regime) in [("A101", "A103", 5), ("B101", "B102", 3)] {
        let Membership::SubCluster(place) = belief(&cluster, id).membership else {
            panic!("{id} is in a cluster");
        };
        assert_eq!(view.sub_clusters[place].principal, ids(principal)[0], "{id}");
        assert_eq!(belief(&cluster, id).namespaces[0].regime, Some(regime), "{id}");
    }
}

#[test]
fn an_orphan_keeps_the_roster_and_the_regime_that_it_had() {
    let mut cluster = case_study();
    act(&mut cluster, &cut("A101|A102"));
    act(&mut cluster, &roster_set("A102@1 A103@1 B101@2 B102@2"));
    act(&mut cluster, &recluster());
    let orphan = belief(&cluster, "A101");
    assert_eq!((orphan.membership, orphan.namespaces[0].regime), (Membership::Orphan, Some(1)));
    assert_eq!(rosters(&cluster, "A101"), [ALL, ALL], "it never heard of the new one");
    assert_eq!(rosters(&cluster, "A102")[0], "B102@2 B101@2 A103@1 A102@1");
    assert_eq!(belief(&cluster, "A102").namespaces[0].regime, Some(5));
}

#[test]
fn a_node_that_is_down_has_on_its_drives_what_it_last_held() {
    let mut cluster = case_study();
    act(&mut cluster, &stop("A101"));
    act(&mut cluster, &roster_set("A102@1 A103@1 B101@2 B102@2"));
    act(&mut cluster, &recluster());
    let down = belief(&cluster, "A101");
    assert_eq!((down.membership, down.namespaces[0].regime), (Membership::Down, Some(1)));
    assert_eq!(rosters(&cluster, "A101"), [ALL, ALL]);
    cluster.apply(&start("A101")).unwrap();
    assert_eq!(belief(&cluster, "A101").membership, Membership::Starting);
    assert_eq!(rosters(&cluster, "A101"), [ALL, ALL]);
    cluster.advance(Until::Settled);
    assert_eq!(rosters(&cluster, "A101")[0], "B102@2 B101@2 A103@1 A102@1", "the others told it");
}

#[test]
fn without_a_roster_and_in_ap_a_node_holds_none() {
    let mut setup = crate::common::setup("A1 A2", 2);
    setup.namespaces[0].roster = StartingRoster::None;
    setup
        .namespaces
        .push(NamespaceSettings { mode: Mode::Available, ..NamespaceSettings::strong("ap", 2) });
    let cluster = Cluster::new(setup).unwrap();
    let belief = belief(&cluster, "A1");
    assert_eq!(rosters(&cluster, "A1"), ["", ""]);
    assert!(belief.namespaces[1].roster.is_empty());
    assert_eq!((belief.namespaces[0].regime, belief.namespaces[1].regime), (Some(1), None));
}

#[test]
fn the_view_says_before_a_start_what_the_start_finds() {
    let mut cluster = case_study();
    migrate(&mut cluster);
    assert_eq!(node(&cluster, "A101").start_mark(), None, "it runs");
    act(&mut cluster, &stop("A101"));
    assert_eq!(node(&cluster, "A101").start_mark(), None, "a clean stop is trusted");
    act(&mut cluster, &crash("A102"));
    let crashed = node(&cluster, "A102");
    assert_eq!(crashed.start_mark(), Some(StartMark::Evade));
    let distrust = crashed.namespaces[0].would_start_untrusted.clone().unwrap();
    assert_eq!((distrust.why, distrust.devices), (Untrusted::NotClean, vec![0]));
}

#[test]
fn the_worst_namespace_says_what_a_start_marks() {
    let strong = |name| NamespaceSettings::strong(name, 1);
    let namespaces = [
        NamespaceSettings { mode: Mode::Available, ..strong("ap") },
        NamespaceSettings { auto_revive: true, ..strong("revived") },
        strong("evade"),
    ];
    for (kept, expected) in [(1, None), (2, Some(StartMark::Revived)), (3, Some(StartMark::Evade))]
    {
        let setup = ClusterSetup {
            namespaces: namespaces[..kept].to_vec(),
            profile: Profile::V7_1,
            ..crate::common::setup("A1 A2", 1)
        };
        let mut cluster = Cluster::new(setup).unwrap();
        act(&mut cluster, &crash("A1"));
        assert_eq!(node(&cluster, "A1").start_mark(), expected, "{kept} namespaces");
    }
}
