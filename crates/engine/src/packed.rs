//! A packed cluster: the same state in a small part of the memory, for checkpoints.
//!
//! Most of a cluster's state can be derived: where nothing is to be migrated, a partition's replicas are the first
//! nodes of the roster's row, they have the final version, and the first of them serves. Only what differs from this is
//! written. A row of versions is written as its few different versions, each with the set of nodes that have it.
//! Versions and counts that repeat are kept once, and so are nodes that differ only in id and rack. What a cluster
//! shares with others (the order of succession, rosters, records) stays shared.
//!
//! Invariant: [`PackedCluster::unpack`] gives a cluster equal to the one that was packed. Not here: which checkpoints
//! are kept.

use std::rc::Rc;

use crate::availability::{Availability, Rule, Verdict};
use crate::balance::{Balance, PartitionMigration, Place};
use crate::cluster::Cluster;
use crate::convert::narrow;
use crate::id::{NodeId, PARTITIONS, PartitionId, RackId};
use crate::node::Node;
use crate::node_set::{NodeSet, Slot};
use crate::rebalance::{Held, HolderBlocks};
use crate::roster::Roster;
use crate::tally::Tally;
use crate::version::{Marks, Version};

/// A cluster that takes little memory, and can only be unpacked.
#[derive(Clone, Debug)]
pub struct PackedCluster {
    /// Everything but the nodes and the balances' lists.
    rest: Cluster,
    /// The nodes without their versions. Nodes that are alike are kept once, as the first of them.
    kinds: Vec<Node>,
    /// By slot: the id, the rack, and the place among the kinds.
    nodes: Vec<(NodeId, RackId, u8)>,
    words: Vec<u64>,
    /// Numbers with seven bits a byte, the lowest first: each balance, then each namespace's versions and what the rules saw
    /// of them.
    bytes: Vec<u8>,
    /// Every roster that a node or a balance holds, once.
    rosters: Vec<Rc<Roster>>,
}

/// The number of places in [`Known`].
const PLACES: usize = 1 << 12;

/// Numbers words: the same word gets the same number, as a rule.
struct Known {
    values: Vec<u64>,
    /// By hash: the number that a value may have. A value that another one displaced is taken for new, which costs its
    /// bytes again.
    places: Vec<u16>,
}

impl Known {
    fn new() -> Self {
        Self { values: Vec::new(), places: vec![0; PLACES] }
    }

    fn number(&mut self, value: u64) -> usize {
        let hash = value.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52;
        let place = &mut self.places[narrow::<usize, u64>(hash, "a hash of twelve bits") % PLACES];
        if self.values.get(usize::from(*place)) != Some(&value) {
            self.values.push(value);
            let last = self.values.len() - 1;
            // A number that does not fit is not remembered, so the value is taken for new when it repeats.
            *place = u16::try_from(last).unwrap_or(0);
            return last;
        }
        usize::from(*place)
    }
}

struct Writer {
    words: Known,
    bytes: Vec<u8>,
}

impl Writer {
    fn put(&mut self, mut number: usize) {
        while number >= 0x80 {
            self.bytes.push(narrow::<u8, usize>(number & 0x7f, "seven bits") | 0x80);
            number >>= 7;
        }
        self.bytes.push(narrow(number, "seven bits"));
    }

    fn put_word(&mut self, word: u64) {
        let number = self.words.number(word);
        self.put(number);
    }

    /// Writes one node as its slot, a few nodes one by one, and more as rows of neighbouring slots (first and length)
    /// or as bits.
    fn put_set(&mut self, set: NodeSet) {
        let mut slots = set.iter().map(Slot::byte);
        let length = set.len();
        if length <= usize::from(FEW) {
            let length: u8 = narrow(length, "few nodes");
            if length != 1 || set.iter().any(|slot| slot.byte() >= FEW_NODES) {
                self.bytes.push(FEW_NODES + length);
            }
            self.bytes.extend(&mut slots);
            return;
        }
        let words = set.words();
        // Most clusters have few nodes, so the words with the highest slots are empty.
        let used = &words[words.iter().take_while(|word| **word == 0).count()..];
        let begin = self.bytes.len();
        self.bytes.push(ROWS);
        let mut next = slots.next();
        while let Some(first) = next {
            let mut last = first;
            next = slots.next();
            while next.is_some_and(|slot| slot == last + 1) {
                last += 1;
                next = slots.next();
            }
            self.bytes.extend([first, last - first]);
            self.bytes[begin] += 1;
            if self.bytes.len() > begin + size_of_val(used) {
                self.bytes.truncate(begin);
                self.bytes.push(ALL_BITS + narrow::<u8, usize>(used.len(), "the words of a set"));
                self.bytes.extend(used.iter().flat_map(|word| word.to_le_bytes()));
                return;
            }
        }
    }

