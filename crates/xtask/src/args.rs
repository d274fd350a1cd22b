//! The command line: words in, one [`Task`] out.
//!
//! Invariant: a word that makes no sense is refused with a sentence, never guessed at. It does not
//! carry anything out: `main` does.

use crate::engines::Engine;

/// What `cargo xtask` prints when asked for help.
pub const USAGE: &str = "\
usage: cargo xtask TASK

  serve [--port N]   build the page, serve it on 127.0.0.1 and rebuild it when a source changes
  test [--fast]      run every check and test; --fast leaves out the page and the browser
  test --engines all run every browser test in Firefox and WebKit too, not only those of what
                     differs between engines; this takes half an hour more
  site               build dist, the folder to publish: the page, the element for other pages
                     in embed, the page as one file in rosterlab.html, compressed copies
  e2e [--engine NAME] [-- ARGS]
                     build the page and run the browser tests in chromium, firefox or webkit;
                     ARGS go to node's test runner, and those that end in .test.mjs name the
                     files to run
  e2e --update-shots build the page and take the reference screenshots anew
  hosts [-- ARGS]    build the site and, with other people's tools, the sites of
                     www/embed/examples, and test the figures in them
  clients [--rust] [-- ARGS]
                     test the served cluster with real client libraries, for Python and Node.js;
                     with --rust that for Rust too, which takes minutes to build; with ARGS,
                     which go to pytest, only that for Python
  api                build the npm package and run its tests
  pack               build the npm package and its tarball in pkg; print where it is
  perf               build the page, measure it in Chromium and in all three engines side by
                     side, and write docs/performance.md
  size               build the page and the npm package; print the bytes of a first visit and
                     of the package's module; fail above the limits
  setup              only install what the other tasks need
  help               print this

serve, test, site, hosts, clients, api, pack, e2e, perf and size first install what is missing: the
compiler's target for the browser, wasm-bindgen, trunk and, for the npm package, wasm-pack; for
the tests, mdBook, npm packages and Chromium, for test and perf Firefox and WebKitGTK, for test,
hosts and clients Python packages. Programs go to $ROSTERLAB_TOOLS, by default a folder in the
user's cache.
ROSTERLAB_CHROMIUM, ROSTERLAB_FIREFOX and ROSTERLAB_MINIBROWSER name other browsers.";

/// What to do with the screenshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shots {
    /// Compare them with the references.
    Compare,
    /// Write them as the new references.
    Update,
}

/// How much of the browser tests is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What differs between engines.
    Walks,
    /// All.
    All,
}

/// A run of the browser tests.
#[derive(Debug, PartialEq, Eq)]
pub struct E2e {
    /// The engine to run them in.
    pub engine: Engine,
    /// How much of them.
    pub extent: Extent,
    /// What to do with the screenshots.
    pub shots: Shots,
    /// Arguments for node's test runner.
    pub args: Vec<String>,
}

impl Default for E2e {
    /// All of them, in Chromium.
    fn default() -> Self {
        Self {
            engine: Engine::Chromium,
            extent: Extent::All,
            shots: Shots::Compare,
            args: Vec::new(),
        }
    }
}

/// A run of the tests with real client libraries.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Clients {
    /// Whether the client for Rust is tested too.
    pub rust: bool,
    /// Arguments for pytest.
    pub args: Vec<String>,
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Print [`USAGE`].
    Help,
    /// Run only the set-up.
    Setup,
    /// Build the page, serve it and watch its sources.
    Serve {
        /// The port to serve on, or any free one.
        port: Option<u16>,
    },
    /// Build the folder to publish.
    Site,
    /// Run all suites.
    Test {
        /// How much Firefox and WebKit run of the browser tests. Chromium runs all.
        extent: Extent,
    },
    /// Run only the suites that need neither browser nor page.
    TestFast,
    /// Measure the bytes of a first visit and of the module for JavaScript.
    Size,
    /// Measure times in the browser.
    Perf,
    /// Build sites with other people's tools and test the figures in them.
    Hosts {
        /// Arguments for node's test runner.
        args: Vec<String>,
    },
    /// Test the served cluster with real client libraries.
    Clients(Clients),
    /// Build the npm package and run its tests.
    Api,
    /// Build the npm package's tarball.
    Pack,
    /// Run the browser tests.
    E2e(E2e),
    /// Say where the page is as soon as it is served. `serve` starts this beside the server; it is
    /// not for people.
    Announce {
        /// The port to wait for.
        port: u16,
    },
}

/// Reads the words after `cargo xtask`.
///
/// # Errors
/// A sentence that says which word makes no sense.
pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Task, String> {
    let mut words = words.into_iter();
    let task = match words.next().as_deref() {
        None | Some("help" | "--help" | "-h") => Task::Help,
        Some("setup") => Task::Setup,
        Some("size") => Task::Size,
        Some("site") => Task::Site,
        Some("api") => Task::Api,
        Some("pack") => Task::Pack,
        Some("perf") => Task::Perf,
        Some("serve") => Task::Serve { port: port(&mut words)? },
        Some("announce") => {
            Task::Announce { port: port(&mut words)?.ok_or("announce wants --port N")? }
        }
        Some("test") => match words.next().as_deref() {
            None => Task::Test { extent: Extent::Walks },
            Some("--fast") => Task::TestFast,
            Some("--engines=all") => Task::Test { extent: Extent::All },
            Some("--engines") => match words.next().as_deref() {
                Some("all") => Task::Test { extent: Extent::All },
                _ => return Err("--engines wants all".to_owned()),
            },
            Some(other) => return Err(format!("test does not know {other}")),
        },
        Some("hosts") => match words.next().as_deref() {
            None => Task::Hosts { args: Vec::new() },
            Some("--") => Task::Hosts { args: words.by_ref().collect() },
            Some(other) => return Err(format!("put -- before {other}, for node's test runner")),
        },
        Some("clients") => Task::Clients(clients(&mut words)?),
        Some("e2e") => Task::E2e(e2e(&mut words)?),
        Some(other) => return Err(format!("there is no task {other}")),
    };
    match words.next() {
        None => Ok(task),
        Some(extra) => Err(format!("nothing can follow here, but there is {extra}")),
    }
}

