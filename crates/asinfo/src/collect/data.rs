//! `ascinfo.json`: what each node said, as the admin tool stores it to read it again.
//!
//! Invariant: values are texts as nodes sent them; of a request that a node answers with an error there is nothing, or an
//! empty value where the tool looks for one. Not here: tables (see `logs`).

use rosterlab_engine::NodeId;
use serde_json::{Map, Value, json};

use crate::admin::replies::{self, Rosters, Values};
use crate::admin::{Found, Nodes};

/// The file's text: a snapshot at one time.
pub(super) fn json(nodes: &mut dyn Nodes, found: &[Found], now: &str) -> String {
    let of_nodes: Map<String, Value> =
        found.iter().map(|node| (node.address.clone(), of_node(nodes, node))).collect();
    let names = found.iter().filter_map(|node| Asked { nodes, node: node.id }.text("cluster-name"));
    let named = names.into_iter().find(|name| name != "null");
    let cluster = named.unwrap_or_else(|| "null".to_owned());
    format!("{:#}\n", json!({ now: { cluster: of_nodes } }))
}

fn of_node(nodes: &mut dyn Nodes, node: &Found) -> Value {
    let mut asked = Asked { nodes, node: node.id };
    let namespaces = asked.list("namespaces");
    json!({ "as_stat": {
        "statistics": statistics(&mut asked, &namespaces),
        "config": config(&mut asked, &namespaces),
        "meta_data": meta_data(&mut asked, node),
        "pmap": partition_map(&mut asked),
        "histogram": {},
        "latency": {},
        "acl": { "users": {}, "roles": {} },
        "user_agents": [],
    } })
}

/// The node that is asked.
struct Asked<'a> {
    nodes: &'a mut dyn Nodes,
    node: NodeId,
}

impl Asked<'_> {
    /// What the node replies, unless that is an error.
    fn text(&mut self, request: &str) -> Option<String> {
        let said = self.nodes.ask(self.node, request)?;
        replies::checked(Ok(said), "").ok()
    }

    /// A reply of `name=value;…`.
    fn values(&mut self, request: &str) -> Values {
        self.text(request).map(|text| replies::values(&text, ';')).unwrap_or_default()
    }

    /// A reply of `name;…`.
    fn list(&mut self, request: &str) -> Vec<String> {
        self.text(request).map(|text| replies::list(&text)).unwrap_or_default()
    }

    /// The configuration of a part of the server.
    fn config(&mut self, context: &str) -> Values {
        self.values(&format!("get-config:context={context}"))
    }
}

fn statistics(asked: &mut Asked<'_>, namespaces: &[String]) -> Value {
    let sets = asked.text("sets").unwrap_or_default();
    let mut of_namespaces = Map::new();
    for namespace in namespaces {
        let service = asked.values(&format!("namespace/{namespace}"));
        let sets = sets_of(&sets, namespace);
        let of = json!({ "service": service, "set": sets, "bin": {}, "sindex": {} });
        of_namespaces.insert(namespace.clone(), of);
    }
    json!({
        "service": asked.values("statistics"),
        "namespace": of_namespaces,
        "xdr": {}, "dc": {}, "xdr_ns": {},
    })
}

/// What a node says of the sets of a namespace, by their names.
fn sets_of(said: &str, namespace: &str) -> Map<String, Value> {
    let mut sets = Map::new();
    for values in replies::list(said).iter().map(|part| replies::values(part, ':')) {
        if let (Some(of), Some(set)) = (values.get("ns"), values.get("set"))
            && of == namespace
        {
            sets.insert(set.clone(), json!(values));
        }
    }
    sets
}

fn config(asked: &mut Asked<'_>, namespaces: &[String]) -> Value {
    let (mut of_namespaces, mut rosters) = (Map::new(), Map::new());
    for namespace in namespaces {
        let service = asked.config(&format!("namespace;id={namespace}"));
        if service.get("strong-consistency").is_some_and(|strong| strong == "true")
            && let Some(said) = asked.text(&format!("roster:namespace={namespace}"))
        {
            rosters.insert(namespace.clone(), roster(namespace, replies::rosters(&said)));
        }
        of_namespaces.insert(namespace.clone(), json!({ "service": service }));
    }
    json!({
        "service": asked.config("service"),
        "network": asked.config("network"),
        "security": asked.config("security"),
        "namespace": of_namespaces,
        "xdr": asked.config("xdr"),
        "dc": {}, "xdr_ns": {}, "xdr_filter": {},
        "roster": rosters,
        "racks": racks(asked),
        "rack-ids": rack_ids(asked),
        "logging": logging(asked),
    })
}

