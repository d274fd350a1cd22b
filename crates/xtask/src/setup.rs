//! Installs what a fresh machine lacks: the compiler's target, the tools, the browser, the tests' npm
//! packages.
//!
//! Invariant: each step looks first and does nothing when it finds what it needs, so every run may
//! call set-up. A step that fails ends the run with a sentence that says what to install.
//!
//! It installs no compiler for native builds: the one that compiled `cargo xtask` is there.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::debian::Apt;
use crate::engines::{Engine, OTHERS};
use crate::places::Places;
use crate::process::{self, Limit, TaskError, WhileDoing};
use crate::summary::{PartOutcome, Summary};
use crate::target;
use crate::wasm_compiler::TARGET;

/// The bundler's version. Later versions need a newer compiler than Debian's.
const TRUNK_VERSION: &str = "0.21.14";

/// Builds the example of a book with a figure.
const MDBOOK: &str = "mdbook";
const MDBOOK_VERSION: &str = "0.4.52";

/// Builds and tests the npm packages.
const WASM_PACK: &str = "wasm-pack";
/// Try a later version before you trust it.
const WASM_PACK_VERSION: &str = "0.15.1";

/// The oldest Node.js that runs the browser tests and what makes the released page smaller.
const NODE_MAJOR: u32 = 20;

/// What a task needs. Each has what the one before has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub enum Need {
    /// What builds the page.
    Page,
    /// What builds the page and the npm packages.
    PageAndPackages,
    /// What builds both and tests them in Chromium.
    PageAndBrowser,
    /// What builds both and tests them in every engine.
    PageAndEngines,
}

/// What set-up found or installed.
#[derive(Debug)]
pub struct Toolbox {
    path: OsString,
    debians_compiler: bool,
    /// The browsers that were asked for and are here, by their engines.
    pub browsers: Vec<(Engine, PathBuf)>,
}

impl Toolbox {
    /// A command that finds the tools and the browser's compiler before any others on `PATH`.
    pub fn command(&self, program: &str) -> Command {
        let found = process::find_in(&self.path, program);
        let mut command = process::command(found.unwrap_or_else(|| PathBuf::from(program)));
        command.env("PATH", &self.path);
        if self.debians_compiler {
            // `cargo run` sets it to the libraries of its own compiler.
            command.env_remove("LD_LIBRARY_PATH");
        }
        command
    }
}

/// Runs the steps that `need` asks for, in order. Each prints one line and adds one row to the summary.
pub fn run(places: &Places, need: Need, summary: &mut Summary) -> Result<Toolbox, TaskError> {
    let _lock = begin(places)?;
    let mut apt = Apt::default();

    step(summary, &format!("target {TARGET}"), || target::provide(places, &mut apt))?;
    let mut toolbox = Toolbox {
        path: places.tools_path()?,
        debians_compiler: places.bin().join("rustc").exists(),
        browsers: Vec::new(),
    };
    let is_needed = |tool: &Tool| match tool.package {
        MDBOOK => need >= Need::PageAndBrowser,
        WASM_PACK => need != Need::Page,
        _ => true,
    };
    for tool in tools(places)?.into_iter().filter(is_needed) {
        step(summary, &format!("{} {}", tool.package, tool.version), || {
            tool.provide(places, &toolbox)
        })?;
    }
    if need != Need::Page {
        step(summary, "page build's packages", || provide_packages(places, &places.page_build()))?;
    }
    if need >= Need::PageAndBrowser {
        let others: &[Engine] = if need == Need::PageAndEngines { &OTHERS } else { &[] };
        for engine in [Engine::Chromium].iter().chain(others) {
            step(summary, engine.name(), || {
                let (program, done) = engine.provide(places, &mut apt)?;
                toolbox.browsers.extend(program.map(|program| (*engine, program)));
                Ok(done)
            })?;
        }
        for (name, folder) in [
            ("browser tests", places.e2e()),
            ("API tests", places.api()),
            ("example projects", places.consumers()),
        ] {
            step(summary, &format!("{name}' packages"), || provide_packages(places, &folder))?;
        }
    }
    // Removed only now, so that an interrupted set-up does not start over.
    fs::remove_dir_all(places.scratch()).doing(|| "tidy up after set-up".to_owned())?;
    Ok(toolbox)
}

