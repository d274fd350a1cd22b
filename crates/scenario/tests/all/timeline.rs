//! Undoing an entry equals never having done it; a seek equals a replay.

use proptest::prelude::*;
use rosterlab_engine::{
    Availability, ClusterSetup, Command, Digest, Event, Mode, NodeId, NodeSetup, RackId,
    RosterNodes, Shutdown, SubClusterView, Verdict,
};
use rosterlab_scenario::{Entry, Purpose, Settle, Timeline, fork};

use crate::strategies::{entry, seeded, setup};

fn node(id: u64) -> NodeId {
    NodeId::new(id).unwrap()
}

fn three_nodes() -> ClusterSetup {
    let of = |id| NodeSetup::new(node(id), RackId::NONE);
    ClusterSetup::of([0xA1, 0xA2, 0xA3].map(of).to_vec(), 2)
}

fn stop(id: u64) -> Command {
    Command::Stop { nodes: vec![node(id)], shutdown: Shutdown::Clean }
}

fn events(timeline: &Timeline) -> Vec<(usize, Event)> {
    timeline.events().map(|(index, event)| (index, event.clone())).collect()
}

/// Whether two timelines are the same in everything that is visible.
fn same(a: &Timeline, b: &Timeline) {
    assert_eq!(a.position(), b.position());
    assert!(a.cluster() == b.cluster(), "the clusters differ at {}", a.position());
    assert_eq!(events(a), events(b));
}

#[test]
fn acting_after_an_undo_drops_what_was_undone() {
    let mut timeline = Timeline::new(three_nodes()).unwrap();
    timeline.act(stop(0xA1)).unwrap();
    timeline.act(stop(0xA2)).unwrap();
    assert!(timeline.undo() && timeline.undo() && !timeline.undo());
    assert!(timeline.redo());
    assert_eq!((timeline.position(), timeline.entries().len()), (1, 2));
    timeline.act(stop(0xA3)).unwrap();
    assert_eq!((timeline.position(), timeline.entries().len()), (2, 2));
    assert!(!timeline.redo());
    assert!(!timeline.seek(3) && timeline.position() == 2, "there is nothing to seek to");
}

#[test]
fn a_refused_command_changes_nothing_and_keeps_what_was_undone() {
    let mut timeline = Timeline::new(three_nodes()).unwrap();
    timeline.act(stop(0xA1)).unwrap();
    timeline.undo();
    let before = timeline.clone();
    timeline.act(stop(0xBB)).unwrap_err();
    same(&timeline, &before);
    assert!(timeline == before && timeline.redo());
}

fn several(commands: &[Command]) -> Entry {
    let settle = Settle::Fully;
    let act = |command: &Command| Entry::Act { command: command.clone(), settle };
    let entries = commands.iter().map(act).collect();
    Entry::Several { purpose: Purpose::WayOut, entries }
}

#[test]
fn several_things_in_one_action_are_one_step() {
    let start = Command::Start { nodes: vec![node(0xA1)] };
    let recluster = Command::Recluster { on: None };
    let mut timeline = Timeline::new(three_nodes()).unwrap();
    timeline.act(stop(0xA1)).unwrap();
    let mut one_by_one = timeline.clone();
    one_by_one.act(start.clone()).unwrap();
    one_by_one.act(recluster.clone()).unwrap();
    let happened = timeline.perform(several(&[start, recluster])).unwrap().len();
    assert_eq!((timeline.position(), timeline.entries().len()), (2, 2));
    assert!(timeline.cluster() == one_by_one.cluster(), "the same as one after the other");
    let each = one_by_one.events_of(1).len() + one_by_one.events_of(2).len();
    assert_eq!((happened, timeline.events_of(1).len()), (each, each));
    let (after, course) = (timeline.clone(), timeline.course());
    assert!(timeline.undo());
    assert_eq!(timeline.position(), 1, "one undo takes back all of it");
    assert!(timeline.cluster().view().nodes.iter().any(|node| !node.state.is_up()));
    assert!(timeline.redo());
    same(&timeline, &after);
    timeline.seek(0);
    timeline.act(stop(0xA2)).unwrap();
    timeline.follow(&course);
    same(&timeline, &after);
}

