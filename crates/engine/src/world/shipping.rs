//! Shipping: what is queued when a write commits, what is sent, and what becomes of it at the target (domain.md §13).
//!
//! Invariant: what is sent is the record as it is then, and what arrives is written as a client would, but never shipped
//! on. Not here: the order in which a ship sends (see `ship`).

use std::collections::{BTreeMap, BTreeSet};

use crate::command::Shutdown;
use crate::event::{ClientResult, EventKind};
use crate::id::PartitionId;
use crate::node_set::NodeSet;
use crate::world::command::{
    MAX_DELAY_MS, Rewind, ShipSetup, Way, WorldRejection, XdrMode, in_range, refuse,
};
use crate::world::event::{Landed, Value, WorldEvent, WorldEventKind};
use crate::world::keys::KeyId;
use crate::world::place::{PlaceState, Stored};
use crate::world::ship::{Back, Message, Ship, State};
use crate::world::state::World;

impl World {
    // --- setting up

    pub(super) fn check_ship(&self, setup: &ShipSetup) -> Result<(), WorldRejection> {
        let way = &setup.way;
        self.ends(way)?;
        refuse(way.from == way.to, || WorldRejection::SameSite(way.from.clone()))?;
        let is_there = self.ships.iter().any(|ship| ship.setup.way == *way);
        refuse(is_there, || WorldRejection::ShipExists(way.clone()))?;
        in_range("a ship's delay in milliseconds", setup.delay_ms.into(), 0, MAX_DELAY_MS.into())?;
        let per_s = setup.records_per_s.unwrap_or(1).into();
        in_range("a ship's records a second", per_s, 1, 1_000_000)?;
        let cannot = setup.rewind.is_some() && setup.mode == XdrMode::V4;
        refuse(cannot, || WorldRejection::CannotRewind(way.clone()))
    }

    /// The places at the ends of a way.
    fn ends(&self, way: &Way) -> Result<(usize, usize), WorldRejection> {
        let (from, to) = (self.site(&way.from)?, self.site(&way.to)?);
        Ok((self.place_at(from, &way.namespace)?, self.place_at(to, &way.namespace)?))
    }

    /// The ship on a way.
    pub(super) fn ship_on(&self, way: &Way) -> Result<usize, WorldRejection> {
        self.ends(way)?;
        let ship = self.ships.iter().position(|ship| ship.setup.way == *way);
        ship.ok_or_else(|| WorldRejection::NoShip(way.clone()))
    }

    pub(super) fn add_ship(&mut self, setup: &ShipSetup) -> Result<WorldEventKind, WorldRejection> {
        let (from, to) = self.ends(&setup.way)?;
        let ship = self.ships.len();
        self.ships.push(Ship::new(setup.clone(), from, to));
        let mut rewound = 0;
        if let Some(rewind) = setup.rewind {
            let from_ms = match rewind {
                Rewind::Back(ms) => self.now_ms.saturating_sub(ms),
                Rewind::All => 0,
            };
            rewound = self.rewind(ship, from_ms);
        }
        Ok(WorldEventKind::ShipSet { way: setup.way.clone(), rewound })
    }

    /// Queues what was written from a time on and is there (domain.md §13.2). What cannot be read now is found by a scan
    /// later. Returns the number of records.
    fn rewind(&mut self, ship: usize, from_ms: u64) -> u64 {
        let from = self.ships[ship].from;
        let PlaceState { site, namespace, .. } = self.places[from];
        for key in self.keys.ids() {
            let digest = self.keys.digest(key);
            let cluster = &self.sites[site].cluster;
            if cluster.current(namespace, digest).is_err() && self.places[from].now(key) != 0 {
                let pid = PartitionId::of_digest(&digest).get();
                self.ships[ship].to_scan.insert(pid, from_ms);
            }
        }
        let queued = self.queue_from(ship, &|_| Some(from_ms));
        self.ships[ship].rewind(from_ms, queued.iter().copied().collect());
        self.records_in(&queued)
    }

    fn records_in(&self, keys: &BTreeSet<KeyId>) -> u64 {
        keys.iter().map(|key| u64::from(self.keys.records(*key))).sum()
    }

