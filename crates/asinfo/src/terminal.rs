//! A terminal on a simulated cluster: what a person types, the admin tool's lines and a shell's, and what it comes to.
//!
//! Invariant: typing changes no cluster. It gives what is printed and the entry of a timeline that does it; whoever keeps the
//! timeline performs that. Not here: what the lines mean (see [`crate::admin`], [`crate::shell`]), the panel around it.
//!
//! The tool runs on the host of the node that it is connected to, so a cut between nodes parts it from the others too. [model]

use rosterlab_engine::{Cluster, ClusterView, Command, NodeId, NodeView, fnv1a_64};
use rosterlab_scenario::words::text::capitalized;
use rosterlab_scenario::{Clock, ClockTime, Entry, Purpose, Settle};

use crate::admin::line::MAX_LINE;
use crate::admin::{Block, Console, Nodes};
use crate::collect::{Archive, collect, time_of};
use crate::info::{Build, NodeSite, Records, Reply, Site, answer, refused};
use crate::shell::{self, Line};

/// The port of every node.
const PORT: u16 = 3000;

/// What lines came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// What is printed, in order.
    pub blocks: Vec<Block>,
    /// What was done, as one step; `None` if nothing was.
    pub entry: Option<Entry>,
    /// The archive that `collectinfo` makes, and when.
    pub archive: Option<(Archive, ClockTime)>,
    /// Whether the session is over (`exit`).
    pub ended: bool,
}

/// A terminal.
pub struct Terminal {
    console: Console,
    /// How many sessions there were, of which the digits of questions are made.
    sessions: u64,
}

impl Terminal {
    /// A terminal whose admin tool is connected to this node.
    #[must_use]
    pub fn new(node: NodeId) -> Self {
        Self { console: Console::new(node, 0), sessions: 0 }
    }

    /// The node that the tool is connected to.
    #[must_use]
    pub fn connected_to(&self) -> NodeId {
        self.console.connected_to()
    }

    /// Begins a new session of the tool, connected to this node. It is not privileged.
    pub fn connect(&mut self, node: NodeId) {
        self.sessions += 1;
        self.console = Console::new(node, self.sessions);
    }

    /// The session of the tool: its prompt, its question.
    #[must_use]
    pub fn console(&self) -> &Console {
        &self.console
    }

    /// The session of the tool, to walk through its history.
    pub fn console_mut(&mut self) -> &mut Console {
        &mut self.console
    }

    /// What the last word of a line may become: a command of the tool or a modifier, a node after `with` and where a shell
    /// names hosts.
    #[must_use]
    pub fn complete(&self, line: &str, cluster: &Cluster) -> Vec<String> {
        let last = line.rsplit(char::is_whitespace).next().unwrap_or("");
        let before: Vec<&str> = line[..line.len() - last.len()].split_whitespace().collect();
        let nodes = || cluster.view().nodes.into_iter().map(|node| node.id);
        let begins = |word: &String| word.starts_with(last);
        match before[..] {
            [.., "ssh" | "-h" | "connect"] => nodes().map(shell::host).filter(begins).collect(),
            ["pdsh", "-w"] | [.., "-s"] => {
                // Hosts are a list here.
                let (done, begun) =
                    last.rsplit_once(',').map_or(("", last), |(done, begun)| (done, begun));
                let beside = if done.is_empty() { "" } else { "," };
                let others = nodes().map(shell::host).filter(|host| host.starts_with(begun));
                others.map(|host| format!("{done}{beside}{host}")).collect()
            }
            ["ssh", _] | ["pdsh", "-w", _] | ["pdsh", "-a"] => {
                shell::WORDS.iter().map(|word| (*word).to_owned()).filter(begins).collect()
            }
            ["ssh", _, "systemctl"] | ["pdsh", "-w", _, "systemctl"] => {
                let verbs = ["stop", "start", "restart", "disable"];
                verbs.iter().map(|verb| format!("{verb} aerospike")).filter(begins).collect()
            }
            [] => {
                let mut words = self.console.complete(line, line.len());
                let shell = ["ssh", "pdsh", "sleep", "wait for migrations", "connect"];
                words.extend(shell.iter().map(|word| (*word).to_owned()).filter(begins));
                words
            }
            _ => self.console.complete(line, line.len()),
        }
    }

