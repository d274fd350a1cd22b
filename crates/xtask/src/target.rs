//! Finds a compiler that builds for the browser, and takes the first that works:
//!
//! 1. the compiler in use, if it already does;
//! 2. the same compiler after rustup has added the target, unless `RUSTUP_AUTO_INSTALL=0` forbids
//!    rustup to download;
//! 3. on Debian, Debian's compiler with std built from Debian's sources (`debian`).
//!
//! Invariant: a compiler works when it has just compiled and linked a module, not because a folder
//! exists. It does not build std: `debian` does.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use crate::debian::{self, Apt};
use crate::places::Places;
use crate::process::{self, Limit, TaskError, WhileDoing};
use crate::wasm_compiler::{RUSTC, TARGET, builds};

/// Programs of Debian's compiler that come before the developer's own on `PATH`, only for builds of
/// the page.
const COMPILER: [&str; 3] = ["cargo", "rustc", "rustdoc"];

/// Finds the compiler or makes one work. Says which it is and what was done.
pub fn provide(places: &Places, apt: &mut Apt) -> Result<String, TaskError> {
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
        return Err(TaskError::new(format!(
            "the compiler in use does not build for {TARGET}: install that target's std for it"
        )));
    }
    let done = debian::provide(places, apt)?;
    let compiler = Path::new(RUSTC);
    link_compiler(places, compiler.parent())?;
    Ok(format!("{done}, {} of Debian", version(compiler)))
}

/// Whether rustup has added the target. A refusal is no error, because Debian's compiler may work.
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

/// Puts symbolic links to the compiler in `folder` among the tools, or removes those of an earlier run.
fn link_compiler(places: &Places, folder: Option<&Path>) -> Result<(), TaskError> {
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
