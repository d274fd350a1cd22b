//! The suites behind `cargo xtask test`, in order.
//!
//! Invariant: every suite adds one row to the summary, whatever happens to it. A suite that fails
//! does not stop later ones, unless they need what it builds.
//!
//! Native suites use the developer's own compiler. Only the page and the npm packages are built with
//! the tools of the set-up. This file installs nothing: `setup` does.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::args::{Clients, E2e, Extent, Shots};
use crate::embed;
use crate::engines::{Engine, OTHERS};
use crate::packages;
use crate::page;
use crate::places::Places;
use crate::process::{self, TaskError, WhileDoing};
use crate::score::{ResultReader, Score, TestRunner};
use crate::setup::Toolbox;
use crate::site;
use crate::size::{FirstLoad, Module};
use crate::summary::{PartOutcome, Summary};
use crate::wasm_compiler::TARGET;

/// A test file that takes longer than this counts as hanging.
// It only ends a run that hangs; no assertion depends on it.
const TEST_TIMEOUT_MS: u32 = 600_000;

/// Runs the checks that need no browser: format, lints, native tests, documentation.
pub fn native(places: &Places, summary: &mut Summary) {
    let cargo = |args: &[&str]| {
        let mut command = process::command("cargo");
        command.current_dir(&places.root).args(args);
        command
    };
    let has = |tool: &str| process::answer(&mut cargo(&[tool, "--version"])).is_some();

    part(summary, "format", || {
        if has("fmt") { check(&mut cargo(&["fmt", "--check"])) } else { skip("rustfmt") }
    });
    part(summary, "clippy", || {
        let lint = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
        if has("clippy") { check(&mut cargo(&lint)) } else { skip("clippy") }
    });
    part(summary, "native tests", || {
        let test = ["test", "--workspace", "--locked", "--no-fail-fast"];
        count(&mut cargo(&test), TestRunner::Cargo)
    });
    part(summary, "docs", || {
        let mut docs = cargo(&["doc", "--no-deps", "--workspace", "--locked"]);
        check(docs.env("RUSTDOCFLAGS", "-Dwarnings"))
    });
}

/// Builds the npm package and tests it: the module in Node.js and in the browser, the size, and the package's own
/// tests.
pub fn api(places: &Places, toolbox: &Toolbox, summary: &mut Summary) {
    part(summary, "API tests in Node.js", || module_tests(places, toolbox, &["--node"]));
    let in_browser = ["--headless", "--chrome"];
    part(summary, "API tests in the browser", || module_tests(places, toolbox, &in_browser));
    let mut is_built = false;
    part(summary, "package build", || {
        packages::build(places, toolbox)?;
        is_built = true;
        Ok(PartOutcome::Scored(Score::one(true)))
    });
    part(summary, "package size", || if is_built { module_size(places) } else { skip("package") });
    part(summary, "package tests", || {
        if is_built { package_tests(places, toolbox, &places.api()) } else { skip("package") }
    });
    part(summary, "package in example projects", || {
        if is_built { package_tests(places, toolbox, &places.consumers()) } else { skip("package") }
    });
}

/// Runs the crate's own tests with wasm-pack, in Node.js or in a browser.
fn module_tests(
    places: &Places,
    toolbox: &Toolbox,
    platform: &[&str],
) -> Result<PartOutcome, TaskError> {
    let mut pack = toolbox.command("wasm-pack");
    pack.current_dir(&places.root)
        .args(["--log-level", "warn", "test", "--mode", "no-install"])
        .args(platform)
        .args([packages::CRATE, "--locked"]);
    count(&mut pack, TestRunner::Cargo)
}

fn module_size(places: &Places) -> Result<PartOutcome, TaskError> {
    let module = Module::measure(places)?;
    println!("{}", module.table());
    Ok(PartOutcome::Scored(Score::one(module.fits())))
}

/// Runs the tests of a folder on the package: comparisons with the native command line, or projects that use it.
fn package_tests(
    places: &Places,
    toolbox: &Toolbox,
    folder: &Path,
) -> Result<PartOutcome, TaskError> {
    let native = embed::command_line(places)?;
    packages::pack(places)?;
    let mut node = node(places, toolbox);
    node.current_dir(folder)
        .env("ROSTERLAB_NATIVE", native)
        .env("ROSTERLAB_PACKAGES", places.packages())
        .env("ROSTERLAB_DIST", places.package());
    node_tests(node, folder, Vec::new(), Vec::new())
}

