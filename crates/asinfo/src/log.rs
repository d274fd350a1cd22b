//! The server's own log lines, made from events.
//!
//! Invariant: only published formats (the server's open source, its documentation, the case study, a support article) and
//! only facts that the model has. Where the wording of the licensed edition is not known, there is no line. A line names
//! its place in the server's source where a published log shows it, as of 4.5.3.2; the line on participating nodes was
//! seen in a later server. The date is fixed, because simulated time has none.
//!
//! Not here: the console (see `admin`), and sentences of our own (see the scenario crate's `words`).

use std::fmt;

use rosterlab_engine::order::by_key;
use rosterlab_engine::{
    Cluster, ClusterView, Counts, Event, EventKind, Migrations, Mode, NamespaceSettings, NodeId,
    Orphaned, PARTITIONS, Profile, ServerVersion, SubClusterNamespaceView, Until, Untrusted,
    fnv1a_64,
};
use rosterlab_scenario::{Clock, Entry, Timeline};

/// The date that every line carries.
const DATE: &str = "Jan 01 2019";
/// The same date, as other formats have it.
pub(crate) const DAY: &str = "2019-01-01";
/// The ornament on both sides of the first line.
const EDGE: &str = "<><><><><><><><><><>";
/// How often the ticker writes a line.
const TICK_MS: u64 = 10_000;
/// The most ticks of one entry that are written.
const MOST_TICKS: u64 = 360;

/// The level of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing to do.
    Info,
    /// An operator should read it.
    Warning,
}

/// One line of one node's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Simulated milliseconds since the cluster was made.
    pub time_ms: u64,
    /// Whose log it is in.
    pub node: NodeId,
    /// Its level.
    pub level: Level,
    /// The context: the part of the server that wrote it.
    pub context: &'static str,
    /// The place in the server's source, if a published log shows it.
    pub source: Option<&'static str>,
    /// The message.
    pub text: String,
}

impl LogLine {
    /// The line as it is in the log file, with the time that a clock shows.
    #[must_use]
    pub fn dated(&self, clock: Clock) -> String {
        let time = clock.at(self.time_ms);
        let source = self.source.map_or_else(String::new, |source| format!("({source}) "));
        format!("{DATE} {time} GMT: {} ({}): {source}{}", self.level, self.context, self.text)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
        })
    }
}

/// Turns events into lines, in their order.
#[derive(Clone, Debug)]
pub struct Log {
    profile: Profile,
    namespaces: Vec<NamespaceSettings>,
    /// The members of each sub-cluster by its principal, from events.
    members: Vec<(NodeId, Vec<NodeId>)>,
    /// The version of each node's server, from events.
    servers: Vec<(NodeId, ServerVersion)>,
}

impl Log {
    /// A log that begins at a moment of a cluster.
    #[must_use]
    pub fn new(view: &ClusterView) -> Self {
        let members = view.sub_clusters.iter().map(|here| (here.principal, here.nodes.clone()));
        Self {
            profile: view.profile,
            namespaces: view.namespaces.clone(),
            members: members.collect(),
            servers: view.nodes.iter().map(|node| (node.id, node.server)).collect(),
        }
    }

    /// Takes from an event what later lines need, without writing any.
    pub fn pass(&mut self, event: &Event) {
        if let EventKind::ClusterFormed { principal, nodes, .. } = &event.kind {
            self.members.retain(|(other, _)| other != principal);
            self.members.push((*principal, nodes.clone()));
        }
        if let EventKind::ServerChanged { node, to, .. } = event.kind {
            self.servers.retain(|(other, _)| *other != node);
            self.servers.push((node, to));
        }
    }

