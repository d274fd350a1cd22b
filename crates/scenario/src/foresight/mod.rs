//! What would happen: questions about a cluster, answered without changing it.
//!
//! Invariant: everything is tried on copies of the cluster, in a fixed order, so the same question has the same answer.
//! - `what_if`: what the loss of a number of nodes would leave;
//! - `margin`: how many nodes can be lost;
//! - `preview`: what commands would do, and which documented mistakes they are;
//! - `ways`: the smallest sets of actions that make a partition active;
//! - `runbook`: what a plan of maintenance would do, line by line, and a plan for a goal.
//!
//! **What this module does not do**: probabilities, and sentences (see `words`).

pub mod margin;
pub mod preview;
pub mod runbook;
mod sets;
pub mod ways;
pub mod what_if;
