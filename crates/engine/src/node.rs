//! A node: its process, and what its drives hold of each namespace.
//!
//! Invariant: the drives' content (versions, rosters, regimes, records) survives a stop; what is in memory (the
//! cluster, the order to quiesce) does not. Not here: what happens to a node in a cluster (see `clustering`,
//! `rebalance`).

use std::rc::Rc;

use crate::command::Shutdown;
use crate::id::{Digest, NodeId, PARTITIONS, PartitionId, RackId};
use crate::namespace::{NamespaceSettings, NodeSetup};
use crate::record::{ByPartition, Record};
use crate::roster::Roster;
use crate::rules::Rules;
use crate::server::ServerVersion;
use crate::storage::{Distrust, StartMark, Storage};
use crate::version::{RevivedBy, Version};

/// The regime of a namespace that has never been rebalanced (all published values are odd; \[model\]).
pub(crate) const FIRST_REGIME: u32 = 1;
/// What each completed rebalance adds to the regime (domain.md §1, \[doc\]).
pub(crate) const REGIME_STEP: u32 = 2;

/// Whether a node's process runs, and which cluster it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Process {
    /// Not running. Says whether the last stop marked the storage clean.
    Down { marked_clean: bool },
    /// Running and in no cluster yet.
    Starting,
    /// Running, started long ago, and in no cluster (domain.md §7).
    Orphan,
    /// Running, a member of the sub-cluster with that number.
    Member(u32),
}

/// One node.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own; none excludes another"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub id: NodeId,
    pub rack: RackId,
    pub process: Process,
    /// Told to quiesce; counts from the next cluster change (domain.md §8).
    pub told_to_quiesce: bool,
    /// `stay-quiesced`: told to quiesce from every start on (domain.md §8, \[doc\]).
    pub stay_quiesced: bool,
    /// The version of the server that it runs, or ran last (domain.md §17).
    pub server: ServerVersion,
    /// Its mesh seeds; empty when it finds the others without (domain.md §18).
    pub seeds: Rc<[NodeId]>,
    /// Has prepared a cluster change and has not committed one since (domain.md §7).
    pub prepared: bool,
    /// Was added after the cluster was made, and has been in no roster since.
    pub brand_new: bool,
    /// Was decommissioned, or never existed and is only named by a roster. Its slot stays, for those rosters and for a
    /// new node with that id.
    pub removed: bool,
    pub namespaces: Vec<NodeNamespace>,
}

impl Node {
    /// A node that runs with empty drives and is in no cluster yet.
    pub fn new(setup: &NodeSetup, server: ServerVersion, namespaces: &[NamespaceSettings]) -> Self {
        let NodeSetup { id, rack, stay_quiesced, quiesced, ref seeds, .. } = *setup;
        Self {
            id,
            rack,
            process: Process::Starting,
            told_to_quiesce: stay_quiesced || quiesced,
            stay_quiesced,
            server,
            seeds: seeds.as_slice().into(),
            prepared: false,
            brand_new: true,
            removed: false,
            namespaces: namespaces.iter().map(NodeNamespace::empty).collect(),
        }
    }

    /// Removes the node with its drives; only the slot stays.
    pub fn remove(&mut self, namespaces: &[NamespaceSettings]) {
        *self = Self::not_there(self.id, self.rack, self.server, namespaces);
    }

    /// A slot without a node, for a roster that names the id.
    pub fn not_there(
        id: NodeId,
        rack: RackId,
        server: ServerVersion,
        namespaces: &[NamespaceSettings],
    ) -> Self {
        let process = Process::Down { marked_clean: false };
        let setup = NodeSetup::new(id, rack);
        Self { process, removed: true, ..Self::new(&setup, server, namespaces) }
    }

    pub fn is_up(&self) -> bool {
        !matches!(self.process, Process::Down { .. })
    }

    /// The number of the sub-cluster that it is in.
    pub fn cluster(&self) -> Option<u32> {
        match self.process {
            Process::Member(number) => Some(number),
            Process::Starting | Process::Orphan | Process::Down { .. } => None,
        }
    }

    /// The process starts and reads the marks and the versions. Returns, by namespace, why its storage is not trusted.
    pub fn start(&mut self, settings: &[NamespaceSettings], rules: Rules) -> Vec<Option<Distrust>> {
        self.process = Process::Starting;
        let server = self.server;
        let pairs = self.namespaces.iter_mut().zip(settings);
        pairs.map(|(namespace, settings)| namespace.start(settings, server, rules)).collect()
    }

    /// Drops the rosters that it knows. Returns whether it knew any.
    pub fn forget_rosters(&mut self) -> bool {
        let namespaces = self.namespaces.iter_mut();
        let rosters = namespaces.flat_map(|one| [one.pending.take(), one.in_force.take()]);
        rosters.flatten().count() > 0
    }

    /// Isolates its versions, because it is in no cluster (domain.md §4, §7).
    pub fn isolate(&mut self) {
        for namespace in &mut self.namespaces {
            for version in Rc::make_mut(&mut namespace.versions) {
                *version = version.isolated();
            }
        }
    }

