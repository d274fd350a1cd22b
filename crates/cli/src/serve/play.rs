//! The scenario's steps: done one by one on demand, or at their times.
//!
//! Invariant: each step is done once, in order; what a step expects is checked when its turn comes. Steps that are done at
//! their times give what `rosterlab run` gives: simulated time passes as far as the step says and no further, and
//! migrations run in `advance` and `migrate` alone. Not here: what steps mean (see the scenario crate).

use std::time::Duration;

use rosterlab_engine::{Event, Rejection, Until};
use rosterlab_scenario::{
    ClientExpectation, ClockTime, Doing, Entry, Failure, Plan, Scenario, Settle, answer,
    client_failures, failures,
};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::node::Shared;
use super::playing::Playing;
use super::simulation::{Progress, Simulation};

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
    /// It happened; of what is expected of it, or of every moment, this did not hold.
    Happened(Vec<Event>, Vec<Failure>),
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

    /// Does the next step, with its number; `None` at the end. A step that is refused, or an expectation that does not hold,
    /// stays the next one.
    pub fn step(&mut self, simulation: &Shared) -> Option<(usize, Done)> {
        let number = self.next()?;
        let done = do_it(&self.doings[number], number, &mut simulation.borrow_mut());
        let is_done = match &done {
            Done::Happened(..) => true,
            Done::Checked(failures) => failures.is_empty(),
            Done::Refused(_) => false,
        };
        self.next += usize::from(is_done);
        Some((number, done))
    }
}

fn do_it(doing: &Doing, number: usize, simulation: &mut Simulation) -> Done {
    match doing {
        Doing::Happen { entry, client } => match simulation.perform(entry) {
            Ok(events) => {
                let failures = of_client(number, *client, &events);
                Done::Happened(events, failures)
            }
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

/// What a client of the step should have been told and was not.
fn of_client(number: usize, expected: ClientExpectation, events: &[Event]) -> Vec<Failure> {
    let told = events.iter().find_map(answer);
    client_failures(&format!("steps[{number}]"), expected, told)
}

/// Why a step is not waited for any longer: the cluster was set back to its start, or the server ends.
enum Broken {
    Reset,
    End,
}

/// Does the steps at their times, and tells each of what became of it. A step with a clock waits until that has passed since
/// the first clock; simulated time stands meanwhile. After the last step time goes on as without `--play`. When the cluster
/// is set back to its start, the steps begin again.
pub async fn play(mut play: Play, simulation: Shared, mut tell: impl FnMut(usize, &Done)) {
    let mut progress = simulation.borrow().progress();
    loop {
        play.rewind();
        let resets = simulation.borrow().resets();
        match play_all(&mut play, &simulation, &mut progress, &mut tell, resets).await {
            Ok(()) => {
                simulation.borrow_mut().set_playing(None);
                if let Broken::End = until_broken(&mut progress, resets).await {
                    return;
                }
            }
            Err(Broken::Reset) => {}
            Err(Broken::End) => return,
        }
    }
}

async fn play_all(
    play: &mut Play,
    simulation: &Shared,
    progress: &mut watch::Receiver<Progress>,
    tell: &mut impl FnMut(usize, &Done),
    resets: u64,
) -> Result<(), Broken> {
    simulation.borrow_mut().set_playing(Some(Playing::default()));
    let speed = simulation.borrow().settings.speed;
    let mut first_clock = None;
    while let Some(number) = play.next() {
        if let Some(clock_ms) = play.clocks[number] {
            let (began, first_ms) = *first_clock.get_or_insert((Instant::now(), clock_ms));
            let due = began + real(clock_ms.saturating_sub(first_ms), speed);
            tokio::select! {
                () = sleep_until(due) => {}
                broken = until_broken(progress, resets) => return Err(broken),
            }
        }
        match &play.doings[number] {
            Doing::Happen { entry, client } => {
                let begun = begin(entry, number, &mut simulation.borrow_mut());
                match begun {
                    Ok(events) => {
                        until_done(progress, resets).await?;
                        let mut failures = simulation.borrow_mut().found_in_play();
                        failures.extend(of_client(number, *client, &events));
                        tell(number, &Done::Happened(events, failures));
                    }
                    Err(why) => tell(number, &Done::Refused(why)),
                }
            }
            doing @ Doing::Expect { namespace, expect } => {
                let done = do_it(doing, number, &mut simulation.borrow_mut());
                if matches!(&done, Done::Checked(failures) if failures.is_empty()) {
                    let place = format!("steps[{number}]");
                    simulation
                        .borrow_mut()
                        .play(|playing, _| playing.watch(&place, *namespace, expect));
                }
                tell(number, &done);
            }
        }
        // At its time, a step is done once.
        play.next = number + 1;
    }
    Ok(())
}

/// Waits until the step that is played is done.
async fn until_done(progress: &mut watch::Receiver<Progress>, resets: u64) -> Result<(), Broken> {
    let come = progress.wait_for(|now| now.played || now.resets != resets).await;
    match come.map(|now| now.resets == resets) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Broken::Reset),
        Err(_) => Err(Broken::End),
    }
}

/// Waits until the cluster is set back to its start.
async fn until_broken(progress: &mut watch::Receiver<Progress>, resets: u64) -> Broken {
    match progress.wait_for(|now| now.resets != resets).await {
        Ok(_) => Broken::Reset,
        Err(_) => Broken::End,
    }
}

/// Does what happens at once in a step, and lets time pass as far as it says.
pub fn begin(
    entry: &Entry,
    number: usize,
    simulation: &mut Simulation,
) -> Result<Vec<Event>, String> {
    let refused = |rejection: Rejection| rejection.to_string();
    let now_ms = simulation.now_ms();
    let from = simulation.recorded.entries().len();
    let mut by_ms = u64::MAX;
    let (events, until) = match entry {
        Entry::Act { command, settle } => {
            let events = simulation.act(command).map_err(refused)?;
            match settle {
                Settle::Fully => (events, Until::Settled),
                Settle::Prepared => (events, Until::Prepared),
                Settle::Within { ms } => {
                    by_ms = now_ms.saturating_add(*ms);
                    (events, Until::Settled)
                }
            }
        }
        Entry::Pass { ms } => (Vec::new(), Until::Time(now_ms.saturating_add(*ms))),
        Entry::Migrate { partitions: None } => (Vec::new(), Until::Migrated { partitions: None }),
        // A number of partitions counts from each call, so they are done at once. No file has several entries in a step.
        Entry::Migrate { partitions: Some(_) } | Entry::Several { .. } => {
            (simulation.perform(entry).map_err(refused)?, Until::Settled)
        }
    };
    if !matches!(entry, Entry::Several { .. }) {
        simulation.recorded.begin_step(entry, from);
    }
    simulation.play(|playing, cluster| playing.begin(number, now_ms, (until, by_ms), cluster));
    Ok(events)
}

/// How long simulated milliseconds take.
fn real(ms: u64, speed: f64) -> Duration {
    Duration::from_millis(ms).div_f64(speed)
}
