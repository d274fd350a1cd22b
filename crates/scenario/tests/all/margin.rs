//! A margin and a table of losses equal what stopping the nodes gives.

use proptest::prelude::*;
use rosterlab_engine::{
    Cluster, ClusterSetup, Command, NodeId, NodeSetup, RackId, RosterNodes, Shutdown, Until,
};
use rosterlab_scenario::Timeline;
use rosterlab_scenario::foresight::margin::{Found, LossTable, Margin};

use crate::strategies::{entry, seeded, setup};

fn node(id: u64) -> NodeId {
    NodeId::new(id).unwrap()
}

fn ids(list: &[u64]) -> Vec<NodeId> {
    list.iter().map(|id| node(*id)).collect()
}

fn case_study() -> Cluster {
    Cluster::new(nodes_on_racks(
        &[(0xA101, 1), (0xA102, 1), (0xA103, 1), (0xB101, 2), (0xB102, 2)],
        2,
    ))
    .unwrap()
}

fn nodes_on_racks(nodes: &[(u64, u32)], rf: u8) -> ClusterSetup {
    let of = |(id, rack): &(u64, u32)| NodeSetup::new(node(*id), RackId::new(*rack).unwrap());
    ClusterSetup::of(nodes.iter().map(of).collect(), rf)
}

fn act(cluster: &mut Cluster, command: &Command) {
    cluster.apply(command).unwrap();
    cluster.advance(Until::Settled);
}

fn stop(nodes: &[NodeId], shutdown: Shutdown) -> Command {
    Command::Stop { nodes: nodes.to_vec(), shutdown }
}

/// Which partitions are active in no sub-cluster.
fn out(cluster: &Cluster) -> Vec<bool> {
    let view = cluster.view();
    let is_active = |pid: usize| {
        view.sub_clusters.iter().any(|one| one.namespaces[0].cells[pid].verdict.is_active())
    };
    (0..4096).map(|pid| !is_active(pid)).collect()
}

fn count(out: &[bool]) -> u32 {
    u32::try_from(out.iter().filter(|out| **out).count()).unwrap()
}

fn found(cluster: &Cluster) -> Option<Found> {
    let mut margin = Margin::new(cluster, "main")?;
    assert!(margin.found().is_none());
    while !margin.advance(3) {}
    margin.found()
}

fn table(cluster: &Cluster, also: Option<NodeId>) -> LossTable {
    let mut table = LossTable::new(cluster, "main", also).unwrap();
    while !table.advance(7) {}
    table
}

/// The largest number of nodes that can be lost, in any order, without another partition becoming unavailable.
fn tried(cluster: &Cluster, up: &[NodeId], one_by_one: bool) -> usize {
    let now = out(cluster);
    let is_worse = |after: &Cluster| out(after).iter().zip(&now).any(|(after, now)| *after && !now);
    // Each state, with the lost nodes.
    let mut states = vec![(Vec::new(), cluster.clone())];
    for margin in 0..up.len() {
        let mut next: Vec<(Vec<NodeId>, Cluster)> = Vec::new();
        for (gone, state) in &states {
            for id in up {
                let in_order = one_by_one || gone.last().is_none_or(|last| last > id);
                if gone.contains(id) || !in_order {
                    continue;
                }
                let mut gone = gone.clone();
                gone.push(*id);
                let mut after = if one_by_one { state.clone() } else { cluster.clone() };
                if one_by_one {
                    act(&mut after, &stop(&[*id], Shutdown::Clean));
                } else {
                    act(&mut after, &stop(&gone, Shutdown::Unclean));
                }
                if is_worse(&after) {
                    return margin;
                }
                next.push((gone, after));
            }
        }
        states = next;
    }
    up.len()
}

