//! The whole page by its actions.

use std::rc::Rc;

use rosterlab_engine::{Command, Link, PartitionId, RackId, Rule, Shutdown};
use rosterlab_scenario::foresight::ways::Search;
use rosterlab_scenario::{Entry, Settle, Timeline, share};
use yew::Reducible;

use super::{Action, Focus, Panel, State, case_study};
use crate::console::state::{ConsoleAction, Whose};
use crate::floor::state::FloorAction;
use crate::look::Look;
use crate::map::finder::KeyType;
use crate::map::picture::Colouring;
use crate::map::state::MapAction;
use crate::page::verbs::Verb;
use crate::roster::state::RosterAction;
use crate::settings::draft::SettingsDraft;
use crate::testing::{id, run};
use crate::time::compare::Side;
use crate::time::state::TimeAction;
use crate::why::ways::{Answer, WaysAction, WaysStatus, title};

fn select_and(node: &str, verb: Verb) -> [Action; 2] {
    [Action::Select(id(node)), Action::Press(verb)]
}

fn migrated(actions: impl IntoIterator<Item = Action>) -> impl Iterator<Item = Action> {
    actions.into_iter().chain([Action::Press(Verb::Migrate)])
}

/// Unavailable and dead in each sub-cluster.
fn lost(state: &State) -> Vec<(u32, u32)> {
    let counts = state.view.sub_clusters.iter().map(|s| s.namespaces[0].counts);
    counts.map(|counts| (counts.unavailable, counts.dead)).collect()
}

/// The case study's nodes with an AP namespace beside.
fn with_ap() -> State {
    let mut draft = SettingsDraft::of(&case_study());
    draft.add();
    draft.set(crate::settings::draft::Field::Mode(1), "ap");
    State::on(Timeline::new(draft.setup(&case_study()).unwrap()).unwrap())
}

fn cut(a: &str, b: &str) -> Action {
    Action::Do(Command::Cut { between: vec![vec![id(a)], vec![id(b)]] })
}

#[test]
fn an_orphan_can_be_looked_from_and_serves_nothing_there_in_ap_too() {
    let actions = [cut("A101", "A102"), Action::ShowNamespace(1)];
    let state = actions.into_iter().fold(Rc::new(with_ap()), State::reduce);
    assert_eq!(state.view.orphans, [id("A101")]);
    assert_eq!((state.shown(), state.shown_orphan()), (Some(0), None));
    assert_eq!(state.count(Look::Settled) + state.count(Look::Filling), 4096);
    let there = state.reduce(Action::ShowSubCluster(id("A101")));
    assert_eq!((there.shown(), there.shown_orphan()), (None, Some(id("A101"))));
    assert_eq!(there.count(Look::Unavailable), 4096);
    assert_eq!(there.explanation.as_ref().unwrap().verdict.rule, Rule::NoCluster);
    let refused = there.clone().reduce(Action::Press(Verb::Recluster));
    assert_eq!(refused.refusal.as_deref(), Some("Node A101 is in no cluster."));
    // Who has joined again is no orphan to look from.
    let healed = there.reduce(Action::Press(Verb::Heal));
    assert_eq!((healed.shown(), healed.shown_orphan()), (Some(0), None));
}

#[test]
fn a_cut_of_what_is_cut_already_is_no_step() {
    let actions = [cut("A101", "A102"), cut("A102", "A101")];
    let state = run(actions);
    assert_eq!(state.timeline.entries().len(), 1);
    assert_eq!(state.refusal.as_deref(), Some("Every link there is cut already."));
    let state = run([Action::Press(Verb::Isolate), Action::Press(Verb::Isolate)]);
    assert_eq!(state.timeline.entries().len(), 1);
    assert!(state.can(Verb::Isolate).is_err());
}

#[test]
fn partitions_that_came_up_empty_have_a_look_and_a_group_of_their_own() {
    // Each rack has a copy of everything: only within a rack can both sides lack one.
    let two = vec![id("A101"), id("A102")];
    let between = vec![two, vec![id("A103"), id("B101"), id("B102")]];
    let split = [Action::Do(Command::Cut { between }), Action::ShowNamespace(1)];
    let state = split.into_iter().fold(Rc::new(with_ap()), State::reduce);
    let state = state.reduce(Action::ShowSubCluster(id("A102")));
    let fresh = state.shown_namespace().unwrap().fresh;
    assert!(fresh > 0);
    assert_eq!(state.count(Look::Fresh), fresh);
    let group = state.groups()[0];
    assert_eq!((group.look, group.size), (Look::Fresh, fresh));
    let words = crate::why::groups::words(&group, &state.view);
    assert_eq!(words, "keeps availability: came up empty");
    let told = format!("Of these {} came up empty", crate::text::thousands(fresh));
    assert!(state.news.contains(&told), "{}", state.news);
}

