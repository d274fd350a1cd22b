//! A roster being edited: as text in the form that `roster-set` takes, or entry by entry.
//!
//! Invariant: the text is the truth; the entries are those of the last valid text, so nothing is lost while a person
//! types. The error is a sentence that names the bad entry. Not here: setting the roster (see `state::roster`).

use rosterlab_engine::{NodeId, RackId, RosterEntry};

/// A roster being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterDraft {
    /// The text as typed.
    pub text: String,
    /// The entries of the last valid text.
    pub entries: Vec<RosterEntry>,
    /// What is wrong with the text, as a sentence.
    pub error: Option<String>,
}

impl RosterDraft {
    /// A draft with these entries.
    #[must_use]
    pub fn of(entries: Vec<RosterEntry>) -> Self {
        Self { text: written(&entries, ","), entries, error: None }
    }

    /// Replaces the text, and the entries if the text is valid.
    pub fn type_in(&mut self, text: String) {
        match parse(&text) {
            Ok(entries) => *self = Self { text, entries, error: None },
            Err(error) => (self.text, self.error) = (text, Some(error)),
        }
    }

    /// Adds a node on a rack, or removes it.
    pub fn toggle(&mut self, entry: RosterEntry) {
        let mut entries = self.entries.clone();
        let before = entries.len();
        entries.retain(|there| there.node != entry.node);
        if entries.len() == before {
            entries.push(entry);
        }
        self.replace(entries);
    }

    /// Puts a node of the draft on another rack.
    pub fn put_on_rack(&mut self, node: NodeId, rack: &str) {
        match rack.trim().parse::<RackId>() {
            Ok(rack) => {
                let mut entries = self.entries.clone();
                let own = entries.iter_mut().filter(|entry| entry.node == node);
                own.for_each(|entry| entry.rack = rack);
                self.replace(entries);
            }
            Err(error) => self.error = Some(format!("The rack of {node}: {error}.")),
        }
    }

    /// The rack of a node; `None` if the draft does not have the node.
    #[must_use]
    pub fn rack_of(&self, node: NodeId) -> Option<RackId> {
        self.entries.iter().find(|entry| entry.node == node).map(|entry| entry.rack)
    }

    fn replace(&mut self, entries: Vec<RosterEntry>) {
        let error = entries.is_empty().then(|| NO_NODE.to_owned());
        *self = Self { text: written(&entries, ","), entries, error };
    }
}

const NO_NODE: &str = "A roster needs at least one node.";

/// Entries as `roster-set` writes them (docs/domain.md §8).
#[must_use]
pub fn written(entries: &[RosterEntry], between: &str) -> String {
    entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

/// Parses `A103@1,A102@1`. Any id is valid, because the server accepts any (docs/domain.md §8).
fn parse(text: &str) -> Result<Vec<RosterEntry>, String> {
    if text.trim().is_empty() {
        return Err(NO_NODE.to_owned());
    }
    let mut entries: Vec<RosterEntry> = Vec::new();
    for (place, part) in text.split(',').enumerate() {
        let at = |what: String| format!("Entry {}: {what}.", place + 1);
        let entry: RosterEntry = part
            .trim()
            .parse()
            .map_err(|error: rosterlab_engine::IdError| at(error.to_string()))?;
        if entries.iter().any(|earlier| earlier.node == entry.node) {
            return Err(at(format!("{} is there twice", entry.node)));
        }
        entries.push(entry);
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::id;

    fn draft() -> RosterDraft {
        RosterDraft::of(["A103@1", "A101@1"].map(|entry| entry.parse().unwrap()).to_vec())
    }

    #[test]
    fn text_and_entries_are_two_ways_to_write_the_same() {
        let mut draft = draft();
        assert_eq!(draft.text, "A103@1,A101@1");
        draft.toggle("A102@2".parse().unwrap());
        assert_eq!(draft.text, "A103@1,A101@1,A102@2");
        draft.put_on_rack(id("A101"), "0");
        assert_eq!(draft.text, "A103@1,A101,A102@2");
        draft.type_in("a101@7, A102".to_owned());
        assert_eq!((written(&draft.entries, " "), draft.error), ("A101@7 A102".to_owned(), None));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_and_nothing_is_lost() {
        for (text, error) in [
            ("", "A roster needs at least one node."),
            (
                "A103@1,",
                "Entry 2: \"\" is no node id: one to sixteen hexadecimal digits, not all zero.",
            ),
            ("A103@x", "Entry 1: \"x\" is no rack id: a whole number from 0 to 1000000."),
            ("A103@1,A101@1,A103@2", "Entry 3: A103 is there twice."),
        ] {
            let mut draft = draft();
            draft.type_in(text.to_owned());
            assert_eq!(draft.error.as_deref(), Some(error), "{text}");
            assert_eq!((draft.text.as_str(), draft.entries.len()), (text, 2));
        }
        let mut draft = draft();
        draft.put_on_rack(id("A103"), "-1");
        assert!(draft.error.is_some_and(|error| error.starts_with("The rack of A103: ")));
    }

    #[test]
    fn ids_that_no_node_has_are_taken_as_the_server_takes_them() {
        let mut draft = draft();
        draft.type_in("A103,A1FF".to_owned());
        assert_eq!((written(&draft.entries, " "), draft.error), ("A103 A1FF".to_owned(), None));
    }

    #[test]
    fn an_empty_one_is_no_roster() {
        let mut draft = draft();
        draft.toggle("A103".parse().unwrap());
        draft.toggle("A101".parse().unwrap());
        assert!(draft.entries.is_empty() && draft.error.is_some());
        assert_eq!(draft.rack_of(id("A101")), None);
    }
}
