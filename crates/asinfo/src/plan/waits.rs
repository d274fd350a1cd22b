//! What a plan waits for: migrations, a stable cluster, some time.
//!
//! Invariant: pure. Waiting for a stable cluster waits for migrations too, unless it is told to ignore them (domain.md §8). A single
//! `cluster-stable` counts as waiting: nobody goes on when it fails. Not here: whether what is waited for ever comes.

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
        "what can be waited for is: wait for migrations, wait until cluster-stable, wait 30s"
            .to_owned()
    }))
}

fn waited(rest: &str) -> Option<Wait> {
    if rest.contains("stable") {
        return Some(stable(rest));
    }
    if rest.contains("migrat") {
        return Some(Wait::Migrations(None));
    }
    let joins = [
        "rejoin",
        "joined",
        "join the cluster",
        "back in the cluster",
        "to form",
        "is back",
        "are back",
    ];
    if joins.iter().any(|word| rest.contains(word)) {
        return Some(Wait::Clusters(None));
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
pub(super) fn of_loop(text: &str) -> Option<Wait> {
    let is_loop = text.starts_with("until ") || text.starts_with("while ");
    if !is_loop {
        return None;
    }
    if text.contains("cluster-stable") {
        return Some(stable(text));
    }
    text.contains("migrate_").then_some(Wait::Migrations(None))
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
            assert_eq!(of_loop(text), wait, "{text}");
        }
    }
}
