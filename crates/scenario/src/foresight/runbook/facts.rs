//! Which documented mistake a line is.
//!
//! Invariant: what concerns a roster or a revive is found by `preview`, and here what only a plan shows: what is missing between
//! two lines, or comes too late. Whether a mistake does harm is counted, not concluded (see `check`). Not here: sentences.

use rosterlab_engine::{
    Cluster, ClusterView, Command, Distrust, Mode, NamespaceSettings, NodeId, QuiesceState,
    RosterNodes, Shutdown, SubClusterNamespaceView, SubClusterView, Until, Untrusted,
};

use super::held::Held;
use super::mistakes::{IfNotBack, Mistake, Told};
use super::watch::Counts;
use crate::foresight::preview::{Warning, warnings};
use crate::timeline::Entry;

/// What a command of a plan has to do with mistakes, as things were before it. Namespaces are indexes.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    /// A mistake whatever comes later, and whether harm that is brief does not count against it.
    Found(Option<usize>, Mistake, bool),
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
            facts.extend(
                unquiesced(&view, nodes, *shutdown).map(|found| Fact::Found(None, found, true)),
            );
            facts.extend(all_on_one(&view, nodes).map(|found| Fact::Found(None, found, true)));
            let namespaces = 0..view.namespaces.len();
            facts.extend(namespaces.clone().filter_map(|index| goes(&view, index, nodes)));
            facts.extend(namespaces.filter_map(|index| not_handed_over(&view, index, nodes)));
            facts
        }
        Command::Start { nodes } | Command::StartAs { nodes, .. } => {
            let mut facts = vec![Fact::Starts(nodes.clone())];
            facts.extend(empty_drives(&view, nodes).map(|found| Fact::Found(None, found, true)));
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
            facts.extend(all_on_one(&view, &[]).map(|found| Fact::Found(None, found, true)));
            for (index, settings) in view.namespaces.iter().enumerate() {
                let found = warnings(cluster, &settings.name, std::slice::from_ref(command));
                let late = found.into_iter().filter(|warning| {
                    matches!(
                        warning,
                        Warning::MigrationsUnfinished { .. } | Warning::ChangeUnderWay
                    )
                });
                facts.extend(
                    late.map(|warning| Fact::Found(Some(index), Mistake::Roster(warning), false)),
                );
            }
            facts
        }
        Command::Quiesce { nodes } => vec![Fact::Told(None, Told::Quiesce(nodes.clone()))],
        Command::QuiesceUndo { nodes } => vec![Fact::Told(None, Told::QuiesceUndo(nodes.clone()))],
        _ => Vec::new(),
    }
}

/// Nodes that were started and that no line has waited for. \[model\]
#[derive(Clone, Debug, Default)]
pub(super) struct Unawaited(Vec<NodeId>);

impl Unawaited {
    /// What an entry is a mistake for while these nodes may not be back, as things are before it.
    pub(super) fn look(
        &self,
        cluster: &Cluster,
        entry: &Entry,
        start: &[Counts],
        held: &Held,
    ) -> Option<Mistake> {
        let Entry::Act { command, .. } = entry else { return None };
        let others = |nodes: &[NodeId]| -> Vec<NodeId> {
            self.0.iter().filter(|node| !nodes.contains(node)).copied().collect()
        };
        match command {
            Command::Stop { nodes, .. } => {
                let others = others(nodes);
                let then = (!others.is_empty())
                    .then(|| if_not_back(cluster, &others, command, start, held))??;
                Some(Mistake::NotAwaited { nodes: others, then })
            }
            Command::RosterSet { nodes, .. } => {
                let named = |node: &NodeId| match nodes {
                    RosterNodes::Observed => true,
                    RosterNodes::List(entries) => entries.iter().any(|entry| entry.node == *node),
                };
                let nodes: Vec<NodeId> = self.0.iter().copied().filter(named).collect();
                let then = IfNotBack::InRoster;
                (!nodes.is_empty()).then_some(Mistake::NotAwaited { nodes, then })
            }
            _ => None,
        }
    }

