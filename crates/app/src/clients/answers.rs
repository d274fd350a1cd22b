//! What clients were told about one record, and the ground truth about it.
//!
//! Invariant: pure; a record's writes are counted from 1 in each namespace, so the same clicks give the same values in SC
//! and in AP. The truth comes from the engine's ground truth and the nodes' drives, never from what a client believes. Not
//! here: doing reads and writes (see `state::clients`).

use rosterlab_engine::{ClientResult, Command, Digest, EventKind, Mode, NodeId, ReadMode, convert};
pub use rosterlab_scenario::words::clients::read_mode as mode_name;
use rosterlab_scenario::words::clients::result;
use rosterlab_scenario::{Entry, Timeline};

use crate::rules::Source;
use crate::text::count;

/// The read modes, strongest promise first.
pub const MODES: [ReadMode; 4] =
    [ReadMode::Linearize, ReadMode::Session, ReadMode::AllowReplica, ReadMode::AllowUnavailable];

/// What a client asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A write, which made this value.
    Write(u32),
    /// A read.
    Read {
        /// The read mode.
        mode: ReadMode,
        /// The value that came back.
        value: Option<u32>,
        /// The number of acknowledged writes after that value; 0 if the answer was not stale.
        behind: u32,
    },
}

/// One answer to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The index of the step.
    pub entry: usize,
    /// The node that the client asked.
    pub from: Option<NodeId>,
    /// What the client asked for.
    pub asked: Asked,
    /// The result.
    pub result: ClientResult,
}

/// One record of one namespace: the answers to clients, and the ground truth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Every answer, in order.
    pub answers: Vec<Answer>,
    /// The value of the last acknowledged write.
    pub acknowledged: Option<u32>,
    /// Values of acknowledged writes that no node has any more.
    pub lost: Vec<u32>,
}

/// The record at the timeline's present position.
#[must_use]
pub fn record(timeline: &Timeline, namespace: &str, key: Digest) -> Record {
    let mut record = Record::default();
    // Each write to this record: its number among all writes, and whether it was acknowledged.
    let mut writes: Vec<(u64, bool)> = Vec::new();
    // Each command of a client has one answer, in the same order.
    let from_of = |entry: &Entry| match entry {
        Entry::Act {
            command: Command::Write { from, .. } | Command::Read { from, .. }, ..
        } => Some(*from),
        _ => None,
    };
    let mut asked = timeline.entries().iter().flat_map(Entry::each).filter_map(from_of);
    for (entry, event) in timeline.events() {
        let is_answer = matches!(event.kind, EventKind::Wrote { .. } | EventKind::Read { .. });
        let from = if is_answer { asked.next().flatten() } else { None };
        match &event.kind {
            EventKind::Wrote { namespace: name, key: of, write, result, .. }
                if name == namespace && *of == key =>
            {
                writes.push((*write, *result == ClientResult::Ok));
                let value = convert::count(writes.len());
                let asked = Asked::Write(value);
                if *result == ClientResult::Ok {
                    record.acknowledged = Some(value);
                }
                record.answers.push(Answer { entry, from, asked, result: *result });
            }
            EventKind::Read { namespace: name, key: of, mode, write, stale, result, .. }
                if name == namespace && *of == key =>
            {
                let later = |(number, done): &&(u64, bool)| *done && *number > write.unwrap_or(0);
                let behind = if *stale { writes.iter().filter(later).count() } else { 0 };
                let asked = Asked::Read {
                    mode: *mode,
                    value: write.and_then(|write| value_of(&writes, write)),
                    behind: convert::count(behind),
                };
                record.answers.push(Answer { entry, from, asked, result: *result });
            }
            EventKind::WriteLost { namespace: name, key: of, write, .. }
                if name == namespace && *of == key =>
            {
                record.lost.extend(value_of(&writes, *write));
            }
            _ => {}
        }
    }
    // A crash can remove the last acknowledged write from every drive, without an event.
    let cluster = timeline.cluster();
    if let Some(last) = cluster.last_acknowledged(namespace, key) {
        let copies = cluster.copies_of_record(namespace, key);
        let value = value_of(&writes, last);
        if copies.iter().all(|copy| copy.write < last)
            && value.is_some_and(|value| !record.lost.contains(&value))
        {
            record.lost.extend(value);
        }
    }
    record
}

