//! What the field's words mean: two sentences a term, and how that is known.
//!
//! Invariant: every place that explains a term takes its words from the one table here. Not here: what the rules ask (see
//! `rules`), and the names of roles and copies (see `marks`).

use rosterlab_engine::{Availability, Role};

use super::rules::Source;

/// A word that is explained where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// The mark `e`.
    Evade,
    /// The mark `s`.
    Subset,
    /// The mark `r`.
    Revived,
    /// Not served, whole roster.
    Dead,
    /// Not served, roster nodes missing.
    Unavailable,
    /// First of the roster's row.
    RosterMaster,
    /// Among the first RF of the roster's row.
    RosterReplica,
    /// In the place of a roster-replica.
    StandIn,
    /// Serves.
    WorkingMaster,
    /// Last in every order.
    Quiesced,
    /// In no cluster.
    Orphan,
    /// Leads its cluster.
    Principal,
    /// Counts rebalances.
    Regime,
    /// How many nodes can still be lost.
    Margin,
    /// A node that is down and whose next start marks its versions.
    ReturnsMarked,
    /// Numbers that are not exact.
    About,
}

impl Term {
    /// Every term.
    pub const ALL: [Self; 16] = [
        Self::Evade,
        Self::Subset,
        Self::Revived,
        Self::Dead,
        Self::Unavailable,
        Self::RosterMaster,
        Self::RosterReplica,
        Self::StandIn,
        Self::WorkingMaster,
        Self::Quiesced,
        Self::Orphan,
        Self::Principal,
        Self::Regime,
        Self::Margin,
        Self::ReturnsMarked,
        Self::About,
    ];

    /// The term for a role, if it needs one.
    #[must_use]
    pub fn of_role(role: Role) -> Option<Self> {
        match role {
            Role::RosterMaster => Some(Self::RosterMaster),
            Role::RosterReplica => Some(Self::RosterReplica),
            Role::StandIn => Some(Self::StandIn),
            Role::Other | Role::NotInRoster => None,
        }
    }

    /// The term for an availability, if it needs one.
    #[must_use]
    pub fn of_availability(availability: Availability) -> Option<Self> {
        match availability {
            Availability::Active => None,
            Availability::Unavailable => Some(Self::Unavailable),
            Availability::Dead => Some(Self::Dead),
        }
    }

    /// What it means, in two sentences.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.entry().0
    }

    /// How that is known.
    #[must_use]
    pub fn source(self) -> Source {
        self.entry().1
    }

    /// What it means and how that is known.
    #[must_use]
    pub fn text(self) -> String {
        let (meaning, source) = self.entry();
        [meaning, " (", source.words(), ")"].concat()
    }

    fn entry(self) -> (&'static str, Source) {
        match self {
            Self::Evade => (
                "e, evade: the node stopped uncleanly or its drives were empty, so what it holds of the partition \
                 is not trusted. It has no vote there until migrations are complete, or revive turns e into r.",
                Source::DocumentedAndSeen,
            ),
            Self::Subset => (
                "s, subset: a copy that may miss writes, after a restart, apart from the others, or while it is \
                 filled. It is no full copy, but a super-majority serves what all subsets hold together.",
                Source::Seen,
            ),
            Self::Revived => (
                "r, revived: an operator's revive turned e into r, or a node without data saw a new roster. It \
                 votes, but a super-majority counts it only when the whole roster is here.",
                Source::Documented,
            ),
            Self::Dead => (
                "Not served although the whole roster is here, so no node that returns can help. An operator has \
                 to revive it, and acknowledged writes may be lost.",
                Source::Documented,
            ),
            Self::Unavailable => (
                "Not served while roster nodes are missing. It is served again when enough of them are back, or \
                 under another roster.",
                Source::Documented,
            ),
            Self::RosterMaster => (
                "The first node of the partition's order over the whole roster, here or not. With exactly half of \
                 the roster's votes, only the side that has it is active.",
                Source::Documented,
            ),
            Self::RosterReplica => (
                "One of the first RF nodes of the partition's order over the whole roster, here or not. Where all \
                 of them are, the partition is active if one copy is full.",
                Source::Documented,
            ),
            Self::StandIn => (
                "Holds a copy in the place of a roster-replica that is missing or quiesced. It gets all writes, \
                 and does not count as a roster-replica.",
                Source::Documented,
            ),
            Self::WorkingMaster => (
                "Serves the partition's reads and writes now. It hands over to the first node of the order when \
                 that one has the data.",
                Source::Seen,
            ),
            Self::Quiesced => (
                "Goes to the end of every order and hands its masters over, from the next cluster change on. It \
                 still counts for majorities and keeps its data.",
                Source::Documented,
            ),
            Self::Orphan => (
                "Runs and is in no cluster, because a link is missing or its cluster is gone. It serves nothing, \
                 and its full copies become subsets.",
                Source::Seen,
            ),
            Self::Principal => (
                "The highest id of its cluster. It decides who is in the cluster, and takes recluster.",
                Source::Seen,
            ),
            Self::Regime => (
                "Counts the rebalances of the namespace: 2 for each, and 4 or more when one was interrupted. A \
                 client rejects an answer with an older regime than it has seen.",
                Source::Documented,
            ),
            Self::Margin => (
                "How many more nodes can be lost before the first partition is not served. The simulator tries \
                 every set of losses, at the same instant and one after the other.",
                Source::Own,
            ),
            Self::ReturnsMarked => (
                "Its storage has no clean-shutdown mark, so its next start does not trust it. Then its copies and \
                 its empty versions get the mark.",
                Source::DocumentedAndSeen,
            ),
            Self::About => (
                "Which node has which partition is the simulator's choice here, because the algorithm of \
                 prefer-uniform-balance is not published. The counts are about right, and not exact.",
                Source::Own,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_has_two_sentences_and_a_source() {
        for term in Term::ALL {
            let meaning = term.meaning();
            assert!(meaning.ends_with('.'), "{meaning}");
            assert_eq!(meaning.matches(". ").count(), 1, "two sentences: {meaning}");
            assert!(term.text().ends_with(&format!("({})", term.source().words())));
        }
    }
}
