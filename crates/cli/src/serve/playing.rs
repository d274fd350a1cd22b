//! A step that is being played: how far time has to pass, and what every moment is held to.
//!
//! Invariant: simulated time passes as far as the step says and no further; if something else is done meanwhile, until clusters
//! have settled after it. Not here: which step is next (see `play`).

use rosterlab_engine::{Cluster, Event, Until};
use rosterlab_scenario::file::Expect;
use rosterlab_scenario::{Failure, Watches};

/// A step that is being played, and what was found on the way.
#[derive(Debug, Default)]
pub struct Playing {
    /// How far time has to pass; `None` if it stands.
    until: Option<Until>,
    /// Time passes no further than this in the step.
    by_ms: u64,
    step: usize,
    began_ms: u64,
    /// Expectations of every moment.
    watches: Watches,
    failures: Vec<Failure>,
    done: bool,
}

impl Playing {
    /// Begins with a step, whose command was done at `began_ms`. Time passes as far as it wants, at most to `by_ms`.
    pub fn begin(
        &mut self,
        step: usize,
        began_ms: u64,
        (until, by_ms): (Until, u64),
        cluster: &Cluster,
    ) {
        (self.step, self.began_ms) = (step, began_ms);
        (self.until, self.by_ms, self.done) = (Some(until), by_ms, false);
        self.watches.see(cluster, step, began_ms, &mut self.failures);
    }

    /// Holds an expectation to every moment from now on.
    pub fn watch(&mut self, place: &str, namespace: usize, expect: &Expect) {
        self.watches.add(place, namespace, expect);
    }

    /// Something else was done: if time stands, it passes until clusters have settled.
    pub fn go_on(&mut self) {
        if self.until.is_none() {
            (self.until, self.by_ms) = (Some(Until::Settled), u64::MAX);
        }
    }

    /// Whether migrations run while time passes.
    pub fn runs_migrations(&self) -> bool {
        matches!(self.until, Some(Until::Time(_) | Until::Migrated { .. }))
    }

    /// Lets simulated time pass as far as the step wants, at most to `due_ms`.
    pub fn advance(&mut self, cluster: &mut Cluster, due_ms: u64) -> Vec<Event> {
        let Some(until) = self.until else { return Vec::new() };
        let (step, began_ms) = (self.step, self.began_ms);
        let (watches, failures) = (&mut self.watches, &mut self.failures);
        let mut see = |cluster: &Cluster| watches.see(cluster, step, began_ms, failures);
        let (events, reached) = cluster.advance_by(until, due_ms.min(self.by_ms), &mut see);
        if reached || cluster.now_ms() >= self.by_ms {
            self.done = true;
            // A change that was only prepared waits for the step that interrupts it.
            self.until = (until == Until::Prepared).then_some(until);
        }
        events
    }

    /// Whether time has passed as far as the step wanted.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// What was found not to hold in the step.
    pub fn found(&mut self) -> Vec<Failure> {
        std::mem::take(&mut self.failures)
    }
}
