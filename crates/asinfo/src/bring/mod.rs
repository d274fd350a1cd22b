//! An operator's own cluster: from what they have (tables, replies, archives, files) to a scenario.
//!
//! In reading order: `limits`; `text` (bytes to lines) and `fact` (what is read, and where); `known` (names of settings);
//! the readers, a file for each format: `asinfo_roster`, `pairs`, `partition_info`, `replicas`, `table`, `conf`, `yaml` with
//! `kubernetes`, `collectinfo`, `archive`; `command`, `heading`, `hosts` and `transcript` (a terminal's scrollback, in which all of them may
//! stand), `kind` (what cannot be used), `sink` (where facts go); then `join` (facts to one cluster, with what contradicts), `ask` (states that no input tells),
//! `exact` (how exact its map is), `starting` (the versions it begins with), `called` (what its nodes are called), `scenario`, and `summary` (the sentences about all of it).
//!
//! Invariant: pure. Any bytes give facts or a sentence, never a panic; work and memory are bounded by `limits`. Every fact
//! has the place that it was read at, and its value stands there. Nothing is asked, and what is assumed is listed.
//!
//! Not here: reading files, carrying out plans, and logs as timelines. The page's engine does not call this module, and it
//! is behind the feature `bring`, so that the page does not carry it.

mod archive;
mod asinfo_roster;
mod ask;
mod called;
mod collectinfo;
mod command;
mod conf;
mod exact;
mod fact;
mod heading;
mod hosts;
mod join;
mod kind;
mod known;
mod kubernetes;
pub mod limits;
mod pairs;
mod partition_info;
mod replicas;
mod scenario;
mod sink;
mod starting;
mod state;
mod summary;
mod table;
mod text;
mod transcript;
mod yaml;

use rosterlab_scenario::FORMAT;
use serde_json::Value;

pub use ask::{Asks, Question, answer, named, questions};
pub use exact::{Exactness, How, exactness};
pub use fact::{Count, Fact, Left, List, NodeRef, Place, Setting, Spot, Understood, What};
pub use join::{
    Choice, Conflict, Joined, JoinedNamespace, JoinedNode, Quiesce, Told, Versions, join,
};
pub use partition_info::{NodePartitions, PartitionRow, PartitionState};
pub use replicas::NodeReplicas;
pub use scenario::{NoCluster, scenario};
pub use sink::Facts;
pub use state::State;
pub use summary::{CONTRADICTIONS, Part, QUESTIONS, parts, summary};

use fact::Spot as At;
use limits::{MAX_BYTES, MAX_DOCUMENTS, MAX_INPUTS, MAX_UNPACKED};
use sink::Sink;