    /// The lines of an event, highest node id first.
    pub fn lines(&mut self, event: &Event) -> Vec<LogLine> {
        self.pass(event);
        let mut lines = Lines { time_ms: event.at_ms, lines: Vec::new() };
        match &event.kind {
            EventKind::NodeStopped { node, marked_clean: true, .. } => {
                lines.info(*node, "as", None, "finished clean shutdown - exiting".to_owned());
            }
            EventKind::NodeStarted { node } => {
                lines.info(*node, "as", Some("as.c:317"), self.banner(*node));
            }
            EventKind::EvadeSet { node, namespace, why, devices } => {
                self.untrusted(&mut lines, *node, namespace, *why, devices);
                let text = format!("{{{namespace}}} setting partition version 'e' flags");
                lines.info(*node, "drv_ssd", Some("drv_ssd_ee.c:1457"), text);
            }
            EventKind::StorageUntrusted { node, namespace, why, devices } => {
                self.untrusted(&mut lines, *node, namespace, *why, devices);
            }
            EventKind::AutoRevived { node, namespace, devices } => {
                self.untrusted(&mut lines, *node, namespace, Untrusted::NotClean, devices);
                let text = format!("{{{namespace}}} {PARTITIONS} partitions auto-revived");
                lines.warn(*node, "partition_balance", None, text);
            }
            EventKind::NodeOrphaned { node, why } => orphaned(&mut lines, *node, *why),
            EventKind::Revived { node, .. } => {
                let text = "revive: complete - issue 'recluster:' command";
                lines.info(*node, "info", None, text.to_owned());
            }
            EventKind::QuiesceSet { node, quiesce } => {
                let text = if *quiesce { "quiesced this node" } else { "un-quiesced this node" };
                lines.info(*node, "info", None, text.to_owned());
            }
            EventKind::ReclusterAnswered { principal, .. } => {
                lines.info(*principal, "clustering", None, "recluster: triggered...".to_owned());
            }
            EventKind::ClusterFormed { key, nodes, .. } => {
                formed(&mut lines, nodes, &key.to_string());
            }
            EventKind::QuiesceIgnored { namespace, principal } => {
                for node in self.members_of(*principal) {
                    let text = format!("{{{namespace}}} can't quiesce all nodes - ignoring");
                    lines.warn(node, "partition", None, text);
                }
            }
            EventKind::Rebalanced { .. } => self.rebalanced(&mut lines, &event.kind),
            EventKind::MigrationsDone { namespace, principal } => {
                for node in self.members_of(*principal) {
                    let text = format!("{{{namespace}}} migrations: complete");
                    lines.info(node, "info", Some("ticker.c:457"), text);
                }
            }
            _ => {}
        }
        lines.lines
    }

    fn banner(&self, node: NodeId) -> String {
        let own = self.servers.iter().find(|(other, _)| *other == node).map(|(_, server)| *server);
        let build = match (own, self.profile) {
            (Some(own), profile) if own != profile.server() => own.to_string(),
            (_, Profile::V4_5_3) => "4.5.3.2".to_owned(),
            (_, Profile::V6_0) => "6.0.0.0".to_owned(),
            (_, Profile::V7_1) => "7.1.0.0".to_owned(),
        };
        format!("{EDGE}  Aerospike Enterprise Edition build {build}  {EDGE}")
    }

    fn members_of(&self, principal: NodeId) -> Vec<NodeId> {
        let found = self.members.iter().find(|(other, _)| *other == principal);
        found.map(|(_, nodes)| nodes.clone()).unwrap_or_default()
    }

    /// A line for each device that a start does not trust, or one for all when all are empty.
    fn untrusted(
        &self,
        lines: &mut Lines,
        node: NodeId,
        namespace: &str,
        why: Untrusted,
        devices: &[u8],
    ) {
        let settings = self.namespaces.iter().find(|settings| settings.name == namespace);
        let all = settings.map_or(1, |settings| settings.devices);
        if why == Untrusted::EmptyDevice && devices.len() == usize::from(all) {
            // The server draws the number; this one is fixed.
            let number = fnv1a_64(&node.get().to_le_bytes());
            let text = format!(
                "{{{namespace}}} found all {all} devices fresh, initializing to random {number}"
            );
            lines.info(node, "drv_ssd", None, text);
            return;
        }
        let (text, source) = match why {
            Untrusted::NotClean => ("prior shutdown not clean", Some("drv_ssd.c:3002")),
            Untrusted::EmptyDevice => ("is empty", None),
        };
        for device in devices {
            let text = format!("{{{namespace}}} device {} {text}", device_name(*device));
            lines.info(node, "drv_ssd", source, text);
        }
    }

