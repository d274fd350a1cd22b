//! Comparing what an `expect` of several sites expects with what is there.
//!
//! Invariant: every field that is given is compared; a count that its subject does not have is an error before the run.
//! Not here: what a field means (see `expect`), and a cluster's own fields (see `crate::expectation`).

use rosterlab_engine::world::{FleetView, ShipView, SiteCounts, World, WorldView};

use super::expect::Counts;
use crate::expectation::{Comparison, Failure, compare};
use crate::file::error::{Cause, ScenarioError};
use crate::file::key::record;
use crate::file::{Expect, When};

/// What is expected of a world.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// When.
    pub when: When,
    /// The index of the site whose cluster and record are meant.
    pub at: usize,
    /// The index of the site that is counted, or all.
    pub site: Option<usize>,
    /// What is expected of its cluster, with the index of the namespace.
    pub of_cluster: Option<(usize, Box<Expect>)>,
    /// The namespace that is named.
    pub namespace: Option<String>,
    /// What is expected of the world.
    pub counts: Counts,
}

/// What only a fleet counts, and no site.
const ONLY_OF_FLEETS: [&str; 3] = ["not_sent", "paused_ms", "instances"];
/// What is counted of a ship.
const OF_SHIPS: [&str; 5] = ["waiting", "lag_ms", "shipped", "abandoned", "queue_lost"];
/// What is counted of a fleet.
const OF_FLEETS: [&str; 7] =
    ["acknowledged", "reads", "stale", "refused", "not_sent", "paused_ms", "instances"];

/// Whose counts are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Sites,
    Ship,
    Fleet,
}

impl Subject {
    fn counts(self, name: &str) -> bool {
        match self {
            Self::Sites => !ONLY_OF_FLEETS.contains(&name),
            Self::Ship => OF_SHIPS.contains(&name),
            Self::Fleet => OF_FLEETS.contains(&name),
        }
    }

    fn told(self) -> &'static str {
        match self {
            Self::Sites => "a site",
            Self::Ship => "a ship",
            Self::Fleet => "a fleet",
        }
    }
}

impl Expected {
    fn subject(&self) -> Subject {
        match (&self.counts.from, &self.counts.fleet) {
            (Some(_), _) => Subject::Ship,
            (None, Some(_)) => Subject::Fleet,
            (None, None) => Subject::Sites,
        }
    }

    /// Refuses counts that the subject does not have, and fields that need others.
    pub(super) fn check(&self, place: &str) -> Result<(), ScenarioError> {
        let error = |field: &str, cause| {
            let dot = if field.is_empty() { "" } else { "." };
            Err(ScenarioError::new(format!("{place}{dot}{field}"), cause))
        };
        let Counts { from, to, fleet, set, key, digest, written_at, .. } = &self.counts;
        match (from, to, fleet) {
            (Some(_), None, _) => return error("from", Cause::Without("to")),
            (None, Some(_), _) => return error("to", Cause::Without("from")),
            (Some(_), Some(_), Some(_)) => {
                let told = "counts are of a ship or of a fleet, not of both".to_owned();
                return error("fleet", Cause::Unreadable(told));
            }
            _ => {}
        }
        if self.counts.lag_ms.is_some() && self.when != When::Now {
            let told = "a lag grows between moments, so it is expected without \"when\"".to_owned();
            return error("lag_ms", Cause::Unreadable(told));
        }
        let subject = self.subject();
        let mut counts = 0;
        for (name, bounds) in self.counts.each() {
            if bounds.is_some() && !subject.counts(name) {
                let told = format!("{} has no count {name:?}", subject.told());
                return error(name, Cause::Unreadable(told));
            }
            counts += usize::from(bounds.is_some());
        }
        if counts == 0 && subject != Subject::Sites {
            return error(if from.is_some() { "from" } else { "fleet" }, Cause::ExpectsNothing);
        }
        let named = set.is_some() || key.is_some() || digest.is_some();
        match (record(set.as_deref(), key.as_ref(), *digest), written_at) {
            (Some(_), None) => error("", Cause::ExpectsNothing),
            (None, None) if named => error("", Cause::WhichRecord),
            (None, Some(_)) => error("", Cause::WhichRecord),
            _ => Ok(()),
        }
    }

    /// What does not hold at this moment.
    ///
    /// # Errors
    /// When it asks for a node, ship or fleet that is not there.
    pub(super) fn failures(
        &self,
        place: &str,
        world: &World,
    ) -> Result<Vec<Failure>, ScenarioError> {
        let mut comparison = Comparison::new(place);
        if let Some((namespace, expect)) = &self.of_cluster {
            let name = world.site_names().nth(self.at).unwrap_or_default();
            if let Some(cluster) = world.cluster(name) {
                compare(&mut comparison, expect, *namespace, &cluster.view())?;
            }
        }
        let view = world.view();
        let found = self.found(place, &view)?;
        for (name, bounds) in self.counts.each() {
            let found = found.iter().find(|(known, _)| *known == name);
            let found = found.map_or(0, |(_, found)| *found);
            comparison.count(name, bounds, u32::try_from(found).unwrap_or(u32::MAX));
        }
        self.record(&mut comparison, world, &view);
        Ok(comparison.failures(self.when))
    }

