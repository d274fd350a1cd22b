//! The floor's part of the reducer: the selection, the fence, empty lanes, a node that is about to be added.
//!
//! Invariant: none of this is part of the cluster or of its history; only commands are. A selection names nodes that
//! exist, each once, in the order of their ids. Not here: gestures (see `gesture`), places (see `layout`).

use rosterlab_engine::{Command, IdError, NodeId, NodeView, QuiesceState, RackId, Shutdown};
use rosterlab_scenario::Entry;

use super::{Action, Focus, State};
use crate::floor::layout::Bundle;
use crate::floor::state::{Adding, BundleCuts, FloorAction};
use crate::page::verbs::Verb;
use crate::text::refusal;

/// The most lanes that can be added to: a limit for the page, not for the cluster.
const LANES_MAX: usize = 32;
/// From one rack's first id to the next one's, where ids are like `A101` and `B101`.
const RACK_STEP: u64 = 0x1000;

impl State {
    /// The nodes that verbs act on: those selected together, else the selected one.
    #[must_use]
    pub fn selection(&self) -> Vec<NodeId> {
        let picked = &self.floor.picked;
        if picked.is_empty() { vec![self.selected] } else { picked.clone() }
    }

    /// Whether a node is one of several that are selected together, or the one that is.
    #[must_use]
    pub fn is_picked(&self, node: NodeId) -> bool {
        self.floor.picked.contains(&node)
    }

    /// The racks that have a lane, in order, each with its nodes.
    #[must_use]
    pub fn racks(&self) -> Vec<(RackId, Vec<NodeId>)> {
        let of_setup = self.timeline.setup().nodes.iter().map(|node| node.rack);
        let now = || self.view.nodes.iter().map(|node| node.rack);
        let empty = of_setup.chain(self.floor.lanes.iter().copied());
        let empty = empty.filter(|rack| !self.floor.hidden.contains(rack));
        let mut racks: Vec<RackId> = now().chain(empty).collect();
        racks.sort_unstable();
        racks.dedup();
        let nodes_on = |rack| {
            let nodes = self.view.nodes.iter().rev().filter(|node| node.rack == rack);
            nodes.map(|node| node.id).collect()
        };
        racks.into_iter().map(|rack| (rack, nodes_on(rack))).collect()
    }

    /// How many links of each bundle are cut.
    #[must_use]
    pub fn bundle_cuts(&self) -> BundleCuts {
        let racks: Vec<(RackId, usize)> =
            self.racks().into_iter().map(|(rack, nodes)| (rack, nodes.len())).collect();
        let mut cut = vec![0; racks.len() * racks.len()];
        let lane = |node: &NodeView| racks.iter().position(|(rack, _)| *rack == node.rack);
        let nodes: Vec<(NodeId, usize)> =
            self.view.nodes.iter().filter_map(|node| Some((node.id, lane(node)?))).collect();
        let nodes = if self.view.cuts.is_empty() { &[] } else { &nodes[..] };
        for (place, (a, on)) in nodes.iter().enumerate() {
            for (b, to) in &nodes[..place] {
                if self.view.is_cut(*a, *b) {
                    cut[on.min(to) * racks.len() + on.max(to)] += 1;
                }
            }
        }
        BundleCuts { racks, cut }
    }

