//! The cluster: the state, and the one way to change it.
//!
//! Invariant: [`Cluster::apply`] and [`Cluster::advance`] are the only mutations; a command that [`Cluster::check`]
//! refuses changes nothing. [`Cluster::apply`] and [`Cluster::advance`] assert what holds between them. Time is
//! simulated milliseconds. Migrations have a clock of their own, which stands still while clusters settle, so that
//! counts never depend on how long settling takes (scenario-format.md). Not here: which nodes form a cluster
//! (`clustering`), how clusters change (`change`), verdicts (`rebalance`), what a front end sees (`observe`).

use std::rc::Rc;

use crate::balance::Balance;
use crate::clustering::{Exchange, SubCluster};
use crate::command::{Command, Rejection, Shutdown};
use crate::cuts::Cuts;
use crate::event::{Event, EventKind};
use crate::id::{Link, MAX_NODES, NodeId, PARTITIONS, RackId};
use crate::mesh::Mesh;
use crate::namespace::{ClusterSetup, Mode, NamespaceSettings, NodeSetup, SetupError};
use crate::node::{Node, NodeNamespace};
use crate::node_set::{NodeSet, Slot};
use crate::order::by_key;
use crate::record::GroundTruth;
use crate::roster::{Roster, RosterEntry, RosterNodes};
use crate::rules::Rules;
use crate::storage::{Distrust, StartMark};
use crate::succession::{RosterRows, Succession, Work};
use crate::version::RevivedBy;

/// How far [`Cluster::advance`] lets simulated time pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// To this time, in milliseconds since the cluster was made. Cluster changes happen and migrations run.
    Time(u64),
    /// Until all clusters have formed and rebalanced. Migrations stand still meanwhile (scenario-format.md).
    Settled,
    /// Until the nodes have prepared a cluster change and not yet committed it, so that the next command interrupts it
    /// (domain.md §7). Migrations stand still meanwhile.
    Prepared,
    /// As `Settled`, and then until migrations are done: all of them, or those of this many more partitions in each
    /// sub-cluster and namespace, lowest ids first.
    Migrated {
        /// The number of partitions, or all.
        partitions: Option<u32>,
    },
}

/// A simulated cluster.
///
/// ```
/// use rosterlab_engine::{Cluster, ClusterSetup, Command, NodeSetup, RackId, Shutdown, Until};
///
/// let node = |id: &str, rack| NodeSetup::new(id.parse().unwrap(), RackId::new(rack).unwrap());
/// let nodes = ["A1", "A2", "A3", "A4", "A5"].map(|id| node(id, 0));
/// let mut cluster = Cluster::new(ClusterSetup::of(nodes.to_vec(), 2)).unwrap();
/// let three = ["A1", "A2", "A3"].map(|id| id.parse().unwrap()).to_vec();
/// cluster.apply(&Command::Stop { nodes: three, shutdown: Shutdown::Clean }).unwrap();
/// cluster.advance(Until::Settled);
/// let counts = cluster.view().sub_clusters[0].namespaces[0].counts;
/// assert_eq!((counts.active, counts.unavailable, counts.dead), (412, 3684, 0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    pub(crate) setup: Rc<ClusterSetup>,
    pub(crate) rules: Rules,
    pub(crate) now_ms: u64,
    /// How long migrations have stood still. The clock of migrations is `now_ms` less this.
    pub(crate) frozen_ms: u64,
    pub(crate) nodes: Vec<Node>,
    pub(crate) succession: Succession,
    pub(crate) cuts: Cuts,
    /// The clusters that the nodes last agreed on; running nodes in none of them are orphans (domain.md §7). An agreed
    /// cluster is committed a little later, and is then one of `sub_clusters`.
    pub(crate) agreed: Vec<NodeSet>,
    /// Nodes that have gone down since that agreement.
    pub(crate) departed: NodeSet,
    /// In the order of their numbers, which are never reused.
    pub(crate) sub_clusters: Vec<SubCluster>,
    /// The number of clusters formed so far.
    pub(crate) formed: u32,
    /// When the nodes will react to what has happened.
    pub(crate) prepare_at_ms: Option<u64>,
    pub(crate) exchanges: Vec<Exchange>,
    /// Nodes whose cluster is told to recluster.
    pub(crate) reclustering: NodeSet,
    /// Whether the cluster has the new protocols (domain.md §17).
    pub(crate) switched: bool,
    /// Who has found whom (domain.md §18).
    pub(crate) mesh: Mesh,
    pub(crate) ground: GroundTruth,
    pub(crate) work: Work,
}

