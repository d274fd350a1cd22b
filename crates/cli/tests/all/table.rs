//! A table of invocations with their output and exit codes.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use crate::{rosterlab, told};

const THREE: &str = r#"{"format":"rosterlab-scenario/1","title":"three","cluster":{"nodes":[{"id":"A1"},{"id":"A2"},{"id":"A3"}]},"steps":["#;

/// A file with these steps on three nodes.
fn three(steps: &str) -> String {
    format!("{THREE}{steps}]}}")
}

/// Each row is one invocation; what is expected is the exit code and what standard error says before the usage.
fn check(rows: &[(&[&str], &str)], expected: &Expect) {
    let mut text = String::new();
    for (arguments, input) in rows {
        let (code, _, complaint) = told(arguments, input);
        assert!(!complaint.contains("panicked"), "{arguments:?}: {complaint}");
        let (complaint, _) = complaint.split_once("\nUsage: ").unwrap_or((&complaint, ""));
        let complaint = complaint.replace("\n\n", "\n").trim_end().replace('\n', "\n    ");
        writeln!(text, "{code} {}", complaint.trim_end()).unwrap();
    }
    expected.assert_eq(&text);
}

#[test]
fn arguments() {
    check(
        &[
            (&[], ""),
            (&["--help"], ""),
            (&["-h"], ""),
            (&["run", "--help"], ""),
            (&["help", "what-if"], ""),
            (&["--version"], ""),
            (&["run"], ""),
            (&["run", "a", "b"], ""),
            (&["run", "there-is-no-such-file.json"], ""),
            (&["run", "src"], ""),
            (&["run", "no-such-*.json"], ""),
            (&["run", "-", "-"], ""),
            (&["validate"], ""),
            (&["validate", "-", "--format", "log"], ""),
            (&["run", "-", "--format"], ""),
            (&["run", "-", "--format", "xml"], ""),
            (&["run", "-", "--format", "log", "--format", "log"], ""),
            (&["run", "-", "--partition", "1"], ""),
            (&["schema", "please"], ""),
            (&["explain", "-"], ""),
            (&["explain", "-", "--partition", "-1"], ""),
            (&["what-if", "-"], ""),
            (&["what-if", "-", "--lose", "0"], ""),
            (&["what-if", "-", "--lose", "99999999999999999999"], ""),
        ],
        &expect![[r#"
            2 A simulator of how an Aerospike cluster with strong consistency behaves
            0 
            0 
            0 
            0 
            0 
            2 error: the following required arguments were not provided:
                  <FILES>...
            2 a: error: cannot be read: No such file or directory (os error 2)
                b: error: cannot be read: No such file or directory (os error 2)
            2 there-is-no-such-file.json: error: cannot be read: No such file or directory (os error 2)
            2 error: there is no .json file in src
            2 error: no file matches no-such-*.json
            2 error: standard input can be read only once
            2 error: the following required arguments were not provided:
                  <FILES>...
            2 error: invalid value 'log' for '--format <FORMAT>'
                  [possible values: text, json, junit, tap, github]
                For more information, try '--help'.
            2 error: a value is required for '--format <FORMAT>' but none was supplied
                  [possible values: text, ndjson, table, log, json, junit, tap, github]
                For more information, try '--help'.
            2 error: invalid value 'xml' for '--format <FORMAT>'
                  [possible values: text, ndjson, table, log, json, junit, tap, github]
                For more information, try '--help'.
            2 error: the argument '--format <FORMAT>' cannot be used multiple times
            2 error: unexpected argument '--partition' found
                  tip: to pass '--partition' as a value, use '-- --partition'
            2 error: unexpected argument 'please' found
            2 error: the following required arguments were not provided:
                  <--partition <N>|--key <SET> <KEY>>
            2 error: invalid value '-1' for '--partition <N>': "-1" is no partition: a whole number from 0 to 4095
                For more information, try '--help'.
            2 error: the following required arguments were not provided:
                  --lose <K>
            2 error: invalid value '0' for '--lose <K>': a whole number from 1 to 256 is expected
                For more information, try '--help'.
            2 error: invalid value '99999999999999999999' for '--lose <K>': a whole number from 1 to 256 is expected
                For more information, try '--help'.
        "#]],
    );
}

#[test]
fn arguments_of_succession() {
    check(
        &[
            (&["succession"], ""),
            (&["succession", "--roster", "A1"], ""),
            (&["succession", "--roster", "A1", "--replication-factor", "0"], ""),
            (&["succession", "--roster", "A1", "--replication-factor", "2x"], ""),
            (&["succession", "--roster", "", "--replication-factor", "2"], ""),
            (&["succession", "--roster", "A1,A1@2", "--replication-factor", "2"], ""),
            (&["succession", "--roster", "A1@-1", "--replication-factor", "2"], ""),
            (&["succession", "--roster", "A1,", "--replication-factor", "2"], ""),
            (
                &[
                    "succession",
                    "--roster",
                    "A1",
                    "--replication-factor",
                    "1",
                    "--partition",
                    "4096",
                ],
                "",
            ),
            (&["succession", "A1"], ""),
        ],
        &expect![[r#"
            2 error: the following required arguments were not provided:
                  --roster <ROSTER>
                  --replication-factor <N>
            2 error: the following required arguments were not provided:
                  --replication-factor <N>
            2 error: invalid value '0' for '--replication-factor <N>': a whole number from 1 to 128 is expected
                For more information, try '--help'.
            2 error: invalid value '2x' for '--replication-factor <N>': a whole number from 1 to 128 is expected
                For more information, try '--help'.
            2 error: invalid value '' for '--roster <ROSTER>': "" is no node id: one to sixteen hexadecimal digits, not all zero
                For more information, try '--help'.
            2 error: invalid value 'A1,A1@2' for '--roster <ROSTER>': node A1 is named twice
                For more information, try '--help'.
            2 error: invalid value 'A1@-1' for '--roster <ROSTER>': "-1" is no rack id: a whole number from 0 to 1000000
                For more information, try '--help'.
            2 error: invalid value 'A1,' for '--roster <ROSTER>': "" is no node id: one to sixteen hexadecimal digits, not all zero
                For more information, try '--help'.
            2 error: invalid value '4096' for '--partition <N>': "4096" is no partition: a whole number from 0 to 4095
                For more information, try '--help'.
            2 error: unexpected argument 'A1' found
        "#]],
    );
}

#[test]
fn what_is_misspelt_is_answered_with_what_is_near() {
    check(
        &[
            (&["--verbose"], ""),
            (&["play"], ""),
            (&["explian"], ""),
            (&["run", "-", "--fromat", "log"], ""),
            (&["run", "-", "--format", "tabel"], ""),
            (&["man", "play"], ""),
            (&["completions", "csh"], ""),
        ],
        &expect![[r#"
            2 error: unexpected argument '--verbose' found
                  tip: a similar argument exists: '--version'
            2 error: unrecognized subcommand 'play'
                  tip: some similar subcommands exist: 'explain', 'plan'
            2 error: unrecognized subcommand 'explian'
                  tip: a similar subcommand exists: 'explain'
            2 error: unexpected argument '--fromat' found
                  tip: a similar argument exists: '--format'
            2 error: invalid value 'tabel' for '--format <FORMAT>'
                  [possible values: text, ndjson, table, log, json, junit, tap, github]
                  tip: a similar value exists: 'table'
                For more information, try '--help'.
            2 error: there is no command "play"; there are run, validate, scenario, explain, what-if, check, plan, succession, figure, test, serve, collectinfo, bring, log, schema, completions, man, help
            2 error: invalid value 'csh' for '<SHELL>'
                  [possible values: bash, elvish, fish, powershell, zsh]
                  tip: a similar value exists: 'zsh'
                For more information, try '--help'.
        "#]],
    );
}

#[test]
fn runs() {
    let holds = three(r#"{"do":"stop","nodes":["A1"]},{"do":"expect","unavailable":0}"#);
    let fails = three(r#"{"do":"stop","nodes":["A1"]},{"do":"expect","unavailable":7}"#);
    let refused = three(r#"{"do":"migrate"},{"do":"stop","nodes":["A9"]}"#);
    let unknown = three(r#"{"do":"explode"}"#);
    let write = three(r#"{"do":"write","key":"k","result":"unavailable"}"#);
    let deep = "[".repeat(10_000);
    let misspelt = three(r#"{"do":"expect","unavailble":7}"#);
    let twice = three("{\"do\":\"migrate\",\n \"do\":\"migrate\"}");
    let near = three(r#"{"do":"restart","nodes":["A1"]}"#);
    let of_file = THREE.replace("title", "tilte");
    check(
        &[
            (&["run", "-"], &holds),
            (&["run", "-", "--format", "table"], &holds),
            (&["run", "-", "--format=log"], &holds),
            (&["run", "-", "--format", "ndjson"], &fails),
            (&["run", "-", "--format", "log"], &fails),
            (&["run", "-"], &refused),
            (&["run", "-"], &unknown),
            (&["run", "-"], &misspelt),
            (&["run", "-"], &twice),
            (&["run", "-"], &near),
            (&["run", "-"], &format!("{of_file}]}}")),
            (&["run", "-"], "{\n  \"format\": \"rosterlab-scenario/1\",\n  cluster: 5\n}"),
            (&["run", "-"], "s1=0.1.0-0_a.n2S-main_1-A1_s5"),
            (&["run", "-", "--format", "ndjson"], &write),
            (&["run", "-"], &deep),
            (&["run", "-"], ""),
            (&["run", "-"], "\0"),
            (&["explain", "-", "--partition", "0"], &holds),
            (&["explain", "-", "--partition", "0", "--namespace", "mian"], &holds),
            (&["explain", "-", "--partition", "0", "--on", "A1"], &holds),
            (&["explain", "-", "--partition", "0", "--on", "A9"], &holds),
            (&["explain", "-", "--partition", "0"], &refused),
            (&["what-if", "-", "--lose", "2"], &holds),
            (&["what-if", "-", "--lose", "3"], &holds),
            (&["what-if", "-", "--lose", "1"], &refused),
        ],
        &expect![[r#"
            0 
            0 
            0 
            1 <stdin>:1:161: steps[1].unavailable: expected 7, found 0
            1 <stdin>:1:161: steps[1].unavailable: expected 7, found 0
            2 <stdin>:1:156: error: steps[1].nodes[0]: no node "A9"
            2 <stdin>:1:118: error: steps[0].do: unknown action "explode"; the actions are stop, crash, start, wipe, add, remove, move, cut, heal, roster-set, recluster, revive, quiesce, quiesce-undo, protocol-switch, migrate, advance, write, read, expect
            2 <stdin>:1:132: error: steps[0].unavailble: unknown field `unavailble`; did you mean `unavailable`?
            2 <stdin>:2:2: error: steps[0]: the key "do" appears twice
            2 <stdin>:1:118: error: steps[0].do: unknown action "restart"; did you mean "start"?
            2 <stdin>:1:34: error: tilte: unknown field `tilte`; did you mean `title`?
            2 <stdin>:3:3: error: not JSON: key must be a string
            2 <stdin>:1:30: error: step 1, character 30: a node's place is expected
            1 <stdin>:1:141: steps[0].result: expected unavailable, found ok
            2 <stdin>:1:128: error: not JSON: recursion limit exceeded
            2 <stdin>:1:1: error: not JSON: EOF while parsing a value
            2 <stdin>:1:1: error: not JSON: expected value
            0 
            2 error: no namespace "mian"
            2 error: node A1 is down
            2 error: no node "A9"
            2 <stdin>:1:156: error: steps[1].nodes[0]: no node "A9"
            0 
            2 error: --lose: cannot lose 3 nodes: 2 are up, and at least one has to be lost
            2 <stdin>:1:156: error: steps[1].nodes[0]: no node "A9"
        "#]],
    );
}

#[test]
fn files_that_are_something_else() {
    check(
        &[
            (&["run", "-"], "service {\n\tproto-fd-max 15000\n}\n"),
            (
                &["explain", "-", "--partition", "0"],
                "roster=A101@1,A102@1:pending_roster=A101@1,A102@1:observed_nodes=A101@1\n",
            ),
            (&["what-if", "-", "--lose", "1"], "A101@1,A102@1,B101@2\n"),
            (&["figure", "-"], "apiVersion: asdb.aerospike.com/v1\nkind: AerospikeCluster\n"),
            (
                &["test", "-", "--as", "rust"],
                "{\"groups\": [], \"title\": \"Network Information\"}",
            ),
            (&["scenario", "-"], "\n"),
            (
                &["run", "-"],
                "# a comment\nformat: rosterlab-scenario/1\ncluster:\n  nodes:\n  - id: A1\n",
            ),
            (&["run", "-"], "kind: Deployment\nmetadata:\n  name: x\n"),
        ],
        &expect![[r#"
            2 <stdin>:1:1: error: This is not a scenario. It looks like an aerospike.conf (line 1: "service {"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
            2 <stdin>:1:1: error: This is not a scenario. It looks like a roster that asinfo printed (line 1: "roster=A101@1,A102@1:pending_roster=A101…"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1"). To make a scenario of it: rosterlab bring - > cluster.json
            2 <stdin>:1:1: error: This is not a scenario. It looks like a list of roster nodes (line 1: "A101@1,A102@1,B101@2"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1"). To make a scenario of it: rosterlab bring - > cluster.json
            2 <stdin>:1:1: error: This is not a scenario. It looks like the YAML of an AerospikeCluster (line 1: "apiVersion: asdb.aerospike.com/v1"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
            2 <stdin>:1:1: error: This is not a scenario. It looks like JSON of another kind (line 1: "{"groups": [], "title": "Network Informa…"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
            2 <stdin>:1:1: error: This is not a scenario. It is empty.
            2 <stdin>:2:1: error: this scenario is written in YAML, and scenarios are JSON: convert it, for example with yq -o=json . FILE
            2 <stdin>:1:1: error: This is not a scenario. It looks like YAML (line 1: "kind: Deployment"). Rosterlab opens scenario files (JSON with "format": "rosterlab-scenario/1").
        "#]],
    );
    // The command's own output is not a scenario either.
    let (_, log, _) =
        told(&["run", "-", "--format", "log"], &three(r#"{"do":"stop","nodes":["A1"]}"#));
    let (code, _, complaint) = told(&["run", "-"], &log);
    assert_eq!(code, 2);
    assert!(complaint.contains("It looks like a server log (line 1: \""), "{complaint}");
}

#[test]
fn bytes_that_are_no_text() {
    let output = rosterlab(&["run", "-"], b"{\"format\": \"\xff\xfe\"}");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "<stdin>:1:13: error: not JSON: not UTF-8 text\n"
    );
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("ERROR  <stdin>\n"));
}

#[test]
fn more_bytes_than_a_scenario_may_have() {
    let output = rosterlab(&["run", "-"], &vec![b' '; 5 * 1024 * 1024]);
    assert_eq!(output.status.code(), Some(2));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(complaint, "<stdin>:1:1: error: a scenario has at most 4194304 bytes\n");
}

#[test]
fn more_sets_than_are_tried() {
    let nodes: Vec<String> = (1..=64).map(|i| format!(r#"{{"id":"{i:X}"}}"#)).collect();
    let file = format!(
        r#"{{"format":"rosterlab-scenario/1","cluster":{{"nodes":[{}]}},"steps":[]}}"#,
        nodes.join(",")
    );
    check(
        &[(&["what-if", "-", "--lose", "4"], &file), (&["what-if", "-", "--lose", "32"], &file)],
        &expect![[r#"
            2 error: --lose: there are 635376 sets of that many nodes, and at most 200000 are tried
            2 error: --lose: there are too many sets of that many nodes: at most 200000 are tried
        "#]],
    );
}

#[test]
fn steps_before_a_bad_one_are_printed() {
    let (code, out, _) = told(
        &["run", "-", "--format", "ndjson"],
        &three(r#"{"do":"migrate"},{"do":"start","nodes":["A1"]}"#),
    );
    assert_eq!((code, out.lines().count()), (2, 1));
}

/// `rosterlab run FILE | head -1`
#[cfg(unix)]
#[test]
fn nobody_reads_what_is_printed() {
    use std::process::{Command, Stdio};

    for arguments in [
        ["succession", "--roster", "A1,A2,A3", "--replication-factor", "2"].as_slice(),
        &["run", "www/scenarios/rolling-restart.json", "--format", "log"],
        &["schema"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(env!("CARGO_BIN_EXE_rosterlab"))
            .args(arguments)
            .current_dir(crate::repository("."))
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
}
