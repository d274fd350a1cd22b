//! Commands other than faults: what they do, and what is refused (domain.md §4, §8).

use crate::common::{
    act, case_study, cluster, counts, crash, cut, ids, migrate, not_active, recluster, revive,
    roster_set, start, stop, sub_cluster,
};
use rosterlab_engine::{
    Cluster, Command, DeviceMark, EventKind, Mode, NodeId, PartitionId, QuiesceState, RackId,
    Rejection, Role, RosterNodes, Until, Untrusted,
};

fn quiesce(nodes: &str) -> Command {
    Command::Quiesce { nodes: ids(nodes) }
}

fn remove(nodes: &str) -> Command {
    Command::RemoveNode { nodes: ids(nodes) }
}

#[test]
fn what_cannot_be_done_is_refused_and_changes_nothing() {
    let id = |text: &str| ids(text)[0];
    let set = |namespace: &str| Command::RosterSet {
        namespace: namespace.into(),
        nodes: RosterNodes::Observed,
        on: None,
    };
    let cases = [
        (stop("A109"), Rejection::NoNode(id("A109"))),
        (stop(""), Rejection::NoNodes),
        (stop("A101 A101"), Rejection::Twice(id("A101"))),
        (stop("A101 A102"), Rejection::IsDown(id("A102"))),
        (start("A101"), Rejection::IsUp(id("A101"))),
        (Command::Wipe { nodes: ids("A101"), device: None }, Rejection::IsUp(id("A101"))),
        (Command::Wipe { nodes: ids("A102"), device: Some(1) }, Rejection::NoDevice(1)),
        (Command::add_node(id("A101"), RackId::NONE, false), Rejection::Exists(id("A101"))),
        (
            Command::MoveToRack { nodes: ids("A101"), rack: RackId::new(1).unwrap() },
            Rejection::SameRack(id("A101"), RackId::new(1).unwrap()),
        ),
        (cut("A101"), Rejection::OneSide),
        (cut("A101|"), Rejection::NoNodes),
        (cut("A101|A101"), Rejection::Twice(id("A101"))),
        (Command::Heal { between: None }, Rejection::NothingCut),
        (set("other"), Rejection::NoNamespace("other".into())),
        (roster_set("A101 A101@2"), Rejection::Twice(id("A101"))),
        (roster_set(""), Rejection::NoNodes),
        (Command::Recluster { on: Some(id("A102")) }, Rejection::IsDown(id("A102"))),
        (Command::QuiesceUndo { nodes: ids("A101") }, Rejection::NotQuiesced(id("A101"))),
        (quiesce("A102"), Rejection::IsDown(id("A102"))),
        (remove("A109"), Rejection::NoNode(id("A109"))),
        (remove("A102 A101"), Rejection::IsUp(id("A101"))),
        (remove(""), Rejection::NoNodes),
    ];
    let mut cluster = case_study();
    act(&mut cluster, &stop("A102"));
    let before = cluster.clone();
    for (command, why) in cases {
        assert_eq!(cluster.check(&command), Err(why.clone()), "{command:?}");
        assert_eq!(cluster.apply(&command), Err(why), "{command:?}");
    }
    assert!(cluster == before);
}

#[test]
fn a_moved_node_shows_in_observed_and_counts_after_roster_set_and_recluster() {
    let mut cluster = case_study();
    let rack_2 = RackId::new(2).unwrap();
    act(&mut cluster, &Command::MoveToRack { nodes: ids("A103"), rack: rack_2 });
    let texts = |cluster: &Cluster| {
        let view = cluster.view();
        let one = &view.sub_clusters[0].namespaces[0];
        [&one.roster, &one.pending, &one.observed].map(|list| list[2].to_string())
    };
    assert_eq!(texts(&cluster), ["A103@1", "A103@1", "A103@2"]);
    let observed = RosterNodes::Observed;
    act(&mut cluster, &Command::RosterSet { namespace: "main".into(), nodes: observed, on: None });
    assert_eq!(texts(&cluster), ["A103@1", "A103@2", "A103@2"]);
    act(&mut cluster, &recluster());
    assert_eq!(texts(&cluster), ["A103@2", "A103@2", "A103@2"]);
    migrate(&mut cluster);
    // The two roster-replicas of a partition are on two racks of the new roster.
    let explanation = cluster.explain("main", PartitionId::new(0).unwrap(), None).unwrap();
    let racks = |node: &str| if node == "A103" || node.starts_with('B') { 2 } else { 1 };
    let first: Vec<i32> =
        explanation.row[..2].iter().map(|seat| racks(&seat.node.to_string())).collect();
    assert_ne!(first[0], first[1]);
}

