//! The roster of an SC namespace: which nodes should be in the cluster, and on which racks.
//!
//! Invariant: no node twice, never empty; entries stand highest id first. A roster carries its generation and the order
//! of succession over its nodes. The order is computed once, when the roster is set; a fault filters it and never
//! recomputes it. Not here: which roster is in force where (see `clustering`).

use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::{IdError, NodeId, PartitionId, RackId};
use crate::node_set::{NodeSet, Slot};
use crate::succession::RosterRows;

/// One node of a roster with the rack that the roster gives it; written `A101@1`, or `A101` for rack 0 (domain.md §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RosterEntry {
    /// The node.
    pub node: NodeId,
    /// Its rack in the roster, which may differ from its configured rack.
    pub rack: RackId,
}

impl fmt::Display for RosterEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rack == RackId::NONE {
            write!(f, "{}", self.node)
        } else {
            write!(f, "{}@{}", self.node, self.rack)
        }
    }
}

impl FromStr for RosterEntry {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (node, rack) = text.split_once('@').unwrap_or((text, "0"));
        Ok(Self { node: node.parse()?, rack: rack.parse()? })
    }
}

impl Serialize for RosterEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RosterEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What `roster-set` sets the roster to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RosterNodes {
    /// The nodes observed in the sub-cluster, with their configured racks (asadm's `stage observed`).
    Observed,
    /// This list.
    List(Vec<RosterEntry>),
}

/// A roster as the members of a sub-cluster hold it.
#[derive(Debug, Eq)]
pub(crate) struct Roster {
    /// Grows with every `roster-set`; a cluster change takes the highest among its members (domain.md §1).
    pub generation: u32,
    /// Highest id first.
    pub entries: Rc<[RosterEntry]>,
    /// The same nodes by slot, in the same order.
    pub slots: Vec<Slot>,
    /// The same nodes as a set.
    pub set: NodeSet,
    /// The order of succession over them, adjusted for racks, for the namespace's RF.
    pub rows: Rc<RosterRows>,
}

/// `rows` derives from `entries` and is 512 KiB, so equality skips it.
impl PartialEq for Roster {
    fn eq(&self, other: &Self) -> bool {
        self.generation == other.generation
            && self.entries == other.entries
            && self.slots == other.slots
    }
}

impl Roster {
    /// Its size in bytes.
    pub fn bytes(&self) -> usize {
        self.rows.bytes() + size_of_val(&self.entries[..]) + self.slots.len()
    }

    /// Whether both name the same nodes on the same racks, whatever their generations.
    pub fn same_nodes(&self, other: &Self) -> bool {
        self.entries == other.entries
    }

    /// The roster-replicas of a partition, the roster-master first: the first RF of the roster's row (domain.md §3).
    pub fn replicas(&self, pid: PartitionId, replication_factor: u8) -> &[Slot] {
        let row = self.rows.row(pid);
        &row[..usize::from(replication_factor).min(row.len())]
    }

    /// How many nodes it has: `n` of domain.md §5.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_written_as_the_commands_write_it() {
        assert_eq!("a101@1".parse::<RosterEntry>().unwrap().to_string(), "A101@1");
        assert_eq!("A101@0".parse::<RosterEntry>().unwrap().to_string(), "A101");
        assert_eq!("A101".parse::<RosterEntry>().unwrap().rack, RackId::NONE);
        for bad in ["", "@1", "A101@", "A101@x", "A101@1@2", "A101@1000001"] {
            assert!(bad.parse::<RosterEntry>().is_err(), "{bad:?} must be refused");
        }
    }
}
