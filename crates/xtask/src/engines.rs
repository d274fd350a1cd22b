//! The browsers whose engines run the browser tests: which there are, and how a machine gets them.
//!
//! Invariant: whatever Debian can install is installed. Where there is no Debian, an engine may be missing; its tests are
//! then skipped, except Chromium's.
//!
//! It drives no browser: tests/e2e/engines.mjs does.

use std::path::PathBuf;

use crate::debian::Apt;
use crate::places::{Places, variable};
use crate::process::{self, TaskError};

/// A browser's engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Chromium's. All tests run in it.
    Chromium,
    /// Firefox's.
    Firefox,
    /// Safari's, as WebKitGTK has it.
    WebKit,
}

/// The engines that run the walks beside Chromium.
pub const OTHERS: [Engine; 2] = [Engine::Firefox, Engine::WebKit];

impl Engine {
    /// The name in arguments and in `ROSTERLAB_ENGINE`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// The engine of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Chromium, Self::Firefox, Self::WebKit].into_iter().find(|it| it.name() == name)
    }

    /// The variable that names another program for this engine.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Chromium => "ROSTERLAB_CHROMIUM",
            Self::Firefox => "ROSTERLAB_FIREFOX",
            Self::WebKit => "ROSTERLAB_MINIBROWSER",
        }
    }

    /// Programs of which the first that is there is driven.
    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Chromium => {
                &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
            }
            Self::Firefox => &["firefox-esr", "firefox"],
            Self::WebKit => &["WebKitWebDriver"],
        }
    }

    /// Programs that driving it needs as well.
    fn helpers(self) -> &'static [&'static str] {
        match self {
            // For the tests of wasm-bindgen.
            Self::Chromium => &["chromedriver"],
            Self::Firefox => &[],
            Self::WebKit => &["Xvfb"],
        }
    }

    /// Debian's packages with all of these.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Chromium => &["chromium", "chromium-driver"],
            Self::Firefox => &["firefox-esr"],
            Self::WebKit => &["webkit2gtk-driver", "xvfb"],
        }
    }

    /// The engine's program, if it and its helpers are here. A program that the engine's variable names comes first; WebKit's
    /// names MiniBrowser, which the driver starts.
    fn find(self) -> Option<PathBuf> {
        let look = |name: &&str| process::find_in(&process::own_path(), name);
        if !self.helpers().iter().all(|helper| look(helper).is_some()) {
            return None;
        }
        match variable(self.variable()) {
            Some(named) if self != Self::WebKit => {
                Some(PathBuf::from(named)).filter(|file| file.exists())
            }
            _ => self.programs().iter().find_map(look),
        }
    }

    /// Finds the engine's program or installs it, and says which version it has.
    pub fn provide(
        self,
        places: &Places,
        apt: &mut Apt,
    ) -> Result<(Option<PathBuf>, String), TaskError> {
        let mut done = "found";
        if self.find().is_none() {
            if self != Self::Chromium && !Apt::is_here() {
                return Ok((None, "not here, so its tests are skipped".to_owned()));
            }
            apt.install(places, self.packages())?;
            done = "installed";
        }
        let program = self.find().ok_or_else(|| {
            let packages = self.packages().join(" ");
            TaskError::new(format!("no {}: install {packages}", self.name()))
        })?;
        let version = process::answer(process::command(&program).arg("--version"));
        let version = version.unwrap_or_default();
        // WebKit's driver says nothing.
        let said = version.lines().next().filter(|line| !line.is_empty());
        let version = said.map(|line| format!(", {}", line.trim())).unwrap_or_default();
        Ok((Some(program), format!("{done}{version}")))
    }
}

#[cfg(test)]
mod tests {
    use super::Engine;

    #[test]
    fn an_engine_is_found_by_its_name_and_by_no_other() {
        for engine in [Engine::Chromium, Engine::Firefox, Engine::WebKit] {
            assert_eq!(Engine::named(engine.name()), Some(engine));
        }
        assert_eq!(Engine::named("Firefox"), None);
    }
}
