//! Cluster changes: how nodes react to what happened, and how a change is prepared, committed or interrupted.
//!
//! Invariant: a change is prepared after the time in which a silent node counts as gone (1.5 s by default), counted
//! from the first event that made it necessary. It includes all that has happened until then, and is committed 0.3 s
//! later unless it is interrupted (domain.md §7). Not here: what is due when (see `schedule`) and what a rebalance does
//! (see `rebalance`).

use std::rc::Rc;

use crate::availability::Rule;
use crate::balance::Balance;
use crate::cluster::Cluster;
use crate::clustering::{
    Agreement, EXCHANGE_MS, Exchange, Leaving, Network, SubCluster, WhyLeaving, settle,
};
use crate::convert::{self, narrow};
use crate::cuts::Cuts;
use crate::event::{EventKind, Left, Orphaned};
use crate::id::{NodeId, PARTITIONS, PartitionId};
use crate::namespace::{ClusterSetup, Mode, NamespaceSettings, NodeSetup, Profile, StartingRoster};
use crate::node::{FIRST_REGIME, Process, REGIME_STEP};
use crate::node_set::{NodeSet, Slot};
use crate::rebalance::{Versions, first_replicas, rebalance_available, rebalance_strong};
use crate::roster::{Roster, RosterEntry};
use crate::rules::Clause;
use crate::scene::{Scene, StrongScene};
use crate::succession::{RosterRows, fnv1a_64};
use crate::version::{ClusterKey, Version};

impl Cluster {
    /// Makes the cluster as it starts: one sub-cluster of all nodes that are up. A namespace that begins with a roster has
    /// it in force, and every replica is full unless the setup says what nodes hold.
    pub(crate) fn begin(&mut self) {
        let slots = self.by_id();
        let setup = self.setup.clone();
        self.formed = clusters_before(&setup);
        let key = self.next_key();
        for slot in &slots {
            let node = &mut self.nodes[*slot];
            node.start(&setup.namespaces, self.rules);
            node.brand_new = false;
        }
        for (index, settings) in setup.namespaces.iter().enumerate() {
            let strong = settings.mode == Mode::StrongConsistency;
            let entries = self.starting_entries(settings);
            if let Some(entries) = entries.filter(|_| strong) {
                let roster = self.make_roster(&entries, 1, index);
                for slot in &slots {
                    let namespace = self.part_mut(*slot, index);
                    namespace.pending = Some(roster.clone());
                    namespace.in_force = Some(roster.clone());
                }
            }
            match setup.unpack(index) {
                Ok(Some(unpacked)) => self.fill_as_read(index, &unpacked),
                _ if strong && settings.roster == StartingRoster::None => {}
                _ => self.fill_from_nothing(index, &slots, key),
            }
        }
        for NodeSetup { id, down, .. } in &setup.nodes {
            if let (Some(slot), Some(shutdown)) = (self.slot(*id), *down) {
                // It had been running, so a clean stop marks its storage.
                self.nodes[slot].process = Process::Orphan;
                self.nodes[slot].stop(shutdown, self.now_ms, &setup.namespaces);
            }
        }
        let members = self.running();
        let cuts = self.unheard();
        let network = Network { min_cluster_size: 1, ..self.network(&cuts) };
        self.agreed = settle(&[members], &network).clusters;
        self.form_cluster(members, key, &mut Vec::new());
    }

    /// The roster that a namespace begins with, if it begins with one; in SC only.
    pub(crate) fn starting_entries(
        &self,
        settings: &NamespaceSettings,
    ) -> Option<Vec<RosterEntry>> {
        match &settings.roster {
            StartingRoster::None => None,
            StartingRoster::List(entries) => Some(entries.clone()),
            StartingRoster::All => {
                let nodes = self.setup.nodes.iter();
                Some(nodes.map(|node| RosterEntry { node: node.id, rack: node.rack }).collect())
            }
        }
    }

