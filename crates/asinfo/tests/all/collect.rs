//! The archive of collectinfo: laid out as the admin tool reads it, from what each node says itself.

use proptest::prelude::*;
use rosterlab_asinfo::admin::Nodes;
use rosterlab_asinfo::collect::{Archive, NobodyAnswers, collect, time_of};
use rosterlab_engine::{NodeId, Profile};
use serde_json::{Value, json};

use crate::common::{Net, ids};

const EVERYBODY: &str = "A101 A102 A103 B101 B102";

fn collected(net: &mut Net) -> Archive {
    collect(net, &ids(EVERYBODY)).unwrap()
}

fn file<'a>(archive: &'a Archive, end: &str) -> &'a str {
    let found: Vec<_> = archive.files.iter().filter(|file| file.name.ends_with(end)).collect();
    assert_eq!(found.len(), 1, "{end}");
    &found[0].text
}

/// What a node's part of `ascinfo.json` says at a place.
fn said(archive: &Archive, address: &str, place: &str) -> Value {
    let all: Value = serde_json::from_str(file(archive, "_ascinfo.json")).unwrap();
    let node = &all["2026-11-21 19:48:44 UTC"]["null"][address]["as_stat"];
    node.pointer(place).unwrap_or_else(|| panic!("{place}: {node:#}")).clone()
}

fn addresses(archive: &Archive) -> Vec<String> {
    let all: Value = serde_json::from_str(file(archive, "_ascinfo.json")).unwrap();
    let nodes = all["2026-11-21 19:48:44 UTC"]["null"].as_object().unwrap();
    nodes.keys().cloned().collect()
}

#[test]
fn files_are_named_as_the_tool_names_them() {
    let archive = collected(&mut Net::case_study());
    assert_eq!(archive.folder, "rosterlab_collect_info_20261121_194844");
    let names: Vec<&str> = archive.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "20261121_194844_ascinfo.json",
            "20261121_194844_ascollectinfo.log",
            "20261121_194844_summary.log",
            "20261121_194844_health.log",
        ]
    );
    assert_eq!(time_of("09:05:18".parse().unwrap()), "2019-01-01 09:05:18 UTC");
}

#[test]
fn the_outage_of_the_case_study_is_in_the_archive() {
    let mut net = Net::case_study();
    net.stop("B101 B102");
    net.migrate();
    net.crash("A102");
    let archive = collected(&mut net);
    assert_eq!(addresses(&archive), ["127.0.0.1:3100", "127.0.0.1:3102"]);
    let of = |place: &str| said(&archive, "127.0.0.1:3102", place);
    assert_eq!(of("/meta_data/node_id"), "A103");
    assert_eq!(of("/meta_data/asd_build"), "4.5.3.2");
    assert_eq!(of("/meta_data/services"), json!([["127.0.0.1", 3100, null]]));
    assert_eq!(of("/statistics/service/cluster_size"), "2");
    assert_eq!(of("/statistics/namespace/main/service/unavailable_partitions"), "4096");
    assert_eq!(of("/config/namespace/main/service/strong-consistency"), "true");
    assert_eq!(of("/config/rack-ids"), json!({ "main": "1", "cache": "1" }));
    let all = json!(["B102@2", "B101@2", "A103@1", "A102@1", "A101@1"]);
    let roster = json!({
        "ns": "main", "roster": all, "pending_roster": all,
        "observed_nodes": ["A103@1", "A101@1"],
    });
    assert_eq!(of("/config/roster"), json!({ "main": roster }), "AP namespaces have no roster");
    assert_eq!(
        of("/config/racks/main"),
        json!({
            "1": { "rack-id": "1", "nodes": ["A103", "A102", "A101"] },
            "2": { "rack-id": "2", "nodes": ["B102", "B101"] },
        })
    );
    assert_eq!(of("/pmap/main/master_partition_count"), 0);
    assert_eq!(of("/pmap/main/unavailable_partitions"), "4096");
    let logs = file(&archive, "_ascollectinfo.log");
    for part in [
        "2026-11-21 19:48:44 UTC\n\n====ASCOLLECTINFO====\nRosterlab ",
        "\n====ASCOLLECTINFO====\nnetwork\n",
        "\n====ASCOLLECTINFO====\nroster:\n",
        "Number of rows: 2\n",
    ] {
        assert!(logs.contains(part), "{part}: {logs}");
    }
    let of_size =
        |line: &&str| line.starts_with("Cluster Size ") && line.trim_end().ends_with("|2");
    assert_eq!(file(&archive, "_summary.log").lines().filter(of_size).count(), 1);
    assert!(file(&archive, "_health.log").contains("Non-zero unavailable partitions"));
}

#[test]
fn each_side_of_a_split_tells_of_itself() {
    let mut net = Net::case_study();
    net.cut("A101 A102 A103|B101 B102");
    let archive = collected(&mut net);
    assert_eq!(addresses(&archive).len(), 5);
    for (address, size, unavailable) in
        [("127.0.0.1:3100", "3", "0"), ("127.0.0.1:3103", "2", "4096")]
    {
        assert_eq!(said(&archive, address, "/statistics/service/cluster_size"), size);
        let counts = "/statistics/namespace/main/service/unavailable_partitions";
        assert_eq!(said(&archive, address, counts), unavailable);
    }
    assert!(file(&archive, "_ascollectinfo.log").contains("Number of rows: 5\n"));
}

#[test]
fn the_same_cluster_gives_the_same_bytes() {
    for profile in [Profile::V4_5_3, Profile::V6_0, Profile::V7_1] {
        let archives = [(); 2].map(|()| collected(&mut Net::with_profile(profile)));
        assert_eq!(archives[0], archives[1]);
        assert!(!file(&archives[0], "_ascollectinfo.log").contains("ERROR: "));
    }
}

#[test]
fn without_a_node_that_answers_there_is_no_archive() {
    let mut net = Net::case_study();
    net.stop(EVERYBODY);
    assert_eq!(collect(&mut net, &ids(EVERYBODY)), Err(NobodyAnswers));
    assert_eq!(collect(&mut net, &[]), Err(NobodyAnswers));
}

#[test]
fn a_summary_counts_devices_and_nothing_else() {
    let archive = collected(&mut Net::with_profile(Profile::V7_1));
    // Two namespaces with one device each on five nodes.
    assert!(file(&archive, "_summary.log").contains("Devices Total             |10"));
}

/// Nodes that say who they are, and anything to every other request.
struct Babble {
    replies: Vec<String>,
    next: usize,
}

impl Nodes for Babble {
    fn ask(&mut self, node: NodeId, request: &str) -> Option<String> {
        if request == "node" {
            return Some(node.to_string());
        }
        self.next += 1;
        Some(self.replies[self.next % self.replies.len()].clone())
    }

    fn now(&self) -> String {
        self.replies[0].clone()
    }
}

proptest! {
    #[test]
    fn whatever_nodes_reply_there_is_an_archive(
        replies in prop::collection::vec("[a-z0-9=:;,@\\[\\]\\n ]{0,60}", 1..12),
    ) {
        let mut babble = Babble { replies, next: 0 };
        let archive = collect(&mut babble, &ids("A1 A2")).unwrap();
        let read: Result<Value, _> = serde_json::from_str(file(&archive, "ascinfo.json"));
        prop_assert!(read.unwrap().is_object());
    }
}
