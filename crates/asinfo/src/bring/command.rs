//! Commands of a shell or of the admin tool: what they ask the servers for, and whom.
//!
//! Invariant: a line that may be data is no command. A command within the quotes of another counts as that command's:
//! `ansible all -a "asinfo -v node"`. Not here: prompts before commands (see `heading`), replies.

use super::known;

/// What a command asks for, and whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// The requests of the info protocol, such as `namespace/test`, in order.
    pub(super) requests: Vec<String>,
    /// The node that is asked, if the command names one.
    pub(super) node: Option<String>,
    /// The namespace that the requests name, if they name one.
    pub(super) namespace: Option<String>,
    /// Hosts that the command names in a list: of a loop, of `pdsh -w`.
    pub(super) hosts: Vec<String>,
    /// Whether something else than the host of the prompt is asked, even if it is not told what: `asinfo -h $h`.
    pub(super) elsewhere: bool,
}

impl Asked {
    /// That this is asked for.
    pub(super) fn of(requests: Vec<String>) -> Self {
        let mut namespaces: Vec<String> =
            requests.iter().filter_map(|request| namespace_of(request)).collect();
        namespaces.dedup();
        let namespace = if namespaces.len() == 1 { namespaces.pop() } else { None };
        Self { requests, namespace, ..Self::default() }
    }
}

/// The most hosts of a list.
const MOST_HOSTS: usize = 256;

/// What parts two commands.
const SEPARATORS: [&str; 7] = [";", "|", "&", "&&", "||", "(", ")"];

/// The words of a command line without quotes; what parts two commands is a word.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut signs = text.chars().peekable();
    let mut has_quotes = false;
    let end = |word: &mut String, has_quotes: &mut bool, words: &mut Vec<String>| {
        let word = std::mem::take(word);
        if std::mem::take(has_quotes) && word.contains("asinfo ") {
            words.extend(self::words(&word));
        } else if !word.is_empty() {
            words.push(word);
        }
    };
    while let Some(sign) = signs.next() {
        match (quote, sign) {
            (None, '\'' | '"') => (quote, has_quotes) = (Some(sign), true),
            (Some(open), _) if open == sign => quote = None,
            (None, ' ') => end(&mut word, &mut has_quotes, &mut words),
            // A request has semicolons too: `get-config:context=namespace;id=test`.
            (None, ';' | '|' | '&' | '(' | ')')
                if word.is_empty() || signs.peek().is_none_or(|next| *next == ' ') =>
            {
                end(&mut word, &mut has_quotes, &mut words);
                words.push(sign.to_string());
            }
            _ => word.push(sign),
        }
    }
    end(&mut word, &mut has_quotes, &mut words);
    words
}

/// The commands of the admin tool that print tables.
const TOOL: [&str; 9] =
    ["show", "info", "i", "manage", "enable", "summary", "asinfo", "health", "collectinfo"];

/// Commands of a shell that replies may follow.
const SHELL: [&str; 11] = [
    "sudo", "ssh", "kubectl", "docker", "asinfo", "asadm", "cat", "for", "pdsh", "ansible", "less",
];

/// Further ones that may stand before a call of `asinfo`.
const BEFORE: [&str; 18] = [
    "while",
    "until",
    "if",
    "seq",
    "echo",
    "parallel",
    "xargs",
    "clush",
    "pssh",
    "parallel-ssh",
    "dsh",
    "salt",
    "watch",
    "time",
    "timeout",
    "oc",
    "podman",
    "do",
];

/// What carries a command to other hosts.
const ELSEWHERE: [&str; 9] =
    ["ssh", "exec", "ansible", "pdsh", "clush", "pssh", "parallel-ssh", "dsh", "salt"];

/// What a line asks for, if it is a command.
pub(super) fn asked(text: &str) -> Option<Asked> {
    let text = text.trim();
    let first = text.split(' ').next()?;
    let has_more = text.len() > first.len();
    let is_of_tool = TOOL.contains(&first)
        && (has_more && !text.contains('=')
            || matches!(text, "info" | "summary" | "enable" | "health"));
    let calls = || text.contains("asinfo ");
    let is_of_shell =
        SHELL.contains(&first) || first.ends_with("/asinfo") || BEFORE.contains(&first) && calls();
    let is_plain = !text.contains('|') || calls();
    if !is_plain || !(is_of_shell || is_of_tool) {
        return None;
    }
    let words = words(text);
    let is_call = |word: &String| word == "asinfo" || word.ends_with("/asinfo");
    let calls: Vec<usize> =
        words.iter().enumerate().filter(|(_, word)| is_call(word)).map(|(at, _)| at).collect();
    let hosts = hosts(&words);
    let Some(first) = calls.first() else { return Some(Asked { hosts, ..Asked::default() }) };
    let mut node = remote(&words[..*first]);
    let mut elsewhere = words[..*first].iter().any(|word| ELSEWHERE.contains(&word.as_str()));
    let mut requests = Vec::new();
    for at in calls {
        let call = call(&words[at + 1..]);
        let named = call.node.filter(|node| !is_here(node));
        elsewhere |= named.is_some();
        node = named.or(node);
        requests.extend(call.request);
    }
    let node = node.filter(|node| known::name(node).is_some());
    Some(Asked { node, hosts, elsewhere, ..Asked::of(requests) })
}

/// Whether a host is the one that the command is typed on.
fn is_here(host: &str) -> bool {
    let host = host.strip_suffix(":3000").unwrap_or(host);
    matches!(host, "localhost" | "127.0.0.1" | "::1")
}

/// One call of `asinfo`.
#[derive(Default)]
struct Call {
    request: Option<String>,
    node: Option<String>,
}

