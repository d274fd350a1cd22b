//! The version of one partition on one node: which lineage its data belongs to, and whether the data is trusted.
//!
//! Invariant: one packed 64-bit word, as domain.md §1 gives it: cluster key (48 bits), family (4), flags. A bit that
//! the server does not use tells an operator's `revive` from roster-set protection (domain.md §4, §5.1); both print the
//! same. Not here: when a flag is set or cleared (see `storage`, `rebalance`, `migration`).

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::convert::narrow;

const KEY_MASK: u64 = (1 << 48) - 1;
const FAMILY_SHIFT: u32 = 48;
const FAMILY_MASK: u64 = 0xf << FAMILY_SHIFT;
const EVADE: u64 = 1 << 63;
const SUBSET: u64 = 1 << 62;
const MASTER: u64 = 1 << 61;
const REVIVED: u64 = 1 << 60;
const BY_OPERATOR: u64 = 1 << 52;

/// A cluster key: 48 bits, never zero, new at every cluster change (domain.md §1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterKey(u64);

impl ClusterKey {
    /// The key of the `count`th cluster change. A real server draws it at random; here it is a fixed mix of the count,
    /// so that the same commands give the same keys (domain.md §1).
    #[must_use]
    pub fn of_change(count: u64) -> Self {
        let mut mixed = count.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self(((mixed ^ (mixed >> 31)) & KEY_MASK).max(1))
    }

    /// The key as a number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ClusterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

impl fmt::Debug for ClusterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ClusterKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Who turned `e` (or nothing) into `r`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevivedBy {
    /// The `revive` command.
    Operator,
    /// Automatic roster-set protection.
    RosterProtection,
}

/// The family that prints as `U`: a version whose lineage no other copy shares.
pub const UNIQUE_FAMILY: u8 = 15;

/// Bits of one count in a word of counts (see [`Version::counts`]): enough for 256 nodes.
pub(crate) const COUNT_BITS: u32 = 9;

/// What a version adds to the counts that the rules ask about (see [`Version::counts`]), indexed by whether the whole
/// roster is present and then by the version's marks. It is a table because a rebalance asks for every version.
static COUNTS: [[u64; 64]; 2] = [counts_of_all(false), counts_of_all(true)];

/// Which copies are full: data, neither `s` nor `e`, and no `r` unless the whole roster is present (domain.md §4).
///
/// This is the only place that decides it. Each bit is one copy, so one call answers for a version (one bit) or for 64
/// nodes at a time; bits without data come out as 0.
pub(crate) const fn full(data: u64, subset: u64, evade: u64, revived: u64, whole: bool) -> u64 {
    let hindering = if whole { evade } else { evade | revived };
    not_subset(data, subset) & !hindering
}

/// Which copies have data and no `s`, trusted or not: what AP mode calls full (domain.md §3, §6.1). Bits as in [`full`].
pub(crate) const fn not_subset(data: u64, subset: u64) -> u64 {
    data & !subset
}

/// Marks as a number: `r` 1, `m` 2 (which does not count), `s` 4, `e` 8, `r` by an operator 16, data 32.
const fn counts_of_all(whole: bool) -> [u64; 64] {
    let mut table = [0; 64];
    let mut marks = 0;
    while marks < 64 {
        let revived = marks & 1 != 0;
        let subset = marks & 4 != 0;
        let evade = marks & 8 != 0;
        let by_operator = revived && marks & 16 != 0;
        let data = marks & 32 != 0;
        let full = full(data as u64, subset as u64, evade as u64, revived as u64, whole);
        table[marks] = evade as u64
            | (revived as u64) << COUNT_BITS
            | (by_operator as u64) << (COUNT_BITS * 2)
            | (data as u64) << (COUNT_BITS * 3)
            | full << (COUNT_BITS * 4)
            | not_subset(data as u64, subset as u64) << (COUNT_BITS * 5);
        marks += 1;
    }
    table
}

/// What a node holds of a partition: a version without its lineage.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and only few exclude others"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CopyState {
    /// Whether there is data: a copy. A version without data may still have `e` or `r`: an empty version.
    pub data: bool,
    /// Whether it counts as a full copy (domain.md §4).
    pub full: bool,
    /// Flag `s`.
    pub subset: bool,
    /// Flag `e`: untrusted.
    pub evade: bool,
    /// Flag `r`.
    pub revived: bool,
}

/// The marks of a version without the master flag, and whether it has data, in one byte: what the rules of availability read
/// of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks(u8);

impl Marks {
    /// How many there are.
    pub const KINDS: usize = 64;

