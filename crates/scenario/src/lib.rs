//! What people save, share and learn from: timelines, scenario files, the runner and its reports, explanations.
//!
//! Invariant: everything here changes a cluster through `apply` and `advance` and reads it through its view. Bad input of
//! any kind is an error that names its place, never a panic. No two files import each other, directly or through others.
//! In reading order:
//! `node_names` (what people call nodes), `timeline` (with `checkpoints`), `file` (the scenario file: its types and reading one), `plan` (steps into entries and
//! back), `answer`, `expectation`, `one_step`, `watch` (expectations for every moment), `runner`; then what makes text of it: `words` (sentences), `look`, `report`
//! and `explain`; `foresight` (what would happen: `what_if`, `margin`, `preview`, `ways`); `rolling` (a rolling restart, step by step); `share` (a timeline as one line of an
//! address) and `as_test` (a timeline as a test). Behind a feature, `world`: scenarios with several sites.
//!
//! **What this crate does not do**: files and terminals (the command line's), the web, drawing, the rules themselves.

mod answer;
pub mod as_test;
mod checkpoints;
pub mod event_data;
mod expectation;
pub mod explain;
pub mod file;
pub mod foresight;
pub mod look;
mod node_names;
mod one_step;
mod plan;
pub mod report;
pub mod rolling;
mod runner;
pub mod share;
#[cfg(test)]
mod testing;
mod timeline;
mod watch;
pub mod words;
#[cfg(feature = "world")]
pub mod world;

pub use answer::{ClientAnswer, answer};
pub use expectation::{Failure, client_failures, failures};
#[cfg(feature = "schema")]
pub use file::schema_text;
pub use file::{
    Cause, ClockTime, ClockTimeError, DigestText, FORMAT, Key, MAX_BYTES, MAX_STEPS, Outcome,
    ReadModeName, RuleName, Scenario, ScenarioError, Seconds, Step,
};
pub use node_names::{MOST_NAME_BYTES, NoNodeName, NodeName, NodeNames};
pub use one_step::StepError;
pub use plan::{ClientExpectation, Doing, Plan, namespace_of, refusal};
pub use runner::{Clock, Runner, StepReport};
pub use timeline::{Course, Entry, Purpose, Settle, SharedEvents, Timeline, begins, fork};
pub use watch::Watches;
