//! Sets of nodes, and of places in a list of nodes.
//!
//! Invariant: a set has at most 256 bits, and sets compare as numbers do. A node is identified by its [`Slot`], its
//! place in the order in which nodes were added. Not here: which nodes hear each other (see `cuts`).

use std::ops::{Index, IndexMut};

use crate::convert::narrow;
use crate::id::MAX_NODES;

/// A node's place in the cluster's own lists, 0 to 255. It belongs to one id for good, also after the node is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot(u8);

impl Slot {
    /// The slot with this index, below 256.
    pub fn new(index: usize) -> Self {
        Self(narrow(index, "a slot"))
    }

    /// The slot at a place of a [`PlaceSet`], which has no place above 255.
    fn of_place(place: usize) -> Self {
        debug_assert!(place < MAX_NODES);
        Self(place.to_le_bytes()[0])
    }

    /// As an index.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// As a byte.
    pub fn byte(self) -> u8 {
        self.0
    }
}

// What is listed by slot is looked up by slot. One panic serves every lookup.

impl<T> Index<Slot> for [T] {
    type Output = T;

    fn index(&self, slot: Slot) -> &T {
        &self[slot.index()]
    }
}

impl<T> IndexMut<Slot> for [T] {
    fn index_mut(&mut self, slot: Slot) -> &mut T {
        &mut self[slot.index()]
    }
}

impl<T> Index<Slot> for Vec<T> {
    type Output = T;

    fn index(&self, slot: Slot) -> &T {
        &self[..][slot]
    }
}

impl<T> IndexMut<Slot> for Vec<T> {
    fn index_mut(&mut self, slot: Slot) -> &mut T {
        &mut self[..][slot]
    }
}

/// Words of a [`PlaceSet`]: one bit for each of at most 256 places.
const WORDS: usize = MAX_NODES / 64;

/// A set of places in a list of nodes, 0 to 255. Sets compare as numbers of 256 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaceSet {
    /// The word with the highest places first, so that sets compare as numbers.
    words: [u64; WORDS],
}

impl PlaceSet {
    /// No place.
    pub const EMPTY: Self = Self { words: [0; WORDS] };

    /// The word of a place, and its bit there.
    fn split(place: usize) -> (usize, u64) {
        ((WORDS - 1) - (place / 64) % WORDS, 1 << (place % 64))
    }

    /// The set whose places are the bits of a number, for lists of at most 64 nodes.
    #[must_use]
    pub fn of_bits(bits: u64) -> Self {
        let mut words = [0; WORDS];
        words[WORDS - 1] = bits;
        Self { words }
    }

    /// Whether a place below 256 is in it.
    #[must_use]
    pub fn contains(self, place: usize) -> bool {
        let (word, bit) = Self::split(place);
        self.words[word] & bit != 0
    }

    /// Adds a place below 256.
    pub fn insert(&mut self, place: usize) {
        let (word, bit) = Self::split(place);
        self.words[word] |= bit;
    }

    /// Adds a place below 256 on a condition, without a branch.
    pub fn insert_if(&mut self, on: bool, place: usize) {
        let (word, bit) = Self::split(place);
        self.words[word] |= bit & u64::from(on).wrapping_neg();
    }

    /// Takes a place below 256 out.
    pub fn remove(&mut self, place: usize) {
        let (word, bit) = Self::split(place);
        self.words[word] &= !bit;
    }

    /// How many places are in it.
    #[must_use]
    pub fn len(self) -> usize {
        // Most sets have only low places, and testing a word for zero is cheaper than counting its bits.
        let some = self.words.iter().filter(|word| **word != 0);
        some.map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no place is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }

    fn zip(self, other: Self, of: impl Fn(u64, u64) -> u64) -> Self {
        let mut words = self.words;
        for (word, other) in words.iter_mut().zip(other.words) {
            *word = of(*word, other);
        }
        Self { words }
    }

    /// Places that are in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// Places that are in one of them or in both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// Places that are in this one only.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    /// The places, lowest first.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        PlacesOf { left: self, word: WORDS }
    }
}

impl FromIterator<usize> for PlaceSet {
    fn from_iter<I: IntoIterator<Item = usize>>(places: I) -> Self {
        let mut set = Self::EMPTY;
        places.into_iter().for_each(|place| set.insert(place));
        set
    }
}

/// An iterator over a set: the places that are left.
struct PlacesOf {
    left: PlaceSet,
    /// One above the word that the next place may be in.
    word: usize,
}

