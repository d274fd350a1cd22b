//! What a person has brought, and what it comes to.
//!
//! Invariant: pure. What was brought is kept as it was, and is read as a whole whenever something is added, taken away or
//! chosen. Servers' logs become a timeline, on the cluster of what was brought beside them if there is one. Not here: reading the
//! formats (the asinfo crate's `bring` and `bring_log`), drawing.

use rosterlab_asinfo::bring::{
    self, Asks, Choice, Conflict, Input, JoinedNode, Part, Question, State,
};
use rosterlab_asinfo::bring_log;
use rosterlab_engine::NodeId;
use rosterlab_scenario::Scenario;

use crate::open;

/// What was brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Brought {
    inputs: Vec<Kept>,
    choices: Vec<Choice>,
    /// What a person says of nodes' states.
    answers: Vec<(NodeId, State)>,
}

/// One thing that was brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What a person knows it by.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Whether it is a server's log. To see that takes a replay, so it is looked at once.
    is_log: bool,
}

/// What all of it comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Understanding {
    /// The summary. What contradicts is not in it.
    pub parts: Vec<Part>,
    /// What contradicts.
    pub conflicts: Vec<Conflict>,
    /// What no input tells of nodes' states.
    pub questions: Vec<Question>,
    /// What nodes are called beside their ids.
    pub names: Vec<(String, NodeId)>,
    /// The cluster, or why there is none.
    pub made: Option<Result<Made, String>>,
}

/// A cluster to put on the floor.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// As a scenario file.
    pub scenario: Scenario,
    /// How many steps lead from its start to where it is.
    pub steps: usize,
    /// As a share link; `None` if it is too long for one.
    pub link: Option<String>,
}

impl Brought {
    /// What was brought, in order.
    #[must_use]
    pub fn inputs(&self) -> &[Kept] {
        &self.inputs
    }

    /// Adds something. What is there already is not added again.
    pub fn add(&mut self, name: &str, bytes: Vec<u8>) {
        if self.inputs.iter().any(|kept| kept.bytes == bytes) {
            return;
        }
        // Places name their input, so each has a name of its own.
        let mut own = name.to_owned();
        let mut number = 1;
        while self.inputs.iter().any(|kept| kept.name == own) {
            number += 1;
            own = format!("{name} ({number})");
        }
        let is_log = is_a_log(&bytes);
        self.inputs.push(Kept { name: own, bytes, is_log });
        self.choices.clear();
    }

    /// Takes something away.
    pub fn remove(&mut self, place: usize) {
        if place < self.inputs.len() {
            self.inputs.remove(place);
            self.choices.clear();
        }
    }

    /// Takes everything away.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Uses this value of a contradiction.
    pub fn choose(&mut self, choice: Choice) {
        self.choices.retain(|other| other.conflict != choice.conflict);
        self.choices.push(choice);
    }

    /// Says what state a node is in.
    pub fn answer(&mut self, node: NodeId, state: State, asks: Asks) {
        let is_same =
            |(other, said): &(NodeId, State)| *other == node && asks.answers().contains(said);
        self.answers.retain(|one| !is_same(one));
        self.answers.push((node, state));
    }

    /// What was said of a node's state, or what is taken as long as nothing is.
    #[must_use]
    pub fn answered(&self, node: NodeId, asks: Asks) -> State {
        let mut said =
            self.answers.iter().filter(|(other, _)| *other == node).map(|(_, said)| *said);
        said.find(|said| asks.answers().contains(said)).unwrap_or(asks.preset())
    }

    /// Reads all of it.
    #[must_use]
    pub fn understand(&self) -> Understanding {
        if self.inputs.is_empty() {
            return Understanding::default();
        }
        if let [only] = self.inputs.as_slice()
            && let Some(made) = as_scenario(&only.bytes)
        {
            return Understanding { made: Some(made), ..Understanding::default() };
        }
        let (logs, others): (Vec<&Kept>, Vec<&Kept>) =
            self.inputs.iter().partition(|kept| kept.is_log);
        if logs.is_empty() {
            return self.of_cluster(&others);
        }
        let beside = match others.as_slice() {
            [] => Understanding::default(),
            others => self.of_cluster(others),
        };
        with_logs(beside, &logs)
    }

    /// What an operator has beside logs, as a cluster.
    fn of_cluster(&self, inputs: &[&Kept]) -> Understanding {
        let inputs: Vec<Input> =
            inputs.iter().map(|kept| Input { name: &kept.name, bytes: &kept.bytes }).collect();
        let facts = bring::read(&inputs);
        let mut joined = bring::join(&facts, &self.choices);
        let questions = bring::questions(&joined);
        bring::answer(&mut joined, &self.answers);
        let made = bring::scenario(&joined, &facts);
        let exactness = bring::exactness(&joined, &facts);
        let shown = made.as_ref().ok().map(|(scenario, assumed)| (scenario, assumed.as_slice()));
        let mut parts = bring::parts(&facts, &joined, &exactness, shown);
        // The dialog asks and lets choose by itself.
        parts.retain(|part| ![bring::CONTRADICTIONS, bring::QUESTIONS].contains(&part.title));
        let made = match made {
            Ok((scenario, _)) => Ok(on_the_floor(scenario)),
            Err(error) => Err(error.to_string()),
        };
        let of = |node: &JoinedNode| {
            // A plan names hosts and not ports.
            let host = |name: &String| name.split(':').next().unwrap_or("").to_owned();
            node.names.iter().map(|name| (host(name), node.id)).collect::<Vec<_>>()
        };
        let names = joined.nodes.iter().flat_map(of).collect();
        Understanding { parts, conflicts: joined.conflicts, questions, names, made: Some(made) }
    }
}

