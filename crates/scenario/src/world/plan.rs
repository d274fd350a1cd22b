//! Translates the steps of a scenario with several sites into commands and expectations for the engine.
//!
//! Invariant: a [`WorldPlan`] has one [`Doing`] for every step, in order, with every site and namespace named. What a step
//! does in one cluster is translated as in a scenario of one cluster. Not here: running (see `runner`).

use rosterlab_engine::ClusterSetup;
use rosterlab_engine::world::{
    FleetSetup, Place, ShipSetup, SiteSetup, Way, WorldCommand, WorldRejection, WorldSetup,
    WorldSetupError,
};

use super::action::{Restart, ShipSet, ShipWay, SiteAction};
use super::comparison::Expected;
use super::expect::WorldExpect;
use super::file::{SiteFile, WorldAction, WorldScenario, WorldStep};
use crate::file::error::{Cause, ScenarioError};
use crate::file::{Action, Advance, Expect, Migrate, Step};
use crate::plan::{self, ClientExpectation, namespace_at, place_within};
use crate::timeline::{Entry, Settle};

/// What a step means for the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Doing {
    /// A command is done, and clusters react to it.
    Act {
        /// What.
        command: WorldCommand,
        /// How far they react.
        settle: Settle,
        /// What the step expects a client to be told.
        client: ClientExpectation,
    },
    /// Time passes.
    Pass {
        /// Milliseconds.
        ms: u64,
    },
    /// Migrations run at all sites until none is left, or until so many more partitions are done.
    Migrate {
        /// How many partitions, or all.
        partitions: Option<u32>,
    },
    /// Time passes until ships have nothing left.
    CatchUp {
        /// How long at most, in milliseconds.
        within_ms: u64,
    },
    /// An expectation is checked.
    Expect(Box<Expected>),
}

/// A scenario for the engine.
#[derive(Clone, Debug, PartialEq)]
pub struct WorldPlan {
    /// The setup of the world.
    pub setup: WorldSetup,
    /// One for every step.
    pub doings: Vec<Doing>,
}

impl WorldScenario {
    /// Translates the scenario for the engine.
    ///
    /// # Errors
    /// The first error that can be found without running it, with its place.
    pub fn plan(&self) -> Result<WorldPlan, ScenarioError> {
        let sites = self.sites.iter().enumerate().map(|(index, site)| site.setup(index));
        let setup = WorldSetup { sites: sites.collect::<Result<_, _>>()? };
        let doings = self.steps.iter().enumerate().map(|(index, step)| {
            let place = format!("steps[{index}]");
            Planner { sites: &setup.sites, place: &place }.doing(step)
        });
        let doings = doings.collect::<Result<_, _>>()?;
        Ok(WorldPlan { setup, doings })
    }
}

impl SiteFile {
    fn setup(&self, index: usize) -> Result<SiteSetup, ScenarioError> {
        let cluster = self.cluster.setup().map_err(|error| {
            // The places of a cluster begin with `cluster`.
            ScenarioError::new(format!("sites[{index}].{}", error.place), error.cause)
        })?;
        Ok(SiteSetup { name: self.name.clone(), cluster })
    }
}

/// The error of a world that cannot be made.
pub(crate) fn of_setup(error: WorldSetupError) -> ScenarioError {
    match error {
        WorldSetupError::Site { index, why } => {
            ScenarioError::new(format!("sites[{index}].cluster"), Cause::Setup(why))
        }
        WorldSetupError::SiteCount(_) => ScenarioError::new("sites", told(&error)),
        WorldSetupError::SiteName { index } => {
            let cause = Cause::Unreadable("a name is needed that no earlier site has".to_owned());
            ScenarioError::new(format!("sites[{index}].name"), cause)
        }
    }
}

fn told(error: &WorldSetupError) -> Cause {
    Cause::Unreadable(error.to_string())
}

/// A world's rejection of a step as an error, placed at the field that it is about.
pub(crate) fn refusal(place: &str, step: &WorldStep, rejection: WorldRejection) -> ScenarioError {
    let (field, cause) = match (&step.action, rejection) {
        (WorldAction::Cluster(action), WorldRejection::Site { why, .. }) => {
            (place_within(action, &why), Cause::Rejected(why))
        }
        (WorldAction::Cluster(Action::Write(_) | Action::Read(_)), why) => {
            (".digest".to_owned(), Cause::World(why))
        }
        (_, why) => (field_of(&why).to_owned(), Cause::World(why)),
    };
    ScenarioError::new(format!("{place}{field}"), cause)
}

