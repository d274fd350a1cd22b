//! A plan is checked: its counts equal those of a ground truth that tries every loss at every moment.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rosterlab_engine::{Cluster, ClusterSetup, Command, Mode, NodeId, Shutdown, Until};
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

fn checked(setup: &ClusterSetup, entries: &[Entry], margin: usize) -> Checked {
    let cluster = Cluster::new(setup.clone()).unwrap();
    check(&cluster, &lines(entries), &Given, Demand { margin, always: false }).unwrap()
}

fn out(cluster: &Cluster) -> Vec<Out> {
    let modes = cluster.setup().namespaces.iter().map(|settings| settings.mode);
    let served = cluster.view();
    modes.enumerate().map(|(index, mode)| Out::of(served.served(index), mode)).collect()
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

#[test]
fn the_counts_are_those_of_trying_every_loss() {
    let plans = proptest::collection::vec(short_entry(), 1..7);
    TestRunner::new(seeded(24))
        .run(&(setup(), plans, 0..3_usize), |(mut setup, plan, margin)| {
            setup.migration_rate_per_s = 20;
            let found = checked(&setup, &plan, margin);
            let mut cluster = Cluster::new(setup.clone()).unwrap();
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
            let found = checked(&setup, &plan, 0);
            let mut timeline = Timeline::new(setup.clone()).unwrap();
            for (line, entry) in found.lines.iter().zip(&plan) {
                if timeline.perform(entry.clone()).is_err() {
                    // Of several things the first are done here, and none in a timeline.
                    break;
                }
                let served = timeline.served(timeline.position());
                let modes: Vec<Mode> = setup.namespaces.iter().map(|one| one.mode).collect();
                for ((counts, served), mode) in line.counts.iter().zip(served).zip(modes) {
                    prop_assert_eq!(counts.after, Out::of(*served, mode));
                }
            }
            Ok(())
        })
        .unwrap();
}
