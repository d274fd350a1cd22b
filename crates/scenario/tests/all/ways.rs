//! The nearest ways out: those of the case study, and in small clusters all that brute force finds.

use rosterlab_engine::{
    Cluster, ClusterSetup, Command, Mode, NamespaceSettings, NodeId, NodeSetup, PartitionId,
    RackId, RosterEntry, RosterNodes, Served, Shutdown, Until,
};
use rosterlab_scenario::foresight::ways::{
    MOST_ACTIONS, MOST_WAYS, Remedy, Risk, Search, Way, commands, risk_of_steps,
};
use rosterlab_scenario::{Entry, Settle};

fn id(text: &str) -> NodeId {
    text.parse().unwrap()
}

fn cluster(nodes: &[(&str, u32)]) -> Cluster {
    let setup = |(node, rack): &(&str, u32)| NodeSetup::new(id(node), RackId::new(*rack).unwrap());
    Cluster::new(ClusterSetup::of(nodes.iter().map(setup).collect(), 2)).unwrap()
}

/// The cluster of docs/domain.md §10.
fn case_study() -> Cluster {
    cluster(&[("A101", 1), ("A102", 1), ("A103", 1), ("B101", 2), ("B102", 2)])
}

fn act(cluster: &mut Cluster, command: &Command) {
    cluster.apply(command).unwrap();
    cluster.advance(Until::Settled);
}

fn stop(cluster: &mut Cluster, nodes: &[&str], shutdown: Shutdown) {
    act(cluster, &Command::Stop { nodes: nodes.iter().map(|node| id(node)).collect(), shutdown });
}

fn start(cluster: &mut Cluster, nodes: &[&str]) {
    act(cluster, &Command::Start { nodes: nodes.iter().map(|node| id(node)).collect() });
}

fn migrate(cluster: &mut Cluster) {
    cluster.advance(Until::Migrated { partitions: None });
}

fn set_roster(cluster: &mut Cluster) {
    let (namespace, nodes) = ("main".to_owned(), RosterNodes::Observed);
    act(cluster, &Command::RosterSet { namespace, nodes, on: None });
    act(cluster, &Command::Recluster { on: None });
}

/// The first partition that is not served.
fn lost(cluster: &Cluster) -> Option<PartitionId> {
    PartitionId::all().find(|partition| !cluster.serves("main", *partition))
}

fn searched(cluster: &Cluster, partition: PartitionId) -> Search {
    let mut search = Search::new(cluster, "main", partition);
    while !search.advance(1) {}
    search
}

/// The ways out for the first partition that is not served.
fn ways(cluster: &Cluster) -> Vec<Way> {
    searched(cluster, lost(cluster).unwrap()).found().to_vec()
}

fn text(way: &Way) -> String {
    let remedy = |remedy: &Remedy| match remedy {
        Remedy::Unstage => "unstage".to_owned(),
        Remedy::Heal => "heal".to_owned(),
        Remedy::Start(node) => format!("start {node}"),
        Remedy::Recluster => "recluster".to_owned(),
        Remedy::RosterSet { .. } => "roster".to_owned(),
        Remedy::Revive => "revive".to_owned(),
    };
    let remedies: Vec<String> = way.remedies.iter().map(remedy).collect();
    format!("{}: {:?}, {}", remedies.join(", "), way.risk, way.after[0].active())
}

#[track_caller]
fn check(cluster: &Cluster, expected: &[&str]) {
    let found: Vec<String> = ways(cluster).iter().map(text).collect();
    assert_eq!(found, expected);
}

#[test]
fn after_a_roster_reset_too_early_the_crashed_node_is_the_way() {
    let mut cluster = case_study();
    stop(&mut cluster, &["B101", "B102"], Shutdown::Clean);
    set_roster(&mut cluster);
    stop(&mut cluster, &["A102"], Shutdown::Unclean);
    check(&cluster, &["start A102: None, 4096", "roster: MayLoseWrites, 4096"]);
}

