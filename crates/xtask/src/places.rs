//! Where things are: the project's folders, and the folder for the tools that set-up builds.
//!
//! Invariant: nothing outside `dist`, `pkg`, the build folder, the `node_modules` of the tests and the tools'
//! folder is written by xtask itself (Debian's packages and the std beside Debian's compiler are
//! installed where Debian wants them).

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{Doing, Failure, own_path};

/// The folders of one run.
#[derive(Debug, Clone)]
pub struct Places {
    /// The workspace's top folder.
    pub root: PathBuf,
    /// Where tools go; programs are in its `bin`.
    pub tools: PathBuf,
}

impl Places {
    /// Asks the environment.
    pub fn find() -> Result<Self, Failure> {
        let root = env::var_os("CARGO_MANIFEST_DIR")
            .and_then(|crate_folder| Some(Path::new(&crate_folder).ancestors().nth(2)?.to_owned()))
            .ok_or_else(|| Failure::new("start this program as `cargo xtask`"))?;
        let tools = variable("ROSTERLAB_TOOLS")
            .map(PathBuf::from)
            .or_else(|| Some(Path::new(&variable("XDG_CACHE_HOME")?).join("rosterlab-tools")))
            .or_else(|| Some(Path::new(&variable("HOME")?).join(".cache/rosterlab-tools")))
            .ok_or_else(|| Failure::new("set HOME, or ROSTERLAB_TOOLS to a folder for tools"))?;
        // Tools are built in folders of their own, so a path relative to this one would not do.
        let tools = std::path::absolute(&tools).doing(|| format!("use {}", tools.display()))?;
        Ok(Self { root, tools })
    }

    /// The tools' programs.
    pub fn bin(&self) -> PathBuf {
        self.tools.join("bin")
    }

    /// For what a set-up step needs only while it works.
    pub fn scratch(&self) -> PathBuf {
        self.tools.join("build")
    }

    /// The built page.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The built npm packages, a folder for each way of loading them.
    pub fn packages(&self) -> PathBuf {
        self.root.join("pkg")
    }

    /// The tests of the npm packages.
    pub fn api(&self) -> PathBuf {
        self.root.join("tests/api")
    }

    /// The browser tests.
    pub fn e2e(&self) -> PathBuf {
        self.root.join("tests/e2e")
    }

    /// `PATH` with the tools' programs first.
    pub fn tools_path(&self) -> Result<OsString, Failure> {
        let own = own_path();
        env::join_paths(std::iter::once(self.bin()).chain(env::split_paths(&own)))
            .doing(|| format!("put {} on PATH", self.bin().display()))
    }

    /// The version of wasm-bindgen that the project's `Cargo.lock` holds; the command-line tool
    /// must be of the same.
    pub fn wasm_bindgen_version(&self) -> Result<String, Failure> {
        let lock = self.root.join("Cargo.lock");
        let text = fs::read_to_string(&lock).doing(|| format!("read {}", lock.display()))?;
        locked_version(&text, "wasm-bindgen")
            .map(str::to_owned)
            .ok_or_else(|| Failure::new("Cargo.lock names no wasm-bindgen"))
    }
}

/// An environment variable that is set and not empty.
pub fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The version of the first package called `name` in the text of a `Cargo.lock`.
fn locked_version<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = lock.lines();
    let wanted = format!("name = \"{name}\"");
    lines.find(|line| *line == wanted)?;
    lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    const LOCK: &str = "version = 4\n\n\
        [[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"9.9.9\"\n\n\
        [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\nsource = \"x\"\n";

    #[test]
    fn the_version_is_that_of_the_very_package() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.129"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
        assert_eq!(locked_version("", "wasm-bindgen"), None);
    }
}
