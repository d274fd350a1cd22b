//! From a line to what it does.
//!
//! Invariant: a line is understood as a whole or is an error; nothing is guessed. Work is bounded by the line's length, which
//! the terminal bounds.

use rosterlab_engine::{ClusterView, Command, NodeId, RackId, Shutdown};
use rosterlab_scenario::{Entry, Settle};

use super::words::words;
use super::{CONF, drives};
use crate::log::device_name;

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// It does this, in order.
    Does(Vec<Entry>),
    /// It calls the admin tool for one or several lines, connected to this node; privileged or not.
    Calls {
        /// The node; `None` is the one that the terminal is connected to.
        at: Option<NodeId>,
        /// Whether the tool may manage.
        enable: bool,
        /// What is typed there.
        lines: Vec<String>,
    },
    /// It sends this request of the info protocol to these nodes, each from its own host.
    Asks {
        /// The nodes.
        nodes: Vec<NodeId>,
        /// The request.
        request: String,
    },
    /// It asks for the help of this terminal.
    Help,
    /// It collects what the nodes say into an archive.
    Collects,
    /// The terminal's own session of the admin tool is connected to this node from now on.
    Connects(NodeId),
}

/// The words of this terminal that the admin tool does not know, for its help.
const SHELL: [&str; 10] = [
    "ssh",
    "pdsh",
    "sleep",
    "wait",
    "connect",
    "clear",
    "collectinfo",
    "systemctl",
    "iptables",
    "shell",
];

/// Reads a line; `None` when it is none of a shell, and so the admin tool's. `view` shows the cluster as it is.
///
/// # Errors
/// What is wrong with it, as a sentence without a full stop.
pub fn read(line: &str, view: &ClusterView) -> Option<Result<Line, String>> {
    let words = words(line).ok()?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Some(match *words.first()? {
        "ssh" if words.contains(&"asadm") => elsewhere(&words, view),
        "ssh" | "pdsh" if words.contains(&"asinfo") => asks(&words, view),
        "sudo" | "ssh" | "pdsh" | "sleep" => does(&words, view).map(Line::Does),
        "wait" => wait(&words).map(|entry| Line::Does(vec![entry])),
        "collectinfo" if words.len() == 1 => Ok(Line::Collects),
        "systemctl" | "service" | "pkill" | "killall" | "kill" | "iptables" | "blkdiscard" => {
            Err(format!("a line of a shell needs its host: ssh a101 {}", words.join(" ")))
        }
        "help" if words.len() == 2 && (SHELL.contains(&words[1])) => Ok(Line::Help),
        "asadm" => calls(None, &words[1..], view),
        "connect" => match words[1..] {
            [node] => node_of(node, view).map(Line::Connects),
            _ => Err("connect needs one node: connect A101".to_owned()),
        },
        _ => return None,
    })
}

fn wait(words: &[&str]) -> Result<Entry, String> {
    match words[1..] {
        ["for", "migrations"] => Ok(Entry::Migrate { partitions: None }),
        _ => Err("what can be waited for is: wait for migrations".to_owned()),
    }
}

/// A call of the admin tool on another host: `ssh b101 asadm --enable -e "manage recluster"`.
fn elsewhere(words: &[&str], view: &ClusterView) -> Result<Line, String> {
    match words {
        ["ssh", target, "asadm", rest @ ..] => calls(Some(user_host(target, view)?), rest, view),
        _ => Err("asadm is called on another host as in: ssh b101 asadm --enable -e \"manage recluster\"".to_owned()),
    }
}

/// The node of `host` or `user@host`.
fn user_host(target: &str, view: &ClusterView) -> Result<NodeId, String> {
    node_of(target.rsplit('@').next().unwrap_or(target), view)
}

/// A call of the admin tool on a host, if it is not this one.
fn calls(mut at: Option<NodeId>, words: &[&str], view: &ClusterView) -> Result<Line, String> {
    let (mut enable, mut lines) = (false, Vec::new());
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{word} needs a value"));
        match *word {
            "-h" | "--host" => at = Some(node_of(value()?.split(':').next().unwrap_or(""), view)?),
            "-e" | "--execute" => lines.push((*value()?).to_owned()),
            "--enable" => enable = true,
            other => {
                return Err(format!(
                    "asadm is called here with -h, --enable and -e, not with {other}"
                ));
            }
        }
    }
    match at {
        None if lines.is_empty() => Err("asadm needs a node to connect to: -h a101".to_owned()),
        Some(at) if lines.is_empty() => Ok(Line::Connects(at)),
        at => Ok(Line::Calls { at, enable, lines }),
    }
}

