//! A rebalance of one namespace in one sub-cluster: the verdict, working master and replicas of every partition, its
//! versions afterwards, and what is to be migrated.
//!
//! Invariant: a rebalance is a pure function of the nodes present, the order of succession and the versions reached. It
//! hashes and sorts nothing. Sources: domain.md §3 to §6. Not here: when a rebalance happens (see `change`), how
//! migrations proceed (see `migration`).

use std::ops::Deref;
use std::rc::Rc;

use crate::availability::{Availability, Rule, Verdict};
use crate::available;
use crate::balance::{Balance, PartitionMigration, Place, Progress, due, settled};
use crate::convert::{self, narrow};
use crate::id::{MAX_NODES, PARTITIONS, PartitionId, RackId};
use crate::node_set::{NodeSet, NodeTable, Slot};
use crate::roster::Roster;
use crate::rules::{Clause, Rules};
use crate::scene::{Roles, Scene, StrongScene};
use crate::succession::{RosterRows, distinct_racks, put_racks_apart};
use crate::tally::{SameFacts, Tally};
use crate::version::{Marks, Version};

/// One namespace's versions, by slot; empty for nodes that are not in the sub-cluster.
pub(crate) type Versions = Vec<Rc<Vec<Version>>>;

/// Collects what SC and AP have in common: places, replicas, migrations.
struct Ledger {
    /// The number of replicas that an active partition has here.
    width: usize,
    places: Vec<Place>,
    replicas: Vec<Slot>,
    /// See [`Balance::began_empty`].
    began_empty: Vec<bool>,
    migrations: Vec<PartitionMigration>,
}

impl Ledger {
    fn new(width: usize) -> Self {
        Self {
            width,
            places: Vec::with_capacity(PARTITIONS),
            replicas: Vec::with_capacity(PARTITIONS * width),
            began_empty: Vec::new(),
            migrations: Vec::with_capacity(PARTITIONS / 2),
        }
    }

    fn not_active(&mut self, verdict: Verdict) {
        self.places.push(Place { verdict, working_master: None, fresh: false });
        // Never read for a partition that is not active. It keeps the rows aligned.
        self.replicas.extend(std::iter::repeat_n(Slot::new(0), self.width));
    }

    fn active(&mut self, place: Place, replicas: &[Slot]) {
        self.places.push(place);
        self.replicas.extend_from_slice(replicas);
    }

    /// The balance, with the fields that SC and AP have in common.
    fn balance(self, scene: &Scene<'_>, present: NodeSet, replication_factor: u8) -> Balance {
        Balance {
            roster: None,
            present,
            quiesced: scene.quiesced,
            replication_factor,
            regime: 0,
            own_rows: None,
            places: Rc::new(self.places),
            tallies: Rc::default(),
            same: SameFacts::default(),
            seen: Rc::default(),
            replicas: Rc::new(self.replicas),
            began_empty: Rc::new(self.began_empty),
            progress: Progress::new(&self.migrations),
            expected: due(&self.migrations, scene.nodes),
            migrations: Rc::new(self.migrations),
        }
    }
}

/// The versions of one partition, read and written in the columns.
struct PartitionVersions<'a, 'b> {
    columns: &'a mut [&'b mut [Version]],
    pid: PartitionId,
}

impl PartitionVersions<'_, '_> {
    fn at(&self, slot: Slot) -> Version {
        self.columns[slot][self.pid]
    }

    fn set(&mut self, slot: Slot, version: Version) {
        self.columns[slot][self.pid] = version;
    }

    fn update(&mut self, slot: Slot, change: impl FnOnce(Version) -> Version) {
        let version = &mut self.columns[slot][self.pid];
        *version = change(*version);
    }
}

/// The order of the nodes of a sub-cluster for one partition (domain.md §3).
struct RowMaker<'a> {
    roster: &'a Roster,
    /// Present and not quiesced.
    live: NodeSet,
    is_live: NodeTable,
    is_present: NodeTable,
    /// Present and quiesced, so last in every row.
    last: NodeSet,
    is_last: NodeTable,
    racks: [RackId; MAX_NODES],
    replication_factor: u8,
    /// The number of replicas that an active partition has here.
    width: usize,
    /// min(racks of the live nodes, RF); 0 where racks make no difference.
    distinct: usize,
    /// A buffer for a row that has to be adjusted.
    row: Vec<Slot>,
}

