//! What a client is told.
//!
//! Invariant: every event that ends a client's operation is an answer, and no other event is. Not here: comparing an
//! answer with what was expected (see `expectation`).

use rosterlab_engine::{Event, EventKind};

use crate::file::names::Outcome;

/// What a client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAnswer {
    /// How its operation ended.
    pub result: Outcome,
    /// For a read: whether there is an acknowledged write later than the one that it saw.
    pub stale: Option<bool>,
}

/// The answer in an event, if it ends a client's operation.
#[must_use]
pub fn answer(event: &Event) -> Option<ClientAnswer> {
    answer_of(&event.kind)
}

/// As [`answer`], in what happened.
pub(crate) fn answer_of(kind: &EventKind) -> Option<ClientAnswer> {
    match kind {
        EventKind::Wrote { result, .. } => {
            Some(ClientAnswer { result: (*result).into(), stale: None })
        }
        EventKind::Read { result, stale, .. } => {
            Some(ClientAnswer { result: (*result).into(), stale: Some(*stale) })
        }
        _ => None,
    }
}
