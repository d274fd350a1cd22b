//! What is wrong with a scenario, and where.
//!
//! Invariant: an error prints as one line that starts with its place (`steps[4].nodes[0]: no node "A109"`), whatever the
//! input was: nothing of a person's text is repeated at length or with control characters. What is no scenario at all has no
//! place, and its error is sentences.

use std::fmt;

use rosterlab_engine::{NodeId, Rejection, SetupError};

use super::action::Action;
use super::limits::{FORMAT, MAX_BYTES, MAX_STEPS};
use super::one_line::printable;
use super::seems::Seems;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The file has more bytes than a scenario may have.
    TooLong,
    /// The file is not text.
    NotUtf8,
    /// It is not JSON, is nested too deeply, has a key twice, or has a field of the wrong kind: what the parser says.
    Unreadable(String),
    /// It is no scenario but something else, as far as can be told.
    Seems(Seems),
    /// `format` is another.
    Format(String),
    /// There are too many steps; how many.
    TooManySteps(usize),
    /// No action has that name.
    UnknownAction(String),
    /// `"settle": false` on a step after which nothing settles.
    NothingSettles,
    /// The clock would go back: this step's and the earlier one's.
    Backwards(String, String),
    /// No cluster can be made of `cluster`.
    Setup(SetupError),
    /// The cluster refuses the action at this step.
    Rejected(Rejection),
    /// `namespace` is left out where there are several.
    WhichNamespace(Vec<String>),
    /// A step that expects, and expects nothing.
    ExpectsNothing,
    /// A field that means nothing without another one.
    Without(&'static str),
    /// `expect` asks for a node that is in no sub-cluster.
    InNoCluster(NodeId),
    /// A record is named twice over, or not at all.
    WhichRecord,
}

/// One thing that is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// Where: `steps[4].nodes[0]`, `cluster.namespaces[1].name`, `line 3 column 7`; empty for the whole.
    pub place: String,
    /// What.
    pub cause: Cause,
}

impl ScenarioError {
    /// A fault at a place. The place of a field of the whole (a step that stands by itself) has no dot before it.
    pub(crate) fn new(place: impl Into<String>, cause: Cause) -> Self {
        Self { place: without_dot(place.into()), cause }
    }
}

/// A place that was put together from nothing and a field.
pub(crate) fn without_dot(mut place: String) -> String {
    if place.starts_with('.') {
        place.remove(0);
    }
    place
}

impl std::error::Error for ScenarioError {}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", printable(&self.place))?;
        }
        match &self.cause {
            Cause::TooLong => write!(f, "a scenario has at most {MAX_BYTES} bytes"),
            Cause::NotUtf8 => f.write_str("not JSON: not UTF-8 text"),
            Cause::Unreadable(message) => f.write_str(&printable(message)),
            Cause::Seems(seems) => seems.fmt(f),
            Cause::Format(found) => {
                write!(f, "unknown format {:?}, known is {FORMAT:?}", printable(found))
            }
            Cause::TooManySteps(count) => {
                write!(f, "a scenario has at most {MAX_STEPS} steps, not {count}")
            }
            Cause::UnknownAction(found) => {
                let found = printable(found);
                write!(f, "unknown action {found:?}, known are {}", Action::NAMES.join(", "))
            }
            Cause::NothingSettles => f.write_str("clusters have nothing to settle after this step"),
            Cause::Backwards(at, before) => write!(f, "{at} is before {before} of an earlier step"),
            Cause::Setup(error) => error.fmt(f),
            Cause::Rejected(rejection) => f.write_str(&printable(&rejection.to_string())),
            Cause::WhichNamespace(names) => {
                write!(f, "which namespace? There are {}", printable(&names.join(", ")))
            }
            Cause::ExpectsNothing => f.write_str("expects nothing"),
            Cause::Without(field) => write!(f, "means nothing without {field:?}"),
            Cause::InNoCluster(node) => write!(f, "node {node} is in no sub-cluster"),
            Cause::WhichRecord => {
                f.write_str("a record is named by \"key\" (and \"set\") or by \"digest\"")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_of_bounded_length() {
        let nasty = "\u{1b}[31m\n\0".repeat(10_000);
        let error = ScenarioError::new(nasty.clone(), Cause::Unreadable(nasty));
        let text = error.to_string();
        assert!(text.chars().count() < 5_000 && !text.chars().any(char::is_control), "{text}");
    }

    #[test]
    fn an_error_without_a_place_is_only_its_cause() {
        assert_eq!(ScenarioError::new("", Cause::ExpectsNothing).to_string(), "expects nothing");
    }
}