impl Cluster {
    /// A whole cluster: every node is up, the roster of every SC namespace is set to all nodes unless it begins without
    /// one, and no migration is left.
    ///
    /// # Errors
    /// When the setup breaks a limit.
    pub fn new(setup: ClusterSetup) -> Result<Self, SetupError> {
        Self::with_rules(setup, Rules::default())
    }

    /// As [`Cluster::new`], with other rules: for tests that show that wrong rules are noticed, and for the results of
    /// an earlier version.
    ///
    /// # Errors
    /// When the setup breaks a limit.
    pub fn with_rules(setup: ClusterSetup, rules: Rules) -> Result<Self, SetupError> {
        setup.check()?;
        let mut cluster = Self {
            switched: setup.begins_switched(),
            mesh: Mesh::default(),
            setup: Rc::new(setup),
            rules,
            now_ms: 0,
            frozen_ms: 0,
            nodes: Vec::new(),
            succession: Succession::default(),
            cuts: Cuts::default(),
            agreed: Vec::new(),
            departed: NodeSet::EMPTY,
            sub_clusters: Vec::new(),
            formed: 0,
            prepare_at_ms: None,
            exchanges: Vec::new(),
            reclustering: NodeSet::EMPTY,
            ground: GroundTruth::default(),
            work: Work::default(),
        };
        let nodes = by_key(&cluster.setup.nodes, |node| node.id.highest_first());
        cluster.add_nodes(&nodes);
        cluster.begin();
        Ok(cluster)
    }

    /// The setup that the cluster was made from.
    #[must_use]
    pub fn setup(&self) -> &ClusterSetup {
        &self.setup
    }

    /// Simulated milliseconds since the cluster was made.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// How much hashing and sorting has been done since the cluster was made.
    #[must_use]
    pub fn work(&self) -> Work {
        self.work
    }

    /// Whether a command can be done now. Buttons ask this.
    ///
    /// # Errors
    /// The rejection that [`Cluster::apply`] would return.
    pub fn check(&self, command: &Command) -> Result<(), Rejection> {
        match command {
            Command::Stop { nodes, .. } => self
                .check_each_node(nodes, &|node| refuse(!node.is_up(), Rejection::IsDown(node.id))),
            Command::Start { nodes } => self.check_each_node(nodes, &|node| {
                refuse(node.is_up(), Rejection::IsUp(node.id))?;
                self.check_version(node, node.server, nodes)
            }),
            Command::StartAs { nodes, server, .. } => self.check_each_node(nodes, &|node| {
                refuse(node.is_up(), Rejection::IsUp(node.id))?;
                self.check_version(node, *server, &[])
            }),
            Command::ProtocolSwitch => self.check_switch(),
            Command::Wipe { nodes, device } => self.check_wipe(nodes, *device),
            Command::AddNode { id, rack, server, seeds, .. } => {
                refuse(self.slot(*id).is_some(), Rejection::Exists(*id))?;
                let full = seeds.len() > MAX_NODES
                    || (self.nodes.len() >= MAX_NODES && self.removed_slot(*id).is_none());
                let most = self.setup.profile.most_nodes();
                refuse(full || self.by_id().len() >= most, Rejection::TooManyNodes)?;
                let server = server.unwrap_or_else(|| self.usual_version());
                self.check_version(&Node::not_there(*id, *rack, server, &[]), server, &[])
            }
            Command::RemoveNode { nodes } => {
                self.check_each_node(nodes, &|node| {
                    refuse(node.is_up(), Rejection::IsUp(node.id))
                })?;
                refuse(nodes.len() == self.by_id().len(), Rejection::LastNode)
            }
            Command::MoveToRack { nodes, rack } => self.check_each_node(nodes, &|node| {
                refuse(node.rack == *rack, Rejection::SameRack(node.id, *rack))
            }),
            Command::Cut { between } => self.links_between(between, false).map(|_| ()),
            Command::Heal { between } => {
                refuse(self.links_to_heal(between.as_deref())?.is_empty(), Rejection::NothingCut)
            }
            Command::RosterSet { namespace, nodes, on } => {
                self.strong_namespace(namespace)?;
                self.sub_cluster_on(*on)?;
                match nodes {
                    RosterNodes::Observed => Ok(()),
                    RosterNodes::List(entries) => self.check_roster(entries),
                }
            }
            Command::Recluster { on } => self.sub_cluster_on(*on).map(|_| ()),
            Command::Revive { namespace, nodes } => {
                self.strong_namespace(namespace)?;
                match nodes {
                    Some(nodes) => self.check_each_node(nodes, &|node| {
                        refuse(!node.is_up(), Rejection::IsDown(node.id))
                    }),
                    None => refuse(!self.nodes.iter().any(Node::is_up), Rejection::NothingRuns),
                }
            }
            Command::Quiesce { nodes } => self.check_each_node(nodes, &|node| {
                refuse(!node.is_up(), Rejection::IsDown(node.id))?;
                refuse(node.told_to_quiesce, Rejection::AlreadyQuiesced(node.id))
            }),
            Command::QuiesceUndo { nodes } => self.check_each_node(nodes, &|node| {
                refuse(!node.is_up(), Rejection::IsDown(node.id))?;
                refuse(node.stay_quiesced, Rejection::StaysQuiesced(node.id))?;
                refuse(!node.told_to_quiesce, Rejection::NotQuiesced(node.id))
            }),
            Command::Write { namespace, from, .. } | Command::Read { namespace, from, .. } => {
                self.namespace_named(namespace)?;
                self.sender(*from).map(|_| ())
            }
        }
    }

