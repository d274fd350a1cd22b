//! What was done to a world and what happened in it, in plain English.
//!
//! Invariant: pure; a sentence says only what its command or event says. Where it tells a rule, it says whether that rule is
//! documented or the simulator's model. Not here: what happens in one cluster (see `crate::words`).

use std::fmt::Write as _;

use rosterlab_engine::world::{
    Landed, Place, RestorePolicy, Rewind, ShipSetup, Value, Way, WorldCommand, WorldEventKind,
    XdrMode, generated_number,
};
use rosterlab_engine::{Digest, EventKind};

use crate::file::DigestText;
use crate::words::text::capitalized;
use crate::words::{commands, events};

/// What a person did, as a title; `nodes` is how many nodes the command's site has.
#[must_use]
pub fn of_command(command: &WorldCommand, nodes: usize) -> String {
    match command {
        WorldCommand::Site { site: None, command } => commands::of_command(command, nodes),
        WorldCommand::Site { site: Some(site), command } => {
            format!("{} at {site}", commands::of_command(command, nodes))
        }
        WorldCommand::Ship(ship) => of_ship(ship),
        WorldCommand::Unship(way) => format!("Remove the ship {}", of_way(way)),
        WorldCommand::Disconnect(way) => format!("Disconnect the ship {}", of_way(way)),
        WorldCommand::Reconnect(way) => format!("Reconnect the ship {}", of_way(way)),
        WorldCommand::Allow { place, xdr_writes, nonxdr_writes } => {
            format!("Let {} take {}", of_place(place), takes(*xdr_writes, *nonxdr_writes))
        }
        WorldCommand::Load { place, records, .. } => {
            format!("Load {} into {}", counted(u64::from(*records), "record"), of_place(place))
        }
        WorldCommand::Backup { place, name } => {
            format!("Back up {} as {name}", of_place(place))
        }
        WorldCommand::Restore { place, name, policy } => {
            let policy = match policy {
                RestorePolicy::UnlessNewerGeneration => "but not where the generation is as high",
                RestorePolicy::Unique => "only records that are not there",
                RestorePolicy::Replace => "and replace what is there",
            };
            format!("Restore {name} to {}, {policy}", of_place(place))
        }
        WorldCommand::Repoint { endpoint, site } => format!("Point {endpoint} at {site}"),
        WorldCommand::Fleet(fleet) => {
            let instances = counted(fleet.instances.into(), "instance");
            format!("Start the fleet {} of {instances}", fleet.name)
        }
        WorldCommand::Restart { fleet, each_ms } => {
            format!("Restart the fleet {fleet}, {} for each instance", lasting(*each_ms))
        }
        WorldCommand::Pause { fleet } => format!("Pause the fleet {fleet}"),
        WorldCommand::Resume { fleet } => format!("Resume the fleet {fleet}"),
    }
}

fn of_ship(ship: &ShipSetup) -> String {
    let rules = match ship.mode {
        XdrMode::V4 => "by the rules before 5.0",
        XdrMode::V5_4 => "by the rules of 5.4 with conflict resolution",
    };
    let back = match ship.rewind {
        None => String::new(),
        Some(Rewind::All) => ", with everything that is there".to_owned(),
        Some(Rewind::Back(ms)) => format!(", with what is {} old at most", lasting(ms)),
    };
    let Way { from, to, namespace } = &ship.way;
    format!("Ship {namespace} from {from} to {to}, {rules}{back}")
}

/// What happened, as a sentence. `sites` are the names of the sites, in their order.
#[must_use]
pub fn of_event(kind: &WorldEventKind, sites: &[String]) -> String {
    match kind {
        WorldEventKind::Site { site, kind } => of_site_event(site, kind),
        WorldEventKind::Forbidden { place, key } => format!(
            "A client's write of {} at {} was refused with error 10: the namespace takes no writes of clients \
             (documented).",
            of_key(key),
            of_place(place)
        ),
        WorldEventKind::Allowed { place, xdr_writes, nonxdr_writes } => {
            format!("{} takes {} now.", of_place(place), takes(*xdr_writes, *nonxdr_writes))
        }
        WorldEventKind::Loaded { place, records, refused } => {
            let refused = refused_part(*refused);
            format!("{} written to {}{refused}.", were(*records, "record"), of_place(place))
        }
        WorldEventKind::BackedUp { place, name, records, missing } => {
            let missing = match missing {
                0 => String::new(),
                missing => format!(
                    " It lacks {} of unavailable partitions (documented).",
                    counted(*missing, "record")
                ),
            };
            let records = counted(*records, "record");
            format!("The backup {name} of {} has {records}.{missing}", of_place(place))
        }
        WorldEventKind::Restored { .. } => of_restore(kind),
        WorldEventKind::Repointed { endpoint, site } => {
            format!("{endpoint} means {site} now. An instance notices when it restarts (model).")
        }
        WorldEventKind::FleetStarted { fleet } => format!("The fleet {fleet} runs."),
        WorldEventKind::RestartBegan { fleet } => {
            format!("A rolling restart of the fleet {fleet} has begun.")
        }
        WorldEventKind::RestartDone { fleet } => {
            format!("All instances of the fleet {fleet} have been restarted.")
        }
        WorldEventKind::Paused { fleet } => {
            format!("The fleet {fleet} is paused. This is downtime.")
        }
        WorldEventKind::Resumed { fleet, paused_ms } => {
            format!("The fleet {fleet} runs again after {} of downtime.", lasting(*paused_ms))
        }
        of_ship => of_ship_event(of_ship, sites),
    }
}

fn of_site_event(site: &str, kind: &EventKind) -> String {
    format!("{site}: {}", events::of_event(kind))
}

