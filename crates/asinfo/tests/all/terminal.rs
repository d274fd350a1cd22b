//! What is typed in the terminal, and the lines that it shows for what was done otherwise.

use proptest::collection::vec;
use proptest::prelude::*;
use rosterlab_asinfo::admin::Output;
use rosterlab_asinfo::terminal::{Terminal, Typed, lines_of};
use rosterlab_engine::{
    Cluster, Command, NodeId, Profile, RackId, RosterNodes, Rules, Shutdown, Until,
};
use rosterlab_scenario::share::check_of;
use rosterlab_scenario::{Entry, Settle};

use crate::common::{id, ids, setup};
use crate::histories::free::{FreeWorld, free};
use crate::properties::{any_setup, runner};

const CASE_STUDY: &str = "A101@1 A102@1 A103@1 B101@2 B102@2";

fn cluster() -> Cluster {
    Cluster::new(setup(CASE_STUDY, Profile::V4_5_3)).unwrap()
}

fn act(command: Command) -> Entry {
    Entry::Act { command, settle: Settle::Fully }
}

/// All that a text printed.
fn printed(typed: &Typed) -> String {
    let blocks = typed.lines.iter().flat_map(|line| line.blocks.clone()).collect();
    Output { blocks, ended: false }.text()
}

/// Types a text, does what it comes to, and gives what it printed.
fn type_in(terminal: &mut Terminal, cluster: &mut Cluster, text: &str) -> String {
    let typed = terminal.enter(text, cluster);
    if let Some(entry) = &typed.entry {
        entry.run(cluster).unwrap();
    }
    printed(&typed)
}

/// As [`type_in`], and answers a question with its digits.
fn type_and_confirm(terminal: &mut Terminal, cluster: &mut Cluster, text: &str) -> String {
    let mut said = type_in(terminal, cluster, text);
    if let Some(digits) = terminal.console().question().map(str::to_owned) {
        said += &type_in(terminal, cluster, &digits);
    }
    said
}

fn done(text: &str) -> Option<Entry> {
    Terminal::new(id("A101")).enter(text, &cluster()).entry
}

#[test]
fn lines_of_a_shell_do_what_they_do_on_a_host() {
    let stop = |nodes: &str, shutdown| act(Command::Stop { nodes: ids(nodes), shutdown });
    let cut = |sides: &str| Command::Cut { between: sides.split('|').map(ids).collect() };
    for (line, entry) in [
        ("ssh a102 systemctl stop aerospike", stop("A102", Shutdown::Clean)),
        ("ssh root@A102 sudo service aerospike stop", stop("A102", Shutdown::Clean)),
        ("sudo ssh a102 pkill -9 asd", stop("A102", Shutdown::Unclean)),
        ("ssh a102 'kill -9 $(pidof asd)'", stop("A102", Shutdown::Unclean)),
        ("pdsh -w a102,a103 pkill -KILL asd", stop("A102 A103", Shutdown::Unclean)),
        (
            "pdsh -w a[101,103],b[101-102] pkill -KILL asd",
            stop("A101 A103 B101 B102", Shutdown::Unclean),
        ),
        ("sleep 35", Entry::Pass { ms: 35_000 }),
        ("sleep 0.25", Entry::Pass { ms: 250 }),
        ("sleep 10m", Entry::Pass { ms: 600_000 }),
        ("wait for migrations", Entry::Migrate { partitions: None }),
        ("ssh a101 iptables -I INPUT -s b101,b102 -j DROP", act(cut("A101|B101 B102"))),
        (
            "pdsh -w a101,a102 iptables -I INPUT -s b101,b102,a103 -j DROP && ssh a103 iptables -I INPUT -s b101,b102 -j DROP",
            act(cut("A101 A102|A103|B101 B102")),
        ),
        (
            "ssh c101 \"sed -i -e 's/rack-id .*/rack-id 3/' /etc/aerospike/aerospike.conf && systemctl start aerospike\"",
            act(Command::add_node(id("C101"), RackId::new(3).unwrap(), false)),
        ),
    ] {
        assert_eq!(done(line), Some(entry), "{line}");
    }
}

#[test]
fn a_restart_is_two_steps_in_one_line() {
    let Some(Entry::Several { entries, .. }) = done("ssh a102 systemctl restart aerospike") else {
        panic!("no step")
    };
    assert_eq!(entries.len(), 2);
}

