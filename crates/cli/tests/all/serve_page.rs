//! `serve --page`: what a page that shows the served cluster is told, and what it tells.

use std::path::PathBuf;

use rosterlab_asinfo::wire::code::ResultCode;
use rosterlab_engine::{ClusterSetup, Command, NodeSetup, RackId, Shutdown};
use rosterlab_scenario::{Entry, Settle, Timeline, share};
use serde_json::{Value as Json, json};

use crate::serve::{Serving, eventually};
use crate::{folder, told};

/// A page that has what `serve` looks at.
const DOCUMENT: &str =
    "<!doctype html><html lang=\"en\"><head><script src=\"./boot.js\"></script></head></html>";

fn page(test: &str) -> PathBuf {
    folder(test, &[("page/index.html", DOCUMENT), ("page/boot.js", "here"), ("secret", "no")])
        .join("page")
}

fn start(test: &str, more: &[&str]) -> Serving {
    let page = page(test);
    let arguments = [&["--page", page.to_str().unwrap()], more].concat();
    Serving::start("case-study.json", &arguments)
}

/// What the page is told when it asks.
fn now(serving: &Serving) -> Json {
    serving.stream("/live").next().unwrap()
}

/// The timeline of a share link that the server has told.
fn timeline(now: &Json) -> Timeline {
    share::read(now["link"].as_str().unwrap()).unwrap().timeline
}