#[test]
fn a_namespace_that_begins_without_a_roster_is_served_after_the_first_one() {
    let mut draft = SettingsDraft::of(&case_study());
    draft.set(crate::settings::draft::Field::NoRoster(0), "on");
    let timeline = Timeline::new(draft.setup(&case_study()).unwrap()).unwrap();
    let state = Rc::new(State::on(timeline));
    assert_eq!(lost(&state), [(4096, 0)]);
    let verbs = [Verb::StageObserved, Verb::Recluster].map(Action::Press);
    let confirm = Action::Roster(RosterAction::Confirm);
    let staged = state.reduce(verbs[0].clone());
    let staged = if staged.rosters.asking.as_ref().is_some() {
        staged.reduce(confirm.clone())
    } else {
        staged
    };
    let served = staged.reduce(verbs[1].clone());
    assert!(served.rosters.asking.as_ref().is_none(), "{:?}", served.rosters.asking.as_ref());
    assert_eq!(lost(&served), [(0, 0)]);
    assert_eq!(served.count(Look::Fresh), 4096);
}

fn rack_b_stops() -> Vec<Action> {
    let stops = select_and("B101", Verb::Stop).into_iter();
    migrated(stops.chain(select_and("B102", Verb::Stop))).collect()
}

#[test]
fn it_opens_whole_with_a_node_selected_and_a_partition_explained() {
    let state = State::open();
    assert_eq!(lost(&state), [(0, 0)]);
    assert_eq!(state.selected, id("A102"));
    assert!(state.explanation.as_ref().is_some());
    assert_eq!(state.groups().iter().map(|group| group.size).sum::<u32>(), 4096);
    let racks: Vec<usize> = state.racks().iter().map(|(_, nodes)| nodes.len()).collect();
    assert_eq!(racks, [3, 2]);
    assert!(!state.is_running() && !state.is_dark());
}

#[test]
fn the_case_study_by_buttons() {
    let mut actions = rack_b_stops();
    assert_eq!(lost(&run(actions.clone())), [(0, 0)]);
    actions.extend(select_and("A102", Verb::Crash));
    let state = run(actions.clone());
    assert_eq!(lost(&state), [(4096, 0)]);
    assert!(state.news.contains("A102 crashed."), "{}", state.news);
    actions.push(Action::Press(Verb::Start));
    assert_eq!(lost(&run(actions.clone())), [(4096, 0)]);
    actions.extend(select_and("B102", Verb::Start));
    assert_eq!(lost(&run(actions.clone())), [(4096, 0)]);
    actions.extend(select_and("B101", Verb::Start));
    assert_eq!(lost(&run(actions)), [(0, 0)]);
}

#[test]
fn a_new_roster_before_migrations_are_done_loses_a_third_at_the_next_stop() {
    let mut actions = rack_b_stops();
    actions.pop();
    let confirm = Action::Roster(RosterAction::Confirm);
    actions.extend([Action::Press(Verb::StageObserved), confirm, Action::Press(Verb::Recluster)]);
    assert_eq!(lost(&run(actions.clone())), [(0, 0)]);
    actions.extend(select_and("A102", Verb::Stop));
    assert_eq!(lost(&run(actions.clone())), [(1381, 0)]);
    actions.push(Action::Press(Verb::Start));
    assert_eq!(lost(&run(actions)), [(0, 0)]);
}

#[test]
fn what_is_refused_changes_nothing_and_says_why() {
    let state = run([Action::Press(Verb::Start)]);
    assert_eq!(state.refusal.as_deref(), Some("Node A102 is up."));
    assert_eq!(state.timeline.entries().len(), 0);
    let elsewhere = run([Action::Press(Verb::Start), Action::Select(id("A101"))]);
    assert_eq!(elsewhere.refusal.as_ref(), None);
    let undo = run([Action::Press(Verb::Undo)]);
    assert!(undo.refusal.is_some());
}

