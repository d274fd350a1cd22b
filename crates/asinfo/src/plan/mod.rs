//! A maintenance plan as people write it, line by line: from text to what each line does on a cluster.
//!
//! In reading order: `peel` (what stands around a command: bullets, numbers, prompts, quotes of Markdown), `names` (what nodes are
//! called), `text` (the lines of a plan, each with what was said before it), `prose` (what is for people alone), `waits` (what is waited for), `course` (what the
//! parts of a line have come to), `containers` and `hosts` (what is done there), `tool` (the admin tool and info requests), `reader` (one line, as a whole), `any` (a
//! plan of any form: text, or the steps of a scenario).
//!
//! Invariant: a line is understood as a whole, or it is told why not; nothing is guessed. Reading changes no cluster, and its work
//! is bounded by the limits of `text`. Not here: what a plan risks (the scenario crate's `foresight::runbook`), files.

mod any;
mod containers;
mod course;
mod hosts;
mod names;
mod peel;
mod prose;
mod reader;
mod text;
mod tool;
mod waits;

pub use any::{Unread, read};
pub use names::{NameError, Names, NoNode};
pub use reader::Reader;
pub use text::{MAX_PLAN, MAX_PLAN_LINES, PlanError};
