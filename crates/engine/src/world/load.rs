//! Loading: a client writes many generated records at once.
//!
//! Invariant: records that nothing tells apart are written as one (see `keys`), so the cost does not depend on how many
//! they are. Not here: fleets, whose records are each by itself.

use crate::world::client::Told;
use crate::world::command::{MAX_GENERATED, MAX_RANGES, Place, WorldRejection, in_range, refuse};
use crate::world::event::WorldEventKind;
use crate::world::keys::KeyId;
use crate::world::state::World;

impl World {
    pub(super) fn check_load(&self, first: u32, records: u32) -> Result<(), WorldRejection> {
        in_range("the number of records", records.into(), 1, MAX_GENERATED.into())?;
        let last_first = u64::from(MAX_GENERATED - records);
        in_range("the first record", first.into(), 0, last_first)?;
        // A load may split two ranges and fill the gaps among them.
        let full = 2 * self.keys.ranges() + 3 > MAX_RANGES;
        let what = "ranges of generated records";
        refuse(full, || WorldRejection::TooMany { what, most: MAX_RANGES })
    }

    pub(super) fn load(
        &mut self,
        place: &Place,
        first: u32,
        records: u32,
    ) -> Result<WorldEventKind, WorldRejection> {
        let index = self.place(place)?;
        let (keys, forks) = self.keys.range(&(first..first + records));
        self.grow();
        self.fork(&forks);
        let value = self.next_value(index);
        let takes_clients = self.places[index].takes_clients;
        let mut write = |key: KeyId| {
            if takes_clients { self.write(index, key, value, None).1 } else { Told::Forbidden }
        };
        let told: Vec<(KeyId, Told)> = keys.into_iter().map(|key| (key, write(key))).collect();
        let mut done = 0;
        for (key, told) in told {
            let records = u64::from(self.keys.records(key));
            done += if told == Told::Done { records } else { 0 };
            if told == Told::Forbidden {
                self.sites[self.places[index].site].counts.refused.forbidden += records;
            }
        }
        let refused = u64::from(records) - done;
        Ok(WorldEventKind::Loaded { place: place.clone(), records: done, refused })
    }
}
