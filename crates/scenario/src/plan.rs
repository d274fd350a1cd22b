//! Translates the steps of a scenario into entries and expectations for the engine, and entries back into steps.
//!
//! Invariant: a [`Plan`] has one [`Doing`] for every step, in order, with every namespace named. Entries that came from
//! steps translate back to the same steps, without what only a file has (text, clock, expectations, keys). A file has no
//! form for several things that are one step of a timeline: each becomes a step. Not here: running.

use rosterlab_engine::{ClusterSetup, Command, NodeId, Rejection, RosterNodes, Shutdown};

use crate::file::clock::{LONGEST_SECONDS, Seconds};
use crate::file::error::{Cause, ScenarioError};
use crate::file::key::{DigestText, record};
use crate::file::names::Outcome;
use crate::file::{
    Action, Add, Advance, ClusterFile, Cut, Expect, FormatName, Heal, Migrate, Move, Nodes,
    ProtocolSwitch, Read, Recluster, Revive, RosterField, RosterSet, Scenario, Start, Step, Wipe,
    Write,
};
use crate::node_names::{CalledInFile, NodeNames};
use crate::timeline::{Entry, Timeline};

/// How a client's operation has to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientExpectation {
    /// Its result.
    pub result: Option<Outcome>,
    /// Whether the answer is stale.
    pub stale: Option<bool>,
}

/// What a step means for the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Doing {
    /// An entry is performed.
    Happen {
        /// What.
        entry: Entry,
        /// What the step expects a client to be told.
        client: ClientExpectation,
    },
    /// An expectation is checked.
    Expect {
        /// The index of its namespace.
        namespace: usize,
        /// What.
        expect: Box<Expect>,
    },
}

/// A scenario for the engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The setup of the cluster.
    pub setup: ClusterSetup,
    /// One for every step.
    pub doings: Vec<Doing>,
}

impl Scenario {
    /// Translates the scenario for the engine.
    ///
    /// # Errors
    /// The first error that can be found without running it, with its place.
    pub fn plan(&self) -> Result<Plan, ScenarioError> {
        let setup = self.cluster.setup()?;
        let doings = self
            .steps
            .iter()
            .enumerate()
            .map(|(index, step)| step.doing(&setup, &format!("steps[{index}]")));
        let doings = doings.collect::<Result<_, _>>()?;
        Ok(Plan { setup, doings })
    }

    /// The author's text about the moment after `entries` entries. Expectations are not entries; of the steps since the
    /// entry before, the last one with a text counts.
    #[must_use]
    pub fn said_after(&self, entries: usize) -> Option<&str> {
        let (mut done, mut said) = (0, None);
        for step in &self.steps {
            if !matches!(step.action, Action::Expect(_)) {
                if done == entries {
                    break;
                }
                done += 1;
                said = None;
            }
            said = step.say.as_deref().or(said);
        }
        said
    }

    /// Performs every step except expectations; the timeline is then at its end.
    ///
    /// # Errors
    /// The first step that is wrong or cannot be done, with its place.
    pub fn timeline(&self) -> Result<Timeline, ScenarioError> {
        let plan = self.plan()?;
        let refused = |error| ScenarioError::new("cluster", Cause::Setup(error));
        let mut timeline = Timeline::new(plan.setup).map_err(refused)?;
        timeline.name_nodes(self.names());
        for (index, (doing, step)) in plan.doings.into_iter().zip(&self.steps).enumerate() {
            if let Doing::Happen { entry, .. } = doing {
                let place = format!("steps[{index}]");
                timeline.perform(entry).map_err(|rejection| refusal(&place, step, rejection))?;
            }
        }
        Ok(timeline)
    }

    /// The scenario of a timeline's entries up to its position.
    #[must_use]
    pub fn from_timeline(title: &str, timeline: &Timeline) -> Self {
        let mut steps = Vec::new();
        for entry in &timeline.entries()[..timeline.position()] {
            add_steps_of(entry, &mut steps);
        }
        let mut scenario = Self {
            format: FormatName::V1,
            title: title.to_owned(),
            about: None,
            cluster: ClusterFile::from(timeline.setup()),
            steps,
        };
        scenario.name_nodes(timeline.names());
        scenario
    }

