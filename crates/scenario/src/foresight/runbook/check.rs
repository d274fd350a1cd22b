//! Checks a plan line by line.
//!
//! Invariant: a plan is safe when every line is understood and can be done, no moment of it has more partitions out than there
//! were at the beginning (without a further loss, and with each of up to as many nodes as are asked for), and no documented
//! mistake is grave. A line that cannot be done changes nothing, and the rest is checked all the same. Not here: how an order
//! is made safe (see `order`).

use rosterlab_engine::{Cluster, NodeId};

use super::mistakes::{Fact, Mistake, facts, of_plan};
use super::plan::{Language, Line, Reading};
use super::sets::TooMany;
use super::watch::{Counts, Out, Watch, Work};
use crate::timeline::Entry;
use crate::words::text::capitalized;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth a word.
    Warning,
    /// The plan is not safe.
    Error,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// More is out than at the beginning.
    Out(Out),
    /// A further loss would leave more out than the same loss at the beginning.
    Margin {
        /// How many nodes are lost.
        size: usize,
        /// The worst such loss.
        nodes: Vec<NodeId>,
        /// How many partitions are out after it.
        out: u32,
        /// What is out once these nodes are back after a crash.
        back: Option<Out>,
    },
    /// The cluster refuses it, or it would never end.
    CannotBeDone(String),
    /// It is not understood.
    NotUnderstood(String),
    /// A documented mistake.
    Mistake(Mistake),
}

/// What was found about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// The namespace that it is about, as an index; `None` when it is about the cluster.
    pub namespace: Option<usize>,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It does something.
    Does,
    /// It waits for migrations.
    Waits,
    /// It only asks.
    Looks,
    /// It is for people.
    Says,
    /// It cannot be done.
    Fails,
    /// It is not understood.
    Unknown,
}

/// A line that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedLine {
    /// The line.
    pub line: Line,
    /// What it is.
    pub what: What,
    /// What it does, in order.
    pub entries: Vec<Entry>,
    /// What it comes to, by namespace; empty for a line that does nothing.
    pub counts: Vec<Counts>,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

/// A plan that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The names of the namespaces, in the order of all lists of them.
    pub namespaces: Vec<String>,
    /// How many further nodes may be lost.
    pub margin: usize,
    /// The cluster before the plan.
    pub start: Vec<Counts>,
    /// Every line, in order.
    pub lines: Vec<CheckedLine>,
    /// Whether so many losses would have been tried between changes of the clusters that some were not.
    pub is_cut_short: bool,
    /// What was counted.
    pub work: Work,
}

impl Checked {
    /// Whether every line is understood.
    #[must_use]
    pub fn is_understood(&self) -> bool {
        self.lines.iter().all(|line| line.what != What::Unknown)
    }

    /// Whether it is safe; see the module.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.findings().all(|(_, finding)| finding.level < Level::Error)
    }

    /// Everything that was found, with its line.
    pub fn findings(&self) -> impl Iterator<Item = (&CheckedLine, &Finding)> {
        self.lines.iter().flat_map(|line| line.findings.iter().map(move |found| (line, found)))
    }

    /// How many further nodes can be lost at any moment of the plan; `None` when more is out without any.
    #[must_use]
    pub fn margin_left(&self) -> Option<usize> {
        let lines = self.lines.iter().flat_map(|line| line.counts.iter().zip(&self.start));
        let mut left = lines.map(|(counts, start)| counts.margin_left(start));
        left.try_fold(self.margin, |least, left| left.map(|left| left.min(least)))
    }
}

/// Checks a plan on a cluster as it is, with up to `margin` further nodes lost at any moment.
///
/// # Errors
/// When there are more sets of nodes than are tried.
pub fn check(
    cluster: &Cluster,
    lines: &[Line],
    language: &dyn Language,
    margin: usize,
) -> Result<Checked, TooMany> {
    let mut course = Course::new(cluster, margin)?;
    for line in lines {
        course.do_line(line, language);
    }
    Ok(course.checked())
}

/// A plan that is being checked, and the cluster as it is after the lines so far.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub cluster: Cluster,
    watch: Watch,
    start: Vec<Counts>,
    lines: Vec<CheckedLine>,
    facts: Vec<(usize, Fact)>,
}

impl Course {
    pub(super) fn new(cluster: &Cluster, margin: usize) -> Result<Self, TooMany> {
        let mut watch = Watch::new(cluster, margin)?;
        watch.begin(cluster);
        watch.look(cluster);
        let start = watch.end(None);
        let cluster = cluster.clone();
        Ok(Self { cluster, watch, start, lines: Vec::new(), facts: Vec::new() })
    }

