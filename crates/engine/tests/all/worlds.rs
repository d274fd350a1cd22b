//! Random worlds against the model of records, and that the model notices wrong rules (domain.md §13 to §15).

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestError};
use rosterlab_engine::world::{
    FleetSetup, RestorePolicy, Rewind, ShipSetup, SiteSetup, World, WorldCommand, WorldEventKind,
    WorldSetup, WorldUntil, XdrMode, generated_key,
};
use rosterlab_engine::{
    Cluster, ClusterSetup, Command, Digest, Event, Mode, NodeId, ReadMode, Rules, Shutdown, Until,
};

use crate::common::naive::{Naive, TICK_MS, Wrong};
use crate::common::sites::{place, way};
use crate::common::world::{Deed as ClusterDeed, World as Alone, deed as cluster_deed};
use crate::common::{crash, setup};
use crate::properties::{any_free_setup, runner};

const SITES: [&str; 3] = ["a", "b", "c"];
const ENDPOINTS: [&str; 2] = ["db", "cache"];

/// One thing that happens. Sites, ships and names are small numbers that mean some that there is.
#[derive(Clone, Debug)]
enum Deed {
    Write(u8, u8),
    Read(u8, u8),
    Load(u8, u8, u8),
    Stop(u8, u8, Shutdown),
    Start(u8),
    Wipe(u8, u8),
    Revive(u8),
    Cut(u8, u8),
    Heal(u8),
    Ship { way: u8, delay: u8, per_s: Option<u8>, rewinds: Option<u8>, resolves: bool },
    Unship(u8),
    Connect(u8, bool),
    Allow(u8, bool, bool),
    BackUp(u8, bool),
    Restore(u8, bool, u8),
    Fleet(u8, u8, u8, u8),
    Repoint(u8, u8),
    Restart(u8, u8),
    Pause(u8, bool),
    Pass(u8),
}

fn deed() -> impl Strategy<Value = Deed> {
    let n = any::<u8>;
    let shutdown = prop_oneof![Just(Shutdown::Clean), Just(Shutdown::Unclean)];
    let ship = (n(), n(), any::<Option<u8>>(), any::<Option<u8>>(), any::<bool>());
    let ship = ship.prop_map(|(way, delay, per_s, rewinds, resolves)| {
        let per_s = per_s.filter(|per_s| per_s % 3 == 0);
        Deed::Ship { way, delay, per_s, rewinds, resolves }
    });
    prop_oneof![
        12 => (n(), n()).prop_map(|(site, key)| Deed::Write(site, key)),
        3 => (n(), n()).prop_map(|(site, key)| Deed::Read(site, key)),
        1 => (n(), n(), n()).prop_map(|(site, first, records)| Deed::Load(site, first, records)),
        2 => (n(), n(), shutdown).prop_map(|(site, nodes, how)| Deed::Stop(site, nodes, how)),
        3 => n().prop_map(Deed::Start),
        1 => (n(), n()).prop_map(|(site, nodes)| Deed::Wipe(site, nodes)),
        1 => n().prop_map(Deed::Revive),
        1 => (n(), n()).prop_map(|(site, nodes)| Deed::Cut(site, nodes)),
        1 => n().prop_map(Deed::Heal),
        6 => ship,
        1 => n().prop_map(Deed::Unship),
        4 => (n(), any::<bool>()).prop_map(|(way, on)| Deed::Connect(way, on)),
        1 => (n(), n(), n()).prop_map(|(site, xdr, clients)| Deed::Allow(site, xdr % 4 > 0, clients % 4 > 0)),
        1 => (n(), any::<bool>()).prop_map(|(site, name)| Deed::BackUp(site, name)),
        2 => (n(), any::<bool>(), n()).prop_map(|(site, name, policy)| Deed::Restore(site, name, policy)),
        1 => (n(), n(), n(), n()).prop_map(|(a, b, c, d)| Deed::Fleet(a, b, c, d)),
        2 => (n(), n()).prop_map(|(endpoint, site)| Deed::Repoint(endpoint, site)),
        1 => (n(), n()).prop_map(|(fleet, ms)| Deed::Restart(fleet, ms)),
        2 => (n(), any::<bool>()).prop_map(|(fleet, on)| Deed::Pause(fleet, on)),
        14 => n().prop_map(Deed::Pass),
    ]
}

