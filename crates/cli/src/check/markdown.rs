//! The report as Markdown, for a ticket or a pull request.
//!
//! Invariant: what stands in a cell ends no cell and begins no markup.

use std::fmt::Write as _;

use rosterlab_scenario::words::runbook::{HEAD, kind, of_change, of_nearest, of_verdict, rows};

use super::told::{Report, Told};
use crate::printable;

pub(super) fn markdown(report: &Report<'_>) -> String {
    let checked = report.checked;
    let mut text = format!("# {}\n\n**{}**\n\n", escaped(&report.plan), of_verdict(checked));
    let _ =
        writeln!(text, "Checked on {} with margin {}.\n", escaped(&report.cluster), checked.margin);
    let _ = writeln!(text, "| line | plan | namespace | {} |", HEAD.join(" | "));
    text += "|---:|---|---|---|---|---|---|\n";
    for line in &checked.lines {
        let shown = code(line.line.text.trim());
        let number = line.line.number;
        if line.counts.is_empty() {
            if !line.findings.is_empty() {
                let _ = writeln!(text, "| {number} | {shown} | {} | | | | |", kind(line.what));
            }
            continue;
        }
        for (name, figures) in rows(line, checked) {
            let _ = writeln!(
                text,
                "| {number} | {shown} | {} | {} |",
                escaped(&name),
                figures.join(" | ")
            );
        }
    }
    let mut found = checked.findings().peekable();
    if found.peek().is_some() {
        text += "\n## Findings\n\n";
    }
    for (line, finding) in found {
        let told = Told::of(finding, checked);
        let _ = writeln!(
            text,
            "- line {}: **{}** `{}`: {}",
            line.line.number,
            told.level,
            told.name,
            escaped(&told.line)
        );
    }
    if let Some(nearest) = &report.nearest {
        let _ = writeln!(text, "\n## The nearest safe order\n\n{}", of_nearest(nearest));
        if let Some((changes, plan)) = &nearest.found {
            text += "\n";
            for change in changes {
                let _ = writeln!(text, "- {}", escaped(&of_change(change)));
            }
            text += "\n```\n";
            for line in &plan.lines {
                let _ = writeln!(text, "{}", printable(&line.line.text).replace("```", "''"));
            }
            text += "```\n";
        }
    }
    text
}

/// A text without markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in printable(text).chars() {
        if "\\`*_{}[]<>|#~".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A line of the plan as code in a cell.
fn code(text: &str) -> String {
    let text = printable(text).replace('`', "'").replace('|', "\\|");
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}
