//! The fields of an operator's commands: `roster-set`, `recluster`, `revive`.
//!
//! Invariant: a roster is a list of nodes with their racks, or the word `observed`. Not here: whether a roster makes sense.

use rosterlab_engine::{NodeId, RosterEntry};
use serde::Serialize;
use serde::ser::Serializer;
use serde_json::Value;

use crate::file::placed::{Fields, FromFields, FromJson, Wrong};

/// `roster-set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RosterSet {
    /// The namespace; may be left out when there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub namespace: Option<String>,
    /// The nodes with their racks, or `observed`.
    pub nodes: RosterField,
    /// A node of the sub-cluster; else the one with the highest principal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Node"))]
    pub on: Option<NodeId>,
}

impl FromFields for RosterSet {
    const NAMES: &'static [&'static str] = &["namespace", "nodes", "on"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self {
            namespace: fields.maybe("namespace")?,
            nodes: fields.required("nodes")?,
            on: fields.maybe("on")?,
        })
    }
}

/// The roster of `roster-set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged, rename_all = "kebab-case")]
pub enum RosterField {
    /// `"observed"`.
    #[serde(serialize_with = "as_observed")]
    Observed,
    /// `["A101@1", "A102"]`.
    List(Vec<RosterEntry>),
}

/// `recluster`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Recluster {
    /// A node of the sub-cluster; else every sub-cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Node"))]
    pub on: Option<NodeId>,
}

impl FromFields for Recluster {
    const NAMES: &'static [&'static str] = &["on"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self { on: fields.maybe("on")? })
    }
}

/// `revive`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Revive {
    /// The namespace; may be left out when there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub namespace: Option<String>,
    /// The nodes, each up; else all that are up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<crate::file::schema_types::Node>", length(min = 1))
    )]
    pub nodes: Option<Vec<NodeId>>,
}

impl FromFields for Revive {
    const NAMES: &'static [&'static str] = &["namespace", "nodes"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self { namespace: fields.maybe("namespace")?, nodes: fields.maybe("nodes")? })
    }
}

fn as_observed<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("observed")
}

impl FromJson for RosterField {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        let expected = "a list of nodes as \"A101@1\", or \"observed\"";
        match value {
            Value::Array(_) => Vec::from_json(value).map(Self::List),
            Value::String(text) if text == "observed" => Ok(Self::Observed),
            Value::String(_) => Err(Wrong::of_value(value, expected)),
            _ => Err(Wrong::of_type(value, expected)),
        }
    }
}
