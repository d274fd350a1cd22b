//! The commands.
//!
//! Invariant: standard output gets complete lines, each a step, a partition or a set; failures go to standard error with
//! their place. Not here: parsing the command line.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use rosterlab_engine::{Cluster, PartitionId};
use rosterlab_scenario::foresight::what_if;
use rosterlab_scenario::log::{Log, LogLine};
use rosterlab_scenario::words::share_links::of_difference;
use rosterlab_scenario::{
    MAX_BYTES, Runner, Scenario, ScenarioError, StepReport, Timeline, as_test, explain, log,
    report, share,
};

use crate::args::{Explain, Format, Succession, Test, WhatIf};

/// The result of a command that could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectations {
    /// All expectations hold.
    Hold,
    /// An expectation does not hold.
    Fail,
}

/// Why a command could not be done.
#[derive(Debug)]
pub enum Problem {
    /// Bad input, with the error message.
    Input(String),
    /// The output could not be written.
    Output(io::Error),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<ScenarioError> for Problem {
    fn from(error: ScenarioError) -> Self {
        Self::Input(error.to_string())
    }
}

/// Prints a text as it is.
pub fn print(out: &mut impl Write, text: &str) -> Result<Expectations, Problem> {
    out.write_all(text.as_bytes())?;
    Ok(Expectations::Hold)
}

/// The scenario of a file, or of the share link in it.
pub fn read(file: &Path) -> Result<Scenario, Problem> {
    // One byte beyond the limit is enough to see that the file is too long.
    let most = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let (read, name) = if file == Path::new("-") {
        (io::stdin().lock().take(most).read_to_end(&mut bytes), "standard input".to_owned())
    } else {
        let read = File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes));
        (read, file.display().to_string())
    };
    read.map_err(|error| Problem::Input(format!("cannot read {name}: {error}")))?;
    scenario(&bytes)
}

/// The scenario of a file's contents: a scenario, a share link, or an address that ends in one.
fn scenario(bytes: &[u8]) -> Result<Scenario, Problem> {
    let text = str::from_utf8(bytes).unwrap_or_default().trim_start_matches('\u{feff}').trim();
    let link = text.rsplit_once('#').map_or(text, |(_, link)| link);
    if text.starts_with('{') || !link.starts_with("s1=") {
        return Ok(Scenario::parse(bytes)?);
    }
    let shared = share::read(link).map_err(|error| Problem::Input(error.to_string()))?;
    if let Some(differs) = &shared.differs {
        // A note, not an error: the results that follow are those of this version.
        let _ = writeln!(io::stderr(), "note: {}", of_difference(differs));
    }
    Ok(Scenario::from_timeline("From a link", &shared.timeline))
}

/// `scenario`
pub fn print_scenario(file: &Path, out: &mut impl Write) -> Result<Expectations, Problem> {
    let scenario = read(file)?;
    writeln!(out, "{}", scenario.to_json().trim_end())?;
    Ok(Expectations::Hold)
}

/// The timeline of a scenario after `step` steps, or after all.
pub fn timeline_at(scenario: &Scenario, step: Option<usize>) -> Result<Timeline, Problem> {
    let mut timeline = scenario.timeline()?;
    let last = timeline.entries().len();
    let step = step.unwrap_or(last);
    if !timeline.seek(step) {
        return Err(Problem::Input(format!(
            "--step: there is no step {step}, the last is {last} (expectations are not counted)"
        )));
    }
    Ok(timeline)
}

/// `test`
pub fn print_test(wanted: &Test, out: &mut impl Write) -> Result<Expectations, Problem> {
    let timeline = timeline_at(&read(&wanted.file)?, wanted.step)?;
    let test = as_test::as_test(&timeline, wanted.language);
    let text = test.ok_or_else(|| {
        Problem::Input("this is too long for a share link, and the test needs one".to_owned())
    })?;
    print(out, &text)
}

fn last(file: &Path) -> Result<Cluster, Problem> {
    let scenario = read(file)?;
    Ok(Runner::new(&scenario)?.into_last()?)
}