impl<'a> RowMaker<'a> {
    fn new(roster: &'a Roster, present: NodeSet, width: usize, scene: &Scene<'_>) -> Self {
        let mut racks = [RackId::NONE; MAX_NODES];
        for (slot, entry) in roster.slots.iter().zip(roster.entries.iter()) {
            racks[*slot] = entry.rack;
        }
        let live = present.minus(scene.quiesced);
        let replication_factor = scene.replication_factor;
        let count = distinct_racks(live.iter().map(|slot| racks[slot]));
        let distinct = if count > 1 { count.min(usize::from(replication_factor)) } else { 0 };
        let last = present.and(scene.quiesced);
        let row = Vec::with_capacity(roster.len());
        let (is_live, is_present, is_last) = (live.into(), present.into(), last.into());
        Self {
            roster,
            live,
            is_live,
            is_present,
            last,
            is_last,
            racks,
            replication_factor,
            width,
            distinct,
            row,
        }
    }

    /// The roster-replicas of a partition, present or not.
    fn roster_replicas(&self, pid: PartitionId) -> &'a [Slot] {
        self.roster.replicas(pid, self.replication_factor)
    }

    /// The tally that the rules ask about (domain.md §5), given the sum of the versions' counts.
    fn tally(&self, pid: PartitionId, counts: u64) -> Tally {
        let is_present = |slot: &Slot| self.is_present.contains(*slot);
        let roster_replicas = self.roster_replicas(pid);
        let here = roster_replicas.iter().filter(|slot| is_present(slot)).count();
        Tally::new(counts, here, roster_replicas.first().is_some_and(is_present))
    }

    /// The part of the row that matters to a rebalance (see [`take_seats`]): the roster's row without the absent nodes,
    /// the quiesced nodes at the end in order, and stand-ins on racks of their own. With `f` roster-replicas present
    /// and not quiesced, positions from max(f, 1) are adjusted and candidates scanned from max(k, max(f, 1)) (domain.md
    /// §3, \[doc, detail model\]).
    fn seats(&mut self, pid: PartitionId, holders: NodeSet, seats: &mut Vec<Slot>) {
        let full_row = self.roster.rows.row(pid);
        let (live, last) = (self.live, self.last);
        let is_live = &self.is_live;
        let live_holders = if last.is_empty() { holders } else { holders.and(live) };
        let held = self.roster_replicas(pid).iter().filter(|slot| is_live.contains(**slot)).count();
        let start = held.max(1);
        seats.clear();
        if held < usize::from(self.replication_factor) && start < self.distinct {
            self.row.clear();
            self.row.extend(full_row.iter().copied().filter(|slot| is_live.contains(*slot)));
            let rack_of = |slot: Slot| self.racks[slot];
            put_racks_apart(&mut self.row, rack_of, self.distinct, start, self.distinct.max(start));
            take_seats(&self.row, is_live, self.width, live_holders, seats);
        } else {
            take_seats(full_row, is_live, self.width, live_holders, seats);
        }
        if !last.is_empty() {
            take_seats(full_row, &self.is_last, self.width, holders.and(last), seats);
        }
    }
}

/// Takes the part of a row that matters to a rebalance: of the given nodes the first `width`, and all others in row
/// order whose version is not null. In a large cluster most nodes have nothing to do with a partition.
fn take_seats(row: &[Slot], of: &NodeTable, width: usize, holders: NodeSet, seats: &mut Vec<Slot>) {
    let mut left = holders.len();
    for slot in row.iter().copied().filter(|slot| of.contains(*slot)) {
        if seats.len() >= width && left == 0 {
            return;
        }
        let holds = holders.contains(slot);
        left -= usize::from(holds);
        if holds || seats.len() < width {
            seats.push(slot);
        }
    }
}

