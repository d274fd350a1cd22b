//! What followed from a command or from time passing, each with the moment and what made it so.
//!
//! Invariant: an event is a fact of the model, never a picture of it and never words for a person; the same commands
//! give the same events. Not here: sentences and log lines (they are made of events elsewhere).

use crate::availability::Rule;
use crate::command::{ReadMode, Shutdown};
use crate::id::{Digest, Link, NodeId, PartitionId, RackId};
use crate::roster::RosterEntry;
use crate::version::ClusterKey;

/// An event and its moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Simulated milliseconds since the cluster was made.
    pub at_ms: u64,
    /// What happened.
    pub kind: EventKind,
}

/// Partitions of one namespace in one sub-cluster by what they are; the three add up to 4096.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Serving.
    pub active: u32,
    /// Not serving, a roster node is missing.
    pub unavailable: u32,
    /// Not serving, the whole roster is present.
    pub dead: u32,
}

/// What a node is due to send, receive and signal (domain.md §6), in partitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Migrations {
    /// To send.
    pub tx: u32,
    /// To receive.
    pub rx: u32,
    /// All-done signals to give.
    pub signals: u32,
}

impl Migrations {
    /// How much of what was due at first is done when this is left: (1 − left / first) of what is sent and received
    /// together, in hundredths of a percent, rounded. The ticker prints it as `complete-pct` (domain.md §6, \[doc, logs\]).
    ///
    /// # Panics
    /// When more is left than was due.
    #[must_use]
    pub fn complete_hundredths(self, first: Self) -> u64 {
        let moved = |figures: Self| u64::from(figures.tx) + u64::from(figures.rx);
        let (left, all) = (moved(self), moved(first));
        assert!(left <= all, "no more is left than was due");
        if all == 0 { 10_000 } else { (20_000 * (all - left) + all) / (2 * all) }
    }
}

/// Why a start marked every partition of a namespace with `e` (domain.md §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untrusted {
    /// A device has no clean-shutdown mark and the namespace does not commit to device.
    NotClean,
    /// A device is empty: wiped, missing or brand-new.
    EmptyDevice,
}

/// Why a node is an orphan (domain.md §7). A principal is named by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orphaned {
    /// Its principal left it out of the cluster: a link to another member is missing.
    Evicted(NodeId),
    /// It does not hear its principal any more.
    PrincipalGone(NodeId),
    /// It started, and no cluster takes it in.
    NotTakenIn,
    /// Most members of its cluster preferred another principal, so that the cluster was given up.
    GivenUp,
    /// Its cluster would be smaller than `min-cluster-size`.
    TooSmall,
}

/// How a client's operation ended (domain.md §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientResult {
    /// Done; for a write: every replica has it and the client was told so.
    Ok,
    /// A timeout: the client cannot know whether the write will last.
    InDoubt,
    /// Error 11: the partition is not active there.
    Unavailable,
    /// No such record.
    NotFound,
    /// The session's client has seen a higher regime and rejects the answer.
    StaleRegime,
}

