//! `manage` and `asinfo`: what changes the cluster, with the tool's warnings and questions.
//!
//! Invariant: nothing is changed before a question that it raises is answered rightly. Not here: the answer (see `console`).

use super::block::Block;
use super::cluster::{At, Scope, Session};
use super::like::Likes;
use super::replies::{self, Failure, Rosters, cause, checked, taken};
use super::sheet::{Sheet, Value, left};
use super::table::{Style, Table, Tone};
use super::tree::{Roster, Words};

/// What all changes end with.
const RUN_RECLUSTER: &str = "Run \"manage recluster\" for your changes to take effect.";
/// What warns of rosters set while the cluster is not stable.
const NOT_ADVISED: &str =
    "It is advised that you do not manage the roster. Run 'info network' for more information.";

/// A change that is ready to be carried out.
#[derive(Clone)]
pub(super) enum Change {
    Roster { namespace: String, nodes: Vec<String>, done: &'static str },
    Revive { namespace: String, with: Vec<String> },
    Quiesce { with: Vec<String>, undo: bool },
}

/// What a command comes to.
pub(super) enum Step {
    Done,
    /// A question comes first: what is said, and the change that a right answer allows.
    Ask(String, Change),
}

/// `manage roster …`. `warn` is what `enable --warn` asked for.
pub(super) fn roster(
    session: &mut Session,
    words: &Words,
    how: Roster,
    warn: bool,
    out: &mut Vec<Block>,
) -> Result<Step, Failure> {
    let namespace = words.first("ns").to_owned();
    let everybody = session.cluster.select(Scope::All)?;
    if !is_strong(session, &everybody, &namespace, out) {
        return Ok(Step::Done);
    }
    let careful = !words.flag(&["--no-warn"]);
    let own = words.after(if how == Roster::StageNodes { "line" } else { "nodes" }).to_vec();
    let mut stable = true;
    let mut missing = Vec::new();
    let (nodes, done) = if how == Roster::StageNodes && !careful {
        (own, "Pending roster successfully set.")
    } else {
        let rosters = rosters(session, &namespace)?;
        let replies = session.ask(&everybody, "cluster-stable:");
        let (nodes, done) = match how {
            Roster::StageObserved => {
                (rosters.observed.clone(), "Pending roster now contains observed nodes.")
            }
            Roster::StageNodes => (own.clone(), "Pending roster successfully set."),
            Roster::Add => {
                let nodes = rosters.pending.iter().chain(&own).cloned().collect();
                (nodes, "Node(s) successfully added to pending-roster.")
            }
            Roster::Remove => {
                let mut nodes = rosters.pending.clone();
                for node in &own {
                    match nodes.iter().position(|other| other == node) {
                        Some(at) => drop(nodes.remove(at)),
                        None => missing.push(node.clone()),
                    }
                }
                (nodes, "Node(s) successfully removed from pending-roster.")
            }
        };
        if careful || how == Roster::StageObserved {
            if !missing.is_empty() {
                let missing = missing.join(", ");
                out.push(Block::Warning(format!(
                    "The following nodes are not in the pending-roster: {missing}"
                )));
            }
            stable = is_stable(&replies, out)?;
            if matches!(how, Roster::Add | Roster::StageNodes)
                && own.iter().any(|node| !rosters.observed.contains(node))
            {
                // The tool prints the two braces where the nodes should stand.
                let text = "The following node(s) are not found in the observed list or have a\ndifferent configured rack-id: {}";
                out.push(Block::Warning(text.to_owned()));
            }
        }
        (nodes, done)
    };
    let question = if how == Roster::StageObserved { !stable || warn } else { careful };
    let said = format!(
        "You are about to set the pending-roster for namespace {namespace} to: {}",
        nodes.join(", ")
    );
    let change = Change::Roster { namespace, nodes, done };
    if question {
        return Ok(Step::Ask(said, change));
    }
    carry_out(session, &change, out)?;
    Ok(Step::Done)
}

/// Whether the namespace is strongly consistent, by the first node's reply; says so when it is not.
fn is_strong(
    session: &mut Session,
    everybody: &[At],
    namespace: &str,
    out: &mut Vec<Block>,
) -> bool {
    let replies = session.ask(everybody, &format!("namespace/{namespace}"));
    let first = everybody.first().and_then(|at| replies.get(at)).cloned();
    let values =
        first.and_then(|reply| checked(reply, "").ok()).map(|text| replies::values(&text, ';'));
    match values.filter(|values| {
        !values.is_empty() && values.get("type").is_none_or(|kind| kind != "unknown")
    }) {
        None => {
            out.push(Block::Error(format!("namespace {namespace} does not exist on this node")));
        }
        Some(values)
            if values
                .get("strong-consistency")
                .is_some_and(|value| value.eq_ignore_ascii_case("true")) =>
        {
            return true;
        }
        Some(_) => out
            .push(Block::Error(format!("namespace {namespace} is not in strong consistency mode"))),
    }
    false
}

fn rosters(session: &mut Session, namespace: &str) -> Result<Rosters, Failure> {
    let principal = session.cluster.select(Scope::Principal)?[0];
    let reply = session.ask_one(principal, &format!("roster:namespace={namespace}"));
    Ok(replies::rosters(&checked(reply, "Could not retrieve roster for namespace")?))
}

/// Whether all nodes answer `cluster-stable:` with one and the same key; warns when not.
fn is_stable(
    replies: &std::collections::BTreeMap<At, replies::Reply>,
    out: &mut Vec<Block>,
) -> Result<bool, Failure> {
    let mut key: Option<&String> = None;
    for reply in replies.values() {
        let text = reply.as_ref().map_err(Clone::clone)?;
        let failed = text.to_ascii_lowercase().contains("error");
        if failed {
            let what = "Server returned an error response for info command".to_owned();
            out.push(Block::Error(Failure::Said(what, text.clone()).to_string()));
        }
        if failed || key.is_some_and(|key| key != text) {
            out.push(Block::Warning(NOT_ADVISED.to_owned()));
            return Ok(false);
        }
        key = Some(text);
    }
    Ok(true)
}

/// `manage revive`.
pub(super) fn revive(
    session: &mut Session,
    words: &Words,
    warn: bool,
    out: &mut Vec<Block>,
) -> Result<Step, Failure> {
    let namespace = words.first("ns").to_owned();
    let said = format!("You are about to revive namespace {namespace}");
    ask_or_do(
        session,
        said,
        Change::Revive { namespace, with: words.after("with").to_vec() },
        warn,
        out,
    )
}

/// `manage quiesce`, with `undo` or without.
pub(super) fn quiesce(
    session: &mut Session,
    words: &Words,
    warn: bool,
    out: &mut Vec<Block>,
) -> Result<Step, Failure> {
    let undo = words.has("undo");
    let with = words.after("with").to_vec();
    let said = if undo {
        format!("You are about to undo quiescing of node(s): {}", with.join(", "))
    } else {
        format!("You are about to quiesce node(s): {}", with.join(", "))
    };
    ask_or_do(session, said, Change::Quiesce { with, undo }, warn, out)
}

fn ask_or_do(
    session: &mut Session,
    said: String,
    change: Change,
    warn: bool,
    out: &mut Vec<Block>,
) -> Result<Step, Failure> {
    if warn {
        return Ok(Step::Ask(said, change));
    }
    carry_out(session, &change, out)?;
    Ok(Step::Done)
}

/// Carries a change out.
pub(super) fn carry_out(
    session: &mut Session,
    change: &Change,
    out: &mut Vec<Block>,
) -> Result<(), Failure> {
    match change {
        Change::Roster { namespace, nodes, done } => {
            let principal = session.cluster.select(Scope::Principal)?[0];
            let request = format!("roster-set:namespace={namespace};nodes={}", nodes.join(","));
            let reply = session.ask_one(principal, &request);
            taken(reply, &format!("Failed to set roster for namespace {namespace}"))?;
            out.push(Block::Text((*done).to_owned()));
        }
        Change::Revive { namespace, with } => {
            let request = format!("revive:namespace={namespace}");
            out.push(Block::Table(responses(
                session,
                "Revive Namespace Partitions",
                &request,
                with,
            )?));
        }
        Change::Quiesce { with, undo: false } => {
            out.push(Block::Table(responses(session, "Quiesce Nodes", "quiesce:", with)?));
        }
        Change::Quiesce { with, undo: true } => {
            out.push(Block::Table(responses(
                session,
                "Undo Quiesce for Nodes",
                "quiesce-undo:",
                with,
            )?));
        }
    }
    out.push(Block::Text(RUN_RECLUSTER.to_owned()));
    Ok(())
}

/// A table of what nodes answered to a command.
fn responses(
    session: &mut Session,
    title: &str,
    request: &str,
    with: &[String],
) -> Result<Table, Failure> {
    let whom = session.cluster.select(Scope::With(with))?;
    let replies = session.ask(&whom, request);
    let mut sheet = Sheet::new(title.to_owned(), vec![left("Node"), left("Response")]);
    let names = session.cluster.names();
    for at in session.cluster.shown(with) {
        let response = match replies.get(&at) {
            Some(Ok(text)) if text.eq_ignore_ascii_case("ok") => {
                Value::Text("ok".to_owned(), Tone::Good)
            }
            Some(Ok(text)) => Value::Text(cause(text), Tone::Alert),
            Some(Err(_)) => Value::Failed,
            None => Value::Missing,
        };
        sheet.row(Some(""), vec![Value::text(&names[at]), response]);
    }
    Ok(sheet.table(Style::Columns))
}

/// `manage recluster`. Only the node that the tool takes for the principal is asked.
pub(super) fn recluster(session: &mut Session, out: &mut Vec<Block>) -> Result<(), Failure> {
    let principal = session.cluster.select(Scope::Principal)?[0];
    taken(session.ask_one(principal, "recluster:"), "Failed to recluster")?;
    out.push(Block::Text("Successfully started recluster".to_owned()));
    Ok(())
}

/// `asinfo`: a request as it is, to all nodes or those after `with`.
pub(super) fn asinfo(
    session: &mut Session,
    words: &Words,
    out: &mut Vec<Block>,
) -> Result<(), Failure> {
    let line = words.after("line");
    let (mut request, mut lines, mut named) = (None, false, true);
    let mut rest = line.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-v" => request = rest.next(),
            "-l" => lines = true,
            "--no_node_name" => named = false,
            _ => {
                let line = line.join(" ");
                out.push(Block::Warning(format!("Do not understand '{word}' in '{line}'")));
                return Ok(());
            }
        }
    }
    let Some(request) = request else {
        out.push(Block::Note("asinfo needs a request: asinfo -v REQUEST".to_owned()));
        return Ok(());
    };
    let request = request.replace(['\'', '"', '\n'], "");
    let likes = Likes::new(words.after("like"));
    let whom = session.cluster.select(Scope::With(words.after("with")))?;
    let names = session.cluster.names();
    for at in whom {
        if named {
            out.push(Block::Text(format!(
                "{} ({}) returned:",
                names[at], session.cluster.links[at].ip
            )));
        }
        match session.ask_one(at, &request) {
            Ok(reply) => {
                let reply = reply.trim_matches(';');
                let separator = [';', ':', ',']
                    .into_iter()
                    .find(|&separator| reply.contains(separator))
                    .unwrap_or(';');
                let parts: Vec<&str> =
                    reply.split(separator).filter(|part| likes.found_in(part)).collect();
                let between = if lines { "\n".to_owned() } else { separator.to_string() };
                out.push(Block::Text(parts.join(&between)));
                if named {
                    out.push(Block::Text(String::new()));
                }
            }
            Err(failure) => {
                out.push(Block::Failed(failure.to_string()));
                out.push(Block::Text("\n".to_owned()));
            }
        }
    }
    Ok(())
}
