//! Two inputs that contradict each other: both places are told, and either value can be taken.

use rosterlab_asinfo::bring::{self, Choice, Conflict, Facts, Input, Joined, Quiesce};

const ROSTER: &str =
    "roster=A3@2,A2@1,A1@1:pending_roster=A3@2,A2@1,A1@1:observed_nodes=A3@2,A2@1,A1@1";

/// What a namespace is with, beside what contradicts.
fn reply(figures: &str) -> String {
    format!("$ asinfo -h db-1 -v namespace/prod\n{figures};objects=0\n")
}

fn rosters(lists: &str) -> String {
    format!("$ asinfo -v 'roster:namespace=prod'\n{lists}\n")
}

fn facts(one: &str, other: &str) -> Facts {
    let input = |name, text: &'static str| Input { name, bytes: text.as_bytes() };
    let leak = |text: &str| -> &'static str { text.to_owned().leak() };
    bring::read(&[input("one.txt", leak(one)), input("other.txt", leak(other))])
}

/// The contradictions of two inputs, and what they come to with each value of the one with this subject.
fn with_each(one: &str, other: &str, subject: &str) -> [Joined; 2] {
    let facts = facts(one, other);
    let joined = bring::join(&facts, &[]);
    let of = |joined: &Joined| -> Conflict {
        let found = joined.conflicts.iter().find(|conflict| conflict.subject == subject);
        found.cloned().unwrap_or_else(|| panic!("{subject}: {:#?}", joined.conflicts))
    };
    let conflict = of(&joined);
    assert_eq!(conflict.told.len(), 2, "{conflict:?}");
    for name in ["one.txt", "other.txt"] {
        let names = conflict.told.iter().flat_map(|told| &told.places);
        assert!(names.clone().any(|place| place.source == name), "{subject}: {conflict:?}");
    }
    let summary = bring::summary(&facts, &joined, &[], None);
    assert!(summary.contains("one.txt:2") && summary.contains("other.txt:2"), "{summary}");
    [1, 2].map(|value| {
        let joined = bring::join(&facts, &[Choice { conflict: conflict.number, value }]);
        let chosen = of(&joined);
        assert!(chosen.by_hand && chosen.used + 1 == value, "{chosen:?}");
        bring::scenario(&joined, &facts).unwrap();
        joined
    })
}

#[test]
fn a_setting_of_two_values_is_either() {
    let both = |one: &str, other: &str, name: &str| {
        with_each(&reply(one), &reply(other), &format!("{name} of prod"))
            .map(|joined| joined.namespaces[0].clone())
    };
    let factor = both("replication-factor=2", "replication-factor=3", "replication-factor");
    assert_eq!(factor.map(|one| one.replication_factor), [Some(2), Some(3)]);
    // What takes effect is never more than what is configured.
    let factor =
        both("replication-factor=2", "effective_replication_factor=3", "replication-factor");
    assert_eq!(factor.map(|one| one.replication_factor), [Some(2), Some(3)]);
    let strong = both("strong-consistency=true", "strong-consistency=false", "strong-consistency");
    assert_eq!(strong.map(|one| one.strong_consistency), [Some(true), Some(false)]);
    let name = "commit-to-device";
    let commit = both("commit-to-device=false", "commit-to-device=true", name);
    assert_eq!(commit.map(|one| one.commit_to_device), [Some(false), Some(true)]);
    let name = "prefer-uniform-balance";
    let uniform = both("prefer-uniform-balance=false", "prefer-uniform-balance=true", name);
    assert_eq!(uniform.map(|one| one.uniform_balance), [Some(false), Some(true)]);
    let revive = both("auto-revive=false", "auto-revive=true", "auto-revive");
    assert_eq!(revive.map(|one| one.auto_revive), [Some(false), Some(true)]);
}

#[test]
fn a_roster_contradicts_a_namespace_without_strong_consistency() {
    let [strong, weak] = with_each(
        &rosters(ROSTER),
        &reply("strong-consistency=false"),
        "strong-consistency of prod",
    )
    .map(|joined| joined.namespaces[0].strong_consistency);
    assert_ne!(strong, weak);
    // In AP the roster is null, and says nothing.
    let none = "roster=null:pending_roster=null:observed_nodes=null";
    let facts = facts(&rosters(none), &reply("strong-consistency=false"));
    assert_eq!(bring::join(&facts, &[]).conflicts, []);
}

#[test]
fn rosters_and_racks_of_two_values_are_either() {
    let other = ROSTER.replace("roster=A3@2,", "roster=");
    let of = with_each(&rosters(ROSTER), &rosters(&other), "the roster of prod");
    assert_eq!(of.map(|one| one.namespaces[0].roster.as_ref().map(Vec::len)), [Some(3), Some(2)]);
    let racks = "$ asinfo -v racks:\nns=prod:rack_1=A3,A2,A1\n";
    let of = with_each(&rosters(ROSTER), racks, "the rack of A3 in the roster of prod");
    let rack = |joined: &Joined| joined.namespaces[0].roster.as_ref().unwrap()[0].rack.get();
    assert_eq!(of.each_ref().map(rack), [2, 1]);
    let conf = "service {\n node-id A3\n}\nnamespace prod {\n rack-id 5\n}\n";
    let facts = facts(&rosters(ROSTER), conf);
    let joined = bring::join(&facts, &[]);
    let subjects: Vec<&str> =
        joined.conflicts.iter().map(|conflict| conflict.subject.as_str()).collect();
    assert_eq!(subjects, ["the rack that A3 is configured with"]);
    let chosen = bring::join(&facts, &[Choice { conflict: 1, value: 2 }]);
    assert_eq!(chosen.nodes[0].rack.unwrap().get(), 5);
}

#[test]
fn a_node_that_is_quiesced_and_is_not_is_either() {
    let of = |is: bool| {
        format!(
            "$ asinfo -h db-1 -v node\nA1\n$ asinfo -h db-1 -v namespace/prod\neffective_is_quiesced={is};replication-factor=2\n"
        )
    };
    let facts = facts(&of(false), &of(true));
    let quiesced = |choices: &[Choice]| bring::join(&facts, choices).nodes[0].quiesced;
    let [conflict] = &bring::join(&facts, &[]).conflicts[..] else { panic!() };
    assert_eq!(conflict.subject, "effective_is_quiesced of A1");
    let choice = |value| [Choice { conflict: 1, value }];
    assert_eq!(quiesced(&choice(1)), Some(Quiesce::No));
    assert_eq!(quiesced(&choice(2)), Some(Quiesce::Effective));
}
