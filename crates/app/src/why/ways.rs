//! Ways out of an inactive partition: the search's quest, its answer, and the wording.
//!
//! Invariant: an answer belongs to one quest. A change of the cluster, the namespace or the partition drops the quest, so
//! every way that can be taken was tried on the present cluster. Not here: the search (the scenario crate's
//! `foresight::ways`) and its time slices (see `ways_list`).

use std::rc::Rc;

use rosterlab_engine::{ClusterView, NodeId, PartitionId, convert};
use rosterlab_scenario::foresight::ways::{MOST_ACTIONS, Remedy, Risk, Search, Way};

use crate::text::{capitalized, count, list};

/// The most nodes that a way's title names; the rest are counted.
const MOST_NAMES: usize = 4;

/// What to search for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quest {
    /// Which state of the cluster: a number that every change raises.
    pub change: u32,
    /// The namespace's index.
    pub namespace: usize,
    /// The partition.
    pub partition: PartitionId,
}

/// The result of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The quest it answers.
    pub quest: Quest,
    /// The ways, nearest first.
    pub ways: Vec<Way>,
    /// Whether the search was exhaustive: no smaller way was missed.
    pub is_complete: bool,
    /// The number of sets of actions that were tried.
    pub tries: u32,
}

impl Answer {
    /// The result of a finished search.
    #[must_use]
    pub fn of(quest: Quest, search: &Search) -> Self {
        Self {
            quest,
            ways: search.found().to_vec(),
            is_complete: search.is_complete(),
            tries: search.tries(),
        }
    }
}

/// The answers for the present cluster.
#[derive(Clone, Debug, Default)]
pub struct WaysState {
    /// Goes up with every change of the cluster.
    change: u32,
    answers: Vec<Rc<Answer>>,
}

/// What a person or a search does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaysAction {
    /// Takes the way at this place of the shown answer.
    Take(usize),
    /// Delivers the answer of a finished search.
    Found(Rc<Answer>),
}

/// Whether the shown partition needs a way out, and how far the search for one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaysStatus {
    /// The partition is active in the shown sub-cluster.
    Active,
    /// The partition is active and came up empty: no node there had its data (docs/domain.md §6).
    ActiveEmpty,
    /// The partition is active in another sub-cluster, the one with this principal.
    ActiveElsewhere(NodeId),
    /// Time runs, so an answer would be out of date.
    Running,
    /// The search runs.
    Searching,
    /// The search is done.
    Found(Rc<Answer>),
}

impl WaysState {
    /// Drops all answers, because the cluster has changed.
    pub fn forget(&mut self) {
        self.change = self.change.wrapping_add(1);
        self.answers.clear();
    }

    /// A quest about the present cluster.
    #[must_use]
    pub fn quest(&self, namespace: usize, partition: PartitionId) -> Quest {
        Quest { change: self.change, namespace, partition }
    }

    /// The answer to a quest, if it is known.
    #[must_use]
    pub fn answer(&self, quest: Quest) -> Option<&Rc<Answer>> {
        self.answers.iter().find(|answer| answer.quest == quest)
    }

    /// Keeps an answer. Returns whether it is new and about the present cluster.
    pub fn keep(&mut self, answer: Rc<Answer>) -> bool {
        let is_news = answer.quest.change == self.change && self.answer(answer.quest).is_none();
        if is_news {
            self.answers.push(answer);
        }
        is_news
    }
}

/// The actions in order: `Start B101 and B102, then revive and recluster`.
#[must_use]
pub fn title(way: &Way, view: &ClusterView) -> String {
    let mut nodes = Vec::new();
    let mut parts: Vec<String> = Vec::new();
    for remedy in &way.remedies {
        match remedy {
            Remedy::Start(node) => nodes.push(*node),
            Remedy::Heal => parts.push("heal all links".to_owned()),
            Remedy::Recluster => parts.push("recluster".to_owned()),
            Remedy::RosterSet { on } => {
                let is_split = view.sub_clusters.len() > 1 && parts.is_empty();
                let where_ = on.filter(|_| is_split).map(|on| format!(" of sub-cluster {on}"));
                let where_ = where_.unwrap_or_default();
                parts.push(format!("set the roster to the observed nodes{where_} and recluster"));
            }
            Remedy::Revive => parts.push("revive and recluster".to_owned()),
        }
    }
    if !nodes.is_empty() {
        let place = usize::from(way.remedies.contains(&Remedy::Heal));
        parts.insert(place, format!("start {}", names(nodes, view)));
    }
    capitalized(&parts.join(", then "))
}

