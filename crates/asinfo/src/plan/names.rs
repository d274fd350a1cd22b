//! What nodes are called in a plan: by id, by host, by the name of a pod or a container.
//!
//! Invariant: a name means one node or none. Names are compared without regard to case; a domain behind a host's name and a
//! user before it make no difference. Not here: where names come from.

use std::collections::BTreeMap;
use std::fmt;

use rosterlab_engine::{ClusterView, NodeId};

/// Names of nodes beside their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(BTreeMap<String, NodeId>);

/// Why a name cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameError {
    /// The name is empty or has blanks.
    NoName(String),
    /// The name means another node already.
    Twice(String, NodeId),
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName(name) => write!(f, "{name:?} is no name of a host"),
            Self::Twice(name, node) => write!(f, "{name} means {node} already"),
        }
    }
}

impl std::error::Error for NameError {}

impl Names {
    /// Takes a name for a node.
    ///
    /// # Errors
    /// When it is no name, or means another node.
    pub fn add(&mut self, name: &str, node: NodeId) -> Result<(), NameError> {
        if name.is_empty() || name.contains(char::is_whitespace) || name.contains(',') {
            return Err(NameError::NoName(name.to_owned()));
        }
        match *self.0.entry(name.to_lowercase()).or_insert(node) {
            other if other == node => Ok(()),
            other => Err(NameError::Twice(name.to_owned(), other)),
        }
    }

    /// The node that a name means.
    #[must_use]
    pub fn node(&self, name: &str, view: &ClusterView) -> Option<NodeId> {
        let host = name.rsplit('@').next().unwrap_or(name).to_lowercase();
        let host = host.strip_suffix(":3000").unwrap_or(&host);
        let whole = self.one(host, view);
        whole.or_else(|| self.one(host.split('.').next().filter(|first| *first != host)?, view))
    }

    fn one(&self, name: &str, view: &ClusterView) -> Option<NodeId> {
        let id = || name.parse::<NodeId>().ok();
        let node = self.0.get(name).copied().or_else(id)?;
        view.node(node).map(|node| node.id)
    }

    /// The nodes of a list such as `b101,b102`, `b101 and b102`; `None` when a word of it means no node.
    #[must_use]
    pub fn list(&self, words: &[&str], view: &ClusterView) -> Option<Vec<NodeId>> {
        let parts = words.iter().flat_map(|word| word.split([',', '+', '&']));
        let names =
            parts.filter(|part| !matches!(*part, "" | "and" | "node" | "nodes" | "host" | "hosts"));
        let nodes: Vec<NodeId> = names.map(|name| self.node(name, view)).collect::<Option<_>>()?;
        (!nodes.is_empty()).then_some(nodes)
    }

    /// A text with its names in the form of the terminal's hosts, where it has any that are no ids: `db1.example.net` as `a101`.
    /// Words are parted by blanks and commas; what has a bracket, a semicolon or an equals sign stays.
    #[must_use]
    pub fn in_words(&self, text: &str, view: &ClusterView) -> String {
        let word = |word: &str| {
            if word.contains(['[', ';', '=']) {
                return word.to_owned();
            }
            word.split(',').map(|name| self.host(name, view)).collect::<Vec<_>>().join(",")
        };
        text.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }

    /// A name, with `@rack` or without, in the form of the terminal's hosts.
    fn host(&self, name: &str, view: &ClusterView) -> String {
        let is_rack =
            |rack: &str| !rack.is_empty() && rack.bytes().all(|byte| byte.is_ascii_digit());
        let (plain, rack) = match name.split_once('@') {
            Some((plain, rack)) if is_rack(rack) => (plain, format!("@{rack}")),
            _ => (name, String::new()),
        };
        let is_id = |node: &NodeId| plain.parse() == Ok(*node);
        let node = self.node(plain, view).filter(|node| !is_id(node));
        node.map_or_else(|| name.to_owned(), |node| format!("{}{rack}", crate::shell::host(node)))
    }
}
