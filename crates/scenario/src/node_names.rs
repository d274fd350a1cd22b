//! What people call nodes: a host, a pod, a container.
//!
//! Invariant: names have no effect on what happens. This file depends on no other of the crate, so that files and timelines can
//! use it. Not here: what a name means in a plan of maintenance (the asinfo crate's `plan`).

use std::fmt;

use rosterlab_engine::NodeId;
use serde::Serialize;

/// The longest name, in bytes.
pub const MOST_NAME_BYTES: usize = 64;

/// What people call a node: 1 to [`MOST_NAME_BYTES`] bytes without control characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodeName(String);

/// A text that is no name of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoNodeName;

impl fmt::Display for NoNodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name has 1 to 64 bytes and no control characters")
    }
}

impl std::error::Error for NoNodeName {}

impl NodeName {
    /// The text as a name.
    ///
    /// # Errors
    /// When it is empty, has a control character, or is too long.
    pub fn new(name: &str) -> Result<Self, NoNodeName> {
        let fits = !name.is_empty() && name.len() <= MOST_NAME_BYTES;
        if fits && !name.contains(char::is_control) {
            Ok(Self(name.to_owned()))
        } else {
            Err(NoNodeName)
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for NodeName {
    type Err = NoNodeName;

    fn from_str(name: &str) -> Result<Self, NoNodeName> {
        Self::new(name)
    }
}

/// The names of nodes that have one, and the addresses of those that have one. Two nodes may have the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeNames {
    names: Vec<(NodeId, NodeName)>,
    addresses: Vec<(NodeId, NodeName)>,
}

impl NodeNames {
    /// The name of a node.
    #[must_use]
    pub fn of(&self, node: NodeId) -> Option<&NodeName> {
        of(&self.names, node)
    }

    /// The address of a node.
    #[must_use]
    pub fn address_of(&self, node: NodeId) -> Option<&NodeName> {
        of(&self.addresses, node)
    }

    /// Gives a node a name, in the place of the one that it had.
    pub fn set(&mut self, node: NodeId, name: NodeName) {
        set(&mut self.names, node, name);
    }

    /// Gives a node an address, in the place of the one that it had.
    pub fn set_address(&mut self, node: NodeId, address: NodeName) {
        set(&mut self.addresses, node, address);
    }

    /// Takes what a file has of a node.
    pub(crate) fn take(&mut self, (node, name, address): CalledInFile<'_>) {
        if let Some(name) = name {
            self.set(node, name.clone());
        }
        if let Some(address) = address {
            self.set_address(node, address.clone());
        }
    }

    /// Whether no node has a name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The nodes that have a name, in the order in which they got it.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &str)> {
        self.names.iter().map(|(node, name)| (*node, name.as_str()))
    }

    /// The nodes that have an address, in the order in which they got it.
    pub fn addresses(&self) -> impl Iterator<Item = (NodeId, &str)> {
        self.addresses.iter().map(|(node, address)| (*node, address.as_str()))
    }
}

/// A node in a file, its name and its address.
pub(crate) type CalledInFile<'a> = (NodeId, Option<&'a NodeName>, Option<&'a NodeName>);

fn of(names: &[(NodeId, NodeName)], node: NodeId) -> Option<&NodeName> {
    names.iter().find(|(named, _)| *named == node).map(|(_, name)| name)
}

fn set(names: &mut Vec<(NodeId, NodeName)>, node: NodeId, name: NodeName) {
    names.retain(|(named, _)| *named != node);
    names.push((node, name));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::id;

    #[test]
    fn a_name_is_short_and_has_no_control_characters() {
        for name in ["db-a1.test", "aerocluster-1-0", "two words", "ä", &"x".repeat(64)] {
            assert_eq!(NodeName::new(name).unwrap().as_str(), name);
        }
        for text in ["", "a\nb", "\u{1b}[1m", "\u{85}", &"x".repeat(65), &"ä".repeat(33)] {
            assert_eq!(NodeName::new(text), Err(NoNodeName), "{text:?}");
        }
    }

    #[test]
    fn a_node_has_the_name_that_it_got_last() {
        let mut names = NodeNames::default();
        for (node, name) in [("A101", "a"), ("A102", "b"), ("A101", "c")] {
            names.set(id(node), NodeName::new(name).unwrap());
        }
        assert_eq!(names.of(id("A101")).unwrap().as_str(), "c");
        assert_eq!(names.iter().count(), 2);
        assert_eq!(names.of(id("A103")), None);
        names.set_address(id("A103"), NodeName::new("10.0.0.3").unwrap());
        assert_eq!(names.address_of(id("A103")).unwrap().as_str(), "10.0.0.3");
        assert_eq!((names.of(id("A103")), names.address_of(id("A101"))), (None, None));
    }
}
