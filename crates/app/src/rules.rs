//! What the rules of availability (docs/domain.md §5) say, in words, with the numbers that they saw.
//!
//! Invariant: a rule's question, numbers and source are told the same way wherever they appear; the engine alone decides,
//! nothing here does. Not here: the rules themselves (the engine's `availability`), and where each is known from (the
//! scenario crate's `explain`, which the command line tells as well).

use rosterlab_engine::{Availability, Facts, Profile, Rule, Verdict};

pub use rosterlab_scenario::explain::{Source, source};

/// The rule as `rule 3`, or what stands for a number where it has none.
#[must_use]
pub fn label(rule: Rule) -> String {
    rule.number().map_or_else(
        || match rule {
            Rule::Ap => "AP".to_owned(),
            Rule::NoRoster => "no roster".to_owned(),
            _ => "no cluster".to_owned(),
        },
        |number| format!("rule {number}"),
    )
}

/// What a rule asks.
#[must_use]
pub fn question(rule: Rule) -> &'static str {
    match rule {
        Rule::TooFewNodes => "As many roster nodes as RF are here",
        Rule::NoData => "A node here has data",
        Rule::SuperMajority => "Super-majority: fewer than RF missing or untrusted",
        Rule::NoFullCopy => "A full copy is here",
        Rule::AllReplicas => "All roster-replicas are here",
        Rule::Majority => "More than half votes, with a roster-replica",
        Rule::Half => "Exactly half votes, with the roster-master",
        Rule::NothingElse => "One of the rules before said yes",
        Rule::NoRoster => "A roster is in force",
        Rule::NoCluster => "The node is in a cluster",
        Rule::Ap => "The namespace keeps availability",
    }
}

/// A rule in a word or two, for legends.
#[must_use]
pub fn short(rule: Rule) -> &'static str {
    match rule {
        Rule::TooFewNodes => "fewer nodes than RF",
        Rule::NoData => "no data",
        Rule::SuperMajority => "super-majority",
        Rule::NoFullCopy => "no full copy",
        Rule::AllReplicas => "all replicas",
        Rule::Majority => "majority",
        Rule::Half => "half",
        Rule::NothingElse => "none of these",
        Rule::NoRoster => "no roster",
        Rule::NoCluster => "no cluster",
        Rule::Ap => "AP",
    }
}

/// Where a rule is written down: the heading in the published documentation.
#[must_use]
pub fn document(rule: Rule) -> Option<&'static str> {
    match rule {
        Rule::NoData | Rule::NoCluster => None,
        Rule::TooFewNodes | Rule::Ap => Some("Consistency modes"),
        Rule::NoRoster => Some("Configure strong consistency"),
        _ => Some("Full partitions versus subsets"),
    }
}

/// The numbers that a rule saw.
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
        _ => String::new(),
    }
}

/// Whether what the rule asks is so, where the rule was asked.
#[must_use]
pub fn holds(rule: Rule, decided: bool, verdict: Verdict) -> bool {
    match rule {
        // These say no when what they ask is not so, and pass when it is.
        Rule::TooFewNodes | Rule::NoFullCopy => !decided,
        Rule::NoData => !decided || verdict.is_active(),
        // These say yes, and pass when what they ask is not so.
        Rule::SuperMajority | Rule::AllReplicas | Rule::Majority | Rule::Half => decided,
        _ => false,
    }
}

/// Why partitions are what they are, as the end of a sentence.
#[must_use]
pub fn because(verdict: Verdict) -> &'static str {
    match (verdict.rule, verdict.availability) {
        (Rule::TooFewNodes, _) => "fewer roster nodes are there than RF asks for",
        (Rule::NoData, Availability::Active) => {
            "no node there has data, under a first roster or after a revive"
        }
        (Rule::NoData, _) => "no node there has data",
        (Rule::SuperMajority, _) => "fewer roster nodes than RF are missing or untrusted",
        (Rule::NoFullCopy, _) => "no full copy is there",
        (Rule::AllReplicas, _) => "all their roster-replicas are there",
        (Rule::Majority, _) => "more than half of the roster votes",
        (Rule::Half, _) => "exactly half of the roster votes, with the roster-master",
        (Rule::NothingElse, _) => "neither all roster-replicas nor enough votes are there",
        (Rule::NoRoster, _) => "no roster is in force",
        (Rule::NoCluster, _) => "the node is in no cluster",
        (Rule::Ap, _) => "the namespace keeps availability",
    }
}

/// A group's reason in a few words.
#[must_use]
pub fn reason(rule: Rule, active: bool) -> &'static str {
    match (rule, active) {
        (Rule::TooFewNodes, _) => "fewer nodes than RF",
        (Rule::NoData, true) => "no data, whole roster here",
        (Rule::NoData, false) => "no data here",
        (Rule::SuperMajority, _) => "by super-majority",
        (Rule::NoFullCopy, _) => "no full copy here",
        (Rule::AllReplicas, _) => "all roster-replicas here",
        (Rule::Majority, _) => "by majority",
        (Rule::Half, _) => "by half with the roster-master",
        (Rule::NothingElse, _) => "no majority, not all replicas",
        (Rule::NoRoster, _) => "no roster in force",
        (Rule::NoCluster, _) => "in no cluster",
        (Rule::Ap, _) => "keeps availability",
    }
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