    /// All, in the order of their numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..64).map(Self)
    }

    pub fn byte(self) -> u8 {
        self.0
    }

    /// The number, below [`Self::KINDS`].
    pub fn index(self) -> usize {
        // The remainder spares tables the check of their bounds.
        usize::from(self.0) % Self::KINDS
    }

    /// The marks that this byte stands for.
    pub fn of_byte(byte: u8) -> Self {
        Self(byte)
    }

    /// What a node with these marks holds.
    pub fn state(self, whole_roster_present: bool) -> CopyState {
        let [revived, subset, evade, data] = [1, 4, 8, 32].map(|bit| self.0 & bit != 0);
        let bits = [data, subset, evade, revived].map(u64::from);
        let full = full(bits[0], bits[1], bits[2], bits[3], whole_roster_present) != 0;
        CopyState { data, full, subset, evade, revived }
    }
}

/// One partition's version on one node.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

impl Version {
    /// No data and no mark.
    pub const NULL: Self = Self(0);

    /// A full copy of the given lineage without marks: what a replica has when its migrations are complete.
    #[must_use]
    pub fn full(key: ClusterKey, master: bool) -> Self {
        Self(key.0 | if master { MASTER } else { 0 })
    }

    /// The version as one word.
    pub(crate) fn word(self) -> u64 {
        self.0
    }

    /// The version that this word stands for.
    pub(crate) fn of_word(word: u64) -> Self {
        Self(word)
    }

    /// Whether it has neither data nor a mark. A version with `e` or `r` and no data is not null (domain.md §1).
    #[must_use]
    pub fn is_null(self) -> bool {
        self.0 == 0
    }

    /// Whether the node holds data of the partition.
    #[must_use]
    pub fn has_data(self) -> bool {
        self.0 & KEY_MASK != 0
    }

    /// Flag `m`.
    #[must_use]
    pub fn is_master(self) -> bool {
        self.0 & MASTER != 0
    }

    /// Flag `s`.
    #[must_use]
    pub fn is_subset(self) -> bool {
        self.0 & SUBSET != 0
    }

    /// Flag `e`: untrusted.
    #[must_use]
    pub fn is_evade(self) -> bool {
        self.0 & EVADE != 0
    }

    /// Flag `r`, and who set it.
    #[must_use]
    pub fn revived(self) -> Option<RevivedBy> {
        match (self.0 & REVIVED != 0, self.0 & BY_OPERATOR != 0) {
            (false, _) => None,
            (true, false) => Some(RevivedBy::RosterProtection),
            (true, true) => Some(RevivedBy::Operator),
        }
    }

    /// Full: has data, neither `s` nor `e`, and no `r` unless the whole roster is present (domain.md §4).
    #[must_use]
    pub fn is_full(self, whole_roster_present: bool) -> bool {
        // Each flag is moved to the highest bit. Loops over versions are vectorised in this form.
        full(self.data_bit(), self.0 << 1, self.0, self.0 << 3, whole_roster_present) >> 63 != 0
    }

    /// Has data and no `s`, trusted or not: what AP mode calls full (domain.md §3, §6.1).
    pub(crate) fn is_not_subset(self) -> bool {
        not_subset(self.data_bit(), self.0 << 1) >> 63 != 0
    }

    /// Whether there is data, as the highest bit of a word.
    fn data_bit(self) -> u64 {
        u64::from(self.has_data()) << 63
    }

    /// The lineage: cluster key and family, without flags. Copies of one lineage hold the same data.
    #[must_use]
    pub fn lineage(self) -> u64 {
        self.0 & (KEY_MASK | FAMILY_MASK)
    }

    /// The family, 0 to 14, or [`UNIQUE_FAMILY`].
    #[must_use]
    pub fn family(self) -> u8 {
        narrow((self.0 & FAMILY_MASK) >> FAMILY_SHIFT, "a family")
    }

    /// The same marks with another lineage.
    ///
    /// # Panics
    /// When the family is above [`UNIQUE_FAMILY`].
    #[must_use]
    pub fn with_lineage(self, key: ClusterKey, family: u8) -> Self {
        assert!(family <= UNIQUE_FAMILY, "a family is 0 to 15, not {family}");
        let family = u64::from(family) << FAMILY_SHIFT;
        Self(self.0 & !(KEY_MASK | FAMILY_MASK) | key.0 | family)
    }

    /// The same with `m` set or cleared.
    #[must_use]
    pub fn with_master(self, on: bool) -> Self {
        self.with(MASTER, on)
    }

    /// The same with `s` set or cleared.
    #[must_use]
    pub fn with_subset(self, on: bool) -> Self {
        self.with(SUBSET, on)
    }

    /// The same with `e` cleared.
    #[must_use]
    pub fn without_evade(self) -> Self {
        self.with(EVADE, false)
    }

    /// The same with `e`, which replaces an `r` (domain.md §4).
    #[must_use]
    pub fn with_evade(self) -> Self {
        self.with(EVADE, true).with(REVIVED | BY_OPERATOR, false)
    }

