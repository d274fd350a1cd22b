//! What operators and their tools ask and tell, errors by build, and that nothing is made up.

use expect_test::expect;
use rosterlab_asinfo::info::{Build, Records, Reply, SetRecords};
use rosterlab_engine::{Command, Profile};

use crate::common::{Net, fields, id, setup};

fn with_build(build: &str) -> Net {
    let mut net = Net::case_study();
    net.site.build = build.parse().unwrap();
    net
}

#[test]
fn errors_are_those_of_the_build() {
    let cases = [
        ("roster:namespace=x", "ERROR::unknown-namespace", "ERROR:20:namespace not found on node"),
        ("roster-set:nodes=A1", "ERROR::namespace-name", "ERROR:4:missing 'namespace'"),
        ("roster-set:namespace=main", "ERROR::nodes", "ERROR:4:missing 'nodes'"),
        ("roster-set:namespace=main;nodes=", "ERROR::nodes", "ERROR:4:missing 'nodes'"),
        ("roster-set:namespace=main;nodes=x", "ERROR::roster-set", "ERROR:4:bad 'nodes'"),
        ("roster-set:namespace=main;nodes=A1,A1", "ERROR::roster-set", "ERROR:4:bad 'nodes'"),
        ("roster-set:namespace=main;nodes=M1|A1@1", "ERROR::roster-set", "ERROR:4:bad 'nodes'"),
        ("revive:namespace=x", "ERROR::unknown-namespace", "ERROR:20:namespace not found on node"),
        (
            "cluster-stable:size=4",
            "ERROR::cluster-not-specified-size",
            "ERROR:7:cluster not specified size",
        ),
        ("cluster-stable:size=x", "ERROR::bad-size", "ERROR:4:bad size"),
        (
            "cluster-stable:ignore-migrations=x",
            "ERROR::bad-ignore-migrations",
            "ERROR:4:bad ignore migrations",
        ),
        ("get-config:context=x", "ERROR::invalid context", "ERROR:4:unknown context"),
        ("set-config:context=service;migrate-threads=0", "error", "ERROR:4:bad parameter"),
        ("set-config:context=namespace;id=main;rack-id=x", "error", "ERROR:4:bad parameter"),
    ];
    for (request, old, new) in cases {
        for (build, expected) in
            [("4.5.3.2", old), ("7.1.0.0", old), ("7.2.0.1", new), ("8.1.0.0", new)]
        {
            assert_eq!(with_build(build).ask("A101", request), expected, "{build}, {request}");
        }
    }
}

#[test]
fn what_no_command_knows_is_left_out_or_an_error() {
    let unknown = Reply::Text("ERROR:4:unrecognized command".to_owned());
    for request in [
        "",
        "nonsense",
        "truncate:namespace=main",
        "latencies:",
        "udf-put:filename=x",
        "Node",
        "node:x/y;z",
    ] {
        let known = request.starts_with("node:");
        let expected = |other: Reply| if known { Reply::Text("A101".to_owned()) } else { other };
        assert_eq!(
            with_build("7.1.0.0").reply("A101", request),
            expected(unknown.clone()),
            "{request:?}"
        );
        assert_eq!(
            with_build("6.4.0.0").reply("A101", request),
            expected(Reply::LeftOut),
            "{request:?}"
        );
    }
    assert_eq!(with_build("4.5.3.2").reply("A101", "best-practices"), Reply::LeftOut);
    assert_eq!(with_build("5.7.0.7").ask("A101", "best-practices"), "failed_best_practices=none");
    assert_eq!(with_build("8.0.0.1").reply("A101", "user-agent-set:value=eA=="), unknown);
    assert_eq!(with_build("8.1.0.0").ask("A101", "user-agent-set:value=eA=="), "ok");
}

