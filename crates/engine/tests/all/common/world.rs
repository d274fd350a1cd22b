//! A random operator with random faults and clients, and what must always hold.
//!
//! A [`Deed`] consists of small numbers that are interpreted in the cluster's present state: which nodes are up, which
//! links hold. So every list of deeds is valid, and a failing list shrinks.

use proptest::prelude::*;
use rosterlab_engine::{
    Availability, ClientResult, Cluster, ClusterSetup, ClusterView, Command, Digest, Event,
    EventKind, NodeId, ReadMode, Rules, ServerVersion, Shutdown, Until,
};

/// The number of different records that clients write.
const KEYS: u8 = 24;

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Deed {
    Stop(u16, Shutdown),
    Start(u16),
    Wipe(u16),
    Remove(u16),
    AddAgain(u16),
    Cut(u16),
    CutLink(u8, u8),
    Heal,
    HealLink(u8, u8),
    Recluster,
    Quiesce(u16),
    QuiesceUndo(u16),
    Write(u8, u8),
    Migrate,
    MigrateSome(u16),
    Pass(u16),
    /// Starts nodes with one of [`VERSIONS`], with or without the copy of their metadata.
    StartAs(u16, u8, bool),
    Switch,
    /// A deed whose cluster change is interrupted by the next deed.
    Unsettled(Box<Deed>),
}

fn shutdown() -> impl Strategy<Value = Shutdown> {
    prop_oneof![Just(Shutdown::Clean), Just(Shutdown::Unclean)]
}

fn settled_deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (any::<u16>(), shutdown()).prop_map(|(nodes, shutdown)| Deed::Stop(nodes, shutdown)),
        6 => any::<u16>().prop_map(Deed::Start),
        1 => any::<u16>().prop_map(Deed::Wipe),
        1 => any::<u16>().prop_map(Deed::Remove),
        2 => any::<u16>().prop_map(Deed::AddAgain),
        2 => any::<u16>().prop_map(Deed::Cut),
        2 => any::<(u8, u8)>().prop_map(|(a, b)| Deed::CutLink(a, b)),
        2 => Just(Deed::Heal),
        1 => any::<(u8, u8)>().prop_map(|(a, b)| Deed::HealLink(a, b)),
        1 => Just(Deed::Recluster),
        1 => any::<u16>().prop_map(Deed::Quiesce),
        1 => any::<u16>().prop_map(Deed::QuiesceUndo),
        8 => any::<(u8, u8)>().prop_map(|(key, from)| Deed::Write(key, from)),
        3 => Just(Deed::Migrate),
        2 => any::<u16>().prop_map(Deed::MigrateSome),
        2 => any::<u16>().prop_map(Deed::Pass),
    ]
}

/// A deed, sometimes one that does not wait for the clusters to settle.
pub fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => settled_deed(),
        1 => settled_deed().prop_map(|deed| Deed::Unsettled(Box::new(deed))),
    ]
}

/// Versions on both sides of each limit of domain.md §17.
pub const VERSIONS: [[u8; 4]; 10] = [
    [3, 12, 0, 0],
    [3, 13, 0, 0],
    [3, 13, 0, 11],
    [3, 14, 0, 0],
    [4, 1, 0, 0],
    [4, 2, 0, 0],
    [4, 5, 1, 0],
    [5, 7, 0, 0],
    [6, 0, 0, 0],
    [7, 1, 0, 0],
];

/// As [`deed`], and starts with other versions and switches of the protocols.
pub fn deed_of_versions() -> impl Strategy<Value = Deed> {
    let start = any::<(u16, u8, bool)>();
    prop_oneof![
        6 => deed(),
        3 => start.prop_map(|(nodes, version, copy)| Deed::StartAs(nodes, version, copy)),
        1 => Just(Deed::Switch),
    ]
}

/// The record with this number. Each is in a partition of its own.
pub fn key(number: u8) -> Digest {
    let mut bytes = [0; 20];
    bytes[0] = number.wrapping_mul(37);
    bytes[1] = number;
    bytes[19] = number;
    Digest(bytes)
}

/// A cluster and what is done to it.
pub struct World {
    pub cluster: Cluster,
    ids: Vec<NodeId>,
}

impl World {
    pub fn new(setup: ClusterSetup, rules: Rules) -> Self {
        let ids = setup.nodes.iter().map(|node| node.id).collect();
        Self { cluster: Cluster::with_rules(setup, rules).unwrap(), ids }
    }

