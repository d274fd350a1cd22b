//! Clusters that begin with what was read: they are as the cluster that it was read from.

use proptest::collection::vec;
use proptest::prelude::*;
use rosterlab_engine::{
    Cluster, ClusterSetup, Command, Mode, NamespaceSettings, NodeId, NodeState, PackedVersions,
    PartitionId, QuiesceState, Rules, SetupError, Shutdown, StartingRoster, StartingVersions,
    SubClusterView, Until, Version,
};

use crate::common::free::{Free, FreeWorld, free};
use crate::common::world::Deed;
use crate::common::*;
use crate::properties::{any_free_setup, runner};

/// What a running cluster shows, as the setup of another.
fn read_from(cluster: &Cluster) -> ClusterSetup {
    let view = cluster.view();
    let mut setup = cluster.setup().clone();
    setup.nodes.retain(|node| view.node(node.id).is_some());
    setup.min_cluster_size = 1;
    for node in &mut setup.nodes {
        let seen = view.node(node.id).unwrap();
        node.rack = seen.rack;
        let told = [QuiesceState::Pending, QuiesceState::Effective];
        node.quiesced = seen.state.is_up() && told.contains(&seen.quiesce);
        node.down = match seen.state {
            NodeState::DownClean => Some(Shutdown::Clean),
            NodeState::DownUnclean => Some(Shutdown::Unclean),
            _ => None,
        };
    }
    let here = &view.sub_clusters[0];
    for index in 0..setup.namespaces.len() {
        let name = setup.namespaces[index].name.clone();
        if setup.namespaces[index].mode == Mode::StrongConsistency {
            let roster = here.namespaces[index].roster.clone();
            setup.namespaces[index].roster =
                if roster.is_empty() { StartingRoster::None } else { StartingRoster::List(roster) };
        }
        let nodes: Vec<NodeId> = setup.nodes.iter().map(|node| node.id).collect();
        let of = |id: &NodeId| cluster.versions(&name, *id).unwrap();
        let columns: Vec<&[Version]> = nodes.iter().map(of).collect();
        let row = |pid: usize| columns.iter().map(|column| column[pid]).collect();
        let regime = here.namespaces[index].regime;
        let read =
            StartingVersions { regime, rows: vec![], versions: (0..4096).map(row).collect() };
        let packed = read.pack(&setup, index);
        setup.namespaces[index].versions = Some(packed.unwrap());
    }
    setup
}

/// What one sub-cluster decided of all namespaces, without cluster keys and regimes.
fn decided(cluster: &Cluster) -> Vec<String> {
    let view = cluster.view();
    let here: &SubClusterView = &view.sub_clusters[0];
    let each = here.namespaces.iter().zip(&view.namespaces).map(|(namespace, settings)| {
        let versions = |id: &NodeId| {
            let versions = cluster.versions(&settings.name, *id).unwrap().iter();
            versions.map(|version| version.to_string()[12..].to_owned()).collect::<Vec<_>>()
        };
        let versions: Vec<_> = here.nodes.iter().map(versions).collect();
        format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {versions:?}",
            here.nodes,
            namespace.counts,
            namespace.by_rule,
            namespace.expected,
            namespace.roster,
            namespace.cells
        )
    });
    each.collect()
}

/// A cluster of all nodes that are up, in which nothing is to come.
fn is_one_side(cluster: &Cluster) -> bool {
    let view = cluster.view();
    let up = view.nodes.iter().filter(|node| node.state.is_up()).count();
    !view.changing && view.sub_clusters.len() == 1 && view.sub_clusters[0].nodes.len() == up
}

/// After any history, a cluster that begins with what a random cluster shows decides what that one decides when it
/// reclusters, and the same again at the next stop and after it.
#[test]
fn a_cluster_read_from_another_goes_on_as_it_does() {
    let histories = (any_free_setup(), vec(free(), 0..25), any::<u16>(), any::<bool>());
    let compared = std::cell::Cell::new(0);
    runner(60, 1000)
        .run(&histories, |(setup, history, pick, clean)| {
            let mut world = FreeWorld::new(setup, Rules::default());
            for one in &history {
                world.act(one);
            }
            world.act(&Free::Deed(Deed::Heal));
            let mut original = world.world.cluster;
            if original.apply(&recluster()).is_err() {
                return Ok(());
            }
            original.advance(Until::Settled);
            if !is_one_side(&original) {
                return Ok(());
            }
            let mut started = Cluster::new(read_from(&original)).unwrap();
            // The start is a cluster change as well.
            act(&mut original, &recluster());
            prop_assert_eq!(decided(&started), decided(&original));
            let nodes = original.view().sub_clusters[0].nodes.clone();
            let stopped: Vec<NodeId> = nodes
                .iter()
                .enumerate()
                .filter(|(place, _)| pick >> (place % 16) & 1 == 1)
                .map(|(_, id)| *id)
                .collect();
            let shutdown = if clean { Shutdown::Clean } else { Shutdown::Unclean };
            let stop = Command::Stop { nodes: stopped, shutdown };
            let all_stop = nodes.len() == pick.count_ones() as usize;
            if all_stop || original.check(&stop).is_err() {
                return Ok(());
            }
            for cluster in [&mut original, &mut started] {
                act(cluster, &stop);
            }
            if !is_one_side(&original) {
                return Ok(());
            }
            prop_assert_eq!(decided(&started), decided(&original));
            prop_assert_eq!(started.pack().unpack() == started, true, "packing loses something");
            for cluster in [&mut original, &mut started] {
                migrate(cluster);
                act(cluster, &recluster());
            }
            prop_assert_eq!(decided(&started), decided(&original));
            compared.set(compared.get() + 1);
            Ok(())
        })
        .unwrap();
    let compared = compared.get();
    assert!(compared > 20, "only {compared} histories were compared to their end");
}

