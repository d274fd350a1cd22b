//! What is wrong with a scenario, and where.
//!
//! Invariant: an error prints as one line that starts with its place (`steps[4].nodes[0]: no node "A109"`). It quotes a
//! person's text only in part and without control characters. The error of a file that is not a scenario has no place and
//! is one or more sentences.

use std::fmt;

use rosterlab_engine::world::WorldRejection;
use rosterlab_engine::{NodeId, Rejection, SetupError};

use super::action::Action;
use super::limits::{FORMAT, MAX_BYTES, MAX_STEPS};
use super::one_line::printable;
use super::seems::Seems;

/// The cause of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The file has more bytes than a scenario may have.
    TooLong,
    /// The file is not text.
    NotUtf8,
    /// It is not JSON, is nested too deeply, has a repeated key, or has a field of the wrong kind: the parser's message.
    Unreadable(String),
    /// It is not a scenario; a guess at what it is.
    Seems(Seems),
    /// `format` has another value.
    Format(String),
    /// There are too many steps: their number.
    TooManySteps(usize),
    /// No action has that name.
    UnknownAction(String),
    /// `"settle"` on a step after which nothing settles.
    NothingSettles,
    /// The clock would go back: the time of this step and of the earlier one.
    Backwards(String, String),
    /// `cluster` is not a valid setup.
    Setup(SetupError),
    /// The cluster refuses the action at this step.
    Rejected(Rejection),
    /// `namespace` is left out where there are several.
    WhichNamespace(Vec<String>),
    /// An `expect` without expectations.
    ExpectsNothing,
    /// A field that needs another one.
    Without(&'static str),
    /// `expect` asks for a node that is in no sub-cluster.
    InNoCluster(NodeId),
    /// A record is named in two ways, or not at all.
    WhichRecord,
    /// No action of several sites has that name; the names of all of them.
    UnknownAmong(String, Vec<&'static str>),
    /// No site has that name; the names of the sites.
    NoSite(String, Vec<String>),
    /// The world refuses the action at this step.
    World(WorldRejection),
}

/// One error in a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// The place: `steps[4].nodes[0]`, `cluster.namespaces[1].name`, `line 3 column 7`; empty for the whole file.
    pub place: String,
    /// The cause.
    pub cause: Cause,
}

impl ScenarioError {
    /// An error at a place. A place that begins with a dot (a field of a single step) loses it.
    pub(crate) fn new(place: impl Into<String>, cause: Cause) -> Self {
        Self { place: without_dot(place.into()), cause }
    }
}

/// The place without the dot that it has when only a field was appended to an empty place.
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
                write!(f, "unknown format {:?}; this version reads {FORMAT:?}", printable(found))
            }
            Cause::TooManySteps(count) => {
                write!(f, "a scenario has at most {MAX_STEPS} steps, not {count}")
            }
            Cause::UnknownAction(found) => unknown_action(f, found, Action::NAMES),
            Cause::UnknownAmong(found, actions) => unknown_action(f, found, actions),
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
            Cause::NoSite(name, sites) => {
                let sites = printable(&sites.join(", "));
                write!(f, "no site {:?}; the sites are {sites}", printable(name))
            }
            Cause::World(rejection) => f.write_str(&printable(&rejection.to_string())),
        }
    }
}

fn unknown_action(f: &mut fmt::Formatter<'_>, found: &str, actions: &[&str]) -> fmt::Result {
    let found = printable(found);
    write!(f, "unknown action {found:?}; the actions are {}", actions.join(", "))
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
