//! Parses the command line.
//!
//! Invariant: an [`Invocation`] is valid except for the contents of its file. Not here: reading files.

use std::ffi::OsString;
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use lexopt::{Arg, Parser, ValueExt};
use rosterlab_engine::{MAX_NODES, NodeId, PartitionId, RosterEntry};
use rosterlab_figure::View;
use rosterlab_scenario::as_test::TestLanguage;

/// What `rosterlab` is asked to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Invocation {
    /// `--help`
    Help,
    /// `--version`
    Version,
    /// `schema`
    Schema,
    /// `run`
    Run {
        /// Where the scenario is.
        file: Source,
        /// How it is printed.
        format: Format,
    },
    /// `scenario`
    Scenario {
        /// Where the scenario is.
        file: Source,
    },
    /// `succession`
    Succession {
        /// At least one node, none twice.
        roster: Vec<RosterEntry>,
        /// 1 to 128.
        replication_factor: usize,
        /// Only this one.
        partition: Option<PartitionId>,
    },
    /// `explain`
    Explain {
        /// Where the scenario is.
        file: Source,
        /// Which partition.
        partition: PartitionId,
        /// Which namespace; else the only one.
        namespace: Option<String>,
        /// In the sub-cluster of this node; else in the one with the highest principal.
        on: Option<NodeId>,
    },
    /// `figure`
    Figure {
        /// Where the scenario is.
        file: Source,
        /// What is shown.
        view: View,
        /// After how many steps; else after all.
        step: Option<usize>,
        /// Which namespace; else the first.
        namespace: Option<String>,
        /// Which partition is explained; else the lowest of the worst ones.
        partition: Option<PartitionId>,
        /// The address from which the element loads the scenario; if given, the figure is inside the element.
        src: Option<String>,
        /// What a reader can do with the element.
        controls: Option<Controls>,
    },
    /// `test`
    Test {
        /// Where the scenario is.
        file: Source,
        /// What the test is written in.
        language: TestLanguage,
        /// After how many steps; else after all.
        step: Option<usize>,
    },
    /// `what-if`
    WhatIf {
        /// Where the scenario is.
        file: Source,
        /// How many nodes.
        lose: usize,
    },
}

/// Where a scenario is.
#[derive(Debug, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
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

impl FromStr for Controls {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found.map(|(controls, _)| *controls).ok_or("controls are none, step or full")
    }
}

/// How `run` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// One object for each step.
    #[default]
    Ndjson,
    /// Rows.
    Table,
    /// The server's log lines.
    Log,
}

impl FromStr for Format {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ndjson" => Ok(Self::Ndjson),
            "table" => Ok(Self::Table),
            "log" => Ok(Self::Log),
            _ => Err("a format is ndjson, table or log"),
        }
    }
}

/// The operands and options of all commands.
#[derive(Default)]
struct Raw {
    operands: Vec<OsString>,
    format: Option<Format>,
    roster: Option<Vec<RosterEntry>>,
    replication_factor: Option<usize>,
    partition: Option<PartitionId>,
    namespace: Option<String>,
    on: Option<NodeId>,
    lose: Option<usize>,
    view: Option<View>,
    step: Option<usize>,
    src: Option<String>,
    controls: Option<Controls>,
    language: Option<TestLanguage>,
}

/// The options of a command.
fn known(command: &str) -> Option<&'static [&'static str]> {
    Some(match command {
        "run" => &["format"],
        "succession" => &["roster", "replication-factor", "partition"],
        "explain" => &["partition", "namespace", "on"],
        "what-if" => &["lose", "unclean"],
        "figure" => &["view", "step", "namespace", "partition", "src", "controls"],
        "test" => &["as", "step"],
        "scenario" | "schema" => &[],
        _ => return None,
    })
}

/// Parses the arguments, without the program's name.
///
/// # Errors
/// A sentence about the first error.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Invocation, String> {
    let mut parser = Parser::from_args(arguments);
    let command = match parser.next().map_err(|error| error.to_string())? {
        None => return Err("no command is given; see rosterlab --help".to_owned()),
        Some(Arg::Long("help") | Arg::Short('h')) => return Ok(Invocation::Help),
        Some(Arg::Long("version") | Arg::Short('V')) => return Ok(Invocation::Version),
        Some(Arg::Value(command)) => command.string().map_err(|error| error.to_string())?,
        Some(other) => return Err(format!("{}; see rosterlab --help", other.unexpected())),
    };
    let Some(options) = known(&command) else {
        return Err(format!("unknown command {command:?}; see rosterlab --help"));
    };
    let mut raw = Raw::default();
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(Invocation::Help),
            Arg::Value(operand) => raw.operands.push(operand),
            Arg::Long(name) if options.contains(&name) => {
                let name = name.to_owned();
                raw.option(&name, &mut parser)?;
            }
            other => return Err(format!("{}; see rosterlab --help", other.unexpected())),
        }
    }
    raw.invocation(&command)
}

