//! From facts to one cluster: who is who, what is said, what contradicts, what nobody says.
//!
//! In reading order: `choose` (several values where there is one), `who` (names and ids), `sides` (who sees whom),
//! `of_nodes` and `of_namespaces`.
//!
//! Invariant: a contradiction is data. It has a number, every value with the places that say so, and the value that is used:
//! the one that was chosen by hand, else the one that most places say, else the one that was read first. What is chosen
//! changes at most contradictions with higher numbers. Not here: sentences (see `summary`).

mod choose;
mod of_namespaces;
mod of_nodes;
mod sides;
mod who;

use std::collections::{BTreeMap, BTreeSet};

use rosterlab_engine::{NodeId, RackId, RosterEntry, Shutdown};

use crate::info::Build;

use super::fact::{Count, Fact, List, NodeRef, Place, Setting, What};
use super::sink::Facts;
use super::state::State;

pub use choose::{Choice, Conflict, Told};

use choose::Chooser;
use who::Who;

/// The cluster that facts come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Joined {
    /// Its nodes, highest id first.
    pub nodes: Vec<JoinedNode>,
    /// Its namespaces, by name.
    pub namespaces: Vec<JoinedNamespace>,
    /// Its name.
    pub name: Option<String>,
    /// The oldest build of a node.
    pub build: Option<Build>,
    /// `heartbeat.interval`, in milliseconds.
    pub heartbeat_interval: Option<u32>,
    /// `heartbeat.timeout`, in intervals.
    pub heartbeat_timeout: Option<u32>,
    /// `min-cluster-size`.
    pub min_cluster_size: Option<u16>,
    /// `migrate-threads`.
    pub migrate_threads: Option<u8>,
    /// `migrate-fill-delay`, in seconds.
    pub fill_delay: Option<u32>,
    /// Who sees whom, when there are several sides; each highest id first.
    pub sides: Vec<Vec<NodeId>>,
    /// The snapshot that is used.
    pub moment: Option<String>,
    /// What contradicts.
    pub conflicts: Vec<Conflict>,
    /// What no input tells and how it is taken, in sentences.
    pub assumed: Vec<String>,
    /// What is missing, in sentences with the place that tells of it.
    pub missing: Vec<(Place, String)>,
    /// What was read and belongs to nothing, in sentences with its place.
    pub homeless: Vec<(Place, String)>,
    /// What a person said of nodes: see [`answer`](super::answer).
    pub answered: Vec<(NodeId, State)>,
    /// Which versions were read: see [`Versions`].
    pub versions: Versions,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedNode {
    /// Its id.
    pub id: NodeId,
    /// Whether the id is made up, because no input has one.
    pub made_up: bool,
    /// Whether the Kubernetes operator is to keep it out of rosters.
    pub blocked: bool,
    /// Its names and addresses, in the order in which they were read.
    pub names: Vec<String>,
    /// The rack that it is configured with; `None` when no input tells.
    pub rack: Option<RackId>,
    /// Whether it is there; `None` when no input tells.
    pub up: Option<bool>,
    /// How it went down; `None` when it is there, or nobody tells.
    pub went: Option<Shutdown>,
    /// Whether it is quiesced for good.
    pub stay_quiesced: bool,
    /// Whether it is quiesced, or going to be; `None` when no input tells.
    pub quiesced: Option<Quiesce>,
    /// How many partitions it still has to migrate, the most that was read; `None` when no input tells.
    pub migrations: Option<u64>,
}

impl JoinedNode {
    /// A node of which nothing else is known.
    #[must_use]
    pub fn new(id: NodeId) -> Self {
        Self {
            id,
            made_up: false,
            blocked: false,
            names: Vec::new(),
            rack: None,
            up: None,
            went: None,
            stay_quiesced: false,
            quiesced: None,
            migrations: None,
        }
    }
}

impl Joined {
    /// Whether every node that may be there says that it has nothing left to migrate.
    #[must_use]
    pub fn is_migrated(&self) -> bool {
        let mut there = self.nodes.iter().filter(|node| node.up != Some(false)).peekable();
        there.peek().is_some() && there.all(|node| node.migrations == Some(0))
    }
}

/// How far a quiesced node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quiesce {
    /// Not at all.
    No,
    /// From the next cluster change on.
    Pending,
    /// Already.
    Effective,
}

