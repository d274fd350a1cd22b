//! What holds after any history, and for any line.
//!
//! The histories are those of the engine's own tests.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rosterlab_asinfo::info::{Build, Reply, Site, answer};
use rosterlab_engine::{
    Cluster, ClusterSetup, ClusterView, Mode, NodeId, NodeSetup, Profile, RackId, Rules,
};

use crate::common::{Net, bitmaps, field, is_set};
use crate::histories::free::{FreeWorld, free};

/// Runs the same cases every time; `ROSTERLAB_HISTORIES=20` runs twenty times as many.
pub fn runner(cases: u32) -> TestRunner {
    let times = std::env::var("ROSTERLAB_HISTORIES").ok().and_then(|text| text.parse().ok());
    let cases = cases * times.unwrap_or(1);
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Two to seven nodes on one to three racks, RF 1 to 3, SC or AP, each profile.
pub fn any_setup() -> impl Strategy<Value = ClusterSetup> {
    (2_u32..=7, 1_u32..=3, 1_u8..=3, 0_usize..3, any::<u8>()).prop_map(
        |(nodes, racks, rf, profile, marks)| {
            let rack = |n: u32| RackId::new(if racks == 1 { 0 } else { n % racks + 1 }).unwrap();
            let node = |n: u32| NodeSetup::new(NodeId::new(0xa1 + u64::from(n)).unwrap(), rack(n));
            let mut setup = ClusterSetup::of((0..nodes).map(node).collect(), rf);
            setup.profile = Profile::ALL[profile];
            if marks.is_multiple_of(4) {
                setup.namespaces[0].mode = Mode::Available;
            }
            setup.namespaces[0].prefer_uniform_balance = marks & 0x30 == 0x30;
            setup
        },
    )
}

fn ask(cluster: &Cluster, view: &ClusterView, site: &Site, node: NodeId, request: &str) -> String {
    match answer(cluster, view, site, node, request) {
        Reply::Text(text) => text,
        other => panic!("{node}, {request}: {other:?}"),
    }
}

/// On every side: each active partition is owned once in each column, and nothing else is. What `partition-info` counts is
/// what the view counts.
fn answers_agree_with_the_view(cluster: &Cluster, site: &Site) -> Result<(), TestCaseError> {
    let view = cluster.view();
    for side in &view.sub_clusters {
        let here = &side.namespaces[0];
        let at_home = |id: &&NodeId| {
            view.node(**id).is_some_and(|node| {
                node.state.is_up()
                    && view.sub_cluster_of(**id).map(|place| &view.sub_clusters[place])
                        == Some(side)
            })
        };
        let members: Vec<NodeId> = side.nodes.iter().filter(at_home).copied().collect();
        // Of a side whose change is still to come, a node may be gone that owns partitions.
        let is_whole = members.len() == side.nodes.len();
        let replies: Vec<String> =
            members.iter().map(|id| ask(cluster, &view, site, *id, "replicas")).collect();
        let columns: Vec<Vec<Vec<u8>>> =
            replies.iter().map(|reply| bitmaps(reply, "main").1).collect();
        let width = columns.iter().map(Vec::len).max().unwrap_or(0);
        for column in 0..width {
            for (partition, cell) in here.cells.iter().enumerate() {
                let owns =
                    |of: &&Vec<Vec<u8>>| of.get(column).is_some_and(|bits| is_set(bits, partition));
                let owners = columns.iter().filter(owns).count();
                let expected = usize::from(cell.verdict.is_active());
                prop_assert!(
                    owners == expected || !is_whole && owners < expected,
                    "column {column}, partition {partition}: {owners} owners, {cell:?}"
                );
            }
        }
        for id in &members {
            let text = ask(cluster, &view, site, *id, "partition-info");
            let mut rows = text.split(';');
            let header: Vec<&str> = rows.next().unwrap().split(':').collect();
            let at = |name: &str| header.iter().position(|column| *column == name).unwrap();
            let (replicas, master) = (at("n_replicas"), at("working_master"));
            let (emigrates, immigrates) = (at("emigrates"), at("immigrates"));
            let rows: Vec<Vec<&str>> = rows.map(|row| row.split(':').collect()).collect();
            let count =
                |column: usize, text: &str| rows.iter().filter(|row| row[column] == text).count();
            let part = &view.node(*id).unwrap().namespaces[0];
            let inactive = here.counts.unavailable + here.counts.dead;
            prop_assert_eq!(count(replicas, "0"), inactive as usize);
            prop_assert_eq!(count(master, &id.to_string()), part.copies.master as usize);
            let sum = |column: usize| -> u32 {
                rows.iter().map(|row| row[column].parse::<u32>().unwrap()).sum()
            };
            prop_assert_eq!(
                (sum(emigrates), sum(immigrates)),
                (part.remaining.tx, part.remaining.rx)
            );
            let text = ask(cluster, &view, site, *id, "namespace/main");
            prop_assert_eq!(
                field(&text, "unavailable_partitions"),
                here.counts.unavailable.to_string()
            );
            prop_assert_eq!(field(&text, "dead_partitions"), here.counts.dead.to_string());
        }
    }
    Ok(())
}

#[test]
fn after_any_history_the_answers_agree_with_the_view() {
    let histories = (any_setup(), vec(free(), 16));
    let test = |(setup, deeds): (ClusterSetup, Vec<_>)| {
        let nodes: Vec<NodeId> = setup.nodes.iter().map(|node| node.id).collect();
        let site = Site::loopback(Build::of(setup.profile), &nodes, 3000);
        let mut world = FreeWorld::new(setup, Rules::default());
        for deed in &deeds {
            world.act(deed);
            answers_agree_with_the_view(&world.world.cluster, &site)?;
        }
        Ok(())
    };
    runner(14).run(&histories, test).unwrap();
}

/// Lines: names that are known or not, with parameters that make sense or not. The same every time.
struct Lines(u64);

impl Lines {
    /// A number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn noise(&mut self) -> String {
        let parts = [
            "a",
            "B1",
            "@",
            ",",
            ":",
            ";",
            "=",
            "/",
            "|",
            "\n",
            "\t",
            " ",
            "0",
            "99999999999",
            "\u{0}",
            "ß",
            "节",
            "-",
        ];
        (0..self.below(9)).map(|_| self.pick(&parts)).collect()
    }

    fn next(&mut self) -> String {
        let names = [
            "node",
            "build",
            "peers-clear-std",
            "rack-ids",
            "racks",
            "roster",
            "roster-set",
            "recluster",
            "revive",
            "quiesce",
            "quiesce-undo",
            "cluster-stable",
            "get-config",
            "set-config",
            "sets",
            "log",
            "features",
            "statistics",
            "namespace",
            "namespaces",
            "user-agent-set",
            "best-practices",
            "objects",
            "logs",
        ];
        let pairs = [
            "namespace=main",
            "namespace=cache",
            "id=main",
            "context=namespace;id=main",
            "context=service",
            "nodes=A101@1,B102",
            "nodes=A101,A101",
            "nodes=",
            "nodes=@",
            "size=5",
            "size=9999",
            "size=-1",
            "rack-id=3",
            "rack-id=1000001",
            "ignore-migrations=yes",
            "ignore-migrations=true",
            "max=0",
        ];
        let mut line = if self.below(5) == 0 { self.noise() } else { self.pick(&names).to_owned() };
        line += self.pick(&[":", ":", ":", "/", ""]);
        for _ in 0..self.below(4) {
            line += &if self.below(4) == 0 { self.noise() } else { self.pick(&pairs).to_owned() };
            line += self.pick(&[";", ";", ";", ""]);
        }
        line
    }
}

#[test]
fn no_line_of_a_hundred_thousand_is_a_panic() {
    let mut net = Net::case_study();
    net.cut("A101 | A102");
    net.stop("B101");
    let view = net.cluster.view();
    let nodes: Vec<NodeId> = view.nodes.iter().map(|node| node.id).collect();
    let (mut lines, mut acts) = (Lines(0x9e37_79b9_7f4a_7c15), 0);
    for count in 0..100_000 {
        let line = lines.next();
        let node = nodes[lines.below(nodes.len())];
        net.site.build = Build([[4, 6, 7, 8][count % 4], 2, 0, 0]);
        if let Reply::Act { commands, .. } = answer(&net.cluster, &view, &net.site, node, &line) {
            acts += 1;
            for command in &commands {
                net.cluster.check(command).unwrap_or_else(|why| panic!("{line:?}: {why}"));
            }
        }
    }
    assert!(acts > 1_000, "{acts} lines did something");
    let long = "x".repeat(1 << 20);
    assert!(matches!(net.reply("A103", &long), Reply::Text(text) if text.starts_with("ERROR")));
}