    /// Writes the length, then each run of equal words.
    fn put_runs(&mut self, words: &[u64]) {
        self.put(words.len());
        for run in words.chunk_by(PartialEq::eq) {
            self.put(run.len());
            self.put_word(run[0]);
        }
    }

    fn put_balance(&mut self, balance: &Balance) {
        let places = balance.places.iter().zip(PartitionId::all());
        let words: Vec<u64> =
            places.map(|(place, pid)| place_word(*place, balance.replicas(pid).first())).collect();
        self.put_runs(&words);
        let mut next = 0;
        for pid in PartitionId::all() {
            let replicas = balance.replicas(pid);
            if *replicas != likely_replicas(balance, pid)[..replicas.len()] {
                self.put(pid.index() - next);
                next = pid.index() + 1;
                for slot in replicas {
                    self.put(slot.index());
                }
            }
        }
        self.put(PARTITIONS - next);
        let words: Vec<u64> = balance.tallies.iter().map(|tally| tally.word()).collect();
        self.put_runs(&words);
        self.put(balance.migrations.len());
        let mut next = 0;
        for migration in balance.migrations.iter() {
            let PartitionMigration { pid, incoming, fills, signals, .. } = migration;
            self.put(pid.index() - next);
            next = pid.index();
            for set in [incoming, fills, signals] {
                self.put_set(*set);
            }
            if balance.roster.is_none() {
                let replicas = balance.replicas(*pid).iter().copied();
                self.put_set(replicas.filter(|slot| balance.is_only_filled(*pid, *slot)).collect());
            }
        }
    }

    /// Writes what the rules saw, node by node: for each kind of version that the node has now, what most of these were
    /// then, if that is something else; and the exceptions. Where another node has the same exceptions, only what differs
    /// from that one is written: after a rack has come back, many nodes are alike.
    fn put_seen(&mut self, cluster: &Cluster, index: usize) {
        for balance in cluster.sub_clusters.iter().map(|one| &one.balances[index]) {
            let mut alike = SeenColumn::default();
            for (slot, seen) in balance.present.iter().zip(balance.seen.iter()) {
                let now = SeenColumn::now(cluster, slot, index);
                let mut then: Vec<Marks> = Marks::all().collect();
                let (mut exceptions, mut is_alike) = (exceptions(&now, seen), false);
                if exceptions.len() >= MANY {
                    then = likely_then(&now, seen);
                    exceptions = self::exceptions(&SeenColumn::default().guess(&now, &then), seen);
                    let beside = self::exceptions(&alike.guess(&now, &then), seen);
                    is_alike = beside.len() < exceptions.len();
                    if is_alike {
                        exceptions = beside;
                    }
                }
                let kinds = || Marks::all().zip(&then).filter(|(now, then)| now != *then);
                self.put(kinds().count());
                kinds().for_each(|(now, then)| self.bytes.extend([now.byte(), then.byte()]));
                self.bytes.push(u8::from(is_alike));
                self.put(exceptions.len());
                let mut next = 0;
                for (place, seen) in &exceptions {
                    self.put(place - next);
                    self.bytes.push(seen.byte());
                    next = *place;
                }
                if !is_alike && exceptions.len() >= MANY {
                    alike = SeenColumn { now, seen: seen.clone() };
                }
            }
        }
    }

