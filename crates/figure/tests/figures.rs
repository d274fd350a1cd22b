//! Figures of every shipped scenario at every step: well-formed, safe in any page, with the engine's numbers.
#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

use std::fs;
use std::path::Path;

use rosterlab_engine::SubClusterView;
use rosterlab_figure::{View, Wanted, figure};
use rosterlab_scenario::look::Look;
use rosterlab_scenario::{Scenario, Timeline};

/// Every scenario with its timeline.
fn scenarios() -> Vec<(Scenario, Timeline)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/scenarios");
    let entries = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    assert!(files.len() > 10, "the scenarios are there");
    files
        .iter()
        .map(|file| {
            let scenario = Scenario::parse(&fs::read(file).unwrap()).unwrap();
            let timeline = scenario.timeline().unwrap();
            (scenario, timeline)
        })
        .collect()
}

/// Every tag, in order: `+div` opens, `-div` closes; self-closing tags are left out.
fn tags(html: &str) -> Vec<String> {
    html.split('<')
        .skip(1)
        .filter_map(|rest| {
            let tag = rest.split('>').next().unwrap();
            let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
            match (tag.starts_with('/'), tag.ends_with('/')) {
                (true, _) => Some(format!("-{name}")),
                (false, true) => None,
                (false, false) => Some(format!("+{name}")),
            }
        })
        .collect()
}

fn assert_balanced(html: &str) {
    let mut open = Vec::new();
    for tag in tags(html) {
        match tag.strip_prefix('+') {
            Some(name) => open.push(name.to_owned()),
            None => assert_eq!(open.pop().as_deref(), tag.strip_prefix('-'), "in {html}"),
        }
    }
    assert_eq!(open, Vec::<String>::new());
}

/// The cells of a table's body that has this class, row by row.
fn rows(html: &str, class: &str) -> Vec<Vec<String>> {
    let table = html.split(&format!("<table class=\"{class}\">")).nth(1).unwrap();
    let body = table.split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
    let text = |cell: &str| {
        let mut inside = false;
        let plain: String = cell
            .chars()
            .filter(|c| {
                let is_text = !inside && *c != '<';
                inside = (inside || *c == '<') && *c != '>';
                is_text && *c != '>'
            })
            .collect();
        plain
    };
    let cells = |row: &str| {
        row.split("<t")
            .skip(1)
            .map(|cell| text(&cell[cell.find('>').unwrap() + 1..]).trim().to_owned())
            .collect()
    };
    body.split("<tr").skip(1).map(cells).collect()
}

#[test]
fn every_moment_of_every_scenario_is_a_figure_that_can_stand_anywhere() {
    for (scenario, mut timeline) in scenarios() {
        for step in 0..=timeline.entries().len() {
            assert!(timeline.seek(step));
            let title = format!("<script>{}</script>", scenario.title);
            let wanted = Wanted { view: View::All, title: &title, ..Wanted::default() };
            let html = figure(&timeline, &wanted).unwrap();
            assert_balanced(&html);
            for unwanted in
                ["<script", " style=", " id=", "<style", " onload=", " onerror=", " href=", "url("]
            {
                let mut inside_tags =
                    html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap());
                let found = inside_tags.find(|tag| format!("<{tag}").contains(unwanted));
                assert_eq!(found, None, "{unwanted} in {}", scenario.title);
            }
            assert_eq!(figure(&timeline, &wanted).unwrap(), html, "the same bytes again");
        }
    }
}

#[test]
fn the_numbers_are_those_of_the_engine() {
    for (scenario, mut timeline) in scenarios() {
        for step in 0..=timeline.entries().len() {
            assert!(timeline.seek(step));
            let html = figure(&timeline, &Wanted { view: View::All, ..Wanted::default() }).unwrap();
            let view = timeline.cluster().view();
            let number = |text: &String| text.replace(',', "").parse::<u32>().unwrap();
            let told: Vec<_> = rows(&html, "rl-counts")
                .iter()
                .map(|row| {
                    // Active, unavailable, dead, fresh.
                    let counts = [2, 4, 5, 6].map(|column| number(&row[column]));
                    (row[0].clone(), counts)
                })
                .collect();
            // Over all sides, a partition is served if any of them serves it.
            let is_served = |partition: usize| {
                let here = |sub: &SubClusterView| sub.namespaces[0].cells[partition].verdict;
                view.sub_clusters.iter().any(|sub| here(sub).is_active())
            };
            let served = (0..4096).filter(|partition| is_served(*partition)).count();
            let verdict = html.split("<p class=\"rl-verdict\">").nth(1).unwrap();
            assert_eq!(verdict.contains(": all active"), served == 4096, "{verdict:.200}");
            assert_eq!(verdict.contains(" Not serving"), served == 0, "{verdict:.200}");
            let known: Vec<_> = view
                .sub_clusters
                .iter()
                .map(|sub| {
                    let (counts, fresh) = (sub.namespaces[0].counts, sub.namespaces[0].fresh);
                    let counts = [counts.active, counts.unavailable, counts.dead, fresh];
                    (sub.principal.to_string(), counts)
                })
                .collect();
            assert_eq!(told, known, "{} after {step}", scenario.title);
            // Every cell of the map is drawn exactly once.
            for map in html.split("<svg class=\"rl-cells\"").skip(1) {
                let map = map.split("</svg>").next().unwrap();
                let drawn: u32 = map
                    .split("<path class=\"")
                    .skip(1)
                    .filter(|path| !path.starts_with("rl-sign"))
                    .flat_map(|path| path.split("\"/>").next().unwrap().split('h').skip(1))
                    .map(|run| run.split('M').next().unwrap().parse::<u32>().unwrap())
                    .sum();
                assert_eq!(drawn, 4096, "{} after {step}", scenario.title);
            }
        }
    }
}