    /// Takes what was typed or pasted, one line or several, on a cluster as it is.
    pub fn enter(&mut self, text: &str, cluster: &Cluster) -> Typed {
        let mut typed = Typed::default();
        if text.len() > MAX_LINE {
            typed.blocks.push(Block::Error(format!("A text has more than {MAX_LINE} bytes")));
            return typed;
        }
        let mut hosts = Hosts::of(cluster.clone(), self.connected_to());
        for line in text.trim_end_matches(['\n', '\r']).split('\n') {
            let is_asked = self.console.question().is_some();
            // The answer to a question is the tool's.
            match shell::read(line, &hosts.view).filter(|_| !is_asked) {
                None => self.tell_tool(line, &mut hosts, &mut typed),
                Some(read) => {
                    self.console.remember(line);
                    if let Err(why) = read.and_then(|line| self.run(line, &mut hosts, &mut typed)) {
                        typed.blocks.push(Block::Error(capitalized(&why)));
                    }
                }
            }
            if typed.ended {
                break;
            }
        }
        typed.entry = Entry::together(Purpose::Commands, hosts.done);
        typed
    }

    fn tell_tool(&mut self, line: &str, hosts: &mut Hosts, typed: &mut Typed) {
        let output = self.console.enter(line, hosts);
        typed.blocks.extend(output.blocks);
        if output.ended {
            typed.ended = true;
            self.connect(self.connected_to());
        }
    }

    fn run(&mut self, line: Line, hosts: &mut Hosts, typed: &mut Typed) -> Result<(), String> {
        match line {
            Line::Does(entries) => {
                for entry in entries {
                    hosts.perform(entry)?;
                }
            }
            Line::Connects(node) => {
                self.connect(node);
                hosts.at = node;
                typed.blocks.push(Block::Note(format!("The tool is connected to {node} now.")));
            }
            Line::Collects => {
                let clock = hosts.clock();
                let at = hosts.at;
                let archive = collect(hosts, &[at]).map_err(|error| error.to_string())?;
                let said = format!("Collected into {}.tgz.", archive.folder);
                typed.blocks.push(Block::Note(said));
                typed.archive = Some((archive, clock));
            }
            Line::Asks { nodes, request } => {
                let (replies, commands) = hosts.ask_all(&nodes, &request);
                for (node, reply) in nodes.iter().zip(replies) {
                    let said = match nodes.len() {
                        1 => reply,
                        _ => format!("{}: {reply}", shell::host(*node)),
                    };
                    typed.blocks.push(Block::Text(said));
                }
                for command in at_once(commands, &hosts.view) {
                    hosts.perform(Entry::Act { command, settle: Settle::Fully })?;
                }
            }
            Line::Calls { at, enable, lines } => {
                self.sessions += 1;
                let mut console = Console::new(at, self.sessions);
                let here = std::mem::replace(&mut hosts.at, at);
                if enable {
                    console.enter("enable", hosts);
                }
                for line in lines {
                    typed.blocks.extend(console.enter(&line, hosts).blocks);
                }
                if console.question().is_some() {
                    let said = "A question cannot be answered in a call with -e. Connect to the node, and type it there.";
                    typed.blocks.push(Block::Note(said.to_owned()));
                }
                hosts.at = here;
            }
        }
        Ok(())
    }
}

/// The lines that do what an entry does, for a person whose tool is connected to a node. `cluster` is as it was before.
#[must_use]
pub fn lines_of(entry: &Entry, cluster: &Cluster, connected: NodeId) -> Vec<String> {
    let mut cluster = cluster.clone();
    let mut lines = Vec::new();
    for entry in entry.each() {
        lines.extend(shell::lines(entry, &cluster.view(), connected));
        if entry.run(&mut cluster).is_err() {
            break;
        }
    }
    lines
}

/// The hosts of a cluster, as they are reached from one of them, and what was done to them.
struct Hosts {
    cluster: Cluster,
    view: ClusterView,
    site: Site,
    /// The host on which the tool runs.
    at: NodeId,
    done: Vec<Entry>,
}

impl Hosts {
    fn of(cluster: Cluster, at: NodeId) -> Self {
        let view = cluster.view();
        let site = site_of(&cluster, &view);
        Self { cluster, view, site, at, done: Vec::new() }
    }

    fn perform(&mut self, entry: Entry) -> Result<(), String> {
        entry.run(&mut self.cluster).map_err(|rejection| rejection.to_string())?;
        self.view = self.cluster.view();
        self.site = site_of(&self.cluster, &self.view);
        self.done.push(entry);
        Ok(())
    }

