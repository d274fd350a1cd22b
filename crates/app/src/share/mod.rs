//! Sharing: the share link, scenario files, and exported tests.
//!
//! Invariant: a file is turned into a share link before anything else sees it, so that both are followed in one way.

pub mod file;
pub mod panel;