/// The field of a step that only several sites have.
fn field_of(rejection: &WorldRejection) -> &'static str {
    match rejection {
        WorldRejection::Site { .. } => ".namespace",
        WorldRejection::SameSite(_) => ".to",
        WorldRejection::CannotRewind(_) => ".rewind",
        WorldRejection::NoBackup(_) | WorldRejection::FleetExists(_) => ".name",
        WorldRejection::NoEndpoint(_) => ".endpoint",
        WorldRejection::NoFleet(_)
        | WorldRejection::Paused(_)
        | WorldRejection::NotPaused(_)
        | WorldRejection::Restarting(_) => ".fleet",
        WorldRejection::OutOfRange { what, .. } => match *what {
            "a fleet's reads" => ".reads",
            "a fleet's writes" => ".writes",
            "the first record" | "a fleet's first key" => ".first",
            "the restart of an instance in milliseconds" => ".seconds-each",
            _ => "",
        },
        _ => "",
    }
}

/// Translates one step.
struct Planner<'a> {
    sites: &'a [SiteSetup],
    place: &'a str,
}

impl Planner<'_> {
    fn error(&self, field: &str, cause: Cause) -> ScenarioError {
        ScenarioError::new(format!("{}{field}", self.place), cause)
    }

    /// The index of the site that a field names, or of the first.
    fn site(&self, field: &str, named: Option<&str>) -> Result<usize, ScenarioError> {
        let Some(name) = named else { return Ok(0) };
        self.sites.iter().position(|site| site.name == name).ok_or_else(|| {
            let known = self.sites.iter().map(|site| site.name.clone()).collect();
            self.error(field, Cause::NoSite(name.to_owned(), known))
        })
    }

    fn cluster(&self, site: usize) -> Result<&ClusterSetup, ScenarioError> {
        let site = self.sites.get(site).ok_or_else(|| {
            ScenarioError::new("sites", told(&WorldSetupError::SiteCount(self.sites.len())))
        })?;
        Ok(&site.cluster)
    }

    /// The name of a site's namespace: the one named, or the only one.
    fn namespace(&self, site: usize, named: Option<&str>) -> Result<String, ScenarioError> {
        let cluster = self.cluster(site)?;
        let index = namespace_at(cluster, named, self.place)?;
        Ok(cluster.namespaces[index].name.clone())
    }

    fn doing(&self, step: &WorldStep) -> Result<Doing, ScenarioError> {
        let site = self.site(".site", step.site.as_deref())?;
        let (command, client) = match &step.action {
            WorldAction::Expect(action) => {
                return self.expected(step, site, &action.expect).map(Box::new).map(Doing::Expect);
            }
            WorldAction::Cluster(Action::Advance(Advance { seconds })) => {
                return Ok(Doing::Pass { ms: seconds.ms() });
            }
            WorldAction::Cluster(Action::Migrate(Migrate { partitions })) => {
                return Ok(Doing::Migrate { partitions: *partitions });
            }
            WorldAction::Sites(SiteAction::CatchUp(wait)) => {
                return Ok(Doing::CatchUp { within_ms: wait.within.ms() });
            }
            WorldAction::Cluster(action) => self.in_cluster(site, step, action)?,
            WorldAction::Sites(action) => {
                (self.command(site, step, action)?, ClientExpectation::default())
            }
        };
        Ok(Doing::Act { command, settle: step.settle, client })
    }

    /// What is done in one cluster, as a step of a scenario of that cluster.
    fn in_cluster(
        &self,
        site: usize,
        step: &WorldStep,
        action: &Action,
    ) -> Result<(WorldCommand, ClientExpectation), ScenarioError> {
        let alone = Step { settle: step.settle, ..Step::from(action.clone()) };
        match alone.doing(self.cluster(site)?, self.place)? {
            plan::Doing::Happen { entry: Entry::Act { command, .. }, client } => {
                let site = Some(self.sites[site].name.clone());
                Ok((WorldCommand::Site { site, command }, client))
            }
            other => unreachable!("`doing` handles what is no command: {other:?}"),
        }
    }

    fn way(&self, way: &ShipWay) -> Result<Way, ScenarioError> {
        let from = self.site(".from", Some(&way.from))?;
        self.site(".to", Some(&way.to))?;
        let namespace = self.namespace(from, way.namespace.as_deref())?;
        Ok(Way { from: way.from.clone(), to: way.to.clone(), namespace })
    }

    fn ship(&self, ship: &ShipSet) -> Result<ShipSetup, ScenarioError> {
        let ShipSet { from, to, namespace, delay_ms, records_per_s, mode, rewind } = ship.clone();
        Ok(ShipSetup {
            way: self.way(&ShipWay { from, to, namespace })?,
            delay_ms,
            records_per_s,
            mode: mode.into(),
            rewind: rewind.map(Into::into),
        })
    }

    fn command(
        &self,
        site: usize,
        step: &WorldStep,
        action: &SiteAction,
    ) -> Result<WorldCommand, ScenarioError> {
        let place = |namespace: &Option<String>| {
            let namespace = self.namespace(site, namespace.as_deref())?;
            Ok(Place { site: self.sites[site].name.clone(), namespace })
        };
        Ok(match action {
            SiteAction::Ship(ship) => WorldCommand::Ship(self.ship(ship)?),
            SiteAction::Unship(way) => WorldCommand::Unship(self.way(way)?),
            SiteAction::Disconnect(way) => WorldCommand::Disconnect(self.way(way)?),
            SiteAction::Reconnect(way) => WorldCommand::Reconnect(self.way(way)?),
            SiteAction::Allow(allow) => WorldCommand::Allow {
                place: place(&allow.namespace)?,
                xdr_writes: allow.xdr_writes,
                nonxdr_writes: allow.nonxdr_writes,
            },
            SiteAction::Load(load) => WorldCommand::Load {
                place: place(&load.namespace)?,
                first: load.first,
                records: load.records,
            },
            SiteAction::Backup(backup) => {
                WorldCommand::Backup { place: place(&backup.namespace)?, name: backup.name.clone() }
            }
            SiteAction::Restore(restore) => WorldCommand::Restore {
                place: place(&restore.namespace)?,
                name: restore.name.clone(),
                policy: restore.policy.into(),
            },
            SiteAction::Repoint(repoint) => {
                self.site(".to", Some(&repoint.to))?;
                let (endpoint, site) = (repoint.endpoint.clone(), repoint.to.clone());
                WorldCommand::Repoint { endpoint, site }
            }
            SiteAction::Fleet(fleet) => WorldCommand::Fleet(FleetSetup {
                name: fleet.name.clone(),
                instances: fleet.instances,
                endpoint: fleet.endpoint.clone(),
                namespace: self.namespace(0, fleet.namespace.as_deref())?,
                first_key: fleet.first,
                keys: fleet.keys,
                reads: fleet.reads,
                writes: fleet.writes,
                rate_per_s: fleet.rate_per_s,
            }),
            SiteAction::Restart(Restart { fleet, seconds_each }) => {
                WorldCommand::Restart { fleet: fleet.clone(), each_ms: seconds_each.ms() }
            }
            SiteAction::Pause(one) => WorldCommand::Pause { fleet: one.fleet.clone() },
            SiteAction::Resume(one) => WorldCommand::Resume { fleet: one.fleet.clone() },
            SiteAction::CatchUp(_) => {
                unreachable!("`doing` handles it: {:?} is no command", step.action.name())
            }
        })
    }

    fn expected(
        &self,
        step: &WorldStep,
        site: usize,
        expect: &WorldExpect,
    ) -> Result<Expected, ScenarioError> {
        let WorldExpect { cluster, counts } = expect;
        let Expect { when, namespace, .. } = cluster;
        // A cluster counts records that nothing tells apart as one.
        if cluster.lost_writes.is_some() {
            let told = "where there are sites, \"lost\" counts this".to_owned();
            return Err(self.error(".lost_writes", Cause::Unreadable(told)));
        }
        let bare = Expect { when: *when, namespace: namespace.clone(), ..Expect::default() };
        let expects_counts = counts.each().iter().any(|(_, bounds)| bounds.is_some());
        let of_cluster = if *cluster == bare && (expects_counts || counts.written_at.is_some()) {
            None
        } else {
            let alone = Step::from(Action::Expect(Box::new(cluster.clone())));
            match alone.doing(self.cluster(site)?, self.place)? {
                plan::Doing::Expect { namespace, expect } => Some((namespace, expect)),
                other @ plan::Doing::Happen { .. } => {
                    unreachable!("an expectation is not done: {other:?}")
                }
            }
        };
        for (field, named) in
            [(".from", &counts.from), (".to", &counts.to), (".written_at", &counts.written_at)]
        {
            self.site(field, named.as_deref())?;
        }
        let expected = Expected {
            when: *when,
            at: site,
            site: step.site.as_ref().map(|_| site),
            of_cluster,
            namespace: namespace.clone(),
            counts: counts.clone(),
        };
        expected.check(self.place)?;
        Ok(expected)
    }
}
