//! The command line: what `rosterlab` can be asked, and the words of its help.
//!
//! Invariant: a [`Command`] is valid except for the contents of its files. Not here: reading files. The help, the man page,
//! the completions and `docs/command-line.md` are all made from this file.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum, value_parser};
use clap_complete::Shell;
use rosterlab_asinfo::bring::Choice;
use rosterlab_asinfo::info::Build;
use rosterlab_engine::{MAX_NODES, NodeId, PartitionId, RackId, RosterEntry};
use rosterlab_figure::View;
use rosterlab_scenario::as_test::TestLanguage;
use rosterlab_scenario::foresight::runbook::Demand;

/// A simulator of how an Aerospike cluster with strong consistency behaves.
#[derive(Debug, Parser)]
#[command(name = "rosterlab", version, about, max_term_width = 96, after_help = AFTER_HELP)]
pub struct Arguments {
    /// What is to be done.
    #[command(subcommand)]
    pub command: Command,
}

/// What holds for all commands.
const AFTER_HELP: &str = "\
FILE is a scenario or holds a share link of the page; - is standard input.

Exit codes: 0 success; 1 an expectation does not hold; 2 bad input.";

/// One command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run scenarios and check what they expect.
    ///
    /// Several run at the same time; what is printed comes in the order of the files. Where the arguments may mean several
    /// files, each line of ndjson begins with its file, and a summary ends the run: of the formats that are not for people on
    /// standard error.
    Run(Run),
    /// Check that files are scenarios whose every step can be done, whatever they expect.
    Validate(Validate),
    /// Print a scenario; this turns a share link into a file to edit.
    Scenario(OneFile),
    /// Explain why a partition is active, unavailable or dead.
    Explain(Explain),
    /// Try the loss of every set of K nodes.
    ///
    /// Prints one line for each set: the partitions that no sub-cluster would serve, and those of AP namespaces that would
    /// come up empty (fresh). With --max-unavailable it is a check: the exit code is 1 when a set leaves more.
    WhatIf(WhatIf),
    /// Check a plan of maintenance before it is carried out.
    ///
    /// CLUSTER is a scenario; its steps are done first. PLAN has lines as people write them (asadm, asinfo, ssh, systemctl,
    /// kubectl, docker, "wait for migrations"), or is a scenario, whose steps are the plan. For each line: what is unavailable or
    /// dead after it and at its worst moment, what any further loss would leave then, and which documented mistake it is.
    ///
    /// Exit codes: 0 safe; 1 not safe; 2 a line is not understood, or bad input.
    Check(Check),
    /// Print a plan for a goal: the shortest safe order of asadm's and a shell's lines.
    ///
    /// Of each kind of goal a few forms are tried, node by node, the shortest first. What is printed is what `rosterlab check`
    /// has found safe. The exit code is 1 when no form is, with the reason on standard error.
    Plan(PlanFor),
    /// Print the order of succession of a roster, one line for each partition.
    Succession(Succession),
    /// Print a moment as HTML that needs no script.
    Figure(Figure),
    /// Print a moment as a test: a function for cargo, a test for Node.js, or a scenario that ends with expectations.
    Test(Test),
    /// Serve the cluster to real clients and tools.
    ///
    /// Each node listens on a port of its own, for the info protocol and for record commands: get, put, touch, add, append,
    /// operate, delete and batches of reads. The cluster starts as the scenario says; its steps are done on demand, or at
    /// their times with --play. Faults are typed on standard input (help lists them) or sent to the HTTP control.
    /// Simulated time passes as real time does. SIGTERM ends it.
    Serve(Serve),
    /// Write the archive that the admin tool's collectinfo would have left.
    ///
    /// The scenario is run, to its end or to --step N, and each node that answers is asked, from its own view. The admin tool
    /// opens the archive: asadm -cf FILE.tgz. The same scenario gives the same bytes; nothing of this machine is in it.
    Collectinfo(Collectinfo),
    /// Make a scenario of your own cluster from what you have of it.
    ///
    /// FILES are outputs of asadm (show roster, show racks, info network, info namespace, show pmap, show statistics) and of
    /// asinfo (roster:, racks:, namespace/NAME, statistics, get-config:, partition-info, replicas) as copied from a terminal,
    /// collectinfo archives, aerospike.conf, or what the Kubernetes operator reads, several at once and in any order. What each
    /// is is recognised. The scenario is printed; what was understood and from where, what contradicts, what was
    /// assumed and what was left over comes on standard error. Nothing leaves this machine.
    Bring(Bring),
    /// Read servers' logs as a timeline, replay it, and compare every count.
    ///
    /// What happened between cluster changes is inferred from the logs of one or several nodes, and replayed. Each count of
    /// the log stands beside the replay's: it agrees or it differs. Exit code 1 when one differs.
    Log(Log),
    /// Print the JSON Schema of scenario files.
    Schema,
    /// Print the completions of a shell.
    ///
    /// For bash: rosterlab completions bash > ~/.local/share/bash-completion/completions/rosterlab
    Completions {
        /// Which shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print a manual page: that of rosterlab, or that of one command.
    ///
    /// To read one: rosterlab man run | man -l -
    Man {
        /// Which command.
        command: Option<String>,
    },
}

