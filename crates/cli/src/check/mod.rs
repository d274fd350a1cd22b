//! `check`: a plan of maintenance against a cluster, before it is carried out.
//!
//! Invariant: the exit code is 0 when the plan is safe, 1 when it is not, and 2 when a line is not understood or the input is
//! bad. Standard output has the report of one format and nothing else. Not here: what a line risks (the scenario crate's
//! `foresight::runbook`) and how people write it (the asinfo crate's `plan`).

mod json;
mod junit;
mod markdown;
mod sarif;
mod text;
mod told;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use rosterlab_asinfo::plan::{self, Names, PlanError, Reader, Unread};
use rosterlab_engine::{Cluster, NodeId};
use rosterlab_scenario::NodeNames;
use rosterlab_scenario::foresight::runbook::{self, Goal, Line, Unplanned, Wrong};
use rosterlab_scenario::words::runbook::{of_finding, of_verdict, of_wrong};

use crate::args::{Check, CheckFormat, PlanFor};
use crate::commands::{Expectations, Problem, named_cluster_at};
use crate::position::Position;
use crate::source::{self, Mistake};

use told::Report;

/// `plan`: a plan for a goal, as lines that `check` reads.
pub fn plan_for(wanted: &PlanFor, out: &mut impl Write) -> Result<Expectations, Problem> {
    let (cluster, called) = named_cluster_at(&wanted.file, wanted.on.step)?;
    let names = Names::of_nodes(&called);
    let goal = match (&wanted.restart, &wanted.remove, wanted.rack_down) {
        (Some(nodes), _, _) => Goal::Restart(meant("--restart", nodes, &names, &cluster)?),
        (_, Some(nodes), _) => Goal::Remove(meant("--remove", nodes, &names, &cluster)?),
        (_, _, Some(rack)) => Goal::RackDown(rack),
        _ => return Err(Problem::Input("what is the goal?".to_owned())),
    };
    let demand = wanted.on.demand();
    let reader = Reader::of_names(names);
    match runbook::plan_for(&cluster, &goal, &reader, demand) {
        Ok(planned) => {
            writeln!(out, "# {}", of_verdict(&planned.checked))?;
            for (node, name) in called.iter() {
                let word = node.to_string();
                let is_named = |line: &String| line.split([' ', ',', '@']).any(|one| one == word);
                if planned.lines.iter().any(is_named) {
                    writeln!(out, "# {node} is {}", crate::printable(name))?;
                }
            }
            if planned.lines.iter().any(|line| line.contains("cluster-stable")) {
                writeln!(
                    out,
                    "# To wait, repeat asinfo -v 'cluster-stable:…' until all nodes answer with the same key."
                )?;
            }
            // What is a mistake and cannot be avoided is told before it is done.
            for (line, found) in planned.checked.findings() {
                if matches!(found.wrong, Wrong::Mistake(_)) {
                    let told = of_finding(found, &planned.checked);
                    writeln!(out, "# warning, {}: {told}", line.line.text)?;
                }
            }
            planned.lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
            Ok(Expectations::Hold)
        }
        Err(error @ Unplanned::NotSafe { .. }) => {
            let _ = writeln!(io::stderr(), "{error}");
            if let Unplanned::NotSafe { wrong, .. } = &error {
                for (line, found) in wrong {
                    let _ = writeln!(io::stderr(), "  {line}: {}", of_wrong(&found.wrong));
                }
            }
            Ok(Expectations::Fail)
        }
        Err(error) => Err(Problem::Input(error.to_string())),
    }
}

