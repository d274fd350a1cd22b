//! The nodes that the tool is connected to, and how it asks them.
//!
//! Invariant: a node is asked only once it was found as the first one or in a list of peers, and while it answers.
//! Not here: what requests mean (see `replies`).

use std::collections::BTreeMap;

use rosterlab_engine::{MAX_NODES, NodeId};

use super::Nodes;
use super::replies::{self, Failure, Reply};

/// The id that the tool shows for a node that does not answer.
const UNREACHED: &str = "000000000000000";

/// A node that was found.
pub(super) struct Link {
    id: NodeId,
    /// The address that its own reply or a list of peers gave.
    pub(super) ip: String,
    pub(super) port: String,
    host: String,
    /// Whether it answered when it was last asked.
    pub(super) alive: bool,
    peers_generation: Option<String>,
    /// Its build, as it said when it was connected to.
    pub(super) build: String,
}

impl Link {
    pub(super) fn id(&self) -> NodeId {
        self.id
    }

    /// Address and port, which is how the tool tells nodes apart.
    pub(super) fn address(&self) -> String {
        format!("{}:{}", self.ip, self.port)
    }

    /// Whether its build is older than this one.
    pub(super) fn is_older_than(&self, major: u32, minor: u32) -> bool {
        let mut parts = self.build.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < (major, minor)
    }

    /// The id that tables show.
    pub(super) fn shown_id(&self) -> String {
        if self.alive { self.id.to_string() } else { UNREACHED.to_owned() }
    }
}

/// The nodes found so far, the first one first.
pub(super) struct Cluster {
    seed: NodeId,
    /// Nodes that are connected to at first beside that one.
    others: Vec<NodeId>,
    pub(super) links: Vec<Link>,
}

/// Which nodes a command is for.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    /// All that answer.
    All,
    /// The one with the highest id.
    Principal,
    /// Those named after `with`.
    With(&'a [String]),
}

/// A node's place in [`Cluster::links`].
pub(super) type At = usize;

impl Cluster {
    pub(super) fn new(seed: NodeId, others: Vec<NodeId>) -> Self {
        Self { seed, others, links: Vec::new() }
    }

    /// Finds out who answers and who came. `false` when nobody does.
    pub(super) fn refresh(&mut self, nodes: &mut dyn Nodes) -> bool {
        let mut peers: BTreeMap<NodeId, (String, String)> = BTreeMap::new();
        let mut order = Vec::new();
        let name = |found: Vec<replies::Peer>,
                    peers: &mut BTreeMap<NodeId, (String, String)>,
                    order: &mut Vec<NodeId>| {
            for peer in found {
                if peers.insert(peer.id, (peer.ip, peer.port)).is_none() {
                    order.push(peer.id);
                }
            }
        };
        for link in &mut self.links {
            link.alive = link.alive
                && nodes.ask(link.id, "node").is_some_and(|reply| reply == link.id.to_string());
            if !link.alive {
                // It may have come back.
                name(
                    vec![replies::Peer {
                        id: link.id,
                        ip: link.ip.clone(),
                        port: link.port.clone(),
                    }],
                    &mut peers,
                    &mut order,
                );
                continue;
            }
            let generation = nodes.ask(link.id, "peers-generation");
            if generation != link.peers_generation {
                let list = nodes.ask(link.id, "peers-clear-std").unwrap_or_default();
                name(replies::peers(&list), &mut peers, &mut order);
                link.peers_generation = generation;
            }
        }
        if self.links.is_empty() {
            order.push(self.seed);
            order.extend(self.others.iter().filter(|id| **id != self.seed));
        }
        let mut next = 0;
        while let Some(&id) = order.get(next) {
            next += 1;
            let known = self.links.iter().position(|link| link.id == id);
            if known.is_some_and(|at| self.links[at].alive)
                || (known.is_none() && self.links.len() >= MAX_NODES)
            {
                continue;
            }
            let (ip, port) = peers.get(&id).cloned().unwrap_or_default();
            let (link, found) = connect(id, ip, port, nodes);
            name(found, &mut peers, &mut order);
            match known {
                Some(at) => self.links[at] = link,
                None => self.links.push(link),
            }
        }
        self.links.iter().any(|link| link.alive)
    }

    /// The node that the tool takes for the principal: the highest id among those that answer. Behind a split it may be
    /// another than the cluster's.
    pub(super) fn principal(&self) -> Option<At> {
        let alive = self.links.iter().enumerate().filter(|(_, link)| link.alive);
        alive.max_by_key(|(_, link)| link.id).map(|(at, _)| at)
    }