#[test]
fn a_roster_set_on_one_side_of_a_split_meets_the_other_on_healing() {
    let mut cluster = case_study();
    act(&mut cluster, &cut("A101 A102 A103|B101 B102"));
    let on = Some(ids("A103")[0]);
    let entries = ["A101@1", "A102@1", "A103@1"].map(|entry| entry.parse().unwrap()).to_vec();
    let set =
        Command::RosterSet { namespace: "main".into(), nodes: RosterNodes::List(entries), on };
    act(&mut cluster, &set);
    act(&mut cluster, &Command::Recluster { on });
    let lens = |cluster: &Cluster, principal: &str| {
        let one = sub_cluster(cluster, principal).namespaces[0].clone();
        (one.roster.len(), one.pending.len())
    };
    assert_eq!(lens(&cluster, "A103"), (3, 3));
    assert_eq!(lens(&cluster, "B102"), (5, 5), "the other side never heard of it");
    act(&mut cluster, &Command::Heal { between: None });
    assert_eq!(lens(&cluster, "B102"), (3, 3), "the higher generation comes into force");
    assert_eq!(cluster.view().node(ids("B102")[0]).unwrap().namespaces[0].in_roster, Some(false));
}

#[test]
fn of_two_sides_the_newer_roster_wins_and_the_principal_s_where_both_are_as_new() {
    let given_up = |on_a: u32, on_b: u32| {
        let mut cluster = case_study();
        act(&mut cluster, &cut("A101 A102 A103|B101 B102"));
        for (node, times) in [("A101", on_a), ("B101", on_b)] {
            let nodes = RosterNodes::Observed;
            let (namespace, on) = ("main".to_owned(), Some(ids(node)[0]));
            for _ in 0..times {
                let (namespace, nodes) = (namespace.clone(), nodes.clone());
                act(&mut cluster, &Command::RosterSet { namespace, nodes, on });
            }
            act(&mut cluster, &Command::Recluster { on });
        }
        let events = act(&mut cluster, &Command::Heal { between: None });
        let mut told = events.into_iter().filter_map(|event| match event.kind {
            EventKind::RosterGivenUp { nodes, generation, wins, holder, .. } => {
                Some((nodes, generation, wins, holder))
            }
            _ => None,
        });
        (told.next(), told.next(), sub_cluster(&cluster, "B102").namespaces[0].roster.len())
    };
    // The first roster has generation 1.
    let (a, b) = (ids("A103 A102 A101"), ids("B102 B101"));
    assert_eq!(given_up(1, 1), (Some((a.clone(), 2, 2, b[0])), None, 2));
    assert_eq!(given_up(1, 2), (Some((a.clone(), 2, 3, b[0])), None, 2));
    assert_eq!(given_up(2, 1), (Some((b.clone(), 2, 3, a[0])), None, 3));
    assert_eq!(given_up(1, 0), (Some((b, 1, 2, a[0])), None, 3));
    assert_eq!(given_up(0, 0), (None, None, 5), "both sides hold the same roster");
}

