//! The fields of what a client does, and how it has to end.
//!
//! Invariant: a name that is none of the known ones is refused. It does not check that a record is named once (see
//! `plan`).

use rosterlab_engine::NodeId;
use serde::{Deserialize, Serialize};

use crate::file::key::{DigestText, Key};
use crate::file::names::{Outcome, ReadModeName};

/// `write`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Write {
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
    /// The record's digest, where set and key are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "DigestText"))]
    pub digest: Option<DigestText>,
    /// The client reaches the sub-cluster of this node; else the one with the highest principal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Node"))]
    pub from: Option<NodeId>,
    /// How it has to end; the run fails when it ends otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Outcome"))]
    pub result: Option<Outcome>,
}

/// `read`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Read {
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
    /// The record's digest, where set and key are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "DigestText"))]
    pub digest: Option<DigestText>,
    /// The client reaches the sub-cluster of this node; else the one with the highest principal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Node"))]
    pub from: Option<NodeId>,
    /// How consistent the answer has to be.
    #[serde(default, skip_serializing_if = "ReadModeName::is_usual")]
    pub mode: ReadModeName,
    /// How it has to end; the run fails when it ends otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Outcome"))]
    pub result: Option<Outcome>,
    /// Whether the answer has to be stale, or has to be fresh; the run fails when it is otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "bool"))]
    pub stale: Option<bool>,
}
