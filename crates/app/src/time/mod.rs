//! Time: the timeline with its graph, the branches, the comparison of two ends, and the log.
//!
//! Invariant: everything shown of the past is derived from the timeline's entries and events and stored nowhere else.

pub mod branches;
pub mod compare;
pub mod compare_tab;
pub mod ends;
pub mod history;
pub mod log_tab;
pub mod logbook;
pub mod state;
pub mod strip;
pub mod tabs;
pub mod timeline_tab;
