//! How the view of a world is made.
//!
//! Invariant: looking changes nothing. Not here: what is counted (see `truth`, `client`, `shipping`).

use crate::id::Digest;
use crate::world::backup::BackupState;
use crate::world::fleet::Fleet;
use crate::world::keys::KeyId;
use crate::world::ship::{Ship, State};
use crate::world::state::World;
use crate::world::view::{
    BackupView, CopyView, FleetView, KeyView, SAMPLES, ShipView, SiteCounts, SiteView, WorldView,
};

impl World {
    /// Everything that a front end needs beside the clusters (see [`World::cluster`]).
    #[must_use]
    pub fn view(&self) -> WorldView {
        let ships: Vec<ShipView> = self.ships.iter().map(|ship| self.ship_view(ship)).collect();
        WorldView {
            time_ms: self.now_ms,
            sites: (0..self.sites.len()).map(|site| self.site_view(site)).collect(),
            diverged: self.groups.iter().map(|group| group.diverged).sum(),
            waiting: ships.iter().map(|ship| ship.waiting).sum(),
            lag_ms: ships.iter().map(|ship| ship.lag_ms).max().unwrap_or(0),
            ships,
            fleets: self.fleets.iter().map(|fleet| self.fleet_view(fleet)).collect(),
            endpoints: self.endpoints.iter().map(|(name, site)| (name.clone(), *site)).collect(),
            backups: self.backup_views(),
            bench: self.bench.iter().map(|(group, key)| self.key_view(*group, *key)).collect(),
            samples: self.samples(),
        }
    }

    /// What each site has of one record; `None` when no site has a namespace of that name.
    #[must_use]
    pub fn record(&self, namespace: &str, key: Digest) -> Option<KeyView> {
        let group = self.groups.iter().position(|group| group.name == namespace)?;
        let known = self.keys.find(&key).or_else(|| self.keys.share_of(&key));
        let view = known.map(|known| self.key_view(group, known));
        Some(view.map_or_else(
            || KeyView {
                namespace: namespace.to_owned(),
                key,
                records: 1,
                copies: Vec::new(),
                on_its_way: 0,
                diverged: false,
            },
            |view| KeyView { key, records: 1, ..view },
        ))
    }

    fn site_view(&self, site: usize) -> SiteView {
        let of_site = || self.places.iter().filter(move |place| place.site == site);
        let mut counts = SiteCounts { records: 0, missing: 0, ..self.sites[site].counts };
        for place in of_site() {
            let group = &self.groups[place.group];
            counts.records += group.there[place.in_group];
            counts.missing += group.missing[place.in_group];
        }
        let limited = of_site().filter(|place| !(place.takes_xdr && place.takes_clients));
        let allows = limited.map(|place| {
            let name = self.groups[place.group].name.clone();
            (name, place.takes_xdr, place.takes_clients)
        });
        SiteView { name: self.sites[site].name.clone(), counts, allows: allows.collect() }
    }

    fn ship_view(&self, ship: &Ship) -> ShipView {
        let (mut ready, mut held, mut blocked, mut on_link) = (0, 0, 0, 0);
        for (key, state) in ship.on_way() {
            let count = match state {
                Some(State::Ready) => &mut ready,
                Some(State::Held) => &mut held,
                Some(State::Blocked) => &mut blocked,
                None => &mut on_link,
            };
            *count += u64::from(self.keys.records(key));
        }
        ShipView {
            way: ship.setup.way.clone(),
            mode: ship.setup.mode,
            delay_ms: ship.setup.delay_ms,
            records_per_s: ship.setup.records_per_s,
            connected: ship.connected,
            ready,
            held,
            blocked,
            on_link,
            waiting: ready + held + blocked + on_link,
            lag_ms: ship.lag_ms(self.now_ms),
            shipped: ship.shipped,
            abandoned: ship.abandoned,
            queue_lost: ship.queue_lost,
            to_scan: crate::convert::count(ship.to_scan.len()),
        }
    }

    fn fleet_view(&self, fleet: &Fleet) -> FleetView {
        FleetView {
            setup: fleet.setup.clone(),
            instances: fleet.instances.clone(),
            paused: fleet.is_paused(),
            paused_ms: fleet.paused_ms(self.now_ms),
            to_restart: fleet.to_restart().map(crate::convert::count),
            counts: fleet.counts,
        }
    }

    fn backup_views(&self) -> Vec<BackupView> {
        let view = |(name, backup): (&String, &BackupState)| BackupView {
            name: name.clone(),
            place: backup.place.clone(),
            taken_ms: backup.taken_ms,
            records: backup.count(&self.keys),
            missing: backup.missing,
        };
        self.backups.iter().map(view).collect()
    }

    fn samples(&self) -> Vec<KeyView> {
        let groups = self.groups.iter().enumerate().filter(|(_, group)| group.diverged > 0);
        let diverged = groups.flat_map(|(index, group)| {
            let some = self.keys.ids().filter(move |key| group.is_diverged(*key));
            some.map(move |key| (index, key))
        });
        let others = diverged.filter(|(group, key)| !self.groups[*group].is_on_bench(*key));
        others.take(SAMPLES).map(|(group, key)| self.key_view(group, key)).collect()
    }

    fn key_view(&self, group: usize, key: KeyId) -> KeyView {
        let digest = self.keys.digest(key);
        let known = &self.groups[group];
        let copy = |place: &usize| {
            let state = &self.places[*place];
            let stored = state.with_value(key, state.now(key));
            let current = self.sites[state.site].cluster.current(state.namespace, digest);
            CopyView {
                site: state.site,
                value: stored.map(|stored| stored.value),
                updated_ms: stored.map(|stored| stored.updated_ms),
                generation: current.ok().flatten().map(|(_, generation)| generation),
            }
        };
        KeyView {
            namespace: known.name.clone(),
            key: digest,
            records: self.keys.records(key),
            copies: known.places.iter().map(copy).collect(),
            on_its_way: known.on_way(key),
            diverged: known.is_diverged(key),
        }
    }
}
