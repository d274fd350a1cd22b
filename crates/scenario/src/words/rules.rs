//! What each rule of availability (docs/domain.md §5) says, asks and saw, and how it is known.
//!
//! Invariant: all wordings of a rule stand together, in `wording`; every front end takes them from here. The engine alone
//! decides. Not here: the rules themselves (the engine's `availability`).

use rosterlab_engine::{Availability, Facts, Profile, Rule, Verdict};

/// How a rule, or what a term means, is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Published documentation says so.
    Documented,
    /// Documentation says so, and the published case study shows it.
    DocumentedAndSeen,
    /// Logs or the openly licensed server show it.
    Seen,
    /// Our own choice where the sources are silent.
    Inferred,
    /// A thing of this simulator.
    Own,
}

impl Source {
    /// In one or two words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::DocumentedAndSeen => "documented, seen in logs",
            Self::Seen => "seen in logs",
            Self::Inferred => "inferred",
            Self::Own => "our own choice",
        }
    }
}

/// The wordings of one rule.
struct Wording {
    /// In a word or two, for legends.
    short: &'static str,
    /// What the rule asks, with a capital.
    question: &'static str,
    /// A condition and what follows from it.
    sentence: &'static str,
    /// Why partitions are what they are, as the end of a sentence.
    because: &'static str,
    /// The reason of a group of partitions, in a few words.
    reason: &'static str,
    /// The heading in the published documentation.
    document: Option<&'static str>,
    source: Source,
}

/// The documentation's chapter on most rules.
const FULL_OR_SUBSET: Option<&str> = Some("Full partitions versus subsets");

#[expect(clippy::too_many_lines, reason = "a table with one row for each rule")]
fn wording(rule: Rule) -> Wording {
    match rule {
        Rule::TooFewNodes => Wording {
            short: "fewer nodes than RF",
            question: "As many roster nodes as RF are here",
            sentence: "fewer than RF roster nodes are present: not active",
            because: "fewer roster nodes than RF are there",
            reason: "fewer nodes than RF",
            document: Some("Consistency modes"),
            source: Source::Documented,
        },
        Rule::NoData => Wording {
            short: "no data",
            question: "A node here has data",
            sentence: "no node present has data: active only if it is known to be new",
            because: "no node there has data",
            reason: "no data here",
            document: None,
            source: Source::Inferred,
        },
        Rule::SuperMajority => Wording {
            short: "super-majority",
            question: "Super-majority: fewer than RF missing or untrusted",
            sentence: "fewer than RF roster nodes are missing or untrusted: active",
            because: "fewer roster nodes than RF are missing or untrusted",
            reason: "by super-majority",
            document: FULL_OR_SUBSET,
            source: Source::Documented,
        },
        Rule::NoFullCopy => Wording {
            short: "no full copy",
            question: "A full copy is here",
            sentence: "no voter has a full copy: not active",
            because: "no full copy is there",
            reason: "no full copy here",
            document: FULL_OR_SUBSET,
            source: Source::Documented,
        },
        Rule::AllReplicas => Wording {
            short: "all replicas",
            question: "All roster-replicas are here",
            sentence: "every roster-replica is present: active",
            because: "all their roster-replicas are there",
            reason: "all roster-replicas here",
            document: FULL_OR_SUBSET,
            source: Source::DocumentedAndSeen,
        },
        Rule::Majority => Wording {
            short: "majority",
            question: "More than half votes, with a roster-replica",
            sentence: "more than half of the roster votes, with a roster-replica: active",
            because: "more than half of the roster votes",
            reason: "by majority",
            document: FULL_OR_SUBSET,
            source: Source::DocumentedAndSeen,
        },
        Rule::Half => Wording {
            short: "half",
            question: "Exactly half votes, with the roster-master",
            sentence: "exactly half of the roster votes, with the roster-master: active",
            because: "exactly half of the roster votes, with the roster-master",
            reason: "by half with the roster-master",
            document: FULL_OR_SUBSET,
            source: Source::DocumentedAndSeen,
        },
        Rule::NothingElse => Wording {
            short: "none of these",
            question: "One of the rules before said yes",
            sentence: "none of these: not active",
            because: "neither all roster-replicas nor enough votes are there",
            reason: "no majority, not all replicas",
            document: FULL_OR_SUBSET,
            source: Source::Documented,
        },
        Rule::NoRoster => Wording {
            short: "no roster",
            question: "A roster is in force",
            sentence: "no roster is in force: not active",
            because: "no roster is in force",
            reason: "no roster in force",
            document: Some("Configure strong consistency"),
            source: Source::Documented,
        },
        Rule::NoCluster => Wording {
            short: "no cluster",
            question: "The node is in a cluster",
            sentence: "in no cluster: not active",
            because: "the node is in no cluster",
            reason: "in no cluster",
            document: None,
            source: Source::Documented,
        },
        Rule::Ap => Wording {
            short: "AP",
            question: "The namespace keeps availability",
            sentence: "an AP namespace is active in every sub-cluster",
            because: "the namespace keeps availability",
            reason: "keeps availability",
            document: Some("Consistency modes"),
            source: Source::Documented,
        },
    }
}

