//! What a plan waits for: migrations, a stable cluster, some time.
//!
//! Invariant: pure. Waiting for a stable cluster waits for migrations too, unless it is told to ignore them (domain.md §8). A single
//! `cluster-stable` counts as waiting: nobody goes on when it fails. Not here: whether what is waited for ever comes.

use crate::shell::{Piece, pieces};

/// What may follow a pipe: it prints what it reads.
pub(super) const FILTERS: [&str; 14] = [
    "grep", "egrep", "fgrep", "tail", "head", "less", "more", "cat", "tac", "wc", "sort", "uniq",
    "cut", "column",
];

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// Until no migration is left, and, where it is said, until a cluster has so many nodes.
    Migrations(Option<usize>),
    /// Until the clusters have settled, which they do after every line; and until a cluster has so many nodes.
    Clusters(Option<usize>),
    /// So long.
    Millis(u64),
}

/// What a sentence waits for: `wait for migrations`, `Wait until cluster-stable.`; `None` when it does not wait.
///
/// # Errors
/// What can be waited for.
pub(super) fn sentence(text: &str) -> Option<Result<Wait, String>> {
    let lower = text.trim().trim_end_matches(['.', '!', ';']).to_lowercase();
    let lower =
        lower.strip_prefix("then ").or_else(|| lower.strip_prefix("and ")).unwrap_or(&lower);
    let rest = ["wait ", "await "].iter().find_map(|word| lower.strip_prefix(word));
    let rest = match rest {
        Some(rest) => rest.trim(),
        None if lower == "wait" => "",
        None => return None,
    };
    Some(waited(rest).ok_or_else(|| {
        "what can be waited for is: wait for migrations, wait until cluster-stable, wait until b101 is back, wait 30s"
            .to_owned()
    }))
}

/// Words of a sentence that waits, which change nothing of it.
const PLAIN: [&str; 38] = [
    "wait",
    "for",
    "until",
    "till",
    "all",
    "the",
    "data",
    "to",
    "has",
    "have",
    "had",
    "is",
    "are",
    "be",
    "been",
    "on",
    "of",
    "in",
    "and",
    "every",
    "each",
    "everywhere",
    "again",
    "cluster",
    "clusters",
    "node",
    "nodes",
    "there",
    "asinfo",
    "-v",
    "returns",
    "succeeds",
    "ok",
    "its",
    "their",
    "they",
    "it",
    "now",
];
/// What migrations are when none is left.
const DONE: [&str; 14] = [
    "finish",
    "finishes",
    "finished",
    "finishing",
    "complete",
    "completes",
    "completed",
    "completion",
    "done",
    "over",
    "end",
    "ended",
    "ends",
    "settled",
];
/// What is said of migrations that are left, so that it has to be said that none is.
const LEFT: [&str; 10] = [
    "left",
    "remain",
    "remains",
    "remaining",
    "pending",
    "running",
    "active",
    "reach",
    "reaches",
    "any",
];
const NONE: [&str; 4] = ["no", "none", "zero", "0"];
const JOINED: [&str; 13] = [
    "rejoin", "rejoins", "rejoined", "joined", "join", "joins", "form", "forms", "formed", "back",
    "up", "rack", "again",
];