    /// What people call the nodes of the cluster, and those that are added, with their addresses.
    #[must_use]
    pub fn names(&self) -> NodeNames {
        let mut names = NodeNames::default();
        let nodes = self.cluster.nodes.iter();
        let of_cluster = nodes.map(|node| (node.id, node.name.as_ref(), node.address.as_ref()));
        let added = self.steps.iter().filter_map(Step::added);
        of_cluster.chain(added).for_each(|called| names.take(called));
        names
    }

    /// Gives nodes of the cluster, and those that are added, these names and addresses, in the place of all that they had.
    pub fn name_nodes(&mut self, names: &NodeNames) {
        for node in &mut self.cluster.nodes {
            node.name = names.of(node.id).cloned();
            node.address = names.address_of(node.id).cloned();
        }
        for step in &mut self.steps {
            if let Action::Add(add) = &mut step.action {
                add.name = names.of(add.id).cloned();
                add.address = names.address_of(add.id).cloned();
            }
        }
    }
}

/// A cluster's rejection of a step as an error, placed at the list element that it is about.
#[must_use]
pub fn refusal(place: &str, step: &Step, rejection: Rejection) -> ScenarioError {
    let place = format!("{place}{}", place_within(&step.action, &rejection));
    ScenarioError::new(place, Cause::Rejected(rejection))
}

impl Step {
    /// The node that it adds, and what people call that.
    pub(crate) fn added(&self) -> Option<CalledInFile<'_>> {
        match &self.action {
            Action::Add(add) => Some((add.id, add.name.as_ref(), add.address.as_ref())),
            _ => None,
        }
    }

    /// Translates one step for a cluster of this setup. `place` is the step's place in the file, empty for a single step.
    ///
    /// # Errors
    /// The first error that can be found without doing it.
    pub fn doing(&self, setup: &ClusterSetup, place: &str) -> Result<Doing, ScenarioError> {
        Planner { setup, place }.doing(self)
    }
}

/// Where in a step a rejection is about: `.nodes[1]`.
pub(crate) fn place_within(action: &Action, rejection: &Rejection) -> String {
    match rejection {
        Rejection::NoNamespace(_) | Rejection::NotStrong(_) => return ".namespace".to_owned(),
        Rejection::NoDevice(_) => return ".device".to_owned(),
        Rejection::TooManyNodes if matches!(action, Action::Add(_)) => return ".id".to_owned(),
        Rejection::NothingRuns | Rejection::NoCluster => return String::new(),
        _ => {}
    }
    let twice = matches!(rejection, Rejection::Twice(_));
    match action {
        Action::Stop(Nodes { nodes })
        | Action::Crash(Nodes { nodes })
        | Action::Start(Start { nodes, .. })
        | Action::Remove(Nodes { nodes })
        | Action::Quiesce(Nodes { nodes })
        | Action::QuiesceUndo(Nodes { nodes })
        | Action::Wipe(Wipe { nodes, .. })
        | Action::Move(Move { nodes, .. })
        | Action::Revive(Revive { nodes: Some(nodes), .. }) => {
            format!(".nodes{}", element(nodes, rejection.node(), twice))
        }
        Action::RosterSet(RosterSet { nodes: RosterField::List(entries), on, .. }) => {
            let nodes: Vec<NodeId> = entries.iter().map(|entry| entry.node).collect();
            let found = element(&nodes, rejection.node(), twice);
            if found.is_empty() && on.is_some() && *on == rejection.node() {
                return ".on".to_owned();
            }
            format!(".nodes{found}")
        }
        Action::Cut(Cut { between }) | Action::Heal(Heal { between: Some(between) }) => {
            format!(".between{}", element_of_lists(between, rejection.node(), twice))
        }
        Action::Add(_) => ".id".to_owned(),
        Action::RosterSet(RosterSet { on: Some(_), .. })
        | Action::Recluster(Recluster { on: Some(_) }) => ".on".to_owned(),
        Action::Write(Write { from: Some(_), .. }) | Action::Read(Read { from: Some(_), .. }) => {
            ".from".to_owned()
        }
        _ => String::new(),
    }
}

