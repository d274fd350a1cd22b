//! The commands: names, abbreviations, modifiers and help.
//!
//! Invariant: an abbreviation means a command only while no other one begins with it, as in the real tool; commands that the
//! tool has and this console has not are here by name, so that the same abbreviations are taken. The help's layout is the
//! tool's, its sentences are ours. Not here: what commands do (see `console`).

use std::collections::BTreeMap;

use super::info::Parts;

/// Which kinds of values `show statistics` or `show config` are to show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sets,
    Security,
    Service,
    Network,
    Namespace,
}

/// How a command changes the pending roster.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Roster {
    Add,
    Remove,
    StageNodes,
    StageObserved,
}

/// What a command does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// Prints the help of this group.
    Help,
    /// The tool has it, this console has not.
    Elsewhere,
    Enable,
    Disable,
    Exit,
    HelpOn,
    Info,
    Network,
    Namespace(Parts),
    Roster,
    Racks,
    Pmap,
    BestPractices,
    Statistics(&'static [Kind]),
    Config(&'static [Kind]),
    ManageRoster(Roster),
    Recluster,
    Revive,
    Quiesce,
    Asinfo,
    Summary,
    Health,
}

/// A command or a group of commands.
pub(super) struct Command {
    pub(super) name: &'static str,
    pub(super) run: Run,
    /// One line without a full stop.
    short: &'static str,
    /// What the command is given, after its name.
    usage: &'static str,
    /// What each of its words means: name, meaning, default.
    meanings: &'static [[&'static str; 3]],
    /// Words that words of their own follow.
    modifiers: &'static [&'static str],
    /// Those of them that a command has to have; `line` stands for words before any of them.
    pub(super) required: &'static [&'static str],
    /// Words that stand alone, anywhere.
    flags: &'static [&'static str],
    children: &'static [Command],
    /// Whether an abbreviation is not enough.
    whole: bool,
    hidden: bool,
    /// Whether the tool ends its help with one empty line instead of two.
    terse: bool,
}

const NONE: Command = Command {
    name: "",
    run: Run::Elsewhere,
    short: "",
    usage: "",
    meanings: &[],
    modifiers: &[],
    required: &[],
    flags: &[],
    children: &[],
    whole: false,
    hidden: false,
    terse: false,
};

const fn elsewhere(name: &'static str) -> Command {
    Command { name, hidden: true, ..NONE }
}

const WITH: [&str; 3] =
    ["with", "Only these nodes: address and port, id, name, or the beginning of one and *", "all"];
const WITH_NEEDED: [&str; 3] =
    ["with", "These nodes: address and port, id, name, or the beginning of one and *", ""];
const FOR: [&str; 3] = ["for", "Only namespaces with this in their name", ""];
const LIKE: [&str; 3] = ["like", "Only what has one of these in its name", ""];
const FLIP: [&str; 3] = ["--flip", "Swaps rows and columns", ""];
const DIFF: [&str; 3] = ["diff", "Only what differs between nodes", ""];
const TOTAL: [&str; 3] = ["-t", "With the sum over all nodes", ""];
const NO_WARN: [&str; 3] = ["--no-warn", "Without warnings and question", ""];
const NS: [&str; 3] = ["ns", "The namespace", ""];
const WITH_USAGE: &str = "[with node1 [node2 [...]]]";
const VALUE_FLAGS: &[&str] = &["-flip", "--flip", "-t", "-r", "-diff", "--diff"];

/// A command that takes `with` alone.
const fn with_nodes(name: &'static str, run: Run, short: &'static str) -> Command {
    Command { name, run, short, usage: WITH_USAGE, meanings: &[WITH], modifiers: &["with"], ..NONE }
}

const fn statistics(name: &'static str, kinds: &'static [Kind], short: &'static str) -> Command {
    Command {
        name,
        run: Run::Statistics(kinds),
        short,
        usage: "[-t] [--flip] [for <ns>] [like <part>] [with node1 [node2 [...]]]",
        meanings: &[TOTAL, FLIP, FOR, LIKE, WITH],
        modifiers: &["with", "like", "for"],
        flags: VALUE_FLAGS,
        terse: true,
        ..NONE
    }
}

