//! Small pieces of text that sentences are made of: numbers, lists, times, nodes.
//!
//! Invariant: the same value is written the same way everywhere.

use std::fmt::Display;

use rosterlab_engine::{Link, NodeId, PARTITIONS, RosterEntry, convert};

/// A sentence names up to this many nodes one by one; of more it gives the number.
pub const NODES_NAMED: usize = 6;
/// A sentence names up to this many links one by one; of more it gives the number.
pub(super) const LINKS_NAMED: usize = 3;

/// A number with its thousands set apart: `4,096`.
#[must_use]
pub fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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

/// Nodes by name, or how many they are.
#[must_use]
pub fn nodes(nodes: &[NodeId]) -> String {
    if nodes.len() > NODES_NAMED { format!("{} nodes", nodes.len()) } else { list(nodes) }
}

/// A link for people: `A101–B101`.
#[must_use]
pub fn link_name(link: Link) -> String {
    format!("{}–{}", link.low(), link.high())
}

/// Links by name, or how many they are.
#[must_use]
pub fn links(links: &[Link]) -> String {
    if links.len() <= LINKS_NAMED {
        list(links.iter().copied().map(link_name))
    } else {
        count(convert::count(links.len()), "link")
    }
}

/// A roster as the server writes it: `A101@1, A102@2`.
#[must_use]
pub fn roster(entries: &[RosterEntry]) -> String {
    entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
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

/// The text with its first letter, if it is one of ASCII, as a capital.
#[must_use]
pub fn capitalized(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// `4,096`: how many partitions a namespace has.
#[must_use]
pub fn all_partitions() -> String {
    thousands(u32::try_from(PARTITIONS).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let written = [0, 7, 123, 1_346, 12_345, 4_294_967_295].map(thousands);
        assert_eq!(written, ["0", "7", "123", "1,346", "12,345", "4,294,967,295"]);
    }

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
