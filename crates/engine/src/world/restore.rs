//! Taking and restoring backups (domain.md §14).
//!
//! Invariant: a restored record has the value that it had, with a new last-update time, because a restore writes as a
//! client does. Not here: what ships do with what is restored (see `shipping`).

use std::collections::BTreeMap;

use crate::event::ClientResult;
use crate::world::backup::BackupState;
use crate::world::client::Told;
use crate::world::command::{MAX_BACKUPS, Place, RestorePolicy, WorldRejection, refuse};
use crate::world::event::WorldEventKind;
use crate::world::keys::KeyId;
use crate::world::place::{PlaceState, Stored};
use crate::world::state::World;

/// What became of the records of a restore.
#[derive(Default)]
struct Tally {
    written: u64,
    kept: u64,
    kept_older: u64,
    refused: u64,
}

impl World {
    pub(super) fn check_backup(&self, name: &str) -> Result<(), WorldRejection> {
        let full = self.backups.len() >= MAX_BACKUPS && !self.backups.contains_key(name);
        refuse(full, || WorldRejection::TooMany { what: "backups", most: MAX_BACKUPS })
    }

    pub(super) fn back_up(
        &mut self,
        place: &Place,
        name: &str,
    ) -> Result<WorldEventKind, WorldRejection> {
        let index = self.place(place)?;
        let mut records = BTreeMap::new();
        let mut missing = 0;
        for key in self.keys.ids() {
            let state = &self.places[index];
            let cluster = &self.sites[state.site].cluster;
            let digest = self.keys.digest(key);
            match cluster.current(state.namespace, digest) {
                Ok(found) => {
                    let found = found.and_then(|(write, generation)| {
                        Some((*state.value_of(key, write)?, generation))
                    });
                    records.extend(found.map(|found| (key, found)));
                }
                Err(_) if state.now(key) != 0 => missing += u64::from(self.keys.records(key)),
                Err(_) => {}
            }
        }
        let taken_ms = self.now_ms;
        let backup = BackupState { place: place.clone(), taken_ms, missing, records };
        let records = backup.count(&self.keys);
        self.backups.insert(name.to_owned(), backup);
        let (place, name) = (place.clone(), name.to_owned());
        Ok(WorldEventKind::BackedUp { place, name, records, missing })
    }

    pub(super) fn restore(
        &mut self,
        place: &Place,
        name: &str,
        policy: RestorePolicy,
    ) -> Result<WorldEventKind, WorldRejection> {
        let index = self.place(place)?;
        let backup = self.backups.get(name);
        let backup = backup.ok_or_else(|| WorldRejection::NoBackup(name.to_owned()))?.clone();
        let mut tally = Tally::default();
        for (key, (stored, generation)) in backup.records {
            self.restore_one(index, key, (stored, generation), policy, &mut tally);
        }
        let Tally { written, kept, kept_older, refused } = tally;
        let (place, name) = (place.clone(), name.to_owned());
        Ok(WorldEventKind::Restored { place, name, written, kept, kept_older, refused })
    }

    fn restore_one(
        &mut self,
        place: usize,
        key: KeyId,
        (saved, generation): (Stored, u32),
        policy: RestorePolicy,
        tally: &mut Tally,
    ) {
        let PlaceState { site, namespace, group, takes_clients, .. } = self.places[place];
        let records = u64::from(self.keys.records(key));
        let there = self.sites[site].cluster.current(namespace, self.keys.digest(key));
        let stays = |(_, here): &(u64, u32)| match policy {
            RestorePolicy::UnlessNewerGeneration => *here >= generation,
            RestorePolicy::Unique => true,
            RestorePolicy::Replace => false,
        };
        if let Some((write, _)) = there.ok().flatten().filter(stays) {
            tally.kept += records;
            let kept = self.places[place].value_of(key, write);
            if kept.is_some_and(|kept| kept.value.write < saved.value.write) {
                tally.kept_older += records;
            }
            return;
        }
        let told = if takes_clients {
            let updated_at = self.places[place].source_id();
            let stored = Stored { updated_ms: self.now_ms, updated_at, by_xdr: false, ..saved };
            let written = self.put(place, key, stored, None);
            if written.result == ClientResult::Ok {
                self.queue(place, key, written.took);
            }
            self.recount(group, key);
            self.told(site, written.result)
        } else {
            Told::Forbidden
        };
        told.count(&mut self.sites[site].counts.refused, records);
        *(if told == Told::Done { &mut tally.written } else { &mut tally.refused }) += records;
    }
}
