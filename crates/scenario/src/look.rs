//! The five looks of a partition: their names, and the sign beside their colour.
//!
//! Invariant: the page's map, bars, legend and tables, and figures in other pages, all take a partition's look from here.
//! Not here: pixels and colours (the front ends').

use rosterlab_engine::{Availability, Cell, SubClusterNamespaceView};

/// How a partition looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// Dead.
    Dead,
    /// Unavailable.
    Unavailable,
    /// Active and empty: no node here had its data (docs/domain.md §5.1, §6).
    Fresh,
    /// Active while copies are being filled.
    Filling,
    /// Active, nothing left to migrate.
    Settled,
}

impl Look {
    /// Every look, from the best to the worst: the order of bars and legends.
    pub const ALL: [Self; 5] =
        [Self::Settled, Self::Filling, Self::Fresh, Self::Unavailable, Self::Dead];

    /// The look of a partition.
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

    /// How many partitions have this look.
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

    /// The sign that stands for it without colour.
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