    /// Takes note of an entry. A pause of no length is what waiting for nodes comes to.
    pub(super) fn note(&mut self, entry: &Entry) {
        match entry {
            Entry::Act { command: Command::Start { nodes }, .. } => self.0.extend(nodes),
            Entry::Act { command: Command::Stop { nodes, .. }, .. } => {
                self.0.retain(|node| !nodes.contains(node));
            }
            Entry::Migrate { .. } | Entry::Pass { ms: 0 } => self.0.clear(),
            _ => {}
        }
    }
}

/// What a stop does if these nodes are still down: tried on a copy of the cluster.
fn if_not_back(
    cluster: &Cluster,
    down: &[NodeId],
    stop: &Command,
    start: &[Counts],
    held: &Held,
) -> Option<IfNotBack> {
    let mut tried = cluster.clone();
    tried.apply(&Command::Stop { nodes: down.to_vec(), shutdown: Shutdown::Clean }).ok()?;
    tried.advance(Until::Settled);
    tried.apply(stop).ok()?;
    tried.advance(Until::Settled);
    let out = held.out_then(&tried).into_iter().zip(start);
    let more = out.map(|(out, start)| out.all().saturating_sub(start.worst.all())).sum();
    if more > 0 {
        return Some(IfNotBack::Out(more));
    }
    let view = tried.view();
    let home = view.sub_clusters.first()?;
    let is_missing_too_many = |(here, settings): (&SubClusterNamespaceView, &NamespaceSettings)| {
        let missing = here.roster.iter().filter(|entry| !home.nodes.contains(&entry.node)).count();
        settings.mode != Mode::Available && missing >= usize::from(settings.replication_factor)
    };
    let mut namespaces = home.namespaces.iter().zip(&view.namespaces);
    namespaces.any(is_missing_too_many).then_some(IfNotBack::TooManyMissing)
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
    let fact = |warning: Warning| {
        let is_prepared = matches!(&warning, Warning::RemovesRfOrMore { nodes, replication_factor }
            if served_by(view, nodes) < usize::from(*replication_factor));
        Fact::Found(index, Mistake::Roster(warning), is_prepared)
    };
    (index, found.map(fact).collect())
}

