//! Scenarios of several sites: what is refused and where, what time means, and that nothing changes for one cluster.

use expect_test::{Expect, expect};
use rosterlab_scenario::world::{Document, WorldRunner, WorldStepReport, report, words};
use rosterlab_scenario::{Runner, Scenario, ScenarioError};

/// A file with two sites of three nodes and these steps.
fn two(steps: &str) -> String {
    let nodes = |letter: char| {
        let nodes: Vec<String> = (1..=3).map(|n| format!(r#"{{"id":"{letter}{n}"}}"#)).collect();
        format!(r#"{{"nodes":[{}]}}"#, nodes.join(","))
    };
    format!(
        r#"{{"format":"rosterlab-scenario/1","sites":[{{"name":"old","cluster":{}}},{{"name":"new","cluster":{}}}],"steps":[{steps}]}}"#,
        nodes('A'),
        nodes('B')
    )
}

/// The reports of a file, or its first error.
fn run(text: &str) -> Result<Vec<WorldStepReport>, ScenarioError> {
    match Document::parse(text.as_bytes())? {
        Document::World(scenario) => WorldRunner::new(&scenario)?.collect(),
        Document::Cluster(scenario) => panic!("{scenario:?} has no sites"),
    }
}

fn ran(steps: &str) -> Vec<WorldStepReport> {
    run(&two(steps)).unwrap_or_else(|error| panic!("{steps}: {error}"))
}

/// A line for each.
fn lines<T: std::fmt::Display>(all: impl Iterator<Item = T>) -> String {
    all.fold(String::new(), |text, one| text + &one.to_string() + "\n")
}

/// What does not hold, a line each.
fn failed(steps: &str) -> String {
    let reports = ran(steps);
    let failures = reports.iter().flat_map(|report| &report.failures);
    lines(failures)
}

fn check(files: &[String], expected: &Expect) {
    let mut told = String::new();
    for file in files {
        let error = run(file).expect_err(file);
        told = told + &error.to_string() + "\n";
        let meant = error.suggesting();
        if meant != error.to_string() {
            told = told + "    " + &meant + "\n";
        }
    }
    expected.assert_eq(&told);
}

#[test]
fn files_that_are_wrong() {
    let with =
        |sites: &str| format!(r#"{{"format":"rosterlab-scenario/1","sites":{sites},"steps":[]}}"#);
    let site = |name: &str| format!(r#"{{"name":"{name}","cluster":{{"nodes":[{{"id":"A1"}}]}}}}"#);
    let both = r#"{"format":"rosterlab-scenario/1","cluster":{},"sites":[],"steps":[]}"#;
    check(
        &[
            with("[]"),
            with("7"),
            with("[7]"),
            with(&format!("[{}]", ["a", "b", "c", "d", "e"].map(site).join(","))),
            with(&format!("[{},{}]", site("a"), site("a"))),
            with(&format!("[{}]", site(""))),
            with(r#"[{"name":"a"}]"#),
            with(r#"[{"name":"a","cluster":{"nodes":[{"id":"A1"},{"id":"A1"}]}}]"#),
            with(r#"[{"name":"a","cluster":{"nodes":[{"id":"A1","rak":1}]}}]"#),
            with(r#"[{"name":"a","nodes":[]}]"#),
            both.to_owned(),
        ],
        &expect![[r#"
            sites: a world has 1 to 4 sites, not 0
            sites: invalid type: integer `7`, expected a sequence
            sites[0]: a site is an object
            sites: a world has 1 to 4 sites, not 5
            sites[1].name: a name is needed that no earlier site has
            sites[0].name: a name is needed that no earlier site has
            sites[0]: missing field `cluster`
            sites[0].cluster.nodes[1].id: node A1 is there twice
            sites[0].cluster.nodes[0].rak: unknown field `rak`, expected one of `id`, `rack`, `stay-quiesced`, `quiesced`, `down`, `server`, `seeds`, `name`, `address`
                sites[0].cluster.nodes[0].rak: unknown field `rak`; did you mean `rack`?
            sites[0].nodes: unknown field `nodes`, expected `name` or `cluster`
            cluster: a scenario has either "cluster" or "sites"
        "#]],
    );
}

#[test]
fn steps_that_are_wrong() {
    let ship = r#"{"do":"ship","from":"old","to":"new"},"#;
    let fleet = r#"{"do":"repoint","endpoint":"db","to":"old"},{"do":"fleet","name":"app","endpoint":"db","instances":2,"keys":5,"reads":1,"writes":1,"rate-per-second":10},"#;
    let steps = [
        r#"{"do":"stop","nodes":["A1"],"site":"nwe"}"#.to_owned(),
        r#"{"do":"stop","nodes":["B1","A1"],"site":"new"}"#.to_owned(),
        r#"{"do":"stop","nodes":["B1"]}"#.to_owned(),
        r#"{"do":"write","site":"new","key":1,"namespace":"other"}"#.to_owned(),
        r#"{"do":"advance","seconds":1,"site":"new"}"#.to_owned(),
        r#"{"do":"shp","from":"old","to":"new"}"#.to_owned(),
        r#"{"do":"ship","from":"old","to":"elsewhere"}"#.to_owned(),
        r#"{"do":"ship","from":"old","to":"old"}"#.to_owned(),
        r#"{"do":"ship","from":"old","to":"new","delay-ms":86400001}"#.to_owned(),
        r#"{"do":"ship","from":"old","to":"new","mode":"5"}"#.to_owned(),
        r#"{"do":"ship","from":"old","to":"new","rewind":60}"#.to_owned(),
        r#"{"do":"ship","from":"old","to":"new","rewind":"some"}"#.to_owned(),
        r#"{"do":"ship","from":"old","to":"new","site":"old"}"#.to_owned(),
        format!(r#"{ship}{{"do":"ship","from":"old","to":"new"}}"#),
        format!(r#"{ship}{{"do":"reconnect","from":"old","to":"new"}}"#),
        r#"{"do":"unship","from":"old","to":"new"}"#.to_owned(),
        r#"{"do":"allow","site":"new","xdr-writes":true}"#.to_owned(),
        r#"{"do":"load","records":0}"#.to_owned(),
        r#"{"do":"load","records":10,"first":100000000}"#.to_owned(),
        r#"{"do":"restore","name":"b","site":"new"}"#.to_owned(),
        r#"{"do":"repoint","endpoint":"db","to":"nwe"}"#.to_owned(),
        r#"{"do":"fleet","name":"app","endpoint":"db","instances":2,"keys":5,"reads":1,"writes":1,"rate-per-second":10}"#.to_owned(),
        format!(r#"{fleet}{{"do":"pause","fleet":"ap"}}"#),
        format!(r#"{fleet}{{"do":"resume","fleet":"app"}}"#),
        format!(r#"{fleet}{{"do":"restart","fleet":"app","seconds-each":0}}"#),
        r#"{"do":"catch-up","settle":false}"#.to_owned(),
        r#"{"do":"expect"}"#.to_owned(),
        r#"{"do":"expect","site":"new"}"#.to_owned(),
        r#"{"do":"expect","stael":0}"#.to_owned(),
        r#"{"do":"expect","from":"old","lag_ms":0}"#.to_owned(),
        r#"{"do":"expect","from":"old","to":"new","lag_ms":0}"#.to_owned(),
        format!(r#"{ship}{{"do":"expect","from":"old","to":"new","diverged":0}}"#),
        format!(r#"{ship}{{"do":"expect","from":"old","to":"new"}}"#),
        r#"{"do":"expect","paused_ms":0}"#.to_owned(),
        r#"{"do":"expect","lost_writes":0}"#.to_owned(),
        r#"{"do":"expect","when":"always","lag_ms":{"at-most":100}}"#.to_owned(),
        r#"{"do":"expect","fleet":"app","stale":0}"#.to_owned(),
        r#"{"do":"expect","written_at":"old"}"#.to_owned(),
        r#"{"do":"expect","key":1,"written_at":"nwe"}"#.to_owned(),
        r#"{"do":"expect","key":1}"#.to_owned(),
        r#"{"do":"expect","site":"new","full":0}"#.to_owned(),
        r#"{"do":"expect","site":"new","on":"A1","dead":0}"#.to_owned(),
        r#"{"do":"advance","seconds":1,"at":"10:00:00"},{"do":"advance","seconds":1,"at":"09:00:00"}"#.to_owned(),
    ];
    check(
        &steps.map(|steps| two(&steps)),
        &expect![[r#"
            steps[0].site: no site "nwe"; the sites are old, new
                steps[0].site: no site "nwe"; did you mean "new"?
            steps[0].nodes[1]: no node "A1"
            steps[0].nodes[0]: no node "B1"
            steps[0].namespace: no namespace "other"
            steps[0].site: "advance" is not done at one site
            steps[0].do: unknown action "shp"; the actions are stop, crash, start, wipe, add, remove, move, cut, heal, roster-set, recluster, revive, quiesce, quiesce-undo, protocol-switch, migrate, advance, write, read, expect, ship, unship, disconnect, reconnect, allow, load, backup, restore, repoint, fleet, restart, pause, resume, catch-up
                steps[0].do: unknown action "shp"; did you mean "ship"?
            steps[0].to: no site "elsewhere"; the sites are old, new
            steps[0].to: a ship needs two sites, and both are "old"
            steps[0].delay-ms: 86400001 is not a whole number from 0 to 86400000
            steps[0].mode: unknown variant `5`, expected `4` or `5.4`
            steps[0].rewind: the ship from "old" to "new" of namespace "main" cannot rewind: servers before 5.0 have no rewind
            steps[0].rewind: invalid type: string "some", expected a number of seconds or "all"
            steps[0].site: "ship" is not done at one site
            steps[1]: a ship from "old" to "new" of namespace "main" is there already
            steps[1]: the ship from "old" to "new" of namespace "main" is not disconnected
            steps[0]: no ship from "old" to "new" of namespace "main"
            steps[0]: missing field `nonxdr-writes`
            steps[0].records: 0 is not a whole number from 1 to 100000000
            steps[0].first: the first record must be from 0 to 99999990
            steps[0].name: no backup "b"
            steps[0].to: no site "nwe"; the sites are old, new
                steps[0].to: no site "nwe"; did you mean "new"?
            steps[0].endpoint: "db" means no site yet
            steps[2].fleet: no fleet "ap"
            steps[2].fleet: fleet "app" is not paused
            steps[2].seconds-each: the restart of an instance in milliseconds must be from 1 to 86400000
            steps[0].settle: clusters have nothing to settle after this step
            steps[0]: expects nothing
            steps[0]: expects nothing
            steps[0].stael: unknown field `stael`, expected one of `when`, `namespace`, `on`, `unavailable`, `dead`, `active`, `filling`, `fresh`, `sub_clusters`, `orphans`, `regime`, `roster_nodes_present`, `migrations`, `lost_writes`, `node`, `full`, `subset`, `evad…
                steps[0].stael: unknown field `stael`; did you mean `stale`?
            steps[0].from: means nothing without "to"
            steps[0].from: no such ship is set up
            steps[1].diverged: a ship has no count "diverged"
            steps[1]: expects nothing
            steps[0].paused_ms: a site has no count "paused_ms"
            steps[0].lost_writes: where there are sites, "lost" counts this
            steps[0].lag_ms: a lag grows between moments, so it is expected without "when"
            steps[0].fleet: no fleet "app"
            steps[0]: a record is named by "key" (and "set") or by "digest"
            steps[0].written_at: no site "nwe"; the sites are old, new
                steps[0].written_at: no site "nwe"; did you mean "new"?
            steps[0]: expects nothing
            steps[0].full: means nothing without "node"
            steps[0].on: no node "A1"
            steps[1].at: 09:00:00 is before 10:00:00 of an earlier step
        "#]],
    );
}

#[test]
fn a_scenario_of_one_cluster_is_read_as_ever_and_one_of_several_sites_is_refused_in_a_sentence() {
    let one = r#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1"}]},"steps":[]}"#;
    let scenario = Scenario::parse(one.as_bytes()).unwrap();
    assert_eq!(Document::parse(one.as_bytes()), Ok(Document::Cluster(scenario)));
    let error = Scenario::parse(two("").as_bytes()).unwrap_err().to_string();
    assert_eq!(error, "sites: only `rosterlab run`, `validate` and `scenario` take sites");
    let wrong = r#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[]},"steps":1}"#.as_bytes();
    assert_eq!(Document::parse(wrong).unwrap_err(), Scenario::parse(wrong).unwrap_err());
}

/// A file that is damaged anywhere is an error or another scenario, never a panic.
#[test]
fn damaged_files_are_refused_or_run() {
    let text = two(
        r#"{"do":"ship","from":"old","to":"new","mode":"4"},{"do":"load","records":5,"site":"old"},{"do":"write","key":1,"site":"new"},{"do":"expect","from":"old","to":"new","waiting":5,"when":"now"},{"do":"catch-up","within":1}"#,
    );
    let (mut refused, mut ran) = (0, 0);
    for at in 0..text.len() {
        for with in ["", "0", "\"", "[", "}", "9"] {
            let damaged = format!("{}{with}{}", &text[..at], &text[at + 1..]);
            // Without its sites it is a scenario of one cluster, or nothing.
            if matches!(Document::parse(damaged.as_bytes()), Ok(Document::Cluster(_))) {
                continue;
            }
            match run(&damaged) {
                Ok(_) => ran += 1,
                Err(error) => {
                    assert!(!error.suggesting().is_empty());
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 1_000 && ran > 10, "{refused} refused, {ran} ran");
}

/// The steps of one cluster give at a site what they give alone, at the same times, whatever the other site does.
#[test]
fn time_means_what_it_means_in_one_cluster() {
    let cluster = r#"{"nodes":[{"id":"A1"},{"id":"A2"},{"id":"A3"},{"id":"A4"},{"id":"A5"}]}"#;
    let steps = [
        r#"{"do":"stop","nodes":["A1"],"settle":false}"#,
        r#"{"do":"stop","nodes":["A2"]}"#,
        r#"{"do":"start","nodes":["A1","A2"],"settle":0.5}"#,
        r#"{"do":"advance","seconds":20}"#,
        r#"{"do":"migrate","partitions":100}"#,
        r#"{"do":"crash","nodes":["A3"]}"#,
        r#"{"do":"write","key":1}"#,
        r#"{"do":"migrate"}"#,
        r#"{"do":"read","key":1}"#,
    ];
    let steps = steps.join(",");
    let alone =
        format!(r#"{{"format":"rosterlab-scenario/1","cluster":{cluster},"steps":[{steps}]}}"#);
    let world = format!(
        r#"{{"format":"rosterlab-scenario/1","sites":[{{"name":"a","cluster":{cluster}}},{{"name":"b","cluster":{cluster}}}],"steps":[{steps}]}}"#
    );
    let alone = Scenario::parse(alone.as_bytes()).unwrap();
    let alone: Vec<_> = Runner::new(&alone).unwrap().map(Result::unwrap).collect();
    let world = run(&world).unwrap();
    assert_eq!(alone.len(), world.len());
    for (alone, world) in alone.iter().zip(&world) {
        assert_eq!(world.clusters[0], alone.view, "after step {}", alone.step);
        assert_eq!(world.view.time_ms, alone.view.time_ms, "after step {}", alone.step);
        assert_eq!((world.client, world.action), (alone.client, alone.action));
        assert_eq!(world.began_ms, alone.began_ms);
    }
}

#[test]
fn what_is_expected_of_sites_ships_fleets_and_records_is_compared() {
    let steps = r#"
        {"do":"ship","from":"old","to":"new"},
        {"do":"load","records":5},
        {"do":"write","key":1,"result":"ok"},
        {"do":"expect","waiting":6,"records":6,"acknowledged":6},
        {"do":"expect","site":"old","waiting":6,"lag_ms":0},
        {"do":"expect","site":"new","waiting":0,"records":0,"active":4096},
        {"do":"expect","from":"old","to":"new","waiting":6,"shipped":0},
        {"do":"expect","key":1,"written_at":"old"},
        {"do":"read","key":1,"site":"new","result":"not-found","stale":true},
        {"do":"repoint","endpoint":"db","to":"old"},
        {"do":"fleet","name":"app","endpoint":"db","instances":2,"keys":5,"reads":1,"writes":1,"rate-per-second":10},
        {"do":"expect","fleet":"app","instances":2,"paused_ms":0},
        {"do":"pause","fleet":"app"},
        {"do":"catch-up"},
        {"do":"expect","fleet":"app","instances":0,"paused_ms":200},
        {"do":"expect","site":"new","key":1,"written_at":"old","records":6}"#;
    assert_eq!(failed(steps), "");
    let wrong = r#"
        {"do":"ship","from":"old","to":"new"},
        {"do":"load","records":5},
        {"do":"expect","waiting":4,"records":5,"dead":1},
        {"do":"expect","site":"new","key":1,"written_at":"old","records":{"at-least":1}},
        {"do":"expect","from":"old","to":"new","shipped":{"between":[1,5]}},
        {"do":"read","key":1,"result":"ok"},
        {"do":"allow","site":"new","xdr-writes":true,"nonxdr-writes":false},
        {"do":"write","site":"new","key":1,"result":"ok"}"#;
    expect![[r#"
        steps[2].dead: expected 1, found 0
        steps[2].waiting: expected 4, found 5
        steps[3].records: expected at least 1, found 0
        steps[3].written_at: expected old, found no record
        steps[4].shipped: expected 1 to 5, found 0
        steps[5].result: expected ok, found not-found
        steps[7].result: expected ok, found error 10: the namespace takes no writes of clients
    "#]]
    .assert_eq(&failed(wrong));
}

#[test]
fn what_must_always_or_never_hold_is_seen_within_a_step() {
    let steps = r#"
        {"do":"expect","when":"always","diverged":0,"stale":0},
        {"do":"expect","when":"never","waiting":3,"unavailable":0},
        {"do":"expect","site":"new","when":"always","dead":0,"unavailable":0},
        {"do":"ship","from":"old","to":"new"},
        {"do":"load","records":3},
        {"do":"advance","seconds":1},
        {"do":"stop","site":"new","nodes":["B1","B2"]},
        {"do":"start","site":"new","nodes":["B1","B2"]}"#;
    expect![[r#"
        steps[1]: expected this never, found it in steps[4]
        steps[2].unavailable: expected always 0, found 4096 in steps[6], 1.800 s after it began
    "#]]
    .assert_eq(&failed(steps));
}

#[test]
fn reports_have_every_count() {
    let steps = r#"
        {"do":"ship","from":"old","to":"new","at":"09:00:00"},
        {"do":"load","records":3},
        {"do":"repoint","endpoint":"db","to":"old"},
        {"do":"fleet","name":"app","endpoint":"db","instances":2,"keys":5,"reads":1,"writes":1,"rate-per-second":10},
        {"do":"advance","seconds":1},
        {"do":"disconnect","from":"old","to":"new"},
        {"do":"pause","fleet":"app"},
        {"do":"expect","waiting":0}"#;
    let reports = ran(steps);
    let mut text = report::table_head() + "\n";
    for one in &reports {
        text += &report::table_rows(one);
    }
    expect![[r#"
        step  do            time      site             records   acked   reads  stale  overwritten  lost  refused  missing  unavail  dead
           0  ship          09:00:00  old                    0       0       0      0            0     0        0        0        0     0
                                      new                    0       0       0      0            0     0        0        0        0     0
                                      ship old to new, main: 0 waiting, lag 0.000 s, 0 shipped
           1  load          09:00:00  old                    3       3       0      0            0     0        0        0        0     0
                                      new                    0       0       0      0            0     0        0        0        0     0
                                      ship old to new, main: 3 waiting, lag 0.000 s, 0 shipped
           2  repoint       09:00:00  old                    3       3       0      0            0     0        0        0        0     0
                                      new                    0       0       0      0            0     0        0        0        0     0
                                      ship old to new, main: 3 waiting, lag 0.000 s, 0 shipped
           3  fleet         09:00:00  old                    3       3       0      0            0     0        0        0        0     0
                                      new                    0       0       0      0            0     0        0        0        0     0
                                      ship old to new, main: 3 waiting, lag 0.000 s, 0 shipped
                                      fleet app: 2 at old, 0 at new
           4  advance       09:00:01  old                    5      14      10      0            0     0        0        0        0     0
                                      new                    5       0       0      0            0     0        0        0        0     0
                                      ship old to new, main: 2 waiting, lag 0.050 s, 11 shipped
                                      fleet app: 2 at old, 0 at new
           5  disconnect    09:00:01  old                    5      14      10      0            0     0        0        0        0     0
                                      new                    5       0       0      0            0     0        0        0        0     0
                                      ship old to new, main: 1 waiting, lag 0.000 s, 11 shipped, disconnected
                                      fleet app: 2 at old, 0 at new
           6  pause         09:00:01  old                    5      14      10      0            0     0        0        0        0     0
                                      new                    5       0       0      0            0     0        0        0        0     0
                                      ship old to new, main: 1 waiting, lag 0.000 s, 11 shipped, disconnected
                                      fleet app: 0 at old, 0 at new, paused, 0.000 s in all
           7  expect        09:00:01  old                    5      14      10      0            0     0        0        0        0     0
                                      new                    5       0       0      0            0     0        0        0        0     0
                                      ship old to new, main: 1 waiting, lag 0.000 s, 11 shipped, disconnected
                                      fleet app: 0 at old, 0 at new, paused, 0.000 s in all
                                      FAILED steps[7].waiting: expected 0, found 1
    "#]].assert_eq(&text);
    expect![[r#"
        {"step":7,"do":"expect","time_ms":1000,"sites":[{"site":"old","acknowledged":14,"reads":10,"stale":0,"overwritten":0,"lost":0,"refused":0,"records":5,"missing":0,"sub_clusters":[{"nodes":["A3","A2","A1"],"principal":"A3","cluster_key":"2dec89025cc1","namespaces":{"main":{"roster_nodes_present":3,"regime":1,"active":4096,"unavailable":0,"dead":0,"expected_migrations":{"A3":[0,0,0],"A2":[0,0,0],"A1":[0,0,0]}}}}],"orphans":[]},{"site":"new","acknowledged":0,"reads":0,"stale":0,"overwritten":0,"lost":0,"refused":0,"records":5,"missing":0,"sub_clusters":[{"nodes":["B3","B2","B1"],"principal":"B3","cluster_key":"2dec89025cc1","namespaces":{"main":{"roster_nodes_present":3,"regime":1,"active":4096,"unavailable":0,"dead":0,"expected_migrations":{"B3":[0,0,0],"B2":[0,0,0],"B1":[0,0,0]}}}}],"orphans":[]}],"ships":[{"from":"old","to":"new","namespace":"main","connected":false,"waiting":1,"lag_ms":0,"shipped":11,"abandoned":0,"queue_lost":0}],"fleets":[{"fleet":"app","acknowledged":11,"reads":10,"stale":0,"refused":0,"not_sent":0,"paused_ms":0,"instances":[{"site":"old","running":0},{"site":"new","running":0}]}],"waiting":1,"lag_ms":0,"diverged":0,"failed":[{"place":"steps[7].waiting","expected":"0","found":"1"}]}
    "#]].assert_eq(&(report::ndjson(reports.last().unwrap()) + "\n"));
}

/// One of each command and event that a scenario can bring about.
#[test]
fn what_is_done_and_what_happens_is_told() {
    let steps = r#"
        {"do":"load","records":3},
        {"do":"ship","from":"old","to":"new","mode":"5.4","rewind":"all"},
        {"do":"ship","from":"new","to":"old"},
        {"do":"advance","seconds":1},
        {"do":"write","digest":"0000000000000000000000000000000000000007"},
        {"do":"advance","seconds":0.05},
        {"do":"write","site":"new","digest":"0000000000000000000000000000000000000007"},
        {"do":"advance","seconds":1},
        {"do":"disconnect","from":"old","to":"new"},
        {"do":"write","digest":"0000000000000000000000000000000000000007"},
        {"do":"reconnect","from":"old","to":"new"},
        {"do":"allow","site":"new","xdr-writes":false,"nonxdr-writes":false},
        {"do":"write","site":"new","digest":"0000000000000000000000000000000000000007"},
        {"do":"advance","seconds":1},
        {"do":"backup","name":"b"},
        {"do":"allow","site":"new","xdr-writes":true,"nonxdr-writes":true},
        {"do":"restore","name":"b","site":"new"},
        {"do":"unship","from":"old","to":"new"},
        {"do":"repoint","endpoint":"db","to":"new"},
        {"do":"fleet","name":"app","endpoint":"db","instances":2,"keys":5,"reads":1,"writes":1,"rate-per-second":10},
        {"do":"restart","fleet":"app","seconds-each":1.5},
        {"do":"advance","seconds":4},
        {"do":"pause","fleet":"app"},
        {"do":"advance","seconds":0.25},
        {"do":"resume","fleet":"app"},
        {"do":"crash","site":"new","nodes":["B1"],"settle":0}"#;
    let Ok(Document::World(scenario)) = Document::parse(two(steps).as_bytes()) else {
        panic!("the scenario is right");
    };
    let sites = ["old".to_owned(), "new".to_owned()];
    let mut text = String::new();
    let doings = scenario.plan().unwrap().doings;
    for (doing, report) in doings.iter().zip(WorldRunner::new(&scenario).unwrap()) {
        if let rosterlab_scenario::world::Doing::Act { command, .. } = doing {
            text = text + &words::of_command(command, 3) + "\n";
        }
        for event in report.unwrap().events {
            text = text + "    " + &words::of_event(&event.kind, &sites) + "\n";
        }
    }
    expect![[r#"
        Load 3 records into main at old
            3 records were written to main at old.
        Ship main from old to new, by the rules of 5.4 with conflict resolution, with everything that is there
            The ship of main from old to new is on. 3 records were there before and will be sent too: a rewind (documented).
        Ship main from new to old, by the rules before 5.0
            The ship of main from new to old is on. It sends what is written from now on, not what is there already (documented).
        Write a record of main at old
            old: A write to partition 0: success.
        Write a record of main at new
            new: A write to partition 0: success.
            Record 0000000000000000000000000000000000000007 arrived at new from old: new's value of 1.05 s stays, because it is later than old's value of 1 s (documented for 5.4 with conflict resolution).
            Record 0000000000000000000000000000000000000007 arrived at old from new: new's value of 1.05 s replaces old's value of 1 s.
        Disconnect the ship of main from old to new
            The link of the ship of main from old to new is cut. What is written waits and is not lost (documented).
        Write a record of main at old
            old: A write to partition 0: success.
        Reconnect the ship of main from old to new
            The link of the ship of main from old to new is restored. 1 record waits to be sent.
        Let main at new take no writes
            main at new takes no writes now.
        Write a record of main at new
            A client's write of record 0000000000000000000000000000000000000007 at main at new was refused with error 10: the namespace takes no writes of clients (documented).
            Record 0000000000000000000000000000000000000007 arrived at new from old and was refused with error 10: the namespace takes no writes of XDR (documented). It is not sent again (model).
        Back up main at old as b
            The backup b of main at old has 4 records.
        Let main at new take every write
            main at new takes every write now.
        Restore b to main at new, but not where the generation is as high
            The backup b is restored to main at new: 1 record was written, 3 stayed as they were.
        Remove the ship of main from old to new
            The ship of main from old to new is removed. Nothing was on its way.
        Point db at new
            db means new now. An instance notices when it restarts (model).
        Start the fleet app of 2 instances
            The fleet app runs.
        Restart the fleet app, 1.5 s for each instance
            A rolling restart of the fleet app has begun.
            Record 0000000000000000000000000000000000000007 arrived at old from new: old's value of 2.05 s replaces old's value of 2.05 s.
            All instances of the fleet app have been restarted.
        Pause the fleet app
            The fleet app is paused. This is downtime.
        Resume the fleet app
            The fleet app runs again after 0.25 s of downtime.
        Crash B1 at new
            new: B1 crashed.
    "#]].assert_eq(&text);
}