/// One thing that was brought.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// What a person knows it by: a file's name, `<stdin>`, *pasted*.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// Reads everything that was brought.
#[must_use]
pub fn read(inputs: &[Input<'_>]) -> Facts {
    let mut out = Facts::default();
    let mut budget = MAX_UNPACKED;
    for input in inputs.iter().take(MAX_INPUTS) {
        if archive::is_one(input.bytes) && input.bytes.len() <= MAX_BYTES {
            read_archive(&mut out, input, &mut budget);
        } else {
            read_one(&mut out, input.name, input.bytes);
        }
    }
    out.is_cut |= inputs.len() > MAX_INPUTS;
    out
}

/// The files of an archive. Beside a collectinfo's data, its other files say the same again, for people.
fn read_archive(out: &mut Facts, input: &Input<'_>, budget: &mut usize) {
    let unpacked = archive::unpack(input.name, input.bytes, budget);
    // What the names of the files of one collectinfo begin with.
    let stem = |name: &'_ str| name.strip_suffix("ascinfo.json").map(str::to_owned);
    let stems: Vec<String> =
        unpacked.members.iter().filter_map(|member| stem(&member.name)).collect();
    let is_beside = |name: &str| {
        stem(name).is_none()
            && stems.iter().any(|stem| !stem.ends_with([':', '/']) && name.starts_with(stem))
    };
    let mut sink = Sink::new(out, input.name);
    for (name, why) in &unpacked.left {
        sink.left(At::Whole, name, why);
    }
    if unpacked.members.is_empty() {
        sink.left(At::Whole, input.name, "there is no file in it that can be read");
    }
    for member in unpacked.members.iter().take(MAX_INPUTS) {
        if is_beside(&member.name) {
            let mut sink = Sink::new(out, &member.name);
            sink.left(At::Whole, "", "not needed beside ascinfo.json");
        } else {
            read_one(out, &member.name, &member.bytes);
        }
    }
}

/// One file that is no archive.
fn read_one(out: &mut Facts, name: &str, bytes: &[u8]) {
    let before = (out.facts.len(), out.partitions.len(), out.replicas.len(), out.left.len());
    let unlisted = out.left_unlisted;
    let mut sink = Sink::new(out, name);
    if bytes.len() > MAX_BYTES {
        let why = format!("it has more than {} MiB", MAX_BYTES >> 20);
        return sink.left(At::Whole, "", &why);
    }
    let text = text::decoded(bytes);
    if !text::is_binary(&text) {
        read_text(&mut sink, &text);
    }
    if (out.facts.len(), out.partitions.len(), out.replicas.len()) == (before.0, before.1, before.2)
    {
        // One sentence says more than a line for each line.
        out.left.truncate(before.3);
        out.left_unlisted = unlisted;
        Sink::new(out, name).left(At::Whole, "", &kind::refusal(bytes));
    }
}

fn read_text(sink: &mut Sink<'_>, text: &str) {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        // What cannot be read as JSON may be a part of something else, and is told line by line.
        if let Ok(value) = serde_json::from_str::<Value>(text) {
            if collectinfo::is_one(&value) {
                return collectinfo::read(sink, &value);
            }
            if value.get("format").and_then(Value::as_str) == Some(FORMAT) {
                return;
            }
            let (documents, _) = yaml::read(text);
            documents.iter().filter(|tree| kubernetes::is_cluster(tree)).for_each(|tree| {
                kubernetes::read(sink, tree);
            });
            return;
        }
    }
    let mut lines = text::lines(text);
    for _ in 0..MAX_DOCUMENTS {
        let Some((from, to)) = operators_part(&lines) else { break };
        let mut yaml = "\n".repeat(lines[from].number - 1);
        for line in &lines[from..to] {
            yaml.push_str(&line.text);
            yaml.push('\n');
        }
        let (documents, mistake) = yaml::read(&yaml);
        documents.iter().filter(|tree| kubernetes::is_cluster(tree)).for_each(|tree| {
            kubernetes::read(sink, tree);
        });
        if let Some(line) = mistake {
            sink.left(At::Lines(line, line), "", "the YAML cannot be read from here on");
        }
        for line in &mut lines[from..to] {
            line.text.clear();
        }
    }
    transcript::read(sink, lines);
}

/// From where to where lines are YAML of the operator.
fn operators_part(lines: &[text::Line]) -> Option<(usize, usize)> {
    let is_mark = |line: &text::Line| {
        line.text.contains("asdb.aerospike.com/")
            && line.text.trim_start().starts_with("apiVersion:")
            || line.text.trim() == "kind: AerospikeCluster"
    };
    let mark = lines.iter().position(is_mark)?;
    let is_start =
        |line: &text::Line| !line.text.starts_with([' ', '-']) && line.text.contains(':');
    let before = lines[..mark]
        .iter()
        .rposition(|line| line.text.trim_end() == "---" || heading::is_prompt(&line.text));
    let from = before.map_or(0, |at| at + 1);
    let from = from + lines[from..=mark].iter().position(is_start).unwrap_or(0);
    let ends = |line: &text::Line| heading::is_prompt(&line.text) || line.text.trim_end() == "---";
    let to = lines[mark..].iter().position(ends).map_or(lines.len(), |at| mark + at);
    Some((from, to.max(mark + 1)))
}
