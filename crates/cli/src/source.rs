//! Reading a scenario from a file or from standard input, and telling what is wrong with it and where.
//!
//! Invariant: a [`Mistake`] about a file's contents has a line and a column. Not here: which files (see `files`).

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rosterlab_asinfo::bring::{self, Input};
use rosterlab_scenario::file::seems::FileKind;
use rosterlab_scenario::share::{self, ShareError};
use rosterlab_scenario::words::share_links::of_difference;
use rosterlab_scenario::world::Document;
use rosterlab_scenario::{Cause, FORMAT, MAX_BYTES, Scenario, ScenarioError};

use crate::position::Position;

/// What standard input is called.
const STDIN: &str = "<stdin>";

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The file, or `<stdin>`.
    pub file: String,
    /// Where; `None` when the file cannot be read.
    pub position: Option<Position>,
    /// What.
    pub message: String,
}

/// As compilers write it, so that editors and CI find the place.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(position) = self.position {
            write!(f, ":{position}")?;
        }
        write!(f, ": error: {}", self.message)
    }
}

/// What a file may hold.
pub trait Contents: Sized {
    /// Reads it.
    fn parse(bytes: &[u8]) -> Result<Self, ScenarioError>;

    /// That of a share link, which is of one cluster.
    fn of(scenario: Scenario) -> Self;
}

/// A scenario of one cluster; one of several sites is refused.
impl Contents for Scenario {
    fn parse(bytes: &[u8]) -> Result<Self, ScenarioError> {
        Self::parse(bytes)
    }

    fn of(scenario: Scenario) -> Self {
        scenario
    }
}

/// A scenario of one cluster or of several sites.
impl Contents for Document {
    fn parse(bytes: &[u8]) -> Result<Self, ScenarioError> {
        Self::parse(bytes)
    }

    fn of(scenario: Scenario) -> Self {
        Self::Cluster(scenario)
    }
}

/// A scenario and the text that it was read from.
#[derive(Debug)]
pub struct Source<S = Scenario> {
    /// The file, or `<stdin>`.
    pub name: String,
    /// The scenario.
    pub scenario: S,
    /// What is to be told although nothing is wrong.
    pub note: Option<String>,
    text: String,
}

impl<S: Contents> Source<S> {
    /// Reads a file that holds a scenario, a share link, or an address that ends in one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(file: &Path) -> Result<Self, Mistake> {
        let is_stdin = file == Path::new("-");
        let name = if is_stdin { STDIN.to_owned() } else { file.display().to_string() };
        // One byte beyond the limit is enough to see that the file is too long.
        let most = MAX_BYTES as u64 + 1;
        let mut bytes = Vec::new();
        let read = if is_stdin {
            io::stdin().lock().take(most).read_to_end(&mut bytes)
        } else {
            File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes))
        };
        match read {
            Ok(_) => Self::of_bytes(name, bytes),
            Err(error) => {
                let message = format!("cannot be read: {error}");
                Err(Mistake { file: name, position: None, message })
            }
        }
    }

    /// As [`Source::read`], of what a file contains.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of_bytes(name: String, bytes: Vec<u8>) -> Result<Self, Mistake> {
        let parsed = S::parse(&bytes);
        let brings = parsed.is_err().then(|| how_to_bring(&name, &bytes)).flatten();
        let text = String::from_utf8(bytes).unwrap_or_else(|error| {
            // What is right before the first byte that is none, which is where the mistake is.
            let right = error.utf8_error().valid_up_to();
            String::from_utf8_lossy(&error.as_bytes()[..right]).into_owned()
        });
        match (parsed, link(&text)) {
            (Ok(scenario), _) => Ok(Self { name, scenario, note: None, text }),
            (Err(_), Some(link)) => match share::read(link) {
                Ok(shared) => {
                    // A note, not an error: the results that follow are those of this version.
                    let note = shared.differs.as_ref().map(of_difference);
                    let scenario = S::of(Scenario::from_timeline("From a link", &shared.timeline));
                    Ok(Self { name, scenario, note, text })
                }
                Err(error) => Err(of_link(name, &text, link, &error)),
            },
            (Err(error), None) => {
                let mut mistake = mistake(name, &text, &error);
                if let Some(brings) = brings {
                    let end = if mistake.message.ends_with('.') { "" } else { "." };
                    mistake.message = format!("{}{end} {brings}", mistake.message);
                }
                Err(mistake)
            }
        }
    }

    /// The position of a place. A share link has no places, so it is where the link begins.
    pub fn position(&self, place: &str) -> Position {
        match link(&self.text) {
            Some(link) => Position::at(&self.text, start_of(&self.text, link)),
            None => Position::of_place(&self.text, place),
        }
    }

    /// The mistake of a step that cannot be done.
    pub fn mistake(&self, error: &ScenarioError) -> Mistake {
        let message = error.suggesting();
        Mistake { file: self.name.clone(), position: Some(self.position(&error.place)), message }
    }
}

