//! Clustering: which nodes form which clusters, and which nodes are orphans.
//!
//! Invariant: [`settle`] is pure and ends. It returns disjoint sets of running nodes, each led by its highest id; a
//! running node in none of them is an orphan (domain.md §7, \[open\]). Clusters live on: the outcome depends on the
//! clusters before, not on the links alone. Settling a settled cluster changes nothing. Not here: when nodes react (see
//! `change`) and what happens to their partitions (see `rebalance`).

use crate::balance::Balance;
use crate::cuts::Cuts;
use crate::id::{MAX_NODES, NodeId};
use crate::namespace::Profile;
use crate::node_set::{NodeSet, Slot};
use crate::order::by_key;
use crate::rules::{Clause, Rules};
use crate::version::ClusterKey;

/// The time from the start of a cluster change to its commit. With the default 1.5 s after which a node counts as gone,
/// a change takes about 1.8 s in all (domain.md §7, \[open\]).
pub(crate) const EXCHANGE_MS: u64 = 300;

/// A bound on the states before one repeats. In 4.8 million random settles of 2 to 39 nodes
/// (`every_history_of_links_settles` with more cases) there were at most eight; one in 16,000 had no end.
const MOST_STATES: usize = 64;

/// A cluster change that its members have prepared and not yet committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exchange {
    pub members: NodeSet,
    /// Members that had prepared an earlier change and never committed that.
    pub missed: NodeSet,
    pub commit_at_ms: u64,
}

/// A cluster that has formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SubCluster {
    /// It counts the clusters that have formed.
    pub number: u32,
    pub key: ClusterKey,
    pub members: NodeSet,
    /// The succession list: highest id first, so the first is the principal (domain.md §1, \[open\]).
    pub nodes: Vec<Slot>,
    /// The rules that it forms with: those of its oldest server (domain.md §17, \[model\]).
    pub profile: Profile,
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

    /// A namespace's latest rebalance here.
    pub fn balance(&self, index: usize) -> &Balance {
        &self.balances[index]
    }

    /// As [`Self::balance`], to be changed.
    pub fn balance_mut(&mut self, index: usize) -> &mut Balance {
        &mut self.balances[index]
    }
}

/// What clustering knows of the nodes and the links between them.
#[derive(Clone, Copy)]
pub(crate) struct Network<'a> {
    /// Nodes whose processes run.
    pub running: NodeSet,
    /// Nodes that have gone down since the clusters were agreed on, even if they run again.
    pub departed: NodeSet,
    pub cuts: &'a Cuts,
    /// By slot.
    pub ids: &'a [NodeId],
    /// `min-cluster-size`: a smaller cluster is not formed.
    pub min_cluster_size: usize,
    pub rules: Rules,
}

impl Network<'_> {
    fn highest(&self, set: NodeSet) -> Option<Slot> {
        set.iter().max_by_key(|slot| self.ids[*slot])
    }

    /// The running nodes that a node hears, itself among them.
    fn hears(&self, slot: Slot) -> NodeSet {
        self.running.minus(self.cuts.of(slot))
    }

    fn missing(&self, among: NodeSet, slot: Slot) -> usize {
        among.and(self.cuts.of(slot)).len()
    }

    /// `clique(k, S)` of domain.md §7: of `S`, first the nodes without a link to `k` go; then, while a link is missing
    /// among the rest, the node with the most missing links, the lower id on ties. `k` never goes.
    pub fn clique(&self, keeper: Slot, of: NodeSet) -> NodeSet {
        self.clique_telling(keeper, of, |_, _, _| {})
    }

    /// The same, and tells of each node that goes because it misses most links: the node, how many links it misses, and the
    /// nodes that miss as many.
    fn clique_telling(
        &self,
        keeper: Slot,
        of: NodeSet,
        mut tell: impl FnMut(Slot, usize, &dyn Fn() -> NodeSet),
    ) -> NodeSet {
        let mut rest = of.minus(self.cuts.of(keeper)).with(keeper);
        // Counted once and then updated, because links cut between racks can be more than a thousand.
        let mut missing = [0_usize; MAX_NODES];
        for slot in rest.iter() {
            missing[slot] = self.missing(rest, slot);
        }
        loop {
            let rank = |slot: &Slot| (missing[*slot], self.ids[*slot].highest_first());
            let worst = rest.iter().filter(|slot| *slot != keeper).max_by_key(rank);
            let Some(worst) = worst.filter(|worst| missing[*worst] > 0) else {
                return rest;
            };
            rest.remove(worst);
            let links = missing[worst];
            let misses_as_many = |slot: &Slot| *slot != keeper && missing[*slot] == links;
            tell(worst, links, &|| rest.iter().filter(misses_as_many).collect());
            for other in rest.and(self.cuts.of(worst)).iter() {
                missing[other] -= 1;
            }
        }
    }

    fn is_clique(&self, set: NodeSet) -> bool {
        set.iter().all(|slot| self.missing(set, slot) == 0)
    }
}

