//! Ids of nodes, racks, partitions, records and links, and the limits on how many there are.
//!
//! Invariant: a value of one of these types is valid by construction; parsing and `new` are the only ways in.
//! Not here: what a node or a partition *is* (see `node`, `namespace`).

use std::fmt;
use std::num::NonZeroU64;
use std::ops::{Index, IndexMut};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Partitions in every namespace (domain.md §1, \[open\]).
pub const PARTITIONS: usize = 4096;
/// The most nodes that a cluster may hold, counting nodes that are down, were removed, or are only named by a roster.
/// It is the newer servers' own limit. Older profiles allow fewer (see [`crate::Profile::most_nodes`]).
pub const MAX_NODES: usize = 256;
/// The most namespaces that a cluster may hold (the server's own limit).
pub const MAX_NAMESPACES: usize = 32;
/// The highest rack id (domain.md §1).
pub const MAX_RACK: u32 = 1_000_000;

/// Why a text or a number is not an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdError {
    /// A node id is one to sixteen hexadecimal digits and not zero.
    Node(String),
    /// A rack id is a whole number from 0 to 1,000,000.
    Rack(String),
    /// A partition is a whole number from 0 to 4095.
    Partition(String),
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(text) => {
                write!(f, "{text:?} is no node id: one to sixteen hexadecimal digits, not all zero")
            }
            Self::Rack(text) => {
                write!(f, "{text:?} is no rack id: a whole number from 0 to {MAX_RACK}")
            }
            Self::Partition(text) => {
                write!(f, "{text:?} is no partition: a whole number from 0 to {}", PARTITIONS - 1)
            }
        }
    }
}

impl std::error::Error for IdError {}

/// A node's 64-bit id, never zero; printed in upper-case hexadecimal without leading zeros (domain.md §1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(NonZeroU64);

impl NodeId {
    /// The id with this number; `None` for zero.
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    /// The id as a number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// A key to sort by: the higher the id, the lower it is.
    pub(crate) fn highest_first(self) -> u64 {
        u64::MAX - self.get()
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}", self.0)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for NodeId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits = (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = if digits { u64::from_str_radix(text, 16).ok() } else { None };
        number.and_then(Self::new).ok_or_else(|| IdError::Node(clip(text)))
    }
}

impl Serialize for NodeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NodeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The part of a user's text that an error repeats: at most 40 characters, enough to find the place.
fn clip(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// A rack id, 0 to 1,000,000; 0 means no rack (domain.md §1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RackId(u32);

impl RackId {
    /// No rack.
    pub const NONE: Self = Self(0);

    /// The rack with this number.
    ///
    /// # Errors
    /// When the number is above 1,000,000.
    pub fn new(number: u32) -> Result<Self, IdError> {
        if number <= MAX_RACK { Ok(Self(number)) } else { Err(IdError::Rack(number.to_string())) }
    }

    /// The id as a number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for RackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for RackId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = if digits { text.parse().ok() } else { None };
        number.and_then(|n| Self::new(n).ok()).ok_or_else(|| IdError::Rack(clip(text)))
    }
}

impl<'de> Deserialize<'de> for RackId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u32::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// One of the 4096 partitions of a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PartitionId(u16);

impl PartitionId {
    /// The partition with this number.
    ///
    /// # Errors
    /// When the number is above 4095.
    pub fn new(number: u16) -> Result<Self, IdError> {
        if usize::from(number) < PARTITIONS {
            Ok(Self(number))
        } else {
            Err(IdError::Partition(number.to_string()))
        }
    }

    /// The partition of a record: the digest's first four bytes, little-endian, masked with 4095
    /// (domain.md §1, \[open\]).
    #[must_use]
    pub fn of_digest(digest: &Digest) -> Self {
        let [a, b, ..] = digest.0;
        Self(u16::from_le_bytes([a, b]) & 0x0fff)
    }

    /// All 4096, in order.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + DoubleEndedIterator {
        (0..4096).map(Self)
    }

    /// The number, 0 to 4095.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }

    /// The number as an index into a list in partition order.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

// What is listed by partition is looked up by partition. One panic serves every lookup.

impl<T> Index<PartitionId> for [T] {
    type Output = T;

    fn index(&self, pid: PartitionId) -> &T {
        &self[pid.index()]
    }
}

impl<T> IndexMut<PartitionId> for [T] {
    fn index_mut(&mut self, pid: PartitionId) -> &mut T {
        &mut self[pid.index()]
    }
}

impl<T> Index<PartitionId> for Vec<T> {
    type Output = T;

    fn index(&self, pid: PartitionId) -> &T {
        &self[..][pid]
    }
}

impl<T> IndexMut<PartitionId> for Vec<T> {
    fn index_mut(&mut self, pid: PartitionId) -> &mut T {
        &mut self[..][pid]
    }
}

impl fmt::Display for PartitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for PartitionId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = if digits { text.parse().ok() } else { None };
        number.and_then(|n| Self::new(n).ok()).ok_or_else(|| IdError::Partition(clip(text)))
    }
}

impl<'de> Deserialize<'de> for PartitionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u16::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A record's 160-bit digest, by which the database identifies it. The caller computes it from a set and a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest(pub [u8; 20]);

/// A link between two different nodes; the lower id is always the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Link {
    low: NodeId,
    high: NodeId,
}

impl Link {
    /// The link between two nodes; `None` when they are the same.
    #[must_use]
    pub fn new(a: NodeId, b: NodeId) -> Option<Self> {
        (a != b).then(|| Self { low: a.min(b), high: a.max(b) })
    }

    /// The end with the lower id.
    #[must_use]
    pub fn low(self) -> NodeId {
        self.low
    }

    /// The end with the higher id.
    #[must_use]
    pub fn high(self) -> NodeId {
        self.high
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.low, self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_id_prints_as_it_is_known_and_refuses_what_is_none() {
        assert_eq!("bb9070016ae4202".parse::<NodeId>().unwrap().to_string(), "BB9070016AE4202");
        assert_eq!("00a1".parse::<NodeId>().unwrap().to_string(), "A1");
        for bad in ["", "0", "xyz", "-1", "+1", "A1 ", "12345678901234567", "Ä"] {
            assert!(bad.parse::<NodeId>().is_err(), "{bad:?} must be refused");
        }
    }

    #[test]
    fn racks_and_partitions_have_their_limits() {
        assert!("1000000".parse::<RackId>().is_ok());
        assert!("1000001".parse::<RackId>().is_err());
        assert!("+1".parse::<RackId>().is_err());
        assert!("4095".parse::<PartitionId>().is_ok());
        assert!("4096".parse::<PartitionId>().is_err());
        assert_eq!(PartitionId::all().count(), PARTITIONS);
    }

    #[test]
    fn the_partition_is_in_the_low_twelve_bits_of_the_digest() {
        let mut bytes = [0_u8; 20];
        bytes[..4].copy_from_slice(&[0x34, 0xf2, 0xff, 0xff]);
        assert_eq!(PartitionId::of_digest(&Digest(bytes)).get(), 0x234);
    }

    #[test]
    fn a_link_has_its_lower_end_first() {
        let (a, b) = ("A1".parse().unwrap(), "B1".parse().unwrap());
        assert_eq!(Link::new(b, a).unwrap().to_string(), "A1-B1");
        assert_eq!(Link::new(a, a), None);
    }
}
