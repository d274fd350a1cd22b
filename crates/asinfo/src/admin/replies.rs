//! What nodes answer, as values.
//!
//! Invariant: any text gives a value or a [`Failure`]; work is bounded by the text's length. Not here: how a node answers
//! (see [`crate::info`]).

use std::collections::BTreeMap;

use rosterlab_engine::NodeId;

/// Why there is no reply to go on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No node is meant.
    Nobody,
    /// The node with this address does not answer.
    NoAnswer(String),
    /// The node answered with an error: what failed, and what the node said.
    Said(String, String),
}

/// What a node replied.
pub(crate) type Reply = Result<String, Failure>;

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nobody => f.write_str("Unable to find any Aerospike nodes"),
            Self::NoAnswer(ip) => write!(f, "Could not connect to node {ip}"),
            Self::Said(what, said) => write!(f, "{what} : {}.", cause(said)),
        }
    }
}

/// The part of a node's error that the tool repeats.
pub(crate) fn cause(said: &str) -> String {
    let lower = said.to_ascii_lowercase();
    let part = if lower.starts_with("error") {
        said.split('=').nth(1).or_else(|| said.split(':').nth(2))
    } else if lower.starts_with("fail") {
        said.split(':').nth(2)
    } else {
        Some(said)
    };
    part.map_or_else(
        || "Unknown error occurred".to_owned(),
        |part| part.trim_matches([' ', '.']).to_owned(),
    )
}

/// The reply, unless it is an error.
pub(crate) fn checked(reply: Reply, what: &str) -> Reply {
    match reply {
        Ok(text) if text.starts_with("ERROR") || text.starts_with("error") => {
            Err(Failure::Said(what.to_owned(), text))
        }
        other => other,
    }
}

/// The reply of a command that says `ok` when it was taken.
pub(crate) fn taken(reply: Reply, what: &str) -> Result<(), Failure> {
    let text = reply?;
    if text.eq_ignore_ascii_case("ok") { Ok(()) } else { Err(Failure::Said(what.to_owned(), text)) }
}

/// Names and values, `name=value` between separators.
pub(crate) type Values = BTreeMap<String, String>;

/// Reads `name=value` pairs.
pub(crate) fn values(text: &str, separator: char) -> Values {
    let pairs = text.split(separator).filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Reads a list, which may be empty.
pub(crate) fn list(text: &str) -> Vec<String> {
    text.split(';').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// A peer: its id, address and port.
pub(crate) struct Peer {
    pub(crate) id: NodeId,
    pub(crate) ip: String,
    pub(crate) port: String,
}

/// An address and a port.
pub(crate) fn address(text: &str) -> Option<(String, String)> {
    let first = text.split([',', ';']).next()?;
    let (ip, port) = first.rsplit_once(':')?;
    Some((ip.to_owned(), port.to_owned()))
}

/// Reads `generation,port,[[id,tls,[address:port,…]],…]`.
pub(crate) fn peers(text: &str) -> Vec<Peer> {
    let mut head = text.splitn(3, ',');
    let (Some(_), Some(default_port), Some(list)) = (head.next(), head.next(), head.next()) else {
        return Vec::new();
    };
    let one = |part: &str| {
        let id = part.split(',').next()?.trim_matches('[').parse().ok()?;
        let at = part.rsplit('[').next()?.trim_end_matches([']', ',']);
        let first = at.split(',').next()?;
        let (ip, port) =
            address(first).unwrap_or_else(|| (first.to_owned(), default_port.to_owned()));
        Some(Peer { id, ip, port })
    };
    list.split("]]").filter_map(|part| one(part.trim_start_matches([',', '[']))).collect()
}

/// A namespace's rosters, as one node tells them.
#[derive(Clone, Default)]
pub(crate) struct Rosters {
    pub(crate) current: Vec<String>,
    pub(crate) pending: Vec<String>,
    pub(crate) observed: Vec<String>,
}

/// Reads one namespace's rosters.
pub(crate) fn rosters(text: &str) -> Rosters {
    let values = values(text, ':');
    let list = |name: &str| {
        let list = values.get(name).filter(|list| *list != "null" && !list.is_empty());
        list.map(|list| list.split(',').map(str::to_owned).collect()).unwrap_or_default()
    };
    Rosters {
        current: list("roster"),
        pending: list("pending_roster"),
        observed: list("observed_nodes"),
    }
}

/// Reads `ns=…:…;ns=…`: what each namespace's part says.
pub(crate) fn by_namespace(text: &str) -> Vec<(String, String)> {
    let of = |part: &str| {
        values(part, ':').get("ns").map(|namespace| (namespace.clone(), part.to_owned()))
    };
    text.split(';').filter_map(of).collect()
}

/// The racks that a namespace's part of `racks:` names, and their nodes. What the roster says goes before what nodes are
/// configured to be.
pub(crate) fn racks(part: &str) -> BTreeMap<i128, String> {
    let values = values(part, ':');
    let in_roster = values.keys().any(|name| name.starts_with("roster_rack"));
    let kind = if in_roster { "roster_rack_" } else { "rack_" };
    let of = |(name, nodes): (&String, &String)| {
        Some((name.strip_prefix(kind)?.trim().parse().ok()?, nodes.clone()))
    };
    values.iter().filter_map(of).collect()
}

/// How many partitions of a namespace a node masters, and how many it is a replica of.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Counts {
    pub(crate) primary: i128,
    pub(crate) secondary: i128,
}

/// Counts what a node tells of its partitions. Columns are found by the names in the first row.
pub(crate) fn partitions(text: &str, node: &str) -> BTreeMap<String, Counts> {
    let mut rows = text.split(';');
    let head: Vec<&str> = rows.next().unwrap_or_default().split(':').collect();
    let column = |name: &str| head.iter().position(|&other| other == name);
    let columns =
        [column("namespace"), column("state"), column("replica"), column("working_master")];
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    for row in rows {
        let fields: Vec<&str> = row.split(':').collect();
        let [Some(namespace), Some(state), Some(replica), Some(master)] =
            columns.map(|column| column.and_then(|column| fields.get(column).copied()))
        else {
            continue;
        };
        if !counts.contains_key(namespace) {
            counts.insert(namespace.to_owned(), Counts::default());
        }
        let Some(count) = counts.get_mut(namespace) else { continue };
        if master == node {
            count.primary += 1;
        } else if replica == "0" || state == "S" || state == "D" {
            count.secondary += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_read_with_and_without_ports() {
        let read = |text| -> Vec<String> {
            peers(text)
                .into_iter()
                .map(|peer| format!("{} {}:{}", peer.id, peer.ip, peer.port))
                .collect()
        };
        assert_eq!(
            read("1,3000,[[A2,,[127.0.0.1:3010]],[A3,name,[10.0.0.3,10.1.0.3:3100]]]"),
            ["A2 127.0.0.1:3010", "A3 10.0.0.3:3000"]
        );
        assert!(
            read("1,3000,[]").is_empty() && read("").is_empty() && read("ERROR:4:x").is_empty()
        );
    }

    #[test]
    fn of_an_error_the_tool_repeats_the_cause() {
        for (said, repeated) in [
            ("ERROR:7:unstable cluster", "unstable cluster"),
            ("ERROR::unstable-cluster", "unstable-cluster"),
            ("ERROR", "Unknown error occurred"),
            ("ignored-by-non-principal", "ignored-by-non-principal"),
            ("error=busy.", "busy"),
        ] {
            assert_eq!(cause(said), repeated);
        }
    }
}
