//! A seeded random user of the page's state: thousands of actions of every kind, and after each the invariants of what is shown.
//!
//! `ROSTERLAB_SEED=7` tries another one, `ROSTERLAB_ACTIONS=20000` a longer session. A failure prints both and the link that
//! leads there.

#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

use std::rc::Rc;

use rosterlab_app::clients::state::ClientAction;
use rosterlab_app::floor::state::FloorAction;
use rosterlab_app::page::verbs::Verb;
use rosterlab_app::roster::state::RosterAction;
use rosterlab_app::state::{Action, State};
use rosterlab_engine::{
    ClusterView, Command, Digest, Link, Mode, NodeId, PARTITIONS, PartitionId, RackId, ReadMode,
    RosterNodes, Shutdown, Verdict,
};
use rosterlab_scenario::{Timeline, share};
use yew::Reducible;

const ACTIONS: u32 = 2000;

/// `SplitMix64`: the same numbers for the same seed, for ever.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % (limit.max(1) as u64)).unwrap()
    }

    fn of<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        list.get(self.below(list.len())).cloned()
    }

    fn some(&mut self, list: &[NodeId]) -> Vec<NodeId> {
        list.iter().copied().filter(|_| self.below(3) == 0).collect()
    }
}

/// Something that a person may do next, sensible or not.
fn action(random: &mut Random, state: &State) -> Action {
    let view = &state.view;
    let nodes: Vec<NodeId> = view.nodes.iter().map(|node| node.id).collect();
    let node = random.of(&nodes).unwrap();
    let other = random.of(&nodes).unwrap();
    let partition = PartitionId::new(u16::try_from(random.below(PARTITIONS)).unwrap()).unwrap();
    match random.below(15) {
        0..=3 => Action::Press(random.of(&Verb::ALL).unwrap()),
        4..=6 => Action::Do(command(random, view, &nodes)),
        7 => match Link::new(node, other) {
            Some(link) => Action::ToggleLink(link),
            None => Action::MoveBeside(node, 1),
        },
        8 => Action::Select(node),
        9 => Action::ShowPartition(partition),
        10 => Action::ShowSubCluster(node),
        11 => Action::Roster(RosterAction::Confirm),
        12 => Action::Clients(match random.below(3) {
            0 => ClientAction::Write(node),
            1 => ClientAction::Read(node),
            _ => ClientAction::CutAndWrite,
        }),
        13 => Action::Floor(match random.below(3) {
            0 => FloorAction::Toggle(node),
            1 => FloorAction::MoveTo(RackId::new(u32::try_from(random.below(5)).unwrap()).unwrap()),
            _ => FloorAction::Fenced(random.of(&Verb::ALL).unwrap()),
        }),
        _ => Action::Tick(u32::try_from(random.below(60_000)).unwrap()),
    }
}

fn command(random: &mut Random, view: &ClusterView, nodes: &[NodeId]) -> Command {
    let some = random.some(nodes);
    let rest: Vec<NodeId> = nodes.iter().copied().filter(|node| !some.contains(node)).collect();
    let namespace = random.of(&view.namespaces).unwrap().name;
    let from = random.of(nodes);
    let rack = RackId::new(u32::try_from(random.below(5)).unwrap()).unwrap();
    let key = Digest([u8::try_from(random.below(3)).unwrap(); 20]);
    match random.below(15) {
        0 => Command::Stop { nodes: some, shutdown: Shutdown::Clean },
        1 => Command::Stop { nodes: some, shutdown: Shutdown::Unclean },
        2 | 3 => Command::Start { nodes: some },
        4 => Command::Wipe { nodes: some, device: None },
        5 => Command::MoveToRack { nodes: some, rack },
        6 => Command::Cut { between: vec![some, rest] },
        7 => Command::Heal { between: None },
        8 => Command::RosterSet { namespace, nodes: RosterNodes::Observed, on: from },
        9 => Command::Recluster { on: None },
        10 => Command::Quiesce { nodes: some },
        11 => Command::RemoveNode { nodes: some },
        12 => {
            let id = NodeId::new(0xC001 + random.next() % 6).unwrap();
            Command::add_node(id, rack, false)
        }
        13 => Command::Write { namespace, key, from },
        _ => Command::Read { namespace, key, from, mode: ReadMode::Session },
    }
}

