//! What people save, share and learn from: timelines, scenario files, the runner and its reports, explanations.
//!
//! Invariant: everything here goes through the engine's one way in and one way out; bad input of any kind is an error
//! that names its place, never a panic. In reading order: `timeline`, `scenario` (the file's types and reading one;
//! `seems` names what is none), `plan` (steps into entries and back), `one_step`, `runner`, `expectation`, then what makes text
//! of it: `report`, `log`, `explain`, `what_if`, `preview`, `ways`, `look` and `numbers`; `link` is a timeline as one line of an address.
//!
//! **What this crate does not do**: files and terminals (the command line's), the web, drawing, the rules themselves.

pub mod as_test;
mod checkpoints;
mod clock;
mod error;
mod expectation;
pub mod explain;
mod fields;
mod json;
mod key;
pub mod link;
pub mod log;
pub mod look;
pub mod margin;
mod names;
pub mod numbers;
mod one_step;
mod placed;
mod plan;
pub mod preview;
pub mod report;
mod runner;
pub mod scenario;
#[cfg(feature = "schema")]
mod schema;
pub mod seems;
mod timeline;
pub mod ways;
pub mod what_if;

pub use clock::{ClockTime, ClockTimeError, Seconds};
pub use error::{Cause, ScenarioError};
pub use expectation::Failure;
pub use json::MAX_BYTES;
pub use key::{DigestText, Key};
pub use names::{Outcome, ReadModeName, RuleName};
pub use one_step::StepError;
pub use plan::{ClientExpectation, Doing, Plan, namespace_of};
pub use runner::{ClientAnswer, Clock, Runner, StepReport};
pub use scenario::{FORMAT, MAX_STEPS, Scenario, Step};
#[cfg(feature = "schema")]
pub use schema::schema_text;
pub use timeline::{Course, Entry, Settle, SharedEvents, Timeline, fork};
