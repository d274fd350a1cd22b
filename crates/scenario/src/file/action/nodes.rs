//! The fields of actions on nodes, their drives and the links between them.
//!
//! Invariant: a number beyond its limits and an unknown field are refused. Not here: whether the nodes exist.

use rosterlab_engine::{NodeId, RackId, ServerVersion};
use serde::Serialize;

use crate::file::fields::is_no;
use crate::file::placed::{Fields, FromFields, Wrong};
use crate::node_names::NodeName;

/// The fields of actions that have only nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

impl FromFields for Nodes {
    const NAMES: &'static [&'static str] = &["nodes"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self { nodes: fields.required("nodes")? })
    }
}

/// `start`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Start {
    /// The nodes, each down.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<crate::file::schema_types::Node>", length(min = 1))
    )]
    pub nodes: Vec<NodeId>,
    /// The version of the server that they run from now on; else the one that they ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Version"))]
    pub server: Option<ServerVersion>,
    /// Whether the metadata folder is put back from its copy first; only with `server`.
    #[serde(default, skip_serializing_if = "is_no")]
    pub metadata_from_copy: bool,
}

impl FromFields for Start {
    const NAMES: &'static [&'static str] = &["nodes", "server", "metadata-from-copy"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        let metadata_from_copy = fields.is("metadata-from-copy")?;
        let server = fields.maybe("server")?;
        if metadata_from_copy && server.is_none() {
            return Err(Wrong::missing("server"));
        }
        Ok(Self { nodes: fields.required("nodes")?, server, metadata_from_copy })
    }
}

/// `protocol-switch`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProtocolSwitch {}

impl FromFields for ProtocolSwitch {
    const NAMES: &'static [&'static str] = &[];

    fn from_fields(_: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self {})
    }
}

/// `wipe`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u8", range(min = 0, max = 15)))]
    pub device: Option<u8>,
}

impl FromFields for Wipe {
    const NAMES: &'static [&'static str] = &["nodes", "device"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self { nodes: fields.required("nodes")?, device: fields.whole("device", 0, 15)? })
    }
}

/// `add`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Add {
    /// The new node's id.
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Node"))]
    pub id: NodeId,
    /// Its rack; 0 is no rack.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 1_000_000)))]
    pub rack: RackId,
    /// Whether it is quiesced from every start on.
    #[serde(default, rename = "stay-quiesced", skip_serializing_if = "is_no")]
    pub stay_quiesced: bool,
    /// Its server's version; else the oldest one in the cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Version"))]
    pub server: Option<ServerVersion>,
    /// Its mesh seeds; when left out, it finds the others without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<crate::file::schema_types::Node>", length(max = 256))
    )]
    pub seeds: Vec<NodeId>,
    /// What people call it, such as its host; it has no effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::NameOfNode"))]
    pub name: Option<NodeName>,
    /// Its address, which plans may name it by too; it has no effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::NameOfNode"))]
    pub address: Option<NodeName>,
}

impl FromFields for Add {
    const NAMES: &'static [&'static str] =
        &["id", "rack", "stay-quiesced", "server", "seeds", "name", "address"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self {
            id: fields.required("id")?,
            rack: fields.maybe("rack")?.unwrap_or_default(),
            stay_quiesced: fields.is("stay-quiesced")?,
            server: fields.maybe("server")?,
            seeds: fields.maybe("seeds")?.unwrap_or_default(),
            name: fields.maybe("name")?,
            address: fields.maybe("address")?,
        })
    }
}

/// `move`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 1_000_000)))]
    pub rack: RackId,
}

impl FromFields for Move {
    const NAMES: &'static [&'static str] = &["nodes", "rack"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self { nodes: fields.required("nodes")?, rack: fields.required("rack")? })
    }
}

/// `cut`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

impl FromFields for Cut {
    const NAMES: &'static [&'static str] = &["between"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self { between: fields.required("between")? })
    }
}

/// `heal`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

impl FromFields for Heal {
    const NAMES: &'static [&'static str] = &["between"];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self { between: fields.maybe("between")? })
    }
}
