//! Leaves out every clause of domain.md §5 and §6; a golden value or a published report must notice each. The clauses of
//! §6.1 and §7 are left out in `available` and `clustering`.

use std::fs;
use std::path::Path;

use rosterlab_engine::{Availability, Clause, Facts, Judge, Profile, Rule, Rules, Verdict, judge};
use rosterlab_scenario::{Runner, Scenario, report};
use serde_json::Value;

/// A case: a scenario, and the known results of its steps.
struct Case {
    title: String,
    scenario: Scenario,
    expected: Option<Vec<Value>>,
}

/// Small cases of single clauses that no golden value needs: the nodes and settings, and the steps.
const OWN: [(&str, &str); 6] = [
    (
        r#""nodes":[{"id":"A1"},{"id":"A2"},{"id":"A3"}],
           "namespaces":[{"name":"main","replication-factor":2,"roster":"none"}]"#,
        r#"{"do":"expect","unavailable":4096},{"do":"roster-set","nodes":"observed"},
           {"do":"recluster"},{"do":"expect","active":4096,"fresh":4096}"#,
    ),
    // A101 has handed nothing over yet when A103 stops: only the 1369 partitions of A103 are unavailable.
    (
        r#""nodes":[{"id":"A101"},{"id":"A102"},{"id":"A103"}],
           "namespaces":[{"name":"main","replication-factor":1}]"#,
        r#"{"do":"quiesce","nodes":["A101"]},{"do":"recluster"},{"do":"stop","nodes":["A103"]},
           {"do":"expect","unavailable":1369}"#,
    ),
    // A101 has a copy of everything while A103 is away, and is no replica of 4096 − 2719 partitions when it is back.
    (
        r#""nodes":[{"id":"A101"},{"id":"A102"},{"id":"A103"}]"#,
        r#"{"do":"stop","nodes":["A103"]},{"do":"migrate"},{"do":"start","nodes":["A103"]},
           {"do":"expect","node":"A101","full":2719,"subset":1377}"#,
    ),
    // Partition 7 is of A102 and A101, in this order. A102 is not trusted, so A101 serves.
    (
        r#""nodes":[{"id":"A101"},{"id":"A102"},{"id":"A103"}]"#,
        r#"{"do":"crash","nodes":["A102"],"settle":false},
           {"do":"stop","nodes":["A101","A103"]},{"do":"start","nodes":["A101","A102","A103"]},
           {"do":"expect","partition":7,"availability":"active","master":"A101"}"#,
    ),
    (
        r#""nodes":[{"id":"A1"},{"id":"A2"},{"id":"A3"},{"id":"A4"},{"id":"A5"}]"#,
        r#"{"do":"cut","between":[["A1"],["A2"]]},
           {"do":"expect","sub_clusters":1,"orphans":1,"node":"A1","full":0,"master":0}"#,
    ),
    (
        r#""nodes":[{"id":"A1"},{"id":"A2"},{"id":"A3"},{"id":"A4"},{"id":"A5"}],
           "min-cluster-size":3"#,
        r#"{"do":"cut","between":[["A1","A2"],["A3","A4","A5"]]},
           {"do":"expect","sub_clusters":1,"orphans":2}"#,
    ),
];

fn cases() -> Vec<Case> {
    let file = include_str!("../../../../tests/golden/availability.json");
    let golden: Vec<Value> = serde_json::from_str(file).unwrap();
    let mut cases: Vec<Case> = golden
        .iter()
        .map(|case| Case {
            title: case["scenario"]["title"].to_string(),
            scenario: Scenario::parse(case["scenario"].to_string().as_bytes()).unwrap(),
            expected: case["expected"].as_array().cloned(),
        })
        .collect();
    for (cluster, steps) in OWN {
        let text = format!(
            r#"{{"format":"rosterlab-scenario/1","cluster":{{{cluster}}},"steps":[{steps}]}}"#
        );
        let scenario = Scenario::parse(text.as_bytes()).unwrap();
        cases.push(Case { title: steps.to_owned(), scenario, expected: None });
    }
    for folder in ["../../tests/golden/reports", "../../www/scenarios"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let paths = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let paths = paths.filter(|path| path.is_file());
        // One report expects a count that domain.md §9 has corrected (see `reports`).
        for path in paths.filter(|path| !path.ends_with("22b-rolling-restart-in-memory.json")) {
            let scenario = Scenario::parse(&fs::read(&path).unwrap()).unwrap();
            cases.push(Case { title: path.display().to_string(), scenario, expected: None });
        }
    }
    cases
}

