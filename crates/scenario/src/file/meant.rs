//! What was probably meant by a misspelt field, name or action.
//!
//! Invariant: only names that may stand at the place are suggested, and the work is bounded whatever the misspelt name is.
//! The page does not call this, so it does not carry it. Not here: finding what is wrong.

use super::action::Action;
use super::error::{Cause, ScenarioError};
use super::one_line::printable;
#[cfg(feature = "world")]
use crate::world::SiteAction;

/// The longest misspelt name, in bytes, for which a near one is looked for: no known name is nearly as long.
const LONGEST: usize = 64;

impl ScenarioError {
    /// The error in words. Of what is misspelt, they say what was probably meant in the place of all that may stand there.
    #[must_use]
    pub fn suggesting(&self) -> String {
        let told = match &self.cause {
            Cause::Unreadable(told) => of_name(told),
            Cause::UnknownAction(name) => of_action(name, Action::NAMES).or_else(|| of_sites(name)),
            #[cfg(feature = "world")]
            Cause::UnknownAmong(name, actions) => of_action(name, actions),
            #[cfg(feature = "world")]
            Cause::NoSite(name, sites) => {
                let sites: Vec<&str> = sites.iter().map(String::as_str).collect();
                nearest(name, &sites)
                    .map(|meant| format!("no site {name:?}; did you mean {meant:?}?"))
            }
            _ => None,
        };
        match told {
            None => self.to_string(),
            Some(told) if self.place.is_empty() => printable(&told),
            Some(told) => format!("{}: {}", printable(&self.place), printable(&told)),
        }
    }
}

/// The message of an unknown action with what was probably meant.
fn of_action(name: &str, actions: &[&str]) -> Option<String> {
    let meant = nearest(name, actions)?;
    Some(format!("unknown action {name:?}; did you mean {meant:?}?"))
}

/// The message of an action that only several sites have.
fn of_sites(name: &str) -> Option<String> {
    #[cfg(feature = "world")]
    if SiteAction::NAMES.contains(&name) {
        return Some(format!("{name:?} needs \"sites\" in place of \"cluster\""));
    }
    let _ = name;
    None
}

/// The message of an unknown field or name with what was probably meant.
fn of_name(message: &str) -> Option<String> {
    let (wrong, known) = message.split_once(", expected ")?;
    let is_name = wrong.starts_with("unknown field") || wrong.starts_with("unknown variant");
    let name = is_name.then(|| in_quotes(wrong).next())??;
    let known: Vec<&str> = in_quotes(known).collect();
    let meant = nearest(name, &known)?;
    Some(format!("{wrong}; did you mean `{meant}`?"))
}

/// What stands between backquotes.
fn in_quotes(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The known name that is nearest to a misspelt one, if one is near.
#[must_use]
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let far = |known: &&str| strsim::osa_distance(name, known);
    let nearest = known.iter().copied().min_by_key(far)?;
    let length = name.chars().count();
    // Of a name of one character, nothing would be left.
    (far(&nearest) <= (length / 3).max(1) && far(&nearest) < length).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::Scenario;

    #[test]
    fn what_is_near_is_suggested_and_what_is_far_is_not() {
        for (name, expected) in [
            ("stpo", Some("stop")),
            ("restart", Some("start")),
            ("roster_set", Some("roster-set")),
            ("explode", None),
            ("s", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, Action::NAMES), expected, "{name}");
        }
        let long = "stop".repeat(1_000_000);
        assert_eq!(nearest(&long, Action::NAMES), None);
    }

    #[test]
    fn an_error_says_what_was_meant_and_else_what_it_says_anyway() {
        let of = |text: &str| Scenario::parse(text.as_bytes()).unwrap_err();
        let head = r#"{"format":"rosterlab-scenario/1","cluster":{"nodes":[{"id":"A1"}]},"#;
        for (rest, expected) in [
            (r#""tilte":"","steps":[]}"#, "tilte: unknown field `tilte`; did you mean `title`?"),
            (
                r#""steps":[{"do":"crsh"}]}"#,
                r#"steps[0].do: unknown action "crsh"; did you mean "crash"?"#,
            ),
            #[cfg(feature = "world")]
            (
                r#""steps":[{"do":"ship"}]}"#,
                r#"steps[0].do: "ship" needs "sites" in place of "cluster""#,
            ),
            (
                r#""steps":[{"do":"read","key":1,"result":"in_doubt"}]}"#,
                "steps[0].result: unknown variant `in_doubt`; did you mean `in-doubt`?",
            ),
        ] {
            assert_eq!(of(&format!("{head}{rest}")).suggesting(), expected);
        }
        for far in [r#""colour":1,"steps":[]}"#, r#""steps":[{"do":"explode"}]}"#, r#""steps":1}"#]
        {
            let error = of(&format!("{head}{far}"));
            assert_eq!(error.suggesting(), error.to_string());
        }
    }
}
