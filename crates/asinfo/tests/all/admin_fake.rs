//! A stand-in for a cluster: nodes that reply what a file says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use rosterlab_asinfo::admin::Nodes;
use rosterlab_engine::NodeId;
use serde::Deserialize;

/// Three nodes.
pub struct Fake {
    replies: BTreeMap<String, BTreeMap<String, String>>,
    changes: Changes,
    down: BTreeSet<String>,
    /// All that was asked, in order: node and request.
    pub asked: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Changes {
    namespaces: Vec<String>,
    replies: BTreeMap<String, String>,
}

/// What a file of the golden folder holds.
pub fn golden(name: &str) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/admin");
    std::fs::read_to_string(folder.join(name)).ok()
}

impl Fake {
    /// The nodes of appendix B, with the changes that the session of this name makes.
    pub fn new(session: &str) -> Self {
        let replies = golden("replies.json").expect("the replies are there");
        let changes = golden(&format!("{session}.json"));
        let changes = changes.map(|text| serde_json::from_str(&text).expect("changes are JSON"));
        Self {
            replies: serde_json::from_str(&replies).expect("replies are JSON"),
            changes: changes.unwrap_or_default(),
            down: BTreeSet::new(),
            asked: Vec::new(),
        }
    }

    /// The same nodes with a partition map of one row, for tests of many lines.
    pub fn small() -> Self {
        let mut fake = Self::new("");
        let map = "namespace:partition:state:n_replicas:replica:working_master;test:0:S:2:0:A1";
        fake.set("partition-info", map);
        fake
    }

    /// From now on, this is the reply to a request, written with or without a node before it.
    pub fn set(&mut self, request: &str, reply: &str) {
        self.changes.replies.insert(request.to_owned(), reply.to_owned());
    }

    /// A node that was stopped answers again.
    pub fn start(&mut self, node: &str) {
        self.down.remove(node);
    }

    /// What was asked, but for what finds out who is there.
    pub fn questions(&mut self) -> Vec<String> {
        let own = ["node", "build", "peers-generation", "service-clear-std", "peers-clear-std"];
        let asked = std::mem::take(&mut self.asked).into_iter();
        asked.filter(|asked| !own.iter().any(|own| asked.ends_with(&format!(" {own}")))).collect()
    }

    fn namespaces(&self) -> Vec<String> {
        let own = &self.changes.namespaces;
        if own.is_empty() { vec!["test".to_owned()] } else { own.clone() }
    }

    fn reply(&self, node: &str, request: &str) -> String {
        let changes = &self.changes.replies;
        if let Some(reply) =
            changes.get(&format!("{node} {request}")).or_else(|| changes.get(request))
        {
            return reply.clone();
        }
        match request {
            "partition-info" => return self.partitions(node),
            "namespaces" => return self.namespaces().join(";"),
            _ => {}
        }
        if request.starts_with("roster-set:") || request.starts_with("revive:") {
            return "ok".to_owned();
        }
        let request = if self.namespaces().iter().any(|name| request == format!("namespace/{name}"))
        {
            "namespace/test"
        } else {
            request
        };
        let of = |node: &str| self.replies.get(node).and_then(|replies| replies.get(request));
        of(node)
            .or_else(|| of("all"))
            .map_or("ERROR:4:unrecognized command", String::as_str)
            .to_owned()
    }

    fn partitions(&self, node: &str) -> String {
        let mut out =
            "namespace:partition:state:n_replicas:replica:n_dupl:working_master:regime".to_owned();
        let nodes = ["A1", "A2", "A3"];
        for namespace in self.namespaces() {
            for partition in 0..4096 {
                let master = nodes[partition % 3];
                let replica = if node == master {
                    0
                } else if node == nodes[(partition + 1) % 3] {
                    1
                } else {
                    -1
                };
                let state = if replica < 0 { 'A' } else { 'S' };
                let _ = write!(out, ";{namespace}:{partition}:{state}:2:{replica}:0:{master}:1");
            }
        }
        out
    }
}

impl Nodes for Fake {
    fn ask(&mut self, node: NodeId, request: &str) -> Option<String> {
        let node = node.to_string();
        self.asked.push(format!("{node} {request}"));
        if self.down.contains(&node) || !self.replies.contains_key(&node) {
            return None;
        }
        if let Some(gone) = request.strip_prefix("ctl-down ") {
            self.down.insert(gone.to_owned());
            return Some("ok".to_owned());
        }
        Some(self.reply(&node, request))
    }

    fn host_name(&self, ip: &str) -> String {
        if ip == "127.0.0.1" { "localhost".to_owned() } else { ip.to_owned() }
    }

    fn now(&self) -> String {
        "2026-11-21 19:48:44 UTC".to_owned()
    }
}
