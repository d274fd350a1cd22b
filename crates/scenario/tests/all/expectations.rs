//! What `expect` compares: numbers, bounds, and what holds always or never.

use rosterlab_scenario::{Runner, Scenario};

/// A file with these steps on five nodes; two missing ones make 416 partitions unavailable.
fn five(steps: &str) -> Scenario {
    let text = format!(
        r#"{{"format":"rosterlab-scenario/1","cluster":{{"nodes":[{{"id":"A1"}},{{"id":"A2"}},{{"id":"A3"}},{{"id":"A4"}},{{"id":"A5"}}]}},"steps":[{steps}]}}"#
    );
    Scenario::parse(text.as_bytes()).unwrap()
}

/// Every failure of a run, with the step in which it was told.
fn failures(steps: &str) -> Vec<String> {
    let scenario = five(steps);
    let again = Scenario::parse(scenario.to_json().as_bytes()).unwrap();
    assert_eq!(again, scenario, "it is read back as it is written");
    let mut told = Vec::new();
    for report in Runner::new(&scenario).unwrap() {
        let report = report.unwrap();
        told.extend(report.failures.iter().map(|failure| format!("{}: {failure}", report.step)));
    }
    told
}

const CRASH: &str = r#"{"do":"crash","nodes":["A1","A2"]}"#;
const START: &str = r#"{"do":"start","nodes":["A1","A2"]}"#;

#[test]
fn a_count_may_have_bounds() {
    let after_crash = |expect: &str| failures(&format!(r#"{CRASH},{{"do":"expect",{expect}}}"#));
    for holds in [
        r#""unavailable":{"at-most":416},"active":{"at-least":3680}"#,
        r#""unavailable":{"between":[410,420]},"dead":{"at-most":0}"#,
        r#""node":"A5","full":{"at-least":1},"master":{"between":[1,4096]}"#,
    ] {
        assert_eq!(after_crash(holds), [""; 0], "{holds}");
    }
    assert_eq!(
        after_crash(
            r#""unavailable":{"at-most":410},"active":{"at-least":4000},"dead":{"between":[1,2]}"#
        ),
        [
            "1: steps[1].unavailable: expected at most 410, found 416",
            "1: steps[1].dead: expected 1 to 2, found 0",
            "1: steps[1].active: expected at least 4000, found 3680",
        ]
    );
}

#[test]
fn what_holds_always_is_seen_at_every_moment() {
    let always = r#"{"do":"expect","when":"always","unavailable":0,"dead":0}"#;
    assert_eq!(
        failures(&format!(r#"{always},{CRASH},{{"do":"migrate"}},{START}"#)),
        [
            "1: steps[0].unavailable: expected always 0, found 416 in steps[1], 1.800 s after it began"
        ],
        "it is told once"
    );
    let one_by_one = r#"{"do":"stop","nodes":["A1"]},{"do":"start","nodes":["A1"]},{"do":"stop","nodes":["A2"]}"#;
    assert_eq!(failures(&format!("{always},{one_by_one}")), [""; 0]);
    // In between no migration is left to see after the step.
    let rest = r#"{"do":"expect","when":"always","migrations":{"at-most":1000}}"#;
    let found = failures(&format!(r#"{rest},{{"do":"stop","nodes":["A1"]}},{{"do":"migrate"}}"#));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("1: steps[0].migrations: expected always at most 1000, found "));
}

/// A migration's end and its start are both fine; only a moment between them is not.
#[test]
fn what_holds_never_is_seen_within_a_step() {
    let stop = r#"{"do":"stop","nodes":["A1"]}"#;
    let never =
        r#"{"do":"expect","when":"never","active":4096,"migrations":{"between":[100,200]}}"#;
    let found = failures(&format!(r#"{stop},{never},{{"do":"migrate"}}"#));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("2: steps[1]: expected this never, found it in steps[2], "));
    assert_eq!(failures(&format!("{stop},{never}")), [""; 0]);
    let now = r#"{"do":"expect","when":"never","dead":0}"#;
    assert_eq!(failures(now), ["0: steps[0]: expected this never, found it"]);
}

#[test]
fn a_watch_begins_at_its_step_and_waits_for_its_node() {
    let always = r#"{"do":"expect","when":"always","unavailable":0}"#;
    assert_eq!(failures(&format!("{CRASH},{START},{always}")).len(), 0, "after the trouble");
    // A5 is in no cluster while it is down: then nothing is said about it.
    let on = r#"{"do":"expect","when":"always","on":"A5","unavailable":0}"#;
    let restart = r#"{"do":"stop","nodes":["A5"]},{"do":"start","nodes":["A5"]}"#;
    assert_eq!(failures(&format!("{on},{restart}")), [""; 0]);
    let scenario = five(r#"{"do":"expect","when":"always","on":"B9","unavailable":0}"#);
    let error = Runner::new(&scenario).unwrap().next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "steps[0].on: no node \"B9\"");
}

#[test]
fn an_editor_may_be_told_where_the_schema_is() {
    let text = r#"{"$schema":"../scenario.schema.json","format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1"}]},"steps":[]}"#;
    assert!(Scenario::parse(text.as_bytes()).is_ok());
    let error = Scenario::parse(text.replace(r#""../scenario.schema.json""#, "7").as_bytes());
    let error = error.unwrap_err().to_string();
    assert_eq!(error, "$schema: invalid type: integer `7`, expected a string");
}