#[test]
fn when_one_of_several_is_refused_none_is_done() {
    let mut timeline = Timeline::new(three_nodes()).unwrap();
    let before = timeline.clone();
    timeline.perform(several(&[stop(0xA1), stop(0xA2), stop(0xA1)])).unwrap_err();
    same(&timeline, &before);
    timeline.perform(several(&[])).unwrap();
    assert!(timeline.entries().is_empty(), "nothing is no step");
}

/// A timeline of the entries that are possible.
fn of_possible(setup: &ClusterSetup, entries: &[Entry]) -> Timeline {
    let mut timeline = Timeline::new(setup.clone()).unwrap();
    for entry in entries {
        let _ = timeline.perform(entry.clone());
    }
    timeline
}

proptest! {
    #![proptest_config(seeded(24))]

    #[test]
    fn a_timeline_that_is_led_to_others_entries_is_the_others(
        setup in setup(),
        common in proptest::collection::vec(entry(), 0..4),
        here in proptest::collection::vec(entry(), 0..3),
        there in proptest::collection::vec(entry(), 0..3),
        undone in 0..3_usize,
    ) {
        let mut led = of_possible(&setup, &[common.clone(), here].concat());
        led.seek(led.position().saturating_sub(undone));
        let other = of_possible(&setup, &[common, there].concat());
        led.lead_to(other.entries()).unwrap();
        prop_assert_eq!(led.entries(), other.entries());
        same(&led, &other);
    }
}

#[test]
fn time_that_has_become_longer_goes_on() {
    let mut timeline = Timeline::new(three_nodes()).unwrap();
    timeline.act(stop(0xA1)).unwrap();
    timeline.pass(300);
    let mut longer = timeline.clone();
    longer.pass(40_000);
    longer.act(stop(0xA2)).unwrap();
    let known = timeline.events().count();
    let happened = timeline.lead_to(longer.entries()).unwrap();
    same(&timeline, &longer);
    assert_eq!(happened.len(), longer.events().count() - known, "only what is new");
    assert!(timeline.lead_to(&longer.entries()[..1]).unwrap().is_empty());
    assert_eq!((timeline.position(), timeline.entries().len()), (1, 1));
}

#[test]
fn passes_merge_and_no_time_is_nothing() {
    let mut timeline = Timeline::new(three_nodes()).unwrap();
    timeline.pass(0);
    assert!(timeline.entries().is_empty());
    timeline.act(stop(0xA1)).unwrap();
    timeline.pass(300);
    timeline.pass(700);
    assert_eq!(timeline.entries()[1..], [Entry::Pass { ms: 1000 }]);
    let mut at_once = Timeline::new(three_nodes()).unwrap();
    at_once.act(stop(0xA1)).unwrap();
    at_once.pass(1000);
    same(&timeline, &at_once);
    assert!(timeline.undo());
    assert_eq!(timeline.position(), 1, "merged passes are undone together");
    timeline.pass(1);
    assert_eq!(timeline.entries()[1..], [Entry::Pass { ms: 1 }]);
}

#[test]
fn the_same_entries_can_be_done_on_another_setup() {
    let mut timeline = Timeline::new(three_nodes()).unwrap();
    timeline.act(stop(0xA1)).unwrap();
    timeline.pass(300);
    timeline.act(stop(0xA2)).unwrap();
    timeline.act(stop(0xA3)).unwrap();
    timeline.undo();
    let mut wider = three_nodes();
    wider.namespaces[0].replication_factor = 3;
    let (again, refused) = timeline.on_setup(wider.clone()).unwrap();
    assert!(refused.is_none());
    assert_eq!((again.entries(), again.setup()), (&timeline.entries()[..3], &wider));
    let (back, _) = again.on_setup(three_nodes()).unwrap();
    assert!(*back.cluster() == *timeline.cluster(), "the same entries on the same setup");
}

