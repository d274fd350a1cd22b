//! The report as SARIF 2.1.0, which code hosts show beside the lines of the plan.
//!
//! Invariant: each finding is a result, at its line, with the rule that it breaks; a rule is listed once, in the order of its name.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::told::{Report, Told};

pub(super) fn sarif(report: &Report<'_>) -> String {
    let checked = report.checked;
    let mut rules: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for (_, finding) in checked.findings() {
        let told = Told::of(finding, checked);
        rules.entry(told.name).or_insert(told.source);
    }
    let index = |name: &str| rules.keys().position(|rule| *rule == name);
    let results: Vec<Value> = checked
        .findings()
        .map(|(line, finding)| {
            let told = Told::of(finding, checked);
            json!({
                "ruleId": told.name,
                "ruleIndex": index(told.name),
                "level": told.level,
                "message": {"text": told.line},
                "locations": [{
                    "physicalLocation": {
                        "artifactLocation": {"uri": uri(&report.plan)},
                        "region": {"startLine": line.line.number, "snippet": {"text": line.line.text}},
                    },
                }],
            })
        })
        .collect();
    let described: Vec<Value> = rules
        .iter()
        .map(|(name, source)| {
            let text = name.replace('-', " ");
            match source {
                Some(source) => json!({"id": name, "shortDescription": {"text": text}, "help": {"text": source}}),
                None => json!({"id": name, "shortDescription": {"text": text}}),
            }
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "rosterlab", "version": env!("CARGO_PKG_VERSION"), "rules": described}},
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

/// A file's name as a reference that SARIF allows.
fn uri(file: &str) -> String {
    let mut uri = String::new();
    for byte in file.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
