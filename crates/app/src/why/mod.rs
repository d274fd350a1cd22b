//! Why the shown partition is what it is, and the ways out of it.
//!
//! Invariant: the reasons come from the engine's explanation, the ways from the scenario crate's search; nothing is decided here.

pub mod groups;
pub mod panel;
pub mod ways;
pub mod ways_list;
