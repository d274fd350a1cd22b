//! Branches: futures that were abandoned by acting in the past, kept so that a person can compare them or switch to them.
//!
//! Invariant: at most [`MOST`] are kept; none is a prefix of the present timeline or of another branch. A branch holds
//! entries and events, no cluster. Not here: switching to one (the scenario crate's `Timeline::follow`).

use std::rc::Rc;

use rosterlab_engine::convert;
use rosterlab_scenario::{Course, Entry, Timeline, fork};

use crate::news;
use crate::text::{clock, count};

/// The most branches that are kept.
pub const MOST: usize = 12;

/// An abandoned future.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Unique among all branches, also dropped ones.
    pub number: u32,
    /// Whether it stays when there are too many.
    pub pinned: bool,
    /// Its entries and outcomes.
    pub course: Rc<Course>,
}

/// The result of keeping a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Not kept: it is a prefix of the present timeline or of another branch.
    Known,
    /// Kept.
    New,
    /// Kept, and the oldest unpinned branch was dropped.
    InPlaceOf(u32),
    /// Not kept, because all kept branches are pinned.
    Refused,
}

/// All kept branches, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Branches {
    kept: Vec<Branch>,
    last_number: u32,
}

impl Branches {
    /// All branches, oldest first.
    #[must_use]
    pub fn all(&self) -> &[Branch] {
        &self.kept
    }

    /// The branch with this number.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&Branch> {
        self.kept.iter().find(|branch| branch.number == number)
    }

    /// Keeps a course that was abandoned for the present one.
    pub fn keep(&mut self, course: Course, present: &Timeline) -> Kept {
        let known = |branch: &Branch| course.begins(branch.course.entries());
        if course.begins(present.entries()) || self.kept.iter().any(known) {
            return Kept::Known;
        }
        self.kept.retain(|branch| branch.pinned || !branch.course.begins(course.entries()));
        let mut kept = Kept::New;
        if self.kept.len() >= MOST {
            let Some(oldest) = self.kept.iter().position(|branch| !branch.pinned) else {
                return Kept::Refused;
            };
            kept = Kept::InPlaceOf(self.kept.remove(oldest).number);
        }
        self.last_number += 1;
        let (number, course) = (self.last_number, Rc::new(course));
        self.kept.push(Branch { number, pinned: false, course });
        kept
    }

    /// Drops branches that the present timeline has repeated. Returns whether there were any.
    pub fn prune(&mut self, present: &Timeline) -> bool {
        let before = self.kept.len();
        self.kept.retain(|branch| !branch.course.begins(present.entries()));
        self.kept.len() < before
    }

    /// Removes a branch.
    pub fn remove(&mut self, number: u32) -> Option<Branch> {
        let place = self.kept.iter().position(|branch| branch.number == number)?;
        Some(self.kept.remove(place))
    }

    /// Pins or unpins a branch. Returns whether it is pinned now.
    pub fn toggle_pin(&mut self, number: u32) -> Option<bool> {
        let branch = self.kept.iter_mut().find(|branch| branch.number == number)?;
        branch.pinned = !branch.pinned;
        Some(branch.pinned)
    }
}

/// Where a branch leaves the present timeline, in words: what it did there, and instead of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parting {
    /// The number of entries that both share.
    pub fork: usize,
    /// What the branch did next: `Stop A101`.
    pub title: String,
    /// `instead of Recluster, at 0:00:05`.
    pub instead: String,
    /// `3 steps`.
    pub steps: String,
}

impl Branch {
    /// Where it leaves the present timeline; `nodes` is the number of nodes in the cluster.
    #[must_use]
    pub fn parting(&self, present: &Timeline, nodes: usize) -> Parting {
        let (ours, theirs) = (present.entries(), self.course.entries());
        let fork = fork(ours, theirs);
        let title = |entries: &[Entry]| entries.get(fork).map(|e| news::of_entry(e, nodes));
        let at = clock(present.at_ms(fork));
        let instead = title(ours).map_or_else(
            || format!("after the last step, at {at}"),
            |title| format!("instead of {title}, at {at}"),
        );
        let steps = convert::count(theirs.len() - fork);
        Parting {
            fork,
            title: title(theirs).unwrap_or_default(),
            instead,
            steps: count(steps, "step"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{Command, Shutdown};

    use super::*;
    use crate::state::case_study;

    fn stop(node: &str) -> Command {
        Command::Stop { nodes: vec![node.parse().unwrap()], shutdown: Shutdown::Clean }
    }

    fn of(commands: &[&str]) -> Timeline {
        let mut timeline = Timeline::new(case_study()).unwrap();
        for node in commands {
            timeline.act(stop(node)).unwrap();
        }
        timeline
    }

    fn keep(branches: &mut Branches, left: &Timeline, present: &Timeline) -> Kept {
        branches.keep(left.course(), present)
    }

    fn numbers(branches: &Branches) -> Vec<u32> {
        branches.all().iter().map(|branch| branch.number).collect()
    }

    #[test]
    fn what_is_the_beginning_of_something_else_is_not_kept() {
        let mut branches = Branches::default();
        let present = of(&["A101", "A102"]);
        assert_eq!(keep(&mut branches, &of(&["A101"]), &present), Kept::Known);
        assert_eq!(keep(&mut branches, &of(&["B101"]), &present), Kept::New);
        assert_eq!(keep(&mut branches, &of(&["B101"]), &present), Kept::Known);
        assert_eq!(keep(&mut branches, &of(&["B101", "B102"]), &present), Kept::New);
        assert_eq!(numbers(&branches), [2], "the longer one has the shorter one in it");
        assert!(!branches.prune(&of(&["B101"])));
        assert!(branches.prune(&of(&["B101", "B102", "A101"])) && branches.all().is_empty());
    }

    #[test]
    fn the_oldest_that_is_not_pinned_makes_room() {
        let mut branches = Branches::default();
        let present = of(&["A101"]);
        let mut timeline = of(&["B101"]);
        for ms in 1..=12_u64 {
            timeline.seek(1);
            timeline.act(stop("B102")).unwrap();
            timeline.pass(ms);
            timeline.act(stop("A103")).unwrap();
            assert_eq!(keep(&mut branches, &timeline, &present), Kept::New, "{ms}");
        }
        assert_eq!(branches.toggle_pin(1), Some(true));
        assert_eq!(keep(&mut branches, &of(&["A103"]), &present), Kept::InPlaceOf(2));
        assert_eq!(branches.all().len(), MOST);
        for number in numbers(&branches).into_iter().skip(1) {
            branches.toggle_pin(number);
        }
        assert_eq!(keep(&mut branches, &of(&["A102"]), &present), Kept::Refused);
        assert_eq!(branches.remove(1).map(|branch| branch.number), Some(1));
        assert!(branches.get(1).is_none() && branches.toggle_pin(1).is_none());
    }

    #[test]
    fn a_branch_is_named_after_where_it_parts() {
        let mut branches = Branches::default();
        let present = of(&["B101", "A101"]);
        keep(&mut branches, &of(&["B101", "B102", "A103"]), &present);
        let parting = branches.all()[0].parting(&present, 5);
        assert_eq!((parting.fork, parting.steps.as_str()), (1, "2 steps"));
        assert_eq!(parting.title, "Stop B102");
        assert_eq!(parting.instead, "instead of Stop A101, at 0:00:01");
        let parting = branches.all()[0].parting(&of(&["B101"]), 5);
        assert_eq!(parting.instead, "after the last step, at 0:00:01");
    }
}
