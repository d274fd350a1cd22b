//! The fields of an operator's commands: `roster-set`, `recluster`, `revive`.
//!
//! Invariant: a roster is a list of nodes with their racks, or the word `observed`. Not here: whether a roster makes sense.

use rosterlab_engine::{NodeId, RosterEntry};
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// `roster-set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Recluster {
    /// A node of the sub-cluster; else every sub-cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Node"))]
    pub on: Option<NodeId>,
}

/// `revive`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

fn as_observed<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("observed")
}

impl<'de> Deserialize<'de> for RosterField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RosterVisitor;
        impl<'de> Visitor<'de> for RosterVisitor {
            type Value = RosterField;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of nodes as \"A101@1\", or \"observed\"")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<RosterField, E> {
                if text == "observed" {
                    Ok(RosterField::Observed)
                } else {
                    Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
                }
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<RosterField, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = seq.next_element()? {
                    entries.push(entry);
                }
                Ok(RosterField::List(entries))
            }
        }
        deserializer.deserialize_any(RosterVisitor)
    }
}
