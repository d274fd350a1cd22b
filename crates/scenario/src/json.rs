//! JSON as a scenario may hold it: text into a value, stricter than JSON itself.
//!
//! Invariant: a value that comes out has no key twice and no `null`, is nested at most 128 deep, and its text had at most
//! [`MAX_BYTES`] bytes. Not here: what the fields mean.

use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::{Cause, ScenarioError};

/// Most bytes that a scenario file may have.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Reads bytes into a value.
pub(crate) fn value(bytes: &[u8]) -> Result<Value, ScenarioError> {
    if bytes.len() > MAX_BYTES {
        return Err(ScenarioError::new("", Cause::TooLong));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ScenarioError::new("", Cause::NotUtf8))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut json = serde_json::Deserializer::from_str(text);
    let Strict(value) = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let place = place_of(error.path());
        unreadable(place, error.inner())
    })?;
    json.end().map_err(|error| unreadable(String::new(), &error))?;
    Ok(value)
}

/// Reads the fields of a value; `place` is where the value stands.
pub(crate) fn fields<T: DeserializeOwned>(place: &str, value: Value) -> Result<T, ScenarioError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let within = place_of(error.path());
        let dot =
            if place.is_empty() || within.is_empty() || within.starts_with('[') { "" } else { "." };
        let message = error.inner().to_string();
        ScenarioError::new(format!("{place}{dot}{within}"), Cause::Unreadable(message))
    })
}

/// A path as text; empty for the whole.
fn place_of(path: &serde_path_to_error::Path) -> String {
    if path.iter().next().is_none() { String::new() } else { path.to_string() }
}

/// A syntax error's place is its line, since there may be no field yet.
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

/// A value that refuses what [`Value`] would pass over in silence.
struct Strict(Value);

impl<'de> serde::Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
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
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        Err(E::custom("null stands for nothing here: leave the field out"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(value)) = seq.next_element()? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format!("the key {key:?} is there twice")));
            }
            let Strict(value) = map.next_value()?;
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
        check(r#"{"a": [1, {"b": 1, "b": 2}]}"#, &expect![[r#"a[1]: the key "b" is there twice"#]]);
        check(
            r#"{"a": [1, null]}"#,
            &expect!["a[1]: null stands for nothing here: leave the field out"],
        );
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
    fn bytes_that_are_no_text_and_too_many_are_refused() {
        assert_eq!(value(b"\"\xff\"").unwrap_err().cause, Cause::NotUtf8);
        assert_eq!(value(&vec![b' '; MAX_BYTES + 1]).unwrap_err().cause, Cause::TooLong);
    }
}