/// What happened. A sub-cluster is named by its principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A node went down.
    NodeStopped {
        /// The node.
        node: NodeId,
        /// Cleanly or not.
        shutdown: Shutdown,
        /// Whether it had its clean-shutdown mark written: not after an unclean stop, nor during start-up (domain.md §4).
        marked_clean: bool,
    },
    /// A node came up; it is in no cluster yet.
    NodeStarted {
        /// The node.
        node: NodeId,
    },
    /// A start found the storage untrusted and set `e` on all 4096 partitions (domain.md §4).
    EvadeSet {
        /// The node.
        node: NodeId,
        /// The namespace.
        namespace: String,
        /// Why.
        why: Untrusted,
        /// The devices that this is about, from 0, in order.
        devices: Vec<u8>,
    },
    /// A start found the storage untrusted and set `r` on all 4096 partitions, because of `auto-revive` (domain.md §4).
    AutoRevived {
        /// The node.
        node: NodeId,
        /// The namespace.
        namespace: String,
        /// The devices without a clean-shutdown mark, from 0, in order.
        devices: Vec<u8>,
    },
    /// A start of an AP namespace found the storage untrusted; no version is marked there (domain.md §6.1.9, \[model\]).
    StorageUntrusted {
        /// The node.
        node: NodeId,
        /// The namespace.
        namespace: String,
        /// Why.
        why: Untrusted,
        /// The devices that this is about, from 0, in order.
        devices: Vec<u8>,
    },
    /// Drives were emptied.
    DrivesWiped {
        /// The node.
        node: NodeId,
        /// One device, or all.
        device: Option<u8>,
    },
    /// A new node.
    NodeAdded {
        /// The node.
        node: NodeId,
        /// Its rack.
        rack: RackId,
    },
    /// A node was removed, with its drives and its links.
    NodeRemoved {
        /// The node.
        node: NodeId,
    },
    /// A configured rack id changed.
    NodeMoved {
        /// The node.
        node: NodeId,
        /// From there.
        from: RackId,
        /// To there.
        to: RackId,
    },
    /// Links were cut.
    LinksCut {
        /// Those that held before.
        links: Vec<Link>,
    },
    /// Links were restored.
    LinksRestored {
        /// Those that were cut before.
        links: Vec<Link>,
    },
    /// `roster-set` changed the pending roster (domain.md §1).
    RosterStaged {
        /// The namespace.
        namespace: String,
        /// The sub-cluster whose members hold it now.
        principal: NodeId,
        /// What is pending.
        roster: Vec<RosterEntry>,
        /// Its generation.
        generation: u32,
    },
    /// `recluster` was answered: `ok` by the principal, `ignored-by-non-principal` by the others (domain.md §7).
    ReclusterAnswered {
        /// The principal, which took it.
        principal: NodeId,
        /// The others of the sub-cluster.
        ignored_by: Vec<NodeId>,
    },
    /// `revive` on one node (domain.md §4, §8).
    Revived {
        /// The node.
        node: NodeId,
        /// The namespace.
        namespace: String,
        /// Partitions that now have `r`.
        partitions: u32,
    },
    /// A node was told to quiesce, or not to any more; from the next cluster change.
    QuiesceSet {
        /// The node.
        node: NodeId,
        /// To quiesce, or not to.
        quiesce: bool,
    },
    /// A cluster change was abandoned because another came before it was through (domain.md §1, §7).
    ChangeInterrupted {
        /// Nodes that had prepared and did not commit.
        prepared: Vec<NodeId>,
    },
    /// A node that runs is in no cluster: it serves nothing, and its versions are isolated (domain.md §4, §7).
    NodeOrphaned {
        /// The node.
        node: NodeId,
        /// Why.
        why: Orphaned,
    },
    /// With the links as they are the rules of clustering have no end: these nodes would go on joining and leaving
    /// clusters. What stands is the state in which most nodes are in one (\[model\]).
    ClustersUnsettled {
        /// Those nodes, highest id first.
        nodes: Vec<NodeId>,
    },
    /// A cluster has formed (domain.md §7).
    ClusterFormed {
        /// Its principal.
        principal: NodeId,
        /// Its key.
        key: ClusterKey,
        /// Its nodes, highest id first.
        nodes: Vec<NodeId>,
    },
    /// A roster came into force in a sub-cluster.
    RosterInForce {
        /// The namespace.
        namespace: String,
        /// The sub-cluster.
        principal: NodeId,
        /// The roster.
        roster: Vec<RosterEntry>,
    },
    /// Automatic roster-set protection set `r` (domain.md §4).
    RosterProtected {
        /// The node.
        node: NodeId,
        /// The namespace.
        namespace: String,
        /// Partitions that it marked.
        partitions: u32,
    },
    /// Quiescing all nodes is ignored (domain.md §8).
    QuiesceIgnored {
        /// The namespace.
        namespace: String,
        /// The sub-cluster.
        principal: NodeId,
    },
    /// A rebalance is done and the verdicts stand.
    Rebalanced {
        /// The namespace.
        namespace: String,
        /// The sub-cluster.
        principal: NodeId,
        /// Regime before (the highest among the members) and now; both 0 in AP.
        regime: (u32, u32),
        /// Roster nodes present, and nodes in the roster; in AP the sub-cluster's nodes twice, in SC
        /// without a roster twice 0.
        roster_nodes: (u32, u32),
        /// The verdicts.
        counts: Counts,
        /// Active partitions that came up empty (domain.md §5.1, §6).
        fresh: u32,
        /// How many partitions each rule decided, in the order of the rules, without zeros.
        by_rule: Vec<(Rule, u32)>,
        /// What every member is due to migrate, highest id first.
        expected: Vec<(NodeId, Migrations)>,
    },
    /// The last migration of a namespace in a sub-cluster is complete.
    MigrationsDone {
        /// The namespace.
        namespace: String,
        /// The sub-cluster.
        principal: NodeId,
    },
    /// A client wrote.
    Wrote {
        /// The namespace.
        namespace: String,
        /// The record.
        key: Digest,
        /// Its partition.
        partition: PartitionId,
        /// The master that took it, if one did.
        master: Option<NodeId>,
        /// Number of this write among all writes, from 1; what a read gives back.
        write: u64,
        /// How it ended.
        result: ClientResult,
    },
    /// A client read.
    Read {
        /// The namespace.
        namespace: String,
        /// The record.
        key: Digest,
        /// Its partition.
        partition: PartitionId,
        /// How it was asked.
        mode: ReadMode,
        /// The node that answered, if one did.
        node: Option<NodeId>,
        /// The write that it saw.
        write: Option<u64>,
        /// Whether an acknowledged write later than that one exists: the answer is stale.
        stale: bool,
        /// How it ended.
        result: ClientResult,
    },
    /// An acknowledged write is lost: no node has its value any more, or another was kept in its place (domain.md §9).
    WriteLost {
        /// The namespace.
        namespace: String,
        /// The record.
        key: Digest,
        /// The acknowledged write that is lost.
        write: u64,
        /// The one that was kept in its place, if there is one.
        kept: Option<u64>,
    },
}
