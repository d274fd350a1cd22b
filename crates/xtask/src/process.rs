//! Other programs: finding them, running them, and showing what they said.
//!
//! Invariant: what a tool says of its downloads reaches the terminal without the address of a
//! server (`mask.rs`).
//!
//! It does not decide what a failure means: callers get a value and handle it once.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::mask::mask_addresses;

/// Why something could not be done: a sentence for the person at the terminal.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// A failure that says `sentence`.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Adds to an I/O error what was being attempted.
pub trait Doing<T> {
    /// The value, or a failure that reads "could not `what`: `the error`".
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: fmt::Display> Doing<T> for Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(format!("could not {}: {error}", what())))
    }
}

/// A command with the environment that the caller of `cargo xtask` had.
///
/// `cargo run` describes this crate to its program in variables. Another cargo, or a tool that asks
/// `CARGO` which cargo to call, would take them for its own.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name == "CARGO" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        {
            command.env_remove(&*name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// The first executable file called `program` in the folders of `path`.
pub fn find_in(path: &OsStr, program: &str) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;

    env::split_paths(path).map(|folder| folder.join(program)).find(|candidate| {
        fs::metadata(candidate)
            .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    })
}

/// The caller's own `PATH`.
pub fn own_path() -> OsString {
    env::var_os("PATH").unwrap_or_default()
}

/// What a command printed on standard output, trimmed, if it could be run and succeeded.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// How long a quiet command may take.
#[derive(Clone, Copy)]
pub enum Limit {
    /// As long as it needs.
    None,
    /// At most this long; then it is ended.
    Within(Duration),
}

/// Runs a command whose output nobody needs to see unless it fails: then its last lines go to
/// standard error.
pub fn run_quietly(
    command: &mut Command,
    what: &str,
    log: &Path,
    limit: Limit,
) -> Result<(), Failure> {
    run_logged(command, what, log, limit).inspect_err(|_| {
        let text = fs::read(log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        eprintln!();
        for line in &lines[lines.len().saturating_sub(40)..] {
            eprintln!("    {}", mask_addresses(line));
        }
    })
}

/// Runs a command with its output in the file `log`, and shows none of it.
pub fn run_logged(
    command: &mut Command,
    what: &str,
    log: &Path,
    limit: Limit,
) -> Result<(), Failure> {
    let file = File::create(log).doing(|| format!("write {}", log.display()))?;
    let copy = file.try_clone().doing(|| format!("write {}", log.display()))?;
    let mut child = command.stdout(file).stderr(copy).spawn().doing(|| format!("start {what}"))?;
    let status = wait(&mut child, limit).doing(|| format!("wait for {what}"))?;
    match status {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(Failure::new(format!("{what} failed ({status})"))),
        None => Err(Failure::new(format!("{what} gave no answer in time"))),
    }
}

/// The status of a child that ended by itself, or nothing when its time was up.
fn wait(child: &mut Child, limit: Limit) -> std::io::Result<Option<ExitStatus>> {
    let Limit::Within(limit) = limit else { return child.wait().map(Some) };
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(Duration::from_millis(100));
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// Runs a command whose output is seen line by line, as it comes: standard output is handed to
/// `on_line`, which is to print it; standard error, where cargo says what it downloads, is masked
/// and printed.
///
/// A suite's standard output may pass unchanged: it is the project's own, and a test may well
/// compare addresses.
pub fn run_streaming(
    command: &mut Command,
    mut on_line: impl FnMut(&str),
) -> Result<ExitStatus, Failure> {
    let what = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .doing(|| format!("start {what}"))?;
    let stdout = child.stdout.take();
    let stderr = child.stderr.take();
    thread::scope(|scope| {
        scope.spawn(|| each_line(stderr, |line| eprintln!("{}", mask_addresses(line))));
        each_line(stdout, &mut on_line);
    });
    child.wait().doing(|| format!("wait for {what}"))
}

fn each_line(stream: Option<impl Read>, mut use_line: impl FnMut(&str)) {
    let Some(stream) = stream else { return };
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    // A stream that cannot be read any more has ended, whatever the reason.
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        use_line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
        line.clear();
    }
}
