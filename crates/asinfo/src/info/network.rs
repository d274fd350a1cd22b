//! Who a node is, where it is reached, and who its peers are.
//!
//! Invariant: a node's peers are the other nodes of its own sub-cluster, so on each side of a split a client learns of that
//! side alone. Not here: partitions.

use super::{Asked, NodeSite};

/// An address as lists have it; an address with colons of its own is in brackets.
fn address(site: &NodeSite) -> String {
    let NodeSite { host, port, .. } = site;
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// `service-clear-std`: where clients reach this node.
pub(super) fn service(asked: &Asked<'_>) -> String {
    asked.here.map(address).unwrap_or_default()
}

/// `peers-clear-std`: `generation,port,[[id,tls,[host:port]],…]`. Without addresses, as for lists that are not configured,
/// the list is empty.
pub(super) fn peers(asked: &Asked<'_>, is_listed: bool) -> String {
    let generation = asked.here.map_or(0, |here| here.peers_generation);
    let port = asked.here.map_or(3000, |here| here.port);
    let mut peers = Vec::new();
    if let Some(home) = asked.home().filter(|_| is_listed) {
        let others = home.nodes.iter().filter(|id| **id != asked.node.id);
        let sites = others.filter_map(|id| asked.site.node(*id));
        peers.extend(sites.map(|site| format!("[{},,[{}]]", site.id, address(site))));
    }
    format!("{generation},{port},[{}]", peers.join(","))
}

/// `services`, the older list of peers: `host:port;…`.
pub(super) fn services(asked: &Asked<'_>) -> String {
    let Some(home) = asked.home() else { return String::new() };
    let others = home.nodes.iter().filter(|id| **id != asked.node.id);
    let sites = others.filter_map(|id| asked.site.node(*id));
    sites.map(address).collect::<Vec<_>>().join(";")
}