/// Two or three sites of three or four nodes, sometimes available, sometimes with commit-to-device.
fn any_setups() -> impl Strategy<Value = Vec<ClusterSetup>> {
    vec(any::<u8>(), 2..=3).prop_map(|marks| {
        let site = |mark: u8| {
            let nodes = if mark.is_multiple_of(2) { "B1 B2 B3" } else { "B1@1 B2@1 B3@2 B4@2" };
            let mut setup = setup(nodes, 2);
            if mark.is_multiple_of(5) {
                setup.namespaces[0].mode = Mode::Available;
            }
            setup.namespaces[0].commit_to_device = mark.is_multiple_of(7);
            // A round of migrations a tick.
            setup.migration_rate_per_s = 20;
            setup
        };
        marks.into_iter().map(site).collect()
    })
}

/// A world and its model, to which the same is done.
struct Pair {
    world: World,
    /// The same world, whose time passes in pieces.
    twin: World,
    model: Naive,
    sites: usize,
}

fn key(n: u8) -> Digest {
    if n % 8 < 6 { generated_key(u32::from(n % 8)) } else { Digest([n % 8; 20]) }
}

impl Pair {
    fn new(setups: Vec<ClusterSetup>, wrong: Wrong) -> Self {
        let named = SITES.iter().zip(setups.clone());
        let sites =
            named.map(|(name, cluster)| SiteSetup { name: (*name).into(), cluster }).collect();
        let world = World::new(WorldSetup { sites }).unwrap();
        let endpoint = |name: &&str| WorldCommand::Repoint {
            endpoint: (*name).to_string(),
            site: SITES[0].into(),
        };
        let (twin, sites) = (world.clone(), setups.len());
        let mut pair = Self { world, twin, sites, model: Naive::new(setups, wrong) };
        for name in &ENDPOINTS {
            pair.do_one(&endpoint(name));
            pair.model.repoint(name, 0);
        }
        pair
    }

    fn site(&self, n: u8) -> usize {
        usize::from(n) % self.sites
    }

    /// Two different sites.
    fn ends(&self, n: u8) -> (usize, usize) {
        let (from, further) = (self.site(n), usize::from(n) / self.sites % (self.sites - 1));
        (from, (from + 1 + further) % self.sites)
    }

    fn nodes(&self, site: usize, mask: u8, up: bool) -> Vec<NodeId> {
        let view = self.world.cluster(SITES[site]).unwrap().view();
        let nodes = view.nodes.iter().enumerate();
        let picked = nodes.filter(|(n, node)| mask >> n & 1 == 1 && node.state.is_up() == up);
        picked.map(|(_, node)| node.id).collect()
    }

    /// Does a command if it can be done. Returns whether it could.
    fn do_one(&mut self, command: &WorldCommand) -> bool {
        let checked = self.world.check(command);
        let before = checked.is_err().then(|| self.world.clone());
        let done = self.world.apply(command);
        assert_eq!(checked.err(), done.as_ref().err().cloned(), "{command:?}");
        assert!(before.is_none_or(|before| before == self.world), "a refused command does nothing");
        assert_eq!(self.twin.apply(command), done);
        done.is_ok()
    }

    fn operate(&mut self, site: usize, command: Command) {
        self.model.operate(site, &command);
        self.do_one(&WorldCommand::Site { site: Some(SITES[site].into()), command });
    }

