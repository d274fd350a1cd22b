//! Worlds of several sites from short texts.

use rosterlab_engine::world::{
    FleetSetup, Place, RestorePolicy, ShipSetup, SiteCounts, SiteSetup, Way, World, WorldCommand,
    WorldEvent, WorldSetup, WorldUntil, WorldView, XdrMode,
};
use rosterlab_engine::{Command, Digest, Until};

use super::setup;

pub const V4: XdrMode = XdrMode::V4;
pub const V5_4: XdrMode = XdrMode::V5_4;

/// A world, and short ways to say what is done to it.
pub struct Sites {
    pub world: World,
}

/// Sites of three nodes B1 B2 B3 with RF 2.
pub fn world_of(names: &[&str]) -> Sites {
    let site = |name: &&str| SiteSetup { name: (*name).into(), cluster: setup("B1 B2 B3", 2) };
    Sites { world: World::new(WorldSetup { sites: names.iter().map(site).collect() }).unwrap() }
}

pub fn way(from: &str, to: &str) -> Way {
    Way { from: from.into(), to: to.into(), namespace: "main".into() }
}

/// A ship with a delay of 200 ms.
pub fn ship_of(from: &str, to: &str, mode: XdrMode) -> ShipSetup {
    ShipSetup { way: way(from, to), delay_ms: 200, records_per_s: None, mode, rewind: None }
}

/// A fleet `app` of the endpoint `db`; each instance does ten operations a second.
pub fn fleet(instances: u32, keys: u32, reads: u32, writes: u32) -> FleetSetup {
    FleetSetup {
        name: "app".into(),
        instances,
        endpoint: "db".into(),
        namespace: "main".into(),
        first_key: 0,
        keys,
        reads,
        writes,
        rate_per_s: 10,
    }
}

pub fn place(site: &str) -> Place {
    Place { site: site.into(), namespace: "main".into() }
}

impl Sites {
    pub fn act(&mut self, command: &WorldCommand) -> Vec<WorldEvent> {
        self.world.apply(command).unwrap_or_else(|why| panic!("{command:?}: {why}"))
    }

    pub fn at(&mut self, site: &str, command: Command) -> Vec<WorldEvent> {
        self.act(&WorldCommand::Site { site: Some(site.into()), command })
    }

    pub fn write(&mut self, site: &str, key: Digest) {
        self.at(site, Command::Write { namespace: "main".into(), key, from: None });
    }

    pub fn ship(&mut self, setup: ShipSetup) {
        self.act(&WorldCommand::Ship(setup));
    }

    pub fn load(&mut self, site: &str, first: u32, records: u32) {
        self.act(&WorldCommand::Load { place: place(site), first, records });
    }

    pub fn back_up(&mut self, site: &str, name: &str) {
        self.act(&WorldCommand::Backup { place: place(site), name: name.into() });
    }

    pub fn restore(&mut self, site: &str, name: &str, policy: RestorePolicy) {
        self.act(&WorldCommand::Restore { place: place(site), name: name.into(), policy });
    }

    pub fn wait(&mut self, ms: u64) -> Vec<WorldEvent> {
        let end_ms = self.world.now_ms() + ms;
        self.world.advance(WorldUntil::Sites(Until::Time(end_ms)))
    }

    /// Waits until nothing is on its way. Returns how long that took.
    pub fn shipped(&mut self) -> u64 {
        let began_ms = self.world.now_ms();
        self.world.advance(WorldUntil::Shipped { within_ms: 60_000 });
        assert_eq!(self.waiting(), 0, "nothing is on its way");
        self.world.now_ms() - began_ms
    }

    pub fn view(&self) -> WorldView {
        self.world.view()
    }

    pub fn counts(&self, site: &str) -> SiteCounts {
        let view = self.view();
        view.sites.iter().find(|one| one.name == site).unwrap().counts
    }

    pub fn diverged(&self) -> u64 {
        self.view().diverged
    }

    pub fn waiting(&self) -> u64 {
        self.view().waiting
    }

    pub fn lag_ms(&self) -> u64 {
        self.view().lag_ms
    }

    /// The number of the value that a record has at a site; 0 for none.
    pub fn value(&self, site: &str, key: Digest) -> u64 {
        let index = self.world.site_names().position(|name| name == site).unwrap();
        let copies = self.world.record("main", key).unwrap().copies;
        let copy = copies.iter().find(|copy| copy.site == index);
        copy.and_then(|copy| copy.value).map_or(0, |value| value.write)
    }
}
