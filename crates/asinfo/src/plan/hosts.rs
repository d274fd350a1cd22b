//! What is done on hosts, in containers and in pods.
//!
//! Invariant: what a host is told goes through [`crate::shell`], once the nodes are known. A pod that is deleted comes back by itself; a
//! container that is stopped does not. Not here: the admin tool and requests (see `tool`).

use rosterlab_engine::{Command, NodeId, Shutdown};

use crate::shell::{self, Line, host, named_hosts};

use super::course::{Course, Stop};
use super::tool;

/// How often a line may go from a host to the next.
const MOST_HOPS: usize = 4;
/// Words of a shell that change nothing of a cluster.
const HARMLESS: [&str; 22] = [
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
    "watch",
];

/// Does the words of a line, which is typed on these hosts where that is said.
pub(super) fn run(course: &mut Course, words: &[String], at: &[NodeId]) -> Result<(), Stop> {
    parts(course, words, at, 0)
}

fn parts(course: &mut Course, words: &[String], at: &[NodeId], hops: usize) -> Result<(), Stop> {
    if hops > MOST_HOPS {
        return Err(Stop::Unknown("a line goes from host to host too often".to_owned()));
    }
    let mut part: Vec<&str> = Vec::new();
    let mut all: Vec<Vec<&str>> = Vec::new();
    // What follows `||` is done when something failed, and what follows `|` reads what was printed.
    let mut is_left_out = false;
    for word in words.iter().map(String::as_str).chain([";"]) {
        match word {
            ";" | "&&" | "&" => {
                all.push(std::mem::take(&mut part));
                is_left_out = false;
            }
            "||" | "|" => is_left_out = true,
            _ if is_left_out => {}
            _ => part.push(word),
        }
    }
    for part in all {
        let part = without_redirection(&part);
        if !part.is_empty() {
            one(course, &part, at, hops)?;
        }
    }
    Ok(())
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
        "kubectl" | "oc" => kubectl(course, &words[1..], hops),
        "docker" | "podman" | "docker-compose" => docker(course, words, hops),
        "sleep" => sleep(course, words),
        _ if tool::WORDS.contains(&first) => {
            tool::tool(course, &words.join(" "), at.first().copied())
        }
        _ if HARMLESS.contains(&first) => Ok(()),
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

/// A node, or why the line is not understood.
fn node(course: &Course, name: &str) -> Result<NodeId, Stop> {
    let node = course.names.node(name, &course.view);
    node.ok_or_else(|| Stop::Unknown(format!("'{name}' means no node of this cluster")))
}

/// What a remote shell is told: one word is a line of its own.
fn remote(words: &[&str]) -> Result<Vec<String>, Stop> {
    match words {
        [line] => crate::admin::line::tokens(line).map_err(|why| Stop::Unknown(why.to_owned())),
        words => Ok(words.iter().map(|word| (*word).to_owned()).collect()),
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
            option if option.starts_with('-') => {}
            other => return Err(Stop::Unknown(format!("asadm is not called with {other}"))),
        }
    }
    for line in lines {
        tool::tool(course, &course.names.in_words(&line, &course.view), connected)?;
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
                nodes = course.names.list(&names, &course.view).ok_or_else(|| {
                    Stop::Unknown(format!("'{}' means no node of this cluster", names.join(" ")))
                })?;
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

fn sleep(course: &mut Course, words: &[&str]) -> Result<(), Stop> {
    match shell::read(&words.join(" "), &course.view) {
        Some(Ok(Line::Does(entries))) => {
            entries.into_iter().try_for_each(|entry| course.perform(entry))
        }
        Some(Err(why)) => Err(Stop::Unknown(why)),
        _ => Err(Stop::Unknown("sleep needs a duration".to_owned())),
    }
}

/// The words of a command without its options; those of `valued` have a value.
fn arguments<'a>(words: &[&'a str], valued: &[&str]) -> Vec<&'a str> {
    let mut kept = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if valued.contains(word) {
            rest.next();
        } else if !word.starts_with('-') {
            kept.push(*word);
        }
    }
    kept
}

fn kubectl(course: &mut Course, words: &[&str], hops: usize) -> Result<(), Stop> {
    let dashes = words.iter().position(|word| *word == "--");
    let (words, inside) = words.split_at(dashes.unwrap_or(words.len()));
    let valued = [
        "-n",
        "--namespace",
        "--context",
        "--cluster",
        "-c",
        "--container",
        "--grace-period",
        "--timeout",
        "-l",
        "-o",
    ];
    let called = arguments(words, &valued);
    match called[..] {
        ["exec", pod] if inside.len() > 1 => {
            let at = node(course, pod.strip_prefix("pod/").unwrap_or(pod))?;
            parts(course, &remote(&inside[1..])?, &[at], hops + 1)
        }
        ["delete", "pod" | "pods" | "po", ref pods @ ..] if !pods.is_empty() => {
            delete_pods(course, pods, words)
        }
        ["delete", ref pods @ ..]
            if !pods.is_empty() && pods.iter().all(|pod| pod.starts_with("pod/")) =>
        {
            let pods: Vec<&str> = pods.iter().map(|pod| &pod[4..]).collect();
            delete_pods(course, &pods, words)
        }
        ["get" | "describe" | "logs" | "wait" | "top", ..] | ["rollout", "status", ..] => Ok(()),
        _ => Err(Stop::Unknown(format!(
            "'kubectl {}' is not known here: kubectl delete pod and kubectl exec are",
            called.join(" ")
        ))),
    }
}

