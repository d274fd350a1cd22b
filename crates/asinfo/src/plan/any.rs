//! A plan of any form: a text as people write it, or the steps of a scenario.
//!
//! Invariant: the command line and the page take the same plans. Not here: files, and where in a text a mistake is.

use std::fmt;

use rosterlab_engine::Cluster;
use rosterlab_scenario::ScenarioError;
use rosterlab_scenario::foresight::runbook::{Line, as_scenario, lines_of_steps};

use super::names::Names;
use super::reader::Reader;
use super::text::PlanError;

/// Why a text is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is empty or too long.
    Plan(PlanError),
    /// It is a scenario or a list of steps, and one that cannot be read or is not meant for the cluster.
    Steps(ScenarioError),
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(error) => error.fmt(f),
            Self::Steps(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Unread {}

/// The lines of a plan for a cluster, and who reads them.
///
/// # Errors
/// Why the text is no plan.
pub fn read(text: &str, names: Names, cluster: &Cluster) -> Result<(Reader, Vec<Line>), Unread> {
    if let Some(scenario) = as_scenario(text) {
        let lines = lines_of_steps(&scenario, cluster).map_err(Unread::Steps)?;
        return Ok((Reader::of_names(names), lines));
    }
    if text.trim().is_empty() {
        return Err(Unread::Plan(PlanError::Empty));
    }
    Reader::new(text, names).map_err(Unread::Plan)
}
