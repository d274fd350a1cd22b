//! Replies of several hosts, as the tools print them that carry a command to each: none loses what the command above it asked for.

use rosterlab_asinfo::bring::{self, Facts, Input, Joined};

const HOSTS: [&str; 3] = ["alpha", "db-b.test", "db-c3"];
const IDS: [&str; 3] = ["BB9030016AE4202", "BB9020016AE4202", "BB9010016AE4202"];
const FIGURES: &str = "effective_replication_factor=3;objects=12;unavailable_partitions=0;dead_partitions=0;replication-factor=3;\
                       strong-consistency=true;prefer-uniform-balance=false;effective_is_quiesced=false";

fn roster() -> String {
    let list = format!("{}@2,{}@1,{}@1", IDS[0], IDS[1], IDS[2]);
    format!("roster={list}:pending_roster={list}:observed_nodes={list}")
}

/// A tool: how a request is given to it, and what it prints of the replies, each a line or more.
struct Tool {
    name: &'static str,
    command: fn(&str) -> String,
    prints: fn(&[(&str, String)]) -> String,
}

/// A heading before each reply.
fn headed(replies: &[(&str, String)], heading: fn(&str) -> String) -> String {
    let each = replies.iter().map(|(host, reply)| format!("{}\n{reply}\n", heading(host)));
    each.collect::<Vec<_>>().concat()
}

/// The host before each line, the hosts' lines in turn.
fn in_turn(replies: &[(&str, String)]) -> String {
    let most = replies.iter().map(|(_, reply)| reply.lines().count()).max().unwrap();
    let line = |at: usize| {
        let of =
            replies.iter().filter_map(move |(host, reply)| Some((host, reply.lines().nth(at)?)));
        of.map(|(host, line)| format!("{host}: {line}\n")).collect::<Vec<_>>().concat()
    };
    (0..most).map(line).collect()
}

fn tools() -> Vec<Tool> {
    let list = "alpha db-b.test db-c3";
    assert_eq!(list, HOSTS.join(" "));
    vec![
        Tool {
            name: "a loop that prints the host",
            command: |request| {
                format!(
                    "for h in alpha db-b.test db-c3; do echo \"== $h ==\"; asinfo -h $h -v '{request}'; done"
                )
            },
            prints: |replies| headed(replies, |host| format!("== {host} ==")),
        },
        Tool {
            name: "a loop over several lines",
            command: |request| {
                format!(
                    "for h in alpha db-b.test db-c3\n> do echo \"--- $h\"\n> ssh $h \"asinfo -v '{request}'\"\n> done"
                )
            },
            prints: |replies| headed(replies, |host| format!("--- {host}")),
        },
        Tool {
            name: "ansible",
            command: |request| format!("ansible aero -b -m shell -a \"asinfo -v '{request}'\""),
            prints: |replies| headed(replies, |host| format!("{host} | CHANGED | rc=0 >>")),
        },
        Tool {
            name: "ansible -o",
            command: |request| format!("ansible aero -o -a 'asinfo -v {request}'"),
            prints: |replies| {
                let line = |(host, reply): &(&str, String)| {
                    format!("{host} | SUCCESS | rc=0 | (stdout) {}\n", reply.replace('\n', "\\n"))
                };
                replies.iter().map(line).collect()
            },
        },
        Tool {
            name: "pdsh",
            command: |request| format!("pdsh -w alpha,db-b.test,db-c3 \"asinfo -v '{request}'\""),
            prints: in_turn,
        },
        Tool {
            name: "pdsh | dshbak",
            command: |request| {
                format!("pdsh -w alpha,db-b.test,db-c3 asinfo -v {request} | dshbak")
            },
            prints: |replies| {
                headed(replies, |host| format!("----------------\n{host}\n----------------"))
            },
        },
        Tool {
            name: "pssh",
            command: |request| format!("pssh -i -h hosts \"asinfo -v '{request}'\""),
            prints: |replies| headed(replies, |host| format!("[1] 10:35:42 [SUCCESS] {host}")),
        },
        Tool {
            name: "tail",
            command: |request| format!("asinfo -h $h -v '{request}' > $h.out"),
            prints: |replies| headed(replies, |host| format!("\n==> {host}.out <==")),
        },
        Tool {
            name: "set -x",
            command: |_| "bash -x all.sh".to_owned(),
            prints: |replies| {
                let request = |reply: &str| {
                    if reply.contains("roster=") {
                        "roster:namespace=prod"
                    } else if reply.contains("factor") {
                        "namespace/prod"
                    } else {
                        "node"
                    }
                };
                let line = |(host, reply): &(&str, String)| {
                    format!("+ ssh {host} asinfo -v {}\n{reply}\n", request(reply))
                };
                replies.iter().map(line).collect()
            },
        },
    ]
}

