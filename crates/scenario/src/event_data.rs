//! Events as data for programs: flat objects with `kind` and the fields of that kind, in JavaScript and in JSON the same.
//!
//! Invariant: the compiler compares kinds and fields with the engine's, so none is missing. Digests and node ids are text.
//! Not here: sentences (see `words`).
#![expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's `serialize_with` passes references"
)]

use rosterlab_engine::{
    ClientResult, ClusterKey, Counts, Digest, EventKind, Gate, Left, Link, Migrations, NodeId,
    Orphaned, PartitionId, RackId, ReadMode, RosterEntry, Rule, ServerVersion, Shutdown, Untrusted,
};
use serde::{Serialize, Serializer};

use crate::file::key::DigestText;
use crate::file::names::{Outcome, ReadModeName, RuleName};

/// What happened.
#[derive(Debug, Serialize)]
pub struct EventData<'a>(#[serde(with = "EventShape")] pub &'a EventKind);

/// How many partitions a rule decided.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PerRule {
    rule: RuleName,
    partitions: u32,
}

/// What a node is due to migrate.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PerNode {
    node: NodeId,
    tx: u32,
    rx: u32,
    signals: u32,
}

/// The pairs as objects.
#[must_use]
pub fn per_rule(pairs: &[(Rule, u32)]) -> Vec<PerRule> {
    let object = |(rule, partitions): &(Rule, u32)| PerRule {
        rule: (*rule).into(),
        partitions: *partitions,
    };
    pairs.iter().map(object).collect()
}

/// The pairs as objects.
#[must_use]
pub fn per_node(pairs: &[(NodeId, Migrations)]) -> Vec<PerNode> {
    let object = |(node, Migrations { tx, rx, signals }): &(NodeId, Migrations)| PerNode {
        node: *node,
        tx: *tx,
        rx: *rx,
        signals: *signals,
    };
    pairs.iter().map(object).collect()
}

#[derive(Serialize)]
#[serde(
    remote = "EventKind",
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
enum EventShape {
    NodeStopped {
        node: NodeId,
        #[serde(serialize_with = "self::shutdown")]
        shutdown: Shutdown,
        marked_clean: bool,
    },
    NodeStarted {
        node: NodeId,
    },
    ServerChanged {
        node: NodeId,
        from: ServerVersion,
        to: ServerVersion,
    },
    RostersForgotten {
        node: NodeId,
    },
    ProtocolsSwitched,
    MigrationsNotAwaited {
        node: NodeId,
    },
    SeedsNotFound {
        node: NodeId,
        seeds: Vec<NodeId>,
    },
    EvadeSet {
        node: NodeId,
        namespace: String,
        #[serde(serialize_with = "untrusted")]
        why: Untrusted,
        devices: Vec<u8>,
    },
    AutoRevived {
        node: NodeId,
        namespace: String,
        devices: Vec<u8>,
    },
    StorageUntrusted {
        node: NodeId,
        namespace: String,
        #[serde(serialize_with = "untrusted")]
        why: Untrusted,
        devices: Vec<u8>,
    },
    DrivesWiped {
        node: NodeId,
        device: Option<u8>,
    },
    NodeAdded {
        node: NodeId,
        rack: RackId,
    },
    NodeRemoved {
        node: NodeId,
    },
    NodeMoved {
        node: NodeId,
        from: RackId,
        to: RackId,
    },
    LinksCut {
        #[serde(serialize_with = "pairs")]
        links: Vec<Link>,
    },
    LinksRestored {
        #[serde(serialize_with = "pairs")]
        links: Vec<Link>,
    },
    RosterStaged {
        namespace: String,
        principal: NodeId,
        roster: Vec<RosterEntry>,
        generation: u32,
    },
    ReclusterAnswered {
        principal: NodeId,
        ignored_by: Vec<NodeId>,
    },
    Revived {
        node: NodeId,
        namespace: String,
        partitions: u32,
    },
    QuiesceSet {
        node: NodeId,
        quiesce: bool,
    },
    ChangeInterrupted {
        prepared: Vec<NodeId>,
    },
    MembersLeft {
        principal: NodeId,
        nodes: u32,
        #[serde(serialize_with = "pairs")]
        missing: Vec<Link>,
        #[serde(serialize_with = "self::left")]
        left: Vec<(NodeId, Left)>,
    },
    NodeOrphaned {
        node: NodeId,
        #[serde(serialize_with = "orphaned")]
        why: Orphaned,
    },
    ClustersUnsettled {
        nodes: Vec<NodeId>,
    },
    ClusterFormed {
        principal: NodeId,
        #[serde(rename = "clusterKey", serialize_with = "text")]
        key: ClusterKey,
        nodes: Vec<NodeId>,
    },
    RosterInForce {
        namespace: String,
        principal: NodeId,
        roster: Vec<RosterEntry>,
    },
    RosterGivenUp {
        namespace: String,
        holder: NodeId,
        nodes: Vec<NodeId>,
        generation: u32,
        wins: u32,
    },
    RosterProtected {
        node: NodeId,
        namespace: String,
        partitions: u32,
    },
    QuiesceIgnored {
        namespace: String,
        principal: NodeId,
    },
    Rebalanced {
        namespace: String,
        principal: NodeId,
        #[serde(serialize_with = "before_and_now")]
        regime: (u32, u32),
        #[serde(serialize_with = "present_and_all")]
        roster_nodes: (u32, u32),
        counts: Counts,
        fresh: u32,
        #[serde(serialize_with = "self::by_rule")]
        by_rule: Vec<(Rule, u32)>,
        #[serde(rename = "expectedMigrations", serialize_with = "by_node")]
        expected: Vec<(NodeId, Migrations)>,
    },
    MigrationsDone {
        namespace: String,
        principal: NodeId,
    },
    Wrote {
        namespace: String,
        #[serde(rename = "digest", serialize_with = "digest")]
        key: Digest,
        partition: PartitionId,
        master: Option<NodeId>,
        write: u64,
        #[serde(serialize_with = "outcome")]
        result: ClientResult,
    },
    Read {
        namespace: String,
        #[serde(rename = "digest", serialize_with = "digest")]
        key: Digest,
        partition: PartitionId,
        #[serde(serialize_with = "self::mode")]
        mode: ReadMode,
        node: Option<NodeId>,
        write: Option<u64>,
        stale: bool,
        #[serde(serialize_with = "outcome")]
        result: ClientResult,
    },
    WriteLost {
        namespace: String,
        #[serde(rename = "digest", serialize_with = "digest")]
        key: Digest,
        write: u64,
        kept: Option<u64>,
    },
}

