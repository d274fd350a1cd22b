//! Which rules a cluster follows: all of domain.md, or fewer clauses for tests and for old share links.
//!
//! Invariant: [`Rules::default`] is domain.md as it stands. Every [`Clause`] that can be left out is one sentence of
//! domain.md, so that a test can show that leaving it out is noticed. Not here: the code of a clause; it is where the
//! clause is followed.

use crate::availability::{Judge, judge};

/// A clause of domain.md §4 to §9 that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clause {
    /// §5.1: a partition without data is fresh only under the namespace's first roster.
    FirstRosterOnly,
    /// §6: the working master stays full, replica or not, until its own emigration is done.
    WorkingMasterStaysFull,
    /// §6: other nodes' data becomes a subset.
    OthersBecomeSubsets,
    /// §6: replicas that are not full become filling subsets.
    FillingIsSubset,
    /// §6: without a full copy, holders without `e` are preferred as working master.
    PreferTrusted,
    /// §6: without a full copy, every other holder of data is a duplicate.
    EveryHolderIsADuplicate,
    /// §6.1 rule 1: what the working master's version becomes.
    ApWorkingMaster,
    /// §6.1 rule 2: what the final master's version becomes.
    ApFinalMaster,
    /// §6.1 rule 3: replicas without data get `s` and `e`.
    ApEmptyReplicas,
    /// §6.1 rule 4: the list of families goes on with duplicates among the replicas.
    ApFamilies,
    /// §6.1 rule 4: a match with a subset's entry gives a unique family.
    ApOrphanSubsets,
    /// §6.1 rule 5: with duplicates, replicas of family 0 become subsets.
    ApFamilyZero,
    /// §6.1 rule 6: non-replicas of a listed family become subsets of the new key.
    ApNonReplicas,
    /// §6.1 rule 7: without duplicates, only replicas without data or with `s` immigrate.
    ApWhoImmigrates,
    /// §6.1 rule 8: the working master's copy makes the final master whole at once.
    ApTakeOver,
    /// §6.1 rule 9: no start sets `e`.
    ApStartsTrusted,
    /// §7: clusters depend on the clusters before them, not on the links alone.
    ClustersLiveOn,
    /// §7.1: a member that does not hear its principal becomes an orphan.
    PrincipalHeard,
    /// §7.2: a principal takes in the orphans that hear it.
    TakeIn,
    /// §7.3: most members may prefer another principal.
    Preference,
    /// §7.4: a cluster joins the highest one whose principal it hears.
    Join,
    /// §7.5: an orphan that hears a node in a cluster only asks to join.
    OnlyAsk,
    /// §7.5: a cluster forms when exactly its clique chose the node.
    ExactClique,
    /// §7: `min-cluster-size`.
    MinClusterSize,
    /// §4, §7: an orphan's versions are isolated.
    OrphansIsolated,
    /// §7: a node that had prepared and not committed has subsets.
    UncommittedIsSubset,
    /// §9: every way of losing a write counts, not only conflict resolution in AP.
    EveryLossCounts,
}

impl Clause {
    /// Every clause, in the order of domain.md.
    pub const ALL: [Self; 27] = [
        Self::FirstRosterOnly,
        Self::WorkingMasterStaysFull,
        Self::OthersBecomeSubsets,
        Self::FillingIsSubset,
        Self::PreferTrusted,
        Self::EveryHolderIsADuplicate,
        Self::ApWorkingMaster,
        Self::ApFinalMaster,
        Self::ApEmptyReplicas,
        Self::ApFamilies,
        Self::ApOrphanSubsets,
        Self::ApFamilyZero,
        Self::ApNonReplicas,
        Self::ApWhoImmigrates,
        Self::ApTakeOver,
        Self::ApStartsTrusted,
        Self::ClustersLiveOn,
        Self::PrincipalHeard,
        Self::TakeIn,
        Self::Preference,
        Self::Join,
        Self::OnlyAsk,
        Self::ExactClique,
        Self::MinClusterSize,
        Self::OrphansIsolated,
        Self::UncommittedIsSubset,
        Self::EveryLossCounts,
    ];
}

/// The rules that a cluster follows.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// What decides availability: [`judge`], unless a test replaces it.
    pub judge: Judge,
    /// One bit for each clause that is left out.
    left_out: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self { judge, left_out: 0 }
    }
}

impl Rules {
    /// All clauses, with another judge.
    #[must_use]
    pub fn judged_by(judge: Judge) -> Self {
        Self { judge, ..Self::default() }
    }

    /// The same rules without one clause.
    #[must_use]
    pub fn without(self, clause: Clause) -> Self {
        Self { left_out: self.left_out | 1 << clause as u32, ..self }
    }

    /// The rules of version 0.1.0, as far as they differed in strong consistency: sub-clusters depended on the links
    /// alone, a working master that was no replica became a subset at once, and drives that were all lost came up
    /// fresh. Its rules for AP with migrations pending are gone.
    #[must_use]
    pub fn of_version_0_1_0() -> Self {
        [
            Clause::FirstRosterOnly,
            Clause::WorkingMasterStaysFull,
            Clause::ClustersLiveOn,
            Clause::ApStartsTrusted,
            Clause::EveryLossCounts,
        ]
        .into_iter()
        .fold(Self::default(), Self::without)
    }

    /// Whether any clause is left out.
    #[must_use]
    pub(crate) fn leave_out_any(self) -> bool {
        self.left_out != 0
    }

    /// Whether a clause is followed.
    #[must_use]
    pub(crate) fn follow(self, clause: Clause) -> bool {
        self.left_out >> clause as u32 & 1 == 0
    }
}

/// Rules are code, not state, so clusters with different rules can be equal.
impl PartialEq for Rules {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
