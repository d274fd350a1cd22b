//! Building the npm packages into `pkg`, one folder for each way of loading WebAssembly.
//!
//! Invariant: wasm-pack finds everything it calls on `PATH` and is told to install nothing.
//!
//! What is in them is said in `crates/wasm`.

use std::fs;

use crate::mask::mask_addresses;
use crate::places::Places;
use crate::process::{self, Doing, Failure};
use crate::setup::Toolbox;

/// The ways of loading: by a page itself, through a bundler, in Node.js.
pub const TARGETS: [&str; 3] = ["web", "bundler", "nodejs"];
/// The crate.
pub const CRATE: &str = "crates/wasm";
/// The first part of every file's name, and the package's.
const NAME: &str = "rosterlab";

/// Builds all packages as they are released.
pub fn build(places: &Places, toolbox: &Toolbox) -> Result<(), Failure> {
    TARGETS.iter().try_for_each(|target| build_one(places, toolbox, target))
}

/// Builds the package that a page loads by itself.
pub fn build_for_pages(places: &Places, toolbox: &Toolbox) -> Result<(), Failure> {
    build_one(places, toolbox, TARGETS[0])
}

/// Builds the package for Node.js.
pub fn build_for_node(places: &Places, toolbox: &Toolbox) -> Result<(), Failure> {
    build_one(places, toolbox, TARGETS[2])
}

fn build_one(places: &Places, toolbox: &Toolbox, target: &str) -> Result<(), Failure> {
    let folder = places.packages().join(target);
    let mut pack = toolbox.command("wasm-pack");
    pack.current_dir(&places.root)
        .args(["--log-level", "warn", "build", "--mode", "no-install", "--release"])
        .args(["--target", target, "--out-name", NAME, "--out-dir"])
        .arg(&folder)
        .args([CRATE, "--", "--locked"]);
    let status = process::run_streaming(&mut pack, |line| println!("{}", mask_addresses(line)))?;
    if !status.success() {
        return Err(Failure::new(format!("the package for {target} does not build")));
    }
    // wasm-pack calls a package as its crate is called.
    let manifest = folder.join("package.json");
    let text = fs::read_to_string(&manifest).doing(|| format!("read {}", manifest.display()))?;
    let text = named(&text).ok_or_else(|| Failure::new("wasm-pack gave the package no name"))?;
    fs::write(&manifest, text).doing(|| format!("write {}", manifest.display()))
}

/// A `package.json` with the package's own name in place of the crate's.
fn named(manifest: &str) -> Option<String> {
    let crates_name = format!("\"name\": \"{NAME}-wasm\"");
    manifest
        .contains(&crates_name)
        .then(|| manifest.replacen(&crates_name, &format!("\"name\": \"{NAME}\""), 1))
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_package_gets_its_own_name_and_nothing_else_changes() {
        let manifest = "{\n  \"name\": \"rosterlab-wasm\",\n  \"main\": \"rosterlab.js\"\n}\n";
        let expected = "{\n  \"name\": \"rosterlab\",\n  \"main\": \"rosterlab.js\"\n}\n";
        assert_eq!(named(manifest).as_deref(), Some(expected));
        assert_eq!(named(expected), None);
    }
}
