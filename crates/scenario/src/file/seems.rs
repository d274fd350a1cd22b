//! What a file seems to be that is no scenario, so that its refusal can name it: people drop what they have at hand, a
//! configuration, a roster, a log.
//!
//! Invariant: any bytes at all are either something or `None`, never a panic, and [`Seems::of`] looks at no more of them than
//! [`LOOKED_AT`] bytes and [`MOST_LINES`] lines. What begins with `{` is judged by its fields alone, and only once it could
//! be read that far: where a scenario's JSON is wrong, the place and the cause are worth more.
//!
//! **What this module does not do**: reading any of it. A guess leads to a sentence and to nothing else. It is written for
//! few instructions, not for speed: it travels with every page that reads scenarios, and runs when one was refused.

use std::fmt;

use rosterlab_engine::RosterEntry;
use serde_json::Value;

use super::limits::FORMAT;
use super::one_line::printable;

/// So many bytes of a file are looked at.
pub const LOOKED_AT: usize = 16 * 1024;
/// So many lines of them that are neither empty nor comments.
pub const MOST_LINES: usize = 64;
/// Most characters of a line that are repeated.
const QUOTED: usize = 40;

/// What says that a text is a scenario, or was to become one.
const SCENARIO: &str = "rosterlab-scenario";
/// What every scenario has, and other JSON has not.
const FIELDS: [&str; 3] = ["format", "cluster", "steps"];
/// What a scenario may have, and other JSON too.
const WORDS: [&str; 2] = ["title", "about"];
/// The server says before every message how much it matters.
const LEVELS: [&str; 5] = [": INFO (", ": WARNING (", ": DEBUG (", ": DETAIL (", ": CRITICAL ("];
/// Contexts of aerospike.conf that have no name.
const CONTEXTS: [&str; 6] = ["service", "network", "logging", "security", "xdr", "mod-lua"];
/// Settings of aerospike.conf that people quote without the context around them.
const SETTINGS: [&str; 4] = ["replication-factor", "strong-consistency", "rack-id", "active-rack"];

/// What a file seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing but white space.
    Empty,
    /// Text of two bytes a character.
    Utf16,
    /// Compressed by gzip, as collectinfo archives are.
    Gzip,
    /// A ZIP archive.
    Zip,
    /// No text at all.
    Binary,
    /// A link of the page, or an address that ends in one.
    Link,
    /// HTML or XML.
    Markup,
    /// JSON without a scenario's fields.
    Json,
    /// `aerospike.conf`, or lines of it.
    Conf,
    /// The server's log.
    Log,
    /// The answer to `asinfo -v roster:`.
    RosterInfo,
    /// Nodes, with or without racks: `A101@1,A102@1,B101@2`.
    Roster,
    /// A table of asadm's.
    AsadmTable,
    /// The resource that the Kubernetes operator reads.
    Operator,
    /// Other YAML.
    Yaml,
    /// Other text of more than one word.
    Text,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::Empty,
        Self::Utf16,
        Self::Gzip,
        Self::Zip,
        Self::Binary,
        Self::Link,
        Self::Markup,
        Self::Json,
        Self::Conf,
        Self::Log,
        Self::RosterInfo,
        Self::Roster,
        Self::AsadmTable,
        Self::Operator,
        Self::Yaml,
        Self::Text,
    ];

    /// What it is called in a sentence.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "nothing",
            Self::Utf16 => "text in UTF-16",
            Self::Gzip => "a compressed file (gzip)",
            Self::Zip => "a ZIP archive",
            Self::Binary => "a binary file",
            Self::Link => "a Rosterlab link",
            Self::Markup => "HTML or XML",
            Self::Json => "JSON of another kind",
            Self::Conf => "an aerospike.conf",
            Self::Log => "a server log",
            Self::RosterInfo => "a roster that asinfo printed",
            Self::Roster => "a list of roster nodes",
            Self::AsadmTable => "a table that asadm printed",
            Self::Operator => "the YAML of an AerospikeCluster",
            Self::Yaml => "YAML",
            Self::Text => "plain text",
        }
    }
}

/// A line that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which, from 1.
    pub number: usize,
    /// Its beginning, without what surrounds a title.
    pub text: String,
}

/// What a file seems to be, and the line that it was seen by, if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seems {
    /// What.
    pub kind: Kind,
    /// By which line.
    pub line: Option<Line>,
}

impl fmt::Display for Seems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let opening = match self.kind {
            Kind::Empty => return f.write_str("This is not a scenario. It is empty."),
            // Nobody can tell whether it is one.
            Kind::Utf16 => "This is not UTF-8",
            _ => "This is not a scenario",
        };
        write!(f, "{opening}. It looks like {}", self.kind.name())?;
        if let Some(Line { number, text }) = &self.line {
            write!(f, " (line {number}: \"{}\")", printable(text))?;
        }
        match self.kind {
            Kind::Utf16 => f.write_str(": save it as UTF-8."),
            Kind::Link => {
                f.write_str(": open it in the page, or give the file to the command line as it is.")
            }
            _ => write!(f, ". Rosterlab opens scenario files (JSON with \"format\": {FORMAT:?})."),
        }
    }
}

