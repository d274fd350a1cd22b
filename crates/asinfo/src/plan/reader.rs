//! One line of a plan, as a whole.
//!
//! Invariant: what a line does is worked out on a copy of the cluster, part by part, so a part sees what the parts before it did.
//! Not here: what stands around a command (see `peel`) and what a command does (see `hosts` and `tool`).

use std::collections::BTreeMap;

use rosterlab_engine::{Cluster, Command, NodeId, Shutdown};
use rosterlab_scenario::Entry;
use rosterlab_scenario::foresight::runbook::{Language, Line, Mistake, Reading};
use rosterlab_scenario::words::text::{is_are, list};

use crate::shell::{self, pieces};
use crate::terminal::lines_of;

use super::course::{Course, Stop};
use super::names::Names;
use super::peel::{Peeled, peel};
use super::prose::{BEGINNINGS, imperatives, is_prose, looks_like_a_command, told};
use super::text::{PlanError, Said, is_fence, is_for_people, lines};
use super::{hosts, tool, waits};

/// The most rounds of a loop.
const MOST_ROUNDS: usize = 256;

/// Reads the lines of a plan, and writes lines of one.
///
/// ```
/// use rosterlab_asinfo::plan::{Names, Reader};
/// use rosterlab_engine::{Cluster, ClusterSetup, NodeSetup, RackId};
/// use rosterlab_scenario::foresight::runbook::{Language, Reading};
///
/// let node = |id: &str| NodeSetup::new(id.parse().unwrap(), RackId::NONE);
/// let cluster = Cluster::new(ClusterSetup::of(vec![node("A1"), node("A2")], 2)).unwrap();
/// let (reader, lines) = Reader::new("# Tonight\n1. ssh a1 systemctl stop aerospike\n2. hope", Names::default()).unwrap();
/// assert_eq!(reader.read(&lines[0], &cluster), Reading::Says);
/// assert!(matches!(reader.read(&lines[1], &cluster), Reading::Does(entries) if entries.len() == 1));
/// assert!(matches!(reader.read(&lines[2], &cluster), Reading::Unknown(_)));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Reader {
    names: Names,
    said: BTreeMap<usize, Said>,
}

/// What a line comes to.
struct Done {
    entries: Vec<Entry>,
    mistakes: Vec<Mistake>,
}

impl Reader {
    /// A reader of this text, and the text's lines.
    ///
    /// # Errors
    /// When the text is too long.
    pub fn new(text: &str, names: Names) -> Result<(Self, Vec<Line>), PlanError> {
        let (lines, said) = lines(text)?;
        Ok((Self { names, said }, lines))
    }

    /// A reader of lines that stand by themselves.
    #[must_use]
    pub fn of_names(names: Names) -> Self {
        Self { names, said: BTreeMap::new() }
    }

    fn course(&self, line: &Line, cluster: &Cluster) -> Option<Result<Done, Stop>> {
        let nothing = Said::default();
        let said = self.said.get(&line.number).unwrap_or(&nothing);
        let peeled = peel(&line.text);
        let command = peeled.command.as_str();
        let is_heading = peeled.is_bold || command.ends_with(':');
        if is_fence(&line.text) {
            return None;
        }
        let mut course = Course::new(&self.names, cluster);
        if is_for_people(command) || is_heading && is_title(command) {
            // A heading says what the lines below it do; where there is none, it may be all that is said.
            let may_tell = said.is_bare && (is_heading || command.starts_with("##"));
            let verb = may_tell.then(|| told(command, &self.names, &course.view)).flatten();
            return verb.map(|verb| {
                Err(Stop::Unknown(format!(
                    "no line below this heading does what it says ('{verb}'): write the step as a line of its own"
                )))
            });
        }
        let done = if let Some(done) = wait(command, &mut course) {
            done
        } else {
            let may_speak = said.is_prose || command.contains('`');
            let spoken = may_speak.then(|| self.in_prose(command, &mut course)).flatten();
            let done = spoken.or_else(|| self.in_english(command, &mut course));
            match done {
                Some(done) => done,
                None if command.contains('`') && !said.is_prose => Err(not_known(command)),
                None => self.command(&peeled, said, &mut course),
            }
        };
        let is_unknown = matches!(done, Err(Stop::Unknown(_)));
        if said.is_prose && is_unknown && is_prose(&line.text, command, &self.names, &course.view) {
            return None;
        }
        let Course { entries, mistakes, .. } = course;
        Some(done.map(|()| Done { entries, mistakes }))
    }

