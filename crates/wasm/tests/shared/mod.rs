//! Calls the exports as JavaScript does, as tables, the same in every environment. Tests that need a built package (types,
//! documentation, equality with the native program) are in tests/api.

use js_sys::{Array, Error, JSON, Reflect, Uint8Array, Uint16Array};
use rosterlab_wasm::{Playground, run_scenario, succession, verdict_of, version};
use serde_json::{Map, Value, json};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

const GOLDEN: &str = include_str!("../../../../tests/golden/availability.json");
const CLUSTERING: &str = include_str!("../../../../tests/golden/clustering.json");
const AVAILABLE: &str = include_str!("../../../../tests/golden/ap.json");
const SUCCESSION: &str = include_str!("../../../../tests/golden/succession.json");
const CASE_STUDY: &str = include_str!("../../../../www/scenarios/case-study.json");

fn js(value: &Value) -> JsValue {
    JSON::parse(&value.to_string()).unwrap()
}

fn data(value: &JsValue) -> Value {
    serde_json::from_str(&String::from(JSON::stringify(value).unwrap())).unwrap()
}

fn field(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap()
}

/// `code` and `place` of a thrown error, which must be a real `Error`.
fn fault<T>(thrown: Result<T, JsValue>) -> (String, Option<String>) {
    let error = thrown.err().expect("an error");
    assert!(error.is_instance_of::<Error>(), "{error:?}");
    assert_eq!(field(&error, "name"), "RosterlabError");
    (field(&error, "code").as_string().unwrap(), field(&error, "place").as_string())
}

fn three() -> Value {
    json!({"cluster": {"nodes": [{"id": "A101", "rack": 1}, {"id": "A102", "rack": 1}, {"id": "B101", "rack": 2}]}})
}

fn playground() -> Playground {
    Playground::new(&js(&three())).unwrap()
}

#[wasm_bindgen_test]
fn every_golden_case_comes_out() {
    let cases: Vec<Value> = serde_json::from_str(GOLDEN).unwrap();
    assert_eq!(cases.len(), 53);
    for case in &cases {
        let title = &case["scenario"]["title"];
        let report = run_scenario(&js(&case["scenario"])).unwrap();
        let ndjson = field(&report, "ndjson").as_string().unwrap();
        let steps = ndjson.lines().map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let of = |here: &Value| {
                let main = &here["namespaces"]["main"];
                let mut kept = Map::new();
                kept.insert("nodes".into(), here["nodes"].clone());
                for key in ["unavailable", "dead", "expected_migrations"] {
                    kept.insert(key.into(), main[key].clone());
                }
                Value::Object(kept)
            };
            let sub_clusters: Vec<Value> =
                line["sub_clusters"].as_array().unwrap().iter().map(of).collect();
            json!({"step": line["step"], "do": line["do"], "sub_clusters": sub_clusters})
        });
        assert_eq!(Value::Array(steps.collect()), case["expected"], "{title}");
    }
}

#[wasm_bindgen_test]
fn every_golden_history_of_links_comes_out() {
    let histories: Vec<Value> = serde_json::from_str(CLUSTERING).unwrap();
    assert_eq!(histories.len(), 77);
    for history in &histories {
        let report = run_scenario(&js(&history["scenario"])).unwrap();
        let steps = data(&field(&report, "steps"));
        let of = |step: &Value| {
            let sub_clusters = step["sub_clusters"].as_array().unwrap().iter();
            let nodes: Vec<&Value> = sub_clusters.map(|here| &here["nodes"]).collect();
            json!({"sub_clusters": nodes, "orphans": step["orphans"]})
        };
        let found: Vec<Value> = steps.as_array().unwrap().iter().map(of).collect();
        assert_eq!(Value::Array(found), history["expected"], "{}", history["scenario"]["title"]);
    }
}

