//! Each story of domain.md §16, with its exact outcome.

use crate::common::sites::{Sites, V4, V5_4, fleet, ship_of, way, world_of};
use rosterlab_engine::world::{
    Landed, RestorePolicy, Rewind, ShipSetup, WorldCommand, WorldEventKind, WorldRejection,
    generated_key,
};
use rosterlab_engine::{Command, Digest};

fn key() -> Digest {
    generated_key(1_000_000)
}

#[test]
fn what_was_there_before_never_arrives_by_itself_and_a_backup_brings_it() {
    let mut sites = world_of(&["old", "new"]);
    sites.load("old", 0, 1_000);
    sites.ship(ship_of("old", "new", V4));
    sites.wait(3_600_000);
    assert_eq!((sites.counts("new").records, sites.counts("new").missing), (0, 1_000));
    assert_eq!((sites.waiting(), sites.lag_ms()), (0, 0));
    sites.back_up("old", "b");
    sites.restore("new", "b", RestorePolicy::UnlessNewerGeneration);
    sites.wait(1_000);
    assert_eq!((sites.counts("new").records, sites.counts("new").missing), (1_000, 0));
    assert_eq!(sites.diverged(), 0);
}

#[test]
fn what_is_written_between_a_backup_and_the_ship_is_missing_for_good() {
    let mut sites = world_of(&["old", "new"]);
    sites.load("old", 0, 1_000);
    sites.back_up("old", "b");
    sites.load("old", 1_000, 30);
    for number in 0..20 {
        sites.write("old", generated_key(number));
    }
    sites.restore("new", "b", RestorePolicy::UnlessNewerGeneration);
    sites.ship(ship_of("old", "new", V4));
    sites.wait(31_536_000_000);
    assert_eq!(sites.counts("new").missing, 30, "those that the backup does not have");
    assert_eq!(sites.diverged(), 20, "those that were written again");
    assert_eq!((sites.waiting(), sites.lag_ms()), (0, 0));
}

#[test]
fn active_passive_and_a_rolling_restart_leave_writes_on_both_sides() {
    let mut sites = world_of(&["old", "new"]);
    sites.ship(ship_of("old", "new", V4));
    sites.act(&WorldCommand::Repoint { endpoint: "db".into(), site: "old".into() });
    sites.act(&WorldCommand::Fleet(fleet(10, 12, 1, 1)));
    sites.wait(60_000);
    assert_eq!((sites.diverged(), sites.counts("new").acknowledged), (0, 0));
    sites.act(&WorldCommand::Repoint { endpoint: "db".into(), site: "new".into() });
    sites.act(&WorldCommand::Restart { fleet: "app".into(), each_ms: 10_000 });
    sites.wait(50_000);
    let fleet = &sites.view().fleets[0];
    let at_new = fleet.instances.iter().filter(|instance| instance.site == 1).count();
    assert_eq!((at_new, fleet.to_restart), (5, Some(5)));
    sites.wait(60_000);
    assert!(sites.view().fleets[0].to_restart.is_none());
    sites.act(&WorldCommand::Pause { fleet: "app".into() });
    sites.shipped();
    let counts = (sites.counts("old"), sites.counts("new"));
    assert_eq!(sites.waiting(), 0);
    // Nothing comes back: the old site never gets what was written at the new one.
    assert_eq!(sites.diverged(), 12, "{counts:?}");
    assert_eq!(sites.counts("old").overwritten, 0);
    assert!(sites.counts("new").overwritten > 0 && sites.counts("new").acknowledged > 0);
    assert!(sites.counts("old").stale > 0 && sites.counts("old").lost == 0);
}

/// Writes the same key at the old site and, 50 ms later, at the new one; the new site's ship is cut meanwhile or not.
fn both_write(mode: rosterlab_engine::world::XdrMode, cut: bool) -> Sites {
    let mut sites = world_of(&["old", "new"]);
    sites.ship(ship_of("old", "new", mode));
    sites.ship(ship_of("new", "old", mode));
    sites.wait(1_000);
    if cut {
        sites.act(&WorldCommand::Disconnect(way("new", "old")));
    }
    sites.write("old", key());
    sites.wait(50);
    sites.write("new", key());
    sites.wait(950);
    if cut {
        sites.act(&WorldCommand::Reconnect(way("new", "old")));
    }
    sites.wait(10_000);
    sites
}

#[test]
fn two_writes_that_cross_leave_each_site_with_the_others_value() {
    let sites = both_write(V4, false);
    assert_eq!((sites.value("old", key()), sites.value("new", key())), (2, 1));
    assert_eq!((sites.diverged(), sites.waiting()), (1, 0));
    assert_eq!((sites.counts("old").overwritten, sites.counts("new").overwritten), (0, 1));
    assert_eq!((sites.counts("old").lost, sites.counts("new").lost), (0, 0));
}

