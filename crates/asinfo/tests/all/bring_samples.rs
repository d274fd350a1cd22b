//! Samples of what operators have, in every layout, broken as pasted things are: what is understood of each.
//!
//! `UPDATE_EXPECT=1 cargo test` writes the `.expected` files again; tests/golden/bring/README.md says what they show.

use std::fmt::Write as _;

use expect_test::expect_file;
use rosterlab_asinfo::bring::{self, Choice, Facts, Input};
use rosterlab_scenario::Scenario;

use crate::any_input::check;
use crate::bring_damage::samples;

/// What the command line prints: the summary, and the scenario with a line for each node, namespace and step.
fn told(facts: &Facts, choices: &[Choice]) -> String {
    let joined = bring::join(facts, choices);
    let made = bring::scenario(&joined, facts);
    let exactness = bring::exactness(&joined, facts);
    let shown = made.as_ref().ok().map(|(scenario, assumed)| (scenario, assumed.as_slice()));
    let mut text = bring::summary(facts, &joined, &exactness, shown);
    match made {
        Ok((scenario, _)) => text += &lines(&scenario),
        Err(error) => {
            let _ = writeln!(text, "\nNo scenario: {error}");
        }
    }
    text
}

fn lines(scenario: &Scenario) -> String {
    let mut text =
        format!("\nScenario {:?}, server {}:\n", scenario.title, scenario.cluster.server);
    let json = |value: &dyn erased::Json| value.json();
    for node in &scenario.cluster.nodes {
        let _ = writeln!(text, "  node {}", json(node));
    }
    for namespace in &scenario.cluster.namespaces {
        let _ = writeln!(text, "  namespace {}", json(namespace));
    }
    for step in &scenario.steps {
        let _ = writeln!(text, "  step {}", json(step));
    }
    text
}

/// Anything that serde writes.
mod erased {
    pub trait Json {
        fn json(&self) -> String;
    }

    impl<T: serde::Serialize> Json for T {
        fn json(&self) -> String {
            serde_json::to_string(self).unwrap()
        }
    }
}

#[test]
fn samples_are_understood_as_expected() {
    let samples = samples();
    assert!(samples.len() > 20, "the samples are there");
    for (path, bytes) in samples {
        check(&bytes);
        let name = path.file_name().unwrap().to_str().unwrap();
        let facts = bring::read(&[Input { name, bytes: &bytes }]);
        let expected = path.with_file_name(format!("{name}.expected"));
        expect_file![expected].assert_eq(&told(&facts, &[]));
    }
}

/// Several inputs are one cluster, whatever their order.
#[test]
fn several_inputs_complete_each_other() {
    let samples = samples();
    let of = |wanted: &str| {
        let (_, bytes) = samples.iter().find(|(path, _)| path.ends_with(wanted)).unwrap();
        bytes.as_slice()
    };
    let inputs = [
        Input { name: "roster.txt", bytes: of("asinfo_many.txt") },
        Input { name: "settings.txt", bytes: of("settings.txt") },
    ];
    for inputs in [inputs, [inputs[1], inputs[0]]] {
        let joined = bring::join(&bring::read(&inputs), &[]);
        assert!(joined.conflicts.is_empty(), "{:?}", joined.conflicts);
        assert_eq!(joined.nodes.len(), 5);
        let test = &joined.namespaces[0];
        assert_eq!((test.replication_factor, test.uniform_balance), (Some(2), Some(false)));
        let facts = bring::read(&inputs);
        let exact = bring::exactness(&joined, &facts);
        assert_eq!(exact[0].how, bring::How::Exact, "{exact:?}");
    }
}

/// A contradiction is settled by hand, and its number stays.
#[test]
fn a_contradiction_is_settled_by_hand() {
    let samples = samples();
    let (_, bytes) = samples.iter().find(|(path, _)| path.ends_with("two_rosters.txt")).unwrap();
    let facts = bring::read(&[Input { name: "pasted", bytes }]);
    let usual = bring::join(&facts, &[]);
    let about = |joined: &bring::Joined| -> Vec<String> {
        joined.conflicts.iter().map(|conflict| conflict.subject.clone()).collect()
    };
    assert!(!usual.conflicts.is_empty());
    let first = &usual.conflicts[0];
    let other = 1 - first.used;
    let choice = format!("{}={}", first.number, other + 1).parse().unwrap();
    let chosen = bring::join(&facts, &[choice]);
    assert_eq!(about(&chosen), about(&usual));
    assert_eq!((chosen.conflicts[0].used, chosen.conflicts[0].by_hand), (other, true));
    assert_ne!(chosen.namespaces[0].roster, usual.namespaces[0].roster);
}

/// What is nothing to bring is answered with one sentence that says what it seems to be and what would help.
#[test]
fn something_else_is_answered_with_what_would_help() {
    for (bytes, looks_like) in [
        (&b""[..], "This is empty; bring"),
        (b"A letter to a friend.\nIt says nothing of clusters.", "This looks like plain text; bring"),
        (b"\x89PNG\r\n\x1a\n0000", "This looks like a picture; copy the text from the terminal instead."),
        (b"\xfd7zXZ\0\0\0", "This looks like a file packed with xz; unpack it first"),
        (b"{\"format\":\"rosterlab-scenario/1\"}", "This looks like a scenario, which needs no bringing"),
        (b"{\"a\":1}", "This looks like JSON of another kind; bring"),
        (b"https://example.org/#s1=abc", "This looks like a Rosterlab link; open it"),
        (b"<html><body>roster</body></html>", "This looks like HTML or XML; copy the text"),
        (b"apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n", "This looks like YAML; bring"),
        (
            b"Jan 01 2019 09:05:18 GMT: INFO (clustering): (clustering.c:5797) applied cluster size 3",
            "This looks like a server log; a log has neither",
        ),
        (b"\0\x01\x02\x03\x04\x05\x06\x07", "This looks like a binary file; bring"),
    ] {
        let facts = bring::read(&[Input { name: "it", bytes }]);
        assert!(facts.facts.is_empty());
        let [only] = facts.left.as_slice() else { panic!("{looks_like}: {:?}", facts.left) };
        assert!(only.why.starts_with(looks_like), "{}", only.why);
        assert!(only.why.ends_with('.') && !only.why.contains('\n'), "{}", only.why);
    }
}
