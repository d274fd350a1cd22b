//! Observing a cluster: how its state becomes a [`ClusterView`] or an [`Explanation`].
//!
//! Invariant: read only; observing changes nothing. Not here: what a view is (see `view`).

use std::rc::Rc;

use crate::availability::Availability;
use crate::availability::{Rule, Verdict};
use crate::balance::{Balance, PartitionMigration, due};
use crate::cluster::Cluster;
use crate::clustering::SubCluster;
use crate::command::Rejection;
use crate::convert;
use crate::event::Migrations;
use crate::id::{NodeId, PARTITIONS, PartitionId};
use crate::namespace::{Mode, Profile};
use crate::node::{Node, Process};
use crate::node_set::{NodeSet, Slot};
use crate::rebalance::{working_order, working_orders};
use crate::roster::Roster;
use crate::scene::Scene;
use crate::served::Served;
use crate::version::Version;
use crate::view::{
    Answer, Belief, Cell, ClusterView, CopyCounts, Explanation, Holders, Membership, MigrationView,
    NamespaceBelief, NodeNamespaceView, NodeState, NodeView, QuiesceState, Replica, Replicas, Role,
    Seat, SubClusterNamespaceView, SubClusterView,
};

/// A sub-cluster's number, and what each of its nodes still has to migrate, by namespace.
struct Seen {
    number: u32,
    remaining: Vec<Vec<Migrations>>,
}

impl Cluster {
    /// What a front end needs to know of the cluster as it is now.
    #[must_use]
    pub fn view(&self) -> ClusterView {
        let numbers = self.sub_clusters_by_principal();
        let seen = |number: &u32| {
            let sub_cluster = self.sub_cluster(*number);
            let left = |balance: &Balance| due(&balance.migrations, &sub_cluster.nodes);
            let remaining = sub_cluster.balances.iter().map(left).collect();
            Seen { number: *number, remaining }
        };
        let seen: Vec<Seen> = numbers.iter().map(seen).collect();
        ClusterView {
            time_ms: self.now_ms,
            profile: self.setup.profile,
            switched: self.switched,
            min_cluster_size: self.setup.min_cluster_size,
            namespaces: self.setup.namespaces.clone(),
            nodes: self.by_id().iter().map(|slot| self.node_view(*slot, &seen)).collect(),
            cuts: self.cut_links(),
            sub_clusters: seen.iter().map(|one| self.sub_cluster_view(one)).collect(),
            orphans: self.orphans(),
            changing: self.is_changing(),
            migrating: self.is_migrating(),
            lost_writes: self.ground.lost.len() as u64,
        }
    }

    /// Whether a migration is under way or waiting for its fill delay.
    #[must_use]
    pub fn is_migrating(&self) -> bool {
        let mut balances = self.sub_clusters.iter().flat_map(|one| &one.balances);
        balances.any(Balance::is_migrating)
    }

    /// What a client of the whole network can reach, by namespace: the counts that [`ClusterView::served`] gives, without
    /// the rest of a view.
    #[must_use]
    pub fn served(&self) -> Vec<Served> {
        let of = |index: usize| {
            let sides = self.sub_clusters.iter().map(|one| one.balance(index));
            Served::of(&sides.map(|balance| Rc::new(self.cells(balance))).collect::<Vec<_>>())
        };
        (0..self.setup.namespaces.len()).map(of).collect()
    }

    /// The nodes that run and are in no cluster, highest id first.
    fn orphans(&self) -> Vec<NodeId> {
        let by_id = self.by_id();
        let orphans = by_id.iter().map(|slot| &self.nodes[*slot]);
        orphans.filter(|node| node.process == Process::Orphan).map(|node| node.id).collect()
    }

    fn node_view(&self, slot: Slot, seen: &[Seen]) -> NodeView {
        let node = &self.nodes[slot];
        let sub_cluster = seen.iter().position(|one| Some(one.number) == node.cluster());
        let home = sub_cluster.map(|index| &seen[index]);
        NodeView {
            id: node.id,
            rack: node.rack,
            state: match node.process {
                Process::Down { marked_clean: true } => NodeState::DownClean,
                Process::Down { marked_clean: false } => NodeState::DownUnclean,
                Process::Starting => NodeState::Starting,
                Process::Orphan => NodeState::Orphan,
                Process::Member(_) => NodeState::Up,
            },
            principal: home.is_some_and(|one| self.sub_cluster(one.number).principal() == slot),
            sub_cluster,
            quiesce: self.quiesce_state(slot, home),
            stay_quiesced: node.stay_quiesced,
            server: node.server,
            stays_out: self.stays_out(node),
            alone: self.is_alone(slot),
            brand_new: node.brand_new,
            namespaces: (0..node.namespaces.len())
                .map(|index| self.node_namespace_view(slot, index, home))
                .collect(),
            belief: self.belief(node, sub_cluster),
        }
    }

