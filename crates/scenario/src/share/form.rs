//! What a share link may hold: how it begins, its digits, how much of anything.
//!
//! Invariant: the file depends on no other, so that reader, writer and errors can all name it. It does not read or write
//! anything.

/// Longest link that is read or written, in bytes.
pub const MOST_BYTES: usize = 16 * 1024;
/// Most steps of a link, of clusters that are not too large for as many ([`most_steps`]).
pub const MOST_STEPS: usize = 1000;
/// Most nodes times namespaces times steps: a link that anybody may send is followed in seconds, not in minutes. A step of
/// 128 nodes and 32 namespaces takes a tenth of a second.
pub const MOST_WORK: usize = 160_000;

/// How every link begins.
pub(super) const PREFIX: &str = "s1=";
/// The digits of numbers and places.
pub(super) const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Most steps of a link of so many nodes (those that are added among them) and namespaces.
#[must_use]
pub fn most_steps(nodes: usize, namespaces: usize) -> usize {
    (MOST_WORK / (nodes * namespaces).max(1)).min(MOST_STEPS)
}
