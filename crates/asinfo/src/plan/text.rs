//! The lines of a plan, each with what was said before it: on which host, in which session of the admin tool.
//!
//! Invariant: every line of the text is in one line here, in order; loops over several lines and lines that end in a backslash are
//! joined. Not here: what a line does.

use std::collections::BTreeMap;
use std::fmt;

use rosterlab_scenario::foresight::runbook::Line;

use super::peel::{Peeled, peel};
use super::prose::{VERBS, imperatives, looks_like_a_command};
use super::waits;

/// The most bytes of a plan.
pub const MAX_PLAN: usize = 1024 * 1024;
/// The most lines of a plan.
pub const MAX_PLAN_LINES: usize = 5_000;

/// The most lines of a loop.
const MOST_LOOP_LINES: usize = 100;

/// Why a text is no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// It has more than [`MAX_PLAN`] bytes.
    TooLong,
    /// It has more than [`MAX_PLAN_LINES`] lines.
    TooManyLines,
    /// It is empty.
    Empty,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "a plan has at most {MAX_PLAN} bytes"),
            Self::TooManyLines => write!(f, "a plan has at most {MAX_PLAN_LINES} lines"),
            Self::Empty => f.write_str("the plan is empty"),
        }
    }
}

impl std::error::Error for PlanError {}

/// What was said before a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// The last heading, which may name the hosts.
    pub heading: Option<String>,
    /// The host that the last call of the admin tool without a command connected to.
    pub session: Option<String>,
    /// Whether the line may be prose: it stands outside of the blocks of code that the plan has.
    pub is_prose: bool,
    /// Whether it is a heading below which no line may do anything.
    pub is_bare: bool,
}

/// The lines of a text, and what was said before each.
pub(super) fn lines(text: &str) -> Result<(Vec<Line>, BTreeMap<usize, Said>), PlanError> {
    if text.len() > MAX_PLAN {
        return Err(PlanError::TooLong);
    }
    let has_blocks = text.lines().any(is_fence);
    let (mut lines, mut said) = (Vec::new(), BTreeMap::new());
    let mut now = Said::default();
    let mut sections = Sections::default();
    let mut is_inside = false;
    let mut rest = text.lines().enumerate().peekable();
    while let Some((place, first)) = rest.next() {
        if place >= MAX_PLAN_LINES {
            return Err(PlanError::TooManyLines);
        }
        let mut whole = first.to_owned();
        let mut is_code = false;
        if is_fence(first) {
            is_inside = !is_inside;
        } else {
            while let Some(before) = whole.strip_suffix('\\') {
                let Some((_, next)) = rest.next() else { break };
                whole = format!("{before} {}", next.trim());
            }
            if begins_a_loop(&whole) {
                for _ in 0..MOST_LOOP_LINES {
                    if ends_a_loop(&whole) {
                        break;
                    }
                    let Some((_, next)) = rest.next() else { break };
                    let is_open =
                        [" do", ";do", " then", "\ndo"].iter().any(|end| whole.ends_with(end));
                    let between = if is_open || next.trim() == "do" { " " } else { "; " };
                    whole =
                        format!("{}{between}{}", whole.trim_end_matches([';', ' ']), next.trim());
                }
            }
            now.is_prose = has_blocks && !is_inside;
            is_code = is_inside;
        }
        let number = place + 1;
        said.insert(number, now.clone());
        let peeled = peel(&whole);
        let level = if is_code { None } else { level(&peeled) };
        sections.look(number, level, !is_fence(first) && may_do(&peeled.command, now.is_prose));
        let command = peeled.command;
        if let Some(heading) = heading(&command) {
            now.heading = Some(heading.to_owned());
        }
        match session(&command) {
            Session::Begins(host) => now.session = host,
            Session::Ends => now.session = None,
            Session::GoesOn => {}
        }
        lines.push(Line { number, text: whole, given: None });
    }
    for number in sections.end() {
        said.entry(number).or_default().is_bare = true;
    }
    Ok((lines, said))
}

