//! What `run` and `validate` print about files: for people, for CI, for programs.
//!
//! Invariant: standard output has the report of one format and nothing else. What does not hold and what is wrong is told
//! once more on standard error where the format is not for people, and what is wrong also in `text`; `github` keeps it all
//! in its annotations. Not here: running (see `run`).

use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use rosterlab_scenario::Failure;
use serde_json::{Value, json};

use crate::args::Format;
use crate::position::Position;
use crate::printable;
use crate::run::{Check, FileRun, Outcome, Task};

/// Green, for what holds.
const GOOD: Style = AnsiColor::Green.on_default();
/// Red, for what does not.
const BAD: Style = AnsiColor::Red.on_default().bold();

/// How many of everything there were.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    files: usize,
    hold: usize,
    fail: usize,
    error: usize,
    steps: usize,
    expectations: usize,
    failed: usize,
}

impl Totals {
    fn add(&mut self, run: &FileRun) {
        self.files += 1;
        match run.outcome() {
            Outcome::Holds => self.hold += 1,
            Outcome::Fails => self.fail += 1,
            Outcome::Error => self.error += 1,
        }
        self.steps += run.steps;
        self.expectations += run.checks.len();
        self.failed += run.failed();
    }

    /// One line for people.
    fn line(&self, task: Task) -> String {
        let mut parts = Vec::new();
        let mut part = |count: usize, one: &str, several: &str| {
            if count > 0 {
                parts.push(format!("{count} {}", if count == 1 { one } else { several }));
            }
        };
        match task {
            Task::Run => part(self.hold, "holds", "hold"),
            Task::Validate => part(self.hold, "is valid", "are valid"),
        }
        part(self.fail, "fails", "fail");
        part(self.error, "has an error", "have errors");
        let mut line = format!(
            "{}: {}; {}",
            counted(self.files, "file"),
            parts.join(", "),
            counted(self.steps, "step")
        );
        if task == Task::Run {
            let _ = write!(line, ", {}", counted(self.expectations, "expectation"));
            if self.failed > 0 {
                let _ = write!(line, ", {} of them not met", self.failed);
            }
        }
        line
    }
}

/// A report that is being written.
pub struct Report {
    format: Format,
    task: Task,
    /// Whether files have to be told apart.
    many: bool,
    /// How many there will be.
    count: usize,
    totals: Totals,
    /// What a format needs that is written as a whole at the end.
    whole: Vec<FileRun>,
}

impl Report {
    /// A report of so many files.
    pub fn new(format: Format, task: Task, many: bool, count: usize) -> Self {
        Self { format, task, many, count, totals: Totals::default(), whole: Vec::new() }
    }

    /// Writes what comes before the first file.
    pub fn begin(&self, out: &mut impl Write) -> io::Result<()> {
        match self.format {
            Format::Tap => writeln!(out, "TAP version 14\n1..{}", self.count),
            _ => Ok(()),
        }
    }

    /// Writes what became of a file.
    pub fn file(&mut self, mut run: FileRun, out: &mut impl Write) -> io::Result<()> {
        self.totals.add(&run);
        match self.format {
            Format::Text => self.text(&run, out)?,
            Format::Ndjson if self.many => ndjson(&run, out)?,
            Format::Table | Format::Log if self.many => {
                writeln!(out, "==> {} <==", printable(&run.name))?;
                out.write_all(&run.lines)?;
            }
            Format::Ndjson | Format::Table | Format::Log => out.write_all(&run.lines)?,
            Format::Tap => tap(&run, self.totals.files, out)?,
            Format::Github => github(&run, out)?,
            Format::Junit | Format::Json => {}
        }
        out.flush()?;
        self.complain(&run);
        if matches!(self.format, Format::Junit | Format::Json) {
            run.lines = Vec::new();
            self.whole.push(run);
        }
        Ok(())
    }

    /// Writes what comes after the last file, and returns the worst outcome.
    pub fn end(&self, out: &mut impl Write) -> io::Result<Outcome> {
        let summary = self.totals.line(self.task);
        match self.format {
            Format::Text => writeln!(out, "\n{summary}")?,
            Format::Github => writeln!(out, "{summary}")?,
            Format::Tap => writeln!(out, "# {summary}")?,
            Format::Junit => out.write_all(self.junit().as_bytes())?,
            Format::Json => writeln!(out, "{:#}", self.json())?,
            Format::Ndjson | Format::Table | Format::Log => {}
        }
        out.flush()?;
        let is_told = matches!(self.format, Format::Text | Format::Github);
        if self.many && !is_told {
            let _ = writeln!(io::stderr(), "{summary}");
        }
        Ok(match self.totals {
            Totals { error: 1.., .. } => Outcome::Error,
            Totals { fail: 1.., .. } => Outcome::Fails,
            _ => Outcome::Holds,
        })
    }