#[test]
fn with_rack_2_stopped_and_a102_crashed_two_nodes_have_to_come_back() {
    let mut cluster = case_study();
    stop(&mut cluster, &["B101", "B102"], Shutdown::Clean);
    migrate(&mut cluster);
    stop(&mut cluster, &["A102"], Shutdown::Unclean);
    let found = ways(&cluster);
    let safe: Vec<String> = found.iter().filter(|way| way.risk == Risk::None).map(text).collect();
    assert_eq!(safe, ["start B102, start B101: None, 4096"]);
    assert_eq!(text(&found[0]), "roster: MayLoseWrites, 4096");
}

#[test]
fn dead_partitions_are_revived_and_that_may_lose_writes() {
    let mut cluster = case_study();
    let all = ["A101", "A102", "A103", "B101", "B102"];
    stop(&mut cluster, &all, Shutdown::Unclean);
    start(&mut cluster, &all);
    check(&cluster, &["revive: MayLoseWrites, 4096"]);
}

#[test]
fn a_cut_is_healed() {
    let mut cluster = case_study();
    let sides = [["A101", "A102"].map(id).to_vec(), ["A103", "B101"].map(id).to_vec()];
    let between = [&sides[..], &[vec![id("B102")]]].concat();
    act(&mut cluster, &Command::Cut { between });
    let first = ways(&cluster).remove(0);
    assert_eq!(text(&first), "heal: None, 4096");
}

#[test]
fn a_roster_that_was_staged_and_forgotten_needs_a_recluster_only() {
    let mut cluster = case_study();
    stop(&mut cluster, &["B101", "B102"], Shutdown::Clean);
    migrate(&mut cluster);
    stop(&mut cluster, &["A102"], Shutdown::Unclean);
    let (namespace, nodes) = ("main".to_owned(), RosterNodes::Observed);
    act(&mut cluster, &Command::RosterSet { namespace, nodes, on: None });
    let found: Vec<String> = ways(&cluster).iter().map(text).collect();
    assert_eq!(found[0], "recluster: MayLoseWrites, 4096");
    // Any cluster change brings the staged roster into force, so every way has a risk that does not take it back.
    assert!(found[1..3].iter().all(|way| way.starts_with("start ")), "{found:?}");
    assert_eq!(found[3], "unstage, start B102, start B101: None, 4096");
}

#[test]
fn what_is_active_needs_no_way_and_nothing_is_tried() {
    let mut search = Search::new(&case_study(), "main", PartitionId::new(0).unwrap());
    assert!(search.is_done() && search.advance(5) && search.found().is_empty());
    assert_eq!(search.tries(), 0);
}

#[test]
fn with_no_node_up_all_are_started() {
    let nodes = ["A1", "B1", "C1"];
    let starts = nodes.map(|node| Remedy::Start(id(node)));
    for (shutdown, revives) in [(Shutdown::Clean, false), (Shutdown::Unclean, true)] {
        let mut cluster = cluster(&[("A1", 1), ("B1", 2), ("C1", 3)]);
        stop(&mut cluster, &nodes, shutdown);
        let found = ways(&cluster);
        for way in &found {
            assert_counts_are_true(&cluster, way);
            let all = starts.iter().all(|start| way.remedies.contains(start));
            assert!(all, "{}", text(way));
        }
        assert_eq!(found[0].remedies.contains(&Remedy::Revive), revives, "{}", text(&found[0]));
        let least = if revives { Risk::MayLoseWrites } else { Risk::None };
        assert_eq!((found[0].risk, found.len()), (least, 1), "{found:?}");
    }
}

