//! `health`: the rules that matter for strong consistency.
//!
//! Invariant: reads only; a rule that nobody answered for is skipped, not passed. Not here: the real tool's other rules, most of
//! which look at machines and operating systems.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::block::Block;
use super::cluster::{Scope, Session};
use super::info::namespaces;
use super::replies::{self, Failure, checked};
use super::sheet::{first, whole};
use super::show::service;
use super::table::center;

const WIDTH: usize = 80;

/// How bad it is, worst last, which is the order in which the tool tells of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Warning,
    Critical,
}

/// A rule, and whom it found at fault. `None` when there was nothing to look at.
struct Finding {
    level: Level,
    fails: &'static str,
    passes: &'static str,
    meaning: &'static str,
    whom: Option<Vec<String>>,
}

/// `health`.
pub(super) fn health(
    session: &mut Session,
    with: &[String],
    verbose: bool,
    out: &mut Vec<Block>,
) -> Result<(), Failure> {
    let findings = findings(session, with)?;
    let deprecated = "The 'health' command is deprecated and is no longer actively maintained. It will be removed in a future release.";
    out.push(Block::Warning(deprecated.to_owned()));
    let rules = findings.len();
    out.push(Block::Note(format!("This console has {rules} of the tool's 158 rules: those on rosters, partitions, clocks and cluster size.")));
    let failed: Vec<&Finding> = findings
        .iter()
        .filter(|rule| rule.whom.as_ref().is_some_and(|whom| !whom.is_empty()))
        .collect();
    let passed: Vec<&Finding> =
        findings.iter().filter(|rule| rule.whom.as_ref().is_some_and(Vec::is_empty)).collect();
    let mut text = format!("\n{}", center("Summary", WIDTH, '_'));
    let counts = [
        ("Total", rules),
        ("Passed", passed.len()),
        ("Failed", failed.len()),
        ("Skipped", rules - passed.len() - failed.len()),
    ];
    text.push('\n');
    for (name, count) in counts {
        line(&mut text, name, &count.to_string());
    }
    if !passed.is_empty() {
        let _ = write!(
            text,
            "\n\n\n{}\n",
            center(&format!(" PASS: count({}) ", passed.len()), WIDTH, '_')
        );
        for rule in &passed {
            line(&mut text, "OPERATIONS", rule.passes);
        }
    }
    if !failed.is_empty() {
        let _ = write!(
            text,
            "\n\n\n{}\n",
            center(&format!(" FAIL: count({}) ", failed.len()), WIDTH, '_')
        );
        for (level, name) in [(Level::Warning, "WARNING"), (Level::Critical, "CRITICAL")] {
            let of_level: Vec<&&Finding> =
                failed.iter().filter(|rule| rule.level == level).collect();
            if of_level.is_empty() {
                continue;
            }
            let _ = write!(text, "\n{}\n", center(name, WIDTH, ' '));
            for rule in of_level {
                line(&mut text, "OPERATIONS", rule.fails);
                if verbose {
                    line(&mut text, "Description", rule.meaning);
                    line(
                        &mut text,
                        "Keys",
                        &rule.whom.as_ref().map(|whom| whom.join(", ")).unwrap_or_default(),
                    );
                }
            }
            text.push('\n');
        }
    }
    let _ = write!(text, "\n\n{}\n", "_".repeat(WIDTH));
    out.push(Block::Text(text));
    Ok(())
}

fn line(text: &mut String, name: &str, said: &str) {
    let _ = write!(text, "\n{:>13}  {said}", format!("{name}:"));
}

/// What was found wrong, and where.
#[derive(Default)]
struct Faults {
    /// Whether any namespace is strongly consistent.
    any_strong: bool,
    /// Whether any node told of its clock.
    any_clock: bool,
    /// The largest cluster that a node is in.
    size: Option<i128>,
    dead: BTreeSet<String>,
    unavailable: BTreeSet<String>,
    stopped: BTreeSet<String>,
    skewed: BTreeSet<String>,
    unset: BTreeSet<String>,
    differs: BTreeSet<String>,
    factors: BTreeSet<i128>,
}

