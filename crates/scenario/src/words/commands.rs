//! What a person did, as a title: `Crash A102`.
//!
//! Invariant: every command has one title, which every front end shows.

use rosterlab_engine::{Command, Link, NodeId, RosterNodes, Shutdown};

use super::text::{capitalized, clock, count, link_name, list, nodes};
use crate::timeline::{Entry, Purpose};

/// The most nodes of a cut that are named.
const MOST_NAMED: usize = 8;

/// What a step was, as a title; `all` is how many nodes there are.
#[must_use]
pub fn of_entry(entry: &Entry, all: usize) -> String {
    match entry {
        Entry::Act { command, .. } => of_command(command, all),
        Entry::Pass { ms } => format!("{} of simulated time", clock(*ms)),
        Entry::Migrate { partitions: None } => "Finish migrations".to_owned(),
        Entry::Migrate { partitions: Some(partitions) } => {
            format!("Migrate {}", count(*partitions, "partition"))
        }
        Entry::Several { purpose: Purpose::RollingRestart, entries } => {
            let (mut restarted, mut started) = (Vec::<NodeId>::new(), Vec::<NodeId>::new());
            for entry in entries {
                match entry {
                    Entry::Act {
                        command: Command::Quiesce { nodes } | Command::Stop { nodes, .. },
                        ..
                    } => restarted.extend_from_slice(nodes),
                    Entry::Act { command: Command::Start { nodes }, .. } => {
                        started.extend_from_slice(nodes);
                    }
                    _ => {}
                }
            }
            restarted.sort_unstable();
            restarted.dedup();
            let is_last_up = restarted.iter().all(|node| started.contains(node));
            let end = if is_last_up { "" } else { ", not finished" };
            format!("Rolling restart of {}{end}", nodes(&restarted))
        }
        Entry::Several { purpose, entries } => {
            let prefix = if *purpose == Purpose::WayOut { "way out: " } else { "" };
            capitalized(&format!("{prefix}{}", in_turn(*purpose, entries, all)))
        }
    }
}

/// Several entries in order, as a part of a sentence: `start A101, then revive main and recluster`. What is done for
/// several namespaces is told once. In a way out, a roster that is listed is the one in force.
#[must_use]
pub fn in_turn(purpose: Purpose, entries: &[Entry], all: usize) -> String {
    let verb = |entry: &Entry| for_namespace(purpose, entry).map(|(verb, ..)| verb);
    let mut parts: Vec<String> = Vec::new();
    let mut rest = entries;
    while let [first, ..] = rest {
        let is_same = |entry: &&Entry| verb(first).is_some() && verb(entry) == verb(first);
        let same = rest.iter().take_while(is_same).count().max(1);
        let names = rest[..same].iter().filter_map(|entry| for_namespace(purpose, entry));
        let mut names: Vec<&str> = names.map(|(_, name, _)| name).collect();
        names.dedup();
        match (for_namespace(purpose, first), first, parts.last_mut()) {
            (Some((verb, _, end)), ..) => {
                parts.push(format!("{verb} {}{end}{}", list(names), side_of(first)));
            }
            (_, Entry::Act { command: Command::Recluster { .. }, .. }, Some(last)) => {
                last.push_str(" and recluster");
            }
            _ => parts.push(uncapitalized(of_entry(first, all))),
        }
        rest = &rest[same..];
    }
    parts.join(", then ")
}

/// The sub-cluster whose roster is set, where there are others: ` on A103`.
fn side_of(entry: &Entry) -> String {
    match entry {
        Entry::Act { command: Command::RosterSet { on, .. }, .. } => on_side(*on),
        _ => String::new(),
    }
}

fn on_side(on: Option<NodeId>) -> String {
    on.map(|node| format!(" on {node}")).unwrap_or_default()
}

/// What is done for a namespace and could be done for several: the verb, the namespace, and the rest.
fn for_namespace(purpose: Purpose, entry: &Entry) -> Option<(&'static str, &str, &'static str)> {
    let Entry::Act { command, .. } = entry else { return None };
    Some(match command {
        Command::RosterSet { namespace, nodes: RosterNodes::Observed, .. } => {
            ("set the roster of", namespace, " to the observed nodes")
        }
        Command::RosterSet { namespace, .. } if purpose == Purpose::WayOut => {
            ("unstage the roster of", namespace, "")
        }
        Command::Revive { namespace, .. } => ("revive", namespace, ""),
        Command::Write { namespace, .. } => ("write a record of", namespace, ""),
        Command::Read { namespace, .. } => ("read a record of", namespace, ""),
        _ => return None,
    })
}

fn uncapitalized(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    text
}

