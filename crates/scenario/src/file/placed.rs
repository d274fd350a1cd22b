//! Reads JSON values into what they mean, with errors that have places.
//!
//! Invariant: an error has the place of the refused value (`nodes[0].rack`), however deep, or of the unknown key. It has
//! serde's words. Not here: text into values (see `json`), and the limits of fields.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::de::Error as _;
use serde_json::{Map, Value};

/// An error. It is a box, because every reader of a field hands it on.
#[derive(Debug)]
pub(crate) struct Wrong(Box<Misplaced>);

/// A cause and its place.
#[derive(Debug)]
pub(crate) struct Misplaced {
    /// The place within the value; empty for the whole value.
    pub place: String,
    /// The cause.
    pub message: String,
}

impl Wrong {
    /// An error with this cause, at the value that is read.
    pub fn new(message: String) -> Self {
        Self(Box::new(Misplaced { place: String::new(), message }))
    }

    /// The error of a field that has to be there.
    pub fn missing(name: &'static str) -> Self {
        Self::missing_field(name)
    }

    /// The error of a value of the wrong type.
    pub fn of_type(found: &Value, expected: &str) -> Self {
        Self::invalid("type", found, expected)
    }

    /// The error of a value of the right type.
    pub fn of_value(found: &Value, expected: &str) -> Self {
        Self::invalid("value", found, expected)
    }

    fn invalid(what: &str, found: &Value, expected: &str) -> Self {
        Self::new(format!("invalid {what}: {}, expected {expected}", name(found)))
    }

    /// The cause and its place.
    pub fn misplaced(self) -> Misplaced {
        *self.0
    }

    /// The error of a value in a field or an element.
    pub fn under(mut self, outer: &str) -> Self {
        let place = &mut self.0.place;
        let dot = if place.is_empty() || place.starts_with('[') { "" } else { "." };
        *place = [outer, dot, place].concat();
        self
    }
}

impl Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Wrong {}

impl serde::de::Error for Wrong {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

/// What was found, in serde's words; numbers with a point are written as in JSON.
fn name(found: &Value) -> String {
    match found {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("boolean `{value}`"),
        Value::Number(number) if number.is_f64() => format!("floating point `{number}`"),
        Value::Number(number) => format!("integer `{number}`"),
        Value::String(text) => format!("string {text:?}"),
        Value::Array(_) => "sequence".to_owned(),
        Value::Object(_) => "map".to_owned(),
    }
}

/// A type that is read from a JSON value.
pub(crate) trait FromJson: Sized {
    /// Reads a value.
    fn from_json(value: &Value) -> Result<Self, Wrong>;
}

impl FromJson for bool {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        value.as_bool().ok_or_else(|| Wrong::of_type(value, "a boolean"))
    }
}

impl FromJson for String {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        text(value).map(str::to_owned)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        elements(value, T::from_json)
    }
}

/// The text of a value.
pub(crate) fn text(value: &Value) -> Result<&str, Wrong> {
    value.as_str().ok_or_else(|| Wrong::of_type(value, "a string"))
}

/// The elements of a list.
pub(crate) fn list(value: &Value) -> Result<&[Value], Wrong> {
    let list = value.as_array().ok_or_else(|| Wrong::of_type(value, "a sequence"))?;
    Ok(list)
}

/// Reads each element of a list.
pub(crate) fn elements<T>(
    value: &Value,
    read: fn(&Value) -> Result<T, Wrong>,
) -> Result<Vec<T>, Wrong> {
    let element = |(index, value)| read(value).map_err(|wrong| wrong.under(&format!("[{index}]")));
    list(value)?.iter().enumerate().map(element).collect()
}

/// Reads text that is parsed: an id, a time.
pub(crate) fn parsed<T: FromStr<Err: Display>>(value: &Value) -> Result<T, Wrong> {
    text(value)?.parse().map_err(|error: T::Err| Wrong::new(error.to_string()))
}

/// Reads the names of an enum's values without data; they are those that serde writes. serde's own reader of an enum is
/// many times larger.
macro_rules! named {
    ($type:ident: $($name:literal => $value:ident),*) => {
        impl $crate::file::placed::FromJson for $type {
            fn from_json(value: &serde_json::Value) -> Result<Self, $crate::file::placed::Wrong> {
                match $crate::file::placed::text(value)? {
                    $($name => Ok(Self::$value),)*
                    other => Err(serde::de::Error::unknown_variant(other, &[$($name),*])),
                }
            }
        }
    };
}

pub(crate) use named;

/// A type that is written as an object.
pub(crate) trait FromFields: Sized {
    /// The names of its fields, in the order of the documentation.
    const NAMES: &'static [&'static str];

    /// Reads the fields; those of other names were refused before.
    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong>;
}

impl<T: FromFields> FromFields for Box<T> {
    const NAMES: &'static [&'static str] = T::NAMES;

    fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
        T::from_fields(fields).map(Self::new)
    }
}

