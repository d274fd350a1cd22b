//! The simulated cluster behind the sockets: its clock, its nodes' counters, and what is asked of it.
//!
//! Invariant: the engine decides who serves what and which write a client sees; nothing here does. There is one simulation,
//! on one thread. Not here: sockets (see `node`), the HTTP control (see `control`).

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Instant;

use rosterlab_asinfo::info::{self, Build, NodeSite, Records, Site};
use rosterlab_engine::{
    Cluster, ClusterSetup, ClusterView, Command, Event, EventKind, Mode, NodeId, NodeState,
    Rejection, SetupError, SubClusterNamespaceView, Until,
};
use rosterlab_scenario::{Entry, Failure, Purpose};
use tokio::sync::{broadcast, watch};

use super::activity::Activity;
use super::contents::Contents;
use super::playing::Playing;
use super::recorded::Recorded;
use super::told::Told;
use crate::args::InDoubt;

/// How long an orphan still answers clients as a member would, in ms: five quantum intervals of 1.8 s (reference of the
/// server's log line `blocking client transactions in orphan state!`).
const ORPHAN_ANSWERS_MS: u64 = 9_000;

/// The `partition-generation` of a node that clients are not to use (wire.md §2).
const NOT_READY: i64 = -1;

/// How often, in simulated ms, it is looked whether migrations moved a working master.
const LOOK_AT_MASTERS_MS: u64 = 250;

/// How old, in simulated ms, a view may be while migrations run. With 128 nodes one takes some milliseconds.
const VIEW_AGE_MS: u64 = 100;

/// How many events a listener may be behind before it misses some.
const EVENTS_KEPT: usize = 4_096;

/// How the cluster is served.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Simulated milliseconds that pass in one real one.
    pub speed: f64,
    /// The build that nodes report.
    pub build: Build,
    /// What a client gets whose write is in doubt.
    pub in_doubt: InDoubt,
    /// Whether a deletion without a tombstone is allowed in strong consistency (`strong-consistency-allow-expunge`).
    pub allow_expunge: bool,
    /// The most bytes that records may take.
    pub most_record_bytes: usize,
}

/// How far the cluster has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Simulated milliseconds since the start.
    pub now_ms: u64,
    /// Whether a cluster change is still to come.
    pub changing: bool,
    /// Whether migrations are under way.
    pub migrating: bool,
    /// Whether the step that is played is done.
    pub played: bool,
    /// How often the cluster was set back to its start.
    pub resets: u64,
}

/// The cluster and its surroundings.
pub struct Simulation {
    pub(super) cluster: Cluster,
    pub(super) contents: Contents,
    pub(super) settings: Settings,
    pub(super) activity: Activity,
    pub(super) recorded: Recorded,
    start: Cluster,
    site: Site,
    /// Open connections of all nodes.
    connections: usize,
    /// Each node's `partition-generation`, whether it is ready or not.
    generations: BTreeMap<NodeId, i64>,
    /// The view of now; `None` when something has changed since it was made.
    view: Option<Rc<ClusterView>>,
    /// When the clock was set, and what it showed then.
    clock: (Instant, u64),
    /// While the scenario's steps are played, time passes as far as they say.
    playing: Option<Playing>,
    resets: u64,
    /// When each node that is an orphan became one.
    orphans: BTreeMap<NodeId, u64>,
    /// When each process started.
    started: BTreeMap<NodeId, u64>,
    /// The masters when it was last looked whether a migration moved one, and when that was.
    masters: (u64, Option<Rc<ClusterView>>),
    events: broadcast::Sender<Told>,
    /// Counts what may have started or stopped nodes.
    nodes_changed: watch::Sender<u64>,
    progress: watch::Sender<Progress>,
}

impl Simulation {
    /// A cluster at its start. Nodes get their addresses later.
    ///
    /// # Errors
    /// If there can be no such cluster.
    pub fn new(setup: ClusterSetup, settings: Settings) -> Result<Self, SetupError> {
        let cluster = Cluster::new(setup)?;
        let site = Site { build: settings.build, cluster_name: None, nodes: Vec::new() };
        Ok(Self {
            start: cluster.clone(),
            cluster,
            contents: Contents::new(settings.most_record_bytes),
            settings,
            activity: Activity::default(),
            recorded: Recorded::default(),
            site,
            connections: 0,
            generations: BTreeMap::new(),
            view: None,
            clock: (Instant::now(), 0),
            playing: None,
            resets: 0,
            orphans: BTreeMap::new(),
            started: BTreeMap::new(),
            masters: (0, None),
            events: broadcast::channel(EVENTS_KEPT).0,
            nodes_changed: watch::channel(0).0,
            progress: watch::channel(Progress::default()).0,
        })
    }

