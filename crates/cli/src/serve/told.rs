//! What the control tells of events: one JSON object each.
//!
//! Invariant: the fields are those of the JavaScript API, with a sentence beside them. Not here: who listens.

use std::sync::Arc;

use rosterlab_engine::{ClusterView, Event};
use rosterlab_scenario::event_data::EventData;
use rosterlab_scenario::words;
use serde::Serialize;

/// An event as a line of JSON.
#[derive(Clone, Debug)]
pub struct Told(Arc<str>);

impl Told {
    /// An event, told with what the cluster is like after it.
    pub fn of(event: &Event, view: &ClusterView) -> Self {
        let text = words::events::of_event_among(&event.kind, view);
        Self::line(event.at_ms, &EventData(&event.kind), &text)
    }

    /// The cluster was set back to its start.
    pub fn reset() -> Self {
        #[derive(Serialize)]
        struct Reset {
            kind: &'static str,
        }
        Self::line(0, &Reset { kind: "reset" }, "The cluster is as it was at the start.")
    }

    fn line(at_ms: u64, data: &impl Serialize, text: &str) -> Self {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Line<'a, D> {
            at_ms: u64,
            #[serde(flatten)]
            data: &'a D,
            text: &'a str,
        }
        let line = serde_json::to_string(&Line { at_ms, data, text });
        // Keys are text and numbers are finite, so nothing can fail.
        Self(line.unwrap_or_default().into())
    }

    /// The JSON.
    pub fn json(&self) -> &str {
        &self.0
    }
}
