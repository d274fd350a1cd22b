//! Order at little cost in code: a map for few entries, and one sort for everything.
//!
//! The standard maps and sorts are compiled anew for every type that they are used with, several kilobytes each time, and
//! the page has to carry them all over the wire.
//!
//! Invariant: entries come in the order of their keys, each key once. Not here: lists of many thousand entries that grow
//! at random places; every insertion moves what comes behind it.

use std::ops::Index;

/// A map in the order of its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ordered<K, V>(Vec<(K, V)>);

impl<K, V> Default for Ordered<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V> Ordered<K, V> {
    /// Where a key is, or would be.
    fn place(&self, key: &K) -> usize {
        let (mut low, mut high) = (0, self.0.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.0[middle].0 < *key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        let (found, value) = self.0.get(self.place(key))?;
        (found == key).then_some(value)
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let place = self.place(key);
        let (found, value) = self.0.get_mut(place)?;
        (found == key).then_some(value)
    }

    pub fn contains(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// The value of a key; if there is none yet, this one.
    pub fn or_insert(&mut self, key: K, value: V) -> &mut V {
        let place = self.place(&key);
        if self.0.get(place).is_none_or(|(found, _)| *found != key) {
            self.0.insert(place, (key, value));
        }
        &mut self.0[place].1
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        let place = self.place(key);
        let there = self.0.get(place).is_some_and(|(found, _)| found == key);
        there.then(|| self.0.remove(place).1)
    }

    /// The entries whose keys are not before this one.
    pub fn from(&self, key: &K) -> &[(K, V)] {
        &self.0[self.place(key)..]
    }
}

impl<K, V> Ordered<K, V> {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What its entries take in bytes.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.0[..])
    }

    pub fn entries(&self) -> &[(K, V)] {
        &self.0
    }

    pub fn into_entries(self) -> Vec<(K, V)> {
        self.0
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }
}

impl<K: Ord, V> Index<&K> for Ordered<K, V> {
    type Output = V;

    fn index(&self, key: &K) -> &V {
        // Panics outside the list, as every index does; a key that is not there is a mistake of this crate.
        let (found, value) = &self.0[self.place(key)];
        debug_assert!(found == key);
        value
    }
}

/// Few enough to be put in order one by one.
const FEW: usize = 16;

/// Sorts numbers. Whatever is to be sorted is packed into them: the key in the high bits, what it belongs to in the low.
///
/// It is quick for numbers that come at random or nearly in order, which all of ours do.
pub(crate) fn sort(mut keys: &mut [u128]) {
    while keys.len() > FEW {
        let last = keys.len() - 1;
        let (a, b, c) = (keys[0], keys[last / 2], keys[last]);
        let pivot = a.max(b).min(a.min(b).max(c));
        let (mut low, mut high) = (0, last);
        // Before `low` nothing is above the pivot, behind `high` nothing below it; both stop at the pivot at the latest.
        loop {
            while keys[low] < pivot {
                low += 1;
            }
            while keys[high] > pivot {
                high -= 1;
            }
            if low >= high {
                break;
            }
            keys.swap(low, high);
            low += 1;
            high -= 1;
        }
        let (left, right) = keys.split_at_mut(low);
        // The longer part goes on here, so that calls nest at most as deep as the length has bits.
        let (shorter, longer) =
            if left.len() < right.len() { (left, right) } else { (right, left) };
        sort(shorter);
        keys = longer;
    }
    for place in 1..keys.len() {
        let key = keys[place];
        let mut to = place;
        while to > 0 && keys[to - 1] > key {
            keys[to] = keys[to - 1];
            to -= 1;
        }
        keys[to] = key;
    }
}

/// The low 32 bits.
pub(crate) fn low_half(key: u128) -> u32 {
    let [.., a, b, c, d] = key.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// The places of a list's items in the order of their keys, equals as they stand.
pub(crate) fn places_by(length: usize, key_of: &dyn Fn(usize) -> u64) -> Vec<usize> {
    let key = |place: usize| u128::from(key_of(place)) << 32 | place as u128;
    let mut keys: Vec<u128> = (0..length).map(key).collect();
    sort(&mut keys);
    keys.into_iter().map(|key| low_half(key) as usize).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn a_sort_is_the_standard_sort(mut keys in prop::collection::vec(0_u128..400, 0..300), many: bool) {
            if many {
                let mix = |key: &u128| key.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_0c3b);
                keys = keys.iter().map(mix).collect();
            }
            let mut ours = keys.clone();
            sort(&mut ours);
            keys.sort_unstable();
            prop_assert_eq!(&ours, &keys);
            // In order, and in order backwards.
            sort(&mut ours);
            prop_assert_eq!(&ours, &keys);
            ours.reverse();
            sort(&mut ours);
            prop_assert_eq!(ours, keys);
        }

        #[test]
        fn a_map_is_the_standard_map(steps in prop::collection::vec((0_u8..4, 0_u8..20, any::<u16>()), 0..80)) {
            let (mut ours, mut standard) = (Ordered::default(), BTreeMap::new());
            for (step, key, value) in steps {
                match step {
                    0 => prop_assert_eq!(ours.remove(&key), standard.remove(&key)),
                    1 => prop_assert_eq!(*ours.or_insert(key, value), *standard.entry(key).or_insert(value)),
                    2 => prop_assert_eq!(ours.get_mut(&key), standard.get_mut(&key)),
                    _ => prop_assert_eq!(ours.get(&key), standard.get(&key)),
                }
                let all: Vec<(u8, u16)> = standard.iter().map(|(key, value)| (*key, *value)).collect();
                prop_assert_eq!(ours.entries(), &all[..]);
                let behind: Vec<(u8, u16)> = standard.range(key..).map(|(key, value)| (*key, *value)).collect();
                prop_assert_eq!(ours.from(&key), &behind[..]);
            }
        }
    }

    #[test]
    fn places_come_by_key_and_equals_as_they_stand() {
        let keys = [5, 3, 5, 1, u64::MAX, 3];
        assert_eq!(places_by(keys.len(), &|place| keys[place]), [3, 1, 5, 0, 2, 4]);
    }
}
