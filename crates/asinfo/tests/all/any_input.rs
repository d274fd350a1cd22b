//! What must hold of anything that is brought. The fuzzer (docs/fuzzing.md) asks the same.

use std::collections::BTreeSet;

use rosterlab_asinfo::bring::{self, Fact, Facts, Input, NodeRef, Spot, What};
use rosterlab_engine::NodeId;

/// The most nodes of a scenario that is tried: larger ones take long.
const MOST_NODES: usize = 24;

/// As [`check`], and the scenario runs or is refused.
#[allow(dead_code, reason = "the fuzzer has no time for it")]
pub fn check_and_run(bytes: &[u8]) -> usize {
    let facts = bring::read(&[Input { name: "input", bytes }]);
    let joined = bring::join(&facts, &[]);
    let made =
        if joined.nodes.len() <= MOST_NODES { bring::scenario(&joined, &facts).ok() } else { None };
    let exactness = bring::exactness(&joined, &facts);
    let shown = made.as_ref().map(|(scenario, assumed)| (scenario, assumed.as_slice()));
    is_plain(&bring::summary(&facts, &joined, &exactness, shown));
    check(bytes)
}

fn is_plain(summary: &str) {
    assert!(!summary.chars().any(|sign| sign.is_control() && sign != '\n'));
}

/// Reads bytes as somebody may bring them, and gives how many facts there are.
pub fn check(bytes: &[u8]) -> usize {
    let facts = bring::read(&[Input { name: "input", bytes }]);
    // What an archive has in it is another text.
    let is_archive = bytes.starts_with(b"\x1f\x8b")
        || facts.facts.iter().any(|fact| fact.place.source != "input");
    if !is_archive {
        let text = decoded(bytes);
        let lines = lines(&text);
        facts.facts.iter().for_each(|fact| stands_there(fact, &lines));
    }
    let joined = bring::join(&facts, &[]);
    let known = ids(&facts);
    for node in joined.nodes.iter().filter(|node| !node.made_up) {
        assert!(known.contains(&node.id), "{} was read nowhere", node.id);
    }
    let exactness = bring::exactness(&joined, &facts);
    is_plain(&bring::summary(&facts, &joined, &exactness, None));
    facts.facts.len()
}

/// Every id that a fact or a version has.
fn ids(facts: &Facts) -> BTreeSet<NodeId> {
    let mut ids = BTreeSet::new();
    for fact in &facts.facts {
        match &fact.what {
            What::Id(id) | What::Principal(id) => {
                ids.insert(*id);
            }
            What::Nodes(_, entries) => ids.extend(entries.iter().map(|entry| entry.node)),
            _ => {}
        }
        if let Some(NodeRef::Id(id)) = fact.node {
            ids.insert(id);
        }
    }
    ids.extend(facts.partitions.iter().filter_map(bring::NodePartitions::own_id));
    ids
}

/// The letters and digits of a text, which no layout changes.
fn signs(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// A fact's text stands on its lines, and a list's nodes stand in its text.
fn stands_there(fact: &Fact, lines: &[&str]) {
    if let What::Nodes(_, entries) = &fact.what {
        let said = signs(&fact.text);
        for entry in entries {
            assert!(said.contains(&signs(&entry.node.to_string())), "{fact:?}");
        }
    }
    let Spot::Lines(first, last) = fact.place.at else { return };
    assert!(1 <= first && first <= last && last <= lines.len(), "{fact:?}");
    let there = lines[first - 1..last].concat();
    // In YAML and JSON a sign may be written as an escape.
    if there.contains('\\') {
        return;
    }
    let (wanted, there_signs) = (signs(&fact.text), signs(&there));
    let stands = there_signs.contains(&wanted) || is_within(&wanted, &there_signs);
    // Colours in the middle of a value leave signs of their own.
    let may_be_coloured = there.contains(['\u{1b}', '[', '\u{241b}']);
    // A cell that goes on in the next line has the other cells of its own line between.
    let may_be_in_cells = first < last && there.contains('|');
    let may_have_others = may_be_coloured || may_be_in_cells;
    assert!(there_signs.contains(&wanted) || (may_have_others && stands), "{fact:?}\n{there}");
}

/// Whether the signs stand in this order, others between them.
fn is_within(wanted: &str, there: &str) -> bool {
    let mut signs = there.chars();
    wanted.chars().all(|sign| signs.any(|other| other == sign))
}

fn decoded(bytes: &[u8]) -> String {
    let units = |rest: &[u8], of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Lines end with a line feed, with carriage returns before it or not, or with a carriage return.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        lines.push(&rest[..end]);
        let after = &rest[end..];
        let feed = after.trim_start_matches('\r').strip_prefix('\n');
        rest = feed.or(after.strip_prefix('\r')).unwrap_or(after);
    }
    lines
}
