//! Reads a scenario file, or one step, with errors that name their places.
//!
//! Invariant: a [`Scenario`] that was read keeps every limit that can be checked without running it. An unknown field, an
//! unknown action and a repeated key are errors. Not here: whether an action can be done at its step (see `plan` and
//! `runner`).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::action::Action;
use super::clock::ClockTime;
use super::cluster::ClusterFile;
use super::error::{Cause, ScenarioError};
use super::json;
use super::limits::{FORMAT, MAX_STEPS};
use super::scenario::{FormatName, Scenario};
use super::seems::Seems;
use super::step::Step;
use crate::timeline::Settle;

/// The fields of a scenario file; its steps are read one by one afterwards.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[expect(dead_code, reason = "checked before")]
    format: String,
    #[serde(default)]
    title: String,
    about: Option<String>,
    cluster: ClusterFile,
    steps: Vec<Value>,
}

/// The fields of every step, beside those of its action.
#[derive(Deserialize)]
struct Common {
    r#do: String,
    at: Option<ClockTime>,
    settle: Option<bool>,
    say: Option<String>,
}

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    /// The first error, with its place.
    pub fn parse(bytes: &[u8]) -> Result<Self, ScenarioError> {
        let value = json::value(bytes).map_err(|error| or_what_it_seems(error, bytes))?;
        if let Some(seems) = Seems::of_json(&value, bytes) {
            return Err(ScenarioError::new("", Cause::Seems(seems)));
        }
        only_objects(&value)?;
        if let Some(format) = value.get("format").and_then(Value::as_str)
            && format != FORMAT
        {
            return Err(ScenarioError::new("format", Cause::Format(format.to_owned())));
        }
        let head: Head = json::fields("", value)?;
        if head.steps.len() > MAX_STEPS {
            return Err(ScenarioError::new("steps", Cause::TooManySteps(head.steps.len())));
        }
        let mut steps: Vec<Step> = Vec::with_capacity(head.steps.len());
        let mut clock: Option<ClockTime> = None;
        for (index, value) in head.steps.into_iter().enumerate() {
            let place = format!("steps[{index}]");
            let step = Step::parse(&place, value)?;
            if let (Some(before), Some(at)) = (clock, step.at)
                && at < before
            {
                let cause = Cause::Backwards(at.to_string(), before.to_string());
                return Err(ScenarioError::new(format!("{place}.at"), cause));
            }
            clock = step.at.or(clock);
            steps.push(step);
        }
        let Head { title, about, cluster, .. } = head;
        Ok(Self { format: FormatName::V1, title, about, cluster, steps })
    }
}

/// Replaces the JSON reader's error by a guess at what the file is, if there is one. For an empty file the reader's error
/// stays, because callers know its place.
fn or_what_it_seems(error: ScenarioError, bytes: &[u8]) -> ScenarioError {
    let seems = Seems::of(bytes).or_else(|| Seems::of_json_with(&error.place, bytes));
    match seems {
        Some(seems) if !bytes.is_empty() => ScenarioError::new("", Cause::Seems(seems)),
        _ => error,
    }
}

/// Refuses a list in place of an object: serde would take its elements for the fields in order.
fn only_objects(value: &Value) -> Result<(), ScenarioError> {
    let is = |place: &str, value: &Value, what: &str| {
        let message = format!("{what} is an object");
        let error = || ScenarioError::new(place, Cause::Unreadable(message));
        value.is_object().then_some(()).ok_or_else(error)
    };
    is("", value, "a scenario")?;
    let Some(cluster) = value.get("cluster") else { return Ok(()) };
    is("cluster", cluster, "a cluster")?;
    for (key, what) in [("nodes", "a node"), ("namespaces", "a namespace")] {
        let list = cluster.get(key).and_then(Value::as_array);
        for (index, value) in list.into_iter().flatten().enumerate() {
            is(&format!("cluster.{key}[{index}]"), value, what)?;
        }
    }
    Ok(())
}

impl Step {
    /// Reads a single step: JSON text as in a file's `steps`.
    ///
    /// # Errors
    /// The first error, with its place within the step.
    pub fn read(bytes: &[u8]) -> Result<Self, ScenarioError> {
        Self::parse("", json::value(bytes)?)
    }

    fn parse(place: &str, value: Value) -> Result<Self, ScenarioError> {
        let Value::Object(object) = value else {
            let message = "a step is an object that has \"do\"".to_owned();
            return Err(ScenarioError::new(place, Cause::Unreadable(message)));
        };
        let (mut common, mut own) = (Map::new(), Map::new());
        for (key, value) in object {
            let is_common = ["do", "at", "settle", "say"].contains(&key.as_str());
            let list = if is_common { &mut common } else { &mut own };
            list.insert(key, value);
        }
        let common: Common = json::fields(place, Value::Object(common))?;
        let action = action(&common.r#do, place, Value::Object(own))?;
        let settle = if common.settle == Some(false) { Settle::Prepared } else { Settle::Fully };
        if settle == Settle::Prepared && !action.settles() {
            return Err(ScenarioError::new(format!("{place}.settle"), Cause::NothingSettles));
        }
        Ok(Self { action, at: common.at, settle, say: common.say })
    }
}

/// Reads the action of that name from its fields.
fn action(name: &str, place: &str, fields: Value) -> Result<Action, ScenarioError> {
    let Some(read) = Action::read(name, fields) else {
        let cause = Cause::UnknownAction(name.to_owned());
        return Err(ScenarioError::new(format!("{place}.do"), cause));
    };
    read.map_err(|wrong| json::misplaced(place, wrong))
}
