//! What is said of each namespace: settings, rosters, counts.
//!
//! Invariant: by name, each once. A fact that names no namespace is about the only one, or about none. Not here: what is
//! taken where nobody says anything (see `scenario`).

use std::collections::{BTreeMap, BTreeSet};

use rosterlab_engine::{MAX_NAMESPACES, NodeId, RackId, RosterEntry};

use super::super::fact::{Count, Fact, List, NodeRef, Place, Setting, What};
use super::super::known::is_of_namespace;
use super::super::sink::Facts;
use super::choose::Chooser;
use super::who::Who;
use super::{Joined, JoinedNamespace, lists, settings};

/// What a namespace is called whose name no input has.
const UNNAMED: &str = "main";

/// The names of all namespaces.
pub(super) fn names(now: &[&Fact], facts: &Facts, out: &mut Joined) -> Vec<String> {
    let mut names: BTreeSet<&str> =
        now.iter().filter_map(|fact| fact.namespace.as_deref()).collect();
    names.extend(
        facts.partitions.iter().flat_map(|read| read.namespaces.keys().map(String::as_str)),
    );
    names.extend(facts.replicas.iter().map(|read| read.namespace.as_str()));
    let is_name = |name: &&str| {
        (1..=31).contains(&name.len())
            && !name.contains([':', ';', ',', '=', ' '])
            && !name.chars().any(char::is_control)
    };
    let mut names: Vec<String> = names.into_iter().filter(is_name).map(str::to_owned).collect();
    let nameless: Vec<&&Fact> =
        now.iter().filter(|fact| fact.namespace.is_none() && is_of_namespace(&fact.what)).collect();
    if names.is_empty() {
        if !now.is_empty() {
            out.assumed.push(format!("no input names a namespace: it is called {UNNAMED}"));
            names.push(UNNAMED.to_owned());
        }
    } else if names.len() > 1 {
        for fact in nameless {
            let sentence =
                format!("{:?} does not tell which namespace it is about", short(&fact.text));
            out.homeless.push((fact.place.clone(), sentence));
        }
    }
    if names.len() > MAX_NAMESPACES {
        out.assumed.push(format!(
            "only the first {MAX_NAMESPACES} namespaces are used, of {}",
            names.len()
        ));
        names.truncate(MAX_NAMESPACES);
    }
    names
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Adds all namespaces.
pub(super) fn add(
    out: &mut Joined,
    now: &[&Fact],
    names: &[String],
    who: &Who,
    chooser: &mut Chooser<'_>,
) {
    let only = names.len() == 1;
    for name in names {
        let of: Vec<&Fact> = now
            .iter()
            .filter(|fact| fact.namespace.as_ref().map_or(only, |namespace| namespace == name))
            .copied()
            .collect();
        let mut namespace = one(out, &of, name, who, chooser);
        namespace.racks = racks(now, name, who);
        out.namespaces.push(namespace);
    }
}

fn one(
    out: &Joined,
    of: &[&Fact],
    name: &str,
    who: &Who,
    chooser: &mut Chooser<'_>,
) -> JoinedNamespace {
    let strong_consistency = strong_consistency(of, name, chooser);
    let mut setting = |what: &str, pick: fn(Setting) -> Option<bool>| {
        chooser.one(&format!("{what} of {name}"), &settings(of, pick))
    };
    let commit_to_device = setting("commit-to-device", |s| {
        if let Setting::CommitToDevice(v) = s { Some(v) } else { None }
    });
    let configured = setting("prefer-uniform-balance", |s| {
        if let Setting::UniformBalance(v) = s { Some(v) } else { None }
    });
    let effective = setting("effective_prefer_uniform_balance", |s| {
        if let Setting::EffectiveUniformBalance(v) = s { Some(v) } else { None }
    });
    let auto_revive =
        setting("auto-revive", |s| if let Setting::AutoRevive(v) = s { Some(v) } else { None });
    let replication_factor = replication_factor(of, name, chooser);
    let devices: Vec<(u8, Place)> =
        settings(of, |s| if let Setting::Devices(v) = s { Some(v) } else { None });
    let in_memory = |fact: &&Fact| fact.what == What::Setting(Setting::InMemory(true));
    let in_memory = devices.is_empty() && of.iter().any(in_memory);
    let roster = roster(of, name, List::Current, chooser);
    let pending = roster_of_sides(out, of, name, who, chooser);
    let observed = observed(out, of, name, who, chooser);
    let roster = roster.map(|roster| with_racks(of, name, &roster, who, chooser));
    let active = of.iter().filter_map(|fact| match fact.what {
        What::ActiveRack(rack) => Some((rack, fact.place.clone())),
        _ => None,
    });
    let active_rack =
        chooser.one(&format!("the active rack of {name}"), &active.collect::<Vec<_>>());
    let counts = |wanted: Count| {
        let told = of.iter().filter_map(|fact| match fact.what {
            What::Count(count, number) if count == wanted => Some(number),
            _ => None,
        });
        told.collect::<BTreeSet<u64>>()
    };
    JoinedNamespace {
        name: name.to_owned(),
        configured: of.iter().any(|fact| fact.what == What::Namespace),
        replication_factor,
        strong_consistency,
        commit_to_device,
        // What the cluster makes of it is what counts.
        uniform_balance: effective.or(configured),
        auto_revive,
        // Nodes may have different numbers of devices; here all have as many as the one with the most.
        devices: devices.iter().map(|(count, _)| *count).max(),
        in_memory,
        racks: BTreeMap::new(),
        roster,
        pending,
        observed,
        active_rack,
        unavailable: counts(Count::Unavailable),
        dead: counts(Count::Dead),
    }
}

/// Whether a namespace has strong consistency. Only such a one has a roster, so a roster contradicts a setting that says no.
fn strong_consistency(of: &[&Fact], name: &str, chooser: &mut Chooser<'_>) -> Option<bool> {
    let mut told =
        settings(of, |s| if let Setting::StrongConsistency(v) = s { Some(v) } else { None });
    if told.iter().any(|(is, _)| !is) {
        let rosters = lists(of, name, List::Current).filter(|(list, ..)| !list.is_empty());
        told.extend(rosters.map(|(_, _, place)| (true, place.clone())));
    }
    chooser.one(&format!("strong-consistency of {name}"), &told)
}

/// The replication factor. What takes effect is less in a small cluster and on nodes outside the roster, and never more.
fn replication_factor(of: &[&Fact], name: &str, chooser: &mut Chooser<'_>) -> Option<u8> {
    let mut told =
        settings(of, |s| if let Setting::ReplicationFactor(v) = s { Some(v) } else { None });
    let effective =
        settings(
            of,
            |s| if let Setting::EffectiveReplicationFactor(v) = s { Some(v) } else { None },
        );
    let most = told.iter().map(|(factor, _)| *factor).max();
    match most {
        None => effective.iter().map(|(factor, _)| *factor).max().filter(|factor| *factor > 0),
        Some(most) => {
            told.extend(effective.into_iter().filter(|(factor, _)| *factor > most));
            chooser.one(&format!("replication-factor of {name}"), &told)
        }
    }
}

/// The racks of nodes in a namespace. What names no namespace holds in all.
fn racks(now: &[&Fact], name: &str, who: &Who) -> BTreeMap<NodeId, BTreeSet<RackId>> {
    let mut racks: BTreeMap<NodeId, BTreeSet<RackId>> = BTreeMap::new();
    let is_of = |fact: &&&Fact| fact.namespace.as_deref().is_none_or(|of| of == name);
    for fact in now.iter().filter(is_of) {
        match &fact.what {
            What::Rack(rack) | What::EffectiveRack(rack) => {
                if let Some(id) = fact.node.as_ref().and_then(|node| who.id(node)) {
                    racks.entry(id).or_default().insert(*rack);
                }
            }
            What::Nodes(List::Observed, entries) => {
                for entry in entries {
                    racks.entry(entry.node).or_default().insert(entry.rack);
                }
            }
            _ => {}
        }
    }
    racks
}

/// A list as it is compared: highest id first.
fn sorted(entries: &[RosterEntry]) -> Vec<RosterEntry> {
    let mut entries = entries.to_vec();
    entries.sort_by(|a, b| b.cmp(a));
    entries
}

/// A list as it is shown.
fn shown(entries: &[RosterEntry]) -> String {
    if entries.is_empty() {
        return "null".to_owned();
    }
    entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn roster(
    of: &[&Fact],
    name: &str,
    list: List,
    chooser: &mut Chooser<'_>,
) -> Option<Vec<RosterEntry>> {
    let told = told(lists(of, name, list));
    chooser.one_as(&format!("the {} of {name}", list.name()), &told, |list| shown(list))
}

/// Lists as they are compared, each with its place.
fn told<'a>(
    lists: impl Iterator<Item = (&'a Vec<RosterEntry>, Option<&'a NodeRef>, &'a Place)>,
) -> Vec<(Vec<RosterEntry>, Place)> {
    lists.map(|(entries, _, place)| (sorted(entries), place.clone())).collect()
}

/// The pending roster. Each side of a split has its own, and that is no contradiction: the side of the highest node counts.
fn roster_of_sides(
    out: &Joined,
    of: &[&Fact],
    name: &str,
    who: &Who,
    chooser: &mut Chooser<'_>,
) -> Option<Vec<RosterEntry>> {
    let first = out.sides.first();
    let is_here = |teller: Option<NodeId>| match (first, teller) {
        (Some(side), Some(teller)) => side.contains(&teller),
        _ => true,
    };
    let here = lists(of, name, List::Pending)
        .filter(|(_, teller, _)| is_here(teller.and_then(|teller| who.id(teller))));
    let told = told(here);
    chooser.one_as(&format!("the {} of {name}", List::Pending.name()), &told, |list| shown(list))
}

/// The observed nodes of all sides together.
fn observed(
    out: &Joined,
    of: &[&Fact],
    name: &str,
    who: &Who,
    chooser: &mut Chooser<'_>,
) -> Option<Vec<RosterEntry>> {
    if out.sides.is_empty() {
        // A node that observes nobody is in no cluster, and does not contradict the others.
        let told = told(lists(of, name, List::Observed));
        let some: Vec<_> =
            told.iter().filter(|(entries, _)| !entries.is_empty()).cloned().collect();
        let told = if some.is_empty() { told } else { some };
        return chooser.one_as(
            &format!("the {} of {name}", List::Observed.name()),
            &told,
            |list| shown(list),
        );
    }
    let mut all: Vec<RosterEntry> = Vec::new();
    for side in &out.sides {
        let here = lists(of, name, List::Observed).filter(|(_, teller, _)| {
            teller.and_then(|teller| who.id(teller)).is_some_and(|teller| side.contains(&teller))
        });
        let told = told(here);
        let highest = side.first().map(ToString::to_string).unwrap_or_default();
        let subject = format!("the observed nodes of {name} on the side of {highest}");
        all.extend(chooser.one_as(&subject, &told, |list| shown(list)).unwrap_or_default());
    }
    Some(sorted(&all))
}

/// The roster with one rack for each node: it may name a node twice, and `show racks` may say something else.
fn with_racks(
    of: &[&Fact],
    name: &str,
    roster: &[RosterEntry],
    who: &Who,
    chooser: &mut Chooser<'_>,
) -> Vec<RosterEntry> {
    let mut told: BTreeMap<NodeId, Vec<(RackId, Place)>> = BTreeMap::new();
    for (entries, _, place) in
        lists(of, name, List::Current).filter(|(list, ..)| sorted(list) == roster)
    {
        for entry in entries {
            told.entry(entry.node).or_default().push((entry.rack, place.clone()));
        }
    }
    for fact in of {
        if let What::EffectiveRack(rack) = fact.what
            && let Some(id) = fact.node.as_ref().and_then(|node| who.id(node))
        {
            told.entry(id).or_default().push((rack, fact.place.clone()));
        }
    }
    let nodes: BTreeSet<NodeId> = roster.iter().map(|entry| entry.node).collect();
    let rack = |node: NodeId| {
        let subject = format!("the rack of {node} in the roster of {name}");
        let told = told.get(&node).map(Vec::as_slice).unwrap_or_default();
        RosterEntry { node, rack: chooser.one(&subject, told).unwrap_or_default() }
    };
    nodes.into_iter().rev().map(rack).collect()
}
