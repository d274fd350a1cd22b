//! `collectinfo`: a moment of a scenario as the archive that the admin tool's `collectinfo` leaves.
//!
//! Invariant: the same scenario, step and build give the same bytes, on any machine and at any time. Not here: what is in
//! the archive (see the crate `asinfo`).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use rosterlab_asinfo::admin::Nodes;
use rosterlab_asinfo::collect;
use rosterlab_asinfo::info::{self, Build, Records, Reply, Site};
use rosterlab_engine::{Cluster, ClusterView, EventKind, NodeId};
use rosterlab_scenario::{Clock, Doing, Runner};

use crate::args::Collectinfo;
use crate::commands::{self, Expectations, Problem};
use crate::source::Source;

/// The port of the scenario's first node, as `serve` has it.
const FIRST_PORT: u16 = 3000;

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
    let packed = File::create(&file).and_then(|created| {
        collect::pack(&archive, clock, BufWriter::new(created))?.into_inner().map_err(Into::into)
    });
    packed.map(drop).map_err(|error| Problem::Input(format!("{}: {error}", file.display())))?;
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