    /// Does a command. What happens only after the nodes have had time to react happens in [`Cluster::advance`].
    ///
    /// # Errors
    /// When it cannot be done now; then nothing has changed.
    pub fn apply(&mut self, command: &Command) -> Result<Vec<Event>, Rejection> {
        self.assert_invariants();
        self.check(command)?;
        let began_ms = self.now_ms;
        let mut kinds = self.perform(command)?;
        kinds.extend(self.count_lost_writes());
        debug_assert_eq!(self.now_ms, began_ms, "a command takes no time");
        self.assert_invariants();
        Ok(self.dated(kinds))
    }

    /// What holds before and after [`Cluster::apply`] and [`Cluster::advance`]. Release builds only check what is
    /// cheap.
    pub(crate) fn assert_invariants(&self) {
        let nodes = self.nodes.len();
        assert!(nodes <= MAX_NODES, "at most {MAX_NODES} slots");
        assert_eq!(self.succession.ids().len(), nodes, "each slot has its places in every order");
        assert!(
            self.frozen_ms <= self.now_ms,
            "migrations stand still for no longer than time passes"
        );
        let due_ms = self.exchanges.iter().map(|exchange| exchange.commit_at_ms);
        let due_ms = due_ms.chain(self.prepare_at_ms).min();
        assert!(due_ms.is_none_or(|due_ms| due_ms >= self.now_ms), "nothing due is left undone");
        let agreed = self.agreed.iter().fold(NodeSet::EMPTY, |all, members| all.or(*members));
        let members = self.agreed.iter().map(|members| members.len()).sum::<usize>();
        // Tests leave clauses out, and without some of them a node can be in two clusters.
        let is_disjoint = agreed.len() == members || self.rules.leave_out_any();
        assert!(is_disjoint, "no node is in two clusters");
        for sub_cluster in &self.sub_clusters {
            assert_eq!(sub_cluster.nodes.len(), sub_cluster.members.len(), "one list, one set");
            assert_eq!(sub_cluster.balances.len(), self.setup.namespaces.len(), "all namespaces");
        }
        if cfg!(debug_assertions) {
            assert!(self.mesh.is_within(self.running()), "groups of running nodes, no node twice");
            let parts = self.nodes.iter().flat_map(|node| &node.namespaces);
            parts.for_each(|part| assert_eq!(part.versions.len(), PARTITIONS));
            let balances = self.sub_clusters.iter().flat_map(|one| &one.balances);
            balances.for_each(Balance::assert_invariants);
        }
    }

    fn perform(&mut self, command: &Command) -> Result<Vec<EventKind>, Rejection> {
        Ok(match command {
            Command::Stop { nodes, shutdown } => self.stop(nodes, *shutdown),
            Command::Start { nodes } => self.start(nodes),
            Command::StartAs { nodes, server, metadata_from_copy } => {
                self.start_as(nodes, *server, *metadata_from_copy)
            }
            Command::ProtocolSwitch => {
                self.switched = true;
                vec![EventKind::ProtocolsSwitched]
            }
            Command::Wipe { nodes, device } => self.wipe(nodes, *device),
            Command::AddNode { id, rack, stay_quiesced, server, seeds } => {
                let (stay_quiesced, server, seeds) = (*stay_quiesced, *server, seeds.clone());
                let setup = NodeSetup::new(*id, *rack);
                self.add_node(NodeSetup { stay_quiesced, server, seeds, ..setup })
            }
            Command::RemoveNode { nodes } => self.remove_nodes(nodes),
            Command::MoveToRack { nodes, rack } => self.move_to_rack(nodes, *rack),
            Command::Cut { between } => {
                let links = self.links_between(between, false)?;
                self.set_links(&links, true)
            }
            Command::Heal { between } => {
                let links = self.links_to_heal(between.as_deref())?;
                self.set_links(&links, false)
            }
            Command::RosterSet { namespace, nodes, on } => {
                self.roster_set(namespace, nodes, *on)?
            }
            Command::Recluster { on } => self.recluster(*on)?,
            Command::Revive { namespace, nodes } => self.revive(namespace, nodes.as_deref())?,
            Command::Quiesce { nodes } => self.tell_to_quiesce(nodes, true),
            Command::QuiesceUndo { nodes } => self.tell_to_quiesce(nodes, false),
            Command::Write { namespace, key, from } => {
                let namespace = self.namespace_named(namespace)?;
                let from = self.sender(*from)?;
                vec![self.write(namespace, *key, from)]
            }
            Command::Read { namespace, key, from, mode } => {
                let namespace = self.namespace_named(namespace)?;
                let from = self.sender(*from)?;
                vec![self.read(namespace, *key, from, *mode)]
            }
        })
    }