/// A namespace. `None` is what no input tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JoinedNamespace {
    /// Its name.
    pub name: String,
    /// Whether its configuration was read, so that what is not in it is the server's default.
    pub configured: bool,
    /// `replication-factor`.
    pub replication_factor: Option<u8>,
    /// `strong-consistency`.
    pub strong_consistency: Option<bool>,
    /// `commit-to-device`.
    pub commit_to_device: Option<bool>,
    /// `prefer-uniform-balance`, as it takes effect.
    pub uniform_balance: Option<bool>,
    /// `auto-revive`.
    pub auto_revive: Option<bool>,
    /// Storage devices of every node.
    pub devices: Option<u8>,
    /// Whether the data is kept in memory and nowhere else, on some node at least.
    pub in_memory: bool,
    /// The racks that inputs tell for nodes in this namespace: several where they differ. A node has one rack in each namespace
    /// of a real cluster, and one in all of them in the simulator.
    pub racks: BTreeMap<NodeId, BTreeSet<RackId>>,
    /// The roster in force, highest id first; empty when there is none.
    pub roster: Option<Vec<RosterEntry>>,
    /// The pending roster.
    pub pending: Option<Vec<RosterEntry>>,
    /// The nodes that are observed, of all sides.
    pub observed: Option<Vec<RosterEntry>>,
    /// The rack that masters are forced to.
    pub active_rack: Option<RackId>,
    /// Partitions that are unavailable, as nodes say: several numbers when they differ.
    pub unavailable: BTreeSet<u64>,
    /// Partitions that are dead, as nodes say.
    pub dead: BTreeSet<u64>,
}

/// What was read of versions: by namespace and node, ready to be looked up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Versions {
    /// By namespace and node: an index into [`Facts::partitions`].
    pub partitions: BTreeMap<(String, NodeId), usize>,
    /// By namespace and node: an index into [`Facts::replicas`].
    pub replicas: BTreeMap<(String, NodeId), usize>,
}

impl Versions {
    /// What a node said of the partitions of a namespace, in the order of their numbers.
    #[must_use]
    pub fn rows<'a>(
        &self,
        facts: &'a Facts,
        namespace: &str,
        node: NodeId,
    ) -> Option<&'a [super::PartitionRow]> {
        let at = *self.partitions.get(&(namespace.to_owned(), node))?;
        facts.partitions.get(at)?.namespaces.get(namespace).map(Vec::as_slice)
    }

    /// What a node owns of a namespace.
    #[must_use]
    pub fn owned<'a>(
        &self,
        facts: &'a Facts,
        namespace: &str,
        node: NodeId,
    ) -> Option<&'a super::NodeReplicas> {
        facts.replicas.get(*self.replicas.get(&(namespace.to_owned(), node))?)
    }

    /// The nodes whose `partition-info` was read for a namespace, lowest id first.
    pub fn nodes<'a>(&'a self, namespace: &'a str) -> impl Iterator<Item = NodeId> + 'a {
        let of = self.partitions.keys().filter(move |(name, _)| name == namespace);
        of.map(|(_, node)| *node)
    }
}

/// Joins facts. Choices answer conflicts by their numbers.
#[must_use]
pub fn join(facts: &Facts, choices: &[Choice]) -> Joined {
    let mut chooser = Chooser::new(choices);
    let moment = moment(facts, &mut chooser);
    let is_now = |of: &Option<String>| of.is_none() || *of == moment;
    let now: Vec<&Fact> = facts.facts.iter().filter(|fact| is_now(&fact.moment)).collect();
    let mut out = Joined { moment: moment.clone(), ..Joined::default() };
    let who = Who::of(&now, facts, is_now, &mut chooser);
    let names = of_namespaces::names(&now, facts, &mut out);
    out.sides = sides::of(&now, &who);
    of_namespaces::add(&mut out, &now, &names, &who, &mut chooser);
    of_nodes::add(&mut out, &now, &who, &mut chooser);
    of_cluster(&mut out, &now, &mut chooser);
    of_nodes::block(&mut out, &now, &who);
    seeds(&mut out, &now, &who);
    versions(&mut out, facts, is_now, &who);
    out.conflicts = chooser.conflicts;
    out
}

/// The snapshot that is used: the latest, unless another is chosen.
fn moment(facts: &Facts, chooser: &mut Chooser<'_>) -> Option<String> {
    let mut told: BTreeMap<String, Place> = BTreeMap::new();
    for fact in &facts.facts {
        if let Some(moment) = &fact.moment {
            told.entry(moment.clone()).or_insert_with(|| fact.place.clone());
        }
    }
    // The latest first: that is what is used.
    let told: Vec<(String, Place)> = told.into_iter().rev().collect();
    chooser.one("which snapshot of collectinfo is used", &told)
}

/// Seeds that are none of the nodes that are known.
fn seeds(out: &mut Joined, now: &[&Fact], who: &Who) {
    let seeds: BTreeMap<&str, &Place> = now
        .iter()
        .filter_map(|fact| match &fact.what {
            What::Seed(seed) => Some((seed.as_str(), &fact.place)),
            _ => None,
        })
        .collect();
    if seeds.len() > out.nodes.len() {
        let unknown =
            seeds.iter().filter(|(seed, _)| who.id(&NodeRef::Name((**seed).to_owned())).is_none());
        for (seed, place) in unknown {
            let sentence = format!(
                "{seed} is a seed, and no input has its id: bring its aerospike.conf, or asadm's info network"
            );
            out.missing.push(((*place).clone(), sentence));
        }
    }
}

