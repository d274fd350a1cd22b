//! Reads JSON text into a value, more strictly than JSON itself.
//!
//! Invariant: the value has no repeated key and no `null` and is nested at most 128 deep; its text had at most
//! [`MAX_BYTES`] bytes. Not here: what the fields mean.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::error::{Cause, ScenarioError};
use super::limits::MAX_BYTES;
use super::placed::{Misplaced, Wrong};

/// Reads bytes into a value.
pub(crate) fn value(bytes: &[u8]) -> Result<Value, ScenarioError> {
    if bytes.len() > MAX_BYTES {
        return Err(ScenarioError::new("", Cause::TooLong));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ScenarioError::new("", Cause::NotUtf8))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut json = serde_json::Deserializer::from_str(text);
    let refused = RefCell::default();
    let whole = Strict { place: &Place::Whole, refused: &refused };
    let value = whole.deserialize(&mut json);
    let value = value.map_err(|error| unreadable(refused.take(), &error))?;
    json.end().map_err(|error| unreadable(String::new(), &error))?;
    Ok(value)
}

/// An error within a value at `place`.
pub(crate) fn misplaced(place: &str, wrong: Wrong) -> ScenarioError {
    let Misplaced { place: within, message } = wrong.misplaced();
    let dot =
        if place.is_empty() || within.is_empty() || within.starts_with('[') { "" } else { "." };
    ScenarioError::new(format!("{place}{dot}{within}"), Cause::Unreadable(message))
}

/// The place of a syntax error is its line, because there may be no field yet.
fn unreadable(path: String, error: &serde_json::Error) -> ScenarioError {
    let message = error.to_string();
    let suffix = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(suffix.as_str()).unwrap_or(&message);
    if error.is_data() && !path.is_empty() {
        return ScenarioError::new(path, Cause::Unreadable(message.to_owned()));
    }
    let place = format!("line {} column {}", error.line(), error.column());
    ScenarioError::new(place, Cause::Unreadable(format!("not JSON: {message}")))
}

/// The place of a value.
enum Place<'a> {
    Whole,
    Field(&'a Place<'a>, &'a str),
    Element(&'a Place<'a>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Field(Self::Whole, key) => f.write_str(key),
            Self::Field(parent, key) => write!(f, "{parent}.{key}"),
            Self::Element(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// Reads a value and refuses what [`Value`] would accept silently. It puts the place of its own refusals into `refused`,
/// because the parser's errors have only lines.
#[derive(Clone, Copy)]
struct Strict<'a> {
    place: &'a Place<'a>,
    refused: &'a RefCell<String>,
}

impl Strict<'_> {
    fn refuse<E: serde::de::Error>(self, message: &dyn fmt::Display) -> E {
        *self.refused.borrow_mut() = self.place.to_string();
        E::custom(message)
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a number, true, false, a list or an object")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).map(Value::Number);
        number.ok_or_else(|| self.refuse(&"number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        Err(self.refuse(&"null is not allowed: leave the field out"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let place = Place::Element(self.place, list.len());
            match seq.next_element_seed(Strict { place: &place, ..self })? {
                Some(value) => list.push(value),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(self.refuse(&format_args!("the key {key:?} appears twice")));
            }
            let place = Place::Field(self.place, &key);
            let value = map.next_value_seed(Strict { place: &place, ..self })?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
#[expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: &Expect) {
        let outcome = value(text.as_bytes());
        expected.assert_eq(&outcome.map_or_else(|error| error.to_string(), |v| v.to_string()));
    }

    #[test]
    fn what_json_would_pass_over_is_refused_with_its_place() {
        check(r#"{"a": [1, {"b": 1, "b": 2}]}"#, &expect![[r#"a[1]: the key "b" appears twice"#]]);
        check(r#"{"a": [1, null]}"#, &expect!["a[1]: null is not allowed: leave the field out"]);
        check("{\"a\": 1,\n", &expect!["line 2 column 0: not JSON: EOF while parsing a value"]);
        check("[1] 2", &expect!["line 1 column 5: not JSON: trailing characters"]);
        check("", &expect!["line 1 column 0: not JSON: EOF while parsing a value"]);
        check("nonsense", &expect!["line 1 column 2: not JSON: expected ident"]);
        check("[1e999]", &expect!["line 1 column 6: not JSON: number out of range"]);
        check("\u{feff}[1]", &expect!["[1]"]);
        check(
            "[\"\0\"]",
            &expect![[
                r#"line 1 column 3: not JSON: control character (\u0000-\u001F) found while parsing a string"#
            ]],
        );
    }

    #[test]
    fn deep_nesting_is_refused() {
        check(
            &"[".repeat(10_000),
            &expect!["line 1 column 128: not JSON: recursion limit exceeded"],
        );
        check(
            &r#"{"a":"#.repeat(10_000),
            &expect!["line 1 column 636: not JSON: recursion limit exceeded"],
        );
    }

    #[test]
    fn bytes_that_are_not_text_and_too_many_bytes_are_refused() {
        assert_eq!(value(b"\"\xff\"").unwrap_err().cause, Cause::NotUtf8);
        assert_eq!(value(&vec![b' '; MAX_BYTES + 1]).unwrap_err().cause, Cause::TooLong);
    }
}