#[test]
fn a_way_that_brings_another_side_s_roster_into_force_is_no_safe_one() {
    let names: Vec<String> = ["A", "B", "C"]
        .iter()
        .flat_map(|rack| (1..=4).map(move |n| format!("{rack}10{n}")))
        .collect();
    let nodes: Vec<(&str, u32)> =
        names.iter().zip(0..).map(|(name, n)| (&**name, n / 4 + 1)).collect();
    let mut cluster = cluster(&nodes);
    let rack = |rack: usize| names[rack * 4..][..4].iter().map(|name| id(name)).collect::<Vec<_>>();
    act(&mut cluster, &Command::Cut { between: vec![rack(0), rack(1), rack(2)] });
    for on in ["C104", "B104"].map(|node| Some(id(node))) {
        let (namespace, nodes) = ("main".to_owned(), RosterNodes::Observed);
        act(&mut cluster, &Command::RosterSet { namespace, nodes, on });
        act(&mut cluster, &Command::Recluster { on });
    }
    // Both sides have taken writes. C's roster wins when all are one again: C104 is the principal.
    act(&mut cluster, &Command::Stop { nodes: rack(2), shutdown: Shutdown::Clean });
    let heal = Command::Heal { between: None };
    let start = Command::Start { nodes: rack(2) };
    let entries = [heal, start].map(|command| Entry::Act { command, settle: Settle::Fully });
    let mut after = cluster.clone();
    for entry in &entries {
        entry.run(&mut after).unwrap();
    }
    assert!(rosters(&after).iter().flatten().all(|entry| entry.node != id("B104")));
    assert_eq!(risk_of_steps(&cluster, &entries), Some(Risk::MayLoseWrites));
    assert!(ways(&cluster).iter().all(|way| way.risk > Risk::None));
}

#[test]
fn nodes_that_are_all_cut_off_are_healed() {
    let mut cluster = case_study();
    stop(&mut cluster, &["B102"], Shutdown::Clean);
    migrate(&mut cluster);
    // Each node is alone: nothing is served, and each holds its copies.
    let sides = ["A101", "A102", "A103", "B101"].map(|node| vec![id(node)]).to_vec();
    act(&mut cluster, &Command::Cut { between: sides });
    let found = ways(&cluster);
    assert_eq!(text(&found[0]), "heal: None, 4096");
}

#[test]
fn when_few_actions_help_only_with_a_risk_the_needless_ones_are_taken_out_of_all() {
    let names: Vec<String> = (1..=16).map(|number| format!("A{number}")).collect();
    let nodes: Vec<(&str, u32)> = names.iter().map(|name| (&**name, 0)).collect();
    let mut cluster = cluster(&nodes);
    // Both copies stop with eleven others: they return as subsets, so a super-majority has to come together.
    let partition = PartitionId::new(0).unwrap();
    let row = cluster.explain("main", partition, None).unwrap().row;
    let stopped = row[..13].iter().map(|seat| seat.node).collect();
    act(&mut cluster, &Command::Stop { nodes: stopped, shutdown: Shutdown::Clean });
    let search = searched(&cluster, partition);
    assert!(!search.is_complete());
    let safe = search.found().iter().find(|way| way.risk == Risk::None).unwrap();
    assert_eq!(safe.remedies.len(), 12, "15 of 16 are fewer than two missing");
    for way in search.found() {
        assert_works_and_is_minimal(&cluster, partition, way);
    }
}

/// Tries a way, and the way without each of its actions.
fn assert_works_and_is_minimal(cluster: &Cluster, partition: PartitionId, way: &Way) {
    assert!(helps(cluster, partition, &way.remedies), "{}", text(way));
    for place in 0..way.remedies.len() {
        let mut fewer = way.remedies.clone();
        fewer.remove(place);
        assert!(!helps(cluster, partition, &fewer), "{} without {place}", text(way));
    }
}

fn helps(cluster: &Cluster, partition: PartitionId, remedies: &[Remedy]) -> bool {
    let mut copy = cluster.clone();
    let commands = commands(remedies, &[0], &cluster.view());
    performed(&mut copy, &commands) && copy.serves("main", partition)
}

/// Gives commands one after the other, settled after each, until one is refused.
fn performed(cluster: &mut Cluster, commands: &[Command]) -> bool {
    commands.iter().all(|command| {
        let is_taken = cluster.apply(command).is_ok();
        cluster.advance(Until::Settled);
        is_taken
    })
}

/// The rosters in force, by sub-cluster and namespace.
fn rosters(cluster: &Cluster) -> Vec<Vec<RosterEntry>> {
    let view = cluster.view();
    let of = |one: &rosterlab_engine::SubClusterView| {
        one.namespaces.iter().map(|namespace| namespace.roster.clone()).collect::<Vec<_>>()
    };
    let mut rosters: Vec<_> = view.sub_clusters.iter().flat_map(of).collect();
    rosters.dedup();
    rosters
}