const fn config(name: &'static str, kinds: &'static [Kind], short: &'static str) -> Command {
    Command {
        name,
        run: Run::Config(kinds),
        short,
        usage: "[--flip] [diff] [for <ns>] [like <part>] [with node1 [node2 [...]]]",
        meanings: &[FLIP, DIFF, FOR, LIKE, WITH],
        modifiers: &["with", "like", "for", "diff"],
        flags: VALUE_FLAGS,
        terse: true,
        ..NONE
    }
}

const fn roster(
    name: &'static str,
    how: Roster,
    usage: &'static str,
    short: &'static str,
) -> Command {
    Command {
        name,
        run: Run::ManageRoster(how),
        short,
        usage,
        meanings: &[
            ["nodes", "Node ids, each with @ and its rack's id if it has one", ""],
            NS,
            NO_WARN,
        ],
        modifiers: &["nodes", "ns"],
        required: &["nodes", "ns"],
        flags: &["--no-warn"],
        ..NONE
    }
}

/// The tool.
pub(super) static ROOT: Command = Command {
    run: Run::Help,
    short: "Asks an Aerospike cluster and changes it. In tables, * marks the node that the tool takes for the principal, \
            the highest id that it is connected to, and @ the node that it connected to first",
    children: &[
        Command {
            name: "asinfo",
            run: Run::Asinfo,
            short: "Sends a request of the info protocol as it is",
            usage: "[-v <request>] [-l] [--no_node_name] [like <part>] [with node1 [node2 [...]]]",
            meanings: &[
                ["-v", "The request, in quotes if it has a semicolon", ""],
                ["-l", "Each part of the reply on a line of its own", ""],
                ["--no_node_name", "Without the nodes' names", ""],
                LIKE,
                WITH,
            ],
            modifiers: &["with", "like"],
            ..NONE
        },
        elsewhere("collectinfo"),
        elsewhere("collectlogs"),
        Command {
            name: "disable",
            run: Run::Disable,
            short: "Leaves privileged mode",
            terse: true,
            ..NONE
        },
        Command {
            name: "enable",
            run: Run::Enable,
            short: "Enters privileged mode, which manage and asinfo need",
            usage: "[--warn]",
            meanings: &[["--warn", "Every change asks first", ""]],
            whole: true,
            terse: true,
            ..NONE
        },
        Command { name: "exit", run: Run::Exit, short: "Ends the session", terse: true, ..NONE },
        elsewhere("features"),
        Command {
            name: "health",
            run: Run::Health,
            short: "Looks for what is wrong with the cluster",
            usage: "[-v]",
            meanings: &[["-v", "What each rule checks, and the nodes that break it", ""]],
            modifiers: &["with"],
            flags: &["-v"],
            ..NONE
        },
        Command {
            name: "help",
            run: Run::HelpOn,
            short: "Says what a command does",
            hidden: true,
            terse: true,
            ..NONE
        },
        Command {
            name: "info",
            run: Run::Info,
            short: "Tables of the network and of namespaces",
            usage: WITH_USAGE,
            meanings: &[WITH],
            modifiers: &["with", "for"],
            children: &[
                elsewhere("dc"),
                Command {
                    children: &[
                        Command {
                            terse: true,
                            ..with_nodes(
                                "object",
                                Run::Namespace(Parts::Objects),
                                "Objects of each namespace",
                            )
                        },
                        Command {
                            terse: true,
                            ..with_nodes(
                                "usage",
                                Run::Namespace(Parts::Usage),
                                "Memory and storage of each namespace",
                            )
                        },
                    ],
                    ..with_nodes(
                        "namespace",
                        Run::Namespace(Parts::Both),
                        "Use and objects of each namespace",
                    )
                },
                Command {
                    terse: true,
                    ..with_nodes(
                        "network",
                        Run::Network,
                        "Nodes, builds, migrations and the cluster they are in",
                    )
                },
                elsewhere("release"),
                elsewhere("set"),
                elsewhere("sindex"),
                elsewhere("transactions"),
                elsewhere("xdr"),
            ],
            ..NONE
        },
        Command {
            name: "manage",
            run: Run::Help,
            short: "Changes the cluster",
            children: &[
                elsewhere("acl"),
                elsewhere("config"),
                elsewhere("jobs"),
                elsewhere("masking"),
                Command {
                    name: "quiesce",
                    run: Run::Quiesce,
                    short: "Takes nodes out of mastership at the next recluster",
                    usage: "with node1 [node2 [...]] [undo]",
                    meanings: &[WITH_NEEDED, ["undo", "Undoes a quiesce", "false"]],
                    modifiers: &["with", "undo"],
                    required: &["with"],
                    ..NONE
                },
                Command {
                    name: "recluster",
                    run: Run::Recluster,
                    short: "A cluster change, which brings rosters and other changes into force",
                    ..NONE
                },
                Command {
                    name: "revive",
                    run: Run::Revive,
                    short: "Makes dead partitions of a strongly consistent namespace available at the next recluster",
                    usage: "ns <ns> [with node1 [node2 [...]]]",
                    meanings: &[NS],
                    modifiers: &["ns", "with"],
                    required: &["ns"],
                    ..NONE
                },
                Command {
                    name: "roster",
                    run: Run::Help,
                    short: "Changes the pending roster",
                    children: &[
                        roster(
                            "add",
                            Roster::Add,
                            "nodes node_id1[@rack_id] [node_id2[@rack_id] [...]] ns <ns>",
                            "Adds nodes to the pending roster",
                        ),
                        roster(
                            "remove",
                            Roster::Remove,
                            "nodes node_id1[@rack_id] [node_id2[@rack_id] [...]] ns <ns>",
                            "Takes nodes out of the pending roster",
                        ),
                        Command {
                            name: "stage",
                            run: Run::Help,
                            short: "Sets the pending roster, which the next recluster brings into force",
                            children: &[
                                Command {
                                    modifiers: &["ns"],
                                    required: &["line", "ns"],
                                    ..roster(
                                        "nodes",
                                        Roster::StageNodes,
                                        "node_id1[@rack_id] [node_id2[@rack_id] [...]] ns <ns>",
                                        "Makes these nodes the pending roster",
                                    )
                                },
                                Command {
                                    meanings: &[NS],
                                    modifiers: &["ns"],
                                    required: &["ns"],
                                    ..roster(
                                        "observed",
                                        Roster::StageObserved,
                                        "ns <ns>",
                                        "Makes the observed nodes the pending roster",
                                    )
                                },
                            ],
                            ..NONE
                        },
                    ],
                    ..NONE
                },
                elsewhere("sindex"),
                elsewhere("truncate"),
                elsewhere("udfs"),
            ],
            ..NONE
        },
        elsewhere("pager"),
        Command {
            name: "show",
            run: Run::Help,
            short: "Tables of what the cluster is and has",
            children: &[
                with_nodes(
                    "best-practices",
                    Run::BestPractices,
                    "Which best practices nodes do not follow",
                ),
                Command {
                    children: &[
                        elsewhere("dc"),
                        config("namespace", &[Kind::Namespace], "Configuration of namespaces"),
                        config("network", &[Kind::Network], "Configuration of the network"),
                        config("security", &[Kind::Security], "Configuration of security"),
                        config("service", &[Kind::Service], "Configuration of nodes"),
                        elsewhere("xdr"),
                    ],
                    terse: false,
                    ..config(
                        "config",
                        &[Kind::Security, Kind::Service, Kind::Network, Kind::Namespace],
                        "Configuration of security, nodes, network and namespaces",
                    )
                },
                elsewhere("distribution"),
                elsewhere("jobs"),
                elsewhere("latencies"),
                elsewhere("mapping"),
                elsewhere("masking"),
                Command {
                    name: "pmap",
                    run: Run::Pmap,
                    short: "How many partitions each node masters and holds",
                    ..NONE
                },
                with_nodes("racks", Run::Racks, "Racks and their nodes"),
                elsewhere("roles"),
                Command {
                    name: "roster",
                    run: Run::Roster,
                    short: "Each node's rosters: in force, pending and observed",
                    usage: "[--flip] [diff] [for <ns>] [with node1 [node2 [...]]]",
                    meanings: &[FLIP, DIFF, FOR, WITH],
                    modifiers: &["with", "for", "diff"],
                    flags: VALUE_FLAGS,
                    ..NONE
                },
                elsewhere("sindex"),
                Command {
                    children: &[
                        elsewhere("bins"),
                        elsewhere("dc"),
                        statistics("namespace", &[Kind::Namespace], "Statistics of namespaces"),
                        statistics("service", &[Kind::Service], "Statistics of nodes"),
                        statistics("sets", &[Kind::Sets], "Statistics of sets"),
                        elsewhere("sindex"),
                        elsewhere("xdr"),
                    ],
                    terse: false,
                    ..statistics(
                        "statistics",
                        &[Kind::Sets, Kind::Service, Kind::Namespace],
                        "Statistics of sets, nodes and namespaces",
                    )
                },
                elsewhere("stop-writes"),
                elsewhere("udfs"),
                elsewhere("user-agents"),
                elsewhere("users"),
            ],
            ..NONE
        },
        Command {
            name: "summary",
            run: Run::Summary,
            short: "The cluster on one page",
            modifiers: &["with"],
            ..NONE
        },
        elsewhere("watch"),
    ],
    ..NONE
};

