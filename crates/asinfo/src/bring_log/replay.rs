//! A story tried on a simulated cluster, and every count of the log compared with what comes out.
//!
//! Invariant: the same story gives the same result. A step that the cluster refuses is left out and said; a count that differs is never
//! bent. Not here: which guess is tried (see `guess`), comparing counts (see `compare`), printing (see `print`).

use rosterlab_engine::{
    Cluster, ClusterSetup, Event, EventKind, NodeId, RackId, RosterEntry, SetupError, convert,
};
use rosterlab_scenario::file::{
    Action, Add, Cut, Expect, Heal, Migrate, Nodes, Recluster, Revive, RosterField, RosterSet,
    Start, Wipe,
};
use rosterlab_scenario::{ClockTime, Doing, Settle, Step};

use super::compare::{Check, Near, Verdict, compare_namespace, expectation, verdict_of};
use super::found::Place;
use super::line::Stamp;
use super::moment::{Happened, Moment, Story, list};

/// A cluster change of the log and of the replay.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// When.
    pub at: Stamp,
    /// The first line of the log about it.
    pub place: Place,
    /// Its nodes, highest id first.
    pub nodes: Vec<NodeId>,
    /// The regime that the log has, by namespace.
    pub regimes: Vec<(String, u32)>,
    /// The steps that led to it, then what the log lets one expect.
    pub steps: Vec<Step>,
    /// Every comparison.
    pub checks: Vec<Check>,
    /// What was taken for granted, and what could not be done.
    pub notes: Vec<String>,
}

/// A replay of a whole story.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// What the cluster began with.
    pub setup: ClusterSetup,
    /// In the order of time.
    pub moments: Vec<Compared>,
}

impl Replay {
    /// The number of comparisons that differ.
    #[must_use]
    pub fn differing(&self) -> usize {
        let checks = self.moments.iter().flat_map(|moment| &moment.checks);
        checks.filter(|check| check.verdict == Verdict::Differs).count()
    }
}

/// A guess at what a story leaves open.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Guess {
    pub setup: ClusterSetup,
    /// Whether the setup was given and not guessed.
    pub given: bool,
    /// Of each stop of unknown kind, in order: whether it was not clean.
    pub unclean: Vec<bool>,
    /// Whether migrations of which nothing is told stood still.
    pub stood_still: bool,
}

impl Guess {
    /// The rack of a node.
    pub fn rack_of(&self, node: NodeId) -> RackId {
        let known = self.setup.nodes.iter().find(|known| known.id == node);
        known.map_or(RackId::NONE, |known| known.rack)
    }

    /// Whether partitions are where they were on the real cluster: with its ids and racks, and its rows known (domain.md §2).
    pub fn is_exact(&self, namespace: usize) -> bool {
        let settings = &self.setup.namespaces[namespace];
        self.given && (!settings.prefer_uniform_balance || settings.versions.is_some())
    }
}

/// Tries a story with a guess at what it leaves open.
pub(super) fn replay(story: &Story, guess: &Guess) -> Result<Replay, SetupError> {
    let cluster = Cluster::new(guess.setup.clone())?;
    let first = story.moments.first().map(|moment| moment.change.at);
    let mut replaying =
        Replaying { guess, cluster, unknown_stops: 0, clock: first, slack: 0, events: vec![] };
    let moments = story.moments.iter().map(|moment| replaying.moment(moment)).collect();
    Ok(Replay { setup: guess.setup.clone(), moments })
}

struct Replaying<'a> {
    guess: &'a Guess,
    cluster: Cluster,
    /// How many stops of unknown kind there were so far.
    unknown_stops: usize,
    /// The latest time that a step had; `None` once a file's clock would go back.
    clock: Option<Stamp>,
    /// How many partitions migrations may have moved that the log does not tell of.
    slack: u32,
    /// What happened since the change before.
    events: Vec<Event>,
}

