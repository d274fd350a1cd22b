//! A preview equals what then happens, and documented mistakes have warnings.

use rosterlab_engine::{
    Cluster, ClusterSetup, Command, Counts, NodeId, NodeSetup, PARTITIONS, RackId, RosterEntry,
    RosterNodes, Shutdown, Until,
};
use rosterlab_scenario::foresight::preview::{Preview, Warning, preview, warnings};

const NS: &str = "main";

fn id(text: &str) -> NodeId {
    text.parse().unwrap()
}

fn ids(text: &str) -> Vec<NodeId> {
    text.split_whitespace().map(id).collect()
}

/// The case study's cluster: five nodes on two racks, RF 2.
fn case_study() -> Cluster {
    let node = |text: &str| {
        let rack = if text.starts_with('A') { 1 } else { 2 };
        NodeSetup::new(id(text), RackId::new(rack).unwrap())
    };
    let nodes = "A101 A102 A103 B101 B102".split(' ').map(node).collect();
    Cluster::new(ClusterSetup::of(nodes, 2)).unwrap()
}

fn act(cluster: &mut Cluster, command: &Command) {
    cluster.apply(command).unwrap();
    cluster.advance(Until::Settled);
}

fn migrate(cluster: &mut Cluster) {
    cluster.advance(Until::Migrated { partitions: None });
}

fn stop(text: &str, shutdown: Shutdown) -> Command {
    Command::Stop { nodes: ids(text), shutdown }
}

fn observed() -> Command {
    Command::RosterSet { namespace: NS.to_owned(), nodes: RosterNodes::Observed, on: None }
}

fn list(text: &str) -> Command {
    let entries: Vec<RosterEntry> =
        text.split_whitespace().map(|entry| entry.parse().unwrap()).collect();
    Command::RosterSet { namespace: NS.to_owned(), nodes: RosterNodes::List(entries), on: None }
}

fn recluster() -> Command {
    Command::Recluster { on: None }
}

fn revive() -> Command {
    Command::Revive { namespace: NS.to_owned(), nodes: None }
}

/// The preview, and what then happens to the same cluster.
fn tried(cluster: &Cluster, commands: &[Command]) -> Preview {
    let said = preview(cluster, NS, commands).unwrap();
    let mut done = cluster.clone();
    for command in commands {
        act(&mut done, command);
    }
    assert_eq!(said.after, done.view().sub_clusters[0].namespaces[0].counts);
    said
}

#[test]
fn the_case_studys_way_out_and_its_price() {
    let mut cluster = case_study();
    act(&mut cluster, &stop("B101 B102", Shutdown::Clean));
    migrate(&mut cluster);
    act(&mut cluster, &stop("A102", Shutdown::Unclean));
    act(&mut cluster, &Command::Start { nodes: ids("A102") });
    let untouched = cluster.clone();
    let said = tried(&cluster, &[observed(), recluster()]);
    assert!(cluster == untouched);
    assert_eq!(said.before.unavailable, 4096);
    assert_eq!(said.changes, Counts { active: 4096, ..Counts::default() });
    assert_eq!((said.leave, said.join), (ids("B102 B101"), vec![]));
    assert!(said.filling_after > 0 && said.filling_before == 0);
    assert_eq!(said.regime.1, said.regime.0 + 2);
    assert_eq!(
        warnings(&cluster, NS, &[observed(), recluster()]),
        [
            Warning::RemovesRfOrMore { nodes: ids("B102 B101"), replication_factor: 2 },
            Warning::NotActive { partitions: 4096 },
        ]
    );
    let nothing = tried(&cluster, &[revive(), recluster()]);
    assert_eq!(nothing.changes, Counts::default());
    let missing = ids("B102 B101");
    assert_eq!(
        warnings(&cluster, NS, &[revive()]),
        [Warning::ReviveWhileMissing { missing }, Warning::ReclusterForgotten]
    );
}

#[test]
fn a_roster_that_is_set_before_migrations_are_done_is_warned_of_and_after_them_not() {
    let mut cluster = case_study();
    act(&mut cluster, &stop("B101 B102", Shutdown::Clean));
    let partitions = cluster.view().sub_clusters[0].namespaces[0].filling;
    assert_eq!(partitions, 4096);
    let early = Warning::MigrationsUnfinished { partitions };
    assert!(warnings(&cluster, NS, &[observed(), recluster()]).contains(&early));
    act(&mut cluster, &observed());
    // It is only staged, so the mistake is still ahead.
    assert!(warnings(&cluster, NS, &[recluster()]).contains(&early));
    migrate(&mut cluster);
    assert!(!warnings(&cluster, NS, &[recluster()]).contains(&early));
}