    /// Turns what has just happened into events of now.
    pub(crate) fn dated(&self, kinds: Vec<EventKind>) -> Vec<Event> {
        let at_ms = self.now_ms;
        kinds.into_iter().map(|kind| Event { at_ms, kind }).collect()
    }

    // --- finding things

    pub(crate) fn slot(&self, id: NodeId) -> Option<Slot> {
        self.nodes.iter().position(|node| node.id == id && !node.removed).map(Slot::new)
    }

    /// The slot of a node that was removed, or that only a roster names.
    fn removed_slot(&self, id: NodeId) -> Option<Slot> {
        self.nodes.iter().position(|node| node.id == id && node.removed).map(Slot::new)
    }

    /// The slot of an id, with or without a node.
    pub(crate) fn any_slot(&self, id: NodeId) -> Option<Slot> {
        self.nodes.iter().position(|node| node.id == id).map(Slot::new)
    }

    pub(crate) fn id(&self, slot: Slot) -> NodeId {
        self.nodes[slot].id
    }

    pub(crate) fn ids(&self, slots: &[Slot]) -> Vec<NodeId> {
        slots.iter().map(|slot| self.id(*slot)).collect()
    }

    pub(crate) fn namespace_index(&self, name: &str) -> Option<usize> {
        self.setup.namespaces.iter().position(|namespace| namespace.name == name)
    }

    /// A namespace's settings.
    pub(crate) fn settings(&self, index: usize) -> &NamespaceSettings {
        &self.setup.namespaces[index]
    }

    /// What a node holds of a namespace.
    pub(crate) fn part(&self, slot: Slot, index: usize) -> &NodeNamespace {
        &self.nodes[slot].namespaces[index]
    }

    /// As [`Self::part`], to be changed.
    pub(crate) fn part_mut(&mut self, slot: Slot, index: usize) -> &mut NodeNamespace {
        &mut self.nodes[slot].namespaces[index]
    }

    /// Every node that was not removed, highest id first.
    pub(crate) fn by_id(&self) -> Vec<Slot> {
        let there = self.nodes.iter().enumerate().filter(|(_, node)| !node.removed);
        self.highest_first(there.map(|(index, _)| Slot::new(index)).collect())
    }

    /// These nodes, highest id first.
    pub(crate) fn highest_first(&self, set: NodeSet) -> Vec<Slot> {
        let slots: Vec<Slot> = set.iter().collect();
        by_key(&slots, |slot| self.id(*slot).highest_first())
    }

    /// The numbers of the sub-clusters by their principals, highest first.
    pub(crate) fn sub_clusters_by_principal(&self) -> Vec<u32> {
        let all: Vec<&SubCluster> = self.sub_clusters.iter().collect();
        let sorted = by_key(&all, |one| self.id(one.principal()).highest_first());
        sorted.iter().map(|one| one.number).collect()
    }

    /// The sub-cluster of a number that a member has.
    pub(crate) fn sub_cluster(&self, number: u32) -> &SubCluster {
        let place = self.place_of_sub_cluster(number);
        &self.sub_clusters[place.expect("a member's sub-cluster exists")]
    }

    /// As [`Self::sub_cluster`], to change it; it may be gone.
    pub(crate) fn sub_cluster_mut(&mut self, number: u32) -> Option<&mut SubCluster> {
        let place = self.place_of_sub_cluster(number)?;
        self.sub_clusters.get_mut(place)
    }

    fn place_of_sub_cluster(&self, number: u32) -> Option<usize> {
        self.sub_clusters.iter().position(|one| one.number == number)
    }

