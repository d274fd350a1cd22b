//! From a joined cluster to a scenario: the setup, and the steps that lead to where the cluster is.
//!
//! Invariant: every scenario can be run. What no input tells gets the safe answer, and the answer is listed. The steps, in
//! this order: rosters that differ from the nodes that the cluster starts with, racks that were changed since, new nodes,
//! quiesced nodes, nodes that are gone, cut links, pending rosters, and migrations where the nodes say that none is left. Where versions were read, the cluster starts with all
//! that (see `starting`), and only what is pending or cut is a step.

use std::collections::{BTreeMap, BTreeSet};

use rosterlab_engine::{Mode, NodeId, Profile, RackId, RosterEntry, Shutdown, StartingRoster};
use rosterlab_scenario::file::{
    Action, Add, ClusterFile, Cut, FormatName, Migrate, Move, NamespaceFile, NodeFile, Nodes,
    Recluster, RosterField, RosterSet,
};
use rosterlab_scenario::{Runner, Scenario, Seconds, Step};

use crate::info::Build;

use super::called;
use super::join::{Joined, JoinedNamespace, JoinedNode, Quiesce};
use super::sink::Facts;
use super::starting;

/// Why there is no scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoCluster {
    /// No input has a node.
    NoNode,
    /// A scenario of these facts is refused: the place in it, and the cause.
    Refused(String),
}

impl std::fmt::Display for NoCluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoNode => f.write_str(
                "no input has a node: bring the output of asadm -e 'show roster' or asinfo -v roster:, or a collectinfo",
            ),
            Self::Refused(why) => write!(f, "the simulator cannot hold this cluster: {why}"),
        }
    }
}

impl std::error::Error for NoCluster {}

/// The scenario, and what was assumed to make it, in sentences.
///
/// # Errors
/// When there is no node, or more of something than the simulator holds.
pub fn scenario(joined: &Joined, facts: &Facts) -> Result<(Scenario, Vec<String>), NoCluster> {
    let (mut scenario, assumed) = without_names(joined, facts)?;
    scenario.name_nodes(&called::names(joined, facts));
    Ok((scenario, assumed))
}

fn without_names(joined: &Joined, facts: &Facts) -> Result<(Scenario, Vec<String>), NoCluster> {
    if joined.nodes.is_empty() {
        return Err(NoCluster::NoNode);
    }
    let mut at_once = migrated(joined, made(joined, Gone::AtOnce));
    match starting::as_read(&at_once.0.cluster, joined, facts) {
        Ok(Some(cluster)) => {
            let begun = migrated(joined, begun(joined, cluster));
            runs(&begun.0)?;
            return Ok(begun);
        }
        Ok(None) => {}
        Err(why) => at_once.1.push(why),
    }
    runs(&at_once.0)?;
    if agrees(joined, &at_once.0) == Some(false) {
        let in_turn = migrated(joined, made(joined, Gone::InTurn));
        if runs(&in_turn.0).is_ok() && agrees(joined, &in_turn.0) == Some(true) {
            return Ok(in_turn);
        }
    }
    Ok(at_once)
}

/// How nodes are said to have gone where only that gives what the nodes count.
pub(super) const IN_TURN: &str = "one after another, each cleanly after migrations were done";

/// How nodes that are not there went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gone {
    /// All at the same instant, without a clean stop: the safe answer.
    AtOnce,
    /// One after another, each after migrations were done.
    InTurn,
}

/// From a start as it was read.
fn begun(joined: &Joined, cluster: ClusterFile) -> (Scenario, Vec<String>) {
    let mut making = Making { joined, gone: Gone::AtOnce, assumed: Vec::new(), steps: Vec::new() };
    // What it was made of holds here too.
    making.cluster();
    making.steps_from_read(&cluster);
    making.end(cluster)
}

fn made(joined: &Joined, gone: Gone) -> (Scenario, Vec<String>) {
    let mut making = Making { joined, gone, assumed: Vec::new(), steps: Vec::new() };
    let cluster = making.cluster();
    making.steps(&cluster);
    making.end(cluster)
}

