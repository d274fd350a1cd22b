//! The world: the state, and the one way to change it.
//!
//! Invariant: [`World::apply`] and [`World::advance`] are the only mutations; a command that [`World::check`] refuses
//! changes nothing. [`World::apply`] and [`World::advance`] assert what holds between them. Not here: what commands do and
//! how time passes, which stand in other files as parts of `impl World`.

use std::collections::BTreeMap;

use crate::cluster::Cluster;
use crate::command::Command;
use crate::event::{Event, EventKind};
use crate::id::Digest;
use crate::world::backup::BackupState;
use crate::world::command::{
    MAX_SITES, Place, SiteSetup, WorldCommand, WorldRejection, WorldSetup, WorldSetupError, refuse,
};
use crate::world::event::{WorldEvent, WorldEventKind};
use crate::world::fleet::Fleet;
use crate::world::keys::{Fork, KeyId, Keys, is_share};
use crate::world::place::PlaceState;
use crate::world::ship::Ship;
use crate::world::site::{Site, stirs};
use crate::world::truth::Group;

/// One to four clusters on one simulated clock.
///
/// ```
/// use rosterlab_engine::world::*;
/// use rosterlab_engine::{ClusterSetup, Command, NodeSetup, RackId, Until};
///
/// let site = |name: &str| {
///     let node = |id: &str| NodeSetup::new(id.parse().unwrap(), RackId::NONE);
///     let cluster = ClusterSetup::of(["A1", "A2", "A3"].map(node).to_vec(), 2);
///     SiteSetup { name: name.into(), cluster }
/// };
/// let mut world = World::new(WorldSetup { sites: vec![site("old"), site("new")] }).unwrap();
/// let way = Way { from: "old".into(), to: "new".into(), namespace: "main".into() };
/// let (delay_ms, mode) = (200, XdrMode::V4);
/// let ship = ShipSetup { way, delay_ms, records_per_s: None, mode, rewind: None };
/// world.apply(&WorldCommand::Ship(ship)).unwrap();
/// let command = Command::Write { namespace: "main".into(), key: generated_key(7), from: None };
/// world.apply(&WorldCommand::Site { site: None, command }).unwrap();
/// world.advance(WorldUntil::Sites(Until::Time(199)));
/// assert_eq!(world.view().waiting, 1);
/// world.advance(WorldUntil::Sites(Until::Time(200)));
/// assert_eq!((world.view().waiting, world.view().sites[1].counts.records), (0, 1));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    pub(super) now_ms: u64,
    pub(super) sites: Vec<Site>,
    pub(super) places: Vec<PlaceState>,
    pub(super) groups: Vec<Group>,
    pub(super) keys: Keys,
    pub(super) ships: Vec<Ship>,
    pub(super) fleets: Vec<Fleet>,
    pub(super) endpoints: BTreeMap<String, usize>,
    pub(super) backups: BTreeMap<String, BackupState>,
    /// The number of writes that clients sent so far.
    pub(super) writes: u64,
    /// What a person wrote or read by itself: the group and the record, in the order of first use.
    pub(super) bench: Vec<(usize, KeyId)>,
}

impl World {
    /// A world whose clusters begin as their setups say.
    ///
    /// # Errors
    /// When the setup breaks a limit.
    pub fn new(setup: WorldSetup) -> Result<Self, WorldSetupError> {
        let count = setup.sites.len();
        if !(1..=MAX_SITES).contains(&count) {
            return Err(WorldSetupError::SiteCount(count));
        }
        let mut world = Self {
            now_ms: 0,
            sites: Vec::new(),
            places: Vec::new(),
            groups: Vec::new(),
            keys: Keys::default(),
            ships: Vec::new(),
            fleets: Vec::new(),
            endpoints: BTreeMap::new(),
            backups: BTreeMap::new(),
            writes: 0,
            bench: Vec::new(),
        };
        for (index, SiteSetup { name, cluster }) in setup.sites.into_iter().enumerate() {
            let is_taken = world.sites.iter().any(|site| site.name == name);
            if name.is_empty() || is_taken {
                return Err(WorldSetupError::SiteName { index });
            }
            let cluster =
                Cluster::new(cluster).map_err(|why| WorldSetupError::Site { index, why })?;
            world.add_site(name, cluster);
        }
        Ok(world)
    }