/// What a way says of every namespace is what performing it comes to.
#[track_caller]
fn assert_counts_are_true(cluster: &Cluster, way: &Way) {
    let mut copy = cluster.clone();
    assert_eq!(way.before, copy.served());
    assert!(performed(&mut copy, &way.commands), "{}", text(way));
    assert_eq!(way.after, copy.served(), "{}", text(way));
}

/// All actions in a small cluster.
fn everything(cluster: &Cluster) -> Vec<Remedy> {
    let view = cluster.view();
    let down = view.nodes.iter().filter(|node| !node.state.is_up());
    let mut remedies: Vec<Remedy> = down.map(|node| Remedy::Start(node.id)).collect();
    remedies.extend((!view.cuts.is_empty()).then_some(Remedy::Heal));
    remedies.extend([Remedy::Recluster, Remedy::Revive]);
    let on = view.sub_clusters.iter().map(|one| Some(one.principal));
    let on: Vec<Option<NodeId>> =
        if view.sub_clusters.len() < 2 { vec![None] } else { on.collect() };
    remedies.extend(on.into_iter().map(|on| Remedy::RosterSet { on }));
    remedies
}

/// Every set that helps and has no part that helps, smallest first; each is sorted.
fn by_brute_force(cluster: &Cluster, partition: PartitionId) -> Vec<Vec<Remedy>> {
    let remedies = everything(cluster);
    let mut sets: Vec<u32> = (1..1 << remedies.len()).collect();
    sets.sort_by_key(|set: &u32| set.count_ones());
    let mut minimal: Vec<u32> = Vec::new();
    for set in sets {
        if minimal.iter().any(|other| other & set == *other) {
            continue;
        }
        let chosen = (0..remedies.len()).filter(|place| set & (1 << place) != 0);
        let chosen: Vec<Remedy> = chosen.map(|place| remedies[place]).collect();
        if helps(cluster, partition, &chosen) {
            minimal.push(set);
        }
    }
    let chosen = |set: &u32| {
        let places = (0..remedies.len()).filter(|place| set & (1 << place) != 0);
        let mut chosen: Vec<Remedy> = places.map(|place| remedies[place]).collect();
        chosen.sort();
        chosen
    };
    minimal.iter().map(chosen).collect()
}

/// A number below `n`: a fixed sequence.
fn pick(seed: &mut u64, n: usize) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from((*seed >> 33) % n as u64).unwrap()
}

fn any_command(seed: &mut u64, nodes: &[NodeId]) -> Command {
    let node = nodes[pick(seed, nodes.len())];
    let namespace = "main".to_owned();
    match pick(seed, 12) {
        0..=3 => Command::Stop { nodes: vec![node], shutdown: Shutdown::Unclean },
        4 | 5 => Command::Stop { nodes: vec![node], shutdown: Shutdown::Clean },
        6 | 7 => Command::Start { nodes: vec![node] },
        8 => {
            let others = nodes.iter().copied().filter(|other| *other != node).collect();
            Command::Cut { between: vec![vec![node], others] }
        }
        9 => Command::RosterSet { namespace, nodes: RosterNodes::Observed, on: None },
        10 => Command::Revive { namespace, nodes: None },
        _ => Command::Recluster { on: None },
    }
}

