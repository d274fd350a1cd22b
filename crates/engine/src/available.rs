//! AP mode, one partition at a time: which node serves it, which nodes hold data that differs, and what a rebalance
//! leaves on each version until the migrations are done (domain.md §3 and §6.1, \[open\]).
//!
//! Invariant: all functions are pure functions of a row of versions, and their results equal those of the openly
//! licensed server bit for bit. `tests/golden/ap.json` has the golden values. Not here: rows (see `succession`),
//! migrations (see `migration`).

use crate::convert::narrow;
use crate::node_set::{NodeSet, Slot};
use crate::rules::{Clause, Rules};
use crate::scene::{Roles, Scene};
use crate::version::{UNIQUE_FAMILY, Version};

/// A partition's nodes in the order of its row, with their versions: the replicas, then all other nodes with data.
type Row = [(Slot, Version)];

/// The most families that a list can name (domain.md §6.1.4).
const MOST_FAMILIES: usize = 15;

/// Whether other copies can be of the same lineage: it has data, and its family is not unique.
fn is_shared(version: Version) -> bool {
    version.has_data() && version.family() != UNIQUE_FAMILY
}

/// Whether two versions are of one lineage. A unique version never is the same as another (domain.md §6.1).
fn same_lineage(one: Version, other: Version) -> bool {
    is_shared(one) && is_shared(other) && one.lineage() == other.lineage()
}

/// The roles in a partition (domain.md §3, §6.1.7). The first `width` nodes of the row are the replicas.
pub(crate) fn roles(row: &Row, width: usize, rules: Rules) -> Roles {
    let Some(holder) = first_of_highest(row) else {
        // No node has data, so there is nothing to migrate.
        let none = NodeSet::EMPTY;
        return Roles { working_master: row[0].0, duplicates: none, immigrants: none };
    };
    let (_, held) = row[holder];
    // A full working master yields to an earlier node with the same full version.
    let same =
        |(_, version): &(Slot, Version)| version.is_not_subset() && same_lineage(*version, held);
    let earlier = if held.is_not_subset() { row.iter().position(same) } else { None };
    let (working_master, _) = row[earlier.unwrap_or(holder)];
    let duplicates = variants(row).without(working_master);
    let needs = |version: Version| {
        !duplicates.is_empty()
            || !version.has_data()
            || version.is_subset()
            || !rules.follow(Clause::ApWhoImmigrates)
    };
    let is_spared = |slot: Slot| duplicates.is_empty() && slot == working_master;
    let replicas = row[..width].iter();
    let immigrants = replicas.filter(|(slot, version)| needs(*version) && !is_spared(*slot));
    Roles { working_master, duplicates, immigrants: immigrants.map(|(slot, _)| *slot).collect() }
}

/// The master flag, else full 3, subset 2, evade 1, subset and evade 0; `None` without data (domain.md §3).
fn score(version: Version) -> Option<u8> {
    version.has_data().then(|| {
        let marks = 2 * u8::from(!version.is_evade()) + u8::from(!version.is_subset());
        if version.is_master() { 4 } else { marks }
    })
}

fn first_of_highest(row: &Row) -> Option<usize> {
    let scored = row.iter().enumerate().filter_map(|(n, (_, version))| Some((score(*version)?, n)));
    scored.max_by_key(|(score, place)| (*score, std::cmp::Reverse(*place))).map(|(_, place)| place)
}

/// The nodes whose data differs: the first of each family of full versions, every unique one, and each subset whose
/// family no full version has (domain.md §3).
fn variants(row: &Row) -> NodeSet {
    let mut variants = NodeSet::EMPTY;
    let mut families: Vec<Version> = Vec::new();
    for (slot, version) in row.iter().filter(|(_, version)| version.is_not_subset()) {
        if !families.iter().any(|known| same_lineage(*known, *version)) {
            families.push(*version);
            variants.insert(*slot);
        }
    }
    let subsets = row.iter().filter(|(_, version)| version.has_data() && version.is_subset());
    for (slot, version) in subsets {
        if !families.iter().any(|known| same_lineage(*known, *version)) {
            variants.insert(*slot);
        }
    }
    variants
}

/// An entry of the list of families (domain.md §6.1.4).
#[derive(Clone, Copy)]
struct Entry {
    /// Versions of the same lineage match the entry; `None` matches nothing.
    version: Option<Version>,
    /// Its family as a number, or unique.
    family: u8,
}

