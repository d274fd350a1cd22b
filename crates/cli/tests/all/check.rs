//! `check` and `plan`: the examples of docs/check.md, the formats, exit codes, bad input.

use std::fs;
use std::path::PathBuf;

use expect_test::expect_file;
use serde_json::Value;

use crate::{folder, repository, told_in};

/// A folder with the case study and these files.
fn case_study(test: &str, files: &[(&str, &str)]) -> PathBuf {
    let scenario = fs::read_to_string(repository("www/scenarios/case-study.json")).unwrap();
    let mut all = vec![("case-study.json", scenario.as_str())];
    all.extend(files);
    folder(test, &all)
}

/// The blocks of a page that begin with this: the range of each block's text.
fn blocks(page: &str, begin: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = page[from..].find(begin) {
        let start = from + at + begin.len();
        let end = start + page[start..].find("```\n").unwrap();
        found.push(start..end);
        from = end;
    }
    found
}

/// `UPDATE_EXPECT=1 cargo test` writes the page's outputs again.
#[test]
fn the_examples_of_the_page_are_what_is_printed() {
    let path = repository("docs/check.md");
    let mut page = fs::read_to_string(&path).unwrap();
    let plans: Vec<(String, String)> = blocks(&page, "```text\n")
        .into_iter()
        .map(|block| {
            let text = &page[block];
            let (name, plan) = text.split_once('\n').unwrap();
            (name.trim_start_matches("# ").to_owned(), plan.to_owned())
        })
        .collect();
    let files: Vec<(&str, &str)> =
        plans.iter().map(|(name, plan)| (name.as_str(), plan.as_str())).collect();
    let folder = case_study("page", &files);
    for block in blocks(&page, "```console\n").into_iter().rev() {
        let command = page[block.clone()].lines().next().unwrap().to_owned();
        let words: Vec<&str> = command.strip_prefix("$ rosterlab ").unwrap().split(' ').collect();
        let (code, out, complaints) = told_in(&folder, &words);
        assert!(code < 2, "{command}: {complaints}");
        page.replace_range(block, &format!("{command}\n{out}"));
    }
    expect_file![path].assert_eq(&page);
}

const NOTHING: &str = "# Rack B\npdsh -w b101,b102 systemctl stop aerospike\nwait for migrations\n";
const PRECAUTION: &str = "pdsh -w b101,b102 systemctl stop aerospike\nwait for migrations\nmanage roster stage nodes A101@1 A102@1 A103@1 ns main\nmanage recluster\nwait for migrations\n";

fn check(test: &str, plan: &str, more: &[&str]) -> (i32, String, String) {
    let folder = case_study(test, &[("plan.txt", plan)]);
    let before = ["check", "case-study.json", "plan.txt", "--step", "0"];
    told_in(&folder, &[&before[..], more].concat())
}

#[test]
fn the_exit_code_is_the_verdict() {
    for (plan, more, expected) in [
        (NOTHING, &[][..], 1),
        (NOTHING, &["--margin", "0"], 0),
        (PRECAUTION, &[], 0),
        (PRECAUTION, &["--strict", "--no-search"], 1),
        ("hope for the best\n", &[], 2),
    ] {
        let (code, out, complaints) = check("verdict", plan, more);
        assert_eq!(code, expected, "{plan}: {out}{complaints}");
    }
}

#[test]
fn what_is_not_understood_is_told_with_its_place() {
    let (code, out, complaints) = check("unknown", "wait for migrations\nhope\n", &[]);
    assert_eq!(code, 2);
    assert!(out.contains("Not understood: 1 line."), "{out}");
    assert_eq!(
        complaints,
        "plan.txt:2: error: This is not understood: 'hope' is not known here.\n"
    );
}

#[test]
fn bad_input_is_told_with_its_place_and_cause() {
    let folder = case_study(
        "bad",
        &[
            ("plan.txt", NOTHING),
            ("empty.txt", "\n"),
            ("bad.json", "[{\"do\":\"stop\"}]"),
            ("cut.json", "{\"format\":"),
        ],
    );
    for (arguments, message) in [
        (&["check", "case-study.json", "no.txt"][..], "no.txt: error: cannot be read:"),
        (&["check", "no.json", "plan.txt"], "no.json: error: cannot be read:"),
        (&["check", "case-study.json", "empty.txt"], "empty.txt:1:1: error: the plan is empty"),
        (&["check", "case-study.json", "bad.json"], "bad.json:1:"),
        (&["check", "case-study.json", "cut.json"], "cut.json:1:"),
        (
            &["check", "case-study.json", "plan.txt", "--margin", "x"],
            "a whole number from 0 to 256",
        ),
        (
            &["check", "case-study.json", "plan.txt", "--name", "db1=A999"],
            "--name db1: 'A999' means no node of this cluster",
        ),
        (&["check", "case-study.json", "plan.txt", "--name", "db1"], "a name and a node"),
        (&["check", "case-study.json", "plan.txt", "--step", "99"], "there is no step 99"),
        (&["check", "-", "-"], "only one of CLUSTER and PLAN"),
        (&["plan", "case-study.json"], "required"),
        (
            &["plan", "case-study.json", "--restart", "A999"],
            "--restart: 'A999' means no node of this cluster",
        ),
        (
            &["plan", "case-study.json", "--remove", "A101,B10"],
            "--remove: 'B10' means no node of this cluster; did you mean 'B102'?",
        ),
        (&["plan", "case-study.json", "--rack-down", "9"], "no node is on rack 9"),
    ] {
        let (code, _, complaints) = told_in(&folder, arguments);
        assert_eq!(code, 2, "{arguments:?}: {complaints}");
        assert!(complaints.contains(message), "{arguments:?}: {complaints}");
    }
}