/// `[2]` for a node at index 2: its second occurrence if `twice`. Empty when it is not in the list.
fn element(nodes: &[NodeId], meant: Option<NodeId>, twice: bool) -> String {
    let mut places = (0..nodes.len()).filter(|index| Some(nodes[*index]) == meant);
    let place = if twice { places.nth(1) } else { places.next() };
    place.map_or_else(String::new, |place| format!("[{place}]"))
}

/// As [`element`], in a list of lists; without a node, the first empty list.
fn element_of_lists(lists: &[Vec<NodeId>], meant: Option<NodeId>, twice: bool) -> String {
    if meant.is_none() {
        let empty = lists.iter().position(Vec::is_empty);
        return empty.map_or_else(String::new, |list| format!("[{list}]"));
    }
    let places = lists.iter().enumerate().flat_map(|(list, nodes)| {
        (0..nodes.len()).filter(|index| Some(nodes[*index]) == meant).map(move |i| (list, i))
    });
    let mut places = places.map(|(list, index)| format!("[{list}][{index}]"));
    let place = if twice { places.nth(1) } else { places.next() };
    place.unwrap_or_default()
}

/// The index of the named namespace, or of the only one.
///
/// # Errors
/// When no namespace has that name, or when there are several and none is named.
pub fn namespace_of(setup: &ClusterSetup, named: Option<&str>) -> Result<usize, ScenarioError> {
    namespace_at(setup, named, "")
}

/// As [`namespace_of`], for a step at a place.
pub(crate) fn namespace_at(
    setup: &ClusterSetup,
    named: Option<&str>,
    place: &str,
) -> Result<usize, ScenarioError> {
    Planner { setup, place }.namespace(named)
}

/// Translates one step.
struct Planner<'a> {
    setup: &'a ClusterSetup,
    place: &'a str,
}

