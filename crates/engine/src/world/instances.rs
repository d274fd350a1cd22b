//! What fleets do: their instances start, stop, are restarted one by one, read and write (domain.md §15).
//!
//! Invariant: an instance learns the meaning of its endpoint only when it starts. Not here: which operation is next (see
//! `fleet`), and what it comes to (see `client`).

use crate::command::ReadMode;
use crate::world::client::Told;
use crate::world::command::{
    FleetSetup, MAX_FLEET_KEYS, MAX_FLEETS, MAX_GENERATED, MAX_INSTANCES, MAX_RATE_PER_S,
    WorldRejection, in_range, refuse,
};
use crate::world::event::{WorldEvent, WorldEventKind};
use crate::world::fleet::{Fleet, Operation, Roll};
use crate::world::keys::{KeyId, generated_key};
use crate::world::state::World;
use crate::world::view::{FleetCounts, InstanceView};

/// The longest restart of one instance: a day, in milliseconds.
const MAX_RESTART_MS: u64 = 86_400_000;
/// The most reads, and the most writes, of a mix.
const MAX_MIX: u32 = 1_000;

impl World {
    pub(super) fn check_fleet(&self, setup: &FleetSetup) -> Result<(), WorldRejection> {
        let known = self.fleets.iter().any(|fleet| fleet.setup.name == setup.name);
        refuse(known, || WorldRejection::FleetExists(setup.name.clone()))?;
        let full = self.fleets.len() >= MAX_FLEETS;
        refuse(full, || WorldRejection::TooMany { what: "fleets", most: MAX_FLEETS })?;
        in_range("a fleet's instances", setup.instances.into(), 1, MAX_INSTANCES.into())?;
        in_range("a fleet's keys", setup.keys.into(), 1, MAX_FLEET_KEYS.into())?;
        let last_first = u64::from(MAX_GENERATED - setup.keys);
        in_range("a fleet's first key", setup.first_key.into(), 0, last_first)?;
        in_range("a fleet's rate", setup.rate_per_s.into(), 1, MAX_RATE_PER_S.into())?;
        in_range("a fleet's reads", setup.reads.into(), 0, MAX_MIX.into())?;
        let least = u64::from(setup.reads == 0);
        in_range("a fleet's writes", setup.writes.into(), least, MAX_MIX.into())?;
        let site = self.endpoint(&setup.endpoint)?;
        self.place_at(site, &setup.namespace).map(|_| ())
    }

    fn endpoint(&self, name: &str) -> Result<usize, WorldRejection> {
        let site = self.endpoints.get(name).copied();
        site.ok_or_else(|| WorldRejection::NoEndpoint(name.to_owned()))
    }

    pub(super) fn fleet(&self, name: &str) -> Result<usize, WorldRejection> {
        let index = self.fleets.iter().position(|fleet| fleet.setup.name == name);
        index.ok_or_else(|| WorldRejection::NoFleet(name.to_owned()))
    }

    pub(super) fn add_fleet(
        &mut self,
        setup: &FleetSetup,
    ) -> Result<WorldEventKind, WorldRejection> {
        let site = self.endpoint(&setup.endpoint)?;
        let numbers = setup.first_key..setup.first_key + setup.keys;
        let keys: Vec<KeyId> = numbers.map(|number| self.single(generated_key(number))).collect();
        let places = 0..self.sites.len();
        let places = places.map(|site| self.place_at(site, &setup.namespace).ok()).collect();
        self.fleets.push(Fleet {
            setup: setup.clone(),
            keys,
            places,
            instances: vec![InstanceView { site, up: true }; setup.instances as usize],
            next: 0,
            base: (0, self.now_ms),
            paused_at_ms: None,
            paused_ms: 0,
            roll: None,
            counts: FleetCounts::default(),
        });
        Ok(WorldEventKind::FleetStarted { fleet: setup.name.clone() })
    }

    pub(super) fn check_restart(&self, name: &str, each_ms: u64) -> Result<(), WorldRejection> {
        let fleet = &self.fleets[self.fleet(name)?];
        refuse(fleet.is_paused(), || WorldRejection::Paused(name.to_owned()))?;
        refuse(fleet.roll.is_some(), || WorldRejection::Restarting(name.to_owned()))?;
        in_range("the restart of an instance in milliseconds", each_ms, 1, MAX_RESTART_MS)
    }

