//! The scenario's steps: done one by one on demand, or at their times.
//!
//! Invariant: each step is done once, in order; what a step expects is checked when its turn comes. Not here: what steps
//! mean (see the scenario crate).

use rosterlab_engine::Event;
use rosterlab_scenario::{ClockTime, Doing, Entry, Failure, Plan, Scenario, failures};

use super::node::Shared;

/// The steps, and which is next.
pub struct Play {
    doings: Vec<Doing>,
    /// What the clock shows at each step, in ms, if it says.
    clocks: Vec<Option<u64>>,
    next: usize,
}

/// What became of a step.
#[derive(Debug)]
pub enum Done {
    /// It happened.
    Happened(Vec<Event>),
    /// It was an expectation; these do not hold.
    Checked(Vec<Failure>),
    /// The cluster refused it, for this reason.
    Refused(String),
}

impl Play {
    /// The steps of a scenario.
    pub fn new(scenario: &Scenario, plan: Plan) -> Self {
        let clocks = scenario.steps.iter().map(|step| step.at.map(ClockTime::ms)).collect();
        Self { doings: plan.doings, clocks, next: 0 }
    }

    /// Starts again with the first step.
    pub fn rewind(&mut self) {
        self.next = 0;
    }

    /// The number of the next step; `None` at the end.
    pub fn next(&self) -> Option<usize> {
        (self.next < self.doings.len()).then_some(self.next)
    }

    /// Does the next step, with its number; `None` at the end. A step that is refused, or that expects what does not hold,
    /// stays the next one.
    pub fn step(&mut self, simulation: &Shared) -> Option<(usize, Done)> {
        let number = self.next()?;
        let doing = self.doings[number].clone();
        let done = do_it(&doing, simulation);
        let is_done = match &done {
            Done::Happened(_) => true,
            Done::Checked(failures) => failures.is_empty(),
            Done::Refused(_) => false,
        };
        self.next += usize::from(is_done);
        Some((number, done))
    }
}

fn do_it(doing: &Doing, simulation: &Shared) -> Done {
    let mut simulation = simulation.borrow_mut();
    match doing {
        Doing::Happen { entry, .. } => match simulation.perform(entry) {
            Ok(events) => Done::Happened(events),
            Err(rejection) => Done::Refused(rejection.to_string()),
        },
        Doing::Expect { namespace, expect } => {
            match failures("", expect, *namespace, &simulation.view()) {
                Ok(failures) => Done::Checked(failures),
                Err(error) => Done::Refused(error.to_string()),
            }
        }
    }
}

/// Does the steps at their times, and tells each of what became of it. A step with a clock waits until that has passed since
/// the first clock; `advance` and `migrate` wait as long as they last; any other step waits until the clusters have settled.
pub async fn play(mut play: Play, simulation: Shared, mut tell: impl FnMut(usize, &Done)) {
    let mut progress = simulation.borrow().progress();
    let mut first_clock = None;
    while let Some(number) = play.next() {
        if let Some(clock_ms) = play.clocks[number] {
            let (began_ms, first_ms) =
                *first_clock.get_or_insert((progress.borrow().now_ms, clock_ms));
            let due_ms = began_ms + clock_ms.saturating_sub(first_ms);
            if progress.wait_for(|progress| progress.now_ms >= due_ms).await.is_err() {
                return;
            }
        }
        let waited = match &play.doings[number] {
            Doing::Happen { entry: Entry::Pass { ms }, .. } => {
                let due_ms = progress.borrow().now_ms + ms;
                progress.wait_for(|progress| progress.now_ms >= due_ms).await.map(drop)
            }
            Doing::Happen { entry: Entry::Migrate { .. }, .. } => {
                progress.wait_for(|now| !now.changing && !now.migrating).await.map(drop)
            }
            _ => {
                let Some((number, done)) = play.step(&simulation) else { return };
                tell(number, &done);
                // At its time, a step is done once.
                play.next = number + 1;
                progress.wait_for(|progress| !progress.changing).await.map(drop)
            }
        };
        if waited.is_err() {
            return;
        }
        if play.next == number {
            play.next += 1;
            tell(number, &Done::Happened(Vec::new()));
        }
    }
}
