//! Errors as JavaScript gets them: a real `Error` with `code` and `place`.
//!
//! Invariant: every kind of fault has one code, which stays the same from version to version. The message starts with the
//! place. Not here: finding errors.

use js_sys::{Error, Object, Reflect};
use rosterlab_engine::{NodeId, Rejection};
use rosterlab_scenario::foresight::what_if::WhatIfError;
use rosterlab_scenario::share::{ShareCause, ShareError};
use rosterlab_scenario::{Cause, ScenarioError, StepError};
use serde::Serialize;
use wasm_bindgen::JsValue;

/// The `name` of every error that is thrown.
const NAME: &str = "RosterlabError";
/// The code of an argument of the wrong kind.
pub(crate) const BAD_INPUT: &str = "bad-input";

/// One error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    code: &'static str,
    /// `None` when it is about the whole argument.
    place: Option<String>,
    message: String,
}

impl Fault {
    /// A fault at a place, with which the message starts; empty for the whole argument.
    pub(crate) fn new(code: &'static str, place: &str, cause: &str) -> Self {
        let message = if place.is_empty() { cause.to_owned() } else { format!("{place}: {cause}") };
        Self::said(code, place, message)
    }

    fn said(code: &'static str, place: &str, message: String) -> Self {
        Self { code, place: (!place.is_empty()).then(|| place.to_owned()), message }
    }

    /// The fault of a rejected argument.
    pub(crate) fn rejected(place: &str, rejection: &Rejection) -> Self {
        Self::new(code_of(rejection), place, &rejection.to_string())
    }

    /// The fault of a list `nodes`: its place is the node's that was rejected, the second one's if it is there twice.
    pub(crate) fn rejected_of(nodes: &[NodeId], rejection: &Rejection) -> Self {
        let at = match rejection {
            Rejection::NoNode(node) | Rejection::IsDown(node) | Rejection::Twice(node) => {
                nodes.iter().rposition(|other| other == node)
            }
            _ => None,
        };
        let place = at.map_or_else(|| "nodes".to_owned(), |at| format!("nodes[{at}]"));
        Self::rejected(&place, rejection)
    }
}

impl From<ScenarioError> for Fault {
    fn from(error: ScenarioError) -> Self {
        Self::said(code_of_cause(&error.cause), &error.place, error.suggesting())
    }
}

impl From<StepError> for Fault {
    fn from(error: StepError) -> Self {
        let code = error.cause().map_or("expectation-failed", code_of_cause);
        Self::said(code, error.place(), error.to_string())
    }
}

impl Fault {
    /// The fault of the text of a share link that stands behind some characters of the argument: its place counts them.
    pub(crate) fn in_link(mut error: ShareError, before: usize) -> Self {
        error.at += before;
        error.into()
    }
}

impl From<ShareError> for Fault {
    fn from(error: ShareError) -> Self {
        let code = match &error.cause {
            ShareCause::Rejected(rejection) => code_of(rejection),
            ShareCause::Setup(_) => "bad-cluster",
            ShareCause::TooLong => "link-too-long",
            ShareCause::TooManySteps(_) => "too-many-steps",
            ShareCause::Unknown | ShareCause::Expected(_) => "bad-link",
        };
        Self::said(code, &format!("character {}", error.at + 1), error.to_string())
    }
}

impl From<WhatIfError> for Fault {
    fn from(error: WhatIfError) -> Self {
        let code = match error {
            WhatIfError::Lose { .. } => "cannot-lose",
            WhatIfError::TooMany(_) => "too-many-sets",
        };
        Self::new(code, "lose", &error.to_string())
    }
}

impl From<Fault> for JsValue {
    fn from(fault: Fault) -> Self {
        let error = Error::new(&fault.message);
        let place = fault.place.map_or(Self::NULL, Self::from);
        for (key, value) in [("name", NAME.into()), ("code", fault.code.into()), ("place", place)] {
            // Defined, not assigned: what others put on a prototype, or froze, does not matter then.
            let property = Object::new();
            for (key, value) in
                [("value", &value), ("writable", &Self::TRUE), ("configurable", &Self::TRUE)]
            {
                // Neither can fail on a new object.
                let _ = Reflect::set(&property, &key.into(), value);
            }
            let _ = Reflect::define_property(&error, &key.into(), &property);
        }
        error.into()
    }
}

