//! Ways out of an inactive partition: the search's quest, its answer, and the wording.
//!
//! Invariant: an answer belongs to one quest. A change of the cluster, the namespace or the partition drops the quest, so
//! every way that can be taken was tried on the present cluster. Not here: the search (the scenario crate's
//! `foresight::ways`) and its time slices (see `ways_list`).

use std::rc::Rc;

use rosterlab_engine::order::by_key;
use rosterlab_engine::{ClusterView, NodeId, PartitionId, convert};
use rosterlab_scenario::Purpose;
use rosterlab_scenario::foresight::ways::{MOST_ACTIONS, Remedy, Risk, Search, Way};
use rosterlab_scenario::words::commands::in_turn;

use crate::news::nodes;
use crate::text::{capitalized, count, thousands};

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
    /// The ways, safest first; of equal risk those first that make nothing worse, and then the nearest.
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
        let ways =
            by_key(search.found(), |way| (way.risk as u64) << 1 | u64::from(makes_worse(way)));
        Self { quest, ways, is_complete: search.is_complete(), tries: search.tries() }
    }
}

/// Whether less is served of a namespace after a way, or more by two sides, or more is empty, whatever it does for the
/// partition.
#[must_use]
pub fn makes_worse(way: &Way) -> bool {
    let mut each = way.before.iter().zip(&way.after);
    each.any(|(before, after)| {
        after.active() < before.active() || after.twice > before.twice || after.fresh > before.fresh
    })
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
    /// Takes the way at this place of the answer to a quest.
    Take(Quest, usize),
    /// Ends that two sides serve the same partitions.
    OneSide,
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

/// The actions in order: `Start B101 and B102, then revive main and recluster`.
#[must_use]
pub fn title(way: &Way, view: &ClusterView) -> String {
    capitalized(&in_turn(Purpose::WayOut, way.entry().each(), view.nodes.len()))
}

/// What a client of the whole network can reach after a way: `all active`, `1,381 active`, `main 4,096 · ns2 still 0`.
#[must_use]
pub fn reach(way: &Way, view: &ClusterView) -> String {
    let is_many = way.after.len() > 1;
    let each = || view.namespaces.iter().zip(way.before.iter().zip(&way.after));
    let mut text = if way.after.iter().all(|after| after.inactive() == 0) {
        "all active".to_owned()
    } else {
        let of_each = each().map(|(settings, (before, after))| {
            let still = if after.active() > before.active() { "" } else { "still " };
            let active = thousands(after.active());
            if is_many {
                format!("{} {still}{active}", settings.name)
            } else {
                format!("{active} active")
            }
        });
        of_each.collect::<Vec<_>>().join(" · ")
    };
    for (settings, (_, after)) in each() {
        let of = if is_many { [" of ", &settings.name].concat() } else { String::new() };
        for (number, what) in [
            (after.fresh, "came up empty"),
            (after.dead, "dead"),
            (after.twice, "served by two sides"),
        ] {
            if number > 0 {
                text = format!("{text}, {}{of} {what}", thousands(number));
            }
        }
    }
    text
}

/// What a way comes to: `all active, nothing lost`.
#[must_use]
pub fn effect(way: &Way, view: &ClusterView) -> String {
    let lost = match way.risk {
        Risk::None if way.after.iter().any(|after| after.filling > 0) => {
            "nothing lost, still filling"
        }
        Risk::None => "nothing lost",
        Risk::LeavesCopiesBehind => "some copies left behind",
        Risk::MayLoseWrites => "writes may be lost",
    };
    format!("{}, {lost}", reach(way, view))
}

/// What has to come first in every way, if something does: with no node up, a start.
#[must_use]
pub fn needed_first(ways: &[Way], view: &ClusterView) -> Option<String> {
    let (first, others) = ways.split_first()?;
    let in_all = |remedy: &&Remedy| others.iter().all(|way| way.remedies.contains(remedy));
    let starts = first.remedies.iter().filter(in_all).filter_map(|remedy| match remedy {
        Remedy::Start(node) => Some(*node),
        _ => None,
    });
    let mut starts: Vec<NodeId> = starts.collect();
    starts.sort_unstable();
    let is_any_up = view.nodes.iter().any(|node| node.state.is_up());
    match (is_any_up, starts.is_empty()) {
        (true, true) => None,
        (true, false) => (!others.is_empty())
            .then(|| format!("Start {} first: every way needs that.", nodes(&starts))),
        (false, true) => {
            Some("Start nodes first: nothing can be done before a node is up.".to_owned())
        }
        (false, false) => Some(format!(
            "Start {} first: nothing can be done before a node is up.",
            nodes(&starts)
        )),
    }
}

/// A risk as its class in the style sheet, its glyph and its words.
#[must_use]
pub fn risk(risk: Risk) -> (&'static str, &'static str, &'static str) {
    match risk {
        Risk::None => ("safe", "✓", "no risk: no acknowledged write is lost"),
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
    let lead = needed_first(&answer.ways, view).map(|lead| lead + " ").unwrap_or_default();
    format!("{lead}{}, safest first: {}.{more}", count(found, "way"), title(first, view))
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{Command, NamespaceSettings, Served, Shutdown};
    use rosterlab_scenario::foresight::ways::commands;
    use yew::Reducible;

    use super::*;
    use crate::state::State;
    use crate::testing::id;

    fn served(settled: u32) -> Served {
        Served { settled, unavailable: 4096 - settled, ..Served::default() }
    }

    fn way(remedies: &[Remedy], view: &ClusterView) -> Way {
        let (remedies, risk) = (remedies.to_vec(), Risk::None);
        let commands = commands(&remedies, &[0], view);
        Way { remedies, commands, risk, before: vec![served(0)], after: vec![served(4096)] }
    }

    #[test]
    fn a_title_tells_what_is_done_in_order() {
        let state = State::open();
        let title = |remedies: &[Remedy]| title(&way(remedies, &state.view), &state.view);
        let start = |node| Remedy::Start(id(node));
        assert_eq!(title(&[start("B102"), start("B101")]), "Start B101 and B102");
        assert_eq!(
            title(&[Remedy::Heal, start("A102"), Remedy::RosterSet { on: None }, Remedy::Revive]),
            "Heal all links, then start A102, then set the roster of main to the observed nodes \
             and recluster, then revive main and recluster"
        );
    }

    #[test]
    fn of_two_sub_clusters_the_title_says_in_which_the_roster_is_set() {
        let split = crate::state::Action::Press(crate::page::verbs::Verb::Split);
        let view = &Rc::new(State::open()).reduce(split).view.clone();
        let set = Remedy::RosterSet { on: Some(id("A103")) };
        assert_eq!(
            title(&way(&[set], view), view),
            "Set the roster of main to the observed nodes on A103 and recluster"
        );
        assert!(title(&way(&[Remedy::Heal, set], view), view).starts_with("Heal all links, then"));
    }

    #[test]
    fn the_effect_is_told_for_each_namespace() {
        let mut view = ClusterView::clone(&State::open().view);
        let start = Remedy::Start(id("A102"));
        let mut way = way(&[start], &view);
        assert_eq!(effect(&way, &view), "all active, nothing lost");
        way.after = vec![served(1381)];
        assert_eq!(reach(&way, &view), "1,381 active");
        view.namespaces.push(NamespaceSettings::strong("ns2", 2));
        (way.before, way.after) = (vec![served(0); 2], vec![served(4096), served(0)]);
        assert_eq!(reach(&way, &view), "main 4,096 · ns2 still 0");
        way.risk = Risk::MayLoseWrites;
        way.after = vec![served(4096), Served { settled: 4086, fresh: 10, ..Served::default() }];
        assert_eq!(effect(&way, &view), "all active, 10 of ns2 came up empty, writes may be lost");
    }

    #[test]
    fn what_every_way_begins_with_is_told_first() {
        let state = Rc::new(State::open());
        let nodes = ["A101", "A102", "A103", "B101", "B102"].map(id).to_vec();
        let stop = Command::Stop { nodes, shutdown: Shutdown::Clean };
        let down = state.clone().reduce(crate::state::Action::Do(stop)).view.clone();
        let first = |sets: &[&[&str]], view: &ClusterView| {
            let ways = sets.iter().map(|set| {
                let starts: Vec<Remedy> = set.iter().map(|node| Remedy::Start(id(node))).collect();
                way(&starts, view)
            });
            needed_first(&ways.collect::<Vec<_>>(), view).unwrap_or_default()
        };
        let before = "nothing can be done before a node is up.";
        let all: &[&[&str]] = &[&["B101", "A101"], &["A101", "A102"]];
        assert_eq!(first(all, &down), format!("Start A101 first: {before}"));
        let some: &[&[&str]] = &[&["A101", "A102"], &["B101", "B102"]];
        assert_eq!(first(some, &down), format!("Start nodes first: {before}"));
        assert_eq!(first(all, &state.view), "Start A101 first: every way needs that.");
        assert_eq!((first(&all[..1], &state.view), first(&[], &down)), Default::default());
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
