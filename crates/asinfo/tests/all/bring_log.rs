//! Logs read back into timelines: the published case study's, and those that the simulator writes.

use std::fmt::Write as _;

use proptest::prelude::*;
use rosterlab_asinfo::bring_log::{self, LogError, Reading, Verdict};
use rosterlab_asinfo::log::of_timeline;
use rosterlab_engine::{ClusterSetup, NodeId};
use rosterlab_scenario::{Clock, Runner, Scenario};

use crate::common::id;
use crate::properties::runner;

/// The case study's log in the form of its publication: one node's lines, in excerpts, with the start of another node between
/// them, whose clock is some minutes off, and a succession list that has a misprint. Times and counts are those published.
const PUBLISHED: &str = include_str!("../../fuzz/corpus/server_log/published.log");

fn read(text: &str) -> Reading {
    let files = [("node.log".to_owned(), text.as_bytes().to_vec())];
    bring_log::read(&files, None).unwrap_or_else(|error| panic!("{error}"))
}

fn steps(reading: &Reading) -> Vec<String> {
    let steps = reading.moments.iter().flat_map(|moment| &moment.steps);
    let steps = steps.filter(|step| step.action.name() != "expect");
    steps.map(|step| serde_json::to_string(&step.action).unwrap()).collect()
}

#[test]
fn the_published_log_agrees_in_every_count() {
    let reading = read(PUBLISHED);
    let told = bring_log::text(&reading);
    assert!(reading.agrees(), "{told}");
    assert_eq!(
        steps(&reading),
        [
            r#"{"do":"stop","nodes":["B101","B102"]}"#,
            r#"{"do":"migrate"}"#,
            r#"{"do":"crash","nodes":["A102"]}"#,
            r#"{"do":"start","nodes":["A102"]}"#,
            r#"{"do":"start","nodes":["B102"]}"#,
            r#"{"do":"start","nodes":["B101"]}"#,
        ],
        "{told}"
    );
    for line in [
        "ns1 unavailable: log 4096, replay 4096: agrees\n",
        "log (1316,1439,1316), replay (1346,1368,1346): agrees within the spread\n",
        "log (2755,2113,1974), replay (2714,2139,1981): agrees within the spread\n",
        "ns1 e flags on A102: log set, replay set: agrees\n",
        "complete-pct of 4 lines: log 93.90, replay 93.90: agrees\n",
        "The succession list B102 A101 A102 A101 is not one of 4 nodes: it is taken with the nodes before.\n",
        "Racks are guessed, since no line tells them: A103 A102 A101 on one, B102 B101 on another.\n",
        "counts differ; with these, 0.\n",
        "RF is not told: taken as 2.\n",
        "28 log lines, 1 other lines.\n",
    ] {
        assert!(told.contains(line), "{line} is not in\n{told}");
    }
}

/// Without what the other node wrote, its stop could have been clean; the counts say that it was not.
#[test]
fn counts_tell_what_lines_do_not() {
    let lines = PUBLISHED.lines().filter(|line| !line.contains("10:38:38"));
    let reading = read(&lines.collect::<Vec<_>>().join("\r\n"));
    assert!(reading.agrees());
    let note = "How A102 stopped is not told: taken as not clean.".to_owned();
    assert!(reading.notes.contains(&note), "{:?}", reading.notes);
}

#[test]
fn a_count_that_differs_is_said_with_both_numbers() {
    let changed =
        PUBLISHED.replacen("unavailable-partitions 4096", "unavailable-partitions 1000", 1);
    let reading = read(&changed);
    assert!(!reading.agrees());
    let differs = reading.moments.iter().flat_map(|moment| &moment.checks);
    let differs: Vec<_> = differs.filter(|check| check.verdict == Verdict::Differs).collect();
    assert_eq!(differs.len(), 1, "{}", bring_log::text(&reading));
    assert_eq!((&*differs[0].logged, &*differs[0].replayed), ("1000", "4096"));
    let json = bring_log::json(&reading);
    assert_eq!(json["agrees"], false);
    assert_eq!(json["moments"][1]["checks"][1]["verdict"], "differs");
}

/// The scenario expects what the log has, and keeps it.
#[test]
fn a_log_becomes_a_scenario() {
    let scenario = read(PUBLISHED).scenario();
    let again = Scenario::parse(scenario.to_json().as_bytes()).unwrap();
    let mut expectations = 0;
    for report in Runner::new(&again).unwrap() {
        let report = report.unwrap();
        expectations += usize::from(report.action == "expect");
        assert_eq!(report.failures, [], "step {}", report.step);
    }
    assert_eq!(expectations, 6);
}

