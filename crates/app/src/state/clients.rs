//! The client strip's part of the reducer: reads and writes of one record, and the namespace beside it of the other mode,
//! SC or AP.
//!
//! Invariant: a click writes or reads the same record in every namespace of the strip, in one step, so that both get the
//! same. Not here: what clients were told (see `answers`), which follows from the timeline.

use rosterlab_engine::{Command, EventKind, Mode, NamespaceSettings, NodeId, PartitionId, convert};
use rosterlab_scenario::{Entry, Purpose, Settle};

use super::{Action, State};
use crate::clients::answers::{Record, record};
use crate::clients::state::ClientAction;
use crate::news;
use crate::text::{count, refusal};

impl State {
    /// The namespaces of the strip, by their places: the shown one and the first of the other mode, SC first.
    #[must_use]
    pub fn client_namespaces(&self) -> Vec<usize> {
        let all = &self.view.namespaces;
        let Some(shown) = all.get(self.namespace) else { return Vec::new() };
        let other = all.iter().position(|settings| settings.mode != shown.mode);
        let mut places: Vec<usize> = [self.namespace].into_iter().chain(other).collect();
        if shown.mode == Mode::Available {
            places.reverse();
        }
        places
    }

    /// What is known of the strip's record in a namespace.
    #[must_use]
    pub fn client_record(&self, namespace: usize) -> Record {
        let name = self.view.namespaces.get(namespace).map_or("", |settings| &settings.name);
        record(&self.timeline, name, self.clients.digest())
    }

    /// The node that serves the strip's record in the shown sub-cluster.
    #[must_use]
    pub fn client_master(&self) -> Option<NodeId> {
        let place = PartitionId::of_digest(&self.clients.digest());
        self.cells.get(place.index()).and_then(|cell| cell.working_master)
    }

    /// The command that cuts the record's master off from all others.
    ///
    /// # Errors
    /// Why that cannot be done, as a sentence.
    pub fn cut_master(&self) -> Result<(NodeId, Command), String> {
        let master = self.client_master().ok_or("The record's partition has no master here.")?;
        let others = self.view.nodes.iter().map(|node| node.id);
        let others = others.filter(|node| *node != master).collect();
        let command = Command::Cut { between: vec![vec![master], others] };
        self.can_do(&command).map(|()| (master, command))
    }

    /// The namespace that would be put beside the shown one; `None` when both modes are there.
    #[must_use]
    pub fn beside(&self) -> Option<NamespaceSettings> {
        let settings = self.view.namespaces.get(self.namespace)?;
        if self.client_namespaces().len() > 1 {
            return None;
        }
        let (mode, name) = match settings.mode {
            Mode::StrongConsistency => (Mode::Available, "ap"),
            Mode::Available => (Mode::StrongConsistency, "sc"),
        };
        let mut name = name.to_owned();
        while self.view.namespace_index(&name).is_some() {
            name.push('2');
        }
        Some(NamespaceSettings { name, mode, versions: None, ..settings.clone() })
    }

    /// Does all steps again with a namespace more.
    fn put_beside(&mut self) {
        let Some(settings) = self.beside() else { return };
        let name = settings.name.clone();
        let mut setup = self.timeline.setup().clone();
        setup.namespaces.push(settings);
        match self.timeline.on_setup(setup) {
            Err(error) => self.refuse(refusal(&error)),
            Ok((timeline, stopped)) => {
                let steps = count(convert::count(timeline.position()), "step");
                let until = stopped.map(|(place, why)| format!(" Step {} not: {why}.", place + 1));
                self.go_over(timeline, None);
                self.tell(format!(
                    "Namespace {name} is beside {}; {steps} done again, so that every fault hits \
                     both.{}",
                    self.namespace_name(),
                    until.unwrap_or_default()
                ));
            }
        }
    }

