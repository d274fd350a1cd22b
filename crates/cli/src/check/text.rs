//! The report for a terminal.
//!
//! Invariant: lines of the plan are on one line each, without what a terminal would obey.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use rosterlab_scenario::foresight::runbook::What;
use rosterlab_scenario::words::runbook::{HEAD, kind, of_change, of_nearest, of_verdict, rows};

use super::told::{Report, Told};
use crate::printable;

/// Green, for what is safe.
const GOOD: Style = AnsiColor::Green.on_default();
/// Red, for what is not.
const BAD: Style = AnsiColor::Red.on_default().bold();
/// Yellow, for what is worth a word.
const NOTED: Style = AnsiColor::Yellow.on_default();

pub(super) fn text(report: &Report<'_>) -> String {
    let checked = report.checked;
    let mut text = String::new();
    let width = checked.lines.last().map_or(1, |line| line.line.number.to_string().len()).max(2);
    for line in &checked.lines {
        let nothing_to_tell = matches!(line.what, What::Says | What::Looks);
        if nothing_to_tell && line.findings.is_empty() {
            continue;
        }
        let _ =
            writeln!(text, "{:>width$}  {}", line.line.number, printable(line.line.text.trim()));
        for (name, figures) in rows(line, checked) {
            let parts: Vec<String> = HEAD
                .iter()
                .zip(&figures)
                .map(|(head, figure)| format!("{head}: {figure}"))
                .collect();
            let _ = writeln!(text, "{:width$}    {name}: {}", "", parts.join("; "));
        }
        if line.counts.is_empty() && !nothing_to_tell && line.findings.is_empty() {
            let _ = writeln!(text, "{:width$}    {}", "", kind(line.what));
        }
        for finding in &line.findings {
            let told = Told::of(finding, checked);
            let style = if told.level == "error" { BAD } else { NOTED };
            let _ = writeln!(
                text,
                "{:width$}    {style}{}{style:#} {}: {}",
                "",
                told.level,
                told.name,
                printable(&told.line)
            );
        }
    }
    if checked.is_cut_short {
        text += "\nLosses between two changes of the clusters were too many to try them all: the figures may be too low.\n";
    }
    let style = if checked.is_safe() { GOOD } else { BAD };
    let _ = writeln!(text, "\n{style}{}{style:#}", of_verdict(checked));
    if let Some(nearest) = &report.nearest {
        let _ = writeln!(text, "{}", of_nearest(nearest));
        for change in nearest.found.iter().flat_map(|(changes, _)| changes) {
            let _ = writeln!(text, "  {}", printable(&of_change(change)));
        }
    }
    text
}