/// Logs as a timeline, on the cluster that was understood beside them.
fn with_logs(mut beside: Understanding, logs: &[&Kept]) -> Understanding {
    let files: Vec<(String, Vec<u8>)> =
        logs.iter().map(|kept| (kept.name.clone(), kept.bytes.clone())).collect();
    let known = beside.made.as_ref().and_then(|made| made.as_ref().ok());
    let setup = known.and_then(|made| made.scenario.cluster.setup().ok());
    beside.made = Some(match bring_log::read(&files, setup.as_ref()) {
        Ok(reading) => {
            let lines = bring_log::text(&reading);
            let lines = lines.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
            let title = if reading.agrees() {
                "The timeline of the log, replayed: every count agrees"
            } else {
                "The timeline of the log, replayed: some counts differ"
            };
            beside.parts.insert(0, Part { title, lines });
            Ok(on_the_floor(reading.scenario()))
        }
        Err(error) => Err(format!("The log cannot be replayed: {error}.")),
    });
    beside
}

/// Whether something is a server's log and nothing else that is known.
fn is_a_log(bytes: &[u8]) -> bool {
    let inputs = [Input { name: "file", bytes }];
    bring::read(&inputs).understood.is_empty()
        && bring_log::read(&[("file".to_owned(), bytes.to_vec())], None).is_ok()
}

/// The scenario that a file is; `None` if it is no scenario.
fn as_scenario(bytes: &[u8]) -> Option<Result<Made, String>> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| open::is_scenario_file(text))?;
    Some(match Scenario::parse(text.as_bytes()) {
        Ok(scenario) => Ok(on_the_floor(scenario)),
        Err(error) => Err(format!("This scenario cannot be opened: {error}.")),
    })
}

fn on_the_floor(scenario: Scenario) -> Made {
    let timeline = scenario.timeline().ok();
    let steps = timeline.as_ref().map_or(0, |timeline| timeline.entries().len());
    Made { steps, link: timeline.as_ref().and_then(open::named_link), scenario }
}