    /// Ends the process. A restart ends quiescing, unless the node stays quiesced (domain.md §8). Returns whether the
    /// storage is marked clean.
    pub fn stop(
        &mut self,
        shutdown: Shutdown,
        now_ms: u64,
        settings: &[NamespaceSettings],
    ) -> bool {
        let during_start_up = self.process == Process::Starting;
        let mut marked_clean = true;
        self.told_to_quiesce = self.stay_quiesced;
        self.prepared = false;
        for (namespace, settings) in self.namespaces.iter_mut().zip(settings) {
            marked_clean &= namespace.storage.stop(shutdown, during_start_up);
            // The regime is stored before a commit, so the next start finds the one that was prepared last.
            namespace.regime = namespace.prepared_regime;
            if shutdown == Shutdown::Unclean && !settings.commit_to_device {
                namespace.lose_unflushed(now_ms);
            }
        }
        self.process = Process::Down { marked_clean };
        marked_clean
    }
}

/// What a node keeps of one namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NodeNamespace {
    pub storage: Storage,
    /// In partition order, always 4096.
    pub versions: Rc<Vec<Version>>,
    /// The roster that `roster-set` staged last in its sub-cluster; SC only.
    pub pending: Option<Rc<Roster>>,
    /// The roster that its sub-cluster last had in force; SC only.
    pub in_force: Option<Rc<Roster>>,
    /// The regime of the last rebalance that it completed.
    pub regime: u32,
    /// The regime that it last prepared; above `regime` when a rebalance was interrupted (domain.md §1).
    pub prepared_regime: u32,
    /// What clients wrote.
    pub records: Rc<ByPartition<Record>>,
}

impl NodeNamespace {
    fn empty(settings: &NamespaceSettings) -> Self {
        Self {
            storage: Storage::empty(settings.devices),
            versions: Rc::new(vec![Version::NULL; PARTITIONS]),
            pending: None,
            in_force: None,
            regime: FIRST_REGIME,
            prepared_regime: FIRST_REGIME,
            records: Rc::default(),
        }
    }

    /// Every start makes data a subset and drops the master flag. In SC an untrusted start also sets `e` on every
    /// version, with data or without, and an `e` replaces an `r`; with `auto-revive` it sets `r` instead, unless a
    /// device is empty (domain.md §4). In AP it sets nothing (domain.md §6.1.9).
    fn start(
        &mut self,
        settings: &NamespaceSettings,
        server: ServerVersion,
        rules: Rules,
    ) -> Option<Distrust> {
        let distrust = self.storage.start(settings, server, rules);
        let mark = distrust.as_ref().map_or(StartMark::Nothing, |distrust| distrust.mark);
        for version in Rc::make_mut(&mut self.versions) {
            let isolated = version.isolated();
            *version = match mark {
                StartMark::Nothing => isolated,
                StartMark::Evade => isolated.with_evade(),
                StartMark::Revived => isolated.with_revived(RevivedBy::Operator),
            };
        }
        distrust
    }

    /// Empties one device or all. When no device has anything left, versions, records and regimes are gone too.
    pub fn wipe(&mut self, device: Option<u8>, devices: u8) {
        if self.storage.wipe(device) {
            self.versions = Rc::new(vec![Version::NULL; PARTITIONS]);
            self.records = Rc::default();
            self.regime = FIRST_REGIME;
            self.prepared_regime = FIRST_REGIME;
        } else if let Some(number) = device {
            // A record is on one device, which its digest decides. \[model\]
            let elsewhere = |digest: &Digest| digest.0[19] % devices != number;
            Rc::make_mut(&mut self.records).retain(|digest, _| elsewhere(digest));
        }
    }

    /// Drops what was not flushed yet, as an unclean stop does (domain.md §9, \[doc\]).
    fn lose_unflushed(&mut self, now_ms: u64) {
        if self.records.is_empty() {
            return;
        }
        let records = Rc::make_mut(&mut self.records);
        records.retain(|_, record| record.survive_crash(now_ms));
    }

    /// Automatic roster-set protection: versions without data and without `e` get `r` (domain.md §4, \[doc\]). A
    /// version that an operator revived keeps the operator's `r`. Returns how many it marked.
    pub fn protect(&mut self) -> u32 {
        let mut marked = 0;
        for version in Rc::make_mut(&mut self.versions) {
            if version.is_null() {
                *version = version.with_revived(RevivedBy::RosterProtection);
                marked += 1;
            }
        }
        marked
    }

    /// A record, if the node has it.
    pub fn record(&self, pid: PartitionId, key: Digest) -> Option<&Record> {
        self.records.get(pid, &key)
    }

    /// A partition's records, in order.
    pub fn records_of(&self, pid: PartitionId) -> &[(Digest, Record)] {
        self.records.of(pid)
    }

    /// Drops a partition's records. Returns whether there were any.
    pub fn drop_records(&mut self, pid: PartitionId) -> bool {
        let some = !self.records_of(pid).is_empty();
        if some {
            Rc::make_mut(&mut self.records).remove(pid);
        }
        some
    }
}