/// The rule as `rule 3`, or what it is about where it has no number.
#[must_use]
pub fn label(rule: Rule) -> String {
    rule.number().map_or_else(|| short(rule).to_owned(), |number| format!("rule {number}"))
}

/// A rule in a word or two, for legends.
#[must_use]
pub fn short(rule: Rule) -> &'static str {
    wording(rule).short
}

/// What a rule asks.
#[must_use]
pub fn question(rule: Rule) -> &'static str {
    wording(rule).question
}

/// What a rule says, as a condition and what follows.
#[must_use]
pub fn sentence(rule: Rule) -> &'static str {
    wording(rule).sentence
}

/// Where a rule is written down: the heading in the published documentation.
#[must_use]
pub fn document(rule: Rule) -> Option<&'static str> {
    wording(rule).document
}

/// How a rule is known (the marks of domain.md §5).
#[must_use]
pub fn source(rule: Rule) -> Source {
    wording(rule).source
}

/// Why partitions are what they are, as the end of a sentence.
#[must_use]
pub fn because(verdict: Verdict) -> &'static str {
    match (verdict.rule, verdict.availability) {
        (Rule::NoData, Availability::Active) => {
            "no node there has data, under a first roster or after a revive"
        }
        (rule, _) => wording(rule).because,
    }
}

/// A group's reason in a few words.
#[must_use]
pub fn reason(rule: Rule, active: bool) -> &'static str {
    match (rule, active) {
        (Rule::NoData, true) => "no data, whole roster here",
        (rule, _) => wording(rule).reason,
    }
}

/// The numbers that a rule saw, to stand beside its question.
#[must_use]
pub fn seen(rule: Rule, facts: &Facts, profile: Profile) -> String {
    let Facts { roster, present, replication_factor: rf, .. } = *facts;
    let votes = facts.voters();
    match rule {
        Rule::TooFewNodes => format!("{present} here, RF {rf}"),
        Rule::NoData => format!("{} with data", facts.with_data),
        Rule::SuperMajority => {
            format!("{}, must be under {rf}", facts.missing_or_untrusted(profile))
        }
        Rule::NoFullCopy => facts.full.to_string(),
        Rule::AllReplicas => {
            format!("{} of {}", facts.roster_replicas_present, facts.roster_replicas())
        }
        Rule::Majority => {
            let replicas = match facts.roster_replicas_present {
                0 => "no replica",
                1 => "1 replica",
                _ => "replicas",
            };
            format!("{votes} of {roster}, {replicas}")
        }
        Rule::Half => {
            let master = if facts.roster_master_present { "master here" } else { "no master" };
            format!("{votes} of {roster}, {master}")
        }
        Rule::NothingElse | Rule::NoRoster | Rule::NoCluster | Rule::Ap => String::new(),
    }
}