/// A command that has only a file.
#[derive(Args, Debug)]
pub struct OneFile {
    /// A scenario, or - for standard input.
    pub file: PathBuf,
}

/// `run`
#[derive(Args, Debug)]
pub struct Run {
    /// Scenarios, folders of them (every .json file below), patterns such as 'tests/**/*.json', or - for standard input.
    #[arg(required = true, value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `log`
#[derive(Args, Debug)]
pub struct Log {
    /// Server logs, one file a node or more, folders of them, patterns, or - for standard input.
    #[arg(required = true, value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// A scenario or link with the cluster: its nodes, racks and namespaces. Without it they are guessed from the log.
    #[arg(long, value_name = "FILE")]
    pub cluster: Option<PathBuf>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: LogFormat,
    /// Print the timeline as a scenario that expects what the log has.
    #[arg(long, conflicts_with = "format")]
    pub scenario: bool,
}

/// How a log's timeline is printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum LogFormat {
    /// A paragraph for each cluster change.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

/// `validate`
#[derive(Args, Debug)]
pub struct Validate {
    /// Scenarios, folders of them (every .json file below), patterns such as 'tests/**/*.json', or - for standard input.
    #[arg(required = true, value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: FormatOfFiles,
}

/// `explain`
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("which").required(true).args(["partition", "key"])))]
pub struct Explain {
    /// A scenario, or - for standard input.
    pub file: PathBuf,
    /// Which partition, 0 to 4095.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub partition: Option<PartitionId>,
    /// The partition of the record with this key in this set; '' is no set. A whole number is an integer key, and '"7"' the
    /// text 7.
    #[arg(
        long,
        value_names = ["SET", "KEY"],
        num_args = 2,
        allow_hyphen_values = true
    )]
    pub key: Option<Vec<String>>,
    /// The moment after this step, expectations not counted; else after the last.
    #[arg(long, value_name = "N")]
    pub step: Option<usize>,
    /// Which namespace; may be left out when there is only one.
    #[arg(long, value_name = "NAME")]
    pub namespace: Option<String>,
    /// In the sub-cluster of this node, else in the one with the highest principal. An orphan is in no cluster.
    #[arg(long, value_name = "NODE")]
    pub on: Option<NodeId>,
}

/// `what-if`
#[derive(Args, Debug)]
pub struct WhatIf {
    /// A scenario, or - for standard input.
    pub file: PathBuf,
    /// How many nodes are lost.
    #[arg(long, value_name = "K", value_parser = up_to(MAX_NODES))]
    pub lose: usize,
    /// The most partitions of a namespace that may be unavailable after a loss; more is exit code 1.
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(0..=4096))]
    pub max_unavailable: Option<u32>,
    /// The moment after this step, expectations not counted; else after the last.
    #[arg(long, value_name = "N")]
    pub step: Option<usize>,
    /// They stop without warning; gives the same, because how nodes go makes no difference until they return.
    #[arg(long)]
    pub unclean: bool,
}

/// `check`
#[derive(Args, Debug)]
pub struct Check {
    /// A scenario with the cluster, or - for standard input.
    pub cluster: PathBuf,
    /// The plan, or - for standard input.
    pub plan: PathBuf,
    /// The cluster's moment, and what is asked of the plan.
    #[command(flatten)]
    pub on: OnCluster,
    /// What a node is called in the plan, beside its id and its name in CLUSTER: db1.example.net=A101. May be repeated.
    #[arg(long = "name", value_name = "NAME=NODE", value_parser = named_node)]
    pub names: Vec<(String, String)>,
    /// Do not look for the nearest order that is safe.
    #[arg(long)]
    pub no_search: bool,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: CheckFormat,
}

/// From where the cluster of `check` and `plan` begins, and what is asked of the plan.
#[derive(Args, Debug)]
pub struct OnCluster {
    /// How many further nodes may be lost at any moment; their loss must leave no more out than at the beginning.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = none_or_up_to(MAX_NODES))]
    pub margin: usize,
    /// The margin holds at every moment; else brief times without it, which the plan goes straight on to end, are warnings.
    #[arg(long)]
    pub strict: bool,
    /// Begin after this step of CLUSTER, expectations not counted; else after the last.
    #[arg(long, value_name = "N")]
    pub step: Option<usize>,
}

