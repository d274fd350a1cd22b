//! Reports of steps of several sites as lines of JSON or rows of a table.
//!
//! Invariant: keys are in the order that docs/command-line.md shows; sites, ships and fleets come in their order. What a
//! site's cluster has is written as in a report of one cluster. The same report gives the same bytes.

use std::fmt::Write as _;

use rosterlab_engine::world::{FleetView, ShipView, SiteCounts, SiteView};
use rosterlab_engine::{ClusterView, NodeId, convert};
use serde::Serialize;

use super::runner::WorldStepReport;
use crate::report::{Failed, Moment, alone, as_map, line, staying_out};

/// A report as one line of JSON, without a line break.
#[must_use]
pub fn ndjson(report: &WorldStepReport) -> String {
    let view = &report.view;
    let sites = view.sites.iter().zip(&report.clusters);
    line(&Line {
        step: report.step,
        r#do: report.action,
        time_ms: view.time_ms,
        sites: sites.map(|(site, cluster)| Site::of(site, cluster)).collect(),
        ships: view.ships.iter().map(Ship::of).collect(),
        fleets: view.fleets.iter().map(|fleet| Fleet::of(fleet, &view.sites)).collect(),
        waiting: view.waiting,
        lag_ms: view.lag_ms,
        diverged: view.diverged,
        result: report.client.map(|client| client.result.to_string()),
        stale: report.client.and_then(|client| client.stale),
        failed: report.failures.iter().map(Failed::of).collect(),
    })
}

#[derive(Serialize)]
struct Line<'a> {
    step: usize,
    r#do: &'static str,
    time_ms: u64,
    sites: Vec<Site<'a>>,
    ships: Vec<Ship<'a>>,
    fleets: Vec<Fleet<'a>>,
    waiting: u64,
    lag_ms: u64,
    diverged: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stale: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<Failed<'a>>,
}

#[derive(Serialize)]
struct Site<'a> {
    #[serde(rename = "site")]
    name: &'a str,
    acknowledged: u64,
    reads: u64,
    stale: u64,
    overwritten: u64,
    lost: u64,
    refused: u64,
    records: u64,
    missing: u64,
    #[serde(flatten)]
    cluster: Moment<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_map")]
    stays_out: Vec<(NodeId, &'static str)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alone: Vec<NodeId>,
}

impl<'a> Site<'a> {
    fn of(site: &'a SiteView, cluster: &'a ClusterView) -> Self {
        let SiteCounts { acknowledged, reads, stale, overwritten, lost, refused, records, missing } =
            site.counts;
        Self {
            name: &site.name,
            acknowledged,
            reads,
            stale,
            overwritten,
            lost,
            refused: refused.all(),
            records,
            missing,
            cluster: Moment::of(cluster),
            stays_out: staying_out(cluster),
            alone: alone(cluster),
        }
    }
}

#[derive(Serialize)]
struct Ship<'a> {
    from: &'a str,
    to: &'a str,
    namespace: &'a str,
    connected: bool,
    waiting: u64,
    lag_ms: u64,
    shipped: u64,
    abandoned: u64,
    queue_lost: u64,
}

impl<'a> Ship<'a> {
    fn of(ship: &'a ShipView) -> Self {
        Self {
            from: &ship.way.from,
            to: &ship.way.to,
            namespace: &ship.way.namespace,
            connected: ship.connected,
            waiting: ship.waiting,
            lag_ms: ship.lag_ms,
            shipped: ship.shipped,
            abandoned: ship.abandoned,
            queue_lost: ship.queue_lost,
        }
    }
}

#[derive(Serialize)]
struct Fleet<'a> {
    #[serde(rename = "fleet")]
    name: &'a str,
    acknowledged: u64,
    reads: u64,
    stale: u64,
    refused: u64,
    not_sent: u64,
    paused_ms: u64,
    instances: Vec<Instances<'a>>,
}

/// How many instances run and use a site.
#[derive(Serialize)]
struct Instances<'a> {
    site: &'a str,
    running: usize,
}

