//! Builds `dist/embed`: the element with its engine, and example pages with their figures.
//!
//! Invariant: the command line of the same sources draws the figures, so a still figure shows what the engine says.
//! In an example page a figure's place is a comment, `<!-- rosterlab: FILE OPTIONS -->`, with the options of
//! `rosterlab figure`. The pages of mdBook and MDX are not built here: `tests/e2e/recipes.mjs` builds them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::places::Places;
use crate::process::{self, TaskError, WhileDoing};

/// Begins the comment that stands for a figure in an example page.
const MARK: &str = "<!-- rosterlab: ";
const MARK_END: &str = " -->";

/// Builds the element and the plain examples beside the page in `dist`. Needs the package for pages in `pkg`. Gives the
/// command line that drew the figures.
pub fn build(places: &Places) -> Result<PathBuf, TaskError> {
    let program = command_line(places)?;
    let (from, to) = (places.root.join("www/embed"), places.dist().join("embed"));
    copy_files(&from, &to, |_| true)?;
    let is_engine = |name: &str| ["rosterlab.js", "rosterlab_bg.wasm"].contains(&name);
    copy_files(&places.packages().join("web"), &to, is_engine)?;
    let (examples, built) = (from.join("examples"), to.join("examples"));
    copy_files(&examples, &built, |name| !has_ending(name, "html"))?;
    let scenarios = places.root.join("www/scenarios");
    copy_files(&scenarios, &built, |name| has_ending(name, "json"))?;
    for page in files(&examples)?.iter().filter(|file| has_ending(&name_of(file), "html")) {
        let text = fs::read_to_string(page).doing(|| format!("read {}", page.display()))?;
        let text = with_figures(&text, |figure| draw(&program, &scenarios, figure))?;
        let target = built.join(name_of(page));
        fs::write(&target, text).doing(|| format!("write {}", target.display()))?;
    }
    Ok(program)
}

/// Builds the native command line.
pub fn command_line(places: &Places) -> Result<PathBuf, TaskError> {
    let mut build = process::command("cargo");
    build.current_dir(&places.root).args(["build", "--package", "rosterlab-cli", "--locked"]);
    if !process::run_streaming(&mut build, |line| println!("{line}"))?.success() {
        return Err(TaskError::new("the command line does not build"));
    }
    // Cargo puts it beside this program.
    let this = env::current_exe().doing(|| "find this program".to_owned())?;
    Ok(this.with_file_name("rosterlab"))
}

/// Replaces every figure's comment with the figure.
fn with_figures(
    page: &str,
    draw: impl Fn(&str) -> Result<String, TaskError>,
) -> Result<String, TaskError> {
    let mut parts = page.split(MARK);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (figure, rest) = part.split_once(MARK_END).ok_or_else(|| {
            TaskError::new(format!("the comment of a figure is not closed: {part:.40}"))
        })?;
        text.push_str(&draw(figure)?);
        text.push_str(rest);
    }
    Ok(text)
}

/// Runs `rosterlab figure` on a scenario. The scenario lies beside the example, so its name is its address.
fn draw(program: &Path, scenarios: &Path, figure: &str) -> Result<String, TaskError> {
    let mut words = figure.split_whitespace();
    let file = words.next().unwrap_or_default();
    let mut command = process::command(program);
    command.arg("figure").arg(scenarios.join(file)).args(words).args(["--src", file]);
    process::answer(&mut command)
        .ok_or_else(|| TaskError::new(format!("rosterlab figure could not draw {figure}")))
}

fn copy_files(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) -> Result<(), TaskError> {
    fs::create_dir_all(to).doing(|| format!("make {}", to.display()))?;
    for file in files(from)? {
        let name = name_of(&file);
        if wanted(&name) {
            fs::copy(&file, to.join(&name)).doing(|| format!("copy {}", file.display()))?;
        }
    }
    Ok(())
}

/// The files of a folder, without its sub-folders, sorted by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, TaskError> {
    let entries = fs::read_dir(folder).doing(|| format!("read {}", folder.display()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn has_ending(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_comment_is_replaced_by_its_figure() {
        let page = "<p>a</p>\n<!-- rosterlab: x.json --view map -->\n<!-- other -->\n<!-- rosterlab: y.json -->z";
        let drawn = with_figures(page, |figure| Ok(format!("[{figure}]"))).unwrap();
        assert_eq!(drawn, "<p>a</p>\n[x.json --view map]\n<!-- other -->\n[y.json]z");
        assert!(with_figures("<!-- rosterlab: x", |_| Ok(String::new())).is_err());
    }
}
