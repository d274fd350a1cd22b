//! What the steps of a scenario of several sites print.
//!
//! Invariant: as for one cluster, a format prints the same on every machine. Not here: the rows and lines themselves (the
//! scenario crate's), and the ticker's lines, which only the log of one cluster has.

use std::fmt::Write as _;

use rosterlab_asinfo::log::{Log, LogLine};
use rosterlab_engine::Event;
use rosterlab_engine::world::WorldEventKind;
use rosterlab_scenario::world::{WorldRunner, WorldScenario, WorldStepReport, report, words};
use rosterlab_scenario::{Failure, ScenarioError};

use crate::args::Format;

/// Performs every step, and adds what it prints and what does not hold.
pub fn each_step(
    scenario: &WorldScenario,
    format: Format,
    lines: &mut Vec<u8>,
    failed: &mut Vec<Failure>,
) -> Result<(), ScenarioError> {
    let runner = WorldRunner::new(scenario)?;
    let mut logs: Vec<Log> = runner.clusters().iter().map(Log::new).collect();
    if format == Format::Table {
        lines.extend([report::table_head().as_bytes(), b"\n"].concat());
    }
    for step in runner {
        let step = step?;
        match format {
            Format::Ndjson => lines.extend([report::ndjson(&step).as_bytes(), b"\n"].concat()),
            Format::Table => lines.extend(report::table_rows(&step).as_bytes()),
            Format::Log => lines.extend(log_lines(&mut logs, &step).as_bytes()),
            Format::Text | Format::Junit | Format::Tap | Format::Github | Format::Json => {}
        }
        failed.extend(step.failures);
    }
    Ok(())
}

/// What happened in a step: what the nodes of every site log, and a sentence where servers log nothing.
fn log_lines(logs: &mut [Log], report: &WorldStepReport) -> String {
    let sites: Vec<String> = report.view.sites.iter().map(|site| site.name.clone()).collect();
    let site_width = sites.iter().map(String::len).max().unwrap_or_default();
    let nodes = report.clusters.iter().flat_map(|cluster| &cluster.nodes);
    let node_width = nodes.map(|node| node.id.to_string().len()).max().unwrap_or_default();
    let mut text = String::new();
    for event in &report.events {
        let WorldEventKind::Site { site, kind } = &event.kind else {
            let (clock, told) =
                (report.clock.at(event.at_ms), words::of_event(&event.kind, &sites));
            let _ = writeln!(text, "{clock}  {told}");
            continue;
        };
        let index = sites.iter().position(|name| name == site);
        let Some(log) = index.and_then(|index| logs.get_mut(index)) else { continue };
        let event = Event { at_ms: event.at_ms, kind: kind.clone() };
        let line = |line: LogLine| {
            let node = line.node.to_string();
            format!("{site:<site_width$}  {node:<node_width$}  {}\n", line.dated(report.clock))
        };
        text.extend(log.lines(&event).into_iter().map(line));
    }
    text
}
