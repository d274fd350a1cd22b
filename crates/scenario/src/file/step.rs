//! One step: an action, and the fields that every step may have.
//!
//! Invariant: a step without `settle` lets clusters react fully. Not here: reading steps (see `parse`).

use serde::Serialize;
use serde::ser::Serializer;

use super::action::Action;
use super::clock::ClockTime;
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
    /// How far the clusters react before the next step; `false` is [`Settle::Prepared`].
    #[serde(skip_serializing_if = "is_fully", serialize_with = "as_false")]
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

// serde's `skip_serializing_if` and `serialize_with` hand over references.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_fully(settle: &Settle) -> bool {
    *settle == Settle::Fully
}

#[expect(clippy::trivially_copy_pass_by_ref)]
fn as_false<S: Serializer>(_: &Settle, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(false)
}
