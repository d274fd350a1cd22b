//! Servers of other versions: starts, the protocol switch, and who stays out of the cluster.
//!
//! Invariant: a node that stays out runs and is in no cluster, as long as the cluster's protocols are others than its own.
//! Not here: the table of conditions (see `server`).

use crate::cluster::{Cluster, refuse};
use crate::command::Rejection;
use crate::event::EventKind;
use crate::id::NodeId;
use crate::namespace::Profile;
use crate::node::Node;
use crate::node_set::{NodeSet, Slot};
use crate::server::{Gate, Otherwise, ServerVersion, Start, are_neighbours};

impl Cluster {
    /// What the table is asked about a node that is to run this version.
    fn start_of(&self, node: &Node, next: ServerVersion, metadata_from_copy: bool) -> Start {
        let erased = node.namespaces.iter().all(|namespace| namespace.storage.is_empty());
        let (switched, last, is_far_apart) = (self.switched, node.server, false);
        Start { switched, last, next, erased, metadata_from_copy, is_far_apart }
    }

    /// The row that keeps a node with the version that it has out of the cluster, if one does (domain.md §17.1, §17.3).
    fn apart(&self, node: &Node) -> Option<Gate> {
        self.start_of(node, node.server, false).stopped_by(Otherwise::StaysOut)
    }

    /// Why a node that runs stays out of the cluster, if it does.
    pub(crate) fn stays_out(&self, node: &Node) -> Option<Gate> {
        if node.is_up() { self.apart(node) } else { None }
    }

    /// The running nodes that stay out of the cluster.
    pub(crate) fn staying_out(&self) -> NodeSet {
        let nodes = self.nodes.iter().enumerate();
        let out = nodes.filter(|(_, node)| self.stays_out(node).is_some());
        out.map(|(index, _)| Slot::new(index)).collect()
    }

    /// Whether a node may start with this version, together with these nodes as they are (domain.md §17.4, §17.6, §17.7).
    pub(crate) fn check_version(
        &self,
        node: &Node,
        next: ServerVersion,
        with: &[NodeId],
    ) -> Result<(), Rejection> {
        let start = self.start_of(node, next, false);
        let is_far = |other: &Node| {
            let is_there = other.is_up() || with.contains(&other.id);
            is_there && self.apart(other).is_none() && !are_neighbours(other.server, next)
        };
        let joins = start.stopped_by(Otherwise::StaysOut).is_none();
        let is_far_apart = joins && self.setup.has_strong() && self.nodes.iter().any(is_far);
        let start = Start { is_far_apart, ..start };
        match start.stopped_by(Otherwise::DoesNotStart) {
            Some(gate) => Err(Rejection::DoesNotStart(node.id, gate)),
            None => Ok(()),
        }
    }

    /// The version of a node that is added and names none: the oldest one in a cluster, or else the oldest one (domain.md
    /// §17, \[model\]).
    pub(crate) fn usual_version(&self) -> ServerVersion {
        let there = self.nodes.iter().filter(|node| !node.removed);
        let oldest = there.min_by_key(|node| (node.cluster().is_none(), node.server));
        oldest.map_or(self.setup.profile.server(), |node| node.server)
    }

    /// Starts nodes with another version of the server.
    pub(crate) fn start_as(
        &mut self,
        ids: &[NodeId],
        server: ServerVersion,
        metadata_from_copy: bool,
    ) -> Vec<EventKind> {
        let mut kinds = Vec::new();
        for slot in self.slots(ids) {
            let start = self.start_of(&self.nodes[slot], server, metadata_from_copy);
            let forgets = start.stopped_by(Otherwise::NoRoster).is_some();
            let changed = &mut self.nodes[slot];
            let (node, from) = (changed.id, std::mem::replace(&mut changed.server, server));
            if from != server {
                kinds.push(EventKind::ServerChanged { node, from, to: server });
            }
            if forgets && changed.forget_rosters() {
                kinds.push(EventKind::RostersForgotten { node });
            }
        }
        kinds.extend(self.start(ids));
        kinds
    }

    /// When no node with the cluster's protocols runs any more, those of the nodes that do run are the cluster's
    /// (domain.md §17, \[model\]).
    pub(crate) fn take_protocols(&mut self) {
        let running = self.running();
        if !running.is_empty() && self.staying_out() == running {
            self.switched = !self.switched;
        }
    }

    /// Whether the protocols can be switched now: the conditions of domain.md §17.2, in their order.
    pub(crate) fn check_switch(&self) -> Result<(), Rejection> {
        refuse(self.switched, Rejection::AlreadySwitched)?;
        let not = self.by_id().into_iter().find(|slot| !self.nodes[*slot].server.is_3_13());
        if let Some(slot) = not {
            return Err(Rejection::NotAt3_13(self.id(slot)));
        }
        let mut running = self.nodes.iter().filter(|node| node.is_up());
        let is_whole = self.sub_clusters.len() == 1 && running.all(|node| node.cluster().is_some());
        refuse(!is_whole || self.is_changing(), Rejection::NotOneCluster)?;
        refuse(self.is_migrating(), Rejection::Migrating)
    }

    /// The rules of a cluster of these nodes: those of its oldest server (domain.md §17, \[model\]).
    pub(crate) fn profile_of(&self, nodes: &[Slot]) -> Profile {
        let servers = nodes.iter().map(|slot| self.nodes[*slot].server);
        servers.min().map_or(self.setup.profile, Profile::of)
    }
}