impl Replaying<'_> {
    fn moment(&mut self, moment: &Moment) -> Compared {
        let (mut steps, mut notes) = (Vec::new(), moment.notes.clone());
        self.events.clear();
        let mut at = self.clock_time(moment.change.at);
        let moving = moment.happened.iter().rposition(moves);
        let mut interrupts = moment.interrupted;
        for (place, happened) in moment.happened.iter().enumerate() {
            for action in self.actions(happened, moment) {
                let is_last = Some(place) == moving;
                let parts = halves(&action).filter(|_| interrupts && is_last);
                for action in parts.unwrap_or_else(|| vec![action]) {
                    // What comes next interrupts what this one begins.
                    let begins =
                        interrupts && moves(happened) && (!is_last || is_first(&action, happened));
                    let settle = if begins { Settle::Prepared } else { Settle::Fully };
                    let step = Step { at, settle, ..Step::from(action) };
                    match self.perform(&step) {
                        Ok(()) => {
                            steps.push(step);
                            at = None;
                            interrupts &= !begins;
                        }
                        // Nodes that found each other need not have been cut off here.
                        Err(_) if step.action.name() == "heal" => {}
                        Err(why) => {
                            let name = step.action.name();
                            notes.push(format!("{name} cannot be done here: {why}."));
                        }
                    }
                }
            }
        }
        if moment.happened.iter().any(|one| matches!(one, Happened::Migrated(Some(_)))) {
            let note = "Migrations were under way: how far they came after the ticker's last line is not told.";
            notes.push(note.to_owned());
        }
        let (checks, expected) = self.compare(moment, &mut notes);
        steps.extend(expected.into_iter().map(|expect| Action::Expect(Box::new(expect)).into()));
        let told = moment.change.namespaces.iter();
        let regimes = told.filter_map(|(name, told)| Some((name.clone(), told.regime?)));
        Compared {
            at: moment.change.at,
            place: moment.change.place,
            nodes: moment.nodes.clone(),
            regimes: regimes.collect(),
            steps,
            checks,
            notes,
        }
    }

    /// What the clock of a file shows at this change; a file has one day.
    fn clock_time(&mut self, at: Stamp) -> Option<ClockTime> {
        self.clock =
            self.clock.filter(|before| before.day() == at.day() && *before <= at).map(|_| at);
        self.clock.map(|at| ClockTime::default().later(at.time_of_day_ms()))
    }

    fn perform(&mut self, step: &Step) -> Result<(), String> {
        let doing = step.doing(&self.guess.setup, "").map_err(|error| error.to_string())?;
        if let Doing::Happen { entry, .. } = doing {
            let events = entry.run(&mut self.cluster).map_err(|rejection| rejection.to_string())?;
            self.events.extend(events);
        }
        Ok(())
    }

    fn actions(&mut self, happened: &Happened, moment: &Moment) -> Vec<Action> {
        let nodes = |nodes: &[NodeId]| Nodes { nodes: nodes.to_vec() };
        let rack = |node: &NodeId| self.guess.rack_of(*node);
        let names = || self.strong_namespaces();
        match happened {
            Happened::Stopped(down, how) => {
                let clean = how.unwrap_or_else(|| {
                    self.unknown_stops += 1;
                    !self.guess.unclean.get(self.unknown_stops - 1).copied().unwrap_or(false)
                });
                vec![if clean { Action::Stop(nodes(down)) } else { Action::Crash(nodes(down)) }]
            }
            Happened::Wiped(down) => {
                vec![Action::Wipe(Wipe { nodes: down.clone(), device: None })]
            }
            Happened::Started(up) => {
                let start = Start { nodes: up.clone(), server: None, metadata_from_copy: false };
                vec![Action::Start(start)]
            }
            Happened::Added(id) => {
                let (stay_quiesced, server, seeds, name) = (false, None, Vec::new(), None);
                let (rack, address) = (rack(id), None);
                let add = Add { id: *id, rack, stay_quiesced, server, seeds, name, address };
                vec![Action::Add(add)]
            }
            Happened::Cut(between) => vec![Action::Cut(Cut { between: between.clone() })],
            Happened::Healed(between) => {
                vec![Action::Heal(Heal { between: Some(between.clone()) })]
            }
            Happened::RosterSet(of) => {
                let entries: Vec<RosterEntry> =
                    of.iter().map(|node| RosterEntry { node: *node, rack: rack(node) }).collect();
                let set = |namespace| {
                    let nodes = RosterField::List(entries.clone());
                    Action::RosterSet(RosterSet { namespace: Some(namespace), nodes, on: None })
                };
                let sets = names().into_iter().map(set);
                sets.chain([Action::Recluster(Recluster { on: None })]).collect()
            }
            Happened::Revived(node) => {
                let nodes = node.map(|node| vec![node]);
                let revive = |namespace| {
                    let nodes = nodes.clone();
                    Action::Revive(Revive { namespace: Some(namespace), nodes })
                };
                names().into_iter().map(revive).collect()
            }
            Happened::Quiesced(node, true) => vec![Action::Quiesce(nodes(&[*node]))],
            Happened::Quiesced(node, false) => vec![Action::QuiesceUndo(nodes(&[*node]))],
            Happened::Reclustered => {
                let is_set = |one: &Happened| matches!(one, Happened::RosterSet(_));
                let has_set = moment.happened.iter().any(is_set);
                let on = moment.nodes.first().copied();
                if has_set { Vec::new() } else { vec![Action::Recluster(Recluster { on })] }
            }
            Happened::MayHaveMigrated if self.guess.stood_still => Vec::new(),
            Happened::Migrated(None) | Happened::MayHaveMigrated => {
                self.slack = 0;
                vec![Action::Migrate(Migrate { partitions: None })]
            }
            Happened::Migrated(Some(hundredths)) => {
                let view = self.cluster.view();
                let here = view.sub_clusters.iter().flat_map(|one| &one.namespaces);
                let filling = here.map(|here| u64::from(here.filling)).max().unwrap_or(0);
                let partitions: u32 = convert::narrow(filling * hundredths / 10_000, "partitions");
                // The ticker writes every ten seconds, in which a good part of them may move.
                self.slack += convert::narrow::<u32, u64>(filling / 4, "partitions");
                let some = Action::Migrate(Migrate { partitions: Some(partitions) });
                if partitions == 0 { Vec::new() } else { vec![some] }
            }
        }
    }

    fn strong_namespaces(&self) -> Vec<String> {
        let strong = self.guess.setup.namespaces.iter();
        let strong = strong.filter(|one| one.mode == rosterlab_engine::Mode::StrongConsistency);
        strong.map(|one| one.name.clone()).collect()
    }

    fn compare(&self, moment: &Moment, notes: &mut Vec<String>) -> (Vec<Check>, Vec<Expect>) {
        let view = self.cluster.view();
        let mut checks = Vec::new();
        let mut expected = Vec::new();
        let principal = moment.nodes.first().copied();
        let here = view
            .sub_clusters
            .iter()
            .find(|one| principal.is_some_and(|node| one.nodes.contains(&node)));
        let replayed = here.map_or_else(|| "none".to_owned(), |here| list(&here.nodes));
        let verdict = verdict_of(here.is_some_and(|here| here.nodes == moment.nodes));
        let about = "succession list".to_owned();
        checks.push(Check { about, logged: list(&moment.nodes), replayed, verdict });
        for (node, namespace) in &moment.evading {
            let is_set = |event: &Event| {
                matches!(&event.kind,
                EventKind::EvadeSet { node: one, namespace: of, .. } if one == node && of == namespace)
            };
            let is_set = self.events.iter().any(is_set);
            checks.push(Check {
                about: format!("{namespace} e flags on {node}"),
                logged: "set".to_owned(),
                replayed: if is_set { "set" } else { "not set" }.to_owned(),
                verdict: verdict_of(is_set),
            });
        }
        let Some(here) = here else { return (checks, expected) };
        for (name, told) in &moment.change.namespaces {
            let Some(place) = view.namespace_index(name) else {
                notes.push(format!("The cluster has no namespace {name}: it is not compared."));
                continue;
            };
            let near = Near { exact: self.guess.is_exact(place), slack: self.slack };
            let found = &here.namespaces[place];
            compare_namespace(name, told, (here, found), near, &mut checks);
            if let (Some(before), Some(now)) = (told.before, told.regime)
                && now > before.saturating_add(2)
            {
                notes.push(format!(
                    "{name}: regime {before} -> {now} is more than one step: another change interrupted this one."
                ));
            }
            expected.extend(expectation(name, told, principal, near));
        }
        (checks, expected)
    }
}

