//! The roster panel: observed, pending and current roster, and editing them.
//!
//! Invariant: what a person is about to do is previewed on a clone of the cluster and never on the cluster itself.

pub mod desk;
pub mod diff;
pub mod draft;
pub mod panel;
pub mod words;
