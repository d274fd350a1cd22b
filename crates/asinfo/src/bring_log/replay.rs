//! A story tried on a simulated cluster, and every count of the log compared with what comes out.
//!
//! Invariant: the same story gives the same result. A step that the cluster refuses is left out and said; a count that differs is never
//! bent. Where ids, racks and balance are known a count agrees only if it is the same, otherwise also if it is within the spread of
//! the hash, and the check says so. Not here: which guess is tried (see `guess`), and printing (see `print`).

use std::collections::BTreeSet;

use rosterlab_engine::{
    Cluster, ClusterSetup, Event, EventKind, Migrations, NodeId, PARTITIONS, RosterEntry,
    SetupError, SubClusterNamespaceView, SubClusterView, convert,
};
use rosterlab_scenario::file::{
    Action, Add, Bounds, Cut, Expect, Heal, Migrate, Nodes, Recluster, Revive, RosterField,
    RosterSet, Wipe,
};
use rosterlab_scenario::{ClockTime, Doing, Settle, Step};

use super::changes::{Tick, Told};
use super::facts::{Place, Voice};
use super::guess::Guess;
use super::line::Stamp;
use super::story::{Happened, Moment, Story, list};

/// Whether a count of the log is that of the replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is the same.
    Agrees,
    /// It is about the same, and no closer could be asked for: ids, racks or balance are not known.
    AgreesAbout,
    /// It is another.
    Differs,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What is compared, with its namespace.
    pub about: String,
    /// What the log has.
    pub logged: String,
    /// What the replay has.
    pub replayed: String,
    /// How they compare.
    pub verdict: Verdict,
}

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
            Happened::Started(up) => vec![Action::Start(nodes(up))],
            Happened::Added(id) => {
                vec![Action::Add(Add { id: *id, rack: rack(id), stay_quiesced: false })]
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

fn verdict_of(same: bool) -> Verdict {
    if same { Verdict::Agrees } else { Verdict::Differs }
}

/// How near the replay's counts have to be to those of the log.
#[derive(Clone, Copy)]
struct Near {
    /// Whether partitions are where they were on the real cluster.
    exact: bool,
    /// How many partitions migrations may have moved that the log does not tell of.
    slack: u32,
}

impl Near {
    /// Which counts agree with a count of at most `all`. None and all have no spread; others have that of a hash, four standard
    /// deviations of a count.
    fn bounds(self, count: u32, all: u32) -> Bounds {
        let count = count.min(all);
        let has_spread = !self.exact && count > 0 && count < all;
        let by = self.slack + if has_spread { 4 * count.isqrt() + 4 } else { 0 };
        Bounds::between(count.saturating_sub(by), count.saturating_add(by).min(all))
    }

    fn compare(self, logged: u32, replayed: u32, all: u32) -> Verdict {
        let is_near = |one, other| self.bounds(one, all).hold(other);
        if logged == replayed {
            Verdict::Agrees
        } else if is_near(logged, replayed) && is_near(replayed, logged) {
            Verdict::AgreesAbout
        } else {
            Verdict::Differs
        }
    }
}

fn compare_namespace(
    name: &str,
    told: &Told,
    (here, found): (&SubClusterView, &SubClusterNamespaceView),
    near: Near,
    checks: &mut Vec<Check>,
) {
    let mut put = |about: &str, logged: String, replayed: String, verdict| {
        checks.push(Check { about: format!("{name} {about}"), logged, replayed, verdict });
    };
    if let Some((present, all)) = told.participating {
        let replayed = (found.roster_nodes_present, convert::count(found.roster.len()));
        let say = |(present, all): (u32, u32)| format!("{present} of {all}");
        put(
            "nodes participating",
            say((present, all)),
            say(replayed),
            verdict_of(replayed == (present, all)),
        );
    }
    let counts = [
        ("unavailable", told.unavailable, found.counts.unavailable),
        ("dead", told.dead, found.counts.dead),
        ("fresh", told.fresh, found.fresh),
    ];
    let all = convert::count(PARTITIONS);
    for (about, logged, replayed) in counts {
        if let Some(logged) = logged {
            let verdict = near.compare(logged, replayed, all);
            put(about, logged.to_string(), replayed.to_string(), verdict);
        }
    }
    for (voice, logged) in &told.expected {
        let of = |node: &NodeId| {
            let due = found.expected.iter().find(|(other, _)| other == node)?.1;
            let pairs = [(logged.tx, due.tx), (logged.rx, due.rx), (logged.signals, due.signals)];
            let verdicts = pairs.map(|(logged, replayed)| near.compare(logged, replayed, u32::MAX));
            let apart: u64 = pairs.iter().map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
            Some((verdicts.into_iter().max()?, apart, *node, due))
        };
        let candidates: Vec<NodeId> = match voice {
            Voice::Node(node) => vec![*node],
            Voice::File(_) => here.nodes.clone(),
        };
        // A log whose node is not known agrees if it can be one of them.
        let nearest =
            candidates.iter().filter_map(of).min_by_key(|(first, then, ..)| (*first, *then));
        let Some((verdict, _, node, due)) = nearest else {
            continue;
        };
        let about = format!("expected-migrations of {node}");
        put(&about, in_brackets(*logged), in_brackets(due), verdict);
    }
    ticks(told, &mut put);
}

fn in_brackets(Migrations { tx, rx, signals }: Migrations) -> String {
    format!("({tx},{rx},{signals})")
}

/// The percentages of the ticker follow from what was due and what is left (domain.md §6).
fn ticks(told: &Told, put: &mut impl FnMut(&str, String, String, Verdict)) {
    let computed = |tick: &Tick| {
        let (_, due) = told.expected.iter().find(|(voice, _)| *voice == tick.voice)?;
        let fits = u64::from(tick.left.tx) + u64::from(tick.left.rx)
            <= u64::from(due.tx) + u64::from(due.rx);
        fits.then(|| tick.left.complete_hundredths(*due))
    };
    let pairs: Vec<(u64, u64)> =
        told.ticks.iter().filter_map(|tick| Some((tick.hundredths, computed(tick)?))).collect();
    let distinct: BTreeSet<&(u64, u64)> = pairs.iter().collect();
    let wrong = distinct.iter().find(|(logged, computed)| logged != computed);
    if let Some((logged, computed)) = wrong.copied().or(pairs.last()) {
        let say = |hundredths: u64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
        let about = format!("complete-pct of {} lines", pairs.len());
        put(&about, say(*logged), say(*computed), verdict_of(wrong.is_none()));
    }
}

/// What a file expects of a namespace after a change.
fn expectation(name: &str, told: &Told, on: Option<NodeId>, near: Near) -> Option<Expect> {
    let bounds =
        |count: Option<u32>| count.map(|count| near.bounds(count, convert::count(PARTITIONS)));
    let (unavailable, dead, fresh) = (told.unavailable, told.dead, told.fresh);
    unavailable.or(dead).or(fresh)?;
    Some(Expect {
        namespace: Some(name.to_owned()),
        on,
        unavailable: bounds(unavailable.or(dead.map(|_| 0))),
        dead: bounds(dead.or(unavailable.map(|_| 0))),
        fresh: bounds(fresh),
        ..Expect::default()
    })
}
