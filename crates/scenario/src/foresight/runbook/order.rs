//! The nearest order of a plan that is safe.
//!
//! Invariant: what is found was checked as a whole and is safe, with every line of the plan in it, and leaves the same nodes running;
//! those of them that were in a roster then still are.
//! Plans with fewer changes are tried before those with more; each change begins at the first line that makes a plan unsafe. The
//! search is bounded, and says how much it tried. Not here: plans that do something else (see `goal`).

use std::collections::{BTreeSet, VecDeque};

use rosterlab_engine::{Cluster, Command, NodeId, RosterNodes};

use super::check::Course;
use super::found::{Checked, CheckedLine, Demand, Level, What, Wrong};
use super::plan::{Language, Line};
use super::sets::TooMany;
use crate::timeline::{Entry, Settle};

/// The most plans that somebody wants to wait for.
pub const MOST_ORDERS: usize = 60;
/// The most changes of a plan.
const MOST_CHANGES: usize = 3;
/// The most work of all tries; see `Work::cost`.
const MOST_WORK: u64 = 200_000;

/// A change of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A line is done at another place: its number, and that of the line that it is done before; `None` is the end.
    Move(usize, Option<usize>),
    /// Lines are put in before this one; `None` is the end.
    Add(Vec<String>, Option<usize>),
}

/// A search for an order that is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// How many plans were tried.
    pub tried: usize,
    /// Whether a bound ended the search.
    pub is_cut_short: bool,
    /// What was found: the changes, and the plan with them, checked.
    pub found: Option<(Vec<Change>, Checked)>,
}

/// A plan that is tried.
#[derive(Debug)]
struct Try {
    lines: Vec<Line>,
    changes: Vec<Change>,
}

/// What is put in.
#[derive(Clone, Debug)]
enum Added {
    Wait,
    /// Nodes that were started are waited for.
    WaitForNodes,
    Recluster,
    /// The nodes are quiesced, and hand over.
    Quiesce(Vec<NodeId>),
    /// The roster is set to who is there, once that holds all copies.
    Roster,
}

/// Looks for the nearest order that is safe among `most`. A plan with lines that are not understood has none.
///
/// # Errors
/// When there are more sets of nodes than are tried.
pub fn nearest(
    cluster: &Cluster,
    lines: &[Line],
    language: &dyn Language,
    demand: Demand,
    most: usize,
) -> Result<Nearest, TooMany> {
    let mut orders = Orders::new(cluster.clone(), lines, demand, most);
    loop {
        if let Some(found) = orders.advance(language)? {
            return Ok(found);
        }
    }
}

/// A search for the nearest order that is safe, one plan at a time, so that whoever waits can stop it.
#[derive(Debug)]
pub struct Orders {
    cluster: Cluster,
    demand: Demand,
    most: usize,
    queue: VecDeque<Try>,
    /// The plans that were in the queue, each by its lines.
    known: BTreeSet<Vec<(usize, String)>>,
    /// Where the plan as it was ends.
    goal: Option<State>,
    work: u64,
    tried: usize,
    is_cut_short: bool,
}

impl Orders {
    /// A search among `most` orders of a plan.
    #[must_use]
    pub fn new(cluster: Cluster, lines: &[Line], demand: Demand, most: usize) -> Self {
        Self {
            cluster,
            demand,
            most,
            queue: VecDeque::from([Try { lines: lines.to_vec(), changes: Vec::new() }]),
            known: BTreeSet::new(),
            goal: None,
            work: 0,
            tried: 0,
            is_cut_short: false,
        }
    }

    /// How many orders were tried so far.
    #[must_use]
    pub fn tried(&self) -> usize {
        self.tried
    }

    /// Tries one plan more, whose lines this language has. What was found, once the search is at its end.
    ///
    /// # Errors
    /// When there are more sets of nodes than are tried.
    pub fn advance(&mut self, language: &dyn Language) -> Result<Option<Nearest>, TooMany> {
        let Some(next) = self.queue.pop_front() else { return Ok(Some(self.nothing())) };
        if self.tried >= self.most || self.work >= MOST_WORK {
            self.is_cut_short = true;
            return Ok(Some(self.nothing()));
        }
        let is_first = next.changes.is_empty();
        let Run { checked, clusters, ended } = self.check(language, &next.lines, is_first)?;
        if !checked.is_understood() {
            return Ok(Some(self.nothing()));
        }
        let state = State::of(clusters.last().unwrap_or(&self.cluster));
        if !is_first {
            self.tried += 1;
            let reaches = self.goal.as_ref().is_some_and(|goal| state.reaches(goal));
            if checked.is_safe() && reaches {
                let found = Some((next.changes, checked));
                return Ok(Some(Nearest { tried: self.tried, is_cut_short: false, found }));
            }
        }
        if next.changes.len() == MOST_CHANGES {
            self.is_cut_short = true;
            return Ok(None);
        }
        let changer = Changer { language, goal: self.goal.get_or_insert(state) };
        for candidate in changer.candidates(&next, &checked, &clusters, ended) {
            let key = candidate.lines.iter().map(|line| (line.number, line.text.clone())).collect();
            if self.known.insert(key) {
                self.queue.push_back(candidate);
            }
        }
        Ok(None)
    }