/// A setting's values with their places.
fn settings<T>(now: &[&Fact], of: impl Fn(Setting) -> Option<T>) -> Vec<(T, Place)> {
    let told = now.iter().filter_map(|fact| match &fact.what {
        What::Setting(setting) => of(*setting).map(|value| (value, fact.place.clone())),
        _ => None,
    });
    told.collect()
}

fn of_cluster(out: &mut Joined, now: &[&Fact], chooser: &mut Chooser<'_>) {
    out.heartbeat_interval = chooser.one(
        "heartbeat.interval",
        &settings(now, |s| if let Setting::HeartbeatInterval(v) = s { Some(v) } else { None }),
    );
    out.heartbeat_timeout = chooser.one(
        "heartbeat.timeout",
        &settings(now, |s| if let Setting::HeartbeatTimeout(v) = s { Some(v) } else { None }),
    );
    out.min_cluster_size = chooser.one(
        "min-cluster-size",
        &settings(now, |s| if let Setting::MinClusterSize(v) = s { Some(v) } else { None }),
    );
    out.migrate_threads = chooser.one(
        "migrate-threads",
        &settings(now, |s| if let Setting::MigrateThreads(v) = s { Some(v) } else { None }),
    );
    out.fill_delay = chooser.one(
        "migrate-fill-delay",
        &settings(now, |s| if let Setting::FillDelay(v) = s { Some(v) } else { None }),
    );
    let names = now.iter().filter_map(|fact| match &fact.what {
        What::ClusterName(name) => Some((name.clone(), fact.place.clone())),
        _ => None,
    });
    out.name = chooser.one("the cluster's name", &names.collect::<Vec<_>>());
    let builds: BTreeSet<Build> = now
        .iter()
        .filter_map(|fact| if let What::Build(build) = fact.what { Some(build) } else { None })
        .collect();
    out.build = builds.first().copied();
    // Nodes of two builds are an upgrade under way and no contradiction.
    if let (Some(oldest), Some(newest)) = (builds.first(), builds.last())
        && oldest != newest
    {
        let sentence = format!(
            "nodes have builds from {oldest} to {newest}: the rules of the oldest hold for all"
        );
        out.assumed.push(sentence);
    }
    let size = now.iter().find_map(|fact| match fact.what {
        What::Count(Count::ClusterSize, size) if fact.node.is_some() => Some((size, &fact.place)),
        _ => None,
    });
    let there = out.nodes.iter().filter(|node| node.up != Some(false)).count();
    let there = u64::try_from(there).unwrap_or(u64::MAX);
    let Some((size, place)) = size.filter(|_| out.sides.is_empty()) else { return };
    if size > there {
        let sentence = format!(
            "a node counts a cluster of {size}, and the inputs name {there} that may be there: bring asadm's show roster, or \
             asinfo's roster:"
        );
        out.missing.push((place.clone(), sentence));
    } else if size < there {
        let sentence =
            format!("a node counts a cluster of {size}, and {there} nodes are taken to be there");
        out.homeless.push((place.clone(), sentence));
    }
}

fn versions(out: &mut Joined, facts: &Facts, is_now: impl Fn(&Option<String>) -> bool, who: &Who) {
    for (at, read) in facts.partitions.iter().enumerate().filter(|(_, read)| is_now(&read.moment)) {
        let named = read.node.as_ref().and_then(|node| who.id(node));
        let Some(node) = named.or_else(|| read.own_id()) else {
            let sentence = "this partition-info does not tell which node printed it".to_owned();
            out.homeless.push((read.place.clone(), sentence));
            continue;
        };
        for namespace in read.namespaces.keys() {
            out.versions.partitions.entry((namespace.clone(), node)).or_insert(at);
        }
    }
    for (at, read) in facts.replicas.iter().enumerate().filter(|(_, read)| is_now(&read.moment)) {
        let Some(node) = read.node.as_ref().and_then(|node| who.id(node)) else {
            let sentence = "this reply to replicas does not tell which node printed it".to_owned();
            out.homeless.push((read.place.clone(), sentence));
            continue;
        };
        out.versions.replicas.entry((read.namespace.clone(), node)).or_insert(at);
    }
}

/// The lists of this kind that facts have for a namespace, with who says so.
fn lists<'a>(
    now: &'a [&Fact],
    namespace: &'a str,
    wanted: List,
) -> impl Iterator<Item = (&'a Vec<RosterEntry>, Option<&'a NodeRef>, &'a Place)> {
    now.iter().filter_map(move |fact| match &fact.what {
        What::Nodes(list, entries)
            if *list == wanted && fact.namespace.as_deref().unwrap_or(namespace) == namespace =>
        {
            Some((entries, fact.node.as_ref(), &fact.place))
        }
        _ => None,
    })
}
