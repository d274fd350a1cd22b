//! What would happen: questions about a cluster that are answered before anything is done to it.
//!
//! Invariant: the cluster itself is not touched: all is tried on copies of it, in a fixed order, so that the same question
//! has the same answer. `what_if` says what losses of so many nodes would leave, `margin` how many can be lost, `preview`
//! what commands would do and which documented mistakes they are, `ways` which few actions make a partition active.
//!
//! **What this module does not do**: how likely anything is, and words for a person.

pub mod margin;
pub mod preview;
pub mod ways;
pub mod what_if;
