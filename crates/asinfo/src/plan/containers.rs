//! What is done to containers and pods.
//!
//! Invariant: a pod that is deleted comes back by itself; a container that is stopped does not. What a line tells the inside of one
//! is given back (see `hosts`). Not here: images, volumes, stateful sets.

use rosterlab_engine::{Command, NodeId, Shutdown};

use crate::shell::{Piece, pieces};

use super::course::{Course, Stop};
use super::waits::Wait;

/// What is told the inside of a container.
pub(super) struct Inside {
    /// The node that runs there.
    pub node: NodeId,
    /// What is told.
    pub words: Vec<Piece>,
}

/// A node, or why the line is not understood.
pub(super) fn node(course: &Course, name: &str) -> Result<NodeId, Stop> {
    course.names.find(name, &course.view).map_err(|no_node| Stop::Unknown(no_node.to_string()))
}

/// What a remote shell is told: one word is a line of its own.
pub(super) fn remote(words: &[&str]) -> Result<Vec<Piece>, Stop> {
    match words {
        [line] => pieces(line).map_err(|why| Stop::Unknown(why.to_owned())),
        words => Ok(words.iter().map(|word| Piece::Word((*word).to_owned())).collect()),
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

/// Does a line of `kubectl`, or gives what it tells the inside of a pod.
pub(super) fn kubectl(course: &mut Course, words: &[&str]) -> Result<Option<Inside>, Stop> {
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
            let node = node(course, pod.strip_prefix("pod/").unwrap_or(pod))?;
            return Ok(Some(Inside { node, words: remote(&inside[1..])? }));
        }
        ["delete", "pod" | "pods" | "po", ref pods @ ..] if !pods.is_empty() => {
            delete_pods(course, pods, words)?;
        }
        ["delete", ref pods @ ..]
            if !pods.is_empty() && pods.iter().all(|pod| pod.starts_with("pod/")) =>
        {
            let pods: Vec<&str> = pods.iter().map(|pod| &pod[4..]).collect();
            delete_pods(course, &pods, words)?;
        }
        ["wait", ..] | ["rollout", "status", ..] => course.wait(Wait::Clusters(None))?,
        ["get" | "describe" | "logs" | "top", ..] => {}
        _ => {
            return Err(Stop::Unknown(format!(
                "'kubectl {}' is not known here: kubectl delete pod and kubectl exec are",
                called.join(" ")
            )));
        }
    }
    Ok(None)
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

/// Does a line of `docker`, or gives what it tells the inside of a container.
pub(super) fn docker(course: &mut Course, words: &[&str]) -> Result<Option<Inside>, Stop> {
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
        let node = node(course, container)?;
        return Ok(Some(Inside { node, words: remote(what)? }));
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
            if called[0] == "restart" {
                course.act(Command::Start { nodes })?;
            }
        }
        ["kill", ref names @ ..] if !names.is_empty() => {
            let nodes = nodes(course, names)?;
            course.act(Command::Stop { nodes, shutdown: Shutdown::Unclean })?;
        }
        ["start" | "up", ref names @ ..] if !names.is_empty() => {
            let nodes = nodes(course, names)?;
            course.act(Command::Start { nodes })?;
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
            course.act(Command::Cut { between: vec![vec![alone], others] })?;
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
            course.act(Command::Heal { between: Some(vec![vec![back], reached]) })?;
        }
        ["ps" | "logs" | "inspect" | "images" | "version" | "info", ..] => {}
        _ => {
            return Err(Stop::Unknown(format!(
                "'docker {}' is not known here: docker stop, start, restart, kill, exec, network disconnect and network connect are",
                called.join(" ")
            )));
        }
    }
    Ok(None)
}

fn others(course: &Course, node: NodeId) -> Vec<NodeId> {
    course.view.nodes.iter().map(|other| other.id).filter(|other| *other != node).collect()
}
