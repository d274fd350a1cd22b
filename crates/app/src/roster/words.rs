//! The roster panel's wording: what an action would do, what to warn of, and the same action as a command for a real
//! cluster.
//!
//! Invariant: pure; numbers and nodes come from the scenario crate's `preview`, formats from the operators' tools
//! (docs/domain.md §8). Not here: when each sentence is shown (see `state::roster`).

use rosterlab_engine::RosterEntry;
use rosterlab_scenario::foresight::preview::Preview;
pub use rosterlab_scenario::words::warnings::of_warning;

use crate::news::nodes;
use crate::page::verbs::Verb;
use crate::roster::draft::written;
use crate::roster::held::Held;
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
            _ => format!("no partition changes; {} stay inactive", thousands(lost)),
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
        Verb::StageObserved | Verb::SetRoster => "Staged, and then with the next cluster change",
        Verb::StageAndRecluster | Verb::SetAndRecluster => "Staged and reclustered",
        Verb::Revive => "Revived and then reclustered",
        _ => "Reclustered",
    };
    format!("{first}: {}.", parts.join("; "))
}

fn copies(number: u32) -> String {
    if number == 1 { "1 copy".to_owned() } else { format!("{} copies", thousands(number)) }
}

/// The lists that commands are made of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lists<'a> {
    /// The pending roster.
    pub pending: &'a [RosterEntry],
    /// The observed nodes.
    pub observed: &'a [RosterEntry],
    /// The roster being edited.
    pub draft: &'a [RosterEntry],
}

/// The same action on a real cluster: in asadm (after `enable`), and with asinfo. Two commands are two lines.
#[must_use]
pub fn commands(verb: Verb, namespace: &str, lists: Lists) -> [(&'static str, String); 2] {
    let set = |entries: &[RosterEntry]| {
        format!("asinfo -v 'roster-set:namespace={namespace};nodes={}'", written(entries, ","))
    };
    let reclusters = [("asadm", "manage recluster"), ("asinfo", "asinfo -v 'recluster:'")];
    let (asadm, asinfo) = match verb {
        Verb::StageObserved | Verb::StageAndRecluster => {
            (format!("manage roster stage observed ns {namespace}"), set(lists.observed))
        }
        Verb::SetRoster | Verb::SetAndRecluster => {
            (set_in_asadm(namespace, lists), set(lists.draft))
        }
        Verb::Revive => (
            format!("manage revive ns {namespace}"),
            format!("asinfo -v 'revive:namespace={namespace}'"),
        ),
        _ => return reclusters.map(|(tool, text)| (tool, text.to_owned())),
    };
    let mut written = [("asadm", asadm), ("asinfo", asinfo)];
    if matches!(verb, Verb::StageAndRecluster | Verb::SetAndRecluster) {
        for ((_, text), (_, recluster)) in written.iter_mut().zip(reclusters) {
            text.push('\n');
            text.push_str(recluster);
        }
    }
    written
}

/// Which nodes hold a roster by themselves, and whether there is one.
#[must_use]
pub fn of_holders(held: &Held) -> String {
    let none = if held.roster.is_empty() { "none yet, " } else { "" };
    format!("{none}on {}", nodes(&held.nodes))
}

/// `add` or `remove` if the draft does only that, else the whole list.
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
    use rosterlab_engine::Counts;

    use super::*;
    use crate::testing::ids;

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
            "Revived and then reclustered: no partition changes; 4,096 stay inactive; regime 5 → 7."
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
            "Staged, and then with the next cluster change: 1 partition becomes active; A101 joins it; on another \
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
        assert_eq!(
            of(Verb::SetAndRecluster, "A103@1"),
            [
                "manage roster remove nodes A102@1 ns main\nmanage recluster",
                "asinfo -v 'roster-set:namespace=main;nodes=A103@1'\nasinfo -v 'recluster:'"
            ]
        );
    }
}
