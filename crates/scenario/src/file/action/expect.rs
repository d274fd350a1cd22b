//! The fields of `expect`.
//!
//! Invariant: a number beyond its limits is refused. Not here: comparing (see `expectation`).

use rosterlab_engine::{Availability, NodeId, PartitionId};
use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::file::fields::{ALL, MOST_NODES, maybe_partition, maybe_whole, whole};
use crate::file::names::RuleName;
use crate::file::placed::Placed;

/// `expect`: expected values of a namespace in one sub-cluster, of a node's versions and of one partition, by the names that
/// the runner's `ndjson` has. All that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// The namespace; may be left out when there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub namespace: Option<String>,
    /// A node of the sub-cluster; else the one with the highest principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Node"))]
    pub on: Option<NodeId>,
    /// Partitions that do not serve while a roster node is missing.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub unavailable: Option<u32>,
    /// Partitions that do not serve although the whole roster is present.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub dead: Option<u32>,
    /// Partitions that serve.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub active: Option<u32>,
    /// Active partitions whose copies are being filled; with `node`, copies there that are still to be filled.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub filling: Option<u32>,
    /// Active partitions that came up empty.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub fresh: Option<u32>,
    /// How many sub-clusters there are.
    #[serde(
        deserialize_with = "maybe_whole::<0, MOST_NODES, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 256)))]
    pub sub_clusters: Option<u32>,
    /// How many nodes run and are in no cluster.
    #[serde(
        deserialize_with = "maybe_whole::<0, MOST_NODES, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 256)))]
    pub orphans: Option<u32>,
    /// The regime of the latest rebalance.
    #[serde(
        deserialize_with = "maybe_whole::<0, { u32::MAX as u64 }, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub regime: Option<u32>,
    /// How many roster nodes are present.
    #[serde(
        deserialize_with = "maybe_whole::<0, MOST_NODES, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 256)))]
    pub roster_nodes_present: Option<u32>,
    /// How many migrations all nodes together are still to send.
    #[serde(
        deserialize_with = "maybe_whole::<0, { u32::MAX as u64 }, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub migrations: Option<u32>,
    /// Acknowledged writes lost so far, in all namespaces.
    #[serde(
        deserialize_with = "maybe_whole::<0, { u32::MAX as u64 }, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub lost_writes: Option<u32>,
    /// The node whose versions the next fields count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Node"))]
    pub node: Option<NodeId>,
    /// Full copies of `node`.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub full: Option<u32>,
    /// Subsets of `node` without `e`.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub subset: Option<u32>,
    /// Versions of `node` with `e`.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub evade: Option<u32>,
    /// Versions of `node` with `r`.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub revived: Option<u32>,
    /// Versions of `node` with data.
    #[serde(
        deserialize_with = "maybe_whole::<0, ALL, _, _>",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub data: Option<u32>,
    /// How many partitions `node` serves (a number), or the node that serves `partition` (an id).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "MasterField"))]
    pub master: Option<MasterField>,
    /// The partition that the next fields are about.
    #[serde(deserialize_with = "maybe_partition", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u16", range(min = 0, max = 4095)))]
    pub partition: Option<PartitionId>,
    /// What `partition` is.
    #[serde(deserialize_with = "availability", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::AvailabilityName"))]
    pub availability: Option<Availability>,
    /// The rule that decided `partition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "RuleName"))]
    pub rule: Option<RuleName>,
}

/// The field `master` of `expect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum MasterField {
    /// How many partitions a node serves.
    Count(u32),
    /// Who serves a partition.
    Node(NodeId),
}

fn availability<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Availability>, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Name {
        Active,
        Unavailable,
        Dead,
    }
    Ok(Some(match Name::deserialize(deserializer)? {
        Name::Active => Availability::Active,
        Name::Unavailable => Availability::Unavailable,
        Name::Dead => Availability::Dead,
    }))
}

impl<'de> Deserialize<'de> for MasterField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = if value.is_string() {
            NodeId::deserialize(Placed(value)).map(Self::Node)
        } else {
            whole::<0, ALL, u32, _>(Placed(value)).map(Self::Count)
        };
        read.map_err(serde::de::Error::custom)
    }
}
