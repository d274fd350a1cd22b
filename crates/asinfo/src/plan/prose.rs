//! What is prose in a plan with blocks of code, and what only looks like it.
//!
//! Invariant: pure. A sentence that may be a command, or a clause of which is an imperative about nodes that it names, is no
//! prose. Not here: what a command does.

use rosterlab_engine::ClusterView;

use super::names::Names;
use super::{tool, waits};

/// Words that begin a command of a shell.
const SHELL: [&str; 22] = [
    "ssh",
    "pdsh",
    "clush",
    "sudo",
    "systemctl",
    "service",
    "kubectl",
    "oc",
    "docker",
    "podman",
    "docker-compose",
    "asadm",
    "asinfo",
    "pkill",
    "killall",
    "kill",
    "iptables",
    "blkdiscard",
    "reboot",
    "poweroff",
    "shutdown",
    "sleep",
];
/// Words that begin a command that is not known here.
const FOREIGN: [&str; 34] = [
    "ansible",
    "ansible-playbook",
    "apt",
    "apt-get",
    "aql",
    "aws",
    "az",
    "bash",
    "curl",
    "dd",
    "dnf",
    "env",
    "eval",
    "gcloud",
    "helm",
    "init",
    "ip",
    "nft",
    "nohup",
    "nomad",
    "parallel",
    "pssh",
    "python",
    "python3",
    "rm",
    "rpm",
    "rsync",
    "salt",
    "scp",
    "terraform",
    "timeout",
    "vagrant",
    "virsh",
    "xargs",
];
/// Words that mean a command wherever they stand in a line.
const ANYWHERE: [&str; 16] = [
    "ssh",
    "pdsh",
    "clush",
    "systemctl",
    "kubectl",
    "docker",
    "podman",
    "asadm",
    "asinfo",
    "pkill",
    "killall",
    "iptables",
    "blkdiscard",
    "ansible",
    "xargs",
    "manage",
];
/// What follows one of them in a sentence that only speaks of it.
const SPEAKS: [&str; 10] = ["and", "or", "to", "on", "is", "are", "for", "the", "as", "in"];
/// What is told to be done to a node.
pub(super) const VERBS: [&str; 21] = [
    "stop",
    "start",
    "restart",
    "reboot",
    "crash",
    "kill",
    "quiesce",
    "shutdown",
    "shut",
    "power",
    "turn",
    "take",
    "bring",
    "remove",
    "delete",
    "drain",
    "isolate",
    "disconnect",
    "wipe",
    "replace",
    "unplug",
];
/// What a sentence may begin with before it tells what to do.
pub(super) const BEGINNINGS: [&str; 14] = [
    "then",
    "now",
    "next",
    "first",
    "second",
    "finally",
    "afterwards",
    "please",
    "and",
    "also",
    "lastly",
    "step",
    "always",
    "again",
];
/// What follows a verb that is a noun there: `stop of b101`, `Restart order: …`.
const AFTER_A_NOUN: [&str; 12] = [
    "of",
    "order",
    "time",
    "times",
    "window",
    "date",
    "procedure",
    "plan",
    "is",
    "was",
    "takes",
    "needs",
];
/// What means nodes without their names.
const ALL: [&str; 4] = ["all", "each", "every", "both"];

/// Whether a text begins as a command does.
pub(super) fn looks_like_a_command(span: &str) -> bool {
    let mut words = span.split_whitespace();
    let first = words.next().unwrap_or_default();
    // `show` and `manage` have something behind them; a word alone is a name of something.
    (SHELL.contains(&first) || tool::WORDS.contains(&first))
        && (first == "reboot" || words.next().is_some())
}

/// Whether a line outside of the blocks of code is for people alone. It is given as it is written, and without what stands
/// around it.
pub(super) fn is_prose(line: &str, command: &str, names: &Names, view: &ClusterView) -> bool {
    let first = command.split_whitespace().next().unwrap_or_default();
    let begins = looks_like_a_command(command)
        || waits::sentence(command).is_some()
        || FOREIGN.contains(&first)
        || first.starts_with("./")
        || first.starts_with('/');
    // Code of more than a word is a command, whether it is known or not.
    let mut spans = line.split('`').skip(1).step_by(2);
    // A row of a table has its bars at the ends too.
    let is_joined = !command.starts_with('|')
        && ["&&", "||", "$(", " | "].iter().any(|mark| command.contains(mark));
    !begins
        && !is_joined
        && !spans.any(|span| span.trim().contains(' '))
        && !names_a_command(command)
        && told(command, names, view).is_none()
}

/// Whether a command stands anywhere in a sentence.
fn names_a_command(text: &str) -> bool {
    let words: Vec<&str> =
        text.split([' ', '`', '(', ')', ';', '|']).filter(|word| !word.is_empty()).collect();
    let mut pairs = words.windows(2);
    pairs.any(|pair| ANYWHERE.contains(&pair[0]) && !SPEAKS.contains(&pair[1]))
}

/// The imperatives of a text: the first word of each of its clauses, where it is one of `verbs`. \[model\]
///
/// A clause begins a sentence, or stands behind a comma, a colon, `and` or `then`; words such as `next` may come before the verb.
pub(super) fn imperatives<'a>(text: &str, verbs: &[&'a str]) -> Vec<&'a str> {
    let lower = text.to_lowercase();
    let marked = lower.replace(" and ", ", ").replace(" then ", ", ");
    let clauses = marked.split([',', ';', ':', '!', '(', ')']).flat_map(|part| part.split(". "));
    let imperative = |clause: &str| {
        let is_part = |c: char| c.is_alphanumeric() || "-_@".contains(c);
        let words = clause.split(|c: char| !is_part(c)).filter(|word| !word.is_empty());
        let is_before = |word: &&str| {
            BEGINNINGS.contains(word) || word.bytes().all(|byte| byte.is_ascii_digit())
        };
        let mut words = words.skip_while(is_before);
        let first = words.next()?;
        let is_noun = words.next().is_some_and(|word| AFTER_A_NOUN.contains(&word));
        verbs.iter().find(|verb| **verb == first && !is_noun).copied()
    };
    clauses.filter_map(imperative).collect()
}

/// The word by which a text tells somebody to do something to nodes that it names: `Stop b101 and b102`.
pub(super) fn told(text: &str, names: &Names, view: &ClusterView) -> Option<&'static str> {
    let verb = imperatives(text, &VERBS).into_iter().next()?;
    let is_part = |c: char| c.is_alphanumeric() || "-_.@[]".contains(c);
    let words: Vec<String> = text
        .split(|c: char| !is_part(c))
        .map(|word| word.trim_matches('.').to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_rack = words.windows(2).any(|pair| pair[0] == "rack" && is_number(&pair[1]));
    let is_named = |word: &String| {
        ALL.contains(&word.as_str()) || word.contains('[') || names.node(word, view).is_some()
    };
    (is_rack || words.iter().any(is_named)).then_some(verb)
}
