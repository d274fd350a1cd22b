//! Guesses what a file is that is not a scenario, so that the error can name it: people drop configurations, rosters, logs.
//!
//! Invariant: any bytes give a guess or `None`, never a panic; [`Seems::of`] inspects at most [`INSPECTED_BYTES`] bytes and
//! [`MOST_LINES`] lines. A file that begins with `{` is judged by its fields alone, and only if its JSON can be read: for a
//! scenario with a mistake the place and the cause help more than a guess.
//!
//! **What this module does not do**: reading such files. A guess only makes a sentence. The code is written to be small,
//! not fast: it is part of every page that reads scenarios and runs only when a file was refused.

use std::fmt;

use rosterlab_engine::RosterEntry;
use serde_json::Value;

use super::limits::FORMAT;
use super::one_line::printable;

/// How many bytes of a file are inspected.
pub const INSPECTED_BYTES: usize = 16 * 1024;
/// How many lines are inspected, without empty lines and comments.
pub const MOST_LINES: usize = 64;
/// The most characters of a line that are quoted.
const QUOTED: usize = 40;

/// A text with this word is meant to be a scenario.
const SCENARIO: &str = "rosterlab-scenario";
/// Fields that every scenario has and other JSON does not.
const FIELDS: [&str; 3] = ["format", "cluster", "steps"];
/// Fields that a scenario may have, and other JSON too.
const WORDS: [&str; 2] = ["title", "about"];
/// The level before every message of the server.
const LEVELS: [&str; 5] = [": INFO (", ": WARNING (", ": DEBUG (", ": DETAIL (", ": CRITICAL ("];
/// Contexts of aerospike.conf without a name.
const CONTEXTS: [&str; 6] = ["service", "network", "logging", "security", "xdr", "mod-lua"];
/// Settings of aerospike.conf that people quote without the context around them.
const SETTINGS: [&str; 4] = ["replication-factor", "strong-consistency", "rack-id", "active-rack"];

/// What a file seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Nothing but white space.
    Empty,
    /// Text in UTF-16.
    Utf16,
    /// Compressed by gzip, as collectinfo archives are.
    Gzip,
    /// A ZIP archive.
    Zip,
    /// Not text.
    Binary,
    /// A share link, or an address that ends in one.
    ShareLink,
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

impl FileKind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::Empty,
        Self::Utf16,
        Self::Gzip,
        Self::Zip,
        Self::Binary,
        Self::ShareLink,
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
            Self::ShareLink => "a Rosterlab link",
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

/// The line that the guess is based on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Its beginning, without the ornaments around a title.
    pub text: String,
}

/// A guess, and the line that it is based on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seems {
    /// What the file seems to be.
    pub kind: FileKind,
    /// The line, if one gave it away.
    pub line: Option<Line>,
}

impl fmt::Display for Seems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let opening = match self.kind {
            FileKind::Empty => return f.write_str("This is not a scenario. It is empty."),
            // It may be one in another encoding.
            FileKind::Utf16 => "This is not UTF-8",
            _ => "This is not a scenario",
        };
        write!(f, "{opening}. It looks like {}", self.kind.name())?;
        if let Some(Line { number, text }) = &self.line {
            write!(f, " (line {number}: \"{}\")", printable(text))?;
        }
        match self.kind {
            FileKind::Utf16 => f.write_str(": save it as UTF-8."),
            FileKind::ShareLink => {
                f.write_str(": open it in the page, or give the file to the command line as it is.")
            }
            _ => write!(f, ". Rosterlab opens scenario files (JSON with \"format\": {FORMAT:?})."),
        }
    }
}

