//! The scenario file: its types, its reader and its errors.
//!
//! Invariant: any bytes end in a [`Scenario`] or in an error that names its place, never in a panic.
//!
//! In reading order:
//! - `limits`;
//! - readers of fields: `placed` (values and objects, with errors that have places), `fields` (numbers within limits),
//!   `bounds` (of counts), `names`, `clock`, `key`. serde writes the types; that a field may be left out and that others are refused stands in
//!   serde's attributes only for the schema;
//! - types: `action` (one table of all actions), `step`, `cluster`, `scenario`;
//! - reading: `json` (text into a value), `parse`, `error`, `seems` (guesses what a file is that is not a scenario),
//!   `one_line`, `meant` (what was probably meant by a misspelt name);
//! - `schema` and `schema_types`, behind a feature: the page does not carry them.
//!
//! **What this module does not do**: files on a disk (the callers' task), and checks that need a run (see `plan` and
//! `runner`).

pub(crate) mod action;
pub(crate) mod bounds;
pub(crate) mod clock;
mod cluster;
pub(crate) mod error;
pub(crate) mod fields;
pub(crate) mod json;
pub(crate) mod key;
mod limits;
mod meant;
pub(crate) mod names;
mod one_line;
pub(crate) mod parse;
pub(crate) mod placed;
mod scenario;
#[cfg(feature = "schema")]
pub(crate) mod schema;
#[cfg(feature = "schema")]
pub(crate) mod schema_types;
pub mod seems;
pub(crate) mod step;

pub use action::{
    Action, Add, Advance, Cut, Expect, Heal, MasterField, Migrate, Move, Nodes, ProtocolSwitch,
    Read, Recluster, Revive, RosterField, RosterSet, Start, When, Wipe, Write,
};
pub use bounds::Bounds;
pub use clock::{ClockTime, ClockTimeError, Seconds};
pub use cluster::{ClusterFile, NamespaceFile, NodeFile};
pub use error::{Cause, ScenarioError};
pub use key::{DigestText, Key};
pub use limits::{FORMAT, MAX_BYTES, MAX_STEPS};
pub use meant::nearest;
pub use names::{Outcome, ReadModeName, RuleName};
pub use scenario::{FormatName, Scenario};
#[cfg(feature = "schema")]
pub use schema::schema_text;
pub use step::Step;
