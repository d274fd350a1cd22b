//! The lines of a maintenance plan: what each is, in the many ways in which people write it.

use proptest::prelude::*;
use rosterlab_asinfo::plan::{NameError, Names, PlanError, Reader};
use rosterlab_engine::{Cluster, Command, Profile, RosterNodes, Shutdown};
use rosterlab_scenario::foresight::runbook::{Language, Line, Mistake, Reading};
use rosterlab_scenario::{Entry, NodeName, NodeNames, Settle};

use crate::common::{id, ids, setup};
use crate::properties::runner;

fn cluster() -> Cluster {
    Cluster::new(setup("A101@1 A102@1 A103@1 B101@2 B102@2", Profile::V4_5_3)).unwrap()
}

fn names() -> Names {
    let mut names = Names::default();
    for (name, node) in [("aero-2-0", "B101"), ("aero-2-1", "B102"), ("db4", "B101")] {
        names.add(name, id(node)).unwrap();
    }
    names
}

/// What the last line of a plan is, after the lines before it are done.
fn read(plan: &str) -> Reading {
    let (reader, lines) = Reader::new(plan, names()).unwrap();
    let mut cluster = cluster();
    let mut last = Reading::Says;
    for line in &lines {
        last = reader.read(line, &cluster);
        if let Reading::Does(entries) = &last {
            for entry in entries {
                entry.run(&mut cluster).unwrap();
            }
        }
    }
    last
}

fn act(command: Command) -> Entry {
    Entry::Act { command, settle: Settle::Fully }
}

fn stop(nodes: &str) -> Entry {
    act(Command::Stop { nodes: ids(nodes), shutdown: Shutdown::Clean })
}

fn start(nodes: &str) -> Entry {
    act(Command::Start { nodes: ids(nodes) })
}

/// Names as a scenario has them.
fn of_scenario(names: &[(&str, &str)]) -> Names {
    let mut all = NodeNames::default();
    for (node, name) in names {
        all.set(id(node), NodeName::new(name).unwrap());
    }
    Names::of_nodes(&all)
}

#[test]
fn the_names_of_a_scenario_mean_their_nodes() {
    let names = of_scenario(&[
        ("A101", "db-a1.east.test"),
        ("A102", "aero-1-0"),
        ("A103", "10.0.1.3"),
        ("B101", "db-b1"),
        ("B102", "same.test"),
    ]);
    let view = cluster().view();
    let means = |name: &str, node: Option<&str>| {
        assert_eq!(names.node(name, &view), node.map(id), "{name}");
    };
    for name in ["db-a1.east.test", "DB-A1", "ops@db-a1", "db-a1.east.test:3000", "a101", "A101"] {
        means(name, Some("A101"));
    }
    // Another domain is another host.
    means("db-a1.west.test", None);
    means("db-b1.east.test", Some("B101"));
    means("aero-1-0", Some("A102"));
    means("10.0.1.3:3000", Some("A103"));
    means("10", None);
    let (reader, lines) = Reader::new(
        "ssh db-b1 systemctl stop aerospike\nkubectl delete pod aero-1-0\n[root@db-a1 ~]# systemctl stop aerospike\n",
        names.clone(),
    )
    .unwrap();
    for (line, node) in lines.iter().zip(["B101", "A102", "A101"]) {
        let Reading::Does(entries) = reader.read(line, &cluster()) else { panic!("{line:?}") };
        assert_eq!(entries[0], stop(node));
    }
}

