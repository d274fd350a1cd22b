//! A rolling restart: it loses nothing, or it says what it would lose and stops before.

use rosterlab_engine::{
    ClusterSetup, Command, Mode, NodeId, NodeSetup, NodeState, PartitionId, QuiesceState, RackId,
    RosterNodes, Shutdown,
};
use rosterlab_scenario::rolling::{Halt, Next, Rolling, Unfit};
use rosterlab_scenario::words::rolling::{End, ended, unfit};
use rosterlab_scenario::{Entry, Purpose, Settle, Timeline, share};

const TICK_MS: u64 = 1_000;

fn ids(text: &str) -> Vec<NodeId> {
    text.split_whitespace().map(|id| id.parse().unwrap()).collect()
}

/// Five nodes without racks, RF 2.
fn five(mode: Mode) -> ClusterSetup {
    let node = |id: NodeId| NodeSetup::new(id, RackId::NONE);
    let mut setup = ClusterSetup::of(ids("A1 A2 A3 A4 A5").into_iter().map(node).collect(), 2);
    setup.namespaces[0].mode = mode;
    setup.migration_rate_per_s = 400;
    setup
}

fn timeline(setup: ClusterSetup) -> Timeline {
    Timeline::new(setup).unwrap()
}

fn plan(timeline: &Timeline, nodes: &str) -> Result<Rolling, Unfit> {
    let cluster = timeline.cluster();
    Rolling::new(timeline.setup(), &cluster.view(), &cluster.served(), &ids(nodes))
}

/// How many partitions some sub-cluster serves with data, asked one by one.
fn served(timeline: &Timeline) -> usize {
    let view = timeline.cluster().view();
    let is_served = |partition: &PartitionId| {
        view.sub_clusters.iter().any(|side| {
            let cell = side.namespaces[0].cells[partition.index()];
            cell.verdict.is_active() && !cell.fresh
        })
    };
    PartitionId::all().filter(is_served).count()
}

/// Plays a rolling restart as the page does, a tick at a time; gives how it ended and the fewest that were served.
fn play(timeline: &mut Timeline, plan: &Rolling) -> (Next, usize) {
    let began = timeline.position();
    let mut least = served(timeline);
    for _ in 0..10_000 {
        let done = timeline.entries().get(began).map_or(&[][..], Entry::each).to_vec();
        let mut entries = done.clone();
        match (plan.next(&done, timeline.cluster()), entries.last_mut()) {
            (Next::Do(command), _) => entries.push(Entry::Act { command, settle: Settle::Fully }),
            (Next::Wait, Some(Entry::Pass { ms })) => *ms += TICK_MS,
            (Next::Wait, _) => entries.push(Entry::Pass { ms: TICK_MS }),
            (end, _) => return (end, least),
        }
        let purpose = Purpose::RollingRestart;
        timeline.perform(Entry::Several { purpose, entries }).unwrap();
        assert_eq!(timeline.position(), began + 1, "all of it is one step");
        least = least.min(served(timeline));
    }
    panic!("it has no end");
}

#[test]
fn healthy_nodes_are_restarted_one_after_the_other_and_nothing_is_lost() {
    for mode in [Mode::StrongConsistency, Mode::Available] {
        let mut timeline = timeline(five(mode));
        let plan = plan(&timeline, "A5 A4 A3 A2 A1").unwrap();
        let (end, least) = play(&mut timeline, &plan);
        assert_eq!((end, least), (Next::Done, 4096), "{mode:?}");
        let restarted = plan.restarted(timeline.entries()[0].each());
        assert_eq!(restarted, ids("A1 A2 A3 A4 A5"), "lowest id first");
        let view = timeline.cluster().view();
        for node in &view.nodes {
            assert_eq!((node.state, node.quiesce), (NodeState::Up, QuiesceState::No));
        }
        let said = ended(&End::Done, restarted, &view);
        let start = "Rolling restart done; A1, A2, A3, A4 and A5 were restarted. main: all active";
        assert!(said.starts_with(start), "{said}");
        let states = "Now no node is down, no node is quiesced, no roster is staged.";
        assert!(said.ends_with(states), "{said}");
        let link = share::write(&timeline).unwrap();
        assert_eq!(share::read(&link).unwrap().timeline, timeline);
        assert!(timeline.undo(), "one undo takes all of it back");
        assert_eq!((timeline.position(), timeline.cluster().now_ms()), (0, 0));
        assert!(
            timeline.redo()
                && *timeline.cluster() == *share::read(&link).unwrap().timeline.cluster()
        );
    }
}

/// How many nodes a rolling restart stops while migrations are under way, with servers of this version.
fn early_stops(server: &str) -> usize {
    let mut setup = five(Mode::Available);
    setup.nodes.iter_mut().for_each(|node| node.server = Some(server.parse().unwrap()));
    let mut timeline = timeline(setup.clone());
    let plan = plan(&timeline, "A1 A2 A3 A4 A5").unwrap();
    assert_eq!(play(&mut timeline, &plan), (Next::Done, 4096), "{server}");
    let mut cluster = rosterlab_engine::Cluster::new(setup).unwrap();
    let mut early = 0;
    for entry in timeline.entries()[0].each() {
        let is_stop = matches!(entry, Entry::Act { command: Command::Stop { .. }, .. });
        early += usize::from(is_stop && cluster.is_migrating());
        entry.run(&mut cluster).unwrap();
    }
    early
}

#[test]
fn before_the_switch_of_protocols_it_waits_for_all_migrations() {
    assert_eq!(early_stops("3.13"), 0);
    assert!(early_stops("4.1") > 0, "later it need not");
}