    /// A running member of the sub-cluster with the highest principal.
    pub(crate) fn highest_principal(&self) -> Option<Slot> {
        let highest = self.sub_clusters.iter().max_by_key(|one| self.id(one.principal()))?;
        let is_member = |slot: &Slot| self.nodes[*slot].cluster() == Some(highest.number);
        highest.nodes.iter().copied().find(is_member)
    }

    fn slot_of(&self, id: NodeId) -> Result<Slot, Rejection> {
        self.slot(id).ok_or(Rejection::NoNode(id))
    }

    /// Checks that a list names at least one node, that each exists, none is named twice, and each is fit for the
    /// command.
    fn check_each_node(
        &self,
        ids: &[NodeId],
        fit: &dyn Fn(&Node) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        refuse(ids.is_empty(), Rejection::NoNodes)?;
        let mut seen = NodeSet::EMPTY;
        for id in ids {
            let slot = self.slot_of(*id)?;
            refuse(seen.contains(slot), Rejection::Twice(*id))?;
            seen.insert(slot);
            fit(&self.nodes[slot])?;
        }
        Ok(())
    }

    /// The index of a namespace, SC or AP.
    pub(crate) fn namespace_named(&self, name: &str) -> Result<usize, Rejection> {
        self.namespace_index(name).ok_or_else(|| Rejection::NoNamespace(name.to_owned()))
    }

    fn strong_namespace(&self, name: &str) -> Result<usize, Rejection> {
        let index = self.namespace_named(name)?;
        let strong = self.settings(index).mode == Mode::StrongConsistency;
        if strong { Ok(index) } else { Err(Rejection::NotStrong(name.to_owned())) }
    }

    /// The node through which a client reaches the cluster, if it names one.
    fn sender(&self, from: Option<NodeId>) -> Result<Option<Slot>, Rejection> {
        let Some(id) = from else {
            return Ok(None);
        };
        let slot = self.slot_of(id)?;
        refuse(!self.nodes[slot].is_up(), Rejection::IsDown(id))?;
        Ok(Some(slot))
    }

    /// The sub-cluster of a node, or the one with the highest principal.
    pub(crate) fn sub_cluster_on(&self, on: Option<NodeId>) -> Result<u32, Rejection> {
        let slot = match on {
            Some(id) => self.slot_of(id)?,
            None => self.highest_principal().ok_or_else(|| {
                let runs = self.nodes.iter().any(Node::is_up);
                if runs { Rejection::NoCluster } else { Rejection::NothingRuns }
            })?,
        };
        let node = &self.nodes[slot];
        let why =
            if node.is_up() { Rejection::InNoCluster(node.id) } else { Rejection::IsDown(node.id) };
        node.cluster().ok_or(why)
    }

    /// Checks that a list can be a roster. Any ids can, as the server accepts them, but each only once (domain.md §8).
    fn check_roster(&self, entries: &[RosterEntry]) -> Result<(), Rejection> {
        refuse(entries.is_empty(), Rejection::NoNodes)?;
        for (index, entry) in entries.iter().enumerate() {
            let is_twice = entries[..index].iter().any(|before| before.node == entry.node);
            refuse(is_twice, Rejection::Twice(entry.node))?;
        }
        let unknown = entries.iter().filter(|entry| self.any_slot(entry.node).is_none()).count();
        refuse(self.nodes.len() + unknown > MAX_NODES, Rejection::TooManyNodes)
    }

    fn check_wipe(&self, nodes: &[NodeId], device: Option<u8>) -> Result<(), Rejection> {
        self.check_each_node(nodes, &|node| refuse(node.is_up(), Rejection::IsUp(node.id)))?;
        let Some(number) = device else {
            return Ok(());
        };
        let known = self.setup.namespaces.iter().any(|namespace| number < namespace.devices);
        refuse(!known, Rejection::NoDevice(number))
    }

    /// The links between nodes of different lists: those that are cut, or those that are not.
    fn links_between(&self, between: &[Vec<NodeId>], cut: bool) -> Result<Vec<Link>, Rejection> {
        refuse(between.len() < 2, Rejection::OneSide)?;
        refuse(between.iter().any(Vec::is_empty), Rejection::NoNodes)?;
        self.check_each_node(&between.concat(), &|_| Ok(()))?;
        let mut links = Vec::new();
        for (index, side) in between.iter().enumerate() {
            let others = between[index + 1..].iter().flatten();
            for (a, b) in others.flat_map(|b| side.iter().map(move |a| (*a, *b))) {
                if self.cuts.is_cut(self.slot_of(a)?, self.slot_of(b)?) == cut {
                    links.extend(Link::new(a, b));
                }
            }
        }
        Ok(in_order(links))
    }