fn roster(namespace: &str, rosters: Rosters) -> Value {
    // A roster that is not set has this one word in it.
    let list = |nodes: Vec<String>| if nodes.is_empty() { vec!["null".to_owned()] } else { nodes };
    json!({
        "ns": namespace,
        "roster": list(rosters.current),
        "pending_roster": list(rosters.pending),
        "observed_nodes": list(rosters.observed),
    })
}

fn racks(asked: &mut Asked<'_>) -> Map<String, Value> {
    let said = asked.text("racks:").unwrap_or_default();
    let of_namespace = |(namespace, part): (String, String)| {
        let of_rack = |(rack, nodes): (i128, String)| {
            let id = rack.to_string();
            let nodes: Vec<&str> = nodes.split(',').collect();
            (id.clone(), json!({ "rack-id": id, "nodes": nodes }))
        };
        let racks: Map<String, Value> = replies::racks(&part).into_iter().map(of_rack).collect();
        (namespace, Value::Object(racks))
    };
    replies::by_namespace(&said).into_iter().map(of_namespace).collect()
}

/// Pairs of `name:value;…`.
fn pairs(said: &str) -> Map<String, Value> {
    let pairs = said.split(';').filter_map(|pair| pair.split_once(':'));
    pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect()
}

fn rack_ids(asked: &mut Asked<'_>) -> Map<String, Value> {
    pairs(&asked.text("rack-ids").unwrap_or_default())
}

/// The levels of each log, by the log's file.
fn logging(asked: &mut Asked<'_>) -> Map<String, Value> {
    let logs = pairs(&asked.text("logs").unwrap_or_default());
    let mut of_logs = Map::new();
    for (number, file) in logs {
        let levels = pairs(&asked.text(&format!("log/{number}")).unwrap_or_default());
        of_logs.insert(file.as_str().unwrap_or_default().to_owned(), Value::Object(levels));
    }
    of_logs
}

fn meta_data(asked: &mut Asked<'_>, node: &Found) -> Value {
    let endpoint = |(ip, port): (String, String)| json!([ip, number(&port), null]);
    let service = asked.text("service-clear-std").unwrap_or_default();
    let endpoints: Vec<Value> = replies::address(&service).map(endpoint).into_iter().collect();
    let peers = replies::peers(&asked.text("peers-clear-std").unwrap_or_default());
    let services: Vec<Value> =
        peers.into_iter().map(|peer| endpoint((peer.ip, peer.port))).collect();
    let practices = asked.values("best-practices").remove("failed_best_practices");
    let failed = practices.filter(|failed| failed != "none" && !failed.is_empty());
    let failed: Vec<&str> = failed.iter().flat_map(|failed| failed.split(',')).collect();
    json!({
        "asd_build": asked.text("build").unwrap_or_default(),
        "edition": asked.text("version").unwrap_or_default(),
        "node_id": asked.text("node").unwrap_or_default(),
        "ip": node.address,
        "endpoints": endpoints,
        "services": services,
        "node_names": node.name,
        "udf": {},
        "health": {},
        "best_practices": failed,
        "jobs": { "scan": {}, "query": {}, "sindex-builder": {} },
        "feature-key": "",
        "release": asked.values("release"),
    })
}

/// A number where the tool has one; anything else as it is.
fn number(text: &str) -> Value {
    text.parse::<u16>().map_or_else(|_| json!(text), |number| json!(number))
}

/// How many partitions the node masters and holds: what the tool adds when it is asked for the partition map.
fn partition_map(asked: &mut Asked<'_>) -> Map<String, Value> {
    let (Some(id), Some(said)) = (asked.text("node"), asked.text("partition-info")) else {
        return Map::new();
    };
    let key = asked.values("statistics").remove("cluster_key");
    let mut map = Map::new();
    for (namespace, counts) in replies::partitions(&said, &id) {
        let values = asked.values(&format!("namespace/{namespace}"));
        let told = |name: &str| values.get(name).cloned().unwrap_or_default();
        let of = json!({
            "master_partition_count": whole(counts.primary),
            "prole_partition_count": whole(counts.secondary),
            "cluster_key": key.as_deref().unwrap_or("N/E"),
            "dead_partitions": told("dead_partitions"),
            "unavailable_partitions": told("unavailable_partitions"),
        });
        map.insert(namespace, of);
    }
    map
}

/// A count as a number of JSON.
fn whole(count: i128) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
