//! What is done on hosts, and in containers and pods as if they were hosts.
//!
//! Invariant: what a host is told goes through [`crate::shell`], once the nodes are known. Not here: the admin tool and requests (see
//! `tool`), and what is done to containers (see `containers`).

use rosterlab_engine::{Command, NodeId, Shutdown};

use crate::shell::{self, Line, Piece, host, named_hosts};

use super::containers::{self, Inside, node, remote};
use super::course::{Course, Stop};
use super::names::in_list;
use super::tool;
use super::waits::FILTERS;

/// How often a line may go from a host to the next.
const MOST_HOPS: usize = 4;
/// Words of a shell that change nothing of a cluster.
const HARMLESS: [&str; 21] = [
    "echo",
    "printf",
    "cat",
    "grep",
    "tail",
    "head",
    "less",
    "journalctl",
    "df",
    "lsblk",
    "ps",
    "top",
    "uptime",
    "date",
    "hostname",
    "ls",
    "cd",
    "pwd",
    "true",
    "clear",
    "ping",
];

/// What may follow `||`: it says that something failed.
const GIVES_UP: [&str; 6] = ["true", "false", ":", "exit", "echo", "printf"];

/// Does the words of a line, which is typed on these hosts where that is said.
pub(super) fn run(course: &mut Course, words: &[Piece], at: &[NodeId]) -> Result<(), Stop> {
    parts(course, words, at, 0)
}

fn parts(course: &mut Course, words: &[Piece], at: &[NodeId], hops: usize) -> Result<(), Stop> {
    if hops > MOST_HOPS {
        return Err(Stop::Unknown("a line goes from host to host too often".to_owned()));
    }
    let mut part: Vec<&str> = Vec::new();
    let mut all: Vec<Vec<&str>> = Vec::new();
    // What follows `||` is done when something failed, and what follows `|` reads what was printed.
    let mut left_out: Option<&[&str]> = None;
    for piece in words.iter().chain([&Piece::Mark(";")]) {
        let mark = match piece {
            Piece::Word(word) => {
                part.push(word);
                continue;
            }
            Piece::Mark(mark) => *mark,
        };
        let whole = std::mem::take(&mut part);
        match left_out.take() {
            Some(known) => only_looks(&whole, known)?,
            None => all.push(whole),
        }
        left_out = match mark {
            "|" | "|&" => Some(&FILTERS),
            "||" => Some(&GIVES_UP),
            _ => None,
        };
    }
    for part in all {
        let is_device = |target: &&str| {
            let target = target.trim_start_matches(|c: char| ">&12".contains(c));
            ["/proc", "/sys", "/dev", "/etc"].iter().any(|place| target.starts_with(place))
                && !["/dev/null", "/dev/stderr", "/dev/stdout"].contains(&target)
        };
        let mut pairs = part.windows(2);
        let writes = pairs.any(|pair| matches!(pair[0], ">" | ">>") && is_device(&pair[1]))
            || part.iter().any(|word| word.starts_with('>') && is_device(word));
        if writes {
            return Err(Stop::Unknown("it writes to a device or a setting".to_owned()));
        }
        let part = without_redirection(&part);
        if !part.is_empty() {
            course.catch_up()?;
            one(course, &part, at, hops)?;
        }
    }
    Ok(())
}

/// Checks that what follows a pipe or `||` is known to only look.
fn only_looks(words: &[&str], known: &[&str]) -> Result<(), Stop> {
    let words = without_sudo(words);
    match words.first() {
        Some(first) if known.contains(first) => prints(words),
        _ => Err(Stop::Unknown(format!(
            "what '{}' does behind a pipe is not known here: give it a line of its own",
            words.join(" ")
        ))),
    }
}

/// Checks that a command which prints has no other command within, and writes to no device or setting.
fn prints(words: &[&str]) -> Result<(), Stop> {
    let does = |word: &&&str| {
        let word = word.replace("$(date)", "").replace("$(hostname)", "");
        ["$(", "`", "<(", ">("].iter().any(|mark| word.contains(mark))
    };
    match words.iter().find(does) {
        Some(word) => Err(Stop::Unknown(format!("'{word}' may do more than print"))),
        None => Ok(()),
    }
}

