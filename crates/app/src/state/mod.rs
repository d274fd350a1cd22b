//! Everything that the page shows, as one immutable state.
//!
//! `action` says what a person can do, `command` translates actions into commands, `perform` what it makes of the state,
//! `derived` what follows from a state. The parts of the reducer that belong to one place have a file each: `floor`,
//! `roster`, `time`, `clients`, `rolling`, `settings`, `sharing`.
//!
//! Invariant: a state is its timeline, what the person looks at, and what follows from both. It is made here and changed
//! in `perform` and its parts alone. Not here: effects (timers, focus, canvas, live region), which components run after a
//! state is shown.

mod action;
mod clients;
mod command;
mod derived;
mod floor;
mod one_side;
mod perform;
mod rolling;
mod roster;
mod settings;
mod sharing;
#[cfg(test)]
mod tests;
mod time;

use std::rc::Rc;

use rosterlab_engine::{
    Cell, ClusterSetup, ClusterView, Explanation, Link, NodeId, NodeSetup, PartitionId, RackId,
};
use rosterlab_scenario::Timeline;

pub use action::{Action, Focus, Panel};

use crate::clients::state::ClientsState;
use crate::console::state::{ConsoleState, Whose};
use crate::floor::state::FloorState;
use crate::map::state::MapState;
use crate::margin::words::KnownMargin;
use crate::news;
use crate::roster::state::RosterState;
use crate::settings::draft::Settings;
use crate::share::state::SharingState;
use crate::time::state::{SPEEDS, TimeState};
use crate::why::ways::WaysState;
pub use one_side::OneSide;
use rolling::PlayingRestart;

/// The cluster of the case study (docs/domain.md §10): ids with their racks.
const CASE_STUDY: [(u64, u32); 5] =
    [(0xA101, 1), (0xA102, 1), (0xA103, 1), (0xB101, 2), (0xB102, 2)];

/// The node that is selected at first: one whose loss matters.
const FIRST_SELECTED: u64 = 0xA102;

/// A value with a serial number, so that equal values still count as new.
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
    /// Grows with every change.
    revision: u64,
    /// What has been done.
    pub timeline: Rc<Timeline>,
    /// The cluster as it is.
    pub view: Rc<ClusterView>,
    /// The shown partitions, each by what it is.
    pub cells: Rc<Vec<Cell>>,
    /// Why the shown partition is what it is.
    pub explanation: Option<Rc<Explanation>>,
    /// What a person chose on the map.
    pub map: MapState,
    /// The ways out that were searched for.
    pub ways: WaysState,
    /// The selected node.
    pub selected: NodeId,
    /// What is held on the floor.
    pub floor: FloorState,
    /// The link that was reached last.
    pub link: Option<Link>,
    /// The node whose sub-cluster was chosen to be shown.
    pub on: Option<NodeId>,
    /// The same node, if it was chosen as an orphan.
    pub orphan: Option<NodeId>,
    /// The shown namespace's place among the namespaces.
    pub namespace: usize,
    /// The partition that was chosen to be explained.
    pub chosen_partition: Option<PartitionId>,
    /// What happened last, and why.
    pub news: Rc<str>,
    /// What a screen reader is to say.
    pub announcement: Numbered<Rc<str>>,
    /// Why the last thing was refused.
    pub refusal: Option<Rc<str>>,
    /// Where the focus has to be.
    pub focus: Numbered<Option<Focus>>,
    /// Whether simulated time may run.
    pub is_playing: bool,
    /// The rolling restart that plays.
    restart: Option<PlayingRestart>,
    /// How many times as fast as real time.
    pub speed: u32,
    /// The theme that was chosen: dark or light.
    pub is_dark_chosen: Option<bool>,
    /// Whether the system is dark.
    pub is_system_dark: bool,
    /// Whose cluster is shown, in whose time.
    pub whose: Whose,
    /// The panel that is open.
    pub panel: Option<Panel>,
    /// Whether the console is open.
    pub console: ConsoleState,
    /// Whether keys that are single letters work.
    pub are_letters_on: bool,
    /// What is known of the margin, perhaps of a moment before.
    pub margin: KnownMargin,
    /// The settings as they are being typed, and the cluster before their last change.
    pub settings: Settings,
    /// What the roster panel remembers.
    pub rosters: RosterState,
    /// What sharing remembers.
    pub sharing: SharingState,
    /// What the client strip remembers.
    pub clients: ClientsState,
    /// What the page knows of time beside the timeline.
    pub time: TimeState,
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
        let selected = sharing::usual_node(&view);
        let news: Rc<str> =
            format!("{} Crash a node, drag a card or click a link, and see.", news::summary(&view))
                .into();
        let mut state = Self {
            revision: 0,
            time: TimeState::default(),
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
            chosen_partition: None,
            news,
            announcement: Numbered::first("".into()),
            refusal: None,
            focus: Numbered::first(None),
            is_playing: false,
            restart: None,
            speed: SPEEDS[1],
            is_dark_chosen: None,
            is_system_dark: false,
            whose: Whose::Own,
            panel: None,
            console: ConsoleState::default(),
            are_letters_on: true,
            margin: KnownMargin::default(),
            settings: Settings::default(),
            rosters: RosterState::default(),
            sharing: SharingState::default(),
            clients: ClientsState::default(),
        };
        state.derive();
        state
    }

    /// The page as it opens at an address: on the share link in it, or on the case study if there is none.
    #[must_use]
    pub fn at(link: &str) -> Self {
        let mut state = Self::open();
        if link.len() > 1 {
            state.follow(link);
            state.update_time();
        }
        state
    }
}
