//! What a node's card shows, as data.
//!
//! Invariant: pure, and everything that a card shows: two cards with equal facts look the same, so that a card whose
//! facts have not changed is not drawn again. Not here: how it looks (see `floor::node_card`).

use std::rc::Rc;

use rosterlab_engine::{
    ClusterView, CopyCounts, DeviceMark, NodeId, NodeState, NodeView, QuiesceState, RackId,
    StartMark,
};
use rosterlab_scenario::words::marks;
use rosterlab_scenario::words::terms::Term;
use rosterlab_scenario::{NodeNames, Timeline};

use crate::text::thousands;

/// Namespaces that have a line of their own on a card.
const LINES: usize = 3;

/// Stands for an orphan: a ring that is crossed out.
pub const ORPHAN_SIGN: &str = "⊘";

/// What a card shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The node.
    pub node: NodeId,
    /// What people call it, if that was brought.
    pub name: Option<Rc<str>>,
    /// Whether it runs.
    pub state: NodeState,
    /// Its configured rack.
    pub rack: RackId,
    /// Its sub-cluster's place, and the principal there.
    pub home: Option<(usize, NodeId)>,
    /// Whether there is more than one sub-cluster, so that it matters which.
    pub is_split: bool,
    /// What else there is to know, what matters most first.
    pub notes: Vec<Note>,
    /// A line for each namespace, the shown one first; no more than there is room for.
    pub lines: Vec<NamespaceLine>,
    /// Namespaces beyond those.
    pub more: usize,
}

/// What is known of a cluster beside what it is.
#[derive(Clone, Debug)]
pub struct Beside<'a> {
    names: &'a NodeNames,
    /// Whether the counts of each namespace are only about right.
    about: Vec<bool>,
}

impl<'a> Beside<'a> {
    /// What a timeline knows.
    #[must_use]
    pub fn of(timeline: &'a Timeline) -> Self {
        let namespaces = 0..timeline.setup().namespaces.len();
        let about = namespaces.map(|index| timeline.setup().is_about(index)).collect();
        Self { names: timeline.names(), about }
    }
}

/// A node's part in a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceLine {
    /// The namespace.
    pub name: String,
    /// Its versions here, added up.
    pub copies: CopyCounts,
    /// Whether they are only about right.
    pub is_about: bool,
    /// The worst of its devices' clean-shutdown marks.
    pub mark: Option<DeviceMark>,
}

/// Something to know about a node beside its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Its storage is not trusted: it will come back with `e`.
    ReturnsWithE,
    /// Its storage is not trusted, and `auto-revive` is on: it will come back with `r`.
    ReturnsWithR,
    /// It is configured for this rack, and the roster has it on another one.
    RackLater(RackId),
    /// It was added and has been in no roster.
    BrandNew,
    /// It is not in the roster.
    NotInRoster,
    /// Told to quiesce.
    QuiescePending,
    /// Quiesced.
    Quiesced,
    /// Quiesced, and told not to be.
    QuiesceUndoPending,
    /// Quiesced from every start on: the tie-breaker.
    StaysQuiesced,
    /// So many of its copies are still to be filled.
    Filling(u32),
    /// It is an orphan.
    ServesNothing,
}

impl Note {
    /// In words.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::ReturnsWithE => "returns with e".to_owned(),
            Self::ReturnsWithR => "returns with r".to_owned(),
            Self::RackLater(rack) => format!("rack {rack} after roster-set + recluster"),
            Self::BrandNew => "brand-new, in no roster".to_owned(),
            Self::NotInRoster => "not in the roster".to_owned(),
            Self::QuiescePending => "quiesces at next change".to_owned(),
            Self::Quiesced => "quiesced".to_owned(),
            Self::QuiesceUndoPending => "quiesced until next change".to_owned(),
            Self::StaysQuiesced => "stays quiesced".to_owned(),
            Self::Filling(copies) => format!("filling {}", thousands(copies)),
            Self::ServesNothing => "serves nothing".to_owned(),
        }
    }

    /// As one sign, where there is no room for words; its tip has the words.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::ReturnsWithE => "e",
            Self::ReturnsWithR => "r",
            Self::RackLater(_) => "⇄",
            Self::BrandNew => "+",
            Self::NotInRoster => "∉",
            Self::QuiescePending
            | Self::Quiesced
            | Self::QuiesceUndoPending
            | Self::StaysQuiesced => "Q",
            Self::Filling(_) => "↻",
            // The state's own sign says it.
            Self::ServesNothing => "",
        }
    }
}

