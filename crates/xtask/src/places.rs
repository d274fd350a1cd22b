//! The project's folders, and the folder for the tools that set-up builds.
//!
//! Invariant: xtask itself writes only to `dist`, `pkg`, the build folder, `node_modules` of the tests and
//! of the page's build, and the tools' folder. (Debian's packages, and std beside Debian's compiler, go where Debian puts them. The tests write
//! reference screenshots, and perf writes docs/performance.md.)

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{TaskError, WhileDoing, own_path};

/// The folders of one run.
#[derive(Debug, Clone)]
pub struct Places {
    /// The workspace's top folder.
    pub root: PathBuf,
    /// The tools' folder. Their programs are in its `bin`.
    pub tools: PathBuf,
}

impl Places {
    /// Finds the folders from the environment.
    pub fn find() -> Result<Self, TaskError> {
        let root = env::var_os("CARGO_MANIFEST_DIR")
            .and_then(|crate_folder| Some(Path::new(&crate_folder).ancestors().nth(2)?.to_owned()))
            .ok_or_else(|| TaskError::new("start this program as `cargo xtask`"))?;
        let tools = variable("ROSTERLAB_TOOLS")
            .map(PathBuf::from)
            .or_else(|| Some(Path::new(&variable("XDG_CACHE_HOME")?).join("rosterlab-tools")))
            .or_else(|| Some(Path::new(&variable("HOME")?).join(".cache/rosterlab-tools")))
            .ok_or_else(|| TaskError::new("set HOME, or ROSTERLAB_TOOLS to a folder for tools"))?;
        // Tools are built in other working folders, so the path must be absolute.
        let tools = std::path::absolute(&tools).doing(|| format!("use {}", tools.display()))?;
        Ok(Self { root, tools })
    }

    /// The folder of the tools' programs.
    pub fn bin(&self) -> PathBuf {
        self.tools.join("bin")
    }

    /// A folder for a set-up step's temporary files.
    pub fn scratch(&self) -> PathBuf {
        self.tools.join("build")
    }

    /// The built page.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// What is built for npm: the package, its tarball, and the bindings that it is made from.
    pub fn packages(&self) -> PathBuf {
        self.root.join("pkg")
    }

    /// The built npm package.
    pub fn package(&self) -> PathBuf {
        self.packages().join("rosterlab")
    }

    /// The npm packages that make the released page smaller.
    pub fn page_build(&self) -> PathBuf {
        self.root.join("www/build")
    }

    /// The tests of the npm packages.
    pub fn api(&self) -> PathBuf {
        self.root.join("tests/api")
    }

    /// The projects that use the npm package.
    pub fn consumers(&self) -> PathBuf {
        self.root.join("tests/consumers")
    }

    /// The browser tests.
    pub fn e2e(&self) -> PathBuf {
        self.root.join("tests/e2e")
    }

    /// The tests of figures in other people's pages.
    pub fn hosts(&self) -> PathBuf {
        self.root.join("tests/hosts")
    }

    /// The tests with real client libraries.
    pub fn clients(&self) -> PathBuf {
        self.root.join("tests/clients")
    }

    /// `PATH` with the tools' programs first.
    pub fn tools_path(&self) -> Result<OsString, TaskError> {
        let own = own_path();
        env::join_paths(std::iter::once(self.bin()).chain(env::split_paths(&own)))
            .doing(|| format!("put {} on PATH", self.bin().display()))
    }

    /// The version of wasm-bindgen in the project's `Cargo.lock`. The command-line tool must have the
    /// same one.
    pub fn wasm_bindgen_version(&self) -> Result<String, TaskError> {
        let lock = self.root.join("Cargo.lock");
        let text = fs::read_to_string(&lock).doing(|| format!("read {}", lock.display()))?;
        locked_version(&text, "wasm-bindgen")
            .map(str::to_owned)
            .ok_or_else(|| TaskError::new("Cargo.lock names no wasm-bindgen"))
    }
}

/// An environment variable, if it is set and not empty.
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
    fn the_version_belongs_to_the_package_of_that_exact_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.129"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
        assert_eq!(locked_version("", "wasm-bindgen"), None);
    }
}