    /// Gives every replica of a namespace its full copy, as if all migrations were done long ago.
    fn fill_from_nothing(&mut self, index: usize, slots: &[Slot], key: ClusterKey) {
        let settings = self.settings(index).clone();
        let members: NodeSet = slots.iter().copied().collect();
        let quiesced = self.quiesced(index, slots, members, &mut Vec::new());
        let replication_factor = settings.replication_factor;
        let scene = Scene { nodes: slots, replication_factor, key, quiesced, rules: self.rules };
        let mut columns: Vec<Vec<Version>> =
            self.nodes.iter().map(|_| vec![Version::NULL; PARTITIONS]).collect();
        let mut fill = |pid: PartitionId, replicas: &[Slot]| {
            for (place, slot) in replicas.iter().enumerate() {
                columns[*slot][pid] = Version::full(key, place == 0);
            }
        };
        if let Some(roster) = self.nodes[slots[0]].namespaces[index].in_force.clone() {
            first_replicas(&scene, &roster, &mut fill);
        } else {
            let rows = self.available_rows(&settings, members, quiesced);
            let width = usize::from(replication_factor).min(slots.len());
            PartitionId::all().for_each(|pid| fill(pid, &rows.row(pid)[..width]));
        }
        for (node, column) in self.nodes.iter_mut().zip(columns) {
            node.namespaces[index].versions = Rc::new(column);
        }
    }

    /// The rows of an AP namespace over the nodes of a sub-cluster, the quiesced ones last (domain.md §3).
    pub(crate) fn available_rows(
        &self,
        settings: &NamespaceSettings,
        members: NodeSet,
        quiesced: NodeSet,
    ) -> RosterRows {
        let rack_of = |slot: Slot| self.nodes[slot].rack;
        let live = self.rows(members.minus(quiesced), &rack_of, settings);
        live.then(&self.succession.rows(quiesced, &rack_of, 1))
    }

    fn next_key(&mut self) -> ClusterKey {
        self.formed += 1;
        ClusterKey::of_change(u64::from(self.formed))
    }

    /// Whether a cluster change is still to come because of what has happened so far.
    #[must_use]
    pub fn is_changing(&self) -> bool {
        self.prepare_at_ms.is_some() || !self.exchanges.is_empty()
    }

    /// Schedules the nodes' reaction to something that may change clusters. A change that is prepared and no longer
    /// right is interrupted (domain.md §7).
    pub(crate) fn schedule_cluster_change(&mut self, kinds: &mut Vec<EventKind>) {
        self.take_protocols();
        self.meet_seeds();
        let target = self.target().clusters;
        let reclustering = self.reclustering;
        let right = |exchange: &Exchange| {
            target.contains(&exchange.members) && exchange.members.and(reclustering).is_empty()
        };
        let (kept, broken) = std::mem::take(&mut self.exchanges).into_iter().partition(right);
        self.exchanges = kept;
        for exchange in broken {
            let prepared = self.highest_first(self.running().and(exchange.members));
            kinds.push(EventKind::ChangeInterrupted { prepared: self.ids(&prepared) });
        }
        if self.prepare_at_ms.is_none() {
            self.prepare_at_ms = Some(self.now_ms + self.setup.silence_ms());
        }
    }

    /// The nodes whose processes run.
    pub(crate) fn running(&self) -> NodeSet {
        let up = self.nodes.iter().enumerate().filter(|(_, node)| node.is_up());
        up.map(|(index, _)| Slot::new(index)).collect()
    }

    /// What clustering is given now.
    fn network<'a>(&'a self, cuts: &'a Cuts) -> Network<'a> {
        Network {
            running: self.running().minus(self.staying_out()),
            departed: self.departed,
            cuts,
            ids: self.succession.ids(),
            min_cluster_size: usize::from(self.setup.min_cluster_size),
            rules: self.rules,
        }
    }

    /// The clusters that the nodes should agree on now.
    fn target(&self) -> Agreement {
        settle(&self.agreed, &self.network(&self.unheard()))
    }

    /// Whether these nodes are exactly one cluster already.
    fn is_formed(&self, members: NodeSet) -> bool {
        let Some(first) = members.iter().next() else {
            return true;
        };
        let number = self.nodes[first].cluster();
        let same = members.iter().all(|slot| self.nodes[slot].cluster() == number);
        same && number.is_some_and(|number| self.sub_cluster(number).members == members)
    }

