//! What the client strip remembers, and what a person does in it.
//!
//! Invariant: the record is named by what was typed, and its digest is the one that a client computes. Not here: what
//! clients were told (see `clients::answers`), which follows from the timeline.

use rosterlab_engine::{Digest, NodeId, ReadMode};
use rosterlab_scenario::Key;

/// What a person did in the client strip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientAction {
    /// Typed the set's name.
    TypeSet(String),
    /// Typed the key.
    TypeKey(String),
    /// Chose how to read.
    Choose(ReadMode),
    /// Writes through a node.
    Write(NodeId),
    /// Reads through a node.
    Read(NodeId),
    /// Cuts the record's master off and writes through it before anybody has noticed.
    CutAndWrite,
    /// Puts a namespace beside that keeps the other promise, and does all steps again.
    Beside,
}

/// What the client strip remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientDesk {
    /// The record's set.
    pub set: String,
    /// The record's key: a whole number is a number, anything else text.
    pub key: String,
    /// How reads are done.
    pub mode: ReadMode,
}

impl Default for ClientDesk {
    fn default() -> Self {
        Self { set: "demo".to_owned(), key: "user-42".to_owned(), mode: ReadMode::default() }
    }
}

impl ClientDesk {
    /// The record's digest, as a client computes it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let number = self.key.parse().map(Key::Integer);
        number.unwrap_or_else(|_| Key::Text(self.key.clone())).digest(&self.set)
    }
}