    fn running(&self, up: bool) -> Vec<NodeId> {
        let view = self.cluster.view();
        view.nodes.iter().filter(|node| node.state.is_up() == up).map(|node| node.id).collect()
    }

    /// The nodes of the setup that were not removed.
    fn there(&self) -> Vec<NodeId> {
        let view = self.cluster.view();
        self.ids.iter().copied().filter(|id| view.node(*id).is_some()).collect()
    }

    /// The nodes of the setup that were removed.
    pub fn removed(&self) -> Vec<NodeId> {
        let view = self.cluster.view();
        self.ids.iter().copied().filter(|id| view.node(*id).is_none()).collect()
    }

    /// One of these nodes, or sometimes more.
    fn some(of: &[NodeId], pick: u16) -> Vec<NodeId> {
        let Some(first) = of.get(usize::from(pick) % of.len().max(1)) else {
            return Vec::new();
        };
        let bits = pick >> 8;
        let more = bits.is_multiple_of(4);
        let others = of.iter().enumerate().filter(|(i, _)| more && bits >> (2 + i % 6) & 1 == 1);
        let mut nodes = vec![*first];
        nodes.extend(others.map(|(_, id)| *id).filter(|id| id != first));
        nodes
    }

    fn link(&self, a: u8, b: u8) -> Vec<Vec<NodeId>> {
        let pick = |n: u8| self.ids[usize::from(n) % self.ids.len()];
        vec![vec![pick(a)], vec![pick(b)]]
    }

    /// The command of a deed, if it is one.
    pub fn command(&self, deed: &Deed) -> Option<Command> {
        Some(match deed {
            Deed::Stop(pick, shutdown) => {
                let nodes = Self::some(&self.running(true), *pick);
                Command::Stop { nodes, shutdown: *shutdown }
            }
            Deed::Start(pick) => Command::Start { nodes: Self::some(&self.running(false), *pick) },
            Deed::StartAs(pick, version, metadata_from_copy) => {
                let nodes = Self::some(&self.running(false), *pick);
                let version = VERSIONS[usize::from(*version) % VERSIONS.len()];
                let (server, metadata_from_copy) =
                    (ServerVersion::of(version), *metadata_from_copy);
                Command::StartAs { nodes, server, metadata_from_copy }
            }
            Deed::Switch => Command::ProtocolSwitch,
            Deed::Wipe(pick) => {
                let nodes = Self::some(&self.running(false), *pick & 0xff | 0x100);
                Command::Wipe { nodes, device: None }
            }
            Deed::Remove(pick) => {
                let nodes = Self::some(&self.running(false), *pick);
                Command::RemoveNode { nodes }
            }
            Deed::AddAgain(pick) => {
                let removed = self.removed();
                let id = *removed.get(usize::from(*pick) % removed.len().max(1))?;
                let rack = self.cluster.setup().nodes.iter().find(|node| node.id == id)?.rack;
                Command::add_node(id, rack, false)
            }
            Deed::Cut(mask) => {
                let side = |n: usize| mask >> (n % 16) & 1 == 1;
                let there = self.there();
                let (a, b): (Vec<_>, Vec<_>) =
                    there.iter().enumerate().partition(|(n, _)| side(*n));
                let ids =
                    |side: Vec<(usize, &NodeId)>| side.into_iter().map(|(_, id)| *id).collect();
                Command::Cut { between: vec![ids(a), ids(b)] }
            }
            Deed::CutLink(a, b) => Command::Cut { between: self.link(*a, *b) },
            Deed::HealLink(a, b) => Command::Heal { between: Some(self.link(*a, *b)) },
            Deed::Heal => Command::Heal { between: None },
            Deed::Recluster => Command::Recluster { on: None },
            Deed::Quiesce(pick) => {
                Command::Quiesce { nodes: Self::some(&self.running(true), *pick) }
            }
            Deed::QuiesceUndo(pick) => {
                Command::QuiesceUndo { nodes: Self::some(&self.running(true), *pick) }
            }
            Deed::Write(number, from) => {
                let up = self.running(true);
                let from = up.get(usize::from(*from) % up.len().max(1)).copied();
                Command::Write { namespace: "main".into(), key: key(number % KEYS), from }
            }
            Deed::Migrate | Deed::MigrateSome(_) | Deed::Pass(_) | Deed::Unsettled(_) => {
                return None;
            }
        })
    }

