//! The command line from outside: arguments and input in, exit code, output and errors out.
#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]
#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod bring;
mod check;
mod collectinfo;
mod files;
mod formats;
mod help;
mod log;
mod output;
mod schema;
mod serve;
mod serve_page;
mod sites;
mod table;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A file of the repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Runs `rosterlab` with these arguments and this standard input.
fn rosterlab(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rosterlab"))
        .args(arguments)
        // The help is as wide as the terminal, and this is how a terminal tells.
        .env_remove("COLUMNS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A thread of its own: a command that does not read its input must not block the test.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// Exit code, standard output and standard error as text.
fn told(arguments: &[&str], input: &str) -> (i32, String, String) {
    let output = rosterlab(arguments, input.as_bytes());
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// A new folder with these files, for one test.
fn folder(test: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// As [`told`], in a folder.
fn told_in(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rosterlab"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// A file with this title and these steps on three nodes, a line for each step.
fn three_nodes(title: &str, steps: &[&str]) -> String {
    let steps = steps.join(",\n");
    format!(
        r#"{{"format":"rosterlab-scenario/1","title":"{title}",
"cluster":{{"nodes":[{{"id":"A1"}},{{"id":"A2"}},{{"id":"A3"}}]}},"steps":[
{steps}
]}}"#
    )
}
