//! The fields of `write` and `read`.
//!
//! Invariant: an unknown field or name is refused. Not here: the check that a record is named once (see `plan`).

use rosterlab_engine::NodeId;
use serde::Serialize;

use crate::file::key::{DigestText, Key};
use crate::file::names::{Outcome, ReadModeName};
use crate::file::placed::{Fields, FromFields, Wrong};

/// Generates a struct from the fields that both actions have and its own, in the order of the documentation.
macro_rules! client_action {
    ($(#[$doc:meta])* $name:ident { $($own:tt)* } result { $($last:tt)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// The namespace; may be left out when there is only one.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "schema", schemars(with = "String"))]
            pub namespace: Option<String>,
            /// The record's set.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "schema", schemars(with = "String"))]
            pub set: Option<String>,
            /// The record's key.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "schema", schemars(with = "Key"))]
            pub key: Option<Key>,
            /// The record's digest, in place of set and key.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "schema", schemars(with = "DigestText"))]
            pub digest: Option<DigestText>,
            /// A node of the sub-cluster that the client reaches; else the one with the highest principal.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Node"))]
            pub from: Option<NodeId>,
            $($own)*
            /// The expected result; the run fails with any other.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "schema", schemars(with = "Outcome"))]
            pub result: Option<Outcome>,
            $($last)*
        }
    };
}

client_action! {
    /// `write`.
    Write {} result {}
}

client_action! {
    /// `read`.
    Read {
        /// How consistent the answer must be.
        #[serde(default, skip_serializing_if = "ReadModeName::is_usual")]
        pub mode: ReadModeName,
    } result {
        /// Whether the answer is expected to be stale; the run fails otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "bool"))]
        pub stale: Option<bool>,
    }
}

impl FromFields for Write {
    const NAMES: &'static [&'static str] = &["namespace", "set", "key", "digest", "from", "result"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self {
            namespace: fields.maybe("namespace")?,
            set: fields.maybe("set")?,
            key: fields.maybe("key")?,
            digest: fields.maybe("digest")?,
            from: fields.maybe("from")?,
            result: fields.maybe("result")?,
        })
    }
}

impl FromFields for Read {
    const NAMES: &'static [&'static str] =
        &["namespace", "set", "key", "digest", "from", "mode", "result", "stale"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self {
            namespace: fields.maybe("namespace")?,
            set: fields.maybe("set")?,
            key: fields.maybe("key")?,
            digest: fields.maybe("digest")?,
            from: fields.maybe("from")?,
            mode: fields.maybe("mode")?.unwrap_or_default(),
            result: fields.maybe("result")?,
            stale: fields.maybe("stale")?,
        })
    }
}