/// Tests the components, builds the page, checks its size and runs the browser tests. Says whether the page was built.
///
/// To update the screenshots, only their own test file runs.
pub fn browser(places: &Places, toolbox: &Toolbox, run: &E2e, summary: &mut Summary) -> bool {
    if *run == E2e::default() {
        part(summary, "component tests", || components(places, toolbox));
    }
    let mut is_built = false;
    part(summary, "page build", || {
        let native = site::build(places, toolbox)?;
        recipes(places, toolbox, &native)?;
        is_built = true;
        Ok(PartOutcome::Scored(Score::one(true)))
    });
    part(summary, "size", || if is_built { size(places) } else { skip("page") });
    let name = format!("browser tests in {}", run.engine.name());
    part(summary, &name, || if is_built { e2e(places, toolbox, run) } else { skip("page") });
    is_built
}

/// Builds sites with other people's tools and tests the figures in them. The page was built.
pub fn hosts(
    places: &Places,
    toolbox: &Toolbox,
    python: &Path,
    args: &[String],
    summary: &mut Summary,
) {
    let command = || -> Result<Command, TaskError> {
        let mut node = node(places, toolbox);
        node.current_dir(places.hosts())
            .env("ROSTERLAB_NATIVE", embed::command_line(places)?)
            .env("ROSTERLAB_PYTHON", python);
        Ok(node)
    };
    let mut are_built = false;
    part(summary, "sites build", || {
        let status =
            process::run_streaming(command()?.arg("build.mjs"), |line| println!("{line}"))?;
        are_built = status.success();
        Ok(PartOutcome::Scored(Score::one(are_built)))
    });
    part(summary, "figures in sites", || {
        if !are_built {
            return skip("site");
        }
        let (files, flags): (Vec<String>, Vec<String>) =
            args.iter().cloned().partition(|name| is_test(name));
        node_tests(command()?, &places.hosts(), files, flags)
    });
}

/// Tests the served cluster with real client libraries. What does not come from a registry is only tested if it was said where
/// it is (see tests/clients/README.md).
pub fn clients(places: &Places, python: &Path, run: &Clients, summary: &mut Summary) {
    let folder = places.clients();
    let with_native = |program: &Path| -> Result<Command, TaskError> {
        let mut command = process::command(program);
        command
            .current_dir(&folder)
            .env("ROSTERLAB_PROGRAM", embed::command_line(places)?)
            .env("NO_COLOR", "1")
            .env_remove("FORCE_COLOR");
        Ok(command)
    };
    part(summary, "client for Python", || {
        let mut pytest = with_native(python)?;
        pytest.args(["-m", "pytest"]).args(&run.args).env("PYTHONDONTWRITEBYTECODE", "1");
        count(&mut pytest, TestRunner::Pytest)
    });
    if !run.args.is_empty() {
        return;
    }
    part(summary, "client for Node.js", || {
        let node = with_native(Path::new("node"))?;
        let mut files = Vec::new();
        for part in ["node", "examples"] {
            let names = files_with(&folder.join(part), "")?;
            files.extend(names.into_iter().map(|name| format!("{part}/{name}")));
        }
        node_tests(node, &folder, files, Vec::new())
    });
    if run.rust {
        part(summary, "client for Rust", || {
            let mut cargo = with_native(Path::new("cargo"))?;
            let tests = folder.join("rust");
            cargo.current_dir(tests).args(["test", "--locked", "--no-fail-fast", "--jobs", "1"]);
            count(&mut cargo, TestRunner::Cargo)
        });
    }
}

/// Runs the browser tests in the engines beside Chromium. The page was built.
pub fn other_engines(places: &Places, toolbox: &Toolbox, extent: Extent, summary: &mut Summary) {
    for engine in OTHERS {
        let run = E2e { engine, extent, ..E2e::default() };
        let is_here = toolbox.browsers.iter().any(|(here, _)| *here == engine);
        part(summary, &format!("browser tests in {}", engine.name()), || {
            if is_here { e2e(places, toolbox, &run) } else { skip(engine.name()) }
        });
    }
}