/// Partitions that are read together, so that their sets of nodes stay in the processor's cache.
const BLOCK: usize = 256;

/// Which nodes hold what, a block of partitions at a time. The versions are read column by column. Most versions of a
/// large cluster are null, and this is the only time that a rebalance reads those.
pub(crate) struct HolderBlocks {
    nodes: NodeSet,
    /// Whether `nodes` is the whole roster (see [`Version::counts`]).
    whole: bool,
    /// The block that was read last.
    block: Vec<Held>,
}

/// Which nodes hold what of a partition.
#[derive(Clone, Copy, Default)]
pub(crate) struct Held {
    /// Nodes whose version is not null, except those in `evading`.
    pub holders: NodeSet,
    /// Nodes that have nothing but an `e`. After unclean stops they are very many, and all are treated alike.
    pub evading: NodeSet,
    /// The sum of [`Version::counts`].
    counts: u64,
}

impl HolderBlocks {
    pub fn new(nodes: NodeSet, whole: bool) -> Self {
        Self { nodes, whole, block: vec![Held::default(); BLOCK] }
    }

    /// What is held of one partition. Partitions must be asked for in order, from the first. A block's versions are
    /// those at the time when its first partition was asked for.
    pub fn of(&mut self, pid: PartitionId, columns: &[impl Deref<Target = [Version]>]) -> Held {
        if pid.index().is_multiple_of(BLOCK) {
            self.read(pid.index(), columns);
        }
        self.block[pid.index() % BLOCK]
    }

    fn read(&mut self, start: usize, columns: &[impl Deref<Target = [Version]>]) {
        let only_evading = Version::NULL.with_evade();
        self.block.fill(Held::default());
        for slot in self.nodes.iter() {
            let versions = &columns[slot][start..][..BLOCK];
            for (versions, held) in versions.chunks(8).zip(self.block.chunks_mut(8)) {
                if versions.iter().all(|version| version.is_null()) {
                    continue;
                }
                for (version, held) in versions.iter().zip(held) {
                    // Unpredictable, so computed without a branch.
                    let evades = *version == only_evading;
                    held.evading.insert_if(evades, slot);
                    held.holders.insert_if(!evades & !version.is_null(), slot);
                    held.counts += version.counts(self.whole);
                }
            }
        }
    }
}

/// How many replicas an active partition has among the nodes present: RF, or as many as there are.
fn width_of(replication_factor: u8, present: NodeSet) -> u8 {
    narrow(usize::from(replication_factor).min(present.len()), "replicas")
}

/// Each member's column of versions, for writing.
fn columns_of(versions: &mut Versions) -> Vec<&mut [Version]> {
    versions
        .iter_mut()
        .map(
            |column| {
                if column.is_empty() { &mut [][..] } else { Rc::make_mut(column).as_mut_slice() }
            },
        )
        .collect()
}