    /// The commands of verbs that act on the selection. In a mixed selection, a verb applies only to the nodes it fits. If
    /// it fits none, the command names them all, so that the refusal says why.
    pub(super) fn selection_command(&self, verb: Verb) -> Option<Command> {
        let among = |fits: fn(&NodeView) -> bool| {
            let all = self.selection();
            let node = |node: &NodeId| self.view.node(*node).is_some_and(fits);
            let fitting: Vec<NodeId> = all.iter().copied().filter(node).collect();
            if fitting.is_empty() { all } else { fitting }
        };
        let is_down = |node: &NodeView| !node.state.is_up();
        let is_told = |node: &NodeView| {
            matches!(node.quiesce, QuiesceState::Pending | QuiesceState::Effective)
                && !node.stay_quiesced
        };
        Some(match verb {
            Verb::Stop => {
                Command::Stop { nodes: among(|node| node.state.is_up()), shutdown: Shutdown::Clean }
            }
            Verb::Crash => Command::Stop {
                nodes: among(|node| node.state.is_up()),
                shutdown: Shutdown::Unclean,
            },
            Verb::Start => Command::Start { nodes: among(is_down) },
            Verb::Wipe => Command::Wipe { nodes: among(is_down), device: None },
            Verb::Remove => Command::RemoveNode { nodes: among(is_down) },
            Verb::Quiesce => Command::Quiesce {
                nodes: among(|node| {
                    node.state.is_up()
                        && matches!(node.quiesce, QuiesceState::No | QuiesceState::UndoPending)
                }),
            },
            Verb::QuiesceUndo => Command::QuiesceUndo { nodes: among(is_told) },
            Verb::Isolate => {
                let selection = self.selection();
                let others = self.view.nodes.iter().map(|node| node.id);
                let others = others.filter(|node| !selection.contains(node)).collect();
                Command::Cut { between: vec![selection, others] }
            }
            _ => return None,
        })
    }

    /// Why a verb of the floor cannot be done, where the cluster's own reason would not be to the point.
    pub(super) fn floor_refusal(&self, verb: Verb) -> Option<String> {
        let all = self.view.nodes.len();
        match verb {
            Verb::Isolate if self.selection().len() == all => {
                let who =
                    if all == 1 { "There is only one node" } else { "Every node is selected" };
                Some(format!("{who}: there is nothing to isolate from."))
            }
            Verb::AddRack if self.racks().len() >= LANES_MAX => {
                Some(format!("There are {LANES_MAX} racks here already."))
            }
            _ => None,
        }
    }

    /// Why the node that is about to be added cannot be, as a sentence.
    #[must_use]
    pub fn adding_refusal(&self) -> Option<String> {
        match self.adding_command()? {
            Ok(command) => self.can_do(&command).err(),
            Err(wrong) => Some(refusal(&wrong)),
        }
    }

    /// The command that adds the node, if its id is one.
    fn adding_command(&self) -> Option<Result<Command, IdError>> {
        let Adding { rack, id, stay_quiesced } = self.floor.adding.as_ref()?;
        let (rack, stay_quiesced) = (*rack, *stay_quiesced);
        Some(id.trim().parse().map(|id| Command::add_node(id, rack, stay_quiesced)))
    }

    /// An id in the style of a rack's nodes that no node has: the one after its highest; on an empty rack as `C101` after
    /// `B101`.
    fn proposed_id(&self, rack: RackId) -> Option<NodeId> {
        let nodes = &self.view.nodes;
        let own = nodes.iter().find(|node| node.rack == rack).map(|node| node.id.get());
        let last = nodes.first()?;
        let first_beside = nodes.iter().rev().find(|node| node.rack == last.rack)?.id.get();
        let step = if own.is_none() && first_beside >= RACK_STEP { RACK_STEP } else { 1 };
        let from = own.unwrap_or(if step == 1 { last.id.get() } else { first_beside });
        let free =
            |number: &u64| NodeId::new(*number).is_some_and(|id| self.view.node(id).is_none());
        let first = from.checked_add(step).unwrap_or(1);
        let number = (first..u64::MAX).find(free).or_else(|| (1..u64::MAX).find(free));
        number.and_then(NodeId::new)
    }