    fn rebalanced(&self, lines: &mut Lines, event: &EventKind) {
        let EventKind::Rebalanced {
            namespace, regime, roster_nodes, counts, fresh, expected, ..
        } = event
        else {
            return;
        };
        let settings = self.namespaces.iter().find(|settings| settings.name == *namespace);
        let strong = settings.is_none_or(|settings| settings.mode == Mode::StrongConsistency);
        for (node, Migrations { tx, rx, signals }) in expected {
            if !strong {
                let text = format!(
                    "{{{namespace}}} rebalanced: expected-migrations ({tx},{rx},{signals}) fresh-partitions {fresh}"
                );
                lines.info(*node, "partition", None, text);
                continue;
            }
            let (present, all) = *roster_nodes;
            let (before, now) = *regime;
            let text = format!(
                "{{{namespace}}} {present} of {all} nodes participating - regime {before} -> {now}"
            );
            lines.info(*node, "partition", Some("partition_balance_ee.c:1000"), text);
            let text = format!(
                "{{{namespace}}} rebalanced: regime {now} expected-migrations ({tx},{rx},{signals}) expected-appeals 0 {}{}",
                inactive(*counts),
                if self.profile >= Profile::V7_1 {
                    format!(" fresh-partitions {fresh}")
                } else {
                    String::new()
                }
            );
            let level = if counts.dead > 0 { Level::Warning } else { Level::Info };
            lines.line(*node, level, "partition", Some("partition_balance_ee.c:1244"), text);
        }
    }
}

/// A rebalance reports either unavailable or dead partitions (domain.md §5).
fn inactive(counts: Counts) -> String {
    match counts.dead {
        0 => format!("unavailable-partitions {}", counts.unavailable),
        dead => format!("dead-partitions {dead}"),
    }
}

/// Why a node became an orphan, where the server has a line for that, and that it is one.
fn orphaned(lines: &mut Lines, node: NodeId, why: Orphaned) {
    let lower = |id: NodeId| id.to_string().to_ascii_lowercase();
    match why {
        Orphaned::Evicted(principal) => {
            let text = format!(
                "evicted from cluster by principal node {}- changing state to orphan",
                lower(principal)
            );
            lines.warn(node, "clustering", None, text);
        }
        Orphaned::PrincipalGone(principal) => {
            let text =
                format!("principal node {} departed - switching to orphan state", lower(principal));
            lines.info(node, "clustering", None, text);
        }
        Orphaned::NotTakenIn | Orphaned::GivenUp | Orphaned::TooSmall | Orphaned::StaysOut(_) => {}
    }
    lines.info(node, "clustering", None, "moved self node to orphan state".to_owned());
}

fn formed(lines: &mut Lines, nodes: &[NodeId], key: &str) {
    // Logs have ids in lower case, commands in upper case.
    let list: Vec<String> =
        nodes.iter().map(|node| node.to_string().to_ascii_lowercase()).collect();
    let list = list.join(" ");
    for node in nodes {
        let mut say = |source, text| lines.info(*node, "clustering", Some(source), text);
        say("clustering.c:5795", format!("applied new cluster key {key}"));
        say("clustering.c:5797", format!("applied new succession list {list}"));
        say("clustering.c:5799", format!("applied cluster size {}", nodes.len()));
    }
}

/// `/dev/sda`, `/dev/sdb`, …; a namespace has at most sixteen.
pub(crate) fn device_name(device: u8) -> String {
    format!("/dev/sd{}", char::from(b'a' + device.min(25)))
}

struct Lines {
    time_ms: u64,
    lines: Vec<LogLine>,
}

impl Lines {
    fn line(
        &mut self,
        node: NodeId,
        level: Level,
        context: &'static str,
        source: Option<&'static str>,
        text: String,
    ) {
        self.lines.push(LogLine { time_ms: self.time_ms, node, level, context, source, text });
    }

    fn info(
        &mut self,
        node: NodeId,
        context: &'static str,
        source: Option<&'static str>,
        text: String,
    ) {
        self.line(node, Level::Info, context, source, text);
    }

    fn warn(
        &mut self,
        node: NodeId,
        context: &'static str,
        source: Option<&'static str>,
        text: String,
    ) {
        self.line(node, Level::Warning, context, source, text);
    }
}

/// The lines of a timeline from one of its entries to its position, with those of the ticker. Within each entry they are
/// in the order of time.
#[must_use]
pub fn of_timeline(timeline: &Timeline, from: usize) -> Vec<LogLine> {
    let mut again = timeline.clone();
    let mut log = Log::new(&timeline.start().view());
    let from = from.min(timeline.position());
    (0..from).flat_map(|entry| timeline.events_of(entry)).for_each(|event| log.pass(event));
    again.seek(from);
    let mut lines = Vec::new();
    for (index, entry) in timeline.entries().iter().enumerate().take(timeline.position()).skip(from)
    {
        let before = again.cluster().clone();
        again.redo();
        let events = timeline.events_of(index).iter();
        let mut of_entry: Vec<LogLine> = events.flat_map(|event| log.lines(event)).collect();
        of_entry.extend(ticker(&before, entry, again.cluster().now_ms()));
        lines.extend(by_key(&of_entry, |line| line.time_ms));
    }
    lines
}