#[test]
fn on_another_setup_entries_stop_before_what_cannot_be_done() {
    let mut timeline = Timeline::new(three_nodes()).unwrap();
    timeline.act(stop(0xA1)).unwrap();
    timeline.act(Command::Revive { namespace: "main".to_owned(), nodes: None }).unwrap();
    timeline.act(stop(0xA2)).unwrap();
    let mut renamed = three_nodes();
    renamed.namespaces[0].name = "other".to_owned();
    let (again, refused) = timeline.on_setup(renamed).unwrap();
    let (index, rejection) = refused.unwrap();
    assert_eq!((index, again.entries().len()), (1, 1));
    assert!(rejection.to_string().contains("main"), "{rejection}");
    let none = ClusterSetup { nodes: Vec::new(), ..three_nodes() };
    assert!(timeline.on_setup(none).is_err());
}

#[test]
fn long_timelines_keep_few_checkpoints_and_seek_anywhere() {
    let mut timeline = Timeline::new(three_nodes()).unwrap();
    let mut clusters = vec![timeline.cluster().clone()];
    for _ in 0..300 {
        timeline.act(stop(0xA1)).unwrap();
        clusters.push(timeline.cluster().clone());
        timeline.act(Command::Start { nodes: vec![node(0xA1)] }).unwrap();
        clusters.push(timeline.cluster().clone());
    }
    for position in [600, 0, 1, 599, 7, 8, 9, 128, 512, 511, 300] {
        assert!(timeline.seek(position));
        assert!(*timeline.cluster() == clusters[position], "at {position}");
    }
    assert!(timeline.checkpoints() <= timeline.most_checkpoints());
    assert!(timeline.checkpoint_bytes() <= 9 << 20, "{}", timeline.checkpoint_bytes());
}

/// Five hundred steps of all kinds on the largest cluster: memory and the work of a seek are bounded.
#[test]
fn a_long_timeline_of_the_largest_cluster_is_small_and_quick_to_seek_in() {
    let id = |n: u64| node(0xA000 + n % 128);
    let of = |n: u64| NodeSetup::new(id(n), RackId::new((n % 4) as u32 + 1).unwrap());
    let mut timeline = Timeline::new(ClusterSetup::of((0..128).map(of).collect(), 2)).unwrap();
    let rack = |n: u64| (0..128).filter(|m| m % 4 == n % 4).map(id).collect::<Vec<_>>();
    for n in 0..100 {
        let unclean = Shutdown::Unclean;
        timeline.act(Command::Stop { nodes: vec![id(n * 7)], shutdown: unclean }).unwrap();
        timeline.pass(700);
        timeline.act(Command::Start { nodes: vec![id(n * 7)] }).unwrap();
        if n % 10 == 5 {
            timeline.act(Command::Stop { nodes: rack(n), shutdown: unclean }).unwrap();
            timeline.migrate(Some(100));
            timeline.act(Command::Start { nodes: rack(n) }).unwrap();
        } else {
            timeline.act(Command::Quiesce { nodes: vec![id(n * 3)] }).unwrap();
            timeline.act(Command::QuiesceUndo { nodes: vec![id(n * 3)] }).unwrap();
        }
        if n % 9 == 8 {
            timeline.migrate(None);
        }
    }
    let entries = timeline.entries().len();
    assert!(entries >= 500, "{entries}");
    let bytes = timeline.checkpoint_bytes();
    assert!(bytes <= 9 << 20, "{bytes} bytes in {} checkpoints", timeline.checkpoints());
    assert!(timeline.checkpoints() > 240, "{bytes} bytes in {}", timeline.checkpoints());
    let again: Vec<usize> =
        (0..=entries).map(|position| timeline.entries_again(position)).collect();
    let worst = again.iter().max().unwrap();
    assert!(*worst <= 3, "a seek does {worst} entries again: {again:?}");
    let end = timeline.cluster().clone();
    assert!(timeline.seek(entries / 3) && timeline.seek(entries));
    assert!(*timeline.cluster() == end);
}