/// A node that leaves a cluster while the clusters settle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaving {
    pub node: Slot,
    /// The cluster's principal.
    pub principal: Slot,
    pub why: WhyLeaving,
}

/// Why a node leaves a cluster: [`crate::event::Left`], with slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WhyLeaving {
    Unheard,
    MissedMost { links: usize, tied: NodeSet },
    Preferred(Slot),
}

/// The clusters while they settle.
struct Settling<'a, 'b> {
    network: &'a Network<'b>,
    /// Each led by its highest id, in no order.
    clusters: Vec<NodeSet>,
    /// Who has left a cluster so far, in order.
    leaving: Vec<Leaving>,
}

/// What the nodes agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Agreement {
    /// The clusters, by their principals, highest first. Running nodes in none of them are orphans.
    pub clusters: Vec<NodeSet>,
    /// Nodes that would go on joining and leaving clusters for ever; nearly always none.
    pub restless: NodeSet,
    /// Who left which cluster, in order. A node may have come back, or have left more than once.
    pub leaving: Vec<Leaving>,
}

impl Agreement {
    fn lasting(clusters: Vec<NodeSet>) -> Self {
        Self { clusters, restless: NodeSet::EMPTY, leaving: Vec::new() }
    }

    /// Picks the state with the most nodes in clusters from states that repeat for ever (\[model\]: domain.md §7 says
    /// "until nothing changes", and with few links that never comes for some clusters).
    fn of_cycle(states: Vec<Vec<NodeSet>>, running: NodeSet) -> Self {
        let cluster_of = |state: &[NodeSet], slot: Slot| {
            state.iter().copied().find(|members| members.contains(slot))
        };
        let moves = |slot: &Slot| {
            let mut clusters = states.iter().map(|state| cluster_of(state, *slot));
            let first = clusters.next();
            !clusters.all(|other| Some(other) == first)
        };
        let restless = running.iter().filter(moves).collect();
        let in_clusters =
            |state: &[NodeSet]| state.iter().map(|members| members.len()).sum::<usize>();
        let fullest = states.into_iter().max_by_key(|state| (in_clusters(state), state.clone()));
        Self { clusters: fullest.unwrap_or_default(), restless, leaving: Vec::new() }
    }
}

/// Settles the clusters before into the next ones, given the nodes that run now and the links between them (domain.md
/// §7).
pub(crate) fn settle(before: &[NodeSet], network: &Network<'_>) -> Agreement {
    if !network.rules.follow(Clause::ClustersLiveOn) {
        return Agreement::lasting(from_links_alone(network));
    }
    let running = network.running;
    let min =
        if network.rules.follow(Clause::MinClusterSize) { network.min_cluster_size } else { 1 };
    if network.is_clique(running) {
        // All nodes hear each other, so every orphan is taken in and every cluster joins.
        let fits = running.len() >= min.max(1);
        return Agreement::lasting(if fits { vec![running] } else { Vec::new() });
    }
    let mut settling = Settling { network, clusters: Vec::new(), leaving: Vec::new() };
    settling.clusters = before.iter().filter_map(|members| settling.left_of(*members)).collect();
    // The number of states is finite, so one repeats.
    let mut states: Vec<Vec<NodeSet>> = Vec::new();
    loop {
        let now = settling.in_order();
        if let Some(first) = states.iter().position(|before| *before == now) {
            let leaving = settling.leaving;
            return Agreement { leaving, ..Agreement::of_cycle(states.split_off(first), running) };
        }
        states.push(now);
        debug_assert!(states.len() <= MOST_STATES, "clustering comes back to a state");
        settling.leave_unheard_principals();
        settling.take_in();
        settling.follow_preferences();
        settling.join();
        settling.form();
        settling.clusters.retain(|members| members.len() >= min);
    }
}

