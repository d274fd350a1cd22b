//! Clients of a world: what they write and read at a place, and what is counted of it (domain.md §15).
//!
//! Invariant: the place's own cluster decides what is acknowledged; a world only gives values numbers that all sites share.
//! Not here: single nodes' copies (see the cluster's `client`), and what is shipped (see `shipping`).

use crate::client::{Found, Written};
use crate::command::ReadMode;
use crate::event::ClientResult;
use crate::id::{Digest, NodeId};
use crate::node_set::Slot;
use crate::world::event::{Value, WorldEventKind};
use crate::world::keys::KeyId;
use crate::world::place::{PlaceState, Stored};
use crate::world::state::World;
use crate::world::view::Refused;

/// How a client's operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Done.
    Done,
    /// The read was answered, and did not see a write that was acknowledged before, anywhere.
    Stale,
    NoAnswer,
    Refused(ClientResult),
    /// Error 10 (domain.md §13.8).
    Forbidden,
}

impl Told {
    /// Counts it, if it is a refusal.
    pub fn count(self, refused: &mut Refused, records: u64) {
        let count = match self {
            Self::Done | Self::Stale => return,
            Self::NoAnswer => &mut refused.no_answer,
            Self::Forbidden => &mut refused.forbidden,
            Self::Refused(ClientResult::InDoubt) => &mut refused.in_doubt,
            Self::Refused(ClientResult::StaleRegime) => &mut refused.stale_regime,
            Self::Refused(_) => &mut refused.unavailable,
        };
        *count += records;
    }
}

impl World {
    /// A person's write of one record.
    pub(super) fn write_once(
        &mut self,
        place: usize,
        digest: Digest,
        from: Option<NodeId>,
    ) -> WorldEventKind {
        let key = self.single(digest);
        self.put_on_bench(place, key);
        let PlaceState { site, namespace, takes_clients, .. } = self.places[place];
        if !takes_clients {
            self.sites[site].counts.refused.forbidden += 1;
            return WorldEventKind::Forbidden { place: self.place_named(place), key: digest };
        }
        let from = from.and_then(|id| self.sites[site].cluster.slot(id));
        let value = self.next_value(place);
        let (written, _) = self.write(place, key, value, from);
        let kind = self.sites[site].cluster.wrote(namespace, digest, &written);
        WorldEventKind::Site { site: self.sites[site].name.clone(), kind }
    }

    /// A person's read of one record.
    pub(super) fn read_once(
        &mut self,
        place: usize,
        digest: Digest,
        from: Option<NodeId>,
        mode: ReadMode,
    ) -> WorldEventKind {
        let key = self.single(digest);
        self.put_on_bench(place, key);
        let PlaceState { site, namespace, .. } = self.places[place];
        let from = from.and_then(|id| self.sites[site].cluster.slot(id));
        let (found, _) = self.read(place, key, from, mode);
        let kind = self.sites[site].cluster.has_read(namespace, digest, mode, &found);
        WorldEventKind::Site { site: self.sites[site].name.clone(), kind }
    }

    fn put_on_bench(&mut self, place: usize, key: KeyId) {
        let group = self.places[place].group;
        if self.groups[group].put_on_bench(key) {
            self.bench.push((group, key));
        }
    }

    /// The value of the next write that a client sends to a place.
    pub(super) fn next_value(&mut self, place: usize) -> Value {
        self.writes += 1;
        let site = self.places[place].site;
        Value { write: self.writes, site, at_ms: self.now_ms, acknowledged: false }
    }

    /// A client writes a record, or all that a key stands for.
    pub(super) fn write(
        &mut self,
        place: usize,
        key: KeyId,
        value: Value,
        from: Option<Slot>,
    ) -> (Written, Told) {
        let PlaceState { site, group, .. } = self.places[place];
        let acknowledged = Value { acknowledged: true, ..value };
        let updated_at = self.places[place].source_id();
        let stored = Stored {
            write: 0,
            value: acknowledged,
            updated_ms: self.now_ms,
            updated_at,
            by_xdr: false,
        };
        let written = self.put(place, key, stored, from);
        let records = u64::from(self.keys.records(key));
        let told = self.told(site, written.result);
        let counts = &mut self.sites[site].counts;
        told.count(&mut counts.refused, records);
        if told == Told::Done {
            counts.acknowledged += records;
            self.groups[group].acknowledge(key, value.write);
            self.queue(place, key, written.took);
        } else if !written.took.is_empty() {
            self.places[place].is_in_doubt(key);
        }
        self.recount(group, key);
        (written, told)
    }

    /// Writes a value into the cluster of a place, and counts a later one that it replaces.
    pub(super) fn put(
        &mut self,
        place: usize,
        key: KeyId,
        stored: Stored,
        from: Option<Slot>,
    ) -> Written {
        let PlaceState { site, namespace, .. } = self.places[place];
        let digest = self.keys.digest(key);
        self.catch_up(site);
        let cluster = &mut self.sites[site].cluster;
        let written = cluster.put_record(namespace, digest, from);
        let is_done = written.result == ClientResult::Ok;
        let state = &mut self.places[place];
        if is_done
            && let Some(before) = written.before.and_then(|write| state.value_of(key, write))
            && before.value.acknowledged
            && before.value.at_ms > stored.value.at_ms
        {
            self.sites[site].counts.overwritten += u64::from(self.keys.records(key));
        }
        if !written.took.is_empty() {
            let stored = Stored { write: written.write, ..stored };
            state.store(key, stored, &self.sites[site].cluster, digest);
        }
        if is_done {
            state.set_now(key, stored.value.write);
        } else if !written.took.is_empty() {
            let now = state.look_up(key, &self.sites[site].cluster, digest);
            state.set_now(key, now);
        }
        written
    }

    /// A client reads a record.
    pub(super) fn read(
        &mut self,
        place: usize,
        key: KeyId,
        from: Option<Slot>,
        mode: ReadMode,
    ) -> (Found, Told) {
        let PlaceState { site, namespace, group, .. } = self.places[place];
        let digest = self.keys.digest(key);
        self.catch_up(site);
        let found = self.sites[site].cluster.find_record(namespace, digest, from, mode);
        let mut told = self.told(site, found.result);
        let counts = &mut self.sites[site].counts;
        told.count(&mut counts.refused, 1);
        if told == Told::Done {
            counts.reads += 1;
            let stored = found.write.and_then(|write| self.places[place].value_of(key, write));
            let seen = stored.map_or(0, |stored| stored.value.write);
            if seen < self.groups[group].latest(key) {
                counts.stale += 1;
                told = Told::Stale;
            }
        }
        (found, told)
    }

    pub(super) fn told(&self, site: usize, result: ClientResult) -> Told {
        match result {
            ClientResult::Ok | ClientResult::NotFound => Told::Done,
            ClientResult::Unavailable if self.sites[site].cluster.highest_principal().is_none() => {
                Told::NoAnswer
            }
            result => Told::Refused(result),
        }
    }
}
