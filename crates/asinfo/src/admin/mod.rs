//! The admin tool: its commands, what they ask the nodes, its warnings and its tables.
//!
//! In reading order: [`Nodes`] (what the tool talks to), `line` (from a line to words), `tree` (from words to a command),
//! `cluster` (the nodes that the tool is connected to), `replies` (what nodes answer, as values), `sheet` and `table`
//! (from values to what is printed), `info`, `show`, `manage`, `health` and `summary` (one file for each group of commands),
//! `block` (what is printed), `console` (the state machine around them).
//!
//! Invariant: it knows of a cluster only what the nodes' replies say, as the real tool does; it has no clock and no chance.
//! The layouts are those of asadm 5.0.3-rc2, and `tests/golden/admin` holds what it printed. Not here: how a node answers
//! (see [`crate::info`]), the page's panel, files and terminals.

mod block;
mod cluster;
mod console;
mod health;
mod info;
mod like;
pub(crate) mod line;
mod manage;
pub(crate) mod replies;
mod sheet;
mod show;
mod summary;
mod table;
mod tree;

pub use block::{Block, Output};
pub use console::{Console, Found};
pub use table::{Align, Cell, Column, Group, Style, TERMINAL_WIDTH, Table, Tone};

use rosterlab_engine::NodeId;

/// What the tool talks to: nodes that answer requests of the info protocol.
///
/// Which nodes there are the tool finds out itself, from the list of peers of the node that it connects to first.
pub trait Nodes {
    /// What the node replies to one request, without the request's name. `None` when it does not answer: it is down, or
    /// cannot be reached from where the tool runs.
    fn ask(&mut self, node: NodeId, request: &str) -> Option<String>;

    /// The host name that stands for this address in tables.
    fn host_name(&self, ip: &str) -> String {
        ip.to_owned()
    }

    /// The time that the titles of tables give, such as `2026-11-21 19:48:44 UTC`. Simulated time has no date of its own.
    fn now(&self) -> String;
}