/// Partitions that are not active make the cluster unstable since 6.2; before only where a namespace is named.
#[test]
fn a_cluster_is_stable_when_nothing_moves_and_since_6_2_when_all_is_active() {
    let mut net = Net::case_study();
    let key = net.field("A101", "statistics", "cluster_key");
    assert_eq!(net.ask("A101", "cluster-stable:size=5;ignore-migrations=no;namespace=main"), key);
    net.stop("B101 B102");
    let key = net.field("A101", "statistics", "cluster_key");
    assert_eq!(net.ask("A101", "cluster-stable:"), "ERROR::unstable-cluster");
    assert_eq!(net.ask("A101", "cluster-stable:ignore-migrations=true"), key);
    net.migrate();
    assert_eq!(net.ask("A101", "cluster-stable:size=3"), key);
    net.crash("A102");
    net.start("A102");
    net.migrate();
    let key = net.field("A101", "statistics", "cluster_key");
    for (build, without, named) in [
        ("4.5.3.2", key.as_str(), "ERROR::unstable-cluster"),
        ("6.2.0.0", "ERROR::unstable-cluster", "ERROR::unstable-cluster"),
        ("7.2.0.1", "ERROR:7:unstable cluster", "ERROR:7:unstable cluster"),
    ] {
        net.site.build = build.parse().unwrap();
        assert_eq!(net.ask("A101", "cluster-stable:"), without, "{build}");
        assert_eq!(net.ask("A101", "cluster-stable:namespace=main"), named, "{build}");
        assert_eq!(net.ask("A101", "cluster-stable:namespace=cache"), key, "{build}");
    }
    // Newer builds do not take yes and no.
    assert_eq!(
        net.ask("A101", "cluster-stable:ignore-migrations=yes"),
        "ERROR:4:bad ignore migrations"
    );
}

#[test]
fn a_rack_is_changed_and_counts_when_the_roster_is_set_anew() {
    let mut net = Net::case_study();
    let set = "set-config:context=namespace;id=main;rack-id=2";
    let command = Command::MoveToRack { nodes: vec![id("A101")], rack: "2".parse().unwrap() };
    let expected = Reply::Act { commands: vec![command], text: "ok".to_owned() };
    assert_eq!(net.reply("A101", set), expected);
    assert_eq!(net.tell("A101", set), "ok");
    assert_eq!(net.tell("A101", set), "ok", "it is there already");
    assert!(
        net.ask("A102", "roster:namespace=main")
            .ends_with("observed_nodes=B102@2,B101@2,A103@1,A102@1,A101@2")
    );
    assert_eq!(net.ask("A101", "rack-ids"), "main:1;cache:2");
    net.tell("A101", "roster-set:namespace=main;nodes=B102@2,B101@2,A103@1,A102@1,A101@2");
    net.tell("B102", "recluster:");
    assert_eq!(net.ask("A101", "rack-ids"), "main:2;cache:2");
    expect!["ns=main:rack_1=A103,A102:rack_2=B102,B101,A101:roster_rack_1=A103,A102:roster_rack_2=B102,B101,A101;ns=cache:rack_1=A103,A102:rack_2=B102,B101,A101"]
        .assert_eq(&net.ask("A101", "racks:"));
}

#[test]
fn a_roster_may_name_nodes_that_never_were() {
    let mut net = Net::case_study();
    assert_eq!(net.tell("A101", "roster-set:namespace=main;nodes=C0FFEE,a101@1"), "ok");
    assert!(net.ask("B101", "roster:namespace=main").contains("pending_roster=C0FFEE,A101@1:"));
    assert_eq!(
        net.ask("A101", "roster-set:namespace=cache;nodes=A101"),
        "ERROR::roster-set",
        "AP has none"
    );
    assert_eq!(net.tell("A101", "revive:namespace=cache"), "ok", "and nothing to revive");
}

#[test]
fn a_node_that_stays_quiesced_says_so() {
    let mut setup = setup("A1 A2 A3", Profile::V7_1);
    setup.nodes[0].stay_quiesced = true;
    let net = Net::new(setup);
    assert_eq!(net.ask("A1", "quiesce:"), "ERROR::permanently-quiesced");
    assert_eq!(net.ask("A1", "quiesce-undo:"), "ignored-permanently-quiesced");
    assert_eq!(net.field("A2", "namespace/cache", "nodes_quiesced"), "1");
    assert_eq!(net.field("A1", "get-config:context=service", "stay-quiesced"), "true");
}