#[test]
fn a_node_is_named_by_its_address_too() {
    let mut called = NodeNames::default();
    called.set(id("B101"), NodeName::new("db-b1.test").unwrap());
    for (node, address) in [("B101", "10.20.1.11"), ("B102", "10.20.1.12:3100")] {
        called.set_address(id(node), NodeName::new(address).unwrap());
    }
    let reader = Reader::of_names(Names::of_nodes(&called));
    let quiesce = |node: &str| act(Command::Quiesce { nodes: ids(node) });
    for (text, entry) in [
        ("manage quiesce with 10.20.1.11", quiesce("B101")),
        ("manage quiesce with 10.20.1.11:3000", quiesce("B101")),
        ("asinfo -h 10.20.1.12:3100 -v quiesce:", quiesce("B102")),
        ("ssh root@10.20.1.11 systemctl stop aerospike", stop("B101")),
        ("ssh db-b1 systemctl stop aerospike", stop("B101")),
    ] {
        let line = Line { number: 1, text: text.to_owned(), given: None };
        assert_eq!(reader.read(&line, &cluster()), Reading::Does(vec![entry]), "{text}");
    }
    // Lines that are written have the name.
    let written = reader.write(&stop("B101"), &cluster());
    assert_eq!(written, ["ssh db-b1.test systemctl stop aerospike"]);
}

#[test]
fn a_name_of_two_nodes_means_neither() {
    let view = cluster().view();
    let names = of_scenario(&[("A101", "db"), ("A102", "DB"), ("A103", "x.a"), ("B101", "x.b")]);
    assert_eq!(names.node("db", &view), None);
    assert_eq!(names.node("x", &view), None);
    assert_eq!(names.node("x.b", &view), Some(id("B101")));
    let names = of_scenario(&[("A101", "db"), ("A102", "db.test"), ("A103", "two words")]);
    assert_eq!(names.node("db", &view), Some(id("A101")));
}

#[test]
fn hosts_are_written_by_their_names_and_read_again() {
    let names = of_scenario(&[("B101", "db-b1.test"), ("B102", "two words"), ("A101", "Aero-1-0")]);
    let reader = Reader::of_names(names);
    for (entry, written) in [
        (stop("B101"), "ssh db-b1.test systemctl stop aerospike"),
        (stop("B101 B102 A101"), "pdsh -w db-b1.test,b102,Aero-1-0 systemctl stop aerospike"),
    ] {
        let lines = reader.write(&entry, &cluster());
        assert_eq!(lines, [written]);
        let line = Line { number: 1, text: lines[0].clone(), given: None };
        assert_eq!(reader.read(&line, &cluster()), Reading::Does(vec![entry]));
    }
}

#[test]
fn a_stop_is_written_in_many_ways() {
    for line in [
        "ssh b101 systemctl stop aerospike",
        "ssh -t ops@b101.example.net 'sudo systemctl stop aerospike'",
        "ssh -o ConnectTimeout=5 b101 \"sudo service aerospike stop\"",
        "1. `ssh b101 sudo systemctl stop aerospike.service`",
        "- [ ] b101: systemctl stop aerospike",
        "on b101: sudo systemctl stop aerospike",
        "[root@b101 ~]# systemctl stop aerospike",
        "b101$ sudo systemctl stop aerospike",
        "systemctl -H b101 stop aerospike",
        "systemctl stop aerospike on b101",
        "systemctl stop aerospike   # on b101",
        "systemctl stop aerospike # b101",
        "On B101 run `systemctl stop aerospike`.",
        "## On b101\nsystemctl stop aerospike",
        "b101:\n    systemctl stop aerospike",
        "docker stop -t 60 b101",
        "docker compose stop b101",
        "podman stop b101",
        "stop B101",
        "Stop aerospike on b101.",
        "ssh db4 systemctl stop aerospike",
        "ssh db4.example.net systemctl stop aerospike",
        "for h in b101; do ssh $h sudo systemctl stop aerospike; done",
        "for h in b101; do\n  ssh ${h} sudo systemctl stop aerospike\ndone",
        "ssh b101 \\\n  systemctl stop aerospike",
        "ssh b101 poweroff",
        "docker exec -it b101 systemctl stop aerospike",
        "kubectl exec -n aero aero-2-0 -- systemctl stop aerospike",
        "/etc/init.d/aerospike stop on b101",
    ] {
        assert_eq!(read(line), Reading::Does(vec![stop("B101")]), "{line}");
    }
}

