//! A plan is checked: its counts equal those of a ground truth that tries every loss at every moment. Who has the data of an AP
//! namespace is told by records there: one in each partition, written before the plan.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rosterlab_engine::{
    ClientResult, Cluster, ClusterSetup, Command, Digest, EventKind, Mode, NamespaceSettings,
    NodeId, NodeSetup, PARTITIONS, PartitionId, RackId, ReadMode, Shutdown, Until,
};
use rosterlab_scenario::foresight::runbook::{
    Checked, Counts, Demand, Language, Line, Out, Reading, check,
};
use rosterlab_scenario::words::runbook::of_verdict;
use rosterlab_scenario::{Entry, Settle, Timeline};

use crate::strategies::{entry, seeded, setup};

/// Lines come with their entries, so nothing is read or written.
struct Given;

impl Language for Given {
    fn read(&self, _: &Line, _: &Cluster) -> Reading {
        Reading::Says
    }

    fn write(&self, entry: &Entry, _: &Cluster) -> Vec<String> {
        vec![format!("{entry:?}")]
    }

    fn wait(&self, _: &Cluster, _: bool) -> String {
        String::new()
    }
}

fn lines(entries: &[Entry]) -> Vec<Line> {
    let line = |(place, entry): (usize, &Entry)| Line {
        number: place + 1,
        text: format!("{entry:?}"),
        given: Some(vec![entry.clone()]),
    };
    entries.iter().enumerate().map(line).collect()
}

fn checked(cluster: &Cluster, entries: &[Entry], margin: usize) -> Checked {
    check(cluster, &lines(entries), &Given, Demand { margin, always: false }).unwrap()
}

/// The record of a partition.
fn key(pid: PartitionId) -> Digest {
    let mut digest = [0; 20];
    digest[..2].copy_from_slice(&pid.get().to_le_bytes());
    Digest(digest)
}

/// The names of the AP namespaces.
fn available(cluster: &Cluster) -> Vec<String> {
    let namespaces = cluster.setup().namespaces.iter();
    let available = namespaces.filter(|settings| settings.mode == Mode::Available);
    available.map(|settings| settings.name.clone()).collect()
}

/// A cluster with a record in every partition of its AP namespaces, on the drives of the nodes that have the partition.
fn filled(setup: &ClusterSetup) -> Cluster {
    let mut cluster = Cluster::new(setup.clone()).unwrap();
    let namespaces = available(&cluster);
    for namespace in &namespaces {
        for pid in PartitionId::all() {
            let (namespace, key) = (namespace.clone(), key(pid));
            cluster.apply(&Command::Write { namespace, key, from: None }).unwrap();
        }
    }
    if !namespaces.is_empty() {
        cluster.advance(Until::Time(cluster.now_ms() + 2_000));
    }
    cluster
}

/// What is out; in AP those are out whose record no running node in a cluster has.
fn out(cluster: &Cluster) -> Vec<Out> {
    let view = cluster.view();
    let of = |(index, settings): (usize, &NamespaceSettings)| {
        let served = view.served(index);
        let out = Out::of(served, settings.mode);
        if settings.mode == Mode::StrongConsistency || served.active() == 0 {
            return out;
        }
        let mut is_there = vec![false; PARTITIONS];
        for node in
            view.nodes.iter().filter(|node| node.state.is_up() && node.sub_cluster.is_some())
        {
            let records = cluster.record_counts(&settings.name, node.id);
            records.for_each(|(pid, _)| is_there[pid] = true);
        }
        Out { fresh: u32::try_from(is_there.iter().filter(|is| !**is).count()).unwrap(), ..out }
    };
    view.namespaces.iter().enumerate().map(of).collect()
}

/// Every set of `size` of these nodes.
fn subsets(nodes: &[NodeId], size: usize) -> Vec<Vec<NodeId>> {
    match (size, nodes.split_first()) {
        (0, _) => vec![Vec::new()],
        (_, None) => Vec::new(),
        (_, Some((first, rest))) => {
            let with = subsets(rest, size - 1).into_iter();
            let with = with.map(|set| [vec![*first], set].concat());
            with.chain(subsets(rest, size)).collect()
        }
    }
}

/// By namespace and number of further nodes lost: the most partitions out at any moment.
struct Truth {
    margin: usize,
    worst: Vec<Vec<u32>>,
}

impl Truth {
    fn new(margin: usize, namespaces: usize) -> Self {
        Self { margin, worst: vec![vec![0; margin + 1]; namespaces] }
    }

