//! What a person can press: each button of the page, with its name for tests, its label and its tip.
//!
//! Invariant: a button, its key and its place in the help are one verb; what it does is decided in `state`, which key
//! presses it in `keys`. Not here: gestures on cards, links and the map.

/// Something that can be pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Stops the selected node cleanly.
    Stop,
    /// Crashes the selected node.
    Crash,
    /// Starts the selected node.
    Start,
    /// Cuts the selected node off from all others.
    Isolate,
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
    /// Light or dark.
    Theme,
}

impl Verb {
    /// Its `data-action`.
    #[must_use]
    pub fn action(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Crash => "crash",
            Self::Start => "start",
            Self::Isolate => "isolate",
            Self::Split => "split",
            Self::Heal => "heal",
            Self::PickUp => "pick-up",
            Self::Links => "links",
            Self::StageObserved => "stage-observed",
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
            Self::Split => "Split by rack",
            Self::Heal => "Heal all",
            Self::PickUp => "Move",
            Self::Links => "Links",
            Self::StageObserved => "Stage observed",
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
            Self::Theme => "Theme",
        }
    }

    /// What it does, for its tip and for the help.
    #[must_use]
    pub fn tip(self) -> &'static str {
        match self {
            Self::Stop => "stop the node cleanly: it marks its storage clean",
            Self::Crash => "crash the node: it returns with e, untrusted",
            Self::Start => "start the node",
            Self::Isolate => "cut the node off from all others",
            Self::Split => "cut every link between racks",
            Self::Heal => "restore every link that is cut",
            Self::PickUp => "pick the card up; arrows or a number choose its lane, Enter drops it",
            Self::Links => "go to the node's links",
            Self::StageObserved => "set the pending roster to the observed nodes",
            Self::Recluster => "force a cluster change: the pending roster comes into force",
            Self::Revive => "turn e into r on the nodes of this sub-cluster, at the next change",
            Self::Play => "let simulated time run while something migrates, or hold it",
            Self::Step => {
                "let one second of simulated time pass, or a cluster change come to its end"
            }
            Self::Faster => "let simulated time run faster; after 1000× at 1×",
            Self::Slower => {
                "let simulated time run slower; Shift and a click on the speed does it too"
            }
            Self::Migrate => "let all migrations finish at once",
            Self::Undo => "take the last step back",
            Self::Redo => "do it again",
            Self::Help => "show or hide the keys",
            Self::Theme => "switch between light and dark",
        }
    }
}
