//! Reports of steps as lines of JSON or rows of a table.
//!
//! Invariant: keys are in the order that docs/command-line.md shows, nodes highest id first, namespaces in the order of the
//! settings; the same report gives the same bytes. An AP namespace has `fresh` (partitions that came up empty) instead of
//! `roster_nodes_present` and `regime`. `orphans` are the nodes that run and are in no cluster. `stays_out` and `alone` are
//! there only when a node's version or its seeds keep it out. `result` and `stale` are
//! there only after a client's operation, `failed` only when an expectation does not hold.

use std::fmt::Write as _;

use rosterlab_engine::{
    ClusterView, Migrations, Mode, NamespaceSettings, NodeId, PartitionId, SubClusterNamespaceView,
    SubClusterView,
};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::event_data::gate_name;
use crate::expectation::Failure;
use crate::foresight::what_if::Loss;
use crate::runner::StepReport;

/// A report as one line of JSON, without a line break.
#[must_use]
pub fn ndjson(report: &StepReport) -> String {
    let Moment { sub_clusters, orphans } = Moment::of(&report.view);
    line(&Line {
        step: report.step,
        r#do: report.action,
        sub_clusters,
        orphans,
        stays_out: staying_out(&report.view),
        alone: alone(&report.view),
        result: report.client.map(|client| client.result.to_string()),
        stale: report.client.and_then(|client| client.stale),
        failed: report.failures.iter().map(Failed::of).collect(),
    })
}

/// A cluster at one moment, with the keys that a step's report has for it: `sub_clusters` and `orphans`.
#[must_use]
pub fn moment(view: &ClusterView) -> impl Serialize + use<'_> {
    Moment::of(view)
}

/// A cluster at one moment.
#[derive(Serialize)]
pub(crate) struct Moment<'a> {
    sub_clusters: Vec<SubCluster<'a>>,
    orphans: &'a [NodeId],
}

impl<'a> Moment<'a> {
    /// What a view shows.
    pub fn of(view: &'a ClusterView) -> Self {
        let sub_clusters = view.sub_clusters.iter().map(|here| SubCluster::of(here, view));
        Self { sub_clusters: sub_clusters.collect(), orphans: &view.orphans }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    step: usize,
    r#do: &'static str,
    sub_clusters: Vec<SubCluster<'a>>,
    orphans: &'a [NodeId],
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_map")]
    stays_out: Vec<(NodeId, &'static str)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alone: Vec<NodeId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stale: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<Failed<'a>>,
}

/// The nodes that run and stay out of the cluster because of their versions, and why.
pub(crate) fn staying_out(view: &ClusterView) -> Vec<(NodeId, &'static str)> {
    view.nodes.iter().filter_map(|node| Some((node.id, gate_name(node.stays_out?)))).collect()
}

/// Writes pairs as an object.
pub(crate) fn as_map<S: Serializer>(
    pairs: &[(NodeId, &'static str)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().copied())
}

/// The nodes that run and have found no other by their seeds.
pub(crate) fn alone(view: &ClusterView) -> Vec<NodeId> {
    view.nodes.iter().filter(|node| node.alone).map(|node| node.id).collect()
}

/// An expectation that does not hold.
#[derive(Serialize)]
pub(crate) struct Failed<'a> {
    place: &'a str,
    expected: &'a str,
    found: &'a str,
}

impl<'a> Failed<'a> {
    /// As a failure says it.
    pub fn of(failure: &'a Failure) -> Self {
        Self { place: &failure.place, expected: &failure.expected, found: &failure.found }
    }
}

#[derive(Serialize)]
struct SubCluster<'a> {
    nodes: &'a [NodeId],
    principal: NodeId,
    cluster_key: String,
    namespaces: Namespaces<'a>,
}

impl<'a> SubCluster<'a> {
    fn of(here: &'a SubClusterView, view: &'a ClusterView) -> Self {
        Self {
            nodes: &here.nodes,
            principal: here.principal,
            cluster_key: here.key.to_string(),
            namespaces: Namespaces { here, view },
        }
    }
}

struct Namespaces<'a> {
    here: &'a SubClusterView,
    view: &'a ClusterView,
}

impl Serialize for Namespaces<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.here.namespaces.len()))?;
        for (settings, here) in self.view.namespaces.iter().zip(&self.here.namespaces) {
            map.serialize_entry(&settings.name, &Namespace::of(here, settings.mode))?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Namespace<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    roster_nodes_present: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    regime: Option<u32>,
    active: u32,
    unavailable: u32,
    dead: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    fresh: Option<u32>,
    expected_migrations: PerNode<'a>,
}

impl<'a> Namespace<'a> {
    fn of(here: &'a SubClusterNamespaceView, mode: Mode) -> Self {
        let strong = mode == Mode::StrongConsistency;
        Self {
            roster_nodes_present: strong.then_some(here.roster_nodes_present),
            regime: strong.then_some(here.regime),
            active: here.counts.active,
            unavailable: here.counts.unavailable,
            dead: here.counts.dead,
            fresh: (!strong).then_some(here.fresh),
            expected_migrations: PerNode(&here.expected),
        }
    }
}

struct PerNode<'a>(&'a [(NodeId, Migrations)]);