#[test]
fn a_slow_way_back_brings_the_older_value_to_both() {
    let sites = both_write(V4, true);
    assert_eq!((sites.value("old", key()), sites.value("new", key())), (1, 1));
    assert_eq!((sites.diverged(), sites.waiting()), (0, 0));
    assert_eq!((sites.counts("old").overwritten, sites.counts("new").overwritten), (0, 1));
}

#[test]
fn with_conflict_resolution_both_end_with_the_later_value() {
    for cut in [false, true] {
        let sites = both_write(V5_4, cut);
        assert_eq!((sites.value("old", key()), sites.value("new", key())), (2, 2));
        assert_eq!((sites.diverged(), sites.waiting()), (0, 0));
        assert_eq!((sites.counts("old").overwritten, sites.counts("new").overwritten), (0, 0));
    }
}

#[test]
fn on_equal_times_the_higher_source_id_wins() {
    let mut sites = world_of(&["old", "new"]);
    sites.ship(ship_of("old", "new", V5_4));
    sites.ship(ship_of("new", "old", V5_4));
    sites.write("new", key());
    sites.write("old", key());
    sites.wait(1_000);
    assert_eq!((sites.value("old", key()), sites.value("new", key())), (1, 1));
}

/// What a rolling restart of a fleet with shared keys comes to: diverged, overwritten by older, stale.
fn rolled(delay_ms: u32, each_ms: u64) -> (u64, u64, u64) {
    let mut sites = world_of(&["old", "new"]);
    for (from, to) in [("old", "new"), ("new", "old")] {
        sites.ship(ShipSetup { delay_ms, ..ship_of(from, to, V4) });
    }
    sites.act(&WorldCommand::Repoint { endpoint: "db".into(), site: "old".into() });
    sites.act(&WorldCommand::Fleet(fleet(10, 12, 1, 1)));
    sites.wait(5_000);
    sites.act(&WorldCommand::Repoint { endpoint: "db".into(), site: "new".into() });
    sites.act(&WorldCommand::Restart { fleet: "app".into(), each_ms });
    sites.wait(10 * each_ms + 1);
    // What diverged is written over by the next write, so it is counted when the last instance has moved.
    let moved = sites.diverged();
    sites.act(&WorldCommand::Pause { fleet: "app".into() });
    sites.shipped();
    let overwritten = sites.counts("old").overwritten + sites.counts("new").overwritten;
    assert_eq!(sites.counts("old").lost + sites.counts("new").lost, 0);
    assert!(moved <= 12);
    (sites.diverged(), overwritten, sites.counts("old").stale + sites.counts("new").stale)
}

#[test]
fn active_active_and_a_rolling_restart_count_more_with_the_delay_and_with_the_length() {
    let (short, slow, long) = (rolled(200, 5_000), rolled(800, 5_000), rolled(200, 20_000));
    assert!(short.1 > 0 && short.2 > 0, "{short:?}");
    assert!(slow.1 > short.1 && slow.2 > short.2, "with the delay: {short:?}, {slow:?}");
    assert!(long.1 > short.1 && long.2 > short.2, "with the length: {short:?}, {long:?}");
}

#[test]
fn clients_that_pause_until_the_lag_is_0_move_and_come_back_without_harm() {
    let mut sites = world_of(&["old", "new"]);
    sites.load("old", 0, 10_000);
    sites.ship(ship_of("old", "new", V4));
    sites.ship(ship_of("new", "old", V4));
    sites.back_up("old", "b");
    sites.restore("new", "b", RestorePolicy::UnlessNewerGeneration);
    // What is restored is shipped on, also back to where it comes from.
    sites.shipped();
    sites.act(&WorldCommand::Repoint { endpoint: "db".into(), site: "old".into() });
    sites.act(&WorldCommand::Fleet(fleet(20, 500, 1, 1)));
    sites.wait(30_000);
    let mut downtime_ms = 0;
    for to in ["new", "old"] {
        let before = sites.counts(to).acknowledged;
        sites.act(&WorldCommand::Pause { fleet: "app".into() });
        downtime_ms += sites.shipped();
        assert_eq!((sites.waiting(), sites.lag_ms(), sites.diverged()), (0, 0, 0));
        sites.act(&WorldCommand::Repoint { endpoint: "db".into(), site: to.into() });
        sites.act(&WorldCommand::Resume { fleet: "app".into() });
        sites.wait(30_000);
        assert!(sites.counts(to).acknowledged > before, "{to} has the writes now");
        for site in ["old", "new"] {
            let counts = sites.counts(site);
            assert_eq!((counts.stale, counts.lost, counts.overwritten), (0, 0, 0), "{site}");
            assert_eq!((counts.refused.all(), counts.missing), (0, 0), "{site}");
        }
    }
    sites.act(&WorldCommand::Pause { fleet: "app".into() });
    downtime_ms += sites.shipped();
    assert_eq!(sites.diverged(), 0);
    let fleet = &sites.view().fleets[0];
    assert_eq!(fleet.paused_ms, downtime_ms, "the price");
    assert!((200..=800).contains(&downtime_ms), "{downtime_ms}");
}

