//! Checks a plan line by line.
//!
//! Invariant: a plan is safe when every line is understood and can be done, no moment of it has more partitions out than there
//! were at the beginning, a further loss of up to as many nodes as are asked for leaves no more out than it would have at the
//! beginning, and no documented mistake is grave or does harm.
//!
//! What a further loss would do is told for every moment. While the plan goes straight on to undo it, by migrations, rosters and
//! starts, it is *brief* and only worth a word, unless every moment is asked for: with RF 2 nobody can stop a node without such a
//! time. \[model\] A line that cannot be done changes nothing, and the rest is checked all the same. Not here: how an order is made
//! safe (see `order`).

use rosterlab_engine::{Cluster, Until};

use super::facts::{Fact, Further, OfLine, Unawaited, facts, of_plan};
use super::found::{Checked, CheckedLine, Demand, Finding, Level, What, Wrong};
use super::harm::Harms;
use super::plan::{Language, Line, Reading};
use super::sets::TooMany;
use super::watch::{Counts, Watch};
use crate::timeline::Entry;
use crate::words::text::capitalized;

/// A longer pause than this is no part of undoing anything. \[model\]
const LONGEST_PAUSE_MS: u64 = 600_000;

/// Checks a plan on a cluster as it is.
///
/// # Errors
/// When there are more sets of nodes than are tried.
pub fn check(
    cluster: &Cluster,
    lines: &[Line],
    language: &dyn Language,
    demand: Demand,
) -> Result<Checked, TooMany> {
    let mut course = Course::new(cluster, demand)?;
    for line in lines {
        course.do_line(line, language);
    }
    Ok(course.checked())
}

/// A plan that is being checked, and the cluster as it is after the lines so far.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub cluster: Cluster,
    demand: Demand,
    watch: Watch,
    start: Vec<Counts>,
    lines: Vec<CheckedLine>,
    facts: Vec<(usize, Fact)>,
    unawaited: Unawaited,
}

impl Course {
    pub(super) fn new(cluster: &Cluster, demand: Demand) -> Result<Self, TooMany> {
        let mut watch = Watch::new(cluster, demand.margin)?;
        watch.begin(cluster);
        watch.look(cluster);
        let start = watch.end(None);
        let cluster = cluster.clone();
        let unawaited = Unawaited::default();
        Ok(Self { cluster, demand, watch, start, lines: Vec::new(), facts: Vec::new(), unawaited })
    }

    /// Does a line; returns whether it was understood and could be done, and left nothing more out than there was at the
    /// beginning, as long as no further node is lost.
    pub(super) fn do_line(&mut self, line: &Line, language: &dyn Language) -> bool {
        let place = self.lines.len();
        let does = |entries: Vec<Entry>| {
            let waits = entries
                .iter()
                .all(|entry| matches!(entry, Entry::Migrate { .. } | Entry::Pass { ms: 0 }));
            (if waits { What::Waits } else { What::Does }, entries, None)
        };
        let (what, entries, wrong) = match line.read(language, &self.cluster) {
            Reading::Does(entries) => does(entries),
            Reading::Mistaken(entries, mistakes) => {
                let of = |mistake| (place, Fact::Found(None, mistake, false));
                self.facts.extend(mistakes.into_iter().map(of));
                does(entries)
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
        let mut counts = checked.counts.iter().zip(&self.start);
        let is_possible = checked.findings.is_empty()
            && counts.all(|(counts, start)| counts.margin_left(start).is_some());
        self.lines.push(checked);
        is_possible
    }

    /// Performs the entries of a line and looks at every moment. What was done before a refusal stays done.
    fn perform(&mut self, line: &mut CheckedLine) -> Result<(), String> {
        let place = self.lines.len();
        let looked = self.watch.work.moments;
        let mut refused = None;
        self.watch.begin(&self.cluster);
        for entry in line.entries.iter().flat_map(Entry::each) {
            match entry {
                Entry::Act { command, .. } if self.cluster.check(command).is_ok() => {
                    let found = facts(&self.cluster, command);
                    self.facts.extend(found.into_iter().map(|fact| (place, fact)));
                }
                Entry::Pass { ms } if *ms > LONGEST_PAUSE_MS => {
                    self.facts.push((place, Fact::Lingers));
                }
                _ => {}
            }
            let found = self.unawaited.look(&self.cluster, entry, &self.start, self.watch.held());
            self.facts.extend(found.map(|found| (place, Fact::Found(None, found, false))));
            self.unawaited.note(entry);
            self.watch.expect_anything();
            let watch = &mut self.watch;
            let mut see = |cluster: &Cluster| watch.look(cluster);
            let done = match entry {
                // Nobody knows how long migrations take, so a pause is never enough for them; reactions take place. \[model\]
                Entry::Pass { ms } => {
                    let by_ms = self.cluster.now_ms().saturating_add(*ms);
                    Ok(self.cluster.advance_by(Until::Settled, by_ms, &mut see).0)
                }
                entry => entry.run_seen(&mut self.cluster, &mut see),
            };
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

    /// The number of the next line, where lines are numbered as they come.
    pub(super) fn next_number(&self) -> usize {
        self.lines.len() + 1
    }

    /// What it cost so far; see [`Work::cost`].
    pub(super) fn cost(&self) -> u64 {
        self.watch.work.cost()
    }

    /// The lines so far, checked.
    pub(super) fn checked(self) -> Checked {
        let Self { cluster, demand, watch, start, mut lines, facts, .. } = self;
        let found = found(&lines, &start, &facts, demand);
        for (line, found) in lines.iter_mut().zip(found) {
            for finding in found {
                let is_joined = line.findings.iter_mut().any(|one| one.takes_in(&finding));
                if !is_joined {
                    line.findings.push(finding);
                }
            }
            line.findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
        }
        Checked {
            namespaces: cluster.setup().namespaces.iter().map(|one| one.name.clone()).collect(),
            margin: demand.margin,
            start,
            lines,
            is_cut_short: watch.is_cut_short,
            work: watch.work,
        }
    }
}

/// What is found about each line once all are done.
fn found(
    lines: &[CheckedLine],
    start: &[Counts],
    facts: &[(usize, Fact)],
    demand: Demand,
) -> Vec<Vec<Finding>> {
    let harms = Harms::of(lines, start, facts, demand);
    let mut found = vec![Vec::new(); lines.len()];
    let is_harmed = |line, namespace, further| match further {
        Further::None => harms.is_out(line, namespace),
        Further::Loss => harms.is_harmed(line, Some(namespace)),
        Further::LossTo(to) => harms.is_lasting(line, Some(namespace), to),
    };
    for found_one in of_plan(facts, &is_harmed) {
        let OfLine { line, namespace, mistake, effect, may_be_brief } = found_one;
        let does_harm = |line| {
            if may_be_brief {
                harms.is_lasting(line, namespace, None)
            } else {
                harms.is_harmed(line, namespace)
            }
        };
        let is_harmful = does_harm(line) || does_harm(effect);
        let is_error = mistake.is_grave() || is_harmful && !mistake.is_slight();
        let level = if is_error { Level::Error } else { Level::Warning };
        found[line].push(Finding { level, namespace, wrong: Wrong::Mistake(mistake) });
    }
    for (line, found) in found.iter_mut().enumerate() {
        found.extend(harms.findings(line));
    }
    found
}
