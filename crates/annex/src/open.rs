//! Files that people open: turns a file's text into a share link, or says why it cannot.
//!
//! Invariant: every failure is a [`FileFault`], and then nothing has changed. Not here: reading the file in the browser
//! (`www/boot.js`) and the formats (the scenario crate).

use rosterlab_scenario::{Cause, MAX_BYTES, Scenario, ScenarioError, Timeline, share};

/// The shortest text that can be a scenario. A shorter one is opened as a link, whose reader says what is wrong.
const SHORTEST: usize = 8;

/// Why a file could not become a share link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// It is larger than a scenario may be.
    TooLong,
    /// The browser could not read it.
    Unreadable,
    /// It is empty.
    Empty,
    /// It is not text.
    NotText,
    /// It is a scenario with an error: the place and the cause.
    Scenario(String),
    /// It is not a scenario: what it looks like, in sentences.
    NoScenario(String),
}

impl FileFault {
    /// The message for the page.
    #[must_use]
    pub fn sentences(&self) -> String {
        let said = match self {
            Self::TooLong => "This file is too large for an experiment.",
            Self::Unreadable => "The browser could not read this file.",
            Self::Empty => "This file is empty.",
            Self::NotText => {
                "This file is not text. Rosterlab opens scenario files and share links."
            }
            Self::NoScenario(looks) => looks,
            Self::Scenario(wrong) => {
                return format!("This scenario cannot be opened: {wrong}. Nothing has changed.");
            }
        };
        format!("{said} Nothing has changed.")
    }
}

impl From<ScenarioError> for FileFault {
    fn from(error: ScenarioError) -> Self {
        let said = error.to_string();
        match error.cause {
            Cause::Seems(_) => Self::NoScenario(said),
            _ => Self::Scenario(said),
        }
    }
}

/// Whether a file of that size, as the browser tells it, is longer than a scenario may be.
#[expect(clippy::cast_precision_loss, reason = "the limit is far below 2^53")]
fn is_too_long(bytes: f64) -> bool {
    bytes > MAX_BYTES as f64
}

/// The share link that a file of so many bytes holds, or the link of the scenario that it holds. There is no text if the
/// browser could not read it; some browsers turn bytes that are not text into an empty one.
///
/// # Errors
/// When it holds neither, or its scenario has an error or too many steps for a link.
pub fn link_in(text: Option<&str>, bytes: f64) -> Result<String, FileFault> {
    if is_too_long(bytes) {
        return Err(FileFault::TooLong);
    }
    let text = text.ok_or(FileFault::Unreadable)?;
    if is_no_text(text) || text.is_empty() && bytes > 0.0 {
        return Err(FileFault::NotText);
    }
    if text.trim().is_empty() {
        return Err(FileFault::Empty);
    }
    if !is_scenario(text) {
        return Ok(text.into());
    }
    let timeline = Scenario::parse(text.as_bytes())?.timeline()?;
    named_link(&timeline).ok_or_else(|| FileFault::Scenario(too_many_steps()))
}

/// A timeline's share link for the page, with the names of nodes; `None` if it is too long for one. The page shows the names, and
/// its own links leave them out.
#[must_use]
pub fn named_link(timeline: &Timeline) -> Option<String> {
    let link = share::write(timeline)?;
    let names = share::write_names(&link, timeline.names());
    Some(link + &names)
}

fn too_many_steps() -> String {
    format!("the page opens at most {} steps, fewer for large clusters", share::MOST_STEPS)
}

/// Whether a text goes to the scenario reader, not to the link reader.
fn is_scenario(text: &str) -> bool {
    text.trim().starts_with('{') || text.trim().len() >= SHORTEST && !is_share_link(text)
}

/// Whether a text is a share link, of whatever version: the link reader explains those of later ones.
#[must_use]
pub fn is_share_link(text: &str) -> bool {
    let text = text.trim();
    let link = text.rsplit_once('#').map_or(text, |(_, link)| link);
    link.starts_with('s') && link.get(2..3) == Some("=") && !text.contains('\n')
}