/// The headings above a line, and those below which nothing was found.
#[derive(Default)]
struct Sections {
    /// The number of the line, its level, and whether a line below it may do something.
    open: Vec<(usize, usize, bool)>,
    bare: Vec<usize>,
}

impl Sections {
    fn look(&mut self, number: usize, level: Option<usize>, may_do: bool) {
        match level {
            Some(level) => {
                self.close(level);
                self.open.push((number, level, false));
            }
            None => self.open.iter_mut().for_each(|(_, _, does)| *does |= may_do),
        }
    }

    /// Ends the headings that do not stand above this level.
    fn close(&mut self, level: usize) {
        while let Some((number, _, does)) = self.open.pop_if(|(_, open, _)| *open >= level) {
            if !does {
                self.bare.push(number);
            }
        }
    }

    fn end(mut self) -> Vec<usize> {
        self.close(0);
        self.bare
    }
}

/// How high a heading stands; `None` for other lines. A single `#` may be a comment of a shell, and stands above nothing.
fn level(peeled: &Peeled) -> Option<usize> {
    let command = &peeled.command;
    let marks = command.bytes().take_while(|byte| *byte == b'#').count();
    match marks {
        0 if peeled.is_bold => Some(7),
        0 if command.ends_with(':') => Some(8),
        2..=6 => Some(marks),
        _ => None,
    }
}

/// Whether a line may do something. Prose does nothing unless it has a command.
fn may_do(command: &str, is_prose: bool) -> bool {
    let is_told = || {
        looks_like_a_command(command)
            || !imperatives(command, &VERBS).is_empty()
            || command.contains('`')
            || waits::sentence(command).is_some()
    };
    !is_for_people(command) && (!is_prose || is_told())
}

/// Whether a line is a comment, a heading of Markdown, a rule or empty.
pub(super) fn is_for_people(command: &str) -> bool {
    let is_rule = command.bytes().all(|byte| b"-=*_~ ".contains(&byte));
    let begins = ["#", "//", "<!--", "-- ", "==="].iter().any(|mark| command.starts_with(mark));
    is_rule || begins
}

/// Whether a line begins or ends a block of code in Markdown.
pub(super) fn is_fence(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("```") || line.starts_with("~~~")
}

/// The text of a heading or of a line such as `On b101:`.
fn heading(command: &str) -> Option<&str> {
    let marked = command.starts_with('#').then(|| command.trim_start_matches('#').trim());
    marked.or_else(|| command.strip_suffix(':').filter(|text| !text.contains(['\'', '"'])))
}

fn begins_a_loop(line: &str) -> bool {
    let command = peel(line).command;
    ["for ", "until ", "while "].iter().any(|word| command.starts_with(word)) && {
        // `while` and `for` may begin a sentence; a loop has its `do` here or on the next line.
        command.contains("; do")
            || command.ends_with(" do")
            || command.contains(';')
            || command.contains('$')
            || command.contains("asinfo")
            || command.contains("asadm")
    }
}

/// Whether as many loops end as begin.
fn ends_a_loop(line: &str) -> bool {
    let words = |word: &str| line.split([' ', ';']).filter(|one| *one == word).count();
    words("done") > 0 && words("done") >= words("do")
}

/// What a line does to the session of the admin tool.
enum Session {
    /// One begins, connected to this host.
    Begins(Option<String>),
    Ends,
    GoesOn,
}

/// Whether a line calls the admin tool without a command, or ends it.
fn session(command: &str) -> Session {
    let words: Vec<&str> = command.split_whitespace().collect();
    match words[..] {
        ["exit" | "quit"] => Session::Ends,
        ["asadm", ..] if !words.iter().any(|word| matches!(*word, "-e" | "--execute")) => {
            let host = words.iter().position(|word| matches!(*word, "-h" | "--host"));
            let host = host.and_then(|at| words.get(at + 1));
            Session::Begins(host.map(|host| (*host).to_owned()))
        }
        _ => Session::GoesOn,
    }
}