    /// The nodes react: they agree on clusters, nodes in none become orphans, and every cluster that has to change
    /// prepares. The regimes of its members become the highest among them plus 2, before anything is committed
    /// (domain.md §1).
    pub(crate) fn prepare(&mut self, kinds: &mut Vec<EventKind>) {
        self.prepare_at_ms = None;
        let reclustering = std::mem::take(&mut self.reclustering);
        let Agreement { clusters: target, restless, leaving } = self.target();
        let before = std::mem::replace(&mut self.agreed, target.clone());
        if restless.is_empty() {
            let principals =
                before.iter().filter_map(|members| self.members_left(*members, &leaving));
            kinds.extend(principals);
        }
        self.orphan(&before, kinds);
        if !restless.is_empty() {
            let nodes = self.ids(&self.highest_first(restless));
            kinds.push(EventKind::ClustersUnsettled { nodes });
        }
        self.departed = NodeSet::EMPTY;
        for members in target {
            let under_way = self.exchanges.iter().any(|exchange| exchange.members == members);
            let forced = !members.and(reclustering).is_empty();
            // Members that had prepared a change and never committed it.
            let missed: NodeSet =
                members.iter().filter(|slot| self.nodes[*slot].prepared).collect();
            let stands = self.is_formed(members) && missed.is_empty();
            if under_way || (stands && !forced) {
                continue;
            }
            for index in 0..self.setup.namespaces.len() {
                let regimes = members.iter().map(|s| self.part(s, index).prepared_regime);
                let next = regimes.max().unwrap_or(FIRST_REGIME) + REGIME_STEP;
                for slot in members.iter() {
                    self.part_mut(slot, index).prepared_regime = next;
                }
            }
            members.iter().for_each(|slot| self.nodes[slot].prepared = true);
            let commit_at_ms = self.now_ms + EXCHANGE_MS;
            self.exchanges.push(Exchange { members, missed, commit_at_ms });
        }
        self.forget_empty_sub_clusters();
    }

    /// That members of a cluster before left its principal because links are missing, and why; `None` when none did, when
    /// the principal is gone, and when no link is missing between these nodes.
    fn members_left(&self, members: NodeSet, leaving: &[Leaving]) -> Option<EventKind> {
        let running = members.and(self.running()).minus(self.departed);
        let principal = self.highest_first(members)[0];
        let with_principal = self.agreed.iter().copied().find(|one| one.contains(principal));
        let with_principal = with_principal.unwrap_or(NodeSet::EMPTY.with(principal));
        let why = |node: Slot| {
            let left = |one: &&Leaving| one.node == node && one.principal == principal;
            Some((self.id(node), self.left(&leaving.iter().rev().find(left)?.why)))
        };
        let apart = self.highest_first(running.minus(with_principal));
        let left: Vec<(NodeId, Left)> = apart.into_iter().filter_map(why).collect();
        // Who came in the place of a member counts as well: the member may have missed a link to it.
        let nodes = running.or(with_principal);
        let is_one = |id: NodeId| self.slot(id).is_some_and(|slot| nodes.contains(slot));
        let mut missing = self.cut_links();
        missing.retain(|link| is_one(link.low()) && is_one(link.high()));
        let tells = running.contains(principal) && !left.is_empty() && !missing.is_empty();
        let nodes = convert::count(nodes.len());
        tells.then(|| EventKind::MembersLeft {
            principal: self.id(principal),
            nodes,
            missing,
            left,
        })
    }

    fn left(&self, why: &WhyLeaving) -> Left {
        match *why {
            WhyLeaving::Unheard => Left::Unheard,
            WhyLeaving::Preferred(other) => Left::Preferred(self.id(other)),
            WhyLeaving::MissedMost { links, tied } => Left::MissedMost {
                links: convert::count(links),
                tied: self.ids(&self.highest_first(tied)),
            },
        }
    }

    /// Makes running nodes in no cluster orphans, unless they are already, and isolates what they hold (domain.md §4,
    /// §7).
    fn orphan(&mut self, before: &[NodeSet], kinds: &mut Vec<EventKind>) {
        let running = self.running();
        let orphans = self.agreed.iter().fold(running, |left, members| left.minus(*members));
        for slot in self.highest_first(orphans) {
            if self.nodes[slot].process == Process::Orphan {
                continue;
            }
            let why = self.why_orphan(slot, before);
            let node = &mut self.nodes[slot];
            node.process = Process::Orphan;
            if self.rules.follow(Clause::OrphansIsolated) {
                node.isolate();
            }
            kinds.push(EventKind::NodeOrphaned { node: node.id, why });
        }
    }

