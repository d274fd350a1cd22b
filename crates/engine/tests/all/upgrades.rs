//! Servers of other versions: a test for each row of domain.md §17, on both of its sides.

use crate::common::{
    act, crash, cut, ids, migrate, not_active, recluster, revive, roster_set, setup, start, stop,
};
use rosterlab_engine::{
    Cluster, ClusterSetup, Command, Event, EventKind, Gate, Mode, NodeSetup, NodeState, Orphaned,
    PartitionId, Profile, RackId, Rejection, ServerVersion, SetupError, StartMark, Until,
};

fn version(text: &str) -> ServerVersion {
    text.parse().unwrap()
}

/// A setup of three nodes that run this version, with an AP namespace.
fn available(server: &str) -> ClusterSetup {
    let mut setup = strong(server);
    setup.namespaces[0].mode = Mode::Available;
    setup
}

/// The same with an SC namespace.
fn strong(server: &str) -> ClusterSetup {
    let mut setup = setup("A1 A2 A3", 2);
    setup.nodes.iter_mut().for_each(|node| node.server = Some(version(server)));
    setup
}

fn cluster(setup: ClusterSetup) -> Cluster {
    Cluster::new(setup).unwrap()
}

fn start_as(nodes: &str, server: &str) -> Command {
    Command::StartAs { nodes: ids(nodes), server: version(server), metadata_from_copy: false }
}

fn wipe(nodes: &str) -> Command {
    Command::Wipe { nodes: ids(nodes), device: None }
}

/// Stops a node, starts it with this version, and lets all migrations finish.
fn upgrade(cluster: &mut Cluster, node: &str, server: &str) -> Vec<Event> {
    let mut events = act(cluster, &stop(node));
    events.extend(act(cluster, &start_as(node, server)));
    events.extend(migrate(cluster));
    events
}

/// The same with erased drives in between.
fn upgrade_erased(cluster: &mut Cluster, node: &str, server: &str) {
    act(cluster, &stop(node));
    act(cluster, &wipe(node));
    act(cluster, &start_as(node, server));
    migrate(cluster);
}

/// Why a node is out of the cluster, if it is: what the view says, and what the event said.
fn out(cluster: &Cluster, events: &[Event], node: &str) -> Option<Gate> {
    let id = ids(node)[0];
    let view = cluster.view();
    let seen = view.node(id).unwrap();
    let told = events.iter().find_map(|event| match event.kind {
        EventKind::NodeOrphaned { node, why: Orphaned::StaysOut(gate) } if node == id => Some(gate),
        _ => None,
    });
    assert_eq!(told, seen.stays_out);
    assert_eq!(seen.stays_out.is_some(), seen.state == NodeState::Orphan);
    seen.stays_out
}

/// A cluster of 3.12 that was stopped at 3.13 node by node, and then switched.
fn switched() -> Cluster {
    let mut cluster = cluster(available("3.12"));
    for node in ["A1", "A2", "A3"] {
        upgrade(&mut cluster, node, "3.13");
    }
    assert!(!cluster.view().switched);
    let events = act(&mut cluster, &Command::ProtocolSwitch);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].kind, EventKind::ProtocolsSwitched);
    assert!(cluster.view().switched);
    cluster
}

// --- row 1: from before 3.13 to 3.14 or later

#[test]
fn a_node_of_3_14_or_later_stays_out_of_a_cluster_that_was_not_switched() {
    for (from, to) in [("3.12", "3.14"), ("3.12", "4.1"), ("3.13", "3.14"), ("3.13", "4.1")] {
        let mut cluster = cluster(available(from));
        act(&mut cluster, &stop("A2"));
        let events = act(&mut cluster, &start_as("A2", to));
        assert_eq!(out(&cluster, &events, "A2"), Some(Gate::NotSwitched), "{from} to {to}");
        let view = cluster.view();
        assert_eq!(view.orphans, ids("A2"));
        assert_eq!(view.sub_clusters.len(), 1, "the others go on: {from} to {to}");
        assert_eq!(view.sub_clusters[0].nodes, ids("A3 A1"));
    }
}

