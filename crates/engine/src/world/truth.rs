//! The ground truth of a namespace at all its sites: what is diverged and what is missing (domain.md §15).
//!
//! Invariant: each count is kept up to date when a record changes, so that reading the counts costs nothing. Not here: what
//! clients were told at one site (see `record`), and what ships have on their way (see `ship`).

use crate::world::keys::KeyId;
use crate::world::place::PlaceState;

/// What is counted of one record. One bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Standing(u16);

const DIVERGED: u16 = 1 << 8;

/// The places that have a namespace of one name, and what is known of its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub name: String,
    /// Into the world's places, in the order of the sites.
    pub places: Vec<usize>,
    /// By key: the world's number of the last write that was acknowledged anywhere; 0 for none.
    latest: Vec<u64>,
    /// By key: how many ships have it in their queue or on their link.
    on_way: Vec<u32>,
    standing: Vec<Standing>,
    /// By key: whether a person wrote or read it by itself.
    on_bench: Vec<bool>,
    /// Records whose values differ where they are, with nothing on its way.
    pub diverged: u64,
    /// By place: records that others have and it has not, with nothing on its way.
    pub missing: Vec<u64>,
    /// By place: records that are there.
    pub there: Vec<u64>,
}

impl Group {
    pub fn new(name: String) -> Self {
        Self {
            name,
            places: Vec::new(),
            latest: Vec::new(),
            on_way: Vec::new(),
            standing: Vec::new(),
            on_bench: Vec::new(),
            diverged: 0,
            missing: Vec::new(),
            there: Vec::new(),
        }
    }

    pub fn add(&mut self, place: usize) {
        self.places.push(place);
        self.missing.push(0);
        self.there.push(0);
    }

    /// Makes room for this many keys.
    pub fn grow(&mut self, keys: usize) {
        self.latest.resize(keys, 0);
        self.on_way.resize(keys, 0);
        self.standing.resize(keys, Standing::default());
        self.on_bench.resize(keys, false);
    }

    /// The last write of a record that was acknowledged anywhere.
    pub fn latest(&self, key: KeyId) -> u64 {
        self.latest[key.index()]
    }

    pub fn acknowledge(&mut self, key: KeyId, write: u64) {
        self.latest[key.index()] = write;
    }

    pub fn on_way(&self, key: KeyId) -> u32 {
        self.on_way[key.index()]
    }

    pub fn sets_out(&mut self, key: KeyId) {
        self.on_way[key.index()] += 1;
    }

    pub fn has_come(&mut self, key: KeyId) {
        self.on_way[key.index()] -= 1;
    }

    pub fn is_on_bench(&self, key: KeyId) -> bool {
        self.on_bench[key.index()]
    }

    /// Returns whether it was not there yet.
    pub fn put_on_bench(&mut self, key: KeyId) -> bool {
        !std::mem::replace(&mut self.on_bench[key.index()], true)
    }

    pub fn is_diverged(&self, key: KeyId) -> bool {
        self.standing[key.index()].0 & DIVERGED != 0
    }

    /// A record that was told apart has the past of the share that it was in. It is counted by [`Self::recount`].
    pub fn fork(&mut self, from: KeyId, to: KeyId) {
        self.latest[to.index()] = self.latest[from.index()];
    }

    /// Counts a record no more, before the number of records that it stands for changes.
    pub fn forget(&mut self, key: KeyId, records: u32) {
        self.set(key, Standing::default(), records);
    }

    /// Counts a record anew.
    pub fn recount(&mut self, key: KeyId, records: u32, places: &[PlaceState]) {
        let mut bits = 0;
        let mut first = 0;
        let mut differs = false;
        for (n, place) in self.places.iter().enumerate() {
            let now = places[*place].now(key);
            if now == 0 {
                continue;
            }
            bits |= 1 << (4 + n);
            differs |= first != 0 && first != now;
            first = now;
        }
        if bits != 0 && self.on_way[key.index()] == 0 {
            let all = (1 << self.places.len()) - 1;
            bits |= !(bits >> 4) & all;
            bits |= if differs { DIVERGED } else { 0 };
        }
        self.set(key, Standing(bits), records);
    }

    fn set(&mut self, key: KeyId, new: Standing, records: u32) {
        let old = std::mem::replace(&mut self.standing[key.index()], new);
        if old == new {
            return;
        }
        let records = u64::from(records);
        let change = |count: &mut u64, bit: u16| {
            *count += if new.0 & bit != 0 { records } else { 0 };
            *count -= if old.0 & bit != 0 { records } else { 0 };
        };
        change(&mut self.diverged, DIVERGED);
        self.missing.iter_mut().enumerate().for_each(|(n, count)| change(count, 1 << n));
        self.there.iter_mut().enumerate().for_each(|(n, count)| change(count, 1 << (4 + n)));
    }
}
