//! The names that a file has for values of the engine's enums.
//!
//! Invariant: every value has exactly one name; the compiler checks that none is missing. Not here: sentences (see `words`).

use std::fmt;

use rosterlab_engine::{ClientResult, ReadMode, Rule};
use serde::Serialize;

use super::placed::named;

/// How a client's operation has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

named!(Outcome: "ok" => Ok, "in-doubt" => InDoubt, "unavailable" => Unavailable, "not-found" => NotFound, "stale-regime" => StaleRegime);

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
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

named!(ReadModeName: "session" => Session, "linearize" => Linearize, "allow-replica" => AllowReplica, "allow-unavailable" => AllowUnavailable);

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

named!(RuleName: "too-few-nodes" => TooFewNodes, "no-data" => NoData, "super-majority" => SuperMajority, "no-full-copy" => NoFullCopy, "all-replicas" => AllReplicas, "majority" => Majority, "half" => Half, "nothing-else" => NothingElse, "no-roster" => NoRoster, "no-cluster" => NoCluster, "ap" => Ap);

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

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use rosterlab_engine::{Availability, Profile, Shutdown, StartingRoster};

    use super::*;
    use crate::file::When;
    use crate::file::placed::FromJson;

    fn check<T: Clone + Debug + PartialEq + Serialize + FromJson>(all: &[T]) {
        for value in all {
            let written = serde_json::to_value(value).unwrap();
            assert_eq!(T::from_json(&written).ok(), Some(value.clone()), "{written}");
        }
    }

    #[test]
    fn every_name_is_read_as_it_is_written() {
        use {Outcome as O, ReadModeName as M, When as W};
        check(&[O::Ok, O::InDoubt, O::Unavailable, O::NotFound, O::StaleRegime]);
        check(&[M::Session, M::Linearize, M::AllowReplica, M::AllowUnavailable]);
        check(&Rule::ALL.map(RuleName::from));
        check(&[W::Now, W::Always, W::Never]);
        check(&[Availability::Active, Availability::Unavailable, Availability::Dead]);
        check(&Profile::ALL);
        let list = ["A101@1", "B101"].map(|entry| entry.parse().unwrap()).to_vec();
        check(&[StartingRoster::All, StartingRoster::None, StartingRoster::List(list)]);
        check(&[Shutdown::Clean, Shutdown::Unclean]);
    }
}
