//! `run` and `validate`: runs scenarios, several at a time, and hands each result on.
//!
//! Invariant: results come in the order of the files, whatever finishes first, so the output is the same on every machine.
//! Not here: how they are printed (see `report`).

mod sites;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use rosterlab_asinfo::log::{self, Log, LogLine};
use rosterlab_scenario::file::{Action, Step};
use rosterlab_scenario::world::{Document, WorldAction, WorldStep};
use rosterlab_scenario::{Failure, Runner, Scenario, ScenarioError, StepReport, report};
use serde::Serialize;
use serde_json::Value;

use crate::args::Format;
use crate::files::Files;
use crate::position::Position;
use crate::source::{Mistake, Source};

/// What became of one file.
#[derive(Debug)]
pub struct FileRun {
    /// The file, or `<stdin>`.
    pub name: String,
    /// The scenario's title.
    pub title: String,
    /// What is to be told although nothing is wrong.
    pub note: Option<String>,
    /// How many steps it has.
    pub steps: usize,
    /// What it expects, in order.
    pub checks: Vec<Check>,
    /// Why it could not be run to its end.
    pub mistake: Option<Mistake>,
    /// What its steps print, in the formats that print steps.
    pub lines: Vec<u8>,
}

/// A step that expects something.
#[derive(Debug)]
pub struct Check {
    /// The step's index.
    pub step: usize,
    /// What it is, in short.
    pub name: String,
    /// Where it stands.
    pub position: Position,
    /// What does not hold, each where it stands.
    pub failures: Vec<(Position, Failure)>,
}

/// How a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything holds.
    Holds,
    /// An expectation does not hold.
    Fails,
    /// It is bad input.
    Error,
}

impl FileRun {
    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        if self.mistake.is_some() {
            Outcome::Error
        } else if self.failed() > 0 {
            Outcome::Fails
        } else {
            Outcome::Holds
        }
    }

    /// How many expectations do not hold.
    pub fn failed(&self) -> usize {
        self.checks.iter().filter(|check| !check.failures.is_empty()).count()
    }

    /// Every failure, with its position.
    pub fn failures(&self) -> impl Iterator<Item = &(Position, Failure)> {
        self.checks.iter().flat_map(|check| &check.failures)
    }
}

/// What is asked of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// To be run, and to hold.
    Run,
    /// To be scenarios whose every step can be done.
    Validate,
}

/// Runs the files, several at a time, and gives each result on in the order of the files. The first error of `take` ends it.
pub fn each<E>(
    files: &Files,
    task: Task,
    format: Format,
    take: impl FnMut(FileRun) -> Result<(), E>,
) -> Result<(), E> {
    in_order(&files.paths, |path| file(path, task, format), take)
}

/// Does work for each item on all cores and takes the results in the order of the items. The first error of `take` ends it.
fn in_order<T: Sync, R: Send, E>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                while let Some((index, item)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    items.get(index).map(|item| (index, item))
                } {
                    if sender.send((index, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut early: Vec<Option<R>> = items.iter().map(|_| None).collect();
        let mut taken = 0;
        let outcome = receiver.iter().try_for_each(|(index, result)| {
            early[index] = Some(result);
            while let Some(result) = early.get_mut(taken).and_then(Option::take) {
                taken += 1;
                take(result)?;
            }
            Ok(())
        });
        if outcome.is_err() {
            // Nobody takes the rest, so nobody starts with it.
            next.store(items.len(), Ordering::Relaxed);
        }
        drop(receiver);
        outcome
    })
}

/// Runs one file.
fn file(path: &Path, task: Task, format: Format) -> FileRun {
    match Source::<Document>::read(path) {
        Ok(source) => of_source(&source, task, format),
        Err(mistake) => FileRun {
            name: mistake.file.clone(),
            title: String::new(),
            note: None,
            steps: 0,
            checks: Vec::new(),
            mistake: Some(mistake),
            lines: Vec::new(),
        },
    }
}

fn of_source(source: &Source<Document>, task: Task, format: Format) -> FileRun {
    let (steps, checks) = match &source.scenario {
        Document::Cluster(scenario) => {
            let steps = scenario.steps.iter().enumerate();
            let check = |(index, step): (usize, &Step)| {
                expects(&step.action)
                    .then(|| check(source, index, step.action.name(), &step.action))
            };
            (scenario.steps.len(), steps.filter_map(check).collect())
        }
        Document::World(scenario) => {
            let steps = scenario.steps.iter().enumerate();
            let check = |(index, step)| world_check(source, index, step);
            (scenario.steps.len(), steps.filter_map(check).collect())
        }
    };
    let mut run = FileRun {
        name: source.name.clone(),
        title: source.scenario.title().to_owned(),
        note: source.note.clone(),
        steps,
        checks,
        mistake: None,
        lines: Vec::new(),
    };
    let mut failed = Vec::new();
    let ran = match &source.scenario {
        Document::Cluster(scenario) => each_step(scenario, format, &mut run.lines, &mut failed),
        Document::World(scenario) => {
            sites::each_step(scenario, format, &mut run.lines, &mut failed)
        }
    };
    if task == Task::Run {
        for failure in failed {
            add(source, &mut run.checks, failure);
        }
    }
    if let Err(error) = ran {
        run.mistake = Some(source.mistake(&error));
    }
    run
}

