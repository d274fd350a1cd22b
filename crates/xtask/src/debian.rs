//! Installs Debian's packages, and builds std for wasm32 from Debian's own sources.
//!
//! Debian packages a current rustc with its sources but without std for `wasm32-unknown-unknown`. The
//! sources include their dependencies, so std can be built without a registry. It is built once and
//! put where that rustc looks for it.
//!
//! Invariant: package lists are refreshed at most once a run, and only when something must be
//! installed.
//!
//! It does not decide to use Debian's compiler: `target` does, when no other compiler works.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::places::Places;
use crate::process::{self, Limit, TaskError, WhileDoing};
use crate::wasm_compiler::{self, RUSTC, TARGET};

const CARGO: &str = "/usr/bin/cargo";
const LINKER: &str = "/usr/bin/rust-lld";
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm"];

/// Debian's package client, as this run uses it.
#[derive(Debug, Default)]
pub struct Apt {
    lists_are_fresh: bool,
}

impl Apt {
    /// Whether this machine has the client.
    pub fn is_here() -> bool {
        process::find_in(&process::own_path(), "apt-get").is_some()
    }

    /// Installs `packages`, as root or by sudo without a password.
    pub fn install(&mut self, places: &Places, packages: &[&str]) -> Result<(), TaskError> {
        let names = packages.join(" ");
        if !Self::is_here() {
            return Err(TaskError::new(format!(
                "there is no apt-get here: install {names} by hand"
            )));
        }
        let what = format!("installing {names}");
        if !self.lists_are_fresh {
            let mut update = as_root("apt-get", &what)?;
            update.args(["-q", "-o", "Acquire::Retries=3", "update"]);
            run(&mut update, "apt-get update", places)?;
            self.lists_are_fresh = true;
        }
        let mut install = as_root("apt-get", &what)?;
        install.args(["-q", "-y", "-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=120"]);
        install.args(["install", "--no-install-recommends"]).args(packages);
        run(&mut install, &what, places)
    }
}

/// Makes Debian's compiler build for the target. Says what was done.
pub fn provide(places: &Places, apt: &mut Apt) -> Result<String, TaskError> {
    let mut done = Vec::new();
    let missing: Vec<&str> = PACKAGES.into_iter().filter(|name| !is_installed(name)).collect();
    if !missing.is_empty() {
        apt.install(places, &missing)?;
        done.push(format!("installed {}", missing.join(" ")));
    }
    if let Some(linker) = missing_linker()? {
        apt.install(places, &[&linker])?;
        done.push(format!("installed {linker}"));
    }
    // After an upgrade of the compiler the installed std no longer fits. So check that a module can be
    // built, and that std was built from today's manifest.
    if !is_std_current() || !wasm_compiler::builds(Path::new(RUSTC), places) {
        build_std(places)?;
        if !wasm_compiler::builds(Path::new(RUSTC), places) {
            return Err(TaskError::new(format!(
                "{RUSTC} has an std for {TARGET} now, yet builds no module"
            )));
        }
        done.push("built std from Debian's sources".to_owned());
    }
    forget_older_builds(places)?;
    Ok(if done.is_empty() { "found".to_owned() } else { done.join(", ") })
}

fn is_installed(package: &str) -> bool {
    let mut query = process::command("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package]);
    process::answer(&mut query).is_some_and(|status| status == "installed")
}

/// The linker's package, if it is missing. `rust-lld` is a symbolic link into a package that Debian only
/// recommends.
fn missing_linker() -> Result<Option<String>, TaskError> {
    if process::answer(process::command(LINKER).args(["-flavor", "wasm", "--version"])).is_some() {
        return Ok(None);
    }
    fs::read_link(LINKER)
        .ok()
        .and_then(|file| Some(file.file_name()?.to_str()?.to_owned()))
        .filter(|name| name.starts_with("lld-"))
        .map(Some)
        .ok_or_else(|| {
            TaskError::new(format!("{LINKER} is no link to a versioned lld: install lld"))
        })
}

/// The manifest of a small crate that depends on std. Building it instead of std's workspace avoids
/// resolving that workspace's dev-dependencies.
///
/// It builds both panic strategies, and `embed-bitcode` allows `lto = "fat"`. It is built for size, which takes
/// 7 kB off the compressed module; the page spends little time in std.
const STD_MANIFEST: &str = r#"cargo-features = ["profile-rustflags"]
[package]
name = "wasm-sysroot"
version = "0.0.0"
edition = "2021"
[lib]
path = "lib.rs"
[dependencies]
sysroot = { path = "SOURCES/sysroot", features = ["panic-unwind", "optimize_for_size"] }
[patch.crates-io]
rustc-std-workspace-core = { path = "SOURCES/rustc-std-workspace-core" }
rustc-std-workspace-alloc = { path = "SOURCES/rustc-std-workspace-alloc" }
rustc-std-workspace-std = { path = "SOURCES/rustc-std-workspace-std" }
[profile.release]
codegen-units = 1
opt-level = "s"
rustflags = ["-Cembed-bitcode=yes"]
[profile.release.package.panic_abort]
rustflags = ["-Cpanic=abort", "-Cembed-bitcode=yes"]
[profile.release.package.compiler_builtins]
codegen-units = 10000
[workspace]
"#;

/// The folder where Debian's compiler looks for its libraries.
fn rustlib() -> Result<PathBuf, TaskError> {
    let sysroot = process::answer(process::command(RUSTC).args(["--print", "sysroot"]))
        .ok_or_else(|| TaskError::new(format!("{RUSTC} does not run")))?;
    Ok(Path::new(&sysroot).join("lib/rustlib"))
}

/// Removes builds that used an older std. Cargo takes them for current, because the compiler is the same, and
/// then fails to find that std. A note in the folder says when the std was made that they used.
fn forget_older_builds(places: &Places) -> Result<(), TaskError> {
    let made = fs::metadata(stamp(&rustlib()?)).and_then(|stamp| stamp.modified());
    let made = made.doing(|| "see when std was built".to_owned())?;
    let folder = places.root.join("target").join(TARGET);
    let note = folder.join("built-with-std.txt");
    let made = format!("{made:?}\n");
    if fs::read_to_string(&note).is_ok_and(|before| before == made) {
        return Ok(());
    }
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(TaskError::new(format!("could not remove {}: {error}", folder.display())));
        }
        _ => {}
    }
    write(&note, &made)
}