/// Where some rules give a wrong result, if anywhere.
fn noticed(cases: &[Case], rules: Rules) -> Option<String> {
    cases.iter().find_map(|case| {
        let mut steps = case.expected.as_deref().unwrap_or_default().iter();
        for report in Runner::with_rules(&case.scenario, rules).unwrap() {
            let Ok(report) = report else { return Some(format!("{}: refused", case.title)) };
            let place = format!("{}, step {}", case.title, report.step);
            if !report.failures.is_empty() {
                return Some(place);
            }
            let Some(expected) = steps.next() else { continue };
            let line: Value = serde_json::from_str(&report::ndjson(&report)).unwrap();
            let here = line["sub_clusters"].as_array().unwrap().iter();
            let there = expected["sub_clusters"].as_array().unwrap().iter();
            let differs = here.zip(there).any(|(found, expected)| {
                let main = &found["namespaces"]["main"];
                found["nodes"] != expected["nodes"]
                    || ["unavailable", "dead", "expected_migrations"]
                        .iter()
                        .any(|key| main[*key] != expected[*key])
            });
            if differs {
                return Some(place);
            }
        }
        None
    })
}

/// The verdict of the right rules on other facts.
fn on(facts: &Facts, profile: Profile, change: impl FnOnce(&mut Facts)) -> Verdict {
    let mut changed = *facts;
    change(&mut changed);
    judge(&changed, profile)
}

/// The right rules, except that another verdict replaces what one rule decides.
fn unless(facts: &Facts, profile: Profile, rule: Rule, then: impl FnOnce() -> bool) -> Verdict {
    let right = judge(facts, profile);
    if right.rule != rule {
        return right;
    }
    let availability = match (then(), facts.whole()) {
        (true, _) => Availability::Active,
        (false, true) => Availability::Dead,
        (false, false) => Availability::Unavailable,
    };
    Verdict { availability, rule }
}

/// One wrong judge for each clause of §5.
const WRONG: [(&str, Judge); 14] = [
    ("fewer than RF present may serve", |facts, profile| {
        unless(facts, profile, Rule::TooFewNodes, || facts.full > 0)
    }),
    ("nobody has data and yet active", |facts, profile| {
        unless(facts, profile, Rule::NoData, || true)
    }),
    ("fresh although not the first roster", |facts, profile| {
        on(facts, profile, |facts| facts.first_roster = true)
    }),
    ("a first roster makes nothing fresh", |facts, profile| {
        on(facts, profile, |facts| facts.first_roster = false)
    }),
    ("revived by an operator makes nothing fresh", |facts, profile| {
        on(facts, profile, |facts| facts.revived_by_operator = 0)
    }),
    ("no super-majority", |facts, profile| {
        unless(facts, profile, Rule::SuperMajority, || facts.full > 0 && facts.whole())
    }),
    ("`e` counts as trusted", |facts, profile| {
        on(facts, profile, |facts| {
            facts.full = facts.not_subset;
            facts.evading = 0;
        })
    }),
    ("`r` is trusted before all are there", |facts, profile| {
        on(facts, profile, |facts| facts.revived = 0)
    }),
    ("nothing full is needed", |facts, profile| {
        unless(facts, profile, Rule::NoFullCopy, || 2 * facts.voters() > facts.roster)
    }),
    ("all roster-replicas are not enough", |facts, profile| {
        unless(facts, profile, Rule::AllReplicas, || 2 * facts.voters() > facts.roster)
    }),
    ("a majority is not enough", |facts, profile| unless(facts, profile, Rule::Majority, || false)),
    ("a majority needs no roster-replica", |facts, profile| {
        unless(facts, profile, Rule::NothingElse, || 2 * facts.voters() > facts.roster)
    }),
    ("half needs no roster-master", |facts, profile| {
        unless(facts, profile, Rule::NothingElse, || 2 * facts.voters() == facts.roster)
    }),
    ("half is not enough", |facts, profile| unless(facts, profile, Rule::Half, || false)),
];

#[test]
fn every_clause_of_availability_is_needed() {
    let cases = cases();
    assert_eq!(noticed(&cases, Rules::default()), None, "the right rules");
    for (what, judge) in WRONG {
        assert!(noticed(&cases, Rules::judged_by(judge)).is_some(), "nothing notices: {what}");
    }
    let never_dead: Judge = |facts, profile| {
        let right = judge(facts, profile);
        match right.availability {
            Availability::Dead => Verdict { availability: Availability::Unavailable, ..right },
            _ => right,
        }
    };
    assert!(noticed(&cases, Rules::judged_by(never_dead)).is_some(), "dead is unavailable");
}

#[test]
fn every_clause_of_a_rebalance_is_needed() {
    let cases = cases();
    for clause in [
        Clause::FirstRosterOnly,
        Clause::WorkingMasterStaysFull,
        Clause::OthersBecomeSubsets,
        Clause::FillingIsSubset,
        Clause::PreferTrusted,
        Clause::EveryHolderIsADuplicate,
        Clause::OrphansIsolated,
        Clause::UncommittedIsSubset,
        Clause::MinClusterSize,
        Clause::EveryLossCounts,
    ] {
        let found = noticed(&cases, Rules::default().without(clause));
        assert!(found.is_some(), "nothing notices that {clause:?} is left out");
    }
}
