//! Plans as people write them, checked: the case study, each documented mistake, a rolling restart.

use expect_test::expect;
use proptest::prelude::*;
use rosterlab_asinfo::plan::{Names, Reader};
use rosterlab_engine::{
    Cluster, ClusterSetup, Command, Mode, NamespaceSettings, NodeId, NodeSetup, Profile,
    RosterEntry, Shutdown, Until,
};
use rosterlab_scenario::foresight::runbook::{
    Checked, Demand, Goal, Language, Level, Nearest, Planned, Reading, Unplanned, check, nearest,
    plan_for,
};
use rosterlab_scenario::words::runbook::{
    name_of, of_change, of_nearest, of_verdict, of_wrong, rows, source_of,
};

use crate::properties::runner;

/// A cluster with nodes from a text such as `"A1@1 A2@2"` and one SC namespace.
fn cluster(nodes: &str, replication_factor: u8) -> Cluster {
    let node = |text: &str| {
        let RosterEntry { node, rack } = text.parse().unwrap();
        NodeSetup::new(node, rack)
    };
    let nodes = nodes.split_whitespace().map(node).collect();
    let mut setup = ClusterSetup::of(nodes, replication_factor);
    setup.namespaces = vec![NamespaceSettings::strong("main", replication_factor)];
    setup.profile = Profile::V4_5_3;
    Cluster::new(setup).unwrap()
}

fn case_study() -> Cluster {
    cluster("A101@1 A102@1 A103@1 B101@2 B102@2", 2)
}

fn five() -> Cluster {
    cluster("A1 A2 A3 A4 A5", 2)
}

fn checked_on(cluster: &Cluster, plan: &str, demand: Demand) -> Checked {
    let (reader, lines) = Reader::new(plan, Names::default()).unwrap();
    let checked = check(cluster, &lines, &reader, demand).unwrap();
    assert!(checked.is_understood(), "{:?}", found(&checked));
    checked
}

fn checked(cluster: &Cluster, plan: &str) -> Checked {
    checked_on(cluster, plan, Demand { margin: 1, always: false })
}

/// What was found: line, name, whether it is an error.
fn found(checked: &Checked) -> Vec<(usize, &'static str, bool)> {
    let of = checked.findings();
    of.map(|(line, found)| (line.line.number, name_of(&found.wrong), found.level == Level::Error))
        .collect()
}

fn errors(checked: &Checked) -> Vec<(usize, &'static str)> {
    let all = found(checked).into_iter().filter(|(_, _, is_error)| *is_error);
    all.map(|(line, name, _)| (line, name)).collect()
}

#[test]
fn a_rack_that_is_stopped_and_nothing_else_is_not_safe() {
    let plan = "# Rack B is under maintenance.\n1. pdsh -w b101,b102 systemctl stop aerospike\n2. wait for migrations";
    let found = checked(&case_study(), plan);
    assert!(!found.is_safe());
    assert_eq!(found.margin_left(), Some(0));
    assert_eq!(errors(&found), [(2, "roster-not-set"), (2, "margin-lost")]);
    // The case study's number, after the crash and after the node is back.
    let counts = &found.lines[1].counts[0];
    assert_eq!((counts.worst.all(), counts.losses[0].out), (0, 4096));
    let back = counts.losses[0].back.unwrap().out;
    assert_eq!((back.unavailable, back.dead), (4096, 0));
    // Nothing is lost as long as nobody else goes.
    let alone = checked_on(&case_study(), plan, Demand { margin: 0, always: false });
    assert!(alone.is_safe(), "{:?}", super::runbook::found(&alone));
}

