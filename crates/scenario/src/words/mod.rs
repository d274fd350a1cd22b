//! Commands, rules, marks and events in plain English: the one place that the page, figures, the JavaScript API and the
//! command line take their words from.
//!
//! - `text`: numbers, lists and times.
//! - `commands`: what a person did, as a title.
//! - `rules`: what a rule of availability asks, what it saw and how it is known.
//! - `marks`: a node's state, a device's mark, a node's part in a partition, and the words for copies.
//! - `terms`: what the field's words mean.
//! - `clients`: read modes, and how an operation ended.
//! - `rebalance`: what a rebalance decided and why.
//! - `orphans`: which nodes are in no cluster and why.
//! - `cuts`: who left a cluster after a cut and why.
//! - `events`: what happened, one event or several of a kind as a sentence.
//! - `served`: what a client of the whole network can reach.
//! - `rolling`: how a rolling restart ended.
//! - `runbook`: what was found about a plan of maintenance.
//! - `share_links`: that a share link has another result than in the version that made it.
//! - `summary`: how things stand now.
//! - `warnings`: documented mistakes that roster commands can be.
//!
//! Invariant: pure; a sentence says only what its command or event says, in the field's own terms, and names the rule that
//! decided. Not here: the server's log lines (the asinfo crate quotes the server's format), and news of a front end.

pub mod clients;
pub mod commands;
pub mod cuts;
pub mod events;
pub mod marks;
pub mod orphans;
pub mod rebalance;
pub mod rolling;
pub mod rules;
pub mod runbook;
pub mod served;
pub mod share_links;
pub mod summary;
pub mod terms;
pub mod text;
pub mod warnings;