/// The numbers that a rule saw, each with what it counts: they can stand alone.
#[must_use]
pub fn counts(rule: Rule, facts: &Facts, profile: Profile) -> String {
    let n = facts.roster;
    match rule {
        Rule::TooFewNodes => format!("{} present, RF {}", facts.present, facts.replication_factor),
        Rule::NoData => format!("{} with data", facts.with_data),
        Rule::SuperMajority => {
            let absent = n.saturating_sub(facts.present);
            let missing = facts.missing_or_untrusted(profile);
            let untrusted = missing.saturating_sub(absent);
            let rf = facts.replication_factor;
            format!("{absent} absent + {untrusted} untrusted = {missing}, RF {rf}")
        }
        Rule::NoFullCopy => format!("{} full", facts.full),
        Rule::AllReplicas => {
            format!("{} of {} present", facts.roster_replicas_present, facts.roster_replicas())
        }
        Rule::Majority => {
            let replicas = facts.roster_replicas_present;
            format!("{} of {n} vote, {replicas} roster-replica(s) present", facts.voters())
        }
        Rule::Half => {
            let master = if facts.roster_master_present { "present" } else { "absent" };
            format!("{} of {n} vote, roster-master {master}", facts.voters())
        }
        Rule::NothingElse | Rule::NoRoster | Rule::NoCluster | Rule::Ap => String::new(),
    }
}

/// Whether the answer to the question of a rule that was asked is yes.
#[must_use]
pub fn holds(rule: Rule, decided: bool, verdict: Verdict) -> bool {
    match rule {
        // These make partitions inactive when the answer is no, and pass when it is yes.
        Rule::TooFewNodes | Rule::NoFullCopy => !decided,
        Rule::NoData => !decided || verdict.is_active(),
        // These make partitions active when the answer is yes, and pass when it is no.
        Rule::SuperMajority | Rule::AllReplicas | Rule::Majority | Rule::Half => decided,
        Rule::NothingElse | Rule::NoRoster | Rule::NoCluster | Rule::Ap => false,
    }
}

/// Whether the rule, where it decides, makes partitions active whatever else is so.
#[must_use]
pub fn says_yes(rule: Rule) -> bool {
    matches!(rule, Rule::SuperMajority | Rule::AllReplicas | Rule::Majority | Rule::Half | Rule::Ap)
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::judge;

    use super::*;

    #[test]
    fn a_rule_holds_when_it_says_yes_or_lets_pass() {
        let facts = Facts {
            replication_factor: 2,
            roster: 5,
            present: 3,
            with_data: 1,
            full: 1,
            roster_replicas_present: 1,
            ..Facts::default()
        };
        let verdict = judge(&facts, Profile::default());
        assert_eq!(verdict.rule, Rule::Majority);
        let told: Vec<bool> = Rule::ASKED[..6]
            .iter()
            .map(|rule| holds(*rule, *rule == verdict.rule, verdict))
            .collect();
        assert_eq!(told, [true, true, false, true, false, true]);
    }

    #[test]
    fn the_numbers_are_those_that_the_rule_compares() {
        let facts = Facts {
            replication_factor: 2,
            roster: 5,
            present: 4,
            evading: 1,
            with_data: 2,
            full: 1,
            roster_replicas_present: 1,
            ..Facts::default()
        };
        let seen = |rule| seen(rule, &facts, Profile::default());
        assert_eq!(seen(Rule::TooFewNodes), "4 here, RF 2");
        assert_eq!(seen(Rule::SuperMajority), "2, must be under 2");
        assert_eq!(seen(Rule::AllReplicas), "1 of 2");
        assert_eq!(seen(Rule::Majority), "3 of 5, 1 replica");
        assert_eq!(seen(Rule::Half), "3 of 5, no master");
    }

    #[test]
    fn every_rule_has_words_and_a_label() {
        for rule in Rule::ASKED {
            assert!(!question(rule).is_empty());
            assert!(label(rule).starts_with("rule "));
        }
        assert_eq!(source(Rule::NoData).words(), "inferred");
    }
}
