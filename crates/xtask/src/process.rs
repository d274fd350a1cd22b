//! Finds other programs, runs them and shows their output.
//!
//! Invariant: no server's address in a tool's messages about downloads reaches the terminal (`mask`).
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

/// Why a task failed, as a sentence for the person at the terminal.
#[derive(Debug)]
pub struct TaskError(String);

impl TaskError {
    /// An error that says `sentence`.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Adds to an error what was attempted.
pub trait WhileDoing<T> {
    /// The value, or an error that reads "could not `what`: `the error`".
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, TaskError>;
}

impl<T, E: fmt::Display> WhileDoing<T> for Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, TaskError> {
        self.map_err(|error| TaskError::new(format!("could not {}: {error}", what())))
    }
}

/// A command with the environment of the person who called `cargo xtask`.
///
/// `cargo run` sets variables that describe this crate. Another cargo, or a tool that reads `CARGO`, would
/// take them as meant for itself.
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

/// The first executable file named `program` in the folders of `path`.
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

/// A command's trimmed standard output, if the command could be run and succeeded.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// How long a command without visible output may take.
#[derive(Clone, Copy)]
pub enum Limit {
    /// There is no limit.
    None,
    /// After this time the command is ended.
    Within(Duration),
}

/// Runs a command without showing its output. When it fails, its last lines go to standard error.
pub fn run_quietly(
    command: &mut Command,
    what: &str,
    log: &Path,
    limit: Limit,
) -> Result<(), TaskError> {
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

/// Runs a command, writes its output to the file `log` and shows none of it.
pub fn run_logged(
    command: &mut Command,
    what: &str,
    log: &Path,
    limit: Limit,
) -> Result<(), TaskError> {
    let file = File::create(log).doing(|| format!("write {}", log.display()))?;
    let copy = file.try_clone().doing(|| format!("write {}", log.display()))?;
    let mut child = command.stdout(file).stderr(copy).spawn().doing(|| format!("start {what}"))?;
    let status = wait(&mut child, limit).doing(|| format!("wait for {what}"))?;
    match status {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(TaskError::new(format!("{what} failed ({status})"))),
        None => Err(TaskError::new(format!("{what} took too long"))),
    }
}

/// The status of a child that ended by itself, or nothing when its time ran out.
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

/// Runs a command and shows its output line by line, as it arrives. `on_line` gets standard output and
/// prints it. Standard error, where cargo reports downloads, is masked and printed.
///
/// A suite's standard output passes unchanged: it is the project's own, and a test may compare
/// addresses.
pub fn run_streaming(
    command: &mut Command,
    mut on_line: impl FnMut(&str),
) -> Result<ExitStatus, TaskError> {
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
    // Treat a read error as the end of the stream.
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        use_line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
        line.clear();
    }
}