#[test]
fn undo_and_redo_go_back_and_on_and_say_so() {
    let crash = || select_and("A102", Verb::Crash).into_iter();
    let undone = run(crash().chain([Action::Press(Verb::Undo)]));
    assert_eq!(undone.view.nodes, State::open().view.nodes);
    assert!(undone.news.starts_with("Undone: Crash A102. "), "{}", undone.news);
    assert!(undone.can(Verb::Redo).is_ok());
    let redone = run(crash().chain([Action::Press(Verb::Undo), Action::Press(Verb::Redo)]));
    assert_eq!(&redone.view, &run(crash()).view);
}

#[test]
fn an_action_that_changes_nothing_gives_the_same_state() {
    let state = Rc::new(State::open());
    for action in [
        Action::Select(state.selected),
        Action::Tick(100),
        Action::MoveBeside(id("A101"), -1),
        Action::SystemDark(false),
    ] {
        let same = Rc::ptr_eq(&state, &state.clone().reduce(action.clone()));
        assert!(same, "{action:?}");
    }
}

#[test]
fn time_runs_only_while_it_plays_and_something_migrates() {
    let mut actions: Vec<Action> = select_and("A102", Verb::Stop).into();
    let held = run(actions.clone());
    assert!(held.view.migrating && !held.is_running());
    actions.push(Action::Press(Verb::Play));
    let playing = run(actions.clone());
    assert!(playing.is_running());
    let remaining = |state: &State| state.view.sub_clusters[0].namespaces[0].filling;
    actions.extend(std::iter::repeat_n(Action::Tick(1000), 5));
    assert!(remaining(&run(actions.clone())) < remaining(&playing));
    actions.extend(std::iter::repeat_n(Action::Tick(1000), 300));
    let done = run(actions);
    assert!(!done.is_running() && done.is_playing);
    assert!(done.news.contains("done"), "{}", done.news);
    assert_eq!(done.timeline.entries().len(), 2, "all ticks are one entry");
}

#[test]
fn the_shown_sub_cluster_is_the_one_with_most_active_until_one_is_chosen() {
    let split = run([Action::Press(Verb::Split)]);
    assert_eq!(lost(&split).len(), 2);
    let principal = split.shown_sub_cluster().unwrap().principal;
    assert_eq!(principal, id("A103"), "three of five are the majority");
    let chosen = run([Action::Press(Verb::Split), Action::ShowSubCluster(id("B101"))]);
    assert_eq!(chosen.shown_sub_cluster().unwrap().principal, id("B102"));
    let on = |state: &State| match state.command(Verb::Recluster) {
        Some(Command::Recluster { on }) => on,
        other => panic!("{other:?}"),
    };
    assert_eq!(on(&chosen), Some(id("B102")));
    assert_eq!(on(&State::open()), None);
}

#[test]
fn isolating_cuts_one_node_from_all_others_and_healing_undoes_it() {
    let isolated = run(select_and("A103", Verb::Isolate));
    assert_eq!(isolated.view.sub_clusters.len(), 2);
    assert_eq!(isolated.view.cuts.len(), 4);
    let refused =
        run(select_and("A103", Verb::Isolate).into_iter().chain([Action::Press(Verb::Isolate)]));
    assert!(refused.refusal.as_ref().is_some());
    let healed =
        run(select_and("A103", Verb::Isolate).into_iter().chain([Action::Press(Verb::Heal)]));
    assert_eq!(healed.view.sub_clusters.len(), 1);
}

#[test]
fn a_moved_card_keeps_the_focus_and_an_emptied_lane_stays() {
    let rack = RackId::new(2).unwrap();
    let nodes = ["A101", "A102", "A103"].map(id).to_vec();
    let one = Command::MoveToRack { nodes: nodes[..1].to_vec(), rack };
    let state = run([Action::Do(one)]);
    assert_eq!(state.focus.what, Some(Focus::Card(id("A101"))));
    let state = run([Action::Do(Command::MoveToRack { nodes, rack })]);
    let counts: Vec<usize> = state.racks().iter().map(|(_, nodes)| nodes.len()).collect();
    assert_eq!(counts, [0, 5]);
}

#[test]
fn actions_that_come_before_the_page_is_drawn_again_build_on_each_other() {
    let link = Link::new(id("A101"), id("B101")).unwrap();
    let state = run([Action::ToggleLink(link), Action::ToggleLink(link)]);
    assert!(state.view.cuts.is_empty() && state.refusal.as_ref().is_none());
    let there_and_back = [1, 1, -1].map(|places| Action::MoveBeside(id("A103"), places));
    let state = run(there_and_back);
    assert_eq!(state.view.node(id("A103")).map(|node| node.rack.get()), Some(1));
    assert_eq!(state.timeline.entries().len(), 2, "beyond the last lane nothing is done");
    let state = run([Action::StepPartition(1, 0), Action::StepPartition(1, 1)]);
    assert_eq!(state.partition().get(), 66);
    assert_eq!(run([Action::Press(Verb::Faster), Action::Press(Verb::Slower)]).speed, 10);
}