#[test]
fn what_changes_nothing_needs_no_warning() {
    let cluster = case_study();
    assert_eq!(warnings(&cluster, NS, &[observed(), recluster()]), []);
    assert_eq!(warnings(&cluster, NS, &[recluster()]), []);
    let said = tried(&cluster, &[recluster()]);
    assert_eq!((said.changes, said.leave.len(), said.join.len()), (Counts::default(), 0, 0));
    assert_eq!(warnings(&cluster, NS, &[observed()]), [Warning::ReclusterForgotten]);
    assert!(Warning::ReclusterForgotten.is_reminder());
}

#[test]
fn one_node_fewer_is_no_mistake_and_two_at_once_are() {
    let cluster = case_study();
    let one = [list("A102@1 A103@1 B101@2 B102@2"), recluster()];
    assert_eq!(warnings(&cluster, NS, &one), []);
    assert_eq!(tried(&cluster, &one).leave, ids("A101"));
    let two = [list("A103@1 B101@2 B102@2"), recluster()];
    let nodes = ids("A102 A101");
    assert_eq!(
        warnings(&cluster, NS, &two),
        [Warning::RemovesRfOrMore { nodes, replication_factor: 2 }]
    );
    let alone = [list("A103@1"), recluster()];
    let few = Warning::FewerThanRf { nodes: 1, replication_factor: 2 };
    assert!(warnings(&cluster, NS, &alone).contains(&few));
    assert_eq!(tried(&cluster, &alone).after.dead, u32::try_from(PARTITIONS).unwrap());
}

#[test]
fn a_roster_on_one_side_of_a_live_split_names_the_other_side() {
    let mut cluster = case_study();
    act(&mut cluster, &Command::Cut { between: vec![ids("A101 A102 A103"), ids("B101 B102")] });
    let on_b = Command::RosterSet {
        namespace: NS.to_owned(),
        nodes: RosterNodes::Observed,
        on: Some(id("B101")),
    };
    let commands = [on_b, Command::Recluster { on: Some(id("B102")) }];
    let others = ids("A103 A102 A101");
    assert!(warnings(&cluster, NS, &commands).contains(&Warning::LiveSplit { others }));
    let said = preview(&cluster, NS, &commands).unwrap();
    assert_eq!((said.before.unavailable, said.after.active), (4096, 4096), "both sides are active");
}

#[test]
fn an_orphan_is_no_side_of_a_split() {
    let mut cluster = case_study();
    act(&mut cluster, &Command::Cut { between: vec![ids("A101"), ids("A102")] });
    assert_eq!(cluster.view().orphans, ids("A101"));
    let said = warnings(&cluster, NS, &[observed(), recluster()]);
    assert!(!said.iter().any(|one| matches!(one, Warning::LiveSplit { .. })), "{said:?}");
}

#[test]
fn racks_and_nodes_that_do_not_fit_are_named() {
    let mut cluster = case_study();
    let rack = RackId::new(2).unwrap();
    act(&mut cluster, &Command::MoveToRack { nodes: ids("A101"), rack });
    let commands = [observed(), recluster()];
    let said = tried(&cluster, &commands);
    assert_eq!(said.change_rack, ["A101@2".parse().unwrap()]);
    assert_eq!(warnings(&cluster, NS, &commands), []);
    let odd = [list("A101@2 A102@7 A103@1 B101@2 B102@2"), recluster()];
    let entries = vec!["A102@7".parse().unwrap()];
    let configured = vec!["A102@1".parse().unwrap()];
    assert_eq!(warnings(&cluster, NS, &odd), [Warning::NotObserved { entries, configured }]);
    // The server takes ids that no node has; such a roster is never whole.
    let unknown = [list("A101@1 A102@1 A103@1 B101@2 B102@2 A1FF@3"), recluster()];
    let nodes = ids("A1FF");
    assert!(warnings(&cluster, NS, &unknown).contains(&Warning::NoSuchNodes { nodes }));
    assert_eq!(tried(&cluster, &unknown).join, ids("A1FF"));
    assert!(preview(&cluster, "none", &[]).is_err());
}

#[test]
fn revive_helps_only_what_is_dead() {
    let mut cluster = case_study();
    assert_eq!(warnings(&cluster, NS, &[revive(), recluster()]), [Warning::NothingDead]);
    let all = "A101 A102 A103 B101 B102";
    act(&mut cluster, &stop(all, Shutdown::Unclean));
    act(&mut cluster, &Command::Start { nodes: ids(all) });
    let dead = cluster.view().sub_clusters[0].namespaces[0].counts.dead;
    assert_eq!(dead, 4096);
    assert_eq!(warnings(&cluster, NS, &[revive(), recluster()]), []);
    assert_eq!(tried(&cluster, &[revive(), recluster()]).changes.active, 4096);
}

#[test]
fn with_no_node_up_nothing_can_be_tried() {
    let mut cluster = case_study();
    act(&mut cluster, &stop("A101 A102 A103 B101 B102", Shutdown::Clean));
    assert!(preview(&cluster, NS, &[recluster()]).is_err());
    assert_eq!(warnings(&cluster, NS, &[recluster()]), []);
}
