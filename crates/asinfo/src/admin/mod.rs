//! The admin tool: its commands, what they ask the nodes, its warnings and its tables.
//!
//! Invariant: it knows of a cluster only what the nodes' replies say, as the real tool does. Not here: how a node answers
//! (see `info`).