impl Raw {
    fn option(&mut self, name: &str, parser: &mut Parser) -> Result<(), String> {
        if name == "unclean" {
            // How nodes go makes no difference to what is left (see `rosterlab_scenario::foresight::what_if`).
            return Ok(());
        }
        let value = parser.value().map_err(|error| error.to_string())?;
        let value = value.string().map_err(|error| format!("--{name}: {error}"))?;
        let value = value.as_str();
        match name {
            "format" => once(&mut self.format, name, of_text(name, value)?),
            "roster" => once(&mut self.roster, name, roster(value)?),
            "replication-factor" => {
                once(&mut self.replication_factor, name, number(name, value, 128)?)
            }
            "partition" => once(&mut self.partition, name, of_text(name, value)?),
            "namespace" => once(&mut self.namespace, name, value.to_owned()),
            "on" => once(&mut self.on, name, of_text(name, value)?),
            "as" => once(&mut self.language, name, of_text(name, value)?),
            "view" => once(&mut self.view, name, of_text(name, value)?),
            "step" => once(&mut self.step, name, of_text(name, value)?),
            "src" => once(&mut self.src, name, value.to_owned()),
            "controls" => once(&mut self.controls, name, of_text(name, value)?),
            _ => once(&mut self.lose, name, number(name, value, MAX_NODES)?),
        }
    }

    fn invocation(mut self, command: &str) -> Result<Invocation, String> {
        Ok(match command {
            "run" => Invocation::Run {
                file: self.file(command)?,
                format: self.format.unwrap_or_default(),
            },
            "succession" => {
                self.nothing_left(command)?;
                Invocation::Succession {
                    roster: needed(self.roster, command, "roster")?,
                    replication_factor: needed(
                        self.replication_factor,
                        command,
                        "replication-factor",
                    )?,
                    partition: self.partition,
                }
            }
            "scenario" => Invocation::Scenario { file: self.file(command)? },
            "explain" => Invocation::Explain {
                file: self.file(command)?,
                partition: needed(self.partition, command, "partition")?,
                namespace: self.namespace,
                on: self.on,
            },
            "test" => Invocation::Test {
                file: self.file(command)?,
                language: needed(self.language, command, "as")?,
                step: self.step,
            },
            "figure" => Invocation::Figure {
                file: self.file(command)?,
                view: self.view.unwrap_or_default(),
                step: self.step,
                namespace: self.namespace,
                partition: self.partition,
                src: self.src,
                controls: self.controls,
            },
            "what-if" => Invocation::WhatIf {
                file: self.file(command)?,
                lose: needed(self.lose, command, "lose")?,
            },
            _ => {
                self.nothing_left(command)?;
                Invocation::Schema
            }
        })
    }

    fn file(&mut self, command: &str) -> Result<Source, String> {
        match self.operands.as_mut_slice() {
            [] => Err(format!("{command} needs a file, or - for standard input")),
            [file] if file == "-" => Ok(Source::Stdin),
            [file] => Ok(Source::File(PathBuf::from(std::mem::take(file)))),
            [_, second, ..] => {
                Err(format!("{command} takes one file; {} is too many", second.display()))
            }
        }
    }

    fn nothing_left(&self, command: &str) -> Result<(), String> {
        match self.operands.first() {
            None => Ok(()),
            Some(operand) => Err(format!("{command} takes no {}", operand.display())),
        }
    }
}

fn once<T>(slot: &mut Option<T>, name: &str, value: T) -> Result<(), String> {
    if slot.replace(value).is_some() {
        return Err(format!("--{name} is given twice"));
    }
    Ok(())
}

fn needed<T>(slot: Option<T>, command: &str, name: &str) -> Result<T, String> {
    slot.ok_or_else(|| format!("{command} needs --{name}"))
}

fn of_text<T: FromStr<Err: Display>>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|error| format!("--{name}: {error}"))
}

fn number(name: &str, text: &str, most: usize) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        format!("--{name}: {text:?} is not a whole number from 1 to {most}")
    })
}

fn roster(text: &str) -> Result<Vec<RosterEntry>, String> {
    let mut roster: Vec<RosterEntry> = Vec::new();
    for entry in text.split(',') {
        let entry: RosterEntry = of_text("roster", entry)?;
        if roster.iter().any(|other| other.node == entry.node) {
            return Err(format!("--roster: node {} is named twice", entry.node));
        }
        roster.push(entry);
    }
    if roster.len() > MAX_NODES {
        return Err(format!("--roster: a roster has at most {MAX_NODES} nodes"));
    }
    Ok(roster)
}