/// The ticker's lines about migrations while an entry runs until `end_ms`: every ten seconds, for each node with
/// migrations left. The last line, `migrations: complete`, belongs to the event and not to a tick.
#[must_use]
pub fn ticker(before: &Cluster, entry: &Entry, end_ms: u64) -> Vec<LogLine> {
    let mut cluster = before.clone();
    match entry {
        Entry::Pass { .. } => {}
        Entry::Migrate { partitions: None } => drop(cluster.advance(Until::Settled)),
        Entry::Migrate { .. } | Entry::Act { .. } => return Vec::new(),
        Entry::Several { entries, .. } => return ticker_of_each(cluster, entries),
    }
    let mut lines = Vec::new();
    let first = cluster.now_ms() / TICK_MS + 1;
    let last = (end_ms / TICK_MS).min(first.saturating_add(MOST_TICKS));
    for tick in first..=last {
        cluster.advance(Until::Time(tick * TICK_MS));
        let view = cluster.view();
        if !view.migrating && !view.changing {
            break;
        }
        lines.extend(ticks(&view));
    }
    lines
}

/// The ticker's lines while entries run one after the other.
fn ticker_of_each(mut cluster: Cluster, entries: &[Entry]) -> Vec<LogLine> {
    let mut lines = Vec::new();
    for entry in entries {
        let before = cluster.clone();
        // They were done before, so none is refused.
        if entry.run(&mut cluster).is_ok() {
            lines.extend(ticker(&before, entry, cluster.now_ms()));
        }
    }
    lines
}

fn ticks(view: &ClusterView) -> Vec<LogLine> {
    let mut lines = Lines { time_ms: view.time_ms, lines: Vec::new() };
    for sub_cluster in &view.sub_clusters {
        for (settings, here) in view.namespaces.iter().zip(&sub_cluster.namespaces) {
            for (node, left) in &here.remaining {
                if *left == Migrations::default() {
                    continue;
                }
                let progress = progress_of(here, *node, *left);
                let text = format!("{{{}}} migrations: {progress}", settings.name);
                lines.info(*node, "info", Some("ticker.c:454"), text);
            }
        }
    }
    lines.lines
}

/// What the ticker says of a node's migrations, of which `left` are still to do: `remaining (tx,rx,signals) active
/// (tx,rx,signals) complete-pct`.
#[must_use]
pub fn progress_of(here: &SubClusterNamespaceView, node: NodeId, left: Migrations) -> String {
    let of = |all: &[(NodeId, Migrations)]| {
        all.iter().find(|(other, _)| *other == node).map(|(_, figures)| *figures)
    };
    let initial = of(&here.expected).unwrap_or(left);
    progress(left, of(&here.under_way).unwrap_or_default(), initial)
}

/// A node with something `under_way` counts as sending one partition and receiving one (domain.md §6, \[model\]).
fn progress(left: Migrations, under_way: Migrations, initial: Migrations) -> String {
    let Migrations { tx, rx, signals } = left;
    let hundredths = left.complete_hundredths(initial);
    format!(
        "remaining ({tx},{rx},{signals}) active ({},{},0) complete-pct {}.{:02}",
        under_way.tx.min(1),
        under_way.rx.min(1),
        hundredths / 100,
        hundredths % 100
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ticker lines of the case study's log (domain.md §10).
    #[test]
    fn the_percentage_is_the_tickers() {
        let of = |tx, rx, signals| Migrations { tx, rx, signals };
        let initial = of(1316, 1439, 1316);
        for (left, expected) in [
            (of(1316, 1439, 1316), "0.00"),
            (of(1315, 1439, 1315), "0.04"),
            (of(943, 1439, 944), "13.54"),
            (of(680, 1439, 680), "23.09"),
            (of(260, 1223, 261), "46.17"),
            (of(0, 168, 0), "93.90"),
        ] {
            let text = progress(left, left, initial);
            assert!(text.ends_with(&format!("complete-pct {expected}")), "{text}");
        }
        assert!(progress(of(0, 0, 3), of(0, 0, 0), of(0, 0, 9)).ends_with("complete-pct 100.00"));
    }
}