    /// The same with `r`, which replaces an `e` (domain.md §4).
    #[must_use]
    pub fn with_revived(self, by: RevivedBy) -> Self {
        self.with(EVADE, false).with(REVIVED, true).with(BY_OPERATOR, by == RevivedBy::Operator)
    }

    /// What a start, an orphaned node or an unavailable partition does to a version: data becomes a subset, the
    /// master flag goes, `e` and `r` stay (domain.md §4).
    #[must_use]
    pub fn isolated(self) -> Self {
        if self.has_data() { self.with_subset(true).with_master(false) } else { self }
    }

    /// What this version adds to the counts that the rules ask about, [`COUNT_BITS`] each: from the lowest, `e`, `r`,
    /// `r` by an operator, data, full, data without `s`. A sum over up to 256 nodes does not overflow, and there is no
    /// branch.
    pub(crate) fn counts(self, whole_roster_present: bool) -> u64 {
        COUNTS[usize::from(whole_roster_present)][self.marks().index()]
    }

    pub(crate) fn marks(self) -> Marks {
        let flags = (self.0 & !MASTER) >> 60;
        let by_operator = (self.0 & BY_OPERATOR) >> 52 << 4;
        let data = u64::from(self.has_data()) << 5;
        let [marks, ..] = (flags | by_operator | data).to_le_bytes();
        Marks(marks)
    }

    /// What a node with this version holds.
    #[must_use]
    pub fn state(self, whole_roster_present: bool) -> CopyState {
        self.marks().state(whole_roster_present)
    }

    /// The flags with the lowest bit first: `r`, `m`, `s`, `e`, whether an operator set `r`, whether there is data.
    pub(crate) fn flags(self) -> u64 {
        u64::from(self.marks().byte()) | (self.0 & MASTER) >> 60
    }

    /// The version with these flags and a lineage; `None` when they contradict each other (domain.md §4): an `e` replaces
    /// an `r`, and without data there is neither a master nor a subset.
    pub(crate) fn of_flags(flags: u64, lineage: u64) -> Option<Self> {
        let is = |bit: u64| flags & bit != 0;
        let fits = !(is(8) && is(1)) && (is(1) || !is(16)) && (is(32) || !is(2 | 4));
        let word = (flags & 15) << 60 | (flags >> 4 & 1) << 52 | lineage;
        (fits && is(32) == Self(lineage).has_data()).then_some(Self(word))
    }

    fn with(self, bits: u64, on: bool) -> Self {
        Self(if on { self.0 | bits } else { self.0 & !bits })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}.", self.0 & KEY_MASK)?;
        match self.family() {
            UNIQUE_FAMILY => f.write_str("U")?,
            family => write!(f, "{family:x}")?,
        }
        let master = if self.is_master() { 'm' } else { '-' };
        let subset = if self.is_subset() { 's' } else { 'p' };
        let mark = match (self.is_evade(), self.revived()) {
            (true, _) => 'e',
            (false, Some(_)) => 'r',
            (false, None) => '-',
        };
        write!(f, ".{master}{subset}{mark}")
    }
}

/// There is no such version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoVersion;

impl fmt::Display for NoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version is written as a826589053b5.0.mp-")
    }
}

impl std::error::Error for NoVersion {}

impl FromStr for Version {
    type Err = NoVersion;

    /// Reads what the server prints. An `r` is taken for roster-set protection's, which prints as an operator's does and is
    /// trusted in fewer cases (domain.md §4, §5.1).
    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let read = || {
            let mut parts = text.split('.');
            let (key, family, flags) = (parts.next()?, parts.next()?, parts.next()?);
            let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let fits =
                key.len() == 12 && is_hex(key) && family.len() == 1 && parts.next().is_none();
            let key = u64::from_str_radix(Some(key).filter(|_| fits)?, 16).ok()?;
            let family = match family {
                "U" => u64::from(UNIQUE_FAMILY),
                digit => {
                    u64::from_str_radix(Some(digit).filter(|digit| is_hex(digit))?, 16).ok()?
                }
            };
            let [master, subset, mark] = <[u8; 3]>::try_from(flags.as_bytes()).ok()?;
            let bit = |letter: u8, on: u8, off: u8, bit: u64| match letter {
                _ if letter == on => Some(bit),
                _ if letter == off => Some(0),
                _ => None,
            };
            let mark = if mark == b'r' { 1 } else { bit(mark, b'e', b'-', 8)? };
            let flags = bit(master, b'm', b'-', 2)? | bit(subset, b's', b'p', 4)? | mark;
            // Without data a family means nothing.
            match key {
                0 => Self::of_flags(flags, 0),
                _ => Self::of_flags(flags | 32, key | family << FAMILY_SHIFT),
            }
        };
        read().ok_or(NoVersion)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_prints_as_the_server_prints_it() {
        let key = ClusterKey(0xa826_5890_53b5);
        let full = Version::full(key, true);
        assert_eq!(full.to_string(), "a826589053b5.0.mp-");
        assert_eq!(full.isolated().with_evade().to_string(), "a826589053b5.0.-se");
        assert_eq!(full.with_lineage(key, UNIQUE_FAMILY).to_string(), "a826589053b5.U.mp-");
        assert_eq!(Version::NULL.with_evade().to_string(), "000000000000.0.-pe");
        assert_eq!(Version::NULL.to_string(), "000000000000.0.-p-");
        assert_eq!(Version::NULL.with_evade().isolated(), Version::NULL.with_evade());
    }