/// The nodes by name, lowest id first.
fn names(mut nodes: Vec<NodeId>, view: &ClusterView) -> String {
    let down = view.nodes.iter().filter(|node| !node.state.is_up()).count();
    if nodes.len() > MOST_NAMES {
        if nodes.len() == down {
            return format!("all {down} nodes that are down");
        }
        let shown = nodes[..MOST_NAMES - 1].iter().map(NodeId::to_string);
        return list(shown.chain([format!("{} more", nodes.len() + 1 - MOST_NAMES)]));
    }
    nodes.sort();
    list(nodes)
}

/// A risk as its class in the style sheet, its glyph and its words.
#[must_use]
pub fn risk(risk: Risk) -> (&'static str, &'static str, &'static str) {
    match risk {
        Risk::None => ("safe", "✓", "no risk: every acknowledged write is there"),
        Risk::LeavesCopiesBehind => {
            ("behind", "◪", "copies on nodes that leave the roster stay behind")
        }
        Risk::MayLoseWrites => ("loses", "⚠", "acknowledged writes may be lost"),
    }
}

/// The status in a sentence.
#[must_use]
pub fn status(status: &WaysStatus, view: &ClusterView) -> String {
    let answer = match status {
        WaysStatus::Active => return "Active: nothing to do.".to_owned(),
        WaysStatus::ActiveEmpty => {
            return "Active and empty. Bring the nodes that hold its data back before clients write: \
                    where both sides have a record, only one is kept."
                .to_owned();
        }
        WaysStatus::ActiveElsewhere(node) => {
            return format!("Active in sub-cluster {node}: nothing to do.");
        }
        WaysStatus::Running => return "Pause time to search for them.".to_owned(),
        WaysStatus::Searching => return "Searching…".to_owned(),
        WaysStatus::Found(answer) => answer,
    };
    let Some(first) = answer.ways.first() else {
        return format!(
            "None: no set of up to {MOST_ACTIONS} actions makes it active, nor do all of them together."
        );
    };
    let found = convert::count(answer.ways.len());
    let more = if answer.is_complete { "" } else { " With so many nodes there may be others." };
    format!("{}, nearest first: {}.{more}", count(found, "way"), title(first, view))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::State;

    fn id(text: &str) -> NodeId {
        text.parse().unwrap()
    }

    fn way(remedies: &[Remedy]) -> Way {
        let remedies = remedies.to_vec();
        Way { remedies, commands: Vec::new(), risk: Risk::None, active: 4096 }
    }

    #[test]
    fn a_title_tells_what_is_done_in_order() {
        let state = State::open();
        let title = |remedies: &[Remedy]| title(&way(remedies), &state.view);
        let start = |node| Remedy::Start(id(node));
        assert_eq!(title(&[start("B102"), start("B101")]), "Start B101 and B102");
        assert_eq!(
            title(&[Remedy::Heal, start("A102"), Remedy::RosterSet { on: None }, Remedy::Revive]),
            "Heal all links, then start A102, then set the roster to the observed nodes and \
             recluster, then revive and recluster"
        );
        let many = ["A101", "A102", "A103", "B101", "B102"].map(start);
        assert_eq!(title(&many), "Start A101, A102, A103 and 2 more");
    }

    #[test]
    fn answers_for_another_cluster_are_not_kept() {
        let mut ways = WaysState::default();
        let quest = ways.quest(0, PartitionId::new(7).unwrap());
        let answer = Rc::new(Answer { quest, ways: Vec::new(), is_complete: true, tries: 3 });
        assert!(ways.keep(answer.clone()));
        assert!(!ways.keep(answer.clone()), "nothing new");
        assert_eq!(ways.answer(quest), Some(&answer));
        ways.forget();
        assert!(!ways.keep(answer));
        assert_eq!(ways.answer(ways.quest(0, quest.partition)), None);
    }

    #[test]
    fn every_risk_has_a_glyph_and_words() {
        let all = [Risk::None, Risk::LeavesCopiesBehind, Risk::MayLoseWrites].map(risk);
        for (place, (class, glyph, words)) in all.iter().enumerate() {
            assert!(!words.is_empty());
            for other in &all[..place] {
                assert!(other.0 != *class && other.1 != *glyph && other.2 != *words);
            }
        }
    }
}
