//! Runs a scenario step by step.
//!
//! Invariant: the same file gives the same reports, byte for byte. A step that cannot be done ends the run; an expectation
//! that does not hold does not. Not here: how a report is printed (see `report`), and the servers' log lines (the asinfo crate's).

use rosterlab_engine::{Cluster, ClusterView, Event, Rules};

use crate::answer::{ClientAnswer, answer};
use crate::expectation::{Failure, client_failures, failures};
use crate::file::Scenario;
use crate::file::clock::ClockTime;
use crate::file::error::{Cause, ScenarioError};
use crate::plan::{Doing, Plan, refusal};
use crate::timeline::Entry;
use crate::watch::Watches;

/// The wall clock of a scenario: what it shows at one simulated time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    shown: ClockTime,
    at_ms: u64,
}

impl Clock {
    /// A clock that shows a time at a simulated time.
    pub(crate) fn set(shown: ClockTime, at_ms: u64) -> Self {
        Self { shown, at_ms }
    }

    /// What the clock shows at a simulated time; times before the clock was set count as that moment.
    #[must_use]
    pub fn at(self, time_ms: u64) -> ClockTime {
        self.shown.later(time_ms.saturating_sub(self.at_ms))
    }
}

/// The report of one step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepReport {
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
    /// What a client was told, if the step is a client's.
    pub client: Option<ClientAnswer>,
    /// What happened.
    pub events: Vec<Event>,
    /// The cluster after it.
    pub view: ClusterView,
}

/// A running scenario: an iterator over the reports of its steps. An error ends it.
#[derive(Clone, Debug)]
pub struct Runner<'a> {
    scenario: &'a Scenario,
    plan: Plan,
    cluster: Cluster,
    clock: Clock,
    watches: Watches,
    next: usize,
}

impl<'a> Runner<'a> {
    /// A scenario before its first step.
    ///
    /// # Errors
    /// The first error that can be found without running it.
    pub fn new(scenario: &'a Scenario) -> Result<Self, ScenarioError> {
        Self::with_rules(scenario, Rules::default())
    }

    /// As [`Runner::new`], with other rules: for tests that show that each rule is needed.
    ///
    /// # Errors
    /// As [`Runner::new`].
    pub fn with_rules(scenario: &'a Scenario, rules: Rules) -> Result<Self, ScenarioError> {
        let plan = scenario.plan()?;
        let refused = |error| ScenarioError::new("cluster", Cause::Setup(error));
        let cluster = Cluster::with_rules(plan.setup.clone(), rules).map_err(refused)?;
        let (clock, watches) = (Clock::default(), Watches::default());
        Ok(Self { scenario, plan, cluster, clock, watches, next: 0 })
    }

    /// The cluster as it is after the steps so far.
    #[must_use]
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The entry of the next step; `None` for an expectation and at the end.
    #[must_use]
    pub fn next_entry(&self) -> Option<&Entry> {
        match self.plan.doings.get(self.next) {
            Some(Doing::Happen { entry, .. }) => Some(entry),
            _ => None,
        }
    }

    /// Performs the remaining steps without reports and returns the cluster after the last one.
    ///
    /// # Errors
    /// When a step cannot be done.
    pub fn into_last(mut self) -> Result<Cluster, ScenarioError> {
        while let Some(doing) = self.plan.doings.get(self.next) {
            if let Doing::Happen { entry, .. } = doing {
                let step = &self.scenario.steps[self.next];
                let place = format!("steps[{}]", self.next);
                let refused = |rejection| refusal(&place, step, rejection);
                entry.run(&mut self.cluster).map_err(refused)?;
            }
            self.next += 1;
        }
        Ok(self.cluster)
    }

    fn step(&mut self, index: usize) -> Result<StepReport, ScenarioError> {
        let step = &self.scenario.steps[index];
        let place = format!("steps[{index}]");
        let began_ms = self.cluster.now_ms();
        if let Some(shown) = step.at {
            self.clock = Clock::set(shown, began_ms);
        }
        let (mut events, mut client, mut failed) = (Vec::new(), None, Vec::new());
        let doing = &self.plan.doings[index];
        if let Doing::Happen { entry, client: expected } = doing {
            let refused = |rejection| refusal(&place, step, rejection);
            let watches = &mut self.watches;
            let mut see = |cluster: &Cluster| watches.see(cluster, index, began_ms, &mut failed);
            events = entry.run_seen(&mut self.cluster, &mut see).map_err(refused)?;
            client = events.iter().find_map(answer);
            failed.extend(client_failures(&place, *expected, client));
        }
        let view = self.cluster.view();
        if let Doing::Expect { namespace, expect } = doing {
            failed = failures(&place, expect, *namespace, &view)?;
            if failed.is_empty() {
                self.watches.add(&place, *namespace, expect);
            }
        }
        let action = step.action.name();
        let (clock, failures) = (self.clock, failed);
        Ok(StepReport { step: index, action, clock, began_ms, failures, client, events, view })
    }
}

impl Iterator for Runner<'_> {
    type Item = Result<StepReport, ScenarioError>;

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
