//! Plans as people write them, checked: the case study, each documented mistake, a rolling restart.

use rosterlab_asinfo::plan::{Names, Reader};
use rosterlab_engine::{Cluster, ClusterSetup, NamespaceSettings, NodeSetup, Profile, RosterEntry};
use rosterlab_scenario::foresight::runbook::{Checked, Demand, Level, check};
use rosterlab_scenario::words::runbook::{name_of, of_wrong, source_of};

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
    let back = counts.losses[0].back.unwrap();
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
fn each_documented_mistake_is_told_with_its_rule() {
    for (name, line, rule, plan) in MISTAKES {
        let checked = checked(&case_study(), plan);
        let mut of = checked.findings();
        let one = of.find(|(at, found)| at.line.number == line && name_of(&found.wrong) == name);
        let (_, one) = one.unwrap_or_else(|| panic!("{name}: {:?}", found(&checked)));
        let source = source_of(&one.wrong).unwrap();
        assert!(source.starts_with(&format!("docs/domain.md {rule}, ")), "{name}: {source}");
        let said = of_wrong(&one.wrong);
        assert!(said.ends_with('.') && !said.contains("  "), "{said}");
    }
}

#[test]
fn grave_mistakes_make_a_plan_unsafe() {
    let slight = ["stop-without-quiesce", "nothing-dead", "empty-drives"];
    for (name, _, _, plan) in MISTAKES {
        let found = checked(&case_study(), plan);
        assert_eq!(
            found.is_safe(),
            slight.contains(&name),
            "{name}: {:?}",
            super::runbook::found(&found)
        );
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
    for line in [
        "pdsh -w b101,b102 systemctl stop aerospike",
        "ssh a102 pkill -KILL asd",
        "ssh a102 systemctl start aerospike",
    ] {
        let (reader, lines) = Reader::new(line, Names::default()).unwrap();
        use rosterlab_scenario::foresight::runbook::{Language, Reading};
        let Reading::Does(entries) = reader.read(&lines[0], &cluster) else { panic!("{line}") };
        entries.iter().for_each(|entry| drop(entry.run(&mut cluster).unwrap()));
    }
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