impl Iterator for PlacesOf {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.word > 0 {
            let word = &mut self.left.words[self.word - 1];
            if *word != 0 {
                let bit = word.trailing_zeros() as usize;
                *word &= *word - 1;
                return Some((WORDS - self.word) * 64 + bit);
            }
            self.word -= 1;
        }
        None
    }

    /// Sums and collections use this, which keeps no state between two places, as [`PlacesOf::next`] has to.
    fn fold<B, F: FnMut(B, usize) -> B>(self, init: B, mut of: F) -> B {
        let mut folded = init;
        for word in (0..self.word).rev() {
            let mut left = self.left.words[word];
            while left != 0 {
                folded = of(folded, (WORDS - 1 - word) * 64 + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
        folded
    }
}

/// A set of nodes by their slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NodeSet(PlaceSet);

impl NodeSet {
    pub const EMPTY: Self = Self(PlaceSet::EMPTY);

    pub fn contains(self, slot: Slot) -> bool {
        self.0.contains(slot.index())
    }

    pub fn insert(&mut self, slot: Slot) {
        self.0.insert(slot.index());
    }

    /// Adds a node on a condition, without a branch.
    pub fn insert_if(&mut self, on: bool, slot: Slot) {
        self.0.insert_if(on, slot.index());
    }

    pub fn remove(&mut self, slot: Slot) {
        self.0.remove(slot.index());
    }

    pub fn with(mut self, slot: Slot) -> Self {
        self.insert(slot);
        self
    }

    pub fn without(mut self, slot: Slot) -> Self {
        self.remove(slot);
        self
    }

    pub fn len(self) -> usize {
        self.0.len()
    }

    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub fn and(self, other: Self) -> Self {
        Self(self.0.and(other.0))
    }

    pub fn or(self, other: Self) -> Self {
        Self(self.0.or(other.0))
    }

    pub fn minus(self, other: Self) -> Self {
        Self(self.0.minus(other.0))
    }

    /// The slots next to a member, as far as they are in the same word.
    pub fn neighbours(self) -> Self {
        let mut set = self.0;
        set.words.iter_mut().for_each(|word| *word = *word << 1 | *word >> 1);
        Self(set)
    }

    /// The words; the one with the highest slots comes first.
    pub fn words(self) -> [u64; WORDS] {
        self.0.words
    }

    /// The set with these words.
    pub fn of_words(words: [u64; WORDS]) -> Self {
        Self(PlaceSet { words })
    }

    /// The members by slot, lowest first.
    pub fn iter(self) -> impl Iterator<Item = Slot> {
        self.0.iter().map(Slot::of_place)
    }
}

/// A set as a table: quicker to ask than bits, for a set that is asked far more often than it changes.
#[derive(Clone, Debug)]
pub(crate) struct NodeTable([bool; MAX_NODES]);

impl NodeTable {
    pub fn contains(&self, slot: Slot) -> bool {
        self.0[slot.index() % MAX_NODES]
    }
}

impl From<NodeSet> for NodeTable {
    fn from(set: NodeSet) -> Self {
        let mut table = [false; MAX_NODES];
        for slot in set.iter() {
            table[slot] = true;
        }
        Self(table)
    }
}

impl FromIterator<Slot> for NodeSet {
    fn from_iter<I: IntoIterator<Item = Slot>>(slots: I) -> Self {
        slots.into_iter().fold(Self::EMPTY, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_it_was_given() {
        let set: NodeSet = [0, 5, 127, 255].map(Slot::new).into_iter().collect();
        assert_eq!(set.len(), 4);
        assert_eq!(set.iter().map(Slot::index).collect::<Vec<_>>(), [0, 5, 127, 255]);
        assert!(!set.without(Slot::new(127)).contains(Slot::new(127)));
        let table = NodeTable::from(set);
        assert!((0..256).map(Slot::new).all(|slot| table.contains(slot) == set.contains(slot)));
    }

    #[test]
    fn sets_are_in_order_as_numbers_are() {
        let of = |slots: &[usize]| slots.iter().copied().map(Slot::new).collect::<NodeSet>();
        let ascending = [
            of(&[]),
            of(&[0, 63]),
            of(&[64]),
            of(&[0, 64]),
            of(&[1, 64]),
            of(&[127]),
            of(&[128]),
            of(&[255]),
        ];
        assert!(ascending.is_sorted());
        let across = [63, 64, 127, 128, 191, 192];
        assert_eq!(of(&across).iter().map(Slot::index).collect::<Vec<_>>(), across);
        assert_eq!(of(&[63, 64, 65]).minus(of(&[64])).len(), 2);
        // A partly consumed iterator sums what is left.
        let mut rest = of(&across).iter();
        rest.next();
        assert_eq!(rest.map(Slot::index).sum::<usize>(), across[1..].iter().sum());
    }
}
