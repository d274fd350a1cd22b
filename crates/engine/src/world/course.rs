//! How time passes in a world: from one thing that is due to the next, at whichever site, on whichever ship.
//!
//! Invariant: nothing is looked at millisecond by millisecond, so a year in which nothing happens costs nothing. Not here:
//! what is done when something is due.

use crate::cluster::Until;
use crate::world::command::WorldUntil;
use crate::world::event::WorldEvent;
use crate::world::fleet::Fleet;
use crate::world::ship::Ship;
use crate::world::site::{Pace, Site};
use crate::world::state::World;

/// What a course ends at, beside a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    /// Nothing.
    Time,
    /// No site has anything due at its pace.
    NothingDue,
    /// Some site has prepared a change, or none will.
    Prepared,
    /// No ship has anything left.
    Shipped,
}

/// What happens on the way.
struct Course<'a, 'b> {
    told: Vec<WorldEvent>,
    seen: Option<&'a mut (dyn FnMut(&World) + 'b)>,
}

impl World {
    /// Lets simulated time pass, and returns the events that happened.
    pub fn advance(&mut self, until: WorldUntil) -> Vec<WorldEvent> {
        self.advance_by(until, u64::MAX, None).0
    }

    /// As [`World::advance`], but time passes no further than to `by_ms`: calls with later times, one after the other, give
    /// what one call without gives (a number of partitions to migrate, and `within_ms`, count from each call). Shows the world
    /// to `seen` after every instant at which something happened. Returns whether it has come as far as was wanted.
    pub fn advance_by(
        &mut self,
        until: WorldUntil,
        by_ms: u64,
        seen: Option<&mut dyn FnMut(&Self)>,
    ) -> (Vec<WorldEvent>, bool) {
        let mut course = Course { told: Vec::new(), seen };
        let by_ms = by_ms.max(self.now_ms);
        let reached = match until {
            WorldUntil::Sites(Until::Time(end_ms)) => {
                self.run(Goal::Time, end_ms.min(by_ms), &mut course);
                end_ms <= by_ms
            }
            WorldUntil::Sites(Until::Settled) => {
                self.set_pace(&Pace::Settle);
                self.run(Goal::NothingDue, by_ms, &mut course)
            }
            WorldUntil::Sites(Until::Prepared) => {
                self.set_pace(&Pace::Settle);
                self.run(Goal::Prepared, by_ms, &mut course)
            }
            WorldUntil::Sites(Until::Migrated { partitions }) => {
                self.set_pace(&Pace::Settle);
                self.run(Goal::NothingDue, by_ms, &mut course) && {
                    self.catch_up_all();
                    for site in &mut self.sites {
                        let limits = partitions.map(|count| site.cluster.limits(count));
                        site.set_pace(Pace::Migrate(limits));
                    }
                    self.run(Goal::NothingDue, by_ms, &mut course)
                }
            }
            WorldUntil::Shipped { within_ms } => {
                let end_ms = self.now_ms.saturating_add(within_ms);
                self.run(Goal::Shipped, end_ms.min(by_ms), &mut course) || end_ms <= by_ms
            }
        };
        self.catch_up_all();
        self.set_pace(&Pace::Play);
        self.look_up_stale();
        self.assert_invariants();
        debug_assert!(course.told.is_sorted_by_key(|event| event.at_ms), "events come in order");
        (course.told, reached)
    }

    fn set_pace(&mut self, pace: &Pace) {
        self.sites.iter_mut().for_each(|site| site.set_pace(pace.clone()));
    }

    /// Goes from one thing that is due to the next, until the goal is reached or it is late. Returns whether it is reached.
    fn run(&mut self, goal: Goal, end_ms: u64, course: &mut Course<'_, '_>) -> bool {
        loop {
            if self.is_at(goal) {
                return true;
            }
            match self.due_ms() {
                Some(due_ms) if due_ms <= end_ms => self.step(due_ms, course),
                // Nothing will ever happen.
                None if end_ms == u64::MAX => return false,
                _ => {
                    self.now_ms = self.now_ms.max(end_ms);
                    return false;
                }
            }
        }
    }

    fn is_at(&self, goal: Goal) -> bool {
        let nothing_due = || self.sites.iter().all(|site| site.due_ms().is_none());
        match goal {
            Goal::Time => false,
            Goal::NothingDue => nothing_due(),
            Goal::Prepared => {
                nothing_due() || self.sites.iter().any(|site| site.cluster.has_prepared())
            }
            Goal::Shipped => self.ships.iter().all(Ship::is_idle),
        }
    }

    /// When something is next due.
    fn due_ms(&self) -> Option<u64> {
        let sites = self.sites.iter().filter_map(Site::due_ms);
        let ships = self.ships.iter().filter_map(|ship| ship.due_ms(self.now_ms));
        let fleets = self.fleets.iter().filter_map(Fleet::due_ms);
        sites.chain(ships).chain(fleets).min()
    }

    /// Everything that is due at an instant.
    fn step(&mut self, now_ms: u64, course: &mut Course<'_, '_>) {
        self.now_ms = self.now_ms.max(now_ms);
        for site in 0..self.sites.len() {
            if self.sites[site].due_ms().is_some_and(|due_ms| due_ms <= self.now_ms) {
                let events = self.sites[site].do_due(self.now_ms);
                self.happened(site, events, &mut course.told);
            }
        }
        (0..self.ships.len()).for_each(|ship| self.land_due(ship, &mut course.told));
        (0..self.fleets.len()).for_each(|fleet| self.operate(fleet, &mut course.told));
        (0..self.ships.len()).for_each(|ship| self.send_due(ship));
        if let Some(seen) = &mut course.seen {
            self.look_up_stale();
            seen(self);
        }
    }

    /// A site's clock comes up to the world's before something is done there.
    pub(super) fn catch_up(&mut self, site: usize) {
        self.sites[site].catch_up(self.now_ms);
    }

    fn catch_up_all(&mut self) {
        (0..self.sites.len()).for_each(|site| self.catch_up(site));
    }
}