#[test]
fn other_lines_of_hosts_do_what_they_say() {
    let cut = |one: &str, others: &str| act(Command::Cut { between: vec![ids(one), ids(others)] });
    let crash = |nodes: &str| act(Command::Stop { nodes: ids(nodes), shutdown: Shutdown::Unclean });
    for (line, entries) in [
        ("pdsh -w b[101-102] systemctl stop aerospike", vec![stop("B101 B102")]),
        ("stop rack 2", vec![stop("B102 B101")]),
        ("stop b101, b102", vec![stop("B101 B102")]),
        ("On each node of rack 2 run `systemctl stop aerospike`.", vec![stop("B102 B101")]),
        ("restart b101", vec![stop("B101"), start("B101")]),
        ("Then, finally, restart b101.", vec![stop("B101"), start("B101")]),
        ("ssh b101 reboot", vec![stop("B101"), start("B101")]),
        ("kubectl delete pod aero-2-0", vec![stop("B101"), start("B101")]),
        ("kubectl -n aero delete pod/aero-2-0 --wait", vec![stop("B101"), start("B101")]),
        (
            "kubectl delete pod aero-2-0 aero-2-1 --force --grace-period=0",
            vec![crash("B101 B102"), start("B101 B102")],
        ),
        ("docker kill b101", vec![crash("B101")]),
        ("docker restart b101", vec![stop("B101"), start("B101")]),
        ("ssh b101 sudo kill -9 $(pidof asd)", vec![crash("B101")]),
        ("docker network disconnect roster_net b101", vec![cut("B101", "B102 A103 A102 A101")]),
        ("docker network disconnect -f roster_net b101", vec![cut("B101", "B102 A103 A102 A101")]),
        (
            "for h in b101 b102; do ssh $h systemctl stop aerospike; done",
            vec![stop("B101"), stop("B102")],
        ),
        (
            "for h in b101 b102; do\n  ssh $h systemctl restart aerospike\n  until asinfo -h $h -v 'cluster-stable:size=5;ignore-migrations=no' | grep -v ERROR; do\n    sleep 5\n  done\ndone",
            vec![
                stop("B101"),
                start("B101"),
                Entry::Migrate { partitions: None },
                stop("B102"),
                start("B102"),
                Entry::Migrate { partitions: None },
            ],
        ),
        (
            "ssh b101 systemctl stop aerospike && sleep 30 && ssh b101 systemctl start aerospike",
            vec![stop("B101"), Entry::Pass { ms: 30_000 }, start("B101")],
        ),
    ] {
        assert_eq!(read(line), Reading::Does(entries), "{line}");
    }
}

#[test]
fn a_container_that_is_connected_again_has_its_links_back() {
    let plan = "docker network disconnect net b101\ndocker network connect net b101";
    let healed = Command::Heal { between: Some(vec![ids("B101"), ids("B102 A103 A102 A101")]) };
    assert_eq!(read(plan), Reading::Does(vec![act(healed)]));
    let two = "docker network disconnect net b101\ndocker network disconnect net b102\n";
    let healed = Command::Heal { between: Some(vec![ids("B101"), ids("A103 A102 A101")]) };
    assert_eq!(
        read(&format!("{two}docker network connect net b101")),
        Reading::Does(vec![act(healed)])
    );
}

