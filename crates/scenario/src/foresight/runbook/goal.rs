//! A plan for what somebody wants: nodes restarted, nodes out, a rack down and back.
//!
//! Invariant: a plan that is given is made of the lines that were checked, in the language that it is printed in, and is safe. For
//! each node in turn the forms of a plan are tried, the shortest first; the first that is safe and no documented mistake is taken,
//! else the first that is safe. Not here: orders of what somebody has written (see `order`).

use std::fmt;

use rosterlab_engine::{
    Cluster, ClusterView, Command, Mode, NodeId, QuiesceState, RackId, RosterEntry, RosterNodes,
    Shutdown, Until,
};

use super::check::{Course, check};
use super::found::{Checked, Demand, Finding, Level, Wrong};
use super::plan::{Language, Line};
use super::sets::TooMany;
use crate::timeline::{Entry, Settle};
use crate::words::text::list;

/// How long a rack is thought to be down for its maintenance. \[model\]
const MAINTENANCE_MS: u64 = 4 * 3_600_000;

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// These nodes are restarted, one after the other.
    Restart(Vec<NodeId>),
    /// These nodes go for good.
    Remove(Vec<NodeId>),
    /// All nodes of this rack go down at the same time, and come back.
    RackDown(RackId),
}

impl Goal {
    /// The nodes that it is about.
    fn nodes(&self, view: &ClusterView) -> Vec<NodeId> {
        match self {
            Self::Restart(nodes) | Self::Remove(nodes) => nodes.clone(),
            Self::RackDown(rack) => {
                let there = view.nodes.iter().filter(|node| node.rack == *rack);
                there.map(|node| node.id).collect()
            }
        }
    }
}

/// A plan, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its lines.
    pub lines: Vec<String>,
    /// What the check says of them.
    pub checked: Checked,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unplanned {
    /// No node has this id.
    NoNode(NodeId),
    /// No node is on this rack.
    NoRack(RackId),
    /// No node is named.
    Nothing,
    /// The margin asks for too many sets of nodes.
    TooMany(TooMany),
    /// No form of a plan is safe: for which nodes, how many forms were tried, and what is wrong with the last of them.
    NotSafe {
        /// The nodes.
        nodes: Vec<NodeId>,
        /// How many forms were tried.
        forms: usize,
        /// What makes each of them unsafe, each once: a line, and the first finding about it that is an error.
        wrong: Vec<(String, Finding)>,
    },
}

impl fmt::Display for Unplanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNode(node) => write!(f, "no node {node}"),
            Self::NoRack(rack) => write!(f, "no node is on rack {rack}"),
            Self::Nothing => f.write_str("no node is named"),
            Self::TooMany(error) => error.fmt(f),
            Self::NotSafe { nodes, forms, .. } => {
                write!(f, "no safe plan was found for {}, in any of {forms} ways", list(nodes))
            }
        }
    }
}

impl std::error::Error for Unplanned {}

impl From<TooMany> for Unplanned {
    fn from(error: TooMany) -> Self {
        Self::TooMany(error)
    }
}

/// One thing of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Quiesce,
    Recluster,
    Wait,
    /// The rosters without the nodes.
    RosterWithout,
    /// The rosters as they were at the beginning.
    RosterBack,
    Stop,
    Start,
    /// What is done while they are down takes long.
    Maintenance,
    /// The steps before it, up to the last one of these, are done for each node by itself.
    EachUntilHere,
}