    fn why_orphan(&self, slot: Slot, before: &[NodeSet]) -> Orphaned {
        if let Some(gate) = self.stays_out(&self.nodes[slot]) {
            return Orphaned::StaysOut(gate);
        }
        let cluster = before.iter().find(|members| members.contains(slot));
        let Some(members) = cluster.filter(|_| !self.departed.contains(slot)) else {
            return Orphaned::NotTakenIn;
        };
        let principal = self.highest_first(*members)[0];
        let runs = self.nodes[principal].is_up() && !self.departed.contains(principal);
        let id: NodeId = self.id(principal);
        if principal == slot || (runs && !self.agreed.iter().any(|one| one.contains(principal))) {
            let network = self.network(&self.cuts);
            let left = network.clique(principal, members.and(network.running).minus(self.departed));
            let is_small = left.len() < network.min_cluster_size;
            if is_small { Orphaned::TooSmall } else { Orphaned::GivenUp }
        } else if runs && !self.cuts.is_cut(slot, principal) {
            Orphaned::Evicted(id)
        } else {
            Orphaned::PrincipalGone(id)
        }
    }

    /// Commits the changes that are due: each cluster forms and rebalances every namespace.
    pub(crate) fn commit(&mut self, kinds: &mut Vec<EventKind>) {
        let now_ms = self.now_ms;
        let due = |exchange: &Exchange| exchange.commit_at_ms <= now_ms;
        let (due, later) = std::mem::take(&mut self.exchanges).into_iter().partition(due);
        self.exchanges = later;
        for exchange in due {
            for slot in exchange.members.iter() {
                self.nodes[slot].prepared = false;
            }
            for slot in exchange.missed.iter() {
                if self.rules.follow(Clause::UncommittedIsSubset) {
                    self.make_subsets(slot);
                }
            }
            let key = self.next_key();
            self.form_cluster(exchange.members, key, kinds);
        }
        self.forget_empty_sub_clusters();
    }

    /// Makes subsets of the SC versions with data of a node that had prepared a change and not committed it (domain.md
    /// §7, \[doc\]; that it is not untrusted as well is \[model\]).
    fn make_subsets(&mut self, slot: Slot) {
        let namespaces = self.nodes[slot].namespaces.iter_mut().zip(&self.setup.namespaces);
        for (namespace, _) in namespaces.filter(|(_, s)| s.mode == Mode::StrongConsistency) {
            for version in Rc::make_mut(&mut namespace.versions) {
                if version.has_data() {
                    *version = version.with_subset(true);
                }
            }
        }
    }

    pub(crate) fn forget_empty_sub_clusters(&mut self) {
        let nodes = &self.nodes;
        self.sub_clusters.retain(|one| nodes.iter().any(|node| node.cluster() == Some(one.number)));
    }

    /// Forms a cluster: its members leave their old clusters, and every namespace is rebalanced.
    fn form_cluster(&mut self, members: NodeSet, key: ClusterKey, kinds: &mut Vec<EventKind>) {
        let nodes = self.highest_first(members);
        let number = self.formed;
        let principal = self.id(nodes[0]);
        let came: Vec<Slot> =
            nodes.iter().copied().filter(|slot| self.nodes[*slot].cluster().is_some()).collect();
        for slot in &nodes {
            self.nodes[*slot].process = Process::Member(number);
        }
        kinds.push(EventKind::ClusterFormed { principal, key, nodes: self.ids(&nodes) });
        for index in 0..self.setup.namespaces.len() {
            kinds.extend(self.rosters_given_up(index, &nodes, &came));
        }
        let namespaces = 0..self.setup.namespaces.len();
        let profile = self.profile_of(&nodes);
        let balances =
            namespaces.map(|index| self.rebalance(index, &nodes, (key, profile), kinds)).collect();
        let formed_at_ms = self.migration_clock_ms();
        self.sub_clusters.push(SubCluster {
            number,
            key,
            members,
            nodes,
            profile,
            balances,
            formed_at_ms,
            rounds: 0,
        });
    }

