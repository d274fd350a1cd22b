//! Whether a partition is active in a sub-cluster, and which rule says so: domain.md §5 as one pure function from
//! counts to a verdict.
//!
//! Invariant: [`judge`] looks at nothing but the [`Facts`] it is given. Sources: the documented rules on full partitions,
//! majorities and super-majorities, in the case study's reading (§5 marks each). Not here: how the facts are counted
//! (see `rebalance`), AP namespaces (every partition is active).

use std::fmt;

use serde::Serialize;

use crate::namespace::Profile;

/// What can decide a verdict: the rules in the order in which they are asked (domain.md §5), and what needs no rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Rule 0: fewer than RF roster nodes are present: no.
    TooFewNodes,
    /// Rule 1: no node present has data: fresh, or no.
    NoData,
    /// Rule 2: fewer than RF roster nodes are missing or untrusted: active; subsets are enough.
    SuperMajority,
    /// Rule 3: no full copy among the voters: no.
    NoFullCopy,
    /// Rule 4: every roster-replica is present: active.
    AllReplicas,
    /// Rule 5: more than half of the roster votes, a roster-replica is present: active.
    Majority,
    /// Rule 6: exactly half of the roster votes, the roster-master is present: active.
    Half,
    /// Rule 7: no rule before it decided: no.
    NothingElse,
    /// No roster is in force: no.
    NoRoster,
    /// The node is in no cluster: no.
    NoCluster,
    /// An AP namespace: active in every sub-cluster (domain.md §3).
    Ap,
}

impl Rule {
    /// Every rule, in the order in which they are declared.
    pub const ALL: [Self; 11] = [
        Self::TooFewNodes,
        Self::NoData,
        Self::SuperMajority,
        Self::NoFullCopy,
        Self::AllReplicas,
        Self::Majority,
        Self::Half,
        Self::NothingElse,
        Self::NoRoster,
        Self::NoCluster,
        Self::Ap,
    ];

    /// The rules of §5 in order.
    pub const ASKED: [Self; 8] = [
        Self::TooFewNodes,
        Self::NoData,
        Self::SuperMajority,
        Self::NoFullCopy,
        Self::AllReplicas,
        Self::Majority,
        Self::Half,
        Self::NothingElse,
    ];

    /// Its number in domain.md §5; `None` for what is not a rule there.
    #[must_use]
    pub fn number(self) -> Option<u8> {
        let place = Self::ASKED.iter().position(|rule| *rule == self)?;
        u8::try_from(place).ok()
    }
}

/// The state of a partition in a sub-cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Availability {
    /// Serves reads and writes.
    Active,
    /// Does not serve, and a roster node is missing.
    Unavailable,
    /// Does not serve, although the whole roster is present.
    Dead,
}

impl fmt::Display for Availability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Unavailable => "unavailable",
            Self::Dead => "dead",
        })
    }
}

/// The availability of a partition, with the rule that decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Verdict {
    /// The state of the partition.
    pub availability: Availability,
    /// Why.
    pub rule: Rule,
}

impl Verdict {
    /// Whether it serves.
    #[must_use]
    pub fn is_active(self) -> bool {
        self.availability == Availability::Active
    }
}

/// What the rules ask about one partition in one sub-cluster. Counts are of roster nodes present in the sub-cluster
/// unless said otherwise; nodes outside the roster never count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// RF.
    pub replication_factor: u32,
    /// `n`: nodes in the roster.
    pub roster: u32,
    /// Roster nodes present.
    pub present: u32,
    /// Present with `e` on this partition.
    pub evading: u32,
    /// Present with `r` on this partition.
    pub revived: u32,
    /// Present with an `r` that an operator's `revive` set; part of `revived`.
    pub revived_by_operator: u32,
    /// Present with data, with any marks.
    pub with_data: u32,
    /// Present with a full version: data, neither `s` nor `e`, no `r` unless the whole roster is present.
    pub full: u32,
    /// Present with data and without `s`, trusted or not: what a rule that ignores `e` would take for full.
    pub not_subset: u32,
    /// Roster-replicas (the first RF of the roster's row) present, `e` or not.
    pub roster_replicas_present: u32,
    /// Whether the roster-master is present, quiesced or not.
    pub roster_master_present: bool,
    /// Whether no roster was in force before this one (domain.md §5.1, \[model\]).
    pub first_roster: bool,
}

