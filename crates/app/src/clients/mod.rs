//! The client strip: what clients on each side are told about one record, and what is true.
//!
//! Invariant: answers come from the engine's client model.

pub mod answers;
pub mod desk;
pub mod panel;
