//! Scenarios of several sites at the command line: what `run` prints, how it exits, and which commands do not take them.

use expect_test::expect;
use serde_json::Value;

use crate::schema::Schema;
use crate::{repository, told};

/// A file with two sites of two nodes and these steps.
fn two(steps: &str) -> String {
    format!(
        r#"{{"format":"rosterlab-scenario/1","title":"two","sites":[{{"name":"old","cluster":{{"nodes":[{{"id":"A1"}},{{"id":"A2"}}]}}}},{{"name":"new","cluster":{{"nodes":[{{"id":"B1"}},{{"id":"B2"}}]}}}}],"steps":[{steps}]}}"#
    )
}

#[test]
fn every_format_takes_them_and_prints_the_same_bytes() {
    let folder = repository("www/scenarios/sites");
    let folder = folder.to_str().unwrap();
    for format in ["ndjson", "table", "log", "text", "json", "junit", "tap", "github"] {
        let once = told(&["run", folder, "--format", format], "");
        assert_eq!(once, told(&["run", folder, "--format", format], ""), "{format}");
        assert_eq!(once.0, 0, "{format}: {}", once.2);
    }
    assert_eq!(told(&["validate", folder], "").0, 0);
}

#[test]
fn a_line_has_its_keys_in_the_documented_order() {
    let steps = r#"{"do":"ship","from":"old","to":"new"},{"do":"load","records":3}"#;
    let (code, out, _) = told(&["run", "-", "--format", "ndjson"], &two(steps));
    let last = out.lines().last().unwrap();
    assert_eq!(code, 0);
    assert!(
        last.starts_with(
            r#"{"step":1,"do":"load","time_ms":0,"sites":[{"site":"old","acknowledged":3,"reads":0,"stale":0,"overwritten":0,"lost":0,"refused":0,"records":3,"missing":0,"sub_clusters":[{"nodes":["A2","A1"]"#
        ),
        "{last}"
    );
    assert!(
        last.ends_with(
            r#"[{"from":"old","to":"new","namespace":"main","connected":true,"waiting":3,"lag_ms":0,"shipped":0,"abandoned":0,"queue_lost":0}],"fleets":[],"waiting":3,"lag_ms":0,"diverged":0}"#
        ),
        "{last}"
    );
}

#[test]
fn the_log_has_what_the_nodes_of_each_site_say_and_sentences() {
    let steps = r#"
        {"do":"ship","from":"old","to":"new","at":"09:00:00"},
        {"do":"load","records":2},
        {"do":"write","digest":"0000000000000000000000000000000000000007"},
        {"do":"advance","seconds":1},
        {"do":"crash","site":"new","nodes":["B2"]}"#;
    let (code, out, err) = told(&["run", "-", "--format", "log"], &two(steps));
    assert_eq!((code, err.as_str()), (0, ""));
    expect![[r#"
        09:00:00  The ship of main from old to new is on. It sends what is written from now on, not what is there already (documented).
        09:00:00  2 records were written to main at old.
        09:00:00  Record 0000000000000000000000000000000000000007 arrived at new from old: old's value of 0 s.
        new  B1  Jan 01 2019 09:00:02 GMT: INFO (clustering): (clustering.c:5795) applied new cluster key 35de1c9756ce
        new  B1  Jan 01 2019 09:00:02 GMT: INFO (clustering): (clustering.c:5797) applied new succession list b1
        new  B1  Jan 01 2019 09:00:02 GMT: INFO (clustering): (clustering.c:5799) applied cluster size 1
        new  B1  Jan 01 2019 09:00:02 GMT: INFO (partition): (partition_balance_ee.c:1000) {main} 1 of 2 nodes participating - regime 1 -> 3
        new  B1  Jan 01 2019 09:00:02 GMT: INFO (partition): (partition_balance_ee.c:1244) {main} rebalanced: regime 3 expected-migrations (0,0,0) expected-appeals 0 unavailable-partitions 4096
    "#]].assert_eq(&out);
}

#[test]
fn an_expectation_that_does_not_hold_exits_with_1_and_names_its_place() {
    let steps = r#"{"do":"load","records":2},{"do":"expect","site":"new","records":2}"#;
    let (code, out, _) = told(&["run", "-"], &two(steps));
    expect![[r#"
        FAIL   <stdin>: two (2 steps, 1 of 1 expectation not met)
               <stdin>:1:243: steps[1].records: expected 2, found 0

        1 file: 1 fails; 2 steps, 1 expectation, 1 of them not met
    "#]]
    .assert_eq(&out);
    assert_eq!(code, 1);
    let (code, _, err) = told(&["run", "-"], &two(r#"{"do":"load","records":2,"site":"nwe"}"#));
    expect![[r#"
        <stdin>:1:214: error: steps[0].site: no site "nwe"; did you mean "new"?
    "#]]
    .assert_eq(&err);
    assert_eq!(code, 2);
}

#[test]
fn a_command_of_one_cluster_says_that_it_takes_no_sites() {
    let file = repository("www/scenarios/sites/crossing-writes.json");
    let file = file.to_str().unwrap();
    for arguments in [
        &["explain", file, "--partition", "1"][..],
        &["what-if", file, "--lose", "1"],
        &["figure", file],
        &["test", file, "--as", "rust"],
        &["serve", file],
    ] {
        let (code, out, err) = told(arguments, "");
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        let sentence =
            "5:3: error: sites: only `rosterlab run`, `validate` and `scenario` take sites\n";
        assert!(err.ends_with(sentence), "{arguments:?}: {err}");
    }
    let (code, out, _) = told(&["scenario", file], "");
    assert_eq!(code, 0);
    let reread = told(&["run", "-"], &out);
    assert_eq!(reread.0, 0, "what is printed can be run: {}", reread.2);
}

/// The schema refuses what the parser refuses.
#[test]
fn the_schema_refuses_what_sites_do_not_have() {
    let schema = Schema::read();
    for step in [
        r#"{"do":"shp","from":"old","to":"new"}"#,
        r#"{"do":"ship","from":"old"}"#,
        r#"{"do":"ship","from":"old","to":"new","site":"old"}"#,
        r#"{"do":"ship","from":"old","to":"new","delay-ms":-1}"#,
        r#"{"do":"ship","from":"old","to":"new","mode":"5"}"#,
        r#"{"do":"ship","from":"old","to":"new","rewind":"some"}"#,
        r#"{"do":"load","records":0}"#,
        r#"{"do":"restore","name":"b","policy":"newest"}"#,
        r#"{"do":"advance","seconds":1,"site":"old"}"#,
        r#"{"do":"expect","stael":0}"#,
        r#"{"do":"expect","stale":-1}"#,
        r#"{"do":"stop","nodes":["A1"],"site":1}"#,
    ] {
        let text = two(step);
        assert_eq!(told(&["run", "-"], &text).0, 2, "{step} is bad input");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert!(schema.check(&schema.0, &value, "").is_err(), "{step}");
    }
    let cluster = r#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1"}]},"steps":[{"do":"stop","nodes":["A1"],"site":"old"}]}"#;
    assert_eq!(told(&["run", "-"], cluster).0, 2, "one cluster has no sites");
    let value: Value = serde_json::from_str(cluster).unwrap();
    assert!(schema.check(&schema.0, &value, "").is_err());
}
