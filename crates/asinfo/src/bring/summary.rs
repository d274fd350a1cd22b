//! What was understood and from where, what contradicts, what was assumed, what was left, and how exact it is: as text.
//!
//! Invariant: lines of bounded length, in the order of the inputs; nothing of an input that a terminal would obey. Not here:
//! any decision.

use std::fmt::Write as _;

use rosterlab_engine::{RosterEntry, Shutdown};
use rosterlab_scenario::Scenario;

use super::ask::{Asks, questions};
use super::exact::{Exactness, How};
use super::fact::Place;
use super::join::{Conflict, Joined, JoinedNamespace, JoinedNode, Quiesce};
use super::scenario::IN_TURN;
use super::sink::Facts;
use super::state::State;

/// The most lines of one part.
const MOST: usize = 60;
/// The most characters of a value.
const LONGEST: usize = 160;

/// The title of the part with what contradicts, which says how the command line is told.
pub const CONTRADICTIONS: &str = "Contradictions (--choose N=M takes value M of N)";

/// The title of the part with states of nodes that no input tells, which says how the command line is told.
pub const QUESTIONS: &str = "What no input tells of nodes (NODES are ids or names, with commas)";

/// A part of the summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is about.
    pub title: &'static str,
    /// What it says, a sentence or a value a line; at most 60 and one that counts the rest.
    pub lines: Vec<String>,
}

/// The summary as text.
#[must_use]
pub fn summary(
    facts: &Facts,
    joined: &Joined,
    exactness: &[Exactness],
    made: Option<(&Scenario, &[String])>,
) -> String {
    let mut out = String::new();
    for Part { title, lines } in parts(facts, joined, exactness, made) {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "{title}:");
        for line in lines {
            let _ = writeln!(out, "  {line}");
        }
    }
    out
}

/// The summary by parts; those that have nothing to say are missing. `made` has the scenario, and the sentences of what was
/// assumed to make it; without one the part that compares is missing.
#[must_use]
pub fn parts(
    facts: &Facts,
    joined: &Joined,
    exactness: &[Exactness],
    made: Option<(&Scenario, &[String])>,
) -> Vec<Part> {
    let mut out = Parts::default();
    out.part("Understood", &understood(facts));
    if !joined.nodes.is_empty() {
        out.part("The cluster", &cluster(facts, joined));
    }
    out.part("Missing", &placed(&joined.missing));
    out.part(CONTRADICTIONS, &contradictions(&joined.conflicts));
    let mut assumed = joined.assumed.clone();
    if let Some((scenario, sentences)) = made {
        assumed.extend(sentences.iter().cloned());
        out.part("Compared", &compared(joined, scenario));
    }
    let is_in_turn = assumed.iter().any(|sentence| sentence.contains(IN_TURN));
    out.part(QUESTIONS, &asked(joined, is_in_turn));
    out.part("Assumed, because no input tells", &assumed);
    if !joined.nodes.is_empty() {
        out.part(
            "How exact the partition map is",
            &exactness.iter().map(exact).collect::<Vec<_>>(),
        );
    }
    out.part("Left over", &left(facts, joined));
    out.0
}

#[derive(Default)]
struct Parts(Vec<Part>);

impl Parts {
    fn part(&mut self, title: &'static str, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        let mut shown: Vec<String> = lines.iter().take(MOST).map(|line| printable(line)).collect();
        if lines.len() > MOST {
            shown.push(format!("… and {} more", lines.len() - MOST));
        }
        self.0.push(Part { title, lines: shown });
    }
}

/// On one line, without what a terminal would obey.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if text.chars().count() > LONGEST {
        short.push('…');
    }
    short
}

/// One line for each kind of thing in each input.
fn understood(facts: &Facts) -> Vec<String> {
    let mut lines: Vec<(String, &str, usize)> = Vec::new();
    for one in &facts.understood {
        let same = lines
            .last_mut()
            .filter(|(place, what, _)| *what == one.what && place.starts_with(&one.place.source));
        match same {
            Some((_, _, count)) => *count += 1,
            None => lines.push((one.place.to_string(), &one.what, 1)),
        }
    }
    let line = |(place, what, count): (String, &str, usize)| match count {
        1 => format!("{place}: {what}"),
        count => format!("{place}: {what} ({count} times)"),
    };
    lines.into_iter().map(line).collect()
}

