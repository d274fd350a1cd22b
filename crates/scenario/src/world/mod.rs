//! Scenarios with several sites on one clock: their files, their run and their words.
//!
//! Invariant: what a step does at one site is read, checked and told by the readers and words of a single cluster; here is
//! only what several sites have beside that. Any bytes end in a [`Document`] or in an error that names its place. In reading
//! order:
//! - the file: `action` (one table of the actions that only several sites have), `expect`, `file` (the types of the whole
//!   file, and reading it), `schema`;
//! - `plan` (steps into commands and expectations), `comparison`, `runner`;
//! - what makes text of it: `report`, `words`.
//!
//! Behind the feature `world`: the page and the JavaScript API do not carry it. Not here: what a world does (the engine's
//! `world`), share links, terminals.

mod action;
mod comparison;
mod expect;
mod file;
mod plan;
pub mod report;
mod runner;
#[cfg(feature = "schema")]
mod schema;
pub mod words;

pub use action::{
    Allow, Backup, CatchUp, FleetAction, FleetStart, Load, ModeName, PolicyName, Repoint, Restart,
    Restore, RewindField, ShipSet, ShipWay, SiteAction,
};
pub use expect::{Counts, WorldExpect};
pub use file::{Document, ExpectAction, SiteFile, WorldAction, WorldScenario, WorldStep};
pub use plan::{Doing, WorldPlan};
pub use runner::{WorldRunner, WorldStepReport};
#[cfg(feature = "schema")]
pub use schema::schema_text;
