//! The form of a share link: its prefix, its digits, its limits.
//!
//! Invariant: this file depends on no other, so reader, writer and errors can all use it.

/// The longest share link, in bytes.
pub const MOST_BYTES: usize = 16 * 1024;
/// The most steps of a share link, each of several that are one counted; large clusters have a lower limit ([`most_steps`]).
pub const MOST_STEPS: usize = 1000;
/// The most nodes times namespaces times steps, so that any link is replayed in seconds. A step of 128 nodes and 32
/// namespaces takes a tenth of a second.
pub const MOST_WORK: usize = 160_000;

/// The beginning of every share link.
pub(super) const PREFIX: &str = "s1=";
/// The digits of numbers and places.
pub(super) const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The most steps of a link with that many nodes (added ones included) and namespaces.
#[must_use]
pub fn most_steps(nodes: usize, namespaces: usize) -> usize {
    (MOST_WORK / (nodes * namespaces).max(1)).min(MOST_STEPS)
}