/// Whether a text is a scenario file, perhaps one with mistakes.
#[must_use]
pub fn is_scenario_file(text: &str) -> bool {
    text.trim_start().starts_with('{') && text.contains("\"rosterlab-scenario/")
}

/// Whether the file was not text: it has a NUL, or begins with bytes that the browser could not decode.
fn is_no_text(text: &str) -> bool {
    text.contains('\0') || text.starts_with('\u{FFFD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::cast_precision_loss, reason = "the texts are short")]
    fn share_link_in(text: &str) -> Result<String, FileFault> {
        link_in(Some(text), text.len() as f64)
    }

    #[test]
    fn what_the_browser_could_not_read_is_said() {
        assert_eq!(link_in(None, 5.0), Err(FileFault::Unreadable));
        assert_eq!(link_in(Some(""), 5.0), Err(FileFault::NotText));
        assert_eq!(link_in(None, 1e9), Err(FileFault::TooLong));
        for (fault, sentences) in [
            (FileFault::NoScenario("This looks.".to_owned()), "This looks. Nothing has changed."),
            (FileFault::Empty, "This file is empty. Nothing has changed."),
            (
                FileFault::Scenario("steps[0].do: no action \"x\"".to_owned()),
                "This scenario cannot be opened: steps[0].do: no action \"x\". Nothing has changed.",
            ),
        ] {
            assert_eq!(fault.sentences(), sentences);
        }
    }

    #[test]
    fn links_are_handed_on_as_they_are() {
        let link = "s1=0.1.0-0_a.n2S-main_1-A101~1_c1";
        for text in [link, "s2=0.9", &format!("https://host/page#{link}\n"), "s1=", "x"] {
            assert_eq!(share_link_in(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_scenario_comes_to_a_link() {
        let text = r#"{"format": "rosterlab-scenario/1", "title": "one",
            "cluster": {"nodes": [{"id": "A1", "rack": 1}, {"id": "A2", "rack": 1}, {"id": "A3", "rack": 2}]},
            "steps": [{"do": "crash", "nodes": ["A2"]}]}"#;
        let there = share::read(&share_link_in(text).unwrap()).unwrap();
        assert_eq!(there.timeline.entries().len(), 1);
        let named = text.replacen(r#""rack": 1}"#, r#""rack": 1, "name": "db 1"}"#, 1);
        let names = share::read_names(&share_link_in(&named).unwrap());
        assert_eq!(names.iter().map(|(_, name)| name).collect::<Vec<_>>(), ["db 1"]);
        let wrong = share_link_in(&text.replace(r#"["A2"]"#, r#"["A9"]"#)).unwrap_err();
        assert!(wrong.sentences().contains("steps[0].nodes[0]: no node \"A9\""), "{wrong:?}");
    }

    #[test]
    fn what_holds_no_link_says_what_it_is() {
        for (text, fault) in [
            ("", FileFault::Empty),
            (" \n", FileFault::Empty),
            ("\u{FFFD}PNG", FileFault::NotText),
            ("a\0", FileFault::NotText),
        ] {
            assert_eq!(share_link_in(text), Err(fault));
        }
        for text in ["A101@1,A102@1", "# a\nservice {", "a: 1\nb: 2"] {
            assert!(matches!(share_link_in(text), Err(FileFault::NoScenario(_))), "{text}");
        }
        for text in ["{", "{}", "{\"name\": \"\u{FFFD}\"}"] {
            let fault = share_link_in(text).unwrap_err();
            assert!(matches!(fault, FileFault::Scenario(_) | FileFault::NoScenario(_)), "{text}");
        }
    }

    #[test]
    fn the_page_reads_as_much_as_the_command_line_does() {
        let most = u32::try_from(rosterlab_scenario::MAX_BYTES).unwrap();
        assert!(!is_too_long(f64::from(most)));
        assert!(is_too_long(f64::from(most) + 1.0));
    }
}