    fn links_to_heal(&self, between: Option<&[Vec<NodeId>]>) -> Result<Vec<Link>, Rejection> {
        match between {
            Some(between) => self.links_between(between, true),
            None => Ok(self.cut_links()),
        }
    }

    /// The links that are cut, in order.
    pub(crate) fn cut_links(&self) -> Vec<Link> {
        if !self.cuts.any() {
            return Vec::new();
        }
        let ends = |(slot, node): (usize, &Node)| {
            let id = node.id;
            let others = self.cuts.of(Slot::new(slot)).iter();
            others.filter_map(move |other| Link::new(id, self.id(other))).collect::<Vec<_>>()
        };
        in_order(self.nodes.iter().enumerate().flat_map(ends).collect())
    }

    // --- doing things

    /// Adds nodes and computes their places in every partition's order, once and for all.
    fn add_nodes(&mut self, nodes: &[NodeSetup]) {
        let ids: Vec<NodeId> = nodes.iter().map(|node| node.id).collect();
        for node in nodes {
            let server = self.setup.server_of(node);
            self.nodes.push(Node::new(node, server, &self.setup.namespaces));
        }
        self.take_in_ids(&ids);
    }

    /// Computes the places of the ids of the last nodes in every partition's order.
    fn take_in_ids(&mut self, ids: &[NodeId]) {
        for _ in ids {
            self.cuts.add_node();
        }
        self.succession.add(ids);
        let rows = (PARTITIONS * ids.len()) as u64;
        self.work.hashes += rows;
        self.work.insertions += rows;
    }

    /// Gives slots to ids that a roster names and that never had one.
    fn add_unknown(&mut self, entries: &[RosterEntry]) {
        let unknown: Vec<RosterEntry> =
            entries.iter().copied().filter(|entry| self.any_slot(entry.node).is_none()).collect();
        if unknown.is_empty() {
            return;
        }
        for RosterEntry { node, rack } in &unknown {
            let server = self.setup.profile.server();
            self.nodes.push(Node::not_there(*node, *rack, server, &self.setup.namespaces));
        }
        self.take_in_ids(&unknown.iter().map(|entry| entry.node).collect::<Vec<_>>());
    }

    /// Adds a node, which starts at once. The id of a removed node gets its old slot, whose places in every order are
    /// known.
    fn add_node(&mut self, mut setup: NodeSetup) -> Vec<EventKind> {
        let NodeSetup { id, rack, .. } = setup;
        let server = setup.server.unwrap_or_else(|| self.usual_version());
        if let Some(slot) = self.removed_slot(id) {
            self.nodes[slot] = Node::new(&setup, server, &self.setup.namespaces);
        } else {
            setup.server = Some(server);
            self.add_nodes(&[setup]);
        }
        let mut kinds = vec![EventKind::NodeAdded { node: id, rack }];
        kinds.extend(self.slot(id).map(|slot| self.start_up(slot)).unwrap_or_default());
        self.schedule_cluster_change(&mut kinds);
        kinds.extend(self.seeds_not_found(&[id]));
        kinds
    }

    /// Removes nodes that are down. The running nodes see no difference, so no cluster change follows.
    fn remove_nodes(&mut self, ids: &[NodeId]) -> Vec<EventKind> {
        for slot in self.slots(ids) {
            self.mark_possible_losses(slot);
            self.nodes[slot].remove(&self.setup.namespaces);
            self.cuts.remove_node(slot);
        }
        ids.iter().map(|node| EventKind::NodeRemoved { node: *node }).collect()
    }

    fn start_up(&mut self, slot: Slot) -> Vec<EventKind> {
        if self.nodes[slot].seeds.is_empty() {
            self.mesh.begin_without_seeds(self.running().without(slot));
        } else {
            self.mesh.begin(slot);
        }
        let setup = self.setup.clone();
        let node = &mut self.nodes[slot];
        let untrusted = node.start(&setup.namespaces, self.rules);
        let node = node.id;
        let mut kinds = vec![EventKind::NodeStarted { node }];
        for (untrusted, settings) in untrusted.into_iter().zip(&setup.namespaces) {
            let namespace = settings.name.clone();
            kinds.extend(untrusted.map(|Distrust { why, devices, mark }| match mark {
                StartMark::Evade => EventKind::EvadeSet { node, namespace, why, devices },
                StartMark::Revived => EventKind::AutoRevived { node, namespace, devices },
                StartMark::Nothing => EventKind::StorageUntrusted { node, namespace, why, devices },
            }));
        }
        kinds
    }

