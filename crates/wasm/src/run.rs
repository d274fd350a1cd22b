//! The functions: run a scenario, the order of succession, the meaning of a verdict's code.
//!
//! Invariant: a report's `ndjson` is, byte for byte, what the command line prints. Not here: running steps (see the
//! scenario crate's `runner`).

use rosterlab_engine::PartitionId;
use rosterlab_scenario::{Runner, report, share};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::encode::{encode, parsed};
use crate::fault::{BAD_INPUT, Fault};
use crate::{decode, view};

/// The version of the package, which is the engine's.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    share::ENGINE.to_owned()
}

/// An expectation of a scenario that does not hold.
#[derive(Serialize)]
struct Failed {
    step: usize,
    place: String,
    expected: String,
    found: String,
}

/// The report of a whole run.
#[derive(Serialize)]
struct Report {
    title: String,
    holds: bool,
    failures: Vec<Failed>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    steps: js_sys::Array,
    ndjson: String,
}

/// Runs a scenario (an object, or the JSON text of a file) and reports every step. An expectation that does not hold is
/// not an error: it is in the report.
///
/// # Errors
/// When the scenario is wrong, or one of its steps cannot be done, with its place.
#[wasm_bindgen(js_name = runScenario, unchecked_return_type = "Report")]
pub fn run_scenario(
    #[wasm_bindgen(unchecked_param_type = "ScenarioInput")] scenario: &JsValue,
) -> Result<JsValue, JsValue> {
    Ok(run(scenario)?)
}

fn run(scenario: &JsValue) -> Result<JsValue, Fault> {
    let scenario = decode::scenario(scenario)?;
    decode::room()?;
    let (mut failures, mut ndjson) = (Vec::new(), String::new());
    let steps = js_sys::Array::new();
    for step in Runner::new(&scenario)? {
        let step = step?;
        let line = report::ndjson(&step);
        steps.push(&parsed(&line)?);
        ndjson += &line;
        ndjson.push('\n');
        failures.extend(step.failures.into_iter().map(|failure| Failed {
            step: step.step,
            place: failure.place,
            expected: failure.expected,
            found: failure.found,
        }));
    }
    let title = scenario.title;
    encode(&Report { title, holds: failures.is_empty(), failures, steps, ndjson })
}

/// The order of succession of a roster (a list of entries like `A101@1`, or `A101` for rack 0), adjusted for racks: one
/// row for each partition, or that of one partition.
///
/// # Errors
/// When the roster, the replication factor (1 to 128) or the partition is not valid.
#[wasm_bindgen(unchecked_return_type = "SuccessionRow[]")]
pub fn succession(
    #[wasm_bindgen(unchecked_param_type = "readonly string[]")] roster: &JsValue,
    #[wasm_bindgen(js_name = replicationFactor, unchecked_param_type = "number")]
    replication_factor: &JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "number | null")] partition: &JsValue,
) -> Result<JsValue, JsValue> {
    let roster = decode::roster(roster)?;
    let factor = decode::replication_factor(replication_factor)?;
    let only = decode::maybe_partition(partition)?;
    let nodes: Vec<_> = roster.iter().map(|entry| (entry.node, entry.rack)).collect();
    let rows = rosterlab_engine::succession(&nodes, factor);
    let lines: Vec<String> = PartitionId::all()
        .zip(&rows)
        .filter(|(partition, _)| only.is_none_or(|only| only == *partition))
        .map(|(partition, row)| report::succession_line(partition, row, factor))
        .collect();
    Ok(parsed(&format!("[{}]", lines.join(",")))?)
}

/// The meaning of one byte of `verdicts`.
///
/// # Errors
/// When the byte is not a verdict code.
#[wasm_bindgen(js_name = verdictOf, unchecked_return_type = "Verdict")]
pub fn verdict_of(
    #[wasm_bindgen(unchecked_param_type = "number")] code: &JsValue,
) -> Result<JsValue, JsValue> {
    let byte = decode::whole(code, "code", 255)?;
    let verdict = u8::try_from(byte).ok().and_then(view::verdict_of);
    let none = || Fault::new(BAD_INPUT, "code", &format!("{byte} is not a verdict code"));
    Ok(encode(&verdict.ok_or_else(none)?)?)
}
