//! The golden histories of AP namespaces, value by value: expected migrations, copies of each node, who serves and who
//! sends, and all versions' flags by a hash over 4096 partitions. Also that each rule of domain.md §6.1 is needed for them.
//! The README of the golden folder explains the fields.

use rosterlab_engine::{
    Clause, ClusterView, EventKind, MigrationView, NodeId, PARTITIONS, Rules, SubClusterView,
    Version, fnv1a_64,
};
use rosterlab_scenario::{Runner, Scenario};
use serde_json::{Value, json};

fn golden() -> Value {
    serde_json::from_str(include_str!("../../../../tests/golden/ap.json")).unwrap()
}

fn histories() -> Vec<Value> {
    let golden = golden();
    let lists = [&golden["histories"], &golden["minimal"]].map(|list| list.as_array().unwrap());
    let all: Vec<Value> = lists.into_iter().flatten().cloned().collect();
    assert!(all.len() >= 76, "the golden file is there");
    all
}

fn three(due: rosterlab_engine::Migrations) -> Value {
    json!([due.tx, due.rx, due.signals])
}

/// One sub-cluster as the golden file has it. `kind` is `expected` right after a rebalance, else `remaining`.
fn found(runner: &Runner<'_>, view: &ClusterView, here: &SubClusterView, kind: &str) -> Value {
    let cluster = runner.cluster();
    let name = &view.namespaces[0].name;
    let namespace = &here.namespaces[0];
    let due = if kind == "expected" { &namespace.expected } else { &namespace.remaining };
    let copies = here.nodes.iter().map(|id| {
        let copies = view.node(*id).unwrap().namespaces[0].copies;
        json!([copies.full, copies.subset, copies.evade, copies.with_data, copies.master])
    });
    let versions: Vec<&[Version]> =
        here.nodes.iter().map(|id| cluster.versions(name, *id).unwrap()).collect();
    let mut migrations: Vec<Option<MigrationView>> = vec![None; PARTITIONS];
    for migration in cluster.migrations(name, here.principal).unwrap() {
        let pid = migration.partition.index();
        migrations[pid] = Some(migration);
    }
    let incoming = |pid: usize| migrations[pid].as_ref().map_or(&[][..], |one| &one.incoming);
    let fills = |pid: usize| migrations[pid].as_ref().map_or(&[][..], |one| &one.fills);
    let place = |id: NodeId| here.nodes.iter().position(|other| *other == id).unwrap();
    let bits = |ids: &[NodeId]| ids.iter().fold(0_u8, |set, id| set | 1 << place(*id));
    let mut bytes = Vec::new();
    for pid in 0..PARTITIONS {
        for versions in &versions {
            let version = versions[pid];
            bytes.push(
                u8::from(version.has_data()) << 4
                    | u8::from(version.is_evade()) << 3
                    | u8::from(version.is_subset()) << 2
                    | u8::from(version.is_master()) << 1,
            );
        }
        let master = namespace.cells[pid].working_master.unwrap();
        bytes.push(u8::try_from(place(master)).unwrap());
        bytes.push(bits(incoming(pid)));
        bytes.push(bits(fills(pid)));
    }
    let mut found = json!({
        "nodes": here.nodes,
        kind: due.iter().map(|(_, due)| three(*due)).collect::<Vec<_>>(),
        "copies": copies.collect::<Vec<_>>(),
        "fnv": format!("{:016x}", fnv1a_64(&bytes)),
    });
    if kind == "expected" {
        let mut counts = [0_u32; 16];
        for pid in 0..PARTITIONS {
            let master = namespace.cells[pid].working_master;
            counts[incoming(pid).iter().filter(|id| Some(**id) != master).count()] += 1;
        }
        let last = counts.iter().rposition(|count| *count > 0).unwrap();
        found["duplicates"] = json!(counts[..=last]);
        let sample = |pid: u16| {
            let at = usize::from(pid);
            let master = namespace.cells[at].working_master.unwrap();
            let sources: Vec<String> = incoming(at).iter().map(NodeId::to_string).collect();
            let marks = versions.iter().map(|versions| marks(versions[at]));
            json!([pid, master, sources.join(" "), marks.collect::<Vec<_>>().join(" ")])
        };
        found["sample"] = json!([sample(7), sample(2048)]);
    }
    found
}

fn marks(version: Version) -> String {
    let mut text = if version.has_data() { "d" } else { "0" }.to_owned();
    let flags = [(version.is_master(), 'm'), (version.is_subset(), 's'), (version.is_evade(), 'e')];
    text.extend(flags.iter().filter(|(on, _)| *on).map(|(_, mark)| *mark));
    text
}

/// The golden file orders sources by id, highest first, as we do.
fn compare(history: &Value, rules: Rules) -> Result<usize, String> {
    let title = history["scenario"]["title"].as_str().unwrap();
    let scenario = Scenario::parse(history["scenario"].to_string().as_bytes())
        .unwrap_or_else(|error| panic!("{title}: {error}"));
    let mut runner = Runner::with_rules(&scenario, rules).unwrap();
    let view = runner.cluster().view();
    let start = found(&runner, &view, &view.sub_clusters[0], "expected");
    let mut compared = 1;
    let differ = |at: &str, found: &Value, expected: &Value| {
        if found == expected {
            return Ok(());
        }
        let keys = expected.as_object().map(|all| all.keys().cloned().collect::<Vec<_>>());
        let keys = keys.unwrap_or_default();
        let wrong: Vec<String> = keys
            .iter()
            .filter(|key| found[*key] != expected[*key])
            .map(|key| format!("{key} {} and not {}", found[key], expected[key]))
            .collect();
        Err(format!("{title}, {at}: {}", wrong.join("; ")))
    };
    differ("start", &start, &history["start"][0])?;
    for expected in history["after"].as_array().unwrap() {
        let report = runner.next().unwrap().unwrap_or_else(|error| panic!("{title}: {error}"));
        let at = format!("step {} ({})", report.step, report.action);
        let Some(expected) = expected.as_array() else { continue };
        let moves = ["migrate", "advance"].contains(&report.action);
        let rebalanced: Vec<NodeId> = report
            .events
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::Rebalanced { principal, .. } => Some(principal),
                _ => None,
            })
            .collect();
        let kind = if moves { "remaining" } else { "expected" };
        let shown = report.view.sub_clusters.iter();
        let shown: Vec<&SubClusterView> =
            shown.filter(|here| moves || rebalanced.contains(&here.principal)).collect();
        if shown.len() != expected.len() {
            return Err(format!(
                "{title}, {at}: {} sub-clusters and not {}",
                shown.len(),
                expected.len()
            ));
        }
        for (here, expected) in shown.into_iter().zip(expected) {
            differ(&at, &found(&runner, &report.view, here, kind), expected)?;
            compared += 1;
        }
    }
    Ok(compared)
}

#[test]
fn every_history_of_ap_comes_out() {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for history in histories() {
        match compare(&history, Rules::default()) {
            Ok(count) => compared += count,
            Err(why) => wrong.push(why),
        }
    }
    assert!(wrong.is_empty(), "{} histories differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 300, "only {compared} sub-clusters were compared");
}

#[test]
fn every_rule_of_ap_is_needed() {
    let histories = histories();
    for clause in Clause::ALL.into_iter().filter(|clause| format!("{clause:?}").starts_with("Ap")) {
        let rules = Rules::default().without(clause);
        let noticed = histories.iter().any(|history| compare(history, rules).is_err());
        assert!(noticed, "no history needs {clause:?}");
    }
}