    /// What stands before a node's name: `*` for the principal, `@` for the node that the tool connected to first.
    pub(super) fn marker(&self, at: At) -> &'static str {
        if self.principal() == Some(at) {
            "*"
        } else if self.links[at].alive && self.links[at].id == self.seed {
            "@"
        } else {
            ""
        }
    }

    /// The nodes' names, host and port. Two of one name make all go by address.
    pub(super) fn names(&self) -> Vec<String> {
        let name = |link: &Link| {
            format!("{}:{}", if link.alive { &link.host } else { &link.ip }, link.port)
        };
        let names: Vec<String> = self.links.iter().map(name).collect();
        let mut sorted = names.clone();
        sorted.sort();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return self.links.iter().map(Link::address).collect();
        }
        names
    }

    /// The nodes that a table has rows for, by name: those of the scope, and without `with` those that do not answer too.
    pub(super) fn shown(&self, with: &[String]) -> Vec<At> {
        let mut shown: Vec<At> = if with.is_empty() || is_all(with) {
            (0..self.links.len()).collect()
        } else {
            self.named(with)
        };
        let names = self.names();
        shown.sort_by(|&a, &b| names[a].cmp(&names[b]));
        shown
    }

    /// The nodes of a scope.
    ///
    /// # Errors
    /// When there are none.
    pub(super) fn select(&self, scope: Scope) -> Result<Vec<At>, Failure> {
        let found = match scope {
            Scope::With(with) if !with.is_empty() && !is_all(with) => self.named(with),
            Scope::Principal => self.principal().into_iter().collect(),
            _ => (0..self.links.len()).filter(|&at| self.links[at].alive).collect(),
        };
        if found.is_empty() { Err(Failure::Nobody) } else { Ok(found) }
    }

    fn named(&self, with: &[String]) -> Vec<At> {
        let names = self.names();
        let mut found: Vec<At> = Vec::new();
        for word in with {
            for at in self.find(word, &names) {
                if !found.contains(&at) {
                    found.push(at);
                }
            }
        }
        found
    }

    /// A whole id, address or name; a part of one that ends with `*`; or an address or host without its port, if one node has it.
    fn find(&self, word: &str, names: &[String]) -> Vec<At> {
        let keys =
            |at: At| [names[at].clone(), self.links[at].address(), self.links[at].shown_id()];
        let places = 0..self.links.len();
        if let Some(start) = word.strip_suffix('*') {
            return places
                .filter(|&at| keys(at).iter().any(|key| key.starts_with(start)))
                .collect();
        }
        if let Some(at) = places.clone().find(|&at| keys(at).iter().any(|key| key == word)) {
            return vec![at];
        }
        let same = |&at: &At| self.links[at].ip == word || self.links[at].host == word;
        let found: Vec<At> = places.filter(same).collect();
        if found.len() == 1 { found } else { Vec::new() }
    }
}

fn is_all(with: &[String]) -> bool {
    with.iter().any(|word| word == "all")
}

/// Connects to a node, and learns of its peers.
fn connect(
    id: NodeId,
    ip: String,
    port: String,
    nodes: &mut dyn Nodes,
) -> (Link, Vec<replies::Peer>) {
    let mut link = Link {
        id,
        host: nodes.host_name(&ip),
        ip,
        port,
        alive: false,
        peers_generation: None,
        build: String::new(),
    };
    if nodes.ask(id, "node").is_none_or(|reply| reply != id.to_string()) {
        return (link, Vec::new());
    }
    link.alive = true;
    link.build = nodes.ask(id, "build").unwrap_or_default();
    link.peers_generation = nodes.ask(id, "peers-generation");
    if let Some((ip, port)) =
        nodes.ask(id, "service-clear-std").and_then(|reply| replies::address(&reply))
    {
        link.host = nodes.host_name(&ip);
        (link.ip, link.port) = (ip, port);
    }
    let peers = nodes.ask(id, "peers-clear-std").unwrap_or_default();
    (link, replies::peers(&peers))
}

/// The cluster and the way to it, for the time of one command.
pub(super) struct Session<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) nodes: &'a mut dyn Nodes,
}

impl Session<'_> {
    /// Asks each of these nodes, one after the other.
    pub(super) fn ask(&mut self, whom: &[At], request: &str) -> BTreeMap<At, Reply> {
        whom.iter().map(|&at| (at, self.ask_one(at, request))).collect()
    }

    /// Asks one node.
    pub(super) fn ask_one(&mut self, at: At, request: &str) -> Reply {
        let link = &self.cluster.links[at];
        let reply = if link.alive { self.nodes.ask(link.id, request) } else { None };
        reply.ok_or_else(|| Failure::NoAnswer(link.ip.clone()))
    }

    /// The title of a table, with the time.
    pub(super) fn title(&self, title: &str) -> String {
        format!("{title} ({})", self.nodes.now())
    }
}