    fn put_versions(&mut self, cluster: &Cluster, index: usize) {
        let columns: Vec<&[Version]> =
            cluster.nodes.iter().map(|node| &node.namespaces[index].versions[..]).collect();
        let all = (0..columns.len()).map(Slot::new).collect();
        let mut next = 0;
        let mut row: Vec<(Version, NodeSet)> = Vec::new();
        let mut all_holders = HolderBlocks::new(all, true);
        for pid in PartitionId::all() {
            let Held { holders, evading, .. } = all_holders.of(pid, &columns);
            let at = |slot: Slot| columns[slot][pid];
            let (mut left, mut as_settled) = (holders, evading.is_empty());
            each_settled(cluster, index, pid, &mut |slot, version| {
                left.remove(slot);
                as_settled &= at(slot) == version;
            });
            if as_settled && left.is_empty() {
                continue;
            }
            row.clear();
            if !evading.is_empty() {
                // Holders between these nodes are written too, if that makes the set shorter. What they really hold is
                // written after it.
                let between = holders.and(evading.neighbours());
                row.push((Version::NULL.with_evade(), evading.or(between)));
            }
            for slot in holders.iter() {
                match row.iter_mut().find(|(version, _)| *version == at(slot)) {
                    Some((_, set)) => set.insert(slot),
                    None => row.push((at(slot), NodeSet::EMPTY.with(slot))),
                }
            }
            self.put(pid.index() - next);
            next = pid.index() + 1;
            self.put(row.len());
            for (version, set) in &row {
                self.put_word(version.word());
                self.put_set(*set);
            }
        }
        self.put(PARTITIONS - next);
    }
}

/// The first byte of a set that is not one node with a low slot: the number of nodes, of rows of neighbours, or of
/// words of bits, added to one of these.
const FEW_NODES: u8 = 200;
const ROWS: u8 = 210;
const ALL_BITS: u8 = 250;
/// Up to this many nodes are written one by one.
const FEW: u8 = 3;

struct Reader<'a> {
    packed: &'a PackedCluster,
    bytes: std::slice::Iter<'a, u8>,
}