/// Installs the tools that make sites of other people, for the tests of figures in them. Gives their Python.
pub fn hosts(places: &Places, summary: &mut Summary) -> Result<PathBuf, TaskError> {
    let _lock = begin(places)?;
    step(summary, "sites' packages", || provide_packages(places, &places.hosts()))?;
    let python = Python { folder: places.tools.join("sites-python"), tests: places.hosts() };
    step(summary, "sites' Python packages", || python.provide(places, &mut Apt::default()))?;
    fs::remove_dir_all(places.scratch()).doing(|| "tidy up after set-up".to_owned())?;
    Ok(python.program())
}

/// Installs real client libraries, for the tests that connect them. Gives the Python that has one.
pub fn clients(places: &Places, summary: &mut Summary) -> Result<PathBuf, TaskError> {
    let _lock = begin(places)?;
    step(summary, "clients' packages", || provide_packages(places, &places.clients()))?;
    let python = Python { folder: places.tools.join("clients-python"), tests: places.clients() };
    step(summary, "clients' Python packages", || python.provide(places, &mut Apt::default()))?;
    fs::remove_dir_all(places.scratch()).doing(|| "tidy up after set-up".to_owned())?;
    Ok(python.program())
}

/// An environment of Python's with packages for some tests.
struct Python {
    /// Where it is.
    folder: PathBuf,
    /// The tests, whose `requirements.txt` lists the packages.
    tests: PathBuf,
}

impl Python {
    fn program(&self) -> PathBuf {
        self.folder.join("bin/python")
    }

    /// Installs the packages, unless the same were installed last.
    fn provide(&self, places: &Places, apt: &mut Apt) -> Result<String, TaskError> {
        let list = self.tests.join("requirements.txt");
        let wanted = fs::read(&list).doing(|| format!("read {}", list.display()))?;
        let (folder, python) = (&self.folder, self.program());
        let stamp = folder.join("installed-requirements.txt");
        let is_here = process::answer(process::command(&python).arg("--version")).is_some();
        if is_here && fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok("found".to_owned());
        }
        // Debian has the part of Python that makes environments in a package of its own.
        let can_make =
            process::answer(process::command("python3").args(["-c", "import ensurepip, venv"]));
        if can_make.is_none() {
            apt.install(places, &["python3-venv"])?;
        }
        let log = places.scratch().join("log");
        let mut make = process::command("python3");
        make.args(["-m", "venv", "--clear"]).arg(folder);
        process::run_quietly(&mut make, "python3 -m venv", &log, Limit::None)?;
        let mut install = process::command(&python);
        install.args(["-m", "pip", "install", "--disable-pip-version-check", "--quiet", "-r"]);
        process::run_quietly(install.arg(&list), "pip install", &log, Limit::None)?;
        fs::write(&stamp, wanted).doing(|| format!("write {}", stamp.display()))?;
        Ok("installed".to_owned())
    }
}

/// Runs one step. Prints the beginning of its line first, so that a person sees which step takes long.
fn step(
    summary: &mut Summary,
    name: &str,
    work: impl FnOnce() -> Result<String, TaskError>,
) -> Result<(), TaskError> {
    let start = Instant::now();
    print!("set-up: {name} ... ");
    std::io::stdout().flush().doing(|| "write to the terminal".to_owned())?;
    let result = work();
    match &result {
        Ok(done) => println!("{done} ({:.1} s)", start.elapsed().as_secs_f64()),
        Err(_) => println!("failed ({:.1} s)", start.elapsed().as_secs_f64()),
    }
    summary.add(format!("set-up: {name}"), start, PartOutcome::Done);
    result.map(|_| ())
}

/// Makes the folders that steps use, and keeps other set-ups waiting while the returned file is open. The system releases the
/// lock even when this program is killed.
fn begin(places: &Places) -> Result<File, TaskError> {
    let make = |folder: PathBuf| {
        fs::create_dir_all(&folder).doing(|| format!("make {}", folder.display()))
    };
    make(places.bin())?;
    let name = places.tools.join("setup.lock");
    let file = File::create(&name).doing(|| format!("write {}", name.display()))?;
    if file.try_lock().is_err() {
        println!("set-up: waiting for another set-up to end");
        file.lock().doing(|| format!("lock {}", name.display()))?;
    }
    // Only now: the other set-up has removed it at its end.
    make(places.scratch())?;
    Ok(file)
}

