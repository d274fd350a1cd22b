//! The console: lines in, blocks of text and tables out, and a question that may wait in between.
//!
//! Invariant: a change that asks first is carried out only after the right answer, and any other answer drops it. A panel, a
//! terminal and a test drive it alike. Not here: what commands ask the nodes (see `info`, `show`, `manage`).

use rosterlab_engine::NodeId;

use super::block::{Block, Output};
use super::cluster::{Cluster, Session};
use super::line::{self, MAX_LINE};
use super::manage::{self, Change, Step};
use super::replies::Failure;
use super::table::Table;
use super::tree::{self, Run, Words};
use super::{Nodes, health, info, show, summary};

/// The most lines that the history keeps.
const MAX_HISTORY: usize = 500;

/// A node that a session found and that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The node.
    pub id: NodeId,
    /// Its address and port, by which the tool tells nodes apart.
    pub address: String,
    /// What tables call it.
    pub name: String,
}

/// A question that waits for its answer, and what comes after it.
struct Pending {
    digits: String,
    change: Change,
    rest: Vec<Vec<String>>,
    /// Whether the line had several commands, whose names are printed then.
    several: bool,
}

/// A session of the admin tool.
///
/// ```
/// use rosterlab_asinfo::admin::{Console, Nodes};
/// use rosterlab_engine::NodeId;
///
/// struct Nobody;
/// impl Nodes for Nobody {
///     fn ask(&mut self, _: NodeId, _: &str) -> Option<String> {
///         None
///     }
///     fn now(&self) -> String {
///         "2026-11-21 19:48:44 UTC".to_owned()
///     }
/// }
///
/// let mut console = Console::new(NodeId::new(0xA1).unwrap(), 7);
/// let said = console.enter("manage recluster", &mut Nobody).text();
/// assert!(said.starts_with("ERROR: User must be in privileged mode"));
/// assert_eq!(console.prompt(), "Admin> ");
/// ```
pub struct Console {
    cluster: Cluster,
    seed: NodeId,
    privileged: bool,
    /// Whether every change asks first (`enable --warn`).
    warn: bool,
    /// What the digits of the next question are made of.
    chance: u64,
    pending: Option<Pending>,
    history: Vec<String>,
    /// The place in the history that the arrow keys have reached; its length when they were not used.
    place: usize,
}

impl Console {
    /// A session that is connected to this node, and through it to its peers. The six digits of questions are made of `chance`.
    #[must_use]
    pub fn new(seed: NodeId, chance: u64) -> Self {
        Self::with_seeds(seed, Vec::new(), chance)
    }

    /// As [`Console::new`], and connected to other nodes too, which may be beyond a split.
    #[must_use]
    pub fn with_seeds(seed: NodeId, others: Vec<NodeId>, chance: u64) -> Self {
        Self {
            cluster: Cluster::new(seed, others),
            seed,
            privileged: false,
            warn: false,
            chance,
            pending: None,
            history: Vec::new(),
            place: 0,
        }
    }

    /// The node that the session was started with.
    #[must_use]
    pub fn connected_to(&self) -> NodeId {
        self.seed
    }

    /// The nodes that the tool finds and that answer, by address.
    pub fn find(&mut self, nodes: &mut dyn Nodes) -> Vec<Found> {
        self.cluster.refresh(nodes);
        let names = self.cluster.names();
        let alive = self.cluster.links.iter().zip(names).filter(|(link, _)| link.alive);
        let mut found: Vec<Found> = alive
            .map(|(link, name)| Found { id: link.id(), address: link.address(), name })
            .collect();
        found.sort_by(|a, b| a.address.cmp(&b.address));
        found
    }

    /// Whether `manage` and `asinfo` are allowed.
    #[must_use]
    pub fn is_privileged(&self) -> bool {
        self.privileged
    }