/// A request on other hosts: `pdsh -w a101,b101 asinfo -v 'recluster:'`.
fn asks(words: &[&str], view: &ClusterView) -> Result<Line, String> {
    let (nodes, request) = match words {
        ["ssh", target, "asinfo", "-v", request] => (vec![user_host(target, view)?], request),
        ["pdsh", "-w", targets, "asinfo", "-v", request] => {
            let names = named_hosts(targets)?;
            (names.iter().map(|name| node_of(name, view)).collect::<Result<_, _>>()?, request)
        }
        _ => {
            return Err("asinfo is called on another host as in: ssh b101 asinfo -v 'recluster:'"
                .to_owned());
        }
    };
    Ok(Line::Asks { nodes, request: (*request).to_owned() })
}

/// What the parts of a line do, which `&&` or `;` joins.
fn does(words: &[&str], view: &ClusterView) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    for part in words.split(|word| *word == ";" || *word == "&&").filter(|part| !part.is_empty()) {
        let part = if part[0] == "sudo" { &part[1..] } else { part };
        match part {
            ["sleep", time] => entries.push(Entry::Pass { ms: millis(time)? }),
            ["ssh", target, what @ ..] if !what.is_empty() => {
                let name = target.rsplit('@').next().unwrap_or(target);
                entries.extend(remote(&[name], &what.join(" "), view)?);
            }
            ["pdsh", "-w", targets, what @ ..] if !what.is_empty() => {
                let names = named_hosts(targets)?;
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                entries.extend(remote(&names, &what.join(" "), view)?);
            }
            ["pdsh", "-a", what @ ..] if !what.is_empty() => {
                let names: Vec<String> =
                    view.nodes.iter().map(|node| node.id.to_string()).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                entries.extend(remote(&names, &what.join(" "), view)?);
            }
            ["ssh", ..] => {
                return Err(
                    "ssh needs a host and a command: ssh a101 systemctl stop aerospike".to_owned()
                );
            }
            ["pdsh", ..] => {
                return Err(
                    "pdsh needs hosts and a command: pdsh -w a101,a102 systemctl stop aerospike"
                        .to_owned(),
                );
            }
            _ => return Err(format!("'{}' is not known here; help lists what is", part.join(" "))),
        }
    }
    let entries = joined(entries);
    Ok(if heals_all(&entries, view) { vec![act(Command::Heal { between: None })] } else { entries })
}

/// The most hosts that a list names.
const MOST_HOSTS: usize = 512;

/// The hosts of a list such as `a101,b[101-103]`.
pub(crate) fn named_hosts(list: &str) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        // A comma within brackets does not end a name.
        let open = rest.find('[').filter(|open| !rest[..*open].contains(','));
        let end = match open {
            None => rest.find(',').unwrap_or(rest.len()),
            Some(open) => rest[open..]
                .find(']')
                .map(|close| open + close + 1)
                .ok_or("a bracket is not closed")?,
        };
        let (name, after) = rest.split_at(end);
        rest = after.strip_prefix(',').unwrap_or(after);
        match name.trim_end_matches(']').split_once('[') {
            None => names.push(name.to_owned()),
            Some((before, ranges)) => {
                for range in ranges.split(',') {
                    let (first, last) = range.split_once('-').unwrap_or((range, range));
                    let number = |text: &str| {
                        text.parse::<u32>()
                            .map_err(|_| format!("'{range}' is not a range of hosts"))
                    };
                    for one in (number(first)?..=number(last)?).take(MOST_HOSTS) {
                        names.push(format!("{before}{one:0width$}", width = first.len()));
                    }
                }
            }
        }
        if names.len() > MOST_HOSTS {
            return Err(format!("a list names more than {MOST_HOSTS} hosts"));
        }
    }
    Ok(names)
}

