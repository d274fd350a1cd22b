//! Which files the arguments mean: files, patterns, folders, and standard input.
//!
//! Invariant: the files come in the order of the arguments, and within a folder or a pattern in the order of their names.
//! Not here: reading them (see `source`).

use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

/// The files of some arguments.
#[derive(Debug, PartialEq, Eq)]
pub struct Files {
    /// `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// Whether there may be several: more than one argument, a folder or a pattern.
    pub may_be_many: bool,
}

impl Files {
    /// Finds scenarios.
    ///
    /// # Errors
    /// When an argument means no file, or standard input is asked for twice.
    pub fn of(arguments: &[PathBuf]) -> Result<Self, String> {
        Self::within(arguments, "*.json")
    }

    /// Finds files; of folders, those whose names fit a pattern.
    ///
    /// # Errors
    /// As [`Files::of`].
    pub fn within(arguments: &[PathBuf], of_folders: &str) -> Result<Self, String> {
        let mut files = Self { paths: Vec::new(), may_be_many: arguments.len() > 1 };
        for argument in arguments {
            let text = argument.to_string_lossy();
            if argument.is_dir() {
                let within = argument.join("**").join(of_folders);
                // Signs that patterns have may be in the folder's own name.
                let escaped = Pattern::escape(&text);
                let pattern = within.to_string_lossy().replacen(&*text, &escaped, 1);
                let kind = of_folders.trim_start_matches('*');
                let kind = if kind.is_empty() { String::new() } else { format!("{kind} ") };
                files.add(&pattern, &format!("there is no {kind}file in {text}"))?;
            } else if !argument.exists() && text.contains(['*', '?', '[']) {
                files.add(&text, &format!("no file matches {text}"))?;
            } else {
                files.paths.push(argument.clone());
            }
        }
        let is_stdin = |path: &&PathBuf| *path == Path::new("-");
        if files.paths.iter().filter(is_stdin).count() > 1 {
            return Err("standard input can be read only once".to_owned());
        }
        Ok(files)
    }

    fn add(&mut self, pattern: &str, nothing: &str) -> Result<(), String> {
        let options = MatchOptions { require_literal_leading_dot: true, ..MatchOptions::default() };
        let found = glob::glob_with(pattern, options)
            .map_err(|error| format!("{pattern} is no pattern: {error}"))?;
        let before = self.paths.len();
        for path in found {
            let path = path.map_err(|error| error.to_string())?;
            if path.is_file() {
                self.paths.push(path);
            }
        }
        self.may_be_many = true;
        if self.paths.len() == before { Err(nothing.to_owned()) } else { Ok(()) }
    }
}