#[test]
fn in_small_clusters_the_ways_are_those_that_brute_force_finds() {
    let nodes = ["A1", "A2", "B1", "B2"].map(id);
    let (mut compared, mut unstaged) = (0, 0);
    for history in 0..60_u64 {
        let mut seed = history * 7919 + 1;
        let mut cluster = cluster(&[("A1", 1), ("A2", 1), ("B1", 2), ("B2", 2)]);
        for _ in 0..5 {
            if cluster.apply(&any_command(&mut seed, &nodes)).is_ok() {
                cluster.advance(Until::Settled);
                if pick(&mut seed, 3) == 0 {
                    migrate(&mut cluster);
                }
            }
        }
        let Some(partition) = lost(&cluster) else { continue };
        // Then all nodes are started at once, which is no smallest set.
        if cluster.view().nodes.iter().all(|node| !node.state.is_up()) {
            continue;
        }
        compared += 1;
        let search = searched(&cluster, partition);
        assert!(search.is_complete(), "history {history}");
        for way in search.found() {
            assert_counts_are_true(&cluster, way);
        }
        unstaged += assert_unstaging_is_needed(&cluster, partition, search.found());
        let is_plain = |way: &&Way| !way.remedies.contains(&Remedy::Unstage);
        let plain: Vec<&Way> = search.found().iter().filter(is_plain).collect();
        let brute = by_brute_force(&cluster, partition);
        let brute: Vec<_> = brute.into_iter().filter(|set| set.len() <= MOST_ACTIONS).collect();
        let found: Vec<Vec<Remedy>> = plain
            .iter()
            .map(|way| {
                let mut set = way.remedies.clone();
                set.sort();
                set
            })
            .collect();
        for (place, (set, other)) in found.iter().zip(&brute).enumerate() {
            assert!(brute.contains(set), "history {history}: {set:?} is none of {brute:?}");
            let is_only_safe = place == MOST_WAYS - 1
                && plain[..place].iter().all(|way| way.risk > Risk::None)
                && plain[place].risk == Risk::None;
            let is_next = set.len() == other.len();
            assert!(is_next || is_only_safe, "history {history}: {found:?}, {brute:?}");
        }
        let all = found.len() == brute.len().min(MOST_WAYS);
        let others = search.found().len() - found.len();
        assert!(all || others > 0, "history {history}: {found:?}, {brute:?}");
    }
    assert!(compared >= 20, "only {compared} histories end with something to repair");
    assert!(unstaged > 0, "in some a staged roster would have hurt");
}

/// Ways that take a staged roster back: each works and keeps the rosters in force; without that, it would not work or
/// bring the staged one into force. Gives how many there are.
fn assert_unstaging_is_needed(cluster: &Cluster, partition: PartitionId, found: &[Way]) -> usize {
    let unstages = |way: &&Way| way.remedies.contains(&Remedy::Unstage);
    for way in found.iter().filter(unstages) {
        let mut fewer = way.remedies.clone();
        fewer.retain(|remedy| *remedy != Remedy::Unstage);
        let (mut with, mut without) = (cluster.clone(), cluster.clone());
        assert!(performed(&mut with, &way.commands) && with.serves("main", partition));
        let fewer = commands(&fewer, &[0], &cluster.view());
        let helps = performed(&mut without, &fewer) && without.serves("main", partition);
        assert!(!helps || rosters(&with) != rosters(&without), "{}", text(way));
    }
    found.iter().filter(unstages).count()
}

fn two_namespaces(settings: NamespaceSettings) -> Cluster {
    let mut setup = case_study().setup().clone();
    setup.namespaces.push(settings);
    Cluster::new(setup).unwrap()
}

fn rack_2_stops_and_a102_crashes(cluster: &mut Cluster) {
    stop(cluster, &["B101", "B102"], Shutdown::Clean);
    migrate(cluster);
    stop(cluster, &["A102"], Shutdown::Unclean);
}

fn active(served: &[Served]) -> Vec<u32> {
    served.iter().map(|one| one.active()).collect()
}

#[test]
fn a_roster_is_set_in_every_namespace_that_needs_it() {
    let mut cluster = two_namespaces(NamespaceSettings::strong("ns2", 2));
    rack_2_stops_and_a102_crashes(&mut cluster);
    assert_eq!(active(&cluster.served()), [0, 0]);
    let found = ways(&cluster);
    let roster = &found[0];
    assert_eq!(text(roster), "roster: MayLoseWrites, 4096");
    assert_eq!(active(&roster.after), [4096, 4096], "it does both");
    assert_eq!(roster.commands.len(), 3, "two rosters and one recluster");
    for way in &found {
        assert_counts_are_true(&cluster, way);
    }
}

