//! Runs copied tests: those in Rust and scenarios here, those in JavaScript in `tests/api`.

use std::fs;
use std::path::Path;

use rosterlab_scenario::as_test::{TestLanguage, as_test, rust, scenario};
use rosterlab_scenario::{Runner, Scenario};

/// The tests that the page and the command line give for some moments, compiled and run unchanged. `UPDATE_EXPECT=1`
/// writes them again.
mod copied {
    mod case_study {
        include!("../copied/case_study.rs");
    }
    mod split {
        include!("../copied/split.rs");
    }
    mod quotes {
        include!("../copied/quotes.rs");
    }
}

fn shipped(name: &str) -> Scenario {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/scenarios").join(name);
    Scenario::parse(&fs::read(file).unwrap()).unwrap()
}

/// A name that needs escapes in source code.
fn quotes() -> Scenario {
    let text = r#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1"},{"id":"A2"}],
        "namespaces":[{"name":"a\"b\\c","replication-factor":2}]},"steps":[{"do":"crash","nodes":["A1"]}]}"#;
    Scenario::parse(text.as_bytes()).unwrap()
}

#[test]
fn the_copied_tests_are_those_that_are_copied_now() {
    for (name, scenario, step) in [
        ("case_study", shipped("case-study.json"), 3),
        ("split", shipped("split-by-rack.json"), 1),
        ("quotes", quotes(), 1),
    ] {
        let mut timeline = scenario.timeline().unwrap();
        assert!(timeline.seek(step));
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/copied/{name}.rs"));
        let copied = rust(&timeline).unwrap();
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&file, &copied).unwrap();
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), copied, "{name}");
    }
}

#[test]
fn a_copied_scenario_holds_and_would_notice_another_outcome() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/scenarios");
    let files = fs::read_dir(folder).unwrap().map(Result::unwrap);
    for file in files.filter(|file| file.path().is_file()) {
        let name = file.file_name().into_string().unwrap();
        let mut timeline = shipped(&name).timeline().unwrap();
        for step in 0..=timeline.entries().len() {
            assert!(timeline.seek(step));
            let text = as_test(&timeline, TestLanguage::Scenario).unwrap();
            let copied = Scenario::parse(text.as_bytes()).unwrap();
            assert_eq!(copied, scenario(&timeline), "{name} after {step}");
            let failures = |scenario: &Scenario| -> Vec<String> {
                let reports = Runner::new(scenario).unwrap().map(Result::unwrap);
                reports.flat_map(|report| report.failures).map(|f| f.to_string()).collect()
            };
            assert_eq!(failures(&copied), Vec::<String>::new(), "{name} after {step}");
            let other = text.replacen("\"sub_clusters\": ", "\"sub_clusters\": 1", 1);
            let other = Scenario::parse(other.as_bytes()).unwrap();
            assert_eq!(failures(&other).len(), 1, "{name} after {step}");
        }
    }
}
