//! `collectinfo`: a moment of a scenario as the archive that the admin tool's `collectinfo` leaves.
//!
//! Invariant: the same scenario, step and build give the same bytes, on any machine and at any time. Not here: what is in
//! the archive (see the crate `asinfo`).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use rosterlab_asinfo::admin::Nodes;
use rosterlab_asinfo::collect::{self, Archive};
use rosterlab_asinfo::info::{self, Build, Records, Reply, Site};
use rosterlab_engine::{Cluster, ClusterView, EventKind, NodeId};
use rosterlab_scenario::{Clock, Doing, Runner};

use crate::args::Collectinfo;
use crate::commands::{self, Expectations, Problem};
use crate::source::Source;

/// The port of the scenario's first node, as `serve` has it.
const FIRST_PORT: u16 = 3000;

/// When the day of the archive begins, in seconds of Unix: the day of the log lines.
const DAY_BEGINS_S: u64 = 1_546_300_800;

/// Writes the archive and prints where it is.
pub fn write(wanted: &Collectinfo, out: &mut impl Write) -> Result<Expectations, Problem> {
    let source = commands::read(&wanted.file)?;
    let moment = Moment::of(&source, wanted.step)?;
    let clock = moment.clock.at(moment.cluster.now_ms());
    let mut asked = Asked::new(moment, wanted.build, collect::time_of(clock));
    let nodes: Vec<NodeId> = asked.site.nodes.iter().map(|node| node.id).collect();
    let archive = collect::collect(&mut asked, &nodes)
        .map_err(|error| Problem::Input(format!("{}: {error}", source.name)))?;
    let file = wanted.out.clone();
    let file = file.unwrap_or_else(|| PathBuf::from(format!("{}.tgz", archive.folder)));
    pack(&archive, DAY_BEGINS_S + clock.ms() / 1000, &file)
        .map_err(|error| Problem::Input(format!("{}: {error}", file.display())))?;
    writeln!(out, "{}", file.display())?;
    Ok(Expectations::Hold)
}

/// A moment of a run.
struct Moment {
    cluster: Cluster,
    clock: Clock,
    /// When each node started that has started since the beginning.
    started: BTreeMap<NodeId, u64>,
}

impl Moment {
    /// The moment after `step` steps that are no expectations, or after all.
    fn of(source: &Source, step: Option<usize>) -> Result<Self, Problem> {
        let mistake = |error| Problem::File(source.mistake(&error));
        let plan = source.scenario.plan().map_err(mistake)?;
        let happens = |doing: &&Doing| matches!(doing, Doing::Happen { .. });
        let last = plan.doings.iter().filter(happens).count();
        let wanted = step.unwrap_or(last);
        if wanted > last {
            return Err(commands::no_step(wanted, last));
        }
        let mut runner = Runner::new(&source.scenario).map_err(mistake)?;
        let (mut clock, mut started, mut done) = (Clock::default(), BTreeMap::new(), 0);
        while done < wanted {
            done += usize::from(runner.next_entry().is_some());
            let Some(report) = runner.next() else { break };
            let report = report.map_err(mistake)?;
            clock = report.clock;
            for event in &report.events {
                if let EventKind::NodeStarted { node } = event.kind {
                    started.insert(node, event.at_ms);
                }
            }
        }
        Ok(Self { cluster: runner.cluster().clone(), clock, started })
    }
}

/// The nodes at that moment, as a tool that asks and changes nothing sees them.
struct Asked {
    cluster: Cluster,
    view: ClusterView,
    site: Site,
    now: String,
}

impl Asked {
    fn new(moment: Moment, build: Build, now: String) -> Self {
        let Moment { cluster, started, .. } = moment;
        let view = cluster.view();
        // In the order of the file, as `serve` gives ports; nodes that were added follow.
        let mut nodes: Vec<NodeId> = cluster.setup().nodes.iter().map(|node| node.id).collect();
        let added = view.nodes.iter().map(|node| node.id).filter(|id| !nodes.contains(id));
        let added: Vec<NodeId> = added.collect();
        nodes.extend(added);
        let mut site = Site::loopback(build, &nodes, FIRST_PORT);
        for node in &mut site.nodes {
            let started_ms = started.get(&node.id).copied().unwrap_or(0);
            node.uptime_s = (cluster.now_ms() - started_ms) / 1000;
            node.records = Records::of(&cluster, &view, node.id);
        }
        Self { cluster, view, site, now }
    }
}

impl Nodes for Asked {
    fn ask(&mut self, node: NodeId, request: &str) -> Option<String> {
        let up = self.view.node(node).is_some_and(|node| node.state.is_up());
        up.then(|| match info::answer(&self.cluster, &self.view, &self.site, node, request) {
            Reply::Text(text) => text,
            // Nothing that is collected changes the cluster.
            Reply::LeftOut | Reply::Act { .. } => String::new(),
        })
    }

    fn now(&self) -> String {
        self.now.clone()
    }
}

/// Packs the archive, with nothing in its headers but names, sizes and the simulated time.
fn pack(archive: &Archive, at_s: u64, file: &Path) -> io::Result<()> {
    let compressed = GzEncoder::new(BufWriter::new(File::create(file)?), Compression::best());
    let mut packed = tar::Builder::new(compressed);
    for one in &archive.files {
        let mut header = tar::Header::new_ustar();
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(at_s);
        header.set_size(one.text.len() as u64);
        packed.append_data(
            &mut header,
            format!("{}/{}", archive.folder, one.name),
            one.text.as_bytes(),
        )?;
    }
    packed.into_inner()?.finish()?.flush()
}
