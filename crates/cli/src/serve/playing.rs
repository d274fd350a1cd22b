//! A step that is being played: how far time has to pass, and what every moment is held to.
//!
//! Invariant: simulated time passes as far as the step says and no further. Not here: which step is next (see `play`).

use rosterlab_engine::{Cluster, Event, Until};
use rosterlab_scenario::file::Expect;
use rosterlab_scenario::{Failure, Watches};

/// A step that is being played, and what was found on the way.
#[derive(Debug, Default)]
pub struct Playing {
    /// How far time has to pass. Once it has, this is how far it passes when something else happens.
    until: Option<Until>,
    step: usize,
    began_ms: u64,
    /// Expectations of every moment.
    watches: Watches,
    failures: Vec<Failure>,
    done: bool,
}

impl Playing {
    /// Begins with a step, whose command was done at `began_ms`.
    pub fn begin(&mut self, step: usize, began_ms: u64, until: Until, cluster: &Cluster) {
        (self.step, self.began_ms) = (step, began_ms);
        (self.until, self.done) = (Some(until), false);
        self.watches.see(cluster, step, began_ms, &mut self.failures);
    }

    /// Holds an expectation to every moment from now on.
    pub fn watch(&mut self, place: &str, namespace: usize, expect: &Expect) {
        self.watches.add(place, namespace, expect);
    }

    /// Lets simulated time pass as far as the step wants, at most to `due_ms`. Beyond a step's end, time passes only while
    /// clusters change.
    pub fn advance(&mut self, cluster: &mut Cluster, due_ms: u64) -> Vec<Event> {
        let until = self.until.unwrap_or(Until::Settled);
        let (step, began_ms) = (self.step, self.began_ms);
        let (watches, failures) = (&mut self.watches, &mut self.failures);
        let mut see = |cluster: &Cluster| watches.see(cluster, step, began_ms, failures);
        let (events, reached) = cluster.advance_by(until, due_ms, &mut see);
        if reached {
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
