//! Builds the npm package into `pkg/rosterlab`, and its tarball.
//!
//! Invariant: the package's folder is made anew each time, from this list of files, so that it has the same files whatever was
//! built before. There is one module of WebAssembly: the loaders for pages, bundlers and Node.js share it. wasm-pack finds every
//! program that it calls on `PATH` and installs nothing.
//!
//! The package's contents are defined in `crates/wasm`: the engine's in Rust, the loaders and `package.json` in `npm`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::mask::mask_addresses;
use crate::page::NO_PLACES;
use crate::places::Places;
use crate::process::{self, TaskError, WhileDoing};
use crate::setup::Toolbox;

/// The crate that the package is built from.
pub const CRATE: &str = "crates/wasm";
/// The package's name, with which the names of its files begin.
const NAME: &str = "rosterlab";
/// The version that stands for the workspace's in the sources of the package.
const NO_VERSION: &str = "\"version\": \"0.0.0\"";

/// The ways of loading that wasm-pack knows and the package needs: `import` from a page, and `require`.
const WEB: &str = "web";
const NODE: &str = "nodejs";

/// The package's files that are as they are in the project.
const AS_THEY_ARE: [&str; 18] = [
    "crates/wasm/LICENSE-APACHE",
    "crates/wasm/LICENSE-MIT",
    "crates/wasm/README.md",
    "crates/wasm/npm/element.d.ts",
    "crates/wasm/npm/element.js",
    "crates/wasm/npm/guard.js",
    "crates/wasm/npm/index.js",
    "crates/wasm/npm/init.d.ts",
    "crates/wasm/npm/init.js",
    "crates/wasm/npm/node.cjs",
    "crates/wasm/npm/node.js",
    "crates/wasm/npm/rosterlab.css.d.ts",
    "crates/wasm/npm/with-serve.cjs",
    "crates/wasm/npm/with-serve.d.ts",
    "crates/wasm/npm/with-serve.js",
    "www/embed/rosterlab-embed.js",
    "www/embed/rosterlab.css",
    "www/scenario.schema.json",
];

/// Around the part of the element's script that has another one in the package.
const FILES: &str = "// The files beside this one.";
const FILES_END: &str = "// The end of the files.\n";

/// Builds the package in release mode.
pub fn build(places: &Places, toolbox: &Toolbox) -> Result<(), TaskError> {
    build_for_pages(places, toolbox)?;
    build_for_node(places, toolbox)?;
    assemble(places)
}

/// Builds the module with the bindings that a page imports.
pub fn build_for_pages(places: &Places, toolbox: &Toolbox) -> Result<(), TaskError> {
    bind(places, toolbox, WEB)
}

/// Builds the module with the bindings that Node.js requires.
pub fn build_for_node(places: &Places, toolbox: &Toolbox) -> Result<(), TaskError> {
    bind(places, toolbox, NODE)
}

/// Makes the tarball of the built package, as npm would publish it, and says where it is.
pub fn pack(places: &Places) -> Result<PathBuf, TaskError> {
    let mut npm = process::command("npm");
    npm.current_dir(places.package())
        .args(["pack", "--ignore-scripts", "--silent", "--pack-destination"])
        .arg(places.packages());
    let name = process::answer(&mut npm).ok_or_else(|| TaskError::new("npm could not pack"))?;
    Ok(places.packages().join(name))
}

fn bind(places: &Places, toolbox: &Toolbox, target: &str) -> Result<(), TaskError> {
    let mut pack = toolbox.command("wasm-pack");
    pack.current_dir(&places.root)
        .envs(NO_PLACES)
        .args(["--log-level", "warn", "build", "--mode", "no-install", "--release", "--no-pack"])
        .args(["--target", target, "--out-name", NAME, "--out-dir"])
        .arg(places.packages().join(target))
        .args([CRATE, "--", "--locked"]);
    let status = process::run_streaming(&mut pack, |line| println!("{}", mask_addresses(line)))?;
    if status.success() {
        Ok(())
    } else {
        Err(TaskError::new(format!("the bindings for {target} do not build")))
    }
}