    /// What a node itself believes. `sub_cluster` is the place of its sub-cluster.
    fn belief(&self, node: &Node, sub_cluster: Option<usize>) -> Belief {
        let membership = match (node.process, sub_cluster) {
            (Process::Member(_), Some(place)) => Membership::SubCluster(place),
            (Process::Member(_), None) => unreachable!("a member's cluster is in the view"),
            (Process::Down { .. }, _) => Membership::Down,
            (Process::Starting, _) => Membership::Starting,
            (Process::Orphan, _) => Membership::Orphan,
        };
        let entries = |roster: &Option<Rc<Roster>>| {
            roster.as_ref().map_or_else(Rc::default, |roster| roster.entries.clone())
        };
        let parts = node.namespaces.iter().zip(&self.setup.namespaces);
        let namespaces = parts.map(|(part, settings)| NamespaceBelief {
            roster: entries(&part.in_force),
            pending: entries(&part.pending),
            regime: (settings.mode == Mode::StrongConsistency).then_some(part.regime),
        });
        Belief { membership, namespaces: namespaces.collect() }
    }

    fn quiesce_state(&self, slot: Slot, home: Option<&Seen>) -> QuiesceState {
        let balances = home.map(|one| &self.sub_cluster(one.number).balances);
        let told = self.nodes[slot].told_to_quiesce;
        let effective = balances.is_some_and(|balances| {
            // A node outside the roster is in no row, so there is nothing to wait for.
            let outside = balances.iter().all(|balance| !balance.present.contains(slot));
            (told && outside) || balances.iter().any(|balance| balance.quiesced.contains(slot))
        });
        match (told, effective) {
            (false, false) => QuiesceState::No,
            (true, false) => QuiesceState::Pending,
            (true, true) => QuiesceState::Effective,
            (false, true) => QuiesceState::UndoPending,
        }
    }

    fn node_namespace_view(
        &self,
        slot: Slot,
        index: usize,
        home: Option<&Seen>,
    ) -> NodeNamespaceView {
        let node = &self.nodes[slot];
        let namespace = &node.namespaces[index];
        let sub_cluster = home.map(|one| self.sub_cluster(one.number));
        let balance = sub_cluster.map(|sub_cluster| sub_cluster.balance(index));
        let place = sub_cluster.and_then(|one| one.nodes.iter().position(|other| *other == slot));
        let remaining = home.zip(place).map(|(one, place)| one.remaining[index][place]);
        NodeNamespaceView {
            devices: namespace.storage.marks().to_vec(),
            would_start_untrusted: if node.is_up() {
                None
            } else {
                let settings = self.settings(index);
                namespace.storage.would_start_untrusted(settings, node.server, self.rules)
            },
            copies: copy_counts(node, slot, index, balance),
            in_roster: match self.settings(index).mode {
                Mode::Available => None,
                Mode::StrongConsistency => Some(
                    namespace.in_force.as_ref().is_some_and(|roster| roster.set.contains(slot)),
                ),
            },
            regime: balance.map_or(namespace.regime, |balance| balance.regime),
            remaining: remaining.unwrap_or_default(),
        }
    }

    fn sub_cluster_view(&self, seen: &Seen) -> SubClusterView {
        let sub_cluster = self.sub_cluster(seen.number);
        SubClusterView {
            principal: self.id(sub_cluster.principal()),
            key: sub_cluster.key,
            nodes: self.ids(&sub_cluster.nodes),
            namespaces: (0..sub_cluster.balances.len())
                .map(|index| self.balance_view(seen, index))
                .collect(),
        }
    }

