//! The Kubernetes operator's `AerospikeCluster`, in YAML or JSON.
//!
//! Invariant: pods are those that the operator makes of the size and the racks: `NAME-RACK-N`, as many on one rack as on
//! another, the first racks one more. Their ids are read where the status has them; a pod that the status lacks is not there.
//! Not here: ids for pods without one
//! (see `join`).

use std::collections::{BTreeMap, BTreeSet};

use super::fact::{Count, NodeRef, Setting, Spot, What};
use super::known;
use super::sink::Sink;
use super::yaml::{Tree, Value};

/// The most pods.
const MOST: u64 = 256;

/// Whether a document is one of the operator's, or has one in a list.
pub(super) fn is_cluster(tree: &Tree) -> bool {
    let is = |tree: &Tree| {
        let kind = tree.get("kind").and_then(Tree::text);
        let version = tree.get("apiVersion").and_then(Tree::text).unwrap_or_default();
        kind == Some("AerospikeCluster")
            || (kind.is_none() && version.starts_with("asdb.aerospike.com"))
    };
    is(tree) || tree.get("items").is_some_and(|items| items.list().iter().any(is))
}

/// Reads a document.
pub(super) fn read(sink: &mut Sink<'_>, tree: &Tree) {
    if let Some(items) = tree.get("items") {
        items.list().iter().filter(|item| is_cluster(item)).for_each(|item| read(sink, item));
        return;
    }
    sink.understood(at(tree), "the Kubernetes operator's AerospikeCluster");
    let name = tree.at(&["metadata", "name"]).and_then(Tree::text).unwrap_or("aerospike");
    let Some(spec) = tree.get("spec") else {
        sink.left(at(tree), "AerospikeCluster", "it has no spec");
        return;
    };
    if let Some(image) = spec.get("image")
        && let Some(text) = image.text()
        && let Some(build) = text.rsplit_once(':').and_then(|(_, tag)| known::build(tag))
    {
        sink.fact(at(image), None, None, text, What::Build(build));
    }
    let pods = status(sink, tree.get("status"));
    of_size(sink, name, spec, &pods);
    if let Some(config) = spec.get("aerospikeConfig") {
        settings(sink, config);
    }
    for blocked in spec.get("rosterNodeBlockList").map(Tree::list).unwrap_or_default() {
        if let Some(text) = blocked.text()
            && let Some(id) = known::id(text)
        {
            sink.fact(at(blocked), Some(&NodeRef::Id(id)), None, text, What::Blocked);
        }
    }
    for host in spec.get("k8sNodeBlockList").map(Tree::list).unwrap_or_default() {
        let why = "a blocked Kubernetes node: the file does not tell which pods run there";
        sink.left(at(host), host.text().unwrap_or_default(), why);
    }
}

fn at(tree: &Tree) -> Spot {
    Spot::Lines(tree.line, tree.last)
}

/// The pods that the status names, with their ids and racks; one without an id has not started.
fn status<'a>(sink: &mut Sink<'_>, status: Option<&'a Tree>) -> BTreeSet<&'a str> {
    let pods = status.and_then(|status| status.get("pods")).map(Tree::map).unwrap_or_default();
    let mut known = BTreeSet::new();
    for (name, pod) in pods {
        let node = NodeRef::Name(name.clone());
        let own = pod.get("aerospike");
        let Some(id) = own.and_then(|own| own.get("nodeID")) else { continue };
        let Some(text) = id.text() else { continue };
        let Some(read) = known::id(text) else {
            sink.left(at(id), text, "this is no node id");
            continue;
        };
        sink.fact(at(id), Some(&node), None, text, What::Id(read));
        let rack = own.and_then(|own| own.get("rackID"));
        if let Some((tree, text)) = rack.and_then(|rack| Some((rack, rack.text()?)))
            && let Some(what) = known::what("rack-id", text)
        {
            sink.fact(at(tree), Some(&node), None, text, what);
        }
        known.insert(name.as_str());
    }
    known
}