/// A file with its name.
type Named = (String, Vec<u8>);

/// The log of each node of a scenario as a file of its own, and its setup.
fn logs_of(text: &str) -> (Vec<Named>, ClusterSetup) {
    let scenario = Scenario::parse(text.as_bytes()).unwrap();
    let timeline = scenario.timeline().unwrap();
    let nodes: Vec<NodeId> = timeline.setup().nodes.iter().map(|node| node.id).collect();
    let lines = of_timeline(&timeline, 0);
    let of = |node: &NodeId| {
        let mut text = format!(
            "Jan 01 2019 00:00:00 GMT: INFO (info): (ticker.c:169) NODE-ID {} CLUSTER-SIZE {}\n",
            node.to_string().to_lowercase(),
            nodes.len()
        );
        for line in lines.iter().filter(|line| line.node == *node) {
            writeln!(text, "{}", line.dated(Clock::default())).unwrap();
        }
        (format!("{node}.log"), text.into_bytes())
    };
    (nodes.iter().map(of).collect(), timeline.setup().clone())
}

const SCENARIOS: [(&str, &str); 4] = [
    ("case study", include_str!("../../../../www/scenarios/case-study.json")),
    ("split by rack", include_str!("../../../../www/scenarios/split-by-rack.json")),
    ("rolling kill", include_str!("../../../../www/scenarios/rolling-kill.json")),
    ("removing a node", include_str!("../../../../www/scenarios/removing-a-node.json")),
];

/// With the cluster known, what the simulator logged comes back count by count.
#[test]
fn the_simulators_own_logs_agree_exactly() {
    for (name, text) in SCENARIOS {
        let (files, setup) = logs_of(text);
        let reading = bring_log::read(&files, Some(&setup)).unwrap();
        let checks = reading.moments.iter().flat_map(|moment| &moment.checks);
        let not_exact = checks.filter(|check| check.verdict != Verdict::Agrees).count();
        assert_eq!(not_exact, 0, "{name}:\n{}", bring_log::text(&reading));
    }
}

