//! A compiler that builds for the browser, the nearest that there is:
//!
//! 1. the compiler in use, if it already does;
//! 2. the same, after rustup has added the target, unless `RUSTUP_AUTO_INSTALL=0` says that rustup
//!    shall fetch nothing;
//! 3. on Debian, its own compiler with an std built from its own sources (`debian.rs`).
//!
//! Invariant: a compiler counts only when it has just compiled and linked a module, never because a
//! folder exists.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use crate::debian::{self, Apt};
use crate::places::Places;
use crate::process::{self, Doing, Failure, Limit};

/// What browsers run.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The names under which Debian's compiler is put ahead of the developer's own, for builds of the
/// page only.
const COMPILER: [&str; 3] = ["cargo", "rustc", "rustdoc"];

/// Uses std, so that it links only where there is one.
const SMOKE: &str = r#"use std::collections::BTreeMap;
#[unsafe(no_mangle)]
pub extern "C" fn smoke(n: u32) -> f64 {
    let m: BTreeMap<u32, String> = (0..n).map(|i| (i, format!("{i}"))).collect();
    m.values().map(|s| s.len() as f64).sum::<f64>().sqrt()
}
"#;

/// Finds or makes the compiler; says which it is and what had to be done.
pub fn provide(places: &Places, apt: &mut Apt) -> Result<String, Failure> {
    let own = process::find_in(&process::own_path(), "rustc");
    if let Some(own) = own.as_deref() {
        if builds(own, places) {
            link_compiler(places, None)?;
            return Ok(format!("found, {}", version(own)));
        }
        if ask_rustup(places) && builds(own, places) {
            link_compiler(places, None)?;
            return Ok(format!("added by rustup, {}", version(own)));
        }
    }
    if !(Path::new("/etc/debian_version").exists() && Apt::is_here()) {
        return Err(Failure::new(format!(
            "the compiler in use does not build for {TARGET}: install that target's std for it"
        )));
    }
    let done = debian::provide(places, apt)?;
    let compiler = Path::new(debian::RUSTC);
    link_compiler(places, compiler.parent())?;
    Ok(format!("{done}, {} of Debian", version(compiler)))
}

/// Whether this compiler makes a module of a program that uses std.
pub fn builds(rustc: &Path, places: &Places) -> bool {
    let folder = places.scratch().join("smoke");
    let (source, module) = (folder.join("smoke.rs"), folder.join("smoke.wasm"));
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&source, SMOKE));
    // A module of an earlier try would pass for one of this compiler.
    let _ = fs::remove_file(&module);
    // Run in the project's folder, so that rustup heeds what the project says about toolchains.
    let mut compile = process::command(rustc);
    compile.current_dir(&places.root).args(["--edition", "2024", "--crate-type", "cdylib"]);
    compile.args(["--target", TARGET, "-C", "opt-level=1", "-o"]).arg(&module).arg(&source);
    if rustc == Path::new(debian::RUSTC) {
        compile.env_remove("LD_LIBRARY_PATH");
    }
    written.is_ok()
        && process::answer(&mut compile).is_some()
        && fs::read(&module).is_ok_and(|bytes| bytes.starts_with(b"\0asm"))
}

/// Whether rustup says that the target is there now. A refusal is no failure: there is another way.
fn ask_rustup(places: &Places) -> bool {
    let told_to_fetch_nothing =
        std::env::var_os("RUSTUP_AUTO_INSTALL").is_some_and(|value| value == "0");
    if told_to_fetch_nothing || process::find_in(&process::own_path(), "rustup").is_none() {
        return false;
    }
    let mut add = process::command("rustup");
    add.current_dir(&places.root).args(["target", "add", TARGET]);
    let limit = Limit::Within(Duration::from_mins(3));
    process::run_logged(&mut add, "rustup", &places.scratch().join("log"), limit).is_ok()
}

/// Puts links to the compiler in `folder` among the tools, or takes away those of an earlier run.
fn link_compiler(places: &Places, folder: Option<&Path>) -> Result<(), Failure> {
    for name in COMPILER {
        let link = places.bin().join(name);
        let wanted = folder.map(|folder| folder.join(name));
        if fs::read_link(&link).ok() == wanted {
            continue;
        }
        if link.symlink_metadata().is_ok() {
            fs::remove_file(&link).doing(|| format!("remove {}", link.display()))?;
        }
        if let Some(wanted) = wanted {
            symlink(wanted, &link).doing(|| format!("write {}", link.display()))?;
        }
    }
    Ok(())
}

fn version(rustc: &Path) -> String {
    let said = process::answer(process::command(rustc).arg("--version")).unwrap_or_default();
    said.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}
