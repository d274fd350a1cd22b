//! What is said of each node: racks, whether it is there, whether it is quiesced.
//!
//! Invariant: highest id first, each once. A rack is the one that a node is configured with; the roster's may differ (see
//! `of_namespaces`). Not here: names (see `who`).

use std::collections::{BTreeMap, BTreeSet};

use rosterlab_engine::{NodeId, RackId, RosterEntry};

use super::super::fact::{Count, Fact, List, NodeRef, Place, Setting, What};
use super::choose::Chooser;
use super::who::Who;
use super::{Joined, JoinedNamespace, JoinedNode, Quiesce};

/// Adds all nodes that rosters do not only plan to have.
pub(super) fn add(out: &mut Joined, now: &[&Fact], who: &Who, chooser: &mut Chooser<'_>) {
    let observed: BTreeSet<NodeId> = out
        .namespaces
        .iter()
        .filter_map(|n| n.observed.as_ref())
        .flatten()
        .map(|e| e.node)
        .collect();
    let alone = alone(now, who, &observed);
    let said = Said::of(now, who);
    let none = Vec::new();
    for (id, names) in who.names.iter().rev() {
        let told_of = said.of.get(id).unwrap_or(&none);
        let is_in_roster = out
            .namespaces
            .iter()
            .filter_map(|namespace| namespace.roster.as_ref())
            .flatten()
            .any(|entry| entry.node == *id);
        let says = |what: What| told_of.iter().any(|fact| fact.what == what);
        let made_up = who.made_up.contains(id);
        let up = if says(What::Absent) {
            Some(false)
        } else if observed.contains(id) {
            Some(true)
        } else if alone.contains(id) || (!observed.is_empty() && is_in_roster) {
            Some(false)
        } else if told_of.iter().any(|fact| matches!(fact.what, What::Id(_))) && !made_up {
            // The tool is connected to it.
            Some(true)
        } else {
            None
        };
        out.nodes.push(JoinedNode {
            id: *id,
            made_up,
            blocked: says(What::Blocked),
            names: names.clone(),
            rack: rack(out, &said, *id, chooser),
            up,
            went: None,
            stay_quiesced: told_of
                .iter()
                .any(|fact| matches!(fact.what, What::Setting(Setting::StayQuiesced(true)))),
            quiesced: quiesced(told_of, *id, chooser),
            migrations: migrations(told_of),
        });
    }
    let matters = |fact: &&&Fact| {
        matches!(
            fact.what,
            What::Rack(_)
                | What::EffectiveRack(_)
                | What::Quiesced { is: true, .. }
                | What::Setting(Setting::StayQuiesced(true))
        )
    };
    let mut unknown: BTreeSet<&str> = BTreeSet::new();
    for fact in now.iter().filter(matters) {
        if let Some(node @ NodeRef::Name(name)) = &fact.node
            && who.id(node).is_none()
            && unknown.insert(name)
        {
            let sentence =
                format!("no input has the id of {name}: what is said of this node is not used");
            out.homeless.push((fact.place.clone(), sentence));
        }
    }
    for id in alone {
        out.assumed.push(format!("{id} says that it is in no cluster: it is taken as stopped"));
    }
}

/// What a node still has to migrate: the most that was read of it, because inputs may be of several moments.
fn migrations(told_of: &[&Fact]) -> Option<u64> {
    let told = told_of.iter().filter_map(|fact| match fact.what {
        What::Count(Count::Migrating, count) => Some(count),
        _ => None,
    });
    told.max()
}

/// Nodes that the Kubernetes operator is to keep out of rosters, and pods that it lacks. Where no roster was read, it is that of
/// all nodes that are not blocked.
pub(super) fn block(out: &mut Joined, now: &[&Fact], who: &Who) {
    for fact in now {
        let id = fact.node.as_ref().and_then(|node| who.id(node));
        let is_there = id.is_some_and(|id| out.nodes.iter().any(|node| node.id == id));
        let sentence = match (&fact.what, &fact.node) {
            (What::Blocked, _) if !is_there => {
                format!("{} is blocked, and no input has a node with this id", fact.text)
            }
            (What::Absent, Some(node)) => format!(
                "the deployment is to have {} nodes, and its status has no id of {node}: the node is taken as not there",
                fact.text
            ),
            _ => continue,
        };
        out.missing.push((fact.place.clone(), sentence));
    }
    let blocked: BTreeSet<NodeId> =
        out.nodes.iter().filter(|node| node.blocked).map(|node| node.id).collect();
    let others: Vec<RosterEntry> = out
        .nodes
        .iter()
        .filter(|node| !blocked.contains(&node.id))
        .map(|node| RosterEntry { node: node.id, rack: node.rack.unwrap_or_default() })
        .collect();
    if blocked.is_empty() || others.is_empty() {
        return;
    }
    let ids: Vec<String> = blocked.iter().map(ToString::to_string).collect();
    let strong = |namespace: &&mut JoinedNamespace| {
        namespace.strong_consistency == Some(true) && namespace.roster.is_none()
    };
    for namespace in out.namespaces.iter_mut().filter(strong) {
        namespace.roster = Some(others.clone());
        let sentence = format!(
            "no input tells the roster of {}: all nodes but {}, which the operator keeps out",
            namespace.name,
            ids.join(", ")
        );
        out.assumed.push(sentence);
    }
}