/// Lets migrations run to their end after the steps, where they leave some and the nodes say that none is left.
fn migrated(
    joined: &Joined,
    (mut scenario, assumed): (Scenario, Vec<String>),
) -> (Scenario, Vec<String>) {
    if joined.is_migrated() && is_migrating(&scenario) == Some(true) {
        scenario.steps.push(Action::Migrate(Migrate { partitions: None }).into());
    }
    (scenario, assumed)
}

/// Whether a scenario ends with migrations that are left; `None` when it cannot be run.
pub(super) fn is_migrating(scenario: &Scenario) -> Option<bool> {
    let cluster = Runner::new(scenario).and_then(Runner::into_last).ok()?;
    Some(cluster.view().migrating)
}

fn runs(scenario: &Scenario) -> Result<(), NoCluster> {
    let refused = |error: rosterlab_scenario::ScenarioError| NoCluster::Refused(error.to_string());
    for report in Runner::new(scenario).map_err(refused)? {
        report.map_err(refused)?;
    }
    Ok(())
}

/// Whether a scenario comes to the counts that nodes say; `None` when they say none.
fn agrees(joined: &Joined, scenario: &Scenario) -> Option<bool> {
    let is_told = |n: &&JoinedNamespace| !n.unavailable.is_empty() || !n.dead.is_empty();
    let told: Vec<&JoinedNamespace> = joined.namespaces.iter().filter(is_told).collect();
    let counts = if told.is_empty() { return None } else { counts(scenario) };
    let fits = |told: &BTreeSet<u64>, ours: u32| told.is_empty() || told.contains(&u64::from(ours));
    Some(told.iter().all(|namespace| match counts.get(&namespace.name) {
        Some((unavailable, dead)) => {
            fits(&namespace.unavailable, *unavailable) && fits(&namespace.dead, *dead)
        }
        None => true,
    }))
}

/// All names of the nodes: the format has one for each, so they stand in the text about the scenario.
fn about(joined: &Joined) -> Option<String> {
    use std::fmt::Write as _;
    let named: Vec<&JoinedNode> =
        joined.nodes.iter().filter(|node| !node.names.is_empty()).collect();
    if named.is_empty() {
        return None;
    }
    let mut text = "| node | names |\n|---|---|\n".to_owned();
    for node in named {
        let _ = writeln!(text, "| {} | {} |", node.id, node.names.join(", ").replace('|', "/"));
    }
    Some(text)
}

struct Making<'a> {
    joined: &'a Joined,
    gone: Gone,
    assumed: Vec<String>,
    steps: Vec<Step>,
}

/// The rules that hold for a build; the newest when none is known.
fn profile(build: Option<Build>) -> Profile {
    match build {
        Some(build) if !build.since(6, 0) => Profile::V4_5_3,
        Some(build) if !build.since(7, 1) => Profile::V6_0,
        _ => Profile::V7_1,
    }
}