#[test]
fn the_case_studys_margins() {
    let mut cluster = case_study();
    let whole = found(&cluster).unwrap();
    assert_eq!((whole.at_once.margin, whole.one_by_one.margin), (1, 1));
    assert_eq!(whole.at_once.sets, 10);
    assert_eq!(whole.at_once.hurting, 6, "one node of each rack: both copies of some partitions");
    act(&mut cluster, &stop(&ids(&[0xB101, 0xB102]), Shutdown::Clean));
    cluster.advance(Until::Migrated { partitions: None });
    let half = found(&cluster).unwrap();
    assert_eq!((half.at_once.margin, half.at_once.hurting, half.at_once.worst), (0, 3, 4096));
    assert_eq!(half.at_once.examples, [ids(&[0xA103]), ids(&[0xA102]), ids(&[0xA101])]);
    act(&mut cluster, &stop(&ids(&[0xA102]), Shutdown::Unclean));
    assert!(found(&cluster).is_none(), "nothing is active, so nothing more can be lost");
}

#[test]
fn what_is_out_already_does_not_count() {
    let mut cluster = case_study();
    act(&mut cluster, &stop(&ids(&[0xB101, 0xB102]), Shutdown::Clean));
    let observed = RosterNodes::Observed;
    act(&mut cluster, &Command::RosterSet { namespace: "main".into(), nodes: observed, on: None });
    act(&mut cluster, &Command::Recluster { on: None });
    act(&mut cluster, &stop(&ids(&[0xA102]), Shutdown::Unclean));
    assert_eq!(count(&out(&cluster)), 1381);
    // The table shows: losing A101 or A103 as well leaves 4,096 unavailable.
    let found = found(&cluster).unwrap();
    assert_eq!((found.at_once.margin, found.at_once.worst), (0, 4096));
    assert_eq!(found.at_once.examples, [ids(&[0xA103]), ids(&[0xA101])]);
}

/// A pending roster makes the difference: the first stop brings it into force, and the second finds copies that are not
/// filled yet.
#[test]
fn one_after_the_other_can_hurt_sooner_than_at_once() {
    let racks = [(0xA1, 1), (0xA2, 1), (0xA3, 1), (0xB1, 2), (0xB2, 2), (0xB3, 2)];
    let mut cluster = Cluster::new(nodes_on_racks(&racks, 3)).unwrap();
    act(&mut cluster, &Command::add_node(node(0xC1), RackId::NONE, false));
    let observed = RosterNodes::Observed;
    act(&mut cluster, &Command::RosterSet { namespace: "main".into(), nodes: observed, on: None });
    let found = found(&cluster).unwrap();
    assert_eq!((found.at_once.margin, found.one_by_one.margin), (2, 1));
    let lost = &found.one_by_one.examples[0];
    let mut at_once = cluster.clone();
    act(&mut at_once, &stop(lost, Shutdown::Clean));
    assert_eq!(count(&out(&at_once)), 0);
    for id in lost {
        act(&mut cluster, &stop(&[*id], Shutdown::Clean));
    }
    assert_eq!(count(&out(&cluster)), found.one_by_one.worst);
}

#[test]
fn the_table_reads_from_no_loss_to_the_loss_of_all() {
    let cluster = case_study();
    let table = table(&cluster, None);
    assert_eq!(table.size(), (8, 4));
    assert_eq!((table.set(0, 0), table.count(0, 0)), (vec![], Some(0)));
    assert_eq!(table.set(7, 3).len(), 5);
    assert_eq!(table.count(7, 3), Some(4096));
    assert_eq!((table.count(8, 0), table.count(0, 4)), (None, None));
    let sizes: Vec<_> = table.by_size().iter().map(|of| (of.size, of.sets, of.hurting)).collect();
    assert_eq!(sizes, [(1, 5, 0), (2, 10, 6), (3, 10, 10), (4, 5, 5), (5, 1, 1)]);
}

