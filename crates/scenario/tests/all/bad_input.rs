//! Bad input of any kind is one line that names its place, never a panic.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use rosterlab_scenario::{MAX_BYTES, Runner, Scenario, ScenarioError};

use crate::strategies::seeded;

/// Reads and runs a file; the first error.
fn run(bytes: &[u8]) -> Result<(), ScenarioError> {
    let scenario = Scenario::parse(bytes)?;
    for report in Runner::new(&scenario)? {
        report?;
    }
    Ok(())
}

fn complaint(text: &str) -> String {
    run(text.as_bytes()).map_or_else(|error| error.to_string(), |()| "nothing is wrong".to_owned())
}

/// A file with these steps on a cluster of three nodes.
fn steps(steps: &str) -> String {
    format!(
        r#"{{"format":"rosterlab-scenario/1","title":"t","cluster":{{"nodes":[{{"id":"A101","rack":1}},{{"id":"A102","rack":1}},{{"id":"B101","rack":2}}]}},"steps":[{steps}]}}"#
    )
}

/// A file with this cluster and no steps.
fn cluster(cluster: &str) -> String {
    format!(r#"{{"format":"rosterlab-scenario/1","title":"t","cluster":{cluster},"steps":[]}}"#)
}

fn nodes(count: usize) -> String {
    let list: Vec<String> = (1..=count).map(|i| format!(r#"{{"id":"{i:X}"}}"#)).collect();
    cluster(&format!(r#"{{"nodes":[{}]}}"#, list.join(",")))
}

/// One line for each error.
fn check(files: &[String], expected: &Expect) {
    let complaints: Vec<String> = files.iter().map(|file| complaint(file)).collect();
    for complaint in &complaints {
        assert!(!complaint.contains('\n') && complaint.len() < 800, "{complaint}");
    }
    expected.assert_eq(&(complaints.join("\n") + "\n"));
}

#[test]
fn files_that_are_no_scenario() {
    let of = |text: &str| text.to_owned();
    check(
        &[
            of(""),
            of("\0"),
            of("hello"),
            of("{"),
            of("[]"),
            of("7"),
            of("{}"),
            of(r#"{"format":"rosterlab-scenario/2","cluster":5}"#),
            of(r#"{"format":1,"cluster":{"nodes":[{"id":"A1"}]},"steps":[]}"#),
            of(r#"{"format":"rosterlab-scenario/1","cluster":[],"steps":[]}"#),
            of(r#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1"}]}}"#),
            of(r#"{"format":"rosterlab-scenario/1","steps":[]}"#),
            of(
                r#"{"format":"rosterlab-scenario/1","title":5,"cluster":{"nodes":[{"id":"A1"}]},"steps":[]}"#,
            ),
            of(
                r#"{"format":"rosterlab-scenario/1","about":{},"cluster":{"nodes":[{"id":"A1"}]},"steps":[]}"#,
            ),
            of(r#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1"}]},"steps":{}}"#),
            of(
                r#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1"}]},"steps":[],"stpes":[]}"#,
            ),
            of(r#"{"format":"rosterlab-scenario/1","format":"rosterlab-scenario/1"}"#),
            "[".repeat(10_000),
            r#"{"steps":"#.repeat(10_000),
            steps("") + "}",
        ],
        &expect![[r#"
            line 1 column 0: not JSON: EOF while parsing a value
            line 1 column 1: not JSON: expected value
            line 1 column 1: not JSON: expected value
            line 1 column 1: not JSON: EOF while parsing an object
            a scenario is an object
            a scenario is an object
            missing field `format`
            cluster: a cluster is an object
            format: invalid type: integer `1`, expected a string
            cluster: a cluster is an object
            missing field `steps`
            missing field `cluster`
            title: invalid type: integer `5`, expected a string
            about: invalid type: map, expected a string
            steps: invalid type: map, expected a sequence
            stpes: unknown field `stpes`, expected one of `format`, `title`, `about`, `cluster`, `steps`
            line 1 column 41: not JSON: the key "format" appears twice
            line 1 column 128: not JSON: recursion limit exceeded
            line 1 column 1144: not JSON: recursion limit exceeded
            line 1 column 148: not JSON: trailing characters
        "#]],
    );
}

#[test]
fn starts_that_cannot_be() {
    let of = |text: &str| cluster(text);
    let namespace = |fields: &str| {
        cluster(&format!(r#"{{"nodes":[{{"id":"A1"}}],"namespaces":[{{{fields}}}]}}"#))
    };
    check(
        &[
            of(r#"{"nodes":[{"id":"A1","down":"clean"}]}"#),
            of(r#"{"nodes":[{"id":"A1","down":"dirty"}]}"#),
            namespace(r#""name":"main","replication-factor":2,"roster":"some""#),
            namespace(r#""name":"main","replication-factor":2,"roster":[]"#),
            namespace(r#""name":"main","replication-factor":2,"roster":["A1","B1","a1@2"]"#),
            namespace(r#""name":"main","replication-factor":2,"roster":["A1@x"]"#),
            namespace(r#""name":"main","replication-factor":2,"versions":5"#),
            namespace(r#""name":"main","replication-factor":2,"versions":"""#),
            namespace(r#""name":"main","replication-factor":2,"versions":"2""#),
            namespace(r#""name":"main","replication-factor":2,"versions":"10000_""#),
            namespace(r#""name":"main","replication-factor":2,"versions":"1000000000000000000""#),
        ],
        &expect![[r#"
            cluster.nodes: at least one node is up at the start
            cluster.nodes[0].down: unknown variant `dirty`, expected `clean` or `unclean`
            cluster.namespaces[0].roster: unknown variant `some`, expected `all` or `none`
            cluster.namespaces[0].roster: a roster has 1 to 256 nodes, each once
            cluster.namespaces[0].roster: a roster has 1 to 256 nodes, each once
            cluster.namespaces[0].roster[0]: "x" is no rack id: a whole number from 0 to 1000000
            cluster.namespaces[0].versions: invalid type: integer `5`, expected a string
            cluster.namespaces[0].versions: character 0 of the versions: one of 0-9 a-z A-Z - ~ is expected
            cluster.namespaces[0].versions: character 1 of the versions: starting versions of this form are not known
            cluster.namespaces[0].versions: character 6 of the versions: one of 0-9 a-z A-Z - ~ is expected
            cluster.namespaces[0].versions: character 12 of the versions: the end of the starting versions is expected
        "#]],
    );
}

#[test]
fn clusters_that_cannot_be() {
    let of = |text: &str| cluster(text);
    let namespace = |fields: &str| {
        cluster(&format!(r#"{{"nodes":[{{"id":"A1"}}],"namespaces":[{{{fields}}}]}}"#))
    };
    let thirty_three: Vec<String> =
        (0..33).map(|i| format!(r#"{{"name":"n{i}","replication-factor":1}}"#)).collect();
    check(
        &[
            of("{}"),
            of(r#"{"nodes":[]}"#),
            of(r#"{"nodes":5}"#),
            of(r#"{"nodes":["A1"]}"#),
            of(r#"{"nodes":[["A1",1]]}"#),
            of(r#"{"nodes":[{"id":"A1"},{"id":"0a1"}]}"#),
            of(r#"{"nodes":[{"id":"0"}]}"#),
            of(r#"{"nodes":[{"id":"XYZ"}]}"#),
            of(r#"{"nodes":[{"id":"12345678901234567"}]}"#),
            of(r#"{"nodes":[{"id":7}]}"#),
            of(r#"{"nodes":[{"rack":1}]}"#),
            of(r#"{"nodes":[{"id":"A1","rack":-1}]}"#),
            of(r#"{"nodes":[{"id":"A1","rack":1000001}]}"#),
            of(r#"{"nodes":[{"id":"A1","rack":1.5}]}"#),
            of(r#"{"nodes":[{"id":"A1","rack":"1"}]}"#),
            of(r#"{"nodes":[{"id":"A1","rack":null}]}"#),
            of(r#"{"nodes":[{"id":"A1","rack":99999999999999999999999999}]}"#),
            of(r#"{"nodes":[{"id":"A1","color":"red"}]}"#),
            of(r#"{"nodes":[{"id":"A1"}],"server":"7.0"}"#),
            of(r#"{"nodes":[{"id":"A1"}],"namespaces":[]}"#),
            of(r#"{"nodes":[{"id":"A1"}],"migrations-per-second":0}"#),
            of(r#"{"nodes":[{"id":"A1"}],"migrate-fill-delay":5000000}"#),
            of(r#"{"nodes":[{"id":"A1"}],"migrate-fill-delay":-1}"#),
            of(&format!(
                r#"{{"nodes":[{{"id":"A1"}}],"namespaces":[{}]}}"#,
                thirty_three.join(",")
            )),
            namespace(r#""name":"main""#),
            namespace(r#""name":"","replication-factor":2"#),
            namespace(r#""name":"a:b","replication-factor":2"#),
            namespace(r#""name":"main","replication-factor":0"#),
            namespace(r#""name":"main","replication-factor":300"#),
            namespace(r#""name":"main","replication-factor":2,"strong-consistency":"yes""#),
            namespace(r#""name":"main","replication-factor":2,"devices":17"#),
            namespace(
                r#""name":"main","replication-factor":2},{"name":"main","replication-factor":2"#,
            ),
            nodes(129),
        ],
        &expect![[r#"
            cluster: missing field `nodes`
            cluster.nodes: a cluster has 1 to 128 nodes, not 0
            cluster.nodes: invalid type: integer `5`, expected a sequence
            cluster.nodes[0]: a node is an object
            cluster.nodes[0]: a node is an object
            cluster.nodes[1].id: node A1 is there twice
            cluster.nodes[0].id: "0" is no node id: one to sixteen hexadecimal digits, not all zero
            cluster.nodes[0].id: "XYZ" is no node id: one to sixteen hexadecimal digits, not all zero
            cluster.nodes[0].id: "12345678901234567" is no node id: one to sixteen hexadecimal digits, not all zero
            cluster.nodes[0].id: invalid type: integer `7`, expected a string
            cluster.nodes[0]: missing field `id`
            cluster.nodes[0].rack: -1 is not a whole number from 0 to 1000000
            cluster.nodes[0].rack: 1000001 is not a whole number from 0 to 1000000
            cluster.nodes[0].rack: 1.5 is not a whole number from 0 to 1000000
            cluster.nodes[0].rack: invalid type: string "1", expected a whole number from 0 to 1000000
            cluster.nodes[0].rack: null is not allowed: leave the field out
            cluster.nodes[0].rack: 1e+26 is not a whole number from 0 to 1000000
            cluster.nodes[0].color: unknown field `color`, expected one of `id`, `rack`, `stay-quiesced`, `quiesced`, `down`, `server`, `seeds`, `name`, `address`
            cluster.server: unknown variant `7.0`, expected one of `4.5.3`, `6.0`, `7.1`
            cluster.namespaces: a cluster has 1 to 32 namespaces, not 0
            cluster.migrations-per-second: 0 is not a whole number from 1 to 1000
            cluster.migrate-fill-delay: at most 4294967 seconds
            cluster.migrate-fill-delay: -1 is no time: 0 to 1000000000 seconds, at most three places after the point
            cluster.namespaces: a cluster has 1 to 32 namespaces, not 33
            cluster.namespaces[0]: missing field `replication-factor`
            cluster.namespaces[0].name: a namespace's name is 1 to 31 bytes without any of ":;,= "
            cluster.namespaces[0].name: a namespace's name is 1 to 31 bytes without any of ":;,= "
            cluster.namespaces[0].replication-factor: 0 is not a whole number from 1 to 128
            cluster.namespaces[0].replication-factor: 300 is not a whole number from 1 to 128
            cluster.namespaces[0].strong-consistency: invalid type: string "yes", expected a boolean
            cluster.namespaces[0].devices: 17 is not a whole number from 1 to 16
            cluster.namespaces[1].name: a namespace of that name is there already
            cluster.nodes: a cluster has 1 to 128 nodes, not 129
        "#]],
    );
}

#[test]
fn bounds_and_moments_that_are_none() {
    check(
        &[
            steps(r#"{"do":"expect","dead":{"atmost":0}}"#),
            steps(r#"{"do":"expect","dead":{"between":[0,4097]}}"#),
            steps(r#"{"do":"expect","when":"sometimes","dead":0}"#),
            steps(r#"{"do":"expect","when":"always"}"#),
        ],
        &expect![[r#"
            steps[0].dead.atmost: unknown field `atmost`, expected one of `at-least`, `at-most`, `between`
            steps[0].dead.between: 4097 is not a whole number from 0 to 4096
            steps[0].when: unknown variant `sometimes`, expected one of `now`, `always`, `never`
            steps[0]: expects nothing
        "#]],
    );
}

#[test]
fn steps_that_cannot_settle_like_that() {
    let of = |text: &str| steps(text);
    check(
        &[
            of(r#"{"do":"stop","nodes":["A101"],"settle":"no"}"#),
            of(r#"{"do":"migrate","settle":false}"#),
            of(r#"{"do":"expect","unavailable":0,"settle":1}"#),
            of(r#"{"do":"stop","nodes":["A101"],"settle":-1}"#),
        ],
        &expect![[r#"
            steps[0].settle: invalid type: string "no", expected a boolean or a number of seconds
            steps[0].settle: clusters have nothing to settle after this step
            steps[0].settle: clusters have nothing to settle after this step
            steps[0].settle: -1 is no time: 0 to 1000000000 seconds, at most three places after the point
        "#]],
    );
}

#[test]
fn steps_that_are_none() {
    let of = |text: &str| steps(text);
    check(
        &[
            of("5"),
            of("{}"),
            of(r#"{"do":7}"#),
            of(r#"{"do":"explode"}"#),
            of(r#"{"do":"migrate"},{"do":"stop"}"#),
            of(r#"{"do":"stop","nodes":"A101"}"#),
            of(r#"{"do":"stop","nodes":["A101"],"node":"A102"}"#),
            of(r#"{"do":"stop","nodes":["A101","A1O2"]}"#),
            of(r#"{"do":"stop","nodes":["A101"],"do":"crash"}"#),
            of(r#"{"do":"stop","nodes":["A101"],"say":5}"#),
            of(r#"{"do":"migrate","partitions":0}"#),
            of(r#"{"do":"stop","nodes":["A101"],"at":"9:00"}"#),
            of(
                r#"{"do":"stop","nodes":["A101"],"at":"10:00:00"},{"do":"migrate"},{"do":"migrate","at":"09:59:59"}"#,
            ),
            of(r#"{"do":"advance"}"#),
            of(r#"{"do":"advance","seconds":-1}"#),
            of(r#"{"do":"advance","seconds":1e300}"#),
            of(r#"{"do":"advance","seconds":0.0001}"#),
            of(r#"{"do":"advance","seconds":"1"}"#),
            of(r#"{"do":"roster-set","nodes":"everything"}"#),
            of(r#"{"do":"roster-set","nodes":["A101@1","A102@x"]}"#),
            of(r#"{"do":"roster-set","nodes":7}"#),
            of(r#"{"do":"write"}"#),
            of(r#"{"do":"write","key":"a","digest":"00"}"#),
            of(r#"{"do":"write","key":1.5}"#),
            of(r#"{"do":"write","key":99999999999999999999}"#),
            of(r#"{"do":"write","key":18446744073709551615}"#),
            of(r#"{"do":"write","key":"a","stale":true}"#),
            of(r#"{"do":"read","key":"a","mode":"dirty"}"#),
            of(r#"{"do":"read","key":"a","result":"fine"}"#),
            of(r#"{"do":"read","set":"s","digest":"0000000000000000000000000000000000000000"}"#),
            of(r#"{"do":"expect"}"#),
            of(r#"{"do":"expect","namespace":"main"}"#),
            of(r#"{"do":"expect","unavailable":-1}"#),
            of(r#"{"do":"expect","unavailable":4097}"#),
            of(r#"{"do":"expect","unavailble":0}"#),
            of(r#"{"do":"expect","evade":0}"#),
            of(r#"{"do":"expect","node":"A101"}"#),
            of(r#"{"do":"expect","node":"A109","full":0}"#),
            of(r#"{"do":"expect","master":"A101"}"#),
            of(r#"{"do":"expect","partition":4096,"rule":"half"}"#),
            of(r#"{"do":"expect","partition":0,"rule":"quarter"}"#),
            of(r#"{"do":"expect","partition":0}"#),
            of(r#"{"do":"expect","on":"A109","dead":0}"#),
        ],
        &expect![[r#"
            steps[0]: a step is an object that has "do"
            steps[0]: missing field `do`
            steps[0].do: invalid type: integer `7`, expected a string
            steps[0].do: unknown action "explode"; the actions are stop, crash, start, wipe, add, remove, move, cut, heal, roster-set, recluster, revive, quiesce, quiesce-undo, protocol-switch, migrate, advance, write, read, expect
            steps[1]: missing field `nodes`
            steps[0].nodes: invalid type: string "A101", expected a sequence
            steps[0].node: unknown field `node`, expected `nodes`
            steps[0].nodes[1]: "A1O2" is no node id: one to sixteen hexadecimal digits, not all zero
            steps[0]: the key "do" appears twice
            steps[0].say: invalid type: integer `5`, expected a string
            steps[0].partitions: 0 is not a whole number from 1 to 4096
            steps[0].at: a time of day is HH:MM:SS, from 00:00:00 to 23:59:59
            steps[2].at: 09:59:59 is before 10:00:00 of an earlier step
            steps[0]: missing field `seconds`
            steps[0].seconds: -1 is no time: 0 to 1000000000 seconds, at most three places after the point
            steps[0].seconds: 1e+300 is no time: 0 to 1000000000 seconds, at most three places after the point
            steps[0].seconds: 0.0001 is no time: 0 to 1000000000 seconds, at most three places after the point
            steps[0].seconds: invalid type: string "1", expected a number of seconds
            steps[0].nodes: invalid value: string "everything", expected a list of nodes as "A101@1", or "observed"
            steps[0].nodes[1]: "x" is no rack id: a whole number from 0 to 1000000
            steps[0].nodes: invalid type: integer `7`, expected a list of nodes as "A101@1", or "observed"
            steps[0]: a record is named by "key" (and "set") or by "digest"
            steps[0].digest: a digest is forty hexadecimal digits
            steps[0].key: invalid type: floating point `1.5`, expected text or a whole number of 64 bits
            steps[0].key: invalid type: floating point `1e+20`, expected text or a whole number of 64 bits
            steps[0].key: 18446744073709551615 is not a key: an integer key has 64 bits with a sign
            steps[0].stale: unknown field `stale`, expected one of `namespace`, `set`, `key`, `digest`, `from`, `result`
            steps[0].mode: unknown variant `dirty`, expected one of `session`, `linearize`, `allow-replica`, `allow-unavailable`
            steps[0].result: unknown variant `fine`, expected one of `ok`, `in-doubt`, `unavailable`, `not-found`, `stale-regime`
            steps[0]: a record is named by "key" (and "set") or by "digest"
            steps[0]: expects nothing
            steps[0]: expects nothing
            steps[0].unavailable: -1 is not a whole number from 0 to 4096
            steps[0].unavailable: 4097 is not a whole number from 0 to 4096
            steps[0].unavailble: unknown field `unavailble`, expected one of `when`, `namespace`, `on`, `unavailable`, `dead`, `active`, `filling`, `fresh`, `sub_clusters`, `orphans`, `regime`, `roster_nodes_present`, `migrations`, `lost_writes`, `node`, `full`, `subset`, …
            steps[0].evade: means nothing without "node"
            steps[0].node: expects nothing
            steps[0].node: no node "A109"
            steps[0].master: means nothing without "partition"
            steps[0].partition: 4096 is not a whole number from 0 to 4095
            steps[0].rule: unknown variant `quarter`, expected one of `too-few-nodes`, `no-data`, `super-majority`, `no-full-copy`, `all-replicas`, `majority`, `half`, `nothing-else`, `no-roster`, `no-cluster`, `ap`
            steps[0].partition: expects nothing
            steps[0].on: no node "A109"
        "#]],
    );
}

#[test]
fn actions_that_cannot_be_done_at_their_step() {
    let of = |text: &str| steps(text);
    check(
        &[
            of(r#"{"do":"migrate"},{"do":"stop","nodes":["A109"]}"#),
            of(r#"{"do":"stop","nodes":[]}"#),
            of(r#"{"do":"stop","nodes":["A101","A102","A101"]}"#),
            of(r#"{"do":"start","nodes":["A101"]}"#),
            of(r#"{"do":"stop","nodes":["A101"]},{"do":"crash","nodes":["B101","A101"]}"#),
            of(r#"{"do":"wipe","nodes":["A101"]}"#),
            of(r#"{"do":"stop","nodes":["A101"]},{"do":"wipe","nodes":["A101"],"device":3}"#),
            of(r#"{"do":"add","id":"A101"}"#),
            of(r#"{"do":"remove","nodes":["A101"]}"#),
            of(
                r#"{"do":"crash","nodes":["A101"]},{"do":"remove","nodes":["A101"]},{"do":"start","nodes":["A101"]}"#,
            ),
            of(r#"{"do":"move","nodes":["B101","A101"],"rack":1}"#),
            of(r#"{"do":"cut","between":[["A101","A102","B101"]]}"#),
            of(r#"{"do":"cut","between":[]}"#),
            of(r#"{"do":"cut","between":[["A101"],[]]}"#),
            of(r#"{"do":"cut","between":[["A101"],["A102","A101"]]}"#),
            of(r#"{"do":"cut","between":[["A101"],["A102","A109"]]}"#),
            of(r#"{"do":"heal"}"#),
            of(r#"{"do":"heal","between":[["A101"],["A102"]]}"#),
            of(r#"{"do":"roster-set","nodes":[]}"#),
            of(r#"{"do":"roster-set","nodes":["A101@1","A102@1","A101@2"]}"#),
            of(r#"{"do":"roster-set","nodes":["A101@1"],"on":"A109"}"#),
            of(r#"{"do":"roster-set","namespace":"mian","nodes":["A101@1"]}"#),
            of(r#"{"do":"recluster","on":"A109"}"#),
            of(r#"{"do":"revive","nodes":["A109"]}"#),
            of(r#"{"do":"quiesce","nodes":["A101"]},{"do":"quiesce","nodes":["A101"]}"#),
            of(r#"{"do":"quiesce-undo","nodes":["A101"]}"#),
            of(r#"{"do":"write","key":"a","from":"A109"}"#),
            of(r#"{"do":"stop","nodes":["A101","A102","B101"]},{"do":"read","key":"a"}"#),
            of(r#"{"do":"stop","nodes":["A101","A102","B101"]},{"do":"recluster"}"#),
            of(r#"{"do":"stop","nodes":["A101"]},{"do":"expect","on":"A101","dead":0}"#),
        ],
        &expect![[r#"
            steps[1].nodes[0]: no node "A109"
            steps[0].nodes: no node is named
            steps[0].nodes[2]: node A101 is named twice
            steps[0].nodes[0]: node A101 is up
            steps[1].nodes[1]: node A101 is down
            steps[0].nodes[0]: node A101 is up
            steps[1].device: no namespace has a device 3
            steps[0].id: a node A101 is there already
            steps[0].nodes[0]: node A101 is up
            steps[2].nodes[0]: no node "A101"
            steps[0].nodes[1]: node A101 is on rack 1 already
            steps[0].between: a cut needs two sides or more
            steps[0].between: a cut needs two sides or more
            steps[0].between[1]: no node is named
            steps[0].between[1][1]: node A101 is named twice
            steps[0].between[1][1]: no node "A109"
            steps[0]: no link is cut there
            steps[0].between: no link is cut there
            steps[0].nodes: no node is named
            steps[0].nodes[2]: node A101 is named twice
            steps[0].on: no node "A109"
            steps[0].namespace: no namespace "mian"
            steps[0].on: no node "A109"
            steps[0].nodes[0]: no node "A109"
            steps[1].nodes[0]: node A101 is told to quiesce already
            steps[0].nodes[0]: node A101 is not told to quiesce
            steps[0].from: no node "A109"
            nothing is wrong
            steps[1]: no node is up
            steps[1].on: node A101 is in no sub-cluster
        "#]],
    );
}

#[test]
fn a_namespace_may_be_left_out_only_when_there_is_one() {
    let two = r#"{"nodes":[{"id":"A1"},{"id":"A2"}],"namespaces":[{"name":"a","replication-factor":2},{"name":"b","replication-factor":2,"strong-consistency":false}]}"#;
    let of = |step: &str| {
        format!(r#"{{"format":"rosterlab-scenario/1","cluster":{two},"steps":[{step}]}}"#)
    };
    check(
        &[
            of(r#"{"do":"expect","dead":0}"#),
            of(r#"{"do":"revive"}"#),
            of(r#"{"do":"revive","namespace":"b"}"#),
            of(r#"{"do":"roster-set","namespace":"b","nodes":"observed"}"#),
            of(r#"{"do":"expect","namespace":"a","dead":0}"#),
        ],
        &expect![[r#"
            steps[0]: which namespace? There are a, b
            steps[0]: which namespace? There are a, b
            steps[0].namespace: namespace "b" is not strongly consistent: it has no roster
            steps[0].namespace: namespace "b" is not strongly consistent: it has no roster
            nothing is wrong
        "#]],
    );
}

#[test]
fn a_file_has_its_limits() {
    let many = vec![r#"{"do":"advance","seconds":0}"#; 10_001];
    assert_eq!(
        complaint(&steps(&many.join(","))),
        "steps: a scenario has at most 10000 steps, not 10001"
    );
    assert_eq!(complaint(&steps(&many[1..].join(","))), "nothing is wrong");
    let long = steps("") + &" ".repeat(MAX_BYTES);
    assert_eq!(complaint(&long), "a scenario has at most 4194304 bytes");
    assert_eq!(complaint(&nodes(128)), "nothing is wrong");
}

/// Pieces for mutations, each likely to have a meaning.
const PIECES: [&str; 16] = [
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "-",
    "null",
    "1e999",
    "A101",
    "true",
    "0",
    "99999999999",
    "\"do\":\"stop\"",
    "\u{0}",
];

proptest! {
    #![proptest_config(seeded(200))]

    #[test]
    fn any_bytes_are_refused_or_run(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = run(&bytes);
    }

    #[test]
    fn a_mutated_file_is_refused_or_runs(
        which in any::<proptest::sample::Index>(),
        edits in proptest::collection::vec(
            (any::<proptest::sample::Index>(), 0..12_usize, proptest::sample::select(&PIECES[..])),
            1..4,
        ),
    ) {
        let files = crate::shipped::shipped();
        let mut text = String::from_utf8(files[which.index(files.len())].1.clone()).unwrap();
        for (place, cut, piece) in edits {
            let mut start = place.index(text.len() + 1);
            while !text.is_char_boundary(start) {
                start -= 1;
            }
            let mut end = (start + cut).min(text.len());
            while !text.is_char_boundary(end) {
                end += 1;
            }
            text.replace_range(start..end, piece);
        }
        let _ = run(text.as_bytes());
    }

    /// Mutations of values get further than mutations of the text.
    #[test]
    fn a_file_with_other_values_is_refused_or_runs(
        which in any::<proptest::sample::Index>(),
        step in any::<proptest::sample::Index>(),
        from in any::<proptest::sample::Index>(),
    ) {
        let files = crate::shipped::shipped();
        let bytes = &files[which.index(files.len())].1;
        let mut file: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        let steps = file["steps"].as_array_mut().unwrap();
        let moved = steps.remove(from.index(steps.len()));
        let to = step.index(steps.len() + 1);
        steps.insert(to, moved);
        let _ = run(file.to_string().as_bytes());
    }
}