/// A write's value: its place among the record's writes.
fn value_of(writes: &[(u64, bool)], write: u64) -> Option<u32> {
    let place = writes.iter().position(|(number, _)| *number == write)?;
    u32::try_from(place + 1).ok()
}

/// What a read mode promises.
#[must_use]
pub fn mode_tip(mode: ReadMode) -> &'static str {
    match mode {
        ReadMode::Session => {
            "from the master; the client rejects a regime older than one it has seen"
        }
        ReadMode::Linearize => "from the master, after all replicas have confirmed its regime",
        ReadMode::AllowReplica => "from any replica; it may be a little behind",
        ReadMode::AllowUnavailable => "also from a partition that is not active; it may be stale",
    }
}

/// The quality of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// Done and true.
    Good,
    /// In doubt: the client cannot know whether it was done.
    Doubtful,
    /// Refused.
    Refused,
    /// Answered with an old value.
    Stale,
}

impl Answer {
    /// Its quality.
    #[must_use]
    pub fn quality(&self) -> Quality {
        match (self.result, self.asked) {
            (ClientResult::InDoubt, _) => Quality::Doubtful,
            (ClientResult::Unavailable | ClientResult::StaleRegime, _) => Quality::Refused,
            (_, Asked::Read { behind: 1.., .. }) => Quality::Stale,
            _ => Quality::Good,
        }
    }

    /// A glyph for its quality.
    #[must_use]
    pub fn glyph(&self) -> &'static str {
        match self.quality() {
            Quality::Good => "✓",
            Quality::Doubtful => "?",
            Quality::Refused => "✕",
            Quality::Stale => "↶",
        }
    }

    /// The request in a few words.
    #[must_use]
    pub fn title(&self) -> String {
        match self.asked {
            Asked::Write(value) => format!("write value {value}"),
            Asked::Read { mode, .. } => format!("read, {}", mode_name(mode)),
        }
    }

    /// The result in a few words.
    #[must_use]
    pub fn words(&self) -> String {
        let ended = result(self.result);
        match self.asked {
            Asked::Write(_) => ended.to_owned(),
            Asked::Read { value, behind, .. } => {
                let value = value.filter(|_| self.result == ClientResult::Ok);
                let seen = value.map_or(ended.to_owned(), |value| format!("value {value}"));
                let stale = (behind > 0)
                    .then(|| format!(", stale: {} later", count(behind, "acknowledged write")));
                seen + &stale.unwrap_or_default()
            }
        }
    }

    /// How it is known that a server answers so (docs/domain.md §9).
    #[must_use]
    pub fn source(&self, mode: Mode) -> Source {
        // This model chose what an AP master answers when a replica is silent.
        if mode == Mode::Available && self.result == ClientResult::InDoubt {
            Source::Inferred
        } else {
            Source::Documented
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(asked: Asked, result: ClientResult) -> Answer {
        Answer { entry: 0, from: None, asked, result }
    }

    fn read(value: Option<u32>, behind: u32) -> Asked {
        Asked::Read { mode: ReadMode::AllowUnavailable, value, behind }
    }

    #[test]
    fn every_outcome_has_a_sign_and_plain_words() {
        for (asked, result, glyph, words) in [
            (Asked::Write(3), ClientResult::Ok, "✓", "success"),
            (Asked::Write(3), ClientResult::InDoubt, "?", "timeout, in doubt"),
            (Asked::Write(3), ClientResult::Unavailable, "✕", "error 11, PARTITION_UNAVAILABLE"),
            (read(Some(2), 0), ClientResult::Ok, "✓", "value 2"),
            (read(Some(1), 1), ClientResult::Ok, "↶", "value 1, stale: 1 acknowledged write later"),
            (
                read(None, 2),
                ClientResult::NotFound,
                "↶",
                "no such record, stale: 2 acknowledged writes later",
            ),
            (read(None, 0), ClientResult::NotFound, "✓", "no such record"),
            (
                read(None, 0),
                ClientResult::StaleRegime,
                "✕",
                "rejected, its regime is older than one seen before",
            ),
        ] {
            let answer = answer(asked, result);
            assert_eq!((answer.glyph(), answer.words().as_str()), (glyph, words));
        }
    }

    #[test]
    fn what_the_model_chose_is_labelled() {
        let doubtful = answer(Asked::Write(1), ClientResult::InDoubt);
        assert_eq!(doubtful.source(Mode::StrongConsistency), Source::Documented);
        assert_eq!(doubtful.source(Mode::Available), Source::Inferred);
    }
}
