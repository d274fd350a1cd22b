//! What the admin tool's `collectinfo` leaves behind: an archive of what the nodes say, which the tool opens again
//! (`asadm -cf FOLDER -e 'show roster'`), and which operators send each other.
//!
//! In reading order: `data` (`ascinfo.json`, which the tool reads), `logs` (what people read: the console's tables),
//! `pack` (all of it as one file).
//!
//! Invariant: an archive has nothing but what nodes replied and the time that it was given, so the same replies give the
//! same bytes; nothing in it is of the machine that made it, and its logs say that it is a simulation's. The layout is
//! that of asadm 5.0.3-rc2. Not here: where the archive is written.
//!
//! What the tool collects beside, and an archive of ours has not: the machine's facts (`sys_stat`, `sysinfo.log`), the
//! configuration file, histograms and latencies.

mod data;
mod logs;
mod pack;

pub use pack::pack;

use std::fmt;

use rosterlab_engine::NodeId;
use rosterlab_scenario::ClockTime;

use crate::admin::{Console, Nodes};
use crate::log::DAY;

/// The files of an archive, in a folder of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// The folder's name, which has the time.
    pub folder: String,
    /// The files in it.
    pub files: Vec<File>,
}

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, without the folder.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Why there is no archive: no node answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NobodyAnswers;

impl fmt::Display for NobodyAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no node answers")
    }
}

impl std::error::Error for NobodyAnswers {}

/// Asks every node that answers, each from its own view, and lays out what they say.
///
/// `seeds` are the nodes that are connected to; their peers are found as the tool finds them. Nodes beyond a split are in
/// the archive only if they are among the seeds, or a seed is on their side. The time is that of [`Nodes::now`].
///
/// # Errors
/// When no seed answers.
pub fn collect(nodes: &mut dyn Nodes, seeds: &[NodeId]) -> Result<Archive, NobodyAnswers> {
    let answers = |id: &&NodeId| nodes.ask(**id, "node").is_some_and(|said| said == id.to_string());
    let up: Vec<NodeId> = seeds.iter().filter(answers).copied().collect();
    let (&first, others) = up.split_first().ok_or(NobodyAnswers)?;
    let mut console = Console::with_seeds(first, others.to_vec(), first.get());
    let found = console.find(nodes);
    let now = nodes.now();
    let stamp = stamp(&now);
    let file = |name: &str, text: String| File { name: format!("{stamp}_{name}"), text };
    let files = vec![
        file("ascinfo.json", data::json(nodes, &found, &now)),
        file("ascollectinfo.log", logs::tables(nodes, &mut console, &now)),
        file("summary.log", logs::summary(nodes, &mut console, &now)),
        file("health.log", logs::health(nodes, &mut console, &now)),
    ];
    Ok(Archive { folder: format!("rosterlab_collect_info_{stamp}"), files })
}

/// The time at which a simulation is collected from, as [`Nodes::now`] gives it: what the scenario's clock shows, on the day
/// of the log lines.
#[must_use]
pub fn time_of(clock: ClockTime) -> String {
    format!("{DAY} {clock} UTC")
}

/// `20190101_090518` of `2019-01-01 09:05:18 UTC`.
fn stamp(now: &str) -> String {
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).collect::<String>();
    now.split_whitespace().take(2).map(digits).collect::<Vec<_>>().join("_")
}