#[test]
fn when_nothing_runs_the_page_says_so() {
    let nodes = ["A101", "A102", "A103", "B101", "B102"].map(id).to_vec();
    let stop = Command::Stop { nodes, shutdown: Shutdown::Clean };
    let state = run([Action::Do(stop)]);
    assert!(state.shown().is_none());
    assert_eq!(state.explanation.as_ref().and_then(|explanation| explanation.principal), None);
    assert_eq!(state.count(Look::Unavailable), 4096);
    assert!(state.news.contains("No node is up"), "{}", state.news);
    assert!(state.can(Verb::Recluster).is_err());
}

fn reset_too_early() -> Vec<Action> {
    let mut actions = rack_b_stops();
    actions.pop();
    let confirm = Action::Roster(RosterAction::Confirm);
    let recluster = Action::Press(Verb::Recluster);
    actions.extend([Action::Press(Verb::StageObserved), confirm, recluster]);
    actions.extend(select_and("A102", Verb::Crash));
    actions
}

/// What the search that the page does in slices would have found.
fn found(state: &State) -> Action {
    let quest = state.quest().unwrap();
    let mut search = Search::new(state.timeline.cluster(), "main", quest.partition);
    while !search.advance(1) {}
    Action::Ways(WaysAction::Found(Rc::new(Answer::of(quest, &search))))
}

#[test]
fn a_way_out_is_searched_for_found_and_taken() {
    let state = run(reset_too_early());
    assert_eq!(state.ways_status(), WaysStatus::Searching);
    let answered = state.clone().reduce(found(&state));
    let WaysStatus::Found(answer) = answered.ways_status() else { panic!("not found") };
    assert_eq!(title(&answer.ways[0], &answered.view), "Start A102");
    assert_eq!(answered.quest(), None, "nothing is searched for twice");
    let steps = answered.timeline.entries().len();
    let take = Action::Ways(WaysAction::Take(answer.quest, 0));
    let out = answered.reduce(take.clone());
    assert_eq!(lost(&out), [(0, 0)]);
    assert_eq!(out.timeline.entries().len(), steps + 1);
    assert_eq!(out.title(steps + 1), "Way out: start A102");
    assert!(out.news.starts_with("Way out taken: Start A102. "), "{}", out.news);
    assert_eq!(out.ways_status(), WaysStatus::Active);
    assert_eq!(out.focus.what, Some(Focus::Verdict));
    let again = Rc::ptr_eq(&out, &out.clone().reduce(take));
    assert!(again, "there is nothing to take any more");
}

#[test]
fn the_whole_has_a_way_out_whatever_is_explained_and_it_can_be_compared() {
    let state = run(reset_too_early());
    let is_active = |partition: &PartitionId| state.cells[partition.index()].verdict.is_active();
    let served = PartitionId::all().find(is_active).unwrap();
    let state = state.reduce(Action::ShowPartition(served));
    assert_eq!(state.ways_status(), WaysStatus::Active, "that one needs none");
    let state = state.clone().reduce(found(&state));
    let answer = state.whole_answer().unwrap().clone();
    assert!(!is_active_in(&state, answer.quest.partition));
    assert_eq!(state.quest(), None, "nothing is searched for twice");
    // Compared before it is taken: nothing is done, and the answers are those of doing it.
    let steps = state.timeline.entries().len();
    let compared = state.clone().reduce(Action::Time(TimeAction::Compare(Side::Way(0))));
    assert_eq!(compared.timeline.entries().len(), steps);
    let there = compared.time.comparison().unwrap().right.clone();
    let taken = state.reduce(Action::Ways(WaysAction::Take(answer.quest, 0)));
    assert!(there.cluster == *taken.timeline.cluster(), "it is where the way leads");
    assert_eq!(there.answers[0].1, "no risk: no acknowledged write is lost");
    assert_eq!(taken.whole_quest(), None, "everything is served");
}

fn is_active_in(state: &State, partition: PartitionId) -> bool {
    state.timeline.cluster().serves("main", partition)
}

#[test]
fn an_answer_that_comes_too_late_is_dropped() {
    let state = run(reset_too_early());
    let late = found(&state);
    let started = state.reduce(Action::Press(Verb::Start));
    assert!(Rc::ptr_eq(&started, &started.clone().reduce(late)));
}

