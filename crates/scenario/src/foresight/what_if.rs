//! What the loss of a number of nodes would leave.
//!
//! Invariant: every set of that many running nodes is tried once, in a fixed order, as if those nodes stopped at the same
//! instant and the rest settled. Whether they stop cleanly makes no difference to what is left: the mark matters when a
//! node returns (the engine's tests compare both). Not here: how likely a set is.

use std::fmt;

use rosterlab_engine::{
    Cluster, Command, Losses, Mode, NodeId, PARTITIONS, Rejection, Shutdown, Until, convert,
};
use serde_json::Value;

use super::sets::following;
use crate::file::error::{Cause, ScenarioError};
use crate::file::fields::MOST_NODES;
use crate::file::json;
use crate::file::placed::{Fields, Wrong};

/// The most sets that are tried.
pub const MOST_SETS: u64 = 200_000;

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhatIfError {
    /// That many nodes cannot be lost.
    Lose {
        /// How many were to be lost.
        lose: usize,
        /// How many are up.
        up: usize,
    },
    /// There are too many sets: their number, if it fits.
    TooMany(Option<u64>),
}

impl fmt::Display for WhatIfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lose { up: 0, .. } => f.write_str("no node is up that could be lost"),
            Self::Lose { lose, up } => {
                write!(f, "cannot lose {lose} nodes: {up} are up, and at least one has to be lost")
            }
            Self::TooMany(Some(sets)) => {
                write!(
                    f,
                    "there are {sets} sets of that many nodes, and at most {MOST_SETS} are tried"
                )
            }
            Self::TooMany(None) => {
                write!(
                    f,
                    "there are too many sets of that many nodes: at most {MOST_SETS} are tried"
                )
            }
        }
    }
}

impl std::error::Error for WhatIfError {}

/// What the loss of some nodes leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The nodes, highest id first.
    pub nodes: Vec<NodeId>,
    /// For each namespace, in the order of the settings, how many partitions would be active in no sub-cluster.
    pub inactive: Vec<u32>,
    /// The same for partitions that would be active and empty: no node in a cluster has their data (domain.md §6).
    /// Always 0 in SC.
    pub fresh: Vec<u32>,
}

/// Tries every set of `lose` running nodes, after the clusters have settled.
///
/// # Errors
/// When that many cannot be lost, or there are too many sets.
pub fn what_if(
    cluster: &Cluster,
    lose: usize,
) -> Result<impl Iterator<Item = Loss> + use<>, WhatIfError> {
    let settled = Settled::of(cluster);
    let up = settled.up.len();
    if lose == 0 || lose > up {
        return Err(WhatIfError::Lose { lose, up });
    }
    match sets(up, lose) {
        Some(count) if count <= MOST_SETS => {}
        count => return Err(WhatIfError::TooMany(count)),
    }
    let mut next: Option<Vec<usize>> = Some((0..lose).collect());
    Ok(std::iter::from_fn(move || {
        let set = next.take()?;
        next = following(&set, up);
        let nodes = set.into_iter().map(|index| settled.up[index]).collect();
        Some(settled.without(nodes))
    }))
}

/// Tries the loss of these nodes, after the clusters have settled.
///
/// # Errors
/// When they cannot be stopped: one does not exist, is down or is named twice, or none is named.
pub fn what_if_lost(cluster: &Cluster, nodes: &[NodeId]) -> Result<Loss, Rejection> {
    let stop = Command::Stop { nodes: nodes.to_vec(), shutdown: Shutdown::Unclean };
    cluster.check(&stop)?;
    let settled = Settled::of(cluster);
    let lost = settled.up.iter().copied().filter(|node| nodes.contains(node)).collect();
    Ok(settled.without(lost))
}

/// What losses depend on in a settled cluster.
struct Settled {
    /// The nodes that are up, highest id first.
    up: Vec<NodeId>,
    namespaces: Vec<(Mode, Option<Losses>)>,
}

impl Settled {
    fn of(cluster: &Cluster) -> Self {
        let mut settled = cluster.clone();
        settled.advance(Until::Settled);
        let nodes = settled.view().nodes;
        let namespaces = settled.setup().namespaces.iter();
        Self {
            up: nodes.iter().filter(|node| node.state.is_up()).map(|node| node.id).collect(),
            namespaces: namespaces
                .map(|settings| (settings.mode, settled.losses(&settings.name)))
                .collect(),
        }
    }

