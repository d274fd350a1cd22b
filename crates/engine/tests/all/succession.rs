//! The order of succession against golden values, bit by bit (domain.md §2).
use rosterlab_engine::{
    NodeId, PartitionId, RackId, RosterEntry, fnv1a_64, jenkins_64, put_racks_apart, succession,
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

fn golden() -> Value {
    serde_json::from_str(include_str!("../../../../tests/golden/succession.json")).unwrap()
}

fn hex(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap(), 16).unwrap()
}

fn node(id: &str) -> NodeId {
    id.parse().unwrap()
}

fn hashed_node(id: &str) -> u64 {
    fnv1a_64(&node(id).get().to_le_bytes())
}

fn hashed_partition(pid: &str) -> u64 {
    fnv1a_64(&pid.parse::<u32>().unwrap().to_le_bytes())
}

#[test]
fn the_hashes_are_the_servers() {
    let golden = golden();
    let mut checked = 0;
    for (what, values) in golden["hashes"].as_object().unwrap() {
        for (of, value) in values.as_object().unwrap() {
            let found = if what.contains("partition id as 4") {
                hashed_partition(of)
            } else if what.contains("node id as 8") {
                hashed_node(of)
            } else {
                let (id, pid) = of.split_once('/').unwrap();
                jenkins_64(hashed_node(id), hashed_partition(pid))
            };
            assert_eq!(found, hex(value), "{what}: {of}");
            checked += 1;
        }
    }
    assert_eq!(checked, 10);
}

#[test]
fn every_table_is_the_servers() {
    for table in golden()["tables"].as_array().unwrap() {
        let name = table["name"].as_str().unwrap();
        let entry = |text: &Value| text.as_str().unwrap().parse::<RosterEntry>().unwrap();
        let roster: Vec<RosterEntry> =
            table["roster"].as_array().unwrap().iter().map(entry).collect();
        let nodes: Vec<(NodeId, RackId)> = roster.iter().map(|e| (e.node, e.rack)).collect();
        let rf = usize::try_from(table["replication_factor"].as_u64().unwrap()).unwrap();
        let rows = succession(&nodes, rf);
        assert_eq!(rows.len(), 4096);
        for (pid, row) in table["rows"].as_object().unwrap() {
            let expected: Vec<NodeId> =
                row.as_array().unwrap().iter().map(|id| node(id.as_str().unwrap())).collect();
            assert_eq!(rows[pid.parse::<usize>().unwrap()], expected, "{name}: partition {pid}");
        }
        for (id, counts) in table["position_counts"].as_object().unwrap() {
            for (place, count) in counts.as_array().unwrap().iter().enumerate() {
                let found = rows.iter().filter(|row| row[place] == node(id)).count();
                assert_eq!(Some(found as u64), count.as_u64(), "{name}: {id} at {place}");
            }
        }
        let bytes: Vec<u8> = rows.iter().flatten().flat_map(|id| id.get().to_le_bytes()).collect();
        assert_eq!(fnv1a_64(&bytes), hex(&table["fnv1a64_of_all_rows"]), "{name}: all rows");
    }
}

#[test]
fn racks_are_put_apart_by_swaps_that_never_go_back() {
    let rack = |n: u32| RackId::new(n).unwrap();
    let adjusted = |row: &[u32], distinct, start, from| {
        let mut row: Vec<(usize, u32)> = row.iter().copied().enumerate().collect();
        put_racks_apart(&mut row, |node| rack(node.1), distinct, start, from);
        row.into_iter().map(|node| node.0).collect::<Vec<_>>()
    };
    assert_eq!(adjusted(&[1, 1, 1, 2, 2], 2, 1, 2), [0, 3, 2, 1, 4]);
    assert_eq!(adjusted(&[1, 2, 1], 2, 1, 2), [0, 1, 2], "already apart");
    assert_eq!(adjusted(&[1, 1, 1], 1, 1, 1), [0, 1, 2], "one rack: no change");
    assert_eq!(adjusted(&[1, 1, 1, 2, 3], 3, 1, 3), [0, 3, 4, 1, 2]);
}

#[test]
fn no_nodes_have_empty_rows() {
    assert!(succession(&[], 2).iter().all(Vec::is_empty));
    assert_eq!(PartitionId::all().len(), 4096);
}

/// Rosters of 2 to 12 nodes with all kinds of racks. Each has two whole rows, how often each node is first and among
/// the replicas, and a hash over all 4096 rows.
#[test]
fn every_roster_of_the_open_server_has_its_rows() {
    let golden: Value =
        serde_json::from_str(include_str!("../../../../tests/golden/ap.json")).unwrap();
    let rosters = golden["rows"].as_array().unwrap();
    assert_eq!(rosters.len(), 42);
    for golden in rosters {
        let entry = |text: &Value| text.as_str().unwrap().parse::<RosterEntry>().unwrap();
        let roster: Vec<RosterEntry> =
            golden["roster"].as_array().unwrap().iter().map(entry).collect();
        let nodes: Vec<(NodeId, RackId)> = roster.iter().map(|e| (e.node, e.rack)).collect();
        let rf = usize::try_from(golden["replication-factor"].as_u64().unwrap()).unwrap();
        let rows = succession(&nodes, rf);
        let text = |row: &[NodeId]| row.iter().map(NodeId::to_string).collect::<Vec<_>>();
        for (pid, row) in golden["rows"].as_object().unwrap() {
            let pid: usize = pid.parse().unwrap();
            assert_eq!(serde_json::json!(text(&rows[pid])), *row, "{roster:?}, partition {pid}");
        }
        let count = |node: &RosterEntry, width: usize| {
            rows.iter().filter(|row| row[..width.min(row.len())].contains(&node.node)).count()
        };
        let counts = |width| roster.iter().map(|node| count(node, width)).collect::<Vec<_>>();
        assert_eq!(serde_json::json!(counts(1)), golden["first"], "{roster:?}");
        assert_eq!(serde_json::json!(counts(rf)), golden["replica"], "{roster:?}");
        let lines: Vec<String> = rows.iter().map(|row| text(row).join(",")).collect();
        let digest = Sha256::digest(lines.join("\n").as_bytes());
        let expected = golden["sha256"].as_str().unwrap();
        let bytes = (0..expected.len()).step_by(2).map(|at| &expected[at..at + 2]);
        let bytes: Vec<u8> = bytes.map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
        assert_eq!(digest[..], bytes[..], "{roster:?}");
    }
}