#[test]
fn a_new_node_of_3_14_or_later_stays_out_as_well() {
    let mut cluster = cluster(available("3.12"));
    let (id, server) = (ids("A4")[0], Some(version("4.1")));
    let (rack, seeds) = (RackId::NONE, Vec::new());
    let add = Command::AddNode { id, rack, stay_quiesced: false, server, seeds };
    let events = act(&mut cluster, &add);
    assert_eq!(out(&cluster, &events, "A4"), Some(Gate::NotSwitched));
    // One that names no version has the oldest one, and joins.
    act(&mut cluster, &Command::add_node(ids("A5")[0], RackId::NONE, false));
    assert_eq!(cluster.view().node(ids("A5")[0]).unwrap().server, version("3.12"));
    assert_eq!(cluster.view().sub_clusters[0].nodes, ids("A5 A3 A2 A1"));
}

#[test]
fn by_3_13_on_every_node_and_the_switch_the_way_is_free() {
    let mut cluster = switched();
    for node in ["A1", "A2", "A3"] {
        let events = upgrade(&mut cluster, node, "4.1");
        assert_eq!(out(&cluster, &events, node), None);
    }
    assert_eq!(cluster.view().sub_clusters[0].nodes, ids("A3 A2 A1"));
    assert_eq!(not_active(&cluster), (0, 0));
}

#[test]
fn a_node_that_went_back_to_what_it_was_is_taken_in_again() {
    let mut cluster = cluster(available("3.12"));
    upgrade(&mut cluster, "A2", "4.1");
    let events = upgrade(&mut cluster, "A2", "3.12");
    assert_eq!(out(&cluster, &events, "A2"), None);
    assert_eq!(cluster.view().sub_clusters[0].nodes, ids("A3 A2 A1"));
}

#[test]
fn when_nobody_with_the_old_protocols_runs_any_more_the_others_are_the_cluster() {
    let mut cluster = cluster(available("3.12"));
    upgrade(&mut cluster, "A2", "4.1");
    act(&mut cluster, &stop("A1 A3"));
    let view = cluster.view();
    assert!(view.switched);
    assert_eq!(view.sub_clusters[0].nodes, ids("A2"));
    assert_eq!(view.node(ids("A2")[0]).unwrap().stays_out, None);
    let events = act(&mut cluster, &start("A1"));
    assert_eq!(out(&cluster, &events, "A1"), Some(Gate::Switched));
    act(&mut cluster, &stop("A1"));
    act(&mut cluster, &start_as("A1 A3", "4.1"));
    assert_eq!(cluster.view().sub_clusters[0].nodes, ids("A3 A2 A1"));
}

// --- row 2: the switch

#[test]
fn the_switch_needs_every_node_at_3_13() {
    let mut mixed = cluster(available("3.12"));
    upgrade(&mut mixed, "A1", "3.13");
    upgrade(&mut mixed, "A2", "3.13");
    let refused = Err(Rejection::NotAt3_13(ids("A3")[0]));
    assert_eq!(mixed.check(&Command::ProtocolSwitch), refused);
    assert_eq!(mixed.apply(&Command::ProtocolSwitch).map(|_| ()), refused);
    // Every node is every node: one that is down would not get back in.
    act(&mut mixed, &stop("A3"));
    assert_eq!(mixed.check(&Command::ProtocolSwitch), refused);
    act(&mut mixed, &start_as("A3", "3.13.0.11"));
    migrate(&mut mixed);
    assert_eq!(mixed.check(&Command::ProtocolSwitch), Ok(()));
}