#[test]
fn the_admin_tool_and_requests_do_what_they_do() {
    let on = Some(id("B102"));
    let recluster = act(Command::Recluster { on });
    let quiesce = act(Command::Quiesce { nodes: ids("B101") });
    for (line, entries) in [
        ("manage recluster", vec![recluster.clone()]),
        ("Admin+> manage recluster", vec![recluster.clone()]),
        ("asadm -h a101 --enable -e 'manage recluster'", vec![recluster.clone()]),
        ("ssh a101 asadm --enable -e \"manage recluster\"", vec![recluster.clone()]),
        ("asinfo -v 'recluster:'", vec![recluster.clone()]),
        ("asinfo -h b102 -p 3000 -v recluster:", vec![recluster.clone()]),
        ("pdsh -a asinfo -v 'recluster:'", vec![recluster.clone()]),
        ("manage quiesce with B101", vec![quiesce.clone()]),
        ("manage quiesce with db4", vec![quiesce.clone()]),
        ("asinfo -h b101 -v 'quiesce:'", vec![quiesce.clone()]),
        ("[op@b101 ~]$ asinfo -v quiesce:", vec![quiesce.clone()]),
        ("ssh b101 asinfo -v 'quiesce:'", vec![quiesce]),
    ] {
        assert_eq!(read(line), Reading::Does(entries), "{line}");
    }
    // Several commands on one line.
    let in_turn = vec![act(Command::Quiesce { nodes: ids("B101") }), recluster];
    for line in [
        "Admin> enable; manage quiesce with db4; manage recluster",
        "Admin+> enable; asinfo -v 'quiesce:' with db4; manage recluster",
        "enable; manage quiesce with aero-2-0; manage recluster",
        "enable;manage quiesce with db4;manage recluster",
        "asadm -e \"enable; manage quiesce with db4; manage recluster\"",
    ] {
        assert_eq!(read(line), Reading::Does(in_turn.clone()), "{line}");
    }
    // The roster is what the tool makes of it, whether it asks first or not.
    let nodes: Vec<_> = ["A101@1", "A102@1", "A103@1"].map(|entry| entry.parse().unwrap()).into();
    for line in [
        "manage roster stage nodes A101@1 A102@1 A103@1 ns main",
        "asinfo -v 'roster-set:namespace=main;nodes=A101@1,A102@1,A103@1'",
        "asadm --enable -e 'manage roster remove nodes B101@2 B102@2 ns main'",
    ] {
        let Reading::Does(entries) = read(line) else { panic!("{line}") };
        let [
            Entry::Act {
                command: Command::RosterSet { nodes: RosterNodes::List(set), .. }, ..
            },
        ] = &entries[..]
        else {
            panic!("{line}: {entries:?}")
        };
        let mut set = set.clone();
        set.sort_by_key(|entry| entry.node);
        assert_eq!(set, nodes, "{line}");
    }
}

#[test]
fn waiting_is_understood() {
    let migrate = Reading::Does(vec![Entry::Migrate { partitions: None }]);
    for line in [
        "wait for migrations",
        "* Wait until migrations have finished.",
        "4) wait until cluster-stable",
        "asinfo -v 'cluster-stable:size=5;ignore-migrations=no'",
        "until asinfo -v 'cluster-stable:size=5;ignore-migrations=false' 2>/dev/null; do sleep 5; done",
        "while asinfo -h a101 -v statistics | grep -q 'migrate_partitions_remaining=[1-9]'; do\n  sleep 5\ndone",
        "Admin> asinfo -v 'cluster-stable:'",
    ] {
        assert_eq!(read(line), migrate, "{line}");
    }
    assert_eq!(read("wait 2 minutes"), Reading::Does(vec![Entry::Pass { ms: 120_000 }]));
    for line in [
        "asinfo -v 'cluster-stable:size=5;ignore-migrations=yes'",
        "wait until b101 is back in the cluster",
        "kubectl wait --for=condition=ready pod/aero-2-0",
    ] {
        assert_eq!(read(line), Reading::Does(vec![Entry::Pass { ms: 0 }]), "{line}");
    }
    let Reading::Fails(why) =
        read("ssh b101 systemctl stop aerospike\nWait until b101 is back and migrations are done.")
    else {
        panic!("a node that is down does not come back by itself")
    };
    assert!(why.contains("B101 is down then"), "{why}");
    let Reading::Fails(why) = read("asinfo -v 'cluster-stable:size=7;ignore-migrations=no'") else {
        panic!("a size that is never reached is noticed")
    };
    assert!(why.contains("No cluster has 7 nodes"), "{why}");
}

