//! Bodies of info frames: the names that are asked for, and the replies.
//!
//! Invariant: replies come in the order asked, each name echoed with its parameters. Not here: the replies themselves
//! (see the crate's `info`).

use std::fmt;

use super::frame::{Kind, framed};

/// The most names in one request. Clients ask for four at once, the admin tool for three.
pub const MOST_NAMES: usize = 128;

/// Why a body of an info frame is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadInfo {
    /// It is not UTF-8.
    NoText,
    /// More than [`MOST_NAMES`].
    TooManyNames,
    /// A line of a reply has no tab.
    NoValue,
}

impl fmt::Display for BadInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoText => f.write_str("an info body that is no UTF-8"),
            Self::TooManyNames => write!(f, "more than {MOST_NAMES} names in an info request"),
            Self::NoValue => f.write_str("a line without a tab in an info reply"),
        }
    }
}

impl std::error::Error for BadInfo {}

/// The names in a request's body, each with its parameters. A last name without its line feed counts too.
///
/// # Errors
/// If the body is no text, or has more names than [`MOST_NAMES`].
pub fn names(body: &[u8]) -> Result<Vec<&str>, BadInfo> {
    let text = str::from_utf8(body).map_err(|_| BadInfo::NoText)?;
    let names: Vec<&str> = text.split_terminator('\n').take(MOST_NAMES + 1).collect();
    if names.len() > MOST_NAMES { Err(BadInfo::TooManyNames) } else { Ok(names) }
}

/// The frame that asks for these names.
#[must_use]
pub fn request<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    framed(Kind::Info, |bytes| {
        for name in names {
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(b'\n');
        }
    })
}

/// The frame that replies to each name with its value. The caller's names and values have no line feed.
#[must_use]
pub fn reply<'a, V: AsRef<str>>(values: impl IntoIterator<Item = (&'a str, V)>) -> Vec<u8> {
    framed(Kind::Info, |bytes| {
        for (name, value) in values {
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(b'\t');
            bytes.extend_from_slice(value.as_ref().as_bytes());
            bytes.push(b'\n');
        }
    })
}

/// The names and values in a reply's body.
///
/// # Errors
/// If the body is no text, or a line has no tab.
pub fn values(body: &[u8]) -> Result<Vec<(&str, &str)>, BadInfo> {
    let text = str::from_utf8(body).map_err(|_| BadInfo::NoText)?;
    text.split_terminator('\n').map(|line| line.split_once('\t').ok_or(BadInfo::NoValue)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::frame::HEADER_BYTES;

    #[test]
    fn names_are_lines_and_may_be_none() {
        assert_eq!(names(b"node\nbuild\n"), Ok(vec!["node", "build"]));
        assert_eq!(names(b"node\nbuild"), Ok(vec!["node", "build"]));
        assert_eq!(names(b""), Ok(vec![]));
        assert_eq!(names(b"\xff\n"), Err(BadInfo::NoText));
    }

    #[test]
    fn a_request_has_so_many_names_and_no_more() {
        let asked = |names: usize| request(std::iter::repeat_n("node", names));
        assert_eq!(names(&asked(MOST_NAMES)[HEADER_BYTES..]).unwrap().len(), MOST_NAMES);
        assert_eq!(names(&asked(MOST_NAMES + 1)[HEADER_BYTES..]), Err(BadInfo::TooManyNames));
    }

    #[test]
    fn a_value_may_have_tabs_and_be_empty() {
        let bytes = reply([("a:b=c", "1\t2"), ("d", "")]);
        assert_eq!(values(&bytes[HEADER_BYTES..]), Ok(vec![("a:b=c", "1\t2"), ("d", "")]));
        assert_eq!(values(b"node"), Err(BadInfo::NoValue));
    }
}
