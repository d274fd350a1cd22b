//! Frames: the bytes between a client and a node.
//!
//! In reading order: `frame` (the header and the body around everything), `info` (names and replies), and of messages
//! `code` (result codes), `bin` (names and values), `op` (operations), `action` (what is done with a record), `request`, `reply`, `batch`, `refusal` (what is not
//! carried out).
//!
//! Invariant: what is read and written again gives the same value, and what is malformed is an error with its cause.
//! Both directions are here, so that tests and a checker can be the client. Not here: what a request means for a
//! cluster.

pub mod action;
pub mod batch;
pub mod bin;
mod bytes;
pub mod code;
pub mod frame;
pub mod info;
mod message;
pub mod op;
pub mod refusal;
pub mod reply;
pub mod request;

pub use bytes::Malformed;