impl<'a> Fleet<'a> {
    fn of(fleet: &'a FleetView, sites: &'a [SiteView]) -> Self {
        let counts = &fleet.counts;
        let instances = sites
            .iter()
            .enumerate()
            .map(|(index, site)| Instances { site: &site.name, running: running(fleet, index) });
        Self {
            name: &fleet.setup.name,
            acknowledged: counts.writes,
            reads: counts.reads,
            stale: counts.stale,
            refused: counts.refused.all(),
            not_sent: counts.not_sent,
            paused_ms: fleet.paused_ms,
            instances: instances.collect(),
        }
    }
}

/// How many instances of a fleet run and use a site.
fn running(fleet: &FleetView, site: usize) -> usize {
    fleet.instances.iter().filter(|instance| instance.up && instance.site == site).count()
}

/// The width of what stands before the columns of a site.
const HEAD: usize = 28;

/// The header of the table.
#[must_use]
pub fn table_head() -> String {
    let step = "step  do            time";
    format!(
        "{step:<HEAD$}  site             records   acked   reads  stale  overwritten  lost  refused  missing  unavail  dead"
    )
}

/// A report as rows of the table, one for each site, ship and fleet, each with a line break; below them the expectations
/// that do not hold.
#[must_use]
pub fn table_rows(report: &WorldStepReport) -> String {
    let mut text = String::new();
    let view = &report.view;
    let time = report.clock.at(view.time_ms).to_string();
    let mut head = format!("{:>4}  {:<12}  {time}", report.step, report.action);
    for (site, cluster) in view.sites.iter().zip(&report.clusters) {
        let _ = writeln!(text, "{head:<HEAD$}  {}", site_cells(site, cluster));
        head = String::new();
    }
    let mut beside = |what: String| {
        let _ = writeln!(text, "{:<HEAD$}  {what}", "");
    };
    for ship in &view.ships {
        let Ship { from, to, namespace, waiting, shipped, .. } = Ship::of(ship);
        let cut = if ship.connected { "" } else { ", disconnected" };
        let lag = seconds(ship.lag_ms);
        beside(format!(
            "ship {from} to {to}, {namespace}: {waiting} waiting, lag {lag} s, {shipped} shipped{cut}"
        ));
    }
    for fleet in &view.fleets {
        beside(fleet_line(fleet, &view.sites));
    }
    if view.diverged > 0 {
        beside(format!("diverged: {}", view.diverged));
    }
    if let Some(client) = report.client {
        let stale = if client.stale == Some(true) { ", stale" } else { "" };
        beside(format!("the client is told: {}{stale}", client.result));
    }
    for failure in &report.failures {
        beside(format!("FAILED {failure}"));
    }
    text
}

fn site_cells(site: &SiteView, cluster: &ClusterView) -> String {
    let counts = &site.counts;
    // A partition that no sub-cluster serves counts once: in the one that has the fewest such.
    let least = |of: fn(&rosterlab_engine::Counts) -> u32| {
        let all = cluster
            .sub_clusters
            .iter()
            .map(|here| here.namespaces.iter().map(|namespace| of(&namespace.counts)).sum::<u32>());
        all.min()
    };
    let nobody = convert::count(rosterlab_engine::PARTITIONS * cluster.namespaces.len());
    let unavailable = least(|counts| counts.unavailable).unwrap_or(nobody);
    let dead = least(|counts| counts.dead).unwrap_or(0);
    format!(
        "{:<15}  {:>7}  {:>6}  {:>6}  {:>5}  {:>11}  {:>4}  {:>7}  {:>7}  {unavailable:>7}  {dead:>4}",
        site.name,
        counts.records,
        counts.acknowledged,
        counts.reads,
        counts.stale,
        counts.overwritten,
        counts.lost,
        counts.refused.all(),
        counts.missing,
    )
}

fn fleet_line(fleet: &FleetView, sites: &[SiteView]) -> String {
    let at = sites.iter().enumerate().map(|(index, site)| {
        let running = running(fleet, index);
        format!("{running} at {}", site.name)
    });
    let at: Vec<String> = at.collect();
    let paused = match (fleet.paused, fleet.paused_ms) {
        (true, ms) => format!(", paused, {} s in all", seconds(ms)),
        (false, 0) => String::new(),
        (false, ms) => format!(", was paused {} s", seconds(ms)),
    };
    format!("fleet {}: {}{paused}", fleet.setup.name, at.join(", "))
}

/// Milliseconds as seconds: `0.200`.
fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}