/// Rebalances an SC namespace whose roster is in force (domain.md §5, §6).
pub(crate) fn rebalance_strong(
    scene: &Scene<'_>,
    strong: &StrongScene<'_>,
    versions: &mut Versions,
) -> Balance {
    let roster = strong.roster;
    let members: NodeSet = scene.nodes.iter().copied().collect();
    let present = roster.set.and(members);
    let rf = scene.replication_factor;
    let whole = present == roster.set;
    let width = usize::from(rf).min(present.len());
    let same = same_facts(scene, strong, present);
    let mut ledger = Ledger::new(width);
    let mut tallies = Vec::with_capacity(PARTITIONS);
    let mut before = None;
    let mut rows = RowMaker::new(roster, present, width, scene);
    let mut columns = columns_of(versions);
    for outsider in members.minus(roster.set).iter() {
        // Nodes outside the roster hold nothing, and what they still have is a subset (domain.md §3).
        columns[outsider].iter_mut().for_each(|version| *version = version.isolated());
    }
    let seen = marks_of(present, &columns);
    let mut all_holders = HolderBlocks::new(present, whole);
    let mut seats = Vec::new();
    for pid in PartitionId::all() {
        let Held { holders, evading, counts } = all_holders.of(pid, &columns);
        let mut cell = PartitionVersions { columns: &mut columns, pid };
        let tally = rows.tally(pid, counts);
        // Most partitions have the same tally as the one before.
        let (verdict, fresh) = match before {
            Some((same, decided)) if same == tally => decided,
            _ => {
                let facts = tally.facts(&same);
                let verdict = (scene.rules.judge)(&facts, strong.profile);
                (verdict, verdict.is_active() && facts.with_data == 0)
            }
        };
        before = Some((tally, (verdict, fresh)));
        tallies.push(tally);
        rows.seats(pid, holders, &mut seats);
        if !verdict.is_active() {
            for slot in &seats {
                cell.update(*slot, Version::isolated);
            }
            ledger.not_active(verdict);
            continue;
        }
        let replicas = &seats[..width];
        if seats.len() == width && tally.full() == width {
            // Every replica is full and no other node has data, so there is nothing to decide. Most partitions are like
            // this.
            settle_row(&mut cell, &seats, evading, width, scene);
            let place = Place { verdict, working_master: Some(seats[0]), fresh };
            ledger.active(place, replicas);
            continue;
        }
        let roles = strong_roles(&cell, &seats, replicas, whole, scene.rules);
        prepare_strong(&mut cell, &seats, replicas, &roles, scene);
        let parts = Parts { row: &seats, evading, replicas };
        ledger.migrations.extend(plan(&mut cell, &parts, &roles, scene));
        let place = Place { verdict, working_master: Some(roles.working_master), fresh };
        ledger.active(place, replicas);
    }
    Balance {
        roster: Some(roster.clone()),
        tallies: Rc::new(tallies),
        seen: Rc::new(seen),
        same,
        regime: strong.regime,
        ..ledger.balance(scene, present, rf)
    }
}

/// The marks of each of these nodes' versions.
fn marks_of(nodes: NodeSet, columns: &[&mut [Version]]) -> Vec<Vec<Marks>> {
    let marks = |slot: Slot| columns[slot].iter().map(|version| version.marks()).collect();
    nodes.iter().map(marks).collect()
}

/// The order of a partition's nodes here: those present of the roster's row, quiesced nodes last and stand-ins on racks of
/// their own (domain.md §3). The first RF are the replicas of an active partition.
pub(crate) fn working_order(scene: &Scene<'_>, roster: &Roster, pid: PartitionId) -> Vec<Slot> {
    let mut found = Vec::new();
    working_orders(scene, roster, std::iter::once(pid), &mut |order| found = order.to_vec());
    found
}

/// The same of several partitions, one after the other.
pub(crate) fn working_orders(
    scene: &Scene<'_>,
    roster: &Roster,
    of: impl Iterator<Item = PartitionId>,
    tell: &mut dyn FnMut(&[Slot]),
) {
    let present = roster.set.and(scene.nodes.iter().copied().collect());
    let width = usize::from(scene.replication_factor).min(present.len());
    let mut rows = RowMaker::new(roster, present, width, scene);
    let mut order = Vec::new();
    for pid in of {
        // Were all nodes holders, the whole row would matter.
        rows.seats(pid, present, &mut order);
        tell(&order);
    }
}

fn same_facts(scene: &Scene<'_>, strong: &StrongScene<'_>, present: NodeSet) -> SameFacts {
    let first = strong.first_roster || !scene.rules.follow(Clause::FirstRosterOnly);
    SameFacts {
        replication_factor: u32::from(scene.replication_factor),
        roster: convert::count(strong.roster.len()),
        present: convert::count(present.len()),
        first_roster: first,
    }
}