/// Every node crashes and comes back in turn, twice, and nothing is migrated: no two versions of a row are alike for long.
#[test]
fn a_seek_among_500_crashes_and_starts_of_128_nodes_does_few_again() {
    let id = |n: u64| node(0xA001 + n % 128);
    let of =
        |n: u64| NodeSetup::new(id(n), RackId::new(1 + u32::try_from(n / 32).unwrap()).unwrap());
    let mut timeline = Timeline::new(ClusterSetup::of((0..128).map(of).collect(), 2)).unwrap();
    let mut clusters = Vec::new();
    for n in 0..250 {
        let nodes = vec![id(n)];
        let crash = Command::Stop { nodes: nodes.clone(), shutdown: Shutdown::Unclean };
        timeline.act(crash).unwrap();
        if n % 50 == 33 {
            clusters.push((timeline.position(), timeline.cluster().clone()));
        }
        timeline.act(Command::Start { nodes }).unwrap();
    }
    let bytes = timeline.checkpoint_bytes();
    assert!(bytes <= 9 << 20, "{bytes} bytes in {} checkpoints", timeline.checkpoints());
    let worst = (0..=500).map(|position| timeline.entries_again(position)).max();
    assert!(worst <= Some(7), "a seek does {worst:?} entries again");
    for (position, cluster) in clusters {
        assert!(timeline.seek(position) && *timeline.cluster() == cluster, "at {position}");
    }
}

#[test]
fn a_seek_says_beforehand_what_it_does_again() {
    let mut timeline = Timeline::new(three_nodes()).unwrap();
    timeline.act(stop(0xA1)).unwrap();
    timeline.act(stop(0xA2)).unwrap();
    assert_eq!([0, 1, 2].map(|position| timeline.entries_again(position)), [0; 3]);
    timeline.seek(0);
    assert_eq!([0, 1, 2].map(|position| timeline.entries_again(position)), [0; 3], "recent ones");
}

proptest! {
    #![proptest_config(seeded(12))]

    #[test]
    fn undo_is_exact(
        setup in setup(),
        before in proptest::collection::vec(entry(), 0..14),
        undone in proptest::collection::vec(entry(), 1..14),
        after in proptest::collection::vec(entry(), 0..4),
    ) {
        let perform = |timeline: &mut Timeline, entries: &[Entry]| {
            for entry in entries {
                let _ = timeline.perform(entry.clone()); // refused ones change nothing
            }
        };
        let mut plain = Timeline::new(setup.clone()).unwrap();
        perform(&mut plain, &before);
        let mut edited = plain.clone();
        for entry in undone {
            // A pass right after a pass would be merged into it and undone with it.
            let first = edited.entries().len() == plain.entries().len();
            if !(first && matches!(entry, Entry::Pass { .. })) {
                let _ = edited.perform(entry);
            }
        }
        while edited.position() > plain.position() {
            prop_assert!(edited.undo());
        }
        same(&edited, &plain);
        perform(&mut plain, &after);
        perform(&mut edited, &after);
        // If every later entry was refused, redo is still possible.
        same(&edited, &plain);
    }

    #[test]
    fn a_seek_equals_a_replay(
        setup in setup(),
        entries in proptest::collection::vec(entry(), 1..40),
        anew in proptest::collection::vec(entry(), 0..20),
        places in proptest::collection::vec(any::<proptest::sample::Index>(), 1..8),
    ) {
        let mut timeline = Timeline::new(setup.clone()).unwrap();
        // First the original entries, then after others were done from the last place on.
        for entries in [entries, anew] {
            for entry in entries {
                let _ = timeline.perform(entry);
            }
            for place in &places {
                let position = place.index(timeline.entries().len() + 1);
                prop_assert!(timeline.seek(position));
                let mut replay = Timeline::new(setup.clone()).unwrap();
                for entry in &timeline.entries()[..position] {
                    replay.perform(entry.clone()).unwrap();
                }
                same(&timeline, &replay);
            }
        }
    }
}