#[test]
fn protection_marks_what_a_node_of_a_new_roster_does_not_hold() {
    let mut cluster = case_study();
    act(&mut cluster, &stop("B101 B102"));
    act(&mut cluster, &roster_set("A101@1 A102@1 A103@1"));
    let events = act(&mut cluster, &recluster());
    let marked: Vec<u32> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::RosterProtected { partitions, .. } => Some(*partitions),
            _ => None,
        })
        .collect();
    // A node has data of its X roster-replicas and its Y stand-ins: 4096 − 1369 − 1349, and so on.
    assert_eq!(marked, [1378, 1336, 1382]);
    let copies = cluster.view().node(ids("A103")[0]).unwrap().namespaces[0].copies;
    assert_eq!(copies.revived, 1378);
    migrate(&mut cluster);
    assert_eq!(cluster.view().node(ids("A103")[0]).unwrap().namespaces[0].copies.revived, 0);
}

#[test]
fn the_same_roster_again_protects_nothing() {
    let mut cluster = case_study();
    act(&mut cluster, &stop("B101 B102"));
    act(&mut cluster, &roster_set("A101@1 A102@1 A103@1 B101@2 B102@2"));
    let events = act(&mut cluster, &recluster());
    assert!(!events.iter().any(|event| matches!(event.kind, EventKind::RosterProtected { .. })));
}

#[test]
fn a_removed_node_stays_in_the_roster_until_it_is_left_out() {
    let mut cluster = case_study();
    let (b102, pid) = (ids("B102")[0], PartitionId::new(0).unwrap());
    act(&mut cluster, &cut("B102|A101 A102 A103"));
    act(&mut cluster, &crash("B101 B102"));
    let before = cluster.view();
    let losses = cluster.losses("main").unwrap().not_active_without(&ids("A101"));
    let events = act(&mut cluster, &remove("B102"));
    assert_eq!(
        events.iter().map(|event| &event.kind).collect::<Vec<_>>(),
        [&EventKind::NodeRemoved { node: b102 }]
    );
    let view = cluster.view();
    assert_eq!((view.nodes.len(), view.node(b102), view.cuts.len()), (4, None, 0));
    assert_eq!(view.sub_clusters, before.sub_clusters, "the others see no difference");
    assert_eq!(view.sub_clusters[0].namespaces[0].roster.len(), 5);
    assert_eq!(cluster.losses("main").unwrap().not_active_without(&ids("A101")), losses);
    // It is in the row of the roster, absent and with nothing on its drives.
    let seat = |cluster: &Cluster| {
        let row = cluster.explain("main", pid, None).unwrap().row;
        row.into_iter().find(|seat| seat.node == b102)
    };
    let gone = seat(&cluster).unwrap();
    assert!(!gone.present && gone.version.is_null() && gone.role == Role::RosterReplica);
    for command in [start("B102"), stop("B102"), remove("B102"), cut("A101|B102")] {
        assert_eq!(cluster.check(&command), Err(Rejection::NoNode(b102)), "{command:?}");
    }
    assert_eq!(cluster.check(&roster_set("A101 B102")), Ok(()), "a roster may name any id");

    act(&mut cluster, &roster_set("A101@1 A102@1 A103@1 B101@2"));
    assert!(seat(&cluster).is_some(), "pending is not in force");
    act(&mut cluster, &recluster());
    assert_eq!(seat(&cluster), None);
    assert_eq!(counts(&cluster).active, 4096);
}

#[test]
fn a_removed_nodes_id_comes_back_brand_new() {
    let mut cluster = case_study();
    let (id, rack) = (ids("B102")[0], RackId::new(2).unwrap());
    act(&mut cluster, &stop("B101 B102"));
    act(&mut cluster, &roster_set("A101@1 A102@1 A103@1"));
    act(&mut cluster, &recluster());
    act(&mut cluster, &remove("B101 B102"));
    let work = cluster.work();
    let mut outside = cluster.clone();
    act(&mut outside, &Command::add_node(id, rack, false));
    assert_eq!(outside.work(), work, "its places are known");
    let view = outside.view();
    let node = view.node(id).unwrap();
    assert!(node.brand_new && node.principal);
    let copies = node.namespaces[0].copies;
    assert_eq!((copies.evade, copies.with_data, node.namespaces[0].regime), (4096, 0, 7));
    assert_eq!(outside.check(&Command::add_node(id, rack, false)), Err(Rejection::Exists(id)));

    // For a roster that still names the id, the new machine is the old one.
    let mut inside = case_study();
    act(&mut inside, &stop("B102"));
    act(&mut inside, &remove("B102"));
    act(&mut inside, &Command::add_node(id, rack, false));
    let view = inside.view();
    assert_eq!(view.node(id).unwrap().namespaces[0].in_roster, Some(true));
    assert!(!view.node(id).unwrap().brand_new);
    migrate(&mut inside);
    let filled = inside.view().node(id).unwrap().namespaces[0].copies;
    let whole = case_study().view().node(id).unwrap().namespaces[0].copies;
    assert_eq!(filled, whole, "migrations fill it again");
}

