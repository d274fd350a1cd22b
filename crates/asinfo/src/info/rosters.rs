//! Rosters and racks: what a node's own sub-cluster has in force, pending and observed.
//!
//! Invariant: lists are highest id first; rack 0 is written without `@0`; an empty list is `null`. Not here: what a roster
//! brings about (see the engine).

use rosterlab_engine::{Command, Mode, NodeId, RackId, RosterEntry, RosterNodes};

use super::error::Refusal;
use super::fields::Fields;
use super::operate::ok_after;
use super::request::Request;
use super::{Asked, Reply};

fn list(entries: &[RosterEntry]) -> String {
    if entries.is_empty() {
        return "null".to_owned();
    }
    entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// The nodes of an SC namespace in the node's sub-cluster, with their configured racks; none in AP and in no cluster.
fn observed<'a>(asked: &'a Asked<'_>, namespace: usize) -> &'a [RosterEntry] {
    let is_strong = asked.view.namespaces[namespace].mode == Mode::StrongConsistency;
    let home = asked.home().filter(|_| is_strong);
    home.map_or(&[], |home| &home.namespaces[namespace].observed)
}

fn roster_of(asked: &Asked<'_>, namespace: usize) -> String {
    let belief = asked.belief(namespace);
    format!(
        "roster={}:pending_roster={}:observed_nodes={}",
        list(&belief.roster),
        list(&belief.pending),
        list(observed(asked, namespace))
    )
}

/// Answers about the namespace that a request names, or about each with its name before it.
fn of_each(
    asked: &Asked<'_>,
    request: &Request<'_>,
    of: impl Fn(&Asked<'_>, usize) -> String,
) -> Result<Reply, Refusal> {
    if let Some(namespace) = asked.namespace(request)? {
        return Ok(Reply::Text(of(asked, namespace)));
    }
    let namespaces = asked.view.namespaces.iter().enumerate();
    let each = namespaces.map(|(place, one)| format!("ns={}:{}", one.name, of(asked, place)));
    Ok(Reply::Text(each.collect::<Vec<_>>().join(";")))
}

/// `roster:` and `roster:namespace=name`.
pub(super) fn roster(asked: &Asked<'_>, request: &Request<'_>) -> Result<Reply, Refusal> {
    of_each(asked, request, roster_of)
}

/// `roster-set:namespace=name;nodes=id@rack,…`. Ids need not be observed, and a node that is in no cluster cannot spread a
/// roster. A prefix for an active rack (7.2) is not simulated.
pub(super) fn roster_set(asked: &Asked<'_>, request: &Request<'_>) -> Result<Reply, Refusal> {
    let name = request.namespace().ok_or(Refusal::NamespaceMissing)?;
    let nodes = request.param("nodes").filter(|nodes| !nodes.is_empty());
    let nodes = nodes.ok_or(Refusal::NodesMissing)?;
    let namespace = asked.view.namespace_index(name).ok_or(Refusal::RosterNamespace)?;
    if asked.view.namespaces[namespace].mode == Mode::Available {
        return Err(Refusal::NotStrong);
    }
    let entries: Result<Vec<RosterEntry>, _> = nodes.split(',').map(str::parse).collect();
    let entries = entries.map_err(|_| Refusal::BadNodes)?;
    let nodes = RosterNodes::List(entries);
    let set = Command::RosterSet { namespace: name.to_owned(), nodes, on: Some(asked.node.id) };
    if asked.cluster.check(&set).is_err() {
        return Err(if asked.home().is_none() { Refusal::RosterSet } else { Refusal::BadNodes });
    }
    Ok(ok_after(asked, vec![set]))
}

/// The rack of the node that counts in a namespace: the roster's in strong consistency, the configured one in AP.
fn effective_rack(asked: &Asked<'_>, namespace: usize) -> RackId {
    if asked.view.namespaces[namespace].mode == Mode::Available {
        return asked.node.rack;
    }
    let mut entries = asked.belief(namespace).roster.iter();
    entries.find(|entry| entry.node == asked.node.id).map_or(RackId::NONE, |entry| entry.rack)
}

/// `rack-ids`: `ns:rack;…`.
pub(super) fn rack_ids(asked: &Asked<'_>) -> String {
    let namespaces = asked.view.namespaces.iter().enumerate();
    let racks = namespaces.map(|(place, one)| (one.name.as_str(), effective_rack(asked, place)));
    racks.map(|(name, rack)| format!("{name}:{rack}")).collect::<Vec<_>>().join(";")
}

/// Adds `rack_1=A2,A1:rack_2=…`, racks in their order.
fn add_racks(fields: &mut Fields, tag: &str, entries: &[RosterEntry]) {
    let mut racks: Vec<RackId> = entries.iter().map(|entry| entry.rack).collect();
    racks.sort_unstable();
    racks.dedup();
    for rack in racks {
        let nodes = entries.iter().filter(|entry| entry.rack == rack);
        let nodes: Vec<String> = nodes.map(|entry| entry.node.to_string()).collect();
        fields.add(&format!("{tag}{rack}"), nodes.join(","));
    }
}

fn racks_of(asked: &Asked<'_>, namespace: usize) -> String {
    let mut fields = Fields::new(':');
    let roster = &asked.belief(namespace).roster;
    if let Some(home) = asked.home() {
        let here = home.namespaces[namespace].observed.iter().copied();
        // In strong consistency only the nodes of the roster succeed each other.
        let is_strong = asked.view.namespaces[namespace].mode == Mode::StrongConsistency;
        let in_roster = |id: NodeId| roster.iter().any(|entry| entry.node == id);
        let here: Vec<RosterEntry> =
            here.filter(|entry| !is_strong || in_roster(entry.node)).collect();
        add_racks(&mut fields, "rack_", &here);
    }
    add_racks(&mut fields, "roster_rack_", roster);
    fields.text()
}

/// `racks:` and `racks:namespace=name`.
pub(super) fn racks(asked: &Asked<'_>, request: &Request<'_>) -> Result<Reply, Refusal> {
    of_each(asked, request, racks_of)
}