/// The forms of a restart, the shortest first.
const RESTART: [&[Step]; 4] = {
    use Step::{Quiesce, Recluster, RosterBack, RosterWithout, Start, Stop, Wait};
    [
        &[Stop, Start, Wait],
        &[Quiesce, Recluster, Stop, Start, Wait],
        &[Quiesce, Recluster, Wait, Stop, Start, Wait],
        &[
            Quiesce,
            Recluster,
            Wait,
            RosterWithout,
            Recluster,
            Wait,
            Stop,
            Start,
            RosterBack,
            Recluster,
            Wait,
        ],
    ]
};
/// The forms of a removal.
const REMOVE: [&[Step]; 4] = {
    use Step::{Quiesce, Recluster, RosterWithout, Stop, Wait};
    [
        &[RosterWithout, Recluster, Wait, Stop],
        &[Stop, Wait, RosterWithout, Recluster, Wait],
        &[Quiesce, Recluster, Stop, Wait, RosterWithout, Recluster, Wait],
        &[Quiesce, Recluster, Wait, RosterWithout, Recluster, Wait, Stop],
    ]
};
/// The forms of a rack's maintenance.
const RACK_DOWN: [&[Step]; 4] = {
    use Step::{
        EachUntilHere, Maintenance, Quiesce, Recluster, RosterBack, RosterWithout, Start, Stop,
        Wait,
    };
    [
        &[Quiesce, Recluster, Stop, Maintenance, Start, Wait],
        &[Quiesce, Recluster, Wait, Stop, Maintenance, Start, Wait],
        &[
            Quiesce,
            Recluster,
            Wait,
            RosterWithout,
            Recluster,
            Wait,
            Stop,
            Maintenance,
            Start,
            RosterBack,
            Recluster,
            Wait,
        ],
        &[
            Quiesce,
            Recluster,
            Wait,
            RosterWithout,
            Recluster,
            Wait,
            EachUntilHere,
            Stop,
            Maintenance,
            Start,
            RosterBack,
            Recluster,
            Wait,
        ],
    ]
};

/// A plan for a goal, from where the cluster is. Migrations that are under way are waited for first, so that the plan has the margin
/// that there is then.
///
/// # Errors
/// Why there is none.
pub fn plan_for(
    cluster: &Cluster,
    goal: &Goal,
    language: &dyn Language,
    demand: Demand,
) -> Result<Planned, Unplanned> {
    if !cluster.is_migrating() {
        return from_rest(cluster, goal, language, demand);
    }
    let mut rest = cluster.clone();
    rest.advance(Until::Migrated { partitions: None });
    let planned = from_rest(&rest, goal, language, demand)?;
    let wait = Line { number: 0, text: language.wait(&rest, true), given: None };
    let after = planned.checked.lines.into_iter().map(|line| line.line);
    let mut lines: Vec<Line> = std::iter::once(wait).chain(after).collect();
    lines.iter_mut().enumerate().for_each(|(place, line)| line.number = place + 1);
    let checked = check(cluster, &lines, language, demand)?;
    let first_error = checked.findings().find(|(_, found)| found.level == Level::Error);
    if let Some((line, found)) = first_error {
        let wrong = vec![(line.line.text.clone(), found.clone())];
        return Err(Unplanned::NotSafe { nodes: goal.nodes(&cluster.view()), forms: 1, wrong });
    }
    Ok(Planned { lines: lines.into_iter().map(|line| line.text).collect(), checked })
}