/// How many of these nodes are in a cluster and have not handed over what they serve.
fn served_by(view: &ClusterView, nodes: &[NodeId]) -> usize {
    let serves = |id: &&NodeId| {
        let node = view.node(**id);
        node.is_some_and(|node| {
            node.sub_cluster.is_some() && node.quiesce != QuiesceState::Effective
        })
    };
    nodes.iter().filter(serves).count()
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

/// The one node of a cluster of three or more that is left to serve when these stop, or at the next cluster change.
fn all_on_one(view: &ClusterView, stopped: &[NodeId]) -> Option<Mistake> {
    let left_alone = |home: &SubClusterView| {
        let of = |fits: &dyn Fn(QuiesceState) -> bool| -> Vec<NodeId> {
            let nodes = home.nodes.iter().filter_map(|node| view.node(*node));
            nodes.filter(|node| fits(node.quiesce)).map(|node| node.id).collect()
        };
        let serving = of(&|quiesce| !matches!(quiesce, QuiesceState::Effective));
        let mut serve_then =
            of(&|quiesce| matches!(quiesce, QuiesceState::No | QuiesceState::UndoPending));
        serve_then.retain(|node| !stopped.contains(node));
        match serve_then[..] {
            [node] if home.nodes.len() > 2 && serving.len() > 1 => Some(Mistake::AllOnOne { node }),
            _ => None,
        }
    };
    view.sub_clusters.iter().find_map(left_alone)
}

/// The nodes of a stop that have not sent all that they have of an AP namespace with one copy: who would receive it has a
/// version already, so that the partition does not come up as fresh, and yet has not its data (domain.md §6.1).
fn not_handed_over(view: &ClusterView, index: usize, nodes: &[NodeId]) -> Option<Fact> {
    let settings = &view.namespaces[index];
    if settings.mode != Mode::Available || settings.replication_factor > 1 {
        return None;
    }
    let sends =
        |id: &&NodeId| view.node(**id).is_some_and(|node| node.namespaces[index].remaining.tx > 0);
    let nodes: Vec<NodeId> = nodes.iter().filter(sends).copied().collect();
    let found = Mistake::StopBeforeHandOver { nodes: nodes.clone() };
    (!nodes.is_empty()).then_some(Fact::Found(Some(index), found, false))
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

/// Whether a further loss is thought of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Further {
    /// None.
    None,
    /// None, or any that is asked for.
    Loss,
    /// As `Loss`, but for harm that is brief and over before the line with this index.
    LossTo(Option<usize>),
}

/// A mistake of a line.
#[derive(Clone, Debug)]
pub(super) struct OfLine {
    /// The line's index.
    pub line: usize,
    /// The namespace's index; `None` when it is about the cluster.
    pub namespace: Option<usize>,
    pub mistake: Mistake,
    /// The index of the line at which it takes effect.
    pub effect: usize,
    /// Whether harm that is brief does not count against it.
    pub may_be_brief: bool,
}

/// The mistakes of a plan. `facts` are those of its commands in order, each with the index of its line; `is_harmed` says whether a
/// line leaves more out in a namespace than there was, after a further loss, or without any.
pub(super) fn of_plan(
    facts: &[(usize, Fact)],
    is_harmed: &dyn Fn(usize, usize, Further) -> bool,
) -> Vec<OfLine> {
    let mut mistakes = Vec::new();
    for (place, (line, fact)) in facts.iter().enumerate() {
        let later = &facts[place + 1..];
        let recluster = later.iter().find(|(_, fact)| matches!(fact, Fact::Reclusters));
        let effect = recluster.map_or(*line, |(line, _)| *line);
        let of_line = |namespace, mistake, effect, may_be_brief| OfLine {
            line: *line,
            namespace,
            mistake,
            effect,
            may_be_brief,
        };
        match fact {
            Fact::Found(index, mistake, may_be_brief) => {
                let effect = if matches!(mistake, Mistake::Roster(_)) { effect } else { *line };
                mistakes.push(of_line(*index, mistake.clone(), effect, *may_be_brief));
            }
            Fact::Told(index, told) => {
                let next = later
                    .iter()
                    .find(|(_, fact)| matches!(fact, Fact::Reclusters | Fact::Disturbs));
                if !matches!(next, Some((_, Fact::Reclusters))) {
                    let mistake = Mistake::NoRecluster(told.clone());
                    mistakes.push(of_line(*index, mistake, *line, false));
                }
            }
            Fact::Goes(goes) => {
                let found =
                    goes.mistake(later, &|further| is_harmed(*line, goes.namespace, further));
                let namespace = Some(goes.namespace);
                mistakes.extend(found.map(|found| of_line(namespace, found, *line, false)));
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
    fn mistake(
        &self,
        later: &[(usize, Fact)],
        is_harmed: &dyn Fn(Further) -> bool,
    ) -> Option<Mistake> {
        let comes_back = |node: &&NodeId| {
            later
                .iter()
                .any(|(_, fact)| matches!(fact, Fact::Starts(nodes) if nodes.contains(node)))
        };
        let back_later: Vec<NodeId> =
            self.missing_before.iter().filter(comes_back).copied().collect();
        let are_too_many = self.missing.len() >= usize::from(self.replication_factor);
        if are_too_many && back_later.is_empty() && !self.is_set_next(later) {
            // Racks are there so that one may go as a whole: as soon as the others have taken over, a further loss does no harm.
            let starts = |fact: &Fact| matches!(fact, Fact::Starts(nodes) if nodes.iter().any(|node| self.missing.contains(node)));
            let back_at = later.iter().find(|(_, fact)| starts(fact)).map(|(line, _)| *line);
            let does_harm = is_harmed(Further::LossTo(back_at));
            let Self { missing, replication_factor, .. } = self.clone();
            return Some(Mistake::RosterNotSet { missing, replication_factor, does_harm });
        }
        let is_early = are_too_many && !back_later.is_empty() && is_harmed(Further::Loss);
        if is_early || self.filling > 0 && is_harmed(Further::None) {
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
