//! What the unit tests of several files do alike: ids from text.

use rosterlab_engine::NodeId;

/// A node's id from its text.
pub(crate) fn id(text: &str) -> NodeId {
    text.parse().unwrap()
}

/// Ids from a text with spaces between them.
pub(crate) fn ids(text: &str) -> Vec<NodeId> {
    text.split_whitespace().map(id).collect()
}