#[test]
fn what_is_no_line_says_so_and_does_nothing() {
    for (line, said) in [
        ("ssh c101 systemctl stop aerospike", "could not resolve hostname c101"),
        ("ssh a102 rm -rf /", "'rm -rf /' is not known here"),
        ("ssh a102 systemctl start aerospike", "A102 is up"),
        ("ssh a102 blkdiscard /dev/sdz", "'/dev/sdz' is no drive"),
        ("sleep soon", "'soon' is not a duration"),
        ("systemctl stop aerospike", "needs its host: ssh a101 systemctl stop aerospike"),
        ("ssh", "ssh needs a host and a command"),
        ("pdsh -w a[101-10x] pkill -KILL asd", "is not a range of hosts"),
        ("pdsh -w a[101 pkill -KILL asd", "bracket is not closed"),
        ("sleep 1.", "'sleep"),
        ("wait for it", "what can be waited for"),
        ("connect", "connect needs one node"),
        ("ssh a101 iptables -F", "on all hosts alone"),
        ("asadm --enable", "needs a node"),
        ("connect c101", "no node has this id"),
        ("ssh a101 uptime asadm", "called on another host as in"),
    ] {
        if line == "sleep 1." {
            assert_eq!(done(line), Some(Entry::Pass { ms: 1000 }));
            continue;
        }
        let typed = Terminal::new(id("A101")).enter(line, &cluster());
        assert_eq!(typed.entry, None, "{line}");
        let text = printed(&typed);
        assert!(text.starts_with("ERROR: ") && text.contains(said), "{line}: {text}");
    }
}

#[test]
fn one_text_is_one_step_and_later_lines_see_what_earlier_ones_did() {
    let mut terminal = Terminal::new(id("A101"));
    let text = "enable\nssh a102 pkill -KILL asd\nssh a102 systemctl start aerospike\nmanage revive ns main\nmanage recluster\n";
    let typed = terminal.enter(text, &cluster());
    let Some(Entry::Several { entries, .. }) = typed.entry else { panic!("no step") };
    // A revive is told to each node.
    assert_eq!(entries.len(), 2 + 5 + 1);
    assert_eq!(terminal.console().prompt(), "Admin+> ");
    assert_eq!(terminal.console_mut().earlier(), Some("manage recluster"));
}

#[test]
fn a_cut_parts_the_tool_from_the_other_side() {
    let mut cluster = cluster();
    let mut terminal = Terminal::new(id("A101"));
    let said = type_in(&mut terminal, &mut cluster, "info network");
    assert!(said.contains("Number of rows: 5") && said.contains("a101:3000"), "{said}");
    type_in(
        &mut terminal,
        &mut cluster,
        "pdsh -w a101,a102,a103 iptables -I INPUT -s b101,b102 -j DROP",
    );
    // The tool knows nodes that it does not reach any more.
    let said = type_in(&mut terminal, &mut cluster, "info network");
    assert!(said.contains("*a103:3000") && said.contains("b102:3000"), "{said}");
    terminal.connect(id("B101"));
    let said = type_in(&mut terminal, &mut cluster, "info network");
    assert!(said.contains("Number of rows: 2") && said.contains("*b102:3000"), "{said}");
    // A node that is not the principal ignores it.
    let said = type_in(&mut terminal, &mut cluster, "enable; asinfo -v 'recluster:' with B101");
    assert!(said.contains("ignored-by-non-principal"), "{said}");
}

#[test]
fn a_call_on_another_host_reaches_its_side() {
    let mut cluster = cluster();
    let mut terminal = Terminal::new(id("A101"));
    let mut sides = act(Command::Cut { between: vec![ids("A101 A102 A103"), ids("B101 B102")] });
    sides.run(&mut cluster).unwrap();
    sides = act(Command::RosterSet {
        namespace: "main".to_owned(),
        nodes: RosterNodes::Observed,
        on: Some(id("B101")),
    });
    let lines = lines_of(&sides, &cluster, id("A101"));
    assert_eq!(lines, ["ssh b101 asinfo -v 'roster-set:namespace=main;nodes=B102@2,B101@2'"]);
    assert_eq!(type_in(&mut terminal, &mut cluster, &lines[0]), "ok\n");
    let said = type_in(&mut terminal, &mut cluster, "ssh b101 asadm -e 'show roster'");
    let row = said.lines().find(|line| line.contains("|main")).unwrap();
    assert!(row.contains("|B102@2,B101@2|B102@2,B101@2"), "{said}");
    assert_eq!(terminal.connected_to(), id("A101"));
    assert_eq!(terminal.console().prompt(), "Admin> ");
}

#[test]
fn what_restores_links_deletes_the_rules_that_cut_them() {
    let mut cluster = cluster();
    for cut in [
        "A101 A102 A103|B101 B102",
        "A102|A101 A103 B101 B102",
        "B102|A101",
        "A101|A102 A103|B101 B102",
    ] {
        let sides = cut.split('|').map(ids).collect();
        let cut = act(Command::Cut { between: sides });
        let lines = lines_of(&cut, &cluster, id("A101"));
        cut.run(&mut cluster).unwrap();
        let heal = act(Command::Heal { between: None });
        let healing = lines_of(&heal, &cluster, id("A101"));
        assert_eq!(healing, [lines[0].replace("-I INPUT", "-D INPUT")]);
        heal.run(&mut cluster).unwrap();
    }
}

