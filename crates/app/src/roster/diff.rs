//! The differences between two rosters, entry by entry.
//!
//! Invariant: every entry of either list appears once, highest id first. Not here: which lists are compared (see
//! `roster::panel`).

use rosterlab_engine::RosterEntry;
use rosterlab_engine::order::by_key;

/// How an entry differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// In both lists.
    Same,
    /// Only in the first list.
    Added,
    /// Only in the other list.
    Missing,
    /// In both lists, on different racks.
    Moved,
}

/// The entries of both lists, marked by how `list` differs from `other`.
#[must_use]
pub fn marked(list: &[RosterEntry], other: &[RosterEntry]) -> Vec<(RosterEntry, Mark)> {
    let mark = |entry: &RosterEntry| match other.iter().find(|there| there.node == entry.node) {
        None => Mark::Added,
        Some(there) if there.rack != entry.rack => Mark::Moved,
        Some(_) => Mark::Same,
    };
    let missing = other.iter().filter(|there| list.iter().all(|entry| entry.node != there.node));
    let missing = missing.map(|entry| (*entry, Mark::Missing));
    let marked: Vec<_> = list.iter().map(|entry| (*entry, mark(entry))).chain(missing).collect();
    by_key(&marked, |(entry, _)| u64::MAX - entry.node.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_marked_by_how_they_differ() {
        let entries = |text: &str| -> Vec<RosterEntry> {
            text.split_whitespace().map(|entry| entry.parse().unwrap()).collect()
        };
        let marks = marked(&entries("B101@2 A103@2 A101@1"), &entries("B102@2 A103@1 A101@1"));
        let told: Vec<_> = marks.iter().map(|(entry, mark)| (entry.to_string(), *mark)).collect();
        assert_eq!(
            told,
            [
                ("B102@2".to_owned(), Mark::Missing),
                ("B101@2".to_owned(), Mark::Added),
                ("A103@2".to_owned(), Mark::Moved),
                ("A101@1".to_owned(), Mark::Same),
            ]
        );
    }
}
