//! Whole scenarios against golden values: every sub-cluster's nodes, unavailable and dead partitions and
//! expected-migrations after every step (domain.md §5, §6, §10).
use crate::common::{crash, cut, ids, start, stop};
use rosterlab_engine::{
    Cluster, ClusterSetup, Command, NamespaceSettings, NodeSetup, Profile, RackId, RosterEntry,
    RosterNodes, SubClusterView, Until,
};
use serde_json::{Value, json};

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn list(value: &Value) -> String {
    value.as_array().unwrap().iter().map(text).collect::<Vec<_>>().join(" ")
}

fn setup(cluster: &Value) -> ClusterSetup {
    let node = |node: &Value| {
        NodeSetup::new(
            text(&node["id"]).parse().unwrap(),
            RackId::new(u32::try_from(node["rack"].as_u64().unwrap_or(0)).unwrap()).unwrap(),
        )
    };
    let nodes = cluster["nodes"].as_array().unwrap().iter().map(node).collect();
    let mut setup = ClusterSetup::of(nodes, 2);
    if let Some(namespaces) = cluster["namespaces"].as_array() {
        let namespace = |value: &Value| NamespaceSettings {
            commit_to_device: value["commit-to-device"].as_bool().unwrap_or(false),
            ..NamespaceSettings::strong(
                &text(&value["name"]),
                u8::try_from(value["replication-factor"].as_u64().unwrap()).unwrap(),
            )
        };
        assert!(namespaces.iter().all(|value| value["strong-consistency"] == json!(true)));
        setup.namespaces = namespaces.iter().map(namespace).collect();
    }
    if cluster["server"] == json!("6.0") {
        setup.profile = Profile::V6_0;
    }
    setup
}

fn step(cluster: &mut Cluster, step: &Value) {
    let nodes = || list(&step["nodes"]);
    let command = match step["do"].as_str().unwrap() {
        "migrate" => {
            cluster.advance(Until::Migrated { partitions: None });
            return;
        }
        "stop" => stop(&nodes()),
        "crash" => crash(&nodes()),
        "start" => start(&nodes()),
        "wipe" => Command::Wipe { nodes: ids(&nodes()), device: None },
        "quiesce" => Command::Quiesce { nodes: ids(&nodes()) },
        "cut" => {
            let sides: Vec<String> = step["between"].as_array().unwrap().iter().map(list).collect();
            cut(&sides.join("|"))
        }
        "heal" => Command::Heal { between: None },
        "recluster" => Command::Recluster { on: None },
        "revive" => Command::Revive {
            namespace: text(&step["namespace"]),
            nodes: step["nodes"].is_array().then(|| ids(&nodes())),
        },
        "roster-set" => {
            let entry = |entry: &Value| text(entry).parse::<RosterEntry>().unwrap();
            let entries = step["nodes"].as_array().unwrap().iter().map(entry).collect();
            let namespace = text(&step["namespace"]);
            Command::RosterSet { namespace, nodes: RosterNodes::List(entries), on: None }
        }
        other => panic!("no action {other}"),
    };
    crate::common::act(cluster, &command);
}

fn found(sub_cluster: &SubClusterView) -> Value {
    let namespace = &sub_cluster.namespaces[0];
    let migrations = namespace
        .expected
        .iter()
        .map(|(node, due)| (node.to_string(), json!([due.tx, due.rx, due.signals])));
    json!({
        "nodes": sub_cluster.nodes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "unavailable": namespace.counts.unavailable,
        "dead": namespace.counts.dead,
        "expected_migrations": migrations.collect::<serde_json::Map<_, _>>(),
    })
}

#[test]
fn every_golden_case_comes_out() {
    let golden = include_str!("../../../../tests/golden/availability.json");
    let golden: Vec<Value> = serde_json::from_str(golden).unwrap();
    assert_eq!(golden.len(), 53);
    let mut wrong = Vec::new();
    for case in &golden {
        let scenario = &case["scenario"];
        let mut cluster = Cluster::new(setup(&scenario["cluster"])).unwrap();
        for (at, action) in scenario["steps"].as_array().unwrap().iter().enumerate() {
            step(&mut cluster, action);
            let now: Vec<Value> = cluster.view().sub_clusters.iter().map(found).collect();
            let expected = &case["expected"][at]["sub_clusters"];
            if json!(now) != *expected {
                wrong.push(format!(
                    "{}, step {at} {action}:\n  found    {}\n  expected {expected}",
                    scenario["title"],
                    json!(now)
                ));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), golden.len(), wrong.join("\n"));
}