impl OnCluster {
    /// What is asked of the plan.
    pub fn demand(&self) -> Demand {
        Demand { margin: self.margin, always: self.strict }
    }
}

/// `plan`
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("goal").required(true).args(["restart", "remove", "rack_down"])))]
pub struct PlanFor {
    /// A scenario with the cluster, or - for standard input.
    #[arg(value_name = "CLUSTER")]
    pub file: PathBuf,
    /// Restart these nodes, one after the other, by ids or names: A101,db2.example.net.
    #[arg(long, value_name = "NODES", value_delimiter = ',')]
    pub restart: Option<Vec<String>>,
    /// Take these nodes out for good, one after the other.
    #[arg(long, value_name = "NODES", value_delimiter = ',')]
    pub remove: Option<Vec<String>>,
    /// Take all nodes of this rack down at the same time, for hours, and bring them back.
    #[arg(long, value_name = "RACK")]
    pub rack_down: Option<RackId>,
    /// The cluster's moment, and what is asked of the plan.
    #[command(flatten)]
    pub on: OnCluster,
}

/// How `check` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// The lines with their figures and what was found, for people.
    #[default]
    Text,
    /// The same as Markdown.
    Markdown,
    /// XML that CI servers show as tests: each line is one.
    Junit,
    /// SARIF 2.1.0, which code hosts show beside the lines.
    Sarif,
    /// One JSON document.
    Json,
}

/// `succession`
#[derive(Args, Debug)]
pub struct Succession {
    /// The nodes with their racks, as A101@1,A102@1,B101@2; without @ for rack 0.
    #[arg(long, value_name = "ROSTER", value_parser = roster)]
    pub roster: Roster,
    /// How many copies of a partition there should be, 1 to 128.
    #[arg(long, value_name = "N", value_parser = up_to(128))]
    pub replication_factor: usize,
    /// Only this partition.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub partition: Option<PartitionId>,
}

/// `figure`
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("element").multiple(true).args(["src", "inline", "single_file"])))]
pub struct Figure {
    /// A scenario, or - for standard input.
    pub file: PathBuf,
    /// What is shown.
    #[arg(long, default_value = "map", value_parser = names::<View>(&View::ALL))]
    pub view: View,
    /// The moment after this step, expectations not counted; else after the last.
    #[arg(long, value_name = "N")]
    pub step: Option<usize>,
    /// Which namespace; else the first.
    #[arg(long, value_name = "NAME")]
    pub namespace: Option<String>,
    /// Which partition is explained; else the lowest of the worst ones.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub partition: Option<PartitionId>,
    /// Where the page finds the scenario; the figure is then inside the element that makes it live.
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["inline", "single_file"])]
    pub src: Option<String>,
    /// The element contains the scenario, so the page needs no file beside it.
    #[arg(long)]
    pub inline: bool,
    /// What the page is made with; html is also right for plain Markdown.
    #[arg(long = "for", value_name = "TOOL", default_value = "html", value_parser = names::<Host>(&Host::ALL))]
    pub host: Host,
    /// A whole page in one file, with all that it needs: it opens from a disk, by a double click.
    #[arg(long, conflicts_with = "host")]
    pub single_file: bool,
    /// The folder of the element's files, which `cargo xtask site` makes; for --single-file.
    #[arg(long, value_name = "FOLDER", default_value = "dist/embed", requires = "single_file")]
    pub embed: PathBuf,
    /// What a reader can do with the element.
    #[arg(long, requires = "element", value_parser = names::<Controls>(&Controls::ALL))]
    pub controls: Option<Controls>,
    /// The playground that a reader can continue in, with --controls full.
    #[arg(long, value_name = "ADDRESS", requires = "element")]
    pub playground: Option<String>,
}

/// `test`
#[derive(Args, Debug)]
pub struct Test {
    /// A scenario, or - for standard input.
    pub file: PathBuf,
    /// What the test is written in.
    #[arg(long = "as", value_name = "LANGUAGE", value_parser = names::<TestLanguage>(&TestLanguage::ALL))]
    pub language: TestLanguage,
    /// The moment after this step, expectations not counted; else after the last.
    #[arg(long, value_name = "N")]
    pub step: Option<usize>,
}

