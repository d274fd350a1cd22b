//! The settings: nodes, namespaces and times as they are typed, and the cluster they would make.
//!
//! Invariant: what is typed is a draft until every field of it is valid.

pub mod draft;
pub mod panel;