fn cluster(facts: &Facts, joined: &Joined) -> Vec<String> {
    let mut lines = Vec::new();
    let name = joined.name.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
    let build = joined.build.map(|build| format!(", build {build}")).unwrap_or_default();
    lines.push(format!("{}{name}{build}", counted(joined.nodes.len(), "node")));
    if let Some(moment) = &joined.moment {
        lines.push(format!("as of {moment}"));
    }
    for node in &joined.nodes {
        let rack = node.rack.map(|rack| format!(", rack {rack}")).unwrap_or_default();
        let names = if node.names.is_empty() {
            String::new()
        } else {
            format!(" ({})", node.names.join(", "))
        };
        let made_up = if node.made_up { ", an id that is made up" } else { "" };
        let blocked = if node.blocked { ", kept out of rosters by the operator" } else { "" };
        let gone = match (node.up, node.went) {
            (Some(false), None) => ", not there",
            (Some(false), Some(Shutdown::Clean)) => ", down after a clean stop",
            (Some(false), Some(Shutdown::Unclean)) => ", down without a clean stop",
            _ => "",
        };
        let quiesced = if node.stay_quiesced { ", quiesced for good" } else { "" };
        lines.push(short(&format!("{}{names}{rack}{made_up}{blocked}{gone}{quiesced}", node.id)));
    }
    lines.extend(quiesced(joined, Quiesce::Effective, "quiesced"));
    lines.extend(quiesced(joined, Quiesce::Pending, "quiesced with the next recluster"));
    for side in &joined.sides {
        let ids: Vec<String> = side.iter().map(ToString::to_string).collect();
        lines.push(short(&format!("one side of a split: {}", ids.join(", "))));
    }
    for namespace in &joined.namespaces {
        lines.push(short(&of_namespace(namespace)));
        lines.extend(of_pending(namespace).map(|line| short(&line)));
        let versions = joined.versions.nodes(&namespace.name).count();
        if versions > 0 {
            lines.push(format!(
                "namespace {}: versions of its partitions, of {versions} of {}",
                namespace.name,
                counted(joined.nodes.len(), "node")
            ));
        }
        let owned =
            joined.versions.replicas.keys().filter(|(name, _)| *name == namespace.name).count();
        if owned > 0 {
            lines.push(format!(
                "namespace {}: the map that clients see, of {owned} nodes",
                namespace.name
            ));
        }
    }
    let unread: usize = facts.partitions.iter().map(|read| read.unread).sum();
    if unread > 0 {
        lines.push(format!("{unread} rows of partition-info could not be read"));
    }
    lines
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn of_namespace(namespace: &JoinedNamespace) -> String {
    let mut text = format!("namespace {}", namespace.name);
    let mut add = |part: String| {
        text.push_str(", ");
        text.push_str(&part);
    };
    match namespace.strong_consistency {
        Some(true) => add("strong consistency".to_owned()),
        Some(false) => add("no strong consistency".to_owned()),
        None => {}
    }
    if let Some(factor) = namespace.replication_factor {
        add(format!("RF {factor}"));
    }
    if namespace.commit_to_device == Some(true) {
        add("commit-to-device".to_owned());
    }
    if let Some(roster) = &namespace.roster {
        add(format!("roster {}", list(roster)));
    }
    if let Some(observed) =
        namespace.observed.as_ref().filter(|observed| namespace.roster.as_ref() != Some(observed))
    {
        add(format!("observed {}", list(observed)));
    }
    text
}

/// Nodes that are quiesced so far, until they restart.
fn quiesced(joined: &Joined, wanted: Quiesce, what: &str) -> Option<String> {
    let is = |node: &&JoinedNode| node.quiesced == Some(wanted) && !node.stay_quiesced;
    let ids: Vec<String> = joined.nodes.iter().filter(is).map(|node| node.id.to_string()).collect();
    (!ids.is_empty()).then(|| short(&format!("{what}: {}", ids.join(", "))))
}

/// A pending roster that is not the roster in force, and what it changes.
fn of_pending(namespace: &JoinedNamespace) -> Option<String> {
    let current = namespace.roster.as_ref();
    let pending = namespace.pending.as_ref().filter(|pending| current != Some(pending))?;
    let mut text = format!("namespace {}, pending roster: {}", namespace.name, list(pending));
    let Some(current) = current else { return Some(text) };
    let beyond = |some: &[RosterEntry], others: &[RosterEntry]| {
        let is_new = |one: &&RosterEntry| !others.iter().any(|other| other.node == one.node);
        let ids: Vec<String> = some.iter().filter(is_new).map(|one| one.node.to_string()).collect();
        ids.join(", ")
    };
    let (gone, new) = (beyond(current, pending), beyond(pending, current));
    for (what, ids) in [("without", gone), ("with", new)] {
        if !ids.is_empty() {
            let _ = write!(text, "; {what} {ids}");
        }
    }
    Some(text)
}

fn list(entries: &[RosterEntry]) -> String {
    if entries.is_empty() {
        return "null".to_owned();
    }
    if entries.len() > 8 {
        return format!("of {} nodes", entries.len());
    }
    entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// Questions with what is taken, and what was answered. Where nodes can only have gone in turn, that is taken.
fn asked(joined: &Joined, is_in_turn: bool) -> Vec<String> {
    let mut lines: Vec<String> = joined
        .answered
        .iter()
        .map(|(id, state)| format!("{id} is {}, as you say", state.words()))
        .collect();
    for question in questions(joined) {
        let ids: Vec<String> = question.nodes.iter().map(ToString::to_string).collect();
        let nodes = match (ids.len(), joined.nodes.len()) {
            (some, all) if some == all => "all nodes".to_owned(),
            (1..=8, _) => ids.join(", "),
            (some, all) => format!("{some} of {all} nodes"),
        };
        let preset = question.asks.preset();
        let taken = match question.asks {
            Asks::HowDown if is_in_turn => IN_TURN,
            _ => preset.words(),
        };
        let is_taken = |answer: &State| *answer == preset && taken == preset.words();
        let others = question.asks.answers().iter().filter(|answer| !is_taken(answer));
        let options: Vec<String> = others.map(|answer| format!("--{answer} NODES")).collect();
        lines.push(short(&format!(
            "{} {nodes}: taken as {}, unless you say {}",
            question.asks.words(),
            taken,
            options.join(" or ")
        )));
    }
    lines
}

fn contradictions(conflicts: &[Conflict]) -> Vec<String> {
    let mut lines = Vec::new();
    for conflict in conflicts {
        lines.push(format!("{}. {}", conflict.number, conflict.subject));
        for (at, told) in conflict.told.iter().enumerate() {
            let used = match (at == conflict.used, conflict.by_hand) {
                (true, true) => " (chosen)",
                (true, false) => " (used)",
                _ => "",
            };
            let value = short(&told.value);
            lines.push(format!("   {}. {value}{used}: {}", at + 1, places(&told.places)));
        }
    }
    lines
}

fn places(places: &[Place]) -> String {
    let mut texts: Vec<String> = places.iter().map(ToString::to_string).collect();
    texts.dedup();
    let more = texts.len().saturating_sub(3);
    texts.truncate(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", texts.join(", "))
}

fn exact(of: &Exactness) -> String {
    let how = match of.how {
        How::Exact => "exact",
        How::AsRead => "masters and replicas as read",
        How::About => "about",
    };
    format!("{}: {how}: {}", of.namespace, of.why.join("; "))
}

/// Counts that nodes say and the simulator has otherwise.
fn compared(joined: &Joined, scenario: &Scenario) -> Vec<String> {
    let counts = super::scenario::counts(scenario);
    let mut lines = Vec::new();
    for namespace in &joined.namespaces {
        let Some((unavailable, dead)) = counts.get(&namespace.name) else { continue };
        for (what, told, ours) in [
            ("unavailable", &namespace.unavailable, *unavailable),
            ("dead", &namespace.dead, *dead),
        ] {
            if told.is_empty() {
                continue;
            }
            let numbers: Vec<String> = told.iter().take(4).map(ToString::to_string).collect();
            let verdict = match (told.contains(&u64::from(ours)), told.len()) {
                (true, 1) => "agrees",
                (true, _) => "one agrees",
                (false, _) => "differs",
            };
            lines.push(format!(
                "{} partitions of {}: the nodes say {}, the scenario ends with {ours}: {verdict}",
                what,
                namespace.name,
                numbers.join(" and ")
            ));
        }
    }
    let is_migrating = joined.is_migrated().then(|| super::scenario::is_migrating(scenario));
    if let Some(Some(is_migrating)) = is_migrating {
        let (ours, verdict) =
            if is_migrating { ("some left", "differs") } else { ("none", "agrees") };
        lines.push(format!(
            "migrations: the nodes say that none is left, the scenario ends with {ours}: {verdict}"
        ));
    }
    lines
}

/// Sentences after their places.
fn placed(sentences: &[(Place, String)]) -> Vec<String> {
    sentences.iter().map(|(place, sentence)| format!("{place}: {sentence}")).collect()
}

fn left(facts: &Facts, joined: &Joined) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for left in &facts.left {
        let text = if left.text.is_empty() { String::new() } else { format!(" {:?}", left.text) };
        let why = if left.why.is_empty() { String::new() } else { format!(" {}", left.why) };
        lines.push(format!(
            "{}:{text}{}{why}",
            left.place,
            if text.is_empty() || why.is_empty() { "" } else { ":" }
        ));
    }
    lines.extend(placed(&joined.homeless));
    if facts.left_unlisted > 0 {
        lines.push(format!("{} more lines", facts.left_unlisted));
    }
    if facts.is_cut {
        lines.push("there is more than is read: the rest was left out".to_owned());
    }
    lines
}