    /// The cluster as it is now; while migrations run, as it was at most [`VIEW_AGE_MS`] ago.
    pub fn view(&mut self) -> Rc<ClusterView> {
        let cluster = &self.cluster;
        let now_ms = cluster.now_ms();
        // Migrations move partitions, and a change with nobody left ends, without an event.
        self.view.take_if(|view| {
            let migrates = view.migrating || cluster.is_migrating();
            view.changing != cluster.is_changing()
                || migrates && now_ms >= view.time_ms + VIEW_AGE_MS
        });
        Rc::clone(self.view.get_or_insert_with(|| Rc::new(cluster.view())))
    }

    /// Simulated milliseconds since the start.
    pub fn now_ms(&self) -> u64 {
        self.cluster.now_ms()
    }

    /// Where what happens is told.
    pub fn events(&self) -> broadcast::Sender<Told> {
        self.events.clone()
    }

    /// How far the cluster has come, whenever that changes.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    fn tell_progress(&self) {
        let now = Progress {
            now_ms: self.cluster.now_ms(),
            changing: self.cluster.is_changing(),
            migrating: self.cluster.is_migrating(),
            played: self.playing.as_ref().is_some_and(Playing::is_done),
            resets: self.resets,
        };
        self.progress.send_replace(now);
    }

    /// Tells whenever nodes may have started or stopped.
    pub fn nodes_changed(&self) -> watch::Receiver<u64> {
        self.nodes_changed.subscribe()
    }

    /// Gives a node its address. It has no connections then.
    pub fn put_at(&mut self, node: NodeId, host: &str, port: u16) {
        self.site.nodes.retain(|site| site.id != node);
        let site = NodeSite { client_connections: 0, ..NodeSite::new(node, host, port) };
        self.site.nodes.push(site);
    }

    /// The node's address, if it was given one.
    pub fn address_of(&self, node: NodeId) -> Option<(&str, u16)> {
        self.site.node(node).map(|site| (site.host.as_str(), site.port))
    }

    /// Counts a client's new connection to a node. Returns `false`, and counts nothing, if there are so many already.
    pub fn open_connection(&mut self, node: NodeId, most: usize) -> bool {
        let fits = self.connections < most;
        if fits {
            self.connections += 1;
            if let Some(site) = self.site.nodes.iter_mut().find(|site| site.id == node) {
                site.client_connections += 1;
            }
        }
        fits
    }

    /// The clients' connections that are open, by node; those without any are left out.
    pub fn connections_by_node(&self) -> BTreeMap<NodeId, u32> {
        let nodes = self.site.nodes.iter().map(|site| (site.id, site.client_connections));
        nodes.filter(|(_, connections)| *connections > 0).collect()
    }

    /// A connection that was counted is closed.
    pub fn close_connection(&mut self, node: NodeId) {
        self.connections -= 1;
        if let Some(site) = self.site.nodes.iter_mut().find(|site| site.id == node) {
            site.client_connections -= 1;
        }
    }

    // --- time

    /// Lets simulated time catch up with real time.
    pub fn tick(&mut self) {
        let (set_at, showed_ms) = self.clock;
        let passed_ms = set_at.elapsed().as_secs_f64() * 1_000.0 * self.settings.speed;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is positive, and a cluster does not run for 500 million years"
        )]
        let due_ms = showed_ms + passed_ms as u64;
        if due_ms > self.cluster.now_ms() {
            self.pass(due_ms);
        }
        self.look_at_masters();
        self.tell_progress();
        if self.contents.is_sweep_due() {
            self.contents.sweep(&self.cluster);
        }
    }

    /// Lets simulated time pass, to `due_ms` or as far as the step that is played wants.
    fn pass(&mut self, due_ms: u64) {
        let before_ms = self.cluster.now_ms();
        let (events, is_free) = match &mut self.playing {
            Some(playing) => {
                let is_free = playing.runs_migrations();
                (playing.advance(&mut self.cluster, due_ms), is_free)
            }
            None => (self.cluster.advance(Until::Time(due_ms)), true),
        };
        let passed_ms = self.cluster.now_ms() - before_ms;
        if is_free {
            self.recorded.passed(passed_ms);
        } else {
            self.recorded.settled(passed_ms);
        }
        if self.playing.as_ref().is_some_and(Playing::is_done) {
            self.recorded.end_step();
        }
        if self.cluster.now_ms() < due_ms {
            // It stands, and goes on from here.
            self.set_clock();
        }
        self.happened(&events);
    }

    /// From now on time passes as far as the steps that are played want, or with real time.
    pub fn set_playing(&mut self, playing: Option<Playing>) {
        self.playing = playing;
        self.set_clock();
        self.tell_progress();
    }

    /// Changes what is played.
    pub fn play(&mut self, change: impl FnOnce(&mut Playing, &Cluster)) {
        if let Some(playing) = &mut self.playing {
            change(playing, &self.cluster);
        }
        self.set_clock();
        // What takes no time is done at once.
        self.pass(self.cluster.now_ms());
        self.tell_progress();
    }

    /// What was found not to hold in the step that is played.
    pub fn found_in_play(&mut self) -> Vec<Failure> {
        self.playing.as_mut().map(Playing::found).unwrap_or_default()
    }

    /// How often the cluster was set back to its start.
    pub fn resets(&self) -> u64 {
        self.resets
    }

    /// Sets the clock to what the cluster shows, after a jump in simulated time.
    fn set_clock(&mut self) {
        self.clock = (Instant::now(), self.cluster.now_ms());
    }

    // --- what changes it

    /// Does a command of an operator or a person.
    ///
    /// # Errors
    /// If the cluster refuses it.
    pub fn act(&mut self, command: &Command) -> Result<Vec<Event>, Rejection> {
        let events = self.cluster.apply(command)?;
        self.recorded.acted(command);
        if let Some(playing) = &mut self.playing {
            playing.go_on();
        }
        self.happened(&events);
        self.tell_progress();
        Ok(events)
    }

    /// Does a step of a scenario. What a person does happens now and the clusters react in their own time; `advance` and
    /// `migrate` jump ahead, and so does a way out, whose parts build on each other.
    ///
    /// # Errors
    /// If the cluster refuses it.
    pub fn perform(&mut self, entry: &Entry) -> Result<Vec<Event>, Rejection> {
        match entry {
            Entry::Act { command, .. } => self.act(command),
            Entry::Several { purpose: Purpose::Commands, entries } => {
                // All of it is done, or nothing.
                entry.run(&mut self.cluster.clone())?;
                let mut events = Vec::new();
                for entry in entries {
                    events.extend(self.perform(entry)?);
                }
                Ok(events)
            }
            Entry::Several { .. } | Entry::Pass { .. } | Entry::Migrate { .. } => {
                let events = entry.run(&mut self.cluster)?;
                self.recorded.did(entry);
                self.set_clock();
                self.happened(&events);
                self.tell_progress();
                Ok(events)
            }
        }
    }

    /// Makes the cluster what it was at the start, without records. Its clients' connections stay.
    pub fn reset(&mut self) {
        let before = self.view();
        self.cluster = self.start.clone();
        self.contents = Contents::new(self.settings.most_record_bytes);
        self.activity = Activity::default();
        self.recorded.clear();
        self.orphans.clear();
        self.started.clear();
        self.masters = (0, None);
        self.playing = self.playing.take().map(|_| Playing::default());
        self.resets += 1;
        self.set_clock();
        self.view = None;
        // Whatever a client knew of any node is old.
        let all: Vec<NodeId> = before.nodes.iter().map(|node| node.id).collect();
        self.renew(&all, true);
        self.nodes_changed.send_modify(|count| *count += 1);
        self.tell_progress();
        let _ = self.events.send(Told::reset());
    }

    /// Takes from events what clients are told of in the counters that they poll.
    fn happened(&mut self, events: &[Event]) {
        if events.is_empty() {
            return;
        }
        self.view = None;
        self.contents.copies_may_be_gone();
        let mut nodes_changed = false;
        for event in events {
            match &event.kind {
                EventKind::ClusterFormed { nodes, .. } => {
                    for node in nodes {
                        self.orphans.remove(node);
                    }
                    self.renew(nodes, true);
                }
                EventKind::NodeOrphaned { node, .. } => {
                    self.orphans.insert(*node, event.at_ms);
                    self.renew(&[*node], true);
                }
                EventKind::NodeStarted { node } => {
                    self.started.insert(*node, event.at_ms);
                    self.renew(&[*node], true);
                    nodes_changed = true;
                }
                EventKind::NodeStopped { node, .. } => {
                    self.orphans.remove(node);
                    nodes_changed = true;
                }
                EventKind::NodeAdded { .. } | EventKind::NodeRemoved { .. } => nodes_changed = true,
                _ => {}
            }
        }
        if nodes_changed {
            self.nodes_changed.send_modify(|count| *count += 1);
        }
        if self.events.receiver_count() > 0 {
            let view = self.view();
            for event in events {
                // An error means that nobody listens any more.
                let _ = self.events.send(Told::of(event, &view));
            }
        }
    }

    /// Clients of these nodes have to ask anew who owns what, and who is there if peers changed.
    fn renew(&mut self, nodes: &[NodeId], peers_too: bool) {
        for site in self.site.nodes.iter_mut().filter(|site| nodes.contains(&site.id)) {
            *self.generations.entry(site.id).or_insert(1) += 1;
            if peers_too {
                site.peers_generation += 1;
                site.rebalance_generation += 1;
            }
        }
    }

    /// While migrations run, working masters change without a cluster change.
    fn look_at_masters(&mut self) {
        let now_ms = self.now_ms();
        if now_ms < self.masters.0 + LOOK_AT_MASTERS_MS {
            return;
        }
        let view = self.view();
        let before = self.masters.1.replace(Rc::clone(&view));
        self.masters.0 = now_ms;
        let Some(before) = before.filter(|before| !Rc::ptr_eq(before, &view)) else { return };
        for here in &view.sub_clusters {
            let old = before.sub_clusters.iter().find(|old| old.key == here.key);
            let moved = old.is_some_and(|old| {
                let mut pairs = old.namespaces.iter().zip(&here.namespaces);
                pairs.any(|(old, new)| masters_of(old).ne(masters_of(new)))
            });
            if moved {
                self.renew(&here.nodes, false);
            }
        }
    }

    // --- info

    /// What a node answers to an info request; `None` leaves the name out of the reply.
    pub fn info(&mut self, node: NodeId, request: &str) -> Option<String> {
        let view = self.view();
        self.describe(node, &view, request);
        match info::answer(&self.cluster, &view, &self.site, node, request) {
            info::Reply::Text(text) => Some(text),
            info::Reply::LeftOut => None,
            info::Reply::Act { commands, text } => {
                for command in commands {
                    if let Err(rejection) = self.act(&command) {
                        return Some(info::refused(self.site.build, &rejection));
                    }
                }
                Some(text)
            }
        }
    }

    /// Brings up to date what a reply says of a node and the simulation does not count all the time.
    fn describe(&mut self, node: NodeId, view: &ClusterView, request: &str) {
        let now_ms = self.now_ms();
        let ready = match view.node(node).map(|node| node.state) {
            Some(NodeState::Up) => true,
            Some(NodeState::Orphan) => {
                let since_ms = self.orphans.get(&node).copied().unwrap_or(0);
                now_ms < since_ms + ORPHAN_ANSWERS_MS
            }
            _ => false,
        };
        let started_ms = self.started.get(&node).copied().unwrap_or(0);
        let records =
            Records::are_asked_for(request).then(|| Records::of(&self.cluster, view, node));
        let Some(site) = self.site.nodes.iter_mut().find(|site| site.id == node) else { return };
        site.uptime_s = (now_ms - started_ms) / 1_000;
        let generation = self.generations.get(&node).copied().unwrap_or(1);
        site.partition_generation = if ready { generation } else { NOT_READY };
        if let Some(records) = records {
            site.records = records;
        }
    }

    /// The mode of a namespace; `None` if there is no such namespace.
    pub fn mode_of(&self, namespace: &str) -> Option<Mode> {
        let namespaces = &self.cluster.setup().namespaces;
        namespaces.iter().find(|settings| settings.name == namespace).map(|settings| settings.mode)
    }
}