/// What is waited for. Every word has to be known: what else a sentence says may be a condition, or a step of its own.
fn waited(rest: &str) -> Option<Wait> {
    let text = rest.replace("migrate_partitions_remaining=0", "migrations done");
    let marks = |c: char| ".,!;'\"".contains(c);
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_matches(marks))
        .filter(|word| !word.is_empty())
        .collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let is_name = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.contains(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_.,".contains(c))
    };
    let joins = has(&[
        "rejoin", "rejoins", "rejoined", "joined", "join", "joins", "form", "forms", "formed",
        "back",
    ]);
    let is_known = |word: &&str| {
        PLAIN.contains(word)
            || DONE.contains(word)
            || LEFT.contains(word)
            || NONE.contains(word)
            || matches!(*word, "migration" | "migrations" | "stable" | "ignoring" | "=")
            || is_stable(word)
            || joins && (JOINED.contains(word) || is_name(word))
    };
    if words.iter().all(is_known) {
        if words.iter().any(|word| *word == "stable" || is_stable(word)) {
            return Some(stable(rest));
        }
        if has(&["migration", "migrations"]) {
            // `no migrations are left`, and not `migrations are running`.
            let is_over = has(&LEFT) == has(&NONE) || has(&["0", "zero"]) && !has(&DONE);
            return (is_over && !has(&["ignoring"])).then_some(Wait::Migrations(None));
        }
        if joins {
            return Some(Wait::Clusters(None));
        }
    }
    let rest = rest.strip_prefix("for ").unwrap_or(rest);
    let rest = rest.strip_prefix("another ").unwrap_or(rest);
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let number: u64 = rest[..digits].parse().ok().filter(|number| *number < 1_000_000)?;
    let unit = match rest[digits..].trim().trim_end_matches(['.', ',']) {
        "s" | "sec" | "secs" | "second" | "seconds" => 1_000,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000,
        "h" | "hour" | "hours" => 3_600_000,
        _ => return None,
    };
    Some(Wait::Millis(number * unit))
}

/// Whether a word is the request `cluster-stable`, with nothing that is not known.
fn is_stable(word: &str) -> bool {
    let Some(rest) = word.strip_prefix("cluster-stable") else { return false };
    let Some(rest) = rest.strip_prefix(':') else { return rest.is_empty() };
    rest.split(';').all(|part| match part.split_once('=') {
        Some(("size", size)) => !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_digit()),
        Some(("ignore-migrations", told)) => matches!(told, "yes" | "no" | "true" | "false"),
        Some(("namespace", _)) => true,
        _ => part.is_empty(),
    })
}

/// What asking for `cluster-stable` waits for.
pub(super) fn stable(text: &str) -> Wait {
    let size = text
        .split_once("size=")
        .map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    let size = size.and_then(|digits| digits.parse().ok());
    if ignores_migrations(text) { Wait::Clusters(size) } else { Wait::Migrations(size) }
}

fn ignores_migrations(text: &str) -> bool {
    ["ignore-migrations=yes", "ignore-migrations=true", "ignoring migrations"]
        .iter()
        .any(|told| text.contains(told))
}

/// What a loop of a shell waits for: `until asinfo -v 'cluster-stable:…'; do sleep 1; done`.
///
/// # Errors
/// When it does more than wait.
pub(super) fn of_loop(text: &str) -> Option<Result<Wait, String>> {
    let is_loop = text.starts_with("until ") || text.starts_with("while ");
    if !is_loop {
        return None;
    }
    let wait = if text.contains("cluster-stable") {
        stable(text)
    } else if text.contains("migrate_") {
        Wait::Migrations(None)
    } else {
        return None;
    };
    Some(if only_waits(text) {
        Ok(wait)
    } else {
        Err("the loop does more than wait: give the rest a line of its own".to_owned())
    })
}

/// Whether nothing is done in a loop or behind it.
fn only_waits(text: &str) -> bool {
    const DOES: [&str; 12] = [
        "systemctl",
        "service",
        "manage",
        "kubectl",
        "docker",
        "podman",
        "pkill",
        "kill",
        "reboot",
        "shutdown",
        "poweroff",
        "xargs",
    ];
    let text = text.trim_end_matches([';', ' ', '.']);
    let (Some(body), false) = (text.strip_suffix("done"), text.matches("done").count() > 1) else {
        return false;
    };
    let Some((asked, body)) = body.split_once(" do ").or_else(|| body.split_once(";do ")) else {
        return false;
    };
    let does = |word: &str| DOES.contains(&word.trim_matches(['\'', '"', '(', ')', '$']));
    let mut parts =
        body.split([';', '&', '|', '\n']).map(str::trim).filter(|part| !part.is_empty());
    let harmless = |part: &str| {
        let first = part.split(' ').next().unwrap_or_default();
        matches!(first, "sleep" | "echo" | "printf" | "date" | "true" | ":")
            && !part.contains("$(")
            && !part.contains('`')
    };
    // What is asked may be filtered, and goes nowhere else.
    let mut piped =
        pieces(asked).unwrap_or_default().into_iter().skip_while(|piece| !is_pipe(piece));
    let is_filtered = match piped.nth(1) {
        None => true,
        Some(Piece::Word(first)) => {
            FILTERS.contains(&first.as_str()) && !piped.any(|piece| is_pipe(&piece))
        }
        Some(Piece::Mark(_)) => false,
    };
    is_filtered && !asked.split([' ', ';']).any(does) && parts.all(harmless)
}