#[test]
fn what_is_for_people_and_what_only_asks_does_nothing() {
    for line in
        ["", "# Tonight", "// a comment", "---", "**Rack B**", "Rack B:", "```", "## 3. On b101"]
    {
        assert_eq!(read(line), Reading::Says, "{line}");
    }
    for line in [
        "show roster",
        "Admin> info network",
        "asadm -e 'show pmap'",
        "asinfo -v 'roster:'",
        "systemctl status aerospike # on b101",
        "echo done",
        "ssh b101 journalctl -u aerospike | tail",
        "kubectl get pods",
        "docker ps",
        "enable",
    ] {
        assert_eq!(read(line), Reading::Looks, "{line}");
    }
    // Where a plan has blocks of code, what stands outside of them is for people, but for what is quoted.
    let markdown =
        "Rack B goes down tonight.\n\n```\nssh b101 systemctl stop aerospike\n```\nCall Bob.";
    assert_eq!(read(markdown), Reading::Says);
    assert_eq!(read(&format!("{markdown}\nStart b101.")), Reading::Does(vec![start("B101")]));
    assert_eq!(
        read(&format!("{markdown}\nThen run `ssh b101 systemctl start aerospike`.")),
        Reading::Does(vec![start("B101")])
    );
}

#[test]
fn a_block_of_code_does_not_hide_the_commands_around_it() {
    let block = "```\nasadm -h a102 -e \"show roster\"\n```";
    for line in [
        "1. `ssh b101 systemctl stop aerospike`",
        "ssh b101 systemctl stop aerospike",
        "- [ ] ssh b101 systemctl stop aerospike",
        "pdsh -w b101 systemctl stop aerospike",
        "docker stop b101",
        "Stop b101.",
    ] {
        for plan in [format!("{line}\n\n{block}"), format!("{block}\n\n{line}")] {
            let (reader, lines) = Reader::new(&plan, names()).unwrap();
            let line = lines.iter().find(|one| one.text == line).unwrap();
            assert_eq!(reader.read(line, &cluster()), Reading::Does(vec![stop("B101")]), "{plan}");
        }
    }
    for line in [
        "kubectl scale statefulset aero --replicas=3",
        "ansible aerospike -m service -a state=stopped",
        "`ansible aerospike -m service`",
        "Then run `ansible aerospike -m service`.",
        "`ssh b101 systemctl stop aerospike` and `ansible aerospike -m service`",
        "Now ssh b101 systemctl stop aerospike",
        "asinfo -v 'quiesce:'",
        "manage nothing",
        "Once the drive is there, stop b102.",
        "Then please restart the Aerospike daemon of b101.",
        "Drain the clients, and take b101 out of the load balancer.",
        "Remove b101 from monitoring.",
        "Take down rack 2.",
        "systemctl stop aerospike",
    ] {
        let said = read(&format!("{block}\n{line}"));
        assert!(matches!(said, Reading::Unknown(_)), "{line}: {said:?}");
    }
    for line in [
        "Rack B goes down tonight.",
        "Use ssh to log in, and `asadm` to look.",
        "The stop of b101 takes a minute.",
        "We restart b101 and b102 tonight.",
        "Restart of b101: ten minutes.",
        "Restart order: b101, b102.",
        "b101 is taken out of the load balancer by then.",
        "Bob will stop by at b101's rack.",
    ] {
        assert_eq!(read(&format!("{block}\n{line}")), Reading::Says, "{line}");
    }
}