    /// Queues every record that can be read at the source, that no ship brought, and that was last updated at its partition's
    /// time or later. Returns those that were not queued before.
    fn queue_from(
        &mut self,
        ship: usize,
        from_ms: &dyn Fn(PartitionId) -> Option<u64>,
    ) -> BTreeSet<KeyId> {
        let from = self.ships[ship].from;
        let mut queued = BTreeSet::new();
        for key in self.keys.ids() {
            let pid = PartitionId::of_digest(&self.keys.digest(key));
            let Some(from_ms) = from_ms(pid) else { continue };
            let Ok(Some(stored)) = self.stored_now(from, key) else { continue };
            if stored.by_xdr || stored.updated_ms < from_ms || self.keys.records(key) == 0 {
                continue;
            }
            let PlaceState { site, namespace, group, .. } = self.places[from];
            let digest = self.keys.digest(key);
            let nodes = self.sites[site].cluster.copies_go_to(namespace, &digest);
            if self.ships[ship].queue(key, stored.updated_ms, nodes) {
                self.groups[group].sets_out(key);
                self.recount(group, key);
                queued.insert(key);
            }
        }
        queued
    }

    /// What a client would find of a record at a place.
    pub(super) fn stored_now(
        &self,
        place: usize,
        key: KeyId,
    ) -> Result<Option<Stored>, ClientResult> {
        let state = &self.places[place];
        let cluster = &self.sites[state.site].cluster;
        let found = cluster.current(state.namespace, self.keys.digest(key))?;
        let known = |(write, _)| state.value_of(key, write).copied();
        Ok(found.map(|found| known(found).expect("a place knows the value of every write")))
    }

    pub(super) fn remove_ship(&mut self, way: &Way) -> Result<WorldEventKind, WorldRejection> {
        let index = self.ship_on(way)?;
        let ship = self.ships.remove(index);
        let group = self.places[ship.from].group;
        let mut dropped = 0;
        for (key, _) in ship.on_way() {
            dropped += u64::from(self.keys.records(key));
            self.groups[group].has_come(key);
            self.recount(group, key);
        }
        Ok(WorldEventKind::ShipEnded { way: way.clone(), dropped })
    }

    /// Cuts a ship's link. What was on it goes back into the queue (domain.md §13.7).
    pub(super) fn disconnect(&mut self, way: &Way) -> Result<Vec<WorldEventKind>, WorldRejection> {
        let index = self.ship_on(way)?;
        self.ships[index].connected = false;
        let mut returned = 0;
        let mut kinds = Vec::new();
        for message in self.ships[index].take_link() {
            returned += u64::from(self.keys.records(message.key));
            self.put_back(index, message, State::Ready, &mut kinds);
        }
        kinds.insert(0, WorldEventKind::Disconnected { way: way.clone(), returned });
        Ok(kinds)
    }

    pub(super) fn reconnect(&mut self, way: &Way) -> Result<WorldEventKind, WorldRejection> {
        let index = self.ship_on(way)?;
        let ship = &mut self.ships[index];
        ship.connected = true;
        let waiting = ship.on_way().map(|(key, _)| u64::from(self.keys.records(key))).sum();
        Ok(WorldEventKind::Reconnected { way: way.clone(), waiting })
    }

    // --- queues

    /// A write has committed at a place, on these nodes: every ship from there queues it (domain.md §13.2).
    pub(super) fn queue(&mut self, place: usize, key: KeyId, took: NodeSet) {
        let group = self.places[place].group;
        for ship in &mut self.ships {
            if ship.from == place && ship.queue(key, self.now_ms, took) {
                self.groups[group].sets_out(key);
            }
        }
    }

    /// What nodes lose of their queues when they stop, and when their drives go (domain.md §13.7).
    pub(super) fn queues_lose(
        &mut self,
        site: usize,
        kind: &EventKind,
        kinds: &mut Vec<WorldEventKind>,
    ) {
        let (node, clean) = match kind {
            EventKind::NodeStopped { node, shutdown, .. } => {
                (node, Some(*shutdown == Shutdown::Clean))
            }
            EventKind::DrivesWiped { node, device: None } | EventKind::NodeRemoved { node } => {
                (node, None)
            }
            _ => return,
        };
        let Some(slot) = self.sites[site].cluster.any_slot(*node) else { return };
        for index in 0..self.ships.len() {
            let from = &self.places[self.ships[index].from];
            if from.site != site {
                continue;
            }
            let to_device = self.sites[site].cluster.settings(from.namespace).commit_to_device;
            let ship = &mut self.ships[index];
            let gone = match clean {
                Some(clean) => {
                    let keeps = ship.keeps(clean || to_device, self.now_ms);
                    ship.lose(slot, &keeps)
                }
                None => ship.lose(slot, &|_| false),
            };
            self.are_gone(index, &gone, kinds);
        }
    }

