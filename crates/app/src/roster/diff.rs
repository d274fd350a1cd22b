//! Which entries of a roster differ from another one.
//!
//! Invariant: every entry of either list appears once, in the order of ids, highest first. Not here: which lists are
//! compared (see `roster::panel`).

use std::cmp::Reverse;

use rosterlab_engine::RosterEntry;

use crate::text::insert_sorted;

/// How an entry differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// In both.
    Same,
    /// Only in the list itself.
    Added,
    /// Only in the other one.
    Missing,
    /// In both, on different racks.
    Moved,
}

/// A list's entries with their marks, those that it lacks among them.
#[must_use]
pub fn marked(list: &[RosterEntry], other: &[RosterEntry]) -> Vec<(RosterEntry, Mark)> {
    let mark = |entry: &RosterEntry| match other.iter().find(|there| there.node == entry.node) {
        None => Mark::Added,
        Some(there) if there.rack != entry.rack => Mark::Moved,
        Some(_) => Mark::Same,
    };
    let missing = other.iter().filter(|there| list.iter().all(|entry| entry.node != there.node));
    let marked = list.iter().map(|entry| (*entry, mark(entry)));
    let mut sorted = Vec::new();
    for entry in marked.chain(missing.map(|entry| (*entry, Mark::Missing))) {
        insert_sorted(&mut sorted, entry, |(entry, _)| Reverse(entry.node));
    }
    sorted
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