/// What a person did, as a title; `all` is how many nodes there are.
#[must_use]
pub fn of_command(command: &Command, all: usize) -> String {
    let named = nodes;
    match command {
        Command::Stop { nodes, shutdown: Shutdown::Clean } => format!("Stop {}", named(nodes)),
        Command::Stop { nodes, shutdown: Shutdown::Unclean } => format!("Crash {}", named(nodes)),
        Command::Start { nodes } => format!("Start {}", named(nodes)),
        Command::StartAs { nodes, server, metadata_from_copy } => {
            let copy =
                if *metadata_from_copy { ", its metadata put back from the copy" } else { "" };
            format!("Start {} with server {server}{copy}", named(nodes))
        }
        Command::ProtocolSwitch => "Switch the protocols".to_owned(),
        Command::Wipe { nodes, device: None } => format!("Wipe the drives of {}", named(nodes)),
        Command::Wipe { nodes, device: Some(device) } => {
            format!("Wipe device {device} of {}", named(nodes))
        }
        Command::AddNode { id, rack, stay_quiesced, server, seeds } => {
            let server = server.map_or_else(String::new, |server| format!(" with server {server}"));
            let seeds = match seeds.as_slice() {
                [] => String::new(),
                seeds => format!(" by the seeds {}", list(seeds)),
            };
            let stays = if *stay_quiesced { ", which stays quiesced" } else { "" };
            format!("Add node {id} on rack {rack}{server}{seeds}{stays}")
        }
        Command::RemoveNode { nodes } => format!("Remove {}", named(nodes)),
        Command::MoveToRack { nodes, rack } => format!("Move {} to rack {rack}", named(nodes)),
        Command::Cut { between } => of_cut(between, all),
        Command::Heal { between: None } => "Heal all links".to_owned(),
        Command::Heal { between: Some(sides) } => match single_link(sides) {
            Some(link) => format!("Restore the link {}", link_name(link)),
            None if sides.len() == 2 => {
                format!("Restore the links from {} to {}", named(&sides[0]), named(&sides[1]))
            }
            None => {
                format!("Restore the links between {}", list(sides.iter().map(|side| named(side))))
            }
        },
        Command::RosterSet { nodes, on, .. } => {
            let what = match nodes {
                RosterNodes::Observed => "Stage the observed nodes as the roster".to_owned(),
                RosterNodes::List(entries) => format!("Stage the roster {}", list(entries)),
            };
            what + &on_side(*on)
        }
        Command::Recluster { on } => ["Recluster", &on_side(*on)].concat(),
        Command::Revive { namespace, .. } => format!("Revive {namespace}"),
        Command::Quiesce { nodes } => format!("Quiesce {}", named(nodes)),
        Command::QuiesceUndo { nodes } => format!("Undo the quiesce of {}", named(nodes)),
        Command::Write { namespace, .. } => format!("Write a record of {namespace}"),
        Command::Read { namespace, .. } => format!("Read a record of {namespace}"),
    }
}

fn of_cut(sides: &[Vec<NodeId>], all: usize) -> String {
    if let Some(link) = single_link(sides) {
        return format!("Cut the link {}", link_name(link));
    }
    let everyone = sides.iter().map(Vec::len).sum::<usize>() == all;
    match sides {
        [alone, _] if alone.len() == 1 && everyone => format!("Isolate {}", list(alone)),
        // A bundle within a rack.
        _ if sides.len() > 2 && sides.iter().all(|side| side.len() == 1) => {
            format!("Cut every link between {}", nodes(&sides.concat()))
        }
        _ if sides.iter().map(Vec::len).sum::<usize>() > MOST_NAMED => {
            let sizes = list(sides.iter().map(Vec::len));
            format!("Cut into sides of {sizes} nodes")
        }
        _ => {
            let sides = sides.iter().map(|side| nodes(side));
            format!("Cut {}", sides.collect::<Vec<_>>().join(" from "))
        }
    }
}