    /// The counts of the subject.
    fn found(
        &self,
        place: &str,
        view: &WorldView,
    ) -> Result<Vec<(&'static str, u64)>, ScenarioError> {
        let Counts { from, to, fleet, .. } = &self.counts;
        match self.subject() {
            Subject::Sites => Ok(of_sites(view, self.site)),
            Subject::Ship => {
                let way = (from.as_deref(), to.as_deref());
                let is_it = |ship: &&ShipView| {
                    let named = self.namespace.as_ref();
                    (Some(&*ship.way.from), Some(&*ship.way.to)) == way
                        && named.is_none_or(|name| ship.way.namespace == *name)
                };
                let ships: Vec<&ShipView> = view.ships.iter().filter(is_it).collect();
                if ships.is_empty() {
                    let told = Cause::Unreadable("no such ship is set up".to_owned());
                    return Err(ScenarioError::new(format!("{place}.from"), told));
                }
                Ok(of_ships(&ships))
            }
            Subject::Fleet => {
                let named = |one: &&FleetView| Some(&one.setup.name) == fleet.as_ref();
                let found = view.fleets.iter().find(named).ok_or_else(|| {
                    let name = fleet.clone().unwrap_or_default();
                    let told = rosterlab_engine::world::WorldRejection::NoFleet(name);
                    ScenarioError::new(format!("{place}.fleet"), Cause::World(told))
                })?;
                Ok(of_fleet(found, self.site))
            }
        }
    }

    /// Compares where the value of a record was written.
    fn record(&self, comparison: &mut Comparison<'_>, world: &World, view: &WorldView) {
        let Counts { set, key, digest, written_at: Some(expected), .. } = &self.counts else {
            return;
        };
        let Some(digest) = record(set.as_deref(), key.as_ref(), *digest) else { return };
        let name = world.site_names().nth(self.at).unwrap_or_default();
        let only = world.cluster(name).and_then(|cluster| cluster.setup().namespaces.first());
        let namespace = self.namespace.as_ref().or(only.map(|only| &only.name));
        let found = namespace.and_then(|namespace| world.record(namespace, digest));
        let copy = found.and_then(|found| found.copies.into_iter().find(|c| c.site == self.at));
        let written = copy.and_then(|copy| copy.value).map(|value| value.site);
        let found = written.and_then(|site| view.sites.get(site)).map(|site| site.name.as_str());
        let found = found.unwrap_or("no record").to_owned();
        comparison.field("written_at", Some(expected.clone()), &found);
    }
}

/// What is counted at all sites or at one.
fn of_sites(view: &WorldView, site: Option<usize>) -> Vec<(&'static str, u64)> {
    let is_counted = |index: usize| site.is_none_or(|only| only == index);
    let sites = || view.sites.iter().enumerate().filter(|(index, _)| is_counted(*index));
    let sum = |count: fn(&SiteCounts) -> u64| sites().map(|(_, site)| count(&site.counts)).sum();
    let sender = |ship: &ShipView| sites().any(|(_, site)| site.name == ship.way.from);
    let ships: Vec<&ShipView> = view.ships.iter().filter(|ship| sender(ship)).collect();
    let mut counts = of_ships(&ships);
    counts.extend([
        ("diverged", view.diverged),
        ("acknowledged", sum(|counts| counts.acknowledged)),
        ("reads", sum(|counts| counts.reads)),
        ("stale", sum(|counts| counts.stale)),
        ("overwritten", sum(|counts| counts.overwritten)),
        ("lost", sum(|counts| counts.lost)),
        ("refused", sum(|counts| counts.refused.all())),
        ("records", sum(|counts| counts.records)),
        ("missing", sum(|counts| counts.missing)),
    ]);
    counts
}

fn of_ships(ships: &[&ShipView]) -> Vec<(&'static str, u64)> {
    let sum = |count: fn(&ShipView) -> u64| ships.iter().map(|ship| count(ship)).sum();
    vec![
        ("waiting", sum(|ship| ship.waiting)),
        ("lag_ms", ships.iter().map(|ship| ship.lag_ms).max().unwrap_or(0)),
        ("shipped", sum(|ship| ship.shipped)),
        ("abandoned", sum(|ship| ship.abandoned)),
        ("queue_lost", sum(|ship| ship.queue_lost)),
    ]
}

fn of_fleet(fleet: &FleetView, site: Option<usize>) -> Vec<(&'static str, u64)> {
    let counts = &fleet.counts;
    let is_there = |index: usize| site.is_none_or(|only| only == index);
    let instances = fleet.instances.iter().filter(|one| one.up && is_there(one.site)).count();
    vec![
        ("acknowledged", counts.writes),
        ("reads", counts.reads),
        ("stale", counts.stale),
        ("refused", counts.refused.all()),
        ("not_sent", counts.not_sent),
        ("paused_ms", fleet.paused_ms),
        ("instances", instances as u64),
    ]
}