impl Planner<'_> {
    fn error(&self, field: &str, cause: Cause) -> ScenarioError {
        ScenarioError::new(format!("{}{field}", self.place), cause)
    }

    /// The index of the namespace that a step is about.
    fn namespace(&self, named: Option<&str>) -> Result<usize, ScenarioError> {
        let all = &self.setup.namespaces;
        match named {
            Some(name) => {
                all.iter().position(|namespace| namespace.name == name).ok_or_else(|| {
                    let cause = Cause::Rejected(Rejection::NoNamespace(name.to_owned()));
                    self.error(".namespace", cause)
                })
            }
            None if all.len() == 1 => Ok(0),
            None => {
                let known = all.iter().map(|namespace| namespace.name.clone()).collect();
                Err(self.error("", Cause::WhichNamespace(known)))
            }
        }
    }

    fn name(&self, named: Option<&str>) -> Result<String, ScenarioError> {
        Ok(self.setup.namespaces[self.namespace(named)?].name.clone())
    }

    fn doing(&self, step: &Step) -> Result<Doing, ScenarioError> {
        let mut client = ClientExpectation::default();
        let entry = match &step.action {
            Action::Expect(expect) => {
                self.check_expect(expect)?;
                let namespace = self.namespace(expect.namespace.as_deref())?;
                return Ok(Doing::Expect { namespace, expect: expect.clone() });
            }
            Action::Migrate(Migrate { partitions }) => Entry::Migrate { partitions: *partitions },
            Action::Advance(Advance { seconds }) => Entry::Pass { ms: seconds.ms() },
            action => {
                client = match action {
                    Action::Write(Write { result, .. }) => {
                        ClientExpectation { result: *result, stale: None }
                    }
                    Action::Read(Read { result, stale, .. }) => {
                        ClientExpectation { result: *result, stale: *stale }
                    }
                    _ => client,
                };
                Entry::Act { command: self.command(action)?, settle: step.settle }
            }
        };
        Ok(Doing::Happen { entry, client })
    }

    /// The command of an action that is a command.
    fn command(&self, action: &Action) -> Result<Command, ScenarioError> {
        Ok(match action {
            Action::Stop(Nodes { nodes }) => {
                Command::Stop { nodes: nodes.clone(), shutdown: Shutdown::Clean }
            }
            Action::Crash(Nodes { nodes }) => {
                Command::Stop { nodes: nodes.clone(), shutdown: Shutdown::Unclean }
            }
            Action::Start(Start { nodes, server: None, .. }) => {
                Command::Start { nodes: nodes.clone() }
            }
            Action::Start(Start { nodes, server: Some(server), metadata_from_copy }) => {
                let (server, metadata_from_copy) = (*server, *metadata_from_copy);
                Command::StartAs { nodes: nodes.clone(), server, metadata_from_copy }
            }
            Action::ProtocolSwitch(ProtocolSwitch {}) => Command::ProtocolSwitch,
            Action::Wipe(Wipe { nodes, device }) => {
                Command::Wipe { nodes: nodes.clone(), device: *device }
            }
            Action::Add(add) => {
                let Add { id, rack, stay_quiesced, server, seeds, name: _, address: _ } =
                    add.clone();
                Command::AddNode { id, rack, stay_quiesced, server, seeds }
            }
            Action::Remove(Nodes { nodes }) => Command::RemoveNode { nodes: nodes.clone() },
            Action::Move(Move { nodes, rack }) => {
                Command::MoveToRack { nodes: nodes.clone(), rack: *rack }
            }
            Action::Cut(Cut { between }) => Command::Cut { between: between.clone() },
            Action::Heal(Heal { between }) => Command::Heal { between: between.clone() },
            Action::RosterSet(RosterSet { namespace, nodes, on }) => Command::RosterSet {
                namespace: self.name(namespace.as_deref())?,
                nodes: match nodes {
                    RosterField::Observed => RosterNodes::Observed,
                    RosterField::List(entries) => RosterNodes::List(entries.clone()),
                },
                on: *on,
            },
            Action::Recluster(Recluster { on }) => Command::Recluster { on: *on },
            Action::Revive(Revive { namespace, nodes }) => Command::Revive {
                namespace: self.name(namespace.as_deref())?,
                nodes: nodes.clone(),
            },
            Action::Quiesce(Nodes { nodes }) => Command::Quiesce { nodes: nodes.clone() },
            Action::QuiesceUndo(Nodes { nodes }) => Command::QuiesceUndo { nodes: nodes.clone() },
            Action::Write(Write { namespace, set, key, digest, from, .. }) => Command::Write {
                namespace: self.name(namespace.as_deref())?,
                key: record(set.as_deref(), key.as_ref(), *digest)
                    .ok_or_else(|| self.error("", Cause::WhichRecord))?,
                from: *from,
            },
            Action::Read(Read { namespace, set, key, digest, from, mode, .. }) => Command::Read {
                namespace: self.name(namespace.as_deref())?,
                key: record(set.as_deref(), key.as_ref(), *digest)
                    .ok_or_else(|| self.error("", Cause::WhichRecord))?,
                from: *from,
                mode: (*mode).into(),
            },
            Action::Migrate(_) | Action::Advance(_) | Action::Expect(_) => {
                unreachable!("`doing` handles these three: they are not commands")
            }
        })
    }

    /// Checks that an expectation expects something and has the fields that this needs.
    fn check_expect(&self, expect: &Expect) -> Result<(), ScenarioError> {
        use crate::file::MasterField;
        let of_node = [
            ("full", expect.full.is_some()),
            ("subset", expect.subset.is_some()),
            ("evade", expect.evade.is_some()),
            ("revived", expect.revived.is_some()),
            ("data", expect.data.is_some()),
            ("master", matches!(expect.master, Some(MasterField::Count(_)))),
        ];
        let of_partition = [
            ("availability", expect.availability.is_some()),
            ("rule", expect.rule.is_some()),
            ("master", matches!(expect.master, Some(MasterField::Node(_)))),
        ];
        let needs = [
            ("node", expect.node.is_some(), of_node.as_slice(), expect.filling.is_some()),
            ("partition", expect.partition.is_some(), of_partition.as_slice(), false),
        ];
        for (field, is_there, dependents, other_use) in needs {
            let dependent = dependents.iter().find(|(_, used)| *used);
            match (is_there, dependent) {
                (false, Some((name, _))) => {
                    return Err(self.error(&format!(".{name}"), Cause::Without(field)));
                }
                (true, None) if !other_use => {
                    return Err(self.error(&format!(".{field}"), Cause::ExpectsNothing));
                }
                _ => {}
            }
        }
        let Expect { unavailable, dead, active, filling, sub_clusters, regime, migrations, .. } =
            expect;
        let of_cluster = [
            unavailable,
            dead,
            active,
            filling,
            sub_clusters,
            regime,
            migrations,
            &expect.roster_nodes_present,
            &expect.lost_writes,
            &expect.fresh,
            &expect.orphans,
        ];
        let some = of_cluster.iter().any(|field| field.is_some());
        if some || expect.node.is_some() || expect.partition.is_some() {
            Ok(())
        } else {
            Err(self.error("", Cause::ExpectsNothing))
        }
    }
}