/// The pods that the size and the racks ask for, but for those of the status. They are not there if it has any.
fn of_size(sink: &mut Sink<'_>, name: &str, spec: &Tree, there: &BTreeSet<&str>) {
    let Some(size) = spec.get("size") else { return };
    let text = size.text().unwrap_or_default();
    let Some(number) = known::number(text).filter(|number| (1..=MOST).contains(number)) else {
        sink.left(at(size), text, "this is no size of a cluster");
        return;
    };
    sink.fact(at(size), None, None, text, What::Count(Count::DeploymentSize, number));
    let racks = spec.at(&["rackConfig", "racks"]).map(Tree::list).unwrap_or_default();
    let racks: Vec<(&Tree, &str)> = racks
        .iter()
        .filter_map(|rack| rack.get("id").and_then(|id| Some((id, id.text()?))))
        .collect();
    let count = u64::try_from(racks.len()).unwrap_or(u64::MAX);
    let mut numbers: BTreeMap<&str, u64> = BTreeMap::new();
    for pod in 0..number {
        let rack = pod.checked_rem(count).and_then(|at| racks.get(usize::try_from(at).ok()?));
        let id = rack.map_or("0", |(_, id)| *id);
        let own = numbers.entry(id).or_default();
        let name = format!("{name}-{id}-{own}");
        *own += 1;
        if there.contains(name.as_str()) {
            continue;
        }
        let node = NodeRef::Name(name);
        if !there.is_empty() {
            sink.fact(at(size), Some(&node), None, text, What::Absent);
        }
        match rack.map(|(tree, id)| (tree, id, known::what("rack-id", id))) {
            Some((tree, id, Some(what))) => sink.fact(at(tree), Some(&node), None, id, what),
            _ => sink.fact(
                at(size),
                Some(&node),
                None,
                text,
                What::Count(Count::DeploymentSize, number),
            ),
        }
    }
}

/// `aerospikeConfig`: the configuration file as a tree.
fn settings(sink: &mut Sink<'_>, config: &Tree) {
    let mut add = |name: &str, tree: &Tree, namespace: Option<&str>| {
        if let Some(text) = tree.text()
            && let Some(what) = known::what(name, text)
        {
            sink.fact(at(tree), None, namespace, text, what);
        }
    };
    for (name, value) in config.get("service").map(Tree::map).unwrap_or_default() {
        // One id for all pods would be a mistake of the file.
        if name != "node-id" {
            add(name, value, None);
        }
    }
    for (name, value) in config.at(&["network", "heartbeat"]).map(Tree::map).unwrap_or_default() {
        add(&format!("heartbeat.{name}"), value, None);
    }
    let namespaces = config.get("namespaces").map(Tree::list).unwrap_or_default();
    for namespace in namespaces {
        let Some(name) = namespace.get("name").and_then(Tree::text) else { continue };
        for (key, value) in namespace.map().iter().filter(|(key, _)| key != "rack-id") {
            add(key, value, Some(name));
        }
        let engine = namespace.get("storage-engine");
        for (key, value) in engine.map(Tree::map).unwrap_or_default() {
            add(&format!("storage-engine.{key}"), value, Some(name));
        }
    }
    for namespace in namespaces {
        let Some(tree) = namespace.get("name") else { continue };
        let Some(name) = tree.text() else { continue };
        sink.fact(at(tree), None, Some(name), name, What::Namespace);
        let engine = namespace.get("storage-engine");
        let devices = engine.and_then(|engine| engine.get("devices").or(engine.get("files")));
        if let Some(Tree { value: Value::List(devices), .. }) = devices
            && let Ok(count) = u8::try_from(devices.len())
            && let Some(first) = devices.first().filter(|_| (1..=16).contains(&count))
        {
            let text = first.text().unwrap_or_default();
            sink.fact(at(first), None, Some(name), text, What::Setting(Setting::Devices(count)));
        }
    }
}
