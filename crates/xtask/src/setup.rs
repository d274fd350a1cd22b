//! Everything that a fresh machine lacks: the compiler's target, the tools, the browser, the
//! browser tests' packages.
//!
//! Invariant: each step looks first and does nothing when it finds what it wants, so that any run
//! may call set-up; and a step that cannot be done ends the run with a sentence that says what to
//! install.
//!
//! It installs no compiler for native builds: `cargo xtask` was compiled by one.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::debian::Apt;
use crate::places::{Places, variable};
use crate::process::{self, Doing, Failure, Limit};
use crate::report::{Outcome, Report};
use crate::target;

/// The bundler's version. Its successors need a newer compiler than Debian's.
const TRUNK_VERSION: &str = "0.21.14";

/// What builds the example of a book with a figure.
const MDBOOK: &str = "mdbook";
const MDBOOK_VERSION: &str = "0.4.52";

/// What builds and tests the npm packages.
const WASM_PACK: &str = "wasm-pack";
/// Its successors are to be tried, not trusted.
const WASM_PACK_VERSION: &str = "0.15.1";

/// Names of a browser that the tests can drive, the one that set-up would install first.
const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The oldest Node.js with all that the browser tests use.
const NODE_MAJOR: u32 = 20;

/// What a verb needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To build the page.
    Page,
    /// To build the page and the npm packages.
    PageAndPackages,
    /// To build both and test them in a browser.
    PageAndBrowser,
}

/// What set-up found or made.
#[derive(Debug)]
pub struct Toolbox {
    path: OsString,
    debians_compiler: bool,
    /// The browser, if one was asked for.
    pub browser: Option<PathBuf>,
}

impl Toolbox {
    /// A command that finds the tools, and the compiler that builds for the browser, first.
    pub fn command(&self, program: &str) -> Command {
        let found = process::find_in(&self.path, program);
        let mut command = process::command(found.unwrap_or_else(|| PathBuf::from(program)));
        command.env("PATH", &self.path);
        if self.debians_compiler {
            // `cargo run` puts the libraries of its own compiler there.
            command.env_remove("LD_LIBRARY_PATH");
        }
        command
    }
}

/// Runs all steps that `need` calls for, in order, each with one line of output and one row in the
/// report.
pub fn run(places: &Places, need: Need, report: &mut Report) -> Result<Toolbox, Failure> {
    for folder in [places.bin(), places.scratch()] {
        fs::create_dir_all(&folder).doing(|| format!("make {}", folder.display()))?;
    }
    let _lock = lock(places)?;
    let mut apt = Apt::default();

    step(report, &format!("target {}", target::TARGET), || target::provide(places, &mut apt))?;
    let mut toolbox = Toolbox {
        path: places.tools_path()?,
        debians_compiler: places.bin().join("rustc").exists(),
        browser: None,
    };
    let is_needed = |tool: &Tool| match tool.package {
        MDBOOK => need == Need::PageAndBrowser,
        WASM_PACK => need != Need::Page,
        _ => true,
    };
    for tool in tools(places)?.into_iter().filter(is_needed) {
        step(report, &format!("{} {}", tool.package, tool.version), || {
            tool.provide(places, &toolbox)
        })?;
    }
    if need == Need::PageAndBrowser {
        step(report, "browser", || {
            let (browser, done) = provide_browser(places, &mut apt)?;
            toolbox.browser = Some(browser);
            Ok(done)
        })?;
        for (name, folder) in [("browser", places.e2e()), ("API", places.api())] {
            step(report, &format!("{name} tests' packages"), || provide_packages(places, &folder))?;
        }
    }
    // Kept until here, so that a set-up that was interrupted need not begin anew.
    fs::remove_dir_all(places.scratch()).doing(|| "tidy up after set-up".to_owned())?;
    Ok(toolbox)
}