/// Runs one suite and adds its row. A suite that cannot be started counts as one failure.
fn part(summary: &mut Summary, name: &str, suite: impl FnOnce() -> Result<PartOutcome, TaskError>) {
    println!("\n== {name}");
    let start = Instant::now();
    let outcome = suite().unwrap_or_else(|failure| {
        eprintln!("{failure}");
        PartOutcome::Scored(Score::one(false))
    });
    summary.add(name, start, outcome);
}

#[allow(clippy::unnecessary_wraps, reason = "has the type of the suites it replaces")]
fn skip(missing: &str) -> Result<PartOutcome, TaskError> {
    println!("skipped: there is no {missing}");
    Ok(PartOutcome::Skipped)
}

/// Runs a command that counts as one check.
fn check(command: &mut Command) -> Result<PartOutcome, TaskError> {
    let status = process::run_streaming(command, |line| println!("{line}"))?;
    Ok(PartOutcome::Scored(Score::one(status.success())))
}

/// Runs a test runner and counts its tests.
fn count(command: &mut Command, runner: TestRunner) -> Result<PartOutcome, TaskError> {
    let mut results = ResultReader::new(runner);
    let status = process::run_streaming(command, |line| {
        println!("{line}");
        results.read(line);
    })?;
    Ok(PartOutcome::Scored(results.score(status.success())))
}

/// Runs the tests of single components in the browser.
fn components(places: &Places, toolbox: &Toolbox) -> Result<PartOutcome, TaskError> {
    let mut cargo = toolbox.command("cargo");
    cargo
        .current_dir(&places.root)
        .args(["test", "--package", "rosterlab-app", "--test", "components", "--locked"])
        .args(["--target", TARGET])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    count(&mut cargo, TestRunner::Cargo)
}

fn size(places: &Places) -> Result<PartOutcome, TaskError> {
    let first_load = FirstLoad::measure(places)?;
    println!("{}", first_load.table());
    Ok(PartOutcome::Scored(Score::one(first_load.fits())))
}

/// Measures the built page, first in Chromium and then in all engines that are here. The scripts write docs/performance.md.
///
/// # Errors
/// When the page does not build or cannot be measured. No time is an error: times are only reported.
pub fn perf(places: &Places, toolbox: &Toolbox) -> Result<(), TaskError> {
    page::release(places, toolbox)?;
    let first_load = FirstLoad::measure(places)?;
    let engines: Vec<&str> = toolbox.browsers.iter().map(|(engine, _)| engine.name()).collect();
    for script in ["perf.mjs", "perf-engines.mjs"] {
        let mut node = node(places, toolbox);
        node.arg(script)
            .env("ROSTERLAB_FIRST_LOAD", first_load.gzip_bytes().to_string())
            .env("ROSTERLAB_ENGINES", engines.join(","));
        let status = process::run_streaming(&mut node, |line| println!("{line}"))?;
        if !status.success() {
            return Err(TaskError::new(format!("{script} could not measure the page")));
        }
    }
    Ok(())
}

/// A `node` command in the folder of the browser tests, with the variables that they read.
fn node(places: &Places, toolbox: &Toolbox) -> Command {
    let mut node = toolbox.command("node");
    node.current_dir(places.e2e())
        .env("ROSTERLAB_DIST", places.dist())
        .env("NO_COLOR", "1")
        .env_remove("FORCE_COLOR");
    for (engine, program) in &toolbox.browsers {
        // WebKit's program is the driver, which starts the browser.
        if *engine != Engine::WebKit {
            node.env(engine.variable(), program);
        }
    }
    node
}

/// Builds the pages of the recipes as a reader would: a book and an MDX page.
fn recipes(places: &Places, toolbox: &Toolbox, native: &Path) -> Result<(), TaskError> {
    packages::build_for_node(places, toolbox)?;
    let mut node = node(places, toolbox);
    node.arg("recipes.mjs")
        .env("ROSTERLAB_NATIVE", native)
        .env("ROSTERLAB_PACKAGES", places.packages());
    let status = process::run_streaming(&mut node, |line| println!("{line}"))?;
    if status.success() { Ok(()) } else { Err(TaskError::new("the recipes' pages do not build")) }
}

