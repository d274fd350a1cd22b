//! Events: what followed from a command or from time passing, each with its time and its cause.
//!
//! Invariant: an event is a fact of the model, neither a drawing nor words for a person. The same commands give the
//! same events. Not here: sentences and log lines, which are made from events elsewhere.

use crate::availability::Rule;
use crate::command::{ReadMode, Shutdown};
use crate::id::{Digest, Link, NodeId, PartitionId, RackId};
use crate::roster::RosterEntry;
use crate::server::{Gate, ServerVersion};
use crate::version::ClusterKey;

/// An event and its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Simulated milliseconds since the cluster was made.
    pub at_ms: u64,
    /// What happened.
    pub kind: EventKind,
}

/// The partitions of one namespace in one sub-cluster, counted by availability. The three add up to 4096.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Serving.
    pub active: u32,
    /// Not serving, and a roster node is missing.
    pub unavailable: u32,
    /// Not serving, although the whole roster is present.
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

/// Why a start does not trust the storage of a namespace (domain.md §4).
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
    /// It no longer hears its principal.
    PrincipalGone(NodeId),
    /// It started, and no cluster takes it in.
    NotTakenIn,
    /// Most members of its cluster preferred another principal, so the cluster was given up.
    GivenUp,
    /// Its cluster would be smaller than `min-cluster-size`.
    TooSmall,
    /// Its version does not know the cluster's protocols (domain.md §17).
    StaysOut(Gate),
}

/// Why a running node left the cluster of its principal (domain.md §7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// It does not hear the principal (§7.1).
    Unheard,
    /// The principal left it out: of the nodes that it heard and had not left out yet, none missed more links (the clique of
    /// §7.2).
    MissedMost {
        /// The links that it missed among those nodes.
        links: u32,
        /// The nodes that missed as many and have higher ids, highest first: on ties the lowest id goes.
        tied: Vec<NodeId>,
    },
    /// Most members preferred this node as their principal, so the cluster was given up (§7.3).
    Preferred(NodeId),
}

/// How a client's operation ended (domain.md §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientResult {
    /// Done. A write is done when every replica has it.
    Ok,
    /// A timeout: the client cannot know whether the write will last.
    InDoubt,
    /// Error 11: the partition is not active there.
    Unavailable,
    /// No such record.
    NotFound,
    /// The client has seen a higher regime in its session, and rejects the answer.
    StaleRegime,
}

