//! Which names mean which node.
//!
//! Invariant: every name means one node at most. Ids are made up only when no input has any, or for pods that a deployment
//! lacks, and from what is stated: racks, the order, a pod's name. Not here: what is said of the nodes.

use std::collections::{BTreeMap, BTreeSet};

use rosterlab_engine::{MAX_NODES, NodeId, RackId};

use super::super::fact::{Fact, NodeRef, Place, What};
use super::super::sink::Facts;
use super::choose::Chooser;

/// The nodes and their names.
#[derive(Debug, Default)]
pub(super) struct Who {
    /// Every name that is known.
    ids: BTreeMap<String, NodeId>,
    /// The names of each node, in the order in which they were read.
    pub(super) names: BTreeMap<NodeId, Vec<String>>,
    /// The nodes on each host, whatever their ports.
    hosts: BTreeMap<String, BTreeSet<NodeId>>,
    /// The ids that are made up.
    pub(super) made_up: BTreeSet<NodeId>,
}

impl Who {
    pub(super) fn of(
        now: &[&Fact],
        facts: &Facts,
        is_now: impl Fn(&Option<String>) -> bool,
        chooser: &mut Chooser<'_>,
    ) -> Self {
        let mut who = Self::default();
        // What is told of names.
        let mut told: BTreeMap<&str, Vec<(NodeId, Place)>> = BTreeMap::new();
        let mut order: Vec<&str> = Vec::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for fact in now {
            let Some(NodeRef::Name(name)) = &fact.node else { continue };
            if order.len() < 4 * MAX_NODES && seen.insert(name) {
                order.push(name);
            }
            if let What::Id(id) = fact.what {
                told.entry(name).or_default().push((id, fact.place.clone()));
            }
        }
        for name in &order {
            let ids = told.get(name).map(Vec::as_slice).unwrap_or_default();
            if let Some(id) = chooser.one(&format!("the id of {name}"), ids) {
                who.add(name, id);
            }
        }
        // Other names of the same nodes. One that would mean two nodes means none.
        let mut others: BTreeMap<&str, BTreeSet<NodeId>> = BTreeMap::new();
        for fact in now {
            if let (What::Name(other), Some(node)) = (&fact.what, &fact.node)
                && let Some(id) = who.id(node)
            {
                others.entry(other).or_default().insert(id);
            }
        }
        for (other, ids) in others {
            if let (1, Some(id)) = (ids.len(), ids.first())
                && !who.ids.contains_key(other)
            {
                who.add(other, *id);
            }
        }
        let known = known(now, facts, is_now);
        for name in &order {
            if let Ok(id) = name.parse::<NodeId>()
                && known.contains(&id)
                && !who.ids.contains_key(*name)
            {
                who.ids.insert((*name).to_owned(), id);
            }
        }
        // A host beside the same host with its port says nothing more.
        for names in who.names.values_mut() {
            let hosts: BTreeSet<String> = names
                .iter()
                .filter(|name| host(name) != name.as_str())
                .map(|name| host(name).to_owned())
                .collect();
            names.retain(|name| !hosts.contains(name));
        }
        for id in known.into_iter().rev().take(4 * MAX_NODES) {
            who.names.entry(id).or_default();
        }
        if who.names.is_empty() {
            who.make_up(now, &order);
        } else {
            who.make_up_absent(now);
        }
        who
    }

    fn add(&mut self, name: &str, id: NodeId) {
        self.hosts.entry(host(name).to_owned()).or_default().insert(id);
        self.ids.insert(name.to_owned(), id);
        let names = self.names.entry(id).or_default();
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }

    /// The node that is meant.
    pub(super) fn id(&self, node: &NodeRef) -> Option<NodeId> {
        let name = match node {
            NodeRef::Id(id) => return Some(*id),
            NodeRef::Name(name) => name,
        };
        if let Some(id) = self.ids.get(name) {
            return Some(*id);
        }
        // A host with one node is that node, with its port or without.
        let own = host(name);
        let same = self.hosts.get(own).filter(|same| same.len() == 1)?;
        let is_it = own == name || self.ids.contains_key(own);
        same.first().copied().filter(|_| is_it)
    }

    /// Ids for nodes that have none: of the rack and the order, `1A0`, or of a pod's name.
    fn make_up(&mut self, now: &[&Fact], order: &[&str]) {
        let mut used: BTreeMap<u32, u64> = BTreeMap::new();
        let seeds: Vec<&str> = now
            .iter()
            .filter_map(
                |fact| if let What::Seed(seed) = &fact.what { Some(seed.as_str()) } else { None },
            )
            .collect();
        let mut names: Vec<&str> = order.to_vec();
        // One configuration file for all nodes: its seeds are nodes.
        let distinct: BTreeSet<&str> = seeds.iter().copied().collect();
        if names.len() <= 1 && distinct.len() > 1 {
            names = Vec::new();
            for seed in seeds {
                if !names.contains(&seed) {
                    names.push(seed);
                }
            }
        }
        for name in names.into_iter().take(MAX_NODES) {
            let rack = rack_of(now, name).unwrap_or_default().get();
            let number = used.entry(rack).or_default();
            let id = format!("{rack}A{number}").parse::<NodeId>();
            *number += 1;
            if let Ok(id) = id {
                self.made_up.insert(id);
                self.add(name, id);
            }
        }
    }

    /// Ids for pods that a deployment lacks, of the rack and the number in their names: `1A0` for `NAME-1-0`.
    fn make_up_absent(&mut self, now: &[&Fact]) {
        for fact in now.iter().filter(|fact| fact.what == What::Absent).take(MAX_NODES) {
            let Some(NodeRef::Name(name)) = &fact.node else { continue };
            let mut parts = name.rsplit('-');
            let (number, rack) = (parts.next(), parts.next());
            let id = rack.zip(number).map(|(rack, number)| format!("{rack}A{number}"));
            if let Some(Ok(id)) = id.map(|id| id.parse::<NodeId>())
                && !self.ids.contains_key(name)
                && !self.names.contains_key(&id)
            {
                self.made_up.insert(id);
                self.add(name, id);
            }
        }
    }
}

/// A name without its port.
fn host(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(host, _)| host)
}

/// The rack that facts give a name.
fn rack_of(now: &[&Fact], name: &str) -> Option<RackId> {
    now.iter().find_map(|fact| match (&fact.node, &fact.what) {
        (Some(NodeRef::Name(of)), What::Rack(rack) | What::EffectiveRack(rack)) if of == name => {
            Some(*rack)
        }
        _ => None,
    })
}

/// Every id that any fact has.
fn known(
    now: &[&Fact],
    facts: &Facts,
    is_now: impl Fn(&Option<String>) -> bool,
) -> BTreeSet<NodeId> {
    let mut ids = BTreeSet::new();
    for fact in now {
        // What is blocked may be an id that the operator would give, and no node yet.
        if let Some(NodeRef::Id(id)) = &fact.node
            && fact.what != What::Blocked
        {
            ids.insert(*id);
        }
        match &fact.what {
            What::Id(id) | What::Principal(id) => {
                ids.insert(*id);
            }
            What::Nodes(list, entries) if *list != super::List::Pending => {
                ids.extend(entries.iter().map(|entry| entry.node));
            }
            _ => {}
        }
    }
    for read in facts.partitions.iter().filter(|read| is_now(&read.moment)) {
        ids.extend(read.own_id());
    }
    ids
}
