//! What the commands print, against golden files and documented lines.

use serde_json::Value;

use crate::{repository, told};

#[test]
fn the_same_file_prints_the_same_bytes() {
    for file in ["case-study", "consistent-or-available", "two-stops-in-a-row"] {
        let path = repository(&format!("www/scenarios/{file}.json"));
        let path = path.to_str().unwrap();
        for format in ["ndjson", "table", "log", "text", "json", "junit", "tap", "github"] {
            let once = told(&["run", path, "--format", format], "");
            assert_eq!(once, told(&["run", path, "--format", format], ""), "{file} {format}");
            assert_eq!((once.0, once.2.as_str()), (0, ""), "{file} {format}");
            assert!(!once.1.is_empty());
        }
    }
}

/// The line that docs/command-line.md shows, with a golden value.
#[test]
fn a_line_of_ndjson() {
    let path = repository("www/scenarios/case-study.json");
    let (_, out, _) = told(&["run", path.to_str().unwrap(), "--format", "ndjson"], "");
    let first = out.lines().next().unwrap();
    assert!(first.starts_with(
        r#"{"step":0,"do":"stop","sub_clusters":[{"nodes":["A103","A102","A101"],"principal":"A103","cluster_key":""#
    ));
    assert!(first.ends_with(concat!(
        r#","namespaces":{"main":{"roster_nodes_present":3,"regime":3,"active":4096,"unavailable":0,"dead":0,"#,
        r#""expected_migrations":{"A103":[1369,1349,1369],"A102":[1381,1379,1381],"A101":[1346,1368,1346]}}}}],"orphans":[]}"#
    )));
}

#[test]
fn a_failed_expectation_says_what_was_found() {
    let file = concat!(
        r#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1"},{"id":"A2"}]},"steps":["#,
        r#"{"do":"stop","nodes":["A1"]},{"do":"expect","unavailable":0,"dead":1}]}"#
    );
    let (code, out, complaints) = told(&["run", "-", "--format", "ndjson"], file);
    assert_eq!(code, 1);
    assert_eq!(
        complaints,
        "<stdin>:1:133: steps[1].unavailable: expected 0, found 4096\n\
         <stdin>:1:149: steps[1].dead: expected 1, found 0\n"
    );
    let last: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(last["failed"][0]["place"], "steps[1].unavailable");
}

#[test]
fn succession_is_the_golden_one() {
    let golden = std::fs::read_to_string(repository("tests/golden/succession.json")).unwrap();
    let golden: Value = serde_json::from_str(&golden).unwrap();
    for table in golden["tables"].as_array().unwrap() {
        let name = table["name"].as_str().unwrap();
        let roster: Vec<&str> = table["roster"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry.as_str().unwrap())
            .collect();
        let (roster, rf) = (roster.join(","), table["replication_factor"].to_string());
        let arguments = ["succession", "--roster", &roster, "--replication-factor", &rf];
        let (code, out, complaint) = told(&arguments, "");
        assert_eq!((code, complaint.as_str()), (0, ""), "{name}");
        let lines: Vec<Value> =
            out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 4096, "{name}");
        for (partition, row) in table["rows"].as_object().unwrap() {
            let line = &lines[partition.parse::<usize>().unwrap()];
            assert_eq!(line["partition"].to_string(), *partition, "{name}");
            assert_eq!(&line["succession"], row, "{name}, partition {partition}");
        }
    }
}

#[test]
fn one_partitions_succession() {
    let arguments = ["succession", "--roster", "a101@1,A102@1,B101@2", "--replication-factor", "2"];
    let (_, out, _) = told(&[&arguments[..], &["--partition", "0"]].concat(), "");
    assert_eq!(
        out,
        "{\"partition\":0,\"succession\":[\"A102\",\"B101\",\"A101\"],\"replicas\":[\"A102\",\"B101\"]}\n"
    );
    let more_copies =
        ["succession", "--roster", "A1", "--replication-factor", "3", "--partition=9"];
    let (_, out, _) = told(&more_copies, "");
    assert_eq!(out, "{\"partition\":9,\"succession\":[\"A1\"],\"replicas\":[\"A1\"]}\n");
}

