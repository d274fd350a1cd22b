//! Sorting by keys that are numbers.
//!
//! Invariant: items with equal keys keep their order. Only the keys are sorted, so that one sort serves every type: each
//! type of its own would add a copy of the sort to the page. Not here: which order is meant.

/// The items by their keys, the lowest first.
#[must_use]
pub fn by_key<T: Clone>(items: &[T], key: impl Fn(&T) -> u64) -> Vec<T> {
    let mut keys: Vec<(u64, usize)> = items.iter().map(key).zip(0..).collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, place)| items[place].clone()).collect()
}