    fn act(&mut self, deed: &Deed) {
        let namespace = || "main".to_string();
        match *deed {
            Deed::Write(site, n) => {
                let (site, key) = (self.site(site), key(n));
                self.model.write(site, key);
                let command = Command::Write { namespace: namespace(), key, from: None };
                self.do_one(&WorldCommand::Site { site: Some(SITES[site].into()), command });
            }
            Deed::Read(site, n) => {
                let (site, key) = (self.site(site), key(n));
                self.model.read(site, key);
                let mode = ReadMode::Session;
                let command = Command::Read { namespace: namespace(), key, from: None, mode };
                self.do_one(&WorldCommand::Site { site: Some(SITES[site].into()), command });
            }
            Deed::Load(site, first, records) => {
                let (site, first) = (self.site(site), u32::from(first % 10));
                let records = u32::from(records % 20) + 1;
                if self.do_one(&WorldCommand::Load { place: place(SITES[site]), first, records }) {
                    self.model.load(site, first, records);
                }
            }
            Deed::Stop(site, mask, shutdown) => {
                let site = self.site(site);
                let nodes = self.nodes(site, mask, true);
                self.operate(site, Command::Stop { nodes, shutdown });
            }
            Deed::Start(site) => {
                let site = self.site(site);
                let nodes = self.nodes(site, 0xff, false);
                self.operate(site, Command::Start { nodes });
            }
            Deed::Wipe(site, mask) => {
                let site = self.site(site);
                let nodes = self.nodes(site, mask, false);
                self.operate(site, Command::Wipe { nodes, device: None });
            }
            Deed::Revive(site) => {
                let site = self.site(site);
                self.operate(site, Command::Revive { namespace: namespace(), nodes: None });
                self.operate(site, Command::Recluster { on: None });
            }
            Deed::Cut(site, mask) => {
                let site = self.site(site);
                let (one, other) = (self.nodes(site, mask, true), self.nodes(site, !mask, true));
                self.operate(site, Command::Cut { between: vec![one, other] });
            }
            Deed::Heal(site) => {
                let site = self.site(site);
                self.operate(site, Command::Heal { between: None });
            }
            Deed::BackUp(site, name) => {
                let (site, name) = (self.site(site), if name { "x" } else { "y" });
                self.model.back_up(site, name);
                let command = WorldCommand::Backup { place: place(SITES[site]), name: name.into() };
                self.do_one(&command);
            }
            Deed::Restore(site, name, policy) => {
                let (site, name) = (self.site(site), if name { "x" } else { "y" });
                let policy = match policy % 3 {
                    0 => RestorePolicy::UnlessNewerGeneration,
                    1 => RestorePolicy::Unique,
                    _ => RestorePolicy::Replace,
                };
                self.model.restore(site, name, policy);
                let (place, name) = (place(SITES[site]), name.into());
                self.do_one(&WorldCommand::Restore { place, name, policy });
            }
            Deed::Allow(site, xdr_writes, nonxdr_writes) => {
                let site = self.site(site);
                self.model.allow(site, xdr_writes, nonxdr_writes);
                let place = place(SITES[site]);
                self.do_one(&WorldCommand::Allow { place, xdr_writes, nonxdr_writes });
            }
            Deed::Pass(n) => self.pass(u64::from(n % 64) * TICK_MS),
            _ => self.act_on_ships_and_fleets(deed),
        }
    }