impl Facts {
    /// Whether the whole roster is present.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.present == self.roster
    }

    /// Asserts what holds for the counts of every real partition; the rules rely on it.
    fn assert_possible(&self) {
        assert!(self.present <= self.roster, "only roster nodes count as present");
        assert!(self.evading + self.revived <= self.present, "no version has both `e` and `r`");
        assert!(self.full <= self.with_data && self.with_data <= self.present);
        assert!(self.roster_replicas_present <= self.roster_replicas());
        assert!(!self.roster_master_present || self.roster_replicas_present > 0);
    }

    /// Present without `e` (domain.md §5).
    #[must_use]
    pub fn voters(&self) -> u32 {
        self.present - self.evading
    }

    /// Voters without `r`, and those with `r` where the profile trusts them (domain.md §5).
    #[must_use]
    pub fn trusted(&self, profile: Profile) -> u32 {
        let trusts_revived = match profile {
            Profile::V4_5_3 => self.whole(),
            Profile::V6_0 | Profile::V7_1 => self.whole() && self.evading == 0,
        };
        if trusts_revived { self.voters() } else { self.voters() - self.revived }
    }

    /// `n − trusted`: roster nodes missing or untrusted.
    #[must_use]
    pub fn missing_or_untrusted(&self, profile: Profile) -> u32 {
        self.roster - self.trusted(profile)
    }

    /// Roster-replicas that a partition of this roster has: RF, or the whole roster when that is smaller.
    #[must_use]
    pub fn roster_replicas(&self) -> u32 {
        self.replication_factor.min(self.roster)
    }

    /// Rule 1's exception: no node has data, the whole roster is present, and either all have `e` under the namespace's
    /// first roster (a new cluster) or none has and an operator revived some (domain.md §5.1). Drives that are all lost
    /// at once under a later roster stay dead until every node is revived \[case\].
    #[must_use]
    pub fn fresh(&self) -> bool {
        let all_new = self.first_roster && self.evading == self.present;
        let revived = self.evading == 0 && self.revived_by_operator > 0;
        self.with_data == 0 && self.whole() && (all_new || revived)
    }
}

/// A function that decides availability; [`judge`] is the right one. Tests use wrong ones to show that a mistake would
/// be noticed.
pub type Judge = fn(&Facts, Profile) -> Verdict;

/// Decides by domain.md §5.
///
/// # Panics
/// When the facts contradict each other, as those of no partition do.
#[must_use]
pub fn judge(facts: &Facts, profile: Profile) -> Verdict {
    facts.assert_possible();
    let (active, rule) = decide(facts, profile);
    assert!(!active || facts.present >= facts.replication_factor, "rule 0 comes before all others");
    let availability = match (active, facts.whole()) {
        (true, _) => Availability::Active,
        (false, false) => Availability::Unavailable,
        (false, true) => Availability::Dead,
    };
    Verdict { availability, rule }
}

fn decide(facts: &Facts, profile: Profile) -> (bool, Rule) {
    let rf = facts.replication_factor;
    let votes_twice = 2 * facts.voters();
    if facts.present < rf {
        (false, Rule::TooFewNodes)
    } else if facts.with_data == 0 {
        (facts.fresh(), Rule::NoData)
    } else if facts.missing_or_untrusted(profile) < rf {
        (true, Rule::SuperMajority)
    } else if facts.full == 0 {
        (false, Rule::NoFullCopy)
    } else if facts.roster_replicas_present == facts.roster_replicas() {
        (true, Rule::AllReplicas)
    } else if votes_twice > facts.roster && facts.roster_replicas_present > 0 {
        (true, Rule::Majority)
    } else if votes_twice == facts.roster && facts.roster_master_present {
        (true, Rule::Half)
    } else {
        (false, Rule::NothingElse)
    }
}

#[cfg(test)]
mod tests {
    //! One test for each rule, on facts that only this rule decides: every rule before it passes, and every rule after
    //! it would answer the opposite.
    use super::*;

    /// Five roster nodes, RF 2, all present and full at both replicas.
    fn healthy() -> Facts {
        Facts {
            replication_factor: 2,
            roster: 5,
            present: 5,
            with_data: 2,
            full: 2,
            not_subset: 2,
            roster_replicas_present: 2,
            roster_master_present: true,
            ..Facts::default()
        }
    }

    fn check(facts: &Facts, availability: Availability, rule: Rule) {
        assert_eq!(judge(facts, Profile::V4_5_3), Verdict { availability, rule }, "{facts:?}");
    }

    #[test]
    fn all_rules_stand_in_the_order_of_their_declaration() {
        for (place, rule) in Rule::ALL.into_iter().enumerate() {
            assert_eq!(rule as usize, place);
        }
        assert_eq!(Rule::ASKED.map(Rule::number), [0, 1, 2, 3, 4, 5, 6, 7].map(Some));
    }

