//! What a person may say of a node's state.
//!
//! Not here: what is asked (see `ask`).

use std::fmt;

/// What may be said of a node's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is up.
    Up,
    /// It is down; how it went is not said.
    Down,
    /// It is down after a clean stop.
    Clean,
    /// It is down, and did not stop cleanly.
    Unclean,
    /// It is quiesced.
    Quiesced,
    /// It is not.
    NotQuiesced,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Up, Self::Down, Self::Clean, Self::Unclean, Self::Quiesced, Self::NotQuiesced];

    /// Its name, which is that of the command line's option.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Clean => "clean",
            Self::Unclean => "unclean",
            Self::Quiesced => "quiesced",
            Self::NotQuiesced => "not-quiesced",
        }
    }

    /// What is said of a node with it: `A1 is …`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Clean => "down after a clean stop",
            Self::Unclean => "down, without a clean stop",
            Self::Quiesced => "quiesced",
            Self::NotQuiesced => "not quiesced",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
