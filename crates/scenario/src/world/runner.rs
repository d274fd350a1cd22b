//! Runs a scenario of several sites step by step.
//!
//! Invariant: the same file gives the same reports, byte for byte. Time means what it means in a scenario of one cluster:
//! an action runs until the clusters of all sites have formed and rebalanced, and migrations stand still meanwhile. Ships
//! and fleets go on whenever time passes. A step that cannot be done ends the run; an expectation that does not hold does
//! not. Not here: how a report is printed (see `report`).

use rosterlab_engine::world::{World, WorldEvent, WorldEventKind, WorldUntil, WorldView};
use rosterlab_engine::{ClusterView, Until};

use super::comparison::Expected;
use super::file::WorldScenario;
use super::plan::{Doing, WorldPlan, of_setup, refusal};
use crate::answer::{ClientAnswer, answer_of};
use crate::expectation::{Failure, client_failures};
use crate::file::When;
use crate::file::error::ScenarioError;
use crate::plan::ClientExpectation;
use crate::runner::Clock;
use crate::timeline::Settle;
use crate::watch::{at_every_moment, in_step};

/// The report of one step.
#[derive(Clone, Debug, PartialEq)]
pub struct WorldStepReport {
    /// Its index.
    pub step: usize,
    /// The name of its action.
    pub action: &'static str,
    /// The clock during this step.
    pub clock: Clock,
    /// Simulated time when it began.
    pub began_ms: u64,
    /// Expectations that do not hold.
    pub failures: Vec<Failure>,
    /// What a client was told, if the step is a client's. Nothing if its write was refused with error 10.
    pub client: Option<ClientAnswer>,
    /// What happened.
    pub events: Vec<WorldEvent>,
    /// The world after it.
    pub view: WorldView,
    /// The clusters after it, in the order of the sites.
    pub clusters: Vec<ClusterView>,
}

/// An expectation for every moment.
#[derive(Clone, Debug)]
struct Watch {
    place: String,
    expected: Expected,
}

/// A running scenario: an iterator over the reports of its steps. An error ends it.
#[derive(Clone, Debug)]
pub struct WorldRunner<'a> {
    scenario: &'a WorldScenario,
    plan: WorldPlan,
    world: World,
    clock: Clock,
    watches: Vec<Watch>,
    next: usize,
}

impl<'a> WorldRunner<'a> {
    /// A scenario before its first step.
    ///
    /// # Errors
    /// The first error that can be found without running it.
    pub fn new(scenario: &'a WorldScenario) -> Result<Self, ScenarioError> {
        let plan = scenario.plan()?;
        let world = World::new(plan.setup.clone()).map_err(of_setup)?;
        Ok(Self { scenario, plan, world, clock: Clock::default(), watches: Vec::new(), next: 0 })
    }

    /// The clusters as they are after the steps so far, in the order of the sites.
    #[must_use]
    pub fn clusters(&self) -> Vec<ClusterView> {
        let clusters = self.world.site_names().filter_map(|name| self.world.cluster(name));
        clusters.map(rosterlab_engine::Cluster::view).collect()
    }

    fn step(&mut self, index: usize) -> Result<WorldStepReport, ScenarioError> {
        let step = &self.scenario.steps[index];
        let place = format!("steps[{index}]");
        let began_ms = self.world.now_ms();
        if let Some(shown) = step.at {
            self.clock = Clock::set(shown, began_ms);
        }
        let (mut client, mut failures) = (None, Vec::new());
        let mut watching =
            Watching { watches: &mut self.watches, told: Vec::new(), step: index, began_ms };
        let world = &mut self.world;
        let events = match &self.plan.doings[index] {
            Doing::Act { command, settle, client: expected } => {
                let stale = stale(world);
                let refused = |rejection| refusal(&place, step, rejection);
                let mut events = world.apply(command).map_err(refused)?;
                watching.see(world);
                client = client_of(&events, stale < self::stale(world));
                failures.extend(of_client(&place, *expected, client, &events));
                events.extend(watching.react(world, *settle));
                events
            }
            Doing::Pass { ms } => {
                let end_ms = began_ms.saturating_add(*ms);
                watching.advance(world, WorldUntil::Sites(Until::Time(end_ms)), u64::MAX)
            }
            Doing::Migrate { partitions } => {
                let migrated = Until::Migrated { partitions: *partitions };
                watching.advance(world, WorldUntil::Sites(migrated), u64::MAX)
            }
            Doing::CatchUp { within_ms } => {
                watching.advance(world, WorldUntil::Shipped { within_ms: *within_ms }, u64::MAX)
            }
            Doing::Expect(_) => Vec::new(),
        };
        failures.splice(0..0, watching.told);
        if let Doing::Expect(expected) = &self.plan.doings[index] {
            failures = expected.failures(&place, &self.world)?;
            if failures.is_empty() && expected.when != When::Now {
                self.watches.push(Watch { place, expected: (**expected).clone() });
            }
        }
        Ok(self.report(index, began_ms, failures, client, events))
    }