    /// The entry that an action of the floor would add to the timeline.
    pub(super) fn entry_of_floor(&self, action: &FloorAction) -> Option<Entry> {
        let command = match action {
            FloorAction::Fenced(verb) => return self.entry_of_verb(*verb),
            FloorAction::ToggleBundle(bundle) => {
                let between = self.sides(*bundle);
                let (cut, all) = self.bundle_cuts().of(*bundle);
                Some(if cut == all {
                    Command::Heal { between: Some(between) }
                } else {
                    Command::Cut { between }
                })
            }
            FloorAction::MoveTo(rack) => {
                let elsewhere =
                    |node: &NodeId| self.view.node(*node).is_some_and(|n| n.rack != *rack);
                let nodes = self.selection().into_iter().filter(elsewhere).collect();
                Some(Command::MoveToRack { nodes, rack: *rack })
            }
            FloorAction::Add => self.adding_command().and_then(Result::ok),
            _ => None,
        };
        command.map(|command| self.act(command))
    }

    /// Presses a verb that only the page knows.
    pub(super) fn press_floor(&mut self, verb: Verb) {
        match verb {
            Verb::SelectMore => {
                self.floor.is_selecting = !self.floor.is_selecting;
                if self.floor.is_selecting && self.floor.picked.is_empty() {
                    self.floor.picked = vec![self.selected];
                }
            }
            Verb::AddRack => self.add_rack(),
            Verb::AddNode => {
                let rack = self.view.node(self.selected).map(|node| node.rack);
                if let Some(rack) = rack {
                    self.begin_adding(rack);
                }
            }
            _ => {}
        }
    }

    /// Shows the selected node's links, so that they can take the focus.
    pub(super) fn show_links(&mut self) {
        self.floor.are_links_shown = true;
    }

    /// Does an action of the floor; says whether it may have changed anything.
    pub(super) fn on_floor(&mut self, action: FloorAction) -> bool {
        match action {
            FloorAction::Click(node, is_held) if is_held || self.floor.is_selecting => {
                self.toggle_node(node);
            }
            FloorAction::Click(node, _) => {
                let is_alone = self.selected == node && self.floor.picked.is_empty();
                if is_alone && self.floor.fence.is_none() {
                    return false;
                }
                self.let_go();
                self.selected = node;
            }
            FloorAction::Toggle(node) => self.toggle_node(node),
            FloorAction::LetGo => return self.escape(),
            FloorAction::Fence(_, nodes) if nodes.is_empty() => return false,
            FloorAction::Fence(rect, nodes) => {
                self.floor.fence = Some(rect);
                self.selected = nodes[0];
                self.floor.picked = nodes;
                self.floor.picked.sort_unstable();
                self.say_selection();
            }
            FloorAction::Fenced(verb) => {
                self.press(verb);
                if self.refusal.is_none() {
                    self.leave_fence();
                }
            }
            FloorAction::ToggleBundle(_) | FloorAction::MoveTo(_) => {
                return self.perform_of(&Action::Floor(action));
            }
            FloorAction::RemoveRack(rack) => self.remove_rack(rack),
            FloorAction::Adding(rack) => self.begin_adding(rack),
            FloorAction::NewId(text) => {
                if let Some(adding) = &mut self.floor.adding {
                    adding.id = text;
                }
            }
            FloorAction::NewStays(stays) => {
                if let Some(adding) = &mut self.floor.adding {
                    adding.stay_quiesced = stays;
                }
            }
            FloorAction::Add => self.add_node(),
        }
        true
    }

    /// What follows for the floor when nodes may have come or gone.
    pub(super) fn keep_to_nodes_there(&mut self) {
        let view = &self.view;
        self.floor.picked.retain(|node| view.node(*node).is_some());
    }

    fn let_go(&mut self) {
        self.floor.picked.clear();
        self.leave_fence();
        self.refusal = None;
    }

    /// Takes the fence away; its bar may have had the focus.
    fn leave_fence(&mut self) {
        if self.floor.fence.take().is_some() {
            self.focus.renew(Some(Focus::Card(self.selected)));
        }
    }

