//! What must hold after any history, checked against a ground truth of acknowledged writes; and that wrong rules are
//! noticed.
use crate::common::free::{Free, FreeWorld, free};
use crate::common::setup;
use crate::common::world::{Deed, VERSIONS, World, deed, deed_of_versions};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use rosterlab_engine::{
    Availability, ClusterSetup, Command, Facts, Judge, Mode, NamespaceSettings, NodeId, NodeSetup,
    Profile, RackId, RosterNodes, Rule, Rules, ServerVersion, Until, Verdict, judge,
};

/// Two to nine nodes on one to three racks, RF 1 to 4.
fn any_setup() -> impl Strategy<Value = ClusterSetup> {
    (2_usize..=9, 1_usize..=3, 1_u8..=4, any::<bool>()).prop_map(|(nodes, racks, rf, commit)| {
        let node =
            |n: usize| format!("{:X}@{}", 0xa1 + n, if racks == 1 { 0 } else { n % racks + 1 });
        let nodes: Vec<String> = (0..nodes).map(node).collect();
        let mut setup = setup(&nodes.join(" "), rf.min(u8::try_from(nodes.len()).unwrap()));
        setup.namespaces[0].commit_to_device = commit && nodes.len().is_multiple_of(3);
        setup
    })
}

/// Runs the same cases every time; `ROSTERLAB_HISTORIES=20` runs twenty times as many.
pub fn runner(cases: u32, max_shrink_iters: u32) -> TestRunner {
    let times = std::env::var("ROSTERLAB_HISTORIES").ok().and_then(|text| text.parse().ok());
    let cases = cases * times.unwrap_or(1);
    let config = Config { cases, failure_persistence: None, max_shrink_iters, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

type History = (ClusterSetup, Vec<Deed>);

fn run(
    cases: u32,
    test: impl Fn(History) -> Result<(), TestCaseError>,
) -> Result<(), TestError<History>> {
    runner(cases, 20_000).run(&(any_setup(), vec(deed(), 40..60)), test)
}

/// The violation that these wrong rules are caught at. The failing history does not matter.
fn caught(judge: Judge) -> String {
    let histories = (any_setup(), vec(deed(), 40..60));
    let found = runner(300, 0).run(&histories, |history| keeps_its_promises(history, judge));
    match found {
        Err(TestError::Fail(why, _)) => why.to_string(),
        other => panic!("nothing was found wrong with wrong rules: {other:?}"),
    }
}

fn keeps_its_promises((setup, deeds): History, judge: Judge) -> Result<(), TestCaseError> {
    let mut world = World::new(setup, Rules::judged_by(judge));
    for deed in &deeds {
        world.act(deed);
        world.check().map_err(TestCaseError::fail)?;
    }
    Ok(())
}

#[test]
fn no_acknowledged_write_is_lost_and_no_partition_is_active_twice() {
    run(120, |history| keeps_its_promises(history, judge)).unwrap();
}

/// Any setup, sometimes with an AP namespace, uniform balance, a node that stays quiesced, or a minimum cluster size.
pub fn any_free_setup() -> impl Strategy<Value = ClusterSetup> {
    (any_setup(), any::<u8>()).prop_map(|(mut setup, marks)| {
        let namespace = &mut setup.namespaces[0];
        if marks.is_multiple_of(4) {
            namespace.mode = Mode::Available;
        }
        namespace.prefer_uniform_balance = marks & 0x30 == 0x30;
        setup.nodes[0].stay_quiesced = marks & 0xc0 == 0xc0;
        if marks & 0x0f == 0x0f {
            setup.min_cluster_size = 2;
        }
        if marks % 3 == 1 {
            setup.profile = Profile::V6_0;
        }
        if marks % 5 == 2 {
            with_versions(&mut setup, marks);
        }
        setup
    })
}

/// Gives all nodes one version, and some of them seeds.
fn with_versions(setup: &mut ClusterSetup, marks: u8) {
    let ids: Vec<NodeId> = setup.nodes.iter().map(|node| node.id).collect();
    for (place, node) in setup.nodes.iter_mut().enumerate() {
        node.server = Some(ServerVersion::of(VERSIONS[usize::from(marks / 5) % 6]));
        if marks >> (place % 8) & 1 == 1 {
            node.seeds = vec![ids[(place + 1) % ids.len()], ids[place / 2]];
        }
    }
}

#[test]
fn versions_and_seeds_lose_no_acknowledged_write_and_make_no_partition_active_twice() {
    let setups = (any_setup(), any::<u8>()).prop_map(|(mut setup, marks)| {
        with_versions(&mut setup, marks);
        setup
    });
    let histories = (setups, vec(deed_of_versions(), 40..60));
    runner(120, 20_000).run(&histories, |history| keeps_its_promises(history, judge)).unwrap();
}

/// Runs 400 histories of 50 steps, 20,000 steps in all. `ROSTERLAB_HISTORIES=50` runs a million.
#[test]
fn what_is_lost_is_what_is_gone_whatever_an_operator_does() {
    let histories = (any_free_setup(), vec(free(), 50));
    let test = |(setup, deeds): (ClusterSetup, Vec<Free>)| {
        let mut world = FreeWorld::new(setup, Rules::default());
        for free in &deeds {
            world.act(free);
            world.check().map_err(TestCaseError::fail)?;
        }
        prop_assert!(world.world.cluster.pack().unpack() == world.world.cluster);
        Ok(())
    };
    runner(400, 500).run(&histories, test).unwrap();
}

#[test]
fn time_that_passes_in_pieces_gives_the_same() {
    let histories = (any_free_setup(), vec(deed(), 20..30), 97_u64..900);
    let same = |(setup, deeds, piece_ms): (ClusterSetup, Vec<Deed>, u64)| {
        let mut worlds = [(); 2].map(|()| World::new(setup.clone(), Rules::default()));
        for deed in &deeds {
            // A number of partitions counts from each call.
            let inner = if let Deed::Unsettled(inner) = deed { inner } else { deed };
            if matches!(inner, Deed::MigrateSome(_)) {
                continue;
            }
            let [whole, pieces] = &mut worlds;
            prop_assert_eq!(whole.events_of(deed), pieces.events_in_pieces(deed, piece_ms));
            prop_assert_eq!(&whole.cluster, &pieces.cluster);
        }
        Ok(())
    };
    runner(30, 20_000).run(&histories, same).unwrap();
}

#[test]
fn run_twice_is_equal() {
    run(20, |(setup, deeds)| {
        let mut worlds =
            [World::new(setup.clone(), Rules::default()), World::new(setup, Rules::default())];
        for deed in &deeds {
            let [one, other] = &mut worlds;
            prop_assert_eq!(one.act(deed), other.act(deed));
            // One of the two is packed and unpacked.
            one.cluster = one.cluster.pack().unpack();
        }
        prop_assert!(worlds[0].cluster == worlds[1].cluster);
        Ok(())
    })
    .unwrap();
}

/// The largest cluster of the default profile, on four racks, with namespaces of both modes and two replication
/// factors.
fn largest() -> ClusterSetup {
    let rack = |n: u16| RackId::new(u32::from(n % 4) + 1).unwrap();
    let node = |n: u16| NodeSetup::new(NodeId::new(0xa001 + u64::from(n)).unwrap(), rack(n));
    let mut setup = ClusterSetup::of((0..128).map(node).collect(), 3);
    let first = setup.namespaces[0].clone();
    let alone =
        NamespaceSettings { name: "one".to_owned(), replication_factor: 1, ..first.clone() };
    let available = NamespaceSettings { name: "ap".to_owned(), mode: Mode::Available, ..first };
    setup.namespaces.extend([alone, available]);
    setup
}

#[test]
fn the_largest_cluster_is_unpacked_as_it_was_packed() {
    run(1, |(_, deeds)| {
        let mut world = World::new(largest(), Rules::default());
        for deed in &deeds {
            world.act(deed);
            prop_assert!(world.cluster.pack().unpack() == world.cluster, "after {:?}", deed);
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn heal_start_and_recluster_make_everything_active_unless_dead() {
    run(40, |(setup, deeds)| {
        let mut world = World::new(setup, Rules::judged_by(judge));
        for deed in &deeds {
            world.act(deed);
        }
        let removed = world.removed();
        let cluster = &mut world.cluster;
        cluster.advance(Until::Settled);
        for id in removed {
            let rack = cluster.setup().nodes.iter().find(|node| node.id == id).unwrap().rack;
            cluster.apply(&Command::add_node(id, rack, false)).unwrap();
        }
        let down = |node: &rosterlab_engine::NodeView| (!node.state.is_up()).then_some(node.id);
        let nodes: Vec<_> = cluster.view().nodes.iter().filter_map(down).collect();
        let _ = cluster.apply(&Command::Heal { between: None });
        let _ = cluster.apply(&Command::Start { nodes });
        cluster.advance(Until::Settled);
        cluster.apply(&Command::Recluster { on: None }).unwrap();
        cluster.advance(Until::Settled);
        let view = cluster.view();
        prop_assert_eq!(view.sub_clusters.len(), 1);
        if view.sub_clusters[0].namespaces[0].roster.is_empty() {
            // Every node was removed and came back brand-new, so no node knows a roster.
            prop_assert!(view.nodes.iter().all(|node| node.brand_new));
            prop_assert_eq!(view.sub_clusters[0].namespaces[0].counts.unavailable, 4096);
            let namespace = cluster.setup().namespaces[0].name.clone();
            let nodes = RosterNodes::Observed;
            cluster.apply(&Command::RosterSet { namespace, nodes, on: None }).unwrap();
            cluster.apply(&Command::Recluster { on: None }).unwrap();
            cluster.advance(Until::Settled);
        }
        prop_assert_eq!(cluster.view().sub_clusters[0].namespaces[0].counts.unavailable, 0);
        // With everything migrated and nothing dead, no mark is left.
        cluster.advance(Until::Migrated { partitions: None });
        let namespace = &cluster.view().sub_clusters[0].namespaces[0];
        let left: u32 =
            namespace.remaining.iter().map(|(_, due)| due.tx + due.rx + due.signals).sum();
        prop_assert_eq!(left, 0);
        if namespace.counts.dead == 0 {
            let marks = |node: &rosterlab_engine::NodeView| {
                let copies = node.namespaces[0].copies;
                copies.evade + copies.revived
            };
            prop_assert_eq!(cluster.view().nodes.iter().map(marks).sum::<u32>(), 0);
        }
        Ok(())
    })
    .unwrap();
}

/// Every two-way split of a healthy cluster, for every roster of these nodes and every RF.
fn every_split(judge: Judge, sizes: std::ops::RangeInclusive<usize>) -> Result<u32, String> {
    let mut splits = 0;
    for (nodes, racks) in sizes.flat_map(|n| (1..=3).map(move |racks| (n, racks))) {
        let node =
            |n: usize| format!("{:X}@{}", 0xa1 + n, if racks == 1 { 0 } else { n % racks + 1 });
        let names: Vec<String> = (0..nodes).map(node).collect();
        for rf in 1..=u8::try_from(nodes).unwrap() {
            let healthy = World::new(setup(&names.join(" "), rf), Rules::judged_by(judge)).cluster;
            let ids: Vec<_> = healthy.setup().nodes.iter().map(|node| node.id).collect();
            // The last node is always on the second side, so each split is tried once.
            for mask in 1..1_usize << (nodes - 1) {
                let side = |one: bool| {
                    let on = |n: &usize| (mask >> n & 1 == 1) == one;
                    (0..nodes).filter(on).map(|n| ids[n]).collect::<Vec<_>>()
                };
                let between = vec![side(true), side(false)];
                let larger = between[0].len().max(between[1].len());
                let mut cluster = healthy.clone();
                cluster.apply(&Command::Cut { between }).unwrap();
                cluster.advance(Until::Settled);
                let view = cluster.view();
                for pid in 0..4096 {
                    let active = |one: &&rosterlab_engine::SubClusterView| {
                        one.namespaces[0].cells[pid].verdict.is_active()
                    };
                    let sides = view.sub_clusters.iter().filter(active).count();
                    let expected = usize::from(larger >= usize::from(rf));
                    if sides != expected {
                        return Err(format!(
                            "{names:?} RF {rf}, split {mask:b}: partition {pid} is active on {sides} sides"
                        ));
                    }
                }
                splits += 1;
            }
        }
    }
    Ok(splits)
}

#[test]
fn every_split_of_a_healthy_cluster_leaves_each_partition_active_on_exactly_one_side() {
    assert_eq!(every_split(judge, 2..=8), Ok(3 * 1757));
}

/// Wrong rules that trust a node after a crash.
fn ignore_evade(facts: &Facts, profile: Profile) -> Verdict {
    judge(&Facts { evading: 0, full: facts.not_subset, ..*facts }, profile)
}

/// Wrong rules that let fewer than RF nodes serve.
fn no_rule_0(facts: &Facts, profile: Profile) -> Verdict {
    let right = judge(facts, profile);
    let missing = facts.missing_or_untrusted(profile);
    if right.rule == Rule::TooFewNodes && facts.with_data > 0 && missing < facts.replication_factor
    {
        return Verdict { availability: Availability::Active, rule: Rule::SuperMajority };
    }
    right
}

#[test]
fn rules_that_ignore_e_are_caught_losing_writes() {
    let why = caught(ignore_evade);
    assert!(why.contains("was acknowledged and is on"), "{why}");
}

#[test]
fn rules_without_rule_0_are_caught_with_two_active_sides() {
    let why = every_split(no_rule_0, 4..=4).unwrap_err();
    assert!(why.contains("is active on 2 sides"), "{why}");
    let why = caught(no_rule_0);
    assert!(why.contains("is active in the sub-clusters of"), "{why}");
}