fn single_link(sides: &[Vec<NodeId>]) -> Option<Link> {
    match sides {
        [a, b] => match (a.as_slice(), b.as_slice()) {
            ([a], [b]) => Link::new(*a, *b),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ids;
    use crate::timeline::Settle;

    #[test]
    fn cuts_are_told_by_what_they_part() {
        let cut = |sides: &[&str]| {
            of_command(&Command::Cut { between: sides.iter().map(|side| ids(side)).collect() }, 5)
        };
        assert_eq!(cut(&["B101", "A101"]), "Cut the link A101–B101");
        assert_eq!(cut(&["A103", "A101 A102 B101 B102"]), "Isolate A103");
        assert_eq!(
            cut(&["A101 A102 A103", "B101 B102"]),
            "Cut A101, A102 and A103 from B101 and B102"
        );
    }

    #[test]
    fn many_nodes_are_counted() {
        let many: Vec<NodeId> = (1..=64).filter_map(NodeId::new).collect();
        assert_eq!(of_command(&Command::Start { nodes: many.clone() }, 128), "Start 64 nodes");
        let within = many.iter().map(|node| vec![*node]).collect();
        let cut = of_command(&Command::Cut { between: within }, 128);
        assert_eq!(cut, "Cut every link between 64 nodes");
        let sides = vec![many[..32].to_vec(), many[32..].to_vec()];
        assert_eq!(
            of_command(&Command::Cut { between: sides }, 128),
            "Cut into sides of 32 and 32 nodes"
        );
    }

    fn together(purpose: Purpose, commands: Vec<Command>) -> String {
        let act = |command| Entry::Act { command, settle: Settle::Fully };
        let entry = Entry::together(purpose, commands.into_iter().map(act).collect());
        of_entry(&entry.unwrap(), 5)
    }

    #[test]
    fn several_commands_have_one_title_in_which_namespaces_are_gathered() {
        let start = Command::Start { nodes: ids("B101 B102") };
        let revive = |name: &str| Command::Revive { namespace: name.to_owned(), nodes: None };
        let recluster = || Command::Recluster { on: None };
        assert_eq!(
            together(Purpose::WayOut, vec![start.clone(), revive("main"), recluster()]),
            "Way out: start B101 and B102, then revive main and recluster"
        );
        let stage = |name: &str| Command::RosterSet {
            namespace: name.to_owned(),
            nodes: RosterNodes::Observed,
            on: None,
        };
        assert_eq!(
            together(Purpose::Commands, vec![stage("main"), stage("ns2"), recluster()]),
            "Set the roster of main and ns2 to the observed nodes and recluster"
        );
        let on = ids("A103").first().copied();
        let (namespace, nodes) = ("main".to_owned(), RosterNodes::Observed);
        let there = vec![Command::RosterSet { namespace, nodes, on }, Command::Recluster { on }];
        assert_eq!(
            together(Purpose::Commands, there),
            "Set the roster of main to the observed nodes on A103 and recluster"
        );
        let back = |name: &str| Command::RosterSet {
            namespace: name.to_owned(),
            nodes: RosterNodes::List(vec!["A101@1".parse().unwrap()]),
            on: None,
        };
        let unstage = vec![back("main"), back("ns2"), start.clone()];
        assert_eq!(
            together(Purpose::WayOut, unstage),
            "Way out: unstage the roster of main and ns2, then start B101 and B102"
        );
        assert_eq!(
            together(Purpose::Commands, vec![back("main"), recluster()]),
            "Stage the roster A101@1 and recluster"
        );
        assert_eq!(together(Purpose::Commands, vec![start]), "Start B101 and B102");
        let restart = ["A101", "A102"].map(|node| {
            let nodes = ids(node);
            [Command::Quiesce { nodes: nodes.clone() }, recluster(), Command::Start { nodes }]
        });
        let restart = together(Purpose::RollingRestart, restart.concat());
        assert_eq!(restart, "Rolling restart of A101 and A102");
        let halted = vec![Command::Quiesce { nodes: ids("A102") }, recluster()];
        let halted = together(Purpose::RollingRestart, halted);
        assert_eq!(halted, "Rolling restart of A102, not finished");
    }

    #[test]
    fn a_start_with_another_version_names_it() {
        let server = "4.5.0".parse().unwrap();
        let start = |metadata_from_copy| {
            of_command(&Command::StartAs { nodes: ids("A1"), server, metadata_from_copy }, 5)
        };
        assert_eq!(start(false), "Start A1 with server 4.5");
        assert_eq!(start(true), "Start A1 with server 4.5, its metadata put back from the copy");
        assert_eq!(of_command(&Command::ProtocolSwitch, 5), "Switch the protocols");
        let add = |server, seeds| {
            let (id, rack) = (ids("A9")[0], rosterlab_engine::RackId::NONE);
            of_command(&Command::AddNode { id, rack, stay_quiesced: false, server, seeds }, 5)
        };
        assert_eq!(add(None, vec![]), "Add node A9 on rack 0");
        assert_eq!(
            add(Some(server), ids("A1 A2")),
            "Add node A9 on rack 0 with server 4.5 by the seeds A1 and A2"
        );
    }

    #[test]
    fn a_wipe_of_one_device_names_it() {
        let wipe = |device| of_command(&Command::Wipe { nodes: ids("A102"), device }, 5);
        assert_eq!(wipe(None), "Wipe the drives of A102");
        assert_eq!(wipe(Some(1)), "Wipe device 1 of A102");
    }
}