/// What to do with a file that is no scenario where `bring` makes one of it: a sentence behind the error's.
fn how_to_bring(name: &str, bytes: &[u8]) -> Option<String> {
    let is_meant = bytes.windows(FORMAT.len()).any(|part| part == FORMAT.as_bytes());
    if is_meant {
        return None;
    }
    let facts = bring::read(&[Input { name, bytes }]);
    let has_nodes = !bring::join(&facts, &[]).nodes.is_empty();
    let file = match name {
        STDIN => "-".to_owned(),
        name if name.contains(char::is_whitespace) => format!("'{name}'"),
        name => name.to_owned(),
    };
    has_nodes.then(|| format!("To make a scenario of it: rosterlab bring {file} > cluster.json"))
}

/// The share link in a text, if it is one or an address that ends in one.
fn link(text: &str) -> Option<&str> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let link = text.rsplit_once('#').map_or(text, |(_, link)| link);
    (!text.starts_with('{') && link.starts_with("s1=")).then_some(link)
}

fn start_of(text: &str, part: &str) -> usize {
    part.as_ptr().addr().saturating_sub(text.as_ptr().addr())
}

fn of_link(file: String, text: &str, link: &str, error: &ShareError) -> Mistake {
    let position = Some(Position::at(text, start_of(text, link) + error.at));
    Mistake { file, position, message: error.to_string() }
}

/// What is wrong with a file that is no scenario.
pub fn mistake(file: String, text: &str, error: &ScenarioError) -> Mistake {
    let without_place = || ScenarioError { place: String::new(), cause: error.cause.clone() };
    let (position, message) = match (&error.cause, syntax(&error.place)) {
        // The position has the line and the column already.
        (_, Some((line, column))) => {
            (Position::of_bytes(text, line, column), without_place().to_string())
        }
        (Cause::TooLong, _) => (Position::START, error.to_string()),
        (Cause::NotUtf8, _) => (Position::at(text, text.len()), error.to_string()),
        (Cause::Seems(seems), _) => {
            let line = seems.line.as_ref().map_or(1, |line| line.number);
            (Position { line, column: 1 }, error.to_string())
        }
        (Cause::Unreadable(message), _) => {
            (unreadable(text, &error.place, message), error.suggesting())
        }
        _ => (Position::of_place(text, &error.place), error.suggesting()),
    };
    let message = match &error.cause {
        Cause::Seems(seems) if seems.kind == FileKind::Yaml => of_yaml(text, &message),
        _ => message,
    };
    Mistake { file, position: Some(position), message }
}

/// The line and column of a place that is one: `line 3 column 7`.
fn syntax(place: &str) -> Option<(usize, usize)> {
    let (line, column) = place.strip_prefix("line ")?.split_once(" column ")?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

/// The position of what could not be read; a repeated key is where it is repeated.
fn unreadable(text: &str, place: &str, message: &str) -> Position {
    let repeated = message.strip_prefix("the key ").and_then(|m| m.strip_suffix(" appears twice"));
    match repeated.and_then(|key| serde_json::from_str::<String>(key).ok()) {
        Some(key) => Position::of_second(text, place, &key),
        None => Position::of_place(text, place),
    }
}

fn of_yaml(text: &str, message: &str) -> String {
    if text.contains(FORMAT) {
        "this scenario is written in YAML, and scenarios are JSON: convert it, for example with \
         yq -o=json . FILE"
            .to_owned()
    } else {
        message.to_owned()
    }
}