#[test]
fn the_last_node_cannot_be_removed_and_slots_are_counted() {
    let mut cluster = cluster("A1 A2", 1);
    act(&mut cluster, &stop("A1 A2"));
    assert_eq!(cluster.check(&remove("A1 A2")), Err(Rejection::LastNode));
    act(&mut cluster, &remove("A1"));
    assert_eq!(cluster.check(&remove("A2")), Err(Rejection::LastNode));
    let add = |n: u64| Command::add_node(NodeId::new(n).unwrap(), RackId::NONE, false);
    for n in 0..127 {
        act(&mut cluster, &add(0xb000 + n));
    }
    assert_eq!(cluster.view().nodes.len(), 128);
    assert_eq!(cluster.check(&add(1)), Err(Rejection::TooManyNodes));
    act(&mut cluster, &stop("B000"));
    act(&mut cluster, &remove("B000"));
    act(&mut cluster, &add(0xa1));
    // Ids that only a roster names need slots too.
    let unknown = |from: u64, count: u64| {
        let ids = (from..from + count).map(|n| format!("{n:X}"));
        roster_set(&ids.collect::<Vec<_>>().join(" "))
    };
    act(&mut cluster, &unknown(0xc000, 127));
    assert_eq!(cluster.check(&unknown(0xd000, 1)), Err(Rejection::TooManyNodes));
    assert_eq!(cluster.check(&unknown(0xc000, 127)), Ok(()));
}

#[test]
fn a_roster_of_ids_that_never_were_is_never_whole() {
    let mut cluster = case_study();
    act(&mut cluster, &roster_set("A101@1 A102@1 A103@1 B101@2 B102@2 C101@3"));
    act(&mut cluster, &recluster());
    let here = &cluster.view().sub_clusters[0].namespaces[0];
    assert_eq!((here.roster_nodes_present, here.roster.len()), (5, 6));
    assert_eq!(cluster.view().nodes.len(), 5);
    assert_eq!(counts(&cluster).active, 4096);
    // A node with this id is new, and takes the place in the roster.
    let (id, rack) = (ids("C101")[0], RackId::new(3).unwrap());
    act(&mut cluster, &Command::add_node(id, rack, false));
    assert_eq!(cluster.view().sub_clusters[0].namespaces[0].roster_nodes_present, 6);
    migrate(&mut cluster);
    assert!(cluster.view().node(id).unwrap().namespaces[0].copies.full > 1000);
}

#[test]
fn a_quiesced_node_stands_last_keeps_its_data_and_is_back_after_a_restart() {
    let mut cluster = cluster("A1 A2 A3 A4 A5", 2);
    let state = |cluster: &Cluster| cluster.view().node(ids("A1")[0]).unwrap().quiesce;
    act(&mut cluster, &quiesce("A1"));
    assert_eq!(state(&cluster), QuiesceState::Pending);
    assert_eq!(cluster.check(&quiesce("A1")), Err(Rejection::AlreadyQuiesced(ids("A1")[0])));
    act(&mut cluster, &recluster());
    assert_eq!(state(&cluster), QuiesceState::Effective);
    migrate(&mut cluster);
    let copies = cluster.view().node(ids("A1")[0]).unwrap().namespaces[0].copies;
    assert_eq!((copies.master, copies.full), (0, 0));
    assert_eq!(copies.subset, copies.with_data);
    assert!(copies.with_data > 1000);
    act(&mut cluster, &Command::QuiesceUndo { nodes: ids("A1") });
    assert_eq!(state(&cluster), QuiesceState::UndoPending);
    act(&mut cluster, &stop("A1"));
    act(&mut cluster, &start("A1"));
    assert_eq!(state(&cluster), QuiesceState::No);
}

