//! The suites behind `cargo xtask test`, in order.
//!
//! Invariant: every suite leaves one row in the report, whatever happens to it, and a suite that
//! fails does not keep later ones from running unless they need what it makes.
//!
//! Native suites use the developer's own compiler; only the page and the npm packages are built with
//! the tools of the set-up.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::count::{Runner, Tally};
use crate::embed;
use crate::packages;
use crate::page;
use crate::places::Places;
use crate::process::{self, Doing, Failure};
use crate::report::{Counts, Outcome, Report};
use crate::setup::Toolbox;
use crate::size::{FirstLoad, Module};
use crate::target::TARGET;

/// A single test file that takes longer than this hangs.
const TEST_TIMEOUT_MS: u32 = 600_000;

/// Format, lints, native tests, documentation.
pub fn native(places: &Places, report: &mut Report) {
    let cargo = |args: &[&str]| {
        let mut command = process::command("cargo");
        command.current_dir(&places.root).args(args);
        command
    };
    let has = |tool: &str| process::answer(&mut cargo(&[tool, "--version"])).is_some();

    part(report, "format", || {
        if has("fmt") { check(&mut cargo(&["fmt", "--check"])) } else { skip("rustfmt") }
    });
    part(report, "clippy", || {
        let lint = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
        if has("clippy") { check(&mut cargo(&lint)) } else { skip("clippy") }
    });
    part(report, "native tests", || {
        let test = ["test", "--workspace", "--locked", "--no-fail-fast"];
        count(&mut cargo(&test), Runner::Cargo)
    });
    part(report, "docs", || {
        let mut docs = cargo(&["doc", "--no-deps", "--workspace", "--locked"]);
        check(docs.env("RUSTDOCFLAGS", "-Dwarnings"))
    });
}

/// The npm packages: their build and size, the module's tests in Node.js and in the browser, and the packages' own.
pub fn api(places: &Places, toolbox: &Toolbox, report: &mut Report) {
    part(report, "API tests in Node.js", || module_tests(places, toolbox, &["--node"]));
    let in_browser = ["--headless", "--chrome"];
    part(report, "API tests in the browser", || module_tests(places, toolbox, &in_browser));
    let mut is_built = false;
    part(report, "packages build", || {
        packages::build(places, toolbox)?;
        is_built = true;
        Ok(Outcome::Counted(Counts::one(true)))
    });
    part(report, "package size", || if is_built { module_size(places) } else { skip("package") });
    part(report, "package tests", || {
        if is_built { package_tests(places, toolbox) } else { skip("package") }
    });
}

/// The crate's own tests, compiled and run by wasm-pack where they say.
fn module_tests(places: &Places, toolbox: &Toolbox, wherever: &[&str]) -> Result<Outcome, Failure> {
    let mut pack = toolbox.command("wasm-pack");
    pack.current_dir(&places.root)
        .args(["--log-level", "warn", "test", "--mode", "no-install"])
        .args(wherever)
        .args([packages::CRATE, "--locked"]);
    count(&mut pack, Runner::Cargo)
}

fn module_size(places: &Places) -> Result<Outcome, Failure> {
    let module = Module::measure(places)?;
    println!("{}", module.table());
    Ok(Outcome::Counted(Counts::one(module.fits())))
}

/// The built packages beside the native command line, in Node.js and in the browser.
fn package_tests(places: &Places, toolbox: &Toolbox) -> Result<Outcome, Failure> {
    let native = embed::command_line(places)?;
    let mut node = node(places, toolbox);
    node.current_dir(places.api())
        .env("ROSTERLAB_NATIVE", native)
        .env("ROSTERLAB_PACKAGES", places.packages())
        .env("ROSTERLAB_DIST", places.packages().join("web"));
    node_tests(node, &places.api(), Vec::new(), Vec::new())
}

/// The components, the page, its size, and the browser tests.
pub fn browser(places: &Places, toolbox: &Toolbox, args: &[String], report: &mut Report) {
    if args.is_empty() {
        part(report, "component tests", || components(places, toolbox));
    }
    let mut is_built = false;
    part(report, "page build", || {
        page::release(places, toolbox)?;
        packages::build_for_pages(places, toolbox)?;
        let native = embed::build(places)?;
        recipes(places, toolbox, &native)?;
        is_built = true;
        Ok(Outcome::Counted(Counts::one(true)))
    });
    part(report, "size", || if is_built { size(places) } else { skip("page") });
    part(
        report,
        "browser tests",
        || {
            if is_built { e2e(places, toolbox, args) } else { skip("page") }
        },
    );
}

