//! The cost of a world: of one site beside a bare cluster, of a fleet at a thousand times the real speed, of a year of lag,
//! of a million loaded records.
//!
//! `cargo bench -p rosterlab-engine --bench world`; `docs/performance.md` has the figures and the machine.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rosterlab_engine::world::{
    FleetSetup, Place, RestorePolicy, ShipSetup, SiteSetup, Way, World, WorldCommand, WorldSetup,
    WorldUntil, XdrMode, generated_key,
};
use rosterlab_engine::{
    Cluster, ClusterSetup, Command, NodeId, NodeSetup, RackId, Shutdown, Until,
};

const YEAR_MS: u64 = 365 * 86_400_000;

fn setup() -> ClusterSetup {
    let node = |n: u64| NodeSetup::new(NodeId::new(0xa001 + n).expect("not zero"), RackId::NONE);
    ClusterSetup::of((0..5).map(node).collect(), 2)
}

fn world(names: &[&str]) -> World {
    let site = |name: &&str| SiteSetup { name: (*name).into(), cluster: setup() };
    let sites = names.iter().map(site).collect();
    World::new(WorldSetup { sites }).expect("within the limits")
}

fn do_one(world: &mut World, command: &WorldCommand) {
    black_box(world.apply(command).expect("a command that can be done"));
}

fn pass(world: &mut World, ms: u64) {
    let end_ms = world.now_ms() + ms;
    black_box(world.advance(WorldUntil::Sites(Until::Time(end_ms))));
}

fn way(from: &str, to: &str) -> Way {
    Way { from: from.into(), to: to.into(), namespace: "main".into() }
}

fn ship(world: &mut World, from: &str, to: &str) {
    let (way, mode) = (way(from, to), XdrMode::V4);
    let setup = ShipSetup { way, delay_ms: 200, records_per_s: None, mode, rewind: None };
    do_one(world, &WorldCommand::Ship(setup));
}

fn place(site: &str) -> Place {
    Place { site: site.into(), namespace: "main".into() }
}

/// A cluster, and a world that has nothing else.
fn one_site(c: &mut Criterion) {
    let nodes = vec![NodeId::new(0xa001).expect("not zero")];
    let crash = Command::Stop { nodes: nodes.clone(), shutdown: Shutdown::Unclean };
    let start = Command::Start { nodes };
    let at = |command: &Command| WorldCommand::Site { site: None, command: command.clone() };
    let all = Until::Migrated { partitions: None };
    let cluster = Cluster::new(setup()).expect("within the limits");
    let alone = world(&["one"]);
    let mut group = c.benchmark_group("a crash, a start and all migrations");
    group.bench_function("a cluster", |b| {
        let mut cluster = cluster.clone();
        b.iter(|| {
            for command in [&crash, &start] {
                cluster.apply(command).expect("can be done");
                black_box(cluster.advance(Until::Settled));
            }
            black_box(cluster.advance(all))
        });
    });
    group.bench_function("a world of one", |b| {
        let mut world = alone.clone();
        b.iter(|| {
            for command in [&crash, &start] {
                do_one(&mut world, &at(command));
                black_box(world.advance(WorldUntil::Sites(Until::Settled)));
            }
            black_box(world.advance(WorldUntil::Sites(all)))
        });
    });
    group.finish();
    let write = |n| Command::Write { namespace: "main".into(), key: generated_key(n), from: None };
    let writes: Vec<Command> = (0..1_000).map(write).collect();
    let mut group = c.benchmark_group("1,000 writes of a person");
    group.bench_function("a cluster", |b| {
        let mut cluster = cluster.clone();
        b.iter(|| {
            for write in &writes {
                black_box(cluster.apply(write).expect("can be done"));
            }
        });
    });
    group.bench_function("a world of one", |b| {
        let mut world = alone.clone();
        let writes: Vec<WorldCommand> = writes.iter().map(at).collect();
        b.iter(|| writes.iter().for_each(|write| do_one(&mut world, write)));
    });
    group.finish();
}

