//! Expectations that hold always or never: from their step to the end of the run, at every moment.
//!
//! Invariant: each is told once, at the first moment at which it does not hold. A moment at which its `on` is in no cluster,
//! or a node that it names is not there, says nothing about it. Not here: what it compares (see `expectation`).

use std::fmt::Write as _;

use rosterlab_engine::{Cluster, ClusterView};

use crate::expectation::{Failure, failures};
use crate::file::{Expect, When};

/// An expectation for every moment.
#[derive(Clone, Debug)]
struct Watch {
    place: String,
    namespace: usize,
    expect: Expect,
}

/// The expectations that are open: none has failed so far.
#[derive(Clone, Debug, Default)]
pub struct Watches(Vec<Watch>);

impl Watches {
    /// Adds an expectation that holds now, unless it is for now only.
    pub fn add(&mut self, place: &str, namespace: usize, expect: &Expect) {
        if expect.when != When::Now {
            self.0.push(Watch { place: place.to_owned(), namespace, expect: expect.clone() });
        }
    }

    /// Closes and tells those that do not hold at this moment of a step, which began at `began_ms`.
    pub fn see(&mut self, cluster: &Cluster, step: usize, began_ms: u64, told: &mut Vec<Failure>) {
        if self.0.is_empty() {
            return;
        }
        let view = cluster.view();
        self.0.retain(|watch| {
            let failed = watch.failures(&view);
            let holds = failed.is_empty();
            let in_step = |failure| in_step(failure, step, view.time_ms - began_ms);
            told.extend(failed.into_iter().map(in_step));
            holds
        });
    }
}

impl Watch {
    fn failures(&self, view: &ClusterView) -> Vec<Failure> {
        let failed = failures(&self.place, &self.expect, self.namespace, view).unwrap_or_default();
        failed.into_iter().map(|failure| at_every_moment(failure, self.expect.when)).collect()
    }
}

/// The failure as one of an expectation for every moment.
pub(crate) fn at_every_moment(failure: Failure, when: When) -> Failure {
    match when {
        When::Always => Failure { expected: format!("always {}", failure.expected), ..failure },
        When::Now | When::Never => failure,
    }
}

/// The failure with the moment at which it was found, so many milliseconds after its step began.
pub(crate) fn in_step(mut failure: Failure, step: usize, ms: u64) -> Failure {
    let _ = write!(failure.found, " in steps[{step}]");
    if ms > 0 {
        let _ = write!(failure.found, ", {}.{:03} s after it began", ms / 1000, ms % 1000);
    }
    failure
}