impl Serialize for PerNode<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let counts = self.0.iter().map(|(node, m)| (node, [m.tx, m.rx, m.signals]));
        serializer.collect_map(counts)
    }
}

/// One row of the order of succession as a line of JSON: the roster's nodes in order, and the replicas among them.
#[must_use]
pub fn succession_line(
    partition: PartitionId,
    row: &[NodeId],
    replication_factor: usize,
) -> String {
    #[derive(Serialize)]
    struct Row<'a> {
        partition: PartitionId,
        succession: &'a [NodeId],
        replicas: &'a [NodeId],
    }
    let replicas = &row[..replication_factor.min(row.len())];
    line(&Row { partition, succession: row, replicas })
}

/// A loss as a line of JSON: for each namespace, how many partitions would be active in no sub-cluster; for each AP
/// namespace, how many would come up empty.
#[must_use]
pub fn loss_line(loss: &Loss, namespaces: &[NamespaceSettings]) -> String {
    struct PerNamespace<'a>(&'a [NamespaceSettings], &'a [u32], Mode);
    impl PerNamespace<'_> {
        fn is_empty(&self) -> bool {
            !self.0.iter().any(|settings| settings.mode == self.2)
        }
    }
    impl Serialize for PerNamespace<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let all = self.0.iter().zip(self.1);
            let counted = all.filter(|(settings, _)| {
                self.2 == Mode::StrongConsistency || settings.mode == Mode::Available
            });
            serializer.collect_map(counted.map(|(settings, count)| (&settings.name, count)))
        }
    }
    #[derive(Serialize)]
    struct Lost<'a> {
        nodes: &'a [NodeId],
        unavailable: PerNamespace<'a>,
        #[serde(skip_serializing_if = "PerNamespace::is_empty")]
        fresh: PerNamespace<'a>,
    }
    let unavailable = PerNamespace(namespaces, &loss.inactive, Mode::StrongConsistency);
    let fresh = PerNamespace(namespaces, &loss.fresh, Mode::Available);
    line(&Lost { nodes: &loss.nodes, unavailable, fresh })
}

/// A value as one line of JSON.
pub(crate) fn line(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value);
    debug_assert!(text.is_ok(), "everything here can be written as JSON");
    text.unwrap_or_default()
}

/// The header of the table.
#[must_use]
pub fn table_head() -> String {
    "step  do            time      sub-cluster            namespace        roster   regime  active  unavail  dead  migrations left"
        .to_owned()
}

/// A report as rows of the table, one for each namespace in each sub-cluster, each with a line break; below them the
/// expectations that do not hold.
#[must_use]
pub fn table_rows(report: &StepReport) -> String {
    let mut text = String::new();
    let time = report.clock.at(report.view.time_ms).to_string();
    let mut head = format!("{:>4}  {:<12}  {time}", report.step, report.action);
    for sub_cluster in &report.view.sub_clusters {
        let mut place = format!("{:<21}", place_of(sub_cluster));
        for (settings, here) in report.view.namespaces.iter().zip(&sub_cluster.namespaces) {
            let cells = namespace_cells(here, settings.mode);
            let _ = writeln!(text, "{head:<28}  {place}  {:<15}  {cells}", settings.name);
            head = String::new();
            place = " ".repeat(21);
        }
    }
    if report.view.sub_clusters.is_empty() {
        let _ = writeln!(text, "{head:<28}  no node is in a cluster");
    }
    if !report.view.orphans.is_empty() {
        let orphans: Vec<String> = report.view.orphans.iter().map(NodeId::to_string).collect();
        let _ = writeln!(text, "{:<28}  orphans, in no cluster: {}", "", orphans.join(" "));
    }
    for (node, why) in staying_out(&report.view) {
        let _ = writeln!(text, "{:<28}  {node} stays out: {why}", "");
    }
    for node in alone(&report.view) {
        let _ = writeln!(text, "{:<28}  {node} has found none of its seeds", "");
    }
    if let Some(client) = report.client {
        let stale = if client.stale == Some(true) { ", stale" } else { "" };
        let _ = writeln!(text, "{:<28}  the client is told: {}{stale}", "", client.result);
    }
    for failure in &report.failures {
        let _ = writeln!(text, "{:<28}  FAILED {failure}", "");
    }
    text
}

fn place_of(sub_cluster: &SubClusterView) -> String {
    match sub_cluster.nodes.len() {
        1 => format!("{} alone", sub_cluster.principal),
        count => format!("{} +{}", sub_cluster.principal, count - 1),
    }
}

fn namespace_cells(here: &SubClusterNamespaceView, mode: Mode) -> String {
    let (roster, regime) = match mode {
        Mode::StrongConsistency => {
            let roster = format!("{} of {}", here.roster_nodes_present, here.roster.len());
            (roster, here.regime.to_string())
        }
        Mode::Available => ("AP".to_owned(), "-".to_owned()),
    };
    let counts = here.counts;
    let left: u32 = here.remaining.iter().map(|(_, m)| m.tx).sum();
    let fresh =
        if here.fresh > 0 { format!("  {} came up empty", here.fresh) } else { String::new() };
    format!(
        "{roster:<7}  {regime:>6}  {:>6}  {:>7}  {:>4}  {left:>15}{fresh}",
        counts.active, counts.unavailable, counts.dead
    )
}
