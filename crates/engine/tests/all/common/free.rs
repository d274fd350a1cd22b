//! A random operator who may do anything (rosters, revives, racks, single links, wiped drives, quiesced nodes,
//! interrupted changes), and what must hold even then.
//!
//! The ground truth is the test's own. It takes from the events the last acknowledged write of each record, and asks
//! whether any node still has its value. The engine's count of lost writes is compared with it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rosterlab_engine::{
    ClientResult, Cluster, ClusterSetup, Command, Digest, Event, EventKind, Mode, NodeId,
    NodeState, RackId, RosterEntry, RosterNodes, Rules, ServerVersion, Until,
};

use super::world::{Deed, World, deed_of_versions};

/// One thing that a free operator does.
#[derive(Clone, Debug)]
pub enum Free {
    /// A deed of the other random operator.
    Deed(Deed),
    /// Sets the pending roster to the observed nodes or to those of a mask, sometimes with an id that no node has.
    RosterSet(Option<u16>),
    /// Revives the nodes of a mask, or all.
    Revive(Option<u16>),
    /// Moves a node to another rack.
    Move(u8, u8),
}

/// Mostly ordinary deeds, so that rosters and revives reach a cluster with a history.
pub fn free() -> impl Strategy<Value = Free> {
    prop_oneof![
        12 => deed_of_versions().prop_map(Free::Deed),
        2 => any::<Option<u16>>().prop_map(Free::RosterSet),
        1 => any::<Option<u16>>().prop_map(Free::Revive),
        1 => any::<(u8, u8)>().prop_map(|(node, rack)| Free::Move(node, rack % 4)),
    ]
}

/// A cluster, and what its clients were told.
pub struct FreeWorld {
    pub world: World,
    /// By record: the last acknowledged write.
    acknowledged: BTreeMap<Digest, u64>,
    /// All acknowledged writes.
    all_acknowledged: BTreeSet<u64>,
    /// Acknowledged writes whose value was on no node at some moment.
    gone: BTreeSet<u64>,
    /// Writes that the engine said are lost.
    said_lost: BTreeSet<u64>,
}

impl FreeWorld {
    pub fn new(setup: ClusterSetup, rules: Rules) -> Self {
        Self {
            world: World::new(setup, rules),
            acknowledged: BTreeMap::new(),
            all_acknowledged: BTreeSet::new(),
            gone: BTreeSet::new(),
            said_lost: BTreeSet::new(),
        }
    }

    fn cluster(&self) -> &Cluster {
        &self.world.cluster
    }

    /// The command of what is done, if it is one.
    pub fn command(&self, free: &Free) -> Option<Command> {
        let view = self.cluster().view();
        let picked = |mask: u16| -> Vec<NodeId> {
            let nodes = view.nodes.iter().enumerate();
            nodes.filter(|(n, _)| mask >> (n % 16) & 1 == 1).map(|(_, node)| node.id).collect()
        };
        Some(match free {
            Free::Deed(deed) => return self.world.command(deed),
            Free::RosterSet(mask) => {
                let nodes = mask.map_or(RosterNodes::Observed, |mask| {
                    let entry = |id: NodeId| {
                        let rack = view.node(id).map_or(RackId::NONE, |node| node.rack);
                        RosterEntry { node: id, rack }
                    };
                    let mut entries: Vec<RosterEntry> =
                        picked(mask).into_iter().map(entry).collect();
                    if mask % 8 == 7 {
                        entries.push("C0FFEE@1".parse().unwrap());
                    }
                    RosterNodes::List(entries)
                });
                let on = mask.and_then(|mask| picked(mask.rotate_left(5)).first().copied());
                Command::RosterSet { namespace: "main".into(), nodes, on }
            }
            Free::Revive(mask) => {
                Command::Revive { namespace: "main".into(), nodes: mask.map(picked) }
            }
            Free::Move(node, rack) => {
                let nodes = view.nodes.iter().map(|node| node.id).collect::<Vec<_>>();
                let node = nodes[usize::from(*node) % nodes.len()];
                let rack = RackId::new(u32::from(*rack)).unwrap();
                Command::MoveToRack { nodes: vec![node], rack }
            }
        })
    }

    /// Does one thing, or nothing if it cannot be done.
    pub fn act(&mut self, free: &Free) {
        let events = if let Free::Deed(deed) = free {
            self.world.events_of(deed)
        } else {
            let command = self.command(free);
            let events = command.and_then(|one| self.world.cluster.apply(&one).ok());
            let mut events = events.unwrap_or_default();
            events.extend(self.world.cluster.advance(Until::Settled));
            events
        };
        self.learn(&events);
    }

    /// Updates the ground truth from the events and the copies that are left.
    fn learn(&mut self, events: &[Event]) {
        for event in events {
            match &event.kind {
                EventKind::Wrote { key, write, result: ClientResult::Ok, .. } => {
                    self.acknowledged.insert(*key, *write);
                    self.all_acknowledged.insert(*write);
                }
                EventKind::WriteLost { write, .. } => {
                    assert!(self.said_lost.insert(*write), "write {write} is lost twice");
                }
                _ => {}
            }
        }
        for (key, write) in &self.acknowledged {
            let copies = self.world.cluster.copies_of_record("main", *key);
            let is_there =
                copies.iter().any(|copy| copy.write == *write || copy.builds_on.contains(write));
            if !is_there {
                self.gone.insert(*write);
            }
        }
    }