    fn act_on_ships_and_fleets(&mut self, deed: &Deed) {
        let fleet = |n: u8| (usize::from(n % 2), ENDPOINTS[usize::from(n % 2)].to_string());
        match *deed {
            Deed::Ship { way: n, delay, per_s, rewinds, resolves } => {
                let (from, to) = self.ends(n);
                // Each of these divides a second into whole ticks.
                let per_s = per_s.map(|n| [1, 2, 4, 5, 10, 20][usize::from(n) % 6]);
                let delay_ms = u64::from(delay % 8) * TICK_MS;
                let rewind = rewinds
                    .filter(|_| resolves)
                    .map(|n| if n % 3 > 0 { Rewind::Back(u64::from(n) * 50) } else { Rewind::All });
                let mode = if resolves { XdrMode::V5_4 } else { XdrMode::V4 };
                let way = way(SITES[from], SITES[to]);
                let (records_per_s, ms) = (per_s, u32::try_from(delay_ms).unwrap());
                let setup = ShipSetup { way, delay_ms: ms, records_per_s, mode, rewind };
                self.do_one(&WorldCommand::Ship(setup));
                self.model.ship(from, to, delay_ms, per_s.map(u64::from), rewind, resolves);
            }
            Deed::Unship(n) => {
                let (from, to) = self.ends(n);
                self.model.unship(from, to);
                self.do_one(&WorldCommand::Unship(way(SITES[from], SITES[to])));
            }
            Deed::Connect(n, on) => {
                let (from, to) = self.ends(n);
                self.model.connect(from, to, on);
                let way = way(SITES[from], SITES[to]);
                let command =
                    if on { WorldCommand::Reconnect(way) } else { WorldCommand::Disconnect(way) };
                self.do_one(&command);
            }
            Deed::Fleet(n, instances, keys, mix) => {
                let endpoint = fleet(n).1;
                let name = ENDPOINTS[self.world.view().fleets.len() % 2].to_string();
                let (instances, keys) = (u32::from(instances % 4) + 1, u32::from(keys % 8) + 1);
                let (reads, writes) = (u32::from(mix % 3), u32::from(mix / 3 % 3) + 1);
                let setup = FleetSetup {
                    name,
                    instances,
                    endpoint: endpoint.clone(),
                    namespace: "main".into(),
                    first_key: 0,
                    keys,
                    reads,
                    writes,
                    // Not more than one operation a tick, so that each falls on one.
                    rate_per_s: if instances == 3 { 0 } else { 20 / instances },
                };
                if self.do_one(&WorldCommand::Fleet(setup.clone())) {
                    let mix = (reads.into(), writes.into());
                    let rate = setup.rate_per_s.into();
                    self.model.fleet(&endpoint, instances as usize, keys, mix, rate);
                }
            }
            Deed::Repoint(n, site) => {
                let (endpoint, site) = (fleet(n).1, self.site(site));
                self.model.repoint(&endpoint, site);
                let site = SITES[site].into();
                self.do_one(&WorldCommand::Repoint { endpoint, site });
            }
            Deed::Restart(n, ms) => {
                let (index, fleet) = fleet(n);
                let each_ms = (u64::from(ms % 8) + 1) * TICK_MS;
                self.do_one(&WorldCommand::Restart { fleet, each_ms });
                self.model.restart(index, each_ms);
            }
            Deed::Pause(n, on) => {
                let (index, fleet) = fleet(n);
                let pause =
                    if on { WorldCommand::Pause { fleet } } else { WorldCommand::Resume { fleet } };
                self.do_one(&pause);
                self.model.pause(index, on);
            }
            _ => unreachable!("{deed:?}"),
        }
    }

    fn pass(&mut self, ms: u64) {
        let end_ms = self.world.now_ms() + ms;
        let until = WorldUntil::Sites(Until::Time(end_ms));
        let whole = self.world.advance(until);
        let mut pieces = Vec::new();
        loop {
            let by_ms = self.twin.now_ms() + 137;
            let (events, reached) = self.twin.advance_by(until, by_ms, None);
            pieces.extend(events);
            if reached {
                break;
            }
        }
        assert_eq!(whole, pieces);
        assert!(self.world == self.twin, "time that passes in pieces gives the same");
        self.model.pass(ms);
    }

    fn check(&self) -> Result<(), String> {
        let value = |site: usize, key: Digest| {
            let copies = self.world.record("main", key).unwrap().copies;
            let copy = copies.iter().find(|copy| copy.site == site);
            copy.and_then(|copy| copy.value).map_or(0, |value| value.write)
        };
        self.model.differs(&self.world.view(), value)
    }
}

type History = (Vec<ClusterSetup>, Vec<Deed>);

fn agree((setups, deeds): History, wrong: Wrong) -> Result<(), TestCaseError> {
    let mut pair = Pair::new(setups, wrong);
    for (n, deed) in deeds.iter().enumerate() {
        pair.act(deed);
        let why = |why| TestCaseError::fail(format!("after {deed:?}, the {n}th: {why}"));
        pair.check().map_err(why)?;
    }
    pair.pass(5_000);
    pair.check().map_err(TestCaseError::fail)
}

/// Runs 150 worlds. `ROSTERLAB_HISTORIES=20` runs 3000.
#[test]
fn random_worlds_do_what_the_model_of_records_does() {
    let histories = (any_setups(), vec(deed(), 30..50));
    runner(150, 4_000).run(&histories, |history| agree(history, Wrong::Nothing)).unwrap();
}

#[test]
fn every_wrong_rule_is_noticed() {
    for wrong in [
        Wrong::Forwards,
        Wrong::LaterWins,
        Wrong::AsQueued,
        Wrong::ShipsAll,
        Wrong::CutLoses,
        Wrong::GenerationsTravel,
        Wrong::NoticesAtOnce,
    ] {
        let histories = (any_setups(), vec(deed(), 30..50));
        let found = if wrong == Wrong::GenerationsTravel {
            agree(often_written(), wrong).is_err()
        } else {
            let found = runner(150, 0).run(&histories, |history| agree(history, wrong));
            matches!(found, Err(TestError::Fail(..)))
        };
        assert!(found, "{wrong:?} is not noticed");
    }
    agree(often_written(), Wrong::Nothing).unwrap();
}