#[test]
fn the_switch_needs_all_migrations_to_be_done() {
    let mut cluster = cluster(available("3.13"));
    act(&mut cluster, &stop("A1"));
    act(&mut cluster, &start("A1"));
    assert!(cluster.view().migrating);
    assert_eq!(cluster.check(&Command::ProtocolSwitch), Err(Rejection::Migrating));
    migrate(&mut cluster);
    assert_eq!(cluster.check(&Command::ProtocolSwitch), Ok(()));
}

#[test]
fn the_switch_needs_one_settled_cluster() {
    let mut cluster = cluster(available("3.13"));
    let refused = Err(Rejection::NotOneCluster);
    cluster.apply(&stop("A1")).unwrap();
    assert_eq!(cluster.check(&Command::ProtocolSwitch), refused, "a change is to come");
    cluster.advance(Until::Migrated { partitions: None });
    assert_eq!(cluster.check(&Command::ProtocolSwitch), Ok(()), "a node may be down");
    act(&mut cluster, &start("A1"));
    act(&mut cluster, &cut("A1 | A2 A3"));
    migrate(&mut cluster);
    assert_eq!(cluster.check(&Command::ProtocolSwitch), refused, "two clusters");
    act(&mut cluster, &Command::Heal { between: None });
    act(&mut cluster, &cut("A1 | A2"));
    migrate(&mut cluster);
    assert_eq!(cluster.view().orphans, ids("A1"));
    assert_eq!(cluster.check(&Command::ProtocolSwitch), refused, "an orphan");
}

#[test]
fn the_switch_is_made_once() {
    let cluster = switched();
    assert_eq!(cluster.check(&Command::ProtocolSwitch), Err(Rejection::AlreadySwitched));
    let usual = Cluster::new(setup("A1 A2", 2)).unwrap();
    assert_eq!(usual.check(&Command::ProtocolSwitch), Err(Rejection::AlreadySwitched));
}

// --- row 3: after the switch, a node older than 3.13

#[test]
fn after_the_switch_a_node_before_3_13_stays_out() {
    let mut cluster = switched();
    let events = upgrade(&mut cluster, "A3", "3.12");
    assert_eq!(out(&cluster, &events, "A3"), Some(Gate::Switched));
    assert_eq!(cluster.view().sub_clusters[0].nodes, ids("A2 A1"));
    // 3.13 knows both protocols, so the way back ends there.
    let events = upgrade(&mut cluster, "A3", "3.13");
    assert_eq!(out(&cluster, &events, "A3"), None);
}

#[test]
fn before_the_switch_the_way_back_from_3_13_is_free() {
    let mut cluster = cluster(available("3.13"));
    for node in ["A1", "A2", "A3"] {
        let events = upgrade(&mut cluster, node, "3.12");
        assert_eq!(out(&cluster, &events, node), None);
    }
}

// --- row 4: 4.2, both ways

#[test]
fn over_4_2_a_node_starts_only_with_erased_drives() {
    for (from, to) in [("4.1", "4.2"), ("4.1", "4.5.1"), ("4.2", "4.1"), ("4.5.0", "4.0")] {
        let mut cluster = cluster(available(from));
        act(&mut cluster, &stop("A2"));
        let start = start_as("A2", to);
        let refused = Err(Rejection::DoesNotStart(ids("A2")[0], Gate::Format));
        assert_eq!(cluster.check(&start), refused, "{from} to {to}");
        assert_eq!(cluster.apply(&start).map(|_| ()), refused, "{from} to {to}");
        act(&mut cluster, &wipe("A2"));
        act(&mut cluster, &start);
        migrate(&mut cluster);
        let copies = cluster.view().node(ids("A2")[0]).unwrap().namespaces[0].copies;
        assert!(copies.full > 2000, "migrations filled it: {copies:?}, {from} to {to}");
    }
}

#[test]
fn one_device_that_was_not_erased_is_enough_to_refuse() {
    let mut setup = available("4.1");
    setup.namespaces[0].devices = 2;
    let mut cluster = cluster(setup);
    act(&mut cluster, &stop("A2"));
    act(&mut cluster, &Command::Wipe { nodes: ids("A2"), device: Some(0) });
    let refused = Err(Rejection::DoesNotStart(ids("A2")[0], Gate::Format));
    assert_eq!(cluster.check(&start_as("A2", "4.2")), refused);
}

