//! What a node says of its own software, and lists that are empty because there is nothing of that kind.
//!
//! Invariant: a list is empty only where the simulation has none of what it lists. Not here: figures.

use super::Asked;

/// The edition: strong consistency needs this one.
pub(super) const EDITION: &str = "Aerospike Enterprise Edition";

/// The parts of the server that write logs, each at its level.
const CONTEXTS: [&str; 13] = [
    "as",
    "batch",
    "clustering",
    "config",
    "drv_ssd",
    "exchange",
    "fabric",
    "hb",
    "info",
    "migrate",
    "partition",
    "rw",
    "socket",
];

/// `version`.
pub(super) fn version(asked: &Asked<'_>) -> String {
    format!("{EDITION} build {}", asked.build())
}

/// `features`: what of the protocol is answered, in the order of the server's list.
pub(super) fn features(asked: &Asked<'_>) -> &'static str {
    if asked.build().since(5, 0) {
        "batch-index;cluster-stable;peers;relaxed-sc;replicas;replicas-all;replicas-master;replicas-max"
    } else {
        "batch-index;cluster-stable;peers;replicas;replicas-all;replicas-master"
    }
}

/// `release`, from 8.1.1 on.
pub(super) fn release(asked: &Asked<'_>) -> String {
    format!("edition={EDITION};version={}", asked.build())
}

/// `log/0` or `log:0`: the level of each part of the server.
pub(super) fn log() -> String {
    CONTEXTS.map(|context| format!("{context}:INFO")).join(";")
}