    fn balance_view(&self, seen: &Seen, index: usize) -> SubClusterNamespaceView {
        let sub_cluster = self.sub_cluster(seen.number);
        let remaining = &seen.remaining[index];
        let balance = sub_cluster.balance(index);
        let held = &self.nodes[sub_cluster.principal()].namespaces[index];
        let ids = self.ids(&sub_cluster.nodes);
        let of_node =
            |figures: &[Migrations]| ids.iter().copied().zip(figures.iter().copied()).collect();
        let entries = |roster: &Option<Rc<Roster>>| {
            roster.as_ref().map(|roster| roster.entries.to_vec()).unwrap_or_default()
        };
        let cells = self.cells(balance);
        let moving = if self.migration_rate_per_s() > 0 {
            balance.under_way(&sub_cluster.nodes, self.fills_wait(seen.number))
        } else {
            vec![Migrations::default(); ids.len()]
        };
        let filling = cells.iter().filter(|cell| cell.migrating).count();
        SubClusterNamespaceView {
            roster: entries(&balance.roster),
            pending: entries(&held.pending),
            observed: self.observed(&sub_cluster.nodes),
            roster_nodes_present: convert::count(balance.present.len()),
            regime: balance.regime,
            counts: balance.counts(),
            fresh: balance.fresh(),
            filling: convert::count(filling),
            by_rule: balance.by_rule(),
            expected: of_node(&balance.expected),
            remaining: of_node(remaining),
            under_way: of_node(&moving),
            cells: Rc::new(cells),
        }
    }

    fn cells(&self, balance: &Balance) -> Vec<Cell> {
        let cell = |place: &crate::balance::Place| Cell {
            verdict: place.verdict,
            working_master: place.working_master.map(|slot| self.id(slot)),
            migrating: false,
            fresh: place.fresh,
        };
        let mut cells: Vec<Cell> = balance.places.iter().map(cell).collect();
        for migration in balance.migrations.iter().filter(|migration| !migration.is_done()) {
            cells[migration.pid].migrating = true;
        }
        cells
    }

    /// Why a partition has its availability in the sub-cluster of a node, or in the one with the highest principal. The
    /// counts are those that the rules saw at the latest rebalance; the versions are those of now.
    ///
    /// On a node that runs and is in no cluster every partition is unavailable (domain.md §7).
    ///
    /// # Errors
    /// When there is no such namespace or node, or the node is down.
    pub fn explain(
        &self,
        namespace: &str,
        partition: PartitionId,
        on: Option<NodeId>,
    ) -> Result<Explanation, Rejection> {
        let index = self.namespace_named(namespace)?;
        let number = match self.sub_cluster_on(on) {
            Err(Rejection::NothingRuns | Rejection::NoCluster | Rejection::InNoCluster(_)) => {
                return Ok(in_no_cluster(namespace, partition, self.setup.profile));
            }
            found => found?,
        };
        let sub_cluster = self.sub_cluster(number);
        let balance = sub_cluster.balance(index);
        let verdict = balance.places[partition].verdict;
        let facts = balance.roster.as_ref().map(|roster| {
            debug_assert_eq!(roster.len(), balance.same.roster as usize);
            balance.tallies[partition].facts(&balance.same)
        });
        Ok(Explanation {
            namespace: namespace.to_owned(),
            partition,
            principal: Some(self.id(sub_cluster.principal())),
            verdict,
            facts,
            profile: sub_cluster.profile,
            answers: if facts.is_some() { answers(verdict.rule) } else { Vec::new() },
            row: self.seats(sub_cluster, index, partition),
            working_order: self.working_order(sub_cluster, balance, partition),
        })
    }

    /// Whether a partition is active in some sub-cluster; `false` when there is no such namespace.
    #[must_use]
    pub fn serves(&self, namespace: &str, partition: PartitionId) -> bool {
        self.namespace_index(namespace).is_some_and(|index| {
            self.sub_clusters.iter().any(|sub_cluster| {
                let places = &sub_cluster.balance(index).places;
                places[partition].verdict.is_active()
            })
        })
    }

    /// The versions of a namespace on a node, in partition order. For a node that is down these are the versions on its
    /// drives. `None` when there is no such namespace or node.
    #[must_use]
    pub fn versions(&self, namespace: &str, node: NodeId) -> Option<&[Version]> {
        let index = self.namespace_index(namespace)?;
        Some(&self.nodes[self.slot(node)?].namespaces[index].versions)
    }

