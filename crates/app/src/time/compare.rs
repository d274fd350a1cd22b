//! The comparison of two ends: which partitions differ, and how.
//!
//! Invariant: pure. A partition is what a client of the whole network finds ([`rosterlab_engine::Served`]). Not here: reaching an end (see `time::state`) and pixels (see `map::paint`).

use std::rc::Rc;

use rosterlab_engine::order::by_key;
use rosterlab_engine::{Cell, PARTITIONS, PartitionId, convert};

use crate::look::Look;
use crate::time::ends::End;

/// One of the ends that can be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// The present position.
    #[default]
    Now,
    /// Before anything was done.
    Start,
    /// The end of a branch, by its number.
    Branch(u32),
    /// The end of a way out of the whole, by its place among those that were found.
    Way(usize),
}

impl Side {
    /// Its name as the value of an option: `now`, `start`, `branch-3`, `way-0`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Now => "now".to_owned(),
            Self::Start => "start".to_owned(),
            Self::Branch(number) => format!("branch-{number}"),
            Self::Way(place) => format!("way-{place}"),
        }
    }

    /// The side with this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "now" => Some(Self::Now),
            "start" => Some(Self::Start),
            _ => match name.strip_prefix("way-") {
                Some(place) => place.parse().ok().map(Self::Way),
                None => name.strip_prefix("branch-")?.parse().ok().map(Self::Branch),
            },
        }
    }
}

/// Partitions with one look on the left and another on the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Their look on the left.
    pub from: Look,
    /// Their look on the right.
    pub to: Look,
    /// The number of partitions.
    pub size: u32,
    /// The first of them.
    pub example: PartitionId,
}

/// Two sides and their differences.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The left side.
    pub left: Rc<End>,
    /// The right side.
    pub right: Rc<End>,
    /// By partition: whether its look differs.
    pub differs: Rc<Vec<bool>>,
    /// The differences, worst look on the right first, then largest first.
    pub changes: Vec<Change>,
}

impl Comparison {
    /// Compares two sides.
    #[must_use]
    pub fn of(left: Rc<End>, right: Rc<End>) -> Self {
        let mut changes: Vec<Change> = Vec::new();
        let mut differs = vec![false; PARTITIONS];
        for (example, (left, right)) in
            PartitionId::all().zip(left.cells.iter().zip(right.cells.iter()))
        {
            let (from, to) = (Look::of(left), Look::of(right));
            if from == to {
                continue;
            }
            differs[example.index()] = true;
            match changes.iter_mut().find(|change| (change.from, change.to) == (from, to)) {
                Some(change) => change.size += 1,
                None => changes.push(Change { from, to, size: 1, example }),
            }
        }
        // A size is at most 4096.
        let changes = by_key(&changes, |change| {
            (change.to as u64) << 32 | u64::from(0xFFFF - change.size) << 8 | change.from as u64
        });
        Self { left, right, differs: Rc::new(differs), changes }
    }

    /// The number of partitions that differ.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.changes.iter().map(|change| change.size).sum()
    }

    /// The next partition that differs, or the previous one if `on` is false; wraps around at the end.
    #[must_use]
    pub fn beside(&self, from: PartitionId, on: bool) -> Option<PartitionId> {
        let count = self.differs.len();
        let mut at = from.index();
        for _ in 0..count {
            at = if on { (at + 1) % count } else { (at + count - 1) % count };
            if self.differs[at] {
                return PartitionId::new(u16::try_from(at).ok()?).ok();
            }
        }
        None
    }
}

/// The number of partitions with a look.
#[must_use]
pub fn count(cells: &[Cell], look: Look) -> u32 {
    let found = cells.iter().filter(|cell| Look::of(cell) == look).count();
    convert::count(found)
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{Command, RosterNodes, Shutdown};
    use rosterlab_scenario::Timeline;
    use rosterlab_scenario::foresight::ways::Risk;

    use super::*;
    use crate::state::case_study;
    use crate::testing::ids;

    fn after(commands: &[Command]) -> Timeline {
        let mut timeline = Timeline::new(case_study()).unwrap();
        for command in commands {
            timeline.act(command.clone()).unwrap();
            timeline.migrate(None);
        }
        timeline
    }

    fn end(timeline: &Timeline) -> Rc<End> {
        Rc::new(End::of(timeline, Some(Risk::None), 0))
    }

    fn stop(nodes: &str) -> Command {
        Command::Stop { nodes: ids(nodes), shutdown: Shutdown::Clean }
    }

    #[test]
    fn a_partition_is_active_if_it_is_anywhere() {
        let racks = vec![ids("A101 B101"), ids("A102 A103 B102")];
        let split = after(&[Command::Cut { between: racks }]);
        let view = split.cluster().view();
        let each: Vec<u32> =
            view.sub_clusters.iter().map(|sub| sub.namespaces[0].counts.active).collect();
        assert!(each.len() == 2 && each.iter().all(|active| *active > 0), "{each:?}");
        let cells = &end(&split).cells;
        let active = cells.iter().filter(|cell| cell.verdict.is_active()).count();
        assert_eq!(active, each.iter().map(|active| *active as usize).sum::<usize>());
        let down = end(&after(&[stop("A101 A102 A103 B101 B102")]));
        assert_eq!(count(&down.cells, Look::Unavailable), 4096);
    }

    #[test]
    fn what_differs_is_counted_by_how() {
        let whole = end(&Timeline::new(case_study()).unwrap());
        let same = Comparison::of(whole.clone(), whole.clone());
        assert_eq!((same.size(), same.changes.len()), (0, 0));
        let first = PartitionId::new(0).unwrap();
        assert_eq!(same.beside(first, true), None);

        let less = end(&after(&[stop("A101 B101")]));
        let lost = count(&less.cells, Look::Unavailable);
        let found = Comparison::of(whole, less);
        assert!(lost > 0 && lost < 4096);
        let (change, lost_only) = (found.changes[0], found.changes.len());
        assert_eq!((change.from, change.to, change.size), (Look::Settled, Look::Unavailable, lost));
        assert_eq!((found.size(), lost_only), (lost, 1));
        assert!(found.differs[change.example.index()]);
        let next = found.beside(change.example, true).unwrap();
        assert!(found.differs[next.index()] && next > change.example);
        assert_eq!(found.beside(next, false), Some(change.example));
        let last = found.beside(change.example, false).unwrap();
        assert!(last > next, "back from the first is the last");
    }

    #[test]
    fn two_ends_whose_partitions_look_the_same_still_differ_in_their_answers() {
        let of_rack_1 = Command::RosterSet {
            namespace: "main".to_owned(),
            nodes: RosterNodes::Observed,
            on: None,
        };
        let waited = after(&[stop("B101 B102")]);
        let reset = after(&[stop("B101 B102"), of_rack_1, Command::Recluster { on: None }]);
        let (waited, reset) = (end(&waited), end(&reset));
        assert_eq!(Comparison::of(waited.clone(), reset.clone()).size(), 0);
        let differ: Vec<&str> = waited
            .answers
            .iter()
            .zip(&reset.answers)
            .filter(|(one, other)| one.1 != other.1)
            .map(|((question, _), _)| question.as_str())
            .collect();
        assert_eq!(differ, ["Roster in force", "Pending roster"]);
        assert_eq!(reset.answers[2].1, "A103@1, A102@1, A101@1");
    }

    #[test]
    fn sides_have_names() {
        for side in [Side::Now, Side::Start, Side::Branch(7), Side::Way(0)] {
            assert_eq!(Side::of_name(&side.name()), Some(side));
        }
        assert_eq!(Side::of_name("branch-x"), None);
    }
}