#[test]
fn a_namespace_that_needs_nothing_or_gains_nothing_is_left_alone() {
    let ap = NamespaceSettings { mode: Mode::Available, ..NamespaceSettings::strong("ap", 2) };
    let mut cluster = two_namespaces(ap);
    rack_2_stops_and_a102_crashes(&mut cluster);
    assert_eq!(ways(&cluster)[0].commands.len(), 2, "AP has no roster");
    // With commit-to-device A102 comes back trusted: ns2 is served, main is not.
    let ns2 = NamespaceSettings { commit_to_device: true, ..NamespaceSettings::strong("ns2", 2) };
    let mut cluster = two_namespaces(ns2);
    stop(&mut cluster, &["B101", "B102"], Shutdown::Clean);
    migrate(&mut cluster);
    let all = ["A101", "A102", "A103"];
    stop(&mut cluster, &all, Shutdown::Unclean);
    start(&mut cluster, &all);
    start(&mut cluster, &["B101", "B102"]);
    assert_eq!(active(&cluster.served()), [0, 4096]);
    let found = ways(&cluster);
    assert_eq!(text(&found[0]), "revive: MayLoseWrites, 4096");
    assert_eq!(found[0].commands.len(), 2, "only main is revived");
}

/// Stages a roster on the sub-cluster with the highest principal.
fn stage(cluster: &mut Cluster, nodes: RosterNodes) {
    act(cluster, &Command::RosterSet { namespace: "main".to_owned(), nodes, on: None });
}

#[test]
fn a_staged_roster_that_would_hurt_is_taken_back_first() {
    for staged in [RosterNodes::Observed, RosterNodes::List(vec!["C1@3".parse().unwrap()])] {
        let mut cluster = case_study();
        let in_force = rosters(&cluster);
        rack_2_stops_and_a102_crashes(&mut cluster);
        stage(&mut cluster, staged);
        let found = ways(&cluster);
        let safe: Vec<&Way> = found.iter().filter(|way| way.risk == Risk::None).collect();
        let [safe] = safe[..] else { panic!("{:?}", found.iter().map(text).collect::<Vec<_>>()) };
        assert_eq!(text(safe), "unstage, start B102, start B101: None, 4096");
        assert_counts_are_true(&cluster, safe);
        assert!(performed(&mut cluster, &safe.commands));
        assert_eq!(rosters(&cluster), in_force, "the roster in force has stayed");
    }
}

#[test]
fn a_roster_that_was_staged_before_all_nodes_went_down_comes_into_force_and_is_a_risk() {
    let mut cluster = case_study();
    let in_force = rosters(&cluster);
    stop(&mut cluster, &["B101", "B102"], Shutdown::Clean);
    migrate(&mut cluster);
    stage(&mut cluster, RosterNodes::Observed);
    stop(&mut cluster, &["A101", "A102", "A103"], Shutdown::Clean);
    let found = ways(&cluster);
    assert!(!found.is_empty());
    for way in found {
        let mut copy = cluster.clone();
        assert!(performed(&mut copy, &way.commands));
        let is_changed = rosters(&copy) != in_force;
        assert_eq!(way.risk > Risk::None, is_changed, "{}", text(&way));
    }
}

#[test]
fn an_ap_namespace_that_no_cluster_serves_has_ways_out_without_a_roster() {
    let mut setup = case_study().setup().clone();
    setup.namespaces[0].mode = Mode::Available;
    let mut cluster = Cluster::new(setup).unwrap();
    // A101 and A102 do not hear each other; without a principal they agree on no cluster.
    act(&mut cluster, &Command::Cut { between: vec![vec![id("A101")], vec![id("A102")]] });
    stop(&mut cluster, &["B102"], Shutdown::Clean);
    assert!(cluster.view().sub_clusters.is_empty());
    let found = ways(&cluster);
    assert!(found.iter().any(|way| way.remedies == [Remedy::Heal]), "{found:?}");
    assert!(found.iter().all(|way| way.risk == Risk::None), "{found:?}");
    let no_roster = |remedy: &Remedy| !matches!(remedy, Remedy::RosterSet { .. } | Remedy::Revive);
    assert!(found.iter().flat_map(|way| &way.remedies).all(no_roster), "{found:?}");
    let mut down = Cluster::new(cluster.setup().clone()).unwrap();
    stop(&mut down, &["A101", "A102", "A103", "B101", "B102"], Shutdown::Clean);
    let starts = &ways(&down)[0].remedies;
    assert_eq!(starts.len(), 5);
    assert!(starts.iter().all(|remedy| matches!(remedy, Remedy::Start(_))), "{starts:?}");
}
