//! The documented mistakes that a line of a plan can be, each with its rule.
//!
//! Invariant: inert. Not here: which mistake a line is (see `facts`), sentences.

use rosterlab_engine::{NodeId, RosterEntry};

use crate::foresight::preview::Warning;
use crate::words::rules::Source;

/// A documented mistake in a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// RF or more nodes of a roster are missing, and it still counts on them (domain.md §5, rule 2: fewer than RF may be).
    RosterNotSet {
        /// The roster nodes that are missing after the line.
        missing: Vec<NodeId>,
        /// RF.
        replication_factor: u8,
        /// Whether a further loss would do harm for longer than the others need to take over.
        does_harm: bool,
    },
    /// A node goes before the last one is back, or before its copies are filled again (domain.md §5, §6).
    NextBeforeBack {
        /// Nodes that are missing still, and come back later in the plan.
        missing: Vec<NodeId>,
        /// Partitions whose copies were still being filled.
        filling: u32,
    },
    /// Nodes were started, and no line waits until they are back: how long a start takes nobody knows (domain.md §5, §8).
    NotAwaited {
        /// Those nodes.
        nodes: Vec<NodeId>,
        /// What the line does if they are not back yet.
        then: IfNotBack,
    },
    /// All others stop or are quiesced, so one node becomes the master of every partition (domain.md §3).
    AllOnOne {
        /// That node.
        node: NodeId,
    },
    /// Nodes are to leave the roster by entries that it does not have, so they stay: the admin tool compares entries as text
    /// (domain.md §8: a node's rack is part of its entry).
    NotInRoster {
        /// What is named and not there, as it is written.
        named: Vec<String>,
        /// The entries of these nodes that are there.
        there: Vec<RosterEntry>,
    },
    /// What a roster or a revive is a mistake for.
    Roster(Warning),
    /// What was told takes effect at the next cluster change, and no `recluster` forces one before the next node goes or the plan
    /// ends (domain.md §1, §8).
    NoRecluster(Told),
    /// A node is stopped that was not quiesced, or whose quiesce is not in effect: its masters have no time to be handed over
    /// (domain.md §8).
    StopWithoutQuiesce {
        /// Those nodes.
        nodes: Vec<NodeId>,
    },
    /// A node of an AP namespace with RF 1 is stopped before it has sent what only it has (domain.md §6, §8).
    StopBeforeHandOver {
        /// Those nodes.
        nodes: Vec<NodeId>,
    },
    /// A node comes up with empty drives: every version of it has `e` (domain.md §4).
    EmptyDrives {
        /// Those nodes.
        nodes: Vec<NodeId>,
    },
}

/// What a line does while nodes that were started are not back yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfNotBack {
    /// More is out than at the beginning: so many partitions of all namespaces.
    Out(u32),
    /// RF or more nodes of a roster are missing.
    TooManyMissing,
    /// The roster counts on them, or is set without them where it is what is observed.
    InRoster,
}

/// What takes effect only at the next cluster change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// `roster-set`.
    Roster,
    /// `revive`.
    Revive,
    /// `quiesce` of these nodes.
    Quiesce(Vec<NodeId>),
    /// `quiesce-undo` of these nodes.
    QuiesceUndo(Vec<NodeId>),
}

impl Mistake {
    /// Its name for programs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::RosterNotSet { .. } => "roster-not-set",
            Self::NextBeforeBack { .. } => "next-before-back",
            Self::NoRecluster(_) => "no-recluster",
            Self::StopWithoutQuiesce { .. } => "stop-without-quiesce",
            Self::StopBeforeHandOver { .. } => "stop-before-hand-over",
            Self::EmptyDrives { .. } => "empty-drives",
            Self::NotInRoster { .. } => "not-in-roster",
            Self::AllOnOne { .. } => "all-on-one",
            Self::NotAwaited { .. } => "not-awaited",
            Self::Roster(warning) => match warning {
                Warning::RemovesRfOrMore { .. } => "rf-or-more-out",
                Warning::FewerThanRf { .. } => "fewer-than-rf",
                Warning::LiveSplit { .. } => "live-split",
                Warning::MigrationsUnfinished { .. } => "migrations-unfinished",
                Warning::NotActive { .. } => "not-active",
                Warning::NotObserved { .. } => "not-observed",
                Warning::NoSuchNodes { .. } => "no-such-nodes",
                Warning::ReviveWhileMissing { .. } => "revive-while-missing",
                Warning::NothingDead => "nothing-dead",
                Warning::ChangeUnderWay => "change-under-way",
                Warning::ReclusterForgotten => "no-recluster",
            },
        }
    }

    /// The sections of docs/domain.md with the rule.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::RosterNotSet { .. } => "§5",
            Self::NextBeforeBack { .. } => "§5, §6",
            Self::NoRecluster(Told::Roster) => "§1",
            Self::NoRecluster(_) | Self::StopWithoutQuiesce { .. } | Self::NotInRoster { .. } => {
                "§8"
            }
            Self::StopBeforeHandOver { .. } => "§6, §8",
            Self::EmptyDrives { .. } => "§4",
            Self::AllOnOne { .. } => "§3",
            Self::NotAwaited { .. } => "§5, §8",
            Self::Roster(warning) => match warning {
                Warning::RemovesRfOrMore { .. } | Warning::ReviveWhileMissing { .. } => "§5, §8",
                Warning::FewerThanRf { .. } | Warning::NotActive { .. } => "§5",
                Warning::LiveSplit { .. } | Warning::ReclusterForgotten => "§1",
                Warning::MigrationsUnfinished { .. } => "§6, §10",
                Warning::NotObserved { .. }
                | Warning::NoSuchNodes { .. }
                | Warning::NothingDead => "§8",
                Warning::ChangeUnderWay => "§7",
            },
        }
    }

    /// How it is known to be a mistake.
    #[must_use]
    pub fn source(&self) -> Source {
        match self {
            Self::RosterNotSet { .. } => Source::DocumentedAndSeen,
            Self::Roster(warning) => warning.source(),
            _ => Source::Documented,
        }
    }

    /// Whether it makes a plan unsafe even where nothing is lost by it on the way.
    #[must_use]
    pub fn is_grave(&self) -> bool {
        match self {
            Self::NoRecluster(_) | Self::StopBeforeHandOver { .. } => true,
            Self::NotInRoster { there, .. } => !there.is_empty(),
            Self::NotAwaited { then, .. } => matches!(then, IfNotBack::Out(_)),
            Self::Roster(warning) => matches!(
                warning,
                Warning::FewerThanRf { .. }
                    | Warning::LiveSplit { .. }
                    | Warning::NotActive { .. }
                    | Warning::ReviveWhileMissing { .. }
            ),
            _ => false,
        }
    }

    /// Whether it is worth a word and does no harm by itself, whatever the line does.
    pub(super) fn is_slight(&self) -> bool {
        match self {
            Self::StopWithoutQuiesce { .. } | Self::AllOnOne { .. } => true,
            Self::RosterNotSet { does_harm, .. } => !does_harm,
            Self::NotInRoster { there, .. } => there.is_empty(),
            Self::NotAwaited { then, .. } => !matches!(then, IfNotBack::Out(_)),
            Self::Roster(warning) => matches!(
                warning,
                Warning::NotObserved { .. }
                    | Warning::NoSuchNodes { .. }
                    | Warning::NothingDead
                    | Warning::ChangeUnderWay
            ),
            _ => false,
        }
    }
}