    fn nothing(&self) -> Nearest {
        Nearest { tried: self.tried, is_cut_short: self.is_cut_short, found: None }
    }

    /// Checks a plan: to its end, or until a line that leaves partitions out or cannot be done.
    fn check(
        &mut self,
        language: &dyn Language,
        lines: &[Line],
        to_the_end: bool,
    ) -> Result<Run, TooMany> {
        let mut course = Course::new(&self.cluster, self.demand)?;
        let mut clusters = vec![course.cluster.clone()];
        let mut ended = None;
        for (place, line) in lines.iter().enumerate() {
            let is_possible = course.do_line(line, language);
            clusters.push(course.cluster.clone());
            if !is_possible && !to_the_end {
                ended = Some(place);
                break;
            }
        }
        self.work += course.cost();
        Ok(Run { checked: course.checked(), clusters, ended })
    }
}

/// Where a plan ends.
#[derive(Clone, Debug)]
struct State {
    /// The nodes that run.
    running: Vec<NodeId>,
    /// Those of them that are in its roster, by namespace.
    rosters: Vec<Vec<NodeId>>,
}

impl State {
    fn of(cluster: &Cluster) -> Self {
        let view = cluster.view();
        let running: Vec<NodeId> =
            view.nodes.iter().filter(|node| node.state.is_up()).map(|node| node.id).collect();
        let of = |index: usize| {
            let home = view.sub_clusters.first().map(|home| &home.namespaces[index].roster);
            let roster = home.into_iter().flatten().map(|entry| entry.node);
            roster.filter(|node| running.contains(node)).collect()
        };
        Self { rosters: (0..view.namespaces.len()).map(of).collect(), running }
    }

    /// Whether it has all that the other has.
    fn reaches(&self, other: &Self) -> bool {
        let mut rosters = self.rosters.iter().zip(&other.rosters);
        self.running == other.running
            && rosters.all(|(mine, others)| others.iter().all(|node| mine.contains(node)))
    }
}

/// A plan that was checked.
struct Run {
    checked: Checked,
    /// The cluster before each line and at the end.
    clusters: Vec<Cluster>,
    /// The line after which the rest was not tried, because it makes the plan unsafe whatever follows.
    ended: Option<usize>,
}

/// What changes of a plan are made with.
struct Changer<'a> {
    language: &'a dyn Language,
    /// Where the plan as it was ends.
    goal: &'a State,
}

