//! `partition-info`: its columns, its letters, and that its counts are those of the view.

use expect_test::expect;
use rosterlab_asinfo::info::Build;

use crate::common::Net;

/// The first rows of `main`, with the header.
fn first(net: &Net, node: &str, rows: usize) -> String {
    let text = net.ask(node, "partition-info");
    text.split(';').take(rows + 1).collect::<Vec<_>>().join("\n") + "\n"
}

/// The number of rows of a namespace with each letter.
fn letters(net: &Net, node: &str, namespace: &str) -> String {
    let text = net.ask(node, "partition-info");
    let rows: Vec<&str> = text.split(';').filter(|row| row.starts_with(namespace)).collect();
    assert!(rows.len() == 4096 || rows.len() == 4097, "the header's first word is namespace");
    let count =
        |letter: &str| rows.iter().filter(|row| row.split(':').nth(2) == Some(letter)).count();
    ["S", "D", "A", "Z", "X"].map(|letter| format!("{letter} {}", count(letter))).join(", ")
}

#[test]
fn columns_are_those_of_the_build() {
    let mut net = Net::case_study();
    expect![[r#"
        namespace:partition:state:n_replicas:replica:n_dupl:working_master:emigrates:lead_emigrates:immigrates:records:tombstones:regime:version:final_version
        main:0:A:2:-1:0:0:0:0:0:0:0:1:000000000000.0.-p-:2dec89025cc1.0.-p-
        main:1:A:2:-1:0:0:0:0:0:0:0:1:000000000000.0.-p-:2dec89025cc1.0.-p-
        main:2:S:2:0:0:A101:0:0:0:0:0:1:2dec89025cc1.0.mp-:2dec89025cc1.0.mp-
        main:3:A:2:-1:0:0:0:0:0:0:0:1:000000000000.0.-p-:2dec89025cc1.0.-p-
    "#]].assert_eq(&first(&net, "A101", 4));
    for (build, expected) in [
        (
            "7.2.0.1",
            "namespace:partition:state:n_replicas:replica:n_dupl:working_master:emigrates:lead_emigrates:immigrates:records:tombstones:regime:version:final_version",
        ),
        (
            "8.0.0.1",
            "namespace:partition:state:n_replicas:replica:n_dupl:working_master:proxy_dst:emigrates:lead_emigrates:immigrates:records:tombstones:regime:version:final_version",
        ),
        (
            "8.1.0.0",
            "namespace:partition:state:n_replicas:replica:succession:n_dupl:working_master:proxy_dst:emigrates:lead_emigrates:immigrates:records:tombstones:regime:version:final_version",
        ),
        (
            "8.1.2.0",
            "namespace:partition:state:n_replicas:replica:succession:n_dupl:working_master:proxy_dst:emigrates:lead_emigrates:immigrates:records:tombstones:regime:tree_id:version:final_version",
        ),
    ] {
        net.site.build = build.parse::<Build>().unwrap();
        let text = net.ask("A101", "partition-info");
        let mut rows = text.split(';');
        assert_eq!(rows.next(), Some(expected), "{build}");
        let count = expected.split(':').count();
        assert!(rows.all(|row| row.split(':').count() == count), "{build}");
    }
    expect![[r#"
        namespace:partition:state:n_replicas:replica:succession:n_dupl:working_master:proxy_dst:emigrates:lead_emigrates:immigrates:records:tombstones:regime:tree_id:version:final_version
        main:0:A:2:-1:3:0:0:0:0:0:0:0:0:1:0:000000000000.0.-p-:2dec89025cc1.0.-p-
        main:1:A:2:-1:2:0:0:0:0:0:0:0:0:1:0:000000000000.0.-p-:2dec89025cc1.0.-p-
        main:2:S:2:0:0:0:A101:0:0:0:0:0:0:1:0:2dec89025cc1.0.mp-:2dec89025cc1.0.mp-
    "#]].assert_eq(&first(&net, "A101", 3));
}

#[test]
fn letters_follow_the_case_study() {
    let mut net = Net::case_study();
    expect!["S 1346, D 0, A 2750, Z 0, X 0"].assert_eq(&letters(&net, "A101", "main"));
    net.stop("B101 B102");
    expect!["S 1346, D 1368, A 1382, Z 0, X 0"].assert_eq(&letters(&net, "A101", "main"));
    net.migrate();
    expect!["S 2714, D 0, A 1382, Z 0, X 0"].assert_eq(&letters(&net, "A101", "main"));
    net.crash("A102");
    expect!["S 0, D 0, A 1382, Z 2714, X 0"].assert_eq(&letters(&net, "A101", "main"));
    net.start("A102");
    expect!["S 0, D 0, A 0, Z 2760, X 1336"].assert_eq(&letters(&net, "A102", "main"));
    expect![[r#"
        namespace:partition:state:n_replicas:replica:n_dupl:working_master:emigrates:lead_emigrates:immigrates:records:tombstones:regime:version:final_version
        main:0:Z:0:-1:0:0:0:0:0:0:0:0:35de1c9756ce.0.-se:000000000000.0.-p-
        main:1:Z:0:-1:0:0:0:0:0:0:0:0:35de1c9756ce.0.-se:000000000000.0.-p-
        main:2:Z:0:-1:0:0:0:0:0:0:0:0:35de1c9756ce.0.-se:000000000000.0.-p-
    "#]].assert_eq(&first(&net, "A102", 3));
    net.start("B102");
    net.start("B101");
    expect!["S 0, D 1381, A 0, Z 1379, X 1336"].assert_eq(&letters(&net, "A102", "main"));
    expect![[r#"
        namespace:partition:state:n_replicas:replica:n_dupl:working_master:emigrates:lead_emigrates:immigrates:records:tombstones:regime:version:final_version
        main:0:Z:2:-1:0:0:1:1:0:0:0:11:35de1c9756ce.0.-se:a5d9adefe000.0.-p-
        main:1:D:2:0:1:B102:1:1:2:0:0:11:a5d9adefe000.0.-se:a5d9adefe000.0.mp-
        main:2:Z:2:-1:0:0:1:1:0:0:0:11:35de1c9756ce.0.-se:a5d9adefe000.0.-p-
    "#]].assert_eq(&first(&net, "A102", 3));
    net.migrate();
    expect!["S 1381, D 0, A 2715, Z 0, X 0"].assert_eq(&letters(&net, "A102", "main"));
}
