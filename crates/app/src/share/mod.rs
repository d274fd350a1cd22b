//! Sharing: the share link with what is looked at, scenario files, and exported tests.
//!
//! Invariant: a file becomes a share link before anything else reads it, so both are opened in the same way.

pub mod panel;
pub mod scenarios;
pub mod state;
pub mod view;