/// Pods that are deleted are stopped and come back on their own.
fn delete_pods(course: &mut Course, pods: &[&str], words: &[&str]) -> Result<(), Stop> {
    let nodes = pods.iter().map(|pod| node(course, pod)).collect::<Result<Vec<_>, _>>()?;
    let mut pairs = words.windows(2);
    let no_grace =
        words.contains(&"--grace-period=0") || pairs.any(|pair| pair == ["--grace-period", "0"]);
    let is_forced = words.iter().any(|word| *word == "--force" || *word == "--now") || no_grace;
    let shutdown = if is_forced { Shutdown::Unclean } else { Shutdown::Clean };
    course.act(Command::Stop { nodes: nodes.clone(), shutdown })?;
    course.act(Command::Start { nodes })
}

fn docker(course: &mut Course, words: &[&str], hops: usize) -> Result<(), Stop> {
    let words = if words.get(1) == Some(&"compose") { &words[2..] } else { &words[1..] };
    if let ["exec", rest @ ..] = words {
        let valued = ["-u", "--user", "-e", "--env", "-w", "--workdir"];
        let mut rest = rest;
        while let Some((option, after)) =
            rest.split_first().filter(|(word, _)| word.starts_with('-'))
        {
            rest = if valued.contains(option) { after.get(1..).unwrap_or_default() } else { after };
        }
        let Some((container, what)) = rest.split_first().filter(|(_, what)| !what.is_empty())
        else {
            return Err(Stop::Unknown("docker exec needs a container and a command".to_owned()));
        };
        let at = node(course, container)?;
        return parts(course, &remote(what)?, &[at], hops + 1);
    }
    let called = arguments(
        words,
        &["-t", "--time", "--timeout", "-f", "-s", "--signal", "-p", "--ip", "--alias"],
    );
    let force = |words: &[&str]| {
        words.windows(2).any(|pair| matches!(pair, ["-t" | "--time" | "--timeout", "0"]))
    };
    let nodes = |course: &Course, names: &[&str]| {
        names.iter().map(|name| node(course, name)).collect::<Result<Vec<_>, _>>()
    };
    match called[..] {
        ["stop" | "restart", ref names @ ..] if !names.is_empty() => {
            let shutdown = if force(words) { Shutdown::Unclean } else { Shutdown::Clean };
            let nodes = nodes(course, names)?;
            course.act(Command::Stop { nodes: nodes.clone(), shutdown })?;
            if called[0] == "restart" { course.act(Command::Start { nodes }) } else { Ok(()) }
        }
        ["kill", ref names @ ..] if !names.is_empty() => {
            let nodes = nodes(course, names)?;
            course.act(Command::Stop { nodes, shutdown: Shutdown::Unclean })
        }
        ["start" | "up", ref names @ ..] if !names.is_empty() => {
            let nodes = nodes(course, names)?;
            course.act(Command::Start { nodes })
        }
        // `-f` has no value here: it forces.
        ["network", "disconnect", ref rest @ ..] => {
            let name =
                words.last().filter(|_| rest.len() + usize::from(words.contains(&"-f")) >= 2);
            let alone = node(
                course,
                name.ok_or_else(|| {
                    Stop::Unknown(
                        "docker network disconnect needs a network and a container".to_owned(),
                    )
                })?,
            )?;
            let others = others(course, alone);
            course.act(Command::Cut { between: vec![vec![alone], others] })
        }
        ["network", "connect", _, name] => {
            let back = node(course, name)?;
            let others = others(course, back);
            // Others that are disconnected too stay so.
            let alone = |node: &NodeId| {
                let mut rest = others.iter().filter(|other| *other != node);
                others.len() > 1 && rest.all(|other| course.view.is_cut(*node, *other))
            };
            let reached: Vec<NodeId> = others.iter().filter(|node| !alone(node)).copied().collect();
            let reached = if reached.is_empty() { others } else { reached };
            course.act(Command::Heal { between: Some(vec![vec![back], reached]) })
        }
        ["ps" | "logs" | "inspect" | "images" | "version" | "info", ..] => Ok(()),
        _ => Err(Stop::Unknown(format!(
            "'docker {}' is not known here: docker stop, start, restart, kill, exec, network disconnect and network connect are",
            called.join(" ")
        ))),
    }
}

fn others(course: &Course, node: NodeId) -> Vec<NodeId> {
    course.view.nodes.iter().map(|other| other.id).filter(|other| *other != node).collect()
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
        ["reboot"] | ["shutdown" | "systemctl", "-r" | "reboot", ..] => Some(true),
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
        course.act(Command::Stop { nodes: at.clone(), shutdown: Shutdown::Clean })?;
        return if restarts { course.act(Command::Start { nodes: at }) } else { Ok(()) };
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
                host = word.split_once('=').map(|(_, host)| host)
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
