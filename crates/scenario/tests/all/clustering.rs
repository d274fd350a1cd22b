//! The golden histories of links: clusters and orphans after every step. Also that each clause of domain.md §7 is needed
//! for them.

use rosterlab_engine::{Clause, NodeId, Rules};
use rosterlab_scenario::{Runner, Scenario};
use serde_json::Value;

fn histories() -> Vec<Value> {
    let file = include_str!("../../../../tests/golden/clustering.json");
    let histories: Vec<Value> = serde_json::from_str(file).unwrap();
    assert!(histories.len() >= 77, "the golden file is there");
    histories
}

fn ids(nodes: &[NodeId]) -> Vec<String> {
    nodes.iter().map(NodeId::to_string).collect()
}

/// The first difference under some rules, in words, and how many steps were compared.
fn differences(rules: Rules) -> (Vec<String>, usize) {
    let (mut differ, mut compared) = (Vec::new(), 0);
    for history in histories() {
        let title = history["scenario"]["title"].as_str().unwrap();
        let scenario = Scenario::parse(history["scenario"].to_string().as_bytes()).unwrap();
        let expected = history["expected"].as_array().unwrap();
        let runner = Runner::with_rules(&scenario, rules).unwrap();
        for (report, expected) in runner.zip(expected) {
            let report = report.unwrap_or_else(|error| panic!("{title}: {error}"));
            let clusters: Vec<Vec<String>> =
                report.view.sub_clusters.iter().map(|here| ids(&here.nodes)).collect();
            let found = serde_json::json!({
                "sub_clusters": clusters, "orphans": ids(&report.view.orphans),
            });
            if found != *expected {
                differ.push(format!("{title}, step {}: {found} and not {expected}", report.step));
            }
            compared += 1;
        }
    }
    (differ, compared)
}

#[test]
fn every_history_of_links_comes_out() {
    let (differ, compared) = differences(Rules::default());
    assert!(differ.is_empty(), "{} steps: {}", differ.len(), differ.join("\n"));
    assert!(compared > 400, "only {compared} steps were compared");
}

#[test]
fn every_clause_of_clustering_is_needed() {
    for clause in [
        Clause::ClustersLiveOn,
        Clause::PrincipalHeard,
        Clause::TakeIn,
        Clause::Preference,
        Clause::Join,
        Clause::OnlyAsk,
        Clause::ExactClique,
    ] {
        let (differ, _) = differences(Rules::default().without(clause));
        assert!(!differ.is_empty(), "no history needs {clause:?}");
    }
}
