//! Why a partition is active, unavailable or dead, as data.
//!
//! Invariant: the words come from the scenario crate, the numbers from the engine.

use rosterlab_engine::{
    Answer, Availability, CopyState, Explanation, Facts, NodeId, PartitionId, Profile, Role, Rule,
    Seat, Version,
};
use rosterlab_scenario::words::rules;
use rosterlab_scenario::{RuleName, explain};
use serde::Serialize;

use crate::encode::text;

/// One partition's explanation.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExplanationData<'a> {
    namespace: &'a str,
    partition: PartitionId,
    principal: Option<NodeId>,
    server: Profile,
    availability: Availability,
    rule: RuleName,
    sentence: &'static str,
    source: &'static str,
    facts: Option<FactsData<'a>>,
    rules: Vec<RuleData>,
    row: Vec<SeatData<'a>>,
    working_order: &'a [NodeId],
    text: String,
}

impl<'a> ExplanationData<'a> {
    /// An explanation by the rules of a profile.
    pub(crate) fn of(explanation: &'a Explanation, profile: Profile) -> Self {
        let rule = explanation.verdict.rule;
        let facts = explanation.facts.as_ref();
        let answers = explanation.answers.iter();
        Self {
            namespace: &explanation.namespace,
            partition: explanation.partition,
            principal: explanation.principal,
            server: profile,
            availability: explanation.verdict.availability,
            rule: rule.into(),
            sentence: rules::sentence(rule),
            source: rules::source(rule).words(),
            facts: facts.map(FactsData),
            rules: answers
                .map(|(rule, answer)| RuleData::of(*rule, *answer, facts, profile))
                .collect(),
            row: explanation.row.iter().map(SeatData).collect(),
            working_order: &explanation.working_order,
            text: explain::text(explanation, profile),
        }
    }
}

/// One rule and its answer.
#[derive(Serialize)]
struct RuleData {
    number: Option<u8>,
    rule: RuleName,
    sentence: &'static str,
    counts: String,
    answer: Answer,
    source: &'static str,
}

impl RuleData {
    fn of(rule: Rule, answer: Answer, facts: Option<&Facts>, profile: Profile) -> Self {
        Self {
            number: rule.number(),
            rule: rule.into(),
            sentence: rules::sentence(rule),
            counts: facts.map_or_else(String::new, |facts| rules::counts(rule, facts, profile)),
            answer,
            source: rules::source(rule).words(),
        }
    }
}

#[derive(Serialize)]
struct FactsData<'a>(#[serde(with = "FactsShape")] &'a Facts);

#[derive(Serialize)]
#[serde(remote = "Facts", rename_all = "camelCase")]
struct FactsShape {
    replication_factor: u32,
    roster: u32,
    present: u32,
    evading: u32,
    revived: u32,
    revived_by_operator: u32,
    with_data: u32,
    full: u32,
    #[serde(rename = "unsubset")]
    not_subset: u32,
    roster_replicas_present: u32,
    roster_master_present: bool,
}

#[derive(Serialize)]
struct SeatData<'a>(#[serde(with = "SeatShape")] &'a Seat);

#[derive(Serialize)]
#[serde(remote = "Seat", rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the engine's, one for one")]
struct SeatShape {
    node: NodeId,
    role: Role,
    present: bool,
    quiesced: bool,
    replica_here: bool,
    working_master: bool,
    #[serde(serialize_with = "text")]
    version: Version,
    full: bool,
    filling: bool,
    seen: Option<CopyState>,
}