impl Seems {
    /// What bytes seem to be that are not a scenario's; `None` when they begin with `{`, or nothing can be said.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let bytes = without_mark(bytes);
        let head = &bytes[..bytes.len().min(LOOKED_AT)];
        let is_whole = head.len() == bytes.len();
        let text = head.trim_ascii();
        let kind = match text {
            [] => return is_whole.then(|| Self::bare(Kind::Empty)),
            // The second mark of gzip is no UTF-8: a browser that reads the file as text puts U+FFFD in its place.
            [0x1f, 0x8b | 0xef, ..] => Kind::Gzip,
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Kind::Zip,
            _ if is_utf16(head) => Kind::Utf16,
            [b'{', ..] => return None,
            _ if is_binary(head) => Kind::Binary,
            _ if is_whole && is_link(text) => Kind::Link,
            [b'<', ..] => return Some(Self::at_first_line(Kind::Markup, head)),
            _ if is_whole && is_roster(text) => {
                return Some(Self::at_first_line(Kind::Roster, head));
            }
            _ => return Self::of_lines(head),
        };
        Some(Self::bare(kind))
    }

    /// What JSON is that was read: other JSON when it has fields, and none but other fields than a scenario's.
    #[must_use]
    pub(crate) fn of_json(value: &Value, bytes: &[u8]) -> Option<Self> {
        let object = value.as_object()?;
        let is_other = |key: &String| !WORDS.contains(&key.as_str());
        let is_scenario = FIELDS.iter().any(|field| object.contains_key(*field));
        (!is_scenario && object.keys().any(is_other))
            .then(|| Self::at_first_line(Kind::Json, bytes))
    }

    /// What JSON is that has something at this place which no scenario may have (`null`, a key twice): other JSON when the
    /// place is in a field of its own and nothing says that it is a scenario.
    #[must_use]
    pub(crate) fn of_json_with(place: &str, bytes: &[u8]) -> Option<Self> {
        // A place that is a line is an error of syntax.
        let field = place.split(['.', '[']).next().unwrap_or_default();
        let is_known = FIELDS.contains(&field) || WORDS.contains(&field);
        let is_other = without_mark(bytes).trim_ascii_start().starts_with(b"{")
            && !field.is_empty()
            && !field.starts_with("line ")
            && !is_known
            && !has(bytes, SCENARIO);
        is_other.then(|| Self::at_first_line(Kind::Json, bytes))
    }

    fn bare(kind: Kind) -> Self {
        Self { kind, line: None }
    }

    fn at(kind: Kind, index: usize, mut line: &[u8]) -> Self {
        while let [b'~' | b' ' | b'\t', rest @ ..] | [rest @ .., b'~' | b' ' | b'\t'] = line {
            line = rest;
        }
        // No character has more than four bytes.
        let start = &line[..line.len().min(4 * QUOTED)];
        let text = String::from_utf8_lossy(start);
        let mut short: String = text.chars().take(QUOTED).collect();
        if text.chars().count() > QUOTED || start.len() < line.len() {
            short.push('…');
        }
        let line = Line { number: index + 1, text: short };
        Self { kind, line: (!line.text.is_empty()).then_some(line) }
    }

    /// By the first line that is not empty.
    fn at_first_line(kind: Kind, bytes: &[u8]) -> Self {
        let bytes = without_mark(bytes);
        let head = &bytes[..bytes.len().min(LOOKED_AT)];
        let mut lines = head.split(|byte| *byte == b'\n').enumerate();
        let first = lines.find(|(_, line)| !line.trim_ascii().is_empty());
        first.map_or(Self::bare(kind), |(index, line)| Self::at(kind, index, line.trim_ascii()))
    }

    /// The first line that only one kind of file has decides; else it is YAML when every line may be YAML and two are
    /// keys, and text when there are two words.
    fn of_lines(head: &[u8]) -> Option<Self> {
        let lines = head.split(|byte| *byte == b'\n').enumerate();
        let lines = lines.map(|(index, line)| (index, line.trim_ascii_end()));
        let is_said = |line: &[u8]| !matches!(line.trim_ascii_start(), [] | [b'#', ..]);
        let mut first_key = None;
        let (mut keys, mut may_be_yaml) = (0_usize, true);
        for (index, line) in lines.filter(|(_, line)| is_said(line)).take(MOST_LINES) {
            if let Some(kind) = of_line(line) {
                return Some(Self::at(kind, index, line.trim_ascii_start()));
            }
            if is_key(line) {
                keys += 1;
                first_key = first_key.or(Some((index, line)));
            }
            may_be_yaml &= is_key(line) || matches!(line, [b' ' | b'-', ..]);
        }
        match first_key {
            Some((index, line)) if may_be_yaml && keys > 1 => {
                Some(Self::at(Kind::Yaml, index, line))
            }
            _ => is_prose(head).then(|| Self::at_first_line(Kind::Text, head)),
        }
    }
}

