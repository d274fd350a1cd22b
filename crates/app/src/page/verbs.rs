//! What a person can press: each button of the page, with its name for tests, its label and its tip.
//!
//! Invariant: a button, its key and its place in the help are one verb; what it does is decided in `state`, which key
//! presses it in `keys`. Not here: gestures on cards, links and the map.

/// Something that can be pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Stops the selected nodes cleanly.
    Stop,
    /// Crashes the selected nodes at once.
    Crash,
    /// Starts the selected nodes.
    Start,
    /// Cuts the selected nodes off from all others.
    Isolate,
    /// From the next cluster change the selected nodes stand last in every row.
    Quiesce,
    /// Takes that back.
    QuiesceUndo,
    /// Restarts the selected nodes one after the other, or ends that.
    Restart,
    /// Empties the drives of the selected nodes.
    Wipe,
    /// Removes the selected nodes for good.
    Remove,
    /// Makes each click on a card add it to the selection.
    SelectMore,
    /// Wants to add a node beside the selected one.
    AddNode,
    /// Adds a lane.
    AddRack,
    /// Cuts every link between racks.
    Split,
    /// Restores every link.
    Heal,
    /// Takes the selected card up, to be carried to another lane by keys.
    PickUp,
    /// Goes to the links of the selected node.
    Links,
    /// Sets the pending roster to the observed nodes.
    StageObserved,
    /// Sets it to them and forces a cluster change.
    StageAndRecluster,
    /// Opens the editor of a roster, or closes it.
    EditRoster,
    /// Sets the pending roster to what was written.
    SetRoster,
    /// Sets it to that and forces a cluster change.
    SetAndRecluster,
    /// Forces a cluster change.
    Recluster,
    /// Turns `e` into `r`.
    Revive,
    /// Lets simulated time run, or holds it.
    Play,
    /// Lets simulated time go on by one step.
    Step,
    /// Lets simulated time run at the next higher speed, after the highest at the lowest.
    Faster,
    /// At the next lower one.
    Slower,
    /// Finishes all migrations at once.
    Migrate,
    /// Takes the last step back.
    Undo,
    /// Does it again.
    Redo,
    /// Shows or hides the keys.
    Help,
    /// Shows or hides what shares the experiment.
    Share,
    /// Opens or closes the console.
    Console,
    /// Light or dark.
    Theme,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 34] = [
        Self::Stop,
        Self::Crash,
        Self::Start,
        Self::Isolate,
        Self::Quiesce,
        Self::QuiesceUndo,
        Self::Restart,
        Self::Wipe,
        Self::Remove,
        Self::SelectMore,
        Self::AddNode,
        Self::AddRack,
        Self::Split,
        Self::Heal,
        Self::PickUp,
        Self::Links,
        Self::StageObserved,
        Self::StageAndRecluster,
        Self::EditRoster,
        Self::SetRoster,
        Self::SetAndRecluster,
        Self::Recluster,
        Self::Revive,
        Self::Play,
        Self::Step,
        Self::Faster,
        Self::Slower,
        Self::Migrate,
        Self::Undo,
        Self::Redo,
        Self::Help,
        Self::Share,
        Self::Console,
        Self::Theme,
    ];

    /// Its `data-action`.
    #[must_use]
    pub fn action(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Crash => "crash",
            Self::Start => "start",
            Self::Isolate => "isolate",
            Self::Quiesce => "quiesce",
            Self::QuiesceUndo => "quiesce-undo",
            Self::Restart => "restart",
            Self::Wipe => "wipe",
            Self::Remove => "remove",
            Self::SelectMore => "select-more",
            Self::AddNode => "add-node-here",
            Self::AddRack => "add-rack",
            Self::Split => "split",
            Self::Heal => "heal",
            Self::PickUp => "pick-up",
            Self::Links => "links",
            Self::StageObserved => "stage-observed",
            Self::StageAndRecluster => "stage-and-recluster",
            Self::EditRoster => "edit-roster",
            Self::SetRoster => "set-roster",
            Self::SetAndRecluster => "set-and-recluster",
            Self::Recluster => "recluster",
            Self::Revive => "revive",
            Self::Play => "play",
            Self::Step => "step",
            Self::Faster => "speed",
            Self::Slower => "slower",
            Self::Migrate => "migrate",
            Self::Undo => "undo",
            Self::Redo => "redo",
            Self::Help => "help",
            Self::Share => "share",
            Self::Console => "console",
            Self::Theme => "theme",
        }
    }

    /// What stands on it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Stop => "Stop",
            Self::Crash => "Crash",
            Self::Start => "Start",
            Self::Isolate => "Isolate",
            Self::Quiesce => "Quiesce",
            Self::QuiesceUndo => "Undo quiesce",
            Self::Restart => "Rolling restart",
            Self::Wipe => "Wipe",
            Self::Remove => "Remove",
            Self::SelectMore => "Select more",
            Self::AddNode => "Add node",
            Self::AddRack => "Add rack",
            Self::Split => "Split by rack",
            Self::Heal => "Heal all",
            Self::PickUp => "Move",
            Self::Links => "Links",
            Self::StageObserved | Self::SetRoster => "Stage only",
            Self::StageAndRecluster | Self::SetAndRecluster => "Stage and recluster",
            Self::EditRoster => "Edit",
            Self::Recluster => "Recluster",
            Self::Revive => "Revive",
            Self::Play => "Play",
            Self::Step => "Step",
            Self::Faster => "Faster",
            Self::Slower => "Slower",
            Self::Migrate => "Finish migrations",
            Self::Undo => "Undo",
            Self::Redo => "Redo",
            Self::Help => "Keys",
            Self::Share => "Share",
            Self::Console => "Console",
            Self::Theme => "Theme",
        }
    }

    /// What it does, for its tip and for the help.
    #[must_use]
    pub fn tip(self) -> &'static str {
        match self {
            Self::Stop => "stop cleanly: the node marks its storage clean",
            Self::Crash => "crash, or cut the power of several nodes at once: they return with e",
            Self::Start => "start the node",
            Self::Isolate => "cut the selected nodes off from all others",
            Self::Quiesce => "from the next cluster change on, the node is last in every row",
            Self::QuiesceUndo => "take the quiesce back, from the next cluster change",
            Self::Restart => "one node after the other: quiesce, recluster, stop, start and fill",
            Self::Wipe => {
                "empty the drives of a node that is down: it returns with e, without data"
            }
            Self::Remove => "remove a node that is down, with its drives; rosters still name it",
            Self::SelectMore => "each click on a card adds it to the selection or takes it out",
            Self::AddNode => "add a node to this rack",
            Self::AddRack => "add an empty lane; it becomes a rack when a node is on it",
            Self::Split => "cut every link between racks",
            Self::Heal => "restore every link that is cut",
            Self::PickUp => "pick the card up; arrows or a number choose its lane, Enter drops it",
            Self::Links => "go to the node's links",
            Self::StageObserved => "set the pending roster to the observed nodes",
            Self::StageAndRecluster => "set the roster to the observed nodes, in force at once",
            Self::EditRoster => "edit a roster: add and remove nodes, set their racks",
            Self::SetRoster => "set the pending roster to what is written here",
            Self::SetAndRecluster => "set the roster to what is written here, in force at once",
            Self::Recluster => "force a cluster change: the pending roster comes into force",
            Self::Revive => "turn e into r on the nodes of this sub-cluster, at the next change",
            Self::Play => "run simulated time while partitions migrate, or pause it",
            Self::Step => "advance simulated time by one second, or to the end of a cluster change",
            Self::Faster => "run simulated time faster; after 1000× comes 1×",
            Self::Slower => "run simulated time slower; Shift+click on the speed does the same",
            Self::Migrate => "finish all migrations at once",
            Self::Undo => "undo the last step",
            Self::Redo => "do it again",
            Self::Help => "show or hide the keys",
            Self::Share => "share this experiment as a link or a file",
            Self::Console => "open or close the console: asadm, and the lines that do what you do",
            Self::Theme => "switch between light and dark",
        }
    }
}