/// A record that is written often and saved; then a ship brings it once, and the backup is restored over it. By chance that
/// hardly happens.
fn often_written() -> History {
    let ship = Deed::Ship { way: 0, delay: 4, per_s: None, rewinds: None, resolves: false };
    let mut deeds = vec![Deed::Write(0, 1); 4];
    deeds.extend([Deed::BackUp(0, true), ship, Deed::Write(0, 1), Deed::Pass(20)]);
    deeds.push(Deed::Restore(1, true, 0));
    (vec![setup("B1 B2 B3", 2); 2], deeds)
}

/// A world of one site, without ships and fleets, is its cluster: the same events, and the same state to the last bit.
#[test]
fn a_world_of_one_is_its_cluster() {
    let histories = (any_free_setup(), vec(cluster_deed(), 30..50));
    let same = |(setup, deeds): (ClusterSetup, Vec<ClusterDeed>)| {
        let mut alone = Alone::new(setup.clone(), Rules::default());
        let sites = vec![SiteSetup { name: "one".into(), cluster: setup }];
        let mut world = World::new(WorldSetup { sites }).unwrap();
        for deed in &deeds {
            let (command, until) = alone.meaning(deed);
            let events = alone.events_of(deed);
            let command = command.map(|command| WorldCommand::Site { site: None, command });
            let told = command.and_then(|command| world.apply(&command).ok());
            let mut told = told.unwrap_or_default();
            told.extend(world.advance(WorldUntil::Sites(until)));
            let told = told.into_iter().map(|event| match event.kind {
                WorldEventKind::Site { kind, .. } => Event { at_ms: event.at_ms, kind },
                other => panic!("{other:?}"),
            });
            prop_assert_eq!(told.collect::<Vec<_>>(), events);
            prop_assert!(world.cluster("one") == Some(&alone.cluster));
            prop_assert_eq!(world.now_ms(), alone.cluster.now_ms());
        }
        prop_assert_eq!(world.view().sites[0].counts.lost, alone.cluster.view().lost_writes);
        Ok(())
    };
    runner(60, 500).run(&histories, same).unwrap();
}

/// Sites that settle or migrate together come to what each comes to alone.
#[test]
fn sites_wait_for_each_other_and_migrations_stand_still_meanwhile() {
    for until in [Until::Settled, Until::Migrated { partitions: Some(300) }, Until::Prepared] {
        let setups = ["A1 A2 A3 A4", "B1 B2 B3"].map(|nodes| setup(nodes, 2));
        let mut alone = setups.clone().map(|setup| Cluster::new(setup).unwrap());
        let sites = SITES.iter().zip(setups);
        let sites = sites.map(|(name, cluster)| SiteSetup { name: (*name).into(), cluster });
        let mut world = World::new(WorldSetup { sites: sites.collect() }).unwrap();
        for (site, crashed, at_ms) in [(0, "A1", 0), (1, "B3", 700)] {
            world.advance(WorldUntil::Sites(Until::Time(at_ms)));
            for cluster in &mut alone {
                cluster.advance(Until::Time(at_ms));
            }
            alone[site].apply(&crash(crashed)).unwrap();
            let (site, command) = (Some(SITES[site].into()), crash(crashed));
            world.apply(&WorldCommand::Site { site, command }).unwrap();
        }
        let until_all = WorldUntil::Sites(until);
        world.advance(until_all);
        let clocks: Vec<u64> =
            SITES[..2].iter().map(|name| world.cluster(name).unwrap().now_ms()).collect();
        assert_eq!(clocks, [world.now_ms(); 2], "one clock");
        if until == Until::Prepared {
            assert_eq!(world.now_ms(), 1_500, "the first of them");
            continue;
        }
        for (cluster, name) in alone.iter_mut().zip(SITES) {
            cluster.advance(until);
            let [here, there] = [&*cluster, world.cluster(name).unwrap()].map(|cluster| {
                let view = cluster.view();
                (view.sub_clusters, view.orphans, view.changing, view.migrating)
            });
            assert_eq!(here, there, "{until:?}, {name}");
        }
    }
}