#[test]
fn nothing_hides_behind_a_pipe_or_a_harmless_word() {
    for line in [
        "echo 'manage recluster' | asadm --enable",
        "cat hosts | xargs -I{} ssh {} systemctl stop aerospike",
        "cat hosts | parallel ssh {} systemctl stop aerospike",
        "kubectl get pods -o name | xargs kubectl delete",
        "watch ssh b101 systemctl stop aerospike",
        "echo $(ssh b101 systemctl stop aerospike)",
        "true || ssh b101 systemctl stop aerospike",
        "ssh b101 cat f | sh",
        "ssh b101 'echo c > /proc/sysrq-trigger'",
        "grep x hosts|sh",
        "cat hosts|xargs -n1 reboot",
        "ssh b101 'cat f|sh'",
        "echo x>/dev/sda",
        "echo go&&hope",
        "ssh b101 blkdiscard /dev/sda#1",
    ] {
        assert!(matches!(read(line), Reading::Unknown(_)), "{line}: {:?}", read(line));
    }
    for line in [
        "watch -n 5 asinfo -v 'roster:'",
        "ssh b101 journalctl | grep -E 'a|b' | tail -5",
        "echo done 2>&1 > /dev/null || exit 1",
        "echo done>/dev/null||exit 1",
        "journalctl -u aerospike|grep -E 'a|b'|tail -5",
        "echo 'a | b; c'",
        "echo issue#17",
    ] {
        assert_eq!(read(line), Reading::Looks, "{line}");
    }
}

#[test]
fn the_tool_refuses_a_change_without_its_privilege() {
    for line in ["asadm -e 'manage recluster'", "ssh a101 asadm -h a101 -e \"manage recluster\""] {
        assert!(matches!(read(line), Reading::Fails(_)), "{line}: {:?}", read(line));
    }
    let line = "asadm -e 'enable; manage recluster'";
    assert!(matches!(read(line), Reading::Does(_)), "{:?}", read(line));
}

#[test]
fn commands_of_the_tool_on_one_line_are_done_one_after_the_other() {
    for line in [
        "Admin+> manage roster stage nodes A101@1 A102@1 A103@1 ns main; manage recluster",
        "manage roster stage nodes A101@1 A102@1 A103@1 ns main;manage recluster;",
        "asadm --enable -e 'manage roster remove nodes B101@2 B102@2 ns main; manage recluster'",
    ] {
        let Reading::Does(entries) = read(line) else { panic!("{line}: {:?}", read(line)) };
        let [Entry::Act { command: set, .. }, Entry::Act { command: recluster, .. }] = &entries[..]
        else {
            panic!("{line}: {entries:?}")
        };
        assert!(matches!(set, Command::RosterSet { .. }), "{line}: {set:?}");
        assert!(matches!(recluster, Command::Recluster { .. }), "{line}: {recluster:?}");
    }
    for line in [
        "Admin+> manage recluster && manage quiesce with B101",
        "manage recluster; ssh b101 systemctl stop aerospike",
        "Admin+> manage recluster | sh",
    ] {
        assert!(matches!(read(line), Reading::Unknown(_)), "{line}: {:?}", read(line));
    }
    let line = "asadm -e 'show roster; manage recluster'";
    assert!(matches!(read(line), Reading::Fails(_)), "{:?}", read(line));
}

#[test]
fn a_node_that_is_named_without_its_rack_stays_in_the_roster() {
    let of = |named: &str, there: &str| {
        let there = there.split_whitespace().map(|entry| entry.parse().unwrap()).collect();
        vec![Mistake::NotInRoster { named: vec![named.to_owned()], there }]
    };
    for (line, mistakes) in [
        ("manage roster remove nodes A101 ns main", of("A101", "A101@1")),
        ("manage roster remove nodes B101@2 B102 ns main", of("B102", "B102@2")),
        ("manage roster remove nodes B101@1 ns main --no-warn", of("B101@1", "B101@2")),
        ("manage roster remove nodes b101@2 ns main", of("b101@2", "B101@2")),
        ("manage roster remove nodes C1@3 ns main", of("C1@3", "")),
    ] {
        let Reading::Mistaken(entries, found) = read(line) else {
            panic!("{line}: {:?}", read(line))
        };
        assert_eq!(found, mistakes, "{line}");
        assert_eq!(entries.len(), 1, "{line}");
    }
    for line in [
        "manage roster remove nodes B101@2 ns main # it comes back; later",
        "manage roster remove nodes db4@2 ns main",
    ] {
        assert!(matches!(read(line), Reading::Does(_)), "{:?}", read(line));
    }
}