/// A namespace, if one is named, and a rack in it.
type Configured<'a> = (Option<&'a str>, RackId, &'a Place);

/// What is said of each node.
struct Said<'a> {
    of: BTreeMap<NodeId, Vec<&'a Fact>>,
    /// The racks that nodes are configured with, in one namespace or in all.
    racks: BTreeMap<NodeId, Vec<Configured<'a>>>,
}

impl<'a> Said<'a> {
    fn of(now: &[&'a Fact], who: &Who) -> Self {
        let mut said = Self { of: BTreeMap::new(), racks: BTreeMap::new() };
        for fact in now {
            let id = fact.node.as_ref().and_then(|node| who.id(node));
            if let Some(id) = id {
                said.of.entry(id).or_default().push(fact);
            }
            let namespace = fact.namespace.as_deref();
            match (&fact.what, id) {
                (What::Nodes(List::Observed, entries), _) => {
                    for entry in entries {
                        let told = (namespace, entry.rack, &fact.place);
                        said.racks.entry(entry.node).or_default().push(told);
                    }
                }
                (What::Rack(rack), Some(id)) => {
                    said.racks.entry(id).or_default().push((namespace, *rack, &fact.place));
                }
                _ => {}
            }
        }
        said
    }
}

/// Nodes that observe nobody although others observe somebody.
fn alone(now: &[&Fact], who: &Who, observed: &BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    let (mut empty, mut speaking) = (BTreeSet::new(), BTreeSet::new());
    for fact in now {
        let id = fact.node.as_ref().and_then(|node| who.id(node));
        if let (What::Nodes(List::Observed, entries), Some(id)) = (&fact.what, id) {
            if entries.is_empty() {
                empty.insert(id)
            } else {
                speaking.insert(id)
            };
        }
    }
    let is_alone =
        |id: &NodeId| !observed.is_empty() && !observed.contains(id) && !speaking.contains(id);
    empty.into_iter().filter(is_alone).collect()
}

fn quiesced(told_of: &[&Fact], id: NodeId, chooser: &mut Chooser<'_>) -> Option<Quiesce> {
    let mut told = |wanted: bool, subject: &str| {
        let told = told_of.iter().filter_map(|fact| match fact.what {
            What::Quiesced { effective, is } if effective == wanted => {
                Some((is, fact.place.clone()))
            }
            _ => None,
        });
        let told: Vec<(bool, Place)> = told.collect();
        chooser.one(&format!("{subject} of {id}"), &told)
    };
    let effective = told(true, "effective_is_quiesced");
    match (effective, told(false, "pending_quiesce")) {
        (Some(true), _) => Some(Quiesce::Effective),
        (_, Some(true)) => Some(Quiesce::Pending),
        (None, None) => None,
        _ => Some(Quiesce::No),
    }
}

/// The rack that a node is configured with: what it or the observed nodes say, else the one that counts, else the roster's.
fn rack(out: &Joined, said: &Said<'_>, id: NodeId, chooser: &mut Chooser<'_>) -> Option<RackId> {
    if let Some(told) = said.racks.get(&id) {
        // A node may have another rack in each namespace; here it has the first one's.
        let first = told.iter().find_map(|(namespace, ..)| *namespace);
        let told: Vec<(RackId, Place)> = told
            .iter()
            .filter(|(namespace, ..)| namespace.is_none() || *namespace == first)
            .map(|(_, rack, place)| (*rack, (*place).clone()))
            .collect();
        return chooser.one(&format!("the rack that {id} is configured with"), &told);
    }
    let in_roster = out
        .namespaces
        .iter()
        .filter_map(|namespace| namespace.roster.as_ref())
        .find_map(|roster| roster.iter().find(|entry| entry.node == id));
    if let Some(entry) = in_roster {
        return Some(entry.rack);
    }
    let told = said.of.get(&id).map(Vec::as_slice).unwrap_or_default();
    let effective = told.iter().filter_map(|fact| match fact.what {
        What::EffectiveRack(rack) => Some((rack, fact.place.clone())),
        _ => None,
    });
    chooser.one(&format!("the rack of {id}"), &effective.collect::<Vec<_>>())
}
