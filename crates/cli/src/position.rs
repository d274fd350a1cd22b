//! Where a place of a scenario (`steps[4].nodes[0]`) stands in the text of its file.
//!
//! Invariant: there is always a position; when a place is not in the text, it is that of the nearest value around it. Lines
//! and columns count from 1, columns in characters, as editors do. Not here: what is wrong there.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A line and a column, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl Position {
    /// The beginning of a file.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The position of a place in JSON text: of the key of a field, or of an element of a list.
    pub fn of_place(text: &str, place: &str) -> Self {
        let json = without_mark(text);
        Self::at(json, found(json, json, place))
    }

    /// The position of the second field with this key in the object at a place.
    pub fn of_second(text: &str, place: &str, key: &str) -> Self {
        let json = without_mark(text);
        let object = value(json, place).unwrap_or(json);
        let fields = serde_json::from_str::<Members<'_>>(object).unwrap_or_default();
        let mut same = fields.0.iter().filter(|(name, _)| key_of(name) == key);
        match same.nth(1) {
            Some((name, _)) => Self::at(json, offset(json, name.get())),
            None => Self::of_place(text, place),
        }
    }

    /// The position that a JSON reader tells: a column in bytes, and 0 at the beginning of a line.
    pub fn of_bytes(text: &str, line: usize, column: usize) -> Self {
        let before = without_mark(text).split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
        let characters = before.char_indices().take_while(|(at, _)| at + 1 < column).count();
        Self { line: line.max(1), column: characters + 1 }
    }

    /// The position of the byte at an offset.
    pub fn at(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The text without UTF-8's byte order mark, which has no column.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Keys and values of an object, as they are written.
#[derive(Default)]
struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// A key without its quotes and escapes.
fn key_of(raw: &RawValue) -> String {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

/// Where a part of a text begins.
fn offset(whole: &str, part: &str) -> usize {
    part.as_ptr().addr().saturating_sub(whole.as_ptr().addr())
}

/// What a place begins with.
enum First<'a> {
    /// A field: where its key begins, its value, and the rest of the place.
    Field(usize, &'a str, &'a str),
    /// An element, and the rest of the place.
    Element(&'a str, &'a str),
}

/// The field or element of a value that a place begins with, if it is there.
fn first<'a>(whole: &str, json: &'a str, place: &'a str) -> Option<First<'a>> {
    if let Some((index, rest)) = place.strip_prefix('[').and_then(|place| place.split_once(']')) {
        let elements: Vec<&RawValue> = serde_json::from_str(json).ok()?;
        return Some(First::Element(elements.get(index.parse::<usize>().ok()?)?.get(), rest));
    }
    let place = place.strip_prefix('.').unwrap_or(place);
    let members: Members<'a> = serde_json::from_str(json).ok()?;
    let fields = members.0.iter().filter_map(|(key, value)| {
        // A key may have dots and brackets of its own.
        let rest = place.strip_prefix(key_of(key).as_str())?;
        (rest.is_empty() || rest.starts_with(['.', '['])).then_some((key, value, rest))
    });
    let (key, value, rest) = fields.min_by_key(|(_, _, rest)| rest.len())?;
    Some(First::Field(offset(whole, key.get()), value.get(), rest))
}

/// Where the place in a value begins.
fn found(whole: &str, json: &str, place: &str) -> usize {
    let here = offset(whole, json.trim_start());
    if place.is_empty() {
        return here;
    }
    match first(whole, json, place) {
        None => here,
        Some(First::Field(key, _, "")) => key,
        Some(First::Field(_, value, rest) | First::Element(value, rest)) => {
            found(whole, value, rest)
        }
    }
}

/// The value at a place.
fn value<'a>(json: &'a str, place: &'a str) -> Option<&'a str> {
    if place.is_empty() {
        return Some(json);
    }
    let (First::Field(_, json, rest) | First::Element(json, rest)) = first("", json, place)?;
    value(json, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\n  \"a.b\": [1, {\"ü\": {\"x\": 7}, \"x\": 5}],\n  \"a\": {\"b\": 2},\n \"e\\\"[0]\": []\n}\n";

    #[test]
    fn a_place_is_found_in_the_text() {
        for (place, expected) in [
            ("", "1:1"),
            ("a", "3:3"),
            ("a.b", "2:3"),
            ("a.b[0]", "2:11"),
            ("a.b[1]", "2:14"),
            ("a.b[1].ü", "2:15"),
            ("a.b[1].ü.x", "2:21"),
            ("a.b[1].x", "2:30"),
            ("e\"[0]", "4:2"),
        ] {
            assert_eq!(Position::of_place(TEXT, place).to_string(), expected, "{place}");
        }
    }

    #[test]
    fn what_is_not_there_has_the_position_of_what_is_around_it() {
        for (place, expected) in [("b", "1:1"), ("a.b[7]", "2:10"), ("a.b[1].ü.y", "2:20")] {
            assert_eq!(Position::of_place(TEXT, place).to_string(), expected, "{place}");
        }
    }

    #[test]
    fn a_mark_at_the_beginning_has_no_column() {
        assert_eq!(Position::of_place("\u{feff}{\"a\": 1}", "a").to_string(), "1:2");
    }

    #[test]
    fn a_repeated_key_is_found_where_it_is_repeated() {
        let text = "{\"a\": [{\"b\": 1,\n\"b\": 2}]}";
        assert_eq!(Position::of_second(text, "a[0]", "b").to_string(), "2:1");
        assert_eq!(Position::of_second(text, "a[0]", "c").to_string(), "1:8");
    }

    #[test]
    fn columns_are_characters() {
        assert_eq!(Position::of_bytes("\"üü\u{0}\"", 1, 6).to_string(), "1:4");
        assert_eq!(Position::of_bytes("{\n", 2, 0).to_string(), "2:1");
        assert_eq!(Position::at("ü\nüx", 5).to_string(), "2:2");
    }
}