    pub(super) fn add_site(&mut self, name: String, cluster: Cluster) {
        let site = self.sites.len();
        for (namespace, settings) in cluster.setup().namespaces.iter().enumerate() {
            let known = self.groups.iter().position(|group| group.name == settings.name);
            let group = known.unwrap_or_else(|| {
                self.groups.push(Group::new(settings.name.clone()));
                self.groups.len() - 1
            });
            let in_group = self.groups[group].places.len();
            self.groups[group].add(self.places.len());
            self.places.push(PlaceState::new(site, namespace, group, in_group));
        }
        self.sites.push(Site::new(name, cluster));
    }

    /// Simulated milliseconds since the world was made.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// The names of the sites, in their order.
    #[must_use]
    pub fn site_names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.sites.iter().map(|site| site.name.as_str())
    }

    /// A site's cluster; `None` when there is no such site.
    #[must_use]
    pub fn cluster(&self, site: &str) -> Option<&Cluster> {
        self.sites.iter().find(|one| one.name == site).map(|one| &one.cluster)
    }

    /// Whether a command can be done now. Buttons ask this.
    ///
    /// # Errors
    /// The rejection that [`World::apply`] would return.
    pub fn check(&self, command: &WorldCommand) -> Result<(), WorldRejection> {
        match command {
            WorldCommand::Site { site, command } => self.check_site(site.as_deref(), command),
            WorldCommand::Ship(setup) => self.check_ship(setup),
            WorldCommand::Unship(way) => self.ship_on(way).map(|_| ()),
            WorldCommand::Disconnect(way) => {
                let ship = self.ship_on(way)?;
                refuse(!self.ships[ship].connected, || WorldRejection::Disconnected(way.clone()))
            }
            WorldCommand::Reconnect(way) => {
                let ship = self.ship_on(way)?;
                refuse(self.ships[ship].connected, || WorldRejection::Connected(way.clone()))
            }
            WorldCommand::Allow { place, .. } => self.place(place).map(|_| ()),
            WorldCommand::Load { place, first, records } => {
                self.place(place)?;
                self.check_load(*first, *records)
            }
            WorldCommand::Backup { place, name } => {
                self.place(place)?;
                self.check_backup(name)
            }
            WorldCommand::Restore { place, name, .. } => {
                self.place(place)?;
                let known = self.backups.contains_key(name);
                refuse(!known, || WorldRejection::NoBackup(name.clone()))
            }
            WorldCommand::Repoint { site, .. } => self.site(site).map(|_| ()),
            WorldCommand::Fleet(setup) => self.check_fleet(setup),
            WorldCommand::Restart { fleet, each_ms } => self.check_restart(fleet, *each_ms),
            WorldCommand::Pause { fleet } => {
                let index = self.fleet(fleet)?;
                let paused = self.fleets[index].is_paused();
                refuse(paused, || WorldRejection::Paused(fleet.clone()))
            }
            WorldCommand::Resume { fleet } => {
                let index = self.fleet(fleet)?;
                let paused = self.fleets[index].is_paused();
                refuse(!paused, || WorldRejection::NotPaused(fleet.clone()))
            }
        }
    }

    /// Does a command. What takes time happens in [`World::advance`].
    ///
    /// # Errors
    /// When it cannot be done now; then nothing has changed.
    pub fn apply(&mut self, command: &WorldCommand) -> Result<Vec<WorldEvent>, WorldRejection> {
        self.check(command)?;
        let events = match command {
            WorldCommand::Site { site, command } => self.do_at(site.as_deref(), command)?,
            WorldCommand::Ship(setup) => vec![self.add_ship(setup)?],
            WorldCommand::Unship(way) => vec![self.remove_ship(way)?],
            WorldCommand::Disconnect(way) => self.disconnect(way)?,
            WorldCommand::Reconnect(way) => vec![self.reconnect(way)?],
            WorldCommand::Allow { place, xdr_writes, nonxdr_writes } => {
                let state = self.place(place)?;
                let state = &mut self.places[state];
                (state.takes_xdr, state.takes_clients) = (*xdr_writes, *nonxdr_writes);
                let (place, xdr_writes, nonxdr_writes) =
                    (place.clone(), *xdr_writes, *nonxdr_writes);
                vec![WorldEventKind::Allowed { place, xdr_writes, nonxdr_writes }]
            }
            WorldCommand::Load { place, first, records } => {
                vec![self.load(place, *first, *records)?]
            }
            WorldCommand::Backup { place, name } => vec![self.back_up(place, name)?],
            WorldCommand::Restore { place, name, policy } => {
                vec![self.restore(place, name, *policy)?]
            }
            WorldCommand::Repoint { endpoint, site } => {
                let index = self.site(site)?;
                self.endpoints.insert(endpoint.clone(), index);
                let (endpoint, site) = (endpoint.clone(), site.clone());
                vec![WorldEventKind::Repointed { endpoint, site }]
            }
            WorldCommand::Fleet(setup) => vec![self.add_fleet(setup)?],
            WorldCommand::Restart { fleet, each_ms } => vec![self.restart(fleet, *each_ms)?],
            WorldCommand::Pause { fleet } => vec![self.pause(fleet)?],
            WorldCommand::Resume { fleet } => vec![self.resume(fleet)?],
        };
        self.look_up_stale();
        self.assert_invariants();
        let at_ms = self.now_ms;
        Ok(events.into_iter().map(|kind| WorldEvent { at_ms, kind }).collect())
    }

    /// What holds after [`World::apply`] and [`World::advance`]. Release builds only check what is cheap.
    pub(super) fn assert_invariants(&self) {
        for site in &self.sites {
            assert_eq!(site.cluster.now_ms(), self.now_ms, "all sites are at one time");
        }
        if cfg!(debug_assertions) {
            let mut on_way: Vec<Vec<u32>> =
                self.groups.iter().map(|_| vec![0; self.keys.len()]).collect();
            for ship in &self.ships {
                let on_way = &mut on_way[self.places[ship.from].group];
                ship.on_way().for_each(|(key, _)| on_way[key.index()] += 1);
            }
            for (group, on_way) in self.groups.iter().zip(on_way) {
                let is_counted = |key: KeyId| group.on_way(key) == on_way[key.index()];
                assert!(self.keys.ids().all(is_counted), "what is on its way is counted");
            }
        }
    }

    // --- finding things

    pub(super) fn site(&self, name: &str) -> Result<usize, WorldRejection> {
        let index = self.sites.iter().position(|site| site.name == name);
        index.ok_or_else(|| WorldRejection::NoSite(name.to_owned()))
    }

    /// The site that a command means: the first, if it names none.
    pub(super) fn site_meant(&self, name: Option<&str>) -> Result<usize, WorldRejection> {
        name.map_or(Ok(0), |name| self.site(name))
    }

    pub(super) fn place(&self, place: &Place) -> Result<usize, WorldRejection> {
        let site = self.site(&place.site)?;
        self.place_at(site, &place.namespace)
    }

    /// The place of a site's namespace.
    pub(super) fn place_at(&self, site: usize, namespace: &str) -> Result<usize, WorldRejection> {
        let Site { name, cluster, .. } = &self.sites[site];
        let index = cluster
            .namespace_named(namespace)
            .map_err(|why| WorldRejection::Site { site: name.clone(), why })?;
        let is_it = |place: &PlaceState| (place.site, place.namespace) == (site, index);
        Ok(self.places.iter().position(is_it).expect("every namespace has its place"))
    }

    /// A place by its names.
    pub(super) fn place_named(&self, place: usize) -> Place {
        let PlaceState { site, namespace, .. } = self.places[place];
        let Site { name, cluster, .. } = &self.sites[site];
        Place { site: name.clone(), namespace: cluster.settings(namespace).name.clone() }
    }

    /// The key of one record. If it was in a share, it is taken out everywhere.
    pub(super) fn single(&mut self, digest: Digest) -> KeyId {
        let (key, fork) = self.keys.single(digest);
        self.grow();
        self.fork(fork.as_slice());
        key
    }

    /// Everything that is listed by key has room for all keys.
    pub(super) fn grow(&mut self) {
        let keys = self.keys.len();
        self.places.iter_mut().for_each(|place| place.grow(keys));
        self.groups.iter_mut().for_each(|group| group.grow(keys));
    }

    /// Everything that knows a share learns what was told apart from it.
    pub(super) fn fork(&mut self, forks: &[Fork]) {
        for Fork { from, to } in forks.iter().copied() {
            let digests = (self.keys.digest(from), self.keys.digest(to));
            let records = (self.keys.records(from), self.keys.records(to));
            for group in &mut self.groups {
                group.forget(from, records.0 + records.1);
                group.fork(from, to);
            }
            for place in &mut self.places {
                let cluster = &mut self.sites[place.site].cluster;
                let renamed = cluster.copy_record(place.namespace, digests.0, digests.1);
                place.fork(from, to, &renamed);
            }
            for ship in &mut self.ships {
                let group = &mut self.groups[self.places[ship.from].group];
                (0..ship.fork(from, to)).for_each(|_| group.sets_out(to));
            }
            self.backups.values_mut().for_each(|backup| backup.fork(from, to));
            for group in &mut self.groups {
                group.recount(from, records.0, &self.places);
                group.recount(to, records.1, &self.places);
            }
        }
    }

    /// Counts a record of a group anew.
    pub(super) fn recount(&mut self, group: usize, key: KeyId) {
        let records = self.keys.records(key);
        self.groups[group].recount(key, records, &self.places);
    }

    // --- clusters

    pub(super) fn check_site(
        &self,
        site: Option<&str>,
        command: &Command,
    ) -> Result<(), WorldRejection> {
        if let Command::Write { key, .. } | Command::Read { key, .. } = command {
            refuse(is_share(key), || WorldRejection::ReservedKey)?;
        }
        let site = &self.sites[self.site_meant(site)?];
        let why = |why| WorldRejection::Site { site: site.name.clone(), why };
        site.cluster.check(command).map_err(why)
    }

    pub(super) fn do_at(
        &mut self,
        site: Option<&str>,
        command: &Command,
    ) -> Result<Vec<WorldEventKind>, WorldRejection> {
        let site = self.site_meant(site)?;
        match command {
            Command::Write { namespace, key, from } => {
                let place = self.place_at(site, namespace)?;
                return Ok(vec![self.write_once(place, *key, *from)]);
            }
            Command::Read { namespace, key, from, mode } => {
                let place = self.place_at(site, namespace)?;
                return Ok(vec![self.read_once(place, *key, *from, *mode)]);
            }
            _ => {}
        }
        let Site { name, cluster, .. } = &mut self.sites[site];
        let events = cluster
            .apply(command)
            .map_err(|why| WorldRejection::Site { site: name.clone(), why })?;
        self.sites[site].look_ahead();
        let mut told = Vec::new();
        self.happened(site, events, &mut told);
        Ok(told.into_iter().map(|event| event.kind).collect())
    }

    /// Takes in what happened in a site's cluster: what is lost, what queues lost, what can be sent now.
    pub(super) fn happened(&mut self, site: usize, events: Vec<Event>, told: &mut Vec<WorldEvent>) {
        self.sites[site].is_stale = true;
        let is_stirred = events.iter().any(|event| stirs(&event.kind));
        for Event { at_ms, kind } in events {
            if let EventKind::WriteLost { key, .. } = &kind {
                let records = self.records_of(key);
                self.sites[site].counts.lost += records;
            }
            let mut kinds = Vec::new();
            self.queues_lose(site, &kind, &mut kinds);
            let site = self.sites[site].name.clone();
            kinds.insert(0, WorldEventKind::Site { site, kind });
            told.extend(kinds.into_iter().map(|kind| WorldEvent { at_ms, kind }));
        }
        if is_stirred {
            let mut kinds = Vec::new();
            self.stir(site, &mut kinds);
            let at_ms = self.now_ms;
            told.extend(kinds.into_iter().map(|kind| WorldEvent { at_ms, kind }));
        }
    }

    /// How many records a digest of a cluster stands for.
    pub(super) fn records_of(&self, digest: &Digest) -> u64 {
        self.keys.any(digest).map_or(1, |key| u64::from(self.keys.records(key)))
    }

    /// Looks up what records hold at the sites where that may have changed.
    pub(super) fn look_up_stale(&mut self) {
        for place in 0..self.places.len() {
            let PlaceState { site, group, .. } = self.places[place];
            if !self.sites[site].is_stale {
                continue;
            }
            for key in self.keys.ids() {
                let state = &self.places[place];
                let now = state.look_up(key, &self.sites[site].cluster, self.keys.digest(key));
                if self.places[place].set_now(key, now) {
                    self.recount(group, key);
                }
            }
        }
        self.sites.iter_mut().for_each(|site| site.is_stale = false);
    }
}
