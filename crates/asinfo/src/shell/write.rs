//! From a command to lines.
//!
//! Invariant: pure. The lines are for a person who is connected to one node with the admin tool: what the tool does not reach
//! from there is told on the host itself.

use std::collections::{BTreeMap, BTreeSet};

use rosterlab_engine::{ClusterView, Command, Membership, NodeId, RosterNodes, Shutdown};
use rosterlab_scenario::{Entry, words};

use crate::log::device_name;

use super::{CRASH, REMOVE, START, STOP, WAIT, configure, drives, host, hosts};

/// The lines for an entry that is no several, as things are before it: `view` shows the cluster then, and `connected` is the
/// node that the admin tool is connected to.
///
/// ```
/// use rosterlab_asinfo::shell::lines;
/// use rosterlab_engine::{Cluster, ClusterSetup, Command, NodeSetup, RackId, Shutdown};
/// use rosterlab_scenario::{Entry, Settle};
///
/// let node = "A101".parse().unwrap();
/// let setup = ClusterSetup::of(vec![NodeSetup::new(node, RackId::new(1).unwrap())], 1);
/// let view = Cluster::new(setup).unwrap().view();
/// let command = Command::Stop { nodes: vec![node], shutdown: Shutdown::Clean };
/// let entry = Entry::Act { command, settle: Settle::Fully };
/// assert_eq!(lines(&entry, &view, node), ["ssh a101 systemctl stop aerospike"]);
/// ```
#[must_use]
pub fn lines(entry: &Entry, view: &ClusterView, connected: NodeId) -> Vec<String> {
    match entry {
        Entry::Act { command, .. } => of_command(command, view, connected),
        Entry::Pass { ms } => vec![format!("sleep {}", seconds(*ms))],
        Entry::Migrate { partitions: None } => vec![WAIT.to_owned()],
        Entry::Migrate { .. } | Entry::Several { .. } => {
            vec![format!("# {}", words::commands::of_entry(entry, view.nodes.len()))]
        }
    }
}

/// Seconds with as many decimals as there are.
fn seconds(ms: u64) -> String {
    if ms.is_multiple_of(1000) {
        return (ms / 1000).to_string();
    }
    format!("{}.{:03}", ms / 1000, ms % 1000).trim_end_matches('0').to_owned()
}

/// What does something on hosts.
fn on(nodes: &[NodeId], what: &str) -> String {
    let quoted = if what.contains("&&") { format!("\"{what}\"") } else { what.to_owned() };
    match nodes {
        [node] => format!("ssh {} {quoted}", host(*node)),
        _ => format!("pdsh -w {} {quoted}", hosts(nodes)),
    }
}

/// What adds (`-I`) or deletes (`-D`) the rule of a firewall that refuses all that comes from hosts.
fn rule(how: &str, from: &[NodeId]) -> String {
    format!("iptables {how} INPUT -s {} -j DROP", hosts(from))
}

/// Links between nodes of different sides.
fn links(sides: &[Vec<NodeId>]) -> Vec<(NodeId, NodeId)> {
    let mut links = Vec::new();
    for (place, side) in sides.iter().enumerate() {
        for one in side {
            links.extend(sides[place + 1..].iter().flatten().map(|other| (*one, *other)));
        }
    }
    links
}

/// What cuts or restores links, at once. Which of two hosts has the rule depends on the links alone, so that what restores links
/// deletes the rules that cutting the same links has added.
fn rules(how: &str, links: &[(NodeId, NodeId)]) -> String {
    let mut others: BTreeMap<NodeId, BTreeSet<NodeId>> = BTreeMap::new();
    for (one, other) in links {
        others.entry(*one).or_default().insert(*other);
        others.entry(*other).or_default().insert(*one);
    }
    // Nodes that are parted from the same others are on one side; the one with the lowest id comes first.
    let mut sides: Vec<(Vec<NodeId>, BTreeSet<NodeId>)> = Vec::new();
    for (node, from) in others {
        match sides.iter_mut().find(|(_, parted)| *parted == from) {
            Some((side, _)) => side.push(node),
            None => sides.push((vec![node], from)),
        }
    }
    let mut done: BTreeSet<NodeId> = BTreeSet::new();
    let mut lines = Vec::new();
    for (side, from) in sides {
        done.extend(&side);
        let rest: Vec<NodeId> = from.difference(&done).copied().collect();
        if !rest.is_empty() {
            lines.push(on(&side, &rule(how, &rest)));
        }
    }
    lines.join(" && ")
}

