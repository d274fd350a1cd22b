//! The fields of `migrate` and `advance`.
//!
//! Invariant: a number beyond its limits is refused. Not here: how long anything takes.

use serde::Serialize;

use crate::file::clock::Seconds;
use crate::file::fields::ALL;
use crate::file::placed::{Fields, FromFields, Wrong};

/// `migrate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Migrate {
    /// How many more, lowest ids first; else all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 1, max = 4096)))]
    pub partitions: Option<u32>,
}

impl FromFields for Migrate {
    const NAMES: &'static [&'static str] = &["partitions"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self { partitions: fields.whole("partitions", 1, ALL)? })
    }
}

/// `advance`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// Seconds of simulated time.
    pub seconds: Seconds,
}

impl FromFields for Advance {
    const NAMES: &'static [&'static str] = &["seconds"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self { seconds: fields.required("seconds")? })
    }
}
