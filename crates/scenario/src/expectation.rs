//! Comparing what a step expects with what is there.
//!
//! Invariant: every field that an `expect` has is compared; each that does not hold is one [`Failure`] with the field's
//! place, the expected and the found value. Not here: what a field means (see `file`).

use std::fmt;

use rosterlab_engine::{ClusterView, Counts, PARTITIONS, SubClusterNamespaceView, convert};

use crate::answer::ClientAnswer;
use crate::file::error::{Cause, ScenarioError, without_dot};
use crate::file::names::RuleName;
use crate::file::{Bounds, Expect, MasterField, When};
use crate::plan::ClientExpectation;

/// An expectation that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where it stands: `steps[5].unavailable`.
    pub place: String,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, found {}", self.place, self.expected, self.found)
    }
}

/// Collects the failures of one step.
pub(crate) struct Comparison<'a> {
    place: &'a str,
    failures: Vec<Failure>,
}

impl<'a> Comparison<'a> {
    /// A comparison of the step at this place.
    pub fn new(place: &'a str) -> Self {
        Self { place, failures: Vec::new() }
    }

    /// What does not hold at this moment; with `never`, one failure if all of it does.
    pub fn failures(self, when: When) -> Vec<Failure> {
        if when != When::Never {
            return self.failures;
        }
        let holds = self.failures.is_empty();
        let never = || Failure {
            place: self.place.to_owned(),
            expected: "this never".to_owned(),
            found: "it".to_owned(),
        };
        holds.then(never).into_iter().collect()
    }

    /// Compares a count.
    pub fn count(&mut self, name: &str, expected: Option<Bounds>, found: u32) {
        if let Some(expected) = expected
            && !expected.hold(found)
        {
            self.fails(name, expected.to_string(), found.to_string());
        }
    }

    /// Compares a value.
    pub fn field<T: fmt::Display + PartialEq>(
        &mut self,
        name: &str,
        expected: Option<T>,
        found: &T,
    ) {
        if let Some(expected) = expected
            && expected != *found
        {
            self.fails(name, expected.to_string(), found.to_string());
        }
    }

    fn fails(&mut self, name: &str, expected: String, found: String) {
        let place = without_dot(format!("{}.{name}", self.place));
        self.failures.push(Failure { place, expected, found });
    }
}

/// The fields of an `expect` that do not hold at this moment; with `never`, one failure if all of them do.
///
/// # Errors
/// When it asks for a node that is not there or is in no sub-cluster.
pub fn failures(
    place: &str,
    expect: &Expect,
    namespace: usize,
    view: &ClusterView,
) -> Result<Vec<Failure>, ScenarioError> {
    let mut comparison = Comparison::new(place);
    compare(&mut comparison, expect, namespace, view)?;
    Ok(comparison.failures(expect.when))
}

/// Compares every field of an `expect` with a cluster.
///
/// # Errors
/// As [`failures`].
pub(crate) fn compare(
    comparison: &mut Comparison<'_>,
    expect: &Expect,
    namespace: usize,
    view: &ClusterView,
) -> Result<(), ScenarioError> {
    let here = sub_cluster(comparison.place, expect, namespace, view)?;
    let sub_clusters = convert::count(view.sub_clusters.len());
    comparison.count("sub_clusters", expect.sub_clusters, sub_clusters);
    let orphans = convert::count(view.orphans.len());
    comparison.count("orphans", expect.orphans, orphans);
    let lost = convert::narrow(view.lost_writes, "the number of lost writes");
    comparison.count("lost_writes", expect.lost_writes, lost);
    cluster_fields(comparison, expect, here);
    node_fields(comparison, expect, namespace, view)?;
    partition_fields(comparison, expect, here);
    Ok(())
}

/// Differences between what a client was told and what the step expects.
#[must_use]
pub fn client_failures(
    place: &str,
    expect: ClientExpectation,
    answer: Option<ClientAnswer>,
) -> Vec<Failure> {
    let mut comparison = Comparison::new(place);
    if let Some(answer) = answer {
        comparison.field("result", expect.result, &answer.result);
        comparison.field("stale", expect.stale, &answer.stale.unwrap_or_default());
    }
    comparison.failures
}