#[test]
fn the_same_entries_on_another_setup_stop_before_the_first_that_cannot_be_done() {
    let mut timeline = Timeline::new(three_nodes()).unwrap();
    timeline.act(stop(0xA1)).unwrap();
    timeline.act(stop(0xA2)).unwrap();
    timeline.migrate(None);
    let mut both = three_nodes();
    both.namespaces.push(rosterlab_engine::NamespaceSettings::strong("other", 3));
    let (again, stopped) = timeline.on_setup(both).unwrap();
    assert_eq!(stopped, None);
    assert_eq!(again.entries(), timeline.entries());
    assert_eq!(again.cluster().view().namespaces.len(), 2);
    let mut fewer = three_nodes();
    fewer.nodes.remove(1);
    let (short, stopped) = timeline.on_setup(fewer).unwrap();
    assert_eq!(stopped, Some((1, rosterlab_engine::Rejection::NoNode(node(0xA2)))));
    assert_eq!(short.position(), 1);
    let none = ClusterSetup { nodes: Vec::new(), ..three_nodes() };
    assert!(timeline.on_setup(none).is_err());
}

#[test]
fn a_course_that_was_left_can_be_taken_again_from_anywhere() {
    let mut timeline = Timeline::new(three_nodes()).unwrap();
    timeline.act(stop(0xA1)).unwrap();
    timeline.pass(5_000);
    timeline.act(stop(0xA2)).unwrap();
    let left = timeline.clone();
    let course = timeline.course();
    timeline.seek(1);
    timeline.act(stop(0xA3)).unwrap();
    assert_eq!(fork(timeline.entries(), course.entries()), 1);
    let other = timeline.course();
    timeline.follow(&course);
    same(&timeline, &left);
    let position = timeline.position();
    assert_eq!(timeline.at_ms(position), left.at_ms(position));
    assert_eq!(timeline.at_ms(position), timeline.cluster().now_ms());
    timeline.seek(0);
    timeline.follow(&other);
    assert_eq!(timeline.entries(), other.entries());
    assert_eq!(timeline.start().now_ms(), 0);
    timeline.follow(&other);
    assert_eq!(timeline.position(), 2, "nothing is done twice");
}

#[test]
fn less_time_is_the_beginning_of_more() {
    let mut timeline = Timeline::new(three_nodes()).unwrap();
    assert!(timeline.course().begins(&[]));
    timeline.act(stop(0xA1)).unwrap();
    let short = timeline.course();
    timeline.pass(5_000);
    let course = timeline.course();
    assert!(short.begins(timeline.entries()) && course.begins(timeline.entries()));
    assert!(!course.begins(short.entries()));
    timeline.pass(1_000);
    assert!(course.begins(timeline.entries()));
    assert!(!timeline.course().begins(course.entries()));
}

#[test]
fn fewer_of_several_things_are_the_beginning_of_more() {
    let of = |commands: &[Command]| {
        let mut timeline = Timeline::new(three_nodes()).unwrap();
        timeline.perform(several(commands)).unwrap();
        timeline
    };
    let (one, both) = (of(&[stop(0xA1)]), of(&[stop(0xA1), stop(0xA2)]));
    assert!(one.course().begins(both.entries()) && !both.course().begins(one.entries()));
    assert!(!of(&[stop(0xA2)]).course().begins(both.entries()));
}

#[test]
fn rosters_and_records_count_as_what_checkpoints_hold() {
    let namespace = || "main".to_owned();
    let mut rosters = Timeline::new(ClusterSetup::of(
        (0..128).map(|n| NodeSetup::new(node(0xA001 + n), RackId::NONE)).collect(),
        2,
    ))
    .unwrap();
    for _ in 0..100 {
        let nodes = RosterNodes::Observed;
        rosters.act(Command::RosterSet { namespace: namespace(), nodes, on: None }).unwrap();
    }
    // Each roster of 128 nodes has half a megabyte of rows, and each step makes one.
    assert!(rosters.checkpoints() < 20, "{}", rosters.checkpoints());
    assert!(rosters.checkpoint_bytes() < 12 << 20, "{}", rosters.checkpoint_bytes());

    let mut writes = Timeline::new(three_nodes()).unwrap();
    for number in 0..1000_u32 {
        let mut key = Digest([0; 20]);
        key.0[..4].copy_from_slice(&number.to_le_bytes());
        writes.act(Command::Write { namespace: namespace(), key, from: None }).unwrap();
    }
    assert!(writes.checkpoint_bytes() < 10 << 20, "{}", writes.checkpoint_bytes());
    assert!(writes.checkpoints() < 200, "{}", writes.checkpoints());
}