/// The list of families. Its first entries are the final master's and the working master's.
fn families(row: &Row, width: usize, roles: &Roles, rules: Rules) -> Vec<Entry> {
    let of_master = row.iter().find(|(slot, _)| *slot == roles.working_master);
    let of_master = of_master.map(|(_, version)| *version);
    let own = row[0].0 == roles.working_master || roles.duplicates.is_empty();
    let mut versions = if own { vec![of_master] } else { vec![None, of_master] };
    let replicas = &row[1.min(width)..width];
    // A subset in the list is of a family that no full copy has (domain.md §6.1.4).
    let unique_subsets = rules.follow(Clause::ApOrphanSubsets);
    let has_full_relative = |slot: Slot, version: Version| {
        let others = replicas.iter().filter(|(other, _)| *other != slot);
        others.clone().any(|(_, other)| other.is_not_subset() && same_lineage(*other, version))
    };
    for (slot, version) in replicas.iter().filter(|(slot, _)| *slot != roles.working_master) {
        let is_duplicate = roles.duplicates.contains(*slot) && rules.follow(Clause::ApFamilies);
        let is_alone =
            version.has_data() && version.is_subset() && !has_full_relative(*slot, *version);
        if (is_duplicate || is_alone) && versions.len() < MOST_FAMILIES {
            versions.push(Some(*version));
        }
    }
    let entry = |(number, version): (usize, Option<Version>)| {
        let is_subset = version.is_some_and(Version::is_subset) && unique_subsets;
        let family = if is_subset { UNIQUE_FAMILY } else { narrow(number, "a family") };
        Entry { version, family }
    };
    versions.into_iter().enumerate().map(entry).collect()
}

/// The family of a version: that of the first entry that it matches, else unique (domain.md §6.1.4).
fn family_of(version: Version, families: &[Entry]) -> u8 {
    let matches = |entry: &&Entry| entry.version.is_some_and(|one| same_lineage(one, version));
    families.iter().find(matches).map_or(UNIQUE_FAMILY, |entry| entry.family)
}

/// The versions until the partition's migrations are done (domain.md §6.1, rules 1 to 6).
pub(crate) fn versions(
    row: &Row,
    width: usize,
    roles: &Roles,
    scene: &Scene<'_>,
) -> Vec<(Slot, Version)> {
    let (key, rules) = (scene.key, scene.rules);
    let families = families(row, width, roles, rules);
    let has_duplicates = !roles.duplicates.is_empty();
    let is_own = row[0].0 == roles.working_master;
    let next = |(place, (slot, version)): (usize, &(Slot, Version))| {
        let next = if *slot == roles.working_master {
            if !rules.follow(Clause::ApWorkingMaster) {
                return (*slot, version.with_lineage(key, 0).with_master(true));
            }
            let family = u8::from(!is_own && has_duplicates);
            version.with_lineage(key, family).with_master(true).with_subset(false).without_evade()
        } else if place == 0 {
            let was_empty = !version.has_data();
            let next = version.with_lineage(key, 0).with_master(false);
            if !rules.follow(Clause::ApFinalMaster) {
                return (*slot, next.with_subset(true));
            }
            let next = next.with_subset(!has_duplicates);
            if was_empty { next.with_evade() } else { next }
        } else if place < width && !version.has_data() {
            let next = version.with_lineage(key, 0).with_subset(true);
            if rules.follow(Clause::ApEmptyReplicas) { next.with_evade() } else { next }
        } else if place < width {
            let family = family_of(*version, &families);
            let drops = has_duplicates && family == 0 && rules.follow(Clause::ApFamilyZero);
            let next = version.with_lineage(key, family).with_master(false);
            if drops { next.with_subset(true) } else { next }
        } else {
            let family = family_of(*version, &families);
            let is_known = family != UNIQUE_FAMILY;
            let next = version.with_master(false);
            if is_known && rules.follow(Clause::ApNonReplicas) {
                next.with_lineage(key, family).with_subset(true)
            } else {
                next
            }
        };
        (*slot, next)
    };
    row.iter()
        .enumerate()
        .filter(|(place, (_, version))| *place < width || version.has_data())
        .map(next)
        .collect()
}
