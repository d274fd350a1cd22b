//! A deserializer of JSON values whose errors have places.
//!
//! Invariant: an error has the place of the refused value (`nodes[0].rack`), however deep, or of the unknown key. It does
//! what `serde_json` with `serde_path_to_error` would do, with one deserializer instead of two nested ones, which would add
//! a seventh to the module for JavaScript. Not here: text into values (see `json`).

use std::fmt::{self, Display, Write as _};

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer,
    MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde_json::{Map, Number, Value};

/// Reads a value.
pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T, Wrong> {
    T::deserialize(Placed(value))
}

/// An error. It is a box, as `serde_json`'s errors are, because every reader of a field hands it on.
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
    /// The cause and its place.
    pub fn misplaced(self) -> Misplaced {
        *self.0
    }

    fn in_element(self, index: usize) -> Self {
        self.under(&format!("[{index}]"))
    }

    fn under(mut self, outer: &str) -> Self {
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
        Self(Box::new(Misplaced { place: String::new(), message: message.to_string() }))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("invalid type: {}, expected {expected}", name(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("invalid value: {}, expected {expected}", name(found)))
    }
}

/// What was found, in serde's words; numbers with a point are written as in JSON.
fn name(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("boolean `{value}`"),
        Unexpected::Unsigned(number) => format!("integer `{number}`"),
        Unexpected::Signed(number) => format!("integer `{number}`"),
        Unexpected::Float(number) => format!("floating point `{}`", decimal(number)),
        Unexpected::Str(text) => format!("string {text:?}"),
        Unexpected::Seq => "sequence".to_owned(),
        Unexpected::Map => "map".to_owned(),
        _ => "null".to_owned(),
    }
}

/// A number as JSON writes it.
pub(crate) fn decimal(number: f64) -> String {
    let mut text = String::new();
    if let Some(number) = Number::from_f64(number) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{number}");
    }
    text
}

/// A value with a deserializer whose errors have places.
pub(crate) struct Placed(pub Value);

impl Placed {
    fn refuse(&self, expected: &dyn Expected) -> Wrong {
        serde::de::Error::invalid_type(self.unexpected(), expected)
    }

    fn unexpected(&self) -> Unexpected<'_> {
        match &self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => Unexpected::Unsigned(number),
                (_, Some(number), _) => Unexpected::Signed(number),
                (.., number) => Unexpected::Float(number.unwrap_or_default()),
            },
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        }
    }
}

impl<'de> Deserializer<'de> for Placed {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(list) => visitor.visit_seq(Elements { rest: list.into_iter(), next: 0 }),
            Value::Object(object) => visitor.visit_map(Fields::of(object)),
        }
    }

    // A visitor that wants one kind of value gets that kind or an error.

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(value),
            _ => Err(self.refuse(&visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            _ => Err(self.refuse(&visitor)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::Array(list) => visitor.visit_seq(Elements { rest: list.into_iter(), next: 0 }),
            _ => Err(self.refuse(&visitor)),
        }
    }

    /// Only an object: serde would take the elements of a list for the fields in order.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::Object(object) => visitor.visit_map(Fields::of(object)),
            _ => Err(self.refuse(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    /// Enums of the file format are written as names.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match &self.0 {
            Value::String(name) => visitor.visit_enum(Name(name)),
            _ => Err(self.refuse(&"a string")),
        }
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple
        tuple_struct map identifier ignored_any
    }
}

struct Elements {
    rest: std::vec::IntoIter<Value>,
    next: usize,
}

impl<'de> SeqAccess<'de> for Elements {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Wrong> {
        let Some(value) = self.rest.next() else { return Ok(None) };
        let index = self.next;
        self.next += 1;
        seed.deserialize(Placed(value)).map(Some).map_err(|wrong| wrong.in_element(index))
    }
}

struct Fields {
    rest: <Map<String, Value> as IntoIterator>::IntoIter,
    key: String,
    value: Value,
}

impl Fields {
    fn of(object: Map<String, Value>) -> Self {
        Self { rest: object.into_iter(), key: String::new(), value: Value::Null }
    }

    /// Moves to the next field; returns whether there is one.
    fn advance(&mut self) -> bool {
        let Some((key, value)) = self.rest.next() else { return false };
        (self.key, self.value) = (key, value);
        true
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Wrong> {
        if !self.advance() {
            return Ok(None);
        }
        let named: StrDeserializer<'_, Wrong> = self.key.as_str().into_deserializer();
        seed.deserialize(named).map(Some).map_err(|wrong| wrong.under(&self.key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let value = std::mem::take(&mut self.value);
        seed.deserialize(Placed(value)).map_err(|wrong| wrong.under(&self.key))
    }
}

/// The name of an enum's value without data.
struct Name<'a>(&'a str);

impl<'de> EnumAccess<'de> for Name<'_> {
    type Error = Wrong;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Wrong> {
        let named: StrDeserializer<'_, Wrong> = self.0.into_deserializer();
        Ok((seed.deserialize(named)?, self))
    }
}

impl<'de> VariantAccess<'de> for Name<'_> {
    type Error = Wrong;

    fn unit_variant(self) -> Result<(), Wrong> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _seed: T) -> Result<T::Value, Wrong> {
        Err(serde::de::Error::invalid_type(Unexpected::Str(self.0), &"more than a name"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, _visitor: V) -> Result<V::Value, Wrong> {
        Err(serde::de::Error::invalid_type(Unexpected::Str(self.0), &"more than a name"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Wrong> {
        Err(serde::de::Error::invalid_type(Unexpected::Str(self.0), &"more than a name"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Colour {
        DarkRed,
        Green,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        name: Option<String>,
        #[serde(default)]
        parts: Vec<Thing>,
        colours: Option<Vec<Colour>>,
        size: Option<f64>,
    }

    #[test]
    fn a_value_is_read() {
        let thing: Thing =
            read(json!({"name": "a", "parts": [{"colours": ["dark-red", "green"]}], "size": 1.5}))
                .unwrap();
        assert_eq!(thing.name.as_deref(), Some("a"));
        assert_eq!(thing.size, Some(1.5));
        assert_eq!(thing.parts[0].colours, Some(vec![Colour::DarkRed, Colour::Green]));
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        for (value, place, message) in [
            (json!(5), "", "invalid type: integer `5`, expected struct Thing"),
            (json!({"nmae": 1}), "nmae", "unknown field `nmae`"),
            (json!({"parts": [{}, {"name": -7}]}), "parts[1].name", "invalid type: integer `-7`"),
            (json!({"parts": [{}, 1e300]}), "parts[1]", "invalid type: floating point `1e+300`"),
            (
                json!({"parts": [{"colours": ["green", "blue"]}]}),
                "parts[0].colours[1]",
                "unknown variant `blue`, expected `dark-red` or `green`",
            ),
            (json!({"colours": [{}]}), "colours[0]", "invalid type: map, expected a string"),
            (json!({"colours": [true]}), "colours[0]", "invalid type: boolean `true`"),
            (json!({"size": [[]]}), "size", "invalid type: sequence, expected f64"),
        ] {
            let wrong = read::<Thing>(value.clone()).unwrap_err().misplaced();
            assert_eq!(wrong.place, place, "{value}");
            assert!(wrong.message.starts_with(message), "{value}: {}", wrong.message);
        }
    }
}