    #[test]
    fn what_prints_is_read_and_nothing_else() {
        let key = ClusterKey(0xa826_5890_53b5);
        let full = Version::full(key, true);
        let unique = full.with_lineage(key, UNIQUE_FAMILY).with_master(false);
        let protected = Version::NULL.with_revived(RevivedBy::RosterProtection);
        for version in [full, full.isolated().with_evade(), unique, Version::NULL, protected] {
            assert_eq!(version.to_string().parse(), Ok(version));
        }
        let upper = "A826589053B5.0.mp-";
        assert_eq!(upper.parse(), Ok(full), "the info protocol may print upper-case digits");
        for bad in [
            "",
            ".",
            "a826589053b5.0",
            "a826589053b5.0.mp",
            "a826589053b5.0.mp-.",
            "a826589053b.0.mp-",
            "+826589053b5.0.mp-",
            "a826589053b5.g.mp-",
            "a826589053b5.0.xp-",
            "a826589053b5.0.mpé",
            "000000000000.0.mp-",
            "000000000000.0.-s-",
            "a826589053b5.+.mp-",
        ] {
            assert_eq!(bad.parse::<Version>(), Err(NoVersion), "{bad:?}");
        }
    }

    #[test]
    fn flags_give_the_version_back() {
        let key = ClusterKey(0xa826_5890_53b5);
        let versions =
            [Version::NULL, Version::full(key, false), Version::full(key, true).isolated()];
        for version in versions {
            for version in [
                version,
                version.with_evade(),
                version.with_revived(RevivedBy::Operator),
                version.with_revived(RevivedBy::RosterProtection),
            ] {
                assert_eq!(Version::of_flags(version.flags(), version.lineage()), Some(version));
            }
        }
        for (flags, lineage) in [(9, 0), (16, 0), (2, 0), (4, 0), (32, 0), (0, 1)] {
            assert_eq!(Version::of_flags(flags, lineage), None, "{flags} {lineage}");
        }
    }

    #[test]
    fn an_operators_revive_and_protection_print_the_same_and_differ() {
        let operator = Version::NULL.with_revived(RevivedBy::Operator);
        let protection = Version::NULL.with_revived(RevivedBy::RosterProtection);
        assert_eq!(operator.to_string(), protection.to_string());
        assert_ne!(operator, protection);
        assert!(!operator.is_null());
        assert_eq!(operator.with_evade().revived(), None, "an e replaces an r");
    }

    #[test]
    fn the_table_of_tallies_says_what_the_version_says() {
        let key = ClusterKey::of_change(1);
        let data = [Version::NULL, Version::full(key, false), Version::full(key, true)];
        let marks: [fn(Version) -> Version; 4] = [
            |version| version,
            Version::with_evade,
            |version| version.with_revived(RevivedBy::Operator),
            |version| version.with_revived(RevivedBy::RosterProtection),
        ];
        for version in data.into_iter().flat_map(|version| marks.map(|mark| mark(version))) {
            for version in [version, version.isolated(), version.with_lineage(key, UNIQUE_FAMILY)] {
                for whole in [false, true] {
                    let said = [
                        version.is_evade(),
                        version.revived().is_some(),
                        version.revived() == Some(RevivedBy::Operator),
                        version.has_data(),
                        version.is_full(whole),
                        version.is_not_subset(),
                    ];
                    let state = version.state(whole);
                    let told = [state.evade, state.revived, state.data, state.full];
                    assert_eq!(told, [said[0], said[1], said[3], said[4]], "{version}");
                    assert_eq!(state.subset, version.is_subset(), "{version}");
                    let word = version.counts(whole);
                    let counts = [0, 1, 2, 3, 4, 5].map(|n| word >> (COUNT_BITS * n) & 511);
                    assert_eq!(counts, said.map(u64::from), "{version}");
                }
            }
        }
    }

    #[test]
    fn keys_are_48_bits_and_do_not_repeat() {
        let keys: std::collections::BTreeSet<u64> =
            (0..10_000).map(|n| ClusterKey::of_change(n).get()).collect();
        assert_eq!(keys.len(), 10_000);
        assert!(keys.iter().all(|key| *key != 0 && *key <= KEY_MASK));
    }
}