fn e2e(places: &Places, toolbox: &Toolbox, run: &E2e) -> Result<PartOutcome, TaskError> {
    let (mut files, flags): (Vec<String>, Vec<String>) =
        run.args.iter().cloned().partition(|name| is_test(name));
    let native = embed::command_line(places)?;
    let tests = |files: Vec<String>| {
        let mut node = node(places, toolbox);
        node.env("ROSTERLAB_ENGINE", run.engine.name()).env("ROSTERLAB_NATIVE", &native);
        if run.extent == Extent::Walks {
            node.env("ROSTERLAB_WALKS", "1");
        }
        if run.shots == Shots::Update {
            node.env("ROSTERLAB_UPDATE_SHOTS", "1");
        }
        node_tests(node, &places.e2e(), files, flags.clone())
    };
    let is_chosen = !run.args.is_empty();
    if run.extent == Extent::Walks {
        files = files_with(&places.e2e(), WALK)?;
    }
    if run.shots == Shots::Update {
        files = vec![SHOTS_TEST.to_owned()];
    }
    let outcome = if run.engine == Engine::Chromium {
        tests(files)?
    } else {
        if files.is_empty() {
            files = files_with(&places.e2e(), "")?;
        }
        patiently(files, tests)?
    };
    Ok(match outcome {
        PartOutcome::Scored(score) if !is_chosen => PartOutcome::Scored(limit_skipped(score)),
        other => other,
    })
}

/// How often the tests of a file may be run in Firefox and WebKit.
const TRIES: u32 = 3;

/// Runs the tests file by file. The drivers of Firefox and WebKit lose a browser at times on a busy machine, so a file with a
/// failure is run again, and said to be; what fails every time is a failure.
fn patiently(
    files: Vec<String>,
    tests: impl Fn(Vec<String>) -> Result<PartOutcome, TaskError>,
) -> Result<PartOutcome, TaskError> {
    let mut all = Score::default();
    for file in files {
        for time in 1..=TRIES {
            let PartOutcome::Scored(score) = tests(vec![file.clone()])? else { break };
            if score.failed == 0 || time == TRIES {
                all.passed += score.passed;
                all.failed += score.failed;
                all.skipped += score.skipped;
                break;
            }
            println!("{file} failed, and is run again.");
        }
    }
    Ok(PartOutcome::Scored(all))
}

/// An engine may skip what it cannot do, but no more than a tenth: beyond that it tests too little.
fn limit_skipped(mut score: Score) -> Score {
    let all = score.passed + score.failed + score.skipped;
    if score.skipped * 10 > all {
        println!("{} of {all} tests were skipped, which is more than a tenth", score.skipped);
        score.failed += 1;
    }
    score
}

/// What a test file imports if it has tests of what differs between engines.
const WALK: &str = "walk } from \"./engines.mjs\"";

/// The test file that compares screenshots.
const SHOTS_TEST: &str = "shots.test.mjs";

fn is_test(name: &str) -> bool {
    name.ends_with(".test.mjs")
}

/// The test files of a folder that have `part` in their text.
fn files_with(folder: &Path, part: &str) -> Result<Vec<String>, TaskError> {
    let mut files: Vec<String> = fs::read_dir(folder)
        .doing(|| format!("read {}", folder.display()))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_test(name))
        .filter(|name| fs::read_to_string(folder.join(name)).is_ok_and(|it| it.contains(part)))
        .collect();
    files.sort();
    Ok(files)
}

/// Runs test files of a folder: `files`, or all when it is empty.
fn node_tests(
    mut node: Command,
    folder: &Path,
    mut files: Vec<String>,
    flags: Vec<String>,
) -> Result<PartOutcome, TaskError> {
    if files.is_empty() {
        files = files_with(folder, "")?;
    }
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .arg(format!("--test-timeout={TEST_TIMEOUT_MS}"))
        .args(flags)
        .args(files);
    count(&mut node, TestRunner::Node)
}