/// A command that was found, and the words after its name.
pub(super) struct Found {
    /// The groups that lead to it, and itself.
    pub(super) path: Vec<&'static Command>,
    pub(super) rest: Vec<String>,
}

impl Found {
    pub(super) fn command(&self) -> &'static Command {
        self.path.last().copied().unwrap_or(&ROOT)
    }
}

/// Finds the command that words begin with.
///
/// # Errors
/// When a word is an abbreviation of several.
pub(super) fn find(words: &[String]) -> Result<Found, String> {
    let mut path = vec![&ROOT];
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let group: &Command = path[path.len() - 1];
        let word: &str = if group.name == "show" && word == "stats" { "statistics" } else { word };
        let found = beginning_with(group, word);
        match found[..] {
            [] => break,
            [one] if one.whole && one.name != word => {
                // The tool forgets the word then, and prints the help.
                at += 1;
                break;
            }
            [one] => path.push(one),
            _ => {
                let names: Vec<&str> = found.iter().map(|command| command.name).collect();
                let (last, others) = names.split_last().unwrap_or((&"", &[]));
                let comma = if others.len() > 1 { "," } else { "" };
                return Err(format!(
                    "Ambiguous command: '{word}' may be {}{comma} or {last}.",
                    others.join(", ")
                ));
            }
        }
        at += 1;
    }
    Ok(Found { path, rest: words[at..].to_vec() })
}

