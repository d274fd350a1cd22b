//! What is wrong with a share link, and where.
//!
//! Invariant: an error says at which character reading went wrong, and at which step if there is one. It does not know how
//! far a reader is (see `reader`).

use std::fmt;

use rosterlab_engine::{Rejection, SetupError};

#[cfg(doc)]
use super::form::most_steps;
use super::form::{MOST_BYTES, MOST_STEPS};

/// What is wrong with a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkCause {
    /// It does not begin with `s1=`.
    Unknown,
    /// It has more than [`MOST_BYTES`].
    TooLong,
    /// It has more steps than these ([`most_steps`]).
    TooManySteps(usize),
    /// Something else is expected here.
    Expected(&'static str),
    /// No cluster can be made of its setup.
    Setup(SetupError),
    /// The cluster refuses a step.
    Rejected(Rejection),
}

/// Why a link cannot be followed, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkError {
    /// The character at which it went wrong, from 0.
    pub at: usize,
    /// The step, from 1, if it is one.
    pub step: Option<usize>,
    /// What.
    pub cause: LinkCause,
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(step) = self.step {
            write!(f, "step {step}, ")?;
        }
        write!(f, "character {}: ", self.at + 1)?;
        match &self.cause {
            LinkCause::Unknown => f.write_str("a link begins with s1="),
            LinkCause::TooLong => write!(f, "a link has at most {MOST_BYTES} characters"),
            LinkCause::TooManySteps(MOST_STEPS) => {
                write!(f, "a link has at most {MOST_STEPS} steps")
            }
            LinkCause::TooManySteps(most) => {
                write!(f, "a link of so many nodes and namespaces has at most {most} steps")
            }
            LinkCause::Expected(what) => write!(f, "{what} is expected"),
            LinkCause::Setup(error) => error.fmt(f),
            LinkCause::Rejected(rejection) => rejection.fmt(f),
        }
    }
}

impl std::error::Error for LinkError {}
