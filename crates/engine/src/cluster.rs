//! The cluster: one way in and one way out.

use crate::command::{Command, Rejection};
use crate::event::Event;
use crate::id::{NodeId, PartitionId};
use crate::namespace::{ClusterSetup, SetupError};
use crate::availability::Judge;
use crate::view::{ClusterView, Explanation};
use crate::succession::Work;

/// How far [`Cluster::advance`] lets simulated time pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// To this moment, in milliseconds since the cluster was made; cluster changes happen and migrations run.
    Time(u64),
    /// Until all clusters have formed and rebalanced; migrations stand still meanwhile (scenario-format.md).
    Settled,
    /// Until the nodes have begun to react to what happened last: they have prepared a cluster change and not committed
    /// it, so that what comes next interrupts it (domain.md §7). Migrations stand still meanwhile.
    Prepared,
    /// As `Settled`, and then until migrations are done: all, or in each sub-cluster and namespace those of so many
    /// more partitions, lowest ids first.
    Migrated {
        /// How many partitions, or all.
        partitions: Option<u32>,
    },
}

/// A simulated cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {}

impl Cluster {
    /// A cluster that is whole.
    ///
    /// # Errors
    /// When the setup does not keep a limit.
    pub fn new(setup: ClusterSetup) -> Result<Self, SetupError> { todo!() }
    /// As [`Cluster::new`], with other rules of availability.
    ///
    /// # Errors
    /// When the setup does not keep a limit.
    pub fn with_judge(setup: ClusterSetup, judge: Judge) -> Result<Self, SetupError> { todo!() }
    /// What the cluster was made of.
    pub fn setup(&self) -> &ClusterSetup { todo!() }
    /// Simulated milliseconds since the cluster was made.
    pub fn now_ms(&self) -> u64 { todo!() }
    /// Whether a command can be done now.
    ///
    /// # Errors
    /// What [`Cluster::apply`] would refuse it with.
    pub fn check(&self, command: &Command) -> Result<(), Rejection> { todo!() }
    /// Does a command.
    ///
    /// # Errors
    /// When it cannot be done now; nothing has changed then.
    pub fn apply(&mut self, command: &Command) -> Result<Vec<Event>, Rejection> { todo!() }
    /// Lets simulated time pass.
    pub fn advance(&mut self, until: Until) -> Vec<Event> { todo!() }
    /// What a front end needs to know.
    pub fn view(&self) -> ClusterView { todo!() }
    /// Why a partition is what it is in the sub-cluster of a node, or in the one with the highest principal.
    ///
    /// # Errors
    /// When there is no such namespace or node, or the node is down.
    pub fn explain(&self, namespace: &str, partition: PartitionId, on: Option<NodeId>) -> Result<Explanation, Rejection> { todo!() }
    /// How much hashing and sorting was done since the cluster was made.
    pub fn work(&self) -> Work { todo!() }
}