/// The working master of each partition.
fn masters_of(here: &SubClusterNamespaceView) -> impl Iterator<Item = Option<NodeId>> + '_ {
    here.cells.iter().map(|cell| cell.working_master)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rosterlab_engine::{Digest, Shutdown};
    use rosterlab_scenario::{Doing, Scenario, Settle, Timeline};

    use super::*;

    /// The project's scenarios, of a few nodes each.
    fn scenarios() -> Vec<(String, Scenario)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/scenarios");
        let entries = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let mut files: Vec<_> = entries.filter(|path| path.is_file()).collect();
        files.sort();
        let read = |file: std::path::PathBuf| {
            let scenario = Scenario::parse(&std::fs::read(&file).unwrap()).ok()?;
            Some((file.file_name()?.to_string_lossy().into_owned(), scenario))
        };
        files.into_iter().filter_map(read).collect()
    }

    fn served(setup: &ClusterSetup) -> Simulation {
        let settings = Settings {
            speed: 1.0,
            build: "7.1.0.0".parse().unwrap(),
            in_doubt: InDoubt::default(),
            allow_expunge: false,
            most_record_bytes: 1 << 20,
        };
        Simulation::new(setup.clone(), settings).unwrap()
    }

    /// Asserts that what was recorded leads to the cluster, but for what clients did.
    fn assert_recorded(simulation: &mut Simulation, page: &mut Timeline, place: &str) {
        page.lead_to(simulation.recorded.entries()).unwrap();
        let (here, there) = (simulation.cluster.view(), page.cluster().view());
        assert_eq!(here.time_ms, there.time_ms, "{place}");
        assert_eq!(here.nodes, there.nodes, "{place}");
        assert!(here.sub_clusters == there.sub_clusters, "{place}");
        assert_eq!((here.changing, here.migrating), (there.changing, there.migrating), "{place}");
    }

    /// A client writes, to whichever node is there.
    fn write(simulation: &mut Simulation, count: u8) {
        let namespace = simulation.cluster.setup().namespaces[0].name.clone();
        let key = Digest([count; 20]);
        let _ = simulation.cluster.apply(&Command::Write { namespace, key, from: None });
    }

    #[test]
    fn what_was_done_is_recorded_whenever_one_looks() {
        for (name, scenario) in scenarios() {
            let plan = scenario.plan().unwrap();
            let mut simulation = served(&plan.setup);
            let mut page = Timeline::new(plan.setup.clone()).unwrap();
            for (number, doing) in plan.doings.iter().enumerate().take(12) {
                if let Doing::Happen { entry, .. } = doing {
                    // What a file lets happen to its end may be impossible halfway.
                    let _ = simulation.perform(entry);
                }
                for slice in [0, 10, 700, 2_300] {
                    write(&mut simulation, u8::try_from(number).unwrap());
                    simulation.pass(simulation.now_ms() + slice);
                    let place = format!("{name}, step {number}, {slice} ms later");
                    assert_recorded(&mut simulation, &mut page, &place);
                }
            }
        }
    }

    #[test]
    fn what_is_played_is_recorded_exactly_when_a_step_is_done() {
        for (name, scenario) in scenarios() {
            let plan = scenario.plan().unwrap();
            let mut simulation = served(&plan.setup);
            simulation.set_playing(Some(Playing::default()));
            let mut page = Timeline::new(plan.setup.clone()).unwrap();
            for (number, doing) in plan.doings.iter().enumerate() {
                let Doing::Happen { entry, .. } = doing else { continue };
                if super::super::play::begin(entry, number, &mut simulation).is_err() {
                    continue;
                }
                while !simulation.playing.as_ref().unwrap().is_done() {
                    simulation.pass(simulation.now_ms() + 40_000);
                    page.lead_to(simulation.recorded.entries()).unwrap();
                }
                // Time that is left when a step is done does not pass.
                simulation.pass(simulation.now_ms() + 40_000);
                assert_recorded(&mut simulation, &mut page, &format!("{name}, step {number}"));
            }
        }
    }

    #[test]
    fn a_fault_that_comes_into_a_played_step_is_recorded() {
        let (_, scenario) = scenarios().swap_remove(0);
        let plan = scenario.plan().unwrap();
        let mut simulation = served(&plan.setup);
        simulation.set_playing(Some(Playing::default()));
        let mut page = Timeline::new(plan.setup.clone()).unwrap();
        let nodes: Vec<NodeId> = plan.setup.nodes.iter().map(|node| node.id).collect();
        let stop = |node| Command::Stop { nodes: vec![node], shutdown: Shutdown::Unclean };
        let entry = Entry::Act { command: stop(nodes[0]), settle: Settle::Fully };
        super::super::play::begin(&entry, 0, &mut simulation).unwrap();
        simulation.pass(1_000);
        simulation.act(&stop(nodes[1])).unwrap();
        for due_ms in (1_100..20_000).step_by(100) {
            simulation.pass(due_ms);
            assert_recorded(&mut simulation, &mut page, &format!("at {due_ms}"));
        }
        assert!(!simulation.cluster.is_changing(), "the clusters have settled after it");
        assert_eq!(simulation.recorded.entries().len(), 2);
        // Time stands until something is done.
        let stands_at_ms = simulation.now_ms();
        simulation.pass(60_000);
        assert_eq!(simulation.now_ms(), stands_at_ms);
    }
}