    /// The entry that an action of the client strip would add to the timeline; only after its last command do the clusters
    /// react.
    pub(super) fn entry_of_clients(&self, action: &ClientAction) -> Option<Entry> {
        let commands = match action {
            ClientAction::Write(from) => self.writes(*from),
            ClientAction::Read(from) => self.reads(*from),
            ClientAction::CutAndWrite => match self.cut_master() {
                Ok((master, cut)) => [cut].into_iter().chain(self.writes(master)).collect(),
                Err(_) => Vec::new(),
            },
            _ => Vec::new(),
        };
        let last = commands.len().saturating_sub(1);
        let settle = |place| if place < last { Settle::Prepared } else { Settle::Fully };
        let entry = |(place, command)| Entry::Act { command, settle: settle(place) };
        let entries = commands.into_iter().enumerate().map(entry).collect();
        Entry::together(Purpose::Commands, entries)
    }

    /// Does what clients ask for, and tells what they were told.
    fn ask(&mut self, action: ClientAction) {
        self.perform_of(&Action::Clients(action));
        if self.refusal.is_none() {
            self.tell_answers();
        }
    }

    /// Tells what clients were just told, in each namespace.
    fn tell_answers(&mut self) {
        let mut told = Vec::new();
        for place in self.client_namespaces() {
            let settings = &self.view.namespaces[place];
            if let Some(answer) = self.client_record(place).answers.last() {
                told.push(format!("{}: {}: {}.", settings.name, answer.title(), answer.words()));
            }
        }
        told.extend(self.news_of_change());
        self.tell(told.join(" "));
    }

    /// How the clusters stand, if they changed with the last step.
    fn news_of_change(&self) -> Option<String> {
        let last = self.timeline.position().saturating_sub(1);
        let changed = self
            .timeline
            .events_of(last)
            .iter()
            .any(|event| matches!(event.kind, EventKind::Rebalanced { .. }));
        changed.then(|| news::summary(&self.view))
    }

    /// A write of the record in each of the strip's namespaces.
    fn writes(&self, from: NodeId) -> Vec<Command> {
        let key = self.clients.digest();
        let names = self.client_namespaces().into_iter().map(|place| &self.view.namespaces[place]);
        names
            .map(|settings| Command::Write {
                namespace: settings.name.clone(),
                key,
                from: Some(from),
            })
            .collect()
    }

    fn reads(&self, from: NodeId) -> Vec<Command> {
        let (key, usual) = (self.clients.digest(), self.clients.mode);
        let names = self.client_namespaces().into_iter().map(|place| &self.view.namespaces[place]);
        names
            .map(|settings| Command::Read {
                namespace: settings.name.clone(),
                key,
                from: Some(from),
                mode: usual,
            })
            .collect()
    }

