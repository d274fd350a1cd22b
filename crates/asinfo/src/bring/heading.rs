//! Lines around replies: prompts, and headings that say which node replied.
//!
//! Invariant: a line that may be data is none of these. Not here: commands (see `command`), the replies.

use super::command::asked;
use super::known;

/// What stands after a prompt, and the host that a shell's prompt names.
pub(super) fn prompt(text: &str) -> Option<(Option<&str>, &str)> {
    let text = text.trim_start();
    for tool in ["Admin>", "Admin+>", "Cluster>", "Cluster+>", "asadm>", "aql>"] {
        if let Some(rest) = text.strip_prefix(tool) {
            return Some((None, rest.trim()));
        }
    }
    // What `set -x` shows, and further lines of a command.
    for mark in ["+ ", "++ ", "> "] {
        if let Some(rest) = text.strip_prefix(mark)
            && asked(rest).is_some_and(|asked| !asked.requests.is_empty())
        {
            return Some((None, rest.trim()));
        }
    }
    // `[root@host dir]# …`, `user@host:dir$ …`, `$ …`
    if let Some((inside, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        && let Some((_, host)) = inside.split_once('@')
        && let Some(rest) = rest.trim_start().strip_prefix(['#', '$', '%', '>'])
    {
        let host = host.split([' ', ':']).next().filter(|host| !host.is_empty());
        return Some((host, rest.trim()));
    }
    let end = text.find(['$', '#', '%']).filter(|end| *end < 120)?;
    let (before, rest) = (&text[..end], &text[end + 1..]);
    if before.is_empty() {
        let is_command = text.starts_with("$ ") || asked(rest).is_some();
        return is_command.then_some((None, rest.trim()));
    }
    let Some((user, host)) = before.split_once('@') else {
        // `bash-4.2$ asinfo …`
        let is_shell = !before.contains([' ', '=', ':']) && asked(rest).is_some();
        return is_shell.then_some((None, rest.trim()));
    };
    let is_user =
        !user.is_empty() && user.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let (host, dir) = host.split_once([':', ' ']).unwrap_or((host, ""));
    let is_host = known::name(host).is_some_and(|name| name.len() == host.len());
    // A roster has `@` as well, and no directory.
    let is_dir = dir.trim().starts_with(['~', '/', '.']) || dir.trim().is_empty();
    (is_user && is_host && is_dir && (rest.is_empty() || rest.starts_with(' ')))
        .then_some((Some(host), rest.trim()))
}

/// Whether a line begins with the admin tool's prompt or that of a shell, and a command.
pub(super) fn is_prompt(text: &str) -> bool {
    prompt(text).is_some()
}

/// The node that a heading names.
pub(super) fn node(text: &str) -> Option<String> {
    let text = text.trim();
    // asadm's own: `host:3000 (10.0.0.1) returned:`
    if let Some(head) = text.strip_suffix("returned:") {
        return known::name(head.split_whitespace().next()?);
    }
    // Ansible: `host | CHANGED | rc=0 >>`
    if text.ends_with(">>")
        && let Some((host, rest)) = text.split_once(" | ")
        && rest.contains("rc=")
    {
        return known::name(host);
    }
    // `pssh -i`: `[1] 10:35:42 [SUCCESS] host`
    if let Some((before, host)) = text.split_once("[SUCCESS] ")
        && before.starts_with('[')
    {
        return known::name(host);
    }
    let (bare, is_marked) = between_marks(text)?;
    let is_host = bare.contains(|c: char| c.is_ascii_digit())
        && bare.contains(|c: char| c.is_ascii_alphabetic() || c == '.');
    (is_host && is_marked).then(|| bare.to_owned())
}

/// The node that a line names which is a heading only if a reply follows: `== alpha ==`, `db-a:`, and one of these hosts with a
/// colon behind it.
pub(super) fn node_before_a_reply(text: &str, hosts: &[String]) -> Option<String> {
    const NO_HOSTS: [&str; 34] = [
        "roster",
        "rosters",
        "rack",
        "racks",
        "namespace",
        "namespaces",
        "node",
        "nodes",
        "host",
        "hosts",
        "output",
        "result",
        "results",
        "reply",
        "value",
        "stdout",
        "stderr",
        "statistics",
        "stats",
        "config",
        "network",
        "service",
        "build",
        "cluster",
        "before",
        "after",
        "now",
        "old",
        "new",
        "current",
        "pending",
        "observed",
        "info",
        "note",
    ];
    let text = text.trim();
    let (bare, _) = between_marks(text)?;
    let is_colon_alone = text.strip_suffix(':') == Some(bare);
    let is_host =
        hosts.iter().any(|host| host == bare) || !is_colon_alone || bare.contains(['-', '.']);
    (is_host && !NO_HOSTS.contains(&bare.to_lowercase().as_str())).then(|| bare.to_owned())
}

/// The name between the marks of a heading, and whether they are clear: two at least, or a colon behind the name.
fn between_marks(text: &str) -> Option<(&str, bool)> {
    let bare = text.trim_matches(['=', '-', '#', '*', '>', '<', ' ', '[', ']']);
    let ornaments = text.len() - bare.len();
    let said = ["node:", "host:", "server:", "pod:", "Node:", "Host:", "Node", "Host"];
    let bare = said.iter().find_map(|word| bare.strip_prefix(word)).unwrap_or(bare).trim();
    let (bare, colon) = match bare.strip_suffix(':') {
        Some(bare) => (bare, true),
        None => (bare, false),
    };
    // `tail` names files: `==> out/db-a1.txt <==`
    let bare = if text.starts_with("==>") {
        let file = bare.rsplit('/').next().unwrap_or(bare);
        let ends = [".out", ".txt", ".log", ".json"];
        ends.iter().find_map(|end| file.strip_suffix(end)).unwrap_or(file)
    } else {
        bare
    };
    let is_name = known::name(bare).is_some_and(|name| name.len() == bare.len());
    (is_name && (colon || ornaments > 0)).then_some((bare, colon || ornaments >= 2))
}

/// Several hosts that replied the same: `db[1-3] (3)`, as `dshbak -c` and `clush -b` have them.
pub(super) fn is_several(text: &str) -> bool {
    let text = text.trim();
    let list = text.split_once(" (").map_or(text, |(list, _)| list);
    list.contains(['[', ',']) && known::name(&list.replace(',', "")).is_some()
}

/// The host that Ansible did not reach, before the block that says why.
pub(super) fn unreached(text: &str) -> Option<&str> {
    let (host, rest) = text.split_once(" | ")?;
    (rest.contains("! =>") && rest.ends_with('{') && known::name(host).is_some()).then_some(host)
}

/// The address beside the node in the admin tool's own headings.
pub(super) fn address(text: &str) -> Option<String> {
    let (_, inside) = text.trim().strip_suffix("returned:")?.split_once('(')?;
    let (address, _) = inside.split_once(')')?;
    known::name(address)
}

/// Whether a line is what tools print beside replies.
pub(super) fn is_noise(text: &str) -> bool {
    const STARTS: [&str; 32] = [
        "Seed:",
        "Config_file:",
        "Aerospike Interactive Shell",
        "Found ",
        "Online:",
        "Offline:",
        "Extra nodes",
        "Number of rows",
        "```",
        "Run \"manage",
        "Cluster Name:",
        "Total number of",
        "Following Aerospike",
        "Descriptions of each",
        "WARNING: ",
        "ERROR: ",
        "INFO: ",
        "Loaded ",
        "You are about to",
        "Confirm that you",
        "? ",
        "Pending roster ",
        "Node(s) successfully",
        "Successfully started",
        "Could not connect",
        "ignored-by-non-princip",
        "Connection to ",
        "Defaulted container",
        "> do ",
        "> echo ",
        "> sleep ",
        "Warning: Permanently added",
    ];
    let text = text.trim();
    let is_rule = text.chars().all(|c| "-=~*_#+.>| ".contains(c));
    is_rule
        || ["ok", "done", "do", "fi", "> done", "> do", "> "].contains(&text)
        || text.starts_with('#')
        || STARTS.iter().any(|start| text.starts_with(start))
}

/// Whether a line is one of the server's log.
pub(super) fn is_log(text: &str) -> bool {
    [": INFO (", ": WARNING (", ": DEBUG (", ": DETAIL (", ": CRITICAL ("]
        .iter()
        .any(|level| text.contains(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_known_and_rosters_are_none() {
        assert_eq!(prompt("Admin+> show roster"), Some((None, "show roster")));
        assert_eq!(
            prompt("[root@aero-1 ~]# asinfo -v roster:"),
            Some((Some("aero-1"), "asinfo -v roster:"))
        );
        assert_eq!(prompt("me@aero-1:~/x$ ls"), Some((Some("aero-1"), "ls")));
        assert_eq!(prompt("$ asinfo"), Some((None, "asinfo")));
        assert_eq!(prompt("bash-4.2$ asinfo -v node"), Some((None, "asinfo -v node")));
        for other in
            ["A1@1,A2@1", "# a comment", "roster=A1@1:pending_roster=A1@1$", "price $5", "$"]
        {
            assert_eq!(prompt(other), None, "{other}");
        }
    }

    #[test]
    fn headings_name_nodes() {
        let of = |text| node(text);
        for (text, name) in [
            ("aero1:3000 (10.0.0.1) returned:", "aero1:3000"),
            ("10.0.0.1 | CHANGED | rc=0 >>", "10.0.0.1"),
            ("==> aero-1.example <==", "aero-1.example"),
            ("### aero-1", "aero-1"),
            ("aero-1:", "aero-1"),
            ("--- node: 10.0.0.1:3000 ---", "10.0.0.1:3000"),
            ("[1] 10:35:42 [SUCCESS] alpha", "alpha"),
            ("==> out/db-a1.txt <==", "db-a1"),
        ] {
            assert_eq!(of(text).as_deref(), Some(name), "{text}");
        }
        for other in ["test", "Output:", "A1@1", "roster=x:", "# a 1 comment", "~~~a1~~~"] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn a_name_without_a_digit_is_a_heading_only_before_a_reply() {
        let of = |text| node_before_a_reply(text, &["beta".to_owned()]);
        for (text, name) in [
            ("== alpha ==", "alpha"),
            ("==> db-a.out <==", "db-a"),
            ("--- db-a", "db-a"),
            ("db-a:", "db-a"),
            ("beta:", "beta"),
        ] {
            assert_eq!((node(text), of(text).as_deref()), (None, Some(name)), "{text}");
        }
        for other in ["alpha:", "alpha", "== roster ==", "Output:", "# a comment", "====", ":"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