/// `--rust` and `-- ARGS`, each of which may be missing.
fn clients(words: &mut impl Iterator<Item = String>) -> Result<Clients, String> {
    let mut run = Clients::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rust" => run.rust = true,
            "--" => run.args = words.by_ref().collect(),
            other => return Err(format!("put -- before {other}, for pytest")),
        }
    }
    Ok(run)
}

/// `--update-shots`, or `--engine NAME` and `-- ARGS`, each of which may be missing.
fn e2e(words: &mut impl Iterator<Item = String>) -> Result<E2e, String> {
    let mut run = E2e::default();
    while let Some(word) = words.next() {
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        match flag {
            "--engine" => {
                let name = value.or_else(|| words.next()).unwrap_or_default();
                run.engine =
                    Engine::named(&name).ok_or("--engine wants chromium, firefox or webkit")?;
            }
            "--update-shots" if run == E2e::default() => {
                run.shots = Shots::Update;
                break;
            }
            "--" => run.args = words.by_ref().collect(),
            other => return Err(format!("put -- before {other}, for node's test runner")),
        }
    }
    Ok(run)
}

/// `--port N`, `--port=N` or nothing.
fn port(words: &mut impl Iterator<Item = String>) -> Result<Option<u16>, String> {
    let Some(word) = words.next() else { return Ok(None) };
    let value = match word.split_once('=') {
        Some(("--port", value)) => value.to_owned(),
        None if word == "--port" => words.next().ok_or("--port wants a number")?,
        _ => return Err(format!("unknown flag {word}")),
    };
    match value.parse() {
        Ok(port) if port > 0 => Ok(Some(port)),
        _ => Err(format!("--port wants a number from 1 to {}, not {value}", u16::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Clients, E2e, Extent, Shots, Task, parse};
    use crate::engines::Engine;

    fn read(line: &str) -> Result<Task, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn every_task_is_read() {
        assert_eq!(read(""), Ok(Task::Help));
        assert_eq!(read("--help"), Ok(Task::Help));
        assert_eq!(read("setup"), Ok(Task::Setup));
        assert_eq!(read("size"), Ok(Task::Size));
        assert_eq!(read("site"), Ok(Task::Site));
        assert_eq!(read("api"), Ok(Task::Api));
        assert_eq!(read("pack"), Ok(Task::Pack));
        assert_eq!(read("serve"), Ok(Task::Serve { port: None }));
        assert_eq!(read("serve --port 8080"), Ok(Task::Serve { port: Some(8080) }));
        assert_eq!(read("serve --port=1"), Ok(Task::Serve { port: Some(1) }));
        assert_eq!(read("announce --port 9"), Ok(Task::Announce { port: 9 }));
        assert_eq!(read("test"), Ok(Task::Test { extent: Extent::Walks }));
        assert_eq!(read("test --fast"), Ok(Task::TestFast));
        assert_eq!(read("test --engines all"), Ok(Task::Test { extent: Extent::All }));
        assert_eq!(read("test --engines=all"), Ok(Task::Test { extent: Extent::All }));
        assert_eq!(read("hosts"), Ok(Task::Hosts { args: vec![] }));
        let args = vec!["single.test.mjs".to_owned()];
        assert_eq!(read("hosts -- single.test.mjs"), Ok(Task::Hosts { args }));
        assert_eq!(read("clients"), Ok(Task::Clients(Clients::default())));
        let rust = Clients { rust: true, args: vec![] };
        assert_eq!(read("clients --rust"), Ok(Task::Clients(rust)));
        let some = Clients { rust: false, args: vec!["-k".to_owned(), "soak".to_owned()] };
        assert_eq!(read("clients -- -k soak"), Ok(Task::Clients(some)));
        assert_eq!(read("e2e"), Ok(Task::E2e(E2e::default())));
        let shots = E2e { shots: Shots::Update, ..E2e::default() };
        assert_eq!(read("e2e --update-shots"), Ok(Task::E2e(shots)));
        let args = vec!["--test-only".to_owned(), "a.test.mjs".to_owned()];
        let some = E2e { args: args.clone(), ..E2e::default() };
        assert_eq!(read("e2e -- --test-only a.test.mjs"), Ok(Task::E2e(some)));
        let webkit = E2e { engine: Engine::WebKit, args, ..E2e::default() };
        let line = "e2e --engine webkit -- --test-only a.test.mjs";
        assert_eq!(read(line), Ok(Task::E2e(webkit)));
        let firefox = E2e { engine: Engine::Firefox, ..E2e::default() };
        assert_eq!(read("e2e --engine=firefox"), Ok(Task::E2e(firefox)));
    }

    #[test]
    fn anything_else_is_refused() {
        for line in [
            "tset",
            "test --quick",
            "test --fast twice",
            "size now",
            "api now",
            "pack now",
            "hosts single.test.mjs",
            "clients test_soak.py",
            "site now",
            "serve 8080",
            "serve --port",
            "serve --port 0",
            "serve --port 65536",
            "serve --port=x",
            "serve --port 1 2",
            "announce",
            "e2e a.test.mjs",
            "e2e --update-shots a.test.mjs",
            "e2e --engine",
            "e2e --engine safari",
            "e2e --engine webkit --update-shots",
            "test --engines",
            "test --engines webkit",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
