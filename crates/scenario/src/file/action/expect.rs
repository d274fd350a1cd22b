//! The fields of `expect`.
//!
//! Invariant: a number beyond its limits is refused. Not here: comparing (see `expectation`).

use rosterlab_engine::{Availability, NodeId, PartitionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::file::fields::{ALL, MOST_NODES, narrowed, whole};
use crate::file::names::RuleName;
use crate::file::placed::{Fields, FromFields, FromJson, Wrong, named};

/// The bound of what has no other.
const MOST: u64 = u32::MAX as u64;

/// `expect`: expected values of a namespace in one sub-cluster, of a node's versions and of one partition, by the names that
/// the runner's `ndjson` has. All that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub unavailable: Option<u32>,
    /// Partitions that do not serve although the whole roster is present.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub dead: Option<u32>,
    /// Partitions that serve.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub active: Option<u32>,
    /// Active partitions whose copies are being filled; with `node`, copies there that are still to be filled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub filling: Option<u32>,
    /// Active partitions that came up empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub fresh: Option<u32>,
    /// How many sub-clusters there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 256)))]
    pub sub_clusters: Option<u32>,
    /// How many nodes run and are in no cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 256)))]
    pub orphans: Option<u32>,
    /// The regime of the latest rebalance.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub regime: Option<u32>,
    /// How many roster nodes are present.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 256)))]
    pub roster_nodes_present: Option<u32>,
    /// How many migrations all nodes together are still to send.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub migrations: Option<u32>,
    /// Acknowledged writes lost so far, in all namespaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub lost_writes: Option<u32>,
    /// The node whose versions the next fields count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Node"))]
    pub node: Option<NodeId>,
    /// Full copies of `node`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub full: Option<u32>,
    /// Subsets of `node` without `e`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub subset: Option<u32>,
    /// Versions of `node` with `e`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub evade: Option<u32>,
    /// Versions of `node` with `r`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub revived: Option<u32>,
    /// Versions of `node` with data.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u32", range(min = 0, max = 4096)))]
    pub data: Option<u32>,
    /// How many partitions `node` serves (a number), or the node that serves `partition` (an id).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "MasterField"))]
    pub master: Option<MasterField>,
    /// The partition that the next fields are about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "u16", range(min = 0, max = 4095)))]
    pub partition: Option<PartitionId>,
    /// What `partition` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::AvailabilityName"))]
    pub availability: Option<Availability>,
    /// The rule that decided `partition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "RuleName"))]
    pub rule: Option<RuleName>,
}

impl FromFields for Expect {
    const NAMES: &'static [&'static str] = &[
        "namespace",
        "on",
        "unavailable",
        "dead",
        "active",
        "filling",
        "fresh",
        "sub_clusters",
        "orphans",
        "regime",
        "roster_nodes_present",
        "migrations",
        "lost_writes",
        "node",
        "full",
        "subset",
        "evade",
        "revived",
        "data",
        "master",
        "partition",
        "availability",
        "rule",
    ];

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        Ok(Self {
            namespace: fields.maybe("namespace")?,
            on: fields.maybe("on")?,
            unavailable: fields.whole("unavailable", 0, ALL)?,
            dead: fields.whole("dead", 0, ALL)?,
            active: fields.whole("active", 0, ALL)?,
            filling: fields.whole("filling", 0, ALL)?,
            fresh: fields.whole("fresh", 0, ALL)?,
            sub_clusters: fields.whole("sub_clusters", 0, MOST_NODES)?,
            orphans: fields.whole("orphans", 0, MOST_NODES)?,
            regime: fields.whole("regime", 0, MOST)?,
            roster_nodes_present: fields.whole("roster_nodes_present", 0, MOST_NODES)?,
            migrations: fields.whole("migrations", 0, MOST)?,
            lost_writes: fields.whole("lost_writes", 0, MOST)?,
            node: fields.maybe("node")?,
            full: fields.whole("full", 0, ALL)?,
            subset: fields.whole("subset", 0, ALL)?,
            evade: fields.whole("evade", 0, ALL)?,
            revived: fields.whole("revived", 0, ALL)?,
            data: fields.whole("data", 0, ALL)?,
            master: fields.maybe("master")?,
            partition: fields.maybe("partition")?,
            availability: fields.maybe_with("availability", availability)?,
            rule: fields.maybe("rule")?,
        })
    }
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

/// What a partition is, by its name.
fn availability(value: &Value) -> Result<Availability, Wrong> {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Name {
        Active,
        Unavailable,
        Dead,
    }
    Ok(match named(value)? {
        Name::Active => Availability::Active,
        Name::Unavailable => Availability::Unavailable,
        Name::Dead => Availability::Dead,
    })
}

impl FromJson for MasterField {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        if value.is_string() {
            NodeId::from_json(value).map(Self::Node)
        } else {
            narrowed(whole(value, 0, ALL)?).map(Self::Count)
        }
    }
}