fn text<S: Serializer>(key: &ClusterKey, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(key)
}

fn shutdown<S: Serializer>(shutdown: &Shutdown, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match shutdown {
        Shutdown::Clean => "clean",
        Shutdown::Unclean => "unclean",
    })
}

fn untrusted<S: Serializer>(why: &Untrusted, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match why {
        Untrusted::NotClean => "not-clean",
        Untrusted::EmptyDevice => "empty-device",
    })
}

/// The reason, and the principal that it is about, if any.
fn orphaned<S: Serializer>(why: &Orphaned, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Why {
        reason: &'static str,
        principal: Option<NodeId>,
    }
    let (reason, principal) = match why {
        Orphaned::Evicted(principal) => ("evicted", Some(*principal)),
        Orphaned::PrincipalGone(principal) => ("principal-gone", Some(*principal)),
        Orphaned::NotTakenIn => ("not-taken-in", None),
        Orphaned::GivenUp => ("given-up", None),
        Orphaned::TooSmall => ("too-small", None),
        Orphaned::StaysOut(gate) => (gate_name(*gate), None),
    };
    Why { reason, principal }.serialize(serializer)
}

/// The name of what keeps a node out of its cluster.
#[must_use]
pub fn gate_name(gate: Gate) -> &'static str {
    match gate {
        Gate::NotSwitched => "protocols-not-switched",
        Gate::Switched => "protocols-switched",
        Gate::Format => "format",
        Gate::Metadata => "metadata",
        Gate::Header => "header",
        Gate::FarApart => "far-apart",
    }
}

/// Who left a cluster, each with the reason and what it is about.
fn left<S: Serializer>(left: &[(NodeId, Left)], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct One<'a> {
        node: NodeId,
        reason: &'static str,
        links: Option<u32>,
        tied: Option<&'a [NodeId]>,
        preferred: Option<NodeId>,
    }
    serializer.collect_seq(left.iter().map(|(node, why)| {
        let (reason, links, tied, preferred) = match why {
            Left::Unheard => ("unheard", None, None, None),
            Left::MissedMost { links, tied } => ("missed-most", Some(*links), Some(&**tied), None),
            Left::Preferred(other) => ("preferred", None, None, Some(*other)),
        };
        One { node: *node, reason, links, tied, preferred }
    }))
}

fn pairs<S: Serializer>(links: &[Link], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(links.iter().map(|link| (link.low(), link.high())))
}

fn before_and_now<S: Serializer>(regime: &(u32, u32), serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Regime {
        before: u32,
        now: u32,
    }
    Regime { before: regime.0, now: regime.1 }.serialize(serializer)
}

fn present_and_all<S: Serializer>(nodes: &(u32, u32), serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Nodes {
        present: u32,
        all: u32,
    }
    Nodes { present: nodes.0, all: nodes.1 }.serialize(serializer)
}

fn by_rule<S: Serializer>(pairs: &[(Rule, u32)], serializer: S) -> Result<S::Ok, S::Error> {
    per_rule(pairs).serialize(serializer)
}

fn by_node<S: Serializer>(
    pairs: &[(NodeId, Migrations)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    per_node(pairs).serialize(serializer)
}

fn digest<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
    DigestText(*digest).serialize(serializer)
}

fn outcome<S: Serializer>(result: &ClientResult, serializer: S) -> Result<S::Ok, S::Error> {
    Outcome::from(*result).serialize(serializer)
}

