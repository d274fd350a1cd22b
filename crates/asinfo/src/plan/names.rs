//! What nodes are called in a plan: by id, by host, by address, by the name of a pod or a container.
//!
//! Invariant: a name means one node or none. Names are compared without regard to case; a domain behind a host's name and a
//! user before it make no difference, and where a name has a domain, what stands before it is enough if that means one node. Not here: where names come from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rosterlab_engine::{ClusterView, NodeId};
use rosterlab_scenario::NodeNames;
use rosterlab_scenario::file::nearest;

/// Names of nodes beside their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    whole: BTreeMap<String, NodeId>,
    /// What stands before a domain.
    first: BTreeMap<String, NodeId>,
    /// How a plan is to call a node.
    written: BTreeMap<NodeId, String>,
}

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

/// A name that means no node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoNode {
    /// The name.
    pub name: String,
    /// The name that was probably meant.
    pub meant: Option<String>,
}

impl fmt::Display for NoNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' means no node of this cluster", self.name)?;
        match &self.meant {
            Some(meant) => write!(f, "; did you mean '{meant}'?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for NoNode {}

/// By name the nodes that have it.
type Meant = BTreeMap<String, BTreeSet<NodeId>>;

fn is_word(name: &str) -> bool {
    !name.is_empty() && !name.contains(char::is_whitespace) && !name.contains(',')
}

/// A name in lower case, without the user before it and the usual port behind it.
fn plain(name: &str) -> String {
    let host = name.rsplit('@').next().unwrap_or(name).to_lowercase();
    host.strip_suffix(":3000").map(str::to_owned).unwrap_or(host)
}

/// The names of a list.
pub(super) fn in_list<'a>(words: &[&'a str]) -> impl Iterator<Item = &'a str> {
    let parts = words.iter().flat_map(|word| word.split([',', '+', '&']));
    parts.filter(|part| !matches!(*part, "" | "and" | "node" | "nodes" | "host" | "hosts"))
}

impl Names {
    /// What the nodes of a scenario are called, and their addresses. What is no word, and what two nodes are called, means no node.
    #[must_use]
    pub fn of_nodes(names: &NodeNames) -> Self {
        let (mut whole, mut first) = (Meant::new(), Meant::new());
        let all = names.iter().chain(names.addresses());
        for (node, name) in all.filter(|(_, name)| is_word(name)) {
            let name = name.to_lowercase();
            let before = name.split('.').next().filter(|before| *before != name);
            // An address has no host before its dots.
            let is_host = |before: &&str| before.bytes().any(|byte| !byte.is_ascii_digit());
            if let Some(before) = before.filter(is_host) {
                first.entry(before.to_owned()).or_default().insert(node);
            }
            whole.entry(name).or_default().insert(node);
        }
        first.retain(|name, _| !whole.contains_key(name));
        let one = |meant: Meant| -> BTreeMap<String, NodeId> {
            let one = meant.into_iter().filter(|(_, nodes)| nodes.len() == 1);
            one.flat_map(|(name, nodes)| nodes.into_iter().map(move |node| (name.clone(), node)))
                .collect()
        };
        let (whole, first) = (one(whole), one(first));
        let is_one = |(node, name): &(NodeId, &str)| whole.get(&name.to_lowercase()) == Some(node);
        let written = names.iter().filter(is_one);
        let written = written.map(|(node, name)| (node, name.to_owned())).collect();
        Self { whole, first, written }
    }

    /// Takes a name for a node.
    ///
    /// # Errors
    /// When it is no name, or means another node.
    pub fn add(&mut self, name: &str, node: NodeId) -> Result<(), NameError> {
        if !is_word(name) {
            return Err(NameError::NoName(name.to_owned()));
        }
        match *self.whole.entry(name.to_lowercase()).or_insert(node) {
            other if other == node => Ok(()),
            other => Err(NameError::Twice(name.to_owned(), other)),
        }
    }

    /// The node that a name means.
    #[must_use]
    pub fn node(&self, name: &str, view: &ClusterView) -> Option<NodeId> {
        let host = plain(name);
        let host = host.as_str();
        let Some((before, _)) = host.split_once('.') else { return self.one(host, view, true) };
        self.one(host, view, false).or_else(|| self.one(before, view, false))
    }

    /// The node that a name has to mean.
    ///
    /// # Errors
    /// When it means none: the name, and the one that was probably meant.
    pub fn find(&self, name: &str, view: &ClusterView) -> Result<NodeId, NoNode> {
        let no_node = || NoNode { name: name.to_owned(), meant: self.meant(name, view) };
        self.node(name, view).ok_or_else(no_node)
    }

    /// The name of a node that is nearest to a name which means none. Ids are written as the name is: in capitals or not.
    fn meant(&self, name: &str, view: &ClusterView) -> Option<String> {
        let wanted = plain(name);
        let known = self.whole.iter().chain(&self.first);
        let known = known.filter(|(_, node)| view.node(**node).is_some());
        let hosts: Vec<String> =
            view.nodes.iter().map(|node| crate::shell::host(node.id)).collect();
        let named = known.map(|(known, _)| known.as_str());
        let all: Vec<&str> = named.chain(hosts.iter().map(String::as_str)).collect();
        let near = nearest(&wanted, &all)?;
        let is_id = hosts.iter().any(|host| host == near) && !self.whole.contains_key(near);
        let has_capitals = name.bytes().any(|byte| byte.is_ascii_uppercase());
        if is_id && has_capitals {
            return Some(near.to_uppercase());
        }
        let written = self.whole.get(near).and_then(|node| self.written.get(node));
        let written = written.filter(|written| written.to_lowercase() == near);
        Some(written.cloned().unwrap_or_else(|| near.to_owned()))
    }

    /// The node of a name, which may stand for the same name with a domain behind it.
    fn one(&self, name: &str, view: &ClusterView, may_be_short: bool) -> Option<NodeId> {
        let id = || name.parse::<NodeId>().ok();
        let first = || self.first.get(name).filter(|_| may_be_short).copied();
        let node = self.whole.get(name).copied().or_else(id).or_else(first)?;
        view.node(node).map(|node| node.id)
    }

    /// The nodes of a list such as `b101,b102`, `b101 and b102`; `None` when a word of it means no node.
    #[must_use]
    pub fn list(&self, words: &[&str], view: &ClusterView) -> Option<Vec<NodeId>> {
        let nodes: Vec<NodeId> =
            in_list(words).map(|name| self.node(name, view)).collect::<Option<_>>()?;
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

    /// A line that names hosts as the terminal does, with what people call them: `ssh a101 …` as `ssh db1.example.net …`.
    #[must_use]
    pub fn in_hosts(&self, line: &str) -> String {
        let command = ["ssh ", "pdsh -w "].into_iter().find(|command| line.starts_with(command));
        let Some(command) = command else { return line.to_owned() };
        let rest = &line[command.len()..];
        let (hosts, what) = rest.split_once(' ').unwrap_or((rest, ""));
        let called = |host: &str| {
            let name = host.parse().ok().and_then(|node: NodeId| self.written.get(&node));
            name.map_or_else(|| host.to_owned(), Clone::clone)
        };
        let hosts: Vec<String> = hosts.split(',').map(called).collect();
        format!("{command}{} {what}", hosts.join(","))
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
        match node {
            None => name.to_owned(),
            Some(node) if rack.is_empty() => crate::shell::host(node),
            // An entry of a roster.
            Some(node) => format!("{node}{rack}"),
        }
    }
}