    pub(super) fn restart(
        &mut self,
        name: &str,
        each_ms: u64,
    ) -> Result<WorldEventKind, WorldRejection> {
        let index = self.fleet(name)?;
        let fleet = &mut self.fleets[index];
        fleet.instances[0].up = false;
        fleet.roll = Some(Roll { instance: 0, each_ms, back_ms: self.now_ms + each_ms });
        Ok(WorldEventKind::RestartBegan { fleet: name.to_owned() })
    }

    /// Stops all instances, also those of a rolling restart, which ends with it.
    pub(super) fn pause(&mut self, name: &str) -> Result<WorldEventKind, WorldRejection> {
        let index = self.fleet(name)?;
        let fleet = &mut self.fleets[index];
        fleet.paused_at_ms = Some(self.now_ms);
        fleet.roll = None;
        fleet.instances.iter_mut().for_each(|instance| instance.up = false);
        Ok(WorldEventKind::Paused { fleet: name.to_owned() })
    }

    /// Starts all instances, so each finds the site that the endpoint means now.
    pub(super) fn resume(&mut self, name: &str) -> Result<WorldEventKind, WorldRejection> {
        let index = self.fleet(name)?;
        let site = self.endpoint(&self.fleets[index].setup.endpoint)?;
        let fleet = &mut self.fleets[index];
        let paused_ms = fleet.paused_at_ms.take().map_or(0, |at_ms| self.now_ms - at_ms);
        fleet.paused_ms += paused_ms;
        fleet.base = (fleet.next, self.now_ms);
        fleet.instances.fill(InstanceView { site, up: true });
        Ok(WorldEventKind::Resumed { fleet: name.to_owned(), paused_ms })
    }

    /// Does what a fleet does now.
    pub(super) fn operate(&mut self, index: usize, told: &mut Vec<WorldEvent>) {
        if self.fleets[index].is_paused() {
            return;
        }
        while let Some(roll) = self.fleets[index].roll.filter(|roll| roll.back_ms <= self.now_ms) {
            self.roll_on(index, roll, told);
        }
        while self.fleets[index].next_ms() <= self.now_ms {
            self.operate_once(index);
        }
    }

    /// An instance is back, and the next one goes down.
    fn roll_on(&mut self, index: usize, roll: Roll, told: &mut Vec<WorldEvent>) {
        let fleet = &mut self.fleets[index];
        let site = self.endpoints.get(&fleet.setup.endpoint).copied();
        let instance = &mut fleet.instances[roll.instance];
        *instance = InstanceView { site: site.unwrap_or(instance.site), up: true };
        let next = roll.instance + 1;
        if next < fleet.instances.len() {
            fleet.instances[next].up = false;
            let back_ms = roll.back_ms + roll.each_ms;
            fleet.roll = Some(Roll { instance: next, back_ms, ..roll });
        } else {
            fleet.roll = None;
            let kind = WorldEventKind::RestartDone { fleet: fleet.setup.name.clone() };
            told.push(WorldEvent { at_ms: self.now_ms, kind });
        }
    }

    fn operate_once(&mut self, index: usize) {
        let fleet = &mut self.fleets[index];
        let Operation { instance, key, writes } = fleet.take_next();
        let InstanceView { site, up } = fleet.instances[instance];
        if !up {
            fleet.counts.not_sent += 1;
            return;
        }
        let Some(place) = fleet.places[site] else {
            fleet.counts.refused.no_answer += 1;
            return;
        };
        let told = if !writes {
            self.read(place, key, None, ReadMode::Session).1
        } else if self.places[place].takes_clients {
            let value = self.next_value(place);
            self.write(place, key, value, None).1
        } else {
            self.sites[site].counts.refused.forbidden += 1;
            Told::Forbidden
        };
        let counts = &mut self.fleets[index].counts;
        told.count(&mut counts.refused, 1);
        match told {
            Told::Done if writes => counts.writes += 1,
            Told::Done => counts.reads += 1,
            Told::Stale => {
                counts.reads += 1;
                counts.stale += 1;
            }
            Told::NoAnswer | Told::Refused(_) | Told::Forbidden => {}
        }
    }
}
