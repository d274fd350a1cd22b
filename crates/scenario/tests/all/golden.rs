//! Every golden case, run from its file: nodes, unavailable, dead and expected migrations after every step.

use rosterlab_scenario::{Runner, Scenario, report};
use serde_json::{Map, Value};

/// The values that the golden file has for a sub-cluster, taken from a line of the runner.
fn comparable(line: &Value) -> Value {
    let sub_clusters = line["sub_clusters"].as_array().unwrap().iter().map(|here| {
        let main = &here["namespaces"]["main"];
        let mut kept = Map::new();
        kept.insert("nodes".into(), here["nodes"].clone());
        for key in ["unavailable", "dead", "expected_migrations"] {
            kept.insert(key.into(), main[key].clone());
        }
        assert_eq!(here["principal"], here["nodes"][0]);
        let count = |key: &str| main[key].as_u64().unwrap();
        assert_eq!(count("active") + count("unavailable") + count("dead"), 4096);
        Value::Object(kept)
    });
    serde_json::json!({
        "step": line["step"],
        "do": line["do"],
        "sub_clusters": sub_clusters.collect::<Vec<_>>(),
    })
}

#[test]
fn every_golden_case_comes_out() {
    let file = include_str!("../../../../tests/golden/availability.json");
    let cases: Vec<Value> = serde_json::from_str(file).unwrap();
    assert!(cases.len() > 50, "the golden file is there");
    let mut compared = 0;
    for case in &cases {
        let title = &case["scenario"]["title"];
        let scenario = Scenario::parse(case["scenario"].to_string().as_bytes())
            .unwrap_or_else(|error| panic!("{title}: {error}"));
        let found: Vec<Value> = Runner::new(&scenario)
            .unwrap_or_else(|error| panic!("{title}: {error}"))
            .map(|report| report.unwrap_or_else(|error| panic!("{title}: {error}")))
            .map(|report| comparable(&serde_json::from_str(&report::ndjson(&report)).unwrap()))
            .collect();
        let expected = case["expected"].as_array().unwrap();
        assert_eq!(found.len(), expected.len(), "{title}");
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(found, expected, "{title}");
            compared += 1;
        }
    }
    assert!(compared > 150, "only {compared} steps were compared");
}

/// The order of keys is part of the format.
#[test]
fn a_line_has_its_keys_in_the_documented_order() {
    let scenario = Scenario::parse(
        br#"{"format":"rosterlab-scenario/1","title":"order","cluster":{
            "nodes":[{"id":"A1"},{"id":"A2"}],
            "namespaces":[{"name":"zeta","replication-factor":2},
                          {"name":"alpha","replication-factor":2,"strong-consistency":false}]},
            "steps":[{"do":"stop","nodes":["A2"]}]}"#,
    )
    .unwrap();
    let report = Runner::new(&scenario).unwrap().next().unwrap().unwrap();
    let key = report.view.sub_clusters[0].key;
    let expected = format!(
        concat!(
            r#"{{"step":0,"do":"stop","sub_clusters":[{{"nodes":["A1"],"principal":"A1","#,
            r#""cluster_key":"{}","namespaces":{{"zeta":{{"roster_nodes_present":1,"regime":{},"#,
            r#""active":0,"unavailable":4096,"dead":0,"expected_migrations":{{"A1":[0,0,0]}}}},"#,
            r#""alpha":{{"active":4096,"unavailable":0,"dead":0,"fresh":0,"#,
            r#""expected_migrations":{{"A1":[0,0,0]}}}}}}}}],"orphans":[]}}"#,
        ),
        key, report.view.sub_clusters[0].namespaces[0].regime
    );
    assert_eq!(report::ndjson(&report), expected);
}

#[test]
fn the_same_file_gives_the_same_bytes() {
    let run = || {
        let file = include_str!("../../../../tests/golden/availability.json");
        let cases: Vec<Value> = serde_json::from_str(file).unwrap();
        let mut text = String::new();
        for case in cases.iter().skip(40) {
            let scenario = Scenario::parse(case["scenario"].to_string().as_bytes()).unwrap();
            for report in Runner::new(&scenario).unwrap() {
                let report = report.unwrap();
                text += &report::ndjson(&report);
                text += &report::table_rows(&report);
            }
        }
        text
    };
    assert_eq!(run(), run());
}