#[test]
fn with_many_nodes_pairs_are_listed_and_a_third_can_be_chosen() {
    let many: Vec<(u64, u32)> =
        (0..17).map(|n| (0xA1 + n, u32::try_from(n).unwrap() % 2 + 1)).collect();
    let cluster = Cluster::new(nodes_on_racks(&many, 2)).unwrap();
    let pairs = table(&cluster, None);
    assert!(!pairs.is_complete());
    assert_eq!(pairs.size(), (17, 17));
    assert_eq!((pairs.set(3, 3), pairs.count(3, 3)), (ids(&[0xA4]), Some(0)));
    assert_eq!(pairs.set(5, 3), pairs.set(3, 5));
    assert_eq!(pairs.count(5, 4), pairs.count(4, 5));
    let sizes: Vec<_> = pairs.by_size().iter().map(|of| (of.size, of.sets)).collect();
    assert_eq!(sizes, [(1, 17), (2, 136)]);
    let third = table(&cluster, Some(node(0xA1)));
    assert_eq!(third.set(5, 3), ids(&[0xA1, 0xA4, 0xA6]));
    let mut after = cluster.clone();
    act(&mut after, &stop(&ids(&[0xA1, 0xA4, 0xA6]), Shutdown::Unclean));
    assert_eq!(third.count(5, 3).map(u32::from), Some(count(&out(&after))));
}

proptest! {
    #![proptest_config(seeded(24))]

    #[test]
    fn a_margin_and_a_table_are_what_trying_gives(
        setup in setup(),
        entries in proptest::collection::vec(entry(), 0..16),
        cell in any::<(proptest::sample::Index, proptest::sample::Index)>(),
    ) {
        let mut timeline = Timeline::new(setup).unwrap();
        for entry in entries {
            let _ = timeline.perform(entry);
        }
        let mut cluster = timeline.cluster().clone();
        cluster.advance(Until::Settled);
        let view = cluster.view();
        let up: Vec<NodeId> =
            view.nodes.iter().filter(|node| node.state.is_up()).map(|node| node.id).collect();
        let now = out(&cluster);
        match found(&cluster) {
            None => prop_assert!(now.iter().all(|out| *out)),
            Some(found) => {
                prop_assert_eq!(found.at_once.margin, tried(&cluster, &up, false));
                prop_assert_eq!(found.one_by_one.margin, tried(&cluster, &up, true));
                let mut after = cluster.clone();
                for id in &found.one_by_one.examples[0] {
                    act(&mut after, &stop(&[*id], Shutdown::Clean));
                }
                prop_assert_eq!(found.one_by_one.worst, count(&out(&after)));
            }
        }
        if !up.is_empty() {
            let table = table(&cluster, None);
            let (columns, rows) = table.size();
            let (column, row) = (cell.0.index(columns), cell.1.index(rows));
            let lost = table.set(column, row);
            let mut after = cluster.clone();
            if !lost.is_empty() {
                act(&mut after, &stop(&lost, Shutdown::Unclean));
            }
            prop_assert_eq!(table.count(column, row).map(u32::from), Some(count(&out(&after))));
        }
    }
}

#[test]
fn an_ap_margin_counts_what_comes_up_empty_or_is_unserved_and_not_what_is_already() {
    let mut setup = nodes_on_racks(&[(0xA1, 0), (0xA2, 0), (0xA3, 0), (0xA4, 0)], 1);
    setup.namespaces[0].mode = rosterlab_engine::Mode::Available;
    let mut cluster = Cluster::new(setup).unwrap();
    let worked_out = |cluster: &Cluster| {
        let mut margin = Margin::new(cluster, "main").unwrap();
        while !margin.advance(100) {}
        margin.found().unwrap()
    };
    let whole = worked_out(&cluster);
    assert_eq!((whole.at_once.margin, whole.at_once.hurting), (0, 4), "RF 1: each has its own");
    act(&mut cluster, &stop(&ids(&[0xA4]), Shutdown::Clean));
    let empty = cluster.view().sub_clusters[0].namespaces[0].fresh;
    assert!(empty > 500);
    let after = worked_out(&cluster);
    assert!(after.at_once.worst > empty, "those that are empty already are among all that are");
    assert!(after.at_once.mildest < 4096);
}