fn mode<S: Serializer>(mode: &ReadMode, serializer: S) -> Result<S::Ok, S::Error> {
    ReadModeName::from(*mode).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rosterlab_engine::{
        Availability, Cluster, ClusterSetup, Command, Mode, NodeSetup, Until, Verdict,
    };
    use serde_json::{Value, json};

    fn data(kind: &EventKind) -> Value {
        serde_json::to_value(EventData(kind)).unwrap()
    }

    fn node(id: &str) -> NodeId {
        id.parse().unwrap()
    }

    #[test]
    fn what_happened_is_one_flat_object() {
        let (a1, a2) = (node("A1"), node("A2"));
        assert_eq!(
            data(&EventKind::NodeStopped {
                node: a1,
                shutdown: Shutdown::Clean,
                marked_clean: true
            }),
            json!({"kind": "node-stopped", "node": "A1", "shutdown": "clean", "markedClean": true})
        );
        let (namespace, why) = ("main".to_owned(), Untrusted::EmptyDevice);
        assert_eq!(
            data(&EventKind::EvadeSet { node: a1, namespace, why, devices: vec![1] }),
            json!({
                "kind": "evade-set", "node": "A1", "namespace": "main", "why": "empty-device",
                "devices": [1]
            })
        );
        let links = vec![Link::new(a2, a1).unwrap()];
        assert_eq!(
            data(&EventKind::LinksCut { links }),
            json!({"kind": "links-cut", "links": [["A1", "A2"]]})
        );
        for (why, expected) in [
            (Orphaned::Evicted(a2), json!({"reason": "evicted", "principal": "A2"})),
            (Orphaned::PrincipalGone(a2), json!({"reason": "principal-gone", "principal": "A2"})),
            (Orphaned::NotTakenIn, json!({"reason": "not-taken-in", "principal": null})),
            (Orphaned::GivenUp, json!({"reason": "given-up", "principal": null})),
            (Orphaned::TooSmall, json!({"reason": "too-small", "principal": null})),
            (
                Orphaned::StaysOut(Gate::NotSwitched),
                json!({"reason": "protocols-not-switched", "principal": null}),
            ),
        ] {
            assert_eq!(
                data(&EventKind::NodeOrphaned { node: a1, why }),
                json!({"kind": "node-orphaned", "node": "A1", "why": expected})
            );
        }
        let tie = Left::MissedMost { links: 1, tied: vec![a2] };
        let missing = vec![Link::new(a1, a2).unwrap()];
        let left = vec![(a1, tie), (a2, Left::Unheard), (a1, Left::Preferred(a2))];
        assert_eq!(
            data(&EventKind::MembersLeft { principal: node("A3"), nodes: 3, missing, left }),
            json!({
                "kind": "members-left", "principal": "A3", "nodes": 3, "missing": [["A1", "A2"]],
                "left": [
                    {"node": "A1", "reason": "missed-most", "links": 1, "tied": ["A2"], "preferred": null},
                    {"node": "A2", "reason": "unheard", "links": null, "tied": null, "preferred": null},
                    {"node": "A1", "reason": "preferred", "links": null, "tied": null, "preferred": "A2"}
                ]
            })
        );
        let read = EventKind::Read {
            namespace: "main".to_owned(),
            key: Digest([0xab; 20]),
            partition: PartitionId::of_digest(&Digest([0xab; 20])),
            mode: ReadMode::AllowReplica,
            node: None,
            write: Some(3),
            stale: true,
            result: ClientResult::InDoubt,
        };
        assert_eq!(
            data(&read),
            json!({
                "kind": "read", "namespace": "main", "digest": "ab".repeat(20), "partition": 2987,
                "mode": "allow-replica", "node": null, "write": 3, "stale": true, "result": "in-doubt"
            })
        );
    }

    #[test]
    fn a_rebalance_names_what_its_numbers_are() {
        let nodes = ["A1", "A2"].map(|id| NodeSetup::new(node(id), RackId::NONE));
        let setup = ClusterSetup::of(nodes.to_vec(), 2);
        assert_eq!(setup.namespaces[0].mode, Mode::StrongConsistency);
        let mut cluster = Cluster::new(setup).unwrap();
        let stop = Command::Stop { nodes: vec![node("A2")], shutdown: Shutdown::Unclean };
        cluster.apply(&stop).unwrap();
        let events = cluster.advance(Until::Settled);
        let verdict = cluster.view().sub_clusters[0].namespaces[0].cells[0].verdict;
        assert_eq!(
            verdict,
            Verdict { availability: Availability::Unavailable, rule: Rule::TooFewNodes }
        );
        let rebalanced = data(&events.last().unwrap().kind);
        assert_eq!(rebalanced["kind"], "rebalanced");
        assert_eq!(rebalanced["fresh"], 0);
        assert_eq!(rebalanced["rosterNodes"], json!({"present": 1, "all": 2}));
        assert_eq!(rebalanced["regime"], json!({"before": 1, "now": 3}));
        assert_eq!(rebalanced["byRule"], json!([{"rule": "too-few-nodes", "partitions": 4096}]));
        assert_eq!(rebalanced["expectedMigrations"][0]["node"], "A1");
    }
}
