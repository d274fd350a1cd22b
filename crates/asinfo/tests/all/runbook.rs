//! Plans as people write them, checked: the case study, each documented mistake, a rolling restart.

use expect_test::expect;
use proptest::prelude::*;
use rosterlab_asinfo::plan::{Names, Reader};
use rosterlab_engine::{
    Cluster, ClusterSetup, Command, NamespaceSettings, NodeId, NodeSetup, Profile, RosterEntry,
    Shutdown, Until,
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
            "4,096 out without A103",
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
        "If A103 is lost as well, 4,096 partitions are out; there are still 4,096 unavailable when it is back, even after a clean stop."
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
            vec!["Put in before line 2: manage recluster"],
        ),
        // The rack is forgotten in the roster.
        (
            "pdsh -w b101,b102 systemctl stop aerospike\nwait for migrations",
            vec![
                "Put in before line 2: wait for migrations; manage roster stage observed ns main; manage recluster; wait for migrations",
            ],
        ),
        // The next node goes before the last is back.
        (
            "ssh b101 systemctl stop aerospike\nssh a101 systemctl stop aerospike\nssh b101 systemctl start aerospike\nssh a101 systemctl start aerospike\nwait for migrations",
            vec!["Do line 3 before line 2"],
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
        ssh a1 systemctl stop aerospike
        ssh a1 systemctl start aerospike
        wait for migrations"#]]
    .assert_eq(&plan.lines.join("\n"));
    assert_eq!(plan.checked.margin_left(), Some(1));
}

#[test]
fn where_no_plan_is_safe_it_is_told_why() {
    let two = cluster("A1@1 A2@2", 2);
    let Err(why) = planned(&two, &Goal::RackDown("1".parse().unwrap()), 1) else {
        panic!("one of two cannot go")
    };
    assert_eq!(why.to_string(), "none of the 4 forms of a plan for A1 is safe");
    assert!(matches!(why, Unplanned::NotSafe { wrong: Some(_), .. }));
    let goal = Goal::Restart(vec!["A9".parse().unwrap()]);
    assert_eq!(planned(&two, &goal, 1).unwrap_err().to_string(), "no node A9");
    assert_eq!(
        planned(&two, &Goal::RackDown("7".parse().unwrap()), 1),
        Err(Unplanned::NoRack("7".parse().unwrap()))
    );
    assert_eq!(planned(&two, &Goal::Remove(Vec::new()), 1), Err(Unplanned::Nothing));
}

#[test]
fn a_plan_that_is_printed_is_safe_when_it_is_read_again() {
    let goals = (3_usize..6, 1_usize..4, 1_u8..4, 0_usize..3, 0_usize..2, any::<bool>());
    let outcomes = std::cell::Cell::new((0, 0));
    runner(10)
        .run(&goals, |(nodes, racks, replication_factor, which, margin, several)| {
            let names: Vec<String> =
                (0..nodes).map(|n| format!("A{n}0@{}", n % racks + 1)).collect();
            let start =
                cluster(&names.join(" "), replication_factor.min(u8::try_from(nodes).unwrap()));
            let ids: Vec<NodeId> = start.view().nodes.iter().map(|node| node.id).collect();
            let some = ids[..if several { 2 } else { 1 }].to_vec();
            let goal = match which {
                0 => Goal::Restart(some.clone()),
                1 => Goal::Remove(some.clone()),
                _ => Goal::RackDown("1".parse().unwrap()),
            };
            let (made, not) = outcomes.get();
            let plan = match planned(&start, &goal, margin) {
                Ok(plan) => plan,
                Err(Unplanned::NotSafe { wrong, .. }) => {
                    outcomes.set((made, not + 1));
                    prop_assert!(wrong.is_some(), "it is told why");
                    return Ok(());
                }
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            };
            outcomes.set((made + 1, not));
            let text = plan.lines.join("\n");
            let again = checked_on(&start, &text, Demand { margin, always: false });
            prop_assert!(again.is_safe(), "{text}\n{:?}", super::runbook::found(&again));
            let mut end = start.clone();
            run(&mut end, &text);
            let view = end.view();
            let up: Vec<NodeId> =
                view.nodes.iter().filter(|node| node.state.is_up()).map(|node| node.id).collect();
            let there: Vec<NodeId> = match &goal {
                Goal::Remove(gone) => ids.iter().filter(|id| !gone.contains(id)).copied().collect(),
                _ => ids.clone(),
            };
            prop_assert_eq!(&up, &there);
            let roster = &view.sub_clusters[0].namespaces[0].roster;
            prop_assert_eq!(roster.iter().map(|entry| entry.node).collect::<Vec<_>>(), there);
            Ok(())
        })
        .unwrap();
    let (made, not) = outcomes.get();
    assert!(made > 0 && not > 0, "both come up: {made} plans, {not} goals without one");
}