    /// Records whose last part of the queue is gone are lost to a ship of mode 4; a ship of mode 5.4 scans for them (domain.md
    /// §13.7, \[doc, model\]).
    fn are_gone(&mut self, index: usize, gone: &[(KeyId, u64)], kinds: &mut Vec<WorldEventKind>) {
        if gone.is_empty() {
            return;
        }
        let ship = &mut self.ships[index];
        let group = self.places[ship.from].group;
        let scanned = ship.setup.mode == XdrMode::V5_4;
        let mut records = 0;
        for (key, since_ms) in gone {
            records += u64::from(self.keys.records(*key));
            ship.is_through(*key);
            if scanned {
                let pid = PartitionId::of_digest(&self.keys.digest(*key)).get();
                let from_ms = ship.to_scan.entry(pid).or_insert(*since_ms);
                *from_ms = (*from_ms).min(*since_ms);
            }
            self.groups[group].has_come(*key);
        }
        ship.queue_lost += if scanned { 0 } else { records };
        let way = ship.setup.way.clone();
        for (key, _) in gone {
            self.recount(group, *key);
        }
        kinds.push(WorldEventKind::QueueLost { way, records, scanned });
    }

    /// Something other than traffic happened in a site's cluster: what waited for it is tried again (domain.md §13.7; when:
    /// \[model\]).
    pub(super) fn stir(&mut self, site: usize, kinds: &mut Vec<WorldEventKind>) {
        let Self { ships, places, sites, keys, .. } = self;
        let cluster = &sites[site].cluster;
        let running = cluster.running();
        for ship in ships.iter_mut() {
            let (from, to) = (&places[ship.from], &places[ship.to]);
            if from.site == site && ship.any(State::Held) {
                let namespace = from.namespace;
                ship.wake(State::Held, &|key, queued| {
                    queued.is_on(running) && cluster.current(namespace, keys.digest(key)).is_ok()
                });
            }
            if to.site == site && ship.any(State::Blocked) {
                let namespace = to.namespace;
                ship.wake(State::Blocked, &|key, _| {
                    cluster.current(namespace, keys.digest(key)).is_ok()
                });
            }
        }
        for index in 0..self.ships.len() {
            let ship = &self.ships[index];
            if self.places[ship.from].site == site && !ship.to_scan.is_empty() {
                kinds.extend(self.scan(index));
            }
        }
    }

    /// Scans the partitions whose queue was lost, as far as they are active and their migrations are done (domain.md §13.7,
    /// \[doc\]).
    fn scan(&mut self, index: usize) -> Option<WorldEventKind> {
        let ship = &self.ships[index];
        let PlaceState { site, namespace, .. } = self.places[ship.from];
        let cluster = &self.sites[site].cluster;
        let mut scanned: BTreeMap<u16, u64> = BTreeMap::new();
        for key in self.keys.ids() {
            let digest = self.keys.digest(key);
            let pid = PartitionId::of_digest(&digest).get();
            let Some(from_ms) = ship.to_scan.get(&pid) else { continue };
            if cluster.current(namespace, digest).is_ok() && cluster.is_migrated(namespace, &digest)
            {
                scanned.insert(pid, *from_ms);
            }
        }
        if scanned.is_empty() {
            return None;
        }
        let ship = &mut self.ships[index];
        ship.to_scan.retain(|pid, _| !scanned.contains_key(pid));
        let way = ship.setup.way.clone();
        let queued = self.queue_from(index, &|pid| scanned.get(&pid.get()).copied());
        let partitions = crate::convert::count(scanned.len());
        Some(WorldEventKind::Scanned { way, partitions, records: self.records_in(&queued) })
    }

    // --- what is sent and what arrives