impl Reader<'_> {
    fn number(&mut self) -> usize {
        let (mut number, mut shift) = (0, 0);
        for byte in self.bytes.by_ref() {
            number |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        number
    }

    fn word(&mut self) -> u64 {
        self.packed.words[self.number()]
    }

    fn byte(&mut self) -> u8 {
        self.bytes.next().copied().unwrap_or(0)
    }

    fn set(&mut self) -> NodeSet {
        let slots = |first: u8, more: u8| {
            let first = usize::from(first);
            (first..=first + usize::from(more)).map(Slot::new)
        };
        match self.byte() {
            bits @ ALL_BITS.. => {
                let mut words = NodeSet::EMPTY.words();
                let empty = words.len() - usize::from(bits - ALL_BITS).min(words.len());
                for word in &mut words[empty..] {
                    *word = u64::from_le_bytes([(); 8].map(|()| self.byte()));
                }
                NodeSet::of_words(words)
            }
            rows @ ROWS.. => (ROWS..rows).flat_map(|_| slots(self.byte(), self.byte())).collect(),
            few @ FEW_NODES.. => (FEW_NODES..few).flat_map(|_| slots(self.byte(), 0)).collect(),
            slot => slots(slot, 0).collect(),
        }
    }

    /// The next partition that is written, counted from the given one.
    fn pid(&mut self, from: usize) -> Option<PartitionId> {
        PartitionId::new(u16::try_from(from + self.number()).ok()?).ok()
    }

    fn runs(&mut self) -> Vec<u64> {
        let length = self.number();
        let mut words = Vec::with_capacity(length);
        while words.len() < length {
            let end = words.len() + self.number();
            words.resize(end, self.word());
        }
        words
    }

    fn read_balance(&mut self, balance: &mut Balance) {
        let words = self.runs();
        balance.places = Rc::new(words.iter().map(|word| place_of(*word, None)).collect());
        let width = balance.width();
        let mut replicas = vec![Slot::new(0); PARTITIONS * width];
        for pid in PartitionId::all().filter(|_| width > 0) {
            if balance.places[pid].verdict.is_active() {
                replicas[pid.index() * width..][..width]
                    .copy_from_slice(&likely_replicas(balance, pid)[..width]);
            }
        }
        let mut next = 0;
        while let Some(pid) = self.pid(next) {
            next = pid.index() + 1;
            replicas[pid.index() * width..][..width].fill_with(|| Slot::new(self.number()));
        }
        balance.replicas = Rc::new(replicas);
        let place = |(word, pid): (u64, PartitionId)| place_of(word, balance.replicas(pid).first());
        balance.places = Rc::new(words.into_iter().zip(PartitionId::all()).map(place).collect());
        balance.tallies = Rc::new(self.runs().into_iter().map(Tally::of_word).collect());
        let strong = balance.roster.is_some();
        let mut began_empty = vec![false; if strong { 0 } else { PARTITIONS * width }];
        let mut next = 0;
        let migrations = (0..self.number()).filter_map(|_| {
            let pid = self.pid(next)?;
            next = pid.index();
            let final_master = *balance.replicas(pid).first()?;
            let (incoming, fills, signals) = (self.set(), self.set(), self.set());
            if !strong {
                let empty = self.set();
                let here = balance.replicas(pid).iter();
                let began = began_empty.iter_mut().skip(pid.index() * width);
                here.zip(began).for_each(|(slot, began)| *began = empty.contains(*slot));
            }
            Some(PartitionMigration { pid, final_master, incoming, fills, signals })
        });
        balance.migrations = Rc::new(migrations.collect());
        balance.began_empty = Rc::new(began_empty);
    }

    fn read_seen(&mut self, cluster: &mut Cluster, index: usize) {
        let mut sub_clusters = std::mem::take(&mut cluster.sub_clusters);
        let balances = sub_clusters.iter_mut().map(|one| &mut one.balances[index]);
        // The rules looked at versions only where there is a roster.
        for balance in balances.filter(|balance| balance.roster.is_some()) {
            let mut alike = SeenColumn::default();
            let column = |slot: Slot| {
                let mut then = Marks::all().collect::<Vec<_>>();
                for _ in 0..self.number() {
                    let now = Marks::of_byte(self.byte());
                    then[now.index()] = Marks::of_byte(self.byte());
                }
                let now = SeenColumn::now(cluster, slot, index);
                let is_alike = self.byte() != 0;
                let alone = SeenColumn::default();
                let mut seen = if is_alike { &alike } else { &alone }.guess(&now, &then);
                let exceptions = self.number();
                let mut next = 0;
                for _ in 0..exceptions {
                    next += self.number();
                    seen[next] = Marks::of_byte(self.byte());
                }
                if !is_alike && exceptions >= MANY {
                    alike = SeenColumn { now, seen: seen.clone() };
                }
                seen
            };
            balance.seen = Rc::new(balance.present.iter().map(column).collect());
        }
        cluster.sub_clusters = sub_clusters;
    }

    fn read_versions(&mut self, cluster: &mut Cluster, index: usize) {
        let only_evading = Version::NULL.with_evade();
        let mut evading = vec![NodeSet::EMPTY; PARTITIONS];
        let mut others: Vec<(PartitionId, NodeSet, Version)> = Vec::with_capacity(PARTITIONS);
        let mut next = 0;
        let mut written = self.pid(next);
        for pid in PartitionId::all() {
            if written != Some(pid) {
                each_settled(cluster, index, pid, &mut |slot, version| {
                    others.push((pid, NodeSet::EMPTY.with(slot), version));
                });
                continue;
            }
            for _ in 0..self.number() {
                match (Version::of_word(self.word()), self.set()) {
                    (version, set) if version == only_evading => evading[pid] = set,
                    (version, set) => others.push((pid, set, version)),
                }
            }
            next = pid.index() + 1;
            written = self.pid(next);
        }
        // Column by column as far as possible, because the versions of a row lie far apart in memory.
        let column = |slot: usize| {
            let this = NodeSet::EMPTY.with(Slot::new(slot));
            let word = |set: &NodeSet| u64::from(!set.and(this).is_empty()) * only_evading.word();
            evading.iter().map(|set| Version::of_word(word(set))).collect()
        };
        let mut columns: Vec<Vec<Version>> = (0..cluster.nodes.len()).map(column).collect();
        for (pid, set, version) in others {
            set.iter().for_each(|slot| columns[slot][pid] = version);
        }
        for (node, column) in cluster.nodes.iter_mut().zip(columns) {
            node.namespaces[index].versions = Rc::new(column);
        }
    }
}

/// From this many exceptions on, other nodes may be like a node.
const MANY: usize = 64;

/// The versions of a node now, and what the rules saw of them.
#[derive(Default)]
struct SeenColumn {
    now: Vec<Marks>,
    seen: Vec<Marks>,
}

impl SeenColumn {
    fn now(cluster: &Cluster, slot: Slot, index: usize) -> Vec<Marks> {
        let now = cluster.nodes[slot].namespaces[index].versions.iter();
        now.map(|version| version.marks()).collect()
    }