/// Whether clusters change because of it.
fn moves(happened: &Happened) -> bool {
    use Happened as H;
    !matches!(
        happened,
        H::Migrated(_) | H::MayHaveMigrated | H::Revived(_) | H::Quiesced(..) | H::Wiped(_)
    )
}

/// A stop of several nodes as the stop of the first and that of the others.
fn halves(action: &Action) -> Option<Vec<Action>> {
    let split = |nodes: &[NodeId], of: fn(Nodes) -> Action| {
        let (first, others) = nodes.split_first().filter(|(_, others)| !others.is_empty())?;
        let part = |nodes: &[NodeId]| of(Nodes { nodes: nodes.to_vec() });
        Some(vec![part(&[*first]), part(others)])
    };
    match action {
        Action::Stop(Nodes { nodes }) => split(nodes, Action::Stop),
        Action::Crash(Nodes { nodes }) => split(nodes, Action::Crash),
        _ => None,
    }
}

/// Whether an action is the first part of a stop of several nodes.
fn is_first(action: &Action, happened: &Happened) -> bool {
    match (action, happened) {
        (
            Action::Stop(Nodes { nodes }) | Action::Crash(Nodes { nodes }),
            Happened::Stopped(all, _),
        ) => nodes.len() < all.len() && nodes.first() == all.first(),
        _ => false,
    }
}
