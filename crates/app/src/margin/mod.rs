//! The margin: how many more nodes can be lost, in words and as a picture.
//!
//! Invariant: it is worked out in slices between two frames; until then the last known margin stands, marked as of before.

pub mod known;
pub mod panel;