fn faults(session: &mut Session, with: &[String]) -> Result<Faults, Failure> {
    let whom = session.cluster.select(Scope::With(with))?;
    let statistics = service(session, &whom);
    let found = namespaces(session, &whom, |_| true);
    let mut faults = Faults { any_clock: !statistics.is_empty(), ..Faults::default() };
    let names = session.cluster.names();
    for (at, of_node) in &found.of {
        for (namespace, values) in of_node {
            faults
                .factors
                .extend(first(values, &["replication-factor", "repl-factor"]).and_then(whole));
            if is(values, "strong-consistency") {
                faults.any_strong = true;
                let on = format!("{namespace} on {}", names[*at]);
                let some = |name: &str| {
                    first(values, &[name]).and_then(whole).is_some_and(|count| count != 0)
                };
                for (wrong, list) in [
                    (some("dead_partitions"), &mut faults.dead),
                    (some("unavailable_partitions"), &mut faults.unavailable),
                    (is(values, "clock_skew_stop_writes"), &mut faults.stopped),
                ] {
                    if wrong {
                        list.insert(on.clone());
                    }
                }
            }
        }
    }
    for (at, values) in &statistics {
        let number = |names: &[&str]| first(values, names).and_then(whole);
        let skew = number(&["cluster_clock_skew_ms", "cluster_clock_skew"]);
        let limit = number(&["cluster_clock_skew_stop_writes_sec"]);
        let beyond =
            |(skew, limit): (i128, i128)| skew.saturating_mul(4) > limit.saturating_mul(3000);
        if skew.zip(limit).is_some_and(beyond) {
            faults.skewed.insert(names[*at].clone());
        }
        faults.size = faults.size.max(number(&["cluster_size"]));
    }
    if faults.any_strong {
        rosters(session, &whom, &mut faults);
    }
    Ok(faults)
}

fn is(values: &replies::Values, name: &str) -> bool {
    values.get(name).is_some_and(|value| value == "true")
}

fn findings(session: &mut Session, with: &[String]) -> Result<Vec<Finding>, Failure> {
    let faults = faults(session, with)?;
    let strong = faults.any_strong;
    let equal = faults.factors.iter().filter(|factor| Some(**factor) == faults.size);
    let equal: BTreeSet<String> = equal.map(|factor| format!("{factor} nodes")).collect();
    let of = |known: bool, whom: BTreeSet<String>, [fails, passes, meaning]: [&'static str; 3]| {
        Finding {
            level: Level::Warning,
            fails,
            passes,
            meaning,
            whom: known.then(|| whom.into_iter().collect()),
        }
    };
    let unset = of(
        strong,
        faults.unset,
        [
            "Roster is null or NOT set.",
            "Roster null check",
            "A strongly consistent namespace without a roster serves nothing.",
        ],
    );
    Ok(vec![
        of(
            strong,
            faults.stopped,
            [
                "Wrong clock skew for SC mode",
                "Namespace clock_skew_stop_writes check",
                "Clocks are too far apart for strong consistency, so writes are refused.",
            ],
        ),
        of(
            strong,
            faults.dead,
            [
                "Non-zero dead partitions",
                "Namespace dead partitions check",
                "Partitions are unavailable although all roster nodes are there. Will require the use of the revive command.",
            ],
        ),
        of(
            strong,
            faults.unavailable,
            [
                "Non-zero unavailable partitions",
                "Namespace unavailable partitions check",
                "Roster nodes are missing, or not trusted: as many as the replication factor, or more.",
            ],
        ),
        of(
            strong && faults.any_clock,
            faults.skewed,
            [
                "Cluster clock_skew breached warning level",
                "Cluster clock_skew check",
                "Clocks are apart by more than three quarters of what stops writes.",
            ],
        ),
        of(
            faults.size.is_some(),
            equal,
            [
                "Nodes equal to replication factor.",
                "Nodes equal to replication factor check",
                "Number of nodes is equal to replication factor, rolling restart not possible",
            ],
        ),
        of(
            strong,
            faults.differs,
            [
                "Roster misconfigured.",
                "Roster misconfiguration check",
                "The roster in force is not the observed nodes.",
            ],
        ),
        Finding { level: Level::Critical, ..unset },
    ])
}

fn rosters(session: &mut Session, whom: &[usize], faults: &mut Faults) {
    let names = session.cluster.names();
    for (at, reply) in session.ask(whom, "roster:") {
        let Ok(text) = checked(reply, "") else { continue };
        for (namespace, part) in replies::by_namespace(&text) {
            let rosters = replies::rosters(&part);
            let on = format!("{namespace} on {}", names[at]);
            let set = |nodes: &[String]| nodes.iter().cloned().collect::<BTreeSet<String>>();
            if rosters.current.is_empty() {
                faults.unset.insert(on);
            } else if set(&rosters.current) != set(&rosters.observed) {
                faults.differs.insert(on);
            }
        }
    }
}