    /// What must hold whatever an operator does.
    pub fn check(&self) -> Result<(), String> {
        self.what_is_lost_is_counted()?;
        self.every_running_node_has_one_place()?;
        self.clusters_have_one_set_of_protocols()?;
        self.numbers_add_up()
    }

    /// In SC exactly the writes that are gone are lost. In AP healing also drops rivals, and the last acknowledged
    /// write may be another one.
    fn what_is_lost_is_counted(&self) -> Result<(), String> {
        let (gone, said) = (&self.gone, &self.said_lost);
        let counted = self.cluster().view().lost_writes;
        if counted != said.len() as u64 {
            return Err(format!(
                "{counted} writes are counted as lost and {said:?} were said to be"
            ));
        }
        let strong = self.cluster().setup().namespaces[0].mode == Mode::StrongConsistency;
        if strong && gone != said {
            return Err(format!("writes {gone:?} are gone, and {said:?} are said to be lost"));
        }
        if !gone.is_subset(said) || !said.is_subset(&self.all_acknowledged) {
            return Err(format!("writes {gone:?} are gone, and {said:?} are said to be lost"));
        }
        Ok(())
    }

    /// A running node is in one cluster, or an orphan, or still starting, and never two of these. Orphans serve
    /// nothing.
    fn every_running_node_has_one_place(&self) -> Result<(), String> {
        let view = self.cluster().view();
        for node in &view.nodes {
            let clusters =
                view.sub_clusters.iter().filter(|one| one.nodes.contains(&node.id)).count();
            let orphan = view.orphans.contains(&node.id);
            let expected = match node.state {
                NodeState::Up => (1, false),
                // It stays in the list of the others until they form a new cluster.
                NodeState::Orphan if view.changing => (clusters, true),
                NodeState::Starting if view.changing => (clusters, false),
                NodeState::Orphan => (0, true),
                NodeState::Starting => (0, false),
                NodeState::DownClean | NodeState::DownUnclean => (clusters, false),
            };
            if (clusters, orphan) != expected {
                return Err(format!("{} is {:?}, in {clusters} clusters", node.id, node.state));
            }
            let copies = node.namespaces[0].copies;
            if orphan && (copies.master > 0 || copies.full > 0) {
                return Err(format!(
                    "the orphan {} serves or has something full: {copies:?}",
                    node.id
                ));
            }
        }
        Ok(())
    }

    /// Once the clusters have settled, a node is out exactly when it does not know the protocols, and the members of a
    /// cluster know them (domain.md §17). A node that found nobody is in no cluster with others (§18).
    fn clusters_have_one_set_of_protocols(&self) -> Result<(), String> {
        let view = self.cluster().view();
        let v3_13 = ServerVersion::of([3, 13, 0, 0]);
        let v3_14 = ServerVersion::of([3, 14, 0, 0]);
        for node in view.nodes.iter().filter(|node| node.state.is_up()) {
            let knows = if view.switched { node.server >= v3_13 } else { node.server < v3_14 };
            if knows == node.stays_out.is_some() {
                return Err(format!(
                    "{} at {:?} stays out: {:?}",
                    node.id, node.server, node.stays_out
                ));
            }
            let home = node.sub_cluster.map(|place| &view.sub_clusters[place]);
            if !view.changing && node.stays_out.is_some() && home.is_some() {
                return Err(format!("{} stays out and is in a cluster", node.id));
            }
            if !view.changing && node.alone && home.is_some_and(|here| here.nodes.len() > 1) {
                return Err(format!("{} is alone and has company", node.id));
            }
        }
        let up = || view.nodes.iter().filter(|node| node.state.is_up());
        if up().next().is_some() && up().all(|node| node.stays_out.is_some()) {
            return Err("nobody knows the cluster's protocols".to_owned());
        }
        Ok(())
    }

    fn numbers_add_up(&self) -> Result<(), String> {
        for here in &self.cluster().view().sub_clusters {
            let namespace = &here.namespaces[0];
            let counts = namespace.counts;
            if counts.active + counts.unavailable + counts.dead != 4096 {
                return Err(format!("{counts:?} do not add up"));
            }
            if counts.unavailable > 0 && counts.dead > 0 {
                return Err(format!("{counts:?}: a rebalance reports one or the other"));
            }
            for list in [&namespace.expected, &namespace.remaining] {
                let (tx, rx) =
                    list.iter().fold((0, 0), |(tx, rx), (_, due)| (tx + due.tx, rx + due.rx));
                if tx != rx {
                    return Err(format!("{tx} are to be sent and {rx} to be received"));
                }
            }
            for cell in namespace.cells.iter() {
                let serves = cell.working_master.is_some_and(|id| here.nodes.contains(&id));
                if cell.verdict.is_active() != serves {
                    return Err(format!("{cell:?} in the cluster of {}", here.principal));
                }
            }
        }
        Ok(())
    }
}
