//! The margin: how many more nodes can be lost, in words and as a picture.
//!
//! Invariant: the margin is computed in slices between frames; until it is known, the last known one is shown as stale.

pub mod panel;
pub mod words;
