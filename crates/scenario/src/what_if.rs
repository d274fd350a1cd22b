//! What would be lost with any so many more nodes.
//!
//! Invariant: every set of that many running nodes is tried once, in a fixed order, as if those nodes stopped at the same
//! instant and the rest settled; the cluster itself is not touched. Whether they stop cleanly makes no difference to what
//! is left: the mark matters when a node returns (the engine's tests hold both to the same numbers).
//! Not here: how likely a set is.

use std::fmt;

use rosterlab_engine::{Cluster, Losses, Mode, NodeId, PARTITIONS, Until};

/// Most sets that are tried.
pub const MOST_SETS: u64 = 200_000;

/// Why no sets are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhatIfError {
    /// So many nodes cannot be lost: how many, and how many are up.
    Lose {
        /// How many were to be lost.
        lose: usize,
        /// How many are up.
        up: usize,
    },
    /// There would be too many sets; how many, if that is a number that fits.
    TooMany(Option<u64>),
}

impl fmt::Display for WhatIfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lose { lose, up } => {
                write!(f, "cannot lose {lose} nodes: {up} are up, and at least one has to be lost")
            }
            Self::TooMany(Some(sets)) => {
                write!(
                    f,
                    "there are {sets} sets of so many nodes, and at most {MOST_SETS} are tried"
                )
            }
            Self::TooMany(None) => {
                write!(f, "there are too many sets of so many nodes: at most {MOST_SETS} are tried")
            }
        }
    }
}

impl std::error::Error for WhatIfError {}

/// What would be left without some nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The nodes, highest id first.
    pub nodes: Vec<NodeId>,
    /// For each namespace, in the order of the settings, how many partitions would be active in no sub-cluster.
    pub inactive: Vec<u32>,
}

/// Tries every set of so many nodes that are up, after the clusters have settled.
///
/// # Errors
/// When so many cannot be lost, or there are too many sets.
pub fn what_if(
    cluster: &Cluster,
    lose: usize,
) -> Result<impl Iterator<Item = Loss> + use<>, WhatIfError> {
    let mut settled = cluster.clone();
    settled.advance(Until::Settled);
    let nodes = settled.view().nodes;
    let up: Vec<NodeId> =
        nodes.iter().filter(|node| node.state.is_up()).map(|node| node.id).collect();
    if lose == 0 || lose > up.len() {
        return Err(WhatIfError::Lose { lose, up: up.len() });
    }
    match sets(up.len(), lose) {
        Some(count) if count <= MOST_SETS => {}
        count => return Err(WhatIfError::TooMany(count)),
    }
    let namespaces = settled.setup().namespaces.iter();
    let namespaces: Vec<(Mode, Option<Losses>)> =
        namespaces.map(|settings| (settings.mode, settled.losses(&settings.name))).collect();
    let mut next: Option<Vec<usize>> = Some((0..lose).collect());
    Ok(std::iter::from_fn(move || {
        let set = next.take()?;
        next = following(&set, up.len());
        let nodes: Vec<NodeId> = set.into_iter().map(|index| up[index]).collect();
        let inactive = namespaces.iter().map(|(mode, losses)| match (mode, losses) {
            (Mode::StrongConsistency, Some(losses)) => losses.not_active_without(&nodes),
            // AP serves everything as long as anybody is there (domain.md §3).
            (Mode::Available, _) if nodes.len() < up.len() => 0,
            _ => u32::try_from(PARTITIONS).unwrap_or(u32::MAX),
        });
        Some(Loss { inactive: inactive.collect(), nodes })
    }))
}

/// How many sets of `k` there are among `n`; `None` when the number does not fit.
fn sets(n: usize, k: usize) -> Option<u64> {
    let k = k.min(n - k);
    (0..k).try_fold(1_u64, |sets, i| {
        let wider = sets.checked_mul(u64::try_from(n - i).ok()?)?;
        Some(wider / u64::try_from(i + 1).ok()?)
    })
}

/// The next set of indexes below `n` in lexicographic order.
fn following(set: &[usize], n: usize) -> Option<Vec<usize>> {
    let k = set.len();
    let place = (0..k).rfind(|place| set[*place] < n - k + place)?;
    let mut next = set.to_vec();
    for (step, index) in next[place..].iter_mut().enumerate() {
        *index = set[place] + 1 + step;
    }
    Some(next)
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
    fn numbers_that_do_not_fit_are_noticed() {
        assert_eq!(sets(128, 64), None);
        assert_eq!(sets(128, 3), Some(341_376));
    }
}