    fn see(&mut self, cluster: &Cluster) {
        let view = cluster.view();
        let up = view.nodes.iter().filter(|node| node.state.is_up()).map(|node| node.id);
        let up: Vec<NodeId> = up.collect();
        for size in 0..=self.margin.min(up.len()) {
            for nodes in subsets(&up, size) {
                let mut tried = cluster.clone();
                if size > 0 {
                    let stop = Command::Stop { nodes, shutdown: Shutdown::Unclean };
                    tried.apply(&stop).unwrap();
                    tried.advance(Until::Settled);
                }
                for (worst, out) in self.worst.iter_mut().zip(out(&tried)) {
                    worst[size] = worst[size].max(out.all());
                }
            }
        }
    }

    /// Runs an entry and sees every moment of it.
    fn run(&mut self, cluster: &mut Cluster, entry: &Entry) {
        let mut moments = 0;
        for entry in entry.each() {
            let mut by_ms = u64::MAX;
            let until = match entry {
                Entry::Act { command, settle } => {
                    if cluster.apply(command).is_err() {
                        break;
                    }
                    self.see(cluster);
                    moments += 1;
                    match settle {
                        Settle::Fully => Until::Settled,
                        Settle::Prepared => Until::Prepared,
                        Settle::Within { ms } => {
                            by_ms = cluster.now_ms() + ms;
                            Until::Settled
                        }
                    }
                }
                // Migrations stand still in a pause.
                Entry::Pass { ms } => {
                    let by_ms = cluster.now_ms() + ms;
                    cluster.advance_by(Until::Settled, by_ms, &mut |cluster| {
                        self.see(cluster);
                        moments += 1;
                    });
                    continue;
                }
                Entry::Migrate { partitions } => Until::Migrated { partitions: *partitions },
                Entry::Several { .. } => unreachable!("none of several is several"),
            };
            cluster.advance_by(until, by_ms, &mut |cluster| {
                self.see(cluster);
                moments += 1;
            });
        }
        if moments == 0 {
            self.see(cluster);
        }
    }
}

fn agree(counts: &[Counts], truth: &Truth, margin: usize) -> Result<(), TestCaseError> {
    for (counts, worst) in counts.iter().zip(&truth.worst) {
        for (size, worst) in worst.iter().enumerate().take(margin + 1) {
            prop_assert_eq!(counts.without(size), *worst, "with {} further nodes lost", size);
        }
    }
    Ok(())
}

/// Entries whose migrations take few rounds, since each is tried with every loss. No plan is made of parts of a reaction.
fn short_entry() -> impl Strategy<Value = Entry> {
    let act = |entry: Entry| match entry {
        Entry::Act { command, settle: Settle::Within { .. } } => {
            Entry::Act { command, settle: Settle::Prepared }
        }
        other => other,
    };
    entry().prop_map(move |entry| match entry {
        Entry::Pass { ms } => Entry::Pass { ms: ms / 20 },
        Entry::Migrate { partitions } => {
            Entry::Migrate { partitions: Some(partitions.unwrap_or(5) % 12 + 1) }
        }
        Entry::Several { purpose, entries } => {
            let acts = entries.into_iter().filter(|entry| matches!(entry, Entry::Act { .. }));
            Entry::Several { purpose, entries: acts.map(act).collect() }
        }
        one @ Entry::Act { .. } => act(one),
    })
}

fn writes(entry: &Entry, to: &str) -> bool {
    let writes = |entry: &Entry| matches!(entry, Entry::Act { command: Command::Write { namespace, .. }, .. } if namespace == to);
    entry.each().iter().any(writes)
}

