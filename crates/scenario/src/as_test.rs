//! The position of a timeline as a test to keep: in Rust, in JavaScript, or as a scenario file.
//!
//! Invariant: a test replays the timeline to its position and asserts the counts of every namespace in every sub-cluster.
//! A copied test passes for as long as the engine decides the same. Not here: files and the clipboard.

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use crate::file::{Action, Bounds, Expect, Scenario, Step};
use crate::share;
use crate::timeline::Timeline;

/// What a test is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestLanguage {
    /// A function for cargo's test runner, on this crate.
    Rust,
    /// A test for the runner of Node.js, on the package `rosterlab`.
    JavaScript,
    /// A scenario that ends in expectations.
    Scenario,
}

impl TestLanguage {
    /// Every language, with its name.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Rust, "rust"), (Self::JavaScript, "javascript"), (Self::Scenario, "scenario")];
}

/// There is no such language of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchLanguage;

impl fmt::Display for NoSuchLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a test is rust, javascript or scenario")
    }
}

impl FromStr for TestLanguage {
    type Err = NoSuchLanguage;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|(_, known)| *known == name);
        found.map(|(language, _)| *language).ok_or(NoSuchLanguage)
    }
}

/// The counts of one namespace in one sub-cluster.
struct Found {
    principal: String,
    /// In quotes.
    namespace: String,
    active: u32,
    unavailable: u32,
    dead: u32,
}

fn found(timeline: &Timeline) -> Vec<Found> {
    let view = timeline.cluster().view();
    let mut found = Vec::new();
    for sub_cluster in &view.sub_clusters {
        for (settings, namespace) in view.namespaces.iter().zip(&sub_cluster.namespaces) {
            let counts = namespace.counts;
            found.push(Found {
                principal: sub_cluster.principal.to_string(),
                namespace: quoted(&settings.name),
                active: counts.active,
                unavailable: counts.unavailable,
                dead: counts.dead,
            });
        }
    }
    found
}

/// A string literal that is valid in Rust and in JavaScript. A namespace's name has no control characters.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The test of a timeline's position; `None` when its share link would be too long ([`share::write`]).
#[must_use]
pub fn as_test(timeline: &Timeline, language: TestLanguage) -> Option<String> {
    match language {
        TestLanguage::Rust => rust(timeline),
        TestLanguage::JavaScript => javascript(timeline),
        TestLanguage::Scenario => Some(scenario(timeline).to_json()),
    }
}

/// As a function for cargo's test runner.
#[must_use]
pub fn rust(timeline: &Timeline) -> Option<String> {
    let link = share::write(timeline)?;
    let mut expected = String::new();
    for Found { principal, namespace, active, unavailable, dead } in found(timeline) {
        let _ = writeln!(
            expected,
            "        (\"{principal}\", {namespace}, {active}, {unavailable}, {dead}),"
        );
    }
    Some(format!(
        r#"#[test]
fn a_rosterlab_experiment() {{
    // Follow it in the page: the part in quotes stands behind the # of the address.
    let link = "{link}";
    let linked = rosterlab_scenario::share::read(link).expect("the link can be followed");
    let view = linked.timeline.cluster().view();
    let mut found = Vec::new();
    for sub_cluster in &view.sub_clusters {{
        for (settings, namespace) in view.namespaces.iter().zip(&sub_cluster.namespaces) {{
            let (principal, counts) = (sub_cluster.principal.to_string(), namespace.counts);
            found.push((principal, &*settings.name, counts.active, counts.unavailable, counts.dead));
        }}
    }}
    let expected: &[(&str, &str, u32, u32, u32)] = &[
        // Sub-cluster by its principal, namespace, active, unavailable, dead.
{expected}    ];
    let found: Vec<_> = found.iter().map(|(sub, name, a, u, d)| (&**sub, *name, *a, *u, *d)).collect();
    assert_eq!(found, expected);
}}
"#
    ))
}

/// As a test for the runner of Node.js.
#[must_use]
pub fn javascript(timeline: &Timeline) -> Option<String> {
    let link = share::write(timeline)?;
    let mut expected = String::new();
    for Found { principal, namespace, active, unavailable, dead } in found(timeline) {
        let _ = writeln!(
            expected,
            "    {{ principal: \"{principal}\", namespace: {namespace}, active: {active}, unavailable: {unavailable}, dead: {dead} }},"
        );
    }
    Some(format!(
        r#"import assert from "node:assert/strict";
import {{ test }} from "node:test";
import {{ Playground }} from "rosterlab";

test("a Rosterlab experiment", () => {{
  // Follow it in the page: the part in quotes stands behind the # of the address.
  const playground = Playground.fromLink("{link}");
  const views = playground.namespaces.map((name) => playground.view(name));
  const found = views[0].subClusters.flatMap(({{ principal }}, place) =>
    views.map(({{ namespace, subClusters }}) => ({{ principal, namespace, ...subClusters[place].counts }})),
  );
  assert.deepEqual(found, [
{expected}  ]);
}});
"#
    ))
}

/// As a scenario: the steps that were done, then expectations of the counts.
#[must_use]
pub fn scenario(timeline: &Timeline) -> Scenario {
    let mut scenario = Scenario::from_timeline("A Rosterlab experiment", timeline);
    let view = timeline.cluster().view();
    let expect = |expect: Expect| Step::from(Action::Expect(Box::new(expect)));
    let namespaces = view.namespaces.iter().map(|settings| &settings.name);
    let sub_clusters = u32::try_from(view.sub_clusters.len()).ok().map(Bounds::exactly);
    scenario.steps.push(expect(Expect {
        namespace: namespaces.clone().next().cloned(),
        sub_clusters,
        ..Expect::default()
    }));
    for sub_cluster in &view.sub_clusters {
        for (name, namespace) in namespaces.clone().zip(&sub_cluster.namespaces) {
            scenario.steps.push(expect(Expect {
                namespace: Some(name.clone()),
                on: Some(sub_cluster.principal),
                active: Some(Bounds::exactly(namespace.counts.active)),
                unavailable: Some(Bounds::exactly(namespace.counts.unavailable)),
                dead: Some(Bounds::exactly(namespace.counts.dead)),
                ..Expect::default()
            }));
        }
    }
    scenario
}
