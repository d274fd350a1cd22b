//! The five ways a partition can look: what they are called, and which second sign stands beside their colour.
//!
//! Invariant: the map, the bars, the legend and the tables of the page, and figures in other pages, all take a partition's
//! look from here, so that they never disagree. Not here: pixels and colours (the front ends').

use rosterlab_engine::{Availability, Cell, SubClusterNamespaceView};

/// How a partition looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// Dead.
    Dead,
    /// Unavailable.
    Unavailable,
    /// Active and empty: nobody here had its data (docs/domain.md §5.1, §6).
    Fresh,
    /// Active while copies are being filled.
    Filling,
    /// Active, nothing left to migrate.
    Settled,
}

impl Look {
    /// Every look, from the best to the worst, as bars and legends show them.
    pub const ALL: [Self; 5] =
        [Self::Settled, Self::Filling, Self::Fresh, Self::Unavailable, Self::Dead];

    /// How that partition looks.
    #[must_use]
    pub fn of(cell: &Cell) -> Self {
        match (cell.verdict.availability, cell.migrating) {
            (Availability::Active, _) if cell.fresh => Self::Fresh,
            (Availability::Active, false) => Self::Settled,
            (Availability::Active, true) => Self::Filling,
            (Availability::Unavailable, _) => Self::Unavailable,
            (Availability::Dead, _) => Self::Dead,
        }
    }

    /// Whether it serves.
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(self, Self::Settled | Self::Filling | Self::Fresh)
    }

    /// How many partitions look so.
    #[must_use]
    pub fn count(self, view: &SubClusterNamespaceView) -> u32 {
        match self {
            Self::Settled => view.counts.active.saturating_sub(view.filling + view.fresh),
            Self::Filling => view.filling,
            Self::Fresh => view.fresh,
            Self::Unavailable => view.counts.unavailable,
            Self::Dead => view.counts.dead,
        }
    }

    /// Its class in the style sheet.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Filling => "filling",
            Self::Fresh => "fresh",
            Self::Unavailable => "unavailable",
            Self::Dead => "dead",
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Settled => "active",
            Self::Filling => "active, filling",
            Self::Fresh => "active, came up empty",
            Self::Unavailable => "unavailable",
            Self::Dead => "dead",
        }
    }

    /// The glyph that says it without colour.
    #[must_use]
    pub fn glyph(self) -> &'static str {
        match self {
            Self::Settled => "●",
            Self::Filling => "◐",
            Self::Fresh => "○",
            Self::Unavailable => "▨",
            Self::Dead => "✕",
        }
    }
}