/// Adds the steps of an entry: one, or several for a time that is too long for one step and for several things.
fn add_steps_of(entry: &Entry, steps: &mut Vec<Step>) {
    match entry {
        Entry::Act { command, settle } => {
            steps.push(Step { settle: *settle, ..Step::from(action_of(command)) });
        }
        Entry::Migrate { partitions } => {
            steps.push(Action::Migrate(Migrate { partitions: *partitions }).into());
        }
        Entry::Pass { ms } => {
            let mut left = *ms;
            while left > 0 {
                let part = left.min(LONGEST_SECONDS * 1000);
                steps.push(Action::Advance(Advance { seconds: Seconds::of_ms(part) }).into());
                left -= part;
            }
        }
        Entry::Several { entries, .. } => entries.iter().for_each(|one| add_steps_of(one, steps)),
    }
}

fn action_of(command: &Command) -> Action {
    match command.clone() {
        Command::Stop { nodes, shutdown: Shutdown::Clean } => Action::Stop(Nodes { nodes }),
        Command::Stop { nodes, shutdown: Shutdown::Unclean } => Action::Crash(Nodes { nodes }),
        Command::Start { nodes } => {
            Action::Start(Start { nodes, server: None, metadata_from_copy: false })
        }
        Command::StartAs { nodes, server, metadata_from_copy } => {
            Action::Start(Start { nodes, server: Some(server), metadata_from_copy })
        }
        Command::ProtocolSwitch => Action::ProtocolSwitch(ProtocolSwitch {}),
        Command::Wipe { nodes, device } => Action::Wipe(Wipe { nodes, device }),
        Command::AddNode { id, rack, stay_quiesced, server, seeds } => {
            Action::Add(Add { id, rack, stay_quiesced, server, seeds, name: None, address: None })
        }
        Command::RemoveNode { nodes } => Action::Remove(Nodes { nodes }),
        Command::MoveToRack { nodes, rack } => Action::Move(Move { nodes, rack }),
        Command::Cut { between } => Action::Cut(Cut { between }),
        Command::Heal { between } => Action::Heal(Heal { between }),
        Command::RosterSet { namespace, nodes, on } => Action::RosterSet(RosterSet {
            namespace: Some(namespace),
            nodes: match nodes {
                RosterNodes::Observed => RosterField::Observed,
                RosterNodes::List(entries) => RosterField::List(entries),
            },
            on,
        }),
        Command::Recluster { on } => Action::Recluster(Recluster { on }),
        Command::Revive { namespace, nodes } => {
            Action::Revive(Revive { namespace: Some(namespace), nodes })
        }
        Command::Quiesce { nodes } => Action::Quiesce(Nodes { nodes }),
        Command::QuiesceUndo { nodes } => Action::QuiesceUndo(Nodes { nodes }),
        Command::Write { namespace, key, from } => Action::Write(Write {
            namespace: Some(namespace),
            set: None,
            key: None,
            digest: Some(DigestText(key)),
            from,
            result: None,
        }),
        Command::Read { namespace, key, from, mode } => Action::Read(Read {
            namespace: Some(namespace),
            set: None,
            key: None,
            digest: Some(DigestText(key)),
            from,
            mode: mode.into(),
            result: None,
            stale: None,
        }),
    }
}
