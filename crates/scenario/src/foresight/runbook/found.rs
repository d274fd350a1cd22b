//! What is found about a plan.
//!
//! Invariant: inert, but for what follows from the findings. Not here: how it is found (see `check`), sentences.

use rosterlab_engine::NodeId;

use super::mistakes::Mistake;
use super::out::Out;
use super::plan::Line;
use super::watch::{Back, Counts, Work};
use crate::timeline::Entry;

/// What is asked of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// How many further nodes may be lost at any moment.
    pub margin: usize,
    /// Whether that holds for brief times too; see the module.
    pub always: bool,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth a word.
    Warning,
    /// The plan is not safe.
    Error,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// More is out than at the beginning.
    Out(Out),
    /// A further loss would leave more out than the same loss at the beginning.
    Margin {
        /// How many nodes are lost.
        size: usize,
        /// The worst such loss.
        nodes: Vec<NodeId>,
        /// How many partitions are out after it.
        out: u32,
        /// What is out once these nodes are back after a crash.
        back: Option<Back>,
        /// The number of the line after which it is undone, if the plan goes straight on to that.
        until: Option<usize>,
    },
    /// The cluster refuses it, or it would never end.
    CannotBeDone(String),
    /// It is not understood.
    NotUnderstood(String),
    /// A documented mistake.
    Mistake(Mistake),
}

/// What was found about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// The namespace that it is about, as an index; `None` when it is about the cluster.
    pub namespace: Option<usize>,
    /// What is wrong.
    pub wrong: Wrong,
}

impl Finding {
    /// Takes another finding in, if both are the same, or are stops without a quiesce: a loop has one for each round.
    pub(super) fn takes_in(&mut self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        let (
            Wrong::Mistake(Mistake::StopWithoutQuiesce { nodes }),
            Wrong::Mistake(Mistake::StopWithoutQuiesce { nodes: more }),
        ) = (&mut self.wrong, &other.wrong)
        else {
            return false;
        };
        nodes.extend(more.iter().filter(|node| !nodes.contains(node)).copied().collect::<Vec<_>>());
        true
    }
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It does something.
    Does,
    /// It waits for migrations.
    Waits,
    /// It only asks.
    Looks,
    /// It is for people.
    Says,
    /// It cannot be done.
    Fails,
    /// It is not understood.
    Unknown,
}

/// A line that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedLine {
    /// The line.
    pub line: Line,
    /// What it is.
    pub what: What,
    /// What it does, in order.
    pub entries: Vec<Entry>,
    /// What it comes to, by namespace; empty for a line that does nothing.
    pub counts: Vec<Counts>,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

/// A plan that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The names of the namespaces, in the order of all lists of them.
    pub namespaces: Vec<String>,
    /// How many further nodes may be lost.
    pub margin: usize,
    /// The cluster before the plan.
    pub start: Vec<Counts>,
    /// Every line, in order.
    pub lines: Vec<CheckedLine>,
    /// Whether so many losses would have been tried between changes of the clusters that some were not.
    pub is_cut_short: bool,
    /// What was counted.
    pub work: Work,
}

impl Checked {
    /// Whether every line is understood, and one does something.
    #[must_use]
    pub fn is_understood(&self) -> bool {
        self.does_anything() && self.lines.iter().all(|line| line.what != What::Unknown)
    }

    /// Whether any line does something, waits, cannot be done or is not understood. A plan of other lines says nothing about
    /// what is meant to be done.
    #[must_use]
    pub fn does_anything(&self) -> bool {
        self.lines.iter().any(|line| !matches!(line.what, What::Looks | What::Says))
    }

    /// Whether it is safe; see the module.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.findings().all(|(_, finding)| finding.level < Level::Error)
    }

    /// Everything that was found, with its line.
    pub fn findings(&self) -> impl Iterator<Item = (&CheckedLine, &Finding)> {
        self.lines.iter().flat_map(|line| line.findings.iter().map(move |found| (line, found)))
    }

    /// How many further nodes can be lost at any moment of the plan; `None` when more is out without any.
    #[must_use]
    pub fn margin_left(&self) -> Option<usize> {
        let lines = self.lines.iter().flat_map(|line| line.counts.iter().zip(&self.start));
        let mut left = lines.map(|(counts, start)| counts.margin_left(start));
        left.try_fold(self.margin, |least, left| left.map(|left| left.min(least)))
    }

    /// As [`Self::margin_left`], and fewer where a loss did harm before the plan already: see [`Counts::margin_held`].
    #[must_use]
    pub fn margin_held(&self) -> Option<usize> {
        let lines = self.lines.iter().flat_map(|line| line.counts.iter().zip(&self.start));
        let mut held = lines.map(|(counts, start)| counts.margin_held(start));
        held.try_fold(self.margin, |least, held| held.map(|held| held.min(least)))
    }

    /// How many further nodes could be lost before the plan with nothing more out.
    #[must_use]
    pub fn margin_before(&self) -> usize {
        let held = self.start.iter().filter_map(|start| start.margin_held(start));
        held.fold(self.margin, usize::min)
    }

    /// Whether a further loss leaves more out, at any moment, than the same number of lost nodes before the plan.
    #[must_use]
    pub fn is_loss_worse(&self) -> bool {
        let mut lines = self.lines.iter().flat_map(|line| line.counts.iter().zip(&self.start));
        lines.any(|(counts, start)| {
            (1..=self.margin).any(|nodes| counts.without(nodes) > start.without(nodes))
        })
    }

    /// The number of the line with which a further loss does no harm any more, to the end of the plan; `None` when there is none.
    #[must_use]
    pub fn held_after(&self) -> Option<usize> {
        let lines: Vec<&CheckedLine> =
            self.lines.iter().filter(|line| !line.counts.is_empty()).collect();
        let each = |line: &CheckedLine, is: fn(&Counts, &Counts) -> bool| {
            line.counts.iter().zip(&self.start).all(|(counts, start)| is(counts, start))
        };
        let is_held = |line: &&CheckedLine| {
            each(line, |counts, start| counts.margin_held(start) == Some(counts.losses.len()))
        };
        let last = lines.iter().rposition(|line| !is_held(line))?;
        if each(lines[last], Counts::is_held_after) {
            return Some(lines[last].line.number);
        }
        // Migrations may end it within the next line.
        lines.get(last + 1).map(|line| line.line.number)
    }
}
