//! The fields of `migrate` and `advance`.
//!
//! Invariant: a number beyond its limits is refused. Not here: how long anything takes.

use serde::{Deserialize, Serialize};

use crate::file::clock::Seconds;
use crate::file::fields::{ALL, maybe_whole};

/// `migrate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Migrate {
    /// How many more, lowest ids first; else all.
    #[serde(
        default,
        deserialize_with = "maybe_whole::<1, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 1, max = 4096)))]
    pub partitions: Option<u32>,
}

/// `advance`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// Seconds of simulated time.
    pub seconds: Seconds,
}