/// The roles in an active SC partition (domain.md §6). With a full copy, the first full node of the row is the working
/// master, there are no duplicates, and replicas that are not full immigrate (\[model\]). Without one, the working
/// master is the first with data, preferring those without `e` and among them one with the master flag; every other
/// holder of data is a duplicate and all replicas immigrate. If no node has data (a fresh partition), there is nothing
/// to migrate.
fn strong_roles(
    cell: &PartitionVersions<'_, '_>,
    row: &[Slot],
    replicas: &[Slot],
    whole: bool,
    rules: Rules,
) -> Roles {
    let full = |slot: &&Slot| cell.at(**slot).is_full(whole);
    if let Some(first_full) = row.iter().find(full) {
        let immigrants = replicas.iter().filter(|slot| !full(slot)).copied().collect();
        return Roles { working_master: *first_full, duplicates: NodeSet::EMPTY, immigrants };
    }
    let rank = |slot: Slot| {
        let version = cell.at(slot);
        match (version.has_data(), version.is_evade(), version.is_master()) {
            (false, ..) => 0,
            (true, true, _) if rules.follow(Clause::PreferTrusted) => 1,
            (true, _, false) => 2,
            (true, _, true) => 3,
        }
    };
    // The first of the nodes with the highest rank. `max_by_key` returns the last one, so the row is reversed.
    let best = row.iter().rev().copied().max_by_key(|slot| rank(*slot));
    match best.filter(|slot| rank(*slot) > 0) {
        Some(working_master) => {
            let every = rules.follow(Clause::EveryHolderIsADuplicate);
            let holds = |slot: &Slot| rank(*slot) > 0 && (every || !cell.at(*slot).is_evade());
            let holders = row.iter().copied().filter(holds).collect::<NodeSet>();
            let duplicates = holders.without(working_master);
            Roles { working_master, duplicates, immigrants: replicas.iter().copied().collect() }
        }
        None => {
            Roles { working_master: row[0], duplicates: NodeSet::EMPTY, immigrants: NodeSet::EMPTY }
        }
    }
}

/// Updates the versions of a partition that needs migrations: replicas that immigrate become filling subsets, others
/// with data become subsets, and the working master alone has the master flag (domain.md §4, §6). The working master
/// stays full, replica or not, until its own emigration is done \[open\]: a stop or a recluster before that still finds
/// its full copy.
fn prepare_strong(
    cell: &mut PartitionVersions<'_, '_>,
    row: &[Slot],
    replicas: &[Slot],
    roles: &Roles,
    scene: &Scene<'_>,
) {
    if roles.immigrants.is_empty() {
        return;
    }
    let rules = scene.rules;
    for (place, slot) in row.iter().enumerate() {
        let is_replica = place < replicas.len();
        let is_master = *slot == roles.working_master;
        let stays = is_master && rules.follow(Clause::WorkingMasterStaysFull);
        cell.update(*slot, |version| {
            let version = if roles.immigrants.contains(*slot) {
                let filling = version.with_lineage(scene.key, 0);
                if rules.follow(Clause::FillingIsSubset) {
                    filling.with_subset(true)
                } else {
                    filling
                }
            } else if !is_replica && !stays && version.has_data() {
                version
                    .with_subset(version.is_subset() || rules.follow(Clause::OthersBecomeSubsets))
            } else {
                version
            };
            if version.has_data() { version.with_master(is_master) } else { version }
        });
    }
}

/// The nodes of one partition that matter to a rebalance.
struct Parts<'a> {
    /// The replicas, then all other nodes whose version is not null.
    row: &'a [Slot],
    /// Nodes that had nothing but an `e`. They are in the row only if they are replicas.
    evading: NodeSet,
    replicas: &'a [Slot],
}

/// What is to be migrated (domain.md §6). When nothing immigrates it is nothing: replicas take the final version at
/// once and other nodes drop their data, but a quiesced node keeps it as a subset.
fn plan(
    cell: &mut PartitionVersions<'_, '_>,
    parts: &Parts<'_>,
    roles: &Roles,
    scene: &Scene<'_>,
) -> Option<PartitionMigration> {
    let Parts { row, evading, replicas } = *parts;
    let Roles { working_master, duplicates, immigrants } = *roles;
    if immigrants.is_empty() {
        settle_row(cell, row, evading, replicas.len(), scene);
        return None;
    }
    let final_master = row[0];
    let incoming = duplicates.with(working_master).without(final_master);
    let told = |place: usize, slot: Slot| place < replicas.len() || !cell.at(slot).is_null();
    let others = row.iter().enumerate().skip(1);
    let signals: NodeSet =
        others.filter(|(place, slot)| told(*place, **slot)).map(|(_, slot)| *slot).collect();
    let signals = signals.or(evading).without(final_master);
    let fills = immigrants.without(final_master);
    let migration = PartitionMigration { pid: cell.pid, final_master, incoming, fills, signals };
    if migration.is_done() {
        // No other node is involved, so no migration is needed and its marks are cleared at once (domain.md §4).
        cell.set(final_master, Version::full(scene.key, true));
        return None;
    }
    Some(migration)
}