    /// A guess of what the rules saw of a node that has these versions now: as here where it has the same, and otherwise what
    /// is likely.
    fn guess(&self, now: &[Marks], then: &[Marks]) -> Vec<Marks> {
        let mut guess: Vec<Marks> = now.iter().map(|now| then[now.index()]).collect();
        for (place, (here, seen)) in self.now.iter().zip(&self.seen).enumerate() {
            if *here == now[place] {
                guess[place] = *seen;
            }
        }
        guess
    }
}

/// Where a guess is wrong, and what is right.
fn exceptions(guess: &[Marks], seen: &[Marks]) -> Vec<(usize, Marks)> {
    let pairs = guess.iter().zip(seen).enumerate();
    pairs
        .filter(|(_, (guess, seen))| guess != seen)
        .map(|(place, (_, seen))| (place, *seen))
        .collect()
}

/// For each kind of version that a node has now, what most of these were when the rules saw them.
fn likely_then(now: &[Marks], seen: &[Marks]) -> Vec<Marks> {
    let mut counts = [[0_u16; Marks::KINDS]; Marks::KINDS];
    for (now, seen) in now.iter().zip(seen) {
        counts[now.index()][seen.index()] += 1;
    }
    // A kind that no version has stays as it is.
    let most = |(now, counts): (Marks, &[u16; Marks::KINDS])| {
        Marks::all().max_by_key(|then| (counts[then.index()], *then == now)).unwrap_or(now)
    };
    Marks::all().zip(&counts).map(most).collect()
}

/// Calls with each replica of a partition and the version that it has when all migrations are done.
fn each_settled(
    cluster: &Cluster,
    index: usize,
    pid: PartitionId,
    of: &mut dyn FnMut(Slot, Version),
) {
    for sub_cluster in &cluster.sub_clusters {
        for (place, slot) in sub_cluster.balances[index].replicas(pid).iter().enumerate() {
            of(*slot, Version::full(sub_cluster.key, place == 0));
        }
    }
}

/// The row whose first nodes are the replicas, unless some of its nodes are missing.
fn likely_replicas(balance: &Balance, pid: PartitionId) -> &[Slot] {
    let of_roster = balance.roster.as_ref().map(|roster| &roster.rows);
    of_roster.or(balance.own_rows.as_ref()).map_or(&[], |rows| rows.row(pid))
}

/// A place as a word: availability, rule, whether it is fresh, and the working master (0 for the likely one, 1 for
/// none).
fn place_word(place: Place, likely: Option<&Slot>) -> u64 {
    let master = match place.working_master {
        master if master.as_ref() == likely => 0,
        None => 1,
        Some(slot) => 2 + slot.index(),
    };
    let verdict = place.verdict;
    let fresh = u64::from(place.fresh) << 7;
    verdict.availability as u64 | (verdict.rule as u64) << 2 | fresh | (master as u64) << 8
}

fn place_of(word: u64, likely: Option<&Slot>) -> Place {
    let [verdict, low, high, ..] = word.to_le_bytes();
    let master = u16::from_le_bytes([low, high]);
    let fresh = verdict & 0x80 != 0;
    let verdict = verdict & 0x7f;
    let availability = match verdict & 3 {
        0 => Availability::Active,
        1 => Availability::Unavailable,
        _ => Availability::Dead,
    };
    let working_master = match usize::from(master) {
        0 => likely.copied(),
        1 => None,
        slot => Some(Slot::new(slot - 2)),
    };
    let rule = Rule::ALL[usize::from(verdict >> 2)];
    Place { verdict: Verdict { availability, rule }, working_master, fresh }
}

/// Empties the lists of a balance that are written.
fn empty(balance: &mut Balance) {
    balance.places = Rc::default();
    balance.tallies = Rc::default();
    balance.seen = Rc::default();
    balance.replicas = Rc::default();
    balance.migrations = Rc::default();
}

fn rosters_of(rest: &Cluster, kinds: &[Node]) -> Vec<Rc<Roster>> {
    let parts = kinds.iter().flat_map(|kind| &kind.namespaces);
    let of_nodes = parts.flat_map(|part| [&part.pending, &part.in_force]);
    let balances = rest.sub_clusters.iter().flat_map(|one| &one.balances);
    let mut rosters: Vec<Rc<Roster>> = Vec::new();
    for roster in of_nodes.chain(balances.map(|balance| &balance.roster)).flatten() {
        if !is_among(roster, &rosters) {
            rosters.push(roster.clone());
        }
    }
    rosters
}