#[test]
fn a_host_whose_node_is_down_may_be_restarted() {
    let down = "ssh b101 systemctl stop aerospike";
    // The service is enabled, so it comes back with its host, whether it ran before or not.
    for line in ["reboot", "shutdown -r now", "sudo systemctl reboot"] {
        let said = read(&format!("{down}\nssh b101 {line}"));
        assert_eq!(said, Reading::Does(vec![start("B101")]), "{line}");
    }
    assert_eq!(
        read(&format!("{down}\npdsh -w b101,b102 reboot")),
        Reading::Does(vec![stop("B102"), start("B101 B102")])
    );
    for line in ["poweroff", "shutdown -h now"] {
        assert_eq!(read(&format!("{down}\nssh b101 {line}")), Reading::Looks, "{line}");
    }
    assert_eq!(read("ssh b101 shutdown -c"), Reading::Looks);
}

#[test]
fn a_heading_that_tells_what_to_do_is_not_understood() {
    for line in [
        "## Stop b101 and b102",
        "**Stop b101**",
        "### 2. Restart rack 2",
        "Stop b101:",
        "## Then restart b101",
        "## Stop all nodes",
        "```\nshow roster\n```\n## Stop b101",
        "## Before\n### Stop b101\n## After\nwait for migrations\n## Restart b101",
    ] {
        let said = read(line);
        assert!(matches!(said, Reading::Unknown(_)), "{line}: {said:?}");
    }
    for line in ["# stop b101", "## After the stop of b101", "## Restart", "```\n## stop b101"] {
        assert_eq!(read(line), Reading::Says, "{line}");
    }
}

#[test]
fn a_heading_with_steps_below_it_is_for_people() {
    for plan in [
        "## Restart b101\nmanage quiesce with B101",
        "## Restart b101 and b102\n\n### Before\nmanage quiesce with B101",
        "**Stop b101**\n- ssh b101 systemctl stop aerospike",
        "Restart b101:\n1. ssh b101 systemctl restart aerospike",
        "1. **Stop b101**\n   ssh b101 systemctl stop aerospike",
        "## Stop b101\nBob is told.\n```\nssh b101 systemctl stop aerospike\n```",
        "## Stop b101\n# as root\nssh b101 systemctl stop aerospike",
    ] {
        let (reader, lines) = Reader::new(plan, names()).unwrap();
        assert_eq!(reader.read(&lines[0], &cluster()), Reading::Says, "{plan}");
    }
}

#[test]
fn what_is_not_understood_says_why() {
    for (line, why) in [
        ("hope for the best", "'hope for the best' is not known here"),
        ("systemctl stop aerospike", "needs its host"),
        ("ssh c101 systemctl stop aerospike", "'c101' means no node of this cluster"),
        ("ssh b101 systemctl stop postgres", "not known"),
        ("kubectl scale statefulset aero --replicas=3", "kubectl delete pod"),
        ("docker rm -f b101", "not known here"),
        ("asinfo -v 'quiesce:'", "has to name its node"),
        ("wait for Bob", "what can be waited for"),
        ("ssh b101 'systemctl stop aerospike", "No closing quotation"),
        ("manage nothing", "command not found"),
        ("ssh b101", "ssh needs a host and a command"),
        ("apt-get install aerospike", "not known"),
        ("stop C101", "not known"),
        ("manage quiesce with aero-2-3:3000", "; did you mean 'aero-2-0'?"),
        ("ssh db5 reboot", "'db5' means no node of this cluster; did you mean 'db4'?"),
        (
            "asinfo -h aero2-0 -v quiesce:",
            "'aero2-0' means no node of this cluster; did you mean 'aero-2-0'?",
        ),
        (
            "manage quiesce with aero-2-3",
            "'aero-2-3' means no node of this cluster; did you mean 'aero-2-0'?",
        ),
        (
            "manage quiesce with db4 A104",
            "'A104' means no node of this cluster; did you mean 'A103'?",
        ),
        ("Admin> enable; manage quiesce with db5; manage recluster", "did you mean 'db4'?"),
        ("asadm --enable -e 'asinfo -v quiesce: with db4 db5'", "'db5' means no node"),
        ("asinfo -v recluster: with", "'with' needs a node"),
        ("show roster with db5", "did you mean 'db4'?"),
        ("On b101 run `systemctl stop aerospike`, then recluster.", "says more than its command"),
    ] {
        let Reading::Unknown(said) = read(line) else { panic!("{line}: {:?}", read(line)) };
        assert!(said.contains(why), "{line}: {said}");
    }
}