#[test]
fn a_failure_or_a_question_keeps_the_lines_after_it() {
    let (mut cluster, mut terminal) = (cluster(), Terminal::new(id("A101")));
    let typed = terminal.enter("show racks\nfoo\nssh a102 pkill -KILL asd", &cluster);
    assert_eq!((typed.lines.len(), typed.entry), (2, None));
    assert_eq!(typed.rest, "ssh a102 pkill -KILL asd");
    let text =
        "enable\nssh a102 pkill -KILL asd\nmanage roster stage observed ns main\nmanage recluster";
    let typed = terminal.enter(text, &cluster);
    assert_eq!(typed.rest, "manage recluster");
    typed.entry.unwrap().run(&mut cluster).unwrap();
    assert!(terminal.console().question().is_some());
    let said = type_in(&mut terminal, &mut cluster, "no");
    assert_eq!(said, "Cancelled.\n");
    let said = type_in(&mut terminal, &mut cluster, "connect a102");
    assert_eq!(said, "ERROR: Not able to connect any cluster with A102.\n");
    assert_eq!(terminal.console().prompt(), "Admin+> ");
}

#[test]
fn words_are_completed_with_hosts_where_a_shell_names_them() {
    let (cluster, terminal) = (cluster(), Terminal::new(id("A101")));
    for (line, words) in [
        ("ssh a10", "a103 a102 a101"),
        ("pdsh -w a101,b", "a101,b102 a101,b101"),
        ("ssh a101 ipt", "iptables -I INPUT -s|iptables -D INPUT -s"),
        ("ssh a101 systemctl st", "stop aerospike|start aerospike"),
        ("s", "show summary ssh sleep"),
        ("show ros", "roster"),
    ] {
        let words: Vec<&str> = words.split(if words.contains('|') { '|' } else { ' ' }).collect();
        assert_eq!(terminal.complete(line, &cluster), words, "{line}");
    }
}

#[test]
fn the_lines_of_the_document_do_what_it_says() {
    let document = include_str!("../../../../docs/console.md");
    let mut blocks =
        document.split("```text\n").skip(1).map(|block| block.split("```").next().unwrap());
    let (mut cluster, mut terminal) = (cluster(), Terminal::new(id("A101")));
    for lines in [blocks.next().unwrap(), blocks.next().unwrap()] {
        for line in lines.lines() {
            let said = type_and_confirm(&mut terminal, &mut cluster, line);
            assert!(
                !said.contains("ERROR") && !said.contains("this console has not"),
                "{line}: {said}"
            );
            cluster.advance(Until::Migrated { partitions: None });
        }
    }
    assert_eq!(blocks.next(), None);
    assert_eq!(terminal.connected_to(), id("B101"));
}

/// The lines of a command, typed by somebody who has enabled the tool.
fn typed_again(entry: &Entry, before: &Cluster, connected: NodeId) -> (Cluster, String) {
    let mut cluster = before.clone();
    let mut terminal = Terminal::new(connected);
    type_in(&mut terminal, &mut cluster, "enable");
    let mut said = String::new();
    for line in lines_of(entry, before, connected) {
        said += &line;
        said += "\n";
        said += &type_and_confirm(&mut terminal, &mut cluster, &line);
    }
    (cluster, said)
}

#[test]
fn what_is_shown_for_a_command_does_it_when_it_is_typed() {
    let histories = (any_setup(), vec(free(), 20), any::<u8>());
    let test = |(setup, deeds, connected): (_, Vec<_>, u8)| {
        let mut world = FreeWorld::new(setup, Rules::default());
        for deed in &deeds {
            let before = world.world.cluster.clone();
            let command = world.command(deed).filter(|command| before.check(command).is_ok());
            let is_settled = !before.view().changing;
            if let Some(command) = command.filter(|_| is_settled) {
                let is_shown = match &command {
                    Command::Write { .. }
                    | Command::Read { .. }
                    | Command::StartAs { .. }
                    | Command::ProtocolSwitch => false,
                    Command::RosterSet { nodes: RosterNodes::List(list), .. } => !list.is_empty(),
                    _ => true,
                };
                let entry = act(command);
                let nodes = before.view().nodes;
                let connected = nodes[usize::from(connected) % nodes.len()].id;
                let (typed, said) = typed_again(&entry, &before, connected);
                let mut done = before.clone();
                if is_shown {
                    entry.run(&mut done).unwrap();
                }
                prop_assert_eq!(check_of(&typed), check_of(&done), "{:?}\n{}", entry, said);
            }
            world.act(deed);
            world.world.cluster.advance(Until::Settled);
        }
        Ok(())
    };
    runner(60).run(&histories, test).unwrap();
}