    /// Closes what is open, the innermost first.
    fn escape(&mut self) -> bool {
        if let Some(adding) = self.floor.adding.take() {
            self.focus.renew(Some(Focus::Lane(adding.rack)));
            self.refusal = None;
            return true;
        }
        let floor = &self.floor;
        let is_holding = !floor.picked.is_empty() || floor.fence.is_some();
        if !is_holding && !floor.is_selecting && !floor.are_links_shown {
            return false;
        }
        self.let_go();
        self.floor.is_selecting = false;
        self.floor.are_links_shown = false;
        self.announcement.renew("Only one node is selected.".into());
        true
    }

    fn toggle_node(&mut self, node: NodeId) {
        self.floor.fence = None;
        let picked = &mut self.floor.picked;
        if picked.is_empty() && self.selected != node {
            picked.push(self.selected);
        }
        if picked.contains(&node) {
            picked.retain(|other| *other != node);
        } else {
            picked.push(node);
            picked.sort_unstable();
        }
        self.selected = node;
        self.focus.renew(Some(Focus::Card(node)));
        self.say_selection();
    }

    fn say_selection(&mut self) {
        let names = crate::news::nodes(&self.selection());
        self.announcement.renew(format!("Selected: {names}.").into());
    }

    /// The sides of a bundle: two racks, or each node of one.
    fn sides(&self, bundle: Bundle) -> Vec<Vec<NodeId>> {
        let on = |rack: RackId| -> Vec<NodeId> {
            let nodes = self.view.nodes.iter().rev().filter(|node| node.rack == rack);
            nodes.map(|node| node.id).collect()
        };
        if bundle.from == bundle.to {
            on(bundle.from).into_iter().map(|node| vec![node]).collect()
        } else {
            vec![on(bundle.from), on(bundle.to)]
        }
    }

    fn add_rack(&mut self) {
        let racks = self.racks();
        let is_free = |rack: &RackId| racks.iter().all(|(other, _)| other != rack);
        let free = (1..).map_while(|number| RackId::new(number).ok()).find(is_free);
        if let Some(rack) = free {
            self.floor.hidden.retain(|other| *other != rack);
            self.floor.lanes.push(rack);
            self.announcement.renew(
                format!("Rack {rack} has a lane. It becomes a rack when a node is on it.").into(),
            );
        }
    }

    fn remove_rack(&mut self, rack: RackId) {
        if self.view.nodes.iter().any(|node| node.rack == rack) {
            return self.refuse(format!("Rack {rack} has nodes: move them first."));
        }
        self.floor.lanes.retain(|other| *other != rack);
        self.floor.hidden.push(rack);
        if self.floor.adding.as_ref().is_some_and(|adding| adding.rack == rack) {
            self.floor.adding = None;
        }
        self.focus.renew(Some(Focus::Card(self.selected)));
        self.announcement.renew(format!("The empty lane of rack {rack} is gone.").into());
    }

    fn begin_adding(&mut self, rack: RackId) {
        let id = self.proposed_id(rack).map(|id| id.to_string()).unwrap_or_default();
        self.floor.adding = Some(Adding { rack, id: id.into(), stay_quiesced: false });
        self.focus.renew(Some(Focus::NewNode));
    }