/// A tool that cargo builds.
#[derive(Debug)]
struct Tool {
    package: &'static str,
    version: String,
    programs: &'static [&'static str],
}

fn tools(places: &Places) -> Result<[Tool; 4], TaskError> {
    Ok([
        Tool {
            package: "wasm-bindgen-cli",
            version: places.wasm_bindgen_version()?,
            programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
        },
        Tool { package: "trunk", version: TRUNK_VERSION.to_owned(), programs: &["trunk"] },
        Tool { package: WASM_PACK, version: WASM_PACK_VERSION.to_owned(), programs: &[WASM_PACK] },
        Tool { package: MDBOOK, version: MDBOOK_VERSION.to_owned(), programs: &[MDBOOK] },
    ])
}

impl Tool {
    fn provide(&self, places: &Places, toolbox: &Toolbox) -> Result<String, TaskError> {
        if self.is_here(toolbox) {
            return Ok("found".to_owned());
        }
        self.build(places, toolbox)?;
        if !self.is_here(toolbox) {
            return Err(TaskError::new(format!("{} was built but does not run", self.package)));
        }
        Ok("built".to_owned())
    }

    fn is_here(&self, toolbox: &Toolbox) -> bool {
        self.programs.iter().all(|program| {
            process::answer(toolbox.command(program).arg("--version")).is_some_and(|said| {
                // mdBook prints v0.4.52.
                said.split_whitespace().nth(1).map(|found| found.trim_start_matches('v'))
                    == Some(&self.version)
            })
        })
    }

    /// Builds without TLS, because trunk and wasm-pack need it only to download tools themselves, and without
    /// optimisation, because these programs run for a second and optimising them takes minutes.
    fn build(&self, places: &Places, toolbox: &Toolbox) -> Result<(), TaskError> {
        let mut install = toolbox.command("cargo");
        for unwanted in ["CARGO_BUILD_TARGET", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
            install.env_remove(unwanted);
        }
        for (setting, value) in [
            ("OPT_LEVEL", "0"),
            ("CODEGEN_UNITS", "16"),
            ("LTO", "off"),
            ("DEBUG", "0"),
            ("STRIP", "symbols"),
            ("PANIC", "unwind"),
        ] {
            install.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
        }
        // All tools share one target folder, so a crate that several use is compiled once. The folder
        // is outside the project, whose settings must not apply.
        install.env("CARGO_TARGET_DIR", places.scratch().join("tools"));
        install.current_dir(&places.tools);
        install.args(["install", "--locked", "--force", "--no-default-features", "--root"]);
        install.arg(&places.tools).args([self.package, "--version", &self.version]);
        for program in self.programs {
            install.args(["--bin", program]);
        }
        let what = format!("cargo install {} {}", self.package, self.version);
        process::run_quietly(&mut install, &what, &places.scratch().join("log"), Limit::None)
    }
}

/// Installs the packages of `package-lock.json`, unless the same lock file was installed last.
fn provide_packages(places: &Places, folder: &Path) -> Result<String, TaskError> {
    let major = process::answer(process::command("node").arg("--version"))
        .and_then(|said| said.trim_start_matches('v').split('.').next()?.parse::<u32>().ok());
    let npm = process::find_in(&process::own_path(), "npm");
    if npm.is_none() || major.is_none_or(|major| major < NODE_MAJOR) {
        return Err(TaskError::new(format!(
            "this needs Node.js {NODE_MAJOR} or newer with npm: install nodejs and npm"
        )));
    }
    let wanted = folder.join("package-lock.json");
    let wanted = fs::read(&wanted).doing(|| format!("read {}", wanted.display()))?;
    let stamp = folder.join("node_modules/.installed-package-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok("found".to_owned());
    }
    let mut install = process::command("npm");
    install.current_dir(folder).args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    process::run_quietly(&mut install, "npm ci", &places.scratch().join("log"), Limit::None)?;
    fs::write(&stamp, wanted).doing(|| format!("write {}", stamp.display()))?;
    Ok("installed".to_owned())
}
