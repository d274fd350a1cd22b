//! What a node is called in a scenario: one of the names that were read, and an address beside it.
//!
//! Invariant: no node gets a name that was not read, or a name that another node was read with. A host goes before an address, and a port
//! is left out where the host has one node. Not here: which names mean which node (see `join`).

use std::collections::BTreeSet;

use rosterlab_engine::NodeId;
use rosterlab_scenario::{NodeName, NodeNames};

use super::join::{Joined, JoinedNode};
use super::sink::Facts;

/// The name of each node that has one, and the address of each that has one beside its name.
pub(super) fn names(joined: &Joined, facts: &Facts) -> NodeNames {
    let sources: BTreeSet<&str> =
        facts.facts.iter().map(|fact| fact.place.source.as_str()).collect();
    let mut names = NodeNames::default();
    for node in &joined.nodes {
        let read = || node.names.iter().filter_map(|name| of_file(name, &sources));
        let hosts = read().filter(|name| !is_address(host(name)));
        let addresses = read().filter(|name| is_address(host(name)));
        let shown = |name| shown(name, node, joined);
        let name = hosts.chain(addresses.clone()).find_map(shown);
        let address = addresses.filter_map(shown).find(|address| Some(address) != name.as_ref());
        if let Some(name) = name {
            names.set(node.id, name);
        }
        if let Some(address) = address {
            names.set_address(node.id, address);
        }
    }
    names
}

/// A name that a node has from its configuration's file is that of the file, which may be a host's: `db-a1.conf`.
fn of_file<'a>(name: &'a str, sources: &BTreeSet<&str>) -> Option<&'a str> {
    let is_file = |source: &&str| {
        let rest = name.strip_prefix(*source);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
    };
    if !sources.iter().any(is_file) {
        return Some(name);
    }
    let stem = name.rsplit(['/', '\\', ':']).next()?.strip_suffix(".conf")?;
    let is_host = stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    (is_host && !stem.starts_with("aerospike")).then_some(stem)
}

/// A name as a plan would have it; `None` for one that says nothing beside the id, is another node's too, or is too long.
fn shown(name: &str, node: &JoinedNode, joined: &Joined) -> Option<NodeName> {
    let own = host(name);
    let has = |other: &JoinedNode| other.names.iter().any(|name| host(name) == own);
    let is_shared = joined.nodes.iter().any(|other| other.id != node.id && has(other));
    let name = if is_shared { name } else { own };
    let is_id = name.parse::<NodeId>() == Ok(node.id);
    let short = || NodeName::new(name.split('.').next().unwrap_or_default());
    let wanted = NodeName::new(name).or_else(|_| short()).ok()?;
    (!is_id).then_some(wanted)
}

/// A name without its port.
fn host(name: &str) -> &str {
    let is_port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match name.rsplit_once(':') {
        // An address of IPv6 has a port only behind brackets.
        Some((host, port)) if is_port(port) && (!host.contains(':') || host.ends_with(']')) => host,
        _ => name,
    }
}

fn is_address(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(nodes: &[(&str, &[&str])]) -> Joined {
        let node = |(id, names): &(&str, &[&str])| JoinedNode {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            ..JoinedNode::new(id.parse().unwrap())
        };
        Joined { nodes: nodes.iter().map(node).collect(), ..Joined::default() }
    }

    fn called(nodes: &[(&str, &[&str])]) -> Vec<String> {
        let names = names(&joined(nodes), &Facts::default());
        names.iter().map(|(node, name)| format!("{node} {name}")).collect()
    }

    #[test]
    fn a_host_goes_before_an_address_and_has_no_port() {
        let nodes: [(&str, &[&str]); 4] = [
            ("A4", &["10.0.0.4:3000", "db4.test:3000"]),
            ("A3", &["10.0.0.3:3000"]),
            ("A2", &["A2", "[fe80::2]:3000", "fe80::2"]),
            ("A1", &[]),
        ];
        assert_eq!(called(&nodes), ["A4 db4.test", "A3 10.0.0.3", "A2 [fe80::2]"]);
        let names = names(&joined(&nodes), &Facts::default());
        let addresses: Vec<_> =
            names.addresses().map(|(node, at)| format!("{node} {at}")).collect();
        assert_eq!(addresses, ["A4 10.0.0.4", "A2 fe80::2"]);
    }

    #[test]
    fn two_nodes_of_a_host_keep_their_ports_and_a_long_name_its_beginning() {
        let long = format!("db.{}.test", "x".repeat(64));
        let nodes: [(&str, &[&str]); 3] =
            [("A3", &[&long]), ("A2", &["db:3100"]), ("A1", &["db:3000"])];
        assert_eq!(called(&nodes), ["A3 db", "A2 db:3100", "A1 db:3000"]);
    }

    #[test]
    fn the_name_of_a_file_is_a_hosts_or_none() {
        let sources = BTreeSet::from(["/tmp/db-a1.conf", "aerospike.conf", "<stdin>", "all.conf"]);
        let of = |name| of_file(name, &sources);
        assert_eq!(of("/tmp/db-a1.conf"), Some("db-a1"));
        assert_eq!(of("db-a2.conf"), Some("db-a2.conf"));
        for name in ["aerospike.conf", "<stdin>", "all.conf (2)"] {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
