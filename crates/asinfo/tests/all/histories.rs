//! The random operators of the engine's own tests.
#![allow(dead_code, clippy::pedantic, reason = "the engine's tests use all of it, and check it")]

#[path = "../../../engine/tests/all/common/free.rs"]
pub mod free;
#[path = "../../../engine/tests/all/common/world.rs"]
pub mod world;
