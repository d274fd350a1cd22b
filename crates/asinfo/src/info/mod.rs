//! The info commands, answered as one node of a simulated cluster would.
//!
//! Invariant: a node answers from what it believes itself (domain.md §7), so each side of a split has its own rosters and
//! an orphan answers as an orphan. Not here: the frames around a request (see `wire`), the admin tool (see `admin`).