fn is_pipe(piece: &Piece) -> bool {
    matches!(piece, Piece::Mark("|" | "|&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_wait_for_what_they_name() {
        for (text, wait) in [
            ("wait for migrations", Wait::Migrations(None)),
            ("Wait until migrations have finished.", Wait::Migrations(None)),
            ("then wait for migrate_partitions_remaining=0", Wait::Migrations(None)),
            ("wait until cluster-stable", Wait::Migrations(None)),
            ("wait until cluster-stable:size=5;ignore-migrations=no", Wait::Migrations(Some(5))),
            ("wait until cluster-stable:size=5;ignore-migrations=yes", Wait::Clusters(Some(5))),
            ("wait until b101 is back in the cluster", Wait::Clusters(None)),
            ("wait 30s", Wait::Millis(30_000)),
            ("Wait for 5 minutes.", Wait::Millis(300_000)),
        ] {
            assert_eq!(sentence(text), Some(Ok(wait)), "{text}");
        }
        assert_eq!(sentence("stop b101"), None);
        for text in [
            "Wait for migrations, then stop b101 and b102",
            "Wait for migrations; ssh a101 systemctl stop aerospike",
            "Wait until cluster-stable, then stop b101",
            "wait until cluster-stable:size=5;ssh b101 reboot",
            "Wait for migrations. Stop b101.",
            "wait for migrations to start",
            "wait until migrations have NOT finished",
            "wait until migrations are 50% done",
            "wait for migrations, max. 10 minutes",
            "wait until migrations < 1000",
            "wait until migrations are running",
            "wait until b101 is back, then stop b102",
        ] {
            assert!(sentence(text).is_some_and(|read| read.is_err()), "{text}");
        }
        for text in [
            "wait until no migrations are left",
            "wait until migrations reach 0",
            "wait for all migrations to complete on all nodes",
            "wait until b101 has rejoined and migrations are complete",
        ] {
            assert_eq!(sentence(text), Some(Ok(Wait::Migrations(None))), "{text}");
        }
        for text in [
            "until asinfo -v cluster-stable:; do sleep 1; done; ssh b101 reboot",
            "until asinfo -v cluster-stable:; do ssh b101 reboot; done",
            "until asinfo -v cluster-stable:|sh; do sleep 1; done",
            "until asinfo -v statistics|grep migrate_x|sh; do sleep 1; done",
        ] {
            assert!(of_loop(text).is_some_and(|read| read.is_err()), "{text}");
        }
        assert!(sentence("wait for Bob").is_some_and(|read| read.is_err()));
        assert!(sentence("wait").is_some_and(|read| read.is_err()));
    }

    #[test]
    fn loops_wait_for_what_they_ask() {
        for (text, wait) in [
            (
                "until asinfo -v 'cluster-stable:size=4;ignore-migrations=no'; do sleep 1; done",
                Some(Wait::Migrations(Some(4))),
            ),
            (
                "while asinfo -v statistics | grep -v migrate_partitions_remaining=0; do sleep 1; done",
                Some(Wait::Migrations(None)),
            ),
            ("until ping -c1 b101; do sleep 1; done", None),
            ("for host in b101; do sleep 1; done", None),
        ] {
            assert_eq!(of_loop(text), wait.map(Ok), "{text}");
        }
    }
}
