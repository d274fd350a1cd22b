//! `log`: what servers logged, as a timeline and as a scenario.

use crate::{folder, repository, told, told_in};

#[test]
fn the_simulators_own_log_agrees_and_becomes_a_scenario() {
    let scenario = repository("www/scenarios/case-study.json");
    let scenario = scenario.to_str().unwrap();
    let (code, logged, _) = told(&["run", "--format", "log", scenario], "");
    assert_eq!(code, 0);
    let (code, text, _) = told(&["log", "--cluster", scenario, "-"], &logged);
    assert_eq!(code, 0, "{text}");
    assert!(text.ends_with("35 comparisons: 35 agree, 0 differ. 144 log lines, 0 other lines.\n"));
    let (code, json, _) = told(&["log", "--format", "json", "-"], &logged);
    assert_eq!(code, 0, "{json}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["agrees"], &json["moments"][0]["file"]), (&true.into(), &"<stdin>".into()));
    let (code, again, _) = told(&["log", "--scenario", "-"], &logged);
    assert_eq!(code, 0);
    let (code, text, _) = told(&["run", "-"], &again);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_log_that_differs_is_1_and_no_log_is_2() {
    let line = |text: &str| format!("Oct 01 2019 09:05:18 GMT: INFO (partition): {text}\n");
    let log = line("applied new succession list a3 a2 a1")
        + &line("{main} rebalanced: regime 3 expected-migrations (0,0,0) unavailable-partitions 7");
    let files = [("node.log", log.as_str()), ("other.txt", "hello\n")];
    let folder = folder("log", &files);
    let (code, text, _) = told_in(&folder, &["log", "node.log"]);
    assert_eq!(code, 1);
    assert!(text.contains("main unavailable: log 7, replay 0: DIFFERS"), "{text}");
    let (code, _, error) = told_in(&folder, &["log", "other.txt"]);
    assert_eq!(code, 2);
    assert!(error.starts_with("error: other.txt: no line is a server's log line"), "{error}");
    let (code, _, error) = told_in(&folder, &["log", "missing.log"]);
    assert_eq!((code, error.contains("missing.log: cannot be read")), (2, true), "{error}");
}

#[test]
fn a_folder_is_all_its_logs() {
    let line =
        |time: &str, text: &str| format!("Oct 01 2019 {time} GMT: INFO (partition): {text}\n");
    let log = |node: &str, time: &str| {
        line(time, &format!("NODE-ID {node} CLUSTER-SIZE 3"))
            + &line(time, "applied new succession list a3 a2 a1")
            + &line(
                time,
                "{main} rebalanced: regime 3 expected-migrations (0,0,0) unavailable-partitions 0",
            )
    };
    let (one, other) = (log("a1", "09:05:18"), log("a2", "11:35:18"));
    let folder = folder("log-folder", &[("logs/a1.log", &one), ("logs/a2.log", &other)]);
    let (code, text, error) = told_in(&folder, &["log", "logs"]);
    assert_eq!(code, 0, "{text}{error}");
    assert!(
        text.contains("The clock of A2 is 2 h 30 min ahead of that of A1, by 1 event that"),
        "{text}"
    );
    assert_eq!(text.matches("succession list: log").count(), 1, "{text}");
    let (code, _, error) = told_in(&folder, &["log", "."]);
    assert_eq!(code, 0, "{error}");
}
