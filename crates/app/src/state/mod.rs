//! Everything that the page shows, as one immutable state, and what each action makes of it. Actions say what a person
//! wants and are worked out here, on the latest state: several may come before the page is drawn again.
//!
//! Invariant: pure; a state is its timeline, what the person looks at, and what follows from both. What cannot be done
//! leaves all as it was and says why. An action that changes nothing gives the same `Rc`, so that nothing is drawn again.
//! Not here: effects (timers, focus, canvas, live region), which components run after a state is shown.

pub mod clients;
mod floor;
mod going;
pub mod rostering;

use std::rc::Rc;

use rosterlab_engine::{
    Availability, Cell, ClusterSetup, ClusterView, Command, Explanation, Link, NodeId, NodeSetup,
    PARTITIONS, PartitionId, RackId, Rejection, RosterNodes, Rule, SubClusterNamespaceView,
    SubClusterView, Verdict,
};
use rosterlab_scenario::{Course, Entry, Settle, Timeline, share};
use yew::Reducible;

pub use floor::{Adding, BundleCuts, FloorAction, FloorState};

use crate::floor::layout::ALL_LINKS_NODES;
use crate::look::Look;
use crate::map::chosen::{MapAction, MapState, Shown};
use crate::map::paint::step_from;
use crate::map::picture::Colouring;
use crate::margin::known::{KnownMargin, Worked};
use crate::page::recorder;
use crate::page::verbs::Verb;
use crate::sentences;
use crate::settings::draft::{Draft, Former, Settings, SettingsAction};
use crate::share::file::FileFault;
use crate::state::clients::{ClientAction, ClientDesk};
use crate::state::rostering::{RosterAction, RosterDesk};
use crate::text::{capitalized, count};
use crate::time::desk::{SPEEDS, Time, TimeAction};
use crate::why::groups::Group;
use crate::why::ways::{Quest, Standing, WaysAction, WaysState, title};

/// The cluster of the case study (docs/domain.md §10): ids with their racks.
const CASE_STUDY: [(u64, u32); 5] =
    [(0xA101, 1), (0xA102, 1), (0xA103, 1), (0xB101, 2), (0xB102, 2)];

/// The node that is selected at first: one whose loss matters.
const FIRST_SELECTED: u64 = 0xA102;

/// What opens the settings.
const SETTINGS_BUTTON: &str = "[data-action=\"settings\"]";

/// The settings' title.
const SETTINGS_TITLE: &str = "#settings-title";

/// What a partition is when no node is up (docs/domain.md §5).
const IN_NO_CLUSTER: Cell = Cell {
    verdict: Verdict { availability: Availability::Unavailable, rule: Rule::NoCluster },
    working_master: None,
    migrating: false,
    fresh: false,
};

/// What a person did on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Pressed a button or its key.
    Press(Verb),
    /// Did something to the cluster.
    Do(Command),
    /// Cut a link, or restored it if it is cut.
    ToggleLink(Link),
    /// Moved a node to the rack so many lanes on from its own.
    MoveBeside(NodeId, isize),
    /// Selected a card.
    Select(NodeId),
    /// Came to a link.
    ReachLink(Link),
    /// Wants to see a partition.
    ShowPartition(PartitionId),
    /// Wants to see the partition so far across and down from the shown one.
    StepPartition(i32, i32),
    /// Wants to see it all from a node's sub-cluster.
    ShowSubCluster(NodeId),
    /// Wants to see another namespace.
    ShowNamespace(usize),
    /// Did something in the roster panel.
    Roster(RosterAction),
    /// Did something in the client strip.
    Clients(ClientAction),
    /// Simulated time passed, in milliseconds.
    Tick(u32),
    /// Does something with time: seeks, takes a branch, compares, reads the log.
    Time(TimeAction),
    /// The system is dark, or light.
    SystemDark(bool),
    /// Says something to screen readers.
    Announce(Rc<str>),
    /// Did something on the map's panel.
    Map(MapAction),
    /// Something about the ways out of a partition.
    Ways(WaysAction),
    /// The margin was worked out.
    Margin(Worked),
    /// Did something in the settings.
    Settings(SettingsAction),
    /// Did something on the floor that is no command.
    Floor(FloorAction),
    /// Closes the panel that is open.
    ClosePanel,
    /// Escape: closes the panel that is open, else lets go of what is held on the floor.
    Escape,
    /// Turns keys that are single letters on or off.
    SetLetters(bool),
    /// Came with a link.
    Follow(Rc<str>),
    /// Opened a file: the link that it holds or comes to, or why there is none.
    Open(Result<Rc<str>, FileFault>),
}

/// A panel that opens over the floor when it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// The keys.
    Keys,
    /// Link and file.
    Share,
}

/// Where the focus has to go because of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// To a node's card.
    Card(NodeId),
    /// To a link.
    Link(Link),
    /// To the panel that has been opened.
    Panel(Panel),
    /// To a verb's button.
    Button(Verb),
    /// To the id of a node that is about to be added.
    NewNode,
    /// To the button of a lane that adds a node.
    Lane(RackId),
    /// To the first element that a selector finds.
    On(&'static str),
    /// To the question that was opened.
    Question,
    /// Back to where it was before the question.
    Back,
    /// To the number of the partition that is explained.
    Partition,
}

/// Something of which each is new, even if it says the same as the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered<T> {
    /// Grows.
    pub number: u32,
    /// What it is.
    pub what: T,
}

impl<T> Numbered<T> {
    fn first(what: T) -> Self {
        Self { number: 0, what }
    }

    fn renew(&mut self, what: T) {
        *self = Self { number: self.number.wrapping_add(1), what };
    }
}

/// What the page shows. Two states are the same when their revisions are.
#[derive(Clone, Debug)]
pub struct State {
    revision: u64,
    timeline: Rc<Timeline>,
    view: Rc<ClusterView>,
    cells: Rc<Vec<Cell>>,
    explanation: Option<Rc<Explanation>>,
    map: MapState,
    ways: WaysState,
    selected: NodeId,
    floor: FloorState,
    link: Option<Link>,
    on: Option<NodeId>,
    /// The same node, if it was chosen as an orphan.
    orphan: Option<NodeId>,
    namespace: usize,
    partition: Option<PartitionId>,
    news: Rc<str>,
    announcement: Numbered<Rc<str>>,
    refusal: Option<Rc<str>>,
    focus: Numbered<Option<Focus>>,
    is_playing: bool,
    speed: u32,
    is_dark: Option<bool>,
    is_system_dark: bool,
    panel: Option<Panel>,
    are_letters_on: bool,
    margin: KnownMargin,
    settings: Settings,
    rosters: RosterDesk,
    clients: ClientDesk,
    time: Time,
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.revision == other.revision
    }
}

