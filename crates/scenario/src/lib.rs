//! What people save, share and learn from: timelines, scenario files, the runner and its reports, explanations.
//!
//! Invariant: everything here goes through the engine's one way in and one way out; bad input of any kind is an error
//! that names its place, never a panic.
//!
//! **What this crate does not do**: files and terminals (the command line's), the web, drawing, the rules themselves.

mod timeline;

pub use timeline::{Entry, MOST_CHECKPOINTS, Settle, Timeline};
