//! The report as JSON, for programs.
//!
//! Invariant: every line of the plan is there, in order; counts are partitions.

use rosterlab_scenario::foresight::runbook::{Checked, CheckedLine, Counts, Loss, Nearest, Out};
use rosterlab_scenario::words::runbook::{kind, of_change, of_verdict};
use serde_json::{Value, json};

use super::told::{Report, Told};

pub(super) fn json(report: &Report<'_>) -> String {
    let checked = report.checked;
    let verdict = match (checked.is_understood(), checked.is_safe()) {
        (false, _) => "not-understood",
        (true, true) => "safe",
        (true, false) => "unsafe",
    };
    let document = json!({
        "cluster": report.cluster,
        "plan": report.plan,
        "margin": checked.margin,
        "verdict": verdict,
        "told": of_verdict(checked),
        "marginLeft": checked.margin_held(),
        "cutShort": checked.is_cut_short,
        "start": namespaces(&checked.start, checked),
        "lines": checked.lines.iter().map(|line| of_line(line, checked)).collect::<Vec<_>>(),
        "order": report.nearest.as_ref().map(order),
    });
    format!("{document:#}\n")
}

fn order(nearest: &Nearest) -> Value {
    let found = nearest.found.as_ref().map(|(changes, plan)| {
        json!({
            "changes": changes.iter().map(of_change).collect::<Vec<_>>(),
            "plan": plan.lines.iter().map(|line| &line.line.text).collect::<Vec<_>>(),
        })
    });
    json!({"tried": nearest.tried, "cutShort": nearest.is_cut_short, "found": found})
}

fn of_line(line: &CheckedLine, checked: &Checked) -> Value {
    let findings: Vec<Value> = line
        .findings
        .iter()
        .map(|finding| {
            let told = Told::of(finding, checked);
            json!({
                "level": told.level, "name": told.name, "namespace": told.namespace,
                "message": told.message, "source": told.source,
            })
        })
        .collect();
    json!({
        "line": line.line.number,
        "text": line.line.text,
        "kind": kind(line.what),
        "namespaces": namespaces(&line.counts, checked),
        "findings": findings,
    })
}

fn namespaces(counts: &[Counts], checked: &Checked) -> Vec<Value> {
    let all = counts.iter().zip(&checked.start).zip(&checked.namespaces);
    all.map(|((counts, start), name)| {
        json!({
            "namespace": name,
            "after": of_out(counts.after),
            "worst": of_out(counts.worst),
            "losses": counts.losses.iter().enumerate().map(of_loss).collect::<Vec<_>>(),
            "marginLeft": counts.margin_held(start),
        })
    })
    .collect()
}

fn of_loss((place, loss): (usize, &Loss)) -> Value {
    let nodes: Vec<String> = loss.nodes.iter().map(ToString::to_string).collect();
    json!({
        "further": place + 1, "nodes": nodes, "out": loss.out, "atMs": loss.at_ms,
        "backAfterCrash": loss.back.map(|back| of_out(back.out)),
    })
}

fn of_out(out: Out) -> Value {
    json!({"unavailable": out.unavailable, "dead": out.dead, "fresh": out.fresh})
}
