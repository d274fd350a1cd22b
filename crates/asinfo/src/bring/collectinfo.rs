//! `ascinfo.json`: what each node said, as the admin tool stores it, one or more snapshots of it.
//!
//! Invariant: a value is text that a node sent; one that the tool could not ask for is missing. Not here: writing such a
//! file (see [`crate::collect`]), and which snapshot is chosen (see `join`).

use serde_json::{Map, Value};

use super::asinfo_roster;
use super::fact::{Count, List, NodeRef, Setting, Spot, What};
use super::known;
use super::sink::Sink;

type Object = Map<String, Value>;

/// Whether JSON is such a file: by time, cluster and node.
pub(super) fn is_one(value: &Value) -> bool {
    nodes_of(value).next().is_some()
}

/// Names and values of an object; none for anything else.
fn pairs(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

/// Time, cluster's name, node's address, and what it said.
fn nodes_of(value: &Value) -> impl Iterator<Item = (&str, &str, &str, &Object)> {
    pairs(value).flat_map(|(time, clusters)| {
        pairs(clusters).flat_map(move |(cluster, nodes)| {
            pairs(nodes).filter_map(move |(node, said)| {
                Some((time, cluster, node, said.get("as_stat")?.as_object()?))
            })
        })
    })
}

/// Reads all snapshots.
pub(super) fn read(sink: &mut Sink<'_>, value: &Value) {
    let mut last = "";
    for (time, cluster, address, said) in nodes_of(value) {
        if last != time {
            sink.moment = Some(time.to_owned());
            sink.understood(Spot::Path(time.to_owned()), "a snapshot of collectinfo");
            last = time;
        }
        let mut node = Node { sink, address, time, own: NodeRef::Name(address.to_owned()) };
        if cluster != "null" && !cluster.is_empty() {
            node.add("cluster-name", cluster, None, &["cluster"]);
        }
        node.meta_data(said);
        node.statistics(said);
        node.config(said);
        node.map(said);
    }
    sink.moment = None;
}

/// One node of a snapshot.
struct Node<'s, 'o, 'a> {
    sink: &'s mut Sink<'o>,
    address: &'a str,
    time: &'a str,
    own: NodeRef,
}

/// A text, a number or a truth as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// The object on a way of names.
fn object<'a>(value: &'a Object, names: &[&str]) -> Option<&'a Object> {
    let (first, others) = names.split_first()?;
    let value = value.get(*first)?.as_object()?;
    if others.is_empty() { Some(value) } else { object(value, others) }
}

