//! The verdict: what a client of the whole network can reach, why, and the way out; and each side's own numbers.

pub mod bar;
pub mod sides;
pub mod words;
