//! The settings: nodes, namespaces and times as typed, and the cluster setup that they describe.
//!
//! Invariant: typed values stay a draft until every field is valid.

pub mod draft;
pub mod panel;