impl Making<'_> {
    fn end(self, cluster: ClusterFile) -> (Scenario, Vec<String>) {
        let Self { joined, assumed, steps, .. } = self;
        let title = joined.name.clone().unwrap_or_else(|| "Your cluster".to_owned());
        let about = about(joined);
        (Scenario { format: FormatName::V1, title, about, cluster, steps }, assumed)
    }

    fn assume(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if !self.assumed.contains(&sentence) {
            self.assumed.push(sentence);
        }
    }

    fn step(&mut self, action: Action) {
        self.steps.push(action.into());
    }

    fn cluster(&mut self) -> ClusterFile {
        let joined = self.joined;
        let server = profile(joined.build);
        if joined.build.is_none() {
            self.assume("no input tells the server's build: the rules of 7.1 hold");
        }
        let namespaces: Vec<NamespaceFile> =
            joined.namespaces.iter().map(|namespace| self.namespace(namespace, server)).collect();
        let new = self.new_nodes(&namespaces);
        let nodes = joined.nodes.iter().filter(|node| !new.contains(&node.id));
        let nodes: Vec<NodeFile> = nodes
            .map(|node| NodeFile {
                id: node.id,
                rack: self.rack_at_start(node),
                stay_quiesced: node.stay_quiesced,
                quiesced: false,
                down: None,
                server: None,
                seeds: Vec::new(),
                name: None,
                address: None,
            })
            .collect();
        if joined.nodes.iter().any(|node| node.rack.is_none()) {
            self.assume("no input tells the rack of every node: those have none");
        }
        let usual = ClusterFile::from(&rosterlab_engine::ClusterSetup::of(Vec::new(), 1));
        let count = u16::try_from(nodes.len()).unwrap_or(u16::MAX);
        ClusterFile {
            nodes,
            server,
            namespaces,
            migrate_fill_delay: joined
                .fill_delay
                .map(|seconds| Seconds::of_ms(u64::from(seconds) * 1000))
                .unwrap_or_default(),
            migrate_threads: joined.migrate_threads.unwrap_or(usual.migrate_threads),
            heartbeat_interval_ms: joined.heartbeat_interval.unwrap_or(usual.heartbeat_interval_ms),
            heartbeat_timeout: joined.heartbeat_timeout.unwrap_or(usual.heartbeat_timeout),
            min_cluster_size: joined.min_cluster_size.unwrap_or(1).clamp(1, count.max(1)),
            ..usual
        }
    }

    fn namespace(&mut self, of: &JoinedNamespace, server: Profile) -> NamespaceFile {
        let name = &of.name;
        let has_roster = of.roster.as_ref().is_some_and(|roster| !roster.is_empty());
        let is_observed = of.observed.as_ref().is_some_and(|observed| !observed.is_empty());
        let strong = of.strong_consistency.unwrap_or_else(|| {
            let lists = of.roster.is_some() || of.observed.is_some();
            if !lists && of.configured {
                self.assume(format!("strong-consistency is not in the configuration of {name}: it is false, the server's default"));
                return false;
            }
            let strong = has_roster || is_observed || !lists;
            if !lists {
                self.assume(format!("no input tells whether {name} has strong consistency: it has"));
            } else if !strong {
                self.assume(format!("{name} has no roster and observes no node: it is taken to be without strong consistency"));
            }
            strong
        });
        let factor = of.replication_factor.unwrap_or_else(|| {
            self.assume(format!(
                "no input tells the replication factor of {name}: it is 2, the server's default"
            ));
            2
        });
        let commit = of.commit_to_device.unwrap_or_else(|| {
            if strong {
                self.assume(format!("no input tells commit-to-device of {name}: it is false, so that an unclean stop counts"));
            }
            false
        });
        if of.in_memory {
            // Memory that no drive backs is an empty drive after each start (domain.md §4).
            let but = if self.joined.build.is_none_or(|build| build.since(7, 0)) {
                " (since 7.0 a warm start may keep it)"
            } else {
                ""
            };
            self.assume(format!(
                "{name} has its data in memory only, so every restart of a node begins with empty drives{but}: the simulator keeps \
                 the data over a clean restart, so put a wipe of the node before its start"
            ));
        }
        let uniform = of.uniform_balance.unwrap_or_else(|| {
            let is = self.joined.build.is_none_or(|build| build.since(4, 7));
            let since = if is {
                "true, as by default since 4.7"
            } else {
                "false, as by default before 4.7"
            };
            self.assume(format!("no input tells prefer-uniform-balance of {name}: it is {since}"));
            is
        });
        if strong && of.roster.is_none() {
            self.assume(format!("no input tells the roster of {name}: it is that of all nodes"));
        }
        let none = strong && of.roster.as_ref().is_some_and(Vec::is_empty);
        NamespaceFile {
            name: name.clone(),
            replication_factor: factor,
            strong_consistency: strong,
            commit_to_device: commit,
            devices: of.devices.unwrap_or(1),
            roster: if none { StartingRoster::None } else { StartingRoster::All },
            prefer_uniform_balance: (uniform != server.prefers_uniform_balance())
                .then_some(uniform),
            auto_revive: of.auto_revive.unwrap_or(false) && server >= Profile::V7_1,
            versions: None,
        }
    }

    /// Namespaces with strong consistency and a roster.
    fn rosters(&self) -> impl Iterator<Item = (&JoinedNamespace, &Vec<RosterEntry>)> {
        let joined = self.joined;
        joined.namespaces.iter().filter_map(|namespace| {
            let roster = namespace.roster.as_ref().filter(|roster| !roster.is_empty())?;
            (namespace.strong_consistency != Some(false)).then_some((namespace, roster))
        })
    }

    /// Nodes that are in no roster although there are rosters: they join later, with empty drives.
    fn new_nodes(&self, namespaces: &[NamespaceFile]) -> BTreeSet<NodeId> {
        let in_rosters: BTreeSet<NodeId> =
            self.rosters().flat_map(|(_, roster)| roster.iter().map(|entry| entry.node)).collect();
        let holds_data = namespaces.iter().any(|namespace| !namespace.strong_consistency);
        if in_rosters.is_empty() || holds_data {
            return BTreeSet::new();
        }
        self.joined.nodes.iter().map(|node| node.id).filter(|id| !in_rosters.contains(id)).collect()
    }

    /// The rack that a node starts with: the first roster's, so that this roster needs no step.
    fn rack_at_start(&self, node: &JoinedNode) -> RackId {
        let in_roster = self
            .rosters()
            .find_map(|(_, roster)| roster.iter().find(|entry| entry.node == node.id))
            .map(|entry| entry.rack);
        in_roster.or(node.rack).unwrap_or_default()
    }

    fn steps(&mut self, cluster: &ClusterFile) {
        self.set_rosters(cluster);
        self.move_racks(cluster);
        self.add_new(cluster);
        self.quiesce();
        self.stop();
        self.cut();
        self.set_pending(cluster);
    }

    /// From a start as it was read: what the nodes are in already is no step.
    fn steps_from_read(&mut self, cluster: &ClusterFile) {
        let pending = self.quiescing(Quiesce::Pending);
        if !pending.is_empty() {
            self.step(Action::Quiesce(Nodes { nodes: pending }));
        }
        self.assumed.extend(starting::assumed_of_down(self.joined));
        self.cut();
        self.set_pending(cluster);
    }

    /// The nodes that are quiesced so far, until they restart.
    fn quiescing(&self, state: Quiesce) -> Vec<NodeId> {
        let is = |node: &&JoinedNode| {
            node.quiesced == Some(state) && !node.stay_quiesced && node.up != Some(false)
        };
        self.joined.nodes.iter().filter(is).map(|node| node.id).collect()
    }

    /// Rosters that are not all nodes with the racks that they start with.
    fn set_rosters(&mut self, cluster: &ClusterFile) {
        let all: BTreeSet<RosterEntry> = cluster
            .nodes
            .iter()
            .map(|node| RosterEntry { node: node.id, rack: node.rack })
            .collect();
        let differing: Vec<(String, Vec<RosterEntry>)> = self
            .rosters()
            .filter(|(_, roster)| roster.iter().copied().collect::<BTreeSet<_>>() != all)
            .map(|(namespace, roster)| (namespace.name.clone(), roster.clone()))
            .collect();
        if differing.is_empty() {
            return;
        }
        for (namespace, roster) in differing {
            self.step(Action::RosterSet(RosterSet {
                namespace: Some(namespace),
                nodes: RosterField::List(roster),
                on: None,
            }));
        }
        self.step(Action::Recluster(Recluster { on: None }));
        self.step(Action::Migrate(Migrate { partitions: None }));
    }

    /// Racks that nodes are configured with now.
    fn move_racks(&mut self, cluster: &ClusterFile) {
        let mut moved: BTreeMap<RackId, Vec<NodeId>> = BTreeMap::new();
        for node in &self.joined.nodes {
            let start = cluster.nodes.iter().find(|start| start.id == node.id);
            if let (Some(start), Some(rack)) = (start, node.rack)
                && start.rack != rack
                && node.up != Some(false)
            {
                moved.entry(rack).or_default().push(node.id);
            }
        }
        for (rack, nodes) in moved {
            self.step(Action::Move(Move { nodes, rack }));
        }
    }

    fn add_new(&mut self, cluster: &ClusterFile) {
        for node in &self.joined.nodes {
            if !cluster.nodes.iter().any(|start| start.id == node.id) {
                let add = Add {
                    id: node.id,
                    rack: node.rack.unwrap_or_default(),
                    stay_quiesced: node.stay_quiesced,
                    server: None,
                    seeds: Vec::new(),
                    name: None,
                    address: None,
                };
                self.steps.push(Action::Add(add).into());
                let sentence = format!(
                    "{} is in no roster: it is taken as a new node with empty drives",
                    node.id
                );
                self.assume(sentence);
            }
        }
    }

    fn quiesce(&mut self) {
        let (effective, pending) =
            (self.quiescing(Quiesce::Effective), self.quiescing(Quiesce::Pending));
        if !effective.is_empty() {
            self.step(Action::Quiesce(Nodes { nodes: effective }));
            self.step(Action::Recluster(Recluster { on: None }));
            self.step(Action::Migrate(Migrate { partitions: None }));
        }
        if !pending.is_empty() {
            self.step(Action::Quiesce(Nodes { nodes: pending }));
        }
    }

    /// Nodes that are gone: those whose way is told, then the others.
    fn stop(&mut self) {
        let gone = |went: Option<Shutdown>| -> Vec<NodeId> {
            let nodes = self.joined.nodes.iter();
            let gone = nodes.filter(|node| node.up == Some(false) && node.went == went);
            gone.map(|node| node.id).collect()
        };
        let (clean, unclean) = (gone(Some(Shutdown::Clean)), gone(Some(Shutdown::Unclean)));
        let untold = gone(None);
        if !clean.is_empty() {
            self.step(Action::Stop(Nodes { nodes: clean }));
        }
        if !unclean.is_empty() {
            self.step(Action::Crash(Nodes { nodes: unclean }));
        }
        if untold.is_empty() {
            return;
        }
        let ids: Vec<String> = untold.iter().map(ToString::to_string).collect();
        let ids = ids.join(", ");
        if self.gone == Gone::InTurn {
            self.assume(format!(
                "no input tells how {ids} went: {IN_TURN}, because only so the scenario comes to the partitions that the nodes count"
            ));
            for node in untold {
                self.step(Action::Stop(Nodes { nodes: vec![node] }));
                self.step(Action::Migrate(Migrate { partitions: None }));
            }
            return;
        }
        self.assume(format!(
            "no input tells whether migrations were done before {ids} went: they were, and all went at once"
        ));
        self.step(Action::Crash(Nodes { nodes: untold }));
    }

    fn cut(&mut self) {
        if self.joined.sides.len() > 1 {
            self.step(Action::Cut(Cut { between: self.joined.sides.clone() }));
        }
    }

    fn set_pending(&mut self, cluster: &ClusterFile) {
        for namespace in &self.joined.namespaces {
            let strong = cluster
                .namespaces
                .iter()
                .any(|other| other.name == namespace.name && other.strong_consistency);
            let Some(pending) =
                namespace.pending.as_ref().filter(|pending| strong && !pending.is_empty())
            else {
                continue;
            };
            // Without a roster that was read it is that of all nodes.
            let all =
                cluster.nodes.iter().map(|node| RosterEntry { node: node.id, rack: node.rack });
            let current: BTreeSet<RosterEntry> = match &namespace.roster {
                Some(roster) => roster.iter().copied().collect(),
                None => all.collect(),
            };
            if pending.iter().copied().collect::<BTreeSet<_>>() == current {
                continue;
            }
            let mut nodes = pending.clone();
            nodes.dedup_by_key(|entry| entry.node);
            self.steps.push(
                Action::RosterSet(RosterSet {
                    namespace: Some(namespace.name.clone()),
                    nodes: RosterField::List(nodes),
                    on: None,
                })
                .into(),
            );
        }
    }
}

/// What the simulator counts at the end of a scenario: by namespace, partitions that are unavailable and dead on the side
/// of the highest node.
pub(super) fn counts(scenario: &Scenario) -> BTreeMap<String, (u32, u32)> {
    let Ok(cluster) = Runner::new(scenario).and_then(Runner::into_last) else {
        return BTreeMap::new();
    };
    let view = cluster.view();
    let Some(first) = view.sub_clusters.first() else { return BTreeMap::new() };
    let of = view.namespaces.iter().zip(&first.namespaces);
    of.filter(|(settings, _)| settings.mode == Mode::StrongConsistency)
        .map(|(settings, here)| {
            (settings.name.clone(), (here.counts.unavailable, here.counts.dead))
        })
        .collect()
}
