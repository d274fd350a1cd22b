//! A terminal on a simulated cluster: what a person types, the admin tool's lines and a shell's, and what it comes to.
//!
//! Invariant: typing changes no cluster. It gives what is printed and the entry of a timeline that does it; whoever keeps the
//! timeline performs that. Not here: what the lines mean (see [`crate::admin`], [`crate::shell`]), the panel around it.
//!
//! The tool runs on the host of the node that it is connected to, so a cut between nodes parts it from the others too. \[model\]

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

/// A line that was typed, and what it printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedLine {
    /// What stood before it; nothing before the answer to a question.
    pub prompt: &'static str,
    /// The line.
    pub line: String,
    /// What is printed, in order.
    pub blocks: Vec<Block>,
}

/// What a text came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The lines that were taken, in order.
    pub lines: Vec<TypedLine>,
    /// The lines that were not taken, because one before them failed or asks a question.
    pub rest: String,
    /// What was done, as one step; `None` if nothing was.
    pub entry: Option<Entry>,
    /// The archive that `collectinfo` makes, and when.
    pub archive: Option<(Archive, ClockTime)>,
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

    /// Whether a node can be connected to in a cluster as it is.
    ///
    /// # Errors
    /// What the tool says of a node that does not answer.
    pub fn can_connect(&self, node: NodeId, cluster: &Cluster) -> Result<(), String> {
        Hosts::of(cluster.clone(), node).check_up(node)
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

    /// Takes what was typed or pasted, one line or several, on a cluster as it is. It stops at a line that fails or asks a
    /// question: what was to come after it may be wrong then.
    pub fn enter(&mut self, text: &str, cluster: &Cluster) -> Typed {
        let mut typed = Typed::default();
        if text.len() > MAX_LINE {
            let error = Block::Error(format!("A text has more than {MAX_LINE} bytes"));
            typed.lines.push(self.line("", vec![error]));
            return typed;
        }
        let mut hosts = Hosts::of(cluster.clone(), self.connected_to());
        let mut rest = text.trim_end_matches(['\n', '\r']);
        loop {
            let (line, after) =
                rest.split_once('\n').map_or((rest, None), |(line, after)| (line, Some(after)));
            let mut done = self.line(line, Vec::new());
            self.take(line, &mut hosts, &mut done.blocks, &mut typed.archive);
            let is_stopped = self.console.question().is_some()
                || done.blocks.iter().any(|block| matches!(block, Block::Error(_)));
            typed.lines.push(done);
            match after {
                Some(after) if is_stopped => {
                    after.clone_into(&mut typed.rest);
                    break;
                }
                Some(after) => rest = after,
                None => break,
            }
        }
        typed.entry = Entry::together(Purpose::Commands, hosts.done);
        typed
    }

    fn line(&self, line: &str, blocks: Vec<Block>) -> TypedLine {
        TypedLine { prompt: self.console.prompt(), line: line.to_owned(), blocks }
    }

    /// Takes one line.
    fn take(
        &mut self,
        line: &str,
        hosts: &mut Hosts,
        blocks: &mut Vec<Block>,
        archive: &mut Option<(Archive, ClockTime)>,
    ) {
        let is_asked = self.console.question().is_some();
        // The answer to a question is the tool's.
        match shell::read(line, &hosts.view).filter(|_| !is_asked) {
            None => {
                let output = self.console.enter(line, hosts);
                blocks.extend(output.blocks);
                if output.ended {
                    let node = self.connected_to();
                    self.connect(node);
                    blocks.push(Block::Note(format!(
                        "The session has ended. A new one with {node} begins."
                    )));
                } else if is_asked && blocks.is_empty() && self.console.question().is_none() {
                    blocks.push(Block::Note("Cancelled.".to_owned()));
                } else if line.trim() == "help" {
                    blocks.push(Block::Text(shell::HELP.to_owned()));
                }
            }
            Some(read) => {
                self.console.remember(line);
                if let Err(why) = read.and_then(|line| self.run(line, hosts, blocks, archive)) {
                    blocks.push(Block::Error(why));
                }
            }
        }
    }

    fn run(
        &mut self,
        line: Line,
        hosts: &mut Hosts,
        blocks: &mut Vec<Block>,
        archive: &mut Option<(Archive, ClockTime)>,
    ) -> Result<(), String> {
        match line {
            Line::Help => blocks.push(Block::Text(shell::HELP.to_owned())),
            Line::Does(entries) => {
                for entry in entries {
                    hosts.perform(entry)?;
                }
            }
            Line::Connects(node) => {
                hosts.check_up(node)?;
                self.connect(node);
                hosts.at = node;
                blocks.push(Block::Note(format!("The tool is connected to {node} now.")));
            }
            Line::Collects => {
                let clock = hosts.clock();
                let at = hosts.at;
                let collected = collect(hosts, &[at]).map_err(|error| error.to_string())?;
                let said = format!("Collected into {}.tgz.", collected.folder);
                blocks.push(Block::Note(said));
                *archive = Some((collected, clock));
            }
            Line::Asks { nodes, request } => {
                let (replies, commands) = hosts.ask_all(&nodes, &request);
                for (node, reply) in nodes.iter().zip(replies) {
                    let said = match nodes.len() {
                        1 => reply,
                        _ => format!("{}: {reply}", shell::host(*node)),
                    };
                    blocks.push(Block::Text(said));
                }
                for command in at_once(commands, &hosts.view) {
                    hosts.perform(Entry::Act { command, settle: Settle::Fully })?;
                }
            }
            Line::Calls { at, enable, lines } => {
                let at = at.unwrap_or(hosts.at);
                self.sessions += 1;
                let mut console = Console::new(at, self.sessions);
                let here = std::mem::replace(&mut hosts.at, at);
                if enable {
                    console.enter("enable", hosts);
                }
                for line in lines {
                    blocks.extend(console.enter(&line, hosts).blocks);
                }
                if console.question().is_some() {
                    let said = "A question cannot be answered in a call with -e. Connect to the node, and type it there.";
                    blocks.push(Block::Note(said.to_owned()));
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
    // How long it waits is the simulation's; on a real cluster one waits for what the time is for.
    let waits = matches!(entry, Entry::Several { purpose: Purpose::RollingRestart, .. });
    for entry in entry.each() {
        match entry {
            Entry::Pass { .. } if waits => lines.push(shell::WAIT.to_owned()),
            Entry::Act { command: Command::Stop { nodes, .. }, .. } if waits => {
                let with = shell::named(nodes);
                lines.push(format!("show stat namespace like effective_is_quiesced{with}"));
                lines.extend(shell::lines(entry, &cluster.view(), connected));
            }
            _ => lines.extend(shell::lines(entry, &cluster.view(), connected)),
        }
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

    fn is_up(&self, node: NodeId) -> bool {
        self.view.node(node).is_some_and(|node| node.state.is_up())
    }

    fn check_up(&self, node: NodeId) -> Result<(), String> {
        if self.is_up(node) {
            Ok(())
        } else {
            Err(format!("Not able to connect any cluster with {node}."))
        }
    }

    fn perform(&mut self, entry: Entry) -> Result<(), String> {
        entry.run(&mut self.cluster).map_err(|rejection| capitalized(&rejection.to_string()))?;
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
        if Records::are_asked_for(request)
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
            let is_up = self.is_up(*node);
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
        if !self.is_up(node) || node != self.at && self.view.is_cut(node, self.at) {
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