fn beginning_with(group: &Command, word: &str) -> Vec<&'static Command> {
    let children: &'static [Command] = group.children;
    if let Some(one) = children.iter().find(|command| command.name == word) {
        return vec![one];
    }
    children.iter().filter(|command| !word.is_empty() && command.name.starts_with(word)).collect()
}

/// The names that may follow the words of a line, the last of which may be a part of one.
pub(super) fn completions(words: &[String], last: &str) -> Vec<String> {
    let words = if words.first().is_some_and(|word| word == "help") { &words[1..] } else { words };
    let Ok(found) = find(words) else { return Vec::new() };
    if !found.rest.is_empty() {
        return Vec::new();
    }
    let command = found.command();
    let mut names: Vec<&str> = command
        .children
        .iter()
        .filter(|child| child.run != Run::Elsewhere)
        .map(|child| child.name)
        .collect();
    if command.children.is_empty() {
        names.extend(command.modifiers);
    }
    names.into_iter().filter(|name| name.starts_with(last)).map(str::to_owned).collect()
}

/// A command's words, by the modifier that they follow.
pub(super) struct Words {
    groups: BTreeMap<&'static str, Vec<String>>,
    flags: Vec<String>,
}

impl Words {
    pub(super) fn new(command: &Command, words: &[String]) -> Self {
        let mut groups: BTreeMap<&'static str, Vec<String>> =
            BTreeMap::from([("line", Vec::new())]);
        let mut flags = Vec::new();
        let mut modifier = "line";
        for word in words {
            if let Some(&known) = command.modifiers.iter().find(|&known| known == word) {
                modifier = known;
                groups.entry(known).or_default();
            } else if command.flags.contains(&word.as_str()) {
                flags.push(word.clone());
            } else {
                let group = groups.entry(modifier).or_default();
                if !group.contains(word) {
                    group.push(word.clone());
                }
            }
        }
        // Lists may be written with commas.
        for group in groups.values_mut().filter(|group| group.len() > 1) {
            for word in group {
                if word.ends_with(',') {
                    word.pop();
                }
            }
        }
        Self { groups, flags }
    }

