//! What stands around a command in a plan: bullets, numbers, times, prompts, quotes of Markdown.
//!
//! Invariant: what is peeled off says nothing but where the command is done. Not here: the command.

/// How many layers are peeled off a line at the most.
const MOST_LAYERS: usize = 16;

/// A line without what stands around its command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Peeled {
    /// The command.
    pub command: String,
    /// The host that a prompt names.
    pub host: Option<String>,
    /// Whether the prompt is the admin tool's.
    pub is_tool: bool,
    /// Whether the whole line is bold, as a heading is.
    pub is_bold: bool,
}

/// Peels a line.
pub(super) fn peel(line: &str) -> Peeled {
    let mut peeled = Peeled { command: plain(line), ..Peeled::default() };
    for _ in 0..MOST_LAYERS {
        peeled.is_bold |= between("**", &peeled.command).is_some();
        let rest = marker(&peeled.command).or_else(|| between("**", &peeled.command));
        let rest = rest.or_else(|| between("`", &peeled.command));
        if let Some(rest) = rest.map(|rest| rest.trim().to_owned()) {
            peeled.command = rest;
            continue;
        }
        match prompt(&peeled.command) {
            Some((host, is_tool, rest)) => {
                peeled.host = host.or(peeled.host);
                peeled.is_tool |= is_tool;
                peeled.command = rest;
            }
            None => break,
        }
    }
    peeled
}

/// A line without colours of a terminal and with plain blanks, quotes and dashes.
fn plain(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => {
                if rest.next_if_eq(&'[').is_some() {
                    while rest.next_if(|c| !c.is_ascii_alphabetic()).is_some() {}
                    rest.next();
                }
            }
            '\u{a0}' | '\u{2007}' | '\u{202f}' | '\t' => plain.push(' '),
            '\u{2018}' | '\u{2019}' => plain.push('\''),
            '\u{201c}' | '\u{201d}' => plain.push('"'),
            '\u{feff}' | '\u{200b}' | '\r' => {}
            c => plain.push(c),
        }
    }
    plain.trim().to_owned()
}

/// What follows a bullet, a number, a box to tick, a time of day, or a word such as `Step 3:`.
fn marker(line: &str) -> Option<&str> {
    for bullet in [
        "- [ ] ",
        "- [x] ",
        "- [X] ",
        "[ ] ",
        "[x] ",
        "[X] ",
        "- ",
        "* ",
        "+ ",
        "\u{2022} ",
        "\u{2610} ",
        "\u{2611} ",
        "\u{2192} ",
        "> ",
    ] {
        if let Some(rest) = line.strip_prefix(bullet) {
            return Some(rest);
        }
    }
    let lower = line.to_lowercase();
    if let Some(word) = ["step ", "phase "].iter().find(|word| lower.starts_with(**word)) {
        let rest = &line[word.len()..];
        return numbered(rest)
            .or_else(|| rest.strip_prefix(|c: char| c.is_ascii_digit())?.strip_prefix(" - "));
    }
    numbered(line).or_else(|| time(line))
}

/// What follows `3.`, `3)`, `(3)`, `3.2`, `a)`, `3:`.
fn numbered(line: &str) -> Option<&str> {
    let inner = line.strip_prefix('(').unwrap_or(line);
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let end = inner.find(|c: char| !is_number(c)).unwrap_or(inner.len());
    let (number, rest) = inner.split_at(end);
    if number.starts_with(|c: char| c.is_ascii_digit()) && number.len() <= 8 {
        if number.ends_with('.') || number.contains('.') && rest.starts_with(' ') {
            return rest.strip_prefix(' ');
        }
        return rest.strip_prefix(") ").or_else(|| rest.strip_prefix(": "));
    }
    let rest = inner.strip_prefix(|c: char| c.is_ascii_lowercase())?;
    rest.strip_prefix(") ")
}

/// What follows a time of day: `09:05`, `09:05:18`.
fn time(line: &str) -> Option<&str> {
    let (time, rest) = line.split_once(' ')?;
    let parts: Vec<&str> = time.split(':').collect();
    let is_time = matches!(parts.len(), 2 | 3)
        && parts
            .iter()
            .all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()));
    let rest = rest.trim_start();
    is_time.then(|| rest.strip_prefix("- ").unwrap_or(rest))
}

/// What stands between two marks of Markdown that hold the whole line.
fn between<'a>(mark: &str, line: &'a str) -> Option<&'a str> {
    let inner = line.strip_prefix(mark)?.strip_suffix(mark)?;
    (!inner.is_empty() && !inner.contains(mark)).then_some(inner)
}

/// The host of a prompt, whether the prompt is the admin tool's, and what follows it.
fn prompt(line: &str) -> Option<(Option<String>, bool, String)> {
    for tool in ["Admin+>", "Admin>"] {
        if let Some(rest) = line.strip_prefix(tool) {
            return Some((None, true, rest.trim().to_owned()));
        }
    }
    if let Some(rest) = line.strip_prefix("$ ") {
        return Some((None, false, rest.trim().to_owned()));
    }
    // `[root@b101 ~]# `
    if let Some(rest) = line.strip_prefix('[') {
        let (inside, rest) = rest.split_once(']')?;
        let rest = rest.strip_prefix("# ").or_else(|| rest.strip_prefix("$ "))?;
        let host = inside.split_whitespace().next()?.rsplit('@').next()?;
        return Some((Some(host.to_owned()), false, rest.trim().to_owned()));
    }
    // `root@b101:~# `, `b101$ `, `b101:~$ `
    let (before, rest) = line.split_once(' ')?;
    let before = before.strip_suffix(['#', '$'])?;
    let host = before.split(':').next()?.rsplit('@').next()?;
    let is_host = !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    is_host.then(|| (Some(host.to_owned()), false, rest.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_a_command_is_peeled_off() {
        for line in [
            "systemctl stop aerospike",
            "  1. systemctl stop aerospike",
            "- [ ] `systemctl stop aerospike`",
            "3.2 $ systemctl stop aerospike",
            "Step 4: **systemctl stop aerospike**",
            "(5) systemctl\u{a0}stop aerospike",
            "09:05:18 \u{1b}[1msystemctl stop aerospike\u{1b}[0m",
            "a) > systemctl stop aerospike",
        ] {
            assert_eq!(peel(line).command, "systemctl stop aerospike", "{line}");
        }
    }

    #[test]
    fn a_prompt_names_its_host() {
        for line in [
            "[root@b101 ~]# reboot",
            "2. root@b101:~# reboot",
            "b101$ reboot",
            "op@b101:/etc$ reboot",
        ] {
            let peeled = peel(line);
            assert_eq!(
                (peeled.command.as_str(), peeled.host.as_deref()),
                ("reboot", Some("b101")),
                "{line}"
            );
        }
        let tool = peel("Admin+> manage recluster");
        assert_eq!((tool.command.as_str(), tool.is_tool), ("manage recluster", true));
        assert_eq!(
            peel("# a comment"),
            Peeled { command: "# a comment".to_owned(), ..Peeled::default() }
        );
    }
}
