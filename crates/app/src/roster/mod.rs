//! The roster panel: observed, pending and current roster, and editing them.
//!
//! Invariant: actions are previewed on a clone of the cluster, never on the cluster itself.

pub mod diff;
pub mod draft;
pub mod held;
pub mod panel;
pub mod state;
pub mod words;