    /// Does a line; returns whether that left nothing more out than there was at the beginning, and it was understood.
    pub(super) fn do_line(&mut self, line: &Line, language: &dyn Language) -> bool {
        let (what, entries, wrong) = match line.read(language, &self.cluster) {
            Reading::Does(entries) => {
                let waits = entries.iter().all(|entry| matches!(entry, Entry::Migrate { .. }));
                (if waits { What::Waits } else { What::Does }, entries, None)
            }
            Reading::Looks => (What::Looks, Vec::new(), None),
            Reading::Says => (What::Says, Vec::new(), None),
            Reading::Fails(why) => (What::Fails, Vec::new(), Some(Wrong::CannotBeDone(why))),
            Reading::Unknown(why) => (What::Unknown, Vec::new(), Some(Wrong::NotUnderstood(why))),
        };
        let finding = |wrong| Finding { level: Level::Error, namespace: None, wrong };
        let mut checked = CheckedLine {
            line: line.clone(),
            what,
            entries,
            counts: Vec::new(),
            findings: wrong.map(finding).into_iter().collect(),
        };
        if matches!(what, What::Does | What::Waits)
            && let Err(why) = self.perform(&mut checked)
        {
            checked.what = What::Fails;
            checked.findings.push(finding(Wrong::CannotBeDone(why)));
        }
        let is_fine = checked.findings.is_empty()
            && checked
                .counts
                .iter()
                .zip(&self.start)
                .all(|(counts, start)| counts.margin_left(start) == Some(counts.losses.len()));
        self.lines.push(checked);
        is_fine
    }

    /// Performs the entries of a line and looks at every moment. What was done before a refusal stays done.
    fn perform(&mut self, line: &mut CheckedLine) -> Result<(), String> {
        let place = self.lines.len();
        let looked = self.watch.work.moments;
        let mut refused = None;
        self.watch.begin(&self.cluster);
        for entry in line.entries.iter().flat_map(Entry::each) {
            if let Entry::Act { command, .. } = entry
                && self.cluster.check(command).is_ok()
            {
                let found = facts(&self.cluster, command);
                self.facts.extend(found.into_iter().map(|fact| (place, fact)));
            }
            self.watch.expect_anything();
            let watch = &mut self.watch;
            let done = entry.run_seen(&mut self.cluster, &mut |cluster| watch.look(cluster));
            if let Err(rejection) = done {
                refused = Some(capitalized(&rejection.to_string()));
                break;
            }
        }
        if self.watch.work.moments == looked {
            self.watch.look(&self.cluster);
        }
        line.counts = self.watch.end(Some(&self.start));
        refused.map_or(Ok(()), Err)
    }

    /// What it cost so far; see [`Work::cost`].
    pub(super) fn cost(&self) -> u64 {
        self.watch.work.cost()
    }

    /// The lines so far, checked.
    pub(super) fn checked(self) -> Checked {
        let Self { cluster, watch, start, mut lines, facts, .. } = self;
        let margins: Vec<Vec<bool>> = lines
            .iter()
            .map(|line| {
                let counts = line.counts.iter().zip(&start);
                counts
                    .map(|(line, start)| line.margin_left(start) != Some(line.losses.len()))
                    .collect()
            })
            .collect();
        let is_harmed = |line: usize, namespace: Option<usize>| match namespace {
            Some(index) => margins[line].get(index).copied().unwrap_or(false),
            None => margins[line].iter().any(|harmed| *harmed),
        };
        for (line, namespace, mistake, effect) in of_plan(&facts, &is_harmed) {
            let is_harmful = is_harmed(line, namespace) || is_harmed(effect, namespace);
            let is_error = mistake.is_grave() || is_harmful && !mistake.is_slight();
            let level = if is_error { Level::Error } else { Level::Warning };
            let finding = Finding { level, namespace, wrong: Wrong::Mistake(mistake) };
            // `preview` finds some at the roster-set and again at its recluster.
            if !lines[line].findings.contains(&finding) {
                lines[line].findings.push(finding);
            }
        }
        let mut before = start.clone();
        for line in lines.iter_mut().filter(|line| !line.counts.is_empty()) {
            let counted = harm(&line.counts, &start, &before);
            line.findings.extend(counted);
            line.findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
            before.clone_from(&line.counts);
        }
        Checked {
            namespaces: cluster.setup().namespaces.iter().map(|one| one.name.clone()).collect(),
            margin: start.first().map_or(0, |counts| counts.losses.len()),
            start,
            lines,
            is_cut_short: watch.is_cut_short,
            work: watch.work,
        }
    }
}

/// What a line leaves out beyond what was out at the beginning. It is told where it begins and where it grows.
fn harm(counts: &[Counts], start: &[Counts], before: &[Counts]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, counts) in counts.iter().enumerate() {
        let (start, before) = (&start[index], &before[index]);
        let grows =
            |size: usize| counts.without(size) > start.without(size).max(before.without(size));
        let finding = |wrong| Finding { level: Level::Error, namespace: Some(index), wrong };
        if grows(0) {
            found.push(finding(Wrong::Out(counts.worst)));
        }
        let sizes = 1..=counts.losses.len();
        let harmful = sizes.clone().find(|size| counts.without(*size) > start.without(*size));
        if let Some(size) = harmful.filter(|size| grows(*size)) {
            let loss = &counts.losses[size - 1];
            found.push(finding(Wrong::Margin {
                size,
                nodes: loss.nodes.clone(),
                out: loss.out,
                back: loss.back,
            }));
        }
    }
    found
}
