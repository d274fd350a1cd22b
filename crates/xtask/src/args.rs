//! The command line: words in, one [`Verb`] out.
//!
//! Invariant: what is not understood is refused with a sentence, never guessed at.

/// What `cargo xtask` prints when asked for help.
pub const USAGE: &str = "\
usage: cargo xtask VERB

  serve [--port N]   build the page, serve it on 127.0.0.1 and rebuild it when a source changes
  test [--fast]      run every check and test; --fast leaves out the page and the browser
  e2e [-- ARGS]      build the page and run the browser tests; ARGS go to node's test runner,
                     and those that end in .test.mjs name the files to run
  api                build the npm packages and run their tests
  perf               build the page, measure it in the browser and write docs/performance.md
  size               build the page and the npm packages, print what a first visit transfers and
                     how large the packages' module is; fail above the limits
  setup              only install what the other verbs need
  help               print this

serve, test, api, e2e, perf and size first install what is missing: the compiler's target for the
browser, wasm-bindgen, trunk and, for the npm packages, wasm-pack; for tests, mdBook, Chromium and
what they need of npm. Programs go to $ROSTERLAB_TOOLS, by default a folder of the user's cache.
ROSTERLAB_CHROMIUM names another browser.";

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Verb {
    /// Print [`USAGE`].
    Help,
    /// Only the set-up.
    Setup,
    /// Build, serve and watch.
    Serve {
        /// The port to serve on; any free one if none is named.
        port: Option<u16>,
    },
    /// All suites.
    Test {
        /// Only those that need no browser and no page.
        fast: bool,
    },
    /// Bytes of a first visit and of the module for JavaScript.
    Size,
    /// Times in the browser.
    Perf,
    /// Only the npm packages and their tests.
    Api,
    /// Only the browser tests.
    E2e {
        /// What to hand on to node's test runner.
        args: Vec<String>,
    },
    /// Say that the page is being served, once it is. `serve` starts this beside the server; it is
    /// not for people.
    Announce {
        /// The port that is to answer.
        port: u16,
    },
}

/// Reads the words after `cargo xtask`, or says which of them is wrong.
pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Verb, String> {
    let mut words = words.into_iter();
    let verb = match words.next().as_deref() {
        None | Some("help" | "--help" | "-h") => Verb::Help,
        Some("setup") => Verb::Setup,
        Some("size") => Verb::Size,
        Some("api") => Verb::Api,
        Some("perf") => Verb::Perf,
        Some("serve") => Verb::Serve { port: port(&mut words)? },
        Some("announce") => {
            Verb::Announce { port: port(&mut words)?.ok_or("announce wants --port N")? }
        }
        Some("test") => match words.next().as_deref() {
            None => Verb::Test { fast: false },
            Some("--fast") => Verb::Test { fast: true },
            Some(other) => return Err(format!("test does not know {other}")),
        },
        Some("e2e") => match words.next().as_deref() {
            None => Verb::E2e { args: Vec::new() },
            Some("--") => Verb::E2e { args: words.by_ref().collect() },
            Some(other) => return Err(format!("put -- before {other}, for node's test runner")),
        },
        Some(other) => return Err(format!("there is no verb {other}")),
    };
    match words.next() {
        None => Ok(verb),
        Some(extra) => Err(format!("one word too many: {extra}")),
    }
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
    use super::{Verb, parse};

    fn read(line: &str) -> Result<Verb, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn every_verb_is_read() {
        assert_eq!(read(""), Ok(Verb::Help));
        assert_eq!(read("--help"), Ok(Verb::Help));
        assert_eq!(read("setup"), Ok(Verb::Setup));
        assert_eq!(read("size"), Ok(Verb::Size));
        assert_eq!(read("api"), Ok(Verb::Api));
        assert_eq!(read("serve"), Ok(Verb::Serve { port: None }));
        assert_eq!(read("serve --port 8080"), Ok(Verb::Serve { port: Some(8080) }));
        assert_eq!(read("serve --port=1"), Ok(Verb::Serve { port: Some(1) }));
        assert_eq!(read("announce --port 9"), Ok(Verb::Announce { port: 9 }));
        assert_eq!(read("test"), Ok(Verb::Test { fast: false }));
        assert_eq!(read("test --fast"), Ok(Verb::Test { fast: true }));
        assert_eq!(read("e2e"), Ok(Verb::E2e { args: vec![] }));
        let args = vec!["--test-only".to_owned(), "a.test.mjs".to_owned()];
        assert_eq!(read("e2e -- --test-only a.test.mjs"), Ok(Verb::E2e { args }));
    }

    #[test]
    fn anything_else_is_refused() {
        for line in [
            "tset",
            "test --quick",
            "test --fast twice",
            "size now",
            "api now",
            "serve 8080",
            "serve --port",
            "serve --port 0",
            "serve --port 65536",
            "serve --port=x",
            "serve --port 1 2",
            "announce",
            "e2e a.test.mjs",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