/// `watch` repeats what it is given, which may only look.
fn watch(course: &mut Course, words: &[&str], at: &[NodeId], hops: usize) -> Result<(), Stop> {
    let mut rest = words;
    while let Some((option, after)) = rest.split_first().filter(|(word, _)| word.starts_with('-')) {
        rest = if matches!(*option, "-n" | "--interval") {
            after.get(1..).unwrap_or_default()
        } else {
            after
        };
    }
    let before = course.entries.len();
    parts(course, &remote(rest)?, at, hops + 1)?;
    if course.entries.len() == before {
        return Ok(());
    }
    Err(Stop::Unknown("watch repeats what it is given, and that does something".to_owned()))
}

/// A command without where its output goes.
fn without_redirection<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut kept = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match *word {
            ">" | ">>" | "2>" | "<" => drop(rest.next()),
            word if word.starts_with('>') || word.starts_with("2>") || word.starts_with("&>") => {}
            word => kept.push(word),
        }
    }
    kept
}

fn one(course: &mut Course, words: &[&str], at: &[NodeId], hops: usize) -> Result<(), Stop> {
    let words = without_sudo(words);
    let Some(first) = words.first().copied() else { return Ok(()) };
    match first {
        "ssh" => ssh(course, &words[1..], hops),
        "pdsh" | "clush" => pdsh(course, &words[1..], hops),
        "asadm" => asadm(course, &words[1..], at),
        "asinfo" => asinfo(course, &words[1..], at),
        "kubectl" | "oc" => inside(course, containers::kubectl, &words[1..], hops),
        "docker" | "podman" | "docker-compose" => inside(course, containers::docker, words, hops),
        "sleep" => sleep(course, words),
        _ if tool::WORDS.contains(&first) => {
            tool::tool(course, &words.join(" "), at.first().copied())
        }
        "watch" => watch(course, &words[1..], at, hops),
        _ if HARMLESS.contains(&first) => prints(words),
        _ => here(course, words, at),
    }
}

fn without_sudo<'a, 'b>(mut words: &'b [&'a str]) -> &'b [&'a str] {
    loop {
        match words {
            ["sudo", "-u" | "--user", _, rest @ ..] => words = rest,
            ["sudo", option, rest @ ..] if option.starts_with('-') => words = rest,
            ["sudo" | "time" | "nohup" | "exec", rest @ ..] => words = rest,
            _ => return words,
        }
    }
}

fn ssh(course: &mut Course, words: &[&str], hops: usize) -> Result<(), Stop> {
    let mut rest = words;
    while let Some((option, after)) = rest.split_first().filter(|(word, _)| word.starts_with('-')) {
        let has_value = matches!(*option, "-o" | "-i" | "-p" | "-l" | "-F" | "-J" | "-b" | "-c");
        rest = if has_value { after.get(1..).unwrap_or_default() } else { after };
    }
    let Some((target, what)) = rest.split_first().filter(|(_, what)| !what.is_empty()) else {
        return Err(Stop::Unknown(
            "ssh needs a host and a command: ssh a101 systemctl stop aerospike".to_owned(),
        ));
    };
    let at = node(course, target)?;
    parts(course, &remote(what)?, &[at], hops + 1)
}

fn pdsh(course: &mut Course, words: &[&str], hops: usize) -> Result<(), Stop> {
    let (at, what) = match words {
        ["-a", what @ ..] => (course.view.nodes.iter().map(|node| node.id).collect(), what),
        ["-w", list, what @ ..] => {
            let names = named_hosts(list).map_err(Stop::Unknown)?;
            let nodes = names.iter().map(|name| node(course, name));
            (nodes.collect::<Result<Vec<_>, _>>()?, what)
        }
        _ => {
            return Err(Stop::Unknown(
                "pdsh needs hosts and a command: pdsh -w a101,a102 systemctl stop aerospike"
                    .to_owned(),
            ));
        }
    };
    if what.is_empty() {
        return Err(Stop::Unknown("pdsh needs a command".to_owned()));
    }
    parts(course, &remote(what)?, &at, hops + 1)
}

