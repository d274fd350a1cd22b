//! Why a partition is what it is, as lines of text for a terminal.
//!
//! Invariant: the words come from `words`, the numbers from the engine. Not here: the page's way to show it.

use std::fmt::Write as _;

use rosterlab_engine::{Answer, Explanation, Facts, Profile, Rule, Seat};

use crate::words::marks;
use crate::words::rules::{because, counts, sentence, source};

/// The whole explanation as lines of text.
#[must_use]
pub fn text(explanation: &Explanation, profile: Profile) -> String {
    let Explanation { namespace, partition, principal, verdict, facts, answers, row, .. } =
        explanation;
    let place = principal.map_or_else(
        || "in no cluster".to_owned(),
        |principal| format!("the sub-cluster of {principal}"),
    );
    let mut text = format!(
        "namespace {namespace}, partition {partition}, {place}, server {profile}: {}\n",
        verdict.availability
    );
    let _ = writeln!(text, "because: {} ({})", because(*verdict), source(verdict.rule).words());
    if let Some(facts) = facts {
        let _ = writeln!(text, "\nrules, in the order in which they are asked (* decided):");
        for (rule, answer) in answers {
            let _ = writeln!(text, "{}", rule_line(*rule, *answer, facts, profile));
        }
    }
    if !row.is_empty() {
        let _ = writeln!(text, "\nrow:");
    }
    for seat in row {
        let _ = writeln!(text, "  {}", seat_line(seat));
    }
    if let Some(order) = marks::working_order(explanation) {
        let order: Vec<String> = order.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "\n{}: {}", marks::WORKING_ORDER, order.join(" "));
    }
    text
}

fn rule_line(rule: Rule, answer: Answer, facts: &Facts, profile: Profile) -> String {
    let mark = if answer == Answer::Decided { '*' } else { ' ' };
    let number = rule.number().map_or_else(|| "-".to_owned(), |number| number.to_string());
    let saw = counts(rule, facts, profile);
    let answer = match answer {
        Answer::Passed => "passed",
        Answer::Decided => "decided",
        Answer::NotReached => "not reached",
    };
    let source = source(rule).words();
    let line =
        format!("{mark} {number}  {:<66}  {saw:<40}  {answer:<11}  {source}", sentence(rule));
    line.trim_end().to_owned()
}

fn seat_line(seat: &Seat) -> String {
    let role = marks::role(seat.role);
    let before = marks::seen_before(seat).map(|before| format!("before this rebalance: {before}"));
    let notes = [
        Some(marks::copy(seat)),
        before.as_deref(),
        seat.working_master.then_some("working master"),
        seat.replica_here.then_some("replica here"),
        seat.quiesced.then_some("quiesced"),
    ];
    let notes: Vec<&str> = notes.into_iter().flatten().collect();
    let (node, version) = (seat.node.to_string(), seat.version.to_string());
    format!("{node:<16}  {role:<17}  {version}  {}", notes.join(", ")).trim_end().to_owned()
}
