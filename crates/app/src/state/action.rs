//! What a person can do on the page, as values: a click, a key, a drag or a tick becomes one `Action`.
//!
//! Invariant: an action says what a person wants and not what it leads to; `perform` works that out on the latest state.

use std::rc::Rc;

use rosterlab_engine::{Command, Link, NodeId, PartitionId, RackId};

use crate::clients::state::ClientAction;
use crate::console::state::ConsoleAction;
use crate::floor::state::FloorAction;
use crate::map::state::MapAction;
use crate::margin::words::Worked;
use crate::page::verbs::Verb;
use crate::roster::state::RosterAction;
use crate::settings::draft::SettingsAction;
use crate::share::state::ShareAction;
use crate::time::state::TimeAction;
use crate::why::ways::WaysAction;

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
    /// Wants to see the partition at this offset, across and down, from the shown one.
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
    /// Did something to share.
    Share(ShareAction),
    /// Did something in the settings.
    Settings(SettingsAction),
    /// Did something on the console.
    Console(ConsoleAction),
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
    Open(Result<Rc<str>, Rc<str>>),
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
    /// To the verdict bar, which is always in view.
    Verdict,
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
