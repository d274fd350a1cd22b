//! The cost of a user's action: the order of succession, a fault to all verdicts, the view, the whole case study,
//! failure sets.
//!
//! `cargo bench -p rosterlab-engine`; `docs/performance.md` has the figures and the machine.

use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rosterlab_engine::{
    Cluster, ClusterSetup, Command, NodeId, NodeSetup, RackId, RosterEntry, RosterNodes, Shutdown,
    Until, succession,
};

const SIZES: [u32; 3] = [5, 16, 128];

/// Nodes A001, A002, … on racks of about equal size.
fn nodes(count: u32) -> Vec<NodeSetup> {
    let racks = if count < 16 { 2 } else { 4 };
    let node = |n: u32| {
        NodeSetup::new(
            NodeId::new(0xa001 + u64::from(n)).expect("not zero"),
            RackId::new(n % racks + 1).expect("a small rack id"),
        )
    };
    (0..count).map(node).collect()
}

fn healthy(count: u32) -> Cluster {
    Cluster::new(ClusterSetup::of(nodes(count), 2)).expect("within the limits")
}

fn do_one(cluster: &mut Cluster, command: &Command) {
    cluster.apply(command).expect("a command that can be done");
    black_box(cluster.advance(Until::Settled));
}

fn succession_of_all(c: &mut Criterion) {
    let mut group = c.benchmark_group("succession of 4096 partitions");
    for count in SIZES {
        let list: Vec<(NodeId, RackId)> = nodes(count).iter().map(|n| (n.id, n.rack)).collect();
        group.bench_with_input(BenchmarkId::from_parameter(count), &list, |b, list| {
            b.iter(|| succession(black_box(list), 2));
        });
    }
}

/// One node crashes, starts and is filled again and again, as in use. Only the crash is timed.
fn crash_to_verdicts(c: &mut Criterion) {
    let mut group = c.benchmark_group("one crash to all verdicts");
    for count in SIZES {
        let mut cluster = healthy(count);
        let nodes = vec![NodeId::new(0xa001).expect("not zero")];
        let crash = Command::Stop { nodes: nodes.clone(), shutdown: Shutdown::Unclean };
        let start = Command::Start { nodes };
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter_custom(|times| {
                let mut crashing = Duration::ZERO;
                for _ in 0..times {
                    let begun = Instant::now();
                    do_one(&mut cluster, &crash);
                    crashing += begun.elapsed();
                    do_one(&mut cluster, &start);
                    cluster.advance(Until::Migrated { partitions: None });
                }
                crashing
            });
        });
    }
}

fn view(c: &mut Criterion) {
    let mut group = c.benchmark_group("view after a crash");
    for count in SIZES {
        let mut cluster = healthy(count);
        let nodes = vec![NodeId::new(0xa001).expect("not zero")];
        do_one(&mut cluster, &Command::Stop { nodes, shutdown: Shutdown::Unclean });
        group.bench_function(BenchmarkId::from_parameter(count), |b| b.iter(|| cluster.view()));
    }
}

fn case_study(c: &mut Criterion) {
    let ids = |list: &[u64]| list.iter().filter_map(|id| NodeId::new(*id)).collect::<Vec<_>>();
    let node = |(id, rack): (u64, u32)| {
        NodeSetup::new(
            NodeId::new(id).expect("not zero"),
            RackId::new(rack).expect("a small rack id"),
        )
    };
    let setup = [(0xa101, 1), (0xa102, 1), (0xa103, 1), (0xb101, 2), (0xb102, 2)].map(node);
    let clean = |list: &[u64]| Command::Stop { nodes: ids(list), shutdown: Shutdown::Clean };
    let crash = |list: &[u64]| Command::Stop { nodes: ids(list), shutdown: Shutdown::Unclean };
    let start = |list: &[u64]| Command::Start { nodes: ids(list) };
    let rack_a = setup[..3].iter().map(|node| RosterEntry { node: node.id, rack: node.rack });
    let roster_a = Command::RosterSet {
        namespace: "main".into(),
        nodes: RosterNodes::List(rack_a.collect()),
        on: None,
    };
    c.bench_function("the case study from start to end, every migration played", |b| {
        b.iter(|| {
            let setup = ClusterSetup::of(setup.to_vec(), 2);
            let mut cluster = Cluster::new(setup).expect("within the limits");
            do_one(&mut cluster, &clean(&[0xb101, 0xb102]));
            cluster.advance(Until::Migrated { partitions: None });
            do_one(&mut cluster, &crash(&[0xa102]));
            do_one(&mut cluster, &start(&[0xa102]));
            do_one(&mut cluster, &roster_a);
            do_one(&mut cluster, &start(&[0xb102]));
            do_one(&mut cluster, &start(&[0xb101]));
            cluster.advance(Until::Migrated { partitions: None });
            black_box(cluster.view())
        });
    });
}

fn cluster_of(count: u32, replication_factor: u8) -> Cluster {
    Cluster::new(ClusterSetup::of(nodes(count), replication_factor)).expect("within the limits")
}

/// What the heat map asks: every set of sixteen nodes, in a healthy cluster and after crashes and restarts with nothing
/// migrated.
fn every_failure_set(c: &mut Criterion) {
    let mut group = c.benchmark_group("all 65,536 failure sets of 16 nodes");
    for replication_factor in [2, 3, 5] {
        let healthy = cluster_of(16, replication_factor);
        let mut worn = healthy.clone();
        let crashed: Vec<NodeId> = (0xa001..0xa005).filter_map(NodeId::new).collect();
        let crash = Command::Stop { nodes: crashed.clone(), shutdown: Shutdown::Unclean };
        do_one(&mut worn, &crash);
        do_one(&mut worn, &Command::Start { nodes: crashed });
        for (state, cluster) in [("healthy", healthy), ("worn", worn)] {
            let name = format!("RF {replication_factor}, {state}");
            group.bench_function(BenchmarkId::from_parameter(name), |b| {
                b.iter(|| {
                    let losses = Rc::new(cluster.losses("main").expect("settled"));
                    let mut every = losses.every_set().expect("sixteen");
                    while every.step() {}
                    every.not_active().iter().map(|count| u32::from(*count)).max()
                });
            });
        }
    }
}

/// Beyond sixteen nodes: every set of up to three.
fn up_to_three(c: &mut Criterion) {
    let mut group = c.benchmark_group("all 349,632 failure sets of up to 3 of 128 nodes");
    group.sample_size(10);
    for replication_factor in [2, 3] {
        let cluster = cluster_of(128, replication_factor);
        group.bench_function(format!("RF {replication_factor}"), |b| {
            b.iter(|| {
                let losses = Rc::new(cluster.losses("main").expect("settled"));
                let few = losses.up_to_three();
                let mut most = 0;
                for a in 0..128 {
                    most = most.max(few.not_active_without(&[a]));
                    for b in 0..a {
                        most = most.max(few.not_active_without(&[a, b]));
                        for c in 0..b {
                            most = most.max(few.not_active_without(&[a, b, c]));
                        }
                    }
                }
                most
            });
        });
    }
}

criterion_group!(
    benches,
    succession_of_all,
    crash_to_verdicts,
    view,
    case_study,
    every_failure_set,
    up_to_three
);
criterion_main!(benches);
