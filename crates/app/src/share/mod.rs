//! Sharing: the share link, scenario files, and exported tests.
//!
//! Invariant: a file becomes a share link before anything else reads it, so both are opened in the same way.

pub mod file;
pub mod panel;
pub mod state;