impl Settling<'_, '_> {
    fn highest(&self, set: NodeSet) -> Slot {
        let highest = self.network.highest(set);
        highest.unwrap_or_else(|| unreachable!("a cluster has a member"))
    }

    /// The clusters by their principals, highest first.
    fn in_order(&self) -> Vec<NodeSet> {
        let id = |members: &NodeSet| self.network.ids[self.highest(*members)];
        by_key(&self.clusters, |members| id(members).highest_first())
    }

    fn in_clusters(&self) -> NodeSet {
        self.clusters.iter().fold(NodeSet::EMPTY, |all, members| all.or(*members))
    }

    fn orphans(&self) -> NodeSet {
        self.network.running.minus(self.in_clusters())
    }

    /// The members of a cluster that are left. If the principal is down, all members are orphans (§7.1).
    fn left_of(&self, members: NodeSet) -> Option<NodeSet> {
        let Network { running, departed, .. } = *self.network;
        let left = members.and(running).minus(departed);
        let principal = self.network.highest(members)?;
        let lives_on =
            left.contains(principal) || !self.network.rules.follow(Clause::PrincipalHeard);
        (lives_on && !left.is_empty()).then_some(left)
    }

    /// §7.1: a member that does not hear its principal becomes an orphan.
    fn leave_unheard_principals(&mut self) {
        if !self.network.rules.follow(Clause::PrincipalHeard) {
            return;
        }
        for index in 0..self.clusters.len() {
            let members = self.clusters[index];
            let principal = self.highest(members);
            let hearing = members.and(self.network.hears(principal));
            self.clusters[index] = hearing;
            self.leave(members.minus(hearing), principal, &WhyLeaving::Unheard);
        }
    }

    /// §7.2: each principal, the highest first, takes in the orphans that hear it; a node that does not fit becomes an
    /// orphan.
    fn take_in(&mut self) {
        for members in self.in_order() {
            let principal = self.highest(members);
            let takes = self.network.rules.follow(Clause::TakeIn);
            let asking = if takes { self.orphans() } else { NodeSet::EMPTY };
            let asking = asking.and(self.network.hears(principal));
            let leaving = &mut self.leaving;
            let tell = |node: Slot, links: usize, tied: &dyn Fn() -> NodeSet| {
                if members.contains(node) {
                    let why = WhyLeaving::MissedMost { links, tied: tied() };
                    leaving.push(Leaving { node, principal, why });
                }
            };
            let taken = self.network.clique_telling(principal, members.or(asking), tell);
            self.replace(members, Some(taken));
        }
    }

    /// §7.3: when more members prefer the same other principal than anything else, the cluster is given up and its
    /// nodes ask that one, which forms a cluster of its own if it has none. On ties nothing happens (\[model\]).
    fn follow_preferences(&mut self) {
        if !self.network.rules.follow(Clause::Preference) {
            return;
        }
        for members in self.in_order() {
            let Some(preferred) = self.preferred(members) else {
                continue;
            };
            self.replace(members, None);
            let principal = self.highest(members);
            let others = members.without(principal);
            self.leave(others, principal, &WhyLeaving::Preferred(preferred));
            if !self.in_clusters().contains(preferred) {
                self.clusters.push(NodeSet::EMPTY.with(preferred));
            }
        }
    }