/// The setup that the page opens on.
#[must_use]
pub fn case_study() -> ClusterSetup {
    let nodes = CASE_STUDY
        .iter()
        .filter_map(|(id, rack)| Some(NodeSetup::new(NodeId::new(*id)?, RackId::new(*rack).ok()?)));
    ClusterSetup::of(nodes.collect(), 2)
}

impl State {
    /// The page as it opens, on the case study's cluster.
    ///
    /// # Panics
    /// Never: a test makes this very state.
    #[must_use]
    pub fn open() -> Self {
        let Ok(timeline) = Timeline::new(case_study()) else {
            unreachable!("the case study's setup is within the limits");
        };
        Self::on(timeline)
    }

    /// The page on a timeline.
    #[must_use]
    pub fn on(timeline: Timeline) -> Self {
        let view = timeline.cluster().view();
        let wanted = NodeId::new(FIRST_SELECTED).and_then(|id| view.node(id));
        let selected = wanted.or(view.nodes.last()).map(|node| node.id);
        let news: Rc<str> = format!(
            "{} Crash a node, drag a card or click a link, and see.",
            sentences::standing(&view)
        )
        .into();
        let mut state = Self {
            revision: 0,
            time: Time::new(&timeline),
            timeline: Rc::new(timeline),
            view: Rc::new(view),
            cells: Rc::default(),
            explanation: None,
            map: MapState::default(),
            ways: WaysState::default(),
            // A timeline's cluster has a node at least (ClusterSetup::check).
            selected: selected.unwrap_or(case_study().nodes[0].id),
            floor: FloorState::default(),
            link: None,
            on: None,
            orphan: None,
            namespace: 0,
            partition: None,
            news,
            announcement: Numbered::first("".into()),
            refusal: None,
            focus: Numbered::first(None),
            is_playing: false,
            speed: SPEEDS[1],
            is_dark: None,
            is_system_dark: false,
            panel: None,
            are_letters_on: true,
            margin: KnownMargin::default(),
            settings: Settings::default(),
            rosters: RosterDesk::default(),
            clients: ClientDesk::default(),
        };
        state.look();
        state
    }

    /// The page as it opens at an address: at what a link in it leads to, else as ever.
    #[must_use]
    pub fn at(link: &str) -> Self {
        let mut state = Self::open();
        if link.len() > 1 {
            state.follow(link);
        }
        state
    }

    /// The cluster as it is.
    #[must_use]
    pub fn view(&self) -> &Rc<ClusterView> {
        &self.view
    }

    /// What has been done.
    #[must_use]
    pub fn timeline(&self) -> &Rc<Timeline> {
        &self.timeline
    }

    /// The selected node.
    #[must_use]
    pub fn selected(&self) -> NodeId {
        self.selected
    }

    /// The link that was reached last.
    #[must_use]
    pub fn link(&self) -> Option<Link> {
        self.link
    }

    /// The sub-cluster from which the map, the reasons and the roster are seen: the one that was chosen, else the one
    /// with the most active partitions.
    #[must_use]
    pub fn shown(&self) -> Option<usize> {
        if self.shown_orphan().is_some() {
            return None;
        }
        let chosen = self.on.and_then(|node| self.view.sub_cluster_of(node));
        let active = |sub_cluster: &SubClusterView| {
            sub_cluster
                .namespaces
                .get(self.namespace)
                .map_or(0, |namespace| namespace.counts.active)
        };
        chosen.or_else(|| {
            let places = 0..self.view.sub_clusters.len();
            // Of equals the last is the greatest: the first sub-cluster wins.
            places.rev().max_by_key(|place| active(&self.view.sub_clusters[*place]))
        })
    }

    /// The orphan from which all that is seen, when one was chosen: nothing is served there.
    #[must_use]
    pub fn shown_orphan(&self) -> Option<NodeId> {
        self.orphan.filter(|node| self.view.orphans.contains(node))
    }

    /// A node that stands for the place from which all is seen: the sub-cluster's principal, or the orphan.
    fn shown_from(&self) -> Option<NodeId> {
        let principal = || self.shown_sub_cluster().map(|sub_cluster| sub_cluster.principal);
        self.shown_orphan().or_else(principal)
    }

    /// The shown sub-cluster.
    #[must_use]
    pub fn shown_sub_cluster(&self) -> Option<&SubClusterView> {
        self.view.sub_clusters.get(self.shown()?)
    }

    /// The shown namespace in the shown sub-cluster.
    #[must_use]
    pub fn shown_namespace(&self) -> Option<&SubClusterNamespaceView> {
        self.shown_sub_cluster()?.namespaces.get(self.namespace)
    }

    /// The shown namespace's place among the namespaces.
    #[must_use]
    pub fn namespace(&self) -> usize {
        self.namespace
    }

    /// The shown namespace's name.
    #[must_use]
    pub fn namespace_name(&self) -> &str {
        self.view.namespaces.get(self.namespace).map_or("", |namespace| &namespace.name)
    }

    /// The partition that is explained: the one that was chosen, else an example of what matters most.
    #[must_use]
    pub fn partition(&self) -> PartitionId {
        let example = || self.groups().first().map(|group| group.example);
        self.partition.or_else(example).or_else(|| PartitionId::all().next()).unwrap_or(
            // There are 4096.
            PartitionId::of_digest(&rosterlab_engine::Digest([0; 20])),
        )
    }

    /// Why that partition is what it is.
    #[must_use]
    pub fn explanation(&self) -> Option<&Rc<Explanation>> {
        self.explanation.as_ref()
    }

    /// The shown partitions, each by what it is.
    #[must_use]
    pub fn cells(&self) -> &Rc<Vec<Cell>> {
        &self.cells
    }

    /// How many of them look so.
    #[must_use]
    pub fn count(&self, look: Look) -> u32 {
        self.groups().iter().filter(|group| group.look == look).map(|group| group.size).sum()
    }

