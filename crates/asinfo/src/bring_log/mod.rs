//! Servers' logs become a timeline: what happened is inferred, replayed on a simulated cluster, and every count of the log stands
//! beside that of the replay.
//!
//! In reading order: `line` (one line), `found` (a fact with its place), `facts` (files), `clocks` (of nodes that do not agree), `changes` (lines of one cluster change put together), `moment`, `starts` and
//! `story` (what happened between changes), `compare` and `replay`, `guess` (what a log leaves open), `print`.
//!
//! Invariant: pure and the same for the same input; any bytes are a reading or an error; limits stand beside what they limit.
//! Formats are those of reference lines (see `log`, which writes them).
//!
//! Not here: files and arguments (the command line's), the rules (the engine's).

mod changes;
mod clocks;
mod compare;
mod facts;
mod found;
mod guess;
mod line;
mod moment;
mod print;
mod replay;
mod starts;
mod story;

use rosterlab_engine::ClusterSetup;
use rosterlab_scenario::Scenario;
use rosterlab_scenario::file::{ClusterFile, FormatName};

pub use compare::{Check, Verdict};
pub use facts::{LogError, MOST_BYTES};
pub use found::Place;
use found::Voice;
pub use line::Stamp;
pub use print::{json, text};
pub use replay::Compared;

/// A log as a timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The names of the files, for printing places.
    pub names: Vec<String>,
    /// What the replay began with.
    pub setup: ClusterSetup,
    /// Each cluster change, in the order of time.
    pub moments: Vec<Compared>,
    /// What was taken for granted of the whole.
    pub notes: Vec<String>,
    /// The number of lines that are a server's, and of those that are not.
    pub lines: (usize, usize),
}

impl Reading {
    /// Whether no count of the log differs from the replay.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let mut checks = self.moments.iter().flat_map(|moment| &moment.checks);
        checks.all(|check| check.verdict != Verdict::Differs)
    }

    /// The timeline as a scenario whose expectations are the counts of the log.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        Scenario {
            format: FormatName::V1,
            title: "From a log".to_owned(),
            about: Some(self.notes.join(" ")).filter(|about| !about.is_empty()),
            cluster: ClusterFile::from(&self.setup),
            steps: self.moments.iter().flat_map(|moment| moment.steps.clone()).collect(),
        }
    }
}

/// Reads logs, each with its file's name. With `cluster`, ids, racks, RF and the rest are as it has them; without, they are guessed
/// from the log.
///
/// # Errors
/// When the files are too long, or no logs of a cluster.
pub fn read(
    files: &[(String, Vec<u8>)],
    cluster: Option<&ClusterSetup>,
) -> Result<Reading, LogError> {
    let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| &bytes[..]).collect();
    let facts = facts::read(&bytes)?;
    let story = story::story(&facts, changes::changes(&facts), cluster)?;
    let (replay, said) = guess::best(&story, cluster)?;
    let name = |voice: Voice| match voice {
        Voice::Node(node) => node.to_string(),
        Voice::File(file) => files.get(file).map_or(String::new(), |(name, _)| name.clone()),
    };
    let mut notes: Vec<String> = facts.clocks.iter().map(|clock| clock.sentence(name)).collect();
    notes.extend(said);
    notes.extend(story.notes);
    Ok(Reading {
        names: files.iter().map(|(name, _)| name.clone()).collect(),
        setup: replay.setup,
        moments: replay.moments,
        notes,
        lines: (facts.dated, facts.others),
    })
}