    /// What stands before the line that is typed: nothing while a question waits, as in the tool.
    #[must_use]
    pub fn prompt(&self) -> &'static str {
        match (&self.pending, self.privileged) {
            (Some(_), _) => "",
            (None, true) => "Admin+> ",
            (None, false) => "Admin> ",
        }
    }

    /// The six digits that carry the change out that waits, if one does. Any other line drops it.
    #[must_use]
    pub fn question(&self) -> Option<&str> {
        self.pending.as_ref().map(|pending| pending.digits.as_str())
    }

    /// Drops the question that waits, and what was to come after it; says whether there was one.
    pub fn drop_question(&mut self) -> bool {
        self.pending.take().is_some()
    }

    /// Takes what was typed or pasted: one line or several, each with one command or several. While a question waits, a line is
    /// its answer.
    pub fn enter(&mut self, text: &str, nodes: &mut dyn Nodes) -> Output {
        let mut output = Output::default();
        if text.len() > MAX_LINE {
            output.blocks.push(Block::Error(format!("A line has more than {MAX_LINE} bytes")));
            return output;
        }
        for line in text.trim_end_matches(['\n', '\r']).split('\n') {
            if self.pending.is_some() {
                self.answer(line, nodes, &mut output);
            } else {
                self.remember(line);
                match line::commands(line) {
                    Ok(commands) => {
                        let several = commands.len() > 1;
                        self.run_all(commands, several, nodes, &mut output);
                    }
                    Err(why) => output.blocks.push(Block::Error(why.to_owned())),
                }
            }
            if output.ended {
                break;
            }
        }
        output
    }

    /// Whether a line begins with a word that the tool has a command for. Of several commands, the first counts.
    #[must_use]
    pub fn knows(line: &str) -> bool {
        let words = line::commands(line).ok().and_then(|commands| commands.into_iter().next());
        match words.map(|words| tree::find(&words)) {
            Some(Ok(found)) => found.path.len() > 1 || found.rest.is_empty(),
            // The tool says itself what it cannot read, and of what a word may be the beginning.
            Some(Err(_)) | None => true,
        }
    }

    /// The nodes that a command names after `with`, as they are written.
    pub(crate) fn named(command: &str) -> Vec<String> {
        let words = line::commands(command).ok().and_then(|commands| commands.into_iter().next());
        let found = words.and_then(|words| tree::find(&words).ok());
        found.map_or_else(Vec::new, |found| {
            Words::new(found.command(), &found.rest).after("with").to_vec()
        })
    }

    /// The line before the one that is shown (arrow up).
    pub fn earlier(&mut self) -> Option<&str> {
        self.place = self.place.checked_sub(1)?;
        self.history.get(self.place).map(String::as_str)
    }

    /// The line after the one that is shown (arrow down); an empty one after the last.
    pub fn later(&mut self) -> Option<&str> {
        if self.place >= self.history.len() {
            return None;
        }
        self.place += 1;
        Some(self.history.get(self.place).map_or("", String::as_str))
    }

    /// What the word at the cursor may become: commands, modifiers, and nodes after `with`.
    #[must_use]
    pub fn complete(&self, line: &str, cursor: usize) -> Vec<String> {
        let end =
            (0..=cursor.min(line.len())).rev().find(|&end| line.is_char_boundary(end)).unwrap_or(0);
        let line = line[..end].rsplit(';').next().unwrap_or("");
        let mut words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let last = if line.ends_with(char::is_whitespace) { None } else { words.pop() }
            .unwrap_or_default();
        if words.iter().rev().take_while(|word| *word != "with").count() < words.len() {
            let ids = self
                .cluster
                .links
                .iter()
                .filter(|link| link.alive)
                .map(super::cluster::Link::shown_id);
            return ids.filter(|id| id.starts_with(&last) && !words.contains(id)).collect();
        }
        tree::completions(&words, &last)
    }

    /// Adds a line to the history. Lines of the tool come there by themselves.
    pub fn remember(&mut self, line: &str) {
        let line = line.trim();
        if !line.is_empty() && self.history.last().is_none_or(|last| last != line) {
            if self.history.len() == MAX_HISTORY {
                self.history.remove(0);
            }
            self.history.push(line.to_owned());
        }
        self.place = self.history.len();
    }

    fn answer(&mut self, line: &str, nodes: &mut dyn Nodes, output: &mut Output) {
        let Some(pending) = self.pending.take() else { return };
        if line.trim() == pending.digits {
            let mut session = Session { cluster: &self.cluster, nodes };
            if let Err(failure) =
                manage::carry_out(&mut session, &pending.change, &mut output.blocks)
            {
                output.blocks.push(Block::Error(failure.to_string()));
            }
        }
        self.run_all(pending.rest, pending.several, nodes, output);
    }

    fn run_all(
        &mut self,
        commands: Vec<Vec<String>>,
        several: bool,
        nodes: &mut dyn Nodes,
        output: &mut Output,
    ) {
        let mut commands = commands.into_iter();
        while let Some(words) = commands.next() {
            if ["exit", "quit", "EOF"].contains(&words[0].as_str()) {
                output.ended = true;
                return;
            }
            if several {
                let leveled = words.len() > 1
                    && ["show", "info", "manage"].iter().any(|name| name.starts_with(&words[0]));
                let shown = words[usize::from(leveled)..].join(" ");
                output.blocks.push(Block::Text(format!("\n~~~ {shown} ~~~")));
            }
            let step = self.run(&words, nodes, output).unwrap_or_else(|why| {
                output.blocks.push(Block::Error(why));
                Step::Done
            });
            if let Step::Ask(said, change) = step {
                let digits = self.digits();
                output.blocks.push(Block::Text(said));
                output.blocks.push(Block::Text(format!(
                    "Confirm that you want to proceed by typing {digits}, or cancel by typing anything else."
                )));
                self.pending = Some(Pending { digits, change, rest: commands.collect(), several });
                return;
            }
            if output.ended {
                return;
            }
        }
    }

    /// Six hexadecimal digits, others for each question.
    fn digits(&mut self) -> String {
        self.chance = self.chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (self.chance ^ (self.chance >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        format!("{:06x}", (mixed >> 40) & 0xFF_FFFF)
    }

    fn run(
        &mut self,
        words: &[String],
        nodes: &mut dyn Nodes,
        output: &mut Output,
    ) -> Result<Step, String> {
        let found = tree::find(words)?;
        let command = found.command();
        let out = &mut output.blocks;
        let top = found.path.get(1).map_or("", |command| command.name);
        if !self.privileged && (top == "manage" || top == "asinfo") {
            return Err(format!(
                "User must be in privileged mode to issue \"{top}\" commands.\n       Type \"enable\" to enter privileged mode."
            ));
        }
        let given = Words::new(command, &found.rest);
        if let Some(missing) =
            command.required.iter().find(|&&required| given.after(required).is_empty())
        {
            out.push(Block::Text(tree::help(&found.path)));
            return Err(match *missing {
                "line" => "Missing required argument".to_owned(),
                modifier => format!("{modifier} is required"),
            });
        }
        match command.run {
            Run::Help => {
                out.push(Block::Text(tree::help(&found.path)));
                if !found.rest.is_empty() {
                    return Err(format!("{}: command not found.", found.rest.join(" ")));
                }
            }
            Run::HelpOn => out.push(Block::Text(tree::help(&tree::find(&found.rest)?.path))),
            Run::Elsewhere => {
                let names: Vec<&str> = found.path.iter().map(|command| command.name).collect();
                out.push(Block::Note(format!(
                    "asadm has '{}', this console has not.",
                    names.join(" ").trim()
                )));
            }
            Run::Enable => {
                self.privileged = true;
                self.warn = found.rest.iter().any(|word| word == "--warn");
            }
            Run::Disable => self.privileged = false,
            Run::Exit => output.ended = true,
            Run::Info if !found.rest.is_empty() => {
                return Err(format!(
                    "info: '{}' is not a valid subcommand. See 'help info' for available subcommands.",
                    found.rest[0]
                ));
            }
            run => {
                if !self.cluster.refresh(nodes) {
                    return Err(format!("Not able to connect any cluster with {}.", self.seed));
                }
                let mut session = Session { cluster: &self.cluster, nodes };
                return ask(run, &mut session, &given, self.warn, out)
                    .map_err(|failure| failure.to_string());
            }
        }
        Ok(Step::Done)
    }
}

/// Runs a command that asks nodes.
fn ask(
    run: Run,
    session: &mut Session,
    given: &Words,
    warn: bool,
    out: &mut Vec<Block>,
) -> Result<Step, Failure> {
    let with = given.after("with");
    let mut tables: Vec<Table> = Vec::new();
    let mut last = None;
    match run {
        Run::Info => {
            tables.push(info::network(session, &[])?);
            tables.extend(info::namespace(session, &[], info::Parts::Both)?);
            tables.extend(info::xdr(session)?);
        }
        Run::Network => tables.push(info::network(session, with)?),
        Run::Namespace(parts) => tables.extend(info::namespace(session, with, parts)?),
        Run::Roster => tables.push(show::roster(session, given)?),
        Run::Racks => tables.extend(show::racks(session)?),
        Run::Pmap => tables.push(show::pmap(session)?),
        Run::BestPractices => {
            if session.cluster.links.iter().any(|link| link.alive && link.is_older_than(5, 7)) {
                let text = "'show best-practices' is not supported on aerospike versions < {}";
                out.push(Block::Warning(text.to_owned()));
            }
            tables.push(show::best_practices(session, with)?);
            let text = "Following Aerospike's best-practices are required for optimal stability and performance.\n\
                        Descriptions of each can be found @ https://aerospike.com/docs/database/learn/best-practices";
            last = Some(Block::Text(text.to_owned()));
        }
        Run::Statistics(kinds) => tables.extend(show::statistics(session, given, kinds)?),
        Run::Config(kinds) => tables.extend(show::config(session, given, kinds)?),
        Run::Summary => tables.extend(summary::summary(session, with)?),
        Run::Health => health::health(session, with, given.flag(&["-v"]), out)?,
        Run::ManageRoster(how) => return manage::roster(session, given, how, warn, out),
        Run::Revive => return manage::revive(session, given, warn, out),
        Run::Quiesce => return manage::quiesce(session, given, warn, out),
        Run::Recluster => manage::recluster(session, out)?,
        Run::Asinfo => manage::asinfo(session, given, out)?,
        Run::Help | Run::HelpOn | Run::Elsewhere | Run::Enable | Run::Disable | Run::Exit => {}
    }
    out.extend(tables.into_iter().map(Block::Table));
    out.extend(last);
    Ok(Step::Done)
}
