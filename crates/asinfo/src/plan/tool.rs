//! What the admin tool and info requests do in a plan.
//!
//! Invariant: the tool and the nodes are those of [`crate::terminal`], so a plan's lines do what they do when they are typed. Whoever
//! writes a plan means its changes: the tool is privileged, and its questions are answered. Not here: hosts.

use rosterlab_engine::{ClusterView, NodeId, RosterEntry};
use rosterlab_scenario::foresight::runbook::Mistake;

use crate::admin::line::commands;
use crate::admin::{Block, Console};
use crate::shell::{Piece, pieces};
use crate::terminal::Terminal;

use super::containers::node;
use super::course::{Course, Stop};
use super::waits::stable;

/// The tool's words at the beginning of a line.
pub(super) const WORDS: [&str; 12] = [
    "manage",
    "show",
    "info",
    "enable",
    "disable",
    "features",
    "health",
    "summary",
    "collectinfo",
    "help",
    "exit",
    "quit",
];
/// The requests that each node carries out for itself.
const OF_ONE_NODE: [&str; 3] = ["quiesce", "quiesce-undo", "revive"];

/// What parts the commands of a line of the tool: `;`, outside of quotes.
/// A comment begins anywhere, as in the tool.
pub(super) fn parts(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(&line[..outside_quotes(line, '#').unwrap_or(line.len())]);
    let all = std::iter::from_fn(move || {
        let text = rest?;
        let end = outside_quotes(text, ';');
        rest = end.map(|end| &text[end + 1..]);
        Some(text[..end.unwrap_or(text.len())].trim())
    });
    all.filter(|part| !part.is_empty())
}

/// Where this mark first stands outside of quotes.
pub(super) fn outside_quotes(text: &str, mark: char) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, c) if c == mark => return Some(at),
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// Types a line into the tool, connected to a node: its commands one after the other, each with its questions. Nodes are named as in
/// the plan.
pub(super) fn tool(course: &mut Course, line: &str, at: Option<NodeId>) -> Result<(), Stop> {
    if let Ok(pieces) = pieces(line) {
        let mut marks = pieces.iter().filter_map(|piece| match piece {
            Piece::Mark(";") | Piece::Word(_) => None,
            Piece::Mark(mark) => Some(*mark),
        });
        if let Some(mark) = marks.next() {
            return Err(Stop::Unknown(format!(
                "the admin tool has no '{mark}': its commands are parted by ';'"
            )));
        }
    }
    parts(line).try_for_each(|command| {
        are_nodes(course, command)?;
        let command = course.names.in_words(command, &course.view);
        one(course, &command, at)
    })
}

/// Checks that what a command names after `with` are nodes: the tool itself passes over what it does not find.
fn are_nodes(course: &Course, command: &str) -> Result<(), Stop> {
    let named = Console::named(command);
    let mut names = named.iter().filter(|name| *name != "all" && !name.ends_with('*'));
    names.try_for_each(|name| node(course, name).map(drop))
}

fn one(course: &mut Course, line: &str, at: Option<NodeId>) -> Result<(), Stop> {
    if !Console::knows(line) {
        return Err(Stop::Unknown(format!("the admin tool has no command for '{line}'")));
    }
    if line.contains("cluster-stable") {
        return course.wait(stable(line));
    }
    course.catch_up()?;
    let at = at.map_or_else(|| course.anybody(), Ok)?;
    let mut terminal = Terminal::new(at);
    terminal.can_connect(at, &course.cluster).map_err(Stop::Fails)?;
    terminal.enter("enable", &course.cluster);
    let mistake = not_pending(&course.view, line, at);
    course.mistakes.extend(mistake);
    let mut text = line.to_owned();
    loop {
        let typed = terminal.enter(&text, &course.cluster);
        let blocks = typed.lines.iter().flat_map(|line| &line.blocks);
        // Before a question the tool tells what is wrong with the moment; whoever writes a plan goes on.
        let is_asked = terminal.console().question().is_some();
        if let Some(why) = blocks.clone().find_map(failure).filter(|_| !is_asked) {
            let is_unknown = why.contains("command not found");
            return Err(if is_unknown {
                Stop::Unknown(why)
            } else {
                Stop::Fails(format!("the admin tool says '{why}'"))
            });
        }
        if let Some(entry) = typed.entry {
            course.perform(entry)?;
        }
        match terminal.console().question() {
            Some(digits) => {
                text = digits.to_owned();
                course.catch_up()?;
            }
            None => return Ok(()),
        }
    }
}

