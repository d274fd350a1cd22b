//! The compiler's target for browsers, and whether a compiler builds for it.
//!
//! Invariant: a compiler works when it has just compiled and linked a module, not because a folder exists. It installs
//! nothing: `target` and `debian` do.

use std::fs;
use std::path::Path;

use crate::places::Places;
use crate::process;

/// The compiler's target for browsers.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The path of Debian's compiler.
pub const RUSTC: &str = "/usr/bin/rustc";

/// A program that uses std, so it links only where std is installed.
const SMOKE: &str = r#"use std::collections::BTreeMap;
#[unsafe(no_mangle)]
pub extern "C" fn smoke(n: u32) -> f64 {
    let m: BTreeMap<u32, String> = (0..n).map(|i| (i, format!("{i}"))).collect();
    m.values().map(|s| s.len() as f64).sum::<f64>().sqrt()
}
"#;

/// Whether this compiler builds a module from a program that uses std.
pub fn builds(rustc: &Path, places: &Places) -> bool {
    let folder = places.scratch().join("smoke");
    let (source, module) = (folder.join("smoke.rs"), folder.join("smoke.wasm"));
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&source, SMOKE));
    // Remove the module of an earlier try, or it would pass for this compiler's.
    let _ = fs::remove_file(&module);
    // Run in the project's folder, so that rustup reads the project's toolchain file.
    let mut compile = process::command(rustc);
    compile.current_dir(&places.root).args(["--edition", "2024", "--crate-type", "cdylib"]);
    compile.args(["--target", TARGET, "-C", "opt-level=1", "-o"]).arg(&module).arg(&source);
    if rustc == Path::new(RUSTC) {
        compile.env_remove("LD_LIBRARY_PATH");
    }
    written.is_ok()
        && process::answer(&mut compile).is_some()
        && fs::read(&module).is_ok_and(|bytes| bytes.starts_with(b"\0asm"))
}