/// Text without UTF-8's mark, which some editors begin a file with.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Whether a text has these bytes somewhere.
fn has(text: &[u8], what: &str) -> bool {
    text.windows(what.len()).any(|window| window == what.as_bytes())
}

/// Whether it begins with UTF-16's mark, or every second byte of it is mostly zero.
fn is_utf16(head: &[u8]) -> bool {
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let (few, many) = (even.min(odd), even.max(odd));
    matches!(head, [0xfe, 0xff, ..] | [0xff, 0xfe, ..])
        || (many > 3 && many * 3 > head.len() && few * 8 < many)
}

/// Whether one byte of twenty, and more than one of all, is a control character that texts do not have.
fn is_binary(head: &[u8]) -> bool {
    let controls = head.iter().filter(|byte| {
        byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)
    });
    let count = controls.count();
    count > 1 && count * 20 > head.len()
}

/// Whether it holds a link as the command line, which reads links from files, finds it: at the end, behind a `#`.
fn is_link(text: &[u8]) -> bool {
    let link = text.rsplit(|byte| *byte == b'#').next().unwrap_or_default();
    link.starts_with(b"s1=") && !link.iter().any(u8::is_ascii_whitespace)
}

/// Whether everything is a node of a roster: one has its rack, or there are commas between, and not mere numbers.
fn is_roster(text: &[u8]) -> bool {
    let nodes = text.split(|byte| matches!(byte, b',' | b';') || byte.is_ascii_whitespace());
    let (mut has_rack, mut has_letter) = (false, false);
    for node in nodes.filter(|node| !node.is_empty()) {
        let Ok(text) = str::from_utf8(node) else { return false };
        if text.parse::<RosterEntry>().is_err() {
            return false;
        }
        has_rack |= node.contains(&b'@');
        has_letter |= node.iter().any(u8::is_ascii_alphabetic);
    }
    has_rack || (has_letter && text.contains(&b','))
}

/// What a line belongs to that only one kind of file has.
fn of_line(line: &[u8]) -> Option<Kind> {
    let text = line.trim_ascii();
    let has = |what: &str| has(text, what);
    let is_table = text.len() > 4 && text.starts_with(b"~") && text.ends_with(b"~");
    if LEVELS.into_iter().any(has) {
        Some(Kind::Log)
    } else if has("pending_roster=") || has("observed_nodes=") || text.starts_with(b"roster=") {
        Some(Kind::RosterInfo)
    } else if is_table || has("~~~~") {
        Some(Kind::AsadmTable)
    } else if has("asdb.aerospike.com/") || line == b"kind: AerospikeCluster" {
        Some(Kind::Operator)
    } else if line.starts_with(b"apiVersion:") {
        Some(Kind::Yaml)
    } else {
        is_conf(text).then_some(Kind::Conf)
    }
}

/// Whether a line opens a context of aerospike.conf, or is one of its settings.
fn is_conf(text: &[u8]) -> bool {
    let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let words = [words.next(), words.next(), words.next(), words.next()];
    let is = |word: &[u8], list: &[&str]| list.iter().any(|known| known.as_bytes() == word);
    match words {
        [Some(context), Some(b"{"), None, _] => is(context, &CONTEXTS),
        [Some(b"namespace"), Some(_), Some(b"{"), None] => true,
        [Some(setting), Some(value), _, _] => is(setting, &SETTINGS) && value != b"=",
        _ => false,
    }
}

/// Whether a line begins with a key of YAML, as it is or of a list's element.
fn is_key(line: &[u8]) -> bool {
    let text = line.trim_ascii_start();
    let text = text.strip_prefix(b"- ").unwrap_or(text);
    let is_in_key = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./".contains(byte);
    let key = text.iter().take_while(|byte| is_in_key(byte)).count();
    key > 0 && matches!(text[key..], [b':'] | [b':', b' ', ..])
}

/// Whether there are two words, and it is not about to be JSON, nor a scenario with something around it.
fn is_prose(head: &[u8]) -> bool {
    let text = head.trim_ascii();
    !matches!(text, [b'[' | b'"', ..])
        && text.iter().any(u8::is_ascii_whitespace)
        && !has(text, SCENARIO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_repeated_in_part_and_without_what_a_terminal_would_obey() {
        let line = format!("\u{1b}[31mred {}", "é".repeat(200));
        let seems = Seems::of(line.as_bytes()).unwrap();
        let text = seems.to_string();
        assert_eq!(seems.kind, Kind::Text);
        assert!(text.chars().count() < 220 && !text.chars().any(char::is_control), "{text}");
    }

    #[test]
    fn no_more_is_looked_at_than_is_said() {
        let far = " ".repeat(LOOKED_AT) + "service {";
        assert_eq!(Seems::of(far.as_bytes()), None, "what comes is not known");
        let far = "a b\n".repeat(MOST_LINES) + "service {";
        assert_eq!(Seems::of(far.as_bytes()).map(|seems| seems.kind), Some(Kind::Text));
        let near = "a b\n".repeat(MOST_LINES - 1) + "service {";
        assert_eq!(Seems::of(near.as_bytes()).map(|seems| seems.kind), Some(Kind::Conf));
    }
}