/// `serve`
#[derive(Args, Debug)]
pub struct Serve {
    /// A scenario, or - for standard input.
    pub file: PathBuf,
    /// The port of the scenario's first node; the others follow in their order. 0 takes free ones.
    #[arg(long, value_name = "PORT", default_value_t = 3000)]
    pub port_base: u16,
    /// The port of the HTTP control; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub control_port: u16,
    /// The address to listen on. Any but loopback lets others in, who can do everything that you can.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub bind: IpAddr,
    /// The name or address that nodes tell clients, if it is not the one that they listen on.
    #[arg(long, value_name = "HOST", value_parser = host)]
    pub advertise: Option<String>,
    /// A file that is written when clients can connect: JSON with the addresses of nodes and control.
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
    /// How many simulated seconds pass in a real one, 0.001 to 1000.
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = speed)]
    pub speed: f64,
    /// Do the scenario's steps at their times. They give what they give in `rosterlab run`: between them simulated time stands,
    /// unless something else is done. After the last one it goes on.
    #[arg(long)]
    pub play: bool,
    /// Show the cluster on the page: the control's address opens it in a browser. What clients do is seen on the floor, and what
    /// is done there by hand is done to the cluster. DIR is the page as `cargo xtask site` leaves it.
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "dist")]
    pub page: Option<PathBuf>,
    /// The build that nodes report; client libraries refuse those before 4.9.0.3.
    #[arg(long, value_name = "BUILD", default_value = "7.1.0.0", value_parser = of_text::<Build>)]
    pub build: Build,
    /// What a client gets whose write is in doubt.
    #[arg(long, value_enum, default_value_t)]
    pub in_doubt: InDoubt,
    /// Allow deletions without a tombstone in strong consistency (strong-consistency-allow-expunge).
    #[arg(long)]
    pub allow_expunge: bool,
    /// How much memory records may take, in MiB; writes beyond it get result 8.
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = up_to(1024 * 1024))]
    pub memory: usize,
    /// The most connections of all nodes together; one more is closed at once.
    #[arg(long, value_name = "N", default_value_t = 4000, value_parser = up_to(100_000))]
    pub max_connections: usize,
    /// How long a connection may be silent before it is closed, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = value_parser!(u64).range(1..=86_400))]
    pub idle_seconds: u64,
}

/// `collectinfo`
#[derive(Args, Debug)]
pub struct Collectinfo {
    /// A scenario, or - for standard input.
    pub file: PathBuf,
    /// The moment after this step, expectations not counted; else after the last.
    #[arg(long, value_name = "N")]
    pub step: Option<usize>,
    /// The build that nodes report.
    #[arg(long, value_name = "BUILD", default_value = "7.1.0.0", value_parser = of_text::<Build>)]
    pub build: Build,
    /// Where the archive is written; else in this folder, with the simulated time in its name.
    #[arg(long, value_name = "FILE.tgz")]
    pub out: Option<PathBuf>,
}

/// `bring`
#[derive(Args, Debug)]
pub struct Bring {
    /// Files, folders of them, patterns, or - for standard input.
    #[arg(required = true, value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// Of contradiction N, take value M, as the summary numbers them; may be given several times. Otherwise the value that
    /// most places say is taken, and of those the first.
    #[arg(long, value_name = "N=M", value_parser = of_text::<Choice>)]
    pub choose: Vec<Choice>,
    /// These nodes are up. Nodes are named by ids, hosts or pods, with commas between them; what is said here counts more than what
    /// was read.
    #[arg(long, value_name = "NODES", value_delimiter = ',')]
    pub up: Vec<String>,
    /// These nodes are down; how they went is not known, so the safe answer is taken: without a clean stop.
    #[arg(long, value_name = "NODES", value_delimiter = ',')]
    pub down: Vec<String>,
    /// These nodes are down after a clean stop.
    #[arg(long, value_name = "NODES", value_delimiter = ',')]
    pub clean: Vec<String>,
    /// These nodes are down and did not stop cleanly.
    #[arg(long, value_name = "NODES", value_delimiter = ',')]
    pub unclean: Vec<String>,
    /// These nodes are quiesced.
    #[arg(long, value_name = "NODES", value_delimiter = ',')]
    pub quiesced: Vec<String>,
    /// These nodes are not quiesced.
    #[arg(long, value_name = "NODES", value_delimiter = ',')]
    pub not_quiesced: Vec<String>,
}

/// How `run` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A line for each file, what does not hold, and a summary.
    #[default]
    Text,
    /// One JSON object for each step.
    Ndjson,
    /// A row for each step, for people.
    Table,
    /// The server's log lines.
    Log,
    /// One JSON document about the files.
    Json,
    /// XML that CI servers show as tests: each expectation is one.
    Junit,
    /// The Test Anything Protocol: each file is a test.
    Tap,
    /// Annotations of GitHub Actions.
    Github,
}