    /// The time of day: simulated time begins at midnight.
    fn clock(&self) -> ClockTime {
        Clock::default().at(self.view.time_ms)
    }

    /// What a node replies to a request from its own host.
    fn reply(&mut self, node: NodeId, request: &str) -> Reply {
        if (request.starts_with("namespace/") || request.starts_with("statistics"))
            && let Some(site) = self.site.nodes.iter_mut().find(|site| site.id == node)
        {
            site.records = Records::of(&self.cluster, &self.view, node);
        }
        answer(&self.cluster, &self.view, &self.site, node, request)
    }

    /// What nodes reply to a request that reaches them at the same instant, and what it makes them do.
    fn ask_all(&mut self, nodes: &[NodeId], request: &str) -> (Vec<String>, Vec<Command>) {
        let mut done = Vec::new();
        let mut replies = Vec::new();
        for node in nodes {
            let is_up = self.view.node(*node).is_some_and(|node| node.state.is_up());
            replies.push(match self.reply(*node, request) {
                _ if !is_up => "Could not connect to node 127.0.0.1".to_owned(),
                Reply::Text(text) => text,
                Reply::LeftOut => String::new(),
                Reply::Act { commands, text } => {
                    done.extend(commands);
                    text
                }
            });
        }
        (replies, done)
    }
}

/// Commands of the same kind that reach several nodes at the same instant, as one command.
fn at_once(commands: Vec<Command>, view: &ClusterView) -> Vec<Command> {
    let mut all: Vec<Command> = Vec::new();
    for command in commands {
        match (all.last_mut(), command) {
            (Some(Command::Quiesce { nodes }), Command::Quiesce { nodes: more })
            | (Some(Command::QuiesceUndo { nodes }), Command::QuiesceUndo { nodes: more }) => {
                nodes.extend(more);
            }
            (
                Some(Command::MoveToRack { nodes, rack }),
                Command::MoveToRack { nodes: more, rack: other },
            ) if *rack == other => nodes.extend(more),
            (
                Some(Command::Revive { namespace, nodes: Some(nodes) }),
                Command::Revive { namespace: other, nodes: Some(more) },
            ) if *namespace == other => nodes.extend(more),
            (_, command) => all.push(command),
        }
    }
    // Only principals take it, so as many as there are sub-clusters are all.
    let reclusters = all.iter().filter(|one| matches!(one, Command::Recluster { .. })).count();
    if reclusters > 1 && reclusters == view.sub_clusters.len() {
        return vec![Command::Recluster { on: None }];
    }
    all
}

impl Nodes for Hosts {
    fn ask(&mut self, node: NodeId, request: &str) -> Option<String> {
        let is_up = self.view.node(node).is_some_and(|node| node.state.is_up());
        if !is_up || node != self.at && self.view.is_cut(node, self.at) {
            return None;
        }
        match self.reply(node, request) {
            Reply::Text(text) => Some(text),
            // A name that the reply leaves out has no value.
            Reply::LeftOut => Some(String::new()),
            Reply::Act { commands, text } => {
                for command in commands {
                    if let Err(rejection) = self.cluster.check(&command) {
                        return Some(refused(self.site.build, &rejection));
                    }
                    let entry = Entry::Act { command, settle: Settle::Fully };
                    // It was checked.
                    let _ = self.perform(entry);
                }
                Some(text)
            }
        }
    }

    fn now(&self) -> String {
        time_of(self.clock())
    }
}

/// What the network knows: every host by its name. The generations are made of what they count the changes of, since a
/// terminal has not seen what was before.
fn site_of(cluster: &Cluster, view: &ClusterView) -> Site {
    let node = |node: &NodeView| {
        let here = view.sub_cluster_of(node.id).map(|place| &view.sub_clusters[place]);
        let mut members = Vec::new();
        here.into_iter()
            .flat_map(|here| &here.nodes)
            .for_each(|id| members.extend(id.get().to_le_bytes()));
        let key = here.map_or(0, |here| here.key.get());
        NodeSite {
            peers_generation: fnv1a_64(&members) >> 40,
            rebalance_generation: key & 0xFFFF,
            uptime_s: view.time_ms / 1000,
            ..NodeSite::new(node.id, &shell::host(node.id), PORT)
        }
    };
    Site {
        build: Build::of(cluster.setup().profile),
        cluster_name: None,
        nodes: view.nodes.iter().map(node).collect(),
    }
}
