//! 4096 partitions as the few groups that share a reason: the map's equal for those who cannot see it.
//!
//! Invariant: every partition is in one group, so the sizes add up to all of them. Not here: words (see `rules`).

use std::cmp::Reverse;

use rosterlab_engine::{Cell, PARTITIONS, PartitionId, Rule};

use crate::look::Look;
use crate::text::insert_sorted;

/// Partitions that are what they are by the same rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// How they look.
    pub look: Look,
    /// The rule that decided.
    pub rule: Rule,
    /// How many there are.
    pub size: u32,
    /// The first of them.
    pub example: PartitionId,
}

/// The groups of a sub-cluster's partitions: worst look first, then the largest.
#[must_use]
pub fn groups(cells: &[Cell]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (example, cell) in PartitionId::all().zip(cells.iter().take(PARTITIONS)) {
        let (look, rule) = (Look::of(cell), cell.verdict.rule);
        match groups.iter_mut().find(|group| (group.look, group.rule) == (look, rule)) {
            Some(group) => group.size += 1,
            None => groups.push(Group { look, rule, size: 1, example }),
        }
    }
    let mut sorted = Vec::with_capacity(groups.len());
    for group in groups {
        insert_sorted(&mut sorted, group, |group| (group.look, Reverse(group.size), group.rule));
    }
    sorted
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{Availability, Verdict};

    use super::*;

    #[test]
    fn partitions_are_gathered_by_reason_worst_first() {
        let cell = |availability, rule, migrating| Cell {
            verdict: Verdict { availability, rule },
            working_master: None,
            migrating,
        };
        let settled = cell(Availability::Active, Rule::SuperMajority, false);
        let filling = cell(Availability::Active, Rule::SuperMajority, true);
        let lost = cell(Availability::Unavailable, Rule::NoFullCopy, false);
        let minority = cell(Availability::Unavailable, Rule::NothingElse, false);
        let cells = [settled, lost, minority, filling, minority];
        let found: Vec<_> = groups(&cells)
            .iter()
            .map(|group| (group.look, group.rule, group.size, group.example.get()))
            .collect();
        assert_eq!(
            found,
            [
                (Look::Unavailable, Rule::NothingElse, 2, 2),
                (Look::Unavailable, Rule::NoFullCopy, 1, 1),
                (Look::Filling, Rule::SuperMajority, 1, 3),
                (Look::Settled, Rule::SuperMajority, 1, 0),
            ]
        );
    }
}