/// Runs one step. The line begins when the step does, so that a long one can be seen to be at work.
fn step(
    report: &mut Report,
    name: &str,
    work: impl FnOnce() -> Result<String, Failure>,
) -> Result<(), Failure> {
    let start = Instant::now();
    print!("set-up: {name} ... ");
    std::io::stdout().flush().doing(|| "write to the terminal".to_owned())?;
    let result = work();
    match &result {
        Ok(done) => println!("{done} ({:.1} s)", start.elapsed().as_secs_f64()),
        Err(_) => println!("failed ({:.1} s)", start.elapsed().as_secs_f64()),
    }
    report.add(format!("set-up: {name}"), start, Outcome::Done);
    result.map(|_| ())
}

/// Holds off other set-ups for as long as the file lives; the system frees it even if this program
/// is killed.
fn lock(places: &Places) -> Result<File, Failure> {
    let name = places.tools.join("setup.lock");
    let file = File::create(&name).doing(|| format!("write {}", name.display()))?;
    if file.try_lock().is_err() {
        println!("set-up: waiting for another set-up to end");
        file.lock().doing(|| format!("lock {}", name.display()))?;
    }
    Ok(file)
}

/// A tool that cargo builds.
#[derive(Debug)]
struct Tool {
    package: &'static str,
    version: String,
    programs: &'static [&'static str],
}

fn tools(places: &Places) -> Result<[Tool; 4], Failure> {
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
    fn provide(&self, places: &Places, toolbox: &Toolbox) -> Result<String, Failure> {
        if self.is_here(toolbox) {
            return Ok("found".to_owned());
        }
        self.build(places, toolbox)?;
        if !self.is_here(toolbox) {
            return Err(Failure::new(format!("{} was built but does not run", self.package)));
        }
        Ok("built".to_owned())
    }

    fn is_here(&self, toolbox: &Toolbox) -> bool {
        self.programs.iter().all(|program| {
            process::answer(toolbox.command(program).arg("--version")).is_some_and(|said| {
                // mdBook says v0.4.52.
                said.split_whitespace().nth(1).map(|found| found.trim_start_matches('v'))
                    == Some(&self.version)
            })
        })
    }

    /// Builds without TLS, which trunk and wasm-pack would need only to download tools by themselves, and without
    /// optimising: these programs run for a second, and optimising them takes minutes.
    fn build(&self, places: &Places, toolbox: &Toolbox) -> Result<(), Failure> {
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
        // One folder for all tools, so that crates they share are compiled once; outside the
        // project, whose settings are not theirs.
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

/// The browser that `ROSTERLAB_CHROMIUM` names, or one on `PATH`, or Debian's; with it the driver
/// for wasm-bindgen's tests.
fn provide_browser(places: &Places, apt: &mut Apt) -> Result<(PathBuf, String), Failure> {
    let look = |name: &str| process::find_in(&process::own_path(), name);
    let browser = || match variable("ROSTERLAB_CHROMIUM") {
        Some(named) => Some(PathBuf::from(named)).filter(|file| file.exists()),
        None => BROWSERS.into_iter().find_map(look),
    };
    let mut done = "found";
    if browser().is_none() || look("chromedriver").is_none() {
        apt.install(places, &["chromium", "chromium-driver"])?;
        done = "installed";
    }
    let browser = browser().ok_or_else(|| {
        Failure::new("no browser: install chromium, or name one in ROSTERLAB_CHROMIUM")
    })?;
    let version = process::answer(process::command(&browser).arg("--version")).unwrap_or_default();
    let version = version.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    Ok((browser, format!("{done}, {version}")))
}

/// Installs exactly what `package-lock.json` says, unless that was the last thing installed.
fn provide_packages(places: &Places, folder: &Path) -> Result<String, Failure> {
    let major = process::answer(process::command("node").arg("--version"))
        .and_then(|said| said.trim_start_matches('v').split('.').next()?.parse::<u32>().ok());
    let npm = process::find_in(&process::own_path(), "npm");
    if npm.is_none() || major.is_none_or(|major| major < NODE_MAJOR) {
        return Err(Failure::new(format!(
            "the browser tests need Node.js {NODE_MAJOR} or newer with npm: install nodejs and npm"
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
