//! Text and lists that only the page needs; the rest is in `rosterlab_scenario::words::text`.

pub use rosterlab_scenario::words::text::{
    all_partitions, capitalized, clock, count, is_are, list, thousands, verb_ending,
};

/// A number in groups of three digits, highest group first: `["4", "096"]`.
#[must_use]
pub fn digit_groups(number: u32) -> Vec<String> {
    thousands(number).split(',').map(str::to_owned).collect()
}

/// Puts an item into a list that is sorted by a key, after its equals.
pub fn insert_sorted<T, K: Ord>(list: &mut Vec<T>, item: T, key: impl Fn(&T) -> K) {
    let place = list.partition_point(|other| key(other) <= key(&item));
    list.insert(place, item);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_thousands() {
        assert_eq!(digit_groups(4096), ["4", "096"]);
    }
}
