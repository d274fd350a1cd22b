//! A backup: every record of a namespace that could be read when it was taken (domain.md §14).
//!
//! Invariant: it has each record's value and generation as they were. Not here: how it is taken and restored (see
//! `restore`).

use std::collections::BTreeMap;

use crate::world::command::Place;
use crate::world::keys::{KeyId, Keys};
use crate::world::place::Stored;

/// One backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BackupState {
    pub place: Place,
    pub taken_ms: u64,
    /// Records whose partition was not available.
    pub missing: u64,
    /// Each record as it was, with its generation.
    pub records: BTreeMap<KeyId, (Stored, u32)>,
}

impl BackupState {
    /// A record that was told apart is in the backup as the share is that it was in.
    pub fn fork(&mut self, from: KeyId, to: KeyId) {
        if let Some(record) = self.records.get(&from).copied() {
            self.records.insert(to, record);
        }
    }

    /// The number of records in it.
    pub fn count(&self, keys: &Keys) -> u64 {
        self.records.keys().map(|key| u64::from(keys.records(*key))).sum()
    }
}