fn of_ship_event(kind: &WorldEventKind, sites: &[String]) -> String {
    match kind {
        WorldEventKind::ShipSet { way, rewound: 0 } => format!(
            "The ship {} is on. It sends what is written from now on, not what is there already (documented).",
            of_way(way)
        ),
        WorldEventKind::ShipSet { way, rewound } => format!(
            "The ship {} is on. {} there before and will be sent too: a rewind (documented).",
            of_way(way),
            were(*rewound, "record")
        ),
        WorldEventKind::ShipEnded { way, dropped } => {
            let dropped = match dropped {
                0 => "Nothing was on its way.".to_owned(),
                dropped => format!("{} had not arrived and will not.", counted(*dropped, "record")),
            };
            format!("The ship {} is removed. {dropped}", of_way(way))
        }
        WorldEventKind::Disconnected { way, returned } => {
            let again = match returned {
                0 => String::new(),
                returned => format!(
                    " {} on the link and will be sent again (model).",
                    were(*returned, "record")
                ),
            };
            format!(
                "The link of the ship {} is cut. What is written waits and is not lost (documented).{again}",
                of_way(way)
            )
        }
        WorldEventKind::Reconnected { way, waiting } => format!(
            "The link of the ship {} is restored. {} to be sent.",
            of_way(way),
            waits(*waiting)
        ),
        WorldEventKind::Arrived { way, key, value, before, landed } => {
            of_arrival(way, key, *value, *before, *landed, sites)
        }
        WorldEventKind::QueueLost { way, records, scanned } => {
            let then = if *scanned {
                "Their partitions will be scanned for what is newer than the last ship time (documented)."
            } else {
                "They will not be sent (model: as much as was not flushed)."
            };
            let records = counted(*records, "record");
            format!("The queue of the ship {} has lost {records}. {then}", of_way(way))
        }
        WorldEventKind::Scanned { way, partitions, records } => format!(
            "The ship {} has scanned {} and sends {} because of it (documented).",
            of_way(way),
            counted(u64::from(*partitions), "partition"),
            counted(*records, "record")
        ),
        _ => String::new(),
    }
}

fn of_arrival(
    way: &Way,
    key: &Digest,
    value: Value,
    before: Option<Value>,
    landed: Landed,
    sites: &[String],
) -> String {
    let value = of_value(value, sites);
    let there = before.map_or_else(String::new, |before| of_value(before, sites));
    let record = capitalized(&of_key(key));
    let head = format!("{record} arrived at {} from {}", way.to, way.from);
    match landed {
        Landed::Written if before.is_none() => format!("{head}: {value}."),
        Landed::Written => format!("{head}: {value} replaces {there}."),
        Landed::OverNewer => format!(
            "{head}: {value} replaces {there}, which is later. What arrives last stays, whatever the times of the writes \
             (documented for servers before 5.0)."
        ),
        Landed::Kept => format!(
            "{head}: {there} stays, because it is later than {value} (documented for 5.4 with conflict resolution)."
        ),
        Landed::Refused => format!(
            "{head} and was refused with error 10: the namespace takes no writes of XDR (documented). It is not sent \
             again (model)."
        ),
        Landed::TriedAgain => format!(
            "{head} and could not be written. It stays queued and will be sent again (documented)."
        ),
    }
}

fn of_restore(kind: &WorldEventKind) -> String {
    let WorldEventKind::Restored { place, name, written, kept, kept_older, refused } = kind else {
        return String::new();
    };
    let refused = refused_part(*refused);
    let mut text = format!(
        "The backup {name} is restored to {}: {} written, {kept} stayed as they were{refused}.",
        of_place(place),
        were(*written, "record")
    );
    if *kept_older > 0 {
        let _ = write!(
            text,
            " Of these, {kept_older} stayed although the backup has a later value: the generation there is as high. A \
             generation counts the writes at its own site (documented for each half, model together)."
        );
    }
    text
}

/// A value by its write: `old's value of 1.05 s`.
fn of_value(value: Value, sites: &[String]) -> String {
    let site = sites.get(value.site).map_or("a site", String::as_str);
    let not = if value.acknowledged { "" } else { ", which was not acknowledged" };
    format!("{site}'s value of {}{not}", lasting(value.at_ms))
}

/// A record by its number or its digest.
fn of_key(key: &Digest) -> String {
    match generated_number(key) {
        Some(number) => format!("generated record {number}"),
        None => format!("record {}", DigestText(*key)),
    }
}

fn of_place(place: &Place) -> String {
    format!("{} at {}", place.namespace, place.site)
}

fn of_way(way: &Way) -> String {
    format!("of {} from {} to {}", way.namespace, way.from, way.to)
}

fn takes(xdr_writes: bool, nonxdr_writes: bool) -> &'static str {
    match (xdr_writes, nonxdr_writes) {
        (true, true) => "every write",
        (true, false) => "writes of XDR and none of clients",
        (false, true) => "writes of clients and none of XDR",
        (false, false) => "no writes",
    }
}

fn refused_part(refused: u64) -> String {
    match refused {
        0 => String::new(),
        refused => format!("; {} refused", were(refused, "record")),
    }
}

fn counted(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// `1 record was`, `2 records were`.
fn were(number: u64, noun: &str) -> String {
    format!("{} {}", counted(number, noun), if number == 1 { "was" } else { "were" })
}

fn waits(number: u64) -> String {
    format!("{} {}", counted(number, "record"), if number == 1 { "waits" } else { "wait" })
}

/// A time span: `0.05 s`, `10 s`.
fn lasting(ms: u64) -> String {
    let thousandths = format!("{}.{:03}", ms / 1000, ms % 1000);
    format!("{} s", thousandths.trim_end_matches('0').trim_end_matches('.'))
}
