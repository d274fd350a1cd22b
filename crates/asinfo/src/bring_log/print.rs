//! A reading as text for people and as JSON.
//!
//! Invariant: every count of the log stands beside the replay's, and everything that was taken for granted is said. Not here: colours.

use std::fmt::Write as _;

use rosterlab_scenario::ClockTime;
use serde_json::{Value, json};

use super::Reading;
use super::compare::{Check, Verdict};
use super::found::Place;
use super::line::Stamp;
use super::replay::Compared;

/// A place as `FILE:LINE`.
fn place(reading: &Reading, place: Place) -> String {
    let name = reading.names.get(place.file).map_or("", String::as_str);
    format!("{name}:{}", place.line)
}

fn clock(at: Stamp) -> ClockTime {
    ClockTime::default().later(at.time_of_day_ms())
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Agrees => "agrees",
        Verdict::AgreesAbout => "agrees within the spread",
        Verdict::Differs => "DIFFERS",
    }
}

/// The step as one line of JSON, as a file has it.
fn step_line(step: &rosterlab_scenario::Step) -> String {
    serde_json::to_string(&step.action).unwrap_or_default()
}

/// As text, a paragraph for each cluster change.
#[must_use]
pub fn text(reading: &Reading) -> String {
    let mut out = String::new();
    for moment in &reading.moments {
        of_moment(reading, moment, &mut out);
    }
    for note in &reading.notes {
        let _ = writeln!(out, "{note}");
    }
    let checks = || reading.moments.iter().flat_map(|moment| &moment.checks);
    let count = |wanted| checks().filter(|check| check.verdict == wanted).count();
    let (about, differ) = (count(Verdict::AgreesAbout), count(Verdict::Differs));
    let (dated, others) = reading.lines;
    let _ = write!(out, "{} comparisons: {} agree", checks().count(), checks().count() - differ);
    if about > 0 {
        let _ = write!(out, " ({about} of them within the spread)");
    }
    let _ = writeln!(out, ", {differ} differ. {dated} log lines, {others} other lines.");
    out
}

fn of_moment(reading: &Reading, moment: &Compared, out: &mut String) {
    let nodes: Vec<String> = moment.nodes.iter().map(ToString::to_string).collect();
    let _ = write!(out, "{}  {}", clock(moment.at), nodes.join(" "));
    for (namespace, regime) in &moment.regimes {
        let _ = write!(out, "  {namespace}: regime {regime}");
    }
    let _ = writeln!(out, "  ({})", place(reading, moment.place));
    for step in moment.steps.iter().filter(|step| step.action.name() != "expect") {
        let _ = writeln!(out, "  inferred  {}", step_line(step));
    }
    for Check { about, logged, replayed, verdict: found } in &moment.checks {
        let _ = writeln!(out, "  {about}: log {logged}, replay {replayed}: {}", verdict(*found));
    }
    for note in &moment.notes {
        let _ = writeln!(out, "  {note}");
    }
    out.push('\n');
}

/// As JSON.
#[must_use]
pub fn json(reading: &Reading) -> Value {
    let check = |check: &Check| {
        json!({
            "about": check.about,
            "logged": check.logged,
            "replayed": check.replayed,
            "verdict": match check.verdict {
                Verdict::Agrees => "agrees",
                Verdict::AgreesAbout => "agrees-about",
                Verdict::Differs => "differs",
            },
        })
    };
    let moment = |moment: &Compared| {
        let steps: Vec<Value> = moment
            .steps
            .iter()
            .filter(|step| step.action.name() != "expect")
            .filter_map(|step| serde_json::to_value(step).ok())
            .collect();
        let regimes: serde_json::Map<String, Value> =
            moment.regimes.iter().map(|(name, regime)| (name.clone(), json!(regime))).collect();
        json!({
            "at": clock(moment.at).to_string(),
            "file": reading.names.get(moment.place.file),
            "line": moment.place.line,
            "nodes": moment.nodes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "regimes": regimes,
            "steps": steps,
            "checks": moment.checks.iter().map(check).collect::<Vec<_>>(),
            "notes": moment.notes,
        })
    };
    json!({
        "agrees": reading.agrees(),
        "moments": reading.moments.iter().map(moment).collect::<Vec<_>>(),
        "notes": reading.notes,
        "log_lines": reading.lines.0,
        "other_lines": reading.lines.1,
    })
}