fn is_among(roster: &Rc<Roster>, rosters: &[Rc<Roster>]) -> bool {
    rosters.iter().any(|known| Rc::ptr_eq(known, roster))
}

impl Cluster {
    /// Packs the cluster as it is.
    #[must_use]
    pub fn pack(&self) -> PackedCluster {
        let mut writer = Writer { words: Known::new(), bytes: Vec::with_capacity(1 << 15) };
        for balance in self.sub_clusters.iter().flat_map(|one| &one.balances) {
            writer.put_balance(balance);
        }
        for index in 0..self.setup.namespaces.len() {
            writer.put_versions(self, index);
            writer.put_seen(self, index);
        }
        let mut rest = self.clone();
        rest.sub_clusters.iter_mut().flat_map(|one| &mut one.balances).for_each(empty);
        let mut kinds: Vec<Node> = Vec::new();
        let mut nodes = Vec::with_capacity(rest.nodes.len());
        for mut node in std::mem::take(&mut rest.nodes) {
            node.namespaces.iter_mut().for_each(|one| one.versions = Rc::default());
            let (id, rack) = (node.id, node.rack);
            (node.id, node.rack) = kinds.first().map_or((id, rack), |kind| (kind.id, kind.rack));
            let known = kinds.iter().position(|kind| *kind == node);
            let kind = known.unwrap_or_else(|| {
                kinds.push(node);
                kinds.len() - 1
            });
            nodes.push((id, rack, narrow(kind, "a kind of node")));
        }
        let Writer { words: Known { values: mut words, .. }, mut bytes } = writer;
        kinds.shrink_to_fit();
        words.shrink_to_fit();
        bytes.shrink_to_fit();
        let rosters = rosters_of(&rest, &kinds);
        PackedCluster { rest, kinds, nodes, words, bytes, rosters }
    }
}

impl PackedCluster {
    /// The cluster that was packed.
    #[must_use]
    pub fn unpack(&self) -> Cluster {
        let mut cluster = self.rest.clone();
        let node = |(id, rack, kind): &(NodeId, RackId, u8)| {
            let kind = &self.kinds[usize::from(*kind)];
            Node { id: *id, rack: *rack, ..kind.clone() }
        };
        cluster.nodes = self.nodes.iter().map(node).collect();
        let mut reader = Reader { packed: self, bytes: self.bytes.iter() };
        for balance in cluster.sub_clusters.iter_mut().flat_map(|one| &mut one.balances) {
            reader.read_balance(balance);
        }
        for index in 0..cluster.setup.namespaces.len() {
            reader.read_versions(&mut cluster, index);
            reader.read_seen(&mut cluster, index);
        }
        cluster
    }

    /// The approximate size in bytes of the rosters that the other does not hold.
    #[must_use]
    pub fn roster_bytes_beside(&self, other: Option<&Self>) -> usize {
        let others = other.map_or(&[][..], |other| &other.rosters);
        let own = self.rosters.iter().filter(|roster| !is_among(roster, others));
        own.map(|roster| roster.bytes()).sum()
    }

    /// Its approximate size in bytes, without rosters and the order of succession, which clusters share.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let balance = |balance: &Balance| {
            size_of::<Balance>()
                + balance.own_rows.as_ref().map_or(0, |rows| rows.bytes())
                + (balance.expected.len() + 128) * size_of::<crate::event::Migrations>()
        };
        let balances = self.rest.sub_clusters.iter().flat_map(|one| &one.balances);
        // Includes what is allocated for each. The cluster also lists each node's cuts, its id and its hashes.
        let part = size_of::<crate::node::NodeNamespace>() + 32;
        let kind = size_of::<Node>() + 32 + part * self.rest.setup.namespaces.len();
        let node = size_of::<(NodeId, RackId, u8)>() + size_of::<NodeSet>() + 16;
        let parts = self.kinds.iter().flat_map(|kind| &kind.namespaces);
        balances.map(balance).sum::<usize>()
            + self.rest.ground.bytes()
            + parts.map(|part| part.records.bytes()).sum::<usize>()
            + self.kinds.len() * kind
            + self.nodes.len() * node
            + size_of_val(&self.words[..])
            + self.bytes.len()
            + size_of::<Self>()
    }
}
