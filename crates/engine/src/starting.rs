//! Starting versions as text: what a namespace begins with when it was read from a real cluster.
//!
//! Invariant: any text is read into values within the setup or is an error with its place, after work in proportion to its
//! length. Nodes are named by their places in the setup's list. Not here: writing such texts, and what a cluster makes of
//! them (see `as_read`).
//!
//! The text is a row of numbers, each with as many bits as it may need, the lowest bit first, six bits a character
//! (`0-9a-zA-Z-~`):
//!
//! ```text
//! 6   the form: 1
//! 31  the regime
//! 6   0: rows follow domain.md §2; 1: they are listed here; 2 + n: they are those of namespace n, an earlier one
//!     if listed, for each partition the first nodes of its row: as many as RF or as the roster has, each as a place
//! 12  the number of lineages; of each 48 bits of cluster key and 4 of family
//! 12  the number of patterns less one; of each its length, and for each version
//!     6 bits: r, m, s, e, r by an operator, has data; with data also the number of its lineage
//!     for each partition the number of its pattern
//! ```
//!
//! A pattern lists the versions of the nodes in the order of the partition's row: its first RF nodes, then the others in the
//! order of the setup. Nodes after its end have a null version. In a healthy cluster all partitions have one pattern.

use std::fmt;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::convert::narrow;
use crate::id::{PARTITIONS, PartitionId};
use crate::version::Version;

/// The digits of the packed form. A share link has them as they are.
pub(crate) const DIGITS: &[u8; 64] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-~";
/// The number of the form.
pub(crate) const FORM: u64 = 1;
/// Rows follow domain.md §2.
pub(crate) const BY_RULE: u64 = 0;
/// Rows are listed; a higher number less this is that of the namespace that lists them.
pub(crate) const LISTED: u64 = 1;

/// Starting versions as one line of text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PackedVersions(Rc<str>);

impl PackedVersions {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    fn bits(&self) -> Bits<'_> {
        let text = self.0.as_bytes();
        Bits { text: text.iter(), length: text.len(), held: 0, count: 0 }
    }

    /// Where its rows come from: [`BY_RULE`], [`LISTED`], or an earlier namespace. It reads the first characters alone.
    pub(crate) fn origin_of_rows(&self) -> Option<u64> {
        let mut bits = self.bits();
        let (form, _, origin) = (bits.take(6).ok()?, bits.take(31).ok()?, bits.take(6).ok()?);
        (form == FORM).then_some(origin)
    }
}

impl From<&str> for PackedVersions {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for PackedVersions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} characters", self.0.len())
    }
}

/// Why a text is no starting versions: the character, and what is wrong.
pub(crate) type Wrong = (usize, &'static str);

/// Reads numbers of so many bits.
struct Bits<'a> {
    text: std::slice::Iter<'a, u8>,
    length: usize,
    held: u64,
    count: u32,
}

impl Bits<'_> {
    fn wrong<T>(&self, why: &'static str) -> Result<T, Wrong> {
        Err((self.length - self.text.len(), why))
    }

    /// The next number, of at most 48 bits.
    fn take(&mut self, bits: u32) -> Result<u64, Wrong> {
        while self.count < bits {
            let digit = self.text.next().and_then(|byte| DIGITS.iter().position(|d| d == byte));
            let Some(digit) = digit else {
                return self.wrong("one of 0-9 a-z A-Z - ~ is expected");
            };
            self.held |= (digit as u64) << self.count;
            self.count += 6;
        }
        let number = self.held & ((1 << bits) - 1);
        self.held >>= bits;
        self.count -= bits;
        Ok(number)
    }

    /// The next number as an index into a list of `below` things.
    fn index(&mut self, below: usize) -> Result<usize, Wrong> {
        let index = narrow(self.take(bits_of(below))?, "an index");
        if index < below { Ok(index) } else { self.wrong("a smaller number is expected") }
    }
}

/// The number of bits of an index into a list of `below` things.
pub(crate) fn bits_of(below: usize) -> u32 {
    usize::BITS - below.saturating_sub(1).leading_zeros()
}