#[test]
fn on_one_side_of_4_2_drives_stay_as_they_are() {
    for (from, to) in [("4.0", "4.1"), ("4.1", "4.0"), ("4.2", "4.5.0"), ("4.5.0", "4.2")] {
        let mut cluster = cluster(available(from));
        upgrade(&mut cluster, "A2", to);
        assert_eq!(cluster.view().sub_clusters[0].nodes, ids("A3 A2 A1"), "{from} to {to}");
    }
}

#[test]
fn whoever_does_not_wait_for_the_refill_before_the_next_node_loses_what_had_two_copies() {
    let mut waits = cluster(strong("4.1"));
    for node in ["A1", "A2", "A3"] {
        upgrade_erased(&mut waits, node, "4.2");
    }
    assert_eq!(not_active(&waits), (0, 0));
    let mut hurries = cluster(strong("4.1"));
    for node in ["A1", "A2", "A3"] {
        act(&mut hurries, &stop(node));
        act(&mut hurries, &wipe(node));
        act(&mut hurries, &start_as(node, "4.2"));
    }
    assert_eq!(not_active(&hurries), (0, 4096), "every copy was erased before it was filled again");
}

// --- row 5: before 4.5.1 and back

#[test]
fn on_the_way_back_over_4_5_1_a_node_without_the_copy_of_its_metadata_has_lost_its_roster() {
    let mut cluster = cluster(strong("4.5.0"));
    for node in ["A1", "A2", "A3"] {
        let events = upgrade(&mut cluster, node, "4.5.1");
        let forgot = |event: &Event| matches!(event.kind, EventKind::RostersForgotten { .. });
        assert!(!events.iter().any(forgot), "the way there needs nothing");
    }
    act(&mut cluster, &stop("A1 A2 A3"));
    let mut with_copy = cluster.clone();
    let nodes = ids("A1 A2 A3");
    let server = version("4.5.0");
    let back = Command::StartAs { nodes, server, metadata_from_copy: true };
    act(&mut with_copy, &back);
    assert_eq!(not_active(&with_copy), (0, 0));
    let events = act(&mut cluster, &start_as("A1 A2 A3", "4.5.0"));
    let forgot = events.iter().filter_map(|event| match event.kind {
        EventKind::RostersForgotten { node } => Some(node),
        _ => None,
    });
    assert_eq!(forgot.collect::<Vec<_>>(), ids("A1 A2 A3"));
    assert_eq!(not_active(&cluster), (4096, 0), "no roster is in force");
    act(&mut cluster, &roster_set("A1 A2 A3"));
    act(&mut cluster, &recluster());
    assert_eq!(not_active(&cluster), (0, 0));
}

#[test]
fn a_node_that_lost_its_roster_learns_it_from_the_others() {
    let mut cluster = cluster(strong("4.5.1"));
    upgrade(&mut cluster, "A1", "4.5.0");
    assert_eq!(not_active(&cluster), (0, 0));
    let view = cluster.view();
    let belief = &view.node(ids("A1")[0]).unwrap().belief;
    assert_eq!(belief.namespaces[0].roster.len(), 3);
}

// --- row 6: 6.0

#[test]
fn a_start_with_6_0_needs_an_erased_header() {
    let mut cluster = cluster(strong("5.7"));
    act(&mut cluster, &stop("A2"));
    let refused = Err(Rejection::DoesNotStart(ids("A2")[0], Gate::Header));
    assert_eq!(cluster.check(&start_as("A2", "6.0")), refused);
    assert_eq!(cluster.check(&start_as("A2", "7.1")), refused);
    act(&mut cluster, &wipe("A2"));
    act(&mut cluster, &start_as("A2", "6.0"));
    migrate(&mut cluster);
    assert_eq!(not_active(&cluster), (0, 0));
    // From 6.0 on, and on the way back, nothing is asked.
    upgrade(&mut cluster, "A2", "7.1");
    upgrade(&mut cluster, "A2", "5.7");
    assert_eq!(not_active(&cluster), (0, 0));
}