/// What `manage roster remove nodes …` names that is not in the pending roster: the tool compares whole entries, `A101@1`, and
/// leaves what does not match where it is.
fn not_pending(view: &ClusterView, line: &str, at: NodeId) -> Option<Mistake> {
    let words = commands(line).ok().and_then(|all| all.into_iter().next()).unwrap_or_default();
    // The tool takes the beginnings of its words.
    let mut path = ["manage", "roster", "remove", "nodes"].iter().zip(&words);
    if words.len() < 4 || !path.all(|(word, typed)| word.starts_with(typed.as_str())) {
        return None;
    }
    let named = words[4..].iter().take_while(|word| *word != "ns" && !word.starts_with('-'));
    let namespace = words.iter().skip_while(|word| *word != "ns").nth(1);
    let index = namespace.and_then(|name| view.namespace_index(name))?;
    let pending = &view.sub_clusters[view.sub_cluster_of(at)?].namespaces[index].pending;
    let is_there = |word: &String| pending.iter().any(|entry| entry.to_string() == *word);
    let named: Vec<String> = named.filter(|word| !is_there(word)).cloned().collect();
    let is_meant = |entry: &&RosterEntry| {
        let mut meant = named.iter().filter_map(|word| word.parse::<RosterEntry>().ok());
        meant.any(|meant| meant.node == entry.node)
    };
    let there: Vec<RosterEntry> = pending.iter().filter(is_meant).copied().collect();
    (!named.is_empty()).then_some(Mistake::NotInRoster { named, there })
}

/// What a block says went wrong.
fn failure(block: &Block) -> Option<String> {
    match block {
        Block::Error(why) | Block::Failed(why) => Some(why.clone()),
        // A node's refusal stands in a table of the tool.
        Block::Table(table) => {
            let text = table.render();
            text.lines()
                .find(|line| {
                    line.contains("|ERROR")
                        || line.contains("Invalid command")
                        || line.contains("permanently")
                })
                .map(|line| line.trim().to_owned())
        }
        Block::Text(_) | Block::Warning(_) | Block::Note(_) => None,
    }
}

/// Sends a request of the info protocol to nodes, each from its own host; without nodes, to whom it concerns.
pub(super) fn ask(course: &mut Course, request: &str, nodes: &[NodeId]) -> Result<(), Stop> {
    let request = request.trim();
    if request.starts_with("cluster-stable") {
        return course.wait(stable(request));
    }
    let name = request.split([':', '/']).next().unwrap_or("");
    if nodes.is_empty() && OF_ONE_NODE.contains(&name) {
        return Err(Stop::Unknown(format!(
            "each node does '{name}' for itself, so the line has to name its node: asinfo -h a101 -v '{request}'"
        )));
    }
    let nodes = if nodes.is_empty() { vec![course.anybody()?] } else { nodes.to_vec() };
    let hosts: Vec<String> = nodes.iter().map(|node| crate::shell::host(*node)).collect();
    let quoted = request.replace('\'', "");
    let line = format!("pdsh -w {} asinfo -v '{quoted}'", hosts.join(","));
    let typed = Terminal::new(nodes[0]).enter(&line, &course.cluster);
    if let Some(entry) = typed.entry {
        return course.perform(entry);
    }
    let blocks = typed.lines.iter().flat_map(|line| &line.blocks);
    let refusal = blocks.clone().find_map(|block| match block {
        Block::Text(text) if is_refusal(text) => Some(text.trim().to_owned()),
        block => failure(block),
    });
    refusal.map_or(Ok(()), |why| Err(Stop::Fails(format!("the answer is '{why}'"))))
}

fn is_refusal(reply: &str) -> bool {
    let said = reply.split_once(": ").map_or(reply, |(_, said)| said);
    [reply, said].iter().any(|text| {
        let lower = text.to_lowercase();
        lower.starts_with("error")
            || lower.starts_with("fail")
            || lower.starts_with("ignored-by")
            || lower.starts_with("could not connect")
    })
}
