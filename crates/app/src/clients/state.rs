//! What the Clients tab remembers, and what a person does in it.
//!
//! Invariant: the typed set and key name the record, and its digest is the one that a client computes. Not here: what
//! clients were told (see `clients::answers`), which derives from the timeline.

use rosterlab_engine::{Digest, NodeId, ReadMode};
use rosterlab_scenario::Key;

/// What a person does in the Clients tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientAction {
    /// Types the set's name.
    TypeSet(String),
    /// Types the key.
    TypeKey(String),
    /// Chooses the read mode.
    Choose(ReadMode),
    /// Writes through a node.
    Write(NodeId),
    /// Reads through a node.
    Read(NodeId),
    /// Cuts the record's master off and writes through it before any node has noticed.
    CutAndWrite,
    /// Adds a namespace of the other mode, and replays all steps.
    Beside,
}

/// What the Clients tab remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientsState {
    /// The record's set.
    pub set: String,
    /// The record's key: a whole number is an integer key, anything else a text key.
    pub key: String,
    /// The read mode.
    pub mode: ReadMode,
}

impl Default for ClientsState {
    fn default() -> Self {
        Self { set: "demo".to_owned(), key: "user-42".to_owned(), mode: ReadMode::default() }
    }
}

impl ClientsState {
    /// The record's digest, as a client computes it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let number = self.key.parse().map(Key::Integer);
        number.unwrap_or_else(|_| Key::Text(self.key.clone())).digest(&self.set)
    }
}