    /// Does a deed, or nothing if it cannot be done. Returns a trace of what followed.
    pub fn act(&mut self, deed: &Deed) -> String {
        format!("{:?}", self.events_of(deed))
    }

    /// As [`World::act`], and returns the events themselves.
    pub fn events_of(&mut self, deed: &Deed) -> Vec<Event> {
        let (mut events, until) = self.begin(deed);
        events.extend(self.cluster.advance(until));
        events
    }

    /// As [`World::events_of`], but time passes in pieces of so many milliseconds.
    pub fn events_in_pieces(&mut self, deed: &Deed, piece_ms: u64) -> Vec<Event> {
        let (mut events, until) = self.begin(deed);
        let mut by_ms = self.cluster.now_ms();
        loop {
            let (more, reached) = self.cluster.advance_by(until, by_ms, &mut |_| {});
            events.extend(more);
            if reached {
                return events;
            }
            assert_eq!(self.cluster.now_ms(), by_ms, "time passes as far as it may");
            by_ms += piece_ms;
        }
    }

    /// Does what a deed does at once. Returns how far time then has to pass.
    fn begin(&mut self, deed: &Deed) -> (Vec<Event>, Until) {
        let (command, until) = self.meaning(deed);
        let events = command.and_then(|command| self.cluster.apply(&command).ok());
        (events.unwrap_or_default(), until)
    }

    /// What a deed means now: a command, if it is one, and how far time then passes.
    pub fn meaning(&self, deed: &Deed) -> (Option<Command>, Until) {
        let (deed, until) = match deed {
            Deed::Unsettled(deed) => (&**deed, Until::Prepared),
            deed => (deed, Until::Settled),
        };
        let until = match deed {
            Deed::Migrate => Until::Migrated { partitions: None },
            Deed::MigrateSome(count) => {
                Until::Migrated { partitions: Some(u32::from(*count % 3000)) }
            }
            Deed::Pass(ms) => Until::Time(self.cluster.now_ms() + u64::from(*ms % 4000)),
            _ => until,
        };
        (self.command(deed), until)
    }

    /// Checks what must hold once the clusters have settled. Describes a violation in words.
    pub fn check(&self) -> Result<(), String> {
        let view = self.cluster.view();
        if view.changing {
            return Ok(());
        }
        Self::no_partition_is_active_twice(&view)?;
        let mut probe = self.cluster.clone();
        let principals: Vec<NodeId> = view.sub_clusters.iter().map(|one| one.principal).collect();
        (0..KEYS)
            .try_for_each(|n| self.nothing_acknowledged_is_missing(key(n), &principals, &mut probe))
    }

    fn no_partition_is_active_twice(view: &ClusterView) -> Result<(), String> {
        for pid in 0..4096 {
            let active = |one: &&rosterlab_engine::SubClusterView| {
                one.namespaces[0].cells[pid].verdict.availability == Availability::Active
            };
            let sides: Vec<NodeId> =
                view.sub_clusters.iter().filter(active).map(|one| one.principal).collect();
            if sides.len() > 1 {
                return Err(format!("partition {pid} is active in the sub-clusters of {sides:?}"));
            }
        }
        Ok(())
    }

    /// An acknowledged write that some drive still has is readable wherever its partition is active.
    fn nothing_acknowledged_is_missing(
        &self,
        key: Digest,
        principals: &[NodeId],
        probe: &mut Cluster,
    ) -> Result<(), String> {
        let Some(acknowledged) = self.cluster.last_acknowledged("main", key) else {
            return Ok(());
        };
        let copies = self.cluster.copies_of_record("main", key);
        if !copies.iter().any(|copy| copy.write >= acknowledged) {
            return Ok(());
        }
        for principal in principals {
            let from = Some(*principal);
            let mode = ReadMode::AllowReplica;
            let read = Command::Read { namespace: "main".into(), key, from, mode };
            let events = probe.apply(&read).unwrap();
            let EventKind::Read { write, result, partition, .. } = &events[0].kind else {
                return Err(format!("a read gave {events:?}"));
            };
            let active = *result != ClientResult::Unavailable;
            if active && write.is_none_or(|write| write < acknowledged) {
                return Err(format!(
                    "write {acknowledged} to partition {partition} was acknowledged and is on {copies:?}, \
                     but {from:?} reads {write:?} ({result:?})"
                ));
            }
        }
        Ok(())
    }
}