#[test]
fn an_instance_notices_a_new_site_only_when_it_starts() {
    let mut sites = world_of(&["old", "new"]);
    sites.act(&WorldCommand::Repoint { endpoint: "db".into(), site: "old".into() });
    sites.act(&WorldCommand::Fleet(fleet(2, 10, 1, 1)));
    sites.act(&WorldCommand::Repoint { endpoint: "db".into(), site: "new".into() });
    sites.wait(10_000);
    assert_eq!(sites.counts("new").acknowledged + sites.counts("new").reads, 0);
    sites.act(&WorldCommand::Restart { fleet: "app".into(), each_ms: 1_000 });
    sites.wait(1_500);
    let instances = sites.view().fleets[0].instances.clone();
    assert_eq!(
        instances.iter().map(|one| (one.site, one.up)).collect::<Vec<_>>(),
        [(1, true), (0, false)]
    );
    sites.wait(10_000);
    assert!(sites.view().fleets[0].instances.iter().all(|one| one.site == 1 && one.up));
}

#[test]
fn what_a_ship_brought_once_loses_against_an_older_record_of_a_backup_that_was_written_often() {
    let mut sites = world_of(&["old", "new"]);
    for _ in 0..5 {
        sites.write("old", key());
    }
    sites.back_up("old", "b");
    sites.ship(ship_of("old", "new", V4));
    sites.wait(1_000);
    sites.write("old", key());
    sites.wait(1_000);
    assert_eq!((sites.value("new", key()), sites.diverged()), (6, 0));
    sites.restore("new", "b", RestorePolicy::UnlessNewerGeneration);
    assert_eq!((sites.value("new", key()), sites.diverged()), (5, 1));
    assert_eq!(sites.counts("new").overwritten, 1);
    // With `unique` it would have stayed.
    sites.write("old", key());
    sites.wait(1_000);
    sites.restore("new", "b", RestorePolicy::Unique);
    assert_eq!((sites.value("new", key()), sites.diverged()), (7, 0));
}

#[test]
fn a_restore_is_shipped_on() {
    let mut sites = world_of(&["old", "new"]);
    sites.load("old", 0, 50);
    sites.back_up("old", "b");
    sites.ship(ship_of("new", "old", V4));
    sites.restore("new", "b", RestorePolicy::Replace);
    assert_eq!(sites.waiting(), 50);
    sites.wait(200);
    assert_eq!((sites.waiting(), sites.view().ships[0].shipped), (0, 50));
}

#[test]
fn a_rewind_has_a_lag_as_large_as_it_goes_back() {
    let mut sites = world_of(&["old", "new"]);
    sites.load("old", 0, 100);
    sites.wait(60_000);
    sites.load("old", 100, 100);
    sites.wait(10_000);
    let all = Some(Rewind::Back(30_000));
    sites.ship(ShipSetup { rewind: all, records_per_s: Some(50), ..ship_of("old", "new", V5_4) });
    assert_eq!((sites.waiting(), sites.lag_ms()), (100, 30_000));
    sites.wait(1_000);
    assert_eq!(sites.lag_ms(), 31_000);
    sites.wait(1_300);
    assert_eq!((sites.waiting(), sites.lag_ms(), sites.counts("new").records), (0, 0, 100));
    let old = WorldCommand::Ship(ShipSetup { rewind: all, ..ship_of("new", "old", V4) });
    assert_eq!(sites.world.check(&old), Err(WorldRejection::CannotRewind(way("new", "old"))));
}

#[test]
fn a_namespace_that_takes_no_writes_of_a_kind_refuses_them() {
    let mut sites = world_of(&["old", "new"]);
    sites.ship(ship_of("old", "new", V4));
    let place = rosterlab_engine::world::Place { site: "new".into(), namespace: "main".into() };
    sites.act(&WorldCommand::Allow { place, xdr_writes: false, nonxdr_writes: false });
    let command = Command::Write { namespace: "main".into(), key: key(), from: None };
    let told = sites.act(&WorldCommand::Site { site: Some("new".into()), command });
    assert!(matches!(told[0].kind, WorldEventKind::Forbidden { .. }), "{told:?}");
    sites.write("old", key());
    let told = sites.wait(1_000);
    let arrived = |kind: &WorldEventKind| {
        matches!(kind, WorldEventKind::Arrived { landed: Landed::Refused, .. })
    };
    assert!(told.iter().any(|event| arrived(&event.kind)), "{told:?}");
    assert_eq!((sites.view().ships[0].abandoned, sites.waiting()), (1, 0));
    assert_eq!((sites.counts("new").refused.forbidden, sites.counts("new").missing), (1, 1));
}