/// What the server answers when somebody does a step on the page that was led to this timeline.
fn done(serving: &Serving, timeline: &Timeline, step: &Entry) -> Json {
    let mut there = timeline.clone();
    // Time that goes on is one entry.
    let _ = there.perform(step.clone());
    let link = match step {
        Entry::Pass { .. } => share::write_unchecked(&there).unwrap(),
        step => share::write_before(timeline, step).unwrap(),
    };
    let given = share::write_unchecked(timeline).unwrap();
    let (status, body) = serving.ask("POST", "/link", "", &format!("{given}\n{link}"));
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

fn crash(node: &str) -> Entry {
    let nodes = vec![node.parse().unwrap()];
    let command = Command::Stop { nodes, shutdown: Shutdown::Unclean };
    Entry::Act { command, settle: Settle::Within { ms: 0 } }
}

#[test]
fn the_page_is_the_one_that_was_built_and_is_told_that_it_is_attached() {
    let serving = start("page-files", &[]);
    let (status, document) = serving.ask("GET", "/", "", "");
    assert_eq!(status, 200);
    assert!(document.contains("<html data-attached lang=\"en\">"), "{document}");
    assert!(document.contains("<script type=\"module\" src=\"./attached.js\">"), "{document}");
    assert_eq!(serving.ask("GET", "/boot.js", "", ""), (200, "here".to_owned()));
    assert!(serving.ask("GET", "/attached.js", "", "").1.contains("EventSource"));
    assert!(serving.ask("GET", "/attached.css", "", "").1.contains(".attached"));
    for path in ["/../secret", "/%2e%2e/secret", "/none.js"] {
        let (status, body) = serving.ask("GET", path, "", "");
        assert!(status == 404 && !body.contains("no\n"), "{path}: {status} {body}");
    }
    assert!(serving.ask("GET", "/help", "", "").1.contains("POST /steps"));
    let other = "origin: http://example.com\r\n";
    assert_eq!(serving.ask("POST", "/link", other, "").0, 403);
    // A picture of another site sends no origin, and a link of one leads here.
    let picture = "sec-fetch-site: cross-site\r\nsec-fetch-mode: no-cors\r\n";
    assert_eq!(serving.ask("GET", "/state", picture, "").0, 403);
    let led = "sec-fetch-site: cross-site\r\nsec-fetch-mode: navigate\r\n";
    assert_eq!(serving.ask("GET", "/", led, "").0, 200);
}

#[test]
fn the_page_is_told_where_the_cluster_is_whoever_brought_it_there() {
    let serving = start("page-follows", &["--speed", "20"]);
    assert!(timeline(&now(&serving)).entries().iter().all(|one| matches!(one, Entry::Pass { .. })));
    let mut told = serving.stream("/live");
    serving.does(&json!({"do": "crash", "nodes": ["A102", "B101", "B102"]}));
    let state = serving.state();
    let unavailable = &state["served"]["main"]["unavailable"];
    assert!(unavailable.as_u64().unwrap() > 1_000, "{state}");
    let is_there = |told: &Json| {
        let view = timeline(told).cluster().view();
        let up = view.nodes.iter().filter(|node| node.state.is_up()).count();
        view.served(0).unavailable == *unavailable && up == 2
    };
    assert!(told.any(|told| is_there(&told)), "it is told without asking again");
    serving.ask("POST", "/reset", "", "");
    assert!(told.any(|told| told["resets"] == 1));
}

#[test]
fn what_clients_are_told_is_counted_at_each_node() {
    let serving = start("page-clients", &["--speed", "20"]);
    let (mut client, mut other) = (serving.client("A101"), serving.client("A103"));
    for number in 0..5 {
        assert_eq!(client.put(number, 1), Some(ResultCode::Ok));
    }
    serving.does(&json!([{"do": "crash", "nodes": ["B101", "B102", "A102"]}]));
    let refused = (0..100).filter(|number| other.put(*number, 1) != Some(ResultCode::Ok)).count();
    assert!(refused > 0);
    let told = now(&serving);
    assert_eq!(told["clients"]["A101"]["served"], 5);
    assert_eq!(told["clients"]["A103"]["unavailable"], refused);
    assert_eq!(told["clients"]["A103"]["served"], 100 - refused);
    assert_eq!(told["connections"], json!({"A101": 1, "A103": 1}));
    drop(client);
    eventually("a closed connection is not counted", || {
        now(&serving)["connections"] == json!({"A103": 1})
    });
}

#[test]
fn what_is_done_on_the_page_is_done_to_the_cluster_once() {
    let serving = start("page-acts", &[]);
    let mut here = timeline(&now(&serving));
    assert_eq!(done(&serving, &here, &crash("A102"))["is"], "done");
    let state = serving.state();
    let is_crashed = |node: &Json| node["id"] == "A102" && node["state"] == "down-unclean";
    assert!(state["nodes"].as_array().unwrap().iter().any(is_crashed), "{state}");
    // What is sent again is not done again, and somebody else may have been quicker.
    assert_eq!(done(&serving, &here, &crash("A102"))["is"], "late");
    assert_eq!(done(&serving, &here, &crash("A103"))["is"], "late");
    here = timeline(&now(&serving));
    let refused = done(&serving, &here, &crash("A102"));
    assert_eq!(refused["is"], "refused");
    assert!(refused["why"].as_str().unwrap().contains("A102"), "{refused}");
    // Time that is to pass at once passes, and migrations run to their end.
    let pass = Entry::Pass { ms: 500_000 };
    let after = timeline(&done(&serving, &here, &pass)["now"]);
    assert!(after.cluster().now_ms() >= here.cluster().now_ms() + 500_000);
    assert_eq!(done(&serving, &after, &Entry::Migrate { partitions: None })["is"], "done");
    let forever = done(&serving, &timeline(&now(&serving)), &Entry::Pass { ms: u64::MAX / 2 });
    assert_eq!(forever["why"], "so much time cannot pass at once");
}

#[test]
fn another_experiment_and_no_link_change_nothing() {
    let serving = start("page-others", &[]);
    let nodes = vec![NodeSetup::new("C1".parse().unwrap(), RackId::NONE)];
    let other = Timeline::new(ClusterSetup::of(nodes, 1)).unwrap();
    assert_eq!(done(&serving, &other, &crash("C1"))["is"], "other");
    for (text, expected) in [("s1=nonsense\ns1=nonsense", 422), ("one line", 400)] {
        let (status, body) = serving.ask("POST", "/link", "", text);
        assert_eq!(status, expected, "{body}");
        assert!(body.contains("\"error\""), "{body}");
    }
    assert!(timeline(&now(&serving)).entries().iter().all(|one| matches!(one, Entry::Pass { .. })));
}

#[test]
fn a_folder_without_the_page_is_said_at_once() {
    let none = folder("page-none", &[("index.html", "<html><head></head></html>")]);
    for (path, why) in
        [(none.clone(), "is not Rosterlab's page"), (none.join("a"), "cargo xtask site")]
    {
        let path = path.to_str().unwrap();
        let (code, _, error) = told(&["serve", "-", "--page", path], &crate::three_nodes("A", &[]));
        assert_eq!(code, 2, "{error}");
        assert!(error.contains(why), "{error}");
    }
}
