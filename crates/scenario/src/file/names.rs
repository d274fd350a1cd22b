//! The names that a file has for values of the engine's enums.
//!
//! Invariant: every value has exactly one name; the compiler checks that none is missing. Not here: sentences (see `words`).

use std::fmt;

use rosterlab_engine::{ClientResult, ReadMode, Rule};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::placed::{FromJson, Wrong, named};

/// How a client's operation has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Done.
    Ok,
    /// A timeout: the client cannot know whether the write will last.
    InDoubt,
    /// Error 11: the partition is not active there.
    Unavailable,
    /// No such record.
    NotFound,
    /// The session's client has seen a higher regime.
    StaleRegime,
}

impl FromJson for Outcome {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        named(value)
    }
}

impl From<ClientResult> for Outcome {
    fn from(result: ClientResult) -> Self {
        match result {
            ClientResult::Ok => Self::Ok,
            ClientResult::InDoubt => Self::InDoubt,
            ClientResult::Unavailable => Self::Unavailable,
            ClientResult::NotFound => Self::NotFound,
            ClientResult::StaleRegime => Self::StaleRegime,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// How consistent a read has to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ReadModeName {
    /// From the master; the client rejects a regime older than the highest it has seen.
    #[default]
    Session,
    /// From the master, after all replicas have confirmed its regime.
    Linearize,
    /// From any replica.
    AllowReplica,
    /// Also from a partition that is not active.
    AllowUnavailable,
}

impl ReadModeName {
    /// Whether it is the mode of a read that names none.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl FromJson for ReadModeName {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        named(value)
    }
}

impl From<ReadModeName> for ReadMode {
    fn from(name: ReadModeName) -> Self {
        match name {
            ReadModeName::Session => Self::Session,
            ReadModeName::Linearize => Self::Linearize,
            ReadModeName::AllowReplica => Self::AllowReplica,
            ReadModeName::AllowUnavailable => Self::AllowUnavailable,
        }
    }
}

impl From<ReadMode> for ReadModeName {
    fn from(mode: ReadMode) -> Self {
        match mode {
            ReadMode::Session => Self::Session,
            ReadMode::Linearize => Self::Linearize,
            ReadMode::AllowReplica => Self::AllowReplica,
            ReadMode::AllowUnavailable => Self::AllowUnavailable,
        }
    }
}

/// The rule that decided a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RuleName {
    /// Fewer than RF roster nodes are present.
    TooFewNodes,
    /// No node present has data.
    NoData,
    /// Fewer than RF roster nodes are missing or untrusted.
    SuperMajority,
    /// No full copy among the voters.
    NoFullCopy,
    /// Every roster-replica is present.
    AllReplicas,
    /// More than half of the roster votes, a roster-replica is present.
    Majority,
    /// Exactly half of the roster votes, the roster-master is present.
    Half,
    /// None of these.
    NothingElse,
    /// No roster is in force.
    NoRoster,
    /// The node is in no cluster.
    NoCluster,
    /// An AP namespace.
    Ap,
}

impl FromJson for RuleName {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        named(value)
    }
}

impl From<Rule> for RuleName {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::TooFewNodes => Self::TooFewNodes,
            Rule::NoData => Self::NoData,
            Rule::SuperMajority => Self::SuperMajority,
            Rule::NoFullCopy => Self::NoFullCopy,
            Rule::AllReplicas => Self::AllReplicas,
            Rule::Majority => Self::Majority,
            Rule::Half => Self::Half,
            Rule::NothingElse => Self::NothingElse,
            Rule::NoRoster => Self::NoRoster,
            Rule::NoCluster => Self::NoCluster,
            Rule::Ap => Self::Ap,
        }
    }
}

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