fn of_command(command: &Command, view: &ClusterView, connected: NodeId) -> Vec<String> {
    let tool = Tool { view, connected };
    match command {
        Command::Stop { nodes, shutdown: Shutdown::Clean } => vec![on(nodes, STOP)],
        Command::Stop { nodes, shutdown: Shutdown::Unclean } => vec![on(nodes, CRASH)],
        Command::Start { nodes } => vec![on(nodes, START)],
        Command::Wipe { nodes, device } => {
            let all = device.map_or(0..drives(view), |device| device..device + 1);
            let discards = all.map(|device| format!("blkdiscard {}", device_name(device)));
            vec![on(nodes, &discards.collect::<Vec<_>>().join(" && "))]
        }
        Command::AddNode { id, rack, stay_quiesced, server: None, seeds } if seeds.is_empty() => {
            vec![on(&[*id], &format!("{} && {START}", configure(*rack, *stay_quiesced)))]
        }
        Command::RemoveNode { nodes } => {
            let note = "# The machine goes with its drives; rosters name the node until it is removed from them.";
            vec![on(nodes, REMOVE), note.to_owned()]
        }
        Command::MoveToRack { nodes, rack } => {
            let Some(namespace) = view.namespaces.first() else { return Vec::new() };
            let name = &namespace.name;
            let request = format!("set-config:context=namespace;id={name};rack-id={rack}");
            let is_up = |node: &NodeId| view.node(*node).is_some_and(|node| node.state.is_up());
            // What is down is told where it is written down.
            let (up, down): (Vec<NodeId>, Vec<NodeId>) = nodes.iter().copied().partition(is_up);
            let up = (!up.is_empty()).then(|| on_each(&up, &request));
            let down = (!down.is_empty()).then(|| on(&down, &configure(*rack, false)));
            let note = "# In aerospike.conf too, or a restart takes it back; a roster has it once it is staged again, with a recluster.";
            let note = up.is_some().then(|| note.to_owned());
            up.into_iter().chain(down).chain(note).collect()
        }
        Command::Cut { between } => vec![rules("-I", &links(between))],
        Command::Heal { between: Some(between) } => vec![rules("-D", &links(between))],
        Command::Heal { between: None } => {
            let cut: Vec<_> = view.cuts.iter().map(|link| (link.low(), link.high())).collect();
            vec![rules("-D", &cut)]
        }
        Command::Write { .. } | Command::Read { .. } => note("A client", command, view),
        Command::AddNode { .. } | Command::StartAs { .. } | Command::ProtocolSwitch => {
            note("By hand", command, view)
        }
        Command::RosterSet { .. }
        | Command::Recluster { .. }
        | Command::Revive { .. }
        | Command::Quiesce { .. }
        | Command::QuiesceUndo { .. } => tool.of_command(command),
    }
}

/// A line for people, of what no line here does.
fn note(who: &str, command: &Command, view: &ClusterView) -> Vec<String> {
    vec![format!("# {who}: {}", words::commands::of_command(command, view.nodes.len()))]
}

/// The admin tool, and the node that it is connected to. What it does not reach is told by `asinfo` on the host: that asks no
/// question, which nobody could answer there.
struct Tool<'a> {
    view: &'a ClusterView,
    connected: NodeId,
}

