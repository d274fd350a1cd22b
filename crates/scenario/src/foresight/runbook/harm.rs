//! What the lines of a plan leave out beyond what was out at the beginning, and for how long.
//!
//! Invariant: what is out without a further loss is never brief. Not here: mistakes.

use super::facts::Fact;
use super::found::{CheckedLine, Demand, Finding, Level, Wrong};
use super::watch::Counts;

/// What the lines leave out.
pub(super) struct Harms<'a> {
    lines: Vec<&'a [Counts]>,
    numbers: Vec<usize>,
    start: &'a [Counts],
    /// By line and namespace: the line after which its harm is undone.
    until: Vec<Vec<Option<usize>>>,
    always: bool,
}

impl<'a> Harms<'a> {
    pub(super) fn of(
        lines: &'a [CheckedLine],
        start: &'a [Counts],
        facts: &[(usize, Fact)],
        demand: Demand,
    ) -> Self {
        let numbers = lines.iter().map(|line| line.line.number).collect();
        let lines: Vec<&[Counts]> = lines.iter().map(|line| &line.counts[..]).collect();
        let until = (0..lines.len())
            .map(|line| {
                let namespaces = 0..lines[line].len();
                namespaces.map(|index| until(&lines, start, facts, line, index)).collect()
            })
            .collect();
        Self { lines, numbers, start, until, always: demand.always }
    }
}

/// The line after which the harm of a line is undone, if the plan goes straight on to that: nothing else happens to nodes, and it
/// does not linger.
fn until(
    lines: &[&[Counts]],
    start: &[Counts],
    facts: &[(usize, Fact)],
    line: usize,
    index: usize,
) -> Option<usize> {
    let delays = |fact: &Fact| matches!(fact, Fact::Disturbs | Fact::Lingers);
    let lingers = |(at, fact): &(usize, Fact)| *at == line && matches!(fact, Fact::Lingers);
    if facts.iter().any(lingers) {
        return None;
    }
    for (place, counts) in lines.iter().enumerate().skip(line) {
        if place > line && facts.iter().any(|(at, fact)| *at == place && delays(fact)) {
            return None;
        }
        if counts.get(index).is_some_and(|counts| counts.is_restored(&start[index])) {
            return Some(place);
        }
    }
    None
}

impl Harms<'_> {
    fn of_namespace(
        &self,
        line: usize,
        namespace: Option<usize>,
        harms: impl Fn(usize, &Counts) -> bool,
    ) -> bool {
        let all = self.lines[line].iter().enumerate();
        let mut asked = all.filter(|(index, _)| namespace.is_none_or(|only| only == *index));
        asked.any(|(index, counts)| harms(index, counts))
    }

    /// Whether a line leaves more out, at any moment of it, now or after a further loss.
    pub(super) fn is_harmed(&self, line: usize, namespace: Option<usize>) -> bool {
        self.of_namespace(line, namespace, |index, counts| {
            counts.margin_left(&self.start[index]) != Some(counts.losses.len())
        })
    }

    /// Whether a line leaves more out as long as no further node is lost.
    pub(super) fn is_out(&self, line: usize, namespace: usize) -> bool {
        self.of_namespace(line, Some(namespace), |index, counts| {
            counts.margin_left(&self.start[index]).is_none()
        })
    }

    /// Whether a line does harm that is not brief, or is not over before the line with the index `to`.
    pub(super) fn is_lasting(
        &self,
        line: usize,
        namespace: Option<usize>,
        to: Option<usize>,
    ) -> bool {
        self.of_namespace(line, namespace, |index, counts| {
            let left = counts.margin_left(&self.start[index]);
            let until = self.until[line][index].filter(|_| !self.always);
            let is_brief = until.is_some_and(|until| to.is_none_or(|to| until < to));
            left.is_none() || left != Some(counts.losses.len()) && !is_brief
        })
    }

    /// What a line leaves out. It is told where it begins and where it grows.
    pub(super) fn findings(&self, line: usize) -> Vec<Finding> {
        let before = self.lines[..line].iter().rev().find(|counts| !counts.is_empty());
        let before = before.copied().unwrap_or(self.start);
        let mut found = Vec::new();
        for (index, counts) in self.lines[line].iter().enumerate() {
            let (start, before) = (&self.start[index], &before[index]);
            let grows =
                |size: usize| counts.without(size) > start.without(size).max(before.without(size));
            let finding = |level, wrong| Finding { level, namespace: Some(index), wrong };
            if grows(0) {
                found.push(finding(Level::Error, Wrong::Out(counts.worst)));
            }
            let mut sizes = 1..=counts.losses.len();
            let harmful = sizes.find(|size| !start.allows(*size, counts.without(*size)));
            let Some(size) = harmful else { continue };
            let until = self.until[line][index];
            // What was brief before may be lasting now.
            let lasts = until.is_none() && line > 0 && self.was_brief(line, index);
            if grows(size) || lasts {
                let loss = &counts.losses[size - 1];
                let is_brief = until.is_some() && !self.always;
                let level = if is_brief { Level::Warning } else { Level::Error };
                let until = until.map(|line| self.numbers[line]);
                let (nodes, out, back) = (loss.nodes.clone(), loss.out, loss.back);
                found.push(finding(level, Wrong::Margin { size, nodes, out, back, until }));
            }
        }
        found
    }

    /// Whether the line before had such harm, and it was brief.
    fn was_brief(&self, line: usize, index: usize) -> bool {
        let before = self.until[..line].iter().rev().find(|until| !until.is_empty());
        before.is_none_or(|until| until[index].is_some())
    }
}
