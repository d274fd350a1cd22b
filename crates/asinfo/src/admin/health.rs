//! `health`: the rules that matter for strong consistency.
//!
//! Invariant: reads only; a rule that nobody answered for is skipped, not passed. Not here: the real tool's other rules, most of
//! which look at machines and operating systems.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::cluster::{Scope, Session};
use super::console::Block;
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

/// What strongly consistent namespaces are found to have.
#[derive(Default)]
struct Strong {
    any: bool,
    dead: BTreeSet<String>,
    unavailable: BTreeSet<String>,
    stopped: BTreeSet<String>,
    unset: BTreeSet<String>,
    differs: BTreeSet<String>,
}

fn findings(session: &mut Session, with: &[String]) -> Result<Vec<Finding>, Failure> {
    let whom = session.cluster.select(Scope::With(with))?;
    let statistics = service(session, &whom);
    let found = namespaces(session, &whom, |_| true);
    let mut strong = Strong::default();
    let mut factors = BTreeSet::new();
    let names = session.cluster.names();
    for (at, of_node) in &found.of {
        for (namespace, values) in of_node {
            factors.extend(first(values, &["replication-factor", "repl-factor"]).and_then(whole));
            if !values.get("strong-consistency").is_some_and(|value| value == "true") {
                continue;
            }
            strong.any = true;
            let on = format!("{namespace} on {}", names[*at]);
            let some = |name: &str| {
                values.get(name).and_then(|text| whole(text)).is_some_and(|count| count != 0)
            };
            if some("dead_partitions") {
                strong.dead.insert(on.clone());
            }
            if some("unavailable_partitions") {
                strong.unavailable.insert(on.clone());
            }
            if values.get("clock_skew_stop_writes").is_some_and(|value| value == "true") {
                strong.stopped.insert(on);
            }
        }
    }
    if strong.any {
        rosters(session, &whom, &mut strong);
    }
    let skewed = statistics.iter().filter(|(_, values)| {
        let number = |names: &[&str]| first(values, names).and_then(whole);
        let skew = number(&["cluster_clock_skew_ms", "cluster_clock_skew"]);
        let limit = number(&["cluster_clock_skew_stop_writes_sec"]);
        skew.zip(limit)
            .is_some_and(|(skew, limit)| skew.saturating_mul(4) > limit.saturating_mul(3000))
    });
    let skewed: BTreeSet<String> = skewed.map(|(at, _)| names[*at].clone()).collect();
    let largest = statistics
        .values()
        .filter_map(|values| values.get("cluster_size").and_then(|text| whole(text)))
        .max();
    let sizes: BTreeMap<i128, ()> = largest.into_iter().map(|size| (size, ())).collect();
    let equal: BTreeSet<String> = factors
        .iter()
        .filter(|factor| sizes.contains_key(factor))
        .map(|factor| format!("{factor} nodes"))
        .collect();
    let known = strong.any;
    let of = |level, fails, passes, meaning, whom: BTreeSet<String>, known: bool| Finding {
        level,
        fails,
        passes,
        meaning,
        whom: known.then(|| whom.into_iter().collect()),
    };
    use Level::{Critical, Warning};
    Ok(vec![
        of(
            Warning,
            "Wrong clock skew for SC mode",
            "Namespace clock_skew_stop_writes check",
            "Clocks are too far apart for strong consistency, so writes are refused.",
            strong.stopped,
            known,
        ),
        of(
            Warning,
            "Non-zero dead partitions",
            "Namespace dead partitions check",
            "Partitions are unavailable although all roster nodes are there. Will require the use of the revive command.",
            strong.dead,
            known,
        ),
        of(
            Warning,
            "Non-zero unavailable partitions",
            "Namespace unavailable partitions check",
            "Roster nodes are missing, or not trusted: as many as the replication factor, or more.",
            strong.unavailable,
            known,
        ),
        of(
            Warning,
            "Cluster clock_skew breached warning level",
            "Cluster clock_skew check",
            "Clocks are apart by more than three quarters of what stops writes.",
            skewed,
            known && !statistics.is_empty(),
        ),
        of(
            Warning,
            "Nodes equal to replication factor.",
            "Nodes equal to replication factor check",
            "Number of nodes is equal to replication factor, rolling restart not possible",
            equal,
            largest.is_some(),
        ),
        of(
            Warning,
            "Roster misconfigured.",
            "Roster misconfiguration check",
            "The roster in force is not the observed nodes.",
            strong.differs,
            known,
        ),
        of(
            Critical,
            "Roster is null or NOT set.",
            "Roster null check",
            "A strongly consistent namespace without a roster serves nothing.",
            strong.unset,
            known,
        ),
    ])
}

fn rosters(session: &mut Session, whom: &[usize], strong: &mut Strong) {
    let names = session.cluster.names();
    for (at, reply) in session.ask(whom, "roster:") {
        let Ok(text) = checked(reply, "") else { continue };
        for (namespace, part) in replies::by_namespace(&text) {
            let rosters = replies::rosters(&part);
            let on = format!("{namespace} on {}", names[at]);
            let set = |nodes: &[String]| nodes.iter().cloned().collect::<BTreeSet<String>>();
            if rosters.current.is_empty() {
                strong.unset.insert(on);
            } else if set(&rosters.current) != set(&rosters.observed) {
                strong.differs.insert(on);
            }
        }
    }
}
