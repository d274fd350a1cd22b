//! Logs of one or several nodes, read into facts in the order of time, each with its place and who told it.
//!
//! Invariant: any text is facts or an error; limits stand beside what they limit. A file whose node does not become known is
//! a voice without a name. Not here: what the facts say together (see `changes`).

use std::collections::BTreeSet;
use std::fmt;

use rosterlab_engine::NodeId;

use super::clocks::{self, Clock};
use super::found::{Found, Place, Voice};
use super::line::{Fact, Line, NamespaceFact};

/// The most bytes of all files together.
pub const MOST_BYTES: usize = 256 << 20;
/// The most facts.
pub const MOST_FACTS: usize = 200_000;
/// The most files.
pub const MOST_FILES: usize = 1000;

/// What logs tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// In the order of time; at the same time in the order of files and lines.
    pub found: Vec<Found>,
    /// The number of lines that are a server's.
    pub dated: usize,
    /// The number of other lines that are not empty.
    pub others: usize,
    /// The first of these.
    pub first_other: Option<Place>,
    /// What is to be said of the nodes' clocks.
    pub clocks: Vec<Clock>,
}

/// Why files are no logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogError {
    /// There are too many files.
    TooManyFiles,
    /// They are too long together.
    TooLong,
    /// They tell too much; the place of the first fact beyond the limit.
    TooManyFacts(Place),
    /// No line is a server's.
    NoLog,
    /// Lines are a server's, and none tells of a cluster.
    NoClusters,
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyFiles => write!(f, "at most {MOST_FILES} files are read"),
            Self::TooLong => write!(f, "at most {} MB of logs are read", MOST_BYTES >> 20),
            Self::TooManyFacts(_) => {
                write!(f, "at most {MOST_FACTS} lines about clusters are read: give a shorter time")
            }
            Self::NoLog => f.write_str(
                "no line is a server's log line, as \"Jan 01 2019 09:05:19 GMT: INFO (partition): …\"",
            ),
            Self::NoClusters => f.write_str(
                "the log tells of no cluster: what is needed are the lines of (clustering) and (partition), \
                 \"applied new succession list\" and \"rebalanced\"",
            ),
        }
    }
}

impl std::error::Error for LogError {}

/// Reads logs: the text of each file, as it is (line ends of any kind, bytes that are no text).
///
/// # Errors
/// When they are too long, or no logs.
pub fn read(files: &[&[u8]]) -> Result<Facts, LogError> {
    if files.len() > MOST_FILES {
        return Err(LogError::TooManyFiles);
    }
    if files.iter().map(|bytes| bytes.len()).sum::<usize>() > MOST_BYTES {
        return Err(LogError::TooLong);
    }
    let mut facts = Facts::default();
    for (file, bytes) in files.iter().enumerate() {
        let begin = facts.found.len();
        let mut again = Again::default();
        // Some old tools end lines with a CR alone.
        let end = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
        for (number, bytes) in bytes.split(|byte| *byte == end).enumerate() {
            let text = String::from_utf8_lossy(bytes).replace('\u{a0}', " ");
            if text.trim().is_empty() {
                continue;
            }
            let place = Place { file, line: number + 1 };
            let Some(Line { node, at, fact }) = Line::read(&text) else {
                facts.others += 1;
                facts.first_other.get_or_insert(place);
                continue;
            };
            facts.dated += 1;
            let Some(fact) = fact else { continue };
            let voice = node.map_or(Voice::File(file), Voice::Node);
            if again.is_again(voice, &fact) {
                continue;
            }
            if facts.found.len() >= MOST_FACTS {
                return Err(LogError::TooManyFacts(place));
            }
            facts.found.push(Found { at, place, voice, fact });
        }
        name(&mut facts.found[begin..], file);
    }
    match (facts.dated, facts.found.is_empty()) {
        (0, _) => Err(LogError::NoLog),
        (_, true) => Err(LogError::NoClusters),
        _ => {
            facts.clocks = clocks::align(&mut facts.found);
            facts.found.sort_by_key(|found| found.at);
            Ok(facts)
        }
    }
}

/// Leaves out what the ticker repeats every ten seconds.
#[derive(Default)]
struct Again {
    complete: BTreeSet<(Voice, String)>,
    named: BTreeSet<(Voice, NodeId)>,
}

impl Again {
    fn is_again(&mut self, voice: Voice, fact: &Fact) -> bool {
        match fact {
            Fact::NodeId(id) => !self.named.insert((voice, *id)),
            Fact::Of(namespace, fact) => {
                let key = (voice, namespace.clone());
                if *fact == NamespaceFact::Migrated {
                    return !self.complete.insert(key);
                }
                self.complete.remove(&key);
                false
            }
            _ => false,
        }
    }
}

/// Gives a file's facts their node, if the file names exactly one.
fn name(found: &mut [Found], file: usize) {
    let mut ids = found.iter().filter_map(|found| match (found.voice, &found.fact) {
        (Voice::File(_), Fact::NodeId(id)) => Some(*id),
        _ => None,
    });
    let Some(id) = ids.next() else { return };
    if ids.all(|other| other == id) {
        for found in found.iter_mut().filter(|found| found.voice == Voice::File(file)) {
            found.voice = Voice::Node(id);
        }
    }
}