/// As [`plan_for`], from a cluster in which nothing migrates.
fn from_rest(
    cluster: &Cluster,
    goal: &Goal,
    language: &dyn Language,
    demand: Demand,
) -> Result<Planned, Unplanned> {
    let view = cluster.view();
    let (parts, forms): (Vec<Vec<NodeId>>, &[&[Step]]) = match goal {
        Goal::Restart(nodes) => (one_by_one(&view, nodes)?, &RESTART),
        Goal::Remove(nodes) => (one_by_one(&view, nodes)?, &REMOVE),
        Goal::RackDown(rack) => {
            let there = goal.nodes(&view);
            if there.is_empty() {
                return Err(Unplanned::NoRack(*rack));
            }
            (vec![there], &RACK_DOWN)
        }
    };
    let maker = Maker { language, rosters: rosters(&view) };
    let mut course = Course::new(cluster, demand)?;
    let mut lines = Vec::new();
    for nodes in parts {
        let mut second_best = None;
        let mut taken = None;
        let mut wrong = Vec::new();
        for form in forms {
            let (tried, done) = maker.try_form(&course, &nodes, form);
            let checked = tried.clone().checked();
            let first_error = checked.findings().find(|(_, found)| found.level == Level::Error);
            if let Some((line, found)) = first_error {
                let one = (line.line.text.clone(), found.clone());
                if !wrong.contains(&one) {
                    wrong.push(one);
                }
                continue;
            }
            let is_mistake = |found: &Finding| matches!(found.wrong, Wrong::Mistake(_));
            // Only what this form adds counts: what came before was taken with its own.
            let new = &checked.lines[lines.len()..];
            if new.iter().flat_map(|line| &line.findings).any(is_mistake) {
                second_best.get_or_insert((tried, done));
            } else {
                taken = Some((tried, done));
                break;
            }
        }
        let Some((tried, done)) = taken.or(second_best) else {
            return Err(Unplanned::NotSafe { nodes, forms: forms.len(), wrong });
        };
        course = tried;
        lines.extend(done);
    }
    Ok(Planned { lines, checked: course.checked() })
}

/// Each node by itself, each once.
fn one_by_one(view: &ClusterView, nodes: &[NodeId]) -> Result<Vec<Vec<NodeId>>, Unplanned> {
    let mut parts: Vec<Vec<NodeId>> = Vec::new();
    for node in nodes {
        if view.node(*node).is_none() {
            return Err(Unplanned::NoNode(*node));
        }
        if !parts.contains(&vec![*node]) {
            parts.push(vec![*node]);
        }
    }
    if parts.is_empty() { Err(Unplanned::Nothing) } else { Ok(parts) }
}

/// The rosters in force, by namespace: empty where there is none, and in AP.
fn rosters(view: &ClusterView) -> Vec<(String, Vec<RosterEntry>)> {
    let home = view.sub_clusters.first();
    let namespaces = view.namespaces.iter().enumerate();
    let roster = |index: usize| home.map(|home| home.namespaces[index].roster.clone());
    namespaces
        .map(|(index, settings)| match settings.mode {
            Mode::StrongConsistency => (settings.name.clone(), roster(index).unwrap_or_default()),
            Mode::Available => (settings.name.clone(), Vec::new()),
        })
        .collect()
}

/// Who makes lines of forms.
struct Maker<'a> {
    language: &'a dyn Language,
    /// The rosters at the beginning.
    rosters: Vec<(String, Vec<RosterEntry>)>,
}