/// Two sites, active-active, and 100 instances that use 10,000 keys, half of it writes.
fn with_fleet(rate_per_s: u32) -> World {
    let mut world = world(&["old", "new"]);
    ship(&mut world, "old", "new");
    ship(&mut world, "new", "old");
    let endpoint = "db".to_string();
    do_one(&mut world, &WorldCommand::Repoint { endpoint: endpoint.clone(), site: "old".into() });
    let setup = FleetSetup {
        name: "app".into(),
        instances: 100,
        endpoint,
        namespace: "main".into(),
        first_key: 0,
        keys: 10_000,
        reads: 1,
        writes: 1,
        rate_per_s,
    };
    do_one(&mut world, &WorldCommand::Fleet(setup));
    // So long that every record has been written and its history is as long as it gets.
    pass(&mut world, 200_000);
    world
}

fn fleet(c: &mut Criterion) {
    let mut group = c.benchmark_group("16 s of 100 instances with 10,000 keys, active-active");
    group.sample_size(20).measurement_time(Duration::from_secs(10));
    for rate in [1, 10] {
        let mut world = with_fleet(rate);
        group.bench_function(format!("{} operations a second", 100 * rate), |b| {
            b.iter(|| {
                pass(&mut world, 16_000);
                world.view()
            });
        });
    }
    let mut world = with_fleet(10);
    let (nodes, shutdown) = (vec![NodeId::new(0xa001).expect("not zero")], Shutdown::Unclean);
    let command = Command::Stop { nodes, shutdown };
    do_one(&mut world, &WorldCommand::Site { site: None, command });
    let after = world;
    group.bench_function("1,000 operations a second, after a crash", |b| {
        b.iter_batched(
            || after.clone(),
            |mut world| {
                pass(&mut world, 16_000);
                world.view()
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn lag(c: &mut Criterion) {
    let mut world = world(&["old", "new"]);
    ship(&mut world, "old", "new");
    do_one(&mut world, &WorldCommand::Disconnect(way("old", "new")));
    do_one(&mut world, &WorldCommand::Load { place: place("old"), first: 0, records: 10_000 });
    c.bench_function("a year of lag, and 10,000 records at the end", |b| {
        b.iter_batched(
            || world.clone(),
            |mut world| {
                pass(&mut world, YEAR_MS);
                assert_eq!(world.view().lag_ms, YEAR_MS);
                do_one(&mut world, &WorldCommand::Reconnect(way("old", "new")));
                pass(&mut world, 1_000);
                assert_eq!(world.view().waiting, 0);
            },
            BatchSize::LargeInput,
        );
    });
}

fn million(c: &mut Criterion) {
    let records = 1_000_000;
    let load = WorldCommand::Load { place: place("old"), first: 0, records };
    let backup = WorldCommand::Backup { place: place("old"), name: "b".into() };
    let (to, name) = (place("new"), "b".into());
    let restore = WorldCommand::Restore { place: to, name, policy: RestorePolicy::default() };
    let empty = world(&["old", "new"]);
    let mut loaded = empty.clone();
    do_one(&mut loaded, &load);
    let mut saved = loaded.clone();
    do_one(&mut saved, &backup);
    let mut group = c.benchmark_group("a million records");
    for (name, before, command) in
        [("load", &empty, &load), ("backup", &loaded, &backup), ("restore", &saved, &restore)]
    {
        group.bench_function(name, |b| {
            b.iter_batched(
                || before.clone(),
                |mut world| do_one(&mut world, command),
                BatchSize::LargeInput,
            );
        });
    }
    group.bench_function("load, shipped", |b| {
        let mut shipping = empty.clone();
        ship(&mut shipping, "old", "new");
        b.iter_batched(
            || shipping.clone(),
            |mut world| {
                do_one(&mut world, &load);
                pass(&mut world, 1_000);
                assert_eq!(world.view().sites[1].counts.records, u64::from(records));
            },
            BatchSize::LargeInput,
        );
    });
    group.bench_function("a copy of the world", |b| b.iter(|| saved.clone()));
    group.bench_function("the view", |b| b.iter(|| saved.view()));
    group.finish();
}

criterion_group!(benches, one_site, fleet, lag, million);
criterion_main!(benches);
