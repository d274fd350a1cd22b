//! Shared keys change nothing but the cost: worlds that share keys and worlds with a key for each record are told apart by
//! nothing that can be seen.

use super::keys::Keys;
use super::*;
use crate::cluster::Until;
use crate::command::{Command, ReadMode, Shutdown};
use crate::id::{NodeId, RackId};
use crate::namespace::{ClusterSetup, Mode, NodeSetup};

const SITES: [&str; 2] = ["old", "new"];
/// Records are told apart by number, so more than one is in each share.
const RECORDS: u32 = 9_000;

/// A fixed sequence of numbers.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = crate::succession::fnv1a_64(&self.0.to_le_bytes());
        (self.0 >> 20) % most
    }

    fn number(&mut self, most: u32) -> u32 {
        u32::try_from(self.below(most.into())).unwrap()
    }
}

fn world(mode: Mode, shared_from: u32) -> World {
    let site = |name: &str| {
        let node = |id: &str| NodeSetup::new(id.parse().unwrap(), RackId::NONE);
        let mut cluster = ClusterSetup::of(["B1", "B2", "B3"].map(node).to_vec(), 2);
        cluster.namespaces[0].mode = mode;
        cluster.migration_rate_per_s = 1_000;
        SiteSetup { name: name.into(), cluster }
    };
    let mut world = World::new(WorldSetup { sites: SITES.map(site).to_vec() }).unwrap();
    world.keys = Keys::sharing_from(shared_from);
    world
}

fn command(numbers: &mut Numbers) -> WorldCommand {
    let site = SITES[usize::from(numbers.below(2) == 1)];
    let place = Place { site: site.into(), namespace: "main".into() };
    let other = SITES[usize::from(site == SITES[0])];
    let way = Way { from: site.into(), to: other.into(), namespace: "main".into() };
    let nodes: Vec<NodeId> = vec![["B1", "B2", "B3"][numbers.number(3) as usize].parse().unwrap()];
    let key = generated_key(numbers.number(RECORDS));
    let at = |command| WorldCommand::Site { site: Some(site.into()), command };
    let name = || "b".to_string();
    match numbers.below(16) {
        0 => {
            let first = numbers.number(RECORDS / 2);
            let records = numbers.number(RECORDS - first) + 1;
            WorldCommand::Load { place, first, records }
        }
        1 | 2 => at(Command::Write { namespace: "main".into(), key, from: None }),
        3 => {
            let mode = ReadMode::Session;
            at(Command::Read { namespace: "main".into(), key, from: None, mode })
        }
        4 | 5 => {
            let mode = if numbers.below(2) == 0 { XdrMode::V4 } else { XdrMode::V5_4 };
            let rewind = (mode == XdrMode::V5_4).then_some(Rewind::Back(5_000));
            let delay_ms = 100 * numbers.number(20);
            WorldCommand::Ship(ShipSetup { way, delay_ms, records_per_s: None, mode, rewind })
        }
        6 => WorldCommand::Disconnect(way),
        7 | 8 => WorldCommand::Reconnect(way),
        9 => WorldCommand::Backup { place, name: name() },
        10 => {
            let all = [
                RestorePolicy::UnlessNewerGeneration,
                RestorePolicy::Unique,
                RestorePolicy::Replace,
            ];
            WorldCommand::Restore { place, name: name(), policy: all[numbers.number(3) as usize] }
        }
        11 | 12 => {
            let shutdown = if numbers.below(2) == 0 { Shutdown::Clean } else { Shutdown::Unclean };
            at(Command::Stop { nodes, shutdown })
        }
        13 => at(Command::Start { nodes }),
        14 => at(Command::Wipe { nodes, device: None }),
        _ => WorldCommand::Unship(way),
    }
}

/// What can be seen, without how many keys there are.
fn seen(world: &World) -> (WorldView, Vec<KeyView>) {
    let view = WorldView { samples: Vec::new(), ..world.view() };
    let some = (0..RECORDS).step_by(311).chain([RECORDS - 1]);
    let without_number = |number| world.record("main", generated_key(number)).unwrap();
    (view, some.map(without_number).collect())
}

#[test]
fn shared_keys_change_nothing_that_can_be_seen() {
    for seed in 1..=12 {
        let mode = if seed % 4 == 0 { Mode::Available } else { Mode::StrongConsistency };
        let mut numbers = Numbers(seed);
        let mut worlds = [world(mode, 4_097), world(mode, u32::MAX)];
        let mut done = 0;
        for step in 0..40 {
            let command = command(&mut numbers);
            let ms = if numbers.below(2) == 0 { 0 } else { numbers.below(3_000) };
            for world in &mut worlds {
                done += u32::from(world.apply(&command).is_ok());
                let end_ms = world.now_ms() + ms;
                world.advance(WorldUntil::Sites(Until::Time(end_ms)));
            }
            let [shared, single] = worlds.each_ref().map(seen);
            assert_eq!(shared.0, single.0, "seed {seed}, step {step}: {command:?}");
            assert_eq!(shared.1, single.1, "seed {seed}, step {step}: {command:?}");
        }
        assert!(done > 20, "most is done");
    }
}
