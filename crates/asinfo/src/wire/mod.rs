//! Frames: the bytes between a client and a node.
//!
//! Invariant: what is read and written again gives the same bytes, and what is malformed is an error with its cause.
//! Not here: what a request means for a cluster.