impl Node<'_, '_, '_> {
    fn at(&self, path: &[&str]) -> Spot {
        Spot::Path(format!("{} {} {}", self.time, self.address, path.join("/")))
    }

    fn fact(&mut self, path: &[&str], namespace: Option<&str>, text: &str, what: What) {
        let at = self.at(path);
        self.sink.fact(at, Some(&self.own), namespace, text, what);
    }

    fn add(&mut self, name: &str, value: &str, namespace: Option<&str>, path: &[&str]) {
        if let Some(what) = known::what(name, value) {
            self.fact(path, namespace, value, what);
        }
    }

    fn add_all(&mut self, values: &Object, namespace: Option<&str>, path: &[&str]) {
        let mut devices = 0_u8;
        let mut last = String::new();
        for (name, value) in values {
            let Some(value) = text(value) else { continue };
            let is_device = name.starts_with("storage-engine.device[")
                || name.starts_with("storage-engine.file[");
            if is_device && name.ends_with(']') {
                devices = devices.saturating_add(1);
                last.clone_from(&value);
            }
            let mut way = path.to_vec();
            way.push(name);
            self.add(name, &value, namespace, &way);
        }
        if (1..=16).contains(&devices) {
            self.fact(path, namespace, &last, What::Setting(Setting::Devices(devices)));
        }
    }

    fn meta_data(&mut self, said: &Object) {
        let Some(data) = said.get("meta_data").and_then(Value::as_object) else { return };
        for name in ["node_id", "asd_build"] {
            if let Some(value) = data.get(name).and_then(text) {
                self.add(name, &value, None, &["meta_data", name]);
            }
        }
        for name in ["ip", "node_names"] {
            let value = data.get(name).and_then(text).and_then(|text| known::name(&text));
            if let Some(value) = value.filter(|value| value != self.address) {
                self.fact(&["meta_data", name], None, &value, What::Name(value.clone()));
            }
        }
    }

    /// A namespace's values stand in `service`, in older files beside it.
    fn namespaces(&mut self, said: &Object, part: &str) {
        let Some(namespaces) = object(said, &[part, "namespace"]) else { return };
        for (name, value) in namespaces {
            let Some(values) = value.as_object() else { continue };
            let values = values.get("service").and_then(Value::as_object).unwrap_or(values);
            let path = [part, "namespace", name];
            self.fact(&path, Some(name), name, What::Namespace);
            self.add_all(values, Some(name), &path);
        }
    }

    fn statistics(&mut self, said: &Object) {
        if let Some(service) = object(said, &["statistics", "service"]) {
            self.add_all(service, None, &["statistics", "service"]);
        }
        self.namespaces(said, "statistics");
    }

    fn config(&mut self, said: &Object) {
        for part in ["service", "network"] {
            if let Some(values) = object(said, &["config", part]) {
                self.add_all(values, None, &["config", part]);
            }
        }
        self.namespaces(said, "config");
        for (namespace, lists) in object(said, &["config", "roster"]).into_iter().flatten() {
            for (name, list) in [
                ("roster", List::Current),
                ("pending_roster", List::Pending),
                ("observed_nodes", List::Observed),
            ] {
                if let Some(value) = lists.get(name) {
                    self.nodes(namespace, name, list, value);
                }
            }
        }
        for (namespace, racks) in object(said, &["config", "racks"]).into_iter().flatten() {
            for (rack, value) in racks.as_object().into_iter().flatten() {
                let list = value.get("nodes").and_then(listed);
                let nodes = list.and_then(|list| asinfo_roster::nodes(&list));
                let (Ok(rack), Some(nodes)) = (rack.parse(), nodes) else { continue };
                let at = self.at(&["config", "racks", namespace]);
                asinfo_roster::rack_of(
                    self.sink,
                    || at.clone(),
                    Some(namespace),
                    rack,
                    &nodes.entries,
                );
            }
        }
        for (namespace, rack) in object(said, &["config", "rack-ids"]).into_iter().flatten() {
            if let Some(text) = text(rack)
                && let Ok(rack) = text.parse()
            {
                let path = ["config", "rack-ids", namespace];
                self.fact(&path, Some(namespace), &text, What::EffectiveRack(rack));
            }
        }
    }

    fn nodes(&mut self, namespace: &str, name: &str, list: List, value: &Value) {
        let path = ["config", "roster", namespace, name];
        let Some(text) = listed(value) else { return };
        let Some(read) = asinfo_roster::nodes(&text) else {
            let at = self.at(&path);
            return self.sink.left(at, &text, "this is no list of nodes");
        };
        if let Some(rack) = read.active {
            self.fact(&path, Some(namespace), &text, What::ActiveRack(rack));
        }
        self.fact(&path, Some(namespace), &text, What::Nodes(list, read.entries));
    }

    fn map(&mut self, said: &Object) {
        for (namespace, counts) in said.get("pmap").and_then(Value::as_object).into_iter().flatten()
        {
            for (name, count) in [
                ("master_partition_count", Count::Primary),
                ("prole_partition_count", Count::Secondary),
            ] {
                let value = counts.get(name).and_then(text);
                if let Some(number) = value.as_deref().and_then(known::number) {
                    let path = ["pmap", namespace, name];
                    self.fact(
                        &path,
                        Some(namespace),
                        &number.to_string(),
                        What::Count(count, number),
                    );
                }
            }
        }
    }
}

/// A list of nodes as text: a list of texts, or one text.
fn listed(value: &Value) -> Option<String> {
    match value {
        Value::Array(values) => {
            let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
            Some(texts?.join(","))
        }
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}