#[test]
fn with_another_node_down_it_halts_before_something_is_lost() {
    let mut timeline = timeline(five(Mode::StrongConsistency));
    timeline.act(Command::Stop { nodes: ids("A5"), shutdown: Shutdown::Clean }).unwrap();
    timeline.migrate(None);
    let plan = plan(&timeline, "A1 A2").unwrap();
    let (end, least) = play(&mut timeline, &plan);
    assert_eq!(least, 4096, "nothing is lost");
    let Next::Halt(halt) = end else { panic!("{end:?}") };
    let said = ended(&End::Halted(halt.clone()), &[], &timeline.cluster().view());
    let Halt { node, namespace, lost, is_foreseen } = halt;
    assert_eq!((node, &*namespace, is_foreseen), (ids("A1")[0], "main", true));
    // Doing what it does not do loses just that.
    let mut forced = timeline.clone();
    forced.act(Command::Stop { nodes: vec![node], shutdown: Shutdown::Clean }).unwrap();
    assert_eq!(4096 - served(&forced), usize::try_from(lost).unwrap());
    assert!(lost > 300, "a tenth has both replicas there: {lost}");
    assert!(said.contains(&format!("before A1 stops: {lost} partitions of main would")), "{said}");
    assert!(
        said.contains("no node was restarted") && said.contains("A5 is down, A1 is quiesced"),
        "{said}"
    );
}

#[test]
fn what_is_lost_by_something_else_halts_it_too() {
    let mut timeline = timeline(five(Mode::StrongConsistency));
    let plan = plan(&timeline, "A1").unwrap();
    timeline.act(Command::Stop { nodes: ids("A3 A4 A5"), shutdown: Shutdown::Unclean }).unwrap();
    let Next::Halt(halt) = plan.next(&[], timeline.cluster()) else { panic!("it goes on") };
    assert!(!halt.is_foreseen);
    let lost = 4096 - served(&timeline);
    assert_eq!(usize::try_from(halt.lost).unwrap(), lost);
}

#[test]
fn a_namespace_of_one_copy_is_handed_over_before_a_node_stops() {
    for mode in [Mode::StrongConsistency, Mode::Available] {
        let mut setup = five(mode);
        setup.namespaces[0].replication_factor = 1;
        let mut timeline = timeline(setup);
        let plan = plan(&timeline, "A2").unwrap();
        let (end, least) = play(&mut timeline, &plan);
        match mode {
            Mode::Available => assert_eq!((end, least), (Next::Done, 4096)),
            // With RF 1 the only roster-replica is away, whoever holds a copy (domain.md §5).
            Mode::StrongConsistency => {
                assert!(matches!(end, Next::Halt(Halt { is_foreseen: true, .. })), "{end:?}");
                assert_eq!(least, 4096);
            }
        }
    }
}

#[test]
fn it_is_refused_where_it_could_not_be_done() {
    let mut timeline = timeline(five(Mode::StrongConsistency));
    timeline.act(Command::Stop { nodes: ids("A3"), shutdown: Shutdown::Clean }).unwrap();
    let why = plan(&timeline, "A1 A3").unwrap_err();
    assert_eq!(unfit(&why), "A3 is in no cluster.");
    let (namespace, nodes) = ("main".to_owned(), RosterNodes::Observed);
    timeline.act(Command::RosterSet { namespace, nodes, on: None }).unwrap();
    let why = plan(&timeline, "A1").unwrap_err();
    assert!(unfit(&why).starts_with("A roster is staged in main"), "{}", unfit(&why));
    let mut paused = five(Mode::StrongConsistency);
    paused.migrate_threads = 0;
    assert_eq!(plan(&Timeline::new(paused).unwrap(), "A1"), Err(Unfit::Paused));
}

#[test]
fn two_rolling_restarts_are_two_steps_and_one_goes_on_with_its_beginning() {
    let act = |command| Entry::Act { command, settle: Settle::Fully };
    let quiesce = act(Command::Quiesce { nodes: ids("A1") });
    let recluster = act(Command::Recluster { on: None });
    let of = |entries: &[&Entry]| Entry::Several {
        purpose: Purpose::RollingRestart,
        entries: entries.iter().map(|entry| (*entry).clone()).collect(),
    };
    let (short, long) = (Entry::Pass { ms: 300 }, Entry::Pass { ms: 900 });
    let mut timeline = timeline(five(Mode::StrongConsistency));
    timeline.perform(of(&[&quiesce])).unwrap();
    timeline.perform(of(&[&quiesce, &recluster, &short])).unwrap();
    let whole = of(&[&quiesce, &recluster, &long]);
    timeline.perform(whole.clone()).unwrap();
    assert_eq!(timeline.entries(), std::slice::from_ref(&whole));
    let mut at_once = Timeline::new(timeline.setup().clone()).unwrap();
    at_once.perform(whole.clone()).unwrap();
    assert!(at_once == timeline && at_once.cluster() == timeline.cluster());
    assert_eq!(at_once.events_of(0), timeline.events_of(0));
    timeline.perform(of(&[&recluster])).unwrap();
    assert_eq!(timeline.entries().len(), 2, "another one is another step");
    // What is refused leaves the step as it was.
    let down = act(Command::Start { nodes: ids("A1") });
    let before = timeline.clone();
    timeline.perform(of(&[&recluster, &down])).unwrap_err();
    assert!(timeline == before && timeline.cluster() == before.cluster());
    // The link of what is about to be done leads to the same.
    let next = of(&[&recluster, &short]);
    let link = share::write_before(&timeline, &next).unwrap();
    timeline.perform(next).unwrap();
    assert_eq!(share::read(&link).unwrap().timeline, timeline);
}
