//! States of nodes that no input tells, as questions with an answer that is taken until a person gives another.
//!
//! Invariant: a question is about nodes of the cluster, has at least two answers, and the one that is preset is one of them. What
//! a person says of a node counts more than what was read. Not here: sentences about other assumptions (see `scenario`).

use rosterlab_engine::{NodeId, Shutdown};

use super::join::{Joined, JoinedNode, Quiesce};
use super::state::State;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asks {
    /// Whether nodes are up.
    WhetherUp,
    /// How nodes that are not there went down (domain.md §4).
    HowDown,
    /// Whether nodes are quiesced (domain.md §8).
    WhetherQuiesced,
}

impl Asks {
    /// The question.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::WhetherUp => "Are these nodes up?",
            Self::HowDown => "How did these nodes go down?",
            Self::WhetherQuiesced => "Are these nodes quiesced?",
        }
    }

    /// The answers, each for one node.
    #[must_use]
    pub fn answers(self) -> &'static [State] {
        match self {
            Self::WhetherUp => &[State::Up, State::Clean, State::Unclean],
            Self::HowDown => &[State::Clean, State::Unclean, State::Up],
            Self::WhetherQuiesced => &[State::NotQuiesced, State::Quiesced],
        }
    }

    /// The answer that is taken as long as nobody gives one. Nodes that went are taken to have gone cleanly, one after another, where
    /// only that gives the partitions that the nodes count; what was assumed tells it then.
    #[must_use]
    pub fn preset(self) -> State {
        match self {
            Self::WhetherUp => State::Up,
            Self::HowDown => State::Unclean,
            Self::WhetherQuiesced => State::NotQuiesced,
        }
    }
}

/// A question about nodes. Each node may have another answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What is asked; it has the words, the answers and the one that is preset.
    pub asks: Asks,
    /// The nodes, highest id first.
    pub nodes: Vec<NodeId>,
}

/// The questions that a cluster leaves open.
#[must_use]
pub fn questions(joined: &Joined) -> Vec<Question> {
    let of = |asks: Asks, is_open: fn(&JoinedNode) -> bool| {
        let open = joined.nodes.iter().filter(|node| is_open(node));
        Question { asks, nodes: open.map(|node| node.id).collect() }
    };
    let all = [
        of(Asks::WhetherUp, |node| node.up.is_none()),
        of(Asks::HowDown, |node| node.up == Some(false) && node.went.is_none()),
        of(Asks::WhetherQuiesced, |node| {
            node.up != Some(false) && node.quiesced.is_none() && !node.stay_quiesced
        }),
    ];
    all.into_iter().filter(|question| !question.nodes.is_empty()).collect()
}

/// Takes what a person says of nodes. Of what contradicts itself the last holds; what is no node of the cluster is left out.
pub fn answer(joined: &mut Joined, answers: &[(NodeId, State)]) {
    for (id, state) in answers {
        let Some(node) = joined.nodes.iter_mut().find(|node| node.id == *id) else { continue };
        match state {
            State::Up => (node.up, node.went) = (Some(true), None),
            State::Down => (node.up, node.went) = (Some(false), None),
            State::Clean => (node.up, node.went) = (Some(false), Some(Shutdown::Clean)),
            State::Unclean => (node.up, node.went) = (Some(false), Some(Shutdown::Unclean)),
            State::Quiesced => node.quiesced = Some(Quiesce::Effective),
            State::NotQuiesced => node.quiesced = Some(Quiesce::No),
        }
        joined.answered.push((*id, *state));
    }
}

/// The node that a person means: by its id, or by a name that was read, with its domain and port or without.
#[must_use]
pub fn named(joined: &Joined, text: &str) -> Option<NodeId> {
    let text = text.trim().to_lowercase();
    let by_id = text.parse::<NodeId>().ok();
    if let Some(node) = joined.nodes.iter().find(|node| Some(node.id) == by_id) {
        return Some(node.id);
    }
    let short = |name: &str| {
        let host = name.split(':').next().unwrap_or_default().to_owned();
        let is_address = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let first = host.split('.').next().filter(|_| !is_address).map(str::to_owned);
        [Some(name.to_owned()), Some(host), first]
    };
    let has = |node: &&JoinedNode| {
        let mut names = node.names.iter().flat_map(|name| short(&name.to_lowercase()));
        names.any(|name| name.as_ref() == Some(&text))
    };
    let mut found = joined.nodes.iter().filter(has);
    match (found.next(), found.next()) {
        (Some(node), None) => Some(node.id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_has_its_preset_among_its_answers() {
        for asks in [Asks::WhetherUp, Asks::HowDown, Asks::WhetherQuiesced] {
            assert!(asks.answers().len() > 1 && asks.answers().contains(&asks.preset()));
        }
    }

    #[test]
    fn a_node_is_named_by_its_id_or_by_one_of_its_names() {
        let node = |id: &str, names: &[&str]| JoinedNode {
            id: id.parse().unwrap(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            ..JoinedNode::new(id.parse().unwrap())
        };
        let nodes = vec![
            node("A2", &["db-2.test:3000", "10.0.0.2"]),
            node("A1", &["db-1.test:3000", "10.0.0.1", "db-1.other"]),
            node("A0", &["db-1.third"]),
        ];
        let joined = Joined { nodes, ..Joined::default() };
        let of = |text: &str| named(&joined, text).map(|id| id.to_string());
        for text in ["a2", "DB-2", "db-2.test", "db-2.test:3000", "10.0.0.2"] {
            assert_eq!(of(text).as_deref(), Some("A2"), "{text}");
        }
        assert_eq!((of("db-1"), of("10"), of("db-3"), of("")), (None, None, None, None));
    }
}