    /// What is still to be migrated in the sub-cluster of a node, in partition order, without partitions that have
    /// nothing left. `None` when there is no such namespace, or that node is in no cluster.
    #[must_use]
    pub fn migrations(&self, namespace: &str, on: NodeId) -> Option<Vec<MigrationView>> {
        let index = self.namespace_index(namespace)?;
        let sub_cluster = self.sub_cluster(self.sub_cluster_on(Some(on)).ok()?);
        let ids = |set: NodeSet| self.ids(&self.highest_first(set));
        let open = sub_cluster.balance(index).migrations.iter().filter(|one| !one.is_done());
        let view = |migration: &PartitionMigration| MigrationView {
            partition: migration.pid,
            final_master: self.id(migration.final_master),
            incoming: ids(migration.incoming),
            fills: ids(migration.fills),
            signals: ids(migration.signals),
        };
        Some(open.map(view).collect())
    }

    /// The replicas of every partition in the sub-cluster of a node. `None` when there is no such namespace, or that node
    /// is in no cluster.
    #[must_use]
    pub fn replicas(&self, namespace: &str, on: NodeId) -> Option<Replicas> {
        let index = self.namespace_index(namespace)?;
        let balance = self.sub_cluster(self.sub_cluster_on(Some(on)).ok()?).balance(index);
        let width = balance.width();
        let replica = |slot: &Slot| Replica { node: self.id(*slot), filling: false, fill: false };
        // Without a roster there is no list.
        let mut replicas: Vec<Replica> = balance.replicas.iter().map(replica).collect();
        for migration in balance.migrations.iter().filter(|migration| !migration.is_done()) {
            let slots = balance.replicas(migration.pid);
            let row = replicas[migration.pid.index() * width..].iter_mut();
            for (replica, slot) in row.zip(slots) {
                replica.filling = migration.fills_or_awaits(*slot);
                replica.fill = replica.filling && balance.is_only_filled(migration.pid, *slot);
            }
        }
        let active = balance.places.iter().map(|place| place.verdict.is_active()).collect();
        Some(Replicas::new(width, active, replicas))
    }

    /// The place of a node in the working order of each partition (domain.md §3), in partition order; `None` for a
    /// partition in whose order it is not. The list is empty when there is no such namespace, no roster, or that node is
    /// in no cluster.
    #[must_use]
    pub fn places_in_order(&self, namespace: &str, node: NodeId) -> Vec<Option<usize>> {
        let mut places = Vec::new();
        let Some((index, slot)) = self.namespace_index(namespace).zip(self.slot(node)) else {
            return places;
        };
        let Ok(number) = self.sub_cluster_on(Some(node)) else { return places };
        let sub_cluster = self.sub_cluster(number);
        let balance = sub_cluster.balance(index);
        let mut tell = |order: &[Slot]| places.push(order.iter().position(|one| *one == slot));
        match (&balance.roster, &balance.own_rows) {
            (Some(roster), _) => {
                let scene = self.scene(sub_cluster, balance);
                working_orders(&scene, roster, PartitionId::all(), &mut tell);
            }
            (None, Some(rows)) => PartitionId::all().for_each(|pid| tell(rows.row(pid))),
            (None, None) => {}
        }
        places
    }

    /// Which nodes hold what of each partition, in partition order, as the sub-cluster of a node sees it. `None` when
    /// there is no such namespace, or that node is in no cluster.
    #[must_use]
    pub fn holders(&self, namespace: &str, on: NodeId) -> Option<Vec<Holders>> {
        let index = self.namespace_index(namespace)?;
        let sub_cluster = self.sub_cluster(self.sub_cluster_on(Some(on)).ok()?);
        let balance = sub_cluster.balance(index);
        let whole = balance.is_whole();
        let mut holders = vec![Holders::default(); PARTITIONS];
        let by_id = self.by_id();
        for (place, slot) in by_id.iter().enumerate() {
            let versions = &self.part(*slot, index).versions;
            let in_roster = balance.roster.as_ref().is_some_and(|one| one.set.contains(*slot));
            if sub_cluster.members.contains(*slot) {
                for (holders, version) in holders.iter_mut().zip(versions.iter()) {
                    holders.full.insert_if(version.is_full(whole), place);
                    let untrusted = version.is_evade() && version.has_data();
                    holders.untrusted.insert_if(untrusted, place);
                }
            } else if in_roster {
                for (holders, version) in holders.iter_mut().zip(versions.iter()) {
                    holders.away.insert_if(version.is_full(true), place);
                }
            }
        }
        for migration in balance.migrations.iter().filter(|migration| !migration.is_done()) {
            for (place, slot) in by_id.iter().enumerate() {
                let fills = migration.fills_or_awaits(*slot);
                holders[migration.pid].filling.insert_if(fills, place);
            }
        }
        Some(holders)
    }