    /// Does an action of the client strip; says whether it may have changed anything.
    pub(super) fn apply_to_clients(&mut self, action: ClientAction) -> bool {
        match action {
            ClientAction::TypeSet(set) => self.clients.set = set,
            ClientAction::TypeKey(key) => self.clients.key = key,
            ClientAction::Choose(mode) if self.clients.mode == mode => return false,
            ClientAction::Choose(mode) => self.clients.mode = mode,
            ClientAction::Write(_) | ClientAction::Read(_) => self.ask(action),
            ClientAction::CutAndWrite => match self.cut_master() {
                Err(why) => self.refuse(why),
                Ok(_) => self.ask(action),
            },
            ClientAction::Beside => self.put_beside(),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use rosterlab_engine::ClientResult::{self, Ok, Unavailable};
    use rosterlab_engine::ReadMode;
    use rosterlab_scenario::Key;
    use yew::Reducible;

    use super::*;
    use crate::clients::answers::Asked;
    use crate::clients::state::ClientsState;
    use crate::page::verbs::Verb;
    use crate::testing::id;

    fn client(action: ClientAction) -> Action {
        Action::Clients(action)
    }

    fn write(node: &str) -> Action {
        client(ClientAction::Write(id(node)))
    }

    fn read(node: &str) -> Action {
        client(ClientAction::Read(id(node)))
    }

    fn on(state: State, actions: impl IntoIterator<Item = Action>) -> Rc<State> {
        actions.into_iter().fold(Rc::new(state), State::reduce)
    }

    fn run(actions: impl IntoIterator<Item = Action>) -> Rc<State> {
        on(State::open(), actions)
    }

    fn results(state: &State, namespace: usize) -> Vec<ClientResult> {
        state.client_record(namespace).answers.iter().map(|answer| answer.result).collect()
    }

    #[test]
    fn the_minority_side_gets_error_11_and_a_stale_answer_if_it_allows_one() {
        let allow = client(ClientAction::Choose(ReadMode::AllowUnavailable));
        let state = run([
            write("B102"),
            Action::Press(Verb::Split),
            write("A103"),
            write("B102"),
            read("B102"),
            allow,
            read("B102"),
        ]);
        assert_eq!(results(&state, 0), [Ok, Ok, Unavailable, Unavailable, Ok]);
        let record = state.client_record(0);
        let stale = record.answers.last().unwrap();
        assert_eq!(stale.from, Some(id("B102")));
        let mode = ReadMode::AllowUnavailable;
        assert_eq!(stale.asked, Asked::Read { mode, value: Some(1), behind: 1 });
        assert_eq!((record.acknowledged, record.lost), (Some(2), vec![]));
        assert!(state.news.contains("value 1, stale: 1 acknowledged write later"));
    }

    #[test]
    fn beside_it_ap_accepts_on_both_sides_and_loses_a_write_when_it_heals() {
        let split = [write("B102"), Action::Press(Verb::Split), client(ClientAction::Beside)];
        let beside = run(split.clone());
        assert_eq!(beside.view.namespaces.len(), 2);
        assert_eq!(beside.timeline.entries().len(), 2, "the same steps");
        assert_eq!(beside.beside(), None);
        let write_both = [write("B102"), write("A103"), write("B102")];
        let healed = write_both.into_iter().chain([
            Action::Press(Verb::Heal),
            Action::Press(Verb::Migrate),
            read("B102"),
        ]);
        let state = run(split.into_iter().chain(healed));
        assert_eq!(results(&state, 0), [Ok, Unavailable, Ok, Unavailable, Ok]);
        assert_eq!(results(&state, 1), [Ok, Ok, Ok, Ok]);
        assert!(state.client_record(0).lost.is_empty());
        assert_eq!(state.client_record(1).lost.len(), 1);
        assert_eq!(state.view.lost_writes, 1);
        assert_eq!(state.client_namespaces(), [0, 1]);
    }

    #[test]
    fn a_master_that_is_cut_off_leaves_its_client_in_doubt() {
        let state = run([write("B102"), client(ClientAction::CutAndWrite)]);
        assert_eq!(results(&state, 0), [ClientResult::Ok, ClientResult::InDoubt]);
        assert_eq!(state.view.sub_clusters.len(), 2, "then everybody noticed");
        assert_eq!(state.client_record(0).acknowledged, Some(1));
        assert!(state.news.contains("in doubt"), "{}", state.news);
        let again = state.reduce(Action::Press(Verb::Undo));
        assert_eq!(again.timeline.position(), 1, "the cut and the write are one step");
        assert!(again.view.cuts.is_empty());
    }

    #[test]
    fn a_key_that_is_a_whole_number_is_one() {
        let number = ClientsState { key: "42".to_owned(), ..ClientsState::default() };
        assert_eq!(number.digest(), Key::Integer(42).digest("demo"));
        let text = ClientsState { key: "42a".to_owned(), ..number };
        assert_eq!(text.digest(), Key::Text("42a".to_owned()).digest("demo"));
    }

    #[test]
    fn with_no_node_up_nothing_can_be_cut_off() {
        let nodes = ["A101", "A102", "A103", "B101", "B102"].map(id).to_vec();
        let stop = Command::Stop { nodes, shutdown: rosterlab_engine::Shutdown::Clean };
        let state = run([Action::Do(stop), client(ClientAction::CutAndWrite)]);
        assert!(state.refusal.as_ref().is_some());
        let state = state.reduce(write("A101"));
        assert_eq!(state.refusal.as_deref(), Some("Node A101 is down."));
    }
}
