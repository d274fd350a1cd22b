//! Sub-clusters: who forms a cluster with whom, and what a cluster is.
//!
//! Invariant: a cluster is a clique of running nodes (domain.md §7, \[open\]); [`form`] is pure. Not here: when clusters
//! form (see `cluster`) and what becomes of their partitions (see `rebalance`).

use crate::id::NodeId;
use crate::link::{Cuts, NodeSet, Slot};
use crate::migration::Balance;
use crate::version::ClusterKey;

/// A node is gone when it has been silent for ten heartbeats of 150 ms; only then does a cluster change begin
/// (domain.md §7, \[open\]). Everything that happens in that time is one change.
pub(crate) const REACTION_MS: u64 = 1_500;
/// From the beginning of a cluster change to its commit, so that it takes about 1.8 s in all (domain.md §7, \[open\]).
pub(crate) const EXCHANGE_MS: u64 = 300;

/// A cluster change that its members have prepared and not committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exchange {
    pub members: NodeSet,
    /// Members that had prepared an earlier change and never committed it.
    pub missed: NodeSet,
    pub commit_at_ms: u64,
}

/// A cluster that has formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SubCluster {
    pub key: ClusterKey,
    pub members: NodeSet,
    /// The succession list: highest id first, so the first is the principal (domain.md §1, \[open\]).
    pub nodes: Vec<Slot>,
    /// Each namespace's latest rebalance here.
    pub balances: Vec<Balance>,
    /// When it formed, on the clock of migrations, in milliseconds.
    pub formed_at_ms: u64,
    /// Rounds of migration done since.
    pub rounds: u64,
}

impl SubCluster {
    pub fn principal(&self) -> Slot {
        self.nodes[0]
    }
}

/// Who forms clusters with whom (domain.md §7, \[open\]): starting from the highest id, which is never evicted, first the
/// nodes without a link to it go, then, while a link is missing among the rest, the node with the most missing links,
/// the lower id on ties. Those evicted form clusters of their own in the same way.
///
/// Sets come by their highest ids, highest first.
pub(crate) fn form(running: NodeSet, cuts: &Cuts, id_of: impl Fn(Slot) -> NodeId) -> Vec<NodeSet> {
    let mut clusters = Vec::new();
    let mut left = running;
    while let Some(principal) = left.iter().max_by_key(|slot| id_of(*slot)) {
        let mut members = left.minus(cuts.of(principal));
        let missing = |members: NodeSet, slot: Slot| members.and(cuts.of(slot)).len();
        let most = |members: NodeSet| {
            let others = members.iter().filter(|slot| *slot != principal);
            others.max_by_key(|slot| (missing(members, *slot), std::cmp::Reverse(id_of(*slot))))
        };
        while let Some(worst) = most(members).filter(|slot| missing(members, *slot) > 0) {
            members.remove(worst);
        }
        left = left.minus(members);
        clusters.push(members);
    }
    clusters
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clusters of nodes 1..=n (ids are slot + 1) with the given links cut, as lists of ids.
    fn formed(n: usize, cut: &[(u64, u64)]) -> Vec<Vec<u64>> {
        let slot = |id: u64| Slot::new(usize::try_from(id - 1).unwrap());
        let id = |slot: Slot| NodeId::new(slot.index() as u64 + 1).unwrap();
        let mut cuts = Cuts::default();
        (0..n).for_each(|_| cuts.add_node());
        for (a, b) in cut {
            cuts.set(slot(*a), slot(*b), true);
        }
        let all = (0..n).map(Slot::new).collect();
        let ids = |set: &NodeSet| set.iter().map(|slot| id(slot).get()).collect();
        form(all, &cuts, id).iter().map(ids).collect()
    }

    #[test]
    fn without_a_cut_there_is_one_cluster() {
        assert_eq!(formed(4, &[]), [vec![1, 2, 3, 4]]);
    }

    #[test]
    fn a_split_gives_two() {
        assert_eq!(formed(4, &[(1, 3), (1, 4), (2, 3), (2, 4)]), [vec![3, 4], vec![1, 2]]);
    }

    #[test]
    fn one_cut_link_evicts_the_node_that_the_principal_does_not_see() {
        assert_eq!(formed(4, &[(1, 4)]), [vec![2, 3, 4], vec![1]]);
    }

    #[test]
    fn away_from_the_principal_the_lower_id_goes_on_ties() {
        assert_eq!(formed(4, &[(1, 2)]), [vec![2, 3, 4], vec![1]]);
    }

    #[test]
    fn the_node_with_most_missing_links_goes_first() {
        // 3 has lost two links, 1 and 2 one each: without 3 the rest is a clique.
        assert_eq!(formed(4, &[(1, 3), (2, 3)]), [vec![1, 2, 4], vec![3]]);
    }

    #[test]
    fn the_evicted_form_a_cluster_of_their_own() {
        assert_eq!(formed(5, &[(1, 5), (2, 5)]), [vec![3, 4, 5], vec![1, 2]]);
    }
}