/// The namespace in the sub-cluster that `on` names, else in the first; none when no node is in a sub-cluster.
fn sub_cluster<'a>(
    place: &str,
    expect: &Expect,
    namespace: usize,
    view: &'a ClusterView,
) -> Result<Option<&'a SubClusterNamespaceView>, ScenarioError> {
    let index = match expect.on {
        None => 0,
        Some(on) => {
            let place = || format!("{place}.on");
            if view.node(on).is_none() {
                let cause = Cause::Rejected(rosterlab_engine::Rejection::NoNode(on));
                return Err(ScenarioError::new(place(), cause));
            }
            let found = view.sub_cluster_of(on);
            found.ok_or_else(|| ScenarioError::new(place(), Cause::InNoCluster(on)))?
        }
    };
    Ok(view.sub_clusters.get(index).and_then(|sub_cluster| sub_cluster.namespaces.get(namespace)))
}

fn cluster_fields(
    comparison: &mut Comparison<'_>,
    expect: &Expect,
    here: Option<&SubClusterNamespaceView>,
) {
    // Without a cluster all partitions are unavailable (domain.md §5).
    let all = convert::count(PARTITIONS);
    let none = Counts { active: 0, unavailable: all, dead: 0 };
    let counts = here.map_or(none, |here| here.counts);
    comparison.count("unavailable", expect.unavailable, counts.unavailable);
    comparison.count("dead", expect.dead, counts.dead);
    comparison.count("active", expect.active, counts.active);
    comparison.count("fresh", expect.fresh, here.map_or(0, |here| here.fresh));
    let present = here.map_or(0, |here| here.roster_nodes_present);
    comparison.count("roster_nodes_present", expect.roster_nodes_present, present);
    comparison.count("regime", expect.regime, here.map_or(0, |here| here.regime));
    let remaining = here.map_or(&[][..], |here| here.remaining.as_slice());
    let to_send = remaining.iter().map(|(_, migrations)| migrations.tx).sum();
    comparison.count("migrations", expect.migrations, to_send);
    if expect.node.is_none() {
        comparison.count("filling", expect.filling, here.map_or(0, |here| here.filling));
    }
}

fn node_fields(
    comparison: &mut Comparison<'_>,
    expect: &Expect,
    namespace: usize,
    view: &ClusterView,
) -> Result<(), ScenarioError> {
    let Some(id) = expect.node else { return Ok(()) };
    let node = view.node(id).and_then(|node| node.namespaces.get(namespace));
    let Some(node) = node else {
        let cause = Cause::Rejected(rosterlab_engine::Rejection::NoNode(id));
        return Err(ScenarioError::new(format!("{}.node", comparison.place), cause));
    };
    let copies = node.copies;
    comparison.count("full", expect.full, copies.full);
    comparison.count("subset", expect.subset, copies.subset);
    comparison.count("evade", expect.evade, copies.evade);
    comparison.count("revived", expect.revived, copies.revived);
    comparison.count("data", expect.data, copies.with_data);
    comparison.count("filling", expect.filling, copies.filling);
    if let Some(MasterField::Count(count)) = expect.master {
        comparison.count("master", Some(count), copies.master);
    }
    Ok(())
}

fn partition_fields(
    comparison: &mut Comparison<'_>,
    expect: &Expect,
    here: Option<&SubClusterNamespaceView>,
) {
    let Some(partition) = expect.partition else { return };
    let cell = here.and_then(|here| here.cells.get(usize::from(partition.get())));
    let availability = cell.map(|cell| cell.verdict.availability);
    let text = |found: Option<String>| found.unwrap_or_else(|| "no cluster".to_owned());
    let expected = expect.availability.map(|availability| availability.to_string());
    comparison.field("availability", expected, &text(availability.map(|a| a.to_string())));
    let rule = cell.map(|cell| RuleName::from(cell.verdict.rule).to_string());
    comparison.field("rule", expect.rule.map(|rule| rule.to_string()), &text(rule));
    if let Some(MasterField::Node(node)) = expect.master {
        let master = cell.and_then(|cell| cell.working_master);
        let found = master.map_or_else(|| "no master".to_owned(), |master| master.to_string());
        comparison.field("master", Some(node.to_string()), &found);
    }
}