    fn stop(&mut self, ids: &[NodeId], shutdown: Shutdown) -> Vec<EventKind> {
        let setup = self.setup.clone();
        let is_early = shutdown == Shutdown::Clean && !self.switched && self.is_migrating();
        let mut kinds = Vec::new();
        for slot in self.slots(ids) {
            if shutdown == Shutdown::Unclean {
                self.mark_possible_losses(slot);
            }
            self.mesh.leave(slot);
            let node = &mut self.nodes[slot];
            let marked_clean = node.stop(shutdown, self.now_ms, &setup.namespaces);
            let node = node.id;
            kinds.push(EventKind::NodeStopped { node, shutdown, marked_clean });
            kinds.extend(is_early.then_some(EventKind::MigrationsNotAwaited { node }));
            self.departed.insert(slot);
        }
        self.forget_empty_sub_clusters();
        self.schedule_cluster_change(&mut kinds);
        kinds
    }

    pub(crate) fn start(&mut self, ids: &[NodeId]) -> Vec<EventKind> {
        let mut kinds = Vec::new();
        for slot in self.slots(ids) {
            kinds.extend(self.start_up(slot));
        }
        self.schedule_cluster_change(&mut kinds);
        kinds.extend(self.seeds_not_found(ids));
        kinds
    }

    fn wipe(&mut self, ids: &[NodeId], device: Option<u8>) -> Vec<EventKind> {
        let setup = self.setup.clone();
        let mut kinds = Vec::new();
        for slot in self.slots(ids) {
            self.mark_possible_losses(slot);
            let node = &mut self.nodes[slot];
            for (namespace, settings) in node.namespaces.iter_mut().zip(&setup.namespaces) {
                namespace.wipe(device, settings.devices);
            }
            kinds.push(EventKind::DrivesWiped { node: node.id, device });
        }
        kinds
    }

    /// A node's copies of records may go, so the next count looks at those partitions.
    fn mark_possible_losses(&mut self, slot: Slot) {
        for (index, part) in self.nodes[slot].namespaces.iter().enumerate() {
            self.ground.mark_possible_losses(index, part.records.partitions());
        }
    }

    fn move_to_rack(&mut self, ids: &[NodeId], rack: RackId) -> Vec<EventKind> {
        let mut kinds = Vec::new();
        for slot in self.slots(ids) {
            let node = &mut self.nodes[slot];
            kinds.push(EventKind::NodeMoved { node: node.id, from: node.rack, to: rack });
            node.rack = rack;
        }
        kinds
    }

    fn set_links(&mut self, links: &[Link], cut: bool) -> Vec<EventKind> {
        if links.is_empty() {
            return Vec::new();
        }
        for link in links {
            if let (Some(low), Some(high)) = (self.slot(link.low()), self.slot(link.high())) {
                self.cuts.set(low, high, cut);
            }
        }
        let links = links.to_vec();
        let mut kinds = vec![if cut {
            EventKind::LinksCut { links }
        } else {
            EventKind::LinksRestored { links }
        }];
        self.schedule_cluster_change(&mut kinds);
        kinds
    }

    pub(crate) fn slots(&self, ids: &[NodeId]) -> Vec<Slot> {
        ids.iter().filter_map(|id| self.slot(*id)).collect()
    }

    /// The nodes of a namespace in a sub-cluster with their configured racks (domain.md §1: `observed_nodes`).
    pub(crate) fn observed(&self, nodes: &[Slot]) -> Vec<RosterEntry> {
        let entry = |slot: &Slot| {
            let node = &self.nodes[*slot];
            RosterEntry { node: node.id, rack: node.rack }
        };
        nodes.iter().map(entry).collect()
    }

    /// A roster with the order of succession over it.
    pub(crate) fn make_roster(
        &mut self,
        entries: &[RosterEntry],
        generation: u32,
        index: usize,
    ) -> Rc<Roster> {
        self.add_unknown(entries);
        let entries = by_key(entries, |entry| entry.node.highest_first());
        let slots: Vec<Slot> =
            entries.iter().filter_map(|entry| self.any_slot(entry.node)).collect();
        let set: NodeSet = slots.iter().copied().collect();
        let mut racks = [RackId::NONE; MAX_NODES];
        for (slot, entry) in slots.iter().zip(&entries) {
            racks[*slot] = entry.rack;
        }
        let rack_of = |slot: Slot| racks[slot];
        let mut rows = self.rows(set, &rack_of, self.settings(index));
        self.put_first_as_read(&entries, index, &mut rows);
        self.work.rows_filtered += PARTITIONS as u64;
        Rc::new(Roster { generation, entries: entries.into(), slots, set, rows: Rc::new(rows) })
    }