#[test]
fn what_if_tries_every_set() {
    let path = repository("www/scenarios/split-by-rack.json");
    let (code, out, _) = told(&["what-if", path.to_str().unwrap(), "--lose", "2"], "");
    assert_eq!((code, out.lines().count()), (0, 15));
    assert_eq!(out.lines().next(), Some(r#"{"nodes":["B3","B2"],"unavailable":{"main":0}}"#));
    let (_, unclean, _) =
        told(&["what-if", path.to_str().unwrap(), "--lose", "2", "--unclean"], "");
    assert_eq!(unclean, out, "how nodes go matters only when they come back");
}

#[test]
fn what_if_is_a_check_when_it_is_told_how_much_may_be_unavailable() {
    let path = repository("www/scenarios/split-by-rack.json");
    let what_if = |options: &[&str]| {
        let base = ["what-if", path.to_str().unwrap(), "--step", "0", "--lose", "2"];
        told(&[&base[..], options].concat(), "")
    };
    let (code, lines, nothing) = what_if(&[]);
    assert_eq!((code, nothing.as_str()), (0, ""));
    let unavailable = |line: &str| -> u64 {
        let line: Value = serde_json::from_str(line).unwrap();
        line["unavailable"]["main"].as_u64().unwrap()
    };
    let most = lines.lines().map(unavailable).max().unwrap();
    assert!(most > 0, "{lines}");
    assert_eq!(
        what_if(&["--max-unavailable", &most.to_string()]),
        (0, lines.clone(), String::new())
    );
    let allowed = most - 1;
    let (code, again, complaint) = what_if(&["--max-unavailable", &allowed.to_string()]);
    assert_eq!((code, again), (1, lines.clone()));
    let over = lines.lines().filter(|line| unavailable(line) > allowed).count();
    let expected =
        format!("sets that leave more than {allowed} partitions unavailable: {over} of 15; ");
    assert!(
        complaint.starts_with(&expected) && complaint.ends_with(&format!(": {most}\n")),
        "{complaint}"
    );
    assert_eq!(what_if(&["--max-unavailable", "4097"]).0, 2);
}

#[test]
fn a_partition_is_explained_after_a_step_and_by_the_key_of_a_record() {
    let path = repository("www/scenarios/case-study.json");
    let explain =
        |options: &[&str]| told(&[&["explain", path.to_str().unwrap()], options].concat(), "");
    let (code, before, _) = explain(&["--partition", "492", "--step", "0"]);
    assert_eq!(code, 0);
    assert!(before.contains("partition 492") && before.contains(": active\n"), "{before}");
    assert_ne!(explain(&["--partition", "492"]).1, before);
    // The digests of the scenario crate's golden values: partition 492 and 1207.
    assert_eq!(explain(&["--key", "demo", "key1", "--step", "0"]).1, before);
    let of = |key: &str| explain(&["--key", "demo", key]).1;
    assert!(of("1").contains("partition 1207"));
    assert_ne!(of("\"1\""), of("1"), "a text of digits is another key");
    assert!(explain(&["--key", "", "-1"]).1.contains("partition 985"));
    for (options, expected) in [
        (&["--partition", "1", "--key", "demo", "1"][..], "cannot be used with"),
        (&["--key", "demo"], "2 values required"),
        (
            &["--partition", "1", "--step", "99"],
            "error: --step: there is no step 99, the last is 7",
        ),
        (&[], "the following required arguments were not provided"),
    ] {
        let (code, _, complaint) = explain(options);
        assert!(code == 2 && complaint.contains(expected), "{options:?}: {complaint}");
    }
}

#[test]
fn a_link_of_the_page_is_a_scenario_everywhere() {
    let link = "https://host/page#s1=0.1.0-0_a.n2S-main_1-A101~2.2-B101~1_s34_g_c1\n";
    let (code, scenario, _) = told(&["scenario", "-"], link);
    assert_eq!(code, 0);
    let run = ["run", "-", "--format", "ndjson"];
    let by_link = told(&run, link);
    assert_eq!(by_link, told(&run, &scenario));
    assert_eq!(by_link.1.lines().count(), 3, "three steps: {}", by_link.1);
    let (code, _, complaint) = told(&["run", "-"], "s1=0.1.0-0_a.n2S-main_1-A1_s5");
    assert_eq!(
        (code, complaint.as_str()),
        (2, "<stdin>:1:30: error: step 1, character 30: a node's place is expected\n")
    );
}

/// Some editors begin a file with a byte order mark.
#[test]
fn a_link_may_have_a_mark_before_it() {
    let link = "s1=0.1.0-0_a.n2S-main_1-A101~2.2-B101~1_s34_g_c1\n";
    let marked = told(&["scenario", "-"], &format!("\u{feff}{link}"));
    assert_eq!((marked.0, &marked), (0, &told(&["scenario", "-"], link)));
}

#[test]
fn a_figure_is_inside_its_element_when_that_is_told_where_the_scenario_is() {
    let path = repository("www/scenarios/case-study.json");
    let path = path.to_str().unwrap();
    let (code, bare, complaints) = told(&["figure", path, "--view", "map", "--step", "3"], "");
    assert_eq!((code, complaints.as_str()), (0, ""));
    assert!(bare.starts_with("<figure class=\"rl\" tabindex=\"0\"><figcaption"), "{bare}");
    assert!(bare.contains(">Step 3 of 7: Crash A102</span>"), "{bare}");
    assert!(bare.contains("<td class=\"rl-n rl-unavailable\">4,096</td>"), "{bare}");
    let bare = bare.trim_end();
    assert!(!bare.contains('\n'), "on one line");
    let options = ["--view", "map", "--step", "3", "--src", "a?b&c=\"d\"", "--controls", "full"];
    let (_, inside, _) = told(&[&["figure", path], &options[..]].concat(), "");
    let tag = "<rosterlab-playground scenario=\"a?b&amp;c=&quot;d&quot;\" view=\"map\" step=\"3\" controls=\"full\">";
    let element = format!("{tag}{bare}</rosterlab-playground>");
    assert_eq!(inside, format!("<div class=\"rosterlab-figure\">{element}</div>\n"));
    for (host, expected) in [
        ("mkdocs", inside.trim_end().to_owned()),
        ("vue", format!("<div class=\"rosterlab-figure\" v-pre>{element}</div>")),
        ("pandoc", format!("```{{=html}}\n{element}\n```")),
    ] {
        let (_, printed, _) = told(&[&["figure", path, "--for", host], &options[..]].concat(), "");
        assert_eq!(printed, expected + "\n", "{host}");
    }
    let (_, mdx, _) = told(&[&["figure", path, "--for", "mdx"], &options[..]].concat(), "");
    let tag = "<rosterlab-playground scenario={\"a?b&c=\\\"d\\\"\"} view={\"map\"} step={\"3\"} controls={\"full\"}";
    let playground = ["--inline", "--playground", "https://lab.example/?a=b"];
    let (_, inline, _) = told(&[&["figure", path], &playground[..]].concat(), "");
    assert!(inline.contains(" playground=\"https://lab.example/?a=b\"><figure"), "{inline}");
    let html = serde_json::to_string(bare).unwrap();
    assert_eq!(mdx, format!("{tag} dangerouslySetInnerHTML={{{{ __html: {html} }}}} />\n"));
}

/// A title with what templates and Markdown would take for their own.
const TITLED: &str = concat!(
    r#"{"format":"rosterlab-scenario/1","title":"{x} {{ y }} ${z} *a* _b_ `c` [d](e) <f> | --- ","#,
    r#""cluster":{"nodes":[{"id":"A1"},{"id":"A2"},{"id":"A3"}]},"steps":[]}"#
);

#[test]
fn a_figure_can_contain_its_scenario_and_any_title() {
    let (code, html, complaints) = told(&["figure", "-", "--inline"], TITLED);
    assert_eq!((code, complaints.as_str()), (0, ""));
    assert!(!html.contains(['{', '}', '*', '_', '`', '[', ']', '|']), "{html}");
    let attribute = html.split(" scenario=\"").nth(1).unwrap().split('"').next().unwrap();
    let scenario = attribute
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let scenario: String = scenario
        .split("&#")
        .enumerate()
        .map(|(place, part)| match part.split_once(';') {
            Some((number, rest)) if place > 0 => {
                format!("{}{rest}", char::from(number.parse::<u8>().unwrap()))
            }
            _ => part.to_owned(),
        })
        .collect();
    assert_eq!(told(&["scenario", "-"], &scenario), told(&["scenario", "-"], TITLED));
    let (code, _, complaints) = told(&["figure", "-", "--inline", "--src", "a.json"], TITLED);
    assert_eq!(code, 2, "{complaints}");
    // Without an element there is nothing that could be live.
    let (code, out, complaints) = told(&["figure", "-", "--controls", "step"], TITLED);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(complaints.contains("<--src <ADDRESS>|--inline|--single-file>"), "{complaints}");
}

#[test]
fn a_single_file_contains_its_style_and_its_script() {
    let folder = std::env::temp_dir().join(format!("rosterlab-single-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let embed = folder.to_str().unwrap();
    let arguments = ["figure", "-", "--single-file", "--controls", "step", "--embed", embed];
    let (code, out, complaints) = told(&arguments, TITLED);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(complaints.contains("`cargo xtask site` makes this folder"), "{complaints}");
    std::fs::write(folder.join("rosterlab.css"), "b { c: d }\n").unwrap();
    std::fs::write(folder.join("rosterlab-single.js"), "f();\n").unwrap();
    let (code, page, complaints) = told(&arguments, TITLED);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!((code, complaints.as_str()), (0, ""));
    assert!(page.starts_with("<!doctype html>\n"), "{page:.200}");
    for part in
        ["<style>\nb { c: d }\n</style>", "<script>\nf();\n</script>", " controls=\"step\">"]
    {
        assert_eq!(page.matches(part).count(), 1, "{part}");
    }
    assert!(!page.contains(" src=") && !page.contains(" href="), "it names no other file");
}

#[test]
fn a_figure_of_what_is_not_there_is_refused() {
    let path = repository("www/scenarios/case-study.json");
    let path = path.to_str().unwrap();
    for (options, complaint) in [
        (
            ["--step", "8"],
            "error: --step: there is no step 8, the last is 7 (expectations are not counted)\n",
        ),
        (["--namespace", "x"], "error: --namespace: there is no namespace \"x\"\n"),
    ] {
        let (code, out, complaints) = told(&[&["figure", path], &options[..]].concat(), "");
        assert_eq!((code, out.as_str(), complaints.as_str()), (2, "", complaint));
    }
}

/// Five nodes with one link cut.
const ONE_LINK_CUT: &str = concat!(
    r#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1"},{"id":"A2"},{"id":"A3"},{"id":"A4"},{"id":"A5"}],"#,
    r#""namespaces":[{"name":"sc","replication-factor":2},{"name":"ap","replication-factor":2,"strong-consistency":false}]},"#,
    r#""steps":[{"do":"cut","between":[["A1"],["A2"]]}]}"#
);

#[test]
fn an_orphan_is_printed_as_one() {
    let (code, out, complaints) = told(&["run", "-", "--format", "ndjson"], ONE_LINK_CUT);
    assert_eq!((code, complaints.as_str()), (0, ""));
    let line: Value = serde_json::from_str(out.trim_end()).unwrap();
    assert_eq!(line["orphans"], serde_json::json!(["A1"]));
    assert_eq!(line["sub_clusters"].as_array().unwrap().len(), 1);
    assert_eq!(line["sub_clusters"][0]["namespaces"]["ap"]["fresh"], 0);
    assert_eq!(line["sub_clusters"][0]["namespaces"]["sc"].get("fresh"), None);
    let (_, table, _) = told(&["run", "-", "--format", "table"], ONE_LINK_CUT);
    assert!(table.ends_with("orphans, in no cluster: A1\n"), "{table}");
    let (_, log, _) = told(&["run", "-", "--format", "log"], ONE_LINK_CUT);
    assert!(log.contains("evicted from cluster by principal node a5"), "{log}");
    let explain = ["explain", "-", "--partition", "7", "--namespace", "sc", "--on", "A1"];
    let (code, why, _) = told(&explain, ONE_LINK_CUT);
    assert_eq!(code, 0);
    assert_eq!(
        why,
        "namespace sc, partition 7, in no cluster, server 4.5.3: unavailable\n\
         because: the node is in no cluster (documented)\n"
    );
}

#[test]
fn what_would_come_up_empty_is_told_of_ap_namespaces_only() {
    let (code, out, _) = told(&["what-if", "-", "--lose", "2"], ONE_LINK_CUT);
    assert_eq!((code, out.lines().count()), (0, 10));
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(|line| line["fresh"].get("sc").is_none()));
    assert!(lines.iter().any(|line| line["fresh"]["ap"].as_u64().unwrap() > 0), "{out}");
    let (_, out, _) =
        told(&["what-if", "-", "--lose", "1"], &ONE_LINK_CUT.replace("false", "true"));
    assert!(!out.contains("fresh"), "{out}");
}

#[test]
fn a_link_that_came_to_something_else_says_both_outcomes() {
    for (link, expected) in [
        (
            "s1=0.0.9-7_a.n2S-main_0-A1~2_c1",
            "note: The link was made with version 0.0.9 of Rosterlab and gave another result, which is not known any more. This version comes to 4,096 of 4,096 partitions served in main: a rule was corrected since.\n",
        ),
        (
            "s1=0.1.0-2dkihsrv36_a.n1S-main_1-A1~1.2-B1~1.3-C1_q2_r_k014.23",
            "note: Rosterlab 0.1.0 came to 3,298 of 4,096 partitions served in main; this version comes to 4,096: a rule \
             was corrected.\n",
        ),
        (
            "s1=0.1.0-linmk0owt_a.n2S-main_0-A1~4_s43_k0.1",
            "note: Rosterlab 0.1.0 and this version both come to 402 of 4,096 partitions served in main. Which nodes \
             serve them differs: a rule was corrected.\n",
        ),
    ] {
        let (code, out, note) = told(&["run", "-"], link);
        assert_eq!(code, 0, "it opens");
        assert!(!out.is_empty());
        assert_eq!(note, expected);
    }
}