#[test]
fn the_counts_are_those_of_trying_every_loss() {
    let plans = proptest::collection::vec(short_entry(), 1..7);
    TestRunner::new(seeded(24))
        .run(&(setup(), plans, 0..3_usize), |(mut setup, plan, margin)| {
            setup.migration_rate_per_s = 20;
            if setup.namespaces.len() > 1 {
                // A record cannot be written to a node that is down, or by a plan to a partition whose data is out.
                setup.nodes.iter_mut().for_each(|node| node.down = None);
            }
            let plan: Vec<Entry> =
                plan.into_iter().filter(|entry| !writes(entry, "cache")).collect();
            let mut cluster = filled(&setup);
            let found = checked(&cluster, &plan, margin);
            let mut truth = Truth::new(margin, setup.namespaces.len());
            truth.see(&cluster);
            agree(&found.start, &truth, margin)?;
            // "Safe, whichever further node is lost" is said only where no loss leaves out more than there was without one.
            let is_called_safe = of_verdict(&found).starts_with("Safe, whichever");
            let before: Vec<u32> = truth.worst.iter().map(|worst| worst[0]).collect();
            for (line, entry) in found.lines.iter().zip(&plan) {
                let mut truth = Truth::new(margin, setup.namespaces.len());
                truth.run(&mut cluster, entry);
                agree(&line.counts, &truth, margin)?;
                for (worst, before) in truth.worst.iter().zip(&before) {
                    prop_assert!(!is_called_safe || worst.iter().all(|out| out <= before));
                }
                let after: Vec<Out> = line.counts.iter().map(|counts| counts.after).collect();
                prop_assert_eq!(after, out(&cluster));
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_is_out_after_each_line_is_what_a_timeline_serves() {
    let plans = proptest::collection::vec(entry(), 1..12);
    TestRunner::new(seeded(24))
        .run(&(setup(), plans), |(setup, plan)| {
            let found = checked(&Cluster::new(setup.clone()).unwrap(), &plan, 0);
            let mut timeline = Timeline::new(setup.clone()).unwrap();
            for (line, entry) in found.lines.iter().zip(&plan) {
                if timeline.perform(entry.clone()).is_err() {
                    // Of several things the first are done here, and none in a timeline.
                    break;
                }
                let served = timeline.served(timeline.position());
                let modes: Vec<Mode> = setup.namespaces.iter().map(|one| one.mode).collect();
                for ((counts, served), mode) in line.counts.iter().zip(served).zip(modes) {
                    let out = Out::of(*served, mode);
                    // Data that is nowhere may be served as if it were there, and what came up empty is without it.
                    let fresh = if mode == Mode::Available { counts.after.fresh } else { 0 };
                    prop_assert_eq!(counts.after, Out { fresh, ..out });
                    prop_assert!(counts.after.fresh >= out.fresh);
                }
            }
            Ok(())
        })
        .unwrap();
}

/// Plans of stops, crashes, starts and waits for clusters of three to five nodes.
fn stops_and_starts() -> impl Strategy<Value = Vec<Entry>> {
    let nodes = proptest::sample::subsequence(vec![0xA1_u64, 0xA2, 0xA3, 0xA4, 0xA5], 1..=2);
    let nodes = nodes.prop_map(|ids| ids.into_iter().map(|id| NodeId::new(id).unwrap()).collect());
    let what = (nodes, 0..7_u8, 0..1_500_u32).prop_map(|(nodes, what, partitions)| {
        let command = match what {
            0 | 1 => Command::Stop { nodes, shutdown: Shutdown::Clean },
            2 => Command::Stop { nodes, shutdown: Shutdown::Unclean },
            3 | 4 => Command::Start { nodes },
            5 => return Entry::Migrate { partitions: Some(partitions) },
            _ => return Entry::Migrate { partitions: None },
        };
        Entry::Act { command, settle: Settle::Fully }
    });
    proptest::collection::vec(what, 2..7)
}

/// How many records a client of the whole network reads.
fn readable(cluster: &Cluster) -> usize {
    let mut cluster = cluster.clone();
    let namespace = cluster.setup().namespaces[0].name.clone();
    let mut reads =
        |pid| {
            let (namespace, mode) = (namespace.clone(), ReadMode::Session);
            let read = Command::Read { namespace, key: key(pid), from: None, mode };
            cluster.apply(&read).unwrap().iter().any(|event| {
                matches!(&event.kind, EventKind::Read { result: ClientResult::Ok, .. })
            })
        };
    PartitionId::all().filter(|pid| reads(*pid)).count()
}

#[test]
fn an_available_partition_is_out_while_no_client_can_read_what_it_had() {
    TestRunner::new(seeded(40))
        .run(
            &(3..=5_u64, 1..=3_u8, any::<bool>(), stops_and_starts()),
            |(nodes, replication_factor, has_racks, plan)| {
                let node = |place: u64| {
                    let rack = if has_racks { u32::from(place.is_multiple_of(2)) + 1 } else { 0 };
                    NodeSetup::new(NodeId::new(0xA1 + place).unwrap(), RackId::new(rack).unwrap())
                };
                let mut setup = ClusterSetup::of((0..nodes).map(node).collect(), 2);
                let strong = NamespaceSettings::strong("main", replication_factor);
                setup.namespaces = vec![NamespaceSettings { mode: Mode::Available, ..strong }];
                let mut cluster = filled(&setup);
                let found = checked(&cluster, &plan, 0);
                for (line, entry) in found.lines.iter().zip(&plan) {
                    let _ = entry.run(&mut cluster);
                    let out = usize::try_from(line.counts[0].after.all()).unwrap();
                    prop_assert_eq!(out, PARTITIONS - readable(&cluster));
                }
                Ok(())
            },
        )
        .unwrap();
}