    /// The principal that most members prefer to their own, if there is one.
    fn preferred(&self, members: NodeSet) -> Option<Slot> {
        let principal = self.highest(members);
        let mut votes: Vec<(Option<Slot>, usize)> = Vec::new();
        let mut cliques: Vec<(NodeSet, NodeSet)> = Vec::new();
        for member in members.without(principal).iter() {
            // Nodes with the same cuts have the same clique: neither is ever dropped from the clique of the other.
            let cuts = self.network.cuts.of(member);
            let known = cliques.iter().find(|(other, _)| *other == cuts).map(|(_, clique)| *clique);
            let clique = known.unwrap_or_else(|| {
                let clique = self.network.clique(member, self.network.hears(member));
                cliques.push((cuts, clique));
                clique
            });
            let vote = if clique.contains(principal) { None } else { Some(self.highest(clique)) };
            match votes.iter_mut().find(|(known, _)| *known == vote) {
                Some((_, count)) => *count += 1,
                None => votes.push((vote, 1)),
            }
        }
        let most = votes.iter().map(|(_, count)| *count).max()?;
        let mut first = votes.iter().filter(|(_, count)| *count == most);
        match (first.next(), first.next()) {
            (Some((preferred, _)), None) => *preferred,
            _ => None,
        }
    }

    /// §7.4: a cluster joins the highest cluster whose principal has a higher id and is heard by its own principal, if
    /// all nodes together are a clique.
    fn join(&mut self) {
        if !self.network.rules.follow(Clause::Join) {
            return;
        }
        for members in self.in_order() {
            let principal = self.highest(members);
            let heard = self.network.hears(principal);
            let id = |set: &NodeSet| self.network.ids[self.highest(*set)];
            let own = id(&members);
            let higher = self.clusters.iter().copied();
            let higher =
                higher.filter(|other| id(other) > own && heard.contains(self.highest(*other)));
            let Some(other) = higher.max_by_key(id) else {
                continue;
            };
            let together = members.or(other);
            if self.network.is_clique(together) {
                self.replace(members, None);
                self.replace(other, Some(together));
            }
        }
    }

    /// §7.5: orphans that hear nobody in a cluster each choose the highest of their clique; a node that is its own
    /// choice forms a cluster when exactly its clique chose it. A node that hears other orphans does not form a cluster
    /// alone, because one of them is in its clique.
    fn form(&mut self) {
        let network = self.network;
        let in_clusters = self.in_clusters();
        let orphans = self.orphans();
        let alone = |slot: &Slot| {
            network.hears(*slot).and(in_clusters).is_empty()
                || !network.rules.follow(Clause::OnlyAsk)
        };
        let choosing: NodeSet = orphans.iter().filter(alone).collect();
        let clique = |slot: Slot| network.clique(slot, network.hears(slot).and(orphans));
        let choices: Vec<(Slot, NodeSet, Slot)> = choosing
            .iter()
            .map(|slot| {
                let clique = clique(slot);
                (slot, clique, self.highest(clique))
            })
            .collect();
        for (slot, clique, choice) in &choices {
            let chose = choices.iter().filter(|(_, _, other)| other == slot);
            let chose: NodeSet = chose.map(|(chooser, ..)| *chooser).collect();
            let exact = chose == *clique || !network.rules.follow(Clause::ExactClique);
            if choice == slot && exact {
                self.clusters.push(clique.minus(self.in_clusters()).with(*slot));
            }
        }
    }

    fn leave(&mut self, nodes: NodeSet, principal: Slot, why: &WhyLeaving) {
        let leaving = |node| Leaving { node, principal, why: why.clone() };
        self.leaving.extend(nodes.iter().map(leaving));
    }

    fn replace(&mut self, members: NodeSet, with: Option<NodeSet>) {
        self.clusters.retain(|known| *known != members);
        self.clusters.extend(with);
    }
}

