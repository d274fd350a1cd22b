//! What the page knows of time besides the timeline: the open tab below the floor, the counts along the timeline, the
//! branches, the comparison, the log.
//!
//! Invariant: pure; the contents of closed tabs are not computed. Not here: the timeline itself and seeking along it (see
//! `state`).

use std::rc::Rc;

use rosterlab_engine::{Migrations, NodeId};
use rosterlab_scenario::foresight::ways::{Way, risk_of_steps};
use rosterlab_scenario::{Course, Entry, Timeline, fork};

use crate::time::branches::{Branches, Kept, MOST};
use crate::time::compare::{Comparison, Side};
use crate::time::ends::End;
use crate::time::logbook::{LINES, Logbook};
use crate::why::ways::Answer;

/// The speeds of simulated time.
pub const SPEEDS: [u32; 5] = [1, 10, 60, 300, 1000];

/// The length of one step of time.
pub const STEP_MS: u64 = 1_000;

/// The length of a step while a cluster change is under way; it finishes the change (docs/domain.md §7).
pub const CHANGE_MS: u64 = 2_000;

/// The tabs of the panel below the floor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// The timeline as a graph, and the history.
    #[default]
    Timeline,
    /// Two ends side by side.
    Compare,
    /// What clients are told.
    Clients,
    /// What every further loss of nodes would leave active.
    Losses,
    /// The server's log.
    Log,
}

impl Tab {
    /// Every tab, in order.
    pub const ALL: [Self; 5] =
        [Self::Timeline, Self::Compare, Self::Clients, Self::Losses, Self::Log];

    /// Its `data-tab`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Timeline => "timeline",
            Self::Compare => "compare",
            Self::Clients => "clients",
            Self::Losses => "losses",
            Self::Log => "log",
        }
    }

    /// Its label.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Timeline => "Timeline",
            Self::Compare => "Compare",
            Self::Clients => "Clients",
            Self::Losses => "Failure sets",
            Self::Log => "Log",
        }
    }

    /// The selector of its button.
    #[must_use]
    pub fn selector(self) -> &'static str {
        match self {
            Self::Timeline => "#tab-timeline",
            Self::Compare => "#tab-compare",
            Self::Clients => "#tab-clients",
            Self::Losses => "#tab-losses",
            Self::Log => "#tab-log",
        }
    }

    /// The tab that a key moves to from this one.
    #[must_use]
    pub fn beside(self, key: &str) -> Option<Self> {
        let count = Self::ALL.len();
        let here = Self::ALL.iter().position(|tab| *tab == self)?;
        Some(match key {
            "ArrowRight" => Self::ALL[(here + 1) % count],
            "ArrowLeft" => Self::ALL[(here + count - 1) % count],
            "Home" => Self::ALL[0],
            "End" => Self::ALL[count - 1],
            _ => return None,
        })
    }
}

/// What a person does with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeAction {
    /// Opens a tab.
    Show(Tab),
    /// Goes to the position where this many steps are done.
    Seek(usize),
    /// Goes this many steps forward, or back if negative.
    SeekBy(isize),
    /// Switches to a branch; the present timeline becomes a branch.
    Switch(u32),
    /// Pins or unpins a branch.
    Pin(u32),
    /// Drops a branch.
    Delete(u32),
    /// Compares an end with now.
    Compare(Side),
    /// Opens a tab and moves the focus to it.
    GoTo(Tab),
    /// Chooses the left side of the comparison.
    Left(Side),
    /// Chooses the right side.
    Right(Side),
    /// Shows the next partition that differs, or the previous one if false.
    NextDifference(bool),
    /// Filters the log by a node, or shows all nodes.
    LogOf(Option<NodeId>),
    /// Shows the log of the last step only, or of all steps.
    LogLastStep(bool),
    /// Shows more of the log.
    LogMore,
    /// The log was copied, or only selected if false.
    Copied(bool),
}

/// An end for a namespace, kept for the next comparison.
#[derive(Clone, Debug)]
struct KnownEnd {
    /// Everything that was done until there.
    entries: Vec<Entry>,
    namespace: usize,
    /// Where the two ends part: the risk is counted from there.
    base: usize,
    end: Rc<End>,
}

/// What the page knows of time besides the timeline.
#[derive(Clone, Debug, Default)]
pub struct TimeState {
    /// The open tab.
    pub tab: Tab,
    /// The sides that are compared; the right one may not be chosen yet.
    pub sides: (Side, Option<Side>),
    /// The log.
    pub log: Logbook,
    /// What the page says after copying the log.
    pub copied: Option<Rc<str>>,
    /// The branches.
    pub branches: Branches,
    comparison: Option<Rc<Comparison>>,
    ends: Vec<KnownEnd>,
}

impl TimeState {
    /// The comparison, while its tab is open.
    #[must_use]
    pub fn comparison(&self) -> Option<&Rc<Comparison>> {
        self.comparison.as_ref()
    }

    /// Updates the branches after the timeline changed; `left` is the abandoned future. Returns a sentence if a
    /// branch was kept or dropped.
    pub fn arrive(&mut self, timeline: &Timeline, left: Option<Course>) -> Option<String> {
        self.branches.prune(timeline);
        match self.branches.keep(left?, timeline) {
            Kept::Known => None,
            Kept::New => Some("What was undone is kept as a branch.".to_owned()),
            Kept::InPlaceOf(_) => Some(format!(
                "What was undone is kept as a branch; of more than {MOST} the oldest that was not \
                 pinned is dropped."
            )),
            Kept::Refused => Some(format!(
                "What was undone is dropped: all {MOST} branches that are kept are pinned."
            )),
        }
    }