    /// Does what stands in quotes of code within a sentence, which may name its hosts; `None` when nothing there is a command.
    fn in_prose(&self, sentence: &str, course: &mut Course) -> Option<Result<(), Stop>> {
        let parts: Vec<&str> = sentence.split('`').collect();
        let spans = parts.iter().skip(1).step_by(2).filter(|span| looks_like_a_command(span));
        let spans: Vec<&&str> = spans.collect();
        if spans.is_empty() || parts.len().is_multiple_of(2) {
            return None;
        }
        let mut code = parts.iter().skip(1).step_by(2);
        if let Some(span) = code.find(|span| span.contains(' ') && !looks_like_a_command(span)) {
            return Some(Err(not_known(span)));
        }
        let around: Vec<&str> = parts.iter().step_by(2).copied().collect();
        let around = around.join(" ");
        let more = ["recluster", "quiesce", "revive", "wait", "restart", "stop", "start", "reboot"];
        // `Stop b101 with …` and `To stop b101, run …` say what their command does.
        let is_done = |word: &str| spans.iter().any(|span| span.contains(word));
        let told = imperatives(&around, &more);
        if let Some(word) = told.into_iter().find(|word| !is_done(word)) {
            return Some(Err(Stop::Unknown(format!(
                "the sentence says more than its command ('{word}'): give that a line of its own"
            ))));
        }
        let at = self.named_after_on(&around, course).unwrap_or_default();
        let mut spans = spans.into_iter();
        Some(spans.try_for_each(|span| self.line(span, &at, course)))
    }

    /// The nodes that follow an `on`, or that are all that is said: `On b101, b102:`.
    fn named_after_on(&self, text: &str, course: &Course) -> Option<Vec<NodeId>> {
        let words: Vec<&str> =
            text.split([' ', ':', ';', '(', ')']).filter(|word| !word.is_empty()).collect();
        let on = words.iter().position(|word| word.eq_ignore_ascii_case("on"));
        let after = on.map_or(&words[..], |on| &words[on + 1..]);
        // `on each node of rack 2`
        let rack = after.iter().position(|word| word.eq_ignore_ascii_case("rack"));
        if let (Some(_), Some(rack)) = (on, rack) {
            return on_rack(after.get(rack + 1)?, course);
        }
        // What follows the names does not belong to them.
        (1..=after.len()).rev().find_map(|end| {
            let is_all = on.is_some() || end == after.len();
            self.names.list(&after[..end], &course.view).filter(|_| is_all)
        })
    }

    /// Does a command; hosts are those of its prompt, of `b101:` before it, of `on b101` or a comment behind it, of the
    /// heading above it.
    fn command(&self, peeled: &Peeled, said: &Said, course: &mut Course) -> Result<(), Stop> {
        course.catch_up()?;
        let command = peeled.command.as_str();
        if let Some(done) = self.loop_over(command, course) {
            return done;
        }
        if let Some(done) = self.in_english(command, course) {
            return done;
        }
        if peeled.is_tool
            || command.split(' ').next().is_some_and(|word| tool::WORDS.contains(&word))
        {
            let session = said.session.as_deref();
            let at = session.and_then(|host| self.names.node(host, &course.view));
            return self.tool(command, at, course);
        }
        if let Some((nodes, rest)) = self.prefixed(command, course) {
            return self.line(&rest, &nodes, course);
        }
        let (command, behind) = match command.rsplit_once(" #") {
            Some((before, comment)) => (before.trim(), self.named_after_on(comment, course)),
            None => (command, None),
        };
        let (command, on) = match command.rsplit_once(" on ") {
            Some((before, names)) => {
                match self.names.list(&names.split(' ').collect::<Vec<_>>(), &course.view) {
                    Some(nodes) => (before, Some(nodes)),
                    None => (command, None),
                }
            }
            None => (command, None),
        };
        let prompt = peeled.host.as_ref().and_then(|host| self.names.node(host, &course.view));
        let heading = said.heading.as_ref().and_then(|text| self.named_after_on(text, course));
        let at = on.or(behind).or(prompt.map(|node| vec![node])).or(heading).unwrap_or_default();
        self.line(command, &at, course)
    }