/// Clustering as version 0.1.0 did it: the clique of the highest id is a cluster, and the other nodes form clusters in
/// the same way. It is kept for old share links, and as a wrong rule that tests must notice.
fn from_links_alone(network: &Network<'_>) -> Vec<NodeSet> {
    let mut clusters = Vec::new();
    let mut left = network.running;
    while let Some(principal) = network.highest(left) {
        let members = network.clique(principal, left);
        left = left.minus(members);
        clusters.push(members);
    }
    clusters
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// A network of nodes 1..=n (ids are slot + 1).
    struct Nodes {
        cuts: Cuts,
        ids: Vec<NodeId>,
        down: NodeSet,
        min: usize,
    }

    fn slot(id: u64) -> Slot {
        Slot::new(usize::try_from(id - 1).unwrap())
    }

    /// Those of the first `n` nodes whose bits are set.
    fn bits(bits: u64, n: u64) -> NodeSet {
        (0..n).filter(|id| bits >> id & 1 == 1).map(|id| slot(id + 1)).collect()
    }

    fn set(ids: &[u64]) -> NodeSet {
        ids.iter().copied().map(slot).collect()
    }

    impl Nodes {
        fn new(n: u64, cut: &[(u64, u64)]) -> Self {
            let mut cuts = Cuts::default();
            (0..n).for_each(|_| cuts.add_node());
            for (a, b) in cut {
                cuts.set(slot(*a), slot(*b), true);
            }
            let ids = (1..=n).map(|id| NodeId::new(id).unwrap()).collect();
            Self { cuts, ids, down: NodeSet::EMPTY, min: 1 }
        }

        fn network(&self) -> Network<'_> {
            let all: NodeSet = (0..self.ids.len()).map(Slot::new).collect();
            Network {
                running: all.minus(self.down),
                departed: self.down,
                cuts: &self.cuts,
                ids: &self.ids,
                min_cluster_size: self.min,
                rules: Rules::default(),
            }
        }

        fn settle(&self, before: &[&[u64]]) -> Agreement {
            let before: Vec<NodeSet> = before.iter().map(|ids| set(ids)).collect();
            let leaving = Vec::new();
            Agreement { leaving, ..settle(&before, &self.network()) }
        }

        fn after(&self, before: &[&[u64]]) -> Vec<Vec<u64>> {
            let ids = |set: NodeSet| set.iter().map(|slot| slot.index() as u64 + 1).collect();
            self.settle(before).clusters.into_iter().map(ids).collect()
        }
    }

    #[test]
    fn one_cut_link_costs_one_node() {
        let nodes = Nodes::new(5, &[(1, 2)]);
        assert_eq!(nodes.after(&[&[1, 2, 3, 4, 5]]), [vec![2, 3, 4, 5]], "1 is an orphan");
        let nodes = Nodes::new(5, &[(1, 5)]);
        assert_eq!(nodes.after(&[&[1, 2, 3, 4, 5]]), [vec![2, 3, 4, 5]]);
    }

    #[test]
    fn a_clean_split_gives_two_clusters() {
        let nodes = Nodes::new(4, &[(1, 3), (1, 4), (2, 3), (2, 4)]);
        assert_eq!(nodes.after(&[&[1, 2, 3, 4]]), [vec![3, 4], vec![1, 2]]);
        let healed = Nodes::new(4, &[]);
        assert_eq!(healed.after(&[&[3, 4], &[1, 2]]), [vec![1, 2, 3, 4]]);
    }

    #[test]
    fn the_node_with_most_missing_links_goes_first() {
        let nodes = Nodes::new(4, &[(1, 3), (2, 3)]);
        assert_eq!(nodes.after(&[&[1, 2, 3, 4]]), [vec![1, 2, 4]]);
    }

    #[test]
    fn clusters_live_on_so_the_same_links_have_more_than_one_outcome() {
        // 1 and 4 do not hear each other: one cluster loses 1, and two clusters do not become one.
        let nodes = Nodes::new(4, &[(1, 4)]);
        assert_eq!(nodes.after(&[&[1, 2, 3, 4]]), [vec![2, 3, 4]]);
        assert_eq!(nodes.after(&[&[3, 4], &[1, 2]]), [vec![3, 4], vec![1, 2]]);
    }

    #[test]
    fn a_principal_that_stops_leaves_orphans_that_form_anew() {
        let mut nodes = Nodes::new(5, &[(1, 4)]);
        nodes.down = set(&[5]);
        assert_eq!(nodes.after(&[&[2, 3, 4, 5]]), [vec![2, 3, 4]]);
    }

    #[test]
    fn orphans_that_do_not_agree_stay_orphans() {
        // All of them choose 3, and 3 takes 1 or 2 but not both: nobody forms a cluster.
        let mut nodes = Nodes::new(4, &[(1, 2)]);
        nodes.down = set(&[4]);
        assert_eq!(nodes.after(&[&[2, 3, 4]]), Vec::<Vec<u64>>::new());
    }

    #[test]
    fn members_give_a_cluster_up_when_most_prefer_another_principal() {
        // 5 hears only 1, and 1 would be in a cluster with 2, 3 and 4 without it.
        let nodes = Nodes::new(5, &[(5, 2), (5, 3), (5, 4)]);
        assert_eq!(nodes.after(&[&[1, 2, 3, 4, 5]]), [vec![1, 2, 3, 4]]);
    }

    /// Nine nodes. The members of 9's cluster give it up for 8, and 8 then takes 9 in again.
    fn restless() -> Nodes {
        let cut = [(1, 5), (1, 7), (2, 8), (1, 3), (3, 7), (4, 9), (2, 7), (5, 7), (3, 9)];
        Nodes::new(9, &cut)
    }

    #[test]
    fn clusters_that_never_settle_end_where_most_nodes_are_in_one() {
        let nodes = restless();
        let agreement = nodes.settle(&[&[6]]);
        assert_eq!(agreement.clusters, [set(&[6, 7, 8, 9])]);
        assert_eq!(agreement.restless, set(&[6, 7, 8, 9]));
        // Every state of the cycle has the same outcome, so settling again does not change it.
        assert_eq!(nodes.settle(&[&[6, 7, 8, 9]]), agreement);
        assert_eq!(nodes.settle(&[&[8]]), agreement);
    }

    /// How many nodes, then step by step: which links are cut (a seed and a percentage) and which nodes are down.
    fn history() -> impl Strategy<Value = (u64, usize, Vec<(u64, u32, u64)>)> {
        let step = (any::<u64>(), 0..70_u32, any::<u64>());
        (2..17_u64, 1..4_usize, vec(step, 1..6))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        /// Every history ends in disjoint clusters of nodes that run and hear each other, each led by its highest id.
        /// Settling once more changes nothing.
        #[test]
        fn every_history_of_links_settles((n, min, steps) in history()) {
            let mut clusters: Vec<NodeSet> = vec![(0..n).map(|id| slot(id + 1)).collect()];
            let mut down = NodeSet::EMPTY;
            for (links, percent, stopped) in steps {
                let pairs = (1..=n).flat_map(|a| (a + 1..=n).map(move |b| (a, b)));
                let is_cut = |(a, b): &(u64, u64)| {
                    (links ^ (a * 977 + b)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32 & 0xffff
                        < u64::from(percent) * 0x1_0000 / 100
                };
                let cut: Vec<(u64, u64)> = pairs.filter(is_cut).collect();
                let mut nodes = Nodes::new(n, &cut);
                nodes.min = min;
                // A node that comes back is down first, as the nodes in its cluster see it.
                for now_down in [down.or(bits(stopped, n)), bits(stopped & stopped >> 32, n)] {
                    nodes.down = now_down;
                    let network = nodes.network();
                    let agreement = settle(&clusters, &network);
                    clusters = agreement.clusters.clone();
                    let mut all = NodeSet::EMPTY;
                    for members in &clusters {
                        prop_assert!(members.len() >= min && network.is_clique(*members));
                        prop_assert!(all.and(*members).is_empty() && members.minus(network.running).is_empty());
                        all = all.or(*members);
                    }
                    prop_assert!(agreement.restless.minus(network.running).is_empty());
                    for one in network.running.iter() {
                        let same = |other: &Slot| network.cuts.of(one) == network.cuts.of(*other);
                        let clique = |of: Slot| network.clique(of, network.hears(of));
                        for other in network.running.iter().filter(same) {
                            prop_assert_eq!(clique(one), clique(other), "same cuts, same clique");
                        }
                    }
                    let again = settle(&clusters, &Network { departed: NodeSet::EMPTY, ..network });
                    let outcome = |agreement: &Agreement| (agreement.clusters.clone(), agreement.restless);
                    prop_assert_eq!(outcome(&again), outcome(&agreement));
                }
                down = nodes.down;
            }
        }
    }

    #[test]
    fn a_cluster_below_the_minimum_is_not_formed() {
        let mut nodes = Nodes::new(5, &[]);
        (nodes.min, nodes.down) = (3, set(&[1, 2, 3]));
        assert_eq!(nodes.after(&[&[1, 2, 3, 4, 5]]), Vec::<Vec<u64>>::new());
        nodes.down = set(&[1, 2]);
        assert_eq!(nodes.after(&[&[1, 2, 3, 4, 5]]), [vec![3, 4, 5]]);
    }
}