impl Changer<'_> {
    /// Plans with one change more, around the first line that makes this one unsafe.
    fn candidates(
        &self,
        plan: &Try,
        checked: &Checked,
        clusters: &[Cluster],
        ended: Option<usize>,
    ) -> Vec<Try> {
        let is_bad = |line: &CheckedLine| line.findings.iter().any(|one| one.level == Level::Error);
        let bad = ended.or_else(|| checked.lines.iter().position(is_bad));
        let Some(bad) = bad else { return Vec::new() };
        let acts = |place: &usize| {
            let line = checked.lines.get(*place);
            line.is_none_or(|line| !matches!(line.what, What::Says | What::Looks))
        };
        let acting: Vec<usize> = (0..plan.lines.len()).filter(acts).collect();
        let put_in =
            |(place, added): (usize, Added)| self.add(plan, place, &added, &clusters[place]);
        let mut all: Vec<Try> = waits(bad, checked).into_iter().filter_map(put_in).collect();
        let mut with_wait = Vec::new();
        // What comes later may have to come first, and what is bad may have to wait for it.
        for later in acting.iter().copied().filter(|place| *place > bad) {
            let starts = checked.lines.get(later).is_some_and(starts);
            for place in [bad + 1, bad].into_iter().filter(|place| *place < later) {
                let sooner = moved(plan, later, place);
                if starts {
                    // What comes next may have to wait for the nodes.
                    let cluster = &clusters[place];
                    with_wait.extend(self.add(&sooner, place + 1, &Added::WaitForNodes, cluster));
                }
                all.push(sooner);
            }
            all.push(moved(plan, bad, later + 1));
        }
        for earlier in acting.iter().filter(|place| **place < bad) {
            all.push(moved(plan, *earlier, bad + 1));
        }
        all.extend(self.preparations(bad, checked).into_iter().filter_map(put_in));
        all.extend(with_wait);
        all
    }

    /// What more may be put in, and before which line.
    fn preparations(&self, bad: usize, checked: &Checked) -> Vec<(usize, Added)> {
        let line = &checked.lines[bad];
        let mut all = Vec::new();
        let acts = line.entries.iter().flat_map(Entry::each);
        for entry in acts {
            let Entry::Act { command, .. } = entry else { continue };
            match command {
                Command::Stop { nodes, .. } => {
                    all.push((bad + 1, Added::Roster));
                    all.push((bad, Added::Quiesce(nodes.clone())));
                }
                Command::RosterSet { nodes: RosterNodes::List(entries), .. } => {
                    let stays = |node: &NodeId| entries.iter().any(|entry| entry.node == *node);
                    let goal = self.goal.running.iter().copied();
                    let out: Vec<NodeId> = goal.filter(|node| !stays(node)).collect();
                    if !out.is_empty() {
                        all.push((bad, Added::Quiesce(out)));
                    }
                }
                _ => {}
            }
        }
        all
    }

    /// The plan with lines put in before a place; `None` where they cannot be done there.
    fn add(&self, plan: &Try, place: usize, added: &Added, cluster: &Cluster) -> Option<Try> {
        let act = |command: Command| Entry::Act { command, settle: Settle::Fully };
        let recluster = || act(Command::Recluster { on: None });
        let wait = || Entry::Migrate { partitions: None };
        let entries = match added {
            Added::Wait if !cluster.is_migrating() => return None,
            Added::Wait | Added::WaitForNodes => vec![wait()],
            Added::Recluster => vec![recluster()],
            Added::Quiesce(nodes) => {
                vec![act(Command::Quiesce { nodes: nodes.clone() }), recluster(), wait()]
            }
            Added::Roster => {
                let settings = cluster.setup().namespaces.iter();
                let rosters = settings.map(|settings| {
                    act(Command::RosterSet {
                        namespace: settings.name.clone(),
                        nodes: RosterNodes::Observed,
                        on: None,
                    })
                });
                let rosters: Vec<Entry> = rosters.collect();
                [vec![wait()], rosters, vec![recluster(), wait()]].concat()
            }
        };
        let mut cluster = cluster.clone();
        let mut lines = Vec::new();
        for entry in entries {
            let texts = self.language.write(&entry, &cluster);
            // An AP namespace has no roster, and what is so already is not done again.
            if entry.run(&mut cluster).is_ok() {
                let number = 0;
                lines.extend(texts.into_iter().map(|text| Line { number, text, given: None }));
            }
        }
        if lines.is_empty() {
            return None;
        }
        let before = plan.lines.get(place).map(|line| line.number);
        let mut all = plan.lines.clone();
        let texts = lines.iter().map(|line| line.text.clone()).collect();
        all.splice(place..place, lines);
        let changes = [&plan.changes[..], &[Change::Add(texts, before)]].concat();
        Some(Try { lines: all, changes })
    }
}

/// A recluster or a wait that may be put in, and before which line.
fn waits(bad: usize, checked: &Checked) -> Vec<(usize, Added)> {
    let has = |name: &str| {
        let mut findings = checked.lines[bad].findings.iter();
        findings
            .any(|found| matches!(&found.wrong, Wrong::Mistake(mistake) if mistake.name() == name))
    };
    let recluster = has("no-recluster").then_some((bad + 1, Added::Recluster));
    let wait = if has("not-awaited") { Added::WaitForNodes } else { Added::Wait };
    recluster.into_iter().chain([(bad, wait), (bad + 1, Added::Wait)]).collect()
}

/// Whether a line starts nodes.
fn starts(line: &CheckedLine) -> bool {
    let mut entries = line.entries.iter().flat_map(Entry::each);
    entries.any(|entry| matches!(entry, Entry::Act { command: Command::Start { .. }, .. }))
}

/// The plan with one line before another.
fn moved(plan: &Try, from: usize, to: usize) -> Try {
    let mut lines = plan.lines.clone();
    let before = lines.get(to).map(|line| line.number);
    let line = lines.remove(from);
    let number = line.number;
    lines.insert(if to > from { to - 1 } else { to }, line);
    let changes = [&plan.changes[..], &[Change::Move(number, before)]].concat();
    Try { lines, changes }
}