/// What a terminal has of rosters, figures and ids, each asked for with the tool.
fn scrollback(tool: &Tool, in_lines: bool) -> String {
    let figures = if in_lines { FIGURES.replace(';', "\n") } else { FIGURES.to_owned() };
    let mut text = String::new();
    let ask = |request: &str, replies: Vec<String>, text: &mut String| {
        let replies: Vec<(&str, String)> = HOSTS.into_iter().zip(replies).collect();
        *text +=
            &["[root@adm ~]# ", &(tool.command)(request), "\n", &(tool.prints)(&replies)].concat();
    };
    ask("roster:namespace=prod", vec![roster(); 3], &mut text);
    ask("namespace/prod", vec![figures; 3], &mut text);
    ask("node", IDS.map(str::to_owned).to_vec(), &mut text);
    text
}

fn read(text: &str) -> (Facts, Joined) {
    let facts = bring::read(&[Input { name: "pasted", bytes: text.as_bytes() }]);
    let joined = bring::join(&facts, &[]);
    (facts, joined)
}

#[test]
fn every_tool_leaves_a_reply_its_host_and_its_namespace() {
    for tool in tools() {
        for in_lines in [false, true] {
            let text = scrollback(&tool, in_lines);
            let (facts, joined) = read(&text);
            assert!(facts.left.is_empty(), "{}: {:?}\n{text}", tool.name, facts.left);
            assert!(joined.conflicts.is_empty(), "{}: {:?}", tool.name, joined.conflicts);
            let [namespace] = &joined.namespaces[..] else {
                panic!("{}: {:?}", tool.name, joined.namespaces)
            };
            assert_eq!(namespace.name, "prod", "{}", tool.name);
            assert_eq!(namespace.replication_factor, Some(3), "{}", tool.name);
            assert_eq!(namespace.roster.as_ref().map(Vec::len), Some(3), "{}", tool.name);
            for ((node, id), host) in joined.nodes.iter().zip(IDS).zip(HOSTS) {
                assert_eq!(node.id.to_string(), id, "{}", tool.name);
                assert_eq!(node.names, [host], "{}", tool.name);
                assert_eq!(node.quiesced, Some(bring::Quiesce::No), "{}", tool.name);
            }
        }
    }
}

#[test]
fn bare_replies_of_a_loop_keep_the_namespace() {
    let figures = FIGURES.replace(';', "\n");
    for reply in [FIGURES, &figures] {
        let replies = format!("{reply}\n").repeat(3);
        let text = format!(
            "$ for h in alpha beta; do asinfo -h $h -v 'roster:namespace=prod'; done\n{0}\n{0}\n\
             $ for h in alpha beta gamma; do asinfo -h $h -v namespace/prod -l; done\n{replies}\
             $ asinfo -v namespace/other\nreplication-factor=1;strong-consistency=false\n",
            roster()
        );
        let (facts, joined) = read(&text);
        assert!(facts.left.is_empty(), "{:?}", facts.left);
        let of = |name: &str| joined.namespaces.iter().find(|one| one.name == name).unwrap();
        assert_eq!(joined.namespaces.len(), 2);
        assert_eq!(of("prod").replication_factor, Some(3));
        assert_eq!(of("other").replication_factor, Some(1));
    }
}

#[test]
fn a_host_that_was_not_reached_is_told_and_no_heading_is_made_of_a_title() {
    let text = format!(
        "$ ansible aero -a \"asinfo -v 'roster:namespace=prod'\"\nalpha | UNREACHABLE! => {{\n    \"changed\": false,\n    \
         \"unreachable\": true\n}}\nbeta | CHANGED | rc=0 >>\n{0}\n\n=== roster ===\n{0}\n",
        roster()
    );
    let (facts, joined) = read(&text);
    let left: Vec<(&str, &str)> =
        facts.left.iter().map(|left| (left.text.as_str(), left.why.as_str())).collect();
    assert!(left.contains(&("alpha", "this host was not reached")), "{left:?}");
    assert_eq!(joined.namespaces.len(), 1);
    assert!(
        facts.facts.iter().all(|fact| fact.node != Some(bring::NodeRef::Name("roster".to_owned())))
    );
}

#[test]
fn prefixes_without_end_are_read_in_bounded_work() {
    for prefix in ["a-1: ", "$ ", "value is ", "a | b | (stdout) ", "+ "] {
        let text = format!("{}ns=prod:{}\n", prefix.repeat(100_000), roster());
        read(&text);
    }
}
