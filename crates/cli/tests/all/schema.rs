//! The committed JSON Schema equals the generated one, and every shipped scenario is valid by it.

use std::fs;

use expect_test::expect_file;
use serde_json::Value;

use crate::{repository, told};

/// `UPDATE_EXPECT=1 cargo test` writes the file again.
#[test]
fn the_committed_schema_is_current() {
    let (code, schema, _) = told(&["schema"], "");
    assert_eq!(code, 0);
    expect_file![repository("www/scenario.schema.json")].assert_eq(&schema);
}

/// The part of JSON Schema that ours uses, without patterns, which the parser checks.
pub struct Schema(pub Value);

impl Schema {
    /// The committed schema.
    pub fn read() -> Self {
        let text = fs::read_to_string(repository("www/scenario.schema.json")).unwrap();
        Self(serde_json::from_str(&text).unwrap())
    }

    /// The errors of a value, with their places.
    pub fn check(&self, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
        let wrong = |what: &str| Err(format!("{place}: {what}"));
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').unwrap();
            self.check(self.0.pointer(pointer).unwrap(), value, place)?;
        }
        if schema.get("const").is_some_and(|only| only != value) {
            return wrong("is not the one value");
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array)
            && !values.contains(value)
        {
            return wrong("is none of the values");
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(options) = schema.get(key).and_then(Value::as_array) {
                let fits = |option: &&Value| self.check(option, value, place).is_ok();
                let fitting = options.iter().filter(fits).count();
                if fitting == 0 || (key == "oneOf" && fitting > 1) {
                    return Err(format!("{place}: fits {fitting} of the options of {key}"));
                }
            }
        }
        let is = match schema.get("type").and_then(Value::as_str) {
            None => true,
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            Some(other) => panic!("{place}: the test does not know {other}"),
        };
        if !is {
            return wrong("is of another type");
        }
        let number = value.as_f64();
        let limit = |key: &str| schema.get(key).and_then(Value::as_f64);
        if number.zip(limit("minimum")).is_some_and(|(n, least)| n < least)
            || number.zip(limit("maximum")).is_some_and(|(n, most)| n > most)
        {
            return wrong("is out of its limits");
        }
        self.check_parts(schema, value, place)
    }

    fn check_parts(&self, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
        if let Value::Array(items) = value {
            for (index, item) in items.iter().enumerate() {
                if let Some(schema) = schema.get("items") {
                    self.check(schema, item, &format!("{place}[{index}]"))?;
                }
            }
        }
        let Value::Object(fields) = value else { return Ok(()) };
        for required in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            if !fields.contains_key(required.as_str().unwrap()) {
                return Err(format!("{place}: {required} is missing"));
            }
        }
        for (key, field) in fields {
            match schema.get("properties").and_then(|properties| properties.get(key)) {
                Some(schema) => self.check(schema, field, &format!("{place}.{key}"))?,
                None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
                    return Err(format!("{place}: unknown {key}"));
                }
                None => {}
            }
        }
        Ok(())
    }
}

fn scenarios() -> Vec<(String, Value)> {
    let golden = |name: &str| -> Value {
        let path = repository(&format!("tests/golden/{name}.json"));
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    };
    let ap = golden("ap");
    let lists = [&golden("availability"), &golden("clustering"), &ap["histories"], &ap["minimal"]]
        .map(|list| list.as_array().unwrap().clone());
    let mut all: Vec<(String, Value)> = lists
        .into_iter()
        .flatten()
        .map(|case| (case["scenario"]["title"].to_string(), case["scenario"].clone()))
        .collect();
    for folder in ["www/scenarios", "www/scenarios/sites", "tests/golden/reports"] {
        let paths = fs::read_dir(repository(folder)).unwrap().map(|entry| entry.unwrap().path());
        for path in paths.filter(|path| path.is_file()) {
            let text = fs::read_to_string(&path).unwrap();
            all.push((path.display().to_string(), serde_json::from_str(&text).unwrap()));
        }
    }
    all
}

#[test]
fn every_scenario_keeps_to_the_schema() {
    let schema = Schema::read();
    let all = scenarios();
    assert!(all.len() > 230, "the scenarios are there");
    for (name, scenario) in &all {
        if let Err(error) = schema.check(&schema.0, scenario, "") {
            panic!("{name}: {error}");
        }
    }
}

/// The schema refuses what the parser refuses.
#[test]
fn the_schema_refuses_what_it_does_not_know() {
    let schema = Schema::read();
    let of = |step: &str| -> Value {
        let text = format!(
            r#"{{"format":"rosterlab-scenario/1","cluster":{{"nodes":[{{"id":"A1"}}]}},"steps":[{step}]}}"#
        );
        assert_eq!(told(&["run", "-"], &text).0, 2, "{step} is bad input");
        serde_json::from_str(&text).unwrap()
    };
    for step in [
        r#"{"do":"explode"}"#,
        r#"{"nodes":["A1"]}"#,
        r#"{"do":"stop"}"#,
        r#"{"do":"stop","nodes":["A1"],"node":"A1"}"#,
        r#"{"do":"expect","unavailable":4097}"#,
        r#"{"do":"migrate","partitions":"all"}"#,
        r#"{"do":"read","key":1.5}"#,
        r#"{"do":"move","nodes":["A1"],"rack":-1}"#,
        r#"{"do":"add","id":"A2","stay-quiesced":"yes"}"#,
        r#"{"do":"expect","orphans":257}"#,
        r#"{"do":"expect","fresh":-1}"#,
        r#"{"do":"expect","fresh":{"at-most":4097}}"#,
        r#"{"do":"expect","fresh":{"at-most":1,"at-least":0}}"#,
        r#"{"do":"expect","fresh":{"atmost":1}}"#,
        r#"{"do":"expect","fresh":0,"when":"sometimes"}"#,
    ] {
        assert!(schema.check(&schema.0, &of(step), "").is_err(), "{step}");
    }
}