/// What has to hold of whatever is shown.
fn check(state: &State) {
    let view = &state.view;
    for sub_cluster in &view.sub_clusters {
        assert_eq!(sub_cluster.nodes.iter().max(), Some(&sub_cluster.principal));
        for (namespace, settings) in sub_cluster.namespaces.iter().zip(&view.namespaces) {
            let count = |is: fn(&Verdict) -> bool| {
                let cells = namespace.cells.iter().filter(|cell| is(&cell.verdict));
                u32::try_from(cells.count()).unwrap()
            };
            let counts = namespace.counts;
            assert_eq!(counts.active, count(|verdict| verdict.is_active()), "{}", settings.name);
            assert_eq!(counts.active + counts.unavailable + counts.dead, 4096);
            let by_rule: u32 = namespace.by_rule.iter().map(|(_, partitions)| partitions).sum();
            assert!(settings.mode == Mode::Available || by_rule == 4096, "{by_rule}");
            for cell in namespace.cells.iter() {
                assert_eq!(cell.verdict.is_active(), cell.working_master.is_some());
            }
        }
    }
    // Two sub-clusters never serve the same partition of an SC namespace under the same roster (docs/domain.md §5).
    for (index, settings) in view.namespaces.iter().enumerate() {
        if settings.mode == Mode::Available {
            continue;
        }
        for (place, one) in view.sub_clusters.iter().enumerate() {
            for other in &view.sub_clusters[place + 1..] {
                let (one, other) = (&one.namespaces[index], &other.namespaces[index]);
                if one.roster != other.roster {
                    continue;
                }
                let both = one.cells.iter().zip(other.cells.iter());
                let twice = both.filter(|(a, b)| a.verdict.is_active() && b.verdict.is_active());
                assert_eq!(twice.count(), 0, "served on both sides");
            }
        }
    }
    assert_eq!(state.groups().iter().map(|group| group.size).sum::<u32>(), 4096);
    assert!(view.node(state.selected).is_some(), "what is selected is there");
    assert!(state.timeline.position() <= state.timeline.entries().len());
}

/// What the recorder notes for the crash panel is what the reducer then does.
fn check_entries(before: &State, action: &Action, after: &State) {
    let is_travel = |verb: &Verb| matches!(verb, Verb::Undo | Verb::Redo);
    let travels = match action {
        Action::Press(verb) | Action::Floor(FloorAction::Fenced(verb)) => is_travel(verb),
        _ => false,
    };
    if travels || Rc::ptr_eq(&before.timeline, &after.timeline) {
        return;
    }
    let mut expected = Timeline::clone(&before.timeline);
    if let Some(entry) = before.entry_of(action) {
        let _ = expected.perform(entry); // a refused one changes nothing
    }
    assert_eq!(expected.entries(), after.timeline.entries());
    assert_eq!(expected.cluster(), after.timeline.cluster());
}

#[test]
fn a_random_user_never_sees_a_wrong_count() {
    let number = |name: &str, usual: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
    };
    let seed = number("ROSTERLAB_SEED", 20_261_122);
    let actions = number("ROSTERLAB_ACTIONS", u64::from(ACTIONS));
    let mut random = Random(seed);
    let mut state = Rc::new(State::open());
    for step in 0..actions {
        let action = action(&mut random, &state);
        let before = state.clone();
        let told = format!(
            "seed {seed}, action {step}: {action:?} after {:?}",
            share::write(&before.timeline)
        );
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let next = before.clone().reduce(action.clone());
            check(&next);
            check_entries(&before, &action, &next);
            next
        }));
        state = outcome.unwrap_or_else(|_| panic!("{told}"));
        // Now and then everything that was done is done again from its link.
        if step % 250 == 0
            && let Some(link) = share::write(&state.timeline)
        {
            let again = share::read(&link).unwrap_or_else(|error| panic!("{told}: {error}"));
            assert_eq!(again.timeline.cluster(), state.timeline.cluster(), "{told}");
            assert_eq!(again.differs, None, "{told}");
        }
    }
    assert!(state.timeline.entries().len() > 100, "the user did something");
}