#[test]
fn where_another_sub_cluster_serves_there_is_nothing_to_search() {
    let split = [Action::Press(Verb::Split), Action::ShowSubCluster(id("B101"))];
    let state = run(split);
    assert_eq!(state.ways_status(), WaysStatus::ActiveElsewhere(id("A103")));
    assert_eq!(state.quest(), None);
}

#[test]
fn a_picked_group_shows_an_example_and_a_second_press_gives_it_up() {
    let mut actions = reset_too_early();
    actions.push(Action::Map(MapAction::Pick(1)));
    let picked = run(actions.clone());
    assert_eq!(picked.map.picked_place(), Some(1));
    assert_eq!(picked.map.group_of(picked.partition().index()), Some(1));
    actions.push(Action::Map(MapAction::Pick(1)));
    let given_up = run(actions.clone());
    assert_eq!(given_up.map.picked_place(), None);
    assert_eq!(given_up.partition(), picked.partition());
    actions.extend([Action::Map(MapAction::Pick(0)), Action::Press(Verb::Undo)]);
    assert_eq!(run(actions).map.picked_place(), None, "that reason is gone");
}

#[test]
fn a_key_is_found_and_shown() {
    let find = |key: &str, kind| {
        run([
            Action::Map(MapAction::FindSet("demo".to_owned())),
            Action::Map(MapAction::FindKey(key.to_owned())),
            Action::Map(MapAction::FindAs(kind)),
            Action::Map(MapAction::ShowFound),
        ])
    };
    assert_eq!(find("key1", KeyType::Text).partition().get(), 492);
    assert_eq!(find("1", KeyType::Integer).partition().get(), 1207);
    let refused = find("one", KeyType::Integer);
    assert!(refused.announcement.what.contains("not a whole number"));
}

#[test]
fn another_selected_node_shows_its_own_marks() {
    let mut actions = reset_too_early();
    actions.push(Action::Map(MapAction::ColourBy(Colouring::Mark)));
    let of_a102 = run(actions.clone()).map.picture().clone();
    actions.push(Action::Select(id("A101")));
    assert_ne!(&of_a102, run(actions).map.picture());
}

#[test]
fn a_chosen_partition_stays_and_is_announced() {
    let partition = PartitionId::new(1042).unwrap();
    let state = run([Action::ShowPartition(partition)]);
    assert_eq!(state.partition(), partition);
    assert!(state.announcement.what.contains("1042"), "{}", state.announcement.what);
}

#[test]
fn a_link_is_followed_and_a_broken_one_changes_nothing() {
    let crashed = run(select_and("A103", Verb::Crash));
    let address = share::write(&crashed.timeline).unwrap();
    let there = State::at(&format!("#{address}"));
    assert_eq!(there.view, crashed.view);
    assert!(there.news.starts_with("Followed a link: 1 step."), "{}", there.news);
    let broken = crashed.clone().reduce(Action::Follow("#s1=0.1.0".into()));
    assert_eq!(broken.view, crashed.view);
    let why = broken.refusal.as_ref().unwrap();
    assert!(why.contains("character 9"), "{why}");
    assert_eq!(State::at("#").refusal, None);
}

#[test]
fn a_file_is_opened_and_a_broken_one_changes_nothing() {
    let crashed = run(select_and("A103", Verb::Crash));
    let saved = format!("{}\n", share::write(&crashed.timeline).unwrap());
    let opened = run([Action::Open(Ok(saved.as_str().into()))]);
    assert_eq!(opened.view, crashed.view);
    for (file, said) in [
        (Err("This file is empty. Nothing has changed.".into()), "This file is empty."),
        (Ok("".into()), "character 1"),
    ] {
        let same = crashed.clone().reduce(Action::Open(file));
        assert_eq!(same.view, crashed.view);
        assert!(same.refusal.as_ref().unwrap().contains(said), "{:?}", same.refusal.as_ref());
    }
}

#[test]
fn a_panel_takes_the_focus_and_gives_it_back() {
    let open = run([Action::Press(Verb::Help)]);
    assert_eq!(open.panel, Some(Panel::Keys));
    assert_eq!(open.focus.what, Some(Focus::Panel(Panel::Keys)));
    let other = open.reduce(Action::Press(Verb::Share));
    assert_eq!(other.panel, Some(Panel::Share));
    let closed = other.reduce(Action::ClosePanel);
    assert_eq!((closed.panel, &closed.focus.what), (None, &Some(Focus::Button(Verb::Share))));
    assert!(Rc::ptr_eq(&closed.clone(), &closed.reduce(Action::ClosePanel)));
}