    fn add_node(&mut self) {
        if let Some(why) = self.adding_refusal() {
            return self.refuse(why);
        }
        if let Some(Ok(Command::AddNode { id, .. })) = self.adding_command() {
            self.perform_of(&Action::Floor(FloorAction::Add));
            self.floor.adding = None;
            self.let_go();
            self.selected = id;
            self.focus.renew(Some(Focus::Card(id)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use rosterlab_engine::{ClusterSetup, NodeSetup, NodeState};
    use rosterlab_scenario::Timeline;
    use yew::Reducible;

    use super::*;
    use crate::floor::layout::Rect;
    use crate::state::Action;
    use crate::testing::id;

    fn rack(number: u32) -> RackId {
        RackId::new(number).unwrap()
    }

    fn on(state: State, actions: impl IntoIterator<Item = Action>) -> Rc<State> {
        actions.into_iter().fold(Rc::new(state), State::reduce)
    }

    fn run(actions: impl IntoIterator<Item = Action>) -> Rc<State> {
        on(State::open(), actions)
    }

    fn click(node: &str) -> Action {
        Action::Floor(FloorAction::Click(id(node), false))
    }

    fn also(node: &str) -> Action {
        Action::Floor(FloorAction::Click(id(node), true))
    }

    fn names(nodes: &[NodeId]) -> String {
        nodes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    fn states(state: &State, wanted: NodeState) -> String {
        let nodes: Vec<NodeId> = state
            .view
            .nodes
            .iter()
            .rev()
            .filter(|node| node.state == wanted)
            .map(|node| node.id)
            .collect();
        names(&nodes)
    }

    fn many(nodes: u64, racks: u64) -> State {
        let nodes = (0..nodes).filter_map(|at| {
            let rack = RackId::new(u32::try_from(at % racks).ok()? + 1).ok()?;
            Some(NodeSetup::new(NodeId::new(0xA100 + at)?, rack))
        });
        State::on(Timeline::new(ClusterSetup::of(nodes.collect(), 2)).unwrap())
    }

    #[test]
    fn nodes_are_added_to_the_selection_and_taken_out_and_a_plain_click_starts_anew() {
        let state = run([also("B101"), also("A101")]);
        assert_eq!(names(&state.selection()), "A101 A102 B101", "A102 was selected before");
        assert_eq!(state.selected, id("A101"), "the last one is explained");
        let state = run([also("B101"), also("B101")]);
        assert_eq!(names(&state.selection()), "A102");
        let state = run([also("B101"), click("A103")]);
        assert_eq!(names(&state.selection()), "A103");
        let more = Action::Press(Verb::SelectMore);
        let state = run([more.clone(), click("B101"), click("B102")]);
        assert_eq!(names(&state.selection()), "A102 B101 B102", "by single clicks alone");
        let escaped = state.reduce(Action::Floor(FloorAction::LetGo));
        assert!(!escaped.floor.is_selecting);
        assert_eq!(escaped.selection(), [escaped.selected]);
        let same = Rc::ptr_eq(&escaped, &escaped.clone().reduce(Action::Floor(FloorAction::LetGo)));
        assert!(same, "nothing is left to let go");
    }

    #[test]
    fn a_selection_loses_power_in_one_command_and_starts_again_in_one() {
        let state = run([click("A101"), also("A103"), Action::Press(Verb::Crash)]);
        assert_eq!(state.timeline.entries().len(), 1);
        assert_eq!(states(&state, NodeState::DownUnclean), "A101 A103");
        let state = state.reduce(Action::Press(Verb::Start));
        assert_eq!(states(&state, NodeState::Up), "A101 A102 A103 B101 B102");
    }

    #[test]
    fn of_a_mixed_selection_a_verb_takes_those_that_it_can_be_done_to() {
        let crash = [click("A101"), Action::Press(Verb::Crash)];
        let select = [also("A103"), Action::Press(Verb::Stop)];
        let state = run(crash.into_iter().chain(select));
        assert_eq!(states(&state, NodeState::DownClean), "A103");
        assert_eq!(states(&state, NodeState::DownUnclean), "A101");
        let refused = state.reduce(Action::Press(Verb::Quiesce));
        assert_eq!(refused.refusal.as_deref(), Some("Node A101 is down."));
    }

    #[test]
    fn a_selection_is_cut_off_from_all_others_but_not_from_nobody() {
        let state = run([click("A101"), also("B101"), Action::Press(Verb::Isolate)]);
        let members: Vec<String> =
            state.view.sub_clusters.iter().map(|one| names(&one.nodes)).collect();
        assert_eq!(members, ["B102 A103 A102", "B101 A101"]);
        let all = ["A101", "A103", "B101", "B102"].map(also);
        let state = run(all.into_iter().chain([Action::Press(Verb::Isolate)]));
        assert!(state.refusal.as_ref().is_some_and(|why| why.contains("Every node")));
    }

    #[test]
    fn a_fence_selects_what_it_holds_and_its_bar_goes_with_what_is_done() {
        let rect = Rect { x: 1, y: 2, width: 300, height: 200 };
        let fence = Action::Floor(FloorAction::Fence(rect, vec![id("B102"), id("A101")]));
        let state = run([fence.clone()]);
        assert_eq!(names(&state.selection()), "A101 B102");
        assert_eq!(state.floor.fence, Some(rect));
        let cut = on(State::clone(&state), [Action::Floor(FloorAction::Fenced(Verb::Isolate))]);
        assert_eq!((cut.floor.fence, cut.view.sub_clusters.len()), (None, 2));
        let refused = on(State::clone(&state), [Action::Floor(FloorAction::Fenced(Verb::Start))]);
        assert!(refused.floor.fence.is_some() && refused.refusal.as_ref().is_some());
        let gone = on(State::clone(&state), [Action::Floor(FloorAction::LetGo)]);
        assert_eq!((gone.floor.fence, gone.selection().len()), (None, 1));
        let nothing = run([Action::Floor(FloorAction::Fence(rect, vec![]))]);
        assert_eq!(nothing.floor.fence, None);
    }

    #[test]
    fn quiescing_is_told_and_taken_back() {
        let quiesce = [click("A101"), also("A103"), Action::Press(Verb::Quiesce)];
        let state = run(quiesce);
        let told = |state: &State| {
            state.view.nodes.iter().filter(|node| node.quiesce == QuiesceState::Pending).count()
        };
        assert_eq!(told(&state), 2);
        let state = state.reduce(Action::Press(Verb::QuiesceUndo));
        assert_eq!(told(&state), 0);
        let refused = state.reduce(Action::Press(Verb::QuiesceUndo));
        assert_eq!(refused.refusal.as_deref(), Some("Node A101 is not told to quiesce."));
    }

    #[test]
    fn wiping_and_removing_want_a_node_that_is_down() {
        let state = run([Action::Press(Verb::Wipe)]);
        assert_eq!(state.refusal.as_deref(), Some("Node A102 is up."));
        let state = run([Action::Press(Verb::Crash), Action::Press(Verb::Wipe)]);
        assert!(state.refusal.as_ref().is_none(), "{:?}", state.refusal.as_ref());
        let state = state.reduce(Action::Press(Verb::Remove));
        assert!(state.view.node(id("A102")).is_none());
        assert!(state.view.node(state.selected).is_some());
        assert_eq!(state.focus.what, Some(Focus::Card(state.selected)));
    }

    #[test]
    fn a_lane_is_added_with_the_lowest_free_number_and_taken_away_while_empty() {
        let numbers = |state: &State| -> Vec<u32> {
            state.racks().iter().map(|(rack, _)| rack.get()).collect()
        };
        let add = || Action::Press(Verb::AddRack);
        let state = run([add(), add()]);
        assert_eq!(numbers(&state), [1, 2, 3, 4]);
        assert_eq!(state.timeline.entries().len(), 0, "a lane is no part of the cluster");
        let remove = |number| Action::Floor(FloorAction::RemoveRack(rack(number)));
        assert_eq!(numbers(&on(State::clone(&state), [remove(3)])), [1, 2, 4]);
        assert_eq!(numbers(&on(State::clone(&state), [remove(3), add()])), [1, 2, 3, 4]);
        let refused = on(State::clone(&state), [remove(1)]);
        assert_eq!(numbers(&refused), [1, 2, 3, 4]);
        assert!(refused.refusal.as_ref().is_some());
        // A lane of the setup that was emptied can go too, and is back with its nodes.
        let nodes = vec![id("B101"), id("B102")];
        let emptied = Action::Do(Command::MoveToRack { nodes, rack: rack(1) });
        let state = run([emptied, remove(2)]);
        assert_eq!(numbers(&state), [1]);
        assert_eq!(numbers(&state.reduce(Action::Press(Verb::Undo))), [1, 2]);
    }

    #[test]
    fn a_new_node_is_proposed_in_the_style_of_its_neighbours() {
        let proposed =
            |state: &State| state.floor.adding.as_ref().map(|adding| adding.id.to_string());
        let adding = |number| Action::Floor(FloorAction::Adding(rack(number)));
        assert_eq!(proposed(&run([adding(1)])).as_deref(), Some("A104"));
        assert_eq!(proposed(&run([adding(2)])).as_deref(), Some("B103"));
        assert_eq!(
            proposed(&run([Action::Press(Verb::AddRack), adding(3)])).as_deref(),
            Some("C101")
        );
        assert_eq!(proposed(&run([Action::Press(Verb::AddNode)])).as_deref(), Some("A104"));
        let full = on(many(128, 4), [adding(1)]);
        assert!(full.adding_refusal().is_some_and(|why| why.contains("128 before server 5.0")));
    }

    #[test]
    fn what_no_node_can_be_called_is_refused_with_a_sentence() {
        let typed = |text: &str| {
            let adding = Action::Floor(FloorAction::Adding(rack(1)));
            run([adding, Action::Floor(FloorAction::NewId(text.into()))])
        };
        assert_eq!(
            typed("A101").adding_refusal().as_deref(),
            Some("A node A101 is there already.")
        );
        assert!(typed("node 7").adding_refusal().is_some_and(|why| why.contains("hexadecimal")));
        let refused = typed("xyz").reduce(Action::Floor(FloorAction::Add));
        assert!(refused.floor.adding.as_ref().is_some() && refused.refusal.as_ref().is_some());
        let state = typed(" c7 ").reduce(Action::Floor(FloorAction::Add));
        assert!(state.floor.adding.as_ref().is_none());
        assert_eq!(state.selected, id("C7"));
        let node = state.view.node(id("C7")).unwrap();
        assert!(node.brand_new && node.rack == rack(1));
    }

    #[test]
    fn a_bundle_is_cut_and_restored_whole_and_counts_what_is_cut() {
        let between = Bundle { from: rack(1), to: rack(3) };
        let within = Bundle { from: rack(2), to: rack(2) };
        let toggle = |bundle| Action::Floor(FloorAction::ToggleBundle(bundle));
        let state = Rc::new(many(16, 4));
        let counts = |state: &State| [between, within].map(|bundle| state.bundle_cuts().of(bundle));
        assert_eq!(counts(&state), [(0, 16), (0, 6)]);
        let link = rosterlab_engine::Link::new(id("A100"), id("A102")).unwrap();
        let state = state.reduce(Action::ToggleLink(link));
        assert_eq!(counts(&state), [(1, 16), (0, 6)]);
        let state = state.reduce(toggle(between)).reduce(toggle(within));
        assert_eq!(counts(&state), [(16, 16), (6, 6)]);
        let state = state.reduce(toggle(between));
        assert_eq!(counts(&state), [(0, 16), (6, 6)]);
    }

    #[test]
    fn the_selection_moves_to_a_rack_and_forgets_nodes_that_are_gone() {
        let state = run([click("A101"), also("B101"), Action::Floor(FloorAction::MoveTo(rack(2)))]);
        assert_eq!(state.view.node(id("A101")).map(|node| node.rack), Some(rack(2)));
        assert!(state.refusal.as_ref().is_none(), "B101 is there already and stays");
        let add = [Action::Floor(FloorAction::Adding(rack(1))), Action::Floor(FloorAction::Add)];
        let state = run(add.into_iter().chain([also("A101"), Action::Press(Verb::Undo)]));
        assert_eq!(names(&state.selection()), "A101");
    }
}
