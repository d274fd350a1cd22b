//! What was done, and what things are called, in a few words.
//!
//! Invariant: words are the field's own. Not here: sentences about rules (the scenario crate's `explain`).

use rosterlab_engine::{Command, DeviceMark, NodeId, NodeState, RosterNodes, Shutdown};
use rosterlab_scenario::Entry;

/// Most nodes that a text names one by one.
const MOST_NAMED: usize = 6;

/// `A101, A102 and 3 more`
pub fn nodes(nodes: &[NodeId]) -> String {
    let named: Vec<String> = nodes.iter().take(MOST_NAMED).map(ToString::to_string).collect();
    let more = nodes.len() - named.len();
    let named = named.join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

/// What an entry of a timeline is, in a few words.
#[must_use]
pub fn entry(entry: &Entry) -> String {
    match entry {
        Entry::Act { command, .. } => of_command(command),
        Entry::Pass { ms } => format!("{} s pass", ms / 1000),
        Entry::Migrate { partitions: None } => "migrations run to their end".to_owned(),
        Entry::Migrate { partitions: Some(partitions) } => {
            format!("migrations of {partitions} partitions")
        }
    }
}

fn of_command(command: &Command) -> String {
    let on = |name: &str, list: &[NodeId]| format!("{name} {}", nodes(list));
    let sides = |name: &str, between: &[Vec<NodeId>]| {
        let sides: Vec<String> = between.iter().map(|side| nodes(side)).collect();
        format!("{name} between {}", sides.join(" and "))
    };
    match command {
        Command::Stop { nodes, shutdown: Shutdown::Clean } => on("stop", nodes),
        Command::Stop { nodes, shutdown: Shutdown::Unclean } => on("crash", nodes),
        Command::Start { nodes } => on("start", nodes),
        Command::Wipe { nodes, device: None } => on("wipe", nodes),
        Command::Wipe { nodes, device: Some(device) } => {
            format!("{}, device {device}", on("wipe", nodes))
        }
        Command::AddNode { id, rack, stay_quiesced } => {
            let stays = if *stay_quiesced { ", quiesced for good" } else { "" };
            format!("add {id} to rack {rack}{stays}")
        }
        Command::RemoveNode { nodes } => on("remove", nodes),
        Command::MoveToRack { nodes, rack } => format!("{} to rack {rack}", on("move", nodes)),
        Command::Cut { between } => sides("cut", between),
        Command::Heal { between: Some(between) } => sides("heal", between),
        Command::Heal { between: None } => "heal every link".to_owned(),
        Command::RosterSet { nodes: RosterNodes::Observed, .. } => {
            "roster-set: all observed nodes".to_owned()
        }
        Command::RosterSet { nodes: RosterNodes::List(entries), .. } => {
            let list: Vec<NodeId> = entries.iter().map(|entry| entry.node).collect();
            on("roster-set:", &list)
        }
        Command::Recluster { .. } => "recluster".to_owned(),
        Command::Revive { nodes: None, .. } => "revive".to_owned(),
        Command::Revive { nodes: Some(list), .. } => on("revive on", list),
        Command::Quiesce { nodes } => on("quiesce", nodes),
        Command::QuiesceUndo { nodes } => on("undo quiesce of", nodes),
        Command::Write { from, .. } => client("write", *from),
        Command::Read { from, .. } => client("read", *from),
    }
}

fn client(name: &str, from: Option<NodeId>) -> String {
    from.map_or_else(|| format!("a client's {name}"), |node| format!("a client's {name} at {node}"))
}

/// Whether a node runs, in words.
pub fn state(state: NodeState) -> &'static str {
    match state {
        NodeState::Up => "up",
        NodeState::Starting => "starting",
        NodeState::Orphan => "orphan",
        NodeState::DownClean => "stopped cleanly",
        NodeState::DownUnclean => "crashed",
    }
}

/// A device's clean-shutdown mark, in words.
pub fn mark(mark: DeviceMark) -> &'static str {
    match mark {
        DeviceMark::InUse => "in use",
        DeviceMark::Flushed => "flushed",
        DeviceMark::NotFlushed => "not flushed",
        DeviceMark::Empty => "empty",
    }
}
