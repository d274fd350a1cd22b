//! The formats of `run` for CI and for programs, whole, of one file that holds, one that fails and one that is wrong.

use std::path::PathBuf;
use std::process::Command;

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::{folder, three_nodes, told_in};

fn three_files(test: &str) -> PathBuf {
    let crash = r#"{"do":"crash","nodes":["A1","A2"]}"#;
    let always = r#"{"do":"expect","when":"always","unavailable":{"at-most":410},"dead":0}"#;
    let holds = three_nodes("holds", &[crash, r#"{"do":"expect","active":0}"#]);
    let fails = three_nodes(
        r#"<fails> & \"quotes\" #1, 100%"#,
        &[always, crash, r#"{"do":"write","key":1,"result":"unavailable"}"#],
    );
    let wrong = three_nodes("wrong", &[r#"{"do":"crsh","nodes":["A1"]}"#]);
    folder(test, &[("a.json", &holds), ("b,c.json", &fails), ("d.json", &wrong)])
}

fn check(format: &str, expected: &Expect) {
    let folder = three_files(format);
    let (code, out, complaints) =
        told_in(&folder, &["run", "a.json", "b,c.json", "d.json", "--format", format]);
    assert_eq!(code, 2);
    expected.assert_eq(&format!("{out}--- standard error\n{complaints}"));
}

#[test]
fn text() {
    check(
        "text",
        &expect![[r#"
        ok     a.json: holds (2 steps, 1 expectation)
        FAIL   b,c.json: <fails> & "quotes" #1, 100% (3 steps, 1 of 2 expectations not met)
               b,c.json:3:32: steps[0].unavailable: expected always at most 410, found 4096 in steps[1], 1.800 s after it began
        ERROR  d.json

        3 files: 1 holds, 1 fails, 1 has an error; 5 steps, 3 expectations, 1 of them not met
        --- standard error
        d.json:3:2: error: steps[0].do: unknown action "crsh"; did you mean "crash"?
    "#]],
    );
}

#[test]
fn tap() {
    check(
        "tap",
        &expect![[r#"
        TAP version 14
        1..3
        ok 1 - a.json: holds
        not ok 2 - b,c.json: <fails> & "quotes" \#1, 100%
          ---
          failures:
            - at: "b,c.json:3:32"
              place: "steps[0].unavailable"
              expected: "always at most 410"
              found: "4096 in steps[1], 1.800 s after it began"
          ...
        not ok 3 - d.json
          ---
          error: "d.json:3:2: error: steps[0].do: unknown action \"crsh\"; did you mean \"crash\"?"
          ...
        # 3 files: 1 holds, 1 fails, 1 has an error; 5 steps, 3 expectations, 1 of them not met
        --- standard error
        b,c.json:3:32: steps[0].unavailable: expected always at most 410, found 4096 in steps[1], 1.800 s after it began
        d.json:3:2: error: steps[0].do: unknown action "crsh"; did you mean "crash"?
        3 files: 1 holds, 1 fails, 1 has an error; 5 steps, 3 expectations, 1 of them not met
    "#]],
    );
}

#[test]
fn github() {
    check(
        "github",
        &expect![[r#"
        ::error file=b%2Cc.json,line=3,col=32,title=An expectation does not hold::steps[0].unavailable: expected always at most 410, found 4096 in steps[1], 1.800 s after it began
        ::error file=d.json,line=3,col=2,title=Bad input::steps[0].do: unknown action "crsh"; did you mean "crash"?
        3 files: 1 holds, 1 fails, 1 has an error; 5 steps, 3 expectations, 1 of them not met
        --- standard error
    "#]],
    );
}

#[test]
fn junit() {
    check(
        "junit",
        &expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="rosterlab" tests="4" failures="1" errors="1">
          <testsuite name="a.json" tests="1" failures="0" errors="0">
            <testcase name="steps[1]: expect active 0" classname="a.json" file="a.json" line="4"/>
          </testsuite>
          <testsuite name="b,c.json" tests="2" failures="1" errors="0">
            <testcase name="steps[0]: expect dead 0, unavailable at-most 410, when always" classname="b,c.json" file="b,c.json" line="3">
              <failure message="steps[0].unavailable: expected always at most 410, found 4096 in steps[1], 1.800 s after it began">b,c.json:3:32: steps[0].unavailable: expected always at most 410, found 4096 in steps[1], 1.800 s after it began</failure>
            </testcase>
            <testcase name="steps[2]: write key 1, result unavailable" classname="b,c.json" file="b,c.json" line="5"/>
          </testsuite>
          <testsuite name="d.json" tests="1" failures="0" errors="1">
            <testcase name="every step can be done" classname="d.json" file="d.json" line="3">
              <error message="steps[0].do: unknown action &quot;crsh&quot;; did you mean &quot;crash&quot;?">d.json:3:2: error: steps[0].do: unknown action &quot;crsh&quot;; did you mean &quot;crash&quot;?</error>
            </testcase>
          </testsuite>
        </testsuites>
        --- standard error
        b,c.json:3:32: steps[0].unavailable: expected always at most 410, found 4096 in steps[1], 1.800 s after it began
        d.json:3:2: error: steps[0].do: unknown action "crsh"; did you mean "crash"?
        3 files: 1 holds, 1 fails, 1 has an error; 5 steps, 3 expectations, 1 of them not met
    "#]],
    );
}

#[test]
fn json() {
    let folder = three_files("json");
    let (code, out, _) = told_in(&folder, &["run", ".", "--format", "json"]);
    assert_eq!(code, 2);
    let report: Value = serde_json::from_str(&out).unwrap();
    expect![[r#"
        {
          "files": [
            {
              "expectations": 1,
              "failed": 0,
              "failures": [],
              "file": "a.json",
              "outcome": "holds",
              "steps": 2,
              "title": "holds"
            },
            {
              "expectations": 2,
              "failed": 1,
              "failures": [
                {
                  "column": 32,
                  "expected": "always at most 410",
                  "found": "4096 in steps[1], 1.800 s after it began",
                  "line": 3,
                  "place": "steps[0].unavailable"
                }
              ],
              "file": "b,c.json",
              "outcome": "fails",
              "steps": 3,
              "title": "<fails> & \"quotes\" #1, 100%"
            },
            {
              "error": {
                "column": 2,
                "line": 3,
                "message": "steps[0].do: unknown action \"crsh\"; did you mean \"crash\"?"
              },
              "expectations": 0,
              "failed": 0,
              "failures": [],
              "file": "d.json",
              "outcome": "error",
              "steps": 0,
              "title": ""
            }
          ],
          "summary": {
            "error": 1,
            "expectations": 3,
            "fail": 1,
            "failed": 1,
            "files": 3,
            "hold": 1,
            "steps": 5
          }
        }"#]]
    .assert_eq(&format!("{report:#}"));
}

#[test]
fn no_format_has_colours_where_there_is_no_terminal() {
    let folder = three_files("colours");
    for format in ["text", "tap", "github", "junit", "json", "ndjson", "table", "log"] {
        let (_, out, complaints) = told_in(&folder, &["run", ".", "--format", format]);
        assert!(!out.contains('\u{1b}') && !complaints.contains('\u{1b}'), "{format}");
    }
}

/// `CLICOLOR_FORCE` asks for the colours of a terminal where there is none.
#[test]
fn a_terminal_has_colours_unless_it_wants_none() {
    let folder = three_files("terminal");
    let told = |no_color: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rosterlab"));
        command.args(["run", "a.json"]).current_dir(&folder).env("CLICOLOR_FORCE", "1");
        command.env_remove("NO_COLOR").envs(no_color.map(|value| ("NO_COLOR", value)));
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(told(None).starts_with("\u{1b}[32mok   \u{1b}[0m  a.json: holds "), "{}", told(None));
    assert!(told(Some("1")).starts_with("ok     a.json: holds "));
}