#[test]
fn a_goal_without_a_safe_plan_is_told_why() {
    let two = r#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1","rack":1},{"id":"B1","rack":2}],"namespaces":[{"name":"main","replication-factor":2}]},"steps":[]}"#;
    let folder = folder("no-plan", &[("two.json", two)]);
    let (code, out, complaints) = told_in(&folder, &["plan", "two.json", "--rack-down", "2"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(
        complaints.starts_with("no safe plan was found for B1, in any of 4 ways\n  "),
        "{complaints}"
    );
}

/// A bracket begins a list of steps only where an object follows.
#[test]
fn a_plan_that_begins_with_a_prompt_or_a_box_is_a_text() {
    for plan in ["[root@b101 ~]# systemctl restart aerospike\n", "[ ] restart b101\n"] {
        let (code, out, complaints) = check("bracket", plan, &[]);
        assert_eq!(code, 0, "{plan}: {out}{complaints}");
    }
}

#[test]
fn steps_of_a_scenario_are_a_plan() {
    let steps = r#"[
  {"do": "stop", "nodes": ["B101", "B102"]},
  {"do": "migrate"}
]"#;
    let folder = case_study("steps", &[("steps.json", steps)]);
    let arguments = ["check", "case-study.json", "steps.json", "--step", "0", "--format", "json"];
    let (code, out, _) = told_in(&folder, &arguments);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    assert_eq!(report["verdict"], "unsafe");
    assert_eq!(report["lines"][0]["line"], 2);
    assert_eq!(report["lines"][0]["namespaces"][0]["losses"][0]["out"], 4096);
    // The case study as a whole is a plan too, and goes wrong at the crash.
    let arguments = ["check", "case-study.json", "case-study.json", "--step", "0", "--no-search"];
    let (code, out, _) = told_in(&folder, &arguments);
    assert_eq!(code, 1);
    assert!(out.contains("4,096 unavailable"), "{out}");
}

#[test]
fn a_name_stands_for_a_node() {
    let plan = "ssh db4.example.net systemctl stop aerospike\n";
    let (code, _, complaints) =
        check("names", plan, &["--name", "db4.example.net=B101", "--no-search"]);
    assert_eq!((code, complaints.as_str()), (1, ""));
    assert_eq!(check("no-names", plan, &[]).0, 2);
}

#[test]
fn json_has_every_line() {
    let (_, out, _) = check("json", NOTHING, &["--format", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["verdict"], "unsafe");
    assert_eq!(report["marginLeft"], 0);
    let kinds: Vec<&Value> =
        report["lines"].as_array().unwrap().iter().map(|line| &line["kind"]).collect();
    assert_eq!(kinds, ["comment", "does", "waits"]);
    let loss = &report["lines"][1]["namespaces"][0]["losses"][0];
    assert_eq!((&loss["out"], &loss["further"]), (&4096.into(), &1.into()));
    assert_eq!(loss["backAfterCrash"]["unavailable"], 4096);
    let names: Vec<&Value> = report["lines"][1]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| &found["name"])
        .collect();
    assert_eq!(names, ["roster-not-set", "margin-lost", "stop-without-quiesce"]);
    assert!(report["order"]["found"]["plan"].is_array());
}

#[test]
fn sarif_has_a_result_for_each_finding_at_its_line() {
    let (_, out, _) = check("sarif", NOTHING, &["--format", "sarif", "--no-search"]);
    let log: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "plan.txt");
        assert_eq!(place["region"]["startLine"], 2);
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        assert!(result["message"]["text"].as_str().unwrap().ends_with(')'));
    }
}

#[test]
fn junit_has_a_test_for_each_line_that_is_for_a_machine() {
    let (_, out, _) = check("junit", NOTHING, &["--format", "junit", "--no-search"]);
    assert!(out.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"rosterlab\" tests=\"2\" failures=\"1\" errors=\"0\">"), "{out}");
    assert_eq!(out.matches("<testcase ").count(), 2);
    assert_eq!(out.matches("<failure message=\"error roster-not-set: ").count(), 1);
    let (_, out, _) = check("junit-unknown", "a < b & c\n", &["--format", "junit"]);
    assert!(out.contains("errors=\"1\"") && out.contains("a &lt; b &amp; c"), "{out}");
}

#[test]
fn markdown_has_a_table_and_the_findings() {
    let (_, out, _) = check("markdown", NOTHING, &["--format", "markdown"]);
    assert!(out.starts_with("# plan.txt\n\n**Not safe: "), "{out}");
    assert!(
        out.contains("| 2 | `pdsh -w b101,b102 systemctl stop aerospike` | main | all active |"),
        "{out}"
    );
    assert!(out.contains("\n- line 2: **error** `roster-not-set`: "), "{out}");
    assert!(out.contains("\n## The nearest safe order\n"), "{out}");
}
