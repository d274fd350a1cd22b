//! A single step, in the language of scenario files: what a console, a script or an API does to a timeline.
//!
//! Invariant: a step that is refused, or whose expectations do not hold, changes nothing; redo is still possible.
//! [`Timeline::check_step`] gives the error that [`Timeline::do_step`] would give. Places are within the step
//! (`nodes[0]`). Not here: a list of steps (see `runner`).

use std::fmt;
use std::rc::Rc;

use rosterlab_engine::{Event, Rejection};

use crate::answer::answer;
use crate::expectation::{Failure, client_failures, failures};
use crate::file::Step;
use crate::file::error::{Cause, ScenarioError};
use crate::plan::{ClientExpectation, Doing, refusal};
use crate::timeline::{Entry, Timeline};

/// Why a step was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepError {
    /// The step is wrong, or the cluster refuses it.
    Refused(ScenarioError),
    /// Expectations that do not hold; at least one.
    Failed(Vec<Failure>),
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Failed(failures) => {
                for (index, failure) in failures.iter().enumerate() {
                    write!(f, "{}{failure}", if index == 0 { "" } else { "; " })?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for StepError {}

impl From<ScenarioError> for StepError {
    fn from(error: ScenarioError) -> Self {
        Self::Refused(error)
    }
}

impl Timeline {
    /// Whether a step can be done now and its expectations hold.
    ///
    /// # Errors
    /// Those of [`Timeline::do_step`].
    pub fn check_step(&self, step: &Step) -> Result<(), StepError> {
        self.entry_of(step).map(|_| ())
    }

    /// Does a step and returns the events that followed. An `expect` that holds adds no entry. What a client's operation
    /// expects is tried on a copy first.
    ///
    /// # Errors
    /// When the step is wrong, cannot be done now, or expects what does not hold. Nothing has changed then.
    pub fn do_step(&mut self, step: &Step) -> Result<&[Rc<Event>], StepError> {
        let Some(entry) = self.entry_of(step)? else { return Ok(&[]) };
        // The cluster has agreed to the step.
        if let Some(added) = step.added() {
            self.name_node(added);
        }
        Ok(self.do_entry(entry).map_err(|rejection| refusal("", step, rejection))?)
    }

    /// As [`Timeline::perform`], and returns the events that followed.
    ///
    /// # Errors
    /// As [`Timeline::perform`].
    pub fn do_entry(&mut self, entry: Entry) -> Result<&[Rc<Event>], Rejection> {
        let before = self.position();
        let events_before = before.checked_sub(1).map_or(0, |last| self.events_of(last).len());
        self.perform(entry)?;
        // A pass right after a pass is merged into it, with the events of both; a pass of 0 ms makes no entry.
        let known = if self.position() == before { events_before } else { 0 };
        let last = self.position().checked_sub(1);
        Ok(last.map_or(&[], |last| self.events_of(last).get(known..).unwrap_or_default()))
    }

    /// The entry of a step that can be done; `None` for an expectation that holds.
    fn entry_of(&self, step: &Step) -> Result<Option<Entry>, StepError> {
        let refused = |rejection| refusal("", step, rejection);
        match step.doing(self.setup(), "")? {
            Doing::Expect { namespace, expect } => {
                holds(failures("", &expect, namespace, &self.cluster().view())?)?;
                Ok(None)
            }
            Doing::Happen { entry, client } => {
                if let Entry::Act { command, .. } = &entry {
                    self.cluster().check(command).map_err(refused)?;
                }
                if client != ClientExpectation::default() {
                    let events = entry.run(&mut self.cluster().clone()).map_err(refused)?;
                    holds(client_failures("", client, events.iter().find_map(answer)))?;
                }
                Ok(Some(entry))
            }
        }
    }
}

fn holds(failures: Vec<Failure>) -> Result<(), StepError> {
    if failures.is_empty() { Ok(()) } else { Err(StepError::Failed(failures)) }
}

impl StepError {
    /// The place within the step; of several failures the first.
    #[must_use]
    pub fn place(&self) -> &str {
        match self {
            Self::Refused(error) => &error.place,
            Self::Failed(failures) => failures.first().map_or("", |failure| &failure.place),
        }
    }

    /// What is wrong with the step itself; `None` when an expectation does not hold.
    #[must_use]
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Refused(error) => Some(&error.cause),
            Self::Failed(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::Scenario;

    fn timeline() -> Timeline {
        let scenario = Scenario::parse(
            br#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1"},{"id":"A2"},{"id":"A3"}]},"steps":[]}"#,
        );
        scenario.unwrap().timeline().unwrap()
    }

    fn said(timeline: &mut Timeline, step: &str) -> Result<usize, String> {
        let step = Step::read(step.as_bytes()).map_err(|error| error.to_string())?;
        let checked = timeline.check_step(&step);
        let done = timeline.do_step(&step).map(<[_]>::len);
        assert_eq!(checked.err(), done.as_ref().err().cloned(), "check gives the error of doing");
        done.map_err(|error| error.to_string())
    }

    #[test]
    fn a_step_that_is_wrong_is_refused_at_a_place_within_it_and_changes_nothing() {
        let mut timeline = timeline();
        said(&mut timeline, r#"{"do":"crash","nodes":["A1"]}"#).unwrap();
        timeline.undo();
        let before = timeline.clone();
        for (step, expected) in [
            (r#"{"do":"crash","nodes":["A1","A9"]}"#, r#"nodes[1]: no node "A9""#),
            (r#"{"do":"start","nodes":["A1"]}"#, "nodes[0]: node A1 is up"),
            (r#"{"do":"crash","nodes":"A1"}"#, "nodes: invalid type: string \"A1\""),
            (r#"{"do":"crush"}"#, "do: unknown action"),
            (r#"{"nodes":["A1"]}"#, "missing field `do`"),
            (r#"{"do":"expect"}"#, "expects nothing"),
            (r#"{"do":"expect","dead":1}"#, "dead: expected 1, found 0"),
            (r#"{"do":"expect","dead":1,"active":2}"#, "; active: expected 2, found 4096"),
            (r#"{"do":"expect","dead":0,"on":"A7"}"#, r#"on: no node "A7""#),
            (r#"{"do":"revive","namespace":"other"}"#, r#"namespace: no namespace "other""#),
            (r#"{"do":"migrate","settle":false}"#, "settle: clusters have nothing to settle"),
            (r#"{"do":"read","key":1,"result":"ok"}"#, "result: expected ok, found not-found"),
            (r#"{"do":"read","key":null}"#, "key: null is not allowed"),
            ("[]", "a step is an object"),
        ] {
            let message = said(&mut timeline, step).unwrap_err();
            assert!(message.contains(expected), "{step}: {message}");
        }
        assert_eq!(timeline, before);
        assert!(timeline.redo(), "what was undone is still there");
    }

    #[test]
    fn a_step_gives_the_events_that_it_alone_made() {
        let mut timeline = timeline();
        assert_eq!(said(&mut timeline, r#"{"do":"advance","seconds":0}"#), Ok(0));
        assert_eq!(said(&mut timeline, r#"{"do":"expect","active":4096}"#), Ok(0));
        let crash = said(&mut timeline, r#"{"do":"crash","nodes":["A1"]}"#).unwrap();
        assert!(crash > 0);
        // The migrations end within the second time, which is merged into the first.
        assert_eq!(said(&mut timeline, r#"{"do":"advance","seconds":1}"#), Ok(0));
        assert_eq!(said(&mut timeline, r#"{"do":"advance","seconds":1000}"#), Ok(1));
        assert_eq!(said(&mut timeline, r#"{"do":"advance","seconds":1000}"#), Ok(0));
        assert_eq!(timeline.entries().len(), 2);
        assert_eq!(timeline.events().count(), crash + 1);
        let write = r#"{"do":"write","key":1,"result":"ok"}"#;
        assert_eq!(said(&mut timeline, write), Ok(1));
    }
}
