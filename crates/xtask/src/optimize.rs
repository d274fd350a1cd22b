//! Makes the released page's module and script smaller, with wasm-opt and terser from `www/build`.
//!
//! Invariant: what the page does stays the same; only its bytes change. The page that `cargo xtask serve` shows is left as
//! Trunk builds it, so that it needs no Node.js and its stack traces have names.

use std::fs;
use std::path::Path;

use crate::places::Places;
use crate::process::{self, Limit, TaskError, WhileDoing};

/// What wasm-opt does. Its inlining and some other passes make the module smaller but its compressed bytes more, so they
/// are off. In the order of their names, functions stand beside functions like them, which compresses better. Rust puts the
/// stack at the bottom of memory, so only an overflow of the stack reaches the first 1 KiB, on which `--low-memory-unused`
/// relies.
const WASM_OPT: [&str; 20] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "-O3",
    "--converge",
    "--one-caller-inline-max-function-size=0",
    "--flexible-inline-max-function-size=0",
    "--always-inline-max-function-size=3",
    "--skip-pass=local-cse",
    "--skip-pass=simplify-locals",
    "--skip-pass=memory-packing",
    "--low-memory-unused",
    "--zero-filled-memory",
    "--reorder-functions-by-name",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// What terser does with the script that loads the module.
const TERSER: [&str; 3] = ["--module", "--compress", "--mangle"];

/// Makes the module and the script in `dist` smaller.
///
/// # Errors
/// When a tool is not installed or fails.
pub fn page(places: &Places) -> Result<(), TaskError> {
    let module = places.dist().join("rosterlab-app_bg.wasm");
    replace(places, &module, "wasm-opt", &WASM_OPT)?;
    replace(places, &places.dist().join("rosterlab-app.js"), "terser", &TERSER)
}

/// Replaces a file by what a tool makes of it.
fn replace(places: &Places, file: &Path, tool: &str, args: &[&str]) -> Result<(), TaskError> {
    let made = file.with_extension("optimized");
    let mut command = process::command(places.page_build().join("node_modules/.bin").join(tool));
    command.arg(file).args(args).arg("-o").arg(&made);
    process::run_quietly(
        &mut command,
        tool,
        &places.root.join("target").join(format!("{tool}.log")),
        Limit::None,
    )?;
    fs::rename(&made, file).doing(|| format!("write {}", file.display()))
}
