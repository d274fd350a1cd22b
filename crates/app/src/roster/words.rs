//! What the roster panel says: what an action would do, what is wrong with it, and the command that does the same on a
//! real cluster.
//!
//! Invariant: pure; numbers and nodes come from the scenario crate's `preview`, formats from the operators' tools
//! (docs/domain.md §8). Not here: when it is said (see `state::roster`).

use rosterlab_engine::RosterEntry;
use rosterlab_scenario::foresight::preview::{Preview, Warning};

use crate::page::verbs::Verb;
use crate::roster::draft::written;
use crate::text::{count, list, thousands, verb_ending};

/// What an action would do, in one sentence.
#[must_use]
pub fn consequence(verb: Verb, preview: &Preview) -> String {
    let Preview { before, after, changes, .. } = preview;
    let mut parts = Vec::new();
    for (number, name) in
        [(changes.unavailable, "unavailable"), (changes.dead, "dead"), (changes.active, "active")]
    {
        if number > 0 {
            let ending = verb_ending(if number == 1 { 1 } else { 2 });
            parts.push(format!("{} become{ending} {name}", count(number, "partition")));
        }
    }
    if parts.is_empty() {
        let lost = after.unavailable + after.dead;
        parts.push(match (before == after, lost) {
            (true, 0) => "all partitions stay active".to_owned(),
            _ => format!("no partition changes, {} stay not active", thousands(lost)),
        });
    }
    if !preview.leave.is_empty() {
        let ending = verb_ending(preview.leave.len());
        parts.push(format!("{} leave{ending} the roster", list(&preview.leave)));
    }
    if !preview.join.is_empty() {
        let ending = verb_ending(preview.join.len());
        parts.push(format!("{} join{ending} it", list(&preview.join)));
    }
    if !preview.change_rack.is_empty() {
        parts.push(format!("on another rack: {}", written(&preview.change_rack, ", ")));
    }
    match (preview.filling_before, preview.filling_after) {
        (0, 0) => {}
        (_, 0) => parts.push("no copy is left to fill".to_owned()),
        (_, filling) => parts.push(format!("{} to fill", copies(filling))),
    }
    let (from, to) = preview.regime;
    parts.push(format!("regime {from} → {to}"));
    let first = match verb {
        Verb::StageObserved | Verb::SetRoster => "Staged and then reclustered",
        Verb::Revive => "Revived and then reclustered",
        _ => "Reclustered",
    };
    format!("{first}: {}.", parts.join("; "))
}

fn copies(number: u32) -> String {
    if number == 1 { "1 copy".to_owned() } else { format!("{} copies", thousands(number)) }
}

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
            crate::text::is_are(others.len())
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
        Warning::NotObserved { entries } => format!(
            "Not observed here, or configured for another rack: {}.",
            written(entries, ", ")
        ),
        Warning::NoSuchNodes { nodes } => format!(
            "No node has the {} {}. The server takes {}, and the roster is then never whole: what \
             is not active stays unavailable, and revive helps nothing.",
            if nodes.len() == 1 { "id" } else { "ids" },
            list(nodes),
            if nodes.len() == 1 { "it" } else { "them" },
        ),
        Warning::ReviveWhileMissing { missing } => format!(
            "{} of the roster {} missing: revive makes nothing active until every roster node is \
             there.",
            list(missing),
            crate::text::is_are(missing.len())
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

/// The lists that commands are made of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lists<'a> {
    /// What is pending.
    pub pending: &'a [RosterEntry],
    /// What is observed.
    pub observed: &'a [RosterEntry],
    /// What was written.
    pub draft: &'a [RosterEntry],
}

