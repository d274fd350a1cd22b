//! The admin tool on a simulated cluster: the case study, and a split.
#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use expect_test::expect;
use rosterlab_asinfo::admin::{Console, Nodes};
use rosterlab_asinfo::info::{Reply, refused};
use rosterlab_engine::{NodeId, Profile, Until};

use crate::common::{Net, id};

impl Nodes for Net {
    fn ask(&mut self, node: NodeId, request: &str) -> Option<String> {
        let up = self.cluster.view().node(node).is_some_and(|node| node.state.is_up());
        match self.reply(&node.to_string(), request) {
            Reply::Text(text) => Some(text),
            Reply::LeftOut => up.then(String::new),
            Reply::Act { commands, text } => {
                for command in &commands {
                    if let Err(rejection) = self.cluster.apply(command) {
                        return Some(refused(self.site.build, &rejection));
                    }
                }
                self.cluster.advance(Until::Settled);
                Some(text)
            }
        }
    }

    fn now(&self) -> String {
        "2026-11-21 19:48:44 UTC".to_owned()
    }
}

/// Types lines, and gives what the last one printed.
fn type_in(net: &mut Net, console: &mut Console, lines: &[&str]) -> String {
    let mut said = String::new();
    for line in lines {
        said = console.enter(line, net).text();
        if let Some(digits) = console.question().map(str::to_owned) {
            said = said.replace(&digits, "######");
            said += &console.enter(&digits, net).text();
        }
    }
    said
}

fn unavailable(net: &mut Net, console: &mut Console) -> Vec<String> {
    let said = type_in(net, console, &["show stat namespace for main like unavail"]);
    let row = said.lines().find(|line| line.starts_with("unavailable_partitions"));
    row.unwrap().split('|').skip(1).map(|cell| cell.trim().to_owned()).collect()
}

#[test]
fn the_case_study_is_driven_by_its_commands() {
    let mut net = Net::case_study();
    let mut console = Console::new(id("A101"), 1);
    assert_eq!(unavailable(&mut net, &mut console), ["0"; 5]);
    net.stop("B101 B102");
    net.migrate();
    net.crash("A102");
    assert_eq!(unavailable(&mut net, &mut console), ["4096", "--", "4096", "--", "--"]);
    net.start("A102");
    assert_eq!(unavailable(&mut net, &mut console), ["4096", "4096", "4096", "--", "--"]);
    let said = type_in(
        &mut net,
        &mut console,
        &["enable", "manage roster stage observed ns main", "show roster for main"],
    );
    expect![[r#"
        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~Roster (2026-11-21 19:48:44 UTC)~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                   Node|        Node ID|Namespace|                    Current Roster|      Pending Roster|      Observed Nodes
        127.0.0.1:3103 |000000000000000|~~       |~~                                |~~                  |~~                  
        127.0.0.1:3104 |000000000000000|~~       |~~                                |~~                  |~~                  
        @127.0.0.1:3100|@A101          |main     |B102@2,B101@2,A103@1,A102@1,A101@1|A103@1,A102@1,A101@1|A103@1,A102@1,A101@1
        127.0.0.1:3101 |A102           |main     |B102@2,B101@2,A103@1,A102@1,A101@1|A103@1,A102@1,A101@1|A103@1,A102@1,A101@1
        *127.0.0.1:3102|*A103          |main     |B102@2,B101@2,A103@1,A102@1,A101@1|A103@1,A102@1,A101@1|A103@1,A102@1,A101@1
        Number of rows: 5

    "#]].assert_eq(&said);
    let said = type_in(&mut net, &mut console, &["manage recluster"]);
    assert_eq!(said, "Successfully started recluster\n");
    assert_eq!(unavailable(&mut net, &mut console), ["0", "0", "0", "--", "--"]);
    net.migrate();
    net.start("B101 B102");
    let said = type_in(&mut net, &mut console, &["info network"]);
    assert!(said.contains("*127.0.0.1:3104"), "{said}");
}

#[test]
fn later_builds_are_not_stable_while_partitions_are_unavailable() {
    let mut net = Net::with_profile(Profile::V6_0);
    net.site.build = "7.1.0.0".parse().unwrap();
    let mut console = Console::new(id("A101"), 1);
    net.stop("B101 B102");
    net.migrate();
    net.crash("A102");
    net.start("A102");
    let said = type_in(&mut net, &mut console, &["enable", "manage roster stage observed ns main"]);
    expect![[r#"
        ERROR: Server returned an error response for info command : unstable-cluster.
        WARNING: It is advised that you do not manage the roster. Run 'info network' for more information.
        You are about to set the pending-roster for namespace main to: A103@1, A102@1, A101@1
        Confirm that you want to proceed by typing ######, or cancel by typing anything else.
        Pending roster now contains observed nodes.
        Run "manage recluster" for your changes to take effect.
    "#]].assert_eq(&said);
}

#[test]
fn behind_a_split_only_ones_own_side_is_seen() {
    let mut net = Net::case_study();
    net.cut("A101 A102 A103|B101 B102");
    for (seed, rows, principal) in [("A101", 3, "*A103"), ("B101", 2, "*B102")] {
        let mut console = Console::new(id(seed), 1);
        let said = type_in(&mut net, &mut console, &["info network"]);
        assert!(said.contains(&format!("Number of rows: {rows}")), "{said}");
        assert!(said.contains(principal), "{said}");
        let said = type_in(&mut net, &mut console, &["enable", "manage recluster"]);
        assert_eq!(said, "Successfully started recluster\n");
    }
}

#[test]
fn all_commands_are_answered_by_simulated_nodes() {
    for profile in [Profile::V4_5_3, Profile::V6_0] {
        let mut net = Net::with_profile(profile);
        let mut console = Console::new(id("A101"), 1);
        for line in [
            "info",
            "show roster",
            "show racks",
            "show pmap",
            "show stat",
            "show config",
            "summary",
            "health",
            "enable",
            "manage quiesce with A102",
            "manage quiesce undo with A102",
            "manage revive ns main",
            "asinfo -v 'cluster-stable:'",
        ] {
            let said = type_in(&mut net, &mut console, &[line]);
            let gap = ["\n~~ ", "|~~ ", "|~~|", "|~~\n"].iter().any(|gap| said.contains(gap));
            assert!(!gap, "{line}: {said}");
            assert!(!said.contains("ERROR"), "{line}: {said}");
        }
        let pmap = type_in(&mut net, &mut console, &["show pmap"]);
        assert_eq!(pmap.matches("|   4096|     4096|          0|   0").count(), 2, "{pmap}");
    }
}
