//! Reads a scenario file, or one step, with errors that name their places.
//!
//! Invariant: a [`Scenario`] that was read keeps every limit that can be checked without running it. An unknown field, an
//! unknown action and a repeated key are errors. Not here: whether an action can be done at its step (see `plan` and
//! `runner`).

use serde_json::{Map, Value};

use super::action::Action;
use super::clock::ClockTime;
use super::cluster::ClusterFile;
use super::error::{Cause, ScenarioError};
use super::json;
use super::limits::{FORMAT, MAX_STEPS};
use super::placed::{Fields, Wrong, list, text};
use super::scenario::{FormatName, Scenario};
use super::seems::Seems;
use super::step::Step;
use crate::timeline::Settle;

/// What stands in place of `cluster` where there are several.
pub(crate) const SITES: &str = "sites";

/// The fields of a scenario file; its steps are read one by one afterwards.
struct Head<'a> {
    title: String,
    about: Option<String>,
    cluster: ClusterFile,
    steps: &'a [Value],
}

impl<'a> Head<'a> {
    fn read(fields: Fields<'a>) -> Result<Self, Wrong> {
        if fields.0.contains_key(SITES) {
            return Err(Wrong::new(
                "only `rosterlab run`, `validate` and `scenario` take sites".to_owned(),
            )
            .under(SITES));
        }
        // What is wrong in the cluster is told before a field that is only misspelt.
        let cluster = fields.maybe("cluster")?;
        // `$schema` is for editors, which then check and complete what is written.
        fields.refuse_others(&["format", "title", "about", "cluster", "steps"], &["$schema"])?;
        fields.maybe::<String>("$schema")?;
        fields.required::<String>("format")?;
        Ok(Self {
            title: fields.maybe("title")?.unwrap_or_default(),
            about: fields.maybe("about")?,
            cluster: cluster.ok_or_else(|| Wrong::missing("cluster"))?,
            steps: fields.required_with("steps", list)?,
        })
    }
}

/// The fields of every step, beside those of its action.
pub(crate) struct Common<'a> {
    pub action: &'a str,
    pub at: Option<ClockTime>,
    pub settle: Settle,
    pub say: Option<String>,
}

impl<'a> Common<'a> {
    pub const NAMES: [&'static str; 4] = ["do", "at", "settle", "say"];

    pub fn read(fields: Fields<'a>) -> Result<Self, Wrong> {
        Ok(Self {
            at: fields.maybe("at")?,
            settle: fields.maybe("settle")?.unwrap_or_default(),
            say: fields.maybe("say")?,
            action: fields.required_with("do", text)?,
        })
    }
}

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    /// The first error, with its place.
    pub fn parse(bytes: &[u8]) -> Result<Self, ScenarioError> {
        Self::of_value(&value(bytes)?)
    }

    /// Reads a file that is JSON.
    pub(crate) fn of_value(value: &Value) -> Result<Self, ScenarioError> {
        let object = object("", value, "a scenario is an object")?;
        if let Some(cluster) = object.get("cluster") {
            self::object("cluster", cluster, "a cluster is an object")?;
        }
        check_format(object)?;
        let head = Head::read(Fields(object)).map_err(|wrong| json::misplaced("", wrong))?;
        let steps = steps(head.steps, Step::parse, |step| step.at)?;
        let Head { title, about, cluster, .. } = head;
        Ok(Self { format: FormatName::V1, title, about, cluster, steps })
    }
}

/// The value of a file that may be a scenario.
pub(crate) fn value(bytes: &[u8]) -> Result<Value, ScenarioError> {
    let value = json::value(bytes).map_err(|error| or_what_it_seems(error, bytes))?;
    match Seems::of_json(&value, bytes) {
        Some(seems) => Err(ScenarioError::new("", Cause::Seems(seems))),
        None => Ok(value),
    }
}

/// Refuses another format than ours.
pub(crate) fn check_format(object: &Map<String, Value>) -> Result<(), ScenarioError> {
    match object.get("format").and_then(Value::as_str) {
        Some(format) if format != FORMAT => {
            Err(ScenarioError::new("format", Cause::Format(format.to_owned())))
        }
        _ => Ok(()),
    }
}

/// Reads steps, whose clock never goes back.
pub(crate) fn steps<T>(
    values: &[Value],
    read: fn(&str, &Value) -> Result<T, ScenarioError>,
    at: fn(&T) -> Option<ClockTime>,
) -> Result<Vec<T>, ScenarioError> {
    if values.len() > MAX_STEPS {
        return Err(ScenarioError::new("steps", Cause::TooManySteps(values.len())));
    }
    let mut steps = Vec::with_capacity(values.len());
    let mut clock: Option<ClockTime> = None;
    for (index, value) in values.iter().enumerate() {
        let place = format!("steps[{index}]");
        let step = read(&place, value)?;
        if let (Some(before), Some(at)) = (clock, at(&step))
            && at < before
        {
            let cause = Cause::Backwards(at.to_string(), before.to_string());
            return Err(ScenarioError::new(format!("{place}.at"), cause));
        }
        clock = at(&step).or(clock);
        steps.push(step);
    }
    Ok(steps)
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

/// The object that a value is, or an error with this message.
pub(crate) fn object<'a>(
    place: &str,
    value: &'a Value,
    message: &str,
) -> Result<&'a Map<String, Value>, ScenarioError> {
    let error = || ScenarioError::new(place, Cause::Unreadable(message.to_owned()));
    value.as_object().ok_or_else(error)
}

impl Step {
    /// Reads a single step: JSON text as in a file's `steps`.
    ///
    /// # Errors
    /// The first error, with its place within the step.
    pub fn read(bytes: &[u8]) -> Result<Self, ScenarioError> {
        Self::parse("", &json::value(bytes)?)
    }

    fn parse(place: &str, value: &Value) -> Result<Self, ScenarioError> {
        let fields = Fields(object(place, value, "a step is an object that has \"do\"")?);
        let misplaced = |wrong| json::misplaced(place, wrong);
        let Common { action, at, settle, say } = Common::read(fields).map_err(misplaced)?;
        let Some(action) = Action::read(action, fields, &Common::NAMES) else {
            let cause = Cause::UnknownAction(action.to_owned());
            return Err(ScenarioError::new(format!("{place}.do"), cause));
        };
        let action = action.map_err(misplaced)?;
        if settle != Settle::Fully && !action.settles() {
            return Err(ScenarioError::new(format!("{place}.settle"), Cause::NothingSettles));
        }
        Ok(Self { action, at, settle, say })
    }
}
