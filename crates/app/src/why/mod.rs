//! The Why panel: explains the shown partition and lists the ways out of it.
//!
//! Invariant: reasons come from the engine's explanation and ways from the scenario crate's search; nothing is decided here.

pub mod groups;
pub mod panel;
pub mod ways;
pub mod ways_list;
