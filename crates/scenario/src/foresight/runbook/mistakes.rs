//! Which documented mistake a line is.
//!
//! Invariant: what concerns a roster or a revive is found by `preview`, and here what only a plan shows: what is missing between
//! two lines, or comes too late. Whether a mistake does harm is counted, not concluded (see `check`). Not here: sentences.

use rosterlab_engine::{
    Cluster, ClusterView, Command, Distrust, Mode, NodeId, QuiesceState, RosterNodes, Shutdown,
    SubClusterView, Untrusted,
};

use crate::foresight::preview::{Warning, warnings};
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
    },
    /// A node goes before the last one is back, or before its copies are filled again (domain.md §5, §6).
    NextBeforeBack {
        /// Nodes that are missing still, and come back later in the plan.
        missing: Vec<NodeId>,
        /// Partitions whose copies were still being filled.
        filling: u32,
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
    /// A node comes up with empty drives: every version of it has `e` (domain.md §4).
    EmptyDrives {
        /// Those nodes.
        nodes: Vec<NodeId>,
    },
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
            Self::EmptyDrives { .. } => "empty-drives",
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
            Self::NoRecluster(_) | Self::StopWithoutQuiesce { .. } => "§8",
            Self::EmptyDrives { .. } => "§4",
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
    pub(super) fn is_grave(&self) -> bool {
        match self {
            Self::NoRecluster(_) => true,
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

    /// Whether harm that a plan undoes at once does not count against it: the numbers are told all the same.
    pub(super) fn may_be_brief(&self) -> bool {
        matches!(self, Self::EmptyDrives { .. } | Self::Roster(Warning::RemovesRfOrMore { .. }))
    }

    /// Whether it is worth a word and does no harm by itself, whatever the line does.
    pub(super) fn is_slight(&self) -> bool {
        match self {
            Self::StopWithoutQuiesce { .. } => true,
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

/// What a command of a plan has to do with mistakes, as things were before it. Namespaces are indexes.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    /// A mistake whatever comes later.
    Found(Option<usize>, Mistake),
    /// It takes effect at the next cluster change.
    Told(Option<usize>, Told),
    /// A recluster.
    Reclusters,
    /// A roster is staged for a namespace: the nodes that it names.
    Stages(usize, Vec<NodeId>),
    /// So long that it is not waiting for something to be done.
    Lingers,
    /// A node stops or loses links.
    Disturbs,
    /// Nodes are started.
    Starts(Vec<NodeId>),
    /// Roster nodes go.
    Goes(Goes),
}

/// Roster nodes of a namespace that go.
#[derive(Clone, Debug)]
pub(super) struct Goes {
    namespace: usize,
    /// Roster nodes that were missing before.
    missing_before: Vec<NodeId>,
    /// Roster nodes that are missing then.
    missing: Vec<NodeId>,
    replication_factor: u8,
    /// Partitions whose copies were still being filled.
    filling: u32,
}

/// What a command has to do with mistakes.
pub(super) fn facts(cluster: &Cluster, command: &Command) -> Vec<Fact> {
    let view = cluster.view();
    match command {
        Command::Stop { nodes, shutdown } => {
            let mut facts = vec![Fact::Disturbs];
            facts.extend(unquiesced(&view, nodes, *shutdown).map(|found| Fact::Found(None, found)));
            facts.extend((0..view.namespaces.len()).filter_map(|index| goes(&view, index, nodes)));
            facts
        }
        Command::Start { nodes } => {
            let mut facts = vec![Fact::Starts(nodes.clone())];
            facts.extend(empty_drives(&view, nodes).map(|found| Fact::Found(None, found)));
            facts
        }
        Command::Cut { .. } => vec![Fact::Disturbs],
        Command::RosterSet { namespace, .. } => {
            let (index, found) = roster(cluster, &view, namespace, command);
            let stages =
                index.and_then(|index| Some(Fact::Stages(index, staged(&view, index, command)?)));
            found.into_iter().chain([Fact::Told(index, Told::Roster)]).chain(stages).collect()
        }
        Command::Revive { namespace, .. } => {
            let (index, found) = roster(cluster, &view, namespace, command);
            found.into_iter().chain([Fact::Told(index, Told::Revive)]).collect()
        }
        Command::Recluster { .. } => {
            let mut facts = vec![Fact::Reclusters];
            for (index, settings) in view.namespaces.iter().enumerate() {
                let found = warnings(cluster, &settings.name, std::slice::from_ref(command));
                let late = found.into_iter().filter(|warning| {
                    matches!(
                        warning,
                        Warning::MigrationsUnfinished { .. } | Warning::ChangeUnderWay
                    )
                });
                facts
                    .extend(late.map(|warning| Fact::Found(Some(index), Mistake::Roster(warning))));
            }
            facts
        }
        Command::Quiesce { nodes } => vec![Fact::Told(None, Told::Quiesce(nodes.clone()))],
        Command::QuiesceUndo { nodes } => vec![Fact::Told(None, Told::QuiesceUndo(nodes.clone()))],
        _ => Vec::new(),
    }
}

/// What a roster or a revive is a mistake for. Whether a recluster follows and whether migrations are done by then is not known yet.
fn roster(
    cluster: &Cluster,
    view: &ClusterView,
    namespace: &str,
    command: &Command,
) -> (Option<usize>, Vec<Fact>) {
    let index = view.namespace_index(namespace);
    let found = warnings(cluster, namespace, std::slice::from_ref(command));
    let found = found.into_iter().filter(|warning| {
        !matches!(warning, Warning::ReclusterForgotten | Warning::MigrationsUnfinished { .. })
    });
    (index, found.map(|warning| Fact::Found(index, Mistake::Roster(warning))).collect())
}

/// The nodes of the roster that a command stages.
fn staged(view: &ClusterView, index: usize, command: &Command) -> Option<Vec<NodeId>> {
    let Command::RosterSet { nodes, on, .. } = command else { return None };
    let home = match on {
        Some(node) => view.sub_clusters.get(view.sub_cluster_of(*node)?)?,
        None => view.sub_clusters.first()?,
    };
    let entries = match nodes {
        RosterNodes::Observed => &home.namespaces[index].observed,
        RosterNodes::List(entries) => entries,
    };
    Some(entries.iter().map(|entry| entry.node).collect())
}

/// The nodes of a clean stop that hold something and are not quiesced.
fn unquiesced(view: &ClusterView, nodes: &[NodeId], shutdown: Shutdown) -> Option<Mistake> {
    if shutdown == Shutdown::Unclean {
        return None;
    }
    let hands_over = |id: &&NodeId| {
        let node = view.node(**id);
        node.is_some_and(|node| {
            let serves = node.namespaces.iter().any(|part| part.copies.master > 0);
            let others = node.sub_cluster.map_or(0, |place| view.sub_clusters[place].nodes.len());
            serves && others > nodes.len() && node.quiesce != QuiesceState::Effective
        })
    };
    let nodes: Vec<NodeId> = nodes.iter().filter(hands_over).copied().collect();
    (!nodes.is_empty()).then_some(Mistake::StopWithoutQuiesce { nodes })
}

/// The nodes that come up with empty drives and are in a roster.
fn empty_drives(view: &ClusterView, nodes: &[NodeId]) -> Option<Mistake> {
    let is_empty = |distrust: &Distrust| distrust.why == Untrusted::EmptyDevice;
    let comes_empty = |id: &&NodeId| {
        view.node(**id).is_some_and(|node| {
            let mut parts = node.namespaces.iter();
            parts.any(|part| part.would_start_untrusted.as_ref().is_some_and(is_empty))
        })
    };
    let nodes: Vec<NodeId> = nodes.iter().filter(comes_empty).copied().collect();
    (!nodes.is_empty()).then_some(Mistake::EmptyDrives { nodes })
}

/// Roster nodes of a namespace that go.
fn goes(view: &ClusterView, index: usize, nodes: &[NodeId]) -> Option<Fact> {
    let settings = &view.namespaces[index];
    if settings.mode == Mode::Available {
        return None;
    }
    let home: &SubClusterView =
        nodes.iter().find_map(|node| view.sub_clusters.get(view.sub_cluster_of(*node)?))?;
    let here = &home.namespaces[index];
    let roster = here.roster.iter().map(|entry| entry.node);
    let (present, missing_before): (Vec<NodeId>, Vec<NodeId>) =
        roster.partition(|node| home.nodes.contains(node));
    let going = present.iter().filter(|node| nodes.contains(node));
    let missing: Vec<NodeId> = missing_before.iter().chain(going).copied().collect();
    let filling = here.filling;
    let replication_factor = settings.replication_factor;
    let goes = Goes { namespace: index, missing_before, missing, replication_factor, filling };
    (goes.missing.len() > goes.missing_before.len()).then_some(Fact::Goes(goes))
}

/// A mistake of a line: its index, the namespace's index, and the index of the line at which it takes effect.
pub(super) type OfLine = (usize, Option<usize>, Mistake, usize);

/// The mistakes of a plan. `facts` are those of its commands in order, each with the index of its line; `is_harmed` says whether a
/// line leaves more out than there was, now or after a further loss.
pub(super) fn of_plan(
    facts: &[(usize, Fact)],
    is_harmed: &dyn Fn(usize, Option<usize>) -> bool,
) -> Vec<OfLine> {
    let mut mistakes = Vec::new();
    for (place, (line, fact)) in facts.iter().enumerate() {
        let later = &facts[place + 1..];
        let recluster = later.iter().find(|(_, fact)| matches!(fact, Fact::Reclusters));
        let effect = recluster.map_or(*line, |(line, _)| *line);
        match fact {
            Fact::Found(index, mistake @ Mistake::Roster(_)) => {
                mistakes.push((*line, *index, mistake.clone(), effect));
            }
            Fact::Found(index, mistake) => mistakes.push((*line, *index, mistake.clone(), *line)),
            Fact::Told(index, told) => {
                let next = later
                    .iter()
                    .find(|(_, fact)| matches!(fact, Fact::Reclusters | Fact::Disturbs));
                if !matches!(next, Some((_, Fact::Reclusters))) {
                    mistakes.push((*line, *index, Mistake::NoRecluster(told.clone()), *line));
                }
            }
            Fact::Goes(goes) => {
                let found = goes.mistake(later, is_harmed(*line, Some(goes.namespace)));
                mistakes.extend(found.map(|found| (*line, Some(goes.namespace), found, *line)));
            }
            Fact::Reclusters
            | Fact::Stages(..)
            | Fact::Lingers
            | Fact::Disturbs
            | Fact::Starts(_) => {}
        }
    }
    mistakes
}

impl Goes {
    fn mistake(&self, later: &[(usize, Fact)], is_harmed: bool) -> Option<Mistake> {
        let comes_back = |node: &&NodeId| {
            later
                .iter()
                .any(|(_, fact)| matches!(fact, Fact::Starts(nodes) if nodes.contains(node)))
        };
        let back_later: Vec<NodeId> =
            self.missing_before.iter().filter(comes_back).copied().collect();
        let are_too_many = self.missing.len() >= usize::from(self.replication_factor);
        if are_too_many && back_later.is_empty() && !self.is_set_next(later) {
            let Self { missing, replication_factor, .. } = self.clone();
            return Some(Mistake::RosterNotSet { missing, replication_factor });
        }
        if is_harmed && (are_too_many && !back_later.is_empty() || self.filling > 0) {
            return Some(Mistake::NextBeforeBack { missing: back_later, filling: self.filling });
        }
        None
    }

    /// Whether a roster without the nodes that are missing is brought into force before anything else happens to nodes.
    fn is_set_next(&self, later: &[(usize, Fact)]) -> bool {
        let mut is_staged = false;
        for (_, fact) in later {
            match fact {
                Fact::Stages(index, nodes) if *index == self.namespace => {
                    is_staged = self.missing.iter().all(|node| !nodes.contains(node));
                }
                Fact::Reclusters if is_staged => return true,
                Fact::Disturbs | Fact::Starts(_) | Fact::Lingers => return false,
                _ => {}
            }
        }
        false
    }
}