    /// Computes what the open tab shows; `answer` has the ways out of the whole, if they are found.
    pub fn update(&mut self, timeline: &Timeline, namespace: usize, answer: Option<&Rc<Answer>>) {
        if self.tab == Tab::Log {
            self.log.update(timeline);
        }
        self.comparison = None;
        if self.tab == Tab::Compare {
            self.compare(timeline, namespace, answer);
        } else {
            self.ends = Vec::new();
        }
    }

    /// Compares the chosen sides; a side that is gone is replaced by a default.
    fn compare(&mut self, timeline: &Timeline, namespace: usize, answer: Option<&Rc<Answer>>) {
        let newest = self.branches.all().last().map(|branch| Side::Branch(branch.number));
        let way = |place: usize| answer.and_then(|answer| answer.ways.get(place));
        let is_there = |side: &Side| match side {
            Side::Branch(number) => self.branches.get(*number).is_some(),
            Side::Way(place) => way(*place).is_some(),
            Side::Now | Side::Start => true,
        };
        let left = Some(self.sides.0).filter(is_there).unwrap_or(Side::Now);
        let right = self.sides.1.filter(is_there).or(newest).unwrap_or(Side::Start);
        self.sides = (left, Some(right));
        let now = &timeline.entries()[..timeline.position()];
        let entries_of = |side: Side| match side {
            Side::Now => now.to_vec(),
            Side::Start => Vec::new(),
            Side::Branch(number) => {
                self.branches.get(number).map_or_else(Vec::new, |one| one.course.entries().to_vec())
            }
            Side::Way(place) => now.iter().cloned().chain(way(place).map(Way::entry)).collect(),
        };
        let entries = [left, right].map(entries_of);
        // Up to here all of them did the same.
        let base = fork(&entries[0], &entries[1]);
        let base = entries.iter().map(|one| fork(one, timeline.entries())).fold(base, usize::min);
        let known = std::mem::take(&mut self.ends);
        let end_of = |entries: &Vec<Entry>| {
            let is_it = |end: &&KnownEnd| {
                end.namespace == namespace && end.base == base && end.entries == *entries
            };
            known.iter().find(is_it).cloned().unwrap_or_else(|| {
                let mut there = timeline.clone();
                there.seek(base);
                let risk = risk_of_steps(there.cluster(), &entries[base..]);
                there.seek(fork(entries, timeline.entries()));
                for entry in &entries[there.position()..] {
                    let done = there.perform(entry.clone());
                    debug_assert!(done.is_ok(), "each end was reached before, each way was tried");
                }
                let end = Rc::new(End::of(&there, risk, namespace));
                KnownEnd { entries: entries.clone(), namespace, base, end }
            })
        };
        let [left, right] = entries.each_ref().map(end_of);
        self.comparison = Some(Rc::new(Comparison::of(left.end.clone(), right.end.clone())));
        self.ends = vec![left, right];
    }

    /// Shows [`LINES`] more lines of the log.
    pub fn more_of_log(&mut self) {
        self.log.filter.most += LINES;
    }
}

/// The share of a sub-cluster's migrations that are done, in hundredths of a percent; `None` if none are left.
#[must_use]
pub fn progress(
    expected: &[(NodeId, Migrations)],
    remaining: &[(NodeId, Migrations)],
) -> Option<u64> {
    let sum = |figures: &[(NodeId, Migrations)]| {
        figures.iter().fold(Migrations::default(), |sum, (_, of)| Migrations {
            tx: sum.tx + of.tx,
            rx: sum.rx + of.rx,
            signals: sum.signals + of.signals,
        })
    };
    let left = sum(remaining);
    (left != Migrations::default()).then(|| left.complete_hundredths(sum(expected)))
}

/// Hundredths of a percent in the ticker's format: `23.09`.
#[must_use]
pub fn percent(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_from_tab_to_tab_and_around() {
        assert_eq!(Tab::Timeline.beside("ArrowLeft"), Some(Tab::Log));
        assert_eq!(Tab::Timeline.beside("ArrowRight"), Some(Tab::Compare));
        assert_eq!(Tab::Log.beside("ArrowRight"), Some(Tab::Timeline));
        assert_eq!(Tab::Log.beside("Home"), Some(Tab::Timeline));
        assert_eq!(Tab::Log.beside("x"), None);
    }

    #[test]
    fn progress_is_over_all_nodes() {
        let node = |id: u64| NodeId::new(id).unwrap();
        let of = |tx, rx| Migrations { tx, rx, signals: 0 };
        let expected = [(node(1), of(10, 0)), (node(2), of(0, 10))];
        let remaining = [(node(1), of(5, 0)), (node(2), of(0, 5))];
        assert_eq!(progress(&expected, &remaining), Some(5_000));
        assert_eq!(progress(&expected, &[(node(1), of(0, 0))]), None);
        assert_eq!(
            (percent(5_000), percent(9), percent(10_000)),
            ("50.00".to_owned(), "0.09".to_owned(), "100.00".to_owned())
        );
    }
}