#[test]
fn quiescing_all_is_ignored() {
    let mut cluster = cluster("A1 A2 A3", 2);
    act(&mut cluster, &quiesce("A1 A2 A3"));
    let events = act(&mut cluster, &recluster());
    assert!(events.iter().any(|event| matches!(event.kind, EventKind::QuiesceIgnored { .. })));
    assert_eq!(cluster.view().nodes[0].quiesce, QuiesceState::Pending);
}

#[test]
fn revive_turns_e_into_r_on_its_node_and_marks_what_is_not_active() {
    let mut cluster = cluster("A1 A2 A3 A4 A5", 2);
    act(&mut cluster, &crash("A1 A2"));
    act(&mut cluster, &start("A1 A2"));
    assert_eq!(not_active(&cluster), (0, 416));
    let copies =
        |cluster: &Cluster, id: &str| cluster.view().node(ids(id)[0]).unwrap().namespaces[0].copies;
    let before = [copies(&cluster, "A1"), copies(&cluster, "A2")];
    assert!(before[0].evade >= 1626 && before[0].revived == 0);
    let only = Command::Revive { namespace: "main".into(), nodes: Some(ids("A1")) };
    act(&mut cluster, &only);
    assert_eq!(
        (copies(&cluster, "A1").revived, copies(&cluster, "A1").evade),
        (before[0].evade, 0)
    );
    assert_eq!(copies(&cluster, "A2"), before[1], "each node turns its own");
    act(&mut cluster, &revive());
    assert_eq!(copies(&cluster, "A5").revived, 416, "dead partitions get r on every node");
    assert_eq!(not_active(&cluster), (0, 416), "at the next cluster change");
    act(&mut cluster, &recluster());
    assert_eq!(not_active(&cluster), (0, 0));
}

#[test]
fn every_device_has_a_mark_of_its_own() {
    let mut setup = crate::common::setup("A1 A2 A3", 2);
    setup.namespaces[0].devices = 2;
    let mut cluster = Cluster::new(setup).unwrap();
    let devices = |cluster: &Cluster| {
        cluster.view().node(ids("A1")[0]).unwrap().namespaces[0].devices.clone()
    };
    assert_eq!(devices(&cluster), [DeviceMark::InUse; 2]);
    act(&mut cluster, &stop("A1"));
    act(&mut cluster, &Command::Wipe { nodes: ids("A1"), device: Some(1) });
    assert_eq!(devices(&cluster), [DeviceMark::Flushed, DeviceMark::Empty]);
    let found = cluster.view().node(ids("A1")[0]).unwrap().namespaces[0].clone();
    let events = cluster.apply(&start("A1")).unwrap();
    let EventKind::EvadeSet { why, devices: empty, .. } = &events[1].kind else {
        panic!("{events:?}");
    };
    assert_eq!((*why, &empty[..]), (Untrusted::EmptyDevice, &[1][..]), "the event names it");
    let foretold = found.would_start_untrusted.unwrap();
    assert_eq!((foretold.why, &foretold.devices), (*why, empty), "and so does the view before");
    let copies = cluster.view().node(ids("A1")[0]).unwrap().namespaces[0].copies;
    assert_eq!(copies.evade, 4096, "one empty device is enough");
    assert!(copies.with_data > 0, "the other one still has its part");
}