#[test]
fn escape_closes_the_panel_first_and_then_lets_go_of_the_selection() {
    let pick = |node: &str| Action::Floor(FloorAction::Toggle(id(node)));
    let picked = [pick("A101"), pick("B101")];
    let open = run(picked.into_iter().chain([Action::Press(Verb::Help)]));
    let held = open.selection();
    assert!(held.len() > 1);
    let closed = open.reduce(Action::Escape);
    assert_eq!((closed.panel, closed.selection()), (None, held));
    assert_eq!(closed.reduce(Action::Escape).selection().len(), 1);
}

/// A page that shows a server's cluster.
fn attached() -> Rc<State> {
    let mut state = State::open();
    state.whose = Whose::Servers;
    Rc::new(state)
}

fn server_is_at(timeline: &Timeline) -> Action {
    let link = share::write_unchecked(timeline).unwrap();
    Action::Console(ConsoleAction::Typed(link.into()))
}

#[test]
fn an_attached_page_acts_at_once_and_leaves_the_time_to_the_server() {
    let state = select_and("A102", Verb::Crash).into_iter().fold(attached(), State::reduce);
    let command = Command::Stop { nodes: vec![id("A102")], shutdown: Shutdown::Unclean };
    let settle = Settle::Within { ms: 0 };
    assert_eq!(state.timeline.entries(), [Entry::Act { command, settle }]);
    assert!(state.view.changing, "the nodes have not noticed");
    for verb in [Verb::Play, Verb::Faster, Verb::Slower, Verb::Restart] {
        assert_eq!(state.can(verb), Err("The server's clock sets the time here.".to_owned()));
    }
    assert_eq!(state.can(Verb::Step), Ok(()));
}

#[test]
fn an_attached_page_goes_along_with_the_server_and_goes_on_looking_where_it_was() {
    let here = Action::ShowPartition(PartitionId::new(42).unwrap());
    let looking = [Action::Select(id("A103")), here];
    let mut state = looking.into_iter().fold(attached(), State::reduce);
    let mut server = Timeline::clone(&state.timeline);
    let crash = Command::Stop { nodes: vec![id("A102")], shutdown: Shutdown::Unclean };
    server.perform(Entry::Act { command: crash, settle: Settle::Within { ms: 0 } }).unwrap();
    for _ in 0..10 {
        server.pass(500);
        state = state.reduce(server_is_at(&server));
        assert_eq!(state.timeline.entries(), server.entries());
    }
    assert!(!state.view.changing && state.time.branches.all().is_empty());
    assert_eq!((state.selected, state.chosen_partition), (id("A103"), PartitionId::new(42).ok()));
    assert!(state.news.contains("4 of 5 roster nodes"), "{}", state.news);
    // A refusal is about what a person did.
    let state = state.reduce(Action::Press(Verb::Play));
    server.pass(500);
    let state = state.reduce(server_is_at(&server));
    assert!(state.refusal.is_some());
    // The server was set back to its start.
    server.seek(0);
    let state = state.reduce(server_is_at(&server));
    assert!(state.timeline.entries().is_empty());
    // It has another cluster.
    let other = Timeline::clone(&with_ap().timeline);
    let state = state.reduce(server_is_at(&other));
    assert_eq!(state.timeline.setup(), other.setup());
    assert_eq!(state.whose, Whose::Servers);
}

#[test]
fn another_experiment_on_an_attached_page_is_the_pages_own() {
    let server = Timeline::clone(&attached().timeline);
    let opened = attached().reduce(Action::Open(Ok(share::write(&server).unwrap().into())));
    assert_eq!(opened.whose, Whose::NotTheServers);
    let state = select_and("A102", Verb::Crash).into_iter().fold(opened, State::reduce);
    assert!(!state.view.changing, "its clusters settle, for no server lets time pass");
    assert_eq!(state.can(Verb::Faster), Ok(()));
    // What is typed on the console is done here, and the server leads back.
    let heal = Entry::Act { command: Command::Recluster { on: None }, settle: Settle::Fully };
    let typed = share::write_before(&state.timeline, &heal).unwrap();
    let state = state.reduce(Action::Console(ConsoleAction::Typed(typed.into())));
    assert_eq!(state.timeline.entries().len(), 2);
    let state = state.reduce(server_is_at(&server));
    assert_eq!((state.whose, state.timeline.entries().len()), (Whose::Servers, 0));
}
