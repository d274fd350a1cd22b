//! Builds the npm packages into `pkg`, one folder for each way of loading WebAssembly.
//!
//! Invariant: wasm-pack finds every program that it calls on `PATH` and installs nothing.
//!
//! The packages' contents are defined in `crates/wasm`.

use std::fs;

use crate::mask::mask_addresses;
use crate::places::Places;
use crate::process::{self, TaskError, WhileDoing};
use crate::setup::Toolbox;

/// The ways of loading: from a page without a bundler, through a bundler, in Node.js.
pub const TARGETS: [&str; 3] = ["web", "bundler", "nodejs"];
/// The crate that the packages are built from.
pub const CRATE: &str = "crates/wasm";
/// The package's name, with which the names of its files begin.
const NAME: &str = "rosterlab";

/// Builds all packages in release mode.
pub fn build(places: &Places, toolbox: &Toolbox) -> Result<(), TaskError> {
    TARGETS.iter().try_for_each(|target| build_one(places, toolbox, target))
}

/// Builds the package that a page loads without a bundler.
pub fn build_for_pages(places: &Places, toolbox: &Toolbox) -> Result<(), TaskError> {
    build_one(places, toolbox, TARGETS[0])
}

/// Builds the package for Node.js.
pub fn build_for_node(places: &Places, toolbox: &Toolbox) -> Result<(), TaskError> {
    build_one(places, toolbox, TARGETS[2])
}

fn build_one(places: &Places, toolbox: &Toolbox, target: &str) -> Result<(), TaskError> {
    let folder = places.packages().join(target);
    let mut pack = toolbox.command("wasm-pack");
    pack.current_dir(&places.root)
        .args(["--log-level", "warn", "build", "--mode", "no-install", "--release"])
        .args(["--target", target, "--out-name", NAME, "--out-dir"])
        .arg(&folder)
        .args([CRATE, "--", "--locked"]);
    let status = process::run_streaming(&mut pack, |line| println!("{}", mask_addresses(line)))?;
    if !status.success() {
        return Err(TaskError::new(format!("the package for {target} does not build")));
    }
    // wasm-pack gives a package its crate's name.
    let manifest = folder.join("package.json");
    let text = fs::read_to_string(&manifest).doing(|| format!("read {}", manifest.display()))?;
    let text = renamed(&text)
        .ok_or_else(|| TaskError::new("wasm-pack did not give the package its crate's name"))?;
    fs::write(&manifest, text).doing(|| format!("write {}", manifest.display()))
}

/// Replaces the crate's name in a `package.json` with the package's own.
fn renamed(manifest: &str) -> Option<String> {
    let crate_name = format!("\"name\": \"{NAME}-wasm\"");
    manifest
        .contains(&crate_name)
        .then(|| manifest.replacen(&crate_name, &format!("\"name\": \"{NAME}\""), 1))
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn a_package_gets_its_own_name_and_nothing_else_changes() {
        let manifest = "{\n  \"name\": \"rosterlab-wasm\",\n  \"main\": \"rosterlab.js\"\n}\n";
        let expected = "{\n  \"name\": \"rosterlab\",\n  \"main\": \"rosterlab.js\"\n}\n";
        assert_eq!(renamed(manifest).as_deref(), Some(expected));
        assert_eq!(renamed(expected), None);
    }
}
