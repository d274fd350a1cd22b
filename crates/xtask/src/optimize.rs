//! Makes the released page's modules and scripts smaller, with wasm-opt and terser from `www/build`.
//!
//! Invariant: what the page does stays the same; only its bytes change, and the names that module and script have for each
//! other. The page that `cargo xtask serve` shows is left as
//! Trunk builds it, so that it needs no Node.js and its stack traces have names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::alike;
use crate::places::Places;
use crate::process::{self, Limit, TaskError, WhileDoing};

/// What of WebAssembly the module may use.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// What wasm-opt does first. Its inlining and some other passes make the module smaller but its compressed bytes more, so
/// they are off. Rust puts the stack at the bottom of memory, so only an overflow of the stack reaches the first 1 KiB, on
/// which `--low-memory-unused` relies. It prints the short names that it gives.
const SHORTER: [&str; 14] = [
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
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
    "--minify-imports-and-exports-and-modules",
];

/// What wasm-opt does once functions have the names that `alike` gives: it sorts by them, and takes them out.
const IN_ORDER: [&str; 2] = ["--reorder-functions-by-name", "--strip-debug"];

/// What terser does with the script that loads the module.
const TERSER: [&str; 3] = ["--module", "--compress", "--mangle"];

/// The modules in `dist`: the page's, and that of its annex.
const MODULES: [&str; 2] = ["rosterlab-app", "rosterlab-annex"];

/// Makes the modules and their scripts in `dist` smaller.
///
/// # Errors
/// When a tool is not installed or fails.
pub fn page(places: &Places) -> Result<(), TaskError> {
    MODULES.iter().try_for_each(|name| smaller(places, name))?;
    // It starts the modules, and is written with comments for people.
    replace(places, &places.dist().join("boot.js"), "terser", &TERSER).map(|_| ())
}

fn smaller(places: &Places, name: &str) -> Result<(), TaskError> {
    let script = places.dist().join(format!("{name}.js"));
    let module = places.dist().join(format!("{name}_bg.wasm"));
    let names = replace(places, &module, "wasm-opt", &[&FEATURES[..], &SHORTER].concat())?;
    let bytes = fs::read(&module).doing(|| format!("read {}", module.display()))?;
    fs::write(&module, alike::named(&bytes)?).doing(|| format!("write {}", module.display()))?;
    replace(places, &module, "wasm-opt", &[&FEATURES[..], &IN_ORDER].concat())?;
    let text = fs::read_to_string(&script).doing(|| format!("read {}", script.display()))?;
    fs::write(&script, renamed(&text, &names)).doing(|| format!("write {}", script.display()))?;
    replace(places, &script, "terser", &TERSER).map(|_| ())
}

/// Replaces a file by what a tool makes of it, and returns what the tool says.
fn replace(places: &Places, file: &Path, tool: &str, args: &[&str]) -> Result<String, TaskError> {
    let made = file.with_extension("optimized");
    let log = places.root.join("target").join(format!("{tool}.log"));
    let mut command = process::command(places.page_build().join("node_modules/.bin").join(tool));
    command.arg(file).args(args).arg("-o").arg(&made);
    process::run_quietly(&mut command, tool, &log, Limit::None)?;
    fs::rename(&made, file).doing(|| format!("write {}", file.display()))?;
    fs::read_to_string(&log).doing(|| format!("read {}", log.display()))
}

/// The script with the short names that wasm-opt gave to what module and script have of each other. Its list has three
/// names in the line of an import (module, name, short name) and two in that of an export. All imports are then of one
/// module, `a`.
fn renamed(script: &str, list: &str) -> String {
    let (mut imports, mut exports) = (BTreeMap::new(), BTreeMap::new());
    for line in list.lines() {
        let names: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        match names[..] {
            [module, name, short] => {
                imports.insert(name, short);
                imports.insert(module, "a");
            }
            [name, short] => {
                exports.insert(name, short);
            }
            _ => {}
        }
    }
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || "_$./-".contains(c);
    let mut renamed = String::with_capacity(script.len());
    for piece in script.split_inclusive(|c| !is_of_word(c)) {
        let word = piece.trim_end_matches(|c| !is_of_word(c));
        let short = match word.strip_prefix("wasm.") {
            Some(path) => {
                let (name, rest) = path.split_at(path.find('.').unwrap_or(path.len()));
                exports.get(name).map(|short| format!("wasm.{short}{rest}"))
            }
            None => imports.get(word).map(|short| (*short).to_owned()),
        };
        renamed.push_str(short.as_deref().unwrap_or(word));
        renamed.push_str(&piece[word.len()..]);
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn script_and_module_have_the_same_short_names() {
        let list = "{\n\"imports\": [\n  [\"./app_bg.js\", \"__wbg_is_4b27\", \"t\"],\n  \
                    [\"./app_bg.js\", \"__wbg_is_9a\", \"u\"]\n ],\n\"exports\": [\n  \
                    [\"memory\", \"Sb\"],\n  [\"__alloc\", \"$b\"]\n ]\n}";
        let script = "const import0 = { __wbg_is_4b27: function(memory) { return memory; },\n\
                      __wbg_is_9a: function() { f(wasm.__alloc, wasm.memory.buffer, wasm.__alloc_2); } };\n\
                      return { \"./app_bg.js\": import0 };";
        assert_eq!(
            renamed(script, list),
            "const import0 = { t: function(memory) { return memory; },\n\
             u: function() { f(wasm.$b, wasm.Sb.buffer, wasm.__alloc_2); } };\n\
             return { \"a\": import0 };"
        );
    }
}
