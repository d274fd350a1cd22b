//! The published scenarios, of one cluster (which the page has too) and of several sites: each has texts and expectations,
//! and every expectation holds.

use std::fs;
use std::path::{Path, PathBuf};

use rosterlab_scenario::world::{Document, WorldRunner, WorldScenario};
use rosterlab_scenario::{Runner, Scenario};

/// The files of a folder, without those of its sub-folders.
fn files(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www").join(folder);
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// The scenarios of one cluster.
pub fn shipped() -> Vec<(PathBuf, Vec<u8>)> {
    let files = files("scenarios");
    assert!(files.len() >= 14, "the scenarios are there");
    files
}

/// The scenarios of several sites, by their file's name.
fn of_sites() -> Vec<(String, WorldScenario)> {
    let files = files("scenarios/sites");
    assert!(files.len() >= 9, "each story of two clusters is there");
    let read = |(path, bytes): (PathBuf, Vec<u8>)| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match Document::parse(&bytes) {
            Ok(Document::World(scenario)) => (name, scenario),
            other => panic!("{name}: {other:?}"),
        }
    };
    files.into_iter().map(read).collect()
}

#[test]
fn every_scenario_of_several_sites_holds() {
    for (name, scenario) in of_sites() {
        let about = scenario.about.as_deref().unwrap_or_default();
        assert!(!scenario.title.is_empty() && about.contains("Source: "), "{name}");
        let mut expectations = 0;
        for report in WorldRunner::new(&scenario).unwrap_or_else(|error| panic!("{name}: {error}"))
        {
            let report = report.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(report.failures, [], "{name}");
            expectations += usize::from(report.action == "expect");
        }
        assert!(expectations > 2, "{name} expects nothing");
    }
}

#[test]
fn every_scenario_of_several_sites_is_read_back_as_it_is_written() {
    for (name, scenario) in of_sites() {
        let document = Document::World(scenario);
        assert_eq!(Document::parse(document.to_json().as_bytes()), Ok(document), "{name}");
    }
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
