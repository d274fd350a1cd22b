//! What all formats of a report share.
//!
//! Invariant: inert. Not here: how it is laid out.

use rosterlab_scenario::foresight::runbook::{Checked, Finding, Level, Nearest};
use rosterlab_scenario::words::runbook::{name_of, of_finding, of_wrong, source_of};

/// What a report is about.
pub(super) struct Report<'a> {
    /// The file with the cluster.
    pub cluster: String,
    /// The file with the plan.
    pub plan: String,
    pub checked: &'a Checked,
    /// The nearest order that is safe, for a plan that is understood and not safe.
    pub nearest: Option<Nearest>,
}

/// A finding in the words that all formats share.
pub(super) struct Told {
    pub level: &'static str,
    pub name: &'static str,
    pub namespace: Option<String>,
    pub message: String,
    pub source: Option<String>,
    /// All of it in one line.
    pub line: String,
}

impl Told {
    pub fn of(finding: &Finding, checked: &Checked) -> Self {
        let namespace = finding.namespace.and_then(|index| checked.namespaces.get(index)).cloned();
        Self {
            level: match finding.level {
                Level::Warning => "warning",
                Level::Error => "error",
            },
            name: name_of(&finding.wrong),
            namespace,
            message: of_wrong(&finding.wrong),
            source: source_of(&finding.wrong),
            line: of_finding(finding, checked),
        }
    }
}
