//! The schedule: what is due when, and how simulated time passes.
//!
//! Invariant: things happen in the order in which they are due. Migrations have a clock of their own, which stands
//! still while clusters settle (\[model\]). Not here: what a cluster change does (see `change`) and what a round of
//! migrations does (see `migration`).

use crate::balance::Balance;
use crate::cluster::{Cluster, Until};
use crate::clustering::SubCluster;
use crate::event::{Event, EventKind};
use crate::migration::{Limits, limit_of};

/// What is due next.
enum Due {
    Prepare,
    Commit,
    Round(u32),
}

/// How a world lets one of its sites pass time, in step with the other sites.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Phase<'a> {
    /// Cluster changes happen and migrations run.
    Play,
    /// Cluster changes happen and migrations stand still.
    Settle,
    /// Migrations run, as far as the limits let them. No cluster change is due.
    Migrate(Option<&'a Limits>),
}

/// What happens while time passes.
struct Course<'a> {
    events: Vec<Event>,
    /// Nothing later than this happens.
    by_ms: u64,
    /// Is shown the cluster after everything that happened.
    seen: &'a mut dyn FnMut(&Cluster),
}

impl Cluster {
    /// Lets simulated time pass, and returns the events that happened.
    pub fn advance(&mut self, until: Until) -> Vec<Event> {
        self.advance_seen(until, &mut |_| {})
    }

    /// As [`Cluster::advance`], and shows the cluster after each change and each round of migrations on the way.
    pub fn advance_seen(&mut self, until: Until, seen: &mut dyn FnMut(&Self)) -> Vec<Event> {
        let (events, reached) = self.advance_by(until, u64::MAX, seen);
        debug_assert!(reached, "there is always enough time");
        events
    }

    /// As [`Cluster::advance_seen`], but time passes no further than to `by_ms`: calls with later times, one after the other,
    /// give what one call without gives. Returns whether it has come as far as was wanted; its time is then that moment, and
    /// else `by_ms`. A number of partitions to migrate counts from each call.
    pub fn advance_by(
        &mut self,
        until: Until,
        by_ms: u64,
        seen: &mut dyn FnMut(&Self),
    ) -> (Vec<Event>, bool) {
        self.assert_invariants();
        let began_ms = self.now_ms;
        let mut course = Course { events: Vec::new(), by_ms: by_ms.max(began_ms), seen };
        let reached = match until {
            Until::Time(end_ms) => self.play(end_ms, &mut course),
            Until::Settled => self.settle(&mut course),
            Until::Prepared => self.prepare_only(&mut course),
            Until::Migrated { partitions } => {
                self.settle(&mut course) && {
                    let limits = partitions.map(|count| self.limits(count));
                    self.migrate(limits.as_ref(), &mut course)
                }
            }
        };
        let Course { events, by_ms, .. } = course;
        debug_assert!(self.now_ms <= by_ms, "time does not pass too far");
        if reached {
            self.assert_reached(began_ms, until);
        }
        debug_assert!(events.is_sorted_by_key(|event| event.at_ms), "events come in order");
        self.assert_invariants();
        (events, reached)
    }

    /// Asserts that time has passed as far as it should.
    fn assert_reached(&self, began_ms: u64, until: Until) {
        assert!(self.now_ms >= began_ms, "time does not go back");
        match until {
            Until::Time(end_ms) => assert_eq!(self.now_ms, end_ms.max(began_ms)),
            Until::Prepared => assert!(self.prepare_at_ms.is_none() || !self.exchanges.is_empty()),
            Until::Settled | Until::Migrated { .. } => assert!(!self.is_changing()),
        }
    }

    /// The clock of migrations.
    pub(crate) fn migration_clock_ms(&self) -> u64 {
        self.now_ms - self.frozen_ms
    }

    /// What is due next, and when.
    fn next_due(&self, with_rounds: bool) -> Option<(u64, Due)> {
        let prepare = self.prepare_at_ms.map(|at_ms| (at_ms, Due::Prepare));
        let commit = self.exchanges.iter().map(|exchange| exchange.commit_at_ms).min();
        let change = [commit.map(|at_ms| (at_ms, Due::Commit)), prepare].into_iter().flatten();
        let rounds = self.sub_clusters.iter().filter(|_| with_rounds).filter_map(|one| {
            let at_ms = self.next_round_ms(one)?;
            Some((at_ms, Due::Round(one.number)))
        });
        // `min_by_key` returns the first of equals: commits, then preparing, then rounds.
        change.chain(rounds).min_by_key(|(at_ms, _)| *at_ms)
    }

    /// How many partitions a node sends in a second: each of `migrate-threads` sends at the migration rate, so none are
    /// sent when they are 0.
    pub(crate) fn migration_rate_per_s(&self) -> u64 {
        u64::from(self.setup.migration_rate_per_s) * u64::from(self.setup.migrate_threads)
    }

    /// When a sub-cluster's next round of migrations is, if it has any left.
    fn next_round_ms(&self, sub_cluster: &SubCluster) -> Option<u64> {
        let rate = self.migration_rate_per_s();
        if rate == 0 || !sub_cluster.balances.iter().any(Balance::is_migrating) {
            return None;
        }
        let after_ms = (sub_cluster.rounds + 1) * 1_000 / rate;
        Some((sub_cluster.formed_at_ms + after_ms + self.frozen_ms).max(self.now_ms))
    }

    fn change(&mut self, at_ms: u64, due: &Due, course: &mut Course<'_>) {
        self.now_ms = self.now_ms.max(at_ms);
        let mut kinds = Vec::new();
        match due {
            Due::Prepare => self.prepare(&mut kinds),
            Due::Commit => self.commit(&mut kinds),
            Due::Round(number) => self.round(*number, None, &mut kinds),
        }
        self.happened(kinds, course);
    }