/// What a packed text says.
pub(crate) struct Unpacked {
    pub regime: u32,
    /// The first nodes of each partition's row by their places, as many for each; empty where rows follow domain.md §2.
    pub rows: Vec<u8>,
    /// The number of nodes in each of these rows.
    pub width: usize,
    patterns: Vec<Vec<Version>>,
    /// By partition: the number of its pattern.
    kinds: Vec<u16>,
}

impl Unpacked {
    /// The versions of a partition, in the order that its pattern has them.
    pub fn pattern(&self, pid: PartitionId) -> &[Version] {
        &self.patterns[usize::from(self.kinds[pid.index()])]
    }
}

/// What the text of a namespace is read with.
pub(crate) struct Shape<'a> {
    /// By the place of a node: whether the roster that the namespace begins with has it; in AP none.
    pub in_roster: Vec<bool>,
    /// The number of nodes in a listed row: RF, or as many as the roster has.
    pub width: usize,
    /// What an earlier namespace with the same roster begins with.
    pub earlier: &'a dyn Fn(usize) -> Option<Unpacked>,
}

impl Shape<'_> {
    /// Reads a text.
    pub fn unpack(&self, packed: &PackedVersions) -> Result<Unpacked, Wrong> {
        self.unpack_from(&mut packed.bits())
    }

    fn unpack_from(&self, bits: &mut Bits<'_>) -> Result<Unpacked, Wrong> {
        if bits.take(6)? != FORM {
            return bits.wrong("starting versions of this form are not known");
        }
        let regime = narrow(bits.take(31)?, "a regime");
        let width = self.width;
        let rows = match bits.take(6)? {
            BY_RULE => Vec::new(),
            LISTED => self.rows_from(bits)?,
            other => {
                let earlier = (self.earlier)(narrow(other - LISTED - 1, "a namespace"));
                match earlier.filter(|earlier| earlier.width == width) {
                    Some(earlier) => earlier.rows,
                    None => return bits.wrong("that namespace has other rows"),
                }
            }
        };
        let mut lineages = Vec::new();
        for _ in 0..bits.take(12)? {
            let lineage = bits.take(48)?;
            if lineage == 0 {
                return bits.wrong("a cluster key is not zero");
            }
            lineages.push(lineage | bits.take(4)? << 48);
        }
        let mut patterns = Vec::new();
        for _ in 0..=bits.take(12)? {
            let length = bits.index(self.in_roster.len() + 1)?;
            let mut pattern = Vec::with_capacity(length);
            for _ in 0..length {
                let flags = bits.take(6)?;
                let lineage =
                    if flags >= 32 { lineages.get(bits.index(lineages.len())?) } else { None };
                match Version::of_flags(flags, lineage.copied().unwrap_or(0)) {
                    Some(version) => pattern.push(version),
                    None => return bits.wrong("these flags contradict each other"),
                }
            }
            patterns.push(pattern);
        }
        let mut kinds = Vec::with_capacity(PARTITIONS);
        for _ in 0..PARTITIONS {
            kinds.push(narrow(bits.index(patterns.len())?, "a pattern"));
        }
        match bits.text.len() {
            0 if bits.held == 0 => Ok(Unpacked { regime, rows, width, patterns, kinds }),
            _ => bits.wrong("the end of the starting versions is expected"),
        }
    }

    /// Reads the first nodes of each row: nodes of the roster, each once in a row.
    fn rows_from(&self, bits: &mut Bits<'_>) -> Result<Vec<u8>, Wrong> {
        let (is_in, width) = (&self.in_roster, self.width);
        let mut rows = Vec::with_capacity(PARTITIONS * width);
        for _ in 0..PARTITIONS {
            let begin = rows.len();
            for _ in 0..width {
                let place = bits.index(is_in.len())?;
                let byte = narrow(place, "a place");
                if !is_in[place] || rows[begin..].contains(&byte) {
                    return bits.wrong("a row has each node of the roster once");
                }
                rows.push(byte);
            }
        }
        Ok(rows)
    }
}
