//! Several files: which they are, in which order, and what is told of them together.

use crate::{folder, three_nodes, told_in};

fn holds(title: &str) -> String {
    three_nodes(title, &[r#"{"do":"stop","nodes":["A1"]}"#, r#"{"do":"expect","unavailable":0}"#])
}

fn fails() -> String {
    three_nodes("fails", &[r#"{"do":"stop","nodes":["A1"]}"#, r#"{"do":"expect","unavailable":7}"#])
}

#[test]
fn a_folder_means_its_json_files_by_name() {
    let (one, two, hidden) = (holds("one"), holds("two"), fails());
    let folder = folder(
        "a_folder",
        &[
            ("b.json", &one),
            ("a/[x]/z.json", &two),
            ("notes.txt", "not a scenario"),
            (".cache/c.json", &hidden),
        ],
    );
    let expected = "\
ok     a/[x]/z.json: two (2 steps, 1 expectation)
ok     b.json: one (2 steps, 1 expectation)

2 files: 2 hold; 4 steps, 2 expectations
";
    assert_eq!(told_in(&folder, &["run", "."]), (0, expected.to_owned(), String::new()));
    assert_eq!(told_in(&folder, &["run", "a/[x]", "b.json"]).1, expected);
}

#[test]
fn a_pattern_is_expanded_and_arguments_keep_their_order() {
    let files: Vec<(String, String)> =
        (0..20).map(|i| (format!("t{i:02}.json"), holds(&format!("number {i}")))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
    let folder = folder("a_pattern", &files);
    let (code, out, _) = told_in(&folder, &["run", "t1*.json", "t00.json", "t05.json"]);
    assert_eq!(code, 0);
    let names = out.lines().filter_map(|line| line.strip_prefix("ok     "));
    let names: Vec<&str> = names.map(|line| &line[..8]).collect();
    let mut expected: Vec<String> = (10..20).map(|i| format!("t{i}.json")).collect();
    expected.extend(["t00.json".to_owned(), "t05.json".to_owned()]);
    assert_eq!(names, expected);
    assert!(out.ends_with("\n12 files: 12 hold; 24 steps, 12 expectations\n"), "{out}");
}

#[test]
fn one_bad_file_does_not_keep_the_others_from_running() {
    let bad = three_nodes("bad", &[r#"{"do":"start","nodes":["A1"]}"#]);
    let folder = folder(
        "one_bad_file",
        &[("1.json", &bad), ("2.json", &fails()), ("3.json", &holds("three"))],
    );
    let (code, out, complaints) =
        told_in(&folder, &["run", "1.json", "2.json", "3.json", "4.json"]);
    assert_eq!(code, 2, "bad input is worse than a failure");
    assert_eq!(
        out,
        "\
ERROR  1.json: bad (1 step, 0 expectations)
FAIL   2.json: fails (2 steps, 1 of 1 expectation not met)
       2.json:4:16: steps[1].unavailable: expected 7, found 0
ok     3.json: three (2 steps, 1 expectation)
ERROR  4.json

4 files: 1 holds, 1 fails, 2 have errors; 5 steps, 2 expectations, 1 of them not met
"
    );
    let complaints: Vec<&str> = complaints.lines().collect();
    assert_eq!(complaints[0], "1.json:3:24: error: steps[0].nodes[0]: node A1 is up");
    assert!(complaints[1].starts_with("4.json: error: cannot be read: "), "{complaints:?}");
    assert_eq!(told_in(&folder, &["run", "2.json", "3.json"]).0, 1);
    assert_eq!(told_in(&folder, &["run", "3.json"]).0, 0);
}

/// A step in an earlier format of one file is the same line, with its file before it.
#[test]
fn steps_of_several_files_are_told_apart() {
    let folder = folder("told_apart", &[("1.json", &holds("one")), ("2.json", &fails())]);
    let (_, alone, nothing) = told_in(&folder, &["run", "1.json", "--format", "ndjson"]);
    assert_eq!(nothing, "");
    let both = ["run", "1.json", "2.json", "--format"];
    let (code, lines, complaints) = told_in(&folder, &[&both[..], &["ndjson"]].concat());
    assert_eq!(code, 1);
    assert_eq!(lines.lines().count(), 4);
    for (line, of_one) in lines.lines().zip(alone.lines()) {
        assert_eq!(line, of_one.replacen('{', r#"{"file":"1.json","#, 1));
    }
    assert_eq!(
        complaints,
        "2.json:4:16: steps[1].unavailable: expected 7, found 0\n\
         2 files: 1 holds, 1 fails; 4 steps, 2 expectations, 1 of them not met\n"
    );
    for format in ["table", "log"] {
        let (_, text, _) = told_in(&folder, &[&both[..], &[format]].concat());
        let (_, one, _) = told_in(&folder, &["run", "1.json", "--format", format]);
        let (_, two, _) = told_in(&folder, &["run", "2.json", "--format", format]);
        assert_eq!(text, format!("==> 1.json <==\n{one}==> 2.json <==\n{two}"), "{format}");
    }
}

#[test]
fn validating_asks_whether_steps_can_be_done_and_not_what_they_expect() {
    let bad = three_nodes("bad", &[r#"{"do":"migrate"}"#, r#"{"do":"start","nodes":["A1"]}"#]);
    let folder = folder("validating", &[("1.json", &fails()), ("2.json", &bad)]);
    assert_eq!(
        told_in(&folder, &["validate", "1.json"]),
        (
            0,
            "ok     1.json: fails (2 steps)\n\n1 file: 1 is valid; 2 steps\n".to_owned(),
            String::new()
        )
    );
    let (code, out, complaints) = told_in(&folder, &["validate", "."]);
    assert_eq!(code, 2);
    assert!(out.ends_with("\n2 files: 1 is valid, 1 has an error; 4 steps\n"), "{out}");
    assert_eq!(complaints, "2.json:4:24: error: steps[1].nodes[0]: node A1 is up\n");
}

#[test]
fn a_folder_without_scenarios_is_bad_input() {
    let folder = folder("without_scenarios", &[("notes.txt", "")]);
    assert_eq!(
        told_in(&folder, &["run", "."]),
        (2, String::new(), "error: there is no .json file in .\n".to_owned())
    );
}