/// The expected migrations of every AP rebalance in the short histories. The long ones run in tests/api with the released
/// module: this one is not optimised and would take longer than the browser's driver waits.
#[wasm_bindgen_test]
fn every_short_golden_history_of_ap_comes_out() {
    let golden: Value = serde_json::from_str(AVAILABLE).unwrap();
    let mut compared = 0;
    for history in golden["minimal"].as_array().unwrap() {
        let title = &history["scenario"]["title"];
        let report = run_scenario(&js(&history["scenario"])).unwrap();
        let steps = data(&field(&report, "steps"));
        let after = history["after"].as_array().unwrap();
        for (step, expected) in steps.as_array().unwrap().iter().zip(after) {
            for wanted in expected.as_array().into_iter().flatten() {
                let Some(due) = wanted["expected"].as_array() else { continue };
                let here = step["sub_clusters"].as_array().unwrap().iter();
                let here = here.into_iter().find(|here| here["nodes"] == wanted["nodes"]);
                let here = &here.expect("the sub-cluster is there")["namespaces"]["main"];
                for (node, due) in wanted["nodes"].as_array().unwrap().iter().zip(due) {
                    let found = &here["expected_migrations"][node.as_str().unwrap()];
                    assert_eq!(found, due, "{title}, step {}", step["step"]);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 50, "only {compared} nodes were compared");
}

#[wasm_bindgen_test]
fn every_row_of_the_golden_tables_comes_out() {
    let golden: Value = serde_json::from_str(SUCCESSION).unwrap();
    for table in golden["tables"].as_array().unwrap() {
        let factor = JsValue::from(table["replication_factor"].as_f64().unwrap());
        let rows = succession(&js(&table["roster"]), &factor, &JsValue::UNDEFINED).unwrap();
        let rows = data(&rows);
        assert_eq!(rows.as_array().unwrap().len(), 4096);
        for (partition, row) in table["rows"].as_object().unwrap() {
            let partition: usize = partition.parse().unwrap();
            assert_eq!(rows[partition]["succession"], *row, "partition {partition}");
        }
    }
}

#[wasm_bindgen_test]
fn a_scenario_holds_or_says_what_does_not() {
    let report = run_scenario(&CASE_STUDY.into()).unwrap();
    assert_eq!(field(&report, "holds"), JsValue::TRUE);
    let mut scenario: Value = serde_json::from_str(CASE_STUDY).unwrap();
    scenario["steps"] = json!([{"do": "expect", "unavailable": 1}]);
    let report = run_scenario(&js(&scenario)).unwrap();
    assert_eq!(field(&report, "holds"), JsValue::FALSE);
    assert_eq!(
        data(&field(&report, "failures")),
        json!([{"step": 0, "place": "steps[0].unavailable", "expected": "1", "found": "0"}])
    );
}

#[wasm_bindgen_test]
fn a_command_gives_events_and_changes_the_view() {
    let playground = playground();
    let crash = js(&json!({"do": "crash", "nodes": ["A101", "A102"]}));
    assert_eq!(playground.check(&crash).unwrap(), JsValue::NULL);
    let events = data(&playground.apply(&crash).unwrap());
    let stopped = json!({"atMs": 0, "kind": "node-stopped", "node": "A101", "shutdown": "unclean", "markedClean": false});
    assert_eq!(events[0], stopped);
    let view = playground.view(&JsValue::UNDEFINED).unwrap();
    let here = Array::from(&field(&view, "subClusters")).get(0);
    assert_eq!(data(&field(&here, "counts")), json!({"active": 0, "unavailable": 4096, "dead": 0}));
    let verdicts: Uint8Array = field(&here, "verdicts").dyn_into().unwrap();
    let masters: Uint16Array = field(&here, "masters").dyn_into().unwrap();
    assert_eq!((verdicts.length(), masters.length()), (4096, 4096));
    assert_eq!((verdicts.get_index(42), masters.get_index(42)), (1, 65535));
    let verdict = data(&verdict_of(&JsValue::from(verdicts.get_index(42))).unwrap());
    let expected = json!({"availability": "unavailable", "rule": "too-few-nodes", "filling": false, "fresh": false});
    assert_eq!(verdict, expected);
    let why = data(&playground.explain(&42.into(), &JsValue::NULL, &JsValue::NULL).unwrap());
    assert_eq!(why["rule"], "too-few-nodes");
    assert_eq!(why["facts"]["present"], 1);
    assert_eq!(why["rules"][0]["answer"], "decided");
}

#[wasm_bindgen_test]
fn time_goes_back_and_forth() {
    let playground = playground();
    playground.apply(&js(&json!({"do": "crash", "nodes": ["B101"]}))).unwrap();
    playground.advance(&1000.into()).unwrap();
    let at = |playground: &Playground| (playground.step().unwrap(), playground.steps().unwrap());
    assert_eq!(at(&playground), (2, 2));
    assert!(playground.undo().unwrap() && playground.undo().unwrap());
    assert!(!playground.undo().unwrap());
    assert_eq!(at(&playground), (0, 2));
    assert!(playground.redo().unwrap());
    assert!(playground.seek(&2.into()).unwrap() && !playground.seek(&3.into()).unwrap());
    let again = Playground::new(&playground.to_scenario().unwrap()).unwrap();
    let linked = Playground::from_link(&playground.link().unwrap().into()).unwrap();
    assert_eq!(linked.differs().unwrap(), JsValue::NULL);
    for other in [again, linked] {
        let none = JsValue::UNDEFINED;
        assert_eq!(data(&other.view(&none).unwrap()), data(&playground.view(&none).unwrap()));
        assert_eq!(data(&other.log(&none).unwrap()), data(&playground.log(&none).unwrap()));
    }
}

#[wasm_bindgen_test]
fn losses_are_counted_and_change_nothing() {
    let playground = playground();
    let losses = data(&playground.what_if(&js(&json!({"lose": 2}))).unwrap());
    assert_eq!(losses.as_array().unwrap().len(), 3);
    let one = data(&playground.what_if(&js(&json!({"nodes": ["A101", "A102"]}))).unwrap());
    assert_eq!(one, json!([{"nodes": ["A102", "A101"], "unavailable": {"main": 4096}}]));
    assert_eq!(losses[2], one[0]);
    assert_eq!(playground.steps().unwrap(), 0);
}

#[wasm_bindgen_test]
fn what_cannot_be_done_is_an_error_with_code_and_place() {
    for (command, code, place) in [
        (json!({"do": "explode"}), "unknown-action", "do"),
        (json!({"do": "crash", "nodes": ["A101", "A109"]}), "unknown-node", "nodes[1]"),
        (json!({"do": "start", "nodes": ["A101"]}), "node-is-up", "nodes[0]"),
        (json!({"do": "crash", "node": "A101"}), "bad-input", "node"),
        (json!({"do": "advance", "seconds": "1"}), "bad-input", "seconds"),
        (json!({"do": "expect", "dead": 1}), "expectation-failed", "dead"),
        (json!({"do": "heal", "between": null}), "bad-input", "between"),
    ] {
        let (command, playground) = (js(&command), playground());
        let expected = (code.to_owned(), Some(place.to_owned()));
        assert_eq!(fault(playground.apply(&command)), expected);
        let checked = data(&playground.check(&command).unwrap());
        assert_eq!((&checked["code"], &checked["place"]), (&json!(code), &json!(place)));
        assert!(playground.apply(&js(&json!({"do": "migrate"}))).is_ok(), "it works on");
    }
    let cyclic = js(&json!({"do": "crash"}));
    Reflect::set(&cyclic, &"nodes".into(), &cyclic).unwrap();
    assert_eq!(fault(playground().apply(&cyclic)).0, "bad-input");
    assert_eq!(fault(Playground::new(&f64::NAN.into())), ("bad-input".to_owned(), None));
    let link = Playground::from_link(&"s1=".into());
    assert_eq!(fault(link), ("bad-link".to_owned(), Some("character 4".to_owned())));
}

#[wasm_bindgen_test]
fn the_version_is_that_of_the_crate() {
    assert_eq!(version(), env!("CARGO_PKG_VERSION"));
}