/// What a client of the whole network can reach in the first namespace, partition by partition: served, dead for somebody,
/// served by more than one.
fn found_by_asking_everybody(timeline: &Timeline) -> (u32, u32, u32) {
    let view = timeline.cluster().view();
    let (mut served, mut dead, mut twice) = (0, 0, 0);
    for partition in 0..4096 {
        let verdict = |side: &SubClusterView| side.namespaces[0].cells[partition].verdict;
        let sides: Vec<Verdict> = view.sub_clusters.iter().map(verdict).collect();
        let active = sides.iter().filter(|verdict| verdict.is_active()).count();
        let is_dead = sides.iter().any(|verdict| verdict.availability == Availability::Dead);
        served += u32::from(active > 0);
        dead += u32::from(active == 0 && is_dead);
        twice += u32::from(active > 1);
    }
    (served, dead, twice)
}

#[test]
fn every_position_knows_what_a_client_of_the_whole_network_can_reach() {
    let ids = |text: &str| text.split(' ').map(|id| id.parse().unwrap()).collect::<Vec<_>>();
    let nodes = ["A1", "A2", "A3", "B1", "B2"];
    let setup = |mode: Mode| {
        let racks = [1, 1, 1, 2, 2].map(|rack| RackId::new(rack).unwrap());
        let nodes =
            nodes.iter().zip(racks).map(|(id, rack)| NodeSetup::new(id.parse().unwrap(), rack));
        let mut setup = ClusterSetup::of(nodes.collect(), 2);
        setup.namespaces[0].mode = mode;
        setup
    };
    for mode in [Mode::StrongConsistency, Mode::Available] {
        let mut timeline = Timeline::new(setup(mode)).unwrap();
        let commands = [
            Command::Cut { between: vec![ids("A1"), ids("A2")] },
            Command::Cut { between: vec![ids("A1 B1"), ids("A2 A3 B2")] },
            Command::Heal { between: None },
            Command::Stop { nodes: ids("B1 B2 A2"), shutdown: Shutdown::Unclean },
            Command::Start { nodes: ids("A2 B1 B2") },
            Command::Stop { nodes: ids("A1 A2 A3 B1 B2"), shutdown: Shutdown::Unclean },
            Command::Start { nodes: ids("A1 A2 A3 B1 B2") },
            Command::Wipe { nodes: ids("A1"), device: None },
        ];
        for command in commands {
            // Some are refused in AP or while a node is up; the rest make the story.
            let _ = timeline.act(command);
            timeline.pass(700);
            timeline.migrate(Some(900));
        }
        let mut seen = Vec::new();
        for position in 0..=timeline.entries().len() {
            timeline.seek(position);
            let known = timeline.served(position)[0];
            assert_eq!(known, timeline.cluster().view().served(0), "position {position}");
            let found = found_by_asking_everybody(&timeline);
            assert_eq!((known.active(), known.dead, known.twice), found, "position {position}");
            assert_eq!(known.active() + known.inactive(), 4096);
            assert_eq!(timeline.at_ms(position), timeline.cluster().now_ms());
            seen.push(known);
        }
        assert!(seen.iter().any(|served| served.filling > 0));
        match mode {
            Mode::StrongConsistency => {
                assert_eq!(seen[1].inactive(), 0, "one cut link: everything is still served");
                assert!(seen.iter().all(|served| served.twice == 0), "never by two in SC");
                assert!(seen.iter().any(|served| served.dead > 0));
                assert!(seen.iter().any(|served| served.unavailable > 0));
            }
            Mode::Available => assert!(seen.iter().any(|served| served.twice == 4096)),
        }
    }
}