#[test]
fn records_and_sets_are_those_of_the_site() {
    let mut net = Net::with_profile(Profile::V7_1);
    let here = net.site.nodes.iter_mut().find(|node| node.id == id("A101")).unwrap();
    here.records = vec![Records { master: 3, prole: 2, non_replica: 1, bytes: 600 }];
    let set = |set: &str, objects| SetRecords {
        namespace: "main".into(),
        set: set.into(),
        objects,
        bytes: 100 * objects,
    };
    here.sets = vec![set("demo", 4), set("other", 2)];
    here.uptime_s = 100;
    let text = net.ask("A101", "namespace/main");
    expect![[r#"
        objects=6
        master_objects=3
        prole_objects=2
        non_replica_objects=1
        index_used_bytes=384
        data_used_bytes=600
    "#]]
    .assert_eq(&fields(
        &text,
        &[
            "objects",
            "master_objects",
            "prole_objects",
            "non_replica_objects",
            "index_used_bytes",
            "data_used_bytes",
        ],
    ));
    assert_eq!(net.ask("A101", "objects"), "6");
    assert_eq!(net.field("A101", "statistics", "uptime"), "100");
    expect!["ns=main:set=demo:objects=4:tombstones=0:data_used_bytes=400:truncate_lut=0:disable-eviction=false:stop-writes-count=0;ns=main:set=other:objects=2:tombstones=0:data_used_bytes=200:truncate_lut=0:disable-eviction=false:stop-writes-count=0;"]
        .assert_eq(&net.ask("A101", "sets"));
    assert!(net.ask("A101", "sets/main/other").starts_with("ns=main:set=other:"));
    assert_eq!(net.ask("A101", "sets/cache"), "");
    assert_eq!(net.ask("A102", "sets:namespace=main"), "");
    assert_eq!(net.ask("A102", "namespace/x"), "type=unknown");
}

/// The fields that the admin tool's tables read, so that none of them has a gap.
#[test]
fn the_admin_tools_tables_have_no_gaps() {
    let service = [
        "cluster_size",
        "cluster_key",
        "cluster_integrity",
        "paxos_principal",
        "client_connections",
        "uptime",
        "migrate_partitions_remaining",
        "system_free_mem_pct",
    ];
    let both = [
        "evicted_objects",
        "stop_writes",
        "index-type",
        "storage-engine",
        "effective_replication_factor",
        "rack-id",
        "expired_objects",
        "master_objects",
        "prole_objects",
        "non_replica_objects",
        "master_tombstones",
        "prole_tombstones",
        "non_replica_tombstones",
        "migrate_tx_partitions_remaining",
        "migrate_rx_partitions_remaining",
        "strong-consistency",
        "replication-factor",
    ];
    let old = [
        "memory_used_index_bytes",
        "memory_used_sindex_bytes",
        "device_total_bytes",
        "device_used_bytes",
        "device_available_pct",
        "stop-writes-pct",
        "storage-engine.min-avail-pct",
    ];
    let new = [
        "evict-sys-memory-pct",
        "stop-writes-sys-memory-pct",
        "sindex-type",
        "index_used_bytes",
        "sindex_used_bytes",
        "data_total_bytes",
        "data_used_bytes",
        "data_avail_pct",
        "storage-engine.evict-used-pct",
        "storage-engine.stop-writes-used-pct",
        "storage-engine.stop-writes-avail-pct",
    ];
    for (profile, own) in
        [(Profile::V4_5_3, &old[..]), (Profile::V6_0, &old[..]), (Profile::V7_1, &new[..])]
    {
        let net = Net::with_profile(profile);
        fields(&net.ask("A101", "statistics"), &service);
        for namespace in ["namespace/main", "namespace/cache"] {
            let text = net.ask("A101", namespace);
            fields(&text, &both);
            fields(&text, own);
            let mut keys: Vec<&str> =
                text.split(';').filter_map(|pair| Some(pair.split_once('=')?.0)).collect();
            let count = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), count, "no key twice in {text}");
        }
    }
}

#[test]
fn what_a_node_says_of_itself() {
    let net = Net::case_study();
    assert_eq!(net.ask("A101", "version"), "Aerospike Enterprise Edition build 4.5.3.2");
    assert_eq!(net.ask("A101", "edition"), "Aerospike Enterprise Edition");
    assert_eq!(net.ask("A101", "namespaces"), "main;cache");
    assert_eq!(net.ask("A101", "status"), "ok");
    assert_eq!(net.ask("A101", "logs"), "0:/var/log/aerospike/aerospike.log");
    assert!(net.ask("A101", "log/0").contains("partition:INFO"));
    assert_eq!(net.ask("A101", "health-outliers"), "");
    assert!(
        net.ask("A101", "get-config:context=namespace;id=main").contains("replication-factor=2")
    );
    assert!(net.ask("A101", "get-config:").contains("heartbeat.interval=150;heartbeat.timeout=10"));
    assert_eq!(
        net.ask("A101", "get-config:context=xdr"),
        "enable-xdr=false;xdr-shipping-enabled=false"
    );
    assert_eq!(Build::of(Profile::V6_0).to_string(), "6.0.0.0");
}