/// What does the same on a real cluster: in asadm (after `enable`), and with asinfo.
#[must_use]
pub fn commands(verb: Verb, namespace: &str, lists: Lists) -> [(&'static str, String); 2] {
    let set = |entries: &[RosterEntry]| {
        format!("asinfo -v 'roster-set:namespace={namespace};nodes={}'", written(entries, ","))
    };
    let (asadm, asinfo) = match verb {
        Verb::StageObserved => {
            (format!("manage roster stage observed ns {namespace}"), set(lists.observed))
        }
        Verb::SetRoster => (set_in_asadm(namespace, lists), set(lists.draft)),
        Verb::Revive => (
            format!("manage revive ns {namespace}"),
            format!("asinfo -v 'revive:namespace={namespace}'"),
        ),
        _ => ("manage recluster".to_owned(), "asinfo -v 'recluster:'".to_owned()),
    };
    [("asadm", asadm), ("asinfo", asinfo)]
}

/// `add` or `remove` where that is all, else the whole list.
fn set_in_asadm(namespace: &str, Lists { pending, draft, .. }: Lists) -> String {
    let lacking = |list: &[RosterEntry], other: &[RosterEntry]| -> Vec<RosterEntry> {
        list.iter().filter(|entry| !other.contains(entry)).copied().collect()
    };
    let (added, removed) = (lacking(draft, pending), lacking(pending, draft));
    let (what, nodes) = match (added.is_empty(), removed.is_empty()) {
        (false, true) => ("add", written(&added, " ")),
        (true, false) => ("remove", written(&removed, " ")),
        _ => ("stage", written(draft, " ")),
    };
    format!("manage roster {what} nodes {nodes} ns {namespace}")
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{Counts, NodeId};

    use super::*;

    #[test]
    fn ids_that_no_node_has_are_warned_of() {
        let nodes = vec!["A1FF".parse().unwrap()];
        assert_eq!(
            of_warning(&Warning::NoSuchNodes { nodes }),
            "No node has the id A1FF. The server takes it, and the roster is then never whole: what is \
             not active stays unavailable, and revive helps nothing."
        );
    }

    fn ids(text: &str) -> Vec<NodeId> {
        text.split_whitespace().map(|id| id.parse().unwrap()).collect()
    }

    fn entries(text: &str) -> Vec<RosterEntry> {
        text.split_whitespace().map(|entry| entry.parse().unwrap()).collect()
    }

    #[test]
    fn a_consequence_tells_partitions_nodes_copies_and_the_regime() {
        let preview = Preview {
            before: Counts { active: 4096, ..Counts::default() },
            after: Counts { active: 2715, unavailable: 1381, dead: 0 },
            changes: Counts { unavailable: 1381, ..Counts::default() },
            leave: ids("B102 B101"),
            filling_after: 2750,
            regime: (5, 7),
            ..Preview::default()
        };
        assert_eq!(
            consequence(Verb::Recluster, &preview),
            "Reclustered: 1,381 partitions become unavailable; B102 and B101 leave the roster; \
             2,750 copies to fill; regime 5 → 7."
        );
        let lost = Counts { unavailable: 4096, ..Counts::default() };
        let nothing = Preview { before: lost, after: lost, regime: (5, 7), ..Preview::default() };
        assert_eq!(
            consequence(Verb::Revive, &nothing),
            "Revived and then reclustered: no partition changes, 4,096 stay not active; regime 5 → 7."
        );
        let one = Preview {
            changes: Counts { active: 1, ..Counts::default() },
            join: ids("A101"),
            change_rack: entries("A102@2"),
            filling_before: 3,
            ..Preview::default()
        };
        assert_eq!(
            consequence(Verb::SetRoster, &one),
            "Staged and then reclustered: 1 partition becomes active; A101 joins it; on another \
             rack: A102@2; no copy is left to fill; regime 0 → 0."
        );
    }

    #[test]
    fn commands_are_written_as_the_tools_take_them() {
        let (pending, observed) = (entries("A103@1 A102@1"), entries("A103@1"));
        let of = |verb, draft: &str| {
            let draft = entries(draft);
            let lists = Lists { pending: &pending, observed: &observed, draft: &draft };
            commands(verb, "main", lists).map(|(_, text)| text)
        };
        assert_eq!(
            of(Verb::StageObserved, ""),
            [
                "manage roster stage observed ns main",
                "asinfo -v 'roster-set:namespace=main;nodes=A103@1'"
            ]
        );
        assert_eq!(of(Verb::Recluster, ""), ["manage recluster", "asinfo -v 'recluster:'"]);
        assert_eq!(
            of(Verb::Revive, ""),
            ["manage revive ns main", "asinfo -v 'revive:namespace=main'"]
        );
        let set = |draft| of(Verb::SetRoster, draft)[0].clone();
        assert_eq!(set("A103@1 A102@1 A101"), "manage roster add nodes A101 ns main");
        assert_eq!(set("A103@1"), "manage roster remove nodes A102@1 ns main");
        assert_eq!(set("A103@2 A102@1"), "manage roster stage nodes A103@2 A102@1 ns main");
        assert_eq!(
            of(Verb::SetRoster, "A103@2 A102")[1],
            "asinfo -v 'roster-set:namespace=main;nodes=A103@2,A102'"
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
            Warning::NotObserved { entries: entries("A102@7") },
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
