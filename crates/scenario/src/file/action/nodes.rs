//! The fields of actions on nodes, their drives and the links between them.
//!
//! Invariant: a number beyond its limits and an unknown field are refused. Not here: whether the nodes exist.

use rosterlab_engine::{NodeId, RackId};
use serde::{Deserialize, Serialize};

use crate::file::fields::{is_no, maybe_whole, rack};

/// The fields of actions that have only nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Nodes {
    /// The nodes.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<crate::file::schema_types::Node>", length(min = 1))
    )]
    pub nodes: Vec<NodeId>,
}

/// `wipe`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Wipe {
    /// The nodes, each down.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<crate::file::schema_types::Node>", length(min = 1))
    )]
    pub nodes: Vec<NodeId>,
    /// Only this device of each namespace, counted from 0; else all.
    #[serde(
        default,
        deserialize_with = "maybe_whole::<0, 15, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u8", range(min = 0, max = 15)))]
    pub device: Option<u8>,
}

/// `add`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Add {
    /// The new node's id.
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Node"))]
    pub id: NodeId,
    /// Its rack; 0 is no rack.
    #[serde(default, deserialize_with = "rack")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 1_000_000)))]
    pub rack: RackId,
    /// Whether it is quiesced from every start on.
    #[serde(default, rename = "stay-quiesced", skip_serializing_if = "is_no")]
    pub stay_quiesced: bool,
}

/// `move`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The nodes.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<crate::file::schema_types::Node>", length(min = 1))
    )]
    pub nodes: Vec<NodeId>,
    /// Their new rack.
    #[serde(deserialize_with = "rack")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 1_000_000)))]
    pub rack: RackId,
}

/// `cut`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// Every link between nodes of different lists.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<Vec<crate::file::schema_types::Node>>", length(min = 2))
    )]
    pub between: Vec<Vec<NodeId>>,
}

/// `heal`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Heal {
    /// Every link between nodes of different lists; else all that are cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<Vec<crate::file::schema_types::Node>>", length(min = 2))
    )]
    pub between: Option<Vec<Vec<NodeId>>>,
}