/// What happened. Events name a sub-cluster by its principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A node went down.
    NodeStopped {
        /// The node.
        node: NodeId,
        /// Cleanly or not.
        shutdown: Shutdown,
        /// Whether the stop wrote the clean-shutdown mark. An unclean stop does not, and no stop during start-up does
        /// (domain.md §4).
        marked_clean: bool,
    },
    /// A node came up; it is in no cluster yet.
    NodeStarted {
        /// The node.
        node: NodeId,
    },
    /// A node runs another version of the server from now on (domain.md §17).
    ServerChanged {
        /// The node.
        node: NodeId,
        /// Its version before.
        from: ServerVersion,
        /// Its version now.
        to: ServerVersion,
    },
    /// A node went back to before 4.5.1 without the copy of its metadata folder, and has lost its rosters (domain.md
    /// §17.5).
    RostersForgotten {
        /// The node.
        node: NodeId,
    },
    /// The protocols of the cluster were switched (domain.md §17.2).
    ProtocolsSwitched,
    /// A node of a cluster with the old protocols was stopped while migrations were under way: a rolling restart has to wait
    /// for them (domain.md §17).
    MigrationsNotAwaited {
        /// The node.
        node: NodeId,
    },
    /// A node started and found none of its seeds, so it stays alone until it finds one (domain.md §18).
    SeedsNotFound {
        /// The node.
        node: NodeId,
        /// Its seeds.
        seeds: Vec<NodeId>,
    },
    /// A start found the storage untrusted and set `e` on all 4096 partitions (domain.md §4).
    EvadeSet {
        /// The node.
        node: NodeId,
        /// The namespace.
        namespace: String,
        /// Why.
        why: Untrusted,
        /// The devices that are untrusted, from 0, in order.
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
    /// A start of an AP namespace found the storage untrusted. In AP no version is marked (domain.md §6.1.9,
    /// \[model\]).
    StorageUntrusted {
        /// The node.
        node: NodeId,
        /// The namespace.
        namespace: String,
        /// Why.
        why: Untrusted,
        /// The devices that are untrusted, from 0, in order.
        devices: Vec<u8>,
    },
    /// Drives of a node were emptied.
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
        /// Its rack before.
        from: RackId,
        /// Its rack now.
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
    /// `recluster` was answered: `ok` by the principal, `ignored-by-non-principal` by the other nodes (domain.md §7).
    ReclusterAnswered {
        /// The principal, which accepted it.
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
    /// A node was told to quiesce, or to stop quiescing, from the next cluster change.
    QuiesceSet {
        /// The node.
        node: NodeId,
        /// Whether to quiesce, or to stop quiescing.
        quiesce: bool,
    },
    /// A cluster change was abandoned because another came before its commit (domain.md §1, §7).
    ChangeInterrupted {
        /// Nodes that had prepared it and did not commit it.
        prepared: Vec<NodeId>,
    },
    /// Not every pair of a cluster's nodes is connected any more, so some left the cluster of its principal (domain.md §7).
    /// They are orphans or in another cluster now.
    MembersLeft {
        /// The cluster's principal, which runs: its highest id.
        principal: NodeId,
        /// How many nodes it is about: the cluster's that run, and those that the principal took in since.
        nodes: u32,
        /// The links that are missing between them, in order.
        missing: Vec<Link>,
        /// Who left and why, highest id first.
        left: Vec<(NodeId, Left)>,
    },
    /// A node that runs is in no cluster: it serves nothing, and its versions are isolated (domain.md §4, §7).
    NodeOrphaned {
        /// The node.
        node: NodeId,
        /// Why.
        why: Orphaned,
    },
    /// With these links the clusters never settle: these nodes would go on joining and leaving clusters. The engine
    /// stops at the state with the most nodes in clusters (\[model\]).
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
    /// Clusters that had different pending rosters of a namespace became one, and one of the rosters won (domain.md §1).
    RosterGivenUp {
        /// The namespace.
        namespace: String,
        /// The highest id of those that held the roster that won.
        holder: NodeId,
        /// The nodes that gave up the roster that was pending in their clusters, highest id first.
        nodes: Vec<NodeId>,
        /// The generation of their roster.
        generation: u32,
        /// The generation of the roster that won. If it is no higher, it is the new principal's.
        wins: u32,
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
    /// All nodes were told to quiesce, which is ignored (domain.md §8).
    QuiesceIgnored {
        /// The namespace.
        namespace: String,
        /// The sub-cluster.
        principal: NodeId,
    },
    /// A namespace was rebalanced in a sub-cluster, and has its verdicts.
    Rebalanced {
        /// The namespace.
        namespace: String,
        /// The sub-cluster.
        principal: NodeId,
        /// The regime before (the highest among the members) and now; both 0 in AP.
        regime: (u32, u32),
        /// Roster nodes present, and nodes in the roster. In AP both are the number of nodes in the sub-cluster; in SC
        /// without a roster both are 0.
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
        /// The master that accepted it, if one did.
        master: Option<NodeId>,
        /// The number of this write among all writes, from 1. A read returns it.
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
        /// The read mode.
        mode: ReadMode,
        /// The node that answered, if one did.
        node: Option<NodeId>,
        /// The write that it saw.
        write: Option<u64>,
        /// Whether the answer is stale: a later write than that one was acknowledged.
        stale: bool,
        /// How it ended.
        result: ClientResult,
    },
    /// An acknowledged write is lost: no node has its value any more, or a rival was kept instead (domain.md §9).
    WriteLost {
        /// The namespace.
        namespace: String,
        /// The record.
        key: Digest,
        /// The acknowledged write that is lost.
        write: u64,
        /// The write that was kept instead, if there is one.
        kept: Option<u64>,
    },
}