// --- row 7: mixed versions

#[test]
fn neighbours_of_the_table_serve_one_strongly_consistent_namespace_together() {
    for (from, to) in [("3.12", "3.13"), ("4.0", "4.1"), ("4.5.0", "4.5.1"), ("4.5.1", "5.7")] {
        let mut cluster = cluster(strong(from));
        upgrade(&mut cluster, "A2", to);
        assert_eq!(cluster.view().sub_clusters[0].nodes, ids("A3 A2 A1"), "{from} and {to}");
        assert_eq!(not_active(&cluster), (0, 0), "{from} and {to}");
    }
}

#[test]
fn servers_that_are_no_neighbours_are_refused_in_sc_and_not_in_ap() {
    let start = start_as("A2", "6.0");
    for (mut setup, refused) in [(strong("4.2"), true), (available("4.2"), false)] {
        setup.nodes[1].down = Some(rosterlab_engine::Shutdown::Clean);
        let mut cluster = cluster(setup);
        act(&mut cluster, &wipe("A2"));
        let why = Rejection::DoesNotStart(ids("A2")[0], Gate::FarApart);
        assert_eq!(cluster.check(&start), if refused { Err(why) } else { Ok(()) });
        act(&mut cluster, &stop("A1 A3"));
        assert_eq!(cluster.check(&start), Ok(()), "nobody else runs");
    }
}

#[test]
fn nodes_that_start_together_are_neighbours_too() {
    let mut cluster = cluster(strong("4.5.0"));
    act(&mut cluster, &stop("A1 A2 A3"));
    act(&mut cluster, &wipe("A1"));
    act(&mut cluster, &start_as("A1", "6.0"));
    act(&mut cluster, &stop("A1"));
    let refused = Err(Rejection::DoesNotStart(ids("A1")[0], Gate::FarApart));
    assert_eq!(cluster.check(&start("A1 A2")), refused);
    assert_eq!(cluster.check(&start("A1")), Ok(()));
}

#[test]
fn a_cluster_begins_with_versions_that_can_be_together() {
    let with = |servers: [&str; 3], mode| {
        let mut setup = strong("4.5.3");
        setup.namespaces[0].mode = mode;
        for (node, server) in setup.nodes.iter_mut().zip(servers) {
            node.server = Some(version(server));
        }
        Cluster::new(setup).map(|cluster| cluster.view().switched)
    };
    let (sc, ap) = (Mode::StrongConsistency, Mode::Available);
    assert_eq!(with(["3.12", "3.13", "3.12"], ap), Ok(false));
    assert_eq!(with(["3.13", "3.14", "3.13"], sc), Ok(true));
    assert_eq!(with(["3.13", "3.12", "4.1"], ap), Err(SetupError::ServerMix { index: 1 }));
    assert_eq!(with(["4.2", "4.5.3", "6.0"], sc), Err(SetupError::ServerMix { index: 2 }));
    assert_eq!(with(["4.2", "4.5.3", "6.0"], ap), Ok(true));
}

// --- before the switch a rolling restart waits; whose rules a mix has

#[test]
fn before_the_switch_a_stop_during_migrations_is_told() {
    let early = |cluster: &mut Cluster| {
        act(cluster, &stop("A1"));
        act(cluster, &start("A1"));
        let events = act(cluster, &stop("A2"));
        let is_told = |event: &&Event| matches!(event.kind, EventKind::MigrationsNotAwaited { .. });
        events.iter().filter(is_told).count()
    };
    assert_eq!(early(&mut cluster(available("3.13"))), 1);
    assert_eq!(early(&mut switched()), 0);
    let mut waits = cluster(available("3.13"));
    act(&mut waits, &stop("A1"));
    act(&mut waits, &start("A1"));
    migrate(&mut waits);
    let events = act(&mut waits, &stop("A2"));
    assert!(!events.iter().any(|e| matches!(e.kind, EventKind::MigrationsNotAwaited { .. })));
}