/// Puts the package together from both bindings and the project's files.
fn assemble(places: &Places) -> Result<(), TaskError> {
    let (web, node) = (places.packages().join(WEB), places.packages().join(NODE));
    let folder = places.package();
    if folder.exists() {
        fs::remove_dir_all(&folder).doing(|| format!("empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).doing(|| format!("make {}", folder.display()))?;

    let module = format!("{NAME}_bg.wasm");
    let bytes = read(&web.join(&module))?;
    if bytes != read(&node.join(&module))? {
        return Err(TaskError::new("the module differs between the bindings"));
    }
    let put = |name: &str, bytes: &[u8]| {
        fs::write(folder.join(name), bytes).doing(|| format!("write {name} of the package"))
    };
    put(&module, &bytes)?;
    put("rosterlab.js", &read(&web.join("rosterlab.js"))?)?;
    put("bindings.cjs", node_bindings(&text(&node.join("rosterlab.js"))?).as_bytes())?;
    let types = text(&node.join("rosterlab.d.ts"))?;
    put("index.d.ts", types.as_bytes())?;
    put("index.d.cts", types.as_bytes())?;
    for path in AS_THEY_ARE {
        let name = path.rsplit('/').next().unwrap_or(path);
        put(name, &read(&places.root.join(path))?)?;
    }
    let source = |name: &str| text(&places.root.join(CRATE).join("npm").join(name));
    put("guard.cjs", required(&source("guard.js")?).as_bytes())?;
    let embed = |name: &str| text(&places.root.join("www/embed").join(name));
    let live = packaged(&embed("rosterlab-live.js")?, &source("files.js")?)
        .ok_or_else(|| TaskError::new("rosterlab-live.js has no part about files"))?;
    put("rosterlab-live.js", live.as_bytes())?;
    put("style.js", module_of_text(&embed("rosterlab.css")?).as_bytes())?;
    put("element.cjs", source("element.js")?.as_bytes())?;
    put("element.d.cts", source("element.d.ts")?.replace("/index.js", "/index.cjs").as_bytes())?;
    let types = source("with-serve.d.ts")?.replace("/index.js", "/index.cjs");
    put("with-serve.d.cts", types.as_bytes())?;
    put("package.json", versioned(&source("package.json")?).as_bytes())
}

fn read(file: &Path) -> Result<Vec<u8>, TaskError> {
    fs::read(file).doing(|| format!("read {}", file.display()))
}

fn text(file: &Path) -> Result<String, TaskError> {
    fs::read_to_string(file).doing(|| format!("read {}", file.display()))
}

/// The bindings for Node.js, which also work where only Node's own modules have the coders of text (jest's jsdom).
fn node_bindings(script: &str) -> String {
    format!("const {{ TextDecoder, TextEncoder }} = require(\"node:util\");\n{script}")
}

/// A module without imports as a script for `require`: its exports begin a line.
fn required(module: &str) -> String {
    let (mut script, mut names) = (String::new(), Vec::new());
    for line in module.lines() {
        let declared = line.strip_prefix("export ");
        if let Some(declared) = declared {
            let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let name = declared.split(|c| !is_of_name(c)).nth(1).unwrap_or_default();
            names.push(name.to_owned());
        }
        script.push_str(declared.unwrap_or(line));
        script.push('\n');
    }
    format!("{script}\nmodule.exports = {{ {} }};\n", names.join(", "))
}

/// The element's script with the package's part about files.
fn packaged(live: &str, files: &str) -> Option<String> {
    let (before, rest) = live.split_once(FILES)?;
    let (_, after) = rest.split_once(FILES_END)?;
    Some(format!("{before}{files}{after}"))
}

/// A module whose default export is a text. Rust's escapes are those of JavaScript too.
fn module_of_text(text: &str) -> String {
    format!("// rosterlab.css, for the element's shadow.\nexport default {text:?};\n")
}

/// The package's description with the workspace's version.
fn versioned(manifest: &str) -> String {
    manifest.replacen(NO_VERSION, &format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION")), 1)
}

#[cfg(test)]
mod tests {
    use super::{NO_VERSION, module_of_text, packaged, required, versioned};

    #[test]
    fn a_module_becomes_a_script_for_require() {
        let module = "// A.\nexport class B extends C {\n}\n\nexport function d(e) {\n  f();\n}\n";
        let script = "// A.\nclass B extends C {\n}\n\nfunction d(e) {\n  f();\n}\n\nmodule.exports = { B, d };\n";
        assert_eq!(required(module), script);
    }

    #[test]
    fn the_packages_element_has_its_own_way_to_files() {
        let live = include_str!("../../../www/embed/rosterlab-live.js");
        let script = packaged(live, "files();\n").unwrap();
        assert!(script.contains("files();\n") && script.contains("export class Figure"));
        // Bundlers and their servers rewrite what is named like this, or warn of it.
        assert!(live.contains("import.meta.url") && !script.contains("import.meta.url"));
        assert!(packaged("f();\n", "").is_none());
        assert_eq!(
            module_of_text("a::before {\n  content: \"\\2014\";\n}\n").lines().last().unwrap(),
            r#"export default "a::before {\n  content: \"\\2014\";\n}\n";"#
        );
    }

    #[test]
    fn the_package_has_the_version_of_the_workspace() {
        let manifest = include_str!("../../wasm/npm/package.json");
        assert!(manifest.contains(NO_VERSION));
        assert!(versioned(manifest).contains(env!("CARGO_PKG_VERSION")));
    }
}