/// `run`
pub fn run(file: &Path, format: Format, out: &mut impl Write) -> Result<Expectations, Problem> {
    let scenario = read(file)?;
    let mut runner = Runner::new(&scenario)?;
    let mut expectations = Expectations::Hold;
    let mut log = Log::new(&runner.cluster().view());
    if format == Format::Table {
        writeln!(out, "{}", report::table_head())?;
    }
    loop {
        // Cheap: a cluster shares its data with its copies.
        let before = (format == Format::Log).then(|| runner.cluster().clone());
        let entry = runner.next_entry().cloned();
        let Some(report) = runner.next() else { return Ok(expectations) };
        let report = report?;
        match format {
            Format::Ndjson => writeln!(out, "{}", report::ndjson(&report))?,
            Format::Table => out.write_all(report::table_rows(&report).as_bytes())?,
            Format::Log => {
                let ticks = match (before, entry) {
                    (Some(before), Some(entry)) => {
                        log::ticker(&before, &entry, report.view.time_ms)
                    }
                    _ => Vec::new(),
                };
                print_log(&mut log, &report, ticks, out)?;
            }
        }
        if !report.failures.is_empty() {
            expectations = Expectations::Fail;
            out.flush()?;
        }
        for failure in &report.failures {
            let _ = writeln!(io::stderr(), "{failure}");
        }
    }
}

/// The log lines of a step, of all nodes, in the order of time.
fn print_log(
    log: &mut Log,
    report: &StepReport,
    ticks: Vec<LogLine>,
    out: &mut impl Write,
) -> Result<(), Problem> {
    let mut lines: Vec<LogLine> = report.events.iter().flat_map(|e| log.lines(e)).collect();
    lines.extend(ticks);
    lines.sort_by_key(|line| line.time_ms);
    let width = report.view.nodes.iter().map(|node| node.id.to_string().len()).max();
    for line in &lines {
        let node = line.node.to_string();
        writeln!(out, "{node:<w$}  {}", line.dated(report.clock), w = width.unwrap_or_default())?;
    }
    Ok(())
}

/// `succession`
pub fn succession(wanted: &Succession, out: &mut impl Write) -> Result<Expectations, Problem> {
    let Succession { roster, replication_factor, partition: only } = wanted;
    let nodes: Vec<_> = roster.0.iter().map(|entry| (entry.node, entry.rack)).collect();
    let rows = rosterlab_engine::succession(&nodes, *replication_factor);
    for (partition, row) in PartitionId::all().zip(&rows) {
        if only.is_some_and(|only| only != partition) {
            continue;
        }
        writeln!(out, "{}", report::succession_line(partition, row, *replication_factor))?;
    }
    Ok(Expectations::Hold)
}

/// `explain`
pub fn explain(wanted: &Explain, out: &mut impl Write) -> Result<Expectations, Problem> {
    let cluster = last(&wanted.file)?;
    let namespaces = &cluster.setup().namespaces;
    let namespace = match (&wanted.namespace, namespaces.as_slice()) {
        (Some(name), _) => name,
        (None, [only]) => &only.name,
        (None, all) => {
            let names: Vec<&str> = all.iter().map(|namespace| namespace.name.as_str()).collect();
            let names = names.join(", ");
            return Err(Problem::Input(format!("explain needs --namespace: there are {names}")));
        }
    };
    let explanation = cluster
        .explain(namespace, wanted.partition, wanted.on)
        .map_err(|rejection| Problem::Input(rejection.to_string()))?;
    print(out, &explain::text(&explanation, cluster.setup().profile))
}

/// `what-if`
pub fn what_if(wanted: &WhatIf, out: &mut impl Write) -> Result<Expectations, Problem> {
    let cluster = last(&wanted.file)?;
    let losses = what_if::what_if(&cluster, wanted.lose)
        .map_err(|error| Problem::Input(format!("--lose: {error}")))?;
    for outcome in losses {
        writeln!(out, "{}", report::loss_line(&outcome, &cluster.setup().namespaces))?;
    }
    Ok(Expectations::Hold)
}