impl Seems {
    /// Guesses from the bytes; `None` when they begin with `{`, or when there is no guess.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let bytes = without_mark(bytes);
        let head = &bytes[..bytes.len().min(INSPECTED_BYTES)];
        let is_whole = head.len() == bytes.len();
        let text = head.trim_ascii();
        let kind = match text {
            [] => return is_whole.then(|| Self::bare(FileKind::Empty)),
            // The second byte of gzip is not UTF-8: a browser that reads the file as text replaces it with U+FFFD.
            [0x1f, 0x8b | 0xef, ..] => FileKind::Gzip,
            [b'P', b'K', 3 | 5, 4 | 6, ..] => FileKind::Zip,
            _ if is_utf16(head) => FileKind::Utf16,
            [b'{', ..] => return None,
            _ if is_binary(head) => FileKind::Binary,
            _ if is_whole && is_share_link(text) => FileKind::ShareLink,
            [b'<', ..] => return Some(Self::at_first_line(FileKind::Markup, head)),
            _ if is_whole && is_roster(text) => {
                return Some(Self::at_first_line(FileKind::Roster, head));
            }
            _ => return Self::of_lines(head),
        };
        Some(Self::bare(kind))
    }

    /// Guesses from JSON that could be read: other JSON when it has fields and none of them is a scenario's.
    #[must_use]
    pub(crate) fn of_json(value: &Value, bytes: &[u8]) -> Option<Self> {
        let object = value.as_object()?;
        let is_other = |key: &String| !WORDS.contains(&key.as_str());
        let is_scenario = FIELDS.iter().any(|field| object.contains_key(*field));
        (!is_scenario && object.keys().any(is_other))
            .then(|| Self::at_first_line(FileKind::Json, bytes))
    }

    /// Guesses from JSON with something at this place that no scenario may have (`null`, a repeated key): other JSON when
    /// the place is in a field that scenarios do not have and nothing else says that it is a scenario.
    #[must_use]
    pub(crate) fn of_json_with(place: &str, bytes: &[u8]) -> Option<Self> {
        // The place of a syntax error is a line.
        let field = place.split(['.', '[']).next().unwrap_or_default();
        let is_known = FIELDS.contains(&field) || WORDS.contains(&field);
        let is_other = without_mark(bytes).trim_ascii_start().starts_with(b"{")
            && !field.is_empty()
            && !field.starts_with("line ")
            && !is_known
            && !has(bytes, SCENARIO);
        is_other.then(|| Self::at_first_line(FileKind::Json, bytes))
    }

    fn bare(kind: FileKind) -> Self {
        Self { kind, line: None }
    }

    fn at(kind: FileKind, index: usize, mut line: &[u8]) -> Self {
        while let [b'~' | b' ' | b'\t', rest @ ..] | [rest @ .., b'~' | b' ' | b'\t'] = line {
            line = rest;
        }
        // A character has at most four bytes.
        let start = &line[..line.len().min(4 * QUOTED)];
        let text = String::from_utf8_lossy(start);
        let mut short: String = text.chars().take(QUOTED).collect();
        if text.chars().count() > QUOTED || start.len() < line.len() {
            short.push('…');
        }
        let line = Line { number: index + 1, text: short };
        Self { kind, line: (!line.text.is_empty()).then_some(line) }
    }

    /// With the first line that is not empty.
    fn at_first_line(kind: FileKind, bytes: &[u8]) -> Self {
        let bytes = without_mark(bytes);
        let head = &bytes[..bytes.len().min(INSPECTED_BYTES)];
        let mut lines = head.split(|byte| *byte == b'\n').enumerate();
        let first = lines.find(|(_, line)| !line.trim_ascii().is_empty());
        first.map_or(Self::bare(kind), |(index, line)| Self::at(kind, index, line.trim_ascii()))
    }

    /// The first line that only one kind of file has decides. Otherwise it is YAML when every line may be YAML and two are
    /// keys, and text when it has two words.
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
                Some(Self::at(FileKind::Yaml, index, line))
            }
            _ => is_prose(head).then(|| Self::at_first_line(FileKind::Text, head)),
        }
    }
}

/// The text without UTF-8's byte order mark.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Whether a text contains `what`.
fn has(text: &[u8], what: &str) -> bool {
    text.windows(what.len()).any(|window| window == what.as_bytes())
}

/// Whether it begins with UTF-16's byte order mark, or most of every second byte is zero.
fn is_utf16(head: &[u8]) -> bool {
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let (few, many) = (even.min(odd), even.max(odd));
    matches!(head, [0xfe, 0xff, ..] | [0xff, 0xfe, ..])
        || (many > 3 && many * 3 > head.len() && few * 8 < many)
}

/// Whether more than one byte, and more than one in twenty, is a control character that texts do not have.
fn is_binary(head: &[u8]) -> bool {
    let controls = head.iter().filter(|byte| {
        byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)
    });
    let count = controls.count();
    count > 1 && count * 20 > head.len()
}

/// Whether it ends in a share link, as the command line reads it from a file: after the last `#`.
fn is_share_link(text: &[u8]) -> bool {
    let link = text.rsplit(|byte| *byte == b'#').next().unwrap_or_default();
    link.starts_with(b"s1=") && !link.iter().any(u8::is_ascii_whitespace)
}

/// Whether all of it is nodes of a roster: at least one with a rack, or separated by commas and not only numbers.
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

/// The kind of file that a line gives away.
fn of_line(line: &[u8]) -> Option<FileKind> {
    let text = line.trim_ascii();
    let has = |what: &str| has(text, what);
    let is_table = text.len() > 4 && text.starts_with(b"~") && text.ends_with(b"~");
    if LEVELS.into_iter().any(has) {
        Some(FileKind::Log)
    } else if has("pending_roster=") || has("observed_nodes=") || text.starts_with(b"roster=") {
        Some(FileKind::RosterInfo)
    } else if is_table || has("~~~~") {
        Some(FileKind::AsadmTable)
    } else if has("asdb.aerospike.com/") || line == b"kind: AerospikeCluster" {
        Some(FileKind::Operator)
    } else if line.starts_with(b"apiVersion:") {
        Some(FileKind::Yaml)
    } else {
        is_conf(text).then_some(FileKind::Conf)
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

/// Whether a line begins with a YAML key, also as an element of a list.
fn is_key(line: &[u8]) -> bool {
    let text = line.trim_ascii_start();
    let text = text.strip_prefix(b"- ").unwrap_or(text);
    let is_in_key = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./".contains(byte);
    let key = text.iter().take_while(|byte| is_in_key(byte)).count();
    key > 0 && matches!(text[key..], [b':'] | [b':', b' ', ..])
}

/// Whether it has two words, is not the start of JSON, and does not contain a scenario.
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
        assert_eq!(seems.kind, FileKind::Text);
        assert!(text.chars().count() < 220 && !text.chars().any(char::is_control), "{text}");
    }

    #[test]
    fn no_more_is_looked_at_than_is_said() {
        let far = " ".repeat(INSPECTED_BYTES) + "service {";
        assert_eq!(Seems::of(far.as_bytes()), None, "what comes is not known");
        let far = "a b\n".repeat(MOST_LINES) + "service {";
        assert_eq!(Seems::of(far.as_bytes()).map(|seems| seems.kind), Some(FileKind::Text));
        let near = "a b\n".repeat(MOST_LINES - 1) + "service {";
        assert_eq!(Seems::of(near.as_bytes()).map(|seems| seems.kind), Some(FileKind::Conf));
    }
}
