//! The Clients tab: what clients on each side are told about one record, and the ground truth.
//!
//! Invariant: answers come from the engine's client model.

pub mod answers;
pub mod panel;
pub mod state;
