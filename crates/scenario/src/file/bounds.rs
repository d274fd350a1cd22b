//! What a count has to be: one number, or any within bounds.
//!
//! Invariant: the lower bound is not above the upper one, and both are within the limit of their field. Not here: which
//! field has which limit (see `action`).

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use super::fields::{narrowed, whole};
use super::placed::{Fields, Wrong, list};

/// The names of the three ways to write bounds.
const NAMES: &[&str] = &["at-least", "at-most", "between"];

/// The bounds of a count, both included. A file writes them as a number, `{"at-least": 1}`, `{"at-most": 410}` or
/// `{"between": [1, 410]}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    least: u32,
    most: u32,
}

impl Bounds {
    /// Only this number.
    #[must_use]
    pub fn exactly(number: u32) -> Self {
        Self { least: number, most: number }
    }

    /// Any number from the lower of these to the higher, both included.
    #[must_use]
    pub fn between(one: u32, other: u32) -> Self {
        Self { least: one.min(other), most: one.max(other) }
    }

    /// Whether a number is within the bounds.
    #[must_use]
    pub fn hold(self, number: u32) -> bool {
        (self.least..=self.most).contains(&number)
    }

    /// Reads bounds that are at most `limit`.
    pub(crate) fn read(value: &Value, limit: u64) -> Result<Self, Wrong> {
        let number = |value: &Value| narrowed(whole(value, 0, limit)?);
        let Value::Object(object) = value else { return number(value).map(Self::exactly) };
        let fields = Fields(object);
        fields.refuse_others(NAMES, &[])?;
        let both = |value| match list(value)? {
            [least, most] => Ok(Self { least: number(least)?, most: number(most)? }),
            _ => Err(Wrong::new("two numbers are expected".to_owned())),
        };
        let least = fields.maybe_with("at-least", number)?;
        let most = fields.maybe_with("at-most", number)?;
        match (least, most, fields.maybe_with("between", both)?) {
            (Some(least), None, None) => Ok(Self { least, most: u32::MAX }),
            (None, Some(most), None) => Ok(Self { least: 0, most }),
            (None, None, Some(both)) if both.least <= both.most => Ok(both),
            (None, None, Some(_)) => Err(Wrong::new("the lower number comes first".to_owned())),
            _ => Err(Wrong::new("bounds have one of at-least, at-most and between".to_owned())),
        }
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self { least, most } if least == most => write!(f, "{least}"),
            Self { least, most: u32::MAX } => write!(f, "at least {least}"),
            Self { least: 0, most } => write!(f, "at most {most}"),
            Self { least, most } => write!(f, "{least} to {most}"),
        }
    }
}

impl Serialize for Bounds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { least, most } = *self;
        if least == most {
            return serializer.serialize_u32(least);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        match (least, most) {
            (_, u32::MAX) => map.serialize_entry("at-least", &least)?,
            (0, _) => map.serialize_entry("at-most", &most)?,
            _ => map.serialize_entry("between", &[least, most])?,
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Bounds, String> {
        let value = serde_json::from_str(text).unwrap();
        Bounds::read(&value, 4096).map_err(|wrong| {
            let wrong = wrong.misplaced();
            format!("{}: {}", wrong.place, wrong.message)
        })
    }

    #[test]
    fn bounds_are_read_as_they_are_written() {
        for (text, told, within, without) in [
            ("410", "410", [410, 410], [409, 411]),
            (r#"{"at-least":3}"#, "at least 3", [3, u32::MAX], [0, 2]),
            (r#"{"at-most":410}"#, "at most 410", [0, 410], [411, u32::MAX]),
            (r#"{"between":[2,7]}"#, "2 to 7", [2, 7], [1, 8]),
        ] {
            let bounds = read(text).unwrap();
            assert_eq!(bounds.to_string(), told);
            assert_eq!(serde_json::to_string(&bounds).unwrap(), text);
            assert!(within.into_iter().all(|number| bounds.hold(number)), "{text}");
            assert!(!without.into_iter().any(|number| bounds.hold(number)), "{text}");
        }
        assert_eq!(read(r#"{"between":[0,5]}"#), read(r#"{"at-most":5}"#));
    }

    #[test]
    fn other_bounds_are_refused_with_their_place() {
        for (text, expected) in [
            ("4097", ": 4097 is not a whole number from 0 to 4096"),
            ("{}", ": bounds have one of at-least, at-most and between"),
            (r#"{"at-least":1,"at-most":2}"#, ": bounds have one of at-least, at-most and between"),
            (
                r#"{"atmost":2}"#,
                "atmost: unknown field `atmost`, expected one of `at-least`, `at-most`, `between`",
            ),
            (r#"{"at-most":-1}"#, "at-most: -1 is not a whole number from 0 to 4096"),
            (r#"{"between":[1]}"#, "between: two numbers are expected"),
            (r#"{"between":[2,1]}"#, ": the lower number comes first"),
        ] {
            assert_eq!(read(text), Err(expected.to_owned()), "{text}");
        }
    }
}
