//! Server versions and mesh seeds in files and reports (docs/domain.md §17, §18).

use rosterlab_scenario::report::{ndjson, table_rows};
use rosterlab_scenario::{Runner, Scenario};

fn text(nodes: &str, steps: &str) -> String {
    let namespaces = r#"[{"name":"main","replication-factor":2,"strong-consistency":false}]"#;
    format!(
        r#"{{"format":"rosterlab-scenario/1","cluster":{{"nodes":[{nodes}],"namespaces":{namespaces}}},"steps":[{steps}]}}"#
    )
}

const OLD: &str = r#"{"id":"A1","server":"3.12"},{"id":"A2","server":"3.12","seeds":["A1"]},{"id":"A3","server":"3.12"}"#;

/// What reading or running a file is refused with.
fn refused(nodes: &str, steps: &str) -> String {
    let timeline = Scenario::parse(text(nodes, steps).as_bytes()).and_then(|read| read.timeline());
    timeline.unwrap_err().to_string()
}

#[test]
fn what_versions_do_not_allow_is_refused_at_its_step() {
    let stop = r#"{"do":"stop","nodes":["A2"]}"#;
    for (nodes, steps, said) in [
        (
            OLD,
            format!(r#"{stop},{{"do":"start","nodes":["A2"],"server":"4.2"}}"#),
            "steps[1].nodes[0]: node A2 does not start: servers before 4.2 and those from 4.2 on do not read each other’s \
             drives; erase them, and let migrations fill them before the next node",
        ),
        (
            OLD,
            r#"{"do":"protocol-switch"}"#.to_owned(),
            "steps[0]: the switch needs every node at 3.13, and node A3 is not",
        ),
        (
            r#"{"id":"A1"}"#,
            r#"{"do":"protocol-switch"}"#.to_owned(),
            "steps[0]: the cluster has the new protocols already",
        ),
        (
            OLD,
            format!(r#"{stop},{{"do":"start","nodes":["A2"],"metadata-from-copy":true}}"#),
            "steps[1]: missing field `server`",
        ),
        (
            r#"{"id":"A1","server":"3"}"#,
            String::new(),
            "cluster.nodes[0].server: a server's version is two to four numbers of at most 255, such as 3.13 or 4.5.3.2",
        ),
        (
            r#"{"id":"A1","server":"3.12"},{"id":"A2","server":"4.1"}"#,
            String::new(),
            "cluster.nodes[0].server: servers of these versions cannot be in one cluster",
        ),
        (
            r#"{"id":"A1","seeds":["no"]}"#,
            String::new(),
            "cluster.nodes[0].seeds[0]: \"no\" is no node id: one to sixteen hexadecimal digits, not all zero",
        ),
    ] {
        assert_eq!(refused(nodes, &steps), said);
    }
}

#[test]
fn a_file_comes_back_as_it_was() {
    let steps = r#"{"do":"stop","nodes":["A2"]},{"do":"start","nodes":["A2"],"server":"3.13"},
        {"do":"add","id":"A4","server":"3.13.0.11","seeds":["A2","C0FFEE"]}"#;
    let scenario = Scenario::parse(text(OLD, steps).as_bytes()).unwrap();
    let again = Scenario::from_timeline("", &scenario.timeline().unwrap());
    assert_eq!(again.cluster, scenario.cluster);
    assert_eq!(again.steps, scenario.steps);
    let written = serde_json::to_string(&scenario).unwrap();
    assert_eq!(Scenario::parse(written.as_bytes()).unwrap(), scenario);
    // What is not used is not written.
    let plain = Scenario::parse(text(r#"{"id":"A1"}"#, "").as_bytes()).unwrap();
    let written = serde_json::to_string(&plain).unwrap();
    assert!(written.contains(r#"{"id":"A1","rack":0}"#), "{written}");
}

#[test]
fn reports_tell_who_stays_out_and_who_is_alone() {
    let steps = r#"{"do":"stop","nodes":["A3"]},{"do":"start","nodes":["A3"],"server":"4.1"},
        {"do":"stop","nodes":["A1","A2"]},{"do":"start","nodes":["A1"],"server":"4.1"},
        {"do":"stop","nodes":["A1"]},{"do":"start","nodes":["A2"],"server":"4.1"}"#;
    let scenario = Scenario::parse(text(OLD, steps).as_bytes()).unwrap();
    let reports: Vec<_> = Runner::new(&scenario).unwrap().map(Result::unwrap).collect();
    let (first, second, last) = (&reports[0], &reports[1], &reports[5]);
    assert!(!ndjson(first).contains("stays_out") && !ndjson(first).contains("alone"));
    let line = ndjson(second);
    assert!(
        line.contains(r#""orphans":["A3"],"stays_out":{"A3":"protocols-not-switched"}}"#),
        "{line}"
    );
    assert!(table_rows(second).contains("A3 stays out: protocols-not-switched\n"));
    // The others are gone, so A3 is the cluster; A2 starts and its seed A1 is down.
    let line = ndjson(last);
    assert!(line.contains(r#""orphans":[],"alone":["A2"]}"#), "{line}");
    assert!(table_rows(last).contains("A2 has found none of its seeds\n"));
}