    /// Types a line into the tool: its commands one after the other.
    fn tool(&self, line: &str, at: Option<NodeId>, course: &mut Course) -> Result<(), Stop> {
        tool::parts(line).try_for_each(|command| {
            if !command.starts_with("asinfo") {
                return tool::tool(course, command, at);
            }
            // In the tool a request goes to all nodes.
            course.catch_up()?;
            let running = course.view.nodes.iter().filter(|node| node.state.is_up());
            let all: Vec<NodeId> = running.map(|node| node.id).collect();
            self.line(command, &all, course)
        })
    }

    /// Does one line of a shell.
    fn line(&self, line: &str, at: &[NodeId], course: &mut Course) -> Result<(), Stop> {
        course.catch_up()?;
        let is_remote = ["ssh ", "pdsh ", "sudo ssh "].iter().any(|word| line.starts_with(word));
        if is_remote && !line.contains('|') {
            // What the terminal reads as a whole is one thing: cuts that `&&` joins happen at once.
            let hosts = self.names.in_words(line, &course.view);
            if let Some(Ok(shell::Line::Does(entries))) = shell::read(&hosts, &course.view) {
                return entries.into_iter().try_for_each(|entry| course.perform(entry));
            }
        }
        let words = pieces(line).map_err(|why| Stop::Unknown(why.to_owned()))?;
        if words.is_empty() {
            return Err(not_known(line));
        }
        hosts::run(course, &words, at)
    }

    /// `for host in b101 b102; do ssh $host systemctl stop aerospike; done`, as its rounds.
    fn loop_over(&self, command: &str, course: &mut Course) -> Option<Result<(), Stop>> {
        let rest = command.strip_prefix("for ")?;
        let (name, rest) = rest.split_once(" in ")?;
        let (list, rest) = rest.split_once(';')?;
        let body = rest.trim().strip_prefix("do")?.trim();
        let body = body.strip_suffix("done")?.trim().trim_end_matches(';');
        let rounds: Vec<&str> = list.split_whitespace().collect();
        if rounds.len() > MOST_ROUNDS {
            return Some(Err(Stop::Unknown(format!("a loop has at most {MOST_ROUNDS} rounds"))));
        }
        Some(rounds.into_iter().try_for_each(|round| {
            let line =
                body.replace(&format!("${{{name}}}"), round).replace(&format!("${name}"), round);
            self.body(line.trim(), course)
        }))
    }

    /// The body of a loop: commands and loops that wait.
    fn body(&self, body: &str, course: &mut Course) -> Result<(), Stop> {
        let mut rest = body;
        loop {
            let waits = rest.starts_with("until ") || rest.starts_with("while ");
            let end = if waits {
                rest.find("done").map(|at| at + 4)
            } else {
                tool::outside_quotes(rest, ';')
            };
            let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
            let line = line.trim();
            if !line.is_empty() {
                match wait(line, course) {
                    Some(done) => done?,
                    None => self.command(&peel(line), &Said::default(), course)?,
                }
            }
            match after.trim_start_matches([';', ' ']) {
                "" => return Ok(()),
                more => rest = more,
            }
        }
    }

    /// `b101: systemctl stop aerospike`, `on b101: …`: the nodes, and what follows.
    fn prefixed(&self, command: &str, course: &Course) -> Option<(Vec<NodeId>, String)> {
        let (before, rest) = command.split_once(": ")?;
        let words: Vec<&str> = before.split(' ').collect();
        let words = match words.split_first() {
            Some((on, rest)) if on.eq_ignore_ascii_case("on") => rest,
            _ => &words[..],
        };
        Some((self.names.list(words, &course.view)?, rest.trim().to_owned()))
    }

    /// `stop b101 and b102`, `start aerospike on b101`, `restart rack 2`.
    fn in_english(&self, command: &str, course: &mut Course) -> Option<Result<(), Stop>> {
        let command = command.trim_end_matches(['.', '!']);
        // `Then stop b101`
        let is_before = |word: &&str| {
            BEGINNINGS.contains(&word.trim_end_matches([',', ':']).to_lowercase().as_str())
        };
        let words: Vec<&str> = command.split_whitespace().skip_while(is_before).collect();
        let (verb, rest) = words.split_first()?;
        let verb = verb.to_lowercase();
        if !["stop", "start", "restart", "crash", "quiesce"].contains(&verb.as_str()) {
            return None;
        }
        let filler = ["aerospike", "asd", "the", "service", "server", "on", "cleanly"];
        let rest: Vec<&str> = rest
            .iter()
            .copied()
            .filter(|word| !filler.contains(&word.to_lowercase().as_str()))
            .collect();
        let nodes = match rest[..] {
            [rack, number] if rack.eq_ignore_ascii_case("rack") => on_rack(number, course)?,
            _ => self.names.list(&rest, &course.view)?,
        };
        let stop = |shutdown| Command::Stop { nodes: nodes.clone(), shutdown };
        let start = || Command::Start { nodes: nodes.clone() };
        Some(match verb.as_str() {
            "stop" => course.act(stop(Shutdown::Clean)),
            "crash" => course.act(stop(Shutdown::Unclean)),
            "start" => course.act(start()),
            "quiesce" => course.act(Command::Quiesce { nodes: nodes.clone() }),
            _ => course.act(stop(Shutdown::Clean)).and_then(|()| course.act(start())),
        })
    }
}