#[test]
fn what_cannot_be_done_says_why() {
    for (plan, why) in [
        ("ssh b101 systemctl start aerospike; wait for migrations", "Node B101 is up"),
        ("asinfo -h a101 -v 'recluster:'", "ignored-by-non-principal"),
        ("asinfo -v 'roster-set:namespace=none;nodes=A101@1'", "ERROR"),
    ] {
        let Reading::Fails(said) = read(plan) else { panic!("{plan}: {:?}", read(plan)) };
        assert!(said.contains(why), "{plan}: {said}");
    }
}

#[test]
fn a_session_of_the_tool_stays_on_its_node() {
    // Beyond the cut, the tool on A101 reaches rack A alone.
    let plan =
        "docker network disconnect net a101\nasadm -h a101 --enable\nmanage quiesce with B101";
    assert!(!matches!(read(plan), Reading::Does(_)), "{:?}", read(plan));
    let plan = "docker network disconnect net a101\nmanage quiesce with B101";
    assert!(matches!(read(plan), Reading::Does(_)));
}

#[test]
fn names_mean_one_node_each() {
    let mut names = names();
    assert_eq!(names.add("db4", id("A101")), Err(NameError::Twice("db4".to_owned(), id("B101"))));
    assert!(matches!(names.add("two words", id("A101")), Err(NameError::NoName(_))));
    assert_eq!(names.node("DB4", &cluster().view()), Some(id("B101")));
    assert_eq!(names.node("db5", &cluster().view()), None);
}

#[test]
fn a_plan_is_bounded() {
    let long = "#\n".repeat(6_000);
    assert_eq!(Reader::new(&long, Names::default()).err(), Some(PlanError::TooManyLines));
    let large = "x".repeat(1024 * 1024 + 1);
    assert_eq!(Reader::new(&large, Names::default()).err(), Some(PlanError::TooLong));
}

/// Pieces of plans, to be put together at random.
const PIECES: [&str; 44] = [
    "ssh",
    "pdsh",
    "-w",
    "b101",
    "b[101-102]",
    "b[1-",
    "a101,b101",
    "systemctl",
    "stop",
    "start",
    "aerospike",
    "asinfo",
    "-v",
    "'recluster:'",
    "asadm",
    "-e",
    "manage",
    "roster",
    "stage",
    "quiesce",
    "with",
    "kubectl",
    "delete",
    "pod",
    "docker",
    "network",
    "disconnect",
    "until",
    "do",
    "done",
    "for",
    "in",
    ";",
    "&&",
    "`",
    "'",
    "\"",
    "\\",
    "\n",
    "wait",
    "for",
    "1.",
    "[root@b101 ~]#",
    "cluster-stable:size=99999999999999999999",
];

#[test]
fn no_text_makes_a_reader_panic() {
    let pieces = proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..24);
    let any_text = proptest::collection::vec(any::<char>(), 0..40).prop_map(String::from_iter);
    let texts = prop_oneof![3 => pieces.prop_map(|words| words.join(" ")), 1 => any_text];
    let cluster = cluster();
    runner(300)
        .run(&texts, |text| {
            let (reader, lines) = Reader::new(&text, names()).unwrap();
            for line in &lines {
                let _ = reader.read(line, &cluster);
            }
            Ok(())
        })
        .unwrap();
}