/// A healthy cluster's setup with every row listed as the cluster has it, and nothing that says how rows are made.
fn listed(cluster: &Cluster) -> ClusterSetup {
    let mut setup = cluster.setup().clone();
    let of = |node: NodeId| setup.nodes.iter().position(|known| known.id == node).unwrap();
    for index in 0..setup.namespaces.len() {
        let name = setup.namespaces[index].name.clone();
        let replicas = cluster.replicas(&name, setup.nodes[0].id).unwrap();
        let row = |pid| replicas.of(pid).iter().map(|replica| of(replica.node)).collect();
        let columns: Vec<&[Version]> =
            setup.nodes.iter().map(|node| cluster.versions(&name, node.id).unwrap()).collect();
        let held = |pid: PartitionId| columns.iter().map(|column| column[pid.index()]).collect();
        let read = StartingVersions {
            regime: 75,
            rows: PartitionId::all().map(row).collect(),
            versions: PartitionId::all().map(held).collect(),
        };
        setup.namespaces[index].prefer_uniform_balance = false;
        setup.namespaces[index].versions = Some(read.pack(&setup, index).unwrap());
    }
    setup
}

/// Sixteen nodes on four racks, RF 2, whose rows follow no published rule.
fn sixteen() -> Cluster {
    let nodes: Vec<String> = (0..16).map(|n| format!("{:X}@{}", 0xa0 + n, n / 4 + 1)).collect();
    let mut setup = setup(&nodes.join(" "), 2);
    setup.namespaces[0].prefer_uniform_balance = true;
    let second = NamespaceSettings { name: "second".into(), ..setup.namespaces[0].clone() };
    setup.namespaces.push(second);
    Cluster::new(setup).unwrap()
}

/// The verdicts need no more than the first RF nodes of each row (domain.md §5).
#[test]
fn rows_as_read_decide_as_the_rows_of_the_real_cluster() {
    let original = sixteen();
    let setup = listed(&original);
    let texts: Vec<usize> =
        setup.namespaces.iter().map(|n| n.versions.as_ref().unwrap().text().len()).collect();
    assert_eq!(
        texts,
        [5484, 23],
        "a row has two places of four bits, and the second is as the first"
    );
    let started = Cluster::new(setup).unwrap();
    assert_eq!(started.view().sub_clusters[0].namespaces[0].regime, 75);
    for pair in ["A0 A1", "A0 A4", "AF A3", "A0 A1 A2 A3", "A0 A4 A8 AC"] {
        let (mut one, mut other) = (original.clone(), started.clone());
        assert_eq!(
            one.losses("main").unwrap().not_active_without(&ids(pair)),
            other.losses("main").unwrap().not_active_without(&ids(pair)),
            "losing {pair}"
        );
        for cluster in [&mut one, &mut other] {
            act(cluster, &crash(pair));
        }
        assert_eq!(counts(&one), counts(&other), "after {pair} crashed");
        assert_eq!(other.pack().unpack(), other);
    }
}

/// With the published order of succession, or with rows that were read, numbers are exact.
#[test]
fn numbers_are_about_right_where_rows_are_the_simulators() {
    let original = sixteen();
    assert!(original.setup().is_about(0) && original.setup().is_about(1));
    let mut read = listed(&original);
    read.namespaces[0].prefer_uniform_balance = true;
    read.namespaces[1].prefer_uniform_balance = true;
    assert!(!read.is_about(0) && !read.is_about(1), "the second has the rows of the first");
    read.namespaces[0].versions = None;
    assert!(read.is_about(0));
    read.namespaces[0].prefer_uniform_balance = false;
    assert!(!read.is_about(0) && !read.is_about(7));
}

#[test]
fn rows_as_read_come_back_with_their_roster() {
    let original = sixteen();
    let mut started = Cluster::new(listed(&original)).unwrap();
    let rows = |cluster: &Cluster| cluster.replicas("main", ids("A0")[0]).unwrap();
    let before = rows(&started);
    let all: Vec<String> = (0..16).map(|n| format!("{:X}@{}", 0xa0 + n, n / 4 + 1)).collect();
    act(&mut started, &roster_set(&all[..12].join(" ")));
    act(&mut started, &recluster());
    assert_ne!(rows(&started), before);
    migrate(&mut started);
    act(&mut started, &roster_set(&all.join(" ")));
    act(&mut started, &recluster());
    migrate(&mut started);
    assert_eq!(rows(&started), before, "the same nodes on the same racks have the same rows");
}