    /// Rebalances one namespace in a cluster that forms.
    fn rebalance(
        &mut self,
        index: usize,
        nodes: &[Slot],
        (key, profile): (ClusterKey, Profile),
        kinds: &mut Vec<EventKind>,
    ) -> Balance {
        let settings = self.settings(index).clone();
        let had_none = |slot: &Slot| self.part(*slot, index).in_force.is_none();
        let first_roster = nodes.iter().all(had_none);
        let (regime, roster) = match settings.mode {
            Mode::Available => ((0, 0), None),
            Mode::StrongConsistency => {
                (self.take_regime(index, nodes), self.take_roster(index, nodes, kinds))
            }
        };
        let members: NodeSet = nodes.iter().copied().collect();
        let present = roster.as_ref().map_or(members, |roster| roster.set.and(members));
        let quiesced = self.quiesced(index, nodes, present, kinds);
        let replication_factor = settings.replication_factor;
        let scene = Scene { nodes, replication_factor, key, quiesced, rules: self.rules };
        let mut versions = self.lend_versions(index, members);
        let balance = match (&roster, settings.mode) {
            (Some(roster), _) => {
                let strong = StrongScene { roster, first_roster, regime: regime.1, profile };
                rebalance_strong(&scene, &strong, &mut versions)
            }
            (None, Mode::Available) => {
                let rows = Rc::new(self.available_rows(&settings, members, quiesced));
                self.work.rows_filtered += PARTITIONS as u64;
                rebalance_available(&scene, &rows, &mut versions)
            }
            (None, Mode::StrongConsistency) => {
                for slot in nodes {
                    let column = Rc::make_mut(&mut versions[*slot]);
                    for version in column.iter_mut() {
                        *version = version.isolated();
                    }
                }
                Balance::none_active(Rule::NoRoster, nodes.len())
            }
        };
        self.give_back_versions(index, versions);
        let roster_len = match settings.mode {
            Mode::Available => members.len(),
            Mode::StrongConsistency => roster.as_ref().map_or(0, |roster| roster.len()),
        };
        let here = if roster_len == 0 { 0 } else { present.len() };
        kinds.push(EventKind::Rebalanced {
            namespace: settings.name,
            principal: self.id(nodes[0]),
            regime,
            roster_nodes: (convert::count(here), convert::count(roster_len)),
            counts: balance.counts(),
            fresh: balance.fresh(),
            by_rule: balance.by_rule(),
            expected: self.ids(nodes).into_iter().zip(balance.expected.iter().copied()).collect(),
        });
        balance
    }

    /// Puts the regime that the members prepared into force. Returns the highest regime before, and the new one.
    fn take_regime(&mut self, index: usize, nodes: &[Slot]) -> (u32, u32) {
        let mut regime = (0, 0);
        for slot in nodes {
            let namespace = self.part_mut(*slot, index);
            regime.0 = namespace.regime.max(regime.0);
            regime.1 = namespace.prepared_regime.max(regime.1);
            namespace.regime = namespace.prepared_regime;
        }
        regime
    }

    /// The pending roster with the highest generation among the members, the principal's on ties (domain.md §1; ties are
    /// \[model\]).
    fn winning_roster(&self, index: usize, nodes: &[Slot]) -> Option<&Rc<Roster>> {
        let held = |slot: &Slot| self.part(*slot, index).pending.as_ref();
        // `max_by_key` returns the last of equals, so the principal comes last.
        nodes.iter().rev().filter_map(held).max_by_key(|roster| roster.generation)
    }