/// The manifest that std was built from. It lies beside std.
fn stamp(rustlib: &Path) -> PathBuf {
    rustlib.join(TARGET).join("lib").join("built-from.toml")
}

fn is_std_current() -> bool {
    rustlib()
        .is_ok_and(|rustlib| fs::read_to_string(stamp(&rustlib)).is_ok_and(|of| of == STD_MANIFEST))
}

fn build_std(places: &Places) -> Result<(), TaskError> {
    let rustlib = rustlib()?;
    let sources = fs::canonicalize(rustlib.join("src/rust/library"))
        .doing(|| "find the sources of std: install rust-web-src".to_owned())?;
    let vendored = sources.join("vendor");
    if !vendored.is_dir() {
        return Err(TaskError::new(
            "rust-web-src comes without std's dependencies: install a newer one",
        ));
    }

    let work = places.scratch().join("std");
    write(&work.join("lib.rs"), "")?;
    let manifest = work.join("Cargo.toml");
    write(&manifest, &STD_MANIFEST.replace("SOURCES", &sources.to_string_lossy()))?;

    let mut build = process::command(CARGO);
    for unwanted in
        ["RUSTC_WRAPPER", "CARGO_BUILD_TARGET", "CARGO_ENCODED_RUSTFLAGS", "LD_LIBRARY_PATH"]
    {
        build.env_remove(unwanted);
    }
    // std is built with unstable features, as its own build does.
    build
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Zforce-unstable-if-unmarked")
        .env("__CARGO_DEFAULT_LIB_METADATA", "wasm-sysroot")
        .args(["build", "--release", "--offline", "--package", "sysroot", "--target", TARGET])
        .arg("--manifest-path")
        .arg(&manifest)
        .arg("--target-dir")
        .arg(work.join("target"))
        .args(["--config", "source.crates-io.replace-with=\"std-vendor\"", "--config"])
        .arg(format!("source.std-vendor.directory=\"{}\"", vendored.display()));
    run(&mut build, "building std", places)?;
    install_std(&work.join("target").join(TARGET).join("release/deps"), &rustlib, places)
}

/// Copies the libraries to a new folder and renames the folder last, so that no half-copied std is ever
/// in use.
fn install_std(built: &Path, rustlib: &Path, places: &Places) -> Result<(), TaskError> {
    let folder = rustlib.join(TARGET).join("lib");
    let fresh = rustlib.join(TARGET).join("lib.new");
    let libraries: Vec<PathBuf> = fs::read_dir(built)
        .doing(|| format!("read {}", built.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rlib"))
        .collect();
    let what = "installing std";
    run(as_root("rm", what)?.arg("-rf").arg(&fresh).arg(&folder), what, places)?;
    run(as_root("mkdir", what)?.arg("-p").arg(&fresh), what, places)?;
    run(as_root("cp", what)?.args(&libraries).arg(&fresh), what, places)?;
    let manifest = places.scratch().join("built-from.toml");
    write(&manifest, STD_MANIFEST)?;
    run(as_root("cp", what)?.arg(&manifest).arg(&fresh), what, places)?;
    run(as_root("mv", what)?.arg(&fresh).arg(&folder), what, places)
}

/// A command that runs as root. `what` says what for, should that be impossible.
fn as_root(program: &str, what: &str) -> Result<Command, TaskError> {
    let mut command = if process::answer(process::command("id").arg("-u")).as_deref() == Some("0") {
        process::command(program)
    } else if process::answer(process::command("sudo").args(["-n", "true"])).is_some() {
        let mut sudo = process::command("sudo");
        sudo.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", program]);
        sudo
    } else {
        return Err(TaskError::new(format!(
            "{what} needs root, or a sudo that asks for no password"
        )));
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}

fn run(command: &mut Command, what: &str, places: &Places) -> Result<(), TaskError> {
    process::run_quietly(command, what, &places.scratch().join("log"), Limit::None)
}

fn write(file: &Path, text: &str) -> Result<(), TaskError> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder).doing(|| format!("make {}", folder.display()))?;
    fs::write(file, text).doing(|| format!("write {}", file.display()))
}