/// The nodes of a rack; `None` when there are none.
fn on_rack(number: &str, course: &Course) -> Option<Vec<NodeId>> {
    let number: u32 = number.trim_end_matches([',', '.']).parse().ok()?;
    let there = course.view.nodes.iter().filter(|node| node.rack.get() == number);
    let nodes: Vec<NodeId> = there.map(|node| node.id).collect();
    (!nodes.is_empty()).then_some(nodes)
}

/// Waits, if the line waits.
fn wait(command: &str, course: &mut Course) -> Option<Result<(), Stop>> {
    let sentence = waits::sentence(&command.replace('`', ""));
    let is_sentence = sentence.is_some();
    let wait = match sentence.or_else(|| waits::of_loop(command))? {
        Ok(wait) => wait,
        Err(why) => return Some(Err(Stop::Unknown(why))),
    };
    // `wait until b101 is back`
    let named =
        command.split([' ', ',', '.']).filter_map(|word| course.names.node(word, &course.view));
    let is_down = |node: &NodeId| course.view.node(*node).is_some_and(|node| !node.state.is_up());
    let down: Vec<NodeId> = named.filter(is_down).collect();
    if is_sentence && !down.is_empty() {
        return Some(Err(Stop::Fails(format!(
            "{} {} down then, and no line before this one starts {}",
            list(&down),
            is_are(down.len()),
            if down.len() == 1 { "it" } else { "them" }
        ))));
    }
    Some(course.wait(wait))
}

/// Whether what is bold, or ends in a colon, is no command.
fn is_title(text: &str) -> bool {
    !looks_like_a_command(text) && waits::sentence(text).is_none()
}

fn not_known(command: &str) -> Stop {
    let shown: String = command.chars().take(80).collect();
    Stop::Unknown(format!("'{shown}' is not known here"))
}

impl Language for Reader {
    fn read(&self, line: &Line, cluster: &Cluster) -> Reading {
        match self.course(line, cluster) {
            None => Reading::Says,
            Some(Ok(Done { entries, mistakes })) => match (entries.is_empty(), mistakes.is_empty())
            {
                (_, false) => Reading::Mistaken(entries, mistakes),
                (true, true) => Reading::Looks,
                (false, true) => Reading::Does(entries),
            },
            Some(Err(Stop::Fails(why))) => Reading::Fails(why),
            Some(Err(Stop::Unknown(why))) => Reading::Unknown(why),
        }
    }

    fn write(&self, entry: &Entry, cluster: &Cluster) -> Vec<String> {
        let view = cluster.view();
        let principal = view.sub_clusters.first().map(|here| here.principal);
        let connected = principal.or_else(|| view.nodes.first().map(|node| node.id));
        let lines = connected.map(|node| lines_of(entry, cluster, node)).unwrap_or_default();
        lines.iter().map(|line| self.names.in_hosts(line)).collect()
    }

    /// `cluster-stable` where it can be had: with partitions that are not active nodes call the cluster unstable.
    fn wait(&self, cluster: &Cluster, for_migrations: bool) -> String {
        let view = cluster.view();
        let is_served = cluster.served().iter().all(|all| all.unavailable + all.dead == 0);
        match (&view.sub_clusters[..], for_migrations) {
            ([here], _) if is_served => format!(
                "wait until cluster-stable:size={};ignore-migrations={}",
                here.nodes.len(),
                if for_migrations { "no" } else { "yes" }
            ),
            (_, true) => "wait until the cluster has formed and migrations are complete".to_owned(),
            (_, false) => "wait until the cluster has formed".to_owned(),
        }
    }
}
