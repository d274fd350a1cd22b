//! Readers of numbers within limits, and of the engine's ids and names.
//!
//! Invariant: a value that is out of its limits, not whole or not a number is refused, and the error names the limits.
//! Nothing is rounded. Not here: the limits of each field (see `cluster` and `action`).

use rosterlab_engine::{
    MAX_NODES, MAX_RACK, NodeId, PARTITIONS, PackedVersions, PartitionId, Profile, RackId,
    RosterEntry, ServerVersion, Shutdown, StartingRoster,
};
use serde_json::Value;

use super::placed::{Fields, FromJson, Wrong, named, parsed, text};
use crate::node_names::NodeName;

/// The number of partitions, as a bound.
pub(crate) const ALL: u64 = PARTITIONS as u64;
/// The most nodes, as a bound.
pub(crate) const MOST_NODES: u64 = MAX_NODES as u64;

impl Fields<'_> {
    /// Reads a whole number from `low` to `high` that may be left out.
    pub(crate) fn whole<T: TryFrom<u64>>(
        self,
        name: &str,
        low: u64,
        high: u64,
    ) -> Result<Option<T>, Wrong> {
        self.maybe_with(name, |value| narrowed(whole(value, low, high)?))
    }

    /// Whether a field is there and `true`.
    pub(crate) fn is(self, name: &str) -> Result<bool, Wrong> {
        Ok(self.maybe(name)?.unwrap_or_default())
    }
}

/// Reads a whole number from `low` to `high`; the limits are data, so one reader serves every field.
pub(crate) fn whole(value: &Value, low: u64, high: u64) -> Result<u64, Wrong> {
    let limits = || format!("a whole number from {low} to {high}");
    let Value::Number(number) = value else { return Err(Wrong::of_type(value, &limits())) };
    let within = number.as_u64().filter(|number| (low..=high).contains(number));
    within.ok_or_else(|| Wrong::new(format!("{number} is not {}", limits())))
}

pub(crate) fn narrowed<T: TryFrom<u64>>(number: u64) -> Result<T, Wrong> {
    T::try_from(number).map_err(|_| Wrong::new(format!("{number} is out of range")))
}

impl FromJson for RackId {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        let number = narrowed(whole(value, 0, u64::from(MAX_RACK))?)?;
        Self::new(number).map_err(|error| Wrong::new(error.to_string()))
    }
}

impl FromJson for NodeName {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        parsed(value)
    }
}

impl FromJson for PartitionId {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        let number = narrowed(whole(value, 0, ALL - 1)?)?;
        Self::new(number).map_err(|error| Wrong::new(error.to_string()))
    }
}

impl FromJson for NodeId {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        parsed(value)
    }
}

impl FromJson for ServerVersion {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        parsed(value)
    }
}

impl FromJson for RosterEntry {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        parsed(value)
    }
}

named!(Profile: "4.5.3" => V4_5_3, "6.0" => V6_0, "7.1" => V7_1);

/// A roster by its name. [`StartingRoster`] may also be a list.
enum NamedRoster {
    All,
    None,
}

named!(NamedRoster: "all" => All, "none" => None);

impl FromJson for StartingRoster {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        if let Value::Array(_) = value {
            return Vec::from_json(value).map(Self::List);
        }
        Ok(match NamedRoster::from_json(value)? {
            NamedRoster::All => Self::All,
            NamedRoster::None => Self::None,
        })
    }
}

impl FromJson for PackedVersions {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        text(value).map(Self::from)
    }
}

named!(Shutdown: "clean" => Clean, "unclean" => Unclean);

/// Whether a field is `false` and can be left out; serde passes a reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
pub(crate) fn is_no(on: &bool) -> bool {
    !*on
}