    fn scene<'a>(&self, sub_cluster: &'a SubCluster, balance: &Balance) -> Scene<'a> {
        let SubCluster { key, nodes, .. } = sub_cluster;
        let Balance { replication_factor, quiesced, .. } = *balance;
        Scene { nodes, replication_factor, key: *key, quiesced, rules: self.rules }
    }

    fn working_order(
        &self,
        sub_cluster: &SubCluster,
        balance: &Balance,
        pid: PartitionId,
    ) -> Vec<NodeId> {
        match (&balance.roster, &balance.own_rows) {
            (Some(roster), _) => {
                let scene = self.scene(sub_cluster, balance);
                self.ids(&working_order(&scene, roster, pid))
            }
            (None, Some(rows)) => self.ids(rows.row(pid)),
            (None, None) => Vec::new(),
        }
    }

    fn seats(&self, sub_cluster: &SubCluster, index: usize, pid: PartitionId) -> Vec<Seat> {
        let balance = sub_cluster.balance(index);
        let replicas = balance.replicas(pid);
        let rf = usize::from(balance.replication_factor);
        let row: Vec<Slot> = match (&balance.roster, &balance.own_rows) {
            (Some(roster), _) => roster.rows.row(pid).to_vec(),
            (None, Some(rows)) => rows.row(pid).to_vec(),
            (None, None) => Vec::new(),
        };
        let strong = balance.own_rows.is_none();
        let whole = balance.is_whole();
        let outside = sub_cluster.nodes.iter().copied().filter(|slot| !row.contains(slot));
        let all = row.iter().copied().enumerate().map(|(place, slot)| (Some(place), slot));
        let migration = balance.migration(pid);
        all.chain(outside.map(|slot| (None, slot)))
            .map(|(place, slot)| {
                let version = self.part(slot, index).versions[pid];
                let replica_here = replicas.contains(&slot);
                let role = match place {
                    None => Role::NotInRoster,
                    Some(0) if strong => Role::RosterMaster,
                    Some(place) if strong && place < rf => Role::RosterReplica,
                    Some(_) if strong && replica_here => Role::StandIn,
                    Some(_) => Role::Other,
                };
                Seat {
                    node: self.id(slot),
                    role,
                    present: sub_cluster.members.contains(slot),
                    quiesced: balance.quiesced.contains(slot),
                    replica_here,
                    working_master: balance.places[pid].working_master == Some(slot),
                    version,
                    full: version.is_full(whole),
                    filling: migration.is_some_and(|m| m.fills_or_awaits(slot)),
                    seen: balance.seen_of(slot, pid),
                }
            })
            .collect()
    }
}

/// What each rule answered, given the one that decided.
fn answers(decided: Rule) -> Vec<(Rule, Answer)> {
    let answer = |rule: &Rule| match rule.cmp(&decided) {
        std::cmp::Ordering::Less => (*rule, Answer::Passed),
        std::cmp::Ordering::Equal => (*rule, Answer::Decided),
        std::cmp::Ordering::Greater => (*rule, Answer::NotReached),
    };
    Rule::ASKED.iter().map(answer).collect()
}

fn in_no_cluster(namespace: &str, partition: PartitionId, profile: Profile) -> Explanation {
    Explanation {
        namespace: namespace.to_owned(),
        partition,
        principal: None,
        verdict: Verdict { availability: Availability::Unavailable, rule: Rule::NoCluster },
        facts: None,
        profile,
        answers: Vec::new(),
        row: Vec::new(),
        working_order: Vec::new(),
    }
}

fn copy_counts(node: &Node, slot: Slot, index: usize, balance: Option<&Balance>) -> CopyCounts {
    let whole = balance.is_none_or(Balance::is_whole);
    let mut counts = CopyCounts::default();
    for version in node.namespaces[index].versions.iter() {
        counts.full += u32::from(version.is_full(whole));
        counts.subset +=
            u32::from(version.has_data() && version.is_subset() && !version.is_evade());
        counts.evade += u32::from(version.is_evade());
        counts.untrusted += u32::from(version.is_evade() && version.has_data());
        counts.revived += u32::from(version.revived().is_some());
        counts.with_data += u32::from(version.has_data());
    }
    if let Some(balance) = balance {
        let serves = |place: &&crate::balance::Place| place.working_master == Some(slot);
        counts.master = convert::count(balance.places.iter().filter(serves).count());
        for migration in balance.migrations.iter() {
            counts.filling += u32::from(migration.fills_or_awaits(slot));
        }
    }
    counts
}
