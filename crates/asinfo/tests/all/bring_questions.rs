//! States of nodes that no input tells: what is asked, and what an answer changes.

use rosterlab_asinfo::bring::{self, Asks, Input, Question, State};
use rosterlab_engine::NodeId;

use crate::common::{id, ids};

const ROSTER: &str = "$ asinfo -v roster:\nns=prod:roster=A3,A2,A1:pending_roster=A3,A2,A1:observed_nodes=A3,A2\n\
                      $ asinfo -v namespace/prod\nreplication-factor=2;strong-consistency=true;prefer-uniform-balance=false\n";

/// What is asked after these answers, and the steps that the scenario ends with.
fn asked(text: &str, answers: &[(&str, State)]) -> (Vec<Question>, Vec<String>) {
    let facts = bring::read(&[Input { name: "pasted", bytes: text.as_bytes() }]);
    let mut joined = bring::join(&facts, &[]);
    let answers: Vec<(NodeId, State)> =
        answers.iter().map(|(node, state)| (id(node), *state)).collect();
    bring::answer(&mut joined, &answers);
    let (scenario, _) = bring::scenario(&joined, &facts).unwrap();
    let steps = scenario.steps.iter().map(|step| serde_json::to_string(&step.action).unwrap());
    (bring::questions(&joined), steps.collect())
}

fn question(asks: Asks, nodes: &str) -> Question {
    Question { asks, nodes: ids(nodes) }
}

#[test]
fn what_the_input_does_not_tell_is_asked_with_the_safe_answer() {
    let (questions, steps) = asked(ROSTER, &[]);
    assert_eq!(
        questions,
        [question(Asks::HowDown, "A1"), question(Asks::WhetherQuiesced, "A3 A2")]
    );
    assert_eq!(Asks::HowDown.preset(), State::Unclean);
    assert_eq!(Asks::WhetherQuiesced.preset(), State::NotQuiesced);
    assert_eq!(steps, [r#"{"do":"crash","nodes":["A1"]}"#]);
    // A roster that was written down tells nothing of who is there.
    let (questions, steps) = asked("A3@1,A2@1,A1@2\n", &[]);
    assert_eq!(questions[0], question(Asks::WhetherUp, "A3 A2 A1"));
    assert!(steps.is_empty(), "{steps:?}");
}

/// Where every node that is there says that nothing is left to migrate, nothing is left where the scenario ends.
#[test]
fn migrations_are_done_where_all_nodes_say_so() {
    let says = |node: &str, left: &str| {
        format!(
            "$ asinfo -h {node} -v node\n{node}\n$ asinfo -h {node} -v statistics\ncluster_size=2;migrate_partitions_remaining={left};uptime=9\n"
        )
    };
    let crash = r#"{"do":"crash","nodes":["A1"]}"#;
    for (replies, is_done) in [
        (says("A3", "0") + &says("A2", "0"), true),
        (says("A3", "0") + &says("A2", "12"), false),
        (says("A3", "0"), false),
    ] {
        let text = format!("{ROSTER}{replies}");
        let (_, steps) = asked(&text, &[]);
        let expected = [crash, r#"{"do":"migrate"}"#];
        assert_eq!(steps, expected[..if is_done { 2 } else { 1 }], "{replies}");
        let facts = bring::read(&[Input { name: "pasted", bytes: text.as_bytes() }]);
        let joined = bring::join(&facts, &[]);
        let (scenario, assumed) = bring::scenario(&joined, &facts).unwrap();
        let exactness = bring::exactness(&joined, &facts);
        let said = bring::summary(&facts, &joined, &exactness, Some((&scenario, &assumed)));
        let compared =
            "migrations: the nodes say that none is left, the scenario ends with none: agrees";
        assert_eq!(said.contains(compared), is_done, "{said}");
    }
}

#[test]
fn an_answer_holds_and_is_asked_no_more() {
    let stop = r#"{"do":"stop","nodes":["A1"]}"#;
    let crash = r#"{"do":"crash","nodes":["A2"]}"#;
    let (questions, steps) = asked(ROSTER, &[("A1", State::Clean), ("A2", State::NotQuiesced)]);
    assert_eq!(questions, [question(Asks::WhetherQuiesced, "A3")]);
    assert_eq!(steps, [stop]);
    // What a person says counts more than what was read.
    let (questions, steps) = asked(ROSTER, &[("A1", State::Clean), ("A2", State::Unclean)]);
    assert_eq!(questions, [question(Asks::WhetherQuiesced, "A3")]);
    assert_eq!(steps, [stop, crash]);
    let (questions, steps) = asked(ROSTER, &[("A1", State::Up), ("A3", State::Quiesced)]);
    assert_eq!(questions, [question(Asks::WhetherQuiesced, "A2 A1")]);
    assert_eq!(steps[0], r#"{"do":"quiesce","nodes":["A3"]}"#);
    let (questions, _) = asked(ROSTER, &[("A1", State::Clean), ("A1", State::Down)]);
    assert_eq!(questions[0], question(Asks::HowDown, "A1"));
    // Nobody is asked about a node that is not there.
    let (questions, _) = asked(ROSTER, &[("B7", State::Unclean)]);
    assert_eq!(questions.len(), 2);
}
