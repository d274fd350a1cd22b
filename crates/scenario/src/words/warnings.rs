//! Documented mistakes that roster commands can be, as sentences.
//!
//! Invariant: what is found is `foresight::preview`'s; nothing here looks for mistakes.

use rosterlab_engine::RosterEntry;

use super::text::{count, is_are, list, roster, thousands};
use crate::foresight::preview::Warning;

/// What is wrong, in a sentence or two.
#[must_use]
pub fn of_warning(warning: &Warning) -> String {
    match warning {
        Warning::RemovesRfOrMore { nodes, replication_factor } => format!(
            "It takes {} out of the roster at once, and RF is {replication_factor}: all copies of a \
             partition can be among them. Take out fewer than RF, let migrations finish, then the \
             next.",
            list(nodes)
        ),
        Warning::FewerThanRf { nodes, replication_factor } => format!(
            "A roster of {nodes} has fewer nodes than RF, {replication_factor}: no partition can be \
             active (rule 0)."
        ),
        Warning::LiveSplit { others } => format!(
            "The cluster is split, and {} {} up with data on another side, which keeps its own \
             roster: both sides can then accept writes to the same records.",
            list(others),
            is_are(others.len())
        ),
        Warning::MigrationsUnfinished { partitions } => format!(
            "Migrations of {} are not done. The new roster counts on copies that are still being \
             filled: until they are, one more node lost makes partitions unavailable.",
            count(*partitions, "partition")
        ),
        Warning::NotActive { partitions } => format!(
            "{} not active. Writes that only the nodes taken out hold are given up.",
            if *partitions == 1 {
                "1 partition is".to_owned()
            } else {
                format!("{} partitions are", thousands(*partitions))
            }
        ),
        Warning::NotObserved { entries, configured } => of_not_observed(entries, configured),
        Warning::NoSuchNodes { nodes } => format!(
            "No node has the {} {}. The server takes {}, and such a roster is never complete: \
             inactive partitions stay unavailable, and revive cannot help.",
            if nodes.len() == 1 { "id" } else { "ids" },
            list(nodes),
            if nodes.len() == 1 { "it" } else { "them" },
        ),
        Warning::ReviveWhileMissing { missing } => format!(
            "{} of the roster {} missing: revive makes nothing active until every roster node is \
             there.",
            list(missing),
            is_are(missing.len())
        ),
        Warning::NothingDead => {
            "No partition is dead, and revive helps only those that are.".to_owned()
        }
        Warning::ChangeUnderWay => "A cluster change is under way. This one interrupts it: the \
             regime goes up by 4, and copies of nodes that had prepared it become subsets."
            .to_owned(),
        Warning::ReclusterForgotten => {
            "Nothing changes before the next cluster change: recluster forces one.".to_owned()
        }
    }
}

/// Entries of a roster that do not fit the nodes: on another rack than these are configured for, or not observed.
fn of_not_observed(entries: &[RosterEntry], configured: &[RosterEntry]) -> String {
    let moved = configured.iter().filter(|node| !entries.contains(node));
    let moved: Vec<RosterEntry> = moved.copied().collect();
    let absent = entries.iter().filter(|entry| configured.contains(entry));
    let absent: Vec<RosterEntry> = absent.copied().collect();
    let mut told = Vec::new();
    if !moved.is_empty() {
        let nodes: Vec<_> = moved.iter().map(|entry| entry.node).collect();
        told.push(format!(
            "It puts {} on another rack than {} configured for ({}).",
            list(&nodes),
            if nodes.len() == 1 { "it is" } else { "they are" },
            roster(&moved)
        ));
    }
    if !absent.is_empty() {
        told.push(format!("Not observed here: {}.", roster(&absent)));
    }
    told.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ids;

    fn entries(text: &str) -> Vec<RosterEntry> {
        text.split_whitespace().map(|entry| entry.parse().unwrap()).collect()
    }

    #[test]
    fn ids_that_no_node_has_are_warned_of() {
        let nodes = vec!["A1FF".parse().unwrap()];
        assert_eq!(
            of_warning(&Warning::NoSuchNodes { nodes }),
            "No node has the id A1FF. The server takes it, and such a roster is never complete: \
             inactive partitions stay unavailable, and revive cannot help."
        );
    }

    #[test]
    fn every_warning_is_a_sentence() {
        let nodes = ids("B102 B101");
        for warning in [
            Warning::RemovesRfOrMore { nodes: nodes.clone(), replication_factor: 2 },
            Warning::FewerThanRf { nodes: 1, replication_factor: 2 },
            Warning::LiveSplit { others: nodes.clone() },
            Warning::MigrationsUnfinished { partitions: 4096 },
            Warning::NotActive { partitions: 1 },
            Warning::NotObserved { entries: entries("A102@7"), configured: entries("A102@1") },
            Warning::NotObserved { entries: entries("A102@1"), configured: entries("A102@1") },
            Warning::ReviveWhileMissing { missing: nodes },
            Warning::NothingDead,
            Warning::ChangeUnderWay,
            Warning::ReclusterForgotten,
        ] {
            let text = of_warning(&warning);
            assert!(text.ends_with('.') && !text.contains("  "), "{text}");
            assert!(!warning.source().words().is_empty());
        }
    }
}