    /// The order of succession over some nodes for a namespace: by the hash, or in even shares with
    /// `prefer-uniform-balance`.
    pub(crate) fn rows(
        &self,
        of: NodeSet,
        rack_of: &dyn Fn(Slot) -> RackId,
        settings: &NamespaceSettings,
    ) -> RosterRows {
        let rf = usize::from(settings.replication_factor);
        if settings.prefer_uniform_balance {
            self.succession.uniform_rows(of, rack_of, rf)
        } else {
            self.succession.rows(of, rack_of, rf)
        }
    }

    /// `roster-set` (domain.md §1, §8): the members of one sub-cluster hold a new pending roster, with a generation
    /// above all those that they held.
    fn roster_set(
        &mut self,
        namespace: &str,
        nodes: &RosterNodes,
        on: Option<NodeId>,
    ) -> Result<Vec<EventKind>, Rejection> {
        let index = self.strong_namespace(namespace)?;
        let number = self.sub_cluster_on(on)?;
        let members = self.sub_cluster(number).nodes.clone();
        let members: Vec<Slot> =
            members.into_iter().filter(|s| self.nodes[*s].cluster() == Some(number)).collect();
        let entries = match nodes {
            RosterNodes::Observed => self.observed(&members),
            RosterNodes::List(entries) => entries.clone(),
        };
        let held = members.iter().filter_map(|slot| {
            self.part(*slot, index).pending.as_ref().map(|roster| roster.generation)
        });
        let generation = held.max().unwrap_or(0) + 1;
        let roster = self.make_roster(&entries, generation, index);
        for slot in &members {
            self.part_mut(*slot, index).pending = Some(roster.clone());
        }
        Ok(vec![EventKind::RosterStaged {
            namespace: namespace.to_owned(),
            principal: self.id(self.sub_cluster(number).principal()),
            roster: roster.entries.to_vec(),
            generation,
        }])
    }

    /// `recluster` (domain.md §7, §8).
    fn recluster(&mut self, on: Option<NodeId>) -> Result<Vec<EventKind>, Rejection> {
        let numbers = match on {
            Some(_) => vec![self.sub_cluster_on(on)?],
            None => self.sub_clusters_by_principal(),
        };
        let mut kinds = Vec::new();
        for number in numbers {
            let nodes = self.sub_cluster(number).nodes.clone();
            let (principal, others) = (self.id(nodes[0]), self.ids(&nodes[1..]));
            self.reclustering = self.reclustering.or(self.sub_cluster(number).members);
            kinds.push(EventKind::ReclusterAnswered { principal, ignored_by: others });
        }
        self.schedule_cluster_change(&mut kinds);
        Ok(kinds)
    }

    /// `revive` (domain.md §4, §8): each node turns its own `e` into `r`, and sets `r` on the partitions that are not
    /// active there now.
    fn revive(
        &mut self,
        namespace: &str,
        nodes: Option<&[NodeId]>,
    ) -> Result<Vec<EventKind>, Rejection> {
        let index = self.strong_namespace(namespace)?;
        let slots = match nodes {
            Some(ids) => self.slots(ids),
            None => self.by_id(),
        };
        let mut kinds = Vec::new();
        for slot in slots {
            let node = &mut self.nodes[slot];
            if !node.is_up() {
                continue;
            }
            let number = node.cluster();
            let sub_cluster = self.sub_clusters.iter().find(|one| Some(one.number) == number);
            let places = sub_cluster.map(|sub_cluster| sub_cluster.balance(index).places.clone());
            let mut partitions = 0;
            let versions = Rc::make_mut(&mut node.namespaces[index].versions);
            for (pid, version) in versions.iter_mut().enumerate() {
                let active = places.as_ref().is_some_and(|places| places[pid].verdict.is_active());
                if version.is_evade() || !active {
                    *version = version.with_revived(RevivedBy::Operator);
                    partitions += 1;
                }
            }
            let (node, namespace) = (node.id, namespace.to_owned());
            kinds.push(EventKind::Revived { node, namespace, partitions });
        }
        Ok(kinds)
    }

    fn tell_to_quiesce(&mut self, ids: &[NodeId], quiesce: bool) -> Vec<EventKind> {
        let slots = self.slots(ids);
        let mut kinds = Vec::new();
        for slot in slots {
            let node = &mut self.nodes[slot];
            node.told_to_quiesce = quiesce;
            kinds.push(EventKind::QuiesceSet { node: node.id, quiesce });
        }
        kinds
    }
}

/// Links in order, each once.
fn in_order(mut links: Vec<Link>) -> Vec<Link> {
    links.sort_unstable();
    links.dedup();
    links
}

/// An error if the condition holds.
pub(crate) fn refuse(when: bool, why: Rejection) -> Result<(), Rejection> {
    if when { Err(why) } else { Ok(()) }
}