#[test]
fn an_available_partition_whose_copies_all_stop_is_out_until_one_is_back() {
    let mut setup = cluster("A1 A2 A3 A4", 2).setup().clone();
    setup.namespaces[0].mode = Mode::Available;
    let cluster = Cluster::new(setup).unwrap();
    let plan = "ssh a1 systemctl stop aerospike\nssh a2 systemctl stop aerospike\nwait for migrations\nsleep 600\nssh a1 systemctl start aerospike\nwait for migrations";
    let found = checked(&cluster, plan);
    assert!(!found.is_safe());
    assert_eq!(errors(&found), [(1, "margin-lost"), (2, "partitions-out")]);
    assert_eq!(of_verdict(&found), "Not safe: partitions go out during the plan.");
    // The first line says what the second takes out: the partitions of which A1 and A2 had both copies.
    let told = &found.lines[0].counts[0].losses[0];
    assert_eq!((&told.nodes, told.out), (&vec!["A2".parse().unwrap()], 702));
    let out = |line: usize| found.lines[line].counts[0].after.all();
    assert_eq!([0, 1, 2, 3, 4, 5].map(out), [0, 702, 702, 702, 0, 0]);
    let (_, wrong) =
        found.findings().find(|(_, one)| name_of(&one.wrong) == "partitions-out").unwrap();
    expect![[r#"At the worst moment of this line 702 of the 4,096 partitions are without their data. docs/domain.md §6, seen in logs"#]]
        .assert_eq(&format!("{} {}", of_wrong(&wrong.wrong), source_of(&wrong.wrong).unwrap()));
    // With a wait between the stops every partition keeps its data.
    let plan = plan.replacen('\n', "\nwait for migrations\n", 1);
    assert_eq!(checked(&cluster, &plan).margin_left(), Some(0));
}

#[test]
fn a_rack_of_three_is_maintained_safely() {
    let cluster = cluster("A1@1 A2@1 A3@1 B1@2 B2@2 B3@2 C1@3 C2@3 C3@3", 3);
    let plan = "\
manage quiesce with C1 C2 C3
manage recluster
wait for migrations
pdsh -w c1,c2,c3 systemctl stop aerospike
sleep 120
pdsh -w c1,c2,c3 systemctl start aerospike
wait for migrations";
    let one = checked(&cluster, plan);
    assert!(one.is_safe(), "{:?}", found(&one));
    assert_eq!(found(&one), [(4, "roster-not-set", false), (4, "margin-lost", false)]);
    // The figures bear the verdict out: the margin is there at every line but the one with the stop.
    let margins: Vec<String> =
        one.lines.iter().map(|line| rows(line, &one)[0].1[3].clone()).collect();
    let whole = "1 or more";
    assert_eq!(margins, [whole, whole, whole, "0", whole, whole, whole]);
    assert_eq!(
        of_verdict(&one),
        "Safe, apart from brief times in which the loss of a further node would take partitions out."
    );
    let (_, told) = one.findings().next().unwrap();
    expect!["C3, C2 and C1 are missing then, and the roster still counts on them. With RF 3 and so many roster nodes missing, a partition stays active only with a full copy, and with all its roster-replicas or half of the roster."]
        .assert_eq(&of_wrong(&told.wrong));
    // Two further losses would do harm until the rack is back, which is not what racks are for.
    let two = checked_on(&cluster, plan, Demand { margin: 2, always: false });
    assert_eq!(errors(&two), [(4, "roster-not-set")]);
    assert_eq!(two.lines[4].counts[0].margin_left(&two.start[0]), Some(1));
    let strict = checked_on(&cluster, plan, Demand { margin: 1, always: true });
    assert_eq!(errors(&strict), [(4, "roster-not-set"), (4, "margin-lost")]);
}

#[test]
fn an_hour_without_the_rack_is_not_brief() {
    for between in ["sleep 3600\n", ""] {
        let plan = format!(
            "pdsh -w b101,b102 systemctl stop aerospike\nwait for migrations\n{between}pdsh -w b101,b102 systemctl start aerospike\nwait for migrations"
        );
        let found = checked(&case_study(), &plan);
        assert!(errors(&found).contains(&(1, "roster-not-set")), "{:?}", errors(&found));
    }
}

#[test]
fn a_plan_in_which_no_line_does_anything_is_not_safe() {
    for plan in ["", "# Stop rack B", "show roster"] {
        let (reader, lines) = Reader::new(plan, Names::default()).unwrap();
        let demand = Demand { margin: 1, always: false };
        let found = check(&case_study(), &lines, &reader, demand).unwrap();
        assert!(!found.is_understood(), "{plan}");
    }
}

#[test]
fn a_pause_is_never_enough_for_migrations() {
    let with = |wait| OWN_PRECAUTION.replace("wait for migrations", wait);
    assert!(checked(&case_study(), &with("wait for migrations")).is_safe());
    assert!(!checked(&case_study(), &with("sleep 600")).is_safe());
}

/// What the case study recommends: as soon as rack A is filled, the roster is set to rack A.
const OWN_PRECAUTION: &str = "\
pdsh -w b101,b102 systemctl stop aerospike
wait for migrations
manage roster stage nodes A101@1 A102@1 A103@1 ns main
manage recluster
wait for migrations
";

#[test]
fn the_case_studys_own_precaution_is_safe() {
    let found = checked(&case_study(), OWN_PRECAUTION);
    assert!(found.is_safe(), "{:?}", super::runbook::found(&found));
    // That there is no margin until then is told, and counts when every moment is asked for.
    assert_eq!(found.lines[0].counts[0].losses[0].out, 4096);
    assert_eq!(found.lines[4].counts[0].losses_after, [0]);
    let strict = checked_on(&case_study(), OWN_PRECAUTION, Demand { margin: 1, always: true });
    assert_eq!(errors(&strict).first(), Some(&(1, "margin-lost")));
}

#[test]
fn the_roster_before_the_rack_goes_is_safe() {
    let plan = "\
manage quiesce with B101 B102
manage recluster
wait for migrations
asinfo -v 'roster-set:namespace=main;nodes=A101@1,A102@1,A103@1'
asinfo -v 'recluster:'
until asinfo -v 'cluster-stable:size=5;ignore-migrations=no'; do sleep 1; done
pdsh -w b101,b102 systemctl stop aerospike";
    let found = checked(&case_study(), plan);
    assert!(found.is_safe(), "{:?}", super::runbook::found(&found));
    assert_eq!(found.lines[6].counts[0].losses[0].out, 0, "rack B is needed for nothing then");
}

/// Each documented mistake: a plan, and the line at which it is told.
const MISTAKES: [(&str, usize, &str, &str); 12] = [
    (
        "roster-not-set",
        2,
        "§5",
        "ssh b101 systemctl stop aerospike\nssh b102 systemctl stop aerospike\nwait for migrations",
    ),
    (
        "rf-or-more-out",
        1,
        "§5, §8",
        "manage roster stage nodes A101@1 A102@1 A103@1 ns main\nmanage recluster\nwait for migrations",
    ),
    ("fewer-than-rf", 1, "§5", "manage roster stage nodes A101@1 ns main\nmanage recluster"),
    (
        "live-split",
        3,
        "§1",
        "docker network disconnect net b101\nwait for migrations\nasinfo -h a101 -v 'roster-set:namespace=main;nodes=A101@1,A102@1,A103@1'\nasinfo -h b102 -v 'recluster:'",
    ),
    (
        "revive-while-missing",
        3,
        "§5, §8",
        "ssh b101 systemctl stop aerospike\nwait for migrations\nmanage revive ns main\nmanage recluster",
    ),
    ("no-recluster", 1, "§1", "manage roster stage nodes A101@1 A102@1 A103@1 B101@2 ns main"),
    (
        "no-recluster",
        1,
        "§8",
        "manage quiesce with B101\nssh b101 systemctl stop aerospike\nssh b101 systemctl start aerospike",
    ),
    (
        "stop-without-quiesce",
        1,
        "§8",
        "ssh b101 systemctl stop aerospike\nssh b101 systemctl start aerospike\nwait for migrations",
    ),
    (
        "next-before-back",
        2,
        "§5, §6",
        "ssh b101 systemctl stop aerospike\nssh a101 systemctl stop aerospike\npdsh -w a101,b101 systemctl start aerospike\nwait for migrations",
    ),
    (
        "empty-drives",
        3,
        "§4",
        "ssh b101 systemctl stop aerospike\nssh b101 blkdiscard /dev/sda\nssh b101 systemctl start aerospike\nwait for migrations",
    ),
    (
        "migrations-unfinished",
        3,
        "§6, §10",
        "pdsh -w b101,b102 systemctl stop aerospike\nmanage roster stage nodes A101@1 A102@1 A103@1 ns main\nmanage recluster\nwait for migrations",
    ),
    ("nothing-dead", 1, "§8", "manage revive ns main\nmanage recluster"),
];

#[test]
fn each_documented_mistake_is_told_with_its_rule_and_a_grave_one_is_not_safe() {
    let slight = ["stop-without-quiesce", "nothing-dead", "empty-drives"];
    for (name, line, rule, plan) in MISTAKES {
        let checked = checked(&case_study(), plan);
        let mut of = checked.findings();
        let one = of.find(|(at, found)| at.line.number == line && name_of(&found.wrong) == name);
        let (_, one) = one.unwrap_or_else(|| panic!("{name}: {:?}", found(&checked)));
        let source = source_of(&one.wrong).unwrap();
        assert!(source.starts_with(&format!("docs/domain.md {rule}, ")), "{name}: {source}");
        let said = of_wrong(&one.wrong);
        assert!(said.ends_with('.') && !said.contains("  "), "{said}");
        let is_slight = slight.contains(&name);
        assert_eq!(checked.is_safe(), is_slight, "{name}: {:?}", found(&checked));
    }
}

/// Plans that come near to a documented mistake, and are none.
const NEAR_MISSES: [(&str, &str); 12] = [
    (
        "roster-not-set",
        "ssh b101 systemctl stop aerospike\nwait for migrations\nmanage roster stage nodes A101@1 A102@1 A103@1 B102@2 ns main\nmanage recluster\nwait for migrations\nssh b102 systemctl stop aerospike\nwait for migrations",
    ),
    (
        "rf-or-more-out",
        "manage roster stage nodes A101@1 A102@1 A103@1 B102@2 ns main\nmanage recluster\nwait for migrations",
    ),
    ("fewer-than-rf", "manage roster stage nodes A101@1 A102@1 ns main\nmanage recluster"),
    (
        "live-split",
        "docker network disconnect net b101\nwait for migrations\ndocker network connect net b101\nwait for migrations\nmanage roster stage nodes A101@1 A102@1 A103@1 ns main\nmanage recluster",
    ),
    (
        "revive-while-missing",
        "ssh b101 systemctl stop aerospike\nwait for migrations\nssh b101 systemctl start aerospike\nmanage revive ns main\nmanage recluster",
    ),
    (
        "no-recluster",
        "manage roster stage nodes A101@1 A102@1 A103@1 B101@2 ns main\nmanage recluster",
    ),
    (
        "no-recluster",
        "manage quiesce with B101\nmanage recluster\nssh b101 systemctl stop aerospike\nssh b101 systemctl start aerospike",
    ),
    (
        "stop-without-quiesce",
        "manage quiesce with B101\nmanage recluster\nwait for migrations\nssh b101 systemctl stop aerospike",
    ),
    (
        "next-before-back",
        "ssh b101 systemctl stop aerospike\nssh b101 systemctl start aerospike\nwait for migrations\nssh a101 systemctl stop aerospike\nssh a101 systemctl start aerospike\nwait for migrations",
    ),
    (
        "empty-drives",
        "ssh b101 systemctl stop aerospike\nssh b101 systemctl start aerospike\nwait for migrations",
    ),
    (
        "migrations-unfinished",
        "pdsh -w b101,b102 systemctl stop aerospike\nwait for migrations\nmanage roster stage nodes A101@1 A102@1 A103@1 ns main\nmanage recluster\nwait for migrations",
    ),
    ("not-in-roster", "manage roster remove nodes B101@2 ns main\nmanage recluster"),
];

#[test]
fn a_near_miss_is_no_mistake() {
    for (name, plan) in NEAR_MISSES {
        let checked = checked(&case_study(), plan);
        let names: Vec<&str> = found(&checked).into_iter().map(|(_, name, _)| name).collect();
        assert!(!names.contains(&name), "{name}: {plan}\n{:?}", found(&checked));
    }
    // Two of three copies may go where the third is there.
    let plan = "ssh a1 systemctl stop aerospike\nssh a2 systemctl stop aerospike\npdsh -w a1,a2 systemctl start aerospike\nwait for migrations";
    let three = checked(&cluster("A1 A2 A3 A4 A5", 3), plan);
    assert!(!found(&three).iter().any(|(_, name, _)| *name == "next-before-back"));
}

#[test]
fn racks_that_are_left_out_of_a_roster_are_told() {
    let told = |plan: &str, name: &str| {
        let checked = checked(&case_study(), plan);
        let one = checked.findings().find(|(_, found)| name_of(&found.wrong) == name);
        let (line, one) = one.unwrap_or_else(|| panic!("{name}: {:?}", found(&checked)));
        assert!(source_of(&one.wrong).unwrap().starts_with("docs/domain.md §8, "));
        (line.line.number, one.level, of_wrong(&one.wrong))
    };
    assert_eq!(
        told("manage roster remove nodes B101 ns main\nmanage recluster", "not-in-roster"),
        (
            1,
            Level::Error,
            "The admin tool does not remove B101: in the pending roster it is B101@2. Write it so, with the rack.".to_owned()
        )
    );
    assert_eq!(
        told(
            "manage roster stage nodes A101 A102 A103 B101@2 B102@2 ns main\nmanage recluster",
            "not-observed"
        ),
        (
            1,
            Level::Warning,
            "It puts A101, A102 and A103 on another rack than they are configured for (A101@1, A102@1, A103@1).".to_owned()
        )
    );
}

#[test]
fn a_node_that_was_started_has_to_be_waited_for() {
    let restart = |between: &str| {
        let restart = |host: &str| format!("ssh {host} systemctl restart aerospike\n{between}");
        ["a101", "a102", "a103", "b101", "b102"].map(restart).concat()
    };
    let of = |plan: &str| {
        let checked = checked(&case_study(), plan);
        let all = found(&checked).into_iter().filter(|(_, name, _)| *name == "not-awaited");
        all.map(|(line, _, is_error)| (line, is_error)).collect::<Vec<_>>()
    };
    // While rack A is not back, RF nodes are missing, and then a majority.
    for between in ["", "sleep 60\n", "show roster\n"] {
        let step = if between.is_empty() { 1 } else { 2 };
        let found = of(&restart(between));
        assert_eq!(found[..2], [(1 + step, false), (1 + 2 * step, true)], "{between}");
    }
    let looped = "for h in a101 a102 a103; do ssh $h systemctl restart aerospike; done";
    assert!(of(looped).contains(&(1, true)));
    for between in [
        "wait for migrations\n",
        "wait until the node is back\n",
        "asinfo -v 'cluster-stable:size=5;ignore-migrations=yes'\n",
    ] {
        assert_eq!(of(&restart(between)), [], "{between}");
    }
    // What is observed is without a node that is not back.
    let stage = "ssh b101 systemctl restart aerospike\nmanage roster stage observed ns main\nmanage recluster";
    assert_eq!(of(stage), [(2, false)]);
    let nearest = nearest_of(&case_study(), &restart(""));
    let (changes, _) = nearest.found.expect("a wait makes it safe");
    assert_eq!(
        changes.iter().map(of_change).collect::<Vec<_>>(),
        ["Add before line 3: wait for migrations", "Add before line 4: wait for migrations"]
    );
}

#[test]
fn that_one_node_has_all_masters_is_told() {
    let plan = "manage quiesce with A1 A2\nmanage recluster\nwait for migrations";
    let all = |nodes: &str| {
        let checked = checked(&cluster(nodes, 2), plan);
        found(&checked).contains(&(2, "all-on-one", false))
    };
    assert!(all("A1 A2 A3"));
    assert!(!all("A1 A2 A3 A4"));
}

#[test]
fn a_line_that_cannot_be_done_is_no_safe_plan() {
    let plan = "ssh a1 systemctl stop aerospike\nwait for migrations\nssh a1 systemctl stop aerospike\nssh a1 systemctl start aerospike\nwait for migrations";
    let found = checked(&five(), plan);
    assert_eq!(errors(&found), [(3, "cannot-be-done")]);
}

#[test]
fn what_was_out_before_is_no_fault_of_the_plan() {
    let mut cluster = case_study();
    run(
        &mut cluster,
        "pdsh -w b101,b102 systemctl stop aerospike\nssh a102 pkill -KILL asd\nssh a102 systemctl start aerospike",
    );
    let plan = "pdsh -w b101,b102 systemctl start aerospike\nwait for migrations";
    let found = checked(&cluster, plan);
    assert_eq!(found.start[0].worst.all(), 4096);
    assert_eq!(found.lines[1].counts[0].after.all(), 0);
    assert!(found.is_safe(), "{:?}", super::runbook::found(&found));
}

/// A rolling restart as the documentation describes it.
fn rolling_restart(nodes: &[&str]) -> String {
    let restart = |node: &&str| {
        let host = node.to_lowercase();
        format!(
            "manage quiesce with {node}\nmanage recluster\nwait for migrations\nssh {host} systemctl stop aerospike\nssh {host} systemctl start aerospike\nwait for migrations\n"
        )
    };
    nodes.iter().map(restart).collect()
}

#[test]
fn a_rolling_restart_of_sixteen_nodes_is_checked_with_little_work() {
    let nodes: Vec<String> =
        (1..=4).flat_map(|rack| (1..=4).map(move |node| format!("{rack}0{node}"))).collect();
    let nodes: Vec<String> = nodes.iter().map(|node| format!("A{node}")).collect();
    let setup: Vec<String> = nodes.iter().map(|node| format!("{node}@{}", &node[1..2])).collect();
    let names: Vec<&str> = nodes.iter().map(String::as_str).collect();
    let found = checked(&cluster(&setup.join(" "), 3), &rolling_restart(&names));
    assert!(found.is_safe(), "{:?}", super::runbook::found(&found));
    assert_eq!(found.margin_left(), Some(1));
    // The super-majority makes every moment steady, so nothing is counted or tried.
    assert_eq!((found.work.counted, found.work.recounted, found.work.trials), (0, 0, 0));
    assert!(found.work.moments < 10_000, "{:?}", found.work);
}

/// A cluster in which a further loss does harm before the plan begins is no worse for the plan, and not safe either.
#[test]
fn a_cluster_that_is_degraded_is_not_called_safe_against_a_loss() {
    let mut cluster = case_study();
    for node in ["B101", "B102"] {
        let nodes = vec![node.parse().unwrap()];
        cluster.apply(&Command::Stop { nodes, shutdown: Shutdown::Clean }).unwrap();
        cluster.advance(Until::Settled);
        cluster.advance(Until::Migrated { partitions: None });
    }
    let told = |plan: &str| {
        let found = checked(&cluster, plan);
        assert!(found.is_safe(), "{:?}", super::runbook::found(&found));
        let last = found.lines.iter().rfind(|line| !line.counts.is_empty()).unwrap();
        let [_, _, loss, margin] = rows(last, &found).remove(0).1;
        (of_verdict(&found), loss, margin)
    };
    let of = |verdict: &str, loss: &str, margin: &str| {
        (verdict.to_owned(), loss.to_owned(), margin.to_owned())
    };
    assert_eq!(
        told("wait for migrations"),
        of(
            "No worse than now, but not safe against a further loss.",
            "4,096 out if A103 is lost",
            "0, as before the plan"
        )
    );
    assert_eq!(
        told(
            "ssh b101 systemctl start aerospike\nwait for migrations\nssh b102 systemctl start aerospike\nwait for migrations\nwait 1 minute"
        ),
        of(
            "No worse than now, but not safe against a further loss until line 3 is done.",
            "none out",
            "1 or more"
        )
    );
}

/// The mark of a clean stop is to blame only where a clean stop would have left fewer out.
#[test]
fn the_mark_of_a_clean_stop_is_blamed_only_where_it_matters() {
    let margin_lost = |plan: &str| {
        let found = checked(&case_study(), plan);
        let lost = found.findings().find(|(_, found)| name_of(&found.wrong) == "margin-lost");
        of_wrong(&lost.unwrap().1.wrong)
    };
    assert_eq!(
        margin_lost("pdsh -w b101,b102 systemctl stop aerospike"),
        "If A103 is lost too, at the worst moment, 4,096 partitions are out. When it is back, 4,096 are still unavailable, even after a clean stop."
    );
}

#[test]
fn a_rolling_restart_with_two_copies_has_brief_times_without_a_margin() {
    let found = checked(&five(), &rolling_restart(&["A1", "A2", "A3"]));
    assert!(found.is_safe(), "{:?}", super::runbook::found(&found));
    assert_eq!(found.margin_left(), Some(0));
    let in_a_row = "ssh a1 systemctl stop aerospike\nssh a2 systemctl stop aerospike\nssh a3 systemctl stop aerospike";
    let found = checked(&five(), in_a_row);
    assert!(!found.is_safe());
    assert!(found.lines[2].counts[0].after.all() > 0);
}

fn nearest_of(cluster: &Cluster, plan: &str) -> Nearest {
    let (reader, lines) = Reader::new(plan, Names::default()).unwrap();
    nearest(cluster, &lines, &reader, Demand { margin: 1, always: false }, 20).unwrap()
}

/// The text of a plan that was found.
fn text(checked: &Checked) -> String {
    let lines: Vec<&str> = checked.lines.iter().map(|line| line.line.text.as_str()).collect();
    lines.join("\n")
}

#[test]
fn the_nearest_safe_order_is_found() {
    for (plan, told) in [
        // No recluster before the stop.
        (
            "manage quiesce with B101\nwait for migrations\nssh b101 systemctl stop aerospike\nssh b101 systemctl start aerospike\nmanage recluster\nwait for migrations",
            vec!["Add before line 2: manage recluster"],
        ),
        // The rack is forgotten in the roster.
        (
            "pdsh -w b101,b102 systemctl stop aerospike\nwait for migrations",
            vec![
                "Add before line 2: wait for migrations; manage roster stage observed ns main; manage recluster; wait for migrations",
            ],
        ),
        // The next node goes before the last is back.
        (
            "ssh b101 systemctl stop aerospike\nssh a101 systemctl stop aerospike\nssh b101 systemctl start aerospike\nssh a101 systemctl start aerospike\nwait for migrations",
            vec!["Do line 3 before line 2", "Add before line 2: wait for migrations"],
        ),
        // Revive comes before the node that it needs.
        (
            "manage revive ns main\nssh b101 systemctl start aerospike\nmanage recluster\nwait for migrations",
            vec!["Do line 2 before line 1"],
        ),
    ] {
        let mut cluster = case_study();
        if plan.starts_with("manage revive") {
            run(&mut cluster, "ssh b101 systemctl stop aerospike");
        }
        let nearest = nearest_of(&cluster, plan);
        let (changes, checked) = nearest.found.unwrap_or_else(|| panic!("{plan}"));
        assert!(checked.is_safe());
        assert_eq!(changes.iter().map(of_change).collect::<Vec<_>>(), told, "{plan}");
        assert!(nearest.tried <= 20);
    }
}

#[test]
fn a_search_without_an_end_says_its_bound() {
    let two = cluster("A1 A2", 2);
    let nearest = nearest_of(
        &two,
        "pdsh -w a1,a2 systemctl stop aerospike\npdsh -w a1,a2 systemctl start aerospike",
    );
    assert_eq!(nearest.found, None);
    assert!(of_nearest(&nearest).contains("tried"), "{}", of_nearest(&nearest));
}

/// Does the lines of a plan.
fn run(cluster: &mut Cluster, plan: &str) {
    let (reader, lines) = Reader::new(plan, Names::default()).unwrap();
    for line in &lines {
        if let Reading::Does(entries) = reader.read(line, cluster) {
            for entry in entries {
                entry.run(cluster).unwrap();
            }
        }
    }
}

/// Lines that plans are made of at random, for the nodes of [`case_study`].
const LINES: [&str; 9] = [
    "ssh b101 systemctl stop aerospike",
    "ssh b101 systemctl start aerospike",
    "pdsh -w b101,b102 systemctl stop aerospike",
    "pdsh -w b101,b102 systemctl start aerospike",
    "manage quiesce with B101",
    "manage recluster",
    "manage roster stage nodes A101@1 A102@1 A103@1 B102@2 ns main",
    "manage roster stage observed ns main",
    "wait for migrations",
];

#[test]
fn an_order_that_is_found_is_safe_when_it_is_read_again() {
    let plans = proptest::collection::vec(proptest::sample::select(&LINES[..]), 1..5);
    let found = std::cell::Cell::new(0);
    runner(5)
        .run(&plans, |lines| {
            let nearest = nearest_of(&case_study(), &lines.join("\n"));
            if let Some((_, order)) = nearest.found {
                found.set(found.get() + 1);
                let again = checked(&case_study(), &text(&order));
                prop_assert!(again.is_safe(), "{:?}", super::runbook::found(&again));
                for line in &lines {
                    prop_assert!(
                        order.lines.iter().any(|one| one.line.text == *line),
                        "{line} is lost"
                    );
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(found.get() > 0, "some orders are found");
}

fn planned(cluster: &Cluster, goal: &Goal, margin: usize) -> Result<Planned, Unplanned> {
    plan_for(cluster, goal, &Reader::default(), Demand { margin, always: false })
}

#[test]
fn a_plan_for_a_restart_is_the_documented_one() {
    let goal = Goal::Restart(vec!["A1".parse().unwrap()]);
    let plan = planned(&cluster("A1@1 A2@2 A3@3 A4@1 A5@2", 3), &goal, 1).unwrap();
    expect![[r#"
        manage quiesce with A1
        manage recluster
        wait until cluster-stable:size=5;ignore-migrations=yes
        ssh a1 systemctl stop aerospike
        wait until cluster-stable:size=4;ignore-migrations=yes
        ssh a1 systemctl start aerospike
        wait until cluster-stable:size=5;ignore-migrations=no"#]]
    .assert_eq(&plan.lines.join("\n"));
    assert_eq!(plan.checked.margin_left(), Some(1));
}

#[test]
fn where_no_plan_is_safe_it_is_told_why() {
    let two = cluster("A1@1 A2@2", 2);
    let Err(why) = planned(&two, &Goal::RackDown("1".parse().unwrap()), 1) else {
        panic!("one of two cannot go")
    };
    assert_eq!(why.to_string(), "no safe plan was found for A1, in any of 4 ways");
    let Unplanned::NotSafe { wrong, .. } = why else { panic!("{why}") };
    assert!(!wrong.is_empty() && wrong.iter().all(|(_, found)| found.level == Level::Error));
    let goal = Goal::Restart(vec!["A9".parse().unwrap()]);
    assert_eq!(planned(&two, &goal, 1).unwrap_err().to_string(), "no node A9");
    assert_eq!(
        planned(&two, &Goal::RackDown("7".parse().unwrap()), 1),
        Err(Unplanned::NoRack("7".parse().unwrap()))
    );
    assert_eq!(planned(&two, &Goal::Remove(Vec::new()), 1), Err(Unplanned::Nothing));
}

/// Where a cluster is before a plan.
#[derive(Clone, Copy, Debug)]
enum Begins {
    Healthy,
    /// A node is down, and the others have filled its copies.
    Down,
    /// A node has crashed and is back, and its copies are not filled yet.
    Filling,
    Available,
}

fn begun(nodes: &str, replication_factor: u8, begins: Begins) -> Cluster {
    let mut cluster = cluster(nodes, replication_factor);
    let last = vec![cluster.view().nodes[0].id];
    let stop = |shutdown| Command::Stop { nodes: last.clone(), shutdown };
    match begins {
        Begins::Healthy => {}
        Begins::Down => {
            cluster.apply(&stop(Shutdown::Clean)).unwrap();
            cluster.advance(Until::Migrated { partitions: None });
        }
        Begins::Filling => {
            cluster.apply(&stop(Shutdown::Unclean)).unwrap();
            cluster.advance(Until::Settled);
            cluster.apply(&Command::Start { nodes: last }).unwrap();
            cluster.advance(Until::Settled);
        }
        Begins::Available => {
            let mut setup = cluster.setup().clone();
            setup.namespaces[0].mode = Mode::Available;
            cluster = Cluster::new(setup).unwrap();
        }
    }
    cluster
}

fn is_up(cluster: &Cluster) -> Vec<NodeId> {
    let view = cluster.view();
    view.nodes.iter().filter(|node| node.state.is_up()).map(|node| node.id).collect()
}

fn roster_of(cluster: &Cluster) -> Vec<RosterEntry> {
    cluster.view().sub_clusters[0].namespaces[0].roster.clone()
}

/// After every line to which nodes react comes one that waits for it.
fn waits_for_all(lines: &[String]) -> bool {
    let reacts =
        |line: &str| ["recluster", " stop ", " start "].iter().any(|what| line.contains(what));
    lines.iter().enumerate().all(|(place, line)| {
        line.starts_with('#')
            || !reacts(line)
            || lines.get(place + 1).is_some_and(|next| next.starts_with("wait until "))
    })
}

#[test]
fn a_plan_that_is_printed_is_safe_when_it_is_read_again() {
    let begins = proptest::sample::select(
        &[Begins::Healthy, Begins::Down, Begins::Filling, Begins::Available][..],
    );
    let goals = (3_usize..6, 1_usize..4, 1_u8..4, 0_usize..3, 0_usize..2, any::<bool>(), begins);
    let outcomes = std::cell::Cell::new((0, 0));
    runner(16)
        .run(&goals, |(nodes, racks, replication_factor, which, margin, several, begins)| {
            let names: Vec<String> =
                (0..nodes).map(|n| format!("A{n}0@{}", n % racks + 1)).collect();
            let factor = replication_factor.min(u8::try_from(nodes).unwrap());
            let start = begun(&names.join(" "), factor, begins);
            let ids: Vec<NodeId> = start.view().nodes.iter().map(|node| node.id).collect();
            let some = ids[..if several { 2 } else { 1 }].to_vec();
            let rack = |rack: u32| {
                let view = start.view();
                let there = view.nodes.iter().filter(|node| node.rack.get() == rack);
                there.map(|node| node.id).collect::<Vec<_>>()
            };
            let (goal, back, gone) = match which {
                0 => (Goal::Restart(some.clone()), some.clone(), Vec::new()),
                1 => (Goal::Remove(some.clone()), Vec::new(), some.clone()),
                _ => (Goal::RackDown("1".parse().unwrap()), rack(1), Vec::new()),
            };
            let (made, not) = outcomes.get();
            let plan = match planned(&start, &goal, margin) {
                Ok(plan) => plan,
                Err(Unplanned::NotSafe { wrong, .. }) => {
                    outcomes.set((made, not + 1));
                    prop_assert!(!wrong.is_empty(), "it is told why");
                    return Ok(());
                }
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            };
            outcomes.set((made + 1, not));
            let text = plan.lines.join("\n");
            prop_assert!(waits_for_all(&plan.lines), "{text}");
            let again = checked_on(&start, &text, Demand { margin, always: false });
            prop_assert!(again.is_safe(), "{text}\n{:?}", super::runbook::found(&again));
            let mut end = start.clone();
            run(&mut end, &text);
            let before = is_up(&start);
            let there = ids.iter().filter(|id| before.contains(id) || back.contains(id));
            let there: Vec<NodeId> = there.filter(|id| !gone.contains(id)).copied().collect();
            prop_assert_eq!(is_up(&end), there, "{}", text);
            let mut roster = roster_of(&start);
            roster.retain(|entry| !gone.contains(&entry.node));
            prop_assert_eq!(roster_of(&end), roster, "{}", text);
            Ok(())
        })
        .unwrap();
    let (made, not) = outcomes.get();
    assert!(made > 0 && not > 0, "both come up: {made} plans, {not} goals without one");
}

/// The ground truth: every plan for the restart of `A1` that is made of one part of each list, which are far more than the forms.
fn restarts(all: &str, without: &str) -> Vec<String> {
    let (recluster, wait) = ("manage recluster", "wait for migrations");
    let out = format!("manage roster stage nodes {without} ns main\n{recluster}");
    let back = format!("manage roster stage nodes {all} ns main\n{recluster}");
    let quiesce = format!("manage quiesce with A1\n{recluster}");
    let before = [
        String::new(),
        quiesce.clone(),
        format!("{quiesce}\n{wait}"),
        out.clone(),
        format!("{out}\n{wait}"),
        format!("{quiesce}\n{out}\n{wait}"),
        format!("{quiesce}\n{wait}\n{out}\n{wait}"),
    ];
    let during = [String::new(), wait.to_owned(), out.clone(), format!("{wait}\n{out}\n{wait}")];
    let after = [wait.to_owned(), format!("{back}\n{wait}"), format!("{wait}\n{back}\n{wait}")];
    let mut plans = Vec::new();
    for before in &before {
        for during in &during {
            for after in &after {
                plans.push(format!(
                    "{before}\nssh a1 systemctl stop aerospike\n{during}\nssh a1 systemctl start aerospike\n{after}"
                ));
            }
        }
    }
    plans
}

#[test]
fn a_plan_begins_when_migrations_are_done() {
    let start = begun("A1@1 A2@1 B1@2 B2@2", 2, Begins::Filling);
    let plan = planned(&start, &Goal::Restart(vec!["A1".parse().unwrap()]), 1).unwrap();
    assert_eq!(plan.lines[0], "wait until cluster-stable:size=4;ignore-migrations=no");
    let again = checked(&start, &plan.lines.join("\n"));
    assert!(again.is_safe(), "{:?}", found(&again));
    // What was filling before had no margin to keep; from then on it has.
    let rest = begun("A1@1 A2@1 B1@2 B2@2", 2, Begins::Healthy);
    let alone = planned(&rest, &Goal::Restart(vec!["A1".parse().unwrap()]), 1).unwrap();
    assert_eq!(plan.lines[1..], alone.lines[..]);
}

#[test]
fn where_no_plan_is_found_there_is_none() {
    let mut none = 0;
    for (all, without, replication_factor, margin) in [
        ("A1 A2", "A2", 2, 0),
        ("A1 A2 A3", "A2 A3", 3, 0),
        ("A1 A2 A3", "A2 A3", 2, 0),
        ("A1 A2 A3", "A2 A3", 1, 0),
        ("A1@1 A2@2 A3@2", "A2@2 A3@2", 2, 1),
    ] {
        for begins in [Begins::Healthy, Begins::Down] {
            let start = begun(all, replication_factor, begins);
            let goal = Goal::Restart(vec!["A1".parse().unwrap()]);
            let found = planned(&start, &goal, margin);
            let is_there = |plan: &String| {
                let checked = checked_on(&start, plan, Demand { margin, always: false });
                let mut end = start.clone();
                checked.is_safe() && {
                    run(&mut end, plan);
                    is_up(&end) == is_up(&start) && roster_of(&end) == roster_of(&start)
                }
            };
            let of = format!("{all}, RF {replication_factor}, {begins:?}, margin {margin}");
            if let Ok(plan) = &found {
                assert!(plan.checked.is_safe(), "{of}");
                continue;
            }
            none += 1;
            let better = restarts(all, without).into_iter().find(is_there);
            assert_eq!(better, None, "{of}");
        }
    }
    assert!(none > 1, "some goals have no plan: {none}");
}