impl Facts {
    /// What is to be shown of a node, seen with a namespace.
    #[must_use]
    pub fn of(view: &ClusterView, node: &NodeView, namespace: usize, beside: &Beside<'_>) -> Self {
        let home = node.sub_cluster.and_then(|place| {
            view.sub_clusters.get(place).map(|sub_cluster| (place, sub_cluster.principal))
        });
        let count = node.namespaces.len();
        let shown_first = (0..count).map(|at| match at {
            0 => namespace.min(count - 1),
            at if at <= namespace => at - 1,
            at => at,
        });
        let line = |at: usize| {
            let part = &node.namespaces[at];
            let mark = part.devices.iter().copied().max();
            let name = view.namespaces.get(at).map(|settings| settings.name.clone());
            let is_about = beside.about.get(at).copied().unwrap_or_default();
            NamespaceLine { name: name.unwrap_or_default(), copies: part.copies, is_about, mark }
        };
        Self {
            node: node.id,
            name: beside.names.of(node.id).map(|name| name.as_str().into()),
            state: node.state,
            rack: node.rack,
            home,
            is_split: view.sub_clusters.len() > 1,
            notes: notes(view, node, namespace),
            lines: shown_first.take(LINES).map(line).collect(),
            more: count.saturating_sub(LINES),
        }
    }

    /// Whether it is its sub-cluster's principal.
    #[must_use]
    pub fn is_principal(&self) -> bool {
        self.home.is_some_and(|(_, principal)| principal == self.node)
    }

    /// Its class in the style sheet, and what tests read.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self.state {
            NodeState::Up => "up",
            NodeState::Starting => "starting",
            NodeState::Orphan => "orphan",
            NodeState::DownClean => "stopped",
            NodeState::DownUnclean => "crashed",
        }
    }

    /// Its state in words.
    #[must_use]
    pub fn state_text(&self) -> &'static str {
        marks::state(self.state)
    }

    /// Its state or its part in its sub-cluster as one sign.
    #[must_use]
    pub fn sign(&self) -> String {
        match (self.state, self.home) {
            (NodeState::DownUnclean, _) => "✕".to_owned(),
            (NodeState::DownClean, _) => "■".to_owned(),
            (NodeState::Orphan, _) => ORPHAN_SIGN.to_owned(),
            (NodeState::Starting, _) | (_, None) => "◌".to_owned(),
            (NodeState::Up, Some((place, _))) => {
                let star = if self.is_principal() { "★" } else { "" };
                let number = if self.is_split { (place + 1).to_string() } else { String::new() };
                format!("{star}{number}")
            }
        }
    }

    /// The words about the node that need an explanation: it stands with the selected node's buttons, because a card is a
    /// button itself.
    #[must_use]
    pub fn terms(&self) -> Vec<(String, Term)> {
        let copies = self.lines.first().map(|line| line.copies).unwrap_or_default();
        let of_note = |note: &Note| {
            let term = match note {
                Note::ReturnsWithE | Note::ReturnsWithR => Term::ReturnsMarked,
                Note::QuiescePending
                | Note::Quiesced
                | Note::QuiesceUndoPending
                | Note::StaysQuiesced => Term::Quiesced,
                Note::ServesNothing => return Some(("orphan".to_owned(), Term::Orphan)),
                _ => return None,
            };
            Some((note.text(), term))
        };
        let others = [
            ("about", Term::About, self.lines.first().is_some_and(|line| line.is_about)),
            ("principal", Term::Principal, self.is_principal()),
            ("subset", Term::Subset, copies.with_data > copies.full),
            ("e", Term::Evade, copies.evade > 0),
            ("r", Term::Revived, copies.revived > 0),
        ];
        let others = others.into_iter().filter(|(.., is_so)| *is_so);
        let others = others.map(|(word, term, _)| (word.to_owned(), term));
        self.notes.iter().filter_map(of_note).chain(others).collect()
    }

    /// Everything, for a tip and for screen readers.
    #[must_use]
    pub fn text(&self) -> String {
        let with = match self.home {
            None if self.state == NodeState::Orphan => ", in no cluster".to_owned(),
            Some(_) if self.is_principal() => ", principal".to_owned(),
            Some((_, principal)) => format!(", with {principal}"),
            None => String::new(),
        };
        let mut text = match self.state {
            NodeState::Orphan => format!("{}{with}, rack {}", self.state_text(), self.rack),
            _ => format!("{}, rack {}{with}", self.state_text(), self.rack),
        };
        if let Some(name) = &self.name {
            text.insert_str(0, &[name, ", "].concat());
        }
        for note in &self.notes {
            text.push_str(", ");
            text.push_str(&note.text());
        }
        for line in &self.lines {
            let CopyCounts { master, full, untrusted, evade, revived, with_data, filling, .. } =
                line.copies;
            let numbers = [
                ("master", master),
                ("full copies", full),
                ("subsets", with_data - full),
                ("copies with e", untrusted),
                ("empty versions with e", evade - untrusted),
                ("versions with r", revived),
                ("to fill", filling),
            ];
            text.push_str("; ");
            text.push_str(&line.name);
            text.push_str(": storage ");
            text.push_str(line.mark.map_or("", |mark| mark_text(mark).1));
            for (name, number) in numbers.iter().filter(|(_, number)| *number > 0) {
                let about = if line.is_about { " about " } else { " " };
                let part = [", ", name, about, &thousands(*number)].concat();
                text.push_str(&part);
            }
        }
        text
    }
}