    /// The shown partitions by reason.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        self.map.groups()
    }

    /// What a person chose on the map.
    #[must_use]
    pub fn map(&self) -> &MapState {
        &self.map
    }

    /// How things stand with the ways out of the shown partition.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let partition = self.partition();
        let is_active = |sub_cluster: &&SubClusterView| {
            let namespace = sub_cluster.namespaces.get(self.namespace);
            namespace.is_some_and(|one| one.cells[partition.index()].verdict.is_active())
        };
        let cell = self.cells.get(partition.index());
        if let Some(cell) = cell.filter(|cell| cell.verdict.is_active()) {
            return if cell.fresh { Standing::ActiveEmpty } else { Standing::Active };
        }
        if let Some(elsewhere) = self.view.sub_clusters.iter().find(is_active) {
            return Standing::ActiveElsewhere(elsewhere.principal);
        }
        if self.is_running() {
            return Standing::Running;
        }
        let answer = self.ways.answer(self.ways.quest(self.namespace, partition));
        answer.map_or(Standing::Searching, |answer| Standing::Found(answer.clone()))
    }

    /// What has to be searched for.
    #[must_use]
    pub fn quest(&self) -> Option<Quest> {
        let wanted = self.standing() == Standing::Searching;
        wanted.then(|| self.ways.quest(self.namespace, self.partition()))
    }

    /// What happened last, and why.
    #[must_use]
    pub fn news(&self) -> &Rc<str> {
        &self.news
    }

    /// What a screen reader is to say.
    #[must_use]
    pub fn announcement(&self) -> &Numbered<Rc<str>> {
        &self.announcement
    }

    /// Why the last thing was refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&Rc<str>> {
        self.refusal.as_ref()
    }

    /// Where the focus has to be.
    #[must_use]
    pub fn focus(&self) -> &Numbered<Option<Focus>> {
        &self.focus
    }

    /// Whether simulated time may run.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        self.is_playing
    }

    /// Whether simulated time runs: it may, and something moves.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.is_playing && (self.view.migrating || self.view.changing)
    }

    /// How many times as fast as real time.
    #[must_use]
    pub fn speed(&self) -> u32 {
        self.speed
    }

    /// Whether the page is dark: as was chosen, else as the system is.
    #[must_use]
    pub fn is_dark(&self) -> bool {
        self.is_dark.unwrap_or(self.is_system_dark)
    }

    /// The panel that is open.
    #[must_use]
    pub fn panel(&self) -> Option<Panel> {
        self.panel
    }

    /// Whether keys that are single letters work.
    #[must_use]
    pub fn are_letters_on(&self) -> bool {
        self.are_letters_on
    }

    /// What is known of the margin, perhaps of a moment before.
    #[must_use]
    pub fn margin(&self) -> &KnownMargin {
        &self.margin
    }

    /// The settings as they are being typed, and the cluster before their last change.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What the roster panel remembers.
    #[must_use]
    pub fn rosters(&self) -> &RosterDesk {
        &self.rosters
    }

    /// What the client strip remembers.
    #[must_use]
    pub fn clients(&self) -> &ClientDesk {
        &self.clients
    }

    /// The command of a verb that does something to the cluster.
    #[must_use]
    pub fn command(&self, verb: Verb) -> Option<Command> {
        let namespace = self.namespace_name().to_owned();
        let sub_cluster = self.shown_sub_cluster().filter(|_| self.view.sub_clusters.len() > 1);
        let principal = sub_cluster.map(|sub_cluster| sub_cluster.principal);
        let on = self.shown_orphan().or(principal);
        match verb {
            Verb::Split => {
                let racks = self.racks().into_iter().map(|(_, nodes)| nodes);
                Some(Command::Cut { between: racks.filter(|nodes| !nodes.is_empty()).collect() })
            }
            Verb::Heal => Some(Command::Heal { between: None }),
            Verb::StageObserved => {
                Some(Command::RosterSet { namespace, nodes: RosterNodes::Observed, on })
            }
            Verb::SetRoster => Some(self.set_roster(on)),
            Verb::Recluster => Some(Command::Recluster { on }),
            Verb::Revive => {
                let orphan = self.shown_orphan().map(|node| vec![node]);
                let members = || sub_cluster.map(|sub_cluster| sub_cluster.nodes.clone());
                let nodes = orphan.or_else(members);
                Some(Command::Revive { namespace, nodes })
            }
            _ => self.selection_command(verb),
        }
    }

    /// Whether a verb can be done now.
    ///
    /// # Errors
    /// Why not, as a sentence.
    pub fn can(&self, verb: Verb) -> Result<(), String> {
        if let Some(why) = self.floor_refusal(verb) {
            return Err(why);
        }
        if verb == Verb::SetRoster {
            self.can_set()?;
        }
        if let Some(command) = self.command(verb) {
            return self.can_do(&command);
        }
        let entries = self.timeline.entries().len();
        match verb {
            Verb::Undo if self.timeline.position() == 0 => Err("Nothing was done yet.".to_owned()),
            Verb::Redo if self.timeline.position() == entries => {
                Err("Nothing was undone.".to_owned())
            }
            Verb::EditRoster => self.can(Verb::StageObserved),
            Verb::Migrate if !self.view.migrating => Err("No migration is under way.".to_owned()),
            Verb::Step if !(self.view.migrating || self.view.changing) => {
                Err("Nothing moves.".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Whether a command can be done now.
    ///
    /// # Errors
    /// Why not, as a sentence.
    pub fn can_do(&self, command: &Command) -> Result<(), String> {
        self.timeline.cluster().check(command).map_err(|rejection| refusal(&rejection))?;
        match command {
            // Each node is there once and every side has one: the cluster has said so.
            Command::Cut { between } => self.cuts_something(between),
            _ => Ok(()),
        }
    }

    /// A cut of what is cut already would be a step in which nothing happens.
    fn cuts_something(&self, between: &[Vec<NodeId>]) -> Result<(), String> {
        let view = &self.view;
        let all: usize = between.iter().map(Vec::len).sum();
        let same: usize = between.iter().map(|side| side.len() * side.len()).sum();
        // So many links are between different sides; with fewer cut ones not all of them are.
        if view.cuts.len() < (all * all - same) / 2 {
            return Ok(());
        }
        let holds = |a: &NodeId, others: &[Vec<NodeId>]| {
            others.iter().flatten().any(|b| !view.is_cut(*a, *b))
        };
        let mut sides = between.iter().enumerate();
        let any = sides.any(|(at, side)| side.iter().any(|a| holds(a, &between[at + 1..])));
        if any { Ok(()) } else { Err("Every link there is cut already.".to_owned()) }
    }

    /// Recomputes the sub-cluster's cells and groups and the partition's explanation from the view.
    fn look(&mut self) {
        let cells = self.shown_namespace().map(|namespace| namespace.cells.clone());
        self.cells = cells.unwrap_or_else(|| Rc::new(vec![IN_NO_CLUSTER; PARTITIONS]));
        let mut map = self.map.clone();
        map.look(self.on_the_map());
        self.map = map;
        self.explain();
    }

    /// What the map is of.
    fn on_the_map(&self) -> Shown<'_> {
        Shown {
            cluster: self.timeline.cluster(),
            view: &self.view,
            namespace: self.namespace_name(),
            on: self.shown_from(),
            cells: &self.cells,
            node: self.selected,
        }
    }

    /// The map in other colours.
    fn draw(&mut self) {
        let mut map = self.map.clone();
        map.draw(self.on_the_map());
        self.map = map;
    }

    fn explain(&mut self) {
        let cluster = self.timeline.cluster();
        let from = self.shown_from();
        let explained = cluster.explain(self.namespace_name(), self.partition(), from);
        self.explanation = explained.ok().map(Rc::new);
    }

    /// The state after the timeline has changed, and what has to be said of the course that was left.
    fn arrive(&mut self, timeline: Timeline, left: Option<Course>) -> Option<String> {
        let view = timeline.cluster().view();
        if view.node(self.selected).is_none()
            && let Some(node) = view.nodes.last()
        {
            self.selected = node.id;
        }
        let kept = self.time.arrive(&timeline, left);
        self.timeline = Rc::new(timeline);
        recorder::note(&self.timeline, None);
        self.view = Rc::new(view);
        self.refusal = None;
        self.keep_to_nodes_there();
        self.rosters.renew();
        self.ways.forget();
        self.look();
        kept
    }

    fn tell(&mut self, news: String) {
        self.news = news.into();
        self.announcement.renew(self.news.clone());
    }

    fn refuse(&mut self, why: String) {
        self.refusal = Some(why.into());
        // An alert speaks for itself: nothing to announce.
    }

    /// Does an entry and tells what came of it; of time that passes by itself only if something did.
    fn run(&mut self, entry: &Entry, by_itself: bool) {
        if let Entry::Act { command: command @ Command::Cut { .. }, .. } = entry
            && let Err(why) = self.can_do(command)
        {
            return self.refuse(why);
        }
        recorder::note(&self.timeline, Some(entry));
        let mut timeline = Timeline::clone(&self.timeline);
        let left = self.leaving();
        // Time that passes after time is one entry with it: only what is new is news.
        let last = timeline.position().checked_sub(1);
        let is_pass = |entry: Option<&Entry>| matches!(entry, Some(Entry::Pass { .. }));
        let merges =
            is_pass(Some(entry)) && is_pass(last.and_then(|at| timeline.entries().get(at)));
        let known = last.filter(|_| merges).map_or(0, |last| timeline.events_of(last).len());
        if let Err(rejection) = timeline.perform(entry.clone()) {
            return self.refuse(refusal(&rejection));
        }
        if !by_itself {
            self.rosters.forget();
        }
        let before = self.view.clone();
        let kept = self.arrive(timeline, left);
        let last = self.timeline.position().saturating_sub(1);
        let happened = &self.timeline.events_of(last)[known..];
        if by_itself && happened.is_empty() && kept.is_none() {
            return;
        }
        let mut news = sentences::news(entry, happened, &self.view);
        for more in sentences::taken_in(&before, &self.view).into_iter().chain(kept) {
            news.push(' ');
            news.push_str(&more);
        }
        self.tell(news);
        match entry {
            // The card is another element on its new lane.
            Entry::Act { command: Command::MoveToRack { nodes, .. }, .. } => {
                self.focus.renew(nodes.first().copied().map(Focus::Card));
            }
            // The card that may have had the focus is gone.
            Entry::Act { command: Command::RemoveNode { .. }, .. } => {
                self.focus.renew(Some(Focus::Card(self.selected)));
            }
            _ => {}
        }
    }

    /// Does an entry and tells what came of it.
    fn perform(&mut self, entry: &Entry) {
        self.run(entry, false);
    }

    fn act(&mut self, command: Command) {
        self.perform(&Entry::Act { command, settle: Settle::Fully });
    }

    /// Goes one step back or on; says whether there was one.
    fn travel(&mut self, verb: Verb) {
        let mut timeline = Timeline::clone(&self.timeline);
        let (moved, said, entry) = if verb == Verb::Undo {
            let moved = timeline.undo();
            (moved, "Undone", timeline.position())
        } else {
            let moved = timeline.redo();
            (moved, "Done again", timeline.position().saturating_sub(1))
        };
        let nodes = self.view.nodes.len();
        let title = timeline.entries().get(entry).map(|entry| sentences::of_entry(entry, nodes));
        if let (true, Some(title)) = (moved, title) {
            let standing = sentences::standing(&timeline.cluster().view());
            self.rosters.forget();
            self.arrive(timeline, None);
            self.hold_time();
            self.tell(format!("{said}: {title}. {standing}"));
        }
    }

    fn press(&mut self, verb: Verb) {
        if let Err(why) = self.can(verb) {
            return self.refuse(why);
        }
        if let Some(command) = self.command(verb) {
            if !self.ask_first(verb, &command) {
                self.perform_verb(verb, command);
            }
            return;
        }
        match verb {
            Verb::EditRoster => self.edit_roster(),
            Verb::Undo | Verb::Redo => self.travel(verb),
            Verb::Migrate => self.perform(&Entry::Migrate { partitions: None }),
            Verb::Step => self.perform(&Entry::Pass { ms: self.step_ms() }),
            Verb::Faster => self.speed = self.speed_beside(1),
            Verb::Slower => self.speed = self.speed_beside(SPEEDS.len() - 1),
            Verb::Play => self.is_playing = !self.is_playing,
            Verb::Help => self.toggle_panel(Panel::Keys),
            Verb::Share => self.toggle_panel(Panel::Share),
            Verb::Theme => self.is_dark = Some(!self.is_dark()),
            Verb::Links => {
                let other = self.view.nodes.iter().rev().find(|node| node.id != self.selected);
                self.link = other.and_then(|other| Link::new(self.selected, other.id));
                if self.view.nodes.len() > ALL_LINKS_NODES {
                    self.show_links();
                }
                self.focus.renew(self.link.map(Focus::Link));
            }
            _ => self.press_floor(verb),
        }
    }

    fn toggle_panel(&mut self, panel: Panel) {
        self.panel = (self.panel != Some(panel)).then_some(panel);
        self.focus.renew(Some(match self.panel {
            Some(panel) => Focus::Panel(panel),
            None => Focus::Button(panel.verb()),
        }));
    }

    /// Goes over to another cluster's timeline; the one that is left is kept with its branches.
    fn go_over(&mut self, timeline: Timeline, time: Option<Time>) {
        let mut time = time.unwrap_or_else(|| Time::new(&timeline));
        time.tab = self.time.tab;
        let former = std::mem::replace(&mut self.time, time);
        self.settings.previous = Some(Former { timeline: self.timeline.clone(), time: former });
        self.settings.draft = None;
        self.is_playing = false;
        (self.on, self.orphan, self.link) = (None, None, None);
        let namespaces = timeline.setup().namespaces.len();
        self.namespace = self.namespace.min(namespaces.saturating_sub(1));
        self.rosters.forget();
        self.arrive(timeline, None);
    }

    /// Does what a link tells; one that cannot be followed changes nothing.
    fn follow(&mut self, link: &str) {
        match share::read(link) {
            Ok(linked) => {
                let told = sentences::of_link(&linked);
                self.partition = None;
                self.go_over(linked.timeline, None);
                self.tell(format!("{told} {}", sentences::standing(&self.view)));
            }
            Err(error) => {
                self.refuse(format!("This cannot be followed: {error}. Nothing has changed."));
            }
        }
    }

    /// Does what a file tells; one with a mistake changes nothing.
    fn open_file(&mut self, file: Result<&str, &FileFault>) {
        match file {
            Ok(link) => self.follow(link.trim()),
            Err(fault) => self.refuse(fault.sentences()),
        }
    }

    /// As [`State::go_over`], from the settings.
    fn move_to(&mut self, timeline: Timeline, time: Option<Time>, news: String) {
        self.go_over(timeline, time);
        self.tell(news);
        self.focus.renew(Some(Focus::On(SETTINGS_BUTTON)));
    }

    /// Does the past again with the settings as they were typed, or begins anew.
    fn apply_settings(&mut self, draft: &Draft, is_new: bool) {
        let base = self.timeline.setup();
        let setup = if is_new { draft.new_setup(base) } else { draft.setup(base) };
        let setup = match setup {
            Ok(setup) => setup,
            Err(faults) => {
                let why: Vec<&str> = faults.iter().map(|(_, why)| why.as_str()).collect();
                return self.refuse(why.join(" "));
            }
        };
        if !is_new && setup == *base {
            return self.refuse("The settings are as they were.".to_owned());
        }
        let again = if is_new {
            Timeline::new(setup).map(|timeline| (timeline, None))
        } else {
            self.timeline.on_setup(setup)
        };
        let (timeline, refused) = match again {
            Ok(again) => again,
            Err(error) => return self.refuse(format!("{}.", capitalized(&error.to_string()))),
        };
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let done = match (is_new, timeline.position()) {
            (true, _) => "A new cluster.".to_owned(),
            (false, 0) => "New settings.".to_owned(),
            (false, steps) => {
                format!("New settings, and {} done again.", count(number(steps), "step"))
            }
        };
        let stopped = refused.map(|(index, rejection)| {
            let entry = &self.timeline.entries()[index];
            let title = sentences::of_entry(entry, self.view.nodes.len());
            let why = refusal(&rejection);
            format!(" Step {}, “{title}”, cannot be done with them: {why}", index + 1)
        });
        let standing = sentences::standing(&timeline.cluster().view());
        let news = format!(
            "{done}{} {standing} The former cluster is kept in the settings.",
            stopped.unwrap_or_default()
        );
        self.move_to(timeline, None, news);
    }

    fn settle(&mut self, action: SettingsAction) {
        let draft = self.settings.draft.clone();
        match (action, draft) {
            (SettingsAction::Toggle, None) => {
                self.settings.draft = Some(Rc::new(Draft::of(self.timeline.setup())));
                self.focus.renew(Some(Focus::On(SETTINGS_TITLE)));
            }
            (SettingsAction::Toggle, Some(_)) => {
                self.settings.draft = None;
                self.refusal = None;
                self.focus.renew(Some(Focus::On(SETTINGS_BUTTON)));
            }
            (SettingsAction::Back, _) => {
                if let Some(former) = self.settings.previous.take() {
                    let Former { timeline, time } = former;
                    let standing = sentences::standing(&timeline.cluster().view());
                    let news = format!("The former cluster. {standing}");
                    self.move_to(Timeline::clone(&timeline), Some(time), news);
                }
            }
            (_, None) => {}
            (SettingsAction::Apply, Some(draft)) => self.apply_settings(&draft, false),
            (SettingsAction::NewCluster, Some(draft)) => self.apply_settings(&draft, true),
            (edit, Some(draft)) => {
                let mut edited = Draft::clone(&draft);
                match edit {
                    SettingsAction::Type(field, text) => edited.set(field, &text),
                    SettingsAction::Add => edited.add(),
                    SettingsAction::Remove(index) if index < edited.namespaces.len() => {
                        edited.namespaces.remove(index);
                        self.focus.renew(Some(Focus::On("[data-action=\"add-namespace\"]")));
                    }
                    _ => {}
                }
                self.settings.draft = Some(Rc::new(edited));
            }
        }
    }

    /// The speed so many places on, around.
    fn speed_beside(&self, places: usize) -> u32 {
        let place = SPEEDS.iter().position(|speed| *speed == self.speed).unwrap_or(0);
        SPEEDS[(place + places) % SPEEDS.len()]
    }

    fn show(&mut self, partition: PartitionId) {
        self.partition = Some(partition);
        self.explain();
        if let Some(explanation) = &self.explanation {
            self.announcement.renew(sentences::of_explanation(explanation).into());
        }
    }

    /// Does something on the map's panel.
    fn on_map(&mut self, action: MapAction) -> bool {
        match action {
            MapAction::ColourBy(colouring) if self.map.colouring == colouring => return false,
            MapAction::ColourBy(colouring) => {
                self.map.colouring = colouring;
                self.draw();
            }
            MapAction::Pick(place) => {
                if let Some(group) = self.map.pick(place)
                    && self.map.group_of(self.partition().index()) != Some(place)
                {
                    self.show(group.example);
                }
            }
            MapAction::FindSet(set) => self.map.finder.set = set,
            MapAction::FindKey(key) => self.map.finder.key = key,
            MapAction::FindAs(kind) => self.map.finder.kind = kind,
            MapAction::ShowFound => match self.map.finder.found() {
                Some(Ok(found)) => self.show(found.partition),
                Some(Err(why)) => self.announcement.renew(why.into()),
                None => self.announcement.renew("Type a key to find its partition.".into()),
            },
        }
        true
    }

    /// Takes a way out, its commands one after the other, or keeps what a search has found.
    fn on_ways(&mut self, action: WaysAction) -> bool {
        let place = match action {
            WaysAction::Found(answer) => return self.ways.keep(answer),
            WaysAction::Take(place) => place,
        };
        let Standing::Found(answer) = self.standing() else { return false };
        let Some(way) = answer.ways.get(place) else { return false };
        let title = title(way, &self.view);
        for command in &way.commands {
            self.perform(&Entry::Act { command: command.clone(), settle: Settle::Fully });
            if self.refusal.is_some() {
                return true;
            }
        }
        let standing = sentences::standing(&self.view);
        self.tell(format!("Way out taken: {title}. {standing}"));
        // The way's button is gone.
        self.focus.renew(Some(Focus::Partition));
        true
    }

    /// What pressing a link does.
    fn toggle(&self, link: Link) -> Command {
        let sides = vec![vec![link.low()], vec![link.high()]];
        if self.view.is_cut(link.low(), link.high()) {
            Command::Heal { between: Some(sides) }
        } else {
            Command::Cut { between: sides }
        }
    }

    /// Moves a node to the rack so many lanes on, if there is one.
    fn move_beside(&self, node: NodeId, places: isize) -> Option<Command> {
        let home = self.view.node(node)?.rack;
        let racks = self.racks();
        let place = racks.iter().position(|(rack, _)| *rack == home)?;
        let (rack, _) = racks.get(place.checked_add_signed(places)?)?;
        Some(Command::MoveToRack { nodes: vec![node], rack: *rack })
    }

    /// Does an action to this state; says whether it may have changed anything.
    fn apply(&mut self, action: Action) -> bool {
        match action {
            Action::Press(verb) => self.press(verb),
            Action::Do(command) => {
                self.perform(&Entry::Act { command, settle: Settle::Fully });
            }
            Action::ToggleLink(link) => {
                let command = self.toggle(link);
                self.perform(&Entry::Act { command, settle: Settle::Fully });
            }
            Action::MoveBeside(node, places) => match self.move_beside(node, places) {
                Some(command) => {
                    self.perform(&Entry::Act { command, settle: Settle::Fully });
                }
                None => return false,
            },
            Action::Select(node) if self.selected == node => return false,
            Action::Select(node) => {
                self.selected = node;
                self.refusal = None;
                if self.map.colouring == Colouring::Mark {
                    self.draw();
                }
            }
            Action::ReachLink(link) if self.link == Some(link) => return false,
            Action::ReachLink(link) => self.link = Some(link),
            Action::ShowPartition(partition) if self.partition == Some(partition) => return false,
            Action::ShowPartition(partition) => self.show(partition),
            Action::StepPartition(across, down) => {
                self.show(step_from(self.partition(), across, down));
            }
            Action::ShowSubCluster(node) => {
                self.on = Some(node);
                self.orphan = self.on.filter(|node| self.view.orphans.contains(node));
                self.rosters.close();
                self.look();
            }
            Action::ShowNamespace(namespace) => {
                self.namespace = namespace.min(self.view.namespaces.len().saturating_sub(1));
                self.rosters.close();
                self.look();
            }
            Action::Roster(action) => return self.apply_to_roster(action),
            Action::Clients(action) => return self.apply_to_clients(action),
            Action::Tick(_) if !self.is_running() => return false,
            Action::Tick(ms) => self.run(&Entry::Pass { ms: u64::from(ms) }, true),
            Action::Time(action) => return self.on_time(action),
            Action::SystemDark(is_dark) if self.is_system_dark == is_dark => return false,
            Action::SystemDark(is_dark) => self.is_system_dark = is_dark,
            Action::Announce(text) => self.announcement.renew(text),
            Action::Floor(action) => return self.on_floor(action),
            Action::Escape if self.panel.is_none() => return self.on_floor(FloorAction::LetGo),
            Action::ClosePanel | Action::Escape => match self.panel {
                Some(panel) => self.toggle_panel(panel),
                None => return false,
            },
            Action::SetLetters(on) => self.are_letters_on = on,
            Action::Follow(link) => self.follow(&link),
            Action::Open(file) => self.open_file(file.as_deref()),
            // What was worked out for a moment that is gone is of no use.
            Action::Margin(of) if !Rc::ptr_eq(&of.view, &self.view) => return false,
            Action::Margin(of) => {
                self.margin = KnownMargin::new(of.view, of.namespace, of.found);
            }
            Action::Settings(action) => self.settle(action),
            Action::Map(action) => return self.on_map(action),
            Action::Ways(action) => return self.on_ways(action),
        }
        true
    }
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = Self::clone(&self);
        if next.apply(action) {
            next.revision += 1;
            let State { time, timeline, view, namespace, .. } = &mut next;
            time.look(timeline, view, *namespace);
            Rc::new(next)
        } else {
            self
        }
    }
}

impl Panel {
    /// The verb that opens and closes it.
    #[must_use]
    pub fn verb(self) -> Verb {
        match self {
            Self::Keys => Verb::Help,
            Self::Share => Verb::Share,
        }
    }
}

/// Why something cannot be done, as a sentence.
#[must_use]
pub fn refusal(rejection: &Rejection) -> String {
    format!("{}.", capitalized(&rejection.to_string()))
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::Shutdown;
    use rosterlab_scenario::foresight::ways::Search;

    use super::*;
    use crate::map::finder::KeyType;
    use crate::testing::{id, run};
    use crate::why::ways::Answer;

    fn select_and(node: &str, verb: Verb) -> [Action; 2] {
        [Action::Select(id(node)), Action::Press(verb)]
    }

    fn migrated(actions: impl IntoIterator<Item = Action>) -> impl Iterator<Item = Action> {
        actions.into_iter().chain([Action::Press(Verb::Migrate)])
    }

    /// Unavailable and dead in each sub-cluster.
    fn lost(state: &State) -> Vec<(u32, u32)> {
        let counts = state.view().sub_clusters.iter().map(|s| s.namespaces[0].counts);
        counts.map(|counts| (counts.unavailable, counts.dead)).collect()
    }

    /// The case study's nodes with an AP namespace beside.
    fn with_ap() -> State {
        let mut draft = Draft::of(&case_study());
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
        assert_eq!(state.view().orphans, [id("A101")]);
        assert_eq!((state.shown(), state.shown_orphan()), (Some(0), None));
        assert_eq!(state.count(Look::Settled) + state.count(Look::Filling), 4096);
        let there = state.reduce(Action::ShowSubCluster(id("A101")));
        assert_eq!((there.shown(), there.shown_orphan()), (None, Some(id("A101"))));
        assert_eq!(there.count(Look::Unavailable), 4096);
        assert_eq!(there.explanation().unwrap().verdict.rule, Rule::NoCluster);
        let refused = there.clone().reduce(Action::Press(Verb::Recluster));
        assert_eq!(refused.refusal().map(|why| &**why), Some("Node A101 is in no cluster."));
        // Who has joined again is no orphan to look from.
        let healed = there.reduce(Action::Press(Verb::Heal));
        assert_eq!((healed.shown(), healed.shown_orphan()), (Some(0), None));
    }

    #[test]
    fn a_cut_of_what_is_cut_already_is_no_step() {
        let actions = [cut("A101", "A102"), cut("A102", "A101")];
        let state = run(actions);
        assert_eq!(state.timeline().entries().len(), 1);
        assert_eq!(state.refusal().map(|why| &**why), Some("Every link there is cut already."));
        let state = run([Action::Press(Verb::Isolate), Action::Press(Verb::Isolate)]);
        assert_eq!(state.timeline().entries().len(), 1);
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
        let words = crate::why::groups::words(&group, state.view());
        assert_eq!(words, "keeps availability: came up empty");
        let told = format!("Of these {} came up empty", crate::text::thousands(fresh));
        assert!(state.news().contains(&told), "{}", state.news());
    }

    #[test]
    fn a_namespace_that_begins_without_a_roster_is_served_after_the_first_one() {
        let mut draft = Draft::of(&case_study());
        draft.set(crate::settings::draft::Field::NoRoster(0), "on");
        let timeline = Timeline::new(draft.setup(&case_study()).unwrap()).unwrap();
        let state = Rc::new(State::on(timeline));
        assert_eq!(lost(&state), [(4096, 0)]);
        let verbs = [Verb::StageObserved, Verb::Recluster].map(Action::Press);
        let confirm = Action::Roster(RosterAction::Confirm);
        let staged = state.reduce(verbs[0].clone());
        let staged = if staged.rosters().asking().is_some() {
            staged.reduce(confirm.clone())
        } else {
            staged
        };
        let served = staged.reduce(verbs[1].clone());
        assert!(served.rosters().asking().is_none(), "{:?}", served.rosters().asking());
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
        assert_eq!(state.selected(), id("A102"));
        assert!(state.explanation().is_some());
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
        assert!(state.news().contains("A102 crashed."), "{}", state.news());
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
        actions.extend([
            Action::Press(Verb::StageObserved),
            confirm,
            Action::Press(Verb::Recluster),
        ]);
        assert_eq!(lost(&run(actions.clone())), [(0, 0)]);
        actions.extend(select_and("A102", Verb::Stop));
        assert_eq!(lost(&run(actions.clone())), [(1381, 0)]);
        actions.push(Action::Press(Verb::Start));
        assert_eq!(lost(&run(actions)), [(0, 0)]);
    }

    #[test]
    fn what_is_refused_changes_nothing_and_says_why() {
        let state = run([Action::Press(Verb::Start)]);
        assert_eq!(state.refusal().map(|why| &**why), Some("Node A102 is up."));
        assert_eq!(state.timeline().entries().len(), 0);
        let elsewhere = run([Action::Press(Verb::Start), Action::Select(id("A101"))]);
        assert_eq!(elsewhere.refusal(), None);
        let undo = run([Action::Press(Verb::Undo)]);
        assert!(undo.refusal().is_some());
    }

    #[test]
    fn undo_and_redo_go_back_and_on_and_say_so() {
        let crash = || select_and("A102", Verb::Crash).into_iter();
        let undone = run(crash().chain([Action::Press(Verb::Undo)]));
        assert_eq!(undone.view().nodes, State::open().view().nodes);
        assert!(undone.news().starts_with("Undone: Crash A102. "), "{}", undone.news());
        assert!(undone.can(Verb::Redo).is_ok());
        let redone = run(crash().chain([Action::Press(Verb::Undo), Action::Press(Verb::Redo)]));
        assert_eq!(redone.view(), run(crash()).view());
    }

    #[test]
    fn an_action_that_changes_nothing_gives_the_same_state() {
        let state = Rc::new(State::open());
        for action in [
            Action::Select(state.selected()),
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
        assert!(held.view().migrating && !held.is_running());
        actions.push(Action::Press(Verb::Play));
        let playing = run(actions.clone());
        assert!(playing.is_running());
        let remaining = |state: &State| state.view().sub_clusters[0].namespaces[0].filling;
        actions.extend(std::iter::repeat_n(Action::Tick(1000), 5));
        assert!(remaining(&run(actions.clone())) < remaining(&playing));
        actions.extend(std::iter::repeat_n(Action::Tick(1000), 300));
        let done = run(actions);
        assert!(!done.is_running() && done.is_playing());
        assert!(done.news().contains("done"), "{}", done.news());
        assert_eq!(done.timeline().entries().len(), 2, "all ticks are one entry");
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
        assert_eq!(isolated.view().sub_clusters.len(), 2);
        assert_eq!(isolated.view().cuts.len(), 4);
        let refused = run(select_and("A103", Verb::Isolate)
            .into_iter()
            .chain([Action::Press(Verb::Isolate)]));
        assert!(refused.refusal().is_some());
        let healed =
            run(select_and("A103", Verb::Isolate).into_iter().chain([Action::Press(Verb::Heal)]));
        assert_eq!(healed.view().sub_clusters.len(), 1);
    }

    #[test]
    fn a_moved_card_keeps_the_focus_and_an_emptied_lane_stays() {
        let rack = RackId::new(2).unwrap();
        let nodes = ["A101", "A102", "A103"].map(id).to_vec();
        let one = Command::MoveToRack { nodes: nodes[..1].to_vec(), rack };
        let state = run([Action::Do(one)]);
        assert_eq!(state.focus().what, Some(Focus::Card(id("A101"))));
        let state = run([Action::Do(Command::MoveToRack { nodes, rack })]);
        let counts: Vec<usize> = state.racks().iter().map(|(_, nodes)| nodes.len()).collect();
        assert_eq!(counts, [0, 5]);
    }

    #[test]
    fn actions_that_come_before_the_page_is_drawn_again_build_on_each_other() {
        let link = Link::new(id("A101"), id("B101")).unwrap();
        let state = run([Action::ToggleLink(link), Action::ToggleLink(link)]);
        assert!(state.view().cuts.is_empty() && state.refusal().is_none());
        let there_and_back = [1, 1, -1].map(|places| Action::MoveBeside(id("A103"), places));
        let state = run(there_and_back);
        assert_eq!(state.view().node(id("A103")).map(|node| node.rack.get()), Some(1));
        assert_eq!(state.timeline().entries().len(), 2, "beyond the last lane nothing is done");
        let state = run([Action::StepPartition(1, 0), Action::StepPartition(1, 1)]);
        assert_eq!(state.partition().get(), 66);
        assert_eq!(run([Action::Press(Verb::Faster), Action::Press(Verb::Slower)]).speed(), 10);
    }

    #[test]
    fn when_nothing_runs_the_page_says_so() {
        let nodes = ["A101", "A102", "A103", "B101", "B102"].map(id).to_vec();
        let stop = Command::Stop { nodes, shutdown: Shutdown::Clean };
        let state = run([Action::Do(stop)]);
        assert!(state.shown().is_none());
        assert_eq!(state.explanation().and_then(|explanation| explanation.principal), None);
        assert_eq!(state.count(Look::Unavailable), 4096);
        assert!(state.news().contains("No node is up"), "{}", state.news());
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
        let mut search = Search::new(state.timeline().cluster(), "main", quest.partition);
        while !search.advance(1) {}
        Action::Ways(WaysAction::Found(Rc::new(Answer::of(quest, &search))))
    }

    #[test]
    fn a_way_out_is_searched_for_found_and_taken() {
        let state = run(reset_too_early());
        assert_eq!(state.standing(), Standing::Searching);
        let answered = state.clone().reduce(found(&state));
        let Standing::Found(answer) = answered.standing() else { panic!("not found") };
        assert_eq!(title(&answer.ways[0], answered.view()), "Start A102");
        assert_eq!(answered.quest(), None, "nothing is searched for twice");
        let steps = answered.timeline().entries().len();
        let out = answered.reduce(Action::Ways(WaysAction::Take(0)));
        assert_eq!(lost(&out), [(0, 0)]);
        assert_eq!(out.timeline().entries().len(), steps + 1);
        assert!(out.news().starts_with("Way out taken: Start A102. "), "{}", out.news());
        assert_eq!(out.standing(), Standing::Active);
        assert_eq!(out.focus().what, Some(Focus::Partition));
        let again = Rc::ptr_eq(&out, &out.clone().reduce(Action::Ways(WaysAction::Take(0))));
        assert!(again, "there is nothing to take any more");
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
        assert_eq!(state.standing(), Standing::ActiveElsewhere(id("A103")));
        assert_eq!(state.quest(), None);
    }

    #[test]
    fn a_picked_group_shows_an_example_and_a_second_press_gives_it_up() {
        let mut actions = reset_too_early();
        actions.push(Action::Map(MapAction::Pick(1)));
        let picked = run(actions.clone());
        assert_eq!(picked.map().picked_place(), Some(1));
        assert_eq!(picked.map().group_of(picked.partition().index()), Some(1));
        actions.push(Action::Map(MapAction::Pick(1)));
        let given_up = run(actions.clone());
        assert_eq!(given_up.map().picked_place(), None);
        assert_eq!(given_up.partition(), picked.partition());
        actions.extend([Action::Map(MapAction::Pick(0)), Action::Press(Verb::Undo)]);
        assert_eq!(run(actions).map().picked_place(), None, "that reason is gone");
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
        assert!(refused.announcement().what.contains("no whole number"));
    }

    #[test]
    fn another_selected_node_shows_its_own_marks() {
        let mut actions = reset_too_early();
        actions.push(Action::Map(MapAction::ColourBy(Colouring::Mark)));
        let of_a102 = run(actions.clone()).map().picture().clone();
        actions.push(Action::Select(id("A101")));
        assert_ne!(&of_a102, run(actions).map().picture());
    }

    #[test]
    fn a_chosen_partition_stays_and_is_announced() {
        let partition = PartitionId::new(1042).unwrap();
        let state = run([Action::ShowPartition(partition)]);
        assert_eq!(state.partition(), partition);
        assert!(state.announcement().what.contains("1042"), "{}", state.announcement().what);
    }

    #[test]
    fn a_link_is_followed_and_a_broken_one_changes_nothing() {
        let crashed = run(select_and("A103", Verb::Crash));
        let address = share::write(crashed.timeline()).unwrap();
        let there = State::at(&format!("#{address}"));
        assert_eq!(there.view(), crashed.view());
        assert!(there.news().starts_with("Followed a link: 1 step."), "{}", there.news());
        let broken = crashed.clone().reduce(Action::Follow("#s1=0.1.0".into()));
        assert_eq!(broken.view(), crashed.view());
        let why = broken.refusal().unwrap();
        assert!(why.contains("character 9"), "{why}");
        assert_eq!(State::at("#").refusal(), None);
    }

    #[test]
    fn a_file_is_opened_and_a_broken_one_changes_nothing() {
        let crashed = run(select_and("A103", Verb::Crash));
        let saved = format!("{}\n", share::write(crashed.timeline()).unwrap());
        let opened = run([Action::Open(Ok(saved.as_str().into()))]);
        assert_eq!(opened.view(), crashed.view());
        for (file, said) in [
            (
                Err(FileFault::Scenario("steps[0].do: no action \"x\"".into())),
                "steps[0].do: no action",
            ),
            (Ok("".into()), "character 1"),
            (Err(FileFault::TooLong), "far longer"),
            (Err(FileFault::Unreadable), "could not read"),
        ] {
            let same = crashed.clone().reduce(Action::Open(file));
            assert_eq!(same.view(), crashed.view());
            assert!(same.refusal().unwrap().contains(said), "{:?}", same.refusal());
        }
    }

    #[test]
    fn a_file_that_is_no_scenario_is_not_called_one() {
        let looks = "This is not a scenario. It looks like YAML (line 1: \"a: 1\").";
        for (fault, said) in [
            (FileFault::NoScenario(looks.into()), format!("{looks} Nothing has changed.")),
            (FileFault::Empty, "This file is empty. Nothing has changed.".to_owned()),
        ] {
            let same = run([Action::Open(Err(fault))]);
            assert_eq!(same.refusal().map(|refusal| &**refusal), Some(said.as_str()));
        }
    }

    #[test]
    fn a_panel_takes_the_focus_and_gives_it_back() {
        let open = run([Action::Press(Verb::Help)]);
        assert_eq!(open.panel(), Some(Panel::Keys));
        assert_eq!(open.focus().what, Some(Focus::Panel(Panel::Keys)));
        let other = open.reduce(Action::Press(Verb::Share));
        assert_eq!(other.panel(), Some(Panel::Share));
        let closed = other.reduce(Action::ClosePanel);
        assert_eq!(
            (closed.panel(), &closed.focus().what),
            (None, &Some(Focus::Button(Verb::Share)))
        );
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
        assert_eq!((closed.panel(), closed.selection()), (None, held));
        assert_eq!(closed.reduce(Action::Escape).selection().len(), 1);
    }
}
