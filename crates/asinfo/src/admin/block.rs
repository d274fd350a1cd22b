//! What the tool prints: blocks of text, tables, errors.
//!
//! Invariant: inert values; a terminal, a page and a test each show them their way. Not here: what commands print.

use std::fmt::Write;

use super::table::Table;

/// A piece of what a command prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Lines as they are.
    Text(String),
    /// A table; the tool leaves an empty line after it.
    Table(Table),
    /// An error of the tool, without its `ERROR: `.
    Error(String),
    /// A warning of the tool, without its `WARNING: `.
    Warning(String),
    /// What stands in place of a node's answer, in red.
    Failed(String),
    /// What this console says of itself. The real tool has no such lines.
    Note(String),
}

/// What a line came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// What is printed, in order.
    pub blocks: Vec<Block>,
    /// Whether the session is over (`exit`).
    pub ended: bool,
}

impl Output {
    /// The output as a terminal without colours shows it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        for block in &self.blocks {
            let _ = match block {
                Block::Text(text) | Block::Failed(text) | Block::Note(text) => {
                    writeln!(out, "{text}")
                }
                Block::Table(table) => writeln!(out, "{}", table.render()),
                Block::Error(text) => writeln!(out, "ERROR: {text}"),
                Block::Warning(text) => writeln!(out, "WARNING: {text}"),
            };
        }
        out
    }
}