impl Maker<'_> {
    /// Does a form for nodes after what was done; gives also the lines that it came to.
    fn try_form(&self, course: &Course, nodes: &[NodeId], form: &[Step]) -> (Course, Vec<String>) {
        let mut course = course.clone();
        let mut lines = Vec::new();
        let mut begin = 0;
        for (place, step) in form.iter().enumerate() {
            if *step != Step::EachUntilHere {
                continue;
            }
            for node in nodes {
                let node = std::slice::from_ref(node);
                self.steps(&mut course, node, &form[begin..place], &mut lines);
            }
            begin = place + 1;
        }
        self.steps(&mut course, nodes, &form[begin..], &mut lines);
        (course, lines)
    }

    /// Does steps one after the other. What nodes react to is waited for: the check lets the clusters settle after each line.
    fn steps(
        &self,
        course: &mut Course,
        nodes: &[NodeId],
        steps: &[Step],
        lines: &mut Vec<String>,
    ) {
        let mut is_unchanged = false;
        for (place, step) in steps.iter().enumerate() {
            let before = lines.len();
            // No roster has changed, as in AP: there is nothing to bring into force or to wait for.
            if is_unchanged && matches!(step, Step::Recluster | Step::Wait) {
                continue;
            }
            self.step(course, nodes, *step, lines);
            is_unchanged =
                matches!(step, Step::RosterWithout | Step::RosterBack) && lines.len() == before;
            let changes = matches!(step, Step::Recluster | Step::Stop | Step::Start);
            let waits = steps.get(place + 1) == Some(&Step::Wait);
            if changes && !waits && lines.len() > before {
                self.line(course, self.language.wait(&course.cluster, false), lines);
            }
        }
    }

    fn line(&self, course: &mut Course, text: String, lines: &mut Vec<String>) {
        let line = Line { number: course.next_number(), text, given: None };
        course.do_line(&line, self.language);
        lines.push(line.text);
    }

    fn step(&self, course: &mut Course, nodes: &[NodeId], step: Step, lines: &mut Vec<String>) {
        if step == Step::Maintenance {
            let text = format!("# {} may be worked on now.", list(nodes));
            let given = Some(vec![Entry::Pass { ms: MAINTENANCE_MS }]);
            let number = course.next_number();
            course.do_line(&Line { number, text: text.clone(), given }, self.language);
            lines.push(text);
            return;
        }
        if step == Step::Wait {
            self.line(course, self.language.wait(&course.cluster, true), lines);
        }
        for entry in self.entries(&course.cluster, nodes, step) {
            for text in self.language.write(&entry, &course.cluster) {
                self.line(course, text, lines);
            }
        }
    }

    /// What a step comes to on the cluster as it is; nothing where it is so already.
    fn entries(&self, cluster: &Cluster, nodes: &[NodeId], step: Step) -> Vec<Entry> {
        let view = cluster.view();
        let act = |command: Command| Entry::Act { command, settle: Settle::Fully };
        let of = |fits: &dyn Fn(&rosterlab_engine::NodeView) -> bool| -> Vec<NodeId> {
            let named = nodes.iter().filter_map(|node| view.node(*node));
            named.filter(|node| fits(node)).map(|node| node.id).collect()
        };
        let some = |nodes: Vec<NodeId>, command: &dyn Fn(Vec<NodeId>) -> Command| {
            if nodes.is_empty() { Vec::new() } else { vec![act(command(nodes))] }
        };
        match step {
            Step::Quiesce => {
                some(of(&|node| node.state.is_up() && node.quiesce == QuiesceState::No), &|nodes| {
                    Command::Quiesce { nodes }
                })
            }
            Step::Recluster if view.sub_clusters.is_empty() => Vec::new(),
            Step::Recluster => vec![act(Command::Recluster { on: None })],
            Step::Stop => some(of(&|node| node.state.is_up()), &|nodes| Command::Stop {
                nodes,
                shutdown: Shutdown::Clean,
            }),
            Step::Start => some(of(&|node| !node.state.is_up()), &|nodes| Command::Start { nodes }),
            Step::RosterWithout => self.roster_sets(&view, Some(nodes)),
            Step::RosterBack => self.roster_sets(&view, None),
            Step::Wait | Step::Maintenance | Step::EachUntilHere => Vec::new(),
        }
    }

    /// Rosters that differ from what is pending: that without the nodes that go, or those of the beginning.
    fn roster_sets(&self, view: &ClusterView, without: Option<&[NodeId]>) -> Vec<Entry> {
        let Some(home) = view.sub_clusters.first() else { return Vec::new() };
        let mut all = Vec::new();
        for (index, (namespace, first)) in self.rosters.iter().enumerate() {
            let pending = &home.namespaces[index].pending;
            let entries: Vec<RosterEntry> = match without {
                Some(nodes) => {
                    let stays = pending.iter().filter(|entry| !nodes.contains(&entry.node));
                    stays.copied().collect()
                }
                None => first.clone(),
            };
            if first.is_empty() || entries.is_empty() || entries == *pending {
                continue;
            }
            let nodes = RosterNodes::List(entries);
            let command = Command::RosterSet { namespace: namespace.clone(), nodes, on: None };
            all.push(Entry::Act { command, settle: Settle::Fully });
        }
        all
    }
}