/// A clean-shutdown mark as a sign and in words.
#[must_use]
pub fn mark_text(mark: DeviceMark) -> (&'static str, &'static str) {
    (marks::device_sign(mark), marks::device_mark(mark))
}

/// An id that may be too long for a small card: its last digits.
#[must_use]
pub fn short_id(node: NodeId) -> String {
    let id = node.to_string();
    if id.len() > 5 { format!("…{}", &id[id.len() - 4..]) } else { id }
}

/// What a small card calls its node: the first part of a host's name, the end of an address, or the last digits of the id. In racks
/// of one make, ids often end alike.
#[must_use]
pub fn short_name(facts: &Facts) -> String {
    let Some(name) = &facts.name else { return short_id(facts.node) };
    let first = name.split('.').next().unwrap_or_default();
    if first.bytes().all(|byte| byte.is_ascii_digit()) {
        let end = name.char_indices().rev().nth(4).map_or(0, |(at, _)| at);
        return if end > 0 { format!("…{}", &name[end..]) } else { name.to_string() };
    }
    first.to_owned()
}

fn notes(view: &ClusterView, node: &NodeView, namespace: usize) -> Vec<Note> {
    let mut notes = Vec::new();
    match node.start_mark() {
        Some(StartMark::Evade) => notes.push(Note::ReturnsWithE),
        Some(StartMark::Revived) => notes.push(Note::ReturnsWithR),
        Some(StartMark::Nothing) | None => {}
    }
    let sub_cluster = node.sub_cluster.and_then(|place| view.sub_clusters.get(place));
    let entry = sub_cluster.and_then(|sub_cluster| {
        let roster = &sub_cluster.namespaces.get(namespace)?.roster;
        roster.iter().find(|entry| entry.node == node.id)
    });
    if entry.is_some_and(|entry| entry.rack != node.rack) {
        notes.push(Note::RackLater(node.rack));
    }
    if node.brand_new {
        notes.push(Note::BrandNew);
    } else if is_outside(view, node, namespace) {
        notes.push(Note::NotInRoster);
    }
    match node.quiesce {
        _ if node.stay_quiesced => notes.push(Note::StaysQuiesced),
        QuiesceState::No => {}
        QuiesceState::Pending => notes.push(Note::QuiescePending),
        QuiesceState::Effective => notes.push(Note::Quiesced),
        QuiesceState::UndoPending => notes.push(Note::QuiesceUndoPending),
    }
    let filling = node.namespaces.get(namespace).map_or(0, |part| part.copies.filling);
    if filling > 0 {
        notes.push(Note::Filling(filling));
    }
    if node.state == NodeState::Orphan {
        notes.push(Note::ServesNothing);
    }
    notes
}