    /// Tells on standard error what the format leaves to it.
    fn complain(&self, run: &FileRun) {
        let mut lines = String::new();
        if let Some(note) = &run.note {
            let of = if self.many { format!("{}: ", run.name) } else { String::new() };
            let _ = writeln!(lines, "{of}note: {note}");
        }
        if !matches!(self.format, Format::Text | Format::Github) {
            for (position, failure) in run.failures() {
                let _ = writeln!(lines, "{}", printable(&told(&run.name, *position, failure)));
            }
        }
        if let Some(mistake) = run.mistake.as_ref().filter(|_| self.format != Format::Github) {
            let _ = writeln!(lines, "{}", printable(&mistake.to_string()));
        }
        // If standard error is closed, the report and the exit code must suffice.
        let _ = io::stderr().write_all(lines.as_bytes());
    }

    fn text(&self, run: &FileRun, out: &mut impl Write) -> io::Result<()> {
        let (style, label) = match run.outcome() {
            Outcome::Holds => (GOOD, "ok"),
            Outcome::Fails => (BAD, "FAIL"),
            Outcome::Error => (BAD, "ERROR"),
        };
        write!(out, "{style}{label:<5}{style:#}  {}", titled(run))?;
        if run.steps > 0 {
            write!(out, " ({}", counted(run.steps, "step"))?;
            match (self.task, run.failed()) {
                (Task::Validate, _) => write!(out, ")")?,
                (Task::Run, 0) => write!(out, ", {})", counted(run.checks.len(), "expectation"))?,
                (Task::Run, failed) => {
                    let all = counted(run.checks.len(), "expectation");
                    write!(out, ", {failed} of {all} not met)")?;
                }
            }
        }
        writeln!(out)?;
        for (position, failure) in run.failures() {
            writeln!(out, "       {}", printable(&told(&run.name, *position, failure)))?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let Totals { files, hold, fail, error, steps, expectations, failed } = self.totals;
        json!({
            "files": self.whole.iter().map(of_file).collect::<Vec<_>>(),
            "summary": {
                "files": files, "hold": hold, "fail": fail, "error": error,
                "steps": steps, "expectations": expectations, "failed": failed,
            },
        })
    }

    fn junit(&self) -> String {
        let suites: Vec<Suite> = self.whole.iter().map(|run| Suite::of(run, self.task)).collect();
        let sum = |of: fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>();
        let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        let _ = writeln!(
            text,
            "<testsuites name=\"rosterlab\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
            sum(|suite| suite.tests),
            sum(|suite| suite.failures),
            sum(|suite| suite.errors)
        );
        text.extend(suites.iter().map(|suite| suite.xml.as_str()));
        text + "</testsuites>\n"
    }
}

/// A failure as compilers write it.
fn told(file: &str, position: Position, failure: &Failure) -> String {
    format!("{file}:{position}: {failure}")
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A file and its title.
fn titled(run: &FileRun) -> String {
    let title = if run.title.is_empty() { String::new() } else { format!(": {}", run.title) };
    printable(&format!("{}{title}", run.name))
}

/// Lines of several files: each begins with its file.
fn ndjson(run: &FileRun, out: &mut impl Write) -> io::Result<()> {
    let file = Value::from(run.name.as_str());
    for line in run.lines.split_inclusive(|byte| *byte == b'\n') {
        write!(out, "{{\"file\":{file},")?;
        out.write_all(line.strip_prefix(b"{").unwrap_or(line))?;
    }
    Ok(())
}

/// A file in the format `json`.
fn of_file(run: &FileRun) -> Value {
    let failure = |(position, failure): &(Position, Failure)| {
        json!({
            "place": failure.place, "expected": failure.expected, "found": failure.found,
            "line": position.line, "column": position.column,
        })
    };
    let outcome = match run.outcome() {
        Outcome::Holds => "holds",
        Outcome::Fails => "fails",
        Outcome::Error => "error",
    };
    let mut file = json!({
        "file": run.name, "title": run.title, "outcome": outcome, "steps": run.steps,
        "expectations": run.checks.len(), "failed": run.failed(),
        "failures": run.failures().map(failure).collect::<Vec<_>>(),
    });
    if let Some(mistake) = &run.mistake {
        file["error"] = json!({"message": mistake.message});
        if let Some(Position { line, column }) = mistake.position {
            file["error"]["line"] = line.into();
            file["error"]["column"] = column.into();
        }
    }
    if let Some(note) = &run.note {
        file["note"] = note.as_str().into();
    }
    file
}

/// One line of TAP for a file, with what is wrong in YAML. JSON's texts are YAML's too.
fn tap(run: &FileRun, number: usize, out: &mut impl Write) -> io::Result<()> {
    let not = if run.outcome() == Outcome::Holds { "" } else { "not " };
    let title = titled(run).replace('\\', "\\\\").replace('#', "\\#");
    writeln!(out, "{not}ok {number} - {title}")?;
    if run.outcome() == Outcome::Holds {
        return Ok(());
    }
    let quoted = |text: &str| Value::from(text).to_string();
    writeln!(out, "  ---")?;
    if let Some(mistake) = &run.mistake {
        writeln!(out, "  error: {}", quoted(&mistake.to_string()))?;
    }
    if run.failed() > 0 {
        writeln!(out, "  failures:")?;
    }
    for (position, failure) in run.failures() {
        writeln!(out, "    - at: {}", quoted(&format!("{}:{position}", run.name)))?;
        writeln!(out, "      place: {}", quoted(&failure.place))?;
        writeln!(out, "      expected: {}", quoted(&failure.expected))?;
        writeln!(out, "      found: {}", quoted(&failure.found))?;
    }
    writeln!(out, "  ...")
}

/// An annotation of GitHub Actions for everything that is wrong.
fn github(run: &FileRun, out: &mut impl Write) -> io::Result<()> {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let mut annotate = |position: Option<Position>, title: &str, message: &str| {
        write!(out, "::error file={}", property(&run.name))?;
        if let Some(Position { line, column }) = position {
            write!(out, ",line={line},col={column}")?;
        }
        writeln!(out, ",title={}::{}", property(title), data(message))
    };
    for (position, failure) in run.failures() {
        annotate(Some(*position), "An expectation does not hold", &failure.to_string())?;
    }
    match &run.mistake {
        Some(mistake) => annotate(mistake.position, "Bad input", &mistake.message),
        None => Ok(()),
    }
}

/// A file as a suite of tests: each expectation is a test.
struct Suite {
    tests: usize,
    failures: usize,
    errors: usize,
    xml: String,
}

impl Suite {
    fn of(run: &FileRun, task: Task) -> Self {
        let checks: &[Check] = if task == Task::Run { &run.checks } else { &[] };
        let mut cases: Vec<String> = checks.iter().map(|check| case_of(run, check)).collect();
        let file = xml(&run.name);
        match &run.mistake {
            Some(mistake) => {
                let line = mistake.position.map_or(1, |position| position.line);
                let (message, text) = (xml(&mistake.message), xml(&mistake.to_string()));
                cases.push(format!(
                    "    <testcase name=\"every step can be done\" classname=\"{file}\" file=\"{file}\" line=\"{line}\">\n      <error message=\"{message}\">{text}</error>\n    </testcase>\n"
                ));
            }
            None if checks.is_empty() => cases.push(format!(
                "    <testcase name=\"every step can be done\" classname=\"{file}\" file=\"{file}\"/>\n"
            )),
            None => {}
        }
        let (tests, failures) = (cases.len(), run.failed());
        let errors = usize::from(run.mistake.is_some());
        let xml = format!(
            "  <testsuite name=\"{file}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n{}  </testsuite>\n",
            cases.concat()
        );
        Self { tests, failures, errors, xml }
    }
}

fn case_of(run: &FileRun, check: &Check) -> String {
    let (name, file) = (xml(&check.name), xml(&run.name));
    let head = format!(
        "    <testcase name=\"{name}\" classname=\"{file}\" file=\"{file}\" line=\"{}\"",
        check.position.line
    );
    let Some((_, first)) = check.failures.first() else { return head + "/>\n" };
    let all = check.failures.iter().map(|(position, failure)| told(&run.name, *position, failure));
    let (message, text) = (xml(&first.to_string()), xml(&all.collect::<Vec<_>>().join("\n")));
    format!("{head}>\n      <failure message=\"{message}\">{text}</failure>\n    </testcase>\n")
}

/// A text as XML may have it, in an attribute or between tags: XML has no control characters, not even escaped.
pub fn xml(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\n' => escaped.push('\n'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
