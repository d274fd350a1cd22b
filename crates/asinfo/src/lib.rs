//! The operator's language: what clients, the admin tool and logs of an Aerospike cluster send, print and read.
//!
//! In reading order: `wire` (frames, from bytes to values and back), `bins` (what operations make of a record), `info`
//! (the info commands, answered as one node of a simulated cluster would), `admin` (the admin tool's commands, warnings
//! and tables), `collect` (the archive that its `collectinfo` leaves), `shell` (lines that do on a real cluster what a command
//! does here), `terminal` (where a person types both), `plan` (a maintenance plan as people write it), `log` (the servers' log
//! lines), `bring_log` (a timeline from such lines) and `bring` (a real cluster, from what its operator has), which are behind
//! features.
//!
//! Invariant: pure. Whatever it is given, a value or an error; never a panic, a socket, a file or a clock. Work and memory
//! are bounded by limits that stand beside what they limit.
//!
//! Not here: sockets and which records there are (see the command line's `serve`), sentences of our own (see the scenario
//! crate's `words`). It is a simulator's view of documented formats, and not affiliated with Aerospike.

pub mod admin;
pub mod bins;
#[cfg(feature = "bring")]
pub mod bring;
#[cfg(feature = "log-reader")]
pub mod bring_log;
pub mod collect;
pub mod info;
pub mod log;
pub mod plan;
pub mod shell;
pub mod terminal;
pub mod wire;
