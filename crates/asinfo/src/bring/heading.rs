//! Lines around replies: prompts, the commands after them, and headings that say which node replied.
//!
//! Invariant: a line that may be data is none of these. Not here: the replies.

use super::known;

/// What a command asks for, and whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// The request of the info protocol, such as `namespace/test`.
    pub(super) request: Option<String>,
    /// The node that is asked, if the command names one.
    pub(super) node: Option<String>,
    /// The namespace that the request names.
    pub(super) namespace: Option<String>,
}

/// What stands after a prompt, and the host that a shell's prompt names.
pub(super) fn prompt(text: &str) -> Option<(Option<&str>, &str)> {
    let text = text.trim_start();
    for tool in ["Admin>", "Admin+>", "Cluster>", "Cluster+>", "asadm>", "aql>"] {
        if let Some(rest) = text.strip_prefix(tool) {
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

/// A word of a command line, without quotes.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for sign in text.chars() {
        match (quote, sign) {
            (None, '\'' | '"') => quote = Some(sign),
            (Some(open), _) if open == sign => quote = None,
            (None, ' ') => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(sign),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The commands of the admin tool that print tables.
const TOOL: [&str; 9] =
    ["show", "info", "i", "manage", "enable", "summary", "asinfo", "health", "collectinfo"];

/// Commands of a shell that replies may follow.
const SHELL: [&str; 11] = [
    "sudo", "ssh", "kubectl", "docker", "asinfo", "asadm", "cat", "for", "pdsh", "ansible", "less",
];

/// What a line asks for, if it is a command.
pub(super) fn asked(text: &str) -> Option<Asked> {
    let text = text.trim();
    let first = text.split(' ').next()?;
    let has_more = text.len() > first.len();
    let is_of_tool = TOOL.contains(&first)
        && (has_more && !text.contains('=')
            || matches!(text, "info" | "summary" | "enable" | "health"));
    let is_plain = !text.contains('|') || text.contains("asinfo");
    if !is_plain || !(SHELL.contains(&first) || is_of_tool) {
        return None;
    }
    let words = words(text);
    let mut asked = Asked::default();
    let Some(at) = words.iter().position(|word| word == "asinfo") else { return Some(asked) };
    asked.node = remote(&words[..at]);
    let mut port = None;
    let mut rest = words[at + 1..].iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-h" | "--host" | "with" => asked.node = rest.next().cloned(),
            "-p" | "--port" => port = rest.next().cloned(),
            "-v" | "--value" => asked.request = rest.next().cloned(),
            word => {
                if let Some(request) = word.strip_prefix("--value=").or(word.strip_prefix("-v")) {
                    asked.request = Some(request.to_owned());
                } else if let Some(host) = word.strip_prefix("--host=") {
                    asked.node = Some(host.to_owned());
                }
            }
        }
    }
    if let (Some(node), Some(port)) = (&mut asked.node, port)
        && !node.contains(':')
    {
        *node = format!("{node}:{port}");
    }
    asked.node = asked.node.filter(|node| known::name(node).is_some());
    asked.namespace = asked.request.as_deref().and_then(namespace_of);
    Some(asked)
}

/// The host, pod or container that a command runs in.
fn remote(words: &[String]) -> Option<String> {
    let at = words.iter().position(|word| matches!(word.as_str(), "ssh" | "exec"))?;
    let takes_value = ["-n", "-c", "-i", "-l", "-p", "--namespace", "--container"];
    let mut rest = words[at + 1..].iter();
    while let Some(word) = rest.next() {
        if takes_value.contains(&word.as_str()) && words[at] != "exec"
            || matches!(word.as_str(), "-n" | "-c" | "--namespace" | "--container")
        {
            rest.next();
        } else if !word.starts_with('-') {
            let host = word.rsplit('@').next().unwrap_or(word);
            return known::name(host);
        }
    }
    None
}

/// The namespace that a request is about.
pub(super) fn namespace_of(request: &str) -> Option<String> {
    let name = match request.strip_prefix("namespace/") {
        Some(name) => name,
        None => request
            .split([':', ';'])
            .filter_map(|part| part.split_once('='))
            .find(|(key, _)| matches!(*key, "namespace" | "id" | "ns"))
            .map(|(_, name)| name)?,
    };
    let name = name.trim();
    (!name.is_empty() && name.len() < 32).then(|| name.to_owned())
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
    let bare = text.trim_matches(['=', '-', '#', '*', '>', '<', ' ', '[', ']']);
    let ornaments = text.len() - bare.len();
    let said = ["node:", "host:", "server:", "pod:", "Node:", "Host:", "Node", "Host"];
    let bare = said.iter().find_map(|word| bare.strip_prefix(word)).unwrap_or(bare).trim();
    let (bare, colon) = match bare.strip_suffix(':') {
        Some(bare) => (bare, true),
        None => (bare, false),
    };
    let is_host = known::name(bare).is_some_and(|name| name.len() == bare.len())
        && bare.contains(|c: char| c.is_ascii_digit())
        && bare.contains(|c: char| c.is_ascii_alphabetic() || c == '.');
    (is_host && (colon || ornaments >= 2)).then(|| bare.to_owned())
}

/// The address beside the node in the admin tool's own headings.
pub(super) fn address(text: &str) -> Option<String> {
    let (_, inside) = text.trim().strip_suffix("returned:")?.split_once('(')?;
    let (address, _) = inside.split_once(')')?;
    known::name(address)
}

/// The host that `pdsh` and the like put before every line, and the rest.
pub(super) fn prefixed(text: &str) -> Option<(&str, &str)> {
    let (host, rest) = text.split_once(": ")?;
    let is_host = known::name(host).is_some_and(|name| name.len() == host.len())
        && !host.contains("//")
        && host.contains(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.'));
    (is_host && !rest.trim().is_empty()).then_some((host, rest))
}

/// Whether a line is what tools print beside replies.
pub(super) fn is_noise(text: &str) -> bool {
    const STARTS: [&str; 27] = [
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
    ];
    let text = text.trim();
    let is_rule = text.chars().all(|c| "-=~*_#+.>| ".contains(c));
    is_rule
        || text == "ok"
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
    fn commands_say_what_is_asked_and_whom() {
        let of = |text: &str| {
            let asked = asked(text).unwrap();
            (asked.request, asked.node, asked.namespace)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            of("asinfo -h 10.0.0.1 -p 3000 -v 'namespace/test' -l"),
            (some("namespace/test"), some("10.0.0.1:3000"), some("test"))
        );
        assert_eq!(
            of("asinfo -v \"roster:namespace=bar\" with A1"),
            (some("roster:namespace=bar"), some("A1"), some("bar"))
        );
        assert_eq!(
            of("kubectl -n aero exec -it aero-0-1 -c server -- asinfo -v node"),
            (some("node"), some("aero-0-1"), None)
        );
        assert_eq!(of("ssh root@h1 asinfo -v statistics"), (some("statistics"), some("h1"), None));
        assert_eq!(
            (asked("test|A1"), asked("some text"), asked("info")),
            (None, None, Some(Asked::default()))
        );
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
        ] {
            assert_eq!(of(text).as_deref(), Some(name), "{text}");
        }
        for other in ["test", "Output:", "A1@1", "roster=x:", "# a 1 comment", "~~~a1~~~"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