/// What an operator does to six nodes; whatever cannot be done is left out.
fn deeds() -> impl Strategy<Value = Vec<String>> {
    let ids = ["A1", "A2", "A3", "B1", "B2", "B3"];
    let some = proptest::sample::subsequence(ids.to_vec(), 1..3);
    let nodes = some.prop_map(|nodes| format!("{nodes:?}"));
    let deed = prop_oneof![
        3 => nodes.clone().prop_map(|nodes| format!(r#"{{"do":"stop","nodes":{nodes}}}"#)),
        2 => nodes.clone().prop_map(|nodes| format!(r#"{{"do":"crash","nodes":{nodes}}}"#)),
        5 => nodes.clone().prop_map(|nodes| format!(r#"{{"do":"start","nodes":{nodes}}}"#)),
        1 => nodes.clone().prop_map(|nodes| format!(r#"{{"do":"wipe","nodes":{nodes}}}"#)),
        1 => nodes.prop_map(|nodes| format!(r#"{{"do":"quiesce","nodes":{nodes}}}"#)),
        1 => Just(r#"{"do":"cut","between":[["A1","A2","A3"],["B1","B2","B3"]]}"#.to_owned()),
        1 => Just(r#"{"do":"heal"}"#.to_owned()),
        1 => Just(r#"{"do":"recluster"}"#.to_owned()),
        1 => Just(r#"{"do":"revive"}"#.to_owned()),
        2 => Just(r#"{"do":"migrate"}"#.to_owned()),
    ];
    proptest::collection::vec(deed, 1..9)
}

/// Whatever an operator did: the logs of all nodes together tell it, and every count comes back.
#[test]
fn what_was_done_is_told_by_the_logs() {
    let six = ["A1", "A2", "A3", "B1", "B2", "B3"]
        .map(|id| format!(r#"{{"id":"{id}","rack":{}}}"#, if id.starts_with('A') { 1 } else { 2 }));
    let of = |steps: &[String]| {
        format!(
            r#"{{"format":"rosterlab-scenario/1","cluster":{{"nodes":[{}]}},"steps":[{}]}}"#,
            six.join(","),
            steps.join(",")
        )
    };
    let check = |deeds: Vec<String>| {
        // Half a minute between two deeds, as people take it.
        let mut steps: Vec<String> = Vec::new();
        for deed in deeds {
            let mut longer = steps.clone();
            longer.extend([deed, r#"{"do":"advance","seconds":30}"#.to_owned()]);
            if Scenario::parse(of(&longer).as_bytes()).unwrap().timeline().is_ok() {
                steps = longer;
            }
        }
        let (files, setup) = logs_of(&of(&steps));
        if let Ok(reading) = bring_log::read(&files, Some(&setup)) {
            prop_assert!(reading.agrees(), "{steps:#?}\n{}", bring_log::text(&reading));
        }
        Ok(())
    };
    runner(60).run(&deeds(), check).unwrap();
}

/// One node's log is enough for the counts that it has.
#[test]
fn one_nodes_log_is_enough() {
    let (files, setup) = logs_of(SCENARIOS[0].1);
    for file in files.iter().take(3) {
        let reading = bring_log::read(std::slice::from_ref(file), Some(&setup)).unwrap();
        assert!(reading.agrees(), "{}", bring_log::text(&reading));
    }
    assert_eq!(setup.nodes[2].id, id("A103"), "those of rack A, which tell of themselves");
}

#[test]
fn what_is_no_log_is_refused_with_its_reason() {
    let of = |text: &str| bring_log::read(&[("x".to_owned(), text.into())], None).unwrap_err();
    assert_eq!(of(""), LogError::NoLog);
    assert_eq!(of("{\"format\": 1}"), LogError::NoLog);
    assert_eq!(of("Jan 01 2019 00:00:00 GMT: INFO (as): service ready"), LogError::NoClusters);
    let rebalanced = PUBLISHED.lines().filter(|line| line.contains("rebalanced"));
    assert_eq!(of(&rebalanced.collect::<Vec<_>>().join("\n")), LogError::NoClusters);
    assert_eq!(bring_log::read(&[], None).unwrap_err(), LogError::NoLog);
}

/// A text that takes the place of others: the line, the place in it, the text.
type Cut = (usize, usize, String);

/// Lines that are cut, repeated, out of order or broken in any way are read or refused, and never stop the reader.
#[test]
fn damaged_logs_are_read_or_refused() {
    let cut = (0..29_usize, 0..200_usize, "[ -~é\u{a0}]{0,6}");
    let swaps = proptest::collection::vec((0..29_usize, 0..29_usize), 0..6);
    let damage = (proptest::collection::vec(cut, 0..12), swaps, any::<bool>());
    let check = |(cuts, swaps, joined): (Vec<Cut>, Vec<(usize, usize)>, bool)| {
        let mut lines: Vec<String> = PUBLISHED.lines().map(str::to_owned).collect();
        for (line, at, with) in cuts {
            let line = &mut lines[line];
            let at = line.floor_char_boundary(at.min(line.len()));
            let end = line.floor_char_boundary((at + with.len()).min(line.len()));
            line.replace_range(at..end, &with);
        }
        for (one, other) in swaps {
            lines.swap(one, other);
        }
        let text = lines.join(if joined { "\r" } else { "\n" });
        let halves = text.as_bytes().split_at(text.len() / 2);
        let files = [("a".to_owned(), halves.0.to_vec()), ("b".to_owned(), halves.1.to_vec())];
        if let Ok(reading) = bring_log::read(&files, None) {
            let (text, json) = (bring_log::text(&reading), bring_log::json(&reading));
            prop_assert!(!text.is_empty() && json.is_object());
            prop_assert!(Scenario::parse(reading.scenario().to_json().as_bytes()).is_ok());
            prop_assert_eq!(bring_log::read(&files, None), Ok(reading));
        }
        Ok(())
    };
    runner(25).run(&damage, check).unwrap();
}

/// A log whose clock is so many seconds ahead, in January, with this zone.
fn ahead(log: &Named, seconds: u32, zone: &str) -> Named {
    let text = String::from_utf8(log.1.clone()).unwrap();
    let line = |line: &str| {
        let (day, time) = (&line[4..6], &line[12..20]);
        let mut parts = time.split(':').map(|part| part.parse::<u32>().unwrap());
        let mut part = || parts.next().unwrap();
        let all =
            day.parse::<u32>().unwrap() * 86_400 + (part() * 60 + part()) * 60 + part() + seconds;
        let (day, rest) = (all / 86_400, all % 86_400);
        let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
        let after = line[20..].strip_prefix(" GMT").unwrap();
        format!("Jan {day:02} 2019 {hours:02}:{minutes:02}:{seconds:02} {zone}{after}\n")
    };
    (log.0.clone(), text.lines().map(line).collect::<String>().into_bytes())
}

/// Logs without the lines of cluster keys, which old excerpts lack.
fn without_keys(logs: &[Named]) -> Vec<Named> {
    let of = |(name, bytes): &Named| {
        let text = String::from_utf8_lossy(bytes);
        let lines = text.lines().filter(|line| !line.contains("cluster key"));
        (name.clone(), lines.collect::<Vec<_>>().join("\n").into_bytes())
    };
    logs.iter().map(of).collect()
}

/// The scenarios in which every node tells of a change that another tells of.
fn one_incident(files: &[Named], setup: &ClusterSetup, moments: usize, name: &str) -> Reading {
    let reading = bring_log::read(files, Some(setup)).unwrap();
    let told = bring_log::text(&reading);
    assert_eq!(reading.moments.len(), moments, "{name}:\n{told}");
    assert!(reading.agrees(), "{name}:\n{told}");
    reading
}

#[test]
fn clocks_that_differ_make_no_second_incident() {
    for (name, text) in SCENARIOS {
        let (files, setup) = logs_of(text);
        for files in [files.clone(), without_keys(&files)] {
            let moments = bring_log::read(&files, Some(&setup)).unwrap().moments.len();
            for (step, zone) in [(7, "GMT"), (437, "GMT"), (3600, "CET"), (40_000, "GMT")] {
                let shifted: Vec<Named> =
                    files.iter().zip(0..).map(|(log, n)| ahead(log, n % 3 * step, zone)).collect();
                let reading = one_incident(&shifted, &setup, moments, name);
                let is_told = |note: &String| note.contains("ahead of") && note.contains("events");
                assert!(reading.notes.iter().any(is_told), "{name}: {:?}", reading.notes);
            }
            // Zones with a number are put right without a word.
            let zones: [(u32, &str); 3] = [(0, "GMT"), (7200, "GMT+0200"), (19_800, "+05:30")];
            let shifted: Vec<Named> = files
                .iter()
                .zip(zones.iter().cycle())
                .map(|(log, (seconds, zone))| ahead(log, *seconds, zone))
                .collect();
            let reading = one_incident(&shifted, &setup, moments, name);
            assert!(
                !reading.notes.iter().any(|note| note.contains("clock")),
                "{:?}",
                reading.notes
            );
        }
    }
}

#[test]
fn clocks_that_nothing_puts_right_are_told() {
    let (files, setup) = logs_of(SCENARIOS[0].1);
    let of = |files: &[Named]| bring_log::read(files, Some(&setup)).unwrap().notes.join(" ");
    // Two nodes that tell of different changes.
    let half = |(name, bytes): &Named, first: bool| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        let (begin, end) = lines.split_at(lines.len() / 2);
        let part = if first { begin.join("\n") } else { [&lines[..1], end].concat().join("\n") };
        (name.clone(), part.into_bytes())
    };
    let apart = [half(&files[0], true), half(&files[1], false)];
    assert!(of(&apart).contains("tell of no cluster change in common"), "{}", of(&apart));
    // A clock that was set in between.
    let (begin, end) = (half(&files[1], true), ahead(&half(&files[1], false), 5000, "GMT"));
    let jumped = (files[1].0.clone(), [begin.1, b"\n".to_vec(), end.1].concat());
    let told = of(&[files[0].clone(), jumped]);
    assert!(told.contains("not always by the same") || told.contains("ahead of"), "{told}");
}

#[test]
fn racks_are_guessed_only_where_lines_prove_them() {
    let changed = PUBLISHED.replace("unavailable-partitions 4096", "unavailable-partitions 17");
    let reading = read(&changed);
    assert!(!reading.agrees());
    assert!(reading.setup.nodes.iter().all(|node| node.rack.get() == 0));
    let notes = reading.notes.join(" ");
    assert!(notes.contains("no line proves any") && notes.contains("--cluster"), "{notes}");
}

/// Reads the corpus of the fuzzer of logs (docs/fuzzing.md) in every run.
#[test]
fn what_fuzzing_kept_is_read_or_refused_again() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/server_log");
    let mut read = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let files = [(file.file_name().display().to_string(), std::fs::read(file.path()).unwrap())];
        if let Ok(reading) = bring_log::read(&files, None) {
            assert!(!bring_log::text(&reading).is_empty() && bring_log::json(&reading).is_object());
            read += 1;
        }
    }
    assert!(read > 3, "the corpus is there: {read} are logs");
}
