//! The scenarios that the page ships: each has texts and expectations, and every expectation holds.

use std::fs;
use std::path::{Path, PathBuf};

use rosterlab_scenario::{Runner, Scenario};

pub fn shipped() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/scenarios");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 14, "the scenarios are there");
    files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn every_shipped_scenario_holds() {
    for (path, bytes) in shipped() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let scenario = Scenario::parse(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!scenario.title.is_empty() && scenario.about.is_some(), "{name} has no words");
        let mut expectations = 0;
        for report in Runner::new(&scenario).unwrap_or_else(|error| panic!("{name}: {error}")) {
            let report = report.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(report.failures, [], "{name}");
            expectations += usize::from(report.action == "expect");
        }
        assert!(expectations > 1, "{name} expects nothing");
    }
}

#[test]
fn every_shipped_scenario_is_read_back_as_it_is_written() {
    for (path, bytes) in shipped() {
        let scenario = Scenario::parse(&bytes).unwrap();
        let indented = scenario.to_json();
        let on_one_line = serde_json::from_str::<serde_json::Value>(&indented).unwrap().to_string();
        for text in [indented, on_one_line] {
            assert_eq!(Scenario::parse(text.as_bytes()).unwrap(), scenario, "{}", path.display());
        }
    }
}