/// Whether a file's contents are something that an operator has, and no scenario and no share link.
#[must_use]
pub fn is_an_operators(bytes: &[u8]) -> bool {
    let input = Input { name: "file", bytes };
    let is_ours = std::str::from_utf8(bytes)
        .is_ok_and(|text| open::is_scenario_file(text) || open::is_share_link(text));
    !is_ours && (!bring::read(&[input]).understood.is_empty() || is_a_log(bytes))
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::QuiesceState;
    use rosterlab_scenario::share;

    use super::*;

    /// What asadm prints, shortened.
    const ROSTER: &str = "roster=A103@1,A102@1,A101@1:pending_roster=A103@1,A102@1,A101@1:\
                          observed_nodes=A103@1,A102@1,A101@1";

    fn asinfo(roster: &str) -> Vec<u8> {
        format!("asinfo -v 'roster:namespace=main'\n{roster}\n").into_bytes()
    }

    fn nodes(brought: &Brought) -> usize {
        brought.understand().made.unwrap().unwrap().scenario.cluster.nodes.len()
    }

    #[test]
    fn what_asinfo_printed_is_a_cluster() {
        let mut brought = Brought::default();
        assert_eq!(brought.understand(), Understanding::default());
        brought.add("pasted", asinfo(ROSTER));
        assert_eq!(nodes(&brought), 3);
        let understanding = brought.understand();
        let titles: Vec<&str> = understanding.parts.iter().map(|part| part.title).collect();
        assert!(titles.starts_with(&["Understood", "The cluster"]), "{titles:?}");
        let link = understanding.made.unwrap().unwrap().link.unwrap();
        assert_eq!(share::read(&link).unwrap().timeline.setup().nodes.len(), 3);
        assert!(is_an_operators(&asinfo(ROSTER)));
        assert!(!is_an_operators(link.as_bytes()) && !is_an_operators(b"hello"));
    }

    #[test]
    fn the_same_is_not_brought_twice_and_names_are_told_apart() {
        let mut brought = Brought::default();
        brought.add("pasted", asinfo(ROSTER));
        brought.add("again", asinfo(ROSTER));
        brought.add("pasted", asinfo(&ROSTER.replace("A103@1,", "")));
        let names: Vec<&str> = brought.inputs().iter().map(|kept| kept.name.as_str()).collect();
        assert_eq!(names, ["pasted", "pasted (2)"]);
        brought.remove(1);
        brought.remove(7);
        assert_eq!(brought.inputs().len(), 1);
        brought.forget();
        assert_eq!(brought, Brought::default());
    }

    #[test]
    fn a_contradiction_is_decided_by_hand() {
        let mut brought = Brought::default();
        brought.add("one", asinfo(ROSTER));
        brought.add("two", asinfo(&ROSTER.replace("A101@1", "A101@2")));
        let conflicts = brought.understand().conflicts;
        let first = conflicts.first().expect("the inputs contradict");
        assert!(first.told.len() > 1, "{first:?}");
        let other = (first.used + 1) % first.told.len();
        brought.choose(Choice { conflict: first.number, value: other + 1 });
        let chosen = &brought.understand().conflicts[0];
        assert!(chosen.used == other && chosen.by_hand, "{chosen:?}");
    }

    #[test]
    fn what_no_input_tells_is_asked_and_the_answer_counts() {
        let mut brought = Brought::default();
        brought.add("pasted", asinfo(ROSTER));
        let asks = Asks::WhetherQuiesced;
        let questions = brought.understand().questions;
        let question = questions.iter().find(|question| question.asks == asks).unwrap();
        assert_eq!(question.nodes.len(), 3);
        let node = question.nodes[0];
        assert_eq!(brought.answered(node, asks), State::NotQuiesced);
        let quiesced = |brought: &Brought| {
            let scenario = brought.understand().made.unwrap().unwrap().scenario;
            let view = scenario.timeline().unwrap().cluster().view();
            view.nodes.iter().filter(|node| node.quiesce == QuiesceState::Effective).count()
        };
        assert_eq!(quiesced(&brought), 0);
        brought.answer(node, State::Quiesced, asks);
        assert_eq!((brought.answered(node, asks), quiesced(&brought)), (State::Quiesced, 1));
        brought.answer(node, State::NotQuiesced, asks);
        assert_eq!(quiesced(&brought), 0);
        let understanding = brought.understand();
        assert_eq!(understanding.questions, questions, "it can be answered again");
        let titles: Vec<&str> = understanding.parts.iter().map(|part| part.title).collect();
        assert!(
            !titles.contains(&bring::QUESTIONS),
            "options of the command line are not for the page: {titles:?}"
        );
    }

    #[test]
    fn what_is_no_cluster_says_why() {
        let mut brought = Brought::default();
        brought.add("notes", b"milk, bread".to_vec());
        let understanding = brought.understand();
        assert!(understanding.made.unwrap().unwrap_err().contains("no input has a node"));
        assert_eq!(understanding.parts.last().unwrap().title, "Left over");
    }

    /// The lines of the published case study, as the reader's own tests have them.
    const LOG: &[u8] = include_bytes!("../../../asinfo/fuzz/corpus/server_log/published.log");

    #[test]
    fn a_log_is_a_timeline_on_the_floor() {
        assert!(is_an_operators(LOG));
        let mut brought = Brought::default();
        brought.add("published.log", LOG.to_vec());
        let understanding = brought.understand();
        let part = &understanding.parts[0];
        assert!(part.title.ends_with("every count agrees"), "{part:?}");
        assert!(part.lines.iter().any(|line| line.contains("log 4096, replay 4096: agrees")));
        let link = understanding.made.unwrap().unwrap().link.unwrap();
        assert!(share::read(&link).unwrap().timeline.entries().len() > 3);
    }

    #[test]
    fn a_log_beside_a_cluster_is_replayed_on_it() {
        let roster = "B102@2,B101@2,A103@1,A102@1,A101@1";
        let of = |name: &str| {
            format!("ns={name}:roster={roster}:pending_roster={roster}:observed_nodes={roster}")
        };
        let text = format!("$ asinfo -v roster:\n{};{}\n", of("ns1"), of("ns2"));
        let mut brought = Brought::default();
        brought.add("published.log", LOG.to_vec());
        brought.add("pasted", text.into_bytes());
        let understanding = brought.understand();
        assert!(understanding.parts[0].title.starts_with("The timeline"));
        assert_eq!(understanding.parts[1].title, "Understood");
        let nodes = understanding.made.unwrap().unwrap().scenario.cluster.nodes;
        let racks: Vec<u32> = nodes.iter().map(|node| node.rack.get()).collect();
        assert_eq!(racks, [2, 2, 1, 1, 1], "as the roster has them, and not guessed");
    }

    #[test]
    fn a_scenario_is_one_too() {
        let text = r#"{"format": "rosterlab-scenario/1", "title": "one", "cluster": {"nodes": [{"id": "A1"}]}, "steps": []}"#;
        let mut brought = Brought::default();
        brought.add("one.json", text.as_bytes().to_vec());
        assert_eq!(nodes(&brought), 1);
        brought.forget();
        brought.add("one.json", text.replace("A1", "?").into_bytes());
        assert!(brought.understand().made.unwrap().unwrap_err().contains("cluster.nodes[0].id"));
    }
}
