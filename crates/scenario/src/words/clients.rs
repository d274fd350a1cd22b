//! What clients ask and are told.
//!
//! Invariant: a read mode has the name that client libraries give it. Not here: the names in scenario files and reports
//! (see `file::names`).

use rosterlab_engine::{ClientResult, ReadMode};

/// A read mode as clients name it.
#[must_use]
pub fn read_mode(mode: ReadMode) -> &'static str {
    match mode {
        ReadMode::Session => "session",
        ReadMode::Linearize => "linearize",
        ReadMode::AllowReplica => "allow-replica",
        ReadMode::AllowUnavailable => "allow-unavailable",
    }
}

/// How an operation ended.
#[must_use]
pub fn result(result: ClientResult) -> &'static str {
    match result {
        ClientResult::Ok => "success",
        ClientResult::InDoubt => "timeout, in doubt",
        ClientResult::Unavailable => "error 11, PARTITION_UNAVAILABLE",
        ClientResult::NotFound => "no such record",
        ClientResult::StaleRegime => "rejected, its regime is older than one seen before",
    }
}