/// Gives every version of a partition its final value, because nothing is to be migrated.
fn settle_row(
    cell: &mut PartitionVersions<'_, '_>,
    row: &[Slot],
    evading: NodeSet,
    replicas: usize,
    scene: &Scene<'_>,
) {
    evading.iter().for_each(|slot| cell.set(slot, Version::NULL));
    for (place, slot) in row.iter().enumerate() {
        let is_replica = place < replicas;
        let quiesced = scene.quiesced.contains(*slot);
        cell.update(*slot, |version| settled(version, is_replica, place == 0, quiesced, scene.key));
    }
}

/// Rebalances an AP namespace: no roster, the rows are over the sub-cluster's own nodes, the quiesced ones last, every
/// partition is active (domain.md §3, §6.1, \[open\]). A partition that no node has data for comes up empty: it is
/// fresh.
pub(crate) fn rebalance_available(
    scene: &Scene<'_>,
    rows: &Rc<RosterRows>,
    versions: &mut Versions,
) -> Balance {
    let present: NodeSet = scene.nodes.iter().copied().collect();
    let rf = width_of(scene.replication_factor, present);
    let verdict = Verdict { availability: Availability::Active, rule: Rule::Ap };
    let mut ledger = Ledger::new(usize::from(rf));
    let mut columns = columns_of(versions);
    let mut all_holders = HolderBlocks::new(present, true);
    let mut seats = Vec::new();
    let mut row: Vec<(Slot, Version)> = Vec::new();
    let here = present.into();
    for pid in PartitionId::all() {
        let Held { holders, evading, .. } = all_holders.of(pid, &columns);
        let mut cell = PartitionVersions { columns: &mut columns, pid };
        seats.clear();
        row.clear();
        take_seats(rows.row(pid), &here, usize::from(rf), holders, &mut seats);
        let replicas = &seats[..usize::from(rf)];
        row.extend(seats.iter().map(|slot| (*slot, cell.at(*slot))));
        let roles = available::roles(&row, replicas.len(), scene.rules);
        let has_data = |slot: &Slot| cell.at(*slot).has_data();
        let fresh = !seats.iter().any(has_data);
        let empty = row[..replicas.len()].iter().map(|(_, version)| !version.has_data());
        if !roles.immigrants.is_empty() {
            for (slot, version) in available::versions(&row, replicas.len(), &roles, scene) {
                cell.set(slot, version);
            }
        }
        let parts = Parts { row: &seats, evading, replicas };
        let migration = plan(&mut cell, &parts, &roles, scene);
        ledger.began_empty.extend(empty.map(|empty| empty && migration.is_some()));
        ledger.migrations.extend(migration);
        let place = Place { verdict, working_master: Some(roles.working_master), fresh };
        ledger.active(place, replicas);
    }
    Balance { own_rows: Some(rows.clone()), ..ledger.balance(scene, present, rf) }
}

/// The replicas of each SC partition in a sub-cluster that has every node, as they are when all migrations are done.
pub(crate) fn first_replicas(
    scene: &Scene<'_>,
    roster: &Rc<Roster>,
    of: &mut dyn FnMut(PartitionId, &[Slot]),
) {
    let present = roster.set.and(scene.nodes.iter().copied().collect());
    let width = usize::from(scene.replication_factor).min(present.len());
    let mut rows = RowMaker::new(roster, present, width, scene);
    let mut seats = Vec::new();
    for pid in PartitionId::all() {
        rows.seats(pid, NodeSet::EMPTY, &mut seats);
        of(pid, &seats[..width]);
    }
}
