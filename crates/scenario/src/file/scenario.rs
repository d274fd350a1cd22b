//! A whole scenario, and its text.
//!
//! Invariant: a [`Scenario`] that is written as JSON is read back to an equal one. Not here: reading files (see `parse`)
//! and running (see `plan` and `runner`).

use serde::Serialize;

use super::cluster::ClusterFile;
#[cfg(doc)]
use super::limits::FORMAT;
use super::step::Step;

/// A scenario file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scenario {
    /// Always [`FORMAT`].
    pub format: FormatName,
    /// Its title.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it is about, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What it starts from.
    pub cluster: ClusterFile,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// The one format that this crate reads and writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum FormatName {
    /// [`FORMAT`].
    #[default]
    #[serde(rename = "rosterlab-scenario/1")]
    V1,
}

impl Scenario {
    /// The file as indented text with a final line break.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        debug_assert!(text.is_ok(), "every scenario can be written as JSON");
        text.unwrap_or_default() + "\n"
    }
}