/// The options of a call; it ends where another command begins.
fn call(words: &[String]) -> Call {
    let mut call = Call::default();
    let mut port = None;
    let mut rest = words.iter().take_while(|word| !SEPARATORS.contains(&word.as_str()));
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-h" | "--host" | "with" => call.node = rest.next().cloned(),
            "-p" | "--port" => port = rest.next().cloned(),
            "-v" | "--value" => call.request = rest.next().cloned(),
            word => {
                if let Some(request) = word.strip_prefix("--value=").or(word.strip_prefix("-v")) {
                    call.request = Some(request.to_owned());
                } else if let Some(host) = word.strip_prefix("--host=").or(word.strip_prefix("-h"))
                {
                    call.node = Some(host.to_owned());
                }
            }
        }
    }
    if let (Some(node), Some(port)) = (&mut call.node, port)
        && !node.contains(':')
    {
        *node = format!("{node}:{port}");
    }
    call
}

/// The hosts of a loop's list, or of `pdsh -w`.
fn hosts(words: &[String]) -> Vec<String> {
    let mut hosts = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let list: Vec<&String> = match (word.as_str(), words.get(at + 1)) {
            ("in", Some(_)) if at >= 2 && words[at - 2] == "for" => {
                let rest = words[at + 1..].iter();
                rest.take_while(|word| !SEPARATORS.contains(&word.as_str())).collect()
            }
            ("-w" | "-H", Some(list)) => vec![list],
            _ => continue,
        };
        let names = list.into_iter().flat_map(|list| list.split(' '));
        let names = names.filter_map(|list| crate::shell::named_hosts(list).ok()).flatten();
        hosts.extend(names.filter(|name| known::name(name).as_ref() == Some(name)));
    }
    hosts.truncate(MOST_HOSTS);
    hosts
}

/// The host, pod or container that a command runs in.
fn remote(words: &[String]) -> Option<String> {
    let at = words.iter().rposition(|word| matches!(word.as_str(), "ssh" | "exec"))?;
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
fn namespace_of(request: &str) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_say_what_is_asked_and_whom() {
        let of = |text: &str| {
            let asked = asked(text).unwrap();
            (asked.requests.join(" "), asked.node, asked.namespace)
        };
        let is = |request: &str, node: Option<&str>, namespace: Option<&str>| {
            (request.to_owned(), node.map(str::to_owned), namespace.map(str::to_owned))
        };
        assert_eq!(
            of("asinfo -h 10.0.0.1 -p 3000 -v 'namespace/test' -l"),
            is("namespace/test", Some("10.0.0.1:3000"), Some("test"))
        );
        assert_eq!(
            of("asinfo -v \"roster:namespace=bar\" with A1"),
            is("roster:namespace=bar", Some("A1"), Some("bar"))
        );
        assert_eq!(
            of("kubectl -n aero exec -it aero-0-1 -c server -- asinfo -v node"),
            is("node", Some("aero-0-1"), None)
        );
        assert_eq!(of("ssh root@h1 asinfo -v statistics"), is("statistics", Some("h1"), None));
        assert_eq!(
            (asked("test|A1"), asked("some text"), asked("info")),
            (None, None, Some(Asked::default()))
        );
    }

    #[test]
    fn a_command_within_quotes_or_a_loop_is_seen() {
        for (text, requests, namespace) in [
            (
                "for h in a b; do asinfo -h $h -v 'namespace/prod'; done",
                "namespace/prod",
                Some("prod"),
            ),
            (
                "ansible all -b -m shell -a \"asinfo -v 'roster:namespace=prod'\"",
                "roster:namespace=prod",
                Some("prod"),
            ),
            (
                "ssh h1 \"asinfo -v node; asinfo -v 'namespace/prod' -l | grep factor\"",
                "node namespace/prod",
                Some("prod"),
            ),
            (
                "asadm --enable -e \"asinfo -v 'get-config:context=namespace;id=prod'\"",
                "get-config:context=namespace;id=prod",
                Some("prod"),
            ),
            ("(asinfo -v namespace/a; asinfo -v namespace/b)", "", None),
            ("cat x | xargs -I{} /usr/bin/asinfo -h {} -v roster:", "roster:", None),
            (
                "sudo asinfo -v namespace/a && asinfo -v namespace/b",
                "namespace/a namespace/b",
                None,
            ),
            ("while you wait", "", None),
        ] {
            let asked = asked(text).unwrap_or_default();
            let told = (asked.requests.join(" "), asked.namespace.as_deref());
            assert_eq!(told, (requests.to_owned(), namespace), "{text}");
        }
    }

    #[test]
    fn a_command_goes_elsewhere_or_is_carried_out_here() {
        for (text, elsewhere) in [
            ("asinfo -v node", false),
            ("asinfo -h 127.0.0.1 -p 3000 -v node", false),
            ("asinfo -h $h -v node", true),
            ("ansible all -a 'asinfo -v node'", true),
        ] {
            let asked = asked(text).unwrap();
            assert_eq!((asked.elsewhere, asked.node), (elsewhere, None), "{text}");
        }
    }

    #[test]
    fn lists_of_hosts_are_read() {
        let of = |text: &str| asked(text).unwrap().hosts.join(" ");
        assert_eq!(of("for h in alpha beta; do asinfo -h $h -v node; done"), "alpha beta");
        assert_eq!(of("for h in $HOSTS; do asinfo -h $h -v node; done"), "");
        assert_eq!(of("pdsh -w db[1-2],alpha asinfo -v node"), "db1 db2 alpha");
        assert_eq!(of("pssh -i -H 'a b' asinfo -v node"), "a b");
    }
}