/// Whether these restore every link that is cut, at the same instant.
fn heals_all(entries: &[Entry], view: &ClusterView) -> bool {
    let mut healed: Vec<&[Vec<NodeId>]> = Vec::new();
    for entry in entries {
        match entry {
            Entry::Act { command: Command::Heal { between: Some(sides) }, .. } => {
                healed.push(sides);
            }
            _ => return false,
        }
    }
    let place = |sides: &[Vec<NodeId>], node| sides.iter().position(|side| side.contains(&node));
    let is_healed = |low, high| {
        healed.iter().any(|sides| {
            let places = (place(sides, low), place(sides, high));
            matches!(places, (Some(one), Some(other)) if one != other)
        })
    };
    !view.cuts.is_empty() && view.cuts.iter().all(|link| is_healed(link.low(), link.high()))
}

fn millis(text: &str) -> Result<u64, String> {
    let (number, unit_s) = match text.as_bytes().last() {
        Some(b's') => (&text[..text.len() - 1], 1),
        Some(b'm') => (&text[..text.len() - 1], 60),
        Some(b'h') => (&text[..text.len() - 1], 3600),
        _ => (text, 1),
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let wrong = || format!("'{text}' is not a duration: 35, 0.5, 10m and 1h are");
    if whole.is_empty()
        || part.len() > 3
        || whole.len() > 9
        || !is_number(whole)
        || !is_number(part)
    {
        return Err(wrong());
    }
    let thousandths: u64 = format!("{part:0<3}").parse().map_err(|_| wrong())?;
    let seconds: u64 = whole.parse().map_err(|_| wrong())?;
    Ok((seconds * 1000 + thousandths) * unit_s)
}

/// A node by the name of its host or by its id.
fn node_of(name: &str, view: &ClusterView) -> Result<NodeId, String> {
    let node = name.parse::<NodeId>().ok().filter(|id| view.node(*id).is_some());
    node.ok_or_else(|| format!("could not resolve hostname {name}: no node has this id"))
}

fn act(command: Command) -> Entry {
    Entry::Act { command, settle: Settle::Fully }
}

/// What is done on hosts.
fn remote(names: &[&str], what: &str, view: &ClusterView) -> Result<Vec<Entry>, String> {
    let what = what.replace(['\'', '"'], "");
    let parts: Vec<Vec<&str>> = what
        .split("&&")
        .map(|part| part.split_whitespace().filter(|word| *word != "sudo").collect())
        .collect();
    if let [sed, start] = &parts[..]
        && let (Some((rack, stay_quiesced)), ["systemctl", "start", "aerospike"], [name]) =
            (configured(sed), &start[..], names)
        && node_of(name, view).is_err()
    {
        let id = name.parse().map_err(|_| format!("'{name}' is no node id"))?;
        return Ok(vec![act(Command::add_node(id, rack, stay_quiesced))]);
    }
    let nodes = names.iter().map(|name| node_of(name, view)).collect::<Result<Vec<_>, _>>()?;
    if parts.iter().all(|part| part.first() == Some(&"blkdiscard")) {
        return wipe(&nodes, &parts, view);
    }
    let mut entries = Vec::new();
    for part in &parts {
        entries.extend(one(&nodes, part, view)?);
    }
    Ok(entries)
}

/// What one command of a shell does on nodes.
fn one(nodes: &[NodeId], words: &[&str], view: &ClusterView) -> Result<Vec<Entry>, String> {
    let nodes = nodes.to_vec();
    let stop = |nodes, shutdown| act(Command::Stop { nodes, shutdown });
    Ok(match words {
        ["systemctl", "stop", "aerospike"] | ["service", "aerospike", "stop"] => {
            vec![stop(nodes, Shutdown::Clean)]
        }
        ["systemctl", "start", "aerospike"] | ["service", "aerospike", "start"] => {
            vec![act(Command::Start { nodes })]
        }
        ["systemctl", "restart", "aerospike"] | ["service", "aerospike", "restart"] => {
            vec![stop(nodes.clone(), Shutdown::Clean), act(Command::Start { nodes })]
        }
        ["systemctl", "disable", "aerospike"] => vec![act(Command::RemoveNode { nodes })],
        ["pkill" | "killall", "-KILL" | "-9" | "-SIGKILL", "asd"]
        | ["kill", "-9" | "-KILL", "$(pidof", "asd)"] => vec![stop(nodes, Shutdown::Unclean)],
        ["iptables", "-F", ..] if nodes.len() < view.nodes.len() => {
            return Err("iptables -F is known here on all hosts alone: pdsh -a iptables -F INPUT"
                .to_owned());
        }
        ["iptables", "-F"] | ["iptables", "-F", "INPUT"] if nodes.len() == view.nodes.len() => {
            vec![act(Command::Heal { between: None })]
        }
        ["iptables", how, "INPUT", "-s", from, "-j", "DROP"] => {
            let from = named_hosts(from)?;
            let from = from.iter().map(|name| node_of(name, view));
            let between = vec![nodes, from.collect::<Result<Vec<_>, _>>()?];
            vec![act(match *how {
                "-I" | "-A" => Command::Cut { between },
                "-D" => Command::Heal { between: Some(between) },
                other => {
                    return Err(format!(
                        "iptables is called here with -I, -D or -F, not with {other}"
                    ));
                }
            })]
        }
        sed if sed.first() == Some(&"sed") => {
            let (rack, _) = configured(sed).ok_or_else(|| not_known(sed))?;
            vec![act(Command::MoveToRack { nodes, rack })]
        }
        other => return Err(not_known(other)),
    })
}

fn not_known(words: &[&str]) -> String {
    format!(
        "'{}' is not known here: systemctl stop, start, restart or disable aerospike, pkill -KILL asd, blkdiscard, iptables",
        words.join(" ")
    )
}

/// The rack id, and whether the node stays quiesced, that an edit of the configuration writes. The blanks of the edits have
/// parted them into words.
fn configured(words: &[&str]) -> Option<(RackId, bool)> {
    let ["sed", "-i", rest @ .., CONF] = words else { return None };
    let rest = rest.strip_prefix(&["-e"]).unwrap_or(rest);
    let ["s/rack-id", ".*/rack-id", rack, stays @ ..] = rest else { return None };
    let rack = rack.strip_suffix('/')?.parse().ok()?;
    match stays {
        [] => Some((rack, false)),
        ["-e", "s/stay-quiesced", ".*/stay-quiesced", "true/"] => Some((rack, true)),
        _ => None,
    }
}

/// Drives are emptied: all of a node, or single ones.
fn wipe(nodes: &[NodeId], parts: &[Vec<&str>], view: &ClusterView) -> Result<Vec<Entry>, String> {
    let all = drives(view);
    let mut devices = Vec::new();
    for part in parts {
        let name = part.last().copied().unwrap_or_default();
        let device = (0..all).find(|device| device_name(*device) == name && part.len() > 1);
        devices.push(device.ok_or_else(|| {
            format!(
                "'{name}' is no drive of a node: {}",
                match all {
                    1 => format!("each has {}", device_name(0)),
                    _ => format!("each has {} to {}", device_name(0), device_name(all - 1)),
                }
            )
        })?);
    }
    devices.sort_unstable();
    devices.dedup();
    let wipe = |device| act(Command::Wipe { nodes: nodes.to_vec(), device });
    if devices.len() == usize::from(all) {
        return Ok(vec![wipe(None)]);
    }
    Ok(devices.into_iter().map(|device| wipe(Some(device))).collect())
}

/// Joins rules of firewalls that are one cut: each side's rule names all later sides.
fn joined(entries: Vec<Entry>) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    for entry in entries {
        let together = all.last().and_then(|last| one_cut(last, &entry));
        match together {
            Some(together) => {
                all.pop();
                all.push(together);
            }
            None => all.push(entry),
        }
    }
    all
}

/// Two cuts, or two restorations, as one: the second parts the last side of the first.
fn one_cut(first: &Entry, second: &Entry) -> Option<Entry> {
    let (Entry::Act { command: first, .. }, Entry::Act { command: second, .. }) = (first, second)
    else {
        return None;
    };
    let parted = |sides: &[Vec<NodeId>], more: &[Vec<NodeId>]| {
        let (last, before) = sides.split_last()?;
        let (mut whole, mut parts) = (last.clone(), more.concat());
        whole.sort_unstable();
        parts.sort_unstable();
        (whole == parts).then(|| [before, more].concat())
    };
    Some(act(match (first, second) {
        (Command::Cut { between }, Command::Cut { between: more }) => {
            Command::Cut { between: parted(between, more)? }
        }
        (Command::Heal { between: Some(sides) }, Command::Heal { between: Some(more) }) => {
            Command::Heal { between: Some(parted(sides, more)?) }
        }
        _ => return None,
    }))
}
