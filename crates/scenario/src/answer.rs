//! What a client is told.
//!
//! Invariant: every event that ends a client's operation is an answer, and no other event is. It does not compare an
//! answer with what was expected (see `expectation`).

use rosterlab_engine::{Event, EventKind};

use crate::file::names::Outcome;

/// What a client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAnswer {
    /// How its operation ended.
    pub result: Outcome,
    /// For a read, whether a later acknowledged write than the one it saw exists.
    pub stale: Option<bool>,
}

/// What an event tells a client.
pub(crate) fn answer(event: &Event) -> Option<ClientAnswer> {
    match &event.kind {
        EventKind::Wrote { result, .. } => {
            Some(ClientAnswer { result: (*result).into(), stale: None })
        }
        EventKind::Read { result, stale, .. } => {
            Some(ClientAnswer { result: (*result).into(), stale: Some(*stale) })
        }
        _ => None,
    }
}
