//! The fields of `expect`.
//!
//! Invariant: a number beyond its limits is refused. Not here: comparing (see `expectation`).

use rosterlab_engine::{Availability, NodeId, PartitionId};
use serde::Serialize;
use serde_json::Value;

use crate::file::bounds::Bounds;
use crate::file::fields::{ALL, MOST_NODES};
use crate::file::names::RuleName;
use crate::file::placed::{Fields, FromFields, FromJson, Wrong, named};

/// The bound of what has no other.
pub(crate) const MOST: u64 = u32::MAX as u64;

/// `expect`: expected values of a namespace in one sub-cluster, of a node's versions and of one partition, by the names that
/// the runner's `ndjson` has. All that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// When it has to hold.
    #[serde(skip_serializing_if = "When::is_now")]
    pub when: When,
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
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Count<4096>"))]
    pub unavailable: Option<Bounds>,
    /// Partitions that do not serve although the whole roster is present.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Count<4096>"))]
    pub dead: Option<Bounds>,
    /// Partitions that serve.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Count<4096>"))]
    pub active: Option<Bounds>,
    /// Active partitions whose copies are being filled; with `node`, copies there that are still to be filled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Count<4096>"))]
    pub filling: Option<Bounds>,
    /// Active partitions that came up empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Count<4096>"))]
    pub fresh: Option<Bounds>,
    /// How many sub-clusters there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Count<256>"))]
    pub sub_clusters: Option<Bounds>,
    /// How many nodes run and are in no cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Count<256>"))]
    pub orphans: Option<Bounds>,
    /// The regime of the latest rebalance.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "crate::file::schema_types::Count<{ u32::MAX }>")
    )]
    pub regime: Option<Bounds>,
    /// How many roster nodes are present.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Count<256>"))]
    pub roster_nodes_present: Option<Bounds>,
    /// How many migrations all nodes together are still to send.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "crate::file::schema_types::Count<{ u32::MAX }>")
    )]
    pub migrations: Option<Bounds>,
    /// Acknowledged writes lost so far, in all namespaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "crate::file::schema_types::Count<{ u32::MAX }>")
    )]
    pub lost_writes: Option<Bounds>,
    /// The node whose versions the next fields count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Node"))]
    pub node: Option<NodeId>,
    /// Full copies of `node`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Count<4096>"))]
    pub full: Option<Bounds>,
    /// Subsets of `node` without `e`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Count<4096>"))]
    pub subset: Option<Bounds>,
    /// Versions of `node` with `e`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Count<4096>"))]
    pub evade: Option<Bounds>,
    /// Versions of `node` with `r`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Count<4096>"))]
    pub revived: Option<Bounds>,
    /// Versions of `node` with data.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::file::schema_types::Count<4096>"))]
    pub data: Option<Bounds>,
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
        "when",
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
            when: fields.maybe("when")?.unwrap_or_default(),
            namespace: fields.maybe("namespace")?,
            on: fields.maybe("on")?,
            unavailable: fields.bounds("unavailable", ALL)?,
            dead: fields.bounds("dead", ALL)?,
            active: fields.bounds("active", ALL)?,
            filling: fields.bounds("filling", ALL)?,
            fresh: fields.bounds("fresh", ALL)?,
            sub_clusters: fields.bounds("sub_clusters", MOST_NODES)?,
            orphans: fields.bounds("orphans", MOST_NODES)?,
            regime: fields.bounds("regime", MOST)?,
            roster_nodes_present: fields.bounds("roster_nodes_present", MOST_NODES)?,
            migrations: fields.bounds("migrations", MOST)?,
            lost_writes: fields.bounds("lost_writes", MOST)?,
            node: fields.maybe("node")?,
            full: fields.bounds("full", ALL)?,
            subset: fields.bounds("subset", ALL)?,
            evade: fields.bounds("evade", ALL)?,
            revived: fields.bounds("revived", ALL)?,
            data: fields.bounds("data", ALL)?,
            master: fields.maybe("master")?,
            partition: fields.maybe("partition")?,
            availability: fields.maybe("availability")?,
            rule: fields.maybe("rule")?,
        })
    }
}

/// When an expectation has to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// After the steps before it.
    #[default]
    Now,
    /// From here to the end of the run, after each step and at every moment within one.
    Always,
    /// At no moment from here to the end of the run does all of it hold.
    Never,
}

impl When {
    // serde's `skip_serializing_if` hands over a reference.
    #[expect(clippy::trivially_copy_pass_by_ref)]
    fn is_now(&self) -> bool {
        *self == Self::Now
    }
}

named!(When: "now" => Now, "always" => Always, "never" => Never);

/// The field `master` of `expect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum MasterField {
    /// How many partitions a node serves.
    Count(Bounds),
    /// Who serves a partition.
    Node(NodeId),
}

impl Fields<'_> {
    /// Reads the bounds of a count that may be left out.
    pub(crate) fn bounds(self, name: &str, limit: u64) -> Result<Option<Bounds>, Wrong> {
        self.maybe_with(name, |value| Bounds::read(value, limit))
    }
}

named!(Availability: "active" => Active, "unavailable" => Unavailable, "dead" => Dead);

impl FromJson for MasterField {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        if value.is_string() {
            NodeId::from_json(value).map(Self::Node)
        } else {
            Bounds::read(value, ALL).map(Self::Count)
        }
    }
}