/// A node that is down at the start is as one that stopped right after it.
#[test]
fn a_node_may_be_down_at_the_start() {
    for (shutdown, stopped) in [(Shutdown::Clean, stop("B102")), (Shutdown::Unclean, crash("B102"))]
    {
        let mut setup = case_study().setup().clone();
        setup.nodes[4].down = Some(shutdown);
        let mut started = Cluster::new(setup).unwrap();
        let mut original = case_study();
        act(&mut original, &stopped);
        assert_eq!(decided(&started), decided(&original));
        for cluster in [&mut original, &mut started] {
            act(cluster, &start("B102"));
        }
        assert_eq!(decided(&started), decided(&original));
    }
}

#[test]
fn a_roster_may_be_listed_and_name_others() {
    let mut setup = setup("A1 A2 A3 A4", 2);
    let list = |text: &str| {
        StartingRoster::List(text.split(' ').map(|entry| entry.parse().unwrap()).collect())
    };
    setup.namespaces[0].roster = list("A1 A2 A3 C0FFEE");
    let started = Cluster::new(setup.clone()).unwrap();
    let view = started.view();
    let here = &view.sub_clusters[0].namespaces[0];
    assert_eq!((here.roster.len(), here.roster_nodes_present), (4, 3));
    assert_eq!((here.counts.active, here.counts.dead), (4096, 0), "one of four is missing");
    let a4 = ids("A4")[0];
    assert_eq!(view.node(a4).unwrap().namespaces[0].copies.with_data, 0, "it is not in the roster");
    setup.namespaces[0].roster = list("A1 A1");
    assert_eq!(setup.check(), Err(SetupError::Roster { index: 0 }));
    setup.namespaces[0].roster = StartingRoster::List(Vec::new());
    assert_eq!(setup.check(), Err(SetupError::Roster { index: 0 }));
    setup.namespaces[0].roster = StartingRoster::All;
    setup.nodes.iter_mut().for_each(|node| node.down = Some(Shutdown::Clean));
    assert_eq!(setup.check(), Err(SetupError::AllDown));
}

#[test]
fn what_cannot_be_packed_is_said() {
    let setup = setup("A1 A2", 2);
    let versions = vec![vec![Version::NULL; 2]; 4096];
    let read = |regime, rows, versions: &[Vec<Version>]| {
        let read = StartingVersions { regime, rows, versions: versions.to_vec() };
        read.pack(&setup, 0).map_err(|error| error.to_string())
    };
    assert!(read(1, vec![], &versions).is_ok());
    let start = "character 0 of the versions: ";
    for (rows, of, said) in [
        (vec![], &versions[1..], "each partition has a version for each node"),
        (vec![vec![0, 1]], &versions[..], "each partition has a row of nodes"),
        (vec![vec![0, 2]; 4096], &versions[..], "each partition has a row of nodes"),
        (vec![vec![0]; 4096], &versions[..], "a row has as many nodes as RF, or as the roster has"),
    ] {
        assert_eq!(read(1, rows, of), Err(format!("{start}{said}")));
    }
    let twice = read(1, vec![vec![1, 1]; 4096], &versions).unwrap_err();
    assert!(twice.ends_with("a row has each node of the roster once"), "{twice}");
    assert!(read(1 << 31, vec![], &versions).is_err());
}

/// No text makes the engine panic: it is refused with its place, or it is a cluster that works.
#[test]
fn any_text_is_refused_or_begins_a_cluster() {
    let whole = listed(&Cluster::new(setup("A1 A2 A3", 2)).unwrap());
    let text = whole.namespaces[0].versions.as_ref().unwrap().text().to_owned();
    let damage = (vec((0..text.len(), "[-~0-9a-zA-Z!é]"), 0..4), any::<bool>(), 0..text.len());
    let begun = std::cell::Cell::new(0);
    runner(300, 100)
        .run(&damage, |(places, near_the_ends, end)| {
            let mut damaged: Vec<char> = text.chars().collect();
            for (place, with) in places {
                let place = if near_the_ends { place % 24 } else { place };
                damaged[place] = with.chars().next().unwrap();
            }
            if end % 4 == 0 {
                damaged.truncate(end);
            }
            let mut setup = whole.clone();
            let damaged: String = damaged.into_iter().collect();
            setup.namespaces[0].versions = Some(PackedVersions::from(&*damaged));
            match Cluster::new(setup) {
                Ok(mut cluster) => {
                    begun.set(begun.get() + 1);
                    act(&mut cluster, &crash("A1"));
                    migrate(&mut cluster);
                    act(&mut cluster, &start("A1"));
                }
                Err(SetupError::Versions { index: 0, at, why }) => {
                    prop_assert!(at <= damaged.len() && !why.is_empty());
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
            Ok(())
        })
        .unwrap();
    assert!(begun.get() > 10, "{} of 300 began", begun.get());
}
