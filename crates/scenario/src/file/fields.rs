//! Readers of numbers within limits, for serde's `deserialize_with`.
//!
//! Invariant: a value that is out of its limits, not whole or not a number is refused, and the error names the limits.
//! Nothing is rounded. Not here: the limits of each field (see `cluster` and `action`).

use std::fmt;

use rosterlab_engine::{MAX_NODES, MAX_RACK, PARTITIONS, PartitionId, RackId};
use serde::de::{Deserializer, Error, Visitor};

use super::placed::decimal;

/// The number of partitions, as a bound.
pub(crate) const ALL: u64 = PARTITIONS as u64;
/// The most nodes, as a bound.
pub(crate) const MOST_NODES: u64 = MAX_NODES as u64;

/// Reads a whole number from `LOW` to `HIGH`.
pub(crate) fn whole<'de, const LOW: u64, const HIGH: u64, T, D>(
    deserializer: D,
) -> Result<T, D::Error>
where
    T: TryFrom<u64>,
    D: Deserializer<'de>,
{
    let number = deserializer.deserialize_any(Whole { low: LOW, high: HIGH })?;
    T::try_from(number).map_err(|_| D::Error::custom(format!("{number} is out of range")))
}

/// As [`whole`], for a field that may be left out.
pub(crate) fn maybe_whole<'de, const LOW: u64, const HIGH: u64, T, D>(
    deserializer: D,
) -> Result<Option<T>, D::Error>
where
    T: TryFrom<u64>,
    D: Deserializer<'de>,
{
    whole::<LOW, HIGH, T, D>(deserializer).map(Some)
}

/// Reads a rack id.
pub(crate) fn rack<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RackId, D::Error> {
    let number = whole::<0, { MAX_RACK as u64 }, u32, D>(deserializer)?;
    RackId::new(number).map_err(D::Error::custom)
}

/// Reads a partition that may be left out.
pub(crate) fn maybe_partition<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<PartitionId>, D::Error> {
    let number = whole::<0, { ALL - 1 }, u16, D>(deserializer)?;
    PartitionId::new(number).map(Some).map_err(D::Error::custom)
}

/// Whether a field is `false` and can be left out; serde passes a reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
pub(crate) fn is_no(on: &bool) -> bool {
    !*on
}

/// Reads whole numbers; the limits are data, so one reader serves every field.
struct Whole {
    low: u64,
    high: u64,
}

impl Whole {
    fn refuse<E: Error>(&self, found: &dyn fmt::Display) -> E {
        let Self { low, high } = self;
        E::custom(format_args!("{found} is not a whole number from {low} to {high}"))
    }
}

impl Visitor<'_> for Whole {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {} to {}", self.low, self.high)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u64, E> {
        if (self.low..=self.high).contains(&number) {
            Ok(number)
        } else {
            Err(self.refuse(&number))
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<u64, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Err(self.refuse(&number)),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<u64, E> {
        Err(self.refuse(&decimal(number)))
    }
}