    /// Sends what can be sent now.
    pub(super) fn send_due(&mut self, index: usize) {
        while let Some(key) = self.ships[index].next_to_send(self.now_ms) {
            let from = self.ships[index].from;
            let PlaceState { site, group, .. } = self.places[from];
            self.catch_up(site);
            let is_queued = {
                let running = self.sites[site].cluster.running();
                self.ships[index].is_queued_on(key, running)
            };
            match self.stored_now(from, key) {
                Ok(Some(stored)) if is_queued => {
                    let records = self.keys.records(key);
                    self.ships[index].send(key, stored, self.now_ms, records);
                }
                // The record is lost, so there is nothing to send.
                Ok(None) if is_queued => {
                    self.ships[index].drop_entry(key);
                    self.groups[group].has_come(key);
                    self.recount(group, key);
                }
                _ => self.ships[index].hold(key),
            }
        }
    }

    /// Writes what has arrived by now.
    pub(super) fn land_due(&mut self, index: usize, told: &mut Vec<WorldEvent>) {
        while let Some(message) = self.ships[index].arrived(self.now_ms) {
            let group = self.places[self.ships[index].to].group;
            let key = message.key;
            let on_bench = self.groups[group].is_on_bench(key);
            let way = on_bench.then(|| self.ships[index].setup.way.clone());
            let value = message.stored.value;
            let mut kinds = Vec::new();
            let (landed, before) = self.land(index, message, &mut kinds);
            self.recount(group, key);
            let key = self.keys.digest(key);
            kinds.extend(way.map(|way| WorldEventKind::Arrived {
                way,
                key,
                value,
                before,
                landed,
            }));
            let at_ms = self.now_ms;
            told.extend(kinds.into_iter().map(|kind| WorldEvent { at_ms, kind }));
        }
    }

    /// What becomes of a record that arrives, and the value that was there (domain.md §13.4, §13.5, §13.7, §13.8).
    fn land(
        &mut self,
        index: usize,
        message: Message,
        kinds: &mut Vec<WorldEventKind>,
    ) -> (Landed, Option<Value>) {
        let Ship { to, setup: ShipSetup { mode, .. }, .. } = self.ships[index];
        let PlaceState { site, takes_xdr, .. } = self.places[to];
        let key = message.key;
        let records = u64::from(self.keys.records(key));
        if !takes_xdr {
            self.ships[index].abandoned += records;
            self.has_come(index, key);
            return (Landed::Refused, None);
        }
        self.catch_up(site);
        let mut stored = Stored { by_xdr: true, ..message.stored };
        match mode {
            // A write like any other: the last one stays, and it is dated when it comes.
            XdrMode::V4 => stored.updated_ms = self.now_ms,
            XdrMode::V5_4 => {
                let Ok(there) = self.stored_now(to, key) else {
                    self.put_back(index, message, State::Blocked, kinds);
                    return (Landed::TriedAgain, None);
                };
                if let Some(there) = there.filter(|there| there.rank() >= stored.rank()) {
                    self.ships[index].shipped += records;
                    self.has_come(index, key);
                    return (Landed::Kept, Some(there.value));
                }
            }
        }
        let overwritten = self.sites[site].counts.overwritten;
        let written = self.put(to, key, stored, None);
        let before = written.before.and_then(|write| self.places[to].value_of(key, write));
        let before = before.map(|stored| stored.value);
        if written.result != ClientResult::Ok {
            self.put_back(index, message, State::Blocked, kinds);
            return (Landed::TriedAgain, before);
        }
        self.ships[index].shipped += records;
        self.has_come(index, key);
        let over_newer = self.sites[site].counts.overwritten > overwritten;
        (if over_newer { Landed::OverNewer } else { Landed::Written }, before)
    }

    /// A record that a ship had sent is through.
    fn has_come(&mut self, index: usize, key: KeyId) {
        self.ships[index].is_through(key);
        let group = self.places[self.ships[index].from].group;
        self.groups[group].has_come(key);
    }

    fn put_back(
        &mut self,
        index: usize,
        message: Message,
        state: State,
        kinds: &mut Vec<WorldEventKind>,
    ) {
        let (key, since_ms) = (message.key, message.since_ms());
        let group = self.places[self.ships[index].from].group;
        match self.ships[index].put_back(message, state) {
            Back::Queued => {}
            Back::Joined => {
                self.groups[group].has_come(key);
                self.recount(group, key);
            }
            Back::Gone => self.are_gone(index, &[(key, since_ms)], kinds),
        }
    }
}