    /// Which of those that come from another cluster give up the roster that was pending there: an event for each
    /// generation, the highest first.
    fn rosters_given_up(&self, index: usize, nodes: &[Slot], came: &[Slot]) -> Vec<EventKind> {
        let Some(wins) = self.winning_roster(index, nodes) else { return Vec::new() };
        let held = |slot: &Slot| self.part(*slot, index).pending.as_ref();
        let Some(holder) =
            nodes.iter().find(|slot| held(slot).is_some_and(|one| Rc::ptr_eq(one, wins)))
        else {
            return Vec::new();
        };
        let mut losers: Vec<(u32, Vec<Slot>)> = Vec::new();
        for slot in came {
            let Some(roster) = held(slot).filter(|roster| !roster.same_nodes(wins)) else {
                continue;
            };
            match losers.iter_mut().find(|(generation, _)| *generation == roster.generation) {
                Some((_, slots)) => slots.push(*slot),
                None => losers.push((roster.generation, vec![*slot])),
            }
        }
        losers.sort_unstable_by_key(|(generation, _)| std::cmp::Reverse(*generation));
        let given_up = losers.into_iter().map(|(generation, slots)| EventKind::RosterGivenUp {
            namespace: self.setup.namespaces[index].name.clone(),
            holder: self.id(*holder),
            nodes: self.ids(&slots),
            generation,
            wins: wins.generation,
        });
        given_up.collect()
    }

    /// Puts the winning roster into force. Members get roster-set protection if it contains them and differs from the one
    /// that they had (domain.md §1, §4).
    fn take_roster(
        &mut self,
        index: usize,
        nodes: &[Slot],
        kinds: &mut Vec<EventKind>,
    ) -> Option<Rc<Roster>> {
        let roster = self.winning_roster(index, nodes)?.clone();
        let name = &self.setup.namespaces[index].name;
        let changes =
            |old: &Option<Rc<Roster>>| !old.as_ref().is_some_and(|old| old.same_nodes(&roster));
        if changes(&self.nodes[nodes[0]].namespaces[index].in_force) {
            let principal = self.id(nodes[0]);
            let (namespace, roster) = (name.clone(), roster.entries.to_vec());
            kinds.push(EventKind::RosterInForce { namespace, principal, roster });
        }
        for slot in nodes {
            let node = &mut self.nodes[*slot];
            let contained = roster.set.contains(*slot);
            node.brand_new &= !contained;
            let namespace = &mut node.namespaces[index];
            let first = namespace.in_force.is_none();
            if contained && !first && changes(&namespace.in_force) {
                let partitions = namespace.protect();
                let (node, namespace) = (node.id, name.clone());
                kinds.push(EventKind::RosterProtected { node, namespace, partitions });
            }
            let namespace = &mut node.namespaces[index];
            namespace.pending = Some(roster.clone());
            namespace.in_force = Some(roster.clone());
        }
        Some(roster)
    }

    /// The nodes that are last in every row from now on. Quiescing all nodes is ignored (domain.md §8).
    fn quiesced(
        &self,
        index: usize,
        nodes: &[Slot],
        present: NodeSet,
        kinds: &mut Vec<EventKind>,
    ) -> NodeSet {
        let told = nodes.iter().copied().filter(|slot| self.nodes[*slot].told_to_quiesce);
        let told = told.collect::<NodeSet>().and(present);
        if told.is_empty() || told != present {
            return told;
        }
        let namespace = self.settings(index).name.clone();
        kinds.push(EventKind::QuiesceIgnored { namespace, principal: self.id(nodes[0]) });
        NodeSet::EMPTY
    }

    fn lend_versions(&mut self, index: usize, members: NodeSet) -> Versions {
        let lend = |(place, node): (usize, &mut crate::node::Node)| {
            let is_member = members.contains(Slot::new(place));
            if is_member {
                std::mem::take(&mut node.namespaces[index].versions)
            } else {
                Rc::default()
            }
        };
        self.nodes.iter_mut().enumerate().map(lend).collect()
    }

    fn give_back_versions(&mut self, index: usize, versions: Versions) {
        for (node, column) in self.nodes.iter_mut().zip(versions) {
            if !column.is_empty() {
                node.namespaces[index].versions = column;
            }
        }
    }
}

/// How many clusters were formed before the start. Where versions were read, keys of those clusters may be among them, so
/// the number is a mix of the text that nothing else has.
fn clusters_before(setup: &ClusterSetup) -> u32 {
    let texts = setup.namespaces.iter().filter_map(|settings| settings.versions.as_ref());
    let mixed = texts.fold(0, |mixed, packed| mixed ^ fnv1a_64(packed.text().as_bytes()) >> 34);
    narrow(mixed, "thirty bits")
}