    #[test]
    fn rule_0_too_few_nodes_even_where_a_super_majority_would_say_yes() {
        // Two of four, RF 3: 4 − 2 < 3, both halves of a split would be active.
        let facts = Facts { replication_factor: 3, roster: 4, present: 2, ..healthy() };
        assert!(facts.missing_or_untrusted(Profile::V4_5_3) < 3);
        check(&facts, Availability::Unavailable, Rule::TooFewNodes);
    }

    #[test]
    fn rule_1_nobody_has_data() {
        let empty = Facts { with_data: 0, full: 0, not_subset: 0, ..healthy() };
        check(&empty, Availability::Dead, Rule::NoData);
        let first = Facts { evading: 5, first_roster: true, ..empty };
        check(&first, Availability::Active, Rule::NoData);
        check(&Facts { first_roster: false, ..first }, Availability::Dead, Rule::NoData);
        check(&Facts { evading: 4, ..first }, Availability::Dead, Rule::NoData);
        let by_protection = Facts { revived: 2, ..empty };
        check(&by_protection, Availability::Dead, Rule::NoData);
        let by_operator = Facts { revived_by_operator: 1, ..by_protection };
        check(&by_operator, Availability::Active, Rule::NoData);
        check(&Facts { evading: 1, ..by_operator }, Availability::Dead, Rule::NoData);
        let missing = Facts { present: 4, evading: 4, ..first };
        check(&missing, Availability::Unavailable, Rule::NoData);
    }

    #[test]
    fn rule_2_subsets_are_enough_for_a_super_majority() {
        let subsets = Facts { present: 4, full: 0, roster_replicas_present: 1, ..healthy() };
        check(&subsets, Availability::Active, Rule::SuperMajority);
        check(&Facts { evading: 1, ..subsets }, Availability::Unavailable, Rule::NoFullCopy);
    }

    #[test]
    fn rule_3_a_majority_with_nothing_full_is_not_enough() {
        let facts = Facts { present: 3, full: 0, roster_replicas_present: 2, ..healthy() };
        check(&facts, Availability::Unavailable, Rule::NoFullCopy);
    }

    #[test]
    fn rule_4_all_roster_replicas_are_enough_for_a_minority() {
        let facts = Facts { present: 2, ..healthy() };
        check(&facts, Availability::Active, Rule::AllReplicas);
        let one = Facts { roster_replicas_present: 1, ..facts };
        check(&one, Availability::Unavailable, Rule::NothingElse);
    }

    #[test]
    fn rule_5_a_majority_with_one_roster_replica() {
        let facts = Facts { present: 3, roster_replicas_present: 1, ..healthy() };
        let facts = Facts { roster_master_present: false, ..facts };
        check(&facts, Availability::Active, Rule::Majority);
        let none = Facts { roster_replicas_present: 0, ..facts };
        check(&none, Availability::Unavailable, Rule::NothingElse);
        // `e` takes a vote away.
        check(&Facts { evading: 1, ..facts }, Availability::Unavailable, Rule::NothingElse);
    }

    #[test]
    fn rule_6_half_with_the_roster_master() {
        let half = Facts { roster: 4, present: 2, roster_replicas_present: 1, ..healthy() };
        check(&half, Availability::Active, Rule::Half);
        let without = Facts { roster_master_present: false, ..half };
        check(&without, Availability::Unavailable, Rule::NothingElse);
    }

    #[test]
    fn rule_7_whatever_is_left() {
        let facts = Facts { present: 2, roster_replicas_present: 1, ..healthy() };
        check(&facts, Availability::Unavailable, Rule::NothingElse);
    }

    #[test]
    fn not_active_is_dead_only_with_the_whole_roster_present() {
        let facts = Facts { full: 0, evading: 2, ..healthy() };
        check(&facts, Availability::Dead, Rule::NoFullCopy);
        let missing = Facts { present: 4, evading: 1, ..facts };
        check(&missing, Availability::Unavailable, Rule::NoFullCopy);
    }

    #[test]
    fn profile_6_0_trusts_r_only_without_any_e() {
        let facts = Facts { full: 0, evading: 1, revived: 1, ..healthy() };
        check(&facts, Availability::Active, Rule::SuperMajority);
        let verdict = judge(&facts, Profile::V6_0);
        assert_eq!(verdict.availability, Availability::Dead);
        let clean = Facts { evading: 0, ..facts };
        assert_eq!(judge(&clean, Profile::V6_0).rule, Rule::SuperMajority);
    }

    #[test]
    fn r_counts_for_a_majority_and_not_for_a_super_majority_while_a_node_is_missing() {
        let facts = Facts { roster: 3, present: 2, revived: 1, full: 1, ..healthy() };
        let facts = Facts { roster_replicas_present: 1, ..facts };
        check(&facts, Availability::Active, Rule::Majority);
    }
}