/// A call of the admin tool.
fn asadm(course: &mut Course, words: &[&str], at: &[NodeId]) -> Result<(), Stop> {
    let (mut connected, mut lines) = (at.first().copied(), Vec::new());
    let mut is_enabled = false;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let mut value =
            || rest.next().ok_or_else(|| Stop::Unknown(format!("{word} needs a value")));
        match *word {
            "-h" | "--host" => connected = Some(node(course, value()?)?),
            "-e" | "--execute" => lines.push((*value()?).to_owned()),
            "-p" | "--port" | "-U" | "--user" | "-P" | "--password" | "-c" | "--config-file"
            | "--instance" | "--auth" => {
                value()?;
            }
            "--enable" => is_enabled = true,
            option if option.starts_with('-') => {}
            other => return Err(Stop::Unknown(format!("asadm is not called with {other}"))),
        }
    }
    for line in lines.iter().flat_map(|line| tool::parts(line)) {
        let first = line.split_whitespace().next();
        is_enabled |= first == Some("enable");
        if !is_enabled && matches!(first, Some("manage" | "asinfo")) {
            // As the tool says it (see the admin console).
            return Err(Stop::Fails(
                "The admin tool refuses it: User must be in privileged mode. Call it with --enable"
                    .to_owned(),
            ));
        }
        tool::tool(course, line, connected)?;
    }
    Ok(())
}

/// A request by `asinfo`.
fn asinfo(course: &mut Course, words: &[&str], at: &[NodeId]) -> Result<(), Stop> {
    let (mut nodes, mut request) = (at.to_vec(), None);
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let mut value =
            || rest.next().ok_or_else(|| Stop::Unknown(format!("{word} needs a value")));
        match *word {
            "-h" | "--host" => {
                let name = *value()?;
                let is_here = matches!(name, "localhost" | "127.0.0.1");
                if !is_here {
                    nodes = vec![node(course, name)?];
                }
            }
            "-v" | "--value" => request = Some((*value()?).to_owned()),
            "-p" | "-U" | "-P" | "-t" | "--timeout" | "--auth" => drop(value()?),
            "with" => {
                let names: Vec<&str> = rest.by_ref().copied().collect();
                nodes = in_list(&names).map(|name| node(course, name)).collect::<Result<_, _>>()?;
                if nodes.is_empty() {
                    return Err(Stop::Unknown("'with' needs a node".to_owned()));
                }
            }
            option if option.starts_with('-') => {}
            other => return Err(Stop::Unknown(format!("asinfo is not called with {other}"))),
        }
    }
    match request {
        Some(request) => tool::ask(course, &request, &nodes),
        None => Err(Stop::Unknown("asinfo needs a request: asinfo -v REQUEST".to_owned())),
    }
}

/// Does what is done to containers, and what is told inside of one.
fn inside(
    course: &mut Course,
    what: fn(&mut Course, &[&str]) -> Result<Option<Inside>, Stop>,
    words: &[&str],
    hops: usize,
) -> Result<(), Stop> {
    match what(course, words)? {
        Some(inside) => parts(course, &inside.words, &[inside.node], hops + 1),
        None => Ok(()),
    }
}

fn sleep(course: &mut Course, words: &[&str]) -> Result<(), Stop> {
    match shell::read(&words.join(" "), &course.view) {
        Some(Ok(Line::Does(entries))) => {
            entries.into_iter().try_for_each(|entry| course.perform(entry))
        }
        Some(Err(why)) => Err(Stop::Unknown(why)),
        _ => Err(Stop::Unknown("sleep needs a duration".to_owned())),
    }
}