/// Checks a plan.
pub fn check(wanted: &Check, out: &mut impl Write) -> Result<Expectations, Problem> {
    let is_stdin = |path: &Path| path == Path::new("-");
    if is_stdin(&wanted.cluster) && is_stdin(&wanted.plan) {
        return Err(Problem::Input(
            "only one of CLUSTER and PLAN can be standard input".to_owned(),
        ));
    }
    let (cluster, called) = named_cluster_at(&wanted.cluster, wanted.on.step)?;
    let names = names(&wanted.names, &cluster, &called)?;
    let (reader, lines) = plan_of(&wanted.plan, &cluster, names)?;
    let demand = wanted.on.demand();
    let checked = runbook::check(&cluster, &lines, &reader, demand)
        .map_err(|error| Problem::Input(format!("--margin: {error}")))?;
    let wants_order = checked.is_understood() && !checked.is_safe() && !wanted.no_search;
    let search = || runbook::nearest(&cluster, &lines, &reader, demand, runbook::MOST_ORDERS);
    let nearest = wants_order.then(search);
    let nearest = nearest.transpose().map_err(|error| Problem::Input(error.to_string()))?;
    let report = Report {
        cluster: shown(&wanted.cluster),
        plan: shown(&wanted.plan),
        checked: &checked,
        nearest,
    };
    let text = match wanted.format {
        CheckFormat::Text => text::text(&report),
        CheckFormat::Markdown => markdown::markdown(&report),
        CheckFormat::Junit => junit::junit(&report),
        CheckFormat::Sarif => sarif::sarif(&report),
        CheckFormat::Json => json::json(&report),
    };
    out.write_all(text.as_bytes())?;
    if !checked.is_understood() {
        out.flush()?;
        let unknown = checked.lines.iter().filter(|line| line.what == runbook::What::Unknown);
        for line in unknown {
            let found = line.findings.iter().map(|finding| of_wrong(&finding.wrong)).next();
            let place = format!("{}:{}", report.plan, line.line.number);
            let told = format!("{place}: error: {}", found.unwrap_or_default());
            let _ = writeln!(io::stderr(), "{}", crate::printable(&told));
        }
        if !checked.does_anything() {
            let told = format!("{}: error: {}", report.plan, of_verdict(&checked));
            let _ = writeln!(io::stderr(), "{}", crate::printable(&told));
        }
        return Err(Problem::Told);
    }
    Ok(if checked.is_safe() { Expectations::Hold } else { Expectations::Fail })
}

fn shown(path: &Path) -> String {
    if path == Path::new("-") { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// The nodes that an option names.
fn meant(
    option: &str,
    named: &[String],
    names: &Names,
    cluster: &Cluster,
) -> Result<Vec<NodeId>, Problem> {
    let view = cluster.view();
    let node = |name: &String| {
        names.find(name, &view).map_err(|no_node| Problem::Input(format!("{option}: {no_node}")))
    };
    named.iter().map(node).collect()
}

/// What nodes are called beside their ids.
fn names(
    given: &[(String, String)],
    cluster: &Cluster,
    called: &NodeNames,
) -> Result<Names, Problem> {
    let view = cluster.view();
    let mut names = Names::of_nodes(called);
    for (name, node) in given {
        let node = names.find(node, &view);
        let node = node.map_err(|no_node| Problem::Input(format!("--name {name}: {no_node}")))?;
        names.add(name, node).map_err(|error| Problem::Input(format!("--name: {error}")))?;
    }
    Ok(names)
}

/// The lines of a plan, and who reads them.
fn plan_of(path: &Path, cluster: &Cluster, names: Names) -> Result<(Reader, Vec<Line>), Problem> {
    let file = shown(path);
    let mistake =
        |position, message| Problem::File(Mistake { file: file.clone(), position, message });
    let mut bytes = Vec::new();
    let most = rosterlab_scenario::MAX_BYTES as u64 + 1;
    let read = if path == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.map_err(|error| mistake(None, format!("cannot be read: {error}")))?;
    if bytes.len() > rosterlab_scenario::MAX_BYTES {
        return Err(mistake(Some(Position::START), PlanError::TooLong.to_string()));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let right = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()])
            .into_owned();
        mistake(Some(Position::at(&right, right.len())), "is not UTF-8 text".to_owned())
    })?;
    plan::read(&text, names, cluster).map_err(|error| match error {
        Unread::Plan(error) => mistake(Some(Position::START), error.to_string()),
        Unread::Steps(error) => {
            let scenario = runbook::as_scenario(&text).unwrap_or_default();
            Problem::File(source::mistake(file.clone(), &scenario, &error))
        }
    })
}