/// Runs one suite and adds its row. One that could not even be started counts as a failure.
fn part(report: &mut Report, name: &str, suite: impl FnOnce() -> Result<Outcome, Failure>) {
    println!("\n== {name}");
    let start = Instant::now();
    let outcome = suite().unwrap_or_else(|failure| {
        eprintln!("{failure}");
        Outcome::Counted(Counts::one(false))
    });
    report.add(name, start, outcome);
}

#[allow(clippy::unnecessary_wraps, reason = "stands beside suites that can fail")]
fn skip(missing: &str) -> Result<Outcome, Failure> {
    println!("skipped: there is no {missing}");
    Ok(Outcome::Skipped)
}

/// A command that is one check.
fn check(command: &mut Command) -> Result<Outcome, Failure> {
    let status = process::run_streaming(command, |line| println!("{line}"))?;
    Ok(Outcome::Counted(Counts::one(status.success())))
}

/// A test runner, whose tests are counted.
fn count(command: &mut Command, runner: Runner) -> Result<Outcome, Failure> {
    let mut tally = Tally::new(runner);
    let status = process::run_streaming(command, |line| {
        println!("{line}");
        tally.read(line);
    })?;
    Ok(Outcome::Counted(tally.verdict(status.success())))
}

/// Components by themselves, compiled for the browser and run in it.
fn components(places: &Places, toolbox: &Toolbox) -> Result<Outcome, Failure> {
    let mut cargo = toolbox.command("cargo");
    cargo
        .current_dir(&places.root)
        .args(["test", "--package", "rosterlab-app", "--test", "components", "--locked"])
        .args(["--target", TARGET])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    count(&mut cargo, Runner::Cargo)
}

fn size(places: &Places) -> Result<Outcome, Failure> {
    let first_load = FirstLoad::measure(places)?;
    println!("{}", first_load.table());
    Ok(Outcome::Counted(Counts::one(first_load.fits())))
}

/// Measures the built page in the browser; the script writes docs/performance.md.
///
/// # Errors
/// When the page does not build or cannot be measured. Times are reported, never judged.
pub fn perf(places: &Places, toolbox: &Toolbox) -> Result<(), Failure> {
    page::release(places, toolbox)?;
    let first_load = FirstLoad::measure(places)?;
    let mut node = node(places, toolbox);
    node.arg("perf.mjs").env("ROSTERLAB_FIRST_LOAD", first_load.gzip_bytes().to_string());
    let status = process::run_streaming(&mut node, |line| println!("{line}"))?;
    if status.success() { Ok(()) } else { Err(Failure::new("the page could not be measured")) }
}

/// Node, in the folder of the browser tests, with what they are told.
fn node(places: &Places, toolbox: &Toolbox) -> Command {
    let mut node = toolbox.command("node");
    node.current_dir(places.e2e())
        .env("ROSTERLAB_DIST", places.dist())
        .env("NO_COLOR", "1")
        .env_remove("FORCE_COLOR");
    if let Some(browser) = &toolbox.browser {
        node.env("ROSTERLAB_CHROMIUM", browser);
    }
    node
}

/// The pages of the recipes: a book and an MDX page, built as their readers would.
fn recipes(places: &Places, toolbox: &Toolbox, native: &Path) -> Result<(), Failure> {
    packages::build_for_node(places, toolbox)?;
    let mut node = node(places, toolbox);
    node.arg("recipes.mjs")
        .env("ROSTERLAB_NATIVE", native)
        .env("ROSTERLAB_PACKAGES", places.packages());
    let status = process::run_streaming(&mut node, |line| println!("{line}"))?;
    if status.success() { Ok(()) } else { Err(Failure::new("the recipes' pages do not build")) }
}

fn e2e(places: &Places, toolbox: &Toolbox, args: &[String]) -> Result<Outcome, Failure> {
    let (files, flags): (Vec<String>, Vec<String>) =
        args.iter().cloned().partition(|name| is_test(name));
    node_tests(node(places, toolbox), &places.e2e(), files, flags)
}

fn is_test(name: &str) -> bool {
    name.ends_with(".test.mjs")
}

/// Runs test files of a folder, all when none is named.
fn node_tests(
    mut node: Command,
    folder: &Path,
    mut files: Vec<String>,
    flags: Vec<String>,
) -> Result<Outcome, Failure> {
    if files.is_empty() {
        files = fs::read_dir(folder)
            .doing(|| format!("read {}", folder.display()))?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| is_test(name))
            .collect();
        files.sort();
    }
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .arg(format!("--test-timeout={TEST_TIMEOUT_MS}"))
        .args(flags)
        .args(files);
    count(&mut node, Runner::Node)
}