/// Performs every step, and adds what it prints and what does not hold.
fn each_step(
    scenario: &Scenario,
    format: Format,
    lines: &mut Vec<u8>,
    failed: &mut Vec<Failure>,
) -> Result<(), ScenarioError> {
    let mut runner = Runner::new(scenario)?;
    let mut log = Log::new(&runner.cluster().view());
    if format == Format::Table {
        lines.extend([report::table_head().as_bytes(), b"\n"].concat());
    }
    loop {
        // Cheap: a cluster shares its data with its copies.
        let before = (format == Format::Log).then(|| runner.cluster().clone());
        let entry = runner.next_entry().cloned();
        let Some(step) = runner.next() else { return Ok(()) };
        let step = step?;
        match format {
            Format::Ndjson => lines.extend([report::ndjson(&step).as_bytes(), b"\n"].concat()),
            Format::Table => lines.extend(report::table_rows(&step).as_bytes()),
            Format::Log => {
                let ticks = match (before, entry) {
                    (Some(before), Some(entry)) => log::ticker(&before, &entry, step.view.time_ms),
                    _ => Vec::new(),
                };
                lines.extend(log_lines(&mut log, &step, ticks).as_bytes());
            }
            Format::Text | Format::Junit | Format::Tap | Format::Github | Format::Json => {}
        }
        failed.extend(step.failures);
    }
}

/// The log lines of a step, of all nodes, in the order of time.
fn log_lines(log: &mut Log, report: &StepReport, ticks: Vec<LogLine>) -> String {
    let mut lines: Vec<LogLine> = report.events.iter().flat_map(|e| log.lines(e)).collect();
    lines.extend(ticks);
    lines.sort_by_key(|line| line.time_ms);
    let width = report.view.nodes.iter().map(|node| node.id.to_string().len()).max();
    let line = |line: &LogLine| {
        let node = line.node.to_string();
        format!("{node:<w$}  {}\n", line.dated(report.clock), w = width.unwrap_or_default())
    };
    lines.iter().map(line).collect()
}

/// Whether an action expects something.
fn expects(action: &Action) -> bool {
    match action {
        Action::Expect(_) => true,
        Action::Write(write) => write.result.is_some(),
        Action::Read(read) => read.result.is_some() || read.stale.is_some(),
        _ => false,
    }
}

fn check(source: &Source<Document>, index: usize, action: &str, fields: &impl Serialize) -> Check {
    let position = source.position(&format!("steps[{index}]"));
    Check { step: index, name: name_of(index, action, fields), position, failures: Vec::new() }
}

/// The check of a step of several sites, if it expects something.
fn world_check(source: &Source<Document>, index: usize, step: &WorldStep) -> Option<Check> {
    let expects = match &step.action {
        WorldAction::Cluster(action) => expects(action),
        WorldAction::Sites(_) => false,
        WorldAction::Expect(_) => true,
    };
    // The site belongs to what is expected; the author's text and the clock do not.
    let bare = WorldStep { at: None, say: None, ..step.clone() };
    expects.then(|| check(source, index, step.action.name(), &bare))
}

/// What a step is, in short: `steps[3]: expect dead 0, unavailable at most 410`.
fn name_of(index: usize, action: &str, fields: &impl Serialize) -> String {
    let fields = serde_json::to_value(fields).unwrap_or_default();
    let fields = fields.as_object().into_iter().flatten().filter(|(name, _)| *name != "do");
    let fields: Vec<String> =
        fields.map(|(name, value)| format!("{name} {}", short(value))).collect();
    format!("steps[{index}]: {action} {}", fields.join(", "))
}

fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(bounds) => {
            let bounds = bounds.iter().map(|(name, value)| format!("{name} {value}"));
            bounds.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// Adds a failure to the expectation that it is about, which may be that of an earlier step.
fn add(source: &Source<Document>, checks: &mut [Check], failure: Failure) {
    let index = failure.place.strip_prefix("steps[").and_then(|place| place.split_once(']'));
    let index = index.and_then(|(index, _)| index.parse().ok());
    let position = source.position(&failure.place);
    if let Some(check) = checks.iter_mut().find(|check| Some(check.step) == index) {
        check.failures.push((position, failure));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whatever_is_done_first() {
        let items: Vec<u64> = (0..50).collect();
        let mut taken = Vec::new();
        // The first item is done only after another one is, if there are two workers.
        let done = AtomicUsize::new(0);
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let work = |item: &u64| {
            while *item == 0 && workers > 1 && done.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            done.fetch_add(1, Ordering::SeqCst);
            *item
        };
        let take = |item| {
            taken.push(item);
            Ok::<(), ()>(())
        };
        assert_eq!(in_order(&items, work, take), Ok(()));
        assert_eq!(taken, items);
    }

    #[test]
    fn the_first_error_ends_it() {
        let items: Vec<u64> = (0..50).collect();
        let take = |item| if item == 3 { Err(item) } else { Ok(()) };
        assert_eq!(in_order(&items, |item| *item, take), Err(3));
        assert_eq!(in_order(&[] as &[u64], |item| *item, take), Ok(()));
    }
}
