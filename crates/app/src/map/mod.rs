//! The map of the 4096 partitions, and the finder of a key's partition.
//!
//! Invariant: a partition is a pixel of one canvas and never an element: 4096 elements take 25 ms to repaint, image data 1 ms.

pub mod finder;
pub mod finder_form;
pub mod paint;
pub mod panel;
pub mod picture;
pub mod state;