#[test]
fn the_oldest_server_decides_whose_rules_a_cluster_has() {
    let mut cluster = cluster(ClusterSetup { profile: Profile::V6_0, ..strong("5.7") });
    let rules = |cluster: &Cluster| {
        cluster.explain("main", PartitionId::new(0).unwrap(), None).unwrap().profile
    };
    assert_eq!(rules(&cluster), Profile::V4_5_3);
    for (node, expected) in
        [("A1", Profile::V4_5_3), ("A2", Profile::V4_5_3), ("A3", Profile::V6_0)]
    {
        upgrade_erased(&mut cluster, node, "6.2");
        assert_eq!(rules(&cluster), expected, "after {node}");
    }
}

/// A revived copy counts under the rules of 4.5.3 as soon as the roster is whole, and under those of 6.0 only when nobody
/// has `e`: one old server among new ones decides.
#[test]
fn one_old_server_changes_what_is_dead() {
    let dead = |servers: [&str; 3]| {
        let mut setup = strong("6.0");
        for (node, server) in setup.nodes.iter_mut().zip(servers) {
            node.server = Some(version(server));
        }
        let mut cluster = cluster(setup);
        act(&mut cluster, &crash("A1 A2 A3"));
        act(&mut cluster, &start("A1 A2 A3"));
        let nodes = Some(ids("A1 A2"));
        act(&mut cluster, &Command::Revive { namespace: "main".into(), nodes });
        act(&mut cluster, &recluster());
        not_active(&cluster).1
    };
    assert_eq!(dead(["6.0", "6.0", "5.7"]), 0);
    assert!(dead(["6.0", "6.0", "6.0"]) > 0);
}

#[test]
fn only_a_server_of_7_1_revives_by_itself() {
    let mut setup = strong("7.1");
    setup.profile = Profile::V7_1;
    setup.namespaces[0].auto_revive = true;
    setup.nodes[1].server = Some(version("6.4"));
    let mut cluster = cluster(setup);
    act(&mut cluster, &crash("A1 A2"));
    let mark = |node: &str| cluster.view().node(ids(node)[0]).unwrap().start_mark();
    assert_eq!((mark("A1"), mark("A2")), (Some(StartMark::Revived), Some(StartMark::Evade)));
}

#[test]
fn a_version_is_two_to_four_numbers() {
    for text in ["3.13", "4.5.3", "4.5.3.2", "255.255.255.255", "3.13.0.11"] {
        assert_eq!(version(text).to_string(), text);
        assert_eq!(ServerVersion::from_code(version(text).code()), version(text));
    }
    assert_eq!(version("4.5.0").to_string(), "4.5");
    for text in ["", "3", "3.", ".3", "3.256", "3.+1", "1.2.3.4.5", "v3.13", "3.13-rc1", "3. 13"] {
        assert!(text.parse::<ServerVersion>().is_err(), "{text:?}");
    }
    assert!(version("3.9") < version("3.13") && version("4.5.1") < version("4.5.1.1"));
}

#[test]
fn without_versions_nothing_of_this_is_seen() {
    let mut cluster = Cluster::new(setup("A1 A2 A3", 2)).unwrap();
    act(&mut cluster, &stop("A1"));
    act(&mut cluster, &start("A1"));
    act(&mut cluster, &revive());
    let view = cluster.view();
    assert!(view.switched);
    for node in &view.nodes {
        assert_eq!((node.server, node.stays_out, node.alone), (version("4.5.3"), None, false));
    }
    let node = NodeSetup::new(ids("A1")[0], RackId::NONE);
    assert_eq!(serde_json::to_value(node).unwrap().as_object().unwrap().len(), 5);
}