/// Whether a node is in no roster: its own, or while it is down in none that is in force anywhere.
fn is_outside(view: &ClusterView, node: &NodeView, namespace: usize) -> bool {
    let own = node.namespaces.get(namespace).and_then(|part| part.in_roster);
    let mut rosters = view
        .sub_clusters
        .iter()
        .filter_map(|sub_cluster| sub_cluster.namespaces.get(namespace))
        .map(|namespace| &namespace.roster)
        .filter(|roster| !roster.is_empty())
        .peekable();
    if node.state.is_up() || rosters.peek().is_none() {
        return own == Some(false);
    }
    rosters.all(|roster| roster.iter().all(|entry| entry.node != node.id))
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{ClusterSetup, Command, NamespaceSettings, NodeSetup};
    use rosterlab_scenario::share;
    use yew::Reducible;

    use super::*;
    use crate::page::verbs::Verb;
    use crate::roster::state::RosterAction;
    use crate::state::{Action, State};
    use crate::testing::{id, run};

    fn facts(state: &State, node: &str) -> Facts {
        Facts::of(
            &state.view,
            state.view.node(id(node)).unwrap(),
            state.namespace,
            &Beside::of(&state.timeline),
        )
    }

    fn texts(state: &State, node: &str) -> Vec<String> {
        facts(state, node).notes.iter().map(|note| note.text()).collect()
    }

    #[test]
    fn a_change_in_one_node_leaves_the_facts_of_others_that_hold_the_same() {
        let before = State::open();
        let after = run([Action::Press(Verb::Quiesce)]);
        assert_ne!(facts(&before, "A102"), facts(&after, "A102"));
        for other in ["A101", "A103", "B101", "B102"] {
            assert_eq!(facts(&before, other), facts(&after, other), "{other}");
        }
    }

    #[test]
    fn the_state_is_told_by_words_and_by_a_sign() {
        let crashed = run([Action::Press(Verb::Crash)]);
        let facts_of = facts(&crashed, "A102");
        assert_eq!((facts_of.class(), facts_of.sign().as_str()), ("crashed", "✕"));
        assert_eq!(texts(&crashed, "A102"), ["returns with e"]);
        assert_eq!(facts(&crashed, "B102").sign(), "★");
        assert_eq!(facts(&crashed, "A101").sign(), "");
        let split = run([Action::Press(Verb::Split)]);
        assert_eq!(facts(&split, "A103").sign(), "★2");
        assert_eq!(facts(&split, "B101").sign(), "1");
    }

    #[test]
    fn copies_and_empty_versions_are_told_apart_and_the_words_are_explained() {
        let press = |verb| Action::Press(verb);
        let crashed = [press(Verb::Crash)];
        let terms = |state: &State| facts(state, "A102").terms();
        let is_told = |state: &State, word: &str| terms(state).iter().any(|(told, _)| told == word);
        assert!(is_told(&run(crashed.clone()), "returns with e"));
        let back = run([press(Verb::Crash), press(Verb::Start)]);
        let text = facts(&back, "A102").text();
        assert!(text.contains("copies with e 1,381") && !text.contains("evade"), "{text}");
        assert!(is_told(&back, "e") && is_told(&back, "subset"), "{text}");
        assert!(!is_told(&State::open(), "e"));
    }

    #[test]
    fn a_crashed_node_of_ap_namespaces_alone_returns_without_e() {
        let mut setup = crate::state::case_study();
        setup.namespaces[0].mode = rosterlab_engine::Mode::Available;
        let mut cluster = rosterlab_engine::Cluster::new(setup).unwrap();
        let (nodes, shutdown) = (vec![id("A102")], rosterlab_engine::Shutdown::Unclean);
        cluster.apply(&Command::Stop { nodes, shutdown }).unwrap();
        let view = cluster.view();
        assert_eq!(notes(&view, view.node(id("A102")).unwrap(), 0), []);
    }

    #[test]
    fn an_orphan_has_a_sign_and_a_word_of_its_own_and_no_sub_cluster() {
        let between = vec![vec![id("A101")], vec![id("A102")]];
        let state = run([Action::Do(Command::Cut { between })]);
        let orphan = facts(&state, "A101");
        assert_eq!((orphan.class(), orphan.sign().as_str()), ("orphan", ORPHAN_SIGN));
        assert_eq!((orphan.home, orphan.is_split), (None, false));
        assert!(orphan.text().starts_with("orphan, in no cluster, rack 1, serves nothing"));
        assert_eq!(facts(&state, "B102").sign(), "★", "what is left is no split");
    }

    #[test]
    fn a_tie_breaker_says_that_it_stays_quiesced_and_cannot_be_told_otherwise() {
        let rack = RackId::new(3).unwrap();
        let add = Command::add_node(id("C101"), rack, true);
        let state = run([Action::Do(add), Action::Select(id("C101"))]);
        assert!(texts(&state, "C101").contains(&"stays quiesced".to_owned()));
        let why = state.can(Verb::QuiesceUndo).unwrap_err();
        assert!(why.starts_with("Node C101 stays quiesced"), "{why}");
    }

    #[test]
    fn a_quiesce_goes_from_pending_to_quiesced_and_back() {
        let mut actions = vec![Action::Press(Verb::Quiesce)];
        assert_eq!(texts(&run(actions.clone()), "A102"), ["quiesces at next change"]);
        actions.push(Action::Press(Verb::Recluster));
        assert_eq!(texts(&run(actions.clone()), "A102")[0], "quiesced");
        actions.push(Action::Press(Verb::QuiesceUndo));
        assert_eq!(texts(&run(actions.clone()), "A102")[0], "quiesced until next change");
    }

    #[test]
    fn a_node_that_was_added_or_moved_says_what_the_roster_knows() {
        let rack = RackId::new(2).unwrap();
        let added = run([Action::Do(Command::add_node(id("B103"), rack, false))]);
        assert_eq!(texts(&added, "B103"), ["brand-new, in no roster"]);
        let moved = run([Action::Do(Command::MoveToRack { nodes: vec![id("A102")], rack })]);
        assert_eq!(texts(&moved, "A102"), ["rack 2 after roster-set + recluster"]);
        let confirm = Action::Roster(RosterAction::Confirm);
        let press = Action::Press;
        // A roster that is set before migrations are done is asked about.
        let left = [press(Verb::Stop), press(Verb::StageObserved), confirm, press(Verb::Recluster)];
        assert_eq!(texts(&run(left), "A102"), ["not in the roster"]);
    }

    #[test]
    fn each_namespace_has_a_line_the_shown_one_first_and_the_rest_is_counted() {
        let nodes = ["A1", "A2"].map(|name| NodeSetup::new(id(name), RackId::NONE));
        let mut setup = ClusterSetup::of(nodes.to_vec(), 2);
        let more = ["b", "c", "d", "e"].map(|name| NamespaceSettings::strong(name, 1));
        setup.namespaces.extend(more);
        let state = Rc::new(State::on(Timeline::new(setup).unwrap()));
        let state = state.reduce(Action::ShowNamespace(2));
        let facts = facts(&state, "A1");
        let names: Vec<&str> = facts.lines.iter().map(|line| &*line.name).collect();
        assert_eq!(names, ["c", "main", "b"]);
        assert_eq!(facts.more, 2);
        assert!(facts.text().contains("storage in use"), "{}", facts.text());
    }

    #[test]
    fn counts_that_are_about_right_say_so() {
        let mut setup = crate::state::case_study();
        setup.namespaces[0].prefer_uniform_balance = true;
        let state = State::on(Timeline::new(setup).unwrap());
        let facts = facts(&state, "A101");
        assert!(facts.lines[0].is_about && facts.text().contains("full copies about "));
        assert!(facts.terms().iter().any(|(word, _)| word == "about"));
        assert!(!Beside::of(&State::open().timeline).about[0]);
    }

    #[test]
    fn a_node_has_the_name_that_was_brought_until_another_cluster_is_opened() {
        let mut names = NodeNames::default();
        names.set(id("A102"), "db-a2.test".parse().unwrap());
        let link: Rc<str> = share::write(&State::open().timeline).unwrap().into();
        let opened =
            |names| Action::Open(Ok([&link, &*share::write_names(&link, &names)].concat().into()));
        let named = run([opened(names), Action::Press(Verb::Crash), Action::Press(Verb::Undo)]);
        assert_eq!(facts(&named, "A102").name.as_deref(), Some("db-a2.test"));
        assert!(facts(&named, "A102").text().starts_with("db-a2.test, up, rack 1"));
        assert_eq!(facts(&named, "A101").name, None);
        let short = |name: &str| {
            let name = Some(name.into());
            short_name(&Facts { name, ..facts(&named, "A101") })
        };
        let shorts = ["db-a2.test", "10.20.1.11", "pod-1-0", "7"].map(short);
        assert_eq!(shorts, ["db-a2", "….1.11", "pod-1-0", "7"]);
        assert_eq!(short_name(&facts(&named, "A101")), "A101");
        let other = named.clone().reduce(opened(NodeNames::default()));
        assert_eq!(facts(&other, "A102").name, None);
    }

    #[test]
    fn long_ids_are_shortened_to_their_last_digits() {
        assert_eq!(short_id(id("A101")), "A101");
        assert_eq!(short_id(id("BB9020011AC4202")), "…4202");
    }
}
