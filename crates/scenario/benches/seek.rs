//! The cost of seeking in a long timeline: 500 crashes and starts, from end to end and in tens.
//!
//! `cargo bench -p rosterlab-scenario`; results are in `docs/performance.md`. The page is built for size:
//! `CARGO_PROFILE_BENCH_OPT_LEVEL=z` measures what it runs.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rosterlab_engine::{ClusterSetup, Command, NodeId, NodeSetup, RackId, Shutdown};
use rosterlab_scenario::Timeline;

/// Nodes on racks of about equal size, each crashed and started in turn.
fn five_hundred(count: u32) -> Timeline {
    let racks = if count < 16 { 2 } else { 4 };
    let id = |n: u32| NodeId::new(0xa001 + u64::from(n % count)).expect("not zero");
    let node = |n: u32| {
        let rack = RackId::new(n * racks / count + 1).expect("a small rack id");
        NodeSetup::new(id(n), rack)
    };
    let setup = ClusterSetup::of((0..count).map(node).collect(), 2);
    let mut timeline = Timeline::new(setup).expect("within the limits");
    for n in 0..250 {
        let nodes = vec![id(n)];
        let crash = Command::Stop { nodes: nodes.clone(), shutdown: Shutdown::Unclean };
        timeline.act(crash).expect("it runs");
        timeline.act(Command::Start { nodes }).expect("it is down");
    }
    timeline
}

/// One iteration is one seek.
fn seek(c: &mut Criterion) {
    let mut group = c.benchmark_group("seek in 500 steps");
    for count in [5, 16, 128] {
        let mut timeline = five_hundred(count);
        let on = (0..=40).map(|ten| ten * 10);
        let back = (0..40).map(|ten| 490 - ten * 10);
        let places: Vec<usize> = on.chain([500]).chain(back).chain([0, 500]).collect();
        let mut places = places.iter().cycle();
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter(|| black_box(timeline.seek(*places.next().expect("it goes round"))));
        });
    }
}

criterion_group!(benches, seek);
criterion_main!(benches);
