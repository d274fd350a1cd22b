//! One step: an action, and the fields that every step may have.
//!
//! Invariant: a step without `settle` lets clusters react fully. Not here: reading steps (see `parse`).

use serde::Serialize;
use serde::ser::Serializer;
use serde_json::Value;

use super::action::Action;
use super::clock::{ClockTime, LONGEST_SECONDS, Seconds};
use super::placed::{FromJson, Wrong};
use crate::timeline::Settle;

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// What is done.
    #[serde(flatten)]
    pub action: Action,
    /// What the clock shows at this step; it does not make time pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<ClockTime>,
    /// How far the clusters react before the next step: `false` is [`Settle::Prepared`], a number of seconds
    /// [`Settle::Within`].
    #[serde(skip_serializing_if = "is_fully")]
    pub settle: Settle,
    /// The author's text about it, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub say: Option<String>,
}

impl From<Action> for Step {
    fn from(action: Action) -> Self {
        Self { action, at: None, settle: Settle::Fully, say: None }
    }
}

/// Whether a step says nothing about settling.
pub(crate) fn is_fully(settle: &Settle) -> bool {
    *settle == Settle::Fully
}

impl Serialize for Settle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fully => serializer.serialize_bool(true),
            Self::Prepared => serializer.serialize_bool(false),
            // Nothing settles for so long.
            Self::Within { ms } => {
                Seconds::of_ms((*ms).min(LONGEST_SECONDS * 1000)).serialize(serializer)
            }
        }
    }
}

impl FromJson for Settle {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        match value {
            Value::Bool(true) => Ok(Self::Fully),
            Value::Bool(false) => Ok(Self::Prepared),
            Value::Number(_) => {
                Seconds::from_json(value).map(|time| Self::Within { ms: time.ms() })
            }
            _ => Err(Wrong::of_type(value, "a boolean or a number of seconds")),
        }
    }
}
