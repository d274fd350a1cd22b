//! Why a partition is what it is, in words.
//!
//! Invariant: every rule of domain.md §5 has one sentence, one source and one way to say what it saw; nothing here decides
//! anything. Not here: how a page shows it.

use std::fmt::Write as _;

use rosterlab_engine::{Answer, Explanation, Facts, Profile, Role, Rule, Seat};

/// How a rule is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Published documentation says so.
    Documented,
    /// Documentation says so, and the published case study shows it.
    DocumentedAndSeen,
    /// Our own choice where the sources are silent.
    Inferred,
}

impl Source {
    /// In one or two words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::DocumentedAndSeen => "documented, seen in logs",
            Self::Inferred => "inferred",
        }
    }
}

/// How a rule is known (the marks of domain.md §5).
#[must_use]
pub fn source(rule: Rule) -> Source {
    match rule {
        Rule::AllReplicas | Rule::Majority | Rule::Half => Source::DocumentedAndSeen,
        Rule::NoData => Source::Inferred,
        Rule::TooFewNodes
        | Rule::SuperMajority
        | Rule::NoFullCopy
        | Rule::NothingElse
        | Rule::NoRoster
        | Rule::NoCluster
        | Rule::Ap => Source::Documented,
    }
}

/// What a rule says, as a condition and what follows.
#[must_use]
pub fn sentence(rule: Rule) -> &'static str {
    match rule {
        Rule::TooFewNodes => "fewer than RF roster nodes are present: not active",
        Rule::NoData => "nobody present has data: active only if it is known to be new",
        Rule::SuperMajority => "fewer than RF roster nodes are missing or untrusted: active",
        Rule::NoFullCopy => "no voter has a full copy: not active",
        Rule::AllReplicas => "every roster-replica is present: active",
        Rule::Majority => "more than half of the roster votes, with a roster-replica: active",
        Rule::Half => "exactly half of the roster votes, with the roster-master: active",
        Rule::NothingElse => "none of these: not active",
        Rule::NoRoster => "no roster is in force: not active",
        Rule::NoCluster => "in no cluster: not active",
        Rule::Ap => "an AP namespace is active in every sub-cluster",
    }
}

/// What a rule looked at.
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

/// What a node is to a partition; nothing for one that has no part in it.
#[must_use]
pub fn role(role: Role) -> &'static str {
    match role {
        Role::RosterMaster => "roster-master",
        Role::RosterReplica => "roster-replica",
        Role::StandIn => "stand-in",
        Role::Other => "",
        Role::NotInRoster => "not in the roster",
    }
}

/// The whole explanation as lines of text.
#[must_use]
pub fn text(explanation: &Explanation, profile: Profile) -> String {
    let Explanation { namespace, partition, principal, verdict, facts, answers, row } = explanation;
    let place = principal.map_or_else(
        || "in no cluster".to_owned(),
        |principal| format!("the sub-cluster of {principal}"),
    );
    let mut text = format!(
        "namespace {namespace}, partition {partition}, {place}, server {profile}: {}\n",
        verdict.availability
    );
    let _ =
        writeln!(text, "because: {} ({})", sentence(verdict.rule), source(verdict.rule).words());
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
    let role = role(seat.role);
    let mut notes = Vec::new();
    let marks = [
        (!seat.present, "absent"),
        (seat.working_master, "working master"),
        (seat.replica_here, "replica here"),
        (seat.present && seat.full, "full"),
        (seat.filling, "filling"),
        (seat.quiesced, "quiesced"),
    ];
    notes.extend(marks.iter().filter(|(holds, _)| *holds).map(|(_, note)| *note));
    let (node, version) = (seat.node.to_string(), seat.version.to_string());
    format!("{node:<16}  {role:<17}  {version}  {}", notes.join(", ")).trim_end().to_owned()
}