    fn report(
        &self,
        index: usize,
        began_ms: u64,
        failures: Vec<Failure>,
        client: Option<ClientAnswer>,
        events: Vec<WorldEvent>,
    ) -> WorldStepReport {
        WorldStepReport {
            step: index,
            action: self.scenario.steps[index].action.name(),
            clock: self.clock,
            began_ms,
            failures,
            client,
            events,
            view: self.world.view(),
            clusters: self.clusters(),
        }
    }
}

/// The expectations for every moment, during a step.
struct Watching<'a> {
    watches: &'a mut Vec<Watch>,
    told: Vec<Failure>,
    step: usize,
    began_ms: u64,
}

impl Watching<'_> {
    /// Closes and tells those that do not hold at this moment.
    fn see(&mut self, world: &World) {
        let ms = world.now_ms() - self.began_ms;
        self.watches.retain(|watch| {
            let failed = watch.expected.failures(&watch.place, world).unwrap_or_default();
            let holds = failed.is_empty();
            let failed = failed.into_iter().map(|one| at_every_moment(one, watch.expected.when));
            self.told.extend(failed.map(|failure| in_step(failure, self.step, ms)));
            holds
        });
    }

    /// Lets time pass, with somebody who looks on if there is something to watch.
    fn advance(&mut self, world: &mut World, until: WorldUntil, by_ms: u64) -> Vec<WorldEvent> {
        if self.watches.is_empty() {
            return world.advance_by(until, by_ms, None).0;
        }
        let mut see = |world: &World| self.see(world);
        world.advance_by(until, by_ms, Some(&mut see)).0
    }

    /// Lets the clusters react to a command.
    fn react(&mut self, world: &mut World, settle: Settle) -> Vec<WorldEvent> {
        let (until, by_ms) = match settle {
            Settle::Fully => (Until::Settled, u64::MAX),
            Settle::Prepared => (Until::Prepared, u64::MAX),
            Settle::Within { ms } => (Until::Settled, world.now_ms().saturating_add(ms)),
        };
        self.advance(world, WorldUntil::Sites(until), by_ms)
    }
}

/// How many reads were stale so far, at all sites.
fn stale(world: &World) -> u64 {
    world.view().sites.iter().map(|site| site.counts.stale).sum()
}

/// What a client was told. A read is stale if it did not see a write acknowledged before at any site.
fn client_of(events: &[WorldEvent], stale: bool) -> Option<ClientAnswer> {
    let answers = events.iter().filter_map(|event| match &event.kind {
        WorldEventKind::Site { kind, .. } => answer_of(kind),
        _ => None,
    });
    let answer = answers.into_iter().next()?;
    Some(ClientAnswer { stale: answer.stale.map(|_| stale), ..answer })
}

/// Differences between what a client was told and what the step expects.
fn of_client(
    place: &str,
    expected: ClientExpectation,
    answer: Option<ClientAnswer>,
    events: &[WorldEvent],
) -> Vec<Failure> {
    let forbidden = |event: &WorldEvent| matches!(event.kind, WorldEventKind::Forbidden { .. });
    match expected.result {
        Some(result) if events.iter().any(forbidden) => vec![Failure {
            place: format!("{place}.result"),
            expected: result.to_string(),
            found: "error 10: the namespace takes no writes of clients".to_owned(),
        }],
        _ => client_failures(place, expected, answer),
    }
}

impl Iterator for WorldRunner<'_> {
    type Item = Result<WorldStepReport, ScenarioError>;

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.next;
        if index >= self.plan.doings.len() {
            return None;
        }
        self.next = index + 1;
        let report = self.step(index);
        if report.is_err() {
            self.next = self.plan.doings.len();
        }
        Some(report)
    }
}