#[test]
fn while_the_target_cannot_commit_everything_waits_and_then_all_arrives() {
    let mut sites = world_of(&["old", "new"]);
    sites.ship(ship_of("old", "new", V4));
    sites.at("new", crate::common::stop("B1 B2"));
    sites.wait(5_000);
    sites.load("old", 0, 20_000);
    sites.wait(10_000);
    let ship = sites.view().ships[0].clone();
    assert_eq!(ship.waiting, 20_000);
    assert!(ship.blocked > 0 && ship.lag_ms == 10_000, "{ship:?}");
    sites.at("new", crate::common::start("B1 B2"));
    sites.wait(10_000);
    assert_eq!((sites.waiting(), sites.lag_ms(), sites.counts("new").records), (0, 0, 20_000));
    assert_eq!(sites.diverged(), 0);
}

#[test]
fn replicas_ship_in_place_of_a_node_that_stops_and_a_crash_of_all_copies_loses_the_queue() {
    // Connected again after the node that served the record has crashed: its replica sends it.
    let mut sites = world_of(&["old", "new"]);
    sites.ship(ship_of("old", "new", V4));
    sites.act(&WorldCommand::Disconnect(way("old", "new")));
    sites.load("old", 0, 100);
    sites.at("old", crate::common::crash("B1"));
    sites.wait(200_000);
    sites.act(&WorldCommand::Reconnect(way("old", "new")));
    sites.wait(1_000);
    assert_eq!((sites.waiting(), sites.counts("new").records), (0, 100));
    // All at once, and nothing flushed: records and queue are gone together.
    sites.act(&WorldCommand::Disconnect(way("old", "new")));
    for number in 0..100 {
        sites.write("old", generated_key(number));
    }
    sites.wait(500);
    sites.at("old", crate::common::crash("B2 B3"));
    let ship = sites.view().ships[0].clone();
    assert_eq!((ship.waiting, ship.queue_lost), (0, 100));
    assert_eq!(sites.counts("old").lost, 100);
}

#[test]
fn what_a_ship_brought_is_not_shipped_on() {
    let mut sites = world_of(&["a", "b", "c"]);
    sites.ship(ship_of("a", "b", V4));
    sites.ship(ship_of("b", "c", V4));
    sites.write("a", key());
    sites.wait(10_000);
    assert_eq!((sites.value("a", key()), sites.value("b", key())), (1, 1));
    assert_eq!((sites.value("c", key()), sites.counts("c").missing), (0, 1));
    sites.write("b", key());
    sites.wait(10_000);
    assert_eq!((sites.value("c", key()), sites.diverged()), (2, 1));
    let told = sites.act(&WorldCommand::Unship(way("a", "b")));
    assert!(matches!(told[0].kind, WorldEventKind::ShipEnded { dropped: 0, .. }), "{told:?}");
}

#[test]
fn a_queue_on_drives_outlives_a_stop_and_one_in_memory_is_found_by_a_scan() {
    for (mode, to_scan) in [(V4, 0), (V5_4, 100)] {
        let mut sites = world_of(&["old", "new"]);
        sites.ship(ship_of("old", "new", mode));
        sites.act(&WorldCommand::Disconnect(way("old", "new")));
        sites.wait(1_000);
        sites.load("old", 0, 100);
        sites.wait(1_000);
        sites.at("old", crate::common::stop("B1 B2 B3"));
        let ship = sites.view().ships[0].clone();
        assert_eq!((ship.to_scan, ship.waiting), (to_scan, 100 - u64::from(to_scan)), "{mode:?}");
        sites.wait(3_000);
        sites.at("old", crate::common::start("B1 B2 B3"));
        sites.act(&WorldCommand::Reconnect(way("old", "new")));
        // It is scanned when its migrations are done.
        sites.wait(1_000);
        assert_eq!((sites.lag_ms(), sites.counts("new").records), (5_000, 0), "{mode:?}");
        sites.wait(200_000);
        let ship = sites.view().ships[0].clone();
        assert_eq!((ship.to_scan, ship.waiting, ship.lag_ms, ship.queue_lost), (0, 0, 0, 0));
        assert_eq!((sites.counts("new").records, sites.diverged()), (100, 0), "{mode:?}");
    }
}