/// The figure at the end of a scenario.
fn figure_of(scenario: &str) -> (String, Timeline) {
    let timeline = Scenario::parse(scenario.as_bytes()).unwrap().timeline().unwrap();
    let wanted = Wanted { view: View::All, ..Wanted::default() };
    (figure(&timeline, &wanted).unwrap(), timeline)
}

#[test]
fn an_orphan_is_an_orphan_and_no_sub_cluster() {
    let (html, timeline) = figure_of(
        r#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1"},{"id":"A2"},{"id":"A3"},{"id":"A4"},
        {"id":"A5"}]},"steps":[{"do":"cut","between":[["A1"],["A2"]]}]}"#,
    );
    let orphan = timeline.cluster().view().orphans[0].to_string();
    assert_balanced(&html);
    assert_eq!(rows(&html, "rl-counts").len(), 1, "one sub-cluster");
    assert_eq!(html.matches("class=\"rl-cells\"").count(), 1, "one map");
    assert_eq!(html.matches("class=\"rl-node rl-orphan\"").count(), 1);
    assert_eq!(html.matches("class=\"rl-node rl-up").count(), 4);
    assert!(html.contains(">orphan</text>"), "the box says it in words");
    assert!(html.contains("in 1 sub-clusters and 1 orphan;"), "so does the picture's label");
    let said = format!("{orphan} is an orphan: no cluster takes it in. It serves nothing;");
    assert!(html.contains(&said), "{html}");
    assert!(
        html.contains(&format!(" on {orphan}: unavailable, because the node is in no cluster")),
        "{html}"
    );
    let row = rows(&html, "rl-nodes").into_iter().find(|row| row[0] == orphan).unwrap();
    assert_eq!((row[2].as_str(), row[3].as_str()), ("orphan", "–"));
}

#[test]
fn what_came_up_empty_has_a_look_and_counts_of_its_own() {
    let (html, timeline) = figure_of(
        r#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1"},{"id":"A2"},{"id":"A3"},{"id":"A4"}],
        "namespaces":[{"name":"ap","replication-factor":2,"strong-consistency":false}]},
        "steps":[{"do":"crash","nodes":["A1","A2"]}]}"#,
    );
    let fresh = timeline.cluster().view().sub_clusters[0].namespaces[0].fresh;
    assert!(fresh > 300, "{fresh} partitions were on A1 and A2 only");
    let view = timeline.cluster().view();
    let here = &view.sub_clusters[0].namespaces[0];
    for look in Look::ALL {
        let cells = here.cells.iter().filter(|cell| Look::of(cell) == look).count();
        assert_eq!(look.count(here), u32::try_from(cells).unwrap(), "{look:?}");
    }
    assert_balanced(&html);
    let columns = &rows(&html, "rl-counts")[0];
    assert_eq!([&columns[2], &columns[4], &columns[5]], ["4,096", "0", "0"]);
    assert_eq!(columns[6], fresh.to_string());
    assert!(html.contains("<path class=\"rl-fresh\""), "a colour");
    assert!(html.contains("<path class=\"rl-sign rl-fresh-sign\""), "and a sign");
    assert!(html.contains(&format!("{fresh} active, came up empty")), "the label counts it");
    assert!(html.contains("(documented). It came up empty: no node there had its data."), "{html}");
    let reasons = rows(&html, "rl-reasons");
    let row = reasons.iter().find(|row| row[0] == "○ active, came up empty").unwrap();
    assert_eq!(row[2], fresh.to_string());
}

#[test]
fn what_is_not_there_is_said() {
    let (_, timeline) = scenarios().remove(0);
    let wanted = Wanted { namespace: Some("nowhere"), ..Wanted::default() };
    let error = figure(&timeline, &wanted).unwrap_err();
    assert_eq!(error.to_string(), "there is no namespace \"nowhere\"");
    assert_eq!(
        "maps".parse::<View>().unwrap_err().to_string(),
        "a view is map, floor, roster, why or all"
    );
}