/// How `validate` prints: the formats that tell of files and not of steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FormatOfFiles {
    /// A line for each file, and a summary.
    #[default]
    Text,
    /// One JSON document about the files.
    Json,
    /// XML that CI servers show as tests: each file is one.
    Junit,
    /// The Test Anything Protocol: each file is a test.
    Tap,
    /// Annotations of GitHub Actions.
    Github,
}

impl From<FormatOfFiles> for Format {
    fn from(format: FormatOfFiles) -> Self {
        match format {
            FormatOfFiles::Text => Self::Text,
            FormatOfFiles::Json => Self::Json,
            FormatOfFiles::Junit => Self::Junit,
            FormatOfFiles::Tap => Self::Tap,
            FormatOfFiles::Github => Self::Github,
        }
    }
}

/// What a reader of an embedded figure can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controls {
    /// Nothing.
    None,
    /// Go through the steps.
    Step,
    /// Act on the cluster.
    Full,
}

impl Controls {
    /// Every value, with its name.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::None, "none"), (Self::Step, "step"), (Self::Full, "full")];

    /// The name that the element's attribute has.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(controls, _)| *controls == self).map_or("", |(_, name)| name)
    }
}

/// What makes the page that a figure gets into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// Any page, and Markdown that leaves HTML as it is.
    Html,
    /// Python-Markdown, which leaves only what begins with an element that it knows.
    Mkdocs,
    /// Pandoc's own Markdown, which reads text inside HTML as Markdown.
    Pandoc,
    /// MDX, whose tags are JSX.
    Mdx,
    /// Vue's templates.
    Vue,
}

impl Host {
    /// Every value, with its name.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Html, "html"),
        (Self::Mkdocs, "mkdocs"),
        (Self::Pandoc, "pandoc"),
        (Self::Mdx, "mdx"),
        (Self::Vue, "vue"),
    ];
}

/// The nodes of a roster, in order: at least one, none twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster(pub Vec<RosterEntry>);

/// Reads one of the named values of a type, and lists them in the help.
fn names<T: Copy + Send + Sync + 'static>(
    all: &'static [(T, &'static str)],
) -> impl TypedValueParser<Value = T> {
    let known = PossibleValuesParser::new(all.iter().map(|(_, name)| *name));
    known.try_map(move |name| {
        let found = all.iter().find(|(_, known)| *known == name);
        found.map(|(value, _)| *value).ok_or("no such value")
    })
}

/// Reads a whole number from 1 to `most`.
fn up_to(most: usize) -> impl Fn(&str) -> Result<usize, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| (1..=most).contains(number));
        number.ok_or_else(|| format!("a whole number from 1 to {most} is expected"))
    }
}

/// Reads a whole number from 0 to `most`.
fn none_or_up_to(
    most: usize,
) -> impl Fn(&str) -> Result<usize, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| *number <= most);
        number.ok_or_else(|| format!("a whole number from 0 to {most} is expected"))
    }
}

/// Reads `name=node`.
fn named_node(text: &str) -> Result<(String, String), String> {
    let (name, node) = text.rsplit_once('=').ok_or("a name and a node are expected: db1=A101")?;
    Ok((name.to_owned(), node.to_owned()))
}

/// Reads the name or address of a host.
fn host(text: &str) -> Result<String, String> {
    let is_host = !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'));
    if is_host {
        Ok(text.to_owned())
    } else {
        Err("a host's name or address is expected".to_owned())
    }
}

/// Reads a speed.
fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed| (0.001..=1000.0).contains(speed));
    speed.ok_or_else(|| "a number from 0.001 to 1000 is expected".to_owned())
}

fn of_text<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn roster(text: &str) -> Result<Roster, String> {
    let mut roster: Vec<RosterEntry> = Vec::new();
    for entry in text.split(',') {
        let entry: RosterEntry = of_text(entry)?;
        if roster.iter().any(|other| other.node == entry.node) {
            return Err(format!("node {} is named twice", entry.node));
        }
        roster.push(entry);
    }
    if roster.len() > MAX_NODES {
        return Err(format!("a roster has at most {MAX_NODES} nodes"));
    }
    Ok(Roster(roster))
}

/// What a client that writes to replicas that do not answer gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum InDoubt {
    /// Result 9, timeout.
    #[default]
    Timeout,
    /// The connection is closed, after the write was applied where it could be.
    Close,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn no_two_options_contradict_each_other() {
        Arguments::command().debug_assert();
    }
}