#[test]
fn a_wiped_node_has_nothing() {
    let mut cluster = case_study();
    act(&mut cluster, &stop("A101"));
    act(&mut cluster, &Command::Wipe { nodes: ids("A101"), device: None });
    let copies = cluster.view().node(ids("A101")[0]).unwrap().namespaces[0].copies;
    assert_eq!((copies.with_data, copies.evade), (0, 0));
    let events = cluster.apply(&start("A101")).unwrap();
    assert!(matches!(&events[1].kind, EventKind::EvadeSet { why: Untrusted::EmptyDevice, .. }));
    assert_eq!(cluster.view().node(ids("A101")[0]).unwrap().namespaces[0].copies.evade, 4096);
}

#[test]
fn an_explanation_names_roles_and_stand_ins() {
    let mut cluster = case_study();
    act(&mut cluster, &stop("B101 B102"));
    let explanation = cluster.explain("main", PartitionId::new(0).unwrap(), None).unwrap();
    let row: Vec<String> = explanation
        .row
        .iter()
        .map(|seat| {
            format!(
                "{} {:?} present={} here={}",
                seat.node, seat.role, seat.present, seat.replica_here
            )
        })
        .collect();
    // The roster's row 0 is A103 B102 A102 A101 B101.
    assert_eq!(
        row,
        [
            "A103 RosterMaster present=true here=true",
            "B102 RosterReplica present=false here=false",
            "A102 StandIn present=true here=true",
            "A101 Other present=true here=false",
            "B101 Other present=false here=false",
        ]
    );
    assert_eq!(explanation.row[2].role, Role::StandIn);
    assert!(explanation.row[2].filling && !explanation.row[2].full);
    let facts = explanation.facts.unwrap();
    assert_eq!((facts.roster, facts.present, facts.voters(), facts.full), (5, 3, 3, 1));
    let answered: Vec<_> =
        explanation.answers.iter().map(|(_, answer)| format!("{answer:?}")).collect();
    assert_eq!(answered[..6], ["Passed", "Passed", "Passed", "Passed", "Passed", "Decided"]);
    assert_eq!(answered[6..], ["NotReached", "NotReached"]);
}

#[test]
fn a_namespace_without_consistency_has_no_roster_to_set() {
    let mut setup = crate::common::setup("A1 A2 A3", 2);
    setup.namespaces[0].mode = Mode::Available;
    let cluster = Cluster::new(setup).unwrap();
    let why = Err(Rejection::NotStrong("main".into()));
    assert_eq!(cluster.check(&roster_set("A1")), why);
    assert_eq!(cluster.check(&revive()), why);
}

#[test]
fn migrations_can_be_run_a_part_of_the_way() {
    let mut cluster = case_study();
    act(&mut cluster, &stop("B101 B102"));
    for done in [1000, 2000, 4096] {
        let more = if done == 4096 { 2096 } else { 1000 };
        cluster.advance(Until::Migrated { partitions: Some(more) });
        let view = cluster.view();
        let cells = &view.sub_clusters[0].namespaces[0].cells;
        let migrating: Vec<usize> = (0..4096).filter(|pid| cells[*pid].migrating).collect();
        assert_eq!(migrating, (done..4096).collect::<Vec<_>>());
    }
    assert!(!cluster.view().migrating);
}

#[test]
fn fills_wait_for_the_fill_delay_and_the_rest_does_not() {
    let mut setup = crate::common::setup("A101@1 A102@1 A103@1 B101@2 B102@2", 2);
    setup.fill_delay_ms = 60_000;
    let mut cluster = Cluster::new(setup).unwrap();
    act(&mut cluster, &stop("B101 B102"));
    let start_ms = cluster.now_ms();
    let left = |cluster: &Cluster| cluster.view().sub_clusters[0].namespaces[0].filling;
    cluster.advance(Until::Time(start_ms + 59_000));
    assert_eq!(left(&cluster), 4096, "stand-ins are filled later");
    cluster.advance(Until::Time(start_ms + 61_000));
    assert!(left(&cluster) < 4096);
    act(&mut cluster, &start("B101 B102"));
    let start_ms = cluster.now_ms();
    cluster.advance(Until::Time(start_ms + 50_000));
    assert_eq!(left(&cluster), 0, "roster-replicas are not delayed");
}