impl Tool<'_> {
    /// Where a node is: the place of its sub-cluster.
    fn home(&self, node: NodeId) -> Option<usize> {
        match self.view.node(node)?.belief.membership {
            Membership::SubCluster(place) => Some(place),
            Membership::Down | Membership::Starting | Membership::Orphan => None,
        }
    }

    /// Whether the tool reaches a node from where it is connected.
    fn reaches(&self, node: NodeId) -> bool {
        let is_home = self.home(node).is_some_and(|at| self.home(self.connected) == Some(at));
        node == self.connected || is_home && !self.view.is_cut(node, self.connected)
    }

    fn of_command(&self, command: &Command) -> Vec<String> {
        match command {
            Command::RosterSet { namespace, nodes, on } => {
                let highest = self.view.sub_clusters.iter().map(|here| here.principal).max();
                on.or(highest).map(|at| self.roster_set(namespace, nodes, at)).into_iter().collect()
            }
            Command::Recluster { on } => {
                let principals = self.view.sub_clusters.iter().map(|here| here.principal);
                let told: Vec<NodeId> = match on.map(|node| self.home(node)) {
                    Some(place) => {
                        place.and_then(|at| principals.clone().nth(at)).into_iter().collect()
                    }
                    None => principals.collect(),
                };
                match told[..] {
                    [] => Vec::new(),
                    [one] if self.reaches(one) => vec!["manage recluster".to_owned()],
                    _ => vec![on_each(&told, "recluster:")],
                }
            }
            Command::Revive { namespace, nodes } => {
                let up = self.view.nodes.iter().filter(|node| node.state.is_up());
                let nodes = nodes.clone().unwrap_or_else(|| up.map(|node| node.id).collect());
                if nodes.iter().any(|node| !self.reaches(*node)) {
                    return vec![on_each(&nodes, &format!("revive:namespace={namespace}"))];
                }
                let home = self.home(self.connected).map(|place| &self.view.sub_clusters[place]);
                let is_whole = home.map_or(1, |here| here.nodes.len()) == nodes.len();
                let with = if is_whole { String::new() } else { named(&nodes) };
                vec![format!("manage revive ns {namespace}{with}")]
            }
            Command::Quiesce { nodes } if nodes.iter().all(|node| self.reaches(*node)) => {
                vec![format!("manage quiesce{}", named(nodes))]
            }
            Command::Quiesce { nodes } => vec![on_each(nodes, "quiesce:")],
            Command::QuiesceUndo { nodes } if nodes.iter().all(|node| self.reaches(*node)) => {
                vec![format!("manage quiesce undo{}", named(nodes))]
            }
            Command::QuiesceUndo { nodes } => vec![on_each(nodes, "quiesce-undo:")],
            _ => Vec::new(),
        }
    }

    fn roster_set(&self, namespace: &str, nodes: &RosterNodes, at: NodeId) -> String {
        let observed = || {
            let here = self.home(at).map(|place| &self.view.sub_clusters[place]);
            let index = self.view.namespace_index(namespace);
            here.zip(index).map(|(here, index)| here.namespaces[index].observed.clone())
        };
        let is_reached = self.reaches(at);
        let entries = match nodes {
            RosterNodes::Observed if is_reached => {
                return format!("manage roster stage observed ns {namespace}");
            }
            RosterNodes::Observed => observed().unwrap_or_default(),
            RosterNodes::List(entries) => entries.clone(),
        };
        let entries: Vec<String> = entries.iter().map(ToString::to_string).collect();
        match entries[..] {
            [] => "# No line sets an empty roster.".to_owned(),
            _ if is_reached => {
                format!("manage roster stage nodes {} ns {namespace}", entries.join(" "))
            }
            _ => {
                let nodes = entries.join(",");
                on_each(&[at], &format!("roster-set:namespace={namespace};nodes={nodes}"))
            }
        }
    }
}

/// A request of the info protocol to nodes, from their own hosts.
fn on_each(nodes: &[NodeId], request: &str) -> String {
    on(nodes, &format!("asinfo -v '{request}'"))
}

/// The modifier that names nodes, with a blank before it.
pub(crate) fn named(nodes: &[NodeId]) -> String {
    let ids: Vec<String> = nodes.iter().map(ToString::to_string).collect();
    format!(" with {}", ids.join(" "))
}