fn code_of_cause(cause: &Cause) -> &'static str {
    match cause {
        Cause::TooLong => "too-long",
        // Scenarios of several sites are for the command line.
        Cause::NotUtf8 | Cause::Unreadable(_) | Cause::NoSite(..) | Cause::World(_) => BAD_INPUT,
        Cause::Seems(_) => "not-a-scenario",
        Cause::Format(_) => "unknown-format",
        Cause::TooManySteps(_) => "too-many-steps",
        Cause::UnknownAction(_) | Cause::UnknownAmong(..) => "unknown-action",
        Cause::NothingSettles => "nothing-settles",
        Cause::Backwards(..) => "clock-backwards",
        Cause::Setup(_) => "bad-cluster",
        Cause::Rejected(rejection) => code_of(rejection),
        Cause::WhichNamespace(_) => "which-namespace",
        Cause::ExpectsNothing | Cause::Without(_) => "bad-expectation",
        Cause::InNoCluster(_) => "in-no-cluster",
        Cause::WhichRecord => "which-record",
    }
}

fn code_of(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::NoNode(_) => "unknown-node",
        Rejection::NoNamespace(_) => "unknown-namespace",
        Rejection::NotStrong(_) => "not-strong",
        Rejection::NoNodes => "no-nodes",
        Rejection::Twice(_) => "node-twice",
        Rejection::IsUp(_) => "node-is-up",
        Rejection::IsDown(_) => "node-is-down",
        Rejection::Exists(_) => "node-exists",
        Rejection::TooManyNodes => "too-many-nodes",
        Rejection::LastNode => "last-node",
        Rejection::NoDevice(_) => "unknown-device",
        Rejection::SameRack(..) => "same-rack",
        Rejection::OneSide => "one-side",
        Rejection::StaysQuiesced(_) => "stays-quiesced",
        Rejection::InNoCluster(_) => "in-no-cluster",
        Rejection::NoCluster => "no-cluster",
        Rejection::NothingCut => "nothing-cut",
        Rejection::AlreadyQuiesced(_) => "already-quiesced",
        Rejection::NotQuiesced(_) => "not-quiesced",
        Rejection::NothingRuns => "nothing-runs",
        Rejection::DoesNotStart(..) => "does-not-start",
        Rejection::AlreadySwitched
        | Rejection::NotAt3_13(_)
        | Rejection::NotOneCluster
        | Rejection::Migrating => "cannot-switch",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rosterlab_scenario::{Scenario, share};

    fn fault(text: &str) -> (&'static str, Option<String>, String) {
        let error = Scenario::parse(text.as_bytes()).and_then(|scenario| scenario.timeline());
        let Fault { code, place, message } = error.unwrap_err().into();
        (code, place, message)
    }

    #[test]
    fn a_fault_has_its_code_its_place_and_a_message_that_starts_with_the_place() {
        let head = r#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1"}]},"steps":"#;
        let at = |place: &str| Some(place.to_owned());
        let (code, place, message) =
            fault(&format!(r#"{head}[{{"do":"crash","nodes":["A2"]}}]}}"#));
        assert_eq!((code, place), ("unknown-node", at("steps[0].nodes[0]")));
        assert_eq!(message, "steps[0].nodes[0]: no node \"A2\"");
        let (code, place, _) = fault(&format!(r#"{head}[{{"do":"crush"}}]}}"#));
        assert_eq!((code, place), ("unknown-action", at("steps[0].do")));
        let (code, place, message) = fault("[]");
        assert_eq!((code, place), (BAD_INPUT, None));
        assert_eq!(message, "a scenario is an object");
        let (code, place, message) = fault("service {\n}\n");
        assert_eq!((code, place), ("not-a-scenario", None));
        assert!(message.contains("aerospike.conf (line 1: \"service {\")"), "{message}");
    }

    #[test]
    fn a_links_fault_says_the_character() {
        let fault = Fault::from(share::read("s2=").unwrap_err());
        assert_eq!((fault.code, fault.place.as_deref()), ("bad-link", Some("character 1")));
        assert_eq!(fault.message, "character 1: a share link begins with s1=");
    }
}
