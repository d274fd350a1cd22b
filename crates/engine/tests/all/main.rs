//! Tests of the engine's public interface: golden values, one test for each rule, the case study, and properties
//! against a ground truth.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

mod as_read;
mod availability;
mod beliefs;
mod case_study;
mod changes;
mod clients;
mod commands;
mod drives;
mod explained;
mod hand_over;
mod losses;
mod properties;
mod seeds;
mod succession;
mod two_clusters;
mod upgrades;
mod worlds;
