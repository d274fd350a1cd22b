//! What a person types on standard input: a fault in few words.
//!
//! Invariant: a line becomes a step of the scenario format, so its words and its errors are the same everywhere.

use rosterlab_asinfo::admin::Console;
use rosterlab_scenario::file::nearest;
use serde_json::{Value, json};

/// What a line asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Typed {
    /// Nothing: an empty line, or a comment that begins with `#`.
    Nothing,
    /// A step.
    Step(Value),
    /// What the cluster is like, in few lines.
    Brief,
    /// All that there is to say of it, as JSON.
    State,
    /// The scenario's next step.
    Next,
    /// Back to the start.
    Reset,
    /// The words that can be typed.
    Help,
    /// The end.
    Quit,
    /// The node that the admin tool is connected to from now on.
    Connect(String),
    /// Nobody knows this word; that may be meant.
    Unknown(String, Option<&'static str>),
    /// Anything else is for the admin tool.
    Admin,
}

/// The first words of lines, for what was probably meant.
const WORDS: &[&str] = &[
    "crash", "stop", "start", "cut", "heal", "advance", "migrate", "next", "state", "reset",
    "connect", "quit", "exit", "help", "enable", "disable", "info", "manage", "show", "asinfo",
    "summary", "health",
];

/// The words that can be typed.
pub const HELP: &str = "\
crash A102 [A103 …]        stop nodes uncleanly, at the same instant
stop A102 [A103 …]         stop nodes cleanly
start A102 [A103 …]        start nodes
cut A101 B101              cut the link between two nodes
cut A101 A102 | B101       cut all links between groups of nodes
heal [A101 B101]           restore links, or all
advance 30                 let 30 seconds pass at once
migrate                    let migrations run at once
next                       do the scenario's next step
{\"do\": …}                  do any step of the scenario format
state [json]               print what the cluster is like
reset                      set the cluster back to its start
quit, exit                 end the server
connect A101               say which node the admin tool is connected to
Anything else is a line of the admin tool, such as: show roster; its manage commands need: enable
";

/// Reads a line.
pub fn read(line: &str) -> Typed {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Typed::Nothing;
    }
    if line.starts_with('{') {
        // What is wrong with it is said where steps are read.
        return Typed::Step(serde_json::from_str(line).unwrap_or_else(|_| json!(line)));
    }
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match (word, rest) {
        ("crash" | "stop" | "start", _) => Typed::Step(json!({"do": word, "nodes": nodes(rest)})),
        ("heal", "") => Typed::Step(json!({"do": "heal"})),
        ("cut" | "heal", _) => Typed::Step(json!({"do": word, "between": sides(rest)})),
        ("advance", _) => {
            let seconds = rest.trim_end_matches('s').parse::<f64>();
            let seconds = seconds.map_or_else(|_| json!(rest), |seconds| json!(seconds));
            Typed::Step(json!({"do": "advance", "seconds": seconds}))
        }
        ("migrate", "") => Typed::Step(json!({"do": "migrate"})),
        ("state", "") => Typed::Brief,
        ("state", "json") => Typed::State,
        ("next", "") => Typed::Next,
        ("reset", "") => Typed::Reset,
        ("?" | "help", "") => Typed::Help,
        ("connect", node) if !node.trim().is_empty() => Typed::Connect(node.trim().to_owned()),
        ("quit" | "exit", "") => Typed::Quit,
        _ if Console::knows(line) => Typed::Admin,
        _ => Typed::Unknown(word.to_owned(), nearest(word, WORDS)),
    }
}

/// Ids with spaces or commas between them.
fn nodes(text: &str) -> Vec<&str> {
    text.split([' ', ',']).filter(|id| !id.is_empty()).collect()
}

/// Groups with `|` between them; without one, each node is a group.
fn sides(text: &str) -> Vec<Vec<&str>> {
    if text.contains('|') {
        text.split('|').map(nodes).collect()
    } else {
        nodes(text).into_iter().map(|id| vec![id]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_in_few_words_is_a_step() {
        for (line, step) in [
            ("crash A102", json!({"do": "crash", "nodes": ["A102"]})),
            ("  stop  A102, A103 ", json!({"do": "stop", "nodes": ["A102", "A103"]})),
            ("cut A101 B101", json!({"do": "cut", "between": [["A101"], ["B101"]]})),
            ("cut A101 A102 | B101", json!({"do": "cut", "between": [["A101", "A102"], ["B101"]]})),
            ("heal", json!({"do": "heal"})),
            ("heal A101 B101", json!({"do": "heal", "between": [["A101"], ["B101"]]})),
            ("advance 2.5s", json!({"do": "advance", "seconds": 2.5})),
            (r#"{"do": "migrate"}"#, json!({"do": "migrate"})),
        ] {
            assert_eq!(read(line), Typed::Step(step), "{line}");
        }
        assert_eq!(read("# a comment"), Typed::Nothing);
        assert_eq!(read("connect A101"), Typed::Connect("A101".to_owned()));
        assert_eq!(read("manage recluster"), Typed::Admin);
        assert_eq!(read("show roster"), Typed::Admin);
        assert_eq!(read("sho rost; nonsense"), Typed::Admin, "the tool knows abbreviations");
        assert_eq!(read("state"), Typed::Brief);
        assert_eq!(read("state json"), Typed::State);
    }

    #[test]
    fn what_nobody_knows_is_not_for_the_admin_tool() {
        for (line, meant) in
            [("crsh A102", Some("crash")), ("shwo roster", Some("show")), ("please", None)]
        {
            let word = line.split(' ').next().unwrap_or_default().to_owned();
            assert_eq!(read(line), Typed::Unknown(word, meant), "{line}");
        }
    }
}
