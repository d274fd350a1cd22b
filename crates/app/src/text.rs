//! Small pieces of text that several panels write: numbers, lists, times.
//!
//! Invariant: the same value is written the same way everywhere on the page. Not here: sentences (see `sentences`) and
//! what the rules say (see `rules`).

use std::fmt::Display;

pub use rosterlab_scenario::numbers::thousands;

/// A number in groups of three digits, highest group first: `["4", "096"]`.
#[must_use]
pub fn digit_groups(number: u32) -> Vec<String> {
    thousands(number).split(',').map(str::to_owned).collect()
}

/// `1 partition`, `2 partitions`.
#[must_use]
pub fn count(number: u32, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", thousands(number))
}

/// `A101`, `A101 and A103`, `A101, A102 and A103`.
#[must_use]
pub fn list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    joined(items.into_iter().map(|item| item.to_string()).collect())
}

fn joined(mut items: Vec<String>) -> String {
    let Some(last) = items.pop() else {
        return String::new();
    };
    if items.is_empty() { last } else { format!("{} and {last}", items.join(", ")) }
}

/// Simulated time since the cluster was made: `0:01:52`.
#[must_use]
pub fn clock(ms: u64) -> String {
    let seconds = ms / 1000;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `is` for one, `are` for more.
#[must_use]
pub fn is_are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

/// The ending of a verb in the third person: `stops` for one, `stop` for more.
#[must_use]
pub fn verb_ending(number: usize) -> &'static str {
    if number == 1 { "s" } else { "" }
}

/// Puts an item into a short list that is sorted by a key, after its equals. (The standard sort is made for long lists,
/// and each use of it costs 5 kB of the module.)
pub fn insert_sorted<T, K: Ord>(list: &mut Vec<T>, item: T, key: impl Fn(&T) -> K) {
    let place = list.partition_point(|other| key(other) <= key(&item));
    list.insert(place, item);
}

/// The first letter, one of ASCII, as a capital. (All other alphabets' are 3 kB of the module.)
#[must_use]
pub fn capitalized(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_set_in_threes() {
        for (number, text) in [
            (0, "0"),
            (12, "12"),
            (999, "999"),
            (1000, "1,000"),
            (4096, "4,096"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(number), text);
        }
        assert_eq!(digit_groups(4096), ["4", "096"]);
        assert_eq!(count(1, "partition"), "1 partition");
        assert_eq!(count(4096, "partition"), "4,096 partitions");
    }

    #[test]
    fn lists_end_in_and() {
        assert_eq!(list::<&str>([]), "");
        assert_eq!(list(["A101"]), "A101");
        assert_eq!(list(["A101", "A103"]), "A101 and A103");
        assert_eq!(list(["A101", "A102", "A103"]), "A101, A102 and A103");
    }

    #[test]
    fn the_clock_counts_hours() {
        assert_eq!(clock(0), "0:00:00");
        assert_eq!(clock(112_999), "0:01:52");
        assert_eq!(clock(3_600_000 * 27), "27:00:00");
    }

    #[test]
    fn a_sentence_begins_with_a_capital() {
        assert_eq!(capitalized("node A1 is down"), "Node A1 is down");
        assert_eq!(capitalized(""), "");
    }
}