    fn happened(&mut self, mut kinds: Vec<EventKind>, course: &mut Course<'_>) {
        kinds.extend(self.count_lost_writes());
        course.events.extend(self.dated(kinds));
        (course.seen)(self);
    }

    fn play(&mut self, end_ms: u64, course: &mut Course<'_>) -> bool {
        let to_ms = end_ms.min(course.by_ms);
        while let Some((at_ms, due)) = self.next_due(true).filter(|(at_ms, _)| *at_ms <= to_ms) {
            self.change(at_ms, &due, course);
        }
        self.now_ms = self.now_ms.max(to_ms);
        end_ms <= to_ms
    }

    fn settle(&mut self, course: &mut Course<'_>) -> bool {
        while let Some((at_ms, due)) = self.next_due(false) {
            if at_ms > course.by_ms {
                self.stand_still(course.by_ms);
                return false;
            }
            self.change_frozen(at_ms, &due, course);
        }
        true
    }

    fn prepare_only(&mut self, course: &mut Course<'_>) -> bool {
        while self.exchanges.is_empty() {
            let Some((at_ms, due)) = self.next_due(false) else {
                return true;
            };
            if at_ms > course.by_ms {
                self.stand_still(course.by_ms);
                return false;
            }
            self.change_frozen(at_ms, &due, course);
        }
        true
    }

    /// Time passes to a moment before which nothing is due, and migrations stand still.
    fn stand_still(&mut self, to_ms: u64) {
        self.frozen_ms += to_ms - self.now_ms;
        self.now_ms = to_ms;
    }

    fn change_frozen(&mut self, at_ms: u64, due: &Due, course: &mut Course<'_>) {
        assert!(at_ms >= self.now_ms, "what is due is not past");
        self.frozen_ms += at_ms - self.now_ms;
        self.change(at_ms, due, course);
    }

    fn migrate(&mut self, limits: Option<&Limits>, course: &mut Course<'_>) -> bool {
        loop {
            let Some((at_ms, number)) = self.next_open_round(limits) else {
                return true;
            };
            if at_ms > course.by_ms {
                self.now_ms = course.by_ms;
                return false;
            }
            self.now_ms = at_ms;
            let mut kinds = Vec::new();
            self.round(number, limits, &mut kinds);
            self.happened(kinds, course);
        }
    }

    /// The next round of migrations within limits, and the sub-cluster that has it.
    fn next_open_round(&self, limits: Option<&Limits>) -> Option<(u64, u32)> {
        let open = |one: &SubCluster| {
            let limit = |index| limit_of(limits, one.number, index);
            let mut balances = one.balances.iter().enumerate();
            balances.any(|(index, balance)| balance.is_migrating_below(limit(index)))
        };
        let next = self.sub_clusters.iter().filter_map(|one| {
            let at_ms = if open(one) { self.next_round_ms(one) } else { None };
            at_ms.map(|at_ms| (at_ms, one.number))
        });
        next.min()
    }

    /// When something is next due in a phase.
    pub(crate) fn due_ms(&self, phase: Phase<'_>) -> Option<u64> {
        match phase {
            Phase::Play => self.next_due(true).map(|(at_ms, _)| at_ms),
            Phase::Settle => self.next_due(false).map(|(at_ms, _)| at_ms),
            Phase::Migrate(limits) => self.next_open_round(limits).map(|(at_ms, _)| at_ms),
        }
    }

    /// Whether something has been prepared and is not committed yet.
    pub(crate) fn has_prepared(&self) -> bool {
        !self.exchanges.is_empty()
    }

    /// Does what is due up to a moment, and returns what happened.
    pub(crate) fn pass(&mut self, phase: Phase<'_>, to_ms: u64) -> Vec<Event> {
        let seen = &mut |_: &Self| {};
        let mut course = Course { events: Vec::new(), by_ms: to_ms, seen };
        match phase {
            Phase::Play => self.play(to_ms, &mut course),
            Phase::Settle => self.settle(&mut course),
            Phase::Migrate(limits) => self.migrate(limits, &mut course),
        };
        let events = course.events;
        self.come_up_to(phase, to_ms);
        events
    }

    /// Lets time pass to a moment before which nothing is due. Migrations that have come as far as the phase wants stand still
    /// meanwhile, so that a site that is done early waits for the others.
    pub(crate) fn come_up_to(&mut self, phase: Phase<'_>, to_ms: u64) {
        debug_assert!(
            self.due_ms(phase).is_none_or(|due_ms| due_ms >= to_ms),
            "nothing is skipped"
        );
        let stands_still = match phase {
            Phase::Play => false,
            Phase::Settle => true,
            Phase::Migrate(limits) => self.next_open_round(limits).is_none(),
        };
        if stands_still {
            self.stand_still(to_ms);
        } else {
            self.now_ms = to_ms;
        }
    }

    /// Where migrations have to stop so that this many more partitions are done, lowest ids first.
    pub(crate) fn limits(&self, count: u32) -> Limits {
        let mut limits = Limits::default();
        for sub_cluster in &self.sub_clusters {
            for (index, balance) in sub_cluster.balances.iter().enumerate() {
                let mut open = balance.migrations.iter().filter(|migration| !migration.is_done());
                if let Some(first_to_wait) = open.nth(count as usize) {
                    limits.push(((sub_cluster.number, index), first_to_wait.pid));
                }
            }
        }
        limits
    }
}