/// Reads an object with the fields of a type and no others; `what` is its name in the error of a value that is none.
pub(crate) fn object<T: FromFields>(value: &Value, what: &str) -> Result<T, Wrong> {
    match value {
        Value::Object(object) => Fields(object).read(&[]),
        _ => Err(Wrong::new(format!("{what} is an object"))),
    }
}

/// The fields of an object.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub &'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// Reads the fields of a type. Refuses others, but for those `beside` them.
    pub fn read<T: FromFields>(self, beside: &[&str]) -> Result<T, Wrong> {
        self.refuse_others(T::NAMES, beside)?;
        T::from_fields(self)
    }

    /// Refuses fields that have none of these `names`, but for those `beside` them.
    pub fn refuse_others(
        self,
        names: &'static [&'static str],
        beside: &[&str],
    ) -> Result<(), Wrong> {
        let is_other = |key: &&String| !names.iter().chain(beside).any(|name| name == key);
        match self.0.keys().find(is_other) {
            Some(key) => Err(Wrong::unknown_field(key, names).under(key)),
            None => Ok(()),
        }
    }

    /// Reads a field that may be left out.
    pub fn maybe<T: FromJson>(self, name: &str) -> Result<Option<T>, Wrong> {
        self.maybe_with(name, T::from_json)
    }

    /// As [`Self::maybe`], with a reader.
    pub fn maybe_with<T>(
        self,
        name: &str,
        read: impl FnOnce(&'a Value) -> Result<T, Wrong>,
    ) -> Result<Option<T>, Wrong> {
        self.0.get(name).map(read).transpose().map_err(|wrong| wrong.under(name))
    }

    /// Reads a field that has to be there.
    pub fn required<T: FromJson>(self, name: &'static str) -> Result<T, Wrong> {
        self.required_with(name, T::from_json)
    }

    /// As [`Self::required`], with a reader.
    pub fn required_with<T>(
        self,
        name: &'static str,
        read: impl FnOnce(&'a Value) -> Result<T, Wrong>,
    ) -> Result<T, Wrong> {
        self.maybe_with(name, read)?.ok_or_else(|| Wrong::missing(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, PartialEq)]
    enum Colour {
        DarkRed,
        Green,
    }

    named!(Colour: "dark-red" => DarkRed, "green" => Green);

    #[derive(Debug, PartialEq)]
    struct Thing {
        name: Option<String>,
        parts: Vec<Thing>,
        colours: Option<Vec<Colour>>,
        is_old: bool,
    }

    impl FromJson for Thing {
        fn from_json(value: &Value) -> Result<Self, Wrong> {
            object(value, "a thing")
        }
    }

    impl FromFields for Thing {
        const NAMES: &'static [&'static str] = &["name", "parts", "colours", "old"];

        fn from_fields(fields: Fields<'_>) -> Result<Self, Wrong> {
            Ok(Self {
                name: fields.maybe("name")?,
                parts: fields.maybe("parts")?.unwrap_or_default(),
                colours: fields.maybe("colours")?,
                is_old: fields.required("old")?,
            })
        }
    }

    #[test]
    fn a_value_is_read() {
        let part = json!({"colours": ["dark-red", "green"], "old": true});
        let thing = Thing::from_json(&json!({"name": "a", "parts": [part], "old": false})).unwrap();
        assert_eq!(thing.name.as_deref(), Some("a"));
        assert!(!thing.is_old && thing.parts[0].is_old);
        assert_eq!(thing.parts[0].colours, Some(vec![Colour::DarkRed, Colour::Green]));
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        for (value, place, message) in [
            (json!(5), "", "a thing is an object"),
            (json!({"name": "a"}), "", "missing field `old`"),
            (
                json!({"nmae": 1}),
                "nmae",
                "unknown field `nmae`, expected one of `name`, `parts`, `colours`, `old`",
            ),
            (
                json!({"parts": [{"old": true}, {"name": -7}]}),
                "parts[1].name",
                "invalid type: integer `-7`, expected a string",
            ),
            (
                json!({"parts": [{"old": 1e300}]}),
                "parts[0].old",
                "invalid type: floating point `1e+300`, expected a boolean",
            ),
            (
                json!({"parts": [{"colours": ["green", "blue"]}]}),
                "parts[0].colours[1]",
                "unknown variant `blue`, expected `dark-red` or `green`",
            ),
            (json!({"colours": [{}]}), "colours[0]", "invalid type: map, expected a string"),
            (
                json!({"colours": [true]}),
                "colours[0]",
                "invalid type: boolean `true`, expected a string",
            ),
            (json!({"name": [[]]}), "name", "invalid type: sequence, expected a string"),
        ] {
            let wrong = Thing::from_json(&value).unwrap_err().misplaced();
            assert_eq!((&*wrong.place, &*wrong.message), (place, message), "{value}");
        }
    }
}
