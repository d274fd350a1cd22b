//! What the control tells of events: one JSON object each.
//!
//! Invariant: the fields are those of the JavaScript API, with a sentence beside them. Not here: who listens.

use std::sync::Arc;

use rosterlab_engine::{ClusterView, Event};
use rosterlab_scenario::event_data::EventData;
use rosterlab_scenario::words;
use serde::Serialize;
use serde_json::{Value, json};

/// What is said of a reset.
pub const RESET: &str = "The cluster is as it was at the start.";

/// An event as JSON; copies share it.
#[derive(Clone, Debug)]
pub struct Told(Arc<Value>);

impl Told {
    /// An event, told with what the cluster is like after it.
    pub fn of(event: &Event, view: &ClusterView) -> Self {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Line<'a> {
            at_ms: u64,
            #[serde(flatten)]
            data: EventData<'a>,
            text: &'a str,
        }
        let text = words::events::of_event_among(&event.kind, view);
        let line = Line { at_ms: event.at_ms, data: EventData(&event.kind), text: &text };
        // Keys are text and numbers are finite, so nothing can fail.
        Self(Arc::new(serde_json::to_value(line).unwrap_or_default()))
    }

    /// The cluster was set back to its start.
    pub fn reset() -> Self {
        Self(Arc::new(json!({"atMs": 0, "kind": "reset", "text": RESET})))
    }

    /// The JSON.
    pub fn json(&self) -> &Value {
        &self.0
    }
}