/// A command on the hosts themselves.
fn here(course: &mut Course, words: &[&str], at: &[NodeId]) -> Result<(), Stop> {
    let (words, named) = without_host(words);
    let at = match named {
        Some(name) => vec![node(course, name)?],
        None => at.to_vec(),
    };
    let plain: Vec<&str> = match words[..] {
        ["/etc/init.d/aerospike", what] => vec!["service", "aerospike", what],
        _ => words.iter().map(|word| service(word)).collect(),
    };
    let restarts = match plain[..] {
        // It takes back a shutdown that was to come, or only warns.
        ["shutdown", ..] if plain.iter().any(|word| matches!(*word, "-c" | "-k")) => return Ok(()),
        ["shutdown", ..] if plain.iter().any(|word| matches!(*word, "-r" | "--reboot")) => {
            Some(true)
        }
        ["reboot"] | ["systemctl", "reboot", ..] => Some(true),
        ["poweroff" | "halt"] | ["shutdown", ..] | ["systemctl", "poweroff" | "halt"] => {
            Some(false)
        }
        ["systemctl" | "service", "status" | "is-active", ..]
        | ["systemctl", "daemon-reload"]
        | ["service", _, "status"] => return Ok(()),
        _ => None,
    };
    let known =
        ["systemctl", "service", "pkill", "killall", "kill", "iptables", "blkdiscard", "sed"];
    if restarts.is_none() && !known.contains(&plain[0]) {
        return Err(Stop::Unknown(format!("'{}' is not known here", plain.join(" "))));
    }
    if at.is_empty() {
        return Err(Stop::Unknown(format!(
            "a line of a shell needs its host: ssh a101 {}",
            plain.join(" ")
        )));
    }
    if let Some(restarts) = restarts {
        return down(course, at, restarts);
    }
    let hosts: Vec<String> = at.iter().map(|node| host(*node)).collect();
    let what: Vec<String> =
        plain.iter().map(|word| course.names.in_words(word, &course.view)).collect();
    let line = format!("pdsh -w {} {}", hosts.join(","), quoted(&what));
    match shell::read(&line, &course.view) {
        Some(Ok(Line::Does(entries))) => {
            entries.into_iter().try_for_each(|entry| course.perform(entry))
        }
        Some(Err(why)) => Err(Stop::Unknown(why)),
        _ => Err(Stop::Unknown(format!("'{}' is not known here", plain.join(" ")))),
    }
}

/// Takes hosts down, for good or to come up again: with one the service comes back, which is enabled, whether it ran or not.
/// A host whose node is down already and which stays down changes nothing.
fn down(course: &mut Course, hosts: Vec<NodeId>, restarts: bool) -> Result<(), Stop> {
    let is_up = |node: &NodeId| course.view.node(*node).is_some_and(|node| node.state.is_up());
    let running: Vec<NodeId> = hosts.iter().copied().filter(is_up).collect();
    if !running.is_empty() {
        course.act(Command::Stop { nodes: running, shutdown: Shutdown::Clean })?;
    }
    if restarts { course.act(Command::Start { nodes: hosts }) } else { Ok(()) }
}

/// The words of `systemctl -H b101 stop aerospike` without the host, and the host; options that change nothing are left out.
fn without_host<'a>(words: &[&'a str]) -> (Vec<&'a str>, Option<&'a str>) {
    if words.first() != Some(&"systemctl") {
        return (words.to_vec(), None);
    }
    let (mut kept, mut host) = (Vec::new(), None);
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match *word {
            "-H" | "--host" => host = rest.next().copied(),
            word if word.starts_with("--host=") => {
                host = word.split_once('=').map(|(_, host)| host);
            }
            "--no-block" | "-q" | "--quiet" | "--no-pager" => {}
            word => kept.push(word),
        }
    }
    (kept, host)
}

/// The service by its usual name.
fn service(word: &str) -> &str {
    match word {
        "aerospike.service" | "aerospike-server" => "aerospike",
        word => word,
    }
}

/// Words as a shell reads them.
fn quoted(words: &[String]) -> String {
    let quote = |word: &String| {
        let is_plain =
            word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:@,=$()".contains(&b));
        if is_plain { word.clone() } else { format!("'{}'", word.replace('\'', "")) }
    };
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}