    fn without(&self, nodes: Vec<NodeId>) -> Loss {
        let all = convert::count(PARTITIONS);
        let count = |(mode, losses): &(Mode, Option<Losses>)| match (mode, losses) {
            (Mode::StrongConsistency, Some(losses)) => (losses.not_active_without(&nodes), 0),
            // AP serves everything wherever there is a cluster (domain.md §3).
            (Mode::Available, Some(losses)) if losses.leaves_a_cluster(&nodes) => {
                (0, losses.not_active_without(&nodes))
            }
            _ => (all, 0),
        };
        let (inactive, fresh) = self.namespaces.iter().map(count).unzip();
        Loss { nodes, inactive, fresh }
    }
}

/// A question as a caller writes it: `{"lose": 2}` or `{"nodes": ["A101"]}`. Both may have `unclean`, which makes no
/// difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Every set of that many nodes.
    Any(usize),
    /// These nodes.
    These(Vec<NodeId>),
}

impl Question {
    /// Reads a question from JSON text.
    ///
    /// # Errors
    /// The first error, with its place.
    pub fn read(bytes: &[u8]) -> Result<Self, ScenarioError> {
        let value = json::value(bytes)?;
        let unreadable =
            |message: &str| Err(ScenarioError::new("", Cause::Unreadable(message.to_owned())));
        let Value::Object(object) = &value else {
            return unreadable("losses are an object that has \"lose\" or \"nodes\"");
        };
        match Self::fields(Fields(object)).map_err(|wrong| json::misplaced("", wrong))? {
            (Some(lose), None) => Ok(Self::Any(lose)),
            (None, Some(nodes)) => Ok(Self::These(nodes)),
            _ => unreadable("losses have either \"lose\" or \"nodes\""),
        }
    }

    fn fields(fields: Fields<'_>) -> Result<(Option<usize>, Option<Vec<NodeId>>), Wrong> {
        fields.refuse_others(&["lose", "nodes", "unclean"], &[])?;
        fields.is("unclean")?;
        Ok((fields.whole("lose", 1, MOST_NODES)?, fields.maybe("nodes")?))
    }
}

/// How many sets of `k` there are among `n`; `None` when the number does not fit.
fn sets(n: usize, k: usize) -> Option<u64> {
    let k = k.min(n - k);
    (0..k).try_fold(1_u64, |sets, i| {
        let wider = sets.checked_mul(u64::try_from(n - i).ok()?)?;
        Some(wider / u64::try_from(i + 1).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_counted_as_they_are_listed() {
        for n in 1..=9 {
            for k in 1..=n {
                let mut listed = vec![(0..k).collect::<Vec<_>>()];
                while let Some(next) = following(&listed[listed.len() - 1], n) {
                    assert!(next > listed[listed.len() - 1], "in order, none twice");
                    listed.push(next);
                }
                assert_eq!(sets(n, k), Some(listed.len() as u64), "{k} of {n}");
            }
        }
    }

    #[test]
    fn a_question_is_one_of_two_kinds() {
        let read = |text: &str| Question::read(text.as_bytes()).map_err(|error| error.to_string());
        let a1 = "A1".parse().unwrap();
        assert_eq!(read(r#"{"lose":2,"unclean":true}"#), Ok(Question::Any(2)));
        assert_eq!(read(r#"{"nodes":["A1"]}"#), Ok(Question::These(vec![a1])));
        for (text, expected) in [
            ("2", "losses are an object"),
            ("{}", "either \"lose\" or \"nodes\""),
            (r#"{"lose":1,"nodes":["A1"]}"#, "either \"lose\" or \"nodes\""),
            (r#"{"lose":0}"#, "lose: 0 is not a whole number from 1 to 256"),
            (r#"{"lose":1,"cleanly":true}"#, "unknown field `cleanly`"),
            (r#"{"nodes":["A1","?"]}"#, "nodes[1]: "),
        ] {
            let message = read(text).unwrap_err();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }

    #[test]
    fn losing_given_nodes_is_one_of_the_sets() {
        let nodes = ["A1", "A2", "A3"].map(|id| {
            rosterlab_engine::NodeSetup::new(id.parse().unwrap(), rosterlab_engine::RackId::NONE)
        });
        let setup = rosterlab_engine::ClusterSetup::of(nodes.to_vec(), 2);
        let cluster = Cluster::new(setup).unwrap();
        for loss in what_if(&cluster, 2).unwrap() {
            let backwards: Vec<NodeId> = loss.nodes.iter().rev().copied().collect();
            assert_eq!(what_if_lost(&cluster, &backwards), Ok(loss));
        }
        let a1 = nodes[0].id;
        assert_eq!(what_if_lost(&cluster, &[a1, a1]), Err(Rejection::Twice(a1)));
        assert_eq!(what_if_lost(&cluster, &[]), Err(Rejection::NoNodes));
    }

    #[test]
    fn numbers_that_do_not_fit_are_noticed() {
        assert_eq!(sets(128, 64), None);
        assert_eq!(sets(128, 3), Some(341_376));
    }
}
