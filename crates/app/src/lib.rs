//! The Yew page of Rosterlab.

pub mod gesture;
pub mod groups;
pub mod keys;
pub mod layout;
pub mod look;
pub mod paint;
pub mod rules;
pub mod sentences;
pub mod text;
pub mod verbs;
