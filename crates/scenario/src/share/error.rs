//! What is wrong with a share link, and where.
//!
//! Invariant: an error names the character at which reading failed, and the step if reading was in one.

use std::fmt;

use rosterlab_engine::{Rejection, SetupError};

#[cfg(doc)]
use super::form::most_steps;
use super::form::{MOST_BYTES, MOST_STEPS};

/// The cause of an error in a share link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareCause {
    /// It does not begin with `s1=`.
    Unknown,
    /// It has more than [`MOST_BYTES`].
    TooLong,
    /// It has more steps than this limit ([`most_steps`]).
    TooManySteps(usize),
    /// Something else is expected here.
    Expected(&'static str),
    /// Its setup is not valid.
    Setup(SetupError),
    /// The cluster refuses a step.
    Rejected(Rejection),
}

/// An error in a share link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareError {
    /// The character, from 0.
    pub at: usize,
    /// The step, from 1, if the error is in one.
    pub step: Option<usize>,
    /// The cause.
    pub cause: ShareCause,
}

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(step) = self.step {
            write!(f, "step {step}, ")?;
        }
        write!(f, "character {}: ", self.at + 1)?;
        match &self.cause {
            ShareCause::Unknown => f.write_str("a share link begins with s1="),
            ShareCause::TooLong => write!(f, "a share link has at most {MOST_BYTES} characters"),
            ShareCause::TooManySteps(MOST_STEPS) => {
                write!(f, "a share link has at most {MOST_STEPS} steps")
            }
            ShareCause::TooManySteps(most) => {
                write!(
                    f,
                    "a share link with that many nodes and namespaces has at most {most} steps"
                )
            }
            ShareCause::Expected(what) => write!(f, "{what} is expected"),
            ShareCause::Setup(error) => error.fmt(f),
            ShareCause::Rejected(rejection) => rejection.fmt(f),
        }
    }
}

impl std::error::Error for ShareError {}