    /// The words that follow a modifier.
    pub(super) fn after(&self, modifier: &str) -> &[String] {
        self.groups.get(modifier).map_or(&[], Vec::as_slice)
    }

    /// The first of them, or an empty word.
    pub(super) fn first(&self, modifier: &str) -> &str {
        self.after(modifier).first().map_or("", String::as_str)
    }

    /// Whether the modifier is there.
    pub(super) fn has(&self, modifier: &str) -> bool {
        modifier != "line" && self.groups.contains_key(modifier)
    }

    /// Whether one of these words is there.
    pub(super) fn flag(&self, flags: &[&str]) -> bool {
        self.flags.iter().any(|flag| flags.contains(&flag.as_str()))
    }

    /// Whether the table is to be flipped.
    pub(super) fn flipped(&self) -> bool {
        self.flag(&["-flip", "--flip"])
    }
}

/// The longest line of help.
const HELP_WIDTH: usize = 80;

/// What a command does, how it is written and what it holds.
pub(super) fn help(path: &[&'static Command]) -> String {
    let command = path.last().copied().unwrap_or(&ROOT);
    let names: Vec<&str> = path[1..].iter().map(|command| command.name).collect();
    let context = names.join(" ");
    let mut out = String::from("\n");
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    for part in fold(&format!("{}.", command.short), HELP_WIDTH) {
        line(&part);
    }
    line("");
    if !command.children.is_empty() {
        line(&format!("Usage:  {context} COMMAND"));
        if !command.usage.is_empty() {
            line("or");
        }
    }
    if command.children.is_empty() || !command.usage.is_empty() {
        line(&format!("Usage:  {context} {}", command.usage));
    }
    let width = command.meanings.iter().map(|[name, ..]| name.len()).max().unwrap_or(0) + 5;
    if width > 5 {
        line("");
    }
    for [name, meaning, default] in command.meanings {
        for (at, part) in fold(meaning, HELP_WIDTH - width - 10).iter().enumerate() {
            let head = if at == 0 { format!("{name:<width$}- ") } else { " ".repeat(width + 2) };
            line(&format!("        {head}{part}"));
        }
        if !default.is_empty() {
            line(&format!("        {}  Default: {default}", " ".repeat(width)));
        }
    }
    line("");
    if !command.children.is_empty() {
        line("Commands:\n");
        let shown =
            || command.children.iter().filter(|child| child.run != Run::Elsewhere && !child.hidden);
        let width =
            shown().map(|child| child.name.len()).max().unwrap_or(0).max("Default".len()) + 5;
        let default =
            if command.run == Run::Help { "Print this help message" } else { command.short };
        line(&format!("    {:<width$}{default}", "Default"));
        for child in shown() {
            line(&format!("    {:<width$}{}", child.name, child.short));
        }
        line("");
        let of = if context.is_empty() { String::new() } else { format!("{context} ") };
        line(&format!("Run 'help {of}COMMAND' for more information on a command.\n"));
    } else if !command.terse {
        line("");
    }
    // The last line feed is the printing's.
    out.pop();
    out
}

fn fold(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
